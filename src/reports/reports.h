/*
 * reports: registers and reports. Both are declared in the pack (registers/<name>.json,
 * reports/<name>.json, docs/PACKS.md): columns are FEEL over a row. A register's row is a case, or an
 * entry of a book, or a receipt; a report's row is a field, a procedure or an organisation with its figures
 * (cases/tally.h), so that a report costs the same however many cases there are.
 *
 *	TRY(reports_open(ctx, cases, &reports));
 *	const struct declared *d = reports_register(reports, S("so-theo-doi-ho-so"));
 *
 * Whatever is listed is made as a sheet (reports/sheet.h) and so comes as page, print, CSV, XLSX, PDF
 * and JSON alike. A figure that cannot be known is blank, never 0 or 100 %.
 *
 * Lifetimes: declarations live until reports_close. State of the routes: struct reports *.
 */
#ifndef MOTCUA_REPORTS_REPORTS_H
#define MOTCUA_REPORTS_REPORTS_H

#include "cases/cases.h"
#include "rules/feel.h"
#include "web/web.h"

struct reports;

enum err reports_open(struct ctx *ctx, struct cases *cases, struct reports **ret_reports);
void reports_close(struct reports *reports); /* NULL is fine */

extern const struct route reports_routes[];

/* A column: what FEEL says of a row. */
struct declared_column {
	str key;
	struct value title, head; /* texts of the pack; head stands over several columns, or null */
	const struct feel *value;
	int64_t width;            /* parts of the page */
	bool right;
	bool sum;                 /* registers: what is taken away ends with the sum */
	str figure;               /* reports: which cases stand behind the number; may be empty */
};

enum filter {
	FILTER_ORGANISATION = 1,
	FILTER_STATUS = 2,
	FILTER_PROCEDURE = 4,
	FILTER_LATE = 8,
	FILTER_WORDS = 16,
	FILTER_PERIOD = 32,
};

enum report_rows { ROWS_FIELD, ROWS_PROCEDURE, ROWS_ORGANISATION, ROWS_OFFICER, ROWS_PUBLICATION,
		   ROWS_INDICATOR };

/* A line of a score: numerator ÷ denominator, full marks from `full` on. */
struct declared_indicator {
	struct value title, group, note; /* note: how it is counted, or why it cannot be */
	const struct feel *numerator, *denominator; /* NULL: nothing is counted for it */
	struct decimal max, full; /* max 0: shown, but no part of the score */
	str figure, whole;        /* the cases behind numerator and denominator */
};

struct declared {
	str name, code;
	struct value title, note;
	str book;                   /* registers: of its entries; empty: of cases */
	struct value procedures, kinds, bands;
	str per, page;
	bool by_due;                /* in the order of promised dates instead of receipt */
	bool lateness;              /* a report that asks which step was overdue */
	unsigned filters;
	bool needs_data;            /* a column looks into the form's data */
	bool needs_fee;             /* … at what the case costs */
	bool receipts;              /* registers: of the receipts of fees, in the order of their numbers */
	bool heading;
	struct declared_column *columns;
	size_t n_columns;
	enum report_rows rows;      /* reports */
	struct declared_indicator *indicators;
	size_t n_indicators;
};

struct declared_list {
	const struct declared *items;
	size_t n;
};

struct declared_list reports_registers(const struct reports *reports);
struct declared_list reports_reports(const struct reports *reports);
/* NULL where there is none. */
const struct declared *reports_register(const struct reports *reports, str name);
const struct declared *reports_report(const struct reports *reports, str name);
struct cases *reports_cases(const struct reports *reports);

/* A text of the pack in the reader's language. */
str declared_text(struct value text, str language);

/* Reads a declaration; ERR_INVALID names file, key and what is wrong. For reports_open and
 * `motcua check`. */
enum err declared_register(struct ctx *ctx, str name, struct value v, struct declared *ret);
enum err declared_report(struct ctx *ctx, str name, struct value v, struct declared *ret);

#endif
