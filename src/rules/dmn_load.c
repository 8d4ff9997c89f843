#include "rules/dmn_model.h"

#define IMPORTS_DMN "/DMN/"

void dmn_note_fault(struct loader *l, const struct xml_node *node, str message)
{
	struct dmn_model *m = l->model;
	const struct xml_node *named = node;
	while (named && !xml_find(named, S("id")) && !xml_find(named, S("name")))
		named = named->parent;
	str element = named ? xml_get(named, S("id")) : S("");
	if (named && str_empty(element))
		element = xml_get(named, S("name"));
	m->faults = arena_grow(l->arena, m->faults, m->fault_count * sizeof *m->faults,
			       (m->fault_count + 1) * sizeof *m->faults);
	m->faults[m->fault_count++] = (struct dmn_fault){
		.line = node ? node->line : 0, .column = node ? node->column : 0,
		.element = element, .message = message,
	};
}

/* ---- names ---- */

static bool is_known(const struct dmn_model *m, str name)
{
	for (uint32_t i = 0; i < m->name_count; i++)
		if (str_eq(m->names[i], name))
			return true;
	return false;
}

static void add_name(struct loader *l, str name)
{
	struct dmn_model *m = l->model;
	if (str_empty(name) || is_known(m, name))
		return;
	if ((m->name_count & (m->name_count - 1)) == 0)
		m->names = arena_grow(l->arena, m->names, m->name_count * sizeof *m->names,
				      (m->name_count ? m->name_count * 2 : 1) * sizeof *m->names);
	m->names[m->name_count++] = name;
}

/* Whatever has a name may turn up in an expression. */
static void collect_names(struct loader *l, const struct xml_node *node)
{
	static const str named[] = {
		S("inputData"), S("decision"), S("businessKnowledgeModel"), S("decisionService"),
		S("variable"), S("itemComponent"), S("formalParameter"), S("parameter"),
		S("column"), S("output"), S("import"),
	};
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (str_eq(node->name, named[i]))
			add_name(l, xml_get(node, S("name")));
	add_name(l, xml_get(node, S("iteratorVariable")));
	for (struct xml_node *c = node->first; c; c = c->next)
		collect_names(l, c);
}

/* ---- imports ---- */

static void load_imports(struct loader *l, const struct xml_node *root,
			 const struct dmn_options *options)
{
	struct dmn_model *m = l->model;
	m->imports = ARENA_ARRAY(l->arena, struct imported, dmn_count_children(root, S("import")));
	for (struct xml_node *n = root->first; n; n = n->next) {
		if (!str_eq(n->name, S("import")) ||
		    str_find(xml_get(n, S("importType")), S(IMPORTS_DMN)) == SIZE_MAX)
			continue;
		str space = xml_get(n, S("namespace"));
		const struct dmn_model *model =
			options && options->find_model ? options->find_model(options->data, space)
						       : NULL;
		if (!model) {
			dmn_note_fault(l, n, arena_printf(l->arena, "There is no model %.*s",
							  STR_ARG(space)));
			continue;
		}
		m->imports[m->import_count++] = (struct imported){ xml_get(n, S("name")), model };
		for (uint32_t i = 0; i < model->name_count; i++)
			add_name(l, model->names[i]);
	}
}

/* ---- elements ---- */

static bool element_kind(str name, uint8_t *ret_kind)
{
	static const str names[] = {
		[ELEMENT_INPUT] = S("inputData"), [ELEMENT_DECISION] = S("decision"),
		[ELEMENT_KNOWLEDGE] = S("businessKnowledgeModel"),
		[ELEMENT_SERVICE] = S("decisionService"),
	};
	for (uint8_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, names[i])) {
			*ret_kind = i;
			return true;
		}
	return false;
}

static void list_elements(struct loader *l, const struct xml_node *root)
{
	struct dmn_model *m = l->model;
	uint8_t kind;
	uint32_t n = 0;
	for (struct xml_node *c = root->first; c; c = c->next)
		n += element_kind(c->name, &kind);
	m->elements = ARENA_ARRAY(l->arena, struct element, n);
	for (struct xml_node *c = root->first; c; c = c->next) {
		if (!element_kind(c->name, &kind))
			continue;
		struct element *e = &m->elements[m->element_count];
		*e = (struct element){ .kind = kind, .model = m, .node = c,
				       .id = xml_get(c, S("id")), .name = xml_get(c, S("name")),
				       .line = c->line, .index = m->element_count++ };
		const struct xml_node *variable = xml_child(c, S(""), S("variable"));
		if (!variable)
			continue;
		if (!str_empty(xml_get(variable, S("name"))) && str_empty(e->name))
			e->name = xml_get(variable, S("name"));
		e->type = dmn_type_ref(l, variable, xml_get(variable, S("typeRef")));
	}
}

static const struct element *find_by_id(const struct dmn_model *m, str id)
{
	for (uint32_t i = 0; i < m->element_count; i++)
		if (str_eq(m->elements[i].id, id))
			return &m->elements[i];
	return NULL;
}

/* "#id" of this model, or "namespace#id" of this or an imported one. */
static bool resolve(struct loader *l, const struct xml_node *node, struct requirement *ret_r)
{
	str href = str_trim(xml_get(node, S("href")));
	size_t hash = str_find_byte(href, '#');
	str space = hash == SIZE_MAX ? S("") : str_slice(href, 0, hash);
	str id = hash == SIZE_MAX ? href : str_slice(href, hash + 1, href.n);
	*ret_r = (struct requirement){ .space = S("") };
	if (str_empty(space) || str_eq(space, l->model->space))
		ret_r->element = find_by_id(l->model, id);
	for (uint32_t i = 0; !ret_r->element && i < l->model->import_count; i++) {
		const struct imported *import = &l->model->imports[i];
		if (!str_eq(space, import->model->space))
			continue;
		ret_r->element = find_by_id(import->model, id);
		ret_r->space = import->name;
	}
	if (!ret_r->element)
		dmn_note_fault(l, node, arena_printf(l->arena, "There is no element %.*s",
						     STR_ARG(href)));
	return ret_r->element != NULL;
}

static void add_requirement(struct loader *l, struct requirement **list, uint32_t *n,
			    const struct xml_node *node)
{
	struct requirement r;
	if (!resolve(l, node, &r))
		return;
	*list = arena_grow(l->arena, *list, *n * sizeof **list, (*n + 1) * sizeof **list);
	(*list)[(*n)++] = r;
}

static void load_requirements(struct loader *l, struct element *e, const struct xml_node *node)
{
	for (struct xml_node *c = node->first; c; c = c->next) {
		if (!str_eq(c->name, S("informationRequirement")) &&
		    !str_eq(c->name, S("knowledgeRequirement")))
			continue;
		for (struct xml_node *r = c->first; r; r = r->next)
			if (str_eq(r->name, S("requiredInput")) ||
			    str_eq(r->name, S("requiredDecision")) ||
			    str_eq(r->name, S("requiredKnowledge")))
				add_requirement(l, &e->needs, &e->need_count, r);
	}
}

static void load_knowledge(struct loader *l, struct element *e)
{
	const struct xml_node *logic = xml_child(e->node, S(""), S("encapsulatedLogic"));
	if (!logic) {
		dmn_note_fault(l, e->node, S("This business knowledge model has no logic"));
		return;
	}
	struct boxed *function = dmn_load_function(l, logic);
	e->logic = function;
	e->signature = (struct feel_function){
		.n = function->n, .names = function->names, .types = function->types,
		.result = e->type && e->type->kind == TYPE_FUNCTION ? e->type->element : e->type,
	};
}

/* The parameters of a service: first its input data, then its input decisions. */
static void load_service(struct loader *l, struct element *e)
{
	static const str kinds[] = { S("inputData"), S("inputDecision") };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		for (struct xml_node *c = e->node->first; c; c = c->next)
			if (str_eq(c->name, kinds[i]))
				add_requirement(l, &e->parameters, &e->parameter_count, c);
	for (struct xml_node *c = e->node->first; c; c = c->next)
		if (str_eq(c->name, S("outputDecision")))
			add_requirement(l, &e->outputs, &e->output_count, c);
	str *names = ARENA_ARRAY(l->arena, str, e->parameter_count);
	const struct feel_type **types =
		ARENA_ARRAY(l->arena, const struct feel_type *, e->parameter_count);
	for (uint32_t i = 0; i < e->parameter_count; i++) {
		names[i] = e->parameters[i].element->name;
		types[i] = e->parameters[i].element->type;
	}
	e->signature = (struct feel_function){
		.n = e->parameter_count, .names = names, .types = types,
		.result = e->type && e->type->kind == TYPE_FUNCTION ? e->type->element : e->type,
	};
	if (!e->output_count)
		dmn_note_fault(l, e->node, S("This decision service gives no decision"));
}

static void load_element(struct loader *l, struct element *e)
{
	load_requirements(l, e, e->node);
	if (e->kind == ELEMENT_DECISION) {
		e->logic = dmn_load_boxed(l, e->node);
		if (!e->logic)
			dmn_note_fault(l, e->node, S("This decision has no logic"));
	} else if (e->kind == ELEMENT_KNOWLEDGE) {
		load_knowledge(l, e);
	} else if (e->kind == ELEMENT_SERVICE) {
		load_service(l, e);
	}
}

/* A decision that needs itself, by whatever way, could never be made. Each is walked once:
 * what is met again while it is still being walked closes a ring. */
enum mark { UNSEEN, WALKING, WALKED };

enum { LONGEST_WAY = 400 }; /* of decisions that need one another */

static void walk_needs(struct loader *l, const struct element *e, uint8_t *marks, uint32_t way)
{
	marks[e->index] = WALKING;
	if (way > LONGEST_WAY) {
		dmn_note_fault(l, e->node, S("This decision is at the end of too long a way"));
		return;
	}
	for (uint32_t i = 0; i < e->need_count; i++) {
		const struct element *need = e->needs[i].element;
		if (need->kind != ELEMENT_DECISION || need->model != l->model)
			continue;
		if (marks[need->index] == WALKING)
			dmn_note_fault(l, need->node, S("This decision needs itself"));
		else if (marks[need->index] == UNSEEN)
			walk_needs(l, need, marks, way + 1);
	}
	marks[e->index] = WALKED;
}

static void find_rings(struct loader *l)
{
	uint8_t *marks = ARENA_ARRAY(l->arena, uint8_t, l->model->element_count);
	for (uint32_t i = 0; i < l->model->element_count; i++)
		if (l->model->elements[i].kind == ELEMENT_DECISION && marks[i] == UNSEEN)
			walk_needs(l, &l->model->elements[i], marks, 0);
}

/* ---- entry ---- */

static const struct feel_type *find_type(const void *data, str name)
{
	return dmn_find_type(data, name);
}

bool dmn_load(struct arena *arena, str xml, const struct dmn_options *options,
	      struct dmn_model **ret_model, struct dmn_fault *ret_fault)
{
	struct xml_node *root;
	struct xml_fault fault;
	if (!xml_parse(arena, xml, &root, &fault)) {
		*ret_fault = (struct dmn_fault){ fault.line, fault.column, S(""),
						 str_z(fault.message) };
		return false;
	}
	if (!str_eq(root->name, S("definitions")) ||
	    str_find(root->space, S(IMPORTS_DMN)) == SIZE_MAX) {
		*ret_fault = (struct dmn_fault){ root->line, root->column, root->name,
						 S("This is no decision model of DMN") };
		return false;
	}
	struct dmn_model *model = ARENA_NEW(arena, struct dmn_model);
	struct loader l = { .arena = arena, .model = model };
	model->space = xml_get(root, S("namespace"));
	model->name = xml_get(root, S("name"));
	collect_names(&l, root);
	load_imports(&l, root, options);
	l.feel = (struct feel_options){ .names = model->names, .name_count = model->name_count,
					.find_type = find_type, .data = model };
	dmn_load_types(&l, root);
	list_elements(&l, root);
	for (uint32_t i = 0; i < model->element_count; i++)
		load_element(&l, &model->elements[i]);
	find_rings(&l);
	*ret_model = model;
	return true;
}
