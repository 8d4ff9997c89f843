/* The statement a register is closed with. */
#include "cases/fee.h"
#include "reports/figures.h"
#include "reports/pages.h"
#include "text/i18n.h"

struct closing {
	const struct asked *asked;
	const struct register_wanted *wanted;
	int64_t n, first, last;
	int64_t cancelled, cash, transfer, refunded; /* of receipts */
	struct figure_rows figures;
};

static enum err count_book(struct ctx *ctx, struct db *db, struct closing *c)
{
	int32_t year;
	int month, day;
	struct rows row;
	sql_t q = sql_new(ctx->arena);
	civil_of_days(c->wanted->period.from, &year, &month, &day);
	sql_add(&q, SQL("SELECT COUNT(*), COALESCE(MIN(number), 0), COALESCE(MAX(number), 0)"
			" FROM book_entry WHERE book = $1 AND period = $2"),
		c->wanted->declared->book, year);
	sql_in(&q, SQL(" AND organisation"), c->wanted->organisations, c->wanted->n_organisations);
	TRY(db_one_built(ctx, db, &row, &q));
	c->n = row_int(&row, 0);
	c->first = row_int(&row, 1);
	c->last = row_int(&row, 2);
	return OK;
}

static enum err count_receipts(struct ctx *ctx, struct db *db, struct closing *c)
{
	const struct register_wanted *w = c->wanted;
	usec zone = calendar_zone(cases_calendar(reports_cases(w->reports))) * USEC_MINUTE;
	usec from = w->period.from * USEC_DAY - zone, to = (w->period.to + 1) * USEC_DAY - zone;
	struct rows row;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT COUNT(*), COUNT(CASE WHEN cancelled_at > 0 THEN 1 END),"
			" COALESCE(SUM(CASE WHEN cancelled_at = 0 AND method = 1 THEN amount END), 0),"
			" COALESCE(SUM(CASE WHEN cancelled_at = 0 AND method = 2 THEN amount END), 0)"
			" FROM fee_receipt WHERE taken_at >= $1 AND taken_at < $2"), from, to);
	sql_in(&q, SQL(" AND organisation"), w->organisations, w->n_organisations);
	TRY(db_one_built(ctx, db, &row, &q));
	c->n = row_int(&row, 0);
	c->cancelled = row_int(&row, 1);
	c->cash = row_int(&row, 2);
	c->transfer = row_int(&row, 3);
	q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT COALESCE(SUM(amount), 0) FROM fee_refund WHERE refunded_at >= $1"
			" AND refunded_at < $2"), from, to);
	sql_in(&q, SQL(" AND organisation"), w->organisations, w->n_organisations);
	TRY(db_one_built(ctx, db, &row, &q));
	c->refunded = row_int(&row, 0);
	return OK;
}

static enum err read_closing(struct ctx *ctx, struct db *db, void *arg)
{
	struct closing *c = arg;
	const struct register_wanted *w = c->wanted;
	struct figures_wanted figures = {
		.cases = reports_cases(w->reports), .period = w->period, .rows = ROWS_ORGANISATION,
		.organisations = w->organisations, .n_organisations = w->n_organisations,
		.now = w->now, .language = w->language,
	};
	if (w->declared->receipts)
		return count_receipts(ctx, db, c);
	if (!str_empty(w->declared->book))
		return count_book(ctx, db, c);
	TRY(figures_read(ctx, db, &figures, &c->figures));
	c->n = c->figures.all.within[TALLY_ACCEPTED];
	return OK;
}

static bool is_filtered(const struct register_wanted *w)
{
	return w->status || w->late || !str_empty(w->procedure) || !str_empty(w->words) ||
	       !str_empty(w->figure) || !str_empty(w->field);
}

static str statement(struct ctx *ctx, const struct closing *c, int year)
{
	const int64_t *n = c->figures.all.within;
	struct arena *arena = ctx->arena;
	if (c->wanted->declared->receipts)
		return arena_printf(arena, ctx_text(ctx,
			"This register of %d was closed on 31/12/%d with %lld receipts, %lld of them"
			" cancelled. Taken: %.*s in cash, %.*s by transfer; paid back: %.*s."), year, year,
			(long long)c->n, (long long)c->cancelled, STR_ARG(fee_money(arena, c->cash)),
			STR_ARG(fee_money(arena, c->transfer)), STR_ARG(fee_money(arena, c->refunded)));
	if (!str_empty(c->wanted->declared->book))
		return arena_printf(ctx->arena, ctx_text(ctx,
			"This register of %d was closed on 31/12/%d with %lld entries, from number %02lld"
			" to number %02lld."), year, year, (long long)c->n, (long long)c->first,
			(long long)c->last);
	return arena_printf(ctx->arena, ctx_text(ctx,
		"This register of %d was closed on 31/12/%d with %lld cases received. Solved in the year:"
		" %lld early, %lld on time, %lld late."), year, year, (long long)c->n,
		(long long)n[TALLY_EARLY], (long long)n[TALLY_ON_TIME], (long long)n[TALLY_LATE]);
}

enum err register_closing(const struct asked *asked, const struct register_wanted *wanted,
			  str *ret_text)
{
	struct ctx *ctx = &asked->request->ctx;
	struct closing c = { .asked = asked, .wanted = wanted };
	const struct calendar *calendar = cases_calendar(reports_cases(asked->reports));
	int64_t today = calendar_day(calendar, asked->now);
	int32_t year;
	int month, day;
	struct period whole = period_around(wanted->period.from, 'y', 0);
	*ret_text = S("");
	/* An extract is not closed, and neither is a year that goes on. */
	if (is_filtered(wanted) || whole.from != wanted->period.from ||
	    whole.to != wanted->period.to || today <= wanted->period.to)
		return OK;
	civil_of_days(whole.from, &year, &month, &day);
	TRY(store_read(ctx, cases_store(reports_cases(asked->reports)), read_closing, &c));
	*ret_text = statement(ctx, &c, year);
	return OK;
}
