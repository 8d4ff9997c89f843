/*
 * digital: how far a solved case went without paper. One row a case, written by the act that ends it
 * and by what comes later (a letter is signed, a paper scanned, the case taken up again):
 *
 *	counted_at   when it was solved with a result; 0: it was not, or is open again
 *	papers       files of its papers are kept with it
 *	result       a result that counts is kept as a PDF with the office's digital signature
 *	reused       a paper was taken over from an earlier case
 *
 * The figures (tally.h) are the difference the row makes, on the day of counted_at. So what is signed
 * on the day after counts for the day the case was solved, and a report's figure is always the number
 * of such rows.
 */
#ifndef MOTCUA_CASES_DIGITAL_H
#define MOTCUA_CASES_DIGITAL_H

#include "cases/tables.h"

extern const struct migration_set digital_migrations;
extern const struct case_table digital_table;

struct digital {
	int64_t counted_at, papers, result, reused;
};

struct command;
/* Inside a command, before its event is made: the row as it was and as this command leaves it. */
enum err digital_follow(struct command *command, struct digital *ret_was, struct digital *ret_is);

#endif
