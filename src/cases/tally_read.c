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
				const struct rows *r)
{
	for (size_t i = rows->n; i-- > 0;) {
		struct tally_row *row = &rows->items[i];
		if (row->organisation == row_int(r, 0) && row->channel == row_int(r, 2) &&
		    str_eq(row->procedure, row_view(r, 1)))
			return row;
	}
	if (rows->n == *room) {
		size_t old = *room;
		*room = old ? old * 2 : 64;
		rows->items = arena_grow(arena, rows->items, old * sizeof *rows->items,
					 *room * sizeof *rows->items);
	}
	rows->items[rows->n] = (struct tally_row){
		.organisation = row_int(r, 0), .procedure = row_str(r, 1), .channel = row_int(r, 2),
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
		struct tally_row *row = row_of(&r->rows, &r->room, r->ctx->arena, &rows);
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

enum err tally_still_due(struct ctx *ctx, struct cases *cases, struct db *db, usec at,
			 const struct tally_span *span, struct tally_rows *ret_rows)
{
	int zone = calendar_zone(cases_calendar(cases));
	int64_t local = at + zone * USEC_MINUTE;
	usec midnight = at + USEC_DAY - local % USEC_DAY;
	struct reading r = { .ctx = ctx, .db = db, .span = span };
	sql_t q = sql_new(ctx->arena);
	struct rows rows;
	sql_add(&q, SQL("SELECT organisation, procedure, channel, supplements, apologised FROM"
			" case_file WHERE status IN (2, 4, 6) AND finished_at = 0 AND due_at > $1"
			" AND due_at < $2"), at, midnight);
	sql_in(&q, SQL(" AND organisation"), span->organisations, span->n_organisations);
	TRY(db_query_built(ctx, db, &rows, &q));
	while (rows_next(&rows)) {
		struct tally_row *row = row_of(&r.rows, &r.room, ctx->arena, &rows);
		row->within[TALLY_DUE]++;
		/* The national date of the others lies elsewhere. */
		row->within[TALLY_NATIONAL_DUE] += !row_int(&rows, 3) && !row_int(&rows, 4);
	}
	*ret_rows = r.rows;
	return rows_end(&rows);
}
