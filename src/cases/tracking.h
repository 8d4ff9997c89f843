/* What the tracking page says about the end of a case (tracking_view.c). */
#ifndef MOTCUA_CASES_TRACKING_H
#define MOTCUA_CASES_TRACKING_H

#include "cases/cases.h"

/* Adds to the page's view: next, delivery {post, address, desk, place, phone}, results[{title, number,
 * version, issued_at, valid, replaced, revoked, decision, reason, ended_at}], revoked_only,
 * deliveries[{at, words, tracking}], corrections[{title, state, version, asked_at, settled_at, reason,
 * answer, fields[]}]. `endings`: of endings_view for a citizen. */
void tracking_endings(struct ctx *ctx, struct cases *cases, const struct case_file *c,
		      struct value endings, struct value *view);

#endif
