/*
 * node: what the parser makes of an expression and the evaluator walks. Internal to rules/.
 * A tree never changes once it is parsed; its constants may be handed out as values.
 */
#ifndef MOTCUA_RULES_NODE_H
#define MOTCUA_RULES_NODE_H

#include "rules/feel.h"

enum node_kind {
	NODE_CONSTANT,   /* constant */
	NODE_NAME,       /* name */
	NODE_INPUT,      /* `?` */
	NODE_LIST,       /* items */
	NODE_CONTEXT,    /* items, each named by names[i] */
	NODE_RANGE,      /* a..b, flags; a missing end is NULL */
	NODE_UNARY,      /* `< a` and the like; op */
	NODE_NEGATE,     /* a */
	NODE_ARITHMETIC, /* a op b */
	NODE_COMPARE,    /* a op b */
	NODE_AND,        /* a, b */
	NODE_OR,         /* a, b */
	NODE_BETWEEN,    /* a between b and c */
	NODE_IN,         /* a in items */
	NODE_INSTANCE,   /* a instance of type */
	NODE_IF,         /* if a then b else c */
	NODE_FOR,        /* items are NODE_ITERATOR, a the body */
	NODE_SOME,       /* the same */
	NODE_EVERY,      /* the same */
	NODE_ITERATOR,   /* name in a, or name in a..b */
	NODE_PATH,       /* a.name */
	NODE_FILTER,     /* a[b] */
	NODE_CALL,       /* a(items), names[i] if named; builtin tried when a is no function */
	NODE_BUILTIN,    /* builtin(items), already in the order of its parameters */
	NODE_FUNCTION,   /* function(names[i]: types[i]) a */
	NODE_TESTS,      /* items; NODE_NEGATED for not(…) */
	NODE_ANY,        /* `-` */
};

enum {
	NODE_LOW_CLOSED = 1,  /* NODE_RANGE */
	NODE_HIGH_CLOSED = 2,
	NODE_NEGATED = 4,     /* NODE_TESTS */
	NODE_USES_INPUT = 8,  /* `?` occurs inside */
};

enum operator {
	OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE, OP_POWER,
	OP_EQUAL, OP_UNEQUAL, OP_LESS, OP_LESS_EQUAL, OP_GREATER, OP_GREATER_EQUAL,
};

struct builtin;

struct node {
	uint8_t kind, op, flags;
	uint32_t n;        /* of items, names, types */
	struct node *a, *b, *c;
	struct node **items;
	str name;
	struct value constant;
	const struct builtin *builtin;
	const void *prepared;  /* by the builtin */
	const str *names;
	const struct feel_type **types;
	uint32_t at;       /* byte offset in the source */
};

struct feel {
	struct node *root;
	str source;
	bool tests; /* parsed as unary tests */
};

#endif
