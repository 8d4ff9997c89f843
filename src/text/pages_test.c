/* The templates and languages that go into the program, as it loads them. */
#include "text/template.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

extern const struct embedded_set embedded_templates, embedded_languages;

static const struct language *language(struct ctx *ctx, const char *code)
{
	const struct language *result;
	str name = arena_printf(ctx->arena, "%s.mo", code);
	const struct embedded *file = embedded_find(embedded_languages, name);
	assert_non_null(file);
	if (language_load(ctx, ctx->arena, str_z(code), file->bytes, &result))
		fail_msg("%s", ctx->fault.message.p);
	return result;
}

static void every_template_compiles_in_every_language(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	const struct language *languages[] = { language(&ctx, "vi"), language(&ctx, "en") };
	const struct template_options options = {
		.languages = languages, .n = 2, .offset = 420, .only_safe_markup = true
	};
	struct template_set *set;
	if (template_set_load(&ctx, &arena, embedded_templates, &options, &set))
		fail_msg("%s", ctx.fault.message.p);
	assert_non_null(template_set_get(set, S("layout"), languages[0]));
	assert_non_null(template_set_get(set, S("layout"), languages[1]));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_template_compiles_in_every_language),
	};
	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
