/* motcua sample: a form of a pack filled in, as JSON for the API. */
#include "app/answers.h"
#include "app/app.h"

#include "base/json.h"

/* {"data": what form-js would submit, "errors": what is still missing, as papers}. */
static void print_answers(struct ctx *ctx, const struct form_result *filled)
{
	struct buf out = { .arena = ctx->arena };
	struct value v = value_map();
	value_append(ctx->arena, &v, S("data"), filled->submission);
	value_append(ctx->arena, &v, S("errors"), filled->errors);
	json_write(&out, v);
	printf("%.*s\n", STR_ARG(buf_view(&out)));
}

static enum err read_given(struct ctx *ctx, const char *text, struct value *ret_given)
{
	struct json_fault fault;
	*ret_given = value_map();
	if (text && !json_parse(ctx->arena, str_z(text), ret_given, &fault))
		return fail(ctx, ERR_INVALID, "the answers that are given, column %d: %s",
			    (int)fault.column, fault.message);
	return OK;
}

enum err command_sample(struct ctx *ctx, struct app *app)
{
	const struct options *o = &app->options;
	struct procedure procedure = { 0 };
	struct value procedures, given;
	struct form_result filled;
	int64_t seed = 1;
	if (o->n_arguments < 3 || o->n_arguments > 4)
		return fail(ctx, ERR_INVALID, "sample needs a pack, a procedure and a form");
	if (o->seed && !str_int(str_z(o->seed), 0, INT32_MAX, &seed))
		return fail(ctx, ERR_INVALID, "--seed K: write a whole number");
	TRY(app_set_clock(ctx, app));
	TRY(read_given(ctx, o->arguments[3], &given));
	TRY(pack_procedures(ctx, o->arguments[0], &procedures));
	const struct value *files = value_find(procedures, str_z(o->arguments[1]));
	if (!files)
		return fail(ctx, ERR_NOT_FOUND, "There is no procedure “%s”", o->arguments[1]);
	TRY(procedure_read(ctx, *files, &procedure));
	const struct form *form = procedure_form(&procedure, str_z(o->arguments[2]), S("vi"));
	if (!form)
		return fail(ctx, ERR_NOT_FOUND, "It has no form “%s”", o->arguments[2]);
	struct dice dice = dice_of(seed, 0);
	answers_make(ctx, &dice, clock_business(), form, given, &filled);
	print_answers(ctx, &filled);
	return OK;
}
