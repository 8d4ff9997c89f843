/*
 * pattern: the regular expressions of form-js, as a browser reads them (ECMAScript, no flags), over
 * code points. Bounded: a search that takes too many steps says "no match", so that no pattern a
 * designer drew can hang the server.
 *
 *	struct pattern *p;
 *	if (pattern_parse(arena, S("^C-[0-9]+$"), &p)) … pattern_matches(p, S("C-12"))
 */
#ifndef MOTCUA_FORM_PATTERN_H
#define MOTCUA_FORM_PATTERN_H

#include "base/arena.h"

struct pattern;

enum {
	PATTERN_STEPS = 200000,
	PATTERN_DEPTH = 64,      /* groups inside one another */
	PATTERN_REPEAT = 100000, /* the largest number in {n,m} */
	PATTERN_GROUPS = 64,
};

/* False where a browser would throw, or where the pattern is beyond the limits. */
bool pattern_parse(struct arena *arena, str text, struct pattern **ret_pattern);
/* Whether it matches anywhere in the text. */
bool pattern_matches(const struct pattern *pattern, str text);

#endif
