/*
 * markdown: articles and notes. GitHub's dialect (tables, strikethrough, autolinks) to safe
 * markup: raw HTML and dangerous addresses are dropped.
 *
 *	html body = markdown_html(arena, text, &(struct markdown_options){ .first_heading = 2 });
 *	value_set(arena, &view, S("body"), value_html(body));
 *
 * A paragraph that is only an image becomes <figure>, its title the <figcaption>.
 */
#ifndef MOTCUA_TEXT_MARKDOWN_H
#define MOTCUA_TEXT_MARKDOWN_H

#include "base/arena.h"

struct markdown_options {
	int first_heading;  /* what # becomes: 1 to 6 (0 is 2); deeper ones follow, at most 6 */
	str link_prefix;    /* put before relative addresses of links and images; may be empty */
};

html markdown_html(struct arena *arena, str text, const struct markdown_options *options);
/* Without any mark-up, paragraphs parted by newlines: for search. */
str markdown_text(struct arena *arena, str text);
/* The first sentences of the text, at most `most` characters, cut between words with "…". */
str markdown_teaser(struct arena *arena, str text, size_t most);

#endif
