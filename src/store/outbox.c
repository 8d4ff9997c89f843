#include "store/outbox.h"

#include <errno.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "store/engine.h"
#include "store/migrate.h"

static const struct migration steps[] = {
	{ 1, "outbox",
	  "CREATE TABLE outbox ("
	  "	id INT PRIMARY KEY,"
	  "	kind TEXT NOT NULL,"
	  "	key TEXT NOT NULL,"
	  "	object INT NOT NULL,"
	  "	payload TEXT NOT NULL,"
	  "	state INT NOT NULL,"      /* enum outbox_state */
	  "	tries INT NOT NULL,"
	  "	added_at INT NOT NULL,"
	  "	next_at INT NOT NULL,"    /* waiting: when to try; sending: when to give it up */
	  "	done_at INT NOT NULL,"
	  "	fault TEXT NOT NULL,"
	  "	UNIQUE (kind, key));"
	  "CREATE INDEX outbox_due ON outbox (next_at) WHERE state < 2;"
	  "CREATE INDEX outbox_object ON outbox (object, id);" },
};

const struct migration_set outbox_migrations = { "outbox", steps, sizeof steps / sizeof steps[0] };

enum { MOST_TRIES = 30 };

static const usec first_pause = 5 * USEC_SECOND, longest_pause = USEC_HOUR;
/* A node that died while sending leaves its item claimed; after this another one takes it. */
static const usec claim_time = 10 * USEC_MINUTE;
static const usec look_every = USEC_SECOND;

/* ---- adding ---- */

enum err outbox_add(struct ctx *ctx, struct db *db, const struct outbox_new *item,
		    int64_t *ret_id)
{
	int64_t id = db_id(db), n;
	struct buf payload = { .arena = ctx->arena };
	str key = str_empty(item->key) ? id_text(ctx->arena, id) : item->key;
	usec now = clock_real();
	json_write(&payload, item->payload);
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO outbox (id, kind, key, object, payload, state, tries, added_at,"
		       " next_at, done_at, fault) VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, 0, '')"
		       " ON CONFLICT (kind, key) DO NOTHING"),
		   id, item->kind, key, item->object, buf_view(&payload), now,
		   item->not_before > now ? item->not_before : now));
	if (!ret_id)
		return OK;
	TRY(db_changes(ctx, db, &n));
	if (n)
		*ret_id = id;
	else
		TRY(db_int(ctx, db, 0, ret_id,
			   SQL("SELECT id FROM outbox WHERE kind = $1 AND key = $2"), item->kind,
			   key));
	return OK;
}

/* ---- reading ---- */

#define COLUMNS \
	"id, object, kind, key, payload, state, tries, added_at, next_at, done_at, fault"

static enum err read_item(struct ctx *ctx, const struct rows *row, struct outbox_item *ret_item)
{
	struct json_fault fault;
	*ret_item = (struct outbox_item){
		.id = row_int(row, 0),
		.object = row_int(row, 1),
		.kind = row_str(row, 2),
		.key = row_str(row, 3),
		.state = (enum outbox_state)row_int(row, 5),
		.tries = (int)row_int(row, 6),
		.added_at = row_int(row, 7),
		.next_at = row_int(row, 8),
		.done_at = row_int(row, 9),
		.fault = row_str(row, 10),
	};
	if (!json_parse(ctx->arena, row_str(row, 4), &ret_item->payload, &fault))
		return fail(ctx, ERR_DATABASE, "An item to be sent is damaged");
	return OK;
}

enum err outbox_list(struct ctx *ctx, struct db *db, int64_t object, int limit,
		     struct outbox_list *ret_list)
{
	struct outbox_list list = { .items = ARENA_ARRAY(ctx->arena, struct outbox_item, limit) };
	struct rows rows;
	if (object)
		TRY(db_query(ctx, db, &rows,
			     SQL("SELECT " COLUMNS " FROM outbox WHERE object = $1"
				 " ORDER BY id DESC LIMIT $2"), object, limit));
	else
		TRY(db_query(ctx, db, &rows,
			     SQL("SELECT " COLUMNS " FROM outbox ORDER BY id DESC LIMIT $1"),
			     limit));
	enum err e = OK;
	while (e == OK && rows_next(&rows))
		e = read_item(ctx, &rows, &list.items[list.n++]);
	TRY(rows_end(&rows));
	*ret_list = list;
	return e;
}

enum err outbox_retry(struct ctx *ctx, struct db *db, int64_t id)
{
	int64_t n;
	TRY(db_run(ctx, db,
		   SQL("UPDATE outbox SET state = 0, tries = 0, next_at = $2"
		       " WHERE id = $1 AND state = $3"), id, clock_real(), OUTBOX_FAILED));
	TRY(db_changes(ctx, db, &n));
	return n ? OK : fail(ctx, ERR_CONFLICT, "Only what failed can be sent again");
}

/* ---- sending ---- */

struct sender {
	const struct outbox_handler *handlers;
	size_t n;
};

static const struct outbox_handler *handler_of(const struct sender *sender, str kind)
{
	for (size_t i = 0; i < sender->n; i++)
		if (str_eq(kind, str_z(sender->handlers[i].kind)))
			return &sender->handlers[i];
	return NULL;
}

struct claim {
	const struct sender *sender;
	struct outbox_item item;
	bool found;
};

/* The oldest item that is due, of a kind this node knows. On PostgreSQL other nodes pass over a
 * row that is being claimed. */
static enum err claim_next(struct ctx *ctx, struct db *db, void *arg)
{
	struct claim *claim = arg;
	const struct sender *sender = claim->sender;
	str *kinds = ARENA_ARRAY(ctx->arena, str, sender->n);
	struct rows rows;
	usec now = clock_real();
	for (size_t i = 0; i < sender->n; i++)
		kinds[i] = str_z(sender->handlers[i].kind);
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT " COLUMNS " FROM outbox WHERE state < 2 AND next_at <= $1"), now);
	sql_in_text(&q, SQL(" AND kind"), kinds, sender->n);
	sql_add(&q, SQL(" ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED"));
	TRY(db_query_built(ctx, db, &rows, &q));
	claim->found = rows_next(&rows);
	enum err e = claim->found ? read_item(ctx, &rows, &claim->item) : OK;
	TRY(rows_end(&rows));
	if (e != OK || !claim->found)
		return e;
	claim->item.tries++;
	return db_run(ctx, db,
		      SQL("UPDATE outbox SET state = $2, tries = $3, next_at = $4 WHERE id = $1"),
		      claim->item.id, OUTBOX_SENDING, claim->item.tries, now + claim_time);
}

static enum err keep_result(struct ctx *ctx, struct db *db, void *arg)
{
	const struct outbox_item *item = arg;
	return db_run(ctx, db,
		      SQL("UPDATE outbox SET state = $2, next_at = $3, done_at = $4, fault = $5"
			  " WHERE id = $1 AND state = $6 AND tries = $7"),
		      item->id, item->state, item->next_at, item->done_at, item->fault,
		      OUTBOX_SENDING, item->tries);
}

static bool is_passing(enum err e)
{
	return e == ERR_BUSY || e == ERR_IO || e == ERR_DATABASE;
}

static usec pause_after(int tries)
{
	usec pause = first_pause;
	for (int i = 1; i < tries && pause < longest_pause; i++)
		pause *= 2;
	return pause < longest_pause ? pause : longest_pause;
}

static void judge(struct ctx *ctx, struct outbox_item *item, enum err e)
{
	item->fault = e == OK ? S("") : arena_printf(ctx->arena, "%.*s (%.*s)",
						     STR_ARG(ctx->fault.message),
						     STR_ARG(ctx->fault.detail));
	if (!utf8_valid(item->fault))
		item->fault = S("the other side's answer is not UTF-8");
	item->next_at = clock_real() + pause_after(item->tries);
	item->done_at = 0;
	if (is_passing(e) && item->tries < MOST_TRIES) {
		item->state = OUTBOX_WAITING;
		return;
	}
	item->state = e == OK ? OUTBOX_SENT : OUTBOX_FAILED;
	item->next_at = 0;
	item->done_at = clock_real();
	if (e != OK)
		log_line(LOG_WARN, "outbox.failed", "id=%lld kind=%.*s tries=%d",
			 (long long)item->id, STR_ARG(item->kind), item->tries);
}

/* Sends one item if there is one. */
static enum err send_next(struct ctx *ctx, struct store *store, const struct sender *sender,
			  struct claim *claim)
{
	*claim = (struct claim){ .sender = sender };
	TRY(store->engine->write(ctx, store, claim_next, claim, /* relaxed= */ true));
	if (!claim->found)
		return OK;
	const struct outbox_handler *handler = handler_of(sender, claim->item.kind);
	enum err e = handler->send(ctx, store, &claim->item, handler->arg);
	judge(ctx, &claim->item, e);
	return store_write(ctx, store, keep_result, &claim->item);
}

enum err outbox_run(struct ctx *ctx, struct store *store, const struct outbox_handler *handlers,
		    size_t n, int64_t *ret_sent)
{
	struct sender sender = { handlers, n };
	struct claim claim;
	int64_t sent = 0;
	do {
		TRY(send_next(ctx, store, &sender, &claim));
		sent += claim.found && claim.item.state == OUTBOX_SENT;
	} while (claim.found);
	*ret_sent = sent;
	return OK;
}

/* ---- the thread ---- */

struct outbox {
	struct store *store;
	struct sender sender;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
};

static bool wait_round(struct outbox *outbox, usec time)
{
	usec until = clock_monotonic() + time;
	struct timespec limit = { .tv_sec = until / USEC_SECOND,
				  .tv_nsec = until % USEC_SECOND * 1000 };
	pthread_mutex_lock(&outbox->lock);
	while (!outbox->stop && time &&
	       pthread_cond_timedwait(&outbox->wake, &outbox->lock, &limit) != ETIMEDOUT)
		;
	bool stop = outbox->stop;
	pthread_mutex_unlock(&outbox->lock);
	return !stop;
}

static void *work(void *arg)
{
	struct outbox *outbox = arg;
	struct arena arena;
	struct claim claim = { 0 };
	arena_init(&arena);
	while (wait_round(outbox, claim.found ? 0 : look_every)) {
		struct ctx ctx = { .arena = &arena };
		if (send_next(&ctx, outbox->store, &outbox->sender, &claim) != OK) {
			log_fault(&ctx.fault, "outbox.background");
			claim.found = false;
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
	return NULL;
}

enum err outbox_start(struct ctx *ctx, struct store *store, const struct outbox_handler *handlers,
		      size_t n, struct outbox **ret_outbox)
{
	struct outbox *outbox = must_alloc(sizeof *outbox);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	*outbox = (struct outbox){ .store = store, .sender = { handlers, n } };
	pthread_mutex_init(&outbox->lock, NULL);
	pthread_cond_init(&outbox->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&outbox->thread, NULL, work, outbox) != 0) {
		free(outbox);
		return fail(ctx, ERR_BUSY, "A thread cannot be started");
	}
	*ret_outbox = outbox;
	return OK;
}

void outbox_stop(struct outbox *outbox)
{
	if (!outbox)
		return;
	pthread_mutex_lock(&outbox->lock);
	outbox->stop = true;
	pthread_cond_signal(&outbox->wake);
	pthread_mutex_unlock(&outbox->lock);
	pthread_join(outbox->thread, NULL);
	pthread_mutex_destroy(&outbox->lock);
	pthread_cond_destroy(&outbox->wake);
	free(outbox);
}
