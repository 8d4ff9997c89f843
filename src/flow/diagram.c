/* Where things are drawn. A broken drawing is no reason to refuse a procedure, so what cannot be
 * read is left out. */
#include "flow/room.h"

#include <math.h>

static double coordinate(const struct xml_node *node, const char *attribute)
{
	struct decimal d;
	double number;

	if (!decimal_parse(str_trim(node_get(node, attribute)), &d))
		return 0;
	number = decimal_to_double(d);
	return fabs(number) < 1e6 ? number : 0;
}

static struct flow_bounds read_bounds(const struct xml_node *around)
{
	const struct xml_node *bounds = xml_child(around, OMG_DC, S("Bounds"));

	if (!bounds)
		return (struct flow_bounds){ 0 };
	return (struct flow_bounds){ coordinate(bounds, "x"), coordinate(bounds, "y"),
				     coordinate(bounds, "width"), coordinate(bounds, "height") };
}

static void read_shape(struct loader *loader, const struct xml_node *node)
{
	struct flow_shape *shape = LIST_ADD(loader->arena, &loader->shapes, struct flow_shape);
	struct named *named = index_refer(loader, node, node_get(node, "bpmnElement"));

	shape->element_id = xml_local(node, node_get(node, "bpmnElement"), NULL);
	shape->element = named ? named->element : FLOW_NONE;
	shape->bounds = read_bounds(node);
	shape->label = read_bounds(xml_child(node, BPMNDI, S("BPMNLabel")));
	shape->expanded = node_flag(node, "isExpanded", true);
	shape->horizontal = node_flag(node, "isHorizontal", true);
}

static void read_edge(struct loader *loader, const struct xml_node *node)
{
	struct flow_edge *edge = LIST_ADD(loader->arena, &loader->edges, struct flow_edge);
	struct named *named = index_refer(loader, node, node_get(node, "bpmnElement"));
	struct list points = { 0 };

	edge->element_id = xml_local(node, node_get(node, "bpmnElement"), NULL);
	edge->sequence = named ? named->flow : FLOW_NONE;
	edge->label = read_bounds(xml_child(node, BPMNDI, S("BPMNLabel")));
	for (const struct xml_node *p = xml_child(node, OMG_DI, S("waypoint")); p;
	     p = xml_sibling(p, OMG_DI, S("waypoint")))
		*LIST_ADD(loader->arena, &points, struct flow_point) =
			(struct flow_point){ coordinate(p, "x"), coordinate(p, "y") };
	edge->points = points.p;
	edge->point_count = points.n;
}

void compile_diagram(struct loader *loader)
{
	/* Further diagrams show collapsed sub-processes by themselves; the first is the whole. */
	const struct xml_node *plane = xml_child(
		xml_child(loader->root, BPMNDI, S("BPMNDiagram")), BPMNDI, S("BPMNPlane"));

	for (const struct xml_node *n = plane ? plane->first : NULL; n; n = n->next) {
		if (xml_is(n, BPMNDI, S("BPMNShape")))
			read_shape(loader, n);
		else if (xml_is(n, BPMNDI, S("BPMNEdge")))
			read_edge(loader, n);
	}
}
