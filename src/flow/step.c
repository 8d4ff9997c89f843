/* One event, from the outside of a step: what it means, and whether it may happen now. */
#include "flow/machine.h"

static void copy_list(struct machine *m, struct list *list, const void *items, uint32_t n,
		      size_t size)
{
	/* Room to grow, or every first addition would copy all of it. */
	list->room = n + 8;
	list->p = arena_alloc(m->arena, list->room * size);
	list->n = n;
	if (n)
		memcpy(list->p, items, n * size);
}

static void copy_state(struct machine *m, const struct flow_state *state)
{
	m->status = state->status;
	m->process = state->process;
	m->last_id = state->last_id;
	copy_list(m, &m->nodes, state->nodes, state->node_count, sizeof(struct flow_node));
	copy_list(m, &m->joins, state->joins, state->join_count, sizeof(struct flow_join));
	copy_list(m, &m->waits, state->waits, state->wait_count, sizeof(struct flow_wait));
}

/* It has start events, but none that anybody could just begin with. */
static bool begins_by_event(const struct flow_definition *d, uint32_t process)
{
	const struct flow_element *scope = &d->elements[process];

	for (uint32_t i = 0; i < scope->child_count && scope->start == FLOW_NONE; i++)
		if (d->elements[scope->children[i]].kind == FLOW_START)
			return true;
	return false;
}

static enum err start(struct machine *m, const struct flow_event *event)
{
	const struct flow_definition *d = m->definition;
	uint32_t process = event->process, element = event->element, id;

	/* An event made of zeros names the first element, which is a process: it means the main
	 * one, begun as usual. */
	if (element < d->element_count && d->elements[element].kind == FLOW_PROCESS) {
		process = process == 0 && element == 0 ? FLOW_NONE : element;
		element = FLOW_NONE;
	}
	if (process == FLOW_NONE)
		process = element < d->element_count ? d->elements[element].process
						     : flow_main_process(d);
	if (process >= d->element_count || d->elements[process].kind != FLOW_PROCESS)
		return fail(m->ctx, ERR_INVALID, N_("There is no such process to begin"));
	if (!d->elements[process].executable)
		return fail(m->ctx, ERR_INVALID, N_("This process is not executable"));
	if (element == FLOW_NONE && begins_by_event(d, process))
		return fail(m->ctx, ERR_INVALID, N_("This process begins by an event"));
	if (element != FLOW_NONE &&
	    (element >= d->element_count || d->elements[element].scope != process))
		return fail(m->ctx, ERR_INVALID, N_("The process cannot begin there"));
	copy_list(m, &m->nodes, NULL, 0, sizeof(struct flow_node));
	m->process = process;
	id = node_add(m, 0, process, FLOW_ACTIVE);
	node_find(m, id)->variables =
		event->variables.kind == VALUE_MAP ? event->variables : value_map();
	effect_add(m, FLOW_ENTERED, process, id);
	if (element == FLOW_NONE) {
		begin_scope(m, id);
		return OK;
	}
	if (!arm_event_sub_processes(m, id))
		return OK;
	/* Begun by a message or signal: the event has happened, so it is passed, not waited for. */
	uint32_t first = node_add(m, id, element, FLOW_ACTIVE);

	effect_add(m, FLOW_ENTERED, element, first)->parent = id;
	complete(m, first, value_null());
	return OK;
}

static enum err find_open(struct machine *m, uint32_t id, struct flow_node **ret_node)
{
	struct flow_node *node = node_find(m, id);

	if (!node || node->phase != FLOW_ACTIVE || node->holds == FLOW_HOLDS_NOTHING)
		return fail(m->ctx, ERR_NOT_FOUND, N_("This task is not open any more"));
	*ret_node = node;
	return OK;
}

static enum err task_error(struct machine *m, const struct flow_event *event, bool is_error)
{
	struct flow_node *node;
	uint32_t from;

	TRY(find_open(m, event->node, &node));
	/* The edge of a multi-instance belongs to its body, which is what comes next outward. */
	from = node->id;
	if (!is_error) {
		throw_escalation(m, from, event->name, event->variables);
		return OK;
	}
	if (!throw_error(m, from, event->name, event->variables))
		incident_raise(m, from, FLOW_UNCAUGHT, RETRY_JOB,
			       N_("Nobody catches the error “%.*s”"), STR_ARG(event->name));
	return OK;
}

static enum err job_failed(struct machine *m, const struct flow_event *event)
{
	struct flow_node *node;

	TRY(find_open(m, event->node, &node));
	incident_raise(m, node->id, FLOW_JOB_FAILED, RETRY_JOB, "%.*s", STR_ARG(event->name));
	return OK;
}

static enum err task_done(struct machine *m, const struct flow_event *event)
{
	const struct flow_element *element;
	struct flow_node *node;
	struct value variables = event->variables;

	TRY(find_open(m, event->node, &node));
	element = element_of(m, node->element);
	if (event->kind == FLOW_EVENT_CALL_ENDED && element->output_count == 0 &&
	    !element->propagate_child)
		variables = value_null();
	complete(m, node->id, variables);
	return OK;
}

static enum err timer_fired(struct machine *m, const struct flow_event *event)
{
	const struct flow_wait *wait = wait_find(m, event->node);

	if (!wait || wait->kind != FLOW_ON_TIMER)
		return fail(m->ctx, ERR_NOT_FOUND, N_("This timer is not set any more"));
	/* Fired before its time it would be fired again: the caller's clock is behind. */
	if (m->env->now < wait->due)
		return fail(m->ctx, ERR_CONFLICT, N_("This timer is not due yet"));
	fire(m, wait->id, value_null());
	return OK;
}

static bool message_fits(const struct flow_wait *wait, const struct flow_event *event)
{
	if (wait->kind != FLOW_ON_MESSAGE || (event->node && wait->id != event->node))
		return false;
	return str_eq(wait->name, event->name) &&
	       (str_empty(wait->key) || str_eq(wait->key, event->key));
}

static enum err message_came(struct machine *m, const struct flow_event *event)
{
	struct list ids = { 0 };

	for (uint32_t i = 0; i < m->waits.n; i++)
		if (message_fits(&LIST_AT(m->waits, struct flow_wait, i), event))
			*LIST_ADD(m->arena, &ids, uint32_t) =
				LIST_AT(m->waits, struct flow_wait, i).id;
	if (event->node && ids.n == 0)
		return fail(m->ctx, ERR_NOT_FOUND, N_("Nobody waits for this message any more"));
	for (uint32_t i = 0; i < ids.n; i++)
		if (wait_find(m, LIST_AT(ids, uint32_t, i)))
			fire(m, LIST_AT(ids, uint32_t, i), event->variables);
	return OK;
}

static enum err variables_set(struct machine *m, const struct flow_event *event)
{
	uint32_t id = event->node ? event->node : LIST_AT(m->nodes, struct flow_node, 0).id;

	if (!node_find(m, id))
		return fail(m->ctx, ERR_NOT_FOUND, N_("There is no such step any more"));
	variables_merge(m, id, event->variables);
	return OK;
}

static void leave_again(struct machine *m, uint32_t scope, uint32_t element)
{
	enum flow_kind kind = element_of(m, element)->kind;

	if (kind == FLOW_EXCLUSIVE || kind == FLOW_INCLUSIVE || kind == FLOW_COMPLEX)
		split(m, scope, element);
	else
		take_outgoing(m, scope, element);
}

static void retry_enter(struct machine *m, const struct flow_node *was)
{
	const struct flow_node *around = node_find(m, was->parent);

	if (around->phase == FLOW_BODY && around->element == was->element)
		move_add(m, MOVE_LOOP, was->parent, FLOW_NONE, FLOW_NONE);
	else if (flow_is_activity(element_of(m, was->element)->kind))
		enter_activity(m, was->parent, was->element, was->flow, was->compensates);
	else
		enter(m, was->parent, was->element, was->flow, was->compensates);
}

static enum err retry(struct machine *m, const struct flow_event *event)
{
	struct flow_node *node = node_find(m, event->node);

	if (!node || node->phase != FLOW_INCIDENT_OPEN)
		return fail(m->ctx, ERR_NOT_FOUND, N_("This incident is over"));
	variables_merge(m, node->id, event->variables);
	const struct flow_node was = *node_find(m, event->node);

	effect_add(m, FLOW_INCIDENT_OVER, was.element, was.id);
	if (was.retry == RETRY_JOB) {
		node = node_find(m, was.id);
		node->phase = FLOW_ACTIVE;
		node->incident = S("");
		/* Its task is still open; a job has to be handed out anew. */
		if (was.holds == FLOW_HOLDS_JOB)
			job_create(m, was.id);
		return OK;
	}
	node_drop(m, was.id);
	if (was.retry == RETRY_LEAVE)
		leave_again(m, was.parent, was.element);
	else
		retry_enter(m, &was);
	return OK;
}

static enum err dispatch(struct machine *m, const struct flow_event *event)
{
	switch (event->kind) {
	case FLOW_EVENT_START:
		return start(m, event);
	case FLOW_EVENT_TASK:
	case FLOW_EVENT_CALL_ENDED:
		return task_done(m, event);
	case FLOW_EVENT_ERROR:
		return task_error(m, event, /* is_error= */ true);
	case FLOW_EVENT_ESCALATE:
		return task_error(m, event, /* is_error= */ false);
	case FLOW_EVENT_FAILED:
		return job_failed(m, event);
	case FLOW_EVENT_TIMER:
		return timer_fired(m, event);
	case FLOW_EVENT_MESSAGE:
		return message_came(m, event);
	case FLOW_EVENT_SIGNAL:
		signal_deliver(m, event->name, event->variables);
		return OK;
	case FLOW_EVENT_SET:
		return variables_set(m, event);
	case FLOW_EVENT_RETRY:
		return retry(m, event);
	case FLOW_EVENT_TERMINATE:
		m->status = FLOW_TERMINATED;
		end_instance(m);
		return OK;
	}
	return fail(m->ctx, ERR_INVALID, N_("There is no such event"));
}

static void publish(const struct machine *m, struct flow_result *ret_result)
{
	*ret_result = (struct flow_result){
		.state = {
			.status = m->status,
			.process = m->process,
			.last_id = m->last_id,
			.nodes = m->nodes.p,
			.joins = m->joins.p,
			.waits = m->waits.p,
			.node_count = m->nodes.n,
			.join_count = m->joins.n,
			.wait_count = m->waits.n,
		},
		.effects = m->effects.p,
		.effect_count = m->effects.n,
	};
}

enum err flow_step(struct ctx *ctx, const struct flow_definition *definition,
		   const struct flow_state *state, const struct flow_event *event,
		   const struct flow_env *env, struct flow_result *ret_result)
{
	struct machine m = {
		.ctx = ctx, .arena = ctx->arena, .definition = definition, .env = env,
		.steps_left = env->max_steps ? env->max_steps : FLOW_MAX_STEPS,
		.end_element = FLOW_NONE, .end_error = S(""), .last_id = env->after_id,
	};

	if ((state == NULL) != (event->kind == FLOW_EVENT_START))
		return fail(ctx, ERR_INVALID, N_("A process begins once"));
	if (state) {
		if (state->status != FLOW_RUNNING)
			return fail(ctx, ERR_CONFLICT, N_("This process has ended"));
		copy_state(&m, state);
	}
	TRY(dispatch(&m, event));
	run(&m);
	publish(&m, ret_result);
	return OK;
}
