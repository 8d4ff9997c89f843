/* What the pages of the office's money share, and their routes. */
#include "cases/desk.h"
#include "cases/fee_desk.h"
#include "cases/room.h"
#include "cases/view.h"

#include "web/view.h"

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* ---- which office, which days ---- */

static size_t offices(struct request *request, int64_t **ret_ids)
{
	struct cases *cases = cases_of(request);
	const struct principal *principal = request_principal(request);
	size_t n = may_organisations(cases->people, principal, ACT_FEE_TAKE, request->ctx.arena,
				     ret_ids);
	return n ? n : may_organisations(cases->people, principal, ACT_REGISTER_SEE,
					 request->ctx.arena, ret_ids);
}

static bool receives(const struct organisation *o)
{
	return o && value_is_true(value_get(o->data, S("receives")));
}

static int64_t day_asked(struct request *request, const char *name, int64_t otherwise)
{
	int64_t day;
	return date_parse(request_query(request, name), &day) ? day : otherwise;
}

enum err fee_office_open(struct request *request, struct fee_office *ret_office)
{
	struct cases *cases = cases_of(request);
	int64_t *ids, today = calendar_day(cases_calendar(cases), clock_business());
	size_t n = offices(request, &ids);
	str code = request->method == WEB_POST ? request_field(request, "don-vi")
					       : request_query(request, "don-vi");
	*ret_office = (struct fee_office){ .cases = cases, .principal = request_principal(request) };
	for (size_t i = 0; i < n; i++) {
		const struct organisation *o = organisation_by_id(cases->people, ids[i]);
		if (receives(o) && (str_empty(code) ? !ret_office->organisation
						    : str_eq(o->code, code)))
			ret_office->organisation = o;
	}
	if (!ret_office->organisation)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such office");
	ret_office->from = day_asked(request, "tu", today);
	ret_office->to = day_asked(request, "den", ret_office->from > today ? ret_office->from : today);
	return OK;
}

usec fee_day_start(const struct fee_office *o, int64_t day)
{
	return day * USEC_DAY - calendar_zone(cases_calendar(o->cases)) * USEC_MINUTE;
}

bool fee_office_may(const struct fee_office *o, enum act act)
{
	struct object object = { .organisation = o->organisation->id };
	return may(o->cases->people, o->principal, act, &object);
}

str fee_office_path(struct request *request, const struct fee_office *o, const char *path)
{
	return arena_printf(request->ctx.arena, "%s%s?don-vi=%.*s", FEE_HOME, path,
			    STR_ARG(o->organisation->code));
}

/* ---- what all pages share ---- */

static const struct till_tab {
	const char *path, *label;
	enum act act;
} tabs[] = {
	{ "", N_("Report"), ACT_REGISTER_SEE },
	{ "/so", N_("Receipt register"), ACT_REGISTER_SEE },
	{ "/quy", N_("My till"), ACT_FEE_TAKE },
	{ "/ngan-hang", N_("Bank statement"), ACT_REGISTER_SEE },
	{ "/quyen", N_("Receipt books"), ACT_REGISTER_SEE },
};

static struct value tabs_view(struct request *request, const struct fee_office *o, const char *current)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), items = value_list();
	for (size_t i = 0; i < ARRAY_SIZE(tabs); i++) {
		struct value item = value_map();
		if (!fee_office_may(o, tabs[i].act))
			continue;
		value_append(arena, &item, S("label"), view_text(request, tabs[i].label));
		value_append(arena, &item, S("url"), value_str(request_link(request,
			fee_office_path(request, o, tabs[i].path))));
		value_append(arena, &item, S("current"),
			     value_bool(strcmp(tabs[i].path, current) == 0));
		value_append(arena, &item, S("count"), value_null());
		value_append(arena, &item, S("urgency"), value_null());
		value_push(arena, &items, item);
	}
	value_append(arena, &view, S("label"), view_text(request, N_("Fees")));
	value_append(arena, &view, S("items"), items);
	return view;
}

static struct value office_options(struct request *request, const struct fee_office *o)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	int64_t *ids;
	size_t n = offices(request, &ids);
	for (size_t i = 0; i < n; i++) {
		const struct organisation *one = organisation_by_id(o->cases->people, ids[i]);
		struct value option = value_map();
		if (!receives(one))
			continue;
		value_append(arena, &option, S("value"), value_str(one->code));
		value_append(arena, &option, S("text"),
			     value_str(organisation_name(one, request->language)));
		value_append(arena, &option, S("selected"), value_bool(one == o->organisation));
		value_push(arena, &list, option);
	}
	return list;
}

enum err fee_page_begin(struct request *request, const struct fee_office *o, const char *tab,
			   const char *title, struct value *ret_view)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value desk, options = office_options(request, o);
	*ret_view = value_map();
	view_page(request, ret_view, str_z(ctx_text(ctx, title)));
	TRY(desk_navigation(request, o->cases->people, FEE_HOME, &desk));
	value_set(arena, ret_view, S("desk"), desk);
	value_set(arena, ret_view, S("tabs"), tabs_view(request, o, tab));
	value_set(arena, ret_view, S("office"),
		  value_str(organisation_name(o->organisation, request->language)));
	value_set(arena, ret_view, S("office_code"), value_str(o->organisation->code));
	value_set(arena, ret_view, S("csrf"), value_str(request_csrf(request)));
	value_set(arena, ret_view, S("action"), value_str(request_link(request,
		arena_printf(arena, "%s%s", FEE_HOME, tab))));
	view_field(request, ret_view, "don-vi", ctx_text(ctx, "Office"), S(""));
	view_field_set(request, ret_view, "don-vi", "options", options);
	view_field_set(request, ret_view, "don-vi", "auto", value_bool(false));
	value_set(arena, ret_view, S("several"), value_bool(options.n > 1));
	view_field(request, ret_view, "tu", ctx_text(ctx, "From"), date_format(arena, o->from));
	view_field_set(request, ret_view, "tu", "type", value_str(S("date")));
	view_field(request, ret_view, "den", ctx_text(ctx, "To"), date_format(arena, o->to));
	view_field_set(request, ret_view, "den", "type", value_str(S("date")));
	value_set(arena, ret_view, S("period"), value_str(arena_printf(arena, "don-vi=%.*s&tu=%.*s&den=%.*s",
		STR_ARG(o->organisation->code), STR_ARG(date_format(arena, o->from)),
		STR_ARG(date_format(arena, o->to)))));
	return OK;
}

/* ---- tables ---- */

struct grid grid_new(struct request *request)
{
	return (struct grid){ request, value_list(), value_list(), value_list() };
}

void grid_column(struct grid *g, const char *label, bool number)
{
	struct arena *arena = g->request->ctx.arena;
	struct value column = value_map();
	value_append(arena, &column, S("label"), view_text(g->request, label));
	value_append(arena, &column, S("url"), value_null());
	value_append(arena, &column, S("sort"), value_null());
	value_append(arena, &column, S("number"), value_bool(number));
	value_push(arena, &g->columns, column);
}

struct value *grid_cell(struct grid *g, str text)
{
	static const char *const members[] = { "url", "note", "status", "deadline" };
	struct arena *arena = g->request->ctx.arena;
	struct value cell = value_map(), column = value_item(g->columns, g->row.n);
	value_append(arena, &cell, S("text"), value_str(text));
	value_append(arena, &cell, S("head"), value_bool(g->row.n == 0));
	value_append(arena, &cell, S("number"), value_get(column, S("number")));
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		value_append(arena, &cell, str_z(members[i]), value_null());
	value_push(arena, &g->row, cell);
	return &g->row.items[g->row.n - 1];
}

void grid_money(struct grid *g, int64_t amount)
{
	grid_cell(g, fee_money(g->request->ctx.arena, amount));
}

void grid_row(struct grid *g)
{
	struct arena *arena = g->request->ctx.arena;
	struct value row = value_map();
	value_append(arena, &row, S("id"), value_null());
	value_append(arena, &row, S("tick"), value_null());
	value_append(arena, &row, S("cells"), g->row);
	value_push(arena, &g->rows, row);
	g->row = value_list();
}

struct value grid_view(struct grid *g, const char *caption)
{
	struct arena *arena = g->request->ctx.arena;
	struct value view = value_map(), table = value_map();
	value_append(arena, &table, S("caption"), view_text(g->request, caption));
	value_append(arena, &table, S("worklist"), value_null());
	value_append(arena, &table, S("ticks"), value_null());
	value_append(arena, &table, S("columns"), g->columns);
	value_append(arena, &table, S("rows"), g->rows);
	value_append(arena, &view, S("title"), view_text(g->request, caption));
	value_append(arena, &view, S("any"), value_bool(g->rows.n > 0));
	value_append(arena, &view, S("table"), table);
	return view;
}

void fee_figure(struct request *request, struct value *list, const char *label, int64_t amount)
{
	struct value item = value_map();
	value_append(request->ctx.arena, &item, S("label"), view_text(request, label));
	value_append(request->ctx.arena, &item, S("value"),
		     value_str(fee_money(request->ctx.arena, amount)));
	value_push(request->ctx.arena, list, item);
}

#define TILL(method, path, act, handler) { method, FEE_HOME path, act, handler, .flags = ROUTE_MAIN }

const struct route till_routes[] = {
	TILL(WEB_GET, "", ACT_REGISTER_SEE, fee_report_page),
	TILL(WEB_GET, "/so", ACT_REGISTER_SEE, fee_register_page),
	TILL(WEB_GET, "/quy", ACT_FEE_TAKE, fee_till_page),
	TILL(WEB_POST, "/quy", ACT_FEE_TAKE, fee_till_post),
	TILL(WEB_POST, "/quy/mo", ACT_FEE_TAKE, fee_open_post),
	{ WEB_GET, FEE_HOME "/quy/{id}", ACT_REGISTER_SEE, fee_sheet_page, .object = fee_sheet_object,
	  .flags = ROUTE_MAIN },
	TILL(WEB_GET, "/ngan-hang", ACT_REGISTER_SEE, fee_bank_page),
	{ WEB_POST, FEE_HOME "/ngan-hang", ACT_FEE_TAKE, fee_bank_post, .flags = ROUTE_MAIN, .uploads = 1,
	  .upload_max = 2 << 20 },
	TILL(WEB_POST, "/ngan-hang/ghep", ACT_FEE_TAKE, fee_match_post),
	TILL(WEB_POST, "/ngan-hang/bo-qua", ACT_FEE_REFUND, fee_settle_post),
	TILL(WEB_GET, "/quyen", ACT_REGISTER_SEE, fee_books_page),
	TILL(WEB_POST, "/quyen", ACT_FEE_REFUND, fee_books_post),
	{ 0 },
};
