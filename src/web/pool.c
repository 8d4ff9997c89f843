/*
 * Workers and their queue. Requests beyond the queue's length wait in the lobby for at most
 * LOBBY_TIME: a short burst is served, lasting overload is answered 503, and clients that come
 * again at once after a 503 do not eat the processor that the workers need.
 */
#include "base/clock.h"
#include "web/internal.h"

enum { LOBBY_TIME = 80000, LOBBY_LOOK = 20000 };

struct line {
	struct exchange *first, **last;
	int n;
};

struct pool {
	struct web *web;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct line queue, lobby;
	int queue_max, lobby_max, workers;
	int idle;               /* workers asleep */
	bool waking;            /* one of them was called and has not come yet */
	bool stopping;
	pthread_t *threads;
	struct worker {
		struct pool *pool;
		int number;
	} *numbers;
};

static void line_put(struct line *line, struct exchange *exchange)
{
	exchange->next = NULL;
	*line->last = exchange;
	line->last = &exchange->next;
	line->n++;
}

static struct exchange *line_take(struct line *line)
{
	struct exchange *exchange = line->first;
	line->first = exchange->next;
	if (!line->first)
		line->last = &line->first;
	line->n--;
	return exchange;
}

/* Workers are woken one at a time, the next by the one before it: a burst of short jobs is done by
 * as many as it takes, without all of them fighting for the processors. */
static void call_one(struct pool *pool)
{
	if (!pool->idle || pool->waking)
		return;
	pool->waking = true;
	pthread_cond_signal(&pool->work);
}

static void sleep_until_called(struct pool *pool)
{
	pool->idle++;
	pthread_cond_wait(&pool->work, &pool->lock);
	pool->idle--;
	pool->waking = false;
}

static struct exchange *next_job(struct pool *pool)
{
	struct exchange *exchange = NULL;
	pthread_mutex_lock(&pool->lock);
	while (!pool->queue.n && !pool->stopping)
		sleep_until_called(pool);
	if (pool->queue.n) {
		exchange = line_take(&pool->queue);
		if (pool->lobby.n)
			line_put(&pool->queue, line_take(&pool->lobby));
		if (pool->queue.n)
			call_one(pool);
	}
	pthread_mutex_unlock(&pool->lock);
	return exchange;
}

static void *work(void *object)
{
	struct worker *worker = object;
	for (struct exchange *e; (e = next_job(worker->pool));) {
		dispatch_run(e, worker->number);
		e->done(e);
	}
	return NULL;
}

struct pool *pool_new(struct web *web, int workers, int queue)
{
	struct pool *pool = calloc(1, sizeof *pool);
	if (!pool)
		abort();
	pool->web = web;
	pool->workers = workers;
	pool->queue_max = queue;
	pool->lobby_max = web->options.connections;
	pool->queue.last = &pool->queue.first;
	pool->lobby.last = &pool->lobby.first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pool->threads = ARENA_ARRAY(&web->arena, pthread_t, workers);
	pool->numbers = ARENA_ARRAY(&web->arena, struct worker, workers);
	for (int i = 0; i < workers; i++) {
		pool->numbers[i] = (struct worker){ pool, i };
		if (pthread_create(&pool->threads[i], NULL, work, &pool->numbers[i]) != 0)
			abort();
	}
	return pool;
}

bool pool_put(struct pool *pool, struct exchange *exchange)
{
	exchange->queued = clock_monotonic();
	pthread_mutex_lock(&pool->lock);
	bool queued = pool->queue.n < pool->queue_max;
	bool waits = !queued && pool->lobby.n < pool->lobby_max;
	bool taken = !pool->stopping && (queued || waits);
	if (taken)
		line_put(queued ? &pool->queue : &pool->lobby, exchange);
	if (taken && queued)
		call_one(pool);
	pthread_mutex_unlock(&pool->lock);
	return taken;
}

static struct exchange *overdue(struct pool *pool, usec now)
{
	struct exchange *exchange = NULL;
	pthread_mutex_lock(&pool->lock);
	if (pool->lobby.n && now - pool->lobby.first->queued >= LOBBY_TIME - LOBBY_LOOK)
		exchange = line_take(&pool->lobby);
	pthread_mutex_unlock(&pool->lock);
	return exchange;
}

usec pool_sweep(struct pool *pool)
{
	usec now = clock_monotonic();
	for (struct exchange *e; (e = overdue(pool, now));) {
		metrics_add(&pool->web->metrics.lanes[0].overload, 1);
		answer_overload(e);
		e->finished = true;
		e->done(e);
	}
	return LOBBY_LOOK;
}

int pool_waiting(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	int n = pool->queue.n + pool->lobby.n;
	pthread_mutex_unlock(&pool->lock);
	return n;
}

void pool_stop(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	/* What waits is still served: it was accepted. */
	while (pool->lobby.n)
		line_put(&pool->queue, line_take(&pool->lobby));
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (int i = 0; i < pool->workers; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_mutex_destroy(&pool->lock);
	pthread_cond_destroy(&pool->work);
	free(pool);
}
