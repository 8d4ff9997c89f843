#include "rules/temporal.h"

#include "rules/zones.h"

typedef __int128 i128;

#define SECOND ((i128)1000000000)
#define DAY ((i128)86400 * SECOND)

enum { LARGEST_YEAR = 999999999 };

static int64_t floor_div(i128 a, i128 b)
{
	return (int64_t)(a / b - (a % b < 0));
}

static i128 floor_mod(i128 a, i128 b)
{
	i128 rest = a % b;
	return rest < 0 ? rest + b : rest;
}

/* ---- making ---- */

struct value temporal_value(struct arena *arena, enum value_kind kind, struct temporal t)
{
	struct temporal *object = ARENA_NEW(arena, struct temporal);
	*object = t;
	return (struct value){ .kind = (uint8_t)kind, .object = object };
}

struct value temporal_duration_value(struct arena *arena, i128 nanos)
{
	if (nanos / SECOND > INT64_MAX / 4 || nanos / SECOND < INT64_MIN / 4)
		return value_null();
	struct temporal_duration *d = ARENA_NEW(arena, struct temporal_duration);
	d->seconds = floor_div(nanos, SECOND);
	d->nanos = (int32_t)floor_mod(nanos, SECOND);
	return (struct value){ .kind = VALUE_DAYS_TIME, .object = d };
}

struct value temporal_months(int64_t months)
{
	if (months > INT64_MAX / 2 || months < -INT64_MAX / 2)
		return value_null();
	return (struct value){ .kind = VALUE_YEARS_MONTHS, .integer = months };
}

static bool set_days(struct temporal *t, int64_t days)
{
	int month, day;
	if (days > days_of_civil(LARGEST_YEAR, 12, 31) || days < days_of_civil(-LARGEST_YEAR, 1, 1))
		return false;
	civil_of_days(days, &t->year, &month, &day);
	t->month = (uint8_t)month;
	t->day = (uint8_t)day;
	return true;
}

static void set_time(struct temporal *t, i128 nanos)
{
	int64_t seconds = (int64_t)(nanos / SECOND);
	t->hour = (uint8_t)(seconds / 3600);
	t->minute = (uint8_t)(seconds / 60 % 60);
	t->second = (uint8_t)(seconds % 60);
	t->nanos = (int32_t)(nanos % SECOND);
}

struct value temporal_date_of_days(struct arena *arena, int64_t days)
{
	struct temporal t = { 0 };
	return set_days(&t, days) ? temporal_value(arena, VALUE_DATE, t) : value_null();
}

struct value temporal_of_usec(struct arena *arena, usec at, int offset_minutes)
{
	struct temporal t = { .zone = ZONE_OFFSET, .offset = offset_minutes * 60 };
	i128 local = (i128)at * 1000 + (i128)t.offset * SECOND;
	if (!set_days(&t, floor_div(local, DAY)))
		return value_null();
	set_time(&t, floor_mod(local, DAY));
	return temporal_value(arena, VALUE_DATE_TIME, t);
}

int64_t temporal_days(const struct temporal *t)
{
	return days_of_civil(t->year, t->month, t->day);
}

i128 temporal_nanos(const struct temporal_duration *d)
{
	return (i128)d->seconds * SECOND + d->nanos;
}

/* ---- moments ---- */

static i128 time_nanos(const struct temporal *t)
{
	return (t->hour * 3600 + t->minute * 60 + t->second) * SECOND + t->nanos;
}

/* What clocks and calendars show, counted from 1970. */
static i128 local_nanos(const struct temporal *t, enum value_kind kind)
{
	i128 days = kind == VALUE_TIME ? 0 : temporal_days(t);
	return days * DAY + (kind == VALUE_DATE ? 0 : time_nanos(t));
}

int32_t temporal_offset(const struct temporal *t, enum value_kind kind)
{
	if (t->zone == ZONE_OFFSET)
		return t->offset;
	if (t->zone == ZONE_NONE)
		return 0;
	return zone_offset_local(t->named, (int64_t)(local_nanos(t, kind) / SECOND));
}

static i128 moment(const struct temporal *t, enum value_kind kind)
{
	return local_nanos(t, kind) - temporal_offset(t, kind) * SECOND;
}

/* The date and time at a moment (nanoseconds since 1970 UTC) in the zone that `t` has. */
static bool set_moment(struct temporal *t, i128 at)
{
	int32_t offset = t->zone == ZONE_NAMED ? zone_offset(t->named, floor_div(at, SECOND))
					       : t->zone == ZONE_OFFSET ? t->offset : 0;
	i128 local = at + offset * SECOND;
	if (!set_days(t, floor_div(local, DAY)))
		return false;
	set_time(t, floor_mod(local, DAY));
	return true;
}

struct value temporal_in_zone(struct arena *arena, struct value v, const struct temporal *zone)
{
	struct temporal t = { .zone = zone->zone, .offset = zone->offset, .named = zone->named };
	return set_moment(&t, moment(v.object, v.kind)) ? temporal_value(arena, v.kind, t)
							: value_null();
}

bool temporal_order(struct value a, struct value b, int *ret_order)
{
	i128 x, y;
	if (a.kind == VALUE_YEARS_MONTHS) {
		x = a.integer;
		y = b.integer;
	} else if (a.kind == VALUE_DAYS_TIME) {
		x = temporal_nanos(a.object);
		y = temporal_nanos(b.object);
	} else {
		const struct temporal *t = a.object, *u = b.object;
		if ((t->zone == ZONE_NONE) != (u->zone == ZONE_NONE))
			return false;
		/* The standard compares times by whole seconds. */
		x = floor_div(moment(t, a.kind), SECOND);
		y = floor_div(moment(u, b.kind), SECOND);
	}
	*ret_order = (x > y) - (x < y);
	return true;
}

/* ---- arithmetic ---- */

/* The day of the month is kept where that month has it, else its last day. */
static struct value add_months(struct arena *arena, struct value v, i128 months)
{
	struct temporal t = *(const struct temporal *)v.object;
	months += (i128)t.year * 12 + t.month - 1;
	i128 year = floor_div(months, 12);
	if (year > LARGEST_YEAR || year < -LARGEST_YEAR)
		return value_null();
	t.year = (int32_t)year;
	t.month = (uint8_t)(floor_mod(months, 12) + 1);
	while (!date_exists(t.year, t.month, t.day))
		t.day--;
	return temporal_value(arena, v.kind, t);
}

/* Of a date and time in a zone the moment is moved: an hour stays an hour where clocks change. */
static struct value add_nanos(struct arena *arena, struct value v, i128 nanos)
{
	struct temporal t = *(const struct temporal *)v.object;
	i128 local = local_nanos(&t, v.kind) + nanos;
	if (v.kind == VALUE_DATE_TIME)
		return set_moment(&t, moment(&t, v.kind) + nanos) ? temporal_value(arena, v.kind, t)
								  : value_null();
	if (v.kind == VALUE_DATE && !set_days(&t, floor_div(local, DAY)))
		return value_null();
	if (v.kind == VALUE_TIME)
		set_time(&t, floor_mod(local, DAY));
	return temporal_value(arena, v.kind, t);
}

struct value temporal_add(struct arena *arena, struct value a, struct value duration, int sign)
{
	bool months = duration.kind == VALUE_YEARS_MONTHS;
	switch (a.kind) {
	case VALUE_YEARS_MONTHS:
		if (!months)
			return value_null();
		int64_t sum;
		if (__builtin_add_overflow(a.integer, sign * duration.integer, &sum))
			return value_null();
		return temporal_months(sum);
	case VALUE_DAYS_TIME:
		if (months)
			return value_null();
		return temporal_duration_value(arena, temporal_nanos(a.object) +
						      sign * temporal_nanos(duration.object));
	case VALUE_TIME:
		if (months)
			return value_null();
		return add_nanos(arena, a, sign * temporal_nanos(duration.object));
	case VALUE_DATE:
	case VALUE_DATE_TIME:
		if (months)
			return add_months(arena, a, sign * (i128)duration.integer);
		return add_nanos(arena, a, sign * temporal_nanos(duration.object));
	default:
		return value_null();
	}
}

/* A date stands for its midnight in UTC beside a date and time. */
struct value temporal_difference(struct arena *arena, struct value a, struct value b)
{
	const struct temporal *t = a.object, *u = b.object;
	if ((a.kind == VALUE_TIME) != (b.kind == VALUE_TIME))
		return value_null();
	bool mixed = a.kind != b.kind;
	bool zoned = t->zone != ZONE_NONE || (mixed && a.kind == VALUE_DATE);
	bool other_zoned = u->zone != ZONE_NONE || (mixed && b.kind == VALUE_DATE);
	if (zoned != other_zoned)
		return value_null();
	return temporal_duration_value(arena, moment(t, a.kind) - moment(u, b.kind));
}

static bool decimal_of_i128(i128 n, struct decimal *ret_d)
{
	struct decimal high, low = decimal_of((int64_t)(n % SECOND));
	if (n / SECOND > INT64_MAX || n / SECOND < INT64_MIN)
		return false;
	return decimal_mul(decimal_of((int64_t)(n / SECOND)), decimal_of(1000000000), &high) &&
	       decimal_add(high, low, ret_d);
}

static bool i128_of_decimal(struct decimal d, i128 *ret_n)
{
	struct decimal high, low;
	int64_t seconds, rest;
	d = decimal_round(d, 0, ROUND_DOWN);
	if (!decimal_div(d, decimal_of(1000000000), &high))
		return false;
	high = decimal_round(high, 0, ROUND_DOWN);
	if (!decimal_mul(high, decimal_of(1000000000), &low) || !decimal_sub(d, low, &low))
		return false;
	if (!decimal_to_int(high, &seconds) || !decimal_to_int(low, &rest))
		return false;
	*ret_n = (i128)seconds * SECOND + rest;
	return true;
}

struct value temporal_scale(struct arena *arena, struct value duration, struct decimal factor,
			    bool divide)
{
	struct decimal d;
	i128 n;
	bool months = duration.kind == VALUE_YEARS_MONTHS;
	if (!decimal_of_i128(months ? duration.integer : temporal_nanos(duration.object), &d) ||
	    !(divide ? decimal_div(d, factor, &d) : decimal_mul(d, factor, &d)) ||
	    !i128_of_decimal(d, &n))
		return value_null();
	if (!months)
		return temporal_duration_value(arena, n);
	return n > INT64_MAX / 2 || n < INT64_MIN / 2 ? value_null() : temporal_months((int64_t)n);
}

struct value temporal_ratio(struct value a, struct value b)
{
	struct decimal x, y;
	bool months = a.kind == VALUE_YEARS_MONTHS;
	if (!decimal_of_i128(months ? a.integer : temporal_nanos(a.object), &x) ||
	    !decimal_of_i128(months ? b.integer : temporal_nanos(b.object), &y) ||
	    !decimal_div(x, y, &x))
		return value_null();
	return value_decimal(x);
}

struct value temporal_negate(struct arena *arena, struct value duration)
{
	if (duration.kind == VALUE_YEARS_MONTHS)
		return temporal_months(-duration.integer);
	return temporal_duration_value(arena, -temporal_nanos(duration.object));
}

struct value temporal_months_between(struct value a, struct value b)
{
	const struct temporal *from = a.object, *to = b.object;
	int64_t months = ((int64_t)to->year - from->year) * 12 + (to->month - from->month);
	/* Of dates with times only the dates count. What is left within the month decides whether
	 * the last month is whole. */
	int rest = to->day - from->day;
	if (months > 0 && rest < 0)
		months--;
	else if (months < 0 && rest > 0)
		months++;
	return temporal_months(months);
}

/* ---- properties ---- */

struct property {
	str name;
	struct value value;
};

static struct value pick(str name, const struct property *properties, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(properties[i].name, name))
			return properties[i].value;
	return value_null();
}

static struct value date_property(const struct temporal *t, str name)
{
	const struct property all[] = {
		{ S("year"), value_int(t->year) },
		{ S("month"), value_int(t->month) },
		{ S("day"), value_int(t->day) },
		{ S("weekday"), value_int(weekday_of_days(temporal_days(t))) },
	};
	return pick(name, all, sizeof all / sizeof *all);
}

static struct value time_property(struct arena *arena, struct value v, str name)
{
	const struct temporal *t = v.object;
	struct decimal second = decimal_of(t->second), fraction;
	if (t->nanos && decimal_div(decimal_of(t->nanos), decimal_of(1000000000), &fraction))
		second = decimal_add(second, fraction, &fraction) ? fraction : second;
	if (str_eq(name, S("time offset")))
		return t->zone == ZONE_NONE
			? value_null()
			: temporal_duration_value(arena, temporal_offset(t, v.kind) * SECOND);
	const struct property all[] = {
		{ S("hour"), value_int(t->hour) },
		{ S("minute"), value_int(t->minute) },
		{ S("second"), value_decimal(second) },
		{ S("timezone"), t->zone == ZONE_NAMED ? value_str(str_z(t->named->name))
						       : value_null() },
	};
	return pick(name, all, sizeof all / sizeof *all);
}

static struct value duration_property(const struct temporal_duration *d, str name)
{
	i128 nanos = temporal_nanos(d);
	int64_t seconds = (int64_t)(nanos / SECOND);
	struct decimal second = decimal_of(seconds % 60), fraction;
	if (nanos % SECOND &&
	    decimal_div(decimal_of((int64_t)(nanos % SECOND)), decimal_of(1000000000), &fraction))
		second = decimal_add(second, fraction, &fraction) ? fraction : second;
	const struct property all[] = {
		{ S("days"), value_int(seconds / 86400) },
		{ S("hours"), value_int(seconds / 3600 % 24) },
		{ S("minutes"), value_int(seconds / 60 % 60) },
		{ S("seconds"), value_decimal(second) },
	};
	return pick(name, all, sizeof all / sizeof *all);
}

struct value temporal_property(struct arena *arena, struct value v, str name)
{
	struct value found = value_null();
	const struct property of_months[] = {
		{ S("years"), value_int(v.kind == VALUE_YEARS_MONTHS ? v.integer / 12 : 0) },
		{ S("months"), value_int(v.kind == VALUE_YEARS_MONTHS ? v.integer % 12 : 0) },
	};
	switch (v.kind) {
	case VALUE_DATE:
		return date_property(v.object, name);
	case VALUE_DATE_TIME:
		found = date_property(v.object, name);
		return value_is_null(found) ? time_property(arena, v, name) : found;
	case VALUE_TIME:
		return time_property(arena, v, name);
	case VALUE_YEARS_MONTHS:
		return pick(name, of_months, sizeof of_months / sizeof *of_months);
	case VALUE_DAYS_TIME:
		return duration_property(v.object, name);
	default:
		return found;
	}
}
