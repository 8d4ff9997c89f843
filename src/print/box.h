/*
 * box: a letter laid out. Boxes are measured once for a width; drawing takes a slice [from, to) of
 * a box's height, so that a page ends between two lines or rows and never through one.
 */
#ifndef MOTCUA_PRINT_BOX_H
#define MOTCUA_PRINT_BOX_H

#include "print/room.h"

#include <pango/pangocairo.h>

enum box_kind {
	BOX_TEXT,  /* a paragraph */
	BOX_RULE,  /* a short centred line */
	BOX_QR,
	BOX_STACK, /* children below each other */
	BOX_ITEM,  /* a list's item: marker beside a stack */
	BOX_TABLE, /* children are rows */
	BOX_ROW,   /* children are cells, side by side */
	BOX_SIGNATURE, /* children in a frame, never parted */
};

struct box {
	enum box_kind kind;
	double x, y;          /* in its parent */
	double width, height; /* space_after is not part of it */
	double space_after;
	enum align align;
	bool keep, page_break, grid, header;
	const char *role; /* what it is to those who listen: "P", "H1", "Table" …; NULL: nothing */
	PangoLayout *layout; /* of a paragraph, or an item's marker */
	struct qr qr;
	struct print_place *place; /* of the signature; page 0 until it is drawn, y from the top */
	struct box *first, *last, *next;
};

/* How text looks that says nothing of itself. */
struct look {
	int size;
	enum align align;
	bool bold, italic, underline, caps;
};

/* The body's boxes, each with its place below the one above. `place` is filled when the first
 * signature is drawn. */
enum err box_make(struct ctx *ctx, PangoContext *pango, const struct letter *letter,
		  struct print_place *place, struct box **ret_first);

/* The largest height ≤ limit at which `box` may be parted, or all of it; 0 where nothing fits.
 * `page` is the height of an empty page: a row higher than that is parted between lines. */
double box_cut(const struct box *box, double from, double limit, double page);
/* Draws what lies in [from, to) of the box, whose own top stands at y - from. */
void box_draw(const struct box *box, cairo_t *cr, double x, double y, double from, double to);
/* Height of the rows a table repeats on every page; 0 without. */
double box_header_height(const struct box *box);

#endif
