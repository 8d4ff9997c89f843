#include "rules/eval.h"

#include "rules/temporal.h"

/* ---- for, some, every ---- */

/* One level of a loop: where its variable stands, and what the innermost does. */
struct loop {
	const struct node *node;
	struct value result; /* of for: the list so far; of some and every: the answer */
};

static bool loop_level(struct run *run, struct loop *loop, uint32_t level);

static bool loop_body(struct run *run, struct loop *loop)
{
	struct value v = eval(run, loop->node->a);
	if (loop->node->kind == NODE_FOR) {
		value_push(run->arena, &loop->result, v);
		return !run->exhausted;
	}
	bool decisive = loop->node->kind == NODE_SOME;
	if (v.kind != VALUE_BOOL)
		loop->result = value_null();
	else if (v.boolean == decisive)
		loop->result = v;
	/* A decisive answer ends the loop; one that is not known does not. */
	return !run->exhausted && !(v.kind == VALUE_BOOL && v.boolean == decisive);
}

static bool loop_item(struct run *run, struct loop *loop, uint32_t level, struct value item)
{
	struct frame frame = { run->frame, &loop->node->items[level]->name, &item, 1 };
	run->frame = &frame;
	bool more = level + 1 == loop->node->n ? loop_body(run, loop)
					       : loop_level(run, loop, level + 1);
	run->frame = frame.outer;
	return more;
}

static bool loop_numbers(struct run *run, struct loop *loop, uint32_t level, int64_t from,
			 int64_t to)
{
	int64_t step = from <= to ? 1 : -1;
	for (int64_t i = from;; i += step) {
		if (!run_steps(run, 1) || !loop_item(run, loop, level, value_int(i)))
			return false;
		if (i == to)
			return true;
	}
}

static bool loop_dates(struct run *run, struct loop *loop, uint32_t level, int64_t from,
		       int64_t to)
{
	int64_t step = from <= to ? 1 : -1;
	for (int64_t day = from;; day += step) {
		struct value date = temporal_date_of_days(run->arena, day);
		if (!run_steps(run, 1) || !loop_item(run, loop, level, date))
			return false;
		if (day == to)
			return true;
	}
}

/* Whole numbers or dates, upwards or downwards. */
static bool loop_span(struct run *run, struct loop *loop, uint32_t level, struct value from,
		      struct value to)
{
	int64_t first, last;
	if (from.kind == VALUE_NUMBER && to.kind == VALUE_NUMBER &&
	    decimal_to_int(from.number, &first) && decimal_to_int(to.number, &last))
		return loop_numbers(run, loop, level, first, last);
	if (from.kind == VALUE_DATE && to.kind == VALUE_DATE)
		return loop_dates(run, loop, level, temporal_days(from.object),
				  temporal_days(to.object));
	loop->result = run_null(run, "A loop needs whole numbers or dates", S(""));
	return false;
}

/* A range value is walked from its first to its last whole number or date inside. */
static bool loop_range(struct run *run, struct loop *loop, uint32_t level,
		       const struct feel_range *range)
{
	struct value low = range->low, high = range->high;
	int64_t first, last;
	bool dates = low.kind == VALUE_DATE && high.kind == VALUE_DATE;
	if (dates) {
		first = temporal_days(low.object);
		last = temporal_days(high.object);
	} else if (low.kind != VALUE_NUMBER || high.kind != VALUE_NUMBER ||
		   !decimal_to_int(low.number, &first) || !decimal_to_int(high.number, &last)) {
		loop->result = run_null(run, "A loop needs whole numbers or dates", S(""));
		return false;
	}
	first += !range->low_closed;
	last -= !range->high_closed;
	if (first > last)
		return true;
	return dates ? loop_dates(run, loop, level, first, last)
		     : loop_numbers(run, loop, level, first, last);
}

static bool loop_level(struct run *run, struct loop *loop, uint32_t level)
{
	const struct node *iterator = loop->node->items[level];
	struct value over = eval(run, iterator->a);
	if (iterator->b)
		return loop_span(run, loop, level, over, eval(run, iterator->b));
	if (over.kind == VALUE_RANGE)
		return loop_range(run, loop, level, over.object);
	if (value_is_null(over)) {
		loop->result = run_null(run, "There is nothing to loop over", iterator->name);
		return false;
	}
	if (over.kind != VALUE_LIST)
		return loop_item(run, loop, level, over);
	for (uint32_t i = 0; i < over.n; i++)
		if (!run_steps(run, 1) || !loop_item(run, loop, level, over.items[i]))
			return false;
	return true;
}

struct value eval_loop(struct run *run, const struct node *node)
{
	static const str partial = S("partial");
	struct loop loop = { .node = node };
	struct frame frame = { run->frame, &partial, &loop.result, 1 };
	if (node->kind == NODE_FOR) {
		loop.result = value_list();
		run->frame = &frame;
	} else {
		loop.result = value_bool(node->kind == NODE_EVERY);
	}
	loop_level(run, &loop, 0);
	run->frame = frame.outer;
	return loop.result;
}

/* ---- filters and paths ---- */

struct value value_as_list(struct run *run, struct value v)
{
	if (v.kind == VALUE_LIST)
		return v;
	struct value list = value_list();
	value_push(run->arena, &list, v);
	return list;
}

/* From 1, or from the end with negative numbers. */
static struct value list_at(struct value list, int64_t position)
{
	if (position < 0)
		position += (int64_t)list.n + 1;
	return position >= 1 && position <= list.n ? list.items[position - 1] : value_null();
}

static struct value filter_item(struct run *run, const struct node *condition, struct value item)
{
	static const str name = S("item");
	struct frame named = { run->frame, &name, &item, 1 };
	struct frame members = { &named, NULL, &item, 1 };
	run->frame = item.kind == VALUE_MAP ? &members : &named;
	struct value v = eval(run, condition);
	run->frame = named.outer;
	return v;
}

struct value eval_filter(struct run *run, const struct node *node)
{
	struct value source = eval(run, node->a);
	int64_t position;
	if (value_is_null(source))
		return source;
	struct value list = value_as_list(run, source), kept = value_list();
	if (node->b->kind == NODE_CONSTANT && node->b->constant.kind == VALUE_NUMBER)
		return decimal_to_int(node->b->constant.number, &position)
			? list_at(list, position) : value_null();
	if (list.n == 0) {
		struct value v = filter_item(run, node->b, value_null());
		return v.kind == VALUE_NUMBER ? value_null() : kept;
	}
	for (uint32_t i = 0; i < list.n; i++) {
		struct value v = filter_item(run, node->b, list.items[i]);
		if (i == 0 && v.kind == VALUE_NUMBER)
			return decimal_to_int(v.number, &position) ? list_at(list, position)
								   : value_null();
		if (value_is_true(v))
			value_push(run->arena, &kept, list.items[i]);
	}
	return kept;
}

static struct value range_property(const struct feel_range *range, str name)
{
	if (str_eq(name, S("start")))
		return range->has_low ? range->low : value_null();
	if (str_eq(name, S("end")))
		return range->has_high ? range->high : value_null();
	if (str_eq(name, S("start included")))
		return value_bool(range->low_closed);
	if (str_eq(name, S("end included")))
		return value_bool(range->high_closed);
	return value_null();
}

static struct value list_path(struct run *run, const struct value *v, str name)
{
	struct value list = value_list();
	/* Lists within lists may be as deep, and as often the same, as an expression likes. */
	if ((const char *)__builtin_frame_address(0) < run->stack_end || !run_steps(run, v->n + 1))
		return run_exhaust(run);
	for (uint32_t i = 0; i < v->n && !run->exhausted; i++)
		value_push(run->arena, &list, eval_path(run, &v->items[i], name));
	return list;
}

struct value eval_path(struct run *run, const struct value *v, str name)
{
	const struct value *found;
	switch (v->kind) {
	case VALUE_MAP:
		found = find_member(run, v, name);
		return found ? *found : run_null(run, "There is no such entry", name);
	case VALUE_LIST:
		return list_path(run, v, name);
	case VALUE_RANGE:
		return range_property(v->object, name);
	case VALUE_NULL:
		return *v;
	default:
		return temporal_property(run->arena, *v, name);
	}
}
