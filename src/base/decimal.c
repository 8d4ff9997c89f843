#include "base/decimal.h"

/* The library is built so that rounding and flags are arguments: it keeps no state. */
#define DECIMAL_CALL_BY_REFERENCE 0
#define DECIMAL_GLOBAL_ROUNDING 0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#define UNCHANGED_BINARY_STATUS_FLAGS 0
#include <bid_conf.h>
#include <bid_functions.h>

typedef unsigned __int128 u128;

enum { DIGITS = 34, BIAS = 6176, LEAST_EXPONENT = -BIAS, LARGEST_EXPONENT = 6111 };
enum { PLAIN_DIGITS = 40 }; /* longer texts are written with an exponent */

#define SIGN_BIT (UINT64_C(1) << 63)
#define HIGH_BITS ((UINT64_C(1) << 49) - 1)
#define SPECIAL UINT64_C(0x6000000000000000)

/* sign × coefficient × 10^exponent, with coefficient < 10^34. */
struct parts {
	u128 coefficient;
	int exponent;
	bool negative;
};

static const uint64_t tens[20] = {
	UINT64_C(1), UINT64_C(10), UINT64_C(100), UINT64_C(1000), UINT64_C(10000),
	UINT64_C(100000), UINT64_C(1000000), UINT64_C(10000000), UINT64_C(100000000),
	UINT64_C(1000000000), UINT64_C(10000000000), UINT64_C(100000000000),
	UINT64_C(1000000000000), UINT64_C(10000000000000), UINT64_C(100000000000000),
	UINT64_C(1000000000000000), UINT64_C(10000000000000000), UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000), UINT64_C(10000000000000000000),
};

/* 10^k for k ≤ 38. */
static u128 ten_to(int k)
{
	return k < 20 ? (u128)tens[k] : (u128)tens[19] * tens[k - 19];
}

static struct parts unpack(struct decimal d)
{
	return (struct parts){
		.coefficient = (u128)(d.high & HIGH_BITS) << 64 | d.low,
		.exponent = (int)(d.high >> 49 & 0x3fff) - BIAS,
		.negative = d.high >> 63,
	};
}

static struct decimal pack(struct parts p)
{
	uint64_t sign = p.negative ? SIGN_BIT : 0;
	return (struct decimal){
		.low = (uint64_t)p.coefficient,
		.high = sign | (uint64_t)(p.exponent + BIAS) << 49 | (uint64_t)(p.coefficient >> 64),
	};
}

static BID_UINT128 to_bid(struct decimal d)
{
	return (BID_UINT128){ { d.low, d.high } };
}

/* Takes the library's answer; NaN and infinity are no answer, and zero has no sign. */
static bool from_bid(BID_UINT128 b, struct decimal *ret_d)
{
	if ((b.w[1] & SPECIAL) == SPECIAL)
		return false;
	if (b.w[0] == 0 && (b.w[1] & HIGH_BITS) == 0)
		b.w[1] &= ~SIGN_BIT;
	*ret_d = (struct decimal){ b.w[0], b.w[1] };
	return true;
}

static int count_digits(u128 n)
{
	int count = 1;
	if (n >= tens[19]) {
		n /= tens[19];
		count += 19;
	}
	for (uint64_t rest = (uint64_t)n; count < 39 && rest >= 10; rest /= 10)
		count++;
	return count;
}

/* Brings the exponent into the range that can be written, where that loses nothing. */
static bool fit_exponent(struct parts *p)
{
	if (p->coefficient == 0) {
		if (p->exponent > LARGEST_EXPONENT)
			p->exponent = LARGEST_EXPONENT;
		if (p->exponent < LEAST_EXPONENT)
			p->exponent = LEAST_EXPONENT;
		return true;
	}
	while (p->exponent > LARGEST_EXPONENT && p->coefficient < ten_to(DIGITS - 1)) {
		p->coefficient *= 10;
		p->exponent--;
	}
	while (p->exponent < LEAST_EXPONENT && p->coefficient % 10 == 0) {
		p->coefficient /= 10;
		p->exponent++;
	}
	return p->exponent >= LEAST_EXPONENT && p->exponent <= LARGEST_EXPONENT;
}

/* ---- text ---- */

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
	if (!read_number(&r, false) || r.round_digit || r.rest || !fit_exponent(&r.parts))
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
	if (!fit_exponent(&r.parts))
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

/* ---- kinds of number ---- */

struct decimal decimal_normal(struct decimal d)
{
	struct parts p = unpack(d);
	if (p.coefficient == 0)
		return decimal_of(0);
	while (p.exponent < 0 && p.coefficient > UINT64_MAX && p.coefficient % 10 == 0) {
		p.coefficient /= 10;
		p.exponent++;
	}
	if (p.coefficient <= UINT64_MAX) {
		uint64_t small = (uint64_t)p.coefficient;
		for (; p.exponent < 0 && small % 10 == 0; p.exponent++)
			small /= 10;
		p.coefficient = small;
	}
	if (p.exponent > 0 && p.exponent < DIGITS && p.coefficient < ten_to(DIGITS - p.exponent)) {
		p.coefficient *= ten_to(p.exponent);
		p.exponent = 0;
	}
	return pack(p);
}

bool decimal_to_int(struct decimal d, int64_t *ret_n)
{
	struct parts p = unpack(decimal_normal(d));
	u128 limit = (u128)INT64_MAX + p.negative;
	if (p.exponent != 0 || p.coefficient > limit)
		return false;
	uint64_t amount = (uint64_t)p.coefficient;
	*ret_n = (int64_t)(p.negative ? -amount : amount);
	return true;
}

double decimal_to_double(struct decimal d)
{
	unsigned flags = 0;
	return bid128_to_binary64(to_bid(d), BID_ROUNDING_TO_NEAREST, &flags);
}

bool decimal_is_zero(struct decimal d)
{
	return d.low == 0 && (d.high & HIGH_BITS) == 0;
}

bool decimal_is_integer(struct decimal d)
{
	return unpack(decimal_normal(d)).exponent >= 0;
}

int decimal_sign(struct decimal d)
{
	return decimal_is_zero(d) ? 0 : d.high & SIGN_BIT ? -1 : 1;
}

struct decimal decimal_neg(struct decimal d)
{
	if (decimal_is_zero(d))
		return (struct decimal){ d.low, d.high & ~SIGN_BIT };
	return (struct decimal){ d.low, d.high ^ SIGN_BIT };
}

struct decimal decimal_abs(struct decimal d)
{
	return (struct decimal){ d.low, d.high & ~SIGN_BIT };
}

/* ---- arithmetic ---- */

/* The short way: gives two numbers one exponent, the lesser, where both then fit 126 bits. */
static bool align(struct parts *a, struct parts *b)
{
	struct parts *larger = a->exponent > b->exponent ? a : b;
	int distance = a->exponent > b->exponent ? a->exponent - b->exponent
						 : b->exponent - a->exponent;
	if (distance == 0)
		return true;
	if (distance > 18 || larger->coefficient > UINT64_MAX)
		return false;
	larger->coefficient *= tens[distance];
	larger->exponent -= distance;
	return true;
}

int decimal_cmp(struct decimal a, struct decimal b)
{
	int sign = decimal_sign(a), other = decimal_sign(b);
	if (sign != other || sign == 0)
		return (sign > other) - (sign < other);
	struct parts x = unpack(a), y = unpack(b);
	if (align(&x, &y)) {
		int order = (x.coefficient > y.coefficient) - (x.coefficient < y.coefficient);
		return sign * order;
	}
	unsigned flags = 0;
	if (bid128_quiet_less(to_bid(a), to_bid(b), &flags))
		return -1;
	return bid128_quiet_greater(to_bid(a), to_bid(b), &flags);
}

/* Sum of aligned numbers; false when it needs rounding. */
static bool add_short(struct parts a, struct parts b, struct decimal *ret_d)
{
	struct parts sum = a;
	if (!align(&a, &b))
		return false;
	sum.exponent = a.exponent;
	if (a.negative == b.negative) {
		sum.coefficient = a.coefficient + b.coefficient;
	} else if (a.coefficient >= b.coefficient) {
		sum.coefficient = a.coefficient - b.coefficient;
	} else {
		sum.coefficient = b.coefficient - a.coefficient;
		sum.negative = b.negative;
	}
	if (sum.coefficient >= ten_to(DIGITS))
		return false;
	if (sum.coefficient == 0)
		sum.negative = false;
	*ret_d = pack(sum);
	return true;
}

bool decimal_add(struct decimal a, struct decimal b, struct decimal *ret_d)
{
	unsigned flags = 0;
	if (add_short(unpack(a), unpack(b), ret_d))
		return true;
	return from_bid(bid128_add(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), ret_d);
}

bool decimal_sub(struct decimal a, struct decimal b, struct decimal *ret_d)
{
	return decimal_add(a, decimal_neg(b), ret_d);
}

bool decimal_mul(struct decimal a, struct decimal b, struct decimal *ret_d)
{
	struct parts x = unpack(a), y = unpack(b), product;
	product.exponent = x.exponent + y.exponent;
	if ((x.coefficient | y.coefficient) >> 56 == 0 && product.exponent >= LEAST_EXPONENT &&
	    product.exponent <= LARGEST_EXPONENT) {
		product.coefficient = (u128)(uint64_t)x.coefficient * (uint64_t)y.coefficient;
		product.negative = x.negative != y.negative && product.coefficient != 0;
		*ret_d = pack(product);
		return true;
	}
	unsigned flags = 0;
	return from_bid(bid128_mul(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), ret_d);
}

bool decimal_div(struct decimal a, struct decimal b, struct decimal *ret_d)
{
	struct parts x = unpack(a), y = unpack(b);
	if (y.coefficient == 0)
		return false;
	if ((x.coefficient | y.coefficient) >> 64 == 0 && x.exponent == y.exponent) {
		uint64_t dividend = (uint64_t)x.coefficient, divisor = (uint64_t)y.coefficient;
		if (dividend % divisor == 0) {
			bool negative = x.negative != y.negative && dividend != 0;
			*ret_d = pack((struct parts){ dividend / divisor, 0, negative });
			return true;
		}
	}
	unsigned flags = 0;
	return from_bid(bid128_div(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), ret_d);
}

/* Whether dropping `remainder` of `unit` adds one to the last digit kept. */
static bool rounds_away(struct parts p, u128 remainder, u128 unit, enum decimal_rounding mode)
{
	u128 twice = remainder * 2;
	switch (mode) {
	case ROUND_HALF_EVEN:
		return twice > unit || (twice == unit && (p.coefficient & 1));
	case ROUND_HALF_UP:
		return twice >= unit;
	case ROUND_HALF_DOWN:
		return twice > unit;
	case ROUND_UP:
		return remainder != 0;
	case ROUND_FLOOR:
		return remainder != 0 && p.negative;
	case ROUND_CEILING:
		return remainder != 0 && !p.negative;
	default:
		return false;
	}
}

struct decimal decimal_round(struct decimal d, int scale, enum decimal_rounding mode)
{
	struct parts p = unpack(d);
	int64_t drop = -(int64_t)scale - p.exponent;
	if (drop <= 0)
		return d;
	/* Beyond 35 digits nothing is left but the question whether to round up to one unit. */
	u128 unit = ten_to(drop > 35 ? 35 : (int)drop);
	u128 remainder = p.coefficient % unit;
	p.coefficient /= unit;
	p.exponent = -scale;
	p.coefficient += rounds_away(p, remainder, unit, mode);
	if (!fit_exponent(&p))
		return d;
	if (p.coefficient == 0)
		p.negative = false;
	return pack(p);
}

bool decimal_to_scale(struct decimal d, int scale, enum decimal_rounding mode,
		      struct decimal *ret_d)
{
	struct parts p = unpack(decimal_round(d, scale, mode));
	int64_t more = (int64_t)scale + p.exponent;
	if (p.coefficient == 0 && more > 0)
		more = 0;
	else if (more > 0 && (more > DIGITS || count_digits(p.coefficient) + more > DIGITS))
		return false;
	if (more > 0)
		p.coefficient *= ten_to((int)more);
	p.exponent = -scale;
	if (!fit_exponent(&p))
		return false;
	*ret_d = pack(p);
	return true;
}

bool decimal_modulo(struct decimal a, struct decimal b, struct decimal *ret_d)
{
	struct parts x = unpack(a), y = unpack(b);
	if (y.coefficient == 0)
		return false;
	struct decimal rest;
	if (align(&x, &y)) {
		x.coefficient %= y.coefficient;
		x.negative &= x.coefficient != 0;
		rest = pack(x);
	} else {
		unsigned flags = 0;
		if (!from_bid(bid128_fmod(to_bid(a), to_bid(b), &flags), &rest))
			return false;
	}
	if (decimal_sign(rest) != 0 && decimal_sign(rest) != decimal_sign(b))
		return decimal_add(rest, b, ret_d);
	*ret_d = rest;
	return true;
}

/* By squaring: exact as long as the digits suffice. */
static bool power_whole(struct decimal base, int64_t exponent, struct decimal *ret_d)
{
	struct decimal result = decimal_of(1);
	for (int64_t rest = exponent < 0 ? -exponent : exponent; rest; rest >>= 1) {
		if ((rest & 1) && !decimal_mul(result, base, &result))
			return false;
		if (rest > 1 && !decimal_mul(base, base, &base))
			return false;
	}
	if (exponent < 0)
		return decimal_div(decimal_of(1), result, ret_d);
	*ret_d = result;
	return true;
}

bool decimal_power(struct decimal a, struct decimal b, struct decimal *ret_d)
{
	int64_t whole;
	unsigned flags = 0;
	if (decimal_to_int(b, &whole) && whole >= -1000 && whole <= 1000 &&
	    power_whole(a, whole, ret_d))
		return true;
	return from_bid(bid128_pow(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), ret_d);
}

bool decimal_sqrt(struct decimal d, struct decimal *ret_d)
{
	unsigned flags = 0;
	return from_bid(bid128_sqrt(to_bid(d), BID_ROUNDING_TO_NEAREST, &flags), ret_d);
}

bool decimal_exp(struct decimal d, struct decimal *ret_d)
{
	unsigned flags = 0;
	return from_bid(bid128_exp(to_bid(d), BID_ROUNDING_TO_NEAREST, &flags), ret_d);
}

bool decimal_ln(struct decimal d, struct decimal *ret_d)
{
	unsigned flags = 0;
	if (decimal_sign(d) <= 0)
		return false;
	return from_bid(bid128_log(to_bid(d), BID_ROUNDING_TO_NEAREST, &flags), ret_d);
}
