/* Folds every case's events again and holds the rows against them. One case at a time, so that
 * memory does not grow with the town. */
#include "cases/room.h"

struct verify {
	struct cases *cases;
	struct case_report *report;
	struct arena totals;      /* lives through the whole walk */
	struct value figures;     /* "organisation procedure month name" → n */
	int64_t after_organisation, after_id;
	bool more;
};

static void found(struct ctx *ctx, struct verify *v, str finding)
{
	if (v->report->sound) {
		v->report->sound = false;
		v->report->finding = arena_copy(&v->totals, finding);
	}
}

static void add_figures(struct verify *v, const struct case_file *c, const struct event *event)
{
	struct value figures = value_get(event->open, S("figures"));
	struct civil at = time_civil(event->effective_at, calendar_zone(cases_calendar(v->cases)));
	for (uint32_t i = 0; figures.kind == VALUE_MAP && i < figures.n; i++) {
		str key = arena_printf(&v->totals, "%lld %.*s %d%02d %.*s", (long long)c->organisation,
				       STR_ARG(c->procedure), (int)at.year, at.month,
				       STR_ARG(figures.members[i].key));
		int64_t n = value_integer(value_get(v->figures, key), 0) +
			    value_integer(figures.members[i].value, 0);
		value_set(&v->totals, &v->figures, key, value_int(n));
	}
}

static int64_t member_int(struct value map, const char *key)
{
	struct value m = value_get(map, str_z(key));
	int64_t id;
	if (m.kind == VALUE_STRING)
		return id_parse(value_text(m), &id) ? id : 0;
	return value_integer(m, 0);
}

static bool task_agrees(struct value folded, const struct rows *r)
{
	return member_int(folded, "agency") == row_int(r, 1) &&
	       member_int(folded, "state") == row_int(r, 2) &&
	       member_int(folded, "holder") == row_int(r, 3) &&
	       member_int(folded, "created_at") == row_int(r, 4) &&
	       member_int(folded, "due_at") == row_int(r, 5) &&
	       member_int(folded, "done_at") == row_int(r, 6) &&
	       str_eq(value_text(value_get(folded, S("element"))), row_view(r, 7)) &&
	       str_eq(value_text(value_get(folded, S("outcome"))), row_view(r, 8));
}

static enum err verify_tasks(struct ctx *ctx, struct db *db, struct verify *v,
			     const struct case_file *c, struct value tasks)
{
	struct rows rows;
	uint32_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT node, agency, state, holder, created_at, due_at, done_at, element,"
			 " outcome FROM case_task WHERE organisation = $1 AND case_id = $2"),
		     c->organisation, c->id));
	for (; rows_next(&rows); n++) {
		str node = id_text(ctx->arena, row_int(&rows, 0));
		if (!task_agrees(value_get(tasks, node), &rows))
			found(ctx, v, arena_printf(ctx->arena, "case %.*s: step %.*s does not agree "
						   "with its events", STR_ARG(c->code), STR_ARG(node)));
	}
	v->report->tasks += n;
	if (n != tasks.n)
		found(ctx, v, arena_printf(ctx->arena, "case %.*s: %u steps, its events tell of %u",
					   STR_ARG(c->code), n, tasks.n));
	return rows_end(&rows);
}

static enum err verify_case(struct ctx *ctx, struct db *db, struct verify *v,
			    const struct case_file *c)
{
	struct case_file folded = { .pauses = value_null(), .data = value_map() };
	struct value tasks = value_map();
	struct event_list events;
	bool erased = false;
	TRY(event_list(ctx, db, c->id, &events));
	for (size_t i = 0; i < events.n; i++) {
		const struct event *event = &events.items[i];
		fold_case(ctx->arena, &folded, event->open, event->closed);
		fold_tasks(ctx->arena, &tasks, event->open);
		if (event->open.kind == VALUE_MAP && !str_empty(folded.procedure))
			add_figures(v, &(struct case_file){ .organisation = c->organisation,
							    .procedure = folded.procedure }, event);
		erased = erased || event->erased;
	}
	const char *column = erased ? NULL : fold_differs(c, &folded);
	if (column)
		found(ctx, v, arena_printf(ctx->arena,
			"case %.*s: column %s does not agree with its events", STR_ARG(c->code), column));
	v->report->cases++;
	return verify_tasks(ctx, db, v, c, tasks);
}

enum { CASES_A_TURN = 200 };

static enum err verify_some(struct ctx *ctx, struct db *db, void *arg)
{
	struct verify *v = arg;
	struct rows rows;
	struct {
		int64_t organisation, id;
	} keys[CASES_A_TURN];
	size_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT organisation, id FROM case_file WHERE (organisation, id) > ($1, $2)"
			 " ORDER BY organisation, id LIMIT $3"),
		     v->after_organisation, v->after_id, CASES_A_TURN));
	for (; n < CASES_A_TURN && rows_next(&rows); n++) {
		keys[n].organisation = row_int(&rows, 0);
		keys[n].id = row_int(&rows, 1);
	}
	TRY(rows_end(&rows));
	for (size_t i = 0; i < n; i++) {
		struct case_file c;
		TRY(rows_read_case(ctx, db, keys[i].organisation, keys[i].id, &c));
		TRY(verify_case(ctx, db, v, &c));
		v->after_organisation = keys[i].organisation;
		v->after_id = keys[i].id;
	}
	v->more = n == CASES_A_TURN;
	return OK;
}

static enum err verify_figures(struct ctx *ctx, struct db *db, void *arg)
{
	struct verify *v = arg;
	struct rows rows;
	TRY(db_query(ctx, db, &rows, SQL("SELECT organisation, procedure, month, name, n FROM figure")));
	uint32_t n = 0;
	for (; rows_next(&rows); n++) {
		str key = arena_printf(ctx->arena, "%lld %.*s %lld %.*s", (long long)row_int(&rows, 0),
				       STR_ARG(row_view(&rows, 1)), (long long)row_int(&rows, 2),
				       STR_ARG(row_view(&rows, 3)));
		if (value_integer(value_get(v->figures, key), 0) != row_int(&rows, 4))
			found(ctx, v, arena_printf(ctx->arena, "figure %.*s is %lld, the events give "
				"%lld", STR_ARG(key), (long long)row_int(&rows, 4),
				(long long)value_integer(value_get(v->figures, key), 0)));
	}
	if (n != v->figures.n)
		found(ctx, v, arena_printf(ctx->arena, "%u figures, the events tell of %u", n,
					   v->figures.n));
	v->report->figures = n;
	return rows_end(&rows);
}

enum err cases_verify(struct ctx *ctx, struct cases *cases, struct case_report *ret_report)
{
	struct verify v = { .cases = cases, .report = ret_report, .figures = value_map() };
	*ret_report = (struct case_report){ .sound = true };
	arena_init(&v.totals);
	enum err err = OK;
	do {
		struct arena turn;
		struct ctx of_turn = *ctx;
		arena_init(&turn);
		of_turn.arena = &turn;
		err = store_read(&of_turn, cases->store, verify_some, &v);
		if (err != OK)
			fail(ctx, err, "%.*s", STR_ARG(of_turn.fault.message));
		arena_done(&turn);
	} while (err == OK && v.more);
	if (err == OK)
		err = store_read(ctx, cases->store, verify_figures, &v);
	ret_report->finding = arena_copy(ctx->arena, ret_report->finding);
	arena_done(&v.totals);
	return err;
}
