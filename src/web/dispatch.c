/* What stands between a request and its handler, in the one order that is safe; and the only place
 * where errors are logged. */
#include "base/clock.h"
#include "base/log.h"
#include "web/internal.h"

enum { SLOW = 1000000 };

static enum err find_principal(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	const struct web_hooks *hooks = &exchange->web->hooks;
	str bearer = S("");
	if (request->bearer) {
		str header = header_get(&request->headers, "Authorization");
		bearer = str_trim(str_slice(header, 7, header.n));
	}
	/* Cookies of the application's own may prove something too: a PIN, a draft. */
	if (!hooks->principal || (request->session.n == 0 && bearer.n == 0 && !request->cookies.n))
		return OK;
	return hooks->principal(hooks->app, request, request->session, bearer);
}

static enum err check_csrf(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	if (request->method == WEB_GET || request->bearer ||
	    (request->route->flags & ROUTE_NO_CSRF))
		return OK;
	if (!csrf_same_origin(request) || !csrf_was_sent(exchange))
		return fail(&request->ctx, ERR_FORBIDDEN,
			    "This form is too old, or it did not come from this site. "
			    "Open the page again and send it once more.");
	return OK;
}

static enum err check_permission(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	const struct route *route = request->route;
	const struct web_hooks *hooks = &exchange->web->hooks;
	if (route->permission == PERM_SIGNED_IN && !request->principal)
		return fail(&request->ctx, ERR_FORBIDDEN, "Sign in first");
	if (route->object)
		TRY(route->object(request, &request->object));
	if (route->permission < 0)
		return OK;
	if (!hooks->may)
		return fail(&request->ctx, ERR_FORBIDDEN, "You may not do this");
	return hooks->may(hooks->app, request, route->permission, request->object);
}

/* The handler of a cached page must not be able to tell one reader from another. */
static void hide_reader(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	request->cookies = (struct pairs){ 0 };
	request->headers = (struct pairs){ 0 };
	request->client = S("");
}

static enum err serve(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	const struct route *route = request->route;
	if (!exchange->anonymous)
		TRY(find_principal(exchange));
	TRY(check_csrf(exchange));
	TRY(check_permission(exchange));
	if (route->fields && request->method != WEB_GET)
		fields_check(request, route->fields);
	if (exchange->anonymous)
		hide_reader(exchange);
	return route->handle(request, &exchange->response);
}

static void answer_options(struct exchange *exchange)
{
	response_empty(&exchange->response);
	respond(exchange, OK);
}

static void take_flash(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	const str *sealed = pairs_find(&request->cookies, S(COOKIE_FLASH));
	if (sealed && !flash_open(&exchange->arena, exchange->web->options.secret, *sealed,
				  &request->flash_kind, &request->flash))
		request->flash = S("");
}

static void run(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	if (!exchange->refused)
		exchange->refused = exchange->body.refused;
	if (exchange->refused) {
		respond_error(exchange, exchange->refused, request->ctx.fault.message);
	} else if (exchange->redirect.n) {
		response_redirect_to(&exchange->response, 308, exchange->redirect);
		respond(exchange, OK);
	} else if (!request->route) {
		answer_options(exchange);
	} else {
		take_flash(exchange);
		respond(exchange, serve(exchange));
	}
}

static void log_trouble(struct exchange *exchange, usec took)
{
	struct request *request = &exchange->request;
	const struct fault *fault = &request->ctx.fault;
	const char *path = request->route ? request->route->path : "?";
	if (exchange->answer.status >= 500 && exchange->answer.status != 503) {
		log_line(LOG_ERROR, "request.failed", "id=%.*s route=%s status=%d account=%.*s",
			 STR_ARG(request->id), path, exchange->answer.status,
			 STR_ARG(request->principal_id));
		if (fault->code)
			log_fault(fault, "request.fault");
	} else if (took > SLOW && exchange->answer.topic.n == 0) {
		log_line(LOG_WARN, "request.slow", "id=%.*s route=%s ms=%lld", STR_ARG(request->id),
			 path, (long long)(took / 1000));
	}
}

/* Another worker may have made the page while this request waited. */
static bool answer_from_cache(struct exchange *exchange)
{
	struct page *page = exchange->anonymous ?
		cache_find(exchange->web, exchange->cache_key) : NULL;
	if (!page)
		return false;
	exchange->answer.page = page;
	return true;
}

void dispatch_run(struct exchange *exchange, int worker)
{
	struct request *request = &exchange->request;
	usec began = clock_monotonic();
	request->worker = worker;
	str asked = header_get(&request->headers, "If-None-Match");
	str client = request->client, agent = header_get(&request->headers, "User-Agent");
	if (!answer_from_cache(exchange)) {
		run(exchange);
		if (exchange->anonymous)
			exchange->answer.page = cache_store(exchange);
	}
	struct answer *answer = &exchange->answer;
	int64_t count = answer->page ? answer->page->count : exchange->response.count;
	if (answer->page) {
		answer->status = answer->page->status;
		answer->variant = page_variant(answer->page, exchange->encoding);
		answer->not_modified = etag_listed(asked, answer->page->etag[answer->variant]);
	}
	if (count && answer->status == 200 && !exchange->head)
		web_count_visit(exchange->web, count, client, agent);
	usec took = clock_monotonic() - began;
	metrics_latency(&exchange->web->metrics, worker, took);
	log_trouble(exchange, took);
	exchange->finished = true;
}
