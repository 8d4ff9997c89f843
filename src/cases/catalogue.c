#include "cases/room.h"

bool procedure_received_by(const struct procedure *procedure,
			   const struct organisation *organisation)
{
	struct value kinds = value_path(procedure->body, S("competence.kinds"));
	for (uint32_t i = 0; i < kinds.n; i++)
		if (organisation_is(organisation, value_text(kinds.items[i])))
			return true;
	return false;
}

static bool in_force(const struct procedure *p, int64_t day)
{
	return p->valid_from <= day && (p->valid_to == 0 || p->valid_to >= day);
}

const struct procedure *procedure_in_force(struct cases *cases, str name, usec at)
{
	const struct catalogue *catalogue = cases_catalogue(cases);
	int64_t day = calendar_day(catalogue->calendar, at);
	const struct procedure *found = NULL;
	for (size_t i = 0; i < catalogue->n; i++) {
		const struct procedure *p = catalogue->items[i];
		bool named = str_eq(p->name, name) || (!str_empty(p->code) && str_eq(p->code, name));
		if (named && in_force(p, day) && (!found || p->number > found->number))
			found = p;
	}
	return found;
}

const struct procedure *procedure_by_id(struct cases *cases, int64_t id)
{
	const struct catalogue *catalogue = cases_catalogue(cases);
	for (size_t i = 0; i < catalogue->n; i++)
		if (catalogue->items[i]->id == id)
			return catalogue->items[i];
	return NULL;
}

void procedures_in_force(struct cases *cases, struct arena *arena, usec at,
			 const struct procedure ***ret_items, size_t *ret_n)
{
	const struct catalogue *catalogue = cases_catalogue(cases);
	const struct procedure **items = ARENA_ARRAY(arena, const struct procedure *, catalogue->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < catalogue->n; i++)
		if (procedure_in_force(cases, catalogue->items[i]->name, at) == catalogue->items[i])
			items[n++] = catalogue->items[i];
	*ret_items = items;
	*ret_n = n;
}

const struct form *procedure_form(const struct procedure *procedure, str key, str language)
{
	for (size_t i = 0; i < procedure->n_forms; i++)
		if (str_eq(procedure->forms[i].key, key) &&
		    str_eq(procedure->forms[i].language, language))
			return procedure->forms[i].form;
	return str_eq(language, S("vi")) ? NULL : procedure_form(procedure, key, S("vi"));
}

/* A text of the pack: {"vi", "en"} or a plain string. */
static str text_in(struct value v, str language)
{
	if (v.kind == VALUE_STRING)
		return value_text(v);
	const struct value *own = value_find(v, language);
	return own ? value_text(*own) : value_text(value_get(v, S("vi")));
}

str procedure_text(const struct procedure *procedure, str path, str language)
{
	return text_in(value_path(procedure->body, path), language);
}

enum task_kind procedure_task_kind(const struct procedure *procedure, uint32_t element)
{
	str act = flow_property(&procedure->flow->elements[element], S("motcua:act"));
	if (str_eq(act, S("intake")))
		return TASK_INTAKE;
	if (str_eq(act, S("sign")))
		return TASK_SIGN;
	return str_eq(act, S("return")) ? TASK_RETURN : TASK_WORK;
}

str procedure_step_name(const struct procedure *procedure, uint32_t element, str language)
{
	const struct flow_element *e = &procedure->flow->elements[element];
	struct json_fault fault;
	struct arena scratch;
	str name = e->name, side = value_text(value_get(procedure->files, S("flow.en.json")));
	if (!str_eq(language, S("en")) || str_empty(side))
		return name;
	struct value names;
	arena_init(&scratch);
	if (json_parse(&scratch, side, &names, &fault)) {
		str english = value_text(value_get(value_get(names, e->id), S("name")));
		/* A string without escapes is a view into the side file, which lives on. */
		if (english.p >= side.p && english.p < side.p + side.n && !str_empty(english))
			name = english;
	}
	arena_done(&scratch);
	return name;
}

static struct value texts_of(struct arena *arena, struct value list, str language)
{
	struct value texts = value_list();
	for (uint32_t i = 0; i < list.n; i++) {
		struct value item = value_copy(arena, list.items[i]);
		const struct value *title = value_find(item, S("title"));
		const struct value *note = value_find(item, S("note"));
		if (title)
			value_set(arena, &item, S("title"), value_str(text_in(*title, language)));
		if (note)
			value_set(arena, &item, S("note"), value_str(text_in(*note, language)));
		value_push(arena, &texts, item);
	}
	return texts;
}

/* The steps a citizen may see, in the order in which a case comes by them. */
static struct value public_steps(struct ctx *ctx, const struct procedure *procedure, str language)
{
	struct value steps = value_list();
	uint32_t *elements, n;
	flow_steps(ctx->arena, procedure->flow, flow_main_process(procedure->flow), &elements, &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct flow_element *e = &procedure->flow->elements[elements[i]];
		if (e->kind != FLOW_USER_TASK ||
		    str_eq(flow_property(e, S("motcua:public")), S("false")))
			continue;
		struct value step = value_map();
		enum role role = role_of(e->candidate_groups.source);
		value_set(ctx->arena, &step, S("name"),
			  value_str(procedure_step_name(procedure, elements[i], language)));
		if (role < ROLES)
			value_set(ctx->arena, &step, S("role"),
				  value_str(str_z(ctx_text(ctx, role_title(role)))));
		value_push(ctx->arena, &steps, step);
	}
	return steps;
}

struct value procedure_view(struct ctx *ctx, const struct procedure *procedure, str language)
{
	static const char *const texts[] = { "title", "summary", "who", "result", "where", "notes",
					     "limit_note" };
	struct arena *arena = ctx->arena;
	struct value view = value_map(), body = procedure->body;
	value_set(arena, &view, S("name"), value_str(procedure->name));
	value_set(arena, &view, S("code"), value_str(procedure->code));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		str key = str_z(texts[i]), text = procedure_text(procedure, key, language);
		if (!str_empty(text))
			value_set(arena, &view, key, value_str(text));
	}
	value_set(arena, &view, S("field"),
		  value_str(text_in(value_get(body, S("field")), language)));
	value_set(arena, &view, S("field_code"), value_path(body, S("field.code")));
	value_set(arena, &view, S("time"), value_str(procedure->immediate ?
		str_z(ctx_text(ctx, "While you wait")) : calendar_limit_text(ctx, procedure->limit)));
	value_set(arena, &view, S("immediate"), value_bool(procedure->immediate));
	value_set(arena, &view, S("fee"), value_get(body, S("fee")));
	value_set(arena, &view, S("fee_note"),
		  value_str(text_in(value_path(body, S("fee.note")), language)));
	value_set(arena, &view, S("legal_basis"),
		  texts_of(arena, value_get(body, S("legal_basis")), language));
	value_set(arena, &view, S("papers"), texts_of(arena, value_get(body, S("papers")), language));
	value_set(arena, &view, S("legs"), texts_of(arena, value_get(body, S("legs")), language));
	value_set(arena, &view, S("channels"), value_get(body, S("channels")));
	value_set(arena, &view, S("steps"), public_steps(ctx, procedure, language));
	return view;
}
