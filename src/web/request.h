/*
 * request: what a handler reads. The dispatcher has filled it before the handler runs: the route
 * was found, the sign-in looked up, permission asked, CSRF checked, the form read and checked
 * against the route's fields.
 *
 *	enum err article_page(struct request *request, struct response *response)
 *	{
 *		struct article article;
 *		TRY(article_load(&request->ctx, request_param(request, "slug"), &article));
 *		response_view(response, "portal/article", article_view(request, &article));
 *		return OK;
 *	}
 *
 * Invariants: every text a person typed (query, fields, JSON strings, file names) is valid UTF-8
 * in NFC without control characters other than tab and line breaks; anything else was answered
 * 400 before. Absent names give the empty str (request_has tells it from an empty field).
 * Lifetime: everything lives in the request's arena and is gone when the answer is sent; uploaded
 * files are deleted then, unless upload_keep took them.
 */
#ifndef MOTCUA_WEB_REQUEST_H
#define MOTCUA_WEB_REQUEST_H

#include "base/datetime.h"
#include "base/err.h"
#include "base/value.h"

struct route;
struct web;

enum web_method {
	WEB_GET = 1,
	WEB_POST = 2,
	WEB_PUT = 4,
	WEB_PATCH = 8,
	WEB_DELETE = 16,
};

/* Which of the pack's sites the request is for; filled by web_hooks.site. */
struct web_site {
	int number;       /* 0 … WEB_SITES-1: the page cache counts generations by it */
	bool main;        /* officers' pages (ROUTE_MAIN) exist here only */
	str prefix;       /* "/phuong/hoa-phat" where the site is found by its path, or "" */
	const void *data; /* the hook's own */
};

enum { WEB_SITES = 256, WEB_PARAMS = 8 };

/* A name and its text: form fields, query, cookies, headers. */
struct pair {
	str name, text;
};

struct pairs {
	struct pair *items;
	size_t n;
};

/* A file of a multipart form, streamed to DATA/tmp while its hash was taken. */
struct upload {
	str field;      /* of the form */
	str name;       /* as the client called it, without folders; for showing only */
	str type;       /* what the client claimed: trust upload_kind instead */
	str path;       /* of the temporary file */
	uint64_t size;
	uint8_t sha256[32];
	bool kept;      /* see upload_keep */
};

struct request {
	struct ctx ctx;           /* arena, fault, translate: pass &request->ctx on */
	struct web *web;
	void *app;                /* web_hooks.app */
	void *state;              /* of the route's table */
	const struct route *route;
	int worker;               /* 0 … web_workers()-1: whose database connection to use */

	enum web_method method;   /* HEAD arrives as WEB_GET */
	str path;                 /* as routed: without language and site, "/tin/le-ky-ket" */
	str target;               /* as sent: "/en/phuong/hoa-phat/tin/le-ky-ket?trang=2" */
	str base;                 /* what the two left out: "/en/phuong/hoa-phat"; see request_link */
	str language;             /* "vi" unless the path said otherwise */
	struct web_site site;
	str host;                 /* lower case, with port where there is one */
	str client;               /* address without port; from the proxy with trust_proxy */
	str id;                   /* of this request, in the log and on error pages */
	str idempotency_key;      /* ≤ 200 visible ASCII characters, or "" */
	bool https;
	bool wants_json;          /* under /api/, or Accept prefers it */
	bool bearer;              /* signed in by a token: no cookie, no CSRF */
	usec started;             /* clock_real */

	const void *principal;    /* of the hook; NULL when nobody is signed in */
	str principal_id;         /* set by the hook for rate limits and the log: an id, no name */
	str session;              /* session cookie as sent, or "" */
	const void *object;       /* what the route's loader found */

	str flash_kind, flash;    /* left by response_flash one page ago: shown once */
	struct pairs params, query, fields, cookies, headers;
	struct upload *uploads;
	size_t n_uploads;
	struct value body;        /* JSON body, or null */
	str raw;                  /* the body as sent, ROUTE_RAW only */
	struct value mistakes;    /* map: field → sentence in the reader's language */
};

/* {name} of the route's pattern. */
str request_param(const struct request *request, const char *name);
str request_query(const struct request *request, const char *name);
/* A form field; where the body was JSON, its top-level text, number or truth value as text. */
str request_field(const struct request *request, const char *name);
bool request_has(const struct request *request, const char *name);
/* The same name again and again (check boxes): the i-th text, or false. */
bool request_field_at(const struct request *request, const char *name, size_t i, str *ret_text);
/* Header names are compared without case. */
str request_header(const struct request *request, const char *name);
str request_cookie(const struct request *request, const char *name);
/* The first file of that field, or NULL. An empty file input sends none. */
struct upload *request_upload(const struct request *request, const char *field);
/* Whole number of a query or field text, `otherwise` when absent or out of range. */
int64_t request_query_int(const struct request *request, const char *name, int64_t otherwise);

/* An address on the same site in the same language: request_link(r, S("/tin")). */
str request_link(const struct request *request, str path);
/* The same page in another language: for the language switch. */
str request_in_language(const struct request *request, str language);
/* With scheme and host, for mail, QR codes, feeds: uses --public-url where it was given. */
str request_absolute(const struct request *request, str path);

/* A mistake next to its field; the first one counts. `msgid` is translated (printf style). */
void request_mistake(struct request *request, const char *field, const char *msgid, ...)
	__attribute__((format(printf, 3, 4)));
bool request_has_mistakes(const struct request *request);

/* The hidden field "_csrf" of a form; put it first, before any file. Asking for one keeps the
 * page out of the cache and gives the visitor a cookie. Tokens are bound to the session and
 * masked anew each time. */
str request_csrf(struct request *request);

enum upload_kind { UPLOAD_OTHER, UPLOAD_PDF, UPLOAD_JPEG, UPLOAD_PNG };

/* What the bytes begin with, whatever name and type they came under. */
enum upload_kind upload_kind(const struct upload *upload);
const char *upload_kind_type(enum upload_kind kind); /* "application/pdf" … */
/* The file is the caller's now: it is not deleted at the end (the store renames it). */
void upload_keep(struct upload *upload);

#endif
