/* Declarations of the pack, compiled once. */
#include "reports/reports.h"

#include "base/json.h"
#include "text/i18n.h"

#include <stdlib.h>

struct reports {
	struct cases *cases;
	struct arena arena;
	struct declared *registers, *reports;
	size_t n_registers, n_reports;
};

str declared_text(struct value text, str language)
{
	if (text.kind == VALUE_STRING)
		return value_text(text);
	const struct value *own = value_find(text, language);
	return own ? value_text(*own) : value_text(value_get(text, S("vi")));
}

static str text_at(struct value v, const char *key)
{
	return value_text(value_get(v, str_z(key)));
}

static enum err parse(struct ctx *ctx, str name, const char *what, str text,
		      const struct feel **ret_feel)
{
	struct feel_fault fault;
	struct feel *feel;
	*ret_feel = NULL;
	if (!feel_parse(ctx->arena, text, NULL, &feel, &fault))
		return fail(ctx, ERR_INVALID, "%.*s.json, %s “%.*s”: %.*s", STR_ARG(name), what,
			    STR_ARG(text), STR_ARG(fault.message));
	*ret_feel = feel;
	return OK;
}

static enum err read_column(struct ctx *ctx, str name, struct value v, struct declared_column *ret)
{
	*ret = (struct declared_column){
		.key = text_at(v, "key"), .title = value_get(v, S("title")),
		.head = value_get(v, S("head")), .figure = text_at(v, "figure"),
		.width = value_integer(value_get(v, S("width")), 4),
		.right = str_eq(text_at(v, "align"), S("right")),
		.sum = value_is_true(value_get(v, S("sum"))),
	};
	if (str_empty(ret->key) || str_empty(declared_text(ret->title, S("vi"))))
		return fail(ctx, ERR_INVALID, "%.*s.json: a column without key or title",
			    STR_ARG(name));
	if (ret->width < 1 || ret->width > 100)
		return fail(ctx, ERR_INVALID, "%.*s.json, column %.*s: width goes from 1 to 100",
			    STR_ARG(name), STR_ARG(ret->key));
	return parse(ctx, name, "value", text_at(v, "value"), &ret->value);
}

/* Whether it looks at one of these words, or into it. */
static bool reads_one(struct ctx *ctx, const struct feel *feel, const char *const *words)
{
	struct value reads = feel_reads(feel, ctx->arena);
	for (uint32_t i = 0; i < reads.n; i++) {
		str path = value_text(reads.items[i]);
		size_t dot = str_find_byte(path, '.');
		for (const char *const *word = words; *word; word++)
			if (str_eq(str_slice(path, 0, dot == SIZE_MAX ? path.n : dot), str_z(*word)))
				return true;
	}
	return false;
}

static enum err read_columns(struct ctx *ctx, str name, struct value list, struct declared *d)
{
	enum { MOST = 60 };
	if (list.kind != VALUE_LIST || list.n > MOST)
		return fail(ctx, ERR_INVALID, "%.*s.json: columns is a list of at most %d",
			    STR_ARG(name), MOST);
	d->columns = ARENA_ARRAY(ctx->arena, struct declared_column, list.n + 1);
	for (uint32_t i = 0; i < list.n; i++) {
		TRY(read_column(ctx, name, list.items[i], &d->columns[i]));
		d->needs_data = d->needs_data || reads_one(ctx, d->columns[i].value,
							   (const char *[]){ "data", "entry", NULL });
		d->needs_fee = d->needs_fee || reads_one(ctx, d->columns[i].value,
							 (const char *[]){ "fee", NULL });
		d->n_columns++;
	}
	return OK;
}

static enum err begin(struct ctx *ctx, str name, struct value v, struct declared *ret)
{
	*ret = (struct declared){
		.name = name, .code = text_at(v, "code"), .title = value_get(v, S("title")),
		.note = value_get(v, S("note")), .book = text_at(v, "book"), .per = text_at(v, "per"),
		.procedures = value_get(v, S("procedures")), .kinds = value_get(v, S("kinds")),
		.bands = value_get(v, S("bands")),
		.by_due = str_eq(text_at(v, "order"), S("due")),
		.lateness = value_is_true(value_get(v, S("lateness"))),
		.page = value_text(value_path(v, S("print.page"))),
		.heading = value_is_true(value_path(v, S("print.heading"))),
	};
	if (str_empty(ret->page))
		ret->page = S("A4 landscape");
	if (str_empty(declared_text(ret->title, S("vi"))))
		return fail(ctx, ERR_INVALID, "%.*s.json: title is missing", STR_ARG(name));
	return OK;
}

static const struct {
	const char *name;
	unsigned filter;
} filter_names[] = {
	{ "organisation", FILTER_ORGANISATION }, { "status", FILTER_STATUS },
	{ "procedure", FILTER_PROCEDURE }, { "late", FILTER_LATE }, { "q", FILTER_WORDS },
	{ "from", FILTER_PERIOD }, { "to", FILTER_PERIOD },
};

static enum err read_filters(struct ctx *ctx, str name, struct value list, struct declared *d)
{
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++) {
		unsigned found = 0;
		for (size_t f = 0; f < ARRAY_SIZE(filter_names); f++)
			if (str_eq(value_text(list.items[i]), str_z(filter_names[f].name)))
				found = filter_names[f].filter;
		if (!found)
			return fail(ctx, ERR_INVALID, "%.*s.json: there is no filter “%.*s”",
				    STR_ARG(name), STR_ARG(value_text(list.items[i])));
		d->filters |= found;
	}
	return OK;
}

enum err declared_register(struct ctx *ctx, str name, struct value v, struct declared *ret)
{
	TRY(begin(ctx, name, v, ret));
	TRY(read_columns(ctx, name, value_get(v, S("columns")), ret));
	TRY(read_filters(ctx, name, value_get(v, S("filters")), ret));
	ret->receipts = str_eq(text_at(v, "of"), S("receipts"));
	if (!str_empty(text_at(v, "of")) && (!ret->receipts || !str_empty(ret->book)))
		return fail(ctx, ERR_INVALID, "%.*s.json: “of” is “receipts”, without a book",
			    STR_ARG(name));
	if (!ret->n_columns)
		return fail(ctx, ERR_INVALID, "%.*s.json: columns is missing", STR_ARG(name));
	return OK;
}

static struct decimal decimal_at(struct value v, const char *key, int64_t otherwise)
{
	struct value n = value_get(v, str_z(key));
	return n.kind == VALUE_NUMBER ? n.number : decimal_of(otherwise);
}

static enum err read_indicator(struct ctx *ctx, str name, struct value v,
			       struct declared_indicator *ret)
{
	str numerator = text_at(v, "numerator"), denominator = text_at(v, "denominator");
	*ret = (struct declared_indicator){
		.title = value_get(v, S("title")), .group = value_get(v, S("group")),
		.note = value_get(v, S("note")),
		.max = decimal_at(v, "max", 1), .full = decimal_at(v, "full", 1),
		.figure = text_at(v, "figure"), .whole = text_at(v, "whole"),
	};
	if (str_empty(declared_text(ret->title, S("vi"))))
		return fail(ctx, ERR_INVALID, "%.*s.json: an indicator without a title",
			    STR_ARG(name));
	if (decimal_sign(ret->full) <= 0)
		return fail(ctx, ERR_INVALID, "%.*s.json: full must be above 0", STR_ARG(name));
	if (str_empty(numerator) && str_empty(declared_text(ret->note, S("vi"))))
		return fail(ctx, ERR_INVALID, "%.*s.json: an indicator that is not counted needs a"
			    " note that says why", STR_ARG(name));
	if (str_empty(numerator) || str_empty(denominator))
		return OK;
	TRY(parse(ctx, name, "numerator", numerator, &ret->numerator));
	return parse(ctx, name, "denominator", denominator, &ret->denominator);
}

static enum err read_indicators(struct ctx *ctx, str name, struct value list, struct declared *d)
{
	d->rows = ROWS_INDICATOR;
	d->indicators = ARENA_ARRAY(ctx->arena, struct declared_indicator, list.n + 1);
	for (uint32_t i = 0; i < list.n; i++) {
		TRY(read_indicator(ctx, name, list.items[i], &d->indicators[i]));
		d->n_indicators++;
	}
	return OK;
}

enum err declared_report(struct ctx *ctx, str name, struct value v, struct declared *ret)
{
	static const str words[] = { S("field"), S("procedure"), S("organisation"),
				    S("officer"), S("publication") };
	struct value indicators = value_get(v, S("indicators"));
	TRY(begin(ctx, name, v, ret));
	if (indicators.kind == VALUE_LIST)
		return read_indicators(ctx, name, indicators, ret);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_eq(text_at(v, "rows"), words[i])) {
			ret->rows = (enum report_rows)i;
			return read_columns(ctx, name, value_get(v, S("columns")), ret);
		}
	return fail(ctx, ERR_INVALID, "%.*s.json: rows is field, procedure, organisation, officer or"
		    " publication", STR_ARG(name));
}

/* ---- the room ---- */

static enum err read_setting(struct ctx *ctx, struct db *db, str name, struct value *ret_map)
{
	struct json_fault fault;
	str body;
	*ret_map = value_map();
	TRY(db_text(ctx, db, &body, SQL("SELECT body FROM setting WHERE name = $1"), name));
	if (!str_empty(body) && !json_parse(ctx->arena, body, ret_map, &fault))
		return fail(ctx, ERR_DATABASE, "The setting %.*s cannot be read", STR_ARG(name));
	return OK;
}

/* "so-theo-doi-ho-so.json" → its name, and the tree its text holds. */
static enum err read_file(struct ctx *ctx, struct member file, str *ret_name, struct value *ret_v)
{
	struct json_fault fault;
	*ret_name = file.key;
	if (str_ends(file.key, S(".json")))
		ret_name->n -= 5;
	if (!json_parse(ctx->arena, value_text(file.value), ret_v, &fault))
		return fail(ctx, ERR_INVALID, "%.*s, line %d: %s", STR_ARG(file.key),
			    (int)fault.line, fault.message);
	return OK;
}

static enum err read_all(struct ctx *ctx, struct value files,
			 enum err (*read)(struct ctx *, str, struct value, struct declared *),
			 struct declared **ret_items, size_t *ret_n)
{
	*ret_items = ARENA_ARRAY(ctx->arena, struct declared, files.n + 1);
	*ret_n = 0;
	for (uint32_t i = 0; i < files.n; i++) {
		struct value v;
		str name;
		TRY(read_file(ctx, files.members[i], &name, &v));
		TRY(read(ctx, name, v, &(*ret_items)[*ret_n]));
		(*ret_n)++;
	}
	return OK;
}

static enum err read_declarations(struct ctx *ctx, struct db *db, void *arg)
{
	struct reports *reports = arg;
	struct value files;
	TRY(read_setting(ctx, db, S("registers"), &files));
	TRY(read_all(ctx, files, declared_register, &reports->registers, &reports->n_registers));
	TRY(read_setting(ctx, db, S("reports"), &files));
	return read_all(ctx, files, declared_report, &reports->reports, &reports->n_reports);
}

enum err reports_open(struct ctx *ctx, struct cases *cases, struct reports **ret_reports)
{
	struct reports *reports = calloc(1, sizeof *reports);
	if (!reports)
		abort();
	reports->cases = cases;
	arena_init(&reports->arena);
	struct ctx own = *ctx;
	own.arena = &reports->arena;
	enum err err = store_read(&own, cases_store(cases), read_declarations, reports);
	if (err != OK) {
		fail(ctx, err, "%.*s", STR_ARG(own.fault.message));
		reports_close(reports);
		return err;
	}
	*ret_reports = reports;
	return OK;
}

void reports_close(struct reports *reports)
{
	if (!reports)
		return;
	arena_done(&reports->arena);
	free(reports);
}

struct declared_list reports_registers(const struct reports *reports)
{
	return (struct declared_list){ reports->registers, reports->n_registers };
}

struct declared_list reports_reports(const struct reports *reports)
{
	return (struct declared_list){ reports->reports, reports->n_reports };
}

static const struct declared *named(struct declared_list list, str name)
{
	for (size_t i = 0; i < list.n; i++)
		if (str_eq(list.items[i].name, name))
			return &list.items[i];
	return NULL;
}

const struct declared *reports_register(const struct reports *reports, str name)
{
	return named(reports_registers(reports), name);
}

const struct declared *reports_report(const struct reports *reports, str name)
{
	return named(reports_reports(reports), name);
}

struct cases *reports_cases(const struct reports *reports)
{
	return reports->cases;
}
