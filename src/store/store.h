/*
 * store: one SQL interface over SQLite and PostgreSQL. Which of the two is an option; the code
 * above cannot tell.
 *
 * Reading happens in a snapshot: everything read in it is of one moment, and nobody waits.
 * Writing happens in a command: a function that is run inside a transaction, and run AGAIN from
 * its beginning when somebody else was in the way. So it has no effect outside its transaction
 * but its results: it sends nothing, touches no file, publishes nothing (db_after_commit and
 * store/outbox.h do that), and sets its results anew each time. Commands behave as if one ran
 * after the other (SERIALIZABLE). store_write returns OK only when all of it is on disk;
 * on every other result nothing of it happened.
 *
 *	static enum err rename(struct ctx *ctx, struct db *db, void *arg)
 *	{
 *		struct request *r = arg;
 *		struct rows row;
 *		TRY(db_one(ctx, db, &row, SQL("SELECT title FROM news WHERE id = $1"), r->id));
 *		r->old_title = row_str(&row, 0);
 *		return db_run(ctx, db, SQL("UPDATE news SET title = $2 WHERE id = $1"),
 *			      r->id, r->title);
 *	}
 *	…
 *	TRY(store_write(ctx, store, rename, &request));
 *
 * The first statement that fails ends the command: later calls repeat its fault, and
 * store_write returns it even when the command returned OK. On PostgreSQL statements that give
 * no rows are sent ahead, so the fault of db_run may come out of a later call or of
 * store_write: just TRY. Who wants to insert what may be there already writes
 * ON CONFLICT … DO NOTHING and asks db_changes.
 *
 * Threads: a store is shared by all; a db and its rows belong to the function they were given
 * to. On SQLite a command may be run by another thread than the one waiting for it (group
 * commit). No command or snapshot may be begun inside a command.
 */
#ifndef MOTCUA_STORE_STORE_H
#define MOTCUA_STORE_STORE_H

#include "base/datetime.h"
#include "base/err.h"
#include "store/sql.h"

struct store;
struct db;

/* ---- opening ---- */

/* One step forward. `sql` is one or more statements, each ended by ';', in the words of
 * docs/SQL.md: INT, BOOL, TEXT, BLOB are understood by both engines. Never change a step that
 * has been released: add one. */
struct migration {
	int version; /* 1, 2, 3… within its room */
	const char *name;
	const char *sql;
};

/* What a feature brings: static const struct migration_set news_migrations = { "news", … }. */
struct migration_set {
	const char *room;
	const struct migration *steps;
	size_t n;
};

struct store_options {
	str data;     /* folder for database, files, keys, ledger; made if absent (0700) */
	str database; /* "postgres://…"; empty: SQLite in `data` */
	str files;    /* "s3://…"; empty: a folder in `data` */
	const struct migration_set *const *migrations; /* in this order, ended by NULL */
	int connections; /* PostgreSQL: how many; readers on SQLite. 0: as many as are good */
	bool no_sync;    /* SQLite without waiting for the disk: for tests that measure loss */
	bool must_exist; /* ERR_NOT_FOUND instead of making a new database */
	usec (*clock)(void); /* business time; NULL: clock_business */
};

/* Opens, migrates, and starts what runs in the background (ledger sequencing). */
enum err store_open(struct ctx *ctx, const struct store_options *options, struct store **ret_store);
/* Waits for what runs. NULL is fine. */
void store_close(struct store *store);

/* For words only ("running on …"), never to decide with. "SQLite 3.40.1", "PostgreSQL 15.14". */
const char *store_engine(const struct store *store);
str store_data(const struct store *store);

/* ---- transactions ---- */

typedef enum err store_fn(struct ctx *ctx, struct db *db, void *arg);

/* Errors: what `fn` returned; ERR_CONFLICT a unique key is taken; ERR_INVALID a text is not
 * UTF-8, or a constraint refused a value; ERR_BUSY too many conflicts, or the server cannot be
 * reached, or it is not known whether it was stored (repeat with the same idempotency key);
 * ERR_IO disk full. */
enum err store_write(struct ctx *ctx, struct store *store, store_fn *fn, void *arg);
/* The same for a command that itself locks what its decision rests on: it reads those rows with
 * SELECT … FOR UPDATE, or changes them in place (SET n = n + 1), and otherwise only inserts. It
 * runs READ COMMITTED on PostgreSQL and so waits for a hot row (a counter, a book's next number)
 * instead of being run again. No difference on SQLite. */
enum err store_write_locked(struct ctx *ctx, struct store *store, store_fn *fn, void *arg);
/* Runs `fn` in a snapshot; writing is refused. Run again if the connection was lost. */
enum err store_read(struct ctx *ctx, struct store *store, store_fn *fn, void *arg);

/* A snapshot without a function around it: for pages. Given back by store_release, or when the
 * arena of `ctx` is done or reset. */
enum err store_snapshot(struct ctx *ctx, struct store *store, struct db **ret_db);
void store_release(struct db *db);

struct store *db_store(struct db *db);
/* Business time of this transaction: the same at every call. */
usec db_now(struct db *db);
/* Calls fn(arg) once the command is on disk, before store_write returns; not at all if it
 * failed. For caches and counters in memory, and quick: others wait for it. `arg` must live until
 * then (ctx->arena does). */
void db_after_commit(struct db *db, void (*fn)(void *arg), void *arg);

/* ---- statements ---- */

/* Runs a statement that gives no rows. */
#define db_run(ctx, db, statement, ...) \
	db_run_site((ctx), (db), SQL_SITE(statement, __VA_ARGS__), SQL_ARGS(__VA_ARGS__))
/* Rows a db_run just before inserted, changed or deleted (matched, on both engines). */
enum err db_changes(struct ctx *ctx, struct db *db, int64_t *ret_n);

/* Where a query stands. Rows are walked once; several queries may be open at a time. */
struct rows {
	struct ctx *ctx;
	struct db *db;
	void *at;
	int row;
};

/*	struct rows rows;
 *	TRY(db_query(ctx, db, &rows, SQL("SELECT id, title FROM news WHERE site = $1"), site));
 *	while (rows_next(&rows))
 *		… row_int(&rows, 0), row_str(&rows, 1) …
 *	TRY(rows_end(&rows));
 */
#define db_query(ctx, db, ret_rows, statement, ...)                             \
	db_query_site((ctx), (db), (ret_rows), SQL_SITE(statement, __VA_ARGS__), \
		      SQL_ARGS(__VA_ARGS__))
/* Exactly the first row, ready for row_…; ERR_NOT_FOUND if there is none (the transaction goes
 * on: this is no failed statement). Needs no rows_end. */
#define db_one(ctx, db, ret_rows, statement, ...)                             \
	db_one_site((ctx), (db), (ret_rows), SQL_SITE(statement, __VA_ARGS__), \
		    SQL_ARGS(__VA_ARGS__))
/* The first column of the first row, or `otherwise` when there is no row or it is NULL. */
#define db_int(ctx, db, otherwise, ret_n, statement, ...)                                   \
	db_int_site((ctx), (db), (otherwise), (ret_n), SQL_SITE(statement, __VA_ARGS__),     \
		    SQL_ARGS(__VA_ARGS__))
/* The same for text; the empty str when there is no row or it is NULL. */
#define db_text(ctx, db, ret_text, statement, ...)                             \
	db_text_site((ctx), (db), (ret_text), SQL_SITE(statement, __VA_ARGS__), \
		     SQL_ARGS(__VA_ARGS__))

enum err db_run_built(struct ctx *ctx, struct db *db, const sql_t *q);
enum err db_query_built(struct ctx *ctx, struct db *db, struct rows *ret_rows, const sql_t *q);
enum err db_one_built(struct ctx *ctx, struct db *db, struct rows *ret_rows, const sql_t *q);

/* False after the last row, and when the query failed: rows_end tells. Forgetting rows_end
 * cannot lose a fault, store_read and store_write return it. */
bool rows_next(struct rows *rows);
enum err rows_end(struct rows *rows);

/* Columns from 0. NULL gives 0, false, "". */
bool row_is_null(const struct rows *rows, int column);
int64_t row_int(const struct rows *rows, int column); /* also of SUM and COUNT; fractions cut */
bool row_bool(const struct rows *rows, int column);
str row_str(const struct rows *rows, int column);  /* TEXT and BLOB, copied to ctx->arena */
str row_view(const struct rows *rows, int column); /* the same, gone at the next rows_next */

enum err db_run_site(struct ctx *ctx, struct db *db, const struct sql_site *site,
		     const struct sql_arg *args);
enum err db_query_site(struct ctx *ctx, struct db *db, struct rows *ret_rows,
		       const struct sql_site *site, const struct sql_arg *args);
enum err db_one_site(struct ctx *ctx, struct db *db, struct rows *ret_rows,
		     const struct sql_site *site, const struct sql_arg *args);
enum err db_int_site(struct ctx *ctx, struct db *db, int64_t otherwise, int64_t *ret_n,
		     const struct sql_site *site, const struct sql_arg *args);
enum err db_text_site(struct ctx *ctx, struct db *db, str *ret_text,
		      const struct sql_site *site, const struct sql_arg *args);

/* ---- identifiers ---- */

/* A new int64 of time, node and sequence, ascending, never 0. A command that is run again is
 * given the same ones again in the same order. */
int64_t db_id(struct db *db);
int64_t store_id(struct store *store); /* outside of commands: request ids and the like */
/* Outside the program ids are strings: a browser's numbers end at 2^53. */
str id_text(struct arena *arena, int64_t id);
bool id_parse(str s, int64_t *ret_id);

/* ---- tests ---- */

/* Prepares every statement of the running program; the first one the engine refuses is named
 * in the fault (ERR_DATABASE). Returns how many there are. */
enum err store_check_statements(struct ctx *ctx, struct store *store, size_t *ret_n);

#endif
