/*
 * web: HTTP for every feature. Features export tables of routes; app/ hands the tables and the
 * hooks to web_start. This room knows nothing of accounts, cases or templates.
 *
 *	static const struct route routes[] = {
 *		{ WEB_GET, "/thu-tuc/{code}", PERM_PUBLIC, procedure_page, .flags = ROUTE_CACHED },
 *		{ WEB_POST, "/ban/{code}/nhan", ACT_ACCEPT, accept_post, .object = case_of_path,
 *		  .fields = accept_fields },
 *	};
 *	const struct route_table table = { "cases", routes, ARRAY_SIZE(routes), cases };
 *	struct web *web;
 *	TRY(web_start(ctx, &options, &hooks, &(struct route_tables){ &table, 1 }, &web));
 *	web_run(web);          until SIGTERM or SIGINT
 *	web_stop(web);         open requests are answered, then all is freed
 *
 * The way of a request. An I/O thread (each its own libmicrohttpd daemon in its own epoll loop)
 * takes a strict first look; a page in the cache is answered right there. Everything else goes
 * to a bounded pool of workers; when its queue is full the answer is 503 with Retry-After. A
 * worker opens the arena and asks, in this order: site and language, route, sign-in, CSRF,
 * object, permission, fields, handler, rendering. Only here errors are logged and shown.
 *
 * Invariants: a route without a permission refuses to start, so do two routes for one path and
 * method; a public cached page never depends on who asks (the dispatcher hides cookies and
 * sign-in from its handler); no input grows memory beyond the limits in web_options.
 * Tests call handlers without sockets: web/harness.h.
 */
#ifndef MOTCUA_WEB_WEB_H
#define MOTCUA_WEB_WEB_H

#include "base/buf.h"
#include "base/embed.h"
#include "web/request.h"
#include "web/response.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof *(array))
#endif

/* 0 is "not written" and refused; acts of people/ are > 0. */
enum {
	PERM_PUBLIC = -1,    /* anybody */
	PERM_SIGNED_IN = -2, /* anybody with an account */
};

enum route_flags {
	ROUTE_CACHED = 1,     /* anonymous GETs come from the page cache; name .query_keys */
	ROUTE_RAW = 2,        /* any body, in request.raw, unparsed */
	ROUTE_EVENTS = 4,     /* server-sent events */
	ROUTE_MAIN = 8,       /* on the main site only */
	ROUTE_NO_CSRF = 16,   /* web hooks of partners that sign their messages otherwise */
	ROUTE_NO_LANGUAGE = 32, /* /api/…, /healthz: no /en/ variant */
};

enum field_kind {
	FIELD_LINE,    /* no line breaks; blanks at both ends are taken off */
	FIELD_TEXT,    /* line breaks kept, as \n */
	FIELD_INTEGER, /* min … max */
	FIELD_DATE,    /* 2015-01-26 */
	FIELD_EMAIL,
	FIELD_PHONE,   /* Vietnamese or international; blanks, dots and dashes are taken out */
	FIELD_CHOICE,  /* one of .choices, separated by '|' */
	FIELD_CHECK,   /* present or not */
};

/* What a form may send. Mistakes go to request.mistakes, the handler runs all the same and shows
 * the form again. Texts longer than their limit are mistakes, not cut. */
struct field {
	const char *name;
	const char *label;  /* msgid, for the sentence */
	enum field_kind kind;
	bool required;
	int64_t min, max;   /* characters, or the number's range; max 0: 2000 characters */
	const char *choices;
};

struct route {
	unsigned methods;         /* WEB_GET | WEB_POST …; HEAD and OPTIONS come by themselves */
	const char *path;         /* "/thu-tuc/{code}"; a last "{rest*}" takes all that is left */
	int permission;           /* PERM_… or an act */
	enum err (*handle)(struct request *request, struct response *response);
	/* Loads what the permission is about, before `handle`. ERR_NOT_FOUND makes a 404. */
	enum err (*object)(struct request *request, const void **ret_object);
	const struct field *fields; /* ends with an empty name; NULL: the handler checks itself */
	unsigned flags;
	const char *ask;          /* where a page sends who has not proven that it is theirs, as
				   * "/tra-cuu/{code}"; NULL: to sign in */
	usec ttl;                 /* cached pages: 0 until the site's generation rises */
	const char *query_keys;   /* cached pages: "trang,nam"; the rest of the query is ignored */
	size_t body_max;          /* bytes without files; 0: 256 KiB, 1 MiB under /api/ */
	unsigned uploads;         /* files allowed in one form; 0: none */
	uint64_t upload_max;      /* bytes of one file; 0: 10 MiB */
};

struct route_table {
	const char *name;   /* for messages */
	const struct route *routes;
	size_t n;
	void *state;        /* becomes request.state */
};

struct route_tables {
	const struct route_table *const *items;
	size_t n;
};

/* Everything web/ must ask. Called from several threads at once. */
struct web_hooks {
	void *app;
	/* Which site; fast, no I/O (I/O threads call it). `path` has no language prefix. An
	 * address that is not the canonical one is returned in *ret_redirect (whole, without
	 * path): 308. false: no such site, 404 on the main one. NULL hook: one site. */
	bool (*site)(void *app, str host, str path, struct web_site *ret_site, str *ret_redirect);
	/* Fills ctx.translate and ctx.language for request->language. May be NULL. */
	void (*language)(void *app, struct request *request);
	/* Who is it: session cookie, bearer token, or cookies of the application's own (a PIN, a
	 * draft), which are in request->cookies. Asked when any of them came. Unknown, expired:
	 * leave request->principal NULL and return OK. NULL hook: nobody ever. */
	enum err (*principal)(void *app, struct request *request, str session, str bearer);
	/* ERR_FORBIDDEN (or ERR_NOT_FOUND, where existence is not to be told) says no. */
	enum err (*may)(void *app, struct request *request, int act, const void *object);
	/* Writes the page. NULL hook: views are always JSON. */
	enum err (*render)(void *app, struct request *request, struct response *response,
			   str template_name, struct value view, struct buf *out);
	/* The sites' generations, by number: raised by whoever publishes, in the publishing
	 * transaction. Asked each 250 ms on a thread of its own. NULL hook: never change. */
	enum err (*generations)(void *app, struct ctx *ctx, uint64_t *ret_generations);
	/* A page with response.count was shown. Fast, no I/O. The visitor is told by a keyed
	 * hash of address and browser, new every day; robots are not reported. */
	void (*viewed)(void *app, int64_t count, uint64_t visitor);
	/* More Prometheus lines for /metrics. May be NULL. */
	void (*metrics)(void *app, struct buf *out);
	/* OK while the database answers; for /healthz. May be NULL. */
	enum err (*healthy)(void *app, struct ctx *ctx);
};

/* Zero means the default in brackets. */
struct web_options {
	const char *listen;         /* "127.0.0.1:8080" (that), "[::]:80" */
	const char *public_url;     /* "https://camle.danang.gov.vn": for absolute links */
	const char *temp_dir;       /* DATA/tmp, must exist; NULL: no uploads */
	const char *certificate, *key; /* PEM files: TLS in the program */
	uint8_t secret[32];         /* CSRF, flash, ETags: from DATA/keys */
	const char *const *languages; /* {"vi", "en", NULL} (that); the first is the default */
	const char *sign_in_path;   /* "/dang-nhap" (that): where a page sends who must sign in */
	/* Style sheets, fonts, scripts, under /assets/: with the hash in its name a browser keeps
	 * a file for ever, without it asks by ETag. See web_asset_path. */
	struct embedded_set assets;
	bool trust_proxy;           /* believe X-Forwarded-For, -Proto of the last proxy */
	bool metrics_public;        /* /metrics for others than loopback */
	int threads;                /* I/O threads (one a core, at most 4) */
	int workers;                /* (2 a core, at least 4) */
	int queue;                  /* requests waiting for a worker (256) */
	int connections;            /* (4096) */
	int connections_per_address; /* (256, loopback unlimited; no limit with trust_proxy) */
	usec header_time;           /* whole head of a request, from connect or keep-alive (10 s) */
	usec body_time;             /* whole body, plus a second a 16 KiB (20 s) */
	usec idle_time;             /* between requests of a connection (60 s) */
	size_t cache_bytes;         /* page cache (16 MiB) */
	size_t body_bytes;          /* all bodies under way, without files (64 MiB) */
};

/* Checks the tables and starts all threads. ERR_INVALID: a fault in a table or option;
 * ERR_IO: the address cannot be taken. `options`, `hooks`, tables stay the caller's and must
 * outlive the server. */
enum err web_start(struct ctx *ctx, const struct web_options *options,
		   const struct web_hooks *hooks, const struct route_tables *tables,
		   struct web **ret_web);
/* Returns at SIGTERM or SIGINT, which web_start has blocked: start no thread before it that would
 * take them. Then call web_stop. */
void web_run(struct web *web);
/* Takes no more connections, finishes open requests (10 s at most), ends all threads and frees.
 * Accepts NULL. */
void web_stop(struct web *web);

int web_port(const struct web *web);    /* of a listen address with port 0: for tests */
int web_workers(const struct web *web);
/* "/assets/app.3f2a91bc.css" for "app.css"; "/assets/app.css" when there is no such asset. */
str web_asset_path(struct arena *arena, const struct web *web, str name);
/* The publisher on this node need not wait 250 ms: generations are asked for now. */
void web_published(struct web *web);
/* To everybody who listens to `topic`: one server-sent event. Returns how many. */
size_t web_event(struct web *web, str topic, str event, str data);

/* Token bucket: true while `key` has a token left. `burst` at once, then `per_hour` steadily.
 * Keys are things like "sign-in:192.0.2.1"; memory is bounded (the least used is forgotten). */
bool web_rate_take(struct web *web, str key, int burst, int per_hour);
/* Gives the tokens back: a success after failures. */
void web_rate_forget(struct web *web, str key);

#endif
