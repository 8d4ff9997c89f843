/* What the officers' forms share: form environment, papers checked off, mistakes. */
#include "cases/desk.h"
#include "cases/room.h"

#include "rules/feel.h"
#include "text/markdown.h"
#include "text/template.h"
#include "web/view.h"

static html text_markup(struct arena *arena, str text)
{
	return markdown_html(arena, text, &(struct markdown_options){ .first_heading = 3 });
}

struct form_env desk_form_env(struct request *request)
{
	return (struct form_env){
		.ctx = &request->ctx, .now = clock_business(),
		.offset = calendar_zone(cases_calendar(request->state)), .country = S("84"),
		.markdown = text_markup,
	};
}

bool desk_paper_needed(struct arena *arena, struct value paper, struct value data)
{
	struct value required = value_get(paper, S("required"));
	str text = value_text(required);
	struct feel_fault fault;
	struct feel *condition;
	if (!str_starts(text, S("=")))
		return value_is_true(required);
	if (!feel_parse(arena, str_slice(text, 1, text.n), NULL, &condition, &fault))
		return false;
	struct feel_scope scope = { .variables = data };
	return value_is_true(feel_eval(condition, arena, &scope, NULL, NULL));
}

/* What the procedure asks to be handed in: an original, else a copy. */
static bool wants_original(struct value paper)
{
	return value_integer(value_get(paper, S("original")), 0) > 0;
}

static struct value paper_note(struct request *request, const struct procedure *procedure,
			       uint32_t i, bool needed)
{
	struct arena *arena = request->ctx.arena;
	struct value paper = value_item(value_get(procedure->body, S("papers")), i);
	str path = arena_printf(arena, "papers.%u.note", i);
	str note = value_is_null(value_get(paper, S("note"))) ? S("") :
		procedure_text(procedure, path, request->language);
	const char *how = !needed ? N_("where it applies") :
			  wants_original(paper) ? N_("original needed") : N_("a copy will do");
	if (str_empty(note))
		return view_text(request, how);
	return value_str(arena_printf(arena, "%s. %.*s", ctx_text(&request->ctx, how), STR_ARG(note)));
}

struct value desk_papers(struct request *request, const struct procedure *procedure,
			 struct value data, struct value ticked)
{
	static const char *const states[] = { "original", "copy", "certified", "missing" };
	struct arena *arena = request->ctx.arena;
	struct value papers = value_get(procedure->body, S("papers")), list = value_list();
	for (uint32_t i = 0; i < papers.n; i++) {
		struct value item = value_map(), paper = papers.items[i];
		str code = value_text(value_get(paper, S("code")));
		str path = arena_printf(arena, "papers.%u.title", i);
		str state = value_text(value_get(ticked, code));
		str id = arena_printf(arena, "paper-%.*s", STR_ARG(code));
		bool needed = desk_paper_needed(arena, paper, data);
		value_append(arena, &item, S("id"), value_str(code));
		value_append(arena, &item, S("name"),
			     value_str(procedure_text(procedure, path, request->language)));
		value_append(arena, &item, S("note"), paper_note(request, procedure, i, needed));
		value_append(arena, &item, S("error"), value_get(request->mistakes, id));
		value_append(arena, &item, S("expected"), value_str(!needed ? S("") :
			     wants_original(paper) ? S("original") : S("copy")));
		for (size_t n = 0; n < sizeof states / sizeof *states; n++)
			value_append(arena, &item, str_z(states[n]),
				     value_bool(str_eq(state, str_z(states[n]))));
		value_push(arena, &list, item);
	}
	return list;
}

void desk_read_papers(struct request *request, const struct procedure *procedure,
		      struct paper_check **ret_papers, size_t *ret_n)
{
	struct arena *arena = request->ctx.arena;
	struct value papers = value_get(procedure->body, S("papers"));
	*ret_papers = ARENA_ARRAY(arena, struct paper_check, papers.n + 1);
	*ret_n = 0;
	for (uint32_t i = 0; i < papers.n; i++) {
		str code = value_text(value_get(papers.items[i], S("code")));
		str name = arena_printf(arena, "paper-%.*s", STR_ARG(code));
		str state = request_field(request, name.p);
		if (!str_empty(state))
			(*ret_papers)[(*ret_n)++] = (struct paper_check){ code, state };
	}
}

struct value desk_errors(struct request *request, struct value form_errors)
{
	struct arena *arena = request->ctx.arena;
	struct value list = view_errors(request);
	for (uint32_t i = 0; form_errors.kind == VALUE_LIST && i < form_errors.n; i++) {
		struct value item = value_map();
		str anchor = value_text(value_get(form_errors.items[i], S("anchor")));
		value_append(arena, &item, S("text"), value_get(form_errors.items[i], S("message")));
		value_append(arena, &item, S("href"),
			     value_str(arena_printf(arena, "#%.*s", STR_ARG(anchor))));
		value_push(arena, &list, item);
	}
	return list;
}

int64_t desk_counter(const struct principal *principal)
{
	for (size_t i = 0; i < principal->n_grants; i++)
		if (role_allows(principal->grants[i].role, ACT_CASE_FILE))
			return principal->grants[i].organisation;
	return 0;
}
