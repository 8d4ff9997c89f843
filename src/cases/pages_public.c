/* What everybody may read: the list of procedures, one procedure, the published figures. */
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/view.h"

#include "web/view.h"

static struct value link_to(struct request *request, const char *base, str name)
{
	str path = arena_printf(request->ctx.arena, "%s/%.*s", base, STR_ARG(name));
	return value_str(request_link(request, path));
}

/* ---- the list ---- */

static struct value list_item(struct request *request, const struct procedure *procedure)
{
	struct arena *arena = request->ctx.arena;
	struct value view = procedure_view(&request->ctx, procedure, request->language);
	struct value item = value_map();
	static const char *const keys[] = { "name", "code", "title", "summary", "field", "time" };
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		value_append(arena, &item, str_z(keys[i]), value_get(view, str_z(keys[i])));
	value_append(arena, &item, S("url"), link_to(request, "/thu-tuc", procedure->name));
	return item;
}

/* Procedures of one field stand together, in the order in which fields first appear. */
static void add_to_field(struct arena *arena, struct value *fields, struct value item)
{
	str name = value_text(value_get(item, S("field")));
	for (uint32_t i = 0; i < fields->n; i++) {
		if (!str_eq(value_text(value_get(fields->items[i], S("name"))), name))
			continue;
		struct value items = value_get(fields->items[i], S("items"));
		value_push(arena, &items, item);
		value_set(arena, &fields->items[i], S("items"), items);
		return;
	}
	struct value field = value_map(), items = value_list();
	value_push(arena, &items, item);
	value_append(arena, &field, S("name"), value_str(name));
	value_append(arena, &field, S("items"), items);
	value_push(arena, fields, field);
}

static enum err procedures_page(struct request *request, struct response *response)
{
	struct cases *cases = request->state;
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), fields = value_list();
	const struct procedure **items;
	size_t n;
	procedures_in_force(cases, arena, clock_business(), &items, &n);
	for (size_t i = 0; i < n; i++)
		add_to_field(arena, &fields, list_item(request, items[i]));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Procedures")));
	value_set(arena, &view, S("fields"), fields);
	value_set(arena, &view, S("count"), value_int((int64_t)n));
	response_view(response, "cases/procedures", view);
	return OK;
}

/* ---- one procedure ---- */

static struct value paper_items(struct request *request, struct value papers)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	for (uint32_t i = 0; i < papers.n; i++) {
		struct value paper = papers.items[i], item = value_map();
		int64_t originals = value_integer(value_get(paper, S("original")), 0);
		int64_t copies = value_integer(value_get(paper, S("copies")), 0);
		str count = arena_printf(arena, ctx_text(&request->ctx, "Originals: %lld, copies: %lld"),
					 (long long)originals, (long long)copies);
		str note = value_text(value_get(paper, S("note")));
		str both = str_empty(note) ? count :
			arena_printf(arena, "%.*s. %.*s", STR_ARG(count), STR_ARG(note));
		struct value required = value_get(paper, S("required"));
		value_append(arena, &item, S("name"), value_get(paper, S("title")));
		value_append(arena, &item, S("note"), value_str(both));
		value_append(arena, &item, S("optional"), value_bool(!value_is_true(required)));
		value_append(arena, &item, S("form"), value_null());
		value_append(arena, &item, S("form_label"), value_null());
		value_push(arena, &list, item);
	}
	return list;
}

static bool has_channel(struct value channels, str channel)
{
	for (uint32_t i = 0; i < channels.n; i++)
		if (str_eq(value_text(channels.items[i]), channel))
			return true;
	return false;
}

static struct value fee_text(struct request *request, struct value procedure)
{
	struct value amount = value_path(procedure, S("fee.amount"));
	if (amount.kind != VALUE_NUMBER)
		return value_null();
	if (decimal_is_zero(amount.number))
		return view_text(request, "Free");
	return value_str(language_money(request->ctx.arena, request->ctx.language,
					value_integer(amount, 0)));
}

/* Whether a hall of the pack takes appointments for it (hall.json, src/reception). */
static bool is_booked(struct value file, str procedure)
{
	struct value halls = value_get(file, S("halls"));
	for (uint32_t h = 0; halls.kind == VALUE_LIST && h < halls.n; h++) {
		struct value services = value_get(halls.items[h], S("services"));
		for (uint32_t s = 0; services.kind == VALUE_LIST && s < services.n; s++) {
			struct value names = value_get(services.items[s], S("procedures"));
			if (value_integer(value_get(services.items[s], S("appointments")), 0) <= 0)
				continue;
			for (uint32_t i = 0; names.kind == VALUE_LIST && i < names.n; i++)
				if (str_eq(value_text(names.items[i]), procedure))
					return true;
		}
	}
	return false;
}

static enum err read_hall(struct ctx *ctx, struct db *db, void *arg)
{
	return setting_read(ctx, db, S("hall"), arg);
}

static enum err procedure_page(struct request *request, struct response *response)
{
	struct cases *cases = request->state;
	struct arena *arena = request->ctx.arena;
	const struct procedure *procedure =
		procedure_in_force(cases, request_param(request, "code"), clock_business());
	if (!procedure)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	struct value view = value_map(), crumbs = value_list(), crumb = value_map();
	struct value about = procedure_view(&request->ctx, procedure, request->language);
	view_page(request, &view, value_text(value_get(about, S("title"))));
	value_append(arena, &crumb, S("label"), view_text(request, "Procedures"));
	value_append(arena, &crumb, S("url"), value_str(request_link(request, S("/thu-tuc"))));
	value_push(arena, &crumbs, crumb);
	value_set(arena, &view, S("crumbs"), crumbs);
	value_set(arena, &view, S("procedure"), about);
	value_set(arena, &view, S("papers"),
		  paper_items(request, value_get(about, S("papers"))));
	value_set(arena, &view, S("fee"), fee_text(request, about));
	value_set(arena, &view, S("flow"), procedure_flow_view(&request->ctx, procedure));
	value_set(arena, &view, S("file_url"), has_channel(value_get(about, S("channels")), S("online")) ?
		  link_to(request, "/nop", procedure->name) : value_null());
	value_set(arena, &view, S("receivers"),
		  receivers_view(&request->ctx, cases, procedure, S("")));
	struct value hall;
	TRY(store_read(&request->ctx, cases_store(cases), read_hall, &hall));
	value_set(arena, &view, S("booking_url"), is_booked(hall, procedure->name) ?
		  link_to(request, "/dat-lich", procedure->name) : value_null());
	response_view(response, "cases/procedure", view);
	return OK;
}

const struct route public_routes[] = {
	{ WEB_GET, "/thu-tuc", PERM_PUBLIC, procedures_page, .flags = ROUTE_CACHED },
	{ WEB_GET, "/thu-tuc/{code}", PERM_PUBLIC, procedure_page, .flags = ROUTE_CACHED },
	{ 0 },
};
