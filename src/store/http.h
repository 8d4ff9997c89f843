/*
 * http: calls to other systems over HTTP (libcurl), for handlers of the outbox: web hooks, SMS
 * gateways, remote signing.
 *
 *	struct http_call call = { .url = url, .body = json, .headers = headers, .n_headers = 1 };
 *	TRY(http_post(ctx, &call));
 *
 * Only http and https, no redirects: the address is what the administrator wrote. The answer is cut
 * after HTTP_ANSWER bytes.
 */
#ifndef MOTCUA_STORE_HTTP_H
#define MOTCUA_STORE_HTTP_H

#include "base/err.h"
#include "base/value.h"

enum { HTTP_ANSWER = 64 << 10, HTTP_HEADERS = 16 };

struct http_call {
	const char *url;
	str type;                  /* Content-Type; empty: application/json */
	str body;
	const char *const *headers; /* "Name: text" */
	size_t n_headers;
	int timeout_s;             /* 0: 10 */
	bool typed;                /* the address was typed in a page: network_allows is asked */
	struct value networks;     /* what it is given as `named` */
	long ret_status;           /* of the answer; 0: none came */
	str ret_body;              /* in ctx->arena */
};

/* OK: answered with 2xx. ERR_BUSY: no answer, or one that may be better later (408, 425, 429, 5xx).
 * ERR_INVALID: refused for good, or the address is none, or lies where nothing may go. */
enum err http_post(struct ctx *ctx, struct http_call *call);

#endif
