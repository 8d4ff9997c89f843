/* What a form makes of data and of what is posted. */
#include "form/form_testing.h"
#include "form/input.h"

#define TEXT(key, more) \
	"{'type':'textfield','id':'" key "','key':'" key "','label':'" key "'" more "}"
#define NUMBER(key, more) \
	"{'type':'number','id':'" key "','key':'" key "','label':'" key "'" more "}"

#define OPTIONS "'values':[{'label':'One','value':'1'},{'label':'Two','value':'2'}]"

/* --- Loading --- */

FORM_TEST(a_fault_names_element_key_and_property)
{
	assert_false(try_load(b, "{'type':'text','id':'T','text':'x','disabled':true}", "", true));
	assert_string_equal(arena_copy(&b->arena, b->fault.id).p, "T");
	assert_string_equal(arena_copy(&b->arena, b->fault.property).p, "disabled");
	assert_false(try_load(b, NUMBER("n", ",'validate':{'max':'=1 +'}"), "", true));
	assert_string_equal(arena_copy(&b->arena, b->fault.property).p, "validate.max");
	assert_true(str_eq(b->fault.key, S("n")));
}

FORM_TEST(two_fields_cannot_be_bound_to_one_path)
{
	assert_false(try_load(b, TEXT("a", "") ",{'type':'number','id':'z','key':'a'}", "", false));
	assert_true(str_eq(b->fault.id, S("z")));
	assert_false(
		try_load(b, TEXT("a", "") ",{'type':'number','id':'z','key':'a.b'}", "", false));
	assert_true(try_load(b, "{'type':'number','id':'y','key':'a.c'},"
				"{'type':'number','id':'z','key':'a.b'}", "", false));
}

FORM_TEST(a_field_cannot_reach_into_a_list_from_outside)
{
	assert_false(try_load(b,
			      "{'type':'dynamiclist','id':'L','path':'l','components':["
			      TEXT("a", "") "]}," "{'type':'textfield','id':'z','key':'l.b'}",
			      "", false));
}

FORM_TEST(expressions_in_a_circle_are_refused)
{
	const char *circle = "{'type':'expression','id':'A','key':'a','expression':'=b + 1',"
			     "'computeOn':'change'},"
			     "{'type':'expression','id':'B','key':'b','expression':'=a * 2',"
			     "'computeOn':'change'}";
	assert_false(try_load(b, circle, "", true));
	assert_true(str_eq(b->fault.property, S("expression")));
	assert_true(try_load(b, circle, "", false));
}

FORM_TEST(an_expression_that_needs_itself_ends)
{
	load(b, "{'type':'expression','key':'a','expression':'=if a = null then 1 else a + 1',"
		"'computeOn':'change'}");
	form_check(b->form, quoted(b, "{'a':5}"), &b->env, &b->result);
	assert_json(b, b->result.submission, "{'a':6}");
}

FORM_TEST(lint_tells_every_fault_and_missing_translation)
{
	struct form_source source = {
		.text = S("{\"type\":\"default\",\"components\":[{\"type\":\"textfield\",\"id\":"
			  "\"x\","
			  "\"label\":\"Tên\"},{\"type\":\"wheel\",\"id\":\"y\"}]}"),
		.side = S("{\"gone\":{\"label\":\"Name\"}}"),
	};
	struct value faults = form_lint(&b->arena, &source);
	assert_int_equal(faults.n, 4);
	assert_has(text_of(b, faults), "\"property\":\"translation\"");
	assert_has(text_of(b, faults), "gone");
}

FORM_TEST(nesting_without_end_is_refused)
{
	struct buf deep = { .arena = &b->arena };
	for (int i = 0; i < 100; i++)
		buf_str(&deep, S("{'type':'group','components':["));
	for (int i = 0; i < 100; i++)
		buf_str(&deep, S("]}"));
	assert_false(try_load(b, buf_z(&deep), "", false));
}

/* --- Hidden, locked, unknown --- */

FORM_TEST(a_hidden_value_is_neither_submitted_nor_kept)
{
	load(b, "{'type':'checkbox','key':'married'}," TEXT("spouse",
		",'conditional':{'hide':'=married = false'},'validate':{'required':true}"));
	read_all(b, "{'f.married':['','true'],'f.spouse':'An'}", "{}");
	assert_json(b, b->result.submission, "{'married':true,'spouse':'An'}");
	read_all(b, "{'f.married':'','f.spouse':'An'}", text_of(b, b->result.data).p);
	assert_json(b, b->result.submission, "{'married':false}");
	assert_json(b, b->result.data, "{'married':false}");
	assert_int_equal(b->result.errors.n, 0);
}

FORM_TEST(hidden_items_of_lists_are_dropped_one_by_one)
{
	load(b, "{'type':'dynamiclist','id':'L','path':'l','components':["
		"{'type':'checkbox','key':'off'}," TEXT("a", ",'conditional':{'hide':'=this.off'}")
		"]}");
	form_check(b->form, quoted(b, "{'l':[{'off':true,'a':'x'},{'off':false,'a':'y'}]}"),
		   &b->env, &b->result);
	assert_json(b, b->result.submission, "{'l':[{'off':true},{'off':false,'a':'y'}]}");
}

FORM_TEST(nested_lists_see_item_parent_and_position)
{
	load(b, "{'type':'dynamiclist','id':'L','path':'l','components':[" NUMBER("x", "")
		",{'type':'dynamiclist','id':'M','path':'m','components':["
		"{'type':'expression','key':'e','computeOn':'change',"
		"'expression':'=this.y + parent.x + i[1] * 100 + i[2] * 10'},"
		NUMBER("y", "") "]}]}");
	form_check(b->form, quoted(b, "{'l':[{'x':1,'m':[{'y':2},{'y':3}]}]}"), &b->env,
		   &b->result);
	assert_json(b, value_path(b->result.submission, S("l.0.m.1.e")), "124");
}

FORM_TEST(posted_values_of_locked_fields_are_ignored)
{
	load(b, TEXT("a", ",'disabled':true") "," TEXT("b", ",'readonly':true") ","
		TEXT("c", ",'readonly':'=1 = 1'") ","
		"{'type':'expression','key':'d','expression':'=1 + 1','computeOn':'change'}");
	read_all(b, "{'f.a':'x','f.b':'x','f.c':'x','f.d':'x','f.z':'x'}",
		 "{'a':'1','b':'2','c':'3','z':'9'}");
	assert_json(b, b->result.submission, "{'b':'2','c':'3','d':2}");
	assert_json(b, value_get(b->result.data, S("z")), "'9'");
	assert_json(b, value_get(b->result.data, S("a")), "'1'");
}

FORM_TEST(only_what_is_asked_is_read_and_checked)
{
	load(b, TEXT("a", ",'validate':{'required':true}") ","
		"{'type':'group','path':'g','label':'G','components':["
		TEXT("b", ",'validate':{'required':true}") ","
		TEXT("c", ",'validate':{'required':true}") "]}");
	b->env.only = json(b, "[\"g.c\"]");
	read_all(b, "{'f.a':'x','f.g.b':'x','f.g.c':'new'}", "{'a':'','g':{'b':'2','c':'3'}}");
	assert_int_equal(b->result.errors.n, 0);
	assert_json(b, b->result.data, "{'a':'','g':{'b':'2','c':'new'}}");
	read_all(b, "{'f.g.c':''}", "{'a':'','g':{'b':'2','c':'3'}}");
	assert_int_equal(b->result.errors.n, 1);
	b->env.only = json(b, "[\"g\"]");
	read_all(b, "{'f.a':'x','f.g.b':'x','f.g.c':'new'}", "{'a':'1','g':{'b':'2','c':'3'}}");
	assert_json(b, b->result.data, "{'a':'1','g':{'b':'x','c':'new'}}");
}

FORM_TEST(a_box_left_open_is_told_from_one_that_was_not_there)
{
	load(b, "{'type':'checkbox','key':'b'},{'type':'checklist','key':'c'," OPTIONS "}");
	read_all(b, "{'f.b.?':'1','f.c.?':'1'}", "{'b':true,'c':['1']}");
	assert_json(b, b->result.submission, "{'b':false,'c':[]}");
	read_all(b, "{'f.b.?':'1','f.b':'true','f.c.?':'1','f.c':'2'}", "{}");
	assert_json(b, b->result.submission, "{'b':true,'c':['2']}");
}

FORM_TEST(what_was_not_on_the_page_stays)
{
	load(b, TEXT("a", "") ",{'type':'checkbox','key':'b'}");
	read_all(b, "{}", "{'a':'x','b':true}");
	assert_json(b, b->result.submission, "{'a':'x','b':true}");
}

/* --- Options --- */

FORM_TEST(only_options_offered_are_taken)
{
	load(b, "{'type':'select','id':'s','key':'s','label':'Ward'," OPTIONS "},"
		"{'type':'checklist','key':'c','label':'Papers'," OPTIONS "}");
	read_all(b, "{'f.s':'3','f.c':['','1','9']}", "{}");
	assert_json(b, b->result.submission, "{'s':null,'c':['1']}");
	assert_int_equal(b->result.errors.n, 2);
	assert_error(b, 0, "s", "Choose one of the answers offered for “Ward”");
	read_all(b, "{'f.s':'2','f.c':['','2','1']}", "{}");
	assert_json(b, b->result.submission, "{'s':'2','c':['2','1']}");
	assert_int_equal(b->result.errors.n, 0);
}

FORM_TEST(options_come_from_data_and_expressions)
{
	load(b, "{'type':'radio','key':'k','valuesKey':'wards'},"
		"{'type':'taglist','key':'e','valuesExpression':'=wards'}");
	read_all(b, "{'f.k':'7','f.e':['','a']}", "{'wards':['a',7,{'label':'B','value':'b'},{}]}");
	assert_json(b, b->result.submission, "{'k':7,'e':['a']}");
}

/* --- Numbers --- */

FORM_TEST(steps_are_exact_in_decimals)
{
	load(b, NUMBER("n", ",'increment':0.1,'decimalDigits':2"));
	form_check(b->form, quoted(b, "{'n':0.3}"), &b->env, &b->result);
	assert_int_equal(b->result.errors.n, 0);
	form_check(b->form, quoted(b, "{'n':0.35}"), &b->env, &b->result);
	assert_error(b, 0, "n", "“n” goes in steps. The nearest values are 0.3 / 0.4");
	form_check(b->form, quoted(b, "{'n':0.305}"), &b->env, &b->result);
	assert_int_equal(b->result.errors.n, 1);
}

FORM_TEST(numbers_are_read_as_people_write_them)
{
	static const char *const CASES[][3] = {
		/* typed, as any number, as a whole number */
		{ "12", "12", "12" },           { "3,5", "3.5", "3.5" },
		{ "3.5", "3.5", "3.5" },        { "1.234.567", "1234567", "1234567" },
		{ "1,234,567", "1234567", "1234567" }, { "1.500", "1.500", "1500" },
		{ "1.234,5", "1234.5", "1234.5" }, { "1,234.5", "1234.5", "1234.5" },
		{ " 12 000 ", "12000", "12000" }, { "-7", "-7", "-7" },
		{ "1,500", "1.500", "1500" },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
		for (int whole = 0; whole < 2; whole++) {
			struct decimal got, expected;
			assert_true(decimal_parse(str_z(CASES[i][1 + whole]), &expected));
			assert_true(input_number(&b->arena, str_z(CASES[i][0]), whole == 1, &got));
			assert_int_equal(decimal_cmp(got, expected), 0);
		}
	struct decimal d;
	assert_true(input_number(&b->arena, S("1 200 000đ"), true, &d));
	assert_string_equal(decimal_text(&b->arena, d).p, "1200000");
	assert_false(input_number(&b->arena, S("3,5 đ"), false, &d));
	static const char *const BAD[] = { "", "x", "1e5", "0x10", "1-2", "--1", "NaN", "." };
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		assert_false(input_number(&b->arena, str_z(BAD[i]), false, &d));
}

FORM_TEST(what_is_no_number_is_shown_again)
{
	load(b, NUMBER("n", ",'validate':{'required':true,'min':2,'max':'=limit'}"));
	read_all(b, "{'f.n':'twelve'}", "{}");
	assert_error(b, 0, "n", "“n” must be a number, like 12 or 3,5");
	assert_int_equal(b->result.errors.n, 1);
	assert_json(b, b->result.typed, "{'f.n':'twelve'}");
	read_all(b, "{'f.n':''}", "{}");
	assert_error(b, 0, "n", "Enter “n”");
	read_all(b, "{'f.n':'1'}", "{}");
	assert_error(b, 0, "n", "“n” must be 2 or more");
	read_all(b, "{'f.n':'10'}", "{'limit':9.5}");
	assert_error(b, 0, "n", "“n” must be 9.5 or less");
}

FORM_TEST(a_number_can_be_kept_as_text_with_all_its_digits)
{
	load(b, NUMBER("n", ",'serializeToString':true"));
	read_all(b, "{'f.n':'123456789012345678901234567890,25'}", "{}");
	assert_json(b, b->result.submission, "{'n':'123456789012345678901234567890.25'}");
}

/* --- Texts --- */

FORM_TEST(lengths_are_counted_without_blanks_at_the_ends)
{
	load(b, TEXT("a", ",'validate':{'minLength':3,'maxLength':'=2 + 3'}"));
	form_check(b->form, quoted(b, "{'a':'  ạb  '}"), &b->env, &b->result);
	assert_error(b, 0, "a", "“a” is too short. Fewest characters: 3");
	form_check(b->form, quoted(b, "{'a':'   Hoà Vang   '}"), &b->env, &b->result);
	assert_error(b, 0, "a", "“a” is too long. Most characters: 5");
	form_check(b->form, quoted(b, "{'a':'  đường  '}"), &b->env, &b->result);
	assert_int_equal(b->result.errors.n, 0);
}

FORM_TEST(a_pattern_may_bring_its_own_message)
{
	load(b, TEXT("a", ",'validate':{'pattern':'^C-[0-9]+$','patternErrorMessage':'Như C-12'}")
		"," TEXT("c", ",'validate':{'pattern':'^\\\\d{9}(\\\\d{3})?$'}"));
	read_all(b, "{'f.a':'X','f.c':'1234567890'}", "{}");
	assert_error(b, 0, "a", "Như C-12");
	assert_error(b, 1, "c", "“c” is not written the way it should be");
	read_all(b, "{'f.a':'C-1','f.c':'123456789012'}", "{}");
	assert_int_equal(b->result.errors.n, 0);
}

FORM_TEST(a_hostile_pattern_ends)
{
	load(b, TEXT("a", ",'validate':{'pattern':'^(a+)+$'}"));
	form_check(b->form, quoted(b, "{'a':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'}"),
		   &b->env, &b->result);
	assert_int_equal(b->result.errors.n, 1);
}

FORM_TEST(telephones_may_be_written_the_domestic_way_at_home)
{
	load(b, TEXT("a", ",'validate':{'validationType':'phone'}") ","
		TEXT("e", ",'validate':{'validationType':'email'}"));
	read_all(b, "{'f.a':'0905 123 456','f.e':'ten@example.vn'}", "{}");
	assert_int_equal(b->result.errors.n, 1);
	b->env.country = S("84");
	read_all(b, "{'f.a':'0905 123 456','f.e':'ten@example..vn'}", "{}");
	assert_int_equal(b->result.errors.n, 1);
	assert_error(b, 0, "e", "“e” must be an e-mail address, like ten@example.vn");
	read_all(b, "{'f.a':'+84905123456','f.e':'a@b'}", "{}");
	assert_int_equal(b->result.errors.n, 0);
}

FORM_TEST(one_line_stays_one_line)
{
	load(b, TEXT("a", "") ",{'type':'textarea','key':'t'}");
	read_all(b, "{'f.a':'x\\r\\ny','f.t':' x\\r\\ny '}", "{}");
	assert_json(b, b->result.submission, "{'a':'x y','t':'x\\ny'}");
}

/* --- Days and times --- */

#define DAY(key, more) \
	"{'type':'datetime','id':'" key "','key':'" key "','dateLabel':'" key "'" more "}"

FORM_TEST(a_day_is_read_from_three_boxes_or_one)
{
	load(b, DAY("d", ""));
	read_all(b, "{'f.d.day':'26','f.d.month':'1','f.d.year':'2015'}", "{}");
	assert_json(b, b->result.submission, "{'d':'2015-01-26'}");
	read_all(b, "{'f.d.day':' 26/01/2015 ','f.d.month':'','f.d.year':''}", "{}");
	assert_json(b, b->result.submission, "{'d':'2015-01-26'}");
	read_all(b, "{'f.d.day':'','f.d.month':'','f.d.year':''}", "{'d':'2015-01-26'}");
	assert_json(b, b->result.submission, "{'d':null}");
}

FORM_TEST(a_day_that_does_not_exist_is_shown_again)
{
	load(b, DAY("d", ",'validate':{'required':true}"));
	read_all(b, "{'f.d.day':'29','f.d.month':'2','f.d.year':'2015'}", "{}");
	assert_error(b, 0, "d", "“d” must be a real date, like 26/1/2015");
	assert_int_equal(b->result.errors.n, 1);
	assert_json(b, value_get(b->result.typed, S("f.d.day")), "'29'");
	read_all(b, "{'f.d.day':'2','f.d.month':'','f.d.year':'15'}", "{}");
	assert_int_equal(b->result.errors.n, 1);
}

FORM_TEST(a_moment_needs_date_and_time)
{
	load(b, DAY("d", ",'subtype':'datetime','timeSerializingFormat':'utc_normalized'"));
	read_all(b, "{'f.d.day':'26','f.d.month':'1','f.d.year':'2015','f.d.time':'6h30'}", "{}");
	assert_json(b, b->result.submission, "{'d':'2015-01-25T23:30Z'}");
	read_all(b, "{'f.d.day':'26','f.d.month':'1','f.d.year':'2015','f.d.time':''}", "{}");
	assert_error(b, 0, "d", "“d” needs both the date and the time");
}

FORM_TEST(a_time_between_the_steps_is_refused_not_rounded)
{
	load(b, "{'type':'datetime','key':'t','subtype':'time','timeLabel':'T','timeInterval':15}");
	read_all(b, "{'f.t.time':'9:20'}", "{}");
	assert_error(b, 0, "t", "“T” must be a time in steps of 15 minutes");
	read_all(b, "{'f.t.time':'9:45'}", "{}");
	assert_json(b, b->result.submission, "{'t':'09:45'}");
}

FORM_TEST(lists_in_lists_do_not_multiply)
{
	load(b, "{'type':'dynamiclist','id':'L','path':'l','components':["
		"{'type':'dynamiclist','id':'M','path':'m','components':[" TEXT("a", "") "]}]}");
	struct value posted = quoted(b, "{'f.l.#':'200'}");
	for (int i = 0; i < 200; i++)
		value_append(&b->arena, &posted, arena_printf(&b->arena, "f.l.%d.m.#", i),
			     value_str(S("200")));
	form_read(b->form, FORM_ALL, posted, value_map(), &b->env, &b->result);
	size_t items = 0;
	struct value l = value_get(b->result.data, S("l"));
	for (uint32_t i = 0; i < l.n; i++)
		items += value_get(l.items[i], S("m")).n;
	assert_true(items < 1000);
}

FORM_TEST(times_are_read_as_people_write_them)
{
	static const struct {
		const char *typed;
		int minutes;
	} CASES[] = { { "14:30", 870 }, { "14h30", 870 }, { "14h", 840 },     { "8", 480 },
		      { "2:30 pm", 870 }, { "12 am", 0 }, { "24:00", -1 },    { "14:60", -1 },
		      { "", -1 },       { "x", -1 },     { "13:00 pm", -1 }, { "9.05", 545 } };
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
		assert_int_equal(input_time(str_z(CASES[i].typed)), CASES[i].minutes);
}

FORM_TEST(a_passed_day_can_be_refused)
{
	load(b, DAY("d", ",'disallowPassedDates':true"));
	read_all(b, "{'f.d':'25/1/2015'}", "{}");
	assert_error(b, 0, "d", "“d” must be today or later");
	read_all(b, "{'f.d':'26/1/2015'}", "{}");
	assert_int_equal(b->result.errors.n, 0);
}

/* --- Files --- */

#define FILES                                                                           \
	"{'type':'filepicker','id':'p','key':'p','label':'Paper','accept':'.pdf,image/" \
	"*','multiple':true,'validate':{'required':true}}"

FORM_TEST(a_posted_text_is_never_a_file)
{
	load(b, FILES);
	read_all(b, "{'f.p':'secret.pdf'}", "{}");
	assert_error(b, 0, "p", "Add a file for “Paper”");
	read_all(b, "{'f.p':[{'id':'1','name':'a.PDF','type':'application/pdf'}]}", "{}");
	assert_int_equal(b->result.errors.n, 0);
	read_all(b, "{'f.p.remove':['','1']}", text_of(b, b->result.data).p);
	assert_int_equal(b->result.errors.n, 1);
	read_all(b, "{'f.p':[{'id':'2','name':'x.exe','type':'application/x'}]}", "{}");
	assert_error(b, 0, "p",
		     "The file for “Paper” must be of one of these kinds: .pdf,image/*");
	assert_json(b, b->result.submission, "{'p':null}");
}

FORM_TEST(uploads_are_ruled_before_they_are_stored)
{
	struct form_file_rule rule;
	load(b, FILES ",{'type':'filepicker','key':'q','readonly':true}");
	assert_true(form_file_field(b->form, S("f.p"), value_map(), &b->env, &rule));
	assert_true(rule.multiple && str_eq(rule.accept, S(".pdf,image/*")));
	assert_false(form_file_field(b->form, S("f.q"), value_map(), &b->env, &rule));
	assert_false(form_file_field(b->form, S("f.none"), value_map(), &b->env, &rule));
}

/* --- Lists without JavaScript --- */

#define LIST                                                                             \
	"{'type':'dynamiclist','id':'L','path':'l','label':'Child','components':[" TEXT( \
		"a", ",'validate':{'required':true}") "]}"

FORM_TEST(buttons_add_and_remove_items)
{
	load(b, LIST);
	read_all(b, "{'f.l.#':'1','f.l.0.a':'An','form.add':'l'}", "{}");
	assert_int_equal(b->result.action, FORM_CHANGE);
	assert_int_equal(b->result.errors.n, 0);
	assert_json(b, b->result.data, "{'l':[{'a':'An'},{'a':''}]}");
	assert_true(str_eq(b->result.anchor, S("f-l-1")));
	read_all(b, "{'f.l.#':'2','f.l.0.a':'An','f.l.1.a':'Bình','form.remove':'l.0'}", "{}");
	assert_json(b, b->result.data, "{'l':[{'a':'Bình'}]}");
	read_all(b, "{'f.l.#':'2','f.l.0.a':'An','f.l.1.a':''}", "{}");
	assert_int_equal(b->result.action, FORM_SUBMIT);
	assert_error(b, 0, "l.1.a", "Enter “a”");
}

FORM_TEST(a_list_that_may_not_grow_does_not)
{
	load(b, "{'type':'dynamiclist','path':'l','allowAddRemove':false,'components':["
		TEXT("a", "") "]}");
	read_all(b, "{'f.l.#':'9','f.l.0.a':'x','f.l.5.a':'y','form.add':'l'}", "{}");
	assert_json(b, b->result.data, "{'l':[{'a':'x'}]}");
	read_all(b, "{'f.l.#':'0','f.l.0.a':'x','form.remove':'l.0'}", "{}");
	assert_json(b, b->result.data, "{'l':[{'a':'x'}]}");
}

FORM_TEST(huge_lists_and_wild_names_are_bounded)
{
	load(b, LIST);
	read_all(b, "{'f.l.#':'99999999','f.l.99999999.a':'x'}", "{}");
	assert_int_equal(value_get(b->result.data, S("l")).n, 1);
	read_all(b, "{'f.l.#':'200','form.add':'l'}", "{}");
	assert_int_equal(value_get(b->result.data, S("l")).n, FORM_LIST_MAX);
	static const char *const WILD[] = { "{'form.remove':'l.-1'}", "{'form.remove':'l'}",
					    "{'form.remove':'.'}",    "{'form.remove':'l.7'}",
					    "{'form.add':'l.0'}",     "{'form.add':'zz'}",
					    "{'form.remove':'0.0'}",  "{'f.l.#':['x',{}]}" };
	for (size_t i = 0; i < sizeof WILD / sizeof *WILD; i++) {
		read_all(b, WILD[i], "{}");
		assert_json(b, b->result.data, "{'l':[{'a':''}]}");
	}
}

FORM_TEST(data_of_the_wrong_shape_is_made_fit)
{
	load(b, LIST "," NUMBER("g.n", ""));
	form_check(b->form, quoted(b, "{'l':'x','g':7}"), &b->env, &b->result);
	assert_json(b, b->result.submission, "{'l':[{'a':''}],'g':{'n':null}}");
	form_check(b->form, quoted(b, "[1]"), &b->env, &b->result);
	assert_json(b, b->result.submission, "{'l':[{'a':''}],'g':{'n':null}}");
}

/* --- Pages --- */

#define GROUP(id, more, inside) \
	"{'type':'group','id':'" id "','label':'" id "'" more ",'components':[" inside "]}"

FORM_TEST(each_group_is_a_page_and_hidden_ones_are_skipped)
{
	load(b, "{'type':'text','text':'Hello'},"
		GROUP("A", "", "{'type':'checkbox','key':'twins'}") ","
		GROUP("B", ",'conditional':{'hide':'=twins = false'}", TEXT("b", "")) ","
		TEXT("c", "") "," NUMBER("d", "") ","
		GROUP("E", "", TEXT("e", "")) ",{'type':'button','label':'Send'}");
	assert_int_equal(form_page_count(b->form), 4);
	assert_true(str_eq(form_submit_label(b->form), S("Send")));
	struct value data = form_start(b->form, value_map(), &b->env);
	assert_int_equal(form_page_next(b->form, -1, data, &b->env), 0);
	assert_int_equal(form_page_next(b->form, 0, data, &b->env), 2);
	assert_int_equal(form_page_previous(b->form, 2, data, &b->env), 0);
	assert_int_equal(form_page_next(b->form, 3, data, &b->env), FORM_ALL);
	struct value twins = quoted(b, "{'twins':true}");
	assert_int_equal(form_page_next(b->form, 0, twins, &b->env), 1);
	struct value pages = form_pages(b->form, twins, &b->env);
	assert_json(b, value_get(pages.items[1], S("title")), "'B'");
}

FORM_TEST(a_page_tells_only_its_own_mistakes)
{
	load(b, GROUP("A", "", TEXT("a", ",'validate':{'required':true}")) ","
		GROUP("B", "", TEXT("b", ",'validate':{'required':true}")));
	form_read(b->form, 0, quoted(b, "{'f.a':'','f.b':'hacked'}"), value_map(), &b->env,
		  &b->result);
	assert_int_equal(b->result.errors.n, 1);
	assert_error(b, 0, "a", "Enter “a”");
	assert_json(b, value_get(b->result.data, S("b")), "''");
	form_check(b->form, b->result.data, &b->env, &b->result);
	assert_int_equal(b->result.errors.n, 2);
	assert_json(b, value_get(b->result.errors.items[1], S("page")), "1");
}

/* --- Expressions --- */

FORM_TEST(expressions_are_computed_in_the_order_they_need)
{
	load(b, "{'type':'expression','key':'c','expression':'=if d = null then 0 else d + 1',"
		"'computeOn':'change'},"
		"{'type':'expression','key':'d','expression':'=n * 2','computeOn':'presubmit'},"
		NUMBER("n", ""));
	read_all(b, "{'f.n':'4','f.c':'99'}", "{}");
	assert_json(b, b->result.submission, "{'c':9,'d':8,'n':4}");
}

FORM_TEST(side_files_bring_another_language)
{
	assert_true(try_load(b,
			     "{'type':'select','id':'s','key':'s','label':'Phường'," OPTIONS
			     ",'validate':{'required':true}}",
			     "{'s':{'label':'Ward','values':{'1':'First'}}}", true));
	read_all(b, "{'f.s':''}", "{}");
	assert_error(b, 0, "s", "Select “Ward”");
	struct form_show show = { .page = FORM_ALL };
	str page = form_html(b->form, &show, &b->env).s;
	assert_has(page, ">First</option>");
	assert_has(page, ">Two</option>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_names_element_key_and_property),
		cmocka_unit_test(two_fields_cannot_be_bound_to_one_path),
		cmocka_unit_test(a_field_cannot_reach_into_a_list_from_outside),
		cmocka_unit_test(expressions_in_a_circle_are_refused),
		cmocka_unit_test(an_expression_that_needs_itself_ends),
		cmocka_unit_test(lint_tells_every_fault_and_missing_translation),
		cmocka_unit_test(nesting_without_end_is_refused),
		cmocka_unit_test(a_hidden_value_is_neither_submitted_nor_kept),
		cmocka_unit_test(hidden_items_of_lists_are_dropped_one_by_one),
		cmocka_unit_test(nested_lists_see_item_parent_and_position),
		cmocka_unit_test(posted_values_of_locked_fields_are_ignored),
		cmocka_unit_test(only_what_is_asked_is_read_and_checked),
		cmocka_unit_test(a_box_left_open_is_told_from_one_that_was_not_there),
		cmocka_unit_test(what_was_not_on_the_page_stays),
		cmocka_unit_test(only_options_offered_are_taken),
		cmocka_unit_test(options_come_from_data_and_expressions),
		cmocka_unit_test(steps_are_exact_in_decimals),
		cmocka_unit_test(numbers_are_read_as_people_write_them),
		cmocka_unit_test(what_is_no_number_is_shown_again),
		cmocka_unit_test(a_number_can_be_kept_as_text_with_all_its_digits),
		cmocka_unit_test(lengths_are_counted_without_blanks_at_the_ends),
		cmocka_unit_test(a_pattern_may_bring_its_own_message),
		cmocka_unit_test(a_hostile_pattern_ends),
		cmocka_unit_test(telephones_may_be_written_the_domestic_way_at_home),
		cmocka_unit_test(one_line_stays_one_line),
		cmocka_unit_test(a_day_is_read_from_three_boxes_or_one),
		cmocka_unit_test(a_day_that_does_not_exist_is_shown_again),
		cmocka_unit_test(a_moment_needs_date_and_time),
		cmocka_unit_test(a_time_between_the_steps_is_refused_not_rounded),
		cmocka_unit_test(lists_in_lists_do_not_multiply),
		cmocka_unit_test(times_are_read_as_people_write_them),
		cmocka_unit_test(a_passed_day_can_be_refused),
		cmocka_unit_test(a_posted_text_is_never_a_file),
		cmocka_unit_test(uploads_are_ruled_before_they_are_stored),
		cmocka_unit_test(buttons_add_and_remove_items),
		cmocka_unit_test(a_list_that_may_not_grow_does_not),
		cmocka_unit_test(huge_lists_and_wild_names_are_bounded),
		cmocka_unit_test(data_of_the_wrong_shape_is_made_fit),
		cmocka_unit_test(each_group_is_a_page_and_hidden_ones_are_skipped),
		cmocka_unit_test(a_page_tells_only_its_own_mistakes),
		cmocka_unit_test(expressions_are_computed_in_the_order_they_need),
		cmocka_unit_test(side_files_bring_another_language),
	};
	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
