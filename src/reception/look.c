/* What the pages of the hall share. */
#include "cases/desk.h"
#include "reception/room.h"

#include "web/view.h"

struct reception *reception_of(const struct request *request)
{
	return request->state;
}

int64_t hall_day(const struct reception *reception)
{
	return calendar_day(cases_calendar(reception->cases), clock_business());
}

const struct hall *request_hall(struct request *request)
{
	return hall_by_code(reception_of(request), request_param(request, "organisation"));
}

enum err no_hall(struct request *request)
{
	return fail(&request->ctx, ERR_NOT_FOUND, "This office has no hall with numbers");
}

enum err hall_object(struct request *request, const void **ret_object)
{
	const struct hall *hall = request_hall(request);
	struct object *object = ARENA_NEW(request->ctx.arena, struct object);
	if (!hall)
		return no_hall(request);
	object->organisation = hall->organisation->id;
	*ret_object = object;
	return OK;
}

struct value at_view(struct request *request, usec at)
{
	int zone = calendar_zone(cases_calendar(reception_of(request)->cases));
	return at ? value_str(time_format(request->ctx.arena, at, zone)) : value_null();
}

struct value opens_view(struct request *request)
{
	struct ctx *ctx = &request->ctx;
	const struct calendar *calendar = cases_calendar(reception_of(request)->cases);
	usec now = clock_business(), work, opens;
	usec tomorrow = slot_at(reception_of(request), calendar_day(calendar, now) + 1, 0);
	if (calendar_work_between(ctx, calendar, now, tomorrow, &work) != OK || work > 0 ||
	    calendar_add_work(ctx, calendar, now, USEC_MINUTE, &opens) != OK)
		return value_null();
	return at_view(request, opens - USEC_MINUTE);
}

struct value link_view(struct request *request, str path)
{
	return value_str(request_link(request, path));
}

struct value option_view(struct arena *arena, str value, str text, bool selected)
{
	struct value item = value_map();
	value_append(arena, &item, S("value"), value_str(value));
	value_append(arena, &item, S("text"), value_str(text));
	value_append(arena, &item, S("selected"), value_bool(selected));
	return item;
}

/* ---- a ticket ---- */

static const struct {
	const char *state, *kind, *text;
} states[] = {
	{ "waiting", "waiting", N_("Waiting") }, { "called", "active", N_("Called") },
	{ "serving", "active", N_("Being served") }, { "served", "done", N_("Served") },
	{ "absent", "refused", N_("Did not come") },
};

static struct value state_view(struct request *request, str state)
{
	struct value view = value_map();
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (str_eq(state, str_z(states[i].state))) {
			value_append(request->ctx.arena, &view, S("kind"),
				     value_str(str_z(states[i].kind)));
			value_append(request->ctx.arena, &view, S("text"),
				     view_text(request, states[i].text));
		}
	return view;
}

struct value ticket_view(struct request *request, const struct hall *hall, const struct ticket *t)
{
	struct arena *arena = request->ctx.arena;
	const struct hall_service *service = hall_service(hall, t->service);
	struct value view = value_map();
	value_append(arena, &view, S("id"), value_str(id_text(arena, t->id)));
	value_append(arena, &view, S("label"), value_str(t->label));
	value_append(arena, &view, S("service"), value_str(t->service));
	value_append(arena, &view, S("service_title"),
		     value_str(service ? hall_text(service->title, request->language) : t->service));
	value_append(arena, &view, S("state"), value_str(t->state));
	value_append(arena, &view, S("status"), state_view(request, t->state));
	value_append(arena, &view, S("priority"), value_bool(t->priority == PRIORITY_PERSON));
	value_append(arena, &view, S("appointment"), value_bool(t->appointment != 0));
	value_append(arena, &view, S("counter"), t->counter ? value_int(t->counter) : value_null());
	value_append(arena, &view, S("calls"), value_int(t->calls));
	value_append(arena, &view, S("issued_at"), at_view(request, t->issued_at));
	value_append(arena, &view, S("called_at"), at_view(request, t->called_at));
	value_append(arena, &view, S("begun_at"), at_view(request, t->begun_at));
	value_append(arena, &view, S("ended_at"), at_view(request, t->ended_at));
	return view;
}

/* ---- the boards ---- */

str hall_topic(struct arena *arena, const struct hall *hall)
{
	return arena_printf(arena, "hall:%lld", (long long)hall->organisation->id);
}

void hall_announce(struct request *request, const struct hall *hall, const struct ticket *called)
{
	struct arena *arena = request->ctx.arena;
	struct buf data = { .arena = arena };
	struct value what = value_map();
	if (called) {
		value_append(arena, &what, S("label"), value_str(called->label));
		value_append(arena, &what, S("counter"), value_int(called->counter));
	}
	json_write(&data, what);
	web_event(request->web, hall_topic(arena, hall), called ? S("call") : S("change"),
		  buf_view(&data));
}

/* ---- officers' pages ---- */

void start_desk(struct request *request, struct value *view, const char *title,
		const char *current)
{
	struct value desk;
	view_page(request, view, str_z(ctx_text(&request->ctx, title)));
	if (desk_navigation(request, reception_of(request)->people, current, &desk) == OK)
		value_set(request->ctx.arena, view, S("desk"), desk);
	value_set(request->ctx.arena, view, S("csrf"), value_str(request_csrf(request)));
}

size_t request_organisations(struct request *request, enum act act, int64_t **ret_ids)
{
	return may_organisations(reception_of(request)->people, request_principal(request), act,
				 request->ctx.arena, ret_ids);
}

/* ---- periods and figures ---- */

static void read_day(struct request *request, const char *name, int64_t *day)
{
	str text = str_trim(request_query(request, name));
	if (!str_empty(text) && !date_parse(text, day))
		request_mistake(request, name, "Write a date, for example 2015-01-26");
}

void request_period(struct request *request, int64_t *ret_from, int64_t *ret_to)
{
	int month, day;
	int32_t year;
	*ret_to = hall_day(reception_of(request));
	civil_of_days(*ret_to, &year, &month, &day);
	*ret_from = days_of_civil(year, month, 1);
	read_day(request, "tu", ret_from);
	read_day(request, "den", ret_to);
	if (*ret_to - *ret_from > 366 || *ret_to < *ret_from)
		request_mistake(request, "den", "The period is a year at most, and ends after it begins");
}

static struct value day_field(struct request *request, const char *name, const char *label,
			      int64_t day)
{
	struct arena *arena = request->ctx.arena;
	struct value field = value_map();
	str typed = request_query(request, name);
	view_field(request, &field, name, ctx_text(&request->ctx, label),
		   str_empty(typed) ? date_format(arena, day) : typed);
	view_field_set(request, &field, name, "type", value_str(S("date")));
	return value_get(field, str_z(name));
}

struct value period_view(struct request *request, int64_t from, int64_t to, str action)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	value_append(arena, &view, S("action"), link_view(request, action));
	value_append(arena, &view, S("from"), day_field(request, "tu", N_("From"), from));
	value_append(arena, &view, S("to"), day_field(request, "den", N_("To"), to));
	return view;
}

struct value quotient_view(int64_t sum, int64_t n)
{
	struct decimal q;
	if (n <= 0 || !decimal_div(decimal_of(sum), decimal_of(n), &q))
		return value_null();
	return value_decimal(decimal_round(q, 1, ROUND_HALF_UP));
}

struct value percent_view(int64_t part, int64_t whole)
{
	return quotient_view(part * 100, whole);
}
