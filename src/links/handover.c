/* The tab of a case for its way between offices, and for what was told to whom. */
#include "links/room.h"

#include "cases/case_page.h"
#include "cases/letter.h"
#include "cases/view.h"
#include "text/template.h"
#include "web/view.h"

enum { SHOWN = 100 };

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

struct shown {
	struct case_page *page;
	struct value steps;
	struct outbox_list sent;
	struct notice_choice choice;
	int64_t files;
};

static enum err read_all(struct ctx *ctx, struct db *db, void *arg)
{
	struct shown *shown = arg;
	const struct case_file *c = &shown->page->c;
	struct event_list events;
	TRY(event_list(ctx, db, c->id, &events));
	TRY(case_handovers(ctx, shown->page->cases, db, c, &events, &shown->steps));
	TRY(outbox_list(ctx, db, &(struct outbox_filter){ .object = c->id }, SHOWN, &shown->sent));
	TRY(case_notice_choice(ctx, db, c, &shown->choice));
	return db_int(ctx, db, 0, &shown->files,
		      SQL("SELECT COUNT(*) FROM case_attachment WHERE organisation = $1"
			  " AND case_id = $2"), c->organisation, c->id);
}

static struct value sent_view(struct request *request, const struct outbox_item *item)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	str subject = value_text(value_get(item->payload, S("subject")));
	str text = value_text(value_get(item->payload, S("text")));
	value_append(arena, &view, S("at"),
		     view_time(&request->ctx, cases_of(request), item->added_at));
	value_append(arena, &view, S("to"), value_get(item->payload, S("to")));
	value_append(arena, &view, S("what"), value_str(str_empty(subject) ? text : subject));
	value_append(arena, &view, S("state"), sent_state_view(request, item->state));
	value_append(arena, &view, S("fault"),
		     str_empty(item->fault) ? value_null() : value_str(item->fault));
	return view;
}

static enum err handover_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), items = value_list(), choice = value_map();
	struct case_page page;
	struct shown shown = { .page = &page };
	TRY(case_page_open(request, cases_of(request), &page));
	TRY(store_read(&request->ctx, cases_store(page.cases), read_all, &shown));
	/* What is made for the case itself, its PDFs, goes to nobody. */
	for (size_t i = 0; i < shown.sent.n && page.sees_all; i++)
		if (value_find(shown.sent.items[i].payload, S("to")))
			value_push(arena, &items, sent_view(request, &shown.sent.items[i]));
	TRY(case_shell(request, &page, "lien-thong", &view));
	value_append(arena, &choice, S("mail"), value_bool(shown.choice.mail));
	value_append(arena, &choice, S("sms"), value_bool(shown.choice.sms));
	value_append(arena, &choice, S("email"),
		     str_empty(page.c.email) ? value_null() : value_str(page.c.email));
	value_append(arena, &choice, S("phone"),
		     str_empty(page.c.phone) ? value_null() : value_str(page.c.phone));
	value_set(arena, &view, S("steps"), shown.steps);
	value_set(arena, &view, S("files"), value_int(shown.files));
	value_set(arena, &view, S("sent"), items);
	value_set(arena, &view, S("choice"), page.sees_all ? choice : value_null());
	value_set(arena, &view, S("may_choose"), value_bool(
		may(cases_people(page.cases), page.principal, ACT_CASE_FILE, request->object)));
	response_view(response, "links/handover", view);
	return OK;
}

static enum err choose(struct request *request)
{
	struct actor who = { .principal = request_principal(request) };
	struct notice_choice choice = { request_has(request, "mail"), request_has(request, "sms") };
	return case_choose_notices(&request->ctx, cases_of(request), &who,
				   request_param(request, "code"), choice);
}

static enum err choose_post(struct request *request, struct response *response)
{
	TRY(choose(request));
	response_flash(response, "success", "The choice was kept");
	response_redirect(response, arena_printf(request->ctx.arena, "%.*s/lien-thong",
						 STR_ARG(case_page_path(request))));
	return OK;
}

static enum err citizen_post(struct request *request, struct response *response)
{
	str code = request_param(request, "code");
	TRY(choose(request));
	response_flash(response, "success", "The choice was kept");
	response_redirect(response,
			  arena_printf(request->ctx.arena, "/tra-cuu/%.*s", STR_ARG(code)));
	return OK;
}

const struct route handover_routes[] = {
	{ WEB_GET, "/ban/{code}/lien-thong", ACT_CASE_SEE, handover_page, .object = case_page_object,
	  .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/{code}/tin-bao", ACT_CASE_FILE, choose_post, .object = case_page_object,
	  .flags = ROUTE_MAIN },
	{ WEB_POST, "/tra-cuu/{code}/tin-bao", ACT_TRACK, citizen_post, .object = case_page_object },
	{ 0 },
};
