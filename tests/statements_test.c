/*
 * Every statement of the program, prepared on each engine there is: a column misspelled in a page
 * nobody opened is found here. Linked with all objects of the features, so none is left out.
 */
#include "store/store_fixture.h"
#include "cases/lists.h"
#include "people/leave.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "cases/cases.h"
#include "cases/cases.h"
#include "links/links.h"
#include "people/people.h"
#include "portal/portal.h"
#include "reception/reception.h"

static const struct migration_set *const migrations[] = {
	PEOPLE_MIGRATIONS, CASES_MIGRATIONS, &portal_migrations, &reception_migrations,
	&links_migrations, NULL,
};

static void every_statement_of_the_program_is_understood(struct fixture *fixture)
{
	size_t n = 0;
	fixture_ok(fixture, store_check_statements(&fixture->ctx, fixture->store, &n));
	print_message("%zu statements\n", n);
	assert_true(n > 100);
}

/* ---- what SQLite makes of them ---- */

extern const struct sql_site sites_begin[] __asm__("__start_motcua_sql");
extern const struct sql_site sites_end[] __asm__("__stop_motcua_sql");

static enum err explain(struct ctx *ctx, struct db *db, const struct sql_site *site, str *ret_plan)
{
	struct sql_arg args[ARRAY_SIZE(site->kinds)];
	struct buf plan = { .arena = ctx->arena };
	sql_t q = sql_new(ctx->arena);
	struct rows rows;
	for (size_t i = 0; i < site->n; i++)
		args[i] = sql_null();
	sql_add(&q, SQL("EXPLAIN QUERY PLAN "));
	sql_add_args(&q, site->sql, args, site->n);
	TRY(db_query_built(ctx, db, &rows, &q));
	while (rows_next(&rows))
		buf_printf(&plan, "%.*s\n", STR_ARG(row_view(&rows, 3)));
	*ret_plan = buf_view(&plan);
	return rows_end(&rows);
}

/* An index of the office in the order that is asked for tempts SQLite to walk all the office has. */
static enum err explain_all(struct ctx *ctx, struct db *db, void *arg)
{
	int *ret_n = arg;
	for (const struct sql_site *site = sites_begin; site < sites_end; site++) {
		str plan, text = str_of(site->sql.text, site->sql.n);
		bool reads = str_starts(text, S("SELECT")) || str_starts(text, S("UPDATE")) ||
			     str_starts(text, S("DELETE"));
		if (!reads || str_find(text, S("case_id = $")) == SIZE_MAX)
			continue;
		TRY(explain(ctx, db, site, &plan));
		if (str_find(plan, S("(organisation=?)")) != SIZE_MAX)
			fail_msg("%s\n%.*s", site->sql.text, STR_ARG(plan));
		++*ret_n;
	}
	return OK;
}

static void statement_about_one_case_walks_that_case_only(struct fixture *fixture)
{
	int n = 0;
	if (fixture->schema[0])
		return; /* PostgreSQL judges by the rows there are */
	fixture_ok(fixture, store_read(&fixture->ctx, fixture->store, explain_all, &n));
	assert_true(n > 50);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(every_statement_of_the_program_is_understood),
		FIXTURE_TEST(statement_about_one_case_walks_that_case_only),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], migrations);
}
