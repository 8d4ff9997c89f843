/*
 * str: a view of bytes. It owns nothing, need not end in NUL, and is passed by value.
 *
 *	str name = S("Hòa Phát");
 *	if (str_eq(name, S("Hòa Phát")))
 *		buf_str(&out, str_trim(name));
 *
 * The bytes live as long as whatever they were taken from: a literal, an arena, a buf.
 * Text is UTF-8 throughout; input is normalised to NFC where it enters (text/vietnamese.h).
 */
#ifndef MOTCUA_BASE_STR_H
#define MOTCUA_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
	const char *p;
	size_t n;
} str;

/* Markup that is already escaped. A type of its own, so that plain text cannot reach a page
 * by mistake: only text/ and print/ make one. */
typedef struct {
	str s;
} html;

#define S(literal) ((str){ "" literal, sizeof(literal) - 1 })
/* For printf("%.*s"): STR_ARG(s). */
#define STR_ARG(s) (int)(s).n, (s).p

static inline str str_of(const char *p, size_t n)
{
	return (str){ p, n };
}

/* A view of a NUL-terminated string; NULL gives the empty str. */
static inline str str_z(const char *z)
{
	return (str){ z ? z : "", z ? strlen(z) : 0 };
}

static inline uint64_t str_load_(const char *p, size_t bytes)
{
	uint64_t word = 0;
	memcpy(&word, p, bytes);
	return word;
}

/* Names and keys are short: up to 16 bytes are compared as two words that may overlap. */
static inline bool str_eq(str a, str b)
{
	size_t n = a.n;
	if (n != b.n)
		return false;
	if (n > 16)
		return memcmp(a.p, b.p, n) == 0;
	if (n >= 8)
		return str_load_(a.p, 8) == str_load_(b.p, 8) &&
		       str_load_(a.p + n - 8, 8) == str_load_(b.p + n - 8, 8);
	if (n >= 4)
		return str_load_(a.p, 4) == str_load_(b.p, 4) &&
		       str_load_(a.p + n - 4, 4) == str_load_(b.p + n - 4, 4);
	return n == 0 || (a.p[0] == b.p[0] && a.p[n / 2] == b.p[n / 2] && a.p[n - 1] == b.p[n - 1]);
}

static inline bool str_empty(str s)
{
	return s.n == 0;
}

/* Byte order, a shorter prefix first: <0, 0, >0. For people's order see vietnamese_sort_key. */
int str_cmp(str a, str b);
/* ASCII letters only are folded; for header names and file endings. */
bool str_eq_nocase(str a, str b);
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
/* Position of the first occurrence, or SIZE_MAX. */
size_t str_find(str s, str what);
size_t str_find_byte(str s, char byte);
/* From byte `from` (clamped) to byte `to` (clamped). */
str str_slice(str s, size_t from, size_t to);
/* Without ASCII blanks at both ends. */
str str_trim(str s);
/* Takes what stands before the next `separator` off `*rest`; false when nothing is left.
 *	for (str part; str_next(&rest, ',', &part);) … */
bool str_next(str *rest, char separator, str *ret_part);
/* A decimal integer that fills the whole str, within [min, max]; false otherwise. */
bool str_int(str s, int64_t min, int64_t max, int64_t *ret_n);
/* 64-bit FNV-1a, for hash tables in memory; not for anything an attacker may choose at length. */
uint64_t str_hash(str s);

/* Decodes the code point at s.p[at] (at < s.n); returns its length in bytes, or 0 where the
 * bytes are not UTF-8 (overlong forms and surrogates included). */
size_t utf8_decode(str s, size_t at, uint32_t *ret_code);
/* Writes the code point (a scalar value) and returns 1 to 4. */
size_t utf8_encode(uint32_t code, char ret_bytes[static 4]);
bool utf8_valid(str s);
/* Code points in valid UTF-8. */
size_t utf8_length(str s);

#endif
