/*
 * Gateways. Tokens that wait at a join are counted per incoming flow, so that two tokens from the
 * same side never stand for one from each. An inclusive join opens when no token elsewhere in its
 * scope can still come in by a flow that is empty: the standard's rule, asked again whenever a
 * step has come to rest, so that it opens when a token dies as well as when one arrives.
 */
#include "flow/machine.h"

static struct flow_join *join_find(const struct machine *m, uint32_t scope, uint32_t flow)
{
	for (uint32_t i = 0; i < m->joins.n; i++) {
		struct flow_join *join = &LIST_AT(m->joins, struct flow_join, i);

		if (join->scope == scope && join->flow == flow)
			return join;
	}
	return NULL;
}

uint32_t join_has(const struct machine *m, uint32_t scope, uint32_t flow)
{
	const struct flow_join *join = join_find(m, scope, flow);

	return join ? join->count : 0;
}

void join_count(struct machine *m, uint32_t scope, uint32_t flow, int change)
{
	struct flow_join *join = join_find(m, scope, flow);

	if (!join) {
		join = LIST_ADD(m->arena, &m->joins, struct flow_join);
		join->scope = scope;
		join->flow = flow;
	}
	join->count += (uint32_t)change;
	if (join->count == 0)
		*join = LIST_AT(m->joins, struct flow_join, --m->joins.n);
}

static void take_flow(struct machine *m, uint32_t scope, uint32_t flow)
{
	effect_add(m, FLOW_TAKEN, FLOW_NONE, scope)->sequence = flow;
	move_add(m, MOVE_ALONG, scope, m->definition->flows[flow].to, flow);
}

static bool flow_is_open(struct machine *m, uint32_t scope, uint32_t flow)
{
	const struct flow_expression *condition = &m->definition->flows[flow].condition;

	return str_empty(condition->source) || condition_holds(m, condition, scope);
}

void split(struct machine *m, uint32_t scope, uint32_t element)
{
	const struct flow_element *e = element_of(m, element);
	uint32_t taken = 0;

	if (e->kind == FLOW_PARALLEL) {
		take_outgoing(m, scope, element);
		return;
	}
	for (uint32_t i = 0; i < e->outgoing_count; i++) {
		if (e->outgoing[i] == e->default_flow || !flow_is_open(m, scope, e->outgoing[i]))
			continue;
		take_flow(m, scope, e->outgoing[i]);
		taken++;
		if (e->kind == FLOW_EXCLUSIVE)
			break;
	}
	if (taken == 0 && e->default_flow != FLOW_NONE)
		take_flow(m, scope, e->default_flow);
	else if (taken == 0 && e->outgoing_count)
		incident_raise(m, incident_node(m, scope, element, FLOW_NONE), FLOW_NO_FLOW,
			       RETRY_LEAVE, N_("No condition holds and there is no default flow"));
}

static void open_gateway(struct machine *m, uint32_t scope, uint32_t element)
{
	effect_add(m, FLOW_ENTERED, element, 0)->parent = scope;
	effect_add(m, FLOW_LEFT, element, 0);
	split(m, scope, element);
}

/* One token from every flow that has any. */
static void consume(struct machine *m, uint32_t scope, const struct flow_element *e)
{
	for (uint32_t i = 0; i < e->incoming_count; i++)
		if (join_has(m, scope, e->incoming[i]))
			join_count(m, scope, e->incoming[i], -1);
}

static bool is_full(const struct machine *m, uint32_t scope, const struct flow_element *e)
{
	for (uint32_t i = 0; i < e->incoming_count; i++)
		if (!join_has(m, scope, e->incoming[i]))
			return false;
	return true;
}

/* Where a complex gateway that has opened waits for the tokens that are still under way. */
static uint32_t waiting_for_reset(const struct machine *m, uint32_t scope, uint32_t element)
{
	for (uint32_t i = 0; i < m->nodes.n; i++) {
		const struct flow_node *node = &LIST_AT(m->nodes, struct flow_node, i);

		if (node->parent == scope && node->element == element &&
		    node->phase == FLOW_ACTIVE)
			return node->id;
	}
	return 0;
}

static bool is_activated(struct machine *m, uint32_t scope, const struct flow_element *e)
{
	struct value counts = value_map();
	uint32_t sum = 0;

	for (uint32_t i = 0; i < e->incoming_count; i++)
		sum += join_has(m, scope, e->incoming[i]);
	value_append(m->arena, &counts, S("activationCount"), value_int(sum));
	const struct feel_scope inner = { counts, scope_of(m, scope) };

	return value_is_true(expression_eval(&e->activation, m->arena, &inner, m->env));
}

static void enter_complex(struct machine *m, uint32_t scope, uint32_t element)
{
	const struct flow_element *e = element_of(m, element);

	if (waiting_for_reset(m, scope, element) || !is_activated(m, scope, e))
		return;
	consume(m, scope, e);
	uint32_t id = node_add(m, scope, element, FLOW_ACTIVE);

	/* The flows that have given their token; the others are waited for until the reset. */
	node_find(m, id)->total = 1;
	open_gateway(m, scope, element);
}

void enter_gateway(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow)
{
	const struct flow_element *e = element_of(m, element);

	if (e->kind == FLOW_EXCLUSIVE || e->incoming_count <= 1 || flow == FLOW_NONE) {
		open_gateway(m, scope, element);
		return;
	}
	join_count(m, scope, flow, 1);
	if (e->kind == FLOW_COMPLEX) {
		enter_complex(m, scope, element);
	} else if (is_full(m, scope, e)) {
		consume(m, scope, e);
		open_gateway(m, scope, element);
	}
}

/* Marks every element from which a token could come to one of the gateway's flows that have (or
 * have not) tokens, without passing the gateway itself. */
static void mark_upstream(const struct machine *m, uint32_t scope, uint32_t gateway, bool filled,
			  bool *marks)
{
	const struct flow_definition *d = m->definition;
	const struct flow_element *e = &d->elements[gateway];
	struct list open = { 0 };

	for (uint32_t i = 0; i < e->incoming_count; i++)
		if ((join_has(m, scope, e->incoming[i]) > 0) == filled)
			*LIST_ADD(m->arena, &open, uint32_t) = d->flows[e->incoming[i]].from;
	while (open.n) {
		uint32_t at = LIST_AT(open, uint32_t, --open.n);
		const struct flow_element *here = &d->elements[at];

		if (at == gateway || marks[at])
			continue;
		marks[at] = true;
		for (uint32_t i = 0; i < here->incoming_count; i++)
			*LIST_ADD(m->arena, &open, uint32_t) = d->flows[here->incoming[i]].from;
		if (here->attached_to != FLOW_NONE)
			*LIST_ADD(m->arena, &open, uint32_t) = here->attached_to;
		if (here->kind != FLOW_CATCH || here->triggers[0].kind != FLOW_ON_LINK)
			continue;
		const struct flow_element *around = &d->elements[here->scope];

		for (uint32_t i = 0; i < around->child_count; i++) {
			const struct flow_element *t = &d->elements[around->children[i]];

			if (t->kind == FLOW_THROW && t->trigger_count &&
			    t->triggers[0].kind == FLOW_ON_LINK &&
			    str_eq(t->triggers[0].name, here->triggers[0].name))
				*LIST_ADD(m->arena, &open, uint32_t) = around->children[i];
		}
	}
}

static bool more_may_come(struct machine *m, uint32_t scope, uint32_t gateway)
{
	struct arena_mark mark = arena_mark(m->arena);
	bool *empty = ARENA_ARRAY(m->arena, bool, m->definition->element_count);
	bool *filled = ARENA_ARRAY(m->arena, bool, m->definition->element_count);
	bool may = false;

	mark_upstream(m, scope, gateway, /* filled= */ false, empty);
	mark_upstream(m, scope, gateway, /* filled= */ true, filled);
	for (uint32_t i = 0; i < m->nodes.n; i++) {
		const struct flow_node *node = &LIST_AT(m->nodes, struct flow_node, i);

		if (node->parent == scope && node->phase != FLOW_DONE && empty[node->element] &&
		    !filled[node->element])
			may = true;
	}
	for (uint32_t i = 0; i < m->joins.n; i++) {
		const struct flow_join *join = &LIST_AT(m->joins, struct flow_join, i);
		uint32_t at = m->definition->flows[join->flow].to;

		if (join->scope == scope && at != gateway && empty[at] && !filled[at])
			may = true;
	}
	arena_rewind(m->arena, mark);
	return may;
}

static bool is_waiting_join(const struct machine *m, const struct flow_join *join)
{
	return element_of(m, m->definition->flows[join->flow].to)->kind == FLOW_INCLUSIVE;
}

/* The gateway swallows what came late, and is as new. */
static bool reset_complex(struct machine *m)
{
	for (uint32_t i = 0; i < m->nodes.n; i++) {
		const struct flow_node *node = &LIST_AT(m->nodes, struct flow_node, i);
		const struct flow_element *e = element_of(m, node->element);

		if (e->kind != FLOW_COMPLEX || node->phase != FLOW_ACTIVE ||
		    more_may_come(m, node->parent, node->element))
			continue;
		for (uint32_t f = 0; f < e->incoming_count; f++)
			while (join_has(m, node->parent, e->incoming[f]))
				join_count(m, node->parent, e->incoming[f], -1);
		node_drop(m, node->id);
		return true;
	}
	return false;
}

bool settle_joins(struct machine *m)
{
	for (uint32_t i = 0; i < m->joins.n; i++) {
		const struct flow_join *join = &LIST_AT(m->joins, struct flow_join, i);
		uint32_t scope = join->scope, gateway = m->definition->flows[join->flow].to;

		if (!is_waiting_join(m, join) || more_may_come(m, scope, gateway))
			continue;
		consume(m, scope, element_of(m, gateway));
		open_gateway(m, scope, gateway);
		return true;
	}
	return reset_complex(m);
}

bool join_force(struct machine *m, uint32_t scope)
{
	for (uint32_t i = 0; i < m->joins.n; i++) {
		const struct flow_join *join = &LIST_AT(m->joins, struct flow_join, i);
		uint32_t gateway = m->definition->flows[join->flow].to;

		if (join->scope != scope || !is_waiting_join(m, join))
			continue;
		consume(m, scope, element_of(m, gateway));
		open_gateway(m, scope, gateway);
		return true;
	}
	return false;
}
