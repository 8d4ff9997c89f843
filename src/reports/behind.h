/* Which cases stand behind a figure of a report: the condition on case_file c that finds as many rows
 * as the figure says. */
#ifndef MOTCUA_REPORTS_BEHIND_H
#define MOTCUA_REPORTS_BEHIND_H

#include "store/store.h"

/* What only the whole case tells is asked after it was read. */
enum by_nation { NATION_ANY, NATION_ON_TIME, NATION_LATE };

struct behind {
	const char *name;
	void (*add)(sql_t *q, usec from, usec to); /* from included, to not */
	enum by_nation nation;
	bool unaccepted; /* counts cases that were never taken in, too */
	bool rated;      /* the rows say how the case was rated */
};

/* NULL: there are no cases behind it. */
const struct behind *behind_of(str figure);

#endif
