#include "text/vietnamese.h"

#include "base/buf.h"

#include <utf8proc.h>

/* Marks that make another letter, and marks that are tones. */
enum { GRAVE = 0x300, ACUTE = 0x301, CIRCUMFLEX = 0x302, TILDE = 0x303, BREVE = 0x306,
       HOOK = 0x309, HORN = 0x31b, DOT = 0x323 };
enum { D_STROKE = 0x111, D_STROKE_CAPITAL = 0x110, REPLACEMENT = 0xfffd };

struct codes {
	int32_t *items;
	size_t n;
};

/* ---- decoding ---- */

static bool is_ascii(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static str repaired(struct arena *arena, str s)
{
	struct buf out = { .arena = arena };
	uint32_t code;
	for (size_t at = 0, n; at < s.n; at += n ? n : 1) {
		n = utf8_decode(s, at, &code);
		buf_str(&out, n ? str_of(s.p + at, n) : S("\xef\xbf\xbd"));
	}
	return buf_view(&out);
}

static struct codes decomposed(struct arena *arena, str s, utf8proc_option_t options)
{
	struct codes codes = { 0 };
	const utf8proc_uint8_t *p;
	options |= UTF8PROC_DECOMPOSE;
	if (!utf8_valid(s))
		s = repaired(arena, s);
	p = (const utf8proc_uint8_t *)s.p;
	utf8proc_ssize_t n = utf8proc_decompose(p, (utf8proc_ssize_t)s.n, NULL, 0, options);
	if (n <= 0)
		return codes;
	codes.items = ARENA_ARRAY(arena, int32_t, n);
	codes.n = (size_t)utf8proc_decompose(p, (utf8proc_ssize_t)s.n, codes.items, n, options);
	return codes;
}

static void put_code(struct buf *out, int32_t code)
{
	char bytes[4];
	buf_bytes(out, bytes, utf8_encode((uint32_t)code, bytes));
}

static str composed(struct arena *arena, struct codes codes)
{
	struct buf out = { .arena = arena };
	utf8proc_ssize_t n = utf8proc_normalize_utf32(codes.items, (utf8proc_ssize_t)codes.n,
						      UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	for (utf8proc_ssize_t i = 0; i < n; i++)
		put_code(&out, codes.items[i]);
	return buf_view(&out);
}

static bool is_mark(int32_t code)
{
	return utf8proc_category(code) == UTF8PROC_CATEGORY_MN;
}

static bool is_letter(int32_t code)
{
	utf8proc_category_t category = utf8proc_category(code);
	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

static bool is_digit(int32_t code)
{
	return utf8proc_category(code) == UTF8PROC_CATEGORY_ND;
}

str vietnamese_nfc(struct arena *arena, str s)
{
	if (is_ascii(s))
		return s;
	str nfc = composed(arena, decomposed(arena, s, 0));
	return str_eq(nfc, s) ? s : nfc;
}

/* ---- cleaning and cases ---- */

static bool is_odd_blank(int32_t code)
{
	return code == 0xa0 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f ||
	       code == 0x205f || code == 0x3000;
}

/* Nothing is seen of these, but they make equal texts differ: zero width, directions, marks of
 * byte order. Joiners are kept inside words of other scripts by nobody who files here. */
static bool is_invisible(int32_t code)
{
	return code == 0xad || (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2060 && code <= 0x2069) ||
	       code == 0xfeff || (code < 0x20 && code != '\n' && code != '\t') ||
	       (code >= 0x7f && code <= 0x9f);
}

str vietnamese_clean(struct arena *arena, str s)
{
	struct buf out = { .arena = arena };
	str nfc = vietnamese_nfc(arena, s);
	uint32_t code;
	for (size_t at = 0; at < nfc.n;) {
		size_t n = utf8_decode(nfc, at, &code);
		if (is_odd_blank((int32_t)code))
			buf_byte(&out, ' ');
		else if (!is_invisible((int32_t)code))
			buf_bytes(&out, nfc.p + at, n);
		at += n;
	}
	/* What was parted by something invisible may be one letter now. */
	return out.n == nfc.n ? nfc : vietnamese_nfc(arena, buf_view(&out));
}

static str mapped(struct arena *arena, str s, utf8proc_int32_t (*map)(utf8proc_int32_t))
{
	struct buf out = { .arena = arena };
	str nfc = vietnamese_nfc(arena, s);
	uint32_t code;
	for (size_t at = 0; at < nfc.n; at += utf8_decode(nfc, at, &code)) {
		utf8_decode(nfc, at, &code);
		put_code(&out, map((int32_t)code));
	}
	return buf_view(&out);
}

str vietnamese_lower(struct arena *arena, str s)
{
	return mapped(arena, s, utf8proc_tolower);
}

str vietnamese_upper(struct arena *arena, str s)
{
	return mapped(arena, s, utf8proc_toupper);
}

/* Blanks are collapsed, each word begins with a capital; so does what follows - and '. */
str vietnamese_name(struct arena *arena, str s)
{
	struct buf out = { .arena = arena };
	str clean = str_trim(vietnamese_clean(arena, s));
	bool begins = true;
	uint32_t code;
	for (size_t at = 0; at < clean.n; at += utf8_decode(clean, at, &code)) {
		utf8_decode(clean, at, &code);
		bool blank = code == ' ' || code == '\t' || code == '\n';
		if (!blank)
			put_code(&out, begins ? utf8proc_toupper((int32_t)code) :
						utf8proc_tolower((int32_t)code));
		else if (out.n && out.p[out.n - 1] != ' ')
			buf_byte(&out, ' ');
		begins = blank || code == '-' || code == '\'' || code == 0x2019;
	}
	return buf_view(&out);
}

/* ---- search ---- */

str vietnamese_fold(struct arena *arena, str s)
{
	struct buf out = { .arena = arena };
	struct codes codes = decomposed(arena, s, UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
	bool gap = false;
	for (size_t i = 0; i < codes.n; i++) {
		int32_t code = codes.items[i] == D_STROKE ? 'd' : codes.items[i];
		if (is_mark(code) || is_invisible(code))
			continue;
		if (!is_letter(code) && !is_digit(code)) {
			gap = true;
			continue;
		}
		if (gap && out.n)
			buf_byte(&out, ' ');
		gap = false;
		put_code(&out, code);
	}
	return buf_view(&out);
}

str vietnamese_slug(struct arena *arena, str s, size_t most)
{
	str folded = vietnamese_fold(arena, s);
	struct buf out = { .arena = arena };
	for (str word; str_next(&folded, ' ', &word);) {
		size_t before = out.n;
		if (out.n)
			buf_byte(&out, '-');
		size_t start = out.n;
		for (size_t i = 0; i < word.n; i++)
			if ((unsigned char)word.p[i] < 0x80)
				buf_byte(&out, word.p[i]);
		if (out.n == start)
			out.n = before;
		else if (out.n > most) {
			/* A first word that is too long is cut, any other left out. */
			out.n = before ? before : most;
			break;
		}
	}
	return buf_view(&out);
}

/* ---- order ---- */

/* Keys are plain ASCII (other scripts excepted), so that they are text to every database:
 * first part letters, then tones by word, then capitals, each after a byte 1. */
struct key {
	struct buf letters, tones, capitals;
	char tone;
	bool in_word;
};

/* The place of a letter in the Vietnamese alphabet, with f j w z where everybody expects them. */
static int alphabet(int32_t base, int32_t mark)
{
	static const struct { char base; int32_t mark; } order[] = {
		{ 'a', 0 }, { 'a', BREVE }, { 'a', CIRCUMFLEX }, { 'b', 0 }, { 'c', 0 }, { 'd', 0 },
		{ 'd', D_STROKE }, { 'e', 0 }, { 'e', CIRCUMFLEX }, { 'f', 0 }, { 'g', 0 },
		{ 'h', 0 }, { 'i', 0 }, { 'j', 0 }, { 'k', 0 }, { 'l', 0 }, { 'm', 0 }, { 'n', 0 },
		{ 'o', 0 }, { 'o', CIRCUMFLEX }, { 'o', HORN }, { 'p', 0 }, { 'q', 0 }, { 'r', 0 },
		{ 's', 0 }, { 't', 0 }, { 'u', 0 }, { 'u', HORN }, { 'v', 0 }, { 'w', 0 },
		{ 'x', 0 }, { 'y', 0 }, { 'z', 0 },
	};
	int plain = -1;
	for (int i = 0; i < (int)(sizeof order / sizeof *order); i++) {
		if (order[i].base != base)
			continue;
		if (order[i].mark == mark)
			return i;
		if (order[i].mark == 0)
			plain = i;
	}
	return plain;
}

static char tone_of(int32_t mark)
{
	switch (mark) {
	case GRAVE: return '1';
	case HOOK: return '2';
	case TILDE: return '3';
	case ACUTE: return '4';
	case DOT: return '5';
	default: return '0';
	}
}

static void end_word(struct key *key)
{
	if (key->in_word)
		buf_byte(&key->tones, key->tone);
	key->in_word = false;
	key->tone = '0';
}

static bool is_small_letter(int32_t code)
{
	return code >= 'a' && code <= 'z';
}

/* Takes one letter with its marks; returns how many codes that was. */
static size_t take_letter(struct key *key, struct codes rest)
{
	int32_t base = utf8proc_tolower(rest.items[0]), mark = 0;
	size_t n = 1;
	if (base == D_STROKE) {
		base = 'd';
		mark = D_STROKE;
	}
	for (; n < rest.n && is_mark(rest.items[n]); n++) {
		char tone = tone_of(rest.items[n]);
		if (tone != '0')
			key->tone = tone;
		else
			mark = rest.items[n];
	}
	key->in_word = true;
	buf_byte(&key->capitals, utf8proc_tolower(rest.items[0]) == rest.items[0] ? '0' : '1');
	if (is_small_letter(base)) {
		buf_byte(&key->letters, (char)('A' + alphabet(base, mark)));
	} else {
		buf_byte(&key->letters, '~');
		put_code(&key->letters, base);
	}
	return n;
}

/* Numbers sort by amount: the count of digits comes before them. */
static size_t take_number(struct key *key, struct codes rest)
{
	size_t n = 0, zeros = 0;
	while (n < rest.n && is_digit(rest.items[n]))
		n++;
	while (zeros + 1 < n && rest.items[zeros] == '0')
		zeros++;
	size_t count = n - zeros;
	buf_byte(&key->letters, (char)('0' + (count < 9 ? count : 9)));
	for (size_t i = zeros; i < n; i++)
		put_code(&key->letters, rest.items[i]);
	return n;
}

static void take_gap(struct key *key)
{
	end_word(key);
	if (key->letters.n && key->letters.p[key->letters.n - 1] != ' ')
		buf_byte(&key->letters, ' ');
}

static str trimmed(struct buf *part, char filler)
{
	while (part->n && part->p[part->n - 1] == filler)
		part->n--;
	return buf_view(part);
}

str vietnamese_sort_key(struct arena *arena, str s)
{
	struct key key = { .letters = { .arena = arena }, .tones = { .arena = arena },
			   .capitals = { .arena = arena }, .tone = '0' };
	struct codes codes = decomposed(arena, s, UTF8PROC_COMPAT);
	for (size_t i = 0; i < codes.n;) {
		struct codes rest = { codes.items + i, codes.n - i };
		if (is_letter(codes.items[i])) {
			i += take_letter(&key, rest);
		} else if (is_digit(codes.items[i])) {
			i += take_number(&key, rest);
		} else {
			if (!is_mark(codes.items[i]))
				take_gap(&key);
			i++;
		}
	}
	end_word(&key);
	return arena_join(arena, (str[]){ trimmed(&key.letters, ' '), S("\x01"),
					  trimmed(&key.tones, '0'), S("\x01"),
					  trimmed(&key.capitals, '0') }, 5);
}

str vietnamese_name_sort_key(struct arena *arena, str name)
{
	str trimmed_name = str_trim(name);
	size_t last = trimmed_name.n;
	while (last > 0 && trimmed_name.p[last - 1] != ' ')
		last--;
	str turned = arena_printf(arena, "%.*s %.*s", (int)(trimmed_name.n - last),
				  trimmed_name.p + last, (int)last, trimmed_name.p);
	return vietnamese_sort_key(arena, turned);
}

/* ---- where the tone stands ---- */

static bool is_open_pair(int32_t first, int32_t second)
{
	first = utf8proc_tolower(first);
	second = utf8proc_tolower(second);
	return (first == 'o' && (second == 'a' || second == 'e')) || (first == 'u' && second == 'y');
}

/* The syllable ends with o|u, then a|e|y and its tone: "hoà". In "quý" the u belongs to q. */
static bool tone_stands_last(struct codes codes, size_t i)
{
	if (i + 2 >= codes.n || !is_open_pair(codes.items[i], codes.items[i + 1]) ||
	    tone_of(codes.items[i + 2]) == '0')
		return false;
	if (i + 3 < codes.n && (is_letter(codes.items[i + 3]) || is_mark(codes.items[i + 3])))
		return false;
	return i == 0 || utf8proc_tolower(codes.items[i - 1]) != 'q';
}

str vietnamese_tone_style(struct arena *arena, str s)
{
	if (is_ascii(s))
		return s;
	struct codes codes = decomposed(arena, s, 0);
	for (size_t i = 0; i < codes.n; i++)
		if (tone_stands_last(codes, i)) {
			int32_t tone = codes.items[i + 2];
			codes.items[i + 2] = codes.items[i + 1];
			codes.items[i + 1] = tone;
		}
	return composed(arena, codes);
}
