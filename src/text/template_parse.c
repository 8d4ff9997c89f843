#include "text/template_tree.h"

enum { NESTED_SECTIONS = 60 };

struct parser {
	struct ctx *ctx;
	struct arena *arena;
	str name, text;
	size_t at;
	str open, close;
	int line;        /* of `counted` */
	size_t counted;
	size_t dedent;   /* blanks taken off every line: those of the block around */
	int depth;
	bool keeps_indent;
	const struct parse_options *options;
};

/* A tag from `start` to `end` (after its closing delimiter). */
struct tag {
	char sigil; /* '#', '^', '/', '>', '<', '$', '!', '=', '&', '{', or 0 */
	str content;
	size_t start, end;
	int line;
};

/* The line a tag stands on. */
struct around {
	size_t line_start, after; /* after: behind the line's newline, where only blanks follow */
	bool blank_before, blank_after;
};

static enum err parse_nodes(struct parser *p, struct nodes *nodes, const struct tag *opener,
			    struct tag *ret_closer);

static enum err wrong(struct parser *p, int line, const char *what, str which)
{
	return fail(p->ctx, ERR_INVALID, "%.*s:%d: %s: %.*s", STR_ARG(p->name), line,
		    ctx_text(p->ctx, what), STR_ARG(which));
}

struct node *nodes_add(struct arena *arena, struct nodes *nodes, struct node node)
{
	if (nodes->n == nodes->room) {
		uint32_t room = nodes->room ? nodes->room * 2 : 4;
		nodes->items = arena_grow(arena, nodes->items, nodes->room * sizeof node,
					  room * sizeof node);
		nodes->room = room;
	}
	nodes->items[nodes->n] = node;
	return &nodes->items[nodes->n++];
}

/* ---- names ---- */

static enum name_kind special_name(str text, bool extended)
{
	static const struct { str name; enum name_kind kind; } names[] = {
		{ S("-index"), NAME_INDEX }, { S("-number"), NAME_NUMBER },
		{ S("-first"), NAME_FIRST }, { S("-last"), NAME_LAST },
	};
	if (str_eq(text, S(".")))
		return NAME_THIS;
	for (size_t i = 0; extended && i < sizeof names / sizeof *names; i++)
		if (str_eq(text, names[i].name))
			return names[i].kind;
	return NAME_PLAIN;
}

struct name name_of(struct arena *arena, str text, bool extended)
{
	struct name name = { .kind = (uint8_t)special_name(text, extended) };
	if (name.kind != NAME_PLAIN)
		return name;
	size_t n = 1;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '.';
	name.parts = ARENA_ARRAY(arena, str, n);
	for (str rest = text, part; str_next(&rest, '.', &part);)
		name.parts[name.n++] = part;
	return name;
}

/* ---- tags ---- */

static int line_of(struct parser *p, size_t at)
{
	for (; p->counted < at; p->counted++)
		p->line += p->text.p[p->counted] == '\n';
	return p->line;
}

static size_t find_from(str text, size_t at, str what)
{
	size_t found = str_find(str_slice(text, at, text.n), what);
	return found == SIZE_MAX ? SIZE_MAX : at + found;
}

/* Reads the tag at or after p->at; sets *ret_found to whether there is one. */
static enum err read_tag(struct parser *p, struct tag *ret_tag, bool *ret_found)
{
	size_t start = find_from(p->text, p->at, p->open);
	*ret_found = start != SIZE_MAX;
	if (!*ret_found)
		return OK;
	struct tag tag = { .start = start, .line = line_of(p, start) };
	size_t from = start + p->open.n;
	str ending = p->close;
	if (from < p->text.n && strchr("#^/><$!=&{", p->text.p[from]) && p->text.p[from])
		tag.sigil = p->text.p[from++];
	if (tag.sigil == '{' || tag.sigil == '=')
		ending = arena_printf(p->arena, "%c%.*s", tag.sigil == '{' ? '}' : '=',
				      STR_ARG(p->close));
	size_t to = find_from(p->text, from, ending);
	if (to == SIZE_MAX)
		return wrong(p, tag.line, "This tag is not closed",
			     str_slice(p->text, start, start + 20));
	tag.content = str_trim(str_slice(p->text, from, to));
	tag.end = to + ending.n;
	if (str_empty(tag.content) && tag.sigil != '!')
		return wrong(p, tag.line, "This tag has no name",
			     str_slice(p->text, start, tag.end));
	*ret_tag = tag;
	return OK;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct around look_around(const struct parser *p, size_t start, size_t end)
{
	struct around around = { .line_start = start, .after = end };
	const char *text = p->text.p;
	while (around.line_start > 0 && is_blank(text[around.line_start - 1]))
		around.line_start--;
	around.blank_before = around.line_start == 0 || text[around.line_start - 1] == '\n';
	while (around.after < p->text.n && is_blank(text[around.after]))
		around.after++;
	around.blank_after = around.after == p->text.n;
	if (around.after < p->text.n && text[around.after] == '\r' &&
	    around.after + 1 < p->text.n && text[around.after + 1] == '\n')
		around.after++;
	if (around.after < p->text.n && text[around.after] == '\n') {
		around.after++;
		around.blank_after = true;
	}
	return around;
}

static bool stands_alone(const struct around *around)
{
	return around->blank_before && around->blank_after;
}

/* Blanks before a tag on its line, without those the block around takes off. */
static str indent_of(const struct parser *p, size_t line_start, size_t tag_start)
{
	if (!p->keeps_indent)
		return S("");
	size_t from = line_start + p->dedent;
	return str_slice(p->text, from < tag_start ? from : tag_start, tag_start);
}

/* ---- text ---- */

static bool begins_line(const struct parser *p, size_t at)
{
	return at == 0 || p->text.p[at - 1] == '\n';
}

/* The text without the blanks that the block around takes off each line. */
static str without_indent(const struct parser *p, size_t from, size_t to)
{
	struct buf out = { .arena = p->arena };
	for (size_t at = from; at < to;) {
		size_t taken = 0;
		while (begins_line(p, at - taken) && taken < p->dedent && at < to &&
		       is_blank(p->text.p[at])) {
			taken++;
			at++;
		}
		size_t end = at;
		while (end < to && p->text.p[end] != '\n')
			end++;
		end += end < to;
		buf_str(&out, str_slice(p->text, at, end));
		at = end;
	}
	return buf_view(&out);
}

static void add_text(struct parser *p, struct nodes *nodes, size_t from, size_t to)
{
	if (from >= to)
		return;
	struct node node = { .kind = NODE_TEXT, .line = p->line };
	node.starts_line = begins_line(p, from);
	node.text = p->dedent ? without_indent(p, from, to) : str_slice(p->text, from, to);
	if (!str_empty(node.text))
		nodes_add(p->arena, nodes, node);
}

/* Where a tag is the first thing on its line, an empty text keeps the place of the indentation. */
static void mark_line_start(struct parser *p, struct nodes *nodes, const struct tag *tag)
{
	struct around around = look_around(p, tag->start, tag->end);
	if (p->keeps_indent && around.blank_before &&
	    tag->start - around.line_start <= p->dedent)
		nodes_add(p->arena, nodes, (struct node){
			.kind = NODE_TEXT, .starts_line = true, .line = tag->line });
}

/* Adds the text before the tag and moves behind it; a tag alone on its line takes the line with
 * it. Returns whether it was. */
static bool pass_tag(struct parser *p, struct nodes *nodes, const struct tag *tag)
{
	struct around around = look_around(p, tag->start, tag->end);
	bool alone = tag->sigil != 0 && tag->sigil != '&' && tag->sigil != '{' &&
		     stands_alone(&around);
	if (alone) {
		add_text(p, nodes, p->at, around.line_start);
		p->at = around.after;
	} else {
		add_text(p, nodes, p->at, tag->start);
		mark_line_start(p, nodes, tag);
		p->at = tag->end;
	}
	return alone;
}

/* ---- one tag of each kind ---- */

static enum err parse_value(struct parser *p, struct nodes *nodes, const struct tag *tag)
{
	struct node node = { .kind = tag->sigil ? NODE_RAW : NODE_VALUE, .line = tag->line };
	str name = tag->content;
	size_t bar = p->options->extended ? str_find_byte(name, '|') : SIZE_MAX;
	if (bar != SIZE_MAX) {
		str filter_name = str_trim(str_slice(name, bar + 1, name.n));
		node.filter = template_filter(filter_name);
		if (!node.filter)
			return wrong(p, tag->line, "There is no such filter", filter_name);
		name = str_trim(str_slice(name, 0, bar));
	}
	const struct book *book = p->options->book;
	if (node.kind == NODE_RAW && book && book->options.only_safe_markup)
		return wrong(p, tag->line, "Values are always escaped here; hand markup over as "
			     "html and write two braces", name);
	node.name = name_of(p->arena, name, p->options->extended);
	nodes_add(p->arena, nodes, node);
	return OK;
}

static enum err parse_body(struct parser *p, struct nodes *body, const struct tag *opener,
			   struct tag *ret_closer)
{
	if (p->depth == NESTED_SECTIONS)
		return wrong(p, opener->line, "Sections are nested too deeply", opener->content);
	p->depth++;
	TRY(parse_nodes(p, body, opener, ret_closer));
	p->depth--;
	return OK;
}

static enum err parse_section(struct parser *p, struct nodes *nodes, const struct tag *tag)
{
	struct tag closer;
	struct node node = {
		.kind = tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED, .line = tag->line,
		.name = name_of(p->arena, tag->content, p->options->extended),
		.open = p->open, .close = p->close,
	};
	TRY(parse_body(p, &node.body, tag, &closer));
	node.text = str_slice(p->text, tag->end, closer.start);
	nodes_add(p->arena, nodes, node);
	return OK;
}

static void set_target_name(struct parser *p, struct node *node, str content)
{
	node->dynamic = str_starts(content, S("*"));
	node->text = content;
	if (node->dynamic)
		node->name = name_of(p->arena, str_trim(str_slice(content, 1, content.n)), false);
}

static void parse_partial(struct parser *p, struct nodes *nodes, const struct tag *tag, bool alone)
{
	struct node node = { .kind = NODE_PARTIAL, .line = tag->line };
	struct around around = look_around(p, tag->start, tag->end);
	set_target_name(p, &node, tag->content);
	node.indent = alone ? indent_of(p, around.line_start, tag->start) : S("");
	nodes_add(p->arena, nodes, node);
}

/* A parent stands alone when nothing but blanks comes before its opening and after its closing
 * tag: only then is it known what becomes of the blanks before it. */
static enum err parse_parent(struct parser *p, struct nodes *nodes, const struct tag *tag)
{
	struct tag closer;
	struct nodes inside = { 0 }, blocks = { 0 };
	struct node node = { .kind = NODE_PARENT, .line = tag->line };
	struct around before = look_around(p, tag->start, tag->end);
	size_t text_end = before.blank_before ? before.line_start : tag->start;
	add_text(p, nodes, p->at, text_end);
	p->at = tag->end;
	TRY(parse_body(p, &inside, tag, &closer));
	struct around after = look_around(p, closer.start, closer.end);
	p->at = closer.end;
	set_target_name(p, &node, tag->content);
	node.indent = S("");
	if (before.blank_before && after.blank_after) {
		p->at = after.after;
		node.indent = indent_of(p, before.line_start, tag->start);
	} else {
		add_text(p, nodes, text_end, tag->start);
		mark_line_start(p, nodes, tag);
	}
	for (uint32_t i = 0; i < inside.n; i++)
		if (inside.items[i].kind == NODE_BLOCK)
			nodes_add(p->arena, &blocks, inside.items[i]);
	node.body = blocks;
	nodes_add(p->arena, nodes, node);
	return OK;
}

/* Blanks at the beginning of the line where a block's body begins. */
static size_t body_indent(const struct parser *p)
{
	size_t n = 0;
	while (p->at + n < p->text.n && is_blank(p->text.p[p->at + n]))
		n++;
	return n;
}

/* A body that begins on a line of its own is freed of that line's indentation; where the block is
 * a place to be filled, what fills it is indented so. */
static enum err parse_block(struct parser *p, struct nodes *nodes, const struct tag *tag,
			    bool in_parent)
{
	struct tag closer;
	struct node node = { .kind = NODE_BLOCK, .line = tag->line, .text = tag->content };
	struct around around = look_around(p, tag->start, tag->end);
	size_t dedent = p->dedent;
	bool own_line = around.blank_after && (around.blank_before || in_parent);
	node.alone = own_line;
	node.indent = S("");
	if (own_line) {
		add_text(p, nodes, p->at, around.blank_before ? around.line_start : tag->start);
		p->at = around.after;
		size_t inner = p->keeps_indent ? body_indent(p) : 0;
		if (inner > dedent) {
			node.indent = str_slice(p->text, p->at + dedent, p->at + inner);
			p->dedent = inner;
		}
	} else {
		add_text(p, nodes, p->at, tag->start);
		mark_line_start(p, nodes, tag);
		if (around.blank_before)
			node.indent = indent_of(p, around.line_start, tag->start);
		p->at = tag->end;
	}
	TRY(parse_body(p, &node.body, tag, &closer));
	p->dedent = dedent;
	/* The place of the block says whether its first line is indented. */
	if (own_line && node.body.n && node.body.items[0].kind == NODE_TEXT)
		node.body.items[0].starts_line = false;
	nodes_add(p->arena, nodes, node);
	return OK;
}

static bool delimiter_valid(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '=' || (unsigned char)s.p[i] <= ' ')
			return false;
	return s.n > 0;
}

static enum err parse_delimiters(struct parser *p, const struct tag *tag)
{
	size_t end = 0;
	while (end < tag->content.n && (unsigned char)tag->content.p[end] > ' ')
		end++;
	str open = str_slice(tag->content, 0, end);
	str close = str_trim(str_slice(tag->content, end, tag->content.n));
	if (!delimiter_valid(open) || !delimiter_valid(close))
		return wrong(p, tag->line, "These are no delimiters", tag->content);
	p->open = open;
	p->close = close;
	return OK;
}

/* ---- translation ---- */

static bool is_message(const struct parser *p, const struct tag *tag)
{
	return p->options->extended && tag->sigil == '#' &&
	       (str_eq(tag->content, S("_")) || str_starts(tag->content, S("_ ")));
}

static enum err parse_message(struct parser *p, struct nodes *nodes, const struct tag *tag)
{
	str ending = S("{{/_}}"), bar = S("{{|}}");
	size_t end = find_from(p->text, tag->end, ending);
	if (end == SIZE_MAX)
		return wrong(p, tag->line, "The translated text is not closed", tag->content);
	struct message message = {
		.count = str_trim(str_slice(tag->content, 1, tag->content.n)),
		.one = str_slice(p->text, tag->end, end), .many = S(""), .line = tag->line,
	};
	size_t middle = str_find(message.one, bar);
	if (middle != SIZE_MAX) {
		message.many = str_slice(message.one, middle + bar.n, message.one.n);
		message.one = str_slice(message.one, 0, middle);
	}
	if (str_empty(message.many) != str_empty(message.count))
		return wrong(p, tag->line, "A number and two forms with {{|}} belong together",
			     message.one);
	add_text(p, nodes, p->at, tag->start);
	p->at = end + ending.n;
	return template_translate(p->ctx, p->arena, p->name, &message, p->options, nodes);
}

/* ---- all of it ---- */

static enum err parse_tag(struct parser *p, struct nodes *nodes, const struct tag *tag,
			  const struct tag *opener)
{
	if (is_message(p, tag))
		return parse_message(p, nodes, tag);
	if (tag->sigil == '<')
		return parse_parent(p, nodes, tag);
	if (tag->sigil == '$')
		return parse_block(p, nodes, tag, opener && opener->sigil == '<');
	bool alone = pass_tag(p, nodes, tag);
	switch (tag->sigil) {
	case '#':
	case '^':
		return parse_section(p, nodes, tag);
	case '>':
		parse_partial(p, nodes, tag, alone);
		return OK;
	case '=':
		return parse_delimiters(p, tag);
	case '!':
		return OK;
	default:
		return parse_value(p, nodes, tag);
	}
}

static enum err close_body(struct parser *p, struct nodes *nodes, const struct tag *opener,
			   const struct tag *tag)
{
	if (!opener)
		return wrong(p, tag->line, "This closes nothing", tag->content);
	if (!str_eq(opener->content, tag->content))
		return fail(p->ctx, ERR_INVALID, "%.*s:%d: %.*s is closed where %.*s of line %d is open",
			    STR_ARG(p->name), tag->line, STR_ARG(tag->content),
			    STR_ARG(opener->content), opener->line);
	struct around around = look_around(p, tag->start, tag->end);
	if (opener->sigil == '$' && around.blank_before && !around.blank_after) {
		add_text(p, nodes, p->at, around.line_start);
		p->at = tag->end;
	} else {
		pass_tag(p, nodes, tag);
	}
	return OK;
}

static enum err parse_nodes(struct parser *p, struct nodes *nodes, const struct tag *opener,
			    struct tag *ret_closer)
{
	for (;;) {
		struct tag tag;
		bool found;
		TRY(read_tag(p, &tag, &found));
		if (!found)
			break;
		if (tag.sigil == '/') {
			TRY(close_body(p, nodes, opener, &tag));
			*ret_closer = tag;
			return OK;
		}
		TRY(parse_tag(p, nodes, &tag, opener));
	}
	if (opener)
		return wrong(p, opener->line, "This is not closed", opener->content);
	add_text(p, nodes, p->at, p->text.n);
	p->at = p->text.n;
	return OK;
}

enum err template_parse(struct ctx *ctx, struct arena *arena, str name, str source,
			const struct parse_options *options, struct nodes *ret_nodes)
{
	const struct book *book = options->book;
	struct parser p = {
		.ctx = ctx, .arena = arena, .name = name, .text = source,
		.open = options->open, .close = options->close, .line = options->first_line,
		.keeps_indent = !(book && book->options.only_safe_markup), .options = options,
	};
	*ret_nodes = (struct nodes){ 0 };
	return parse_nodes(&p, ret_nodes, NULL, NULL);
}
