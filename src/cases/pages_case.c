/* One case at the officers' desk: what was filed, what is to be done, what happened. */
#include "cases/desk.h"
#include "cases/letter.h"
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

static str page_path(struct request *request)
{
	str code = request_param(request, "code");
	return arena_printf(request->ctx.arena, "/ban/%.*s", STR_ARG(code));
}

static struct actor actor_of(struct request *request)
{
	return (struct actor){ .principal = request_principal(request) };
}

/* ---- loading ---- */

struct opened {
	struct cases *cases;
	const struct principal *principal;
	str code;
	struct case_file c;
	const struct procedure *procedure;
	struct object *object;
	struct case_tasks tasks;
	struct case_legs legs;
	struct value timeline, flow, duplicates, files, papers;
	struct letters letters;
	struct calendar_due due;
	bool due_known;
};

static enum err read_object(struct ctx *ctx, struct db *db, void *arg)
{
	struct opened *o = arg;
	TRY(case_load(ctx, db, o->code, &o->c));
	return case_object(ctx, db, &o->c, o->object);
}

static enum err case_of_code(struct request *request, const void **ret_object)
{
	struct opened o = { .code = request_param(request, "code"),
			    .object = ARENA_NEW(request->ctx.arena, struct object) };
	TRY(store_read(&request->ctx, cases_of(request)->store, read_object, &o));
	*ret_object = o.object;
	return OK;
}

static enum err read_files(struct ctx *ctx, struct db *db, struct opened *o)
{
	struct rows rows;
	o->files = value_list();
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT field, name, hash, size, type FROM case_attachment"
			 " WHERE organisation = $1 AND case_id = $2 ORDER BY id"),
		     o->c.organisation, o->c.id));
	while (rows_next(&rows)) {
		struct value file = value_map();
		str url = arena_printf(ctx->arena, "/ban/%.*s/tep/%.*s", STR_ARG(o->code),
				       STR_ARG(row_view(&rows, 2)));
		value_append(ctx->arena, &file, S("field"), value_str(row_str(&rows, 0)));
		value_append(ctx->arena, &file, S("name"), value_str(row_str(&rows, 1)));
		value_append(ctx->arena, &file, S("url"), value_str(url));
		value_append(ctx->arena, &file, S("size"), value_int(row_int(&rows, 3)));
		value_append(ctx->arena, &file, S("type"), value_str(row_str(&rows, 4)));
		bool picture = str_starts(row_view(&rows, 4), S("image/"));
		value_append(ctx->arena, &file, S("picture"), picture ? value_str(url) : value_null());
		value_append(ctx->arena, &file, S("remove"), value_null());
		value_push(ctx->arena, &o->files, file);
	}
	return rows_end(&rows);
}

static enum err read_papers(struct ctx *ctx, struct db *db, struct opened *o)
{
	struct rows rows;
	o->papers = value_map();
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT paper, state FROM case_paper WHERE organisation = $1"
			 " AND case_id = $2"),
		     o->c.organisation, o->c.id));
	while (rows_next(&rows))
		value_set(ctx->arena, &o->papers, row_str(&rows, 0), value_str(row_str(&rows, 1)));
	return rows_end(&rows);
}

/* Whoever may see the case through the organisation that received it sees all of it. */
static bool sees_all(const struct opened *o)
{
	struct object received = { .organisation = o->c.organisation };
	return may(o->cases->people, o->principal, ACT_CASE_SEE, &received);
}

static enum err read_opened(struct ctx *ctx, struct db *db, void *arg)
{
	struct opened *o = arg;
	TRY(case_load(ctx, db, o->code, &o->c));
	o->procedure = case_procedure(o->cases, &o->c);
	if (!o->procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	TRY(case_tasks(ctx, o->cases, db, &o->c, &o->tasks));
	TRY(case_legs(ctx, db, &o->c, &o->legs));
	TRY(case_timeline(ctx, o->cases, db, &o->c, !sees_all(o), &o->timeline));
	TRY(case_flow_view(ctx, o->cases, db, &o->c, &o->flow));
	TRY(case_duplicates(ctx, o->cases, db, &o->c, &o->duplicates));
	TRY(letters_of(ctx, o->cases, db, &o->c, &o->letters));
	TRY(read_files(ctx, db, o));
	TRY(read_papers(ctx, db, o));
	o->due_known = o->c.due_at && !o->c.apologised &&
		       case_due(ctx, o->cases, &o->c, clock_business(), &o->due) == OK;
	return OK;
}

/* ---- what a partner may see ---- */

/* Whether a partner's leg needs this part of the data: the list "sees" of the leg in
 * procedure.json names top-level keys. */
static bool leg_sees(const struct opened *o, str path)
{
	struct value legs = value_get(o->procedure->body, S("legs"));
	str key = path;
	str_next(&path, '.', &key);
	for (uint32_t i = 0; i < legs.n; i++) {
		struct value sees = value_get(legs.items[i], S("sees"));
		str name = value_text(value_get(legs.items[i], S("code")));
		bool mine = false;
		for (size_t l = 0; l < o->legs.n; l++) {
			struct object leg = { .organisation = o->c.organisation,
					      .agencies = &o->legs.items[l].agency,
					      .n_agencies = 1 };
			mine = mine || (str_eq(o->legs.items[l].name, name) &&
					may(o->cases->people, o->principal, ACT_CASE_SEE, &leg));
		}
		for (uint32_t k = 0; mine && k < sees.n; k++)
			if (str_eq(value_text(sees.items[k]), key))
				return true;
	}
	return false;
}

/* The filed form as a partner sees it: the rows its leg needs, and no others. */
static struct value partner_rows(struct request *request, const struct opened *o,
				 const struct form *form)
{
	struct form_env env = desk_form_env(request);
	struct arena *arena = request->ctx.arena;
	struct value cards = form_summary(form, o->c.data, &env), list = value_list();
	for (uint32_t c = 0; c < cards.n; c++) {
		struct value rows = value_get(cards.items[c], S("rows"));
		for (uint32_t r = 0; r < rows.n; r++) {
			struct value row = value_map();
			str path = value_text(value_get(rows.items[r], S("path")));
			if (!leg_sees(o, path) ||
			    !str_eq(value_text(value_get(rows.items[r], S("kind"))), S("text")))
				continue;
			value_append(arena, &row, S("key"), value_get(rows.items[r], S("label")));
			value_append(arena, &row, S("value"), value_get(rows.items[r], S("text")));
			value_append(arena, &row, S("change"), value_null());
			value_append(arena, &row, S("what"), value_null());
			value_push(arena, &list, row);
		}
	}
	return list;
}

/* ---- tasks ---- */

static bool may_do(const struct opened *o, const struct case_task *task)
{
	struct object object = { .organisation = o->c.organisation, .agencies = &task->agency,
				 .n_agencies = 1, .has_role = true, .role = task->role,
				 .case_id = o->c.id };
	return task->open && may(o->cases->people, o->principal, ACT_CASE_WORK, &object);
}

static const struct form *form_of_task(const struct opened *o, uint32_t element, str language)
{
	const struct flow_element *e = &o->procedure->flow->elements[element];
	str key = str_empty(e->form_id) ? e->form_key : e->form_id;
	return str_empty(key) ? NULL : procedure_form(o->procedure, key, language);
}

static enum err task_view(struct request *request, const struct opened *o,
			  const struct case_task *task, const struct form_result *result,
			  struct value *ret_view)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	uint32_t element = flow_find(o->procedure->flow, task->element);
	enum task_kind kind = element == FLOW_NONE ? TASK_WORK
						   : procedure_task_kind(o->procedure, element);
	const struct form *form =
		element == FLOW_NONE ? NULL : form_of_task(o, element, request->language);
	bool mine = may_do(o, task), held = task->holder && task->holder != o->principal->account;
	struct case_file of_task = o->c;
	of_task.due_at = task->due_at;
	of_task.finished_at = 0;
	of_task.accepted_at = o->c.submitted_at;
	value_append(arena, &view, S("node"), value_int(task->node));
	value_append(arena, &view, S("name"), value_str(task->name));
	value_append(arena, &view, S("role"), view_text(request, role_title(task->role)));
	value_append(arena, &view, S("office"), value_str(organisation_name(
		organisation_by_id(o->cases->people, task->agency), request->language)));
	value_append(arena, &view, S("deadline"), task->due_at ?
		case_deadline_view(ctx, o->cases, &of_task, clock_business()) : value_null());
	value_append(arena, &view, S("mine"), value_bool(mine && !held));
	value_append(arena, &view, S("held"), value_bool(held));
	value_append(arena, &view, S("taken"), value_bool(task->holder == o->principal->account));
	value_append(arena, &view, S("intake"), value_bool(kind == TASK_INTAKE));
	value_append(arena, &view, S("returns"), value_bool(kind == TASK_RETURN));
	value_append(arena, &view, S("base"), value_str(arena_printf(arena, "%.*s/viec/%u",
		STR_ARG(request_link(request, page_path(request))), task->node)));
	value_append(arena, &view, S("form"), value_null());
	if (form && mine && !held && kind != TASK_INTAKE) {
		struct form_env env = desk_form_env(request);
		struct form_show show = { .page = FORM_ALL };
		show.data = result ? result->data : form_start(form, o->c.data, &env);
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
	TRY(store_snapshot(&request->ctx, o->cases->store, &db));
	size_t at = 0;
	for (size_t i = 0; i < o->tasks.n; i++) {
		str name;
		if (!o->tasks.items[i].open)
			continue;
		TRY(account_name(&request->ctx, db, o->tasks.items[i].holder, &name));
		value_set(request->ctx.arena, &tasks->items[at++], S("holder"), value_str(name));
	}
	store_release(db);
	return OK;
}

/* ---- the page ---- */

static struct value identity_item(struct request *request, const char *key, struct value v)
{
	struct arena *arena = request->ctx.arena;
	struct value item = value_map();
	value_append(arena, &item, S("key"), view_text(request, key));
	value_append(arena, &item, S("value"), v);
	value_append(arena, &item, S("status"), value_null());
	value_append(arena, &item, S("deadline"), value_null());
	return item;
}

static struct value identity_view(struct request *request, const struct opened *o)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list(), item;
	value_push(arena, &list, identity_item(request, N_("Code"), value_str(o->code)));
	value_push(arena, &list, identity_item(request, N_("About"), value_str(o->c.subject)));
	item = identity_item(request, N_("State"), value_null());
	value_set(arena, &item, S("status"), case_status_view(&request->ctx, o->c.status));
	value_push(arena, &list, item);
	item = identity_item(request, N_("Promised for"), value_null());
	value_set(arena, &item, S("deadline"),
		  case_deadline_view(&request->ctx, o->cases, &o->c, clock_business()));
	if (o->c.accepted_at)
		value_push(arena, &list, item);
	return list;
}

static struct value legs_view(struct request *request, const struct opened *o)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list(), legs = value_get(o->procedure->body, S("legs"));
	for (size_t i = 0; i < o->legs.n; i++) {
		const struct case_leg *leg = &o->legs.items[i];
		struct case_file clock = { .accepted_at = leg->started_at, .due_at = leg->due_at,
					   .finished_at = leg->finished_at };
		struct value item = value_map();
		str title = leg->name;
		for (uint32_t n = 0; n < legs.n; n++)
			if (str_eq(value_text(value_get(legs.items[n], S("code"))), leg->name))
				title = procedure_text(o->procedure,
					arena_printf(arena, "legs.%u.title", n), request->language);
		value_append(arena, &item, S("title"), value_str(title));
		value_append(arena, &item, S("office"), value_str(organisation_name(
			organisation_by_id(o->cases->people, leg->agency), request->language)));
		value_append(arena, &item, S("deadline"),
			case_deadline_view(&request->ctx, o->cases, &clock, clock_business()));
		value_push(arena, &list, item);
	}
	return list;
}

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
	bool open = o->c.status == CASE_NEW || o->c.status == CASE_ACCEPTED ||
		    o->c.status == CASE_PROCESSING || o->c.status == CASE_SUPPLEMENT;
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++)
		value_append(request->ctx.arena, &view, str_z(rights[i].key), value_bool(open &&
			may(o->cases->people, o->principal, rights[i].act, request->object)));
	value_append(request->ctx.arena, &view, S("ask"), value_bool(open &&
		o->c.status != CASE_SUPPLEMENT &&
		o->c.supplements < o->procedure->supplement_rounds &&
		may(o->cases->people, o->principal, ACT_CASE_WORK, request->object)));
	value_append(request->ctx.arena, &view, S("apologise"), value_bool(open && o->c.due_at &&
		!o->c.apologised &&
		may(o->cases->people, o->principal, ACT_CASE_SIGN, request->object)));
	return view;
}

static str summary_base(struct request *request)
{
	return arena_printf(request->ctx.arena, "%.*s/tep/",
			    STR_ARG(request_link(request, page_path(request))));
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
		value_set(arena, &item, S("url"), value_str(request_link(request, url)));
		value_set(arena, &item, S("status"), case_status_view(&request->ctx, status));
		value_set(arena, &item, S("submitted_at"), view_time(&request->ctx, o->cases, at));
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
	struct value view = value_map(), desk;
	struct form_env env = desk_form_env(request);
	const struct form *form = procedure_form(o->procedure, S("apply"), request->language);
	view_page(request, &view, arena_printf(arena, ctx_text(ctx, "Case %.*s"), STR_ARG(o->code)));
	TRY(desk_navigation(request, NULL, "", &desk));
	TRY(tasks_view(request, o, result, node, &view));
	TRY(duplicates_view(request, o, &view));
	struct value errors = desk_errors(request, result ? result->errors : value_null());
	value_set(arena, &view, S("errors"), errors);
	value_set(arena, &view, S("desk"), desk);
	struct value c = case_view(ctx, o->cases, &o->c);
	value_set(arena, &c, S("base"), value_str(request_link(request, page_path(request))));
	value_set(arena, &view, S("case"), c);
	value_set(arena, &view, S("identity"), identity_view(request, o));
	value_set(arena, &view, S("legs"), legs_view(request, o));
	value_set(arena, &view, S("rights"), rights_view(request, o));
	value_set(arena, &view, S("has_letters"), value_bool(o->letters.n > 0));
	value_set(arena, &view, S("letters"),
		  letters_view(request, &o->letters, page_path(request)));
	value_set(arena, &view, S("events"), timeline_events(ctx, o->timeline));
	value_set(arena, &view, S("flow"), o->flow);
	value_set(arena, &view, S("files"), sees_all(o) ? o->files : value_list());
	value_set(arena, &view, S("asked"), o->c.asked);
	value_set(arena, &view, S("base"), value_str(request_link(request, page_path(request))));
	value_set(arena, &view, S("whole"), value_bool(sees_all(o)));
	if (form && !sees_all(o))
		value_set(arena, &view, S("rows"), partner_rows(request, o, form));
	if (form && sees_all(o))
		value_set(arena, &view, S("summary"), value_html(form_summary_html(form, o->c.data,
			  S(""), summary_base(request), &env)));
	value_set(arena, &view, S("papers"),
		  desk_papers(request, o->procedure, o->c.data, o->papers));
	if (o->due_known) {
		value_set(arena, &view, S("due_reason"),
			  value_str(due_sentence(ctx, o->cases, &o->due)));
		value_set(arena, &view, S("days"), due_days_view(ctx, o->cases, &o->due));
	}
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	value_set(arena, &view, S("further"),
		  value_bool(result && !errors.n && result->action == FORM_SUBMIT));
	response_view(response, "cases/case", view);
	if (errors.n)
		response_status(response, 422);
	return OK;
}

static enum err open_case(struct request *request, struct opened *o)
{
	*o = (struct opened){ .cases = cases_of(request), .code = request_param(request, "code"),
			      .principal = request_principal(request) };
	return store_read(&request->ctx, o->cases->store, read_opened, o);
}

static enum err case_page(struct request *request, struct response *response)
{
	struct opened o;
	TRY(open_case(request, &o));
	event_access(o.cases->store, o.principal->account, o.c.id, ACCESS_OPEN);
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
	response_redirect(response, page_path(request));
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
	desk_read_papers(request, o.procedure, &papers, &acceptance.n_papers);
	acceptance.papers = papers;
	return finish(request, response,
		      case_accept(&request->ctx, o.cases, &who, o.code, &acceptance), "note",
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
	struct db *db;
	uint32_t node;
	TRY(node_of(request, &node));
	if (!str_empty(login)) {
		TRY(store_snapshot(&request->ctx, cases_of(request)->store, &db));
		enum err err = account_by_login(&request->ctx, db, login, &account);
		store_release(db);
		if (err == ERR_NOT_FOUND)
			return again_with_fault(request, response, "login");
		TRY(err);
	}
	return finish(request, response,
		      case_assign(&request->ctx, cases_of(request), &who,
				  request_param(request, "code"), node, account.id),
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
	uint32_t element = flow_find(o.procedure->flow, task->element);
	const struct form *form = form_of_task(&o, element, request->language);
	TRY(upload_posted(request, o.cases, &posted, &files));
	completion.outcome = request_field(request, "outcome");
	completion.data = value_map();
	if (form) {
		struct form_env env = desk_form_env(request);
		form_read(form, FORM_ALL, posted, form_start(form, o.c.data, &env), &env, &read);
		bool faulty = read.errors.n || request_has_mistakes(request);
		upload_forgive_unasked(&env, form, posted, &read);
		if (read.action == FORM_CHANGE || faulty)
			return page_view(request, response, &o, &read, node);
		completion.data = own_data(request->ctx.arena, &read, o.c.data);
		str outcome = value_text(value_get(read.submission, S("outcome")));
		if (!str_empty(outcome))
			completion.outcome = outcome;
	}
	upload_attachments(request->ctx.arena, completion.data, &attachments,
			   &completion.n_attachments);
	completion.attachments = attachments;
	return finish(request, response,
		      case_complete(&request->ctx, o.cases, &who, o.code, node, &completion),
		      "note", N_("Done. The case went on."));
}

static enum err ask_post(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct actor who = actor_of(request);
	struct value items = value_list();
	str text = request_field(request, "items");
	/* One line is one thing to add. */
	for (str line; str_next(&text, '\n', &line);) {
		struct value item = value_map();
		line = str_trim(line);
		if (str_empty(line))
			continue;
		value_append(arena, &item, S("text"), value_str(line));
		value_push(arena, &items, item);
	}
	return finish(request, response,
		      case_ask_supplement(&request->ctx, cases_of(request), &who,
					  request_param(request, "code"), items),
		      "items", N_("The applicant was asked. The clock is stopped."));
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

/* ---- files and diagram ---- */

static enum err file_page(struct request *request, struct response *response)
{
	struct opened o;
	str hash = request_param(request, "hash"), bytes;
	TRY(open_case(request, &o));
	for (uint32_t i = 0; i < o.files.n && sees_all(&o); i++) {
		struct value file = o.files.items[i];
		if (!str_ends(value_text(value_get(file, S("url"))), hash) || hash.n != 64)
			continue;
		TRY(file_read(&request->ctx, o.cases->store, hash, 0,
			      value_integer(value_get(file, S("size")), 0), &bytes));
		event_access(o.cases->store, o.principal->account, o.c.id, ACCESS_DOWNLOAD);
		response_bytes(response, value_text(value_get(file, S("type"))), bytes);
		return OK;
	}
	return fail(&request->ctx, ERR_NOT_FOUND, "There is no such file");
}

static enum err diagram_page(struct request *request, struct response *response)
{
	struct opened o;
	TRY(open_case(request, &o));
	str name = value_text(value_get(o.procedure->body, S("flow")));
	response_bytes(response, S("application/xml"),
		       value_text(value_get(o.procedure->files, name)));
	return OK;
}

#define CASE "/ban/{code}"
#define TASK CASE "/viec/{node}"
#define CASE_ROUTE(method, path, act, handler) \
	{ method, path, act, handler, .object = case_of_code, .flags = ROUTE_MAIN }

const struct route case_routes[] = {
	CASE_ROUTE(WEB_GET, CASE, ACT_CASE_SEE, case_page),
	CASE_ROUTE(WEB_POST, CASE "/nhan", ACT_CASE_ACCEPT, accept_post),
	CASE_ROUTE(WEB_POST, TASK "/nhan", ACT_CASE_WORK, claim_post),
	CASE_ROUTE(WEB_POST, TASK "/tra", ACT_CASE_WORK, release_post),
	CASE_ROUTE(WEB_POST, TASK "/giao", ACT_CASE_ASSIGN, assign_post),
	{ WEB_POST, TASK "/xong", ACT_CASE_WORK, complete_post, .object = case_of_code,
	  .flags = ROUTE_MAIN, .uploads = UPLOADS_MAX, .upload_max = 20 << 20 },
	CASE_ROUTE(WEB_POST, CASE "/bo-sung", ACT_CASE_WORK, ask_post),
	CASE_ROUTE(WEB_POST, CASE "/tu-choi", ACT_CASE_WORK, refuse_post),
	CASE_ROUTE(WEB_POST, CASE "/rut", ACT_CASE_ACCEPT, withdraw_post),
	CASE_ROUTE(WEB_POST, CASE "/xin-loi", ACT_CASE_SIGN, apologise_post),
	CASE_ROUTE(WEB_POST, CASE "/ghi-chu", ACT_CASE_WORK, note_post),
	CASE_ROUTE(WEB_GET, CASE "/tep/{hash}", ACT_CASE_SEE, file_page),
	CASE_ROUTE(WEB_GET, CASE "/flow.bpmn", ACT_CASE_SEE, diagram_page),
	{ 0 },
};
