/*
 * value: the one data tree. FEEL, forms, flow variables, views, packs and the API all speak it,
 * so nothing is converted on the way. A value is 24 bytes, passed by value; what it points to
 * lives in an arena (or is a literal) and is not changed once the value has been given away.
 *
 *	struct value view = value_map();
 *	value_set(arena, &view, S("code"), value_str(code));
 *	struct value list = value_list();
 *	value_push(arena, &list, value_int(8));
 *	value_set(arena, &view, S("days"), list);
 *	str code = value_text(value_get(view, S("code")));
 *
 * Maps keep the order in which keys were first set. An absent key and null are told apart by
 * value_find only; value_get gives null for both.
 * The kinds from VALUE_DATE on come only from FEEL and are written to JSON as their text.
 */
#ifndef MOTCUA_BASE_VALUE_H
#define MOTCUA_BASE_VALUE_H

#include "base/arena.h"
#include "base/decimal.h"

enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_NUMBER,
	VALUE_STRING,
	VALUE_LIST,
	VALUE_MAP,
	VALUE_DATE,             /* object: struct temporal (rules/temporal.h) */
	VALUE_TIME,             /* object: struct temporal */
	VALUE_DATE_TIME,        /* object: struct temporal */
	VALUE_YEARS_MONTHS,     /* integer: months */
	VALUE_DAYS_TIME,        /* object: struct temporal_duration */
	VALUE_RANGE,            /* object: struct feel_range */
	VALUE_FUNCTION,         /* object: struct feel_function */
};

struct value {
	uint8_t kind;  /* enum value_kind */
	uint8_t flags; /* the room that made it may use them; 0 elsewhere */
	uint32_t n;    /* bytes of a string, items of a list, members of a map */
	union {
		bool boolean;
		int64_t integer;
		struct decimal number;
		const char *bytes;
		struct value *items;
		struct member *members;
		const void *object;
	};
};

struct member {
	str key;
	struct value value;
};

static inline struct value value_null(void)
{
	return (struct value){ 0 };
}

static inline struct value value_bool(bool b)
{
	return (struct value){ .kind = VALUE_BOOL, .boolean = b };
}

static inline struct value value_decimal(struct decimal d)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = d };
}

static inline struct value value_int(int64_t n)
{
	return value_decimal(decimal_of(n));
}

static inline struct value value_str(str s)
{
	return (struct value){ .kind = VALUE_STRING, .n = (uint32_t)s.n, .bytes = s.p };
}

static inline struct value value_list(void)
{
	return (struct value){ .kind = VALUE_LIST };
}

static inline struct value value_map(void)
{
	return (struct value){ .kind = VALUE_MAP };
}

static inline bool value_is_null(struct value v)
{
	return v.kind == VALUE_NULL;
}

/* The text of a string; the empty str for every other kind. */
static inline str value_text(struct value v)
{
	return v.kind == VALUE_STRING ? str_of(v.bytes, v.n) : str_of("", 0);
}

static inline bool value_is_true(struct value v)
{
	return v.kind == VALUE_BOOL && v.boolean;
}

/* The whole number, or `otherwise` for other kinds, fractions and what does not fit. */
int64_t value_integer(struct value v, int64_t otherwise);

/* Adds to a list or map that the caller built. A map's existing key is replaced in place. */
void value_push(struct arena *arena, struct value *list, struct value item);
void value_set(struct arena *arena, struct value *map, str key, struct value item);
/* As value_set for a key known not to be there: no search. */
void value_append(struct arena *arena, struct value *map, str key, struct value item);

/* The member, or NULL where `v` is no map or has no such key. */
const struct value *value_find(struct value v, str key);
struct value value_get(struct value v, str key);
/* By a dotted path of keys and list positions from 0: "applicant.papers.0.name". */
struct value value_path(struct value v, str path);
struct value value_item(struct value list, size_t i); /* null beyond the end */

/* Deep: same kind and content; numbers by amount (1.0 = 1.00), map members in any order. Not
 * FEEL's equality. Kinds from VALUE_DATE on compare by identity. */
bool value_eq(struct value a, struct value b);
/* A deep copy that needs nothing from elsewhere. Objects of FEEL kinds are shared. */
struct value value_copy(struct arena *arena, struct value v);

#endif
