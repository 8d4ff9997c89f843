/*
 * xml: a document as a tree in the arena, for BPMN and DMN files. Namespaces are resolved: a node
 * or attribute has a local name and the URI of its namespace, never a prefix.
 *
 *	struct xml_node *root;
 *	struct xml_fault fault;
 *	if (!xml_parse(arena, text, &root, &fault)) … fault.line, fault.message
 *	for (struct xml_node *n = root->first; n; n = n->next)
 *		if (xml_is(n, S(BPMN), S("process"))) … xml_get(n, S("id"))
 *
 * Safe to hand anything: entity declarations are refused (so nothing can expand), nothing outside
 * the text is ever read, depth is limited to XML_DEPTH. Read are UTF-8, UTF-16, ISO-8859-1 and
 * every single-byte encoding the C library knows; what comes out is UTF-8.
 * Strings are copies in the arena; the tree needs the text no longer.
 */
#ifndef MOTCUA_TEXT_XML_H
#define MOTCUA_TEXT_XML_H

#include "base/arena.h"

enum { XML_DEPTH = 200 };

struct xml_attribute {
	str space; /* URI, empty for an attribute without prefix */
	str name;
	str value;
};

struct xml_prefix {
	str prefix; /* empty for the default namespace */
	str space;
};

struct xml_node {
	str space; /* URI of the namespace, empty where there is none */
	str name;  /* local name */
	/* The characters directly inside, joined; empty where there are only blanks between
	 * children. */
	str text;
	const struct xml_attribute *attributes;
	const struct xml_prefix *prefixes; /* declared here */
	uint32_t attribute_count, prefix_count;
	uint32_t line, column; /* of the start tag, from 1 */
	struct xml_node *parent, *first, *last, *next;
};

struct xml_fault {
	uint32_t line, column; /* from 1 */
	const char *message;   /* English literal */
};

bool xml_parse(struct arena *arena, str text, struct xml_node **ret_root,
	       struct xml_fault *ret_fault);

bool xml_is(const struct xml_node *node, str space, str name);
/* The first child, or sibling after `node`, of that name; an empty space means any namespace.
 * NULL where there is none, or where the node is NULL. */
struct xml_node *xml_child(const struct xml_node *node, str space, str name);
struct xml_node *xml_sibling(const struct xml_node *node, str space, str name);
/* The attribute without prefix; NULL or the empty str where it is absent. */
const str *xml_find(const struct xml_node *node, str name);
str xml_get(const struct xml_node *node, str name);
/* The attribute in a namespace; the empty str where it is absent. */
str xml_get_in(const struct xml_node *node, str space, str name);
/* The URI that a prefix stands for at this node (the empty prefix: the default namespace). */
str xml_space_of(const struct xml_node *node, str prefix);
/* "tns:thing" → "thing"; the namespace the prefix stands for goes to `ret_space` (may be NULL). */
str xml_local(const struct xml_node *node, str qname, str *ret_space);
/* The text of the first child of that name, without blanks at its ends. */
str xml_child_text(const struct xml_node *node, str space, str name);

#endif
