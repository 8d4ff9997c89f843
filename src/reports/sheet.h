/*
 * sheet: a table on its way out, row by row: to a CSV file, a workbook, a printed page or JSON. Memory
 * does not grow with the rows of a file; what is printed is bounded by SHEET_PRINTED.
 *
 *	struct sheet sheet = { .title = …, .columns = columns, .n = n, .offset = 420 };
 *	TRY(sheet_csv(ctx, &sheet, file, &out));
 *	TRY(out.row(ctx, out.self, cells, false));     for each row
 *	TRY(out.end(ctx, out.self));
 */
#ifndef MOTCUA_REPORTS_SHEET_H
#define MOTCUA_REPORTS_SHEET_H

#include "base/buf.h"
#include "base/datetime.h"
#include "base/err.h"
#include "base/value.h"

#include <stdio.h>

enum cell_kind { CELL_EMPTY, CELL_TEXT, CELL_NUMBER, CELL_PERCENT, CELL_DATE, CELL_TIME };

struct cell {
	enum cell_kind kind;
	str text;
	struct decimal number; /* a percentage is written as 97.5 */
	bool grouped;          /* people read 15.000: amounts and counts, not years */
	int64_t day;           /* CELL_DATE */
	usec at;               /* CELL_TIME */
};

struct sheet_column {
	str key, title, head;
	int64_t width; /* parts of the page */
	bool right;
};

struct sheet {
	str title, about;      /* about: organisation and period, under the title */
	str code;              /* of the statutory form; may be empty */
	struct value heading;  /* lines of the left heading of a print; null: none */
	str place, page;       /* "A4 landscape" */
	str closing;           /* stands under the printed table; may be empty */
	const struct sheet_column *columns;
	size_t n;
	int offset;            /* minutes east of UTC */
};

struct sheet_out {
	void *self;
	enum err (*row)(struct ctx *ctx, void *self, const struct cell *cells, bool strong);
	enum err (*end)(struct ctx *ctx, void *self);
};

enum { SHEET_PRINTED = 5000 };

/* Whether a head stands over one of the columns. */
bool sheet_has_heads(const struct sheet *sheet);

/* What a FEEL answer shows as: text that is a date or a time becomes one. */
struct cell cell_of(struct arena *arena, struct value v);
/* As people here read it: 26/01/2015, 26/01/2015 09:00, 97,5. */
str cell_text(struct arena *arena, const struct cell *cell, int offset);
/* As programs read it: 2015-01-26, 2015-01-26 09:00, 97.5. */
str cell_plain(struct arena *arena, const struct cell *cell, int offset);

/* UTF-8 with byte order mark, RFC 4180; text a spreadsheet would take for a formula is disarmed by an
 * apostrophe. `file` stays the caller's. */
enum err sheet_csv(struct ctx *ctx, const struct sheet *sheet, FILE *file, struct sheet_out *ret);
/* A workbook at `path`: typed cells, frozen heads, filter. */
enum err sheet_xlsx(struct ctx *ctx, const struct sheet *sheet, const char *path,
		    struct sheet_out *ret);
/* The HTML of a letter (print/print.h), for page and PDF. ERR_INVALID beyond SHEET_PRINTED rows. */
enum err sheet_print(struct ctx *ctx, const struct sheet *sheet, struct buf *out,
		     struct sheet_out *ret);

#endif
