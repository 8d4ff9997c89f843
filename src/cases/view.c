#include "cases/room.h"
#include "cases/view.h"

#include "print/print.h"
#include "text/template.h"

static int zone_of(struct cases *cases)
{
	return calendar_zone(cases_calendar(cases));
}

struct value view_time(struct ctx *ctx, struct cases *cases, usec at)
{
	return at ? value_str(time_format(ctx->arena, at, zone_of(cases))) : value_null();
}

/* ---- status ---- */

static const struct status_words {
	const char *name, *kind, *text;
} statuses[] = {
	[CASE_NEW] = { "new", "new", N_("New") },
	[CASE_ACCEPTED] = { "accepted", "active", N_("Accepted") },
	[CASE_NOT_ACCEPTED] = { "not_accepted", "refused", N_("Not accepted") },
	[CASE_PROCESSING] = { "processing", "active", N_("In progress") },
	[CASE_SUPPLEMENT] = { "supplement", "waiting", N_("Waiting for the applicant") },
	[CASE_DUTY] = { "duty", "waiting", N_("Waiting for payment") },
	[CASE_WITHDRAWN] = { "withdrawn", "refused", N_("Withdrawn") },
	[CASE_STOPPED] = { "stopped", "refused", N_("Stopped") },
	[CASE_DONE] = { "done", "done", N_("Result is ready") },
	[CASE_RETURNED] = { "returned", "done", N_("Result returned") },
};

static const struct status_words *words_of(int64_t status)
{
	bool known = status >= CASE_NEW && status <= CASE_RETURNED;
	return &statuses[known ? status : CASE_NEW];
}

const char *case_status_name(int64_t status)
{
	return words_of(status)->name;
}

struct value case_status_view(struct ctx *ctx, int64_t status)
{
	struct value view = value_map();
	const struct status_words *words = words_of(status);
	value_append(ctx->arena, &view, S("kind"), value_str(str_z(words->kind)));
	value_append(ctx->arena, &view, S("text"), value_str(str_z(ctx_text(ctx, words->text))));
	return view;
}

/* ---- deadline ---- */

static struct value deadline(struct ctx *ctx, const char *state, str words, struct value date)
{
	struct value view = value_map();
	value_append(ctx->arena, &view, S("state"), value_str(str_z(state)));
	value_append(ctx->arena, &view, S("words"), value_str(words));
	value_append(ctx->arena, &view, S("date"), date);
	return view;
}

/* Working days between two instants as people say them: a half counts as a half. */
static str days_between(struct ctx *ctx, struct cases *cases, usec from, usec to)
{
	int64_t halves = 0;
	struct calendar_limit limit = { CALENDAR_DAYS, 0 };
	if (calendar_halves_between(ctx, cases_calendar(cases), from, to, &halves) != OK)
		return S("?");
	limit.amount = halves;
	return calendar_limit_text(ctx, limit);
}

static struct value open_deadline(struct ctx *ctx, struct cases *cases, const struct case_file *c,
				  usec now)
{
	struct value date = view_time(ctx, cases, c->due_at);
	int64_t today = calendar_day(cases_calendar(cases), now);
	int64_t due_day = calendar_day(cases_calendar(cases), c->due_at);
	str words;
	if (now > c->due_at) {
		words = today == due_day ? str_z(ctx_text(ctx, "Late since today"))
			: arena_printf(ctx->arena, ctx_text(ctx, "Late by %.*s"),
				       STR_ARG(days_between(ctx, cases, c->due_at, now)));
		return deadline(ctx, "late", words, date);
	}
	if (today == due_day)
		return deadline(ctx, "soon", str_z(ctx_text(ctx, "Due today")), date);
	words = arena_printf(ctx->arena, ctx_text(ctx, "%.*s left"),
			     STR_ARG(days_between(ctx, cases, now, c->due_at)));
	return deadline(ctx, due_day - today <= 1 ? "soon" : "ontime", words, date);
}

struct value case_deadline_view(struct ctx *ctx, struct cases *cases, const struct case_file *c,
				usec now)
{
	struct value date = view_time(ctx, cases, c->due_at);
	switch (case_timeliness(c, now)) {
	case TIME_EARLY:
		return deadline(ctx, "early", str_z(ctx_text(ctx, "Done early")), date);
	case TIME_ON:
		return deadline(ctx, "ontime", str_z(ctx_text(ctx, "Done on time")), date);
	case TIME_LATE:
		return deadline(ctx, "late", str_z(ctx_text(ctx, "Done late")), date);
	case TIME_WAITING:
		return deadline(ctx, "paused", str_z(ctx_text(ctx, "Clock stopped")), value_null());
	case TIME_OPEN:
	case TIME_OPEN_LATE:
		return open_deadline(ctx, cases, c, now);
	case TIME_NONE:
		break;
	}
	return value_null();
}

/* ---- the case ---- */

static const char *channel_name(int64_t channel)
{
	return channel == CHANNEL_ONLINE ? "online" : channel == CHANNEL_POST ? "post" : "direct";
}

struct value case_public_view(struct ctx *ctx, struct cases *cases, const struct case_file *c)
{
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	const struct procedure *procedure = case_procedure(cases, c);
	const struct organisation *organisation = organisation_by_id(cases->people, c->organisation);
	const struct {
		const char *key;
		usec at;
	} times[] = {
		{ "submitted_at", c->submitted_at }, { "accepted_at", c->accepted_at },
		{ "due_at", c->due_at }, { "first_due_at", c->first_due_at },
		{ "finished_at", c->finished_at }, { "returned_at", c->returned_at },
	};
	value_append(arena, &view, S("code"), value_str(c->code));
	value_append(arena, &view, S("procedure"), value_str(c->procedure));
	if (procedure)
		value_append(arena, &view, S("title"),
			     value_str(procedure_text(procedure, S("title"), ctx_language(ctx))));
	value_append(arena, &view, S("organisation"),
		     value_str(organisation ? organisation->code : S("")));
	value_append(arena, &view, S("organisation_name"),
		     value_str(organisation_name(organisation, ctx_language(ctx))));
	value_append(arena, &view, S("competent_name"), c->competent ?
		     value_str(organisation_name(organisation_by_id(cases->people, c->competent),
						 ctx_language(ctx))) : value_null());
	value_append(arena, &view, S("channel"), value_str(str_z(channel_name(c->channel))));
	value_append(arena, &view, S("status"), value_str(str_z(case_status_name(c->status))));
	value_append(arena, &view, S("status_view"), case_status_view(ctx, c->status));
	value_append(arena, &view, S("deadline"), case_deadline_view(ctx, cases, c, clock_business()));
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		value_append(arena, &view, str_z(times[i].key), view_time(ctx, cases, times[i].at));
	value_append(arena, &view, S("register_number"), value_int(c->register_number));
	value_append(arena, &view, S("supplements"), value_int(c->supplements));
	return view;
}

struct value case_view(struct ctx *ctx, struct cases *cases, const struct case_file *c)
{
	struct arena *arena = ctx->arena;
	struct value view = case_public_view(ctx, cases, c), applicant = value_map();
	value_append(arena, &applicant, S("name"), value_str(c->applicant));
	value_append(arena, &applicant, S("id_number"), value_str(c->applicant_id));
	value_append(arena, &applicant, S("phone"), value_str(c->phone));
	value_append(arena, &applicant, S("email"), value_str(c->email));
	value_append(arena, &applicant, S("address"), value_str(c->address));
	value_append(arena, &view, S("subject"), value_str(c->subject));
	value_append(arena, &view, S("applicant"), applicant);
	return view;
}

/* ---- flow ---- */

static struct value step_view(struct ctx *ctx, const struct procedure *procedure, uint32_t element,
			      const char *state)
{
	struct value step = value_map();
	const struct flow_element *e = &procedure->flow->elements[element];
	enum role role = role_of(e->candidate_groups.source);
	const char *words = !strcmp(state, "done") ? N_("done") : N_("going on now");
	value_append(ctx->arena, &step, S("title"),
		     value_str(procedure_step_name(procedure, element, ctx_language(ctx))));
	value_append(ctx->arena, &step, S("who"), role < ROLES ?
		     value_str(str_z(ctx_text(ctx, role_title(role)))) : value_null());
	value_append(ctx->arena, &step, S("time"), value_null());
	value_append(ctx->arena, &step, S("state"), *state ? value_str(str_z(state)) : value_null());
	value_append(ctx->arena, &step, S("state_words"),
		     *state ? value_str(str_z(ctx_text(ctx, words))) : value_null());
	return step;
}

struct names {
	const struct procedure *procedure;
	str language;
};

static str name_of(void *data, str id)
{
	const struct names *names = data;
	uint32_t element = flow_find(names->procedure->flow, id);
	return element == FLOW_NONE ? S("") :
		procedure_step_name(names->procedure, element, names->language);
}

struct places {
	uint32_t *active, *done;
	uint32_t n_active, n_done;
};

static bool stands_in(const uint32_t *elements, uint32_t n, uint32_t element)
{
	for (uint32_t i = 0; i < n; i++)
		if (elements[i] == element)
			return true;
	return false;
}

static struct value flow_view(struct ctx *ctx, const struct procedure *procedure,
			      const struct places *places)
{
	struct arena *arena = ctx->arena;
	struct value view = value_map(), steps = value_list();
	struct names names = { procedure, ctx_language(ctx) };
	str title = procedure_text(procedure, S("title"), ctx_language(ctx));
	struct print_bpmn show = {
		.title = str_z(ctx_text(ctx, "Diagram of the steps")), .description = title,
		.active = places->active, .active_count = places->n_active,
		.done = places->done, .done_count = places->n_done,
		.name = name_of, .data = &names,
	};
	uint32_t *elements, n;
	flow_steps(arena, procedure->flow, flow_main_process(procedure->flow), &elements, &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct flow_element *e = &procedure->flow->elements[elements[i]];
		const char *state = "";
		if (e->kind != FLOW_USER_TASK ||
		    str_eq(flow_property(e, S("motcua:public")), S("false")))
			continue;
		if (stands_in(places->active, places->n_active, elements[i]))
			state = "active";
		else if (stands_in(places->done, places->n_done, elements[i]))
			state = "done";
		value_push(arena, &steps, step_view(ctx, procedure, elements[i], state));
	}
	html svg = print_bpmn_svg(arena, procedure->flow, &show);
	value_append(arena, &view, S("label"), value_str(str_z(ctx_text(ctx, "Diagram of the steps"))));
	value_append(arena, &view, S("svg"), str_empty(svg.s) ? value_null() : value_html(svg));
	value_append(arena, &view, S("steps"), steps);
	return view;
}

struct value procedure_flow_view(struct ctx *ctx, const struct procedure *procedure)
{
	struct places nowhere = { 0 };
	return flow_view(ctx, procedure, &nowhere);
}

enum err case_flow_view(struct ctx *ctx, struct cases *cases, struct db *db,
			const struct case_file *c, struct value *ret_view)
{
	const struct procedure *procedure = case_procedure(cases, c);
	struct case_tasks tasks;
	struct places places = { 0 };
	if (!procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	TRY(case_tasks(ctx, cases, db, c, &tasks));
	places.active = ARENA_ARRAY(ctx->arena, uint32_t, tasks.n + 1);
	places.done = ARENA_ARRAY(ctx->arena, uint32_t, tasks.n + 1);
	for (size_t i = 0; i < tasks.n; i++) {
		uint32_t element = flow_find(procedure->flow, tasks.items[i].element);
		if (element == FLOW_NONE)
			continue;
		if (tasks.items[i].open)
			places.active[places.n_active++] = element;
		else if (!str_empty(tasks.items[i].outcome) || tasks.items[i].done_at)
			places.done[places.n_done++] = element;
	}
	*ret_view = flow_view(ctx, procedure, &places);
	return OK;
}

/* ---- the due date ---- */

str due_sentence(struct ctx *ctx, struct cases *cases, const struct calendar_due *due)
{
	return calendar_explain(ctx, cases_calendar(cases), due, ctx_language(ctx));
}

static const char *step_words(const struct calendar_step *step)
{
	switch (step->kind) {
	case CALENDAR_RECEIVED:
		return N_("day of receipt");
	case CALENDAR_WEEKEND:
		return N_("weekly rest");
	case CALENDAR_HOLIDAY:
		return N_("holiday");
	case CALENDAR_PAUSED:
		return N_("waiting for the applicant");
	case CALENDAR_RESTARTED:
		return N_("what was missing arrived: counting begins anew");
	case CALENDAR_WORKED:
		return N_("day %s, worked in exchange");
	case CALENDAR_COUNTED:
		return N_("day %s");
	case CALENDAR_MOVED:
		return N_("the next working day");
	case CALENDAR_WAITING:
		return N_("the clock is stopped");
	case CALENDAR_ENDS:
		return N_("promised");
	}
	return "";
}

static str halves_text(struct arena *arena, int64_t halves)
{
	return arena_printf(arena, halves % 2 ? "%lld,5" : "%lld", (long long)(halves / 2));
}

static struct value day_view(struct ctx *ctx, const struct calendar_due *due,
			     const struct calendar_step *step)
{
	struct arena *arena = ctx->arena;
	struct value day = value_map();
	const char *words = ctx_text(ctx, step_words(step));
	bool off = step->kind == CALENDAR_WEEKEND || step->kind == CALENDAR_HOLIDAY ||
		   step->kind == CALENDAR_PAUSED;
	str number = due->unit == CALENDAR_DAYS ? halves_text(arena, step->number)
		: arena_printf(arena, "%lld", (long long)step->number);
	str text = str_z(words);
	if (step->kind == CALENDAR_COUNTED || step->kind == CALENDAR_WORKED) {
		size_t at = str_find(text, S("%s"));
		text = arena_join(arena, (str[]){ str_slice(text, 0, at), number,
			str_slice(text, at == SIZE_MAX ? text.n : at + 2, text.n) }, 3);
	}
	str name = value_text(value_get(step->name, ctx_language(ctx)));
	if (str_empty(name))
		name = value_text(value_get(step->name, S("vi")));
	if (!str_empty(name))
		text = arena_printf(arena, "%.*s: %.*s", STR_ARG(text), STR_ARG(name));
	value_append(arena, &day, S("date"), value_str(date_format(arena, step->day)));
	value_append(arena, &day, S("text"), value_str(text));
	value_append(arena, &day, S("off"), value_bool(off));
	value_append(arena, &day, S("due"), value_bool(false));
	return day;
}

struct value due_days_view(struct ctx *ctx, struct cases *cases, const struct calendar_due *due)
{
	struct value days = value_list();
	(void)cases;
	for (size_t i = 0; i < due->n; i++)
		if (due->steps[i].kind != CALENDAR_ENDS)
			value_push(ctx->arena, &days, day_view(ctx, due, &due->steps[i]));
	if (days.n && !due->waiting)
		value_set(ctx->arena, &days.items[days.n - 1], S("due"), value_bool(true));
	return days;
}

/* ---- receivers ---- */

struct value receivers_view(struct ctx *ctx, struct cases *cases, const struct procedure *procedure,
			    str selected)
{
	struct value list = value_list();
	struct organisations all = people_organisations(cases->people);
	for (size_t i = 0; i < all.n; i++) {
		if (!procedure_received_by(procedure, &all.items[i]) ||
		    !value_is_true(value_get(all.items[i].data, S("receives"))))
			continue;
		struct value item = value_map();
		str name = organisation_name(&all.items[i], ctx_language(ctx));
		value_append(ctx->arena, &item, S("value"), value_str(all.items[i].code));
		value_append(ctx->arena, &item, S("text"), value_str(name));
		value_append(ctx->arena, &item, S("selected"),
			     value_bool(str_eq(all.items[i].code, selected)));
		value_push(ctx->arena, &list, item);
	}
	return list;
}
