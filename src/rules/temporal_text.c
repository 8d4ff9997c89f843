#include "rules/temporal.h"

#include "rules/zones.h"

/* ---- reading ---- */

enum { LARGEST_YEAR = 999999999, LARGEST_OFFSET = 18 * 3600 };

struct scan {
	str s;
	size_t at;
};

static bool take(struct scan *scan, char c)
{
	if (scan->at >= scan->s.n || scan->s.p[scan->at] != c)
		return false;
	scan->at++;
	return true;
}

/* Digits from here on; of more than a hundred nothing is made, so counting ends there. */
static size_t count_digits(const struct scan *scan)
{
	enum { ENOUGH = 100 };
	size_t n = 0;
	while (n < ENOUGH && scan->at + n < scan->s.n && scan->s.p[scan->at + n] >= '0' &&
	       scan->s.p[scan->at + n] <= '9')
		n++;
	return n;
}

/* Exactly n digits. */
static bool take_digits(struct scan *scan, size_t n, int32_t *ret_number)
{
	if (count_digits(scan) < n)
		return false;
	int32_t number = 0;
	for (size_t i = 0; i < n; i++)
		number = number * 10 + (scan->s.p[scan->at++] - '0');
	*ret_number = number;
	return true;
}

static bool scan_date(struct scan *scan, struct temporal *t)
{
	bool negative = take(scan, '-');
	size_t digits = count_digits(scan);
	int32_t year, month, day;
	if (digits < 4 || digits > 9 || (digits > 4 && scan->s.p[scan->at] == '0'))
		return false;
	if (!take_digits(scan, digits, &year) || !take(scan, '-') ||
	    !take_digits(scan, 2, &month) || !take(scan, '-') || !take_digits(scan, 2, &day))
		return false;
	t->year = negative ? -year : year;
	t->month = (uint8_t)month;
	t->day = (uint8_t)day;
	return month <= 12 && day <= 31 && date_exists(t->year, month, day);
}

static bool scan_fraction(struct scan *scan, struct temporal *t)
{
	size_t digits = count_digits(scan);
	if (!digits)
		return false;
	int32_t unit = 100000000;
	for (size_t i = 0; i < digits; i++, unit /= 10)
		t->nanos += (scan->s.p[scan->at++] - '0') * unit;
	return true;
}

static bool scan_time(struct scan *scan, struct temporal *t)
{
	int32_t hour, minute, second;
	if (!take_digits(scan, 2, &hour) || !take(scan, ':') || !take_digits(scan, 2, &minute) ||
	    !take(scan, ':') || !take_digits(scan, 2, &second))
		return false;
	if (take(scan, '.') && !scan_fraction(scan, t))
		return false;
	t->hour = (uint8_t)hour;
	t->minute = (uint8_t)minute;
	t->second = (uint8_t)second;
	bool midnight = hour == 24 && minute == 0 && second == 0 && t->nanos == 0;
	return (hour < 24 || midnight) && minute < 60 && second < 60;
}

static bool scan_offset(struct scan *scan, int sign, struct temporal *t)
{
	int32_t hours, minutes, seconds = 0;
	if (!take_digits(scan, 2, &hours) || !take(scan, ':') || !take_digits(scan, 2, &minutes))
		return false;
	if (take(scan, ':') && !take_digits(scan, 2, &seconds))
		return false;
	t->zone = ZONE_OFFSET;
	t->offset = sign * (hours * 3600 + minutes * 60 + seconds);
	return minutes < 60 && seconds < 60 && hours * 3600 + minutes * 60 + seconds <= LARGEST_OFFSET;
}

bool temporal_parse_zone(str text, struct temporal *ret_t)
{
	struct scan scan = { text, 0 };
	ret_t->zone = ZONE_NONE;
	if (text.n == 0)
		return true;
	if (take(&scan, '@')) {
		ret_t->zone = ZONE_NAMED;
		ret_t->named = zone_find(str_slice(text, 1, text.n));
		return ret_t->named != NULL;
	}
	if (take(&scan, 'Z') || take(&scan, 'z')) {
		ret_t->zone = ZONE_OFFSET;
		ret_t->offset = 0;
		return scan.at == text.n;
	}
	int sign = take(&scan, '-') ? -1 : take(&scan, '+') ? 1 : 0;
	return sign && scan_offset(&scan, sign, ret_t) && scan.at == text.n;
}

bool temporal_parse_date(struct arena *arena, str text, struct value *ret_v)
{
	struct scan scan = { text, 0 };
	struct temporal t = { 0 };
	if (!scan_date(&scan, &t) || scan.at != text.n)
		return false;
	*ret_v = temporal_value(arena, VALUE_DATE, t);
	return true;
}

bool temporal_parse_time(struct arena *arena, str text, struct value *ret_v)
{
	/* The form 'T10:30:00' of ISO 8601 is taken as well. */
	struct scan scan = { text, str_starts(text, S("T")) };
	struct temporal t = { 0 };
	if (!scan_time(&scan, &t) || !temporal_parse_zone(str_slice(text, scan.at, text.n), &t))
		return false;
	if (t.hour == 24)
		t.hour = 0;
	*ret_v = temporal_value(arena, VALUE_TIME, t);
	return true;
}

bool temporal_parse_date_time(struct arena *arena, str text, struct value *ret_v)
{
	struct scan scan = { text, 0 };
	struct temporal t = { 0 };
	if (!scan_date(&scan, &t))
		return false;
	if (scan.at != text.n &&
	    (!take(&scan, 'T') || !scan_time(&scan, &t) ||
	     !temporal_parse_zone(str_slice(text, scan.at, text.n), &t)))
		return false;
	if (t.hour == 24) {
		int month, day;
		t.hour = 0;
		civil_of_days(temporal_days(&t) + 1, &t.year, &month, &day);
		t.month = (uint8_t)month;
		t.day = (uint8_t)day;
		if (t.year > LARGEST_YEAR)
			return false;
	}
	*ret_v = temporal_value(arena, VALUE_DATE_TIME, t);
	return true;
}

/* One `12M` of a duration: the number, its fraction in nanoseconds, and its letter. */
static bool scan_part(struct scan *scan, int64_t *ret_n, int32_t *ret_nanos, char *ret_unit)
{
	struct temporal fraction = { 0 };
	size_t digits = count_digits(scan);
	int64_t n = 0;
	if (digits == 0 || digits > 18)
		return false;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (scan->s.p[scan->at++] - '0');
	if (take(scan, '.') && (!scan_fraction(scan, &fraction) || scan->at >= scan->s.n ||
				scan->s.p[scan->at] != 'S'))
		return false;
	if (scan->at >= scan->s.n)
		return false;
	*ret_n = n;
	*ret_nanos = fraction.nanos;
	*ret_unit = scan->s.p[scan->at++];
	return true;
}

struct duration_parts {
	__int128 months, nanos;
	bool has_months, has_nanos;
};

/* Units must come in their order, each at most once; `units` are those allowed. */
static bool scan_parts(struct scan *scan, const char *units, bool time, struct duration_parts *to)
{
	static const int64_t seconds_of[] = { ['D'] = 86400, ['H'] = 3600, ['M'] = 60, ['S'] = 1 };
	while (count_digits(scan)) {
		int64_t n;
		int32_t nanos;
		char unit;
		if (!scan_part(scan, &n, &nanos, &unit))
			return false;
		const char *found = strchr(units, unit);
		if (!found || unit == '\0')
			return false;
		units = found + 1;
		if (unit == 'Y' || (unit == 'M' && !time)) {
			to->months += (__int128)n * (unit == 'Y' ? 12 : 1);
			to->has_months = true;
		} else {
			to->nanos += (__int128)n * seconds_of[(int)unit] * 1000000000 + nanos;
			to->has_nanos = true;
		}
	}
	return true;
}

bool temporal_parse_duration(struct arena *arena, str text, struct value *ret_v)
{
	struct scan scan = { text, 0 };
	struct duration_parts parts = { 0 };
	int sign = take(&scan, '-') ? -1 : 1;
	if (!take(&scan, 'P') || !scan_parts(&scan, "YMD", false, &parts))
		return false;
	if (take(&scan, 'T')) {
		size_t before = scan.at;
		if (!scan_parts(&scan, "HMS", true, &parts) || scan.at == before)
			return false;
	}
	/* Years and days do not mix: nobody can say how long such a duration is. */
	if (scan.at != text.n || parts.has_months == parts.has_nanos)
		return false;
	if (parts.has_months) {
		if (parts.months > INT64_MAX / 2)
			return false;
		*ret_v = temporal_months((int64_t)parts.months * sign);
	} else {
		*ret_v = temporal_duration_value(arena, parts.nanos * sign);
	}
	return !value_is_null(*ret_v);
}

bool temporal_parse(struct arena *arena, str text, struct value *ret_v)
{
	if (str_starts(text, S("P")) || str_starts(text, S("-P")))
		return temporal_parse_duration(arena, text, ret_v);
	if (str_find_byte(text, 'T') != SIZE_MAX && !str_starts(text, S("T")))
		return temporal_parse_date_time(arena, text, ret_v);
	return temporal_parse_date(arena, text, ret_v) || temporal_parse_time(arena, text, ret_v);
}

/* ---- writing ---- */

static void write_fraction(struct buf *out, int32_t nanos)
{
	char digits[16];
	if (!nanos)
		return;
	int n = snprintf(digits, sizeof digits, ".%09d", nanos);
	while (n > 0 && digits[n - 1] == '0')
		n--;
	buf_bytes(out, digits, (size_t)n);
}

static void write_date(struct buf *out, const struct temporal *t)
{
	buf_printf(out, "%s%04d-%02d-%02d", t->year < 0 ? "-" : "",
		   t->year < 0 ? -t->year : t->year, t->month, t->day);
}

static void write_zone(struct buf *out, const struct temporal *t)
{
	if (t->zone == ZONE_NAMED) {
		buf_printf(out, "@%s", t->named->name);
	} else if (t->zone == ZONE_OFFSET && t->offset == 0) {
		buf_byte(out, 'Z');
	} else if (t->zone == ZONE_OFFSET) {
		int32_t amount = t->offset < 0 ? -t->offset : t->offset;
		buf_printf(out, "%c%02d:%02d", t->offset < 0 ? '-' : '+', amount / 3600,
			   amount / 60 % 60);
		if (amount % 60)
			buf_printf(out, ":%02d", amount % 60);
	}
}

static void write_time(struct buf *out, const struct temporal *t)
{
	buf_printf(out, "%02d:%02d:%02d", t->hour, t->minute, t->second);
	write_fraction(out, t->nanos);
	write_zone(out, t);
}

static void write_unit(struct buf *out, int64_t n, char unit)
{
	if (n) {
		buf_int(out, n);
		buf_byte(out, unit);
	}
}

static void write_months(struct buf *out, int64_t months)
{
	int64_t amount = months < 0 ? -months : months;
	buf_str(out, months < 0 ? S("-P") : S("P"));
	write_unit(out, amount / 12, 'Y');
	write_unit(out, amount % 12, 'M');
	if (!amount)
		buf_str(out, S("0M"));
}

static void write_days_time(struct buf *out, const struct temporal_duration *d)
{
	__int128 total = temporal_nanos(d), amount = total < 0 ? -total : total;
	int64_t seconds = (int64_t)(amount / 1000000000);
	int32_t nanos = (int32_t)(amount % 1000000000);
	buf_str(out, total < 0 ? S("-P") : S("P"));
	write_unit(out, seconds / 86400, 'D');
	if (seconds % 86400 || nanos)
		buf_byte(out, 'T');
	write_unit(out, seconds / 3600 % 24, 'H');
	write_unit(out, seconds / 60 % 60, 'M');
	if (seconds % 60 || nanos) {
		buf_int(out, seconds % 60);
		write_fraction(out, nanos);
		buf_byte(out, 'S');
	}
	if (!amount)
		buf_str(out, S("T0S"));
}

void temporal_write(struct buf *out, struct value v)
{
	switch (v.kind) {
	case VALUE_DATE:
		write_date(out, v.object);
		break;
	case VALUE_TIME:
		write_time(out, v.object);
		break;
	case VALUE_DATE_TIME:
		write_date(out, v.object);
		buf_byte(out, 'T');
		write_time(out, v.object);
		break;
	case VALUE_YEARS_MONTHS:
		write_months(out, v.integer);
		break;
	case VALUE_DAYS_TIME:
		write_days_time(out, v.object);
		break;
	default:
		break;
	}
}
