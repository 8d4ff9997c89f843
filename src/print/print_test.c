#include "print/print.h"

#include "base/buf.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#define MADE_AT INT64_C(1422237600000000)

struct desk {
	struct arena arena;
	struct ctx ctx;
};

static int desk_open(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));
	assert_non_null(d);
	arena_init(&d->arena);
	d->ctx.arena = &d->arena;
	*state = d;
	return 0;
}

static int desk_close(void **state)
{
	struct desk *d = *state;
	arena_done(&d->arena);
	free(d);
	return 0;
}

static str letter(struct desk *d, const char *body)
{
	return arena_printf(&d->arena, "<!DOCTYPE html>\n<html lang=\"vi\"><head><title>Thử</title>"
			    "</head>\n<body data-page=\"A5\" data-margins=\"20 15 20 25\">%s"
			    "</body></html>", body);
}

static str pdf(struct desk *d, const char *body)
{
	str bytes = { 0 };
	enum err e = print_pdf(&d->ctx, letter(d, body), MADE_AT, &bytes, NULL);
	if (e != OK)
		print_message("%.*s\n", STR_ARG(d->ctx.fault.message));
	assert_int_equal(e, OK);
	return bytes;
}

/* What a tool of poppler says of the bytes; skipped where it is not installed. */
static str ask(struct desk *d, const char *tool, const char *options, str bytes)
{
	char path[] = "/tmp/motcua-print-XXXXXX", command[200];
	struct buf out = { .arena = &d->arena };
	int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, bytes.p, bytes.n), bytes.n);
	close(file);
	snprintf(command, sizeof command, "command -v %s >/dev/null && %s %s %s %s", tool, tool,
		 options, path, strcmp(tool, "pdftotext") ? "" : "-");
	FILE *answer = popen(command, "r");
	assert_non_null(answer);
	for (size_t n; (n = fread(buf_reserve(&out, 4096), 1, 4096, answer)) > 0;)
		buf_wrote(&out, n);
	int status = pclose(answer);
	unlink(path);
	/* tools/deps installs the tool for tests: missing, it is a fault of the run. */
	assert_int_equal(status, 0);
	return buf_view(&out);
}

/* Words only, joined by single blanks: lines and pages differ from what was written. */
static str words(struct desk *d, str text)
{
	struct buf out = { .arena = &d->arena };
	for (size_t i = 0; i < text.n; i++) {
		bool blank = text.p[i] == ' ' || text.p[i] == '\n' || text.p[i] == '\f';
		if (!blank)
			buf_byte(&out, text.p[i]);
		else if (out.n && out.p[out.n - 1] != ' ')
			buf_byte(&out, ' ');
	}
	return str_trim(buf_view(&out));
}

static void assert_text(struct desk *d, const char *body, const char *expected)
{
	str text = words(d, ask(d, "pdftotext", "-raw", pdf(d, body)));
	assert_string_equal(arena_copy(&d->arena, text).p, expected);
}

static int count(str text, str what)
{
	int n = 0;
	for (size_t at; (at = str_find(text, what)) != SIZE_MAX; n++)
		text = str_slice(text, at + what.n, text.n);
	return n;
}

static void vietnamese_text_can_be_copied_out_of_the_pdf_as_it_was_written(void **state)
{
	assert_text(*state, "<p>Ủy ban nhân dân phường Hòa Phát, quận Cẩm Lệ: Nguyễn Thị Thùy Dương, "
			    "đường Ông Ích Đường; ặ ẵ ẩ ậ ệ ỗ ợ ữ ỵ Ỹ Đ đ.</p>",
		    "Ủy ban nhân dân phường Hòa Phát, quận Cẩm Lệ: Nguyễn Thị Thùy Dương, "
		    "đường Ông Ích Đường; ặ ẵ ẩ ậ ệ ỗ ợ ữ ỵ Ỹ Đ đ.");
}

static void capitals_keep_their_marks(void **state)
{
	assert_text(*state, "<p class=\"caps\">Cộng hòa xã hội chủ nghĩa Việt Nam, quận Cẩm Lệ</p>",
		    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM, QUẬN CẨM LỆ");
}

static void blanks_breaks_and_entities_read_as_in_a_browser(void **state)
{
	assert_text(*state, "<p>a \n  <b> b</b>c<br>d &amp; &lt;e&gt; &#39;f&#x27;</p>",
		    "a bc d & <e> 'f'");
}

static void every_font_is_embedded_as_a_subset(void **state)
{
	struct desk *d = *state;
	str fonts = ask(d, "pdffonts", "", pdf(d, "<p>Chữ <b>đậm</b> <i>nghiêng</i></p>"));
	assert_true(count(fonts, S("MotcuaSerif")) >= 3);
	assert_int_equal(count(fonts, S("MotcuaSerif")), count(fonts, S("yes yes yes")));
	assert_int_equal(count(fonts, S("\n")), 2 + count(fonts, S("MotcuaSerif")));
}

static void the_same_letter_gives_the_same_bytes(void **state)
{
	const char *body = "<p>Phiếu</p><qr data-size=\"20\">https://example.vn/tra-cuu</qr>"
			   "<table class=\"grid\"><tr><td>1</td><td>Tờ khai</td></tr></table>";
	str a = pdf(*state, body), b;
	sleep(1); /* cairo would write the second it is made */
	b = pdf(*state, body);
	assert_true(str_eq(a, b));
}

static void many_letters_are_one_file_each_on_pages_of_its_own_size(void **state)
{
	struct desk *d = *state;
	str bytes, letters[2] = { letter(d, "<p>Thứ nhất</p>"),
		S("<html lang=\"vi\"><head><title>x</title></head><body data-page=\"A4 landscape\">"
		  "<p>Thứ hai</p></body></html>") };
	assert_int_equal(print_pdf_all(&d->ctx, letters, 2, MADE_AT, &bytes), OK);
	str info = ask(d, "pdfinfo", "-f 1 -l 2", bytes);
	assert_true(str_find(info, S("Page    1 size:  419.5")) != SIZE_MAX);
	assert_true(str_find(info, S("Page    2 size:  841.8")) != SIZE_MAX);
	assert_int_equal(print_pdf_all(&d->ctx, letters, 0, MADE_AT, &bytes), ERR_INVALID);
}

static void the_pdf_says_its_language_title_and_what_its_parts_are(void **state)
{
	struct desk *d = *state;
	const char *body = "<h1>Phiếu</h1><p>Chữ</p><table><tr><td>Bên trái</td></tr></table>"
			   "<table class=\"grid\"><thead><tr><th>Đầu</th></tr></thead><tr><td>Ô</td>"
			   "</tr></table>";
	str bytes = pdf(d, body), about = ask(d, "pdfinfo", "", bytes);
	str parts = ask(d, "pdfinfo", "-struct-text", bytes);
	assert_true(str_find(bytes, S("/Lang (vi)")) != SIZE_MAX);
	assert_true(str_find(about, S("Thử")) != SIZE_MAX);
	assert_int_equal(count(parts, S("H1 (block)")), 1);
	assert_int_equal(count(parts, S("Table (block)")), 1);
	assert_int_equal(count(parts, S("TH")), 1);
	assert_true(str_find(parts, S("Bên trái")) != SIZE_MAX);
}

enum { PRINTERS = 4, PRINTS = 10 };

struct printer {
	pthread_t thread;
	str letter, expected;
	bool same;
};

static void *print_again(void *data)
{
	struct printer *printer = data;
	printer->same = true;
	for (int i = 0; i < PRINTS && printer->same; i++) {
		struct arena arena;
		struct ctx ctx = { .arena = &arena };
		str bytes = { 0 };
		arena_init(&arena);
		printer->same = print_pdf(&ctx, printer->letter, MADE_AT, &bytes, NULL) == OK &&
				str_eq(bytes, printer->expected);
		arena_done(&arena);
	}
	return NULL;
}

static void letters_printed_at_the_same_time_do_not_disturb_each_other(void **state)
{
	struct desk *d = *state;
	struct printer printers[PRINTERS];
	for (int i = 0; i < PRINTERS; i++) {
		const char *body = arena_printf(&d->arena, "<p>Phiếu số %d</p><p><b>Đậm</b> <i>nghiêng"
						"</i></p><qr>https://example.vn/%d</qr>", i, i).p;
		printers[i] = (struct printer){ .letter = letter(d, body), .expected = pdf(d, body) };
	}
	for (int i = 0; i < PRINTERS; i++)
		assert_int_equal(pthread_create(&printers[i].thread, NULL, print_again, &printers[i]),
				 0);
	for (int i = 0; i < PRINTERS; i++) {
		pthread_join(printers[i].thread, NULL);
		assert_true(printers[i].same);
	}
}

static double number_after(str text, str key)
{
	size_t at = str_find(text, key);
	assert_true(at != SIZE_MAX);
	return strtod(text.p + at + key.n, NULL);
}

static void every_word_stays_within_the_margins(void **state)
{
	struct desk *d = *state;
	struct buf body = { .arena = &d->arena };
	for (int i = 0; i < 300; i++)
		buf_printf(&body, "%schữ%d thửnghiệmdài</p>", i % 7 ? "<p>" : "<p class=\"right\">", i);
	buf_str(&body, S("<p>"));
	for (int i = 0; i < 900; i++)
		buf_printf(&body, "từ%d ", i);
	buf_str(&body, S("</p>"));
	str boxes = ask(d, "pdftotext", "-bbox", pdf(d, buf_z(&body)));
	int pages = count(boxes, S("<page ")), numbers = 0, seen = 0;
	for (str line; str_next(&boxes, '\n', &line);) {
		if (str_find(line, S("<word ")) == SIZE_MAX)
			continue;
		double y = number_after(line, S("yMin=\""));
		assert_true(number_after(line, S("xMin=\"")) >= 25 * 72 / 25.4 - 0.5);
		assert_true(number_after(line, S("xMax=\"")) <= (148 - 15) * 72 / 25.4 + 0.5);
		assert_true(number_after(line, S("yMax=\"")) <= (210 - 20) * 72 / 25.4 + 3);
		numbers += y < 20 * 72 / 25.4 - 3;
		seen++;
	}
	assert_true(pages > 5);
	assert_int_equal(numbers, pages - 1); /* top of every page but the first */
	assert_int_equal(seen, 600 + 900 + pages - 1);
}

static void a_paragraph_over_pages_loses_and_repeats_no_word(void **state)
{
	struct desk *d = *state;
	struct buf body = { .arena = &d->arena }, expected = { .arena = &d->arena };
	buf_str(&body, S("<p class=\"justify\">"));
	for (int i = 0; i < 2000; i++)
		buf_printf(&body, "từ%d ", i);
	buf_str(&body, S("</p>"));
	str text = words(d, ask(d, "pdftotext", "-raw", pdf(d, buf_z(&body))));
	/* Page numbers stand between the words; they carry no letter. */
	for (str word; str_next(&text, ' ', &word);)
		if (str_starts(word, S("từ")))
			buf_printf(&expected, "%.*s ", STR_ARG(word));
	str written = str_slice(buf_view(&body), S("<p class=\"justify\">").n, body.n - S("</p>").n);
	assert_string_equal(buf_z(&expected), arena_copy(&d->arena, written).p);
}

static void a_long_table_repeats_its_head_and_shows_each_row_once(void **state)
{
	struct desk *d = *state;
	struct buf body = { .arena = &d->arena };
	buf_str(&body, S("<p>Trước bảng</p><table class=\"grid\" data-widths=\"1 4\"><thead><tr>"
			 "<th>Thứ tự</th><th>Tên giấy tờ</th></tr></thead>"));
	for (int i = 0; i < 120; i++)
		buf_printf(&body, "<tr><td>d%03d</td><td>Giấy chứng sinh, bản chính, và một dòng "
			   "nữa cho dài</td></tr>", i);
	buf_str(&body, S("</table><p>Sau bảng</p>"));
	str bytes = pdf(d, buf_z(&body)), text = ask(d, "pdftotext", "-raw", bytes);
	int pages = count(text, S("\f"));
	assert_true(pages > 4);
	assert_int_equal(count(text, S("Tên giấy tờ")), pages);
	for (int i = 0; i < 120; i++)
		assert_int_equal(count(text, arena_printf(&d->arena, "d%03d", i)), 1);
	assert_int_equal(count(text, S("Sau bảng")), 1);
}

static void a_row_higher_than_a_page_is_parted_between_lines(void **state)
{
	struct desk *d = *state;
	struct buf body = { .arena = &d->arena };
	buf_str(&body, S("<table class=\"grid\"><tr><td>bên cạnh</td><td>"));
	for (int i = 0; i < 90; i++)
		buf_printf(&body, "<p>dòng%03d</p>", i);
	buf_str(&body, S("</td></tr></table>"));
	str text = ask(d, "pdftotext", "-raw", pdf(d, buf_z(&body)));
	assert_true(count(text, S("\f")) >= 3);
	for (int i = 0; i < 90; i++)
		assert_int_equal(count(text, arena_printf(&d->arena, "dòng%03d", i)), 1);
}

static void a_heading_is_not_left_alone_at_the_end_of_a_page(void **state)
{
	struct desk *d = *state;
	for (int lines = 10; lines < 40; lines++) {
		struct buf body = { .arena = &d->arena };
		for (int i = 0; i < lines; i++)
			buf_str(&body, S("<p>dòng</p>"));
		buf_str(&body, S("<h2>Đầu mục</h2><table><tr><td>Ngay dưới</td></tr></table>"));
		str text = ask(d, "pdftotext", "-raw", pdf(d, buf_z(&body)));
		str after = str_slice(text, str_find(text, S("Đầu mục")), text.n);
		assert_true(str_find(after, S("Ngay dưới")) < str_find_byte(after, '\f'));
	}
}

static void what_a_letter_may_not_hold_is_refused_with_its_line(void **state)
{
	struct desk *d = *state;
	const struct { const char *text, *said; } bad[] = {
		{ "<p>a</p>", "Line 1" },
		{ "<html><body>\n<iframe>x</iframe></body></html>", "Line 2" },
		{ "<html><body>\n\n<p title=\"x\">a</p></body></html>", "Line 3" },
		{ "<html><body><p class=\"red\">a</p></body></html>", "“red”" },
		{ "<html><body><p>a</body></html>", "</body>" },
		{ "<html><body><p>a", "not closed" },
		{ "<html><body><p>a & b</p></body></html>", "&amp;" },
		{ "<html><body><p><table></table></p></body></html>", "inside" },
		{ "<html><body data-page=\"A3\"></body></html>", "A3" },
		{ "<html><body data-margins=\"1 2\"></body></html>", "margins" },
		{ "<html><body><p>\xff</p></body></html>", "UTF-8" },
		{ "<html><head></head></html>", "<body>" },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		str bytes;
		assert_int_equal(print_pdf(&d->ctx, str_z(bad[i].text), MADE_AT, &bytes, NULL),
				 ERR_INVALID);
		if (str_find(d->ctx.fault.message, str_z(bad[i].said)) == SIZE_MAX)
			fail_msg("%s: %.*s", bad[i].said, STR_ARG(d->ctx.fault.message));
	}
}

static void the_page_in_the_browser_says_the_same_without_style_or_script(void **state)
{
	struct desk *d = *state;
	html page;
	str title;
	assert_int_equal(print_html(&d->ctx, letter(d, "<table data-widths=\"1 3\"><tr><td>Một &amp; "
		"hai</td><td class=\"bold\">Ba</td></tr></table><qr>https://example.vn</qr>"), &page,
		&title), OK);
	assert_true(str_eq(title, S("Thử")));
	assert_true(str_find(page.s, S("<td>Một &amp; hai</td><td class=\"bold\">Ba</td>")) !=
		    SIZE_MAX);
	assert_true(str_find(page.s, S("<col class=\"w-25\"><col class=\"w-75\">")) != SIZE_MAX);
	assert_true(str_find(page.s, S("<svg class=\"qr\"")) != SIZE_MAX);
	assert_int_equal(count(page.s, S("style=")), 0);
}

static void a_code_is_drawn_with_its_quiet_zone_and_refused_when_too_long(void **state)
{
	struct desk *d = *state;
	html svg;
	char *much = arena_alloc(&d->arena, 4000);
	memset(much, 'a', 4000);
	assert_int_equal(print_qr_svg(&d->ctx, S("A"), S("Mã <1>"), &svg), OK);
	/* Version 1 has 21 modules a side, and four of white around them. */
	assert_true(str_find(svg.s, S("viewBox=\"0 0 29 29\"")) != SIZE_MAX);
	assert_true(str_find(svg.s, S("<title>Mã &lt;1&gt;</title>")) != SIZE_MAX);
	assert_true(str_find(svg.s, S("M4 4h7v1h-7z")) != SIZE_MAX);
	assert_int_equal(print_qr_svg(&d->ctx, str_of(much, 4000), S(""), &svg), ERR_INVALID);
}

static str file_read(struct arena *arena, const char *path)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	char *p = arena_alloc(arena, 1 << 20);
	size_t n = fread(p, 1, 1 << 20, f);
	fclose(f);
	return str_of(p, n);
}

static str english(void *data, str id)
{
	(void)data;
	return str_eq(id, S("Task_register")) ? S("Register <the> birth") : S("");
}

static str diagram(struct desk *d, uint32_t n)
{
	struct flow_definition *definition;
	struct flow_faults faults;
	assert_int_equal(flow_load(&d->ctx, file_read(&d->arena, FLOW_FILE), &definition, &faults),
			 OK);
	uint32_t task = flow_find(definition, S("Task_residence"));
	struct print_bpmn show = { .title = S("Các bước"), .description = S("Bảy bước & ba cơ quan"),
				   .active = &task, .active_count = n,
				   .name = english };
	return print_bpmn_svg(&d->arena, definition, &show).s;
}

static void a_diagram_shows_every_shape_and_marks_where_the_case_is(void **state)
{
	struct desk *d = *state;
	str svg = diagram(d, 1);
	assert_int_equal(count(svg, S("class=\"bpmn-task")), 7);
	assert_int_equal(count(svg, S("class=\"bpmn-task bpmn-active\"")), 1);
	assert_int_equal(count(svg, S("class=\"bpmn-gateway")), 4);
	assert_int_equal(count(svg, S("class=\"bpmn-flow")), 14);
	assert_true(str_find(svg, S("Register &lt;the&gt;")) != SIZE_MAX);
	assert_true(str_find(svg, S(">Cấp thẻ bảo hiểm")) != SIZE_MAX);
	assert_true(str_find(svg, S("<desc id=\"bpmn-desc\">Bảy bước &amp; ba cơ quan</desc>")) !=
		    SIZE_MAX);
	assert_int_equal(count(svg, S("style=")), 0);
	assert_int_equal(count(diagram(d, 0), S("bpmn-active")), 0);
}

static void everything_in_a_diagram_lies_within_its_picture(void **state)
{
	str svg = diagram(*state, 1);
	str box = str_slice(svg, str_find(svg, S("viewBox=\"")) + 9, svg.n);
	char *end;
	double left = strtod(box.p, &end), top = strtod(end, &end), width = strtod(end, &end);
	double height = strtod(end, &end);
	for (str rest = svg; str_find(rest, S("<tspan x=\"")) != SIZE_MAX;) {
		double x = number_after(rest, S("<tspan x=\""));
		assert_true(x > left && x < left + width);
		rest = str_slice(rest, str_find(rest, S("<tspan x=\"")) + 10, rest.n);
	}
	for (str rest = svg; str_find(rest, S("bpmn-label\" x=")) != SIZE_MAX;) {
		double y;
		rest = str_slice(rest, str_find(rest, S("bpmn-label\" x=")) + 14, rest.n);
		y = number_after(rest, S(" y=\""));
		assert_true(y > top && y < top + height);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)
		TEST(vietnamese_text_can_be_copied_out_of_the_pdf_as_it_was_written),
		TEST(capitals_keep_their_marks),
		TEST(blanks_breaks_and_entities_read_as_in_a_browser),
		TEST(every_font_is_embedded_as_a_subset),
		TEST(the_same_letter_gives_the_same_bytes),
		TEST(many_letters_are_one_file_each_on_pages_of_its_own_size),
		TEST(the_pdf_says_its_language_title_and_what_its_parts_are),
		TEST(letters_printed_at_the_same_time_do_not_disturb_each_other),
		TEST(every_word_stays_within_the_margins),
		TEST(a_paragraph_over_pages_loses_and_repeats_no_word),
		TEST(a_long_table_repeats_its_head_and_shows_each_row_once),
		TEST(a_row_higher_than_a_page_is_parted_between_lines),
		TEST(a_heading_is_not_left_alone_at_the_end_of_a_page),
		TEST(what_a_letter_may_not_hold_is_refused_with_its_line),
		TEST(the_page_in_the_browser_says_the_same_without_style_or_script),
		TEST(a_code_is_drawn_with_its_quiet_zone_and_refused_when_too_long),
		TEST(a_diagram_shows_every_shape_and_marks_where_the_case_is),
		TEST(everything_in_a_diagram_lies_within_its_picture),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
