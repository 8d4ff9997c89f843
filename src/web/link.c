/* One connection and its requests: the look into the cache, the body, waiting for a worker, the
 * answer. All but link_wake runs on the connection's I/O thread. */
#include <arpa/inet.h>
#include <unistd.h>

#include "base/clock.h"
#include "web/carrier.h"

enum { KEY_ROOM = TARGET_BYTES + 300, EVENT_BLOCK = 4096, SWALLOW_MAX = 1 << 20 };

/* ── opening and closing ── */

enum MHD_Result link_may_open(void *object, const struct sockaddr *address, socklen_t n)
{
	struct io *io = object;
	(void)n;
	return addresses_may(io->web->addresses, address_key(address)) ? MHD_YES : MHD_NO;
}

static void note_peer(struct link *link)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(link->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = info->client_addr;
	link->address = address_key(a);
	if (a->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)a)->sin6_addr, link->peer,
			  sizeof link->peer);
	else if (a->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, link->peer,
			  sizeof link->peer);
}

static struct link *link_open(struct io *io, struct MHD_Connection *connection)
{
	struct link *link = calloc(1, sizeof *link);
	if (!link)
		abort();
	link->io = io;
	link->connection = connection;
	link->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	link->deadline = clock_monotonic() + io->web->options.header_time;
	note_peer(link);
	addresses_add(io->web->addresses, link->address, 1);
	metrics_add((atomic_uint_fast64_t *)&io->web->metrics.lanes[io->lane].connections, 1);
	link->next = io->links;
	link->at = &io->links;
	if (link->next)
		link->next->at = &link->next;
	io->links = link;
	return link;
}

static void set_busy(struct link *link, bool busy)
{
	if (link->busy != busy)
		atomic_fetch_add(&link->io->busy, busy ? 1 : -1);
	link->busy = busy;
}

static void link_close(struct link *link)
{
	struct io *io = link->io;
	set_busy(link, false);
	addresses_add(io->web->addresses, link->address, -1);
	metrics_add((atomic_uint_fast64_t *)&io->web->metrics.lanes[io->lane].connections,
		    (uint64_t)-1);
	*link->at = link->next;
	if (link->next)
		link->next->at = link->at;
	exchange_free(link->exchange, &link->io->shelf);
	free(link);
}

void link_changed(void *object, struct MHD_Connection *connection, void **link,
		  enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*link = link_open(object, connection);
	} else {
		link_close(*link);
		*link = NULL;
	}
}

/* ── answers ── */

static void add_headers(struct MHD_Response *response, const struct pair *headers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		MHD_add_response_header(response, headers[i].name.p, headers[i].text.p);
}

static void release_page(void *object)
{
	page_release(object);
}

static void unmake_page(struct page *page)
{
	for (int i = 0; i < ENCODINGS; i++)
		if (page->made[i])
			MHD_destroy_response(page->made[i]);
}

static struct MHD_Response *page_headers(struct MHD_Response *response, const struct page *page,
					 enum encoding variant)
{
	add_headers(response, page->headers, page->n_headers);
	MHD_add_response_header(response, "ETag", page->etag[variant].p);
	if (variant != IDENTITY)
		MHD_add_response_header(response, "Content-Encoding",
					variant == GZIP ? "gzip" : "br");
	return response;
}

void link_make_page(struct page *page)
{
	for (int i = 0; i < ENCODINGS; i++) {
		if (i != IDENTITY && page->body[i].n == 0)
			continue;
		atomic_fetch_add(&page->holds, 1);
		page->made[i] = page_headers(
			MHD_create_response_from_buffer_with_free_callback_cls(
				page->body[i].n, (void *)page->body[i].p, release_page, page),
			page, (enum encoding)i);
	}
	page->unmake = unmake_page;
}

static enum MHD_Result send_made(struct link *link, unsigned status, struct MHD_Response *response,
				 uint64_t bytes)
{
	link->phase = PHASE_SEND;
	link->deadline = link_send_time(link->io, bytes);
	metrics_count(&link->io->web->metrics, link->io->lane, (int)status);
	return MHD_queue_response(link->connection, status, response);
}

static enum MHD_Result send_new(struct link *link, unsigned status, struct MHD_Response *response,
				uint64_t bytes)
{
	if (link->io->draining)
		MHD_add_response_header(response, "Connection", "close");
	enum MHD_Result result = send_made(link, status, response, bytes);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_page(struct link *link, struct page *page, enum encoding variant,
				 bool not_modified)
{
	if (!not_modified && !link->io->draining)
		return send_made(link, (unsigned)page->status, page->made[variant],
				 page->body[variant].n);
	struct MHD_Response *response;
	if (not_modified) {
		response = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
	} else {
		atomic_fetch_add(&page->holds, 1);
		response = MHD_create_response_from_buffer_with_free_callback_cls(
			page->body[variant].n, (void *)page->body[variant].p, release_page, page);
	}
	return send_new(link, not_modified ? 304 : (unsigned)page->status,
			page_headers(response, page, variant), page->body[variant].n);
}

/* For heads that are refused before an exchange exists. The connection ends: nobody knows where
 * the next request would begin. */
static enum MHD_Result send_refusal(struct link *link, int status)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%d\n", status);
	struct MHD_Response *response =
		MHD_create_response_from_buffer((size_t)n, text, MHD_RESPMEM_MUST_COPY);
	MHD_add_response_header(response, "Content-Type", "text/plain");
	MHD_add_response_header(response, "Cache-Control", "no-store");
	if (!link->io->draining)
		MHD_add_response_header(response, "Connection", "close");
	return send_new(link, (unsigned)status, response, 0);
}

/* ── server-sent events ── */

static void doze(void *object)
{
	MHD_suspend_connection(((struct link *)object)->connection);
}

static void rouse(void *object)
{
	struct io *io = ((struct link *)object)->io;
	MHD_resume_connection(((struct link *)object)->connection);
	io_wake(io);
}

static ssize_t read_events(void *object, uint64_t position, char *into, size_t n)
{
	struct link *link = object;
	(void)position;
	long got = events_read(link->io->web->events, link->listener, into, n);
	return got < 0 ? MHD_CONTENT_READER_END_OF_STREAM : got;
}

static void leave_events(void *object)
{
	struct link *link = object;
	events_leave(link->io->web->events, link->listener);
	link->listener = NULL;
}

static enum MHD_Result send_events(struct link *link, const struct answer *answer)
{
	link->listener = events_join(link->io->web->events, answer->topic, doze, rouse, link);
	struct MHD_Response *response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, EVENT_BLOCK, read_events, link, leave_events);
	add_headers(response, answer->headers, answer->n_headers);
	enum MHD_Result result = send_new(link, (unsigned)answer->status, response, 0);
	link->deadline = 0;
	set_busy(link, false); /* a stream does not hold up the end of the server */
	return result;
}

static enum MHD_Result send_answer(struct link *link)
{
	struct answer *answer = &link->exchange->answer;
	if (answer->page)
		return send_page(link, answer->page, answer->variant, answer->not_modified);
	if (answer->topic.n)
		return send_events(link, answer);
	struct MHD_Response *response;
	uint64_t bytes = answer->fd >= 0 ? answer->length : answer->body.n;
	if (answer->fd >= 0 && answer->length) {
		response = MHD_create_response_from_fd_at_offset64(answer->length, answer->fd,
								   answer->from);
		answer->fd = -1;
	} else {
		/* The exchange lives until the answer is sent. */
		response = MHD_create_response_from_buffer(answer->fd >= 0 ? 0 : answer->body.n,
							   (void *)answer->body.p,
							   MHD_RESPMEM_PERSISTENT);
	}
	add_headers(response, answer->headers, answer->n_headers);
	return send_new(link, (unsigned)answer->status, response, bytes);
}

/* ── requests ── */

size_t link_unescape(void *none, struct MHD_Connection *connection, char *text)
{
	/* We decode ourselves, and need the target as it was sent. */
	(void)none, (void)connection;
	return strlen(text);
}

void *link_request_line(void *object, const char *uri, struct MHD_Connection *connection)
{
	struct io *io = object;
	struct link *link = MHD_get_connection_info(connection,
		MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	link->target_n = strlen(uri);
	memcpy(link->target, uri, link->target_n <= TARGET_BYTES ? link->target_n : 0);
	link->new_request = true;
	link->bodiless = false;
	link->swallowed = 0;
	link->phase = PHASE_HEAD;
	link->deadline = io->now + io->web->options.header_time;
	set_busy(link, true);
	return link;
}

struct gathered {
	struct pair items[HEADERS_MAX];
	size_t n;
};

static enum MHD_Result gather(void *object, enum MHD_ValueKind kind, const char *name,
			      size_t name_n, const char *text, size_t text_n)
{
	struct gathered *all = object;
	(void)kind;
	if (all->n < HEADERS_MAX)
		all->items[all->n] = (struct pair){ str_of(name, name_n),
						    str_of(text ? text : "", text_n) };
	all->n++;
	return MHD_YES;
}

/* What of the head decides whether the cache may answer, and how. */
struct glance {
	str host, encodings, unchanged, agent, proto;
	bool personal; /* a cookie of ours, a token, or JSON wanted */
};

static void glance_at(const struct head *head, struct glance *g)
{
	for (size_t i = 0; i < head->headers.n; i++) {
		str name = head->headers.items[i].name, text = head->headers.items[i].text;
		if (str_eq_nocase(name, S("Host")))
			g->host = text;
		else if (str_eq_nocase(name, S("Accept-Encoding")))
			g->encodings = text;
		else if (str_eq_nocase(name, S("If-None-Match")))
			g->unchanged = text;
		else if (str_eq_nocase(name, S("User-Agent")))
			g->agent = text;
		else if (str_eq_nocase(name, S("X-Forwarded-Proto")))
			g->proto = text;
		else if (str_eq_nocase(name, S("Authorization")))
			g->personal = true;
		else if (str_eq_nocase(name, S("Accept")))
			g->personal |= str_find(text, S("json")) != SIZE_MAX;
		else if (str_eq_nocase(name, S("Cookie")))
			g->personal |= cookie_find(text, S(COOKIE_SESSION)).n ||
				       cookie_find(text, S(COOKIE_FLASH)).n;
	}
}

static enum MHD_Result send_hit(struct link *link, struct page *page, const struct head *head,
				const struct glance *g)
{
	struct web *web = link->io->web;
	enum encoding variant = page_variant(page, accept_best_encoding(g->encodings));
	bool not_modified = g->unchanged.n && etag_listed(g->unchanged, page->etag[variant]);
	metrics_add(&web->metrics.lanes[link->io->lane].cached, 1);
	if (page->count && !not_modified && str_eq(head->method, S("GET")))
		web_count_visit(web, page->count, web->options.trust_proxy ?
				header_client(&head->headers, head->peer) : head->peer, g->agent);
	enum MHD_Result result = send_page(link, page, variant, not_modified);
	page_done(page);
	return result;
}

/* The short way: a page in the cache for an address without a query, asked by anybody. */
static struct page *find_hit(struct link *link, const struct head *head, struct glance *g)
{
	const struct web_options *o = &link->io->web->options;
	if (!str_eq(head->method, S("GET")) && !str_eq(head->method, S("HEAD")))
		return NULL;
	glance_at(head, g);
	if (g->personal || str_find_byte(head->target, '?') != SIZE_MAX)
		return NULL;
	bool https = head->https || (o->trust_proxy && str_eq_nocase(g->proto, S("https")));
	char key[KEY_ROOM];
	size_t n = cache_key_write(key, sizeof key, https, g->host, head->target);
	return n ? cache_find(link->io->web, str_of(key, n)) : NULL;
}

static void link_wake(struct exchange *exchange)
{
	struct link *link = exchange->carrier;
	struct io *io = link->io; /* the link may be gone once it is resumed */
	MHD_resume_connection(link->connection);
	io_wake(io);
}

static enum MHD_Result to_workers(struct link *link)
{
	struct exchange *exchange = link->exchange;
	exchange->done = link_wake;
	exchange->carrier = link;
	link->phase = PHASE_WORK;
	link->deadline = 0;
	/* Suspended first: the worker may be done before pool_put returns. */
	MHD_suspend_connection(link->connection);
	if (!pool_put(link->io->web->pool, exchange)) {
		metrics_add(&link->io->web->metrics.lanes[link->io->lane].overload, 1);
		answer_overload(exchange);
		exchange->finished = true;
		link_wake(exchange);
	}
	return MHD_YES;
}

static uint64_t content_length(const struct exchange *exchange)
{
	int64_t n = 0;
	str text = header_get(&exchange->request.headers, "Content-Length");
	return str_int(text, 0, INT64_MAX, &n) ? (uint64_t)n : 0;
}

static bool has_body(const struct exchange *exchange)
{
	return content_length(exchange) > 0 ||
	       header_get(&exchange->request.headers, "Transfer-Encoding").n;
}

static enum MHD_Result begin_exchange(struct link *link, const struct head *head)
{
	struct web *web = link->io->web;
	struct exchange *exchange = link->exchange = exchange_new(web, &link->io->shelf, head);
	if (exchange->anonymous && !exchange->refused) {
		struct page *page = cache_find(web, exchange->cache_key);
		struct glance g = { 0 };
		glance_at(head, &g);
		if (page)
			return send_hit(link, page, head, &g);
	}
	if (link->bodiless)
		return to_workers(link);
	bool body = has_body(exchange);
	if (body && exchange->request.route && !exchange->refused)
		body_begin(exchange, content_length(exchange));
	/* Refused already: its body is not read, and the connection ends. */
	if (body && (exchange->refused || exchange->body.refused || !exchange->request.route))
		return to_workers(link);
	link->phase = PHASE_BODY;
	link->deadline = link->io->now + web->options.body_time +
			 (usec)(content_length(exchange) >> 14) * USEC_SECOND;
	return MHD_YES;
}

static enum MHD_Result take_head(struct link *link, const char *method, const char *version)
{
	struct gathered all = { .n = 0 };
	MHD_get_connection_values_n(link->connection, MHD_HEADER_KIND, gather, &all);
	if (link->target_n > TARGET_BYTES)
		return send_refusal(link, 414);
	if (all.n > HEADERS_MAX)
		return send_refusal(link, 431);
	struct head head = {
		.method = str_z(method),
		.target = str_of(link->target, link->target_n),
		.peer = str_z(link->peer),
		.headers = { all.items, all.n },
		.http_1_1 = strcmp(version, "HTTP/1.1") == 0,
		.https = link->io->tls,
	};
	int refused = head_check(&head.headers, head.method, head.target, head.http_1_1);
	if (refused)
		return send_refusal(link, refused);
	struct glance g = { 0 };
	struct page *page = find_hit(link, &head, &g);
	return page ? send_hit(link, page, &head, &g) : begin_exchange(link, &head);
}

/* What nobody wants is read on up to a limit, so that the client gets to see the answer. */
static enum MHD_Result swallow(struct link *link, size_t *n)
{
	link->swallowed += *n;
	*n = 0;
	return link->swallowed > SWALLOW_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result take_body(struct link *link, const char *bytes, size_t *n)
{
	struct exchange *exchange = link->exchange;
	if (*n) {
		body_take(exchange, bytes, *n);
		if (exchange->body.refused)
			return swallow(link, n);
		*n = 0;
		return MHD_YES;
	}
	body_end(exchange);
	return to_workers(link);
}

enum MHD_Result link_take(void *io, struct MHD_Connection *connection, const char *url,
			  const char *method, const char *version, const char *bytes,
			  size_t *n, void **object)
{
	struct link *link = *object;
	(void)io, (void)connection, (void)url;
	if (link->new_request) {
		link->new_request = false;
		link->bodiless = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
		/* An answer given in the first call ends the connection: wait for the second. */
		return link->bodiless ? MHD_YES : take_head(link, method, version);
	}
	if (link->phase == PHASE_HEAD)
		return *n ? swallow(link, n) : take_head(link, method, version);
	if (link->phase == PHASE_BODY)
		return take_body(link, bytes, n);
	if (link->phase == PHASE_WORK && link->exchange->finished)
		return send_answer(link);
	return MHD_NO;
}

void link_completed(void *object, struct MHD_Connection *connection, void **state,
		    enum MHD_RequestTerminationCode why)
{
	struct io *io = object;
	struct link *link = *state;
	(void)connection, (void)why;
	if (!link)
		return;
	exchange_free(link->exchange, &link->io->shelf);
	link->exchange = NULL;
	set_busy(link, false);
	link->phase = PHASE_IDLE;
	link->deadline = io->now + io->web->options.idle_time;
}
