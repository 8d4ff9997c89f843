/* A form, what is posted and what is known, three JSON texts apart by lines of "---". */
#include "form/form.h"
#include "fuzz.h"

static str next_part(str *rest)
{
	static const char line[] = "\n---\n";
	size_t at = str_find(*rest, str_z(line));
	str part = str_slice(*rest, 0, at);
	*rest = at == SIZE_MAX ? S("") : str_slice(*rest, at + strlen(line), rest->n);
	return part;
}

static struct value next_value(struct arena *arena, str *rest)
{
	struct value v;
	struct json_fault fault;
	return json_parse(arena, next_part(rest), &v, &fault) ? v : value_null();
}

/* An attribute that does something. What was typed may well read " style=": it stands in quotes. */
static bool acts(str attribute)
{
	static const char *const ACTING[] = { " style=", " on", " href=\"javascript:", " src=\"javascript:" };
	for (size_t i = 0; i < sizeof ACTING / sizeof *ACTING; i++)
		if (str_starts(attribute, str_z(ACTING[i])))
			return true;
	return false;
}

/* Tags and quotes are closed, and nothing acts. */
static bool is_harmless(str page)
{
	bool in_tag = false, in_quotes = false;
	for (size_t i = 0; i < page.n; i++) {
		char c = page.p[i];
		if (in_tag && !in_quotes && c == ' ' && acts(str_slice(page, i, page.n)))
			return false;
		if (c == '"' && in_tag)
			in_quotes = !in_quotes;
		if ((c == '<' && in_tag) || (c == '>' && !in_tag && !in_quotes))
			return false;
		in_tag = c == '<' || (in_tag && c != '>');
	}
	return !in_tag && !in_quotes && str_find(page, S("<script")) == SIZE_MAX;
}

static void show_all(const struct form *form, const struct form_result *result,
		     struct form_env *env)
{
	struct form_show show = { .page = FORM_ALL,
				  .data = result->data,
				  .errors = result->errors,
				  .typed = result->typed,
				  .file_base = S("/tep/"),
				  .buttons = true };
	FUZZ_HOLDS(is_harmless(form_html(form, &show, env).s));
	FUZZ_HOLDS(is_harmless(form_errors_html(result->errors, env).s));
	FUZZ_HOLDS(is_harmless(
		form_summary_html(form, result->data, S("/nop/"), S("/tep/"), env).s));
}

FUZZ(arena, input)
{
	struct ctx ctx = { .arena = arena };
	struct form_env env = { .ctx = &ctx, .offset = 420, .country = S("84") };
	struct form_source source = { .text = next_part(&input) };
	struct form_fault fault = { 0 };
	struct form_result result;
	struct form *form;
	struct value posted = next_value(arena, &input), data = next_value(arena, &input);
	form_lint(arena, &source);
	if (!form_load(arena, &source, &form, &fault)) {
		FUZZ_HOLDS(fault.message.n > 0);
		return;
	}
	form_read(form, FORM_ALL, posted, data, &env, &result);
	FUZZ_HOLDS(result.data.kind == VALUE_MAP && result.errors.kind == VALUE_LIST);
	show_all(form, &result, &env);
	form_check(form, result.data, &env, &result);
	show_all(form, &result, &env);
	form_pages(form, result.data, &env);
}
