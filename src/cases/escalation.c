/* What gets late is told in time, once a level, and why it got late is written down. */
#include "cases/lists.h"
#include "cases/room.h"

static const struct case_column escalation_columns[] = {
	{ "node" }, { "percent" }, { "holder" }, { "told", .is_text = true }, { "raised_at" },
};
const struct case_table escalation_table = { "escalation", escalation_columns,
					     ARRAY_SIZE(escalation_columns) };

static const struct case_column lateness_columns[] = {
	{ "reason", .is_text = true },
	{ "note", .is_text = true, .is_private = true },
	{ "explained_by" }, { "explained_at" },
};
const struct case_table lateness_table = { "lateness", lateness_columns,
					   ARRAY_SIZE(lateness_columns) };

enum { LEVELS_MAX = 8, LATE = 100, STEPS_A_TURN = 500 };

/* Who is told at how many hundredths of the time of a step. */
struct level {
	int64_t percent;
	str told; /* "officer head leader" */
};

static str told_text(struct arena *arena, struct value to)
{
	struct buf out = { .arena = arena };
	for (uint32_t i = 0; to.kind == VALUE_LIST && i < to.n; i++) {
		if (i)
			buf_byte(&out, ' ');
		buf_str(&out, value_text(to.items[i]));
	}
	return buf_view(&out);
}

static size_t levels_of(struct arena *arena, const struct cases *cases, struct level *levels)
{
	struct value list = value_get(cases_catalogue(cases)->pack, S("escalation"));
	size_t n = 0;
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n && n < LEVELS_MAX; i++) {
		int64_t percent = value_integer(value_get(list.items[i], S("percent")), 0);
		if (percent > 0 && percent <= LATE)
			levels[n++] = (struct level){ percent, told_text(arena,
				value_get(list.items[i], S("to"))) };
	}
	if (n)
		return n;
	levels[0] = (struct level){ 80, S("officer") };
	levels[1] = (struct level){ LATE, S("officer head") };
	return 2;
}

struct overdue {
	int64_t node, holder, percent;
	usec created_at, due_at;
	str code, told;
};

struct escalating {
	struct cases *cases;
	const struct level *level;
	usec now;
	struct overdue *items;
	size_t n, room;
	const struct overdue *one;
	bool raised;
};

/* After a month nobody is helped by a reminder of what was late already when the clock began. */
#define NOT_AFTER (31 * USEC_DAY)

static enum err read_office(struct ctx *ctx, struct db *db, struct escalating *e, int64_t office)
{
	const struct level *level = e->level;
	struct rows rows;
	/* A step is late when it overran its own time, or the case the time of the whole. The calendar is
	 * asked about those only that used a tenth of the days: a long holiday may be most of them. */
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT t.node, t.holder, t.created_at, CASE WHEN c.due_at > 0"
			 " AND c.due_at < t.due_at THEN c.due_at ELSE t.due_at END AS due, c.code"
			 " FROM case_task t JOIN case_file c ON c.organisation = t.organisation"
			 " AND c.id = t.case_id WHERE t.state = 0 AND t.organisation = $1"
			 " AND t.due_at > $2 AND (t.due_at <= $3 OR (c.due_at > 0 AND c.due_at <= $3)"
			 " OR ($4 < 100 AND ($3 - t.created_at) * 10 >= t.due_at - t.created_at))"
			 " AND c.paused_at = 0 AND NOT EXISTS (SELECT 1 FROM escalation x WHERE"
			 " x.organisation = t.organisation AND x.case_id = t.case_id"
			 " AND x.id = t.node * 1000 + $4) ORDER BY t.due_at LIMIT $5"),
		     office, e->now - NOT_AFTER, e->now, level->percent, STEPS_A_TURN));
	while (e->n < e->room && rows_next(&rows))
		e->items[e->n++] = (struct overdue){ row_int(&rows, 0), row_int(&rows, 1),
			level->percent, row_int(&rows, 2), row_int(&rows, 3), row_str(&rows, 4),
			level->told };
	return rows_end(&rows);
}

static enum err read_overdue(struct ctx *ctx, struct db *db, void *arg)
{
	struct escalating *e = arg;
	struct organisations all = people_organisations(e->cases->people);
	e->now = db_now(db);
	for (size_t i = 0; i < all.n; i++)
		TRY(read_office(ctx, db, e, all.items[i].id));
	return OK;
}

/* What the case waited can only make it less: without looking at it most are left alone. */
static enum err may_be_reached(struct ctx *ctx, const struct escalating *e,
			       const struct overdue *o, bool *ret_reached)
{
	struct calendar_case count = { .received_at = o->created_at };
	int64_t permille;
	*ret_reached = o->due_at <= e->now;
	if (*ret_reached || o->percent >= LATE)
		return OK;
	TRY(calendar_used(ctx, cases_calendar(e->cases), &count, o->due_at, e->now, &permille));
	*ret_reached = permille >= o->percent * 10;
	return OK;
}

/* Working time used up, in hundredths of what there was; what the case waited does not count. */
static enum err is_reached(struct command *command, const struct overdue *o, bool *ret_reached)
{
	struct calendar_case count = { .received_at = o->created_at };
	const struct case_file *c = &command->c;
	int64_t permille;
	*ret_reached = o->due_at <= command->now;
	if (*ret_reached || o->percent >= LATE)
		return OK;
	count.pauses = case_pauses(command->ctx->arena, command->procedure->supplement_rule, c,
				   o->created_at, &count.n_pauses);
	TRY(calendar_used(command->ctx, cases_calendar(command->cases), &count, o->due_at,
			  command->now, &permille));
	*ret_reached = permille >= o->percent * 10;
	return OK;
}

/* Another node, or an officer, may have been there between the list and the lock. */
static enum err is_still_open(struct command *command, const struct overdue *o, bool *ret_open)
{
	int64_t n;
	TRY(db_int(command->ctx, command->db, 0, &n,
		   SQL("SELECT COUNT(*) FROM case_task t WHERE t.organisation = $1 AND t.case_id = $2"
		       " AND t.node = $3 AND t.state = 0 AND NOT EXISTS (SELECT 1 FROM escalation x"
		       " WHERE x.organisation = $1 AND x.case_id = $2 AND x.id = $4)"),
		   command->c.organisation, command->c.id, o->node, o->node * 1000 + o->percent));
	*ret_open = n && !command->c.paused_at;
	return OK;
}

static void put_row(struct command *command, const struct overdue *o)
{
	struct value row = value_map();
	command_put_int(command, &row, "node", o->node);
	command_put_int(command, &row, "percent", o->percent);
	command_put_id(command, &row, "holder", o->holder);
	command_put_text(command, &row, "told", o->told);
	command_put_int(command, &row, "raised_at", command->now);
	command_row(command, &escalation_table, o->node * 1000 + o->percent, row);
}

static enum err raise_one(struct ctx *ctx, struct db *db, void *arg)
{
	static const struct principal program = { .system = true };
	static const struct actor system = { .principal = &program };
	struct escalating *e = arg;
	struct command command = { .cases = e->cases, .who = &system, .kind = "task.escalated" };
	bool open, reached;
	e->raised = false;
	TRY(command_begin(&command, ctx, db, e->one->code));
	TRY(is_still_open(&command, e->one, &open));
	if (!open)
		return OK;
	TRY(is_reached(&command, e->one, &reached));
	if (!reached)
		return OK;
	put_row(&command, e->one);
	e->raised = true;
	return command_commit(&command);
}

static enum err raise_level(struct ctx *ctx, struct escalating *e, int most, int64_t *n)
{
	e->n = 0;
	TRY(store_read(ctx, e->cases->store, read_overdue, e));
	for (size_t i = 0; i < e->n && *n < most; i++) {
		bool reached;
		TRY(may_be_reached(ctx, e, &e->items[i], &reached));
		if (!reached)
			continue;
		e->one = &e->items[i];
		TRY(store_write_locked(ctx, e->cases->store, raise_one, e));
		*n += e->raised;
	}
	return OK;
}

enum err cases_escalate(struct ctx *ctx, struct cases *cases, int most, int64_t *ret_n)
{
	struct level levels[LEVELS_MAX + 1];
	size_t n = levels_of(ctx->arena, cases, levels);
	struct escalating e = { .cases = cases, .room = STEPS_A_TURN * 4 };
	e.items = ARENA_ARRAY(ctx->arena, struct overdue, e.room);
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		e.level = &levels[i];
		TRY(raise_level(ctx, &e, most, ret_n));
	}
	return OK;
}

/* ---- why it got late ---- */

struct value lateness_reasons(struct ctx *ctx, const struct cases *cases)
{
	static const struct {
		const char *code, *title;
	} common[] = {
		{ "qua-tai", N_("More cases than the officers could do") },
		{ "can-bo-vang", N_("The officer in charge was away") },
		{ "phoi-hop", N_("Another agency answered late") },
		{ "xac-minh", N_("It took long to verify the papers") },
		{ "ho-so-phuc-tap", N_("The case is complicated or the rules are not clear") },
		{ "he-thong", N_("The system or the network failed") },
		{ "khac", N_("Another reason") },
	};
	struct arena *arena = ctx->arena;
	struct value of_pack = value_get(cases_catalogue(cases)->pack, S("lateness_reasons"));
	struct value list = value_list();
	for (size_t i = 0; of_pack.n == 0 && i < ARRAY_SIZE(common); i++) {
		struct value item = value_map();
		value_append(arena, &item, S("code"), value_str(str_z(common[i].code)));
		value_append(arena, &item, S("title"),
			     value_str(str_z(ctx_text(ctx, common[i].title))));
		value_push(arena, &list, item);
	}
	for (uint32_t i = 0; of_pack.kind == VALUE_LIST && i < of_pack.n; i++) {
		struct value item = value_map(), title = value_get(of_pack.items[i], S("title"));
		value_append(arena, &item, S("code"), value_get(of_pack.items[i], S("code")));
		value_append(arena, &item, S("title"), value_get(title, ctx_language(ctx)));
		value_push(arena, &list, item);
	}
	return list;
}

struct explaining {
	struct cases *cases;
	const struct actor *who;
	str code, reason, note;
};

static bool is_reason(struct ctx *ctx, const struct cases *cases, str reason)
{
	struct value list = lateness_reasons(ctx, cases);
	for (uint32_t i = 0; i < list.n; i++)
		if (str_eq(value_text(value_get(list.items[i], S("code"))), reason))
			return true;
	return false;
}

static enum err explain(struct ctx *ctx, struct db *db, void *arg)
{
	const struct explaining *x = arg;
	struct command command = { .cases = x->cases, .who = x->who,
				   .kind = "case.lateness_explained" };
	struct value row = value_map();
	struct arena *arena = ctx->arena;
	TRY(command_begin(&command, ctx, db, x->code));
	TRY(command_may(&command, ACT_CASE_WORK));
	enum timeliness timeliness = case_timeliness(&command.c, command.now);
	if (timeliness != TIME_LATE && timeliness != TIME_OPEN_LATE)
		return fail(ctx, ERR_CONFLICT, "This case is not late");
	if (!is_reason(ctx, x->cases, x->reason))
		return fail(ctx, ERR_INVALID, "Choose why the case is late");
	value_append(arena, &row, S("reason"), value_str(x->reason));
	value_append(arena, &row, S("note"), value_str(x->note));
	value_append(arena, &row, S("explained_by"),
		     value_str(id_text(arena, x->who->principal->account)));
	value_append(arena, &row, S("explained_at"), value_int(command.now));
	command_row(&command, &lateness_table, 1, row);
	if (!str_empty(x->note))
		value_set(arena, &command.closed, S("note"), value_str(x->note));
	return command_commit(&command);
}

enum err case_explain_lateness(struct ctx *ctx, struct cases *cases, const struct actor *who,
			       str code, str reason, str note)
{
	struct explaining x = { cases, who, code, reason, note };
	return store_write_locked(ctx, cases->store, explain, &x);
}
