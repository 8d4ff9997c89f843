/* pattern_node: what pattern_parse.c makes and pattern_match.c walks. Not for others. */
#ifndef MOTCUA_FORM_PATTERN_NODE_H
#define MOTCUA_FORM_PATTERN_NODE_H

#include "form/pattern.h"

/* A pattern is a tree of nodes; matching is backtracking with continuations: match(node, at, next)
 * asks whether the node and then everything after it can be matched from there. The steps counted
 * bound the time, the depth counted bounds the stack. */

enum node_kind {
	NODE_EMPTY,
	NODE_CHAR,
	NODE_ANY,
	NODE_SET,
	NODE_START,
	NODE_END,
	NODE_WORD_EDGE,
	NODE_NOT_WORD_EDGE,
	NODE_GROUP,     /* inside, remembered under `number` when that is not 0 */
	NODE_AHEAD,     /* lookahead; `negated` */
	NODE_BEHIND,
	NODE_BACKREF,
	NODE_REPEAT,    /* inside, min to max times */
	NODE_SEQUENCE,  /* list of children */
	NODE_EITHER,    /* list of children */
};

struct range {
	uint32_t from, to;
};

struct node {
	enum node_kind kind;
	bool negated, lazy;
	uint32_t code, number, min, max;
	struct range *ranges;
	uint32_t n;             /* ranges or children */
	struct node **children; /* also `inside` of groups and repeats: children[0] */
};

struct pattern {
	struct node *root;
	uint32_t groups;
};

/* The code points of a text; what is not UTF-8 becomes U+FFFD. */
uint32_t *pattern_decode(struct arena *arena, str text, size_t *ret_n);

#endif
