#include "print/box.h"

#include <cairo-pdf.h>

/* Where on the paper the next box goes. */
struct press {
	cairo_t *cr;
	PangoContext *pango;
	const struct letter *letter;
	double y; /* below the top margin */
	int page; /* from 1 */
	struct print_place *place; /* of the signature */
};

static double page_height(const struct press *press)
{
	return press->letter->height - press->letter->margin[0] - press->letter->margin[2];
}

/* Page numbers stand top centre, from the second page on. */
static void number_draw(struct press *press)
{
	char text[16];
	int width, height;
	PangoLayout *layout = pango_layout_new(press->pango);
	PangoFontDescription *font = pango_font_description_new();
	snprintf(text, sizeof text, "%d", press->page);
	pango_font_description_set_family_static(font, FONT_SERIF);
	pango_font_description_set_size(font, 13 * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_text(layout, text, -1);
	pango_layout_get_size(layout, &width, &height);
	cairo_move_to(press->cr, (press->letter->width - (double)width / PANGO_SCALE) / 2,
		      (press->letter->margin[0] - (double)height / PANGO_SCALE) / 2);
	pango_cairo_show_layout(press->cr, layout);
	pango_font_description_free(font);
	g_object_unref(layout);
}

static void page_next(struct press *press)
{
	cairo_show_page(press->cr);
	press->page++;
	press->y = 0;
	number_draw(press);
}

static void press_slice(struct press *press, const struct box *box, double from, double to)
{
	const struct letter *l = press->letter;
	box_draw(box, press->cr, l->margin[3] + box->x, l->margin[0] + press->y, from, to);
	press->y += to - from;
	if (press->place->width > 0 && !press->place->page) {
		press->place->page = press->page;
		press->place->y = l->height - press->place->y - press->place->height;
	}
}

/* A box, parted over as many pages as it needs. What cannot be parted nor fits an empty page is
 * drawn over the margin rather than lost. */
static void press_box(struct press *press, const struct box *box)
{
	double whole = page_height(press), header = box_header_height(box);
	for (double from = 0, to; from < box->height; from = to) {
		bool fresh = press->y == 0;
		if (from > 0 && header > 0)
			press_slice(press, box, 0, header);
		to = box_cut(box, from, from + whole - press->y, whole - header);
		bool header_only = from == 0 && to <= header && header < box->height;
		if ((to <= from || header_only) && !fresh)
			to = from;
		else if (to <= from)
			to = box->height;
		press_slice(press, box, from, to);
		if (to < box->height)
			page_next(press);
	}
	press->y += box->space_after;
}

/* What of a box must stay with the one before: of a table its head and first row. */
static double beginning(const struct box *box)
{
	if (box->kind == BOX_TEXT && !box->keep)
		return 0;
	if (box->kind != BOX_TABLE)
		return box->height;
	const struct box *row = box->first;
	while (row && row->header)
		row = row->next;
	return box_header_height(box) + (row ? row->height : 0);
}

/* What a box needs on this page: itself, and for a kept one the beginning of the next. */
static double height_needed(const struct press *press, const struct box *box)
{
	double height = box->height;
	while (box->keep && box->next) {
		height += box->space_after;
		box = box->next;
		height += beginning(box);
	}
	return height < page_height(press) ? height : 0;
}

static void press_all(struct press *press, const struct box *box)
{
	bool was_kept = false;
	for (; box; box = box->next) {
		double needed = box->keep && !was_kept ? height_needed(press, box) : 0;
		if (press->y > 0 &&
		    (box->page_break || press->y + needed > page_height(press)))
			page_next(press);
		press_box(press, box);
		was_kept = box->keep;
	}
}

static cairo_status_t bytes_write(void *closure, const unsigned char *bytes, unsigned int n)
{
	buf_bytes(closure, bytes, n);
	return CAIRO_STATUS_SUCCESS;
}

/* The file says what it is and when it was made; cairo would take its own clock otherwise. */
static void surface_describe(struct ctx *ctx, cairo_surface_t *surface, const struct letter *letter,
			     usec made_at)
{
	str made = time_format(ctx->arena, made_at, 420);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE,
				       arena_copy(ctx->arena, letter->title).p);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Motcua");
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made.p);
}

/* A context whose unit is the point and whose letters are not bent to pixels. */
static PangoContext *pango_make(const struct letter *letter)
{
	fonts_ready();
	PangoContext *pango = pango_font_map_create_context(pango_cairo_font_map_get_default());
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(pango, options);
	pango_cairo_context_set_resolution(pango, 72);
	/* Letters stand where the font wants them, not on whole points. */
	pango_context_set_round_glyph_positions(pango, FALSE);
	pango_context_set_language(pango, pango_language_from_string(
		str_eq(letter->language, S("en")) ? "en" : "vi"));
	cairo_font_options_destroy(options);
	return pango;
}

/* One letter on pages of its own. */
static enum err press_letter(struct ctx *ctx, cairo_t *cr, const struct letter *letter,
			     struct print_place *place)
{
	struct box *first;
	PangoContext *pango = pango_make(letter);
	arena_defer(ctx->arena, g_object_unref, pango);
	TRY(box_make(ctx, pango, letter, place, &first));
	struct press press = { .cr = cr, .pango = pango, .letter = letter, .page = 1, .place = place };
	cairo_tag_begin(cr, "Document", NULL);
	press_all(&press, first);
	cairo_tag_end(cr, "Document");
	return OK;
}

static enum err press_letters(struct ctx *ctx, cairo_surface_t *surface, const struct letter *letters,
			      size_t n, struct print_place *place)
{
	enum err err = OK;
	cairo_t *cr = cairo_create(surface);
	for (size_t i = 0; i < n && err == OK; i++) {
		if (i)
			cairo_show_page(cr);
		cairo_pdf_surface_set_size(surface, letters[i].width, letters[i].height);
		err = press_letter(ctx, cr, &letters[i], place);
	}
	cairo_destroy(cr);
	cairo_surface_finish(surface);
	cairo_status_t status = cairo_surface_status(surface);
	if (err == OK && status != CAIRO_STATUS_SUCCESS)
		err = fail(ctx, ERR_IO, "The letter could not be printed: %s",
			   cairo_status_to_string(status));
	return err;
}

static enum err press_file(struct ctx *ctx, const str *texts, size_t n, usec made_at, str *ret_bytes,
			   struct print_place *place)
{
	struct letter *letters = ARENA_ARRAY(ctx->arena, struct letter, n + 1);
	struct buf out = { .arena = ctx->arena };
	for (size_t i = 0; i < n; i++)
		TRY(letter_read(ctx, texts[i], &letters[i]));
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
		bytes_write, &out, letters[0].width, letters[0].height);
	surface_describe(ctx, surface, &letters[0], made_at);
	enum err err = press_letters(ctx, surface, letters, n, place);
	cairo_surface_destroy(surface);
	if (err == OK)
		*ret_bytes = pdf_say_language(ctx->arena, buf_view(&out), letters[0].language);
	return err;
}

enum err print_pdf(struct ctx *ctx, str letter, usec made_at, str *ret_bytes,
		   struct print_place *ret_place)
{
	struct print_place place = { 0 };
	TRY(press_file(ctx, &letter, 1, made_at, ret_bytes, &place));
	if (ret_place)
		*ret_place = place;
	return OK;
}

enum err print_pdf_all(struct ctx *ctx, const str *letters, size_t n, usec made_at, str *ret_bytes)
{
	struct print_place place = { 0 };
	if (!n)
		return fail(ctx, ERR_INVALID, "There is nothing to print");
	return press_file(ctx, letters, n, made_at, ret_bytes, &place);
}
