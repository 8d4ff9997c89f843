#include "rules/zones.h"

#include "base/datetime.h"
#include "rules/zones_data.h"

enum { DAY = 86400, CYCLE = 28 };

const struct zone *zone_find(str name)
{
	uint32_t low = 0, high = zone_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_cmp(name, str_z(zone_table[middle].name));
		if (order == 0)
			return &zone_table[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool is_leap(int32_t year)
{
	return date_exists(year, 2, 29);
}

/* A moment after the last year written out is moved to a year of the last cycle that has the
 * same days of the week: the rule is the same there. */
static int64_t move_into_table(int64_t at)
{
	int32_t year;
	int month, day;
	int64_t days = floor_div(at, DAY);
	if (at < (int64_t)DAY * days_of_civil(ZONE_LAST_YEAR, 12, 31))
		return at;
	civil_of_days(days, &year, &month, &day);
	int64_t first = days_of_civil(year, 1, 1);
	for (int32_t like = ZONE_LAST_YEAR - CYCLE; like < ZONE_LAST_YEAR; like++) {
		int64_t like_first = days_of_civil(like, 1, 1);
		if (is_leap(like) == is_leap(year) && (first - like_first) % 7 == 0)
			return at - (first - like_first) * DAY;
	}
	return at;
}

/* Changes of the zone not after `at`. */
static uint32_t changes_until(const struct zone *zone, int64_t at)
{
	const uint32_t *moments = zone_moments + zone->first;
	uint32_t low = 0, high = zone->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if ((int64_t)moments[middle] * 2 + ZONE_BASE <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int32_t zone_offset(const struct zone *zone, int64_t at)
{
	if (at < ZONE_BASE)
		return zone->initial;
	uint32_t n = changes_until(zone, move_into_table(at));
	return n ? zone_offsets[zone_indexes[zone->first + n - 1]] : zone->initial;
}

int32_t zone_offset_local(const struct zone *zone, int64_t local)
{
	/* The offset some hours before, and after: where both agree there is no change near. */
	int32_t before = zone_offset(zone, local - DAY), after = zone_offset(zone, local + DAY);
	if (before == after || zone_offset(zone, local - before) == before)
		return before;
	return zone_offset(zone, local - after) == after ? after : before;
}
