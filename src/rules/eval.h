/*
 * eval: a run of one evaluation, shared by the files that evaluate. Internal to rules/, and used
 * by the decision models to evaluate in one run what several expressions make up.
 *
 * Every node costs a step; whatever loops over data takes steps of its own with run_steps, and
 * whatever allocates more than its arguments asks run_room first. When a limit is reached the
 * run is exhausted: everything is null from then on, so that it ends at once.
 */
#ifndef MOTCUA_RULES_EVAL_H
#define MOTCUA_RULES_EVAL_H

#include "rules/node.h"
#include "rules/types.h"

/* Variables an expression introduces: of loops, parameters, filters, contexts. */
struct frame {
	const struct frame *outer;
	const str *names;           /* NULL: values is one map, its members are the variables */
	const struct value *values;
	uint32_t n;
};

struct run {
	struct arena *arena;
	const struct feel_env *env;
	const struct feel_scope *scope;
	const struct frame *frame;
	struct feel_warnings *warnings; /* may be NULL */
	struct value *lines;            /* of dmn_explain: what was hit on the way; NULL */
	struct value input;             /* `?` */
	bool has_input, exhausted;
	const void *prepared;           /* for the builtin that is called next; it takes it away */
	uint64_t steps;
	uint32_t depth, most_depth; /* of calls: functions, decisions, boxed expressions */
	size_t memory_end;
	const char *stack_end;      /* the C stack must not grow below */
};

/* What a value of kind VALUE_FUNCTION points to. */
struct feel_function {
	uint32_t n;
	const str *names;
	const struct feel_type **types; /* NULL, or with NULL for any */
	const struct feel_type *result; /* NULL for any */
	/* One of: */
	const struct node *body;
	const struct builtin *builtin;
	const struct feel_native *native;
	struct value (*call)(struct run *run, const void *object, const struct value *args);
	/* For call; and what the body sees. */
	const void *object;
	const struct frame *frame;
	const struct feel_scope *scope;
};

/* What a value of kind VALUE_RANGE points to. An end that is absent (as in `> 5`) is told from
 * one that is null. */
struct feel_range {
	struct value low, high;
	bool has_low, has_high, low_closed, high_closed;
	bool unequal; /* `!= low`: everything but one value */
	bool equal;   /* `= low`: only this value */
};

void run_init(struct run *run, struct arena *arena, const struct feel_scope *scope,
	      const struct feel_env *env, struct feel_warnings *warnings);
struct value run_exhaust(struct run *run);
struct value eval_node(struct run *run, const struct node *node);
/* The value of the node: what the whole room turns around, so inline. The answer is written
 * straight to where the caller wants it. */
static inline struct value eval(struct run *run, const struct node *node)
{
	if (node->kind == NODE_CONSTANT)
		return node->constant;
	if (run->steps <= 1 || run->arena->used > run->memory_end ||
	    (const char *)__builtin_frame_address(0) < run->stack_end)
		return run_exhaust(run);
	run->steps--;
	return eval_node(run, node);
}
/* Takes n steps; false when there are not so many left. */
bool run_steps(struct run *run, uint64_t n);
bool run_room(struct run *run, size_t bytes);
/* As value_find, for names that are looked up all the time; large maps take steps. */
static inline const struct value *find_member(struct run *run, const struct value *map, str name)
{
	if (map->kind != VALUE_MAP || (map->n > 64 && !run_steps(run, map->n / 32)))
		return NULL;
	for (uint32_t i = 0; i < map->n; i++)
		if (str_eq(map->members[i].key, name))
			return &map->members[i].value;
	return NULL;
}
/* Takes the steps that reading so many bytes is worth: strings may be megabytes long. */
static inline bool run_read(struct run *run, size_t bytes)
{
	return bytes < 256 || run_steps(run, bytes / 256);
}
/* Null, with a reason: an English literal, and what it is about (may be empty). */
struct value run_null(struct run *run, const char *reason, str detail);

struct value run_call(struct run *run, const struct feel_function *function,
		      const struct value *args, uint32_t n);
/* Operands by pointer: they are many, and a value is 24 bytes. */
struct value eval_arithmetic(struct run *run, enum operator op, const struct value *a,
			     const struct value *b);
struct value eval_negate(struct run *run, struct value v);
struct value eval_compare(struct run *run, enum operator op, const struct value *a,
			  const struct value *b);
/* The order of two values of one kind: false where they have none. */
bool value_order(struct run *run, struct value a, struct value b, int *ret_order);
/* Whether v satisfies one test: a value (equal), a range, a list (any of it), a boolean. */
struct value eval_test(struct run *run, struct value v, const struct node *test);
struct value eval_tests(struct run *run, struct value v, const struct node *tests);
/* As `v in candidate`, the candidate being a value already. */
struct value eval_in(struct run *run, struct value v, struct value candidate);
/* Conjunction of three-valued logic. */
struct value and_of(struct value a, struct value b);
struct value range_holds(struct run *run, const struct feel_range *range, struct value v);
struct value eval_loop(struct run *run, const struct node *node);
struct value eval_filter(struct run *run, const struct node *node);
struct value eval_path(struct run *run, const struct value *v, str name);
struct value eval_function(struct run *run, const struct node *node);
/* A copy in the arena of the variables that are visible: for functions, which outlive them. */
const struct frame *frames_copy(struct run *run, const struct frame *frame);
struct value value_object(enum value_kind kind, const void *object);
/* A list that shares nothing; or the value itself where it is one. */
struct value value_as_list(struct run *run, struct value v);
bool value_same(struct run *run, struct value a, struct value b); /* feel_equal is true */
/* Whether it has at most a million parts, those it shares counted each time, and is not nested
 * too deeply. */
bool value_is_bounded(struct value v);
/* What a run hands out: null where a limit was reached, or where the value is not bounded. */
struct value run_answer(struct run *run, struct value v);

#endif
