/*
 * form-js's own fixtures, each a form marked valid or not, and real forms, which all must load and
 * be drawn. A folder is taken as it is: a file that holds {form, valid} is a fixture, one that
 * holds components is a form, the JSON Schema itself is passed over.
 */
#include "form/form.h"
#include "suite.h"

static void run_fixture(struct suite *suite, const char *path, struct value fixture,
			struct arena *arena)
{
	struct form_fault fault;
	bool expected = value_is_true(value_get(fixture, S("valid")));
	bool valid = form_schema_valid(arena, value_get(fixture, S("form")), &fault);
	char why[512];
	snprintf(why, sizeof why, "must %s: %.*s", expected ? "be accepted" : "be refused",
		 STR_ARG(valid ? S("was accepted") : fault.message));
	suite_case(suite, valid == expected, true, path, why);
}

/* Balanced tags are the least a page must have. */
static bool is_balanced(str page)
{
	long open = 0, quotes = 0;
	for (size_t i = 0; i < page.n; i++) {
		open += page.p[i] == '<' ? 1 : page.p[i] == '>' ? -1 : 0;
		quotes += page.p[i] == '"';
		if (open < 0 || open > 1)
			return false;
	}
	return open == 0 && quotes % 2 == 0;
}

static void run_form(struct suite *suite, const char *path, str text, struct arena *arena)
{
	struct ctx ctx = { .arena = arena };
	struct form_env env = { .ctx = &ctx, .offset = 420 };
	struct form_source source = { .text = text };
	struct form_fault fault;
	struct form *form;
	if (!form_load(arena, &source, &form, &fault)) {
		char why[512];
		snprintf(why, sizeof why, "does not load: %.*s (%.*s)", STR_ARG(fault.message),
			 STR_ARG(fault.id));
		suite_case(suite, false, true, path, why);
		return;
	}
	struct form_show show = { .page = FORM_ALL,
				  .data = form_start(form, value_map(), &env),
				  .buttons = true };
	str page = form_html(form, &show, &env).s;
	str summary = form_summary_html(form, show.data, S("/x/"), S(""), &env).s;
	struct form_result result;
	form_check(form, show.data, &env, &result);
	suite_case(suite, is_balanced(page) && is_balanced(summary), true, path,
		   "is not drawn in good order");
}

static void run_file(void *object, const char *path)
{
	struct suite *suite = object;
	struct arena arena;
	struct value v;
	struct json_fault fault;
	arena_init(&arena);
	str text = suite_read(&arena, path);
	if (!json_parse(&arena, text, &v, &fault))
		suite_case(suite, false, true, path, fault.message);
	else if (value_find(v, S("form")) && value_find(v, S("valid")))
		run_fixture(suite, path, v, &arena);
	else if (value_get(v, S("components")).kind == VALUE_LIST)
		run_form(suite, path, text, &arena);
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	struct suite suite = suite_start("form-schema", argc, argv);
	suite_walk(suite.folder, S(".json"), run_file, &suite);
	return suite_finish(&suite);
}
