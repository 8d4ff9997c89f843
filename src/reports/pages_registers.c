/* Registers: the list of them, a page of one, and the same to take away. */
#include "reports/pages.h"

#include "base/clock.h"
#include "cases/desk.h"
#include "cases/letter.h"
#include "cases/view.h"
#include "reports/answer.h"
#include "reports/register.h"
#include "store/event.h"
#include "text/i18n.h"
#include "text/vietnamese.h"
#include "web/view.h"

enum { PAGE = 50, API_PAGE = 500, BATCH = 500 };

/* ---- what was asked ---- */

/* "organisation.first.second": opaque to those who carry it. */
static bool parse_mark(str text, struct register_mark *ret)
{
	int64_t *parts[] = { &ret->organisation, &ret->first, &ret->second };
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		str part;
		if (!str_next(&text, '.', &part) || !str_int(part, 0, INT64_MAX, parts[i]))
			return false;
	}
	return str_empty(text);
}

static str mark_text(struct arena *arena, const struct register_mark *mark)
{
	return arena_printf(arena, "%lld.%lld.%lld", (long long)mark->organisation,
			    (long long)mark->first, (long long)mark->second);
}

static int64_t status_of(str name)
{
	for (int64_t s = CASE_NEW; s <= CASE_RETURNED; s++)
		if (str_eq(name, str_z(case_status_name(s))))
			return s;
	return 0;
}

static void read_wanted(const struct asked *asked, struct register_wanted *w)
{
	unsigned filters = asked->declared->filters;
	str cursor = asked_text(asked, "sau", "cursor");
	*w = (struct register_wanted){
		.reports = asked->reports, .declared = asked->declared,
		.organisations = asked->organisations, .n_organisations = asked->n_organisations,
		.period = asked->period, .now = asked->now, .language = asked->request->language,
		.figure = asked_text(asked, "chi-tieu", "figure"),
	};
	if (filters & FILTER_STATUS)
		w->status = status_of(asked_text(asked, "trang-thai", "status"));
	if (filters & FILTER_PROCEDURE)
		w->procedure = asked_text(asked, "thu-tuc", "procedure");
	w->field = asked_text(asked, "linh-vuc", "field");
	if (filters & FILTER_WORDS)
		w->words = asked_text(asked, "q", "q");
	if (filters & FILTER_LATE)
		w->late = !str_empty(asked_text(asked, "tre", "late"));
	if (!str_empty(w->figure) && !register_knows_figure(w->figure))
		request_mistake(asked->request, "figure", N_("There is no such figure"));
	if (!str_empty(cursor) && !parse_mark(cursor, &w->after))
		request_mistake(asked->request, "cursor", N_("The cursor is not one of ours"));
}

/* A page shows one office's register; the first is as good as any until one is chosen. A figure may
 * stand for several offices. */
static void choose_one(struct asked *asked)
{
	if (asked->chosen || !asked->n_allowed || !str_empty(asked_text(asked, "chi-tieu", "figure")))
		return;
	asked->chosen = organisation_by_id(cases_people(reports_cases(asked->reports)),
					   asked->allowed[0]);
	asked->n_organisations = 1;
}

static enum err load(struct request *request, struct asked *ret_asked, struct register_wanted *ret)
{
	const struct declared *declared =
		reports_register(request->state, request_param(request, "book"));
	if (!declared)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such register");
	TRY(asked_read(request, declared, str_eq(declared->per, S("day")) ? 'd' : 'y', ret_asked));
	if (!ret_asked->api)
		choose_one(ret_asked);
	read_wanted(ret_asked, ret);
	return OK;
}

/* ---- files: batch after batch, so that memory does not grow ---- */

struct emit {
	struct sheet_out *out;
	const struct declared *declared;
	struct register_mark last;
	struct decimal *sums; /* of each column that has one */
	int64_t n;
};

static enum err emit_row(struct ctx *ctx, void *arg, const struct register_row *row)
{
	struct emit *emit = arg;
	emit->last = row->mark;
	emit->n++;
	for (size_t i = 0; i < emit->declared->n_columns; i++)
		if (row->cells[i].kind == CELL_NUMBER &&
		    !decimal_add(emit->sums[i], row->cells[i].number, &emit->sums[i]))
			return fail(ctx, ERR_INVALID, "The sum is too large");
	return emit->out->row(ctx, emit->out->self, row->cells, false);
}

static enum err emit_sums(struct ctx *ctx, const struct emit *emit)
{
	const struct declared *d = emit->declared;
	struct cell *cells = ARENA_ARRAY(ctx->arena, struct cell, d->n_columns + 1);
	bool any = false;
	for (size_t i = 0; i < d->n_columns; i++) {
		cells[i] = (struct cell){ .kind = d->columns[i].sum ? CELL_NUMBER : CELL_EMPTY,
					  .number = emit->sums[i], .grouped = true };
		any = any || d->columns[i].sum;
	}
	if (!any || !emit->n)
		return OK;
	if (!d->columns[0].sum)
		cells[0] = (struct cell){ .kind = CELL_TEXT, .text = str_z(ctx_text(ctx, "Total")) };
	return emit->out->row(ctx, emit->out->self, cells, true);
}

static enum err fill(struct ctx *ctx, struct db *db, void *arg, struct sheet_out *out)
{
	struct register_wanted w = *(const struct register_wanted *)arg;
	struct emit emit = { .out = out, .declared = w.declared };
	enum err err = OK;
	emit.sums = ARENA_ARRAY(ctx->arena, struct decimal, w.declared->n_columns + 1);
	for (size_t i = 0; i < w.declared->n_columns; i++)
		emit.sums[i] = decimal_of(0);
	for (size_t n = BATCH; err == OK && n == BATCH;) {
		struct arena batch;
		struct ctx own = *ctx;
		arena_init(&batch);
		own.arena = &batch;
		err = register_rows(&own, db, &w, BATCH, emit_row, &emit, &n);
		if (err != OK)
			err = fail(ctx, err, "%.*s", STR_ARG(own.fault.message));
		w.after = emit.last;
		arena_done(&batch);
	}
	return err == OK ? emit_sums(ctx, &emit) : err;
}

/* ---- the page ---- */

struct page {
	const struct asked *asked;
	struct value rows;
	struct register_mark last;
	size_t n;
};

static bool is_code(const struct declared_column *column)
{
	return str_eq(feel_source(column->value), S("case.code"));
}

/* Who sees the register need not see its cases. */
static bool sees_case(const struct page *page, const struct register_row *row)
{
	const struct object object = { .organisation = row->mark.organisation };
	return may(cases_people(reports_cases(page->asked->reports)),
		   request_principal(page->asked->request), ACT_CASE_SEE, &object);
}

static struct value row_cells(const struct page *page, const struct register_row *row)
{
	const struct declared *d = page->asked->declared;
	struct request *request = page->asked->request;
	struct arena *arena = request->ctx.arena;
	int zone = calendar_zone(cases_calendar(reports_cases(page->asked->reports)));
	struct value cells = value_list();
	for (size_t i = 0; i < d->n_columns; i++) {
		const struct declared_column *column = &d->columns[i];
		struct value url = value_null();
		if (is_code(column) && sees_case(page, row))
			url = value_str(request_link(request, arena_printf(arena, "/ban/%.*s",
				STR_ARG(row->code))));
		value_push(arena, &cells, table_cell(arena, cell_text(arena, &row->cells[i], zone),
						     url, i == 0, column->right));
	}
	return cells;
}

static enum err page_row(struct ctx *ctx, void *arg, const struct register_row *row)
{
	struct page *page = arg;
	struct value item = value_map();
	if (page->n++ == PAGE)
		return OK;
	page->last = row->mark;
	value_append(ctx->arena, &item, S("id"), value_str(row->code));
	value_append(ctx->arena, &item, S("tick"), value_null());
	value_append(ctx->arena, &item, S("cells"), row_cells(page, row));
	value_push(ctx->arena, &page->rows, item);
	return OK;
}

static struct value table_of(const struct page *page)
{
	struct request *request = page->asked->request;
	struct arena *arena = request->ctx.arena;
	const struct declared *d = page->asked->declared;
	struct value table = value_map(), columns = value_list();
	for (size_t i = 0; i < d->n_columns; i++)
		value_push(arena, &columns, table_column(arena,
			declared_text(d->columns[i].title, request->language), d->columns[i].right));
	value_append(arena, &table, S("caption"),
		     value_str(declared_text(d->title, request->language)));
	value_append(arena, &table, S("worklist"), value_null());
	value_append(arena, &table, S("ticks"), value_null());
	value_append(arena, &table, S("columns"), columns);
	value_append(arena, &table, S("rows"), page->rows);
	return table;
}

static struct value status_field(const struct asked *asked, int64_t chosen)
{
	struct request *request = asked->request;
	struct arena *arena = request->ctx.arena;
	struct value options = value_list();
	value_push(arena, &options, filter_option(arena, S(""),
		str_z(ctx_text(&request->ctx, "All states")), !chosen));
	for (int64_t s = CASE_ACCEPTED; s <= CASE_RETURNED; s++)
		value_push(arena, &options, filter_option(arena, str_z(case_status_name(s)),
			value_text(value_get(case_status_view(&request->ctx, s), S("text"))),
			s == chosen));
	return filter_select(request, "trang-thai", N_("State"), options);
}

static struct value procedure_field(const struct asked *asked, str chosen)
{
	struct request *request = asked->request;
	struct arena *arena = request->ctx.arena;
	struct value options = value_list();
	const struct procedure **items;
	size_t n;
	value_push(arena, &options, filter_option(arena, S(""),
		str_z(ctx_text(&request->ctx, "All procedures")), str_empty(chosen)));
	procedures_in_force(reports_cases(asked->reports), arena, asked->now, &items, &n);
	for (size_t i = 0; i < n; i++)
		value_push(arena, &options, filter_option(arena, items[i]->name,
			procedure_text(items[i], S("title"), request->language),
			str_eq(items[i]->name, chosen)));
	return filter_select(request, "thu-tuc", N_("Procedure"), options);
}

static struct value late_field(const struct asked *asked, bool late)
{
	struct request *request = asked->request;
	struct arena *arena = request->ctx.arena;
	struct value options = value_list();
	value_push(arena, &options, filter_option(arena, S(""),
		str_z(ctx_text(&request->ctx, "All")), !late));
	value_push(arena, &options, filter_option(arena, S("1"),
		str_z(ctx_text(&request->ctx, "Only late ones")), late));
	return filter_select(request, "tre", N_("Lateness"), options);
}

static struct value filter_view(const struct asked *asked, const struct register_wanted *w)
{
	struct request *request = asked->request;
	struct arena *arena = request->ctx.arena;
	unsigned filters = asked->declared->filters;
	struct value filter = value_map(), fields = value_list();
	if (filters & FILTER_ORGANISATION)
		value_push(arena, &fields, asked_organisation_field(asked, !str_empty(w->figure)));
	if (filters & FILTER_PROCEDURE)
		value_push(arena, &fields, procedure_field(asked, w->procedure));
	if (filters & FILTER_STATUS)
		value_push(arena, &fields, status_field(asked, w->status));
	if (filters & FILTER_LATE)
		value_push(arena, &fields, late_field(asked, w->late));
	if (filters & FILTER_PERIOD) {
		value_push(arena, &fields, filter_date(request, "tu", N_("From the day"), w->period.from));
		value_push(arena, &fields, filter_date(request, "den", N_("To the day"), w->period.to));
	}
	value_append(arena, &filter, S("action"),
		     value_str(request_link(request, request->path)));
	value_append(arena, &filter, S("label"), view_text(request, "Filter the register"));
	value_append(arena, &filter, S("words"), value_bool(filters & FILTER_WORDS));
	value_append(arena, &filter, S("query"),
		     str_empty(w->words) ? value_null() : value_str(w->words));
	value_append(arena, &filter, S("figure"),
		     str_empty(w->figure) ? value_null() : value_str(w->figure));
	value_append(arena, &filter, S("fields"), fields);
	value_append(arena, &filter, S("clear"), request->query.n ?
		     value_str(request_link(request, request->path)) : value_null());
	return filter;
}

static struct value pagination_of(const struct page *page)
{
	struct arena *arena = page->asked->request->ctx.arena;
	struct value pagination = value_map(), next = value_map();
	if (page->n <= PAGE)
		return value_null();
	value_append(arena, &next, S("url"), value_str(asked_url(page->asked, "sau",
		mark_text(arena, &page->last))));
	value_append(arena, &pagination, S("previous"), value_null());
	value_append(arena, &pagination, S("next"), next);
	value_append(arena, &pagination, S("pages"), value_list());
	return pagination;
}

static struct value nothing(struct request *request)
{
	struct arena *arena = request->ctx.arena;
	struct value empty = value_map();
	value_append(arena, &empty, S("title"), view_text(request, "The register has no such entry"));
	value_append(arena, &empty, S("text"),
		     view_text(request, "Choose another period or office, or fewer conditions."));
	value_append(arena, &empty, S("url"), value_null());
	value_append(arena, &empty, S("label"), value_null());
	return empty;
}

static enum err show(const struct asked *asked, const struct register_wanted *w,
		     struct response *response)
{
	struct request *request = asked->request;
	struct arena *arena = request->ctx.arena;
	struct page page = { .asked = asked, .rows = value_list() };
	struct value view = value_map(), desk;
	struct sheet sheet;
	size_t n;
	TRY(desk_navigation(request, cases_people(reports_cases(asked->reports)), "/ban/so", &desk));
	if (!request_has_mistakes(request)) {
		struct db *db;
		TRY(store_snapshot(&request->ctx, cases_store(reports_cases(asked->reports)), &db));
		enum err err = register_rows(&request->ctx, db, w, PAGE + 1, page_row, &page, &n);
		store_release(db);
		TRY(err);
		for (size_t i = 0; i < asked->n_organisations; i++)
			event_access(cases_store(reports_cases(asked->reports)),
				     request_principal(request)->account, asked->organisations[i],
				     ACCESS_OPEN);
	}
	asked_sheet(asked, &sheet);
	view_page(request, &view, sheet.title);
	value_set(arena, &view, S("title"), value_str(sheet.title));
	value_set(arena, &view, S("about"), value_str(sheet.about));
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("errors"), view_errors(request));
	value_set(arena, &view, S("filter"), filter_view(asked, w));
	value_set(arena, &view, S("downloads"), page.rows.n ? asked_downloads(asked) : value_list());
	value_set(arena, &view, S("table"), page.rows.n ? table_of(&page) : value_null());
	value_set(arena, &view, S("empty"), page.rows.n ? value_null() : nothing(request));
	value_set(arena, &view, S("pagination"), pagination_of(&page));
	response_view(response, "reports/register", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

/* ---- JSON ---- */

struct json_rows {
	const struct asked *asked;
	struct value rows;
	struct register_mark last;
	size_t n;
};

struct value sheet_value(struct arena *arena, const struct cell *cell, int offset)
{
	if (cell->kind == CELL_EMPTY)
		return value_null();
	if (cell->kind == CELL_NUMBER || cell->kind == CELL_PERCENT)
		return value_decimal(cell->number);
	if (cell->kind == CELL_TIME)
		return value_str(time_format(arena, cell->at, offset));
	return value_str(cell_plain(arena, cell, offset));
}

static enum err json_row(struct ctx *ctx, void *arg, const struct register_row *row)
{
	struct json_rows *json = arg;
	const struct declared *d = json->asked->declared;
	int zone = calendar_zone(cases_calendar(reports_cases(json->asked->reports)));
	struct value item = value_map();
	if (json->n++ == API_PAGE)
		return OK;
	json->last = row->mark;
	for (size_t i = 0; i < d->n_columns; i++)
		value_set(ctx->arena, &item, d->columns[i].key,
			  sheet_value(ctx->arena, &row->cells[i], zone));
	value_push(ctx->arena, &json->rows, item);
	return OK;
}

static enum err answer_json(const struct asked *asked, const struct register_wanted *w,
			    struct response *response)
{
	struct request *request = asked->request;
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct json_rows json = { .asked = asked, .rows = value_list() };
	struct value body = value_map();
	struct sheet sheet;
	struct db *db;
	size_t n;
	TRY(store_snapshot(ctx, cases_store(reports_cases(asked->reports)), &db));
	enum err err = register_rows(ctx, db, w, API_PAGE + 1, json_row, &json, &n);
	store_release(db);
	TRY(err);
	for (size_t i = 0; i < asked->n_organisations; i++)
		event_access(cases_store(reports_cases(asked->reports)),
			     request_principal(request)->account, asked->organisations[i],
			     ACCESS_EXPORT);
	asked_sheet(asked, &sheet);
	value_append(arena, &body, S("register"), value_str(asked->declared->name));
	value_append(arena, &body, S("title"), value_str(sheet.title));
	value_append(arena, &body, S("from"), value_str(date_format(arena, w->period.from)));
	value_append(arena, &body, S("to"), value_str(date_format(arena, w->period.to)));
	value_append(arena, &body, S("columns"), sheet_columns_value(arena, &sheet));
	value_append(arena, &body, S("rows"), json.rows);
	value_append(arena, &body, S("next"), json.n > API_PAGE ?
		     value_str(mark_text(arena, &json.last)) : value_null());
	response_json(response, 200, body);
	return OK;
}

struct value sheet_columns_value(struct arena *arena, const struct sheet *sheet)
{
	struct value list = value_list();
	for (size_t i = 0; i < sheet->n; i++) {
		struct value column = value_map();
		value_append(arena, &column, S("key"), value_str(sheet->columns[i].key));
		value_append(arena, &column, S("title"), value_str(sheet->columns[i].title));
		value_append(arena, &column, S("head"), str_empty(sheet->columns[i].head) ?
			     value_null() : value_str(sheet->columns[i].head));
		value_push(arena, &list, column);
	}
	return list;
}

/* ---- handlers ---- */

enum err register_page(struct request *request, struct response *response)
{
	struct asked asked;
	struct register_wanted w;
	struct sheet sheet;
	TRY(load(request, &asked, &w));
	if (asked.format == FORMAT_PAGE)
		return show(&asked, &w, response);
	if (request_has_mistakes(request))
		return fail(&request->ctx, ERR_INVALID, "%.*s",
			    STR_ARG(value_text(request->mistakes.members[0].value)));
	if (asked.format == FORMAT_JSON)
		return answer_json(&asked, &w, response);
	asked_sheet(&asked, &sheet);
	w.after = (struct register_mark){ 0 };
	TRY(register_closing(&asked, &w, &sheet.closing));
	return asked_answer(&asked, response, &sheet, fill, &w);
}

/* What a list is of: cases, results a town gives out, letters that tell of a case. */
enum group { OF_CASES, OF_RESULTS, OF_LETTERS, GROUPS };

static enum group group_of(struct reports *reports, const struct declared *declared)
{
	if (str_empty(declared->book))
		return OF_CASES;
	return book_is_of_letters(reports_cases(reports), declared->book) ? OF_LETTERS : OF_RESULTS;
}

struct named {
	str key; /* sorts as Vietnamese does */
	struct value item;
};

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct named *)a)->key, ((const struct named *)b)->key);
}

static struct value register_item(struct request *request, const struct declared *declared)
{
	struct arena *arena = request->ctx.arena;
	struct value item = value_map();
	str path = arena_printf(arena, "/ban/so/%.*s", STR_ARG(declared->name));
	value_append(arena, &item, S("title"),
		     value_str(declared_text(declared->title, request->language)));
	value_append(arena, &item, S("url"), value_str(request_link(request, path)));
	value_append(arena, &item, S("note"),
		     value_str(declared_text(declared->note, request->language)));
	return item;
}

/* The registers of a group that an office of the reader keeps, by name. */
static struct value group_items(struct request *request, enum group group)
{
	struct reports *reports = request->state;
	struct arena *arena = request->ctx.arena;
	struct declared_list all = reports_registers(reports);
	struct named *named = ARENA_ARRAY(arena, struct named, all.n + 1);
	struct value list = value_list();
	size_t n = 0;
	for (size_t i = 0; i < all.n; i++) {
		struct value item;
		if (group_of(reports, &all.items[i]) != group || !asked_may(request, &all.items[i]))
			continue;
		item = register_item(request, &all.items[i]);
		named[n++] = (struct named){
			vietnamese_sort_key(arena, value_text(value_get(item, S("title")))), item };
	}
	qsort(named, n, sizeof *named, by_name);
	for (size_t i = 0; i < n; i++)
		value_push(arena, &list, named[i].item);
	return list;
}

enum err registers_page(struct request *request, struct response *response)
{
	static const char *const titles[GROUPS] = {
		[OF_CASES] = N_("Lists of cases"), [OF_RESULTS] = N_("Registers of results"),
		[OF_LETTERS] = N_("Registers of letters"),
	};
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), groups = value_list(), desk;
	struct people *people = cases_people(reports_cases(request->state));
	TRY(desk_navigation(request, people, "/ban/so", &desk));
	for (enum group group = 0; group < GROUPS; group++) {
		struct value item = value_map(), items = group_items(request, group);
		value_append(arena, &item, S("title"), view_text(request, titles[group]));
		value_append(arena, &item, S("items"), items);
		if (items.n)
			value_push(arena, &groups, item);
	}
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Registers")));
	value_set(arena, &view, S("title"), view_text(request, "Registers"));
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("groups"), groups);
	response_view(response, "reports/registers", view);
	return OK;
}
