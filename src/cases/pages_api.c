/* The API of cases: the same commands as the pages, as JSON. Tasks are named CODE.NODE. */
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/upload.h"
#include "cases/view.h"

#include "base/embed.h"
#include "store/event.h"
#include "web/view.h"

enum { PAGE = 50 };

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

static struct actor actor_of(const struct request *request)
{
	return (struct actor){ .principal = request_principal(request) };
}

/* ---- repeated requests: an Idempotency-Key is answered once ---- */

struct kept {
	int64_t account;
	str key, answer;
	int64_t status;
};

static enum err read_kept(struct ctx *ctx, struct db *db, void *arg)
{
	struct kept *k = arg;
	struct rows row;
	enum err err = db_one(ctx, db, &row, SQL("SELECT status, answer FROM request_key"
						 " WHERE account = $1 AND name = $2"),
			      k->account, k->key);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	k->status = row_int(&row, 0);
	k->answer = row_str(&row, 1);
	return OK;
}

static enum err keep(struct ctx *ctx, struct db *db, void *arg)
{
	struct kept *k = arg;
	return db_run(ctx, db, SQL("INSERT INTO request_key (account, name, status, answer, kept_at)"
				   " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, name) DO NOTHING"),
		      k->account, k->key, k->status, k->answer, clock_real());
}

static struct kept key_of(const struct request *request)
{
	const struct principal *principal = request_principal(request);
	return (struct kept){ .account = principal ? principal->account : 0,
			      .key = request->idempotency_key };
}

/* True when this request was answered before: the answer is given again. */
static enum err answered(struct request *request, struct response *response, bool *ret_answered)
{
	struct kept k = key_of(request);
	struct json_fault fault;
	struct value body;
	*ret_answered = false;
	if (str_empty(k.key))
		return OK;
	TRY(store_read(&request->ctx, cases_of(request)->store, read_kept, &k));
	if (!k.status || !json_parse(request->ctx.arena, k.answer, &body, &fault))
		return OK;
	response_json(response, (int)k.status, body);
	*ret_answered = true;
	return OK;
}

static enum err answer(struct request *request, struct response *response, int status,
		       struct value body)
{
	struct kept k = key_of(request);
	response_json(response, status, body);
	if (str_empty(k.key))
		return OK;
	struct buf text = { .arena = request->ctx.arena };
	json_write(&text, body);
	k.answer = buf_view(&text);
	k.status = status;
	return store_write(&request->ctx, cases_of(request)->store, keep, &k);
}

/* ---- procedures ---- */

static enum err get_procedures(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value body = value_map(), list = value_list();
	const struct procedure **items;
	size_t n;
	procedures_in_force(cases_of(request), arena, clock_business(), &items, &n);
	for (size_t i = 0; i < n; i++)
		value_push(arena, &list, procedure_view(&request->ctx, items[i], request->language));
	value_append(arena, &body, S("procedures"), list);
	response_json(response, 200, body);
	return OK;
}

static enum err get_procedure(struct request *request, struct response *response)
{
	const struct procedure *procedure = procedure_in_force(cases_of(request),
		request_param(request, "code"), clock_business());
	if (!procedure)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	response_json(response, 200, procedure_view(&request->ctx, procedure, request->language));
	return OK;
}

/* ---- one case ---- */

struct loaded {
	struct cases *cases;
	str code;
	struct case_file c;
	struct object *object;
	struct value timeline, tasks;
};

static enum err read_object(struct ctx *ctx, struct db *db, void *arg)
{
	struct loaded *l = arg;
	TRY(case_load(ctx, db, l->code, &l->c));
	return case_object(ctx, db, &l->c, l->object);
}

static enum err object_of(struct request *request, str code, const void **ret_object)
{
	struct loaded l = { .code = code, .object = ARENA_NEW(request->ctx.arena, struct object) };
	TRY(store_read(&request->ctx, cases_of(request)->store, read_object, &l));
	*ret_object = l.object;
	return OK;
}

static enum err case_of_code(struct request *request, const void **ret_object)
{
	return object_of(request, request_param(request, "code"), ret_object);
}

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

static enum err case_of_task(struct request *request, const void **ret_object)
{
	str code;
	uint32_t node;
	TRY(split_task(request, &code, &node));
	return object_of(request, code, ret_object);
}

static struct value task_value(struct ctx *ctx, struct cases *cases, str code,
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

static enum err read_case(struct ctx *ctx, struct db *db, void *arg)
{
	struct loaded *l = arg;
	struct case_tasks tasks;
	TRY(case_load(ctx, db, l->code, &l->c));
	TRY(case_tasks(ctx, l->cases, db, &l->c, &tasks));
	l->tasks = value_list();
	for (size_t i = 0; i < tasks.n; i++)
		value_push(ctx->arena, &l->tasks, task_value(ctx, l->cases, l->code, &tasks.items[i]));
	return case_timeline(ctx, l->cases, db, &l->c, false, &l->timeline);
}

static struct value due_reason(struct ctx *ctx, struct cases *cases, const struct case_file *c)
{
	struct calendar_due due;
	struct value list = value_list();
	if (case_due(ctx, cases, c, clock_business(), &due) != OK)
		return list;
	value_push(ctx->arena, &list, value_str(due_sentence(ctx, cases, &due)));
	return list;
}

static struct value whole_case(struct request *request, struct loaded *l)
{
	struct arena *arena = request->ctx.arena;
	struct object received = { .organisation = l->c.organisation };
	bool all = may(l->cases->people, request_principal(request), ACT_CASE_SEE, &received);
	struct value v = all ? case_view(&request->ctx, l->cases, &l->c)
			     : case_public_view(&request->ctx, l->cases, &l->c);
	value_append(arena, &v, S("due_reason"), due_reason(&request->ctx, l->cases, &l->c));
	value_append(arena, &v, S("tasks"), l->tasks);
	if (all)
		value_append(arena, &v, S("data"), l->c.data);
	return v;
}

static enum err get_case(struct request *request, struct response *response)
{
	struct loaded l = { .cases = cases_of(request), .code = request_param(request, "code") };
	TRY(store_read(&request->ctx, l.cases->store, read_case, &l));
	event_access(l.cases->store, request_principal(request)->account, l.c.id, ACCESS_OPEN);
	response_json(response, 200, whole_case(request, &l));
	return OK;
}

static enum err get_events(struct request *request, struct response *response)
{
	struct loaded l = { .cases = cases_of(request), .code = request_param(request, "code") };
	struct value body = value_map();
	TRY(store_read(&request->ctx, l.cases->store, read_case, &l));
	value_append(request->ctx.arena, &body, S("events"), l.timeline);
	response_json(response, 200, body);
	return OK;
}

/* ---- filing ---- */

static str body_text(const struct request *request, const char *path)
{
	return value_text(value_path(request->body, str_z(path)));
}

static enum err check_data(struct request *request, const struct procedure *procedure,
			   struct value data, struct form_result *ret_result)
{
	const struct form *form = procedure_form(procedure, S("apply"), request->language);
	struct form_env env = { .ctx = &request->ctx, .now = clock_business(), .country = S("84"),
				.offset = calendar_zone(cases_calendar(cases_of(request))) };
	if (!form)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	form_check(form, data.kind == VALUE_MAP ? data : value_map(), &env, ret_result);
	for (uint32_t i = 0; i < ret_result->errors.n; i++) {
		struct form_file_rule rule;
		struct value error = ret_result->errors.items[i];
		/* Files follow by POST …/files: the desk or partner has the papers. */
		if (form_file_field(form, value_text(value_get(error, S("name"))), ret_result->data,
				    &env, &rule))
			continue;
		str path = value_text(value_get(error, S("path")));
		request_mistake(request, arena_copy(request->ctx.arena, path).p, "%.*s",
				STR_ARG(value_text(value_get(error, S("message")))));
	}
	return OK;
}

static str applicant_text(struct request *request, const struct procedure *procedure,
			  struct value data, const char *which)
{
	struct arena *arena = request->ctx.arena;
	str given = body_text(request, arena_printf(arena, "applicant.%s", which).p);
	str path = value_text(value_path(procedure->body, arena_printf(arena, "applicant.%s", which)));
	return !str_empty(given) || str_empty(path) ? given : value_text(value_path(data, path));
}

static enum case_channel channel_of(str name)
{
	return str_eq(name, S("online")) ? CHANNEL_ONLINE
					 : str_eq(name, S("post")) ? CHANNEL_POST : CHANNEL_DIRECT;
}

static enum err submit(struct request *request, const struct procedure *procedure,
		       const struct organisation *organisation, struct value data,
		       struct case_result *ret_result)
{
	struct actor who = actor_of(request);
	struct submission submission = {
		.procedure = procedure->name, .organisation = organisation->id,
		.channel = channel_of(body_text(request, "channel")), .data = data,
		.applicant = applicant_text(request, procedure, data, "name"),
		.applicant_id = applicant_text(request, procedure, data, "id_number"),
		.phone = applicant_text(request, procedure, data, "phone"),
		.email = applicant_text(request, procedure, data, "email"),
		.address = applicant_text(request, procedure, data, "address"),
	};
	return case_submit(&request->ctx, cases_of(request), &who, &submission, ret_result);
}

static enum err post_case(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct arena *arena = request->ctx.arena;
	struct form_result checked;
	struct case_result done;
	struct acceptance acceptance = { 0 };
	struct actor who = actor_of(request);
	bool before;
	TRY(answered(request, response, &before));
	if (before)
		return OK;
	const struct procedure *procedure =
		procedure_in_force(cases, body_text(request, "procedure"), clock_business());
	const struct organisation *organisation =
		organisation_by_code(cases->people, body_text(request, "organisation"));
	if (!procedure)
		request_mistake(request, "procedure", "There is no such procedure in force");
	if (!organisation)
		request_mistake(request, "organisation", "Choose the office that receives the case");
	if (procedure)
		TRY(check_data(request, procedure, value_get(request->body, S("data")), &checked));
	if (request_has_mistakes(request))
		return fail(&request->ctx, ERR_INVALID, "Some fields are not right");
	TRY(submit(request, procedure, organisation, checked.submission, &done));
	/* Accepted at once when the caller may accept: the short cut for a desk or a partner. */
	struct object object = { .organisation = organisation->id };
	if (may(cases->people, who.principal, ACT_CASE_ACCEPT, &object))
		TRY(case_accept(&request->ctx, cases, &who, done.code, &acceptance));
	struct loaded l = { .cases = cases, .code = done.code };
	TRY(store_read(&request->ctx, cases->store, read_case, &l));
	struct value body = case_public_view(&request->ctx, cases, &l.c);
	value_append(arena, &body, S("due_reason"), due_reason(&request->ctx, cases, &l.c));
	value_append(arena, &body, S("tracking_pin"), value_str(done.pin));
	value_append(arena, &body, S("receipt_url"), value_str(request_absolute(request,
		arena_printf(arena, "/tra-cuu/%.*s/giay/receipt.pdf", STR_ARG(done.code)))));
	return answer(request, response, 201, body);
}

/* ---- lists ---- */

struct listing {
	struct cases *cases;
	const struct principal *principal;
	sql_t q;
	struct value list;
	int64_t last;
	size_t n;
};

static enum err read_list(struct ctx *ctx, struct db *db, void *arg)
{
	struct listing *l = arg;
	struct rows rows;
	struct {
		int64_t organisation, id;
	} keys[PAGE];
	size_t n = 0;
	TRY(db_query_built(ctx, db, &rows, &l->q));
	for (; n < PAGE && rows_next(&rows); n++) {
		keys[n].organisation = row_int(&rows, 0);
		keys[n].id = row_int(&rows, 1);
	}
	TRY(rows_end(&rows));
	l->list = value_list();
	l->n = n;
	for (size_t i = 0; i < n; i++) {
		struct case_file c;
		TRY(rows_read_case(ctx, db, keys[i].organisation, keys[i].id, &c));
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

static enum err get_cases(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct arena *arena = request->ctx.arena;
	struct listing l = { .cases = cases, .principal = request_principal(request),
			     .q = sql_new(arena) };
	int64_t after = 0, status = status_of(request_query(request, "status"));
	const struct organisation *organisation =
		organisation_by_code(cases->people, request_query(request, "organisation"));
	struct value body = value_map();
	sql_add(&l.q, SQL("SELECT c.organisation, c.id FROM case_file c WHERE 1 = 1"));
	may_where(cases->people, l.principal, ACT_CASE_SEE, SQL("c.organisation"), &l.q);
	if (status)
		sql_add(&l.q, SQL(" AND c.status = $1"), status);
	if (organisation)
		sql_add(&l.q, SQL(" AND c.organisation = $1"), organisation->id);
	if (str_eq(request_query(request, "late"), S("true")))
		sql_add(&l.q, SQL(" AND c.status IN (2, 4, 6) AND c.due_at > 0 AND c.due_at < $1"),
			clock_business());
	if (id_parse(request_query(request, "cursor"), &after))
		sql_add(&l.q, SQL(" AND c.id < $1"), after);
	sql_add(&l.q, SQL(" ORDER BY c.id DESC LIMIT $1"), PAGE);
	TRY(store_read(&request->ctx, cases->store, read_list, &l));
	value_append(arena, &body, S("cases"), l.list);
	value_append(arena, &body, S("cursor"),
		     l.n == PAGE ? value_str(id_text(arena, l.last)) : value_null());
	response_json(response, 200, body);
	return OK;
}

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
			   task_value(ctx, l->cases, row_str(&rows, 0), &task));
	}
	return rows_end(&rows);
}

static enum err get_tasks(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct arena *arena = request->ctx.arena;
	struct listing l = { .cases = cases, .principal = request_principal(request),
			     .q = sql_new(arena) };
	struct value body = value_map();
	sql_add(&l.q, SQL("SELECT c.code, t.node, t.element, t.role, t.agency, t.holder, t.created_at,"
			  " t.due_at, c.version FROM case_task t JOIN case_file c"
			  " ON c.organisation = t.organisation AND c.id = t.case_id WHERE t.state = 0"));
	may_where_task(cases->people, l.principal, SQL("t.role"), SQL("t.agency"), &l.q);
	if (str_eq(request_query(request, "mine"), S("true")))
		sql_add(&l.q, SQL(" AND t.holder = $1"), l.principal->account);
	if (str_eq(request_query(request, "claimable"), S("true")))
		sql_add(&l.q, SQL(" AND t.holder = 0"));
	sql_add(&l.q, SQL(" ORDER BY t.due_at, t.case_id LIMIT $1"), 200);
	TRY(store_read(&request->ctx, cases->store, read_tasks, &l));
	value_append(arena, &body, S("tasks"), l.list);
	response_json(response, 200, body);
	return OK;
}

/* ---- acts ---- */

static enum err answer_case(struct request *request, struct response *response, str code)
{
	struct loaded l = { .cases = cases_of(request), .code = code };
	TRY(store_read(&request->ctx, l.cases->store, read_case, &l));
	return answer(request, response, 200, whole_case(request, &l));
}

static enum err post_claim(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	str code;
	uint32_t node;
	TRY(split_task(request, &code, &node));
	TRY(case_claim(&request->ctx, cases_of(request), &who, code, node));
	return answer_case(request, response, code);
}

static enum err post_release(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	str code;
	uint32_t node;
	TRY(split_task(request, &code, &node));
	TRY(case_release(&request->ctx, cases_of(request), &who, code, node));
	return answer_case(request, response, code);
}

static enum err post_complete(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	struct completion completion = { .outcome = body_text(request, "outcome"),
					 .data = value_get(request->body, S("data")),
					 .note = body_text(request, "note") };
	bool before;
	str code;
	uint32_t node;
	TRY(answered(request, response, &before));
	if (before)
		return OK;
	TRY(split_task(request, &code, &node));
	TRY(case_complete(&request->ctx, cases_of(request), &who, code, node, &completion));
	return answer_case(request, response, code);
}

static enum err post_accept(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	struct acceptance acceptance = { .note = body_text(request, "note") };
	bool before;
	TRY(answered(request, response, &before));
	if (before)
		return OK;
	TRY(case_accept(&request->ctx, cases_of(request), &who, request_param(request, "code"),
			&acceptance));
	return answer_case(request, response, request_param(request, "code"));
}

static enum err post_withdraw(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	who.reason = body_text(request, "reason");
	TRY(case_withdraw(&request->ctx, cases_of(request), &who, request_param(request, "code")));
	return answer_case(request, response, request_param(request, "code"));
}

/* ---- tracking ---- */

struct tracking {
	struct cases *cases;
	str code, pin;
	bool fits;
	struct case_file c;
	struct value timeline;
};

static enum err read_tracking(struct ctx *ctx, struct db *db, void *arg)
{
	struct tracking *t = arg;
	int64_t id;
	TRY(case_pin_fits(ctx, t->cases, db, t->code, t->pin, &t->fits, &id));
	if (!t->fits)
		return OK;
	TRY(case_load(ctx, db, t->code, &t->c));
	return case_timeline(ctx, t->cases, db, &t->c, true, &t->timeline);
}

static enum err get_tracking(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct tracking t = { .cases = cases_of(request), .code = request_query(request, "code"),
			      .pin = request_query(request, "pin") };
	str key = arena_printf(arena, "pin:%.*s:%.*s", STR_ARG(t.code), STR_ARG(request->client));
	if (!web_rate_take(request->web, key, 5, 20))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	TRY(store_read(&request->ctx, t.cases->store, read_tracking, &t));
	if (!t.fits)
		return fail(&request->ctx, ERR_NOT_FOUND,
			    "Code and PIN do not belong together; look at the receipt");
	web_rate_forget(request->web, key);
	struct value body = case_public_view(&request->ctx, t.cases, &t.c);
	value_append(arena, &body, S("due_reason"), due_reason(&request->ctx, t.cases, &t.c));
	value_append(arena, &body, S("events"), t.timeline);
	response_json(response, 200, body);
	return OK;
}

/* ---- ledger ---- */

struct ledger_question {
	struct cases *cases;
	str code, checkpoint;
	int64_t event, from, to;
	struct event_proof proof;
};

static enum err read_checkpoint(struct ctx *ctx, struct db *db, void *arg)
{
	struct ledger_question *q = arg;
	return event_checkpoint(ctx, db, &q->checkpoint);
}

static enum err get_checkpoint(struct request *request, struct response *response)
{
	struct ledger_question q = { .cases = cases_of(request) };
	TRY(store_read(&request->ctx, q.cases->store, read_checkpoint, &q));
	response_bytes(response, S("text/plain; charset=utf-8"), q.checkpoint);
	return OK;
}

static str hex_text(struct arena *arena, str bytes)
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(&out, "%02x", (unsigned char)bytes.p[i]);
	return buf_view(&out);
}

static struct value proof_value(struct arena *arena, const struct event_proof *proof)
{
	struct value v = value_map(), path = value_list();
	value_append(arena, &v, S("pending"), value_bool(proof->pending));
	if (proof->pending)
		return v;
	for (size_t i = 0; i < proof->n; i++)
		value_push(arena, &path, value_str(hex_text(arena, proof->path[i])));
	value_append(arena, &v, S("index"), value_int(proof->position));
	value_append(arena, &v, S("size"), value_int(proof->size));
	value_append(arena, &v, S("leaf"), value_str(hex_text(arena, proof->leaf)));
	value_append(arena, &v, S("root"), value_str(hex_text(arena, proof->root)));
	value_append(arena, &v, S("path"), path);
	value_append(arena, &v, S("checkpoint"), value_str(proof->checkpoint));
	return v;
}

/* The event must be one of the case; without one, the acceptance or else the submission. */
static enum err read_proof(struct ctx *ctx, struct db *db, void *arg)
{
	struct ledger_question *q = arg;
	struct event_list events;
	struct case_file c;
	int64_t id = 0;
	TRY(case_load(ctx, db, q->code, &c));
	TRY(event_list(ctx, db, c.id, &events));
	for (size_t i = 0; i < events.n; i++)
		if (q->event ? events.items[i].id == q->event
			     : !id || str_eq(events.items[i].kind, S("case.accepted")))
			id = events.items[i].id;
	if (!id)
		return fail(ctx, ERR_NOT_FOUND, "There is no such event");
	return event_prove(ctx, db, id, &q->proof);
}

static enum err get_proof(struct request *request, struct response *response)
{
	struct ledger_question q = { .cases = cases_of(request),
				     .code = request_query(request, "case") };
	id_parse(request_query(request, "event"), &q.event);
	TRY(store_read(&request->ctx, q.cases->store, read_proof, &q));
	response_json(response, 200, proof_value(request->ctx.arena, &q.proof));
	return OK;
}

static enum err read_consistency(struct ctx *ctx, struct db *db, void *arg)
{
	struct ledger_question *q = arg;
	return event_prove_consistency(ctx, db, q->from, q->to, &q->proof);
}

static enum err get_consistency(struct request *request, struct response *response)
{
	struct ledger_question q = { .cases = cases_of(request),
				     .from = request_query_int(request, "from", 0),
				     .to = request_query_int(request, "to", 0) };
	TRY(store_read(&request->ctx, q.cases->store, read_consistency, &q));
	response_json(response, 200, proof_value(request->ctx.arena, &q.proof));
	return OK;
}

#define API "/api/v1"
#define API_ROUTE(method, path, act, handler, loader) \
	{ method, API path, act, handler, .object = loader, .flags = ROUTE_NO_LANGUAGE }

const struct route api_routes[] = {
	API_ROUTE(WEB_GET, "/procedures", PERM_PUBLIC, get_procedures, NULL),
	API_ROUTE(WEB_GET, "/procedures/{code}", PERM_PUBLIC, get_procedure, NULL),
	API_ROUTE(WEB_GET, "/cases", ACT_CASE_SEE, get_cases, NULL),
	API_ROUTE(WEB_POST, "/cases", ACT_CASE_FILE, post_case, NULL),
	API_ROUTE(WEB_GET, "/cases/{code}", ACT_CASE_SEE, get_case, case_of_code),
	API_ROUTE(WEB_GET, "/cases/{code}/events", ACT_CASE_SEE, get_events, case_of_code),
	API_ROUTE(WEB_POST, "/cases/{code}/accept", ACT_CASE_ACCEPT, post_accept, case_of_code),
	API_ROUTE(WEB_POST, "/cases/{code}/withdraw", ACT_CASE_ACCEPT, post_withdraw, case_of_code),
	API_ROUTE(WEB_GET, "/tasks", ACT_CASE_WORK, get_tasks, NULL),
	API_ROUTE(WEB_POST, "/tasks/{id}/claim", ACT_CASE_WORK, post_claim, case_of_task),
	API_ROUTE(WEB_POST, "/tasks/{id}/release", ACT_CASE_WORK, post_release, case_of_task),
	API_ROUTE(WEB_POST, "/tasks/{id}/complete", ACT_CASE_WORK, post_complete, case_of_task),
	API_ROUTE(WEB_GET, "/tracking", PERM_PUBLIC, get_tracking, NULL),
	API_ROUTE(WEB_GET, "/ledger/checkpoint", PERM_PUBLIC, get_checkpoint, NULL),
	API_ROUTE(WEB_GET, "/ledger/proof", PERM_PUBLIC, get_proof, NULL),
	API_ROUTE(WEB_GET, "/ledger/consistency", PERM_PUBLIC, get_consistency, NULL),
	{ 0 },
};
