#include "rules/eval.h"

#include "rules/temporal.h"

/* ---- order and equality ---- */

static bool order_of(struct run *run, const struct value *a, const struct value *b,
		     int *ret_order)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NUMBER:
		if (decimal_is_small(a->number) && decimal_is_small(b->number))
			*ret_order = (a->number.low > b->number.low) -
				     (a->number.low < b->number.low);
		else
			*ret_order = decimal_cmp(a->number, b->number);
		return true;
	case VALUE_STRING:
		*ret_order = str_cmp(value_text(*a), value_text(*b));
		return run_read(run, a->n);
	case VALUE_DATE:
	case VALUE_TIME:
	case VALUE_DATE_TIME:
	case VALUE_DAYS_TIME:
	case VALUE_YEARS_MONTHS:
		return temporal_order(*a, *b, ret_order);
	default:
		return false;
	}
}

bool value_order(struct run *run, struct value a, struct value b, int *ret_order)
{
	return order_of(run, &a, &b, ret_order);
}

/* Values may share parts, so that a small one looks as large as you like: what is compared takes
 * steps. */
struct equality {
	struct run *run;
	uint32_t depth;
};

enum { COMPARED_DEPTH = 1000 };
enum verdict { UNEQUAL, SAME, UNKNOWN };

static enum verdict equal_of(struct equality *e, const struct value *a, const struct value *b);

static bool same_lists(struct equality *e, const struct value *a, const struct value *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (equal_of(e, &a->items[i], &b->items[i]) != SAME)
			return false;
	return true;
}

static bool same_contexts(struct equality *e, const struct value *a, const struct value *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct value *other = value_find(*b, a->members[i].key);
		if (!other || equal_of(e, &a->members[i].value, other) != SAME)
			return false;
	}
	return true;
}

static bool same_ranges(struct equality *e, const struct feel_range *a, const struct feel_range *b)
{
	return a->has_low == b->has_low && a->has_high == b->has_high &&
	       a->low_closed == b->low_closed && a->high_closed == b->high_closed &&
	       a->unequal == b->unequal && a->equal == b->equal &&
	       equal_of(e, &a->low, &b->low) == SAME && equal_of(e, &a->high, &b->high) == SAME;
}

static bool same_parts(struct equality *e, const struct value *a, const struct value *b)
{
	bool same = false;
	if (e->depth == 0 || !run_steps(e->run, 1))
		return false;
	e->depth--;
	if (a->kind == VALUE_LIST)
		same = same_lists(e, a, b);
	else if (a->kind == VALUE_MAP)
		same = same_contexts(e, a, b);
	else
		same = same_ranges(e, a->object, b->object);
	e->depth++;
	return same;
}

static enum verdict equal_of(struct equality *e, const struct value *a, const struct value *b)
{
	int order;
	if (value_is_null(*a) || value_is_null(*b))
		return a->kind == b->kind ? SAME : UNEQUAL;
	if (a->kind != b->kind)
		return UNKNOWN;
	switch (a->kind) {
	case VALUE_BOOL:
		return a->boolean == b->boolean ? SAME : UNEQUAL;
	case VALUE_STRING:
		return str_eq(value_text(*a), value_text(*b)) && run_read(e->run, a->n) ? SAME
											: UNEQUAL;
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_RANGE:
		return same_parts(e, a, b) ? SAME : UNEQUAL;
	case VALUE_FUNCTION:
		return a->object == b->object ? SAME : UNKNOWN;
	default:
		return order_of(e->run, a, b, &order) && order == 0 ? SAME : UNEQUAL;
	}
}

static enum verdict compare_equal(struct run *run, const struct value *a, const struct value *b)
{
	struct equality e = { run, COMPARED_DEPTH };
	return equal_of(&e, a, b);
}

struct value feel_equal(struct value a, struct value b)
{
	struct arena none;
	struct run run;
	arena_init(&none);
	run_init(&run, &none, NULL, NULL, NULL);
	enum verdict verdict = compare_equal(&run, &a, &b);
	return verdict == UNKNOWN ? value_null() : value_bool(verdict == SAME);
}

bool value_same(struct run *run, struct value a, struct value b)
{
	return compare_equal(run, &a, &b) == SAME;
}

static bool order_satisfies(enum operator op, int order)
{
	switch (op) {
	case OP_LESS:
		return order < 0;
	case OP_LESS_EQUAL:
		return order <= 0;
	case OP_GREATER:
		return order > 0;
	default:
		return order >= 0;
	}
}

struct value eval_compare(struct run *run, enum operator op, const struct value *a,
			  const struct value *b)
{
	int order;
	if (op == OP_EQUAL || op == OP_UNEQUAL) {
		enum verdict verdict = compare_equal(run, a, b);
		if (verdict == UNKNOWN)
			return run_null(run, "Values of different kinds cannot be equal", S(""));
		return value_bool((verdict == SAME) == (op == OP_EQUAL));
	}
	if (!order_of(run, a, b, &order))
		return run_null(run, "These values have no order", S(""));
	return value_bool(order_satisfies(op, order));
}

/* ---- tests ---- */


struct value range_holds(struct run *run, const struct feel_range *range, struct value v)
{
	struct value above = value_bool(true), below = above;
	if (range->unequal || range->equal)
		return eval_compare(run, range->unequal ? OP_UNEQUAL : OP_EQUAL, &v, &range->low);
	if (range->has_low)
		above = eval_compare(run, range->low_closed ? OP_GREATER_EQUAL : OP_GREATER, &v,
				     &range->low);
	if (range->has_high)
		below = eval_compare(run, range->high_closed ? OP_LESS_EQUAL : OP_LESS, &v,
				     &range->high);
	return and_of(above, below);
}

struct value eval_in(struct run *run, struct value v, struct value candidate)
{
	if (candidate.kind == VALUE_RANGE && v.kind != VALUE_RANGE)
		return range_holds(run, candidate.object, v);
	if (candidate.kind != VALUE_LIST)
		return eval_compare(run, OP_EQUAL, &v, &candidate);
	if (!run_steps(run, candidate.n))
		return value_null();
	if (v.kind == VALUE_LIST && value_same(run, v, candidate))
		return value_bool(true);
	for (uint32_t i = 0; i < candidate.n; i++) {
		struct value item = candidate.items[i];
		if (value_same(run, v, item))
			return value_bool(true);
		if (item.kind == VALUE_RANGE &&
		    value_is_true(range_holds(run, item.object, v)))
			return value_bool(true);
	}
	return value_bool(false);
}

static struct value test_unary(struct run *run, struct value v, const struct node *test)
{
	struct value end = eval(run, test->a);
	return eval_compare(run, test->op, &v, &end);
}

struct value eval_test(struct run *run, struct value v, const struct node *test)
{
	if (test->kind == NODE_CONSTANT)
		return eval_in(run, v, test->constant);
	struct value outer = run->input, r;
	bool had = run->has_input;
	run->input = v;
	run->has_input = true;
	if (test->kind == NODE_UNARY) {
		r = test_unary(run, v, test);
	} else {
		r = eval(run, test);
		bool verdict = test->flags & NODE_USES_INPUT;
		if (r.kind == VALUE_BOOL && v.kind != VALUE_BOOL)
			verdict |= r.boolean;
		if (!verdict || r.kind != VALUE_BOOL)
			r = verdict && value_is_null(r) ? r : eval_in(run, v, r);
	}
	run->input = outer;
	run->has_input = had;
	return r;
}

struct value eval_tests(struct run *run, struct value v, const struct node *tests)
{
	struct value answer = value_bool(false);
	for (uint32_t i = 0; i < tests->n; i++) {
		struct value r = eval_test(run, v, tests->items[i]);
		if (value_is_true(r)) {
			answer = r;
			break;
		}
		if (r.kind != VALUE_BOOL)
			answer = value_null();
	}
	if (answer.kind == VALUE_BOOL && (tests->flags & NODE_NEGATED))
		answer.boolean = !answer.boolean;
	return answer;
}

/* ---- arithmetic ---- */

static bool is_duration(struct value v)
{
	return v.kind == VALUE_DAYS_TIME || v.kind == VALUE_YEARS_MONTHS;
}

static bool is_moment(struct value v)
{
	return v.kind == VALUE_DATE || v.kind == VALUE_TIME || v.kind == VALUE_DATE_TIME;
}

/* Small whole numbers, where the answer is one as well; false otherwise. */
static inline bool small_numbers(enum operator op, struct decimal a, struct decimal b,
				 uint64_t *ret_n)
{
	if (!decimal_is_small(a) || !decimal_is_small(b))
		return false;
	*ret_n = op == OP_ADD ? a.low + b.low : op == OP_SUBTRACT ? a.low - b.low : a.low * b.low;
	return op == OP_ADD || (op == OP_SUBTRACT && a.low >= b.low) ||
	       (op == OP_MULTIPLY && (a.low | b.low) >> 31 == 0);
}

static struct value numbers(enum operator op, struct decimal a, struct decimal b)
{
	static bool (*const calls[])(struct decimal, struct decimal, struct decimal *) = {
		[OP_ADD] = decimal_add, [OP_SUBTRACT] = decimal_sub, [OP_MULTIPLY] = decimal_mul,
		[OP_DIVIDE] = decimal_div, [OP_POWER] = decimal_power,
	};
	struct decimal d;
	return calls[op](a, b, &d) ? value_decimal(d) : value_null();
}

static struct value joined(struct run *run, str a, str b)
{
	if (!run_room(run, a.n + b.n) || a.n + b.n > UINT32_MAX / 2)
		return value_null();
	return value_str(arena_join(run->arena, (str[]){ a, b }, 2));
}

static struct value times(struct run *run, enum operator op, struct value a, struct value b)
{
	struct arena *arena = run->arena;
	if ((op == OP_ADD || op == OP_SUBTRACT) && is_duration(b))
		return temporal_add(arena, a, b, op == OP_ADD ? 1 : -1);
	if (op == OP_ADD && is_duration(a))
		return temporal_add(arena, b, a, 1);
	if (op == OP_SUBTRACT && is_moment(a) && is_moment(b))
		return temporal_difference(arena, a, b);
	if (op == OP_MULTIPLY && is_duration(a) && b.kind == VALUE_NUMBER)
		return temporal_scale(arena, a, b.number, false);
	if (op == OP_MULTIPLY && is_duration(b) && a.kind == VALUE_NUMBER)
		return temporal_scale(arena, b, a.number, false);
	if (op == OP_DIVIDE && is_duration(a) && b.kind == VALUE_NUMBER)
		return temporal_scale(arena, a, b.number, true);
	if (op == OP_DIVIDE && is_duration(a) && a.kind == b.kind)
		return temporal_ratio(a, b);
	return value_null();
}

/* What is no pair of numbers, and null with its reason. */
static struct value calculate(struct run *run, enum operator op, struct value a, struct value b)
{
	struct value v;
	if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER)
		v = numbers(op, a.number, b.number);
	else if (a.kind == VALUE_STRING && b.kind == VALUE_STRING && op == OP_ADD)
		v = joined(run, value_text(a), value_text(b));
	else
		v = times(run, op, a, b);
	if (value_is_null(v))
		return run_null(run, "These values cannot be calculated with", S(""));
	return v;
}

struct value eval_arithmetic(struct run *run, enum operator op, const struct value *a,
			     const struct value *b)
{
	uint64_t n;
	if (a->kind == VALUE_NUMBER && b->kind == VALUE_NUMBER &&
	    small_numbers(op, a->number, b->number, &n) && n >> 62 == 0)
		return value_int((int64_t)n);
	return calculate(run, op, *a, *b);
}

struct value eval_negate(struct run *run, struct value v)
{
	if (v.kind == VALUE_NUMBER)
		return value_decimal(decimal_neg(v.number));
	if (is_duration(v))
		return temporal_negate(run->arena, v);
	return run_null(run, "Only numbers and durations can be negated", S(""));
}
