/* Pages ready to send, for everybody who comes without a cookie of ours. Four shards, each a hash
 * table and a list from the newest used to the oldest; the oldest goes when room is needed. */
#include <sodium.h>

#include "base/clock.h"
#include "web/internal.h"

enum { SHARDS = 4, BUCKETS = 512, LARGEST_SHARE = 4, WORTH = 256, ANSWERS_SIZE = 4096 };

struct shard {
	_Alignas(64) pthread_mutex_t lock;
	struct page *buckets[BUCKETS];
	struct page *newest, *oldest;
	size_t bytes, pages;
};

struct cache {
	struct shard shards[SHARDS];
	size_t limit; /* of a shard */
	uint8_t hash_key[crypto_shorthash_KEYBYTES];
};

struct cache *cache_new(size_t bytes)
{
	struct cache *cache = aligned_alloc(64, sizeof *cache);
	if (!cache)
		abort();
	memset(cache, 0, sizeof *cache);
	cache->limit = bytes / SHARDS;
	randombytes_buf(cache->hash_key, sizeof cache->hash_key);
	for (int i = 0; i < SHARDS; i++)
		pthread_mutex_init(&cache->shards[i].lock, NULL);
	return cache;
}

void page_release(struct page *page)
{
	if (atomic_fetch_sub(&page->holds, 1) == 1)
		free(page);
}

void page_done(struct page *page)
{
	if (atomic_fetch_sub(&page->users, 1) != 1)
		return;
	if (page->unmake)
		page->unmake(page);
	page_release(page);
}

static void unlink_used(struct shard *shard, struct page *page)
{
	*(page->newer ? &page->newer->older : &shard->newest) = page->older;
	*(page->older ? &page->older->newer : &shard->oldest) = page->newer;
	page->newer = page->older = NULL;
}

static void link_newest(struct shard *shard, struct page *page)
{
	page->older = shard->newest;
	*(shard->newest ? &shard->newest->newer : &shard->oldest) = page;
	shard->newest = page;
}

/* Takes the page out; the cache's use of it is the caller's to end, outside the lock. */
static void take_out(struct shard *shard, struct page *page)
{
	struct page **at = &shard->buckets[page->hash / SHARDS % BUCKETS];
	while (*at != page)
		at = &(*at)->next;
	*at = page->next;
	unlink_used(shard, page);
	shard->bytes -= page->size;
	shard->pages--;
}

void cache_free(struct cache *cache)
{
	if (!cache)
		return;
	for (int i = 0; i < SHARDS; i++) {
		struct shard *shard = &cache->shards[i];
		while (shard->newest) {
			struct page *page = shard->newest;
			take_out(shard, page);
			page_done(page);
		}
		pthread_mutex_destroy(&shard->lock);
	}
	free(cache);
}

static uint64_t hash_of(const struct cache *cache, str key)
{
	uint64_t hash;
	crypto_shorthash((uint8_t *)&hash, (const uint8_t *)key.p, key.n, cache->hash_key);
	return hash;
}

static struct page *find_in(struct shard *shard, uint64_t hash, str key)
{
	struct page *page = shard->buckets[hash / SHARDS % BUCKETS];
	while (page && (page->hash != hash || !str_eq(page->key, key)))
		page = page->next;
	return page;
}

static bool is_fresh(struct web *web, const struct page *page)
{
	return page->generation == web_generation(web, page->site) &&
	       (!page->expires || clock_monotonic() < page->expires);
}

struct page *cache_find(struct web *web, str key)
{
	if (!web->caching || key.n == 0)
		return NULL;
	uint64_t hash = hash_of(web->cache, key);
	struct shard *shard = &web->cache->shards[hash % SHARDS];
	pthread_mutex_lock(&shard->lock);
	struct page *page = find_in(shard, hash, key), *stale = NULL;
	if (page && !is_fresh(web, page)) {
		take_out(shard, page);
		stale = page;
		page = NULL;
	}
	if (page) {
		atomic_fetch_add(&page->users, 1);
		if (page != shard->newest) {
			unlink_used(shard, page);
			link_newest(shard, page);
		}
	}
	pthread_mutex_unlock(&shard->lock);
	if (stale)
		page_done(stale);
	return page;
}

/* Returns what had to go, linked by ->next. */
static struct page *put_in(struct cache *cache, struct page *page)
{
	struct shard *shard = &cache->shards[page->hash % SHARDS];
	struct page *gone = NULL;
	pthread_mutex_lock(&shard->lock);
	struct page *same = find_in(shard, page->hash, page->key);
	while (same || (shard->oldest && shard->bytes + page->size > cache->limit)) {
		struct page *leaving = same ? same : shard->oldest;
		take_out(shard, leaving);
		leaving->next = gone;
		gone = leaving;
		same = NULL;
	}
	struct page **bucket = &shard->buckets[page->hash / SHARDS % BUCKETS];
	page->next = *bucket;
	*bucket = page;
	link_newest(shard, page);
	shard->bytes += page->size;
	shard->pages++;
	pthread_mutex_unlock(&shard->lock);
	return gone;
}

static str put_text(char **at, str text)
{
	char *p = *at;
	if (text.n)
		memcpy(p, text.p, text.n);
	p[text.n] = '\0';
	*at += text.n + 1;
	return str_of(p, text.n);
}

static void compress(struct exchange *exchange, str ret_bodies[static ENCODINGS])
{
	const struct answer *answer = &exchange->answer;
	ret_bodies[IDENTITY] = answer->body;
	ret_bodies[GZIP] = exchange->packed[GZIP];
	ret_bodies[BROTLI] = exchange->packed[BROTLI];
	if (answer->body.n < WORTH ||
	    !header_is_compressible(header_get(&(struct pairs){ (struct pair *)answer->headers,
					       answer->n_headers }, "Content-Type")))
		return;
	/* What is made again each second is not worth the last bytes. */
	bool lasting = exchange->response.ttl == 0;
	if (ret_bodies[GZIP].n == 0)
		ret_bodies[GZIP] = compress_gzip(&exchange->arena, answer->body, lasting ? 9 : 4);
	if (ret_bodies[BROTLI].n == 0)
		ret_bodies[BROTLI] =
			compress_brotli(&exchange->arena, answer->body, lasting ? 6 : 4);
}

static struct page *new_page(struct exchange *exchange, const str bodies[static ENCODINGS])
{
	const struct answer *answer = &exchange->answer;
	size_t bytes = exchange->cache_key.n + 1 + ENCODINGS * 32;
	for (int i = 0; i < ENCODINGS; i++)
		bytes += bodies[i].n + 1;
	for (size_t i = 0; i < answer->n_headers; i++)
		bytes += answer->headers[i].name.n + answer->headers[i].text.n + 2;
	struct page *page = calloc(1, sizeof *page + bytes);
	if (!page)
		abort();
	page->size = sizeof *page + bytes + ANSWERS_SIZE;
	char *at = page->memory;
	page->key = put_text(&at, exchange->cache_key);
	for (size_t i = 0; i < answer->n_headers; i++)
		page->headers[i] = (struct pair){ put_text(&at, answer->headers[i].name),
						  put_text(&at, answer->headers[i].text) };
	page->n_headers = answer->n_headers;
	uint64_t tag = hash_of(exchange->web->cache, bodies[IDENTITY]);
	for (int i = 0; i < ENCODINGS; i++) {
		char etag[32];
		snprintf(etag, sizeof etag, "\"%016llx%c\"", (unsigned long long)tag, "igb"[i]);
		page->body[i] = put_text(&at, bodies[i]);
		page->etag[i] = put_text(&at, str_z(etag));
	}
	return page;
}

struct page *cache_store(struct exchange *exchange)
{
	struct web *web = exchange->web;
	const struct answer *answer = &exchange->answer;
	if (answer->status != 200 || !exchange->response.cacheable || answer->fd >= 0 ||
	    answer->body.n == 0 || answer->body.n > web->cache->limit / LARGEST_SHARE)
		return NULL;
	str bodies[ENCODINGS];
	compress(exchange, bodies);
	struct page *page = new_page(exchange, bodies);
	page->status = 200;
	page->hash = hash_of(web->cache, page->key);
	page->site = exchange->request.site.number;
	page->generation = exchange->generation;
	page->count = exchange->response.count;
	page->expires = exchange->response.ttl ? clock_monotonic() + exchange->response.ttl : 0;
	page->users = 2;
	page->holds = 1;
	if (web->make_page)
		web->make_page(page);
	struct page *gone = put_in(web->cache, page);
	while (gone) {
		struct page *next = gone->next;
		page_done(gone);
		gone = next;
	}
	return page;
}

void cache_usage(struct cache *cache, size_t *ret_bytes, size_t *ret_pages)
{
	*ret_bytes = *ret_pages = 0;
	for (int i = 0; i < SHARDS; i++) {
		pthread_mutex_lock(&cache->shards[i].lock);
		*ret_bytes += cache->shards[i].bytes;
		*ret_pages += cache->shards[i].pages;
		pthread_mutex_unlock(&cache->shards[i].lock);
	}
}

size_t cache_key_write(char *into, size_t room, bool https, str host, str target)
{
	size_t n = 2 + host.n + target.n;
	if (n > room)
		return 0;
	into[0] = https ? 's' : 'p';
	memcpy(into + 1, host.p, host.n);
	into[1 + host.n] = '\n';
	memcpy(into + 2 + host.n, target.p, target.n);
	return n;
}

str cache_key(struct arena *arena, bool https, str host, str target)
{
	size_t room = 2 + host.n + target.n;
	char *p = arena_alloc(arena, room);
	return str_of(p, cache_key_write(p, room, https, host, target));
}
