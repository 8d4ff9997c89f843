#include <stdarg.h>
#include <stdio.h>

#include "web/internal.h"

static str pairs_text(const struct pairs *pairs, const char *name)
{
	const str *text = pairs_find(pairs, str_z(name));
	return text ? *text : S("");
}

str request_param(const struct request *request, const char *name)
{
	return pairs_text(&request->params, name);
}

str request_query(const struct request *request, const char *name)
{
	return pairs_text(&request->query, name);
}

static str value_as_text(struct arena *arena, struct value v)
{
	if (v.kind == VALUE_NUMBER)
		return decimal_text(arena, v.number);
	if (v.kind == VALUE_BOOL)
		return v.boolean ? S("true") : S("");
	return value_text(v);
}

str request_field(const struct request *request, const char *name)
{
	const str *text = pairs_find(&request->fields, str_z(name));
	return text ? *text :
		value_as_text(request->ctx.arena, value_get(request->body, str_z(name)));
}

bool request_has(const struct request *request, const char *name)
{
	return pairs_find(&request->fields, str_z(name)) ||
	       value_find(request->body, str_z(name));
}

bool request_field_at(const struct request *request, const char *name, size_t i, str *ret_text)
{
	const struct pairs *fields = &request->fields;
	for (size_t at = 0; at < fields->n; at++) {
		if (!str_eq(fields->items[at].name, str_z(name)) || i-- > 0)
			continue;
		*ret_text = fields->items[at].text;
		return true;
	}
	struct value list = value_get(request->body, str_z(name));
	if (fields->n || list.kind != VALUE_LIST || i >= list.n)
		return false;
	*ret_text = value_as_text(request->ctx.arena, value_item(list, i));
	return true;
}

str request_header(const struct request *request, const char *name)
{
	return header_get(&request->headers, name);
}

str request_cookie(const struct request *request, const char *name)
{
	return pairs_text(&request->cookies, name);
}

struct upload *request_upload(const struct request *request, const char *field)
{
	for (size_t i = 0; i < request->n_uploads; i++)
		if (str_eq(request->uploads[i].field, str_z(field)))
			return &request->uploads[i];
	return NULL;
}

int64_t request_query_int(const struct request *request, const char *name, int64_t otherwise)
{
	int64_t n;
	return str_int(request_query(request, name), INT64_MIN, INT64_MAX, &n) ? n : otherwise;
}

str request_link(const struct request *request, str path)
{
	if (request->base.n == 0)
		return path;
	str parts[] = { request->base, str_eq(path, S("/")) ? S("") : path };
	return arena_join(request->ctx.arena, parts, 2);
}

str request_in_language(const struct request *request, str language)
{
	bool is_default = str_eq(language, str_z(request->web->options.languages[0]));
	size_t mark = str_find_byte(request->target, '?');
	bool bare = str_eq(request->path, S("/")) && (!is_default || request->site.prefix.n);
	str parts[] = {
		is_default ? S("") : S("/"),
		is_default ? S("") : language,
		request->site.prefix,
		bare ? S("") : request->path,
		mark == SIZE_MAX ? S("") : str_slice(request->target, mark, SIZE_MAX),
	};
	return arena_join(request->ctx.arena, parts, ARRAY_SIZE(parts));
}

str request_absolute(const struct request *request, str path)
{
	const char *public_url = request->web->options.public_url;
	str link = request_link(request, path);
	if (public_url && request->site.main) {
		str root = str_z(public_url);
		str parts[] = { str_ends(root, S("/")) ? str_slice(root, 0, root.n - 1) : root,
				link };
		return arena_join(request->ctx.arena, parts, 2);
	}
	str parts[] = { request->https ? S("https://") : S("http://"), request->host, link };
	return arena_join(request->ctx.arena, parts, 3);
}

void request_mistake(struct request *request, const char *field, const char *msgid, ...)
{
	if (value_find(request->mistakes, str_z(field)))
		return;
	const char *format = ctx_text(&request->ctx, msgid);
	va_list list, again;
	va_start(list, msgid);
	va_copy(again, list);
	int n = vsnprintf(NULL, 0, format, list);
	va_end(list);
	char *text = arena_alloc(request->ctx.arena, (size_t)(n < 0 ? 0 : n) + 1);
	vsnprintf(text, (size_t)(n < 0 ? 0 : n) + 1, format, again);
	va_end(again);
	value_set(request->ctx.arena, &request->mistakes,
		  arena_copy(request->ctx.arena, str_z(field)), value_str(str_z(text)));
}

bool request_has_mistakes(const struct request *request)
{
	return request->mistakes.n > 0;
}

str request_csrf(struct request *request)
{
	struct exchange *exchange = exchange_of(request);
	response_private(&exchange->response);
	if (exchange->cookie.n == 0) {
		exchange->visitor = random_token(request->ctx.arena);
		exchange->cookie = exchange->visitor;
		exchange->new_visitor = true;
	}
	char token[64];
	csrf_token(request->web->options.secret, exchange->cookie, token);
	return arena_copy(request->ctx.arena, str_z(token));
}
