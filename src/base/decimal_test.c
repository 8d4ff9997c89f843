#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct decimal number(const char *text)
{
	struct decimal d;
	if (!decimal_parse(str_z(text), &d))
		fail_msg("not a number: %s", text);
	return d;
}

static void assert_text(struct decimal d, const char *expected)
{
	char text[DECIMAL_TEXT];
	size_t n = decimal_format(d, text, sizeof text);
	if (!str_eq(str_of(text, n), str_z(expected)))
		fail_msg("got %.*s, expected %s", (int)n, text, expected);
}

static void a_number_survives_its_text(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"0", "-0", "1", "-1", "1.10", "0.00", "100", "0.001", "1234567890123456789012345678901234",
		"9223372036854775808", "0.1234567890123456789012345678901234", "18446744073709551616",
		"1E+50", "1.5E-45", "9.999999999999999999999999999999999E+6144", "1E-6176",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_text(number(texts[i]), texts[i]);
	assert_text(number("1e2"), "100");
	assert_text(number("+.5"), "0.5");
	assert_text(number("1E6144"), "1.000000000000000000000000000000000E+6144");
}

static void what_is_not_a_number_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"", "-", "+", ".", "1.", "01", "-01", "1e", "1e+", "1x", " 1", "NaN", "Infinity", "0x1",
		"12345678901234567890123456789012345", "1E6145", "1E-6177", "1..2", "1e99999999999",
	};
	struct decimal d;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (decimal_parse(str_z(texts[i]), &d))
			fail_msg("taken for a number: %s", texts[i]);
}

static void more_than_34_digits_are_rounded_only_on_request(void **state)
{
	(void)state;
	struct decimal d;
	assert_true(decimal_parse_rounded(S("0.66666666666666666666666666666666666667"), &d));
	assert_text(d, "0.6666666666666666666666666666666667");
	assert_true(decimal_parse_rounded(S("99999999999999999999999999999999995"), &d));
	assert_text(d, "100000000000000000000000000000000000");
	assert_true(decimal_parse(S("10000000000000000000000000000000000000"), &d));
	assert_true(decimal_parse_rounded(S("007"), &d));
	assert_text(d, "7");
}

static void sums_and_products_are_exact(void **state)
{
	(void)state;
	struct decimal d;
	assert_true(decimal_add(number("0.1"), number("0.2"), &d));
	assert_text(d, "0.3");
	assert_true(decimal_sub(number("1.00"), number("1"), &d));
	assert_text(d, "0.00");
	assert_true(decimal_sub(number("-5"), number("-7.5"), &d));
	assert_text(d, "2.5");
	assert_true(decimal_mul(number("2000.50"), number("3"), &d));
	assert_text(d, "6001.50");
	assert_true(decimal_mul(number("0"), number("-3"), &d));
	assert_text(d, "0");
	assert_true(decimal_mul(number("12345678901234567"), number("12345678901234567"), &d));
	assert_text(d, "152415787532388345526596755677489");
	assert_true(decimal_add(number("1E+30"), number("0.001"), &d));
	assert_text(d, "1000000000000000000000000000000.001");
	assert_false(decimal_mul(number("9E+6144"), number("10"), &d));
}

static void a_quotient_has_34_digits_and_none_by_zero(void **state)
{
	(void)state;
	struct decimal d;
	assert_true(decimal_div(number("1"), number("3"), &d));
	assert_text(d, "0.3333333333333333333333333333333333");
	assert_true(decimal_div(number("6"), number("-3"), &d));
	assert_text(d, "-2");
	assert_true(decimal_div(number("1"), number("8"), &d));
	assert_text(d, "0.125");
	assert_true(decimal_div(number("48.75"), number("-6"), &d));
	assert_text(d, "-8.125");
	assert_true(decimal_div(number("1"), number("64"), &d));
	assert_text(d, "0.015625");
	assert_true(decimal_div(number("1"), number("128"), &d));
	assert_text(d, "0.0078125");
	assert_true(decimal_div(number("6.0"), number("3"), &d));
	assert_text(d, "2.0");
	assert_true(decimal_div(number("6"), number("1E-3"), &d));
	assert_int_equal(decimal_cmp(d, number("6000")), 0);
	assert_false(decimal_div(number("1"), number("0.00"), &d));
}

static void comparison_looks_at_the_amount(void **state)
{
	(void)state;
	assert_int_equal(decimal_cmp(number("1.0"), number("1.00")), 0);
	assert_int_equal(decimal_cmp(number("-0"), number("0")), 0);
	assert_int_equal(decimal_cmp(number("-2"), number("-1")), -1);
	assert_int_equal(decimal_cmp(number("1E+6000"), number("1E-6000")), 1);
	assert_int_equal(decimal_cmp(number("-1E+40"), number("3")), -1);
	assert_int_equal(decimal_cmp(number("100"), number("1E+2")), 0);
}

static void whole_numbers_fit_or_are_refused(void **state)
{
	(void)state;
	int64_t n;
	assert_true(decimal_to_int(number("-9223372036854775808"), &n) && n == INT64_MIN);
	assert_true(decimal_to_int(number("12.00"), &n) && n == 12);
	assert_true(decimal_to_int(number("1E+3"), &n) && n == 1000);
	assert_false(decimal_to_int(number("9223372036854775808"), &n));
	assert_false(decimal_to_int(number("0.5"), &n));
	assert_text(decimal_of(INT64_MIN), "-9223372036854775808");
}

static void rounding_follows_its_mode(void **state)
{
	(void)state;
	static const struct {
		const char *from;
		int scale;
		enum decimal_rounding mode;
		const char *to;
	} cases[] = {
		{ "2.5", 0, ROUND_HALF_EVEN, "2" }, { "3.5", 0, ROUND_HALF_EVEN, "4" },
		{ "-2.5", 0, ROUND_HALF_UP, "-3" }, { "-2.5", 0, ROUND_HALF_DOWN, "-2" },
		{ "2.51", 0, ROUND_HALF_DOWN, "3" }, { "1.1", 0, ROUND_UP, "2" },
		{ "-1.9", 0, ROUND_DOWN, "-1" }, { "-1.1", 0, ROUND_FLOOR, "-2" },
		{ "1.1", 0, ROUND_CEILING, "2" }, { "-0.4", 0, ROUND_HALF_EVEN, "0" },
		{ "1234", -2, ROUND_HALF_UP, "1200" }, { "1.12345", 2, ROUND_HALF_UP, "1.12" },
		{ "1E-6000", 2, ROUND_UP, "0.01" }, { "7", 2, ROUND_UP, "7" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_text(decimal_round(number(cases[i].from), cases[i].scale, cases[i].mode),
			    cases[i].to);
	struct decimal d;
	assert_true(decimal_to_scale(number("7"), 2, ROUND_HALF_UP, &d));
	assert_text(d, "7.00");
	assert_true(decimal_to_scale(number("0"), 3, ROUND_HALF_UP, &d));
	assert_text(d, "0.000");
	assert_false(decimal_to_scale(number("1E+33"), 1, ROUND_HALF_UP, &d));
}

static void the_modulo_has_the_sign_of_the_divisor(void **state)
{
	(void)state;
	struct decimal d;
	assert_true(decimal_modulo(number("-12"), number("5"), &d));
	assert_text(d, "3");
	assert_true(decimal_modulo(number("10.1"), number("-4.5"), &d));
	assert_text(d, "-3.4");
	assert_true(decimal_modulo(number("1E+60"), number("7"), &d));
	assert_text(d, "1");
	assert_false(decimal_modulo(number("1"), number("0"), &d));
}

static void powers_and_roots(void **state)
{
	(void)state;
	struct decimal d;
	assert_true(decimal_power(number("2"), number("100"), &d));
	assert_text(d, "1267650600228229401496703205376");
	assert_true(decimal_power(number("2"), number("-2"), &d));
	assert_text(d, "0.25");
	assert_true(decimal_power(number("4"), number("0.5"), &d));
	assert_int_equal(decimal_cmp(d, number("2")), 0);
	assert_false(decimal_power(number("-8"), number("0.5"), &d));
	assert_true(decimal_sqrt(number("2"), &d));
	assert_text(d, "1.414213562373095048801688724209698");
	assert_false(decimal_sqrt(number("-1"), &d));
	assert_true(decimal_exp(number("1"), &d));
	assert_text(d, "2.718281828459045235360287471352662");
	assert_true(decimal_ln(number("10"), &d));
	assert_text(d, "2.302585092994045684017991454684364");
	assert_false(decimal_ln(number("0"), &d));
}

static void normal_form_has_no_zeros_to_spare(void **state)
{
	(void)state;
	assert_text(decimal_normal(number("1.10")), "1.1");
	assert_text(decimal_normal(number("3.00")), "3");
	assert_text(decimal_normal(number("1E+2")), "100");
	assert_text(decimal_normal(number("0.00")), "0");
	assert_text(decimal_normal(number("1.000000000000000000000000000000000")), "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_survives_its_text),
		cmocka_unit_test(what_is_not_a_number_is_refused),
		cmocka_unit_test(more_than_34_digits_are_rounded_only_on_request),
		cmocka_unit_test(sums_and_products_are_exact),
		cmocka_unit_test(a_quotient_has_34_digits_and_none_by_zero),
		cmocka_unit_test(comparison_looks_at_the_amount),
		cmocka_unit_test(whole_numbers_fit_or_are_refused),
		cmocka_unit_test(rounding_follows_its_mode),
		cmocka_unit_test(the_modulo_has_the_sign_of_the_divisor),
		cmocka_unit_test(powers_and_roots),
		cmocka_unit_test(normal_form_has_no_zeros_to_spare),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
