#include "flow/machine.h"

#include <stdarg.h>
#include <stdio.h>

struct flow_node *node_find(const struct machine *m, uint32_t id)
{
	uint32_t low = 0, high = m->nodes.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct flow_node *node = &LIST_AT(m->nodes, struct flow_node, middle);

		if (node->id == id)
			return node;
		if (node->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

uint32_t node_add(struct machine *m, uint32_t parent, uint32_t element, enum flow_phase phase)
{
	struct flow_node *node = LIST_ADD(m->arena, &m->nodes, struct flow_node);

	node->id = ++m->last_id;
	node->parent = parent;
	node->element = element;
	node->phase = phase;
	node->flow = FLOW_NONE;
	return node->id;
}

static void drop_joins(struct machine *m, uint32_t scope)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->joins.n; i++)
		if (LIST_AT(m->joins, struct flow_join, i).scope != scope)
			LIST_AT(m->joins, struct flow_join, kept++) =
				LIST_AT(m->joins, struct flow_join, i);
	m->joins.n = kept;
}

static void drop_moves(struct machine *m, uint32_t scope)
{
	for (uint32_t i = m->next_move; i < m->moves.n; i++)
		if (LIST_AT(m->moves, struct move, i).node == scope)
			LIST_AT(m->moves, struct move, i).kind = MOVE_DEAD;
}

static bool is_among(const struct list *sorted, uint32_t id)
{
	uint32_t low = 0, high = sorted->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		uint32_t at = LIST_AT(*sorted, uint32_t, middle);

		if (at == id)
			return true;
		if (at < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* The node and all below it, in the order of their ids: a child's id is above its parent's. */
static struct list subtree(struct machine *m, uint32_t id)
{
	struct list found = { 0 };

	for (uint32_t i = 0; i < m->nodes.n; i++) {
		const struct flow_node *node = &LIST_AT(m->nodes, struct flow_node, i);

		if (node->id == id || (found.n && is_among(&found, node->parent)))
			*LIST_ADD(m->arena, &found, uint32_t) = node->id;
	}
	return found;
}

static void tell_cancelled(struct machine *m, const struct flow_node *node)
{
	uint32_t element = node->element, id = node->id;

	if (node->phase == FLOW_DONE)
		return;
	if (node->holds == FLOW_HOLDS_TASK)
		effect_add(m, FLOW_TASK_CANCELLED, element, id);
	if (node->holds == FLOW_HOLDS_JOB)
		effect_add(m, FLOW_JOB_CANCELLED, element, id);
	if (node->holds == FLOW_HOLDS_CALL)
		effect_add(m, FLOW_CALL_CANCELLED, element, id);
	if (node->phase == FLOW_INCIDENT_OPEN)
		effect_add(m, FLOW_INCIDENT_OVER, element, id);
	effect_add(m, FLOW_CANCELLED, element, id);
}

static void remove_subtree(struct machine *m, uint32_t id, bool loudly)
{
	struct list gone = subtree(m, id);
	uint32_t kept = 0;

	for (uint32_t i = gone.n; i-- > 0;) {
		uint32_t one = LIST_AT(gone, uint32_t, i);

		if (m->waits.n)
			disarm(m, one);
		if (m->joins.n)
			drop_joins(m, one);
		drop_moves(m, one);
		if (loudly)
			tell_cancelled(m, node_find(m, one));
	}
	for (uint32_t i = 0; i < m->nodes.n; i++)
		if (!is_among(&gone, LIST_AT(m->nodes, struct flow_node, i).id))
			LIST_AT(m->nodes, struct flow_node, kept++) =
				LIST_AT(m->nodes, struct flow_node, i);
	m->nodes.n = kept;
}

void node_drop(struct machine *m, uint32_t id)
{
	remove_subtree(m, id, /* loudly= */ false);
}

void cancel(struct machine *m, uint32_t id)
{
	remove_subtree(m, id, /* loudly= */ true);
}

void cancel_children(struct machine *m, uint32_t scope, uint32_t except)
{
	struct list children = { 0 };

	for (uint32_t i = 0; i < m->nodes.n; i++) {
		const struct flow_node *node = &LIST_AT(m->nodes, struct flow_node, i);

		if (node->parent == scope && node->phase != FLOW_DONE && node->id != except)
			*LIST_ADD(m->arena, &children, uint32_t) = node->id;
	}
	for (uint32_t i = children.n; i-- > 0;)
		cancel(m, LIST_AT(children, uint32_t, i));
	drop_joins(m, scope);
	drop_moves(m, scope);
}

bool node_has_live_children(const struct machine *m, uint32_t id)
{
	for (uint32_t i = m->nodes.n; i-- > 0;) {
		const struct flow_node *node = &LIST_AT(m->nodes, struct flow_node, i);

		if (node->id <= id)
			return false;
		if (node->parent == id && node->phase != FLOW_DONE)
			return true;
	}
	return false;
}

struct flow_effect *effect_add(struct machine *m, enum flow_effect_kind kind, uint32_t element,
			       uint32_t node)
{
	struct flow_effect *effect = LIST_ADD(m->arena, &m->effects, struct flow_effect);

	effect->kind = kind;
	effect->element = element;
	effect->node = node;
	effect->sequence = FLOW_NONE;
	return effect;
}

struct move *move_add(struct machine *m, enum move_kind kind, uint32_t scope, uint32_t element,
		      uint32_t flow)
{
	struct move *move = LIST_ADD(m->arena, &m->moves, struct move);

	*move = (struct move){ .kind = kind, .node = scope, .element = element, .flow = flow };
	return move;
}

void incident_raise(struct machine *m, uint32_t id, enum flow_incident_kind kind,
		    enum incident_mode mode, const char *format, ...)
{
	struct flow_node *node = node_find(m, id);
	char text[600];
	va_list arguments;

	va_start(arguments, format);
	int n = vsnprintf(text, sizeof(text), ctx_text(m->ctx, format), arguments);
	va_end(arguments);
	size_t length = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
	while (length && !utf8_valid(str_of(text, length)))
		length--;
	node->incident = arena_copy(m->arena, str_of(text, length));
	node->phase = FLOW_INCIDENT_OPEN;
	node->retry = mode;
	struct flow_effect *effect = effect_add(m, FLOW_INCIDENT, node->element, id);

	effect->text = node->incident;
	effect->incident = kind;
}

uint32_t incident_node(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow)
{
	uint32_t id = node_add(m, scope, element, FLOW_ACTIVE);

	node_find(m, id)->flow = flow;
	return id;
}
