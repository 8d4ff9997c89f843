/* What officers did: counted from the steps that bear their names. */
#include "reports/figures.h"

enum { OFFICERS_MAX = 500 };

struct officer {
	int64_t account;
	str name;
};

static enum err read_officers(struct ctx *ctx, struct db *db, const struct figures_wanted *w,
			      int64_t only, struct officer *officers, size_t *ret_n)
{
	sql_t q = sql_new(ctx->arena);
	struct rows rows;
	*ret_n = 0;
	sql_add(&q, SQL("SELECT DISTINCT a.id, a.name FROM account a JOIN account_role r"
			" ON r.account = a.id WHERE ($1 = 0 OR a.id = $1)"), only);
	if (!only)
		sql_in(&q, SQL(" AND r.organisation"), w->organisations, w->n_organisations);
	sql_add(&q, SQL(" ORDER BY a.name, a.id LIMIT $1"), OFFICERS_MAX);
	TRY(db_query_built(ctx, db, &rows, &q));
	while (*ret_n < OFFICERS_MAX && rows_next(&rows))
		officers[(*ret_n)++] = (struct officer){ row_int(&rows, 0), row_str(&rows, 1) };
	return rows_end(&rows);
}

static enum err count(struct ctx *ctx, struct db *db, const struct figures_wanted *w,
		      const struct officer *officer, struct sums *sums)
{
	int64_t zone = calendar_zone(cases_calendar(w->cases)) * USEC_MINUTE;
	sql_t q = sql_new(ctx->arena);
	struct rows row;
	sql_add(&q, SQL("SELECT COUNT(*), COUNT(CASE WHEN due_at > 0 AND done_at > due_at THEN 1 END)"
			" FROM case_task WHERE state = 1 AND holder = $1 AND done_at >= $2"
			" AND done_at < $3"), officer->account, w->period.from * USEC_DAY - zone,
		(w->period.to + 1) * USEC_DAY - zone);
	sql_in(&q, SQL(" AND organisation"), w->organisations, w->n_organisations);
	TRY(db_one_built(ctx, db, &row, &q));
	sums->tasks = row_int(&row, 0);
	sums->tasks_late = row_int(&row, 1);
	return OK;
}

enum err figures_officers(struct ctx *ctx, struct db *db, const struct figures_wanted *w, int64_t only,
			  struct figure_rows *ret_rows)
{
	struct officer *officers = ARENA_ARRAY(ctx->arena, struct officer, OFFICERS_MAX);
	size_t n;
	TRY(read_officers(ctx, db, w, only, officers, &n));
	*ret_rows = (struct figure_rows){ .items = ARENA_ARRAY(ctx->arena, struct figure_row, n + 1) };
	for (size_t i = 0; i < n; i++) {
		struct figure_row row = { .key = id_text(ctx->arena, officers[i].account),
					  .name = officers[i].name };
		TRY(count(ctx, db, w, &officers[i], &row.sums));
		if (!row.sums.tasks && !only)
			continue;
		ret_rows->items[ret_rows->n++] = row;
		ret_rows->all.tasks += row.sums.tasks;
		ret_rows->all.tasks_late += row.sums.tasks_late;
	}
	return OK;
}
