/*
 * The rows of a register: cases in the order they were received, or entries of a book or receipts in
 * the order of their numbers, one organisation after the other. A page begins where the one before ended.
 */
#ifndef MOTCUA_REPORTS_REGISTER_H
#define MOTCUA_REPORTS_REGISTER_H

#include "people/people.h"
#include "reports/period.h"
#include "reports/reports.h"
#include "reports/sheet.h"

/* Where a page begins: after this row of this organisation. */
struct register_mark {
	int64_t organisation, first, second; /* accepted_at and id; period or book, and number */
};

struct register_wanted {
	struct reports *reports;
	const struct declared *declared;
	const int64_t *organisations; /* whose registers, in this order */
	size_t n_organisations;
	struct period period;
	int64_t status;               /* 0: any */
	str procedure, field, words, figure; /* empty: any */
	bool late;
	struct register_mark after;
	usec now;
	str language;
};

struct register_row {
	struct register_mark mark;
	int64_t case_id;
	str code;                     /* of the case */
	struct cell *cells;
};

typedef enum err register_each(struct ctx *ctx, void *arg, const struct register_row *row);

/* At most `most` rows, each given to `each` with ctx's arena as it is. */
enum err register_rows(struct ctx *ctx, struct db *db, const struct register_wanted *wanted,
		       size_t most, register_each *each, void *arg, size_t *ret_n);

/* Whether there are cases behind a figure: "accepted", "late", "open" … */
bool register_knows_figure(str figure);

#endif
