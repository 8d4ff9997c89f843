/* Filing: what was sent is held to the procedure's form, then submitted. */
#include "cases/api.h"
#include "cases/view.h"

struct form_env api_form_env(struct request *request)
{
	return (struct form_env){
		.ctx = &request->ctx, .now = clock_business(), .country = S("84"),
		.offset = calendar_zone(cases_calendar(api_cases(request))),
	};
}

str api_body_text(const struct request *request, const char *path)
{
	return value_text(value_path(request->body, str_z(path)));
}

struct value api_merged(struct arena *arena, struct value data, struct value over)
{
	struct value merged = data.kind == VALUE_MAP ? value_copy(arena, data) : value_map();
	for (uint32_t i = 0; over.kind == VALUE_MAP && i < over.n; i++)
		value_set(arena, &merged, over.members[i].key, over.members[i].value);
	return merged;
}

struct value api_own(struct arena *arena, struct value submission, struct value before)
{
	struct value own = value_map();
	for (uint32_t i = 0; i < submission.n; i++) {
		const struct member *m = &submission.members[i];
		const struct value *old = value_find(before, m->key);
		if ((!old || !value_eq(*old, m->value)) && !str_eq(m->key, S("outcome")))
			value_append(arena, &own, m->key, m->value);
	}
	return own;
}

void api_check(struct request *request, const struct form *form, struct value data,
	       bool files_follow, struct form_result *ret_result)
{
	struct form_env env = api_form_env(request);
	form_check(form, data.kind == VALUE_MAP ? data : value_map(), &env, ret_result);
	for (uint32_t i = 0; i < ret_result->errors.n; i++) {
		struct form_file_rule rule;
		struct value error = ret_result->errors.items[i];
		str path = value_text(value_get(error, S("path")));
		if (files_follow && form_file_field(form, value_text(value_get(error, S("name"))),
						    ret_result->data, &env, &rule))
			continue;
		request_mistake(request, arena_copy(request->ctx.arena, path).p, "%.*s",
				STR_ARG(value_text(value_get(error, S("message")))));
	}
}

/* ---- files ---- */

/* Sets what a path like "files.birth_notice" names, with maps on the way. */
static void put_at(struct arena *arena, struct value *data, str path, struct value v)
{
	size_t dot = str_find_byte(path, '.');
	if (dot == SIZE_MAX) {
		value_set(arena, data, path, v);
		return;
	}
	str head = str_slice(path, 0, dot);
	struct value below = value_get(*data, head);
	if (below.kind != VALUE_MAP)
		below = value_map();
	put_at(arena, &below, str_slice(path, dot + 1, path.n), v);
	value_set(arena, data, head, below);
}

enum err api_take_files(struct request *request, const struct form *form, struct value *data,
			struct stored_files *ret_files)
{
	struct arena *arena = request->ctx.arena;
	struct form_env env = api_form_env(request);
	struct value posted;
	if (!request->n_uploads)
		request_mistake(request, "files", "Send at least one file");
	for (size_t i = 0; i < request->n_uploads; i++) {
		struct form_file_rule rule;
		str field = request->uploads[i].field;
		if (!form_file_field(form, arena_printf(arena, "f.%.*s", STR_ARG(field)), *data, &env,
				     &rule))
			request_mistake(request, arena_copy(arena, field).p,
					"The form has no field for this file");
	}
	if (!request_has_mistakes(request))
		TRY(upload_posted(request, api_cases(request), &posted, ret_files));
	if (request_has_mistakes(request))
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	for (uint32_t i = 0; i < posted.n; i++) {
		struct value all = value_list(), more = posted.members[i].value;
		struct value before = value_path(*data, posted.members[i].key);
		for (uint32_t f = 0; before.kind == VALUE_LIST && f < before.n; f++)
			value_push(arena, &all, before.items[f]);
		for (uint32_t f = 0; more.kind == VALUE_LIST && f < more.n; f++)
			value_push(arena, &all, more.items[f]);
		if (more.kind == VALUE_LIST)
			put_at(arena, data, posted.members[i].key, all);
	}
	return OK;
}

API_HANDLER(api_post_case_files)
{
	struct api_act act;
	struct stored_files files;
	str code = request_param(request, "code");
	struct api_loaded l = { .cases = api_cases(request), .code = code };
	TRY(api_begin(request, &act));
	if (api_is_done(&act))
		return api_answer_case(&act, response, code);
	TRY(store_read(&request->ctx, l.cases->store, api_read_case, &l));
	const struct procedure *procedure = case_procedure(l.cases, &l.c);
	const struct form *form =
		procedure ? procedure_form(procedure, S("apply"), request->language) : NULL;
	if (!form)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	struct value data = value_copy(request->ctx.arena, l.c.data);
	TRY(api_take_files(request, form, &data, &files));
	struct attachment *attachments = ARENA_ARRAY(request->ctx.arena, struct attachment, files.n);
	/* One upload made one stored file, in order; what the case had stays as it is. */
	for (size_t i = 0; i < files.n; i++)
		attachments[i] = (struct attachment){
			.field = request->uploads[i].field, .name = request->uploads[i].name,
			.hash = files.items[i].hash, .type = files.items[i].type,
			.size = files.items[i].size,
		};
	struct completion papers = { .data = api_own(request->ctx.arena, data, l.c.data),
				     .attachments = attachments, .n_attachments = files.n };
	TRY(api_settle(&act, case_attach(&request->ctx, act.cases, &act.who, code, &papers), code));
	return api_answer_case(&act, response, code);
}

/* ---- submitting ---- */

static str applicant_text(struct request *request, const struct procedure *procedure,
			  struct value data, const char *which)
{
	struct arena *arena = request->ctx.arena;
	str given = api_body_text(request, arena_printf(arena, "applicant.%s", which).p);
	str path = value_text(value_path(procedure->body, arena_printf(arena, "applicant.%s", which)));
	return !str_empty(given) || str_empty(path) ? given : value_text(value_path(data, path));
}

bool api_channel(str name, enum case_channel *ret_channel)
{
	static const char *const names[] = { [CHANNEL_DIRECT] = "direct",
					     [CHANNEL_ONLINE] = "online", [CHANNEL_POST] = "post" };
	for (int i = CHANNEL_DIRECT; i <= CHANNEL_POST; i++)
		if (str_eq(str_z(names[i]), name)) {
			*ret_channel = (enum case_channel)i;
			return true;
		}
	return false;
}

enum err api_submit(struct api_act *act, const struct api_filing *filing)
{
	struct request *request = act->request;
	struct attachment *attachments;
	struct case_result done = { 0 };
	const struct procedure *procedure = filing->procedure;
	struct submission submission = {
		.procedure = procedure->name, .organisation = filing->organisation,
		.channel = filing->channel, .data = filing->data, .draft = filing->draft,
		.source = filing->source, .source_code = filing->source_code,
		.applicant = applicant_text(request, procedure, filing->data, "name"),
		.applicant_id = applicant_text(request, procedure, filing->data, "id_number"),
		.phone = applicant_text(request, procedure, filing->data, "phone"),
		.email = applicant_text(request, procedure, filing->data, "email"),
		.address = applicant_text(request, procedure, filing->data, "address"),
	};
	upload_attachments(request->ctx.arena, filing->data, &attachments,
			   &submission.n_attachments);
	submission.attachments = attachments;
	enum err err = case_submit(&request->ctx, act->cases, &act->who, &submission, &done);
	return api_settle(act, err, done.code);
}

enum err api_answer_filed(struct api_act *act, struct response *response)
{
	struct request *request = act->request;
	struct arena *arena = request->ctx.arena;
	str code = act->kept.made;
	struct api_loaded l = { .cases = act->cases, .code = code };
	struct value body = value_null();
	if (!act->kept.status) {
		TRY(store_read(&request->ctx, l.cases->store, api_read_case, &l));
		body = case_public_view(&request->ctx, l.cases, &l.c);
		value_append(arena, &body, S("due_reason"),
			     api_due_reason(&request->ctx, l.cases, &l.c));
		value_append(arena, &body, S("receipt_url"), value_str(request_absolute(request,
			arena_printf(arena, "/tra-cuu/%.*s/giay/receipt.pdf", STR_ARG(code)))));
	}
	TRY(api_answer(act, response, 201, body));
	/* The PIN is kept nowhere, not under the key either: it is made again of the code. */
	body = value_copy(arena, act->kept.body);
	value_set(arena, &body, S("tracking_pin"), value_str(case_pin(act->cases, arena, code)));
	response_json(response, (int)act->kept.status, body);
	return OK;
}

/* By its code in the pack, or by its agency code, which is what other portals know. */
static const struct organisation *office_of(const struct cases *cases, str code)
{
	struct organisations all = people_organisations(cases->people);
	const struct organisation *found = organisation_by_code(cases->people, code);
	for (size_t i = 0; i < all.n && !found && !str_empty(code); i++)
		if (str_eq(all.items[i].agency_code, code))
			found = &all.items[i];
	return found;
}

enum err api_read_filing(struct request *request, struct api_filing *ret_filing)
{
	struct cases *cases = api_cases(request);
	struct form_result checked;
	str channel = api_body_text(request, "channel");
	struct api_filing f = *ret_filing;
	f.procedure = procedure_in_force(cases, api_body_text(request, "procedure"),
					 clock_business());
	const struct organisation *organisation =
		office_of(cases, api_body_text(request, "organisation"));
	const struct form *form =
		f.procedure ? procedure_form(f.procedure, S("apply"), request->language) : NULL;
	if (!form)
		request_mistake(request, "procedure", "There is no such procedure in force");
	if (!organisation)
		request_mistake(request, "organisation", "Choose the office that receives the case");
	if (!str_empty(channel) && !api_channel(channel, &f.channel))
		request_mistake(request, "channel", "Choose direct, online or post");
	if (form)
		/* Files follow by POST …/files: the desk or partner has the papers. */
		api_check(request, form, value_get(request->body, S("data")), true, &checked);
	if (request_has_mistakes(request))
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	f.organisation = organisation->id;
	f.data = checked.submission;
	*ret_filing = f;
	return OK;
}

/* Accepted at once when the caller may accept: the short cut for a desk or a partner. Done again
 * where the same request found the case submitted, and only that. */
static enum err take_in(struct api_act *act)
{
	struct ctx *ctx = &act->request->ctx;
	struct api_loaded l = { .cases = act->cases, .code = act->kept.made };
	struct acceptance acceptance = { 0 };
	struct actor who = { .principal = act->who.principal };
	TRY(store_read(ctx, act->cases->store, api_read_case, &l));
	struct object object = { .organisation = l.c.organisation };
	if (l.c.status != CASE_NEW || !may(act->cases->people, who.principal, ACT_CASE_ACCEPT, &object))
		return OK;
	enum err err = case_accept(ctx, act->cases, &who, l.code, &acceptance);
	if (err != ERR_CONFLICT)
		return err;
	ctx->fault = (struct fault){ 0 };
	return OK;
}

API_HANDLER(api_post_case)
{
	struct api_filing filing = { .channel = CHANNEL_DIRECT };
	struct api_act act;
	TRY(api_begin(request, &act));
	if (!api_is_done(&act)) {
		TRY(api_read_filing(request, &filing));
		TRY(api_submit(&act, &filing));
	}
	if (!act.kept.status)
		TRY(take_in(&act));
	return api_answer_filed(&act, response);
}
