#include "web/internal.h"

const str *pairs_find(const struct pairs *pairs, str name)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (str_eq(pairs->items[i].name, name))
			return &pairs->items[i].text;
	return NULL;
}

str header_get(const struct pairs *headers, const char *name)
{
	str wanted = str_z(name);
	for (size_t i = 0; i < headers->n; i++)
		if (str_eq_nocase(headers->items[i].name, wanted))
			return headers->items[i].text;
	return S("");
}

void cookies_parse(struct arena *arena, const struct pairs *headers, struct pairs *ret_cookies)
{
	*ret_cookies = (struct pairs){ 0 };
	str rest = header_get(headers, "Cookie");
	for (str part; ret_cookies->n < HEADERS_MAX && str_next(&rest, ';', &part);) {
		part = str_trim(part);
		size_t equals = str_find_byte(part, '=');
		if (equals != SIZE_MAX)
			pairs_add(arena, ret_cookies, str_slice(part, 0, equals),
				  str_slice(part, equals + 1, part.n));
	}
}

str cookie_find(str header, str name)
{
	for (str part; str_next(&header, ';', &part);) {
		part = str_trim(part);
		if (part.n > name.n && str_starts(part, name) && part.p[name.n] == '=')
			return str_slice(part, name.n + 1, part.n);
	}
	return S("");
}

/* A quality in thousandths: "q=0.8" → 800; 1000 where none is written. */
static int quality(str parameters)
{
	for (str part; str_next(&parameters, ';', &part);) {
		part = str_trim(part);
		if (part.n < 3 || (part.p[0] | 0x20) != 'q' || part.p[1] != '=')
			continue;
		int q = part.p[2] == '1' ? 1000 : 0, weight = 100;
		for (size_t i = 4; i < part.n && weight && q < 1000; i++, weight /= 10)
			if (part.p[i] >= '0' && part.p[i] <= '9')
				q += (part.p[i] - '0') * weight;
		return q;
	}
	return 1000;
}

static int listed_quality(str list, str wanted, int otherwise)
{
	for (str item; str_next(&list, ',', &item);) {
		size_t semicolon = str_find_byte(item, ';');
		if (str_eq_nocase(str_trim(str_slice(item, 0, semicolon)), wanted))
			return semicolon == SIZE_MAX ?
				1000 : quality(str_slice(item, semicolon + 1, item.n));
	}
	return otherwise;
}

bool accept_prefers_json(str accept)
{
	if (accept.n == 0)
		return false;
	int json = listed_quality(accept, S("application/json"), 0);
	int problem = listed_quality(accept, S("application/problem+json"), 0);
	int page = listed_quality(accept, S("text/html"), 0);
	return (json > problem ? json : problem) > page;
}

bool accept_takes(str accept_encoding, str coding)
{
	return accept_encoding.n && listed_quality(accept_encoding, coding, 0) > 0;
}

enum encoding accept_best_encoding(str accept_encoding)
{
	if (accept_takes(accept_encoding, S("br")))
		return BROTLI;
	return accept_takes(accept_encoding, S("gzip")) ? GZIP : IDENTITY;
}

bool etag_listed(str list, str etag)
{
	if (etag.n == 0)
		return false;
	for (str item; str_next(&list, ',', &item);) {
		item = str_trim(item);
		if (str_starts(item, S("W/")))
			item = str_slice(item, 2, item.n);
		if (str_eq(item, etag) || str_eq(item, S("*")))
			return true;
	}
	return false;
}

/* One range of bytes; several in one request are answered with the whole, as RFC 9110 allows. */
enum range range_parse(str header, uint64_t size, uint64_t *ret_from, uint64_t *ret_length)
{
	if (!str_starts(header, S("bytes=")) || str_find_byte(header, ',') != SIZE_MAX)
		return RANGE_NONE;
	str spec = str_trim(str_slice(header, 6, header.n));
	size_t dash = str_find_byte(spec, '-');
	if (dash == SIZE_MAX)
		return RANGE_NONE;
	str first = str_slice(spec, 0, dash), last = str_slice(spec, dash + 1, spec.n);
	int64_t from, to = INT64_MAX;
	if (last.n && !str_int(last, 0, INT64_MAX, &to))
		return RANGE_NONE;
	if (first.n == 0) {
		if (last.n == 0)
			return RANGE_NONE;
		from = (uint64_t)to >= size ? 0 : (int64_t)(size - (uint64_t)to);
		if (to == 0)
			return RANGE_BEYOND;
		to = INT64_MAX;
	} else if (!str_int(first, 0, INT64_MAX, &from) || from > to) {
		return RANGE_NONE;
	}
	if ((uint64_t)from >= size)
		return RANGE_BEYOND;
	uint64_t end = (uint64_t)to >= size ? size - 1 : (uint64_t)to;
	*ret_from = (uint64_t)from;
	*ret_length = end - (uint64_t)from + 1;
	return RANGE_PART;
}

static bool is_token(str name)
{
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			  (c >= '0' && c <= '9') || c == '-' ||
			  (c > ' ' && c < 0x7f && strchr("!#$%&'*+.^_`|~", c));
		if (!ok)
			return false;
	}
	return name.n > 0;
}

static bool is_plain(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (((unsigned char)text.p[i] < ' ' && text.p[i] != '\t') || text.p[i] == 0x7f)
			return false;
	return true;
}

static bool is_digits(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n < 19;
}

static bool is_host(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c && strchr(".-:[]_", c))))
			return false;
	}
	return s.n > 0 && s.n < 256;
}

static int check_framing(int lengths, int codings, int hosts, bool http_1_1)
{
	if (lengths > 1 || codings > 1 || hosts > 1 || (lengths && codings))
		return 400;
	if (http_1_1 ? hosts != 1 : codings != 0)
		return 400;
	return 0;
}

int head_check(const struct pairs *headers, str method, str target, bool http_1_1)
{
	int lengths = 0, codings = 0, hosts = 0;
	if (!is_token(method) || method.n > 16)
		return 400;
	if (target.n == 0 || target.p[0] != '/')
		return str_eq(target, S("*")) && str_eq(method, S("OPTIONS")) ? 0 : 400;
	for (size_t i = 0; i < target.n; i++)
		if ((unsigned char)target.p[i] <= ' ' || target.p[i] == 0x7f)
			return 400;
	if (headers->n > HEADERS_MAX)
		return 431;
	for (size_t i = 0; i < headers->n; i++) {
		str name = headers->items[i].name, text = headers->items[i].text;
		if (!is_token(name) || !is_plain(text))
			return 400;
		if (name.n == 4 && str_eq_nocase(name, S("Host"))) {
			hosts++;
			if (!is_host(text))
				return 400;
		} else if (name.n == 14 && str_eq_nocase(name, S("Content-Length"))) {
			lengths++;
			if (!is_digits(text))
				return 400;
		} else if (name.n == 17 && str_eq_nocase(name, S("Transfer-Encoding"))) {
			codings++;
			if (!str_eq_nocase(text, S("chunked")))
				return 400;
		}
	}
	return check_framing(lengths, codings, hosts, http_1_1);
}

str header_client(const struct pairs *headers, str peer)
{
	str last = S("");
	for (size_t i = 0; i < headers->n; i++) {
		if (!str_eq_nocase(headers->items[i].name, S("X-Forwarded-For")))
			continue;
		str list = headers->items[i].text;
		for (str item; str_next(&list, ',', &item);)
			last = str_trim(item);
	}
	if (last.n == 0 || last.n > 45)
		return peer;
	for (size_t i = 0; i < last.n; i++)
		if (!last.p[i] || !strchr("0123456789abcdefABCDEF.:", last.p[i]))
			return peer;
	return last;
}

str header_text(struct arena *arena, str text)
{
	str copy = arena_copy(arena, text);
	char *p = (char *)copy.p;
	for (size_t i = 0; i < copy.n; i++)
		if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
			p[i] = ' ';
	return copy;
}

bool header_is_compressible(str type)
{
	size_t semicolon = str_find_byte(type, ';');
	type = str_trim(str_slice(type, 0, semicolon));
	return str_starts(type, S("text/")) || str_ends(type, S("json")) ||
	       str_ends(type, S("xml")) || str_ends(type, S("javascript"));
}
