/* A node is over: what it leaves behind, and where its token goes. */
#include "flow/machine.h"

static void take(struct machine *m, uint32_t scope, uint32_t flow, int64_t tokens)
{
	for (int64_t i = 0; i < tokens; i++) {
		effect_add(m, FLOW_TAKEN, FLOW_NONE, scope)->sequence = flow;
		move_add(m, MOVE_ALONG, scope, m->definition->flows[flow].to, flow);
	}
}

/* Activities and events: every flow whose condition holds, and all without one; the default where
 * that is none. */
void take_outgoing(struct machine *m, uint32_t scope, uint32_t element)
{
	const struct flow_element *e = element_of(m, element);
	uint32_t taken = 0;

	for (uint32_t i = 0; i < e->outgoing_count; i++) {
		const struct flow_sequence *flow = &m->definition->flows[e->outgoing[i]];
		bool free = str_empty(flow->condition.source) || e->kind == FLOW_PARALLEL;

		if (e->outgoing[i] == e->default_flow ||
		    (!free && !condition_holds(m, &flow->condition, scope)))
			continue;
		take(m, scope, e->outgoing[i], e->completion_quantity);
		taken++;
	}
	if (taken == 0 && e->default_flow != FLOW_NONE)
		take(m, scope, e->default_flow, e->completion_quantity);
	else if (taken == 0 && e->outgoing_count)
		incident_raise(m, incident_node(m, scope, element, FLOW_NONE), FLOW_NO_FLOW,
			       RETRY_LEAVE, N_("No condition holds and there is no default flow"));
}

/* What an instance of a multi-instance gives goes to its place in the list. */
static void collect_output(struct machine *m, uint32_t id, uint32_t body)
{
	const struct flow_loop *loop = &element_of(m, node_find(m, id)->element)->loop;

	if (str_empty(loop->output_name))
		return;
	struct value output = eval_at(m, &loop->output, id);
	struct flow_node *holder = node_find(m, body);
	struct value outputs = value_list();
	uint32_t at = node_find(m, id)->loop - 1, n = holder->outputs.n;

	for (uint32_t i = 0; i < n || i <= at; i++)
		value_push(m->arena, &outputs,
			   i == at ? output : value_item(holder->outputs, i));
	holder->outputs = outputs;
}

static void after_call(struct machine *m, uint32_t caller, struct value variables)
{
	const struct flow_element *element = element_of(m, node_find(m, caller)->element);

	/* Output mappings see everything; without them all of it comes back, or nothing. */
	if (element->output_count == 0 && !element->propagate_child)
		variables = value_null();
	complete(m, caller, variables);
}

static void go_on(struct machine *m, const struct flow_node *was)
{
	const struct flow_element *element = element_of(m, was->element);

	if (was->loop)
		loop_instance_over(m, was->parent, was->loop);
	else if (was->compensates)
		compensation_next(m, was->compensates);
	else if (element->kind == FLOW_PROCESS)
		after_call(m, was->parent, was->variables);
	else if (element->kind != FLOW_EVENT_SUB_PROCESS)
		take_outgoing(m, was->parent, was->element);
}

/* An ad-hoc sub-process is asked after each activity in it whether it is done. */
static void ask_ad_hoc(struct machine *m, uint32_t scope)
{
	const struct flow_node *node = node_find(m, scope);

	if (!node || node->phase != FLOW_ACTIVE)
		return;
	const struct flow_element *element = element_of(m, node->element);

	if (element->kind != FLOW_AD_HOC || !element->completion.code ||
	    !condition_holds(m, &element->completion, scope))
		return;
	node_find(m, scope)->begun = UINT32_MAX; /* nothing further is begun */
	if (element->cancel_rest)
		cancel_children(m, scope, /* except= */ 0);
}

void complete(struct machine *m, uint32_t id, struct value variables)
{
	const struct flow_node *node = node_find(m, id);

	variables_out(m, id, variables);
	if (node->loop)
		collect_output(m, id, node->parent);
	disarm(m, id);
	effect_add(m, FLOW_LEFT, node->element, id);
	struct flow_node was = *node_find(m, id);

	/* What was just undone, or undid something, is done with. */
	if (!was.compensates && must_remember(m, id)) {
		struct flow_node *kept = node_find(m, id);

		kept->phase = FLOW_DONE;
		kept->holds = FLOW_HOLDS_NOTHING;
		kept->ended = ++m->last_id;
	} else {
		node_drop(m, id);
	}
	go_on(m, &was);
	ask_ad_hoc(m, was.parent);
}

void end_instance(struct machine *m)
{
	struct flow_node *root = &LIST_AT(m->nodes, struct flow_node, 0);
	uint32_t id = root->id;

	if (m->status == FLOW_RUNNING)
		m->status = FLOW_FINISHED;
	cancel_children(m, id, /* except= */ 0);
	disarm(m, id);
	effect_add(m, FLOW_LEFT, m->process, id);
	struct flow_effect *effect = effect_add(m, FLOW_ENDED, m->end_element, id);

	effect->name = m->end_error;
	effect->status = m->status;
	effect->variables = LIST_AT(m->nodes, struct flow_node, 0).variables;
	/* What was remembered for compensation is of no use any more. */
	m->nodes.n = 1;
	m->joins.n = m->waits.n = 0;
	m->moves.n = m->next_move = 0;
	LIST_AT(m->nodes, struct flow_node, 0).phase = FLOW_DONE;
}
