/*
 * template_tree: what a template is compiled to, shared by the files template_*.c of this room and
 * by nobody else. A template is a tree of nodes; everything it needs to know is decided when it is
 * parsed: names are split, partials found, translations put in.
 */
#ifndef MOTCUA_TEXT_TEMPLATE_TREE_H
#define MOTCUA_TEXT_TEMPLATE_TREE_H

#include "text/template.h"

enum node_kind {
	NODE_TEXT,     /* .text */
	NODE_VALUE,    /* .name, .filter */
	NODE_RAW,      /* .name */
	NODE_SECTION,  /* .name, .body; .text is the body as it stands in the source */
	NODE_INVERTED, /* .name, .body */
	NODE_PARTIAL,  /* .target, or .name where the name is dynamic; .indent */
	NODE_PARENT,   /* as a partial; .body holds only blocks */
	NODE_BLOCK,    /* .text is its name; .body the default; .indent */
	NODE_PLURAL,   /* .name is the number; .body holds one section of text for each form */
};

enum name_kind { NAME_PLAIN, NAME_THIS, NAME_INDEX, NAME_NUMBER, NAME_FIRST, NAME_LAST };

struct name {
	uint8_t kind; /* enum name_kind */
	uint16_t n;
	str *parts;
};

/* Returns text to be escaped, or markup where it sets *ret_is_markup. */
struct filter_call {
	struct arena *arena;
	const struct language *language;
	int offset;
	struct value v;
};
typedef str filter(const struct filter_call *call, bool *ret_is_markup);
/* NULL where there is none of this name. */
filter *template_filter(str name);

struct nodes {
	struct node *items;
	uint32_t n, room;
};

struct node {
	uint8_t kind;     /* enum node_kind */
	bool starts_line; /* of a text: its first byte begins a line of the source */
	bool alone;       /* of a block: it stands on lines of its own */
	bool dynamic;     /* of a partial or parent */
	int line;
	struct name name;
	str text;
	str indent;
	filter *filter;
	struct nodes body;
	const struct template *target;
	str open, close;  /* of a section: delimiters inside, for lambdas */
};

/* All templates of one language. */
struct book {
	struct template *templates; /* in byte order of their names */
	size_t n;
	const struct language *language;
	struct template_options options;
};

struct template {
	str name, source;
	struct nodes nodes;
	const struct book *book;
};

struct template_set {
	struct book *books;
	size_t n;
};

struct message_list {
	struct template_message *items;
	size_t n, room;
};

struct parse_options {
	str open, close;
	const struct book *book;       /* whose language, options and partials count */
	bool extended;                 /* translation, filters, -index … */
	int first_line;
	struct message_list *messages; /* where msgids are collected, or NULL */
};

/* `source` must outlive the nodes. */
enum err template_parse(struct ctx *ctx, struct arena *arena, str name, str source,
			const struct parse_options *options, struct nodes *ret_nodes);
/* Points the partials of `nodes` to the templates of the book. */
enum err template_link(struct ctx *ctx, str name, struct nodes *nodes, const struct book *book);
const struct template *book_find(const struct book *book, str name);
/* Splits a dotted name. */
struct name name_of(struct arena *arena, str text, bool extended);

/* ---- translation (template_message.c) ---- */

/* The text of {{#_ count}}…{{/_}}; `many` is empty without {{|}}. */
struct message {
	str count, one, many;
	int line;
};

/* Adds the nodes of the translation. */
enum err template_translate(struct ctx *ctx, struct arena *arena, str name,
			    const struct message *message, const struct parse_options *options,
			    struct nodes *nodes);

struct node *nodes_add(struct arena *arena, struct nodes *nodes, struct node node);

#endif
