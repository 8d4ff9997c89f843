/* Administration of links: web hooks, and what could not be sent. */
#include "links/room.h"

#include "cases/desk.h"
#include "text/template.h"
#include "web/view.h"

enum { SHOWN = 50 };

static struct links *links_of(const struct request *request)
{
	return request->state;
}

static str time_of(struct request *request, usec at)
{
	const struct calendar *calendar = cases_calendar(links_of(request)->options.cases);
	return at ? time_format(request->ctx.arena, at, calendar_zone(calendar)) : S("");
}

/* ---- what is shown ---- */

struct shown {
	struct hook_list hooks;
	struct outbox_lane *lanes; /* of each hook */
	struct outbox_filter filter;
	struct outbox_list sent;
	str *codes;                /* of the case each is about, "" for none */
};

static enum err read_codes(struct ctx *ctx, struct db *db, struct shown *shown)
{
	shown->codes = ARENA_ARRAY(ctx->arena, str, shown->sent.n + 1);
	for (size_t i = 0; i < shown->sent.n; i++)
		TRY(db_text(ctx, db, &shown->codes[i], SQL("SELECT code FROM case_code WHERE id = $1"),
			    shown->sent.items[i].object));
	return OK;
}

static enum err read_all(struct ctx *ctx, struct db *db, void *arg)
{
	struct shown *shown = arg;
	TRY(hooks_read(ctx, db, &shown->hooks));
	shown->lanes = ARENA_ARRAY(ctx->arena, struct outbox_lane, shown->hooks.n + 1);
	for (size_t i = 0; i < shown->hooks.n; i++)
		TRY(outbox_lane(ctx, db, hook_lane(ctx->arena, shown->hooks.items[i].id),
				&shown->lanes[i]));
	TRY(outbox_list(ctx, db, &shown->filter, SHOWN, &shown->sent));
	return read_codes(ctx, db, shown);
}

static struct outbox_filter filter_of(struct request *request)
{
	struct outbox_filter filter = { .failed = !str_empty(request_query(request, "loi")) };
	int64_t id;
	if (id_parse(request_query(request, "he-thong"), &id))
		filter.lane = hook_lane(request->ctx.arena, id);
	return filter;
}

static struct value lane_view(struct request *request, const struct outbox_lane *lane)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), status = value_map();
	const char *kind = lane->next_at ? "refused" : lane->failed ? "waiting" : "done";
	const char *words = lane->next_at ? N_("Cannot be reached") :
		lane->failed ? N_("Some messages were refused") :
		lane->sent ? N_("Reached") : N_("Nothing was sent yet");
	value_append(arena, &status, S("kind"), value_str(str_z(lane->sent || lane->next_at ||
							      lane->failed ? kind : "new")));
	value_append(arena, &status, S("text"), view_text(request, words));
	value_append(arena, &view, S("status"), status);
	value_append(arena, &view, S("waiting"), value_int(lane->waiting));
	value_append(arena, &view, S("sent"), value_int(lane->sent));
	value_append(arena, &view, S("failed"), lane->failed ? value_int(lane->failed) : value_null());
	value_append(arena, &view, S("sent_at"), lane->sent_at ?
		     value_str(time_of(request, lane->sent_at)) : value_null());
	value_append(arena, &view, S("next_at"), lane->next_at ?
		     value_str(time_of(request, lane->next_at)) : value_null());
	value_append(arena, &view, S("fault"),
		     str_empty(lane->fault) ? value_null() : value_str(lane->fault));
	value_append(arena, &view, S("again"), value_bool(lane->failed || lane->next_at));
	return view;
}

static struct value hook_view(struct request *request, const struct hook *hook,
			      const struct outbox_lane *lane)
{
	struct arena *arena = request->ctx.arena;
	struct links *links = links_of(request);
	const struct organisation *organisation =
		organisation_by_id(links->options.people, hook->organisation);
	struct value view = value_map();
	value_append(arena, &view, S("id"), value_str(id_text(arena, hook->id)));
	value_append(arena, &view, S("name"), value_str(hook->name));
	value_append(arena, &view, S("url"), value_str(hook->url));
	value_append(arena, &view, S("kinds"),
		     str_empty(hook->kinds) ? value_null() : value_str(hook->kinds));
	value_append(arena, &view, S("office"), organisation ?
		     value_str(organisation_name(organisation, request->language)) : value_null());
	value_append(arena, &view, S("active"), value_bool(hook->active));
	value_append(arena, &view, S("secret"), value_str(hook_secret(links, arena, hook->id)));
	value_append(arena, &view, S("lane"), lane_view(request, lane));
	return view;
}

struct value sent_state_view(struct request *request, enum outbox_state state)
{
	static const struct {
		const char *kind, *text;
	} states[] = {
		[OUTBOX_WAITING] = { "waiting", N_("Waiting to be sent") },
		[OUTBOX_SENDING] = { "active", N_("Being sent") },
		[OUTBOX_SENT] = { "done", N_("Was sent") },
		[OUTBOX_FAILED] = { "refused", N_("Could not be sent") },
	};
	struct value view = value_map();
	value_append(request->ctx.arena, &view, S("kind"), value_str(str_z(states[state].kind)));
	value_append(request->ctx.arena, &view, S("text"), view_text(request, states[state].text));
	return view;
}

static struct value way_view(struct request *request, str kind)
{
	if (str_eq(kind, S("mail")))
		return view_text(request, "E-mail");
	if (str_eq(kind, S("sms")))
		return view_text(request, "SMS");
	if (str_eq(kind, S("letter")))
		return view_text(request, "PDF of a letter");
	return str_eq(kind, S("webhook")) ? view_text(request, "Web hook") : value_str(kind);
}

/* Whom a message went to: systems by their names; of people only the way, which is no secret. */
static struct value item_view(struct request *request, const struct outbox_item *item, str code)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	value_append(arena, &view, S("id"), value_str(id_text(arena, item->id)));
	value_append(arena, &view, S("way"), way_view(request, item->kind));
	value_append(arena, &view, S("system"), str_eq(item->kind, S("webhook")) ?
		     value_get(item->payload, S("to")) : value_null());
	value_append(arena, &view, S("code"), str_empty(code) ? value_null() : value_str(code));
	value_append(arena, &view, S("state"), sent_state_view(request, item->state));
	value_append(arena, &view, S("tries"), value_int(item->tries));
	value_append(arena, &view, S("added_at"), value_str(time_of(request, item->added_at)));
	value_append(arena, &view, S("fault"),
		     str_empty(item->fault) ? value_null() : value_str(item->fault));
	value_append(arena, &view, S("failed"), value_bool(item->state == OUTBOX_FAILED));
	return view;
}

static void offices_add(struct request *request, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct organisations all = people_organisations(links_of(request)->options.people);
	struct value options = value_list(), option = value_map();
	str chosen = request_field(request, "office");
	value_append(arena, &option, S("value"), value_str(S("")));
	value_append(arena, &option, S("text"), view_text(request, "All offices"));
	value_append(arena, &option, S("selected"), value_bool(str_empty(chosen)));
	value_push(arena, &options, option);
	for (size_t i = 0; i < all.n; i++) {
		option = value_map();
		value_append(arena, &option, S("value"), value_str(all.items[i].code));
		value_append(arena, &option, S("text"),
			     value_str(organisation_name(&all.items[i], request->language)));
		value_append(arena, &option, S("selected"),
			     value_bool(str_eq(all.items[i].code, chosen)));
		value_push(arena, &options, option);
	}
	view_field(request, view, "office", ctx_text(&request->ctx, "Events of"), chosen);
	view_field_set(request, view, "office", "options", options);
	view_field_set(request, view, "office", "auto", value_null());
}

static enum err links_page(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct links *links = links_of(request);
	struct value view = value_map(), desk, hooks = value_list(), items = value_list();
	struct shown shown = { .filter = filter_of(request) };
	TRY(store_read(ctx, links->options.store, read_all, &shown));
	for (size_t i = 0; i < shown.hooks.n; i++)
		value_push(ctx->arena, &hooks, hook_view(request, &shown.hooks.items[i],
							 &shown.lanes[i]));
	for (size_t i = 0; i < shown.sent.n; i++)
		value_push(ctx->arena, &items, item_view(request, &shown.sent.items[i],
							 shown.codes[i]));
	view_page(request, &view, str_z(ctx_text(ctx, "Linked systems")));
	TRY(desk_navigation(request, links->options.people, "/quan-tri/lien-thong", &desk));
	view_field(request, &view, "name", ctx_text(ctx, "Name of the other system"),
		   request_field(request, "name"));
	view_field(request, &view, "url", ctx_text(ctx, "Its address"), request_field(request, "url"));
	view_field_set(request, &view, "url", "hint",
		       view_text(request, "For example https://dichvucong.example.vn/motcua"));
	view_field(request, &view, "kinds", ctx_text(ctx, "Kinds of events"),
		   request_field(request, "kinds"));
	view_field_set(request, &view, "kinds", "hint",
		       view_text(request, "Separated by blanks; empty: all events of cases"));
	offices_add(request, &view);
	value_set(ctx->arena, &view, S("errors"), view_errors(request));
	value_set(ctx->arena, &view, S("desk"), desk);
	value_set(ctx->arena, &view, S("hooks"), hooks);
	value_set(ctx->arena, &view, S("items"), items);
	value_set(ctx->arena, &view, S("only_failed"), value_bool(shown.filter.failed));
	value_set(ctx->arena, &view, S("filtered"),
		  value_bool(shown.filter.failed || !str_empty(shown.filter.lane)));
	value_set(ctx->arena, &view, S("base"),
		  value_str(request_link(request, S("/quan-tri/lien-thong"))));
	value_set(ctx->arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "links/links", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

/* ---- acts ---- */

static int64_t actor_of(struct request *request)
{
	return request_principal(request)->account;
}

static enum err add_post(struct request *request, struct response *response)
{
	struct links *links = links_of(request);
	const struct organisation *office =
		organisation_by_code(links->options.people, request_field(request, "office"));
	struct hook hook = { .name = str_trim(request_field(request, "name")),
			     .url = str_trim(request_field(request, "url")),
			     .kinds = str_trim(request_field(request, "kinds")),
			     .organisation = office ? office->id : 0, .active = true };
	enum err err = hook_save(&request->ctx, links, actor_of(request), &hook);
	if (err == ERR_INVALID) {
		request_mistake(request, str_empty(hook.name) ? "name" : "url", "%.*s",
				STR_ARG(request->ctx.fault.message));
		return links_page(request, response);
	}
	TRY(err);
	response_flash(response, "success", "The other system is told from now on");
	response_redirect(response, S("/quan-tri/lien-thong"));
	return OK;
}

/* ERR_NOT_FOUND unless the address names one. */
static enum err hook_of(struct request *request, struct hook *ret_hook)
{
	struct shown shown = { 0 };
	int64_t id;
	if (!id_parse(request_param(request, "id"), &id))
		id = 0;
	TRY(store_read(&request->ctx, links_of(request)->options.store, read_all, &shown));
	for (size_t i = 0; i < shown.hooks.n; i++) {
		*ret_hook = shown.hooks.items[i];
		if (ret_hook->id == id)
			return OK;
	}
	return fail(&request->ctx, ERR_NOT_FOUND, "There is no such linked system");
}

static enum err switch_post(struct request *request, struct response *response)
{
	struct hook hook;
	TRY(hook_of(request, &hook));
	hook.active = str_eq(request_field(request, "active"), S("1"));
	TRY(hook_save(&request->ctx, links_of(request), actor_of(request), &hook));
	response_flash(response, "success", hook.active ? N_("Switched on") : N_("Switched off"));
	response_redirect(response, S("/quan-tri/lien-thong"));
	return OK;
}

static enum err send_try(struct ctx *ctx, struct db *db, void *arg)
{
	return hook_try(ctx, db, arg);
}

static enum err try_post(struct request *request, struct response *response)
{
	struct hook hook;
	TRY(hook_of(request, &hook));
	TRY(store_write(&request->ctx, links_of(request)->options.store, send_try, &hook));
	response_flash(response, "success", "A trial message is on its way: see below how it went");
	response_redirect(response, S("/quan-tri/lien-thong"));
	return OK;
}

static enum err send_again(struct ctx *ctx, struct db *db, void *arg)
{
	const struct hook *hook = arg;
	int64_t n;
	return outbox_retry_lane(ctx, db, hook_lane(ctx->arena, hook->id), &n);
}

static enum err again_post(struct request *request, struct response *response)
{
	struct hook hook;
	TRY(hook_of(request, &hook));
	TRY(store_write(&request->ctx, links_of(request)->options.store, send_again, &hook));
	response_flash(response, "success", "All that waits for it will be sent now");
	response_redirect(response, S("/quan-tri/lien-thong"));
	return OK;
}

static enum err retry(struct ctx *ctx, struct db *db, void *arg)
{
	return outbox_retry(ctx, db, *(int64_t *)arg);
}

static enum err retry_post(struct request *request, struct response *response)
{
	int64_t id;
	if (!id_parse(request_param(request, "id"), &id))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such message");
	TRY(store_write(&request->ctx, links_of(request)->options.store, retry, &id));
	response_flash(response, "success", "It will be sent again");
	response_redirect(response, S("/quan-tri/lien-thong"));
	return OK;
}

#define BASE "/quan-tri/lien-thong"
#define LINKS_ROUTE(method, path, handler) \
	{ method, path, ACT_SYSTEM_ADMIN, handler, .flags = ROUTE_MAIN }

const struct route links_routes[] = {
	LINKS_ROUTE(WEB_GET, BASE, links_page),
	LINKS_ROUTE(WEB_POST, BASE, add_post),
	LINKS_ROUTE(WEB_POST, BASE "/{id}/bat-tat", switch_post),
	LINKS_ROUTE(WEB_POST, BASE "/{id}/thu", try_post),
	LINKS_ROUTE(WEB_POST, BASE "/{id}/gui-lai", again_post),
	LINKS_ROUTE(WEB_POST, BASE "/thu/{id}/gui-lai", retry_post),
	{ 0 },
};
