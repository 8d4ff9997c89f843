/*
 * The Mustache specification's own cases. Lambdas are given there as code in several languages;
 * as C has no such thing to read, each code we know stands for a C function of the same effect
 * (found by its text). A case with code that is not known fails.
 */
#include "base/json.h"
#include "suite.h"
#include "text/template.h"

struct lambda_code {
	const char *python;
	str (*call)(void *object, struct arena *arena, str text);
};

static str say_world(void *object, struct arena *arena, str text)
{
	return S("world");
}

static str say_planet(void *object, struct arena *arena, str text)
{
	return S("{{planet}}");
}

static str say_both_planets(void *object, struct arena *arena, str text)
{
	return S("|planet| => {{planet}}");
}

static str count_calls(void *object, struct arena *arena, str text)
{
	int *calls = object;
	return arena_printf(arena, "%d", ++*calls);
}

static str say_greater(void *object, struct arena *arena, str text)
{
	return S(">");
}

static str is_it_x(void *object, struct arena *arena, str text)
{
	return str_eq(text, S("{{x}}")) ? S("yes") : S("no");
}

static str around_planet(void *object, struct arena *arena, str text)
{
	return arena_printf(arena, "%.*s{{planet}}%.*s", STR_ARG(text), STR_ARG(text));
}

static str around_both(void *object, struct arena *arena, str text)
{
	return arena_printf(arena, "%.*s{{planet}} => |planet|%.*s", STR_ARG(text), STR_ARG(text));
}

static str underlined(void *object, struct arena *arena, str text)
{
	return arena_printf(arena, "__%.*s__", STR_ARG(text));
}

static str say_nothing(void *object, struct arena *arena, str text)
{
	return S("");
}

static const struct lambda_code codes[] = {
	{ "lambda: \"world\"", say_world },
	{ "lambda: \"{{planet}}\"", say_planet },
	{ "lambda: \"|planet| => {{planet}}\"", say_both_planets },
	{ "lambda: globals().update(calls=globals().get(\"calls\",0)+1) or calls", count_calls },
	{ "lambda: \">\"", say_greater },
	{ "lambda text: text == \"{{x}}\" and \"yes\" or \"no\"", is_it_x },
	{ "lambda text: \"%s{{planet}}%s\" % (text, text)", around_planet },
	{ "lambda text: \"%s{{planet}} => |planet|%s\" % (text, text)", around_both },
	{ "lambda text: \"__%s__\" % (text)", underlined },
	{ "lambda text: 0", say_nothing },
};

/* The data with code replaced by lambdas. */
static struct value with_lambdas(struct arena *arena, struct value v)
{
	struct value copy = value_map();
	str python = value_text(value_get(v, S("python")));
	if (v.kind != VALUE_MAP)
		return v;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (str_eq(python, str_z(codes[i].python))) {
			struct template_lambda *lambda = ARENA_NEW(arena, struct template_lambda);
			*lambda = (struct template_lambda){ codes[i].call, ARENA_NEW(arena, int) };
			return value_lambda(lambda);
		}
	for (uint32_t i = 0; i < v.n; i++)
		value_append(arena, &copy, v.members[i].key,
			     with_lambdas(arena, v.members[i].value));
	return copy;
}

static struct embedded_set files_of(struct arena *arena, struct value partials, str template)
{
	struct embedded *files = ARENA_ARRAY(arena, struct embedded, partials.n + 1);
	size_t n = 0;
	/* No partial can have this name: it holds a blank. */
	files[n++] = (struct embedded){ .name = S("the template.mustache"), .bytes = template };
	for (uint32_t i = 0; partials.kind == VALUE_MAP && i < partials.n; i++)
		files[n++] = (struct embedded){
			.name = arena_printf(arena, "%.*s.mustache",
					     STR_ARG(partials.members[i].key)),
			.bytes = value_text(partials.members[i].value),
		};
	return (struct embedded_set){ files, n };
}

static void run_test(struct suite *suite, const char *path, struct value test)
{
	struct arena arena;
	struct template_set *set;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	struct buf out = { .arena = &arena };
	const struct template_options options = { 0 };
	struct embedded_set files = files_of(&arena, value_get(test, S("partials")),
					     value_text(value_get(test, S("template"))));
	enum err err = template_set_load(&ctx, &arena, files, &options, &set);
	if (!err)
		err = template_render(&ctx, template_set_get(set, S("the template"), NULL),
				      with_lambdas(&arena, value_get(test, S("data"))), &out);
	str expected = value_text(value_get(test, S("expected"))), got = buf_view(&out);
	str name = value_text(value_get(test, S("name")));
	str where = arena_printf(&arena, "%s: %.*s", path, STR_ARG(name));
	str why = err ? ctx.fault.message :
			arena_printf(&arena, "got \"%.*s\", expected \"%.*s\"", STR_ARG(got),
				     STR_ARG(expected));
	suite_case(suite, !err && str_eq(got, expected), !str_empty(expected), where.p,
		   arena_copy(&arena, why).p);
	arena_done(&arena);
}

static void run_file(void *object, const char *path)
{
	struct suite *suite = object;
	struct arena arena;
	struct value file;
	arena_init(&arena);
	if (!json_parse(&arena, suite_read(&arena, path), &file, NULL)) {
		suite_case(suite, false, true, path, "this is no JSON");
	} else {
		struct value tests = value_get(file, S("tests"));
		for (uint32_t i = 0; i < tests.n; i++)
			run_test(suite, path, tests.items[i]);
	}
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	struct suite suite = suite_start("mustache", argc, argv);
	suite_walk(suite.folder, S(".json"), run_file, &suite);
	return suite_finish(&suite);
}
