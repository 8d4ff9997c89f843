/* What is waited for: timers, messages, signals, conditions. */
#include "flow/machine.h"

struct flow_wait *wait_find(const struct machine *m, uint32_t id)
{
	for (uint32_t i = 0; i < m->waits.n; i++)
		if (LIST_AT(m->waits, struct flow_wait, i).id == id)
			return &LIST_AT(m->waits, struct flow_wait, i);
	return NULL;
}

static void wait_remove_at(struct machine *m, uint32_t i)
{
	const struct flow_wait wait = LIST_AT(m->waits, struct flow_wait, i);

	if (wait.kind == FLOW_ON_TIMER)
		effect_add(m, FLOW_TIMER_CANCELLED, wait.element, wait.node)->wait = wait.id;
	if (wait.kind == FLOW_ON_MESSAGE)
		effect_add(m, FLOW_MESSAGE_FORGOTTEN, wait.element, wait.node)->wait = wait.id;
	memmove(&LIST_AT(m->waits, struct flow_wait, i),
		&LIST_AT(m->waits, struct flow_wait, i + 1),
		(m->waits.n - i - 1) * sizeof(struct flow_wait));
	m->waits.n--;
}

void disarm_element(struct machine *m, uint32_t node, uint32_t element)
{
	for (uint32_t i = m->waits.n; i-- > 0;) {
		const struct flow_wait *wait = &LIST_AT(m->waits, struct flow_wait, i);

		if (wait->node == node && (element == FLOW_NONE || wait->element == element))
			wait_remove_at(m, i);
	}
}

void disarm(struct machine *m, uint32_t node)
{
	disarm_element(m, node, FLOW_NONE);
}

static bool timer_due(struct machine *m, const struct flow_trigger *trigger, struct value value,
		      struct flow_wait *wait)
{
	str text = str_trim(feel_to_string(m->arena, value));
	struct timer_span span;
	usec start;

	switch (trigger->timer) {
	case FLOW_TIMER_DATE:
		return timer_parse_date(text, m->env->offset, &wait->due);
	case FLOW_TIMER_DURATION:
		if (!timer_parse_duration(text, &span))
			return false;
		wait->due = timer_add(m->env->now, span, m->env->offset);
		return true;
	case FLOW_TIMER_CYCLE:
		if (!timer_parse_cycle(text, m->env->offset, &wait->left, &start, &span) ||
		    wait->left == 0)
			return false;
		wait->due = start ? start : timer_add(m->env->now, span, m->env->offset);
		wait->every = timer_add(wait->due, span, m->env->offset) - wait->due;
		if (wait->left > 0)
			wait->left--;
		/* A cycle without length would fire for ever at one moment. */
		return wait->every > 0;
	}
	return false;
}

static bool arm_timer(struct machine *m, const struct flow_trigger *trigger, struct flow_wait wait)
{
	struct value value = eval_at(m, &trigger->expression, wait.node);

	if (!timer_due(m, trigger, value, &wait)) {
		incident_raise(m, wait.node, FLOW_EXPRESSION, RETRY_ENTER,
			       N_("“%.*s” gives no time"),
			       STR_ARG(trigger->expression.source));
		return false;
	}
	*LIST_ADD(m->arena, &m->waits, struct flow_wait) = wait;
	struct flow_effect *effect = effect_add(m, FLOW_TIMER_SET, wait.element, wait.node);

	effect->wait = wait.id;
	effect->at = wait.due;
	return true;
}

static void arm_message(struct machine *m, const struct flow_trigger *trigger,
			struct flow_wait wait)
{
	wait.name = trigger->name;
	wait.key = feel_to_string(m->arena, eval_at(m, &trigger->key, wait.node));
	*LIST_ADD(m->arena, &m->waits, struct flow_wait) = wait;
	struct flow_effect *effect = effect_add(m, FLOW_MESSAGE_AWAITED, wait.element, wait.node);

	effect->wait = wait.id;
	effect->name = wait.name;
	effect->key = wait.key;
}

/* A condition that holds already goes off at once. */
static bool arm_condition(struct machine *m, struct flow_wait wait)
{
	const struct flow_element *element = element_of(m, wait.element);
	const struct flow_trigger *trigger = &element->triggers[wait.trigger];
	bool ends_it = (element->kind != FLOW_BOUNDARY && element->kind != FLOW_START) ||
		       element->interrupting;

	*LIST_ADD(m->arena, &m->waits, struct flow_wait) = wait;
	if (!condition_holds(m, &trigger->expression, wait.node))
		return true;
	if (element->trigger_count == 1 || !element->all_triggers)
		wait_find(m, wait.id)->taken = !ends_it;
	fire(m, wait.id, value_null());
	return !ends_it;
}

bool arm(struct machine *m, uint32_t node, uint32_t element)
{
	const struct flow_element *e = element_of(m, element);

	for (uint32_t i = 0; i < e->trigger_count; i++) {
		struct flow_wait wait = { .id = ++m->last_id, .node = node, .element = element,
					  .trigger = i, .kind = e->triggers[i].kind };

		switch (wait.kind) {
		case FLOW_ON_TIMER:
			if (!arm_timer(m, &e->triggers[i], wait))
				return false;
			break;
		case FLOW_ON_MESSAGE:
			arm_message(m, &e->triggers[i], wait);
			break;
		case FLOW_ON_SIGNAL:
			wait.name = e->triggers[i].name;
			*LIST_ADD(m->arena, &m->waits, struct flow_wait) = wait;
			break;
		case FLOW_ON_CONDITION:
			if (!arm_condition(m, wait))
				return false;
			break;
		default:
			break;
		}
	}
	return true;
}

bool arm_boundaries(struct machine *m, uint32_t node)
{
	const struct flow_element *element = element_of(m, node_find(m, node)->element);

	for (uint32_t i = 0; i < element->boundary_count; i++)
		if (!arm(m, node, element->boundaries[i]))
			return false;
	return true;
}

bool arm_event_sub_processes(struct machine *m, uint32_t node)
{
	const struct flow_element *scope = element_of(m, node_find(m, node)->element);

	for (uint32_t i = 0; i < scope->child_count; i++) {
		const struct flow_element *child = element_of(m, scope->children[i]);

		if (child->kind == FLOW_EVENT_SUB_PROCESS && child->start != FLOW_NONE &&
		    !arm(m, node, child->start))
			return false;
	}
	return true;
}

/* An event of several that must all come: true when this was the last. */
static bool all_are_taken(struct machine *m, struct flow_wait *wait)
{
	const struct flow_element *element = element_of(m, wait->element);

	wait->taken = true;
	for (uint32_t i = 0; i < m->waits.n; i++) {
		struct flow_wait *other = &LIST_AT(m->waits, struct flow_wait, i);

		if (other->node == wait->node && other->element == wait->element && !other->taken)
			return false;
	}
	for (uint32_t i = 0; i < m->waits.n; i++) {
		struct flow_wait *other = &LIST_AT(m->waits, struct flow_wait, i);

		if (other->node == wait->node && other->element == wait->element)
			other->taken = false;
	}
	return element->trigger_count > 0;
}

/* The next firing of a cycle. Those missed while nobody was there are one. */
static bool rearm_cycle(struct machine *m, struct flow_wait *wait)
{
	if (wait->every <= 0 || wait->left == 0)
		return false;
	wait->due += wait->every;
	if (wait->left > 0)
		wait->left--;
	if (wait->due <= m->env->now) {
		int64_t missed = (m->env->now - wait->due) / wait->every + 1;

		wait->due += missed * wait->every;
		if (wait->left > 0)
			wait->left = missed >= wait->left ? 0 : wait->left - missed;
	}
	struct flow_effect *effect = effect_add(m, FLOW_TIMER_SET, wait->element, wait->node);

	effect->wait = wait->id;
	effect->at = wait->due;
	return true;
}

static void fire_gateway(struct machine *m, const struct flow_wait *wait, struct value variables)
{
	const struct flow_node gateway = *node_find(m, wait->node);

	effect_add(m, FLOW_LEFT, gateway.element, gateway.id);
	disarm(m, gateway.id);
	node_drop(m, gateway.id);
	/* From here on it is as if the token had come to the event itself. */
	uint32_t id = node_add(m, gateway.parent, wait->element, FLOW_ACTIVE);

	effect_add(m, FLOW_ENTERED, wait->element, id)->parent = gateway.parent;
	complete(m, id, variables);
}

void fire(struct machine *m, uint32_t id, struct value variables)
{
	struct flow_wait *wait = wait_find(m, id);
	const struct flow_element *element = element_of(m, wait->element);
	const struct flow_node *node = node_find(m, wait->node);
	bool again = false;

	if (element->all_triggers && element->trigger_count > 1 && !all_are_taken(m, wait)) {
		variables_merge(m, wait->node, variables);
		return;
	}
	if (wait->kind == FLOW_ON_TIMER)
		again = rearm_cycle(m, wait);
	struct flow_wait was = *wait;

	if (was.kind == FLOW_ON_TIMER && !again)
		for (uint32_t i = m->waits.n; i-- > 0;)
			if (LIST_AT(m->waits, struct flow_wait, i).id == id) {
				m->waits.n--;
				memmove(&LIST_AT(m->waits, struct flow_wait, i),
					&LIST_AT(m->waits, struct flow_wait, i + 1),
					(m->waits.n - i) * sizeof(struct flow_wait));
			}
	if (element->kind == FLOW_BOUNDARY || element->kind == FLOW_START)
		edge_fires(m, was.node, was.element, variables);
	else if (node->element != was.element)
		fire_gateway(m, &was, variables);
	else if (again)
		take_outgoing(m, node->parent, node->element);
	else
		complete(m, was.node, variables);
}

bool settle_conditions(struct machine *m)
{
	m->changed = false;
	for (uint32_t i = 0; i < m->waits.n; i++) {
		struct flow_wait *wait = &LIST_AT(m->waits, struct flow_wait, i);

		if (wait->kind != FLOW_ON_CONDITION)
			continue;
		const struct flow_element *element = element_of(m, wait->element);
		bool holds = condition_holds(m, &element->triggers[wait->trigger].expression,
					     wait->node);
		bool was = wait->taken;

		/* It goes off when it becomes true, not as long as it is. */
		if (!(element->all_triggers && was))
			wait->taken = holds;
		if (!holds || was)
			continue;
		fire(m, wait->id, value_null());
		m->changed = true;
		return true;
	}
	return false;
}

static void begin_event_sub_process(struct machine *m, uint32_t node, uint32_t start,
				    struct value variables)
{
	uint32_t element = element_of(m, start)->scope, id;
	const struct flow_element *sub = element_of(m, element);

	if (element_of(m, start)->interrupting) {
		cancel_children(m, node, /* except= */ 0);
		for (uint32_t i = m->waits.n; i-- > 0;) {
			const struct flow_wait *wait = &LIST_AT(m->waits, struct flow_wait, i);

			if (wait->node == node &&
			    element_of(m, wait->element)->kind == FLOW_START)
				wait_remove_at(m, i);
		}
	}
	id = node_add(m, node, element, FLOW_ACTIVE);
	effect_add(m, FLOW_ENTERED, element, id)->parent = node;
	if (variables.kind == VALUE_MAP && variables.n)
		node_find(m, id)->variables = variables;
	if (arm_event_sub_processes(m, id))
		move_add(m, MOVE_ENTER, id, sub->start, FLOW_NONE);
}

void edge_fires(struct machine *m, uint32_t node, uint32_t element, struct value variables)
{
	const struct flow_element *event = element_of(m, element);

	if (event->kind == FLOW_START) {
		begin_event_sub_process(m, node, element, variables);
		return;
	}
	const struct flow_node was = *node_find(m, node);
	uint32_t id;

	if (event->interrupting)
		cancel(m, node);
	id = node_add(m, was.parent, element, FLOW_ACTIVE);
	effect_add(m, FLOW_ENTERED, element, id)->parent = was.parent;
	complete(m, id, variables);
	/* A handler that was interrupted compensates no more. */
	if (event->interrupting && was.compensates && node_find(m, was.compensates))
		compensation_next(m, was.compensates);
}
