/* What everybody may read: the list of procedures, one procedure, the published figures. */
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/view.h"

#include "web/view.h"

static struct value link_to(struct request *request, const char *base, str name)
{
	str path = arena_printf(request->ctx.arena, "%s/%.*s", base, STR_ARG(name));
	return value_str(request_link(request, path));
}

/* ---- the list ---- */

static struct value list_item(struct request *request, const struct procedure *procedure)
{
	struct arena *arena = request->ctx.arena;
	struct value view = procedure_view(&request->ctx, procedure, request->language);
	struct value item = value_map();
	static const char *const keys[] = { "name", "code", "title", "summary", "field", "time" };
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		value_append(arena, &item, str_z(keys[i]), value_get(view, str_z(keys[i])));
	value_append(arena, &item, S("url"), link_to(request, "/thu-tuc", procedure->name));
	return item;
}

/* Procedures of one field stand together, in the order in which fields first appear. */
static void add_to_field(struct arena *arena, struct value *fields, struct value item)
{
	str name = value_text(value_get(item, S("field")));
	for (uint32_t i = 0; i < fields->n; i++) {
		if (!str_eq(value_text(value_get(fields->items[i], S("name"))), name))
			continue;
		struct value items = value_get(fields->items[i], S("items"));
		value_push(arena, &items, item);
		value_set(arena, &fields->items[i], S("items"), items);
		return;
	}
	struct value field = value_map(), items = value_list();
	value_push(arena, &items, item);
	value_append(arena, &field, S("name"), value_str(name));
	value_append(arena, &field, S("items"), items);
	value_push(arena, fields, field);
}

static enum err procedures_page(struct request *request, struct response *response)
{
	struct cases *cases = request->state;
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), fields = value_list();
	const struct procedure **items;
	size_t n;
	procedures_in_force(cases, arena, clock_business(), &items, &n);
	for (size_t i = 0; i < n; i++)
		add_to_field(arena, &fields, list_item(request, items[i]));
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Procedures")));
	value_set(arena, &view, S("fields"), fields);
	value_set(arena, &view, S("count"), value_int((int64_t)n));
	response_view(response, "cases/procedures", view);
	return OK;
}

/* ---- one procedure ---- */

static struct value paper_items(struct request *request, struct value papers)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	for (uint32_t i = 0; i < papers.n; i++) {
		struct value paper = papers.items[i], item = value_map();
		int64_t originals = value_integer(value_get(paper, S("original")), 0);
		int64_t copies = value_integer(value_get(paper, S("copies")), 0);
		str count = arena_printf(arena, ctx_text(&request->ctx, "Originals: %lld, copies: %lld"),
					 (long long)originals, (long long)copies);
		str note = value_text(value_get(paper, S("note")));
		str both = str_empty(note) ? count :
			arena_printf(arena, "%.*s. %.*s", STR_ARG(count), STR_ARG(note));
		struct value required = value_get(paper, S("required"));
		value_append(arena, &item, S("name"), value_get(paper, S("title")));
		value_append(arena, &item, S("note"), value_str(both));
		value_append(arena, &item, S("optional"), value_bool(!value_is_true(required)));
		value_append(arena, &item, S("form"), value_null());
		value_append(arena, &item, S("form_label"), value_null());
		value_push(arena, &list, item);
	}
	return list;
}

static bool has_channel(struct value channels, str channel)
{
	for (uint32_t i = 0; i < channels.n; i++)
		if (str_eq(value_text(channels.items[i]), channel))
			return true;
	return false;
}

static struct value fee_text(struct request *request, struct value procedure)
{
	struct value amount = value_path(procedure, S("fee.amount"));
	if (amount.kind != VALUE_NUMBER)
		return value_null();
	if (decimal_is_zero(amount.number))
		return view_text(request, "Free");
	return value_str(language_money(request->ctx.arena, request->ctx.language,
					value_integer(amount, 0)));
}

static enum err procedure_page(struct request *request, struct response *response)
{
	struct cases *cases = request->state;
	struct arena *arena = request->ctx.arena;
	const struct procedure *procedure =
		procedure_in_force(cases, request_param(request, "code"), clock_business());
	if (!procedure)
		return fail(&request->ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	struct value view = value_map(), crumbs = value_list(), crumb = value_map();
	struct value about = procedure_view(&request->ctx, procedure, request->language);
	view_page(request, &view, value_text(value_get(about, S("title"))));
	value_append(arena, &crumb, S("label"), view_text(request, "Procedures"));
	value_append(arena, &crumb, S("url"), value_str(request_link(request, S("/thu-tuc"))));
	value_push(arena, &crumbs, crumb);
	value_set(arena, &view, S("crumbs"), crumbs);
	value_set(arena, &view, S("procedure"), about);
	value_set(arena, &view, S("papers"),
		  paper_items(request, value_get(about, S("papers"))));
	value_set(arena, &view, S("fee"), fee_text(request, about));
	value_set(arena, &view, S("flow"), procedure_flow_view(&request->ctx, procedure));
	value_set(arena, &view, S("file_url"), has_channel(value_get(about, S("channels")), S("online")) ?
		  link_to(request, "/nop", procedure->name) : value_null());
	value_set(arena, &view, S("receivers"),
		  receivers_view(&request->ctx, cases, procedure, S("")));
	response_view(response, "cases/procedure", view);
	return OK;
}

/* ---- published figures ---- */

struct figures_wanted {
	int64_t from, to;     /* months, as 201501 */
	int64_t organisation; /* 0: all */
};

struct sums {
	int64_t received, online, early, on, late, returned, open, open_late, open_waiting;
};

static const struct {
	const char *name, *key;
	size_t offset;
} sum_names[] = {
	{ "received", "received", offsetof(struct sums, received) },
	{ "received.online", "received_online", offsetof(struct sums, online) },
	{ "solved.early", "solved_early", offsetof(struct sums, early) },
	{ "solved.on", "solved_on", offsetof(struct sums, on) },
	{ "solved.late", "solved_late", offsetof(struct sums, late) },
	{ "returned", "returned", offsetof(struct sums, returned) },
};

static enum err read_sums(struct ctx *ctx, struct db *db, const struct figures_wanted *wanted,
			  struct sums *sums)
{
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT name, SUM(n) FROM figure WHERE month >= $1 AND month <= $2"
			 " AND ($3 = 0 OR organisation = $3) GROUP BY name"),
		     wanted->from, wanted->to, wanted->organisation));
	while (rows_next(&rows))
		for (size_t i = 0; i < ARRAY_SIZE(sum_names); i++)
			if (str_eq(row_view(&rows, 0), str_z(sum_names[i].name)))
				*(int64_t *)((char *)sums + sum_names[i].offset) = row_int(&rows, 1);
	return rows_end(&rows);
}

static enum err read_open(struct ctx *ctx, struct db *db, int64_t organisation, usec now,
			  struct sums *sums)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT COUNT(*), COALESCE(SUM(CASE WHEN due_at > 0 AND due_at < $2 THEN 1"
		       " ELSE 0 END), 0), COALESCE(SUM(CASE WHEN due_at = 0 THEN 1 ELSE 0 END), 0)"
		       " FROM case_file WHERE status IN (2, 4, 5, 6) AND accepted_at > 0"
		       " AND ($1 = 0 OR organisation = $1)"),
		   organisation, now));
	sums->open = row_int(&row, 0);
	sums->open_late = row_int(&row, 1);
	sums->open_waiting = row_int(&row, 2);
	return OK;
}

/* "97,50" with two decimals; null where nothing was solved: no data is never 100 %. */
static struct value share(int64_t part, int64_t whole)
{
	if (whole <= 0)
		return value_null();
	int64_t hundredths = (part * 10000 + whole / 2) / whole;
	struct decimal percent, hundred = decimal_of(100);
	if (!decimal_div(decimal_of(hundredths), hundred, &percent))
		return value_null();
	return value_decimal(percent);
}

static struct value sums_view(struct request *request, const struct sums *sums, str name)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	int64_t solved = sums->early + sums->on + sums->late;
	int64_t handled = solved + sums->open - sums->open_waiting;
	int64_t in_time = sums->early + sums->on + sums->open - sums->open_waiting - sums->open_late;
	value_append(arena, &view, S("name"), value_str(name));
	for (size_t i = 0; i < ARRAY_SIZE(sum_names); i++) {
		const int64_t *n = (const void *)((const char *)sums + sum_names[i].offset);
		value_append(arena, &view, str_z(sum_names[i].key), value_int(*n));
	}
	value_append(arena, &view, S("solved"), value_int(solved));
	value_append(arena, &view, S("open"), value_int(sums->open));
	value_append(arena, &view, S("open_late"), value_int(sums->open_late));
	value_append(arena, &view, S("on_time_percent"), share(in_time, handled));
	return view;
}

static enum err add_row(struct request *request, struct db *db, const struct figures_wanted *wanted,
			str name, struct value *list)
{
	struct sums sums = { 0 };
	TRY(read_sums(&request->ctx, db, wanted, &sums));
	TRY(read_open(&request->ctx, db, wanted->organisation, clock_business(), &sums));
	value_push(request->ctx.arena, list, sums_view(request, &sums, name));
	return OK;
}

static enum err figures_page(struct request *request, struct response *response)
{
	struct cases *cases = request->state;
	struct ctx *ctx = &request->ctx;
	struct civil now = time_civil(clock_business(), calendar_zone(cases_calendar(cases)));
	int64_t year = request_query_int(request, "nam", now.year);
	struct figures_wanted wanted = { year * 100 + 1, year * 100 + 12, 0 };
	struct value view = value_map(), all = value_list(), offices = value_list();
	struct organisations organisations = people_organisations(cases->people);
	struct db *db;
	TRY(store_snapshot(ctx, cases->store, &db));
	TRY(add_row(request, db, &wanted, S(""), &all));
	for (size_t i = 0; i < organisations.n; i++) {
		const struct organisation *o = &organisations.items[i];
		if (!value_is_true(value_get(o->data, S("receives"))))
			continue;
		wanted.organisation = o->id;
		TRY(add_row(request, db, &wanted, organisation_name(o, request->language), &offices));
	}
	store_release(db);
	view_page(request, &view, str_z(ctx_text(ctx, "Published figures")));
	value_set(ctx->arena, &view, S("year"), value_int(year));
	value_set(ctx->arena, &view, S("as_of"), view_time(ctx, cases, clock_business()));
	value_set(ctx->arena, &view, S("all"), value_item(all, 0));
	value_set(ctx->arena, &view, S("offices"), offices);
	response_view(response, "cases/figures", view);
	return OK;
}

const struct route public_routes[] = {
	{ WEB_GET, "/thu-tuc", PERM_PUBLIC, procedures_page, .flags = ROUTE_CACHED },
	{ WEB_GET, "/thu-tuc/{code}", PERM_PUBLIC, procedure_page, .flags = ROUTE_CACHED },
	{ WEB_GET, "/cong-khai", PERM_PUBLIC, figures_page, .flags = ROUTE_CACHED,
	  .ttl = USEC_SECOND, .query_keys = "nam" },
	{ 0 },
};
