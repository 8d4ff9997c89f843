/*
 * What only a server can do: go away, be cancelled, be in two minds about a commit. Skipped
 * without MOTCUA_TEST_POSTGRES.
 */
#include "store/store_fixture.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/event.h"

static const struct migration steps[] = {
	{ 1, "numbers", "CREATE TABLE number (id INT PRIMARY KEY, n INT NOT NULL);" },
};
static const struct migration_set set = { "test", steps, 1 };
static const struct migration_set *const sets[] = { &set, NULL };

/* A connection beside the store's: the administrator's. */
static PGconn *administrator(void)
{
	PGconn *conn = PQconnectdb(getenv("MOTCUA_TEST_POSTGRES"));
	assert_int_equal(PQstatus(conn), CONNECTION_OK);
	return conn;
}

static int64_t ask(PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	int64_t n = -1;
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		str_int(str_z(PQgetvalue(result, 0, 0)), INT64_MIN, INT64_MAX, &n);
	else if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		print_error("%s", PQerrorMessage(conn));
	PQclear(result);
	return n;
}

/* The store's own connections in this database: others of the test run are left alone. */
static const char *of_store(struct fixture *f, const char *what)
{
	return arena_printf(&f->arena,
			    "SELECT count(%s) FROM (SELECT pid FROM pg_stat_activity"
			    " WHERE application_name = '%s') p", what, f->schema).p;
}

static struct fixture *start(void)
{
	struct fixture *f = fixture_new(getenv("MOTCUA_TEST_POSTGRES"), sets);
	f->options.database = arena_printf(&f->arena, "%.*s&application_name=%s",
					   STR_ARG(f->options.database), f->schema);
	fixture_reopen(f);
	return f;
}

static enum err add(struct ctx *ctx, struct db *db, void *arg)
{
	TRY(event_append(ctx, db, &(struct event_new){ .kind = S("number.added") }, NULL));
	return db_run(ctx, db, SQL("INSERT INTO number (id, n) VALUES ($1, $2)"), db_id(db),
		      *(int64_t *)arg);
}

static enum err count(struct ctx *ctx, struct db *db, void *arg)
{
	int64_t *n = arg;
	TRY(db_int(ctx, db, 0, &n[0], SQL("SELECT count(*) FROM number")));
	return db_int(ctx, db, 0, &n[1], SQL("SELECT count(*) FROM event"));
}

static void a_broken_connection_is_replaced_unnoticed(void **state)
{
	struct fixture *f = start();
	PGconn *admin = administrator();
	int64_t n[2];
	for (int64_t i = 0; i < 5; i++) {
		fixture_ok(f, store_write(&f->ctx, f->store, add, &i));
		assert_true(ask(admin, of_store(f, "pg_terminate_backend(pid)")) > 0);
		fixture_ok(f, store_read(&f->ctx, f->store, count, n));
		assert_int_equal(n[0], i + 1);
		assert_true(ask(admin, of_store(f, "pg_terminate_backend(pid)")) > 0);
	}
	PQfinish(admin);
	fixture_free(f);
}

struct worker {
	struct fixture *f;
	int64_t done, unknown, other;
	bool *stop; /* atomic */
};

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct arena arena;
	arena_init(&arena);
	while (!__atomic_load_n(worker->stop, __ATOMIC_RELAXED)) {
		struct ctx ctx = { .arena = &arena };
		int64_t n = 1;
		enum err e = store_write(&ctx, worker->f->store, add, &n);
		worker->done += e == OK;
		worker->unknown += e == ERR_BUSY;
		worker->other += e != OK && e != ERR_BUSY;
		arena_reset(&arena);
	}
	arena_done(&arena);
	return NULL;
}

enum { THREADS = 6 };

static void nothing_is_lost_or_doubled_when_connections_are_cut(void **state)
{
	struct fixture *f = start();
	PGconn *admin = administrator();
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	bool stop = false;
	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .f = f, .stop = &stop };
		pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	for (int i = 0; i < 40; i++) {
		usleep(30000);
		ask(admin, of_store(f, "pg_terminate_backend(pid)"));
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	int64_t done = 0, unknown = 0, n[2];
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(workers[i].other, 0);
		done += workers[i].done;
		unknown += workers[i].unknown;
	}
	fixture_ok(f, store_read(&f->ctx, f->store, count, n));
	print_message("done %lld, not known %lld, there %lld\n", (long long)done,
		      (long long)unknown, (long long)n[0]);
	assert_true(done > 0 && n[0] >= done && n[0] <= done + unknown);
	assert_int_equal(n[0], n[1]);
	PQfinish(admin);
	fixture_free(f);
}

static void *write_one(void *arg)
{
	struct worker *worker = arg;
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	int64_t n = 7;
	if (store_write(&ctx, worker->f->store, add, &n) == OK)
		__atomic_store_n(&worker->done, 1, __ATOMIC_SEQ_CST);
	arena_done(&arena);
	return NULL;
}

static void wait_until(PGconn *admin, const char *sql)
{
	int i = 0;
	for (; i < 600 && ask(admin, sql) < 1; i++)
		usleep(50000);
	if (i < 600)
		return;
	/* The setting is the whole server's: left there, nobody would ever commit again. */
	ask(admin, "ALTER SYSTEM RESET synchronous_standby_names");
	ask(admin, "SELECT pg_reload_conf()::int");
	fail_msg("never true: %s", sql);
}

static void a_cancelled_wait_for_the_standby_is_not_acknowledged(void **state)
{
	struct fixture *f = start();
	PGconn *admin = administrator();
	struct worker worker = { .f = f };
	pthread_t thread;
	int64_t n[2];
	const char *waiting = arena_printf(&f->arena,
		"SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
		" AND application_name = '%s' AND query = 'COMMIT'", f->schema).p;
	const char *cancel = arena_printf(&f->arena,
		"SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity"
		" WHERE wait_event = 'SyncRep' AND application_name = '%s'", f->schema).p;
	ask(admin, "SET synchronous_commit = local");
	ask(admin, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
	ask(admin, "SELECT pg_reload_conf()::int");
	usleep(200000);
	pthread_create(&thread, NULL, write_one, &worker);
	wait_until(admin, waiting);
	ask(admin, cancel); /* the server answers COMMIT now, with a warning only */
	wait_until(admin, waiting); /* the store asks, and waits for the standby itself */
	assert_int_equal(__atomic_load_n(&worker.done, __ATOMIC_SEQ_CST), 0);
	ask(admin, "ALTER SYSTEM RESET synchronous_standby_names");
	ask(admin, "SELECT pg_reload_conf()::int");
	pthread_join(thread, NULL);
	assert_int_equal(worker.done, 1);
	fixture_ok(f, store_read(&f->ctx, f->store, count, n));
	assert_int_equal(n[0], 1); /* once, although it was in doubt */
	PQfinish(admin);
	fixture_free(f);
}

static void the_first_host_that_can_be_written_is_used(void **state)
{
	struct fixture *f = fixture_new(getenv("MOTCUA_TEST_POSTGRES"), sets);
	/* A host where nobody listens comes first. */
	str url = f->options.database;
	size_t at = str_find(url, S("host="));
	assert_true(at != SIZE_MAX);
	f->options.database = arena_printf(&f->arena, "%.*s%s,%.*s", (int)(at + 5), url.p,
					   "/nowhere", STR_ARG(str_slice(url, at + 5, url.n)));
	fixture_reopen(f);
	int64_t n = 1;
	fixture_ok(f, store_write(&f->ctx, f->store, add, &n));
	fixture_free(f);
}

static void two_nodes_share_one_ledger(void **state)
{
	struct fixture *f = start();
	struct store *other;
	struct store_options options = f->options;
	char folder[] = "/tmp/motcua-node-XXXXXX";
	char command[160];
	int64_t n = 1, counts[2];
	struct event_report report;
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof command, "cp -r %s/keys %s/", f->data, folder);
	assert_int_equal(system(command), 0);
	options.data = str_z(folder);
	fixture_ok(f, store_open(&f->ctx, &options, &other));
	for (int i = 0; i < 50; i++)
		fixture_ok(f, store_write(&f->ctx, i % 2 ? f->store : other, add, &n));
	fixture_ok(f, event_checkpoint_now(&f->ctx, f->store));
	fixture_ok(f, event_verify(&f->ctx, other, S(""), &report));
	assert_true(report.sound);
	assert_int_equal(report.pending, 0);
	fixture_ok(f, store_read(&f->ctx, other, count, counts));
	assert_int_equal(counts[0], 50);
	store_close(other);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	fixture_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_connection_is_replaced_unnoticed),
		cmocka_unit_test(nothing_is_lost_or_doubled_when_connections_are_cut),
		cmocka_unit_test(a_cancelled_wait_for_the_standby_is_not_acknowledged),
		cmocka_unit_test(the_first_host_that_can_be_written_is_used),
		cmocka_unit_test(two_nodes_share_one_ledger),
	};
	const char *postgres = getenv("MOTCUA_TEST_POSTGRES");
	if (!postgres || !*postgres) {
		print_message("MOTCUA_TEST_POSTGRES is not set: skipped\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
