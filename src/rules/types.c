#include "rules/types.h"

#include "rules/eval.h"
#include "rules/temporal.h"

const struct feel_type *type_named(str name)
{
	static const struct feel_type types[] = {
		{ .kind = TYPE_ANY, .name = S("Any") },
		{ .kind = TYPE_NULL, .name = S("Null") },
		{ .kind = TYPE_BOOLEAN, .name = S("boolean") },
		{ .kind = TYPE_NUMBER, .name = S("number") },
		{ .kind = TYPE_STRING, .name = S("string") },
		{ .kind = TYPE_DATE, .name = S("date") },
		{ .kind = TYPE_TIME, .name = S("time") },
		{ .kind = TYPE_DATE_TIME, .name = S("date and time") },
		{ .kind = TYPE_DATE_TIME, .name = S("dateTime") },
		{ .kind = TYPE_DAYS_TIME, .name = S("days and time duration") },
		{ .kind = TYPE_DAYS_TIME, .name = S("day and time duration") },
		{ .kind = TYPE_DAYS_TIME, .name = S("dayTimeDuration") },
		{ .kind = TYPE_YEARS_MONTHS, .name = S("years and months duration") },
		{ .kind = TYPE_YEARS_MONTHS, .name = S("year and month duration") },
		{ .kind = TYPE_YEARS_MONTHS, .name = S("yearMonthDuration") },
		{ .kind = TYPE_LIST, .name = S("list") },
		{ .kind = TYPE_CONTEXT, .name = S("context") },
		{ .kind = TYPE_RANGE, .name = S("range") },
		{ .kind = TYPE_FUNCTION, .name = S("function"), .any_parameters = true },
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(types[i].name, name))
			return &types[i];
	return NULL;
}

static enum feel_type_kind kind_of(struct value v)
{
	static const uint8_t kinds[] = {
		[VALUE_NULL] = TYPE_NULL, [VALUE_BOOL] = TYPE_BOOLEAN,
		[VALUE_NUMBER] = TYPE_NUMBER, [VALUE_STRING] = TYPE_STRING,
		[VALUE_LIST] = TYPE_LIST, [VALUE_MAP] = TYPE_CONTEXT, [VALUE_DATE] = TYPE_DATE,
		[VALUE_TIME] = TYPE_TIME, [VALUE_DATE_TIME] = TYPE_DATE_TIME,
		[VALUE_YEARS_MONTHS] = TYPE_YEARS_MONTHS, [VALUE_DAYS_TIME] = TYPE_DAYS_TIME,
		[VALUE_RANGE] = TYPE_RANGE, [VALUE_FUNCTION] = TYPE_FUNCTION,
	};
	return kinds[v.kind];
}

/* ---- types against types, for functions ---- */

static bool type_conforms(const struct feel_type *a, const struct feel_type *b, uint32_t depth);

static bool members_conform(const struct feel_type *a, const struct feel_type *b, uint32_t depth)
{
	for (uint32_t i = 0; i < b->n; i++) {
		uint32_t k = 0;
		while (k < a->n && !str_eq(a->names[k], b->names[i]))
			k++;
		if (k == a->n || !type_conforms(a->members[k], b->members[i], depth))
			return false;
	}
	return true;
}

/* Parameters the other way round: what takes more is of the type that takes less. */
static bool functions_conform(const struct feel_type *a, const struct feel_type *b,
			      uint32_t depth)
{
	if (b->any_parameters)
		return true;
	if (a->n != b->n || !type_conforms(a->element, b->element, depth))
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!type_conforms(b->members[i], a->members[i], depth))
			return false;
	return true;
}

static bool type_conforms(const struct feel_type *a, const struct feel_type *b, uint32_t depth)
{
	if (!b || b->kind == TYPE_ANY || a == b)
		return true;
	if (!a || depth == 0)
		return false;
	if (a->kind == TYPE_NULL)
		return true;
	if (a->kind != b->kind)
		return false;
	if (a->kind == TYPE_LIST || a->kind == TYPE_RANGE)
		return type_conforms(a->element, b->element, depth - 1);
	if (a->kind == TYPE_CONTEXT)
		return members_conform(a, b, depth - 1);
	if (a->kind == TYPE_FUNCTION)
		return functions_conform(a, b, depth - 1);
	return true;
}

static bool admits_function(const struct feel_type *type, const struct feel_function *f)
{
	enum { NESTED_TYPES = 20 };
	if (type->any_parameters)
		return true;
	if (f->n != type->n || !type_conforms(f->result, type->element, NESTED_TYPES))
		return false;
	for (uint32_t i = 0; i < f->n; i++) {
		const struct feel_type *own = f->types ? f->types[i] : NULL;
		if (own && !type_conforms(type->members[i], own, NESTED_TYPES))
			return false;
	}
	return true;
}

/* ---- values against types ---- */

/* Whether the value has the shape of the type and, where asked, is among its allowed values. */
static bool admits(struct run *run, const struct feel_type *type, struct value v, bool allowed);

static bool admits_members(struct run *run, const struct feel_type *type, struct value v,
			   bool allowed)
{
	for (uint32_t i = 0; i < type->n; i++) {
		const struct value *member = value_find(v, type->names[i]);
		if (!member)
			return false;
		if (!value_is_null(*member) && type->members[i] &&
		    !admits(run, type->members[i], *member, allowed))
			return false;
	}
	return true;
}

static bool admits_items(struct run *run, const struct feel_type *type, struct value v,
			   bool allowed)
{
	for (uint32_t i = 0; type->element && i < v.n; i++)
		if (!value_is_null(v.items[i]) && !admits(run, type->element, v.items[i], allowed))
			return false;
	return true;
}

static bool admits_ends(struct run *run, const struct feel_type *type, const struct feel_range *r)
{
	if (!type->element)
		return true;
	return (value_is_null(r->low) || admits(run, type->element, r->low, false)) &&
	       (value_is_null(r->high) || admits(run, type->element, r->high, false));
}

static bool satisfies(struct run *run, const struct feel *tests, struct value v)
{
	struct value outer = run->input;
	bool had = run->has_input;
	run->input = v;
	run->has_input = true;
	bool holds = value_is_true(eval(run, tests->root));
	run->input = outer;
	run->has_input = had;
	return holds;
}

/* Chains of bases are short and have no rings: each is made from one that was complete. */
static bool is_allowed(struct run *run, const struct feel_type *type, struct value v)
{
	if (type->constraint && !satisfies(run, type->constraint, v))
		return false;
	if (type->base && !is_allowed(run, type->base, v))
		return false;
	if (!type->allowed)
		return true;
	if (v.kind != VALUE_LIST)
		return satisfies(run, type->allowed, v);
	for (uint32_t i = 0; i < v.n; i++)
		if (!satisfies(run, type->allowed, v.items[i]))
			return false;
	return true;
}

static bool admits_shape(struct run *run, const struct feel_type *type, struct value v,
			 bool allowed)
{
	if (type->kind == TYPE_ANY)
		return true;
	if (kind_of(v) != type->kind)
		return false;
	switch (type->kind) {
	case TYPE_CONTEXT:
		return admits_members(run, type, v, allowed);
	case TYPE_LIST:
		return admits_items(run, type, v, allowed);
	case TYPE_RANGE:
		return admits_ends(run, type, v.object);
	case TYPE_FUNCTION:
		return admits_function(type, v.object);
	default:
		return true;
	}
}

static bool admits(struct run *run, const struct feel_type *type, struct value v, bool allowed)
{
	if (run->depth >= run->most_depth || !run_steps(run, 1)) {
		run_exhaust(run);
		return false;
	}
	run->depth++;
	bool ok = admits_shape(run, type, v, allowed) && (!allowed || is_allowed(run, type, v));
	run->depth--;
	return ok;
}

bool type_admits(struct run *run, const struct feel_type *type, struct value v)
{
	if (value_is_null(v))
		return type->kind == TYPE_NULL;
	return admits(run, type, v, false);
}

bool type_coerce(struct run *run, const struct feel_type *type, struct value v,
		 struct value *ret_v)
{
	struct temporal midnight;
	*ret_v = v;
	if (value_is_null(v) || admits(run, type, v, true))
		return true;
	if (v.kind == VALUE_LIST && v.n == 1 && admits(run, type, v.items[0], true)) {
		*ret_v = v.items[0];
		return true;
	}
	if (type->kind == TYPE_LIST && v.kind != VALUE_LIST) {
		*ret_v = value_as_list(run, v);
		if (admits(run, type, *ret_v, true))
			return true;
	}
	if (type->kind == TYPE_DATE_TIME && v.kind == VALUE_DATE) {
		midnight = *(const struct temporal *)v.object;
		midnight.zone = ZONE_OFFSET;
		*ret_v = temporal_value(run->arena, VALUE_DATE_TIME, midnight);
		if (admits(run, type, *ret_v, true))
			return true;
	}
	*ret_v = value_null();
	return false;
}
