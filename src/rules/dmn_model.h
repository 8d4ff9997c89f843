/*
 * dmn_model: a decision model in memory. Internal to rules/. Everything lives in the arena of the
 * load and is not changed afterwards.
 */
#ifndef MOTCUA_RULES_DMN_MODEL_H
#define MOTCUA_RULES_DMN_MODEL_H

#include "rules/dmn.h"
#include "rules/eval.h"
#include "rules/types.h"
#include "text/xml.h"

enum boxed_kind {
	BOXED_LITERAL,     /* feel; NULL where it did not parse */
	BOXED_TABLE,       /* table */
	BOXED_CONTEXT,     /* items named by names; one without name is the result */
	BOXED_LIST,        /* items */
	BOXED_RELATION,    /* names are the `width` columns, items the cells of n rows */
	BOXED_INVOCATION,  /* a is called, items are the arguments named by names */
	BOXED_FUNCTION,    /* parameters in names and types, a the body */
	BOXED_CONDITIONAL, /* a then b else c */
	BOXED_FILTER,      /* a filtered by b */
	BOXED_FOR,         /* for name in a return b */
	BOXED_SOME,        /* some name in a satisfies b */
	BOXED_EVERY,
};

struct table;

struct boxed {
	uint8_t kind; /* enum boxed_kind */
	uint32_t n, width;
	const struct feel_type *type; /* of the value; NULL for any */
	const struct feel *feel;
	const struct table *table;
	struct boxed *a, *b, *c;
	struct boxed **items;
	str *names;
	const struct feel_type **types;
	str name;
};

enum hit_policy {
	HIT_UNIQUE, HIT_FIRST, HIT_PRIORITY, HIT_ANY, HIT_COLLECT, HIT_RULE_ORDER,
	HIT_OUTPUT_ORDER,
};

enum aggregation { AGGREGATE_NONE, AGGREGATE_SUM, AGGREGATE_COUNT, AGGREGATE_MIN, AGGREGATE_MAX };

struct table_input {
	const struct feel *expression;
	const struct feel *allowed; /* unary tests; NULL for any */
	const struct feel_type *type;
};

struct table_output {
	str name;
	const struct feel *allowed; /* the values in the order of their priority */
	const struct feel *otherwise;
	const struct feel_type *type;
};

/* entries: first the tests of all inputs, then the expressions of all outputs; NULL where one
 * did not parse. */
struct table_rule {
	const struct feel **entries;
};

struct table {
	uint8_t policy, aggregation;
	uint32_t input_count, output_count, rule_count;
	struct table_input *inputs;
	struct table_output *outputs;
	struct table_rule *rules;
};

enum element_kind { ELEMENT_INPUT, ELEMENT_DECISION, ELEMENT_KNOWLEDGE, ELEMENT_SERVICE };

struct element;

/* Something an element may use, and how it calls it. */
struct requirement {
	const struct element *element;
	str space; /* name of the import it is under; empty for the model's own */
};

struct element {
	uint8_t kind; /* enum element_kind */
	const struct dmn_model *model;
	const struct xml_node *node; /* during the load only */
	str id, name;
	uint32_t line, index;
	const struct feel_type *type;
	struct requirement *needs;
	uint32_t need_count;
	const struct boxed *logic; /* decision */
	/* Of knowledge: its function, boxed, in logic. Of a service: what its parameters stand for,
	 * in their order, and what it gives. */
	struct requirement *parameters, *outputs;
	uint32_t parameter_count, output_count;
	/* Of both: names and types of the parameters, and of the result. */
	struct feel_function signature;
};

struct imported {
	str name;
	const struct dmn_model *model;
};

struct named_type {
	str name;
	struct feel_type *type;
	const struct xml_node *node;
	bool done;
};

struct dmn_model {
	str space, name;
	struct element *elements;
	uint32_t element_count;
	struct imported *imports;
	uint32_t import_count;
	struct named_type *types;
	uint32_t type_count;
	struct dmn_fault *faults;
	uint32_t fault_count;
	str *names; /* every name an expression may meet */
	uint32_t name_count;
};

/* ---- during the load ---- */
struct loader {
	struct arena *arena;
	struct dmn_model *model;
	struct feel_options feel;
};

void dmn_note_fault(struct loader *l, const struct xml_node *node, str message);
/* The type of that name; NULL for Any, an empty name, and (noted as a fault) an unknown one. */
const struct feel_type *dmn_type_ref(struct loader *l, const struct xml_node *node, str name);
/* For `instance of`: a type of the model or of an import, by its name as written. */
const struct feel_type *dmn_find_type(const struct dmn_model *model, str name);
void dmn_load_types(struct loader *l, const struct xml_node *root);
/* The text of a literal expression or unary tests inside `node`; NULL, noted, where faulty. */
const struct feel *dmn_expression(struct loader *l, const struct xml_node *node);
const struct feel *dmn_tests(struct loader *l, const struct xml_node *node);
/* Whether there is any text to parse; `node` may be NULL. */
bool dmn_has_text(const struct xml_node *node);
/* The first child that is an expression, boxed; NULL where there is none. */
struct boxed *dmn_load_boxed(struct loader *l, const struct xml_node *parent);
struct boxed *dmn_load_function(struct loader *l, const struct xml_node *node);
const struct table *dmn_load_table(struct loader *l, const struct xml_node *node);
uint32_t dmn_count_children(const struct xml_node *node, str name);

/* ---- evaluation ---- */
struct value boxed_eval(struct run *run, const struct boxed *boxed);
struct value table_eval(struct run *run, const struct table *table);

#endif
