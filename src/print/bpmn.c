/* A flow as a picture, from the diagram part of its file. */
#include "print/room.h"

#include "text/template.h"

#include <pango/pangocairo.h>

struct picture {
	struct arena *arena;
	const struct flow_definition *definition;
	const struct print_bpmn *show;
	PangoContext *pango;
	struct buf out;
};

enum { MARGIN = 12, FONT = 12, LINE = 15 };

static bool is_among(const uint32_t *elements, uint32_t count, uint32_t element)
{
	for (uint32_t i = 0; i < count; i++)
		if (elements[i] == element)
			return true;
	return false;
}

static const char *state_class(const struct picture *p, uint32_t element)
{
	if (element == FLOW_NONE)
		return "";
	if (is_among(p->show->active, p->show->active_count, element))
		return " bpmn-active";
	return is_among(p->show->done, p->show->done_count, element) ? " bpmn-done" : "";
}

static str name_of(const struct picture *p, str id, str in_file)
{
	str own = p->show->name ? p->show->name(p->show->data, id) : S("");
	return own.n ? own : in_file;
}

static void text_open(struct picture *p, double x, double y)
{
	buf_printf(&p->out, "<text class=\"bpmn-label\" x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" "
		   "text-anchor=\"middle\" fill=\"#0b0c0c\">", x, y, FONT);
}

/* Lines broken to the width, centred about (x, y) or, with `below`, hanging from y. */
static void draw_label(struct picture *p, str text, double x, double y, double width, bool below)
{
	if (!text.n)
		return;
	PangoLayout *layout = pango_layout_new(p->pango);
	PangoFontDescription *font = pango_font_description_new();
	pango_font_description_set_family_static(font, FONT_SANS);
	pango_font_description_set_absolute_size(font, FONT * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_text(layout, text.p, (int)text.n);
	int lines = pango_layout_get_line_count(layout);
	double first = below ? y + FONT : y - (lines - 1) * LINE / 2.0 + FONT * 0.35;
	text_open(p, x, first);
	for (int i = 0; i < lines; i++) {
		PangoLayoutLine *line = pango_layout_get_line_readonly(layout, i);
		buf_printf(&p->out, "<tspan x=\"%.1f\" dy=\"%d\">", x, i ? LINE : 0);
		html_escape(&p->out, str_trim(str_of(text.p + line->start_index,
						     (size_t)line->length)));
		buf_str(&p->out, S("</tspan>"));
	}
	buf_str(&p->out, S("</text>"));
	pango_font_description_free(font);
	g_object_unref(layout);
}

static void draw_task(struct picture *p, const struct flow_bounds *b, const char *state, str name)
{
	bool active = state[0] && state[6] == 'a';
	buf_printf(&p->out, "<rect class=\"bpmn-task%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		   "height=\"%.1f\" rx=\"8\" fill=\"%s\" stroke=\"#0b0c0c\" stroke-width=\"%s\"/>",
		   state, b->x, b->y, b->width, b->height,
		   active ? "#fff3bf" : state[0] ? "#e3f1e7" : "#fff", active ? "3.5" : "1.5");
	draw_label(p, name, b->x + b->width / 2, b->y + b->height / 2, b->width - 14, false);
}

static void draw_event(struct picture *p, enum flow_kind kind, const struct flow_bounds *b,
		       const char *state)
{
	double x = b->x + b->width / 2, y = b->y + b->height / 2, r = b->width / 2;
	buf_printf(&p->out, "<circle class=\"bpmn-event%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" "
		   "fill=\"#fff\" stroke=\"#0b0c0c\" stroke-width=\"%s\"/>", state, x, y, r,
		   kind == FLOW_END ? "4" : "1.5");
	if (kind == FLOW_CATCH || kind == FLOW_THROW || kind == FLOW_BOUNDARY)
		buf_printf(&p->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"none\" "
			   "stroke=\"#0b0c0c\"/>", x, y, r - 3.5);
}

static void draw_gateway(struct picture *p, enum flow_kind kind, const struct flow_bounds *b,
			 const char *state)
{
	double x = b->x + b->width / 2, y = b->y + b->height / 2, r = b->width / 2;
	buf_printf(&p->out, "<path class=\"bpmn-gateway%s\" d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f "
		   "%.1fZ\" fill=\"#fff\" stroke=\"#0b0c0c\" stroke-width=\"1.5\"/>", state, x,
		   y - r, x + r, y, x, y + r, x - r, y);
	if (kind == FLOW_PARALLEL)
		buf_printf(&p->out, "<path d=\"M%.1f %.1fv18M%.1f %.1fh18\" stroke=\"#0b0c0c\" "
			   "stroke-width=\"3\"/>", x, y - 9, x - 9, y);
	else if (kind == FLOW_EXCLUSIVE)
		buf_printf(&p->out, "<path d=\"M%.1f %.1fl14 14m0 -14l-14 14\" stroke=\"#0b0c0c\" "
			   "stroke-width=\"3\"/>", x - 7, y - 7);
	else
		buf_printf(&p->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"none\" "
			   "stroke=\"#0b0c0c\" stroke-width=\"2.5\"/>", x, y, r * 0.45);
}

static bool is_event(enum flow_kind kind)
{
	return kind >= FLOW_START && kind <= FLOW_BOUNDARY;
}

static bool is_gateway(enum flow_kind kind)
{
	return kind >= FLOW_EXCLUSIVE && kind < FLOW_KINDS;
}

/* Lanes, participants and expanded sub-processes: a frame with its name along the top. */
static void draw_frame(struct picture *p, const struct flow_shape *shape, str name)
{
	const struct flow_bounds *b = &shape->bounds;
	buf_printf(&p->out, "<rect class=\"bpmn-frame\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		   "height=\"%.1f\" fill=\"none\" stroke=\"#505a5f\"/>", b->x, b->y, b->width,
		   b->height);
	draw_label(p, name, b->x + b->width / 2, b->y + 4, b->width - 20, true);
}

static str lane_name(const struct picture *p, str id)
{
	for (uint32_t i = 0; i < p->definition->lane_count; i++)
		if (str_eq(p->definition->lanes[i].id, id))
			return p->definition->lanes[i].name;
	return S("");
}

static void draw_shape(struct picture *p, const struct flow_shape *shape)
{
	const struct flow_bounds *b = &shape->bounds;
	if (shape->element == FLOW_NONE) {
		draw_frame(p, shape, name_of(p, shape->element_id, lane_name(p, shape->element_id)));
		return;
	}
	const struct flow_element *e = &p->definition->elements[shape->element];
	const char *state = state_class(p, shape->element);
	str name = name_of(p, e->id, e->name);
	if (flow_is_scope(e->kind) && shape->expanded) {
		draw_frame(p, shape, name);
		return;
	}
	if (!is_event(e->kind) && !is_gateway(e->kind)) {
		draw_task(p, b, state, name);
		return;
	}
	if (is_event(e->kind))
		draw_event(p, e->kind, b, state);
	else
		draw_gateway(p, e->kind, b, state);
	if (shape->label.width > 0)
		draw_label(p, name, shape->label.x + shape->label.width / 2, shape->label.y,
			   shape->label.width, true);
	else
		draw_label(p, name, b->x + b->width / 2, b->y + b->height + 4, 100, true);
}

static void draw_edge(struct picture *p, const struct flow_edge *edge)
{
	bool flow = edge->sequence != FLOW_NONE;
	if (edge->point_count < 2)
		return;
	buf_str(&p->out, S("<path class=\"bpmn-flow\" fill=\"none\" stroke=\"#0b0c0c\" "
			   "stroke-width=\"1.5\" stroke-linejoin=\"round\""));
	buf_str(&p->out, flow ? S(" marker-end=\"url(#bpmn-arrow)\" d=\"") :
				S(" stroke-dasharray=\"4 4\" d=\""));
	for (uint32_t i = 0; i < edge->point_count; i++)
		buf_printf(&p->out, "%c%.1f %.1f", i ? 'L' : 'M', edge->points[i].x,
			   edge->points[i].y);
	buf_str(&p->out, S("\"/>"));
}

static void draw_edge_label(struct picture *p, const struct flow_edge *edge)
{
	if (edge->sequence == FLOW_NONE || edge->point_count < 2)
		return;
	const struct flow_sequence *flow = &p->definition->flows[edge->sequence];
	const struct flow_point *middle = &edge->points[edge->point_count / 2 - 1];
	const struct flow_point *next = &edge->points[edge->point_count / 2];
	str name = name_of(p, flow->id, flow->name);
	if (edge->label.width > 0)
		draw_label(p, name, edge->label.x + edge->label.width / 2, edge->label.y,
			   edge->label.width + 20, true);
	else
		draw_label(p, name, (middle->x + next->x) / 2, (middle->y + next->y) / 2 - 18, 120,
			   true);
}

static void extend(struct flow_bounds *all, double x, double y, bool first)
{
	double right = all->x + all->width, bottom = all->y + all->height;
	double left = first || x < all->x ? x : all->x, top = first || y < all->y ? y : all->y;
	right = first || x > right ? x : right;
	bottom = first || y > bottom ? y : bottom;
	*all = (struct flow_bounds){ left, top, right - left, bottom - top };
}

static struct flow_bounds picture_bounds(const struct flow_definition *d)
{
	struct flow_bounds all = { 0 };
	for (uint32_t i = 0; i < d->shape_count; i++) {
		const struct flow_bounds *b = &d->shapes[i].bounds, *l = &d->shapes[i].label;
		extend(&all, b->x, b->y, i == 0);
		extend(&all, b->x + b->width, b->y + b->height, false);
		if (l->width > 0) {
			extend(&all, l->x, l->y, false);
			extend(&all, l->x + l->width, l->y + l->height, false);
		}
	}
	for (uint32_t i = 0; i < d->edge_count; i++) {
		const struct flow_bounds *l = &d->edges[i].label;
		for (uint32_t k = 0; k < d->edges[i].point_count; k++)
			extend(&all, d->edges[i].points[k].x, d->edges[i].points[k].y, false);
		if (l->width > 0) {
			extend(&all, l->x - 10, l->y, false);
			extend(&all, l->x + l->width + 10, l->y + l->height, false);
		}
	}
	return all;
}

static void draw_head(struct picture *p)
{
	struct flow_bounds all = picture_bounds(p->definition);
	buf_printf(&p->out, "<svg class=\"bpmn\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
		   "viewBox=\"%.0f %.0f %.0f %.0f\" aria-labelledby=\"bpmn-title bpmn-desc\" "
		   "font-family=\"Noto Sans, sans-serif\">",
		   all.x - MARGIN, all.y - MARGIN, all.width + 2 * MARGIN, all.height + 2 * MARGIN);
	buf_str(&p->out, S("<title id=\"bpmn-title\">"));
	html_escape(&p->out, p->show->title);
	buf_str(&p->out, S("</title><desc id=\"bpmn-desc\">"));
	html_escape(&p->out, p->show->description);
	buf_str(&p->out, S("</desc><defs><marker id=\"bpmn-arrow\" viewBox=\"0 0 10 10\" refX=\"9\" "
			   "refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
			   "<path d=\"M0 0L10 5L0 10Z\" fill=\"#0b0c0c\"/></marker></defs>"));
}

html print_bpmn_svg(struct arena *arena, const struct flow_definition *definition,
		    const struct print_bpmn *show)
{
	struct picture p = { .arena = arena, .definition = definition, .show = show,
			     .out = { .arena = arena } };
	if (!definition->shape_count)
		return (html){ S("") };
	fonts_ready();
	p.pango = pango_font_map_create_context(pango_cairo_font_map_get_default());
	draw_head(&p);
	for (uint32_t i = 0; i < definition->edge_count; i++)
		draw_edge(&p, &definition->edges[i]);
	for (uint32_t i = 0; i < definition->shape_count; i++)
		draw_shape(&p, &definition->shapes[i]);
	for (uint32_t i = 0; i < definition->edge_count; i++)
		draw_edge_label(&p, &definition->edges[i]);
	buf_str(&p.out, S("</svg>"));
	g_object_unref(p.pango);
	return (html){ buf_view(&p.out) };
}
