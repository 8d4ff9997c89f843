#include "cases/tracking.h"

#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/room.h"
#include "cases/view.h"

struct telling {
	struct ctx *ctx;
	struct cases *cases;
	const struct case_file *c;
	const struct procedure *procedure;
	bool post; /* the result goes by post */
};

static struct value words(const struct telling *t, const char *msgid)
{
	return value_str(str_z(ctx_text(t->ctx, msgid)));
}

static bool state_is(struct value row, const char *state)
{
	return str_eq(value_text(value_get(row, S("state"))), str_z(state));
}

/* ---- what to do next ---- */

static const char *when_done(const struct telling *t)
{
	return t->post ? N_("Nothing: the result is ready and goes by post to the address you gave.")
		       : N_("Fetch the result at the desk; bring the receipt and your identity paper.");
}

static const char *next_step(const struct telling *t)
{
	switch (t->c->status) {
	case CASE_NEW:
		return N_("Nothing for now: the office looks at the papers and says whether they are"
			  " accepted.");
	case CASE_ACCEPTED:
	case CASE_PROCESSING:
		return t->post ? N_("Nothing for now: the result will go by post to the address you gave.")
			       : N_("Nothing for now. Come for the result on the promised date; bring"
				    " the receipt and your identity paper.");
	case CASE_SUPPLEMENT:
		return N_("Add what the office asked for; until then the case waits.");
	case CASE_DUTY:
		return N_("Pay the fee; the case goes on after that.");
	case CASE_DONE:
		return when_done(t);
	case CASE_RETURNED:
		return N_("Look the result over. If something in it is wrong, ask the office for a"
			  " correction and bring what proves it.");
	case CASE_NOT_ACCEPTED:
		return N_("Read in the letter why the case was not accepted. You can file again when"
			  " the papers are complete.");
	case CASE_STOPPED:
		return N_("Read in the letter why handling stopped. You can file again; ask the office"
			  " where something is not clear.");
	default:
		return N_("Nothing: the case was withdrawn. You can file again at any time.");
	}
}

static struct value delivery_view(const struct telling *t)
{
	struct arena *arena = t->ctx->arena;
	const struct organisation *office =
		organisation_by_id(t->cases->people, t->c->organisation);
	struct value view = value_map();
	str address = return_word(t->procedure, t->c, S("address"));
	if (!office || t->c->status == CASE_NOT_ACCEPTED || t->c->status == CASE_WITHDRAWN ||
	    t->c->status == CASE_STOPPED)
		return value_null();
	value_append(arena, &view, S("post"), value_bool(t->post));
	value_append(arena, &view, S("address"),
		     str_empty(address) ? value_null() : value_str(address));
	value_append(arena, &view, S("desk"), value_get(value_get(office->data, S("desk")),
							ctx_language(t->ctx)));
	value_append(arena, &view, S("place"), value_get(office->data, S("address")));
	value_append(arena, &view, S("phone"), value_get(office->data, S("phone")));
	return view;
}

/* ---- results ---- */

static struct value result_view(const struct telling *t, struct value row)
{
	static const char *const kept[] = { "number", "version", "issued_at", "decision", "reason",
					    "ended_at" };
	static const char *const states[] = { "valid", "replaced", "revoked" };
	struct arena *arena = t->ctx->arena;
	struct value view = value_map();
	value_append(arena, &view, S("title"), value_str(result_title(t->ctx, t->cases, t->procedure,
		     value_text(value_get(row, S("kind"))))));
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		value_append(arena, &view, str_z(kept[i]), value_get(row, str_z(kept[i])));
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		value_append(arena, &view, str_z(states[i]), value_bool(state_is(row, states[i])));
	return view;
}

static struct value results_view(const struct telling *t, struct value rows)
{
	struct value list = value_list();
	for (uint32_t i = 0; i < rows.n && t->procedure; i++)
		value_push(t->ctx->arena, &list, result_view(t, rows.items[i]));
	return list;
}

static bool any_is(struct value rows, const char *state)
{
	for (uint32_t i = 0; i < rows.n; i++)
		if (state_is(rows.items[i], state))
			return true;
	return false;
}

static struct value deliveries_view(const struct telling *t, struct value rows)
{
	struct arena *arena = t->ctx->arena;
	struct value list = value_list();
	for (uint32_t i = 0; i < rows.n; i++) {
		struct value item = value_map(), row = rows.items[i];
		bool arrived = state_is(row, "received");
		const char *what = arrived ? N_("Arrived by post") :
			state_is(row, "sent") ? N_("Sent by post") : N_("Handed over at the desk");
		value_append(arena, &item, S("words"), words(t, what));
		value_append(arena, &item, S("at"),
			     value_get(row, arrived ? S("received_at") : S("sent_at")));
		value_append(arena, &item, S("tracking"),
			     str_empty(value_text(value_get(row, S("tracking")))) ? value_null()
			     : value_get(row, S("tracking")));
		value_push(arena, &list, item);
	}
	return list;
}

/* ---- corrections ---- */

static struct value correction_view(const struct telling *t, struct value row)
{
	struct arena *arena = t->ctx->arena;
	struct value view = value_map(), fields = value_list();
	struct value changes = value_get(row, S("changes"));
	bool receipt = str_eq(value_text(value_get(row, S("target"))), S("receipt"));
	bool made = state_is(row, "made");
	for (uint32_t i = 0; changes.kind == VALUE_LIST && i < changes.n; i++)
		value_push(arena, &fields, value_get(changes.items[i], S("label")));
	value_append(arena, &view, S("title"),
		     words(t, receipt ? N_("Receipt") : N_("Result")));
	value_append(arena, &view, S("state"), words(t, made ? N_("Corrected") :
		     state_is(row, "asked") ? N_("Being looked at") : N_("Not corrected")));
	value_append(arena, &view, S("version"), made ? value_get(row, S("version")) : value_null());
	value_append(arena, &view, S("asked_at"), value_get(row, S("asked_at")));
	value_append(arena, &view, S("settled_at"), value_get(row, S("settled_at")));
	value_append(arena, &view, S("reason"), value_get(row, S("reason")));
	value_append(arena, &view, S("answer"), str_empty(value_text(value_get(row, S("answer"))))
		     ? value_null() : value_get(row, S("answer")));
	value_append(arena, &view, S("fields"), fields);
	return view;
}

void tracking_endings(struct ctx *ctx, struct cases *cases, const struct case_file *c,
		      struct value endings, struct value *view)
{
	struct arena *arena = ctx->arena;
	struct telling t = { .ctx = ctx, .cases = cases, .c = c,
			     .procedure = case_procedure(cases, c) };
	struct value results = value_get(endings, S("results")), list = value_list();
	struct value corrections = value_get(endings, S("corrections"));
	t.post = str_eq(return_word(t.procedure, t.c, S("channel")), S("post"));
	bool revoked = any_is(results, "revoked") && !any_is(results, "valid");
	for (uint32_t i = 0; i < corrections.n; i++)
		value_push(arena, &list, correction_view(&t, corrections.items[i]));
	value_set(arena, view, S("next"), words(&t, !revoked ? next_step(&t) :
		  N_("Do not use the revoked paper any more. Ask the office what has to be done; the"
		     " decision says why.")));
	value_set(arena, view, S("delivery"), delivery_view(&t));
	value_set(arena, view, S("results"), results_view(&t, results));
	value_set(arena, view, S("revoked_only"), value_bool(revoked));
	value_set(arena, view, S("deliveries"),
		  deliveries_view(&t, value_get(endings, S("deliveries"))));
	value_set(arena, view, S("corrections"), list);
}
