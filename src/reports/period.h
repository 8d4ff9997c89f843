/* period: the days a report is of. "2015-01-26", "2015-01", "2015-q1", "2015", or from … to. */
#ifndef MOTCUA_REPORTS_PERIOD_H
#define MOTCUA_REPORTS_PERIOD_H

#include "base/datetime.h"
#include "base/err.h"

struct period {
	int64_t from, to; /* civil days, both included */
};

/* False where it is none of these. */
bool period_parse(str text, struct period *ret);
/* The day, month, quarter or year `day` lies in: unit 'd', 'm', 'q', 'y'; `back` periods before. */
struct period period_around(int64_t day, char unit, int back);
/* "2015-q1" where it is one whole unit, else "2015-01-05..2015-01-09": parses again. */
str period_key(struct arena *arena, struct period period);
/* "Tháng 1 năm 2015", "Từ ngày 05/01/2015 đến ngày 09/01/2015". */
str period_text(struct ctx *ctx, struct period period);

#endif
