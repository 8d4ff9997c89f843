/* Processes, activities and flows: how they may be put together. */
#include "flow/room.h"

static const char *const not_executed[] = {
	"choreography", "globalChoreographyTask", "globalConversation", "choreographyTask",
	"subChoreography", "callChoreography", "subConversation", "callConversation", NULL,
};

static bool is_compensation_boundary(const struct loader *loader, const struct xml_node *node)
{
	return node_is(node, "boundaryEvent") &&
	       has_definition(loader, node, "compensateEventDefinition");
}

static bool is_link(const struct loader *loader, const struct xml_node *node, const char *event)
{
	return node_is(node, event) && has_definition(loader, node, "linkEventDefinition");
}

static bool is_event_sub_process(const struct xml_node *node)
{
	return node_is(node, "subProcess") && node_flag(node, "triggeredByEvent", false);
}

static uint32_t count_children(const struct xml_node *scope, const char *name)
{
	uint32_t n = 0;

	for (const struct xml_node *c = node_child(scope, name); c; c = node_next(c, name))
		n++;
	return n;
}

static bool begins_otherwise(const struct xml_node *scope)
{
	for (const struct xml_node *c = scope->first; c; c = c->next)
		if (node_flag(c, "instantiate", false))
			return true;
	return false;
}

/* A start event needs an end event and the other way round, in a process and in a sub-process. */
static void check_scope(struct loader *loader, const struct xml_node *scope)
{
	uint32_t starts = count_children(scope, "startEvent");
	uint32_t ends = count_children(scope, "endEvent");
	bool any = false;

	if (node_is(scope, "adHocSubProcess")) {
		if (starts || ends)
			fault_at(loader, scope, N_("An ad-hoc sub-process has no start and no end"
						   " events"));
		for (const struct xml_node *c = scope->first; c; c = c->next)
			any = any || node_is_activity(c);
		if (!any)
			fault_at(loader, scope, N_("An ad-hoc sub-process needs an activity"));
		return;
	}
	if (starts && !ends)
		fault_at(loader, scope, N_("It has a start event but no end event"));
	if (ends && !starts && !begins_otherwise(scope))
		fault_at(loader, scope, N_("It has an end event but no start event"));
	for (const struct xml_node *c = scope->first; c; c = c->next)
		any = any || node_is_flow_node(c);
	if (!any && is_executable(scope))
		fault_at(loader, scope, N_("There is nothing in it to execute"));
	if (is_event_sub_process(scope) && starts != 1)
		fault_at(loader, scope, N_("An event sub-process has exactly one start event"));
}

static void check_needs_flows(struct loader *loader, const struct xml_node *node, bool in, bool out)
{
	if (in && flows_in(loader, node) == 0)
		fault_at(loader, node, N_("No sequence flow leads here"));
	if (out && flows_out(loader, node) == 0)
		fault_at(loader, node, N_("No sequence flow leads on from here"));
}

static void check_no_flows(struct loader *loader, const struct xml_node *node, bool in, bool out)
{
	if (in && flows_in(loader, node))
		fault_at(loader, node, N_("No sequence flow may lead here"));
	if (out && flows_out(loader, node))
		fault_at(loader, node, N_("No sequence flow may lead on from here"));
}

static void check_ends(struct loader *loader, const struct xml_node *node)
{
	const struct xml_node *scope = node->parent;
	bool framed = node_child(scope, "startEvent") || node_child(scope, "endEvent");
	bool instantiates = node_flag(node, "instantiate", false);

	if (is_event_sub_process(node) || node_flag(node, "isForCompensation", false)) {
		check_no_flows(loader, node, true, true);
	} else if (node_is(node, "startEvent")) {
		check_no_flows(loader, node, true, false);
		check_needs_flows(loader, node, false, true);
	} else if (node_is(node, "endEvent")) {
		check_no_flows(loader, node, false, true);
		check_needs_flows(loader, node, true, false);
	} else if (is_compensation_boundary(loader, node)) {
		check_no_flows(loader, node, true, true);
	} else if (node_is(node, "boundaryEvent")) {
		check_no_flows(loader, node, true, false);
		check_needs_flows(loader, node, false, true);
	} else if (is_link(loader, node, "intermediateCatchEvent")) {
		check_no_flows(loader, node, true, false);
		check_needs_flows(loader, node, false, true);
	} else if (is_link(loader, node, "intermediateThrowEvent")) {
		check_no_flows(loader, node, false, true);
		check_needs_flows(loader, node, true, false);
	} else if (node_is(node, "intermediateCatchEvent") ||
		   node_is(node, "intermediateThrowEvent")) {
		check_needs_flows(loader, node, true, true);
	} else if (instantiates) {
		check_no_flows(loader, node, true, false);
	} else if (framed) {
		check_needs_flows(loader, node, true, true);
	}
}

static bool lists(const struct loader *loader, const struct xml_node *node, const char *name,
		  const struct xml_node *flow)
{
	for (const struct xml_node *n = node_child(node, name); n; n = node_next(n, name))
		if (refer_node(loader, n, n->text) == flow)
			return true;
	return false;
}

static bool lists_any(const struct xml_node *node)
{
	for (const struct xml_node *n = node->first; n; n = n->next)
		if (node_child(n, "incoming") || node_child(n, "outgoing"))
			return true;
	return false;
}

/* Flows are said twice: by themselves and by the elements they join. Files may leave out the
 * second; where they have it, it has to be whole. */
static void check_listed(struct loader *loader, const struct xml_node *flow)
{
	const struct xml_node *from = refer_node(loader, flow, node_get(flow, "sourceRef"));
	const struct xml_node *to = refer_node(loader, flow, node_get(flow, "targetRef"));

	if (!from || !to || !lists_any(flow->parent))
		return;
	if (!lists(loader, from, "outgoing", flow))
		fault_at(loader, from, N_("It does not list the flow “%.*s” among its outgoing"),
			 STR_ARG(node_get(flow, "id")));
	if (!lists(loader, to, "incoming", flow))
		fault_at(loader, to, N_("It does not list the flow “%.*s” among its incoming"),
			 STR_ARG(node_get(flow, "id")));
}

static void check_listing(struct loader *loader, const struct xml_node *node)
{
	bool in = node_is(node, "incoming");
	const struct xml_node *flow;

	if (!in && !node_is(node, "outgoing"))
		return;
	flow = refer_node(loader, node, node->text);
	if (node_is(flow, "sequenceFlow") &&
	    refer_node(loader, flow, node_get(flow, in ? "targetRef" : "sourceRef")) !=
		    node->parent)
		fault_at(loader, node, N_("The flow “%.*s” is listed here but does not join this"
					  " element"),
			 STR_ARG(node->text));
}

static void check_flow(struct loader *loader, const struct xml_node *flow)
{
	const struct xml_node *from = refer_node(loader, flow, node_get(flow, "sourceRef"));
	bool conditional = node_child(flow, "conditionExpression") != NULL;

	check_listed(loader, flow);
	if (is_executable(flow) && !node_flag(flow, "isImmediate", true))
		fault_at(loader, flow, N_("In an executable process isImmediate may not be false"));
	if (!from || !conditional)
		return;
	if (node_is(from, "eventBasedGateway"))
		fault_at(loader, flow, N_("A flow from an event gateway has no condition"));
	if (node_is_activity(from) && flows_out(loader, from) < 2)
		fault_at(loader, flow, N_("A conditional flow from an activity needs another flow"
					  " beside it"));
}

static void check_default(struct loader *loader, const struct xml_node *node)
{
	str name = node_get(node, "default");
	const struct xml_node *flow = refer_node(loader, node, name);

	if (!str_empty(name) && flow &&
	    refer_node(loader, flow, node_get(flow, "sourceRef")) != node)
		fault_at(loader, node, N_("The default flow has to be one of its own outgoing"
					  " flows"));
}

static void check_activity(struct loader *loader, const struct xml_node *node)
{
	if (node_child(node, "standardLoopCharacteristics") &&
	    node_child(node, "multiInstanceLoopCharacteristics"))
		fault_at(loader, node, N_("It cannot be a loop and a multi-instance at once"));
	if (node_is(node, "receiveTask") && node_flag(node, "instantiate", false) &&
	    !node_is(node->parent, "process"))
		fault_at(loader, node, N_("Only directly in a process can a task begin it"));
	if (node_is(node, "callActivity") && str_empty(node_get(node, "calledElement")))
		return;
	const struct xml_node *called =
		refer_node(loader, node, node_get(node, "calledElement"));

	if (!node_is(node, "callActivity") || !called || !node_is(called, "process"))
		return;
	for (const struct xml_node *s = node_child(called, "startEvent"); s;
	     s = node_next(s, "startEvent"))
		if (definitions_of(loader, s, NULL, 0) == 0)
			return;
	if (node_child(called, "startEvent"))
		fault_at(loader, node, N_("The called process “%.*s” has no start event without a"
					  " trigger"),
			 STR_ARG(node_get(called, "id")));
}

static bool is_mime(str text)
{
	size_t slash = str_find_byte(text, '/');

	return slash != SIZE_MAX && slash > 0 && slash + 1 < text.n &&
	       str_find_byte(text, ' ') == SIZE_MAX;
}

static bool is_word(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || strchr("()[]{};=\"'", text.p[i]))
			return false;
	return text.n > 0;
}

/* Scripts are FEEL. A single word without a format is the name of a script that somebody else
 * carries out, as a job. */
static void check_script(struct loader *loader, const struct xml_node *node)
{
	const struct xml_node *extensions = node_child(node, "extensionElements");
	bool global = node_is(node, "globalScriptTask");
	str format = node_get(node, global ? "scriptLanguage" : "scriptFormat");
	str script = xml_child_text(node, BPMN, S("script"));

	if (!node_is(node, "scriptTask") && !global)
		return;
	if (!str_empty(format) && !is_mime(format))
		fault_at(loader, node, N_("“%.*s” is no format: it has to be a media type"),
			 STR_ARG(format));
	else if (xml_child(extensions, ZEEBE, S("script")) ||
		 xml_child(extensions, ZEEBE, S("taskDefinition")))
		return;
	else if (!str_empty(format) && str_find(format, S("feel")) == SIZE_MAX)
		fault_at(loader, node, N_("Scripts in “%.*s” are not executed, only FEEL"),
			 STR_ARG(format));
	else if (!str_empty(script) && !str_starts(script, S("=")) && !is_word(script))
		fault_at(loader, node, N_("The script has no format; FEEL begins with “=”"));
}

static void check_role(struct loader *loader, const struct xml_node *node)
{
	if (node_child(node, "resourceRef") && node_child(node, "resourceAssignmentExpression"))
		fault_at(loader, node, N_("A resource is either named or given by an expression,"
					  " not both"));
}

static void check_process(struct loader *loader, const struct xml_node *node)
{
	str type = node_get(node, "processType");

	if (str_eq(type, S("Public")) && node_flag(node, "isExecutable", false))
		fault_at(loader, node, N_("A public process cannot be executable"));
}

void validate_structure(struct loader *loader, const struct xml_node *node)
{
	str format = node_get(node, "textFormat");

	if (node_is_one_of(node, not_executed))
		fault_at(loader, node, N_("A %.*s is not executed here"), STR_ARG(node->name));
	if (!str_empty(format) && !is_mime(format))
		fault_at(loader, node, N_("“%.*s” is no format: it has to be a media type"),
			 STR_ARG(format));
	if (node_is(node, "process") || node_is_flow_node(node) || node_is(node, "sequenceFlow"))
		if (str_empty(node_get(node, "id")))
			fault_at(loader, node, N_("It has no id"));
	if (node_is(node, "process"))
		check_process(loader, node);
	if (node_is(node, "process") || node_is(node, "subProcess") ||
	    node_is(node, "transaction") || node_is(node, "adHocSubProcess"))
		check_scope(loader, node);
	if (node_is(node, "sequenceFlow"))
		check_flow(loader, node);
	check_listing(loader, node);
	check_role(loader, node);
	check_script(loader, node);
	if (!node_is_flow_node(node))
		return;
	check_ends(loader, node);
	check_default(loader, node);
	if (node_is_activity(node))
		check_activity(loader, node);
}
