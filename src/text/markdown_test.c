#include "text/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

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

static void assert_str(str got, const char *expected)
{
	if (!str_eq(got, str_z(expected)))
		fail_msg("got \"%.*s\", expected \"%s\"", STR_ARG(got), expected);
}

static void assert_html(void **state, const char *text, const char *expected)
{
	const struct markdown_options options = { .first_heading = 2 };
	assert_str(markdown_html(*state, str_z(text), &options).s, expected);
}

static void the_usual_marks_become_elements(void **state)
{
	assert_html(state, "# Tiêu đề\n\nMột *hai* **ba** `bốn`  \nnăm\n",
		    "<h2>Tiêu đề</h2>\n<p>Một <em>hai</em> <strong>ba</strong> <code>bốn</code><br>\n"
		    "năm</p>\n");
	assert_html(state, "- a\n- b\n\n3. c\n", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"
						 "<ol start=\"3\">\n<li>c</li>\n</ol>\n");
	assert_html(state, "- a\n\n- b\n", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n");
	assert_html(state, "> x\n\n---\n", "<blockquote><p>x</p>\n</blockquote>\n<hr>\n");
	assert_html(state, "```\na < b\n```\n", "<pre><code>a &lt; b\n</code></pre>\n");
	assert_html(state, "~~a~~\n", "<p><del>a</del></p>\n");
}

static void headings_are_shifted_and_stop_at_six(void **state)
{
	const struct markdown_options options = { .first_heading = 3 };
	assert_str(markdown_html(*state, S("# a\n\n###### b\n"), &options).s,
		   "<h3>a</h3>\n<h6>b</h6>\n");
}

static void tables_have_a_head(void **state)
{
	assert_html(state, "| a | b |\n|---|--:|\n| 1 | 2 |\n",
		    "<table>\n<thead><tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead>\n"
		    "<tbody>\n<tr><td>1</td><td>2</td></tr>\n</tbody></table>\n");
}

static void an_image_alone_becomes_a_figure_with_its_title_below(void **state)
{
	assert_html(state, "![Lễ *ký* kết](/tep/a.jpg \"Lễ ký kết <2015>\")\n",
		    "<figure><img src=\"/tep/a.jpg\" alt=\"Lễ ký kết\">"
		    "<figcaption>Lễ ký kết &lt;2015&gt;</figcaption></figure>\n");
	assert_html(state, "Xem ![a](b.png) này\n",
		    "<p>Xem <img src=\"b.png\" alt=\"a\"> này</p>\n");
}

static void raw_markup_is_dropped(void **state)
{
	assert_html(state, "a <script>alert(1)</script> <b onclick=x>c</b>\n",
		    "<p>a alert(1) c</p>\n");
	assert_html(state, "<div><script>alert(1)</script></div>\n", "");
	assert_html(state, "&lt;script&gt;\n", "<p>&lt;script&gt;</p>\n");
}

static void dangerous_addresses_are_emptied(void **state)
{
	static const char *const addresses[] = {
		"javascript:alert(1)", "JavaScript:alert(1)", "vbscript:x", "data:text/html,x",
		"&#106;avascript:alert(1)", "file:///etc/passwd", "&#1;javascript:alert(1)",
	};
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		str text = arena_printf(*state, "[x](%s)\n", addresses[i]);
		assert_html(state, text.p, "<p><a href=\"\">x</a></p>\n");
	}
	assert_html(state, "[x](https://a.vn/?b=1&c=\"2\")\n",
		    "<p><a href=\"https://a.vn/?b=1&amp;c=&quot;2&quot;\">x</a></p>\n");
}

static void relative_addresses_get_the_prefix(void **state)
{
	const struct markdown_options options = { .link_prefix = S("/tin/") };
	assert_str(markdown_html(*state, S("[a](b) [c](/d) [e](#f) [g](http://h)\n"), &options).s,
		   "<p><a href=\"/tin/b\">a</a> <a href=\"/d\">c</a> <a href=\"#f\">e</a> "
		   "<a href=\"http://h\">g</a></p>\n");
}

static void addresses_in_the_text_become_links(void **state)
{
	assert_html(state, "Xem https://a.vn/b nhé\n",
		    "<p>Xem <a href=\"https://a.vn/b\">https://a.vn/b</a> nhé</p>\n");
}

static void text_alone_has_paragraphs_on_lines(void **state)
{
	assert_str(markdown_text(*state, S("# A\n\nb *c*\nd\n\n- e\n- f\n\n| g | h |\n|--|--|\n| i | j |\n")),
		   "A\nb c d\ne\nf\ng h\ni j");
}

static void a_teaser_ends_with_a_sentence_or_between_words(void **state)
{
	str text = S("# Bỏ\n\n![ảnh](a.jpg)\n\nCâu thứ nhất khá dài. Câu thứ hai cũng vậy.\n");
	assert_str(markdown_teaser(*state, text, 200), "Câu thứ nhất khá dài. Câu thứ hai cũng vậy.");
	assert_str(markdown_teaser(*state, text, 30), "Câu thứ nhất khá dài.");
	assert_str(markdown_teaser(*state, text, 18), "Câu thứ nhất khá…");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_usual_marks_become_elements),
		CASE(headings_are_shifted_and_stop_at_six),
		CASE(tables_have_a_head),
		CASE(an_image_alone_becomes_a_figure_with_its_title_below),
		CASE(raw_markup_is_dropped),
		CASE(dangerous_addresses_are_emptied),
		CASE(relative_addresses_get_the_prefix),
		CASE(addresses_in_the_text_become_links),
		CASE(text_alone_has_paragraphs_on_lines),
		CASE(a_teaser_ends_with_a_sentence_or_between_words),
	};
	return cmocka_run_group_tests_name("markdown", tests, NULL, NULL);
}
