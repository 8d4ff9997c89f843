/*
 * bank_statement: reads the CSV file a bank gives: RFC 4180, any separator, CR and LF, whole đồng.
 *
 *	struct bank_lines lines;
 *	TRY(bank_read(ctx, csv, rules, &lines));
 *
 * Pure: nothing is stored or asked. What comes out can be stored as it is: ids have no control
 * characters, texts none but blanks, amounts are above 0, days exist.
 */
#ifndef MOTCUA_CASES_BANK_STATEMENT_H
#define MOTCUA_CASES_BANK_STATEMENT_H

#include "base/err.h"
#include "base/value.h"

enum { BANK_LINES_MAX = 5000 };

struct bank_line {
	str id, text;
	int64_t day, amount;
	int at; /* of the file, from 1 */
};
struct bank_lines {
	struct bank_line *items;
	size_t n;
	size_t skipped; /* money that went out, lines without an amount */
};
/* Columns by their titles, and the separator, as `rules` says (pack.json, bank_statement).
 * ERR_INVALID names the line. */
enum err bank_read(struct ctx *ctx, str csv, struct value rules, struct bank_lines *ret_lines);

#endif
