/* Two cases that may be one: what an officer decided, on both of them. */
#include "cases/counter.h"
#include "cases/room.h"

static const struct case_column columns[] = {
	{ "other" }, { "verdict" }, { "account" }, { "decided_at" },
	{ "reason", .is_text = true, .is_private = true },
};
const struct case_table duplicate_table = { "case_duplicate", columns,
					    sizeof columns / sizeof *columns };

struct job {
	struct cases *cases;
	const struct actor *who;
	str code, other, reason;
	enum duplicate_verdict verdict;
};

static enum err compare(struct command *command, const struct job *job, const struct case_file *with)
{
	struct arena *arena = command->ctx->arena;
	struct value row = value_map();
	value_append(arena, &row, S("other"), value_str(id_text(arena, with->id)));
	value_append(arena, &row, S("verdict"), value_int(job->verdict));
	value_append(arena, &row, S("account"),
		     value_str(id_text(arena, command->who->principal->account)));
	value_append(arena, &row, S("decided_at"), value_int(command->now));
	value_append(arena, &row, S("reason"), value_str(job->reason));
	command_row(command, &duplicate_table, db_id(command->db), row);
	value_set(arena, &command->closed, S("text"), value_str(job->reason));
	return command_commit(command);
}

static enum err decide(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command first = { .cases = job->cases, .who = job->who, .kind = "case.compared" };
	struct command second = first;
	TRY(command_begin(&first, ctx, db, job->code));
	TRY(command_may(&first, ACT_CASE_ACCEPT));
	TRY(command_begin(&second, ctx, db, job->other));
	TRY(command_may(&second, ACT_CASE_ACCEPT));
	if (first.c.id == second.c.id)
		return fail(ctx, ERR_INVALID, "A case is not compared with itself");
	if (job->verdict == DUPLICATE_WITHDRAW) {
		if (first.c.finished_at)
			return fail(ctx, ERR_CONFLICT, "This case is closed already");
		first.kind = "case.withdrawn";
		TRY(command_end(&first, CASE_WITHDRAWN));
	}
	struct case_file of_first = first.c;
	TRY(compare(&first, job, &second.c));
	return compare(&second, job, &of_first);
}

enum err case_decide_duplicate(struct ctx *ctx, struct cases *cases, const struct actor *who,
			       str code, str other, enum duplicate_verdict verdict)
{
	/* The reason names people: it stands in the private part. */
	struct actor plain = *who;
	struct job job = { .cases = cases, .who = &plain, .code = code, .other = other,
			   .reason = str_trim(who->reason), .verdict = verdict };
	plain.reason = S("");
	if (str_empty(job.reason))
		return fail(ctx, ERR_INVALID, "Say why, in a sentence");
	return store_write_locked(ctx, cases->store, decide, &job);
}
