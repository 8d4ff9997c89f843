/* Tasks, named CODE.NODE: lists, claiming, completing. */
#include "cases/api.h"

enum { LIST = 200 };

/* "CODE.NODE": the node stands behind the last full stop. */
static enum err split_task(struct request *request, str *ret_code, uint32_t *ret_node)
{
	str id = request_param(request, "id");
	size_t dot = id.n;
	int64_t node;
	while (dot > 0 && id.p[dot - 1] != '.')
		dot--;
	if (dot == 0 || !str_int(str_slice(id, dot, id.n), 1, UINT32_MAX, &node))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such task");
	*ret_code = str_slice(id, 0, dot - 1);
	*ret_node = (uint32_t)node;
	return OK;
}

enum err api_task_object(struct request *request, const void **ret_object)
{
	str code;
	uint32_t node;
	TRY(split_task(request, &code, &node));
	return api_object(request, code, ret_object);
}

struct listing {
	struct cases *cases;
	sql_t q;
	struct value list;
};

static enum err read_tasks(struct ctx *ctx, struct db *db, void *arg)
{
	struct listing *l = arg;
	struct rows rows;
	TRY(db_query_built(ctx, db, &rows, &l->q));
	l->list = value_list();
	while (rows_next(&rows)) {
		struct case_task task = {
			.node = (uint32_t)row_int(&rows, 1), .element = row_str(&rows, 2),
			.role = role_of(row_view(&rows, 3)), .agency = row_int(&rows, 4),
			.holder = row_int(&rows, 5), .created_at = row_int(&rows, 6),
			.due_at = row_int(&rows, 7), .outcome = S(""), .open = true,
		};
		const struct procedure *p = procedure_by_id(l->cases, row_int(&rows, 8));
		uint32_t element = p ? flow_find(p->flow, task.element) : FLOW_NONE;
		task.name = element == FLOW_NONE ? task.element
			: procedure_step_name(p, element, ctx_language(ctx));
		value_push(ctx->arena, &l->list,
			   api_task_value(ctx, l->cases, row_str(&rows, 0), &task));
	}
	return rows_end(&rows);
}

API_HANDLER(api_get_tasks)
{
	struct cases *cases = api_cases(request);
	struct arena *arena = request->ctx.arena;
	const struct principal *principal = request_principal(request);
	struct listing l = { .cases = cases, .q = sql_new(arena) };
	struct value body = value_map();
	sql_add(&l.q, SQL("SELECT c.code, t.node, t.element, t.role, t.agency, t.holder, t.created_at,"
			  " t.due_at, c.version FROM case_task t JOIN case_file c"
			  " ON c.organisation = t.organisation AND c.id = t.case_id WHERE t.state = 0"));
	may_where_task(cases->people, principal, SQL("t.role"), SQL("t.agency"), &l.q);
	if (str_eq(request_query(request, "mine"), S("true")))
		sql_add(&l.q, SQL(" AND t.holder = $1"), principal->account);
	if (str_eq(request_query(request, "claimable"), S("true")))
		sql_add(&l.q, SQL(" AND t.holder = 0"));
	sql_add(&l.q, SQL(" ORDER BY t.due_at, t.case_id LIMIT $1"), LIST);
	TRY(store_read(&request->ctx, cases->store, read_tasks, &l));
	value_append(arena, &body, S("tasks"), l.list);
	response_json(response, 200, body);
	return OK;
}

/* ---- acts ---- */

typedef enum err task_act(struct api_act *act, str code, uint32_t node);

static enum err do_act(struct request *request, struct response *response, task_act *run)
{
	struct api_act act;
	str code;
	uint32_t node;
	TRY(split_task(request, &code, &node));
	TRY(api_begin(request, &act));
	if (!api_is_done(&act))
		TRY(api_settle(&act, run(&act, code, node), code));
	return api_answer_case(&act, response, code);
}

static enum err run_claim(struct api_act *act, str code, uint32_t node)
{
	return case_claim(&act->request->ctx, act->cases, &act->who, code, node);
}

static enum err run_release(struct api_act *act, str code, uint32_t node)
{
	return case_release(&act->request->ctx, act->cases, &act->who, code, node);
}

struct by_login {
	str login;
	struct account account;
};

static enum err read_account(struct ctx *ctx, struct db *db, void *arg)
{
	struct by_login *by = arg;
	return account_by_login(ctx, db, by->login, &by->account);
}

/* Without a login: to nobody. */
static enum err run_assign(struct api_act *act, str code, uint32_t node)
{
	struct request *request = act->request;
	struct by_login by = { .login = api_body_text(request, "login") };
	if (!str_empty(by.login) &&
	    store_read(&request->ctx, act->cases->store, read_account, &by) != OK) {
		request_mistake(request, "login", "There is no such account");
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	}
	return case_assign(&request->ctx, act->cases, &act->who, code, node, by.account.id);
}

static const struct form *form_of(struct api_loaded *l, uint32_t node, str language)
{
	const struct procedure *procedure = case_procedure(l->cases, &l->c);
	for (size_t i = 0; procedure && i < l->found.n; i++) {
		uint32_t element = flow_find(procedure->flow, l->found.items[i].element);
		if (l->found.items[i].node != node || element == FLOW_NONE)
			continue;
		const struct flow_element *e = &procedure->flow->elements[element];
		str key = str_empty(e->form_id) ? e->form_key : e->form_id;
		return str_empty(key) ? NULL : procedure_form(procedure, key, language);
	}
	return NULL;
}

/* The task's own form decides what may be said, as on the desk's page. */
static enum err check_completion(struct api_act *act, str code, uint32_t node,
				 struct completion *completion)
{
	struct request *request = act->request;
	struct arena *arena = request->ctx.arena;
	struct api_loaded l = { .cases = act->cases, .code = code };
	struct value data = value_get(request->body, S("data"));
	struct form_result checked;
	TRY(store_read(&request->ctx, act->cases->store, api_read_case, &l));
	const struct form *form = form_of(&l, node, request->language);
	if (!form && data.kind == VALUE_MAP && data.n)
		request_mistake(request, "data", "This step has no form: it takes no data");
	if (form) {
		struct value merged = api_merged(arena, l.c.data, data);
		value_set(arena, &merged, S("outcome"), str_empty(completion->outcome)
			? value_get(data, S("outcome")) : value_str(completion->outcome));
		api_check(request, form, merged, false, &checked);
		completion->data = api_own(arena, checked.submission, l.c.data);
		str outcome = value_text(value_get(checked.submission, S("outcome")));
		if (!str_empty(outcome))
			completion->outcome = outcome;
	}
	if (request_has_mistakes(request))
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	return OK;
}

static enum err run_complete(struct api_act *act, str code, uint32_t node)
{
	struct completion completion = { .outcome = api_body_text(act->request, "outcome"),
					 .data = value_map(),
					 .note = api_body_text(act->request, "note") };
	TRY(check_completion(act, code, node, &completion));
	return case_complete(&act->request->ctx, act->cases, &act->who, code, node, &completion);
}

API_HANDLER(api_post_claim)
{
	return do_act(request, response, run_claim);
}

API_HANDLER(api_post_release)
{
	return do_act(request, response, run_release);
}

API_HANDLER(api_post_assign)
{
	return do_act(request, response, run_assign);
}

API_HANDLER(api_post_complete)
{
	return do_act(request, response, run_complete);
}
