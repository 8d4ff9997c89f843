/* The flow's effects as changes of the case: tasks, legs, entries, status. */
#include "cases/room.h"

static struct value id_value(struct arena *arena, int64_t id)
{
	return value_str(id_text(arena, id));
}

/* The organisation whose role may take the task: the one that received the case, or the nearest
 * of the kind that motcua:agency names. */
static enum err agency_of(struct command *command, const struct flow_element *element,
			  int64_t *ret_agency)
{
	str kind = flow_property(element, S("motcua:agency"));
	str act = flow_property(element, S("motcua:act"));
	/* Taking in and handing over is done where the citizen came. */
	bool at_desk = str_eq(act, S("intake")) || str_eq(act, S("return"));
	int64_t from = at_desk ? command->c.organisation : case_deciding(&command->c);
	*ret_agency = from;
	if (str_empty(kind))
		return OK;
	const struct organisation *agency =
		organisation_nearest(command->cases->people, from, kind);
	if (!agency)
		return fail(command->ctx, ERR_INVALID,
			    "There is no organisation of the kind “%.*s” for the step “%.*s”",
			    STR_ARG(kind), STR_ARG(element->name));
	*ret_agency = agency->id;
	return OK;
}

static struct value leg_of_procedure(const struct command *command, str code)
{
	struct value legs = value_get(command->procedure->body, S("legs"));
	for (uint32_t i = 0; i < legs.n; i++)
		if (str_eq(value_text(value_get(legs.items[i], S("code"))), code))
			return legs.items[i];
	return value_null();
}

/* The task's own limit, else its leg's; false where it has none and the case's date counts. */
static enum err limit_of(struct command *command, const struct flow_element *element,
			 struct calendar_limit *ret_limit, bool *ret_given)
{
	str days = flow_property(element, S("motcua:limit"));
	struct decimal number;
	*ret_given = true;
	if (decimal_parse(days, &number)) {
		struct value v = value_map();
		value_set(command->ctx->arena, &v, S("days"), value_decimal(number));
		return calendar_limit_load(command->ctx, v, ret_limit);
	}
	struct value leg = leg_of_procedure(command, flow_property(element, S("motcua:leg")));
	struct value limit = value_get(leg, S("limit"));
	*ret_given = limit.kind == VALUE_MAP;
	return *ret_given ? calendar_limit_load(command->ctx, limit, ret_limit) : OK;
}

static int64_t due_of_case(const struct command *command)
{
	const struct value *set = value_find(command->set, S("due_at"));
	return set ? value_integer(*set, 0) : command->c.due_at;
}

/* The due date of a step that began then; what the case waited since does not count. */
static enum err due_of_task(struct command *command, const struct flow_element *element,
			    const struct case_file *c, usec since, usec *ret_due)
{
	struct calendar_case count = { .received_at = since, .cut_off = command->procedure->cut_off };
	struct calendar_due due;
	bool given;
	count.pauses = case_pauses(command->ctx->arena, command->procedure->supplement_rule, c, since,
				   &count.n_pauses);
	TRY(limit_of(command, element, &count.limit, &given));
	/* What was promised is a result; when it is fetched is its owner's affair. */
	uint32_t n = (uint32_t)(element - command->procedure->flow->elements);
	*ret_due = procedure_task_kind(command->procedure, n) == TASK_RETURN ? 0
									     : due_of_case(command);
	if (!given)
		return OK;
	TRY(calendar_due(command->ctx, cases_calendar(command->cases), &count, &due));
	*ret_due = due.at;
	return OK;
}

static void begin_leg(struct command *command, const struct flow_element *element, int64_t agency,
		      usec due)
{
	struct arena *arena = command->ctx->arena;
	str code = flow_property(element, S("motcua:leg"));
	struct value leg = value_map();
	if (str_empty(code))
		return;
	value_set(arena, &leg, S("leg"), value_str(code));
	value_set(arena, &leg, S("agency"), id_value(arena, agency));
	value_set(arena, &leg, S("started_at"), value_int(command->now));
	value_set(arena, &leg, S("due_at"), value_int(due));
	value_set(arena, &leg, S("finished_at"), value_int(0));
	command_push(command, &command->legs, leg);
}

/* As this command has it: one that is opened again is not finished any more. */
static usec finished_at(const struct command *command)
{
	const struct value *set = value_find(command->set, S("finished_at"));
	return set ? value_integer(*set, 0) : command->c.finished_at;
}

static enum err task_created(struct command *command, const struct flow_effect *effect)
{
	struct arena *arena = command->ctx->arena;
	const struct flow_element *element = &command->procedure->flow->elements[effect->element];
	struct value task = value_map();
	int64_t agency;
	usec due;
	TRY(agency_of(command, element, &agency));
	TRY(due_of_task(command, element, &(struct case_file){ 0 }, command->now, &due));
	struct value groups = effect->task->candidate_groups;
	value_set(arena, &task, S("node"), value_int(effect->node));
	value_set(arena, &task, S("element"), value_str(element->id));
	value_set(arena, &task, S("role"), value_item(groups, 0));
	value_set(arena, &task, S("agency"), id_value(arena, agency));
	value_set(arena, &task, S("state"), value_int(0));
	value_set(arena, &task, S("created_at"), value_int(command->now));
	value_set(arena, &task, S("due_at"), value_int(due));
	value_set(arena, &task, S("leg"), value_str(flow_property(element, S("motcua:leg"))));
	command_push(command, &command->tasks, task);
	begin_leg(command, element, agency, due);
	if (procedure_task_kind(command->procedure, effect->element) == TASK_RETURN &&
	    !finished_at(command)) {
		command_finish(command);
		command_set_int(command, "status", CASE_DONE);
		return command_issue(command);
	}
	return OK;
}

/* ---- when the promise moves ---- */

static bool is_changed_here(const struct command *command, uint32_t node)
{
	for (uint32_t i = 0; i < command->tasks.n; i++)
		if (value_integer(value_get(command->tasks.items[i], S("node")), 0) == node)
			return true;
	return false;
}

static enum err move_step(struct command *command, const struct case_file *c,
			  const struct case_task *task)
{
	struct arena *arena = command->ctx->arena;
	uint32_t element = flow_find(command->procedure->flow, task->element);
	struct value moved = value_map(), leg = value_map();
	usec due;
	if (element == FLOW_NONE)
		return OK;
	const struct flow_element *step = &command->procedure->flow->elements[element];
	TRY(due_of_task(command, step, c, task->created_at, &due));
	if (due == task->due_at || due == CALENDAR_OPEN)
		return OK;
	value_set(arena, &moved, S("node"), value_int(task->node));
	value_set(arena, &moved, S("due_at"), value_int(due));
	command_push(command, &command->tasks, moved);
	str code = flow_property(step, S("motcua:leg"));
	if (str_empty(code))
		return OK;
	value_set(arena, &leg, S("leg"), value_str(code));
	value_set(arena, &leg, S("due_at"), value_int(due));
	command_push(command, &command->legs, leg);
	return OK;
}

enum err command_move_steps(struct command *command)
{
	struct case_file after = command->c;
	struct value open = value_map();
	struct case_tasks tasks;
	value_set(command->ctx->arena, &open, S("set"), command->set);
	fold_case(command->ctx->arena, &after, open, value_null());
	TRY(case_tasks(command->ctx, command->cases, command->db, &command->c, &tasks));
	for (size_t i = 0; i < tasks.n; i++)
		if (tasks.items[i].open && !is_changed_here(command, tasks.items[i].node))
			TRY(move_step(command, &after, &tasks.items[i]));
	return OK;
}

static void task_cancelled(struct command *command, const struct flow_effect *effect)
{
	struct value task = value_map();
	value_set(command->ctx->arena, &task, S("node"), value_int(effect->node));
	value_set(command->ctx->arena, &task, S("state"), value_int(2));
	value_set(command->ctx->arena, &task, S("done_at"), value_int(command->now));
	command_push(command, &command->tasks, task);
}

static void timer_changed(struct command *command, const struct flow_effect *effect)
{
	struct value timer = value_map();
	value_set(command->ctx->arena, &timer, S("wait"), value_int(effect->wait));
	if (effect->kind == FLOW_TIMER_SET)
		value_set(command->ctx->arena, &timer, S("due_at"), value_int(effect->at));
	command_push(command, &command->timers, timer);
}

/* A flow that ends without a return step ends the case. */
static enum err flow_ended(struct command *command, const struct flow_effect *effect)
{
	const struct value *status = value_find(command->set, S("status"));
	int64_t now_is = status ? value_integer(*status, 0) : command->c.status;
	if (effect->status != FLOW_FINISHED || now_is == CASE_RETURNED || now_is == CASE_NOT_ACCEPTED)
		return OK;
	if (!finished_at(command)) {
		command_finish(command);
		TRY(command_issue(command));
	}
	command_set_int(command, "status", CASE_RETURNED);
	command_set_int(command, "returned_at", command->now);
	return OK;
}

static enum err apply_effect(struct command *command, const struct flow_effect *effect)
{
	switch (effect->kind) {
	case FLOW_TASK_CREATED:
		return task_created(command, effect);
	case FLOW_TASK_CANCELLED:
		task_cancelled(command, effect);
		return OK;
	case FLOW_TIMER_SET:
	case FLOW_TIMER_CANCELLED:
		timer_changed(command, effect);
		return OK;
	case FLOW_INCIDENT:
		command_say(command, "incident", value_str(effect->text));
		return OK;
	case FLOW_JOB_CREATED:
	case FLOW_CALL_CREATED:
		return fail(command->ctx, ERR_INVALID,
			    "The step “%.*s” asks for a service that is not connected",
			    STR_ARG(command->procedure->flow->elements[effect->element].name));
	case FLOW_ENDED:
		return flow_ended(command, effect);
	default:
		return OK;
	}
}

/* What every expression of a flow may know of the case besides its data. */
static struct value globals_of(struct command *command)
{
	struct arena *arena = command->ctx->arena;
	struct value globals = value_map(), c = value_map();
	int zone = calendar_zone(cases_calendar(command->cases));
	const struct organisation *organisation =
		organisation_by_id(command->cases->people, command->c.organisation);
	value_set(arena, &c, S("code"), value_str(command->c.code));
	value_set(arena, &c, S("procedure"), value_str(command->c.procedure));
	value_set(arena, &c, S("channel"), value_int(command->c.channel));
	if (organisation)
		value_set(arena, &c, S("organisation"), value_str(organisation->code));
	if (command->c.accepted_at)
		value_set(arena, &c, S("received_at"),
			  value_str(time_format(arena, command->c.accepted_at, zone)));
	if (command->c.due_at)
		value_set(arena, &c, S("due_at"),
			  value_str(time_format(arena, command->c.due_at, zone)));
	value_set(arena, &globals, S("case"), c);
	return globals;
}

enum err command_flow(struct command *command, const struct flow_event *event)
{
	struct flow_result result;
	int zone = calendar_zone(cases_calendar(command->cases));
	struct decider decider = { command->procedure, command->now, zone };
	struct flow_env env = {
		.now = command->now,
		.offset = zone,
		.globals = globals_of(command),
		.decide = decisions_ask,
		.data = &decider,
	};
	bool begins = event->kind == FLOW_EVENT_START;
	env.after_id = command->flow.last_id;
	TRY(flow_step(command->ctx, command->procedure->flow, begins ? NULL : &command->flow, event,
		      &env, &result));
	command->flow = result.state;
	for (uint32_t i = 0; i < result.effect_count; i++)
		TRY(apply_effect(command, &result.effects[i]));
	return OK;
}
