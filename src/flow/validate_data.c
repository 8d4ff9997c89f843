/* Data, operations and expressions. Data associations are for readers only, so what is checked is
 * that they make sense. */
#include "flow/room.h"

static str item_of(const struct xml_node *node)
{
	return xml_local(node, node_get(node, "itemSubjectRef"), NULL);
}

static const struct xml_node *item_definition(const struct loader *loader,
					      const struct xml_node *node)
{
	return refer_node(loader, node, node_get(node, "itemSubjectRef"));
}

static uint32_t count(const struct xml_node *node, const char *name)
{
	uint32_t n = 0;

	for (const struct xml_node *c = node_child(node, name); c; c = node_next(c, name))
		n++;
	return n;
}

/* ---- expressions */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_uri(str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] <= ' ' || strchr("<>\"{}|\\^`", text.p[i]))
			return false;
		if (text.p[i] == '%' && (i + 2 >= text.n || !is_hex(text.p[i + 1]) ||
					 !is_hex(text.p[i + 2])))
			return false;
	}
	return true;
}

static void check_formal(struct loader *loader, const struct xml_node *node)
{
	static const char *const expressions[] = {
		"conditionExpression", "condition", "timeDate", "timeDuration", "timeCycle",
		"loopCardinality", "completionCondition", "loopCondition", "activationCondition",
		"from", "to", "transformation", NULL };
	str type = xml_get_in(node, XSI, S("type")), language = node_get(node, "language");

	if (!is_uri(language) || !is_uri(node_get(node, "expressionLanguage")) ||
	    !is_uri(node_get(node, "typeLanguage")))
		fault_at(loader, node, N_("The language is not a URI"));
	if (!node_is_one_of(node, expressions) || !is_executable(node))
		return;
	if (!str_eq(xml_local(node, type, NULL), S("tFormalExpression")))
		fault_at(loader, node, N_("In an executable process this has to be a formal"
					  " expression"));
	else if (str_empty(str_trim(node->text)))
		fault_at(loader, node, N_("The expression is empty"));
	else if (!str_empty(language) && str_find(language, S("feel")) == SIZE_MAX &&
		 str_find(language, S("FEEL")) == SIZE_MAX)
		fault_at(loader, node, N_("Expressions in “%.*s” are not understood, only FEEL"),
			 STR_ARG(language));
}

/* ---- what goes in and out of an activity */

static bool set_has(const struct loader *loader, const struct xml_node *set, const char *name,
		    const struct xml_node *data)
{
	for (const struct xml_node *r = node_child(set, name); r; r = node_next(r, name))
		if (refer_node(loader, r, r->text) == data)
			return true;
	return false;
}

/* Every datum belongs to a set; what is optional in a set is in it. */
static void check_sets(struct loader *loader, const struct xml_node *around, const char *datum,
		       const char *set, const char *const *refs)
{
	for (const struct xml_node *d = node_child(around, datum); d; d = node_next(d, datum)) {
		bool found = false;

		for (const struct xml_node *s = node_child(around, set); s; s = node_next(s, set))
			found = found || set_has(loader, s, refs[0], d);
		if (!found)
			fault_at(loader, d, N_("It is in no %s"), set);
	}
	for (const struct xml_node *s = node_child(around, set); s; s = node_next(s, set))
		for (int i = 1; i <= 2; i++)
			for (const struct xml_node *r = node_child(s, refs[i]); r;
			     r = node_next(r, refs[i]))
				if (!set_has(loader, s, refs[0], refer_node(loader, r, r->text)))
					fault_at(loader, r, N_("“%.*s” is not in the set itself"),
						 STR_ARG(r->text));
}

/* An input set and an output set that name each other do so both ways. */
static void check_mutual(struct loader *loader, const struct xml_node *set, const char *there,
			 const char *back)
{
	for (const struct xml_node *r = node_child(set, there); r; r = node_next(r, there)) {
		const struct xml_node *other = refer_node(loader, r, r->text);
		bool found = false;

		for (const struct xml_node *b = node_child(other, back); b; b = node_next(b, back))
			found = found || refer_node(loader, b, b->text) == set;
		if (other && !found)
			fault_at(loader, set, N_("It names “%.*s”, which does not name it"),
				 STR_ARG(r->text));
	}
}

static void check_specification(struct loader *loader, const struct xml_node *node)
{
	static const char *const in[] = { "dataInputRefs", "optionalInputRefs",
					  "whileExecutingInputRefs" };
	static const char *const out[] = { "dataOutputRefs", "optionalOutputRefs",
					   "whileExecutingOutputRefs" };
	static const char *const scopes[] = { "subProcess", "transaction", "adHocSubProcess",
					      NULL };

	check_sets(loader, node, "dataInput", "inputSet", in);
	check_sets(loader, node, "dataOutput", "outputSet", out);
	if (!node_child(node, "inputSet") || !node_child(node, "outputSet"))
		fault_at(loader, node, N_("It needs an input set and an output set, even empty"));
	if (node_is(node, "ioSpecification") && node_is_one_of(node->parent, scopes))
		fault_at(loader, node, N_("A sub-process has no data inputs and outputs of its"
					  " own"));
}

static void check_collection(struct loader *loader, const struct xml_node *node)
{
	static const char *const data[] = { "dataObject", "dataInput", "dataOutput", NULL };
	const struct xml_node *item = item_definition(loader, node);

	if (node_is_one_of(node, data) && item &&
	    node_flag(node, "isCollection", false) != node_flag(item, "isCollection", false))
		fault_at(loader, node, N_("It is a collection, or not, unlike its item"
					  " definition"));
}

static void check_association(struct loader *loader, const struct xml_node *node)
{
	bool in = node_is(node, "dataInputAssociation");
	const struct xml_node *source, *target;

	if (!in && !node_is(node, "dataOutputAssociation"))
		return;
	if (count(node, "sourceRef") > 1 && !node_child(node, "transformation"))
		fault_at(loader, node, N_("Several sources need a transformation"));
	source = refer_node(loader, node, xml_child_text(node, BPMN, S("sourceRef")));
	target = refer_node(loader, node, xml_child_text(node, BPMN, S("targetRef")));
	if (!target || (!source && node_child(node, "sourceRef")))
		fault_at(loader, node, N_("The association leads from or to something that is not"
					  " there"));
	if (in && source && node_is(source, "dataOutput"))
		fault_at(loader, node, N_("A data output cannot be read"));
	if (!in && target && node_is(target, "dataInput"))
		fault_at(loader, node, N_("A data input cannot be written"));
}

/* ---- operations */

static bool same_item(const struct loader *loader, const struct xml_node *datum, const char *name,
		      const struct xml_node *other)
{
	const struct xml_node *a = item_definition(loader, datum);
	const struct xml_node *b = refer_node(loader, other, node_get(other, name));
	str structure = node_get(a, "structureRef");

	if (a == b)
		return true;
	return a && b && !str_empty(structure) && str_eq(structure, node_get(b, "structureRef"));
}

/* The data of a task are those of the message of its operation. */
static void check_message_data(struct loader *loader, const struct xml_node *task,
			       const struct xml_node *message, const char *datum)
{
	const struct xml_node *specification = node_child(task, "ioSpecification");

	for (const struct xml_node *d = node_child(specification, datum); d && message;
	     d = node_next(d, datum))
		if (!same_item(loader, d, "itemRef", message))
			fault_at(loader, d, N_("Its item is not that of the message “%.*s”"),
				 STR_ARG(node_get(message, "id")));
}

static void check_operation(struct loader *loader, const struct xml_node *task)
{
	const struct xml_node *specification = node_child(task, "ioSpecification");
	const struct xml_node *operation = refer_node(loader, task, node_get(task, "operationRef"));
	const struct xml_node *message = refer_node(loader, task, node_get(task, "messageRef"));
	bool service = node_is(task, "serviceTask");

	if (!(service || node_is(task, "sendTask") || node_is(task, "receiveTask")))
		return;
	if (!service && operation && message &&
	    refer_node(loader, operation,
		       xml_child_text(operation, BPMN, S("inMessageRef"))) != message)
		fault_at(loader, task, N_("Its message is not that of its operation"));
	if (!specification)
		return;
	if (count(specification, "inputSet") > 1 || count(specification, "outputSet") > 1)
		fault_at(loader, task, N_("It has more than one input set or output set"));
	if (service && operation) {
		message = refer_node(loader, operation,
				     xml_child_text(operation, BPMN, S("inMessageRef")));
		check_message_data(loader, task, message, "dataInput");
		message = refer_node(loader, operation,
				     xml_child_text(operation, BPMN, S("outMessageRef")));
		check_message_data(loader, task, message, "dataOutput");
	}
	if (node_is(task, "sendTask"))
		check_message_data(loader, task, message, "dataInput");
	if (node_is(task, "receiveTask"))
		check_message_data(loader, task, message, "dataOutput");
}

static void check_call(struct loader *loader, const struct xml_node *call)
{
	const struct xml_node *here = node_child(call, "ioSpecification");
	const struct xml_node *called = refer_node(loader, call, node_get(call, "calledElement"));
	const struct xml_node *there = node_child(called, "ioSpecification");

	if (!node_is(call, "callActivity") || !here || !there)
		return;
	if (count(here, "dataInput") != count(there, "dataInput") ||
	    count(here, "dataOutput") != count(there, "dataOutput"))
		fault_at(loader, call, N_("Its data inputs and outputs are not those of what it"
					  " calls"));
}

/* A process that is offered as a service says how its data are those of the operation. */
static void check_binding(struct loader *loader, const struct xml_node *process)
{
	static const char *const callable[] = { "process", "globalTask", "globalUserTask",
						"globalManualTask", "globalScriptTask",
						"globalBusinessRuleTask", NULL };
	const struct xml_node *specification = node_child(process, "ioSpecification");

	if (!node_is_one_of(process, callable) || !node_child(process, "supportedInterfaceRef"))
		return;
	if (specification && !node_child(process, "ioBinding"))
		fault_at(loader, process, N_("A process offered as a service needs bindings of its"
					     " data"));
	for (const struct xml_node *b = node_child(process, "ioBinding"); b;
	     b = node_next(b, "ioBinding")) {
		const struct xml_node *operation =
			refer_node(loader, b, node_get(b, "operationRef"));
		const struct xml_node *message = refer_node(
			loader, b, xml_child_text(operation, BPMN, S("inMessageRef")));
		const struct xml_node *input = refer_node(loader, b, node_get(b, "inputDataRef"));

		if (input && message && node_is(input, "dataInput") &&
		    !same_item(loader, input, "itemRef", message))
			fault_at(loader, b, N_("The item bound is not that of the message"));
	}
}

/* ---- events that carry data */

static str payload_of(const struct loader *loader, const struct xml_node *definition)
{
	static const struct {
		const char *reference, *item;
	} kinds[] = { { "messageRef", "itemRef" },	{ "signalRef", "structureRef" },
		      { "errorRef", "structureRef" },	{ "escalationRef", "structureRef" } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct xml_node *what =
			refer_node(loader, definition, node_get(definition, kinds[i].reference));

		if (what)
			return xml_local(what, node_get(what, kinds[i].item), NULL);
	}
	return S("");
}

static void check_event_data(struct loader *loader, const struct xml_node *event)
{
	const struct xml_node *definitions[16];
	const char *datum = node_child(event, "dataOutput") ? "dataOutput" : "dataInput";
	const struct xml_node *d = node_child(event, datum);
	uint32_t n, i = 0;

	if (!d || !node_is_flow_node(event))
		return;
	n = definitions_of(loader, event, definitions, 16);
	if (n > 16 || (n && count(event, datum) != n)) {
		fault_at(loader, event, N_("It needs one datum for each event definition"));
		return;
	}
	for (; d && i < n; d = node_next(d, datum), i++) {
		str payload = payload_of(loader, definitions[i]);
		const struct xml_node *item = refer_node(loader, definitions[i], payload);
		const struct xml_node *own = item_definition(loader, d);

		if (item && own != item &&
		    (!own || str_empty(node_get(item, "structureRef")) ||
		     !str_eq(node_get(item, "structureRef"), node_get(own, "structureRef"))))
			fault_at(loader, d, N_("Its item is not that of the event definition"));
	}
}

/* ---- the rest */

static void check_instances(struct loader *loader, const struct xml_node *loop)
{
	static const char *const items[] = { "inputDataItem", "outputDataItem", NULL };
	static const struct {
		const char *behavior, *reference;
	} behaviors[] = { { "One", "oneBehaviorEventRef" }, { "None", "noneBehaviorEventRef" } };

	if (node_is_one_of(loop, items) &&
	    (node_flag(item_definition(loader, loop), "isCollection", false) ||
	     node_flag(loop, "isCollection", false)))
		fault_at(loader, loop, N_("An item of a collection is not a collection itself"));
	if (!node_is(loop, "multiInstanceLoopCharacteristics"))
		return;
	for (int i = 0; i < 2; i++)
		if (str_eq(node_get(loop, "behavior"), str_z(behaviors[i].behavior)) &&
		    str_empty(node_get(loop, behaviors[i].reference)))
			fault_at(loader, loop, N_("The behavior needs an event to throw"));
}

/* "Form [approved]": a reference with a state is named so that readers see both. */
static void check_state(struct loader *loader, const struct xml_node *node)
{
	const struct xml_node *state = node_child(node, "dataState");
	const struct xml_node *object = refer_node(loader, node, node_get(node, "dataObjectRef"));
	str name = node_get(node, "name");

	if (!node_is(node, "dataObjectReference") || !state || !object || str_empty(name))
		return;
	str wanted = arena_printf(loader->arena, "%.*s [%.*s]", STR_ARG(node_get(object, "name")),
				  STR_ARG(node_get(state, "name")));

	if (!str_eq(name, wanted))
		fault_at(loader, node, N_("Its name has to be “%.*s”: object and state"),
			 STR_ARG(wanted));
}

void validate_data(struct loader *loader, const struct xml_node *node)
{
	check_formal(loader, node);
	check_collection(loader, node);
	check_association(loader, node);
	check_instances(loader, node);
	check_state(loader, node);
	check_operation(loader, node);
	check_call(loader, node);
	check_binding(loader, node);
	check_event_data(loader, node);
	if (node_is(node, "ioSpecification"))
		check_specification(loader, node);
	if (node_is(node, "inputSet"))
		check_mutual(loader, node, "outputSetRefs", "inputSetRefs");
	if (node_is(node, "outputSet"))
		check_mutual(loader, node, "inputSetRefs", "outputSetRefs");
	if (node_is(node, "property") && str_empty(item_of(node)) &&
	    xml_find(node, S("itemSubjectRef")))
		fault_at(loader, node, N_("Its item definition is not named"));
}
