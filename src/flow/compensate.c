/*
 * Compensation. An activity that can be undone is kept as a node that is done; undoing goes
 * backwards, one handler after another, driven by the node that wants it: a throwing event, a
 * sub-process that is itself being undone, or a transaction that was cancelled.
 */
#include "flow/machine.h"

static uint32_t compensation_start(const struct machine *m, const struct flow_element *scope)
{
	for (uint32_t i = 0; i < scope->child_count; i++) {
		const struct flow_element *child = element_of(m, scope->children[i]);

		if (child->kind != FLOW_EVENT_SUB_PROCESS || child->start == FLOW_NONE)
			continue;
		const struct flow_element *start = element_of(m, child->start);

		if (start->trigger_count && start->triggers[0].kind == FLOW_ON_COMPENSATION)
			return child->start;
	}
	return FLOW_NONE;
}

static bool has_done_children(const struct machine *m, uint32_t id)
{
	for (uint32_t i = 0; i < m->nodes.n; i++)
		if (LIST_AT(m->nodes, struct flow_node, i).parent == id)
			return true;
	return false;
}

bool must_remember(const struct machine *m, uint32_t id)
{
	const struct flow_node *node = node_find(m, id);
	const struct flow_element *element = element_of(m, node->element);

	if (element->kind == FLOW_EVENT_SUB_PROCESS || element->kind == FLOW_PROCESS)
		return false;
	if (element->compensation != FLOW_NONE && !node->loop)
		return true;
	return compensation_start(m, element) != FLOW_NONE || has_done_children(m, id);
}

/* The scope whose activities a driver undoes: a sub-process being undone its own; an event those
 * beside it, and, within an event sub-process, those of the scope it belongs to. */
static bool is_in_reach(const struct machine *m, const struct flow_node *driver,
			const struct flow_node *done)
{
	if (flow_is_scope(element_of(m, driver->element)->kind) ||
	    element_of(m, driver->element)->kind == FLOW_CALL || driver->total == UINT32_MAX)
		return done->parent == driver->id;
	const struct flow_node *scope = node_find(m, driver->parent);

	if (done->parent == scope->id)
		return true;
	return element_of(m, scope->element)->kind == FLOW_EVENT_SUB_PROCESS &&
	       done->parent == scope->parent;
}

static const struct flow_node *latest(const struct machine *m, const struct flow_node *driver)
{
	const struct flow_element *element = element_of(m, driver->element);
	uint32_t only = element->trigger_count ? element->triggers[0].activity : FLOW_NONE;
	const struct flow_node *found = NULL;

	for (uint32_t i = 0; i < m->nodes.n; i++) {
		const struct flow_node *node = &LIST_AT(m->nodes, struct flow_node, i);

		if (node->phase == FLOW_DONE && is_in_reach(m, driver, node) &&
		    (only == FLOW_NONE || node->element == only) &&
		    (!found || node->ended > found->ended))
			found = node;
	}
	return found;
}

static void driver_over(struct machine *m, uint32_t id)
{
	const struct flow_node was = *node_find(m, id);
	const struct flow_element *element = element_of(m, was.element);

	if (was.phase == FLOW_ENDING) {
		for (uint32_t i = 0; i < element->boundary_count; i++) {
			const struct flow_element *edge = element_of(m, element->boundaries[i]);

			if (edge->trigger_count && edge->triggers[0].kind == FLOW_ON_CANCEL) {
				edge_fires(m, id, element->boundaries[i], value_null());
				return;
			}
		}
		cancel(m, id);
		return;
	}
	node_drop(m, id);
	if (was.compensates)
		compensation_next(m, was.compensates);
	else if (was.total != 1)
		throw_over(m, was.parent, was.element);
}

static void undo(struct machine *m, uint32_t driver, const struct flow_node *done)
{
	const struct flow_node was = *done;
	const struct flow_element *element = element_of(m, was.element);
	uint32_t start = compensation_start(m, element);
	struct flow_node *node = node_find(m, was.id);

	if (element->compensation != FLOW_NONE) {
		node_drop(m, was.id);
		move_add(m, MOVE_ENTER, was.parent, element->compensation, FLOW_NONE)->compensates =
			driver;
		return;
	}
	node->compensates = driver;
	if (start != FLOW_NONE) {
		/* It says itself how it is undone; when that is over, so is it. */
		node->phase = FLOW_ACTIVE;
		edge_fires(m, was.id, start, value_null());
	} else {
		node->phase = FLOW_COMPENSATING;
		node->total = UINT32_MAX;
		compensation_next(m, was.id);
	}
}

void compensation_next(struct machine *m, uint32_t id)
{
	const struct flow_node *driver = node_find(m, id), *done;

	if (!driver)
		return;
	done = latest(m, driver);
	if (done)
		undo(m, id, done);
	else
		driver_over(m, id);
}

void cancel_transaction(struct machine *m, uint32_t scope)
{
	struct flow_node *node;

	while (element_of(m, node_find(m, scope)->element)->kind != FLOW_TRANSACTION &&
	       node_find(m, scope)->parent)
		scope = node_find(m, scope)->parent;
	node = node_find(m, scope);
	if (element_of(m, node->element)->kind != FLOW_TRANSACTION)
		return;
	cancel_children(m, scope, /* except= */ 0);
	node_find(m, scope)->phase = FLOW_ENDING;
	node_find(m, scope)->total = UINT32_MAX;
	compensation_next(m, scope);
}
