#include "form/load.h"

#include "form/options.h"
#include "form/tree.h"

struct loader {
	struct arena *arena;
	struct faults *faults;
	struct form *form;
	bool strict;
	bool broken; /* a fault that also lenient mode does not take */
	int depth;
};

static struct value member(struct value map, const char *name)
{
	return value_get(map, str_z(name));
}

static bool is_truthy(struct value v)
{
	return v.kind == VALUE_BOOL ? v.boolean : v.kind == VALUE_STRING ? v.n > 0 : false;
}

/* What only strict mode refuses. */
#define complain(l, ...)                                    \
	do {                                                \
		if ((l)->strict)                            \
			faults_add((l)->faults, __VA_ARGS__); \
	} while (0)

static struct feel *load_feel(struct loader *l, struct value element, const char *property,
			      str text)
{
	struct feel *feel;
	struct feel_fault fault;
	if (feel_parse(l->arena, text, NULL, &feel, &fault))
		return feel;
	complain(l, element, property, "The expression cannot be read (line %u, column %u): %.*s",
		 fault.line, fault.column, STR_ARG(fault.message));
	return NULL;
}

static struct setting load_setting(struct loader *l, struct value element, const char *property,
				   struct value v)
{
	str text = value_text(v);
	if (!str_starts(text, S("=")))
		return (struct setting){ .constant = v };
	return (struct setting){
		.feel = load_feel(l, element, property, str_slice(text, 1, text.n)),
	};
}

static struct feelers *load_text(struct loader *l, struct value element, const char *property,
				  struct value v)
{
	if (v.kind != VALUE_STRING)
		return NULL;
	str fault;
	struct feelers *t = feelers_parse(l->arena, value_text(v), &fault);
	if (!str_empty(fault))
		complain(l, element, property, "An expression in %s cannot be read: %.*s", property,
			 STR_ARG(fault));
	return t;
}

static struct path load_path(struct loader *l, str dotted)
{
	struct path path = { 0 };
	size_t room = 1;
	for (size_t i = 0; i < dotted.n; i++)
		room += dotted.p[i] == '.';
	path.steps = ARENA_ARRAY(l->arena, struct step, room);
	for (str part; str_next(&dotted, '.', &part);)
		if (!str_empty(part))
			path.steps[path.n++].key = part;
	return path;
}

/* not(…) around everything: the tests inside are turned round as a whole. */
static bool unwrap_not(str *text)
{
	str s = str_trim(*text);
	if (!str_starts(s, S("not(")) || !str_ends(s, S(")")))
		return false;
	int depth = 0;
	for (size_t i = 3; i < s.n; i++) {
		depth += s.p[i] == '(' ? 1 : s.p[i] == ')' ? -1 : 0;
		if (depth == 0 && i + 1 < s.n)
			return false;
	}
	*text = str_slice(s, 4, s.n - 1);
	return true;
}

static void load_hide(struct loader *l, struct value element, struct field *field)
{
	struct value hide = member(member(element, "conditional"), "hide");
	str text = value_text(hide);
	if (!str_starts(text, S("=")))
		return;
	text = str_slice(text, 1, text.n);
	field->hide_negated = unwrap_not(&text);
	struct feel_fault fault;
	if (feel_parse(l->arena, text, NULL, &field->hide, &fault))
		return;
	field->hide_tests = feel_parse_tests(l->arena, text, NULL, &field->hide, &fault);
	if (field->hide_tests)
		return;
	field->hide = NULL;
	complain(l, element, "conditional.hide",
		 "The condition cannot be read (line %u, column %u): %.*s", fault.line,
		 fault.column, STR_ARG(fault.message));
}

static void load_validate(struct loader *l, struct value element, struct field *field)
{
	struct value v = member(element, "validate");
	struct validate *validate = &field->validate;
	validate->required = is_truthy(member(v, "required"));
	validate->min = load_setting(l, element, "validate.min", member(v, "min"));
	validate->max = load_setting(l, element, "validate.max", member(v, "max"));
	validate->min_length = load_setting(l, element, "validate.minLength",
					    member(v, "minLength"));
	validate->max_length = load_setting(l, element, "validate.maxLength",
					    member(v, "maxLength"));
	validate->pattern_message = value_text(member(v, "patternErrorMessage"));
	str type = value_text(member(v, "validationType"));
	validate->preset = str_eq(type, S("email")) ? PRESET_EMAIL :
			   str_eq(type, S("phone")) ? PRESET_PHONE :
						      PRESET_NONE;
	str pattern = value_text(member(v, "pattern"));
	if (!str_empty(pattern) && !pattern_parse(l->arena, pattern, &validate->pattern)) {
		validate->pattern = NULL;
		complain(l, element, "validate.pattern",
			 "The pattern is not a regular expression.");
	}
}

static void load_options(struct loader *l, struct value element, struct field *field)
{
	const struct value *values = value_find(element, S("values"));
	const struct value *key = value_find(element, S("valuesKey"));
	field->has_values = values != NULL;
	if (values)
		field->values = options_normal(l->arena, *values);
	field->has_values_key = key && key->kind == VALUE_STRING;
	field->values_key = key ? value_text(*key) : S("");
	field->values_expression = load_setting(l, element, "valuesExpression",
						member(element, "valuesExpression"));
}

static void load_number(struct loader *l, struct value element, struct field *field)
{
	struct value digits = member(element, "decimalDigits");
	int64_t n = value_integer(digits, -1);
	field->decimal_digits = n >= 0 && n <= 34 ? (int)n : -1;
	struct value increment = member(element, "increment");
	if (increment.kind == VALUE_NUMBER) {
		field->increment = increment.number;
		field->has_increment = true;
	} else if (increment.kind == VALUE_STRING && increment.n) {
		field->has_increment = decimal_parse(str_trim(value_text(increment)),
						     &field->increment);
		if (!field->has_increment)
			complain(l, element, "increment", "The increment is not a number.");
	}
	if (field->has_increment && decimal_sign(field->increment) <= 0)
		field->has_increment = false;
	field->serialize_to_string = value_is_true(member(element, "serializeToString"));
}

static void load_datetime(struct loader *l, struct value element, struct field *field)
{
	str subtype = value_text(member(element, "subtype"));
	field->subtype = str_eq(subtype, S("time"))     ? SUBTYPE_TIME :
			 str_eq(subtype, S("datetime")) ? SUBTYPE_DATETIME :
							  SUBTYPE_DATE;
	str format = value_text(member(element, "timeSerializingFormat"));
	field->time_format = str_eq(format, S("utc_offset"))     ? FORMAT_OFFSET :
			     str_eq(format, S("utc_normalized")) ? FORMAT_UTC :
								   FORMAT_LOCAL;
	field->future_only = value_is_true(member(element, "disallowPassedDates"));
	int64_t interval = value_integer(member(element, "timeInterval"), 0);
	field->interval = interval > 1 && interval <= 60 ? (int)interval : 0;
	field->date_label = load_text(l, element, "dateLabel", member(element, "dateLabel"));
	field->time_label = load_text(l, element, "timeLabel", member(element, "timeLabel"));
}

static bool not_false(struct value v)
{
	return !(v.kind == VALUE_BOOL && !v.boolean);
}

static void load_list(struct value element, struct field *field)
{
	field->repeating = not_false(member(element, "isRepeating"));
	field->add_remove = not_false(member(element, "allowAddRemove"));
	int64_t n = value_integer(member(element, "defaultRepetitions"), 1);
	field->default_repetitions = n < 0 ? 0 : n > FORM_LIST_MAX ? FORM_LIST_MAX : (uint32_t)n;
}

static void load_table(struct loader *l, struct value element, struct field *field)
{
	field->columns = member(element, "columns");
	field->columns_expression = load_setting(l, element, "columnsExpression",
						 member(element, "columnsExpression"));
	field->data_source = load_setting(l, element, "dataSource", member(element, "dataSource"));
	int64_t rows = value_integer(member(element, "rowCount"), 0);
	field->row_count = rows > 0 && rows < FORM_INSTANCES_MAX ? (uint32_t)rows : 0;
}

static void load_expression(struct loader *l, struct value element, struct field *field)
{
	str text = value_text(member(element, "expression"));
	if (str_starts(text, S("=")))
		field->expression = load_feel(l, element, "expression", str_slice(text, 1, text.n));
	else if (!str_empty(text))
		complain(l, element, "expression", "An expression must begin with \"=\".");
	field->presubmit = str_eq(value_text(member(element, "computeOn")), S("presubmit"));
	l->form->has_expressions = true;
	l->form->has_presubmit |= field->presubmit;
}

static void load_texts(struct loader *l, struct value element, struct field *field)
{
	struct value appearance = member(element, "appearance");
	static const char *const CONTENT[FIELD_UNKNOWN + 1] = {
		[FIELD_TEXT] = "text",
		[FIELD_HTML] = "content",
		[FIELD_IMAGE] = "source",
		[FIELD_IFRAME] = "url",
	};
	const char *content = CONTENT[field->type];
	field->label = load_text(l, element, "label", member(element, "label"));
	field->description = load_text(l, element, "description", member(element, "description"));
	field->prefix = load_text(l, element, "appearance.prefixAdorner",
				  member(appearance, "prefixAdorner"));
	field->suffix = load_text(l, element, "appearance.suffixAdorner",
				  member(appearance, "suffixAdorner"));
	field->alt = load_text(l, element, "alt", member(element, "alt"));
	if (content)
		field->text = load_text(l, element, content, member(element, content));
}

static void load_input(struct loader *l, struct value element, struct field *field)
{
	field->disabled = is_truthy(member(element, "disabled"));
	field->readonly = load_setting(l, element, "readonly", member(element, "readonly"));
	const struct value *start = value_find(element, S("defaultValue"));
	field->has_default = start != NULL;
	field->default_value = start ? *start : value_null();
	load_validate(l, element, field);
	if (field_is(field, TYPES_OPTIONS))
		load_options(l, element, field);
}

static void load_kind(struct loader *l, struct value element, struct field *field)
{
	switch (field->type) {
	case FIELD_NUMBER:
		load_number(l, element, field);
		break;
	case FIELD_DATETIME:
		load_datetime(l, element, field);
		break;
	case FIELD_EXPRESSION:
		load_expression(l, element, field);
		break;
	case FIELD_FILEPICKER:
		field->accept = load_text(l, element, "accept", member(element, "accept"));
		field->multiple = load_setting(l, element, "multiple", member(element, "multiple"));
		l->form->has_files = true;
		break;
	case FIELD_DYNAMICLIST:
		load_list(element, field);
		break;
	case FIELD_TABLE:
	case FIELD_DOCUMENT:
		load_table(l, element, field);
		break;
	case FIELD_BUTTON:
		field->resets = str_eq(value_text(member(element, "action")), S("reset"));
		break;
	default:
		break;
	}
}

static void load_names(struct loader *l, struct value element, struct field *field)
{
	str name = value_text(member(element, field_is(field, TYPES_INPUT) ? "key" : "path"));
	field->number = ++l->form->field_count;
	field->id = value_text(member(element, "id"));
	if (str_empty(field->id))
		field->id = arena_printf(l->arena, "Field_%zu", field->number);
	bool bound = field_is(field, TYPES_INPUT | TYPES_CONTAINER);
	field->path = bound ? load_path(l, name) : (struct path){ 0 };
	field->key_given = field->path.n > 0;
	if (!field->key_given && field_is(field, TYPES_INPUT | TYPE(DYNAMICLIST))) {
		field->path.steps = ARENA_NEW(l->arena, struct step);
		field->path.steps[0].key = field->id;
		field->path.n = 1;
	}
}

static void load_children(struct loader *l, struct value element, struct field *field);

static struct field *load_field(struct loader *l, struct value element, const struct field *parent)
{
	struct field *field = ARENA_NEW(l->arena, struct field);
	field->type_name = value_text(member(element, "type"));
	field->type = type_of(field->type_name);
	field->parent = parent;
	field->position = parent->child_count;
	field->decimal_digits = -1;
	field->properties = member(element, "properties");
	load_names(l, element, field);
	load_hide(l, element, field);
	load_texts(l, element, field);
	if (field_is(field, TYPES_INPUT))
		load_input(l, element, field);
	load_kind(l, element, field);
	if (field_is(field, TYPES_CONTAINER))
		load_children(l, element, field);
	return field;
}

static void load_children(struct loader *l, struct value element, struct field *field)
{
	struct value list = member(element, "components");
	if (list.kind != VALUE_LIST || l->broken)
		return;
	if (l->depth >= FORM_DEPTH_MAX || l->form->field_count + list.n > FORM_FIELDS_MAX) {
		faults_add(l->faults, element, "components",
			   l->depth >= FORM_DEPTH_MAX ? "Elements are nested too deeply." :
							"The form has too many elements.");
		l->broken = true;
		return;
	}
	l->depth++;
	field->children = ARENA_ARRAY(l->arena, struct field *, list.n);
	for (uint32_t i = 0; i < list.n; i++)
		if (list.items[i].kind == VALUE_MAP) {
			field->children[field->child_count] = load_field(l, list.items[i], field);
			field->child_count++;
		}
	l->depth--;
}

const struct field *field_next(const struct field *field)
{
	if (field->child_count)
		return field->children[0];
	for (; field->parent; field = field->parent)
		if (field->position + 1 < field->parent->child_count)
			return field->parent->children[field->position + 1];
	return NULL;
}

struct path field_full_path(struct arena *arena, const struct field *field)
{
	if (!field->parent)
		return field->path;
	return path_join(arena, field_full_path(arena, field->parent), field->path);
}

/* --- Pages --- */

static void set_page(struct field *field, int page)
{
	field->page = page;
	for (size_t i = 0; i < field->child_count; i++)
		set_page(field->children[i], page);
}

static bool opens_page(const struct field *field)
{
	return field_is(field, TYPES_CONTAINER | (TYPES_INPUT & ~TYPE(EXPRESSION)));
}

/* Each top-level group is a page, and so are the fields between two groups; what holds no field of
 * its own (texts, pictures) goes with the page after it, at the end with the last. */
static void make_pages(struct form *form)
{
	struct field *root = &form->root;
	bool groups = false, between = false;
	for (size_t i = 0; i < root->child_count; i++)
		groups |= root->children[i]->type == FIELD_GROUP;
	int page = -1;
	for (size_t i = 0; groups && i < root->child_count; i++) {
		struct field *field = root->children[i];
		bool group = field->type == FIELD_GROUP;
		if (opens_page(field)) {
			page += group || !between;
			between = !group;
		}
		set_page(field, page + (opens_page(field) || between ? 0 : 1));
	}
	form->page_count = page < 0 ? 1 : (size_t)page + 1;
	for (size_t i = 0; i < root->child_count; i++)
		if (root->children[i]->page >= (int)form->page_count)
			set_page(root->children[i], (int)form->page_count - 1);
}

/* --- The whole --- */

static bool parse_text(struct arena *arena, str text, const char *what, struct value *ret_v,
		       struct faults *faults)
{
	struct json_fault fault;
	if (json_parse(arena, arena_copy(arena, text), ret_v, &fault))
		return true;
	faults_add(faults, value_null(), what, "Not JSON (line %zu, column %zu): %s", fault.line,
		   fault.column, fault.message);
	return false;
}

static bool read_source(struct arena *arena, const struct form_source *source, bool complete,
			struct value *ret_schema, struct faults *faults)
{
	struct value schema = source->schema, side;
	if (!str_empty(source->text)) {
		if (!parse_text(arena, source->text, "", &schema, faults))
			return false;
	} else {
		schema = value_copy(arena, schema);
	}
	if (schema.kind != VALUE_MAP || member(schema, "components").kind != VALUE_LIST) {
		faults_add(faults, schema, "components", "A form must have a list of components.");
		return false;
	}
	if (!str_empty(source->side)) {
		if (!parse_text(arena, source->side, "translation", &side, faults))
			return false;
		schema = side_apply(arena, schema, side, complete, faults);
	}
	*ret_schema = schema;
	return true;
}

static struct form *load(struct arena *arena, struct value schema, bool strict,
			 struct faults *faults)
{
	struct form *form = ARENA_NEW(arena, struct form);
	struct loader l = { .arena = arena, .faults = faults, .form = form, .strict = strict };
	size_t before = faults->count;
	if (strict)
		schema_check(schema, faults);
	form->root.id = value_text(member(schema, "id"));
	form->title = value_text(member(schema, "title"));
	load_children(&l, schema, &form->root);
	if (!l.broken)
		claim_check(form, faults);
	if (strict && !l.broken)
		cycle_check(form, faults);
	make_pages(form);
	if (!l.broken)
		mark_moving(arena, form);
	return faults->count > before ? NULL : form;
}

bool form_load(struct arena *arena, const struct form_source *source, struct form **ret_form,
	       struct form_fault *ret_fault)
{
	struct faults faults = { .arena = arena };
	struct value schema;
	struct form *form = NULL;
	if (read_source(arena, source, false, &schema, &faults) &&
	    (faults.count == 0 || !source->strict)) {
		faults.count = 0;
		form = load(arena, schema, source->strict, &faults);
	}
	if (!form) {
		*ret_fault = faults.first;
		return false;
	}
	*ret_form = form;
	return true;
}

struct value form_lint(struct arena *arena, const struct form_source *source)
{
	struct value all = value_list(), schema;
	struct faults faults = { .arena = arena, .all = &all };
	if (read_source(arena, source, true, &schema, &faults))
		load(arena, schema, true, &faults);
	return all;
}

bool form_schema_valid(struct arena *arena, struct value schema, struct form_fault *ret_fault)
{
	struct faults faults = { .arena = arena };
	schema_check(schema, &faults);
	*ret_fault = faults.first;
	return faults.count == 0;
}

str form_title(const struct form *form)
{
	return form->title;
}

str form_id(const struct form *form)
{
	return form->root.id;
}

bool form_has_files(const struct form *form)
{
	return form->has_files;
}

size_t form_page_count(const struct form *form)
{
	return form->page_count;
}

str form_submit_label(const struct form *form)
{
	for (const struct field *f = field_next(&form->root); f; f = field_next(f))
		if (f->type == FIELD_BUTTON && !f->resets && feelers_is_plain(f->label))
			return feelers_source(f->label);
	return S("");
}
