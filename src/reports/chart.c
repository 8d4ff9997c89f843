#include "reports/chart.h"

#include "text/i18n.h"
#include "text/template.h"

enum { LABELS = 270, BARS = 400, BAR = 22, STEP = 34, MOST = 20 };

static const struct {
	enum tally what;
	const char *label, *fill;
} parts[] = {
	{ TALLY_EARLY, N_("Early"), "#0b5a8a" },
	{ TALLY_ON_TIME, N_("On time"), "url(#on-time)" },
	{ TALLY_LATE, N_("Late"), "url(#late)" },
};

/* Stripes and dots tell the parts apart where colours do not. */
static const char patterns[] =
	"<defs><pattern id=\"on-time\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
	"<rect width=\"8\" height=\"8\" fill=\"#bcd9ea\"/><path d=\"M0 8L8 0\" stroke=\"#0b5a8a\""
	" stroke-width=\"2\"/></pattern><pattern id=\"late\" width=\"6\" height=\"6\""
	" patternUnits=\"userSpaceOnUse\"><rect width=\"6\" height=\"6\" fill=\"#d4351c\"/>"
	"<circle cx=\"3\" cy=\"3\" r=\"1.4\" fill=\"#ffffff\"/></pattern></defs>";

static int64_t solved_of(const struct sums *s)
{
	return s->within[TALLY_EARLY] + s->within[TALLY_ON_TIME] + s->within[TALLY_LATE];
}

static int64_t most_of(const struct figure_rows *rows)
{
	int64_t most = 1;
	for (size_t i = 0; i < rows->n && i < MOST; i++)
		if (solved_of(&rows->items[i].sums) > most)
			most = solved_of(&rows->items[i].sums);
	return most;
}

/* At most 34 letters, so that a long name stays in its column. */
static str short_name(struct arena *arena, str name)
{
	size_t at = 0;
	for (int letters = 0; at < name.n && letters < 34; letters++) {
		uint32_t code;
		size_t n = utf8_decode(name, at, &code);
		at += n ? n : 1;
	}
	return at >= name.n ? name : arena_printf(arena, "%.*s…", (int)at, name.p);
}

static void draw_row(struct buf *svg, const struct figure_row *row, int y, int64_t most)
{
	int64_t x = LABELS + 10;
	buf_printf(svg, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABELS, y + 16);
	html_escape(svg, short_name(svg->arena, row->name));
	buf_str(svg, S("</text>"));
	for (size_t p = 0; p < ARRAY_SIZE(parts); p++) {
		int64_t n = row->sums.within[parts[p].what], width = n * BARS / most;
		if (n <= 0)
			continue;
		width = width ? width : 1;
		buf_printf(svg, "<rect x=\"%lld\" y=\"%d\" width=\"%lld\" height=\"%d\" fill=\"%s\"/>",
			   (long long)x, y, (long long)width, BAR, parts[p].fill);
		x += width;
	}
	buf_printf(svg, "<text x=\"%lld\" y=\"%d\">%lld</text>", (long long)x + 6, y + 16,
		   (long long)solved_of(&row->sums));
}

static void draw_legend(struct ctx *ctx, struct buf *svg)
{
	for (size_t p = 0; p < ARRAY_SIZE(parts); p++) {
		int x = LABELS + 10 + (int)p * 130;
		buf_printf(svg, "<rect x=\"%d\" y=\"4\" width=\"16\" height=\"16\" fill=\"%s\"/>"
			   "<text x=\"%d\" y=\"17\">", x, parts[p].fill, x + 22);
		html_escape(svg, str_z(ctx_text(ctx, parts[p].label)));
		buf_str(svg, S("</text>"));
	}
}

static html draw(struct ctx *ctx, const struct figure_rows *rows, str finding)
{
	struct buf svg = { .arena = ctx->arena };
	int n = rows->n < MOST ? (int)rows->n : MOST;
	buf_printf(&svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
		   " aria-labelledby=\"chart-title\" font-size=\"14\"><title id=\"chart-title\">",
		   LABELS + BARS + 70, 34 + n * STEP);
	html_escape(&svg, finding);
	buf_printf(&svg, "</title>%s", patterns);
	draw_legend(ctx, &svg);
	for (int i = 0, drawn = 0; i < n; i++)
		draw_row(&svg, &rows->items[i], 34 + drawn++ * STEP, most_of(rows));
	buf_str(&svg, S("</svg>"));
	return (html){ buf_view(&svg) };
}

static str finding_of(struct ctx *ctx, const struct figure_rows *rows)
{
	const struct figure_row *worst = NULL;
	int64_t solved = solved_of(&rows->all), late = rows->all.within[TALLY_LATE];
	for (size_t i = 0; i < rows->n; i++)
		if (!worst || rows->items[i].sums.within[TALLY_LATE] > worst->sums.within[TALLY_LATE])
			worst = &rows->items[i];
	if (late <= 0 || !worst)
		return arena_printf(ctx->arena, ctx_text(ctx, "All %lld solved cases were in time."),
				    (long long)solved);
	return arena_printf(ctx->arena, ctx_text(ctx, "%lld of %lld solved cases were late, most of them"
		" (%lld) in: %.*s."), (long long)late, (long long)solved,
		(long long)worst->sums.within[TALLY_LATE], STR_ARG(worst->name));
}

static struct value row_value(struct arena *arena, const struct figure_row *row)
{
	struct value item = value_map(), cells = value_list();
	for (size_t p = 0; p < ARRAY_SIZE(parts); p++)
		value_push(arena, &cells, value_int(row->sums.within[parts[p].what]));
	value_append(arena, &item, S("name"), value_str(row->name));
	value_append(arena, &item, S("cells"), cells);
	return item;
}

struct value chart_solved(struct ctx *ctx, const struct figure_rows *rows)
{
	struct value chart = value_map(), head = value_list(), list = value_list();
	if (solved_of(&rows->all) <= 0)
		return value_null();
	str finding = finding_of(ctx, rows);
	for (size_t p = 0; p < ARRAY_SIZE(parts); p++)
		value_push(ctx->arena, &head, value_str(str_z(ctx_text(ctx, parts[p].label))));
	for (size_t i = 0; i < rows->n; i++)
		value_push(ctx->arena, &list, row_value(ctx->arena, &rows->items[i]));
	value_append(ctx->arena, &chart, S("finding"), value_str(finding));
	value_append(ctx->arena, &chart, S("svg"), value_html(draw(ctx, rows, finding)));
	value_append(ctx->arena, &chart, S("head"), head);
	value_append(ctx->arena, &chart, S("rows"), list);
	return chart;
}
