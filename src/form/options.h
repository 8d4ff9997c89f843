/*
 * options: what a select, radio group, checklist or tag list can be set to.
 */
#ifndef MOTCUA_FORM_OPTIONS_H
#define MOTCUA_FORM_OPTIONS_H

#include "form/field.h"

/* A list of {label, value} from strings, numbers, booleans and objects; what cannot be an option
 * is left out. `v` may be anything. */
struct value options_normal(struct arena *arena, struct value v);
bool options_hold(struct value options, struct value v);
/* The label of the option with this value; empty where there is none. */
str options_label(struct value options, struct value v);
/* The option's value as it is posted: its text. */
str option_text(struct arena *arena, struct value v);
/* The value of the option posted as this text; false where there is none. */
bool options_find(struct arena *arena, struct value options, str text, struct value *ret_v);

#endif
