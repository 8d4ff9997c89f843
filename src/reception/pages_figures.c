/* The page of waiting figures: table and chart. */
#include "reception/room.h"

#include "web/view.h"

enum { BAR_WIDTH = 480, BAR_HEIGHT = 26, LABEL_WIDTH = 130 };

struct figures_page {
	struct request *request;
	struct figures_wanted wanted;
	struct hall_figures *rows[4];
	size_t n[4];
};

static enum err read_figures(struct ctx *ctx, struct db *db, void *arg)
{
	struct figures_page *p = arg;
	for (int by = FIGURES_ALL; by <= FIGURES_DAY; by++) {
		p->wanted.by = (enum figures_by)by;
		TRY(hall_figures(ctx, db, &p->wanted, &p->rows[by], &p->n[by]));
	}
	return OK;
}

static str row_name(const struct figures_page *p, int by, const struct hall_figures *row)
{
	struct request *request = p->request;
	struct arena *arena = request->ctx.arena;
	const struct hall *hall = hall_by_id(reception_of(request), row->organisation);
	const struct hall_service *service = hall ? hall_service(hall, row->key) : NULL;
	int64_t day;
	if (by == FIGURES_SERVICE)
		return service ? hall_text(service->title, request->language) : row->key;
	if (by == FIGURES_COUNTER)
		return arena_printf(arena, ctx_text(&request->ctx, "Counter %.*s"), STR_ARG(row->key));
	if (by == FIGURES_DAY && str_int(row->key, 0, INT32_MAX, &day))
		return language_date(arena, request->ctx.language, day);
	return organisation_name(hall ? hall->organisation :
				 organisation_by_id(reception_of(request)->people, row->organisation),
				 request->language);
}

static struct value minutes_view(int64_t span, int64_t n)
{
	return quotient_view(span / USEC_SECOND, n * 60);
}

static struct value row_view_of(const struct figures_page *p, int by, const struct hall_figures *row)
{
	struct arena *arena = p->request->ctx.arena;
	struct value view = value_map();
	value_append(arena, &view, S("name"), value_str(row_name(p, by, row)));
	value_append(arena, &view, S("office"), value_str(by == FIGURES_ALL ? S("") :
		     row_name(p, FIGURES_ALL, row)));
	value_append(arena, &view, S("tickets"), value_int(row->tickets));
	value_append(arena, &view, S("waiting"), value_int(row->waiting));
	value_append(arena, &view, S("called"), value_int(row->called));
	value_append(arena, &view, S("served"), value_int(row->served));
	value_append(arena, &view, S("absent"), value_int(row->absent));
	value_append(arena, &view, S("wait"), minutes_view(row->wait_sum, row->called));
	value_append(arena, &view, S("wait_90"), minutes_view(row->ninety, row->called ? 1 : 0));
	value_append(arena, &view, S("service"), minutes_view(row->service_sum, row->served));
	return view;
}

/* ---- the chart ---- */

/* Average wait of each day as a bar; the table below says the same in numbers. */
static struct value chart_view(const struct figures_page *p)
{
	struct request *request = p->request;
	struct arena *arena = request->ctx.arena;
	struct value bars = value_list(), chart = value_map();
	int64_t longest = 1;
	for (size_t i = 0; i < p->n[FIGURES_DAY]; i++) {
		const struct hall_figures *row = &p->rows[FIGURES_DAY][i];
		int64_t mean = row->called ? row->wait_sum / row->called : 0;
		longest = mean > longest ? mean : longest;
	}
	for (size_t i = 0; i < p->n[FIGURES_DAY]; i++) {
		const struct hall_figures *row = &p->rows[FIGURES_DAY][i];
		struct value bar = value_map();
		if (!row->called)
			continue;
		int64_t width = row->wait_sum / row->called * BAR_WIDTH / longest;
		value_append(arena, &bar, S("name"), value_str(row_name(p, FIGURES_DAY, row)));
		value_append(arena, &bar, S("y"), value_int(bars.n * BAR_HEIGHT));
		value_append(arena, &bar, S("text_y"), value_int(bars.n * BAR_HEIGHT + 16));
		value_append(arena, &bar, S("x"), value_int(LABEL_WIDTH));
		value_append(arena, &bar, S("width"), value_int(width > 1 ? width : 1));
		value_append(arena, &bar, S("text_x"), value_int(LABEL_WIDTH + width + 8));
		value_append(arena, &bar, S("wait"), minutes_view(row->wait_sum, row->called));
		value_push(arena, &bars, bar);
	}
	if (!bars.n)
		return value_null();
	value_append(arena, &chart, S("height"), value_int(bars.n * BAR_HEIGHT));
	value_append(arena, &chart, S("bars"), bars);
	return chart;
}

static enum err figures_page(struct request *request, struct response *response)
{
	static const char *const titles[] = { N_("By office"), N_("By service"), N_("By counter"),
					      N_("By day") };
	struct figures_page p = { .request = request };
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), groups = value_list();
	int64_t *ids;
	p.wanted.n = request_organisations(request, ACT_REGISTER_SEE, &ids);
	p.wanted.organisations = ids;
	request_period(request, &p.wanted.from, &p.wanted.to);
	int64_t from = p.wanted.from, to = p.wanted.to;
	if (request_has_mistakes(request))
		p.wanted.to = p.wanted.from - 1;
	TRY(store_read(&request->ctx, reception_of(request)->store, read_figures, &p));
	start_desk(request, &view, N_("Waiting times"), "/ban/quay/so-lieu");
	for (int by = FIGURES_ALL; by <= FIGURES_DAY; by++) {
		struct value group = value_map(), rows = value_list();
		for (size_t i = 0; i < p.n[by]; i++)
			value_push(arena, &rows, row_view_of(&p, by, &p.rows[by][i]));
		value_append(arena, &group, S("title"), view_text(request, titles[by]));
		value_append(arena, &group, S("rows"), rows);
		value_push(arena, &groups, group);
	}
	value_set(arena, &view, S("groups"), groups);
	/* Days of one office side by side; of several they would be mixed. */
	value_set(arena, &view, S("chart"), p.n[FIGURES_ALL] == 1 ? chart_view(&p) : value_null());
	value_set(arena, &view, S("period"), period_view(request, from, to, S("/ban/quay/so-lieu")));
	response_view(response, "reception/figures", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

const struct route hall_figure_routes[] = {
	{ WEB_GET, "/ban/quay/so-lieu", ACT_REGISTER_SEE, figures_page, .flags = ROUTE_MAIN },
	{ 0 },
};
