/*
 * figures: what a report says of a set of cases, from the tally alone. Every figure on any page, print
 * or API comes from sums_map; its definitions are written down here once.
 */
#ifndef MOTCUA_REPORTS_FIGURES_H
#define MOTCUA_REPORTS_FIGURES_H

#include "cases/tally.h"
#include "people/act.h"
#include "reception/reception.h"
#include "reports/period.h"
#include "reports/publication.h"
#include "reports/reports.h"

struct sums {
	int64_t within[TALLIES], before[TALLIES];
	int64_t channels[4];             /* accepted within, by enum case_channel */
	int64_t submitted_online, solved_online;
	int64_t results_online, digital_online; /* filed online: solved with a result; signed */
	int64_t still_due, still_national; /* today, but later than now */
	struct satisfaction satisfaction;  /* of those who rated */
	int64_t procedures, procedures_complete, procedures_online; /* at the end; of all only */
	int64_t tasks, tasks_late;         /* done by an officer */
	int64_t late_by[ROLES + 1];        /* whose step was overdue first; ROLES: no single one */
};

struct figure_row {
	str key, name;     /* of field, procedure or organisation */
	int64_t organisation;
	struct sums sums;
};

struct figure_rows {
	struct figure_row *items; /* only rows in which something is not 0 */
	size_t n;
	struct sums all;
};

/* What each officer did in the period, by the account's id: rows with `tasks` only. `only` is the one
 * to look at; 0: all who have a role at the organisations. */
struct figures_wanted;
enum err figures_officers(struct ctx *ctx, struct db *db, const struct figures_wanted *wanted,
			  int64_t only, struct figure_rows *ret_rows);

struct figures_wanted {
	struct cases *cases;
	struct period period; /* a period that is not over ends now */
	const int64_t *organisations;
	size_t n_organisations;
	enum report_rows rows;
	bool lateness; /* late_by is wanted: reads the late cases */
	bool satisfaction; /* ratings are wanted: of all, and of each organisation */
	bool publication;  /* so are procedures */
	usec now;
	str language;
};

/* The last moment of the period, or now where it is not over. */
usec figures_end(const struct cases *cases, struct period period, usec now);

enum err figures_read(struct ctx *ctx, struct db *db, const struct figures_wanted *wanted,
		      struct figure_rows *ret_rows);

/* The row as FEEL and the API see it (docs/PACKS.md):
 *   received {total = carried + accepted, carried, accepted, online, direct, post, counter,
 *            elsewhere}: the last for another authority to decide
 *   solved {total, early, on_time, late, late_apologised, late_silent, new_date_kept, withdrawn, stopped}
 *   open {total = received.total − solved.total, within, late}
 *   intake {submitted, waiting, not_accepted, withdrawn}, returned, supplements, apologies
 *   national {handled, on_time, late, open_within, open_late}
 *   contacts {none, one}, legs {early, on_time, late}
 *   satisfaction {answers, content = very + satisfied, very, satisfied, not_satisfied,
 *                 rated, kind, fair}: of the officials, 4 or 5 points, 3 points
 *   digital {results, papers, result, both, reused, online, online_results}: of cases solved with a
 *           result, see cases/digital.h; online = filed online with a signed result
 *   paid {total, online}: receipts, and those by transfer
 *   procedures {total, complete, online}: as published at the end of the period
 *   tasks {done, late}: of an officer
 *   lateness {<role>, none}: late cases by whose step was overdue first, where that was asked for */
struct value sums_map(struct arena *arena, int64_t n, str name, const struct sums *sums);

/* part ÷ whole in hundred, two decimals; null where there is no whole. */
struct value figure_percent(int64_t part, int64_t whole);

#endif
