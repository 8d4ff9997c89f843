/*
 * check: every validation of a field, told in sentences that name its label.
 */
#ifndef MOTCUA_FORM_CHECK_H
#define MOTCUA_FORM_CHECK_H

#include "form/sheet.h"

/* The mistakes in the value of what is shown, at most one sentence each, appended to `errors`. */
void check_instance(struct sheet *sheet, const struct instance *in, struct value *errors);
/* One more mistake; the message is a msgid in which %s stands for the label first, then for
 * `detail`. */
void check_add(struct sheet *sheet, const struct instance *in, struct value *errors,
	       const char *message, str detail);

/* "f.children.1.name": what the field posts as; and where a link leads to it. */
str instance_name(struct sheet *sheet, struct path path);
str instance_anchor(struct sheet *sheet, struct path path);

/* preset.c */
bool preset_is_email(str s);
/* International (+ or 00 and the digits), or domestic digits when `country` is given. Blanks,
 * dots and hyphens between digits are allowed where it is. */
bool preset_is_phone(str s, str country);

#endif
