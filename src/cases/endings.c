/* How any case may end, whatever its flow: refusal, withdrawal, stopping; and notes on it. */
#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/room.h"

struct job {
	struct cases *cases;
	const struct actor *who;
	str code;
	str text;
};

static bool is_open(int64_t status)
{
	return status == CASE_NEW || status == CASE_ACCEPTED || status == CASE_PROCESSING ||
	       status == CASE_SUPPLEMENT || status == CASE_DUTY;
}

enum err command_must_be_open(struct command *command)
{
	if (is_open(command->c.status))
		return OK;
	return command_lost(command, "case.refused|case.withdrawn|case.stopped|task.completed",
			    N_("This case is closed already"));
}

static void say_privately(struct command *command, const char *key, struct value v)
{
	value_set(command->ctx->arena, &command->closed, str_z(key), v);
}

/* ---- endings ---- */

static enum err refuse(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "case.refused" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, command.c.accepted_at ? ACT_CASE_WORK : ACT_CASE_ACCEPT));
	TRY(command_must_be_open(&command));
	if (str_empty(str_trim(job->text)))
		return fail(ctx, ERR_INVALID, "Say why: the citizen reads it");
	say_privately(&command, "text", value_str(job->text));
	TRY(command_letter(&command, S("refusal"), S("")));
	command_end_round(&command, ROUND_ENDED);
	TRY(command_end(&command, command.c.accepted_at ? CASE_STOPPED : CASE_NOT_ACCEPTED));
	return command_commit(&command);
}

enum err case_refuse(struct ctx *ctx, struct cases *cases, const struct actor *who, str code)
{
	/* The reason is for the citizen, who may be named in it: it goes into the private part. */
	struct actor plain = *who;
	struct job job = { .cases = cases, .who = &plain, .code = code, .text = who->reason };
	plain.reason = S("");
	return store_write_locked(ctx, cases->store, refuse, &job);
}

static enum err withdraw(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "case.withdrawn" };
	TRY(command_begin(&command, ctx, db, job->code));
	struct object object = { .case_id = command.c.id };
	if (!may(job->cases->people, job->who->principal, ACT_TRACK, &object))
		TRY(command_may(&command, ACT_CASE_ACCEPT));
	TRY(command_must_be_open(&command));
	if (!str_empty(job->text))
		say_privately(&command, "text", value_str(job->text));
	command_end_round(&command, ROUND_ENDED);
	TRY(command_end(&command, CASE_WITHDRAWN));
	return command_commit(&command);
}

enum err case_withdraw(struct ctx *ctx, struct cases *cases, const struct actor *who, str code)
{
	struct actor plain = *who;
	struct job job = { .cases = cases, .who = &plain, .code = code, .text = who->reason };
	plain.reason = S("");
	return store_write_locked(ctx, cases->store, withdraw, &job);
}

static enum err stop(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "case.stopped" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_SIGN));
	TRY(command_must_be_open(&command));
	if (!command.c.accepted_at)
		return fail(ctx, ERR_CONFLICT, "A case that was not accepted is refused, not stopped");
	if (str_empty(str_trim(job->text)))
		return fail(ctx, ERR_INVALID, "Say why: the citizen reads it");
	say_privately(&command, "text", value_str(job->text));
	TRY(command_letter(&command, S("stop"), S("")));
	command_end_round(&command, ROUND_ENDED);
	TRY(command_end(&command, CASE_STOPPED));
	return command_commit(&command);
}

enum err case_stop(struct ctx *ctx, struct cases *cases, const struct actor *who, str code)
{
	struct actor plain = *who;
	struct job job = { .cases = cases, .who = &plain, .code = code, .text = who->reason };
	plain.reason = S("");
	return store_write_locked(ctx, cases->store, stop, &job);
}

/* ---- notes ---- */

static enum err note(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "case.noted" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_WORK));
	if (str_empty(str_trim(job->text)))
		return fail(ctx, ERR_INVALID, "The note is empty");
	say_privately(&command, "note", value_str(job->text));
	TRY(db_run(ctx, db, SQL("INSERT INTO case_note (organisation, case_id, id, account, noted_at,"
				" body) VALUES ($1, $2, $3, $4, $5, $6)"),
		   command.c.organisation, command.c.id, db_id(db), job->who->principal->account,
		   command.now, job->text));
	return command_commit(&command);
}

enum err case_note(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		   str text)
{
	struct job job = { .cases = cases, .who = who, .code = code, .text = text };
	return store_write_locked(ctx, cases->store, note, &job);
}
