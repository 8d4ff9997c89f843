#include "rules/temporal.h"

#include "rules/zones.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct value parsed(struct arena *arena, const char *text)
{
	struct value v;
	if (!temporal_parse(arena, str_z(text), &v))
		fail_msg("not taken: %s", text);
	return v;
}

static void assert_writes(struct arena *arena, struct value v, const char *expected)
{
	struct buf out = { .arena = arena };
	temporal_write(&out, v);
	if (!str_eq(buf_view(&out), str_z(expected)))
		fail_msg("got %.*s, expected %s", STR_ARG(buf_view(&out)), expected);
}

static void what_is_read_is_written_the_same(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"2015-01-26", "-0044-03-15", "999999999-12-31", "0000-01-01", "10:30:00",
		"10:30:00.123456789", "10:30:00Z", "10:30:00+07:00", "10:30:00-03:30:15",
		"10:30:00@Asia/Ho_Chi_Minh", "2015-01-26T09:00:00+07:00", "2000-02-29T23:59:59.5",
		"P1DT2H3M4.5S", "-PT1H", "P1Y2M", "-P13Y", "PT0S",
	};
	struct arena arena;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_writes(&arena, parsed(&arena, texts[i]), texts[i]);
	assert_writes(&arena, parsed(&arena, "P400D"), "P400D");
	assert_writes(&arena, parsed(&arena, "PT36H"), "P1DT12H");
	assert_writes(&arena, parsed(&arena, "2021-01-01T24:00:00"), "2021-01-02T00:00:00");
	arena_done(&arena);
}

static void what_does_not_exist_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"", "2015", "2015-1-1", "2015-02-29", "02015-01-01", "1000000000-01-01", "15-01-01",
		"10:30", "25:00:00", "10:60:00", "24:00:01", "10:30:00.", "10:30:00+19:00",
		"10:30:00@Nowhere/Land", "2015-01-26T", "2015-01-26 09:00:00", "P", "PT", "P1DT",
		"P1Y1D", "P1.5D", "1Y", "P1M1Y", "+P1D", "P1S", "PT1D", "2015-01-26Z",
	};
	struct arena arena;
	struct value v;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (temporal_parse(&arena, str_z(texts[i]), &v))
			fail_msg("taken: %s", texts[i]);
	arena_done(&arena);
}

static int32_t offset_at(const char *zone, const char *moment)
{
	usec at;
	const struct zone *z = zone_find(str_z(zone));
	assert_non_null(z);
	assert_true(time_parse(str_z(moment), &at));
	return zone_offset(z, at / 1000000);
}

static void zones_change_their_offsets_with_the_seasons_for_ever(void **state)
{
	(void)state;
	assert_int_equal(offset_at("Asia/Ho_Chi_Minh", "2015-01-01T00:00:00Z"), 7 * 3600);
	assert_int_equal(offset_at("Asia/Ho_Chi_Minh", "2215-01-01T00:00:00Z"), 7 * 3600);
	assert_int_equal(offset_at("Europe/Paris", "2024-03-31T00:59:59Z"), 3600);
	assert_int_equal(offset_at("Europe/Paris", "2024-03-31T01:00:00Z"), 7200);
	assert_int_equal(offset_at("Europe/Paris", "2150-07-01T00:00:00Z"), 7200);
	assert_int_equal(offset_at("Europe/Paris", "2150-12-31T23:00:00Z"), 3600);
	assert_int_equal(offset_at("America/New_York", "2400-02-29T12:00:00Z"), -5 * 3600);
	assert_int_equal(offset_at("Australia/Melbourne", "2064-12-31T12:00:00Z"), 11 * 3600);
	assert_null(zone_find(S("Asia/Atlantis")));
}

static void months_keep_the_day_where_there_is_one(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct value day = parsed(&arena, "2024-01-31");
	assert_writes(&arena, temporal_add(&arena, day, temporal_months(1), 1), "2024-02-29");
	assert_writes(&arena, temporal_add(&arena, day, temporal_months(12), -1), "2023-01-31");
	assert_true(value_is_null(temporal_add(&arena, parsed(&arena, "999999999-12-31"),
					       temporal_months(1), 1)));
	struct value from = parsed(&arena, "2011-12-22"), to = parsed(&arena, "2013-08-24");
	assert_writes(&arena, temporal_months_between(from, to), "P1Y8M");
	assert_writes(&arena, temporal_months_between(to, from), "-P1Y8M");
	arena_done(&arena);
}

static void moments_compare_across_zones_but_not_without(void **state)
{
	(void)state;
	struct arena arena;
	int order;
	arena_init(&arena);
	struct value paris = parsed(&arena, "2018-10-08T00:00:00@Europe/Paris");
	struct value same = parsed(&arena, "2018-10-08T05:00:00+07:00");
	struct value bare = parsed(&arena, "2018-10-08T00:00:00");
	assert_true(temporal_order(paris, same, &order) && order == 0);
	assert_false(temporal_order(paris, bare, &order));
	assert_true(value_is_null(temporal_difference(&arena, paris, bare)));
	struct value eve = parsed(&arena, "2024-03-30T12:00:00@Europe/Paris");
	struct value day = parsed(&arena, "P1D");
	assert_writes(&arena, temporal_add(&arena, eve, day, 1), "2024-03-31T13:00:00@Europe/Paris");
	assert_writes(&arena, temporal_difference(&arena, parsed(&arena, "2021-01-02"),
						  parsed(&arena, "2020-12-31")), "P2D");
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written_the_same),
		cmocka_unit_test(what_does_not_exist_is_refused),
		cmocka_unit_test(zones_change_their_offsets_with_the_seasons_for_ever),
		cmocka_unit_test(months_keep_the_day_where_there_is_one),
		cmocka_unit_test(moments_compare_across_zones_but_not_without),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
