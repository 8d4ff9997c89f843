/* A request's head becomes an exchange: first look, language, site, route. No input or output:
 * this runs on the I/O threads. */
#include <unistd.h>

#include "base/clock.h"
#include "web/internal.h"

enum { SHELF_MAX = 256, KEEP_BYTES = 96 << 10 };

static struct pairs copy_headers(struct arena *arena, const struct pairs *headers)
{
	struct pairs copy = { ARENA_ARRAY(arena, struct pair, headers->n + 1), headers->n };
	for (size_t i = 0; i < headers->n; i++)
		copy.items[i] = (struct pair){ arena_copy(arena, headers->items[i].name),
					       arena_copy(arena, headers->items[i].text) };
	return copy;
}

static str lower(struct arena *arena, str s)
{
	char *p = arena_alloc(arena, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 0x20 : s.p[i]);
	p[s.n] = '\0';
	return str_of(p, s.n);
}

static bool is_visible(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n <= 200;
}

static void refuse(struct exchange *exchange, int status)
{
	if (!exchange->refused)
		exchange->refused = status;
}

/* "/en/tin" → "en" and "/tin". The default language has no prefix of its own. */
static void take_language(struct exchange *exchange, str *path, str *ret_prefix)
{
	const char *const *languages = exchange->web->options.languages;
	size_t slash = str_find_byte(str_slice(*path, 1, path->n), '/');
	str first = str_slice(*path, 1, slash == SIZE_MAX ? path->n : slash + 1);
	exchange->request.language = str_z(languages[0]);
	*ret_prefix = S("");
	for (size_t i = 1; languages[i]; i++) {
		if (!str_eq(first, str_z(languages[i])))
			continue;
		exchange->request.language = str_z(languages[i]);
		*ret_prefix = str_slice(*path, 0, first.n + 1);
		*path = str_slice(*path, first.n + 1, path->n);
		if (path->n == 0)
			*path = S("/");
	}
}

static void take_site(struct exchange *exchange, str *path, str language_prefix, str query)
{
	struct request *request = &exchange->request;
	const struct web_hooks *hooks = &exchange->web->hooks;
	str redirect = { 0 };
	request->site = (struct web_site){ .main = true };
	if (hooks->site &&
	    !hooks->site(hooks->app, request->host, *path, &request->site, &redirect)) {
		request->site = (struct web_site){ .main = true };
		refuse(exchange, 404);
	}
	if (request->site.prefix.n) {
		*path = str_slice(*path, request->site.prefix.n, path->n);
		if (path->n == 0)
			*path = S("/");
	}
	str base[] = { language_prefix, request->site.prefix };
	request->base = arena_join(&exchange->arena, base, 2);
	if (redirect.n) {
		str parts[] = { redirect, language_prefix, *path, query };
		exchange->redirect = arena_join(&exchange->arena, parts, 4);
	}
}

static void take_params(struct exchange *exchange, const struct route_match *match)
{
	struct request *request = &exchange->request;
	for (size_t i = 0; i < match->row->n_names; i++) {
		str text;
		if (!url_decode(&exchange->arena, match->values[i], false, false, &text)) {
			refuse(exchange, 400);
			return;
		}
		pairs_add(&exchange->arena, &request->params, match->row->names[i], text);
	}
}

static bool take_slash(struct exchange *exchange, unsigned method, str query)
{
	struct request *request = &exchange->request;
	struct route_match match;
	if (method != WEB_GET || request->path.n < 2 || !str_ends(request->path, S("/")))
		return false;
	str path = str_slice(request->path, 0, request->path.n - 1);
	router_find(exchange->web->router, method, path, &match);
	if (!match.row)
		return false;
	str parts[] = { request->base, path, query };
	exchange->redirect = arena_join(&exchange->arena, parts, 3);
	return true;
}

static void take_route(struct exchange *exchange, str query)
{
	struct request *request = &exchange->request;
	struct route_match match;
	unsigned method = method_of(exchange->method);
	router_find(exchange->web->router, method, request->path, &match);
	exchange->methods = match.methods;
	exchange->row = match.row;
	if (!match.row) {
		bool options = str_eq(exchange->method, S("OPTIONS"));
		if (!take_slash(exchange, method, query) && !(options && match.methods))
			refuse(exchange, match.methods ? 405 : 404);
		return;
	}
	request->method = method;
	request->route = match.row->route;
	request->state = match.row->table->state;
	unsigned flags = request->route->flags;
	bool other_language =
		!str_eq(request->language, str_z(exchange->web->options.languages[0]));
	if (((flags & ROUTE_MAIN) && !request->site.main) ||
	    ((flags & ROUTE_NO_LANGUAGE) && other_language))
		refuse(exchange, 404);
	take_params(exchange, &match);
}

/* A cached page sees only the query keys it named; they make its key, in its own order. */
static void take_cached_query(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	struct buf target = { .arena = &exchange->arena };
	struct pairs kept = { 0 };
	size_t mark = str_find_byte(request->target, '?');
	buf_str(&target, str_slice(request->target, 0, mark));
	str keys = str_z(request->route->query_keys);
	for (str key; str_next(&keys, ',', &key);) {
		const str *text = pairs_find(&request->query, key);
		if (!text || text->n == 0)
			continue;
		buf_byte(&target, kept.n ? '&' : '?');
		url_encode(&target, key);
		buf_byte(&target, '=');
		url_encode(&target, *text);
		pairs_add(&exchange->arena, &kept, key, *text);
	}
	request->query = kept;
	exchange->cache_key = cache_key(&exchange->arena, request->https, request->host,
					buf_view(&target));
}

/* Whoever asks without a cookie of ours gets what everybody gets: the handler may not see more. */
static void take_anonymity(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	if (!request->route || !(request->route->flags & ROUTE_CACHED) || exchange->refused ||
	    request->method != WEB_GET || !exchange->web->caching)
		return;
	bool known = request->wants_json || request->bearer || request->session.n ||
		     pairs_find(&request->cookies, S(COOKIE_FLASH));
	if (known && !(request->route->flags & ROUTE_FOR_ALL))
		return;
	exchange->anonymous = true;
	take_cached_query(exchange);
	exchange->generation = web_generation(exchange->web, request->site.number);
}

static void take_cookies(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	cookies_parse(&exchange->arena, &request->headers, &request->cookies);
	const str *session = pairs_find(&request->cookies, S(COOKIE_SESSION));
	const str *visitor = pairs_find(&request->cookies, S(COOKIE_VISITOR));
	request->session = session && session->n <= 200 ? *session : S("");
	exchange->visitor = visitor && visitor->n == 22 ? *visitor : S("");
	exchange->cookie = request->session.n ? request->session : exchange->visitor;
	/* A token needs no cookie, and a cookie sent beside it proves nothing. */
	request->bearer = str_starts(header_get(&request->headers, "Authorization"), S("Bearer "));
	if (request->bearer)
		request->session = S("");
}

static void take_client(struct exchange *exchange, const struct head *head)
{
	struct web *web = exchange->web;
	struct request *request = &exchange->request;
	bool proxy = web->options.trust_proxy;
	str proto = header_get(&request->headers, "X-Forwarded-Proto");
	request->https = head->https || (proxy && str_eq_nocase(proto, S("https")));
	str client = proxy ? header_client(&request->headers, head->peer) : head->peer;
	request->client = arena_copy(&exchange->arena, client);
	request->host = lower(&exchange->arena, header_get(&request->headers, "Host"));
	if (request->host.n == 0)
		request->host = S("localhost");
}

static void take_target(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	size_t mark = str_find_byte(request->target, '?');
	str path = str_slice(request->target, 0, mark), language_prefix;
	str query = mark == SIZE_MAX ? S("") : str_slice(request->target, mark, SIZE_MAX);
	take_language(exchange, &path, &language_prefix);
	take_site(exchange, &path, language_prefix, query);
	request->path = path;
	request->wants_json = str_starts(path, S("/api/")) ||
		accept_prefers_json(header_get(&request->headers, "Accept"));
	if (query.n &&
	    !url_pairs(&exchange->arena, str_slice(query, 1, query.n), false, &request->query))
		refuse(exchange, 400);
	take_route(exchange, query);
}

static struct exchange *take_empty(struct shelf *shelf)
{
	struct exchange *exchange = shelf ? shelf->first : NULL;
	if (exchange) {
		struct arena arena = exchange->arena;
		shelf->first = exchange->next;
		if (--shelf->n < shelf->least)
			shelf->least = shelf->n;
		memset(exchange, 0, sizeof *exchange);
		exchange->arena = arena;
		return exchange;
	}
	exchange = calloc(1, sizeof *exchange);
	if (!exchange)
		abort();
	arena_init(&exchange->arena);
	return exchange;
}

struct exchange *exchange_new(struct web *web, struct shelf *shelf, const struct head *head)
{
	struct exchange *exchange = take_empty(shelf);
	exchange->web = web;
	exchange->answer.fd = -1;
	exchange->method = arena_copy(&exchange->arena, head->method);
	exchange->head = str_eq(head->method, S("HEAD"));
	struct request *request = &exchange->request;
	request->ctx.arena = &exchange->arena;
	request->web = web;
	request->app = web->hooks.app;
	request->started = clock_real();
	request->mistakes = value_map();
	request->target = arena_copy(&exchange->arena, head->target);
	request->headers = copy_headers(&exchange->arena, &head->headers);
	request->id = arena_printf(&exchange->arena, "%llx",
		(unsigned long long)atomic_fetch_add(&web->serial, 1));
	str codings = header_get(&request->headers, "Accept-Encoding");
	exchange->encoding = accept_best_encoding(codings);
	exchange->takes_gzip = accept_takes(codings, S("gzip"));
	exchange->response = (struct response){ .request = request, .status = 200,
						.cacheable = true };
	int status = head_check(&request->headers, head->method, head->target, head->http_1_1);
	if (status)
		refuse(exchange, status);
	request->idempotency_key = header_get(&request->headers, "Idempotency-Key");
	if (!is_visible(request->idempotency_key))
		refuse(exchange, 400);
	take_client(exchange, head);
	take_cookies(exchange);
	take_target(exchange);
	if (web->hooks.language)
		web->hooks.language(web->hooks.app, request);
	take_anonymity(exchange);
	exchange->response.ttl = request->route ? request->route->ttl : 0;
	return exchange;
}

void exchange_free(struct exchange *exchange, struct shelf *shelf)
{
	if (!exchange)
		return;
	body_done(exchange);
	if (exchange->answer.page)
		page_done(exchange->answer.page);
	if (exchange->answer.fd >= 0)
		close(exchange->answer.fd);
	/* Memory of usual size is kept for the next request: the system need not clear it anew. */
	if (shelf && shelf->n < SHELF_MAX && exchange->arena.used <= KEEP_BYTES) {
		arena_reset(&exchange->arena);
		exchange->next = shelf->first;
		shelf->first = exchange;
		shelf->n++;
		return;
	}
	arena_done(&exchange->arena);
	free(exchange);
}

static void shelf_drop(struct shelf *shelf, int n)
{
	for (; n > 0 && shelf->first; n--) {
		struct exchange *exchange = shelf->first;
		shelf->first = exchange->next;
		shelf->n--;
		arena_done(&exchange->arena);
		free(exchange);
	}
}

void shelf_tidy(struct shelf *shelf)
{
	/* What was not needed since the last time goes, by and by. */
	shelf_drop(shelf, (shelf->least + 3) / 4);
	shelf->least = shelf->n;
}

void shelf_clear(struct shelf *shelf)
{
	shelf_drop(shelf, shelf->n);
}
