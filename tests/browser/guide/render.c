/* render TEMPLATES MO LANGUAGE PAGE < VIEW.json: one page of the style guide by the real engine. The
 * shared partials come from the folder TEMPLATES, PAGE is a template file beside it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/embed.h"
#include "base/json.h"
#include "text/i18n.h"
#include "text/template.h"

static str read_all(struct arena *arena, FILE *file)
{
	struct buf out = { .arena = arena };
	char part[65536];
	for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0;)
		buf_bytes(&out, part, n);
	return buf_view(&out);
}

static str file_text(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return S("");
	str text = arena_copy(arena, read_all(arena, file));
	fclose(file);
	return text;
}

static enum err render(struct ctx *ctx, char **arguments, struct buf *out)
{
	const struct language *language;
	struct embedded_set files;
	struct template_set *set;
	const struct template *page;
	struct value view;
	struct json_fault fault = { 0 };
	TRY(language_load(ctx, ctx->arena, str_z(arguments[3]), file_text(ctx->arena, arguments[2]),
			  &language));
	TRY(embedded_folder(ctx, arguments[1], &files));
	const struct template_options options = { .languages = &language, .n = 1, .offset = 420,
						  .only_safe_markup = true };
	TRY(template_set_load(ctx, ctx->arena, files, &options, &set));
	TRY(template_compile(ctx, ctx->arena, S("page"), file_text(ctx->arena, arguments[4]), set,
			     language, &page));
	if (!json_parse(ctx->arena, read_all(ctx->arena, stdin), &view, &fault))
		return fail(ctx, ERR_INVALID, "the view is no JSON: line %zu", fault.line);
	return template_render(ctx, page, view, out);
}

int main(int argc, char **argv)
{
	struct arena arena;
	if (argc != 5) {
		fputs("usage: render TEMPLATES MO LANGUAGE PAGE < VIEW.json\n", stderr);
		return 2;
	}
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	struct buf out = { .arena = &arena };
	enum err err = render(&ctx, argv, &out);
	if (err == OK)
		fwrite(out.p, 1, out.n, stdout);
	else
		fprintf(stderr, "%.*s\n", STR_ARG(ctx.fault.message));
	arena_done(&arena);
	return err == OK ? 0 : 1;
}
