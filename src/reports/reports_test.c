/* Periods, cells, spreadsheets' texts and declarations: what needs no database. */
#include "base/json.h"
#include "reports/period.h"
#include "reports/reports.h"
#include "reports/sheet.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <unistd.h>

static struct arena arena;
static struct ctx ctx = { .arena = &arena };

static void assert_period(const char *key, const char *from, const char *to)
{
	struct period p;
	assert_true(period_parse(str_z(key), &p));
	assert_string_equal(date_format(&arena, p.from).p, from);
	assert_string_equal(date_format(&arena, p.to).p, to);
	assert_string_equal(period_key(&arena, p).p, key);
}

static void every_kind_of_period_has_its_days(void **state)
{
	(void)state;
	assert_period("2015-01-26", "2015-01-26", "2015-01-26");
	assert_period("2016-02", "2016-02-01", "2016-02-29");
	assert_period("2015-q4", "2015-10-01", "2015-12-31");
	assert_period("2015", "2015-01-01", "2015-12-31");
	assert_period("2015-01-05..2015-02-09", "2015-01-05", "2015-02-09");
}

static void what_is_no_period_is_refused(void **state)
{
	static const char *const wrong[] = { "", "15", "2015-13", "2015-q5", "2015-q0", "2015-02-30",
		"2015-01-05..2015-01-04", "2015-01-05..", "2015-1", "20155", "0000" };
	struct period p;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(period_parse(str_z(wrong[i]), &p));
}

static void last_quarter_of_january_lies_in_the_year_before(void **state)
{
	int64_t day;
	(void)state;
	assert_true(date_parse(S("2015-01-26"), &day));
	assert_string_equal(period_key(&arena, period_around(day, 'q', 1)).p, "2014-q4");
	assert_string_equal(period_key(&arena, period_around(day, 'm', 1)).p, "2014-12");
	assert_string_equal(period_key(&arena, period_around(day, 'y', 1)).p, "2014");
}

static void dates_and_times_in_text_become_dates_and_times(void **state)
{
	(void)state;
	struct cell day = cell_of(&arena, value_str(S("2015-01-26")));
	struct cell time = cell_of(&arena, value_str(S("2015-01-26T09:05:00+07:00")));
	struct cell text = cell_of(&arena, value_str(S("2015-02-30")));
	struct decimal half;
	assert_int_equal(day.kind, CELL_DATE);
	assert_string_equal(cell_text(&arena, &day, 420).p, "26/01/2015");
	assert_int_equal(time.kind, CELL_TIME);
	assert_string_equal(cell_text(&arena, &time, 420).p, "26/01/2015 09:05");
	assert_string_equal(cell_plain(&arena, &time, 420).p, "2015-01-26 09:05");
	assert_int_equal(text.kind, CELL_TEXT);
	assert_true(decimal_parse(S("97.50"), &half));
	struct cell number = cell_of(&arena, value_decimal(half));
	str words = cell_text(&arena, &number, 420);
	assert_true(str_eq(words, S("97,5")));
	assert_true(decimal_parse(S("-1234567.5"), &half));
	number = cell_of(&arena, value_decimal(half));
	assert_true(str_eq(cell_text(&arena, &number, 420), S("-1234567,5"))); /* it may be a year */
	number.grouped = true;
	assert_true(str_eq(cell_text(&arena, &number, 420), S("-1.234.567,5")));
	assert_true(str_eq(cell_plain(&arena, &number, 420), S("-1234567.5")));
	number = cell_of(&arena, value_int(999));
	number.grouped = true;
	assert_true(str_eq(cell_text(&arena, &number, 420), S("999")));
	assert_int_equal(cell_of(&arena, value_null()).kind, CELL_EMPTY);
}

static str csv_of(const char *const *texts, size_t n)
{
	struct sheet_column columns[4] = { { .title = S("A, b") }, { .title = S("C") },
					   { .title = S("D"), .head = S("Over") }, { .title = S("E") } };
	struct sheet sheet = { .columns = columns, .n = n, .offset = 420 };
	struct cell cells[4];
	struct sheet_out out;
	char *bytes = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&bytes, &size);
	assert_int_equal(sheet_csv(&ctx, &sheet, file, &out), OK);
	for (size_t i = 0; i < n; i++)
		cells[i] = cell_of(&arena, value_str(str_z(texts[i])));
	assert_int_equal(out.row(&ctx, out.self, cells, false), OK);
	assert_int_equal(out.end(&ctx, out.self), OK);
	fclose(file);
	str copy = arena_copy(&arena, str_of(bytes, size));
	free(bytes);
	return copy;
}

static void csv_quotes_and_disarms_formulas(void **state)
{
	static const char *const texts[] = { "=HYPERLINK(\"x\")", "one, two", "+84905", "-1" };
	(void)state;
	assert_string_equal(csv_of(texts, 4).p, "\xEF\xBB\xBF\"A, b\",C,Over: D,E\r\n"
			    "\"'=HYPERLINK(\"\"x\"\")\",\"one, two\",\"'+84905\",\"'-1\"\r\n");
}

static void workbook_is_written_and_closed(void **state)
{
	struct sheet_column columns[1] = { { .title = S("Ngày"), .width = 4 } };
	struct sheet sheet = { .title = S("Sổ"), .columns = columns, .n = 1, .offset = 420,
			       .page = S("A4 landscape") };
	struct cell cell = cell_of(&arena, value_str(S("2015-01-26")));
	struct sheet_out out;
	char path[] = "/tmp/motcua-sheet-XXXXXX", begin[2];
	int fd = mkstemp(path);
	(void)state;
	assert_int_equal(sheet_xlsx(&ctx, &sheet, path, &out), OK);
	assert_int_equal(out.row(&ctx, out.self, &cell, false), OK);
	assert_int_equal(out.end(&ctx, out.self), OK);
	assert_int_equal(pread(fd, begin, 2, 0), 2);
	assert_memory_equal(begin, "PK", 2);
	close(fd);
	unlink(path);
}

static void print_is_bounded(void **state)
{
	struct sheet_column columns[1] = { { .title = S("A"), .width = 4 } };
	struct sheet sheet = { .title = S("Sổ"), .columns = columns, .n = 1, .page = S("A4") };
	struct cell cell = { .kind = CELL_TEXT, .text = S("<b>") };
	struct buf letter = { .arena = &arena };
	struct sheet_out out;
	(void)state;
	assert_int_equal(sheet_print(&ctx, &sheet, &letter, &out), OK);
	for (int i = 0; i < SHEET_PRINTED; i++)
		assert_int_equal(out.row(&ctx, out.self, &cell, false), OK);
	assert_int_equal(out.row(&ctx, out.self, &cell, false), ERR_INVALID);
	assert_true(str_find(buf_view(&letter), S("&lt;b&gt;")) != SIZE_MAX);
	assert_true(str_find(buf_view(&letter), S("<b>")) == SIZE_MAX);
}

static enum err declare(const char *json, bool report, struct declared *ret)
{
	struct json_fault fault;
	struct value v;
	assert_true(json_parse(&arena, str_z(json), &v, &fault));
	return report ? declared_report(&ctx, S("x"), v, ret) : declared_register(&ctx, S("x"), v, ret);
}

static void faults_of_a_declaration_are_named(void **state)
{
	static const struct {
		const char *json, *words;
		bool report;
	} wrong[] = {
		{ "{}", "title", false },
		{ "{\"title\":{\"vi\":\"A\"}}", "columns", false },
		{ "{\"title\":{\"vi\":\"A\"},\"columns\":[{\"key\":\"a\",\"title\":{\"vi\":\"A\"},"
		  "\"value\":\"1 +\"}]}", "value", false },
		{ "{\"title\":{\"vi\":\"A\"},\"columns\":[{\"key\":\"a\",\"title\":{\"vi\":\"A\"},"
		  "\"value\":\"1\",\"width\":0}]}", "width", false },
		{ "{\"title\":{\"vi\":\"A\"},\"filters\":[\"colour\"],\"columns\":[]}", "colour", false },
		{ "{\"title\":{\"vi\":\"A\"},\"rows\":\"moon\"}", "rows", true },
		{ "{\"title\":{\"vi\":\"A\"},\"indicators\":[{\"title\":{\"vi\":\"A\"},\"full\":0}]}",
		  "full", true },
		{ "{\"title\":{\"vi\":\"A\"},\"indicators\":[{\"title\":{\"vi\":\"A\"}}]}", "note",
		  true },
	};
	struct declared d;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(declare(wrong[i].json, wrong[i].report, &d), ERR_INVALID);
		assert_true(str_find(ctx.fault.message, str_z(wrong[i].words)) != SIZE_MAX);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_period_has_its_days),
		cmocka_unit_test(what_is_no_period_is_refused),
		cmocka_unit_test(last_quarter_of_january_lies_in_the_year_before),
		cmocka_unit_test(dates_and_times_in_text_become_dates_and_times),
		cmocka_unit_test(csv_quotes_and_disarms_formulas),
		cmocka_unit_test(workbook_is_written_and_closed),
		cmocka_unit_test(print_is_bounded),
		cmocka_unit_test(faults_of_a_declaration_are_named),
	};
	arena_init(&arena);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_done(&arena);
	return failed;
}
