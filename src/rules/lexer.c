#include "rules/lexer.h"

#include "base/buf.h"

bool is_feel_blank(uint32_t code)
{
	return (code >= 9 && code <= 13) || code == ' ' || code == 0x85 || code == 0xa0 ||
	       code == 0x1680 || code == 0x180e || (code >= 0x2000 && code <= 0x200b) ||
	       code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f ||
	       code == 0x3000 || code == 0xfeff;
}

bool is_name_start(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '?' ||
	       (c >= 0xc0 && c <= 0xd6) || (c >= 0xd8 && c <= 0xf6) || (c >= 0xf8 && c <= 0x2ff) ||
	       (c >= 0x370 && c <= 0x37d) || (c >= 0x37f && c <= 0x1fff && !is_feel_blank(c)) ||
	       (c >= 0x200c && c <= 0x200d) || (c >= 0x2070 && c <= 0x218f) ||
	       (c >= 0x2c00 && c <= 0x2fef) || (c >= 0x3001 && c <= 0xd7ff) ||
	       (c >= 0xf900 && c <= 0xfdcf) || (c >= 0xfdf0 && c <= 0xfefe) ||
	       (c >= 0xff00 && c <= 0xfffd) || (c >= 0x10000 && c <= 0xeffff);
}

bool is_name_part(uint32_t c)
{
	return is_name_start(c) || (c >= '0' && c <= '9') || c == 0xb7 ||
	       (c >= 0x300 && c <= 0x36f) || (c >= 0x203f && c <= 0x2040);
}

bool is_keyword(str word)
{
	static const str keywords[] = {
		S("for"), S("return"), S("if"), S("then"), S("else"), S("some"), S("every"),
		S("satisfies"), S("instance"), S("of"), S("function"), S("external"), S("or"),
		S("and"), S("between"), S("in"), S("null"), S("true"), S("false"),
	};
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (str_eq(word, keywords[i]))
			return true;
	return false;
}

/* The code point at `at`, and its length; a byte that is no UTF-8 counts as U+FFFD. */
static uint32_t code_at(str s, uint32_t at, uint32_t *ret_n)
{
	uint32_t code;
	size_t n = utf8_decode(s, at, &code);
	*ret_n = n ? (uint32_t)n : 1;
	return n ? code : 0xfffd;
}

static uint32_t skip_comment(str s, uint32_t at, bool *ret_open)
{
	if (s.p[at + 1] == '/') {
		while (at < s.n && s.p[at] != '\n')
			at++;
		return at;
	}
	for (at += 2; at + 1 < s.n; at++)
		if (s.p[at] == '*' && s.p[at + 1] == '/')
			return at + 2;
	*ret_open = true;
	return (uint32_t)s.n;
}

uint32_t lexer_skip(str s, uint32_t at, bool *ret_open)
{
	uint32_t n;
	*ret_open = false;
	while (at < s.n) {
		if (s.p[at] == '/' && at + 1 < s.n && (s.p[at + 1] == '/' || s.p[at + 1] == '*'))
			at = skip_comment(s, at, ret_open);
		else if (is_feel_blank(code_at(s, at, &n)))
			at += n;
		else
			break;
	}
	return at;
}

static bool is_digit_at(str s, uint32_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static struct token number_token(str s, uint32_t at)
{
	struct token t = { .kind = TOKEN_NUMBER, .at = at };
	while (is_digit_at(s, at))
		at++;
	if (at < s.n && s.p[at] == '.' && is_digit_at(s, at + 1))
		for (at++; is_digit_at(s, at); at++)
			continue;
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		uint32_t digits = at + 1;
		if (digits < s.n && (s.p[digits] == '+' || s.p[digits] == '-'))
			digits++;
		if (is_digit_at(s, digits)) {
			for (at = digits; is_digit_at(s, at); at++)
				continue;
		}
	}
	t.end = at;
	t.text = str_of(s.p + t.at, at - t.at);
	return t;
}

static bool hex_code(str s, uint32_t at, uint32_t digits, uint32_t *ret_code)
{
	uint32_t code = 0;
	if (at + digits > s.n)
		return false;
	for (uint32_t i = 0; i < digits; i++) {
		char c = s.p[at + i];
		int digit = c >= '0' && c <= '9' ? c - '0'
			  : c >= 'a' && c <= 'f' ? c - 'a' + 10
			  : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
		if (digit < 0)
			return false;
		code = code << 4 | (uint32_t)digit;
	}
	*ret_code = code;
	return true;
}

/* \uXXXX (in pairs beyond the basic plane) and \UXXXXXX; returns the bytes read, 0 if wrong. */
static uint32_t unicode_escape(str s, uint32_t at, struct buf *out)
{
	uint32_t code, low, length = s.p[at + 1] == 'u' ? 6 : 8;
	if (!hex_code(s, at + 2, length - 2, &code))
		return 0;
	if (code >= 0xd800 && code <= 0xdbff && at + 12 <= s.n && s.p[at + 6] == '\\' &&
	    s.p[at + 7] == 'u' && hex_code(s, at + 8, 4, &low) && low >= 0xdc00 && low <= 0xdfff) {
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		length = 12;
	}
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	char bytes[4];
	buf_bytes(out, bytes, utf8_encode(code, bytes));
	return length;
}

/* Reads the escape at `at`; returns the bytes read, 0 where it is none of the language's. */
static uint32_t escape(str s, uint32_t at, struct buf *out)
{
	static const char from[] = "nrt\"\\'", to[] = "\n\r\t\"\\'";
	if (at + 1 >= s.n)
		return 0;
	char c = s.p[at + 1];
	if (c == 'u' || c == 'U')
		return unicode_escape(s, at, out);
	const char *found = memchr(from, c, sizeof from - 1);
	if (!found)
		return 0;
	buf_byte(out, to[found - from]);
	return 2;
}

static struct token string_token(const struct lexer *lexer, uint32_t at)
{
	str s = lexer->source;
	struct token t = { .kind = TOKEN_STRING, .at = at++ };
	struct buf out = { .arena = lexer->arena };
	uint32_t plain = at;
	for (; at < s.n && s.p[at] != '"'; at++) {
		if (s.p[at] != '\\')
			continue;
		buf_bytes(&out, s.p + plain, at - plain);
		uint32_t n = escape(s, at, &out);
		if (n == 0) {
			/* An unknown escape stands for itself: regular expressions need that. */
			buf_byte(&out, '\\');
			n = 1;
		}
		plain = at + n;
		at += n - 1;
	}
	t.end = at + 1;
	if (at >= s.n) {
		t.kind = TOKEN_BAD;
		t.fault = "This string is not closed";
	} else if (out.p) {
		buf_bytes(&out, s.p + plain, at - plain);
		t.text = buf_view(&out);
	} else {
		t.text = str_of(s.p + plain, at - plain);
	}
	return t;
}

static struct token quoted_token(str s, uint32_t at)
{
	struct token t = { .kind = TOKEN_QUOTED, .at = at };
	size_t close = str_find_byte(str_slice(s, at + 1, s.n), '`');
	if (close == SIZE_MAX || close == 0) {
		t.kind = TOKEN_BAD;
		t.fault = "This name in backticks is not closed";
		return t;
	}
	t.text = str_of(s.p + at + 1, close);
	t.end = at + 2 + (uint32_t)close;
	return t;
}

static struct token word_token(str s, uint32_t at)
{
	struct token t = { .kind = TOKEN_WORD, .at = at };
	uint32_t n;
	while (at < s.n && is_name_part(code_at(s, at, &n)))
		at += n;
	t.end = at;
	t.text = str_of(s.p + t.at, at - t.at);
	return t;
}

static struct token sign_token(str s, uint32_t at)
{
	static const struct {
		char text[3];
		uint16_t sign;
	} pairs[] = {
		{ "**", SIGN_POWER }, { "..", SIGN_DOTS }, { "<=", SIGN_LESS_EQUAL },
		{ ">=", SIGN_GREATER_EQUAL }, { "!=", SIGN_UNEQUAL }, { "->", SIGN_ARROW },
	};
	struct token t = { .kind = TOKEN_SIGN, .at = at, .end = at + 2 };
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (at + 1 < s.n && memcmp(s.p + at, pairs[i].text, 2) == 0) {
			t.sign = pairs[i].sign;
			return t;
		}
	t.end = at + 1;
	/* "^" is what the form editor's own FEEL takes for "**". */
	t.sign = s.p[at] == '^' ? SIGN_POWER : (unsigned char)s.p[at];
	if (!strchr("+-*/=<>()[]{},.:@^", s.p[at]) || s.p[at] == '\0') {
		t.kind = TOKEN_BAD;
		t.fault = "This character has no meaning here";
	}
	return t;
}

struct token lexer_token(const struct lexer *lexer, uint32_t at)
{
	bool open;
	uint32_t n;
	str s = lexer->source;
	at = lexer_skip(s, at, &open);
	if (open)
		return (struct token){ .kind = TOKEN_BAD, .at = at, .end = at,
				       .fault = "This comment is not closed" };
	if (at >= s.n)
		return (struct token){ .kind = TOKEN_END, .at = at, .end = at };
	char c = s.p[at];
	if (is_digit_at(s, at) || (c == '.' && is_digit_at(s, at + 1)))
		return number_token(s, at);
	if (c == '"')
		return string_token(lexer, at);
	if (c == '`')
		return quoted_token(s, at);
	if (is_name_start(code_at(s, at, &n)))
		return word_token(s, at);
	return sign_token(s, at);
}
