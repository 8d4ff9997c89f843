/*
 * print: paper. A letter is a small HTML text (made from a pack's letters/ by text/template.h);
 * the same text is shown in the browser and laid out as PDF. QR codes and diagrams are drawn as SVG.
 * Pure: text and definitions in, bytes and markup out.
 *
 *	TRY(print_pdf(ctx, buf_view(&letter), at, &bytes));       // application/pdf
 *	TRY(print_html(ctx, buf_view(&letter), &page));           // its body, for a page's shell
 *	TRY(print_qr_svg(ctx, url, label, &code));
 *	html diagram = print_bpmn_svg(ctx->arena, definition, &show);
 *
 * The HTML of a letter (anything else is ERR_INVALID naming the line):
 * - <html lang="vi"><head><title>…</title></head><body data-page="A5" data-margins="15 12 15 20">
 *   page: "A4" (default), "A5", each with " landscape"; margins: top right bottom left, mm.
 *   Page numbers stand top centre from page 2.
 * - Blocks: h1 h2 p div table(thead tbody tr th td) ul ol li hr qr signature. hr is a short centred
 *   line, as under the motto; <qr data-size="25">text</qr> a code, mm; <signature> holds blocks in a
 *   frame, and is where the digital signature is seen.
 * - In text: b strong i em u small sup span br.
 * - Classes on blocks: left center right justify; indent (first line 10 mm); caps; bold; italic;
 *   underline; size-7 … size-16 (points; 13 unless said); tight and loose (space after); keep
 *   (not parted from the next block); break (begins a page).
 * - A table has borders with class grid; data-widths="2 5 3" are the columns' shares. A row is not
 *   parted unless it is higher than a page; thead is repeated. td may have colspan.
 *
 * A PDF says its language, title and parts (headings, paragraphs, tables with lines) to those who
 * listen, and is made of the same bytes whenever letter and time are the same. Its
 * fonts, Noto Serif under the name of Motcua Serif, are inside the program and embedded as subsets;
 * text can be searched and copied. Letters they do not have are taken from the machine's fonts.
 */
#ifndef MOTCUA_PRINT_PRINT_H
#define MOTCUA_PRINT_PRINT_H

#include "base/datetime.h"
#include "base/err.h"
#include "flow/flow.h"

/* Where a letter's <signature> lies: points from the lower left corner of a page counted from 1;
 * page 0: it has none. */
struct print_place {
	int page;
	double x, y, width, height;
};

/* `made_at` is written into the file as its date. Bytes live in ctx's arena. `ret_place` may be
 * NULL. */
enum err print_pdf(struct ctx *ctx, str letter, usec made_at, str *ret_bytes,
		   struct print_place *ret_place);

/* Several letters in one file, each on pages of its own size: for printing many at once. The file is
 * called as the first of them. */
enum err print_pdf_all(struct ctx *ctx, const str *letters, size_t n, usec made_at, str *ret_bytes);

/* ---- digital signatures: ISO 32000-1 12.8, and PAdES (EN 319 142-1) ---- */

struct print_signature {
	str name, reason, location; /* who signs, why, where: shown by readers */
	usec at;
	int zone;                   /* minutes east of UTC, of the date as written */
	size_t room;                /* bytes kept for the signature */
	struct print_place place;   /* page 0: a signature nobody sees, on the first page */
};

/* A file with a hole; what is signed is SHA-256(before ‖ behind). */
struct print_unsigned {
	str bytes, before, behind;
	size_t hole, hole_end;
};

/* Adds the field and the hole to a file of print_pdf: what was there stays as it was, byte for byte.
 * ERR_INVALID: signed already, or no file of print_pdf. */
enum err print_sign_prepare(struct ctx *ctx, str pdf, const struct print_signature *signature,
			    struct print_unsigned *ret_unsigned);
/* Puts a detached CMS signature into the hole. ERR_INVALID: larger than the room kept. */
enum err print_sign_finish(struct ctx *ctx, const struct print_unsigned *u, str cms, str *ret_pdf);

/* What stands in the letter's body, codes drawn, ready for <article class="letter …">; checked by
 * the same reader as print_pdf. `ret_title` may be NULL. */
enum err print_html(struct ctx *ctx, str letter, html *ret_page, str *ret_title);

/* An SVG of the code (correction level M, quiet zone included) with `label` as its title; sized by
 * the style sheet through class "qr". ERR_INVALID: more than a code can hold. */
enum err print_qr_svg(struct ctx *ctx, str text, str label, html *ret_svg);

struct print_bpmn {
	str title, description;   /* for those who do not see it */
	const uint32_t *active;   /* elements where the case is now */
	uint32_t active_count;
	const uint32_t *done;     /* elements behind it */
	uint32_t done_count;
	/* The name of an element or flow in the reader's language; empty: as in the file. NULL: all as
	 * in the file. */
	str (*name)(void *data, str id);
	void *data;
};

/* The flow as drawn in its diagram part; empty where it has none. Classes: bpmn, bpmn-task,
 * bpmn-event, bpmn-gateway, bpmn-flow, bpmn-label, and bpmn-active, bpmn-done beside them. No style
 * attribute, no script; colours are presentation attributes a style sheet may override. */
html print_bpmn_svg(struct arena *arena, const struct flow_definition *definition,
		    const struct print_bpmn *show);

#endif
