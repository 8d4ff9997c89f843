#include "form/check.h"

#include "form/tree.h"

str instance_name(struct sheet *sheet, struct path path)
{
	return path_text(sheet->arena, "f.", path);
}

/* An id: no dots, so that it can be named in a style sheet or a script without escapes. */
str instance_anchor(struct sheet *sheet, struct path path)
{
	str name = instance_name(sheet, path);
	char *id = arena_alloc(sheet->arena, name.n);
	for (size_t i = 0; i < name.n; i++)
		id[i] = name.p[i] == '.' ? '-' : name.p[i];
	return str_of(id, name.n);
}

/* The anchor of what takes the focus: a date's day, the first of several boxes. */
static str focus_anchor(struct sheet *sheet, const struct instance *in)
{
	str anchor = instance_anchor(sheet, in->path);
	const char *part = "";
	if (in->field->type == FIELD_DATETIME)
		part = in->field->subtype == SUBTYPE_TIME ? "-time" : "-day";
	return arena_printf(sheet->arena, "%.*s%s", STR_ARG(anchor), part);
}

static void push_error(struct sheet *sheet, const struct instance *in, struct value *errors,
		       str label, str message)
{
	struct value e = value_map();
	struct arena *arena = sheet->arena;
	value_append(arena, &e, S("id"), value_str(in->field->id));
	value_append(arena, &e, S("path"), value_str(path_text(arena, "", in->path)));
	value_append(arena, &e, S("name"), value_str(instance_name(sheet, in->path)));
	value_append(arena, &e, S("anchor"), value_str(focus_anchor(sheet, in)));
	value_append(arena, &e, S("label"), value_str(label));
	value_append(arena, &e, S("message"), value_str(message));
	value_append(arena, &e, S("page"), value_int(in->field->page));
	value_push(arena, errors, e);
}

void check_add(struct sheet *sheet, const struct instance *in, struct value *errors,
	       const char *message, str detail)
{
	str label = sheet_label(sheet, in->field, in->scope);
	/* Precision keeps labels without end out of sentences. */
	enum { LABEL_SHOWN = 200 };
	const char *label_z = arena_copy(sheet->arena, str_slice(label, 0, LABEL_SHOWN)).p;
	const char *detail_z = arena_copy(sheet->arena, detail).p;
	str text =
		arena_printf(sheet->arena, ctx_text(sheet->env->ctx, message), label_z, detail_z);
	push_error(sheet, in, errors, label, text);
}

static bool is_missing(const struct field *field, struct value v)
{
	switch (v.kind) {
	case VALUE_NULL:
		return true;
	case VALUE_STRING:
	case VALUE_LIST:
		return v.n == 0;
	case VALUE_BOOL:
		return field->type == FIELD_CHECKBOX && !v.boolean;
	default:
		return false;
	}
}

static void say_missing(struct sheet *sheet, const struct instance *in, struct value *errors)
{
	const char *message = N_("Enter “%s”");
	if (field_is(in->field, TYPES_OPTIONS))
		message = N_("Select “%s”");
	else if (in->field->type == FIELD_CHECKBOX)
		message = N_("Tick “%s” to go on");
	else if (in->field->type == FIELD_FILEPICKER)
		message = N_("Add a file for “%s”");
	check_add(sheet, in, errors, message, S(""));
}

/* --- Numbers --- */

static size_t fraction_digits(struct arena *arena, struct decimal d)
{
	str text = decimal_text(arena, decimal_normal(d));
	size_t dot = str_find_byte(text, '.');
	return dot == SIZE_MAX ? 0 : text.n - dot - 1;
}

/* The multiple of `step` at or below the amount of d, towards zero; exact, or false. */
static bool floor_to(struct arena *arena, struct decimal d, struct decimal step,
		     struct decimal *ret_d)
{
	struct decimal times;
	if (!decimal_div(d, step, &times))
		return false;
	str text = decimal_text(arena, times);
	text = str_slice(text, 0, str_find_byte(text, '.'));
	if (text.n && (text.p[text.n - 1] == '-' || text.p[text.n - 1] == '+'))
		text = S("0");
	return decimal_parse(text, &times) && decimal_mul(times, step, ret_d);
}

static void check_increment(struct sheet *sheet, const struct instance *in, struct decimal d,
			    struct value *errors)
{
	struct decimal below, above, step = in->field->increment;
	if (!floor_to(sheet->arena, d, step, &below) || decimal_cmp(below, d) == 0)
		return;
	if (!decimal_add(below, decimal_sign(d) < 0 ? decimal_neg(step) : step, &above))
		return;
	str detail = arena_printf(sheet->arena, "%.*s / %.*s",
				  STR_ARG(decimal_text(sheet->arena, decimal_normal(below))),
				  STR_ARG(decimal_text(sheet->arena, decimal_normal(above))));
	check_add(sheet, in, errors, N_("“%s” goes in steps. The nearest values are %s"), detail);
}

static bool as_number(struct value v, struct decimal *ret_d)
{
	if (v.kind == VALUE_NUMBER) {
		*ret_d = v.number;
		return true;
	}
	return v.kind == VALUE_STRING && v.n && decimal_parse(str_trim(value_text(v)), ret_d);
}

static void check_number(struct sheet *sheet, const struct instance *in, struct value v,
			 struct value *errors)
{
	const struct field *field = in->field;
	struct decimal d;
	if (!as_number(v, &d))
		return;
	if (field->decimal_digits >= 0 &&
	    fraction_digits(sheet->arena, d) > (size_t)field->decimal_digits)
		check_add(sheet, in, errors,
			  field->decimal_digits == 0 ? N_("“%s” must be a whole number") :
						       N_("“%s” has too many digits after the "
							  "decimal point. Most allowed: %s"),
			  arena_printf(sheet->arena, "%d", field->decimal_digits));
	if (field->has_increment && !decimal_is_zero(d))
		check_increment(sheet, in, d, errors);
}

enum bound { BOUND_MIN, BOUND_MAX };

static bool is_set(struct sheet *sheet, const struct setting *setting, struct scope *scope)
{
	return sheet_setting(sheet, setting, scope).kind != VALUE_NULL;
}

static void check_bound(struct sheet *sheet, const struct instance *in, struct decimal d,
			enum bound bound, struct value *errors)
{
	const struct validate *validate = &in->field->validate;
	const struct setting *setting = bound == BOUND_MIN ? &validate->min : &validate->max;
	struct decimal limit;
	if (!is_set(sheet, setting, in->scope))
		return;
	if (!sheet_number(sheet, setting, in->scope, &limit)) {
		check_add(sheet, in, errors, N_("The limit set for “%s” is not a number"), S(""));
		return;
	}
	int order = decimal_cmp(d, limit);
	if (bound == BOUND_MIN ? order < 0 : order > 0)
		check_add(sheet, in, errors,
			  bound == BOUND_MIN ? N_("“%s” must be %s or more") :
					       N_("“%s” must be %s or less"),
			  decimal_text(sheet->arena, decimal_normal(limit)));
}

/* --- Texts --- */

static bool is_blank_code(uint32_t c)
{
	return (c >= 9 && c <= 13) || c == ' ' || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/* Length without blanks at the ends, counted as browsers count: a character outside the first
 * plane is two. */
static size_t trimmed_length(str s)
{
	size_t length = 0, end = 0;
	bool begun = false;
	for (size_t at = 0; at < s.n;) {
		uint32_t code = 0xfffd;
		size_t bytes = utf8_decode(s, at, &code);
		at += bytes ? bytes : 1;
		begun = begun || !is_blank_code(code);
		if (!begun)
			continue;
		length += code > 0xffff ? 2 : 1;
		if (!is_blank_code(code))
			end = length;
	}
	return end;
}

static void check_length(struct sheet *sheet, const struct instance *in, str text, enum bound bound,
			 struct value *errors)
{
	const struct validate *validate = &in->field->validate;
	const struct setting *setting = bound == BOUND_MIN ? &validate->min_length :
							     &validate->max_length;
	struct decimal limit;
	if (!sheet_number(sheet, setting, in->scope, &limit))
		return;
	int order = decimal_cmp(decimal_of((int64_t)trimmed_length(text)), limit);
	if (bound == BOUND_MIN ? order < 0 : order > 0)
		check_add(sheet, in, errors,
			  bound == BOUND_MIN ?
				  N_("“%s” is too short. Fewest characters: %s") :
				  N_("“%s” is too long. Most characters: %s"),
			  decimal_text(sheet->arena, decimal_normal(limit)));
}

static void check_text(struct sheet *sheet, const struct instance *in, str text,
		       struct value *errors)
{
	const struct validate *validate = &in->field->validate;
	check_length(sheet, in, text, BOUND_MIN, errors);
	check_length(sheet, in, text, BOUND_MAX, errors);
	if (validate->preset == PRESET_PHONE && !preset_is_phone(text, sheet->env->country))
		check_add(sheet, in, errors,
			  N_("“%s” must be a telephone number, like 0905 123 456"), S(""));
	if (validate->preset == PRESET_EMAIL && !preset_is_email(text))
		check_add(sheet, in, errors,
			  N_("“%s” must be an e-mail address, like ten@example.vn"), S(""));
}

static void check_pattern(struct sheet *sheet, const struct instance *in, str text,
			  struct value *errors)
{
	const struct validate *validate = &in->field->validate;
	if (!validate->pattern || pattern_matches(validate->pattern, text))
		return;
	if (str_empty(validate->pattern_message))
		check_add(sheet, in, errors, N_("“%s” is not written the way it should be"),
			  S(""));
	else
		push_error(sheet, in, errors, sheet_label(sheet, in->field, in->scope),
			   validate->pattern_message);
}

static void check_not_passed(struct sheet *sheet, const struct instance *in, struct value v,
			     struct value *errors)
{
	int64_t days;
	int minutes;
	if (!in->field->future_only || in->field->subtype == SUBTYPE_TIME ||
	    !time_split(sheet, in->field, v, &days, &minutes))
		return;
	struct civil today = time_civil(sheet->env->now, sheet->env->offset);
	if (days < days_of_civil(today.year, today.month, today.day))
		check_add(sheet, in, errors, N_("“%s” must be today or later"), S(""));
}

void check_instance(struct sheet *sheet, const struct instance *in, struct value *errors)
{
	const struct field *field = in->field;
	uint32_t before = errors->n;
	struct value v = tree_get(sheet->data, in->path);
	struct decimal d;
	if (field->disabled)
		return;
	if (field->type == FIELD_NUMBER)
		check_number(sheet, in, v, errors);
	if (v.kind == VALUE_STRING && v.n)
		check_pattern(sheet, in, value_text(v), errors);
	if (field->validate.required && is_missing(field, v))
		say_missing(sheet, in, errors);
	if (as_number(v, &d)) {
		check_bound(sheet, in, d, BOUND_MIN, errors);
		check_bound(sheet, in, d, BOUND_MAX, errors);
	}
	if (v.kind == VALUE_STRING && v.n)
		check_text(sheet, in, value_text(v), errors);
	if (field->type == FIELD_DATETIME)
		check_not_passed(sheet, in, v, errors);
	/* The first is enough to mend; the others would only be read out. */
	if (errors->n > before + 1)
		errors->n = before + 1;
}
