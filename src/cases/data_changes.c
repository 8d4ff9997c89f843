/* What differs between two states of an application, and what of it can be asked for. */
#include "cases/endings.h"
#include "cases/room.h"

static void add_words(struct buf *out, str text)
{
	if (str_empty(text))
		return;
	if (out->n)
		buf_str(out, S("; "));
	buf_str(out, text);
}

static str row_text(struct arena *arena, struct value row);

static void add_item(struct arena *arena, struct buf *out, struct value rows)
{
	for (uint32_t i = 0; i < rows.n; i++) {
		str text = row_text(arena, rows.items[i]);
		str label = value_text(value_get(rows.items[i], S("label")));
		if (!str_empty(text))
			add_words(out, arena_printf(arena, "%.*s: %.*s", STR_ARG(label),
						    STR_ARG(text)));
	}
}

/* A row of form_summary as one line of text. */
static str row_text(struct arena *arena, struct value row)
{
	struct buf out = { .arena = arena };
	str kind = value_text(value_get(row, S("kind")));
	struct value list = value_get(row, kind);
	if (str_eq(kind, S("text")))
		return value_text(value_get(row, S("text")));
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++) {
		if (str_eq(kind, S("files")))
			add_words(&out, value_text(value_get(list.items[i], S("name"))));
		else if (str_eq(kind, S("items")))
			add_item(arena, &out, list.items[i]);
		else
			add_words(&out, value_text(list.items[i]));
	}
	return buf_view(&out);
}

static struct value row_at(struct value cards, str path)
{
	for (uint32_t c = 0; c < cards.n; c++) {
		struct value rows = value_get(cards.items[c], S("rows"));
		for (uint32_t r = 0; r < rows.n; r++)
			if (str_eq(value_text(value_get(rows.items[r], S("path"))), path))
				return rows.items[r];
	}
	return value_null();
}

/* A new file of the same name is another file. */
static bool same_row(struct arena *arena, struct value a, struct value b)
{
	if (str_eq(value_text(value_get(a, S("kind"))), S("files")))
		return value_eq(value_get(a, S("files")), value_get(b, S("files")));
	return str_eq(row_text(arena, a), row_text(arena, b));
}

static void add_change(struct arena *arena, struct value *list, struct value row, struct value before,
		       struct value after)
{
	struct value change = value_map();
	value_append(arena, &change, S("path"), value_get(row, S("path")));
	value_append(arena, &change, S("label"), value_get(row, S("label")));
	value_append(arena, &change, S("old"),
		     value_str(value_is_null(before) ? S("") : row_text(arena, before)));
	value_append(arena, &change, S("new"),
		     value_str(value_is_null(after) ? S("") : row_text(arena, after)));
	value_push(arena, list, change);
}

static struct value summary_of(struct ctx *ctx, const struct procedure *procedure,
			       struct value data, usec now, int zone)
{
	const struct form *form = procedure_form(procedure, S("apply"), S("vi"));
	struct form_env env = { .ctx = ctx, .now = now, .offset = zone };
	return form ? form_summary(form, data, &env) : value_list();
}

struct value data_changes(struct ctx *ctx, const struct procedure *procedure, struct value before,
			  struct value after, usec now, int zone)
{
	struct value old = summary_of(ctx, procedure, before, now, zone), list = value_list();
	struct value new = summary_of(ctx, procedure, after, now, zone);
	for (uint32_t c = 0; c < new.n; c++) {
		struct value rows = value_get(new.items[c], S("rows"));
		for (uint32_t r = 0; r < rows.n; r++) {
			struct value was = row_at(old, value_text(value_get(rows.items[r], S("path"))));
			if (value_is_null(was) || !same_row(ctx->arena, was, rows.items[r]))
				add_change(ctx->arena, &list, rows.items[r], was, rows.items[r]);
		}
	}
	for (uint32_t c = 0; c < old.n; c++) {
		struct value rows = value_get(old.items[c], S("rows"));
		for (uint32_t r = 0; r < rows.n; r++)
			if (value_is_null(row_at(new, value_text(value_get(rows.items[r], S("path"))))))
				add_change(ctx->arena, &list, rows.items[r], rows.items[r],
					   value_null());
	}
	return list;
}

struct value form_fields(struct ctx *ctx, const struct procedure *procedure, struct value data,
			 str language)
{
	const struct form *form = procedure_form(procedure, S("apply"), language);
	struct form_env env = { .ctx = ctx };
	struct value list = value_list();
	struct value cards = form ? form_summary(form, data, &env) : value_list();
	for (uint32_t c = 0; c < cards.n; c++) {
		struct value page = value_map(), fields = value_list();
		struct value rows = value_get(cards.items[c], S("rows"));
		for (uint32_t r = 0; r < rows.n; r++) {
			struct value field = value_map();
			value_append(ctx->arena, &field, S("path"), value_get(rows.items[r], S("path")));
			value_append(ctx->arena, &field, S("anchor"),
				     value_get(rows.items[r], S("anchor")));
			value_append(ctx->arena, &field, S("label"),
				     value_get(rows.items[r], S("label")));
			value_append(ctx->arena, &field, S("kind"), value_get(rows.items[r], S("kind")));
			value_append(ctx->arena, &field, S("now"),
				     value_str(row_text(ctx->arena, rows.items[r])));
			value_push(ctx->arena, &fields, field);
		}
		value_append(ctx->arena, &page, S("title"), value_get(cards.items[c], S("title")));
		value_append(ctx->arena, &page, S("fields"), fields);
		value_push(ctx->arena, &list, page);
	}
	return list;
}

/* The value at `path` of `from` put into a copy of `data`; maps are made on the way. */
static struct value with_value(struct arena *arena, struct value data, struct value from, str path)
{
	str key, rest = path;
	struct value copy = value_map();
	if (!str_next(&rest, '.', &key))
		return from;
	for (uint32_t i = 0; data.kind == VALUE_MAP && i < data.n; i++)
		value_append(arena, &copy, data.members[i].key, data.members[i].value);
	value_set(arena, &copy, key, with_value(arena, value_get(data, key),
						value_get(from, key), rest));
	return copy;
}

struct value data_at(struct arena *arena, struct value data, struct value from, struct value paths)
{
	struct value own = value_map();
	for (uint32_t i = 0; paths.kind == VALUE_LIST && i < paths.n; i++) {
		str path = value_text(paths.items[i]), key = S(""), rest = path;
		if (!str_next(&rest, '.', &key) || !value_find(from, key))
			continue;
		const struct value *so_far = value_find(own, key);
		struct value before = so_far ? *so_far : value_get(data, key);
		value_set(arena, &own, key,
			  with_value(arena, before, value_get(from, key), rest));
	}
	return own;
}
