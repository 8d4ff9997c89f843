/* Tracking by PIN, and the ledger's proofs. */
#include "cases/api.h"
#include "cases/fee.h"
#include "cases/view.h"

#include "store/event.h"

/* ---- tracking ---- */

struct tracking {
	struct cases *cases;
	str code, pin;
	bool fits;
	struct case_file c;
	struct value timeline, payment;
};

static enum err read_tracking(struct ctx *ctx, struct db *db, void *arg)
{
	struct tracking *t = arg;
	int64_t id;
	TRY(case_pin_fits(ctx, t->cases, db, t->code, t->pin, &t->fits, &id));
	if (!t->fits)
		return OK;
	TRY(case_load(ctx, db, t->code, &t->c));
	TRY(fee_view(ctx, t->cases, db, &t->c, true, S(""), &t->payment));
	return case_timeline(ctx, t->cases, db, &t->c, true, &t->timeline);
}

enum err api_get_tracking(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct tracking t = { .cases = api_cases(request), .code = request_query(request, "code"),
			      .pin = request_query(request, "pin") };
	str key = arena_printf(arena, "pin:%.*s:%.*s", STR_ARG(t.code), STR_ARG(request->client));
	if (!web_rate_take(request->web, key, 5, 20))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	TRY(store_read(&request->ctx, t.cases->store, read_tracking, &t));
	if (!t.fits)
		return fail(&request->ctx, ERR_NOT_FOUND,
			    "Code and PIN do not belong together; look at the receipt");
	web_rate_forget(request->web, key);
	struct value body = case_public_view(&request->ctx, t.cases, &t.c);
	value_append(arena, &body, S("due_reason"), api_due_reason(&request->ctx, t.cases, &t.c));
	value_append(arena, &body, S("payment"), t.payment);
	value_append(arena, &body, S("events"), t.timeline);
	response_json(response, 200, body);
	return OK;
}

/* ---- ledger ---- */

struct ledger_question {
	struct cases *cases;
	str code, checkpoint;
	int64_t event, from, to;
	struct event_proof proof;
};

static enum err read_checkpoint(struct ctx *ctx, struct db *db, void *arg)
{
	struct ledger_question *q = arg;
	return event_checkpoint(ctx, db, &q->checkpoint);
}

enum err api_get_checkpoint(struct request *request, struct response *response)
{
	struct ledger_question q = { .cases = api_cases(request) };
	TRY(store_read(&request->ctx, q.cases->store, read_checkpoint, &q));
	response_bytes(response, S("text/plain; charset=utf-8"), q.checkpoint);
	return OK;
}

static str hex_text(struct arena *arena, str bytes)
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(&out, "%02x", (unsigned char)bytes.p[i]);
	return buf_view(&out);
}

static struct value proof_value(struct arena *arena, const struct event_proof *proof)
{
	struct value v = value_map(), path = value_list();
	value_append(arena, &v, S("pending"), value_bool(proof->pending));
	if (proof->pending)
		return v;
	for (size_t i = 0; i < proof->n; i++)
		value_push(arena, &path, value_str(hex_text(arena, proof->path[i])));
	value_append(arena, &v, S("index"), value_int(proof->position));
	value_append(arena, &v, S("size"), value_int(proof->size));
	value_append(arena, &v, S("leaf"), value_str(hex_text(arena, proof->leaf)));
	value_append(arena, &v, S("root"), value_str(hex_text(arena, proof->root)));
	value_append(arena, &v, S("path"), path);
	value_append(arena, &v, S("checkpoint"), value_str(proof->checkpoint));
	return v;
}

/* The event must be one of the case; without one, the acceptance or else the submission. */
static enum err read_proof(struct ctx *ctx, struct db *db, void *arg)
{
	struct ledger_question *q = arg;
	struct event_list events;
	struct case_file c;
	int64_t id = 0;
	TRY(case_load(ctx, db, q->code, &c));
	TRY(event_list(ctx, db, c.id, &events));
	for (size_t i = 0; i < events.n; i++)
		if (q->event ? events.items[i].id == q->event
			     : !id || str_eq(events.items[i].kind, S("case.accepted")))
			id = events.items[i].id;
	if (!id)
		return fail(ctx, ERR_NOT_FOUND, "There is no such event");
	return event_prove(ctx, db, id, &q->proof);
}

enum err api_get_proof(struct request *request, struct response *response)
{
	struct ledger_question q = { .cases = api_cases(request),
				     .code = request_query(request, "case") };
	id_parse(request_query(request, "event"), &q.event);
	TRY(store_read(&request->ctx, q.cases->store, read_proof, &q));
	response_json(response, 200, proof_value(request->ctx.arena, &q.proof));
	return OK;
}

static enum err read_consistency(struct ctx *ctx, struct db *db, void *arg)
{
	struct ledger_question *q = arg;
	return event_prove_consistency(ctx, db, q->from, q->to, &q->proof);
}

enum err api_get_consistency(struct request *request, struct response *response)
{
	struct ledger_question q = { .cases = api_cases(request),
				     .from = request_query_int(request, "from", 0),
				     .to = request_query_int(request, "to", 0) };
	TRY(store_read(&request->ctx, q.cases->store, read_consistency, &q));
	response_json(response, 200, proof_value(request->ctx.arena, &q.proof));
	return OK;
}
