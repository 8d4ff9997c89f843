/* A token comes to an element. */
#include "flow/machine.h"

enum { CALL_DEPTH = 32 };

static void enter_start(struct machine *m, uint32_t scope, uint32_t element)
{
	effect_add(m, FLOW_ENTERED, element, 0)->parent = scope;
	effect_add(m, FLOW_LEFT, element, 0);
	take_outgoing(m, scope, element);
}

static uint32_t add_entered(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow)
{
	uint32_t id = node_add(m, scope, element, FLOW_ACTIVE);

	node_find(m, id)->flow = flow;
	effect_add(m, FLOW_ENTERED, element, id)->parent = scope;
	return id;
}

static void enter_catch(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow)
{
	uint32_t id = add_entered(m, scope, element, flow);

	if (element_of(m, element)->triggers[0].kind == FLOW_ON_LINK) {
		complete(m, id, value_null());
		return;
	}
	variables_in(m, id);
	arm(m, id, element);
}

static void enter_event_gateway(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow)
{
	const struct flow_element *gateway = element_of(m, element);
	uint32_t id = add_entered(m, scope, element, flow);

	for (uint32_t i = 0; i < gateway->outgoing_count; i++)
		if (!arm(m, id, m->definition->flows[gateway->outgoing[i]].to))
			return;
}

/* startQuantity: tokens are gathered until there are enough. */
static bool enough_tokens(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow)
{
	const struct flow_element *e = element_of(m, element);
	int64_t sum = 0;

	if (e->start_quantity == 1 || flow == FLOW_NONE)
		return true;
	join_count(m, scope, flow, 1);
	for (uint32_t i = 0; i < e->incoming_count; i++)
		sum += join_has(m, scope, e->incoming[i]);
	if (sum < e->start_quantity)
		return false;
	sum = e->start_quantity;
	for (uint32_t i = 0; i < e->incoming_count; i++)
		for (; sum > 0 && join_has(m, scope, e->incoming[i]); sum--)
			join_count(m, scope, e->incoming[i], -1);
	return true;
}

void enter_activity(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow,
		    uint32_t compensates)
{
	uint32_t id = add_entered(m, scope, element, flow);
	struct flow_node *node = node_find(m, id);

	node->compensates = compensates;
	if (element_of(m, element)->loop.kind != FLOW_ONCE) {
		node->phase = FLOW_BODY;
		if (arm_boundaries(m, id))
			loop_begin(m, id);
		return;
	}
	variables_in(m, id);
	if (arm_boundaries(m, id))
		begin_work(m, id);
}

void enter(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow,
	   uint32_t compensates)
{
	switch (element_of(m, element)->kind) {
	case FLOW_START:
		enter_start(m, scope, element);
		break;
	case FLOW_CATCH:
		enter_catch(m, scope, element, flow);
		break;
	case FLOW_THROW:
	case FLOW_END:
		throw_event(m, scope, element, flow);
		break;
	case FLOW_EVENT_GATEWAY:
		enter_event_gateway(m, scope, element, flow);
		break;
	case FLOW_EXCLUSIVE:
	case FLOW_PARALLEL:
	case FLOW_INCLUSIVE:
	case FLOW_COMPLEX:
		enter_gateway(m, scope, element, flow);
		break;
	default:
		if (enough_tokens(m, scope, element, flow))
			enter_activity(m, scope, element, flow, compensates);
	}
}

/* A list of strings: from FEEL a list or one string, from a fixed text its parts at commas. */
static struct value list_of(struct machine *m, const struct flow_expression *expression,
			    uint32_t node)
{
	struct value value = eval_at(m, expression, node), list = value_list();

	if (value.kind == VALUE_LIST)
		return value;
	if (value.kind == VALUE_STRING) {
		str rest = value_text(value);

		for (str part; str_next(&rest, ',', &part);)
			if (!str_empty(str_trim(part)))
				value_push(m->arena, &list, value_str(str_trim(part)));
	}
	return list;
}

static struct value time_of(struct machine *m, const struct flow_expression *expression,
			    uint32_t node, usec *ret_at)
{
	struct value value = eval_at(m, expression, node);

	if (!timer_parse_date(feel_to_string(m->arena, value), m->env->offset, ret_at))
		*ret_at = 0;
	return value;
}

static void task_create(struct machine *m, uint32_t id)
{
	const struct flow_element *element = element_of(m, node_find(m, id)->element);
	struct flow_task *task = ARENA_NEW(m->arena, struct flow_task);
	struct value priority = eval_at(m, &element->priority, id);
	str text = value_text(priority);

	task->assignee = value_text(eval_at(m, &element->assignee, id));
	task->candidate_groups = list_of(m, &element->candidate_groups, id);
	task->candidate_users = list_of(m, &element->candidate_users, id);
	task->form_id = element->form_id;
	task->form_key = element->form_key;
	if (!str_empty(element->due.source))
		task->due_value = time_of(m, &element->due, id, &task->due);
	if (!str_empty(element->follow_up.source))
		task->follow_up_value = time_of(m, &element->follow_up, id, &task->follow_up);
	if (!str_int(text, 0, 100, &task->priority))
		task->priority = value_integer(priority, 50);
	node_find(m, id)->holds = FLOW_HOLDS_TASK;
	effect_add(m, FLOW_TASK_CREATED, node_find(m, id)->element, id)->task = task;
}

void job_create(struct machine *m, uint32_t id)
{
	struct flow_node *node = node_find(m, id);
	const struct flow_element *element = element_of(m, node->element);
	struct value retries = eval_at(m, &element->retries, id);
	str type = value_text(eval_at(m, &element->job_type, id));

	if (element->kind == FLOW_SCRIPT_TASK && str_empty(type))
		type = S("script");
	node->holds = FLOW_HOLDS_JOB;
	struct flow_effect *effect = effect_add(m, FLOW_JOB_CREATED, node->element, id);

	effect->name = type;
	effect->text = element->script.code ? S("") : element->script.source;
	effect->variables = visible_at(m, id);
	if (!str_int(value_text(retries), 0, 1000, &effect->retries))
		effect->retries = value_integer(retries, 3);
}

static void call_here(struct machine *m, uint32_t id, uint32_t process)
{
	const struct flow_node *node = node_find(m, id);
	const struct flow_element *element = element_of(m, node->element);
	struct value variables = element->propagate_parent ? visible_at(m, id) : node->variables;
	uint32_t depth = 0, inner;

	for (const struct flow_node *n = node; n; n = node_find(m, n->parent))
		depth += element_of(m, n->element)->kind == FLOW_CALL;
	if (depth > CALL_DEPTH) {
		incident_raise(m, id, FLOW_ENDLESS, RETRY_ENTER,
			       N_("Processes call each other too deeply"));
		return;
	}
	inner = node_add(m, id, process, FLOW_ACTIVE);
	node_find(m, inner)->variables =
		variables.kind == VALUE_MAP ? variables : value_map();
	effect_add(m, FLOW_ENTERED, process, inner)->parent = id;
	begin_scope(m, inner);
}

static void begin_call(struct machine *m, uint32_t id)
{
	const struct flow_node *node = node_find(m, id);
	const struct flow_element *element = element_of(m, node->element);
	str called = value_text(eval_at(m, &element->called, id));
	uint32_t process = flow_find(m->definition, called);

	if (str_empty(called)) {
		incident_raise(m, id, FLOW_EXPRESSION, RETRY_ENTER,
			       N_("The call does not say which process it calls"));
		return;
	}
	if (process != FLOW_NONE && element_of(m, process)->kind == FLOW_PROCESS &&
	    element_of(m, process)->executable) {
		call_here(m, id, process);
		return;
	}
	node_find(m, id)->holds = FLOW_HOLDS_CALL;
	struct flow_effect *effect = effect_add(m, FLOW_CALL_CREATED, node->element, id);

	effect->name = called;
	effect->variables = element->propagate_parent ? visible_at(m, id) : node->variables;
}

static void complete_with(struct machine *m, uint32_t id, str name, struct value result)
{
	struct value variables = value_map();

	if (!str_empty(name))
		value_append(m->arena, &variables, name, result);
	complete(m, id, variables);
}

static void decide(struct machine *m, uint32_t id)
{
	const struct flow_element *element = element_of(m, node_find(m, id)->element);
	str decision = value_text(eval_at(m, &element->decision, id));
	struct value result = value_null();
	str why = S("");

	if (!m->env->decide)
		why = str_z(ctx_text(m->ctx, N_("no decisions are at hand")));
	if (m->env->decide && m->env->decide(m->env->data, m->arena, decision, visible_at(m, id),
					     &result, &why))
		complete_with(m, id, element->result_variable, result);
	else
		incident_raise(m, id, FLOW_EXPRESSION, RETRY_ENTER,
			       N_("The decision “%.*s” gives no answer: %.*s"), STR_ARG(decision),
			       STR_ARG(why));
}

static void message_throw(struct machine *m, uint32_t id, const struct flow_element *element)
{
	const struct flow_trigger *trigger = element->triggers;
	struct flow_effect *effect;

	if (element->trigger_count) {
		struct value key = eval_at(m, &trigger->key, id);

		effect = effect_add(m, FLOW_MESSAGE_THROWN, node_find(m, id)->element, id);
		effect->name = trigger->name;
		effect->key = feel_to_string(m->arena, key);
		effect->variables = node_find(m, id)->variables;
	}
	complete(m, id, value_null());
}

void begin_work(struct machine *m, uint32_t id)
{
	const struct flow_element *element = element_of(m, node_find(m, id)->element);
	bool has_job = !str_empty(element->job_type.source);

	switch (element->kind) {
	case FLOW_USER_TASK:
		task_create(m, id);
		break;
	case FLOW_TASK:
	case FLOW_MANUAL_TASK:
		complete(m, id, value_null());
		break;
	case FLOW_CALL:
		begin_call(m, id);
		break;
	case FLOW_RECEIVE_TASK:
		arm(m, id, node_find(m, id)->element);
		break;
	case FLOW_SEND_TASK:
		if (has_job)
			job_create(m, id);
		else
			message_throw(m, id, element);
		break;
	case FLOW_RULE_TASK:
		if (str_empty(element->decision.source))
			job_create(m, id);
		else
			decide(m, id);
		break;
	case FLOW_SCRIPT_TASK:
		if (element->script.code)
			complete_with(m, id, element->result_variable,
				      eval_at(m, &element->script, id));
		else if (has_job || !str_empty(element->script.source))
			job_create(m, id);
		else
			complete(m, id, value_null());
		break;
	case FLOW_SERVICE_TASK:
		job_create(m, id);
		break;
	default:
		begin_scope(m, id);
	}
}

void scope_beginnings(struct machine *m, uint32_t scope, struct list *ret_elements)
{
	const struct flow_element *around = element_of(m, scope);

	for (uint32_t i = 0; i < around->child_count; i++) {
		const struct flow_element *e = element_of(m, around->children[i]);
		bool link = e->kind == FLOW_CATCH && e->trigger_count &&
			    e->triggers[0].kind == FLOW_ON_LINK;

		if (e->incoming_count == 0 && !e->for_compensation && !link &&
		    e->kind != FLOW_BOUNDARY && e->kind != FLOW_EVENT_SUB_PROCESS &&
		    e->kind != FLOW_START)
			*LIST_ADD(m->arena, ret_elements, uint32_t) = around->children[i];
	}
}

/* Which activities an ad-hoc sub-process begins with: those it is told, or all. */
static void ad_hoc_elements(struct machine *m, uint32_t id, struct list *ret_elements)
{
	uint32_t scope = node_find(m, id)->element;
	const struct flow_element *element = element_of(m, scope);

	if (str_empty(element->activation.source)) {
		scope_beginnings(m, scope, ret_elements);
		return;
	}
	struct value ids = eval_at(m, &element->activation, id);

	for (uint32_t i = 0; ids.kind == VALUE_LIST && i < ids.n; i++) {
		uint32_t found = flow_find(m->definition, value_text(ids.items[i]));

		if (found != FLOW_NONE && element_of(m, found)->scope == scope)
			*LIST_ADD(m->arena, ret_elements, uint32_t) = found;
	}
}

bool ad_hoc_next(struct machine *m, uint32_t id)
{
	struct list elements = { 0 };

	ad_hoc_elements(m, id, &elements);
	struct flow_node *node = node_find(m, id);

	if (node->begun >= elements.n)
		return false;
	move_add(m, MOVE_ENTER, id, LIST_AT(elements, uint32_t, node->begun++), FLOW_NONE);
	return true;
}

static void begin_ad_hoc(struct machine *m, uint32_t id)
{
	bool sequential = element_of(m, node_find(m, id)->element)->sequential;

	while (ad_hoc_next(m, id))
		if (sequential)
			return;
}

void begin_scope(struct machine *m, uint32_t id)
{
	uint32_t scope = node_find(m, id)->element;
	const struct flow_element *element = element_of(m, scope);
	struct list elements = { 0 };

	if (!arm_event_sub_processes(m, id))
		return;
	if (element->kind == FLOW_AD_HOC) {
		begin_ad_hoc(m, id);
		return;
	}
	if (element->start != FLOW_NONE)
		*LIST_ADD(m->arena, &elements, uint32_t) = element->start;
	else
		scope_beginnings(m, scope, &elements);
	for (uint32_t i = 0; i < elements.n; i++)
		move_add(m, MOVE_ENTER, id, LIST_AT(elements, uint32_t, i), FLOW_NONE);
}
