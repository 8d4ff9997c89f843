/*
 * worklist: what is to be done, read in the order of an index. A list is of tasks (by the date they
 * are due, those without a limit last) or of cases (newest first); a page begins where the one before
 * ended, so the last page costs what the first does, however many cases there are.
 *
 *	struct listed items[ROWS + 1];
 *	struct wanted w = { .list = LIST_TODO, .principal = …, .cases = cases, .now = clock_business() };
 *	TRY(worklist_rows(request, db, &w, items, &n, &rows));
 *	TRY(worklist_count(ctx, db, &w, &counts));
 *
 * Invariants: a principal is shown only what may() lets it; what is read of a case is what a row of the
 * table shows. Views live in the request's arena.
 */
#ifndef MOTCUA_CASES_WORKLIST_H
#define MOTCUA_CASES_WORKLIST_H

#include "cases/cases.h"
#include "web/web.h"

enum { ROWS = 50 };

/* LIST_TEAM: open steps of everybody in the offices the principal is head of. */
enum list { LIST_TODO, LIST_MINE, LIST_LATE, LIST_WAITING, LIST_TEAM, LIST_ALL, LISTS };

/* HURRY_SOON: four fifths of the way from beginning to due date are gone, and it is not late yet. */
enum hurry { HURRY_ANY, HURRY_LATE, HURRY_SOON };

enum { HOLDER_ANY = 0, HOLDER_NOBODY = -1 };

struct wanted {
	enum list list;
	str words, procedure, step;    /* "" and 0: any */
	int64_t organisation, holder;  /* an account, HOLDER_ANY or HOLDER_NOBODY */
	int64_t status;
	usec due_from, due_before;
	enum hurry hurry;
	int64_t after_due, after_id; /* keyset: where the page before ended */
	const struct principal *principal;
	struct cases *cases;
	usec now;
};

/* node and element are those of the task: 0 and "" in LIST_ALL. */
struct listed {
	int64_t organisation, id, node, holder, due_at;
	str code, element, holder_name;
	usec begun; /* the step, or the case's time */
};

/* `listed` has room for ROWS + 1; *ret_n > ROWS: there is a next page. *ret_rows are the rows of
 * partials/table, each with the view of its case besides when JSON is asked for. */
enum err worklist_rows(struct request *request, struct db *db, const struct wanted *w,
		       struct listed *listed, size_t *ret_n, struct value *ret_rows);

/* The first `most` steps of the list that nobody holds, most urgent first; listed has room for ROWS + 1. */
enum err worklist_free(struct ctx *ctx, struct db *db, const struct wanted *w,
		       struct listed *listed, size_t *ret_n);

/* How many the list has, at most `most`. */
enum err worklist_size(struct ctx *ctx, struct db *db, const struct wanted *w, int64_t most,
		       int64_t *ret_n);

/* How many are in each list; with `more` there are at least so many. 0 for LIST_TEAM and
 * LIST_ALL. */
struct worklist_counts {
	int64_t n[LISTS];
	bool more;
};
enum err worklist_count(struct ctx *ctx, struct db *db, const struct wanted *w,
			struct worklist_counts *ret_counts);

/* Counts once counted, until the next event or for a few seconds. */
struct worklist_cache;
struct worklist_cache *worklist_cache_new(void);
void worklist_cache_free(struct worklist_cache *cache); /* NULL is fine */

#endif
