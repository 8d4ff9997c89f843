/* Procedures and cases: reading them, and what is done to a case as a whole. */
#include "cases/api.h"
#include "cases/fee.h"
#include "cases/endings.h"
#include "cases/name_words.h"
#include "cases/view.h"

#include "store/event.h"
#include "text/vietnamese.h"

enum { PAGE = 50 };

/* ---- procedures ---- */

enum err api_get_procedures(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value body = value_map(), list = value_list();
	const struct procedure **items;
	size_t n;
	procedures_in_force(api_cases(request), arena, clock_business(), &items, &n);
	for (size_t i = 0; i < n; i++)
		value_push(arena, &list, procedure_view(&request->ctx, items[i], request->language));
	value_append(arena, &body, S("procedures"), list);
	response_json(response, 200, body);
	return OK;
}

enum err api_get_procedure(struct request *request, struct response *response)
{
	const struct procedure *procedure = procedure_in_force(api_cases(request),
		request_param(request, "code"), clock_business());
	if (!procedure)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	response_json(response, 200, procedure_view(&request->ctx, procedure, request->language));
	return OK;
}

/* ---- one case ---- */

static enum err read_object(struct ctx *ctx, struct db *db, void *arg)
{
	struct api_loaded *l = arg;
	TRY(case_load(ctx, db, l->code, &l->c));
	return case_object(ctx, db, &l->c, l->object);
}

enum err api_object(struct request *request, str code, const void **ret_object)
{
	struct api_loaded l = { .code = code, .object = ARENA_NEW(request->ctx.arena, struct object) };
	TRY(store_read(&request->ctx, api_cases(request)->store, read_object, &l));
	*ret_object = l.object;
	return OK;
}

enum err api_case_object(struct request *request, const void **ret_object)
{
	return api_object(request, request_param(request, "code"), ret_object);
}

struct value api_task_value(struct ctx *ctx, struct cases *cases, str code,
				   const struct case_task *task)
{
	struct arena *arena = ctx->arena;
	struct value v = value_map();
	const struct organisation *agency = organisation_by_id(cases->people, task->agency);
	value_append(arena, &v, S("id"), value_str(arena_printf(arena, "%.*s.%u", STR_ARG(code),
								task->node)));
	value_append(arena, &v, S("case"), value_str(code));
	value_append(arena, &v, S("element"), value_str(task->element));
	value_append(arena, &v, S("name"), value_str(task->name));
	value_append(arena, &v, S("role"), value_str(role_id(task->role)));
	value_append(arena, &v, S("agency"), value_str(agency ? agency->code : S("")));
	value_append(arena, &v, S("holder"), task->holder ? value_str(id_text(arena, task->holder))
							  : value_null());
	value_append(arena, &v, S("open"), value_bool(task->open));
	value_append(arena, &v, S("created_at"), view_time(ctx, cases, task->created_at));
	value_append(arena, &v, S("due_at"), view_time(ctx, cases, task->due_at));
	value_append(arena, &v, S("done_at"), view_time(ctx, cases, task->done_at));
	value_append(arena, &v, S("outcome"), value_str(task->outcome));
	return v;
}

enum err api_read_case(struct ctx *ctx, struct db *db, void *arg)
{
	struct api_loaded *l = arg;
	TRY(case_load(ctx, db, l->code, &l->c));
	TRY(case_tasks(ctx, l->cases, db, &l->c, &l->found));
	l->tasks = value_list();
	for (size_t i = 0; i < l->found.n; i++)
		value_push(ctx->arena, &l->tasks,
			   api_task_value(ctx, l->cases, l->code, &l->found.items[i]));
	TRY(fee_view(ctx, l->cases, db, &l->c, false, S(""), &l->payment));
	return case_timeline(ctx, l->cases, db, &l->c, false, &l->timeline);
}

struct value api_due_reason(struct ctx *ctx, struct cases *cases, const struct case_file *c)
{
	struct calendar_due due;
	struct value list = value_list();
	if (case_due(ctx, cases, c, clock_business(), &due) != OK)
		return list;
	value_push(ctx->arena, &list, value_str(due_sentence(ctx, cases, &due)));
	return list;
}

static struct value whole_case(struct request *request, struct api_loaded *l)
{
	struct arena *arena = request->ctx.arena;
	struct object received = { .organisation = l->c.organisation };
	bool all = may(l->cases->people, request_principal(request), ACT_CASE_SEE, &received);
	struct value v = all ? case_view(&request->ctx, l->cases, &l->c)
			     : case_public_view(&request->ctx, l->cases, &l->c);
	value_append(arena, &v, S("due_reason"), api_due_reason(&request->ctx, l->cases, &l->c));
	value_append(arena, &v, S("tasks"), l->tasks);
	if (all)
		value_append(arena, &v, S("payment"), l->payment);
	if (all)
		value_append(arena, &v, S("data"), l->c.data);
	return v;
}

enum err api_get_case(struct request *request, struct response *response)
{
	struct api_loaded l = { .cases = api_cases(request), .code = request_param(request, "code") };
	TRY(store_read(&request->ctx, l.cases->store, api_read_case, &l));
	event_access(l.cases->store, request_principal(request)->account, l.c.id, ACCESS_OPEN);
	response_json(response, 200, whole_case(request, &l));
	return OK;
}

enum err api_get_events(struct request *request, struct response *response)
{
	struct api_loaded l = { .cases = api_cases(request), .code = request_param(request, "code") };
	struct value body = value_map();
	TRY(store_read(&request->ctx, l.cases->store, api_read_case, &l));
	value_append(request->ctx.arena, &body, S("events"), l.timeline);
	response_json(response, 200, body);
	return OK;
}

/* ---- lists ---- */

struct listing {
	struct cases *cases;
	const struct principal *principal;
	sql_t filter;
	str words;
	int64_t before;
	struct value list;
	int64_t last;
	size_t n;
};

static enum err list_cases(struct ctx *ctx, struct db *db, struct listing *l,
			   struct found_case *found)
{
	sql_t q = sql_new(ctx->arena);
	struct rows rows;
	sql_add(&q, SQL("SELECT c.organisation, c.id FROM case_file c WHERE c.id < $1"), l->before);
	may_where(l->cases->people, l->principal, ACT_CASE_SEE, SQL("c.organisation"), &q);
	sql_append(&q, &l->filter);
	sql_add(&q, SQL(" ORDER BY c.id DESC LIMIT $1"), PAGE);
	TRY(db_query_built(ctx, db, &rows, &q));
	for (l->n = 0; l->n < PAGE && rows_next(&rows); l->n++)
		found[l->n] = (struct found_case){ row_int(&rows, 0), row_int(&rows, 1) };
	return rows_end(&rows);
}

static enum err find_cases(struct ctx *ctx, struct db *db, struct listing *l,
			   struct found_case *found)
{
	int64_t *ids;
	size_t n = may_organisations(l->cases->people, l->principal, ACT_CASE_SEE, ctx->arena, &ids);
	struct name_search search = {
		.offices = ids, .n = n, .words = l->words, .before = l->before,
		.filter = sql_is_empty(&l->filter) ? NULL : &l->filter,
	};
	return name_words_find(ctx, db, &search, found, PAGE, &l->n);
}

static enum err read_list(struct ctx *ctx, struct db *db, void *arg)
{
	struct listing *l = arg;
	struct found_case found[PAGE];
	bool named = !str_empty(vietnamese_fold(ctx->arena, l->words));
	TRY(named ? find_cases(ctx, db, l, found) : list_cases(ctx, db, l, found));
	l->list = value_list();
	for (size_t i = 0; i < l->n; i++) {
		struct case_file c;
		TRY(rows_read_case(ctx, db, found[i].organisation, found[i].id, &c));
		value_push(ctx->arena, &l->list, case_view(ctx, l->cases, &c));
		l->last = c.id;
	}
	return OK;
}

static int64_t status_of(str name)
{
	for (int64_t s = CASE_NEW; s <= CASE_RETURNED; s++)
		if (str_eq(str_z(case_status_name(s)), name))
			return s;
	return 0;
}

static enum err add_filters(struct request *request, struct listing *l)
{
	sql_t *q = &l->filter;
	int64_t status;
	str name = request_query(request, "status"), code = request_query(request, "organisation");
	str cursor = request_query(request, "cursor");
	if (!str_empty(name)) {
		status = status_of(name);
		if (!status)
			return fail(&request->ctx, ERR_INVALID, "There is no such status");
		sql_add(q, SQL(" AND c.status = $1"), status);
	}
	if (!str_empty(code)) {
		const struct organisation *organisation =
			organisation_by_code(api_cases(request)->people, code);
		if (!organisation)
			return fail(&request->ctx, ERR_INVALID, "There is no such organisation");
		sql_add(q, SQL(" AND c.organisation = $1"), organisation->id);
	}
	if (str_eq(request_query(request, "late"), S("true")))
		sql_add(q, SQL(" AND c.status IN (2, 4, 6) AND c.due_at > 0 AND c.due_at < $1"),
			clock_business());
	if (!str_empty(cursor) && !id_parse(cursor, &l->before))
		return fail(&request->ctx, ERR_INVALID, "There is no such cursor");
	return OK;
}

API_HANDLER(api_get_cases)
{
	struct cases *cases = api_cases(request);
	struct arena *arena = request->ctx.arena;
	struct listing l = { .cases = cases, .principal = request_principal(request),
			     .filter = sql_new(arena), .before = INT64_MAX,
			     .words = str_trim(request_query(request, "q")) };
	struct value body = value_map();
	TRY(add_filters(request, &l));
	TRY(store_read(&request->ctx, cases->store, read_list, &l));
	value_append(arena, &body, S("cases"), l.list);
	value_append(arena, &body, S("cursor"),
		     l.n == PAGE ? value_str(id_text(arena, l.last)) : value_null());
	response_json(response, 200, body);
	return OK;
}

/* ---- acts ---- */

enum err api_answer_case(struct api_act *act, struct response *response, str code)
{
	struct api_loaded l = { .cases = act->cases, .code = code };
	if (act->kept.status)
		return api_answer(act, response, 200, value_null());
	TRY(store_read(&act->request->ctx, l.cases->store, api_read_case, &l));
	return api_answer(act, response, 200, whole_case(act->request, &l));
}

typedef enum err whole_act(struct api_act *act, str code);

/* An act on the case of the address, done once. */
static enum err do_act(struct request *request, struct response *response, whole_act *run)
{
	struct api_act act;
	str code = request_param(request, "code");
	TRY(api_begin(request, &act));
	if (!api_is_done(&act))
		TRY(api_settle(&act, run(&act, code), code));
	return api_answer_case(&act, response, code);
}

static enum err run_accept(struct api_act *act, str code)
{
	struct acceptance acceptance = { .note = api_body_text(act->request, "note") };
	return case_accept(&act->request->ctx, act->cases, &act->who, code, &acceptance);
}

static enum err run_refuse(struct api_act *act, str code)
{
	act->who.reason = str_trim(api_body_text(act->request, "reason"));
	return case_refuse(&act->request->ctx, act->cases, &act->who, code);
}

static enum err run_withdraw(struct api_act *act, str code)
{
	act->who.reason = str_trim(api_body_text(act->request, "reason"));
	return case_withdraw(&act->request->ctx, act->cases, &act->who, code);
}

static enum err run_supplement(struct api_act *act, str code)
{
	return case_ask_again(&act->request->ctx, act->cases, &act->who, code,
			      value_get(act->request->body, S("items")),
			      api_body_text(act->request, "why"));
}

/* Data for fields of the application, a text, or both; files come before it, by POST …/files. */
static enum err run_supplement_answer(struct api_act *act, str code)
{
	struct request *request = act->request;
	struct arena *arena = request->ctx.arena;
	struct api_loaded l = { .cases = act->cases, .code = code };
	struct completion given = { 0 };
	struct form_result checked;
	struct value words = value_map(), data = value_get(request->body, S("data"));
	TRY(store_read(&request->ctx, act->cases->store, api_read_case, &l));
	const struct procedure *procedure = case_procedure(act->cases, &l.c);
	const struct form *form =
		procedure ? procedure_form(procedure, S("apply"), request->language) : NULL;
	given.data = value_map();
	if (form && data.kind == VALUE_MAP) {
		api_check(request, form, api_merged(arena, l.c.data, data), true, &checked);
		if (request_has_mistakes(request))
			return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
		given.data = api_own(arena, checked.submission, l.c.data);
	}
	value_append(arena, &words, S("text"), value_str(str_trim(api_body_text(request, "text"))));
	value_set(arena, &given.data,
		  arena_printf(arena, "supplement_%lld", (long long)l.c.supplements), words);
	return case_give_supplement(&request->ctx, act->cases, &act->who, code, &given);
}

static enum err run_apology(struct api_act *act, str code)
{
	struct request *request = act->request;
	int offset = calendar_zone(cases_calendar(act->cases));
	int64_t day;
	act->who.reason = str_trim(api_body_text(request, "reason"));
	if (!date_parse(api_body_text(request, "new_date"), &day)) {
		request_mistake(request, "new_date", "Enter the new date, for example 2015-02-09");
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	}
	return case_apologise(&request->ctx, act->cases, &act->who, code,
			      day * USEC_DAY + 17 * USEC_HOUR - offset * USEC_MINUTE);
}

static enum err run_note(struct api_act *act, str code)
{
	return case_note(&act->request->ctx, act->cases, &act->who, code,
			 api_body_text(act->request, "text"));
}

API_HANDLER(api_post_accept)
{
	return do_act(request, response, run_accept);
}

API_HANDLER(api_post_refuse)
{
	return do_act(request, response, run_refuse);
}

API_HANDLER(api_post_withdraw)
{
	return do_act(request, response, run_withdraw);
}

API_HANDLER(api_post_supplement)
{
	return do_act(request, response, run_supplement);
}

API_HANDLER(api_post_supplement_answer)
{
	return do_act(request, response, run_supplement_answer);
}

API_HANDLER(api_post_apology)
{
	return do_act(request, response, run_apology);
}

API_HANDLER(api_post_note)
{
	return do_act(request, response, run_note);
}
