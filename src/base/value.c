#include "base/value.h"

enum { FIRST_ROOM = 4 };

/* A list or map has room for the next power of two, at least FIRST_ROOM: so its length alone
 * tells when it is full. */
static bool is_full(uint32_t n)
{
	return n == 0 || (n >= FIRST_ROOM && (n & (n - 1)) == 0);
}

static uint32_t next_room(uint32_t n)
{
	return n == 0 ? FIRST_ROOM : n * 2;
}

void value_push(struct arena *arena, struct value *list, struct value item)
{
	if (is_full(list->n))
		list->items = arena_grow(arena, list->n ? list->items : NULL,
					 list->n * sizeof(struct value),
					 next_room(list->n) * sizeof(struct value));
	list->items[list->n++] = item;
}

void value_append(struct arena *arena, struct value *map, str key, struct value item)
{
	if (is_full(map->n))
		map->members = arena_grow(arena, map->n ? map->members : NULL,
					  map->n * sizeof(struct member),
					  next_room(map->n) * sizeof(struct member));
	map->members[map->n++] = (struct member){ key, item };
}

void value_set(struct arena *arena, struct value *map, str key, struct value item)
{
	for (uint32_t i = 0; i < map->n; i++)
		if (str_eq(map->members[i].key, key)) {
			map->members[i].value = item;
			return;
		}
	value_append(arena, map, key, item);
}

const struct value *value_find(struct value v, str key)
{
	if (v.kind != VALUE_MAP)
		return NULL;
	for (uint32_t i = 0; i < v.n; i++)
		if (str_eq(v.members[i].key, key))
			return &v.members[i].value;
	return NULL;
}

struct value value_get(struct value v, str key)
{
	const struct value *found = value_find(v, key);
	return found ? *found : value_null();
}

struct value value_item(struct value list, size_t i)
{
	return list.kind == VALUE_LIST && i < list.n ? list.items[i] : value_null();
}

struct value value_path(struct value v, str path)
{
	for (str part; str_next(&path, '.', &part);) {
		int64_t position;
		if (v.kind == VALUE_LIST && str_int(part, 0, UINT32_MAX, &position))
			v = value_item(v, (size_t)position);
		else
			v = value_get(v, part);
	}
	return v;
}

int64_t value_integer(struct value v, int64_t otherwise)
{
	int64_t n;
	return v.kind == VALUE_NUMBER && decimal_to_int(v.number, &n) ? n : otherwise;
}

static bool same_members(struct value a, struct value b)
{
	for (uint32_t i = 0; i < a.n; i++) {
		const struct value *other = value_find(b, a.members[i].key);
		if (!other || !value_eq(a.members[i].value, *other))
			return false;
	}
	return true;
}

static bool same_items(struct value a, struct value b)
{
	for (uint32_t i = 0; i < a.n; i++)
		if (!value_eq(a.items[i], b.items[i]))
			return false;
	return true;
}

bool value_eq(struct value a, struct value b)
{
	if (a.kind != b.kind || a.n != b.n)
		return false;
	switch (a.kind) {
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
		return a.boolean == b.boolean;
	case VALUE_NUMBER:
		return decimal_cmp(a.number, b.number) == 0;
	case VALUE_STRING:
		return str_eq(value_text(a), value_text(b));
	case VALUE_LIST:
		return same_items(a, b);
	case VALUE_MAP:
		return same_members(a, b);
	case VALUE_YEARS_MONTHS:
		return a.integer == b.integer;
	default:
		return a.object == b.object;
	}
}

struct value value_copy(struct arena *arena, struct value v)
{
	struct value copy = v;
	switch (v.kind) {
	case VALUE_STRING:
		copy.bytes = arena_copy(arena, value_text(v)).p;
		break;
	case VALUE_LIST:
		copy.n = 0;
		for (uint32_t i = 0; i < v.n; i++)
			value_push(arena, &copy, value_copy(arena, v.items[i]));
		break;
	case VALUE_MAP:
		copy.n = 0;
		for (uint32_t i = 0; i < v.n; i++)
			value_append(arena, &copy, arena_copy(arena, v.members[i].key),
				     value_copy(arena, v.members[i].value));
		break;
	default:
		break;
	}
	return copy;
}
