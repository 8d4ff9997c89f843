/* What the pages of the hall share. */
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
