#include "base/str.h"

int str_cmp(str a, str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(str a, str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

bool str_starts(str s, str prefix)
{
	return s.n >= prefix.n && str_eq(str_of(s.p, prefix.n), prefix);
}

bool str_ends(str s, str suffix)
{
	return s.n >= suffix.n && str_eq(str_of(s.p + s.n - suffix.n, suffix.n), suffix);
}

size_t str_find(str s, str what)
{
	if (what.n == 0)
		return 0;
	const char *at = s.n >= what.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

size_t str_find_byte(str s, char byte)
{
	const char *at = s.n ? memchr(s.p, byte, s.n) : NULL;
	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

str str_slice(str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	/* s.p may be NULL where there is nothing, and nothing may be added to NULL. */
	return from ? str_of(s.p + from, to - from) : str_of(s.p, to);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_of(s.p + 1, s.n - 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_next(str *rest, char separator, str *ret_part)
{
	if (!rest->p || rest->n == 0)
		return false;
	size_t at = str_find_byte(*rest, separator);
	if (at == SIZE_MAX) {
		*ret_part = *rest;
		*rest = str_of(rest->p + rest->n, 0);
	} else {
		*ret_part = str_of(rest->p, at);
		*rest = str_of(rest->p + at + 1, rest->n - at - 1);
	}
	return true;
}

bool str_int(str s, int64_t min, int64_t max, int64_t *ret_n)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = negative;
	int64_t n = 0;
	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		int digit = s.p[i] - '0';
		if (digit < 0 || digit > 9)
			return false;
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, negative ? -digit : digit, &n))
			return false;
	}
	if (n < min || n > max)
		return false;
	*ret_n = n;
	return true;
}

uint64_t str_hash(str s)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return hash;
}

size_t utf8_decode(str s, size_t at, uint32_t *ret_code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)s.p[at];
	if (first < 0x80) {
		*ret_code = first;
		return 1;
	}
	size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || s.n - at < n)
		return 0;
	uint32_t code = first & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		unsigned char next = (unsigned char)s.p[at + i];
		if ((next & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (next & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return n;
}

size_t utf8_encode(uint32_t code, char ret_bytes[static 4])
{
	if (code < 0x80) {
		ret_bytes[0] = (char)code;
		return 1;
	}
	size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, code >>= 6)
		ret_bytes[i] = (char)(0x80 | (code & 0x3f));
	ret_bytes[0] = (char)((0xf00u >> n & 0xf0u) | code);
	return n;
}

bool utf8_valid(str s)
{
	uint32_t code;
	for (size_t at = 0, n; at < s.n; at += n)
		if (!(n = utf8_decode(s, at, &code)))
			return false;
	return true;
}

size_t utf8_length(str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}
