/* View counts: gathered in memory, written each minute. A visitor counts once a day for an
 * article; the visitor is a keyed hash that web/ makes anew every day. */
#include "portal/room.h"

#include <time.h>

enum { SEEN = 1 << 16, PENDING = 1024, FLUSH_SECONDS = 60 };

struct pending {
	int64_t article, n;
};

struct views {
	struct store *store;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	/* Who was counted: an open table; when it is three quarters full it begins anew, and a few
	 * visitors may be counted twice. */
	uint64_t seen[SEEN];
	size_t n_seen;
	struct pending pending[PENDING];
	size_t n_pending;
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ (x >> 33);
}

/* True the first time. */
static bool first_time(struct views *views, uint64_t key)
{
	if (views->n_seen > SEEN / 4 * 3) {
		memset(views->seen, 0, sizeof views->seen);
		views->n_seen = 0;
	}
	size_t at = key % SEEN;
	while (views->seen[at] && views->seen[at] != key)
		at = (at + 1) % SEEN;
	if (views->seen[at])
		return false;
	views->seen[at] = key;
	views->n_seen++;
	return true;
}

static void pending_add(struct views *views, int64_t article, int64_t n)
{
	for (size_t i = 0; i < views->n_pending; i++)
		if (views->pending[i].article == article) {
			views->pending[i].n += n;
			return;
		}
	if (views->n_pending < PENDING)
		views->pending[views->n_pending++] = (struct pending){ article, n };
}

void views_count(struct views *views, int64_t article, uint64_t visitor)
{
	uint64_t key = mix(visitor ^ mix((uint64_t)article)) | 1;
	pthread_mutex_lock(&views->lock);
	if (first_time(views, key))
		pending_add(views, article, 1);
	pthread_mutex_unlock(&views->lock);
}

struct batch {
	struct pending items[PENDING];
	size_t n;
};

static enum err batch_write(struct ctx *ctx, struct db *db, void *arg)
{
	const struct batch *batch = arg;
	for (size_t i = 0; i < batch->n; i++)
		TRY(db_run(ctx, db,
			   SQL("INSERT INTO article_view (article, views) VALUES ($1, $2)"
			       " ON CONFLICT (article) DO UPDATE"
			       " SET views = article_view.views + excluded.views"),
			   batch->items[i].article, batch->items[i].n));
	return OK;
}

enum err views_flush(struct ctx *ctx, struct views *views)
{
	struct batch *batch = arena_alloc(ctx->arena, sizeof *batch);
	pthread_mutex_lock(&views->lock);
	memcpy(batch->items, views->pending, views->n_pending * sizeof *batch->items);
	batch->n = views->n_pending;
	views->n_pending = 0;
	pthread_mutex_unlock(&views->lock);
	if (!batch->n)
		return OK;
	enum err err = store_write(ctx, views->store, batch_write, batch);
	if (err == OK)
		return OK;
	/* The next round tries again. */
	pthread_mutex_lock(&views->lock);
	for (size_t i = 0; i < batch->n; i++)
		pending_add(views, batch->items[i].article, batch->items[i].n);
	pthread_mutex_unlock(&views->lock);
	return err;
}

static void flush_now(struct views *views)
{
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	(void)!views_flush(&ctx, views);
	arena_done(&arena);
}

static void *flush_each_minute(void *arg)
{
	struct views *views = arg;
	pthread_mutex_lock(&views->lock);
	while (!views->stop) {
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += FLUSH_SECONDS;
		pthread_cond_timedwait(&views->wake, &views->lock, &until);
		pthread_mutex_unlock(&views->lock);
		flush_now(views);
		pthread_mutex_lock(&views->lock);
	}
	pthread_mutex_unlock(&views->lock);
	return NULL;
}

struct views *views_start(struct store *store)
{
	struct views *views = calloc(1, sizeof *views);
	if (!views)
		abort();
	views->store = store;
	pthread_mutex_init(&views->lock, NULL);
	pthread_cond_init(&views->wake, NULL);
	if (pthread_create(&views->thread, NULL, flush_each_minute, views) != 0)
		abort();
	return views;
}

void views_stop(struct views *views)
{
	if (!views)
		return;
	pthread_mutex_lock(&views->lock);
	views->stop = true;
	pthread_cond_signal(&views->wake);
	pthread_mutex_unlock(&views->lock);
	pthread_join(views->thread, NULL);
	pthread_cond_destroy(&views->wake);
	pthread_mutex_destroy(&views->lock);
	free(views);
}
