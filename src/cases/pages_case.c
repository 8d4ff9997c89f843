/* One case at the officers' desk: what is to be done, and doing it. */
#include "cases/case_page.h"
#include "cases/desk.h"
#include "cases/fee_rules.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/upload.h"
#include "cases/view.h"

#include "text/template.h"
#include "web/view.h"

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* ---- loading ---- */

struct opened {
	struct case_page page;
	struct case_tasks tasks;
	struct value duplicates, papers;
	struct calendar_due due;
	bool due_known;
};

static enum err read_papers(struct ctx *ctx, struct db *db, struct opened *o)
{
	struct rows rows;
	o->papers = value_map();
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT paper, state FROM case_paper WHERE organisation = $1"
			 " AND case_id = $2"),
		     o->page.c.organisation, o->page.c.id));
	while (rows_next(&rows))
		value_set(ctx->arena, &o->papers, row_str(&rows, 0), value_str(row_str(&rows, 1)));
	return rows_end(&rows);
}

static enum err read_opened(struct ctx *ctx, struct db *db, void *arg)
{
	struct opened *o = arg;
	TRY(case_page_read(ctx, db, &o->page));
	TRY(case_tasks(ctx, o->page.cases, db, &o->page.c, &o->tasks));
	if (!o->page.c.finished_at) /* nothing is decided by comparing any more */
		TRY(case_duplicates(ctx, o->page.cases, db, &o->page.c, &o->duplicates));
	TRY(read_papers(ctx, db, o));
	o->due_known = o->page.c.due_at && !o->page.c.apologised &&
		       case_due(ctx, o->page.cases, &o->page.c, clock_business(), &o->due) == OK;
	return OK;
}

static struct actor actor_of(struct request *request)
{
	return (struct actor){ .principal = request_principal(request) };
}

/* ---- tasks ---- */

static bool may_do(const struct opened *o, const struct case_task *task)
{
	struct object object = { .organisation = o->page.c.organisation, .agencies = &task->agency,
				 .n_agencies = 1, .has_role = true, .role = task->role,
				 .case_id = o->page.c.id };
	return task->open && may(o->page.cases->people, o->page.principal, ACT_CASE_WORK, &object);
}

static const struct form *form_of_task(const struct opened *o, uint32_t element, str language)
{
	const struct flow_element *e = &o->page.procedure->flow->elements[element];
	str key = str_empty(e->form_id) ? e->form_key : e->form_id;
	return str_empty(key) ? NULL : procedure_form(o->page.procedure, key, language);
}

/* What has to be paid before this step; null where nothing has. */
static struct value fee_first(struct request *request, const struct opened *o,
			      const struct case_task *task, enum task_kind kind)
{
	const struct fee_rules *rules = o->page.procedure->fee;
	if (kind == TASK_INTAKE || o->page.fee.state != FEE_DUE || !rules ||
	    !fee_holds(rules, task->element, kind == TASK_RETURN))
		return value_null();
	return value_str(fee_money(request->ctx.arena, o->page.fee.due));
}

/* Who applied mostly comes for the result, too. */
static struct value start_data(struct arena *arena, const struct case_file *c, enum task_kind kind)
{
	struct value data = c->data, returned = value_get(data, S("returned"));
	if (kind != TASK_RETURN || returned.kind == VALUE_MAP || str_empty(c->applicant))
		return data;
	data = value_copy(arena, data);
	returned = value_map();
	value_append(arena, &returned, S("name"), value_str(c->applicant));
	value_set(arena, &data, S("returned"), returned);
	return data;
}

static enum err task_view(struct request *request, const struct opened *o,
			  const struct case_task *task, const struct form_result *result,
			  struct value *ret_view)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	uint32_t element = flow_find(o->page.procedure->flow, task->element);
	enum task_kind kind = element == FLOW_NONE ? TASK_WORK
						   : procedure_task_kind(o->page.procedure, element);
	const struct form *form =
		element == FLOW_NONE ? NULL : form_of_task(o, element, request->language);
	bool mine = may_do(o, task), held = task->holder && task->holder != o->page.principal->account;
	struct case_file of_task = o->page.c;
	of_task.due_at = task->due_at;
	of_task.finished_at = 0;
	of_task.accepted_at = o->page.c.submitted_at;
	value_append(arena, &view, S("node"), value_int(task->node));
	value_append(arena, &view, S("name"), value_str(task->name));
	value_append(arena, &view, S("role"), view_text(request, role_title(task->role)));
	value_append(arena, &view, S("office"), value_str(organisation_name(
		organisation_by_id(o->page.cases->people, task->agency), request->language)));
	value_append(arena, &view, S("deadline"), task->due_at ?
		case_deadline_view(ctx, o->page.cases, &of_task, clock_business()) : value_null());
	value_append(arena, &view, S("mine"), value_bool(mine && !held));
	value_append(arena, &view, S("held"), value_bool(held));
	value_append(arena, &view, S("taken"), value_bool(task->holder == o->page.principal->account));
	value_append(arena, &view, S("intake"), value_bool(kind == TASK_INTAKE));
	value_append(arena, &view, S("returns"), value_bool(kind == TASK_RETURN));
	value_append(arena, &view, S("base"), value_str(arena_printf(arena, "%.*s/viec/%u",
		STR_ARG(request_link(request, case_page_path(request))), task->node)));
	value_append(arena, &view, S("form"), value_null());
	value_append(arena, &view, S("fee_first"), fee_first(request, o, task, kind));
	if (form && mine && !held && kind != TASK_INTAKE) {
		struct form_env env = desk_form_env(request);
		struct form_show show = { .page = FORM_ALL };
		show.data = result ? result->data :
			    form_start(form, start_data(arena, &o->page.c, kind), &env);
		if (result) {
			show.errors = result->errors;
			show.typed = result->typed;
		}
		value_set(arena, &view, S("form"), value_html(form_html(form, &show, &env)));
		value_set(arena, &view, S("has_files"), value_bool(form_has_files(form)));
	}
	*ret_view = view;
	return OK;
}

static enum err holder_name(struct request *request, struct opened *o, struct value *tasks)
{
	struct db *db;
	TRY(store_snapshot(&request->ctx, o->page.cases->store, &db));
	size_t at = 0;
	for (size_t i = 0; i < o->tasks.n; i++) {
		str name;
		if (!o->tasks.items[i].open)
			continue;
		TRY(account_name(&request->ctx, db, o->tasks.items[i].holder, &name));
		value_set(request->ctx.arena, &tasks->items[at], S("holder_id"),
			  value_str(id_text(request->ctx.arena, o->tasks.items[i].holder)));
		value_set(request->ctx.arena, &tasks->items[at++], S("holder"), value_str(name));
	}
	store_release(db);
	return OK;
}

/* ---- the page ---- */

static struct value rights_view(struct request *request, const struct opened *o)
{
	static const struct {
		const char *key;
		enum act act;
	} rights[] = {
		{ "accept", ACT_CASE_ACCEPT }, { "work", ACT_CASE_WORK }, { "sign", ACT_CASE_SIGN },
		{ "assign", ACT_CASE_ASSIGN },
	};
	struct value view = value_map();
	bool open = o->page.c.status == CASE_NEW || o->page.c.status == CASE_ACCEPTED ||
		    o->page.c.status == CASE_PROCESSING || o->page.c.status == CASE_SUPPLEMENT ||
		    o->page.c.status == CASE_DUTY;
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++)
		value_append(request->ctx.arena, &view, str_z(rights[i].key), value_bool(open &&
			may(o->page.cases->people, o->page.principal, rights[i].act, request->object)));
	value_append(request->ctx.arena, &view, S("ask"), value_bool(open &&
		o->page.c.status != CASE_SUPPLEMENT &&
		may(o->page.cases->people, o->page.principal, ACT_CASE_WORK, request->object)));
	value_append(request->ctx.arena, &view, S("apologise"), value_bool(open && o->page.c.due_at &&
		!o->page.c.apologised &&
		may(o->page.cases->people, o->page.principal, ACT_CASE_SIGN, request->object)));
	bool any = false;
	for (uint32_t m = 0; m < view.n; m++)
		any = any || value_is_true(view.members[m].value);
	value_append(request->ctx.arena, &view, S("any"), value_bool(any));
	return view;
}

static enum err tasks_view(struct request *request, struct opened *o,
			   const struct form_result *result, uint32_t node, struct value *view)
{
	struct value tasks = value_list();
	for (size_t i = 0; i < o->tasks.n; i++) {
		struct value task;
		if (!o->tasks.items[i].open)
			continue;
		TRY(task_view(request, o, &o->tasks.items[i],
			      o->tasks.items[i].node == node ? result : NULL, &task));
		value_push(request->ctx.arena, &tasks, task);
	}
	TRY(holder_name(request, o, &tasks));
	value_set(request->ctx.arena, view, S("tasks"), tasks);
	return OK;
}

static enum err duplicates_view(struct request *request, struct opened *o, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	for (uint32_t i = 0; i < o->duplicates.n; i++) {
		struct value item = value_copy(arena, o->duplicates.items[i]);
		int64_t status = value_integer(value_get(item, S("status")), CASE_NEW);
		usec at = value_integer(value_get(item, S("submitted_at")), 0);
		str url = arena_printf(arena, "/ban/%.*s",
				       STR_ARG(value_text(value_get(item, S("code")))));
		str compare = arena_printf(arena, "%.*s/trung/%.*s",
			STR_ARG(case_page_path(request)),
			STR_ARG(value_text(value_get(item, S("code")))));
		value_set(arena, &item, S("url"), value_str(request_link(request, url)));
		value_set(arena, &item, S("compare"), value_str(request_link(request, compare)));
		value_set(arena, &item, S("status"), case_status_view(&request->ctx, status));
		value_set(arena, &item, S("submitted_at"), view_time(&request->ctx, o->page.cases, at));
		value_push(arena, &list, item);
	}
	value_set(arena, view, S("duplicates"), list);
	return OK;
}

static enum err page_view(struct request *request, struct response *response, struct opened *o,
			  const struct form_result *result, uint32_t node)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	TRY(case_shell(request, &o->page, "", &view));
	TRY(tasks_view(request, o, result, node, &view));
	TRY(duplicates_view(request, o, &view));
	struct value errors = desk_errors(request, result ? result->errors : value_null());
	value_set(arena, &view, S("errors"), errors);
	value_set(arena, &view, S("rights"), rights_view(request, o));
	value_set(arena, &view, S("asked"), o->page.c.asked);
	value_set(arena, &view, S("papers"),
		  desk_papers(request, o->page.procedure, o->page.c.data, o->papers));
	if (o->due_known) {
		value_set(arena, &view, S("due_reason"),
			  value_str(due_sentence(ctx, o->page.cases, &o->due)));
		value_set(arena, &view, S("days"), due_days_view(ctx, o->page.cases, &o->due));
	}
	value_set(arena, &view, S("further"),
		  value_bool(result && !errors.n && result->action == FORM_SUBMIT));
	response_view(response, "cases/case", view);
	if (errors.n)
		response_status(response, 422);
	return OK;
}

static enum err open_case(struct request *request, struct opened *o)
{
	*o = (struct opened){ .page = { .cases = cases_of(request),
					.code = request_param(request, "code"),
					.principal = request_principal(request) } };
	return store_read(&request->ctx, o->page.cases->store, read_opened, o);
}

static enum err case_page(struct request *request, struct response *response)
{
	struct opened o;
	TRY(open_case(request, &o));
	event_access(o.page.cases->store, o.page.principal->account, o.page.c.id, ACCESS_OPEN);
	return page_view(request, response, &o, NULL, 0);
}

/* ---- commands ---- */

static enum err again_with_fault(struct request *request, struct response *response,
				 const char *field)
{
	struct opened o;
	request_mistake(request, field, "%.*s", STR_ARG(request->ctx.fault.message));
	TRY(open_case(request, &o));
	return page_view(request, response, &o, NULL, 0);
}

static enum err done(struct request *request, struct response *response, const char *msgid)
{
	response_flash(response, "success", "%s", ctx_text(&request->ctx, msgid));
	response_redirect(response, case_page_path(request));
	return OK;
}

/* A wrong input is shown again beside its field; everything else is the dispatcher's. */
static enum err finish(struct request *request, struct response *response, enum err err,
		       const char *field, const char *msgid)
{
	if (err == ERR_INVALID)
		return again_with_fault(request, response, field);
	TRY(err);
	return done(request, response, msgid);
}

static enum err accept_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	struct acceptance acceptance = { .note = str_trim(request_field(request, "note")) };
	struct paper_check *papers;
	struct opened o;
	TRY(open_case(request, &o));
	desk_read_papers(request, o.page.procedure, &papers, &acceptance.n_papers);
	acceptance.papers = papers;
	return finish(request, response,
		      case_accept(&request->ctx, o.page.cases, &who, o.page.code, &acceptance), "note",
		      N_("Accepted. Print the receipt for the applicant."));
}

static enum err node_of(struct request *request, uint32_t *ret_node)
{
	int64_t node;
	if (!str_int(request_param(request, "node"), 1, UINT32_MAX, &node))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such step");
	*ret_node = (uint32_t)node;
	return OK;
}

static enum err claim_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	uint32_t node;
	TRY(node_of(request, &node));
	TRY(case_claim(&request->ctx, cases_of(request), &who, request_param(request, "code"), node));
	return done(request, response, N_("The step is yours now"));
}

static enum err release_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	uint32_t node;
	TRY(node_of(request, &node));
	TRY(case_release(&request->ctx, cases_of(request), &who, request_param(request, "code"),
			 node));
	return done(request, response, N_("The step is free again"));
}

static enum err assign_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	struct account account = { 0 };
	str login = str_trim(request_field(request, "login"));
	struct handing_over h = { .code = request_param(request, "code") };
	struct db *db;
	TRY(node_of(request, &h.node));
	if (!id_parse(request_field(request, "holder"), &h.from))
		h.from = 0;
	if (!str_empty(login)) {
		TRY(store_snapshot(&request->ctx, cases_of(request)->store, &db));
		enum err err = account_by_login(&request->ctx, db, login, &account);
		store_release(db);
		if (err == ERR_NOT_FOUND)
			return again_with_fault(request, response, "login");
		TRY(err);
		h.to = account.id;
	}
	return finish(request, response,
		      case_hand_over(&request->ctx, cases_of(request), &who, &h),
		      "login", N_("The step was given to somebody else"));
}

/* What the task's form makes of what was posted; the data of its own keys only. */
static struct value own_data(struct arena *arena, const struct form_result *checked,
			     struct value before)
{
	struct value own = value_map();
	for (uint32_t i = 0; i < checked->submission.n; i++) {
		const struct member *m = &checked->submission.members[i];
		const struct value *old = value_find(before, m->key);
		if ((!old || !value_eq(*old, m->value)) && !str_eq(m->key, S("outcome")))
			value_append(arena, &own, m->key, m->value);
	}
	return own;
}

static const struct case_task *task_of(const struct opened *o, uint32_t node)
{
	for (size_t i = 0; i < o->tasks.n; i++)
		if (o->tasks.items[i].node == node && o->tasks.items[i].open)
			return &o->tasks.items[i];
	return NULL;
}

static enum err complete_post(struct request *request, struct response *response)
{
	struct form_result read = { 0 };
	struct completion completion = { .note = str_trim(request_field(request, "note")) };
	struct stored_files files;
	struct attachment *attachments;
	struct actor who = actor_of(request);
	struct opened o;
	struct value posted;
	uint32_t node;
	TRY(node_of(request, &node));
	TRY(open_case(request, &o));
	const struct case_task *task = task_of(&o, node);
	if (!task)
		return fail(&request->ctx, ERR_CONFLICT, "This step is done already");
	uint32_t element = flow_find(o.page.procedure->flow, task->element);
	const struct form *form = form_of_task(&o, element, request->language);
	TRY(upload_posted(request, o.page.cases, &posted, &files));
	completion.outcome = request_field(request, "outcome");
	completion.data = value_map();
	if (form) {
		struct form_env env = desk_form_env(request);
		form_read(form, FORM_ALL, posted, form_start(form, o.page.c.data, &env), &env, &read);
		bool faulty = read.errors.n || request_has_mistakes(request);
		upload_forgive_unasked(&env, form, posted, &read);
		if (read.action == FORM_CHANGE || faulty)
			return page_view(request, response, &o, &read, node);
		completion.data = own_data(request->ctx.arena, &read, o.page.c.data);
		str outcome = value_text(value_get(read.submission, S("outcome")));
		if (!str_empty(outcome))
			completion.outcome = outcome;
	}
	upload_attachments(request->ctx.arena, completion.data, &attachments,
			   &completion.n_attachments);
	completion.attachments = attachments;
	return finish(request, response,
		      case_complete(&request->ctx, o.page.cases, &who, o.page.code, node, &completion),
		      "note", N_("Done. The case went on."));
}

static enum err refuse_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	who.reason = str_trim(request_field(request, "refusal"));
	return finish(request, response,
		      case_refuse(&request->ctx, cases_of(request), &who,
				  request_param(request, "code")),
		      "refusal", N_("The case was refused"));
}

static enum err withdraw_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	who.reason = str_trim(request_field(request, "withdrawal"));
	return finish(request, response,
		      case_withdraw(&request->ctx, cases_of(request), &who,
				    request_param(request, "code")),
		      "withdrawal", N_("The case was withdrawn"));
}

static enum err apologise_post(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct actor who = actor_of(request);
	struct calendar_case count = { .received_at = 0, .cut_off = CALENDAR_NO_CUT_OFF };
	int64_t day;
	usec at = 0;
	who.reason = str_trim(request_field(request, "apology"));
	(void)count;
	if (!date_parse(request_field(request, "new_date"), &day))
		request_mistake(request, "new_date", "Enter the new date, for example 2015-02-09");
	else
		at = day * USEC_DAY + 17 * USEC_HOUR -
		     calendar_zone(cases_calendar(cases)) * USEC_MINUTE;
	if (request_has_mistakes(request)) {
		struct opened o;
		TRY(open_case(request, &o));
		return page_view(request, response, &o, NULL, 0);
	}
	return finish(request, response,
		      case_apologise(&request->ctx, cases, &who, request_param(request, "code"), at),
		      "apology", N_("The apology was sent, with the new date"));
}

static enum err note_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	return finish(request, response,
		      case_note(&request->ctx, cases_of(request), &who,
				request_param(request, "code"), request_field(request, "body")),
		      "body", N_("The note was kept"));
}

#define CASE "/ban/{code}"
#define TASK CASE "/viec/{node}"
#define CASE_ROUTE(method, path, act, handler) \
	{ method, path, act, handler, .object = case_page_object, .flags = ROUTE_MAIN }

const struct route case_routes[] = {
	CASE_ROUTE(WEB_GET, CASE, ACT_CASE_SEE, case_page),
	CASE_ROUTE(WEB_POST, CASE "/nhan", ACT_CASE_ACCEPT, accept_post),
	CASE_ROUTE(WEB_POST, TASK "/nhan", ACT_CASE_WORK, claim_post),
	CASE_ROUTE(WEB_POST, TASK "/tra", ACT_CASE_WORK, release_post),
	CASE_ROUTE(WEB_POST, TASK "/giao", ACT_CASE_ASSIGN, assign_post),
	{ WEB_POST, TASK "/xong", ACT_CASE_WORK, complete_post, .object = case_page_object,
	  .flags = ROUTE_MAIN, .uploads = UPLOADS_MAX, .upload_max = 20 << 20 },
	CASE_ROUTE(WEB_POST, CASE "/tu-choi", ACT_CASE_WORK, refuse_post),
	CASE_ROUTE(WEB_POST, CASE "/rut", ACT_CASE_ACCEPT, withdraw_post),
	CASE_ROUTE(WEB_POST, CASE "/xin-loi", ACT_CASE_SIGN, apologise_post),
	CASE_ROUTE(WEB_POST, CASE "/ghi-chu", ACT_CASE_WORK, note_post),
	{ 0 },
};
