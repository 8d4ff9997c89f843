/* One case at the officers' desk, for reading: what was filed, what happened, the letters. */
#include "cases/case_page.h"
#include "cases/desk.h"
#include "cases/letter.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/view.h"

#include "text/template.h"
#include "web/view.h"

struct looked {
	struct case_page page;
	struct case_legs legs;
	struct value timeline, flow, files, visit, people, consent;
	struct letters letters;
};

static enum err read_files(struct ctx *ctx, struct db *db, struct looked *o)
{
	struct rows rows;
	o->files = value_list();
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT a.field, a.name, a.hash, a.size, a.type, COALESCE((SELECT f.code"
			 " FROM case_reuse r JOIN case_file f ON f.id = r.from_case"
			 " AND f.applicant_id = $3 AND f.applicant_id <> ''"
			 " WHERE r.organisation = $1 AND r.case_id = $2 AND r.hash = a.hash LIMIT 1), '')"
			 " FROM case_attachment a WHERE a.organisation = $1 AND a.case_id = $2"
			 " ORDER BY a.id"),
		     o->page.c.organisation, o->page.c.id, o->page.c.applicant_id));
	while (rows_next(&rows)) {
		struct value file = value_map();
		str url = arena_printf(ctx->arena, "/ban/%.*s/tep/%.*s", STR_ARG(o->page.code),
				       STR_ARG(row_view(&rows, 2)));
		value_append(ctx->arena, &file, S("field"), value_str(row_str(&rows, 0)));
		value_append(ctx->arena, &file, S("name"), value_str(row_str(&rows, 1)));
		value_append(ctx->arena, &file, S("url"), value_str(url));
		value_append(ctx->arena, &file, S("size"), value_int(row_int(&rows, 3)));
		value_append(ctx->arena, &file, S("type"), value_str(row_str(&rows, 4)));
		bool picture = str_starts(row_view(&rows, 4), S("image/"));
		value_append(ctx->arena, &file, S("picture"), picture ? value_str(url) : value_null());
		str from = row_str(&rows, 5);
		value_append(ctx->arena, &file, S("from"),
			     str_empty(from) ? value_null() : value_str(from));
		value_append(ctx->arena, &file, S("remove"), value_null());
		value_push(ctx->arena, &o->files, file);
	}
	return rows_end(&rows);
}

static enum err read_visit(struct ctx *ctx, struct db *db, struct looked *o)
{
	struct rows row;
	o->visit = value_null();
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT label, counter, called_at FROM case_visit"
				  " WHERE organisation = $1 AND case_id = $2"),
			      o->page.c.organisation, o->page.c.id);
	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	o->visit = value_map();
	value_append(ctx->arena, &o->visit, S("label"), value_str(row_str(&row, 0)));
	value_append(ctx->arena, &o->visit, S("counter"), value_int(row_int(&row, 1)));
	value_append(ctx->arena, &o->visit, S("called_at"),
		     view_time(ctx, o->page.cases, row_int(&row, 2)));
	return OK;
}

/* What the procedure calls who signed before the officer; who files for somebody has no code of it. */
static struct value person_title(struct ctx *ctx, const struct looked *o, str role)
{
	struct value signers = value_get(o->page.procedure->body, S("signers"));
	for (uint32_t i = 0; signers.kind == VALUE_LIST && i < signers.n; i++)
		if (str_eq(value_text(value_get(signers.items[i], S("code"))), role))
			return value_str(procedure_text(o->page.procedure,
				arena_printf(ctx->arena, "signers.%u.title", i), ctx_language(ctx)));
	return value_str(str_z(ctx_text(ctx, "Filed by, on the applicant's behalf")));
}

static enum err read_people(struct ctx *ctx, struct db *db, struct looked *o)
{
	static const char *const keys[] = { "name", "id_number", "paper" };
	struct rows rows;
	o->people = value_list();
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT role, name, id_number, paper FROM case_person"
			 " WHERE organisation = $1 AND case_id = $2 ORDER BY id"),
		     o->page.c.organisation, o->page.c.id));
	while (rows_next(&rows)) {
		struct value person = value_map();
		value_append(ctx->arena, &person, S("title"),
			     person_title(ctx, o, row_view(&rows, 0)));
		for (int i = 0; i < (int)ARRAY_SIZE(keys); i++) {
			str text = row_str(&rows, i + 1);
			value_append(ctx->arena, &person, str_z(keys[i]),
				     str_empty(text) ? value_null() : value_str(text));
		}
		value_push(ctx->arena, &o->people, person);
	}
	return rows_end(&rows);
}

static enum err read_consent(struct ctx *ctx, struct db *db, struct looked *o)
{
	struct rows row;
	str officer;
	o->consent = value_null();
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT body, given_at, account FROM case_consent"
				  " WHERE organisation = $1 AND case_id = $2"),
			      o->page.c.organisation, o->page.c.id);
	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	o->consent = value_map();
	value_append(ctx->arena, &o->consent, S("text"), value_str(row_str(&row, 0)));
	value_append(ctx->arena, &o->consent, S("at"),
		     view_time(ctx, o->page.cases, row_int(&row, 1)));
	TRY(account_name(ctx, db, row_int(&row, 2), &officer));
	value_append(ctx->arena, &o->consent, S("officer"), value_str(officer));
	return OK;
}

static enum err read_filed(struct ctx *ctx, struct db *db, void *arg)
{
	struct looked *o = arg;
	TRY(case_page_read(ctx, db, &o->page));
	TRY(case_legs(ctx, db, &o->page.c, &o->legs));
	TRY(read_visit(ctx, db, o));
	TRY(read_people(ctx, db, o));
	TRY(read_consent(ctx, db, o));
	return read_files(ctx, db, o);
}

static enum err read_course(struct ctx *ctx, struct db *db, void *arg)
{
	struct looked *o = arg;
	TRY(case_page_read(ctx, db, &o->page));
	TRY(case_legs(ctx, db, &o->page.c, &o->legs));
	TRY(case_timeline(ctx, o->page.cases, db, &o->page.c, !o->page.sees_all, &o->timeline));
	return case_flow_view(ctx, o->page.cases, db, &o->page.c, &o->flow);
}

static enum err read_letters(struct ctx *ctx, struct db *db, void *arg)
{
	struct looked *o = arg;
	TRY(case_page_read(ctx, db, &o->page));
	return letters_seen(ctx, o->page.cases, db, o->page.principal, &o->page.c, &o->letters);
}

static enum err look(struct request *request, store_fn *read, struct looked *ret_looked)
{
	struct cases *cases = request->state;
	*ret_looked = (struct looked){ .page = { .cases = cases,
						 .code = request_param(request, "code"),
						 .principal = request_principal(request) } };
	TRY(store_read(&request->ctx, cases->store, read, ret_looked));
	event_access(cases->store, ret_looked->page.principal->account, ret_looked->page.c.id,
		     ACCESS_OPEN);
	return OK;
}

/* ---- what a partner may see ---- */

/* Whether a partner's leg needs this part of the data: the list "sees" of the leg in
 * procedure.json names top-level keys. */
static bool leg_sees(const struct looked *o, str path)
{
	struct value legs = value_get(o->page.procedure->body, S("legs"));
	str key = path;
	str_next(&path, '.', &key);
	for (uint32_t i = 0; i < legs.n; i++) {
		struct value sees = value_get(legs.items[i], S("sees"));
		str name = value_text(value_get(legs.items[i], S("code")));
		bool mine = false;
		for (size_t l = 0; l < o->legs.n; l++) {
			struct object leg = { .organisation = o->page.c.organisation,
					      .agencies = &o->legs.items[l].agency,
					      .n_agencies = 1 };
			mine = mine || (str_eq(o->legs.items[l].name, name) &&
					may(o->page.cases->people, o->page.principal, ACT_CASE_SEE, &leg));
		}
		for (uint32_t k = 0; mine && k < sees.n; k++)
			if (str_eq(value_text(sees.items[k]), key))
				return true;
	}
	return false;
}

/* The filed form as a partner sees it: the rows its leg needs, and no others. */
static struct value partner_rows(struct request *request, const struct looked *o,
				 const struct form *form)
{
	struct form_env env = desk_form_env(request);
	struct arena *arena = request->ctx.arena;
	struct value cards = form_summary(form, o->page.c.data, &env), list = value_list();
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

/* ---- what was filed ---- */

static str summary_base(struct request *request)
{
	return arena_printf(request->ctx.arena, "%.*s/tep/",
			    STR_ARG(request_link(request, case_page_path(request))));
}

static enum err filed_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	struct form_env env = desk_form_env(request);
	struct looked o;
	TRY(look(request, read_filed, &o));
	const struct form *form = procedure_form(o.page.procedure, S("apply"), request->language);
	TRY(case_shell(request, &o.page, "ho-so", &view));
	value_set(arena, &view, S("whole"), value_bool(o.page.sees_all));
	value_set(arena, &view, S("visit"), o.page.sees_all ? o.visit : value_null());
	value_set(arena, &view, S("people"), o.page.sees_all ? o.people : value_list());
	value_set(arena, &view, S("consent"), o.page.sees_all ? o.consent : value_null());
	value_set(arena, &view, S("files"), o.page.sees_all ? o.files : value_list());
	if (form && !o.page.sees_all)
		value_set(arena, &view, S("rows"), partner_rows(request, &o, form));
	if (form && o.page.sees_all)
		value_set(arena, &view, S("summary"),
			  value_html(form_summary_html(form, o.page.c.data, S(""),
						       summary_base(request), &env)));
	response_view(response, "cases/case_filed", view);
	return OK;
}

static enum err file_page(struct request *request, struct response *response)
{
	struct looked o;
	str hash = request_param(request, "hash"), bytes;
	TRY(look(request, read_filed, &o));
	for (uint32_t i = 0; i < o.files.n && o.page.sees_all; i++) {
		struct value file = o.files.items[i];
		if (!str_ends(value_text(value_get(file, S("url"))), hash) || hash.n != 64)
			continue;
		TRY(file_read(&request->ctx, o.page.cases->store, hash, 0,
			      value_integer(value_get(file, S("size")), 0), &bytes));
		event_access(o.page.cases->store, o.page.principal->account, o.page.c.id, ACCESS_DOWNLOAD);
		response_bytes(response, value_text(value_get(file, S("type"))), bytes);
		return OK;
	}
	return fail(&request->ctx, ERR_NOT_FOUND, "There is no such file");
}

static enum err diagram_page(struct request *request, struct response *response)
{
	struct looked o;
	TRY(look(request, read_filed, &o));
	str name = value_text(value_get(o.page.procedure->body, S("flow")));
	response_bytes(response, S("application/xml"),
		       value_text(value_get(o.page.procedure->files, name)));
	return OK;
}

/* ---- what happened ---- */

static struct value legs_view(struct request *request, const struct looked *o)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list(), legs = value_get(o->page.procedure->body, S("legs"));
	for (size_t i = 0; i < o->legs.n; i++) {
		const struct case_leg *leg = &o->legs.items[i];
		struct case_file clock = { .accepted_at = leg->started_at, .due_at = leg->due_at,
					   .finished_at = leg->finished_at };
		struct value item = value_map();
		str title = leg->name;
		for (uint32_t n = 0; n < legs.n; n++)
			if (str_eq(value_text(value_get(legs.items[n], S("code"))), leg->name))
				title = procedure_text(o->page.procedure,
					arena_printf(arena, "legs.%u.title", n), request->language);
		value_append(arena, &item, S("title"), value_str(title));
		value_append(arena, &item, S("office"), value_str(organisation_name(
			organisation_by_id(o->page.cases->people, leg->agency), request->language)));
		value_append(arena, &item, S("deadline"),
			case_deadline_view(&request->ctx, o->page.cases, &clock, clock_business()));
		value_push(arena, &list, item);
	}
	return list;
}

static enum err course_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	struct looked o;
	TRY(look(request, read_course, &o));
	TRY(case_shell(request, &o.page, "qua-trinh", &view));
	value_set(arena, &view, S("legs"), legs_view(request, &o));
	value_set(arena, &view, S("events"), timeline_events(&request->ctx, o.timeline));
	value_set(arena, &view, S("flow"), o.flow);
	response_view(response, "cases/case_course", view);
	return OK;
}

static enum err letters_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	struct looked o;
	TRY(look(request, read_letters, &o));
	TRY(case_shell(request, &o.page, "van-ban", &view));
	value_set(arena, &view, S("has_letters"), value_bool(o.letters.n > 0));
	value_set(arena, &view, S("letters"),
		  letters_view(request, &o.letters, case_page_path(request)));
	response_view(response, "cases/case_letters", view);
	return OK;
}

#define CASE "/ban/{code}"
#define CASE_ROUTE(path, handler) \
	{ WEB_GET, path, ACT_CASE_SEE, handler, .object = case_page_object, .flags = ROUTE_MAIN }

const struct route case_look_routes[] = {
	CASE_ROUTE(CASE "/ho-so", filed_page),
	CASE_ROUTE(CASE "/qua-trinh", course_page),
	CASE_ROUTE(CASE "/van-ban", letters_page),
	CASE_ROUTE(CASE "/tep/{hash}", file_page),
	CASE_ROUTE(CASE "/flow.bpmn", diagram_page),
	{ 0 },
};
