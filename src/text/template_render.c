#include "text/template_tree.h"

/* A value that is no plain text says so in its flags, which belong to the room that made it. */
enum { MARKUP = 1, LAMBDA = 2, HINTS = 64, USUAL_NUMBER = 64 };

/* What names are looked up in: a stack, each level living in the C frame of its section. */
struct scope {
	const struct value *v;
	const struct scope *below;
	uint32_t index, n; /* place in the list and its length; n is 0 outside lists */
};

/* Where a name was found last, and the very key it was: the rows of a list are built by one piece
 * of code, so that key and place repeat and nothing need be compared byte by byte. */
struct hint {
	const struct name *name;
	str key;
	uint32_t place;
};

/* Blocks given to a parent. `below` is what was visible where the parent tag stands. */
struct overrides {
	const struct nodes *blocks;
	const struct overrides *below;
};

struct renderer {
	struct ctx *ctx;
	struct buf *out;
	const struct template *template;
	const struct overrides *overrides;
	str indent;
	size_t first; /* length of `out` before this page */
	int depth;
	struct hint hints[HINTS]; /* by the name's address; one taken by another only misses */
	struct value special;
};

static enum err render_nodes(struct renderer *r, const struct nodes *nodes,
			     const struct scope *scope);

/* ---- values of this room ---- */

struct value value_html(html h)
{
	struct value v = value_str(h.s);
	v.flags = MARKUP;
	return v;
}

bool value_is_html(struct value v)
{
	return v.kind == VALUE_STRING && v.flags == MARKUP;
}

struct value value_lambda(const struct template_lambda *lambda)
{
	return (struct value){ .kind = VALUE_FUNCTION, .flags = LAMBDA, .object = lambda };
}

static const struct template_lambda *lambda_of(const struct value *v)
{
	return v->kind == VALUE_FUNCTION && v->flags == LAMBDA ? v->object : NULL;
}

/* ---- finding names ---- */

static enum err too_much(struct renderer *r, const struct node *node, const char *what)
{
	return fail(r->ctx, ERR_INVALID, "%.*s:%d: %s", STR_ARG(r->template->name), node->line,
		    what);
}

static const struct value *search_member(struct hint *hint, const struct name *name,
					 const struct value *map)
{
	for (uint32_t i = 0; i < map->n; i++)
		if (str_eq(map->members[i].key, name->parts[0])) {
			*hint = (struct hint){ name, map->members[i].key, i };
			return &map->members[i].value;
		}
	return NULL;
}

static inline const struct value *find_member(struct renderer *r, const struct name *name,
					      const struct value *map)
{
	/* Names lie in nodes, and nodes side by side: neighbours get hints of their own. */
	struct hint *hint = &r->hints[(uintptr_t)name / sizeof(struct node) % HINTS];
	if (hint->name == name && hint->place < map->n) {
		const struct member *member = &map->members[hint->place];
		if (member->key.p == hint->key.p && member->key.n == hint->key.n)
			return &member->value;
	}
	return search_member(hint, name, map);
}

static const struct value *find_special(struct renderer *r, enum name_kind kind,
					const struct scope *scope)
{
	if (kind == NAME_THIS)
		return scope->v;
	while (scope && scope->n == 0)
		scope = scope->below;
	if (!scope)
		return NULL;
	r->special = kind == NAME_INDEX ? value_int(scope->index) :
		     kind == NAME_NUMBER ? value_int(scope->index + INT64_C(1)) :
		     kind == NAME_FIRST ? value_bool(scope->index == 0) :
					  value_bool(scope->index + 1 == scope->n);
	return &r->special;
}

/* The value of a name, or NULL: its first part on the stack, the others only in what that gave. */
static inline const struct value *find(struct renderer *r, const struct name *name,
				       const struct scope *scope)
{
	const struct value *found = NULL;
	if (name->kind != NAME_PLAIN)
		return find_special(r, name->kind, scope);
	for (; scope && !found; scope = scope->below)
		if (scope->v->kind == VALUE_MAP)
			found = find_member(r, name, scope->v);
	for (uint16_t i = 1; i < name->n && found; i++)
		found = value_find(*found, name->parts[i]);
	return found;
}

static bool is_false(const struct value *v)
{
	switch (v->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
		return !v->boolean;
	case VALUE_NUMBER:
		return decimal_is_zero(v->number);
	case VALUE_STRING:
	case VALUE_LIST:
		return v->n == 0;
	default:
		return false;
	}
}

/* ---- text ---- */

static void render_indented(struct renderer *r, const struct node *node)
{
	str rest = node->text;
	bool line_start = node->starts_line;
	if (line_start && str_empty(rest))
		buf_str(r->out, r->indent);
	while (rest.n) {
		size_t end = str_find_byte(rest, '\n');
		size_t n = end == SIZE_MAX ? rest.n : end + 1;
		if (line_start)
			buf_str(r->out, r->indent);
		buf_bytes(r->out, rest.p, n);
		rest = str_of(rest.p + n, rest.n - n);
		line_start = true;
	}
}

static inline void render_text(struct renderer *r, const struct node *node)
{
	if (r->indent.n)
		render_indented(r, node);
	else
		buf_str(r->out, node->text);
}

/* ---- lambdas ---- */

/* Renders what a lambda returned, as a template with these delimiters. */
static enum err render_returned(struct renderer *r, const struct node *node,
				const struct scope *scope, str returned)
{
	struct nodes nodes;
	struct arena *arena = r->ctx->arena;
	bool in_section = node->kind == NODE_SECTION;
	const struct parse_options options = {
		.open = in_section ? node->open : S("{{"),
		.close = in_section ? node->close : S("}}"), .first_line = node->line,
	};
	TRY(template_parse(r->ctx, arena, r->template->name, returned, &options, &nodes));
	TRY(template_link(r->ctx, r->template->name, &nodes, r->template->book));
	return render_nodes(r, &nodes, scope);
}

static enum err render_lambda(struct renderer *r, const struct node *node,
			      const struct scope *scope, const struct template_lambda *lambda)
{
	str given = node->kind == NODE_SECTION ? node->text : S("");
	str returned = lambda->call(lambda->object, r->ctx->arena, given);
	struct buf text = { .arena = r->ctx->arena }, *out = r->out;
	if (node->kind != NODE_VALUE)
		return render_returned(r, node, scope, returned);
	r->out = &text;
	enum err err = render_returned(r, node, scope, returned);
	r->out = out;
	html_escape(out, buf_view(&text));
	return err;
}

/* ---- values ---- */

static void write_number(struct buf *out, struct decimal d)
{
	size_t n = decimal_format(d, buf_reserve(out, USUAL_NUMBER), USUAL_NUMBER);
	if (n > USUAL_NUMBER)
		n = decimal_format(d, buf_reserve(out, n), n);
	buf_wrote(out, n);
}

static void render_filtered(struct renderer *r, const struct node *node, const struct value *v)
{
	const struct book *book = r->template->book;
	const struct filter_call call = {
		r->ctx->arena, book->language, book->options.offset, *v
	};
	bool is_markup = false;
	str text = node->filter(&call, &is_markup);
	if (is_markup)
		buf_str(r->out, text);
	else
		html_escape(r->out, text);
}

static enum err render_found(struct renderer *r, const struct node *node,
			     const struct scope *scope, const struct value *v)
{
	if (node->filter) {
		render_filtered(r, node, v);
		return OK;
	}
	if (v->kind == VALUE_STRING) {
		if (node->kind == NODE_RAW || v->flags == MARKUP)
			buf_bytes(r->out, v->bytes, v->n);
		else
			html_escape(r->out, str_of(v->bytes, v->n));
	} else if (v->kind == VALUE_NUMBER) {
		write_number(r->out, v->number);
	} else if (v->kind == VALUE_BOOL) {
		buf_str(r->out, v->boolean ? S("true") : S("false"));
	} else if (lambda_of(v)) {
		return render_lambda(r, node, scope, lambda_of(v));
	}
	return OK;
}

static enum err missing(struct renderer *r, const struct node *node)
{
	struct buf name = { .arena = r->ctx->arena };
	if (!r->template->book->options.strict)
		return OK;
	for (uint16_t i = 0; i < node->name.n; i++) {
		buf_str(&name, i ? S(".") : S(""));
		buf_str(&name, node->name.parts[i]);
	}
	return fail(r->ctx, ERR_INVALID, "%.*s:%d: the view has no %.*s",
		    STR_ARG(r->template->name), node->line, STR_ARG(buf_view(&name)));
}

static inline enum err render_value(struct renderer *r, const struct node *node,
				    const struct scope *scope)
{
	const struct value *v = find(r, &node->name, scope);
	return v ? render_found(r, node, scope, v) : missing(r, node);
}

/* ---- sections ---- */

static enum err render_list(struct renderer *r, const struct node *node,
			    const struct scope *scope, const struct value *list)
{
	struct scope inner = { .below = scope, .n = list->n };
	for (uint32_t i = 0; i < list->n; i++) {
		inner.v = &list->items[i];
		inner.index = i;
		TRY(render_nodes(r, &node->body, &inner));
		if (r->out->n - r->first > TEMPLATE_LIMIT)
			return too_much(r, node, "the page becomes too long");
	}
	return OK;
}

static enum err render_section(struct renderer *r, const struct node *node,
			       const struct scope *scope)
{
	const struct value *v = find(r, &node->name, scope);
	if (!v || is_false(v))
		return OK;
	if (v->kind == VALUE_LIST)
		return render_list(r, node, scope, v);
	if (lambda_of(v))
		return render_lambda(r, node, scope, lambda_of(v));
	struct value own = *v; /* r->special is overwritten inside */
	const struct scope inner = { .v = &own, .below = scope };
	return render_nodes(r, &node->body, &inner);
}

static enum err render_inverted(struct renderer *r, const struct node *node,
				const struct scope *scope)
{
	const struct value *v = find(r, &node->name, scope);
	return !v || is_false(v) ? render_nodes(r, &node->body, scope) : OK;
}

static enum err render_plural(struct renderer *r, const struct node *node,
			      const struct scope *scope)
{
	const struct value *v = find(r, &node->name, scope);
	if (!v)
		TRY(missing(r, node));
	int form = language_plural_form(r->template->book->language,
					v ? value_integer(*v, 0) : 0);
	uint32_t last = node->body.n - 1;
	uint32_t which = (uint32_t)form < last ? (uint32_t)form : last;
	return render_nodes(r, &node->body.items[which].body, scope);
}

/* ---- partials, parents, blocks ---- */

static const struct template *target_of(struct renderer *r, const struct node *node,
					const struct scope *scope)
{
	if (!node->dynamic)
		return node->target;
	const struct value *v = find(r, &node->name, scope);
	return v ? book_find(r->template->book, value_text(*v)) : NULL;
}

static str longer_indent(struct renderer *r, str more)
{
	return more.n ? arena_join(r->ctx->arena, (str[]){ r->indent, more }, 2) : r->indent;
}

static enum err render_partial(struct renderer *r, const struct node *node,
			       const struct scope *scope)
{
	const struct template *target = target_of(r, node, scope), *template = r->template;
	const struct overrides *overrides = r->overrides;
	const struct overrides given = { &node->body, overrides };
	str indent = r->indent;
	if (!target)
		return OK;
	if (node->kind == NODE_PARENT)
		r->overrides = &given;
	r->template = target;
	r->indent = longer_indent(r, node->indent);
	TRY(render_nodes(r, &target->nodes, scope));
	r->indent = indent;
	r->template = template;
	r->overrides = overrides;
	return OK;
}

/* What fills the block: the outermost template that says something about it wins. ret_from is
 * what is visible to its text: whatever lies outside the template it was written in. */
static const struct node *filling_of(const struct renderer *r, const struct node *site,
				     const struct overrides **ret_from)
{
	const struct node *filling = NULL;
	*ret_from = r->overrides;
	for (const struct overrides *o = r->overrides; o; o = o->below)
		for (uint32_t i = 0; i < o->blocks->n; i++)
			if (str_eq(o->blocks->items[i].text, site->text)) {
				filling = &o->blocks->items[i];
				*ret_from = o->below;
			}
	return filling;
}

static enum err render_block(struct renderer *r, const struct node *site,
			     const struct scope *scope)
{
	const struct overrides *overrides = r->overrides, *from;
	const struct node *filling = filling_of(r, site, &from);
	const struct nodes *body = filling ? &filling->body : &site->body;
	str indent = r->indent;
	if (filling)
		r->overrides = from;
	r->indent = longer_indent(r, site->indent);
	if (site->alone && body->n && body->items[0].kind == NODE_TEXT)
		buf_str(r->out, r->indent);
	TRY(render_nodes(r, body, scope));
	r->indent = indent;
	r->overrides = overrides;
	return OK;
}

/* ---- all of it ---- */

static enum err render_node(struct renderer *r, const struct node *node,
			    const struct scope *scope)
{
	switch ((enum node_kind)node->kind) {
	case NODE_TEXT:
		render_text(r, node);
		return OK;
	case NODE_VALUE:
	case NODE_RAW:
		return render_value(r, node, scope);
	case NODE_SECTION:
		return render_section(r, node, scope);
	case NODE_INVERTED:
		return render_inverted(r, node, scope);
	case NODE_PARTIAL:
	case NODE_PARENT:
		return render_partial(r, node, scope);
	case NODE_BLOCK:
		return render_block(r, node, scope);
	case NODE_PLURAL:
		return render_plural(r, node, scope);
	}
	return OK;
}

static enum err render_nodes(struct renderer *r, const struct nodes *nodes,
			     const struct scope *scope)
{
	if (nodes->n == 0)
		return OK;
	if (r->depth == TEMPLATE_DEPTH)
		return too_much(r, nodes->items, "templates are nested without end");
	r->depth++;
	for (const struct node *node = nodes->items; node < nodes->items + nodes->n; node++)
		TRY(render_node(r, node, scope));
	r->depth--;
	return OK;
}

enum err template_render(struct ctx *ctx, const struct template *template, struct value view,
			 struct buf *out)
{
	const struct scope scope = { .v = &view };
	struct renderer r = {
		.ctx = ctx, .out = out, .template = template, .indent = S(""), .first = out->n
	};
	return render_nodes(&r, &template->nodes, &scope);
}
