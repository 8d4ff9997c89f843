/* What is read of a case. */
#include "cases/endings.h"
#include "cases/room.h"

const struct procedure *case_procedure(struct cases *cases, const struct case_file *c)
{
	return procedure_by_id(cases, c->version);
}

str return_word(const struct procedure *procedure, const struct case_file *c, str word)
{
	struct value paths = procedure ? value_get(procedure->body, S("return_to")) : value_null();
	str path = value_text(value_get(paths, word));
	return str_empty(path) ? S("") : value_text(value_path(c->data, path));
}

enum timeliness promise_kept(usec due_at, usec finished_at)
{
	if (finished_at > due_at)
		return TIME_LATE;
	return due_at - finished_at >= USEC_DAY ? TIME_EARLY : TIME_ON;
}

enum timeliness case_timeliness(const struct case_file *c, usec now)
{
	if (!c->accepted_at)
		return TIME_NONE;
	if (c->paused_at && !c->finished_at)
		return TIME_WAITING;
	if (!c->finished_at)
		return c->due_at && now > c->due_at ? TIME_OPEN_LATE : TIME_OPEN;
	/* A case that ended while waiting was in time: its clock stood still. */
	if (!c->due_at)
		return TIME_ON;
	return promise_kept(c->due_at, c->finished_at);
}

usec case_counted_from(const struct case_file *c, usec now)
{
	usec from = c->accepted_at ? c->accepted_at : now;
	for (uint32_t i = 0; c->pauses.kind == VALUE_LIST && i < c->pauses.n; i++)
		if (value_is_true(value_get(c->pauses.items[i], S("reopened"))))
			from = value_integer(value_get(c->pauses.items[i], S("to")), from);
	return from;
}

struct calendar_pause *case_pauses(struct arena *arena, enum calendar_rule rule,
				   const struct case_file *c, usec since, size_t *ret_n)
{
	struct value list = c->pauses;
	struct calendar_pause *pauses = ARENA_ARRAY(arena, struct calendar_pause, list.n + 2);
	size_t n = 0;
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++) {
		usec from = value_integer(value_get(list.items[i], S("from")), 0);
		usec to = value_integer(value_get(list.items[i], S("to")), 0);
		bool subtract = str_eq(value_text(value_get(list.items[i], S("rule"))),
				       S("subtract"));
		/* What was asked before acceptance has no clock to stop. */
		if (from >= since)
			pauses[n++] = (struct calendar_pause){
				from, to, subtract ? CALENDAR_SUBTRACT : rule };
	}
	if (c->paused_at && c->paused_at >= since)
		pauses[n++] = (struct calendar_pause){
			c->paused_at, CALENDAR_OPEN,
			c->status == CASE_DUTY ? CALENDAR_SUBTRACT : rule };
	*ret_n = n;
	return pauses;
}

enum err case_due_by(struct ctx *ctx, struct cases *cases, const struct case_file *c, usec now,
		     enum calendar_rule rule, struct calendar_due *ret_due)
{
	const struct procedure *procedure = case_procedure(cases, c);
	struct calendar_case count = {
		.received_at = case_counted_from(c, now),
	};
	if (!procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	count.limit = procedure->limit;
	count.cut_off = procedure->cut_off;
	if (c->accepted_at)
		count.pauses = case_pauses(ctx->arena, rule, c, count.received_at,
					   &count.n_pauses);
	return calendar_due(ctx, cases_calendar(cases), &count, ret_due);
}

enum err case_due(struct ctx *ctx, struct cases *cases, const struct case_file *c, usec now,
		  struct calendar_due *ret_due)
{
	const struct procedure *procedure = case_procedure(cases, c);
	if (!procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	return case_due_by(ctx, cases, c, now, procedure->supplement_rule, ret_due);
}

static struct case_task row_task(const struct rows *r)
{
	return (struct case_task){
		.organisation = row_int(r, 0), .case_id = row_int(r, 1),
		.node = (uint32_t)row_int(r, 2), .element = row_str(r, 3),
		.role = role_of(row_view(r, 4)), .agency = row_int(r, 5), .open = row_int(r, 6) == 0,
		.holder = row_int(r, 7), .created_at = row_int(r, 8), .due_at = row_int(r, 9),
		.done_at = row_int(r, 10), .outcome = row_str(r, 11),
	};
}

enum err case_tasks(struct ctx *ctx, struct cases *cases, struct db *db, const struct case_file *c,
		    struct case_tasks *ret_tasks)
{
	const struct procedure *procedure = case_procedure(cases, c);
	struct case_tasks tasks = { 0 };
	struct rows rows;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n,
		   SQL("SELECT COUNT(*) FROM case_task WHERE organisation = $1 AND case_id = $2"),
		   c->organisation, c->id));
	tasks.items = ARENA_ARRAY(ctx->arena, struct case_task, n + 1);
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT organisation, case_id, node, element, role, agency, state, holder,"
			 " created_at, due_at, done_at, outcome FROM case_task"
			 " WHERE organisation = $1 AND case_id = $2 ORDER BY node"),
		     c->organisation, c->id));
	while (tasks.n < (size_t)n && rows_next(&rows)) {
		struct case_task *task = &tasks.items[tasks.n++];
		*task = row_task(&rows);
		uint32_t element = procedure ? flow_find(procedure->flow, task->element) : FLOW_NONE;
		if (element != FLOW_NONE)
			task->name = procedure_step_name(procedure, element, ctx_language(ctx));
	}
	*ret_tasks = tasks;
	return rows_end(&rows);
}

enum err case_legs(struct ctx *ctx, struct db *db, const struct case_file *c,
		   struct case_legs *ret_legs)
{
	enum { LEGS_MAX = 32 };
	struct case_legs legs = { ARENA_ARRAY(ctx->arena, struct case_leg, LEGS_MAX), 0 };
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT leg, agency, started_at, due_at, finished_at FROM case_leg"
			 " WHERE organisation = $1 AND case_id = $2 ORDER BY started_at, leg"),
		     c->organisation, c->id));
	while (legs.n < LEGS_MAX && rows_next(&rows))
		legs.items[legs.n++] = (struct case_leg){ row_str(&rows, 0), row_int(&rows, 1),
			row_int(&rows, 2), row_int(&rows, 3), row_int(&rows, 4) };
	*ret_legs = legs;
	return rows_end(&rows);
}

enum err case_object(struct ctx *ctx, struct db *db, const struct case_file *c,
		     struct object *ret_object)
{
	enum { AGENCIES_MAX = 64 };
	int64_t *agencies = ARENA_ARRAY(ctx->arena, int64_t, AGENCIES_MAX);
	struct rows rows;
	size_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT DISTINCT agency FROM case_task WHERE organisation = $1"
			 " AND case_id = $2"),
		     c->organisation, c->id));
	while (n < AGENCIES_MAX && rows_next(&rows))
		agencies[n++] = row_int(&rows, 0);
	*ret_object = (struct object){ .organisation = c->organisation, .agencies = agencies,
				       .n_agencies = n, .case_id = c->id };
	return rows_end(&rows);
}

enum err case_duplicates(struct ctx *ctx, struct cases *cases, struct db *db,
			 const struct case_file *like, struct value *ret_list)
{
	struct value list = value_list();
	struct rows rows;
	*ret_list = list;
	if (str_empty(like->duplicate_key) && str_empty(like->applicant_id))
		return OK;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT code, subject, applicant, status, submitted_at FROM case_file"
			 " WHERE organisation = $5 AND id IN (SELECT id FROM case_file"
			 " WHERE duplicate_key = $1 AND duplicate_key <> '' UNION SELECT id"
			 " FROM case_file WHERE applicant_id = $2 AND applicant_id <> ''"
			 " AND procedure = $3) AND id <> $4 AND status NOT IN (3, 7, 8)"
			 " AND NOT EXISTS (SELECT 1 FROM case_duplicate d WHERE d.organisation = $5"
			 " AND d.case_id = $4 AND d.other = case_file.id)"
			 " ORDER BY submitted_at DESC LIMIT 10"),
		     like->duplicate_key, like->applicant_id, like->procedure, like->id,
		     like->organisation));
	while (rows_next(&rows)) {
		struct value item = value_map();
		value_set(ctx->arena, &item, S("code"), value_str(row_str(&rows, 0)));
		value_set(ctx->arena, &item, S("subject"), value_str(row_str(&rows, 1)));
		value_set(ctx->arena, &item, S("applicant"), value_str(row_str(&rows, 2)));
		value_set(ctx->arena, &item, S("status"), value_int(row_int(&rows, 3)));
		value_set(ctx->arena, &item, S("submitted_at"), value_int(row_int(&rows, 4)));
		value_push(ctx->arena, &list, item);
	}
	*ret_list = list;
	return rows_end(&rows);
}

/* ---- timers ---- */

struct due_timer {
	int64_t organisation, case_id, wait;
	str code;
};

struct tick {
	struct cases *cases;
	int most;
	struct due_timer *items;
	int n;
	const struct due_timer *one;
};

static enum err read_due(struct ctx *ctx, struct db *db, void *arg)
{
	struct tick *tick = arg;
	struct rows rows;
	tick->n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT t.organisation, t.case_id, t.wait, c.code FROM case_timer t"
			 " JOIN case_file c ON c.organisation = t.organisation AND c.id = t.case_id"
			 " WHERE t.due_at <= $1 ORDER BY t.due_at LIMIT $2"),
		     db_now(db), tick->most));
	while (tick->n < tick->most && rows_next(&rows))
		tick->items[tick->n++] = (struct due_timer){ row_int(&rows, 0), row_int(&rows, 1),
			row_int(&rows, 2), row_str(&rows, 3) };
	return rows_end(&rows);
}

static enum err fire(struct ctx *ctx, struct db *db, void *arg)
{
	struct tick *tick = arg;
	static const struct principal program = { .system = true };
	static const struct actor system = { .principal = &program };
	struct command command = { .cases = tick->cases, .who = &system, .kind = "case.timer" };
	TRY(command_begin(&command, ctx, db, tick->one->code));
	struct flow_event event = { .kind = FLOW_EVENT_TIMER, .node = (uint32_t)tick->one->wait };
	struct value gone = value_map();
	value_set(ctx->arena, &gone, S("wait"), value_int(tick->one->wait));
	command_push(&command, &command.timers, gone);
	enum err err = command_flow(&command, &event);
	if (err != OK && err != ERR_NOT_FOUND && err != ERR_CONFLICT)
		return err;
	return command_commit(&command);
}

enum err cases_tick(struct ctx *ctx, struct cases *cases, int most, int64_t *ret_n)
{
	struct tick tick = { .cases = cases, .most = most,
			     .items = ARENA_ARRAY(ctx->arena, struct due_timer, most) };
	TRY(store_read(ctx, cases->store, read_due, &tick));
	for (int i = 0; i < tick.n; i++) {
		tick.one = &tick.items[i];
		TRY(store_write_locked(ctx, cases->store, fire, &tick));
	}
	*ret_n = tick.n;
	return OK;
}
