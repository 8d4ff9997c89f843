/*
 * temporal: dates, times, dates with times, and durations, as FEEL has them: years from
 * -999999999 to 999999999, nanoseconds, an offset or a named zone of the IANA database or neither.
 *
 *	struct value v;
 *	if (temporal_parse(arena, S("2015-01-26T09:00:00@Asia/Ho_Chi_Minh"), &v)) …
 *
 * Objects live in the arena and never change. VALUE_YEARS_MONTHS has no object: its months are
 * in the value itself.
 */
#ifndef MOTCUA_RULES_TEMPORAL_H
#define MOTCUA_RULES_TEMPORAL_H

#include "base/buf.h"
#include "base/datetime.h"
#include "base/value.h"

struct zone;

enum temporal_zone { ZONE_NONE, ZONE_OFFSET, ZONE_NAMED };

/* What VALUE_DATE, VALUE_TIME and VALUE_DATE_TIME point to; a date has no time, a time no date. */
struct temporal {
	int32_t year;
	uint8_t month, day, hour, minute, second;
	uint8_t zone; /* enum temporal_zone */
	int32_t nanos;
	int32_t offset; /* ZONE_OFFSET: seconds east of UTC */
	const struct zone *named;
};

/* What VALUE_DAYS_TIME points to: seconds × 10⁹ + nanos, 0 ≤ nanos < 10⁹. */
struct temporal_duration {
	int64_t seconds;
	int32_t nanos;
};

/* Any literal: date, time, date and time, or duration. */
bool temporal_parse(struct arena *arena, str text, struct value *ret_v);
bool temporal_parse_date(struct arena *arena, str text, struct value *ret_v);
bool temporal_parse_time(struct arena *arena, str text, struct value *ret_v);
bool temporal_parse_date_time(struct arena *arena, str text, struct value *ret_v);
bool temporal_parse_duration(struct arena *arena, str text, struct value *ret_v);
/* The offset or zone at the end of a time: "", "Z", "+07:00", "@Europe/Paris". */
bool temporal_parse_zone(str text, struct temporal *ret_t);
void temporal_write(struct buf *out, struct value v);

struct value temporal_value(struct arena *arena, enum value_kind kind, struct temporal t);
struct value temporal_duration_value(struct arena *arena, __int128 nanos);
struct value temporal_months(int64_t months);
struct value temporal_date_of_days(struct arena *arena, int64_t days);
/* Null where the year is out of range. */
struct value temporal_of_usec(struct arena *arena, usec at, int offset_minutes);
int64_t temporal_days(const struct temporal *t);
__int128 temporal_nanos(const struct temporal_duration *d);
/* Seconds east of UTC that hold for this value; 0 where it has no zone. */
int32_t temporal_offset(const struct temporal *t, enum value_kind kind);

/* The same moment in the zone of `zone`; the date and time must have one. */
struct value temporal_in_zone(struct arena *arena, struct value v, const struct temporal *zone);

/* By their moment; false where one has a zone and the other none. */
bool temporal_order(struct value a, struct value b, int *ret_order);
/* a ± duration; null where that has no meaning. sign is 1 or -1. */
struct value temporal_add(struct arena *arena, struct value a, struct value duration, int sign);
struct value temporal_difference(struct arena *arena, struct value a, struct value b);
/* Also for durations: duration × factor and duration ÷ divisor. */
struct value temporal_scale(struct arena *arena, struct value duration, struct decimal factor,
			    bool divide);
/* duration ÷ duration of one kind: a number. */
struct value temporal_ratio(struct value a, struct value b);
struct value temporal_negate(struct arena *arena, struct value duration);
struct value temporal_property(struct arena *arena, struct value v, str name);
/* Whole months from a to b (dates, or dates with times). */
struct value temporal_months_between(struct value a, struct value b);

#endif
