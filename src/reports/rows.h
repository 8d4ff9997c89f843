/* The rows of a report as cells: of fields, procedures, offices and officers with their figures, of the
 * indicators of a score, or of procedures as they are published. */
#ifndef MOTCUA_REPORTS_ROWS_H
#define MOTCUA_REPORTS_ROWS_H

#include "reports/answer.h"
#include "reports/figures.h"

struct report {
	struct asked asked;
	struct figure_rows rows;
	struct publication publication; /* of ROWS_PUBLICATION */
	struct feel_env env;
};

/* Title, counted, of, share, at most, score, note. */
enum { INDICATOR_CELLS = 7 };
const struct sheet_column *indicator_columns(struct ctx *ctx);

typedef enum err each_row(struct ctx *ctx, void *arg, const struct cell *cells, size_t i, bool total);
/* Gives all rows, the total last; `i` is the place in r->rows, the indicators or the publication. */
enum err report_each(struct ctx *ctx, const struct report *r, each_row *each, void *arg);

#endif
