/* A request as text, "METHOD target\nName: text\n…\n\nbody", through first look, routing, cookies,
 * body and dispatcher, the body in pieces of different sizes: the answer must be the same. */
#include "fuzz.h"
#include "web/internal.h"

static enum err echo(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	for (size_t i = 0; i < request->fields.n; i++) {
		FUZZ_HOLDS(utf8_valid(request->fields.items[i].text));
		value_set(arena, &view, request->fields.items[i].name,
			  value_str(request->fields.items[i].text));
	}
	for (size_t i = 0; i < request->n_uploads; i++)
		value_set(arena, &view, request->uploads[i].field,
			  value_int((int64_t)request->uploads[i].size));
	value_set(arena, &view, S("param"), value_str(request_param(request, "name")));
	value_set(arena, &view, S("body"), request->body);
	response_json(response, 200, view);
	return OK;
}

static const struct field fields[] = {
	{ "a", "A", FIELD_LINE, .required = true, .max = 10 },
	{ "d", "D", FIELD_DATE },
	{ "p", "P", FIELD_PHONE },
	{ "e", "E", FIELD_EMAIL },
	{ "n", "N", FIELD_INTEGER, .min = 1, .max = 5 },
	{ 0 },
};

static const struct route routes[] = {
	{ WEB_GET, "/{name}", PERM_PUBLIC, echo, .flags = ROUTE_CACHED, .query_keys = "a,b" },
	{ WEB_POST, "/f", PERM_PUBLIC, echo, .fields = fields, .uploads = 2, .upload_max = 4096,
	  .flags = ROUTE_NO_CSRF },
	{ WEB_POST, "/c/{name*}", PERM_PUBLIC, echo },
	{ WEB_PUT, "/api/{name}", PERM_PUBLIC, echo, .flags = ROUTE_RAW | ROUTE_NO_CSRF },
	{ WEB_POST, "/api/{name}", PERM_PUBLIC, echo, .flags = ROUTE_NO_CSRF },
};

static struct web *open_web(struct ctx *ctx)
{
	static const struct route_table table = { "fuzz", routes, ARRAY_SIZE(routes), NULL };
	static const struct route_table *const tables[] = { &table };
	static const struct web_hooks hooks = { 0 };
	const struct web_options options = { .temp_dir = "/tmp" };
	struct web *web = NULL;
	FUZZ_HOLDS(web_make(ctx, &options, &hooks, &(struct route_tables){ tables, 1 }, &web) == OK);
	return web;
}

static void read_head(struct arena *arena, str text, struct head *ret_head)
{
	str line = S(""), method = S("GET");
	str_next(&text, '\n', &line);
	str_next(&line, ' ', &method);
	*ret_head = (struct head){ .method = method, .target = line, .peer = S("192.0.2.1"),
				   .http_1_1 = true };
	while (ret_head->headers.n < HEADERS_MAX && str_next(&text, '\n', &line)) {
		size_t colon = str_find_byte(line, ':');
		pairs_add(arena, &ret_head->headers, str_slice(line, 0, colon),
			  str_trim(str_slice(line, colon + 1, line.n)));
	}
}

static str run(struct web *web, struct arena *arena, const struct head *head, str body,
	       size_t piece)
{
	struct exchange *exchange = exchange_new(web, NULL, head);
	if (exchange->request.route && !exchange->refused && body.n) {
		body_begin(exchange, body.n);
		for (size_t at = 0; at < body.n; at += piece)
			body_take(exchange, body.p + at, body.n - at < piece ? body.n - at : piece);
		body_end(exchange);
	}
	dispatch_run(exchange, 0);
	const struct answer *answer = &exchange->answer;
	FUZZ_HOLDS(answer->status >= 200 && answer->status < 600);
	for (size_t i = 0; i < answer->n_headers; i++)
		FUZZ_HOLDS(str_find_byte(answer->headers[i].text, '\n') == SIZE_MAX);
	/* Refusals carry the number of the request, which is always another. */
	str text = answer->status == 200 ? arena_copy(arena, answer->body) :
		arena_printf(arena, "%d", answer->status);
	exchange_free(exchange, NULL);
	return text;
}

FUZZ(arena, input)
{
	struct ctx ctx = { .arena = arena };
	static struct web *web;
	if (!web)
		web = open_web(&ctx);
	size_t blank = str_find(input, S("\n\n"));
	str body = blank == SIZE_MAX ? S("") : str_slice(input, blank + 2, input.n);
	struct head head;
	read_head(arena, str_slice(input, 0, blank), &head);
	web->caching = false;
	str whole = run(web, arena, &head, body, body.n + 1);
	FUZZ_HOLDS(str_eq(whole, run(web, arena, &head, body, 1)));
	FUZZ_HOLDS(str_eq(whole, run(web, arena, &head, body, 7)));
}
