#include "form/schema.h"

#include <stdarg.h>
#include <stdio.h>

/* Kinds a value may have, as bits. */
enum {
	AS_STRING = 1,
	AS_BOOL = 2,
	AS_NUMBER = 4,
	AS_INTEGER = 8,
	AS_LIST = 16,
	AS_MAP = 32,
	AS_NULL = 64,
	AS_ANY = 127,
};

#define EVERY (~0u)

/* A property, the types of element that may have it, and the kinds of value it may have. */
struct rule {
	const char *name;
	unsigned types;
	unsigned kinds;
	const char *words; /* "a b c": the only strings allowed */
	int64_t min, max;  /* of integers, when max is not 0 */
};

static const struct rule ELEMENT[] = {
	{ "id", EVERY, AS_STRING },
	{ "label",
	  TYPES_INPUT | TYPES_CONTAINER | TYPE(BUTTON) | TYPE(IFRAME) | TYPE(TABLE) |
		  TYPE(DOCUMENT),
	  AS_STRING },
	{ "description", TYPES_INPUT & ~TYPE(FILEPICKER), AS_STRING },
	{ "key", TYPES_INPUT, AS_STRING },
	{ "readonly", TYPES_INPUT, AS_BOOL | AS_STRING },
	{ "disabled", TYPES_INPUT, AS_BOOL | AS_STRING },
	{ "text", TYPE(TEXT), AS_STRING },
	{ "defaultValue", TYPES_INPUT, AS_STRING | AS_BOOL | AS_NUMBER | AS_LIST },
	{ "action", TYPE(BUTTON), AS_STRING, "submit reset" },
	{ "source", TYPE(IMAGE), AS_STRING },
	{ "alt", TYPE(IMAGE), AS_STRING },
	{ "url", EVERY, AS_STRING },
	{ "subtype", TYPE(DATETIME), AS_STRING, "date time datetime" },
	{ "dateLabel", TYPE(DATETIME), AS_STRING },
	{ "timeLabel", TYPE(DATETIME), AS_STRING },
	{ "use24h", TYPE(DATETIME), AS_BOOL },
	{ "timeSerializingFormat", TYPE(DATETIME), AS_STRING,
	  "utc_offset utc_normalized no_timezone" },
	{ "timeInterval", TYPE(DATETIME), AS_INTEGER, NULL, 1, 60 },
	{ "disallowPassedDates", TYPE(DATETIME), AS_BOOL },
	{ "increment", TYPE(NUMBER), AS_NUMBER | AS_STRING },
	{ "decimalDigits", TYPE(NUMBER), AS_INTEGER },
	{ "serializeToString", TYPE(NUMBER), AS_BOOL },
	{ "searchable", TYPE(SELECT), AS_BOOL },
	{ "valuesKey", TYPES_OPTIONS, AS_STRING },
	{ "valuesExpression", TYPES_OPTIONS, AS_STRING },
	{ "values", TYPES_OPTIONS, AS_LIST },
	{ "height", TYPE(SPACER) | TYPE(IFRAME), AS_NUMBER },
	{ "components", TYPES_CONTAINER, AS_LIST },
	{ "path", TYPES_CONTAINER, AS_STRING },
	{ "showOutline", TYPES_CONTAINER, AS_BOOL },
	{ "verticalAlignment", TYPES_CONTAINER, AS_STRING, "start center end" },
	{ "isRepeating", TYPE(DYNAMICLIST), AS_BOOL },
	{ "allowAddRemove", TYPE(DYNAMICLIST), AS_BOOL },
	{ "defaultRepetitions", TYPE(DYNAMICLIST), AS_NUMBER },
	{ "disableCollapse", TYPE(DYNAMICLIST), AS_BOOL },
	{ "nonCollapsedItems", TYPE(DYNAMICLIST), AS_NUMBER },
	{ "validate", TYPES_INPUT, AS_MAP },
	{ "layout", EVERY, AS_MAP },
	{ "appearance", EVERY, AS_MAP },
	{ "conditional", EVERY, AS_MAP },
	{ "properties", EVERY, AS_MAP },
	{ "security", EVERY, AS_MAP },
	{ "columns", TYPE(TABLE), AS_LIST },
	{ "columnsExpression", TYPE(TABLE), AS_STRING },
	{ "rowCount", TYPE(TABLE), AS_NUMBER },
	{ "dataSource", TYPE(TABLE) | TYPE(DOCUMENT), AS_STRING },
	{ "content", TYPE(HTML), AS_STRING },
	{ "accept", TYPE(FILEPICKER), AS_STRING },
	{ "multiple", TYPE(FILEPICKER), AS_BOOL | AS_STRING },
	{ "maxHeight", TYPE(DOCUMENT), AS_NUMBER },
	{ 0 },
};

static const struct rule VALIDATE[] = {
	{ "validate.required", EVERY, AS_BOOL },
	{ "validate.validationType", TYPE(TEXTFIELD), AS_STRING, "email phone custom" },
	{ "validate.pattern", TYPE(TEXTFIELD), AS_STRING },
	{ "validate.patternErrorMessage", TYPE(TEXTFIELD), AS_STRING },
	{ "validate.minLength", TYPE(TEXTFIELD) | TYPE(TEXTAREA), AS_INTEGER | AS_STRING },
	{ "validate.maxLength", TYPE(TEXTFIELD) | TYPE(TEXTAREA), AS_INTEGER | AS_STRING },
	{ "validate.min", TYPE(NUMBER), AS_NUMBER | AS_STRING },
	{ "validate.max", TYPE(NUMBER), AS_NUMBER | AS_STRING },
	{ 0 },
};

static const struct rule APPEARANCE[] = {
	{ "appearance.prefixAdorner", TYPE(TEXTFIELD) | TYPE(NUMBER), AS_STRING },
	{ "appearance.suffixAdorner", TYPE(TEXTFIELD) | TYPE(NUMBER), AS_STRING },
	{ 0 },
};

static const struct rule LAYOUT[] = {
	{ "layout.row", EVERY, AS_STRING | AS_NULL },
	{ "layout.columns", EVERY, AS_INTEGER | AS_NULL, NULL, 2, 16 },
	{ 0 },
};

static const struct rule CONDITIONAL[] = {
	{ "conditional.hide", EVERY, AS_STRING | AS_BOOL },
	{ 0 },
};

static const struct rule SECURITY[] = {
	{ "security.allowSameOrigin", EVERY, AS_BOOL },
	{ "security.fullscreen", EVERY, AS_BOOL },
	{ "security.geolocation", EVERY, AS_BOOL },
	{ "security.camera", EVERY, AS_BOOL },
	{ "security.microphone", EVERY, AS_BOOL },
	{ "security.allowForms", EVERY, AS_BOOL },
	{ "security.allowModals", EVERY, AS_BOOL },
	{ "security.allowPopups", EVERY, AS_BOOL },
	{ "security.allowTopNavigation", EVERY, AS_BOOL },
	{ 0 },
};

static const struct rule OPTION[] = {
	{ "values.label", EVERY, AS_STRING },
	{ "values.value", EVERY, AS_STRING },
	{ 0 },
};

static const struct rule COLUMN[] = {
	{ "columns.label", EVERY, AS_STRING },
	{ "columns.key", EVERY, AS_STRING },
	{ 0 },
};

static const struct rule ROOT[] = {
	{ "id", EVERY, AS_STRING },
	{ "schemaVersion", EVERY, AS_INTEGER, NULL, 1, FORM_SCHEMA_VERSION },
	{ "executionPlatform", EVERY, AS_STRING },
	{ "executionPlatformVersion", EVERY, AS_STRING },
	{ "versionTag", EVERY, AS_STRING },
	{ "exporter", EVERY, AS_MAP },
	{ "layout", 0, 0 },
	{ "conditional", 0, 0 },
	{ "properties", 0, 0 },
	{ 0 },
};

static const struct rule EXPORTER[] = {
	{ "exporter.name", EVERY, AS_STRING },
	{ "exporter.version", EVERY, AS_STRING },
	{ 0 },
};

/* Which kinds a default value may have, by type; 0: any. */
static unsigned default_kinds(enum field_type type)
{
	switch (type) {
	case FIELD_CHECKBOX:
		return AS_BOOL;
	case FIELD_TEXTFIELD:
	case FIELD_TEXTAREA:
	case FIELD_DATETIME:
	case FIELD_RADIO:
	case FIELD_SELECT:
		return AS_STRING;
	case FIELD_NUMBER:
		return AS_NUMBER | AS_STRING;
	case FIELD_CHECKLIST:
	case FIELD_TAGLIST:
		return AS_LIST;
	default:
		return 0;
	}
}

static const char *const TYPE_NAMES[] = {
	[FIELD_FORM] = "default",
	[FIELD_TEXTFIELD] = "textfield",
	[FIELD_TEXTAREA] = "textarea",
	[FIELD_NUMBER] = "number",
	[FIELD_DATETIME] = "datetime",
	[FIELD_EXPRESSION] = "expression",
	[FIELD_FILEPICKER] = "filepicker",
	[FIELD_CHECKBOX] = "checkbox",
	[FIELD_CHECKLIST] = "checklist",
	[FIELD_RADIO] = "radio",
	[FIELD_SELECT] = "select",
	[FIELD_TAGLIST] = "taglist",
	[FIELD_GROUP] = "group",
	[FIELD_DYNAMICLIST] = "dynamiclist",
	[FIELD_TEXT] = "text",
	[FIELD_HTML] = "html",
	[FIELD_IMAGE] = "image",
	[FIELD_TABLE] = "table",
	[FIELD_DOCUMENT] = "documentPreview",
	[FIELD_IFRAME] = "iframe",
	[FIELD_SPACER] = "spacer",
	[FIELD_SEPARATOR] = "separator",
	[FIELD_BUTTON] = "button",
};

enum field_type type_of(str name)
{
	for (unsigned i = FIELD_TEXTFIELD; i < FIELD_UNKNOWN; i++)
		if (str_eq(name, str_z(TYPE_NAMES[i])))
			return (enum field_type)i;
	return FIELD_UNKNOWN;
}

void faults_add(struct faults *faults, struct value element, const char *property,
		const char *message, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, message);
	vsnprintf(text, sizeof text, message, arguments);
	va_end(arguments);
	str key = value_text(value_get(element, S("key")));
	struct form_fault fault = {
		.id = value_text(value_get(element, S("id"))),
		.key = str_empty(key) ? value_text(value_get(element, S("path"))) : key,
		.property = arena_copy(faults->arena, str_z(property)),
		.message = arena_copy(faults->arena, str_z(text)),
	};
	if (faults->count++ == 0)
		faults->first = fault;
	if (!faults->all)
		return;
	struct value entry = value_map();
	value_append(faults->arena, &entry, S("id"), value_str(fault.id));
	value_append(faults->arena, &entry, S("key"), value_str(fault.key));
	value_append(faults->arena, &entry, S("property"), value_str(fault.property));
	value_append(faults->arena, &entry, S("message"), value_str(fault.message));
	value_push(faults->arena, faults->all, entry);
}

static unsigned kinds_of(struct value v)
{
	switch (v.kind) {
	case VALUE_NULL:
		return AS_NULL;
	case VALUE_BOOL:
		return AS_BOOL;
	case VALUE_NUMBER:
		return AS_NUMBER | (decimal_is_integer(v.number) ? AS_INTEGER : 0u);
	case VALUE_STRING:
		return AS_STRING;
	case VALUE_LIST:
		return AS_LIST;
	default:
		return AS_MAP;
	}
}

static bool in_words(const char *words, str word)
{
	str rest = str_z(words);
	for (str part; str_next(&rest, ' ', &part);)
		if (str_eq(part, word))
			return true;
	return false;
}

/* The last part of a dotted name: rules carry the whole path for their message. */
static str last_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return str_z(dot ? dot + 1 : name);
}

static void check_value(const struct rule *rule, struct value v, struct value element,
			struct faults *faults)
{
	if (!(kinds_of(v) & rule->kinds))
		faults_add(faults, element, rule->name, "%s has a value of the wrong kind.",
			   rule->name);
	else if (rule->words && v.kind == VALUE_STRING && !in_words(rule->words, value_text(v)) &&
		 !(v.n == 0 && strstr(rule->words, "custom")))
		faults_add(faults, element, rule->name, "%s must be one of: %s.", rule->name,
			   rule->words);
	else if (rule->max && v.kind == VALUE_NUMBER &&
		 (decimal_cmp(v.number, decimal_of(rule->min)) < 0 ||
		  decimal_cmp(v.number, decimal_of(rule->max)) > 0))
		faults_add(faults, element, rule->name, "%s must be from %d to %d.", rule->name,
			   (int)rule->min, (int)rule->max);
}

static void check_rules(const struct rule *rule, struct value map, enum field_type type,
			struct value element, struct faults *faults)
{
	for (; rule->name; rule++) {
		const struct value *v = value_find(map, last_name(rule->name));
		if (!v)
			continue;
		if (!(rule->types & 1u << type))
			faults_add(faults, element, rule->name,
				   "An element of this type cannot have %s.", rule->name);
		else
			check_value(rule, *v, element, faults);
	}
}

static void check_part(const char *name, const struct rule *rules, enum field_type type,
		       struct value element, struct faults *faults)
{
	struct value part = value_get(element, str_z(name));
	if (part.kind == VALUE_MAP)
		check_rules(rules, part, type, element, faults);
}

static void check_items(const char *name, const struct rule *rules, struct value element,
			struct faults *faults)
{
	struct value list = value_get(element, str_z(name));
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++) {
		if (list.items[i].kind != VALUE_MAP)
			faults_add(faults, element, name, "Every entry of %s must be an object.",
				   name);
		else
			check_rules(rules, list.items[i], FIELD_UNKNOWN, element, faults);
	}
}

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

/* Words of letters, digits and _ joined by single dots. */
static bool is_dotted(str s)
{
	bool word = false;
	for (size_t i = 0; i < s.n; i++) {
		if (is_word_byte(s.p[i]))
			word = true;
		else if (s.p[i] != '.' || !word)
			return false;
		else
			word = false;
	}
	return word;
}

static bool has_blank(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint32_t code = 0;
		size_t bytes = utf8_decode(s, i, &code);
		if ((code >= 9 && code <= 13) || code == ' ' || code == 0xa0 || code == 0xfeff ||
		    (code >= 0x2000 && code <= 0x200a) || code == 0x3000)
			return true;
		i += bytes > 1 ? bytes - 1 : 0;
	}
	return false;
}

static void check_names(enum field_type type, struct value element, struct faults *faults)
{
	const struct value *key = value_find(element, S("key"));
	const struct value *path = value_find(element, S("path"));
	if (!key && (1u << type & TYPES_INPUT))
		faults_add(faults, element, "key", "The element has no key.");
	if (key && key->kind == VALUE_STRING && !is_dotted(value_text(*key)))
		faults_add(faults, element, "key", "The key must be words joined by dots.");
	if (path && path->kind == VALUE_STRING && path->n && !is_dotted(value_text(*path)))
		faults_add(faults, element, "path", "The path must be words joined by dots.");
	if (has_blank(value_text(value_get(element, S("valuesKey")))))
		faults_add(faults, element, "valuesKey", "valuesKey must not hold blanks.");
}

static void check_needed(enum field_type type, struct value element, struct faults *faults)
{
	bool columns = value_find(element, S("columns")) != NULL;
	bool computed = value_find(element, S("columnsExpression")) != NULL;
	if ((1u << type & (TYPE(TABLE) | TYPE(DOCUMENT))) && !value_find(element, S("dataSource")))
		faults_add(faults, element, "dataSource", "The element has no dataSource.");
	if (type == FIELD_TABLE && columns == computed)
		faults_add(faults, element, "columns",
			   "A table has either columns or columnsExpression.");
	if (type == FIELD_EXPRESSION && !value_find(element, S("expression")))
		faults_add(faults, element, "expression", "The element has no expression.");
	if (type == FIELD_EXPRESSION && !value_find(element, S("computeOn")))
		faults_add(faults, element, "computeOn", "The element has no computeOn.");
	struct value validate = value_get(element, S("validate"));
	if (value_find(validate, S("patternErrorMessage")) && !value_find(validate, S("pattern")))
		faults_add(faults, element, "validate.patternErrorMessage",
			   "A message for a pattern needs the pattern.");
}

static void check_default(enum field_type type, struct value element, struct faults *faults)
{
	const struct value *v = value_find(element, S("defaultValue"));
	if (!v)
		return;
	unsigned kinds = default_kinds(type);
	if (kinds && !(kinds_of(*v) & kinds))
		faults_add(faults, element, "defaultValue",
			   "The default value does not fit the type of the element.");
	if ((1u << type & TYPES_OPTIONS) && value_get(element, S("valuesKey")).kind == VALUE_STRING)
		faults_add(faults, element, "defaultValue",
			   "Options from input data cannot have a default value.");
}

static void check_components(struct value element, int depth, struct faults *faults);

static void check_element(struct value element, int depth, struct faults *faults)
{
	if (element.kind != VALUE_MAP) {
		faults_add(faults, element, "components", "An element must be an object.");
		return;
	}
	enum field_type type = type_of(value_text(value_get(element, S("type"))));
	if (type == FIELD_UNKNOWN)
		faults_add(faults, element, "type", "The element's type is not known.");
	check_rules(ELEMENT, element, type, element, faults);
	check_part("validate", VALIDATE, type, element, faults);
	check_part("appearance", APPEARANCE, type, element, faults);
	check_part("layout", LAYOUT, type, element, faults);
	check_part("conditional", CONDITIONAL, type, element, faults);
	check_part("security", SECURITY, type, element, faults);
	check_items("values", OPTION, element, faults);
	check_items("columns", COLUMN, element, faults);
	check_names(type, element, faults);
	check_needed(type, element, faults);
	check_default(type, element, faults);
	check_components(element, depth + 1, faults);
}

static void check_components(struct value element, int depth, struct faults *faults)
{
	struct value list = value_get(element, S("components"));
	if (depth > FORM_DEPTH_MAX) {
		faults_add(faults, element, "components", "Elements are nested too deeply.");
		return;
	}
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++)
		check_element(list.items[i], depth, faults);
}

void schema_check(struct value schema, struct faults *faults)
{
	if (schema.kind != VALUE_MAP) {
		faults_add(faults, schema, "", "A form must be a JSON object.");
		return;
	}
	if (!str_eq(value_text(value_get(schema, S("type"))), S("default")))
		faults_add(faults, schema, "type", "A form's type must be \"default\".");
	if (value_get(schema, S("components")).kind != VALUE_LIST)
		faults_add(faults, schema, "components", "A form must have a list of components.");
	check_rules(ROOT, schema, FIELD_FORM, schema, faults);
	check_part("exporter", EXPORTER, FIELD_FORM, schema, faults);
	check_components(schema, 0, faults);
}
