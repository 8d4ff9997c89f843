/* What the pages of the office's money share: which office and days, tabs, tables. */
#ifndef MOTCUA_CASES_FEE_DESK_H
#define MOTCUA_CASES_FEE_DESK_H

#include "cases/fee.h"
#include "cases/pages.h"

#define FEE_HOME "/ban/le-phi"

struct fee_office {
	struct cases *cases;
	const struct principal *principal;
	const struct organisation *organisation; /* whose money */
	int64_t from, to;                        /* civil days, both included */
	str account;                             /* code chosen, for links */
};

/* By the query (or form field) don-vi, tu, den; the first office where nothing is said. */
enum err fee_office_open(struct request *request, struct fee_office *ret_office);
/* The instant a civil day begins there. */
usec fee_day_start(const struct fee_office *o, int64_t day);
bool fee_office_may(const struct fee_office *o, enum act act);
/* "/ban/le-phi/quy?don-vi=hoa-phat" */
str fee_office_path(struct request *request, const struct fee_office *o, const char *path);
/* Shell, tabs and filter of the page at FEE_HOME + tab. */
enum err fee_page_begin(struct request *request, const struct fee_office *o, const char *tab,
			const char *title, struct value *ret_view);

/* A table of partials/table, filled row by row. */
struct grid {
	struct request *request;
	struct value columns, rows, row;
};
struct grid grid_new(struct request *request);
void grid_column(struct grid *g, const char *label, bool number);
struct value *grid_cell(struct grid *g, str text);
void grid_money(struct grid *g, int64_t amount);
void grid_row(struct grid *g);
/* {title, any, table} */
struct value grid_view(struct grid *g, const char *caption);
/* Adds to the list of partials/figures. */
void fee_figure(struct request *request, struct value *list, const char *label, int64_t amount);

/* ---- handlers, for the table till_routes in fee_desk.c ---- */

#define FEE_PAGE(name) enum err name(struct request *request, struct response *response)

FEE_PAGE(fee_report_page);
FEE_PAGE(fee_register_page);
FEE_PAGE(fee_till_page);
FEE_PAGE(fee_till_post);
FEE_PAGE(fee_open_post);
FEE_PAGE(fee_sheet_page);
enum err fee_sheet_object(struct request *request, const void **ret_object);
FEE_PAGE(fee_bank_page);
FEE_PAGE(fee_bank_post);
FEE_PAGE(fee_settle_post);
FEE_PAGE(fee_match_post);
FEE_PAGE(fee_books_page);
FEE_PAGE(fee_books_post);

#endif
