#include "rules/builtin.h"
#include "rules/eval.h"

/* ---- reading ---- */

static struct value value_at_keys(struct value v, struct value keys)
{
	for (uint32_t i = 0; i < keys.n; i++)
		v = value_get(v, value_text(keys.items[i]));
	return v;
}

static struct value call_get_value(struct run *run, const struct value *args, uint32_t n)
{
	if (!run_read(run, args[0].n * 16 + args[1].n))
		return value_null();
	if (args[1].kind == VALUE_STRING)
		return value_get(args[0], value_text(args[1]));
	if (args[1].kind == VALUE_LIST && args[1].n)
		return value_at_keys(args[0], args[1]);
	return run_null(run, "A key must be a string", S(""));
}

static struct value call_get_entries(struct run *run, const struct value *args, uint32_t n)
{
	struct value list = value_list();
	if (!run_steps(run, args[0].n))
		return value_null();
	for (uint32_t i = 0; i < args[0].n; i++) {
		struct value entry = value_map();
		value_append(run->arena, &entry, S("key"), value_str(args[0].members[i].key));
		value_append(run->arena, &entry, S("value"), args[0].members[i].value);
		value_push(run->arena, &list, entry);
	}
	return list;
}

/* ---- making ---- */

static struct value call_context(struct run *run, const struct value *args, uint32_t n)
{
	struct value map = value_map();
	for (uint32_t i = 0; i < args[0].n; i++) {
		const struct value *key = value_find(args[0].items[i], S("key"));
		const struct value *v = value_find(args[0].items[i], S("value"));
		if (!run_steps(run, 1 + map.n / 8))
			return value_null();
		if (!key || !v || key->kind != VALUE_STRING || value_find(map, value_text(*key)))
			return run_null(run, "An entry needs a key of its own and a value", S(""));
		value_append(run->arena, &map, value_text(*key), *v);
	}
	return map;
}

/* Values given away are never changed, so what is changed is copied, one level deep. */
static struct value copy_map(struct run *run, struct value v)
{
	struct value map = value_map();
	if (v.kind == VALUE_MAP && run_steps(run, v.n))
		for (uint32_t i = 0; i < v.n; i++)
			value_append(run->arena, &map, v.members[i].key, v.members[i].value);
	return map;
}

static struct value put_at_keys(struct run *run, struct value v, struct value keys, uint32_t at,
				struct value item)
{
	struct value map = copy_map(run, v);
	str key = value_text(keys.items[at]);
	if (at + 1 < keys.n) {
		struct value inner = value_get(v, key);
		if (inner.kind != VALUE_MAP || run->depth >= run->most_depth)
			return run_null(run, "There is no such entry", key);
		run->depth++;
		item = put_at_keys(run, inner, keys, at + 1, item);
		run->depth--;
		if (value_is_null(item))
			return item;
	}
	value_set(run->arena, &map, key, item);
	return map;
}

static struct value call_context_put(struct run *run, const struct value *args, uint32_t n)
{
	struct value keys = value_as_list(run, args[1]);
	for (uint32_t i = 0; i < keys.n; i++)
		if (keys.items[i].kind != VALUE_STRING)
			return run_null(run, "A key must be a string", S(""));
	if (keys.n == 0)
		return run_null(run, "There is no key", S(""));
	return put_at_keys(run, args[0], keys, 0, args[2]);
}

static struct value call_context_merge(struct run *run, const struct value *args, uint32_t n)
{
	struct value map = value_map();
	for (uint32_t i = 0; i < args[0].n; i++) {
		struct value one = args[0].items[i];
		if (one.kind != VALUE_MAP)
			return run_null(run, "Only contexts can be merged", S(""));
		for (uint32_t k = 0; k < one.n; k++) {
			if (!run_steps(run, 1 + map.n / 8))
				return value_null();
			value_set(run->arena, &map, one.members[k].key, one.members[k].value);
		}
	}
	return map;
}

const struct builtin builtins_context[] = {
	{ "get value", "m,", "ca", call_get_value, false },
	{ "get value", "m|context,key", "cs", call_get_value, false },
	{ "get value", "m|context,keys", "cl", call_get_value, false },
	{ "get entries", "m|context", "c", call_get_entries, false },
	{ "context", "entries", "l", call_context, false },
	{ "context put", "context,,value", "caa", call_context_put, false },
	{ "context put", "context,key,value", "csa", call_context_put, false },
	{ "context put", "context,keys,value", "cla", call_context_put, false },
	{ "context merge", "contexts", "l", call_context_merge, false },
	{ NULL, NULL, NULL, NULL, false },
};
