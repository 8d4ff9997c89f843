/* Letters: a pack's HTML over a case, as print page and PDF. Which letters a case has: receipt once
 * accepted, supplement, refusal, apology where they happened, the control slip, and those its steps
 * made (motcua:letter). */
#ifndef MOTCUA_CASES_LETTER_H
#define MOTCUA_CASES_LETTER_H

#include "cases/cases.h"
#include "web/web.h"

struct letter {
	str kind;  /* "receipt", or the name of a step's letter: part of the address */
	str title; /* in the reader's language */
};

struct letters {
	struct letter *items;
	size_t n;
};

/* The letters the case has now. */
enum err letters_of(struct ctx *ctx, struct cases *cases, struct db *db,
		    const struct case_file *c, struct letters *ret_letters);
/* The letter's HTML. `url_base` is the public address ("https://…"). */
enum err letter_write(struct ctx *ctx, struct cases *cases, struct db *db,
		     const struct case_file *c, str kind, str url_base, str *ret_html);
/* [{title, url, pdf}] for the page of the case at `path` ("/ban/CODE" or "/tra-cuu/CODE"). */
struct value letters_view(struct request *request, const struct letters *letters, str path);

#endif
