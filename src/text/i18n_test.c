#include "text/i18n.h"

#include "text/test_catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct bench {
	struct arena arena;
	struct ctx ctx;
	const struct language *vi, *en;
};

static const struct pair pairs[] = {
	{ S(""), S("Language: vi\n") },
	{ S("Case code"), S("Mã hồ sơ") },
	{ S("No"), S("Không") },
	{ S("one case\0%d cases"), S("%d hồ sơ") },
};

static int start(void **state)
{
	static struct bench b;
	b = (struct bench){ 0 };
	arena_init(&b.arena);
	b.ctx.arena = &b.arena;
	str mo = make_catalogue(&b.arena, pairs, 4);
	assert_int_equal(language_load(&b.ctx, &b.arena, S("vi"), mo, &b.vi), OK);
	assert_int_equal(language_load(&b.ctx, &b.arena, S("en"), S(""), &b.en), OK);
	*state = &b;
	return 0;
}

static int finish(void **state)
{
	struct bench *b = *state;
	arena_done(&b->arena);
	return 0;
}

static void assert_str(str got, const char *expected)
{
	if (!str_eq(got, str_z(expected)))
		fail_msg("got \"%.*s\", expected \"%s\"", STR_ARG(got), expected);
}

static void a_text_is_translated_and_an_unknown_one_stands_for_itself(void **state)
{
	struct bench *b = *state;
	assert_str(language_text(b->vi, S("Case code")), "Mã hồ sơ");
	assert_str(language_text(b->vi, S("Case cod")), "Case cod");
	assert_str(language_text(b->en, S("Case code")), "Case code");
	assert_string_equal(language_translate(b->vi, "No"), "Không");
	assert_string_equal(language_translate(NULL, "No"), "No");
}

static void the_header_of_the_catalogue_is_no_translation(void **state)
{
	struct bench *b = *state;
	assert_str(language_text(b->vi, S("")), "");
}

static void plural_forms_follow_the_language(void **state)
{
	struct bench *b = *state;
	assert_str(language_plural(b->vi, S("one case"), S("%d cases"), 1), "%d hồ sơ");
	assert_str(language_plural(b->vi, S("one case"), S("%d cases"), 5), "%d hồ sơ");
	assert_str(language_plural(b->en, S("one case"), S("%d cases"), 1), "one case");
	assert_str(language_plural(b->en, S("one case"), S("%d cases"), 0), "%d cases");
}

/* Any single byte of the catalogue may be wrong: it is refused or read, never overrun. */
static void a_damaged_catalogue_does_no_harm(void **state)
{
	struct bench *b = *state;
	str mo = make_catalogue(&b->arena, pairs, 4);
	for (size_t at = 0; at < mo.n; at++)
		for (int flip = 1; flip < 256; flip <<= 1) {
			str copy = arena_copy(&b->arena, mo);
			const struct language *language;
			((char *)(uintptr_t)copy.p)[at] ^= (char)flip;
			if (!language_load(&b->ctx, &b->arena, S("vi"), copy, &language))
				language_text(language, S("Case code"));
		}
	for (size_t n = 1; n < mo.n; n++) {
		char *exact = malloc(n);
		const struct language *language;
		memcpy(exact, mo.p, n);
		assert_int_equal(language_load(&b->ctx, &b->arena, S("vi"), str_of(exact, n),
					       &language), ERR_INVALID);
		free(exact);
	}
}

static void dates_are_written_as_readers_expect(void **state)
{
	struct bench *b = *state;
	int64_t days = days_of_civil(2015, 1, 26);
	assert_str(language_date(&b->arena, b->vi, days), "26/01/2015");
	assert_str(language_date(&b->arena, b->en, days), "26 Jan 2015");
	assert_str(language_date_long(&b->arena, b->vi, days), "thứ hai, 26/01/2015");
	assert_str(language_date_long(&b->arena, b->en, days), "Monday, 26 January 2015");
	assert_str(language_date_words(&b->arena, b->vi, days), "ngày 26 tháng 01 năm 2015");
	assert_str(language_date_words(&b->arena, b->vi, days_of_civil(2026, 3, 2)),
		   "ngày 02 tháng 3 năm 2026");
	assert_str(language_date_words(&b->arena, b->en, days), "26 January 2015");
	assert_str(language_weekday(b->vi, 7), "chủ nhật");
}

static void times_are_those_of_the_place(void **state)
{
	struct bench *b = *state;
	usec at;
	assert_true(time_parse(S("2015-01-25T22:05:00Z"), &at));
	assert_str(language_time(&b->arena, b->vi, at, 420), "05:05");
	assert_str(language_date_time(&b->arena, b->vi, at, 420), "05:05, 26/01/2015");
	assert_str(language_date_time(&b->arena, b->en, at, 0), "25 Jan 2015, 22:05");
}

static void numbers_are_grouped_by_three(void **state)
{
	static const struct { const char *n, *vi, *en; } cases[] = {
		{ "0", "0", "0" }, { "999", "999", "999" }, { "1000", "1.000", "1,000" },
		{ "-1234567.50", "-1.234.567,5", "-1,234,567.5" }, { "100000", "100.000", "100,000" },
		{ "0.25", "0,25", "0.25" }, { "-123", "-123", "-123" },
	};
	struct bench *b = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct decimal n;
		assert_true(decimal_parse(str_z(cases[i].n), &n));
		assert_str(language_number(&b->arena, b->vi, n), cases[i].vi);
		assert_str(language_number(&b->arena, b->en, n), cases[i].en);
	}
}

static void money_and_percent_keep_their_sign_on_the_same_line(void **state)
{
	struct bench *b = *state;
	struct decimal n;
	assert_str(language_money(&b->arena, b->vi, 1234567), "1.234.567\u00a0đ");
	assert_str(language_money(&b->arena, b->en, 8000), "VND\u00a08,000");
	assert_true(decimal_parse(S("97.50"), &n));
	assert_str(language_percent(&b->arena, b->vi, n), "97,5\u00a0%");
	assert_str(language_percent(&b->arena, b->en, n), "97.5%");
}

static void a_span_is_told_in_its_two_largest_units(void **state)
{
	static const struct { int64_t seconds; const char *vi, *en; } cases[] = {
		{ 0, "0 giây", "0 seconds" }, { 59, "59 giây", "59 seconds" },
		{ 60, "1 phút", "1 minute" }, { 3599, "59 phút", "59 minutes" },
		{ 3600, "1 giờ", "1 hour" }, { 7260, "2 giờ 1 phút", "2 hours 1 minute" },
		{ 86400, "1 ngày", "1 day" }, { 183600, "2 ngày 3 giờ", "2 days 3 hours" },
		{ -90, "-1 phút", "-1 minute" },
	};
	struct bench *b = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		usec span = cases[i].seconds * USEC_SECOND;
		assert_str(language_duration(&b->arena, b->vi, span), cases[i].vi);
		assert_str(language_duration(&b->arena, b->en, span), cases[i].en);
	}
}

static void sizes_take_the_unit_that_fits(void **state)
{
	static const struct { int64_t bytes; const char *vi; } cases[] = {
		{ 0, "0\u00a0B" }, { 999, "999\u00a0B" }, { 1000, "1\u00a0kB" },
		{ 1234, "1,2\u00a0kB" }, { 123456, "123\u00a0kB" }, { 1250000, "1,3\u00a0MB" },
		{ 5000000000, "5\u00a0GB" }, { INT64_MAX, "9,2\u00a0EB" },
	};
	struct bench *b = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_str(language_bytes(&b->arena, b->vi, cases[i].bytes), cases[i].vi);
	assert_str(language_bytes(&b->arena, b->en, 1234), "1.2\u00a0kB");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_text_is_translated_and_an_unknown_one_stands_for_itself),
		CASE(the_header_of_the_catalogue_is_no_translation),
		CASE(plural_forms_follow_the_language),
		CASE(a_damaged_catalogue_does_no_harm),
		CASE(dates_are_written_as_readers_expect),
		CASE(times_are_those_of_the_place),
		CASE(numbers_are_grouped_by_three),
		CASE(money_and_percent_keep_their_sign_on_the_same_line),
		CASE(a_span_is_told_in_its_two_largest_units),
		CASE(sizes_take_the_unit_that_fits),
	};
	return cmocka_run_group_tests_name("i18n", tests, NULL, NULL);
}
