#include "base/json.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Members of an open map or list wait on one stack until its end is read: so their number is
 * known when the arena is asked for them, and nothing is copied as they grow. A map's member
 * takes two places, key and value. */
enum { STACK_START = 64, FEW_MEMBERS = 16, DIGITS_IN_INT64 = 18 };

struct reader {
	struct arena *arena;
	const char *at, *end;
	const char *fault;
	struct value *stack;
	size_t height, room;
	int depth;
	struct arena scratch; /* the stack, once it outgrows its first place */
};

static bool refuse(struct reader *r, const char *message)
{
	if (!r->fault)
		r->fault = message;
	return false;
}

static bool read_value(struct reader *r, struct value *ret_v);

static void push(struct reader *r, struct value v)
{
	if (r->height == r->room) {
		struct value *wider = arena_alloc(&r->scratch, 2 * r->room * sizeof *wider);
		memcpy(wider, r->stack, r->height * sizeof *wider);
		r->stack = wider;
		r->room *= 2;
	}
	r->stack[r->height++] = v;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end &&
	       (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
		r->at++;
}

static bool take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* ---- strings ---- */

/* Moves to the next quote, backslash or control character; notes bytes beyond ASCII. */
static void scan_plain(struct reader *r, bool *ret_beyond_ascii)
{
	const char *at = r->at;
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
	const __m128i control = _mm_set1_epi8(0x1f);
	for (; r->end - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)at);
		__m128i stops = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, escape)),
			_mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
		unsigned stop = (unsigned)_mm_movemask_epi8(stops);
		unsigned high = (unsigned)_mm_movemask_epi8(bytes);
		if (stop) {
			unsigned n = (unsigned)__builtin_ctz(stop);
			*ret_beyond_ascii |= (high & ((1u << n) - 1)) != 0;
			r->at = at + n;
			return;
		}
		*ret_beyond_ascii |= high != 0;
	}
#endif
	for (; at < r->end; at++) {
		unsigned char c = (unsigned char)*at;
		if (c == '"' || c == '\\' || c < 0x20)
			break;
		*ret_beyond_ascii |= c >= 0x80;
	}
	r->at = at;
}

static bool read_hex4(struct reader *r, uint32_t *ret_code)
{
	if (r->end - r->at < 4)
		return refuse(r, "four hexadecimal digits must follow \\u");
	uint32_t code = 0;
	for (int i = 0; i < 4; i++) {
		char c = *r->at;
		int digit = c >= '0' && c <= '9' ? c - '0' :
			    c >= 'a' && c <= 'f' ? c - 'a' + 10 :
			    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
		if (digit < 0)
			return refuse(r, "four hexadecimal digits must follow \\u");
		code = code << 4 | (uint32_t)digit;
		r->at++;
	}
	*ret_code = code;
	return true;
}

/* A code point, of one \uXXXX or a pair of surrogates. Half a pair is no text: refused. */
static bool read_unicode_escape(struct reader *r, uint32_t *ret_code)
{
	uint32_t low;
	if (!read_hex4(r, ret_code))
		return false;
	if (*ret_code < 0xd800 || *ret_code > 0xdfff)
		return true;
	if (*ret_code > 0xdbff || !take(r, '\\') || !take(r, 'u'))
		return refuse(r, "half a surrogate pair");
	if (!read_hex4(r, &low))
		return false;
	if (low < 0xdc00 || low > 0xdfff)
		return refuse(r, "half a surrogate pair");
	*ret_code = 0x10000 + ((*ret_code - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static bool read_escape(struct reader *r, struct buf *out)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	if (r->at == r->end)
		return refuse(r, "the string does not end");
	char c = *r->at++;
	if (c == 'u') {
		uint32_t code;
		char bytes[4];
		if (!read_unicode_escape(r, &code))
			return false;
		buf_bytes(out, bytes, utf8_encode(code, bytes));
		return true;
	}
	const char *letter = c ? strchr(letters, c) : NULL;
	if (!letter) {
		r->at--;
		return refuse(r, "no such escape in a string");
	}
	buf_byte(out, meant[letter - letters]);
	return true;
}

static bool read_plain(struct reader *r, str *ret_run)
{
	bool beyond_ascii = false;
	const char *start = r->at;
	scan_plain(r, &beyond_ascii);
	*ret_run = str_of(start, (size_t)(r->at - start));
	if (beyond_ascii && !utf8_valid(*ret_run)) {
		r->at = start;
		return refuse(r, "the string is not UTF-8");
	}
	if (r->at == r->end)
		return refuse(r, "the string does not end");
	if ((unsigned char)*r->at < 0x20)
		return refuse(r, "a control character stands in a string");
	return true;
}

/* After the opening quote. */
static bool read_string(struct reader *r, str *ret_s)
{
	str run;
	if (!read_plain(r, &run))
		return false;
	if (take(r, '"')) {
		*ret_s = run;
		return true;
	}
	struct buf out = { .arena = r->arena };
	buf_str(&out, run);
	while (take(r, '\\')) {
		if (!read_escape(r, &out) || !read_plain(r, &run))
			return false;
		buf_str(&out, run);
	}
	r->at++;
	*ret_s = buf_view(&out);
	return true;
}

/* ---- numbers and words ---- */

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

static int64_t small_int(const char *digits, const char *end, bool negative)
{
	int64_t n = 0;
	for (; digits < end; digits++)
		n = n * 10 + (*digits - '0');
	return negative ? -n : n;
}

/* Sets ret_end to the end of the number's text, NULL where it breaks the grammar. */
static bool measure_fraction(const char *at, const char *end, const char **ret_end)
{
	if (at < end && *at == '.') {
		const char *digits = at + 1;
		at = skip_digits(digits, end);
		if (at == digits)
			return false;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		const char *digits = at + 1;
		if (digits < end && (*digits == '+' || *digits == '-'))
			digits++;
		at = skip_digits(digits, end);
		if (at == digits)
			return false;
	}
	*ret_end = at;
	return true;
}

static bool read_number(struct reader *r, struct value *ret_v)
{
	const char *start = r->at, *end;
	bool negative = take(r, '-');
	const char *digits = r->at;
	const char *whole = skip_digits(digits, r->end);
	if (whole == digits)
		return refuse(r, "a digit must stand here");
	if (*digits == '0' && whole - digits > 1)
		return refuse(r, "a number must not begin with 0");
	if (!measure_fraction(whole, r->end, &end)) {
		r->at = whole;
		return refuse(r, "digits are missing in the number");
	}
	bool is_zero = whole - digits == 1 && *digits == '0';
	if (end == whole && whole - digits <= DIGITS_IN_INT64 && !(is_zero && negative)) {
		*ret_v = value_int(small_int(digits, whole, negative));
	} else {
		struct decimal d;
		if (!decimal_parse(str_of(start, (size_t)(end - start)), &d))
			return refuse(r, "the number has more than 34 digits or is too large");
		*ret_v = value_decimal(d);
	}
	r->at = end;
	return true;
}

static bool read_word(struct reader *r, str word, struct value v, struct value *ret_v)
{
	if (!str_starts(str_of(r->at, (size_t)(r->end - r->at)), word))
		return refuse(r, "a value must stand here");
	r->at += word.n;
	*ret_v = v;
	return true;
}

/* ---- lists and maps ---- */

/* As much room as value_push and value_set count on for a list or map of n. */
static size_t room_for(size_t n)
{
	size_t room = 4;
	while (room < n)
		room *= 2;
	return room;
}

static bool read_items(struct reader *r)
{
	struct value item;
	skip_blanks(r);
	if (take(r, ']'))
		return true;
	do {
		skip_blanks(r);
		if (!read_value(r, &item))
			return false;
		push(r, item);
		skip_blanks(r);
	} while (take(r, ','));
	return take(r, ']') || refuse(r, "',' or ']' must stand here");
}

static bool read_list(struct reader *r, struct value *ret_v)
{
	size_t base = r->height;
	if (!read_items(r))
		return false;
	size_t n = r->height - base;
	*ret_v = value_list();
	ret_v->n = (uint32_t)n;
	if (n) {
		ret_v->items = arena_alloc(r->arena, room_for(n) * sizeof(struct value));
		memcpy(ret_v->items, r->stack + base, n * sizeof(struct value));
	}
	r->height = base;
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct member *left = *(const struct member *const *)a;
	const struct member *right = *(const struct member *const *)b;
	int order = str_cmp(left->key, right->key);
	return order ? order : (left > right) - (left < right);
}

/* Every key's first place takes its last value; the other places are taken out. Sorting keeps
 * this quick where somebody sends a hundred thousand keys. */
static uint32_t drop_repeated(struct reader *r, struct member *members, uint32_t n)
{
	struct member **sorted = arena_alloc(&r->scratch, n * sizeof *sorted);
	bool *drop = arena_zalloc(&r->scratch, n);
	bool any = false;
	for (uint32_t i = 0; i < n; i++)
		sorted[i] = &members[i];
	qsort(sorted, n, sizeof *sorted, by_key);
	for (uint32_t i = 1, first = 0; i < n; i++) {
		if (!str_eq(sorted[i]->key, sorted[first]->key)) {
			first = i;
			continue;
		}
		sorted[first]->value = sorted[i]->value;
		drop[sorted[i] - members] = true;
		any = true;
	}
	if (!any)
		return n;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < n; i++)
		if (!drop[i])
			members[kept++] = members[i];
	return kept;
}

static bool read_members(struct reader *r)
{
	struct value item;
	skip_blanks(r);
	if (take(r, '}'))
		return true;
	do {
		str key;
		skip_blanks(r);
		if (!take(r, '"'))
			return refuse(r, "a key in quotes must stand here");
		if (!read_string(r, &key))
			return false;
		push(r, value_str(key));
		skip_blanks(r);
		if (!take(r, ':'))
			return refuse(r, "':' must stand here");
		skip_blanks(r);
		if (!read_value(r, &item))
			return false;
		push(r, item);
		skip_blanks(r);
	} while (take(r, ','));
	return take(r, '}') || refuse(r, "',' or '}' must stand here");
}

static void set_members(struct reader *r, const struct value *pairs, size_t n, struct value *map)
{
	if (n <= FEW_MEMBERS) {
		for (size_t i = 0; i < n; i++)
			value_set(r->arena, map, value_text(pairs[2 * i]), pairs[2 * i + 1]);
		return;
	}
	map->members = arena_alloc(r->arena, room_for(n) * sizeof(struct member));
	for (size_t i = 0; i < n; i++)
		map->members[i] = (struct member){ value_text(pairs[2 * i]), pairs[2 * i + 1] };
	map->n = drop_repeated(r, map->members, (uint32_t)n);
}

static bool read_map(struct reader *r, struct value *ret_v)
{
	size_t base = r->height;
	if (!read_members(r))
		return false;
	*ret_v = value_map();
	set_members(r, r->stack + base, (r->height - base) / 2, ret_v);
	r->height = base;
	return true;
}

static bool read_nested(struct reader *r, struct value *ret_v)
{
	if (r->depth == JSON_DEPTH)
		return refuse(r, "nested too deeply");
	r->depth++;
	bool done = *r->at++ == '[' ? read_list(r, ret_v) : read_map(r, ret_v);
	r->depth--;
	return done;
}

static bool read_value(struct reader *r, struct value *ret_v)
{
	if (r->at == r->end)
		return refuse(r, "the text ends where a value must stand");
	switch (*r->at) {
	case '{':
	case '[':
		return read_nested(r, ret_v);
	case '"': {
		str s;
		r->at++;
		if (!read_string(r, &s))
			return false;
		*ret_v = value_str(s);
		return true;
	}
	case 't':
		return read_word(r, S("true"), value_bool(true), ret_v);
	case 'f':
		return read_word(r, S("false"), value_bool(false), ret_v);
	case 'n':
		return read_word(r, S("null"), value_null(), ret_v);
	case '-':
	case '0' ... '9':
		return read_number(r, ret_v);
	default:
		return refuse(r, "a value must stand here");
	}
}

static bool read_document(struct reader *r, struct value *ret_v)
{
	if (r->end - r->at > INT32_MAX)
		return refuse(r, "longer than 2 GB");
	/* Editors on Windows put a mark of byte order first; RFC 8259 lets a reader pass over it. */
	if (str_starts(str_of(r->at, (size_t)(r->end - r->at)), S("\xef\xbb\xbf")))
		r->at += 3;
	skip_blanks(r);
	if (!read_value(r, ret_v))
		return false;
	skip_blanks(r);
	return r->at == r->end || refuse(r, "something stands after the end");
}

static struct json_fault locate(str text, const struct reader *r)
{
	struct json_fault fault = { .line = 1, .column = 1, .message = r->fault };
	for (const char *p = text.p; p < r->at; p++) {
		fault.column++;
		if (*p == '\n') {
			fault.line++;
			fault.column = 1;
		}
	}
	return fault;
}

bool json_parse(struct arena *arena, str text, struct value *ret_v, struct json_fault *ret_fault)
{
	struct value first[STACK_START];
	struct reader r = {
		.arena = arena, .at = text.p, .end = text.p + text.n,
		.stack = first, .room = STACK_START
	};
	struct value v;
	bool done = read_document(&r, &v);
	arena_done(&r.scratch);
	if (done)
		*ret_v = v;
	else if (ret_fault)
		*ret_fault = locate(text, &r);
	return done;
}
