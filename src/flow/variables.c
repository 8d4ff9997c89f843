/* Who sees which variables, and where they are put. Maps that were given away are never changed:
 * a step that fails must leave the state it was given as it was. */
#include "flow/machine.h"

static bool is_process(const struct machine *m, const struct flow_node *node)
{
	return element_of(m, node->element)->kind == FLOW_PROCESS;
}

/* A called process sees its own variables only, so the walk ends at the process. */
static const struct flow_node *outward(const struct machine *m, const struct flow_node *node)
{
	return is_process(m, node) ? NULL : node_find(m, node->parent);
}

static const struct feel_scope *add_scope(struct machine *m, const struct feel_scope *outer,
					  struct value variables)
{
	struct feel_scope *scope = arena_alloc(m->arena, sizeof(*scope));

	*scope = (struct feel_scope){ variables, outer };
	return scope;
}

static const struct feel_scope *scope_from(struct machine *m, const struct flow_node *node)
{
	const struct feel_scope *outer = NULL;

	if (!node) {
		if (m->env->globals.kind == VALUE_MAP)
			outer = add_scope(m, NULL, m->env->globals);
		return outer;
	}
	outer = scope_from(m, outward(m, node));
	return node->variables.kind == VALUE_MAP ? add_scope(m, outer, node->variables) : outer;
}

const struct feel_scope *scope_of(struct machine *m, uint32_t node)
{
	return scope_from(m, node_find(m, node));
}

struct value eval_at(struct machine *m, const struct flow_expression *expression, uint32_t node)
{
	if (!expression->code)
		return expression_eval(expression, m->arena, NULL, m->env);
	return expression_eval(expression, m->arena, scope_of(m, node), m->env);
}

bool condition_holds(struct machine *m, const struct flow_expression *expression, uint32_t node)
{
	return value_is_true(eval_at(m, expression, node));
}

static struct value copy_of(struct arena *arena, struct value map)
{
	struct value copy = value_map();

	for (uint32_t i = 0; map.kind == VALUE_MAP && i < map.n; i++)
		value_append(arena, &copy, map.members[i].key, map.members[i].value);
	return copy;
}

/* Puts what this node owns of `variables` into it; at the process, whatever is left. */
static void merge_here(struct machine *m, struct flow_node *node, struct value variables,
		       bool *done)
{
	bool all = is_process(m, node), copied = false;

	for (uint32_t i = 0; i < variables.n; i++) {
		if (done[i] || (!all && !value_find(node->variables, variables.members[i].key)))
			continue;
		if (!copied)
			node->variables = copy_of(m->arena, node->variables);
		copied = done[i] = true;
		value_set(m->arena, &node->variables, variables.members[i].key,
			  variables.members[i].value);
	}
}

void variables_merge(struct machine *m, uint32_t id, struct value variables)
{
	if (variables.kind != VALUE_MAP || variables.n == 0)
		return;
	bool *done = ARENA_ARRAY(m->arena, bool, variables.n);

	for (const struct flow_node *node = node_find(m, id); node; node = outward(m, node))
		merge_here(m, (struct flow_node *)node, variables, done);
	m->changed = true;
}

void variables_set_local(struct machine *m, uint32_t id, str name, struct value value)
{
	struct flow_node *node = node_find(m, id);

	if (str_empty(name))
		return;
	node->variables = copy_of(m->arena, node->variables);
	value_set(m->arena, &node->variables, name, value);
	m->changed = true;
}

struct value visible_at(struct machine *m, uint32_t id)
{
	const struct flow_node *node = node_find(m, id);
	struct value all = value_map();

	for (; node; node = outward(m, node))
		for (uint32_t i = 0; node->variables.kind == VALUE_MAP && i < node->variables.n; i++)
			if (!value_find(all, node->variables.members[i].key))
				value_append(m->arena, &all, node->variables.members[i].key,
					     node->variables.members[i].value);
	return all;
}

/* "a.b" puts b into a copy of the map a. */
static struct value put_path(struct arena *arena, struct value map, str path, struct value value)
{
	size_t dot = str_find_byte(path, '.');
	struct value copy = copy_of(arena, map);

	if (dot == SIZE_MAX) {
		value_set(arena, &copy, path, value);
		return copy;
	}
	str head = str_slice(path, 0, dot), rest = str_slice(path, dot + 1, path.n);

	value_set(arena, &copy, head, put_path(arena, value_get(copy, head), rest, value));
	return copy;
}

void variables_in(struct machine *m, uint32_t id)
{
	const struct flow_element *element = element_of(m, node_find(m, id)->element);

	for (uint32_t i = 0; i < element->input_count; i++) {
		struct value value = eval_at(m, &element->inputs[i].source, id);
		struct flow_node *node = node_find(m, id);

		node->variables = put_path(m->arena, node->variables, element->inputs[i].target,
					   value);
		m->changed = true;
	}
}

void variables_out(struct machine *m, uint32_t id, struct value variables)
{
	const struct flow_node *node = node_find(m, id);
	const struct flow_element *element = element_of(m, node->element);
	struct value results = value_map();

	if (element->output_count == 0) {
		variables_merge(m, id, variables);
		return;
	}
	const struct feel_scope inner = { variables, scope_of(m, id) };

	for (uint32_t i = 0; i < element->output_count; i++) {
		const struct flow_mapping *output = &element->outputs[i];
		struct value value = expression_eval(&output->source, m->arena, &inner, m->env);
		size_t dot = str_find_byte(output->target, '.');
		str head = str_slice(output->target, 0, dot);

		if (dot != SIZE_MAX && !value_find(results, head))
			value_set(m->arena, &results, head,
				  value_get(visible_at(m, node->parent), head));
		results = put_path(m->arena, results, output->target, value);
	}
	variables_merge(m, node->parent ? node->parent : id, results);
}
