/* The officers' desk: taking a case in at the counter. */
#include "cases/desk.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/upload.h"
#include "cases/view.h"

#include "text/markdown.h"
#include "text/template.h"
#include "web/view.h"

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

static html text_markup(struct arena *arena, str text)
{
	return markdown_html(arena, text, &(struct markdown_options){ .first_heading = 3 });
}

struct form_env desk_form_env(struct request *request)
{
	return (struct form_env){
		.ctx = &request->ctx, .now = clock_business(),
		.offset = calendar_zone(cases_calendar(cases_of(request))), .country = S("84"),
		.markdown = text_markup,
	};
}

/* ---- taking a case in ---- */

static enum err choose_page(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), list = value_list(), desk;
	const struct procedure **items;
	size_t n;
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Take a case in")));
	TRY(desk_navigation(request, cases_of(request)->people, "/ban/nop", &desk));
	procedures_in_force(cases, arena, clock_business(), &items, &n);
	for (size_t i = 0; i < n; i++) {
		struct value item = procedure_view(&request->ctx, items[i], request->language);
		str url = arena_printf(arena, "/ban/nop/%.*s", STR_ARG(items[i]->name));
		value_set(arena, &item, S("url"), value_str(request_link(request, url)));
		value_push(arena, &list, item);
	}
	value_set(arena, &view, S("procedures"), list);
	value_set(arena, &view, S("desk"), desk);
	response_view(response, "cases/desk_choose", view);
	return OK;
}

/* The organisation at whose counter the officer sits: the first grant that may file. */
static int64_t counter_of(const struct cases *cases, const struct principal *principal)
{
	for (size_t i = 0; i < principal->n_grants; i++)
		if (role_allows(principal->grants[i].role, ACT_CASE_FILE))
			return principal->grants[i].organisation;
	(void)cases;
	return 0;
}

struct value desk_papers(struct request *request, const struct procedure *procedure,
			 struct value data, struct value ticked)
{
	struct arena *arena = request->ctx.arena;
	struct value papers = value_get(procedure->body, S("papers")), list = value_list();
	(void)data;
	for (uint32_t i = 0; i < papers.n; i++) {
		struct value item = value_map(), paper = papers.items[i];
		str code = value_text(value_get(paper, S("code")));
		str path = arena_printf(arena, "papers.%u.title", i);
		str state = value_text(value_get(ticked, code));
		value_append(arena, &item, S("id"), value_str(code));
		value_append(arena, &item, S("name"),
			     value_str(procedure_text(procedure, path, request->language)));
		value_append(arena, &item, S("note"), value_null());
		value_append(arena, &item, S("error"), value_null());
		value_append(arena, &item, S("original"), value_bool(str_eq(state, S("original"))));
		value_append(arena, &item, S("copy"), value_bool(str_eq(state, S("copy"))));
		value_append(arena, &item, S("missing"), value_bool(str_eq(state, S("missing"))));
		value_push(arena, &list, item);
	}
	return list;
}

void desk_read_papers(struct request *request, const struct procedure *procedure,
		      struct paper_check **ret_papers, size_t *ret_n)
{
	struct arena *arena = request->ctx.arena;
	struct value papers = value_get(procedure->body, S("papers"));
	*ret_papers = ARENA_ARRAY(arena, struct paper_check, papers.n + 1);
	*ret_n = 0;
	for (uint32_t i = 0; i < papers.n; i++) {
		str code = value_text(value_get(papers.items[i], S("code")));
		str name = arena_printf(arena, "paper-%.*s", STR_ARG(code));
		str state = request_field(request, name.p);
		if (!str_empty(state))
			(*ret_papers)[(*ret_n)++] = (struct paper_check){ code, state };
	}
}

struct value desk_errors(struct request *request, struct value form_errors)
{
	struct arena *arena = request->ctx.arena;
	struct value list = view_errors(request);
	for (uint32_t i = 0; form_errors.kind == VALUE_LIST && i < form_errors.n; i++) {
		struct value item = value_map();
		str anchor = value_text(value_get(form_errors.items[i], S("anchor")));
		value_append(arena, &item, S("text"), value_get(form_errors.items[i], S("message")));
		value_append(arena, &item, S("href"),
			     value_str(arena_printf(arena, "#%.*s", STR_ARG(anchor))));
		value_push(arena, &list, item);
	}
	return list;
}

/* At the counter the paper itself is seen and checked off: a scan may follow, so that a missing file
 * is no mistake here. */
static void drop_file_errors(struct form_result *result, const struct form *form,
			     struct form_env *env)
{
	struct value kept = value_list();
	struct form_file_rule rule;
	for (uint32_t i = 0; i < result->errors.n; i++) {
		str name = value_text(value_get(result->errors.items[i], S("name")));
		if (!form_file_field(form, name, result->data, env, &rule))
			value_push(env->ctx->arena, &kept, result->errors.items[i]);
	}
	result->errors = kept;
}

struct intake {
	const struct procedure *procedure;
	const struct form *form;
	struct form_env env;
	int64_t organisation;
};

static enum err load_intake(struct request *request, struct intake *in)
{
	in->procedure = procedure_in_force(cases_of(request), request_param(request, "procedure"),
					   clock_business());
	in->form = in->procedure ? procedure_form(in->procedure, S("apply"), request->language) : NULL;
	if (!in->form)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	in->env = desk_form_env(request);
	in->organisation = counter_of(cases_of(request), request_principal(request));
	return OK;
}

static enum err intake_view(struct request *request, struct response *response, struct intake *in,
			    const struct form_result *result)
{
	struct arena *arena = request->ctx.arena;
	struct form_show show = { .page = FORM_ALL };
	struct value view = value_map(), desk;
	if (result) {
		show.data = result->data;
		show.errors = result->errors;
		show.typed = result->typed;
	} else {
		show.data = form_start(in->form, value_map(), &in->env);
	}
	TRY(desk_navigation(request, cases_of(request)->people, "/ban/nop", &desk));
	view_page(request, &view, procedure_text(in->procedure, S("title"), request->language));
	struct value errors = desk_errors(request, show.errors);
	value_set(arena, &view, S("errors"), errors);
	value_set(arena, &view, S("further"),
		  value_bool(result && !errors.n && result->action == FORM_SUBMIT));
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("office"), value_str(organisation_name(
		  organisation_by_id(cases_of(request)->people, in->organisation),
		  request->language)));
	value_set(arena, &view, S("form"), value_html(form_html(in->form, &show, &in->env)));
	value_set(arena, &view, S("papers"),
		  desk_papers(request, in->procedure, show.data, value_null()));
	value_set(arena, &view, S("action"), value_str(request->target));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "cases/desk_intake", view);
	if (errors.n)
		response_status(response, 422);
	return OK;
}

static enum err intake_page(struct request *request, struct response *response)
{
	struct intake in;
	TRY(load_intake(request, &in));
	return intake_view(request, response, &in, NULL);
}

static str applicant_text(const struct intake *in, struct value data, const char *which)
{
	str path = value_text(value_path(in->procedure->body,
		arena_printf(in->env.ctx->arena, "applicant.%s", which)));
	return str_empty(path) ? S("") : value_text(value_path(data, path));
}

static enum err submit_intake(struct request *request, const struct intake *in, struct value data,
			      struct case_result *ret_result)
{
	struct attachment *attachments;
	size_t n;
	upload_attachments(request->ctx.arena, data, &attachments, &n);
	struct actor who = { .principal = request_principal(request),
			     .organisation = in->organisation };
	struct submission submission = {
		.procedure = in->procedure->name, .organisation = in->organisation,
		.channel = CHANNEL_DIRECT, .data = data,
		.applicant = applicant_text(in, data, "name"),
		.applicant_id = applicant_text(in, data, "id_number"),
		.phone = applicant_text(in, data, "phone"),
		.email = applicant_text(in, data, "email"),
		.address = applicant_text(in, data, "address"),
		.attachments = attachments, .n_attachments = n,
	};
	return case_submit(&request->ctx, cases_of(request), &who, &submission, ret_result);
}

static enum err intake_post(struct request *request, struct response *response)
{
	struct form_result read, checked;
	struct stored_files files;
	struct case_result done;
	struct value posted;
	struct intake in;
	TRY(load_intake(request, &in));
	TRY(upload_posted(request, cases_of(request), &posted, &files));
	struct value before = form_start(in.form, value_map(), &in.env);
	form_read(in.form, FORM_ALL, posted, before, &in.env, &read);
	drop_file_errors(&read, in.form, &in.env);
	bool faulty = read.errors.n || request_has_mistakes(request);
	upload_forgive_unasked(&in.env, in.form, posted, &read);
	if (read.action == FORM_CHANGE || faulty)
		return intake_view(request, response, &in, &read);
	form_check(in.form, read.data, &in.env, &checked);
	TRY(submit_intake(request, &in, checked.submission, &done));
	struct actor who = { .principal = request_principal(request),
			     .organisation = in.organisation };
	struct acceptance acceptance = { .note = str_trim(request_field(request, "note")) };
	struct paper_check *papers;
	const char *page = "";
	desk_read_papers(request, in.procedure, &papers, &acceptance.n_papers);
	acceptance.papers = papers;
	if (str_eq(request_field(request, "act"), S("accept"))) {
		TRY(case_accept(&request->ctx, cases_of(request), &who, done.code, &acceptance));
		/* The applicant is waiting at the counter for the receipt. */
		page = "/giay/receipt";
	}
	response_redirect(response, arena_printf(request->ctx.arena, "/ban/%.*s%s",
						 STR_ARG(done.code), page));
	return OK;
}

const struct route desk_routes[] = {
	{ WEB_GET, "/ban/nop", ACT_CASE_FILE, choose_page, .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/nop/{procedure}", ACT_CASE_FILE, intake_page, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/nop/{procedure}", ACT_CASE_FILE, intake_post, .flags = ROUTE_MAIN,
	  .uploads = UPLOADS_MAX, .upload_max = 20 << 20 },
	{ 0 },
};
