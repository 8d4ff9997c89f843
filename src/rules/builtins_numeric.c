#include "rules/builtin.h"
#include "rules/eval.h"
#include "rules/temporal.h"

static struct value optional(bool ok, struct decimal d)
{
	return ok ? value_decimal(d) : value_null();
}

/* The scale must be a whole number that decimal128 can have. */
static struct value rounded(const struct value *args, uint32_t n, enum decimal_rounding mode)
{
	int64_t scale = 0;
	if (n > 1 && !decimal_to_int(decimal_round(args[1].number, 0, ROUND_DOWN), &scale))
		return value_null();
	if (scale < -6111 || scale > 6176)
		return value_null();
	return value_decimal(decimal_round(args[0].number, (int)scale, mode));
}

static struct value call_decimal(struct run *run, const struct value *args, uint32_t n)
{
	return rounded(args, n, ROUND_HALF_EVEN);
}

static struct value call_floor(struct run *run, const struct value *args, uint32_t n)
{
	return rounded(args, n, ROUND_FLOOR);
}

static struct value call_ceiling(struct run *run, const struct value *args, uint32_t n)
{
	return rounded(args, n, ROUND_CEILING);
}

static struct value call_round_up(struct run *run, const struct value *args, uint32_t n)
{
	return rounded(args, n, ROUND_UP);
}

static struct value call_round_down(struct run *run, const struct value *args, uint32_t n)
{
	return rounded(args, n, ROUND_DOWN);
}

static struct value call_round_half_up(struct run *run, const struct value *args, uint32_t n)
{
	return rounded(args, n, ROUND_HALF_UP);
}

static struct value call_round_half_down(struct run *run, const struct value *args, uint32_t n)
{
	return rounded(args, n, ROUND_HALF_DOWN);
}

static struct value call_abs(struct run *run, const struct value *args, uint32_t n)
{
	struct value v = args[0];
	if (v.kind == VALUE_NUMBER)
		return value_decimal(decimal_abs(v.number));
	if (v.kind == VALUE_YEARS_MONTHS)
		return v.integer < 0 ? temporal_negate(run->arena, v) : v;
	if (v.kind == VALUE_DAYS_TIME)
		return temporal_nanos(v.object) < 0 ? temporal_negate(run->arena, v) : v;
	return run_null(run, "Only numbers and durations have an amount", S(""));
}

static struct value call_modulo(struct run *run, const struct value *args, uint32_t n)
{
	struct decimal d;
	/* Numbers of very different size take as long as a hundred other steps. */
	if (!decimal_is_small(args[0].number) && !run_steps(run, 100))
		return value_null();
	return optional(decimal_modulo(args[0].number, args[1].number, &d), d);
}

static struct value call_sqrt(struct run *run, const struct value *args, uint32_t n)
{
	struct decimal d;
	return optional(decimal_sqrt(args[0].number, &d), d);
}

static struct value call_log(struct run *run, const struct value *args, uint32_t n)
{
	struct decimal d;
	return optional(decimal_ln(args[0].number, &d), d);
}

static struct value call_exp(struct run *run, const struct value *args, uint32_t n)
{
	struct decimal d;
	return optional(decimal_exp(args[0].number, &d), d);
}

static struct value divides_by_two(struct value v, bool even)
{
	struct decimal rest;
	if (!decimal_is_integer(v.number) || !decimal_modulo(v.number, decimal_of(2), &rest))
		return value_bool(false);
	return value_bool(decimal_is_zero(rest) == even);
}

static struct value call_odd(struct run *run, const struct value *args, uint32_t n)
{
	return divides_by_two(args[0], false);
}

static struct value call_even(struct run *run, const struct value *args, uint32_t n)
{
	return divides_by_two(args[0], true);
}

const struct builtin builtins_numeric[] = {
	{ "decimal", "n,scale", "nn", call_decimal, true },
	{ "floor", "n", "n", call_floor, true },
	{ "floor", "n,scale", "nn", call_floor, true },
	{ "ceiling", "n", "n", call_ceiling, true },
	{ "ceiling", "n,scale", "nn", call_ceiling, true },
	{ "round up", "n,scale", "nn", call_round_up, true },
	{ "round down", "n,scale", "nn", call_round_down, true },
	{ "round half up", "n,scale", "nn", call_round_half_up, true },
	{ "round half down", "n,scale", "nn", call_round_half_down, true },
	{ "abs", "n", "a", call_abs, true },
	{ "modulo", "dividend,divisor", "nn", call_modulo, true },
	{ "sqrt", "number", "n", call_sqrt, true },
	{ "log", "number", "n", call_log, true },
	{ "exp", "number", "n", call_exp, true },
	{ "odd", "number", "n", call_odd, true },
	{ "even", "number", "n", call_even, true },
	{ NULL, NULL, NULL, NULL, false },
};
