/* Two cases side by side that may be one, and the officer's decision. */
#include "cases/case_page.h"
#include "cases/desk.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/view.h"

#include "text/template.h"
#include "web/view.h"

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* The other case must be one the officer may see too. */
static enum err open_other(struct request *request, struct case_page *other)
{
	struct cases *cases = cases_of(request);
	struct object object;
	struct db *db;
	*other = (struct case_page){ .cases = cases, .code = request_param(request, "other"),
				     .principal = request_principal(request) };
	TRY(store_snapshot(&request->ctx, cases->store, &db));
	enum err err = case_page_read(&request->ctx, db, other);
	if (err == OK)
		err = case_object(&request->ctx, db, &other->c, &object);
	store_release(db);
	TRY(err);
	if (!may(cases->people, other->principal, ACT_CASE_SEE, &object) || !other->sees_all)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no case with this code");
	event_access(cases->store, other->principal->account, other->c.id, ACCESS_OPEN);
	return OK;
}

/* ---- the rows ---- */

struct table {
	struct request *request;
	struct value rows;
};

static void add_row(struct table *table, str label, str a, str b)
{
	struct arena *arena = table->request->ctx.arena;
	struct value row = value_map();
	if (str_empty(a) && str_empty(b))
		return;
	value_append(arena, &row, S("label"), value_str(label));
	value_append(arena, &row, S("a"), value_str(a));
	value_append(arena, &row, S("b"), value_str(b));
	value_append(arena, &row, S("same"), value_bool(str_eq(a, b)));
	value_push(arena, &table->rows, row);
}

static str shown(struct arena *arena, struct value row)
{
	str text = value_text(value_get(row, S("text")));
	struct value values = value_get(row, S("values")), files = value_get(row, S("files"));
	struct buf all = { .arena = arena };
	buf_str(&all, text);
	for (uint32_t i = 0; values.kind == VALUE_LIST && i < values.n; i++)
		buf_printf(&all, "%s%.*s", all.n ? "; " : "", STR_ARG(value_text(values.items[i])));
	for (uint32_t i = 0; files.kind == VALUE_LIST && i < files.n; i++)
		buf_printf(&all, "%s%.*s", all.n ? "; " : "",
			   STR_ARG(value_text(value_get(files.items[i], S("name")))));
	return buf_view(&all);
}

static str answer_at(struct arena *arena, struct value summary, str path)
{
	for (uint32_t p = 0; p < summary.n; p++) {
		struct value rows = value_get(summary.items[p], S("rows"));
		for (uint32_t i = 0; i < rows.n; i++)
			if (str_eq(value_text(value_get(rows.items[i], S("path"))), path))
				return shown(arena, rows.items[i]);
	}
	return S("");
}

static struct value summary_of(struct request *request, const struct case_page *page)
{
	struct form_env env = desk_form_env(request);
	const struct form *form = procedure_form(page->procedure, S("apply"), request->language);
	return form ? form_summary(form, page->c.data, &env) : value_list();
}

/* Answers of the first in the order of its form; of the second those at the same path. */
static void add_answers(struct table *table, const struct case_page *a, const struct case_page *b)
{
	struct arena *arena = table->request->ctx.arena;
	struct value of_a = summary_of(table->request, a), of_b = summary_of(table->request, b);
	for (uint32_t p = 0; p < of_a.n; p++) {
		struct value rows = value_get(of_a.items[p], S("rows"));
		for (uint32_t i = 0; i < rows.n; i++)
			add_row(table, value_text(value_get(rows.items[i], S("label"))),
				shown(arena, rows.items[i]),
				answer_at(arena, of_b,
					  value_text(value_get(rows.items[i], S("path")))));
	}
}

static str text_row(struct table *table, const char *msgid)
{
	return str_z(ctx_text(&table->request->ctx, msgid));
}

static struct value side_view(struct request *request, const struct case_page *page)
{
	struct value c = case_view(&request->ctx, page->cases, &page->c);
	value_set(request->ctx.arena, &c, S("url"), value_str(request_link(request,
		  arena_printf(request->ctx.arena, "/ban/%.*s", STR_ARG(page->code)))));
	return c;
}

static enum err compare_view(struct request *request, struct response *response,
			     struct case_page *a, struct case_page *b)
{
	struct arena *arena = request->ctx.arena;
	struct table table = { .request = request, .rows = value_list() };
	struct value view = value_map();
	TRY(case_shell(request, a, "", &view));
	add_row(&table, text_row(&table, N_("About")), a->c.subject, b->c.subject);
	add_row(&table, text_row(&table, N_("Applicant")), a->c.applicant, b->c.applicant);
	add_row(&table, text_row(&table, N_("ID number")), a->c.applicant_id, b->c.applicant_id);
	add_row(&table, text_row(&table, N_("Telephone")), a->c.phone, b->c.phone);
	add_answers(&table, a, b);
	value_set(arena, &view, S("a"), side_view(request, a));
	value_set(arena, &view, S("b"), side_view(request, b));
	value_set(arena, &view, S("rows"), table.rows);
	value_set(arena, &view, S("action"), value_str(request->target));
	value_set(arena, &view, S("may_withdraw"), value_bool(!a->c.finished_at));
	value_set(arena, &view, S("reason"), value_str(request_field(request, "reason")));
	value_set(arena, &view, S("reason_error"), value_get(request->mistakes, S("reason")));
	value_set(arena, &view, S("verdict_error"), value_get(request->mistakes, S("verdict")));
	response_view(response, "cases/case_compare", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err open_both(struct request *request, struct case_page *a, struct case_page *b)
{
	TRY(case_page_open(request, cases_of(request), a));
	return open_other(request, b);
}

static enum err compare_page(struct request *request, struct response *response)
{
	struct case_page a, b;
	TRY(open_both(request, &a, &b));
	return compare_view(request, response, &a, &b);
}

static enum err compare_post(struct request *request, struct response *response)
{
	static const str verdicts[] = { S("different"), S("same"), S("withdraw") };
	struct actor who = { .principal = request_principal(request),
			     .reason = str_trim(request_field(request, "reason")) };
	struct case_page a, b;
	int verdict = -1;
	TRY(open_both(request, &a, &b));
	for (int i = 0; i < (int)ARRAY_SIZE(verdicts); i++)
		if (str_eq(request_field(request, "verdict"), verdicts[i]))
			verdict = i;
	if (verdict < 0)
		request_mistake(request, "verdict", "Choose what you found");
	if (str_empty(who.reason))
		request_mistake(request, "reason", "Say why, in a sentence");
	if (request_has_mistakes(request))
		return compare_view(request, response, &a, &b);
	TRY(case_decide_duplicate(&request->ctx, a.cases, &who, a.code, b.code,
				  (enum duplicate_verdict)verdict));
	response_flash(response, "success", "The decision was written down on both cases");
	response_redirect(response, case_page_path(request));
	return OK;
}

const struct route duplicate_routes[] = {
	{ WEB_GET, "/ban/{code}/trung/{other}", ACT_CASE_ACCEPT, compare_page,
	  .object = case_page_object, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/{code}/trung/{other}", ACT_CASE_ACCEPT, compare_post,
	  .object = case_page_object, .flags = ROUTE_MAIN },
	{ 0 },
};
