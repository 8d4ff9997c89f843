#include "base/decimal_parts.h"

/* The library is built so that rounding and flags are arguments: it keeps no state. */
#define DECIMAL_CALL_BY_REFERENCE 0
#define DECIMAL_GLOBAL_ROUNDING 0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#define UNCHANGED_BINARY_STATUS_FLAGS 0
#include <bid_conf.h>
#include <bid_functions.h>

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
	if (n >= decimal_tens[19]) {
		n /= decimal_tens[19];
		count += 19;
	}
	for (uint64_t rest = (uint64_t)n; count < 39 && rest >= 10; rest /= 10)
		count++;
	return count;
}

/* Brings the exponent into the range that can be written, where that loses nothing. */
bool decimal_fit(struct parts *p)
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
	larger->coefficient *= decimal_tens[distance];
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

/* Division as by hand, where it comes out even after a few digits. */
static bool divide_short(struct parts a, struct parts b, struct decimal *ret_d)
{
	enum { STEPS = 6 };
	struct parts quotient = { .exponent = a.exponent - b.exponent };
	if ((a.coefficient | b.coefficient) >> 58 || quotient.exponent < LEAST_EXPONENT + STEPS ||
	    quotient.exponent > LARGEST_EXPONENT)
		return false;
	uint64_t divisor = (uint64_t)b.coefficient, rest = (uint64_t)a.coefficient % divisor;
	quotient.coefficient = (uint64_t)a.coefficient / divisor;
	for (int i = 0; rest && i < STEPS; i++, rest = rest * 10 % divisor) {
		quotient.coefficient = quotient.coefficient * 10 + rest * 10 / divisor;
		quotient.exponent--;
	}
	quotient.negative = a.negative != b.negative && quotient.coefficient != 0;
	*ret_d = pack(quotient);
	return rest == 0;
}

bool decimal_div(struct decimal a, struct decimal b, struct decimal *ret_d)
{
	if (decimal_is_zero(b))
		return false;
	if (divide_short(unpack(a), unpack(b), ret_d))
		return true;
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
	if (!decimal_fit(&p))
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
	if (!decimal_fit(&p))
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
