/*
 * Commands and snapshots on PostgreSQL. A command takes a connection, sends BEGIN, its statements
 * and COMMIT ahead, and waits only where it reads: one that only writes costs one round trip.
 *
 * What may go wrong, in one place:
 *	40001, 40P01           somebody was in the way: the command is run again
 *	57Pxx, 08xxx, 25006    the server went away or is a standby: again on a new connection
 *	the same at COMMIT, a time-out, or a warning there (cancelled wait for the synchronous
 *	standby)               nobody knows: the command's first event is looked for, by a
 *	                       transaction whose own commit has to be replicated. There: done.
 *	                       Not there: run again, with the same ids, so that a commit that was
 *	                       only slow cannot be doubled.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <semaphore.h>
#include <sys/random.h>

#include "base/clock.h"
#include "store/postgres.h"

struct pg_shared {
	/* Commands have connections of their own, so that a page that holds a snapshot while it
	 * writes never waits for another one doing the same. */
	struct pool snapshots, commands;
	/* Half of them run serializable commands: more at a time meet conflicts rather than do
	 * work. */
	sem_t serializable;
	/* Commands share it; one that met conflicts several times takes it alone, so that a hot
	 * row leads to a queue and not to endless repetition. */
	pthread_rwlock_t crowd;
};

static const usec statement_patience = 300 * USEC_SECOND;
static const usec commit_patience = 20 * USEC_SECOND;
static const usec command_patience = 30 * USEC_SECOND;
static const usec read_patience = 10 * USEC_SECOND;

enum { SHY_AFTER = 2, MOST_TRIES = 200, CONNECTIONS = 8 };

static const struct sql begin_command = { "BEGIN ISOLATION LEVEL SERIALIZABLE", 34 };
static const struct sql begin_relaxed = { "BEGIN ISOLATION LEVEL READ COMMITTED", 36 };
static const struct sql begin_snapshot = { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", 47 };
static const struct sql commit_command = { "COMMIT", 6 };
static const struct sql roll_back_all = { "ROLLBACK", 8 };

static bool send_control(struct pg *pg, const struct sql *sql, enum pg_kind kind)
{
	return pg_send(pg, &(struct call){ .key = sql, .sql = *sql }, kind);
}

/* ---- statements ---- */

static enum err run(struct ctx *ctx, struct db *db, const struct call *call)
{
	struct pg *pg = db->connection;
	return pg_send(pg, call, PG_RUN) ? OK : pg_fail_lost(ctx, db, pg);
}

static enum err changes(struct ctx *ctx, struct db *db, int64_t *ret_n)
{
	struct pg *pg = db->connection;
	TRY(pg_drain(ctx, db, pg, statement_patience, NULL));
	*ret_n = pg->changes;
	return OK;
}

static enum err query(struct ctx *ctx, struct db *db, struct rows *ret_rows,
		      const struct call *call)
{
	struct pg *pg = db->connection;
	PGresult *result = NULL;
	if (!pg_send(pg, call, PG_QUERY))
		return pg_fail_lost(ctx, db, pg);
	enum err e = pg_drain(ctx, db, pg, statement_patience, &result);
	if (e != OK || !result) {
		PQclear(result);
		return e;
	}
	struct pg_rows *rows = ARENA_NEW(ctx->arena, struct pg_rows);
	*rows = (struct pg_rows){ .next = pg->open, .result = result };
	pg->open = rows;
	ret_rows->at = rows;
	return OK;
}

static bool next(struct rows *rows)
{
	struct pg_rows *at = rows->at;
	return ++rows->row < PQntuples(at->result);
}

static void end(struct rows *rows)
{
	struct pg *pg = rows->db->connection;
	struct pg_rows *at = rows->at;
	for (struct pg_rows **link = &pg->open; *link; link = &(*link)->next)
		if (*link == at) {
			*link = at->next;
			PQclear(at->result);
			return;
		}
}

static void end_all(struct pg *pg)
{
	for (; pg->open; pg->open = pg->open->next)
		PQclear(pg->open->result);
}

static int columns(const struct rows *rows)
{
	return PQnfields(((struct pg_rows *)rows->at)->result);
}

/* ---- cells ---- */

static int16_t short_at(const char *bytes, int i)
{
	uint16_t n;
	memcpy(&n, bytes + 2 * i, sizeof n);
	return (int16_t)ntohs(n);
}

/* NUMERIC as SUM gives it: digits to the base of 10,000; the fraction is cut. */
static int64_t numeric(const char *bytes)
{
	int n = short_at(bytes, 0), weight = short_at(bytes, 1);
	int64_t value = 0;
	for (int i = 0; i <= weight; i++) {
		int64_t digit = i < n ? short_at(bytes, 4 + i) : 0;
		if (__builtin_mul_overflow(value, 10000, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return INT64_MAX;
	}
	return short_at(bytes, 2) == 0x4000 ? -value : value;
}

static int64_t integer(Oid type, const char *bytes)
{
	uint64_t eight;
	uint32_t four;
	switch (type) {
	case 20:
		memcpy(&eight, bytes, sizeof eight);
		return (int64_t)__builtin_bswap64(eight);
	case 23:
		memcpy(&four, bytes, sizeof four);
		return (int32_t)ntohl(four);
	case 21:
		return short_at(bytes, 0);
	case 16:
		return bytes[0] != 0;
	default:
		return numeric(bytes);
	}
}

static void cell(const struct rows *rows, int column, struct cell *ret_cell)
{
	const PGresult *result = ((struct pg_rows *)rows->at)->result;
	assert(column < PQnfields(result));
	if (PQgetisnull(result, rows->row, column))
		return;
	const char *bytes = PQgetvalue(result, rows->row, column);
	Oid type = PQftype(result, column);
	switch (type) {
	case 16:
	case 20:
	case 21:
	case 23:
	case 1700:
		*ret_cell = (struct cell){ .kind = SQL_INT, .integer = integer(type, bytes) };
		break;
	default:
		ret_cell->kind = type == 17 ? SQL_BLOB : SQL_TEXT;
		ret_cell->bytes = str_of(bytes, (size_t)PQgetlength(result, rows->row, column));
	}
}

/* ---- taking and giving back connections ---- */

static void sleep_for(usec time)
{
	struct timespec pause = { .tv_sec = time / USEC_SECOND,
				  .tv_nsec = time % USEC_SECOND * 1000 };
	nanosleep(&pause, NULL);
}

static usec random_below(usec limit)
{
	uint32_t n = 0;
	if (getrandom(&n, sizeof n, GRND_NONBLOCK) < 0)
		n = (uint32_t)clock_monotonic();
	return (usec)(n % (uint64_t)(limit + 1));
}

static void give_back(struct pool *pool, struct pg *pg)
{
	bool gone = pg_is_gone(pg);
	if (gone)
		pg_close(pg);
	pool_give(pool, gone ? NULL : pg);
}

static struct pool *pool_of(struct db *db)
{
	struct pg_shared *shared = db->store->shared;
	return db->writing ? &shared->commands : &shared->snapshots;
}

/* A connection that answers. What a snapshot left unread is read here: it has come meanwhile. */
static enum err take(struct ctx *ctx, struct store *store, struct pool *pool, usec until,
		     struct pg **ret_pg)
{
	for (usec pause = 50000;; pause *= 2) {
		bool make;
		struct pg *pg = pool_take(pool, until - clock_monotonic(), &make);
		if (!pg && !make)
			return fail(ctx, ERR_BUSY, "The database is busy. Please try again");
		enum err e = make ? pg_connect(ctx, store, &pg) : OK;
		if (e != OK) {
			pool_give(pool, NULL);
			if (clock_monotonic() + pause > until)
				return e;
			sleep_for(pause);
			continue;
		}
		pg->state[0] = '\0';
		pg->committing = pg->doubtful = false;
		if (pg_read(ctx, NULL, pg, read_patience, NULL) == OK) {
			pg_forget_built(pg);
			*ret_pg = pg;
			return OK;
		}
		give_back(pool, pg);
	}
}

static void roll_back(struct ctx *ctx, struct pg *pg)
{
	end_all(pg);
	if (pg_is_gone(pg))
		return;
	/* Out of the pipeline's aborted state first: after a fault everything up to the next
	 * sync is skipped, a ROLLBACK as well. */
	pg_drain(ctx, NULL, pg, commit_patience, NULL);
	if (pg->lost || PQtransactionStatus(pg->conn) == PQTRANS_IDLE)
		return;
	if (!send_control(pg, &roll_back_all, PG_RUN) ||
	    pg_drain(ctx, NULL, pg, commit_patience, NULL) != OK)
		pg->lost = true;
}

/* ---- commands ---- */

enum verdict { DONE, FAILED, CONFLICT, GONE, UNKNOWN };

static enum verdict judge(const struct pg *pg, bool tried_commit)
{
	if (strcmp(pg->state, "40001") == 0 || strcmp(pg->state, "40P01") == 0)
		return CONFLICT;
	if (tried_commit && (pg_is_gone(pg) || pg->doubtful))
		return UNKNOWN;
	return pg_is_gone(pg) ? GONE : FAILED;
}

static enum err commit(struct ctx *ctx, struct db *db, struct pg *pg)
{
	pg->committing = true;
	if (!send_control(pg, &commit_command, PG_COMMIT))
		return pg_fail_lost(ctx, db, pg);
	TRY(pg_drain(ctx, db, pg, commit_patience, NULL));
	if (!pg->committing && !pg->doubtful)
		return OK;
	fail(ctx, ERR_BUSY, "The database is busy. Please try again");
	return db_fail(ctx, db, ERR_BUSY);
}

struct command {
	store_fn *fn;
	void *arg;
	bool relaxed;
	usec until;
};

static enum verdict attempt(struct ctx *ctx, struct db *db, const struct command *command,
			    enum err *ret_e)
{
	struct pg *pg;
	*ret_e = take(ctx, db->store, pool_of(db), command->until, &pg);
	if (*ret_e != OK)
		return FAILED;
	db_restart(db);
	db->connection = pg;
	enum err e = OK;
	bool tried = false;
	if (!send_control(pg, command->relaxed ? &begin_relaxed : &begin_command, PG_RUN))
		e = pg_fail_lost(ctx, db, pg);
	if (e == OK)
		e = db_outcome(ctx, db, command->fn(ctx, db, command->arg));
	end_all(pg);
	if (e == OK) {
		tried = true;
		e = commit(ctx, db, pg);
	}
	db->in_use = false;
	enum verdict verdict = e == OK ? DONE : judge(pg, tried);
	if (e != OK)
		roll_back(ctx, pg);
	give_back(pool_of(db), pg);
	*ret_e = e;
	return verdict;
}

struct question {
	int64_t witness;
	bool there;
};

static enum err look(struct ctx *ctx, struct db *db, void *arg)
{
	struct question *question = arg;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT count(*) FROM event WHERE id = $1"),
		   question->witness));
	question->there = n > 0;
	return db_run(ctx, db, SQL("UPDATE ledger_head SET lease_until = lease_until"
				   " WHERE id = 1"));
}

/* Whether a command that nobody knows the end of was committed. */
static enum err ask(struct ctx *ctx, struct db *db, usec until, bool *ret_there)
{
	struct question question = { .witness = db->witness };
	struct command command = { look, &question, /* relaxed= */ true, until };
	struct db asking;
	enum err e = ERR_BUSY;
	enum verdict verdict = UNKNOWN;
	db_start(&asking, ctx, db->store, true);
	while (db->witness && verdict != DONE && verdict != FAILED && clock_monotonic() < until) {
		verdict = attempt(ctx, &asking, &command, &e);
		if (verdict == UNKNOWN)
			sleep_for(random_below(100000));
	}
	if (verdict == DONE) {
		*ret_there = question.there;
		return OK;
	}
	return fail(ctx, ERR_BUSY,
		    "It is not known whether this was stored. Please look before you try again");
}

static usec pause_before(enum verdict verdict, int tries)
{
	if (verdict == GONE)
		return random_below(200000);
	return random_below(tries < 6 ? 200 << tries : 10000);
}

static void enter(struct pg_shared *shared, bool alone, bool relaxed)
{
	if (alone)
		pthread_rwlock_wrlock(&shared->crowd);
	else
		pthread_rwlock_rdlock(&shared->crowd);
	while (!relaxed && sem_wait(&shared->serializable) != 0)
		; /* a signal came between */
}

static void leave(struct pg_shared *shared, bool relaxed)
{
	if (!relaxed)
		sem_post(&shared->serializable);
	pthread_rwlock_unlock(&shared->crowd);
}

static enum err write_command(struct ctx *ctx, struct store *store, store_fn *fn, void *arg,
			      bool relaxed)
{
	struct pg_shared *shared = store->shared;
	struct command command = { fn, arg, relaxed, clock_monotonic() + command_patience };
	struct db db;
	enum err e;
	bool doubted = false;
	db_start(&db, ctx, store, true);
	for (int tries = 1;; tries++) {
		enter(shared, tries > SHY_AFTER && !relaxed, relaxed);
		enum verdict verdict = attempt(ctx, &db, &command, &e);
		leave(shared, relaxed);
		if (verdict == UNKNOWN || (doubted && e == ERR_CONFLICT)) {
			bool there;
			doubted = true;
			TRY(ask(ctx, &db, command.until, &there));
			verdict = there ? DONE : e == ERR_CONFLICT ? FAILED : GONE;
		}
		if (verdict == DONE)
			break;
		if (verdict == FAILED || tries == MOST_TRIES || clock_monotonic() > command.until)
			return e;
		sleep_for(pause_before(verdict, tries));
	}
	db_run_hooks(&db);
	return OK;
}

/* ---- snapshots ---- */

static enum err begin(struct ctx *ctx, struct db *db)
{
	struct pg *pg;
	TRY(take(ctx, db->store, pool_of(db), clock_monotonic() + read_patience, &pg));
	db->connection = pg;
	if (send_control(pg, &begin_snapshot, PG_RUN))
		return OK;
	enum err e = pg_fail_lost(ctx, db, pg);
	give_back(pool_of(db), pg);
	db->connection = NULL;
	return e;
}

/* The end is sent but not waited for: the next to take the connection reads the answer. */
static void release(struct db *db)
{
	struct pg *pg = db->connection;
	end_all(pg);
	if (db->failed != OK)
		roll_back(db->ctx, pg);
	else if (!send_control(pg, &commit_command, PG_RUN) || !pg_sync(pg))
		pg->lost = true;
	db->connection = NULL;
	give_back(pool_of(db), pg);
}

static bool may_repeat(struct db *db)
{
	struct pg *pg = db->connection;
	return pg_is_gone(pg) || strcmp(pg->state, "40001") == 0;
}

/* ---- the rest ---- */

static enum err check(struct ctx *ctx, struct db *db, const struct sql_site *site)
{
	struct pg *pg = db->connection;
	if (!pg_send_check(pg, site))
		return pg_fail_lost(ctx, db, pg);
	return pg_drain(ctx, db, pg, statement_patience, NULL);
}

static enum err execute(struct ctx *ctx, struct db *db, str statement)
{
	struct pg *pg = db->connection;
	const char *sql = arena_copy(ctx->arena, statement).p;
	if (!pg_send_plain(pg, sql, PG_RUN))
		return pg_fail_lost(ctx, db, pg);
	enum err e = pg_drain(ctx, db, pg, statement_patience, NULL);
	if (e != OK)
		fail_detail(ctx, "%.*s in: %s", STR_ARG(ctx->fault.detail), sql);
	return e;
}

static void close_store(struct store *store)
{
	struct pg_shared *shared = store->shared;
	if (!shared)
		return;
	pool_done(&shared->snapshots, pg_close);
	pool_done(&shared->commands, pg_close);
	pthread_rwlock_destroy(&shared->crowd);
	sem_destroy(&shared->serializable);
}

const struct engine postgres_engine = {
	.write = write_command,
	.begin = begin,
	.release = release,
	.may_repeat = may_repeat,
	.run = run,
	.changes = changes,
	.query = query,
	.next = next,
	.end = end,
	.columns = columns,
	.cell = cell,
	.prepare = check,
	.execute = execute,
	.close = close_store,
};

static enum err refuse_empty(struct ctx *ctx, struct db *db, void *arg)
{
	struct rows row;
	sql_t q = sql_new(ctx->arena); /* not for SQLite, so not among the call sites */
	sql_add(&q, SQL("SELECT to_regclass('migration') IS NULL"));
	TRY(db_one_built(ctx, db, &row, &q));
	return row_bool(&row, 0) ? fail(ctx, ERR_NOT_FOUND, "The database is empty") : OK;
}

enum err postgres_open(struct ctx *ctx, struct store *store)
{
	struct pg_shared *shared = ARENA_NEW(&store->arena, struct pg_shared);
	pthread_rwlockattr_t attributes;
	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&shared->crowd, &attributes);
	pthread_rwlockattr_destroy(&attributes);
	int connections = store->connections ? store->connections : CONNECTIONS;
	pool_init(&shared->snapshots, connections, &store->arena);
	pool_init(&shared->commands, connections, &store->arena);
	sem_init(&shared->serializable, 0, connections > 2 ? (unsigned)connections / 2 : 1);
	store->shared = shared;
	store->engine = &postgres_engine;
	struct pg *pg;
	TRY(take(ctx, store, &shared->commands, clock_monotonic() + read_patience, &pg));
	snprintf(store->version, sizeof store->version, "PostgreSQL %.40s",
		 PQparameterStatus(pg->conn, "server_version"));
	give_back(&shared->commands, pg);
	return store->must_exist ? store_read(ctx, store, refuse_empty, NULL) : OK;
}
