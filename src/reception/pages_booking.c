/* Booking ahead: office, day, time, name and telephone; the code; the desk's list of the day. */
#include "reception/room.h"

#include "print/print.h"
#include "web/view.h"

enum { BOOK_BURST = 6, BOOK_PER_HOUR = 12, CODE_BURST = 20, CODE_PER_HOUR = 60 };

struct choice {
	struct reception *reception;
	const struct procedure *procedure;
	const struct hall *hall;            /* NULL: not chosen yet */
	const struct hall_service *service;
	int64_t day;                        /* 0: not chosen yet */
	struct value offices, days;
	struct slot_list slots;
};

static bool takes(const struct hall *hall, str procedure, const struct hall_service **ret_service)
{
	*ret_service = hall_service_of(hall, procedure);
	return *ret_service && (*ret_service)->capacity > 0;
}

static str time_text(struct arena *arena, int64_t minute)
{
	return arena_printf(arena, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
}

static str step_path(struct arena *arena, const struct choice *c, str office, int64_t day)
{
	str date = day ? date_format(arena, day) : S("");
	return arena_printf(arena, "/dat-lich/%.*s?co-quan=%.*s%s%.*s", STR_ARG(c->procedure->name),
			    STR_ARG(office), day ? "&ngay=" : "", STR_ARG(date));
}

static enum err load_choice(struct request *request, struct choice *c, str office, str date)
{
	*c = (struct choice){ .reception = reception_of(request), .offices = value_list(),
			      .days = value_list() };
	struct arena *arena = request->ctx.arena;
	c->procedure = procedure_in_force(c->reception->cases, request_param(request, "procedure"),
					  clock_business());
	if (!c->procedure)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	for (size_t i = 0; i < c->reception->n; i++) {
		const struct hall *hall = &c->reception->halls[i];
		const struct hall_service *service;
		struct value item = value_map();
		str code = hall->organisation->code;
		if (!takes(hall, c->procedure->name, &service))
			continue;
		put_hall(request, hall, &item);
		item = value_get(item, S("hall"));
		value_set(arena, &item, S("url"),
			  link_view(request, step_path(arena, c, code, 0)));
		value_push(arena, &c->offices, item);
		if (str_eq(code, office)) {
			c->hall = hall;
			c->service = service;
		}
	}
	if (!date_parse(date, &c->day))
		c->day = 0;
	return OK;
}

/* ---- without a procedure ---- */

static bool is_booked(const struct reception *reception, str procedure)
{
	const struct hall_service *service;
	for (size_t i = 0; i < reception->n; i++)
		if (takes(&reception->halls[i], procedure, &service))
			return true;
	return false;
}

static enum err booked_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct reception *reception = reception_of(request);
	struct value view = value_map(), list = value_list();
	const struct procedure **items;
	size_t n;
	procedures_in_force(reception->cases, arena, clock_business(), &items, &n);
	for (size_t i = 0; i < n; i++) {
		struct value item = value_map();
		if (!is_booked(reception, items[i]->name))
			continue;
		value_append(arena, &item, S("title"),
			     value_str(procedure_text(items[i], S("title"), request->language)));
		value_append(arena, &item, S("url"), link_view(request,
			     arena_printf(arena, "/dat-lich/%.*s", STR_ARG(items[i]->name))));
		value_push(arena, &list, item);
	}
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Book an appointment")));
	value_set(arena, &view, S("procedures"), list);
	response_view(response, "reception/booked", view);
	return OK;
}

/* ---- days and times ---- */

static enum err read_days(struct request *request, struct db *db, struct choice *c)
{
	struct arena *arena = request->ctx.arena;
	int64_t today = hall_day(c->reception);
	for (int64_t day = today; day <= today + c->hall->days_ahead; day++) {
		struct slot_list slots;
		struct value item = value_map();
		TRY(slots_of_day(&request->ctx, c->reception, db, c->hall, c->service, day, &slots));
		if (!slots.n)
			continue;
		value_append(arena, &item, S("date"), value_str(date_format(arena, day)));
		value_append(arena, &item, S("left"), value_int(slots.left));
		value_append(arena, &item, S("url"), link_view(request,
			     step_path(arena, c, c->hall->organisation->code, day)));
		value_push(arena, &c->days, item);
	}
	return OK;
}

static struct value times_view(struct request *request, const struct choice *c)
{
	struct arena *arena = request->ctx.arena;
	struct value items = value_list();
	str chosen = request_field(request, "gio");
	for (size_t i = 0; i < c->slots.n; i++) {
		struct value item = value_map();
		if (!c->slots.items[i].left)
			continue;
		str time = time_text(arena, c->slots.items[i].minute);
		value_append(arena, &item, S("id"), value_str(items.n ? arena_printf(arena, "gio-%u",
			     items.n) : S("gio")));
		value_append(arena, &item, S("value"), value_str(time));
		value_append(arena, &item, S("text"), value_str(time));
		value_append(arena, &item, S("note"), value_null());
		value_append(arena, &item, S("checked"), value_bool(str_eq(time, chosen)));
		value_push(arena, &items, item);
	}
	return items;
}

static void put_form(struct request *request, const struct choice *c, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	view_field(request, view, "gio", "", S(""));
	view_field_set(request, view, "gio", "legend", view_text(request, "Time"));
	view_field_set(request, view, "gio", "inline", value_bool(true));
	view_field_set(request, view, "gio", "items", times_view(request, c));
	view_field(request, view, "ten", ctx_text(&request->ctx, "Your name"),
		   request_field(request, "ten"));
	view_field_set(request, view, "ten", "complete", value_str(S("name")));
	view_field(request, view, "dien-thoai", ctx_text(&request->ctx, "Telephone"),
		   request_field(request, "dien-thoai"));
	view_field_set(request, view, "dien-thoai", "type", value_str(S("tel")));
	view_field_set(request, view, "dien-thoai", "complete", value_str(S("tel")));
	view_field_set(request, view, "dien-thoai", "hint",
		       view_text(request, "We ring only if your appointment cannot be kept"));
	value_set(arena, view, S("date"), value_str(date_format(arena, c->day)));
}

static enum err show_booking(struct request *request, struct response *response, struct choice *c)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	struct db *db;
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Book an appointment")));
	if (c->hall) {
		TRY(store_snapshot(&request->ctx, c->reception->store, &db));
		if (c->day)
			TRY(slots_of_day(&request->ctx, c->reception, db, c->hall, c->service,
					 c->day, &c->slots));
		else
			TRY(read_days(request, db, c));
		store_release(db);
		put_hall(request, c->hall, &view);
	}
	value_set(arena, &view, S("procedure"),
		  value_str(procedure_text(c->procedure, S("title"), request->language)));
	value_set(arena, &view, S("procedure_url"), link_view(request,
		  arena_printf(arena, "/thu-tuc/%.*s", STR_ARG(c->procedure->name))));
	value_set(arena, &view, S("offices"), c->offices);
	value_set(arena, &view, S("choose_office"), value_bool(!c->hall));
	value_set(arena, &view, S("choose_day"), value_bool(c->hall && !c->day));
	value_set(arena, &view, S("choose_time"), value_bool(c->hall && c->day && c->slots.left));
	value_set(arena, &view, S("full"), value_bool(c->hall && c->day && !c->slots.left));
	value_set(arena, &view, S("days"), c->days);
	if (c->hall)
		value_set(arena, &view, S("office_url"), link_view(request,
			  step_path(arena, c, c->hall->organisation->code, 0)));
	put_form(request, c, &view);
	value_set(arena, &view, S("action"), value_str(request->target));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_private(response);
	response_view(response, "reception/booking", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err booking_page(struct request *request, struct response *response)
{
	struct choice c;
	TRY(load_choice(request, &c, request_query(request, "co-quan"),
			request_query(request, "ngay")));
	return show_booking(request, response, &c);
}

static bool read_time(str text, int64_t *ret_minute)
{
	int64_t hour, minute;
	str part, rest = text;
	if (!str_next(&rest, ':', &part) || !str_int(part, 0, 23, &hour) ||
	    !str_int(rest, 0, 59, &minute))
		return false;
	*ret_minute = hour * 60 + minute;
	return true;
}

static enum err booking_post(struct request *request, struct response *response)
{
	struct choice c;
	struct appointment made;
	struct booking booking = { 0 };
	str limit = arena_printf(request->ctx.arena, "book:%.*s", STR_ARG(request->client));
	TRY(load_choice(request, &c, request_query(request, "co-quan"),
			request_query(request, "ngay")));
	if (!c.hall || !c.day)
		return show_booking(request, response, &c);
	if (!read_time(request_field(request, "gio"), &booking.minute))
		request_mistake(request, "gio", "Choose a time");
	if (request_has_mistakes(request))
		return show_booking(request, response, &c);
	if (!web_rate_take(request->web, limit, BOOK_BURST, BOOK_PER_HOUR))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	booking.hall = c.hall;
	booking.service = c.service;
	booking.procedure = c.procedure->name;
	booking.day = c.day;
	booking.name = request_field(request, "ten");
	booking.phone = request_field(request, "dien-thoai");
	enum err err = appointment_book(&request->ctx, c.reception, &booking, &made);
	if (err == ERR_CONFLICT) {
		request_mistake(request, "gio", "%.*s", STR_ARG(request->ctx.fault.message));
		return show_booking(request, response, &c);
	}
	TRY(err);
	response_redirect(response, arena_printf(request->ctx.arena, "/dat-lich/ma/%.*s",
						 STR_ARG(made.code)));
	return OK;
}

static const struct field booking_fields[] = {
	{ "gio", N_("Time"), FIELD_LINE, .max = 5 },
	{ "ten", N_("Your name"), FIELD_LINE, .required = true, .max = 100 },
	{ "dien-thoai", N_("Telephone"), FIELD_PHONE, .required = true, .max = 20 },
	{ 0 },
};

/* ---- one appointment, by its code ---- */

struct found {
	str code;
	struct appointment a;
};

static enum err read_found(struct ctx *ctx, struct db *db, void *arg)
{
	struct found *f = arg;
	return appointment_load(ctx, db, f->code, &f->a);
}

static enum err find(struct request *request, struct found *f)
{
	str limit = arena_printf(request->ctx.arena, "booked:%.*s", STR_ARG(request->client));
	f->code = request_param(request, "code");
	if (!web_rate_take(request->web, limit, CODE_BURST, CODE_PER_HOUR))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	return store_read(&request->ctx, reception_of(request)->store, read_found, f);
}

static struct value appointment_view(struct request *request, const struct appointment *a)
{
	struct reception *reception = reception_of(request);
	struct arena *arena = request->ctx.arena;
	const struct procedure *p =
		procedure_in_force(reception->cases, a->procedure, clock_business());
	struct value view = value_map();
	value_append(arena, &view, S("code"), value_str(a->code));
	value_append(arena, &view, S("at"), at_view(request, slot_at(reception, a->day, a->minute)));
	value_append(arena, &view, S("procedure"), value_str(p ?
		     procedure_text(p, S("title"), request->language) : a->procedure));
	value_append(arena, &view, S("office"), value_str(organisation_name(
		     organisation_by_id(reception->people, a->organisation), request->language)));
	value_append(arena, &view, S("booked"), value_bool(str_eq(a->state, S("booked"))));
	value_append(arena, &view, S("ticket"),
		     str_empty(a->ticket) ? value_null() : value_str(a->ticket));
	return view;
}

static enum err appointment_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), qr = value_map();
	struct found f;
	html svg;
	TRY(find(request, &f));
	TRY(print_qr_svg(&request->ctx, f.code,
			 str_z(ctx_text(&request->ctx, "Code of the appointment")), &svg));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Your appointment")));
	value_append(arena, &qr, S("svg"), value_html(svg));
	value_append(arena, &qr, S("url"), value_null());
	value_append(arena, &qr, S("text"),
		     view_text(request, "Show this code to the scanner in the hall, or type the digits"));
	value_set(arena, &view, S("qr"), qr);
	value_set(arena, &view, S("appointment"), appointment_view(request, &f.a));
	value_set(arena, &view, S("action"), value_str(request_link(request,
		  arena_printf(arena, "/dat-lich/ma/%.*s", STR_ARG(f.code)))));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_private(response);
	response_view(response, "reception/appointment", view);
	return OK;
}

static enum err appointment_post(struct request *request, struct response *response)
{
	struct found f;
	TRY(find(request, &f));
	TRY(appointment_cancel(&request->ctx, reception_of(request), f.code));
	response_flash(response, "success", "The appointment was cancelled");
	response_redirect(response, arena_printf(request->ctx.arena, "/dat-lich/ma/%.*s",
						 STR_ARG(f.code)));
	return OK;
}

/* ---- the desk's list ---- */

struct day_list {
	struct request *request;
	const int64_t *organisations;
	size_t n;
	int64_t day;
	struct value offices;
};

static enum err read_day_list(struct ctx *ctx, struct db *db, void *arg)
{
	struct day_list *d = arg;
	struct reception *reception = reception_of(d->request);
	d->offices = value_list();
	for (size_t i = 0; i < d->n; i++) {
		const struct hall *hall = hall_by_id(reception, d->organisations[i]);
		struct value office = value_map(), rows = value_list();
		struct appointment_list list;
		if (!hall)
			continue;
		TRY(appointments_of_day(ctx, db, hall->organisation->id, d->day, &list));
		for (size_t k = 0; k < list.n; k++) {
			struct value row = appointment_view(d->request, &list.items[k]);
			value_append(ctx->arena, &row, S("name"), value_str(list.items[k].name));
			value_append(ctx->arena, &row, S("phone"), value_str(list.items[k].phone));
			value_push(ctx->arena, &rows, row);
		}
		value_append(ctx->arena, &office, S("title"), value_str(organisation_name(
			     hall->organisation, d->request->language)));
		value_append(ctx->arena, &office, S("appointments"), rows);
		value_push(ctx->arena, &d->offices, office);
	}
	return OK;
}

static enum err list_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct day_list d = { .request = request, .day = hall_day(reception_of(request)) };
	struct value view = value_map();
	str date = str_trim(request_query(request, "ngay"));
	int64_t *ids;
	if (!str_empty(date) && !date_parse(date, &d.day))
		request_mistake(request, "ngay", "Write a date, for example 2015-01-26");
	d.n = request_organisations(request, ACT_HALL, &ids);
	d.organisations = ids;
	TRY(store_read(&request->ctx, reception_of(request)->store, read_day_list, &d));
	start_desk(request, &view, N_("Appointments"), "/ban/quay/lich-hen");
	view_field(request, &view, "ngay", ctx_text(&request->ctx, "Day"),
		   str_empty(date) ? date_format(arena, d.day) : date);
	view_field_set(request, &view, "ngay", "type", value_str(S("date")));
	value_set(arena, &view, S("date"), value_str(date_format(arena, d.day)));
	value_set(arena, &view, S("offices"), d.offices);
	value_set(arena, &view, S("action"), link_view(request, S("/ban/quay/lich-hen")));
	response_view(response, "reception/appointments", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

const struct route booking_routes[] = {
	{ WEB_GET, "/dat-lich", PERM_PUBLIC, booked_page },
	{ WEB_GET, "/dat-lich/{procedure}", PERM_PUBLIC, booking_page },
	{ WEB_POST, "/dat-lich/{procedure}", PERM_PUBLIC, booking_post, .fields = booking_fields },
	{ WEB_GET, "/dat-lich/ma/{code}", PERM_PUBLIC, appointment_page },
	{ WEB_POST, "/dat-lich/ma/{code}", PERM_PUBLIC, appointment_post },
	{ WEB_GET, "/ban/quay/lich-hen", ACT_HALL, list_page, .flags = ROUTE_MAIN },
	{ 0 },
};
