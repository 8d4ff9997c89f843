#include "base/buf.h"
#include "rules/builtin.h"
#include "rules/eval.h"

#include <utf8proc.h>

/* Lengths and positions count code points. */

/* The byte where the n-th code point (from 0) begins; the length where there is none. */
static size_t byte_of(str s, int64_t n)
{
	size_t at = 0;
	while (at < s.n && n > 0) {
		at++;
		while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
			at++;
		n--;
	}
	return at;
}

static struct value call_string_length(struct run *run, const struct value *args, uint32_t n)
{
	if (!run_read(run, args[0].n))
		return value_null();
	return value_int((int64_t)utf8_length(value_text(args[0])));
}

static struct value call_substring(struct run *run, const struct value *args, uint32_t n)
{
	str s = value_text(args[0]);
	int64_t length = (int64_t)utf8_length(s), start, count = length;
	if (!run_read(run, s.n * 4))
		return value_null();
	if (!decimal_to_int(decimal_round(args[1].number, 0, ROUND_DOWN), &start) || start == 0)
		return run_null(run, "A string begins at position 1", S(""));
	if (!value_is_null(args[2]) &&
	    (!decimal_to_int(decimal_round(args[2].number, 0, ROUND_DOWN), &count) || count < 1))
		return run_null(run, "A substring has one character or more", S(""));
	start = start < 0 ? start + length : start - 1;
	if (start < 0 || start > length)
		return run_null(run, "The string has no such position", S(""));
	size_t from = byte_of(s, start);
	str rest = str_slice(s, from, s.n);
	return value_str(str_slice(rest, 0, byte_of(rest, count)));
}

/* ---- case ---- */

static struct value map_case(struct run *run, str s, bool upper)
{
	struct buf out = { .arena = run->arena };
	uint32_t code;
	char bytes[4];
	if (!run_steps(run, s.n / 8) || !run_room(run, s.n * 2))
		return value_null();
	buf_reserve(&out, s.n + 1);
	for (size_t at = 0, n; at < s.n; at += n) {
		n = utf8_decode(s, at, &code);
		if (n == 1 && s.p[at] > 0) {
			char plain = s.p[at], first = upper ? 'a' : 'A';
			bool letter = plain >= first && plain <= first + 25;
			buf_byte(&out, letter ? (char)(plain ^ 0x20) : plain);
		} else if (!n) {
			n = 1;
			buf_byte(&out, s.p[at]);
		} else if (upper && code == 0xdf) {
			buf_str(&out, S("SS"));
		} else {
			code = (uint32_t)(upper ? utf8proc_toupper((utf8proc_int32_t)code)
						: utf8proc_tolower((utf8proc_int32_t)code));
			buf_bytes(&out, bytes, utf8_encode(code, bytes));
		}
	}
	return value_str(buf_view(&out));
}

static struct value call_upper_case(struct run *run, const struct value *args, uint32_t n)
{
	return map_case(run, value_text(args[0]), true);
}

static struct value call_lower_case(struct run *run, const struct value *args, uint32_t n)
{
	return map_case(run, value_text(args[0]), false);
}

/* ---- parts ---- */

static struct value call_contains(struct run *run, const struct value *args, uint32_t n)
{
	if (!run_read(run, args[0].n))
		return value_null();
	return value_bool(str_find(value_text(args[0]), value_text(args[1])) != SIZE_MAX);
}

static struct value call_starts_with(struct run *run, const struct value *args, uint32_t n)
{
	if (!run_read(run, args[0].n))
		return value_null();
	return value_bool(str_starts(value_text(args[0]), value_text(args[1])));
}

static struct value call_ends_with(struct run *run, const struct value *args, uint32_t n)
{
	if (!run_read(run, args[0].n))
		return value_null();
	return value_bool(str_ends(value_text(args[0]), value_text(args[1])));
}

static struct value call_substring_before(struct run *run, const struct value *args, uint32_t n)
{
	str s = value_text(args[0]);
	size_t at = str_find(s, value_text(args[1]));
	if (!run_read(run, args[0].n))
		return value_null();
	return value_str(at == SIZE_MAX ? S("") : str_slice(s, 0, at));
}

static struct value call_substring_after(struct run *run, const struct value *args, uint32_t n)
{
	str s = value_text(args[0]), match = value_text(args[1]);
	size_t at = str_find(s, match);
	if (!run_read(run, args[0].n))
		return value_null();
	return value_str(at == SIZE_MAX ? S("") : str_slice(s, at + match.n, s.n));
}

static struct value call_string_join(struct run *run, const struct value *args, uint32_t n)
{
	struct buf out = { .arena = run->arena };
	str delimiter = value_text(n > 1 ? args[1] : value_null());
	bool first = true;
	for (uint32_t i = 0; i < args[0].n; i++) {
		struct value item = args[0].items[i];
		if (value_is_null(item))
			continue;
		if (item.kind != VALUE_STRING)
			return run_null(run, "Only strings can be joined", S(""));
		if (!run_steps(run, 1) || !run_room(run, out.n + delimiter.n + item.n))
			return value_null();
		if (!first)
			buf_str(&out, delimiter);
		buf_str(&out, value_text(item));
		first = false;
	}
	return value_str(buf_view(&out));
}

/* ---- blanks ---- */

static bool is_blank(uint32_t code)
{
	return code <= ' ' || code == 0x85 || code == 0xa0 ||
	       utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_ZS ||
	       code == 0x2028 || code == 0x2029;
}

static struct value call_trim(struct run *run, const struct value *args, uint32_t n)
{
	str s = value_text(args[0]);
	size_t first = SIZE_MAX, last = 0;
	uint32_t code;
	if (!run_steps(run, s.n / 8))
		return value_null();
	for (size_t at = 0, k; at < s.n; at += k) {
		k = utf8_decode(s, at, &code);
		if (k && is_blank(code))
			continue;
		k = k ? k : 1;
		first = first == SIZE_MAX ? at : first;
		last = at + k;
	}
	return value_str(first == SIZE_MAX ? S("") : str_slice(s, first, last));
}

static struct value call_is_blank(struct run *run, const struct value *args, uint32_t n)
{
	struct value rest = call_trim(run, args, n);
	return value_is_null(rest) ? rest : value_bool(rest.n == 0);
}

const struct builtin builtins_string[] = {
	{ "substring", "string,start position,length", "snn?", call_substring, true },
	{ "string length", "string", "s", call_string_length, true },
	{ "upper case", "string", "s", call_upper_case, true },
	{ "lower case", "string", "s", call_lower_case, true },
	{ "contains", "string,match", "ss", call_contains, true },
	{ "starts with", "string,match", "ss", call_starts_with, true },
	{ "ends with", "string,match", "ss", call_ends_with, true },
	{ "substring before", "string,match", "ss", call_substring_before, true },
	{ "substring after", "string,match", "ss", call_substring_after, true },
	{ "string join", "list,delimiter", "ls?", call_string_join, false },
	{ "trim", "string", "s", call_trim, true },
	{ "is blank", "string", "s", call_is_blank, true },
	{ NULL, NULL, NULL, NULL, false },
};
