/* Procedures as citizens read them; what is said comes from cases/, the page is ours. */
#include "portal/room.h"

#include "base/json.h"
#include "print/print.h"

enum err procedures_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct portal *portal = request->state;
	struct value view = page_view(request, request_text(request, N_("Procedures")), S(""));
	struct value list = value_list();
	const struct procedure **items;
	size_t n = 0;
	if (portal->cases)
		procedures_in_force(portal->cases, arena, clock_business(), &items, &n);
	for (size_t i = 0; i < n; i++) {
		struct value item = procedure_view(&request->ctx, items[i], request->language);
		value_set(arena, &item, S("url"), value_str(request_link(request,
			  arena_printf(arena, "/thu-tuc/%.*s", STR_ARG(items[i]->name)))));
		value_push(arena, &list, item);
	}
	value_set(arena, &view, S("procedures"), list);
	value_set(arena, &view, S("crumbs"), crumb(request, NULL, S("")));
	response_view(response, "portal/procedures", view);
	return OK;
}

static enum err procedure_of(struct request *request, const struct procedure **ret)
{
	const struct portal *portal = request->state;
	*ret = portal->cases ? procedure_in_force(portal->cases, request_param(request, "code"),
						  clock_business()) : NULL;
	return *ret ? OK : fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
}

struct naming {
	const struct procedure *procedure;
	str language;
	struct value names; /* of the side file flow.<language>.json */
};

static str element_name(void *data, str id)
{
	struct naming *naming = data;
	return value_text(value_get(value_get(naming->names, id), S("name")));
}

/* Steps as partials/steps reads them. */
static struct value steps_view(struct arena *arena, struct value steps)
{
	static const char *const absent[] = { "time", "state", "state_words" };
	struct value list = value_list();
	for (uint32_t i = 0; i < steps.n; i++) {
		struct value step = value_item(steps, i), item = value_map();
		value_set(arena, &item, S("title"), value_get(step, S("name")));
		value_set(arena, &item, S("who"), value_get(step, S("role")));
		for (size_t k = 0; k < sizeof absent / sizeof *absent; k++)
			value_set(arena, &item, str_z(absent[k]), value_null());
		value_push(arena, &list, item);
	}
	return list;
}

static struct value flow_view(struct request *request, const struct procedure *procedure,
			      struct value steps)
{
	struct arena *arena = request->ctx.arena;
	struct naming naming = { .procedure = procedure, .language = request->language };
	struct value flow = value_map();
	str title = request_text(request, N_("Diagram of the procedure; the list below says the same"));
	str file = arena_printf(arena, "flow.%.*s.json", STR_ARG(request->language));
	struct json_fault fault;
	str names = value_text(value_get(procedure->files, file));
	if (!str_empty(names) && !json_parse(arena, names, &naming.names, &fault))
		naming.names = value_null();
	html svg = print_bpmn_svg(arena, procedure->flow, &(struct print_bpmn){ .title = title,
		.name = value_is_null(naming.names) ? NULL : element_name, .data = &naming });
	value_set(arena, &flow, S("label"), value_str(title));
	value_set(arena, &flow, S("svg"), str_empty(svg.s) ? value_null() : value_html(svg));
	value_set(arena, &flow, S("steps"), steps_view(arena, steps));
	return flow;
}

static bool channel_open(struct value view, str channel)
{
	struct value channels = value_get(view, S("channels"));
	for (uint32_t i = 0; i < channels.n; i++)
		if (str_eq(value_text(value_item(channels, i)), channel))
			return true;
	return false;
}

/* The fee in words: an amount, free, or by the table of fees. */
static struct value fee_view(struct request *request, struct value fee)
{
	const struct value *amount = value_find(fee, S("amount"));
	if (!amount)
		return value_null();
	int64_t dong = value_integer(*amount, 0);
	return dong ? value_str(language_money(request->ctx.arena, request->ctx.language, dong)) :
		      value_str(request_text(request, N_("Free of charge")));
}

enum err procedure_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct procedure *procedure;
	TRY(procedure_of(request, &procedure));
	struct value about = procedure_view(&request->ctx, procedure, request->language);
	struct value view = page_view(request, value_text(value_get(about, S("title"))),
				      value_text(value_get(about, S("summary"))));
	bool online = channel_open(about, S("online"));
	str apply = request_link(request, arena_printf(arena, "/nop/%.*s", STR_ARG(procedure->name)));
	value_set(arena, &view, S("procedure"), about);
	value_set(arena, &view, S("fee_words"), fee_view(request, value_get(about, S("fee"))));
	value_set(arena, &view, S("papers"), value_get(about, S("papers")));
	value_set(arena, &view, S("flow"),
		  flow_view(request, procedure, value_get(about, S("steps"))));
	value_set(arena, &view, S("apply_url"), online ? value_str(apply) : value_null());
	value_set(arena, &view, S("flow_url"), value_str(request_link(request,
		  arena_printf(arena, "/thu-tuc/%.*s/quy-trinh.bpmn", STR_ARG(procedure->name)))));
	value_set(arena, &view, S("crumbs"), crumb(request, N_("Procedures"), S("/thu-tuc")));
	response_view(response, "portal/procedure", view);
	return OK;
}

/* The drawing itself: open data, and what the officers' viewer reads. */
enum err procedure_flow(struct request *request, struct response *response)
{
	const struct procedure *procedure;
	TRY(procedure_of(request, &procedure));
	str file = value_text(value_get(procedure->files, S("flow.bpmn")));
	if (str_empty(file))
		return fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
	response_bytes(response, S("application/xml; charset=utf-8"), file);
	return OK;
}
