/* A bounded number of connections, handed out most recently used first: its caches are warm. */
#include <errno.h>

#include "base/clock.h"
#include "store/engine.h"

void *must_alloc(size_t bytes)
{
	void *p = calloc(1, bytes);
	if (!p) {
		fputs("motcua: out of memory\n", stderr);
		abort();
	}
	return p;
}

void pool_init(struct pool *pool, int most, struct arena *arena)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->freed, &attributes);
	pthread_condattr_destroy(&attributes);
	pool->idle = ARENA_ARRAY(arena, void *, most);
	pool->n_idle = pool->made = 0;
	pool->most = most;
}

void pool_done(struct pool *pool, void (*close)(void *connection))
{
	for (int i = 0; i < pool->n_idle; i++)
		close(pool->idle[i]);
	pthread_mutex_destroy(&pool->lock);
	pthread_cond_destroy(&pool->freed);
}

void *pool_take(struct pool *pool, usec patience, bool *ret_make)
{
	usec until = clock_monotonic() + patience;
	struct timespec limit = { .tv_sec = until / USEC_SECOND,
				  .tv_nsec = until % USEC_SECOND * 1000 };
	void *connection = NULL;
	*ret_make = false;
	pthread_mutex_lock(&pool->lock);
	int waited = 0;
	while (!pool->n_idle && pool->made == pool->most && waited != ETIMEDOUT)
		waited = pthread_cond_timedwait(&pool->freed, &pool->lock, &limit);
	if (pool->n_idle) {
		connection = pool->idle[--pool->n_idle];
	} else if (pool->made < pool->most) {
		pool->made++;
		*ret_make = true;
	}
	pthread_mutex_unlock(&pool->lock);
	return connection;
}

void pool_give(struct pool *pool, void *connection)
{
	pthread_mutex_lock(&pool->lock);
	if (connection)
		pool->idle[pool->n_idle++] = connection;
	else
		pool->made--;
	pthread_cond_signal(&pool->freed);
	pthread_mutex_unlock(&pool->lock);
}
