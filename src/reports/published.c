/* What a portal must publish, year to date: for all offices, and for each. */
#include "reports/figures.h"
#include "reports/pages.h"
#include "reports/chart.h"

#include "base/clock.h"
#include "cases/view.h"
#include "text/i18n.h"
#include "web/view.h"

static int64_t at(struct value map, const char *path)
{
	return value_integer(value_path(map, str_z(path)), 0);
}

/* A share in hundred, {percent}: 0 is a figure, too; null where there is no whole. */
static struct value share(struct arena *arena, int64_t part, int64_t whole)
{
	struct value percent = figure_percent(part, whole), map = value_map();
	if (percent.kind == VALUE_NULL)
		return value_null();
	value_append(arena, &map, S("percent"), percent);
	return map;
}

static struct value office_view(struct arena *arena, str name, const struct sums *sums)
{
	static const struct {
		const char *key, *path;
	} members[] = {
		{ "received", "received.accepted" }, { "received_online", "received.online" },
		{ "solved", "solved.total" }, { "solved_online", "solved.online" },
		{ "solved_early", "solved.early" },
		{ "solved_on", "solved.on_time" }, { "solved_late", "solved.late" },
		{ "returned", "returned" }, { "open", "open.total" }, { "open_late", "open.late" },
	};
	struct value figures = sums_map(arena, 0, name, sums), view = value_map();
	int64_t in_time = at(figures, "solved.early") + at(figures, "solved.on_time") +
			  at(figures, "open.within");
	value_append(arena, &view, S("name"), value_str(name));
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		value_append(arena, &view, str_z(members[i].key),
			     value_int(at(figures, members[i].path)));
	static const char *const rated[] = { "very", "satisfied", "not_satisfied" };
	for (size_t i = 0; i < ARRAY_SIZE(rated); i++)
		value_append(arena, &view, str_z(rated[i]),
			     share(arena, at(value_get(figures, S("satisfaction")), rated[i]),
				   at(figures, "satisfaction.answers")));
	value_append(arena, &view, S("in_time"), share(arena, in_time, at(figures, "received.total")));
	return view;
}

/* Every office that receives cases, also one that has none yet. */
static const struct sums *sums_of(const struct figure_rows *rows, const struct organisation *o)
{
	static const struct sums nothing;
	for (size_t i = 0; i < rows->n; i++)
		if (str_eq(rows->items[i].key, o->code))
			return &rows->items[i].sums;
	return &nothing;
}

static enum err read_year(struct request *request, struct figures_wanted *w,
			  struct figure_rows *ret_rows)
{
	struct db *db;
	TRY(store_snapshot(&request->ctx, cases_store(w->cases), &db));
	enum err err = figures_read(&request->ctx, db, w, ret_rows);
	store_release(db);
	return err;
}

enum err published_page(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct cases *cases = reports_cases(request->state);
	struct organisations all = people_organisations(cases_people(cases));
	int64_t *ids = ARENA_ARRAY(ctx->arena, int64_t, all.n + 1);
	struct figures_wanted w = {
		.cases = cases, .now = clock_business(), .organisations = ids,
		.rows = ROWS_ORGANISATION, .satisfaction = true, .language = request->language,
	};
	struct civil now = time_civil(w.now, calendar_zone(cases_calendar(cases)));
	int64_t year = request_query_int(request, "nam", now.year);
	struct figure_rows rows = { 0 };
	struct value view = value_map(), offices = value_list();
	for (size_t i = 0; i < all.n; i++)
		if (value_is_true(value_get(all.items[i].data, S("receives"))))
			ids[w.n_organisations++] = all.items[i].id;
	if (year < 1970 || year > now.year)
		return fail(ctx, ERR_NOT_FOUND, "There are no figures of this year");
	w.period = period_around(days_of_civil((int32_t)year, 1, 1), 'y', 0);
	TRY(read_year(request, &w, &rows));
	for (size_t i = 0; i < w.n_organisations; i++) {
		const struct organisation *o = organisation_by_id(cases_people(cases), ids[i]);
		value_push(ctx->arena, &offices, office_view(ctx->arena,
			organisation_name(o, request->language), sums_of(&rows, o)));
	}
	view_page(request, &view, str_z(ctx_text(ctx, "Published figures")));
	value_set(ctx->arena, &view, S("year"), value_int(year));
	value_set(ctx->arena, &view, S("as_of"), view_time(ctx, cases, w.now));
	value_set(ctx->arena, &view, S("all"), office_view(ctx->arena, S(""), &rows.all));
	value_set(ctx->arena, &view, S("offices"), offices);
	value_set(ctx->arena, &view, S("chart"), chart_solved(ctx, &rows));
	response_view(response, "reports/published", view);
	return OK;
}
