/* The body of a request while it arrives: forms and JSON are gathered up to a limit, files of a
 * multipart form go straight to disk. */
#include "base/json.h"
#include "web/internal.h"

enum { FORM_LIMIT = 256 << 10, API_LIMIT = 1 << 20 };

struct form_part {
	struct exchange *exchange;
	str name;
	struct buf text;
	struct upload_sink *sink;
	bool skip;              /* an empty file input */
};

static bool refuse(struct exchange *exchange, int status)
{
	if (!exchange->body.refused)
		exchange->body.refused = status;
	return false;
}

/* Files are written to disk only for those who prove to come from our own form: the token is
 * its first field. */
static bool file_allowed(struct exchange *exchange)
{
	const struct request *request = &exchange->request;
	if (request->n_uploads >= request->route->uploads || !exchange->web->options.temp_dir)
		return refuse(exchange, 413);
	return csrf_was_sent(exchange) ? true : refuse(exchange, 403);
}

static bool part_begin(void *object, str name, str file, str type)
{
	struct form_part *part = object;
	struct exchange *exchange = part->exchange;
	if (exchange->request.fields.n >= FIELDS_MAX)
		return refuse(exchange, 413);
	part->text = (struct buf){ .arena = &exchange->arena };
	part->sink = NULL;
	part->skip = file.p && file.n == 0;
	if (!text_clean(&exchange->arena, name, false, &part->name))
		return refuse(exchange, 400);
	if (!file.p || part->skip)
		return true;
	if (!file_allowed(exchange))
		return false;
	str shown;
	if (!text_clean(&exchange->arena, file, false, &shown))
		return refuse(exchange, 400);
	part->sink = upload_open(exchange, part->name, shown, type);
	return part->sink ? true : refuse(exchange, 507);
}

static bool part_data(void *object, const char *bytes, size_t n)
{
	struct form_part *part = object;
	struct exchange *exchange = part->exchange;
	if (part->sink)
		return upload_write(part->sink, bytes, n) ? true : refuse(exchange, 413);
	if (part->skip)
		return refuse(exchange, 400);
	exchange->body.texts += n;
	if (exchange->body.texts > exchange->body.limit)
		return refuse(exchange, 413);
	buf_bytes(&part->text, bytes, n);
	return true;
}

static bool part_end(void *object)
{
	struct form_part *part = object;
	struct exchange *exchange = part->exchange;
	if (part->sink)
		return upload_close(part->sink) ? true : refuse(exchange, 507);
	if (part->skip)
		return true;
	str text;
	if (!text_clean(&exchange->arena, buf_view(&part->text), true, &text))
		return refuse(exchange, 400);
	pairs_add(&exchange->arena, &exchange->request.fields, part->name, text);
	return true;
}

static void begin_multipart(struct exchange *exchange, str type)
{
	struct body *body = &exchange->body;
	str boundary;
	if (!multipart_boundary(&exchange->arena, type, &boundary)) {
		refuse(exchange, 400);
		return;
	}
	struct form_part *part = ARENA_NEW(&exchange->arena, struct form_part);
	part->exchange = exchange;
	body->kind = BODY_MULTIPART;
	body->multipart = multipart_new(&exchange->arena, boundary, &(struct multipart_events){
		.object = part, .part = part_begin, .data = part_data, .end = part_end });
}

static enum body_kind kind_of(str type)
{
	size_t semicolon = str_find_byte(type, ';');
	type = str_trim(str_slice(type, 0, semicolon));
	if (str_eq_nocase(type, S("application/x-www-form-urlencoded")))
		return BODY_FORM;
	if (str_eq_nocase(type, S("multipart/form-data")))
		return BODY_MULTIPART;
	return str_eq_nocase(type, S("application/json")) ? BODY_JSON : BODY_NONE;
}

/* All the bytes a body may have, files and the lines around them included. */
static uint64_t whole_limit(const struct exchange *exchange)
{
	const struct route *route = exchange->request.route;
	uint64_t file = route->upload_max ? route->upload_max : 10 << 20;
	return exchange->body.limit + route->uploads * (file + 1024) + FORM_LIMIT;
}

/* All bodies together have a limit: many large ones at once are answered 503, not kept. */
static bool reserve(struct exchange *exchange, uint64_t content_length)
{
	struct body *body = &exchange->body;
	struct web *web = exchange->web;
	bool known = content_length > 0 && content_length < body->limit;
	size_t bytes = known ? (size_t)content_length : body->limit;
	if (atomic_fetch_add(&web->bodies, bytes) + bytes > web->options.body_bytes) {
		atomic_fetch_sub(&web->bodies, bytes);
		return refuse(exchange, 503);
	}
	body->reserved = bytes;
	return true;
}

void body_done(struct exchange *exchange)
{
	atomic_fetch_sub(&exchange->web->bodies, exchange->body.reserved);
	exchange->body.reserved = 0;
}

void body_begin(struct exchange *exchange, uint64_t content_length)
{
	struct body *body = &exchange->body;
	const struct route *route = exchange->request.route;
	str type = header_get(&exchange->request.headers, "Content-Type");
	bool api = str_starts(exchange->request.path, S("/api/"));
	body->bytes.arena = &exchange->arena;
	body->limit = route->body_max ? route->body_max : api ? API_LIMIT : FORM_LIMIT;
	body->kind = route->flags & ROUTE_RAW ? BODY_RAW : kind_of(type);
	uint64_t most = body->kind == BODY_MULTIPART ? whole_limit(exchange) : body->limit;
	if (content_length > most)
		refuse(exchange, 413);
	else if (!reserve(exchange, content_length))
		return;
	else if (body->kind == BODY_MULTIPART)
		begin_multipart(exchange, type);
	else if (body->kind == BODY_NONE && content_length > 0)
		refuse(exchange, 415);
}

void body_take(struct exchange *exchange, const char *bytes, size_t n)
{
	struct body *body = &exchange->body;
	if (body->refused || n == 0)
		return;
	if (body->kind == BODY_NONE)
		refuse(exchange, 415);
	else if (body->kind != BODY_MULTIPART && body->bytes.n + n > body->limit)
		refuse(exchange, 413);
	else if (body->kind != BODY_MULTIPART)
		buf_bytes(&body->bytes, bytes, n);
	else if (!multipart_take(body->multipart, bytes, n))
		refuse(exchange, 400);
}

/* What a person typed is normalised everywhere in the tree. */
static bool clean_value(struct arena *arena, struct value *v)
{
	str text;
	switch (v->kind) {
	case VALUE_STRING:
		if (!text_clean(arena, value_text(*v), true, &text))
			return false;
		*v = value_str(text);
		return true;
	case VALUE_LIST:
		for (uint32_t i = 0; i < v->n; i++)
			if (!clean_value(arena, &v->items[i]))
				return false;
		return true;
	case VALUE_MAP:
		for (uint32_t i = 0; i < v->n; i++)
			if (!text_clean(arena, v->members[i].key, false, &v->members[i].key) ||
			    !clean_value(arena, &v->members[i].value))
				return false;
		return true;
	default:
		return true;
	}
}

static void end_json(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	struct json_fault fault;
	str text = buf_view(&exchange->body.bytes);
	if (text.n == 0)
		return;
	if (!json_parse(&exchange->arena, text, &request->body, &fault)) {
		fail(&request->ctx, ERR_INVALID, "The JSON is wrong in line %zu, column %zu: %s",
		     fault.line, fault.column, fault.message);
		refuse(exchange, 400);
	} else if (!clean_value(&exchange->arena, &request->body)) {
		fail(&request->ctx, ERR_INVALID, "A text of the JSON has control characters");
		refuse(exchange, 400);
	}
}

void body_end(struct exchange *exchange)
{
	struct body *body = &exchange->body;
	if (body->refused)
		return;
	switch (body->kind) {
	case BODY_FORM:
		if (!url_pairs(&exchange->arena, buf_view(&body->bytes), true,
			       &exchange->request.fields))
			refuse(exchange, 400);
		break;
	case BODY_JSON:
		end_json(exchange);
		break;
	case BODY_MULTIPART:
		if (!multipart_done(body->multipart))
			refuse(exchange, 400);
		break;
	case BODY_RAW:
		exchange->request.raw = buf_view(&body->bytes);
		break;
	case BODY_NONE:
		break;
	}
}
