#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int start(void **state)
{
	static struct arena arena;
	arena_init(&arena);
	*state = &arena;
	return 0;
}

static int finish(void **state)
{
	arena_done(*state);
	return 0;
}

static struct value parsed(struct arena *arena, str text)
{
	struct value v;
	struct json_fault fault = { 0 };
	if (!json_parse(arena, text, &v, &fault))
		fail_msg("%zu:%zu %s", fault.line, fault.column, fault.message);
	return v;
}

static str written(struct arena *arena, struct value v)
{
	struct buf out = { .arena = arena };
	json_write(&out, v);
	return buf_view(&out);
}

static void assert_str(str got, const char *expected)
{
	if (!str_eq(got, str_z(expected)))
		fail_msg("got \"%.*s\", expected \"%s\"", STR_ARG(got), expected);
}

static void assert_same_text(struct arena *arena, const char *text)
{
	assert_str(written(arena, parsed(arena, str_z(text))), text);
}

static void text_comes_back_as_it_was(void **state)
{
	static const char *const texts[] = {
		"null", "true", "false", "\"\"", "[]", "{}", "[[],{}]", "0", "-1", "1.10", "-0.5",
		"9223372036854775807", "123456789012345678901234567890.1234",
		"{\"b\":1,\"a\":[true,null,\"x\"],\"\":{}}",
		"\"Nguyễn Thị Đào 😀\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\"",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_same_text(*state, texts[i]);
}

static void numbers_keep_every_digit(void **state)
{
	struct value v = parsed(*state, S("0.1000000000000000000000000000000001"));
	assert_str(decimal_text(*state, v.number), "0.1000000000000000000000000000000001");
	assert_int_equal(value_integer(parsed(*state, S("-999999999999999999")), 0),
			 -999999999999999999);
}

static void a_number_beyond_decimal128_is_refused(void **state)
{
	struct value v;
	assert_false(json_parse(*state, S("1e999999"), &v, NULL));
	assert_false(json_parse(*state, S("-1e123456789012345678901234567890"), &v, NULL));
}

static void markup_in_strings_cannot_close_a_script_element(void **state)
{
	str text = written(*state, value_str(S("a</script>&b, long enough for the wide loop <")));
	assert_str(text, "\"a\\u003c/script\\u003e\\u0026b, long enough for the wide loop \\u003c\"");
	assert_str(value_text(parsed(*state, text)),
		   "a</script>&b, long enough for the wide loop <");
}

/* At every distance from the start, so that both the wide loop and the tail meet it. */
static void escapes_are_found_wherever_they_stand(void **state)
{
	for (size_t before = 0; before < 40; before++) {
		char plain[64];
		memset(plain, 'x', sizeof plain);
		for (const char *c = "\"\\\n\x01<>&"; *c; c++) {
			plain[before] = *c;
			struct value v = value_str(str_of(plain, before + 5));
			str text = written(*state, v);
			assert_true(value_eq(parsed(*state, text), v));
			assert_true(text.n >= before + 5 + 2 + 1);
		}
	}
}

static void bytes_that_are_not_utf8_are_refused_on_reading(void **state)
{
	static const char *const texts[] = {
		"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"abcdefghijklmnopqrst\xc3\"",
		"\"\xf4\x90\x80\x80\"",
	};
	struct value v;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_false(json_parse(*state, str_z(texts[i]), &v, NULL));
}

static void bytes_that_are_not_utf8_are_written_as_the_replacement_character(void **state)
{
	assert_str(written(*state, value_str(S("a\xff\xc3(\xe1\xba\xa3"))),
		   "\"a\xef\xbf\xbd\xef\xbf\xbd(ả\"");
}

static void surrogate_pairs_become_one_character_and_halves_are_refused(void **state)
{
	struct value v;
	assert_str(value_text(parsed(*state, S("\"\\uD83D\\uDE00\""))), "😀");
	assert_false(json_parse(*state, S("\"\\ud83d\""), &v, NULL));
	assert_false(json_parse(*state, S("\"\\ude00\""), &v, NULL));
	assert_false(json_parse(*state, S("\"\\ud83d\\u0041\""), &v, NULL));
}

static void the_last_of_repeated_keys_counts_in_the_first_place(void **state)
{
	struct value v = parsed(*state, S("{\"a\":1,\"b\":2,\"a\":3}"));
	assert_str(written(*state, v), "{\"a\":3,\"b\":2}");
}

static void repeated_keys_count_the_same_among_many(void **state)
{
	struct buf text = { .arena = *state };
	buf_str(&text, S("{"));
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 100; i++)
			buf_printf(&text, "\"k%d\":%d,", i, i + 1000 * round);
	buf_str(&text, S("\"k7\":7}"));
	struct value v = parsed(*state, buf_view(&text));
	assert_int_equal(v.n, 100);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(value_integer(v.members[i].value, -1), i == 7 ? 7 : 1000 + i);
		assert_int_equal(v.members[i].key.p[1] - '0', i < 10 ? i : i / 10);
	}
}

static void a_list_that_was_read_can_still_grow(void **state)
{
	struct value list = parsed(*state, S("[1,2,3,4,5]"));
	struct value other = parsed(*state, S("[6]"));
	for (int i = 0; i < 100; i++)
		value_push(*state, &list, value_int(i));
	assert_int_equal(value_integer(value_item(list, 104), -1), 99);
	assert_int_equal(value_integer(value_item(other, 0), -1), 6);
}

static void depth_is_limited(void **state)
{
	struct buf text = { .arena = *state };
	struct value v;
	struct json_fault fault;
	for (int i = 0; i < JSON_DEPTH; i++)
		buf_byte(&text, '[');
	for (int i = 0; i < JSON_DEPTH; i++)
		buf_byte(&text, ']');
	assert_true(json_parse(*state, buf_view(&text), &v, NULL));
	str deeper = arena_printf(*state, "[%.*s]", STR_ARG(buf_view(&text)));
	assert_false(json_parse(*state, deeper, &v, &fault));
	assert_int_equal(fault.column, JSON_DEPTH + 1);
}

static void faults_name_line_and_column(void **state)
{
	static const struct { const char *text; size_t line, column; } cases[] = {
		{ "", 1, 1 }, { "[1,\n 2,,]", 2, 4 }, { "{\"a\" 1}", 1, 6 }, { "[01]", 1, 2 },
		{ "{\n\n  x", 3, 3 }, { "1 2", 1, 3 }, { "\"a\nb\"", 1, 3 }, { "[1", 1, 3 },
		{ "\"\\x\"", 1, 3 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct value v;
		struct json_fault fault;
		assert_false(json_parse(*state, str_z(cases[i].text), &v, &fault));
		assert_int_equal(fault.line, cases[i].line);
		if (fault.column != cases[i].column)
			fail_msg("%s: column %zu, expected %zu (%s)", cases[i].text, fault.column,
				 cases[i].column, fault.message);
	}
}

static void pretty_form_has_one_member_a_line(void **state)
{
	struct buf out = { .arena = *state };
	json_write_pretty(&out, parsed(*state, S("{\"a\":[1,{\"b\":[]}],\"c\":{}}")));
	assert_str(buf_view(&out), "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n"
				   "  \"c\": {}\n}\n");
}

static void a_byte_order_mark_is_passed_over(void **state)
{
	assert_str(written(*state, parsed(*state, S("\xef\xbb\xbf{}"))), "{}");
}

/* Kinds of text that are known to break programs: all must come back unchanged. */
static void naughty_strings_survive(void **state)
{
	static const char *const texts[] = {
		"undefined", "NULL", "1;DROP TABLE users", "' OR 1=1 -- ", "<script>alert(1)</script>",
		"{{7*7}}", "{{{a}}}", "${7*7}", "%s%n%d", "../../etc/passwd", "\342\200\256evil",
		"\xef\xbb\xbf", "\xe2\x80\xa8\xe2\x80\xa9", "Ả̴̛̖ả", "👨‍👩‍👧‍👦", "ﷺ", "\x7f",
		"ĐẶNG THỊ ƯỚT", "a\xcc\x81", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf", "1e309", "-0", "true",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct value v = value_map();
		value_set(*state, &v, str_z(texts[i]), value_str(str_z(texts[i])));
		assert_true(value_eq(parsed(*state, written(*state, v)), v));
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(text_comes_back_as_it_was),
		CASE(numbers_keep_every_digit),
		CASE(a_number_beyond_decimal128_is_refused),
		CASE(markup_in_strings_cannot_close_a_script_element),
		CASE(escapes_are_found_wherever_they_stand),
		CASE(bytes_that_are_not_utf8_are_refused_on_reading),
		CASE(bytes_that_are_not_utf8_are_written_as_the_replacement_character),
		CASE(surrogate_pairs_become_one_character_and_halves_are_refused),
		CASE(the_last_of_repeated_keys_counts_in_the_first_place),
		CASE(repeated_keys_count_the_same_among_many),
		CASE(a_list_that_was_read_can_still_grow),
		CASE(depth_is_limited),
		CASE(faults_name_line_and_column),
		CASE(pretty_form_has_one_member_a_line),
		CASE(a_byte_order_mark_is_passed_over),
		CASE(naughty_strings_survive),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
