/* Filing online: one group of the form to a page, saved at every POST, check your answers, send. */
#include "cases/filing.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/upload.h"
#include "cases/view.h"

#include "print/print.h"
#include "text/markdown.h"
#include "text/template.h"
#include "web/view.h"

enum { LET_HOURS = 24 * DRAFT_DAYS, NEW_BURST = 20, NEW_PER_HOUR = 60, RESUME_BURST = 10 };

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

static html text_markup(struct arena *arena, str text)
{
	return markdown_html(arena, text, &(struct markdown_options){ .first_heading = 2 });
}

static struct form_env env_of(struct request *request)
{
	return (struct form_env){
		.ctx = &request->ctx, .now = clock_business(),
		.offset = calendar_zone(cases_calendar(cases_of(request))), .country = S("84"),
		.markdown = text_markup,
	};
}

str filing_path(struct request *request, const struct draft *draft, str last)
{
	return arena_printf(request->ctx.arena, "/nop/%.*s/%lld/%.*s", STR_ARG(draft->procedure),
			    (long long)draft->id, STR_ARG(last));
}

static str page_name(struct request *request, int page)
{
	return page == FORM_ALL ? S("kiem-tra") : arena_printf(request->ctx.arena, "%d", page + 1);
}

static const struct procedure *procedure_of(struct request *request)
{
	return procedure_in_force(cases_of(request), request_param(request, "code"),
				  clock_business());
}

/* ---- beginning ---- */

static bool takes_online(const struct procedure *procedure)
{
	struct value channels = value_get(procedure->body, S("channels"));
	for (uint32_t i = 0; i < channels.n; i++)
		if (str_eq(value_text(channels.items[i]), S("online")))
			return true;
	return false;
}

static enum err find_procedure(struct request *request, const struct procedure **ret_procedure)
{
	*ret_procedure = procedure_of(request);
	if (!*ret_procedure || !takes_online(*ret_procedure))
		return fail(&request->ctx, ERR_NOT_FOUND, "This procedure cannot be filed online");
	return OK;
}

static enum err start_view(struct request *request, struct response *response,
			   const struct procedure *procedure)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	str title = procedure_text(procedure, S("title"), request->language);
	str path = arena_printf(arena, "/nop/%.*s", STR_ARG(procedure->name));
	str chosen = request_field(request, "organisation");
	if (str_empty(chosen) && request->site.prefix.n)
		chosen = str_slice(request->site.prefix, sizeof "/phuong/" - 1,
				   request->site.prefix.n);
	struct value options = receivers_view(&request->ctx, cases_of(request), procedure, chosen);
	struct value none = value_map(), all = value_list();
	value_append(arena, &none, S("value"), value_str(S("")));
	value_append(arena, &none, S("text"), view_text(request, "Choose an office"));
	value_append(arena, &none, S("selected"), value_bool(str_empty(chosen)));
	value_push(arena, &all, none);
	for (uint32_t i = 0; i < options.n; i++)
		value_push(arena, &all, options.items[i]);
	view_page(request, &view, title);
	view_field(request, &view, "organisation",
		   ctx_text(&request->ctx, "Which office do you file with?"), chosen);
	view_field_set(request, &view, "organisation", "options", all);
	view_field_set(request, &view, "organisation", "hint",
		       value_str(procedure_text(procedure, S("where"), request->language)));
	view_field(request, &view, "resume", ctx_text(&request->ctx, "Draft code"),
		   request_field(request, "resume"));
	view_field_set(request, &view, "resume", "width", value_str(S("20")));
	value_set(arena, &view, S("procedure"),
		  procedure_view(&request->ctx, procedure, request->language));
	value_set(arena, &view, S("action"), value_str(request_link(request, path)));
	value_set(arena, &view, S("resume_action"),
		  value_str(request_link(request, S("/nop/tiep-tuc"))));
	value_set(arena, &view, S("back"), value_str(request_link(request,
		  arena_printf(arena, "/thu-tuc/%.*s", STR_ARG(procedure->name)))));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "cases/file_start", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err start_page(struct request *request, struct response *response)
{
	const struct procedure *procedure;
	TRY(find_procedure(request, &procedure));
	return start_view(request, response, procedure);
}

static enum err start_post(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	const struct procedure *procedure;
	struct draft draft;
	TRY(find_procedure(request, &procedure));
	const struct organisation *organisation =
		organisation_by_code(cases->people, request_field(request, "organisation"));
	if (!organisation)
		request_mistake(request, "organisation", "Choose the office that receives the case");
	if (request_has_mistakes(request))
		return start_view(request, response, procedure);
	str key = arena_printf(request->ctx.arena, "draft:%.*s", STR_ARG(request->client));
	if (!web_rate_take(request->web, key, NEW_BURST, NEW_PER_HOUR))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	TRY(draft_new(&request->ctx, cases, procedure, organisation->id, &draft));
	const struct form *form = procedure_form(procedure, S("apply"), request->language);
	struct form_env env = env_of(request);
	if (!form)
		return fail(&request->ctx, ERR_NOT_FOUND, "This procedure cannot be filed online");
	draft.data = form_start(form, value_map(), &env);
	TRY(draft_save(&request->ctx, cases, &draft, NULL, 0));
	people_let_draft(cases->people, response, draft.id, LET_HOURS);
	int first = form_page_next(form, -1, draft.data, &env);
	response_redirect(response, filing_path(request, &draft, page_name(request, first)));
	return OK;
}

static enum err resume_post(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct draft draft;
	int64_t id;
	str key = arena_printf(request->ctx.arena, "resume:%.*s", STR_ARG(request->client));
	if (!web_rate_take(request->web, key, RESUME_BURST, NEW_PER_HOUR))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	enum err err = draft_find(&request->ctx, cases, request_field(request, "resume"), &id);
	if (err == OK)
		err = draft_load(&request->ctx, cases, id, &draft);
	const struct procedure *procedure =
		procedure_in_force(cases, request_field(request, "procedure"), clock_business());
	if (err == ERR_NOT_FOUND && procedure && takes_online(procedure)) {
		request_mistake(request, "resume", "%.*s", STR_ARG(request->ctx.fault.message));
		return start_view(request, response, procedure);
	}
	TRY(err);
	people_let_draft(cases->people, response, id, LET_HOURS);
	response_redirect(response, filing_path(request, &draft, page_name(request, (int)draft.page)));
	return OK;
}

/* ---- one draft ---- */

enum err filing_object(struct request *request, const void **ret_object)
{
	struct object *object = ARENA_NEW(request->ctx.arena, struct object);
	if (!id_parse(request_param(request, "draft"), &object->draft_id))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such draft");
	*ret_object = object;
	return OK;
}

enum err filing_load(struct request *request, struct filing *f)
{
	const struct object *object = request->object;
	TRY(draft_load(&request->ctx, cases_of(request), object->draft_id, &f->draft));
	f->procedure = procedure_by_id(cases_of(request), f->draft.version);
	/* A newer version in force: what was typed is kept and asked again by its form. */
	const struct procedure *now =
		procedure_in_force(cases_of(request), f->draft.procedure, clock_business());
	if (now)
		f->procedure = now;
	f->form = f->procedure ? procedure_form(f->procedure, S("apply"), request->language) : NULL;
	if (!f->form)
		return fail(&request->ctx, ERR_NOT_FOUND, "This procedure cannot be filed online");
	f->env = env_of(request);
	return OK;
}

str filing_applicant(const struct filing *f, const char *which)
{
	struct value paths = value_get(f->procedure->body, S("applicant"));
	str path = value_text(value_get(paths, str_z(which)));
	return str_empty(path) ? S("") : value_text(value_path(f->draft.data, path));
}

static struct value progress_view(struct request *request, struct filing *f, int page)
{
	struct arena *arena = request->ctx.arena;
	struct value pages = form_pages(f->form, f->draft.data, &f->env), list = value_list();
	for (uint32_t i = 0; i < pages.n; i++) {
		struct value item = value_map();
		int index = (int)value_integer(value_get(pages.items[i], S("index")), 0);
		if (!value_is_true(value_get(pages.items[i], S("visible"))))
			continue;
		value_append(arena, &item, S("title"), value_get(pages.items[i], S("title")));
		value_append(arena, &item, S("url"), value_str(request_link(request,
			     filing_path(request, &f->draft, page_name(request, index)))));
		value_append(arena, &item, S("current"), value_bool(index == page));
		value_append(arena, &item, S("done"), value_get(pages.items[i], S("filled")));
		value_push(arena, &list, item);
	}
	return list;
}

struct value filing_view(struct request *request, struct filing *f, int page, str title)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	view_page(request, &view, title);
	value_set(arena, &view, S("procedure"), value_str(procedure_text(f->procedure, S("title"),
		  request->language)));
	value_set(arena, &view, S("pages"), progress_view(request, f, page));
	value_set(arena, &view, S("draft_code"),
		  value_str(draft_code(cases_of(request), arena, f->draft.id)));
	value_set(arena, &view, S("keep_days"), value_int(DRAFT_DAYS));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	return view;
}

static enum err read_page(struct request *request, struct filing *f, int *ret_page)
{
	int64_t page;
	if (!str_int(request_param(request, "page"), 1, (int64_t)form_page_count(f->form), &page))
		return fail(&request->ctx, ERR_NOT_FOUND, "This form has no such page");
	*ret_page = (int)page - 1;
	return OK;
}

static str page_title(struct request *request, struct filing *f, int page)
{
	struct value pages = form_pages(f->form, f->draft.data, &f->env);
	str title = value_text(value_get(value_item(pages, (size_t)page), S("title")));
	(void)request;
	return str_empty(title) ? procedure_text(f->procedure, S("title"), request->language) : title;
}

/* Form errors as the shell's error summary wants them. */
static struct value error_list(struct request *request, struct value errors)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list(), own = view_errors(request);
	for (uint32_t i = 0; i < own.n; i++)
		value_push(arena, &list, own.items[i]);
	for (uint32_t i = 0; errors.kind == VALUE_LIST && i < errors.n; i++) {
		struct value item = value_map();
		str anchor = value_text(value_get(errors.items[i], S("anchor")));
		value_append(arena, &item, S("text"), value_get(errors.items[i], S("message")));
		value_append(arena, &item, S("href"),
			     value_str(arena_printf(arena, "#%.*s", STR_ARG(anchor))));
		value_push(arena, &list, item);
	}
	return list;
}

static enum err show_page(struct request *request, struct response *response, struct filing *f,
			  int page, const struct form_result *result)
{
	struct arena *arena = request->ctx.arena;
	struct form_show show = { .page = page, .data = f->draft.data };
	str file_base = arena_printf(arena, "/nop/%.*s/%lld/tep/", STR_ARG(f->draft.procedure),
				     (long long)f->draft.id);
	if (result) {
		show.errors = result->errors;
		show.typed = result->typed;
	}
	show.file_base = request_link(request, file_base);
	struct value view = filing_view(request, f, page, page_title(request, f, page));
	int before = form_page_previous(f->form, page, f->draft.data, &f->env);
	str back = before == FORM_ALL ? arena_printf(arena, "/nop/%.*s", STR_ARG(f->draft.procedure))
				      : filing_path(request, &f->draft, page_name(request, before));
	struct value errors = error_list(request, show.errors);
	value_set(arena, &view, S("errors"), errors);
	value_set(arena, &view, S("further"),
		  value_bool(result && !errors.n && result->action == FORM_SUBMIT));
	value_set(arena, &view, S("back"), value_str(request_link(request, back)));
	value_set(arena, &view, S("form"), value_html(form_html(f->form, &show, &f->env)));
	value_set(arena, &view, S("action"), value_str(request->target));
	value_set(arena, &view, S("files"), value_bool(form_has_files(f->form)));
	value_set(arena, &view, S("asks_papers"), value_bool(filing_asks_papers(f, page)));
	response_view(response, "cases/file_page", view);
	if (errors.n)
		response_status(response, 422);
	return OK;
}

static enum err filing_page(struct request *request, struct response *response)
{
	struct filing f;
	int page;
	TRY(filing_load(request, &f));
	if (f.draft.case_id) {
		response_redirect(response, arena_printf(request->ctx.arena, "/nop/da-gui/%.*s",
							 STR_ARG(f.draft.case_code)));
		return OK;
	}
	TRY(read_page(request, &f, &page));
	return show_page(request, response, &f, page, NULL);
}

static enum err filing_post(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct form_result result;
	struct stored_files files;
	struct value posted;
	struct filing f;
	int page;
	TRY(filing_load(request, &f));
	TRY(read_page(request, &f, &page));
	TRY(upload_posted(request, cases, &posted, &files));
	str before = filing_applicant(&f, "id_number");
	form_read(f.form, page, posted, f.draft.data, &f.env, &result);
	f.draft.data = result.data;
	if (!str_eq(before, filing_applicant(&f, "id_number")) && filing_drop_earlier(&f))
		response_flash(response, "info", "The identity number changed, so the papers of earlier"
			       " cases were taken out again");
	bool good = result.action == FORM_SUBMIT && result.errors.n == 0 &&
		    !request_has_mistakes(request);
	int next = good ? form_page_next(f.form, page, f.draft.data, &f.env) : page;
	f.draft.page = next;
	TRY(draft_save(&request->ctx, cases, &f.draft, files.items, files.n));
	if (str_eq(request_field(request, "next"), S("earlier")) && !request_has_mistakes(request)) {
		response_redirect(response, arena_printf(request->ctx.arena, "%.*s?trang=%d",
			STR_ARG(filing_path(request, &f.draft, S("giay-to-da-nop"))), page + 1));
		return OK;
	}
	if (result.action == FORM_CHANGE && !request_has_mistakes(request)) {
		str here = filing_path(request, &f.draft, page_name(request, page));
		response_redirect(response, str_empty(result.anchor) ? here :
			arena_printf(request->ctx.arena, "%.*s#%.*s", STR_ARG(here),
				     STR_ARG(result.anchor)));
		return OK;
	}
	if (!good) {
		upload_forgive_unasked(&f.env, f.form, posted, &result);
		return show_page(request, response, &f, page, &result);
	}
	if (str_eq(request_field(request, "next"), S("check")))
		next = FORM_ALL;
	response_redirect(response, filing_path(request, &f.draft, page_name(request, next)));
	return OK;
}

/* ---- check your answers ---- */

static enum err if_accepted_now(struct request *request, const struct procedure *procedure,
				struct value *view)
{
	struct cases *cases = cases_of(request);
	struct case_file c = { .version = procedure->id };
	struct calendar_due due;
	TRY(case_due(&request->ctx, cases, &c, clock_business(), &due));
	value_set(request->ctx.arena, view, S("due_at"), view_time(&request->ctx, cases, due.at));
	value_set(request->ctx.arena, view, S("due_reason"),
		  value_str(due_sentence(&request->ctx, cases, &due)));
	return OK;
}

static enum err show_check(struct request *request, struct response *response, struct filing *f,
			   struct value errors)
{
	struct arena *arena = request->ctx.arena;
	str base = request_link(request, filing_path(request, &f->draft, S("")));
	str files = arena_printf(arena, "%.*step/", STR_ARG(base));
	str title = str_z(ctx_text(&request->ctx, "Check your answers"));
	struct value view = filing_view(request, f, FORM_ALL, title), list = value_list();
	for (uint32_t i = 0; errors.kind == VALUE_LIST && i < errors.n; i++) {
		struct value item = value_map();
		int page = (int)value_integer(value_get(errors.items[i], S("page")), 0);
		str anchor = value_text(value_get(errors.items[i], S("anchor")));
		value_append(arena, &item, S("text"), value_get(errors.items[i], S("message")));
		value_append(arena, &item, S("href"),
			     value_str(arena_printf(arena, "%.*s%d#%.*s", STR_ARG(base), page + 1,
						    STR_ARG(anchor))));
		value_push(arena, &list, item);
	}
	const struct organisation *organisation =
		organisation_by_id(cases_of(request)->people, f->draft.organisation);
	value_set(arena, &view, S("errors"), list);
	value_set(arena, &view, S("office"),
		  value_str(organisation_name(organisation, request->language)));
	value_set(arena, &view, S("summary"), value_html(form_summary_html(f->form, f->draft.data,
		  base, files, &f->env)));
	value_set(arena, &view, S("action"),
		  value_str(request_link(request, filing_path(request, &f->draft, S("gui")))));
	TRY(if_accepted_now(request, f->procedure, &view));
	response_view(response, "cases/file_check", view);
	if (list.n)
		response_status(response, 422);
	return OK;
}

static enum err check_page(struct request *request, struct response *response)
{
	struct filing f;
	TRY(filing_load(request, &f));
	return show_check(request, response, &f, value_null());
}

static enum err send_post(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct form_result result;
	struct case_result done;
	struct attachment *attachments;
	struct filing f;
	size_t n;
	TRY(filing_load(request, &f));
	if (f.draft.case_id) {
		/* A second press of the button: the case is there, nothing happens twice. */
		response_redirect(response, arena_printf(request->ctx.arena, "/nop/da-gui/%.*s",
							 STR_ARG(f.draft.case_code)));
		return OK;
	}
	form_check(f.form, f.draft.data, &f.env, &result);
	if (result.errors.n)
		return show_check(request, response, &f, result.errors);
	upload_attachments(request->ctx.arena, result.submission, &attachments, &n);
	struct actor who = { .principal = request_principal(request) };
	struct submission submission = {
		.procedure = f.draft.procedure, .organisation = f.draft.organisation,
		.channel = CHANNEL_ONLINE, .data = result.submission, .draft = f.draft.id,
		.applicant = filing_applicant(&f, "name"), .applicant_id = filing_applicant(&f, "id_number"),
		.phone = filing_applicant(&f, "phone"), .email = filing_applicant(&f, "email"),
		.address = filing_applicant(&f, "address"), .attachments = attachments,
		.n_attachments = n,
	};
	filing_reuse(&f, result.submission, &submission);
	TRY(case_submit(&request->ctx, cases, &who, &submission, &done));
	people_let_case(cases->people, response, done.id, 24);
	response_redirect(response, arena_printf(request->ctx.arena, "/nop/da-gui/%.*s",
						 STR_ARG(done.code)));
	return OK;
}

/* ---- sent ---- */

struct sent {
	str code;
	struct case_file c;
	struct object *object;
};

static enum err read_sent(struct ctx *ctx, struct db *db, void *arg)
{
	struct sent *sent = arg;
	TRY(case_load(ctx, db, sent->code, &sent->c));
	return case_object(ctx, db, &sent->c, sent->object);
}

static enum err case_of_code(struct request *request, const void **ret_object)
{
	struct sent sent = { .code = request_param(request, "code"),
			     .object = ARENA_NEW(request->ctx.arena, struct object) };
	TRY(store_read(&request->ctx, cases_store(cases_of(request)), read_sent, &sent));
	*ret_object = sent.object;
	return OK;
}

static enum err sent_page(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct ctx *ctx = &request->ctx;
	struct object object;
	struct sent sent = { .code = request_param(request, "code"), .object = &object };
	struct value view = value_map(), confirmation = value_map(), qr = value_map();
	html svg;
	TRY(store_read(ctx, cases->store, read_sent, &sent));
	const struct procedure *procedure = case_procedure(cases, &sent.c);
	str pin = case_pin(cases, ctx->arena, sent.code);
	str url = request_absolute(request, arena_printf(ctx->arena, "/tra-cuu?ma=%.*s&pin=%.*s",
							  STR_ARG(sent.code), STR_ARG(pin)));
	TRY(print_qr_svg(ctx, url, str_z(ctx_text(ctx, "Code that opens the tracking page")), &svg));
	view_page(request, &view, str_z(ctx_text(ctx, "Your case was sent")));
	value_append(ctx->arena, &confirmation, S("title"),
		     view_text(request, "Your case was sent"));
	value_append(ctx->arena, &confirmation, S("code"), value_str(sent.code));
	value_append(ctx->arena, &confirmation, S("pin"), value_str(pin));
	value_append(ctx->arena, &confirmation, S("text"), value_null());
	value_append(ctx->arena, &qr, S("svg"), value_html(svg));
	value_append(ctx->arena, &qr, S("url"), value_str(url));
	value_append(ctx->arena, &qr, S("text"),
		     view_text(request, "Scan with a telephone to follow your case"));
	value_set(ctx->arena, &view, S("confirmation"), confirmation);
	value_set(ctx->arena, &view, S("qr"), qr);
	value_set(ctx->arena, &view, S("case"), case_public_view(ctx, cases, &sent.c));
	value_set(ctx->arena, &view, S("phone"), value_str(sent.c.phone));
	value_set(ctx->arena, &view, S("email"), value_str(sent.c.email));
	value_set(ctx->arena, &view, S("track_url"), value_str(request_link(request,
		  arena_printf(ctx->arena, "/tra-cuu/%.*s", STR_ARG(sent.code)))));
	if (!sent.c.accepted_at && procedure)
		TRY(if_accepted_now(request, procedure, &view));
	response_view(response, "cases/file_sent", view);
	return OK;
}

/* ---- a file of the draft ---- */

static enum err file_page(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct attachment *attachments;
	struct filing f;
	size_t n;
	TRY(filing_load(request, &f));
	upload_attachments(request->ctx.arena, f.draft.data, &attachments, &n);
	for (size_t i = 0; i < n; i++) {
		str bytes;
		if (!str_eq(attachments[i].hash, request_param(request, "hash")))
			continue;
		TRY(file_read(&request->ctx, cases->store, attachments[i].hash, 0,
			      attachments[i].size, &bytes));
		response_bytes(response, attachments[i].type, bytes);
		return OK;
	}
	return fail(&request->ctx, ERR_NOT_FOUND, "There is no such file");
}

#define DRAFT "/nop/{code}/{draft}"

const struct route filing_routes[] = {
	{ WEB_GET, "/nop/{code}", PERM_PUBLIC, start_page },
	{ WEB_POST, "/nop/{code}", PERM_PUBLIC, start_post },
	{ WEB_POST, "/nop/tiep-tuc", PERM_PUBLIC, resume_post },
	{ WEB_GET, "/nop/da-gui/{code}", ACT_TRACK, sent_page, .object = case_of_code,
	  .ask = "/tra-cuu/{code}" },
	{ WEB_GET, DRAFT "/kiem-tra", ACT_DRAFT, check_page, .object = filing_object,
	  .ask = "/nop/{code}" },
	{ WEB_POST, DRAFT "/gui", ACT_DRAFT, send_post, .object = filing_object },
	{ WEB_GET, DRAFT "/tep/{hash}", ACT_DRAFT, file_page, .object = filing_object,
	  .ask = "/nop/{code}" },
	{ WEB_GET, DRAFT "/{page}", ACT_DRAFT, filing_page, .object = filing_object,
	  .ask = "/nop/{code}" },
	{ WEB_POST, DRAFT "/{page}", ACT_DRAFT, filing_post, .object = filing_object,
	  .uploads = UPLOADS_MAX, .upload_max = 20 << 20 },
	{ 0 },
};
