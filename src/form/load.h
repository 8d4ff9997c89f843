/* load: what load.c, side.c and claim.c share while a form is being made. */
#ifndef MOTCUA_FORM_LOAD_H
#define MOTCUA_FORM_LOAD_H

#include "form/schema.h"

/* The schema with a side file's texts in place of its own. What the side file names and the form
 * has not is a fault; so is, when `complete`, a text it leaves out. */
struct value side_apply(struct arena *arena, struct value schema, struct value side, bool complete,
			struct faults *faults);

/* Refuses two fields bound to one path, and paths that reach into a list from outside. */
void claim_check(const struct form *form, struct faults *faults);
/* Refuses expression fields that need one another in a circle. */
void cycle_check(const struct form *form, struct faults *faults);

/* Sets field.moves. */
void mark_moving(struct arena *arena, struct form *form);

/* From the root of the data down, without positions in lists. */
struct path field_full_path(struct arena *arena, const struct field *field);
/* Fields in the order they are drawn, containers before what they hold. */
const struct field *field_next(const struct field *field);

#endif
