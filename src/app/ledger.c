/* What motcua-verify needs, as text that can be kept and handed on: the ledger's key, an act with
 * its proof in one file, the hashes between two sizes. docs/LEDGER.md tells citizens of them. */
#include "app/app.h"

#include "ledger/bundle.h"
#include "store/event.h"
#include "web/web.h"

static const char text_type[] = "text/plain; charset=utf-8";

static const struct app *app_of(const struct request *request)
{
	return request->state;
}

static enum err get_key(struct request *request, struct response *response)
{
	str key = event_public_key(app_of(request)->store);
	response_bytes(response, str_z(text_type),
		       arena_printf(request->ctx.arena, "%.*s\n", STR_ARG(key)));
	return OK;
}

/* ---- an act of a case ---- */

struct act_question {
	struct cases *cases;
	str code, pin, bytes;
	int64_t event; /* 0: the acceptance, or else the submission */
	bool fits;
	struct event_proof proof;
};

static int64_t chosen(const struct event_list *events, int64_t wanted)
{
	int64_t id = 0;
	for (size_t i = 0; i < events->n; i++) {
		const struct event *event = &events->items[i];
		bool suits = !id || str_eq(event->kind, S("case.accepted"));
		if (wanted ? event->id == wanted : suits)
			id = event->id;
	}
	return id;
}

static enum err read_act(struct ctx *ctx, struct db *db, void *arg)
{
	struct act_question *q = arg;
	struct event_list events;
	int64_t id;
	TRY(case_pin_fits(ctx, q->cases, db, q->code, q->pin, &q->fits, &id));
	if (!q->fits)
		return OK;
	TRY(event_list(ctx, db, id, &events));
	q->event = chosen(&events, q->event);
	if (!q->event)
		return fail(ctx, ERR_NOT_FOUND, "There is no such event");
	TRY(db_text(ctx, db, &q->bytes, SQL("SELECT bytes FROM event WHERE id = $1"), q->event));
	return event_prove(ctx, db, q->event, &q->proof);
}

static void take_path(struct arena *arena, const struct event_proof *proof,
		      struct merkle_proof *ret_path)
{
	ret_path->n = proof->n;
	ret_path->hashes = ARENA_ARRAY(arena, struct merkle_hash, proof->n);
	for (size_t i = 0; i < proof->n; i++)
		(void)merkle_hash_of(proof->path[i], &ret_path->hashes[i]);
}

/* Whoever has the receipt has the PIN: what an act says is not for those who guess codes. */
static enum err get_act(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct act_question q = { .cases = app_of(request)->cases,
				  .code = str_trim(request_query(request, "case")),
				  .pin = str_trim(request_query(request, "pin")) };
	str tries = arena_printf(arena, "pin:%.*s:%.*s", STR_ARG(q.code), STR_ARG(request->client));
	q.event = request_query_int(request, "event", 0);
	if (!web_rate_take(request->web, tries, 5, 20))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	TRY(store_read(&request->ctx, app_of(request)->store, read_act, &q));
	if (!q.fits)
		return fail(&request->ctx, ERR_NOT_FOUND,
			    "Code and PIN do not belong together; look at the receipt");
	web_rate_forget(request->web, tries);
	if (q.proof.pending)
		return fail(&request->ctx, ERR_BUSY,
			    "This act gets its place in the ledger within seconds; try again");
	struct bundle bundle = { .event = q.bytes, .index = (uint64_t)q.proof.position,
				 .checkpoint = q.proof.checkpoint };
	take_path(arena, &q.proof, &bundle.path);
	response_bytes(response, str_z(text_type), bundle_write(arena, &bundle));
	return OK;
}

/* ---- growth ---- */

struct growth_question {
	int64_t from, to;
	struct event_proof proof;
};

static enum err read_growth(struct ctx *ctx, struct db *db, void *arg)
{
	struct growth_question *q = arg;
	return event_prove_consistency(ctx, db, q->from, q->to, &q->proof);
}

static enum err get_growth(struct request *request, struct response *response)
{
	struct growth_question q = { .from = request_query_int(request, "from", 0),
				     .to = request_query_int(request, "to", 0) };
	struct buf hashes = { .arena = request->ctx.arena };
	struct merkle_proof path;
	TRY(store_read(&request->ctx, app_of(request)->store, read_growth, &q));
	take_path(request->ctx.arena, &q.proof, &path);
	hashes_write(&hashes, &path);
	response_bytes(response, str_z(text_type), buf_view(&hashes));
	return OK;
}

#define LEDGER_ROUTE(path, handler) \
	{ WEB_GET, "/api/v1/ledger" path, PERM_PUBLIC, handler, .flags = ROUTE_NO_LANGUAGE }

const struct route ledger_routes[] = {
	LEDGER_ROUTE("/key", get_key),
	LEDGER_ROUTE("/act", get_act),
	LEDGER_ROUTE("/growth", get_growth),
	{ 0 },
};
