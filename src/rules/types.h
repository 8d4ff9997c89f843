/*
 * types: what a value may be: FEEL's own types and, built from them, the item definitions of a
 * decision model. A type never changes once it is built; it may refer to itself through members.
 *
 *	if (type_admits(run, type, v)) …              as `v instance of type`
 *	struct value v = type_coerce(run, type, v);   v, or its only item, or [v], or null
 */
#ifndef MOTCUA_RULES_TYPES_H
#define MOTCUA_RULES_TYPES_H

#include "rules/feel.h"

enum feel_type_kind {
	TYPE_ANY,
	TYPE_NULL,
	TYPE_BOOLEAN,
	TYPE_NUMBER,
	TYPE_STRING,
	TYPE_DATE,
	TYPE_TIME,
	TYPE_DATE_TIME,
	TYPE_DAYS_TIME,
	TYPE_YEARS_MONTHS,
	TYPE_LIST,     /* of element */
	TYPE_CONTEXT,  /* with members; none means any context */
	TYPE_RANGE,    /* of element */
	TYPE_FUNCTION, /* from members (without names) to element */
};

struct feel_type {
	uint8_t kind;
	bool any_parameters;             /* TYPE_FUNCTION as such */
	uint32_t n;
	const struct feel_type *element; /* NULL means any */
	const str *names;
	const struct feel_type **members;
	/* Unary tests every value (of a list: every item) must satisfy; may be NULL. */
	const struct feel *allowed;
	/* Unary tests on the value as a whole. */
	const struct feel *constraint;
	/* What it was made from, whose tests hold as well; may be NULL. */
	const struct feel_type *base;
	str name; /* as the model calls it; for messages */
};

/* The built-in type of that name ("date and time", "number", "Any"…), or NULL. */
const struct feel_type *type_named(str name);

struct run;
/* Whether the value is of the type, whatever values the type allows; null is of TYPE_NULL only. */
bool type_admits(struct run *run, const struct feel_type *type, struct value v);
/* The value as that type and among its allowed values, where needed by the implicit conversions
 * of DMN: from a list of one item, to a list of one item, from a date to midnight UTC. False
 * where it is not of the type; null is of every type. */
bool type_coerce(struct run *run, const struct feel_type *type, struct value v,
		 struct value *ret_v);

#endif
