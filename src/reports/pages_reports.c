/* Reports: the list of them, one as page, and the same to take away. */
#include "reports/pages.h"

#include "cases/desk.h"
#include "reports/chart.h"
#include "reports/rows.h"
#include "text/i18n.h"
#include "web/view.h"

static void sheet_of(const struct report *r, struct sheet *ret)
{
	asked_sheet(&r->asked, ret);
	ret->closing = declared_text(r->asked.declared->note, r->asked.request->language);
	if (r->asked.declared->rows != ROWS_INDICATOR)
		return;
	ret->columns = indicator_columns(&r->asked.request->ctx);
	ret->n = INDICATOR_CELLS;
}

/* Who may give work to others sees what all did at these offices; anybody else, what he did. */
static int64_t whose(const struct asked *asked)
{
	const struct principal *principal = request_principal(asked->request);
	for (size_t i = 0; i < asked->n_organisations; i++)
		if (!may(cases_people(reports_cases(asked->reports)), principal, ACT_CASE_ASSIGN,
			 &(struct object){ .organisation = asked->organisations[i] }))
			return principal->account;
	return 0;
}

static enum err read_figures(struct report *r)
{
	const struct asked *asked = &r->asked;
	struct ctx *ctx = &asked->request->ctx;
	struct figures_wanted wanted = {
		.cases = reports_cases(asked->reports), .period = asked->period,
		.organisations = asked->organisations, .n_organisations = asked->n_organisations,
		.rows = asked->declared->rows, .lateness = asked->declared->lateness,
		.satisfaction = asked->declared->rows == ROWS_INDICATOR,
		.publication = asked->declared->rows == ROWS_INDICATOR,
		.now = asked->now,
		.language = asked->request->language,
	};
	struct db *db;
	if (wanted.rows == ROWS_PUBLICATION) {
		publication_read(ctx, wanted.cases, asked->organisations, asked->n_organisations,
				 figures_end(wanted.cases, asked->period, asked->now),
				 &r->publication);
		return OK;
	}
	TRY(store_snapshot(ctx, cases_store(wanted.cases), &db));
	enum err err = wanted.rows == ROWS_OFFICER ?
		figures_officers(ctx, db, &wanted, whose(asked), &r->rows) :
		figures_read(ctx, db, &wanted, &r->rows);
	store_release(db);
	return err;
}

/* ---- files ---- */

static enum err emit_row(struct ctx *ctx, void *arg, const struct cell *cells, size_t i, bool total)
{
	struct sheet_out *out = arg;
	(void)i;
	return out->row(ctx, out->self, cells, total);
}

static enum err fill(struct ctx *ctx, struct db *db, void *arg, struct sheet_out *out)
{
	(void)db;
	return report_each(ctx, arg, emit_row, out);
}

/* ---- the page ---- */

struct page {
	const struct report *r;
	struct value rows;
	str register_path;    /* of the cases behind a figure; empty: none keeps them */
	str publication_path; /* of the procedures */
};

/* The first register of all cases. */
static str cases_register(struct request *request, const struct reports *reports)
{
	struct declared_list list = reports_registers(reports);
	for (size_t i = 0; i < list.n; i++)
		if (str_empty(list.items[i].book) && !list.items[i].receipts &&
		    list.items[i].procedures.n == 0 &&
		    !str_eq(list.items[i].per, S("day")))
			return request_link(request, arena_printf(request->ctx.arena, "/ban/so/%.*s",
				STR_ARG(list.items[i].name)));
	return S("");
}

static str publication_report(struct request *request, const struct reports *reports)
{
	struct declared_list list = reports_reports(reports);
	for (size_t i = 0; i < list.n; i++)
		if (list.items[i].rows == ROWS_PUBLICATION)
			return request_link(request, arena_printf(request->ctx.arena,
				"/ban/bao-cao/%.*s", STR_ARG(list.items[i].name)));
	return S("");
}

static str figure_of(const struct declared *d, size_t row, size_t column)
{
	if (d->rows != ROWS_INDICATOR)
		return d->columns[column].figure;
	if (row >= d->n_indicators)
		return S("");
	return column == 1 ? d->indicators[row].figure :
	       column == 2 ? d->indicators[row].whole : S("");
}

static struct value cases_url(const struct page *page, str figure, size_t row)
{
	static const char *const filters[] = { [ROWS_FIELD] = "linh-vuc", [ROWS_PROCEDURE] = "thu-tuc",
					       [ROWS_ORGANISATION] = "don-vi", [ROWS_OFFICER] = "",
					       [ROWS_PUBLICATION] = "" };
	const struct asked *asked = &page->r->asked;
	enum report_rows rows = asked->declared->rows;
	struct arena *arena = asked->request->ctx.arena;
	struct buf url = { .arena = arena };
	str path = publication_knows(figure) ? page->publication_path : page->register_path;
	if (str_empty(figure) || str_empty(path))
		return value_null();
	buf_printf(&url, "%.*s?chi-tieu=%.*s&tu=%.*s&den=%.*s", STR_ARG(path), STR_ARG(figure),
		   STR_ARG(date_format(arena, asked->period.from)),
		   STR_ARG(date_format(arena, asked->period.to)));
	bool one = row < page->r->rows.n && rows != ROWS_INDICATOR;
	if (one)
		buf_printf(&url, "&%s=%.*s", filters[rows], STR_ARG(page->r->rows.items[row].key));
	if (asked->chosen && !(one && rows == ROWS_ORGANISATION))
		buf_printf(&url, "&don-vi=%.*s", STR_ARG(asked->chosen->code));
	return value_str(buf_view(&url));
}

static enum err page_row(struct ctx *ctx, void *arg, const struct cell *cells, size_t row, bool total)
{
	struct page *page = arg;
	const struct declared *d = page->r->asked.declared;
	struct value item = value_map(), list = value_list();
	size_t n = d->rows == ROWS_INDICATOR ? INDICATOR_CELLS : d->n_columns;
	for (size_t i = 0; i < n; i++) {
		bool head = d->rows == ROWS_INDICATOR ? i == 0 : i == 1;
		bool none = cells[i].kind == CELL_NUMBER && decimal_is_zero(cells[i].number);
		struct value url = none ? value_null() : cases_url(page, figure_of(d, row, i), row);
		str text = cell_text(ctx->arena, &cells[i], 0);
		if (d->rows == ROWS_INDICATOR && !total && i == 3 && str_empty(text))
			text = str_z(ctx_text(ctx, "no data"));
		value_push(ctx->arena, &list, table_cell(ctx->arena, text, url, head,
			 d->rows == ROWS_INDICATOR ? i > 0 && i + 1 < n : d->columns[i].right));
	}
	value_append(ctx->arena, &item, S("cells"), list);
	value_append(ctx->arena, &item, S("total"), value_bool(total));
	value_push(ctx->arena, &page->rows, item);
	return OK;
}

/* Neighbours under the same head, as one cell of the first row of heads. */
static struct value heads_of(struct arena *arena, const struct sheet *sheet)
{
	struct value list = value_list();
	bool any = false;
	for (size_t i = 0; i < sheet->n;) {
		struct value head = value_map();
		size_t to = i + 1;
		str text = sheet->columns[i].head;
		while (to < sheet->n && str_eq(sheet->columns[to].head, text))
			to++;
		any = any || !str_empty(text);
		value_append(arena, &head, S("label"), str_empty(text) ? value_null() : value_str(text));
		value_append(arena, &head, S("span"), value_int((int64_t)(to - i)));
		value_push(arena, &list, head);
		i = to;
	}
	return any ? list : value_null();
}

static struct value table_of(struct request *request, const struct sheet *sheet, struct value rows)
{
	struct arena *arena = request->ctx.arena;
	struct value table = value_map(), columns = value_list();
	for (size_t i = 0; i < sheet->n; i++)
		value_push(arena, &columns, table_column(arena, sheet->columns[i].title,
							 sheet->columns[i].right));
	value_append(arena, &table, S("caption"), value_str(sheet->title));
	value_append(arena, &table, S("heads"), heads_of(arena, sheet));
	value_append(arena, &table, S("columns"), columns);
	value_append(arena, &table, S("rows"), rows);
	return table;
}

static struct value periods_of(const struct asked *asked)
{
	static const struct {
		const char *label;
		char unit;
		int back;
	} items[] = {
		{ N_("Today"), 'd', 0 }, { N_("This month"), 'm', 0 }, { N_("Last month"), 'm', 1 },
		{ N_("This quarter"), 'q', 0 }, { N_("Last quarter"), 'q', 1 },
		{ N_("This year"), 'y', 0 }, { N_("Last year"), 'y', 1 },
	};
	struct request *request = asked->request;
	struct arena *arena = request->ctx.arena;
	const struct calendar *calendar = cases_calendar(reports_cases(asked->reports));
	int64_t today = calendar_day(calendar, asked->now);
	struct value tabs = value_map(), list = value_list();
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		struct period p = period_around(today, items[i].unit, items[i].back);
		struct value item = value_map();
		struct buf url = { .arena = arena };
		buf_printf(&url, "%.*s?ky=%.*s", STR_ARG(request_link(request, request->path)),
			   STR_ARG(period_key(arena, p)));
		if (asked->chosen)
			buf_printf(&url, "&don-vi=%.*s", STR_ARG(asked->chosen->code));
		value_append(arena, &item, S("label"), view_text(request, items[i].label));
		value_append(arena, &item, S("url"), value_str(buf_view(&url)));
		value_append(arena, &item, S("current"), value_bool(p.from == asked->period.from &&
								    p.to == asked->period.to));
		value_append(arena, &item, S("count"), value_null());
		value_append(arena, &item, S("urgency"), value_null());
		value_push(arena, &list, item);
	}
	value_append(arena, &tabs, S("label"), view_text(request, "Period"));
	value_append(arena, &tabs, S("items"), list);
	return tabs;
}

static struct value filter_view(const struct asked *asked)
{
	struct request *request = asked->request;
	struct arena *arena = request->ctx.arena;
	struct value filter = value_map(), fields = value_list();
	value_push(arena, &fields, asked_organisation_field(asked, true));
	value_push(arena, &fields, filter_date(request, "tu", N_("From the day"), asked->period.from));
	value_push(arena, &fields, filter_date(request, "den", N_("To the day"), asked->period.to));
	value_append(arena, &filter, S("action"), value_str(request_link(request, request->path)));
	value_append(arena, &filter, S("label"), view_text(request, "Office and period"));
	value_append(arena, &filter, S("words"), value_bool(false));
	value_append(arena, &filter, S("query"), value_null());
	value_append(arena, &filter, S("figure"), value_null());
	value_append(arena, &filter, S("fields"), fields);
	value_append(arena, &filter, S("clear"), value_null());
	return filter;
}

static enum err show(const struct report *r, struct response *response)
{
	const struct asked *asked = &r->asked;
	struct request *request = asked->request;
	struct ctx *ctx = &request->ctx;
	struct page page = { .r = r, .rows = value_list(),
			     .register_path = cases_register(request, asked->reports),
			     .publication_path = publication_report(request, asked->reports) };
	struct value view = value_map(), desk;
	struct sheet sheet;
	bool good = !request_has_mistakes(request);
	TRY(desk_navigation(request, cases_people(reports_cases(asked->reports)), "/ban/bao-cao", &desk));
	sheet_of(r, &sheet);
	if (good)
		TRY(report_each(ctx, r, page_row, &page));
	view_page(request, &view, sheet.title);
	value_set(ctx->arena, &view, S("title"), value_str(sheet.title));
	value_set(ctx->arena, &view, S("code"), value_str(asked->declared->code));
	value_set(ctx->arena, &view, S("about"), value_str(sheet.about));
	value_set(ctx->arena, &view, S("note"),
		  value_str(declared_text(asked->declared->note, request->language)));
	value_set(ctx->arena, &view, S("desk"), desk);
	value_set(ctx->arena, &view, S("errors"), view_errors(request));
	value_set(ctx->arena, &view, S("tabs"), periods_of(asked));
	value_set(ctx->arena, &view, S("filter"), filter_view(asked));
	value_set(ctx->arena, &view, S("downloads"), good ? asked_downloads(asked) : value_list());
	value_set(ctx->arena, &view, S("report"), good ? table_of(request, &sheet, page.rows)
						       : value_null());
	value_set(ctx->arena, &view, S("chart"), good ? chart_solved(ctx, &r->rows) : value_null());
	response_view(response, "reports/report", view);
	if (!good)
		response_status(response, 422);
	return OK;
}

/* ---- JSON ---- */

struct json {
	const struct sheet *sheet;
	struct value rows, total;
};

static enum err json_row(struct ctx *ctx, void *arg, const struct cell *cells, size_t row, bool total)
{
	struct json *json = arg;
	struct value item = value_map();
	(void)row;
	for (size_t i = 0; i < json->sheet->n; i++)
		value_set(ctx->arena, &item, json->sheet->columns[i].key,
			  sheet_value(ctx->arena, &cells[i], 0));
	if (total)
		json->total = item;
	else
		value_push(ctx->arena, &json->rows, item);
	return OK;
}

static enum err answer_json(const struct report *r, struct response *response)
{
	struct ctx *ctx = &r->asked.request->ctx;
	struct value body = value_map();
	struct sheet sheet;
	sheet_of(r, &sheet);
	struct json json = { &sheet, value_list(), value_null() };
	TRY(report_each(ctx, r, json_row, &json));
	value_append(ctx->arena, &body, S("report"), value_str(r->asked.declared->name));
	value_append(ctx->arena, &body, S("code"), value_str(r->asked.declared->code));
	value_append(ctx->arena, &body, S("title"), value_str(sheet.title));
	value_append(ctx->arena, &body, S("from"),
		     value_str(date_format(ctx->arena, r->asked.period.from)));
	value_append(ctx->arena, &body, S("to"),
		     value_str(date_format(ctx->arena, r->asked.period.to)));
	value_append(ctx->arena, &body, S("columns"), sheet_columns_value(ctx->arena, &sheet));
	value_append(ctx->arena, &body, S("as_of"),
		     value_str(time_format(ctx->arena, figures_end(reports_cases(r->asked.reports),
								   r->asked.period, r->asked.now),
					   sheet.offset)));
	value_append(ctx->arena, &body, S("rows"), json.rows);
	value_append(ctx->arena, &body, S("total"), json.total);
	value_append(ctx->arena, &body, S("figures"), sums_map(ctx->arena, 0, S(""), &r->rows.all));
	response_json(response, 200, body);
	return OK;
}

/* ---- handlers ---- */

enum err report_page(struct request *request, struct response *response)
{
	struct report r = { 0 };
	struct sheet sheet;
	const struct declared *declared =
		reports_report(request->state, request_param(request, "report"));
	if (!declared)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such report");
	TRY(asked_read(request, declared, 'm', &r.asked));
	bool good = !request_has_mistakes(request);
	r.env = (struct feel_env){ .now = r.asked.now, .offset =
		calendar_zone(cases_calendar(reports_cases(r.asked.reports))) };
	if (good)
		TRY(read_figures(&r));
	if (r.asked.format == FORMAT_PAGE)
		return show(&r, response);
	if (!good)
		return fail(&request->ctx, ERR_INVALID, "%.*s",
			    STR_ARG(value_text(request->mistakes.members[0].value)));
	if (r.asked.format == FORMAT_JSON)
		return answer_json(&r, response);
	sheet_of(&r, &sheet);
	return asked_answer(&r.asked, response, &sheet, fill, &r);
}

enum err reports_page(struct request *request, struct response *response)
{
	struct reports *reports = request->state;
	struct arena *arena = request->ctx.arena;
	struct declared_list all = reports_reports(reports);
	struct value view = value_map(), list = value_list(), desk;
	TRY(desk_navigation(request, cases_people(reports_cases(reports)), "/ban/bao-cao", &desk));
	for (size_t i = 0; i < all.n; i++) {
		struct value item = value_map();
		str path = arena_printf(arena, "/ban/bao-cao/%.*s", STR_ARG(all.items[i].name));
		value_append(arena, &item, S("title"),
			     value_str(declared_text(all.items[i].title, request->language)));
		value_append(arena, &item, S("url"), value_str(request_link(request, path)));
		value_append(arena, &item, S("note"), value_str(all.items[i].code));
		value_push(arena, &list, item);
	}
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Reports")));
	value_set(arena, &view, S("title"), view_text(request, "Reports"));
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("items"), list);
	response_view(response, "reports/list", view);
	return OK;
}
