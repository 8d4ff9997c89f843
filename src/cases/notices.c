/* Which ways of being told the applicant chose. E-mail was given for that; an SMS is sent only to
 * whom asked for it. */
#include "cases/room.h"

enum { CHOICE = 1 }; /* one row a case */

static const struct case_column columns[] = { { "mail" }, { "sms" } };
const struct case_table notice_choice_table = { "notice_choice", columns, ARRAY_SIZE(columns) };

static const struct migration steps[] = {
	{ 1, "what the applicant wants to be told by",
	  "CREATE TABLE notice_choice (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " id INT NOT NULL, mail INT NOT NULL DEFAULT 0, sms INT NOT NULL DEFAULT 0,"
	  " PRIMARY KEY (organisation, case_id, id));" },
};

const struct migration_set notices_migrations = { "notices", steps, ARRAY_SIZE(steps) };

enum err case_notice_choice(struct ctx *ctx, struct db *db, const struct case_file *c,
			    struct notice_choice *ret_choice)
{
	struct rows row;
	*ret_choice = (struct notice_choice){ .mail = true };
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT mail, sms FROM notice_choice WHERE organisation = $1"
				  " AND case_id = $2 AND id = $3"),
			      c->organisation, c->id, CHOICE);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*ret_choice = (struct notice_choice){ row_int(&row, 0) != 0, row_int(&row, 1) != 0 };
	return OK;
}

struct choosing {
	struct cases *cases;
	const struct actor *who;
	str code;
	struct notice_choice choice;
};

static enum err choose(struct ctx *ctx, struct db *db, void *arg)
{
	struct choosing *job = arg;
	struct command command = { .cases = job->cases, .who = job->who,
				   .kind = "case.notices_chosen" };
	struct value row = value_map();
	TRY(command_begin(&command, ctx, db, job->code));
	bool citizen = job->who->principal->case_id == command.c.id;
	TRY(command_may(&command, citizen ? ACT_TRACK : ACT_CASE_FILE));
	value_set(ctx->arena, &row, S("mail"), value_int(job->choice.mail));
	value_set(ctx->arena, &row, S("sms"), value_int(job->choice.sms));
	command_row(&command, &notice_choice_table, CHOICE, row);
	return command_commit(&command);
}

enum err case_choose_notices(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			     struct notice_choice choice)
{
	struct choosing job = { cases, who, code, choice };
	return store_write_locked(ctx, cases->store, choose, &job);
}
