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
	{ 2, "lanes",
	  "ALTER TABLE outbox ADD COLUMN lane TEXT NOT NULL DEFAULT '';"
	  "ALTER TABLE outbox ADD COLUMN since INT NOT NULL DEFAULT 0;" /* tried since then */
	  "UPDATE outbox SET since = added_at;"
	  "UPDATE outbox SET lane = kind WHERE kind IN ('mail', 'sms');"
	  "CREATE INDEX outbox_by_lane ON outbox (lane, state, id) WHERE lane <> '';"
	  /* Only of lanes whose last item could not be delivered. */
	  "CREATE TABLE outbox_lane ("
	  "	lane TEXT PRIMARY KEY,"
	  "	failures INT NOT NULL,"   /* one after the other */
	  "	next_at INT NOT NULL);" },
};

const struct migration_set outbox_migrations = { "outbox", steps, sizeof steps / sizeof steps[0] };

enum { THREADS_MAX = 64 };

static const usec first_pause = 5 * USEC_SECOND, longest_pause = USEC_HOUR;
/* A partner may be away over a weekend and the holiday after it. */
static const usec tried_for = 7 * USEC_DAY;
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
	/* Behind what waits in its lane. */
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO outbox (id, kind, key, object, payload, state, tries, added_at,"
		       " next_at, done_at, fault, lane, since) VALUES ($1, $2, $3, $4, $5, 0, 0, $6,"
		       " greatest($7, COALESCE((SELECT next_at FROM outbox_lane WHERE lane = $8), 0)),"
		       " 0, '', $8, $6) ON CONFLICT (kind, key) DO NOTHING"),
		   id, item->kind, key, item->object, buf_view(&payload), now,
		   item->not_before > now ? item->not_before : now, item->lane));
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
	"id, object, kind, key, payload, state, tries, added_at, next_at, done_at, fault, lane, since"

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
		.lane = row_str(row, 11),
		.since = row_int(row, 12),
	};
	if (!json_parse(ctx->arena, row_str(row, 4), &ret_item->payload, &fault))
		return fail(ctx, ERR_DATABASE, "An item to be sent is damaged");
	return OK;
}

enum err outbox_list(struct ctx *ctx, struct db *db, const struct outbox_filter *filter, int limit,
		     struct outbox_list *ret_list)
{
	struct outbox_list list = { .items = ARENA_ARRAY(ctx->arena, struct outbox_item, limit) };
	struct rows rows;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT " COLUMNS " FROM outbox WHERE 1 = 1"));
	if (filter->object)
		sql_add(&q, SQL(" AND object = $1"), filter->object);
	if (!str_empty(filter->lane))
		sql_add(&q, SQL(" AND lane = $1 AND lane <> ''"), filter->lane);
	if (filter->failed)
		sql_add(&q, SQL(" AND state = 3"));
	sql_add(&q, SQL(" ORDER BY id DESC LIMIT $1"), limit);
	TRY(db_query_built(ctx, db, &rows, &q));
	enum err e = OK;
	while (e == OK && rows_next(&rows))
		e = read_item(ctx, &rows, &list.items[list.n++]);
	TRY(rows_end(&rows));
	*ret_list = list;
	return e;
}

enum err outbox_lane(struct ctx *ctx, struct db *db, str lane, struct outbox_lane *ret_lane)
{
	struct rows rows;
	*ret_lane = (struct outbox_lane){ .fault = S("") };
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT state, COUNT(*), MAX(done_at) FROM outbox WHERE lane = $1"
			 " AND lane <> '' GROUP BY state"), lane));
	while (rows_next(&rows)) {
		int64_t state = row_int(&rows, 0), n = row_int(&rows, 1);
		ret_lane->waiting += state < OUTBOX_SENT ? n : 0;
		ret_lane->sent += state == OUTBOX_SENT ? n : 0;
		ret_lane->failed += state == OUTBOX_FAILED ? n : 0;
		if (state == OUTBOX_SENT)
			ret_lane->sent_at = row_int(&rows, 2);
	}
	TRY(rows_end(&rows));
	TRY(db_int(ctx, db, 0, &ret_lane->next_at,
		   SQL("SELECT next_at FROM outbox_lane WHERE lane = $1"), lane));
	if (!ret_lane->next_at && !ret_lane->failed)
		return OK;
	return db_text(ctx, db, &ret_lane->fault,
		       SQL("SELECT fault FROM outbox WHERE lane = $1 AND lane <> '' AND state <> 2"
			   " AND fault <> '' ORDER BY id DESC LIMIT 1"), lane);
}

enum err outbox_retry(struct ctx *ctx, struct db *db, int64_t id)
{
	int64_t n;
	TRY(db_run(ctx, db,
		   SQL("UPDATE outbox SET state = 0, tries = 0, next_at = $2, since = $2"
		       " WHERE id = $1 AND state = $3"), id, clock_real(), OUTBOX_FAILED));
	TRY(db_changes(ctx, db, &n));
	return n ? OK : fail(ctx, ERR_CONFLICT, "Only what failed can be sent again");
}

enum err outbox_retry_lane(struct ctx *ctx, struct db *db, str lane, int64_t *ret_n)
{
	TRY(db_run(ctx, db,
		   SQL("UPDATE outbox SET state = 0, tries = 0, next_at = $2, since = $2"
		       " WHERE lane = $1 AND lane <> '' AND state = $3"), lane, clock_real(),
		   OUTBOX_FAILED));
	TRY(db_changes(ctx, db, ret_n));
	/* Somebody says that the other side is there again: what waits need not wait longer. */
	TRY(db_run(ctx, db, SQL("UPDATE outbox SET next_at = $2 WHERE lane = $1 AND lane <> ''"
				" AND state = 0 AND next_at > $2"), lane, clock_real()));
	return db_run(ctx, db, SQL("DELETE FROM outbox_lane WHERE lane = $1"), lane);
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

/* What is due, of kinds this node knows. One item of a lane at a time, so that they arrive in their
 * order and nobody is sent more at once than it answers. */
static void add_due(sql_t *q, const struct sender *sender, usec now)
{
	str *kinds = ARENA_ARRAY(q->text.arena, str, sender->n);
	for (size_t i = 0; i < sender->n; i++)
		kinds[i] = str_z(sender->handlers[i].kind);
	sql_add(q, SQL(" FROM outbox WHERE state < 2 AND next_at <= $1 AND (lane = '' OR NOT EXISTS"
		       " (SELECT 1 FROM outbox s WHERE s.lane = outbox.lane AND s.lane <> ''"
		       " AND s.state = 1 AND s.next_at > $1))"), now);
	sql_in_text(q, SQL(" AND kind"), kinds, sender->n);
	sql_add(q, SQL(" ORDER BY next_at, id LIMIT 1"));
}

/* Most looks find nothing: they take no lock. */
static enum err look(struct ctx *ctx, struct db *db, void *arg)
{
	struct claim *claim = arg;
	struct rows rows;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT id"));
	add_due(&q, claim->sender, clock_real());
	TRY(db_query_built(ctx, db, &rows, &q));
	claim->found = rows_next(&rows);
	return rows_end(&rows);
}

/* On PostgreSQL other nodes pass over a row that is being claimed. */
static enum err claim_next(struct ctx *ctx, struct db *db, void *arg)
{
	struct claim *claim = arg;
	struct rows rows;
	usec now = clock_real();
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT " COLUMNS));
	add_due(&q, claim->sender, now);
	sql_add(&q, SQL(" FOR UPDATE SKIP LOCKED"));
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

static usec pause_after(int64_t tries)
{
	usec pause = first_pause;
	for (int64_t i = 1; i < tries && pause < longest_pause; i++)
		pause *= 2;
	return pause < longest_pause ? pause : longest_pause;
}

/* The other side is away: all that waits for it waits, so that it is asked once a pause and not once
 * for each item. */
static enum err pause_lane(struct ctx *ctx, struct db *db, const struct outbox_item *item)
{
	int64_t failures;
	TRY(db_int(ctx, db, 0, &failures, SQL("SELECT failures FROM outbox_lane WHERE lane = $1"),
		   item->lane));
	usec until = clock_real() + pause_after(failures + 1);
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO outbox_lane (lane, failures, next_at) VALUES ($1, $2, $3)"
		       " ON CONFLICT (lane) DO UPDATE SET failures = excluded.failures,"
		       " next_at = excluded.next_at"), item->lane, failures + 1, until));
	return db_run(ctx, db,
		      SQL("UPDATE outbox SET next_at = $2 WHERE lane = $1 AND lane <> ''"
			  " AND state = 0 AND next_at < $2"), item->lane, until);
}

/* It is there again. What was never tried need not wait; what failed by itself keeps its pause. */
static enum err free_lane(struct ctx *ctx, struct db *db, str lane)
{
	int64_t n;
	TRY(db_run(ctx, db, SQL("DELETE FROM outbox_lane WHERE lane = $1"), lane));
	TRY(db_changes(ctx, db, &n));
	return !n ? OK : db_run(ctx, db,
		SQL("UPDATE outbox SET next_at = $2 WHERE lane = $1 AND lane <> '' AND state = 0"
		    " AND tries = 0 AND next_at > $2"), lane, clock_real());
}

static enum err keep_result(struct ctx *ctx, struct db *db, void *arg)
{
	const struct outbox_item *item = arg;
	int64_t n;
	TRY(db_run(ctx, db,
		   SQL("UPDATE outbox SET state = $2, next_at = $3, done_at = $4, fault = $5"
		       " WHERE id = $1 AND state = $6 AND tries = $7"),
		   item->id, item->state, item->next_at, item->done_at, item->fault,
		   OUTBOX_SENDING, item->tries));
	TRY(db_changes(ctx, db, &n));
	if (!n || str_empty(item->lane))
		return OK;
	/* A refusal is an answer: the other side is there. */
	return item->away ? pause_lane(ctx, db, item) : free_lane(ctx, db, item->lane);
}

static bool is_passing(enum err e)
{
	return e == ERR_BUSY || e == ERR_IO || e == ERR_DATABASE;
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
	item->away = is_passing(e);
	if (item->away && clock_real() - item->since < tried_for) {
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
	TRY(store_read(ctx, store, look, claim));
	if (!claim->found)
		return OK;
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

/* ---- the threads: of each kind its own, so that none waits for another ---- */

struct worker {
	struct outbox *outbox;
	struct sender sender;
	pthread_t thread;
};

struct outbox {
	struct store *store;
	struct worker workers[THREADS_MAX];
	size_t n;
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
	struct worker *worker = arg;
	struct outbox *outbox = worker->outbox;
	struct arena arena;
	struct claim claim = { 0 };
	arena_init(&arena);
	while (wait_round(outbox, claim.found ? 0 : look_every)) {
		struct ctx ctx = { .arena = &arena };
		if (send_next(&ctx, outbox->store, &worker->sender, &claim) != OK) {
			log_fault(&ctx.fault, "outbox.background");
			claim.found = false;
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
	return NULL;
}

static struct outbox *outbox_new(struct store *store)
{
	struct outbox *outbox = must_alloc(sizeof *outbox);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	*outbox = (struct outbox){ .store = store };
	pthread_mutex_init(&outbox->lock, NULL);
	pthread_cond_init(&outbox->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	return outbox;
}

static bool add_worker(struct outbox *outbox, const struct outbox_handler *handler)
{
	struct worker *worker = &outbox->workers[outbox->n];
	*worker = (struct worker){ .outbox = outbox, .sender = { handler, 1 } };
	if (outbox->n == THREADS_MAX || pthread_create(&worker->thread, NULL, work, worker) != 0)
		return false;
	outbox->n++;
	return true;
}

enum err outbox_start(struct ctx *ctx, struct store *store, const struct outbox_handler *handlers,
		      size_t n, struct outbox **ret_outbox)
{
	struct outbox *outbox = outbox_new(store);
	for (size_t i = 0; i < n; i++)
		for (int t = 0; t < (handlers[i].threads ? handlers[i].threads : 1); t++)
			if (!add_worker(outbox, &handlers[i])) {
				outbox_stop(outbox);
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
	pthread_cond_broadcast(&outbox->wake);
	pthread_mutex_unlock(&outbox->lock);
	for (size_t i = 0; i < outbox->n; i++)
		pthread_join(outbox->workers[i].thread, NULL);
	pthread_mutex_destroy(&outbox->lock);
	pthread_cond_destroy(&outbox->wake);
	free(outbox);
}
