/* Folds every case's events again and holds the rows against them. One case at a time, so that
 * memory does not grow with the town. */
#include "cases/fee.h"
#include "cases/name_words.h"
#include "cases/room.h"
#include "cases/tally_verify.h"

struct verify {
	struct cases *cases;
	struct case_report *report;
	struct arena totals;      /* lives through the whole walk */
	struct value figures;     /* "organisation procedure month name" → n */
	struct told_sums *sums;   /* of the tally */
	int64_t told_cases;       /* events that began a case, of the cases there are */
	int64_t name_words;       /* rows the names of all cases must have */
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

/* Figures of data from before there was a tally. The month is written into the event, because a
 * command's own clock may lie before the time the ledger recorded it under. */
static void add_figures(struct verify *v, int64_t organisation, str procedure, struct value open)
{
	struct value figures = value_get(open, S("figures"));
	int64_t month = value_integer(value_get(open, S("month")), 0);
	for (uint32_t i = 0; figures.kind == VALUE_MAP && i < figures.n; i++) {
		str key = arena_printf(&v->totals, "%lld %.*s %lld %.*s", (long long)organisation,
				       STR_ARG(procedure), (long long)month,
				       STR_ARG(figures.members[i].key));
		int64_t n = value_integer(value_get(v->figures, key), 0) +
			    value_integer(figures.members[i].value, 0);
		value_set(&v->totals, &v->figures, key, value_int(n));
	}
}

static int64_t member_int(struct value map, const char *key)
{
	return event_number(value_get(map, str_z(key)));
}

/* What the events of one case tell. */
struct told {
	const struct case_file *row; /* as it stands in the database */
	struct case_file c;
	struct value tasks, legs, papers; /* by node, leg and paper */
	struct value rows; /* of tables.h */
	struct value entries, files, notes; /* lists */
	bool erased;
};

static void found_in(struct ctx *ctx, struct verify *v, const struct told *told, str what)
{
	found(ctx, v, arena_printf(ctx->arena, "case %.*s: %.*s does not agree with its events",
				   STR_ARG(told->row->code), STR_ARG(what)));
}

static void found_number(struct ctx *ctx, struct verify *v, const struct told *told,
			 const char *what, uint32_t rows, uint32_t events)
{
	if (rows != events)
		found(ctx, v, arena_printf(ctx->arena, "case %.*s: %u %s, its events tell of %u",
					   STR_ARG(told->row->code), rows, what, events));
}

static bool text_agrees(struct value folded, const char *key, const struct rows *r, int column)
{
	return str_eq(value_text(value_get(folded, str_z(key))), row_view(r, column));
}

static bool task_agrees(struct value folded, const struct rows *r)
{
	return member_int(folded, "agency") == row_int(r, 1) &&
	       member_int(folded, "state") == row_int(r, 2) &&
	       member_int(folded, "holder") == row_int(r, 3) &&
	       member_int(folded, "created_at") == row_int(r, 4) &&
	       member_int(folded, "due_at") == row_int(r, 5) &&
	       member_int(folded, "done_at") == row_int(r, 6) &&
	       text_agrees(folded, "element", r, 7) && text_agrees(folded, "outcome", r, 8) &&
	       text_agrees(folded, "role", r, 9) && text_agrees(folded, "leg", r, 10);
}

static enum err verify_tasks(struct ctx *ctx, struct db *db, struct verify *v,
			     const struct told *told)
{
	struct rows rows;
	uint32_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT node, agency, state, holder, created_at, due_at, done_at, element,"
			 " outcome, role, leg FROM case_task WHERE organisation = $1 AND case_id = $2"),
		     told->row->organisation, told->row->id));
	for (; rows_next(&rows); n++) {
		str node = id_text(ctx->arena, row_int(&rows, 0));
		if (!task_agrees(value_get(told->tasks, node), &rows))
			found_in(ctx, v, told,
				 arena_printf(ctx->arena, "step %.*s", STR_ARG(node)));
	}
	v->report->tasks += n;
	found_number(ctx, v, told, "steps", n, told->tasks.n);
	return rows_end(&rows);
}

static enum err verify_legs(struct ctx *ctx, struct db *db, struct verify *v,
			    const struct told *told)
{
	struct rows rows;
	uint32_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT leg, agency, started_at, due_at, finished_at FROM case_leg"
			 " WHERE organisation = $1 AND case_id = $2"),
		     told->row->organisation, told->row->id));
	for (; rows_next(&rows); n++) {
		struct value leg = value_get(told->legs, row_view(&rows, 0));
		if (member_int(leg, "agency") != row_int(&rows, 1) ||
		    member_int(leg, "started_at") != row_int(&rows, 2) ||
		    member_int(leg, "due_at") != row_int(&rows, 3) ||
		    member_int(leg, "finished_at") != row_int(&rows, 4))
			found_in(ctx, v, told, arena_printf(ctx->arena, "leg %.*s",
							    STR_ARG(row_view(&rows, 0))));
	}
	found_number(ctx, v, told, "legs", n, told->legs.n);
	return rows_end(&rows);
}

static bool entry_told(const struct told *told, const struct rows *r)
{
	for (uint32_t i = 0; i < told->entries.n; i++) {
		struct value entry = told->entries.items[i];
		if (text_agrees(entry, "book", r, 0) &&
		    member_int(entry, "period") == row_int(r, 1) &&
		    member_int(entry, "number") == row_int(r, 2))
			return member_int(entry, "entered_at") == row_int(r, 3);
	}
	return false;
}

static enum err verify_entries(struct ctx *ctx, struct db *db, struct verify *v,
			       const struct told *told)
{
	struct rows rows;
	uint32_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT book, period, number, entered_at FROM book_entry"
			 " WHERE (organisation = $1 OR organisation = $3) AND case_id = $2"),
		     told->row->organisation, told->row->id, case_deciding(told->row)));
	for (; rows_next(&rows); n++)
		if (!entry_told(told, &rows))
			found_in(ctx, v, told,
				 arena_printf(ctx->arena, "entry %lld of the book %.*s",
					      (long long)row_int(&rows, 2),
					      STR_ARG(row_view(&rows, 0))));
	found_number(ctx, v, told, "entries in books", n, told->entries.n);
	return rows_end(&rows);
}

static enum err verify_papers(struct ctx *ctx, struct db *db, struct verify *v,
			      const struct told *told)
{
	struct rows rows;
	uint32_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT paper, state FROM case_paper"
			 " WHERE organisation = $1 AND case_id = $2"),
		     told->row->organisation, told->row->id));
	for (; rows_next(&rows); n++)
		if (!text_agrees(value_get(told->papers, row_view(&rows, 0)), "state", &rows, 1))
			found_in(ctx, v, told, arena_printf(ctx->arena, "paper %.*s",
							    STR_ARG(row_view(&rows, 0))));
	found_number(ctx, v, told, "papers", n, told->papers.n);
	return rows_end(&rows);
}

static bool file_told(const struct told *told, const struct rows *r)
{
	for (uint32_t i = 0; i < told->files.n; i++)
		if (text_agrees(told->files.items[i], "name", r, 0) &&
		    text_agrees(told->files.items[i], "hash", r, 1))
			return true;
	return false;
}

static enum err verify_attachments(struct ctx *ctx, struct db *db, struct verify *v,
				   const struct told *told)
{
	struct rows rows;
	uint32_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT name, hash FROM case_attachment"
			 " WHERE organisation = $1 AND case_id = $2"),
		     told->row->organisation, told->row->id));
	for (; rows_next(&rows); n++)
		if (!told->erased && !file_told(told, &rows))
			found_in(ctx, v, told, S("an attachment"));
	if (!told->erased)
		found_number(ctx, v, told, "attachments", n, told->files.n);
	return rows_end(&rows);
}

static bool note_told(const struct told *told, const struct rows *r)
{
	for (uint32_t i = 0; i < told->notes.n; i++)
		if (str_eq(value_text(told->notes.items[i]), row_view(r, 0)))
			return true;
	return false;
}

static enum err verify_notes(struct ctx *ctx, struct db *db, struct verify *v,
			     const struct told *told)
{
	struct rows rows;
	uint32_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT body FROM case_note WHERE organisation = $1 AND case_id = $2"),
		     told->row->organisation, told->row->id));
	for (; rows_next(&rows); n++)
		if (!told->erased && !note_told(told, &rows))
			found_in(ctx, v, told, S("a note"));
	if (!told->erased)
		found_number(ctx, v, told, "notes", n, told->notes.n);
	return rows_end(&rows);
}

static enum err verify_tables(struct ctx *ctx, struct db *db, struct verify *v,
			      const struct told *told)
{
	str finding;
	TRY(tables_compare(ctx, db, told->row, told->rows, told->erased, &finding));
	if (!str_empty(finding))
		found_in(ctx, v, told, finding);
	return OK;
}

static enum err verify_names(struct ctx *ctx, struct db *db, struct verify *v,
			     const struct told *told)
{
	int64_t must, there;
	TRY(name_words_compare(ctx, db, told->row, &must, &there));
	if (must != there)
		found_in(ctx, v, told, S("the index of names"));
	v->name_words += must;
	return OK;
}

static void push_all(struct arena *arena, struct value *list, struct value more)
{
	for (uint32_t i = 0; more.kind == VALUE_LIST && i < more.n; i++)
		value_push(arena, list, more.items[i]);
}

static void tell(struct arena *arena, struct verify *v, struct told *told,
		 const struct event *event)
{
	fold_case(arena, &told->c, event->open, event->closed);
	fold_tasks(arena, &told->tasks, event->open);
	fold_legs(arena, &told->legs, event->open);
	fold_papers(arena, &told->papers, event->open);
	tables_fold(arena, &told->rows, event->open, event->closed);
	push_all(arena, &told->entries, value_get(event->open, S("entries")));
	push_all(arena, &told->files, value_get(event->closed, S("files")));
	if (str_eq(event->kind, S("case.noted")))
		value_push(arena, &told->notes, value_get(event->closed, S("note")));
	if (str_eq(event->kind, S("case.submitted")))
		v->told_cases++;
	if (!str_empty(told->c.procedure))
		add_figures(v, told->row->organisation, told->c.procedure, event->open);
	told->c.organisation = told->row->organisation;
	told_sums_add(v->sums, &told->c, value_get(event->open, S("tally")));
	told->erased = told->erased || event->erased;
}

static enum err verify_case(struct ctx *ctx, struct db *db, struct verify *v,
			    const struct case_file *c)
{
	struct told told = {
		.row = c, .c = { .pauses = value_null(), .data = value_map() },
		.tasks = value_map(), .legs = value_map(), .papers = value_map(),
		.rows = value_map(),
		.entries = value_list(), .files = value_list(), .notes = value_list(),
	};
	struct event_list events;
	TRY(event_list(ctx, db, c->id, &events));
	for (size_t i = 0; i < events.n; i++)
		tell(ctx->arena, v, &told, &events.items[i]);
	const char *column = told.erased ? NULL : fold_differs(c, &told.c);
	if (column)
		found_in(ctx, v, &told, arena_printf(ctx->arena, "column %s", column));
	v->report->cases++;
	TRY(verify_tasks(ctx, db, v, &told));
	TRY(verify_legs(ctx, db, v, &told));
	TRY(verify_entries(ctx, db, v, &told));
	TRY(verify_papers(ctx, db, v, &told));
	TRY(verify_attachments(ctx, db, v, &told));
	TRY(verify_tables(ctx, db, v, &told));
	TRY(verify_names(ctx, db, v, &told));
	return verify_notes(ctx, db, v, &told);
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
	TRY(rows_end(&rows));
	str finding;
	TRY(told_sums_hold(ctx, db, v->sums, &v->report->figures, &finding));
	if (!str_empty(finding))
		found(ctx, v, finding);
	v->report->figures += n;
	return OK;
}

/* Rows that belong to no case, cases whose row is gone, and books with a gap. */
static enum err verify_whole(struct ctx *ctx, struct db *db, void *arg)
{
	struct verify *v = arg;
	struct rows rows;
	int64_t begun, strays;
	TRY(db_int(ctx, db, 0, &begun,
		   SQL("SELECT COUNT(*) FROM event WHERE kind = 'case.submitted'")));
	if (begun != v->told_cases)
		found(ctx, v, arena_printf(ctx->arena, "%lld cases have rows, the events tell of %lld",
					   (long long)v->told_cases, (long long)begun));
	TRY(db_int(ctx, db, 0, &strays,
		   SQL("SELECT (SELECT COUNT(*) FROM case_task) + (SELECT COUNT(*) FROM case_code t"
		       " WHERE NOT EXISTS (SELECT 1 FROM case_file c WHERE c.id = t.id"
		       " AND c.organisation = t.organisation AND c.code = t.code))")));
	int64_t words;
	TRY(db_int(ctx, db, 0, &words, SQL("SELECT COUNT(*) FROM name_word")));
	if (words != v->name_words)
		found(ctx, v, S("There are words of names that belong to no case"));
	str fees;
	TRY(fee_verify(ctx, db, &fees));
	if (!str_empty(fees))
		found(ctx, v, fees);
	if (strays != v->report->tasks)
		found(ctx, v, S("There are steps or codes that belong to no case"));
	/* The counter says what the next number will be: set back it would give one twice, set on it
	 * would leave a gap. */
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT e.book, e.organisation, e.period, COUNT(*), MAX(e.number),"
			 " COALESCE(MAX(k.n), 0) FROM book_entry e LEFT JOIN counter k ON k.name ="
			 " e.book || ' ' || CAST(e.organisation AS TEXT) || ' ' || CAST(e.period AS TEXT)"
			 " GROUP BY e.book, e.organisation, e.period")));
	while (rows_next(&rows)) {
		if (row_int(&rows, 3) != row_int(&rows, 4))
			found(ctx, v, arena_printf(ctx->arena, "the book %.*s of %lld has %lld entries, "
				"its last number is %lld", STR_ARG(row_view(&rows, 0)),
				(long long)row_int(&rows, 2), (long long)row_int(&rows, 3),
				(long long)row_int(&rows, 4)));
		if (row_int(&rows, 5) != row_int(&rows, 4))
			found(ctx, v, arena_printf(ctx->arena, "the counter of the book %.*s of %lld is"
				" at %lld, its last number is %lld", STR_ARG(row_view(&rows, 0)),
				(long long)row_int(&rows, 2), (long long)row_int(&rows, 5),
				(long long)row_int(&rows, 4)));
	}
	return rows_end(&rows);
}

enum err cases_verify(struct ctx *ctx, struct cases *cases, struct case_report *ret_report)
{
	struct verify v = { .cases = cases, .report = ret_report, .figures = value_map(),
			    .sums = told_sums_new() };
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
		err = store_read(ctx, cases->store, verify_whole, &v);
	if (err == OK)
		err = store_read(ctx, cases->store, verify_figures, &v);
	ret_report->finding = arena_copy(ctx->arena, ret_report->finding);
	told_sums_free(v.sums);
	arena_done(&v.totals);
	return err;
}
