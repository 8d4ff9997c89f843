/* The queries of the lists and their rows as views. */
#include "cases/worklist.h"
#include "cases/case_page.h"
#include "cases/fee.h"
#include "cases/name_words.h"
#include "cases/room.h"
#include "cases/view.h"
#include "people/leave.h"

#include "text/vietnamese.h"

enum {
	BRANCHES_MAX = 32,  /* above, one condition with all places and a sort */
	WAITING_PLACES = 4,
	COUNT_DEEP = 2000,
	COUNT_FRESH = 5,    /* seconds */
	SLOTS = 64,
};

/* ---- queries ---- */

#define CASE_COLUMNS \
	" c.code, c.version, c.status, c.submitted_at, c.accepted_at, c.finished_at, c.due_at AS" \
	" promised, c.paused_at, c.subject, c.applicant, c.competent"

/* ---- filters ---- */

static void filter_due(const struct wanted *w, struct sql column, sql_t *q)
{
	if (w->due_from) {
		sql_add(q, SQL(" AND "));
		sql_add(q, column);
		sql_add(q, SQL(" >= $1"), w->due_from);
	}
	if (w->due_before) {
		sql_add(q, SQL(" AND "));
		sql_add(q, column);
		sql_add(q, SQL(" > 0 AND "));
		sql_add(q, column);
		sql_add(q, SQL(" < $1"), w->due_before);
	}
}

static void filter_case(const struct wanted *w, sql_t *q)
{
	if (w->organisation)
		sql_add(q, SQL(" AND c.organisation = $1"), w->organisation);
	if (!str_empty(w->procedure))
		sql_add(q, SQL(" AND c.procedure = $1"), w->procedure);
	if (w->status)
		sql_add(q, SQL(" AND c.status = $1"), w->status);
}

static void filter_tasks(const struct wanted *w, sql_t *q)
{
	filter_case(w, q);
	filter_due(w, SQL("t.due_at"), q);
	if (!str_empty(w->step))
		sql_add(q, SQL(" AND t.element = $1"), w->step);
	if (w->holder == HOLDER_NOBODY)
		sql_add(q, SQL(" AND t.holder = 0"));
	else if (w->holder)
		sql_add(q, SQL(" AND t.holder = $1"), w->holder);
	if (w->list == LIST_LATE || w->hurry == HURRY_LATE)
		sql_add(q, SQL(" AND t.due_at > 0 AND t.due_at < $1"), w->now);
	if (w->hurry == HURRY_SOON)
		sql_add(q, SQL(" AND t.due_at >= $1 AND (t.due_at - t.created_at) * 4 <="
			       " ($1 - t.created_at) * 5"), w->now);
	/* Among open tasks, which are few: any condition will do. */
	name_words_match(q, w->words);
}

/* ---- one walk along an index ---- */

/* What is walked: the steps of a role at an agency, of a holder, of an organisation. */
enum walk { WALK_ROLE, WALK_HOLDER, WALK_OFFICE, WALK_WAITING, WALK_GRANTS };

struct branch {
	enum walk walk;
	const struct task_group *group;
	int64_t id; /* of the holder or the organisation */
};

static void begin_branch(const struct wanted *w, const struct branch *b, sql_t *q)
{
	/* Waiting cases are few among the open ones: they are walked from their own index. */
	if (b->walk == WALK_WAITING)
		sql_add(q, SQL(" FROM case_file c CROSS JOIN case_task t LEFT JOIN account a"
			       " ON a.id = t.holder WHERE c.organisation = $1 AND c.status = 5"
			       " AND t.organisation = c.organisation AND t.case_id = c.id"
			       " AND t.state = 0"), b->id);
	else
		sql_add(q, SQL(" FROM case_task t JOIN case_file c"
			       " ON c.organisation = t.organisation AND c.id = t.case_id"
			       " LEFT JOIN account a ON a.id = t.holder WHERE t.state = 0"));
	if (b->walk == WALK_ROLE)
		sql_add(q, SQL(" AND t.agency = $1 AND t.role = $2"), b->group->agency,
			role_id(b->group->role));
	if (b->walk == WALK_OFFICE)
		sql_add(q, SQL(" AND t.organisation = $1"), b->id);
	if (b->walk == WALK_HOLDER)
		sql_add(q, SQL(" AND t.holder = $1 AND t.holder <> 0"), b->id);
	if (b->walk != WALK_ROLE && b->walk != WALK_OFFICE)
		may_where_task(w->cases->people, w->principal, SQL("t.role"), SQL("t.agency"), q);
}

/* Steps with a limit come first, the most urgent before all; then those without, which only wait for
 * somebody to come: results nobody fetched must not stand before what is late. Each part is a walk along
 * the index. */
enum part { PART_LIMITED, PART_UNLIMITED, PARTS };

static bool part_is_wanted(const struct wanted *w, enum part part)
{
	bool dated = w->list == LIST_WAITING || w->list == LIST_LATE || w->hurry != HURRY_ANY ||
		     w->due_from || w->due_before;
	if (part == PART_UNLIMITED)
		return !dated;
	return dated || !w->after_id || w->after_due; /* else the page before ended among those without */
}

static void walk_part(const struct wanted *w, enum part part, sql_t *q)
{
	if (w->list == LIST_WAITING) {
		if (w->after_id)
			sql_add(q, SQL(" AND c.id > $1"), w->after_id);
		sql_add(q, SQL(" ORDER BY c.id LIMIT $1"), ROWS + 1);
	} else if (part == PART_LIMITED) {
		sql_add(q, SQL(" AND t.due_at > 0"));
		if (w->after_id)
			sql_add(q, SQL(" AND (t.due_at, t.case_id) > ($1, $2)"), w->after_due,
				w->after_id);
		sql_add(q, SQL(" ORDER BY t.due_at, t.case_id LIMIT $1"), ROWS + 1);
	} else {
		sql_add(q, SQL(" AND t.due_at = 0"));
		if (w->after_id && !w->after_due)
			sql_add(q, SQL(" AND t.case_id > $1"), w->after_id);
		sql_add(q, SQL(" ORDER BY t.case_id LIMIT $1"), ROWS + 1);
	}
}

static void task_branch(const struct wanted *w, const struct branch *b, enum part part, sql_t *q)
{
	sql_add(q, SQL("SELECT t.organisation AS organisation, t.case_id AS id, t.node AS node,"
		       " t.element AS element, t.holder AS holder, t.due_at AS due," CASE_COLUMNS
		       ", COALESCE(a.name, '') AS holds, t.created_at AS begun"));
	begin_branch(w, b, q);
	if (w->list == LIST_WAITING && b->walk != WALK_WAITING)
		sql_add(q, SQL(" AND c.status = 5"));
	else if (w->list != LIST_WAITING)
		sql_add(q, SQL(" AND c.status <> 5"));
	filter_tasks(w, q);
	walk_part(w, part, q);
}

static void filter_cases(const struct wanted *w, sql_t *q)
{
	filter_case(w, q);
	filter_due(w, SQL("c.due_at"), q);
	if (w->hurry == HURRY_LATE)
		sql_add(q, SQL(" AND c.due_at > 0 AND c.due_at < $1 AND c.finished_at = 0"), w->now);
}

/* Cases that words were looked for among: found before the rows are read. */
struct named {
	bool is;
	struct found_case items[ROWS + 1];
	size_t n;
};

static enum err find_named(struct ctx *ctx, struct db *db, const struct wanted *w,
			   struct named *ret_named)
{
	int64_t *ids;
	sql_t filter = sql_new(ctx->arena);
	ret_named->n = 0;
	ret_named->is = w->list == LIST_ALL && !str_empty(vietnamese_fold(ctx->arena, w->words));
	if (!ret_named->is)
		return OK;
	filter_cases(w, &filter);
	size_t n = may_organisations(w->cases->people, w->principal, ACT_CASE_SEE, ctx->arena, &ids);
	struct name_search search = {
		.offices = ids, .n = n, .words = w->words, .filter = sql_is_empty(&filter) ? NULL : &filter,
		.before = w->after_id ? w->after_id : INT64_MAX,
	};
	return name_words_find(ctx, db, &search, ret_named->items, ROWS + 1, &ret_named->n);
}

static void named_in(const struct named *named, sql_t *q)
{
	int64_t ids[ROWS + 1];
	for (size_t i = 0; i < named->n; i++)
		ids[i] = named->items[i].id;
	sql_in(q, SQL(" AND c.id"), ids, named->n);
}

static void case_branch(const struct wanted *w, const int64_t *ids, size_t n,
			const struct named *named, sql_t *q)
{
	sql_add(q, SQL("SELECT c.organisation AS organisation, c.id AS id, 0 AS node, '' AS element,"
		       " 0 AS holder, c.due_at AS due," CASE_COLUMNS ", '' AS holds,"
		       " c.accepted_at AS begun"
		       " FROM case_file c WHERE "));
	if (n == 1)
		sql_add(q, SQL("c.organisation = $1"), ids[0]);
	else
		sql_in(q, SQL("c.organisation"), ids, n);
	filter_cases(w, q);
	if (named->is)
		named_in(named, q);
	if (w->after_id)
		sql_add(q, SQL(" AND c.id < $1"), w->after_id);
	sql_add(q, SQL(" ORDER BY c.id DESC LIMIT $1"), ROWS + 1);
}

static void next_branch(sql_t *q, size_t i)
{
	sql_add(q, i ? SQL(") AS b UNION ALL SELECT * FROM (") : SQL("SELECT * FROM ("));
}

/* Which walks make up the list. One that needs too many is one condition with a sort. */
static size_t branches_of(struct arena *arena, const struct wanted *w, struct branch *branches)
{
	struct task_group *groups;
	int64_t *ids, holders[GRANTS_MAX + 1];
	size_t n = 0;
	if (w->list == LIST_MINE) {
		n = leave_holders(w->principal, holders);
		for (size_t i = 0; i < n; i++)
			branches[i] = (struct branch){ .walk = WALK_HOLDER, .id = holders[i] };
		return n;
	}
	if (w->list == LIST_TEAM || w->list == LIST_WAITING) {
		bool team = w->list == LIST_TEAM;
		n = may_organisations(w->cases->people, w->principal,
				      team ? ACT_CASE_ASSIGN : ACT_CASE_WORK, arena, &ids);
		for (size_t i = 0; i < n && i < BRANCHES_MAX; i++)
			branches[i] = (struct branch){ .walk = team ? WALK_OFFICE : WALK_WAITING,
						       .id = ids[i] };
		if (team)
			return n <= BRANCHES_MAX ? n : 0;
		/* A partner's cases were received elsewhere; many places make a long condition. */
		if (n && n <= WAITING_PLACES)
			return n;
	}
	n = may_tasks(w->cases->people, w->principal, arena, &groups);
	for (size_t i = 0; i < n && i < BRANCHES_MAX; i++)
		branches[i] = (struct branch){ .walk = WALK_ROLE, .group = &groups[i] };
	if (n && n <= BRANCHES_MAX / 2 && str_empty(w->words))
		return n;
	branches[0] = (struct branch){ .walk = WALK_GRANTS };
	return 1;
}

static sql_t tasks_query(struct arena *arena, const struct wanted *w)
{
	sql_t q = sql_new(arena);
	struct branch branches[BRANCHES_MAX + 1] = { { .walk = WALK_OFFICE } };
	size_t n = branches_of(arena, w, branches), walks = 0;
	n = n ? n : 1; /* nobody's office: organisation 0 has no cases */
	sql_add(&q, SQL("SELECT * FROM ("));
	for (size_t i = 0; i < n * PARTS; i++) {
		if (!part_is_wanted(w, i % PARTS))
			continue;
		next_branch(&q, walks++);
		task_branch(w, &branches[i / PARTS], i % PARTS, &q);
	}
	if (w->list == LIST_WAITING)
		sql_add(&q, SQL(") AS b) AS u ORDER BY id LIMIT $1"), ROWS + 1);
	else
		sql_add(&q, SQL(") AS b) AS u ORDER BY CASE WHEN due = 0 THEN 1 ELSE 0 END, due, id"
				" LIMIT $1"), ROWS + 1);
	return q;
}

static sql_t cases_query(struct arena *arena, const struct wanted *w, const struct named *named)
{
	sql_t q = sql_new(arena);
	int64_t *ids;
	size_t n = may_organisations(w->cases->people, w->principal, ACT_CASE_SEE, arena, &ids);
	if (n <= 1 || n > BRANCHES_MAX || named->is) {
		case_branch(w, ids, n, named, &q);
		return q;
	}
	for (size_t i = 0; i < n; i++) {
		next_branch(&q, i);
		case_branch(w, &ids[i], 1, named, &q);
	}
	sql_add(&q, SQL(") AS b ORDER BY id DESC LIMIT $1"), ROWS + 1);
	return q;
}

static sql_t list_query(struct arena *arena, const struct wanted *w, const struct named *named)
{
	return w->list == LIST_ALL ? cases_query(arena, w, named) : tasks_query(arena, w);
}

/* What only the rows that are shown need: notes, what others did last, when it was opened last, and
 * whether the fee is paid. */
static sql_t shown_query(struct arena *arena, const struct wanted *w, const struct named *named)
{
	sql_t q = sql_new(arena), inner = list_query(arena, w, named);
	sql_add(&q, SQL("SELECT s.*, (SELECT COUNT(*) FROM case_note n WHERE"
			" n.organisation = s.organisation AND n.case_id = s.id),"
			" (SELECT e.recorded_at FROM event e WHERE e.object = s.id AND e.object <> 0"
			" AND e.actor <> $1 ORDER BY e.id DESC LIMIT 1),"
			" (SELECT MAX(x.at) FROM access x WHERE x.object = s.id AND x.account = $1),"
			" COALESCE(f.state, 0), COALESCE(f.paid, 0), COALESCE(f.refunded, 0)"
			" FROM ("), w->principal->account);
	sql_append(&q, &inner);
	sql_add(&q, SQL(") AS s LEFT JOIN case_fee f ON f.organisation = s.organisation"
			" AND f.case_id = s.id AND f.id = 1"));
	if (w->list == LIST_ALL)
		sql_add(&q, SQL(" ORDER BY s.id DESC"));
	else if (w->list == LIST_WAITING)
		sql_add(&q, SQL(" ORDER BY s.id"));
	else
		sql_add(&q, SQL(" ORDER BY CASE WHEN s.due = 0 THEN 1 ELSE 0 END, s.due, s.id"));
	return q;
}

/* ---- rows as views ---- */

/* What the row before had in words: neighbours in a list are due on the same day at the same step. */
struct said {
	int64_t day;
	bool late;
	struct value state, words;
	const struct procedure *procedure;
	str element, title, step;
};

static struct value cell(struct arena *arena, str text, struct value url, bool head)
{
	static const str rest[] = { S("number"), S("note"), S("status"), S("deadline"),
				    S("unread"), S("remark"), S("fee_status") };
	struct value c = value_map();
	value_append(arena, &c, S("head"), value_bool(head));
	value_append(arena, &c, S("text"), value_str(text));
	value_append(arena, &c, S("url"), url);
	for (size_t i = 0; i < ARRAY_SIZE(rest); i++)
		value_append(arena, &c, rest[i], value_null());
	return c;
}

/* Said in words beside the colour: due today or tomorrow, or, as the filter HURRY_SOON has it, four
 * fifths of the way to the due date gone. */
static struct value mark_soon(struct ctx *ctx, const struct wanted *w, const struct listed *row,
			      usec due, struct value view)
{
	bool soon = row->node && row->begun && w->now <= due &&
		    (due - row->begun) * 4 <= (w->now - row->begun) * 5;
	view = value_copy(ctx->arena, view);
	if (soon)
		value_set(ctx->arena, &view, S("state"), value_str(S("soon")));
	soon = str_eq(value_text(value_get(view, S("state"))), S("soon"));
	value_set(ctx->arena, &view, S("mark"),
		  soon ? value_str(str_z(ctx_text(ctx, "Due soon"))) : value_null());
	return view;
}

static struct value deadline_cell(struct ctx *ctx, const struct wanted *w, struct case_file c,
				  const struct listed *row, struct said *said)
{
	struct value view = value_map();
	if (row->node && row->due_at) {
		c.due_at = row->due_at;
		c.accepted_at = c.accepted_at ? c.accepted_at : c.submitted_at;
		c.finished_at = 0;
	}
	enum timeliness timeliness = case_timeliness(&c, w->now);
	if (timeliness != TIME_OPEN && timeliness != TIME_OPEN_LATE)
		return case_deadline_view(ctx, w->cases, &c, w->now);
	int64_t day = calendar_day(cases_calendar(w->cases), c.due_at);
	bool late = w->now > c.due_at;
	if (said->day != day || said->late != late) {
		view = case_deadline_view(ctx, w->cases, &c, w->now);
		said->day = day;
		said->late = late;
		said->state = value_get(view, S("state"));
		said->words = value_get(view, S("words"));
		return mark_soon(ctx, w, row, c.due_at, view);
	}
	value_append(ctx->arena, &view, S("state"), said->state);
	value_append(ctx->arena, &view, S("words"), said->words);
	value_append(ctx->arena, &view, S("date"), view_time(ctx, w->cases, c.due_at));
	return mark_soon(ctx, w, row, c.due_at, view);
}

static void say_step(struct request *request, const struct wanted *w, const struct case_file *c,
		     str element, struct said *said)
{
	const struct procedure *procedure = case_procedure(w->cases, c);
	if (procedure != said->procedure || !procedure) {
		said->procedure = procedure;
		said->title = procedure ?
			procedure_text(procedure, S("title"), request->language) : S("");
		said->element = said->step = S("");
	}
	if (!procedure || str_eq(element, said->element))
		return;
	uint32_t at = flow_find(procedure->flow, element);
	said->element = element;
	said->step = at == FLOW_NONE ? S("") :
		procedure_step_name(procedure, at, request->language);
}

/* What beside the case itself a row tells the officer who reads it. */
struct marks {
	int64_t notes;
	bool unread;
	str note; /* the newest */
	struct fee fee;
};

static struct value note_mark(struct arena *arena, const struct marks *marks)
{
	struct value mark = value_map();
	if (!marks->notes)
		return value_null();
	value_append(arena, &mark, S("n"), value_int(marks->notes));
	value_append(arena, &mark, S("text"), value_str(marks->note));
	return mark;
}

/* Null where nothing was ever due, and for partners, who see their leg only. */
static struct value fee_mark(struct ctx *ctx, const struct wanted *w, const struct case_file *c,
			     const struct fee *fee)
{
	if (fee->state == FEE_FREE || !case_sees_all(w->cases, w->principal, c))
		return value_null();
	return fee_status_view(ctx, fee);
}

static struct value row_view_of(struct request *request, const struct wanted *w,
				const struct case_file *c, const struct listed *row,
				const struct marks *marks, struct said *said)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value item = value_map(), cells = value_list(), last;
	str url = request_link(request, arena_join(arena, (str[]){ S("/ban/"), c->code }, 2));
	say_step(request, w, c, row->element, said);
	last = cell(arena, c->code, value_str(url), true);
	value_set(arena, &last, S("unread"), value_bool(marks->unread));
	value_push(arena, &cells, last);
	last = cell(arena, c->subject, value_null(), false);
	value_set(arena, &last, S("note"), value_str(c->applicant));
	value_set(arena, &last, S("remark"), note_mark(arena, marks));
	value_push(arena, &cells, last);
	last = cell(arena, said->title, value_null(), false);
	value_set(arena, &last, S("note"),
		  str_empty(said->step) ? value_null() : value_str(said->step));
	value_push(arena, &cells, last);
	last = cell(arena, row->holder_name, value_null(), false);
	value_set(arena, &last, S("status"), case_status_view(ctx, c->status));
	value_set(arena, &last, S("fee_status"), fee_mark(ctx, w, c, &marks->fee));
	value_push(arena, &cells, last);
	last = cell(arena, S(""), value_null(), false);
	value_set(arena, &last, S("deadline"), deadline_cell(ctx, w, *c, row, said));
	value_push(arena, &cells, last);
	value_append(arena, &item, S("id"), value_str(!row->node ? c->code : arena_printf(arena,
		"%.*s~%lld", STR_ARG(c->code), (long long)row->node)));
	value_append(arena, &item, S("key"), value_str(arena_printf(arena, "%lld-%lld",
		(long long)row->id, (long long)row->node)));
	value_append(arena, &item, S("tick"), value_str(c->code));
	value_append(arena, &item, S("cells"), cells);
	return item;
}

static struct listed listed_of(const struct rows *r)
{
	return (struct listed){ row_int(r, 0), row_int(r, 1), row_int(r, 2), row_int(r, 4),
				row_int(r, 5), row_str(r, 6), row_str(r, 3), row_str(r, 17),
				row_int(r, 18) };
}

static struct case_file light_case(const struct rows *r)
{
	return (struct case_file){
		.organisation = row_int(r, 0), .id = row_int(r, 1), .code = row_str(r, 6),
		.version = row_int(r, 7), .status = row_int(r, 8), .submitted_at = row_int(r, 9),
		.accepted_at = row_int(r, 10), .finished_at = row_int(r, 11),
		.due_at = row_int(r, 12), .paused_at = row_int(r, 13), .subject = row_str(r, 14),
		.applicant = row_str(r, 15), .competent = row_int(r, 16),
	};
}

/* Programs are told the whole case. */
static enum err add_cases(struct request *request, struct db *db, const struct wanted *w,
			  const struct listed *listed, struct value *rows)
{
	for (uint32_t i = 0; i < rows->n; i++) {
		struct case_file c;
		TRY(rows_read_case(&request->ctx, db, listed[i].organisation, listed[i].id, &c));
		value_append(request->ctx.arena, &rows->items[i], S("case"),
			     case_view(&request->ctx, w->cases, &c));
	}
	return OK;
}

static struct marks marks_of(const struct rows *r)
{
	usec changed = row_int(r, 20), opened = row_int(r, 21);
	return (struct marks){
		.notes = row_int(r, 19), .unread = !opened || changed > opened,
		.fee = { .state = row_int(r, 22), .paid = row_int(r, 23),
			 .refunded = row_int(r, 24) },
	};
}

static enum err newest_note(struct ctx *ctx, struct db *db, const struct listed *row,
			    struct marks *marks)
{
	if (!marks->notes)
		return OK;
	return db_text(ctx, db, &marks->note,
		       SQL("SELECT body FROM case_note WHERE organisation = $1 AND case_id = $2"
			   " ORDER BY id DESC LIMIT 1"), row->organisation, row->id);
}

enum err worklist_rows(struct request *request, struct db *db, const struct wanted *w,
		       struct listed *listed, size_t *ret_n, struct value *ret_rows)
{
	struct arena *arena = request->ctx.arena;
	struct said said = { .day = INT64_MIN };
	struct rows rows;
	struct named named;
	size_t n = 0;
	*ret_rows = value_list();
	TRY(find_named(&request->ctx, db, w, &named));
	sql_t q = shown_query(arena, w, &named);
	TRY(db_query_built(&request->ctx, db, &rows, &q));
	for (; n <= ROWS && rows_next(&rows); n++) {
		listed[n] = listed_of(&rows);
		if (n == ROWS)
			continue;
		struct case_file c = light_case(&rows);
		struct marks marks = marks_of(&rows);
		TRY(newest_note(&request->ctx, db, &listed[n], &marks));
		value_push(arena, ret_rows, row_view_of(request, w, &c, &listed[n], &marks, &said));
	}
	TRY(rows_end(&rows));
	*ret_n = n;
	return request->wants_json ? add_cases(request, db, w, listed, ret_rows) : OK;
}

enum err worklist_free(struct ctx *ctx, struct db *db, const struct wanted *w,
		       struct listed *listed, size_t *ret_n)
{
	struct wanted free = *w;
	struct rows rows;
	free.holder = HOLDER_NOBODY;
	sql_t q = tasks_query(ctx->arena, &free);
	*ret_n = 0;
	TRY(db_query_built(ctx, db, &rows, &q));
	while (*ret_n <= ROWS && rows_next(&rows))
		listed[(*ret_n)++] = listed_of(&rows);
	return rows_end(&rows);
}

/* The query's own limit is a page: counting walks page after page of ids only as far as asked. */
enum err worklist_size(struct ctx *ctx, struct db *db, const struct wanted *w, int64_t most,
		       int64_t *ret_n)
{
	struct wanted page = *w;
	*ret_n = 0;
	for (size_t n = ROWS + 1; n > ROWS && *ret_n < most;) {
		struct named named;
		struct rows rows;
		TRY(find_named(ctx, db, &page, &named));
		sql_t q = list_query(ctx->arena, &page, &named);
		TRY(db_query_built(ctx, db, &rows, &q));
		for (n = 0; rows_next(&rows); n++)
			if (n < ROWS) {
				page.after_due = row_int(&rows, 5);
				page.after_id = row_int(&rows, 1);
			}
		TRY(rows_end(&rows));
		*ret_n += (int64_t)(n > ROWS ? ROWS : n);
	}
	return OK;
}

/* ---- counts ---- */

struct slot {
	int64_t account, event; /* the newest event when it was counted */
	usec at;
	struct worklist_counts counts;
};

struct worklist_cache {
	pthread_mutex_t lock;
	struct slot slots[SLOTS];
};

struct worklist_cache *worklist_cache_new(void)
{
	struct worklist_cache *cache = calloc(1, sizeof *cache);
	if (!cache)
		abort();
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

void worklist_cache_free(struct worklist_cache *cache)
{
	if (!cache)
		return;
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static void counted_branch(const struct wanted *w, const struct task_group *group, sql_t *q)
{
	sql_add(q, SQL("SELECT t.holder AS holder, t.due_at AS due_at, c.status AS status"
		       " FROM case_task t JOIN case_file c ON c.organisation = t.organisation"
		       " AND c.id = t.case_id WHERE t.state = 0"));
	if (group)
		sql_add(q, SQL(" AND t.agency = $1 AND t.role = $2"), group->agency,
			role_id(group->role));
	else
		may_where_task(w->cases->people, w->principal, SQL("t.role"), SQL("t.agency"), q);
}

static enum err count_tasks(struct ctx *ctx, struct db *db, const struct wanted *w,
			    struct worklist_counts *counts)
{
	sql_t q = sql_new(ctx->arena);
	struct task_group *groups;
	struct rows row;
	size_t n = may_tasks(w->cases->people, w->principal, ctx->arena, &groups);
	sql_add(&q, SQL("SELECT COUNT(CASE WHEN status <> 5 THEN 1 END),"
			" COUNT(CASE WHEN status <> 5 AND holder = $1 THEN 1 END),"
			" COUNT(CASE WHEN status <> 5 AND due_at > 0 AND due_at < $2 THEN 1 END),"
			" COUNT(CASE WHEN status = 5 THEN 1 END), COUNT(*) FROM ("),
		w->principal->account, w->now);
	if (n == 0 || n > BRANCHES_MAX)
		counted_branch(w, NULL, &q);
	for (size_t i = 0; i < n && n <= BRANCHES_MAX; i++) {
		if (i)
			sql_add(&q, SQL(" UNION ALL "));
		counted_branch(w, &groups[i], &q);
	}
	sql_add(&q, SQL(" LIMIT $1) AS w"), COUNT_DEEP);
	TRY(db_one_built(ctx, db, &row, &q));
	for (int i = LIST_TODO; i <= LIST_WAITING; i++)
		counts->n[i] = row_int(&row, i);
	counts->n[LIST_TEAM] = counts->n[LIST_ALL] = 0;
	counts->more = row_int(&row, 4) == COUNT_DEEP;
	return OK;
}

enum err worklist_count(struct ctx *ctx, struct db *db, const struct wanted *w,
			struct worklist_counts *ret_counts)
{
	struct worklist_cache *cache = w->cases->worklists;
	struct slot now = { .account = w->principal->account, .at = w->now };
	struct slot *slot = &cache->slots[(uint64_t)now.account % SLOTS];
	TRY(db_int(ctx, db, 0, &now.event, SQL("SELECT MAX(id) FROM event")));
	pthread_mutex_lock(&cache->lock);
	bool good = slot->account == now.account && slot->event == now.event &&
		    slot->at <= now.at && now.at - slot->at < COUNT_FRESH * USEC_SECOND;
	if (good)
		*ret_counts = slot->counts;
	pthread_mutex_unlock(&cache->lock);
	if (good)
		return OK;
	TRY(count_tasks(ctx, db, w, &now.counts));
	*ret_counts = now.counts;
	pthread_mutex_lock(&cache->lock);
	*slot = now;
	pthread_mutex_unlock(&cache->lock);
	return OK;
}
