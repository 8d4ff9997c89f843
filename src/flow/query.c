/* Questions about a definition or a state that change nothing. */
#include "flow/room.h"

uint32_t flow_find(const struct flow_definition *definition, str id)
{
	for (uint32_t i = 0; i < definition->element_count; i++)
		if (str_eq(definition->elements[i].id, id))
			return i;
	return FLOW_NONE;
}

uint32_t flow_main_process(const struct flow_definition *definition)
{
	for (uint32_t i = 0; i < definition->process_count; i++)
		if (definition->elements[definition->processes[i]].executable)
			return definition->processes[i];
	return definition->process_count ? definition->processes[0] : FLOW_NONE;
}

static str pair_value(const struct flow_pair *pairs, uint32_t n, str key)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(pairs[i].key, key))
			return pairs[i].value;
	return S("");
}

str flow_property(const struct flow_element *element, str name)
{
	return pair_value(element->properties, element->property_count, name);
}

str flow_header(const struct flow_element *element, str key)
{
	return pair_value(element->headers, element->header_count, key);
}

struct walk {
	struct arena *arena;
	const struct flow_definition *definition;
	struct list found;
	bool *seen;
};

static void add_steps(struct walk *walk, uint32_t scope);

static void visit(struct walk *walk, struct list *queue, uint32_t element)
{
	if (walk->seen[element])
		return;
	walk->seen[element] = true;
	*LIST_ADD(walk->arena, queue, uint32_t) = element;
}

/* Breadth first along the flows; the events at an activity's edge after its own flows. */
static void walk_from(struct walk *walk, struct list *queue)
{
	for (uint32_t i = 0; i < queue->n; i++) {
		uint32_t at = LIST_AT(*queue, uint32_t, i);
		const struct flow_element *element = &walk->definition->elements[at];

		if (flow_is_activity(element->kind))
			*LIST_ADD(walk->arena, &walk->found, uint32_t) = at;
		if (flow_is_scope(element->kind))
			add_steps(walk, at);
		for (uint32_t f = 0; f < element->outgoing_count; f++)
			visit(walk, queue, walk->definition->flows[element->outgoing[f]].to);
		for (uint32_t b = 0; b < element->boundary_count; b++)
			visit(walk, queue, element->boundaries[b]);
	}
}

static void add_steps(struct walk *walk, uint32_t scope)
{
	const struct flow_element *around = &walk->definition->elements[scope];
	struct list queue = { 0 };

	for (int starts = 1; starts >= 0; starts--)
		for (uint32_t i = 0; i < around->child_count; i++) {
			const struct flow_element *child =
				&walk->definition->elements[around->children[i]];

			if (child->incoming_count == 0 && child->attached_to == FLOW_NONE &&
			    (child->kind == FLOW_START) == (starts == 1))
				visit(walk, &queue, around->children[i]);
		}
	walk_from(walk, &queue);
	/* What nothing leads to (a cycle by itself, a handler) still belongs to the procedure. */
	for (uint32_t i = 0; i < around->child_count; i++) {
		queue.n = 0;
		visit(walk, &queue, around->children[i]);
		walk_from(walk, &queue);
	}
}

void flow_steps(struct arena *arena, const struct flow_definition *definition, uint32_t scope,
		uint32_t **ret_elements, uint32_t *ret_count)
{
	struct walk walk = { .arena = arena, .definition = definition };

	walk.seen = ARENA_ARRAY(arena, bool, definition->element_count);
	add_steps(&walk, scope);
	*ret_elements = walk.found.p;
	*ret_count = walk.found.n;
}

struct value flow_variables(const struct flow_state *state)
{
	return state->node_count ? state->nodes[0].variables : value_map();
}

const struct flow_node *flow_node_find(const struct flow_state *state, uint32_t id)
{
	for (uint32_t i = 0; i < state->node_count; i++)
		if (state->nodes[i].id == id)
			return &state->nodes[i];
	return NULL;
}

struct value flow_visible(struct arena *arena, const struct flow_definition *definition,
			  const struct flow_state *state, uint32_t node)
{
	struct value all = value_map();

	for (const struct flow_node *n = flow_node_find(state, node); n;
	     n = flow_node_find(state, n->parent)) {
		for (uint32_t i = 0; n->variables.kind == VALUE_MAP && i < n->variables.n; i++)
			if (!value_find(all, n->variables.members[i].key))
				value_append(arena, &all, n->variables.members[i].key,
					     n->variables.members[i].value);
		/* A called process does not see its caller's. */
		if (definition->elements[n->element].kind == FLOW_PROCESS)
			break;
	}
	return all;
}

void flow_active(struct arena *arena, const struct flow_definition *definition,
		 const struct flow_state *state, uint32_t **ret_elements, uint32_t *ret_count)
{
	bool *seen = ARENA_ARRAY(arena, bool, definition->element_count);
	struct list found = { 0 };

	for (uint32_t i = 0; i < state->node_count; i++) {
		const struct flow_node *node = &state->nodes[i];

		if (node->phase == FLOW_DONE || seen[node->element] ||
		    definition->elements[node->element].kind == FLOW_PROCESS)
			continue;
		seen[node->element] = true;
		*LIST_ADD(arena, &found, uint32_t) = node->element;
	}
	for (uint32_t i = 0; i < state->join_count; i++) {
		uint32_t at = definition->flows[state->joins[i].flow].to;

		if (!seen[at]) {
			seen[at] = true;
			*LIST_ADD(arena, &found, uint32_t) = at;
		}
	}
	*ret_elements = found.p;
	*ret_count = found.n;
}

void flow_entries(struct arena *arena, const struct flow_definition *definition,
		  struct flow_entry **ret_entries, uint32_t *ret_count)
{
	struct list found = { 0 };

	for (uint32_t i = 0; i < definition->element_count; i++) {
		const struct flow_element *element = &definition->elements[i];
		bool begins = element->kind == FLOW_START ||
			      (element->kind == FLOW_RECEIVE_TASK && element->instantiate);

		if (element->scope == FLOW_NONE ||
		    definition->elements[element->scope].kind != FLOW_PROCESS)
			continue;
		for (uint32_t f = 0; f < element->incoming_count && !begins; f++) {
			const struct flow_element *from =
				&definition->elements[definition->flows[element->incoming[f]].from];

			begins = from->kind == FLOW_EVENT_GATEWAY && from->instantiate;
		}
		for (uint32_t t = 0; begins && t < element->trigger_count; t++)
			*LIST_ADD(arena, &found, struct flow_entry) =
				(struct flow_entry){ element->process, i, &element->triggers[t] };
	}
	*ret_entries = found.p;
	*ret_count = found.n;
}

bool flow_entry_holds(struct arena *arena, const struct flow_entry *entry, struct value variables,
		      const struct flow_env *env)
{
	const struct feel_scope globals = { env->globals, NULL }, inner = { variables, &globals };

	return entry->trigger->kind == FLOW_ON_CONDITION &&
	       value_is_true(expression_eval(&entry->trigger->expression, arena, &inner, env));
}

usec flow_entry_due(struct arena *arena, const struct flow_entry *entry, usec after,
		    int64_t begun, const struct flow_env *env)
{
	const struct flow_trigger *trigger = entry->trigger;
	struct timer_span span;
	int64_t count;
	usec at, start;

	if (trigger->kind != FLOW_ON_TIMER || (begun && trigger->timer != FLOW_TIMER_CYCLE))
		return 0;
	str text = str_trim(feel_to_string(
		arena, expression_eval(&trigger->expression, arena, NULL, env)));

	if (trigger->timer == FLOW_TIMER_DATE)
		return timer_parse_date(text, env->offset, &at) ? at : 0;
	if (trigger->timer == FLOW_TIMER_DURATION)
		return timer_parse_duration(text, &span) ? timer_add(after, span, env->offset) : 0;
	if (!timer_parse_cycle(text, env->offset, &count, &start, &span) ||
	    (count >= 0 && begun >= count))
		return 0;
	if (start > after)
		return start;
	at = timer_add(after, span, env->offset);
	/* A cycle with a start keeps its beat however late somebody asks. */
	if (start && !span.months && span.rest > 0)
		at = start + ((after - start) / span.rest + 1) * span.rest;
	return at > after ? at : 0;
}
