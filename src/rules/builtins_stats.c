#include "rules/builtin.h"
#include "rules/eval.h"
#include "rules/temporal.h"

/* What is worked out from the numbers of a list. */

static bool is_number_list(struct run *run, struct value list)
{
	if (list.kind != VALUE_LIST || !run_steps(run, list.n))
		return false;
	for (uint32_t i = 0; i < list.n; i++)
		if (list.items[i].kind != VALUE_NUMBER)
			return false;
	return true;
}

static struct value extreme(struct run *run, struct value list, int side)
{
	int order;
	if (list.kind != VALUE_LIST || list.n == 0 || !run_steps(run, list.n))
		return value_null();
	struct value best = list.items[0];
	if (!value_order(run, best, best, &order))
		return run_null(run, "These values have no order", S(""));
	for (uint32_t i = 1; i < list.n; i++) {
		if (!value_order(run, list.items[i], best, &order))
			return run_null(run, "These values have no order", S(""));
		if (order * side > 0)
			best = list.items[i];
	}
	return best;
}

static struct value call_min(struct run *run, const struct value *args, uint32_t n)
{
	return extreme(run, builtin_list(run, args, n), -1);
}

static struct value call_max(struct run *run, const struct value *args, uint32_t n)
{
	return extreme(run, builtin_list(run, args, n), 1);
}

static struct value sum_of(struct run *run, struct value list)
{
	if (list.kind != VALUE_LIST || list.n == 0 || !run_steps(run, list.n))
		return value_null();
	struct value sum = list.items[0];
	if (sum.kind != VALUE_NUMBER && sum.kind != VALUE_DAYS_TIME &&
	    sum.kind != VALUE_YEARS_MONTHS)
		return run_null(run, "Only numbers and durations have a sum", S(""));
	for (uint32_t i = 1; i < list.n && !value_is_null(sum); i++)
		sum = eval_arithmetic(run, OP_ADD, &sum, &list.items[i]);
	return sum;
}

static struct value call_sum(struct run *run, const struct value *args, uint32_t n)
{
	return sum_of(run, builtin_list(run, args, n));
}

static struct value call_product(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = builtin_list(run, args, n);
	struct decimal product = decimal_of(1);
	if (!is_number_list(run, list) || list.n == 0)
		return run_null(run, "A product needs a list of numbers", S(""));
	for (uint32_t i = 0; i < list.n; i++)
		if (!decimal_mul(product, list.items[i].number, &product))
			return value_null();
	return value_decimal(product);
}

static struct value mean_of(struct run *run, struct value list)
{
	struct value sum = sum_of(run, list), n = value_int(list.n);
	return eval_arithmetic(run, OP_DIVIDE, &sum, &n);
}

static struct value call_mean(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = builtin_list(run, args, n);
	if (list.kind != VALUE_LIST || list.n == 0)
		return value_null();
	return mean_of(run, list);
}

/* Sorted upwards; null where the items are not all numbers. */
static struct value sorted(struct run *run, struct value list)
{
	uint32_t places[2];
	struct value copy[2] = { list, value_null() };
	if (!is_number_list(run, list))
		return run_null(run, "A list of numbers is needed", S(""));
	const struct builtin *sort = builtin_find(S("sort"), 1, NULL, places);
	return sort->call(run, copy, 1);
}

static struct value call_median(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = sorted(run, builtin_list(run, args, n));
	if (list.kind != VALUE_LIST || list.n == 0)
		return value_null();
	struct value upper = list.items[list.n / 2];
	if (list.n % 2)
		return upper;
	struct value sum = eval_arithmetic(run, OP_ADD, &list.items[list.n / 2 - 1], &upper);
	struct value two = value_int(2);
	return eval_arithmetic(run, OP_DIVIDE, &sum, &two);
}

/* Of a sample: the squares are divided by n - 1. */
static struct value call_stddev(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = builtin_list(run, args, n);
	if (!is_number_list(run, list) || list.n < 2)
		return run_null(run, "A deviation needs two numbers or more", S(""));
	struct value mean = mean_of(run, list);
	struct decimal squares = decimal_of(0), difference, root;
	if (mean.kind != VALUE_NUMBER)
		return value_null();
	for (uint32_t i = 0; i < list.n; i++)
		if (!decimal_sub(list.items[i].number, mean.number, &difference) ||
		    !decimal_mul(difference, difference, &difference) ||
		    !decimal_add(squares, difference, &squares))
			return value_null();
	if (!decimal_div(squares, decimal_of((int64_t)list.n - 1), &squares) ||
	    !decimal_sqrt(squares, &root))
		return value_null();
	return value_decimal(root);
}

/* The values that occur most often, upwards. */
static struct value call_mode(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = builtin_list(run, args, n), modes = value_list();
	if (list.kind == VALUE_LIST && list.n == 0)
		return list;
	list = sorted(run, list);
	if (list.kind != VALUE_LIST)
		return value_null();
	uint32_t most = 0;
	for (uint32_t i = 0, end; i < list.n; i = end) {
		for (end = i + 1; end < list.n && value_same(run, list.items[i], list.items[end]); end++)
			continue;
		if (end - i > most) {
			most = end - i;
			modes = value_list();
		}
		if (end - i == most)
			value_push(run->arena, &modes, list.items[i]);
	}
	return modes;
}

const struct builtin builtins_stats[] = {
	{ "min", "list", "a*", call_min, false },
	{ "max", "list", "a*", call_max, false },
	{ "sum", "list", "a*", call_sum, false },
	{ "product", "list", "a*", call_product, false },
	{ "mean", "list", "a*", call_mean, false },
	{ "median", "list", "a*", call_median, false },
	{ "stddev", "list", "a*", call_stddev, false },
	{ "mode", "list", "a*", call_mode, false },
	{ NULL, NULL, NULL, NULL, false },
};
