/* Results and corrections of a case, stopping and re-opening it; the list of cases that will be late. */
#include "cases/case_page.h"
#include "cases/desk.h"
#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/upload.h"
#include "cases/view.h"

#include "text/template.h"
#include "web/view.h"

struct looked {
	struct case_page page;
	struct value endings;
};

static enum err read_looked(struct ctx *ctx, struct db *db, void *arg)
{
	struct looked *o = arg;
	return endings_view(ctx, o->page.cases, db, &o->page.c, o->page.sees_all, &o->endings);
}

static enum err look(struct request *request, struct looked *o)
{
	*o = (struct looked){ 0 };
	TRY(case_page_open(request, request->state, &o->page));
	return store_read(&request->ctx, o->page.cases->store, read_looked, o);
}

static bool can(struct request *request, const struct looked *o, enum act act)
{
	return may(o->page.cases->people, o->page.principal, act, request->object);
}

/* Each row says of its state by name: "valid": true. */
static struct value with_states(struct arena *arena, struct value list)
{
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++) {
		str state = value_text(value_get(list.items[i], S("state")));
		struct value is = value_map();
		value_append(arena, &is, state, value_bool(true));
		value_set(arena, &list.items[i], S("is"), is);
	}
	return list;
}

static void name_results(struct request *request, const struct looked *o, struct value results)
{
	struct arena *arena = request->ctx.arena;
	for (uint32_t i = 0; i < results.n; i++)
		value_set(arena, &results.items[i], S("title"), value_str(result_title(&request->ctx,
			  o->page.cases, o->page.procedure,
			  value_text(value_get(results.items[i], S("kind"))))));
}

static enum err results_view(struct request *request, struct response *response, struct looked *o)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), results = value_get(o->endings, S("results"));
	int64_t status = o->page.c.status;
	bool closed = status == CASE_NOT_ACCEPTED || status == CASE_WITHDRAWN ||
		      status == CASE_STOPPED || status == CASE_DONE || status == CASE_RETURNED;
	bool signs = can(request, o, ACT_CASE_SIGN);
	TRY(case_shell(request, &o->page, "ket-qua", &view));
	name_results(request, o, results);
	value_set(arena, &view, S("results"), with_states(arena, results));
	value_set(arena, &view, S("slip"), value_str(request_link(request, arena_printf(arena,
		  "/ban/hai-long/%.*s", STR_ARG(o->page.code)))));
	value_set(arena, &view, S("deliveries"),
		  with_states(arena, value_get(o->endings, S("deliveries"))));
	value_set(arena, &view, S("corrections"),
		  with_states(arena, value_get(o->endings, S("corrections"))));
	value_set(arena, &view, S("errors"), view_errors(request));
	value_set(arena, &view, S("may_sign"), value_bool(signs));
	value_set(arena, &view, S("may_return"), value_bool(can(request, o, ACT_CASE_RETURN)));
	value_set(arena, &view, S("may_correct"),
		  value_bool(o->page.c.accepted_at && can(request, o, ACT_CASE_CORRECT)));
	value_set(arena, &view, S("may_stop"),
		  value_bool(signs && !closed && o->page.c.accepted_at));
	value_set(arena, &view, S("may_reopen"), value_bool(signs && closed));
	view_field(request, &view, "stop", ctx_text(&request->ctx, "Why (the applicant reads it)"),
		   request_field(request, "stop"));
	view_field_set(request, &view, "stop", "rows", value_int(3));
	view_field(request, &view, "reopen", ctx_text(&request->ctx, "Why (the applicant reads it)"),
		   request_field(request, "reopen"));
	view_field_set(request, &view, "reopen", "rows", value_int(3));
	response_view(response, "cases/case_results", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err results_page(struct request *request, struct response *response)
{
	struct looked o;
	TRY(look(request, &o));
	return results_view(request, response, &o);
}

/* ---- acts ---- */

/* Wrong input stands beside its field; a conflict is the dispatcher's, with who was faster. */
static enum err settled(struct request *request, struct response *response, enum err err,
			const char *field, const char *msgid)
{
	struct looked o;
	if (err == ERR_INVALID) {
		request_mistake(request, field, "%.*s", STR_ARG(request->ctx.fault.message));
		TRY(look(request, &o));
		return results_view(request, response, &o);
	}
	TRY(err);
	response_flash(response, "success", "%s", ctx_text(&request->ctx, msgid));
	response_redirect(response, arena_printf(request->ctx.arena, "%.*s/ket-qua",
						 STR_ARG(case_page_path(request))));
	return OK;
}

static struct actor actor_of(struct request *request, const char *reason)
{
	return (struct actor){ .principal = request_principal(request),
			       .reason = str_trim(request_field(request, reason)) };
}

static enum err id_of(struct request *request, int64_t *ret_id)
{
	return id_parse(request_param(request, "id"), ret_id) ? OK :
		fail(&request->ctx, ERR_NOT_FOUND, "There is nothing at this address");
}

static enum err stop_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request, "stop");
	return settled(request, response,
		       case_stop(&request->ctx, request->state, &who, request_param(request, "code")),
		       "stop", N_("The case was stopped, and the notice was made"));
}

static enum err reopen_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request, "reopen");
	return settled(request, response,
		       case_reopen(&request->ctx, request->state, &who, request_param(request, "code")),
		       "reopen", N_("The case is open again"));
}

static enum err revoke_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request, "reason");
	int64_t id;
	TRY(id_of(request, &id));
	return settled(request, response,
		       case_revoke(&request->ctx, request->state, &who,
				   request_param(request, "code"), id,
				   request_field(request, "decision")),
		       "decision", N_("The result was revoked"));
}

static enum err received_post(struct request *request, struct response *response)
{
	struct actor who = { .principal = request_principal(request) };
	int64_t id;
	TRY(id_of(request, &id));
	return settled(request, response,
		       case_received(&request->ctx, request->state, &who,
				     request_param(request, "code"), id),
		       "delivery", N_("What was sent by post has arrived"));
}

static enum err settle_post(struct request *request, struct response *response)
{
	struct actor who = { .principal = request_principal(request) };
	bool approve = str_eq(request_field(request, "answer"), S("yes"));
	int64_t id;
	TRY(id_of(request, &id));
	return settled(request, response,
		       case_settle_correction(&request->ctx, request->state, &who,
					      request_param(request, "code"), id, approve,
					      request_field(request, "declined")),
		       "declined", approve ? N_("Corrected: a new version was made")
					   : N_("The correction was declined"));
}

/* ---- asking for a correction: first what, then how ---- */

struct correcting {
	struct looked o;
	const struct form *form;
	struct form_env env;
	struct value paths;
	struct form_result read;
	bool was_read;
};

static struct value field_paths(struct request *request)
{
	enum { MOST = 40 };
	struct value paths = value_list();
	const struct pairs *asked =
		request->method == WEB_GET ? &request->query : &request->fields;
	for (size_t i = 0; i < asked->n && paths.n < MOST; i++)
		if (str_eq(asked->items[i].name, S("muc")))
			value_push(request->ctx.arena, &paths, value_str(asked->items[i].text));
	return paths;
}

static enum err open_correcting(struct request *request, struct correcting *c)
{
	*c = (struct correcting){ 0 };
	TRY(look(request, &c->o));
	c->form = procedure_form(c->o.page.procedure, S("apply"), request->language);
	c->paths = field_paths(request);
	c->env = desk_form_env(request);
	c->env.only = c->paths;
	return c->form ? OK : fail(&request->ctx, ERR_NOT_FOUND, "There is no such form");
}

static struct value target_field(struct request *request)
{
	static const struct {
		const char *value, *text;
	} targets[] = { { "receipt", N_("The receipt") }, { "result", N_("The result") } };
	struct arena *arena = request->ctx.arena;
	struct value items = value_list();
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct value item = value_map();
		bool chosen = str_eq(request_field(request, "target"), str_z(targets[i].value));
		value_append(arena, &item, S("id"), value_str(i ? S("target-1") : S("target")));
		value_append(arena, &item, S("value"), value_str(str_z(targets[i].value)));
		value_append(arena, &item, S("text"), view_text(request, targets[i].text));
		value_append(arena, &item, S("note"), value_null());
		value_append(arena, &item, S("checked"), value_bool(chosen));
		value_push(arena, &items, item);
	}
	return items;
}

static void put_fields(struct request *request, struct value *view)
{
	struct ctx *ctx = &request->ctx;
	view_field(request, view, "target", ctx_text(ctx, "What is to be corrected"), S(""));
	view_field_set(request, view, "target", "legend",
		       view_text(request, "What is to be corrected"));
	view_field_set(request, view, "target", "inline", value_bool(true));
	view_field_set(request, view, "target", "items", target_field(request));
	view_field(request, view, "requester", ctx_text(ctx, "Who asks for it"),
		   request_field(request, "requester"));
	view_field(request, view, "reason", ctx_text(ctx, "Why it must be corrected"),
		   request_field(request, "reason"));
	view_field_set(request, view, "reason", "rows", value_int(2));
	view_field(request, view, "evidence", ctx_text(ctx, "Proof (PDF, JPEG or PNG)"), S(""));
}

static enum err correcting_view(struct request *request, struct response *response,
				struct correcting *c)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	struct form_show show = { .page = FORM_ALL };
	TRY(case_shell(request, &c->o.page, "ket-qua", &view));
	value_set(arena, &view, S("pages"), form_fields(&request->ctx, c->o.page.procedure,
							c->o.page.c.data, request->language));
	value_set(arena, &view, S("chosen"), c->paths);
	value_set(arena, &view, S("form"), value_null());
	if (c->paths.n) {
		show.data = c->was_read ? c->read.data
					: form_start(c->form, c->o.page.c.data, &c->env);
		if (c->was_read) {
			show.errors = c->read.errors;
			show.typed = c->read.typed;
		}
		value_set(arena, &view, S("form"), value_html(form_html(c->form, &show, &c->env)));
	}
	put_fields(request, &view);
	struct value errors = desk_errors(request, c->was_read ? c->read.errors : value_null());
	value_set(arena, &view, S("errors"), errors);
	response_view(response, "cases/case_correct", view);
	if (errors.n)
		response_status(response, 422);
	return OK;
}

static enum err correct_page(struct request *request, struct response *response)
{
	struct correcting c;
	TRY(open_correcting(request, &c));
	return correcting_view(request, response, &c);
}

static void check_words(struct request *request, size_t n_files)
{
	if (str_empty(request_field(request, "target")))
		request_mistake(request, "target", "Choose what is to be corrected");
	if (str_empty(str_trim(request_field(request, "requester"))))
		request_mistake(request, "requester", "Enter who asks for the correction");
	if (str_empty(str_trim(request_field(request, "reason"))))
		request_mistake(request, "reason", "Say why it must be corrected");
	if (!n_files)
		request_mistake(request, "evidence", "Add a file that proves what is right");
}

static enum err correct_post(struct request *request, struct response *response)
{
	struct actor who = { .principal = request_principal(request) };
	struct stored_files files;
	struct attachment *evidence;
	struct value posted, holder = value_map();
	struct correcting c;
	struct correction asked = { .target = request_field(request, "target"),
				    .requester = request_field(request, "requester"),
				    .reason = request_field(request, "reason") };
	TRY(open_correcting(request, &c));
	TRY(upload_posted(request, c.o.page.cases, &posted, &files));
	form_read(c.form, FORM_ALL, posted, form_start(c.form, c.o.page.c.data, &c.env), &c.env, &c.read);
	c.was_read = true;
	check_words(request, files.n);
	if (c.read.action == FORM_CHANGE || c.read.errors.n || request_has_mistakes(request))
		return correcting_view(request, response, &c);
	value_append(request->ctx.arena, &holder, S("correction"),
		     value_get(posted, S("evidence")));
	upload_attachments(request->ctx.arena, holder, &evidence, &asked.n_evidence);
	asked.evidence = evidence;
	asked.data = data_at(request->ctx.arena, c.o.page.c.data, c.read.data, c.paths);
	enum err err = case_ask_correction(&request->ctx, c.o.page.cases, &who, c.o.page.code, &asked);
	if (err == ERR_INVALID) {
		request_mistake(request, "reason", "%.*s", STR_ARG(request->ctx.fault.message));
		return correcting_view(request, response, &c);
	}
	return settled(request, response, err, "reason",
		       N_("The correction waits for somebody else's approval"));
}

/* ---- cases that will be late ---- */

enum { LATE_MOST = 100 };

/* The id of a field of one case's form: "new_date-000_02_15_H17-150126-0001". */
static const char *late_field_id(struct request *request, const char *name, str code)
{
	struct buf id = { .arena = request->ctx.arena };
	buf_printf(&id, "%s-", name);
	for (size_t i = 0; i < code.n; i++)
		buf_str(&id, code.p[i] == '.' ? S("_") : str_slice(code, i, i + 1));
	return buf_z(&id);
}

/* What was typed for this case, where the form was its own; else what is proposed. */
static void put_late_field(struct request *request, struct value *row, const char *name, str code,
			   str proposed)
{
	struct arena *arena = request->ctx.arena;
	const char *id = late_field_id(request, name, code);
	bool sent = str_eq(request_field(request, "code"), code);
	struct value field = value_map();
	value_append(arena, &field, S("id"), value_str(str_z(id)));
	value_append(arena, &field, S("value"),
		     value_str(sent ? request_field(request, name) : proposed));
	value_append(arena, &field, S("error"), value_get(request->mistakes, str_z(id)));
	value_append(arena, row, str_z(name), field);
}

static struct value late_row(struct request *request, struct cases *cases,
			     const struct late_case *item, usec now)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value row = value_map();
	struct object object = { .organisation = item->c.organisation, .case_id = item->c.id };
	const struct procedure *procedure = case_procedure(cases, &item->c);
	int zone = calendar_zone(cases_calendar(cases));
	str url = arena_printf(arena, "/ban/%.*s", STR_ARG(item->c.code));
	str ready = S("Hồ sơ cần thêm thời gian xác minh.");
	value_append(arena, &row, S("code"), value_str(item->c.code));
	value_append(arena, &row, S("id"), value_str(id_text(arena, item->c.id)));
	value_append(arena, &row, S("url"), value_str(request_link(request, url)));
	value_append(arena, &row, S("title"), value_str(procedure
		? procedure_text(procedure, S("title"), request->language) : S("")));
	value_append(arena, &row, S("subject"), value_str(item->c.subject));
	value_append(arena, &row, S("due_at"), view_time(ctx, cases, item->c.due_at));
	value_append(arena, &row, S("send_by"), view_time(ctx, cases, item->send_by));
	value_append(arena, &row, S("missed"), value_bool(now > item->send_by));
	value_append(arena, &row, S("prepared"), value_bool(item->prepared));
	value_append(arena, &row, S("prepared_by"), value_str(item->prepared_by));
	put_late_field(request, &row, "reason", item->c.code, item->prepared ? item->reason : ready);
	put_late_field(request, &row, "new_date", item->c.code,
		       str_slice(time_format(arena, item->new_due_at, zone), 0, 10));
	value_append(arena, &row, S("may_sign"), value_bool(
		may(cases->people, request_principal(request), ACT_CASE_SIGN, &object)));
	return row;
}

static enum err late_view(struct request *request, struct response *response)
{
	struct cases *cases = request->state;
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), rows = value_list(), desk;
	struct late_case *items;
	size_t n;
	TRY(late_cases(&request->ctx, cases, request_principal(request), LATE_MOST, &items, &n));
	for (size_t i = 0; i < n; i++)
		value_push(arena, &rows, late_row(request, cases, &items[i], clock_business()));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Cases that will be late")));
	TRY(desk_navigation(request, cases->people, "/ban/sap-tre", &desk));
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("rows"), rows);
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	value_set(arena, &view, S("action"), value_str(request_link(request, S("/ban/sap-tre"))));
	value_set(arena, &view, S("errors"), view_errors(request));
	response_view(response, "cases/late_letters", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err late_page(struct request *request, struct response *response)
{
	return late_view(request, response);
}

/* One press keeps the draft, the other confirms it: the command asks who may. */
static enum err late_post(struct request *request, struct response *response)
{
	struct cases *cases = request->state;
	struct actor who = actor_of(request, "reason");
	str code = request_field(request, "code");
	bool confirm = str_eq(request_field(request, "do"), S("confirm"));
	int64_t day;
	if (!date_parse(request_field(request, "new_date"), &day)) {
		request_mistake(request, late_field_id(request, "new_date", code),
				"Enter the new date, for example 2015-02-09");
		return late_view(request, response);
	}
	usec at = day * USEC_DAY + 17 * USEC_HOUR -
		  calendar_zone(cases_calendar(cases)) * USEC_MINUTE;
	enum err err = confirm ? case_apologise(&request->ctx, cases, &who, code, at)
			       : case_prepare_apology(&request->ctx, cases, &who, code, at);
	if (err == ERR_INVALID) {
		request_mistake(request, late_field_id(request, "reason", code), "%.*s",
				STR_ARG(request->ctx.fault.message));
		return late_view(request, response);
	}
	TRY(err);
	response_flash(response, "success", "%s", ctx_text(&request->ctx, confirm
		? N_("The apology was sent, with the new date") : N_("The draft was kept for the leader")));
	response_redirect(response, S("/ban/sap-tre"));
	return OK;
}

#define RESULT_ROUTE(method, path, act, handler) \
	{ method, "/ban/{code}/ket-qua" path, act, handler, .object = case_page_object, \
	  .flags = ROUTE_MAIN }

const struct route ending_routes[] = {
	RESULT_ROUTE(WEB_GET, "", ACT_CASE_SEE, results_page),
	RESULT_ROUTE(WEB_POST, "/dung", ACT_CASE_SIGN, stop_post),
	RESULT_ROUTE(WEB_POST, "/mo-lai", ACT_CASE_SIGN, reopen_post),
	RESULT_ROUTE(WEB_POST, "/thu-hoi/{id}", ACT_CASE_SIGN, revoke_post),
	RESULT_ROUTE(WEB_POST, "/da-den/{id}", ACT_CASE_RETURN, received_post),
	RESULT_ROUTE(WEB_GET, "/dinh-chinh", ACT_CASE_CORRECT, correct_page),
	{ WEB_POST, "/ban/{code}/ket-qua/dinh-chinh", ACT_CASE_CORRECT, correct_post,
	  .object = case_page_object, .flags = ROUTE_MAIN, .uploads = UPLOADS_MAX,
	  .upload_max = 20 << 20 },
	RESULT_ROUTE(WEB_POST, "/dinh-chinh/{id}", ACT_CASE_SIGN, settle_post),
	{ WEB_GET, "/ban/sap-tre", ACT_CASE_SEE, late_page, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/sap-tre", ACT_CASE_WORK, late_post, .flags = ROUTE_MAIN },
	{ 0 },
};
