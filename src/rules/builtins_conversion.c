#include "base/buf.h"
#include "rules/builtin.h"
#include "rules/eval.h"
#include "rules/temporal.h"

static struct value call_string(struct run *run, const struct value *args, uint32_t n)
{
	if (value_is_null(args[0]))
		return args[0];
	return value_str(feel_to_literal(run->arena, args[0]));
}

static struct value call_not(struct run *run, const struct value *args, uint32_t n)
{
	return args[0].kind == VALUE_BOOL ? value_bool(!args[0].boolean) : value_null();
}

/* A separator is one character, or absent. */
static bool separator_of(struct value v, const char *allowed, char *ret_c)
{
	*ret_c = '\0';
	if (value_is_null(v))
		return true;
	if (v.n != 1 || !strchr(allowed, v.bytes[0]))
		return false;
	*ret_c = v.bytes[0];
	return true;
}

/* number("1 500,25", " ", ","): without separators the text is a number of FEEL. */
static struct value call_number(struct run *run, const struct value *args, uint32_t n)
{
	char group, point;
	struct decimal d;
	struct buf out = { .arena = run->arena };
	if (args[0].kind != VALUE_STRING || !separator_of(args[1], " ,.", &group) ||
	    !separator_of(args[2], ",.", &point) || (group && group == point))
		return run_null(run, "This is no number, or no separator of numbers", S(""));
	for (uint32_t i = 0; i < args[0].n; i++) {
		char c = args[0].bytes[i];
		if (group && c == group)
			continue;
		/* With another sign for the point, a point has no place. */
		if (point && point != '.' && c == '.')
			return value_null();
		buf_byte(&out, point && c == point ? '.' : c);
	}
	if (!decimal_parse_rounded(buf_view(&out), &d))
		return run_null(run, "This is no number", S(""));
	return value_decimal(d);
}

/* The same in every respect, the zone included: not only the same moment. */
static bool identical(struct run *run, struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind != VALUE_TIME && a.kind != VALUE_DATE_TIME)
		return value_same(run, a, b);
	const struct temporal *t = a.object, *u = b.object;
	return t->year == u->year && t->month == u->month && t->day == u->day &&
	       t->hour == u->hour && t->minute == u->minute && t->second == u->second &&
	       t->nanos == u->nanos && t->zone == u->zone && t->offset == u->offset &&
	       t->named == u->named;
}

static struct value call_is(struct run *run, const struct value *args, uint32_t n)
{
	return value_bool(identical(run, args[0], args[1]));
}

static struct value call_is_defined(struct run *run, const struct value *args, uint32_t n)
{
	return value_bool(!value_is_null(args[0]));
}

static struct value call_get_or_else(struct run *run, const struct value *args, uint32_t n)
{
	return value_is_null(args[0]) ? args[1] : args[0];
}

const struct builtin builtins_conversion[] = {
	{ "string", "from", "a", call_string, false },
	{ "not", "negand", "a", call_not, false },
	{ "number", "from,grouping separator,decimal separator", "as?s?", call_number, false },
	{ "is", "value1,value2", "a?a?", call_is, false },
	{ "is defined", "value", "a", call_is_defined, false },
	{ "get or else", "value,default", "aa", call_get_or_else, false },
	{ NULL, NULL, NULL, NULL, false },
};
