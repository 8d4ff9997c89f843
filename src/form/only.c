/* Some fields of a form asked by themselves: a supplement, a correction. */
#include "form/check.h"
#include "form/load.h"
#include "form/tree.h"

/* A field is asked with what stands around it: "child" asks for "child.name". */
static bool stands_in(str path, str around)
{
	return str_starts(path, around) && (path.n == around.n || path.p[around.n] == '.');
}

static bool is_named(struct sheet *sheet, const struct field *field)
{
	str path = path_text(sheet->arena, "", field_full_path(sheet->arena, field));
	struct value only = sheet->env->only;
	for (uint32_t i = 0; i < only.n; i++)
		if (path.n && stands_in(path, value_text(only.items[i])))
			return true;
	return false;
}

static bool holds_named(struct sheet *sheet, const struct field *field)
{
	for (size_t i = 0; i < field->child_count; i++)
		if (sheet_asked(sheet, field->children[i]))
			return true;
	return false;
}

bool sheet_asked(struct sheet *sheet, const struct field *field)
{
	if (sheet->env->only.kind != VALUE_LIST)
		return true;
	if (field_is(field, TYPES_INPUT))
		return is_named(sheet, field);
	return field_is(field, TYPES_CONTAINER) && holds_named(sheet, field);
}
