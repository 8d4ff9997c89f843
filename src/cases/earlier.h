/*
 * earlier: papers that came with earlier cases, so that nobody hands the same paper in twice.
 *
 *	struct value found;
 *	TRY(earlier_proven(ctx, cases, principal, applicant_id, &found));
 *
 * A list of {case, code, title, paper, field, name, hash, size, type, at}, each file once, newest
 * first; `paper` is the kind of paper by its code in the pack ("giay-to-tuy-than"), which procedures
 * share; `case` is the id of the case it comes from. At most 40.
 *
 * A number that somebody typed proves nothing, so two ways lead here:
 * - an officer, who has the applicant before them, is shown what the account may see anyway;
 * - a citizen is shown the case whose PIN was given, if it is in the same number's name. Other cases
 *   join only where an officer took both in from the applicant in person, under the same name: who
 *   files online in a stranger's number, or for somebody, gets nothing by it.
 * Whoever asks, a case takes over papers of its own applicant only (intake_submit).
 */
#ifndef MOTCUA_CASES_EARLIER_H
#define MOTCUA_CASES_EARLIER_H

#include "cases/cases.h"

/* Of organisations where `principal` may see cases. */
enum err earlier_seen(struct ctx *ctx, struct cases *cases, const struct principal *principal,
		      str applicant_id, struct value *ret_list);
/* What the holder of a PIN may use again in a case of the person with that number. */
enum err earlier_proven(struct ctx *ctx, struct cases *cases, const struct principal *principal,
			str applicant_id, struct value *ret_list);

#endif
