/* Token buckets in a table of fixed size: 4096 sets of 4 ways, 32 bytes a bucket. A new key takes
 * the place of the fullest bucket of its set: the one that says least about its owner. */
#include <sodium.h>

#include "base/clock.h"
#include "web/internal.h"

enum { SETS = 4096, WAYS = 4, STRIPES = 16 };

struct bucket {
	uint64_t key;   /* 0: free */
	double tokens;
	usec at;
	double burst;
};

struct rates {
	pthread_mutex_t locks[STRIPES];
	uint8_t hash_key[crypto_shorthash_KEYBYTES];
	struct bucket sets[SETS][WAYS];
};

struct rates *rates_new(void)
{
	struct rates *rates = calloc(1, sizeof *rates);
	if (!rates)
		abort();
	randombytes_buf(rates->hash_key, sizeof rates->hash_key);
	for (int i = 0; i < STRIPES; i++)
		pthread_mutex_init(&rates->locks[i], NULL);
	return rates;
}

void rates_free(struct rates *rates)
{
	if (!rates)
		return;
	for (int i = 0; i < STRIPES; i++)
		pthread_mutex_destroy(&rates->locks[i]);
	free(rates);
}

static uint64_t key_of(const struct rates *rates, str key)
{
	uint64_t hash;
	crypto_shorthash((uint8_t *)&hash, (const uint8_t *)key.p, key.n, rates->hash_key);
	return hash ? hash : 1;
}

static double missing(const struct bucket *bucket)
{
	return bucket->key ? bucket->burst - bucket->tokens : -1;
}

static struct bucket *bucket_for(struct bucket *set, uint64_t key, int burst, usec now)
{
	struct bucket *least = set;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (missing(&set[i]) < missing(least))
			least = &set[i];
	}
	*least = (struct bucket){ .key = key, .tokens = burst, .at = now, .burst = burst };
	return least;
}

bool rates_take(struct rates *rates, str key, int burst, int per_hour, usec now)
{
	uint64_t hash = key_of(rates, key);
	pthread_mutex_t *lock = &rates->locks[hash % STRIPES];
	pthread_mutex_lock(lock);
	struct bucket *bucket = bucket_for(rates->sets[hash % SETS], hash, burst, now);
	bucket->tokens += (double)(now - bucket->at) * per_hour / (double)USEC_HOUR;
	if (bucket->tokens > burst)
		bucket->tokens = burst;
	bucket->at = now;
	bool taken = bucket->tokens >= 1;
	if (taken)
		bucket->tokens -= 1;
	pthread_mutex_unlock(lock);
	return taken;
}

void rates_forget(struct rates *rates, str key)
{
	uint64_t hash = key_of(rates, key);
	pthread_mutex_t *lock = &rates->locks[hash % STRIPES];
	pthread_mutex_lock(lock);
	for (int i = 0; i < WAYS; i++)
		if (rates->sets[hash % SETS][i].key == hash)
			rates->sets[hash % SETS][i] = (struct bucket){ 0 };
	pthread_mutex_unlock(lock);
}

bool web_rate_take(struct web *web, str key, int burst, int per_hour)
{
	return rates_take(web->rates, key, burst, per_hour, clock_monotonic());
}

void web_rate_forget(struct web *web, str key)
{
	rates_forget(web->rates, key);
}
