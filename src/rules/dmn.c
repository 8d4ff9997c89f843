#include "rules/dmn.h"

#include "rules/dmn_model.h"
#include "rules/temporal.h"

/* What is known so far of one element while a decision is made. */
struct known {
	struct known *next;
	const struct element *element;
	struct value value;
	bool busy; /* being worked out: a ring */
};

/* One making of decisions: its inputs, and what was decided on the way. A service makes its own,
 * where its parameters stand in for the decisions and inputs they are named after. */
struct making {
	struct run *run;
	const struct dmn_model *root;
	struct value inputs;
	struct known *known;
};

static struct value decide(struct making *m, const struct element *e);

static struct known *remember(struct making *m, const struct element *e, struct value v)
{
	struct known *known = ARENA_NEW(m->run->arena, struct known);
	*known = (struct known){ .next = m->known, .element = e, .value = v };
	m->known = known;
	return known;
}

/* ---- inputs ---- */

/* Forms and the API have text for what FEEL has types for. */
static struct value from_text(struct run *run, const struct feel_type *type, struct value v)
{
	struct value read;
	if (v.kind != VALUE_STRING || !type)
		return v;
	bool temporal = type->kind == TYPE_DATE || type->kind == TYPE_TIME ||
			type->kind == TYPE_DATE_TIME || type->kind == TYPE_DAYS_TIME ||
			type->kind == TYPE_YEARS_MONTHS;
	return temporal && temporal_parse(run->arena, value_text(v), &read) ? read : v;
}

/* An input of an imported model is looked for under "namespace#name" first. */
static struct value input_value(struct making *m, const struct element *e)
{
	const struct value *found = NULL;
	struct run *run = m->run;
	if (e->model != m->root) {
		str parts[] = { e->model->space, S("#"), e->name };
		found = value_find(m->inputs, arena_join(run->arena, parts, 3));
	}
	if (!found)
		found = value_find(m->inputs, e->name);
	if (!found)
		return run_null(run, "This input is not given", e->name);
	struct value v = from_text(run, e->type, *found);
	if (e->type && !type_coerce(run, e->type, v, &v))
		return run_null(run, "This input is not of its type", e->name);
	return v;
}

/* ---- functions ---- */

struct callee {
	struct making *making;
	const struct element *element;
};

/* What an element sees: what it requires, under the names of their imports. */
static struct value visible(struct making *m, const struct element *e)
{
	struct value map = value_map();
	struct arena *arena = m->run->arena;
	for (uint32_t i = 0; i < e->need_count; i++) {
		const struct requirement *need = &e->needs[i];
		struct value v = decide(m, need->element);
		if (str_empty(need->space)) {
			value_set(arena, &map, need->element->name, v);
			continue;
		}
		struct value inner = value_get(map, need->space);
		if (inner.kind != VALUE_MAP)
			inner = value_map();
		value_set(arena, &inner, need->element->name, v);
		value_set(arena, &map, need->space, inner);
	}
	return map;
}

/* The body sees the parameters, what the knowledge model requires, and itself. */
static struct value call_knowledge(struct run *run, const void *object, const struct value *args)
{
	const struct callee *callee = object;
	const struct element *e = callee->element;
	const struct frame *outer = run->frame;
	static const str none;
	if (!e->logic || !e->logic->a)
		return value_null();
	run->frame = NULL;
	struct value map = visible(callee->making, e);
	value_set(run->arena, &map, e->name, decide(callee->making, e));
	struct frame required = { .values = &map };
	struct frame own = { &required, e->logic->n ? e->logic->names : &none, args, e->logic->n };
	run->frame = &own;
	struct value v = boxed_eval(run, e->logic->a);
	run->frame = outer;
	return v;
}

static struct value service_outputs(struct making *m, const struct element *e)
{
	if (e->output_count == 1)
		return decide(m, e->outputs[0].element);
	struct value map = value_map();
	for (uint32_t i = 0; i < e->output_count; i++)
		value_set(m->run->arena, &map, e->outputs[i].element->name,
			  decide(m, e->outputs[i].element));
	return map;
}

static struct value call_service(struct run *run, const void *object, const struct value *args)
{
	const struct callee *callee = object;
	const struct element *e = callee->element;
	/* In the arena: functions among what is decided refer to it. */
	struct making *own = ARENA_NEW(run->arena, struct making);
	*own = (struct making){ .run = run, .root = callee->making->root,
				.inputs = value_map() };
	for (uint32_t i = 0; i < e->parameter_count; i++)
		remember(own, e->parameters[i].element, args[i]);
	const struct frame *outer = run->frame;
	run->frame = NULL;
	struct value v = service_outputs(own, e);
	run->frame = outer;
	return v;
}

static struct value function_of(struct making *m, const struct element *e)
{
	struct feel_function *f = ARENA_NEW(m->run->arena, struct feel_function);
	struct callee *callee = ARENA_NEW(m->run->arena, struct callee);
	*callee = (struct callee){ m, e };
	*f = e->signature;
	f->call = e->kind == ELEMENT_SERVICE ? call_service : call_knowledge;
	f->object = callee;
	return value_object(VALUE_FUNCTION, f);
}

/* ---- decisions ---- */

static struct value decision_value(struct making *m, const struct element *e)
{
	struct run *run = m->run;
	struct value map = visible(m, e);
	struct frame frame = { .values = &map };
	const struct frame *outer = run->frame;
	if (!e->logic)
		return run_null(run, "This decision has no logic", e->name);
	run->frame = &frame;
	struct value v = boxed_eval(run, e->logic);
	run->frame = outer;
	if (e->type && !type_coerce(run, e->type, v, &v))
		return run_null(run, "This decision is not of its type", e->name);
	return v;
}

/* For dmn_explain: what the decision gave. */
static void tell_decision(struct run *run, const struct element *e, struct value v)
{
	struct value line = value_map();
	if (!run->lines)
		return;
	value_append(run->arena, &line, S("decision"), value_str(e->name));
	value_append(run->arena, &line, S("value"), v);
	value_push(run->arena, run->lines, line);
}

static struct value decide(struct making *m, const struct element *e)
{
	struct run *run = m->run;
	for (struct known *k = m->known; k; k = k->next)
		if (k->element == e)
			return k->busy ? run_null(run, "This decision needs itself", e->name)
				       : k->value;
	if (run->depth >= run->most_depth || !run_steps(run, 1))
		return run_exhaust(run);
	struct known *known = remember(m, e, value_null());
	known->busy = true;
	run->depth++;
	if (e->kind == ELEMENT_INPUT)
		known->value = input_value(m, e);
	else if (e->kind == ELEMENT_DECISION)
		tell_decision(run, e, known->value = decision_value(m, e));
	else
		known->value = function_of(m, e);
	run->depth--;
	known->busy = false;
	return known->value;
}

/* A service that is asked for by itself: its parameters are looked up among the inputs. */
static struct value serve(struct making *m, const struct element *e)
{
	for (uint32_t i = 0; i < e->parameter_count; i++) {
		const struct element *p = e->parameters[i].element;
		const struct value *given = value_find(m->inputs, p->name);
		struct value v = given ? from_text(m->run, p->type, *given) : value_null();
		if (!given)
			run_null(m->run, "This input is not given", p->name);
		if (p->type && !type_coerce(m->run, p->type, v, &v))
			run_null(m->run, "This input is not of its type", p->name);
		remember(m, p, v);
	}
	const struct feel_type *type = e->signature.result;
	struct value result = service_outputs(m, e);
	if (type && !type_coerce(m->run, type, result, &result))
		return run_null(m->run, "The result is not of the type of the service", e->name);
	return result;
}

/* A knowledge model asked for by itself: its parameters are looked up among the inputs. */
static struct value apply(struct making *m, const struct element *e)
{
	const struct feel_function *f = &e->signature;
	struct value *args = ARENA_ARRAY(m->run->arena, struct value, f->n);
	for (uint32_t i = 0; i < f->n; i++)
		args[i] = from_text(m->run, f->types[i], value_get(m->inputs, f->names[i]));
	return run_call(m->run, function_of(m, e).object, args, f->n);
}

static const struct element *find_element(const struct dmn_model *model, str name)
{
	const struct element *found = NULL;
	for (uint32_t i = 0; i < model->element_count; i++) {
		const struct element *e = &model->elements[i];
		if (e->kind == ELEMENT_INPUT)
			continue;
		if (str_eq(e->id, name))
			return e;
		if (!found && str_eq(e->name, name))
			found = e;
	}
	return found;
}

bool dmn_has(const struct dmn_model *model, str decision)
{
	return find_element(model, decision) != NULL;
}

static struct value make(const struct making *wanted, str decision, struct arena *arena,
			 const struct feel_env *env, struct feel_warnings *ret_warnings,
			 struct value *lines)
{
	struct run run;
	struct making *m = ARENA_NEW(arena, struct making);
	const struct element *e = find_element(wanted->root, decision);
	run_init(&run, arena, NULL, env, ret_warnings);
	run.lines = lines;
	*m = *wanted;
	m->run = &run;
	if (!e)
		return run_null(&run, "There is no such decision", decision);
	struct value v = e->kind == ELEMENT_SERVICE ? serve(m, e)
			 : e->kind == ELEMENT_DECISION ? decide(m, e) : apply(m, e);
	return run_answer(&run, v);
}

struct value dmn_decide(const struct dmn_model *model, str decision, struct arena *arena,
			struct value inputs, const struct feel_env *env,
			struct feel_warnings *ret_warnings)
{
	struct making wanted = { .root = model, .inputs = inputs };
	return make(&wanted, decision, arena, env, ret_warnings, NULL);
}

struct value dmn_explain(const struct dmn_model *model, str decision, struct arena *arena,
			 struct value inputs, const struct feel_env *env, struct value *ret_lines)
{
	struct making wanted = { .root = model, .inputs = inputs };
	*ret_lines = value_list();
	return make(&wanted, decision, arena, env, NULL, ret_lines);
}

/* ---- describing ---- */

str dmn_namespace(const struct dmn_model *model)
{
	return model->space;
}

const struct dmn_fault *dmn_faults(const struct dmn_model *model, uint32_t *ret_n)
{
	*ret_n = model->fault_count;
	return model->faults;
}

struct value dmn_describe(const struct dmn_model *model, struct arena *arena)
{
	static const str kinds[] = { S("input"), S("decision"), S("knowledge"), S("service") };
	struct value list = value_list();
	for (uint32_t i = 0; i < model->element_count; i++) {
		const struct element *e = &model->elements[i];
		struct value map = value_map(), needs = value_list();
		for (uint32_t k = 0; k < e->need_count; k++)
			value_push(arena, &needs, value_str(e->needs[k].element->name));
		value_append(arena, &map, S("kind"), value_str(kinds[e->kind]));
		value_append(arena, &map, S("id"), value_str(e->id));
		value_append(arena, &map, S("name"), value_str(e->name));
		value_append(arena, &map, S("line"), value_int(e->line));
		value_append(arena, &map, S("type"), value_str(e->type ? e->type->name : S("Any")));
		value_append(arena, &map, S("needs"), needs);
		value_push(arena, &list, map);
	}
	return list;
}
