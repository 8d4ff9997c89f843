/* Lists around filings at the counter. */
#include "cases/counter.h"
#include "cases/room.h"

enum { INCOMPLETE_MAX = 200 };

struct look {
	struct cases *cases;
	const int64_t *organisations;
	size_t n;
	int64_t organisation;
	const struct counter_filing *filing;
	struct counter_list *list;
	int most;
	str *names;
	size_t *n_names;
};

static void push_filing(struct counter_list *list, const struct rows *r, struct ctx *ctx)
{
	struct json_fault fault;
	struct counter_filing *f = &list->items[list->n++];
	*f = (struct counter_filing){
		.id = row_int(r, 0), .token = row_str(r, 1), .organisation = row_int(r, 2),
		.procedure = row_str(r, 3), .version = row_int(r, 4), .state = row_int(r, 5),
		.applicant = row_str(r, 6), .subject = row_str(r, 7), .remind_on = row_int(r, 9),
		.saved_at = row_int(r, 10), .case_id = row_int(r, 11), .case_code = row_str(r, 12),
		.missing = value_list(),
	};
	json_parse(ctx->arena, row_str(r, 8), &f->missing, &fault);
}

#define LISTED                                                                                  \
	"SELECT id, token, organisation, procedure, version, state, applicant, subject, missing," \
	" remind_on, saved_at, case_id, case_code FROM desk_filing"

static enum err read_incomplete(struct ctx *ctx, struct db *db, void *arg)
{
	struct look *look = arg;
	sql_t q = sql_new(ctx->arena);
	struct rows rows;
	look->list->items = ARENA_ARRAY(ctx->arena, struct counter_filing, INCOMPLETE_MAX);
	look->list->n = 0;
	sql_add(&q, SQL(LISTED " WHERE state = 1 AND "));
	sql_in(&q, SQL("organisation"), look->organisations, look->n);
	sql_add(&q, SQL(" ORDER BY remind_on, id LIMIT $1"), INCOMPLETE_MAX);
	TRY(db_query_built(ctx, db, &rows, &q));
	while (look->list->n < INCOMPLETE_MAX && rows_next(&rows))
		push_filing(look->list, &rows, ctx);
	return rows_end(&rows);
}

enum err counter_incomplete(struct ctx *ctx, struct cases *cases, const int64_t *organisations,
			    size_t n, struct counter_list *ret_list)
{
	struct look look = { .cases = cases, .organisations = organisations, .n = n,
			     .list = ret_list };
	return store_read(ctx, cases->store, read_incomplete, &look);
}

static enum err read_visit(struct ctx *ctx, struct db *db, void *arg)
{
	struct look *look = arg;
	struct rows rows;
	look->list->items = ARENA_ARRAY(ctx->arena, struct counter_filing, COUNTER_VISIT_MAX);
	look->list->n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL(LISTED " WHERE visit = $1 AND organisation = $2 ORDER BY id LIMIT $3"),
		     look->filing->visit, look->filing->organisation, COUNTER_VISIT_MAX));
	while (look->list->n < COUNTER_VISIT_MAX && rows_next(&rows))
		push_filing(look->list, &rows, ctx);
	return rows_end(&rows);
}

enum err counter_visit(struct ctx *ctx, struct cases *cases, const struct counter_filing *filing,
		       struct counter_list *ret_list)
{
	struct look look = { .cases = cases, .filing = filing, .list = ret_list };
	return store_read(ctx, cases->store, read_visit, &look);
}

static enum err read_most_used(struct ctx *ctx, struct db *db, void *arg)
{
	struct look *look = arg;
	struct rows rows;
	*look->n_names = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT procedure, COALESCE(SUM(submitted), 0) AS filed FROM tally"
			 " WHERE organisation = $1"
			 " GROUP BY procedure ORDER BY filed DESC, procedure LIMIT $2"),
		     look->organisation, look->most));
	while (*look->n_names < (size_t)look->most && rows_next(&rows))
		look->names[(*look->n_names)++] = row_str(&rows, 0);
	return rows_end(&rows);
}

enum err counter_most_used(struct ctx *ctx, struct cases *cases, int64_t organisation, int most,
			   str *ret_names, size_t *ret_n)
{
	struct look look = { .cases = cases, .organisation = organisation, .most = most,
			     .names = ret_names, .n_names = ret_n };
	return store_read(ctx, cases->store, read_most_used, &look);
}
