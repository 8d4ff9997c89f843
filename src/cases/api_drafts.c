/* Drafts through the API: begun, filled in, given files, submitted. A draft is named by its code,
 * which only this server can make; the caller must file for the office it is for as well. */
#include "cases/api.h"
#include "cases/draft.h"
#include "cases/view.h"

static enum err load(struct request *request, struct draft *ret_draft)
{
	int64_t id;
	TRY(draft_find(&request->ctx, api_cases(request), request_param(request, "id"), &id));
	return draft_load(&request->ctx, api_cases(request), id, ret_draft);
}

enum err api_draft_object(struct request *request, const void **ret_object)
{
	struct object *object = ARENA_NEW(request->ctx.arena, struct object);
	struct draft draft;
	TRY(load(request, &draft));
	*object = (struct object){ .organisation = draft.organisation };
	*ret_object = object;
	return OK;
}

static enum err form_of(struct request *request, const struct draft *draft,
			const struct form **ret_form)
{
	const struct procedure *procedure = procedure_by_id(api_cases(request), draft->version);
	*ret_form = procedure ? procedure_form(procedure, S("apply"), request->language) : NULL;
	if (*ret_form)
		return OK;
	return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
}

/* What still stands in the way of submitting: a map of path → sentence. */
static struct value missing_of(struct request *request, const struct form *form,
			       struct value data)
{
	struct form_env env = api_form_env(request);
	struct form_result checked;
	struct value missing = value_map();
	form_check(form, data, &env, &checked);
	for (uint32_t i = 0; i < checked.errors.n; i++)
		value_set(request->ctx.arena, &missing,
			  value_text(value_get(checked.errors.items[i], S("path"))),
			  value_get(checked.errors.items[i], S("message")));
	return missing;
}

static enum err draft_view(struct request *request, const struct draft *draft,
			   struct value *ret_view)
{
	struct cases *cases = api_cases(request);
	struct arena *arena = request->ctx.arena;
	struct value v = value_map();
	const struct form *form;
	const struct organisation *organisation =
		organisation_by_id(cases->people, draft->organisation);
	TRY(form_of(request, draft, &form));
	value_append(arena, &v, S("id"), value_str(draft_code(cases, arena, draft->id)));
	value_append(arena, &v, S("procedure"), value_str(draft->procedure));
	value_append(arena, &v, S("organisation"),
		     value_str(organisation ? organisation->code : S("")));
	value_append(arena, &v, S("saved_at"), view_time(&request->ctx, cases, draft->saved_at));
	value_append(arena, &v, S("expires_at"), view_time(&request->ctx, cases,
		     draft->saved_at + DRAFT_DAYS * USEC_DAY));
	value_append(arena, &v, S("case"),
		     draft->case_id ? value_str(draft->case_code) : value_null());
	value_append(arena, &v, S("data"), draft->data);
	value_append(arena, &v, S("missing"), missing_of(request, form, draft->data));
	*ret_view = v;
	return OK;
}

static enum err answer(struct api_act *act, struct response *response, int status)
{
	struct value view = value_null();
	struct draft draft;
	int64_t id;
	if (!act->kept.status) {
		TRY(draft_find(&act->request->ctx, act->cases, act->kept.made, &id));
		TRY(draft_load(&act->request->ctx, act->cases, id, &draft));
		TRY(draft_view(act->request, &draft, &view));
	}
	return api_answer(act, response, status, view);
}

API_HANDLER(api_post_draft)
{
	struct cases *cases = api_cases(request);
	struct draft draft;
	struct api_act act;
	TRY(api_begin(request, &act));
	if (api_is_done(&act))
		return answer(&act, response, 201);
	const struct procedure *procedure = procedure_in_force(cases,
		api_body_text(request, "procedure"), clock_business());
	const struct organisation *organisation =
		organisation_by_code(cases->people, api_body_text(request, "organisation"));
	if (!procedure)
		request_mistake(request, "procedure", "There is no such procedure in force");
	if (!organisation)
		request_mistake(request, "organisation", "Choose the office that receives the case");
	if (request_has_mistakes(request))
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	struct object object = { .organisation = organisation->id };
	if (!may(cases->people, act.who.principal, ACT_CASE_FILE, &object))
		return fail(&request->ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	draft = (struct draft){
		.version = procedure->id, .organisation = organisation->id,
		.procedure = procedure->name, .key = &act.key,
		.data = api_merged(request->ctx.arena, value_null(),
				   value_get(request->body, S("data"))),
	};
	enum err err = draft_begin(&request->ctx, cases, &draft);
	str code = err == OK ? draft_code(cases, request->ctx.arena, draft.id) : S("");
	TRY(api_settle(&act, err, code));
	return answer(&act, response, 201);
}

API_HANDLER(api_get_draft)
{
	struct value view;
	struct draft draft;
	TRY(load(request, &draft));
	TRY(draft_view(request, &draft, &view));
	response_json(response, 200, view);
	return OK;
}

API_HANDLER(api_patch_draft)
{
	struct value view, data = value_get(request->body, S("data"));
	struct draft draft;
	TRY(load(request, &draft));
	if (data.kind != VALUE_MAP) {
		request_mistake(request, "data", "Send the fields to change");
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	}
	draft.data = api_merged(request->ctx.arena, draft.data, data);
	TRY(draft_save(&request->ctx, api_cases(request), &draft, NULL, 0));
	TRY(draft_view(request, &draft, &view));
	response_json(response, 200, view);
	return OK;
}

API_HANDLER(api_post_draft_files)
{
	struct stored_files files;
	const struct form *form;
	struct draft draft;
	struct api_act act;
	TRY(api_begin(request, &act));
	if (api_is_done(&act))
		return answer(&act, response, 200);
	TRY(load(request, &draft));
	TRY(form_of(request, &draft, &form));
	TRY(api_take_files(request, form, &draft.data, &files));
	draft.key = &act.key;
	enum err err = draft_save(&request->ctx, act.cases, &draft, files.items, files.n);
	TRY(api_settle(&act, err, draft_code(act.cases, request->ctx.arena, draft.id)));
	return answer(&act, response, 200);
}

API_HANDLER(api_post_draft_submit)
{
	struct api_filing filing = { .channel = CHANNEL_ONLINE };
	struct form_result checked;
	const struct form *form;
	struct draft draft;
	struct api_act act;
	str channel = api_body_text(request, "channel");
	TRY(api_begin(request, &act));
	if (api_is_done(&act))
		return api_answer_filed(&act, response);
	TRY(load(request, &draft));
	if (draft.case_id)
		return fail(&request->ctx, ERR_CONFLICT, "This draft was submitted already");
	TRY(form_of(request, &draft, &form));
	if (!str_empty(channel) && !api_channel(channel, &filing.channel))
		request_mistake(request, "channel", "Choose direct, online or post");
	api_check(request, form, draft.data, false, &checked);
	if (request_has_mistakes(request))
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	filing.procedure = procedure_by_id(act.cases, draft.version);
	filing.organisation = draft.organisation;
	filing.draft = draft.id;
	filing.data = checked.submission;
	TRY(api_submit(&act, &filing));
	return api_answer_filed(&act, response);
}
