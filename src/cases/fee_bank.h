/* fee_bank: which case a line of the bank's statement pays for, what is left over and why. */
#ifndef MOTCUA_CASES_FEE_BANK_H
#define MOTCUA_CASES_FEE_BANK_H

#include "cases/fee.h"

/* A case that a payment may name; `memo`: its code as banks keep it. */
struct bank_case {
	str code, memo;
	int64_t state, due;
};
struct bank_cases {
	struct bank_case *items;
	size_t n;
};
/* Those of the office that wait for their fee. */
enum err bank_waiting(struct ctx *ctx, struct db *db, int64_t organisation,
		      struct bank_cases *ret_cases);
/* The newest that ever had a fee, whatever became of it. */
enum err bank_newest(struct ctx *ctx, struct db *db, int64_t organisation,
		     struct bank_cases *ret_cases);
/* The one whose code the text names, the longest code first; NULL: none. `due`: only one that is to
 * pay just that, 0: any. */
const struct bank_case *bank_named(struct arena *arena, const struct bank_cases *cases, str text,
				   int64_t due);

enum bank_why {
	BANK_NO_CASE,  /* the text names none of the office */
	BANK_LESS,     /* than is due */
	BANK_MORE,
	BANK_TWICE,    /* it is paid already */
	BANK_NOT_DUE,  /* waived, ended, or not known yet */
	BANK_NOT_BOOKED, /* exactly what is due: it became so after the statement was read */
};

struct bank_left {
	struct bank_line line;
	enum bank_why why;
	str code; /* the case it names; "" */
	int64_t due;
};
struct bank_lefts {
	struct bank_left *items;
	size_t n;
};
/* Lines that no receipt names and nobody set aside, oldest first, at most `most`. */
enum err bank_left(struct ctx *ctx, struct db *db, int64_t organisation, size_t most,
		   struct bank_lefts *ret_left);

/* A receipt by transfer that the statement does not know, or knows with another amount. */
struct bank_missing {
	str code, series, bank_id;
	int64_t number, amount, there; /* there: amount on the statement; -1: no such line */
	usec taken_at;
};
struct bank_missings {
	struct bank_missing *items;
	size_t n;
};
enum err bank_missing(struct ctx *ctx, struct db *db, int64_t organisation, size_t most,
		      struct bank_missings *ret_missing);

/* Sums of the civil days from … to: statement = booked + settled + left. */
struct bank_sums {
	int64_t statement, booked, settled, left;
	int64_t read_to; /* the newest day of a line; 0: nothing was read */
};
enum err bank_sums(struct ctx *ctx, struct db *db, int64_t organisation, int64_t from, int64_t to,
		   struct bank_sums *ret_sums);

/* ACT_FEE_TAKE: books the line for the case, which must be the office's and owe just that. ERR_INVALID
 * and ERR_CONFLICT as fee_take; ERR_NOT_FOUND: no such line is left, no such case. */
enum err bank_match(struct ctx *ctx, struct cases *cases, const struct actor *who,
		    int64_t organisation, str line, str code);

#endif
