#include "print/box.h"

/* Less than this is rounding, not a difference. */
#define EPSILON 0.01

double box_header_height(const struct box *box)
{
	double height = 0;
	for (const struct box *row = box->kind == BOX_TABLE ? box->first : NULL; row && row->header;
	     row = row->next)
		height += row->height;
	return height;
}

/* ---- where a box may be parted ---- */

static void line_span(PangoLayoutIter *iter, double *ret_top, double *ret_bottom)
{
	int top, bottom;
	pango_layout_iter_get_line_yrange(iter, &top, &bottom);
	*ret_top = (double)top / PANGO_SCALE;
	*ret_bottom = (double)bottom / PANGO_SCALE;
}

/* Two lines at least stay together at either end; three are not parted at all. */
static double cut_text(const struct box *box, double from, double limit)
{
	double cut = from, top, bottom;
	int count = pango_layout_get_line_count(box->layout), place = 0;
	PangoLayoutIter *iter = pango_layout_get_iter(box->layout);
	do {
		line_span(iter, &top, &bottom);
		place++;
		bool allowed = count > 3 && place >= 2 && count - place >= 2;
		if (bottom <= limit + EPSILON && bottom > from && allowed)
			cut = bottom;
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
	return cut;
}

/* The lowest line end in a row that is higher than a page: every cell is asked, until none of
 * them is cut through. */
static double cut_row(const struct box *row, double from, double limit, double page)
{
	double cut = limit, before;
	do {
		before = cut;
		for (const struct box *cell = row->first; cell; cell = cell->next) {
			double own = cell->kind == BOX_STACK ? box_cut(cell, from, cut, page) : cut;
			if (own < cut && own > from)
				cut = own;
		}
	} while (cut < before - EPSILON);
	return cut;
}

static double cut_children(const struct box *box, double from, double limit, double page)
{
	double cut = from;
	for (const struct box *b = box->first; b; b = b->next) {
		double bottom = b->y + b->height;
		if (bottom <= limit + EPSILON) {
			cut = bottom > cut ? bottom : cut;
			continue;
		}
		bool whole = b->kind == BOX_ROW && b->height <= page;
		if (!whole && b->y < limit) {
			double inside = from > b->y ? from - b->y : 0;
			double own = b->y + (b->kind == BOX_ROW ?
						     cut_row(b, inside, limit - b->y, page) :
						     box_cut(b, inside, limit - b->y, page));
			cut = own > cut ? own : cut;
		}
		break;
	}
	return cut;
}

double box_cut(const struct box *box, double from, double limit, double page)
{
	if (box->height <= limit + EPSILON)
		return box->height;
	switch (box->kind) {
	case BOX_TEXT:
		return cut_text(box, from, limit);
	case BOX_STACK:
	case BOX_ITEM:
	case BOX_TABLE:
		return cut_children(box, from, limit, page);
	default:
		return from;
	}
}

/* ---- drawing ---- */

static void draw_text(PangoLayout *layout, cairo_t *cr, double x, double y, double from, double to)
{
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	do {
		double top, bottom;
		PangoRectangle line;
		line_span(iter, &top, &bottom);
		if (top < from - EPSILON || bottom > to + EPSILON)
			continue;
		pango_layout_iter_get_line_extents(iter, NULL, &line);
		cairo_move_to(cr, x + (double)line.x / PANGO_SCALE,
			      y - from + (double)pango_layout_iter_get_baseline(iter) / PANGO_SCALE);
		pango_cairo_show_layout_line(cr, pango_layout_iter_get_line_readonly(iter));
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
}

/* One bit a module; a path of as many rectangles would cost more than the rest of a receipt. */
static cairo_surface_t *qr_surface(const struct qr *qr)
{
	cairo_surface_t *mask = cairo_image_surface_create(CAIRO_FORMAT_A8, qr->width, qr->width);
	unsigned char *pixels = cairo_image_surface_get_data(mask);
	int stride = cairo_image_surface_get_stride(mask);
	for (int y = 0; pixels && y < qr->width; y++)
		for (int x = 0; x < qr->width; x++)
			pixels[y * stride + x] = qr->modules[y * qr->width + x] & 1 ? 255 : 0;
	cairo_surface_mark_dirty(mask);
	return mask;
}

static void draw_qr(const struct box *box, cairo_t *cr, double x, double y)
{
	cairo_surface_t *mask = qr_surface(&box->qr);
	cairo_pattern_t *pattern = cairo_pattern_create_for_surface(mask);
	double module = box->height / (box->qr.width + 2), free = box->width - box->height;
	if (box->align == ALIGN_CENTER)
		x += free / 2;
	else if (box->align == ALIGN_RIGHT)
		x += free;
	cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST);
	cairo_save(cr);
	cairo_translate(cr, x + module, y + module);
	cairo_scale(cr, module, module);
	cairo_mask(cr, pattern);
	cairo_restore(cr);
	cairo_pattern_destroy(pattern);
	cairo_surface_destroy(mask);
}

static void draw_rule(const struct box *box, cairo_t *cr, double x, double y)
{
	double length = box->width * 0.36;
	cairo_set_line_width(cr, 0.7);
	cairo_move_to(cr, x + (box->width - length) / 2, y + 1.5);
	cairo_rel_line_to(cr, length, 0);
	cairo_stroke(cr);
}

static void draw_grid(const struct box *cell, cairo_t *cr, double x, double y, double height)
{
	cairo_set_line_width(cr, 0.5);
	cairo_rectangle(cr, x, y, cell->width, height);
	cairo_stroke(cr);
}

static void draw_children(const struct box *box, cairo_t *cr, double x, double y, double from,
			  double to)
{
	for (const struct box *b = box->first; b; b = b->next) {
		double start = from > b->y ? from - b->y : 0;
		double end = to - b->y < b->height ? to - b->y : b->height;
		if (end <= start + EPSILON)
			continue;
		double top = y + (b->y > from ? b->y - from : 0);
		if (box->kind == BOX_ROW && box->grid)
			draw_grid(b, cr, x + b->x, top, end - start);
		box_draw(b, cr, x + b->x, top, start, end);
	}
}

/* Where it came to lie is told to who made it. */
static void draw_signature(const struct box *box, cairo_t *cr, double x, double y)
{
	cairo_set_line_width(cr, 0.8);
	cairo_set_source_rgb(cr, 0.69, 0.11, 0.11);
	cairo_rectangle(cr, x + 0.4, y + 0.4, box->width - 0.8, box->height - 0.8);
	cairo_stroke(cr);
	draw_children(box, cr, x, y, 0, box->height);
	cairo_set_source_rgb(cr, 0, 0, 0);
	if (box->place)
		*box->place = (struct print_place){ 0, x, y, box->width, box->height };
}

static void draw_kind(const struct box *box, cairo_t *cr, double x, double y, double from,
		      double to)
{
	switch (box->kind) {
	case BOX_TEXT:
		draw_text(box->layout, cr, x, y, from, to);
		break;
	case BOX_RULE:
		draw_rule(box, cr, x, y);
		break;
	case BOX_QR:
		draw_qr(box, cr, x, y);
		break;
	case BOX_SIGNATURE:
		draw_signature(box, cr, x, y);
		break;
	case BOX_ITEM:
		if (from <= 0)
			draw_text(box->layout, cr, x, y, 0, 1000);
		draw_children(box, cr, x, y, from, to);
		break;
	default:
		draw_children(box, cr, x, y, from, to);
		break;
	}
}

void box_draw(const struct box *box, cairo_t *cr, double x, double y, double from, double to)
{
	if (box->role)
		cairo_tag_begin(cr, box->role, NULL);
	draw_kind(box, cr, x, y, from, to);
	if (box->role)
		cairo_tag_end(cr, box->role);
}
