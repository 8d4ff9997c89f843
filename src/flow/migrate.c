/*
 * A running instance goes over to another version of its procedure. Everything it stands on has to
 * have a partner there that means the same; otherwise it is refused, with every reason, and the
 * instance stays as it is. Nothing is guessed.
 */
#include "flow/room.h"

struct migration {
	struct ctx *ctx;
	const struct flow_definition *from, *to;
	const struct flow_move *moves;
	uint32_t move_count;
	struct flow_faults *faults;
};

static void refuse(struct migration *migration, uint32_t element, const char *msgid)
{
	const struct flow_element *e = &migration->from->elements[element];
	struct flow_faults *faults = migration->faults;

	if (faults->count < FAULTS_MAX)
		faults->items[faults->count++] = (struct flow_fault){
			e->id, e->line, str_z(ctx_text(migration->ctx, msgid)) };
}

static str moved(const struct migration *migration, str id)
{
	for (uint32_t i = 0; i < migration->move_count; i++)
		if (str_eq(migration->moves[i].from, id))
			return migration->moves[i].to;
	return id;
}

static uint32_t partner(const struct migration *migration, uint32_t element)
{
	return flow_find(migration->to, moved(migration, migration->from->elements[element].id));
}

static uint32_t flow_partner(const struct migration *migration, uint32_t flow)
{
	str id = moved(migration, migration->from->flows[flow].id);

	for (uint32_t i = 0; i < migration->to->flow_count; i++)
		if (str_eq(migration->to->flows[i].id, id))
			return i;
	return FLOW_NONE;
}

static bool same_scope(const struct migration *migration, const struct flow_element *old,
		       const struct flow_element *new)
{
	if (old->scope == FLOW_NONE || new->scope == FLOW_NONE)
		return old->scope == new->scope;
	return partner(migration, old->scope) == new->scope;
}

/* The partner of an element that is going on, or FLOW_NONE with the reason said. */
static uint32_t check_element(struct migration *migration, uint32_t element)
{
	const struct flow_element *old = &migration->from->elements[element];
	uint32_t found = partner(migration, element);

	if (found == FLOW_NONE) {
		refuse(migration, element, N_("It is going on and has no partner in the new"
					      " version"));
		return FLOW_NONE;
	}
	const struct flow_element *new = &migration->to->elements[found];

	if (new->kind != old->kind || new->loop.kind != old->loop.kind) {
		refuse(migration, element, N_("Its partner in the new version is of another kind"));
		return FLOW_NONE;
	}
	if (!same_scope(migration, old, new)) {
		refuse(migration, element, N_("Its partner in the new version is in another"
					      " process or sub-process"));
		return FLOW_NONE;
	}
	return found;
}

/* Whether what may happen to an element from outside is the same in both versions: triggers are
 * armed when a token arrives, so a new one would be missed and an old one hang. */
static bool same_triggers(const struct flow_element *old, const struct flow_element *new)
{
	if (old->trigger_count != new->trigger_count)
		return false;
	for (uint32_t i = 0; i < old->trigger_count; i++)
		if (old->triggers[i].kind != new->triggers[i].kind ||
		    !str_eq(old->triggers[i].name, new->triggers[i].name))
			return false;
	return true;
}

static void check_edges(struct migration *migration, uint32_t element, uint32_t found)
{
	const struct flow_element *old = &migration->from->elements[element];
	const struct flow_element *new = &migration->to->elements[found];

	if (!same_triggers(old, new) || old->boundary_count != new->boundary_count) {
		refuse(migration, element, N_("The events it waits for are others in the new"
					      " version"));
		return;
	}
	for (uint32_t i = 0; i < old->boundary_count; i++) {
		uint32_t edge = partner(migration, old->boundaries[i]);

		if (edge == FLOW_NONE || migration->to->elements[edge].attached_to != found ||
		    !same_triggers(&migration->from->elements[old->boundaries[i]],
				   &migration->to->elements[edge]))
			refuse(migration, old->boundaries[i],
			       N_("The event at the edge has no equal in the new version"));
	}
}

/* Event sub-processes are armed as long as their scope is going on. */
static void check_event_sub_processes(struct migration *migration, uint32_t element, uint32_t found)
{
	const struct flow_element *old = &migration->from->elements[element];
	const struct flow_element *new = &migration->to->elements[found];
	int difference = 0;

	for (uint32_t i = 0; i < old->child_count; i++)
		difference += migration->from->elements[old->children[i]].kind ==
			      FLOW_EVENT_SUB_PROCESS;
	for (uint32_t i = 0; i < new->child_count; i++)
		difference -= migration->to->elements[new->children[i]].kind ==
			      FLOW_EVENT_SUB_PROCESS;
	if (difference)
		refuse(migration, element, N_("The new version has more or fewer event"
					      " sub-processes here"));
}

static void map_nodes(struct migration *migration, struct flow_state *state)
{
	for (uint32_t i = 0; i < state->node_count; i++) {
		struct flow_node *node = &state->nodes[i];
		uint32_t found = check_element(migration, node->element);

		if (found == FLOW_NONE)
			continue;
		if (node->phase != FLOW_DONE) {
			check_edges(migration, node->element, found);
			check_event_sub_processes(migration, node->element, found);
		}
		node->element = found;
		if (node->flow != FLOW_NONE)
			node->flow = flow_partner(migration, node->flow);
	}
}

static void map_joins(struct migration *migration, struct flow_state *state)
{
	for (uint32_t i = 0; i < state->join_count; i++) {
		struct flow_join *join = &state->joins[i];
		uint32_t gateway = migration->from->flows[join->flow].to;
		uint32_t found = flow_partner(migration, join->flow);

		if (check_element(migration, gateway) == FLOW_NONE)
			continue;
		if (found == FLOW_NONE ||
		    migration->to->flows[found].to != partner(migration, gateway))
			refuse(migration, gateway, N_("A token waits at this join, and its flow has"
						      " no partner in the new version"));
		else
			join->flow = found;
	}
}

static void map_waits(struct migration *migration, struct flow_state *state)
{
	for (uint32_t i = 0; i < state->wait_count; i++) {
		struct flow_wait *wait = &state->waits[i];
		uint32_t found = check_element(migration, wait->element);

		if (found == FLOW_NONE)
			continue;
		if (!same_triggers(&migration->from->elements[wait->element],
				   &migration->to->elements[found]))
			refuse(migration, wait->element, N_("The event it waits for is another in"
							    " the new version"));
		wait->element = found;
	}
}

static void copy_state(struct arena *arena, const struct flow_state *state,
		       struct flow_state *ret_copy)
{
	*ret_copy = *state;
	ret_copy->nodes = ARENA_ARRAY(arena, struct flow_node, state->node_count);
	ret_copy->joins = ARENA_ARRAY(arena, struct flow_join, state->join_count);
	ret_copy->waits = ARENA_ARRAY(arena, struct flow_wait, state->wait_count);
	for (uint32_t i = 0; i < state->node_count; i++)
		ret_copy->nodes[i] = state->nodes[i];
	for (uint32_t i = 0; i < state->join_count; i++)
		ret_copy->joins[i] = state->joins[i];
	for (uint32_t i = 0; i < state->wait_count; i++)
		ret_copy->waits[i] = state->waits[i];
}

enum err flow_migrate(struct ctx *ctx, const struct flow_definition *from,
		      const struct flow_definition *to, const struct flow_state *state,
		      const struct flow_move *moves, uint32_t move_count,
		      struct flow_state *ret_state, struct flow_faults *ret_faults)
{
	struct migration migration = { ctx, from, to, moves, move_count, ret_faults };
	struct flow_state copy;

	*ret_faults = (struct flow_faults){
		.items = ARENA_ARRAY(ctx->arena, struct flow_fault, FAULTS_MAX) };
	if (state->status != FLOW_RUNNING)
		return fail(ctx, ERR_CONFLICT, N_("This process has ended"));
	copy_state(ctx->arena, state, &copy);
	map_nodes(&migration, &copy);
	map_joins(&migration, &copy);
	map_waits(&migration, &copy);
	if (ret_faults->count)
		return fail(ctx, ERR_INVALID, N_("It cannot go over to the new version: %.*s: %.*s"),
			    STR_ARG(ret_faults->items[0].element),
			    STR_ARG(ret_faults->items[0].message));
	copy.process = copy.nodes[0].element;
	if (ret_state)
		*ret_state = copy;
	return OK;
}
