#include "form/input.h"

#include "text/vietnamese.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- Numbers --- */

/* Which sign stands before the fraction: '.' , ',' or 0. Vietnamese and English papers use them
 * the other way round; what is repeated, or stands first of both, groups thousands. */
static char fraction_sign(str s, bool whole)
{
	size_t dots = 0, commas = 0;
	char last = 0;
	size_t after = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '.' && s.p[i] != ',')
			continue;
		dots += s.p[i] == '.';
		commas += s.p[i] == ',';
		last = s.p[i];
		after = s.n - i - 1;
	}
	if (dots && commas)
		return (last == '.' ? dots : commas) == 1 ? last : 0;
	if (dots + commas != 1 || (whole && after == 3))
		return 0;
	return last;
}

bool input_number(struct arena *arena, str text, bool whole, struct decimal *ret_d)
{
	text = whole ? vietnamese_without_currency(text) : str_trim(text);
	char fraction = fraction_sign(text, whole);
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == fraction && fraction)
			buf_byte(&out, '.');
		else if (is_digit(c) || (i == 0 && (c == '-' || c == '+')))
			buf_byte(&out, c);
		else if (str_starts(str_slice(text, i, text.n), S("\xc2\xa0")))
			i++;
		else if (c != ' ' && c != '.' && c != ',')
			return false;
	}
	return decimal_parse(buf_view(&out), ret_d);
}

/* --- Days and times --- */

static bool part_int(str s, int64_t min, int64_t max, int *ret_n)
{
	int64_t n;
	if (!str_int(str_trim(s), min, max, &n))
		return false;
	*ret_n = (int)n;
	return true;
}

enum { YEAR_MIN = 1000, YEAR_MAX = 9999 };

bool input_date_parts(str day, str month, str year, int64_t *ret_days)
{
	int d, m, y;
	if (!part_int(day, 1, 31, &d) || !part_int(month, 1, 12, &m) ||
	    !part_int(year, YEAR_MIN, YEAR_MAX, &y) || !date_exists(y, m, d))
		return false;
	*ret_days = days_of_civil(y, m, d);
	return true;
}

bool input_date(str text, int64_t *ret_days)
{
	text = str_trim(text);
	if (date_parse(text, ret_days))
		return true;
	str day, month, rest = text;
	char sign = '/';
	if (str_find_byte(text, '/') == SIZE_MAX)
		sign = str_find_byte(text, '-') != SIZE_MAX ? '-' : '.';
	return str_next(&rest, sign, &day) && str_next(&rest, sign, &month) &&
	       input_date_parts(day, month, rest, ret_days);
}

int input_time(str text)
{
	text = str_trim(text);
	int hour, minute = 0, half = -1;
	if (text.n > 2 && (text.p[text.n - 1] | 0x20) == 'm') {
		half = (text.p[text.n - 2] | 0x20) == 'p' ? 1 :
		       (text.p[text.n - 2] | 0x20) == 'a' ? 0 :
							    -1;
		if (half < 0)
			return -1;
		text = str_trim(str_slice(text, 0, text.n - 2));
	}
	size_t at = 0;
	while (at < text.n && is_digit(text.p[at]))
		at++;
	if (!part_int(str_slice(text, 0, at), 0, 23, &hour))
		return -1;
	if (at < text.n && !memchr(":h.H", text.p[at], 4))
		return -1;
	str rest = str_trim(str_slice(text, at + 1, text.n));
	if (rest.n && (rest.n > 2 || !part_int(rest, 0, 59, &minute)))
		return -1;
	if (half >= 0 && (hour < 1 || hour > 12))
		return -1;
	if (half >= 0)
		hour = hour % 12 + 12 * half;
	return hour * 60 + minute;
}

/* --- Texts and files --- */

str input_text(struct arena *arena, str text, bool one_line)
{
	text = str_trim(text);
	char *clean = arena_alloc(arena, text.n);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
			continue;
		if (c == '\r')
			c = '\n';
		if (c == 0)
			continue;
		clean[n++] = one_line && (c == '\n' || c == '\t') ? ' ' : c;
	}
	return str_of(clean, n);
}

static bool ends_nocase(str s, str ending)
{
	return s.n >= ending.n && str_eq_nocase(str_slice(s, s.n - ending.n, s.n), ending);
}

bool input_accepts(str accept, str name, str type)
{
	bool any = false;
	for (str part; str_next(&accept, ',', &part);) {
		part = str_trim(part);
		if (str_empty(part))
			continue;
		any = true;
		if (part.p[0] == '.' ? ends_nocase(name, part) : str_eq_nocase(part, type))
			return true;
		if (str_ends(part, S("/*")) &&
		    str_eq_nocase(str_slice(part, 0, part.n - 1),
				  str_slice(type, 0, part.n - 1)))
			return true;
		if (str_eq(part, S("*/*")))
			return true;
	}
	return !any;
}
