/*
 * response: what a handler answers. It sets one of these kinds and returns OK; an enum err makes
 * an error page (or an RFC 9457 problem) in the reader's language instead.
 *
 *	response_view(response, "cases/list", view);         a page, or JSON when asked for
 *	response_flash(response, "success", "Saved");        shown by the next page
 *	response_redirect(response, S("/ban"));              303: post, redirect, get
 *	response_file(response, path, S("application/pdf"), S("bien-nhan.pdf"));
 *
 * Everything passed in must live until the answer is sent: the request's arena, or a literal.
 * Headers about security, language, encoding, ETag and Vary are the dispatcher's.
 */
#ifndef MOTCUA_WEB_RESPONSE_H
#define MOTCUA_WEB_RESPONSE_H

#include "web/request.h"

enum response_kind {
	RESPONSE_NONE, /* a handler that sets nothing is a bug: 500 */
	RESPONSE_VIEW,
	RESPONSE_JSON,
	RESPONSE_BYTES,
	RESPONSE_FILE,
	RESPONSE_REDIRECT,
	RESPONSE_EVENTS,
	RESPONSE_EMPTY,
};

enum { RESPONSE_HEADERS = 16 };

struct response {
	struct request *request;
	int status; /* 200; 303 for a redirect */
	enum response_kind kind;
	struct value view;
	str template_name;
	str type, bytes, location, file, file_name, topic;
	struct pair headers[RESPONSE_HEADERS];
	size_t n_headers;
	bool cacheable;     /* false once anything personal went in */
	bool inline_file;
	usec ttl;           /* how long the page cache may keep it; 0: until the site changes */
	int64_t count;      /* subject given to web_hooks.viewed on every hit; 0: none */
	str script_nonce;   /* see response_nonce */
};

/* `template_name` is given to web_hooks.render: "portal/article". */
void response_view(struct response *response, const char *template_name, struct value view);
void response_status(struct response *response, int status);
/* JSON whatever was asked for. */
void response_json(struct response *response, int status, struct value body);
void response_bytes(struct response *response, str type, str bytes);
/* A file on disk: Range and ETag are answered, it is sent as an attachment under `name`
 * ("" : shown in the browser), never sniffed. */
void response_file(struct response *response, str path, str type, str name);
/* As response_file from memory, e.g. a PDF just made. */
void response_attachment(struct response *response, str type, str name, str bytes);
/* 303 to a path of this site (request_link is applied) … */
void response_redirect(struct response *response, str path);
/* … or to a whole address. `status` 301, 302, 303, 307, 308. */
void response_redirect_to(struct response *response, int status, str address);
/* 204. */
void response_empty(struct response *response);
/* A stream of server-sent events: what web_event sends to `topic`. ROUTE_EVENTS only. */
void response_events(struct response *response, str topic);

void response_header(struct response *response, const char *name, str text);
/* HttpOnly, SameSite=Lax, Path=/, Secure on https. seconds 0: for the session; <0: delete. */
void response_cookie(struct response *response, const char *name, str text, int64_t seconds);
/* Signs in: sets the session cookie (rotation: call it with the new token); "" signs out. */
void response_session(struct response *response, str token);
/* A sentence for the next page, signed, in a cookie. kind: "success", "notice", "error".
 * `msgid` is translated (printf style). */
void response_flash(struct response *response, const char *kind, const char *msgid, ...)
	__attribute__((format(printf, 3, 4)));
/* Not in any cache: pages that show something personal on a ROUTE_CACHED route. */
void response_private(struct response *response);
/* A nonce for one inline script of this page; the CSP names it. Keeps the page out of the cache. */
str response_nonce(struct response *response);

#endif
