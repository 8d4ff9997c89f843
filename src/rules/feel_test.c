#include "rules/feel.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Evaluates with a few variables and gives the answer as FEEL writes it. */
static str evaluate(struct arena *arena, str text)
{
	struct value data = value_map(), person = value_map(), list = value_list();
	struct feel *feel;
	struct feel_fault fault;
	const struct feel_env env = { .now = INT64_C(1420246800000000), .offset = 420 };
	value_set(arena, &person, S("name"), value_str(S("Lê Thị Hoa")));
	value_set(arena, &person, S("birth date"), value_str(S("1980-02-29")));
	value_set(arena, &data, S("applicant"), person);
	value_set(arena, &data, S("copies"), value_int(3));
	value_set(arena, &data, S("monthly income"), value_int(5000000));
	for (int i = 1; i <= 3; i++)
		value_push(arena, &list, value_int(i * 10));
	value_set(arena, &data, S("fees"), list);
	struct feel_scope scope = { .variables = data };
	if (!feel_parse(arena, text, NULL, &feel, &fault))
		return arena_printf(arena, "%u:%u %.*s", fault.line, fault.column,
				    STR_ARG(fault.message));
	return feel_to_literal(arena, feel_eval(feel, arena, &scope, &env, NULL));
}

static void assert_gives(const char *text, const char *expected)
{
	struct arena arena;
	arena_init(&arena);
	str got = evaluate(&arena, str_z(text));
	if (!str_eq(got, str_z(expected)))
		fail_msg("%s\n  gives    %.*s\n  expected %s", text, STR_ARG(got), expected);
	arena_done(&arena);
}

static void arithmetic_is_exact_and_binds_as_usual(void **state)
{
	(void)state;
	assert_gives("1 + 2 * 3", "7");
	assert_gives("0.1 + 0.2", "0.3");
	assert_gives("-2 ** 2", "4");
	assert_gives("3 ** 4 ** 5", "3486784401");
	assert_gives("10 / 4", "2.5");
	assert_gives("1 / 0", "null");
	assert_gives("copies * 2000", "6000");
	assert_gives("\"a\" + \"b\"", "ab");
	assert_gives("\"a\" + 1", "null");
	assert_gives("monthly income / 2", "2500000");
	assert_gives("// a remark\n1 /* another */ + 1", "2");
}

static void logic_has_three_values(void **state)
{
	(void)state;
	assert_gives("true and null", "null");
	assert_gives("false and null", "false");
	assert_gives("true or null", "true");
	assert_gives("null or false", "null");
	assert_gives("not(null)", "null");
	assert_gives("1 = \"1\"", "null");
	assert_gives("null = null", "true");
	assert_gives("1 != null", "true");
}

static void ranges_and_tests(void **state)
{
	(void)state;
	assert_gives("5 in [1..5]", "true");
	assert_gives("5 in [1..5)", "false");
	assert_gives("1 in ]1..5[", "false");
	assert_gives("5 in (> 3, < 1)", "true");
	assert_gives("copies between 1 and 3", "true");
	assert_gives("\"b\" in (\"a\", \"b\")", "true");
	assert_gives("2 in [1,2,3]", "true");
	assert_gives("[1..10] = [1..10]", "true");
	assert_gives("[10..1]", "null");
}

static void lists_are_counted_from_one_and_from_the_end(void **state)
{
	(void)state;
	assert_gives("fees[1]", "10");
	assert_gives("fees[-1]", "30");
	assert_gives("fees[0]", "null");
	assert_gives("fees[4]", "null");
	assert_gives("fees[item > 10]", "[20, 30]");
	assert_gives("[{a: 1, b: 2}, {a: 3, b: 4}][b > 2].a", "[3]");
	assert_gives("for x in fees return x + 1", "[11, 21, 31]");
	assert_gives("for i in 3..1 return i", "[3, 2, 1]");
	assert_gives("for x in [1,2], y in [x, 5] return x * y", "[1, 5, 4, 10]");
	assert_gives("for i in 1..4 return if i = 1 then 1 else partial[-1] * i", "[1, 2, 6, 24]");
	assert_gives("some x in fees satisfies x > 25", "true");
	assert_gives("every x in fees satisfies x > 25", "false");
	assert_gives("sort(fees, function(a, b) a > b)", "[30, 20, 10]");
}

static void functions_and_contexts(void **state)
{
	(void)state;
	assert_gives("{a: 1, b: a + 1, c: function(n) n * b}.c(4)", "8");
	assert_gives("(function(a: number, b) a + b)(b: 1, a: 2)", "3");
	assert_gives("{first name: \"An\", x: first name + \"!\"}.x", "An!");
	assert_gives("{a: 1, a: 2}", "null");
	assert_gives("applicant.name", "Lê Thị Hoa");
	assert_gives("applicant.birth date", "1980-02-29");
	assert_gives("get or else(nothing, 5)", "5");
	assert_gives("is defined(copies)", "true");
	assert_gives("`copies` + 1", "4");
	assert_gives("if copies > 2 then \"many\" else \"few\"", "many");
}

static void strings_count_characters_not_bytes(void **state)
{
	(void)state;
	assert_gives("string length(\"Đà Nẵng\")", "7");
	assert_gives("substring(\"Đà Nẵng\", 4)", "Nẵng");
	assert_gives("substring(\"Đà Nẵng\", -4, 2)", "Nẵ");
	assert_gives("upper case(\"phường\")", "PHƯỜNG");
	assert_gives("replace(\"abracadabra\", \"a(.)\", \"a$1$1\")", "abbraccaddabbra");
	assert_gives("matches(\"foobar\", \"^fo*b\")", "true");
	assert_gives("split(\"a;b;c\", \";\")", "[\"a\", \"b\", \"c\"]");
	assert_gives("trim(\"  x \")", "x");
}

static void times_and_durations(void **state)
{
	(void)state;
	assert_gives("date(\"2015-01-31\") + duration(\"P1M\")", "2015-02-28");
	assert_gives("@\"2015-03-01\" - @\"2015-02-01\"", "P28D");
	assert_gives("date and time(\"2017-06-01T10:00:00@Europe/Paris\").time offset", "PT2H");
	assert_gives("today()", "2015-01-03");
	assert_gives("now()", "2015-01-03T08:00:00+07:00");
	assert_gives("day of week(today())", "Saturday");
	assert_gives("week of year(date(\"2005-01-01\"))", "53");
	assert_gives("duration(\"PT36H\") / duration(\"PT12H\")", "3");
	assert_gives("years and months duration(date(\"2011-12-22\"), date(\"2013-08-24\"))", "P1Y8M");
	assert_gives("date(\"2015-02-29\")", "null");
}

static void a_fault_names_line_and_column(void **state)
{
	(void)state;
	assert_gives("1 +\n  * 2", "2:3 A value or a name is expected here");
	assert_gives("if a then b", "1:12 \"if\" needs an \"else\"");
	assert_gives("\"abc", "1:1 This string is not closed");
	assert_gives("", "1:1 Something is missing at the end");
	assert_gives("1 2", "1:3 The expression should end here, or a sign is missing");
}

static struct value test_cell(struct arena *arena, const char *text, struct value input)
{
	struct feel *feel;
	struct feel_fault fault;
	if (!feel_parse_tests(arena, str_z(text), NULL, &feel, &fault))
		fail_msg("%s: %.*s", text, STR_ARG(fault.message));
	return feel_test(feel, arena, input, NULL, NULL);
}

static void unary_tests_take_the_input_as_a_question_mark(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct value seven = value_int(7), text = value_str(S("abc"));
	assert_true(value_is_true(test_cell(&arena, "-", seven)));
	assert_true(value_is_true(test_cell(&arena, "< 5, > 6", seven)));
	assert_false(value_is_true(test_cell(&arena, "not(7, 8)", seven)));
	assert_true(value_is_true(test_cell(&arena, "[1..7]", seven)));
	assert_true(value_is_true(test_cell(&arena, "\"x\", \"abc\"", text)));
	assert_true(value_is_true(test_cell(&arena, "starts with(?, \"a\")", text)));
	assert_true(value_is_null(test_cell(&arena, "< 5", text)));
	assert_true(value_is_true(test_cell(&arena, "? > 5 and ? < 8", seven)));
	assert_true(value_is_true(test_cell(&arena, "false", value_bool(false))));
	arena_done(&arena);
}

static void no_expression_runs_for_ever(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"count(for i in 1..1000000000 return i)",
		"count(for a in 1..100000, b in 1..100000 return 1)",
		"{f: function(g, n) g(g, n), r: f(f, 1)}.r",
		"matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"(a*)*(a*)*(a*)*b\")",
		"{p: for i in 1..60 return if i = 1 then 1 else [partial[-1], partial[-1]]}.p[60].a",
		"{p: for i in 1..50000 return if i = 1 then 1 else [partial[-1]]}.p[-1].a",
		"{s: for i in 1..20 return if i = 1 then \"xxxxxxxxxx\" else partial[-1] + partial[-1], "
		"r: count(for i in 1..1000000 return contains(s[20], \"y\"))}.r",
		"{p: for i in 1..60 return if i = 1 then 1 else [partial[-1], partial[-1]], "
		"q: for i in 1..60 return if i = 1 then 1 else [partial[-1], partial[-1]]}.p[60] = "
		"[for i in 1..60 return if i = 1 then 1 else [partial[-1], partial[-1]]][1][60]",
		"{p: for i in 1..100 return if i = 1 then 1 else [partial[-1], partial[-1]]}.p[100]",
		"string length({s: \"xxxxxxxxxxxxxxxx\", f: function(n, t) if n = 0 then t else "
		"f(n - 1, t + t), r: for i in 1..40 return if i = 1 then s else partial[-1] + "
		"partial[-1]}.r[40])",
	};
	struct arena arena;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct feel *feel;
		struct feel_fault fault;
		struct feel_warnings warnings;
		assert_true(feel_parse(&arena, str_z(texts[i]), NULL, &feel, &fault));
		assert_true(value_is_null(feel_eval(feel, &arena, NULL, NULL, &warnings)));
		if (!warnings.exhausted)
			fail_msg("not stopped by a limit: %s", texts[i]);
	}
	arena_done(&arena);
}

static void the_variables_an_expression_reads_are_told(void **state)
{
	(void)state;
	struct arena arena;
	struct feel *feel;
	struct feel_fault fault;
	arena_init(&arena);
	assert_true(feel_parse(&arena, S("for x in papers return x.n + applicant.name + "
					 "{k: copies, r: k}.r + count(fees[item > limit])"),
			       NULL, &feel, &fault));
	str reads = feel_to_literal(&arena, feel_reads(feel, &arena));
	assert_string_equal(arena_copy(&arena, reads).p,
			    "[\"papers\", \"applicant.name\", \"copies\", \"fees\", \"limit\"]");
	arena_done(&arena);
}

static void known_names_may_hold_signs_and_keywords(void **state)
{
	(void)state;
	struct arena arena;
	struct feel *feel;
	struct feel_fault fault;
	static const str names[] = { S("date and place of birth"), S("a-b"), S("no. of copies") };
	const struct feel_options options = { .names = names, .name_count = 3 };
	struct value data = value_map();
	arena_init(&arena);
	value_set(&arena, &data, names[0], value_str(S("Huế")));
	value_set(&arena, &data, names[1], value_int(5));
	value_set(&arena, &data, names[2], value_int(2));
	struct feel_scope scope = { .variables = data };
	assert_true(feel_parse(&arena, S("date and place  of birth + string(a - b * no. of copies)"),
			       &options, &feel, &fault));
	struct value v = feel_eval(feel, &arena, &scope, NULL, NULL);
	assert_true(str_eq(value_text(v), S("Huế10")));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arithmetic_is_exact_and_binds_as_usual),
		cmocka_unit_test(logic_has_three_values),
		cmocka_unit_test(ranges_and_tests),
		cmocka_unit_test(lists_are_counted_from_one_and_from_the_end),
		cmocka_unit_test(functions_and_contexts),
		cmocka_unit_test(strings_count_characters_not_bytes),
		cmocka_unit_test(times_and_durations),
		cmocka_unit_test(a_fault_names_line_and_column),
		cmocka_unit_test(unary_tests_take_the_input_as_a_question_mark),
		cmocka_unit_test(no_expression_runs_for_ever),
		cmocka_unit_test(the_variables_an_expression_reads_are_told),
		cmocka_unit_test(known_names_may_hold_signs_and_keywords),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
