/*
 * engine: what sqlite.c and postgres.c offer to store.c; only src/store/ includes this.
 *
 * An engine runs whole commands and snapshots (it knows how to retry), and inside of them single
 * statements. Everything both have in common (sticky faults, ids, hooks, reading cells) is here
 * and in store.c and rows.c.
 */
#ifndef MOTCUA_STORE_ENGINE_H
#define MOTCUA_STORE_ENGINE_H

#include <pthread.h>

#include "store/store.h"

/* A statement about to be run. `key` tells call sites apart without looking at the text; it is
 * NULL for statements that were put together. */
struct call {
	const void *key;
	struct sql sql;
	const struct sql_arg *args; /* from 0 */
	size_t n;
};

struct cell {
	uint8_t kind; /* enum sql_kind */
	int64_t integer;
	str bytes;
};

struct hook {
	struct hook *next;
	void (*fn)(void *arg);
	void *arg;
};

/* A transaction. Lives in the arena of its ctx, or on the stack of the engine. */
struct db {
	struct store *store;
	const struct engine *engine;
	struct ctx *ctx;
	void *connection;   /* the engine's; NULL once given back */
	usec now;
	bool writing;
	bool in_use;
	enum err failed;    /* of the first statement that failed */
	struct fault fault; /* its words */
	struct hook *hooks, **last_hook;
	/* Ids given so far, to be given again when the command is run again. */
	int64_t *ids;
	size_t given, known, room;
	/* What the ledger keeps for one command (event.c). */
	struct ledger_leaf *leaves, **last_leaf;
	int64_t n_leaves;
	int64_t witness; /* id of a row that is there if and only if this was committed; or 0 */
};

struct engine {
	/* Commands run one after the other, so the ledger gives places at once. */
	bool serial;
	/* `relaxed`: READ COMMITTED where commands are serializable otherwise; for bookkeeping
	 * that takes its locks itself. */
	enum err (*write)(struct ctx *ctx, struct store *store, store_fn *fn, void *arg,
			  bool relaxed);
	/* Takes a connection and begins a snapshot; gives it back. */
	enum err (*begin)(struct ctx *ctx, struct db *db);
	void (*release)(struct db *db);
	/* Whether the snapshot that just failed with `code` may be tried again. */
	bool (*may_repeat)(struct db *db);

	enum err (*run)(struct ctx *ctx, struct db *db, const struct call *call);
	enum err (*changes)(struct ctx *ctx, struct db *db, int64_t *ret_n);
	enum err (*query)(struct ctx *ctx, struct db *db, struct rows *ret_rows,
			  const struct call *call);
	bool (*next)(struct rows *rows);
	void (*end)(struct rows *rows);
	int (*columns)(const struct rows *rows);
	void (*cell)(const struct rows *rows, int column, struct cell *ret_cell);

	/* Asks the engine whether it understands the statement. */
	enum err (*prepare)(struct ctx *ctx, struct db *db, const struct sql_site *site);
	/* One statement of a migration in the engine's own words, without arguments. */
	enum err (*execute)(struct ctx *ctx, struct db *db, str statement);
	void (*close)(struct store *store);
};

extern const struct engine sqlite_engine, postgres_engine;

struct ledger;

struct store {
	const struct engine *engine;
	struct arena arena; /* of what lives as long as the store */
	str data;
	usec (*clock)(void);
	int connections;
	bool no_sync, must_exist;
	str database;
	void *shared;       /* the engine's */
	uint64_t node;
	uint64_t last_id;   /* atomic: time and sequence of the last id given */
	struct ledger *ledger;
	const struct file_place *place;
	void *place_data;
	char version[64];
};

enum err sqlite_open(struct ctx *ctx, struct store *store);
enum err postgres_open(struct ctx *ctx, struct store *store);
enum err migrate(struct ctx *ctx, struct store *store, const struct migration_set *const *sets);

/* Makes `db` ready for the first or the next run of a command. */
void db_start(struct db *db, struct ctx *ctx, struct store *store, bool writing);
void db_restart(struct db *db);
void db_run_hooks(struct db *db);
/* Records that a statement failed, with the fault in ctx, and returns its code. */
enum err db_fail(struct ctx *ctx, struct db *db, enum err code);
/* The command's own answer, or the fault of a statement it did not pass on. */
enum err db_outcome(struct ctx *ctx, struct db *db, enum err answer);
/* ERR_INVALID for a text that is not UTF-8 or has a NUL: one engine would take it. */
enum err args_check(struct ctx *ctx, struct db *db, const struct call *call);

/* ---- a bounded pool of connections ---- */

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	void **idle;
	int n_idle, made, most;
};

void pool_init(struct pool *pool, int most, struct arena *arena);
void pool_done(struct pool *pool, void (*close)(void *connection));
/* An idle one, or NULL with *ret_make: the caller makes one. Waits while all are out; NULL
 * without *ret_make after `patience`. */
void *pool_take(struct pool *pool, usec patience, bool *ret_make);
void pool_give(struct pool *pool, void *connection); /* NULL: it could not be made or broke */

void *must_alloc(size_t bytes); /* zeroed; aborts when there is no memory */

#endif
