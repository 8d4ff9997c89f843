/*
 * internal: what the files of web/ share. Nobody outside this folder includes it.
 *
 * An exchange is one request and its answer, whatever carries it: server.c (libmicrohttpd) or
 * harness.c (tests). Its life, in order:
 *
 *	exchange_new     the head was read: first look, site, language, route    I/O thread
 *	body_…           the body arrives in pieces                              I/O thread
 *	dispatch_run     sign-in, CSRF, permission, handler, rendering           worker
 *	exchange->done   the carrier sends exchange->answer                      any thread
 *	exchange_free    temporary files deleted, arena gone                     I/O thread
 *
 * It is in one thread's hands at a time; handing it over is what the pool's lock is for.
 */
#ifndef MOTCUA_WEB_INTERNAL_H
#define MOTCUA_WEB_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "web/web.h"

enum encoding { IDENTITY, GZIP, BROTLI, ENCODINGS };

enum {
	HEAD_BYTES = 10 << 10,   /* libmicrohttpd's memory a connection: head, then answer's head */
	TARGET_BYTES = 2048,
	HEADERS_MAX = 64,
	ANSWER_HEADERS = 40,
	FIELDS_MAX = 1000,
	METHODS = 5,
};

#define COOKIE_SESSION "motcua_session"
#define COOKIE_VISITOR "motcua_visitor"
#define COOKIE_FLASH "motcua_flash"

/* ── url.c: percent decoding, queries, forms ── */

/* Decoded, valid UTF-8, NFC, no control characters (line breaks only with `lines`). */
bool url_decode(struct arena *arena, str raw, bool plus_is_blank, bool lines, str *ret_text);
bool text_clean(struct arena *arena, str raw, bool lines, str *ret_text);
/* "a=1&b=2"; false when something in it cannot be text. */
bool url_pairs(struct arena *arena, str raw, bool lines, struct pairs *ret_pairs);
void url_encode(struct buf *out, str text);
void pairs_add(struct arena *arena, struct pairs *pairs, str name, str text);

/* ── headers.c: what single headers say ── */

const str *pairs_find(const struct pairs *pairs, str name);
str header_get(const struct pairs *headers, const char *name);
void cookies_parse(struct arena *arena, const struct pairs *headers, struct pairs *ret_cookies);
/* One cookie without an arena, for the first look. */
str cookie_find(str header, str name);
bool accept_prefers_json(str accept);
enum encoding accept_best_encoding(str accept_encoding);
bool accept_takes(str accept_encoding, str coding);
bool etag_listed(str list, str etag);
enum range { RANGE_NONE, RANGE_PART, RANGE_BEYOND };
enum range range_parse(str header, uint64_t size, uint64_t *ret_from, uint64_t *ret_length);
/* 0, or the status that refuses a head no careful server takes (facts: smuggling). */
int head_check(const struct pairs *headers, str method, str target, bool http_1_1);
/* The last entry of X-Forwarded-For when it looks like an address, or `peer`. */
str header_client(const struct pairs *headers, str peer);
bool header_is_compressible(str type);

/* ── route.c ── */

struct router;
struct route_row {
	const struct route *route;
	const struct route_table *table;
	str names[WEB_PARAMS];
	size_t n_names;
};
struct route_match {
	const struct route_row *row; /* NULL: the path is known, the method is not */
	unsigned methods;            /* all methods of the path; 0: no such path */
	str values[WEB_PARAMS];      /* as sent, still encoded */
};
enum err router_new(struct ctx *ctx, struct arena *arena, const struct route_table *const *tables,
		    size_t n, struct router **ret_router);
void router_find(const struct router *router, unsigned method, str path,
		 struct route_match *ret_match);
unsigned method_of(str name);
const char *method_name(unsigned method);

/* ── body.c, multipart.c: the body as it arrives ── */

enum body_kind { BODY_NONE, BODY_FORM, BODY_JSON, BODY_MULTIPART, BODY_RAW };
struct exchange;
struct multipart;
struct body {
	enum body_kind kind;
	struct buf bytes;            /* all but multipart */
	size_t texts;                /* multipart: bytes of all texts so far */
	size_t limit;
	struct multipart *multipart;
	size_t reserved;             /* of web.bodies */
	int refused;                 /* status, once something is wrong; the rest is not read */
};
/* Decides by the route and Content-Type; sets body.refused where it may not be. */
void body_begin(struct exchange *exchange, uint64_t content_length);
void body_take(struct exchange *exchange, const char *bytes, size_t n);
void body_end(struct exchange *exchange);
void body_done(struct exchange *exchange); /* gives back what it reserved */

/* Takes the form apart in pieces of any size. The events tell what was found. */
struct multipart_events {
	void *object;
	/* false stops: refused. `name`, `file`, `type` as sent; file.p NULL: not a file. */
	bool (*part)(void *object, str name, str file, str type);
	bool (*data)(void *object, const char *bytes, size_t n);
	bool (*end)(void *object);
};
struct multipart *multipart_new(struct arena *arena, str boundary,
				const struct multipart_events *events);
bool multipart_take(struct multipart *multipart, const char *bytes, size_t n);
bool multipart_done(const struct multipart *multipart); /* the last boundary was seen */
bool multipart_boundary(struct arena *arena, str content_type, str *ret_boundary);

/* ── upload.c: files of a form ── */

struct upload_sink;
struct upload_sink *upload_open(struct exchange *exchange, str field, str name, str type);
bool upload_write(struct upload_sink *sink, const char *bytes, size_t n);
bool upload_close(struct upload_sink *sink);

/* ── field.c ── */

void fields_check(struct request *request, const struct field *fields);

/* ── csrf.c: tokens, signed cookies ── */

void csrf_token(const uint8_t secret[static 32], str binding, char ret_token[static 64]);
bool csrf_is_valid(const uint8_t secret[static 32], str binding, str token);
/* The origin told by the browser, where it tells one, is this host. */
bool csrf_same_origin(const struct request *request);
/* A valid token came in the header or, as far as the form was read, in the form. */
bool csrf_was_sent(struct exchange *exchange);
str flash_seal(struct arena *arena, const uint8_t secret[static 32], str kind, str text);
bool flash_open(struct arena *arena, const uint8_t secret[static 32], str sealed, str *ret_kind,
		str *ret_text);
/* 128 random bits as text; the arena owns it. */
str random_token(struct arena *arena);

/* ── the answer ── */

struct page;
struct answer {
	int status;
	struct pair headers[ANSWER_HEADERS];
	size_t n_headers;
	str body;
	int fd;                 /* -1, or send length bytes of it from `from` */
	uint64_t from, length;
	struct page *page;      /* the cache's: `variant` of it, counted */
	enum encoding variant;
	bool not_modified;
	str topic;              /* server-sent events */
	bool close;             /* the connection ends after it */
};
void answer_header(struct answer *answer, const char *name, str text);
/* Without templates: for what goes wrong before or instead of them. */
void answer_plain(struct exchange *exchange, int status);
const char *status_title(int status); /* msgid */
const char *status_advice(int status); /* what to do now; a msgid */
/* 503 with Retry-After, made without a worker. */
void answer_overload(struct exchange *exchange);

struct exchange {
	struct web *web;
	struct arena arena;
	struct request request;
	struct response response;
	struct answer answer;
	struct body body;
	const struct route_row *row;
	str method;
	unsigned methods;       /* of the path, for Allow */
	int refused;            /* status of the first look */
	str redirect;           /* canonical address instead of an answer */
	str cookie;             /* session or visitor cookie: what CSRF is bound to */
	str visitor;            /* the visitor cookie, made when a token is asked for */
	bool new_visitor;
	bool head;
	bool anonymous;         /* cache may answer and keep */
	bool finished;
	enum encoding encoding; /* best the client takes */
	bool takes_gzip;
	str cache_key;
	str packed[ENCODINGS];  /* the body, compressed by the build */
	uint64_t generation;    /* of the site, before the handler read anything */
	void (*done)(struct exchange *exchange);
	void *carrier;
	usec queued;            /* clock_monotonic */
	struct exchange *next;
};

struct head {
	str method, target, peer;
	struct pairs headers;   /* views: copied by exchange_new */
	bool http_1_1, https;
};
/* Exchanges used before, with the memory of their arenas: one thread's own, or NULL for none. */
struct shelf {
	struct exchange *first;
	int n, least; /* least since the last tidying */
};
struct exchange *exchange_new(struct web *web, struct shelf *shelf, const struct head *head);
void exchange_free(struct exchange *exchange, struct shelf *shelf);
void shelf_tidy(struct shelf *shelf);
void shelf_clear(struct shelf *shelf);
void dispatch_run(struct exchange *exchange, int worker);

/* respond.c, answer.c: response → answer */
void respond(struct exchange *exchange, enum err err);
void respond_error(struct exchange *exchange, int status, str message);
enum err answer_file(struct exchange *exchange);
void answer_bytes(struct exchange *exchange, str type, str bytes);
void answer_finish(struct exchange *exchange);
/* Text fit for a header: without line breaks, NUL behind it. */
str header_text(struct arena *arena, str text);

/* ── compress.c ── */

/* "" when it does not get smaller. `effort` 1 quick … 9 for what is kept. */
str compress_gzip(struct arena *arena, str bytes, int effort);
str compress_brotli(struct arena *arena, str bytes, int effort);

/* ── cache.c: pages ready to send ── */

/*
 * A page is written once and never changed. `users` counts the cache and those who look at it;
 * `holds` counts that group as one, and every ready answer of the carrier, which may still be
 * sending the page's bytes after the last user has gone.
 */
struct page {
	atomic_int users, holds;
	struct page *next, *newer, *older; /* the shard's */
	uint64_t hash;
	str key;
	int site;
	uint64_t generation;
	usec expires;           /* clock_monotonic; 0: never */
	int64_t count;
	size_t size;
	int status;
	struct pair headers[ANSWER_HEADERS];
	size_t n_headers;
	str body[ENCODINGS];    /* "" : that one is not smaller, send IDENTITY */
	str etag[ENCODINGS];
	void *made[ENCODINGS];  /* the carrier's ready answers */
	void (*unmake)(struct page *page);
	char memory[];
};

struct cache;
struct cache *cache_new(size_t bytes);
void cache_free(struct cache *cache);
/* The page, with one user more, or NULL. */
struct page *cache_find(struct web *web, str key);
/* Keeps a copy of the answer and returns it with one user more; NULL when it is not to be kept. */
struct page *cache_store(struct exchange *exchange);
void page_done(struct page *page);    /* one user less */
void page_release(struct page *page); /* one hold less */
static inline enum encoding page_variant(const struct page *page, enum encoding wanted)
{
	return page->body[wanted].n ? wanted : IDENTITY;
}
void cache_usage(struct cache *cache, size_t *ret_bytes, size_t *ret_pages);
/* Key of an anonymous request, written to `room` bytes; 0 when they do not suffice. */
size_t cache_key_write(char *into, size_t room, bool https, str host, str target);
str cache_key(struct arena *arena, bool https, str host, str target);

/* ── pool.c ── */

struct pool;
struct pool *pool_new(struct web *web, int workers, int queue);
/* False: full, the caller answers 503 at once. */
bool pool_put(struct pool *pool, struct exchange *exchange);
/* Those who waited too long for a place are answered 503. Returns when to look again. */
usec pool_sweep(struct pool *pool);
int pool_waiting(struct pool *pool);
void pool_stop(struct pool *pool);

/* ── metrics.c ── */

enum { LANES = 64, LATENCIES = 14 };
struct metrics {
	struct lane {
		_Alignas(64) atomic_uint_fast64_t status[6], cached, unchanged;
		atomic_uint_fast64_t latency[LATENCIES + 1], latency_sum;
		atomic_uint_fast64_t overload, deadlines;
		atomic_int_fast64_t connections;
	} lanes[LANES];
};
void metrics_count(struct metrics *metrics, int lane, int status);
void metrics_latency(struct metrics *metrics, int lane, usec took);
void metrics_write(struct web *web, struct buf *out);
static inline void metrics_add(atomic_uint_fast64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* ── rate.c ── */

struct rates;
struct rates *rates_new(void);
void rates_free(struct rates *rates);
bool rates_take(struct rates *rates, str key, int burst, int per_hour, usec now);
void rates_forget(struct rates *rates, str key);

/* ── address.c: connections an address holds ── */

struct addresses;
/* spare_loopback: proxies and tools of this machine are not limited. */
struct addresses *addresses_new(int limit, bool spare_loopback, int connections);
void addresses_free(struct addresses *addresses);
uint64_t address_key(const void *sockaddr);
bool addresses_may(struct addresses *addresses, uint64_t key);
void addresses_add(struct addresses *addresses, uint64_t key, int change);

/* ── own.c: routes of this room: /healthz, /metrics, /assets ── */

extern const struct route_table own_routes;
/* A page that is the same with and without a cookie. */
enum { ROUTE_FOR_ALL = 1 << 16 };
struct assets;
struct assets *assets_new(struct arena *arena, struct embedded_set files);
str assets_path(const struct assets *assets, str name); /* "" : no such asset */

/* ── events.c: server-sent events ── */

struct events;
struct events *events_new(void);
void events_free(struct events *events);
/* doze: nothing to send now; wake: there is. Both are called under the lock of events. */
struct listener *events_join(struct events *events, str topic, void (*doze)(void *),
			     void (*wake)(void *), void *object);
void events_leave(struct events *events, struct listener *listener);
/* Up to n bytes; 0: nothing now, and doze was called; -1: the stream is over. */
long events_read(struct events *events, struct listener *listener, char *into, size_t n);
size_t events_send(struct events *events, str topic, str event, str data);
void events_beat(struct events *events, usec now);
void events_end(struct events *events);
size_t events_listeners(struct events *events);

/* ── server.c ── */

struct server;
enum err server_start(struct ctx *ctx, struct web *web, struct server **ret_server);
/* No new connections; the rest may end by itself until `until` (clock_monotonic). */
void server_drain(struct server *server, usec until);
void server_stop(struct server *server);
int server_port(const struct server *server);

/* ── the whole ── */

struct web {
	struct web_options options;
	struct web_hooks hooks;
	struct arena arena;      /* lives as long as the server */
	struct router *router;
	struct cache *cache;
	struct pool *pool;
	struct rates *rates;
	struct addresses *addresses;
	struct assets *assets;
	struct events *events;
	struct server *server;
	void (*make_page)(struct page *page); /* the carrier prepares its answers; or NULL */
	struct metrics metrics;
	atomic_uint_fast64_t generations[WEB_SITES];
	atomic_size_t bodies;    /* bytes that bodies under way may come to hold */
	atomic_uint_fast64_t serial;  /* of requests: ids */
	uint8_t day_key[16];
	bool caching;            /* the harness turns it off */
	pthread_t keeper;
	bool keeper_runs;
	pthread_mutex_t keeper_lock;
	pthread_cond_t keeper_wakes;
	bool keeper_stops;
};

static inline struct exchange *exchange_of(const struct request *request)
{
	return (struct exchange *)((char *)request - offsetof(struct exchange, request));
}

/* All but threads and sockets; web_free undoes it. */
enum err web_make(struct ctx *ctx, const struct web_options *options,
		  const struct web_hooks *hooks, const struct route_tables *tables,
		  struct web **ret_web);
void web_free(struct web *web);
uint64_t web_generation(struct web *web, int site);
/* A visit of a counted page, unless it is a robot's. */
void web_count_visit(struct web *web, int64_t count, str client, str user_agent);

#endif
