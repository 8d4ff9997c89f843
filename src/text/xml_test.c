#include "text/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static bool parses(struct arena *arena, str text, struct xml_node **ret_root)
{
	struct xml_fault fault = { 0 };

	return xml_parse(arena, text, ret_root, &fault);
}

static void assert_str(str got, str wanted)
{
	assert_int_equal(got.n, wanted.n);
	assert_memory_equal(got.p, wanted.p, wanted.n);
}

static void names_carry_their_namespace_not_their_prefix(void **state)
{
	struct arena arena;
	struct xml_node *root;

	arena_init(&arena);
	assert_true(parses(&arena, S("<a:x xmlns:a='urn:1' xmlns='urn:2' k='v' a:k='w'>"
				     "<y q='a:z'>t</y></a:x>"), &root));
	assert_true(xml_is(root, S("urn:1"), S("x")));
	assert_str(xml_get(root, S("k")), S("v"));
	assert_str(xml_get_in(root, S("urn:1"), S("k")), S("w"));
	struct xml_node *y = xml_child(root, S("urn:2"), S("y"));
	assert_non_null(y);
	assert_null(xml_child(root, S("urn:1"), S("y")));
	str space;
	assert_str(xml_local(y, xml_get(y, S("q")), &space), S("z"));
	assert_str(space, S("urn:1"));
	assert_str(xml_local(y, S("plain"), &space), S("plain"));
	assert_str(space, S("urn:2"));
	arena_done(&arena);
}

static void text_is_joined_and_blanks_between_children_dropped(void **state)
{
	struct arena arena;
	struct xml_node *root;

	arena_init(&arena);
	assert_true(parses(&arena, S("<a>\n <b> x &lt; <![CDATA[ & ]]> y </b>\n <c> </c>\n</a>"),
			   &root));
	assert_str(root->text, S(""));
	assert_str(root->first->text, S(" x <  &  y "));
	assert_str(root->first->next->text, S(" "));
	assert_int_equal(root->first->line, 2);
	assert_int_equal(root->first->column, 2);
	assert_str(xml_child_text(root, S(""), S("b")), S("x <  &  y"));
	arena_done(&arena);
}

static void entity_bombs_are_refused_with_their_line(void **state)
{
	struct arena arena;
	struct xml_node *root;
	struct xml_fault fault;

	arena_init(&arena);
	assert_false(xml_parse(&arena, S("<!DOCTYPE a [\n<!ENTITY l 'lol'>\n"
					 "<!ENTITY m '&l;&l;&l;'>]><a>&m;</a>"), &root, &fault));
	assert_int_equal(fault.line, 2);
	assert_non_null(strstr(fault.message, "entity"));
	assert_false(xml_parse(&arena, S("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
					 "<a>&x;</a>"), &root, &fault));
	arena_done(&arena);
}

static void depth_is_limited(void **state)
{
	struct arena arena;
	struct xml_node *root;
	static char text[3 * (XML_DEPTH + 1)];

	for (int i = 0; i <= XML_DEPTH; i++)
		memcpy(text + 3 * i, "<a>", 3);
	arena_init(&arena);
	struct xml_fault fault;
	assert_false(xml_parse(&arena, str_of(text, sizeof(text)), &root, &fault));
	assert_non_null(strstr(fault.message, "deeply"));
	arena_done(&arena);
}

static void single_byte_encodings_become_utf8(void **state)
{
	struct arena arena;
	struct xml_node *root;

	arena_init(&arena);
	assert_true(parses(&arena, S("<?xml version='1.0' encoding='WINDOWS-1252'?>"
				     "<a>\x80 \xe9 \x93x\x94</a>"), &root));
	assert_str(root->text, S("€ é “x”"));
	assert_true(parses(&arena, S("<?xml version='1.0' encoding='windows-1251'?>"
				     "<a>\xcf\xf0</a>"), &root));
	assert_str(root->text, S("Пр"));
	assert_true(parses(&arena, S("<?xml version='1.0' encoding='windows-1258'?>"
				     "<a>\xf0\xf5</a>"), &root));
	assert_str(root->text, S("đơ"));
	assert_false(parses(&arena, S("<?xml version='1.0' encoding='no-such'?><a/>"), &root));
	arena_done(&arena);
}

static void broken_text_names_its_line(void **state)
{
	struct arena arena;
	struct xml_node *root;
	struct xml_fault fault;

	arena_init(&arena);
	assert_false(xml_parse(&arena, S("<a>\n<b>\n</a>"), &root, &fault));
	assert_int_equal(fault.line, 3);
	assert_false(xml_parse(&arena, S(""), &root, &fault));
	assert_false(xml_parse(&arena, S("<a>"), &root, &fault));
	assert_false(xml_parse(&arena, S("<a/><b/>"), &root, &fault));
	assert_false(xml_parse(&arena, S("<x:a/>"), &root, &fault));
	assert_non_null(strstr(fault.message, "prefix"));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_carry_their_namespace_not_their_prefix),
		cmocka_unit_test(text_is_joined_and_blanks_between_children_dropped),
		cmocka_unit_test(entity_bombs_are_refused_with_their_line),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(single_byte_encodings_become_utf8),
		cmocka_unit_test(broken_text_names_its_line),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
