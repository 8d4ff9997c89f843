/* The hall as visitors see it: the kiosk, the slip, the wall board. */
#include "reception/room.h"

#include "print/print.h"
#include "web/view.h"

enum {
	/* One visitor's telephone, or the machine in the hall that all of them use. */
	OWN_BURST = 5, OWN_PER_HOUR = 12, KIOSK_BURST = 60, KIOSK_PER_HOUR = 900,
	NEXT_SHOWN = 12,
};

str kiosk_key(struct request *request, const struct hall *hall)
{
	struct arena *arena = request->ctx.arena;
	str what = arena_printf(arena, "kiosk:%lld", (long long)hall->organisation->id);
	return keyed_digits(reception_of(request), arena, what, 10);
}

/* The address that opens the kiosk in the hall carries a key of this server. */
bool is_kiosk(struct request *request, const struct hall *hall, str key)
{
	return str_eq(key, kiosk_key(request, hall));
}

str kiosk_path(struct request *request, const struct hall *hall)
{
	str key = kiosk_key(request, hall);
	return arena_printf(request->ctx.arena, "/quay/%.*s?khoa=%.*s",
			    STR_ARG(hall->organisation->code), STR_ARG(key));
}

void put_hall(struct request *request, const struct hall *hall, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value part = value_map();
	str desk = hall_text(value_get(hall->organisation->data, S("desk")), request->language);
	str name = organisation_name(hall->organisation, request->language);
	str code = hall->organisation->code;
	value_append(arena, &part, S("code"), value_str(code));
	value_append(arena, &part, S("organisation"), value_str(name));
	value_append(arena, &part, S("name"), value_str(str_empty(desk) ? name : desk));
	value_append(arena, &part, S("kiosk_url"),
		     link_view(request, arena_printf(arena, "/quay/%.*s", STR_ARG(code))));
	value_append(arena, &part, S("board_url"),
		     link_view(request, arena_printf(arena, "/bang/%.*s", STR_ARG(code))));
	value_set(arena, view, S("hall"), part);
}

/* ---- all halls ---- */

static enum err halls_page(struct request *request, struct response *response)
{
	const struct reception *reception = reception_of(request);
	struct value view = value_map(), list = value_list();
	for (size_t i = 0; i < reception->n; i++) {
		struct value item = value_map();
		put_hall(request, &reception->halls[i], &item);
		value_push(request->ctx.arena, &list, value_get(item, S("hall")));
	}
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Take a number")));
	value_set(request->ctx.arena, &view, S("halls"), list);
	response_view(response, "reception/halls", view);
	return OK;
}

/* ---- the kiosk ---- */

static enum err put_services(struct request *request, const struct hall *hall, struct value *view)
{
	struct ctx *ctx = &request->ctx;
	struct value list = value_list();
	struct db *db;
	TRY(store_snapshot(ctx, reception_of(request)->store, &db));
	for (size_t i = 0; i < hall->n_services; i++) {
		const struct hall_service *s = &hall->services[i];
		struct ticket last = { .organisation = hall->organisation->id, .service = s->code,
				       .day = hall_day(reception_of(request)),
				       .issued_at = INT64_MAX };
		struct value item = value_map();
		struct estimate estimate;
		int64_t waiting;
		TRY(ticket_ahead(ctx, db, &last, &waiting));
		TRY(ticket_estimate(ctx, db, hall, s->code, last.day, waiting, &estimate));
		value_append(ctx->arena, &item, S("code"), value_str(s->code));
		value_append(ctx->arena, &item, S("prefix"), value_str(s->prefix));
		value_append(ctx->arena, &item, S("title"),
			     value_str(hall_text(s->title, request->language)));
		value_append(ctx->arena, &item, S("waiting"), value_int(waiting));
		put_estimate(ctx->arena, &estimate, &item);
		value_push(ctx->arena, &list, item);
	}
	store_release(db);
	value_set(ctx->arena, view, S("services"), list);
	return OK;
}

static enum err show_kiosk(struct request *request, struct response *response,
			   const struct hall *hall, str key)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	bool kiosk = is_kiosk(request, hall, key);
	str path = arena_printf(arena, "/quay/%.*s", STR_ARG(hall->organisation->code));
	put_hall(request, hall, &view);
	TRY(put_services(request, hall, &view));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Take a number")));
	value_set(arena, &view, S("action"), link_view(request, path));
	view_field(request, &view, "hen", ctx_text(&request->ctx, "Code of the appointment"),
		   request_field(request, "hen"));
	view_field_set(request, &view, "hen", "mode", value_str(S("numeric")));
	view_field_set(request, &view, "hen", "width", value_str(S("10")));
	view_field_set(request, &view, "hen", "complete", value_str(S("off")));
	view_field_set(request, &view, "hen", "hint",
		       view_text(request, "Eight digits; or hold the code of your appointment to the"
			  " scanner"));
	value_set(arena, &view, S("opens"), opens_view(request));
	value_set(arena, &view, S("kiosk"), value_bool(kiosk));
	value_set(arena, &view, S("key"), kiosk ? value_str(key) : value_null());
	value_set(arena, &view, S("request"),
		  value_str(id_text(arena, store_id(reception_of(request)->store))));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "reception/kiosk", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err kiosk_page(struct request *request, struct response *response)
{
	const struct hall *hall = request_hall(request);
	if (!hall)
		return no_hall(request);
	return show_kiosk(request, response, hall, request_query(request, "khoa"));
}

static bool may_take(struct request *request, const struct hall *hall, bool kiosk)
{
	const struct object object = { .organisation = hall->organisation->id };
	bool officer = may(reception_of(request)->people, request_principal(request), ACT_HALL,
			   &object);
	str key = arena_printf(request->ctx.arena, "ticket:%d:%.*s", kiosk || officer,
			       STR_ARG(request->client));
	return kiosk || officer ? web_rate_take(request->web, key, KIOSK_BURST, KIOSK_PER_HOUR)
				: web_rate_take(request->web, key, OWN_BURST, OWN_PER_HOUR);
}

static str slip_path(struct request *request, const struct hall *hall, int64_t ticket, str key)
{
	struct arena *arena = request->ctx.arena;
	str id = id_text(arena, ticket);
	return arena_printf(arena, "/quay/%.*s/phieu/%.*s%s%.*s",
			    STR_ARG(hall->organisation->code), STR_ARG(id),
			    str_empty(key) ? "" : "?khoa=", STR_ARG(key));
}

/* The scanner may give the whole address: the last digits of it are the code. */
static str code_of(str text)
{
	text = str_trim(text);
	return str_slice(text, text.n > CODE_DIGITS ? text.n - CODE_DIGITS : 0, text.n);
}

static enum err take_ticket(struct request *request, const struct hall *hall, struct ticket *ticket)
{
	const struct principal *principal = request_principal(request);
	struct ticket_wanted wanted = {
		.hall = hall, .service = request_field(request, "dich-vu"),
		.priority = request_has(request, "uu-tien") ? PRIORITY_PERSON : PRIORITY_NONE,
		.actor = principal ? principal->account : 0,
		.request = request_field(request, "lan"),
	};
	str code = request_field(request, "hen");
	if (str_empty(code))
		return ticket_issue(&request->ctx, reception_of(request), &wanted, ticket);
	wanted.request = S("");
	enum err err = appointment_arrive(&request->ctx, reception_of(request), code_of(code), &wanted,
					  ticket);
	if (err == ERR_NOT_FOUND || err == ERR_CONFLICT)
		request_mistake(request, "hen", "%.*s", STR_ARG(request->ctx.fault.message));
	return err;
}

static enum err kiosk_post(struct request *request, struct response *response)
{
	const struct hall *hall = request_hall(request);
	struct ticket ticket;
	if (!hall)
		return no_hall(request);
	str key = request_field(request, "khoa"), service = request_field(request, "dich-vu");
	bool kiosk = is_kiosk(request, hall, key);
	if (str_empty(request_field(request, "hen")) && !hall_service(hall, service))
		request_mistake(request, "dich-vu", "Choose what you have come for");
	if (request_has_mistakes(request))
		return show_kiosk(request, response, hall, key);
	if (!may_take(request, hall, kiosk))
		return fail(&request->ctx, ERR_BUSY, "Too many numbers were taken from here; ask at"
			    " the desk");
	enum err err = take_ticket(request, hall, &ticket);
	if (request_has_mistakes(request))
		return show_kiosk(request, response, hall, key);
	TRY(err);
	hall_announce(request, hall, NULL);
	response_redirect(response, slip_path(request, hall, ticket.id, kiosk ? key : S("")));
	return OK;
}

static const struct field kiosk_fields[] = {
	{ "dich-vu", N_("Service"), FIELD_LINE, .max = 60 },
	{ "uu-tien", N_("Priority"), FIELD_CHECK },
	{ "khoa", N_("Key"), FIELD_LINE, .max = 40 },
	{ "lan", N_("Request"), FIELD_LINE, .max = 40 },
	{ "hen", N_("Code of the appointment"), FIELD_LINE, .max = 200 },
	{ 0 },
};

/* ---- the slip ---- */

struct slip {
	const struct hall *hall;
	int64_t id, ahead;
	struct estimate estimate;
	struct ticket ticket;
};

static enum err read_slip(struct ctx *ctx, struct db *db, void *arg)
{
	struct slip *slip = arg;
	TRY(ticket_load(ctx, db, slip->id, &slip->ticket));
	TRY(ticket_ahead(ctx, db, &slip->ticket, &slip->ahead));
	return ticket_estimate(ctx, db, slip->hall, slip->ticket.service, slip->ticket.day,
			       slip->ahead, &slip->estimate);
}

static enum err slip_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct slip slip = { .hall = request_hall(request) };
	struct value view = value_map(), qr = value_map();
	html svg;
	if (!slip.hall || !id_parse(request_param(request, "ticket"), &slip.id))
		return no_hall(request);
	enum err err = store_read(&request->ctx, reception_of(request)->store, read_slip, &slip);
	if (err == ERR_NOT_FOUND || slip.ticket.organisation != slip.hall->organisation->id)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such ticket");
	TRY(err);
	str key = request_query(request, "khoa");
	bool kiosk = is_kiosk(request, slip.hall, key);
	/* A desk that scans the slip reads the number from the query. */
	str path = slip_path(request, slip.hall, slip.id, S(""));
	str url = request_absolute(request, arena_printf(arena, "%.*s?phieu=%.*s", STR_ARG(path),
							 STR_ARG(slip.ticket.label)));
	TRY(print_qr_svg(&request->ctx, url,
			 str_z(ctx_text(&request->ctx, "Code that opens this number on a telephone")),
			 &svg));
	view_page(request, &view, arena_printf(arena, ctx_text(&request->ctx, "Number %.*s"),
					       STR_ARG(slip.ticket.label)));
	put_hall(request, slip.hall, &view);
	value_append(arena, &qr, S("svg"), value_html(svg));
	value_append(arena, &qr, S("url"), value_str(url));
	value_append(arena, &qr, S("text"), view_text(request, "Follow your number on a telephone"));
	value_set(arena, &view, S("qr"), qr);
	value_set(arena, &view, S("ticket"), ticket_view(request, slip.hall, &slip.ticket));
	value_set(arena, &view, S("waiting"),
		  value_bool(str_eq(slip.ticket.state, TICKET_WAITING)));
	value_set(arena, &view, S("called"), value_bool(str_eq(slip.ticket.state, TICKET_CALLED)));
	value_set(arena, &view, S("ahead"), value_int(slip.ahead));
	put_estimate(arena, &slip.estimate, &view);
	value_set(arena, &view, S("self"), value_str(request->target));
	value_set(arena, &view, S("kiosk"),
		  kiosk ? link_view(request, kiosk_path(request, slip.hall)) : value_null());
	response_private(response);
	response_view(response, "reception/slip", view);
	return OK;
}

/* ---- the wall board ---- */

struct board {
	const struct hall *hall;
	int64_t day;
	struct ticket_list called, serving, waiting;
};

static enum err read_board(struct ctx *ctx, struct db *db, void *arg)
{
	struct board *b = arg;
	TRY(ticket_list(ctx, db, b->hall, b->day, TICKET_CALLED, &b->called));
	TRY(ticket_list(ctx, db, b->hall, b->day, TICKET_SERVING, &b->serving));
	return ticket_list(ctx, db, b->hall, b->day, TICKET_WAITING, &b->waiting);
}

static void push_tickets(struct request *request, const struct hall *hall,
			 const struct ticket_list *list, size_t most, struct value *ret_list)
{
	for (size_t i = 0; i < list->n && i < most; i++)
		value_push(request->ctx.arena, ret_list, ticket_view(request, hall, &list->items[i]));
}

static enum err board_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct board board = { .hall = request_hall(request),
			       .day = hall_day(reception_of(request)) };
	struct value view = value_map(), now = value_list(), next = value_list();
	if (!board.hall)
		return no_hall(request);
	TRY(store_read(&request->ctx, reception_of(request)->store, read_board, &board));
	push_tickets(request, board.hall, &board.called, NEXT_SHOWN, &now);
	push_tickets(request, board.hall, &board.serving, NEXT_SHOWN, &now);
	push_tickets(request, board.hall, &board.waiting, NEXT_SHOWN, &next);
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Numbers being called")));
	put_hall(request, board.hall, &view);
	str path = arena_printf(arena, "/bang/%.*s", STR_ARG(board.hall->organisation->code));
	value_set(arena, &view, S("now"), now);
	value_set(arena, &view, S("next"), next);
	value_set(arena, &view, S("waiting"), value_int((int64_t)board.waiting.n));
	value_set(arena, &view, S("time"), at_view(request, clock_business()));
	value_set(arena, &view, S("opens"), opens_view(request));
	value_set(arena, &view, S("self"), link_view(request, path));
	value_set(arena, &view, S("events"), link_view(request, arena_printf(arena, "%.*s/su-kien",
									     STR_ARG(path))));
	value_set(arena, &view, S("voice"), value_str(request_link(request, S("/assets/"))));
	response_private(response);
	response_view(response, "reception/board", view);
	return OK;
}

static enum err board_events(struct request *request, struct response *response)
{
	const struct hall *hall = request_hall(request);
	if (!hall)
		return no_hall(request);
	response_events(response, hall_topic(request->ctx.arena, hall));
	return OK;
}

const struct route hall_routes[] = {
	{ WEB_GET, "/quay", PERM_PUBLIC, halls_page },
	{ WEB_GET, "/quay/{organisation}", PERM_PUBLIC, kiosk_page },
	{ WEB_POST, "/quay/{organisation}", PERM_PUBLIC, kiosk_post, .fields = kiosk_fields },
	{ WEB_GET, "/quay/{organisation}/phieu/{ticket}", PERM_PUBLIC, slip_page },
	{ WEB_GET, "/bang/{organisation}", PERM_PUBLIC, board_page },
	{ WEB_GET, "/bang/{organisation}/su-kien", PERM_PUBLIC, board_events,
	  .flags = ROUTE_EVENTS },
	{ 0 },
};
