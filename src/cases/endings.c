/* What may befall any case, whatever its flow: supplement, refusal, withdrawal, apology, note. */
#include "cases/letter.h"
#include "cases/room.h"

struct job {
	struct cases *cases;
	const struct actor *who;
	str code;
	struct value items;
	const struct completion *answer;
	usec at;
	str text;
};

static bool is_open(int64_t status)
{
	return status == CASE_NEW || status == CASE_ACCEPTED || status == CASE_PROCESSING ||
	       status == CASE_SUPPLEMENT || status == CASE_DUTY;
}

static enum err must_be_open(struct command *command)
{
	if (is_open(command->c.status))
		return OK;
	return fail(command->ctx, ERR_CONFLICT, "This case is closed already");
}

static void say_privately(struct command *command, const char *key, struct value v)
{
	value_set(command->ctx->arena, &command->closed, str_z(key), v);
}

/* ---- supplement ---- */

static enum err check_items(struct command *command, struct value items)
{
	if (items.kind != VALUE_LIST || items.n == 0)
		return fail(command->ctx, ERR_INVALID, "Say what is missing: at least one thing");
	for (uint32_t i = 0; i < items.n; i++)
		if (str_empty(str_trim(value_text(value_get(items.items[i], S("text"))))))
			return fail(command->ctx, ERR_INVALID, "Item %d: say what is to be added",
				    (int)i + 1);
	return OK;
}

static enum err ask_supplement(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who,
				   .kind = "case.supplement_asked" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_WORK));
	TRY(must_be_open(&command));
	TRY(check_items(&command, job->items));
	if (command.c.status == CASE_SUPPLEMENT)
		return fail(ctx, ERR_CONFLICT, "Something was asked of the citizen already");
	if (command.c.supplements >= command.procedure->supplement_rounds)
		return fail(ctx, ERR_CONFLICT,
			    "This procedure allows %lld requests for supplements, and they were made",
			    (long long)command.procedure->supplement_rounds);
	struct value asked = value_map();
	value_set(ctx->arena, &asked, S("items"), job->items);
	value_set(ctx->arena, &asked, S("before"), value_int(command.c.status));
	command_set_private(&command, "asked", asked);
	command_set_int(&command, "status", CASE_SUPPLEMENT);
	command_set_int(&command, "supplements", command.c.supplements + 1);
	command_set_int(&command, "paused_at", command.now);
	command_set_int(&command, "due_at", 0);
	TRY(command_letter(&command, S("supplement"), S("")));
	return command_commit(&command);
}

enum err case_ask_supplement(struct ctx *ctx, struct cases *cases, const struct actor *who,
			     str code, struct value items)
{
	struct job job = { .cases = cases, .who = who, .code = code, .items = items };
	return store_write_locked(ctx, cases->store, ask_supplement, &job);
}

static struct value with_pause(struct command *command)
{
	struct arena *arena = command->ctx->arena;
	struct value pauses = value_copy(arena, command->c.pauses), pause = value_map();
	if (pauses.kind != VALUE_LIST)
		pauses = value_list();
	value_set(arena, &pause, S("from"), value_int(command->c.paused_at));
	value_set(arena, &pause, S("to"), value_int(command->now));
	value_push(arena, &pauses, pause);
	return pauses;
}

static enum err give_supplement(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who,
				   .kind = "case.supplement_given" };
	TRY(command_begin(&command, ctx, db, job->code));
	struct object object = { .case_id = command.c.id };
	if (!may(job->cases->people, job->who->principal, ACT_TRACK, &object))
		TRY(command_may(&command, ACT_CASE_ACCEPT));
	if (command.c.status != CASE_SUPPLEMENT)
		return fail(ctx, ERR_CONFLICT, "Nothing is asked of you for this case now");
	command.attachments = job->answer->attachments;
	command.n_attachments = job->answer->n_attachments;
	command_data(&command, job->answer->data);
	command_set(&command, "pauses", with_pause(&command));
	command_set_int(&command, "paused_at", 0);
	command_set_int(&command, "status",
			value_integer(value_get(command.c.asked, S("before")), CASE_PROCESSING));
	command_set_private(&command, "asked", value_null());
	if (command.c.accepted_at)
		TRY(command_promise(&command));
	return command_commit(&command);
}

enum err case_give_supplement(struct ctx *ctx, struct cases *cases, const struct actor *who,
			      str code, const struct completion *answer)
{
	struct job job = { .cases = cases, .who = who, .code = code, .answer = answer };
	return store_write_locked(ctx, cases->store, give_supplement, &job);
}

/* ---- endings ---- */

static enum err refuse(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "case.refused" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, command.c.accepted_at ? ACT_CASE_WORK : ACT_CASE_ACCEPT));
	TRY(must_be_open(&command));
	if (str_empty(str_trim(job->text)))
		return fail(ctx, ERR_INVALID, "Say why: the citizen reads it");
	say_privately(&command, "text", value_str(job->text));
	TRY(command_letter(&command, S("refusal"), S("")));
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
	TRY(must_be_open(&command));
	if (!str_empty(job->text))
		say_privately(&command, "text", value_str(job->text));
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

/* ---- apology ---- */

static enum err apologise(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "case.apologised" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_SIGN));
	TRY(must_be_open(&command));
	int64_t times = value_integer(value_path(command.procedure->body, S("apology.times")), 1);
	if (command.c.apologised >= times)
		return fail(ctx, ERR_CONFLICT, "A new date may be set once only");
	if (!command.c.accepted_at || command.c.status == CASE_SUPPLEMENT)
		return fail(ctx, ERR_CONFLICT, "This case has no promised date now");
	if (str_empty(str_trim(job->text)))
		return fail(ctx, ERR_INVALID, "Say why it is late: the citizen reads it");
	if (job->at <= command.c.due_at || job->at <= command.now)
		return fail(ctx, ERR_INVALID, "The new date must lie after the one promised");
	say_privately(&command, "text", value_str(job->text));
	command_set_int(&command, "apologised", command.c.apologised + 1);
	command_set_int(&command, "due_at", job->at);
	TRY(command_letter(&command, S("apology"), S("")));
	return command_commit(&command);
}

enum err case_apologise(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			usec new_due_at)
{
	struct actor plain = *who;
	struct job job = { .cases = cases, .who = &plain, .code = code, .text = who->reason,
			   .at = new_due_at };
	plain.reason = S("");
	return store_write_locked(ctx, cases->store, apologise, &job);
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
