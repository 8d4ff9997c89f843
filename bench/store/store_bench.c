/*
 * What the store costs beside the raw engines (BUDGETS P4, P5), in one run: the rows of a case
 * that is submitted (6 statements: case, code, task, counter, register, event), the same rows
 * and bytes on both sides, many clients waiting for the disk.
 *
 *	store_bench sqlite DIR [CLIENTS [SECONDS]]
 *	store_bench postgres DIR [CLIENTS [SECONDS]]     with MOTCUA_TEST_POSTGRES
 *
 * The raw side of SQLite is one thread that commits what waits in groups of up to 64; that of
 * PostgreSQL is a thread for each connection, everything of a command pipelined. Rounds of the
 * two sides alternate; medians and the ratio are printed.
 */
#include <errno.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "store/event.h"
#include "store/store.h"

enum { MOST_CLIENTS = 256, ROUNDS = 3, BATCH = 64, ORGANISATIONS = 6 };

static const struct migration steps[] = {
	{ 1, "cases",
	  "CREATE TABLE bench_case (organisation INT NOT NULL, id INT NOT NULL,"
	  " procedure INT NOT NULL, status INT NOT NULL, due_at INT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL,"
	  " PRIMARY KEY (organisation, id));"
	  "CREATE INDEX bench_case_due ON bench_case (organisation, status, due_at);"
	  "CREATE TABLE bench_code (code TEXT PRIMARY KEY, id INT NOT NULL);"
	  "CREATE TABLE bench_task (id INT PRIMARY KEY, case_id INT NOT NULL, role TEXT NOT NULL,"
	  " due_at INT NOT NULL);"
	  "CREATE INDEX bench_task_role ON bench_task (role, due_at);"
	  "CREATE TABLE bench_counter (organisation INT PRIMARY KEY, n INT NOT NULL);"
	  "CREATE TABLE bench_register (organisation INT NOT NULL, number INT NOT NULL,"
	  " case_id INT NOT NULL, PRIMARY KEY (organisation, number));"
	  "INSERT INTO bench_counter VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0);" },
};
static const struct migration_set set = { "bench", steps, 1 };
static const struct migration_set *const sets[] = { &set, NULL };

static const char form_data[] =
	"{\"child\":{\"name\":\"Nguyễn Thị Ánh Nguyệt\",\"born\":\"2015-01-20\",\"sex\":\"female\"},"
	"\"mother\":{\"name\":\"Trần Thị Lan\",\"id_number\":\"201234567\"},\"father\":{\"name\":"
	"\"Nguyễn Văn Đức\",\"id_number\":\"201765432\"},\"address\":\"Tổ 12, Hòa Phát\"}";

struct bench {
	struct store *store;
	bool postgres;
	enum err (*write)(struct ctx *ctx, struct store *store, store_fn *fn, void *arg);
	int clients;
	volatile bool stop;
	uint64_t next; /* atomic */
};

enum { SLOTS = 2000, SLOT = 50 }; /* latencies by 50 µs, up to 100 ms */

struct client {
	struct bench *bench;
	int64_t done;
	uint32_t slots[SLOTS];
};

/* ---- through the store ---- */

struct submission {
	int64_t organisation, id;
	str code;
	struct value open;
};

static enum err submit(struct ctx *ctx, struct db *db, void *arg)
{
	struct submission *s = arg;
	int64_t due = db_now(db) + 8 * USEC_DAY;
	s->id = db_id(db);
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO bench_case (organisation, id, procedure, status, due_at, name, data)"
		       " VALUES ($1, $2, $3, $4, $5, $6, $7)"),
		   s->organisation, s->id, 3, 1, due, S("Trần Thị Lan"), str_z(form_data)));
	TRY(db_run(ctx, db, SQL("INSERT INTO bench_code (code, id) VALUES ($1, $2)"), s->code,
		   s->id));
	TRY(db_run(ctx, db, SQL("INSERT INTO bench_task (id, case_id, role, due_at)"
				" VALUES ($1, $2, $3, $4)"),
		   db_id(db), s->id, S("receiving-officer"), due));
	TRY(db_run(ctx, db, SQL("UPDATE bench_counter SET n = n + 1 WHERE organisation = $1"),
		   s->organisation));
	TRY(db_run(ctx, db, SQL("INSERT INTO bench_register (organisation, number, case_id)"
				" VALUES ($1, $2, $3)"),
		   s->organisation, s->id, s->id));
	return event_append(ctx, db, &(struct event_new){
		.kind = S("case.submitted"), .object = s->id, .actor = 42,
		.organisation = s->organisation, .open = s->open }, NULL);
}

static void *through_store(void *arg)
{
	struct client *client = arg;
	struct arena arena, lasting;
	arena_init(&arena);
	arena_init(&lasting);
	struct value open;
	struct json_fault fault;
	json_parse(&lasting, S("{\"code\":\"H17.20.1-150126-0001\",\"due_at\":"
			       "\"2015-02-05T17:00:00+07:00\",\"procedure\":\"1.001193\"}"),
		   &open, &fault);
	while (!client->bench->stop) {
		struct ctx ctx = { .arena = &arena };
		uint64_t n = __atomic_add_fetch(&client->bench->next, 1, __ATOMIC_RELAXED);
		struct submission s = { .open = open };
		s.organisation = (int64_t)(n % ORGANISATIONS);
		s.code = arena_printf(&arena, "H17.20.1-150126-%08llu", (unsigned long long)n);
		usec from = clock_monotonic();
		if (client->bench->write(&ctx, client->bench->store, submit, &s) == OK)
			client->done++;
		else
			fprintf(stderr, "store: %.*s %.*s\n", STR_ARG(ctx.fault.message),
				STR_ARG(ctx.fault.detail));
		usec slot = (clock_monotonic() - from) / SLOT;
		client->slots[slot < SLOTS ? slot : SLOTS - 1]++;
		arena_reset(&arena);
	}
	arena_done(&arena);
	arena_done(&lasting);
	return NULL;
}

/* ---- the same rows, raw ---- */

enum { STATEMENTS = 6 };

static const char *const texts[STATEMENTS] = {
	"INSERT INTO bench_case (organisation, id, procedure, status, due_at, name, data)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7)",
	"INSERT INTO bench_code (code, id) VALUES ($1, $2)",
	"INSERT INTO bench_task (id, case_id, role, due_at) VALUES ($1, $2, $3, $4)",
	"UPDATE bench_counter SET n = n + 1 WHERE organisation = $1",
	"INSERT INTO bench_register (organisation, number, case_id) VALUES ($1, $2, $3)",
	"INSERT INTO event (id, position, object, kind, actor, organisation, recorded_at, bytes,"
	" leaf, salt, closed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, NULL)",
};

static const char event_bytes[] =
	"motcua event 1\nkind case.submitted\nrecorded 2015-01-26T09:00:00.000000Z\n"
	"object 912779168553373696\nactor 42\norganisation 3\nopen {\"code\":\"H17.20.1-150126-0001\","
	"\"due_at\":\"2015-02-05T17:00:00+07:00\",\"procedure\":\"1.001193\"}\n";
static const char leaf[32] = "0123456789abcdef0123456789abcde";

struct waiting {
	struct waiting *next;
	uint64_t n;
	bool done;
	pthread_cond_t wake;
};

struct raw {
	struct bench *bench;
	pthread_mutex_t lock;
	pthread_cond_t come;
	struct waiting *first, **last;
	sqlite3 *handle;
	sqlite3_stmt *statements[STATEMENTS];
	int64_t position;
	bool finished;
};

static void bind_text(sqlite3_stmt *s, int i, const char *text)
{
	sqlite3_bind_text(s, i, text, -1, SQLITE_STATIC);
}

static void raw_rows(struct raw *raw, uint64_t n, int64_t id)
{
	sqlite3_stmt *const *s = raw->statements;
	char code[64];
	int64_t organisation = (int64_t)(n % ORGANISATIONS), due = clock_real() + 8 * USEC_DAY;
	snprintf(code, sizeof code, "H17.20.1-150126-%08llu", (unsigned long long)n);
	const int64_t cases[] = { organisation, id, 3, 1, due };
	for (int i = 0; i < 5; i++)
		sqlite3_bind_int64(s[0], i + 1, cases[i]);
	bind_text(s[0], 6, "Trần Thị Lan");
	bind_text(s[0], 7, form_data);
	bind_text(s[1], 1, code);
	sqlite3_bind_int64(s[1], 2, id);
	sqlite3_bind_int64(s[2], 1, id + 1);
	sqlite3_bind_int64(s[2], 2, id);
	bind_text(s[2], 3, "receiving-officer");
	sqlite3_bind_int64(s[2], 4, due);
	sqlite3_bind_int64(s[3], 1, organisation);
	const int64_t entry[] = { organisation, id, id };
	for (int i = 0; i < 3; i++)
		sqlite3_bind_int64(s[4], i + 1, entry[i]);
	const int64_t event[] = { id + 2, raw->position++, id, 0, 42, organisation, due };
	for (int i = 0; i < 7; i++)
		sqlite3_bind_int64(s[5], i + 1, event[i]);
	bind_text(s[5], 4, "case.submitted");
	sqlite3_bind_blob(s[5], 8, event_bytes, sizeof event_bytes - 1, SQLITE_STATIC);
	sqlite3_bind_blob(s[5], 9, leaf, sizeof leaf, SQLITE_STATIC);
	for (int i = 0; i < STATEMENTS; i++) {
		if (sqlite3_step(s[i]) != SQLITE_DONE)
			fprintf(stderr, "raw: %s\n", sqlite3_errmsg(raw->handle));
		sqlite3_reset(s[i]);
	}
}

static void *raw_writer(void *arg)
{
	struct raw *raw = arg;
	for (int n = 1; n;) { /* until nobody will come any more */
		struct waiting *list[BATCH];
		pthread_mutex_lock(&raw->lock);
		while (!raw->first && !raw->finished)
			pthread_cond_wait(&raw->come, &raw->lock);
		n = 0;
		while (raw->first && n < BATCH) {
			list[n++] = raw->first;
			raw->first = raw->first->next;
		}
		if (!raw->first)
			raw->last = &raw->first;
		pthread_mutex_unlock(&raw->lock);
		sqlite3_exec(raw->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		for (int i = 0; i < n; i++)
			raw_rows(raw, list[i]->n, store_id(raw->bench->store));
		if (sqlite3_exec(raw->handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
			fprintf(stderr, "raw: %s\n", sqlite3_errmsg(raw->handle));
		pthread_mutex_lock(&raw->lock);
		for (int i = 0; i < n; i++) {
			list[i]->done = true;
			pthread_cond_signal(&list[i]->wake);
		}
		pthread_mutex_unlock(&raw->lock);
	}
	return NULL;
}

struct raw_client {
	struct raw *raw;
	int64_t done;
};

static void *raw_submitter(void *arg)
{
	struct raw_client *client = arg;
	struct raw *raw = client->raw;
	while (!raw->bench->stop) {
		struct waiting waiting = {
			.n = __atomic_add_fetch(&raw->bench->next, 1, __ATOMIC_RELAXED)
		};
		pthread_cond_init(&waiting.wake, NULL);
		pthread_mutex_lock(&raw->lock);
		*raw->last = &waiting;
		raw->last = &waiting.next;
		pthread_cond_signal(&raw->come);
		while (!waiting.done)
			pthread_cond_wait(&waiting.wake, &raw->lock);
		pthread_mutex_unlock(&raw->lock);
		pthread_cond_destroy(&waiting.wake);
		client->done++;
	}
	return NULL;
}

static double per_second(int64_t done, usec time)
{
	return (double)done * 1e6 / (double)time;
}

static double raw_sqlite(struct bench *bench, const char *path, int seconds)
{
	struct raw raw = { .bench = bench };
	struct raw_client clients[MOST_CLIENTS];
	pthread_t threads[MOST_CLIENTS], writer;
	raw.last = &raw.first;
	pthread_mutex_init(&raw.lock, NULL);
	pthread_cond_init(&raw.come, NULL);
	if (sqlite3_open(path, &raw.handle) != SQLITE_OK)
		return 0;
	sqlite3_exec(raw.handle, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
				 "PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000;"
				 "DELETE FROM event", NULL, NULL, NULL);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_prepare_v2(raw.handle, texts[i], -1, &raw.statements[i], NULL);
	bench->stop = false;
	usec from = clock_monotonic();
	pthread_create(&writer, NULL, raw_writer, &raw);
	for (int i = 0; i < bench->clients; i++) {
		clients[i] = (struct raw_client){ .raw = &raw };
		pthread_create(&threads[i], NULL, raw_submitter, &clients[i]);
	}
	sleep((unsigned)seconds);
	int64_t done = 0;
	for (int i = 0; i < bench->clients; i++)
		done += clients[i].done;
	usec time = clock_monotonic() - from;
	bench->stop = true;
	for (int i = 0; i < bench->clients; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_lock(&raw.lock);
	raw.finished = true;
	pthread_cond_signal(&raw.come);
	pthread_mutex_unlock(&raw.lock);
	pthread_join(writer, NULL);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(raw.statements[i]);
	sqlite3_close(raw.handle);
	return per_second(done, time);
}

/* ---- PostgreSQL, raw and pipelined ---- */

struct pg_client {
	struct bench *bench;
	PGconn *conn;
	int64_t done;
};

static void send(PGconn *conn, int statement, int n, const char *const *values, const int *lengths,
		 const int *formats)
{
	char name[8];
	snprintf(name, sizeof name, "r%d", statement);
	PQsendQueryPrepared(conn, name, n, values, lengths, formats, 1);
}

static void send_rows(struct pg_client *client, uint64_t n, int64_t id)
{
	char o[24], i[24], j[24], k[24], due[24], code[64];
	snprintf(o, sizeof o, "%llu", (unsigned long long)(n % ORGANISATIONS));
	snprintf(i, sizeof i, "%lld", (long long)id);
	snprintf(j, sizeof j, "%lld", (long long)id + 1);
	snprintf(k, sizeof k, "%lld", (long long)id + 2);
	snprintf(due, sizeof due, "%lld", (long long)clock_real() + 8 * USEC_DAY);
	snprintf(code, sizeof code, "H17.20.1-150126-%08llu", (unsigned long long)n);
	const int event_lengths[] = { 0, 0, 0, 0, 0, 0, 0, sizeof event_bytes - 1, sizeof leaf };
	const int event_formats[] = { 0, 0, 0, 0, 0, 0, 0, 1, 1 };
	PQsendQueryPrepared(client->conn, "begin", 0, NULL, NULL, NULL, 1);
	send(client->conn, 0, 7, (const char *[]){ o, i, "3", "1", due, "Trần Thị Lan", form_data },
	     NULL, NULL);
	send(client->conn, 1, 2, (const char *[]){ code, i }, NULL, NULL);
	send(client->conn, 2, 4, (const char *[]){ j, i, "receiving-officer", due }, NULL, NULL);
	send(client->conn, 3, 1, (const char *[]){ o }, NULL, NULL);
	send(client->conn, 4, 3, (const char *[]){ o, i, i }, NULL, NULL);
	const char *const event[] = { k, NULL, i, "case.submitted", "42", o, due, event_bytes, leaf };
	send(client->conn, 5, 9, event, event_lengths, event_formats);
	PQsendQueryPrepared(client->conn, "commit", 0, NULL, NULL, NULL, 1);
	PQpipelineSync(client->conn);
}

static void *raw_pg(void *arg)
{
	struct pg_client *client = arg;
	while (!client->bench->stop) {
		uint64_t n = __atomic_add_fetch(&client->bench->next, 1, __ATOMIC_RELAXED);
		bool well = true;
		send_rows(client, n, store_id(client->bench->store));
		for (bool end = false; !end;) {
			PGresult *result = PQgetResult(client->conn);
			ExecStatusType status = PQresultStatus(result);
			end = status == PGRES_PIPELINE_SYNC;
			if (status == PGRES_FATAL_ERROR && result) {
				well = false;
				fprintf(stderr, "raw: %s", PQresultErrorMessage(result));
			}
			PQclear(result);
		}
		client->done += well;
	}
	return NULL;
}

static double raw_postgres(struct bench *bench, const char *url, int connections, int seconds)
{
	struct pg_client clients[MOST_CLIENTS];
	pthread_t threads[MOST_CLIENTS];
	for (int i = 0; i < connections; i++) {
		clients[i] = (struct pg_client){ .bench = bench, .conn = PQconnectdb(url) };
		PGconn *conn = clients[i].conn;
		PQclear(PQprepare(conn, "begin", "BEGIN", 0, NULL));
		PQclear(PQprepare(conn, "commit", "COMMIT", 0, NULL));
		for (int s = 0; s < STATEMENTS; s++) {
			char name[8];
			snprintf(name, sizeof name, "r%d", s);
			PQclear(PQprepare(conn, name, texts[s], 0, NULL));
		}
		PQenterPipelineMode(conn);
	}
	bench->stop = false;
	usec from = clock_monotonic();
	for (int i = 0; i < connections; i++)
		pthread_create(&threads[i], NULL, raw_pg, &clients[i]);
	sleep((unsigned)seconds);
	int64_t done = 0;
	for (int i = 0; i < connections; i++)
		done += clients[i].done;
	usec time = clock_monotonic() - from;
	bench->stop = true;
	for (int i = 0; i < connections; i++) {
		pthread_join(threads[i], NULL);
		PQfinish(clients[i].conn);
	}
	return per_second(done, time);
}

/* ---- both ---- */

static double quantile(const struct client *clients, int n, double share)
{
	uint64_t sum[SLOTS] = { 0 }, all = 0, below = 0;
	for (int i = 0; i < n; i++)
		for (int s = 0; s < SLOTS; s++) {
			sum[s] += clients[i].slots[s];
			all += clients[i].slots[s];
		}
	int s = 0;
	while (s < SLOTS - 1 && (double)(below += sum[s]) < share * (double)all)
		s++;
	return (double)(s + 1) * SLOT / 1000;
}

static double store_side(struct bench *bench, int seconds)
{
	struct client *clients = calloc(MOST_CLIENTS, sizeof *clients);
	pthread_t threads[MOST_CLIENTS];
	if (!clients)
		abort();
	bench->stop = false;
	usec from = clock_monotonic();
	for (int i = 0; i < bench->clients; i++) {
		clients[i].bench = bench;
		pthread_create(&threads[i], NULL, through_store, &clients[i]);
	}
	sleep((unsigned)seconds);
	int64_t done = 0;
	for (int i = 0; i < bench->clients; i++)
		done += clients[i].done;
	usec time = clock_monotonic() - from;
	bench->stop = true;
	for (int i = 0; i < bench->clients; i++)
		pthread_join(threads[i], NULL);
	printf("  latency ms: median %.2f, p99 %.2f, p99.9 %.2f\n",
	       quantile(clients, bench->clients, 0.5), quantile(clients, bench->clients, 0.99),
	       quantile(clients, bench->clients, 0.999));
	free(clients);
	return per_second(done, time);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	if (argc < 3)
		return 2;
	int64_t clients = 64, seconds = 3;
	if (argc > 3 && !str_int(str_z(argv[3]), 1, MOST_CLIENTS, &clients))
		return 2;
	if (argc > 4 && !str_int(str_z(argv[4]), 1, 60, &seconds))
		return 2;
	struct bench bench = { .clients = (int)clients };
	bench.postgres = strcmp(argv[1], "postgres") == 0;
	const char *url = getenv("MOTCUA_TEST_POSTGRES");
	if (bench.postgres && !url)
		return 2;
	/* Each side has a database of its own: on SQLite they would wait for each other. */
	mkdir(argv[2], 0700);
	const char *other = arena_printf(&arena, "%s/raw", argv[2]).p;
	struct store_options options = {
		.data = str_z(argv[2]), .migrations = sets,
	};
	options.database = str_z(bench.postgres ? url : "");
	struct store_options raw_options = { .data = str_z(other), .migrations = sets };
	struct store *raw_store = NULL;
	enum err e = store_open(&ctx, &options, &bench.store);
	if (e == OK && !bench.postgres)
		e = store_open(&ctx, &raw_options, &raw_store);
	store_close(raw_store);
	if (e != OK) {
		fprintf(stderr, "%.*s %.*s\n", STR_ARG(ctx.fault.message),
			STR_ARG(ctx.fault.detail));
		return 1;
	}
	double raw[ROUNDS], ours[ROUNDS], locked[ROUNDS];
	const char *path = arena_printf(&arena, "%s/motcua.db", other).p;
	for (int i = 0; i < ROUNDS; i++) {
		raw[i] = bench.postgres ? raw_postgres(&bench, url, 8, (int)seconds) :
					  raw_sqlite(&bench, path, (int)seconds);
		bench.write = store_write;
		ours[i] = store_side(&bench, (int)seconds);
		bench.write = store_write_locked;
		locked[i] = store_side(&bench, (int)seconds);
		printf("round %d: raw %.0f/s, store_write %.0f/s, store_write_locked %.0f/s\n",
		       i + 1, raw[i], ours[i], locked[i]);
	}
	qsort(raw, ROUNDS, sizeof *raw, by_value);
	qsort(ours, ROUNDS, sizeof *ours, by_value);
	qsort(locked, ROUNDS, sizeof *locked, by_value);
	printf("%s, %d clients, 6 statements, %zu bytes of event, %zu of form: raw %.0f/s,"
	       " store_write %.0f/s (%.2f), store_write_locked %.0f/s (%.2f)\n",
	       store_engine(bench.store), bench.clients, sizeof event_bytes - 1,
	       sizeof form_data - 1, raw[ROUNDS / 2], ours[ROUNDS / 2],
	       ours[ROUNDS / 2] / raw[ROUNDS / 2], locked[ROUNDS / 2],
	       locked[ROUNDS / 2] / raw[ROUNDS / 2]);
	store_close(bench.store);
	arena_done(&arena);
	return 0;
}
