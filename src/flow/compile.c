/* From the tree to arrays. Validation has been: what is referred to exists and is of the right
 * kind; what is found wrong here is what only compiling can find. */
#include "flow/room.h"

static const struct {
	const char *name;
	enum flow_kind kind;
} kinds[] = {
	{ "process", FLOW_PROCESS },
	{ "subProcess", FLOW_SUB_PROCESS },
	{ "transaction", FLOW_TRANSACTION },
	{ "adHocSubProcess", FLOW_AD_HOC },
	{ "callActivity", FLOW_CALL },
	{ "task", FLOW_TASK },
	{ "manualTask", FLOW_MANUAL_TASK },
	{ "userTask", FLOW_USER_TASK },
	{ "serviceTask", FLOW_SERVICE_TASK },
	{ "businessRuleTask", FLOW_RULE_TASK },
	{ "scriptTask", FLOW_SCRIPT_TASK },
	{ "sendTask", FLOW_SEND_TASK },
	{ "receiveTask", FLOW_RECEIVE_TASK },
	{ "startEvent", FLOW_START },
	{ "endEvent", FLOW_END },
	{ "intermediateCatchEvent", FLOW_CATCH },
	{ "intermediateThrowEvent", FLOW_THROW },
	{ "boundaryEvent", FLOW_BOUNDARY },
	{ "exclusiveGateway", FLOW_EXCLUSIVE },
	{ "parallelGateway", FLOW_PARALLEL },
	{ "inclusiveGateway", FLOW_INCLUSIVE },
	{ "complexGateway", FLOW_COMPLEX },
	{ "eventBasedGateway", FLOW_EVENT_GATEWAY },
};

bool kind_of_node(const struct xml_node *node, enum flow_kind *ret_kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (node_is(node, kinds[i].name)) {
			*ret_kind = kinds[i].kind;
			if (kinds[i].kind == FLOW_SUB_PROCESS &&
			    node_flag(node, "triggeredByEvent", false))
				*ret_kind = FLOW_EVENT_SUB_PROCESS;
			return true;
		}
	return false;
}

const char *flow_kind_name(enum flow_kind kind)
{
	if (kind == FLOW_EVENT_SUB_PROCESS)
		kind = FLOW_SUB_PROCESS;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "";
}

bool flow_is_activity(enum flow_kind kind)
{
	return kind > FLOW_PROCESS && kind < FLOW_START && kind != FLOW_EVENT_SUB_PROCESS;
}

bool flow_is_scope(enum flow_kind kind)
{
	return kind <= FLOW_AD_HOC;
}

static struct flow_element *element_at(struct loader *loader, uint32_t i)
{
	return &LIST_AT(loader->elements, struct flow_element, i);
}

static void read_sequence(struct loader *loader, const struct xml_node *node)
{
	struct flow_sequence *flow = LIST_ADD(loader->arena, &loader->flows, struct flow_sequence);
	const struct xml_node *condition = node_child(node, "conditionExpression");

	*LIST_ADD(loader->arena, &loader->flow_nodes, const struct xml_node *) = node;
	flow->id = node_get(node, "id");
	flow->name = node_get(node, "name");
	flow->line = node->line;
	flow->from = flow->to = FLOW_NONE;
	if (condition)
		flow->condition = expression_condition(loader, condition, condition->text);
	struct named *named = index_find(loader, flow->id);
	if (named && named->node == node)
		named->flow = loader->flows.n - 1;
}

static void read_quantities(struct loader *loader, const struct xml_node *node,
			    struct flow_element *element)
{
	str start = node_get(node, "startQuantity"), end = node_get(node, "completionQuantity");

	element->start_quantity = element->completion_quantity = 1;
	if (!str_empty(start) && !str_int(start, 1, 1000, &element->start_quantity))
		fault_at(loader, node, N_("startQuantity has to be a whole number from 1"));
	if (!str_empty(end) && !str_int(end, 1, 1000, &element->completion_quantity))
		fault_at(loader, node, N_("completionQuantity has to be a whole number from 1"));
}

static void read_ad_hoc(struct loader *loader, const struct xml_node *node,
			struct flow_element *element)
{
	const struct xml_node *completion = node_child(node, "completionCondition");

	element->sequential = str_eq(node_get(node, "ordering"), S("Sequential"));
	element->cancel_rest = node_flag(node, "cancelRemainingInstances", true);
	if (completion)
		element->completion = expression_condition(loader, completion, completion->text);
}

static void read_by_kind(struct loader *loader, const struct xml_node *node,
			 struct flow_element *element)
{
	const struct xml_node *activation = node_child(node, "activationCondition");

	element->interrupting = node_flag(
		node, element->kind == FLOW_BOUNDARY ? "cancelActivity" : "isInterrupting", true);
	element->all_triggers = node_flag(node, "parallelMultiple", false);
	element->executable = node_flag(node, "isExecutable", false);
	element->instantiate = node_flag(node, "instantiate", false);
	element->for_compensation = node_flag(node, "isForCompensation", false);
	read_quantities(loader, node, element);
	if (activation)
		element->activation = expression_condition(loader, activation, activation->text);
	if (element->kind == FLOW_AD_HOC)
		read_ad_hoc(loader, node, element);
	if (element->kind >= FLOW_START || element->kind == FLOW_SEND_TASK ||
	    element->kind == FLOW_RECEIVE_TASK)
		compile_triggers(loader, node, element);
	if (flow_is_activity(element->kind))
		compile_loop(loader, node, element);
	compile_extensions(loader, node, element);
}

static void read_scope(struct loader *loader, const struct xml_node *node, uint32_t scope,
		       uint32_t process);

static void read_element(struct loader *loader, const struct xml_node *node, enum flow_kind kind,
			 uint32_t scope, uint32_t process)
{
	uint32_t self = loader->elements.n;
	struct flow_element element = {
		.kind = kind, .line = node->line, .scope = scope, .process = process,
		.id = node_get(node, "id"), .name = node_get(node, "name"),
		.documentation = xml_child_text(node, BPMN, S("documentation")),
		.lane = FLOW_NONE, .default_flow = FLOW_NONE, .attached_to = FLOW_NONE,
		.compensation = FLOW_NONE, .start = FLOW_NONE,
	};

	if (kind == FLOW_PROCESS)
		element.process = process = self;
	LIST_ADD(loader->arena, &loader->elements, struct flow_element);
	*LIST_ADD(loader->arena, &loader->nodes, const struct xml_node *) = node;
	element.loop.first_event = element.loop.each_event = FLOW_NONE;
	read_by_kind(loader, node, &element);
	*element_at(loader, self) = element;
	struct named *named = index_find(loader, element.id);
	if (named && named->node == node)
		named->element = self;
	/* What is only drawn is not compiled: nothing can ever begin in it. */
	if (flow_is_scope(kind) && (kind != FLOW_PROCESS || element.executable))
		read_scope(loader, node, self, process);
}

static void read_scope(struct loader *loader, const struct xml_node *node, uint32_t scope,
		       uint32_t process)
{
	struct list children = { 0 };
	enum flow_kind kind;

	for (const struct xml_node *n = node->first; n; n = n->next) {
		if (node_is(n, "sequenceFlow"))
			read_sequence(loader, n);
		if (!kind_of_node(n, &kind) || kind == FLOW_PROCESS)
			continue;
		*LIST_ADD(loader->arena, &children, uint32_t) = loader->elements.n;
		read_element(loader, n, kind, scope, process);
	}
	struct flow_element *element = element_at(loader, scope);

	element->children = children.p;
	element->child_count = children.n;
	for (uint32_t i = 0; i < children.n && element->start == FLOW_NONE; i++) {
		const struct flow_element *child =
			element_at(loader, LIST_AT(children, uint32_t, i));

		if (child->kind == FLOW_START &&
		    (child->trigger_count == 0 || element->kind == FLOW_EVENT_SUB_PROCESS))
			element->start = LIST_AT(children, uint32_t, i);
	}
}

static uint32_t element_of(struct loader *loader, const struct xml_node *node,
			   const char *attribute)
{
	struct named *named = index_refer(loader, node, node_get(node, attribute));

	return named ? named->element : FLOW_NONE;
}

static void count_ends(struct loader *loader)
{
	for (uint32_t i = 0; i < loader->flows.n; i++) {
		struct flow_sequence *flow = &LIST_AT(loader->flows, struct flow_sequence, i);
		const struct xml_node *node = LIST_AT(loader->flow_nodes, const struct xml_node *, i);

		flow->from = element_of(loader, node, "sourceRef");
		flow->to = element_of(loader, node, "targetRef");
		if (flow->from == FLOW_NONE || flow->to == FLOW_NONE) {
			fault_at(loader, node, N_("This flow leads from or to something that is"
						  " not executed"));
			continue;
		}
		element_at(loader, flow->from)->outgoing_count++;
		element_at(loader, flow->to)->incoming_count++;
	}
}

static void put_once(uint32_t *flows, uint32_t *n, uint32_t flow)
{
	for (uint32_t i = 0; i < *n; i++)
		if (flows[i] == flow)
			return;
	flows[(*n)++] = flow;
}

/* Conditions are tried in the order in which the element lists its flows: that is the order
 * modelers let people choose. What is not listed follows in the order of the file. */
static void order_listed(struct loader *loader, uint32_t self, uint32_t *outgoing, uint32_t *n)
{
	const struct xml_node *node = LIST_AT(loader->nodes, const struct xml_node *, self);

	for (const struct xml_node *o = node_child(node, "outgoing"); o;
	     o = node_next(o, "outgoing")) {
		struct named *named = index_refer(loader, o, o->text);

		if (named && named->flow != FLOW_NONE &&
		    LIST_AT(loader->flows, struct flow_sequence, named->flow).from == self)
			put_once(outgoing, n, named->flow);
	}
}

static void connect_flows(struct loader *loader)
{
	uint32_t n = loader->elements.n;
	uint32_t **in = ARENA_ARRAY(loader->arena, uint32_t *, n);
	uint32_t **out = ARENA_ARRAY(loader->arena, uint32_t *, n);
	uint32_t *in_n = ARENA_ARRAY(loader->arena, uint32_t, n);
	uint32_t *out_n = ARENA_ARRAY(loader->arena, uint32_t, n);

	for (uint32_t i = 0; i < n; i++) {
		struct flow_element *element = element_at(loader, i);

		element->incoming = in[i] =
			ARENA_ARRAY(loader->arena, uint32_t, element->incoming_count);
		element->outgoing = out[i] =
			ARENA_ARRAY(loader->arena, uint32_t, element->outgoing_count);
		order_listed(loader, i, out[i], &out_n[i]);
	}
	for (uint32_t i = 0; i < loader->flows.n; i++) {
		const struct flow_sequence *flow = &LIST_AT(loader->flows, struct flow_sequence, i);

		if (flow->from == FLOW_NONE || flow->to == FLOW_NONE)
			continue;
		put_once(out[flow->from], &out_n[flow->from], i);
		in[flow->to][in_n[flow->to]++] = i;
	}
}

static void connect_default(struct loader *loader, uint32_t self)
{
	const struct xml_node *node = LIST_AT(loader->nodes, const struct xml_node *, self);
	struct named *named = index_refer(loader, node, node_get(node, "default"));

	if (named)
		element_at(loader, self)->default_flow = named->flow;
}

/* Counted first: an activity may have any number of events at its edge. */
static void connect_boundaries(struct loader *loader)
{
	uint32_t n = loader->elements.n;
	uint32_t **edges = ARENA_ARRAY(loader->arena, uint32_t *, n);
	uint32_t *found = ARENA_ARRAY(loader->arena, uint32_t, n);

	for (uint32_t i = 0; i < n; i++) {
		struct flow_element *element = element_at(loader, i);
		const struct xml_node *node = LIST_AT(loader->nodes, const struct xml_node *, i);

		if (element->kind == FLOW_BOUNDARY)
			element->attached_to = element_of(loader, node, "attachedToRef");
		if (element->attached_to != FLOW_NONE)
			element_at(loader, element->attached_to)->boundary_count++;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t host = element_at(loader, i)->attached_to;

		if (host == FLOW_NONE)
			continue;
		if (!edges[host])
			element_at(loader, host)->boundaries = edges[host] = ARENA_ARRAY(
				loader->arena, uint32_t, element_at(loader, host)->boundary_count);
		edges[host][found[host]++] = i;
	}
}

/* An association leads from the compensation event at the edge of an activity to its handler. */
static void connect_handlers(struct loader *loader, const struct xml_node *node)
{
	for (const struct xml_node *n = node->first; n; n = n->next) {
		connect_handlers(loader, n);
		if (!node_is(n, "association"))
			continue;
		uint32_t from = element_of(loader, n, "sourceRef");
		uint32_t to = element_of(loader, n, "targetRef");

		if (from == FLOW_NONE || to == FLOW_NONE ||
		    element_at(loader, from)->kind != FLOW_BOUNDARY ||
		    element_at(loader, from)->attached_to == FLOW_NONE ||
		    !element_at(loader, to)->for_compensation)
			continue;
		element_at(loader, element_at(loader, from)->attached_to)->compensation = to;
	}
}

static void connect_activity_refs(struct loader *loader)
{
	for (uint32_t i = 0; i < loader->elements.n; i++) {
		struct flow_element *element = element_at(loader, i);

		for (uint32_t t = 0; t < element->trigger_count; t++) {
			struct flow_trigger *trigger = (struct flow_trigger *)&element->triggers[t];

			if (trigger->kind != FLOW_ON_COMPENSATION || str_empty(trigger->name))
				continue;
			struct named *named = index_find(loader, trigger->name);
			trigger->activity = named ? named->element : FLOW_NONE;
		}
	}
}

static void read_lanes(struct loader *loader, const struct xml_node *set, uint32_t process,
		       uint32_t parent)
{
	for (const struct xml_node *n = node_child(set, "lane"); n; n = node_next(n, "lane")) {
		uint32_t self = loader->lanes.n;
		struct flow_lane *lane = LIST_ADD(loader->arena, &loader->lanes, struct flow_lane);

		*lane = (struct flow_lane){ node_get(n, "id"), node_get(n, "name"), n->line, parent,
					    process };
		for (const struct xml_node *r = node_child(n, "flowNodeRef"); r;
		     r = node_next(r, "flowNodeRef")) {
			struct named *named = index_refer(loader, r, r->text);

			if (named && named->element != FLOW_NONE)
				element_at(loader, named->element)->lane = self;
		}
		for (const struct xml_node *c = node_child(n, "childLaneSet"); c;
		     c = node_next(c, "childLaneSet"))
			read_lanes(loader, c, process, self);
	}
}

static const struct {
	const char *name;
	enum flow_kind kind;
} global_tasks[] = {
	{ "globalTask", FLOW_TASK },
	{ "globalManualTask", FLOW_MANUAL_TASK },
	{ "globalUserTask", FLOW_USER_TASK },
	{ "globalScriptTask", FLOW_SCRIPT_TASK },
	{ "globalBusinessRuleTask", FLOW_RULE_TASK },
};

/* A task that can be called is a process with that one task in it. */
static void read_global_task(struct loader *loader, const struct xml_node *node,
			     enum flow_kind kind)
{
	uint32_t self = loader->elements.n;
	uint32_t *child = ARENA_NEW(loader->arena, uint32_t);
	struct named *named = index_find(loader, node_get(node, "id"));

	*LIST_ADD(loader->arena, &loader->processes, uint32_t) = self;
	read_element(loader, node, FLOW_PROCESS, FLOW_NONE, FLOW_NONE);
	*child = loader->elements.n;
	read_element(loader, node, kind, self, self);
	struct flow_element *process = element_at(loader, self);

	process->executable = true;
	process->children = child;
	process->child_count = 1;
	if (named)
		named->element = self;
}

static void read_global_tasks(struct loader *loader)
{
	for (const struct xml_node *n = loader->root->first; n; n = n->next)
		for (size_t i = 0; i < sizeof(global_tasks) / sizeof(global_tasks[0]); i++)
			if (node_is(n, global_tasks[i].name))
				read_global_task(loader, n, global_tasks[i].kind);
}

void compile_processes(struct loader *loader)
{
	for (const struct xml_node *n = node_child(loader->root, "process"); n;
	     n = node_next(n, "process")) {
		*LIST_ADD(loader->arena, &loader->processes, uint32_t) = loader->elements.n;
		read_element(loader, n, FLOW_PROCESS, FLOW_NONE, FLOW_NONE);
	}
	read_global_tasks(loader);
	count_ends(loader);
	if (loader->faults->count)
		return;
	connect_flows(loader);
	for (uint32_t i = 0; i < loader->elements.n; i++)
		connect_default(loader, i);
	connect_boundaries(loader);
	connect_handlers(loader, loader->root);
	connect_activity_refs(loader);
	for (uint32_t i = 0; i < loader->processes.n; i++) {
		uint32_t process = LIST_AT(loader->processes, uint32_t, i);
		const struct xml_node *node =
			LIST_AT(loader->nodes, const struct xml_node *, process);

		for (const struct xml_node *s = node_child(node, "laneSet"); s;
		     s = node_next(s, "laneSet"))
			read_lanes(loader, s, process, FLOW_NONE);
	}
}
