/* Rounds of supplements, extension, stopping, corrections, results and re-opening over the API. */
#include "cases/api.h"
#include "cases/endings.h"

/* ---- reading ---- */

struct read_endings {
	struct cases *cases;
	str code;
	struct value view;
};

static enum err read_endings(struct ctx *ctx, struct db *db, void *arg)
{
	struct read_endings *r = arg;
	struct case_file c;
	TRY(case_load(ctx, db, r->code, &c));
	return endings_view(ctx, r->cases, db, &c, true, &r->view);
}

API_HANDLER(api_get_endings)
{
	struct read_endings r = { .cases = api_cases(request), .code = request_param(request, "code") };
	struct api_loaded l = { .cases = r.cases, .code = r.code };
	TRY(store_read(&request->ctx, r.cases->store, api_read_case, &l));
	struct object received = { .organisation = l.c.organisation };
	/* A partner sees its leg, not what the case as a whole went through. */
	if (!may(r.cases->people, request_principal(request), ACT_CASE_SEE, &received))
		return fail(&request->ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	TRY(store_read(&request->ctx, r.cases->store, read_endings, &r));
	event_access(r.cases->store, request_principal(request)->account, l.c.id, ACCESS_OPEN);
	response_json(response, 200, r.view);
	return OK;
}

/* ---- acts ---- */

typedef enum err ending_act(struct api_act *act, str code);

static enum err do_act(struct request *request, struct response *response, ending_act *run)
{
	struct api_act act;
	str code = request_param(request, "code");
	TRY(api_begin(request, &act));
	if (!api_is_done(&act))
		TRY(api_settle(&act, run(&act, code), code));
	return api_answer_case(&act, response, code);
}

static enum err id_in_address(struct api_act *act, int64_t *ret_id)
{
	if (id_parse(request_param(act->request, "id"), ret_id))
		return OK;
	return fail(&act->request->ctx, ERR_NOT_FOUND, "There is nothing at this address");
}

static str reason_in(struct api_act *act)
{
	return str_trim(api_body_text(act->request, "reason"));
}

static enum err run_stop(struct api_act *act, str code)
{
	act->who.reason = reason_in(act);
	return case_stop(&act->request->ctx, act->cases, &act->who, code);
}

static enum err run_reopen(struct api_act *act, str code)
{
	act->who.reason = reason_in(act);
	return case_reopen(&act->request->ctx, act->cases, &act->who, code);
}

static enum err settle_round(struct api_act *act, str code, bool approve)
{
	int64_t id;
	TRY(id_in_address(act, &id));
	return case_settle_round(&act->request->ctx, act->cases, &act->who, code, id, approve,
				 reason_in(act));
}

static enum err run_approve_round(struct api_act *act, str code)
{
	return settle_round(act, code, true);
}

static enum err run_decline_round(struct api_act *act, str code)
{
	return settle_round(act, code, false);
}

static enum err run_prepare(struct api_act *act, str code)
{
	int offset = calendar_zone(cases_calendar(act->cases));
	int64_t day;
	act->who.reason = reason_in(act);
	if (!date_parse(api_body_text(act->request, "new_date"), &day)) {
		request_mistake(act->request, "new_date", "Enter the new date, for example 2015-02-09");
		return fail(&act->request->ctx, ERR_INVALID, "Some fields are not right");
	}
	return case_prepare_apology(&act->request->ctx, act->cases, &act->who, code,
				    day * USEC_DAY + 17 * USEC_HOUR - offset * USEC_MINUTE);
}

static enum err run_revoke(struct api_act *act, str code)
{
	int64_t id;
	TRY(id_in_address(act, &id));
	act->who.reason = reason_in(act);
	return case_revoke(&act->request->ctx, act->cases, &act->who, code, id,
			   api_body_text(act->request, "decision"));
}

static enum err run_received(struct api_act *act, str code)
{
	int64_t id;
	TRY(id_in_address(act, &id));
	return case_received(&act->request->ctx, act->cases, &act->who, code, id);
}

/* ---- corrections ---- */

static enum err evidence_of(struct api_act *act, struct attachment **ret_items, size_t *ret_n)
{
	struct stored_files files;
	struct value posted;
	struct request *request = act->request;
	TRY(upload_posted(request, act->cases, &posted, &files));
	*ret_items = ARENA_ARRAY(request->ctx.arena, struct attachment, files.n + 1);
	*ret_n = files.n;
	for (size_t i = 0; i < files.n; i++)
		(*ret_items)[i] = (struct attachment){
			.field = S("correction"), .name = request->uploads[i].name,
			.hash = files.items[i].hash, .type = files.items[i].type,
			.size = files.items[i].size,
		};
	return OK;
}

/* The form decides what may be said, as where the case was filed. */
static enum err checked_data(struct api_act *act, const struct case_file *c, struct value *ret_data)
{
	struct request *request = act->request;
	struct json_fault fault;
	struct form_result checked;
	struct value data;
	const struct procedure *procedure = case_procedure(act->cases, c);
	const struct form *form =
		procedure ? procedure_form(procedure, S("apply"), request->language) : NULL;
	if (!form)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	if (!json_parse(request->ctx.arena, request_field(request, "data"), &data, &fault) ||
	    data.kind != VALUE_MAP) {
		request_mistake(request, "data", "The corrected data is not JSON");
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	}
	api_check(request, form, api_merged(request->ctx.arena, c->data, data), true, &checked);
	*ret_data = api_own(request->ctx.arena, checked.submission, c->data);
	return OK;
}

static enum err run_correct(struct api_act *act, str code)
{
	struct request *request = act->request;
	struct api_loaded l = { .cases = act->cases, .code = code };
	struct attachment *evidence;
	struct correction correction = {
		.target = request_field(request, "target"),
		.requester = request_field(request, "requester"),
		.reason = request_field(request, "reason"),
	};
	TRY(store_read(&request->ctx, act->cases->store, api_read_case, &l));
	TRY(checked_data(act, &l.c, &correction.data));
	TRY(evidence_of(act, &evidence, &correction.n_evidence));
	if (request_has_mistakes(request))
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	correction.evidence = evidence;
	return case_ask_correction(&request->ctx, act->cases, &act->who, code, &correction);
}

static enum err settle_correction(struct api_act *act, str code, bool approve)
{
	int64_t id;
	TRY(id_in_address(act, &id));
	return case_settle_correction(&act->request->ctx, act->cases, &act->who, code, id, approve,
				      reason_in(act));
}

static enum err run_approve_correction(struct api_act *act, str code)
{
	return settle_correction(act, code, true);
}

static enum err run_decline_correction(struct api_act *act, str code)
{
	return settle_correction(act, code, false);
}

#define ENDING(name, run)                                \
	API_HANDLER(name)                                \
	{                                                \
		return do_act(request, response, run);   \
	}

ENDING(api_post_stop, run_stop)
ENDING(api_post_reopen, run_reopen)
ENDING(api_post_round_approve, run_approve_round)
ENDING(api_post_round_decline, run_decline_round)
ENDING(api_post_prepare, run_prepare)
ENDING(api_post_revoke, run_revoke)
ENDING(api_post_received, run_received)
ENDING(api_post_correction, run_correct)
ENDING(api_post_correction_approve, run_approve_correction)
ENDING(api_post_correction_decline, run_decline_correction)
