/*
 * sample: answers a person might give to a form, for simulations and tests. Whatever is shown is
 * filled in with something that passes its checks: one of its options, a number within its bounds,
 * a text its pattern takes. What makes it lifelike, names and addresses, comes from the caller.
 *
 *	struct value data = form_sample(form, given, &sampler, &env);
 *	form_check(form, data, &env, &result);   // no errors, but for files, which are left out
 */
#ifndef MOTCUA_FORM_SAMPLE_H
#define MOTCUA_FORM_SAMPLE_H

#include "form/form.h"

enum sample_kind {
	SAMPLE_LINE, /* a text of one line */
	SAMPLE_TEXT,
	SAMPLE_DATE, /* "2015-01-26" */
};

struct form_sampler {
	/* A number from 0 to below `sides`. */
	uint64_t (*roll)(void *data, uint64_t sides);
	/* Which of `n` options is chosen for the field at this path. */
	uint64_t (*choose)(void *data, str path, uint64_t n);
	/* Something lifelike for the field at this path ("child.birth_date"), or an empty text. Used
	 * where it passes the field's checks. */
	str (*text)(void *data, struct arena *arena, enum sample_kind kind, str path);
	void *data;
};

/* The working data; what `given` says already stays. */
struct value form_sample(const struct form *form, struct value given,
			 const struct form_sampler *sampler, struct form_env *env);

#endif
