/* Every reference leads to something, and to something of the right kind. */
#include "flow/room.h"

enum { TARGETS = 8 };

/* By the name of the attribute or child element that refers. A target that begins with '@' is a
 * group. */
static const struct {
	const char *name;
	const char *targets[TARGETS];
} references[] = {
	{ "attachedToRef", { "@activity" } },
	{ "messageRef", { "message" } },
	{ "signalRef", { "signal" } },
	{ "errorRef", { "error" } },
	{ "escalationRef", { "escalation" } },
	{ "itemRef", { "itemDefinition" } },
	{ "itemSubjectRef", { "itemDefinition" } },
	{ "operationRef", { "operation" } },
	{ "interfaceRef", { "interface" } },
	{ "supportedInterfaceRef", { "interface" } },
	{ "inMessageRef", { "message" } },
	{ "outMessageRef", { "message" } },
	{ "processRef", { "process" } },
	{ "dataObjectRef", { "dataObject" } },
	{ "dataStoreRef", { "dataStore" } },
	{ "categoryValueRef", { "categoryValue" } },
	{ "eventDefinitionRef", { "@definition" } },
	{ "oneBehaviorEventRef", { "@definition" } },
	{ "noneBehaviorEventRef", { "@definition" } },
	{ "activityRef", { "@activity" } },
	{ "default", { "sequenceFlow" } },
	{ "flowNodeRef", { "@flow node" } },
	{ "participantRef", { "participant" } },
	{ "initiatingParticipantRef", { "participant" } },
	{ "messageFlowRef", { "messageFlow" } },
	{ "dataInputRefs", { "dataInput" } },
	{ "optionalInputRefs", { "dataInput" } },
	{ "whileExecutingInputRefs", { "dataInput" } },
	{ "dataOutputRefs", { "dataOutput" } },
	{ "optionalOutputRefs", { "dataOutput" } },
	{ "whileExecutingOutputRefs", { "dataOutput" } },
	{ "inputSetRefs", { "inputSet" } },
	{ "outputSetRefs", { "outputSet" } },
	{ "inputDataRef", { "inputSet", "dataInput" } },
	{ "outputDataRef", { "outputSet", "dataOutput" } },
	{ "loopDataInputRef", { "dataInput", "dataObject", "dataObjectReference", "property" } },
	{ "loopDataOutputRef", { "dataOutput", "dataObject", "dataObjectReference", "property" } },
	{ "incoming", { "sequenceFlow" } },
	{ "outgoing", { "sequenceFlow" } },
	{ "resourceRef", { "resource" } },
	{ "parameterRef", { "resourceParameter" } },
	{ "partitionElementRef", { "@any" } },
	{ "correlationPropertyRef", { "correlationProperty" } },
	{ "correlationKeyRef", { "correlationKey" } },
	{ "innerParticipantRef", { "participant" } },
	{ "outerParticipantRef", { "participant" } },
	{ "innerMessageFlowRef", { "messageFlow" } },
	{ "outerMessageFlowRef", { "messageFlow" } },
	{ "partnerEntityRef", { "partnerEntity" } },
	{ "partnerRoleRef", { "partnerRole" } },
	{ "definitionalCollaborationRef", { "collaboration" } },
	{ "complexBehaviorEventRef", { "@definition" } },
};

static bool fits(const struct xml_node *node, const char *target)
{
	if (*target != '@')
		return node_is(node, target);
	if (strcmp(target, "@activity") == 0)
		return node_is_activity(node);
	if (strcmp(target, "@flow node") == 0)
		return node_is_flow_node(node);
	return strcmp(target, "@any") == 0 || is_event_definition(node);
}

/* What another file defines cannot be looked at. */
static bool is_imported(const struct loader *loader, const struct xml_node *node, str reference)
{
	str space;

	xml_local(node, reference, &space);
	for (const struct xml_node *i = node_child(loader->root, "import"); i;
	     i = node_next(i, "import"))
		if (str_eq(node_get(i, "namespace"), space))
			return true;
	return false;
}

static void check(struct loader *loader, const struct xml_node *node, str name, str reference)
{
	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		if (!str_eq(name, str_z(references[i].name)))
			continue;
		const struct xml_node *found = refer_node(loader, node, reference);

		if (!found && is_imported(loader, node, reference))
			return;
		if (!found) {
			fault_at(loader, node, N_("%.*s refers to “%.*s”, which is not there"),
				 STR_ARG(name), STR_ARG(reference));
			return;
		}
		for (size_t t = 0; t < TARGETS && references[i].targets[t]; t++)
			if (fits(found, references[i].targets[t]))
				return;
		fault_at(loader, node, N_("%.*s may not refer to “%.*s”, which is a %.*s"),
			 STR_ARG(name), STR_ARG(reference), STR_ARG(found->name));
		return;
	}
}

static void check_shared_definition(struct loader *loader, const struct xml_node *node)
{
	const struct xml_node *found = refer_node(loader, node, node->text);

	if (node_is(node, "eventDefinitionRef") && found && is_event_definition(found) &&
	    found->parent != loader->root)
		fault_at(loader, node, N_("Only an event definition at the top of the file can be"
					  " shared; “%.*s” belongs to another event"),
			 STR_ARG(node->text));
}

/* Links may pair by id: what each end says of the other has to agree. */
static void check_link(struct loader *loader, const struct xml_node *node)
{
	const struct xml_node *around = node->parent, *other;
	bool is_target = node_is(node, "target"), agrees = false;

	if (!node_is(around, "linkEventDefinition") || !(is_target || node_is(node, "source")))
		return;
	other = refer_node(loader, node, node->text);
	if (!node_is(other, "linkEventDefinition")) {
		fault_at(loader, node, N_("The link has to name another link event's definition"));
		return;
	}
	for (const struct xml_node *n = node_child(other, is_target ? "source" : "target"); n;
	     n = node_next(n, is_target ? "source" : "target"))
		agrees = agrees || refer_node(loader, n, n->text) == around;
	if (!agrees)
		fault_at(loader, node, N_("The link names “%.*s”, which does not name it"),
			 STR_ARG(node->text));
}

/* Every element of the standard. A name that is none of them is a slip that would be ignored. */
static const char *const names[] = {
	"activationCondition", "adHocSubProcess", "artifact", "assignment", "association",
	"auditing", "boundaryEvent", "businessRuleTask", "callActivity", "callChoreography",
	"callConversation", "cancelEventDefinition", "category", "categoryValue",
	"categoryValueRef", "childLaneSet", "choreography", "choreographyRef", "choreographyTask",
	"collaboration", "compensateEventDefinition", "completionCondition",
	"complexBehaviorDefinition", "complexGateway", "condition", "conditionalEventDefinition",
	"conditionExpression", "conversation", "conversationAssociation", "conversationLink",
	"correlationKey", "correlationKeyRef", "correlationProperty",
	"correlationPropertyBinding", "correlationPropertyRef",
	"correlationPropertyRetrievalExpression", "correlationSubscription", "dataInput",
	"dataInputAssociation", "dataInputRefs", "dataObject", "dataObjectReference",
	"dataOutput", "dataOutputAssociation", "dataOutputRefs", "dataPath", "dataState",
	"dataStore", "dataStoreReference", "definitions", "documentation", "endEvent",
	"endPoint", "endPointRef", "error", "errorEventDefinition", "errorRef", "escalation",
	"escalationEventDefinition", "event", "eventBasedGateway", "eventDefinitionRef",
	"exclusiveGateway", "expression", "extension", "extensionElements", "flowNodeRef",
	"formalExpression", "from", "globalBusinessRuleTask", "globalChoreographyTask",
	"globalConversation", "globalManualTask", "globalScriptTask", "globalTask",
	"globalUserTask", "group", "humanPerformer", "implicitThrowEvent", "import",
	"inclusiveGateway", "incoming", "innerConversationNodeRef", "innerMessageFlowRef",
	"innerParticipantRef", "inMessageRef", "inputDataItem", "inputSet", "inputSetRefs",
	"interface", "interfaceRef", "intermediateCatchEvent", "intermediateThrowEvent",
	"ioBinding", "ioSpecification", "itemDefinition", "lane", "laneSet",
	"linkEventDefinition", "loopCardinality", "loopCondition", "loopDataInputRef",
	"loopDataOutputRef", "manualTask", "message", "messageEventDefinition", "messageFlow",
	"messageFlowAssociation", "messageFlowRef", "messagePath", "monitoring",
	"multiInstanceLoopCharacteristics", "operation", "operationRef", "optionalInputRefs",
	"optionalOutputRefs", "outerConversationNodeRef", "outerMessageFlowRef",
	"outerParticipantRef", "outgoing", "outMessageRef", "outputDataItem", "outputSet",
	"outputSetRefs", "parallelGateway", "participant", "participantAssociation",
	"participantMultiplicity", "participantRef", "partitionElement", "partnerEntity",
	"partnerEntityRef", "partnerRole", "partnerRoleRef", "performer", "potentialOwner",
	"process", "property", "receiveTask", "relationship", "rendering", "resource",
	"resourceAssignmentExpression", "resourceParameter", "resourceParameterBinding",
	"resourceRef", "resourceRole", "script", "scriptTask", "sendTask", "sequenceFlow",
	"serviceTask", "signal", "signalEventDefinition", "source", "sourceRef",
	"standardLoopCharacteristics", "startEvent", "subChoreography", "subConversation",
	"subProcess", "supportedInterfaceRef", "supports", "target", "targetRef", "task",
	"terminateEventDefinition", "text", "textAnnotation", "timeCycle", "timeDate",
	"timeDuration", "timerEventDefinition", "to", "transaction", "transformation",
	"userTask", "value", "whileExecutingInputRefs", "whileExecutingOutputRefs", NULL,
};

void validate_name(struct loader *loader, const struct xml_node *node)
{
	if (!node_is_one_of(node, names))
		fault_at(loader, node, N_("BPMN has no element “%.*s”"), STR_ARG(node->name));
}

void validate_references(struct loader *loader, const struct xml_node *node)
{
	for (uint32_t i = 0; i < node->attribute_count; i++) {
		const struct xml_attribute *a = &node->attributes[i];

		if (str_empty(a->space) && !str_empty(str_trim(a->value)))
			check(loader, node, a->name, str_trim(a->value));
	}
	if (!node->first && !str_empty(str_trim(node->text)))
		check(loader, node, node->name, str_trim(node->text));
	check_shared_definition(loader, node);
	check_link(loader, node);
}
