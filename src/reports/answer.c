#include "reports/answer.h"

#include "base/clock.h"
#include "print/print.h"
#include "store/event.h"
#include "text/i18n.h"
#include "text/template.h"
#include "web/view.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- what was asked ---- */

static const struct {
	const char *name, *ending, *type;
} formats[FORMATS] = {
	[FORMAT_PAGE] = { "", "", "" },
	[FORMAT_PRINT] = { "in", "", "" },
	[FORMAT_PDF] = { "pdf", ".pdf", "application/pdf" },
	[FORMAT_CSV] = { "csv", ".csv", "text/csv; charset=utf-8" },
	[FORMAT_XLSX] = { "xlsx", ".xlsx",
			  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	[FORMAT_JSON] = { "json", "", "" },
};

str asked_text(const struct asked *asked, const char *page, const char *api)
{
	return str_trim(request_query(asked->request, asked->api ? api : page));
}

static void read_format(struct asked *asked)
{
	str text = asked_text(asked, "dinh-dang", "format");
	asked->format = asked->api || asked->request->wants_json ? FORMAT_JSON : FORMAT_PAGE;
	if (str_empty(text))
		return;
	for (int i = 0; i < FORMATS; i++)
		if (str_eq(text, str_z(formats[i].name))) {
			asked->format = (enum format)i;
			return;
		}
	request_mistake(asked->request, "format", N_("Choose the format json, csv, xlsx or pdf"));
}

static void read_day(struct asked *asked, const char *page, const char *api, int64_t *day)
{
	str text = asked_text(asked, page, api);
	if (str_empty(text))
		return;
	if (date_parse(text, day))
		asked->period_given = true;
	else
		request_mistake(asked->request, asked->api ? api : page,
				N_("Write the day as 2015-01-26"));
}

static void read_period(struct asked *asked, char unit)
{
	const struct calendar *calendar = cases_calendar(reports_cases(asked->reports));
	str key = asked_text(asked, "ky", "period"), year = asked_text(asked, "nam", "year");
	asked->period = period_around(calendar_day(calendar, asked->now), unit, 0);
	asked->period_given = !str_empty(year) || !str_empty(key);
	if (!str_empty(year) && (year.n != 4 || !period_parse(year, &asked->period)))
		request_mistake(asked->request, asked->api ? "year" : "nam",
				N_("Write the year with four digits"));
	if (!str_empty(key) && !period_parse(key, &asked->period))
		request_mistake(asked->request, asked->api ? "period" : "ky",
				N_("Write the period as 2015, 2015-q1, 2015-01 or 2015-01-26"));
	read_day(asked, "tu", "from", &asked->period.from);
	read_day(asked, "den", "to", &asked->period.to);
	if (asked->period.from > asked->period.to) {
		request_mistake(asked->request, asked->api ? "to" : "den",
				N_("The last day lies before the first"));
		asked->period.to = asked->period.from;
	}
}

static bool keeps(const struct declared *declared, const struct organisation *o)
{
	struct value kinds = declared->kinds;
	if (!value_is_true(value_get(o->data, S("receives"))))
		return false;
	for (uint32_t i = 0; kinds.kind == VALUE_LIST && i < kinds.n; i++)
		if (str_eq(value_text(kinds.items[i]), o->kind))
			return true;
	return kinds.kind != VALUE_LIST || kinds.n == 0;
}

static void read_allowed(struct asked *asked)
{
	struct people *people = cases_people(reports_cases(asked->reports));
	int64_t *ids;
	size_t n = may_organisations(people, request_principal(asked->request), ACT_REGISTER_SEE,
				     asked->request->ctx.arena, &ids);
	asked->allowed = ids;
	for (size_t i = 0; i < n; i++)
		if (keeps(asked->declared, organisation_by_id(people, ids[i])))
			asked->allowed[asked->n_allowed++] = ids[i];
	asked->organisations = asked->allowed;
	asked->n_organisations = asked->n_allowed;
}

bool asked_may(struct request *request, const struct declared *declared)
{
	struct asked asked = { .request = request, .reports = request->state, .declared = declared };
	read_allowed(&asked);
	return asked.n_allowed > 0;
}

static enum err read_organisation(struct asked *asked)
{
	struct people *people = cases_people(reports_cases(asked->reports));
	str code = asked_text(asked, "don-vi", "organisation");
	struct ctx *ctx = &asked->request->ctx;
	read_allowed(asked);
	if (!asked->n_allowed)
		return fail(ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	if (str_empty(code))
		return OK;
	const struct organisation *o = organisation_by_code(people, code);
	for (size_t i = 0; o && i < asked->n_allowed; i++)
		if (asked->allowed[i] == o->id) {
			asked->chosen = o;
			asked->organisations = &asked->allowed[i];
			asked->n_organisations = 1;
			return OK;
		}
	/* Who may not see it is not told whether it exists. */
	return fail(ctx, ERR_NOT_FOUND, "There is no such office, or its registers are not yours");
}

enum err asked_read(struct request *request, const struct declared *declared, char unit,
		    struct asked *ret)
{
	*ret = (struct asked){
		.request = request, .reports = request->state, .declared = declared,
		.now = clock_business(), .api = str_starts(request->path, S("/api/")),
	};
	read_format(ret);
	read_period(ret, unit);
	return read_organisation(ret);
}

/* ---- the sheet ---- */

static str office_of(const struct asked *asked, const struct organisation *o, str language)
{
	const struct organisation *top;
	if (o)
		return organisation_name(o, language);
	top = people_organisations(cases_people(reports_cases(asked->reports))).items;
	return organisation_name(top, language);
}

/* Whose figures, of which days; and of a period that still runs, up to when. */
static str about_text(const struct asked *asked, const struct organisation *only)
{
	struct ctx *ctx = &asked->request->ctx;
	int offset = calendar_zone(cases_calendar(reports_cases(asked->reports)));
	struct civil now = time_civil(asked->now, offset);
	str about = arena_printf(ctx->arena, "%.*s. %.*s",
				 STR_ARG(office_of(asked, only, asked->request->language)),
				 STR_ARG(period_text(ctx, asked->period)));
	if (days_of_civil(now.year, now.month, now.day) > asked->period.to)
		return about;
	return arena_printf(ctx->arena, ctx_text(ctx, "%.*s. Figures as of %02d:%02d on %02d/%02d/%04d"),
			    STR_ARG(about), now.hour, now.minute, now.day, now.month, now.year);
}

void asked_sheet(const struct asked *asked, struct sheet *ret)
{
	struct ctx *ctx = &asked->request->ctx;
	const struct declared *d = asked->declared;
	str language = asked->request->language;
	struct sheet_column *columns = ARENA_ARRAY(ctx->arena, struct sheet_column, d->n_columns + 1);
	const struct organisation *only = asked->chosen;
	if (!only && asked->n_organisations == 1)
		only = organisation_by_id(cases_people(reports_cases(asked->reports)),
					  asked->organisations[0]);
	const struct organisation *head = only ? only :
		people_organisations(cases_people(reports_cases(asked->reports))).items;
	for (size_t i = 0; i < d->n_columns; i++)
		columns[i] = (struct sheet_column){
			d->columns[i].key, declared_text(d->columns[i].title, language),
			declared_text(d->columns[i].head, language), d->columns[i].width,
			d->columns[i].right,
		};
	*ret = (struct sheet){
		.title = declared_text(d->title, language), .code = d->code, .page = d->page,
		.columns = columns, .n = d->n_columns,
		.heading = d->heading ? value_get(head->data, S("heading")) : value_null(),
		.offset = calendar_zone(cases_calendar(reports_cases(asked->reports))),
		.about = about_text(asked, only),
	};
}

/* ---- files ---- */

static void forget(void *path)
{
	unlink(path);
}

/* A file of DATA/tmp that is gone when the answer was sent. */
static enum err temporary(const struct asked *asked, char **ret_path, int *ret_fd)
{
	struct ctx *ctx = &asked->request->ctx;
	str data = store_data(cases_store(reports_cases(asked->reports)));
	str path = arena_printf(ctx->arena, "%.*s/tmp/sheet-XXXXXX", STR_ARG(data));
	*ret_path = (char *)path.p;
	*ret_fd = mkstemp(*ret_path);
	if (*ret_fd < 0)
		return fail(ctx, ERR_IO, "The file cannot be written: %s", strerror(errno));
	arena_defer(ctx->arena, forget, *ret_path);
	return OK;
}

struct filling {
	sheet_fill *fill;
	void *arg;
	struct sheet_out *out;
};

static enum err fill_all(const struct asked *asked, const struct filling *filling)
{
	struct ctx *ctx = &asked->request->ctx;
	struct db *db;
	TRY(store_snapshot(ctx, cases_store(reports_cases(asked->reports)), &db));
	enum err err = filling->fill(ctx, db, filling->arg, filling->out);
	store_release(db);
	TRY(err);
	return filling->out->end(ctx, filling->out->self);
}

static enum err write_csv(const struct asked *asked, const struct sheet *sheet,
			  struct filling *filling, char **ret_path)
{
	struct sheet_out out;
	int fd;
	TRY(temporary(asked, ret_path, &fd));
	FILE *file = fdopen(fd, "w");
	if (!file) {
		close(fd);
		return fail(&asked->request->ctx, ERR_IO, "The file cannot be written");
	}
	filling->out = &out;
	enum err err = sheet_csv(&asked->request->ctx, sheet, file, &out);
	if (err == OK)
		err = fill_all(asked, filling);
	if (fclose(file) != 0 && err == OK)
		err = fail(&asked->request->ctx, ERR_IO, "The file cannot be written");
	return err;
}

static enum err write_xlsx(const struct asked *asked, const struct sheet *sheet,
			   struct filling *filling, char **ret_path)
{
	struct sheet_out out;
	int fd;
	TRY(temporary(asked, ret_path, &fd));
	close(fd);
	TRY(sheet_xlsx(&asked->request->ctx, sheet, *ret_path, &out));
	filling->out = &out;
	return fill_all(asked, filling);
}

static enum err write_print(const struct asked *asked, const struct sheet *sheet,
			    struct filling *filling, str *ret_letter)
{
	struct buf letter = { .arena = asked->request->ctx.arena };
	struct sheet_out out;
	TRY(sheet_print(&asked->request->ctx, sheet, &letter, &out));
	filling->out = &out;
	TRY(fill_all(asked, filling));
	*ret_letter = buf_view(&letter);
	return OK;
}

static enum err answer_print(const struct asked *asked, struct response *response, str letter)
{
	struct request *request = asked->request;
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), sheet = value_map();
	html page;
	str title;
	TRY(print_html(&request->ctx, letter, &page, &title));
	view_page(request, &view, title);
	value_append(arena, &sheet, S("small"), value_bool(false));
	value_append(arena, &sheet, S("agency"), value_null());
	value_set(arena, &view, S("sheet"), sheet);
	value_set(arena, &view, S("letter"), value_html(page));
	value_set(arena, &view, S("pdf_url"), value_str(asked_url(asked, "dinh-dang", S("pdf"))));
	response_private(response);
	response_view(response, "reports/print", view);
	return OK;
}

static str file_name(const struct asked *asked)
{
	struct arena *arena = asked->request->ctx.arena;
	str key = period_key(arena, asked->period);
	str office = asked->chosen ? asked->chosen->code : S("");
	return arena_printf(arena, "%.*s%s%.*s-%.*s%s", STR_ARG(asked->declared->name),
			    str_empty(office) ? "" : "-", STR_ARG(office), STR_ARG(key),
			    formats[asked->format].ending);
}

static void note_access(const struct asked *asked)
{
	bool print = asked->format == FORMAT_PRINT || asked->format == FORMAT_PDF;
	for (size_t i = 0; i < asked->n_organisations; i++)
		event_access(cases_store(reports_cases(asked->reports)),
			     request_principal(asked->request)->account, asked->organisations[i],
			     print ? ACCESS_PRINT : ACCESS_EXPORT);
}

enum err asked_answer(const struct asked *asked, struct response *response,
		      const struct sheet *sheet, sheet_fill *fill, void *arg)
{
	struct filling filling = { .fill = fill, .arg = arg };
	str type = str_z(formats[asked->format].type), letter, bytes;
	char *path;
	note_access(asked);
	if (asked->format == FORMAT_CSV || asked->format == FORMAT_XLSX) {
		TRY(asked->format == FORMAT_CSV ? write_csv(asked, sheet, &filling, &path)
						: write_xlsx(asked, sheet, &filling, &path));
		response_file(response, str_z(path), type, file_name(asked));
		response_private(response);
		return OK;
	}
	TRY(write_print(asked, sheet, &filling, &letter));
	if (asked->format == FORMAT_PRINT)
		return answer_print(asked, response, letter);
	TRY(print_pdf(&asked->request->ctx, letter, asked->now, &bytes, NULL));
	response_attachment(response, type, file_name(asked), bytes);
	response_private(response);
	return OK;
}

/* ---- pieces of pages ---- */

str asked_url(const struct asked *asked, const char *name, str text)
{
	const struct request *request = asked->request;
	struct buf url = { .arena = request->ctx.arena };
	char before = '?';
	buf_str(&url, request_link(request, request->path));
	for (size_t i = 0; i < request->query.n; i++) {
		const struct pair *pair = &request->query.items[i];
		/* A page begins anew where a filter changes. */
		if (str_eq(pair->name, str_z(name)) || str_eq(pair->name, S("sau")) ||
		    str_empty(pair->text))
			continue;
		buf_byte(&url, before);
		url_encode(&url, pair->name);
		buf_byte(&url, '=');
		url_encode(&url, pair->text);
		before = '&';
	}
	if (!str_empty(text)) {
		buf_printf(&url, "%c%s=", before, name);
		url_encode(&url, text);
	}
	return buf_view(&url);
}

struct value asked_downloads(const struct asked *asked)
{
	static const struct {
		const char *format, *label;
	} items[] = {
		{ "in", N_("Print view") }, { "pdf", N_("PDF") },
		{ "xlsx", N_("Spreadsheet (XLSX)") }, { "csv", N_("CSV") },
	};
	struct arena *arena = asked->request->ctx.arena;
	struct value list = value_list();
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		struct value item = value_map();
		value_append(arena, &item, S("label"), view_text(asked->request, items[i].label));
		value_append(arena, &item, S("url"),
			     value_str(asked_url(asked, "dinh-dang", str_z(items[i].format))));
		value_push(arena, &list, item);
	}
	return list;
}

struct value filter_option(struct arena *arena, str value, str text, bool selected)
{
	struct value option = value_map();
	value_append(arena, &option, S("value"), value_str(value));
	value_append(arena, &option, S("text"), value_str(text));
	value_append(arena, &option, S("selected"), value_bool(selected));
	return option;
}

static struct value filter_field(struct request *request, const char *name, const char *label)
{
	struct arena *arena = request->ctx.arena;
	struct value field = value_map();
	value_append(arena, &field, S("id"), value_str(arena_printf(arena, "filter-%s", name)));
	value_append(arena, &field, S("name"), value_str(str_z(name)));
	value_append(arena, &field, S("label"), view_text(request, label));
	return field;
}

struct value filter_select(struct request *request, const char *name, const char *label,
			   struct value options)
{
	struct value field = filter_field(request, name, label);
	value_append(request->ctx.arena, &field, S("options"), options);
	value_append(request->ctx.arena, &field, S("date"), value_null());
	return field;
}

struct value filter_date(struct request *request, const char *name, const char *label, int64_t day)
{
	struct arena *arena = request->ctx.arena;
	struct value field = filter_field(request, name, label);
	value_set(arena, &field, S("id"), value_str(str_z(name))); /* where its mistake leads */
	value_append(arena, &field, S("options"), value_list());
	value_append(arena, &field, S("date"), value_str(date_format(arena, day)));
	return field;
}

struct value asked_organisation_field(const struct asked *asked, bool all)
{
	struct request *request = asked->request;
	struct arena *arena = request->ctx.arena;
	struct value options = value_list();
	if (all && asked->n_allowed > 1)
		value_push(arena, &options, filter_option(arena, S(""),
			str_z(ctx_text(&request->ctx, "All my offices")), !asked->chosen));
	for (size_t i = 0; i < asked->n_allowed; i++) {
		const struct organisation *o = organisation_by_id(
			cases_people(reports_cases(asked->reports)), asked->allowed[i]);
		value_push(arena, &options, filter_option(arena, o->code,
			organisation_name(o, request->language), asked->chosen == o));
	}
	return filter_select(request, "don-vi", N_("Office"), options);
}

struct value table_cell(struct arena *arena, str text, struct value url, bool head, bool number)
{
	static const str rest[] = { S("note"), S("status"), S("deadline") };
	struct value cell = value_map();
	value_append(arena, &cell, S("head"), value_bool(head));
	value_append(arena, &cell, S("number"), value_bool(number));
	value_append(arena, &cell, S("text"), value_str(text));
	value_append(arena, &cell, S("url"), url);
	for (size_t i = 0; i < ARRAY_SIZE(rest); i++)
		value_append(arena, &cell, rest[i], value_null());
	return cell;
}

struct value table_column(struct arena *arena, str label, bool number)
{
	struct value column = value_map();
	value_append(arena, &column, S("label"), value_str(label));
	value_append(arena, &column, S("url"), value_null());
	value_append(arena, &column, S("sort"), value_null());
	value_append(arena, &column, S("number"), number ? value_bool(true) : value_null());
	return column;
}
