/* For heads and those who go on leave: who holds how much, giving it to somebody else, standing in; what
 * is late and why. */
#include "cases/case_page.h"
#include "cases/desk.h"
#include "cases/lists.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/view.h"
#include "people/leave.h"

#include "text/template.h"
#include "web/view.h"

enum { LATE_ROWS = 100 };

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

static enum err team_shell(struct request *request, const char *path, const char *title,
			   struct value *view)
{
	struct value desk;
	view_page(request, view, str_z(ctx_text(&request->ctx, title)));
	value_set(request->ctx.arena, view, S("heading"), view_text(request, title));
	TRY(desk_navigation(request, cases_of(request)->people, path, &desk));
	value_set(request->ctx.arena, view, S("desk"), desk);
	value_set(request->ctx.arena, view, S("errors"), view_errors(request));
	value_set(request->ctx.arena, view, S("csrf"), value_str(request_csrf(request)));
	return OK;
}

/* ---- leave and officers ---- */

struct load {
	int64_t held, late;
};

static enum err load_of(struct ctx *ctx, struct db *db, int64_t account, struct load *ret_load)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT COUNT(*), COUNT(CASE WHEN due_at > 0 AND due_at < $2 THEN 1 END)"
		       " FROM case_task WHERE state = 0 AND holder = $1 AND holder <> 0"),
		   account, db_now(db)));
	*ret_load = (struct load){ row_int(&row, 0), row_int(&row, 1) };
	return OK;
}

static enum err officers_view(struct request *request, struct db *db, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct cases *cases = cases_of(request);
	struct value list = value_list();
	struct officers officers;
	TRY(leave_officers(&request->ctx, cases->people, db, request_principal(request), &officers));
	for (size_t i = 0; i < officers.n; i++) {
		struct value item = value_map();
		struct list_words words = { .of = { [WORD_LIST] = S("don-vi"),
						    [WORD_HOLDER] = officers.items[i].login } };
		struct load load;
		TRY(load_of(&request->ctx, db, officers.items[i].id, &load));
		value_append(arena, &item, S("login"), value_str(officers.items[i].login));
		value_append(arena, &item, S("name"), value_str(officers.items[i].name));
		value_append(arena, &item, S("held"), value_int(load.held));
		value_append(arena, &item, S("some"), value_bool(load.held > 0));
		value_append(arena, &item, S("late"), value_int(load.late));
		value_append(arena, &item, S("url"), value_str(list_words_url(request, &words)));
		value_push(arena, &list, item);
	}
	value_set(arena, view, S("officers"), list);
	value_set(arena, view, S("bulk"), value_str(request_link(request, S("/ban/hang-loat"))));
	return OK;
}

static str day_text(struct request *request, usec at)
{
	int zone = calendar_zone(cases_calendar(cases_of(request)));
	int64_t day = calendar_day(cases_calendar(cases_of(request)), at);
	(void)zone;
	return date_format(request->ctx.arena, day);
}

static enum err leaves_view(struct request *request, struct db *db, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	struct leaves leaves;
	TRY(leave_list(&request->ctx, cases_of(request)->people, db, request_principal(request),
		       &leaves));
	for (size_t i = 0; i < leaves.n; i++) {
		const struct leave *leave = &leaves.items[i];
		struct value item = value_map();
		value_append(arena, &item, S("id"), value_str(id_text(arena, leave->id)));
		value_append(arena, &item, S("name"), value_str(leave->name));
		value_append(arena, &item, S("substitute"), value_str(leave->substitute_name));
		value_append(arena, &item, S("from"), value_str(day_text(request, leave->from_at)));
		value_append(arena, &item, S("to"), value_str(day_text(request, leave->to_at - 1)));
		value_append(arena, &item, S("own"), value_bool(
			leave->substitute != request_principal(request)->account));
		value_push(arena, &list, item);
	}
	value_set(arena, view, S("leaves"), list);
	return OK;
}

static void officer_select(struct request *request, struct value *view, const char *name,
			   const char *label, const struct officers *officers)
{
	struct arena *arena = request->ctx.arena;
	struct value options = value_list();
	str chosen = request_field(request, name);
	for (size_t i = 0; i <= officers->n; i++) {
		struct value option = value_map();
		const struct account *a = i ? &officers->items[i - 1] : NULL;
		value_append(arena, &option, S("value"), value_str(a ? a->login : S("")));
		value_append(arena, &option, S("text"), a ? value_str(arena_printf(arena, "%.*s (%.*s)",
			STR_ARG(a->name), STR_ARG(a->login))) : view_text(request, "Choose an officer"));
		value_append(arena, &option, S("selected"), value_bool(a && str_eq(a->login, chosen)));
		value_push(arena, &options, option);
	}
	view_field(request, view, name, ctx_text(&request->ctx, label), S(""));
	view_field_set(request, view, name, "options", options);
	view_field_set(request, view, name, "auto", value_null());
}

static enum err leave_view(struct request *request, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct cases *cases = cases_of(request);
	const struct principal *principal = request_principal(request);
	bool head = may(cases->people, principal, ACT_CASE_ASSIGN, NULL);
	struct officers officers;
	struct db *db;
	TRY(team_shell(request, "/ban/phan-cong", N_("Officers and leave"), view));
	TRY(store_snapshot(&request->ctx, cases->store, &db));
	TRY(leave_officers(&request->ctx, cases->people, db, principal, &officers));
	value_set(arena, view, S("officers"), value_null());
	if (head)
		TRY(officers_view(request, db, view));
	TRY(leaves_view(request, db, view));
	store_release(db);
	value_set(arena, view, S("head"), value_bool(head));
	if (head)
		officer_select(request, view, "vang", N_("Who is away"), &officers);
	officer_select(request, view, "thay", N_("Who stands in"), &officers);
	view_field(request, view, "tu", ctx_text(&request->ctx, "First day"),
		   request_field(request, "tu"));
	view_field_set(request, view, "tu", "type", value_str(S("date")));
	view_field_set(request, view, "tu", "width", value_str(S("10")));
	view_field(request, view, "den", ctx_text(&request->ctx, "Last day"),
		   request_field(request, "den"));
	view_field_set(request, view, "den", "type", value_str(S("date")));
	view_field_set(request, view, "den", "width", value_str(S("10")));
	value_set(arena, view, S("action"), value_str(request_link(request, S("/ban/phan-cong"))));
	value_set(arena, view, S("end"), value_str(request_link(request, S("/ban/phan-cong/dung"))));
	return OK;
}

static enum err team_page(struct request *request, struct response *response)
{
	struct value view = value_map();
	TRY(leave_view(request, &view));
	response_view(response, "cases/team", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err read_account(struct request *request, const char *field, int64_t *ret_account)
{
	struct account account = { 0 };
	struct db *db;
	TRY(store_snapshot(&request->ctx, cases_of(request)->store, &db));
	enum err err = account_by_login(&request->ctx, db, request_field(request, field), &account);
	store_release(db);
	*ret_account = account.id;
	if (err == ERR_NOT_FOUND)
		request_mistake(request, field, "Choose an officer");
	return err == ERR_NOT_FOUND ? OK : err;
}

static void read_day(struct request *request, const char *field, int days, usec *ret_at)
{
	int64_t day = 0;
	if (!date_parse(request_field(request, field), &day))
		request_mistake(request, field, "Enter a date, for example 2015-02-09");
	*ret_at = (day + days) * USEC_DAY -
		  calendar_zone(cases_calendar(cases_of(request))) * USEC_MINUTE;
}

static enum err leave_post(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	const struct principal *principal = request_principal(request);
	struct leave leave = { .account = principal->account };
	if (request_has(request, "vang"))
		TRY(read_account(request, "vang", &leave.account));
	TRY(read_account(request, "thay", &leave.substitute));
	read_day(request, "tu", 0, &leave.from_at);
	read_day(request, "den", 1, &leave.to_at);
	if (request_has_mistakes(request))
		return team_page(request, response);
	enum err err = leave_begin(&request->ctx, cases->people, principal, &leave);
	if (err == ERR_INVALID) {
		request_mistake(request, leave.to_at <= leave.from_at ? "den" : "thay", "%.*s",
				STR_ARG(request->ctx.fault.message));
		return team_page(request, response);
	}
	TRY(err);
	response_flash(response, "success", "%s",
		       ctx_text(&request->ctx, "The colleague stands in for these days"));
	response_redirect(response, S("/ban/phan-cong"));
	return OK;
}

static enum err end_post(struct request *request, struct response *response)
{
	int64_t id;
	if (!id_parse(request_field(request, "thay-the"), &id))
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such substitution any more");
	TRY(leave_end(&request->ctx, cases_of(request)->people, request_principal(request), id));
	response_flash(response, "success", "%s", ctx_text(&request->ctx, "The substitution has ended"));
	response_redirect(response, S("/ban/phan-cong"));
	return OK;
}

/* ---- late, and why ---- */

static struct value late_row(struct request *request, const struct rows *r, const char *caption,
			     struct value reasons)
{
	struct arena *arena = request->ctx.arena;
	struct cases *cases = cases_of(request);
	struct value item = value_map();
	str code = row_str(r, 0), reason = row_str(r, 5), said = S("");
	struct case_file c = { .accepted_at = row_int(r, 2), .due_at = row_int(r, 3),
			       .finished_at = row_int(r, 4) };
	str url = arena_printf(arena, "/ban/%.*s", STR_ARG(code));
	for (uint32_t i = 0; i < reasons.n; i++)
		if (str_eq(value_text(value_get(reasons.items[i], S("code"))), reason))
			said = value_text(value_get(reasons.items[i], S("title")));
	value_append(arena, &item, S("caption"), view_text(request, caption));
	value_append(arena, &item, S("code"), value_str(code));
	value_append(arena, &item, S("url"), value_str(request_link(request, url)));
	value_append(arena, &item, S("explain"), value_str(request_link(request,
		arena_printf(arena, "%.*s/ly-do-tre", STR_ARG(url)))));
	value_append(arena, &item, S("subject"), value_str(row_str(r, 1)));
	value_append(arena, &item, S("deadline"),
		     case_deadline_view(&request->ctx, cases, &c, clock_business()));
	value_append(arena, &item, S("holders"), value_str(row_str(r, 6)));
	value_append(arena, &item, S("reason"), str_empty(reason) ? value_null() :
		     value_str(str_empty(said) ? reason : said));
	return item;
}

#define LATE_COLUMNS \
	"SELECT c.code, c.subject, c.accepted_at, c.due_at, c.finished_at, COALESCE(l.reason, '')," \
	" COALESCE((SELECT MIN(a.name) FROM case_task t JOIN account a ON a.id = t.holder WHERE" \
	" t.organisation = c.organisation AND t.case_id = c.id AND t.state = 0), '')" \
	" FROM case_file c LEFT JOIN lateness l ON l.organisation = c.organisation" \
	" AND l.case_id = c.id WHERE "

/* One office after the other, each along its own index; the oldest delay first. */
static enum err late_of(struct request *request, struct db *db, int64_t office, bool open,
			struct value *list)
{
	struct value reasons = lateness_reasons(&request->ctx, cases_of(request));
	const char *caption = open ? N_("Late and not finished")
				   : N_("Finished late, no reason given yet");
	sql_t q = sql_new(request->ctx.arena);
	struct rows rows;
	sql_add(&q, SQL(LATE_COLUMNS "c.organisation = $1"), office);
	if (open)
		sql_add(&q, SQL(" AND c.status IN (2, 4, 6) AND c.due_at > 0 AND c.due_at < $1"
				" ORDER BY c.due_at, c.id LIMIT $2"), db_now(db),
			LATE_ROWS);
	else
		sql_add(&q, SQL(" AND c.finished_at > 0 AND c.due_at > 0 AND"
				" c.finished_at > c.due_at AND l.reason IS NULL"
				" ORDER BY c.finished_at DESC LIMIT $1"), LATE_ROWS);
	TRY(db_query_built(&request->ctx, db, &rows, &q));
	while (list->n < LATE_ROWS && rows_next(&rows))
		value_push(request->ctx.arena, list, late_row(request, &rows, caption, reasons));
	return rows_end(&rows);
}

static enum err late_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct cases *cases = cases_of(request);
	struct value view = value_map(), open = value_list(), ended = value_list();
	struct list_words soon = { .of = { [WORD_LIST] = S("don-vi"), [WORD_HURRY] = S("sap-tre") } };
	struct list_words late = { .of = { [WORD_LIST] = S("don-vi"), [WORD_HURRY] = S("tre") } };
	struct db *db;
	int64_t *ids;
	size_t n = may_organisations(cases->people, request_principal(request), ACT_CASE_ASSIGN,
				     arena, &ids);
	TRY(team_shell(request, "/ban/tre-han", N_("Late, and why"), &view));
	TRY(store_snapshot(&request->ctx, cases->store, &db));
	for (size_t i = 0; i < n; i++) {
		TRY(late_of(request, db, ids[i], true, &open));
		TRY(late_of(request, db, ids[i], false, &ended));
	}
	store_release(db);
	value_set(arena, &view, S("open"), open);
	value_set(arena, &view, S("ended"), ended);
	value_set(arena, &view, S("soon_url"), value_str(list_words_url(request, &soon)));
	value_set(arena, &view, S("late_url"), value_str(list_words_url(request, &late)));
	response_view(response, "cases/late", view);
	return OK;
}

static void reason_radios(struct request *request, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value reasons = lateness_reasons(&request->ctx, cases_of(request));
	struct value items = value_list();
	str chosen = request_field(request, "ly-do");
	view_field(request, view, "ly-do", ctx_text(&request->ctx, "Why is the case late?"), S(""));
	str id = value_text(value_get(value_get(*view, S("ly-do")), S("id")));
	for (uint32_t i = 0; i < reasons.n; i++) {
		struct value item = value_map();
		str code = value_text(value_get(reasons.items[i], S("code")));
		value_append(arena, &item, S("id"), value_str(!i ? id :
			arena_printf(arena, "%.*s-%u", STR_ARG(id), i)));
		value_append(arena, &item, S("value"), value_str(code));
		value_append(arena, &item, S("text"), value_get(reasons.items[i], S("title")));
		value_append(arena, &item, S("note"), value_null());
		value_append(arena, &item, S("checked"), value_bool(str_eq(code, chosen)));
		value_push(arena, &items, item);
	}
	view_field_set(request, view, "ly-do", "items", items);
	view_field_set(request, view, "ly-do", "legend", view_text(request, "Why is the case late?"));
	view_field_set(request, view, "ly-do", "inline", value_null());
	value_set(arena, view, S("reason"), value_get(*view, S("ly-do")));
}

static enum err reason_page(struct request *request, struct response *response)
{
	struct case_page page;
	struct value view = value_map();
	TRY(case_page_open(request, cases_of(request), &page));
	TRY(case_shell(request, &page, "ly-do-tre", &view));
	reason_radios(request, &view);
	view_field(request, &view, "giai-trinh", ctx_text(&request->ctx, "In your own words"),
		   request_field(request, "giai-trinh"));
	value_set(request->ctx.arena, &view, S("words"), value_get(view, S("giai-trinh")));
	value_set(request->ctx.arena, &view, S("action"), value_str(request_link(request,
		arena_printf(request->ctx.arena, "%.*s/ly-do-tre",
			     STR_ARG(case_page_path(request))))));
	value_set(request->ctx.arena, &view, S("errors"), view_errors(request));
	response_view(response, "cases/case_lateness", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err reason_post(struct request *request, struct response *response)
{
	struct actor who = { .principal = request_principal(request) };
	enum err err = case_explain_lateness(&request->ctx, cases_of(request), &who,
		request_param(request, "code"), request_field(request, "ly-do"),
		str_trim(request_field(request, "giai-trinh")));
	if (err == ERR_INVALID) {
		request_mistake(request, "ly-do", "%.*s", STR_ARG(request->ctx.fault.message));
		return reason_page(request, response);
	}
	TRY(err);
	response_flash(response, "success", "%s", ctx_text(&request->ctx, "The reason was kept"));
	response_redirect(response, may(cases_of(request)->people, who.principal, ACT_CASE_ASSIGN,
					request->object) ? S("/ban/tre-han")
							 : case_page_path(request));
	return OK;
}

const struct route team_routes[] = {
	{ WEB_GET, "/ban/phan-cong", ACT_CASE_WORK, team_page, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/phan-cong", ACT_CASE_WORK, leave_post, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/phan-cong/dung", ACT_CASE_WORK, end_post, .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/tre-han", ACT_CASE_ASSIGN, late_page, .flags = ROUTE_MAIN },
	{ WEB_GET, "/ban/{code}/ly-do-tre", ACT_CASE_WORK, reason_page, .object = case_page_object,
	  .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/{code}/ly-do-tre", ACT_CASE_WORK, reason_post,
	  .object = case_page_object, .flags = ROUTE_MAIN },
	{ 0 },
};
