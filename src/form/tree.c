#include "form/tree.h"

#include "base/buf.h"

static struct value *step_into(const struct value *node, struct step step)
{
	if (step.is_index)
		return node->kind == VALUE_LIST && step.index < node->n ?
			       &node->items[step.index] :
			       NULL;
	return (struct value *)value_find(*node, step.key);
}

const struct value *tree_find(const struct value *root, struct path path)
{
	for (size_t i = 0; i < path.n && root; i++)
		root = step_into(root, path.steps[i]);
	return root;
}

struct value tree_get(struct value root, struct path path)
{
	const struct value *found = tree_find(&root, path);
	return found ? *found : value_null();
}

static struct value *make_step(struct arena *arena, struct value *node, struct step step)
{
	if (step.is_index) {
		if (node->kind != VALUE_LIST)
			*node = value_list();
		while (node->n <= step.index)
			value_push(arena, node, value_null());
	} else {
		if (node->kind != VALUE_MAP)
			*node = value_map();
		if (!value_find(*node, step.key))
			value_append(arena, node, step.key, value_null());
	}
	return step_into(node, step);
}

void tree_set(struct arena *arena, struct value *root, struct path path, struct value item)
{
	for (size_t i = 0; i < path.n; i++)
		root = make_step(arena, root, path.steps[i]);
	*root = item;
}

static void remove_member(struct value *map, str key)
{
	for (uint32_t i = 0; i < map->n; i++)
		if (str_eq(map->members[i].key, key)) {
			map->n--;
			memmove(map->members + i, map->members + i + 1,
				(map->n - i) * sizeof *map->members);
			return;
		}
}

static bool holds_nothing(const struct value *v)
{
	if (v->kind == VALUE_MAP)
		return v->n == 0;
	if (v->kind != VALUE_LIST)
		return false;
	for (uint32_t i = 0; i < v->n; i++)
		if (v->items[i].kind != VALUE_NULL)
			return false;
	return true;
}

void tree_clear(struct value *root, struct path path)
{
	do {
		struct path up = { path.steps, path.n - 1 };
		struct step last = path.steps[path.n - 1];
		struct value *parent = (struct value *)tree_find(root, up);
		if (!parent)
			return;
		if (!last.is_index && parent->kind == VALUE_MAP)
			remove_member(parent, last.key);
		else if (last.is_index && parent->kind == VALUE_LIST && last.index < parent->n)
			parent->items[last.index] = value_null();
		path = up;
		if (!holds_nothing(parent))
			return;
	} while (path.n > 0);
}

struct path path_join(struct arena *arena, struct path base, struct path more)
{
	if (more.n == 0)
		return base;
	struct path path = { ARENA_ARRAY(arena, struct step, base.n + more.n), base.n + more.n };
	if (base.n)
		memcpy(path.steps, base.steps, base.n * sizeof *base.steps);
	memcpy(path.steps + base.n, more.steps, more.n * sizeof *more.steps);
	return path;
}

struct path path_index(struct arena *arena, struct path base, size_t index)
{
	struct step step = { .index = (uint32_t)index, .is_index = true };
	return path_join(arena, base, (struct path){ &step, 1 });
}

str path_text(struct arena *arena, const char *prefix, struct path path)
{
	struct buf out = { .arena = arena };
	buf_str(&out, str_z(prefix));
	for (size_t i = 0; i < path.n; i++) {
		if (i)
			buf_byte(&out, '.');
		if (path.steps[i].is_index)
			buf_int(&out, path.steps[i].index);
		else
			buf_str(&out, path.steps[i].key);
	}
	return buf_view(&out);
}

bool path_eq(struct path a, struct path b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (a.steps[i].is_index != b.steps[i].is_index ||
		    a.steps[i].index != b.steps[i].index ||
		    !str_eq(a.steps[i].key, b.steps[i].key))
			return false;
	return true;
}
