/* The texts of another language, from a side file: {"<element id>": {"label": …}, "form": {…}}. */
#include "form/load.h"

static const char *const PLAIN[] = { "label",     "description", "text",      "content", "alt",
				     "dateLabel", "timeLabel",   "source",    "url",     "title" };
static const char *const NESTED[][2] = {
	{ "validate", "patternErrorMessage" },
	{ "appearance", "prefixAdorner" },
	{ "appearance", "suffixAdorner" },
};

struct translator {
	struct arena *arena;
	struct value side;
	struct faults *faults;
	bool complete;
	size_t used;
};

/* What people read is to be translated; FEEL, addresses and texts without letters are not. */
static bool needs_words(const char *name, struct value v)
{
	str text = value_text(v);
	if (str_empty(str_trim(text)) || str_starts(text, S("=")) ||
	    str_eq(str_z(name), S("url")) || str_eq(str_z(name), S("source")))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'z')
			return true;
	return false;
}

static void miss(struct translator *t, struct value element, const char *name, struct value v)
{
	if (t->complete && needs_words(name, v))
		faults_add(t->faults, element, "translation", "%s is not translated.", name);
}

static void replace(struct translator *t, struct value words, struct value element,
		    struct value *map, const char *name)
{
	struct value word = value_get(words, str_z(name));
	struct value own = value_get(*map, str_z(name));
	if (word.kind == VALUE_STRING)
		value_set(t->arena, map, str_z(name), word);
	else
		miss(t, element, name, own);
}

/* Options by their value, columns by their key. */
static void replace_labels(struct translator *t, struct value words, struct value *element,
			   const char *list_name, const char *name_of)
{
	struct value labels = value_get(words, str_z(list_name));
	struct value list = value_get(*element, str_z(list_name));
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++) {
		str name = value_text(value_get(list.items[i], str_z(name_of)));
		struct value label = value_get(labels, name);
		if (list.items[i].kind != VALUE_MAP)
			continue;
		if (label.kind == VALUE_STRING)
			value_set(t->arena, &list.items[i], S("label"), label);
		else
			miss(t, *element, list_name, value_get(list.items[i], S("label")));
	}
}

static void translate_children(struct translator *t, struct value element, int depth);

static void translate_element(struct translator *t, struct value *element, int depth)
{
	str id = value_text(value_get(*element, S("id")));
	struct value words = str_empty(id) ? value_null() : value_get(t->side, id);
	t->used += words.kind != VALUE_NULL;
	for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++)
		replace(t, words, *element, element, PLAIN[i]);
	for (size_t i = 0; i < sizeof NESTED / sizeof *NESTED; i++) {
		struct value part = value_get(*element, str_z(NESTED[i][0]));
		if (part.kind != VALUE_MAP)
			continue;
		replace(t, words, *element, &part, NESTED[i][1]);
		value_set(t->arena, element, str_z(NESTED[i][0]), part);
	}
	replace_labels(t, words, element, "values", "value");
	replace_labels(t, words, element, "columns", "key");
	translate_children(t, *element, depth + 1);
}

static void translate_children(struct translator *t, struct value element, int depth)
{
	struct value list = value_get(element, S("components"));
	for (uint32_t i = 0; depth < FORM_DEPTH_MAX && list.kind == VALUE_LIST && i < list.n; i++)
		if (list.items[i].kind == VALUE_MAP)
			translate_element(t, &list.items[i], depth);
}

static bool has_id(struct value element, str id, int depth)
{
	if (str_eq(value_text(value_get(element, S("id"))), id))
		return true;
	struct value list = value_get(element, S("components"));
	for (uint32_t i = 0; depth < FORM_DEPTH_MAX && list.kind == VALUE_LIST && i < list.n; i++)
		if (has_id(list.items[i], id, depth + 1))
			return true;
	return false;
}

struct value side_apply(struct arena *arena, struct value schema, struct value side, bool complete,
			struct faults *faults)
{
	/* Its maps are changed: they must not be the caller's. */
	schema = value_copy(arena, schema);
	struct translator t = { arena, side, faults, complete, 0 };
	struct value words = value_get(side, S("form"));
	if (value_get(words, S("title")).kind == VALUE_STRING)
		value_set(arena, &schema, S("title"), value_get(words, S("title")));
	translate_children(&t, schema, 0);
	size_t named = side.kind == VALUE_MAP ? side.n : 0;
	for (uint32_t i = 0; t.used < named && i < side.n; i++) {
		str id = side.members[i].key;
		if (!str_eq(id, S("form")) && !has_id(schema, id, 0))
			faults_add(faults, value_null(), "translation",
				   "The side file names \"%.*s\", which the form has not.",
				   STR_ARG(id));
	}
	return schema;
}
