/* The standard's rules, on the tree: each node is shown to every validator. */
#include "flow/room.h"

const struct xml_node *process_around(const struct xml_node *node)
{
	while (node && !node_is(node, "process"))
		node = node->parent;
	return node;
}

bool is_executable(const struct xml_node *node)
{
	return node_flag(process_around(node), "isExecutable", false);
}

bool node_is_flow_node(const struct xml_node *node)
{
	enum flow_kind kind;

	return kind_of_node(node, &kind) && kind != FLOW_PROCESS;
}

bool node_is_activity(const struct xml_node *node)
{
	enum flow_kind kind;

	return kind_of_node(node, &kind) &&
	       (flow_is_activity(kind) || kind == FLOW_EVENT_SUB_PROCESS);
}

const struct xml_node *refer_node(const struct loader *loader, const struct xml_node *node,
				  str reference)
{
	const struct named *named = index_refer(loader, node, reference);

	return named ? named->node : NULL;
}

static const struct named *named_of(const struct loader *loader, const struct xml_node *node)
{
	const struct named *named = index_find(loader, node_get(node, "id"));

	return named && named->node == node ? named : NULL;
}

uint32_t flows_in(const struct loader *loader, const struct xml_node *node)
{
	const struct named *named = named_of(loader, node);

	return named ? named->in : 0;
}

uint32_t flows_out(const struct loader *loader, const struct xml_node *node)
{
	const struct named *named = named_of(loader, node);

	return named ? named->out : 0;
}

uint32_t definitions_of(const struct loader *loader, const struct xml_node *event,
			const struct xml_node **ret_definitions, uint32_t room)
{
	uint32_t n = 0;

	for (const struct xml_node *c = event->first; c; c = c->next) {
		const struct xml_node *found = is_event_definition(c) ? c : NULL;

		if (node_is(c, "eventDefinitionRef"))
			found = refer_node(loader, c, c->text);
		if (!found || !is_event_definition(found))
			continue;
		if (n < room)
			ret_definitions[n] = found;
		n++;
	}
	return n;
}

bool has_definition(const struct loader *loader, const struct xml_node *event, const char *name)
{
	const struct xml_node *definitions[16];
	uint32_t n = definitions_of(loader, event, definitions, 16);

	for (uint32_t i = 0; i < n && i < 16; i++)
		if (node_is(definitions[i], name))
			return true;
	return false;
}

static void count_flow(struct loader *loader, const struct xml_node *flow)
{
	struct named *from = index_refer(loader, flow, node_get(flow, "sourceRef"));
	struct named *to = index_refer(loader, flow, node_get(flow, "targetRef"));

	if (from)
		from->out++;
	if (to)
		to->in++;
	if (!from || !node_is_flow_node(from->node))
		fault_at(loader, flow, N_("sourceRef has to name a task, event or gateway"));
	else if (!to || !node_is_flow_node(to->node))
		fault_at(loader, flow, N_("targetRef has to name a task, event or gateway"));
	else if (from->node->parent != flow->parent || to->node->parent != flow->parent)
		fault_at(loader, flow, N_("A sequence flow may not cross the edge of its process"
					  " or sub-process"));
}

/* A process that is not executable is drawn for readers: nothing in it has to be whole. */
static bool is_drawing(const struct xml_node *node)
{
	return node_is(node, "process") && !node_flag(node, "isExecutable", false);
}

static void count_flows(struct loader *loader, const struct xml_node *node)
{
	for (const struct xml_node *n = node->first; n && !is_drawing(node); n = n->next) {
		if (node_is(n, "sequenceFlow"))
			count_flow(loader, n);
		else
			count_flows(loader, n);
	}
}

/* Extensions that would change what happens, and that nobody here carries out. */
static void refuse_extensions(struct loader *loader, const struct xml_node *extensions)
{
	static const char *const unknown[] = { "executionListeners", "taskListeners",
					       "conditionalFilter" };

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (xml_child(extensions, ZEEBE, str_z(unknown[i])))
			fault_at(loader, extensions, N_("%s are not executed here"), unknown[i]);
	if (extensions && node_is(extensions->parent, "adHocSubProcess") &&
	    xml_child(extensions, ZEEBE, S("taskDefinition")))
		fault_at(loader, extensions, N_("An ad-hoc sub-process that is left to a job is not"
						" executed here"));
}

static void visit(struct loader *loader, const struct xml_node *node, bool drawing)
{
	if (loader->faults->count >= FAULTS_MAX || node_is(node, "extensionElements"))
		return;
	drawing = drawing || is_drawing(node);
	if (str_eq(node->space, BPMN)) {
		validate_name(loader, node);
		validate_references(loader, node);
	}
	if (!drawing)
		refuse_extensions(loader, node_child(node, "extensionElements"));
	if (str_eq(node->space, BPMN) && !drawing) {
		validate_structure(loader, node);
		validate_gateway(loader, node);
		validate_event(loader, node);
		validate_definition(loader, node);
		validate_data(loader, node);
		validate_collaboration(loader, node);
	}
	for (const struct xml_node *n = node->first; n; n = n->next)
		visit(loader, n, drawing);
}

void validate_tree(struct loader *loader)
{
	if (!node_is(loader->root, "definitions"))
		return;
	if (!node_child(loader->root, "process"))
		fault_at(loader, loader->root, N_("There is no process in the file"));
	count_flows(loader, loader->root);
	visit(loader, loader->root, /* drawing= */ false);
}
