/* The way of a case from hand to hand, read from its events: the control slip and the hand-over tab. */
#include "cases/letter.h"

#include "cases/room.h"
#include "cases/view.h"

struct way {
	struct ctx *ctx;
	struct cases *cases;
	struct db *db;
	const struct case_file *c;
	const struct event_list *events;
};

/* What became of a step after it was handed over. */
struct step_end {
	int64_t taker; /* who took it up first, or else did it */
	usec due_at, done_at;
	str note;
};

static void put(struct way *way, struct value *map, const char *key, str text)
{
	value_set(way->ctx->arena, map, str_z(key), value_str(text));
}

static void put_time(struct way *way, struct value *map, const char *key, usec at)
{
	value_set(way->ctx->arena, map, str_z(key), view_time(way->ctx, way->cases, at));
}

static str name_of_office(struct way *way, int64_t id)
{
	return organisation_name(organisation_by_id(way->cases->people, id), S("vi"));
}

/* What an act said of the step `node`; NULL where it said nothing. */
static const struct value *said_of(const struct event *event, struct value node)
{
	struct value tasks = value_get(event->open, S("tasks"));
	for (uint32_t i = 0; tasks.kind == VALUE_LIST && i < tasks.n; i++)
		if (value_eq(value_get(tasks.items[i], S("node")), node))
			return &tasks.items[i];
	return NULL;
}

static void add_note(struct way *way, struct step_end *end, str text)
{
	end->note = str_empty(end->note) ? text :
		arena_printf(way->ctx->arena, "%.*s; %.*s", STR_ARG(end->note), STR_ARG(text));
}

static str on_day(struct way *way, const char *words, usec at)
{
	struct civil day = time_civil(at, calendar_zone(cases_calendar(way->cases)));
	return arena_printf(way->ctx->arena, "%s %02d/%02d/%04d", words, day.day, day.month,
			    (int)day.year);
}

/* Who stood in for whom, and what moved the date while the step was open. */
static enum err note_event(struct way *way, const struct event *event, bool of_step,
			   struct step_end *end)
{
	int64_t lender;
	str name;
	if (of_step && id_parse(value_text(value_get(event->open, S("instead_of"))), &lender)) {
		TRY(account_name(way->ctx, way->db, lender, &name));
		add_note(way, end, arena_printf(way->ctx->arena, "thay cho %.*s", STR_ARG(name)));
	}
	if (str_eq(event->kind, S("case.supplement_asked")))
		add_note(way, end, on_day(way, "yêu cầu bổ sung ngày", event->effective_at));
	else if (str_eq(event->kind, S("case.supplement_given")))
		add_note(way, end, on_day(way, "bổ sung xong ngày", event->effective_at));
	else if (str_eq(event->kind, S("case.apologised")))
		add_note(way, end, on_day(way, "xin lỗi, hẹn lại ngày", event->effective_at));
	return OK;
}

static enum err follow(struct way *way, const struct event *handed, struct value node,
		       struct step_end *end)
{
	const struct event *last = way->events->items + way->events->n;
	for (const struct event *event = handed; event < last && !end->done_at; event++) {
		const struct value *said = said_of(event, node);
		if (said && value_find(*said, S("due_at")))
			end->due_at = value_integer(value_get(*said, S("due_at")), 0);
		if (said && event != handed && value_find(*said, S("done_at")))
			end->done_at = event->effective_at;
		if (said && event != handed && !end->taker &&
		    (end->done_at || value_find(*said, S("holder"))))
			end->taker = event->actor;
		if (event != handed)
			TRY(note_event(way, event, said && end->done_at, end));
	}
	return OK;
}

static str state_of(const struct step_end *end)
{
	if (!end->done_at || !end->due_at)
		return S("");
	switch (promise_kept(end->due_at, end->done_at)) {
	case TIME_EARLY:
		return S("Trước hạn");
	case TIME_LATE:
		return S("Quá hạn");
	default:
		return S("Đúng hạn");
	}
}

/* A filing comes from the applicant, also where an officer typed it in. */
static enum err put_giver(struct way *way, const struct event *event, struct value *item)
{
	bool applicant = !event->actor || str_eq(event->kind, S("case.submitted"));
	str name = way->c->applicant;
	if (!applicant)
		TRY(account_name(way->ctx, way->db, event->actor, &name));
	put(way, item, "from", applicant ? S("Người nộp hồ sơ") :
	    name_of_office(way, event_office(event)));
	put(way, item, "giver", name);
	return OK;
}

static enum err put_handover(struct way *way, struct value *list, const struct event *event,
			     struct value task)
{
	struct arena *arena = way->ctx->arena;
	struct value item = value_map(), node = value_get(task, S("node"));
	struct step_end end = { .note = S("") };
	int64_t agency = 0;
	str taker = S("");
	id_parse(value_text(value_get(task, S("agency"))), &agency);
	TRY(follow(way, event, node, &end));
	if (end.taker)
		TRY(account_name(way->ctx, way->db, end.taker, &taker));
	value_set(arena, &item, S("n"), value_int(list->n + 1));
	value_set(arena, &item, S("node"), node);
	TRY(put_giver(way, event, &item));
	put(way, &item, "to", name_of_office(way, agency));
	put(way, &item, "taker", taker);
	put_time(way, &item, "at", event->effective_at);
	put_time(way, &item, "due_at", end.due_at);
	put_time(way, &item, "done_at", end.done_at);
	put(way, &item, "state", state_of(&end));
	put(way, &item, "note", end.note);
	value_set(arena, &item, S("late"), value_bool(end.due_at &&
		(end.done_at ? end.done_at : clock_business()) > end.due_at));
	value_push(arena, list, item);
	return OK;
}

enum err case_handovers(struct ctx *ctx, struct cases *cases, struct db *db,
			const struct case_file *c, const struct event_list *events,
			struct value *ret_list)
{
	struct way way = { ctx, cases, db, c, events };
	struct value list = value_list();
	for (size_t i = 0; i < events->n; i++) {
		struct value tasks = value_get(events->items[i].open, S("tasks"));
		for (uint32_t t = 0; tasks.kind == VALUE_LIST && t < tasks.n; t++)
			if (value_find(tasks.items[t], S("element")))
				TRY(put_handover(&way, &list, &events->items[i], tasks.items[t]));
	}
	*ret_list = list;
	return OK;
}
