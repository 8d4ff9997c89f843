/*
 * import: the raw text of a page of the old portal, as it was copied or saved from it. Finds
 * title, poster, date, views, paragraphs, captions and byline, takes away the remains of mark-up,
 * and says line by line what it took away and what a person must look at. Words are never altered.
 *
 *	struct imported page;
 *	TRY(import_article(ctx, bytes, &page));
 *	for (size_t i = 0; i < page.n_notes; i++)
 *		printf("line %d: %.*s\n", page.notes[i].line, STR_ARG(page.notes[i].text));
 *
 * Such a page is: lines of menus at will; the title; a line with "Ngày đăng tin:" and a date, and
 * often "Người đăng tin:" and "Lượt xem:"; then paragraphs, one a line. Anything else is
 * ERR_INVALID with a sentence that says what was missed. Everything lives in ctx->arena.
 */
#ifndef MOTCUA_PORTAL_IMPORT_H
#define MOTCUA_PORTAL_IMPORT_H

#include "base/err.h"
#include "base/value.h"

enum import_kind {
	IMPORT_REMOVED, /* taken away: it was no text */
	IMPORT_TAKEN,   /* understood as something that the text does not say outright */
	IMPORT_LOOK,    /* left as it is; a person must look */
};

struct import_note {
	int line;             /* from 1 */
	enum import_kind kind;
	str text;             /* a sentence in the reader's language */
};

struct imported {
	str title;
	str poster;           /* as written; poster_doubtful when that is nobody */
	bool poster_doubtful;
	int64_t day;          /* of publishing, since 1970 */
	int64_t views;        /* -1 where the page did not say */
	str byline;           /* may be empty */
	str *paragraphs;      /* plain text, captions not among them */
	size_t n_paragraphs;
	str *captions;
	size_t n_captions;
	str markdown;         /* body: paragraphs, and captions in emphasis where they stood */
	struct import_note *notes;
	size_t n_notes;
};

enum { IMPORT_BYTES = 1 << 20 };

enum err import_article(struct ctx *ctx, str text, struct imported *ret_page);
/* The word a report line begins with: "removed", "taken as", "look". msgid. */
const char *import_kind_name(enum import_kind kind);

#endif
