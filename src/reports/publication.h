/* Procedures as the town publishes them: which have all the parts the law names, and which may be
 * filed online. The pack says it, so this is as it stood on a day, not a sum of events. */
#ifndef MOTCUA_REPORTS_PUBLICATION_H
#define MOTCUA_REPORTS_PUBLICATION_H

#include "cases/cases.h"

struct published {
	str key, code, name;
	str missing; /* parts that are not there, in the reader's language; empty: all are */
	bool complete, online;
};

struct publication {
	struct published *items;
	size_t n, complete, online;
};

/* Those in force at `at` that any of the offices receives. */
void publication_read(struct ctx *ctx, struct cases *cases, const int64_t *organisations,
		      size_t n_organisations, usec at, struct publication *ret);

/* A figure of a score that stands for procedures: "procedures", "procedures_complete" … */
bool publication_knows(str figure);
/* Whether the procedure is one of those the figure counts; all are, where it is empty. */
bool publication_counts(const struct published *procedure, str figure);

#endif
