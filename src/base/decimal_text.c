#include "base/decimal_parts.h"

enum { PLAIN_DIGITS = 40 }; /* longer texts are written with an exponent */

struct reader {
	str s;
	size_t at;
	struct parts parts;
	int digits;       /* kept in the coefficient */
	int round_digit;  /* the first digit beyond, and whether anything but zero followed */
	bool rest, any;
};

static bool at_digit(const struct reader *r)
{
	return r->at < r->s.n && r->s.p[r->at] >= '0' && r->s.p[r->at] <= '9';
}

static void take_digit(struct reader *r, int digit, bool after_point)
{
	r->any = true;
	if (r->digits < DIGITS) {
		r->parts.coefficient = r->parts.coefficient * 10 + (unsigned)digit;
		r->digits += r->parts.coefficient != 0;
		r->parts.exponent -= after_point;
		return;
	}
	if (r->digits == DIGITS)
		r->round_digit = digit;
	else
		r->rest |= digit != 0;
	r->digits++;
	r->parts.exponent += !after_point;
}

static bool read_exponent(struct reader *r)
{
	bool negative = false;
	int exponent = 0;
	r->at++;
	if (r->at < r->s.n && (r->s.p[r->at] == '-' || r->s.p[r->at] == '+'))
		negative = r->s.p[r->at++] == '-';
	if (!at_digit(r))
		return false;
	for (; at_digit(r); r->at++)
		if (exponent < 100000)
			exponent = exponent * 10 + (r->s.p[r->at] - '0');
	r->parts.exponent += negative ? -exponent : exponent;
	return true;
}

static bool read_number(struct reader *r, bool leading_zeros)
{
	if (r->s.n > 1000000)
		return false; /* so that no exponent can overflow */
	if (r->at < r->s.n && (r->s.p[r->at] == '-' || r->s.p[r->at] == '+'))
		r->parts.negative = r->s.p[r->at++] == '-';
	size_t first = r->at;
	for (; at_digit(r); r->at++)
		take_digit(r, r->s.p[r->at] - '0', false);
	if (!leading_zeros && r->at - first > 1 && r->s.p[first] == '0')
		return false;
	if (r->at < r->s.n && r->s.p[r->at] == '.') {
		r->at++;
		if (!at_digit(r))
			return false;
		for (; at_digit(r); r->at++)
			take_digit(r, r->s.p[r->at] - '0', true);
	}
	if (!r->any)
		return false;
	if (r->at < r->s.n && (r->s.p[r->at] | 0x20) == 'e' && !read_exponent(r))
		return false;
	return r->at == r->s.n;
}

bool decimal_parse(str s, struct decimal *ret_d)
{
	struct reader r = { .s = s };
	if (!read_number(&r, false) || r.round_digit || r.rest || !decimal_fit(&r.parts))
		return false;
	*ret_d = pack(r.parts);
	return true;
}

bool decimal_parse_rounded(str s, struct decimal *ret_d)
{
	struct reader r = { .s = s };
	if (!read_number(&r, true))
		return false;
	bool odd = r.parts.coefficient & 1;
	if (r.round_digit > 5 || (r.round_digit == 5 && (r.rest || odd)))
		if (++r.parts.coefficient == ten_to(DIGITS)) {
			r.parts.coefficient /= 10;
			r.parts.exponent++;
		}
	if (!decimal_fit(&r.parts))
		return false;
	*ret_d = pack(r.parts);
	return true;
}

/* Writes the digits of n so that they end before `end`; returns where they begin. */
static char *digits_before(char *end, u128 n)
{
	while (n > UINT64_MAX) {
		*--end = (char)('0' + (int)(n % 10));
		n /= 10;
	}
	uint64_t small = (uint64_t)n;
	do {
		*--end = (char)('0' + (int)(small % 10));
		small /= 10;
	} while (small);
	return end;
}

struct writer {
	char *p;
	size_t n, room;
};

static void put(struct writer *w, char c)
{
	if (w->n < w->room)
		w->p[w->n] = c;
	w->n++;
}

static void put_digits(struct writer *w, const char *digits, int n)
{
	for (int i = 0; i < n; i++)
		put(w, digits[i]);
}

static void put_zeros(struct writer *w, int n)
{
	while (n-- > 0)
		put(w, '0');
}

static void write_plain(struct writer *w, const char *digits, int n, int exponent)
{
	int whole = n + exponent; /* digits before the point */
	if (exponent >= 0) {
		put_digits(w, digits, n);
		put_zeros(w, exponent);
	} else if (whole > 0) {
		put_digits(w, digits, whole);
		put(w, '.');
		put_digits(w, digits + whole, n - whole);
	} else {
		put_digits(w, "0.", 2);
		put_zeros(w, -whole);
		put_digits(w, digits, n);
	}
}

static void write_scientific(struct writer *w, const char *digits, int n, int exponent)
{
	char text[8];
	int power = exponent + n - 1;
	put(w, digits[0]);
	if (n > 1) {
		put(w, '.');
		put_digits(w, digits + 1, n - 1);
	}
	put(w, 'E');
	put(w, power < 0 ? '-' : '+');
	char *first = digits_before(text + sizeof text, (u128)(power < 0 ? -power : power));
	put_digits(w, first, (int)(text + sizeof text - first));
}

size_t decimal_format(struct decimal d, char *ret_text, size_t room)
{
	char digits[DIGITS + 6];
	struct parts p = unpack(d);
	struct writer w = { ret_text, 0, room };
	char *first = digits_before(digits + sizeof digits, p.coefficient);
	int n = (int)(digits + sizeof digits - first);
	if (p.negative)
		put(&w, '-');
	bool long_zeros = p.exponent > 0 ? n + p.exponent > PLAIN_DIGITS : -p.exponent > PLAIN_DIGITS;
	if (p.exponent == 0)
		put_digits(&w, first, n);
	else if (long_zeros && !(p.coefficient == 0 && p.exponent > 0))
		write_scientific(&w, first, n, p.exponent);
	else
		write_plain(&w, first, n, p.coefficient == 0 && p.exponent > 0 ? 0 : p.exponent);
	return w.n;
}

str decimal_text(struct arena *arena, struct decimal d)
{
	char text[96];
	size_t n = decimal_format(d, text, sizeof text);
	return arena_copy(arena, str_of(text, n));
}
