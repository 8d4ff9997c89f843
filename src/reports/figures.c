#include "reports/figures.h"

#include "people/people.h"

/* ---- definitions ---- */

static int64_t solved_of(const int64_t n[TALLIES])
{
	return n[TALLY_EARLY] + n[TALLY_ON_TIME] + n[TALLY_LATE];
}

static int64_t until_end(const struct sums *s, enum tally what)
{
	return s->before[what] + s->within[what];
}

static void put(struct arena *arena, struct value *map, const char *key, int64_t n)
{
	value_append(arena, map, str_z(key), value_int(n));
}

static int64_t carried_of(const struct sums *s)
{
	return s->before[TALLY_ACCEPTED] - solved_of(s->before);
}

static int64_t open_of(const struct sums *s)
{
	return carried_of(s) + s->within[TALLY_ACCEPTED] - solved_of(s->within);
}

static struct value received_map(struct arena *arena, const struct sums *s)
{
	struct value map = value_map();
	put(arena, &map, "total", carried_of(s) + s->within[TALLY_ACCEPTED]);
	put(arena, &map, "carried", carried_of(s));
	put(arena, &map, "accepted", s->within[TALLY_ACCEPTED]);
	put(arena, &map, "online", s->channels[CHANNEL_ONLINE]);
	put(arena, &map, "direct", s->channels[CHANNEL_DIRECT]);
	put(arena, &map, "post", s->channels[CHANNEL_POST]);
	put(arena, &map, "elsewhere", s->within[TALLY_ELSEWHERE]);
	put(arena, &map, "counter", s->channels[CHANNEL_DIRECT] + s->channels[CHANNEL_POST]);
	return map;
}

static struct value solved_map(struct arena *arena, const struct sums *s)
{
	const int64_t *n = s->within;
	struct value map = value_map();
	put(arena, &map, "total", solved_of(n));
	put(arena, &map, "online", s->solved_online);
	put(arena, &map, "early", n[TALLY_EARLY]);
	put(arena, &map, "on_time", n[TALLY_ON_TIME]);
	put(arena, &map, "late", n[TALLY_LATE]);
	put(arena, &map, "late_apologised", n[TALLY_LATE_APOLOGISED]);
	put(arena, &map, "late_silent", n[TALLY_LATE] - n[TALLY_LATE_APOLOGISED]);
	put(arena, &map, "new_date_kept", n[TALLY_NEW_DATE_KEPT]);
	put(arena, &map, "withdrawn", n[TALLY_WITHDRAWN]);
	put(arena, &map, "stopped", n[TALLY_STOPPED]);
	return map;
}

static struct value open_map(struct arena *arena, const struct sums *s)
{
	struct value map = value_map();
	int64_t late = until_end(s, TALLY_DUE) - until_end(s, TALLY_DUE_ENDED) - s->still_due;
	put(arena, &map, "total", open_of(s));
	put(arena, &map, "within", open_of(s) - late);
	put(arena, &map, "late", late);
	return map;
}

static struct value intake_map(struct arena *arena, const struct sums *s)
{
	struct value map = value_map();
	put(arena, &map, "submitted", s->within[TALLY_SUBMITTED]);
	put(arena, &map, "submitted_online", s->submitted_online);
	put(arena, &map, "waiting", until_end(s, TALLY_SUBMITTED) - until_end(s, TALLY_ACCEPTED) -
	    until_end(s, TALLY_NOT_ACCEPTED) - until_end(s, TALLY_WITHDRAWN_EARLY));
	put(arena, &map, "not_accepted", s->within[TALLY_NOT_ACCEPTED]);
	put(arena, &map, "withdrawn", s->within[TALLY_WITHDRAWN_EARLY]);
	return map;
}

static struct value national_map(struct arena *arena, const struct sums *s)
{
	struct value map = value_map();
	int64_t late = until_end(s, TALLY_NATIONAL_DUE) - until_end(s, TALLY_NATIONAL_ENDED) -
		       s->still_national;
	put(arena, &map, "handled", solved_of(s->within) + open_of(s));
	put(arena, &map, "on_time", s->within[TALLY_NATIONAL_ON]);
	put(arena, &map, "late", s->within[TALLY_NATIONAL_LATE]);
	put(arena, &map, "open_within", open_of(s) - late);
	put(arena, &map, "open_late", late);
	return map;
}

static struct value small_map(struct arena *arena, const int64_t *n, const char *const *keys,
			      size_t n_keys)
{
	struct value map = value_map();
	for (size_t i = 0; i < n_keys; i++)
		put(arena, &map, keys[i], n[i]);
	return map;
}

static struct value lateness_map(struct arena *arena, const struct sums *s)
{
	struct value map = value_map();
	for (int role = 0; role < ROLES; role++)
		value_append(arena, &map, role_id((enum role)role), value_int(s->late_by[role]));
	put(arena, &map, "none", s->late_by[ROLES]);
	return map;
}

static struct value satisfaction_map(struct arena *arena, const struct satisfaction *s)
{
	struct value map = value_map();
	put(arena, &map, "answers", s->very + s->satisfied + s->not_satisfied);
	put(arena, &map, "content", s->very + s->satisfied);
	put(arena, &map, "very", s->very);
	put(arena, &map, "satisfied", s->satisfied);
	put(arena, &map, "not_satisfied", s->not_satisfied);
	put(arena, &map, "rated", s->rated);
	put(arena, &map, "kind", s->kind);
	put(arena, &map, "fair", s->fair);
	return map;
}

static struct value digital_map(struct arena *arena, const struct sums *s)
{
	struct value map = value_map();
	put(arena, &map, "results", s->within[TALLY_RESULTS]);
	put(arena, &map, "papers", s->within[TALLY_DIGITAL_PAPERS]);
	put(arena, &map, "result", s->within[TALLY_DIGITAL_RESULT]);
	put(arena, &map, "both", s->within[TALLY_DIGITAL]);
	put(arena, &map, "reused", s->within[TALLY_REUSED]);
	put(arena, &map, "online", s->digital_online);
	put(arena, &map, "online_results", s->results_online);
	return map;
}

static struct value procedures_map(struct arena *arena, const struct sums *s)
{
	struct value map = value_map();
	put(arena, &map, "total", s->procedures);
	put(arena, &map, "complete", s->procedures_complete);
	put(arena, &map, "online", s->procedures_online);
	return map;
}

static struct value tasks_map(struct arena *arena, const struct sums *s)
{
	struct value map = value_map();
	put(arena, &map, "done", s->tasks);
	put(arena, &map, "late", s->tasks_late);
	return map;
}

struct value sums_map(struct arena *arena, int64_t n, str name, const struct sums *s)
{
	static const char *const contacts[] = { "none", "one" };
	static const char *const legs[] = { "early", "on_time", "late" };
	static const char *const paid[] = { "total", "online" };
	struct value map = value_map();
	put(arena, &map, "n", n);
	value_append(arena, &map, S("name"), value_str(name));
	value_append(arena, &map, S("received"), received_map(arena, s));
	value_append(arena, &map, S("solved"), solved_map(arena, s));
	value_append(arena, &map, S("open"), open_map(arena, s));
	value_append(arena, &map, S("intake"), intake_map(arena, s));
	value_append(arena, &map, S("national"), national_map(arena, s));
	value_append(arena, &map, S("contacts"),
		     small_map(arena, &s->within[TALLY_NO_CONTACT], contacts, 2));
	value_append(arena, &map, S("legs"), small_map(arena, &s->within[TALLY_LEG_EARLY], legs, 3));
	value_append(arena, &map, S("satisfaction"), satisfaction_map(arena, &s->satisfaction));
	value_append(arena, &map, S("digital"), digital_map(arena, s));
	value_append(arena, &map, S("paid"), small_map(arena, &s->within[TALLY_PAID], paid, 2));
	value_append(arena, &map, S("procedures"), procedures_map(arena, s));
	value_append(arena, &map, S("tasks"), tasks_map(arena, s));
	value_append(arena, &map, S("lateness"), lateness_map(arena, s));
	put(arena, &map, "returned", s->within[TALLY_RETURNED]);
	put(arena, &map, "supplements", s->within[TALLY_SUPPLEMENTS]);
	put(arena, &map, "apologies", s->within[TALLY_APOLOGIES]);
	return map;
}

struct value figure_percent(int64_t part, int64_t whole)
{
	struct decimal percent;
	if (whole <= 0 || !decimal_div(decimal_of(part * 100), decimal_of(whole), &percent))
		return value_null();
	return value_decimal(decimal_round(percent, 2, ROUND_HALF_UP));
}

/* ---- rows ---- */

struct gathering {
	struct ctx *ctx;
	const struct figures_wanted *wanted;
	struct figure_rows rows;
	size_t room;
};

static bool is_nothing(const struct tally_row *row)
{
	for (int t = 0; t < TALLIES; t++)
		if (row->within[t] || row->before[t])
			return false;
	return true;
}

static void name_row(struct gathering *g, const struct tally_row *row, str *ret_key, str *ret_name)
{
	const struct figures_wanted *w = g->wanted;
	const struct procedure *procedure = procedure_in_force(w->cases, row->procedure, w->now);
	const struct organisation *o;
	*ret_key = *ret_name = row->procedure;
	if (w->rows == ROWS_ORGANISATION) {
		o = organisation_by_id(cases_people(w->cases), row->organisation);
		*ret_key = o ? o->code : S("");
		*ret_name = o ? organisation_name(o, w->language) : S("");
	} else if (procedure && w->rows == ROWS_FIELD) {
		*ret_key = value_text(value_path(procedure->body, S("field.code")));
		*ret_name = procedure_text(procedure, S("field"), w->language);
	} else if (procedure) {
		*ret_name = procedure_text(procedure, S("title"), w->language);
	}
}

static struct figure_row *row_of(struct gathering *g, const struct tally_row *row)
{
	struct figure_rows *rows = &g->rows;
	str key, name;
	name_row(g, row, &key, &name);
	for (size_t i = 0; i < rows->n; i++)
		if (str_eq(rows->items[i].key, key))
			return &rows->items[i];
	if (rows->n == g->room) {
		size_t old = g->room;
		g->room = old ? old * 2 : 16;
		rows->items = arena_grow(g->ctx->arena, rows->items, old * sizeof *rows->items,
					 g->room * sizeof *rows->items);
	}
	rows->items[rows->n] = (struct figure_row){ .key = key, .name = name,
						    .organisation = row->organisation };
	return &rows->items[rows->n++];
}

static void add(struct sums *sums, const struct tally_row *row)
{
	for (int t = 0; t < TALLIES; t++) {
		sums->within[t] += row->within[t];
		sums->before[t] += row->before[t];
	}
	sums->channels[row->channel & 3] += row->within[TALLY_ACCEPTED];
	if (row->channel != CHANNEL_ONLINE)
		return;
	sums->submitted_online += row->within[TALLY_SUBMITTED];
	sums->solved_online += solved_of(row->within);
	sums->results_online += row->within[TALLY_RESULTS];
	sums->digital_online += row->within[TALLY_DIGITAL_RESULT];
}

static void add_still(struct sums *sums, const struct tally_row *row)
{
	sums->still_due += row->within[TALLY_DUE];
	sums->still_national += row->within[TALLY_NATIONAL_DUE];
}

static void gather(struct gathering *g, const struct tally_rows *rows,
		   void (*add_to)(struct sums *, const struct tally_row *))
{
	for (size_t i = 0; i < rows->n; i++) {
		if (is_nothing(&rows->items[i]))
			continue;
		add_to(&row_of(g, &rows->items[i])->sums, &rows->items[i]);
		add_to(&g->rows.all, &rows->items[i]);
	}
}

/* ---- lateness ---- */

static void count_late(struct gathering *g, const struct tally_row *like, enum role role)
{
	row_of(g, like)->sums.late_by[role]++;
	g->rows.all.late_by[role]++;
}

/* Late cases with the steps that overran, the one that did first before the others. */
static enum err read_lateness(struct gathering *g, struct db *db)
{
	const struct figures_wanted *w = g->wanted;
	int64_t zone = calendar_zone(cases_calendar(w->cases)) * USEC_MINUTE, before = 0;
	sql_t q = sql_new(g->ctx->arena);
	struct rows rows;
	sql_add(&q, SQL("SELECT c.organisation, c.procedure, c.id, COALESCE(t.role, '') FROM case_file c"
			" LEFT JOIN case_task t ON t.organisation = c.organisation AND t.case_id = c.id"
			" AND t.due_at > 0 AND t.done_at > t.due_at"
			" WHERE c.finished_at > 0 AND c.due_at > 0 AND c.finished_at > c.due_at"
			" AND c.finished_at >= $1 AND c.finished_at < $2"),
		w->period.from * USEC_DAY - zone, (w->period.to + 1) * USEC_DAY - zone);
	sql_in(&q, SQL(" AND c.organisation"), w->organisations, w->n_organisations);
	sql_add(&q, SQL(" ORDER BY c.organisation, c.id, t.due_at NULLS LAST, t.node"));
	TRY(db_query_built(g->ctx, db, &rows, &q));
	while (rows_next(&rows)) {
		struct tally_row like = { .organisation = row_int(&rows, 0),
					  .procedure = row_str(&rows, 1) };
		if (row_int(&rows, 2) != before)
			count_late(g, &like, role_of(row_view(&rows, 3)));
		before = row_int(&rows, 2);
	}
	return rows_end(&rows);
}

static enum err read_satisfaction(struct gathering *g, struct db *db)
{
	const struct figures_wanted *w = g->wanted;
	struct satisfaction_wanted wanted = { w->organisations, w->n_organisations, w->period.from,
					      w->period.to };
	TRY(reception_satisfaction(g->ctx, db, &wanted, &g->rows.all.satisfaction));
	for (size_t i = 0; i < g->rows.n && w->rows == ROWS_ORGANISATION; i++) {
		wanted.organisations = &g->rows.items[i].organisation;
		wanted.n = 1;
		TRY(reception_satisfaction(g->ctx, db, &wanted, &g->rows.items[i].sums.satisfaction));
	}
	return OK;
}

static void read_publication(struct gathering *g)
{
	const struct figures_wanted *w = g->wanted;
	struct publication publication;
	publication_read(g->ctx, w->cases, w->organisations, w->n_organisations,
			 figures_end(w->cases, w->period, w->now), &publication);
	g->rows.all.procedures = (int64_t)publication.n;
	g->rows.all.procedures_complete = (int64_t)publication.complete;
	g->rows.all.procedures_online = (int64_t)publication.online;
}

usec figures_end(const struct cases *cases, struct period period, usec now)
{
	usec end = (period.to + 1) * USEC_DAY - calendar_zone(cases_calendar(cases)) * USEC_MINUTE;
	return end < now ? end - 1 : now;
}

enum err figures_read(struct ctx *ctx, struct db *db, const struct figures_wanted *w,
		      struct figure_rows *ret_rows)
{
	struct gathering g = { .ctx = ctx, .wanted = w };
	int64_t today = calendar_day(cases_calendar(w->cases), w->now);
	struct tally_span span = { w->period.from, w->period.to, w->organisations,
				   w->n_organisations };
	struct tally_rows rows;
	if (span.from > today)
		return fail(ctx, ERR_INVALID, "This period has not begun yet");
	if (span.to > today)
		span.to = today;
	TRY(tally_read(ctx, db, &span, &rows));
	gather(&g, &rows, add);
	if (span.to == today) {
		TRY(tally_still_due(ctx, w->cases, db, w->now, &span, &rows));
		gather(&g, &rows, add_still);
	}
	if (w->lateness)
		TRY(read_lateness(&g, db));
	if (w->satisfaction)
		TRY(read_satisfaction(&g, db));
	if (w->publication)
		read_publication(&g);
	*ret_rows = g.rows;
	return OK;
}
