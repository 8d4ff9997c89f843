/* Running until every token waits. */
#include "flow/machine.h"

static uint32_t alive_joins(const struct machine *m, uint32_t scope)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->joins.n; i++)
		n += LIST_AT(m->joins, struct flow_join, i).scope == scope;
	return n;
}

static uint32_t first_join(const struct machine *m, uint32_t scope)
{
	for (uint32_t i = 0; i < m->joins.n; i++)
		if (LIST_AT(m->joins, struct flow_join, i).scope == scope)
			return LIST_AT(m->joins, struct flow_join, i).flow;
	return FLOW_NONE;
}

/* Nothing moves in this scope any more. */
static bool scope_is_idle(struct machine *m, uint32_t id)
{
	if (alive_joins(m, id)) {
		if (join_force(m, id))
			return true;
		uint32_t element = m->definition->flows[first_join(m, id)].to;

		incident_raise(m, incident_node(m, id, element, FLOW_NONE), FLOW_STUCK,
			       RETRY_LEAVE,
			       N_("Tokens wait here for others that can come no more"));
		return true;
	}
	if (element_of(m, node_find(m, id)->element)->kind == FLOW_AD_HOC && ad_hoc_next(m, id))
		return true;
	if (node_find(m, id)->parent == 0)
		end_instance(m);
	else
		complete(m, id, value_null());
	return true;
}

/* The innermost scope without anything going on in it is over. */
static bool settle_scopes(struct machine *m)
{
	struct arena_mark mark = arena_mark(m->arena);
	uint32_t *live = ARENA_ARRAY(m->arena, uint32_t, m->nodes.n);
	uint32_t idle = 0;

	for (uint32_t i = m->nodes.n; i-- > 0 && !idle;) {
		const struct flow_node *node = &LIST_AT(m->nodes, struct flow_node, i);
		const struct flow_node *parent = node_find(m, node->parent);

		if (parent && node->phase != FLOW_DONE)
			live[parent - (struct flow_node *)m->nodes.p]++;
		if (flow_is_scope(element_of(m, node->element)->kind) &&
		    node->phase == FLOW_ACTIVE && !live[i])
			idle = node->id;
	}
	arena_rewind(m->arena, mark);
	return idle && scope_is_idle(m, idle);
}

static void make_move(struct machine *m, const struct move *move)
{
	switch (move->kind) {
	case MOVE_ALONG:
	case MOVE_ENTER:
		enter(m, move->node, move->element, move->flow, move->compensates);
		break;
	case MOVE_LOOP:
		loop_next(m, move->node);
		break;
	case MOVE_DEAD:
		break;
	}
}

/* What still moves after so many steps moves for ever: it stops where it is, and somebody looks. */
static void stop_moves(struct machine *m)
{
	while (m->next_move < m->moves.n) {
		const struct move move = LIST_AT(m->moves, struct move, m->next_move++);
		uint32_t element = move.element, id;

		if (move.kind == MOVE_DEAD)
			continue;
		if (move.kind == MOVE_LOOP)
			element = node_find(m, move.node)->element;
		id = incident_node(m, move.node, element, move.flow);
		node_find(m, id)->compensates = move.compensates;
		incident_raise(m, id, FLOW_ENDLESS, RETRY_ENTER,
			       N_("Too many steps without anybody waiting: an endless loop"));
	}
}

static bool make_moves(struct machine *m)
{
	while (m->next_move < m->moves.n) {
		if (m->steps_left == 0) {
			stop_moves(m);
			return false;
		}
		const struct move move = LIST_AT(m->moves, struct move, m->next_move++);

		m->steps_left--;
		make_move(m, &move);
		if (m->status != FLOW_RUNNING)
			return false;
	}
	m->moves.n = m->next_move = 0;
	return true;
}

/* Signals nobody got round to throwing. */
static void stop_signals(struct machine *m)
{
	while (m->next_signal < m->signals.n) {
		uint32_t id = LIST_AT(m->signals, uint32_t, m->next_signal++);

		if (node_find(m, id))
			incident_raise(m, id, FLOW_ENDLESS, RETRY_ENTER,
				       N_("Too many steps without anybody waiting: an endless loop"));
	}
}

void run(struct machine *m)
{
	while (make_moves(m) && m->status == FLOW_RUNNING) {
		if (m->steps_left == 0)
			break;
		m->steps_left--;
		if (!settle_signals(m) && !(m->changed && settle_conditions(m)) &&
		    !settle_joins(m) && !settle_scopes(m))
			return;
	}
	if (m->status == FLOW_RUNNING)
		stop_signals(m);
}
