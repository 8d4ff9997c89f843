/* What loads but cannot be meant. */
#include "flow/room.h"

struct checker {
	struct ctx *ctx;
	const struct flow_definition *definition;
	struct list findings;
	bool *reached; /* from where its scope begins */
	bool *ending;  /* an end of its scope, or a dead end, can be reached from it */
};

static void find(struct checker *checker, enum flow_severity severity, uint32_t element,
		 const char *msgid)
{
	const struct flow_element *e = &checker->definition->elements[element];

	*LIST_ADD(checker->ctx->arena, &checker->findings, struct flow_finding) =
		(struct flow_finding){ severity, element, e->id, e->line,
				       str_z(ctx_text(checker->ctx, msgid)) };
}

static bool begins(const struct flow_element *e)
{
	return e->kind == FLOW_START || e->kind == FLOW_EVENT_SUB_PROCESS || e->instantiate ||
	       e->for_compensation;
}

static bool scope_has_start(const struct flow_definition *d, uint32_t scope)
{
	for (uint32_t i = 0; i < d->elements[scope].child_count; i++)
		if (begins(&d->elements[d->elements[scope].children[i]]) &&
		    d->elements[d->elements[scope].children[i]].kind != FLOW_EVENT_SUB_PROCESS)
			return true;
	return false;
}

static void push_link_targets(struct checker *checker, uint32_t at, struct list *open)
{
	const struct flow_definition *d = checker->definition;
	const struct flow_element *e = &d->elements[at];

	if (e->kind != FLOW_THROW || e->trigger_count == 0 ||
	    e->triggers[0].kind != FLOW_ON_LINK)
		return;
	for (uint32_t i = 0; i < d->elements[e->scope].child_count; i++) {
		uint32_t other = d->elements[e->scope].children[i];
		const struct flow_element *o = &d->elements[other];

		if (o->kind == FLOW_CATCH && o->trigger_count &&
		    o->triggers[0].kind == FLOW_ON_LINK &&
		    str_eq(o->triggers[0].name, e->triggers[0].name))
			*LIST_ADD(checker->ctx->arena, open, uint32_t) = other;
	}
}

static void mark_reached(struct checker *checker)
{
	const struct flow_definition *d = checker->definition;
	struct list open = { 0 };

	for (uint32_t i = 0; i < d->element_count; i++) {
		const struct flow_element *e = &d->elements[i];
		bool loose = e->scope != FLOW_NONE && e->incoming_count == 0 &&
			     e->attached_to == FLOW_NONE && !scope_has_start(d, e->scope);

		if (e->scope == FLOW_NONE || begins(e) || loose)
			*LIST_ADD(checker->ctx->arena, &open, uint32_t) = i;
	}
	while (open.n) {
		uint32_t at = LIST_AT(open, uint32_t, --open.n);
		const struct flow_element *e = &d->elements[at];

		if (checker->reached[at])
			continue;
		checker->reached[at] = true;
		for (uint32_t i = 0; i < e->outgoing_count; i++)
			*LIST_ADD(checker->ctx->arena, &open, uint32_t) = d->flows[e->outgoing[i]].to;
		for (uint32_t i = 0; i < e->boundary_count; i++)
			*LIST_ADD(checker->ctx->arena, &open, uint32_t) = e->boundaries[i];
		push_link_targets(checker, at, &open);
	}
}

/* Backwards from everything that ends. */
static void mark_ending(struct checker *checker)
{
	const struct flow_definition *d = checker->definition;
	struct list open = { 0 };

	for (uint32_t i = 0; i < d->element_count; i++)
		if (d->elements[i].outgoing_count == 0)
			*LIST_ADD(checker->ctx->arena, &open, uint32_t) = i;
	while (open.n) {
		uint32_t at = LIST_AT(open, uint32_t, --open.n);
		const struct flow_element *e = &d->elements[at];

		if (checker->ending[at])
			continue;
		checker->ending[at] = true;
		for (uint32_t i = 0; i < e->incoming_count; i++)
			*LIST_ADD(checker->ctx->arena, &open, uint32_t) =
				d->flows[e->incoming[i]].from;
		if (e->attached_to != FLOW_NONE)
			*LIST_ADD(checker->ctx->arena, &open, uint32_t) = e->attached_to;
	}
}

/* Goes back while there is but one way to have come: the gateway that parted the ways, or
 * FLOW_NONE where that is not so simple. */
static uint32_t parting_before(const struct flow_definition *d, uint32_t flow)
{
	for (uint32_t steps = 0; steps < d->element_count; steps++) {
		uint32_t at = d->flows[flow].from;
		const struct flow_element *e = &d->elements[at];

		if (e->outgoing_count > 1)
			return at;
		if (e->incoming_count != 1)
			return FLOW_NONE;
		flow = e->incoming[0];
	}
	return FLOW_NONE;
}

/* A parallel join whose ways were parted by one exclusive choice gets only one token. */
static bool never_complete(const struct flow_definition *d, const struct flow_element *join)
{
	uint32_t first;

	if (join->incoming_count < 2)
		return false;
	first = parting_before(d, join->incoming[0]);
	for (uint32_t i = 1; i < join->incoming_count; i++)
		if (parting_before(d, join->incoming[i]) != first)
			return false;
	return first != FLOW_NONE && (d->elements[first].kind == FLOW_EXCLUSIVE ||
				      d->elements[first].kind == FLOW_EVENT_GATEWAY);
}

static bool is_unassigned(const struct flow_element *e)
{
	return str_empty(e->assignee.source) && str_empty(e->candidate_groups.source) &&
	       str_empty(e->candidate_users.source) && e->lane == FLOW_NONE;
}

/* Nothing but conditions: when none holds the case stops. */
static bool may_choose_nothing(const struct flow_definition *d, const struct flow_element *e)
{
	if (e->outgoing_count == 0 || e->default_flow != FLOW_NONE)
		return false;
	for (uint32_t i = 0; i < e->outgoing_count; i++)
		if (str_empty(d->flows[e->outgoing[i]].condition.source))
			return false;
	return true;
}

static void check_element(struct checker *checker, uint32_t i)
{
	const struct flow_definition *d = checker->definition;
	const struct flow_element *e = &d->elements[i];
	bool job = e->kind == FLOW_SERVICE_TASK ||
		   (e->kind == FLOW_RULE_TASK && str_empty(e->decision.source));

	if (!checker->reached[i])
		find(checker, FLOW_FAULT, i, N_("Nothing ever leads here"));
	else if (!checker->ending[i])
		find(checker, FLOW_FAULT, i, N_("From here no end can ever be reached"));
	if (e->kind == FLOW_PARALLEL && never_complete(d, e))
		find(checker, FLOW_FAULT, i, N_("This join can never be complete: only one of its"
						" ways is ever taken"));
	if (e->kind == FLOW_USER_TASK && is_unassigned(e))
		find(checker, FLOW_FAULT, i, N_("Nobody can take this task: it has no assignee, no"
						" candidates and no lane"));
	if (job && str_empty(e->job_type.source))
		find(checker, FLOW_FAULT, i, N_("It does not say which job carries it out"));
	if (e->kind == FLOW_RECEIVE_TASK && e->trigger_count == 0)
		find(checker, FLOW_FAULT, i, N_("It does not say which message"));
	if (e->kind == FLOW_CALL && str_empty(e->called.source))
		find(checker, FLOW_FAULT, i, N_("It does not say which process it calls"));
	if ((e->kind == FLOW_EXCLUSIVE || e->kind == FLOW_INCLUSIVE) && may_choose_nothing(d, e))
		find(checker, FLOW_WARNING, i, N_("Where none of its conditions holds the case"
						  " stops: it has no default flow"));
	if (flow_is_activity(e->kind) && str_empty(e->name))
		find(checker, FLOW_WARNING, i, N_("It has no name"));
}

/* What is neither true nor false was refused when the file was loaded. */
static void check_condition(struct checker *checker, const struct flow_sequence *flow)
{
	const struct feel *feel = flow->condition.code;

	if (feel && feel_reads(feel, checker->ctx->arena).n == 0)
		find(checker, FLOW_WARNING, flow->from, N_("One of its conditions is always the"
							   " same"));
}

void flow_check(struct ctx *ctx, const struct flow_definition *definition,
		struct flow_finding **ret_findings, uint32_t *ret_count)
{
	struct checker checker = { .ctx = ctx, .definition = definition };

	checker.reached = ARENA_ARRAY(ctx->arena, bool, definition->element_count);
	checker.ending = ARENA_ARRAY(ctx->arena, bool, definition->element_count);
	mark_reached(&checker);
	mark_ending(&checker);
	for (uint32_t i = 0; i < definition->element_count; i++)
		check_element(&checker, i);
	if (!definition->elements[flow_main_process(definition)].executable)
		find(&checker, FLOW_FAULT, flow_main_process(definition),
		     N_("No process in the file is executable: it is only a drawing"));
	for (uint32_t i = 0; i < definition->flow_count; i++)
		check_condition(&checker, &definition->flows[i]);
	*ret_findings = checker.findings.p;
	*ret_count = checker.findings.n;
}
