/* The store as its header promises it, on each engine there is. */
#include "store/store.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/event.h"
#include "store/migrate.h"
#include "store/store_fixture.h"

static const struct migration steps[] = {
	{ 1, "things",
	  "CREATE TABLE thing ("
	  "	id INT PRIMARY KEY, name TEXT UNIQUE, amount INT, picture BLOB, ready BOOL);"
	  "CREATE TABLE counter (name TEXT PRIMARY KEY, n INT NOT NULL); -- a comment; here\n" },
	{ 2, "a note for every thing", "ALTER TABLE thing ADD COLUMN note TEXT DEFAULT 'a;b';" },
};
static const struct migration_set set = { "test", steps, 2 };
static const struct migration_set *const sets[] = { &set, NULL };

struct thing {
	int64_t id;
	str name;
};

static enum err add_thing(struct ctx *ctx, struct db *db, void *arg)
{
	struct thing *thing = arg;
	thing->id = db_id(db);
	return db_run(ctx, db, SQL("INSERT INTO thing (id, name) VALUES ($1, $2)"), thing->id,
		      thing->name);
}

static enum err count_things(struct ctx *ctx, struct db *db, void *arg)
{
	return db_int(ctx, db, -1, arg, SQL("SELECT count(*) FROM thing"));
}

static int64_t things(struct fixture *f)
{
	int64_t n;
	fixture_ok(f, store_read(&f->ctx, f->store, count_things, &n));
	return n;
}

static void what_is_written_can_be_read(struct fixture *f)
{
	struct thing thing = { .name = S("Hòa Phát") };
	fixture_ok(f, store_write(&f->ctx, f->store, add_thing, &thing));
	struct db *db;
	struct rows row;
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, db_one(&f->ctx, db, &row, SQL("SELECT id, name, note, ready FROM thing")));
	assert_int_equal(row_int(&row, 0), thing.id);
	assert_true(str_eq(row_str(&row, 1), S("Hòa Phát")));
	assert_true(str_eq(row_str(&row, 2), S("a;b")));
	assert_true(row_is_null(&row, 3));
	assert_int_equal(db_one(&f->ctx, db, &row, SQL("SELECT id FROM thing WHERE id = 0")),
			 ERR_NOT_FOUND);
	store_release(db);
	fixture_reopen(f);
	assert_int_equal(things(f), 1);
}

static enum err round_trip(struct ctx *ctx, struct db *db, void *arg)
{
	static const char every_byte[] = { 0, 1, '\'', '"', '\\', -1, 127, 0 };
	str picture = str_of(every_byte, sizeof every_byte);
	str name = S("Nguyễn Thị Ánh Nguyệt 𝄞 '; DROP TABLE thing; --");
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO thing (id, name, amount, picture, ready)"
		       " VALUES ($5, $1, $2, $4, $3)"),
		   name, INT64_MIN, true, sql_bytes(picture), 1));
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO thing (id, name, amount, picture, ready)"
		       " VALUES ($1, $2, $3, $4, $5)"),
		   2, sql_text_or_null(S("")), INT64_MAX, sql_bytes(S("")), false));
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO thing (id, name, amount, picture) VALUES ($1, $2, $3, $4)"), 3,
		   S(""), sql_null(), sql_null()));
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT name, amount, picture, ready FROM thing ORDER BY id")));
	assert_true(rows_next(&rows));
	assert_true(str_eq(row_str(&rows, 0), name));
	assert_true(row_int(&rows, 1) == INT64_MIN);
	assert_true(str_eq(row_str(&rows, 2), picture));
	assert_true(row_bool(&rows, 3));
	assert_true(rows_next(&rows));
	assert_true(row_is_null(&rows, 0) && row_int(&rows, 1) == INT64_MAX);
	assert_true(!row_is_null(&rows, 2) && str_empty(row_str(&rows, 2)));
	assert_true(!row_is_null(&rows, 3) && !row_bool(&rows, 3));
	assert_true(rows_next(&rows));
	assert_true(!row_is_null(&rows, 0) && str_empty(row_str(&rows, 0)));
	assert_true(row_is_null(&rows, 1) && row_int(&rows, 1) == 0);
	assert_true(row_is_null(&rows, 2) && row_is_null(&rows, 3));
	assert_false(rows_next(&rows));
	return rows_end(&rows);
}

static void every_value_comes_back_as_it_was(struct fixture *f)
{
	fixture_ok(f, store_write(&f->ctx, f->store, round_trip, NULL));
	assert_int_equal(things(f), 3);
}

static enum err add_bad_text(struct ctx *ctx, struct db *db, void *arg)
{
	struct thing *thing = arg;
	enum err e = add_thing(ctx, db, thing);
	return thing->id && e != OK ? OK : e; /* swallowed: the store must not */
}

static void text_that_one_engine_cannot_store_is_refused_by_both(struct fixture *f)
{
	struct thing nul = { .name = str_of("a\0b", 3) }, latin = { .name = S("\xe9t\xe9") };
	assert_int_equal(store_write(&f->ctx, f->store, add_bad_text, &nul), ERR_INVALID);
	assert_int_equal(store_write(&f->ctx, f->store, add_bad_text, &latin), ERR_INVALID);
	assert_int_equal(things(f), 0);
}

static void a_taken_key_is_a_conflict_and_leaves_nothing(struct fixture *f)
{
	struct thing first = { .name = S("one") }, second = { .name = S("one") };
	fixture_ok(f, store_write(&f->ctx, f->store, add_thing, &first));
	assert_int_equal(store_write(&f->ctx, f->store, add_thing, &second), ERR_CONFLICT);
	assert_int_equal(things(f), 1);
}

static enum err wrong_type(struct ctx *ctx, struct db *db, void *arg)
{
	sql_t q = sql_new(ctx->arena); /* built, so that the test of all statements passes it by */
	sql_add(&q, SQL("INSERT INTO thing (id, amount) VALUES (9, $1)"), S("many"));
	return db_run_built(ctx, db, &q);
}

static void a_value_of_the_wrong_type_is_refused_by_both(struct fixture *f)
{
	assert_int_not_equal(store_write(&f->ctx, f->store, wrong_type, NULL), OK);
	assert_int_equal(things(f), 0);
}

static enum err add_then_refuse(struct ctx *ctx, struct db *db, void *arg)
{
	TRY(add_thing(ctx, db, arg));
	return fail_at(ctx, ERR_FORBIDDEN, __FILE__, __LINE__, "No");
}

static void a_command_that_refuses_leaves_nothing(struct fixture *f)
{
	struct thing thing = { .name = S("x") };
	assert_int_equal(store_write(&f->ctx, f->store, add_then_refuse, &thing), ERR_FORBIDDEN);
	assert_int_equal(things(f), 0);
	fixture_ok(f, store_write(&f->ctx, f->store, add_thing, &thing));
	assert_int_equal(things(f), 1);
}

static enum err go_on_after_fault(struct ctx *ctx, struct db *db, void *arg)
{
	int64_t n;
	enum err first = db_run(ctx, db, SQL("INSERT INTO thing (id, name) VALUES (1, 'taken')"));
	enum err second = db_int(ctx, db, 0, &n, SQL("SELECT 1"));
	assert_true(first == ERR_CONFLICT || second == ERR_CONFLICT);
	assert_int_equal(db_int(ctx, db, 0, &n, SQL("SELECT 2")), ERR_CONFLICT);
	return OK;
}

static void a_failed_statement_ends_the_command(struct fixture *f)
{
	struct thing thing = { .name = S("taken") };
	fixture_ok(f, store_write(&f->ctx, f->store, add_thing, &thing));
	assert_int_equal(store_write(&f->ctx, f->store, go_on_after_fault, NULL), ERR_CONFLICT);
}

static enum err count_changes(struct ctx *ctx, struct db *db, void *arg)
{
	int64_t n;
	TRY(db_run(ctx, db, SQL("INSERT INTO thing (id, amount) VALUES (1, 5), (2, 5), (3, 6)")));
	TRY(db_changes(ctx, db, &n));
	assert_int_equal(n, 3);
	TRY(db_run(ctx, db, SQL("UPDATE thing SET amount = 5 WHERE amount = $1"), 5));
	TRY(db_changes(ctx, db, &n));
	assert_int_equal(n, 2);
	TRY(db_run(ctx, db, SQL("INSERT INTO thing (id) VALUES (1) ON CONFLICT (id) DO NOTHING")));
	TRY(db_changes(ctx, db, &n));
	assert_int_equal(n, 0);
	TRY(db_run(ctx, db, SQL("DELETE FROM thing WHERE amount < $1"), 100));
	TRY(db_changes(ctx, db, &n));
	assert_int_equal(n, 3);
	return OK;
}

static void changes_are_counted_alike(struct fixture *f)
{
	fixture_ok(f, store_write(&f->ctx, f->store, count_changes, NULL));
}

static enum err differences(struct ctx *ctx, struct db *db, void *arg)
{
	struct rows row;
	TRY(db_run(ctx, db, SQL("INSERT INTO thing (id, name, amount) VALUES (1, 'Zu', 7),"
				" (2, 'Đà', NULL), (3, 'a%b', -9), (4, 'A_b', 4000000000)")));
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT sum(amount), count(*), greatest(1, $1), least(3, $1),"
		       " 7 / 2, 'x' || id, amount = 7, CAST('12' AS BIGINT)"
		       " FROM thing GROUP BY id, amount HAVING id = 1"), 2));
	assert_int_equal(row_int(&row, 0), 7);
	assert_int_equal(row_int(&row, 2), 2);
	assert_int_equal(row_int(&row, 3), 2);
	assert_int_equal(row_int(&row, 4), 3);
	assert_true(str_eq(row_str(&row, 5), S("x1")));
	assert_true(row_bool(&row, 6));
	assert_int_equal(row_int(&row, 7), 12);
	int64_t n;
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT sum(amount) FROM thing")));
	assert_true(n == 3999999998);
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT count(*) FROM thing WHERE name LIKE 'a%'")));
	assert_int_equal(n, 1); /* exact case */
	str name;
	TRY(db_text(ctx, db, &name, SQL("SELECT name FROM thing ORDER BY name DESC LIMIT 1")));
	assert_true(str_eq(name, S("Đà"))); /* bytes */
	TRY(db_text(ctx, db, &name, SQL("SELECT split_part('một hai ba', ' ', 2) || '/' ||"
					" split_part('một hai ba', ' ', 4) || split_part('', ' ', 1)")));
	assert_true(str_eq(name, S("hai/")));
	TRY(db_int(ctx, db, 0, &n,
		   SQL("SELECT id FROM thing ORDER BY amount DESC NULLS LAST LIMIT 1 FOR UPDATE")));
	assert_int_equal(n, 4);
	return OK;
}

static void table_in_the_order_of_its_key_is_told_to_sqlite_only(struct fixture *f)
{
	str script = S("CREATE TABLE a (b INT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE c (d TEXT);");
	str lite = script, postgres = script, statement;
	assert_true(migrate_next(&f->arena, &lite, true, &statement));
	assert_true(str_eq(statement, S("CREATE TABLE a (b INTEGER PRIMARY KEY) WITHOUT ROWID, STRICT")));
	assert_true(migrate_next(&f->arena, &lite, true, &statement));
	assert_true(str_eq(statement, S("CREATE TABLE c (d TEXT) STRICT")));
	assert_true(migrate_next(&f->arena, &postgres, false, &statement));
	assert_true(str_eq(statement, S("CREATE TABLE a (b BIGINT PRIMARY KEY)")));
}

static void the_differences_of_the_engines_do_not_show(struct fixture *f)
{
	fixture_ok(f, store_write(&f->ctx, f->store, differences, NULL));
}

static int64_t search(struct fixture *f, struct db *db, const sql_t *q)
{
	struct rows rows;
	int64_t ids = 0;
	fixture_ok(f, db_query_built(&f->ctx, db, &rows, q));
	while (rows_next(&rows))
		ids = ids * 10 + row_int(&rows, 0);
	fixture_ok(f, rows_end(&rows));
	return ids;
}

static enum err fill(struct ctx *ctx, struct db *db, void *arg)
{
	return db_run(ctx, db, SQL("INSERT INTO thing (id, name, amount) VALUES (1, '100%', 1),"
				   " (2, '1000', 2), (3, 'a_b', 3), (4, 'aXb', 4), (5, 'b', 5)"));
}

static void searches_are_put_together_from_pieces(struct fixture *f)
{
	struct ctx *ctx = &f->ctx;
	struct db *db;
	fixture_ok(f, store_write(ctx, f->store, fill, NULL));
	fixture_ok(f, store_snapshot(ctx, f->store, &db));
	sql_t q = sql_new(ctx->arena), more = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT id FROM thing WHERE '$1' <> $2 AND id > $1"), 0, S("x"));
	sql_contains(&q, SQL(" AND name"), S("0%"));
	assert_int_equal(search(f, db, &q), 1);
	q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT id FROM thing WHERE "));
	sql_prefix(&q, SQL("name"), S("a"));
	sql_add(&more, SQL(" AND amount BETWEEN $2 AND $1"), 9, 4);
	sql_append(&q, &more);
	assert_int_equal(search(f, db, &q), 4);
	q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT id FROM thing WHERE id > $1"), 1);
	sql_in(&q, SQL(" AND id"), (int64_t[]){ 1, 2, 5 }, 3);
	sql_in_text(&q, SQL(" AND name"), (str[]){ S("1000"), S("b"), S("c'") }, 3);
	sql_add(&q, SQL(" ORDER BY id LIMIT $1"), 10);
	assert_int_equal(search(f, db, &q), 25);
	q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT id FROM thing WHERE id > $1"), 1);
	sql_in(&q, SQL(" AND id"), NULL, 0);
	assert_int_equal(search(f, db, &q), 0);
	store_release(db);
}

static void many_different_searches_do_not_pile_up(struct fixture *f)
{
	fixture_ok(f, store_write(&f->ctx, f->store, fill, NULL));
	for (size_t i = 1; i <= 200; i++) {
		struct db *db;
		int64_t ids[200] = { 0 };
		ids[i - 1] = 3;
		fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
		sql_t q = sql_new(f->ctx.arena);
		sql_in(&q, SQL("SELECT id FROM thing WHERE id"), ids, i);
		assert_int_equal(search(f, db, &q), 3);
		store_release(db);
	}
}

static void a_snapshot_does_not_see_what_comes_later(struct fixture *f)
{
	struct thing thing = { .name = S("later") };
	struct db *db;
	int64_t n;
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, count_things(&f->ctx, db, &n));
	assert_int_equal(n, 0);
	fixture_ok(f, store_write(&f->ctx, f->store, add_thing, &thing));
	fixture_ok(f, count_things(&f->ctx, db, &n));
	assert_int_equal(n, 0);
	store_release(db);
	assert_int_equal(things(f), 1);
}

static void a_snapshot_refuses_to_write(struct fixture *f)
{
	struct thing thing = { .name = S("no") };
	assert_int_not_equal(store_read(&f->ctx, f->store, add_thing, &thing), OK);
	assert_int_equal(things(f), 0);
}

static enum err nested(struct ctx *ctx, struct db *db, void *arg)
{
	struct rows outer, inner;
	int64_t pairs = 0, n;
	TRY(fill(ctx, db, NULL));
	for (int round = 0; round < 2; round++) {
		TRY(db_query(ctx, db, &outer, SQL("SELECT id FROM thing ORDER BY id")));
		while (rows_next(&outer)) {
			TRY(db_query(ctx, db, &inner, SQL("SELECT id FROM thing WHERE id > $1"),
				     row_int(&outer, 0)));
			while (rows_next(&inner))
				pairs++;
			TRY(db_int(ctx, db, 0, &n, SQL("SELECT 1")));
			if (row_int(&outer, 0) == 4)
				break; /* left open: the end of the command closes it */
		}
	}
	assert_int_equal(pairs, 20);
	return OK;
}

static void queries_may_be_nested_and_left_early(struct fixture *f)
{
	fixture_ok(f, store_write(&f->ctx, f->store, nested, NULL));
}

static void note_hook(void *arg)
{
	++*(int *)arg;
}

static enum err with_hook(struct ctx *ctx, struct db *db, void *arg)
{
	db_after_commit(db, note_hook, arg);
	return db_run(ctx, db, SQL("INSERT INTO thing (id) VALUES (77)"));
}

static void hooks_run_after_a_commit_only(struct fixture *f)
{
	int called = 0;
	fixture_ok(f, store_write(&f->ctx, f->store, with_hook, &called));
	assert_int_equal(called, 1);
	assert_int_equal(store_write(&f->ctx, f->store, with_hook, &called), ERR_CONFLICT);
	assert_int_equal(called, 1);
}

static void ids_ascend_and_survive_as_text(struct fixture *f)
{
	int64_t last = 0, id;
	for (int i = 0; i < 20000; i++) {
		id = store_id(f->store);
		assert_true(id > last);
		last = id;
	}
	assert_true(id_parse(id_text(&f->arena, last), &id) && id == last);
	assert_false(id_parse(S("0"), &id) || id_parse(S("-5"), &id) || id_parse(S("9x"), &id));
	assert_false(id_parse(S("9223372036854775808"), &id));
}

static void every_statement_is_understood(struct fixture *f)
{
	size_t n = 0;
	fixture_ok(f, store_check_statements(&f->ctx, f->store, &n));
	assert_true(n > 20);
}

static void an_edited_migration_is_refused(struct fixture *f)
{
	struct migration changed[] = { steps[0], { 2, "a note", "SELECT 1;" } };
	struct migration_set other = { "test", changed, 2 };
	const struct migration_set *const edited[] = { &other, NULL };
	struct store *store;
	store_close(f->store);
	f->store = NULL;
	f->options.migrations = edited;
	assert_int_equal(store_open(&f->ctx, &f->options, &store), ERR_DATABASE);
	other.n = 1;
	assert_int_equal(store_open(&f->ctx, &f->options, &store), ERR_DATABASE);
}

/* ---- threads ---- */

enum { THREADS = 32, EACH = 20 };

struct worker {
	struct fixture *f;
	int number, conflicts, done;
};

static enum err count_up(struct ctx *ctx, struct db *db, void *arg)
{
	struct worker *worker = arg;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT n FROM counter WHERE name = $1"), S("all")));
	TRY(db_run(ctx, db, SQL("UPDATE counter SET n = $2 WHERE name = $1"), S("all"), n + 1));
	TRY(db_run(ctx, db, SQL("INSERT INTO thing (id, amount) VALUES ($1, $2)"), db_id(db), n));
	TRY(event_append(ctx, db, &(struct event_new){ .kind = S("thing.counted") }, NULL));
	/* Every third one thinks better of it; its neighbours in the batch must not notice. */
	if (worker->number % 3 == 0)
		return fail_at(ctx, ERR_FORBIDDEN, __FILE__, __LINE__, "No");
	return OK;
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct arena arena;
	arena_init(&arena);
	for (int i = 0; i < EACH; i++) {
		struct ctx ctx = { .arena = &arena };
		enum err e = store_write(&ctx, worker->f->store, count_up, worker);
		if (e == OK)
			worker->done++;
		else if (e != ERR_FORBIDDEN)
			worker->conflicts++;
		arena_reset(&arena);
	}
	arena_done(&arena);
	return NULL;
}

static enum err add_counter(struct ctx *ctx, struct db *db, void *arg)
{
	return db_run(ctx, db, SQL("INSERT INTO counter (name, n) VALUES ('all', 0)"));
}

static enum err read_counter(struct ctx *ctx, struct db *db, void *arg)
{
	int64_t *n = arg;
	TRY(db_int(ctx, db, -1, &n[0], SQL("SELECT n FROM counter")));
	TRY(db_int(ctx, db, -1, &n[1], SQL("SELECT count(DISTINCT amount) FROM thing")));
	return db_int(ctx, db, -1, &n[2], SQL("SELECT count(*) FROM event"));
}

static void commands_of_many_threads_run_as_if_one_after_the_other(struct fixture *f)
{
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	fixture_ok(f, store_write(&f->ctx, f->store, add_counter, NULL));
	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .f = f, .number = i };
		pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	int64_t done = 0, n[3];
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(workers[i].conflicts, 0);
		assert_int_equal(workers[i].done, i % 3 ? EACH : 0);
		done += workers[i].done;
	}
	fixture_ok(f, store_read(&f->ctx, f->store, read_counter, n));
	assert_int_equal(n[0], done);
	assert_int_equal(n[1], done);
	assert_int_equal(n[2], done);
}

/* ---- a full disk ---- */

struct filler {
	struct fixture *f;
	int64_t done;
	enum err last;
};

static enum err add_large(struct ctx *ctx, struct db *db, void *arg)
{
	static const char page[3000];
	TRY(event_append(ctx, db, &(struct event_new){ .kind = S("thing.added") }, NULL));
	return db_run(ctx, db, SQL("INSERT INTO thing (id, picture) VALUES ($1, $2)"), db_id(db),
		      sql_bytes(str_of(page, sizeof page)));
}

static void *fill_disk(void *arg)
{
	struct filler *filler = arg;
	struct arena arena;
	arena_init(&arena);
	while (filler->last == OK) {
		struct ctx ctx = { .arena = &arena };
		filler->last = store_write(&ctx, filler->f->store, add_large, NULL);
		filler->done += filler->last == OK;
		arena_reset(&arena);
	}
	arena_done(&arena);
	return NULL;
}

enum { FILLERS = 8, ROOM = 4 << 20 };

static void a_full_disk_refuses_and_loses_nothing(struct fixture *f)
{
	struct filler fillers[FILLERS];
	pthread_t threads[FILLERS];
	struct rlimit whole, little;
	struct event_report report;
	int64_t done = 0;
	if (f->schema[0])
		return; /* the server's disk is not ours to fill */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
	little = whole;
	little.rlim_cur = ROOM;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	for (int i = 0; i < FILLERS; i++) {
		fillers[i] = (struct filler){ .f = f };
		pthread_create(&threads[i], NULL, fill_disk, &fillers[i]);
	}
	for (int i = 0; i < FILLERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(fillers[i].last, ERR_IO);
		done += fillers[i].done;
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
	assert_true(done > 100);
	assert_int_equal(things(f), done);
	fixture_ok(f, store_write(&f->ctx, f->store, add_large, NULL));
	fixture_reopen(f);
	assert_int_equal(things(f), done + 1);
	fixture_ok(f, event_verify(&f->ctx, f->store, S(""), &report));
	assert_true(report.sound);
	assert_int_equal(report.events, done + 1);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(what_is_written_can_be_read),
		FIXTURE_TEST(every_value_comes_back_as_it_was),
		FIXTURE_TEST(text_that_one_engine_cannot_store_is_refused_by_both),
		FIXTURE_TEST(a_taken_key_is_a_conflict_and_leaves_nothing),
		FIXTURE_TEST(a_value_of_the_wrong_type_is_refused_by_both),
		FIXTURE_TEST(a_command_that_refuses_leaves_nothing),
		FIXTURE_TEST(a_failed_statement_ends_the_command),
		FIXTURE_TEST(changes_are_counted_alike),
		FIXTURE_TEST(table_in_the_order_of_its_key_is_told_to_sqlite_only),
		FIXTURE_TEST(the_differences_of_the_engines_do_not_show),
		FIXTURE_TEST(searches_are_put_together_from_pieces),
		FIXTURE_TEST(many_different_searches_do_not_pile_up),
		FIXTURE_TEST(a_snapshot_does_not_see_what_comes_later),
		FIXTURE_TEST(a_snapshot_refuses_to_write),
		FIXTURE_TEST(queries_may_be_nested_and_left_early),
		FIXTURE_TEST(hooks_run_after_a_commit_only),
		FIXTURE_TEST(ids_ascend_and_survive_as_text),
		FIXTURE_TEST(every_statement_is_understood),
		FIXTURE_TEST(an_edited_migration_is_refused),
		FIXTURE_TEST(commands_of_many_threads_run_as_if_one_after_the_other),
		FIXTURE_TEST(a_full_disk_refuses_and_loses_nothing),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], sets);
}
