/* A closed case is opened again: its steps begin anew, its past stays as it was. */
#include "cases/endings.h"
#include "cases/room.h"

struct job {
	struct cases *cases;
	const struct actor *who;
	str code, text;
};

static bool is_closed(int64_t status)
{
	return status == CASE_NOT_ACCEPTED || status == CASE_WITHDRAWN || status == CASE_STOPPED ||
	       status == CASE_DONE || status == CASE_RETURNED;
}

static void add_pause(struct arena *arena, struct value *pauses, usec from, usec to, bool reopened)
{
	struct value pause = value_map();
	value_set(arena, &pause, S("from"), value_int(from));
	value_set(arena, &pause, S("to"), value_int(to));
	if (reopened)
		value_set(arena, &pause, S("reopened"), value_bool(true));
	value_push(arena, pauses, pause);
}

/* The time it was closed counts for nobody: the limit begins anew with the re-opening. */
static struct value closed_while(struct command *command)
{
	struct arena *arena = command->ctx->arena;
	const struct case_file *c = &command->c;
	struct value pauses = value_copy(arena, c->pauses);
	if (pauses.kind != VALUE_LIST)
		pauses = value_list();
	if (c->paused_at)
		add_pause(arena, &pauses, c->paused_at, c->finished_at, false);
	add_pause(arena, &pauses, c->finished_at, command->now, true);
	return pauses;
}

/* The node of the intake task this command makes; 0: the flow begins otherwise. */
static uint32_t intake_made(const struct command *command)
{
	for (uint32_t i = 0; i < command->tasks.n; i++) {
		struct value task = command->tasks.items[i];
		uint32_t element = flow_find(command->procedure->flow,
					     value_text(value_get(task, S("element"))));
		if (element != FLOW_NONE &&
		    procedure_task_kind(command->procedure, element) == TASK_INTAKE)
			return (uint32_t)value_integer(value_get(task, S("node")), 0);
	}
	return 0;
}

/* Only what was done again at the counter: the number in the register stays. */
static enum err begin_again(struct command *command)
{
	struct flow_event event = { .kind = FLOW_EVENT_START, .process = FLOW_NONE,
				    .element = FLOW_NONE, .variables = command->c.data };
	command_set_int(command, "finished_at", 0);
	command_set_int(command, "returned_at", 0);
	command_set_int(command, "paused_at", 0);
	command_set_private(command, "asked", value_null());
	command_set_int(command, "status", command->c.accepted_at ? CASE_PROCESSING : CASE_NEW);
	if (command->c.accepted_at) {
		command_set(command, "pauses", closed_while(command));
		TRY(command_promise(command));
	}
	TRY(command_flow(command, &event));
	uint32_t node = command->c.accepted_at ? intake_made(command) : 0;
	return node ? command_complete(command, node, S("accepted"), value_null()) : OK;
}

/* Steps that stood open in a case that was done: the return of the result. */
static enum err end_flow(struct command *command)
{
	struct flow_event event = { .kind = FLOW_EVENT_TERMINATE };
	return command->flow.status == FLOW_RUNNING ? command_flow(command, &event) : OK;
}

static enum err reopen(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "case.reopened" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_SIGN));
	if (!is_closed(command.c.status))
		return command_lost(&command, "case.reopened", N_("This case is open"));
	if (str_empty(str_trim(job->text)))
		return fail(ctx, ERR_INVALID, "Say why the case is opened again");
	value_set(ctx->arena, &command.closed, S("text"), value_str(str_trim(job->text)));
	command_say(&command, "was", value_int(command.c.status));
	TRY(end_flow(&command));
	TRY(begin_again(&command));
	return command_commit(&command);
}

enum err case_reopen(struct ctx *ctx, struct cases *cases, const struct actor *who, str code)
{
	struct actor plain = *who;
	struct job job = { .cases = cases, .who = &plain, .code = code, .text = who->reason };
	plain.reason = S("");
	return store_write_locked(ctx, cases->store, reopen, &job);
}
