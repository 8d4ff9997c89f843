/* The markup people are given: escaped, labelled, without anything that acts. */
#include "form/form_testing.h"
#include "form/markup.h"
#include "form/pattern.h"

static str page_of(struct bench *b, const char *data, struct value errors)
{
	struct form_show show = { .page = FORM_ALL,
				  .data = quoted(b, data),
				  .errors = errors,
				  .typed = b->result.typed,
				  .file_base = S("/tep/"),
				  .buttons = true };
	return form_html(b->form, &show, &b->env).s;
}

#define EVIL "<script>alert(1)</script>\\\"'&"

/* One of every component, each text of it hostile. */
static const char *const EVERY_TYPE[] = { "textfield",  "textarea",   "number",   "datetime",
					  "filepicker", "checkbox",   "checklist", "radio",
					  "select",     "taglist",    "group",    "dynamiclist",
					  "text",       "html",       "image",    "table",
					  "documentPreview", "iframe", "spacer",  "separator",
					  "button",     "expression", "wheel" };

static void load_evil(struct bench *b, const char *type)
{
	str text = arena_printf(
		&b->arena,
		"{\"type\":\"default\",\"components\":[{\"type\":\"%s\",\"id\":\"<x>\",\"key\":"
		"\"a\","
		"\"path\":\"p\",\"label\":\"" EVIL "\",\"description\":\"" EVIL
		"\",\"dateLabel\":\"" EVIL "\",\"timeLabel\":\"" EVIL "\",\"text\":\"" EVIL
		"\",\"content\":\"" EVIL "\",\"alt\":\"" EVIL
		"\",\"source\":\"javascript:alert(1)\",\"url\":\"javascript:alert(1)\","
		"\"appearance\":{\"prefixAdorner\":\"" EVIL "\"},\"accept\":\"" EVIL "\","
		"\"properties\":{\"autocomplete\":\"" EVIL "\",\"inputmode\":\"" EVIL
		"\",\"width\":\"" EVIL "\"},\"values\":[{\"label\":\"" EVIL "\",\"value\":\"" EVIL
		"\"}],"
		"\"columns\":[{\"label\":\"" EVIL "\",\"key\":\"k\"}],\"dataSource\":\"=rows\","
		"\"components\":[{\"type\":\"textfield\",\"key\":\"inner\",\"label\":\"" EVIL
		"\"}]}]}",
		type);
	struct form_source source = { .text = text };
	if (!form_load(&b->arena, &source, &b->form, &b->fault))
		fail_with("%.*s", STR_ARG(b->fault.message));
}

FORM_TEST(nothing_hostile_reaches_a_page)
{
	const char *data = "{\"a\":\"" EVIL "\",\"p\":[{\"inner\":\"" EVIL
			   "\"}],\"rows\":[{\"k\":\"" EVIL "\",\"id\":\"" EVIL
			   "\",\"name\":\"" EVIL "\",\"endpoint\":\"javascript:alert(1)\"}]}";
	for (size_t i = 0; i < sizeof EVERY_TYPE / sizeof *EVERY_TYPE; i++) {
		load_evil(b, EVERY_TYPE[i]);
		struct form_show show = { .page = FORM_ALL,
					  .data = json(b, data),
					  .buttons = true };
		form_check(b->form, show.data, &b->env, &b->result);
		show.errors = b->result.errors;
		str page = form_html(b->form, &show, &b->env).s;
		str summary = form_summary_html(b->form, show.data, S("/x/"), S("/f/"), &b->env).s;
		str head = form_errors_html(show.errors, &b->env).s;
		str all[] = { page, summary, head };
		for (size_t k = 0; k < 3; k++) {
			assert_has_not(all[k], "<script");
			assert_has_not(all[k], "javascript:");
			assert_has_not(all[k], " style=");
			assert_has_not(all[k], " onerror");
			assert_has_not(all[k], "\"'&\"");
		}
	}
}

FORM_TEST(every_box_has_its_label_hint_and_error)
{
	load(b, "{'type':'textfield','key':'a','label':'Name','description':'As in your papers',"
		"'validate':{'required':true},'properties':{'autocomplete':'name','spellcheck':'"
		"false'}}");
	form_check(b->form, value_map(), &b->env, &b->result);
	str page = page_of(b, "{}", b->result.errors);
	assert_has(page, "<label class=\"govuk-label\" for=\"f-a\">Name</label>");
	assert_has(page, "<div class=\"govuk-hint\" id=\"f-a-hint\">As in your papers</div>");
	assert_has(page, "<p class=\"govuk-error-message\" id=\"f-a-error\">");
	assert_has(page, "aria-describedby=\"f-a-hint f-a-error\"");
	assert_has(page, "aria-invalid=\"true\"");
	assert_has(page, "autocomplete=\"name\"");
	assert_has(page, "spellcheck=\"false\"");
	str head = form_errors_html(b->result.errors, &b->env).s;
	assert_has(head, "<a href=\"#f-a\">Enter “Name”</a>");
	assert_has(head, "role=\"alert\"");
}

FORM_TEST(groups_of_boxes_stand_in_a_fieldset)
{
	load(b, "{'type':'radio','key':'r','label':'Ward','description':'One of six',"
		"'values':[{'label':'A','value':'a'},{'label':'B','value':'b'}]},"
		"{'type':'datetime','key':'d','dateLabel':'Born','properties':{'autocomplete':'"
		"bday'}}");
	str page = page_of(b, "{'r':'b','d':'2015-01-26'}", value_null());
	assert_has(page, "<fieldset class=\"govuk-fieldset\" aria-describedby=\"f-r-hint\">");
	assert_has(page, "<legend class=\"govuk-fieldset__legend\">Ward (optional)</legend>");
	assert_has(page, "id=\"f-r-2\" name=\"f.r\" value=\"b\" checked>");
	assert_has(page, "for=\"f-d-day\">Day</label>");
	assert_has(page, "name=\"f.d.year\" type=\"text\" inputmode=\"numeric\" "
			 "autocomplete=\"bday-year\" value=\"2015\"");
}

static size_t count(str page, const char *part)
{
	size_t n = 0;
	for (size_t at; (at = str_find(page, str_z(part))) != SIZE_MAX; n++)
		page = str_slice(page, at + strlen(part), page.n);
	return n;
}

/* Every id once; every label, description and link leads to one. */
static void assert_ids_fit(struct bench *b, str page, str head)
{
	static const char *const POINTERS[] = { " for=\"", " aria-describedby=\"", "href=\"#" };
	for (size_t k = 0; k < 3; k++) {
		str rest = k == 2 ? head : page;
		for (size_t at; (at = str_find(rest, str_z(POINTERS[k]))) != SIZE_MAX;) {
			rest = str_slice(rest, at + strlen(POINTERS[k]), rest.n);
			str ids = str_slice(rest, 0, str_find_byte(rest, '"'));
			for (str id; str_next(&ids, ' ', &id);) {
				str whole = arena_printf(&b->arena, " id=\"%.*s\"", STR_ARG(id));
				if (count(page, whole.p) != 1)
					fail_with("%s occurs %zu times in:\n%.*s", whole.p,
						  count(page, whole.p), STR_ARG(page));
			}
		}
	}
}

FORM_TEST(labels_descriptions_and_links_lead_to_one_element_each)
{
	load(b,
	     "{'type':'dynamiclist','id':'L','path':'l','label':'Child','components':["
	     "{'type':'textfield','key':'a','label':'A','description':'h','validate':{'required':"
	     "true}},"
	     "{'type':'datetime','key':'d','subtype':'datetime','dateLabel':'D','validate':{'"
	     "required':true}},"
	     "{'type':'datetime','key':'t','subtype':'time','timeLabel':'T','validate':{'required'"
	     ":true}},"
	     "{'type':'checklist','key':'c','label':'C','validate':{'required':true},"
	     "'values':[{'label':'A','value':'a'},{'label':'B','value':'b'}]},"
	     "{'type':'taglist','key':'e','label':'E','validate':{'required':true},'values':[]},"
	     "{'type':'checkbox','key':'k','label':'K','description':'h','validate':{'required':"
	     "true}},"
	     "{'type':'select','key':'s','label':'S','validate':{'required':true},'values':['x']},"
	     "{'type':'filepicker','key':'p','label':'P','validate':{'required':true}},"
	     "{'type':'number','key':'n','label':'N','validate':{'required':true}},"
	     "{'type':'textarea','key':'x','label':'X','validate':{'required':true}}]}");
	const char *data = "{'l':[{},{}]}";
	form_check(b->form, quoted(b, data), &b->env, &b->result);
	assert_int_equal(b->result.errors.n, 20);
	str page = page_of(b, data, b->result.errors);
	assert_ids_fit(b, page, form_errors_html(b->result.errors, &b->env).s);
	assert_int_equal(count(page, "govuk-form-group--error"), 20);
}

FORM_TEST(what_was_typed_is_shown_again)
{
	load(b, "{'type':'number','key':'n','label':'N'},{'type':'datetime','key':'d','dateLabel':"
		"'D'}");
	read_all(b, "{'f.n':'twelve','f.d.day':'31','f.d.month':'2','f.d.year':'2015'}", "{}");
	str page = page_of(b, text_of(b, b->result.data).p, b->result.errors);
	assert_has(page, "value=\"twelve\"");
	assert_has(page, "value=\"31\"");
	assert_int_equal(count(page, "govuk-error-message"), 2);
}

FORM_TEST(locked_fields_can_be_read_and_not_answered)
{
	load(b, "{'type':'textfield','key':'a','label':'A','readonly':true},"
		"{'type':'textfield','key':'b','label':'B','disabled':true},"
		"{'type':'radio','key':'c','label':'C','readonly':true,'values':['x']}");
	str page = page_of(b, "{'a':'1','b':'2'}", value_null());
	assert_has(page, "value=\"1\" readonly>");
	assert_has(page, "value=\"2\" disabled>");
	assert_has(page, "value=\"x\" disabled>");
	assert_int_equal(count(page, "type=\"hidden\""), 0);
}

FORM_TEST(lists_have_buttons_and_enter_does_not_remove)
{
	load(b, "{'type':'dynamiclist','path':'l','label':'Child','components':["
		"{'type':'textfield','key':'a','label':'A'}]}");
	str page = page_of(b, "{'l':[{'a':'x'},{'a':'y'}]}", value_null());
	assert_has(page, "name=\"f.l.#\" value=\"2\"");
	assert_has(page, "name=\"form.remove\" value=\"l.1\"");
	assert_has(page, "Remove<span class=\"govuk-visually-hidden\">: Child 2</span>");
	assert_has(page, "name=\"form.add\" value=\"l\"");
	assert_true(str_find(page, S("<button")) < str_find(page, S("form.remove")));
	assert_true(str_find(page, S("govuk-visually-hidden\" tabindex=\"-1\"")) <
		    str_find(page, S("form.remove")));
}

FORM_TEST(an_update_button_is_there_where_the_page_can_change)
{
	load(b, "{'type':'checkbox','key':'m','label':'M'},"
		"{'type':'textfield','key':'s','label':'S','conditional':{'hide':'=m = false'}}");
	assert_has(page_of(b, "{}", value_null()), "name=\"form.update\"");
	load(b, "{'type':'checkbox','key':'m','label':'M'},"
		"{'type':'textfield','key':'s','label':'S','conditional':{'hide':'=other = 1'}}");
	assert_has_not(page_of(b, "{}", value_null()), "name=\"form.update\"");
}

FORM_TEST(read_only_pages_have_nothing_to_press)
{
	load(b, "{'type':'dynamiclist','path':'l','label':'Child','components':["
		"{'type':'textfield','key':'a','label':'A'}]},{'type':'button','label':'Send'}");
	struct form_show show = { .page = FORM_ALL, .read_only = true, .buttons = true };
	str page = form_html(b->form, &show, &b->env).s;
	assert_has_not(page, "<button");
	assert_has(page, " readonly>");
}

FORM_TEST(only_what_is_asked_is_on_the_page)
{
	load(b, "{'type':'textfield','key':'a','label':'A'},{'type':'text','text':'Words'},"
		"{'type':'group','path':'g','label':'G','components':["
		"{'type':'textfield','key':'b','label':'B'}]},"
		"{'type':'group','path':'h','label':'H','components':["
		"{'type':'textfield','key':'c','label':'C'}]}");
	struct form_show show = { .page = FORM_ALL };
	b->env.only = json(b, "[\"g.b\"]");
	str page = form_html(b->form, &show, &b->env).s;
	assert_has(page, "f.g.b");
	assert_has_not(page, "f.a");
	assert_has_not(page, "Words");
	assert_has_not(page, ">H<");
}

FORM_TEST(files_are_listed_linked_and_removable)
{
	load(b, "{'type':'filepicker','key':'p','label':'P','accept':'.pdf','multiple':true}");
	str page = page_of(b, "{'p':[{'id':'7','name':'sổ hộ khẩu.pdf'}]}", value_null());
	assert_has(page, "<a class=\"govuk-link\" href=\"/tep/7\">sổ hộ khẩu.pdf</a>");
	assert_has(page, "name=\"f.p.remove\" value=\"7\"");
	assert_has(page, "accept=\".pdf\" multiple>");
	assert_true(form_has_files(b->form));
}

FORM_TEST(designed_markup_keeps_only_what_is_harmless)
{
	str page =
		sanitize_html(
			&b->arena,
			S("<h1 onclick=x>A &amp; B</h1><style>p{}</style><p style='x'>b<img src=x "
			  "onerror=alert(1)><a href='java\tscript:x'>c</a><a href=//evil.vn>d</a>"
			  "<a href='/thu-tuc'>e</a><svg><script>f</script></svg><form><input>g"
			  "<iframe src=x>h</iframe><table><tr><td>i"))
			.s;
	assert_has(page, "<h1>A &amp; B</h1>");
	assert_has(page,
		   "<a href=\"/thu-tuc\" class=\"govuk-link\" rel=\"noopener noreferrer\">e</a>");
	assert_has(page, "<td>i</td>");
	static const char *const GONE[] = { "onclick", "onerror", "style", "script", "evil",
					    "<svg",    "<form",   "<input", "iframe" };
	for (size_t i = 0; i < sizeof GONE / sizeof *GONE; i++)
		assert_has_not(page, GONE[i]);
}

FORM_TEST(data_in_designed_markup_is_escaped)
{
	load(b, "{'type':'html','content':'<b>{{name}}</b>'}");
	str page = page_of(b, "{'name':'<i>x</i>'}", value_null());
	assert_has(page, "<b>&lt;i&gt;x&lt;/i&gt;</b>");
}

static html shout(struct arena *arena, str text)
{
	return (html){ arena_printf(arena, "<h2>%.*s</h2>", STR_ARG(text)) };
}

FORM_TEST(texts_hold_values_conditions_and_loops)
{
	load(b, "{'type':'text','text':'{{#if n > 1}}{{n}} children:{{#loop names}} "
		"{{this}}/{{parent.n}}"
		"{{/loop}}.{{/if}}{{#if false}}no{{/if}} {{ {{open'}");
	b->env.markdown = shout;
	str page = page_of(b, "{'n':2,'names':['An','Bình']}", value_null());
	assert_has(page, "<h2>2 children: An/2 Bình/2. {{ {{open</h2>");
}

FORM_TEST(a_text_that_never_closes_its_blocks_is_read_once)
{
	struct buf text = { .arena = &b->arena };
	buf_str(&text, S("{'type':'text','text':'"));
	for (int i = 0; i < 2000; i++)
		buf_str(&text, S("{{#if a}}x"));
	buf_str(&text, S("'}"));
	load(b, buf_z(&text));
	assert_has(page_of(b, "{}", value_null()), "m-prose");
}

FORM_TEST(tables_show_columns_and_rows)
{
	load(b, "{'type':'table','label':'Fees','dataSource':'=rows','columns':["
		"{'label':'Paper','key':'p'},{'label':'Fee','key':'f'}]}");
	str page = page_of(b, "{'rows':[{'p':'Copy','f':2000},{'p':'<b>','f':null},null]}",
			   value_null());
	assert_has(page, "<th scope=\"col\" class=\"govuk-table__header\">Paper</th>");
	assert_has(page, "<td class=\"govuk-table__cell\">2000</td>");
	assert_has(page, "&lt;b&gt;");
	assert_int_equal(count(page, "<tr"), 3);
}

FORM_TEST(the_summary_tells_answers_in_words)
{
	load(b, "{'type':'group','id':'G','label':'Child','components':["
		"{'type':'textfield','key':'a','label':'Name'},"
		"{'type':'select','key':'s','label':'Ward','values':[{'label':'Hòa "
		"Xuân','value':'hx'}]},"
		"{'type':'datetime','key':'d','dateLabel':'Born'},"
		"{'type':'checkbox','key':'k','label':'Twin'},"
		"{'type':'textfield','key':'z','label':'Hidden','conditional':{'hide':'=true'}},"
		"{'type':'dynamiclist','path':'l','label':'Parent','components':["
		"{'type':'textfield','key':'n','label':'Parent name'}]}]}");
	struct value data =
		quoted(b, "{'a':'An','s':'hx','d':'2015-01-26','l':[{'n':'Lê & Bá'}]}");
	str page = form_summary_html(b->form, data, S("/nop/x/"), S(""), &b->env).s;
	assert_has(page, "<h2 class=\"govuk-summary-card__title\">Child</h2>");
	assert_has(page, "Hòa Xuân");
	assert_has(page, "26/01/2015");
	assert_has(page, ">No</dd>");
	assert_has(page, "Lê &amp; Bá");
	assert_has(page, "href=\"/nop/x/0#f-d-day\"");
	assert_has_not(page, "Hidden");
	page = form_summary_html(b->form, data, S(""), S(""), &b->env).s;
	assert_has_not(page, "Change");
}

FORM_TEST(patterns_match_as_a_browser_does)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} CASES[] = {
		{ "^C-[0-9]+$", "C-12", true },     { "^C-[0-9]+$", "C-", false },
		{ "b+", "abbc", true },             { "^(a|ab)(c|bcd)(d*)$", "abcd", true },
		{ "^\\d{3}$", "123", true },        { "^\\d{3}$", "1234", false },
		{ "^\\D\\W\\S$", "đđđ", true },     { "^.$", "đ", true },
		{ "^.$", "\n", false },             { "\\bxa\\b", "hoa xa", true },
		{ "^(?!0)\\d+$", "012", false },    { "(?<=a)b", "ab", true },
		{ "(?<!a)b", "ab", false },         { "(a)\\1", "aa", true },
		{ "^a{2,3}?$", "aaaa", false },     { "^[^\\s@]+@[^\\s@]+$", "a@b", true },
		{ "^[\\w-]+$", "a-b_c", true },     { "^(?<y>\\d{4})$", "2015", true },
		{ "^\\u0111$", "đ", true },         { "a{,2}", "a{,2}", true },
		{ "^(?:)$", "", true },             { "^[]$", "x", false },
		{ "^[^]$", "x", true },             { "(a*)*b", "aaac", false },
		{ "^(?=.*\\d).{4,}$", "abc1", true },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct pattern *p;
		if (!pattern_parse(&b->arena, str_z(CASES[i].pattern), &p) ||
		    pattern_matches(p, str_z(CASES[i].text)) != CASES[i].matches)
			fail_with("%s on %s", CASES[i].pattern, CASES[i].text);
	}
	static const char *const BAD[] = { "(",	   ")",	     "[",     "a**", "*",
					   "(?x)", "a{3,1}", "[z-a]", "\\" };
	struct pattern *p;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		if (pattern_parse(&b->arena, str_z(BAD[i]), &p))
			fail_with("%s is taken", BAD[i]);
}

FORM_TEST(a_long_text_is_searched_without_going_deep)
{
	struct pattern *p;
	struct buf text = { .arena = &b->arena };
	for (int i = 0; i < 50000; i++)
		buf_byte(&text, 'a');
	assert_true(pattern_parse(&b->arena, S("^[a-z]*$"), &p));
	assert_true(pattern_matches(p, buf_view(&text)));
	assert_true(pattern_parse(&b->arena, S("^(a|b)*$"), &p));
	pattern_matches(p, buf_view(&text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_hostile_reaches_a_page),
		cmocka_unit_test(every_box_has_its_label_hint_and_error),
		cmocka_unit_test(groups_of_boxes_stand_in_a_fieldset),
		cmocka_unit_test(labels_descriptions_and_links_lead_to_one_element_each),
		cmocka_unit_test(what_was_typed_is_shown_again),
		cmocka_unit_test(locked_fields_can_be_read_and_not_answered),
		cmocka_unit_test(lists_have_buttons_and_enter_does_not_remove),
		cmocka_unit_test(an_update_button_is_there_where_the_page_can_change),
		cmocka_unit_test(read_only_pages_have_nothing_to_press),
		cmocka_unit_test(only_what_is_asked_is_on_the_page),
		cmocka_unit_test(files_are_listed_linked_and_removable),
		cmocka_unit_test(designed_markup_keeps_only_what_is_harmless),
		cmocka_unit_test(data_in_designed_markup_is_escaped),
		cmocka_unit_test(texts_hold_values_conditions_and_loops),
		cmocka_unit_test(a_text_that_never_closes_its_blocks_is_read_once),
		cmocka_unit_test(tables_show_columns_and_rows),
		cmocka_unit_test(the_summary_tells_answers_in_words),
		cmocka_unit_test(patterns_match_as_a_browser_does),
		cmocka_unit_test(a_long_text_is_searched_without_going_deep),
	};
	return cmocka_run_group_tests_name("form-markup", tests, NULL, NULL);
}
