/* The figures of days and months, added up for a span. */
#include "cases/tally.h"
#include "cases/room.h"

static int64_t period_day(int64_t day)
{
	int32_t year;
	int month, of_month;
	civil_of_days(day, &year, &month, &of_month);
	return (year * INT64_C(100) + month) * 100 + of_month;
}

/* Rows are few (organisations × procedures × channels) and come in order. */
static struct tally_row *row_of(struct tally_rows *rows, size_t *room, struct arena *arena,
				int64_t organisation, str procedure, int64_t channel)
{
	for (size_t i = rows->n; i-- > 0;) {
		struct tally_row *row = &rows->items[i];
		if (row->organisation == organisation && row->channel == channel &&
		    str_eq(row->procedure, procedure))
			return row;
	}
	if (rows->n == *room) {
		size_t old = *room;
		*room = old ? old * 2 : 64;
		rows->items = arena_grow(arena, rows->items, old * sizeof *rows->items,
					 *room * sizeof *rows->items);
	}
	rows->items[rows->n] = (struct tally_row){
		.organisation = organisation, .procedure = arena_copy(arena, procedure),
		.channel = channel,
	};
	return &rows->items[rows->n++];
}

struct reading {
	struct ctx *ctx;
	struct db *db;
	const struct tally_span *span;
	struct tally_rows rows;
	size_t room;
};

#define SUM(column) ", SUM(" #column ")"

static enum err read_range(struct reading *r, int64_t from, int64_t to, bool before)
{
	sql_t q = sql_new(r->ctx->arena);
	struct rows rows;
	if (from > to)
		return OK;
	sql_add(&q, SQL("SELECT organisation, procedure, channel"
			SUM(submitted) SUM(accepted) SUM(not_accepted) SUM(withdrawn_early) SUM(early)
			SUM(on_time) SUM(late) SUM(late_apologised) SUM(new_date_kept) SUM(withdrawn)
			SUM(stopped) SUM(returned) SUM(due) SUM(due_ended) SUM(national_due)
			SUM(national_ended) SUM(national_on) SUM(national_late) SUM(supplements)
			SUM(apologies) SUM(no_contact) SUM(one_contact) SUM(leg_early) SUM(leg_on)
			SUM(leg_late) SUM(results) SUM(digital_papers) SUM(digital_result) SUM(digital)
			SUM(reused) SUM(paid) SUM(paid_online) SUM(elsewhere) " FROM tally WHERE period >= $1"
			" AND period <= $2"), from, to);
	sql_in(&q, SQL(" AND organisation"), r->span->organisations, r->span->n_organisations);
	sql_add(&q, SQL(" GROUP BY organisation, procedure, channel"
			" ORDER BY organisation, procedure, channel"));
	TRY(db_query_built(r->ctx, r->db, &rows, &q));
	while (rows_next(&rows)) {
		struct tally_row *row = row_of(&r->rows, &r->room, r->ctx->arena,
						 row_int(&rows, 0), row_view(&rows, 1),
						 row_int(&rows, 2));
		for (int t = 0; t < TALLIES; t++)
			(before ? row->before : row->within)[t] += row_int(&rows, 3 + t);
	}
	return rows_end(&rows);
}

/* Whole months are read as months: at most 60 days and the months between. */
static enum err read_days(struct reading *r, int64_t from, int64_t to, bool before)
{
	int64_t first = period_day(from), last = period_day(to), after = period_day(to + 1);
	int64_t month = first / 100, end = after / 100; /* first whole month, and after the last */
	if (from > to)
		return OK;
	if (first % 100 != 1)
		month += month % 100 == 12 ? 89 : 1;
	if (month >= end)
		return read_range(r, first, last, before);
	TRY(read_range(r, first, month * 100, before)); /* no day is 00 */
	TRY(read_range(r, month, end - 1, before));
	return read_range(r, end * 100, last, before);
}

enum err tally_read(struct ctx *ctx, struct db *db, const struct tally_span *span,
		    struct tally_rows *ret_rows)
{
	struct reading r = { .ctx = ctx, .db = db, .span = span };
	int64_t first = period_day(span->from);
	TRY(read_range(&r, 0, first / 100 - 1, true));
	TRY(read_range(&r, first / 100 * 100, first - 1, true));
	TRY(read_days(&r, span->from, span->to, false));
	*ret_rows = r.rows;
	return OK;
}

struct still_due {
	struct reading r;
	struct cases *cases;
	usec at, midnight;
};

static struct tally_row *still_row(struct still_due *s, int64_t organisation, str procedure,
				   int64_t channel)
{
	return row_of(&s->r.rows, &s->r.room, s->r.ctx->arena, organisation, procedure, channel);
}

/* Those that have one date for both counts. */
static enum err still_due_alike(struct still_due *s)
{
	const struct tally_span *span = s->r.span;
	sql_t q = sql_new(s->r.ctx->arena);
	struct rows rows;
	sql_add(&q, SQL("SELECT organisation, procedure, channel, supplements, apologised FROM"
			" case_file WHERE status IN (2, 4, 6) AND finished_at = 0 AND due_at > $1"
			" AND due_at < $2"), s->at, s->midnight);
	sql_in(&q, SQL(" AND organisation"), span->organisations, span->n_organisations);
	TRY(db_query_built(s->r.ctx, s->r.db, &rows, &q));
	while (rows_next(&rows)) {
		struct tally_row *row = still_row(s, row_int(&rows, 0), row_view(&rows, 1),
						  row_int(&rows, 2));
		row->within[TALLY_DUE]++;
		row->within[TALLY_NATIONAL_DUE] += !row_int(&rows, 3) && !row_int(&rows, 4);
	}
	return rows_end(&rows);
}

static enum err still_due_nationally(struct still_due *s, int64_t organisation, int64_t id)
{
	struct case_file c;
	usec due;
	TRY(rows_read_case(s->r.ctx, s->r.db, organisation, id, &c));
	TRY(case_national_due(s->r.ctx, s->cases, &c, &due));
	if (due > s->at && due < s->midnight)
		still_row(s, c.organisation, c.procedure, c.channel)->within[TALLY_NATIONAL_DUE]++;
	return OK;
}

/* Supplements and apologies part the dates. The national one is never the later. */
static enum err still_due_apart(struct still_due *s)
{
	const struct tally_span *span = s->r.span;
	struct ctx *ctx = s->r.ctx;
	struct value found = value_list();
	sql_t q = sql_new(ctx->arena);
	struct rows rows;
	sql_add(&q, SQL("SELECT organisation, id FROM case_file WHERE status IN (2, 4, 6)"
			" AND finished_at = 0 AND due_at > $1"
			" AND (supplements > 0 OR apologised > 0)"), s->at);
	sql_in(&q, SQL(" AND organisation"), span->organisations, span->n_organisations);
	TRY(db_query_built(ctx, s->r.db, &rows, &q));
	while (rows_next(&rows)) {
		value_push(ctx->arena, &found, value_int(row_int(&rows, 0)));
		value_push(ctx->arena, &found, value_int(row_int(&rows, 1)));
	}
	TRY(rows_end(&rows));
	for (uint32_t i = 0; i < found.n; i += 2)
		TRY(still_due_nationally(s, value_integer(found.items[i], 0),
					 value_integer(found.items[i + 1], 0)));
	return OK;
}

enum err tally_still_due(struct ctx *ctx, struct cases *cases, struct db *db, usec at,
			 const struct tally_span *span, struct tally_rows *ret_rows)
{
	int64_t local = at + calendar_zone(cases_calendar(cases)) * USEC_MINUTE;
	struct still_due s = {
		.r = { .ctx = ctx, .db = db, .span = span },
		.cases = cases, .at = at, .midnight = at + USEC_DAY - local % USEC_DAY,
	};
	TRY(still_due_alike(&s));
	TRY(still_due_apart(&s));
	*ret_rows = s.r.rows;
	return OK;
}
