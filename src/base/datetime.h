/*
 * datetime: instants are int64 microseconds since 1970-01-01T00:00:00Z; civil days are counted from
 * the same day. Nothing here reads a clock (base/clock.h does).
 *
 *	usec at;
 *	time_parse(S("2015-01-26T09:00:00+07:00"), &at);
 *	struct civil c = time_civil(at, 420);
 */
#ifndef MOTCUA_BASE_DATETIME_H
#define MOTCUA_BASE_DATETIME_H

#include "base/arena.h"

typedef int64_t usec;

#define USEC_SECOND INT64_C(1000000)
#define USEC_MINUTE (60 * USEC_SECOND)
#define USEC_HOUR (60 * USEC_MINUTE)
#define USEC_DAY (24 * USEC_HOUR)

struct civil {
	int32_t year;
	int month, day;             /* 1–12, 1–31 */
	int hour, minute, second;   /* 0–23, 0–59, 0–59 */
	int usec;
	int weekday;                /* 1 Monday … 7 Sunday */
};

/* Proleptic Gregorian; the date must exist. */
int64_t days_of_civil(int32_t year, int month, int day);
void civil_of_days(int64_t days, int32_t *ret_year, int *ret_month, int *ret_day);
int weekday_of_days(int64_t days); /* 1 Monday … 7 Sunday */
bool date_exists(int32_t year, int month, int day);

/* `offset` is minutes east of UTC: Việt Nam 420. */
struct civil time_civil(usec at, int offset);
usec time_of_civil(struct civil c, int offset); /* weekday is not looked at */

/* RFC 3339 with an offset or Z; the whole str or false. */
bool time_parse(str s, usec *ret_at);
/* "2015-01-26T09:00:00+07:00"; fractions only when they are not zero. */
str time_format(struct arena *arena, usec at, int offset);
/* "2015-01-26" ↔ days. */
bool date_parse(str s, int64_t *ret_days);
str date_format(struct arena *arena, int64_t days);

#endif
