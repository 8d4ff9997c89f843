/* What the pages of the officers' desk share. */
#ifndef MOTCUA_CASES_DESK_H
#define MOTCUA_CASES_DESK_H

#include "cases/cases.h"
#include "web/web.h"

/* {home, groups[{title, items[…]}]} of the desk's side navigation (desk_items in desk.c); `current` is
 * the item's path. */
enum err desk_navigation(struct request *request, struct people *people, const char *current,
			 struct value *ret_desk);
/* The form environment of a request. */
struct form_env desk_form_env(struct request *request);
/* Papers of a procedure for the partial "papers_check", with what was ticked before. */
struct value desk_papers(struct request *request, const struct procedure *procedure,
			 struct value data, struct value ticked);
/* Whether a paper of procedure.json is asked for, given the answers: true, or a FEEL condition. */
bool desk_paper_needed(struct arena *arena, struct value paper, struct value data);
/* The organisation at whose counter the officer sits: the first grant that may file. */
int64_t desk_counter(const struct principal *principal);
/* Reads paper-… fields. */
void desk_read_papers(struct request *request, const struct procedure *procedure,
		      struct paper_check **ret_papers, size_t *ret_n);
/* Form errors and the request's mistakes as [{text, href}]. */
struct value desk_errors(struct request *request, struct value form_errors);

#endif
