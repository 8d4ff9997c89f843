/* Charts: SVG of the server, with a sentence that says what it shows and the same as a table. */
#ifndef MOTCUA_REPORTS_CHART_H
#define MOTCUA_REPORTS_CHART_H

#include "reports/figures.h"

/* {finding, svg, head[], rows[{name, cells[]}]} of the partial reports/chart: what was solved early, on
 * time and late, row by row. Null where nothing was solved. */
struct value chart_solved(struct ctx *ctx, const struct figure_rows *rows);

#endif
