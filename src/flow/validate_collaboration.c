/* Pools and message flows: drawn for readers, but a drawing that contradicts itself is refused. */
#include "flow/room.h"

static const struct xml_node *participant_of(const struct loader *loader,
					     const struct xml_node *node)
{
	const struct xml_node *process = process_around(node);

	if (node_is(node, "participant"))
		return node;
	for (const struct xml_node *c = node_child(loader->root, "collaboration"); c && process;
	     c = node_next(c, "collaboration"))
		for (const struct xml_node *p = node_child(c, "participant"); p;
		     p = node_next(p, "participant"))
			if (refer_node(loader, p, node_get(p, "processRef")) == process)
				return p;
	return NULL;
}

static void check_sender(struct loader *loader, const struct xml_node *flow,
			 const struct xml_node *from)
{
	bool throws = node_is(from, "endEvent") || node_is(from, "intermediateThrowEvent");

	if (!throws && !node_is(from, "participant") && !node_is_activity(from))
		fault_at(loader, flow, N_("A message flow begins at a pool, an activity or an event"
					  " that throws"));
	else if (throws && !has_definition(loader, from, "messageEventDefinition"))
		fault_at(loader, flow, N_("The event it begins at sends no message"));
}

static void check_receiver(struct loader *loader, const struct xml_node *flow,
			   const struct xml_node *to)
{
	bool catches = node_is(to, "startEvent") || node_is(to, "intermediateCatchEvent") ||
		       node_is(to, "boundaryEvent");

	if (!catches && !node_is(to, "participant") && !node_is_activity(to))
		fault_at(loader, flow, N_("A message flow ends at a pool, an activity or an event"
					  " that catches"));
	else if (catches && !has_definition(loader, to, "messageEventDefinition"))
		fault_at(loader, flow, N_("The event it ends at receives no message"));
}

static void check_message_flow(struct loader *loader, const struct xml_node *flow)
{
	const struct xml_node *from = refer_node(loader, flow, node_get(flow, "sourceRef"));
	const struct xml_node *to = refer_node(loader, flow, node_get(flow, "targetRef"));

	if (!from || !to) {
		fault_at(loader, flow, N_("The message flow leads from or to something that is not"
					  " there"));
		return;
	}
	check_sender(loader, flow, from);
	check_receiver(loader, flow, to);
	const struct xml_node *pool = participant_of(loader, from);

	if (pool && pool == participant_of(loader, to))
		fault_at(loader, flow, N_("A message flow leads from one pool to another"));
}

static void check_multiplicity(struct loader *loader, const struct xml_node *node)
{
	int64_t least = 0, most = 1;
	str minimum = node_get(node, "minimum"), maximum = node_get(node, "maximum");

	if ((!str_empty(minimum) && !str_int(minimum, 0, INT32_MAX, &least)) ||
	    (!str_empty(maximum) && !str_int(maximum, 1, INT32_MAX, &most)) || least > most)
		fault_at(loader, node, N_("The minimum is above the maximum, or one of them is no"
					  " number"));
}

static void check_association(struct loader *loader, const struct xml_node *node)
{
	if (!refer_node(loader, node, node_get(node, "sourceRef")) ||
	    !refer_node(loader, node, node_get(node, "targetRef")))
		fault_at(loader, node, N_("The association leads from or to something that is not"
					  " there"));
}

void validate_collaboration(struct loader *loader, const struct xml_node *node)
{
	if (node_is(node, "messageFlow"))
		check_message_flow(loader, node);
	if (node_is(node, "participantMultiplicity"))
		check_multiplicity(loader, node);
	if (node_is(node, "association"))
		check_association(loader, node);
}
