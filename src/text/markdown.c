#include "text/markdown.h"

#include "text/template.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>
#include <pthread.h>

/* The library parses; markup is written here, so that what can appear on a page is what this file
 * names: no raw HTML, no attribute but those below, no address with an unknown scheme. */

struct writer {
	struct buf out;
	int first_heading;
	str link_prefix;
	bool in_table_head;
};

static const char *const extensions[] = { "table", "strikethrough", "autolink" };

/* The library keeps its extensions in a global list, filled once. */
static void register_extensions(void)
{
	cmark_gfm_core_extensions_ensure_registered();
}

static cmark_node *parse(str text)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, register_extensions);
	cmark_parser *parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8);
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
		cmark_parser_attach_syntax_extension(
			parser, cmark_find_syntax_extension(extensions[i]));
	cmark_parser_feed(parser, text.p, text.n);
	cmark_node *document = cmark_parser_finish(parser);
	cmark_parser_free(parser);
	return document;
}

/* ---- addresses ---- */

static str scheme_of(str address)
{
	for (size_t i = 0; i < address.n; i++) {
		char c = address.p[i];
		if (c == ':')
			return str_slice(address, 0, i);
		if (c == '/' || c == '?' || c == '#')
			break;
	}
	return S("");
}

static bool is_relative(str address)
{
	return str_empty(scheme_of(address)) && !str_starts(address, S("/")) &&
	       !str_starts(address, S("#"));
}

static bool is_safe(str address)
{
	static const str schemes[] = { S("http"), S("https"), S("mailto"), S("tel") };
	str scheme = scheme_of(address);
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (str_eq_nocase(scheme, schemes[i]))
			return true;
	/* A control character before the scheme would be dropped by browsers. */
	return str_empty(scheme) && !(address.n && (unsigned char)address.p[0] <= ' ');
}

static void write_address(struct writer *w, const char *name, cmark_node *node)
{
	str address = str_z(cmark_node_get_url(node));
	buf_printf(&w->out, " %s=\"", name);
	if (is_safe(address)) {
		if (address.n && is_relative(address))
			html_escape(&w->out, w->link_prefix);
		html_escape(&w->out, address);
	}
	buf_byte(&w->out, '"');
}

static void write_title(struct writer *w, cmark_node *node)
{
	str title = str_z(cmark_node_get_title(node));
	if (str_empty(title))
		return;
	buf_str(&w->out, S(" title=\""));
	html_escape(&w->out, title);
	buf_byte(&w->out, '"');
}

/* ---- text ---- */

static bool is_text(cmark_node_type type)
{
	return type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE;
}

/* All text below a node, for the alternative of an image. */
static void write_plain(struct buf *out, cmark_node *node)
{
	cmark_iter *iter = cmark_iter_new(node);
	for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
		cmark_node *at = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(at);
		if (event == CMARK_EVENT_ENTER && is_text(type))
			html_escape(out, str_z(cmark_node_get_literal(at)));
		else if (event == CMARK_EVENT_ENTER &&
			 (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK))
			buf_byte(out, ' ');
	}
	cmark_iter_free(iter);
}

static void write_image(struct writer *w, cmark_node *node, bool with_title)
{
	buf_str(&w->out, S("<img"));
	write_address(w, "src", node);
	buf_str(&w->out, S(" alt=\""));
	write_plain(&w->out, node);
	buf_byte(&w->out, '"');
	if (with_title)
		write_title(w, node);
	buf_byte(&w->out, '>');
}

static bool is_figure(cmark_node *paragraph)
{
	cmark_node *child = cmark_node_first_child(paragraph);
	return child && !cmark_node_next(child) && cmark_node_get_type(child) == CMARK_NODE_IMAGE;
}

static void write_figure(struct writer *w, cmark_node *paragraph)
{
	cmark_node *image = cmark_node_first_child(paragraph);
	str caption = str_z(cmark_node_get_title(image));
	buf_str(&w->out, S("<figure>"));
	write_image(w, image, false);
	if (!str_empty(caption)) {
		buf_str(&w->out, S("<figcaption>"));
		html_escape(&w->out, caption);
		buf_str(&w->out, S("</figcaption>"));
	}
	buf_str(&w->out, S("</figure>\n"));
}

/* ---- elements ---- */

static bool in_tight_list(cmark_node *paragraph)
{
	cmark_node *item = cmark_node_parent(paragraph);
	cmark_node *list = item ? cmark_node_parent(item) : NULL;
	return list && cmark_node_get_type(list) == CMARK_NODE_LIST &&
	       cmark_node_get_list_tight(list);
}

static void write_heading(struct writer *w, cmark_node *node, bool enter)
{
	int level = cmark_node_get_heading_level(node) + w->first_heading - 1;
	buf_printf(&w->out, enter ? "<h%d>" : "</h%d>\n", level > 6 ? 6 : level);
}

static void write_list(struct writer *w, cmark_node *node, bool enter)
{
	bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
	int start = cmark_node_get_list_start(node);
	if (!enter)
		buf_str(&w->out, ordered ? S("</ol>\n") : S("</ul>\n"));
	else if (ordered && start != 1)
		buf_printf(&w->out, "<ol start=\"%d\">\n", start);
	else
		buf_str(&w->out, ordered ? S("<ol>\n") : S("<ul>\n"));
}

static void write_code_block(struct writer *w, cmark_node *node)
{
	buf_str(&w->out, S("<pre><code>"));
	html_escape(&w->out, str_z(cmark_node_get_literal(node)));
	buf_str(&w->out, S("</code></pre>\n"));
}

static void write_link(struct writer *w, cmark_node *node, bool enter)
{
	if (!enter) {
		buf_str(&w->out, S("</a>"));
		return;
	}
	buf_str(&w->out, S("<a"));
	write_address(w, "href", node);
	write_title(w, node);
	buf_byte(&w->out, '>');
}

static void write_tag(struct writer *w, const char *name, bool enter, const char *after)
{
	buf_printf(&w->out, enter ? "<%s>" : "</%s>", name);
	if (!enter)
		buf_str(&w->out, str_z(after));
}

/* Tables and strikethrough are extensions: their kinds are known by name only. */
static void write_extension(struct writer *w, cmark_node *node, bool enter)
{
	str type = str_z(cmark_node_get_type_string(node));
	if (str_eq(type, S("table"))) {
		buf_str(&w->out, enter ? S("<table>\n") : S("</tbody></table>\n"));
	} else if (str_eq(type, S("table_header"))) {
		buf_str(&w->out, enter ? S("<thead><tr>") : S("</tr></thead>\n<tbody>\n"));
		w->in_table_head = enter;
	} else if (str_eq(type, S("table_row"))) {
		write_tag(w, "tr", enter, "\n");
	} else if (str_eq(type, S("table_cell"))) {
		if (w->in_table_head && enter)
			buf_str(&w->out, S("<th scope=\"col\">"));
		else
			write_tag(w, w->in_table_head ? "th" : "td", enter, "");
	} else if (str_eq(type, S("strikethrough"))) {
		write_tag(w, "del", enter, "");
	}
}

static void write_inline(struct writer *w, cmark_node *node, bool enter)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		html_escape(&w->out, str_z(cmark_node_get_literal(node)));
		break;
	case CMARK_NODE_SOFTBREAK:
		buf_byte(&w->out, '\n');
		break;
	case CMARK_NODE_LINEBREAK:
		buf_str(&w->out, S("<br>\n"));
		break;
	case CMARK_NODE_CODE:
		buf_str(&w->out, S("<code>"));
		html_escape(&w->out, str_z(cmark_node_get_literal(node)));
		buf_str(&w->out, S("</code>"));
		break;
	case CMARK_NODE_EMPH:
		write_tag(w, "em", enter, "");
		break;
	case CMARK_NODE_STRONG:
		write_tag(w, "strong", enter, "");
		break;
	case CMARK_NODE_LINK:
		write_link(w, node, enter);
		break;
	default:
		write_extension(w, node, enter);
	}
}

static void write_node(struct writer *w, cmark_node *node, bool enter)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_PARAGRAPH:
		if (!in_tight_list(node))
			write_tag(w, "p", enter, "\n");
		break;
	case CMARK_NODE_HEADING:
		write_heading(w, node, enter);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		write_tag(w, "blockquote", enter, "\n");
		break;
	case CMARK_NODE_LIST:
		write_list(w, node, enter);
		break;
	case CMARK_NODE_ITEM:
		write_tag(w, "li", enter, "\n");
		break;
	case CMARK_NODE_CODE_BLOCK:
		write_code_block(w, node);
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		buf_str(&w->out, S("<hr>\n"));
		break;
	case CMARK_NODE_HTML_BLOCK:
	case CMARK_NODE_HTML_INLINE:
		break;
	default:
		write_inline(w, node, enter);
	}
}

html markdown_html(struct arena *arena, str text, const struct markdown_options *options)
{
	struct writer w = { .out = { .arena = arena }, .link_prefix = options->link_prefix };
	w.first_heading = options->first_heading ? options->first_heading : 2;
	cmark_node *document = parse(text);
	cmark_iter *iter = cmark_iter_new(document);
	for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
		cmark_node *node = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(node);
		bool enter = event == CMARK_EVENT_ENTER;
		bool figure = type == CMARK_NODE_PARAGRAPH && enter && is_figure(node);
		if (figure)
			write_figure(&w, node);
		else if (type == CMARK_NODE_IMAGE)
			write_image(&w, node, true);
		else
			write_node(&w, node, enter);
		/* What is inside was written already. */
		if (figure || (type == CMARK_NODE_IMAGE && enter)) {
			cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
		}
	}
	cmark_iter_free(iter);
	cmark_node_free(document);
	return (html){ buf_view(&w.out) };
}

/* ---- without mark-up ---- */

static bool ends_line(cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);
	return type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING ||
	       type == CMARK_NODE_CODE_BLOCK ||
	       str_eq(str_z(cmark_node_get_type_string(node)), S("table_row")) ||
	       str_eq(str_z(cmark_node_get_type_string(node)), S("table_header"));
}

static void end_with(struct buf *out, char c)
{
	while (out->n && (out->p[out->n - 1] == ' ' || out->p[out->n - 1] == '\n'))
		out->n--;
	if (out->n)
		buf_byte(out, c);
}

static void add_plain(struct buf *out, cmark_node *node, bool enter)
{
	cmark_node_type type = cmark_node_get_type(node);
	if (enter && (is_text(type) || type == CMARK_NODE_CODE_BLOCK))
		buf_str(out, str_z(cmark_node_get_literal(node)));
	else if (enter && (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK))
		buf_byte(out, ' ');
	if (str_eq(str_z(cmark_node_get_type_string(node)), S("table_cell")) && !enter)
		end_with(out, ' ');
	if (ends_line(node) && (!enter || type == CMARK_NODE_CODE_BLOCK))
		end_with(out, '\n');
}

/* Headings and images stay out of a teaser. */
static str plain_text(struct arena *arena, str text, bool for_teaser)
{
	struct buf out = { .arena = arena };
	cmark_node *document = parse(text);
	cmark_iter *iter = cmark_iter_new(document);
	for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
		cmark_node *node = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(node);
		bool skip = for_teaser &&
			    (type == CMARK_NODE_HEADING || type == CMARK_NODE_IMAGE);
		if (!skip)
			add_plain(&out, node, event == CMARK_EVENT_ENTER);
		else if (event == CMARK_EVENT_ENTER)
			cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
	}
	cmark_iter_free(iter);
	cmark_node_free(document);
	end_with(&out, '\n');
	return str_trim(buf_view(&out));
}

str markdown_text(struct arena *arena, str text)
{
	return plain_text(arena, text, false);
}

/* The bytes of the first `most` characters. */
static size_t bytes_of(str s, size_t most)
{
	size_t at = 0;
	for (size_t i = 0; i < most && at < s.n; i++) {
		at++;
		while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
			at++;
	}
	return at;
}

static bool ends_sentence(str s, size_t at)
{
	return (s.p[at] == '.' || s.p[at] == '!' || s.p[at] == '?') &&
	       (at + 1 == s.n || s.p[at + 1] == ' ' || s.p[at + 1] == '\n');
}

str markdown_teaser(struct arena *arena, str text, size_t most)
{
	str plain = plain_text(arena, text, true);
	char *one_line = (char *)(uintptr_t)arena_copy(arena, plain).p;
	for (size_t i = 0; i < plain.n; i++)
		if (one_line[i] == '\n')
			one_line[i] = ' ';
	size_t room = bytes_of(plain, most);
	if (room == plain.n)
		return str_of(one_line, plain.n);
	for (size_t at = room; at-- > room / 2;)
		if (ends_sentence(str_of(one_line, plain.n), at))
			return str_of(one_line, at + 1);
	/* One character is the sign that more follows. */
	size_t end = bytes_of(plain, most ? most - 1 : 0);
	while (end > 0 && one_line[end] != ' ')
		end--;
	while (end > 0 && strchr(" ,;:-", one_line[end - 1]))
		end--;
	return arena_printf(arena, "%.*s…", (int)end, one_line);
}
