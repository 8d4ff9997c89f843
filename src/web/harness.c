/* Requests without sockets: an exchange is made, run and read on the caller's thread. */
#include "web/harness.h"

#include <fcntl.h>
#include <unistd.h>

#include "web/internal.h"

enum err web_test_open_with(struct ctx *ctx, const struct web_options *options,
			    const struct web_hooks *hooks, const struct route_tables *tables,
			    struct web **ret_web)
{
	struct web *web;
	TRY(web_make(ctx, options, hooks, tables, &web));
	web_published(web);
	*ret_web = web;
	return OK;
}

enum err web_test_open(struct ctx *ctx, const struct web_hooks *hooks,
		       const struct route_tables *tables, struct web **ret_web)
{
	return web_test_open_with(ctx, &(struct web_options){ .secret = { 1 } }, hooks, tables,
				  ret_web);
}

void web_test_close(struct web *web)
{
	if (web)
		web_free(web);
}

static void add_more(struct arena *arena, struct pairs *headers, const char *lines)
{
	str rest = str_z(lines);
	for (str line; str_next(&rest, '\n', &line);) {
		size_t colon = str_find_byte(line, ':');
		pairs_add(arena, headers, str_slice(line, 0, colon),
			  str_trim(str_slice(line, colon + 1, line.n)));
	}
}

static void add_cookies(struct arena *arena, struct pairs *headers, const struct web_ask *ask,
			str visitor)
{
	struct buf out = { .arena = arena };
	if (ask->session)
		buf_printf(&out, COOKIE_SESSION "=%s; ", ask->session);
	if (visitor.n)
		buf_printf(&out, COOKIE_VISITOR "=%.*s; ", STR_ARG(visitor));
	if (ask->cookies)
		buf_str(&out, str_z(ask->cookies));
	if (out.n)
		pairs_add(arena, headers, S("Cookie"), buf_view(&out));
}

static str body_of(const struct web_ask *ask, str *ret_type)
{
	*ret_type = S("application/x-www-form-urlencoded");
	if (ask->form)
		return str_z(ask->form);
	*ret_type = S("application/json");
	if (ask->json)
		return str_z(ask->json);
	*ret_type = str_z(ask->type);
	return ask->body;
}

/* A token for whichever cookie the request will be judged by. */
static str prepare_csrf(struct web *web, struct arena *arena, const struct web_ask *ask,
			struct pairs *headers)
{
	bool writes = ask->method && strcmp(ask->method, "GET") != 0;
	if (!writes || ask->no_csrf || ask->bearer)
		return S("");
	str visitor = ask->session ? S("") : random_token(arena);
	char token[64];
	csrf_token(web->options.secret, ask->session ? str_z(ask->session) : visitor, token);
	pairs_add(arena, headers, S("X-CSRF-Token"), arena_copy(arena, str_z(token)));
	return visitor;
}

static struct pairs make_headers(struct web *web, struct arena *arena, const struct web_ask *ask,
				 str body, str type)
{
	struct pairs headers = { 0 };
	pairs_add(arena, &headers, S("Host"), str_z(ask->host ? ask->host : "localhost"));
	pairs_add(arena, &headers, S("Accept"), str_z(ask->accept ? ask->accept : "text/html"));
	if (ask->bearer)
		pairs_add(arena, &headers, S("Authorization"),
			  arena_printf(arena, "Bearer %s", ask->bearer));
	if (body.n) {
		pairs_add(arena, &headers, S("Content-Type"), type);
		pairs_add(arena, &headers, S("Content-Length"),
			  arena_printf(arena, "%zu", body.n));
	}
	str visitor = prepare_csrf(web, arena, ask, &headers);
	add_cookies(arena, &headers, ask, visitor);
	if (ask->headers)
		add_more(arena, &headers, ask->headers);
	return headers;
}

static str read_part(struct arena *arena, const struct answer *answer)
{
	char *p = arena_alloc(arena, answer->length + 1);
	ssize_t n = pread(answer->fd, p, answer->length, (off_t)answer->from);
	return str_of(p, n > 0 ? (size_t)n : 0);
}

static struct web_answer read_answer(struct arena *arena, const struct answer *answer)
{
	struct web_answer a = { .status = answer->not_modified ? 304 : answer->status };
	const struct pair *headers = answer->page ? answer->page->headers : answer->headers;
	size_t n = answer->page ? answer->page->n_headers : answer->n_headers;
	for (size_t i = 0; i < n; i++)
		pairs_add(arena, &a.headers, arena_copy(arena, headers[i].name),
			  arena_copy(arena, headers[i].text));
	if (answer->page)
		pairs_add(arena, &a.headers, S("ETag"),
			  arena_copy(arena, answer->page->etag[answer->variant]));
	if (answer->not_modified)
		a.body = S("");
	else if (answer->page)
		a.body = arena_copy(arena, answer->page->body[IDENTITY]);
	else if (answer->fd >= 0)
		a.body = read_part(arena, answer);
	else
		a.body = arena_copy(arena, answer->body);
	return a;
}

struct web_answer web_test_request(struct web *web, struct arena *arena, struct web_ask ask)
{
	str type, body = body_of(&ask, &type);
	struct head head = {
		.method = str_z(ask.method ? ask.method : "GET"),
		.target = str_z(ask.target),
		.peer = S("127.0.0.1"),
		.headers = make_headers(web, arena, &ask, body, type),
		.http_1_1 = true,
	};
	web->caching = ask.cached;
	struct exchange *exchange = exchange_new(web, NULL, &head);
	if (exchange->request.route && !exchange->refused && body.n) {
		body_begin(exchange, body.n);
		body_take(exchange, body.p, body.n);
		body_end(exchange);
	}
	dispatch_run(exchange, 0);
	struct web_answer answer = read_answer(arena, &exchange->answer);
	exchange_free(exchange, NULL);
	return answer;
}

str web_answer_header(const struct web_answer *answer, const char *name)
{
	return header_get(&answer->headers, name);
}

str web_answer_cookie(const struct web_answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->headers.n; i++) {
		if (!str_eq(answer->headers.items[i].name, S("Set-Cookie")))
			continue;
		str text = cookie_find(answer->headers.items[i].text, str_z(name));
		if (text.n)
			return text;
	}
	return S("");
}
