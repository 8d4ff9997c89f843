#include "rules/dmn_model.h"

/* ---- contexts, lists, relations ---- */

static struct value coerced(struct run *run, const struct feel_type *type, struct value v)
{
	if (type && !type_coerce(run, type, v, &v))
		return run_null(run, "A value is not of its type", type->name);
	return v;
}

/* Every entry sees those before it; one without a name is what the whole gives. */
static struct value context_eval(struct run *run, const struct boxed *boxed)
{
	struct value map = value_map(), result = value_null();
	struct frame frame = { .outer = run->frame, .values = &map };
	bool has_result = false;
	run->frame = &frame;
	for (uint32_t i = 0; i < boxed->n; i++) {
		struct value v = boxed->items[i] ? boxed_eval(run, boxed->items[i]) : value_null();
		v = coerced(run, boxed->types[i], v);
		if (str_empty(boxed->names[i])) {
			result = v;
			has_result = true;
		} else {
			value_set(run->arena, &map, boxed->names[i], v);
		}
	}
	run->frame = frame.outer;
	return has_result ? result : map;
}

static struct value list_eval(struct run *run, const struct boxed *boxed)
{
	struct value list = value_list();
	for (uint32_t i = 0; i < boxed->n; i++)
		value_push(run->arena, &list, boxed_eval(run, boxed->items[i]));
	return list;
}

static struct value relation_eval(struct run *run, const struct boxed *boxed)
{
	struct value list = value_list();
	for (uint32_t row = 0; row < boxed->n; row++) {
		struct value map = value_map();
		for (uint32_t c = 0; c < boxed->width; c++)
			value_set(run->arena, &map, boxed->names[c],
				  boxed_eval(run, boxed->items[row * boxed->width + c]));
		value_push(run->arena, &list, map);
	}
	return list;
}

/* ---- functions ---- */

struct closure {
	const struct boxed *boxed;
	const struct frame *frame;
};

static struct value call_closure(struct run *run, const void *object, const struct value *args)
{
	const struct closure *closure = object;
	const struct boxed *boxed = closure->boxed;
	const struct frame *outer = run->frame;
	static const str none;
	struct frame frame = { closure->frame, boxed->n ? boxed->names : &none, args, boxed->n };
	if (!boxed->a)
		return value_null();
	run->frame = &frame;
	struct value v = boxed_eval(run, boxed->a);
	run->frame = outer;
	return v;
}

static struct value function_eval(struct run *run, const struct boxed *boxed)
{
	struct feel_function *f = ARENA_NEW(run->arena, struct feel_function);
	struct closure *closure = ARENA_NEW(run->arena, struct closure);
	*closure = (struct closure){ boxed, frames_copy(run, run->frame) };
	*f = (struct feel_function){ .n = boxed->n, .names = boxed->names, .types = boxed->types,
				     .call = call_closure, .object = closure };
	return value_object(VALUE_FUNCTION, f);
}

static struct value invocation_eval(struct run *run, const struct boxed *boxed)
{
	struct value callee = boxed->a ? boxed_eval(run, boxed->a) : value_null();
	if (callee.kind != VALUE_FUNCTION)
		return run_null(run, "What is invoked is no function", S(""));
	const struct feel_function *f = callee.object;
	struct value *args = ARENA_ARRAY(run->arena, struct value, f->n);
	for (uint32_t i = 0; i < boxed->n; i++) {
		uint32_t place = 0;
		while (place < f->n && f->names && !str_eq(f->names[place], boxed->names[i]))
			place++;
		if (!f->names)
			place = i;
		if (place >= f->n)
			return run_null(run, "The function has no such parameter",
					boxed->names[i]);
		struct value v = boxed->items[i] ? boxed_eval(run, boxed->items[i]) : value_null();
		args[place] = coerced(run, boxed->types[i], v);
	}
	return run_call(run, f, args, f->n);
}

/* ---- conditions and loops ---- */

static struct value conditional_eval(struct run *run, const struct boxed *boxed)
{
	struct value v = boxed->a ? boxed_eval(run, boxed->a) : value_null();
	const struct boxed *chosen = value_is_true(v) ? boxed->b : boxed->c;
	return chosen ? boxed_eval(run, chosen) : value_null();
}

static struct value body_eval(struct run *run, const struct boxed *body, str name,
			      struct value item)
{
	struct frame named = { run->frame, &name, &item, 1 };
	struct frame members = { &named, NULL, &item, 1 };
	bool filter = str_eq(name, S("item"));
	run->frame = filter && item.kind == VALUE_MAP ? &members : &named;
	struct value v = boxed_eval(run, body);
	run->frame = named.outer;
	return v;
}

/* The list to go through; a range of whole numbers is one as well. */
static struct value source_list(struct run *run, const struct boxed *boxed)
{
	struct value v = boxed->a ? boxed_eval(run, boxed->a) : value_null();
	const struct feel_range *range = v.object;
	int64_t low, high;
	if (v.kind == VALUE_RANGE && range->low.kind == VALUE_NUMBER &&
	    range->high.kind == VALUE_NUMBER && decimal_to_int(range->low.number, &low) &&
	    decimal_to_int(range->high.number, &high)) {
		struct value list = value_list();
		low += !range->low_closed;
		high -= !range->high_closed;
		for (int64_t i = low; i <= high && run_steps(run, 1); i++)
			value_push(run->arena, &list, value_int(i));
		return list;
	}
	if (value_is_null(v))
		return run_null(run, "There is nothing to go through", S(""));
	return value_as_list(run, v);
}

static struct value for_eval(struct run *run, const struct boxed *boxed)
{
	struct value list = source_list(run, boxed), result = value_list();
	static const str partial = S("partial");
	struct frame frame = { run->frame, &partial, &result, 1 };
	if (list.kind != VALUE_LIST || !boxed->b)
		return value_null();
	run->frame = &frame;
	for (uint32_t i = 0; i < list.n && run_steps(run, 1); i++)
		value_push(run->arena, &result,
			   body_eval(run, boxed->b, boxed->name, list.items[i]));
	run->frame = frame.outer;
	return result;
}

/* Unlike in FEEL, a condition that is no boolean is a fault of the model, wherever it stands. */
static struct value quantified_eval(struct run *run, const struct boxed *boxed)
{
	bool decisive = boxed->kind == BOXED_SOME;
	struct value list = source_list(run, boxed), result = value_bool(!decisive);
	if (list.kind != VALUE_LIST || !boxed->b)
		return value_null();
	for (uint32_t i = 0; i < list.n && run_steps(run, 1); i++) {
		struct value v = body_eval(run, boxed->b, boxed->name, list.items[i]);
		if (v.kind != VALUE_BOOL)
			return run_null(run, "What is to be satisfied is no boolean", S(""));
		if (v.boolean == decisive)
			result = v;
	}
	return result;
}

/* As in quantified_eval, a condition that is no boolean is a fault of the model. */
static struct value filter_eval(struct run *run, const struct boxed *boxed)
{
	struct value list = source_list(run, boxed), kept = value_list();
	if (list.kind != VALUE_LIST || !boxed->b)
		return value_null();
	for (uint32_t i = 0; i < list.n && run_steps(run, 1); i++) {
		struct value v = body_eval(run, boxed->b, S("item"), list.items[i]);
		if (v.kind != VALUE_BOOL)
			return run_null(run, "The condition of a filter is no boolean", S(""));
		if (v.boolean)
			value_push(run->arena, &kept, list.items[i]);
	}
	return kept;
}

/* ---- all of them ---- */

static struct value eval_kind(struct run *run, const struct boxed *boxed)
{
	switch ((enum boxed_kind)boxed->kind) {
	case BOXED_LITERAL:
		return boxed->feel ? eval(run, boxed->feel->root) : value_null();
	case BOXED_TABLE:
		return table_eval(run, boxed->table);
	case BOXED_CONTEXT:
		return context_eval(run, boxed);
	case BOXED_LIST:
		return list_eval(run, boxed);
	case BOXED_RELATION:
		return relation_eval(run, boxed);
	case BOXED_INVOCATION:
		return invocation_eval(run, boxed);
	case BOXED_FUNCTION:
		return function_eval(run, boxed);
	case BOXED_CONDITIONAL:
		return conditional_eval(run, boxed);
	case BOXED_FILTER:
		return filter_eval(run, boxed);
	case BOXED_FOR:
		return for_eval(run, boxed);
	case BOXED_SOME:
	case BOXED_EVERY:
		return quantified_eval(run, boxed);
	}
	return value_null();
}

struct value boxed_eval(struct run *run, const struct boxed *boxed)
{
	if (run->depth >= run->most_depth || !run_steps(run, 1))
		return run_exhaust(run);
	run->depth++;
	struct value v = eval_kind(run, boxed);
	run->depth--;
	return coerced(run, boxed->type, v);
}
