/* Events that bring something about, and who catches it. */
#include "flow/machine.h"

void throw_over(struct machine *m, uint32_t scope, uint32_t element)
{
	effect_add(m, FLOW_LEFT, element, 0);
	if (element_of(m, element)->kind == FLOW_THROW)
		take_outgoing(m, scope, element);
}

static bool catches(const struct flow_element *element, enum flow_trigger_kind kind, str code,
		    bool any)
{
	for (uint32_t i = 0; i < element->trigger_count; i++) {
		const struct flow_trigger *trigger = &element->triggers[i];

		if (trigger->kind != kind)
			continue;
		if (any ? !trigger->named : trigger->named && str_eq(trigger->code, code))
			return true;
	}
	return false;
}

/* The event sub-process of this scope that begins with it; its start event. */
static uint32_t catching_start(const struct machine *m, const struct flow_element *scope,
			       enum flow_trigger_kind kind, str code, bool any)
{
	for (uint32_t i = 0; i < scope->child_count; i++) {
		const struct flow_element *child = element_of(m, scope->children[i]);

		if (child->kind == FLOW_EVENT_SUB_PROCESS && child->start != FLOW_NONE &&
		    catches(element_of(m, child->start), kind, code, any))
			return child->start;
	}
	return FLOW_NONE;
}

static uint32_t catching_boundary(const struct machine *m, const struct flow_element *element,
				  enum flow_trigger_kind kind, str code, bool any)
{
	for (uint32_t i = 0; i < element->boundary_count; i++)
		if (catches(element_of(m, element->boundaries[i]), kind, code, any))
			return element->boundaries[i];
	return FLOW_NONE;
}

/* From a node outward: event sub-processes of each scope, then the events at its edge; at each
 * place first who names the code, then who catches any. An event sub-process does not catch what
 * it or one beside it throws, or it would run for ever. */
static bool catch_upward(struct machine *m, uint32_t id, enum flow_trigger_kind kind, str code,
			 struct value variables)
{
	enum flow_kind from = FLOW_PROCESS;

	for (const struct flow_node *node = node_find(m, id); node;
	     node = node_find(m, node->parent)) {
		const struct flow_element *element = element_of(m, node->element);

		for (int any = 0; any <= 1; any++) {
			uint32_t at = FLOW_NONE;

			if (node->phase != FLOW_BODY && from != FLOW_EVENT_SUB_PROCESS)
				at = catching_start(m, element, kind, code, any);
			if (at == FLOW_NONE && !node->loop)
				at = catching_boundary(m, element, kind, code, any);
			if (at == FLOW_NONE)
				continue;
			edge_fires(m, node->id, at, variables);
			return true;
		}
		from = element->kind;
	}
	return false;
}

bool throw_error(struct machine *m, uint32_t node, str code, struct value variables)
{
	return catch_upward(m, node, FLOW_ON_ERROR, code, variables);
}

bool throw_escalation(struct machine *m, uint32_t node, str code, struct value variables)
{
	return catch_upward(m, node, FLOW_ON_ESCALATION, code, variables);
}

void signal_deliver(struct machine *m, str name, struct value variables)
{
	struct list ids = { 0 };

	for (uint32_t i = 0; i < m->waits.n; i++) {
		const struct flow_wait *wait = &LIST_AT(m->waits, struct flow_wait, i);

		if (wait->kind == FLOW_ON_SIGNAL && str_eq(wait->name, name))
			*LIST_ADD(m->arena, &ids, uint32_t) = wait->id;
	}
	/* One may cancel another that waits too. */
	for (uint32_t i = 0; i < ids.n; i++)
		if (wait_find(m, LIST_AT(ids, uint32_t, i)))
			fire(m, LIST_AT(ids, uint32_t, i), variables);
}

static void signal_throw(struct machine *m, uint32_t element, str name, struct value variables)
{
	struct flow_effect *effect = effect_add(m, FLOW_SIGNAL_THROWN, element, 0);

	effect->name = name;
	effect->variables = variables;
	signal_deliver(m, name, variables);
}

bool settle_signals(struct machine *m)
{
	while (m->next_signal < m->signals.n) {
		uint32_t id = LIST_AT(m->signals, uint32_t, m->next_signal++);
		struct flow_node *node = node_find(m, id);

		if (!node)
			continue;
		const struct flow_element *element = element_of(m, node->element);
		uint32_t scope = node->parent, thrower = node->element;
		struct value variables = node->variables;

		for (uint32_t i = 0; i < element->trigger_count; i++)
			if (element->triggers[i].kind == FLOW_ON_SIGNAL)
				signal_throw(m, thrower, element->triggers[i].name, variables);
		if (node_find(m, id)) {
			node_drop(m, id);
			throw_over(m, scope, thrower);
		}
		return true;
	}
	m->signals.n = m->next_signal = 0;
	return false;
}

static void throw_message(struct machine *m, uint32_t element, const struct flow_trigger *trigger,
			  uint32_t node)
{
	struct flow_effect *effect = effect_add(m, FLOW_MESSAGE_THROWN, element, 0);

	effect->name = trigger->name;
	effect->key = feel_to_string(m->arena, eval_at(m, &trigger->key, node));
	effect->variables = node_find(m, node)->variables;
}

static void end_in_error(struct machine *m, uint32_t scope, uint32_t element, str code)
{
	if (throw_error(m, scope, code, value_null()))
		return;
	m->end_element = element;
	m->end_error = code;
	m->status = FLOW_FAILED;
	end_instance(m);
}

static void throw_link(struct machine *m, uint32_t scope, uint32_t element)
{
	const struct flow_element *e = element_of(m, element);
	const struct flow_element *around = element_of(m, e->scope);

	effect_add(m, FLOW_LEFT, element, 0);
	for (uint32_t i = 0; i < around->child_count; i++) {
		const struct flow_element *other = element_of(m, around->children[i]);

		if (other->kind == FLOW_CATCH && other->trigger_count &&
		    other->triggers[0].kind == FLOW_ON_LINK &&
		    str_eq(other->triggers[0].name, e->triggers[0].name)) {
			move_add(m, MOVE_ENTER, scope, around->children[i], FLOW_NONE);
			return;
		}
	}
}

/* Those that stay for a while: as a node that somebody else ends. */
static bool throw_lasting(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow)
{
	const struct flow_element *e = element_of(m, element);
	bool job = !str_empty(e->job_type.source), signal = false;
	uint32_t id;

	for (uint32_t i = 0; i < e->trigger_count; i++)
		signal = signal || e->triggers[i].kind == FLOW_ON_SIGNAL;
	if (!signal && e->triggers[0].kind != FLOW_ON_COMPENSATION &&
	    !(job && e->triggers[0].kind == FLOW_ON_MESSAGE))
		return false;
	id = node_add(m, scope, element, FLOW_ACTIVE);
	node_find(m, id)->flow = flow;
	variables_in(m, id);
	for (uint32_t i = 0; i < e->trigger_count; i++)
		if (e->triggers[i].kind == FLOW_ON_MESSAGE && !job)
			throw_message(m, element, &e->triggers[i], id);
	if (signal) {
		*LIST_ADD(m->arena, &m->signals, uint32_t) = id;
	} else if (job) {
		job_create(m, id);
	} else {
		node_find(m, id)->phase = FLOW_COMPENSATING;
		/* Not waited for: the token goes on now, the node stays to see it through. */
		if (!e->triggers[0].wait) {
			node_find(m, id)->total = 1;
			throw_over(m, scope, element);
		}
		compensation_next(m, id);
	}
	return true;
}

static void throw_messages(struct machine *m, uint32_t scope, uint32_t element)
{
	const struct flow_element *e = element_of(m, element);
	uint32_t id = node_add(m, scope, element, FLOW_ACTIVE);

	variables_in(m, id);
	for (uint32_t i = 0; i < e->trigger_count; i++)
		if (e->triggers[i].kind == FLOW_ON_MESSAGE)
			throw_message(m, element, &e->triggers[i], id);
	node_drop(m, id);
}

void throw_event(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow)
{
	const struct flow_element *e = element_of(m, element);

	effect_add(m, FLOW_ENTERED, element, 0)->parent = scope;
	if (e->kind == FLOW_END && node_find(m, scope)->parent == 0)
		m->end_element = element;
	if (e->trigger_count == 0) {
		throw_over(m, scope, element);
		return;
	}
	for (uint32_t i = 0; i < e->trigger_count; i++)
		if (e->triggers[i].kind == FLOW_ON_ESCALATION) {
			throw_escalation(m, scope, e->triggers[i].code, value_null());
			/* Somebody may have ended all this. */
			if (!node_find(m, scope))
				return;
		}
	if (throw_lasting(m, scope, element, flow))
		return;
	switch (e->triggers[0].kind) {
	case FLOW_ON_ERROR:
		effect_add(m, FLOW_LEFT, element, 0);
		end_in_error(m, scope, element, e->triggers[0].code);
		break;
	case FLOW_ON_TERMINATE:
		effect_add(m, FLOW_LEFT, element, 0);
		cancel_children(m, scope, /* except= */ 0);
		break;
	case FLOW_ON_CANCEL:
		effect_add(m, FLOW_LEFT, element, 0);
		cancel_transaction(m, scope);
		break;
	case FLOW_ON_LINK:
		throw_link(m, scope, element);
		break;
	default:
		throw_messages(m, scope, element);
		throw_over(m, scope, element);
	}
}

/* Thrown for an instance that is over: the edge of the activity hears of it, but the instances
 * still running are not ended by it. */
void throw_from_loop(struct machine *m, uint32_t body, const struct flow_trigger *trigger)
{
	const struct flow_node was = *node_find(m, body);
	const struct flow_element *element = element_of(m, was.element);
	bool caught = false;

	for (uint32_t i = 0; i < element->boundary_count; i++) {
		const struct flow_element *edge = element_of(m, element->boundaries[i]);

		for (uint32_t t = 0; t < edge->trigger_count; t++) {
			if (edge->triggers[t].kind != trigger->kind ||
			    !str_eq(edge->triggers[t].name, trigger->name))
				continue;
			uint32_t id = node_add(m, was.parent, element->boundaries[i], FLOW_ACTIVE);

			effect_add(m, FLOW_ENTERED, element->boundaries[i], id)->parent =
				was.parent;
			complete(m, id, value_null());
			caught = true;
		}
	}
	if (!caught && trigger->kind == FLOW_ON_SIGNAL)
		signal_throw(m, was.element, trigger->name, value_null());
	if (!caught && trigger->kind == FLOW_ON_MESSAGE)
		throw_message(m, was.element, trigger, body);
}
