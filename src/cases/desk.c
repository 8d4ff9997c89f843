/* The side navigation of the officers' desk. */
#include "cases/desk.h"

#include "text/template.h"
#include "web/view.h"

static const struct desk_item {
	const char *group, *path, *label;
	enum act act; /* shown to whom may do it anywhere */
} desk_items[] = {
	{ N_("Cases"), "/ban", N_("Worklists"), ACT_CASE_SEE },
	{ N_("Cases"), "/ban/sap-tre", N_("Will be late"), ACT_CASE_SEE },
	{ N_("Cases"), "/ban/tre-han", N_("Late, and why"), ACT_CASE_ASSIGN },
	{ N_("Cases"), "/ban/in", N_("Print letters"), ACT_CASE_SEE },
	{ N_("Cases"), "/ban/phan-cong", N_("Officers and leave"), ACT_CASE_WORK },
	{ N_("Cases"), "/ban/bao-viec", N_("What I am told"), ACT_CASE_WORK },
	{ N_("Counter"), "/ban/nop", N_("Take a case in"), ACT_CASE_FILE },
	{ N_("Counter"), "/ban/quay", N_("Numbers and counters"), ACT_HALL },
	{ N_("Counter"), "/ban/le-phi", N_("Fees"), ACT_REGISTER_SEE },
	{ N_("Counter"), "/ban/chua-du", N_("Incomplete filings"), ACT_CASE_FILE },
	{ N_("Counter"), "/ban/quay/lich-hen", N_("Appointments"), ACT_HALL },
	{ N_("Registers and reports"), "/ban/so", N_("Registers"), ACT_REGISTER_SEE },
	{ N_("Registers and reports"), "/ban/bao-cao", N_("Reports"), ACT_REGISTER_SEE },
	{ N_("Registers and reports"), "/ban/quay/so-lieu", N_("Waiting times"), ACT_REGISTER_SEE },
	{ N_("Registers and reports"), "/ban/hai-long", N_("Satisfaction"), ACT_REGISTER_SEE },
	{ N_("Portal"), "/quan-tri/tin", N_("Articles"), ACT_ARTICLE_EDIT },
	{ N_("Administration"), "/quan-tri/lien-thong", N_("Linked systems"), ACT_SYSTEM_ADMIN },
};

static struct value item_view(struct request *request, const struct desk_item *item, bool current)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	value_append(arena, &view, S("label"), view_text(request, item->label));
	value_append(arena, &view, S("url"), value_str(request_link(request, str_z(item->path))));
	value_append(arena, &view, S("current"), value_bool(current));
	value_append(arena, &view, S("count"), value_null());
	value_append(arena, &view, S("urgency"), value_null());
	return view;
}

static struct value items_of(struct request *request, struct people *people, const char *group,
			     const char *current)
{
	struct value items = value_list();
	for (size_t i = 0; i < ARRAY_SIZE(desk_items); i++) {
		const struct desk_item *item = &desk_items[i];
		if (strcmp(item->group, group) != 0 ||
		    !may(people, request_principal(request), item->act, NULL))
			continue;
		value_push(request->ctx.arena, &items,
			   item_view(request, item, strcmp(item->path, current) == 0));
	}
	return items;
}

enum err desk_navigation(struct request *request, struct people *people, const char *current,
			 struct value *ret_desk)
{
	struct arena *arena = request->ctx.arena;
	struct value desk = value_map(), groups = value_list();
	const char *before = "";
	for (size_t i = 0; i < ARRAY_SIZE(desk_items); i++) {
		struct value group = value_map();
		if (strcmp(before, desk_items[i].group) == 0)
			continue;
		before = desk_items[i].group;
		struct value items = items_of(request, people, before, current);
		if (!items.n)
			continue;
		value_append(arena, &group, S("title"), view_text(request, before));
		value_append(arena, &group, S("items"), items);
		value_push(arena, &groups, group);
	}
	value_append(arena, &desk, S("home"), value_str(request_link(request, S("/ban"))));
	value_append(arena, &desk, S("groups"), groups);
	*ret_desk = desk;
	return OK;
}
