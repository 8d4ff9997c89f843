#include "base/datetime.h"

int64_t days_of_civil(int32_t year, int month, int day)
{
	/* Years begin in March, so that the leap day is the last one. */
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void civil_of_days(int64_t days, int32_t *ret_year, int *ret_month, int *ret_day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t of_era = days - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int month = (int)((5 * of_year + 2) / 153);
	*ret_day = (int)(of_year - (153 * month + 2) / 5 + 1);
	*ret_month = month < 10 ? month + 3 : month - 9;
	*ret_year = (int32_t)(year + era * 400 + (*ret_month <= 2));
}

int weekday_of_days(int64_t days)
{
	int64_t since_monday = (days + 3) % 7;
	return (int)(since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

bool date_exists(int32_t year, int month, int day)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (month < 1 || month > 12 || day < 1)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= lengths[month - 1] + (month == 2 && leap);
}

struct civil time_civil(usec at, int offset)
{
	at += offset * USEC_MINUTE;
	int64_t days = at / USEC_DAY - (at % USEC_DAY < 0);
	int64_t rest = at - days * USEC_DAY;
	struct civil c = {
		.hour = (int)(rest / USEC_HOUR),
		.minute = (int)(rest % USEC_HOUR / USEC_MINUTE),
		.second = (int)(rest % USEC_MINUTE / USEC_SECOND),
		.usec = (int)(rest % USEC_SECOND),
		.weekday = weekday_of_days(days),
	};
	civil_of_days(days, &c.year, &c.month, &c.day);
	return c;
}

usec time_of_civil(struct civil c, int offset)
{
	return days_of_civil(c.year, c.month, c.day) * USEC_DAY + c.hour * USEC_HOUR +
	       c.minute * USEC_MINUTE + c.second * USEC_SECOND + c.usec - offset * USEC_MINUTE;
}

/* Reads exactly `digits` digits at *at. */
static bool take_digits(str s, size_t *at, int digits, int *ret_n)
{
	int n = 0;
	for (; digits > 0; digits--, (*at)++) {
		if (*at >= s.n || s.p[*at] < '0' || s.p[*at] > '9')
			return false;
		n = n * 10 + (s.p[*at] - '0');
	}
	*ret_n = n;
	return true;
}

static bool take_byte(str s, size_t *at, const char *choice)
{
	if (*at >= s.n || !s.p[*at] || !strchr(choice, s.p[*at]))
		return false;
	(*at)++;
	return true;
}

static bool take_date(str s, size_t *at, struct civil *c)
{
	return take_digits(s, at, 4, &c->year) && take_byte(s, at, "-") &&
	       take_digits(s, at, 2, &c->month) && take_byte(s, at, "-") &&
	       take_digits(s, at, 2, &c->day) && date_exists(c->year, c->month, c->day);
}

static bool take_fraction(str s, size_t *at, int *ret_usec)
{
	int unit = 100000;
	*ret_usec = 0;
	if (!take_byte(s, at, "."))
		return true;
	size_t from = *at;
	for (int digit; take_digits(s, at, 1, &digit); unit /= 10)
		*ret_usec += digit * unit;
	return *at > from;
}

static bool take_offset(str s, size_t *at, int *ret_offset)
{
	int hours, minutes;
	*ret_offset = 0;
	if (take_byte(s, at, "Zz"))
		return true;
	bool west = *at < s.n && s.p[*at] == '-';
	if (!take_byte(s, at, "+-") || !take_digits(s, at, 2, &hours) ||
	    !take_byte(s, at, ":") || !take_digits(s, at, 2, &minutes))
		return false;
	*ret_offset = (hours * 60 + minutes) * (west ? -1 : 1);
	return hours < 24 && minutes < 60;
}

bool time_parse(str s, usec *ret_at)
{
	struct civil c = { 0 };
	size_t at = 0;
	int offset;
	if (!take_date(s, &at, &c) || !take_byte(s, &at, "Tt ") ||
	    !take_digits(s, &at, 2, &c.hour) || !take_byte(s, &at, ":") ||
	    !take_digits(s, &at, 2, &c.minute) || !take_byte(s, &at, ":") ||
	    !take_digits(s, &at, 2, &c.second) || !take_fraction(s, &at, &c.usec) ||
	    !take_offset(s, &at, &offset) || at != s.n)
		return false;
	if (c.hour > 23 || c.minute > 59 || c.second > 59)
		return false;
	*ret_at = time_of_civil(c, offset);
	return true;
}

/* Digits by hand: lists of cases show several times a row, and printf would be most of the cost. */
static char *put_digits(char *to, int n, int width)
{
	for (int i = width; i-- > 0; n /= 10)
		to[i] = (char)('0' + n % 10);
	return to + width;
}

static char *put_date(char *to, int32_t year, int month, int day)
{
	to = put_digits(to, year, 4);
	*to++ = '-';
	to = put_digits(to, month, 2);
	*to++ = '-';
	return put_digits(to, day, 2);
}

enum { TIME_TEXT = 40, YEARS = 10000 };

str time_format(struct arena *arena, usec at, int offset)
{
	struct civil c = time_civil(at, offset);
	int minutes = offset < 0 ? -offset : offset;
	char *text = arena_alloc(arena, TIME_TEXT), *to = text;
	if (c.year < 0 || c.year >= YEARS)
		return arena_printf(arena, "%d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", (int)c.year,
				    c.month, c.day, c.hour, c.minute, c.second,
				    offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
	to = put_date(to, c.year, c.month, c.day);
	*to++ = 'T';
	to = put_digits(to, c.hour, 2);
	*to++ = ':';
	to = put_digits(to, c.minute, 2);
	*to++ = ':';
	to = put_digits(to, c.second, 2);
	if (c.usec) {
		*to++ = '.';
		to = put_digits(to, c.usec, 6);
	}
	*to++ = offset < 0 ? '-' : '+';
	to = put_digits(to, minutes / 60, 2);
	*to++ = ':';
	to = put_digits(to, minutes % 60, 2);
	*to = '\0';
	return str_of(text, (size_t)(to - text));
}

bool date_parse(str s, int64_t *ret_days)
{
	struct civil c = { 0 };
	size_t at = 0;
	if (!take_date(s, &at, &c) || at != s.n)
		return false;
	*ret_days = days_of_civil(c.year, c.month, c.day);
	return true;
}

str date_format(struct arena *arena, int64_t days)
{
	int32_t year;
	int month, day;
	civil_of_days(days, &year, &month, &day);
	if (year < 0 || year >= YEARS)
		return arena_printf(arena, "%d-%02d-%02d", (int)year, month, day);
	char *text = arena_alloc(arena, TIME_TEXT), *end = put_date(text, year, month, day);
	*end = '\0';
	return str_of(text, (size_t)(end - text));
}
