/* Rounds of supplements: asking at the desk, answering by PIN, and what changed. */
#include "cases/case_page.h"
#include "cases/desk.h"
#include "cases/endings.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/upload.h"
#include "cases/view.h"

#include "text/template.h"
#include "web/view.h"

/* ---- what can be asked for ---- */

static struct value box(struct request *request, str id, str value, str text, bool checked)
{
	struct arena *arena = request->ctx.arena;
	struct value item = value_map();
	value_append(arena, &item, S("id"), value_str(id));
	value_append(arena, &item, S("value"), value_str(value));
	value_append(arena, &item, S("text"), value_str(text));
	value_append(arena, &item, S("note"), value_null());
	value_append(arena, &item, S("checked"), value_bool(checked));
	return item;
}

static bool was_ticked(struct request *request, const char *name, str value)
{
	str text;
	for (size_t i = 0; request_field_at(request, name, i, &text); i++)
		if (str_eq(text, value))
			return true;
	return false;
}

static struct value boxes(struct request *request, str id, const char *name, str legend)
{
	struct arena *arena = request->ctx.arena;
	struct value group = value_map();
	value_append(arena, &group, S("id"), value_str(id));
	value_append(arena, &group, S("name"), value_str(str_z(name)));
	value_append(arena, &group, S("legend"), value_str(legend));
	value_append(arena, &group, S("large"), value_null());
	value_append(arena, &group, S("hint"), value_null());
	value_append(arena, &group, S("error"), value_null());
	return group;
}

/* A paper is asked for by the field it is uploaded to, or by its own name. */
static str field_of_paper(struct arena *arena, struct value paper)
{
	str path = value_text(value_get(paper, S("path")));
	str code = value_text(value_get(paper, S("code")));
	return str_empty(path) ? arena_printf(arena, "paper:%.*s", STR_ARG(code)) : path;
}

static struct value paper_boxes(struct request *request, const struct procedure *procedure)
{
	struct arena *arena = request->ctx.arena;
	struct value papers = value_get(procedure->body, S("papers")), items = value_list();
	struct value group = boxes(request, S("papers"), "field",
				   str_z(ctx_text(&request->ctx, "Papers")));
	for (uint32_t i = 0; papers.kind == VALUE_LIST && i < papers.n; i++) {
		str field = field_of_paper(arena, papers.items[i]);
		str title = procedure_text(procedure, arena_printf(arena, "papers.%u.title", i),
					   request->language);
		if (value_is_true(value_get(papers.items[i], S("form"))))
			continue;
		value_push(arena, &items, box(request, items.n ? arena_printf(arena, "papers-%u", i)
			: S("papers"), field, title, was_ticked(request, "field", field)));
	}
	value_append(arena, &group, S("items"), items);
	return items.n ? group : value_null();
}

static struct value field_boxes(struct request *request, const struct procedure *procedure,
				struct value data)
{
	struct arena *arena = request->ctx.arena;
	struct value pages = form_fields(&request->ctx, procedure, data, request->language);
	struct value groups = value_list();
	for (uint32_t p = 0; p < pages.n; p++) {
		struct value fields = value_get(pages.items[p], S("fields")), items = value_list();
		str id = arena_printf(arena, "fields-%u", p);
		struct value group = boxes(request, id, "field",
					   value_text(value_get(pages.items[p], S("title"))));
		for (uint32_t f = 0; f < fields.n; f++) {
			str path = value_text(value_get(fields.items[f], S("path")));
			if (str_eq(value_text(value_get(fields.items[f], S("kind"))), S("files")))
				continue;
			value_push(arena, &items, box(request,
				items.n ? arena_printf(arena, "%.*s-%u", STR_ARG(id), f) : id, path,
				value_text(value_get(fields.items[f], S("label"))),
				was_ticked(request, "field", path)));
		}
		value_append(arena, &group, S("items"), items);
		if (items.n)
			value_push(arena, &groups, group);
	}
	return groups;
}

/* Sentences the pack keeps ready: supplement.reasons, a list of texts. */
static struct value reason_boxes(struct request *request, const struct procedure *procedure)
{
	struct arena *arena = request->ctx.arena;
	struct value reasons = value_path(procedure->body, S("supplement.reasons"));
	struct value items = value_list();
	struct value group = boxes(request, S("reasons"), "reason",
				   str_z(ctx_text(&request->ctx, "Sentences often needed")));
	for (uint32_t i = 0; reasons.kind == VALUE_LIST && i < reasons.n; i++) {
		str path = arena_printf(arena, "supplement.reasons.%u", i);
		str text = procedure_text(procedure, path, S("vi"));
		value_push(arena, &items, box(request, i ? arena_printf(arena, "reasons-%u", i)
			: S("reasons"), text, procedure_text(procedure, path, request->language),
			was_ticked(request, "reason", text)));
	}
	value_append(arena, &group, S("items"), items);
	return items.n ? group : value_null();
}

/* ---- the tab of the desk ---- */

struct rounds {
	struct case_page page;
	struct value endings;
	struct calendar_due national;
	bool national_known;
};

static enum err read_rounds(struct ctx *ctx, struct db *db, void *arg)
{
	struct rounds *r = arg;
	TRY(case_page_read(ctx, db, &r->page));
	r->national_known = r->page.c.accepted_at && r->page.c.supplements &&
		case_due_by(ctx, r->page.cases, &r->page.c, clock_business(), CALENDAR_SUBTRACT,
			    &r->national) == OK && !r->national.waiting;
	return endings_view(ctx, r->page.cases, db, &r->page.c, r->page.sees_all, &r->endings);
}

static bool can(struct request *request, const struct rounds *r, enum act act)
{
	return may(r->page.cases->people, r->page.principal, act, request->object);
}

static void mark_rounds(struct request *request, struct value *list)
{
	struct arena *arena = request->ctx.arena;
	for (uint32_t i = 0; i < list->n; i++) {
		str state = value_text(value_get(list->items[i], S("state")));
		value_set(arena, &list->items[i], S("proposed"),
			  value_bool(str_eq(state, S("proposed"))));
		value_set(arena, &list->items[i], S("open"), value_bool(str_eq(state, S("open"))));
		value_set(arena, &list->items[i], S("answered"),
			  value_bool(str_eq(state, S("answered"))));
		value_set(arena, &list->items[i], S("unanswered"),
			  value_bool(str_eq(state, S("unanswered"))));
		value_set(arena, &list->items[i], S("declined"),
			  value_bool(str_eq(state, S("declined"))));
	}
}

static enum err rounds_view(struct request *request, struct response *response, struct rounds *r)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	const struct case_file *c = &r->page.c;
	struct value view = value_map(), list = value_get(r->endings, S("rounds"));
	bool open = c->status == CASE_NEW || c->status == CASE_ACCEPTED ||
		    c->status == CASE_PROCESSING || c->status == CASE_DUTY;
	bool beyond = c->supplements >= r->page.procedure->supplement_rounds;
	TRY(case_shell(request, &r->page, "bo-sung", &view));
	mark_rounds(request, &list);
	value_set(arena, &view, S("rounds"), list);
	value_set(arena, &view, S("errors"), view_errors(request));
	value_set(arena, &view, S("may_ask"), value_bool(open && can(request, r, ACT_CASE_WORK)));
	value_set(arena, &view, S("may_sign"), value_bool(can(request, r, ACT_CASE_SIGN)));
	value_set(arena, &view, S("beyond"), value_bool(beyond));
	value_set(arena, &view, S("costs"), value_bool(c->supplements >= 1));
	value_set(arena, &view, S("allowed"), value_int(r->page.procedure->supplement_rounds));
	value_set(arena, &view, S("national_due"),
		  view_time(ctx, r->page.cases, r->national_known ? r->national.at : 0));
	value_set(arena, &view, S("papers"), paper_boxes(request, r->page.procedure));
	value_set(arena, &view, S("pages"), field_boxes(request, r->page.procedure, c->data));
	value_set(arena, &view, S("reasons"), reason_boxes(request, r->page.procedure));
	view_field(request, &view, "items", ctx_text(ctx, "Anything else: one thing a line"),
		   request_field(request, "items"));
	view_field_set(request, &view, "items", "rows", value_int(3));
	view_field(request, &view, "why", ctx_text(ctx, "Why a further request is needed"),
		   request_field(request, "why"));
	view_field_set(request, &view, "why", "rows", value_int(2));
	response_view(response, "cases/case_rounds", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err rounds_page(struct request *request, struct response *response)
{
	struct rounds r = { 0 };
	TRY(case_page_open(request, request->state, &r.page));
	TRY(store_read(&request->ctx, r.page.cases->store, read_rounds, &r));
	return rounds_view(request, response, &r);
}

/* ---- asking ---- */

static void add_item(struct arena *arena, struct value *items, str field, str text)
{
	struct value item = value_map();
	if (!str_empty(field))
		value_append(arena, &item, S("field"), value_str(field));
	value_append(arena, &item, S("text"), value_str(text));
	value_push(arena, items, item);
}

/* What the box was called, in Vietnamese: it is printed in the request. Empty: there is no such box. */
static str name_of_box(struct request *request, const struct rounds *r, str field)
{
	struct arena *arena = request->ctx.arena;
	struct value papers = value_get(r->page.procedure->body, S("papers"));
	for (uint32_t i = 0; papers.kind == VALUE_LIST && i < papers.n; i++)
		if (str_eq(field_of_paper(arena, papers.items[i]), field))
			return procedure_text(r->page.procedure,
				arena_printf(arena, "papers.%u.title", i), S("vi"));
	struct value pages = form_fields(&request->ctx, r->page.procedure, r->page.c.data, S("vi"));
	for (uint32_t p = 0; p < pages.n; p++) {
		struct value fields = value_get(pages.items[p], S("fields"));
		for (uint32_t f = 0; f < fields.n; f++)
			if (str_eq(value_text(value_get(fields.items[f], S("path"))), field))
				return arena_printf(arena, "%.*s (%.*s)",
					STR_ARG(value_text(value_get(fields.items[f], S("label")))),
					STR_ARG(value_text(value_get(pages.items[p], S("title")))));
	}
	return S("");
}

static struct value items_posted(struct request *request, const struct rounds *r)
{
	struct arena *arena = request->ctx.arena;
	struct value items = value_list();
	str text = S(""), lines = request_field(request, "items");
	for (size_t i = 0; request_field_at(request, "field", i, &text); i++) {
		str name = name_of_box(request, r, text);
		if (!str_empty(name))
			add_item(arena, &items, text, name);
	}
	for (size_t i = 0; request_field_at(request, "reason", i, &text); i++)
		add_item(arena, &items, S(""), text);
	for (str line; str_next(&lines, '\n', &line);)
		if (!str_empty(str_trim(line)))
			add_item(arena, &items, S(""), str_trim(line));
	return items;
}

static enum err back(struct request *request, struct response *response, const char *msgid)
{
	response_flash(response, "success", "%s", ctx_text(&request->ctx, msgid));
	response_redirect(response, arena_printf(request->ctx.arena, "%.*s/bo-sung",
						 STR_ARG(case_page_path(request))));
	return OK;
}

static enum err ask_post(struct request *request, struct response *response)
{
	struct actor who = { .principal = request_principal(request) };
	struct rounds r = { 0 };
	str why = str_trim(request_field(request, "why"));
	TRY(case_page_open(request, request->state, &r.page));
	TRY(store_read(&request->ctx, r.page.cases->store, read_rounds, &r));
	bool beyond = r.page.c.supplements >= r.page.procedure->supplement_rounds;
	if (beyond && str_empty(why))
		request_mistake(request, "why", "Say why a further request is needed");
	struct value items = items_posted(request, &r);
	if (!items.n)
		request_mistake(request, "items", "Say what is missing: at least one thing");
	if (request_has_mistakes(request))
		return rounds_view(request, response, &r);
	TRY(case_ask_again(&request->ctx, r.page.cases, &who, r.page.code, items,
			   beyond ? why : S("")));
	return back(request, response, beyond && !can(request, &r, ACT_CASE_SIGN)
		? N_("The further request waits for the leader now")
		: N_("The applicant was asked. The clock is stopped."));
}

static enum err settle_post(struct request *request, struct response *response)
{
	struct actor who = { .principal = request_principal(request) };
	struct rounds r = { 0 };
	bool approve = str_eq(request_field(request, "answer"), S("yes"));
	str reason = str_trim(request_field(request, "declined"));
	int64_t id;
	if (!id_parse(request_param(request, "id"), &id))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such request");
	if (!approve && str_empty(reason)) {
		request_mistake(request, "declined", "Say why not: the officer reads it");
		TRY(case_page_open(request, request->state, &r.page));
		TRY(store_read(&request->ctx, r.page.cases->store, read_rounds, &r));
		return rounds_view(request, response, &r);
	}
	TRY(case_settle_round(&request->ctx, request->state, &who, request_param(request, "code"), id,
			      approve, reason));
	return back(request, response, approve ? N_("The applicant was asked. The clock is stopped.")
					       : N_("The further request was declined"));
}

/* ---- the citizen's answer ---- */

/* Paths of the application that were asked for. */
static struct value asked_paths(struct arena *arena, struct value asked)
{
	struct value items = value_get(asked, S("items")), paths = value_list();
	for (uint32_t i = 0; items.kind == VALUE_LIST && i < items.n; i++) {
		str field = value_text(value_get(items.items[i], S("field")));
		if (!str_empty(field) && !str_starts(field, S("paper:")))
			value_push(arena, &paths, value_str(field));
	}
	return paths;
}

struct answering {
	struct cases *cases;
	str code;
	struct case_file c;
	const struct procedure *procedure;
	const struct form *form;
	struct value paths;
	struct form_env env;
};

static enum err read_case(struct ctx *ctx, struct db *db, void *arg)
{
	struct answering *a = arg;
	return case_load(ctx, db, a->code, &a->c);
}

static enum err open_answer(struct request *request, struct answering *a)
{
	*a = (struct answering){ .cases = request->state, .code = request_param(request, "code") };
	TRY(store_read(&request->ctx, a->cases->store, read_case, a));
	a->procedure = case_procedure(a->cases, &a->c);
	if (!a->procedure)
		return fail(&request->ctx, ERR_DATABASE, "The version of the procedure is missing");
	a->form = procedure_form(a->procedure, S("apply"), request->language);
	a->paths = asked_paths(request->ctx.arena, a->c.asked);
	a->env = desk_form_env(request);
	a->env.only = a->paths;
	return OK;
}

static str tracking_path(struct request *request)
{
	str code = request_param(request, "code");
	return arena_printf(request->ctx.arena, "/tra-cuu/%.*s", STR_ARG(code));
}

static enum err answer_view(struct request *request, struct response *response, struct answering *a,
			    const struct form_result *result)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	struct form_env whole = desk_form_env(request);
	struct form_show show = { .page = FORM_ALL };
	view_page(request, &view, str_z(ctx_text(ctx, "Add what was asked for")));
	value_set(arena, &view, S("code"), value_str(a->code));
	value_set(arena, &view, S("asked"), a->c.asked);
	value_set(arena, &view, S("until"), view_time(ctx, a->cases,
		value_integer(value_get(a->c.asked, S("answer_by")), 0)));
	value_set(arena, &view, S("base"), value_str(request_link(request, tracking_path(request))));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	value_set(arena, &view, S("form"), value_null());
	if (a->form && a->paths.n) {
		show.data = result ? result->data : form_start(a->form, a->c.data, &a->env);
		if (result) {
			show.errors = result->errors;
			show.typed = result->typed;
		}
		value_set(arena, &view, S("form"), value_html(form_html(a->form, &show, &a->env)));
	}
	value_set(arena, &view, S("summary"), a->form ?
		value_html(form_summary_html(a->form, a->c.data, S(""), S(""), &whole)) : value_null());
	view_field(request, &view, "text", ctx_text(ctx, a->paths.n ? N_("Note to the office") :
						    N_("Your answer")),
		   request_field(request, "text"));
	view_field_set(request, &view, "text", "rows", value_int(3));
	struct value errors = desk_errors(request, result ? result->errors : value_null());
	value_set(arena, &view, S("errors"), errors);
	response_private(response);
	response_view(response, "cases/track_supplement", view);
	if (errors.n)
		response_status(response, 422);
	return OK;
}

/* Public as a route: who has no PIN with them is asked for it on the page of the case. */
static enum err answer_page(struct request *request, struct response *response)
{
	struct answering a;
	struct object object;
	enum err err = open_answer(request, &a);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	object = (struct object){ .case_id = a.c.id };
	if (err == ERR_NOT_FOUND || a.c.status != CASE_SUPPLEMENT ||
	    !may(a.cases->people, request_principal(request), ACT_TRACK, &object)) {
		response_redirect(response, tracking_path(request));
		return OK;
	}
	return answer_view(request, response, &a, NULL);
}

/* The fields asked for, what was written and the files, as the command wants them. */
static struct value answer_data(struct request *request, const struct answering *a,
				const struct form_result *read, struct value posted)
{
	struct arena *arena = request->ctx.arena;
	struct value answer = value_map(), data = a->paths.n ?
		data_at(arena, a->c.data, read->data, a->paths) : value_map();
	value_append(arena, &answer, S("text"), value_str(str_trim(request_field(request, "text"))));
	value_append(arena, &answer, S("files"), value_get(posted, S("file")));
	value_set(arena, &data,
		  arena_printf(arena, "supplement_%lld", (long long)a->c.supplements), answer);
	return data;
}

static enum err answer_post(struct request *request, struct response *response)
{
	struct answering a;
	struct stored_files files;
	struct attachment *attachments;
	struct form_result read = { .errors = value_list() };
	struct value posted;
	size_t n;
	TRY(open_answer(request, &a));
	TRY(upload_posted(request, a.cases, &posted, &files));
	if (a.form && a.paths.n)
		form_read(a.form, FORM_ALL, posted, form_start(a.form, a.c.data, &a.env), &a.env, &read);
	else if (!files.n && str_empty(str_trim(request_field(request, "text"))))
		request_mistake(request, "text", "Write your answer, or choose a file");
	if (read.action == FORM_CHANGE || read.errors.n || request_has_mistakes(request))
		return answer_view(request, response, &a, a.paths.n ? &read : NULL);
	struct value data = answer_data(request, &a, &read, posted);
	upload_attachments(request->ctx.arena, data, &attachments, &n);
	struct actor who = { .principal = request_principal(request) };
	struct completion given = { .data = data, .attachments = attachments, .n_attachments = n };
	TRY(case_give_supplement(&request->ctx, a.cases, &who, a.code, &given));
	response_flash(response, "success", "Thank you. What you added was sent to the office.");
	response_redirect(response, tracking_path(request));
	return OK;
}

#define CASE_ROUTE(method, path, act, handler) \
	{ method, "/ban/{code}" path, act, handler, .object = case_page_object, .flags = ROUTE_MAIN }

const struct route supplement_routes[] = {
	CASE_ROUTE(WEB_GET, "/bo-sung", ACT_CASE_SEE, rounds_page),
	CASE_ROUTE(WEB_POST, "/bo-sung", ACT_CASE_WORK, ask_post),
	CASE_ROUTE(WEB_POST, "/bo-sung/{id}", ACT_CASE_SIGN, settle_post),
	{ WEB_GET, "/tra-cuu/{code}/bo-sung", PERM_PUBLIC, answer_page },
	{ WEB_POST, "/tra-cuu/{code}/bo-sung", ACT_TRACK, answer_post, .object = tracking_object,
	  .uploads = UPLOADS_MAX, .upload_max = 20 << 20 },
	{ 0 },
};
