#include "rules/builtin.h"

#include "rules/eval.h"
#include "rules/temporal.h"

static const struct builtin *const tables[] = {
	builtins_conversion, builtins_numeric, builtins_string, builtins_pattern, builtins_list,
	builtins_stats,	builtins_context, builtins_temporal, builtins_range,
};

enum { TABLES = sizeof tables / sizeof *tables };

/* ---- finding ---- */

static bool names_parameter(str alternatives, str name)
{
	for (str one; str_next(&alternatives, '|', &one);)
		if (str_eq(one, name))
			return true;
	return false;
}

/* The first place of that name that is not taken: two may share a name. */
static bool find_place(const struct builtin *b, str name, const bool *given, uint32_t *ret_place)
{
	str rest = str_z(b->parameters), parameter;
	for (uint32_t place = 0; str_next(&rest, ',', &parameter); place++)
		if (!given[place] && names_parameter(parameter, name)) {
			*ret_place = place;
			return true;
		}
	return false;
}

uint32_t builtin_arity(const struct builtin *b, bool *ret_repeats)
{
	uint32_t n = 0;
	*ret_repeats = false;
	for (const char *c = b->signature; *c; c++) {
		n += *c != '?' && *c != '*';
		*ret_repeats |= *c == '*';
	}
	return n;
}

static bool is_optional(const struct builtin *b, uint32_t place)
{
	const char *c = b->signature;
	for (uint32_t i = 0; *c; c++) {
		if (*c == '?' || *c == '*')
			continue;
		if (i++ == place)
			return c[1] == '?';
	}
	return false;
}

static bool fits_names(const struct builtin *b, uint32_t n, const str *names, uint32_t *ret_places)
{
	bool repeats, given[BUILTIN_PARAMETERS] = { false };
	uint32_t arity = builtin_arity(b, &repeats);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t place;
		if (!find_place(b, names[i], given, &place))
			return false;
		given[place] = true;
		ret_places[i] = place;
	}
	for (uint32_t i = 0; i < arity; i++)
		if (!given[i] && !is_optional(b, i))
			return false;
	return true;
}

static bool fits_positions(const struct builtin *b, uint32_t n, uint32_t *ret_places)
{
	bool repeats;
	uint32_t arity = builtin_arity(b, &repeats), least = 0;
	for (uint32_t i = 0; i < arity; i++)
		if (!is_optional(b, i))
			least = i + 1;
	if (n < least || (n > arity && !repeats))
		return false;
	for (uint32_t i = 0; i < n; i++)
		ret_places[i] = i;
	return true;
}

const struct builtin *builtin_find(str name, uint32_t n, const str *names, uint32_t *ret_places)
{
	for (size_t t = 0; t < TABLES; t++)
		for (const struct builtin *b = tables[t]; b->name; b++)
			if (str_eq(name, str_z(b->name)) &&
			    (names ? fits_names(b, n, names, ret_places)
				   : fits_positions(b, n, ret_places)))
				return b;
	return NULL;
}

bool builtin_exists(str name)
{
	for (size_t t = 0; t < TABLES; t++)
		for (const struct builtin *b = tables[t]; b->name; b++)
			if (str_eq(name, str_z(b->name)))
				return true;
	return false;
}

const struct builtin *builtin_next_special(const struct builtin *after, char first)
{
	bool passed = !after;
	for (size_t t = 0; t < TABLES; t++)
		for (const struct builtin *b = tables[t]; b->name; b++) {
			if (passed && b->name[0] == first && strchr(b->name, ' '))
				return b;
			passed |= b == after;
		}
	return NULL;
}

/* ---- arguments ---- */

static bool is_kind(char letter, enum value_kind kind)
{
	switch (letter) {
	case 'b':
		return kind == VALUE_BOOL;
	case 'n':
		return kind == VALUE_NUMBER;
	case 's':
		return kind == VALUE_STRING;
	case 'l':
		return kind == VALUE_LIST;
	case 'c':
		return kind == VALUE_MAP;
	case 'f':
		return kind == VALUE_FUNCTION;
	case 'r':
		return kind == VALUE_RANGE;
	case 'd':
		return kind == VALUE_DATE;
	case 't':
		return kind == VALUE_TIME;
	case 'w':
		return kind == VALUE_DATE_TIME;
	case 'e':
		return kind == VALUE_DATE || kind == VALUE_DATE_TIME;
	case 'p':
		return kind == VALUE_DATE || kind == VALUE_DATE_TIME || kind == VALUE_TIME;
	case 'u':
		return kind == VALUE_DAYS_TIME;
	case 'y':
		return kind == VALUE_YEARS_MONTHS;
	case 'v':
		return kind == VALUE_DAYS_TIME || kind == VALUE_YEARS_MONTHS;
	default:
		return true;
	}
}

/* The implicit conversions: a single item where a list is wanted, and the other way round. */
static bool convert(struct run *run, char letter, bool nullable, struct value *v)
{
	if (value_is_null(*v))
		return nullable || letter == 'a';
	if (is_kind(letter, v->kind))
		return true;
	if (letter == 'l') {
		*v = value_as_list(run, *v);
		return true;
	}
	if (v->kind == VALUE_LIST && v->n == 1 && is_kind(letter, v->items[0].kind)) {
		*v = v->items[0];
		return true;
	}
	return false;
}

struct value builtin_apply(struct run *run, const struct builtin *b, struct value *args,
			   uint32_t n)
{
	const char *c = b->signature;
	for (uint32_t i = 0; i < n && *c; i++) {
		if (!convert(run, *c, c[1] == '?', &args[i]))
			return run_null(run, "An argument does not fit the function", str_z(b->name));
		if (c[1] != '*')
			c += c[1] == '?' ? 2 : 1;
	}
	if (!run_steps(run, 1))
		return value_null();
	return b->call(run, args, n);
}

struct value builtin_list(struct run *run, const struct value *args, uint32_t n)
{
	if (n == 1)
		return value_is_null(args[0]) ? args[0] : value_as_list(run, args[0]);
	struct value list = value_list();
	for (uint32_t i = 0; i < n; i++)
		value_push(run->arena, &list, args[i]);
	return list;
}
