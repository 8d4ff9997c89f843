/* Cases that will be late: the apology and request for an extension, prepared ahead, once. */
#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/room.h"

enum { SUGGESTED_DAYS = 3, AHEAD_DAYS = 2 };

struct job {
	struct cases *cases;
	const struct actor *who;
	str code, text;
	usec at;
};

struct draft_row {
	int64_t id, prepared_by;
	usec new_at;
	str reason;
};

static enum err read_draft(struct ctx *ctx, struct db *db, const struct case_file *c,
			   struct draft_row *ret_row)
{
	struct rows rows;
	*ret_row = (struct draft_row){ .reason = S("") };
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, prepared_by, new_at, reason FROM case_late"
			 " WHERE organisation = $1 AND case_id = $2 AND confirmed_at = 0"
			 " ORDER BY id DESC LIMIT 1"),
		     c->organisation, c->id));
	if (rows_next(&rows))
		*ret_row = (struct draft_row){ row_int(&rows, 0), row_int(&rows, 1),
					       row_int(&rows, 2), row_str(&rows, 3) };
	return rows_end(&rows);
}

static enum err may_be_late(struct command *command)
{
	int64_t times = value_integer(value_path(command->procedure->body, S("apology.times")), 1);
	TRY(command_must_be_open(command));
	if (command->c.apologised >= times)
		return command_lost(command, "case.apologised", N_("A new date may be set once only"));
	if (!command->c.accepted_at || command->c.status == CASE_SUPPLEMENT)
		return fail(command->ctx, ERR_CONFLICT, "This case has no promised date now");
	return OK;
}

static enum err check_letter(struct command *command, const struct job *job)
{
	if (str_empty(str_trim(job->text)))
		return fail(command->ctx, ERR_INVALID, "Say why it is late: the citizen reads it");
	if (job->at <= command->c.due_at || job->at <= command->now)
		return fail(command->ctx, ERR_INVALID, "The new date must lie after the one promised");
	return OK;
}

static void put_draft(struct command *command, int64_t id, const struct job *job, bool confirmed)
{
	struct arena *arena = command->ctx->arena;
	const struct principal *me = command->who->principal;
	struct value row = value_map();
	value_set(arena, &row, S("new_at"), value_int(job->at));
	value_set(arena, &row, S("reason"), value_str(str_trim(job->text)));
	if (confirmed) {
		value_set(arena, &row, S("confirmed_at"), value_int(command->now));
	} else {
		value_set(arena, &row, S("prepared_at"), value_int(command->now));
		value_set(arena, &row, S("prepared_by"),
			  value_str(id_text(arena, me ? me->account : 0)));
	}
	command_row(command, &late_table, id, row);
}

static enum err prepare(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who,
				   .kind = "case.apology_prepared" };
	struct draft_row draft;
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_WORK));
	TRY(may_be_late(&command));
	TRY(check_letter(&command, job));
	TRY(read_draft(ctx, db, &command.c, &draft));
	/* Pressed twice: the letter is there as asked, nothing is written again. */
	if (draft.id && draft.new_at == job->at && str_eq(draft.reason, str_trim(job->text)))
		return OK;
	put_draft(&command, draft.id ? draft.id : db_id(db), job, false);
	value_set(ctx->arena, &command.closed, S("note"), value_str(str_trim(job->text)));
	return command_commit(&command);
}

enum err case_prepare_apology(struct ctx *ctx, struct cases *cases, const struct actor *who,
			      str code, usec new_due_at)
{
	struct actor plain = *who;
	struct job job = { .cases = cases, .who = &plain, .code = code, .text = who->reason,
			   .at = new_due_at };
	plain.reason = S("");
	return store_write_locked(ctx, cases->store, prepare, &job);
}

static enum err apologise(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "case.apologised" };
	struct draft_row draft;
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_SIGN));
	TRY(may_be_late(&command));
	TRY(check_letter(&command, job));
	TRY(read_draft(ctx, db, &command.c, &draft));
	put_draft(&command, draft.id ? draft.id : db_id(db), job, true);
	value_set(ctx->arena, &command.closed, S("text"), value_str(job->text));
	command_set_int(&command, "apologised", command.c.apologised + 1);
	command_set_int(&command, "due_at", job->at);
	TRY(command_move_steps(&command));
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

/* ---- the list of those that will be late ---- */

struct listing {
	struct cases *cases;
	const struct principal *principal;
	struct late_case *items;
	size_t n;
	int most;
	usec now;
};

static enum err after_days(struct ctx *ctx, struct cases *cases, usec from, int64_t days,
			   usec *ret_at)
{
	struct calendar_case count = { .received_at = from, .cut_off = CALENDAR_NO_CUT_OFF,
				       .limit = { CALENDAR_DAYS, 2 * days } };
	struct calendar_due due;
	TRY(calendar_due(ctx, cases_calendar(cases), &count, &due));
	*ret_at = due.at;
	return OK;
}

/* The last moment at which the letter is a working day ahead of the date: the end of the last
 * working day before the day it is due; 0 where that is over for good. */
static enum err last_moment(struct ctx *ctx, struct cases *cases, usec due_at, usec *ret_at)
{
	int zone = calendar_zone(cases_calendar(cases));
	int64_t day = calendar_day(cases_calendar(cases), due_at);
	usec end = 0;
	for (int back = 1; back <= 31; back++) {
		usec noon = (day - back) * USEC_DAY + 12 * USEC_HOUR - zone * USEC_MINUTE, work;
		usec from = noon - 12 * USEC_HOUR;
		TRY(calendar_work_between(ctx, cases_calendar(cases), from, from + USEC_DAY, &work));
		if (work > 0) {
			TRY(calendar_add_work(ctx, cases_calendar(cases), from, work, &end));
			break;
		}
	}
	*ret_at = end;
	return OK;
}

static enum err suggest(struct ctx *ctx, struct cases *cases, struct late_case *item, usec now)
{
	const struct procedure *procedure = case_procedure(cases, &item->c);
	struct value body = procedure ? procedure->body : value_null();
	int64_t days = value_integer(value_path(body, S("apology.days")), SUGGESTED_DAYS);
	usec from = item->c.due_at > now ? item->c.due_at : now;
	TRY(last_moment(ctx, cases, item->c.due_at, &item->send_by));
	if (item->new_due_at > from)
		return OK;
	return after_days(ctx, cases, from, days, &item->new_due_at);
}

static enum err read_late(struct ctx *ctx, struct db *db, void *arg)
{
	struct listing *l = arg;
	struct rows rows;
	int64_t(*keys)[2] = arena_alloc(ctx->arena, sizeof(int64_t[2]) * (size_t)l->most);
	size_t n = 0;
	usec until;
	sql_t q = sql_new(ctx->arena);
	TRY(after_days(ctx, l->cases, l->now, AHEAD_DAYS, &until));
	sql_add(&q, SQL("SELECT c.organisation, c.id FROM case_file c WHERE c.status IN (2, 4, 6)"
			" AND c.due_at > 0 AND c.due_at <= $1 AND c.apologised = 0"), until);
	may_where(l->cases->people, l->principal, ACT_CASE_SEE, SQL("c.organisation"), &q);
	sql_add(&q, SQL(" ORDER BY c.due_at, c.id LIMIT $1"), l->most);
	TRY(db_query_built(ctx, db, &rows, &q));
	for (; n < (size_t)l->most && rows_next(&rows); n++) {
		keys[n][0] = row_int(&rows, 0);
		keys[n][1] = row_int(&rows, 1);
	}
	TRY(rows_end(&rows));
	for (size_t i = 0; i < n; i++) {
		struct late_case *item = &l->items[l->n++];
		struct draft_row draft;
		TRY(rows_read_case(ctx, db, keys[i][0], keys[i][1], &item->c));
		TRY(read_draft(ctx, db, &item->c, &draft));
		TRY(account_name(ctx, db, draft.prepared_by, &item->prepared_by));
		item->prepared = draft.id != 0;
		item->new_due_at = draft.new_at;
		item->reason = draft.reason;
		TRY(suggest(ctx, l->cases, item, l->now));
	}
	return OK;
}

enum err late_cases(struct ctx *ctx, struct cases *cases, const struct principal *principal,
		    int most, struct late_case **ret_items, size_t *ret_n)
{
	struct listing l = { .cases = cases, .principal = principal, .most = most,
			     .items = ARENA_ARRAY(ctx->arena, struct late_case, most),
			     .now = clock_business() };
	TRY(store_read(ctx, cases->store, read_late, &l));
	*ret_items = l.items;
	*ret_n = l.n;
	return OK;
}
