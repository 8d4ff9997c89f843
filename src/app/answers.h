/*
 * answers: what the people of a simulated town write into forms: Vietnamese names, addresses of
 * Cẩm Lệ, dates that fit. Repeatable: the same dice give the same answers.
 */
#ifndef MOTCUA_APP_ANSWERS_H
#define MOTCUA_APP_ANSWERS_H

#include "base/datetime.h"
#include "cases/cases.h"
#include "form/form.h"

/* xorshift*; each case has its own, so that threads do not change what is made. */
struct dice {
	uint64_t state; /* not 0 */
};
uint64_t roll(struct dice *dice, uint64_t sides);
/* The state a seed and a case's number give. */
struct dice dice_of(int64_t seed, int64_t number);

/* A form filled in at `now` over what is `given`. ret_result is form_check's: its errors are only
 * those of files that would have to be handed in. */
void answers_make(struct ctx *ctx, struct dice *dice, usec now, const struct form *form,
		  struct value given, struct form_result *ret_result);

/* The first paper of the procedure that the form takes as a file, as an empty page. */
enum err answers_scan(struct ctx *ctx, struct store *store, const struct procedure *procedure,
		      struct attachment *ret_paper);

#endif
