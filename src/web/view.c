#include "web/view.h"

struct value view_field(struct request *request, struct value *view, const char *name,
			const char *label, str text)
{
	static const char *const members[] = { "hint", "large", "type", "mode", "complete", "width",
					       "rows", "required", "accept", "inline", "legend", "auto" };
	struct arena *arena = request->ctx.arena;
	struct value field = value_map();
	value_append(arena, &field, S("id"), value_str(str_z(name)));
	value_append(arena, &field, S("name"), value_str(str_z(name)));
	value_append(arena, &field, S("label"), value_str(str_z(label)));
	value_append(arena, &field, S("value"), value_str(text));
	value_append(arena, &field, S("error"), value_get(request->mistakes, str_z(name)));
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		value_append(arena, &field, str_z(members[i]), value_null());
	value_set(arena, view, str_z(name), field);
	return field;
}

void view_field_set(struct request *request, struct value *view, const char *name,
		    const char *member, struct value v)
{
	struct value field = value_get(*view, str_z(name));
	if (field.kind != VALUE_MAP)
		return;
	value_set(request->ctx.arena, &field, str_z(member), v);
	value_set(request->ctx.arena, view, str_z(name), field);
}

struct value view_errors(struct request *request)
{
	struct arena *arena = request->ctx.arena;
	struct value errors = value_list();
	for (uint32_t i = 0; i < request->mistakes.n; i++) {
		struct value error = value_map();
		str field = request->mistakes.members[i].key;
		value_append(arena, &error, S("text"), request->mistakes.members[i].value);
		value_append(arena, &error, S("href"),
			     value_str(arena_printf(arena, "#%.*s", STR_ARG(field))));
		value_push(arena, &errors, error);
	}
	return errors;
}

struct value view_text(struct request *request, const char *msgid)
{
	return value_str(str_z(ctx_text(&request->ctx, msgid)));
}

void view_page(struct request *request, struct value *view, str title)
{
	struct arena *arena = request->ctx.arena;
	struct value page = value_map();
	value_append(arena, &page, S("title"), value_str(title));
	value_set(arena, view, S("page"), page);
	value_set(arena, view, S("errors"), view_errors(request));
}
