#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "store/engine.h"
#include "store/ledger.h"
#include "store/place.h"

/* Ids count milliseconds from here: 41 bits of them, 10 of the node, 12 of sequence. */
static const usec id_epoch = INT64_C(1577836800) * USEC_SECOND; /* 2020-01-01 */

static enum err make_folder(struct ctx *ctx, str path)
{
	const char *z = arena_copy(ctx->arena, path).p;
	if (mkdir(z, 0700) == 0 || errno == EEXIST)
		return OK;
	fail(ctx, ERR_IO, "The folder %s cannot be made", z);
	return fail_detail(ctx, "mkdir: %s", strerror(errno));
}

static enum err open_engine(struct ctx *ctx, struct store *store)
{
	if (str_empty(store->database))
		return sqlite_open(ctx, store);
	if (str_starts(store->database, S("postgres://")) ||
	    str_starts(store->database, S("postgresql://")))
		return postgres_open(ctx, store);
	return fail(ctx, ERR_INVALID, "The database must be named as postgres://…");
}

static enum err set_up(struct ctx *ctx, struct store *store, const struct store_options *options)
{
	TRY(make_folder(ctx, store->data));
	TRY(open_engine(ctx, store));
	TRY(migrate(ctx, store, options->migrations));
	TRY(place_open(ctx, store, options->files));
	return ledger_open(ctx, store);
}

enum err store_open(struct ctx *ctx, const struct store_options *options, struct store **ret_store)
{
	struct store *store = must_alloc(sizeof *store);
	arena_init(&store->arena);
	store->data = arena_copy(&store->arena, options->data);
	store->database = arena_copy(&store->arena, options->database);
	store->clock = options->clock ? options->clock : clock_business;
	store->connections = options->connections;
	store->no_sync = options->no_sync;
	store->must_exist = options->must_exist;
	enum err e = set_up(ctx, store, options);
	if (e != OK) {
		store_close(store);
		return e;
	}
	*ret_store = store;
	return OK;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	ledger_close(store);
	place_close(store);
	if (store->engine)
		store->engine->close(store);
	arena_done(&store->arena);
	free(store);
}

const char *store_engine(const struct store *store)
{
	return store->version;
}

str store_data(const struct store *store)
{
	return store->data;
}

/* ---- transactions ---- */

void db_start(struct db *db, struct ctx *ctx, struct store *store, bool writing)
{
	*db = (struct db){
		.store = store, .engine = store->engine, .ctx = ctx, .writing = writing
	};
	db_restart(db);
}

void db_restart(struct db *db)
{
	db->now = db->store->clock();
	db->in_use = true;
	db->failed = OK;
	db->hooks = NULL;
	db->last_hook = &db->hooks;
	db->given = 0;
	db->leaves = NULL;
	db->last_leaf = &db->leaves;
	db->n_leaves = 0;
	db->witness = 0;
}

enum err db_fail(struct ctx *ctx, struct db *db, enum err code)
{
	if (db->failed == OK) {
		db->failed = code;
		db->fault = ctx->fault;
	}
	return code;
}

enum err db_outcome(struct ctx *ctx, struct db *db, enum err answer)
{
	if (db->failed == OK)
		return answer;
	ctx->fault = db->fault;
	return db->failed;
}

enum err args_check(struct ctx *ctx, struct db *db, const struct call *call)
{
	for (size_t i = 0; i < call->n; i++) {
		const struct sql_arg *arg = &call->args[i];
		if (arg->kind != SQL_TEXT || arg->is_null || arg->bytes.n == 0)
			continue;
		if (utf8_valid(arg->bytes) && !memchr(arg->bytes.p, '\0', arg->bytes.n))
			continue;
		fail(ctx, ERR_INVALID, "The text has characters that cannot be stored");
		fail_detail(ctx, "argument %zu of: %s", i + 1, call->sql.text);
		return db_fail(ctx, db, ERR_INVALID);
	}
	return OK;
}

struct store *db_store(struct db *db)
{
	return db->store;
}

usec db_now(struct db *db)
{
	return db->now;
}

void db_after_commit(struct db *db, void (*fn)(void *arg), void *arg)
{
	assert(db->writing);
	struct hook *hook = ARENA_NEW(db->ctx->arena, struct hook);
	*hook = (struct hook){ .fn = fn, .arg = arg };
	*db->last_hook = hook;
	db->last_hook = &hook->next;
}

void db_run_hooks(struct db *db)
{
	for (struct hook *hook = db->hooks; hook; hook = hook->next)
		hook->fn(hook->arg);
}

enum err store_write(struct ctx *ctx, struct store *store, store_fn *fn, void *arg)
{
	return store->engine->write(ctx, store, fn, arg, /* relaxed= */ false);
}

enum err store_write_locked(struct ctx *ctx, struct store *store, store_fn *fn, void *arg)
{
	return store->engine->write(ctx, store, fn, arg, /* relaxed= */ true);
}

enum { READ_TRIES = 3 };

enum err store_read(struct ctx *ctx, struct store *store, store_fn *fn, void *arg)
{
	for (int tries = 1;; tries++) {
		struct db db;
		db_start(&db, ctx, store, false);
		TRY(store->engine->begin(ctx, &db));
		enum err e = db_outcome(ctx, &db, fn(ctx, &db, arg));
		bool again = e != OK && tries < READ_TRIES && store->engine->may_repeat(&db);
		db.in_use = false;
		store->engine->release(&db);
		if (!again)
			return e;
	}
}

static void release(void *db)
{
	store_release(db);
}

enum err store_snapshot(struct ctx *ctx, struct store *store, struct db **ret_db)
{
	struct db *db = ARENA_NEW(ctx->arena, struct db);
	db_start(db, ctx, store, false);
	TRY(store->engine->begin(ctx, db));
	arena_defer(ctx->arena, release, db);
	*ret_db = db;
	return OK;
}

void store_release(struct db *db)
{
	if (!db->in_use)
		return;
	db->in_use = false;
	db->engine->release(db);
}

/* ---- identifiers ---- */

/* Time and sequence are one number of 41 + 12 bits, so that a burst of more than 4,096 in a
 * millisecond runs ahead into the next one, and a clock set back gives no id twice. */
int64_t store_id(struct store *store)
{
	uint64_t now = (uint64_t)((clock_real() - id_epoch) / 1000) << 12;
	uint64_t last = __atomic_load_n(&store->last_id, __ATOMIC_RELAXED), next;
	do
		next = last + 1 > now ? last + 1 : now;
	while (!__atomic_compare_exchange_n(&store->last_id, &last, next, true, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED));
	return (int64_t)((next >> 12) << 22 | (store->node & 1023) << 12 | (next & 4095));
}

int64_t db_id(struct db *db)
{
	if (db->given < db->known)
		return db->ids[db->given++];
	if (db->known == db->room) {
		size_t room = db->room ? db->room * 2 : 8;
		db->ids = arena_grow(db->ctx->arena, db->ids, db->room * sizeof *db->ids,
				     room * sizeof *db->ids);
		db->room = room;
	}
	db->ids[db->known++] = store_id(db->store);
	return db->ids[db->given++];
}

str id_text(struct arena *arena, int64_t id)
{
	return arena_printf(arena, "%lld", (long long)id);
}

bool id_parse(str s, int64_t *ret_id)
{
	return str_int(s, 1, INT64_MAX, ret_id);
}

/* ---- tests ---- */

extern const struct sql_site sites_begin[] __asm__("__start_motcua_sql") __attribute__((weak));
extern const struct sql_site sites_end[] __asm__("__stop_motcua_sql") __attribute__((weak));

enum err store_check_statements(struct ctx *ctx, struct store *store, size_t *ret_n)
{
	size_t n = 0;
	for (const struct sql_site *site = sites_begin; site < sites_end; site++, n++) {
		struct db *db;
		TRY(store_snapshot(ctx, store, &db));
		enum err e = store->engine->prepare(ctx, db, site);
		store_release(db);
		TRY(e);
	}
	*ret_n = n;
	return OK;
}
