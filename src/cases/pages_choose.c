/* The counter's first page: who comes, with what. One field takes whatever a scanner types; a
 * procedure is found by its code or by a few letters of its name. */
#include "cases/desk_intake.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/view.h"

#include "text/template.h"
#include "text/vietnamese.h"
#include "web/view.h"

enum { FAVOURITES = 6, SCAN_MAX = 1000 };

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* ---- a scan opens ---- */

static bool case_there(struct request *request, struct cases *cases, str code)
{
	struct object object;
	struct case_file c;
	struct db *db;
	bool there = store_snapshot(&request->ctx, cases->store, &db) == OK &&
		     case_load(&request->ctx, db, code, &c) == OK &&
		     case_object(&request->ctx, db, &c, &object) == OK &&
		     may(cases->people, request_principal(request), ACT_CASE_SEE, &object);
	store_release(db);
	return there;
}

/* The case a letter belongs to; empty where there is none. */
static str case_of_letter(struct request *request, struct cases *cases, str code)
{
	struct rows row;
	struct db *db;
	str found = S("");
	if (store_snapshot(&request->ctx, cases->store, &db) != OK)
		return found;
	if (db_one(&request->ctx, db, &row,
		   SQL("SELECT c.code FROM case_letter l JOIN case_file c ON c.organisation ="
		       " l.organisation AND c.id = l.case_id WHERE l.code = $1"), code) == OK)
		found = row_str(&row, 0);
	store_release(db);
	return found;
}

str scan_target(struct request *request, struct cases *cases, const struct scan *scan)
{
	struct arena *arena = request->ctx.arena;
	struct counter_filing filing;
	str code = scan->kind == SCAN_LETTER ? case_of_letter(request, cases, scan->code) :
		   scan->kind == SCAN_CASE ? scan->code : S("");
	if (!str_empty(code) && case_there(request, cases, code))
		return arena_printf(arena, "/ban/%.*s", STR_ARG(code));
	if (scan->kind == SCAN_FILING && intake_visit(request, cases, scan->code, &filing))
		return intake_path(request, &filing);
	if (scan->kind == SCAN_TICKET)
		return arena_printf(arena, "/ban/nop?phieu=%.*s", STR_ARG(scan->code));
	if (scan->kind == SCAN_NUMBER)
		return arena_printf(arena, "/ban/nop?so=%.*s", STR_ARG(scan->code));
	return S("");
}

/* A card opens a visit: the filing that follows finds the applicant there. */
static enum err open_visit(struct request *request, const struct scan_card *card, str *ret_path)
{
	struct arena *arena = request->ctx.arena;
	struct value person = value_map();
	struct counter_filing filing = {
		.token = counter_token(arena), .body = value_map(), .missing = value_list(),
		.organisation = desk_counter(request_principal(request)),
		.account = request_principal(request)->account,
		.applicant = card->name, .applicant_id = card->number,
		.ticket = request_field(request, "phieu"),
	};
	const struct {
		const char *name;
		str text;
	} known[] = { { "id_number", card->number }, { "birth_date", card->birth_date },
		      { "id_date", card->issued }, { "name", card->name },
		      { "address", card->address } };
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!str_empty(known[i].text))
			value_append(arena, &person, str_z(known[i].name), value_str(known[i].text));
	value_append(arena, &filing.body, S("person"), person);
	value_append(arena, &filing.body, S("letters"), value_bool(card->letters));
	TRY(counter_save(&request->ctx, cases_of(request), &filing, NULL, 0));
	*ret_path = arena_printf(arena, "/ban/nop?luot=%.*s", STR_ARG(filing.token));
	return OK;
}

static enum err choose_view(struct request *request, struct response *response);

static enum err nothing_found(struct request *request, struct response *response, str text)
{
	struct scan scan = scan_parse(request->ctx.arena, text);
	if (scan.kind == SCAN_CASE)
		request_mistake(request, "ma", "There is no case with this code at your office");
	else if (str_find_byte(text, '|') != SIZE_MAX)
		request_mistake(request, "ma", "This code could not be read as an identity card");
	else
		request_mistake(request, "ma", "Nothing is known under this code");
	return choose_view(request, response);
}

/* GET for codes, which may stand in an address; a card is sent by POST. */
static enum err open_scan(struct request *request, struct response *response)
{
	bool posted = request->method == WEB_POST;
	str text = str_trim(posted ? request_field(request, "ma") : request_query(request, "ma"));
	if (text.n > SCAN_MAX)
		text = str_slice(text, 0, SCAN_MAX);
	struct scan scan = scan_parse(request->ctx.arena, vietnamese_nfc(request->ctx.arena, text));
	str path = scan_target(request, cases_of(request), &scan);
	if (scan.kind == SCAN_CARD && posted)
		TRY(open_visit(request, &scan.card, &path));
	if (str_empty(path))
		return nothing_found(request, response, text);
	response_redirect(response, path);
	return OK;
}

/* ---- choosing ---- */

static str new_url(struct request *request, const struct procedure *procedure)
{
	struct buf url = { .arena = request->ctx.arena };
	str visit = request_query(request, "luot"), ticket = request_query(request, "phieu");
	buf_printf(&url, "/ban/nop/%.*s", STR_ARG(procedure->name));
	if (!str_empty(visit)) {
		buf_str(&url, S("?luot="));
		url_encode(&url, visit);
	} else if (!str_empty(ticket)) {
		buf_str(&url, S("?phieu="));
		url_encode(&url, ticket);
	}
	return request_link(request, buf_view(&url));
}

static struct value item_view(struct request *request, const struct procedure *procedure)
{
	struct arena *arena = request->ctx.arena;
	struct value item = procedure_view(&request->ctx, procedure, request->language);
	value_set(arena, &item, S("code"), value_str(procedure->code));
	value_set(arena, &item, S("url"), value_str(new_url(request, procedure)));
	return item;
}

static bool matches(struct request *request, const struct procedure *procedure, str wanted)
{
	struct arena *arena = request->ctx.arena;
	str all = arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(procedure->code),
		STR_ARG(procedure->name), STR_ARG(procedure_text(procedure, S("title"), S("vi"))));
	str folded = vietnamese_fold(arena, all), part;
	for (str rest = vietnamese_fold(arena, wanted); str_next(&rest, ' ', &part);)
		if (str_find(folded, part) == SIZE_MAX)
			return false;
	return true;
}

static bool takes_at_counter(struct request *request, const struct procedure *procedure)
{
	const struct organisation *counter = organisation_by_id(
		cases_of(request)->people, desk_counter(request_principal(request)));
	struct value kinds = value_path(procedure->body, S("competence.kinds"));
	for (uint32_t i = 0; counter && i < kinds.n; i++)
		if (str_eq(value_text(kinds.items[i]), counter->kind))
			return true;
	return !counter;
}

static void lists_view(struct request *request, str wanted, struct value *view,
		       const struct procedure **ret_only)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	const struct procedure **items;
	size_t n;
	procedures_in_force(cases_of(request), arena, clock_business(), &items, &n);
	*ret_only = NULL;
	for (size_t i = 0; i < n; i++) {
		if (!takes_at_counter(request, items[i]) || !matches(request, items[i], wanted))
			continue;
		*ret_only = list.n ? NULL : items[i];
		value_push(arena, &list, item_view(request, items[i]));
	}
	value_set(arena, view, S("procedures"), list);
}

static enum err favourites_view(struct request *request, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	str names[FAVOURITES];
	size_t n;
	TRY(counter_most_used(&request->ctx, cases_of(request),
			      desk_counter(request_principal(request)), FAVOURITES, names, &n));
	for (size_t i = 0; i < n; i++) {
		const struct procedure *procedure =
			procedure_in_force(cases_of(request), names[i], clock_business());
		if (procedure && takes_at_counter(request, procedure))
			value_push(arena, &list, item_view(request, procedure));
	}
	value_set(arena, view, S("favourites"), list);
	return OK;
}

/* ---- who stands there ---- */

struct person_cases {
	struct cases *cases;
	const struct principal *principal;
	str number;
	struct value list;
	struct request *request;
};

static enum err read_person_cases(struct ctx *ctx, struct db *db, void *arg)
{
	struct person_cases *p = arg;
	sql_t q = sql_new(ctx->arena);
	struct rows rows;
	p->list = value_list();
	sql_add(&q, SQL("SELECT code, subject, status, version, submitted_at FROM case_file"
			" WHERE applicant_id = $1 AND applicant_id <> ''"), p->number);
	may_where(p->cases->people, p->principal, ACT_CASE_SEE, SQL("organisation"), &q);
	sql_add(&q, SQL(" ORDER BY submitted_at DESC LIMIT 10"));
	TRY(db_query_built(ctx, db, &rows, &q));
	while (rows_next(&rows)) {
		struct value item = value_map();
		const struct procedure *procedure = procedure_by_id(p->cases, row_int(&rows, 3));
		str code = row_str(&rows, 0);
		str url = arena_printf(ctx->arena, "/ban/%.*s", STR_ARG(code));
		value_append(ctx->arena, &item, S("code"), value_str(code));
		value_append(ctx->arena, &item, S("subject"), value_str(row_str(&rows, 1)));
		value_append(ctx->arena, &item, S("status"), case_status_view(ctx, row_int(&rows, 2)));
		value_append(ctx->arena, &item, S("title"), value_str(procedure ?
			procedure_text(procedure, S("title"), ctx_language(ctx)) : S("")));
		value_append(ctx->arena, &item, S("at"), view_time(ctx, p->cases, row_int(&rows, 4)));
		value_append(ctx->arena, &item, S("url"), value_str(request_link(p->request, url)));
		value_push(ctx->arena, &p->list, item);
	}
	return rows_end(&rows);
}

static enum err person_view(struct request *request, struct value *view)
{
	struct cases *cases = cases_of(request);
	struct arena *arena = request->ctx.arena;
	struct value visitor = value_map(), visit = value_list();
	struct counter_filing filing = { .body = value_null() };
	str number = request_query(request, "so");
	bool known = intake_visit(request, cases, request_query(request, "luot"), &filing);
	if (known) {
		struct value person = value_get(filing.body, S("person"));
		number = value_text(value_get(person, S("id_number")));
		value_append(arena, &visitor, S("name"), value_get(person, S("name")));
		value_append(arena, &visitor, S("birth_date"), value_get(person, S("birth_date")));
		value_append(arena, &visitor, S("address"), value_get(person, S("address")));
		struct value letters = value_get(filing.body, S("letters"));
		value_append(arena, &visitor, S("mangled"),
			     value_bool(letters.kind == VALUE_BOOL && !letters.boolean));
		TRY(intake_visit_view(request, cases, &filing, &visit));
	}
	struct person_cases of_person = { .cases = cases, .principal = request_principal(request),
					  .number = number, .request = request };
	if (!str_empty(number))
		TRY(store_read(&request->ctx, cases->store, read_person_cases, &of_person));
	value_append(arena, &visitor, S("id_number"), value_str(number));
	value_append(arena, &visitor, S("cases"), of_person.list);
	value_set(arena, view, S("visitor"), known || !str_empty(number) ? visitor : value_null());
	value_set(arena, view, S("visit"), visit);
	value_set(arena, view, S("ticket"), value_str(known ? filing.ticket
							     : request_query(request, "phieu")));
	return OK;
}

static enum err choose_view(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), desk;
	const struct procedure *only;
	str wanted = str_trim(request_query(request, "tim"));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Take a case in")));
	lists_view(request, wanted, &view, &only);
	if (only && !str_empty(wanted) && request->method == WEB_GET) {
		response_redirect_to(response, 303, new_url(request, only));
		return OK;
	}
	TRY(desk_navigation(request, cases_of(request)->people, "/ban/nop", &desk));
	TRY(favourites_view(request, &view));
	TRY(person_view(request, &view));
	value_set(arena, &view, S("scan"), value_get(request->mistakes, S("ma")));
	value_set(arena, &view, S("scan_ticket"), value_get(view, S("ticket")));
	value_set(arena, &view, S("wanted"), value_str(wanted));
	value_set(arena, &view, S("luot"), value_str(request_query(request, "luot")));
	value_set(arena, &view, S("here"), value_str(request_link(request, S("/ban/nop"))));
	value_set(arena, &view, S("scan_action"), value_str(request_link(request, S("/ban/mo"))));
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "cases/desk_choose", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err choose_page(struct request *request, struct response *response)
{
	return choose_view(request, response);
}

const struct route choose_routes[] = {
	{ WEB_GET, "/ban/nop", ACT_CASE_FILE, choose_page, .flags = ROUTE_MAIN },
	{ WEB_GET | WEB_POST, "/ban/mo", ACT_CASE_FILE, open_scan, .flags = ROUTE_MAIN },
	{ 0 },
};
