/* The hall for programs: who waits for what, which counters are open, who was called, who is expected. */
#include "reception/room.h"

#include "web/view.h"

/* ---- the hall now ---- */

struct state {
	struct request *request;
	const struct hall *hall;
	int64_t day;
	struct value services, counters, tickets;
};

static enum err read_services(struct ctx *ctx, struct db *db, struct state *s)
{
	for (size_t i = 0; i < s->hall->n_services; i++) {
		const struct hall_service *service = &s->hall->services[i];
		struct ticket last = { .organisation = s->hall->organisation->id, .day = s->day,
				       .service = service->code, .issued_at = INT64_MAX };
		struct estimate estimate;
		struct value item = value_map();
		int64_t waiting;
		TRY(ticket_ahead(ctx, db, &last, &waiting));
		TRY(ticket_estimate(ctx, db, s->hall, service->code, s->day, waiting, &estimate));
		value_append(ctx->arena, &item, S("code"), value_str(service->code));
		value_append(ctx->arena, &item, S("prefix"), value_str(service->prefix));
		value_append(ctx->arena, &item, S("title"),
			     value_str(hall_text(service->title, s->request->language)));
		value_append(ctx->arena, &item, S("waiting"), value_int(waiting));
		put_estimate(ctx->arena, &estimate, &item);
		value_push(ctx->arena, &s->services, item);
	}
	return OK;
}

/* Who sits there is the office's affair; that somebody does is everybody's. */
static enum err read_counters(struct ctx *ctx, struct db *db, struct state *s)
{
	for (size_t i = 0; i < s->hall->n_counters; i++) {
		const struct hall_counter *counter = &s->hall->counters[i];
		struct value item = value_map();
		int64_t account;
		TRY(seat_holder(ctx, db, s->hall, counter->number, &account));
		value_append(ctx->arena, &item, S("number"), value_int(counter->number));
		value_append(ctx->arena, &item, S("title"),
			     value_str(hall_text(counter->title, s->request->language)));
		value_append(ctx->arena, &item, S("services"), counter->services);
		value_append(ctx->arena, &item, S("open"), value_bool(account != 0));
		value_push(ctx->arena, &s->counters, item);
	}
	return OK;
}

static enum err read_tickets(struct ctx *ctx, struct db *db, struct state *s, str state)
{
	struct ticket_list list;
	TRY(ticket_list(ctx, db, s->hall, s->day, state, &list));
	for (size_t i = 0; i < list.n; i++)
		value_push(ctx->arena, &s->tickets, ticket_view(s->request, s->hall, &list.items[i]));
	return OK;
}

static enum err read_state(struct ctx *ctx, struct db *db, void *arg)
{
	struct state *s = arg;
	s->services = s->counters = s->tickets = value_list();
	TRY(read_services(ctx, db, s));
	TRY(read_counters(ctx, db, s));
	TRY(read_tickets(ctx, db, s, TICKET_CALLED));
	TRY(read_tickets(ctx, db, s, TICKET_SERVING));
	return read_tickets(ctx, db, s, TICKET_WAITING);
}

static enum err get_hall(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct state s = { .request = request, .hall = request_hall(request),
			   .day = hall_day(reception_of(request)) };
	struct value body = value_map();
	if (!s.hall)
		return no_hall(request);
	TRY(store_read(&request->ctx, reception_of(request)->store, read_state, &s));
	value_append(arena, &body, S("organisation"), value_str(s.hall->organisation->code));
	value_append(arena, &body, S("day"), value_str(date_format(arena, s.day)));
	value_append(arena, &body, S("services"), s.services);
	value_append(arena, &body, S("counters"), s.counters);
	value_append(arena, &body, S("tickets"), s.tickets);
	response_json(response, 200, body);
	return OK;
}

/* ---- appointments ---- */

struct expected {
	const struct hall *hall;
	int64_t day;
	struct appointment_list list;
};

static enum err read_expected(struct ctx *ctx, struct db *db, void *arg)
{
	struct expected *e = arg;
	return appointments_of_day(ctx, db, e->hall->organisation->id, e->day, &e->list);
}

static struct value expected_view(struct request *request, const struct appointment *a)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	value_append(arena, &view, S("at"),
		     at_view(request, slot_at(reception_of(request), a->day, a->minute)));
	value_append(arena, &view, S("service"), value_str(a->service));
	value_append(arena, &view, S("procedure"), value_str(a->procedure));
	value_append(arena, &view, S("state"), value_str(a->state));
	value_append(arena, &view, S("name"), value_str(a->name));
	value_append(arena, &view, S("phone"), value_str(a->phone));
	value_append(arena, &view, S("ticket"),
		     str_empty(a->ticket) ? value_null() : value_str(a->ticket));
	return view;
}

static enum err get_appointments(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct expected e = { .hall = request_hall(request), .day = hall_day(reception_of(request)) };
	struct value body = value_map(), list = value_list();
	str day = request_query(request, "day");
	if (!str_empty(day) && !date_parse(day, &e.day))
		return fail(&request->ctx, ERR_INVALID, "Write a date, for example 2015-01-26");
	TRY(store_read(&request->ctx, reception_of(request)->store, read_expected, &e));
	for (size_t i = 0; i < e.list.n; i++)
		value_push(arena, &list, expected_view(request, &e.list.items[i]));
	value_append(arena, &body, S("day"), value_str(date_format(arena, e.day)));
	value_append(arena, &body, S("appointments"), list);
	response_json(response, 200, body);
	return OK;
}

const struct route hall_api_routes[] = {
	{ WEB_GET, "/api/v1/halls/{organisation}", PERM_PUBLIC, get_hall, .flags = ROUTE_NO_LANGUAGE },
	{ WEB_GET, "/api/v1/halls/{organisation}/appointments", ACT_HALL, get_appointments,
	  .object = hall_object, .flags = ROUTE_NO_LANGUAGE },
	{ 0 },
};
