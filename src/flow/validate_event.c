/* Events and gateways: which triggers may stand where, and what they need. */
#include "flow/room.h"

enum { DEFINITIONS = 16 };

#define TIMER "timerEventDefinition"
#define MESSAGE "messageEventDefinition"
#define SIGNAL "signalEventDefinition"
#define ERROR "errorEventDefinition"
#define ESCALATION "escalationEventDefinition"
#define CONDITION "conditionalEventDefinition"
#define COMPENSATION "compensateEventDefinition"
#define CANCEL "cancelEventDefinition"
#define TERMINATE "terminateEventDefinition"
#define LINK "linkEventDefinition"

static const char *const at_start[] = { TIMER, MESSAGE, SIGNAL, CONDITION, NULL };
static const char *const at_sub_start[] = { NULL };
static const char *const at_event_sub_start[] = { TIMER,	   MESSAGE,   SIGNAL,	   ERROR,
						  ESCALATION, CONDITION, COMPENSATION, NULL };
static const char *const at_catch[] = { TIMER, MESSAGE, SIGNAL, CONDITION, LINK, NULL };
static const char *const at_throw[] = { MESSAGE, SIGNAL, ESCALATION, COMPENSATION, LINK, NULL };
static const char *const at_boundary[] = { TIMER,     MESSAGE,	    SIGNAL, ERROR, ESCALATION,
					   CONDITION, COMPENSATION, CANCEL, NULL };
static const char *const at_end[] = { MESSAGE,	    SIGNAL, ERROR,     ESCALATION,
				      COMPENSATION, CANCEL, TERMINATE, NULL };
static const char *const not_passing[] = { ERROR, COMPENSATION, CANCEL, NULL };
static const char *const several_caught[] = { TIMER, MESSAGE, SIGNAL, CONDITION, NULL };
static const char *const several_thrown[] = { MESSAGE, SIGNAL, ESCALATION, NULL };

static bool is_triggered(const struct xml_node *scope)
{
	return node_is(scope, "subProcess") && node_flag(scope, "triggeredByEvent", false);
}

static const char *const *allowed_at(const struct xml_node *event)
{
	if (node_is(event, "startEvent"))
		return node_is(event->parent, "process") ? at_start
		       : is_triggered(event->parent)	 ? at_event_sub_start
							 : at_sub_start;
	if (node_is(event, "intermediateCatchEvent"))
		return at_catch;
	if (node_is(event, "intermediateThrowEvent"))
		return at_throw;
	if (node_is(event, "boundaryEvent"))
		return at_boundary;
	return node_is(event, "endEvent") ? at_end : NULL;
}

static bool needs_trigger(const struct xml_node *event)
{
	return node_is(event, "intermediateCatchEvent") || node_is(event, "boundaryEvent") ||
	       (node_is(event, "startEvent") && is_triggered(event->parent));
}

static bool passes(const struct xml_node *event)
{
	const char *flag = node_is(event, "boundaryEvent") ? "cancelActivity" : "isInterrupting";

	return !node_flag(event, flag, true) &&
	       (node_is(event, "boundaryEvent") || is_triggered(event->parent));
}

static void check_kind(struct loader *loader, const struct xml_node *event,
		       const struct xml_node *definition, uint32_t count)
{
	bool throws = node_is(event, "endEvent") || node_is(event, "intermediateThrowEvent");

	if (!node_is_one_of(definition, allowed_at(event)))
		fault_at(loader, event, N_("%.*s: no %.*s may stand here"), STR_ARG(event->name),
			 STR_ARG(definition->name));
	else if (passes(event) && node_is_one_of(definition, not_passing))
		fault_at(loader, event, N_("%.*s: such an event always interrupts"),
			 STR_ARG(definition->name));
	else if (count > 1 &&
		 !node_is_one_of(definition, throws ? several_thrown : several_caught))
		fault_at(loader, event, N_("%.*s has to stand alone"), STR_ARG(definition->name));
}

static bool is_within_transaction(const struct xml_node *node)
{
	for (; node; node = node->parent)
		if (node_is(node, "transaction"))
			return true;
	return false;
}

static void check_cancel(struct loader *loader, const struct xml_node *event)
{
	if (!has_definition(loader, event, CANCEL))
		return;
	if (node_is(event, "endEvent") && !is_within_transaction(event))
		fault_at(loader, event, N_("A cancel end event has to be inside a transaction"));
	if (node_is(event, "boundaryEvent") &&
	    !node_is(refer_node(loader, event, node_get(event, "attachedToRef")), "transaction"))
		fault_at(loader, event, N_("A cancel event has to be at the edge of a transaction"));
}

static uint32_t count_handlers(const struct loader *loader, const struct xml_node *node,
			       const struct xml_node *event)
{
	uint32_t n = 0;

	for (const struct xml_node *a = node->first; a; a = a->next) {
		const struct xml_node *to =
			refer_node(loader, a, node_get(a, "targetRef"));

		if (node_is(a, "association") &&
		    refer_node(loader, a, node_get(a, "sourceRef")) == event &&
		    node_is_activity(to) && node_flag(to, "isForCompensation", false))
			n++;
	}
	return n;
}

/* Modelers put associations beside the event or at the top, in a collaboration. */
static void check_compensation(struct loader *loader, const struct xml_node *event)
{
	uint32_t n = 0;

	if (!node_is(event, "boundaryEvent") || !has_definition(loader, event, COMPENSATION))
		return;
	for (const struct xml_node *around = event->parent; around; around = around->parent)
		n += count_handlers(loader, around, event);
	for (const struct xml_node *c = node_child(loader->root, "collaboration"); c;
	     c = node_next(c, "collaboration"))
		n += count_handlers(loader, c, event);
	if (n != 1)
		fault_at(loader, event, N_("A compensation event leads, by an association, to"
					   " exactly one activity that is for compensation"));
}

static str link_name(const struct xml_node *event)
{
	return node_get(node_child(event, LINK), "name");
}

/* Links without references to each other pair by their name within the scope. */
static void check_link_pair(struct loader *loader, const struct xml_node *event)
{
	const struct xml_node *link = node_child(event, LINK);
	bool throws = node_is(event, "intermediateThrowEvent");
	const char *other = throws ? "intermediateCatchEvent" : "intermediateThrowEvent";
	uint32_t n = 0;

	if (!link || node_child(link, "target") || node_child(link, "source"))
		return;
	for (const struct xml_node *o = node_child(event->parent, other); o;
	     o = node_next(o, other))
		n += node_child(o, LINK) && str_eq(link_name(o), link_name(event));
	if (str_empty(link_name(event)))
		fault_at(loader, event, N_("A link event needs a name"));
	else if (n == 0 || (throws && n > 1))
		fault_at(loader, event, N_("The link “%.*s” needs exactly one place to lead to,"
					   " and at least one to come from"),
			 STR_ARG(link_name(event)));
}

void validate_event(struct loader *loader, const struct xml_node *node)
{
	const struct xml_node *definitions[DEFINITIONS];
	uint32_t n;

	if (!allowed_at(node))
		return;
	n = definitions_of(loader, node, definitions, DEFINITIONS);
	if (n > DEFINITIONS)
		fault_at(loader, node, N_("It has too many event definitions"));
	if (n == 0 && needs_trigger(node))
		fault_at(loader, node, N_("It needs an event definition"));
	for (uint32_t i = 0; i < n && i < DEFINITIONS; i++)
		check_kind(loader, node, definitions[i], n);
	if (node_is(node, "boundaryEvent") && str_empty(node_get(node, "attachedToRef")))
		fault_at(loader, node, N_("It is attached to nothing"));
	check_cancel(loader, node);
	check_compensation(loader, node);
	check_link_pair(loader, node);
}

static bool is_thrown(const struct xml_node *definition)
{
	return node_is(definition->parent, "endEvent") ||
	       node_is(definition->parent, "intermediateThrowEvent");
}

static void check_timer(struct loader *loader, const struct xml_node *node)
{
	int n = !!node_child(node, "timeDate") + !!node_child(node, "timeDuration") +
		!!node_child(node, "timeCycle");

	if (n != 1)
		fault_at(loader, node, N_("A timer has exactly one of date, duration and cycle"));
}

static void check_message(struct loader *loader, const struct xml_node *node)
{
	const struct xml_node *message = refer_node(loader, node, node_get(node, "messageRef"));

	if (!is_executable(node))
		return;
	if (!message)
		fault_at(loader, node, N_("It does not say which message"));
	/* A message with a typed payload is a call of a service's operation. */
	else if (!str_empty(node_get(message, "itemRef")) && !node_child(node, "operationRef"))
		fault_at(loader, node, N_("A message that carries an item needs an operation"));
	const struct xml_node *operation =
		refer_node(loader, node, xml_child_text(node, BPMN, S("operationRef")));

	if (message && operation &&
	    refer_node(loader, operation,
		       xml_child_text(operation, BPMN, S("inMessageRef"))) != message)
		fault_at(loader, node, N_("Its message is not that of its operation"));
}

static void check_escalation(struct loader *loader, const struct xml_node *node)
{
	const struct xml_node *escalation =
		refer_node(loader, node, node_get(node, "escalationRef"));

	if (is_thrown(node) && (!escalation || str_empty(node_get(escalation, "escalationCode"))))
		fault_at(loader, node, N_("An escalation that is thrown needs a code"));
}

static void check_error(struct loader *loader, const struct xml_node *node)
{
	const struct xml_node *error = refer_node(loader, node, node_get(node, "errorRef"));

	if (is_thrown(node) && (!error || str_empty(node_get(error, "errorCode"))))
		fault_at(loader, node, N_("An error that is thrown needs a code"));
}

static void check_condition(struct loader *loader, const struct xml_node *node)
{
	if (str_empty(xml_child_text(node, BPMN, S("condition"))))
		fault_at(loader, node, N_("The condition is empty"));
}

void validate_definition(struct loader *loader, const struct xml_node *node)
{
	if (node_is(node, TIMER))
		check_timer(loader, node);
	else if (node_is(node, MESSAGE))
		check_message(loader, node);
	else if (node_is(node, ESCALATION))
		check_escalation(loader, node);
	else if (node_is(node, CONDITION))
		check_condition(loader, node);
	else if (node_is(node, SIGNAL) && is_executable(node) &&
		 str_empty(node_get(node, "signalRef")))
		fault_at(loader, node, N_("It does not say which signal"));
	else if (node_is(node, ERROR))
		check_error(loader, node);
}

static void check_direction(struct loader *loader, const struct xml_node *node)
{
	str direction = node_get(node, "gatewayDirection");
	uint32_t in = flows_in(loader, node), out = flows_out(loader, node);
	bool fine = true;

	if (str_eq(direction, S("Converging")))
		fine = in > 1 && out <= 1;
	else if (str_eq(direction, S("Diverging")))
		fine = out > 1 && in <= 1;
	else if (str_eq(direction, S("Mixed")))
		fine = in > 1 && out > 1;
	if (!fine)
		fault_at(loader, node, N_("Its flows (%u in, %u out) are not those of a %.*s"
					  " gateway"),
			 in, out, STR_ARG(direction));
	else if (in + out < 2)
		fault_at(loader, node, N_("A gateway that joins nothing and parts nothing"));
}

static void check_event_target(struct loader *loader, const struct xml_node *flow)
{
	const struct xml_node *to = refer_node(loader, flow, node_get(flow, "targetRef"));

	if (!to)
		return;
	if (!node_is(to, "receiveTask") && !node_is(to, "intermediateCatchEvent"))
		fault_at(loader, to, N_("After an event gateway stand catching events or receive"
					" tasks"));
	else if (flows_in(loader, to) > 1)
		fault_at(loader, to, N_("Nothing but its event gateway may lead here"));
	for (const struct xml_node *b = node_child(to->parent, "boundaryEvent");
	     b && node_is(to, "receiveTask"); b = node_next(b, "boundaryEvent"))
		if (refer_node(loader, b, node_get(b, "attachedToRef")) == to)
			fault_at(loader, to, N_("A receive task after an event gateway has no"
						" events at its edge"));
}

static void check_event_gateway(struct loader *loader, const struct xml_node *node)
{
	bool message = false, task = false;

	if (flows_out(loader, node) < 2)
		fault_at(loader, node, N_("An event gateway needs two flows to choose from"));
	if (str_eq(node_get(node, "eventGatewayType"), S("Parallel")))
		fault_at(loader, node, N_("A parallel event gateway is not executed here"));
	for (const struct xml_node *f = node_child(node->parent, "sequenceFlow"); f;
	     f = node_next(f, "sequenceFlow")) {
		if (refer_node(loader, f, node_get(f, "sourceRef")) != node)
			continue;
		const struct xml_node *to = refer_node(loader, f, node_get(f, "targetRef"));

		check_event_target(loader, f);
		if (!to)
			continue;
		task = task || node_is(to, "receiveTask");
		message = message || has_definition(loader, to, MESSAGE);
	}
	if (message && task)
		fault_at(loader, node, N_("After an event gateway, messages are received either by"
					  " events or by tasks, not both"));
}

void validate_gateway(struct loader *loader, const struct xml_node *node)
{
	static const char *const gateways[] = { "exclusiveGateway", "inclusiveGateway",
						"parallelGateway", "complexGateway",
						"eventBasedGateway", NULL };

	if (!node_is_one_of(node, gateways))
		return;
	check_direction(loader, node);
	if (node_is(node, "eventBasedGateway"))
		check_event_gateway(loader, node);
	if (node_is(node, "complexGateway") && flows_in(loader, node) > 1 &&
	    !node_child(node, "activationCondition"))
		fault_at(loader, node, N_("A complex gateway that joins needs an activation"
					  " condition"));
}
