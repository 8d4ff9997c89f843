/* What each type of field makes of the value it is opened with. Nothing is refused here: what does
 * not fit becomes the field's empty value, as in form-js. */
#include "form/options.h"
#include "form/sheet.h"

struct value fit_empty(const struct field *field)
{
	if (field_is(field, TYPE(TEXTFIELD) | TYPE(TEXTAREA)))
		return value_str(S(""));
	if (field->type == FIELD_CHECKBOX)
		return value_bool(false);
	if (field_is(field, TYPES_MANY))
		return value_list();
	return value_null();
}

static struct value fit_text(struct sheet *sheet, const struct field *field, struct value v)
{
	if (v.kind == VALUE_NUMBER || v.kind == VALUE_BOOL)
		return value_str(option_text(sheet->arena, v));
	if (v.kind != VALUE_STRING)
		return value_str(S(""));
	if (field->type == FIELD_TEXTAREA)
		return v;
	char *line = arena_alloc(sheet->arena, v.n);
	for (uint32_t i = 0; i < v.n; i++)
		line[i] = v.bytes[i] == '\r' || v.bytes[i] == '\n' || v.bytes[i] == '\t' ?
				  ' ' :
				  v.bytes[i];
	return value_str(str_of(line, v.n));
}

static struct value fit_number(struct sheet *sheet, const struct field *field, struct value v)
{
	struct decimal d;
	if (v.kind == VALUE_STRING) {
		if (!decimal_parse(str_trim(value_text(v)), &d))
			return value_null();
		return field->serialize_to_string ? v : value_decimal(d);
	}
	if (v.kind != VALUE_NUMBER)
		return value_null();
	return field->serialize_to_string ? value_str(decimal_text(sheet->arena, v.number)) : v;
}

/* Whether the options depend on what is answered, and so are looked at later (sheet.c). */
static bool options_move(const struct field *field)
{
	return field->values_expression.feel ||
	       (field->values_expression.constant.kind == VALUE_STRING &&
		field->values_expression.constant.n);
}

static struct value fit_choice(struct sheet *sheet, const struct field *field, struct value v)
{
	if (options_move(field))
		return field_is(field, TYPES_MANY) && v.kind != VALUE_LIST ? value_list() : v;
	struct value options = sheet_options(sheet, field, &sheet->top);
	if (field_is(field, TYPES_ONE))
		return options_hold(options, v) ? v : value_null();
	struct value kept = value_list();
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		if (options_hold(options, v.items[i]))
			value_push(sheet->arena, &kept, v.items[i]);
	return kept;
}

/* Stored files only: {id, name, size, type}. */
static struct value fit_files(struct sheet *sheet, struct value v)
{
	struct value kept = value_list();
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		if (value_get(v.items[i], S("id")).kind == VALUE_STRING)
			value_push(sheet->arena, &kept, v.items[i]);
	return kept.n ? kept : value_null();
}

struct value fit_value(struct sheet *sheet, const struct field *field, struct value v)
{
	switch (field->type) {
	case FIELD_TEXTFIELD:
	case FIELD_TEXTAREA:
		return fit_text(sheet, field, v);
	case FIELD_NUMBER:
		return fit_number(sheet, field, v);
	case FIELD_CHECKBOX:
		return value_bool(value_is_true(v));
	case FIELD_RADIO:
	case FIELD_SELECT:
	case FIELD_CHECKLIST:
	case FIELD_TAGLIST:
		return fit_choice(sheet, field, v);
	case FIELD_DATETIME: {
		int64_t days;
		int minutes;
		return time_split(sheet, field, v, &days, &minutes) ? v : value_null();
	}
	case FIELD_FILEPICKER:
		return fit_files(sheet, v);
	default:
		return v;
	}
}
