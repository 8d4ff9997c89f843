#include "rules/builtin.h"
#include "rules/eval.h"
#include "rules/temporal.h"

enum { NO_NUMBER = INT32_MIN };

/* A whole number in [min, max], or NO_NUMBER. */
static int64_t whole(struct value v, int64_t min, int64_t max)
{
	int64_t n = value_integer(v, NO_NUMBER);
	return n >= min && n <= max ? n : NO_NUMBER;
}

static bool set_date(struct temporal *t, const struct value *args)
{
	int64_t year = whole(args[0], -999999999, 999999999);
	int64_t month = whole(args[1], 1, 12), day = whole(args[2], 1, 31);
	if (year == NO_NUMBER || month == NO_NUMBER || day == NO_NUMBER ||
	    !date_exists((int32_t)year, (int)month, (int)day))
		return false;
	t->year = (int32_t)year;
	t->month = (uint8_t)month;
	t->day = (uint8_t)day;
	return true;
}

/* Seconds may have a fraction. */
static bool set_time(struct temporal *t, const struct value *args)
{
	int64_t hour = whole(args[0], 0, 23), minute = whole(args[1], 0, 59), second, nanos;
	struct decimal down = decimal_round(args[2].number, 0, ROUND_FLOOR), rest;
	if (hour == NO_NUMBER || minute == NO_NUMBER || !decimal_to_int(down, &second) ||
	    second < 0 || second > 59 || !decimal_sub(args[2].number, down, &rest) ||
	    !decimal_mul(rest, decimal_of(1000000000), &rest) ||
	    !decimal_to_int(decimal_round(rest, 0, ROUND_DOWN), &nanos))
		return false;
	t->hour = (uint8_t)hour;
	t->minute = (uint8_t)minute;
	t->second = (uint8_t)second;
	t->nanos = (int32_t)nanos;
	return true;
}

static bool set_offset(struct temporal *t, struct value v)
{
	if (value_is_null(v))
		return true;
	__int128 seconds = temporal_nanos(v.object) / 1000000000;
	t->zone = ZONE_OFFSET;
	t->offset = (int32_t)seconds;
	return seconds >= -18 * 3600 && seconds <= 18 * 3600;
}

/* ---- date ---- */

static struct value call_date(struct run *run, const struct value *args, uint32_t n)
{
	struct value v = value_null();
	if (args[0].kind == VALUE_STRING && !temporal_parse_date(run->arena, value_text(args[0]), &v))
		return run_null(run, "This is no date", value_text(args[0]));
	if (args[0].kind == VALUE_DATE)
		return args[0];
	if (args[0].kind == VALUE_DATE_TIME) {
		const struct temporal *t = args[0].object;
		return temporal_value(run->arena, VALUE_DATE,
				      (struct temporal){ .year = t->year, .month = t->month,
							 .day = t->day });
	}
	return v;
}

static struct value call_date_of(struct run *run, const struct value *args, uint32_t n)
{
	struct temporal t = { 0 };
	if (!set_date(&t, args))
		return run_null(run, "There is no such date", S(""));
	return temporal_value(run->arena, VALUE_DATE, t);
}

/* ---- time ---- */

static struct value call_time(struct run *run, const struct value *args, uint32_t n)
{
	struct value v = value_null();
	struct temporal t = { .zone = ZONE_OFFSET };
	switch (args[0].kind) {
	case VALUE_STRING:
		if (!temporal_parse_time(run->arena, value_text(args[0]), &v))
			return run_null(run, "This is no time", value_text(args[0]));
		return v;
	case VALUE_TIME:
		return args[0];
	case VALUE_DATE:
		return temporal_value(run->arena, VALUE_TIME, t);
	case VALUE_DATE_TIME:
		t = *(const struct temporal *)args[0].object;
		t.year = 0;
		t.month = t.day = 0;
		return temporal_value(run->arena, VALUE_TIME, t);
	default:
		return v;
	}
}

static struct value call_time_of(struct run *run, const struct value *args, uint32_t n)
{
	struct temporal t = { 0 };
	if (!set_time(&t, args) || !set_offset(&t, n > 3 ? args[3] : value_null()))
		return run_null(run, "There is no such time", S(""));
	return temporal_value(run->arena, VALUE_TIME, t);
}

/* ---- date and time ---- */

static struct value call_date_time(struct run *run, const struct value *args, uint32_t n)
{
	struct value v = value_null();
	if (args[0].kind == VALUE_STRING &&
	    !temporal_parse_date_time(run->arena, value_text(args[0]), &v))
		return run_null(run, "This is no date and time", value_text(args[0]));
	if (args[0].kind == VALUE_DATE_TIME)
		return args[0];
	if (args[0].kind == VALUE_DATE) {
		struct temporal t = *(const struct temporal *)args[0].object;
		t.zone = ZONE_OFFSET;
		return temporal_value(run->arena, VALUE_DATE_TIME, t);
	}
	return v;
}

static struct value from_date_and_time(struct run *run, const struct value *args)
{
	const struct temporal *date = args[0].object;
	struct temporal t = *(const struct temporal *)args[1].object;
	t.year = date->year;
	t.month = date->month;
	t.day = date->day;
	return temporal_value(run->arena, VALUE_DATE_TIME, t);
}

/* The same moment as the clocks of another zone show it; what has no zone gets it. */
static struct value in_zone(struct run *run, struct value v, str name)
{
	struct temporal zone = { 0 }, t = *(const struct temporal *)v.object;
	str marked = arena_join(run->arena, (str[]){ S("@"), name }, 2);
	if (!temporal_parse_zone(marked, &zone) &&
	    (str_empty(name) || !temporal_parse_zone(name, &zone)))
		return run_null(run, "There is no such time zone", name);
	if (t.zone != ZONE_NONE)
		return temporal_in_zone(run->arena, v, &zone);
	t.zone = zone.zone;
	t.offset = zone.offset;
	t.named = zone.named;
	return temporal_value(run->arena, VALUE_DATE_TIME, t);
}

/* From a date and a time, or from a date and time and a time zone. */
static struct value call_date_time_of(struct run *run, const struct value *args, uint32_t n)
{
	bool date = args[0].kind == VALUE_DATE, date_time = args[0].kind == VALUE_DATE_TIME;
	if ((date || date_time) && args[1].kind == VALUE_TIME)
		return from_date_and_time(run, args);
	if (date_time && args[1].kind == VALUE_STRING)
		return in_zone(run, args[0], value_text(args[1]));
	return run_null(run, "A date and a time are needed", S(""));
}

static struct value call_date_time_parts(struct run *run, const struct value *args, uint32_t n)
{
	struct temporal t = { 0 };
	if (!set_date(&t, args) || !set_time(&t, args + 3) ||
	    !set_offset(&t, n > 6 ? args[6] : value_null()))
		return run_null(run, "There is no such date and time", S(""));
	return temporal_value(run->arena, VALUE_DATE_TIME, t);
}

/* ---- durations ---- */

static struct value call_duration(struct run *run, const struct value *args, uint32_t n)
{
	struct value v;
	if (args[0].kind == VALUE_DAYS_TIME || args[0].kind == VALUE_YEARS_MONTHS)
		return args[0];
	if (args[0].kind != VALUE_STRING ||
	    !temporal_parse_duration(run->arena, value_text(args[0]), &v))
		return run_null(run, "This is no duration", value_text(args[0]));
	return v;
}

static struct value call_months_between(struct run *run, const struct value *args, uint32_t n)
{
	return temporal_months_between(args[0], args[1]);
}

/* ---- now ---- */

static struct value call_now(struct run *run, const struct value *args, uint32_t n)
{
	return temporal_of_usec(run->arena, run->env->now, run->env->offset);
}

static struct value call_today(struct run *run, const struct value *args, uint32_t n)
{
	struct value now = call_now(run, args, n);
	return value_is_null(now) ? now : call_date(run, &now, 1);
}

/* ---- the calendar ---- */

static struct value call_day_of_year(struct run *run, const struct value *args, uint32_t n)
{
	const struct temporal *t = args[0].object;
	return value_int(temporal_days(t) - days_of_civil(t->year, 1, 1) + 1);
}

static struct value call_day_of_week(struct run *run, const struct value *args, uint32_t n)
{
	static const str names[] = { S("Monday"), S("Tuesday"), S("Wednesday"), S("Thursday"),
				     S("Friday"), S("Saturday"), S("Sunday") };
	return value_str(names[weekday_of_days(temporal_days(args[0].object)) - 1]);
}

static struct value call_month_of_year(struct run *run, const struct value *args, uint32_t n)
{
	static const str names[] = { S("January"), S("February"), S("March"), S("April"),
				     S("May"), S("June"), S("July"), S("August"), S("September"),
				     S("October"), S("November"), S("December") };
	return value_str(names[((const struct temporal *)args[0].object)->month - 1]);
}

/* ISO 8601: the week belongs to the year its Thursday is in. */
static struct value call_week_of_year(struct run *run, const struct value *args, uint32_t n)
{
	int64_t days = temporal_days(args[0].object);
	int64_t thursday = days - weekday_of_days(days) + 4;
	int32_t year;
	int month, day;
	civil_of_days(thursday, &year, &month, &day);
	return value_int((thursday - days_of_civil(year, 1, 1)) / 7 + 1);
}

static struct value call_last_day_of_month(struct run *run, const struct value *args, uint32_t n)
{
	const struct temporal *t = args[0].object;
	struct temporal last = { .year = t->year, .month = t->month, .day = 31 };
	while (!date_exists(last.year, last.month, last.day))
		last.day--;
	return temporal_value(run->arena, VALUE_DATE, last);
}

const struct builtin builtins_temporal[] = {
	{ "date", "from", "a", call_date, true },
	{ "date", "year,month,day", "nnn", call_date_of, true },
	{ "time", "from", "a", call_time, true },
	{ "time", "hour,minute,second,offset", "nnnu?", call_time_of, true },
	{ "date and time", "from", "a", call_date_time, true },
	{ "date and time", "date|date and time,time|timezone", "aa", call_date_time_of, true },
	{ "date and time", "year,month,day,hour,minute,second,offset", "nnnnnnu?",
	  call_date_time_parts, true },
	{ "duration", "from", "a", call_duration, true },
	{ "years and months duration", "from,to", "ee", call_months_between, true },
	{ "now", "", "", call_now, false },
	{ "today", "", "", call_today, false },
	{ "day of year", "date", "e", call_day_of_year, true },
	{ "day of week", "date", "e", call_day_of_week, true },
	{ "month of year", "date", "e", call_month_of_year, true },
	{ "week of year", "date", "e", call_week_of_year, true },
	{ "last day of month", "date", "e", call_last_day_of_month, true },
	{ NULL, NULL, NULL, NULL, false },
};
