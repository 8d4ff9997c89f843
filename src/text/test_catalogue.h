/* For tests: the bytes of a .mo file made of pairs (msgid, translation). A plural msgid is written
 * "one\0many" with its length, as the format wants it. Pairs must be in byte order of msgids. */
#ifndef MOTCUA_TEXT_TEST_CATALOGUE_H
#define MOTCUA_TEXT_TEST_CATALOGUE_H

#include "base/buf.h"

struct pair {
	str id, text;
};

static inline void put_number(struct buf *out, size_t n)
{
	for (int i = 0; i < 4; i++)
		buf_byte(out, (char)(n >> (8 * i)));
}

static inline str make_catalogue(struct arena *arena, const struct pair *pairs, size_t n)
{
	struct buf out = { .arena = arena }, strings = { .arena = arena };
	size_t first = 28 + 16 * n;
	put_number(&out, 0x950412de);
	put_number(&out, 0);
	put_number(&out, n);
	put_number(&out, 28);
	put_number(&out, 28 + 8 * n);
	put_number(&out, 0);
	put_number(&out, 0);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < n; i++) {
			str s = side ? pairs[i].text : pairs[i].id;
			put_number(&out, s.n);
			put_number(&out, first + strings.n);
			buf_str(&strings, s);
			buf_byte(&strings, '\0');
		}
	buf_str(&out, buf_view(&strings));
	return buf_view(&out);
}

#endif
