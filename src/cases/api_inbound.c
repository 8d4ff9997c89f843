/* Cases that were filed at another portal (the national one) and are handled here. The other portal
 * signs in by its token; its own code of the case makes a repetition harmless. */
#include "cases/api.h"
#include "cases/view.h"

enum { SOURCE_CODE_MAX = 100 };

struct known {
	str source, source_code, code;
};

static enum err look(struct ctx *ctx, struct db *db, void *arg)
{
	struct known *known = arg;
	return case_by_source(ctx, db, known->source, known->source_code, &known->code);
}

static enum err look_up(struct request *request, str source_code, str *ret_code)
{
	struct known known = { request_principal(request)->login, source_code, S("") };
	TRY(store_read(&request->ctx, api_cases(request)->store, look, &known));
	*ret_code = known.code;
	return OK;
}

static enum err read_inbound(struct request *request, struct api_filing *ret_filing)
{
	ret_filing->source = request_principal(request)->login;
	ret_filing->source_code = str_trim(api_body_text(request, "source_code"));
	if (str_empty(ret_filing->source_code) || ret_filing->source_code.n > SOURCE_CODE_MAX)
		request_mistake(request, "source_code",
				"Give the code the case has at your portal (at most 100 letters)");
	return request_has_mistakes(request) ?
		       fail(&request->ctx, ERR_INVALID, "Some fields are not right") : OK;
}

/* Two of the same at once: one was filed, the other finds it. */
static enum err settle_twin(struct api_act *act, str source_code, enum err err)
{
	str code;
	struct fault fault = act->request->ctx.fault;
	if (err != ERR_CONFLICT)
		return err;
	TRY(look_up(act->request, source_code, &code));
	act->request->ctx.fault = fault;
	if (str_empty(code))
		return err;
	act->request->ctx.fault = (struct fault){ 0 };
	act->kept.made = code;
	return OK;
}

API_HANDLER(api_post_inbound)
{
	struct api_filing filing = { .channel = CHANNEL_ONLINE };
	struct api_act act;
	str code;
	TRY(api_begin(request, &act));
	if (api_is_done(&act))
		return api_answer_filed(&act, response);
	TRY(read_inbound(request, &filing));
	TRY(look_up(request, filing.source_code, &code));
	if (str_empty(code)) {
		TRY(api_read_filing(request, &filing));
		TRY(settle_twin(&act, filing.source_code, api_submit(&act, &filing)));
	} else {
		act.kept.made = code;
	}
	return api_answer_filed(&act, response);
}

struct shown {
	struct cases *cases;
	str code;
	struct case_file c;
};

static enum err read_shown(struct ctx *ctx, struct db *db, void *arg)
{
	struct shown *shown = arg;
	return case_load(ctx, db, shown->code, &shown->c);
}

/* Only what the portal itself sent is found. */
API_HANDLER(api_get_inbound)
{
	struct shown shown = { .cases = api_cases(request) };
	TRY(look_up(request, request_param(request, "source_code"), &shown.code));
	if (str_empty(shown.code))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no case with this code");
	TRY(store_read(&request->ctx, shown.cases->store, read_shown, &shown));
	struct value body = case_public_view(&request->ctx, shown.cases, &shown.c);
	value_set(request->ctx.arena, &body, S("national_status"), value_int(shown.c.status));
	response_json(response, 200, body);
	return OK;
}
