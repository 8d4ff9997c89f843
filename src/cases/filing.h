/* What the pages of filing online share (pages_filing.c, pages_earlier.c). */
#ifndef MOTCUA_CASES_FILING_H
#define MOTCUA_CASES_FILING_H

#include "cases/draft.h"
#include "form/form.h"
#include "web/web.h"

struct filing {
	struct draft draft;
	const struct procedure *procedure;
	const struct form *form;
	struct form_env env;
};

/* Object of the routes below /nop/{code}/{draft}. */
enum err filing_object(struct request *request, const void **ret_object);
enum err filing_load(struct request *request, struct filing *ret_filing);
/* The address of one of its pages: "3", "kiem-tra" … */
str filing_path(struct request *request, const struct draft *draft, str last);
/* The view all its pages have; `page` counts from 0. */
struct value filing_view(struct request *request, struct filing *f, int page, str title);
/* What stands at the procedure's path for `which` ("name", "id_number" …) of the applicant. */
str filing_applicant(const struct filing *f, const char *which);

/* ---- papers of earlier cases (pages_earlier.c) ---- */

/* Whether that page asks for papers, so that earlier ones may be used. */
bool filing_asks_papers(struct filing *f, int page);
/* Takes papers of earlier cases out again; false where there was none. They were proven to be one
 * applicant's, and are nobody else's. */
bool filing_drop_earlier(struct filing *f);
/* What the case notes about them. */
void filing_reuse(struct filing *f, struct value data, struct submission *s);

#endif
