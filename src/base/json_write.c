#include "base/json.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Room that holds nearly every number; the rest is asked for again. */
enum { USUAL_NUMBER = 64 };

/* ---- strings ---- */

static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&';
}

/* Length of what can be copied as it stands; notes bytes beyond ASCII. */
static size_t plain_run(const char *p, size_t n, bool *ret_beyond_ascii)
{
	size_t i = 0;
#ifdef __SSE2__
	const __m128i control = _mm_set1_epi8(0x1f), quote = _mm_set1_epi8('"');
	const __m128i escape = _mm_set1_epi8('\\'), amp = _mm_set1_epi8('&');
	/* '<' 0x3c and '>' 0x3e differ in one bit. */
	const __m128i angle = _mm_set1_epi8('>'), bit = _mm_set1_epi8(0x02);
	for (; n - i >= 16; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i stops = _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes);
		stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, quote));
		stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, escape));
		stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, amp));
		stops = _mm_or_si128(stops, _mm_cmpeq_epi8(_mm_or_si128(bytes, bit), angle));
		unsigned stop = (unsigned)_mm_movemask_epi8(stops);
		unsigned high = (unsigned)_mm_movemask_epi8(bytes);
		if (stop) {
			unsigned run = (unsigned)__builtin_ctz(stop);
			*ret_beyond_ascii |= (high & ((1u << run) - 1)) != 0;
			return i + run;
		}
		*ret_beyond_ascii |= high != 0;
	}
#endif
	for (; i < n && !needs_escape((unsigned char)p[i]); i++)
		*ret_beyond_ascii |= (unsigned char)p[i] >= 0x80;
	return i;
}

/* Bytes that are not UTF-8 would make the whole text unreadable: each becomes U+FFFD. */
static void write_repaired(struct buf *out, str run)
{
	uint32_t code;
	for (size_t at = 0, n; at < run.n; at += n ? n : 1) {
		n = utf8_decode(run, at, &code);
		buf_str(out, n ? str_of(run.p + at, n) : S("\xef\xbf\xbd"));
	}
}

static void write_escape(struct buf *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char short_forms[] = "btn\0fr"; /* of 8, 9, 10, 12, 13 */
	if (c == '"' || c == '\\')
		buf_bytes(out, (char[]){ '\\', (char)c }, 2);
	else if (c >= 8 && c <= 13 && c != 11)
		buf_bytes(out, (char[]){ '\\', short_forms[c - 8] }, 2);
	else
		buf_bytes(out, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
}

void json_write_string(struct buf *out, str s)
{
	buf_byte(out, '"');
	while (s.n) {
		bool beyond_ascii = false;
		str run = str_of(s.p, plain_run(s.p, s.n, &beyond_ascii));
		if (!beyond_ascii || utf8_valid(run))
			buf_str(out, run);
		else
			write_repaired(out, run);
		s = str_of(s.p + run.n, s.n - run.n);
		if (s.n) {
			write_escape(out, (unsigned char)*s.p);
			s = str_of(s.p + 1, s.n - 1);
		}
	}
	buf_byte(out, '"');
}

/* ---- values ---- */

static void write_number(struct buf *out, struct decimal d)
{
	size_t n = decimal_format(d, buf_reserve(out, USUAL_NUMBER), USUAL_NUMBER);
	if (n > USUAL_NUMBER)
		n = decimal_format(d, buf_reserve(out, n), n);
	buf_wrote(out, n);
}

/* `level` is -1 for the shortest form. */
static void write_value(struct buf *out, struct value v, int level);

static void break_line(struct buf *out, int level)
{
	if (level < 0)
		return;
	size_t n = 1 + 2 * (size_t)level;
	char *p = buf_reserve(out, n);
	memset(p, ' ', n);
	p[0] = '\n';
	buf_wrote(out, n);
}

static void write_list(struct buf *out, struct value v, int level)
{
	int inside = level < 0 ? -1 : level + 1;
	buf_byte(out, '[');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			buf_byte(out, ',');
		break_line(out, inside);
		write_value(out, v.items[i], inside);
	}
	if (v.n)
		break_line(out, level);
	buf_byte(out, ']');
}

static void write_map(struct buf *out, struct value v, int level)
{
	int inside = level < 0 ? -1 : level + 1;
	buf_byte(out, '{');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			buf_byte(out, ',');
		break_line(out, inside);
		json_write_string(out, v.members[i].key);
		buf_str(out, level < 0 ? S(":") : S(": "));
		write_value(out, v.members[i].value, inside);
	}
	if (v.n)
		break_line(out, level);
	buf_byte(out, '}');
}

static void write_value(struct buf *out, struct value v, int level)
{
	switch (v.kind) {
	case VALUE_BOOL:
		buf_str(out, v.boolean ? S("true") : S("false"));
		break;
	case VALUE_NUMBER:
		write_number(out, v.number);
		break;
	case VALUE_STRING:
		json_write_string(out, value_text(v));
		break;
	case VALUE_LIST:
		write_list(out, v, level);
		break;
	case VALUE_MAP:
		write_map(out, v, level);
		break;
	default:
		buf_str(out, S("null"));
	}
}

void json_write(struct buf *out, struct value v)
{
	write_value(out, v, -1);
}

str json_text(struct arena *arena, struct value v)
{
	struct buf out = { .arena = arena };
	json_write(&out, v);
	return buf_view(&out);
}

void json_write_pretty(struct buf *out, struct value v)
{
	write_value(out, v, 0);
	buf_byte(out, '\n');
}
