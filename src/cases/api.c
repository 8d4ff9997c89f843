/* The API's table of routes, and how an act is answered once however often it is sent. */
#include "cases/api.h"

#include "base/embed.h"

#include <sodium.h>

/* ---- keys ---- */

static void add(crypto_hash_sha256_state *hash, str text)
{
	unsigned char n[8];
	for (int i = 0; i < 8; i++)
		n[i] = (unsigned char)((uint64_t)text.n >> (8 * i));
	crypto_hash_sha256_update(hash, n, sizeof n);
	crypto_hash_sha256_update(hash, (const unsigned char *)text.p, text.n);
}

/* Address, body, fields and files: all that a request asks for. */
static str fingerprint(const struct request *request)
{
	struct arena *arena = request->ctx.arena;
	struct buf body = { .arena = arena };
	unsigned char digest[crypto_hash_sha256_BYTES];
	char *hex = arena_alloc(arena, 2 * sizeof digest + 1);
	crypto_hash_sha256_state hash;
	crypto_hash_sha256_init(&hash);
	json_write(&body, request->body);
	add(&hash, request->path);
	add(&hash, buf_view(&body));
	for (size_t i = 0; i < request->fields.n; i++) {
		add(&hash, request->fields.items[i].name);
		add(&hash, request->fields.items[i].text);
	}
	for (size_t i = 0; i < request->n_uploads; i++) {
		const struct upload *upload = &request->uploads[i];
		add(&hash, upload->field);
		add(&hash, upload->name);
		add(&hash, str_of((const char *)upload->sha256, sizeof upload->sha256));
	}
	crypto_hash_sha256_final(&hash, digest);
	sodium_bin2hex(hex, 2 * sizeof digest + 1, digest, sizeof digest);
	return str_of(hex, 2 * sizeof digest);
}

static bool has_key(const struct api_act *act)
{
	return !str_empty(act->key.name);
}

static enum err look(struct api_act *act)
{
	if (!has_key(act))
		return OK;
	TRY(request_key_look(&act->request->ctx, act->cases->store, &act->key, &act->kept));
	if (act->kept.there && !str_eq(act->kept.of, act->key.of))
		return fail(&act->request->ctx, ERR_INVALID,
			    "This Idempotency-Key was used for another request");
	return OK;
}

enum err api_begin(struct request *request, struct api_act *ret_act)
{
	const struct principal *principal = request_principal(request);
	*ret_act = (struct api_act){
		.request = request, .cases = api_cases(request),
		.key = { .account = principal ? principal->account : 0,
			 .name = request->idempotency_key },
		.kept = { .body = value_null() },
	};
	if (has_key(ret_act))
		ret_act->key.of = fingerprint(request);
	ret_act->who = (struct actor){ .principal = principal, .key = &ret_act->key };
	return look(ret_act);
}

bool api_is_done(const struct api_act *act)
{
	return act->kept.there;
}

enum err api_settle(struct api_act *act, enum err err, str made)
{
	struct ctx *ctx = &act->request->ctx;
	struct fault fault = ctx->fault;
	if (err == ERR_CONFLICT && has_key(act)) {
		/* The same request may have come twice at once, and the other was done. */
		TRY(look(act));
		if (act->kept.there) {
			ctx->fault = (struct fault){ 0 };
			return OK;
		}
		ctx->fault = fault;
	}
	if (err == OK && !act->kept.there)
		act->kept.made = made;
	return err;
}

enum err api_answer(struct api_act *act, struct response *response, int status,
		    struct value body)
{
	if (!act->kept.status) {
		act->kept.status = status;
		act->kept.body = body;
		if (has_key(act))
			TRY(request_key_answer(&act->request->ctx, act->cases->store, &act->key,
					       &act->kept));
	}
	response_json(response, (int)act->kept.status, act->kept.body);
	return OK;
}

/* ---- the description ---- */

extern const struct embedded_set embedded_api;

static enum err get_openapi(struct request *request, struct response *response)
{
	const struct embedded *file = embedded_find(embedded_api, S("openapi.json"));
	if (!file)
		return fail(&request->ctx, ERR_NOT_FOUND, "The description is not there");
	response_bytes(response, S("application/json"), file->bytes);
	return OK;
}

/* ---- routes ---- */

#define ROUTE(method, path, act, handler, loader) \
	{ method, "/api/v1" path, act, handler, .object = loader, .flags = ROUTE_NO_LANGUAGE }
#define ROUTE_FILES(path, act, handler, loader)                                             \
	{ WEB_POST, "/api/v1" path, act, handler, .object = loader, .flags = ROUTE_NO_LANGUAGE, \
	  .uploads = UPLOADS_MAX, .upload_max = 20 << 20 }
#define CASE "/cases/{code}"
#define DRAFT "/drafts/{id}"
#define TASK "/tasks/{id}"

const struct route api_routes[] = {
	ROUTE(WEB_GET, "/openapi.json", PERM_PUBLIC, get_openapi, NULL),
	ROUTE(WEB_GET, "/procedures", PERM_PUBLIC, api_get_procedures, NULL),
	ROUTE(WEB_GET, "/procedures/{code}", PERM_PUBLIC, api_get_procedure, NULL),
	ROUTE(WEB_GET, "/cases", ACT_CASE_SEE, api_get_cases, NULL),
	ROUTE(WEB_POST, "/cases", ACT_CASE_FILE, api_post_case, NULL),
	ROUTE(WEB_POST, "/inbound/cases", ACT_CASE_FILE, api_post_inbound, NULL),
	ROUTE(WEB_GET, "/inbound/cases/{source_code}", ACT_CASE_FILE, api_get_inbound, NULL),
	ROUTE(WEB_GET, CASE, ACT_CASE_SEE, api_get_case, api_case_object),
	ROUTE(WEB_GET, CASE "/events", ACT_CASE_SEE, api_get_events, api_case_object),
	ROUTE_FILES(CASE "/files", ACT_CASE_ACCEPT, api_post_case_files, api_case_object),
	ROUTE(WEB_POST, CASE "/accept", ACT_CASE_ACCEPT, api_post_accept, api_case_object),
	ROUTE(WEB_POST, CASE "/refuse", ACT_CASE_WORK, api_post_refuse, api_case_object),
	ROUTE(WEB_POST, CASE "/withdraw", ACT_CASE_ACCEPT, api_post_withdraw, api_case_object),
	ROUTE(WEB_POST, CASE "/supplement", ACT_CASE_WORK, api_post_supplement, api_case_object),
	ROUTE(WEB_POST, CASE "/supplement/answer", ACT_CASE_ACCEPT, api_post_supplement_answer,
	      api_case_object),
	ROUTE(WEB_POST, CASE "/apology", ACT_CASE_SIGN, api_post_apology, api_case_object),
	ROUTE(WEB_GET, CASE "/endings", ACT_CASE_SEE, api_get_endings, api_case_object),
	ROUTE(WEB_POST, CASE "/stop", ACT_CASE_SIGN, api_post_stop, api_case_object),
	ROUTE(WEB_POST, CASE "/reopen", ACT_CASE_SIGN, api_post_reopen, api_case_object),
	ROUTE(WEB_POST, CASE "/rounds/{id}/approve", ACT_CASE_SIGN, api_post_round_approve,
	      api_case_object),
	ROUTE(WEB_POST, CASE "/rounds/{id}/decline", ACT_CASE_SIGN, api_post_round_decline,
	      api_case_object),
	ROUTE(WEB_POST, CASE "/apology/prepare", ACT_CASE_WORK, api_post_prepare, api_case_object),
	ROUTE(WEB_POST, CASE "/results/{id}/revoke", ACT_CASE_SIGN, api_post_revoke,
	      api_case_object),
	ROUTE(WEB_POST, CASE "/deliveries/{id}/received", ACT_CASE_RETURN, api_post_received,
	      api_case_object),
	ROUTE_FILES(CASE "/corrections", ACT_CASE_CORRECT, api_post_correction, api_case_object),
	ROUTE(WEB_POST, CASE "/corrections/{id}/approve", ACT_CASE_SIGN,
	      api_post_correction_approve, api_case_object),
	ROUTE(WEB_POST, CASE "/corrections/{id}/decline", ACT_CASE_SIGN,
	      api_post_correction_decline, api_case_object),
	ROUTE(WEB_POST, CASE "/notes", ACT_CASE_WORK, api_post_note, api_case_object),
	ROUTE(WEB_POST, CASE "/payments", ACT_FEE_TAKE, api_post_payment, api_case_object),
	ROUTE(WEB_POST, CASE "/refunds", ACT_FEE_REFUND, api_post_refund, api_case_object),
	ROUTE(WEB_POST, "/drafts", ACT_CASE_FILE, api_post_draft, NULL),
	ROUTE(WEB_GET, DRAFT, ACT_CASE_FILE, api_get_draft, api_draft_object),
	ROUTE(WEB_PATCH, DRAFT, ACT_CASE_FILE, api_patch_draft, api_draft_object),
	ROUTE_FILES(DRAFT "/files", ACT_CASE_FILE, api_post_draft_files, api_draft_object),
	ROUTE(WEB_POST, DRAFT "/submit", ACT_CASE_FILE, api_post_draft_submit, api_draft_object),
	ROUTE(WEB_GET, "/tasks", ACT_CASE_WORK, api_get_tasks, NULL),
	ROUTE(WEB_POST, TASK "/claim", ACT_CASE_WORK, api_post_claim, api_task_object),
	ROUTE(WEB_POST, TASK "/release", ACT_CASE_WORK, api_post_release, api_task_object),
	ROUTE(WEB_POST, TASK "/assign", ACT_CASE_ASSIGN, api_post_assign, api_task_object),
	ROUTE(WEB_POST, TASK "/complete", ACT_CASE_WORK, api_post_complete, api_task_object),
	ROUTE(WEB_GET, "/tracking", PERM_PUBLIC, api_get_tracking, NULL),
	ROUTE(WEB_GET, "/ledger/checkpoint", PERM_PUBLIC, api_get_checkpoint, NULL),
	ROUTE(WEB_GET, "/ledger/proof", PERM_PUBLIC, api_get_proof, NULL),
	ROUTE(WEB_GET, "/ledger/consistency", PERM_PUBLIC, api_get_consistency, NULL),
	{ 0 },
};
