#include "rules/eval.h"

#include "rules/builtin.h"

/* What a run may take of the C stack. */
enum { STACK_BYTES = 1 << 20 };

static const struct feel_env default_env;

void run_init(struct run *run, struct arena *arena, const struct feel_scope *scope,
	      const struct feel_env *env, struct feel_warnings *warnings)
{
	if (!env)
		env = &default_env;
	*run = (struct run){
		.arena = arena,
		.env = env,
		.scope = scope,
		.warnings = warnings,
		.steps = env->steps ? env->steps : FEEL_STEPS,
		.most_depth = env->depth && env->depth < FEEL_DEPTH ? env->depth : FEEL_DEPTH,
		.stack_end = (const char *)__builtin_frame_address(0) - STACK_BYTES,
		.memory_end = arena->used + (env->memory ? env->memory : FEEL_MEMORY),
	};
	if (warnings)
		*warnings = (struct feel_warnings){ 0 };
}

struct value run_exhaust(struct run *run)
{
	run->exhausted = true;
	run->steps = 0;
	if (run->warnings)
		run->warnings->exhausted = true;
	return value_null();
}

bool run_steps(struct run *run, uint64_t n)
{
	if (run->steps <= n || run->arena->used > run->memory_end) {
		run_exhaust(run);
		return false;
	}
	run->steps -= n;
	return true;
}

bool run_room(struct run *run, size_t bytes)
{
	size_t used = run->arena->used;
	if (run->exhausted || used > run->memory_end || bytes > run->memory_end - used) {
		run_exhaust(run);
		return false;
	}
	return true;
}

struct value run_null(struct run *run, const char *reason, str detail)
{
	struct feel_warnings *w = run->warnings;
	if (w && w->count < FEEL_WARNINGS && !run->exhausted) {
		if (detail.n > 200)
			detail.n = 200;
		w->text[w->count++] = detail.n
			? arena_printf(run->arena, "%s: %.*s", reason, STR_ARG(detail))
			: str_z(reason);
	}
	return value_null();
}

struct value value_object(enum value_kind kind, const void *object)
{
	return (struct value){ .kind = (uint8_t)kind, .object = object };
}

/* ---- names ---- */

static const struct value *find_in_frames(struct run *run, str name)
{
	for (const struct frame *frame = run->frame; frame; frame = frame->outer) {
		if (!frame->names) {
			const struct value *found = find_member(run, frame->values, name);
			if (found)
				return found;
			continue;
		}
		for (uint32_t i = frame->n; i-- > 0;)
			if (str_eq(frame->names[i], name))
				return &frame->values[i];
	}
	return NULL;
}

static const struct value *find_variable(struct run *run, str name)
{
	const struct value *found = find_in_frames(run, name);
	for (const struct feel_scope *s = run->scope; !found && s; s = s->outer)
		found = find_member(run, &s->variables, name);
	return found;
}

static struct value function_value(struct run *run, struct feel_function function)
{
	struct feel_function *f = ARENA_NEW(run->arena, struct feel_function);
	*f = function;
	return value_object(VALUE_FUNCTION, f);
}

static const struct feel_native *find_native(const struct run *run, str name)
{
	for (size_t i = 0; i < run->env->native_count; i++)
		if (str_eq(run->env->natives[i].name, name))
			return &run->env->natives[i];
	return NULL;
}

/* A name with dots in it may as well be a path: "Person.Name". */
static bool eval_dotted(struct run *run, str name, struct value *ret_v)
{
	size_t dot = str_find_byte(name, '.');
	const struct value *found =
		dot == SIZE_MAX ? NULL : find_variable(run, str_slice(name, 0, dot));
	if (!found)
		return false;
	struct value v = *found;
	str rest = str_slice(name, dot + 1, name.n);
	for (str part; str_next(&rest, '.', &part);)
		v = eval_path(run, &v, part);
	*ret_v = v;
	return true;
}

static struct value eval_name(struct run *run, const struct node *node)
{
	struct value v;
	const struct value *found = find_variable(run, node->name);
	if (found)
		return *found;
	if (eval_dotted(run, node->name, &v))
		return v;
	const struct feel_native *native = find_native(run, node->name);
	if (native)
		return function_value(run, (struct feel_function){ .n = native->parameters,
								   .native = native });
	uint32_t places[BUILTIN_PARAMETERS];
	for (uint32_t n = 1; n <= 4 && builtin_exists(node->name); n++) {
		const struct builtin *builtin = builtin_find(node->name, n, NULL, places);
		bool repeats;
		if (builtin)
			return function_value(run, (struct feel_function){
							   .n = builtin_arity(builtin, &repeats),
							   .builtin = builtin });
	}
	return run_null(run, "There is no such variable", node->name);
}

/* ---- literals ---- */

static struct value eval_list(struct run *run, const struct node *node)
{
	struct value list = value_list();
	for (uint32_t i = 0; i < node->n; i++)
		value_push(run->arena, &list, eval(run, node->items[i]));
	return list;
}

static struct value eval_context(struct run *run, const struct node *node)
{
	struct value map = value_map();
	struct frame frame = { .outer = run->frame, .values = &map };
	run->frame = &frame;
	for (uint32_t i = 0; i < node->n; i++) {
		struct value v = eval(run, node->items[i]);
		value_append(run->arena, &map, node->names[i], v);
	}
	run->frame = frame.outer;
	return map;
}

/* Ends must be of one ordered kind; either may be null, not both. */
static struct value eval_range(struct run *run, const struct node *node)
{
	struct feel_range range = {
		.low = eval(run, node->a), .high = eval(run, node->b),
		.has_low = true, .has_high = true,
		.low_closed = node->flags & NODE_LOW_CLOSED,
		.high_closed = node->flags & NODE_HIGH_CLOSED,
	};
	int order;
	if (!value_is_null(range.low) && !value_is_null(range.high) &&
	    (!value_order(run, range.low, range.high, &order) || order > 0))
		return run_null(run, "The ends of a range do not fit together", S(""));
	struct feel_range *object = ARENA_NEW(run->arena, struct feel_range);
	*object = range;
	return value_object(VALUE_RANGE, object);
}

/* `< 5` as a value: a range without a lower end. */
static struct value eval_unary(struct run *run, const struct node *node)
{
	struct value end = eval(run, node->a);
	struct feel_range *range = ARENA_NEW(run->arena, struct feel_range);
	if (node->op == OP_LESS || node->op == OP_LESS_EQUAL) {
		*range = (struct feel_range){ .high = end, .has_high = true,
					      .high_closed = node->op == OP_LESS_EQUAL };
	} else if (node->op == OP_GREATER || node->op == OP_GREATER_EQUAL) {
		*range = (struct feel_range){ .low = end, .has_low = true,
					      .low_closed = node->op == OP_GREATER_EQUAL };
	} else {
		*range = (struct feel_range){ .low = end, .high = end, .has_low = true,
					      .has_high = true, .low_closed = true,
					      .high_closed = true,
					      .unequal = node->op == OP_UNEQUAL,
					      .equal = node->op == OP_EQUAL };
	}
	return value_object(VALUE_RANGE, range);
}

/* ---- logic of three values ---- */

static struct value eval_and_or(struct run *run, const struct node *node)
{
	bool decisive = node->kind == NODE_OR; /* the value that decides alone */
	struct value a = eval(run, node->a);
	if (a.kind == VALUE_BOOL && a.boolean == decisive)
		return a;
	struct value b = eval(run, node->b);
	if (b.kind == VALUE_BOOL && b.boolean == decisive)
		return b;
	if (a.kind == VALUE_BOOL && b.kind == VALUE_BOOL)
		return value_bool(!decisive);
	return value_null();
}

struct value and_of(struct value a, struct value b)
{
	bool no = (a.kind == VALUE_BOOL && !a.boolean) || (b.kind == VALUE_BOOL && !b.boolean);
	if (no)
		return value_bool(false);
	return a.kind == VALUE_BOOL && b.kind == VALUE_BOOL ? value_bool(true) : value_null();
}

static struct value eval_between(struct run *run, const struct node *node)
{
	struct value v = eval(run, node->a), low = eval(run, node->b), high = eval(run, node->c);
	return and_of(eval_compare(run, OP_GREATER_EQUAL, &v, &low),
		      eval_compare(run, OP_LESS_EQUAL, &v, &high));
}

/* ---- functions ---- */

/* A function outlives the loops around it, so it keeps its own copy of what it sees. */
const struct frame *frames_copy(struct run *run, const struct frame *frame)
{
	if (!frame || !run_room(run, sizeof *frame + frame->n * sizeof *frame->values))
		return NULL;
	struct frame *copy = ARENA_NEW(run->arena, struct frame);
	uint32_t n = frame->names ? frame->n : 1;
	struct value *values = ARENA_ARRAY(run->arena, struct value, n);
	memcpy(values, frame->values, n * sizeof *values);
	*copy = *frame;
	copy->values = values;
	copy->outer = frames_copy(run, frame->outer);
	return copy;
}

static const struct feel_scope *copy_scopes(struct run *run, const struct feel_scope *scope)
{
	if (!scope)
		return NULL;
	struct feel_scope *copy = ARENA_NEW(run->arena, struct feel_scope);
	copy->variables = scope->variables;
	copy->outer = copy_scopes(run, scope->outer);
	return copy;
}

struct value eval_function(struct run *run, const struct node *node)
{
	return function_value(run, (struct feel_function){
		.n = node->n, .names = node->names, .types = node->types, .body = node->a,
		.frame = frames_copy(run, run->frame), .scope = copy_scopes(run, run->scope),
	});
}

static struct value call_body(struct run *run, const struct feel_function *f,
			      const struct value *args)
{
	struct frame frame = { f->frame, f->names, args, f->n };
	const struct frame *outer = run->frame;
	const struct feel_scope *scope = run->scope;
	static const str none;
	if (!f->n)
		frame.names = &none;
	run->frame = &frame;
	run->scope = f->scope;
	struct value v = eval(run, f->body);
	run->frame = outer;
	run->scope = scope;
	return v;
}

/* Calls with exactly the arguments it takes, in a place that may be changed. */
static struct value call_with(struct run *run, const struct feel_function *f, struct value *args,
			      uint32_t n)
{
	for (uint32_t i = 0; f->types && i < n; i++)
		if (f->types[i] && !type_coerce(run, f->types[i], args[i], &args[i]))
			return run_null(run, "An argument is not of the type of the parameter",
					f->names[i]);
	struct value v;
	if (f->body)
		v = call_body(run, f, args);
	else if (f->native)
		v = f->native->call(f->native->data, run->arena, args);
	else if (f->call)
		v = f->call(run, f->object, args);
	else
		v = builtin_apply(run, f->builtin, args, n);
	if (f->result && !type_coerce(run, f->result, v, &v))
		return run_null(run, "The result is not of the type of the function", S(""));
	return v;
}

struct value run_call(struct run *run, const struct feel_function *f, const struct value *args,
		      uint32_t n)
{
	bool repeats = false;
	if (f->builtin)
		builtin_arity(f->builtin, &repeats);
	if (n != f->n && !(f->native && n < f->n) && !repeats)
		return run_null(run, "The function takes another number of arguments", S(""));
	if (run->depth >= run->most_depth || !run_steps(run, 1))
		return run_exhaust(run);
	uint32_t room = n > f->n ? n : f->n;
	struct value *own = ARENA_ARRAY(run->arena, struct value, room);
	if (n)
		memcpy(own, args, n * sizeof *own);
	run->depth++;
	struct value v = call_with(run, f, own, repeats ? n : f->n);
	run->depth--;
	return v;
}

static struct value call_named(struct run *run, const struct feel_function *f,
			       const struct node *node)
{
	struct value *args = ARENA_ARRAY(run->arena, struct value, f->n);
	if (!f->names || node->n > f->n)
		return run_null(run, "The function takes no such arguments", S(""));
	for (uint32_t i = 0; i < node->n; i++) {
		uint32_t place = 0;
		while (place < f->n && !str_eq(f->names[place], node->names[i]))
			place++;
		if (place == f->n)
			return run_null(run, "The function has no such parameter", node->names[i]);
		args[place] = eval(run, node->items[i]);
	}
	if (node->n < f->n)
		return run_null(run, "An argument is missing", S(""));
	return run_call(run, f, args, f->n);
}

static struct value eval_call(struct run *run, const struct node *node)
{
	struct value callee = value_null();
	if (node->a->kind == NODE_NAME) {
		const struct value *found = find_variable(run, node->a->name);
		if (found)
			callee = *found;
		if (callee.kind != VALUE_FUNCTION && node->b)
			return eval(run, node->b);
		if (!found && !builtin_exists(node->a->name))
			callee = eval_name(run, node->a);
	} else {
		callee = eval(run, node->a);
	}
	if (callee.kind != VALUE_FUNCTION)
		return run_null(run, "There is no such function", node->a->name);
	if (node->names)
		return call_named(run, callee.object, node);
	struct value *args = ARENA_ARRAY(run->arena, struct value, node->n);
	for (uint32_t i = 0; i < node->n; i++)
		args[i] = eval(run, node->items[i]);
	return run_call(run, callee.object, args, node->n);
}

static struct value eval_builtin(struct run *run, const struct node *node)
{
	struct value few[BUILTIN_PARAMETERS], *args = few;
	if (node->n > BUILTIN_PARAMETERS)
		args = ARENA_ARRAY(run->arena, struct value, node->n);
	for (uint32_t i = 0; i < node->n; i++)
		args[i] = node->items[i] ? eval(run, node->items[i]) : value_null();
	run->prepared = node->prepared;
	return builtin_apply(run, node->builtin, args, node->n);
}

/* ---- the walk ---- */

static struct value eval_if(struct run *run, const struct node *node)
{
	return eval(run, value_is_true(eval(run, node->a)) ? node->b : node->c);
}

static struct value eval_instance(struct run *run, const struct node *node)
{
	struct value v = eval(run, node->a);
	if (!node->types[0])
		return run_null(run, "There is no such type", S(""));
	return value_bool(type_admits(run, node->types[0], v));
}

static struct value eval_in_tests(struct run *run, const struct node *node)
{
	struct value v = eval(run, node->a);
	return eval_tests(run, v, node);
}

struct value eval_node(struct run *run, const struct node *node)
{
	switch ((enum node_kind)node->kind) {
	case NODE_CONSTANT:
		return node->constant;
	case NODE_NAME:
		return eval_name(run, node);
	case NODE_INPUT:
		if (run->has_input)
			return run->input;
		return eval_name(run, node);
	case NODE_LIST:
		return eval_list(run, node);
	case NODE_CONTEXT:
		return eval_context(run, node);
	case NODE_RANGE:
		return eval_range(run, node);
	case NODE_UNARY:
		return eval_unary(run, node);
	case NODE_NEGATE:
		return eval_negate(run, eval(run, node->a));
	case NODE_ARITHMETIC: {
		struct value a = eval(run, node->a), b = eval(run, node->b);
		return eval_arithmetic(run, node->op, &a, &b);
	}
	case NODE_COMPARE: {
		struct value a = eval(run, node->a), b = eval(run, node->b);
		return eval_compare(run, node->op, &a, &b);
	}
	case NODE_AND:
	case NODE_OR:
		return eval_and_or(run, node);
	case NODE_BETWEEN:
		return eval_between(run, node);
	case NODE_IN:
		return eval_in_tests(run, node);
	case NODE_INSTANCE:
		return eval_instance(run, node);
	case NODE_IF:
		return eval_if(run, node);
	case NODE_FOR:
	case NODE_SOME:
	case NODE_EVERY:
		return eval_loop(run, node);
	case NODE_PATH: {
		struct value v = eval(run, node->a);
		return eval_path(run, &v, node->name);
	}
	case NODE_FILTER:
		return eval_filter(run, node);
	case NODE_CALL:
		return eval_call(run, node);
	case NODE_BUILTIN:
		return eval_builtin(run, node);
	case NODE_FUNCTION:
		return eval_function(run, node);
	case NODE_ANY:
		return value_bool(true);
	case NODE_TESTS:
		return eval_tests(run, run->input, node);
	case NODE_ITERATOR:
		break;
	}
	return value_null();
}

/* ---- entry ---- */

struct value run_answer(struct run *run, struct value v)
{
	if (run->exhausted || !value_is_bounded(v))
		return run_exhaust(run);
	return v;
}

struct value feel_eval(const struct feel *feel, struct arena *arena,
		       const struct feel_scope *scope, const struct feel_env *env,
		       struct feel_warnings *ret_warnings)
{
	struct run run __attribute__((uninitialized)); /* not twice */
	run_init(&run, arena, scope, env, ret_warnings);
	return run_answer(&run, eval(&run, feel->root));
}

struct value feel_test(const struct feel *feel, struct arena *arena, struct value input,
		       const struct feel_scope *scope, const struct feel_env *env)
{
	struct run run __attribute__((uninitialized));
	run_init(&run, arena, scope, env, NULL);
	run.input = input;
	run.has_input = true;
	struct value v = eval(&run, feel->root);
	if (run.exhausted || v.kind != VALUE_BOOL)
		return value_null();
	return v;
}
