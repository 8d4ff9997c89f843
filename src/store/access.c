/* Who saw whose data: gathered in memory, written by the ledger's thread, one event a round. */
#include "base/clock.h"
#include "store/ledger.h"

static const usec once_in = 15 * USEC_MINUTE;

static struct access *place_of(struct ledger *ledger, struct access access)
{
	int64_t key[] = { access.account, access.object, access.act };
	uint64_t hash = str_hash(str_of((const char *)key, sizeof key));
	return &ledger->seen[hash % ACCESS_SEEN];
}

static bool counted(struct ledger *ledger, struct access access)
{
	struct access *seen = place_of(ledger, access);
	bool same = seen->account == access.account && seen->object == access.object &&
		    seen->act == access.act;
	if (same && access.at - seen->at < once_in && access.at >= seen->at)
		return true;
	*seen = access;
	return false;
}

void event_access(struct store *store, int64_t account, int64_t object, enum access_act act)
{
	struct ledger *ledger = store->ledger;
	struct access access = {
		.account = account, .object = object, .act = act, .at = store->clock()
	};
	pthread_mutex_lock(&ledger->lock);
	if (!counted(ledger, access)) {
		/* A full list means the disk does not keep up: nothing may be seen unnoted. */
		while (ledger->n_waiting == ACCESS_WAITING && !ledger->stop) {
			ledger->flush = true;
			pthread_cond_signal(&ledger->wake);
			pthread_cond_wait(&ledger->idle, &ledger->lock);
		}
		if (ledger->n_waiting < ACCESS_WAITING)
			ledger->waiting[ledger->n_waiting++] = access;
	}
	pthread_mutex_unlock(&ledger->lock);
}

struct batch {
	const struct access *items;
	int n;
};

static struct value describe(struct arena *arena, const struct access *access)
{
	static const char *const acts[] = {
		[ACCESS_OPEN] = "open", [ACCESS_PRINT] = "print",
		[ACCESS_EXPORT] = "export", [ACCESS_DOWNLOAD] = "download",
	};
	struct value v = value_map();
	value_append(arena, &v, S("account"), value_str(id_text(arena, access->account)));
	value_append(arena, &v, S("act"), value_str(str_z(acts[access->act])));
	value_append(arena, &v, S("at"), value_str(time_format(arena, access->at, 0)));
	value_append(arena, &v, S("object"), value_str(id_text(arena, access->object)));
	return v;
}

static enum err write_batch(struct ctx *ctx, struct db *db, void *arg)
{
	const struct batch *batch = arg;
	struct event_new event = { .kind = S("access.recorded"), .open = value_map() };
	struct value list = value_list();
	for (int i = 0; i < batch->n; i++)
		value_push(ctx->arena, &list, describe(ctx->arena, &batch->items[i]));
	value_append(ctx->arena, &event.open, S("accesses"), list);
	int64_t id;
	TRY(event_append(ctx, db, &event, &id));
	for (int i = 0; i < batch->n; i++) {
		const struct access *access = &batch->items[i];
		TRY(db_run(ctx, db,
			   SQL("INSERT INTO access (object, at, account, act, event)"
			       " VALUES ($1, $2, $3, $4, $5)"
			       " ON CONFLICT (object, at, account, act) DO NOTHING"),
			   access->object, access->at, access->account, access->act, id));
	}
	return OK;
}

enum err ledger_write_access(struct ctx *ctx, struct store *store)
{
	struct ledger *ledger = store->ledger;
	struct access *items = ARENA_ARRAY(ctx->arena, struct access, ACCESS_WAITING);
	pthread_mutex_lock(&ledger->lock);
	while (ledger->writing)
		pthread_cond_wait(&ledger->idle, &ledger->lock);
	struct batch batch = { .items = items, .n = ledger->n_waiting };
	memcpy(items, ledger->waiting, sizeof *items * (size_t)batch.n);
	ledger->writing = batch.n > 0;
	pthread_mutex_unlock(&ledger->lock);
	if (!batch.n)
		return OK;
	enum err e = store_write(ctx, store, write_batch, &batch);
	pthread_mutex_lock(&ledger->lock);
	ledger->writing = false;
	if (e == OK) {
		ledger->n_waiting -= batch.n;
		memmove(ledger->waiting, ledger->waiting + batch.n,
			sizeof *ledger->waiting * (size_t)ledger->n_waiting);
	}
	pthread_cond_broadcast(&ledger->idle);
	pthread_mutex_unlock(&ledger->lock);
	return e;
}

enum err event_access_flush(struct ctx *ctx, struct store *store)
{
	return ledger_write_access(ctx, store);
}
