/* Multi-instance and loop: a body node holds the instances, numbered from 1. */
#include "flow/machine.h"

static const struct flow_loop *loop_of(const struct machine *m, uint32_t body)
{
	return &element_of(m, node_find(m, body)->element)->loop;
}

static struct value counts_of(struct machine *m, uint32_t body)
{
	const struct flow_node *node = node_find(m, body);
	/* Those that run side by side count from the beginning, begun or not yet. */
	uint32_t begun = loop_of(m, body)->kind == FLOW_PARALLEL_EACH ? node->total : node->begun;
	struct value counts = value_map();

	value_append(m->arena, &counts, S("loopCounter"), value_int(node->begun));
	value_append(m->arena, &counts, S("numberOfInstances"), value_int(node->total));
	value_append(m->arena, &counts, S("numberOfActiveInstances"),
		     value_int((int64_t)begun - node->ended));
	value_append(m->arena, &counts, S("numberOfCompletedInstances"), value_int(node->ended));
	value_append(m->arena, &counts, S("numberOfTerminatedInstances"), value_int(0));
	return counts;
}

/* Whether an expression over the counts is true. */
static bool holds(struct machine *m, const struct flow_expression *expression, uint32_t body)
{
	const struct feel_scope inner = { counts_of(m, body), scope_of(m, body) };

	return value_is_true(expression_eval(expression, m->arena, &inner, m->env));
}

static void body_over(struct machine *m, uint32_t body)
{
	const struct flow_loop *loop = loop_of(m, body);
	struct flow_node *node = node_find(m, body);
	struct value outputs = node->outputs.kind == VALUE_LIST ? node->outputs : value_list();

	if (!str_empty(loop->output_name)) {
		struct value result = value_map();

		value_append(m->arena, &result, loop->output_name, outputs);
		variables_merge(m, node->parent, result);
	}
	disarm(m, body);
	effect_add(m, FLOW_LEFT, node_find(m, body)->element, body);
	const struct flow_node was = *node_find(m, body);

	if (!was.compensates && must_remember(m, body)) {
		node = node_find(m, body);
		node->phase = FLOW_DONE;
		node->ended = ++m->last_id;
	} else {
		node_drop(m, body);
	}
	if (was.compensates)
		compensation_next(m, was.compensates);
	else
		take_outgoing(m, was.parent, was.element);
}

static bool count_instances(struct machine *m, uint32_t body, int64_t *ret_n)
{
	const struct flow_loop *loop = loop_of(m, body);

	if (str_empty(loop->collection.source)) {
		*ret_n = value_integer(eval_at(m, &loop->cardinality, body), -1);
	} else {
		struct value items = eval_at(m, &loop->collection, body);

		*ret_n = items.kind == VALUE_LIST ? (int64_t)items.n : -1;
		node_find(m, body)->items = items;
	}
	return *ret_n >= 0 && *ret_n <= FLOW_MAX_INSTANCES;
}

/* Whether a standard loop goes round once more. */
static bool loop_goes_on(struct machine *m, uint32_t body)
{
	const struct flow_loop *loop = loop_of(m, body);

	if (loop->maximum >= 0 && node_find(m, body)->ended >= loop->maximum)
		return false;
	if (!loop->completion.code || (!loop->test_before && node_find(m, body)->ended == 0))
		return true;
	return holds(m, &loop->completion, body);
}

void loop_begin(struct machine *m, uint32_t body)
{
	const struct flow_loop *loop = loop_of(m, body);
	int64_t n = 0;

	if (loop->kind == FLOW_LOOP) {
		if (loop_goes_on(m, body))
			move_add(m, MOVE_LOOP, body, FLOW_NONE, FLOW_NONE);
		else
			body_over(m, body);
		return;
	}
	if (!count_instances(m, body, &n)) {
		incident_raise(m, body, FLOW_EXPRESSION, RETRY_ENTER,
			       N_("The multi-instance needs a list or a number from 0 to %d"),
			       FLOW_MAX_INSTANCES);
		return;
	}
	node_find(m, body)->total = (uint32_t)n;
	if (n == 0)
		body_over(m, body);
	else if (loop->kind == FLOW_SEQUENTIAL_EACH)
		n = 1;
	while (n-- > 0)
		move_add(m, MOVE_LOOP, body, FLOW_NONE, FLOW_NONE);
}

/* "= name": the variable is each instance's own, or they would overwrite each other's. */
static str output_variable(const struct flow_loop *loop)
{
	str name = str_trim(loop->output.source);

	if (!str_starts(name, S("=")))
		return S("");
	name = str_trim(str_slice(name, 1, name.n));
	for (size_t i = 0; i < name.n; i++)
		if (strchr("()[]{}+-*/<>=\"' ,.", name.p[i]))
			return S("");
	return name;
}

void loop_next(struct machine *m, uint32_t body)
{
	struct flow_node *node = node_find(m, body);
	const struct flow_loop *loop = loop_of(m, body);
	uint32_t element = node->element, number = ++node->begun, id;
	struct value item = value_item(node->items, number - 1);

	id = node_add(m, body, element, FLOW_ACTIVE);
	node_find(m, id)->loop = number;
	effect_add(m, FLOW_ENTERED, element, id)->parent = body;
	variables_set_local(m, id, S("loopCounter"), value_int(number));
	if (!str_empty(output_variable(loop)))
		variables_set_local(m, id, output_variable(loop), value_null());
	variables_set_local(m, id, loop->item_name, item);
	variables_in(m, id);
	begin_work(m, id);
}

static bool is_over(struct machine *m, uint32_t body)
{
	const struct flow_loop *loop = loop_of(m, body);
	const struct flow_node *node = node_find(m, body);

	if (loop->kind == FLOW_LOOP)
		return !loop_goes_on(m, body);
	if (node->ended >= node->total)
		return true;
	return loop->completion.code && holds(m, &loop->completion, body);
}

void loop_instance_over(struct machine *m, uint32_t body, uint32_t number)
{
	const struct flow_loop *loop = loop_of(m, body);
	uint32_t ended = ++node_find(m, body)->ended;

	if (loop->each_event != FLOW_NONE)
		throw_from_loop(m, body, &loop->thrown[loop->each_event]);
	if (loop->first_event != FLOW_NONE && ended == 1)
		throw_from_loop(m, body, &loop->thrown[loop->first_event]);
	for (uint32_t i = 0; i < loop->condition_count && node_find(m, body); i++)
		if (holds(m, &loop->conditions[i], body))
			throw_from_loop(m, body, &loop->thrown[i]);
	if (!node_find(m, body))
		return;
	if (is_over(m, body)) {
		cancel_children(m, body, /* except= */ 0);
		body_over(m, body);
	} else if (loop->kind != FLOW_PARALLEL_EACH) {
		move_add(m, MOVE_LOOP, body, FLOW_NONE, FLOW_NONE);
	}
}
