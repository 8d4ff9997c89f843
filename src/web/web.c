/* Putting the room together: options and their defaults, the tables, the keeper's thread. */
#include "web/web.h"

#include <signal.h>
#include <sodium.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "web/internal.h"

#define TICK (250 * USEC_SECOND / 1000)

static const char *const usual_languages[] = { "vi", "en", NULL };

static int or_int(int n, int otherwise)
{
	return n > 0 ? n : otherwise;
}

static usec or_usec(usec n, usec otherwise)
{
	return n > 0 ? n : otherwise;
}

static void set_defaults(struct web_options *o)
{
	int cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
	o->listen = o->listen ? o->listen : "127.0.0.1:8080";
	o->languages = o->languages ? o->languages : usual_languages;
	o->sign_in_path = o->sign_in_path ? o->sign_in_path : "/dang-nhap";
	o->threads = or_int(o->threads, cores > 4 ? 4 : cores);
	o->workers = or_int(o->workers, cores * 2 > 4 ? cores * 2 : 4);
	o->queue = or_int(o->queue, 256);
	o->connections = or_int(o->connections, 4096);
	o->connections_per_address = o->trust_proxy ? 0 : or_int(o->connections_per_address, 256);
	o->header_time = or_usec(o->header_time, 10 * USEC_SECOND);
	o->body_time = or_usec(o->body_time, 20 * USEC_SECOND);
	o->idle_time = or_usec(o->idle_time, 60 * USEC_SECOND);
	o->cache_bytes = o->cache_bytes ? o->cache_bytes : 16 << 20;
	o->body_bytes = o->body_bytes ? o->body_bytes : 64 << 20;
	/* Half of the lanes are for workers, half for I/O threads. */
	if (o->workers > LANES / 2)
		o->workers = LANES / 2;
	if (o->threads > LANES / 2)
		o->threads = LANES / 2;
}

static enum err set_routes(struct ctx *ctx, struct web *web, const struct route_tables *tables)
{
	size_t n = tables->n + 1;
	const struct route_table **all = ARENA_ARRAY(&web->arena, const struct route_table *, n);
	all[0] = &own_routes;
	for (size_t i = 0; i < tables->n; i++)
		all[i + 1] = tables->items[i];
	return router_new(ctx, &web->arena, all, n, &web->router);
}

static void ask_generations(struct web *web)
{
	if (!web->hooks.generations)
		return;
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	uint64_t generations[WEB_SITES] = { 0 };
	if (web->hooks.generations(web->hooks.app, &ctx, generations) == OK)
		for (int i = 0; i < WEB_SITES; i++)
			atomic_store_explicit(&web->generations[i], generations[i],
					      memory_order_release);
	else
		log_fault(&ctx.fault, "web.generations");
	arena_done(&arena);
}

uint64_t web_generation(struct web *web, int site)
{
	return atomic_load_explicit(&web->generations[site >= 0 && site < WEB_SITES ? site : 0],
				    memory_order_acquire);
}

/* Returns false when it is time to go. */
static bool keeper_sleeps(struct web *web, usec until)
{
	struct timespec at = { .tv_sec = until / USEC_SECOND,
			       .tv_nsec = until % USEC_SECOND * 1000 };
	pthread_mutex_lock(&web->keeper_lock);
	while (!web->keeper_stops &&
	       pthread_cond_timedwait(&web->keeper_wakes, &web->keeper_lock, &at) == 0)
		;
	bool goes_on = !web->keeper_stops;
	pthread_mutex_unlock(&web->keeper_lock);
	return goes_on;
}

/* Generations each quarter second, the lobby each fiftieth, a heartbeat for streams. */
static void *keep(void *object)
{
	struct web *web = object;
	usec asked = 0, look;
	do {
		usec now = clock_monotonic();
		if (now - asked >= TICK || asked == 0) {
			ask_generations(web);
			asked = now;
		}
		look = pool_sweep(web->pool);
		events_beat(web->events, now);
	} while (keeper_sleeps(web, clock_monotonic() + look));
	return NULL;
}

static void start_keeper(struct web *web)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&web->keeper_wakes, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&web->keeper_lock, NULL);
	if (pthread_create(&web->keeper, NULL, keep, web) != 0)
		abort();
	web->keeper_runs = true;
}

static void stop_keeper(struct web *web)
{
	if (!web->keeper_runs)
		return;
	pthread_mutex_lock(&web->keeper_lock);
	web->keeper_stops = true;
	pthread_cond_signal(&web->keeper_wakes);
	pthread_mutex_unlock(&web->keeper_lock);
	pthread_join(web->keeper, NULL);
	pthread_cond_destroy(&web->keeper_wakes);
	pthread_mutex_destroy(&web->keeper_lock);
	web->keeper_runs = false;
}

void web_published(struct web *web)
{
	ask_generations(web);
}

enum err web_make(struct ctx *ctx, const struct web_options *options,
		  const struct web_hooks *hooks, const struct route_tables *tables,
		  struct web **ret_web)
{
	if (sodium_init() < 0)
		return fail(ctx, ERR_IO, "No random numbers are to be had");
	struct web *web = aligned_alloc(64, (sizeof *web + 63) / 64 * 64);
	if (!web)
		abort();
	memset(web, 0, sizeof *web);
	arena_init(&web->arena);
	web->options = *options;
	web->hooks = *hooks;
	set_defaults(&web->options);
	atomic_store(&web->serial, (uint64_t)clock_real() / USEC_SECOND << 20);
	randombytes_buf(web->day_key, sizeof web->day_key);
	web->caching = true;
	web->cache = cache_new(web->options.cache_bytes);
	web->rates = rates_new();
	web->events = events_new();
	web->addresses = addresses_new(web->options.connections_per_address,
				       options->connections_per_address == 0,
				       web->options.connections);
	web->assets = assets_new(&web->arena, options->assets);
	enum err err = set_routes(ctx, web, tables);
	if (err != OK) {
		web_free(web);
		return err;
	}
	*ret_web = web;
	return OK;
}

void web_free(struct web *web)
{
	cache_free(web->cache);
	rates_free(web->rates);
	events_free(web->events);
	addresses_free(web->addresses);
	arena_done(&web->arena);
	sodium_memzero(web->options.secret, sizeof web->options.secret);
	free(web);
}

/* Signals are for web_run alone: the threads started here inherit this mask. */
static void block_signals(sigset_t *ret_before)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, ret_before);
}

enum err web_start(struct ctx *ctx, const struct web_options *options,
		   const struct web_hooks *hooks, const struct route_tables *tables,
		   struct web **ret_web)
{
	struct web *web;
	sigset_t before;
	TRY(web_make(ctx, options, hooks, tables, &web));
	block_signals(&before);
	ask_generations(web);
	web->pool = pool_new(web, web->options.workers, web->options.queue);
	enum err err = server_start(ctx, web, &web->server);
	if (err != OK) {
		pool_stop(web->pool);
		web_free(web);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		return err;
	}
	start_keeper(web);
	*ret_web = web;
	return OK;
}

void web_run(struct web *web)
{
	sigset_t set;
	int signal_number;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigwait(&set, &signal_number);
	log_line(LOG_INFO, "web.stopping", "signal=%d", signal_number);
}

void web_stop(struct web *web)
{
	if (!web)
		return;
	server_drain(web->server, clock_monotonic() + 10 * USEC_SECOND);
	stop_keeper(web);
	pool_stop(web->pool);
	events_end(web->events);
	server_stop(web->server);
	web_free(web);
}

int web_port(const struct web *web)
{
	return server_port(web->server);
}

int web_workers(const struct web *web)
{
	return web->options.workers;
}

str web_asset_path(struct arena *arena, const struct web *web, str name)
{
	str hashed = assets_path(web->assets, name);
	str parts[] = { S("/assets/"), hashed.n ? hashed : name };
	return arena_join(arena, parts, 2);
}

static bool is_robot(str user_agent)
{
	static const char *const marks[] = { "bot", "crawl", "spider", "slurp", "curl", "wget",
					     "python", "monitor", "preview", "headless" };
	char lower[256];
	size_t n = user_agent.n < sizeof lower ? user_agent.n : sizeof lower;
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)(user_agent.p[i] >= 'A' && user_agent.p[i] <= 'Z' ?
				  user_agent.p[i] | 0x20 : user_agent.p[i]);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (str_find(str_of(lower, n), str_z(marks[i])) != SIZE_MAX)
			return true;
	return n == 0;
}

void web_count_visit(struct web *web, int64_t count, str client, str user_agent)
{
	if (!web->hooks.viewed || is_robot(user_agent))
		return;
	char text[400];
	int n = snprintf(text, sizeof text, "%lld %.*s %.*s",
			 (long long)(clock_real() / USEC_DAY), STR_ARG(client),
			 (int)(user_agent.n < 300 ? user_agent.n : 300), user_agent.p);
	uint64_t visitor;
	crypto_shorthash((uint8_t *)&visitor, (const uint8_t *)text, (size_t)n, web->day_key);
	web->hooks.viewed(web->hooks.app, count, visitor);
}
