#include "text/template.h"

#include "base/json.h"
#include "text/test_catalogue.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct bench {
	struct arena arena;
	struct ctx ctx;
	const struct language *languages[2];
};

static const struct pair pairs[] = {
	{ S("Received at <b>{{place}}</b>"), S("Nhận tại <b>{{place}}</b>") },
	{ S("Wrong"), S("Sai {{#a}}") },
	{ S("one late case\0{{late}} late cases"), S("{{late | number}} hồ sơ trễ") },
	{ S("two lines of text"), S("hai dòng") },
};

static int start(void **state)
{
	static struct bench b;
	b = (struct bench){ 0 };
	arena_init(&b.arena);
	b.ctx.arena = &b.arena;
	str mo = make_catalogue(&b.arena, pairs, sizeof pairs / sizeof *pairs);
	assert_int_equal(language_load(&b.ctx, &b.arena, S("vi"), mo, &b.languages[0]), OK);
	assert_int_equal(language_load(&b.ctx, &b.arena, S("en"), S(""), &b.languages[1]), OK);
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

static struct value json(struct bench *b, const char *text)
{
	struct value v;
	struct json_fault fault = { .message = "" };
	if (!json_parse(&b->arena, str_z(text), &v, &fault))
		fail_msg("%s: %s", text, fault.message);
	return v;
}

/* Loads pairs of name and text, ended by NULL. */
static enum err load(struct bench *b, const struct template_options *options,
		     const char *const *texts, struct template_set **ret_set)
{
	struct embedded *files = ARENA_ARRAY(&b->arena, struct embedded, 16);
	size_t n = 0;
	for (; texts[2 * n]; n++)
		files[n] = (struct embedded){
			.name = arena_printf(&b->arena, "%s.mustache", texts[2 * n]),
			.bytes = str_z(texts[2 * n + 1]),
		};
	return template_set_load(&b->ctx, &b->arena, (struct embedded_set){ files, n }, options,
				 ret_set);
}

static struct template_options pages(const struct bench *b)
{
	return (struct template_options){ .languages = b->languages, .n = 2, .offset = 420,
					  .strict = true, .only_safe_markup = true };
}

static str rendered(struct bench *b, const char *text, struct value view, int language)
{
	struct template_options options = pages(b);
	struct template_set *set;
	struct buf out = { .arena = &b->arena };
	const char *const texts[] = { "page", text, NULL };
	if (load(b, &options, texts, &set) ||
	    template_render(&b->ctx, template_set_get(set, S("page"), b->languages[language]), view,
			    &out))
		fail_msg("%s", b->ctx.fault.message.p);
	return buf_view(&out);
}

static void assert_page(struct bench *b, const char *text, const char *view, const char *expected)
{
	assert_str(rendered(b, text, json(b, view), 0), expected);
}

static void assert_refused(struct bench *b, const char *text, const char *message)
{
	struct template_options options = pages(b);
	struct template_set *set;
	const char *const texts[] = { "dir/page", text, NULL };
	assert_int_equal(load(b, &options, texts, &set), ERR_INVALID);
	if (str_find(b->ctx.fault.message, str_z(message)) == SIZE_MAX)
		fail_msg("\"%s\" does not say \"%s\"", b->ctx.fault.message.p, message);
}

static void text_is_translated_when_compiled_with_its_variables(void **state)
{
	struct bench *b = *state;
	const char *text = "<p>{{#_}}Received at <b>{{place}}</b>{{/_}}</p>";
	struct value view = json(b, "{\"place\":\"Hòa <Phát>\"}");
	assert_str(rendered(b, text, view, 0), "<p>Nhận tại <b>Hòa &lt;Phát&gt;</b></p>");
	assert_str(rendered(b, text, view, 1), "<p>Received at <b>Hòa &lt;Phát&gt;</b></p>");
}

static void line_breaks_do_not_change_what_is_translated(void **state)
{
	assert_page(*state, "{{#_}}\n   two lines\n\tof  text {{/_}}.", "{}", "hai dòng.");
}

static void a_number_chooses_the_form(void **state)
{
	struct bench *b = *state;
	const char *text = "{{#_ late}}one late case{{|}}{{late}} late cases{{/_}}";
	assert_str(rendered(b, text, json(b, "{\"late\":1}"), 1), "one late case");
	assert_str(rendered(b, text, json(b, "{\"late\":2}"), 1), "2 late cases");
	assert_str(rendered(b, text, json(b, "{\"late\":0}"), 1), "0 late cases");
	assert_str(rendered(b, text, json(b, "{\"late\":1000}"), 0), "1.000 hồ sơ trễ");
}

static void a_broken_translation_is_refused_when_loading(void **state)
{
	assert_refused(*state, "a\n{{#_}}Wrong{{/_}}", "dir/page:2: This is not closed: a");
}

static void every_character_that_matters_is_escaped(void **state)
{
	struct bench *b = *state;
	/* Before, in and after each stride of the wide loop. */
	for (size_t before = 0; before < 40; before++) {
		struct buf plain = { .arena = &b->arena }, expected = { .arena = &b->arena };
		for (size_t i = 0; i < before; i++) {
			buf_byte(&plain, 'x');
			buf_byte(&expected, 'x');
		}
		buf_str(&plain, S("&<y>\"é'z"));
		buf_str(&expected, S("&amp;&lt;y&gt;&quot;é&#39;z"));
		assert_str(html_of_text(&b->arena, buf_view(&plain)).s, buf_z(&expected));
	}
}

static void text_longer_than_a_piece_is_escaped_whole(void **state)
{
	struct bench *b = *state;
	struct buf plain = { .arena = &b->arena };
	for (int i = 0; i < 5000; i++)
		buf_str(&plain, i % 7 ? S("chữ ") : S("<"));
	str got = html_of_text(&b->arena, buf_view(&plain)).s;
	size_t angles = 0, bare = 0;
	for (size_t i = 0; i < got.n; i++) {
		angles += str_starts(str_slice(got, i, got.n), S("&lt;"));
		bare += got.p[i] == '<';
	}
	assert_int_equal(angles, 715);
	assert_int_equal(bare, 0);
	assert_int_equal(got.n, plain.n + 715 * 3);
}

static void markup_made_by_this_room_is_not_escaped_again(void **state)
{
	struct bench *b = *state;
	struct value view = value_map();
	value_set(&b->arena, &view, S("body"), value_html((html){ S("<p>a</p>") }));
	value_set(&b->arena, &view, S("text"), value_str(S("<p>b</p>")));
	assert_str(rendered(b, "{{body}}{{text}}", view, 0), "<p>a</p>&lt;p&gt;b&lt;/p&gt;");
	value_set(&b->arena, &view, S("copy"), value_copy(&b->arena, value_get(view, S("body"))));
	assert_str(rendered(b, "{{copy}}", view, 0), "<p>a</p>");
}

static void pages_cannot_ask_for_unescaped_values(void **state)
{
	assert_refused(*state, "\n\n{{{body}}}", "dir/page:3: Values are always escaped here");
	assert_refused(*state, "{{&body}}", "Values are always escaped here");
}

static void a_missing_name_is_an_error_in_strict_mode(void **state)
{
	struct bench *b = *state;
	struct template_options options = pages(b);
	struct template_set *set;
	struct buf out = { .arena = &b->arena };
	const char *const texts[] = { "page", "{{#a}}\n{{b.c}}{{/a}}", NULL };
	assert_int_equal(load(b, &options, texts, &set), OK);
	const struct template *page = template_set_get(set, S("page"), NULL);
	assert_int_equal(template_render(&b->ctx, page, json(b, "{\"a\":{\"b\":{}}}"), &out),
			 ERR_INVALID);
	assert_str(b->ctx.fault.message, "page:2: the view has no b.c");
	assert_int_equal(template_render(&b->ctx, page, json(b, "{\"a\":{\"b\":{\"c\":null}}}"),
					 &out), OK);
	assert_int_equal(template_render(&b->ctx, page, json(b, "{}"), &out), OK);
}

static void without_strict_mode_a_missing_name_is_empty(void **state)
{
	struct bench *b = *state;
	struct template_options options = pages(b);
	struct template_set *set;
	struct buf out = { .arena = &b->arena };
	const char *const texts[] = { "page", "[{{a}}]", NULL };
	options.strict = false;
	assert_int_equal(load(b, &options, texts, &set), OK);
	assert_int_equal(template_render(&b->ctx, template_set_get(set, S("page"), NULL),
					 json(b, "{}"), &out), OK);
	assert_str(buf_view(&out), "[]");
}

static void filters_say_values_as_readers_expect(void **state)
{
	static const char view[] =
		"{\"at\":\"2015-01-26T02:05:00Z\",\"day\":\"2015-01-26\",\"n\":1234567.5,"
		"\"dong\":8000,\"s\":3660,\"text\":\"a<\\nb\",\"none\":null,\"size\":1500}";
	static const struct { const char *text, *expected; } cases[] = {
		{ "{{at | date}}", "26/01/2015" }, { "{{at|time}}", "09:05" },
		{ "{{at | date_time}}", "09:05, 26/01/2015" }, { "{{day | date}}", "26/01/2015" },
		{ "{{day | date_long}}", "thứ hai, 26/01/2015" },
		{ "{{day | weekday}}", "thứ hai" },
		{ "{{day | date_words}}", "ngày 26 tháng 01 năm 2015" },
		{ "{{n | number}}", "1.234.567,5" }, { "{{dong | money}}", "8.000\u00a0đ" },
		{ "{{s | duration}}", "1 giờ 1 phút" }, { "{{size | bytes}}", "1,5\u00a0kB" },
		{ "{{text | lines}}", "a&lt;<br>b" }, { "{{text | url}}", "a%3C%0Ab" },
		{ "{{text | json}}", "&quot;a\\u003c\\nb&quot;" }, { "{{text | upper}}", "A&lt;\nB" },
		{ "{{none | date}}", "" }, { "{{text | date}}", "a&lt;\nb" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_page(*state, cases[i].text, view, cases[i].expected);
}

static void an_unknown_filter_is_refused(void **state)
{
	assert_refused(*state, "{{a | dat}}", "dir/page:1: There is no such filter: dat");
}

static void lists_know_their_places(void **state)
{
	assert_page(*state, "{{#a}}{{#-first}}({{/-first}}{{-number}}:{{.}}{{^-last}}, {{/-last}}"
			    "{{#-last}}){{/-last}}{{/a}}",
		    "{\"a\":[\"x\",\"y\",\"z\"]}", "(1:x, 2:y, 3:z)");
}

static void zero_and_the_empty_text_are_false(void **state)
{
	assert_page(*state, "{{#a}}a{{/a}}{{#b}}b{{/b}}{{#c}}c{{/c}}{{^d}}d{{/d}}{{#e}}e{{/e}}",
		    "{\"a\":0,\"b\":\"\",\"c\":[],\"d\":null,\"e\":{}}", "de");
}

static void a_layout_is_filled_by_the_page(void **state)
{
	struct bench *b = *state;
	struct template_options options = pages(b);
	struct template_set *set;
	struct buf out = { .arena = &b->arena };
	const char *const texts[] = {
		"card", "<div>{{$title}}{{/title}}</div>",
		"layout", "<title>{{$title}}none{{/title}}</title>\n  {{$content}}{{/content}}\n",
		"page", "{{<layout}}\n{{$title}}{{name}}{{/title}}\n{{$content}}\n"
			"{{<card}}{{$title}}inner{{/title}}{{/card}}\n{{/content}}\n{{/layout}}\n",
		NULL };
	if (load(b, &options, texts, &set))
		fail_msg("%s", b->ctx.fault.message.p);
	assert_int_equal(template_render(&b->ctx, template_set_get(set, S("page"), NULL),
					 json(b, "{\"name\":\"A\"}"), &out), OK);
	/* The card's title is not the page's, though both are called so. */
	assert_str(buf_view(&out), "<title>A</title>\n  <div>inner</div>\n");
}

static void a_partial_that_is_not_there_is_refused(void **state)
{
	assert_refused(*state, "\n{{>parts/none}}", "dir/page:2: There is no template parts/none");
}

static void faults_of_form_name_template_and_line(void **state)
{
	static const struct { const char *text, *message; } cases[] = {
		{ "a\n{{#b}}\n", "dir/page:2: This is not closed: b" },
		{ "{{#b}}\n{{/c}}", "dir/page:2: c is closed where b of line 1 is open" },
		{ "\n{{/b}}", "dir/page:2: This closes nothing: b" },
		{ "{{a", "dir/page:1: This tag is not closed: {{a" },
		{ "{{}}", "dir/page:1: This tag has no name" },
		{ "{{=a=}}", "dir/page:1: These are no delimiters: a" },
		{ "{{#_}}a", "dir/page:1: The translated text is not closed" },
		{ "{{#_ n}}a{{/_}}", "belong together" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_refused(*state, cases[i].text, cases[i].message);
}

static void endless_recursion_is_an_error_and_not_a_crash(void **state)
{
	struct bench *b = *state;
	struct template_options options = pages(b);
	struct template_set *set;
	struct buf out = { .arena = &b->arena };
	const char *const texts[] = { "a", "{{>a}}", NULL };
	assert_int_equal(load(b, &options, texts, &set), OK);
	assert_int_equal(template_render(&b->ctx, template_set_get(set, S("a"), NULL),
					 json(b, "{}"), &out), ERR_INVALID);
}

static void a_page_cannot_grow_without_end(void **state)
{
	struct bench *b = *state;
	struct value list = value_list(), view = value_map();
	struct buf out = { .arena = &b->arena };
	struct template_options options = pages(b);
	struct template_set *set;
	const char *const texts[] = {
		"a", "{{#l}}{{#l}}{{#l}}{{#l}}xxxxxxxxxxxxxxxx{{/l}}{{/l}}{{/l}}{{/l}}", NULL };
	for (int i = 0; i < 60; i++)
		value_push(&b->arena, &list, value_bool(true));
	value_set(&b->arena, &view, S("l"), list);
	assert_int_equal(load(b, &options, texts, &set), OK);
	assert_int_equal(template_render(&b->ctx, template_set_get(set, S("a"), NULL), view, &out),
			 ERR_INVALID);
	assert_true(out.n < TEMPLATE_LIMIT + (1 << 20));
}

static void naughty_values_stay_text(void **state)
{
	static const char *const texts[] = {
		"{{a}}", "{{#_}}x{{/_}}", "<script>alert(1)</script>", "' onload='x", "&lt;",
		"\u202eevil", "%s%n", "a\\u0000b", "{{{b}}}", "${7*7}",
	};
	struct bench *b = *state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct value view = value_map();
		value_set(&b->arena, &view, S("a"), value_str(str_z(texts[i])));
		str page = rendered(b, "<p title='{{a}}'>{{a}}</p>", view, 0);
		assert_int_equal(str_find(page, S("<script")), SIZE_MAX);
		str once = html_of_text(&b->arena, str_z(texts[i])).s;
		assert_str(page, arena_printf(&b->arena, "<p title='%.*s'>%.*s</p>", STR_ARG(once),
					      STR_ARG(once)).p);
	}
}

static void msgids_are_collected_with_their_lines(void **state)
{
	struct bench *b = *state;
	struct template_message *messages;
	size_t n;
	assert_int_equal(template_messages(&b->ctx, S("t"),
					   S("{{#_}}One{{/_}}\n{{#a}}{{#_ n}}x{{|}}{{n}}\n y{{/_}}{{/a}}"),
					   &messages, &n), OK);
	assert_int_equal(n, 2);
	assert_str(messages[0].id, "One");
	assert_int_equal(messages[0].plural.n, 0);
	assert_str(messages[1].id, "x");
	assert_str(messages[1].plural, "{{n}} y");
	assert_int_equal(messages[1].line, 2);
}

static void a_letter_is_compiled_alone_and_uses_the_sets_partials(void **state)
{
	struct bench *b = *state;
	struct template_options options = pages(b);
	struct template_set *set;
	const struct template *letter;
	struct buf out = { .arena = &b->arena };
	const char *const texts[] = { "head", "<h1>{{title}}</h1>", NULL };
	assert_int_equal(load(b, &options, texts, &set), OK);
	assert_int_equal(template_compile(&b->ctx, &b->arena, S("letters/receipt"),
					  S("{{>head}}{{day | date}}"), set, b->languages[0],
					  &letter), OK);
	assert_int_equal(template_render(&b->ctx, letter,
					 json(b, "{\"title\":\"T\",\"day\":\"2015-01-26\"}"), &out),
			 OK);
	assert_str(buf_view(&out), "<h1>T</h1>26/01/2015");
}

static void windows_line_ends_and_blanks_around_a_tag_vanish_with_it(void **state)
{
	assert_page(*state, "a\r\n  {{#b}}  \r\nx\r\n\t{{/b}}\r\nc", "{\"b\":true}", "a\r\nx\r\nc");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(text_is_translated_when_compiled_with_its_variables),
		CASE(line_breaks_do_not_change_what_is_translated),
		CASE(a_number_chooses_the_form),
		CASE(a_broken_translation_is_refused_when_loading),
		CASE(every_character_that_matters_is_escaped),
		CASE(text_longer_than_a_piece_is_escaped_whole),
		CASE(markup_made_by_this_room_is_not_escaped_again),
		CASE(pages_cannot_ask_for_unescaped_values),
		CASE(a_missing_name_is_an_error_in_strict_mode),
		CASE(without_strict_mode_a_missing_name_is_empty),
		CASE(filters_say_values_as_readers_expect),
		CASE(an_unknown_filter_is_refused),
		CASE(lists_know_their_places),
		CASE(zero_and_the_empty_text_are_false),
		CASE(a_layout_is_filled_by_the_page),
		CASE(a_partial_that_is_not_there_is_refused),
		CASE(faults_of_form_name_template_and_line),
		CASE(endless_recursion_is_an_error_and_not_a_crash),
		CASE(a_page_cannot_grow_without_end),
		CASE(naughty_values_stay_text),
		CASE(msgids_are_collected_with_their_lines),
		CASE(a_letter_is_compiled_alone_and_uses_the_sets_partials),
		CASE(windows_line_ends_and_blanks_around_a_tag_vanish_with_it),
	};
	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
