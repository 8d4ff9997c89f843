/* The counter: an officer sits down, calls, serves, passes on. */
#include "reception/room.h"

#include "web/view.h"

enum { ABSENT_SHOWN = 8 };

static int64_t account_of(const struct request *request)
{
	return request_principal(request)->account;
}

static bool may_serve(const struct request *request, const struct hall *hall)
{
	const struct object object = { .organisation = hall->organisation->id };
	return may(reception_of(request)->people, request_principal(request), ACT_HALL, &object);
}

static str counter_path(struct arena *arena, const struct hall *hall, int64_t counter)
{
	return arena_printf(arena, "/ban/quay/%.*s/%lld", STR_ARG(hall->organisation->code),
			    (long long)counter);
}

/* ---- choosing a counter ---- */

struct choice {
	struct request *request;
	struct value halls;
	str mine; /* path of the counter the officer sits at */
};

static enum err counter_item(struct ctx *ctx, struct db *db, struct choice *choice,
			     const struct hall *hall, const struct hall_counter *counter,
			     struct value *ret_item)
{
	struct value item = value_map();
	int64_t account;
	str holder;
	str path = counter_path(ctx->arena, hall, counter->number);
	TRY(seat_holder(ctx, db, hall, counter->number, &account));
	TRY(account_name(ctx, db, account, &holder));
	bool mine = account && account == account_of(choice->request);
	if (mine)
		choice->mine = path;
	value_append(ctx->arena, &item, S("number"), value_int(counter->number));
	value_append(ctx->arena, &item, S("title"),
		     value_str(hall_text(counter->title, choice->request->language)));
	value_append(ctx->arena, &item, S("holder"), account ? value_str(holder) : value_null());
	value_append(ctx->arena, &item, S("mine"), value_bool(mine));
	value_append(ctx->arena, &item, S("url"), link_view(choice->request, path));
	*ret_item = item;
	return OK;
}

static enum err read_choice(struct ctx *ctx, struct db *db, void *arg)
{
	struct choice *choice = arg;
	const struct reception *reception = reception_of(choice->request);
	choice->halls = value_list();
	for (size_t i = 0; i < reception->n; i++) {
		const struct hall *hall = &reception->halls[i];
		struct value item = value_map(), counters = value_list();
		str code = hall->organisation->code;
		if (!may_serve(choice->request, hall))
			continue;
		for (size_t k = 0; k < hall->n_counters; k++) {
			struct value counter;
			TRY(counter_item(ctx, db, choice, hall, &hall->counters[k], &counter));
			value_push(ctx->arena, &counters, counter);
		}
		value_append(ctx->arena, &item, S("code"), value_str(code));
		value_append(ctx->arena, &item, S("organisation"),
			     value_str(organisation_name(hall->organisation,
							 choice->request->language)));
		value_append(ctx->arena, &item, S("counters"), counters);
		value_append(ctx->arena, &item, S("kiosk_url"),
			     link_view(choice->request, kiosk_path(choice->request, hall)));
		value_append(ctx->arena, &item, S("board_url"),
			     link_view(choice->request,
				       arena_printf(ctx->arena, "/bang/%.*s", STR_ARG(code))));
		value_push(ctx->arena, &choice->halls, item);
	}
	return OK;
}

/* Who sits at a counter works there: only ?tat-ca shows the others too. */
static enum err choose_page(struct request *request, struct response *response)
{
	struct choice choice = { .request = request, .mine = S("") };
	struct value view = value_map();
	TRY(store_read(&request->ctx, reception_of(request)->store, read_choice, &choice));
	if (!str_empty(choice.mine) && str_empty(request_query(request, "tat-ca"))) {
		response_redirect(response, choice.mine);
		return OK;
	}
	start_desk(request, &view, N_("Numbers and counters"), "/ban/quay");
	value_set(request->ctx.arena, &view, S("halls"), choice.halls);
	value_set(request->ctx.arena, &view, S("mine"),
		  str_empty(choice.mine) ? value_null() : link_view(request, choice.mine));
	response_view(response, "reception/counters", view);
	return OK;
}

/* ---- one counter ---- */

static enum err seat_of(struct request *request, struct seat *ret_seat)
{
	int64_t number;
	struct seat seat = { .hall = request_hall(request), .account = account_of(request) };
	if (!seat.hall || !str_int(request_param(request, "counter"), 1, 99, &number))
		return no_hall(request);
	seat.counter = hall_counter(seat.hall, number);
	if (!seat.counter)
		return fail(&request->ctx, ERR_NOT_FOUND, "This hall has no such counter");
	*ret_seat = seat;
	return OK;
}

struct counter_page {
	struct reception *reception;
	struct seat seat;
	int64_t day, holder, served;
	str holder_name;
	struct ticket here;
	bool busy;
	struct ticket_list waiting, absent;
	struct value filed; /* cases taken in for the visitor here */
};

static enum err read_visit(struct ctx *ctx, struct db *db, struct counter_page *p)
{
	struct rows rows;
	p->filed = value_list();
	if (!p->busy)
		return OK;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT c.code, c.subject FROM case_visit v JOIN case_file c"
			 " ON c.organisation = v.organisation AND c.id = v.case_id"
			 " WHERE v.organisation = $1 AND v.id = $2 ORDER BY c.id"),
		     p->seat.hall->organisation->id, p->here.id));
	while (rows_next(&rows)) {
		struct value item = value_map();
		value_append(ctx->arena, &item, S("code"), value_str(row_str(&rows, 0)));
		value_append(ctx->arena, &item, S("subject"), value_str(row_str(&rows, 1)));
		value_push(ctx->arena, &p->filed, item);
	}
	return rows_end(&rows);
}

static enum err read_counter(struct ctx *ctx, struct db *db, void *arg)
{
	struct counter_page *p = arg;
	const struct hall *hall = p->seat.hall;
	TRY(seat_holder(ctx, db, hall, p->seat.counter->number, &p->holder));
	TRY(account_name(ctx, db, p->holder, &p->holder_name));
	enum err err = ticket_at(ctx, db, &p->seat, p->day, &p->here);
	p->busy = err == OK;
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	TRY(read_visit(ctx, db, p));
	TRY(ticket_list(ctx, db, hall, p->day, TICKET_WAITING, &p->waiting));
	TRY(ticket_list(ctx, db, hall, p->day, TICKET_ABSENT, &p->absent));
	return db_int(ctx, db, 0, &p->served,
		      SQL("SELECT COUNT(*) FROM ticket WHERE organisation = $1 AND day = $2"
			  " AND state = 'served' AND counter = $3"),
		      hall->organisation->id, p->day, p->seat.counter->number);
}

/* Those this counter serves, and how many others wait. */
static struct value waiting_view(struct request *request, const struct counter_page *p,
				 int64_t *ret_mine)
{
	struct value list = value_list();
	*ret_mine = 0;
	for (size_t i = 0; i < p->waiting.n; i++) {
		const struct ticket *t = &p->waiting.items[i];
		if (!counter_serves(p->seat.counter, t->service) ||
		    (t->only_counter && t->only_counter != p->seat.counter->number))
			continue;
		(*ret_mine)++;
		value_push(request->ctx.arena, &list, ticket_view(request, p->seat.hall, t));
	}
	return list;
}

static struct value absent_view(struct request *request, const struct counter_page *p)
{
	struct value list = value_list();
	for (size_t i = 0; i < p->absent.n && i < ABSENT_SHOWN; i++)
		value_push(request->ctx.arena, &list,
			   ticket_view(request, p->seat.hall, &p->absent.items[i]));
	return list;
}

/* Where a visitor can be passed on to: "ho-tich" or "ho-tich/2". */
static struct value targets_view(struct request *request, const struct hall *hall)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	value_push(arena, &list, option_view(arena, S(""),
		   str_z(ctx_text(&request->ctx, "Choose a service or counter")), true));
	for (size_t i = 0; i < hall->n_services; i++) {
		const struct hall_service *s = &hall->services[i];
		str title = hall_text(s->title, request->language);
		value_push(arena, &list, option_view(arena, s->code, title, false));
		for (size_t k = 0; k < hall->n_counters; k++) {
			if (!counter_serves(&hall->counters[k], s->code))
				continue;
			long long number = (long long)hall->counters[k].number;
			value_push(arena, &list, option_view(arena,
				arena_printf(arena, "%.*s/%lld", STR_ARG(s->code), number),
				arena_printf(arena, ctx_text(&request->ctx, "%.*s – counter %lld only"),
					     STR_ARG(title), number), false));
		}
	}
	return list;
}

static void put_ticket(struct request *request, struct counter_page *p, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	bool serving = p->busy && str_eq(p->here.state, TICKET_SERVING);
	struct value ticket = p->busy ? ticket_view(request, p->seat.hall, &p->here) : value_null();
	if (p->busy) {
		value_set(arena, &ticket, S("serving"), value_bool(serving));
		value_set(arena, &ticket, S("file_url"), link_view(request,
			  arena_printf(arena, "/ban/nop?phieu=%.*s", STR_ARG(p->here.label))));
	}
	value_set(arena, view, S("ticket"), ticket);
	/* What the visitor brings is scanned here: a card begins the filing, a receipt opens its case. */
	struct object office = { .organisation = p->seat.hall->organisation->id };
	bool scans = serving && may(reception_of(request)->people, request_principal(request),
				    ACT_CASE_FILE, &office);
	value_set(arena, view, S("scan_action"),
		  scans ? link_view(request, S("/ban/mo")) : value_null());
	value_set(arena, view, S("scan_ticket"), value_get(ticket, S("label")));
	value_set(arena, view, S("scan"), value_null());
	for (uint32_t i = 0; i < p->filed.n; i++)
		value_set(arena, &p->filed.items[i], S("url"), link_view(request,
			  arena_printf(arena, "/ban/%.*s/ho-so",
				       STR_ARG(value_text(value_get(p->filed.items[i], S("code")))))));
	value_set(arena, view, S("filed"), p->filed);
	value_set(arena, view, S("busy"), value_bool(p->busy));
}

static enum err show_counter(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct counter_page p = { .reception = reception_of(request),
				  .day = hall_day(reception_of(request)) };
	struct value view = value_map();
	int64_t waiting;
	TRY(seat_of(request, &p.seat));
	TRY(store_read(&request->ctx, p.reception->store, read_counter, &p));
	start_desk(request, &view, N_("Counter"), "/ban/quay");
	value_set(arena, &view, S("number"), value_int(p.seat.counter->number));
	value_set(arena, &view, S("title"),
		  value_str(hall_text(p.seat.counter->title, request->language)));
	value_set(arena, &view, S("mine"), value_bool(p.holder == p.seat.account));
	value_set(arena, &view, S("holder"), p.holder ? value_str(p.holder_name) : value_null());
	put_ticket(request, &p, &view);
	value_set(arena, &view, S("queue"), waiting_view(request, &p, &waiting));
	value_set(arena, &view, S("waiting"), value_int(waiting));
	value_set(arena, &view, S("served"), value_int(p.served));
	value_set(arena, &view, S("absent"), absent_view(request, &p));
	value_set(arena, &view, S("targets"), targets_view(request, p.seat.hall));
	str path = counter_path(arena, p.seat.hall, p.seat.counter->number);
	value_set(arena, &view, S("action"), link_view(request, path));
	str key = kiosk_key(request, p.seat.hall);
	value_set(arena, &view, S("faces_url"), link_view(request, arena_printf(arena,
		"/danh-gia/quay/%.*s/%lld?khoa=%.*s", STR_ARG(p.seat.hall->organisation->code),
		(long long)p.seat.counter->number, STR_ARG(key))));
	value_set(arena, &view, S("counters_url"), link_view(request, S("/ban/quay?tat-ca=1")));
	response_view(response, "reception/counter", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

/* ---- acts ---- */

static const struct act_name {
	const char *name;
	enum ticket_act act;
} act_names[] = {
	{ "goi-lai", TICKET_RECALL }, { "bat-dau", TICKET_BEGIN }, { "xong", TICKET_FINISH },
	{ "bo-qua", TICKET_SKIP }, { "tra-lai", TICKET_PUT_BACK }, { "chuyen", TICKET_TRANSFER },
	{ "goi-so", TICKET_CALL_THIS },
};

static bool read_step(struct request *request, str act, struct ticket_step *step)
{
	for (size_t i = 0; i < ARRAY_SIZE(act_names); i++) {
		if (!str_eq(act, str_z(act_names[i].name)))
			continue;
		step->act = act_names[i].act;
		str to = request_field(request, "den"), counter = S("");
		if (!str_next(&to, '/', &step->service))
			step->service = S("");
		if (str_next(&to, '/', &counter))
			(void)!str_int(counter, 1, 99, &step->counter);
		(void)!id_parse(request_field(request, "so"), &step->ticket);
		return true;
	}
	return false;
}

static enum err call_next(struct request *request, const struct seat *seat)
{
	struct ticket ticket;
	enum err err = ticket_call_next(&request->ctx, reception_of(request), seat, &ticket);
	if (err == OK)
		hall_announce(request, seat->hall, &ticket);
	return err;
}

static enum err step(struct request *request, const struct seat *seat, str act)
{
	struct ticket_step step = { 0 };
	struct ticket ticket = { 0 };
	if (!read_step(request, act, &step))
		return fail(&request->ctx, ERR_INVALID, "There is no such act");
	TRY(ticket_step(&request->ctx, reception_of(request), seat, &step, &ticket));
	bool call = str_eq(ticket.state, TICKET_CALLED);
	hall_announce(request, seat->hall, call ? &ticket : NULL);
	return OK;
}

static enum err act_on(struct request *request, const struct seat *seat, str act)
{
	struct reception *reception = reception_of(request);
	if (str_eq(act, S("mo")))
		return seat_open(&request->ctx, reception, seat);
	if (str_eq(act, S("dong")))
		return seat_close(&request->ctx, reception, seat);
	if (str_eq(act, S("goi")))
		return call_next(request, seat);
	if (!str_eq(act, S("xong-goi")))
		return step(request, seat, act);
	TRY(step(request, seat, S("xong")));
	return call_next(request, seat);
}

/* What the state does not allow is said on the counter's own page: the officer goes on from there. */
static enum err counter_post(struct request *request, struct response *response)
{
	str act = request_field(request, "act");
	struct seat seat;
	TRY(seat_of(request, &seat));
	enum err err = act_on(request, &seat, act);
	if (err == ERR_INVALID) {
		request_mistake(request, "den", "%.*s", STR_ARG(request->ctx.fault.message));
		return show_counter(request, response);
	}
	if (err == ERR_CONFLICT && request->wants_json)
		return err;
	if (err == ERR_CONFLICT || err == ERR_NOT_FOUND)
		response_flash(response, "notice", "%.*s", STR_ARG(request->ctx.fault.message));
	else
		TRY(err);
	bool away = str_eq(act, S("dong")) && err == OK;
	response_redirect(response, away ? S("/ban/quay") :
			  counter_path(request->ctx.arena, seat.hall, seat.counter->number));
	return OK;
}

static const struct field counter_fields[] = {
	{ "act", N_("Act"), FIELD_CHOICE, .required = true,
	  .choices = "mo|dong|goi|goi-lai|bat-dau|xong|xong-goi|bo-qua|tra-lai|chuyen|goi-so" },
	{ "den", N_("Pass on to"), FIELD_LINE, .max = 80 },
	{ "so", N_("Number"), FIELD_LINE, .max = 30 },
	{ 0 },
};

const struct route counter_routes[] = {
	{ WEB_GET, "/ban/quay", ACT_HALL, choose_page, .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/quay/{organisation}/{counter}", ACT_HALL, show_counter,
	  .object = hall_object, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/quay/{organisation}/{counter}", ACT_HALL, counter_post,
	  .object = hall_object, .fields = counter_fields, .flags = ROUTE_MAIN },
	{ 0 },
};
