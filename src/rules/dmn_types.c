#include "rules/dmn_model.h"

/* Item definitions become types. They may refer to one another in any order, so that all exist
 * before the first is filled in. */

static bool is_true(const struct xml_node *node, str name)
{
	return str_eq(str_trim(xml_get(node, name)), S("true"));
}

static const struct feel_type *own_type(const struct dmn_model *model, str name)
{
	for (uint32_t i = 0; i < model->type_count; i++)
		if (str_eq(model->types[i].name, name))
			return model->types[i].type;
	return NULL;
}

const struct feel_type *dmn_find_type(const struct dmn_model *model, str name)
{
	const struct feel_type *type = own_type(model, name);
	for (uint32_t i = 0; !type && i < model->import_count; i++) {
		const struct imported *import = &model->imports[i];
		size_t n = import->name.n;
		if (n == 0)
			type = own_type(import->model, name);
		else if (str_starts(name, import->name) && name.n > n + 1 && name.p[n] == '.')
			type = own_type(import->model, str_slice(name, n + 1, name.n));
	}
	return type;
}

/* "feel:number" is an old way to write "number". */
static str without_prefix(const struct xml_node *node, str name)
{
	str space;
	if (str_find_byte(name, ':') == SIZE_MAX)
		return name;
	return xml_local(node, name, &space);
}

const struct feel_type *dmn_type_ref(struct loader *l, const struct xml_node *node, str name)
{
	name = str_trim(name);
	if (str_empty(name))
		return NULL;
	const struct feel_type *type = dmn_find_type(l->model, name);
	if (type)
		return type;
	name = without_prefix(node, name);
	type = dmn_find_type(l->model, name);
	if (!type)
		type = type_named(name);
	if (!type)
		dmn_note_fault(l, node, arena_printf(l->arena, "There is no type \"%.*s\"",
						     STR_ARG(name)));
	return type && type->kind == TYPE_ANY ? NULL : type;
}

static void fill(struct loader *l, const struct xml_node *node, struct feel_type *type,
		 uint32_t depth);

static void fill_components(struct loader *l, const struct xml_node *node, struct feel_type *type,
			    uint32_t depth)
{
	uint32_t n = dmn_count_children(node, S("itemComponent"));
	str *names = ARENA_ARRAY(l->arena, str, n);
	type->kind = TYPE_CONTEXT;
	type->members = ARENA_ARRAY(l->arena, const struct feel_type *, n);
	for (struct xml_node *c = node->first; c; c = c->next) {
		if (!str_eq(c->name, S("itemComponent")))
			continue;
		struct feel_type *member = ARENA_NEW(l->arena, struct feel_type);
		fill(l, c, member, depth + 1);
		names[type->n] = xml_get(c, S("name"));
		type->members[type->n++] = member;
	}
	type->names = names;
}

static void fill_function(struct loader *l, const struct xml_node *node, struct feel_type *type)
{
	uint32_t n = dmn_count_children(node, S("parameters"));
	type->kind = TYPE_FUNCTION;
	type->members = ARENA_ARRAY(l->arena, const struct feel_type *, n);
	for (struct xml_node *c = node->first; c; c = c->next)
		if (str_eq(c->name, S("parameters")))
			type->members[type->n++] =
				dmn_type_ref(l, c, xml_get(c, S("typeRef")));
	type->element = dmn_type_ref(l, node, xml_get(node, S("outputTypeRef")));
}

/* A type of its own is filled first where another is built on it; a ring ends as Any. */
static void fill_named(struct loader *l, const struct feel_type *type, uint32_t depth)
{
	for (uint32_t i = 0; i < l->model->type_count; i++) {
		struct named_type *named = &l->model->types[i];
		if (named->type == type && !named->done) {
			named->done = true;
			fill(l, named->node, named->type, depth + 1);
		}
	}
}

static void fill_reference(struct loader *l, const struct xml_node *node, struct feel_type *type,
			   uint32_t depth)
{
	const struct feel_type *base =
		dmn_type_ref(l, node, xml_child_text(node, S(""), S("typeRef")));
	type->kind = TYPE_ANY;
	if (!base || base == type)
		return;
	fill_named(l, base, depth);
	*type = *base;
	type->base = base;
	type->allowed = type->constraint = NULL;
}

static void fill(struct loader *l, const struct xml_node *node, struct feel_type *type,
		 uint32_t depth)
{
	enum { NESTED = 50 };
	const struct xml_node *function = xml_child(node, S(""), S("functionItem"));
	struct feel_type *item = type;
	str name = xml_get(node, S("name"));
	if (depth > NESTED) {
		dmn_note_fault(l, node, S("This type is nested too deeply"));
		return;
	}
	if (is_true(node, S("isCollection"))) {
		item = ARENA_NEW(l->arena, struct feel_type);
		type->kind = TYPE_LIST;
		type->element = item;
	}
	if (function)
		fill_function(l, function, item);
	else if (xml_child(node, S(""), S("itemComponent")))
		fill_components(l, node, item, depth);
	else
		fill_reference(l, node, item, depth);
	item->allowed = dmn_tests(l, xml_child(node, S(""), S("allowedValues")));
	type->constraint = dmn_tests(l, xml_child(node, S(""), S("typeConstraint")));
	type->name = name;
}

void dmn_load_types(struct loader *l, const struct xml_node *root)
{
	struct dmn_model *model = l->model;
	model->types = ARENA_ARRAY(l->arena, struct named_type,
				   dmn_count_children(root, S("itemDefinition")));
	for (struct xml_node *n = root->first; n; n = n->next)
		if (str_eq(n->name, S("itemDefinition")))
			model->types[model->type_count++] = (struct named_type){
				.name = xml_get(n, S("name")), .node = n,
				.type = ARENA_NEW(l->arena, struct feel_type),
			};
	for (uint32_t i = 0; i < model->type_count; i++) {
		struct named_type *named = &model->types[i];
		if (named->done)
			continue;
		named->done = true;
		fill(l, named->node, named->type, 0);
	}
}
