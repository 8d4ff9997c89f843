#include "flow/room.h"

#include <stdarg.h>
#include <stdio.h>

/* What a fault is named after: the id of the node or of the nearest around it, or else the name
 * of the node. */
static str name_of(const struct xml_node *node)
{
	for (const struct xml_node *n = node; n; n = n->parent)
		if (!str_empty(node_get(n, "id")) && n->parent)
			return node_get(n, "id");
	return node->name;
}

void fault_at(struct loader *loader, const struct xml_node *node, const char *format, ...)
{
	struct flow_faults *faults = loader->faults;
	char text[600];
	va_list arguments;

	if (faults->count >= FAULTS_MAX)
		return;
	va_start(arguments, format);
	int n = vsnprintf(text, sizeof(text), ctx_text(loader->ctx, format), arguments);
	va_end(arguments);
	/* A message cut off must not end within a letter. */
	size_t length = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
	while (length && !utf8_valid(str_of(text, length)))
		length--;
	faults->items[faults->count++] = (struct flow_fault){
		.element = name_of(node),
		.line = node->line,
		.message = arena_copy(loader->arena, str_of(text, length)),
	};
}

static enum err refuse(struct loader *loader)
{
	const struct flow_fault *first = &loader->faults->items[0];

	return fail(loader->ctx, ERR_INVALID, N_("Line %u, %.*s: %.*s"), first->line,
		    STR_ARG(first->element), STR_ARG(first->message));
}

static enum err refuse_text(struct loader *loader, struct xml_fault fault)
{
	loader->faults->items[loader->faults->count++] = (struct flow_fault){
		.element = S("definitions"),
		.line = fault.line,
		.message = str_z(ctx_text(loader->ctx, fault.message)),
	};
	return refuse(loader);
}

static void publish(struct loader *loader)
{
	struct flow_definition *d = loader->definition;

	d->id = node_get(loader->root, "id");
	d->name = node_get(loader->root, "name");
	d->elements = loader->elements.p;
	d->element_count = loader->elements.n;
	d->flows = loader->flows.p;
	d->flow_count = loader->flows.n;
	d->lanes = loader->lanes.p;
	d->lane_count = loader->lanes.n;
	d->shapes = loader->shapes.p;
	d->shape_count = loader->shapes.n;
	d->edges = loader->edges.p;
	d->edge_count = loader->edges.n;
	d->processes = loader->processes.p;
	d->process_count = loader->processes.n;
}

enum err flow_load(struct ctx *ctx, str xml, struct flow_definition **ret_definition,
		   struct flow_faults *ret_faults)
{
	struct loader loader = { .ctx = ctx, .arena = ctx->arena, .faults = ret_faults };
	struct xml_fault xml_fault;
	struct xml_node *root;

	*ret_faults = (struct flow_faults){
		.items = ARENA_ARRAY(ctx->arena, struct flow_fault, FAULTS_MAX) };
	if (!xml_parse(ctx->arena, xml, &root, &xml_fault))
		return refuse_text(&loader, xml_fault);
	loader.root = root;
	loader.definition = ARENA_NEW(ctx->arena, struct flow_definition);
	if (!node_is(root, "definitions"))
		fault_at(&loader, root, N_("This is not a BPMN 2.0 file: its root has to be"
					   " “definitions” of BPMN's namespace"));
	index_ids(&loader);
	validate_tree(&loader);
	if (ret_faults->count)
		return refuse(&loader);
	compile_processes(&loader);
	compile_diagram(&loader);
	if (ret_faults->count)
		return refuse(&loader);
	publish(&loader);
	*ret_definition = loader.definition;
	return OK;
}
