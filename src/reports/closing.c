/* The statement a register is closed with. */
#include "reports/figures.h"
#include "reports/pages.h"
#include "text/i18n.h"

struct closing {
	const struct asked *asked;
	const struct register_wanted *wanted;
	int64_t n, first, last;
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

static enum err read_closing(struct ctx *ctx, struct db *db, void *arg)
{
	struct closing *c = arg;
	const struct register_wanted *w = c->wanted;
	struct figures_wanted figures = {
		.cases = reports_cases(w->reports), .period = w->period, .rows = ROWS_ORGANISATION,
		.organisations = w->organisations, .n_organisations = w->n_organisations,
		.now = w->now, .language = w->language,
	};
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
