/*
 * feelers: texts of a form that may be FEEL ("=a + b") or hold it in double braces: {{a}},
 * {{#if a}}…{{/if}}, {{#loop list}}…{{/loop}} with `this` and `parent` inside. What is not
 * understood gives nothing; braces that are never closed are ordinary text.
 */
#ifndef MOTCUA_FORM_FEELERS_H
#define MOTCUA_FORM_FEELERS_H

#include "rules/feel.h"

struct feelers;

/* What went wrong while parsing, if anything: text is still rendered around it. */
struct feelers *feelers_parse(struct arena *arena, str text, str *ret_fault);
bool feelers_is_plain(const struct feelers *t);
str feelers_source(const struct feelers *t);
/* NULL gives the empty str. */
str feelers_text(const struct feelers *t, struct arena *arena, const struct feel_scope *scope,
		  const struct feel_env *env);

/* The same for markup: what is put in is escaped, the text around it is not. */
str feelers_markup(const struct feelers *t, struct arena *arena, const struct feel_scope *scope,
		   const struct feel_env *env);

#endif
