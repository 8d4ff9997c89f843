/* A template, then after a byte 0 the view as JSON. Both as a page and as the plain specification
 * has it, where the template may call itself. */
#include "base/json.h"
#include "fuzz.h"
#include "text/template.h"

static void render(struct arena *arena, str text, struct value view,
		   const struct template_options *options)
{
	struct ctx ctx = { .arena = arena };
	struct buf out = { .arena = arena };
	struct template_set *set;
	const struct embedded files[] = {
		{ .name = S("a.mustache"), .bytes = text },
		{ .name = S("b.mustache"), .bytes = S("[{{$x}}\n  y{{/x}}{{z}}]\n") },
	};
	if (template_set_load(&ctx, arena, (struct embedded_set){ files, 2 }, options, &set)) {
		FUZZ_HOLDS(ctx.fault.message.n > 0);
		return;
	}
	if (template_render(&ctx, template_set_get(set, S("a"), NULL), view, &out))
		FUZZ_HOLDS(ctx.fault.message.n > 0);
}

FUZZ(arena, input)
{
	struct ctx ctx = { .arena = arena };
	const struct language *vi;
	size_t end = str_find_byte(input, '\0');
	str text = str_slice(input, 0, end);
	struct value view = value_map();
	if (end != SIZE_MAX)
		json_parse(arena, str_slice(input, end + 1, input.n), &view, NULL);
	FUZZ_HOLDS(language_load(&ctx, arena, S("vi"), S(""), &vi) == OK);
	render(arena, text, view, &(struct template_options){ 0 });
	render(arena, text, view, &(struct template_options){
		.languages = &vi, .n = 1, .strict = true, .only_safe_markup = true });
}
