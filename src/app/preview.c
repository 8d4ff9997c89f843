/* motcua letter: how a letter of a pack looks over given data, while it is being written. */
#include "app/app.h"

#include "base/json.h"
#include "cases/letter.h"
#include "print/print.h"

#include <unistd.h>

static enum err write_out(struct ctx *ctx, str bytes)
{
	while (bytes.n) {
		ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.n);
		if (n <= 0)
			return fail(ctx, ERR_IO, "The letter cannot be written");
		bytes = str_slice(bytes, (size_t)n, bytes.n);
	}
	return OK;
}

enum err command_letter_preview(struct ctx *ctx, struct app *app)
{
	struct buf text = { .arena = ctx->arena };
	const struct template *template;
	struct json_fault fault;
	struct value view;
	str letter, data, pdf;
	if (app->options.n_arguments != 2)
		return fail(ctx, ERR_INVALID, "letter needs a letter's file and a file with its data");
	const char *name = app->options.arguments[0];
	TRY(app_read_file(ctx, name, &letter));
	TRY(app_read_file(ctx, app->options.arguments[1], &data));
	if (!json_parse(ctx->arena, data, &view, &fault))
		return fail(ctx, ERR_INVALID, "%s, line %d: %s", app->options.arguments[1],
			    (int)fault.line, fault.message);
	TRY(app_texts(ctx, app));
	TRY(template_compile(ctx, ctx->arena, str_z(name), letter_with_foot(ctx->arena, letter),
			     app->templates, app->languages[0], &template));
	TRY(template_render(ctx, template, view, &text));
	TRY(print_pdf(ctx, buf_view(&text), clock_real(), &pdf, NULL));
	return write_out(ctx, pdf);
}
