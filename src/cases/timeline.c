/* The events of a case as sentences. */
#include "cases/room.h"

struct sentence {
	const char *kind, *title;
	bool for_citizen;
};

static const struct sentence sentences[] = {
	{ "case.submitted", N_("Submitted"), true },
	{ "case.accepted", N_("Accepted"), true },
	{ "case.supplement_asked", N_("Asked for something to be added"), true },
	{ "case.supplement_given", N_("What was asked for was added"), true },
	{ "case.supplement_proposed", N_("A further request for supplements was proposed"), false },
	{ "case.supplement_declined", N_("The further request was declined"), false },
	{ "case.supplement_reminded", N_("Reminder: the time for what was asked for is nearly over"), true },
	{ "case.supplement_late", N_("The time for what was asked for is over"), true },
	{ "case.stopped", N_("Stopped"), true },
	{ "case.reopened", N_("Opened again"), true },
	{ "case.apology_prepared", N_("Extension asked of the leader"), false },
	{ "case.correction_asked", N_("Correction asked for"), true },
	{ "case.corrected", N_("Corrected: a new version was made"), true },
	{ "case.correction_declined", N_("The correction was declined"), true },
	{ "result.revoked", N_("The result was revoked"), true },
	{ "result.received", N_("What was sent by post has arrived"), true },
	{ "case.refused", N_("Refused"), true },
	{ "case.withdrawn", N_("Withdrawn by the applicant"), true },
	{ "case.apologised", N_("Apology and new date"), true },
	{ "case.papers_added", N_("Papers added"), true },
	{ "case.compared", N_("Compared with another case"), false },
	{ "case.noted", N_("Internal note"), false },
	{ "case.timer", N_("A time limit in the procedure was reached"), false },
	{ "task.completed", N_("Step done"), true },
	{ "task.claimed", N_("Taken up"), false },
	{ "task.released", N_("Put back"), false },
	{ "task.assigned", N_("Given to another officer"), false },
	{ "fee.paid", N_("Fee paid"), true },
	{ "fee.cancellation_asked", N_("Cancellation of a receipt asked for"), false },
	{ "fee.cancellation_declined", N_("The receipt was not cancelled"), false },
	{ "fee.receipt_cancelled", N_("Receipt cancelled"), true },
	{ "fee.refunded", N_("Fee paid back"), true },
	{ "fee.waived", N_("Waiver of the fee decided"), true },
	{ "task.escalated", N_("Reminder: the time of this step is running out"), false },
	{ "case.lateness_explained", N_("Reason of the delay"), false },
	{ "letter.made", N_("Letter made"), false },
};

static const struct sentence *sentence_of(str kind)
{
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		if (str_eq(str_z(sentences[i].kind), kind))
			return &sentences[i];
	return NULL;
}

str event_title(const struct ctx *ctx, str kind)
{
	const struct sentence *sentence = sentence_of(kind);
	return sentence ? str_z(ctx_text(ctx, sentence->title)) : kind;
}

struct line {
	struct ctx *ctx;
	struct cases *cases;
	struct db *db;
	const struct case_file *c;
	const struct procedure *procedure;
	bool citizen;
};

static str step_title(const struct line *line, const struct event *event)
{
	str element = value_text(value_get(event->open, S("element")));
	uint32_t at = line->procedure ? flow_find(line->procedure->flow, element) : FLOW_NONE;
	return at == FLOW_NONE ? S("") :
		procedure_step_name(line->procedure, at, ctx_language(line->ctx));
}

/* A step marked motcua:public=false is not told to citizens. */
static bool step_is_public(const struct line *line, const struct event *event)
{
	str element = value_text(value_get(event->open, S("element")));
	uint32_t at = line->procedure ? flow_find(line->procedure->flow, element) : FLOW_NONE;
	return at == FLOW_NONE ||
	       !str_eq(flow_property(&line->procedure->flow->elements[at], S("motcua:public")),
		       S("false"));
}

static str asked_text(struct arena *arena, struct value asked)
{
	struct buf text = { .arena = arena };
	struct value items = value_get(asked, S("items"));
	for (uint32_t i = 0; i < items.n; i++) {
		if (i)
			buf_str(&text, S("; "));
		buf_str(&text, value_text(value_get(items.items[i], S("text"))));
	}
	return buf_view(&text);
}

static str text_of(const struct line *line, const struct event *event)
{
	struct arena *arena = line->ctx->arena;
	struct value set = value_get(event->closed, S("set"));
	if (str_eq(event->kind, S("case.supplement_asked")))
		return asked_text(arena, value_get(set, S("asked")));
	str text = value_text(value_get(event->closed, S("text")));
	if (str_empty(text) && !line->citizen)
		text = value_text(value_get(event->closed, S("note")));
	return text;
}

/* The offices the case came to by this act: a hand-over. */
static struct value opened_offices(const struct line *line, const struct event *event)
{
	struct value offices = value_list(), tasks = value_get(event->open, S("tasks"));
	for (uint32_t i = 0; tasks.kind == VALUE_LIST && i < tasks.n; i++) {
		int64_t agency;
		if (!id_parse(value_text(value_get(tasks.items[i], S("agency"))), &agency))
			continue;
		str name = organisation_name(organisation_by_id(line->cases->people, agency),
					     ctx_language(line->ctx));
		value_push(line->ctx->arena, &offices, value_str(name));
	}
	return offices;
}

/* "Trần B, standing in for Nguyễn A" */
static enum err add_lender(const struct line *line, const struct event *event, str *who)
{
	int64_t lender;
	str name;
	if (!id_parse(value_text(value_get(event->open, S("instead_of"))), &lender))
		return OK;
	TRY(account_name(line->ctx, line->db, lender, &name));
	*who = arena_printf(line->ctx->arena, ctx_text(line->ctx, "%.*s, standing in for %.*s"),
			    STR_ARG(*who), STR_ARG(name));
	return OK;
}

int64_t event_office(const struct event *event)
{
	int64_t office;
	return id_parse(value_text(value_get(event->open, S("office"))), &office) ? office :
		event->organisation;
}

static enum err line_view(const struct line *line, const struct event *event,
			  const struct sentence *sentence, struct value *list)
{
	struct arena *arena = line->ctx->arena;
	struct value item = value_map();
	int zone = calendar_zone(cases_calendar(line->cases));
	str who = S(""), title = str_z(ctx_text(line->ctx, sentence->title));
	str step = str_eq(event->kind, S("task.completed")) ? step_title(line, event) : S("");
	str office = organisation_name(organisation_by_id(line->cases->people, event_office(event)),
				       ctx_language(line->ctx));
	TRY(account_name(line->ctx, line->db, event->actor, &who));
	TRY(add_lender(line, event, &who));
	value_set(arena, &item, S("at"), value_str(time_format(arena, event->effective_at, zone)));
	if (line->ctx->language)
		value_set(arena, &item, S("at_text"),
			  value_str(language_date_time(arena, line->ctx->language,
						       event->effective_at, zone)));
	value_set(arena, &item, S("kind"), value_str(event->kind));
	value_set(arena, &item, S("event"), value_str(id_text(arena, event->id)));
	value_set(arena, &item, S("title"), value_str(str_empty(step) ? title : step));
	value_set(arena, &item, S("text"), value_str(text_of(line, event)));
	value_set(arena, &item, S("outcome"), value_get(event->open, S("outcome")));
	value_set(arena, &item, S("who"), value_str(line->citizen ? S("") : who));
	value_set(arena, &item, S("office"), value_str(event->actor ? office : S("")));
	value_set(arena, &item, S("passed_to"), opened_offices(line, event));
	value_push(arena, list, item);
	return OK;
}

enum err case_timeline(struct ctx *ctx, struct cases *cases, struct db *db,
		       const struct case_file *c, bool citizen, struct value *ret_list)
{
	struct line line = { ctx, cases, db, c, case_procedure(cases, c), citizen };
	struct event_list events;
	struct value list = value_list();
	TRY(event_list(ctx, db, c->id, &events));
	for (size_t i = 0; i < events.n; i++) {
		const struct sentence *sentence = sentence_of(events.items[i].kind);
		if (!sentence || (citizen && (!sentence->for_citizen ||
					      !step_is_public(&line, &events.items[i]))))
			continue;
		TRY(line_view(&line, &events.items[i], sentence, &list));
	}
	*ret_list = list;
	return OK;
}
