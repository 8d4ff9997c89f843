/*
 * decimal: numbers as people write them. IEEE 754 decimal128 (34 digits, BID encoding): FEEL's
 * numbers, money, form input and JSON numbers are exact from text to text; 1.10 stays 1.10.
 * There is no NaN and no infinity: an operation that has no answer returns false.
 *
 *	struct decimal price, sum;
 *	if (!decimal_parse(S("2000.50"), &price) || !decimal_add(price, price, &sum)) …
 *
 * Operands that fit 63 bits with equal exponents take a short way in plain integers; the rest is
 * libintelrdfpmath. Rounding is half-even to 34 digits.
 */
#ifndef MOTCUA_BASE_DECIMAL_H
#define MOTCUA_BASE_DECIMAL_H

#include "base/arena.h"

struct decimal {
	uint64_t low, high; /* BID128, little end first */
};

/* Reads the JSON number grammar, and a leading '.' or '+'; the whole str or nothing. False also
 * where more than 34 digits or the exponent would not be kept exactly. */
bool decimal_parse(str s, struct decimal *ret_d);
/* As decimal_parse, but leading zeros are allowed and what is beyond 34 digits is rounded. */
bool decimal_parse_rounded(str s, struct decimal *ret_d);
static inline struct decimal decimal_of(int64_t n)
{
	uint64_t sign = n < 0 ? UINT64_C(1) << 63 : 0;
	return (struct decimal){ n < 0 ? -(uint64_t)n : (uint64_t)n,
				 sign | UINT64_C(0x3040000000000000) };
}
/* Whole, not negative, written without an exponent and below 2^62, as most numbers are: then
 * `low` is the number, and a caller in a hurry may calculate with it. */
static inline bool decimal_is_small(struct decimal d)
{
	return d.high == UINT64_C(0x3040000000000000) && d.low >> 62 == 0;
}
/* False unless a whole number within int64. */
bool decimal_to_int(struct decimal d, int64_t *ret_n);
double decimal_to_double(struct decimal d);
/* Plain digits (no exponent while ≤ 34+6 digits), trailing zeros kept as they were. */
enum { DECIMAL_TEXT = 6200 };
size_t decimal_format(struct decimal d, char *ret_text, size_t room);
str decimal_text(struct arena *arena, struct decimal d);
/* Without trailing zeros in the fraction: 1.10 → 1.1, 3.00 → 3, 1E+2 → 100. */
struct decimal decimal_normal(struct decimal d);

int decimal_cmp(struct decimal a, struct decimal b); /* 1.0 equals 1.00 */
bool decimal_is_zero(struct decimal d);
bool decimal_is_integer(struct decimal d);
int decimal_sign(struct decimal d); /* -1, 0, 1 */

bool decimal_add(struct decimal a, struct decimal b, struct decimal *ret_d);
bool decimal_sub(struct decimal a, struct decimal b, struct decimal *ret_d);
bool decimal_mul(struct decimal a, struct decimal b, struct decimal *ret_d);
bool decimal_div(struct decimal a, struct decimal b, struct decimal *ret_d);
struct decimal decimal_neg(struct decimal d);
struct decimal decimal_abs(struct decimal d);

enum decimal_rounding {
	ROUND_HALF_EVEN,
	ROUND_HALF_UP,   /* ties away from zero */
	ROUND_HALF_DOWN, /* ties towards zero */
	ROUND_UP,        /* away from zero */
	ROUND_DOWN,      /* towards zero */
	ROUND_FLOOR,
	ROUND_CEILING,
};

/* To `scale` digits after the point; a negative scale rounds to tens, hundreds…. A number with
 * fewer digits stays as it is. */
struct decimal decimal_round(struct decimal d, int scale, enum decimal_rounding mode);
/* Exactly `scale` digits after the point, as money is written; false when 34 do not suffice. */
bool decimal_to_scale(struct decimal d, int scale, enum decimal_rounding mode,
		      struct decimal *ret_d);
/* a − b × floor(a / b): has the sign of b. False for b = 0. */
bool decimal_modulo(struct decimal a, struct decimal b, struct decimal *ret_d);
bool decimal_power(struct decimal a, struct decimal b, struct decimal *ret_d);
bool decimal_sqrt(struct decimal d, struct decimal *ret_d); /* false below zero */
bool decimal_exp(struct decimal d, struct decimal *ret_d);
bool decimal_ln(struct decimal d, struct decimal *ret_d); /* false unless above zero */

#endif
