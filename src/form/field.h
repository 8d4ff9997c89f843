/*
 * field: what a loaded form looks like inside the room. Everything is made by load.c and never
 * changed afterwards.
 */
#ifndef MOTCUA_FORM_FIELD_H
#define MOTCUA_FORM_FIELD_H

#include "form/form.h"
#include "form/pattern.h"
#include "form/feelers.h"
#include "rules/feel.h"

enum field_type {
	FIELD_FORM, /* the root */
	FIELD_TEXTFIELD,
	FIELD_TEXTAREA,
	FIELD_NUMBER,
	FIELD_DATETIME,
	FIELD_EXPRESSION,
	FIELD_FILEPICKER,
	FIELD_CHECKBOX,
	FIELD_CHECKLIST,
	FIELD_RADIO,
	FIELD_SELECT,
	FIELD_TAGLIST,
	FIELD_GROUP,
	FIELD_DYNAMICLIST,
	FIELD_TEXT,
	FIELD_HTML,
	FIELD_IMAGE,
	FIELD_TABLE,
	FIELD_DOCUMENT,
	FIELD_IFRAME,
	FIELD_SPACER,
	FIELD_SEPARATOR,
	FIELD_BUTTON,
	FIELD_UNKNOWN, /* somebody's own component: shown as a notice, holds no data */
};

/* Sets of types, as bits. */
#define TYPE(type) (1u << FIELD_##type)
#define TYPES_MANY (TYPE(CHECKLIST) | TYPE(TAGLIST))
#define TYPES_ONE (TYPE(RADIO) | TYPE(SELECT))
#define TYPES_OPTIONS (TYPES_MANY | TYPES_ONE)
#define TYPES_INPUT \
	(TYPES_OPTIONS | TYPE(TEXTFIELD) | TYPE(TEXTAREA) | TYPE(NUMBER) | TYPE(DATETIME) | \
	 TYPE(EXPRESSION) | TYPE(FILEPICKER) | TYPE(CHECKBOX))
#define TYPES_CONTAINER (TYPE(GROUP) | TYPE(DYNAMICLIST))

/* A property that is either written out or a FEEL expression. */
struct setting {
	struct value constant;
	struct feel *feel; /* NULL: the constant counts */
};

/* A step of a path through data: a key, or a position in a list. */
struct step {
	str key;
	uint32_t index;
	bool is_index;
};

struct path {
	struct step *steps;
	size_t n;
};

enum preset { PRESET_NONE, PRESET_EMAIL, PRESET_PHONE };
enum subtype { SUBTYPE_DATE, SUBTYPE_TIME, SUBTYPE_DATETIME };
enum time_format { FORMAT_LOCAL, FORMAT_OFFSET, FORMAT_UTC };

struct validate {
	bool required;
	struct setting min, max, min_length, max_length;
	struct pattern *pattern;
	str pattern_message;
	enum preset preset;
};

struct field {
	enum field_type type;
	str id, type_name;
	struct path path; /* its own key or path, relative to its parent; n is 0 without */
	const struct field *parent;
	struct field **children;
	size_t child_count, position; /* among its parent's children */
	size_t number;                /* from 1, in the order drawn */
	int page; /* of the top-level part it stands in */
	bool key_given;

	struct feelers *label, *description, *prefix, *suffix;
	struct feelers *text; /* text, html content, image source, iframe url */
	struct feelers *alt, *date_label, *time_label, *accept;
	struct feel *hide;
	bool moves;        /* shown, locked or filled depending on what stands on its own page */
	bool hide_tests;   /* hide was parsed as unary tests */
	bool hide_negated; /* and stood in not(…) */
	bool disabled;
	struct setting readonly, multiple;
	struct value default_value;
	bool has_default;
	struct value properties; /* our own hints: autocomplete, inputmode, width, spellcheck */

	struct validate validate;

	bool has_values, has_values_key;
	struct value values; /* normalised {label, value} */
	str values_key;
	struct setting values_expression;

	int decimal_digits; /* -1: not limited */
	struct decimal increment;
	bool has_increment, serialize_to_string;

	enum subtype subtype;
	enum time_format time_format;
	bool future_only;
	int interval; /* minutes between times that may be typed; 0: any */

	bool repeating, add_remove;
	uint32_t default_repetitions;

	struct value columns;
	struct setting columns_expression, data_source;
	uint32_t row_count;

	struct feel *expression;
	bool presubmit;
	bool resets; /* a button that does not submit */
};

struct form {
	struct field root;
	str title;
	size_t page_count;
	size_t field_count;
	bool has_files, has_expressions, has_presubmit;
};

static inline bool field_is(const struct field *field, unsigned types)
{
	return (1u << field->type & types) != 0;
}

#endif
