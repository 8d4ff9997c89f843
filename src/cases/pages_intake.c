/* Taking a case in: one page, form and papers side by side, saved at every press of a button. */
#include "cases/desk_intake.h"
#include "cases/earlier.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/upload.h"
#include "cases/view.h"

#include "print/print.h"
#include "text/template.h"
#include "web/view.h"

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* ---- loading ---- */

static bool is_token(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '2' && s.p[i] <= '9')))
			return false;
	return s.n == COUNTER_TOKEN;
}

enum err intake_object(struct request *request, const void **ret_object)
{
	struct object *object = ARENA_NEW(request->ctx.arena, struct object);
	struct counter_filing filing;
	str token = request_param(request, "token");
	if (!is_token(token))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such filing at the counter");
	enum err err = counter_load(&request->ctx, cases_of(request), token, &filing);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	object->organisation = err == OK ? filing.organisation
					 : desk_counter(request_principal(request));
	*ret_object = object;
	return OK;
}

enum err intake_load(struct request *request, struct intake *in)
{
	in->cases = cases_of(request);
	in->procedure = procedure_in_force(in->cases, in->filing.procedure, clock_business());
	in->form = in->procedure ? procedure_form(in->procedure, S("apply"), request->language) : NULL;
	if (!in->form)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	in->filing.version = in->procedure->id;
	in->env = desk_form_env(request);
	return OK;
}

str intake_path(struct request *request, const struct counter_filing *filing)
{
	struct arena *arena = request->ctx.arena;
	if (str_empty(filing->procedure))
		return arena_printf(arena, "/ban/nop?luot=%.*s", STR_ARG(filing->token));
	return arena_printf(arena, "/ban/nop/%.*s/%.*s", STR_ARG(filing->procedure),
			    STR_ARG(filing->token));
}

bool intake_visit(struct request *request, struct cases *cases, str token,
		  struct counter_filing *ret_filing)
{
	struct ctx quiet = request->ctx;
	if (!is_token(token) || counter_load(&quiet, cases, token, ret_filing) != OK)
		return false;
	struct object object = { .organisation = ret_filing->organisation };
	return may(cases->people, request_principal(request), ACT_CASE_FILE, &object);
}

/* A filing as it begins: nobody pressed anything yet, so nothing is kept. */
static void begin_filing(struct request *request, struct intake *in, str token, str visit, str ticket)
{
	struct counter_filing before;
	in->filing = (struct counter_filing){
		.token = token, .organisation = desk_counter(request_principal(request)),
		.account = request_principal(request)->account, .ticket = ticket,
		.procedure = request_param(request, "procedure"), .body = value_map(),
		.missing = value_list(),
	};
	if (!intake_visit(request, cases_of(request), visit, &before))
		return;
	in->filing.visit = before.visit;
	in->filing.ticket = before.ticket;
}

enum err intake_open(struct request *request, struct intake *in, bool may_begin)
{
	str token = request_param(request, "token");
	enum err err = counter_load(&request->ctx, cases_of(request), token, &in->filing);
	if (err == ERR_NOT_FOUND && may_begin)
		begin_filing(request, in, token, request_field(request, "luot"),
			     request_field(request, "phieu"));
	else
		TRY(err);
	return intake_load(request, in);
}

/* ---- the view ---- */

static struct value channel_item(struct request *request, const char *id, const char *label, bool on)
{
	struct arena *arena = request->ctx.arena;
	struct value item = value_map();
	value_append(arena, &item, S("id"), value_str(arena_printf(arena, "channel%s%s",
		strcmp(id, "direct") ? "-" : "", strcmp(id, "direct") ? id : "")));
	value_append(arena, &item, S("value"), value_str(str_z(id)));
	value_append(arena, &item, S("text"), view_text(request, label));
	value_append(arena, &item, S("note"), value_null());
	value_append(arena, &item, S("checked"), value_bool(on));
	return item;
}

static void channel_view(struct request *request, const struct intake *in, struct value *view)
{
	static const struct {
		const char *id, *label;
	} channels[] = {
		{ "direct", N_("At the counter") }, { "post", N_("By post") },
		{ "assisted", N_("Online, typed by the officer with the applicant's consent") },
	};
	struct arena *arena = request->ctx.arena;
	str chosen = value_text(value_get(in->filing.body, S("channel")));
	struct value field = value_map(), items = value_list();
	for (size_t i = 0; i < ARRAY_SIZE(channels); i++)
		value_push(arena, &items, channel_item(request, channels[i].id, channels[i].label,
			str_eq(chosen, str_z(channels[i].id)) || (str_empty(chosen) && i == 0)));
	value_append(arena, &field, S("id"), value_str(S("channel")));
	value_append(arena, &field, S("name"), value_str(S("channel")));
	value_append(arena, &field, S("legend"), view_text(request, "How it is filed"));
	value_append(arena, &field, S("large"), value_bool(false));
	value_append(arena, &field, S("inline"), value_bool(false));
	value_append(arena, &field, S("hint"), value_null());
	value_append(arena, &field, S("error"), value_null());
	value_append(arena, &field, S("items"), items);
	value_set(arena, view, S("channel"), field);
	value_set(arena, view, S("consent_error"), value_get(request->mistakes, S("consent")));
	value_set(arena, view, S("consented"),
		  value_bool(value_is_true(value_get(in->filing.body, S("consent")))));
}

static void person_fields(struct request *request, const struct intake *in, struct value *view)
{
	static const struct {
		const char *name, *key, *label;
	} fields[] = {
		{ "rep_name", "name", N_("Full name of who files for the applicant") },
		{ "rep_id", "id_number", N_("Their ID number") },
		{ "rep_paper", "paper", N_("Written authority: number, date, where certified") },
	};
	struct value person = value_get(in->filing.body, S("representative"));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		view_field(request, view, fields[i].name, ctx_text(&request->ctx, fields[i].label),
			   value_text(value_get(person, str_z(fields[i].key))));
	value_set(request->ctx.arena, view, S("represented"), value_bool(person.n > 0));
}

/* Who must sign before the officer: procedure.json's "signers". */
static void signers_view(struct request *request, const struct intake *in, struct value data,
			 struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value signers = value_get(in->procedure->body, S("signers")), list = value_list();
	struct value signed_by = value_get(in->filing.body, S("signed"));
	for (uint32_t i = 0; i < signers.n; i++) {
		struct value item = value_map();
		str code = value_text(value_get(signers.items[i], S("code")));
		str path = value_text(value_get(signers.items[i], S("name")));
		str id = arena_printf(arena, "signed-%.*s", STR_ARG(code));
		value_append(arena, &item, S("id"), value_str(id));
		value_append(arena, &item, S("title"), value_str(procedure_text(in->procedure,
			arena_printf(arena, "signers.%u.title", i), request->language)));
		value_append(arena, &item, S("name"), value_path(data, path));
		value_append(arena, &item, S("checked"),
			     value_bool(value_is_true(value_get(signed_by, code))));
		value_append(arena, &item, S("error"), value_get(request->mistakes, id));
		value_push(arena, &list, item);
	}
	value_set(arena, view, S("signers"), list);
}

static void count_papers(struct value papers, struct value *view, struct arena *arena)
{
	int64_t checked = 0, missing = 0;
	for (uint32_t i = 0; i < papers.n; i++) {
		bool lacks = value_is_true(value_get(papers.items[i], S("missing")));
		missing += lacks;
		checked += !lacks && (value_is_true(value_get(papers.items[i], S("original"))) ||
				      value_is_true(value_get(papers.items[i], S("copy"))) ||
				      value_is_true(value_get(papers.items[i], S("certified"))));
	}
	value_set(arena, view, S("papers"), papers);
	value_set(arena, view, S("n_papers"), value_int(papers.n));
	value_set(arena, view, S("n_checked"), value_int(checked));
	value_set(arena, view, S("n_missing"), value_int(missing));
}

static enum err phone_view(struct request *request, const struct intake *in, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value qr = value_map();
	html svg;
	value_set(arena, view, S("phone"), value_null());
	if (in->filing.phone_until < clock_business())
		return OK;
	str code = counter_phone_code(in->cases, arena, in->filing.token);
	str url = request_absolute(request, arena_printf(arena, "/nop/anh/%.*s-%.*s",
		STR_ARG(in->filing.token), STR_ARG(code)));
	TRY(print_qr_svg(&request->ctx, url,
			 str_z(ctx_text(&request->ctx, "Code that opens the page for photographs")), &svg));
	value_append(arena, &qr, S("svg"), value_html(svg));
	value_append(arena, &qr, S("url"), value_str(url));
	value_append(arena, &qr, S("text"),
		     view_text(request, "The applicant scans this code and photographs the papers"));
	value_set(arena, view, S("phone"), qr);
	return OK;
}

static enum err earlier_view(struct request *request, const struct intake *in, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value found, list = value_list();
	TRY(earlier_seen(&request->ctx, in->cases, request_principal(request),
			 in->filing.applicant_id, &found));
	for (uint32_t i = 0; i < found.n; i++) {
		struct value item = value_copy(arena, found.items[i]);
		str hash = value_text(value_get(item, S("hash")));
		bool taken = false;
		for (size_t p = 0; p < in->filing.n_papers; p++)
			taken = taken || str_eq(in->filing.papers[p].hash, hash);
		if (taken)
			continue;
		value_set(arena, &item, S("at"), view_time(&request->ctx, in->cases,
			  value_integer(value_get(item, S("at")), 0)));
		value_set(arena, &item, S("url"), value_str(request_link(request,
			  arena_printf(arena, "/ban/%.*s/tep/%.*s",
				       STR_ARG(value_text(value_get(item, S("code")))), STR_ARG(hash)))));
		value_push(arena, &list, item);
	}
	value_set(arena, view, S("earlier"), list);
	return OK;
}

static struct value paper_options(struct request *request, const struct intake *in)
{
	struct arena *arena = request->ctx.arena;
	struct value papers = value_get(in->procedure->body, S("papers")), options = value_list();
	struct value none = value_map();
	value_append(arena, &none, S("value"), value_str(S("")));
	value_append(arena, &none, S("text"), view_text(request, "Other paper"));
	for (uint32_t i = 0; i < papers.n; i++) {
		struct value option = value_map();
		value_append(arena, &option, S("value"), value_get(papers.items[i], S("code")));
		value_append(arena, &option, S("text"), value_str(procedure_text(in->procedure,
			arena_printf(arena, "papers.%u.title", i), request->language)));
		value_push(arena, &options, option);
	}
	value_push(arena, &options, none);
	return options;
}

static enum err papers_view(struct request *request, const struct intake *in, struct value data,
			    struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value ticked = value_get(in->filing.body, S("papers"));
	count_papers(desk_papers(request, in->procedure, data, ticked), view, arena);
	value_set(arena, view, S("paper_options"), paper_options(request, in));
	intake_arrived(request, in, view);
	TRY(phone_view(request, in, view));
	return earlier_view(request, in, view);
}

enum err intake_show(struct request *request, struct response *response, struct intake *in,
			    const struct form_show *show)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), visit = value_list(), desk;
	str action = intake_path(request, &in->filing);
	TRY(desk_navigation(request, in->cases->people, "/ban/nop", &desk));
	view_page(request, &view, procedure_text(in->procedure, S("title"), request->language));
	struct value errors = desk_errors(request, show->errors);
	value_set(arena, &view, S("errors"), errors);
	value_set(arena, &view, S("further"),
		  value_bool(!errors.n && str_starts(request_field(request, "act"), S("accept"))));
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("office"), value_str(organisation_name(
		  organisation_by_id(in->cases->people, in->filing.organisation), request->language)));
	value_set(arena, &view, S("form"), value_html(form_html(in->form, show, &in->env)));
	TRY(papers_view(request, in, show->data, &view));
	channel_view(request, in, &view);
	person_fields(request, in, &view);
	signers_view(request, in, show->data, &view);
	if (in->filing.visit)
		TRY(intake_visit_view(request, in->cases, &in->filing, &visit));
	value_set(arena, &view, S("visit"), visit);
	value_set(arena, &view, S("ticket"), value_str(in->filing.ticket));
	value_set(arena, &view, S("luot"), value_str(str_empty(request_query(request, "luot")) ?
		  request_field(request, "luot") : request_query(request, "luot")));
	value_set(arena, &view, S("note"), value_get(in->filing.body, S("note")));
	value_set(arena, &view, S("incomplete"), value_bool(in->filing.state == COUNTER_INCOMPLETE));
	value_set(arena, &view, S("remind_on"), value_str(date_format(arena, in->filing.remind_on ?
		  in->filing.remind_on : intake_remind())));
	value_set(arena, &view, S("scan_error"), value_get(request->mistakes, S("scan")));
	value_set(arena, &view, S("fresh"),
		  value_bool(in->filing.id == 0 && !in->filing.visit && !errors.n));
	value_set(arena, &view, S("action"), value_str(request_link(request, action)));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_private(response);
	response_view(response, "cases/desk_intake", view);
	if (errors.n)
		response_status(response, 422);
	return OK;
}

struct form_show intake_form(const struct intake *in, struct value data)
{
	return (struct form_show){ .page = FORM_ALL, .data = data,
				   .typed = value_get(in->filing.body, S("typed")) };
}

static enum err new_page(struct request *request, struct response *response)
{
	struct intake in = { 0 };
	struct counter_filing before;
	begin_filing(request, &in, counter_token(request->ctx.arena), request_query(request, "luot"),
		     request_query(request, "phieu"));
	TRY(intake_load(request, &in));
	struct value data = form_start(in.form, value_map(), &in.env);
	if (intake_visit(request, in.cases, request_query(request, "luot"), &before)) {
		intake_same_person(&in, &before, &data);
		in.filing.applicant_id = intake_applicant(&in, data, "id_number");
	}
	struct form_show show = intake_form(&in, data);
	return intake_show(request, response, &in, &show);
}

static enum err filing_page(struct request *request, struct response *response)
{
	struct intake in = { 0 };
	TRY(intake_open(request, &in, false));
	if (in.filing.state == COUNTER_TAKEN_IN) {
		response_redirect(response, arena_printf(request->ctx.arena, "/ban/%.*s",
							 STR_ARG(in.filing.case_code)));
		return OK;
	}
	if (in.filing.state == COUNTER_DROPPED)
		return fail(&request->ctx, ERR_NOT_FOUND, "This filing was given up");
	struct value data = form_start(in.form, value_get(in.filing.body, S("data")), &in.env);
	struct form_show show = intake_form(&in, data);
	return intake_show(request, response, &in, &show);
}

#define FILING "/ban/nop/{procedure}/{token}"

const struct route intake_routes[] = {
	{ WEB_GET, "/ban/nop/{procedure}", ACT_CASE_FILE, new_page, .flags = ROUTE_MAIN },
	{ WEB_GET, FILING, ACT_CASE_FILE, filing_page, .object = intake_object, .flags = ROUTE_MAIN },
	{ WEB_POST, FILING, ACT_CASE_FILE, intake_post, .object = intake_object, .flags = ROUTE_MAIN,
	  .uploads = UPLOADS_MAX, .upload_max = 20 << 20 },
	{ 0 },
};
