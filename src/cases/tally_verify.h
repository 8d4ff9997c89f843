/* The figures (tally.h) added up again from events: for `motcua verify`. */
#ifndef MOTCUA_CASES_TALLY_VERIFY_H
#define MOTCUA_CASES_TALLY_VERIFY_H

#include "cases/tally.h"

struct told_sums;

struct told_sums *told_sums_new(void);
void told_sums_free(struct told_sums *told); /* NULL is fine */
/* What an event of the case adds: its public `tally`. */
void told_sums_add(struct told_sums *told, const struct case_file *c, struct value days);
/* Compares with the table: the first thing that does not agree, or "". */
enum err told_sums_hold(struct ctx *ctx, struct db *db, struct told_sums *told, int64_t *ret_n,
			str *ret_finding);

#endif
