/* Markup a designer wrote into an html element, read as a browser reads it (gumbo) and written
 * again from what is allowed; everything else falls away, of scripts and styles the content too. */
#include "form/markup.h"

#include <gumbo.h>

static const GumboTag ALLOWED[] = {
	GUMBO_TAG_H1,     GUMBO_TAG_H2,         GUMBO_TAG_H3,     GUMBO_TAG_H4,   GUMBO_TAG_H5,
	GUMBO_TAG_H6,     GUMBO_TAG_P,          GUMBO_TAG_DIV,    GUMBO_TAG_SPAN, GUMBO_TAG_EM,
	GUMBO_TAG_STRONG, GUMBO_TAG_B,          GUMBO_TAG_I,      GUMBO_TAG_U,    GUMBO_TAG_A,
	GUMBO_TAG_UL,     GUMBO_TAG_OL,         GUMBO_TAG_LI,     GUMBO_TAG_DL,   GUMBO_TAG_DT,
	GUMBO_TAG_DD,     GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_PRE,    GUMBO_TAG_CODE, GUMBO_TAG_BR,
	GUMBO_TAG_HR,     GUMBO_TAG_IMG,        GUMBO_TAG_TABLE,  GUMBO_TAG_THEAD, GUMBO_TAG_TBODY,
	GUMBO_TAG_TR,     GUMBO_TAG_TH,         GUMBO_TAG_TD,     GUMBO_TAG_CAPTION, GUMBO_TAG_SUB,
	GUMBO_TAG_SUP,    GUMBO_TAG_SMALL,
};

/* Elements whose content is not text for people. */
static const GumboTag SILENT[] = {
	GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE,    GUMBO_TAG_TEMPLATE, GUMBO_TAG_IFRAME,
	GUMBO_TAG_OBJECT, GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEXTAREA, GUMBO_TAG_SELECT,
	GUMBO_TAG_TITLE,  GUMBO_TAG_SVG,      GUMBO_TAG_MATH,     GUMBO_TAG_NOEMBED,
	GUMBO_TAG_NOFRAMES, GUMBO_TAG_XMP,    GUMBO_TAG_PLAINTEXT,
};

enum { NESTED_MAX = 100, INPUT_MAX = 64 << 10 };

static bool is_among(GumboTag tag, const GumboTag *tags, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tags[i] == tag)
			return true;
	return false;
}

static bool has_end(GumboTag tag)
{
	return tag != GUMBO_TAG_BR && tag != GUMBO_TAG_HR && tag != GUMBO_TAG_IMG;
}

static void put_kept_attribute(struct markup *m, const GumboNode *node, const char *name,
			       bool (*is_safe)(str))
{
	const GumboAttribute *a = gumbo_get_attribute(&node->v.element.attributes, name);
	if (a && (!is_safe || is_safe(str_z(a->value))))
		put_attribute(m, name, str_z(a->value));
}

static void put_attributes(struct markup *m, const GumboNode *node)
{
	switch (node->v.element.tag) {
	case GUMBO_TAG_A:
		put_kept_attribute(m, node, "href", is_safe_address);
		put(m, " class=\"govuk-link\" rel=\"noopener noreferrer\"");
		break;
	case GUMBO_TAG_IMG: {
		const GumboAttribute *alt =
			gumbo_get_attribute(&node->v.element.attributes, "alt");
		put_kept_attribute(m, node, "src", is_safe_image);
		put(m, " class=\"m-form-image\" alt=\"");
		put_text(m, str_z(alt ? alt->value : ""));
		put(m, "\"");
		break;
	}
	case GUMBO_TAG_TH:
		put_kept_attribute(m, node, "scope", NULL);
		break;
	default:
		break;
	}
	put_kept_attribute(m, node, "lang", NULL);
}

static void put_node(struct markup *m, const GumboNode *node, int depth);

static void put_nodes(struct markup *m, const GumboVector *nodes, int depth)
{
	for (unsigned i = 0; i < nodes->length && depth < NESTED_MAX; i++)
		put_node(m, nodes->data[i], depth);
}

static void put_element(struct markup *m, const GumboNode *node, int depth)
{
	GumboTag tag = node->v.element.tag;
	bool html_element = node->v.element.tag_namespace == GUMBO_NAMESPACE_HTML;
	if (!html_element || is_among(tag, SILENT, sizeof SILENT / sizeof *SILENT))
		return;
	bool kept = is_among(tag, ALLOWED, sizeof ALLOWED / sizeof *ALLOWED);
	if (kept) {
		put(m, "<");
		put(m, gumbo_normalized_tagname(tag));
		put_attributes(m, node);
		put(m, ">");
	}
	put_nodes(m, &node->v.element.children, depth + 1);
	if (kept && has_end(tag)) {
		put(m, "</");
		put(m, gumbo_normalized_tagname(tag));
		put(m, ">");
	}
}

static void put_node(struct markup *m, const GumboNode *node, int depth)
{
	switch (node->type) {
	case GUMBO_NODE_ELEMENT:
		put_element(m, node, depth);
		break;
	case GUMBO_NODE_TEXT:
	case GUMBO_NODE_CDATA:
	case GUMBO_NODE_WHITESPACE:
		put_text(m, str_z(node->v.text.text));
		break;
	default:
		break;
	}
}

html sanitize_html(struct arena *arena, str markup)
{
	struct markup m = { .out = { .arena = arena } };
	GumboOptions options = kGumboDefaultOptions;
	options.max_errors = 0;
	GumboOutput *output = gumbo_parse_with_options(&options, markup.p,
						       markup.n < INPUT_MAX ? markup.n : INPUT_MAX);
	if (output)
		put_node(&m, output->root, 0);
	if (output)
		gumbo_destroy_output(&options, output);
	return (html){ buf_view(&m.out) };
}
