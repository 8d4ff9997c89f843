#include "rules/dmn_model.h"

uint32_t dmn_count_children(const struct xml_node *node, str name)
{
	uint32_t n = 0;
	for (struct xml_node *c = node->first; c; c = c->next)
		n += str_eq(c->name, name);
	return n;
}

/* ---- FEEL inside XML ---- */

/* <text>, or in some tools the element's own characters. */
static str text_of(const struct xml_node *node)
{
	const struct xml_node *text = node ? xml_child(node, S(""), S("text")) : NULL;
	return str_trim(text ? text->text : node ? node->text : S(""));
}

bool dmn_has_text(const struct xml_node *node)
{
	return !str_empty(text_of(node));
}

/* The language is said on the element or on one around it; FEEL where nothing is said. */
static bool is_feel(const struct xml_node *node)
{
	str language = S("");
	for (; node && str_empty(language); node = node->parent)
		language = xml_get(node, S("expressionLanguage"));
	return str_empty(language) || str_find(language, S("FEEL")) != SIZE_MAX ||
	       str_find(language, S("feel")) != SIZE_MAX;
}

static const struct feel *parse(struct loader *l, const struct xml_node *node, bool tests)
{
	struct feel *feel;
	struct feel_fault fault;
	str text = text_of(node);
	if (!is_feel(node)) {
		dmn_note_fault(l, node, S("This expression is in another language than FEEL"));
		return NULL;
	}
	bool ok = tests ? feel_parse_tests(l->arena, text, &l->feel, &feel, &fault)
			: feel_parse(l->arena, text, &l->feel, &feel, &fault);
	if (ok)
		return feel;
	dmn_note_fault(l, node, arena_printf(l->arena, "%.*s (line %u, column %u of the expression)",
					     STR_ARG(fault.message), fault.line, fault.column));
	return NULL;
}

const struct feel *dmn_expression(struct loader *l, const struct xml_node *node)
{
	return dmn_has_text(node) ? parse(l, node, false) : NULL;
}

const struct feel *dmn_tests(struct loader *l, const struct xml_node *node)
{
	return dmn_has_text(node) ? parse(l, node, true) : NULL;
}

/* ---- decision tables ---- */

static uint8_t hit_policy(struct loader *l, const struct xml_node *node)
{
	static const str names[] = {
		[HIT_UNIQUE] = S("UNIQUE"), [HIT_FIRST] = S("FIRST"),
		[HIT_PRIORITY] = S("PRIORITY"), [HIT_ANY] = S("ANY"),
		[HIT_COLLECT] = S("COLLECT"), [HIT_RULE_ORDER] = S("RULE ORDER"),
		[HIT_OUTPUT_ORDER] = S("OUTPUT ORDER"),
	};
	str name = xml_get(node, S("hitPolicy"));
	for (uint8_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, names[i]))
			return i;
	if (!str_empty(name))
		dmn_note_fault(l, node, S("There is no such hit policy"));
	return HIT_UNIQUE;
}

static uint8_t aggregation(struct loader *l, const struct xml_node *node)
{
	static const str names[] = { S(""), S("SUM"), S("COUNT"), S("MIN"), S("MAX") };
	str name = xml_get(node, S("aggregation"));
	for (uint8_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, names[i]))
			return i;
	dmn_note_fault(l, node, S("There is no such aggregation"));
	return AGGREGATE_NONE;
}

static struct table_input load_input(struct loader *l, const struct xml_node *node)
{
	const struct xml_node *expression = xml_child(node, S(""), S("inputExpression"));
	struct table_input input = { .expression = dmn_expression(l, expression) };
	if (!expression || !dmn_has_text(expression))
		dmn_note_fault(l, node, S("This input has no expression"));
	if (expression)
		input.type = dmn_type_ref(l, expression, xml_get(expression, S("typeRef")));
	input.allowed = dmn_tests(l, xml_child(node, S(""), S("inputValues")));
	return input;
}

static struct table_output load_output(struct loader *l, const struct xml_node *node)
{
	return (struct table_output){
		.name = xml_get(node, S("name")),
		.allowed = dmn_tests(l, xml_child(node, S(""), S("outputValues"))),
		.otherwise = dmn_expression(l, xml_child(node, S(""), S("defaultOutputEntry"))),
		.type = dmn_type_ref(l, node, xml_get(node, S("typeRef"))),
	};
}

/* An empty input cell is `-`. */
static const struct feel *any_value(struct loader *l)
{
	struct feel *any;
	struct feel_fault fault;
	return feel_parse_tests(l->arena, S("-"), NULL, &any, &fault) ? any : NULL;
}

static struct table_rule load_rule(struct loader *l, const struct table *table,
				   const struct xml_node *node)
{
	uint32_t inputs = 0, outputs = 0, columns = table->input_count + table->output_count;
	struct table_rule rule = { ARENA_ARRAY(l->arena, const struct feel *, columns) };
	for (struct xml_node *c = node->first; c; c = c->next) {
		if (str_eq(c->name, S("inputEntry")) && inputs < table->input_count)
			rule.entries[inputs++] = dmn_has_text(c) ? dmn_tests(l, c) : any_value(l);
		else if (str_eq(c->name, S("outputEntry")) && outputs < table->output_count)
			rule.entries[table->input_count + outputs++] = dmn_expression(l, c);
	}
	if (inputs < table->input_count || outputs < table->output_count)
		dmn_note_fault(l, node, S("This rule has not a cell for every column"));
	return rule;
}

const struct table *dmn_load_table(struct loader *l, const struct xml_node *node)
{
	struct table *t = ARENA_NEW(l->arena, struct table);
	t->policy = hit_policy(l, node);
	t->aggregation = aggregation(l, node);
	t->inputs = ARENA_ARRAY(l->arena, struct table_input, dmn_count_children(node, S("input")));
	t->outputs = ARENA_ARRAY(l->arena, struct table_output,
				 dmn_count_children(node, S("output")));
	t->rules = ARENA_ARRAY(l->arena, struct table_rule, dmn_count_children(node, S("rule")));
	for (struct xml_node *c = node->first; c; c = c->next) {
		if (str_eq(c->name, S("input")))
			t->inputs[t->input_count++] = load_input(l, c);
		else if (str_eq(c->name, S("output")))
			t->outputs[t->output_count++] = load_output(l, c);
	}
	for (struct xml_node *c = node->first; c; c = c->next)
		if (str_eq(c->name, S("rule")))
			t->rules[t->rule_count++] = load_rule(l, t, c);
	if (!t->output_count)
		dmn_note_fault(l, node, S("This decision table has no output"));
	return t;
}

/* ---- other boxed expressions ---- */

static struct boxed *new_boxed(struct loader *l, enum boxed_kind kind, const struct xml_node *node)
{
	struct boxed *boxed = ARENA_NEW(l->arena, struct boxed);
	boxed->kind = (uint8_t)kind;
	boxed->type = dmn_type_ref(l, node, xml_get(node, S("typeRef")));
	return boxed;
}

static void make_room(struct loader *l, struct boxed *boxed, uint32_t n)
{
	boxed->items = ARENA_ARRAY(l->arena, struct boxed *, n);
	boxed->names = ARENA_ARRAY(l->arena, str, n);
	boxed->types = ARENA_ARRAY(l->arena, const struct feel_type *, n);
}

static void add_item(struct boxed *boxed, str name, const struct feel_type *type,
		     struct boxed *item)
{
	boxed->names[boxed->n] = name;
	boxed->types[boxed->n] = type;
	boxed->items[boxed->n++] = item;
}

/* Entries of a context, bindings of an invocation: a name in `holder`, and an expression. */
static void load_entries(struct loader *l, struct boxed *boxed, const struct xml_node *node,
			 str entry, str holder)
{
	make_room(l, boxed, dmn_count_children(node, entry));
	for (struct xml_node *c = node->first; c; c = c->next) {
		if (!str_eq(c->name, entry))
			continue;
		const struct xml_node *variable = xml_child(c, S(""), holder);
		const struct feel_type *type =
			variable ? dmn_type_ref(l, variable, xml_get(variable, S("typeRef"))) : NULL;
		add_item(boxed, variable ? xml_get(variable, S("name")) : S(""), type,
			 dmn_load_boxed(l, c));
	}
}

static struct boxed *load_literal(struct loader *l, const struct xml_node *node)
{
	struct boxed *boxed = new_boxed(l, BOXED_LITERAL, node);
	const struct xml_node *imported = xml_child(node, S(""), S("importedValues"));
	if (imported)
		dmn_note_fault(l, imported, S("Imported values are not read"));
	boxed->feel = dmn_expression(l, node);
	return boxed;
}

static struct boxed *load_node(struct loader *l, const struct xml_node *node);

/* All expressions that are children, each an item. */
static void add_children(struct loader *l, struct boxed *boxed, const struct xml_node *node)
{
	for (struct xml_node *c = node->first; c; c = c->next) {
		struct boxed *item = load_node(l, c);
		if (item)
			add_item(boxed, S(""), NULL, item);
	}
}

static uint32_t count_all(const struct xml_node *node)
{
	uint32_t n = 0;
	for (struct xml_node *c = node->first; c; c = c->next)
		n++;
	return n;
}

static struct boxed *load_list(struct loader *l, const struct xml_node *node)
{
	struct boxed *boxed = new_boxed(l, BOXED_LIST, node);
	make_room(l, boxed, count_all(node));
	add_children(l, boxed, node);
	return boxed;
}

/* names are of the columns; the cells of all rows follow one another in items. */
static struct boxed *load_relation(struct loader *l, const struct xml_node *node)
{
	struct boxed *boxed = new_boxed(l, BOXED_RELATION, node);
	uint32_t columns = dmn_count_children(node, S("column")), cells = 0, column = 0;
	for (struct xml_node *row = node->first; row; row = row->next)
		cells += str_eq(row->name, S("row")) ? count_all(row) : 0;
	struct boxed rows = { 0 };
	make_room(l, &rows, cells);
	boxed->names = ARENA_ARRAY(l->arena, str, columns);
	for (struct xml_node *c = node->first; c; c = c->next) {
		if (str_eq(c->name, S("column")))
			boxed->names[column++] = xml_get(c, S("name"));
		if (!str_eq(c->name, S("row")))
			continue;
		uint32_t before = rows.n;
		add_children(l, &rows, c);
		if (rows.n - before != columns) {
			dmn_note_fault(l, c, S("This row has not a cell for every column"));
			rows.n = before;
		}
	}
	boxed->items = rows.items;
	boxed->n = columns ? rows.n / columns : 0;
	boxed->width = columns;
	return boxed;
}

/* The first expression inside a child such as <if> or <return>. */
static struct boxed *load_part(struct loader *l, const struct xml_node *node, str part)
{
	const struct xml_node *child = xml_child(node, S(""), part);
	struct boxed *boxed = child ? dmn_load_boxed(l, child) : NULL;
	if (!boxed)
		dmn_note_fault(l, node, arena_printf(l->arena, "An expression is missing: %.*s",
						     STR_ARG(part)));
	return boxed;
}

static struct boxed *load_conditional(struct loader *l, const struct xml_node *node)
{
	struct boxed *boxed = new_boxed(l, BOXED_CONDITIONAL, node);
	boxed->a = load_part(l, node, S("if"));
	boxed->b = load_part(l, node, S("then"));
	boxed->c = load_part(l, node, S("else"));
	return boxed;
}

static struct boxed *load_iterator(struct loader *l, const struct xml_node *node,
				   enum boxed_kind kind, str body)
{
	struct boxed *boxed = new_boxed(l, kind, node);
	boxed->name = xml_get(node, S("iteratorVariable"));
	boxed->a = load_part(l, node, S("in"));
	boxed->b = load_part(l, node, body);
	return boxed;
}

static struct boxed *load_context(struct loader *l, const struct xml_node *node)
{
	struct boxed *boxed = new_boxed(l, BOXED_CONTEXT, node);
	load_entries(l, boxed, node, S("contextEntry"), S("variable"));
	return boxed;
}

static struct boxed *load_invocation(struct loader *l, const struct xml_node *node)
{
	struct boxed *boxed = new_boxed(l, BOXED_INVOCATION, node);
	boxed->a = dmn_load_boxed(l, node);
	load_entries(l, boxed, node, S("binding"), S("parameter"));
	return boxed;
}

struct boxed *dmn_load_function(struct loader *l, const struct xml_node *node)
{
	struct boxed *boxed = new_boxed(l, BOXED_FUNCTION, node);
	str kind = xml_get(node, S("kind"));
	make_room(l, boxed, dmn_count_children(node, S("formalParameter")));
	for (struct xml_node *c = node->first; c; c = c->next)
		if (str_eq(c->name, S("formalParameter")))
			add_item(boxed, xml_get(c, S("name")),
				 dmn_type_ref(l, c, xml_get(c, S("typeRef"))), NULL);
	/* Code of other languages is never run: such a function gives null. */
	if (str_empty(kind) || str_eq(kind, S("FEEL")))
		boxed->a = dmn_load_boxed(l, node);
	else
		dmn_note_fault(l, node, S("Functions of other languages are not run"));
	return boxed;
}

static struct boxed *load_node(struct loader *l, const struct xml_node *node)
{
	str name = node->name;
	if (str_eq(name, S("literalExpression")))
		return load_literal(l, node);
	if (str_eq(name, S("decisionTable"))) {
		struct boxed *boxed = new_boxed(l, BOXED_TABLE, node);
		boxed->table = dmn_load_table(l, node);
		return boxed;
	}
	if (str_eq(name, S("context")))
		return load_context(l, node);
	if (str_eq(name, S("list")))
		return load_list(l, node);
	if (str_eq(name, S("relation")))
		return load_relation(l, node);
	if (str_eq(name, S("invocation")))
		return load_invocation(l, node);
	if (str_eq(name, S("functionDefinition")))
		return dmn_load_function(l, node);
	if (str_eq(name, S("conditional")))
		return load_conditional(l, node);
	if (str_eq(name, S("filter")))
		return load_iterator(l, node, BOXED_FILTER, S("match"));
	if (str_eq(name, S("for")))
		return load_iterator(l, node, BOXED_FOR, S("return"));
	if (str_eq(name, S("some")))
		return load_iterator(l, node, BOXED_SOME, S("satisfies"));
	if (str_eq(name, S("every")))
		return load_iterator(l, node, BOXED_EVERY, S("satisfies"));
	return NULL;
}

struct boxed *dmn_load_boxed(struct loader *l, const struct xml_node *parent)
{
	struct boxed *boxed = NULL;
	for (struct xml_node *c = parent->first; c && !boxed; c = c->next)
		boxed = load_node(l, c);
	return boxed;
}
