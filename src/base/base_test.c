#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/datetime.h"
#include "base/value.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_list_keeps_its_items_while_it_grows(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct value list = value_list(), other = value_list();
	for (int i = 0; i < 1000; i++) {
		value_push(&arena, &list, value_int(i));
		value_push(&arena, &other, value_int(-i));
	}
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(value_integer(value_item(list, (size_t)i), 0), i);
		assert_int_equal(value_integer(value_item(other, (size_t)i), 0), -i);
	}
	arena_done(&arena);
}

static void a_map_keeps_the_order_of_its_keys_and_replaces_in_place(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct value map = value_map();
	value_set(&arena, &map, S("b"), value_int(1));
	value_set(&arena, &map, S("a"), value_int(2));
	value_set(&arena, &map, S("b"), value_int(3));
	assert_int_equal(map.n, 2);
	assert_true(str_eq(map.members[0].key, S("b")));
	assert_int_equal(value_integer(value_get(map, S("b")), 0), 3);
	assert_null(value_find(map, S("c")));
	arena_done(&arena);
}

static void days_and_civil_dates_agree_over_four_centuries(void **state)
{
	(void)state;
	int32_t year;
	int month, day;
	for (int64_t days = days_of_civil(1900, 1, 1); days < days_of_civil(2300, 1, 1); days++) {
		civil_of_days(days, &year, &month, &day);
		assert_true(date_exists(year, month, day));
		assert_int_equal(days_of_civil(year, month, day), days);
	}
	assert_int_equal(weekday_of_days(days_of_civil(2015, 1, 26)), 1);
	assert_int_equal(weekday_of_days(days_of_civil(1965, 8, 1)), 7);
}

static void a_time_survives_its_text(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	usec at;
	assert_true(time_parse(S("2015-02-10T15:30:00+07:00"), &at));
	assert_true(str_eq(time_format(&arena, at, 420), S("2015-02-10T15:30:00+07:00")));
	assert_true(str_eq(time_format(&arena, at, 0), S("2015-02-10T08:30:00+00:00")));
	assert_true(str_eq(time_format(&arena, at + 120, -210),
			   S("2015-02-10T05:00:00.000120-03:30")));
	assert_true(str_eq(date_format(&arena, days_of_civil(812, 3, 1)), S("0812-03-01")));
	assert_true(str_eq(date_format(&arena, days_of_civil(12015, 3, 1)), S("12015-03-01")));
	assert_false(time_parse(S("2015-02-29T00:00:00Z"), &at));
	assert_false(time_parse(S("2015-02-10T24:00:00Z"), &at));
	assert_false(time_parse(S("2015-02-10T10:00:00"), &at));
	arena_done(&arena);
}

static void utf8_refuses_overlong_forms_and_surrogates(void **state)
{
	(void)state;
	assert_true(utf8_valid(S("Đà Nẵng")));
	assert_int_equal(utf8_length(S("Đà Nẵng")), 7);
	assert_false(utf8_valid(S("\xc0\x80")));
	assert_false(utf8_valid(S("\xed\xa0\x80")));
	assert_false(utf8_valid(S("\xf4\x90\x80\x80")));
	assert_false(utf8_valid(S("\xe1\xba")));
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		char bytes[4];
		uint32_t again;
		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		size_t n = utf8_encode(code, bytes);
		assert_int_equal(utf8_decode(str_of(bytes, n), 0, &again), n);
		assert_int_equal(again, code);
	}
}

static void whole_numbers_are_read_up_to_their_limits(void **state)
{
	(void)state;
	int64_t n;
	assert_true(str_int(S("-9223372036854775808"), INT64_MIN, INT64_MAX, &n));
	assert_true(n == INT64_MIN);
	assert_false(str_int(S("9223372036854775808"), INT64_MIN, INT64_MAX, &n));
	assert_false(str_int(S(""), 0, 9, &n));
	assert_false(str_int(S("-"), -9, 9, &n));
	assert_false(str_int(S("10"), 0, 9, &n));
}

static void count_undo(void *n)
{
	++*(int *)n;
}

static void an_arena_undoes_and_rewinds(void **state)
{
	(void)state;
	struct arena arena;
	int undone = 0;
	arena_init(&arena);
	struct arena_mark mark = arena_mark(&arena);
	arena_alloc(&arena, 100000);
	arena_rewind(&arena, mark);
	assert_int_equal(arena.used, 0);
	arena_defer(&arena, count_undo, &undone);
	arena_reset(&arena);
	assert_int_equal(undone, 1);
	struct buf buf = { .arena = &arena };
	for (int i = 0; i < 10000; i++)
		buf_int(&buf, i % 10);
	assert_int_equal(buf.n, 10000);
	assert_int_equal(buf.p[9999], '9');
	arena_done(&arena);
}

static void a_fault_carries_its_words_and_place(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	/* What fail() makes; its own name belongs to the test library here. */
	assert_int_equal(fail_at(&ctx, ERR_INVALID, __FILE__, __LINE__, "There is no ward %s", "X"),
			 ERR_INVALID);
	assert_true(str_eq(ctx.fault.message, S("There is no ward X")));
	assert_non_null(ctx.fault.file);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_keeps_its_items_while_it_grows),
		cmocka_unit_test(a_map_keeps_the_order_of_its_keys_and_replaces_in_place),
		cmocka_unit_test(days_and_civil_dates_agree_over_four_centuries),
		cmocka_unit_test(a_time_survives_its_text),
		cmocka_unit_test(utf8_refuses_overlong_forms_and_surrogates),
		cmocka_unit_test(whole_numbers_are_read_up_to_their_limits),
		cmocka_unit_test(an_arena_undoes_and_rewinds),
		cmocka_unit_test(a_fault_carries_its_words_and_place),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
