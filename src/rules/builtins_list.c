#include "rules/builtin.h"
#include "rules/eval.h"

/* ---- looking ---- */

static struct value call_list_contains(struct run *run, const struct value *args, uint32_t n)
{
	if (!run_steps(run, args[0].n))
		return value_null();
	for (uint32_t i = 0; i < args[0].n; i++)
		if (value_same(run, args[0].items[i], args[1]))
			return value_bool(true);
	return value_bool(false);
}

static struct value call_count(struct run *run, const struct value *args, uint32_t n)
{
	return value_int(args[0].n);
}

static struct value call_index_of(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	if (!run_steps(run, args[0].n))
		return value_null();
	for (uint32_t i = 0; i < args[0].n; i++)
		if (value_same(run, args[0].items[i], args[1]))
			value_push(run->arena, &list, value_int(i + 1));
	return list;
}

static struct value call_is_empty(struct run *run, const struct value *args, uint32_t n)
{
	return value_bool(args[0].n == 0);
}

/* all: false wins, then null; any: true wins, then null. */
static struct value decide(struct run *run, struct value list, bool decisive)
{
	struct value answer = value_bool(!decisive);
	if (list.kind != VALUE_LIST || !run_steps(run, list.n))
		return value_null();
	for (uint32_t i = 0; i < list.n; i++) {
		if (list.items[i].kind != VALUE_BOOL)
			answer = value_null();
		else if (list.items[i].boolean == decisive)
			return value_bool(decisive);
	}
	return answer;
}

static struct value call_all(struct run *run, const struct value *args, uint32_t n)
{
	return decide(run, builtin_list(run, args, n), false);
}

static struct value call_any(struct run *run, const struct value *args, uint32_t n)
{
	return decide(run, builtin_list(run, args, n), true);
}

/* ---- parts ---- */

static struct value slice(struct run *run, struct value list, uint32_t from, uint32_t to)
{
	struct value part = value_list();
	if (!run_steps(run, to - from))
		return value_null();
	for (uint32_t i = from; i < to; i++)
		value_push(run->arena, &part, list.items[i]);
	return part;
}

/* From 1, or from the end; false where there is no such place. */
static bool place_in(struct value list, struct value position, uint32_t *ret_place)
{
	int64_t at;
	if (!decimal_to_int(decimal_round(position.number, 0, ROUND_DOWN), &at))
		return false;
	at = at < 0 ? at + (int64_t)list.n : at - 1;
	if (at < 0 || at >= list.n)
		return false;
	*ret_place = (uint32_t)at;
	return true;
}

static struct value call_sublist(struct run *run, const struct value *args, uint32_t n)
{
	uint32_t from;
	int64_t length;
	if (!place_in(args[0], args[1], &from))
		return run_null(run, "The list has no such position", S(""));
	length = args[0].n - from;
	if (n > 2 && !value_is_null(args[2]) &&
	    (!decimal_to_int(args[2].number, &length) || length < 0 || length > args[0].n - from))
		return run_null(run, "The list has not so many items", S(""));
	return slice(run, args[0], from, from + (uint32_t)length);
}

static void push_all(struct run *run, struct value *list, struct value more)
{
	if (run_steps(run, more.n))
		for (uint32_t i = 0; i < more.n; i++)
			value_push(run->arena, list, more.items[i]);
}

static struct value call_append(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	push_all(run, &list, args[0]);
	for (uint32_t i = 1; i < n; i++)
		value_push(run->arena, &list, args[i]);
	return list;
}

static struct value call_concatenate(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	for (uint32_t i = 0; i < n; i++)
		push_all(run, &list, args[i]);
	return list;
}

static struct value call_insert_before(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	uint32_t place;
	if (!place_in(args[0], args[1], &place))
		return run_null(run, "The list has no such position", S(""));
	push_all(run, &list, slice(run, args[0], 0, place));
	value_push(run->arena, &list, args[2]);
	push_all(run, &list, slice(run, args[0], place, args[0].n));
	return list;
}

static struct value call_remove(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	uint32_t place;
	if (!place_in(args[0], args[1], &place))
		return run_null(run, "The list has no such position", S(""));
	push_all(run, &list, slice(run, args[0], 0, place));
	push_all(run, &list, slice(run, args[0], place + 1, args[0].n));
	return list;
}

static struct value call_reverse(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	if (run_steps(run, args[0].n))
		for (uint32_t i = args[0].n; i-- > 0;)
			value_push(run->arena, &list, args[0].items[i]);
	return list;
}

/* Replaces at a position, or wherever match(item, new item) is true. */
static struct value call_list_replace(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	uint32_t place;
	push_all(run, &list, args[0]);
	if (args[1].kind == VALUE_NUMBER) {
		if (!place_in(list, args[1], &place))
			return run_null(run, "The list has no such position", S(""));
		list.items[place] = args[2];
		return list;
	}
	if (args[1].kind != VALUE_FUNCTION)
		return run_null(run, "A position or a function is needed", S(""));
	for (uint32_t i = 0; i < list.n; i++) {
		struct value found = run_call(run, args[1].object,
					      (struct value[]){ list.items[i], args[2] }, 2);
		if (found.kind != VALUE_BOOL)
			return value_null();
		if (found.boolean)
			list.items[i] = args[2];
	}
	return list;
}

/* ---- as sets ---- */

static bool holds(struct run *run, struct value list, struct value v)
{
	if (!run_steps(run, list.n / 4))
		return true;
	for (uint32_t i = 0; i < list.n; i++)
		if (value_same(run, list.items[i], v))
			return true;
	return false;
}

static struct value call_union(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < args[i].n; k++)
			if (!holds(run, list, args[i].items[k]))
				value_push(run->arena, &list, args[i].items[k]);
	return list;
}

static struct value call_duplicate_values(struct run *run, const struct value *args, uint32_t n)
{
	struct value seen = value_list(), twice = value_list();
	for (uint32_t i = 0; i < args[0].n; i++) {
		struct value item = args[0].items[i];
		if (!holds(run, seen, item))
			value_push(run->arena, &seen, item);
		else if (!holds(run, twice, item))
			value_push(run->arena, &twice, item);
	}
	return twice;
}

static void flatten_into(struct run *run, struct value *list, struct value v)
{
	if (run->depth >= run->most_depth || !run_steps(run, v.n)) {
		run_exhaust(run);
		return;
	}
	run->depth++;
	for (uint32_t i = 0; i < v.n; i++) {
		if (v.items[i].kind == VALUE_LIST)
			flatten_into(run, list, v.items[i]);
		else
			value_push(run->arena, list, v.items[i]);
	}
	run->depth--;
}

static struct value call_flatten(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	flatten_into(run, &list, args[0]);
	return list;
}

static struct value call_partition(struct run *run, const struct value *args, uint32_t n)
{
	struct value parts = value_list();
	int64_t size;
	if (!decimal_to_int(args[1].number, &size) || size < 1)
		return run_null(run, "A part needs at least one item", S(""));
	for (int64_t at = 0; at < args[0].n; at += size) {
		int64_t end = size > args[0].n - at ? args[0].n : at + size;
		value_push(run->arena, &parts, slice(run, args[0], (uint32_t)at, (uint32_t)end));
	}
	return parts;
}

/* ---- sorting ---- */

/* Whether b must come before a. Without a function, the values' own order. */
static bool comes_before(struct run *run, const struct feel_function *precedes, struct value b,
			 struct value a, bool *failed)
{
	int order;
	struct value answer;
	if (!precedes) {
		*failed |= !value_order(run, b, a, &order);
		return !*failed && order < 0;
	}
	answer = run_call(run, precedes, (struct value[]){ b, a }, 2);
	*failed |= answer.kind != VALUE_BOOL || run->exhausted;
	return value_is_true(answer);
}

/* Merge sort: stable, and no order of calls can make it quadratic. */
static void merge_sort(struct run *run, const struct feel_function *precedes, struct value *items,
		       struct value *room, uint32_t n, bool *failed)
{
	uint32_t half = n / 2, left = 0, right = half, at = 0;
	if (n < 2 || *failed)
		return;
	merge_sort(run, precedes, items, room, half, failed);
	merge_sort(run, precedes, items + half, room, n - half, failed);
	while (left < half && right < n && !*failed) {
		if (!run_steps(run, 1))
			*failed = true;
		if (comes_before(run, precedes, items[right], items[left], failed))
			room[at++] = items[right++];
		else
			room[at++] = items[left++];
	}
	while (left < half)
		room[at++] = items[left++];
	while (right < n)
		room[at++] = items[right++];
	memcpy(items, room, n * sizeof *items);
}

static struct value call_sort(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = slice(run, args[0], 0, args[0].n);
	bool failed = run->exhausted;
	const struct feel_function *precedes =
		n > 1 && args[1].kind == VALUE_FUNCTION ? args[1].object : NULL;
	struct value *room = ARENA_ARRAY(run->arena, struct value, list.n);
	merge_sort(run, precedes, list.items, room, list.n, &failed);
	return failed ? run_null(run, "The list cannot be sorted", S("")) : list;
}

const struct builtin builtins_list[] = {
	{ "list contains", "list,element", "la", call_list_contains, false },
	{ "count", "list", "l", call_count, false },
	{ "index of", "list,match", "la", call_index_of, false },
	{ "is empty", "list", "l", call_is_empty, false },
	{ "all", "list", "a*", call_all, false },
	{ "and", "list", "a*", call_all, false },
	{ "any", "list", "a*", call_any, false },
	{ "or", "list", "a*", call_any, false },
	{ "sublist", "list,start position,length", "lnn?", call_sublist, false },
	{ "append", "list,item", "la*", call_append, false },
	{ "concatenate", "list", "l*", call_concatenate, false },
	{ "insert before", "list,position,newItem|new item", "lna", call_insert_before, false },
	{ "remove", "list,position", "ln", call_remove, false },
	{ "reverse", "list", "l", call_reverse, false },
	{ "list replace", "list,,newItem", "laa", call_list_replace, false },
	{ "list replace", "list,position,newItem|new item", "lna", call_list_replace, false },
	{ "list replace", "list,match,newItem|new item", "lfa", call_list_replace, false },
	{ "union", "list", "l*", call_union, false },
	{ "distinct values", "list", "l", call_union, false },
	{ "duplicate values", "list", "l", call_duplicate_values, false },
	{ "flatten", "list", "l", call_flatten, false },
	{ "partition", "list,size", "ln", call_partition, false },
	{ "sort", "list,precedes", "lf?", call_sort, false },
	{ NULL, NULL, NULL, NULL, false },
};
