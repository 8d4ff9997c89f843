/* Rounds of supplements: asked for, allowed by the leader where there are too many, answered,
 * or not answered in time. */
#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/room.h"

enum { REMIND_DAYS = 3 };

struct job {
	struct cases *cases;
	const struct actor *who;
	str code;
	struct value items;
	str why;
	int64_t round;
	bool approve;
	const struct completion *answer;
};

/* ---- asking ---- */

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

/* The end of the last working day the applicant has; 0 where the procedure sets none. */
static enum err answer_by(struct command *command, usec *ret_at)
{
	int64_t days = value_integer(value_path(command->procedure->body,
						S("supplement.days_to_answer")), 0);
	struct calendar_case count = { .received_at = command->now, .cut_off = CALENDAR_NO_CUT_OFF,
				       .limit = { CALENDAR_DAYS, 2 * days } };
	struct calendar_due due;
	*ret_at = 0;
	if (days <= 0)
		return OK;
	TRY(calendar_due(command->ctx, cases_calendar(command->cases), &count, &due));
	*ret_at = due.at;
	return OK;
}

/* Writes the round and stops the clock. The national scoring allows one request. */
static enum err open_round(struct command *command, int64_t round, struct value items)
{
	struct arena *arena = command->ctx->arena;
	struct value row = value_map(), asked = value_map();
	int64_t number = command->c.supplements + 1;
	usec until;
	TRY(answer_by(command, &until));
	command_put_int(command, &row, "number", number);
	command_put_int(command, &row, "state", ROUND_OPEN);
	command_put_int(command, &row, "asked_at", command->now);
	command_put_int(command, &row, "answer_by", until);
	usec remind = until - REMIND_DAYS * USEC_DAY;
	command_put_int(command, &row, "remind_at", remind > command->now ? remind : 0);
	command_put_int(command, &row, "counts_late", number > 1);
	command_put_text(command, &row, "items", json_text(arena, items));
	command_row(command, &round_table, round, row);
	value_set(arena, &asked, S("items"), items);
	value_set(arena, &asked, S("before"), value_int(command->c.status));
	value_set(arena, &asked, S("round"), value_str(id_text(arena, round)));
	value_set(arena, &asked, S("answer_by"), value_int(until));
	command_set_private(command, "asked", asked);
	command_set_int(command, "status", CASE_SUPPLEMENT);
	command_set_int(command, "supplements", number);
	command_set_int(command, "paused_at", command->now);
	command_set_int(command, "due_at", 0);
	return command_letter(command, S("supplement"), S(""));
}

static enum err may_be_asked(struct command *command)
{
	if (command->c.status == CASE_SUPPLEMENT)
		return command_lost(command, "case.supplement_asked",
				    N_("Something was asked of the citizen already"));
	return command_must_be_open(command);
}

static bool is_beyond(const struct command *command)
{
	return command->c.supplements >= command->procedure->supplement_rounds;
}

static enum err nothing_proposed(struct command *command)
{
	int64_t n;
	TRY(db_int(command->ctx, command->db, 0, &n,
		   SQL("SELECT COUNT(*) FROM case_round WHERE organisation = $1 AND case_id = $2"
		       " AND state = 1"),
		   command->c.organisation, command->c.id));
	return n ? command_lost(command, "case.supplement_proposed",
				N_("A further request waits for the leader already")) : OK;
}

static bool may_sign(struct command *command, const struct object *object)
{
	return may(command->cases->people, command->who->principal, ACT_CASE_SIGN, object);
}

static void say_why(struct command *command, int64_t round, str why)
{
	struct value row = value_map();
	command_put_text(command, &row, "why", why);
	command_put_id(command, &row, "asked_by", command_account(command));
	command_row(command, &round_table, round, row);
}

static enum err propose(struct command *command, int64_t round, struct value items)
{
	struct value row = value_map();
	TRY(nothing_proposed(command));
	command->kind = "case.supplement_proposed";
	command_put_int(command, &row, "number", command->c.supplements + 1);
	command_put_int(command, &row, "state", ROUND_PROPOSED);
	command_put_int(command, &row, "asked_at", command->now);
	command_put_text(command, &row, "items", json_text(command->ctx->arena, items));
	command_row(command, &round_table, round, row);
	return OK;
}

static enum err ask_beyond(struct command *command, int64_t round, const struct job *job)
{
	struct object object;
	struct value row = value_map();
	if (str_empty(str_trim(job->why)))
		return fail(command->ctx, ERR_CONFLICT,
			    "This procedure allows %lld requests for supplements, and they were made",
			    (long long)command->procedure->supplement_rounds);
	TRY(case_object(command->ctx, command->db, &command->c, &object));
	if (!may_sign(command, &object))
		return propose(command, round, job->items);
	command_put_id(command, &row, "approved_by", command_account(command));
	command_row(command, &round_table, round, row);
	return open_round(command, round, job->items);
}

static enum err ask(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who,
				   .kind = "case.supplement_asked" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_WORK));
	TRY(may_be_asked(&command));
	TRY(check_items(&command, job->items));
	int64_t round = db_id(db);
	say_why(&command, round, str_trim(job->why));
	TRY(is_beyond(&command) ? ask_beyond(&command, round, job)
				: open_round(&command, round, job->items));
	return command_commit(&command);
}

enum err case_ask_again(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			struct value items, str why)
{
	struct job job = { .cases = cases, .who = who, .code = code, .items = items, .why = why };
	return store_write_locked(ctx, cases->store, ask, &job);
}

enum err case_ask_supplement(struct ctx *ctx, struct cases *cases, const struct actor *who,
			     str code, struct value items)
{
	return case_ask_again(ctx, cases, who, code, items, S(""));
}

/* ---- the leader's word on a further round ---- */

static enum err read_proposal(struct command *command, int64_t round, struct value *ret_items)
{
	struct rows rows;
	struct json_fault fault;
	int64_t state = 0;
	str items = S("[]");
	TRY(db_query(command->ctx, command->db, &rows,
		     SQL("SELECT state, items FROM case_round WHERE organisation = $1"
			 " AND case_id = $2 AND id = $3"),
		     command->c.organisation, command->c.id, round));
	if (rows_next(&rows)) {
		state = row_int(&rows, 0);
		items = row_str(&rows, 1);
	}
	TRY(rows_end(&rows));
	if (!state)
		return fail(command->ctx, ERR_NOT_FOUND, "There is no such request");
	if (state != ROUND_PROPOSED)
		return command_lost(command, "case.supplement_asked|case.supplement_declined",
				    N_("This request was settled already"));
	return json_parse(command->ctx->arena, items, ret_items, &fault) ? OK :
		fail(command->ctx, ERR_DATABASE, "What was asked cannot be read");
}

static enum err settle(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who,
		.kind = job->approve ? "case.supplement_asked" : "case.supplement_declined" };
	struct value items, row = value_map();
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_SIGN));
	TRY(read_proposal(&command, job->round, &items));
	command_put_id(&command, &row, "approved_by", command_account(&command));
	if (!job->approve) {
		if (str_empty(str_trim(job->why)))
			return fail(ctx, ERR_INVALID, "Say why not: the officer reads it");
		command_put_int(&command, &row, "state", ROUND_DECLINED);
		command_put_int(&command, &row, "closed_at", command.now);
		value_set(ctx->arena, &command.closed, S("note"), value_str(str_trim(job->why)));
		command_row(&command, &round_table, job->round, row);
		return command_commit(&command);
	}
	TRY(may_be_asked(&command));
	command_row(&command, &round_table, job->round, row);
	TRY(open_round(&command, job->round, items));
	return command_commit(&command);
}

enum err case_settle_round(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			   int64_t round, bool approve, str reason)
{
	struct job job = { .cases = cases, .who = who, .code = code, .round = round,
			   .approve = approve, .why = reason };
	return store_write_locked(ctx, cases->store, settle, &job);
}

/* ---- the answer ---- */

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

/* What differs now from what was filed, and the words that came with it. */
static void close_answered(struct command *command, struct value data)
{
	struct arena *arena = command->ctx->arena;
	struct value row = value_map(), after = value_copy(arena, command->c.data);
	int64_t round;
	if (!id_parse(value_text(value_get(command->c.asked, S("round"))), &round))
		return;
	for (uint32_t i = 0; data.kind == VALUE_MAP && i < data.n; i++)
		value_set(arena, &after, data.members[i].key, data.members[i].value);
	struct value changes = data_changes(command->ctx, command->procedure, command->c.data, after,
		command->now, calendar_zone(cases_calendar(command->cases)));
	str words = arena_printf(arena, "supplement_%lld.text", (long long)command->c.supplements);
	command_put_int(command, &row, "state", ROUND_ANSWERED);
	command_put_int(command, &row, "closed_at", command->now);
	command_put_text(command, &row, "changes", json_text(arena, changes));
	command_put_text(command, &row, "answer", value_text(value_path(data, words)));
	command_row(command, &round_table, round, row);
}

static enum err give(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who,
				   .kind = "case.supplement_given" };
	TRY(command_begin(&command, ctx, db, job->code));
	struct object object = { .case_id = command.c.id };
	if (!may(job->cases->people, job->who->principal, ACT_TRACK, &object))
		TRY(command_may(&command, ACT_CASE_ACCEPT));
	if (command.c.status != CASE_SUPPLEMENT)
		return command_lost(&command, "case.supplement_given|case.supplement_late",
				    N_("Nothing is asked of you for this case now"));
	command.attachments = job->answer->attachments;
	command.n_attachments = job->answer->n_attachments;
	close_answered(&command, job->answer->data);
	command_data(&command, job->answer->data);
	command_set(&command, "pauses", with_pause(&command));
	command_set_int(&command, "paused_at", 0);
	command_set_int(&command, "status",
			value_integer(value_get(command.c.asked, S("before")), CASE_PROCESSING));
	command_set_private(&command, "asked", value_null());
	if (command.c.accepted_at)
		TRY(command_promise(&command));
	TRY(command_move_steps(&command));
	return command_commit(&command);
}

enum err case_give_supplement(struct ctx *ctx, struct cases *cases, const struct actor *who,
			      str code, const struct completion *answer)
{
	struct job job = { .cases = cases, .who = who, .code = code, .answer = answer };
	return store_write_locked(ctx, cases->store, give, &job);
}

/* ---- time ---- */

void command_end_round(struct command *command, int64_t state)
{
	struct value row = value_map();
	int64_t round;
	if (!id_parse(value_text(value_get(command->c.asked, S("round"))), &round))
		return;
	command_put_int(command, &row, "state", state);
	command_put_int(command, &row, "closed_at", command->now);
	command_row(command, &round_table, round, row);
}

struct due_round {
	int64_t id;
	str code;
	bool over;
};

struct tick {
	struct cases *cases;
	int most, n;
	struct due_round *items;
	const struct due_round *one;
};

static enum err read_due(struct ctx *ctx, struct db *db, void *arg)
{
	struct tick *tick = arg;
	struct rows rows;
	tick->n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT r.id, c.code, r.answer_by FROM case_round r JOIN case_file c"
			 " ON c.organisation = r.organisation AND c.id = r.case_id"
			 " WHERE r.state = 2 AND ((r.answer_by > 0 AND r.answer_by < $1)"
			 " OR (r.remind_at > 0 AND r.remind_at <= $1)) ORDER BY r.answer_by LIMIT $2"),
		     db_now(db), tick->most));
	while (tick->n < tick->most && rows_next(&rows))
		tick->items[tick->n++] = (struct due_round){ row_int(&rows, 0), row_str(&rows, 1),
							     row_int(&rows, 2) < db_now(db) };
	return rows_end(&rows);
}

static str last_day(struct command *command)
{
	usec until = value_integer(value_get(command->c.asked, S("answer_by")), 0);
	struct civil c = time_civil(until, calendar_zone(cases_calendar(command->cases)));
	return arena_printf(command->ctx->arena, "%02d/%02d/%04d", c.day, c.month, (int)c.year);
}

/* "stop" ends the case; "wait" leaves it to the officers. */
static bool stops(const struct command *command)
{
	str rule = value_text(value_path(command->procedure->body, S("supplement.unanswered")));
	return !str_eq(rule, S("wait"));
}

/* Written to the applicant, and part of the notice: in Vietnamese. */
static void say_over(struct command *command)
{
	str text = arena_printf(command->ctx->arena,
		"Quá thời hạn bổ sung, hoàn thiện hồ sơ (hết ngày %.*s) mà người nộp hồ sơ "
		"không bổ sung theo yêu cầu.", STR_ARG(last_day(command)));
	value_set(command->ctx->arena, &command->closed, S("text"), value_str(text));
}

static enum err end_unanswered(struct command *command)
{
	if (!stops(command)) {
		struct value row = value_map();
		int64_t round;
		command->kind = "case.supplement_late";
		if (id_parse(value_text(value_get(command->c.asked, S("round"))), &round)) {
			command_put_int(command, &row, "answer_by", 0);
			command_put_int(command, &row, "remind_at", 0);
			command_row(command, &round_table, round, row);
		}
		return OK;
	}
	command->kind = "case.stopped";
	command_say(command, "unanswered", value_bool(true));
	say_over(command);
	command_end_round(command, ROUND_UNANSWERED);
	TRY(command_letter(command, S("stop"), S("")));
	return command_end(command, command->c.accepted_at ? CASE_STOPPED : CASE_NOT_ACCEPTED);
}

static void remind(struct command *command, int64_t round)
{
	struct value row = value_map();
	command->kind = "case.supplement_reminded";
	command_put_int(command, &row, "remind_at", 0);
	command_row(command, &round_table, round, row);
}

static enum err fire(struct ctx *ctx, struct db *db, void *arg)
{
	struct tick *tick = arg;
	static const struct principal program = { .system = true };
	static const struct actor system = { .principal = &program };
	struct command command = { .cases = tick->cases, .who = &system };
	int64_t round = 0;
	TRY(command_begin(&command, ctx, db, tick->one->code));
	id_parse(value_text(value_get(command.c.asked, S("round"))), &round);
	/* Answered between the list and the lock. */
	if (command.c.status != CASE_SUPPLEMENT || round != tick->one->id)
		return OK;
	if (tick->one->over)
		TRY(end_unanswered(&command));
	else
		remind(&command, round);
	return command_commit(&command);
}

enum err rounds_tick(struct ctx *ctx, struct cases *cases, int most, int64_t *ret_n)
{
	struct tick tick = { .cases = cases, .most = most,
			     .items = ARENA_ARRAY(ctx->arena, struct due_round, most) };
	TRY(store_read(ctx, cases->store, read_due, &tick));
	enum err err = OK;
	/* A case that cannot be ended does not keep the others waiting. */
	for (int i = 0; i < tick.n; i++) {
		tick.one = &tick.items[i];
		enum err one = store_write_locked(ctx, cases->store, fire, &tick);
		err = one == OK ? err : one;
	}
	*ret_n = tick.n;
	return err;
}
