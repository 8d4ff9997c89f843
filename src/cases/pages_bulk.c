/* One act on many steps: chosen on a list, looked at once more, done one by one with a result each, and
 * taken back where that is possible. */
#include "cases/desk.h"
#include "cases/lists.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/view.h"
#include "people/leave.h"

#include "text/template.h"
#include "web/view.h"

enum { ITEMS_MAX = 200 };
/* How long an assignment can be taken back by those who made it. */
#define UNDO_TIME (10 * USEC_MINUTE)

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

enum deed { DEED_TAKE, DEED_RELEASE, DEED_ASSIGN, DEED_APPROVE, DEED_RETURN, DEEDS };

static const struct {
	const char *name, *title, *button, *done;
	enum act act;
} deeds[DEEDS] = {
	[DEED_TAKE] = { "nhan", N_("Take the chosen steps"), N_("Take them"), N_("Taken by you"),
			ACT_CASE_WORK },
	[DEED_RELEASE] = { "tra", N_("Put the chosen steps back"), N_("Put them back"),
			   N_("Free again"), ACT_CASE_WORK },
	[DEED_ASSIGN] = { "giao", N_("Give the chosen steps to an officer"), N_("Give them"),
			  N_("Given to %.*s"), ACT_CASE_ASSIGN },
	[DEED_APPROVE] = { "duyet", N_("Approve the chosen steps"), N_("Approve them"),
			   N_("Approved"), ACT_CASE_SIGN },
	[DEED_RETURN] = { "tra-lai", N_("Send the chosen steps back"), N_("Send them back"),
			  N_("Sent back"), ACT_CASE_SIGN },
};

/* A step named by a list: "CODE~NODE", or "CODE~NODE~HOLDER" where it is to go back to somebody. */
struct item {
	str name, code;
	uint32_t node;
	int64_t holder; /* now; in an undo: before */
	struct case_file c;
	struct case_task task;
	const char *gone; /* why it cannot be acted on; NULL: it can */
	str result;
	bool good;
};

struct bulk {
	struct request *request;
	struct cases *cases;
	enum deed deed;
	struct item items[ITEMS_MAX];
	size_t n;
	str officer, reason; /* login; why it goes back */
	struct account account;
};

static bool read_item(str name, struct item *ret_item)
{
	str rest = name, code, node, holder;
	int64_t n, id = 0;
	if (!str_next(&rest, '~', &code) || !str_next(&rest, '~', &node) ||
	    !str_int(node, 1, UINT32_MAX, &n))
		return false;
	if (str_next(&rest, '~', &holder) && !id_parse(holder, &id))
		id = 0;
	*ret_item = (struct item){ .name = name, .code = code, .node = (uint32_t)n, .holder = id };
	return true;
}

static void read_items(struct bulk *b)
{
	str name;
	for (size_t i = 0; b->n < ITEMS_MAX && request_field_at(b->request, "viec", i, &name); i++)
		if (read_item(name, &b->items[b->n]))
			b->n++;
}

static enum err look_at(struct ctx *ctx, struct db *db, const struct bulk *b, struct item *item)
{
	struct case_tasks tasks;
	struct object object;
	item->gone = N_("There is no case with this code");
	enum err err = case_load(ctx, db, item->code, &item->c);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(case_object(ctx, db, &item->c, &object));
	if (!may(b->cases->people, request_principal(b->request), ACT_CASE_SEE, &object)) {
		item->c = (struct case_file){ 0 };
		return OK;
	}
	TRY(case_tasks(ctx, b->cases, db, &item->c, &tasks));
	item->gone = N_("This step is done already");
	for (size_t i = 0; i < tasks.n; i++)
		if (tasks.items[i].node == item->node && tasks.items[i].open) {
			item->task = tasks.items[i];
			item->gone = NULL;
		}
	return OK;
}

static enum err look_at_all(struct ctx *ctx, struct db *db, void *arg)
{
	struct bulk *b = arg;
	for (size_t i = 0; i < b->n; i++)
		TRY(look_at(ctx, db, b, &b->items[i]));
	return OK;
}

/* All that an officer holds, of what the principal is head of. */
static enum err items_of_officer(struct ctx *ctx, struct db *db, void *arg)
{
	struct bulk *b = arg;
	struct account from;
	struct rows rows;
	int64_t *ids;
	sql_t q = sql_new(ctx->arena);
	TRY(account_by_login(ctx, db, request_field(b->request, "cua"), &from));
	size_t n = may_organisations(b->cases->people, request_principal(b->request),
				     ACT_CASE_ASSIGN, ctx->arena, &ids);
	sql_add(&q, SQL("SELECT c.code, t.node FROM case_task t JOIN case_file c ON"
			" c.organisation = t.organisation AND c.id = t.case_id"
			" WHERE t.state = 0 AND t.holder = $1 AND t.holder <> 0 AND "), from.id);
	sql_in(&q, SQL("t.organisation"), ids, n);
	sql_add(&q, SQL(" ORDER BY t.due_at, t.case_id LIMIT $1"), ITEMS_MAX);
	TRY(db_query_built(ctx, db, &rows, &q));
	for (b->n = 0; b->n < ITEMS_MAX && rows_next(&rows); b->n++) {
		struct item *item = &b->items[b->n];
		*item = (struct item){ .code = row_str(&rows, 0),
				       .node = (uint32_t)row_int(&rows, 1) };
		item->name = arena_printf(ctx->arena, "%.*s~%u", STR_ARG(item->code), item->node);
	}
	return rows_end(&rows);
}

static enum err read_bulk(struct request *request, struct bulk **ret_bulk)
{
	struct bulk *b = ARENA_NEW(request->ctx.arena, struct bulk);
	str act = request_field(request, "act");
	*b = (struct bulk){ .request = request, .cases = cases_of(request), .deed = DEEDS,
			    .officer = str_trim(request_field(request, "nguoi-nhan")),
			    .reason = str_trim(request_field(request, "ly-do")) };
	for (int i = 0; i < DEEDS; i++)
		if (str_eq(act, str_z(deeds[i].name)))
			b->deed = (enum deed)i;
	*ret_bulk = b;
	if (b->deed == DEEDS)
		return fail(&request->ctx, ERR_INVALID, "Choose what to do with the steps");
	if (!may(b->cases->people, request_principal(request), deeds[b->deed].act, NULL))
		return fail(&request->ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	if (!str_empty(request_field(request, "cua")))
		TRY(store_read(&request->ctx, b->cases->store, items_of_officer, b));
	else
		read_items(b);
	return store_read(&request->ctx, b->cases->store, look_at_all, b);
}

/* ---- as views ---- */

static struct value item_view(const struct bulk *b, const struct item *item)
{
	struct request *request = b->request;
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	str url = arena_printf(arena, "/ban/%.*s", STR_ARG(item->code));
	value_append(arena, &view, S("name"), value_str(item->name));
	value_append(arena, &view, S("code"), value_str(item->code));
	value_append(arena, &view, S("url"), item->c.id ? value_str(request_link(request, url))
							: value_null());
	value_append(arena, &view, S("subject"), value_str(item->c.subject));
	value_append(arena, &view, S("step"), value_str(item->task.name));
	value_append(arena, &view, S("gone"), item->gone ? view_text(request, item->gone)
							 : value_null());
	value_append(arena, &view, S("result"), value_str(item->result));
	value_append(arena, &view, S("good"), value_bool(item->good));
	value_append(arena, &view, S("undo"), value_str(arena_printf(arena, "%.*s~%u~%.*s",
		STR_ARG(item->code), item->node, STR_ARG(id_text(arena, item->task.holder)))));
	return view;
}

static enum err bulk_view(const struct bulk *b, struct value *view)
{
	struct request *request = b->request;
	struct arena *arena = request->ctx.arena;
	struct value items = value_list(), desk;
	view_page(request, view, str_z(ctx_text(&request->ctx, deeds[b->deed].title)));
	value_set(arena, view, S("heading"), view_text(request, deeds[b->deed].title));
	TRY(desk_navigation(request, b->cases->people, "/ban", &desk));
	for (size_t i = 0; i < b->n; i++)
		value_push(arena, &items, item_view(b, &b->items[i]));
	value_set(arena, view, S("desk"), desk);
	value_set(arena, view, S("items"), items);
	value_set(arena, view, S("count"), value_int((int64_t)b->n));
	value_set(arena, view, S("act"), value_str(str_z(deeds[b->deed].name)));
	value_set(arena, view, S("button"), view_text(request, deeds[b->deed].button));
	value_set(arena, view, S("back"), value_str(request_link(request, S("/ban"))));
	value_set(arena, view, S("csrf"), value_str(request_csrf(request)));
	return OK;
}

static enum err officer_field(const struct bulk *b, struct value *view)
{
	struct request *request = b->request;
	struct arena *arena = request->ctx.arena;
	struct value options = value_list();
	struct officers officers;
	struct db *db;
	TRY(store_snapshot(&request->ctx, b->cases->store, &db));
	TRY(leave_officers(&request->ctx, b->cases->people, db, request_principal(request),
			   &officers));
	store_release(db);
	for (size_t i = 0; i <= officers.n; i++) {
		struct value option = value_map();
		const struct account *a = i ? &officers.items[i - 1] : NULL;
		value_append(arena, &option, S("value"), value_str(a ? a->login : S("")));
		value_append(arena, &option, S("text"), a ? value_str(arena_printf(arena, "%.*s (%.*s)",
			STR_ARG(a->name), STR_ARG(a->login))) : view_text(request, "Choose an officer"));
		value_append(arena, &option, S("selected"),
			     value_bool(a && str_eq(a->login, b->officer)));
		value_push(arena, &options, option);
	}
	view_field(request, view, "nguoi-nhan", ctx_text(&request->ctx, "Who is to do them"), S(""));
	view_field_set(request, view, "nguoi-nhan", "options", options);
	view_field_set(request, view, "nguoi-nhan", "auto", value_null());
	value_set(arena, view, S("officer"), value_get(*view, S("nguoi-nhan")));
	return OK;
}

static enum err confirm_page(const struct bulk *b, struct response *response)
{
	struct request *request = b->request;
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	TRY(bulk_view(b, &view));
	value_set(arena, &view, S("action"),
		  value_str(request_link(request, S("/ban/hang-loat/lam"))));
	value_set(arena, &view, S("officer"), value_null());
	value_set(arena, &view, S("why"), value_null());
	if (b->deed == DEED_ASSIGN)
		TRY(officer_field(b, &view));
	if (b->deed == DEED_RETURN) {
		view_field(request, &view, "ly-do", ctx_text(&request->ctx, "What is to be corrected"),
			   b->reason);
		value_set(arena, &view, S("why"), value_get(view, S("ly-do")));
	}
	value_set(arena, &view, S("errors"), view_errors(request));
	response_view(response, "cases/bulk", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

/* ---- doing it ---- */

/* A mistake that only says "say why" is answered with the reason typed once for all. */
static struct value fill_reason(struct arena *arena, struct value data, struct value errors,
				str reason)
{
	for (uint32_t i = 0; i < errors.n; i++) {
		str path = value_text(value_get(errors.items[i], S("path"))), key = path, rest = path;
		struct value inner = value_map();
		if (!str_next(&rest, '.', &key) || str_empty(rest)) {
			value_set(arena, &data, path, value_str(reason));
			continue;
		}
		struct value before = value_get(data, key);
		for (uint32_t m = 0; before.kind == VALUE_MAP && m < before.n; m++)
			value_append(arena, &inner, before.members[m].key, before.members[m].value);
		value_set(arena, &inner, rest, value_str(reason));
		value_set(arena, &data, key, inner);
	}
	return data;
}

/* The step's own form decides whether this much is an answer; false: it wants more. */
static bool fill_form(const struct bulk *b, const struct item *item, str outcome,
		      struct value *ret_data)
{
	struct arena *arena = b->request->ctx.arena;
	const struct procedure *p = case_procedure(b->cases, &item->c);
	uint32_t element = p ? flow_find(p->flow, item->task.element) : FLOW_NONE;
	*ret_data = value_map();
	if (element == FLOW_NONE || procedure_task_kind(p, element) != TASK_SIGN)
		return false;
	const struct flow_element *e = &p->flow->elements[element];
	str key = str_empty(e->form_id) ? e->form_key : e->form_id;
	const struct form *form = str_empty(key) ? NULL :
		procedure_form(p, key, b->request->language);
	if (!form)
		return true;
	struct form_env env = desk_form_env(b->request);
	struct form_result checked;
	struct value data = value_copy(arena, form_start(form, item->c.data, &env));
	value_set(arena, &data, S("outcome"), value_str(outcome));
	form_check(form, data, &env, &checked);
	if (checked.errors.n && !str_empty(b->reason)) {
		data = fill_reason(arena, data, checked.errors, b->reason);
		form_check(form, data, &env, &checked);
	}
	for (uint32_t i = 0; i < checked.submission.n; i++) {
		const struct member *m = &checked.submission.members[i];
		const struct value *old = value_find(item->c.data, m->key);
		if ((!old || !value_eq(*old, m->value)) && !str_eq(m->key, S("outcome")))
			value_append(arena, ret_data, m->key, m->value);
	}
	return checked.errors.n == 0;
}

static enum err decide_item(const struct bulk *b, const struct item *item)
{
	struct actor who = { .principal = request_principal(b->request) };
	struct completion done = { .note = b->reason };
	done.outcome = b->deed == DEED_APPROVE ? S("approve") : S("return");
	if (!fill_form(b, item, done.outcome, &done.data))
		return fail(&b->request->ctx, ERR_INVALID,
			    "This step has more to fill in: open the case");
	return case_complete(&b->request->ctx, b->cases, &who, item->code, item->node, &done);
}

static enum err do_item(const struct bulk *b, const struct item *item)
{
	struct ctx *ctx = &b->request->ctx;
	struct actor who = { .principal = request_principal(b->request) };
	if (item->gone)
		return fail(ctx, ERR_CONFLICT, item->gone);
	switch (b->deed) {
	case DEED_TAKE:
		return case_claim(ctx, b->cases, &who, item->code, item->node);
	case DEED_RELEASE:
		return case_release(ctx, b->cases, &who, item->code, item->node);
	case DEED_ASSIGN:
		return case_assign(ctx, b->cases, &who, item->code, item->node, b->account.id);
	default:
		return decide_item(b, item);
	}
}

static void do_all(struct bulk *b)
{
	struct ctx *ctx = &b->request->ctx;
	for (size_t i = 0; i < b->n; i++) {
		struct item *item = &b->items[i];
		item->good = do_item(b, item) == OK;
		const char *done = ctx_text(ctx, deeds[b->deed].done);
		if (!item->good)
			item->result = ctx->fault.message;
		else if (b->deed == DEED_ASSIGN)
			item->result = arena_printf(ctx->arena, done, STR_ARG(b->account.name));
		else
			item->result = str_z(done);
		ctx->fault = (struct fault){ 0 };
	}
}

static enum err results_page(const struct bulk *b, struct response *response)
{
	struct request *request = b->request;
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	bool can_undo = b->deed == DEED_ASSIGN;
	int64_t good = 0;
	TRY(bulk_view(b, &view));
	for (size_t i = 0; i < b->n; i++)
		good += b->items[i].good;
	value_set(arena, &view, S("good_count"), value_int(good));
	value_set(arena, &view, S("undo"), can_undo && good ?
		  value_str(request_link(request, S("/ban/hang-loat/lay-lai"))) : value_null());
	value_set(arena, &view, S("given_to"), value_str(b->officer));
	value_set(arena, &view, S("given_at"), value_int(clock_real() / USEC_SECOND));
	response_view(response, "cases/bulk_done", view);
	return OK;
}

static enum err choose_post(struct request *request, struct response *response)
{
	struct bulk *b;
	TRY(read_bulk(request, &b));
	if (b->n)
		return confirm_page(b, response);
	response_flash(response, "notice", "%s",
		       ctx_text(&request->ctx, "Tick the steps first, then choose what to do"));
	response_redirect(response, S("/ban"));
	return OK;
}

static enum err check_bulk(struct bulk *b)
{
	struct ctx *ctx = &b->request->ctx;
	struct db *db;
	if (b->deed == DEED_RETURN && str_empty(b->reason))
		request_mistake(b->request, "ly-do", "Say what is to be corrected");
	if (b->deed != DEED_ASSIGN)
		return OK;
	TRY(store_snapshot(ctx, b->cases->store, &db));
	enum err err = account_by_login(ctx, db, b->officer, &b->account);
	store_release(db);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_NOT_FOUND)
		request_mistake(b->request, "nguoi-nhan", "Choose who is to do them");
	return OK;
}

static enum err do_post(struct request *request, struct response *response)
{
	struct bulk *b;
	TRY(read_bulk(request, &b));
	TRY(check_bulk(b));
	if (request_has_mistakes(request))
		return confirm_page(b, response);
	do_all(b);
	return results_page(b, response);
}

/* ---- taking it back ---- */

/* To whom it belonged before; only while the one it was given to still has it. */
static enum err undo_item(const struct bulk *b, const struct item *item, int64_t given_to)
{
	struct ctx *ctx = &b->request->ctx;
	struct actor who = { .principal = request_principal(b->request) };
	if (item->gone)
		return fail(ctx, ERR_CONFLICT, item->gone);
	if (item->task.holder != given_to)
		return fail(ctx, ERR_CONFLICT, "Somebody else has the step by now");
	return case_assign(ctx, b->cases, &who, item->code, item->node, item->holder);
}

static enum err undo_post(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct bulk *b = ARENA_NEW(ctx->arena, struct bulk);
	int64_t at, back = 0;
	*b = (struct bulk){ .request = request, .cases = cases_of(request), .deed = DEED_ASSIGN,
			    .officer = str_trim(request_field(request, "nguoi-nhan")) };
	read_items(b);
	TRY(check_bulk(b));
	TRY(store_read(ctx, b->cases->store, look_at_all, b));
	if (!str_int(request_field(request, "luc"), 0, INT64_MAX / USEC_SECOND, &at) ||
	    clock_real() - at * USEC_SECOND > UNDO_TIME)
		return fail(ctx, ERR_CONFLICT, "It is too late to take this back: assign the steps anew");
	for (size_t i = 0; i < b->n; i++)
		back += undo_item(b, &b->items[i], b->account.id) == OK;
	ctx->fault = (struct fault){ 0 };
	response_flash(response, "success", ctx_text(ctx, "%lld of %lld steps are back where they were"),
		       (long long)back, (long long)b->n);
	response_redirect(response, S("/ban?xem=don-vi"));
	return OK;
}

const struct route bulk_routes[] = {
	{ WEB_POST, "/ban/hang-loat", ACT_CASE_WORK, choose_post, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/hang-loat/lam", ACT_CASE_WORK, do_post, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/hang-loat/lay-lai", ACT_CASE_ASSIGN, undo_post, .flags = ROUTE_MAIN },
	{ 0 },
};
