/* decimal_parts: decimal128 taken apart, for the files that calculate and write. Internal to base/. */
#ifndef MOTCUA_BASE_DECIMAL_PARTS_H
#define MOTCUA_BASE_DECIMAL_PARTS_H

#include "base/decimal.h"

typedef unsigned __int128 u128;

enum { DIGITS = 34, BIAS = 6176, LEAST_EXPONENT = -BIAS, LARGEST_EXPONENT = 6111 };

#define SIGN_BIT (UINT64_C(1) << 63)
#define HIGH_BITS ((UINT64_C(1) << 49) - 1)
#define SPECIAL UINT64_C(0x6000000000000000)

/* sign × coefficient × 10^exponent, with coefficient < 10^34. */
struct parts {
	u128 coefficient;
	int exponent;
	bool negative;
};

static const uint64_t decimal_tens[20] = {
	UINT64_C(1), UINT64_C(10), UINT64_C(100), UINT64_C(1000), UINT64_C(10000),
	UINT64_C(100000), UINT64_C(1000000), UINT64_C(10000000), UINT64_C(100000000),
	UINT64_C(1000000000), UINT64_C(10000000000), UINT64_C(100000000000),
	UINT64_C(1000000000000), UINT64_C(10000000000000), UINT64_C(100000000000000),
	UINT64_C(1000000000000000), UINT64_C(10000000000000000), UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000), UINT64_C(10000000000000000000),
};

/* 10^k for k ≤ 38. */
static inline u128 ten_to(int k)
{
	return k < 20 ? (u128)decimal_tens[k] : (u128)decimal_tens[19] * decimal_tens[k - 19];
}

static inline struct parts unpack(struct decimal d)
{
	return (struct parts){
		.coefficient = (u128)(d.high & HIGH_BITS) << 64 | d.low,
		.exponent = (int)(d.high >> 49 & 0x3fff) - BIAS,
		.negative = d.high >> 63,
	};
}

static inline struct decimal pack(struct parts p)
{
	uint64_t sign = p.negative ? SIGN_BIT : 0;
	return (struct decimal){
		.low = (uint64_t)p.coefficient,
		.high = sign | (uint64_t)(p.exponent + BIAS) << 49 | (uint64_t)(p.coefficient >> 64),
	};
}

/* Brings the exponent into the range that can be written, where that loses nothing. */
bool decimal_fit(struct parts *p);

#endif
