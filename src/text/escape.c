#include "text/template.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The longest replacement is six bytes; room is made for so many bytes of input at once. */
enum { LONGEST = 6, PIECE = 256, WIDE = 16 };

static inline bool is_special(char c)
{
	return c == '&' || c == '<' || c == '>' || c == '"' || c == '\'';
}

static char *put_escaped(char *to, char c)
{
	str entity = c == '&' ? S("&amp;") : c == '<' ? S("&lt;") : c == '>' ? S("&gt;") :
		     c == '"' ? S("&quot;") : S("&#39;");
	memcpy(to, entity.p, entity.n);
	return to + entity.n;
}

static char *put_bytewise(char *to, const char *p, const char *end)
{
	for (; p < end; p++)
		if (is_special(*p))
			to = put_escaped(to, *p);
		else
			*to++ = *p;
	return to;
}

#ifdef __SSE2__
static inline unsigned specials(__m128i bytes)
{
	/* '&' 0x26 and '\'' 0x27 differ in one bit, '<' 0x3c and '>' 0x3e in another. */
	__m128i amp = _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8(1)), _mm_set1_epi8('\''));
	__m128i angle = _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8(2)), _mm_set1_epi8('>'));
	__m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(amp, angle), quote));
}

/* Up to 15 bytes: two overlapping halves cover 8 and more. */
static char *put_short(char *to, const char *p, size_t n)
{
	uint64_t first, last;
	if (n < 8)
		return put_bytewise(to, p, p + n);
	memcpy(&first, p, 8);
	memcpy(&last, p + n - 8, 8);
	if (specials(_mm_set_epi64x((int64_t)last, (int64_t)first)))
		return put_bytewise(to, p, p + n);
	memcpy(to, &first, 8);
	memcpy(to + n - 8, &last, 8);
	return to + n;
}

/* `to` has room for LONGEST × n + WIDE bytes. */
static char *put_piece(char *to, const char *p, size_t n)
{
	while (n >= WIDE) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)p);
		unsigned found = specials(bytes);
		_mm_storeu_si128((__m128i *)to, bytes);
		if (!found) {
			to += WIDE;
			p += WIDE;
			n -= WIDE;
			continue;
		}
		size_t plain = (size_t)__builtin_ctz(found);
		to = put_escaped(to + plain, p[plain]);
		p += plain + 1;
		n -= plain + 1;
	}
	return put_short(to, p, n);
}
#else
static char *put_piece(char *to, const char *p, size_t n)
{
	return put_bytewise(to, p, p + n);
}
#endif

void html_escape(struct buf *out, str s)
{
	while (s.n) {
		size_t n = s.n < PIECE ? s.n : PIECE;
		char *to = buf_reserve(out, LONGEST * n + WIDE);
		buf_wrote(out, (size_t)(put_piece(to, s.p, n) - to));
		s = str_of(s.p + n, s.n - n);
	}
}

html html_of_text(struct arena *arena, str s)
{
	struct buf out = { .arena = arena };
	html_escape(&out, s);
	return (html){ buf_view(&out) };
}
