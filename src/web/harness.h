/*
 * harness: requests in process, without sockets, through the same dispatcher: for page tests.
 *
 *	struct web *web;
 *	assert_int_equal(web_test_open(ctx, &hooks, &tables, &web), OK);
 *	struct web_answer a = web_test_request(web, arena, (struct web_ask){
 *		.method = "POST", .target = "/ban/H33.1/nhan", .session = "t1",
 *		.form = "note=xin%20chào" });
 *	assert_int_equal(a.status, 303);
 *	web_test_close(web);
 *
 * A form gets a valid CSRF token by itself unless .no_csrf. Nothing is cached unless .cached.
 */
#ifndef MOTCUA_WEB_HARNESS_H
#define MOTCUA_WEB_HARNESS_H

#include "web/web.h"

struct web_ask {
	const char *method;   /* NULL: GET */
	const char *target;   /* path and query */
	const char *host;     /* NULL: localhost */
	const char *session;  /* session cookie */
	const char *bearer;   /* API token */
	const char *accept;   /* NULL: text/html */
	const char *form;     /* url-encoded body */
	const char *json;     /* JSON body */
	str body;             /* or any body, of this type */
	const char *type;
	const char *headers;  /* more: "Name: text\nName: text" */
	const char *cookies;  /* more: "a=b; c=d" */
	bool no_csrf;
	bool cached;          /* let the page cache answer and keep */
};

struct web_answer {
	int status;
	struct pairs headers;
	str body;             /* never compressed */
};

/* As web_start without threads and sockets. Uploads need options.temp_dir: web_test_open_with. */
enum err web_test_open(struct ctx *ctx, const struct web_hooks *hooks,
		       const struct route_tables *tables, struct web **ret_web);
enum err web_test_open_with(struct ctx *ctx, const struct web_options *options,
			    const struct web_hooks *hooks, const struct route_tables *tables,
			    struct web **ret_web);
void web_test_close(struct web *web);

struct web_answer web_test_request(struct web *web, struct arena *arena, struct web_ask ask);
/* First header of that name, or "". */
str web_answer_header(const struct web_answer *answer, const char *name);
/* The text of the cookie the answer sets, or "". */
str web_answer_cookie(const struct web_answer *answer, const char *name);

#endif
