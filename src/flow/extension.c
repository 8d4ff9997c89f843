/* What Camunda's modeler writes into an element besides BPMN itself, and loops. */
#include "flow/room.h"

static const struct xml_node *zeebe(const struct xml_node *node, const char *name)
{
	return xml_child(node_child(node, "extensionElements"), ZEEBE, str_z(name));
}

static struct flow_expression mixed(struct loader *loader, const struct xml_node *extension,
				    const char *attribute)
{
	if (!extension)
		return (struct flow_expression){ 0 };
	return expression_mixed(loader, extension, node_get(extension, attribute));
}

static void read_user_task(struct loader *loader, const struct xml_node *node,
			   struct flow_element *element)
{
	const struct xml_node *assignment = zeebe(node, "assignmentDefinition");
	const struct xml_node *form = zeebe(node, "formDefinition");
	const struct xml_node *schedule = zeebe(node, "taskSchedule");

	element->assignee = mixed(loader, assignment, "assignee");
	element->candidate_groups = mixed(loader, assignment, "candidateGroups");
	element->candidate_users = mixed(loader, assignment, "candidateUsers");
	element->form_id = node_get(form, "formId");
	element->form_key = node_get(form, "formKey");
	element->due = mixed(loader, schedule, "dueDate");
	element->follow_up = mixed(loader, schedule, "followUpDate");
	element->priority = mixed(loader, zeebe(node, "priorityDefinition"), "priority");
}

static void read_job(struct loader *loader, const struct xml_node *node,
		     struct flow_element *element)
{
	const struct xml_node *job = zeebe(node, "taskDefinition");
	const struct xml_node *decision = zeebe(node, "calledDecision");
	const struct xml_node *script = zeebe(node, "script");

	element->job_type = mixed(loader, job, "type");
	element->retries = mixed(loader, job, "retries");
	if (decision) {
		element->decision = mixed(loader, decision, "decisionId");
		element->result_variable = node_get(decision, "resultVariable");
	}
	if (script) {
		element->script = expression_feel(loader, script, node_get(script, "expression"));
		element->result_variable = node_get(script, "resultVariable");
	} else if (element->kind == FLOW_SCRIPT_TASK) {
		element->script = expression_mixed(loader, node,
						   xml_child_text(node, BPMN, S("script")));
	}
}

static void read_call(struct loader *loader, const struct xml_node *node,
		      struct flow_element *element)
{
	const struct xml_node *called = zeebe(node, "calledElement");

	element->propagate_parent = node_flag(called, "propagateAllParentVariables", true);
	element->propagate_child = node_flag(called, "propagateAllChildVariables", true);
	if (called && xml_find(called, S("processId")))
		element->called = mixed(loader, called, "processId");
	else
		element->called.source = xml_local(node, node_get(node, "calledElement"), NULL);
}

static void read_pairs(struct loader *loader, const struct xml_node *around, const char *item,
		       const char *key, struct list *ret_pairs)
{
	for (const struct xml_node *n = xml_child(around, ZEEBE, str_z(item)); n;
	     n = xml_sibling(n, ZEEBE, str_z(item)))
		*LIST_ADD(loader->arena, ret_pairs, struct flow_pair) =
			(struct flow_pair){ node_get(n, key), node_get(n, "value") };
}

static void read_mappings(struct loader *loader, const struct xml_node *around, const char *item,
			  struct list *ret_mappings)
{
	for (const struct xml_node *n = xml_child(around, ZEEBE, str_z(item)); n;
	     n = xml_sibling(n, ZEEBE, str_z(item))) {
		struct flow_mapping *mapping =
			LIST_ADD(loader->arena, ret_mappings, struct flow_mapping);

		mapping->source = expression_mixed(loader, n, node_get(n, "source"));
		mapping->target = str_trim(node_get(n, "target"));
		if (str_empty(mapping->target))
			fault_at(loader, n, N_("The mapping has no target variable"));
	}
}

/* Forms drawn together with the process; tasks name them by "camunda-forms:bpmn:ID". */
static void read_forms(struct loader *loader, const struct xml_node *node,
		       struct flow_element *element)
{
	struct list forms = { 0 };

	for (const struct xml_node *n = zeebe(node, "userTaskForm"); n;
	     n = xml_sibling(n, ZEEBE, S("userTaskForm")))
		*LIST_ADD(loader->arena, &forms, struct flow_pair) =
			(struct flow_pair){ node_get(n, "id"), str_trim(n->text) };
	element->forms = forms.p;
	element->form_count = forms.n;
}

void compile_extensions(struct loader *loader, const struct xml_node *node,
			struct flow_element *element)
{
	struct list headers = { 0 }, properties = { 0 }, inputs = { 0 }, outputs = { 0 };

	if (element->kind == FLOW_USER_TASK)
		read_user_task(loader, node, element);
	if (element->kind == FLOW_CALL)
		read_call(loader, node, element);
	if (element->kind == FLOW_PROCESS) {
		element->version_tag = node_get(zeebe(node, "versionTag"), "value");
		read_forms(loader, node, element);
	}
	if (element->kind == FLOW_AD_HOC)
		element->activation = mixed(loader, zeebe(node, "adHoc"),
					    "activeElementsCollection");
	read_job(loader, node, element);
	read_pairs(loader, zeebe(node, "taskHeaders"), "header", "key", &headers);
	read_pairs(loader, zeebe(node, "properties"), "property", "name", &properties);
	read_mappings(loader, zeebe(node, "ioMapping"), "input", &inputs);
	read_mappings(loader, zeebe(node, "ioMapping"), "output", &outputs);
	element->headers = headers.p;
	element->header_count = headers.n;
	element->properties = properties.p;
	element->property_count = properties.n;
	element->inputs = inputs.p;
	element->input_count = inputs.n;
	element->outputs = outputs.p;
	element->output_count = outputs.n;
}

static void read_standard_loop(struct loader *loader, const struct xml_node *node,
			       struct flow_loop *loop)
{
	const struct xml_node *condition = node_child(node, "loopCondition");
	str maximum = node_get(node, "loopMaximum");

	loop->kind = FLOW_LOOP;
	loop->test_before = node_flag(node, "testBefore", false);
	loop->maximum = -1;
	if (!str_empty(maximum) && !str_int(maximum, 0, 1000000, &loop->maximum))
		fault_at(loader, node, N_("loopMaximum has to be a whole number, not below zero"));
	if (condition)
		loop->completion = expression_condition(loader, condition, condition->text);
	else if (loop->maximum < 0)
		fault_at(loader, node, N_("The loop has neither a condition nor a maximum"));
}

static const struct xml_node *referred_definition(struct loader *loader,
						  const struct xml_node *reference)
{
	struct named *named = index_refer(loader, reference, reference->text);

	return named && is_event_definition(named->node) ? named->node : NULL;
}

static uint32_t add_thrown(struct loader *loader, const struct xml_node *node,
			   const char *attribute, struct list *thrown)
{
	struct named *named = index_refer(loader, node, node_get(node, attribute));

	if (!named || !is_event_definition(named->node))
		return FLOW_NONE;
	compile_trigger(loader, node, named->node,
			LIST_ADD(loader->arena, thrown, struct flow_trigger));
	return thrown->n - 1;
}

/* Each definition: a condition, and an event that is thrown whenever it holds. */
static void read_complex(struct loader *loader, const struct xml_node *node,
			 struct flow_loop *loop, struct list *thrown)
{
	struct list conditions = { 0 };

	for (const struct xml_node *c = node_child(node, "complexBehaviorDefinition"); c;
	     c = node_next(c, "complexBehaviorDefinition")) {
		const struct xml_node *condition = node_child(c, "condition");
		const struct xml_node *event = node_child(c, "event"), *definition = NULL;

		for (const struct xml_node *n = event ? event->first : NULL; n; n = n->next)
			if (node_is(n, "eventDefinitionRef"))
				definition = referred_definition(loader, n);
			else if (is_event_definition(n))
				definition = n;
		if (!condition || !definition) {
			fault_at(loader, c, N_("It needs a condition and an event to throw"));
			continue;
		}
		*LIST_ADD(loader->arena, &conditions, struct flow_expression) =
			expression_condition(loader, condition, condition->text);
		compile_trigger(loader, c, definition,
				LIST_ADD(loader->arena, thrown, struct flow_trigger));
	}
	loop->conditions = conditions.p;
	loop->condition_count = conditions.n;
}

static void read_behavior(struct loader *loader, const struct xml_node *node,
			  struct flow_loop *loop)
{
	str behavior = node_get(node, "behavior");
	struct list thrown = { 0 };

	if (str_eq(behavior, S("One")))
		loop->first_event = add_thrown(loader, node, "oneBehaviorEventRef", &thrown);
	else if (str_eq(behavior, S("None")))
		loop->each_event = add_thrown(loader, node, "noneBehaviorEventRef", &thrown);
	else if (str_eq(behavior, S("Complex")))
		read_complex(loader, node, loop, &thrown);
	loop->thrown = thrown.p;
}

static void read_instances(struct loader *loader, const struct xml_node *node,
			   struct flow_loop *loop)
{
	const struct xml_node *extension = zeebe(node, "loopCharacteristics");
	const struct xml_node *cardinality = node_child(node, "loopCardinality");
	const struct xml_node *completion = node_child(node, "completionCondition");
	int64_t n;

	loop->kind = node_flag(node, "isSequential", false) ? FLOW_SEQUENTIAL_EACH
							     : FLOW_PARALLEL_EACH;
	if (cardinality) {
		loop->cardinality = expression_feel(loader, cardinality, cardinality->text);
		if (str_int(loop->cardinality.source, INT32_MIN, -1, &n))
			fault_at(loader, node, N_("loopCardinality may not be negative"));
	}
	if (completion)
		loop->completion = expression_condition(loader, completion, completion->text);
	loop->collection = mixed(loader, extension, "inputCollection");
	loop->output = mixed(loader, extension, "outputElement");
	loop->item_name = node_get(extension, "inputElement");
	loop->output_name = node_get(extension, "outputCollection");
	if (str_empty(loop->collection.source) && str_empty(loop->cardinality.source))
		fault_at(loader, node, N_("The multi-instance has neither a collection nor a"
					  " cardinality"));
	read_behavior(loader, node, loop);
}

void compile_loop(struct loader *loader, const struct xml_node *node,
		  struct flow_element *element)
{
	const struct xml_node *standard = node_child(node, "standardLoopCharacteristics");
	const struct xml_node *each = node_child(node, "multiInstanceLoopCharacteristics");

	if (standard)
		read_standard_loop(loader, standard, &element->loop);
	if (each)
		read_instances(loader, each, &element->loop);
}
