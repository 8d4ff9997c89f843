#include "rules/node.h"

#include "base/buf.h"

/* Walks a parsed expression for the variables it takes from outside. */

enum { WALK_DEPTH = 2000 };

struct bound {
	const struct bound *outer;
	str name;
};

struct walk {
	struct arena *arena;
	struct value *paths;
	uint32_t depth;
};

static void visit(struct walk *w, const struct node *node, const struct bound *bound);

static bool is_bound(const struct bound *bound, str name)
{
	for (; bound; bound = bound->outer)
		if (str_eq(bound->name, name))
			return true;
	return false;
}

static void add_path(struct walk *w, str path)
{
	for (uint32_t i = 0; i < w->paths->n; i++)
		if (str_eq(value_text(w->paths->items[i]), path))
			return;
	value_push(w->arena, w->paths, value_str(path));
}

/* The longest path a.b.c that begins with a name; false where it begins otherwise. */
static bool whole_path(struct walk *w, const struct node *node, const struct bound *bound,
		       struct buf *out)
{
	if (node->kind == NODE_NAME) {
		if (is_bound(bound, node->name))
			return false;
		buf_str(out, node->name);
		return true;
	}
	if (node->kind != NODE_PATH || ++w->depth > WALK_DEPTH)
		return false;
	bool found = whole_path(w, node->a, bound, out);
	w->depth--;
	if (found) {
		buf_byte(out, '.');
		buf_str(out, node->name);
	}
	return found;
}

static void visit_path(struct walk *w, const struct node *node, const struct bound *bound)
{
	struct buf out = { .arena = w->arena };
	if (whole_path(w, node, bound, &out))
		add_path(w, buf_view(&out));
	else if (node->kind == NODE_PATH)
		visit(w, node->a, bound);
}

static void visit_items(struct walk *w, const struct node *node, const struct bound *bound)
{
	for (uint32_t i = 0; i < node->n; i++)
		if (node->items[i])
			visit(w, node->items[i], bound);
}

/* What binds names: each name holds for what comes after it; the body, a, sees them all. */
static void visit_names(struct walk *w, const struct node *node, uint32_t at,
			const struct bound *outer)
{
	struct bound bound = { outer, S("partial") };
	if (at == node->n) {
		if (node->a)
			visit(w, node->a, outer);
		return;
	}
	if (node->kind == NODE_FUNCTION || node->kind == NODE_CONTEXT)
		bound.name = node->names[at];
	else
		bound.name = node->items[at]->name;
	if (node->items)
		visit(w, node->items[at], outer);
	if (++w->depth <= WALK_DEPTH)
		visit_names(w, node, at + 1, &bound);
	w->depth--;
}

static void visit(struct walk *w, const struct node *node, const struct bound *bound)
{
	struct bound item = { bound, S("item") };
	if (++w->depth > WALK_DEPTH) {
		w->depth--;
		return;
	}
	switch (node->kind) {
	case NODE_NAME:
	case NODE_PATH:
		visit_path(w, node, bound);
		break;
	case NODE_CONTEXT:
	case NODE_FUNCTION:
	case NODE_FOR:
	case NODE_SOME:
	case NODE_EVERY:
		item.name = S("partial");
		visit_names(w, node, 0, node->kind == NODE_FOR ? &item : bound);
		break;
	case NODE_FILTER:
		visit(w, node->a, bound);
		visit(w, node->b, &item);
		break;
	case NODE_CALL:
		if (node->b) {
			visit(w, node->b, bound);
			break;
		}
		if (node->a->kind != NODE_NAME)
			visit(w, node->a, bound);
		visit_items(w, node, bound);
		break;
	default:
		if (node->a)
			visit(w, node->a, bound);
		if (node->b)
			visit(w, node->b, bound);
		if (node->c)
			visit(w, node->c, bound);
		visit_items(w, node, bound);
	}
	w->depth--;
}

struct value feel_reads(const struct feel *feel, struct arena *arena)
{
	struct value paths = value_list();
	struct walk walk = { .arena = arena, .paths = &paths };
	visit(&walk, feel->root, NULL);
	return paths;
}
