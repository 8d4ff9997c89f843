#include <utf8proc.h>

#include "web/internal.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Returns false at a % without two hexadecimal digits. */
static bool percent_decode(str raw, bool plus_is_blank, char *out, size_t *ret_n)
{
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		if (c == '+' && plus_is_blank) {
			c = ' ';
		} else if (c == '%') {
			if (raw.n - i < 3)
				return false;
			int high = hex_digit(raw.p[i + 1]), low = hex_digit(raw.p[i + 2]);
			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		out[n++] = c;
	}
	*ret_n = n;
	return true;
}

static bool is_allowed(unsigned char c, bool lines)
{
	if (c >= 0x20)
		return c != 0x7f;
	return lines && (c == '\t' || c == '\n' || c == '\r');
}

static bool is_ascii(str s)
{
	unsigned char all = 0;
	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

static bool normalise(struct arena *arena, str s, str *ret_text)
{
	utf8proc_uint8_t *nfc;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n,
					  &nfc, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n < 0)
		return false;
	*ret_text = arena_copy(arena, str_of((char *)nfc, (size_t)n));
	free(nfc);
	return true;
}

bool text_clean(struct arena *arena, str raw, bool lines, str *ret_text)
{
	for (size_t i = 0; i < raw.n; i++)
		if (!is_allowed((unsigned char)raw.p[i], lines))
			return false;
	*ret_text = raw;
	if (is_ascii(raw))
		return true;
	return utf8_valid(raw) && normalise(arena, raw, ret_text);
}

bool url_decode(struct arena *arena, str raw, bool plus_is_blank, bool lines, str *ret_text)
{
	char *out = arena_alloc(arena, raw.n + 1);
	size_t n;
	if (!percent_decode(raw, plus_is_blank, out, &n))
		return false;
	out[n] = '\0';
	return text_clean(arena, str_of(out, n), lines, ret_text);
}

void pairs_add(struct arena *arena, struct pairs *pairs, str name, str text)
{
	/* Room is always a power of two, so it need not be kept. */
	if ((pairs->n & (pairs->n - 1)) == 0) {
		size_t room = pairs->n ? pairs->n * 2 : 1;
		pairs->items = arena_grow(arena, pairs->items, pairs->n * sizeof *pairs->items,
					  room * sizeof *pairs->items);
	}
	pairs->items[pairs->n++] = (struct pair){ name, text };
}

bool url_pairs(struct arena *arena, str raw, bool lines, struct pairs *ret_pairs)
{
	for (str part; str_next(&raw, '&', &part);) {
		if (part.n == 0)
			continue;
		if (ret_pairs->n >= FIELDS_MAX)
			return false;
		size_t equals = str_find_byte(part, '=');
		str name, text = S("");
		if (!url_decode(arena, str_slice(part, 0, equals), true, false, &name))
			return false;
		if (equals != SIZE_MAX &&
		    !url_decode(arena, str_slice(part, equals + 1, part.n), true, lines, &text))
			return false;
		pairs_add(arena, ret_pairs, name, text);
	}
	return true;
}

void url_encode(struct buf *out, str text)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || (c && strchr("-._~/", c));
		if (plain) {
			buf_byte(out, (char)c);
			continue;
		}
		buf_byte(out, '%');
		buf_byte(out, hex[c >> 4]);
		buf_byte(out, hex[c & 15]);
	}
}
