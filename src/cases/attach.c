/* Papers that come after the case was filed: at the desk, or from a partner. */
#include "cases/room.h"

struct job {
	struct cases *cases;
	const struct actor *who;
	str code;
	const struct completion *papers;
};

static enum err attach(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who,
				   .kind = "case.papers_added" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_ACCEPT));
	if (command.c.finished_at)
		return fail(ctx, ERR_CONFLICT, "This case is closed already");
	command.attachments = job->papers->attachments;
	command.n_attachments = job->papers->n_attachments;
	command_data(&command, job->papers->data);
	return command_commit(&command);
}

enum err case_attach(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		     const struct completion *papers)
{
	struct job job = { .cases = cases, .who = who, .code = code, .papers = papers };
	return store_write_locked(ctx, cases->store, attach, &job);
}
