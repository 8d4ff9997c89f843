#include "form/options.h"

static bool is_plain(struct value v)
{
	return v.kind == VALUE_NUMBER || v.kind == VALUE_BOOL || (v.kind == VALUE_STRING && v.n);
}

static bool can_be_value(struct value v)
{
	return is_plain(v) || ((v.kind == VALUE_MAP || v.kind == VALUE_LIST) && v.n);
}

str option_text(struct arena *arena, struct value v)
{
	if (v.kind == VALUE_STRING)
		return value_text(v);
	if (v.kind == VALUE_NUMBER)
		return decimal_text(arena, decimal_normal(v.number));
	struct buf out = { .arena = arena };
	json_write(&out, v);
	return buf_view(&out);
}

static void push_option(struct arena *arena, struct value *list, struct value label,
			struct value v)
{
	struct value option = value_map();
	value_append(arena, &option, S("label"), label);
	value_append(arena, &option, S("value"), v);
	value_push(arena, list, option);
}

struct value options_normal(struct arena *arena, struct value v)
{
	struct value list = value_list();
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++) {
		struct value item = v.items[i];
		if (is_plain(item)) {
			push_option(arena, &list, value_str(option_text(arena, item)), item);
			continue;
		}
		struct value label = value_get(item, S("label")), own = value_get(item, S("value"));
		bool labelled = label.kind == VALUE_STRING && label.n;
		if (labelled && can_be_value(own))
			push_option(arena, &list, label, own);
		else if (!labelled && is_plain(own))
			push_option(arena, &list, value_str(option_text(arena, own)), own);
	}
	return list;
}

static const struct value *find_option(struct value options, struct value v)
{
	for (uint32_t i = 0; i < options.n; i++)
		if (value_eq(value_get(options.items[i], S("value")), v))
			return &options.items[i];
	return NULL;
}

bool options_hold(struct value options, struct value v)
{
	return find_option(options, v) != NULL;
}

str options_label(struct value options, struct value v)
{
	const struct value *option = find_option(options, v);
	return option ? value_text(value_get(*option, S("label"))) : S("");
}

bool options_find(struct arena *arena, struct value options, str text, struct value *ret_v)
{
	for (uint32_t i = 0; i < options.n; i++) {
		struct value v = value_get(options.items[i], S("value"));
		if (str_eq(option_text(arena, v), text)) {
			*ret_v = v;
			return true;
		}
	}
	return false;
}
