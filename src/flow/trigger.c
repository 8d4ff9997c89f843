/* Events: what they wait for or bring about. */
#include "flow/room.h"

static const struct {
	const char *name;
	enum flow_trigger_kind kind;
} definitions[] = {
	{ "timerEventDefinition", FLOW_ON_TIMER },
	{ "messageEventDefinition", FLOW_ON_MESSAGE },
	{ "signalEventDefinition", FLOW_ON_SIGNAL },
	{ "errorEventDefinition", FLOW_ON_ERROR },
	{ "escalationEventDefinition", FLOW_ON_ESCALATION },
	{ "conditionalEventDefinition", FLOW_ON_CONDITION },
	{ "compensateEventDefinition", FLOW_ON_COMPENSATION },
	{ "cancelEventDefinition", FLOW_ON_CANCEL },
	{ "terminateEventDefinition", FLOW_ON_TERMINATE },
	{ "linkEventDefinition", FLOW_ON_LINK },
};

static bool kind_of_definition(const struct xml_node *node, enum flow_trigger_kind *ret_kind)
{
	for (size_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++)
		if (node_is(node, definitions[i].name)) {
			*ret_kind = definitions[i].kind;
			return true;
		}
	return false;
}

bool is_event_definition(const struct xml_node *node)
{
	enum flow_trigger_kind kind;

	return kind_of_definition(node, &kind);
}

static void read_timer(struct loader *loader, const struct xml_node *definition,
		       struct flow_trigger *trigger)
{
	static const struct {
		const char *name;
		enum flow_timer_kind kind;
	} forms[] = { { "timeDate", FLOW_TIMER_DATE },
		      { "timeDuration", FLOW_TIMER_DURATION },
		      { "timeCycle", FLOW_TIMER_CYCLE } };

	for (size_t i = 0; i < 3; i++) {
		const struct xml_node *node = node_child(definition, forms[i].name);

		if (!node)
			continue;
		trigger->timer = forms[i].kind;
		trigger->expression = expression_mixed(loader, node, node->text);
	}
}

/* A fixed time has to be readable now, not when somebody's case waits for it. */
static void check_timer(struct loader *loader, const struct xml_node *definition,
			const struct flow_trigger *trigger)
{
	str text = trigger->expression.source;
	struct timer_span span;
	int64_t count;
	usec at;
	bool fine = trigger->timer == FLOW_TIMER_DATE ? timer_parse_date(text, 0, &at)
		    : trigger->timer == FLOW_TIMER_DURATION ? timer_parse_duration(text, &span)
							    : timer_parse_cycle(text, 0, &count, &at, &span);

	if (trigger->expression.code || str_starts(text, S("=")))
		return;
	if (str_empty(text))
		fault_at(loader, definition, N_("The timer has no date, duration or cycle"));
	else if (!fine)
		fault_at(loader, definition, N_("“%.*s” is no ISO 8601 date, duration or cycle"),
			 STR_ARG(text));
}

static void read_message(struct loader *loader, const struct xml_node *message,
			 struct flow_trigger *trigger)
{
	const struct xml_node *extensions = node_child(message, "extensionElements");
	const struct xml_node *subscription = xml_child(extensions, ZEEBE, S("subscription"));

	trigger->name = node_get(message, "name");
	if (str_empty(trigger->name))
		trigger->name = node_get(message, "id");
	if (subscription)
		trigger->key = expression_mixed(loader, subscription,
						node_get(subscription, "correlationKey"));
}

static const struct xml_node *refer(struct loader *loader, const struct xml_node *definition,
				    const char *attribute)
{
	struct named *named = index_refer(loader, definition, node_get(definition, attribute));

	return named ? named->node : NULL;
}

static void read_referred(struct loader *loader, const struct xml_node *definition,
			  const char *attribute, const char *code, struct flow_trigger *trigger)
{
	const struct xml_node *node = refer(loader, definition, attribute);

	if (!node)
		return;
	trigger->named = true;
	trigger->name = node_get(node, "name");
	if (str_empty(trigger->name))
		trigger->name = node_get(node, "id");
	/* Both ends refer to the same error, so its id does where it has no code. */
	if (code)
		trigger->code = node_get(node, code);
	if (code && str_empty(trigger->code))
		trigger->code = node_get(node, "id");
}

/* Links that name each other pair by the id of where they lead; others by their name. */
static str link_name(const struct xml_node *definition)
{
	const struct xml_node *target = node_child(definition, "target");

	if (target)
		return xml_local(target, str_trim(target->text), NULL);
	return node_get(definition, node_child(definition, "source") ? "id" : "name");
}

void compile_trigger(struct loader *loader, const struct xml_node *node,
		     const struct xml_node *definition, struct flow_trigger *ret_trigger)
{
	struct flow_trigger trigger = { .id = node_get(definition, "id"), .line = definition->line,
					.activity = FLOW_NONE, .wait = true };
	const struct xml_node *message, *condition;

	kind_of_definition(definition, &trigger.kind);
	switch (trigger.kind) {
	case FLOW_ON_TIMER:
		read_timer(loader, definition, &trigger);
		check_timer(loader, node, &trigger);
		break;
	case FLOW_ON_MESSAGE:
		message = refer(loader, definition, "messageRef");
		if (message)
			read_message(loader, message, &trigger);
		break;
	case FLOW_ON_SIGNAL:
		read_referred(loader, definition, "signalRef", NULL, &trigger);
		break;
	case FLOW_ON_ERROR:
		read_referred(loader, definition, "errorRef", "errorCode", &trigger);
		break;
	case FLOW_ON_ESCALATION:
		read_referred(loader, definition, "escalationRef", "escalationCode", &trigger);
		break;
	case FLOW_ON_CONDITION:
		condition = node_child(definition, "condition");
		if (condition)
			trigger.expression = expression_condition(loader, condition, condition->text);
		break;
	case FLOW_ON_COMPENSATION:
		trigger.name = xml_local(definition, node_get(definition, "activityRef"), NULL);
		trigger.wait = node_flag(definition, "waitForCompletion", true);
		break;
	case FLOW_ON_LINK:
		trigger.name = link_name(definition);
		break;
	default:
		break;
	}
	*ret_trigger = trigger;
}

/* A send or receive task names its message itself. */
static void read_task_message(struct loader *loader, const struct xml_node *node,
			      struct list *triggers)
{
	const struct xml_node *message = refer(loader, node, "messageRef");
	struct flow_trigger *trigger;

	if (!message)
		return;
	trigger = LIST_ADD(loader->arena, triggers, struct flow_trigger);
	trigger->kind = FLOW_ON_MESSAGE;
	trigger->line = node->line;
	trigger->activity = FLOW_NONE;
	read_message(loader, message, trigger);
}

void compile_triggers(struct loader *loader, const struct xml_node *node,
		      struct flow_element *element)
{
	struct list triggers = { 0 };

	if (element->kind == FLOW_SEND_TASK || element->kind == FLOW_RECEIVE_TASK)
		read_task_message(loader, node, &triggers);
	for (const struct xml_node *n = node->first; n; n = n->next) {
		const struct xml_node *definition = is_event_definition(n) ? n : NULL;

		if (node_is(n, "eventDefinitionRef")) {
			struct named *named = index_refer(loader, n, n->text);

			definition = named ? named->node : NULL;
		}
		if (definition && is_event_definition(definition))
			compile_trigger(loader, node, definition,
					LIST_ADD(loader->arena, &triggers, struct flow_trigger));
	}
	element->triggers = triggers.p;
	element->trigger_count = triggers.n;
}
