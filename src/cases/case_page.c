#include "cases/case_page.h"
#include "cases/desk.h"
#include "cases/room.h"
#include "cases/view.h"

#include "text/template.h"
#include "web/view.h"

const struct case_tab case_tabs[] = {
	{ "", N_("To do") },
	{ "ho-so", N_("What was filed") },
	{ "bo-sung", N_("Supplements"), true },
	{ "qua-trinh", N_("What happened") },
	{ "van-ban", N_("Letters") },
	{ "le-phi", N_("Fee"), .whole = true },
	{ "lien-thong", N_("Hand-overs and notices") },
	{ "ket-qua", N_("Results and corrections"), true },
	{ 0 },
};

str case_page_path(struct request *request)
{
	str code = request_param(request, "code");
	return arena_printf(request->ctx.arena, "/ban/%.*s", STR_ARG(code));
}

/* ---- loading ---- */

struct wanted_object {
	str code;
	struct object *object;
};

static enum err read_object(struct ctx *ctx, struct db *db, void *arg)
{
	struct wanted_object *wanted = arg;
	struct case_file c;
	TRY(case_load(ctx, db, wanted->code, &c));
	return case_object(ctx, db, &c, wanted->object);
}

enum err case_page_object(struct request *request, const void **ret_object)
{
	struct cases *cases = request->state;
	struct wanted_object wanted = { request_param(request, "code"),
					ARENA_NEW(request->ctx.arena, struct object) };
	TRY(store_read(&request->ctx, cases->store, read_object, &wanted));
	*ret_object = wanted.object;
	return OK;
}

bool case_sees_all(const struct cases *cases, const struct principal *principal,
		   const struct case_file *c)
{
	struct object received = { .organisation = c->organisation };
	struct object decided = { .organisation = case_deciding(c) };
	return may(cases->people, principal, ACT_CASE_SEE, &received) ||
	       may(cases->people, principal, ACT_CASE_SEE, &decided);
}

enum err case_page_read(struct ctx *ctx, struct db *db, struct case_page *page)
{
	TRY(case_load(ctx, db, page->code, &page->c));
	TRY(fee_load(ctx, db, &page->c, &page->fee));
	page->sees_all = case_sees_all(page->cases, page->principal, &page->c);
	page->procedure = case_procedure(page->cases, &page->c);
	if (!page->procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	return OK;
}

static enum err read_page(struct ctx *ctx, struct db *db, void *arg)
{
	return case_page_read(ctx, db, arg);
}

enum err case_page_open(struct request *request, struct cases *cases, struct case_page *ret_page)
{
	*ret_page = (struct case_page){ .cases = cases, .code = request_param(request, "code"),
					.principal = request_principal(request) };
	TRY(store_read(&request->ctx, cases->store, read_page, ret_page));
	event_access(cases->store, ret_page->principal->account, ret_page->c.id, ACCESS_OPEN);
	return OK;
}

/* ---- what all tabs share ---- */

static struct value identity_item(struct request *request, const char *key, struct value v)
{
	struct arena *arena = request->ctx.arena;
	struct value item = value_map();
	value_append(arena, &item, S("key"), view_text(request, key));
	value_append(arena, &item, S("value"), v);
	value_append(arena, &item, S("status"), value_null());
	value_append(arena, &item, S("deadline"), value_null());
	return item;
}

/* Who is called back: name and number. */
static struct value applicant_view(const struct case_page *page, struct arena *arena)
{
	return value_str(str_empty(page->c.phone) ? page->c.applicant :
		arena_printf(arena, "%.*s · %.*s", STR_ARG(page->c.applicant), STR_ARG(page->c.phone)));
}

static struct value identity_view(struct request *request, const struct case_page *page)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list(), item;
	value_push(arena, &list, identity_item(request, N_("Code"), value_str(page->code)));
	value_push(arena, &list, identity_item(request, N_("About"), value_str(page->c.subject)));
	if (page->sees_all && !str_empty(page->c.applicant))
		value_push(arena, &list, identity_item(request, N_("Applicant"),
						       applicant_view(page, arena)));
	if (page->c.competent)
		value_push(arena, &list, identity_item(request, N_("Decided by"),
			value_str(organisation_name(organisation_by_id(cases_people(page->cases),
								       page->c.competent),
						    request->language))));
	item = identity_item(request, N_("State"), value_null());
	value_set(arena, &item, S("status"), case_status_view(&request->ctx, page->c.status));
	value_push(arena, &list, item);
	item = identity_item(request, N_("Fee"), value_null());
	value_set(arena, &item, S("status"), fee_status_view(&request->ctx, &page->fee));
	if (page->sees_all && page->fee.state != FEE_FREE)
		value_push(arena, &list, item);
	item = identity_item(request, N_("Promised for"), value_null());
	value_set(arena, &item, S("deadline"),
		  case_deadline_view(&request->ctx, page->cases, &page->c, clock_business()));
	if (page->c.accepted_at)
		value_push(arena, &list, item);
	return list;
}

static struct value tabs_view(struct request *request, const struct case_page *page,
			      const char *current)
{
	struct arena *arena = request->ctx.arena;
	struct value tabs = value_map(), items = value_list();
	str path = case_page_path(request);
	for (const struct case_tab *tab = case_tabs; tab->path; tab++) {
		struct value item = value_map();
		str url = arena_printf(arena, *tab->path ? "%.*s/%s" : "%.*s%s", STR_ARG(path),
				       tab->path);
		if (tab->whole && !page->sees_all)
			continue;
		value_append(arena, &item, S("label"), view_text(request, tab->label));
		value_append(arena, &item, S("url"), value_str(request_link(request, url)));
		value_append(arena, &item, S("current"), value_bool(strcmp(tab->path, current) == 0));
		value_append(arena, &item, S("count"), value_null());
		value_append(arena, &item, S("urgency"), value_null());
		value_push(arena, &items, item);
	}
	value_append(arena, &tabs, S("label"), view_text(request, "Parts of the case"));
	value_append(arena, &tabs, S("items"), items);
	return tabs;
}

/* "Letters – Case H29…": several tabs of one case are told apart in the browser. */
static str page_title(struct ctx *ctx, const struct case_page *page, const char *current)
{
	str of = arena_printf(ctx->arena, ctx_text(ctx, "Case %.*s"), STR_ARG(page->code));
	for (const struct case_tab *tab = case_tabs; tab->path; tab++)
		if (*current && strcmp(tab->path, current) == 0)
			return arena_printf(ctx->arena, "%s – %.*s", ctx_text(ctx, tab->label), STR_ARG(of));
	return of;
}

enum err case_shell(struct request *request, const struct case_page *page, const char *tab,
		    struct value *view)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value desk, c = case_view(ctx, page->cases, &page->c);
	str base = request_link(request, case_page_path(request));
	view_page(request, view, page_title(ctx, page, tab));
	TRY(desk_navigation(request, page->cases->people, "", &desk));
	value_set(arena, &c, S("base"), value_str(base));
	value_set(arena, view, S("desk"), desk);
	value_set(arena, view, S("case"), c);
	value_set(arena, view, S("identity"), identity_view(request, page));
	value_set(arena, view, S("tabs"), tabs_view(request, page, tab));
	value_set(arena, view, S("base"), value_str(base));
	value_set(arena, view, S("csrf"), value_str(request_csrf(request)));
	return OK;
}
