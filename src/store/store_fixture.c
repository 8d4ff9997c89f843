#include "store/store_fixture.h"

#include <ftw.h>
#include <libpq-fe.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

void fixture_ok(struct fixture *fixture, enum err e)
{
	if (e == OK)
		return;
	const struct fault *fault = &fixture->ctx.fault;
	print_error("%s: %.*s: %.*s at %s:%d\n", err_name(e), STR_ARG(fault->message),
		    STR_ARG(fault->detail), fault->file, fault->line);
	fail();
}

static void postgres_do(const char *url, const char *sql)
{
	PGconn *conn = PQconnectdb(url);
	PGresult *result = PQexec(conn, "SET client_min_messages = error");
	PQclear(result);
	result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		print_error("%s: %s\n", sql, PQerrorMessage(conn));
	PQclear(result);
	PQfinish(conn);
	assert_true(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
}

void fixture_by_hand(struct fixture *fixture, const char *sql)
{
	if (fixture->schema[0]) {
		postgres_do(arena_copy(&fixture->arena, fixture->options.database).p, sql);
		return;
	}
	sqlite3 *handle;
	char path[128];
	snprintf(path, sizeof path, "%s/motcua.db", fixture->data);
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	sqlite3_busy_timeout(handle, 5000);
	char *message = NULL;
	int code = sqlite3_exec(handle, sql, NULL, NULL, &message);
	if (code != SQLITE_OK)
		print_error("%s: %s\n", sql, message);
	sqlite3_free(message);
	sqlite3_close(handle);
	assert_int_equal(code, SQLITE_OK);
}

static str make_schema(struct fixture *fixture, const char *postgres)
{
	snprintf(fixture->schema, sizeof fixture->schema, "t%d_%s", (int)getpid(),
		 fixture->data + strlen(fixture->data) - 6);
	postgres_do(postgres, arena_printf(&fixture->arena, "CREATE SCHEMA \"%s\"",
					   fixture->schema).p);
	const char *joint = strchr(postgres, '?') ? "&" : "?";
	return arena_printf(&fixture->arena, "%s%soptions=-csearch_path%%3D%%22%s%%22", postgres,
			    joint, fixture->schema);
}

struct fixture *fixture_new(const char *postgres, const struct migration_set *const *migrations)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	assert_non_null(fixture);
	arena_init(&fixture->arena);
	fixture->ctx = (struct ctx){ .arena = &fixture->arena };
	snprintf(fixture->data, sizeof fixture->data, "/tmp/motcua-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->data));
	fixture->options = (struct store_options){
		.data = str_z(fixture->data), .migrations = migrations
	};
	if (postgres)
		fixture->options.database = make_schema(fixture, postgres);
	fixture_ok(fixture, store_open(&fixture->ctx, &fixture->options, &fixture->store));
	return fixture;
}

void fixture_reopen(struct fixture *fixture)
{
	store_close(fixture->store);
	fixture->store = NULL;
	fixture_ok(fixture, store_open(&fixture->ctx, &fixture->options, &fixture->store));
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
	return remove(path);
}

void fixture_free(struct fixture *fixture)
{
	store_close(fixture->store);
	const char *postgres = getenv("MOTCUA_TEST_POSTGRES");
	if (fixture->schema[0] && postgres)
		postgres_do(postgres, arena_printf(&fixture->arena, "DROP SCHEMA \"%s\" CASCADE",
						   fixture->schema).p);
	nftw(fixture->data, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_done(&fixture->arena);
	free(fixture);
}

struct run {
	const struct fixture_test *test;
	const char *postgres;
	const struct migration_set *const *migrations;
};

static void run_one(void **state)
{
	const struct run *run = *state;
	struct fixture *fixture = fixture_new(run->postgres, run->migrations);
	run->test->run(fixture);
	fixture_free(fixture);
}

int fixture_run(const struct fixture_test *tests, size_t n,
		const struct migration_set *const *migrations)
{
	const char *postgres = getenv("MOTCUA_TEST_POSTGRES");
	bool both = postgres && *postgres;
	struct CMUnitTest *units = calloc(n * 2, sizeof *units);
	struct run *runs = calloc(n * 2, sizeof *runs);
	char (*names)[128] = calloc(n * 2, sizeof *names);
	size_t total = both ? n * 2 : n;
	if (!units || !runs || !names)
		abort();
	if (!both)
		print_message("MOTCUA_TEST_POSTGRES is not set: on SQLite only\n");
	for (size_t i = 0; i < total; i++) {
		const struct fixture_test *test = &tests[i % n];
		runs[i] = (struct run){ test, i < n ? NULL : postgres, migrations };
		snprintf(names[i], sizeof names[i], "%s_on_%s", test->name,
			 i < n ? "sqlite" : "postgresql");
		units[i] = (struct CMUnitTest){ .name = names[i], .test_func = run_one,
						.initial_state = &runs[i] };
	}
	int failed = _cmocka_run_group_tests("store", units, total, NULL, NULL);
	free(units);
	free(runs);
	free(names);
	return failed;
}
