/*
 * tally: how many cases were received, solved, late … on each day, by organisation, procedure and
 * channel. A command's event says what it adds to which day (`tally`: {"20150126": {"accepted": 1}});
 * the rows of the table are the sums, by day and by month, written in the same transaction. What is
 * added follows from the case before and after the act alone, so no command has to count.
 *
 *	struct tally_span span = { .from = day, .to = day, .organisations = ids, .n_organisations = n };
 *	struct tally_rows rows;
 *	TRY(tally_read(ctx, db, &span, &rows));
 *	rows.items[0].within[TALLY_ACCEPTED], rows.items[0].before[TALLY_ACCEPTED] …
 *
 * What was open on a day is what had come by then less what had gone. A promise is counted on the day
 * it falls due and taken back when it is kept or moved in time; one that is broken is ended (…_ENDED)
 * on the day the case is solved, paused or promised anew. So what was late at the end of any day is
 * DUE less DUE_ENDED of all days up to it, and no report has to look at cases.
 *
 * NATIONAL_… are counted by the national rule (QĐ 766/QĐ-TTg): waiting is subtracted, a new date after
 * an apology does not count, a second request for supplements is lateness.
 */
#ifndef MOTCUA_CASES_TALLY_H
#define MOTCUA_CASES_TALLY_H

#include "cases/cases.h"

enum tally {
	TALLY_SUBMITTED,
	TALLY_ACCEPTED,
	TALLY_NOT_ACCEPTED,    /* refused before acceptance */
	TALLY_WITHDRAWN_EARLY, /* withdrawn before acceptance */
	TALLY_EARLY,           /* solved: a day or more before the promise, by it, after it */
	TALLY_ON_TIME,
	TALLY_LATE,
	TALLY_LATE_APOLOGISED, /* of the late ones, those with an apology */
	TALLY_NEW_DATE_KEPT,   /* solved in time, but only by the date set with an apology */
	TALLY_WITHDRAWN,       /* of the solved ones, those that ended so */
	TALLY_STOPPED,
	TALLY_RETURNED,
	TALLY_DUE,
	TALLY_DUE_ENDED,
	TALLY_NATIONAL_DUE,
	TALLY_NATIONAL_ENDED,
	TALLY_NATIONAL_ON,
	TALLY_NATIONAL_LATE,
	TALLY_SUPPLEMENTS,     /* requests */
	TALLY_APOLOGIES,
	TALLY_NO_CONTACT,      /* solved after no request for supplements, after one */
	TALLY_ONE_CONTACT,
	TALLY_LEG_EARLY,       /* parts done by other agencies */
	TALLY_LEG_ON,
	TALLY_LEG_LATE,
	TALLY_RESULTS,         /* solved with a result (cases/digital.h) */
	TALLY_DIGITAL_PAPERS,  /* of these, with files of the papers */
	TALLY_DIGITAL_RESULT,  /* with a digitally signed result */
	TALLY_DIGITAL,         /* with both */
	TALLY_REUSED,          /* with a paper of an earlier case */
	TALLY_PAID,            /* receipts, on the day they were given; a cancelled one is none */
	TALLY_PAID_ONLINE,     /* of these, by transfer */
	TALLY_ELSEWHERE,       /* accepted, for another authority to decide */
	TALLIES
};

/* The name in events and in the columns of the table. */
const char *tally_name(enum tally what);

struct tally_span {
	int64_t from, to; /* civil days, both included */
	const int64_t *organisations;
	size_t n_organisations;
};

struct tally_row {
	int64_t organisation;
	str procedure;
	int64_t channel;
	int64_t within[TALLIES]; /* from … to */
	int64_t before[TALLIES]; /* all days before `from` */
};

struct tally_rows {
	struct tally_row *items;
	size_t n;
};

enum err tally_read(struct ctx *ctx, struct db *db, const struct tally_span *span,
		    struct tally_rows *ret_rows);

/* Open cases whose promise falls due on the day of `at`, but later than `at`: TALLY_DUE has counted
 * them already. Rows as above, in `within`[TALLY_DUE] and [TALLY_NATIONAL_DUE]. */
enum err tally_still_due(struct ctx *ctx, struct cases *cases, struct db *db, usec at,
			 const struct tally_span *span, struct tally_rows *ret_rows);

/* The moment from which the case is late by the national count, 0 where there is none (not accepted;
 * waiting for the citizen). For a case that is over: what its end is held against. */
enum err case_national_due(struct ctx *ctx, struct cases *cases, const struct case_file *c,
			   usec *ret_due);
/* When its clock stopped for the national count: solved, or asked for what was never given. */
usec case_national_end(const struct case_file *c);

#endif
