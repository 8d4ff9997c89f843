/* What was posted, over what is known. */
#include "form/check.h"
#include "form/input.h"
#include "form/load.h"
#include "form/options.h"
#include "form/tree.h"

struct reader {
	struct sheet *sheet;
	struct value posted;
	int page;
	struct value typed;    /* name → text to be shown again */
	struct value mistakes; /* name → [msgid, detail] */
	size_t created;        /* items that were not in the data before */
};

static struct value posted_of(struct reader *r, str name, const char *part)
{
	str whole = arena_printf(r->sheet->arena, "%.*s%s", STR_ARG(name), part);
	return value_get(r->posted, whole);
}

/* The last of several values. */
static str posted_text(struct reader *r, str name, const char *part)
{
	struct value v = posted_of(r, name, part);
	return value_text(v.kind == VALUE_LIST && v.n ? v.items[v.n - 1] : v);
}

static bool was_posted(struct reader *r, str name, const char *part)
{
	return posted_of(r, name, part).kind != VALUE_NULL;
}

static void keep(struct reader *r, str name, str text)
{
	value_set(r->sheet->arena, &r->typed, name, value_str(text));
}

static void mistake(struct reader *r, str name, const char *msgid, str detail)
{
	struct value pair = value_list();
	value_push(r->sheet->arena, &pair, value_str(str_z(msgid)));
	value_push(r->sheet->arena, &pair, value_str(detail));
	value_set(r->sheet->arena, &r->mistakes, name, pair);
}

static void put(struct reader *r, const struct instance *in, struct value v)
{
	tree_set(r->sheet->arena, &r->sheet->data, in->path, v);
}

static void read_text(struct reader *r, const struct instance *in, str name)
{
	bool one_line = in->field->type == FIELD_TEXTFIELD;
	put(r, in, value_str(input_text(r->sheet->arena, posted_text(r, name, ""), one_line)));
}

static void read_number(struct reader *r, const struct instance *in, str name)
{
	str text = str_trim(posted_text(r, name, ""));
	struct decimal d;
	struct value v = value_null();
	if (input_number(r->sheet->arena, text, in->field->decimal_digits == 0, &d)) {
		v = in->field->serialize_to_string ?
			    value_str(decimal_text(r->sheet->arena, d)) :
			    value_decimal(d);
	} else if (!str_empty(text)) {
		keep(r, name, text);
		mistake(r, name, N_("“%s” must be a number, like 12 or 3,5"), S(""));
	}
	put(r, in, v);
}

static void read_one(struct reader *r, const struct instance *in, str name)
{
	str text = posted_text(r, name, "");
	struct value v = value_null();
	struct value options = sheet_options(r->sheet, in->field, in->scope);
	if (!str_empty(text) && !options_find(r->sheet->arena, options, text, &v))
		mistake(r, name, N_("Choose one of the answers offered for “%s”"), S(""));
	put(r, in, v);
}

static void read_many(struct reader *r, const struct instance *in, str name)
{
	struct value posted = posted_of(r, name, ""), kept = value_list(), v;
	struct value options = sheet_options(r->sheet, in->field, in->scope);
	uint32_t n = posted.kind == VALUE_LIST ? posted.n : 1;
	for (uint32_t i = 0; i < n; i++) {
		str text = value_text(posted.kind == VALUE_LIST ? posted.items[i] : posted);
		if (str_empty(text))
			continue;
		if (!options_find(r->sheet->arena, options, text, &v))
			mistake(r, name, N_("Choose one of the answers offered for “%s”"), S(""));
		else if (kept.n < options.n)
			value_push(r->sheet->arena, &kept, v);
	}
	put(r, in, kept);
}

/* --- Days and times --- */

static bool has_date(const struct field *field)
{
	return field->subtype != SUBTYPE_TIME;
}

static bool has_time(const struct field *field)
{
	return field->subtype != SUBTYPE_DATE;
}

static void keep_part(struct reader *r, str name, const char *part)
{
	str whole = arena_printf(r->sheet->arena, "%.*s%s", STR_ARG(name), part);
	keep(r, whole, posted_text(r, name, part));
}

/* A whole date in the first box is as good as three. */
static bool read_days(struct reader *r, str name, int64_t *ret_days)
{
	str day = posted_text(r, name, ".day"), month = posted_text(r, name, ".month");
	str year = posted_text(r, name, ".year"), whole = posted_text(r, name, "");
	if (!str_empty(whole))
		return input_date(whole, ret_days);
	if (str_empty(str_trim(month)) && str_empty(str_trim(year)))
		return input_date(day, ret_days);
	return input_date_parts(day, month, year, ret_days);
}

static bool all_empty(struct reader *r, str name, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!str_empty(str_trim(posted_text(r, name, parts[i]))))
			return false;
	return true;
}

/* Says what is wrong with the parts, all of which are shown again. */
static void refuse_datetime(struct reader *r, str name, const char *msgid, str detail)
{
	static const char *const PARTS[] = { ".day", ".month", ".year", ".time" };
	for (size_t i = 0; i < 4; i++)
		keep_part(r, name, PARTS[i]);
	mistake(r, name, msgid, detail);
}

static void read_datetime(struct reader *r, const struct instance *in, str name)
{
	static const char *const PARTS[] = { "", ".day", ".month", ".year", ".time" };
	const struct field *field = in->field;
	int64_t days = 0;
	int minutes = 0;
	put(r, in, value_null());
	if (all_empty(r, name, PARTS, 5))
		return;
	bool no_date = has_date(field) && all_empty(r, name, PARTS, 4);
	bool no_time = has_time(field) && all_empty(r, name, PARTS + 4, 1);
	if (has_time(field) && !no_time)
		minutes = input_time(posted_text(r, name, ".time"));
	if (has_date(field) && !no_date && !read_days(r, name, &days))
		refuse_datetime(r, name, N_("“%s” must be a real date, like 26/1/2015"), S(""));
	else if (minutes < 0)
		refuse_datetime(r, name, N_("“%s” must be a time, like 14:30"), S(""));
	else if (no_date || no_time)
		refuse_datetime(r, name, N_("“%s” needs both the date and the time"), S(""));
	else if (field->interval && minutes % field->interval)
		refuse_datetime(r, name, N_("“%s” must be a time in steps of %s minutes"),
				arena_printf(r->sheet->arena, "%d", field->interval));
	else
		put(r, in, value_str(time_join(r->sheet, field, days, minutes)));
}

/* --- Files --- */

static bool in_texts(struct value v, str text)
{
	if (v.kind == VALUE_STRING)
		return str_eq(value_text(v), text);
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		if (str_eq(value_text(v.items[i]), text))
			return true;
	return false;
}

static struct value kept_files(struct reader *r, const struct instance *in, str name)
{
	struct value before = tree_get(r->sheet->data, in->path), kept = value_list();
	struct value removed = posted_of(r, name, ".remove");
	for (uint32_t i = 0; before.kind == VALUE_LIST && i < before.n; i++)
		if (!in_texts(removed, value_text(value_get(before.items[i], S("id")))))
			value_push(r->sheet->arena, &kept, before.items[i]);
	return kept;
}

enum { FILES_MAX = 100 };

/* Only what the caller stored counts: a posted text is never a file. */
static void read_files(struct reader *r, const struct instance *in, str name)
{
	struct value posted = posted_of(r, name, ""), files = kept_files(r, in, name);
	bool multiple = value_is_true(sheet_setting(r->sheet, &in->field->multiple, in->scope));
	str accept = sheet_text(r->sheet, in->field->accept, in->scope);
	for (uint32_t i = 0; posted.kind == VALUE_LIST && i < posted.n; i++) {
		struct value file = posted.items[i];
		if (value_get(file, S("id")).kind != VALUE_STRING)
			continue;
		if (!input_accepts(accept, value_text(value_get(file, S("name"))),
				   value_text(value_get(file, S("type"))))) {
			mistake(r, name, N_("The file for “%s” must be of one of these kinds: %s"),
				accept);
			continue;
		}
		if (!multiple)
			files = value_list();
		if (files.n < FILES_MAX)
			value_push(r->sheet->arena, &files, file);
	}
	put(r, in, files.n ? files : value_null());
}

/* --- The page --- */

static bool is_on_page(const struct reader *r, const struct field *field)
{
	return r->page == FORM_ALL || field->page == r->page;
}

static bool was_shown(struct reader *r, const struct instance *in, str name)
{
	if (was_posted(r, name, "") || was_posted(r, name, ".?"))
		return true;
	if (in->field->type == FIELD_DATETIME)
		return was_posted(r, name, ".day") || was_posted(r, name, ".time");
	return in->field->type == FIELD_FILEPICKER && was_posted(r, name, ".remove");
}

static void read_instance(struct reader *r, const struct instance *in)
{
	str name = instance_name(r->sheet, in->path);
	if (!was_shown(r, in, name) || sheet_locked(r->sheet, in->field, in->scope))
		return;
	switch (in->field->type) {
	case FIELD_TEXTFIELD:
	case FIELD_TEXTAREA:
		read_text(r, in, name);
		break;
	case FIELD_NUMBER:
		read_number(r, in, name);
		break;
	case FIELD_CHECKBOX:
		put(r, in, value_bool(!str_empty(posted_text(r, name, ""))));
		break;
	case FIELD_RADIO:
	case FIELD_SELECT:
		read_one(r, in, name);
		break;
	case FIELD_CHECKLIST:
	case FIELD_TAGLIST:
		read_many(r, in, name);
		break;
	case FIELD_DATETIME:
		read_datetime(r, in, name);
		break;
	case FIELD_FILEPICKER:
		read_files(r, in, name);
		break;
	default:
		break;
	}
}

static void read_children(struct reader *r, const struct field *parent, struct scope *scope,
			  struct path base);

/* Over all lists of a page: lists in lists must not multiply. */
enum { CREATED_MAX = 2 * FORM_LIST_MAX };

/* A list that may grow or shrink has as many items as the page said it had. */
static void read_list(struct reader *r, const struct field *list, struct scope *scope,
		      struct path path)
{
	struct sheet *sheet = r->sheet;
	str name = instance_name(sheet, path);
	size_t n = sheet_items(sheet, path);
	int64_t told;
	if (list->add_remove && str_int(posted_text(r, name, ".#"), 0, FORM_LIST_MAX, &told)) {
		for (; n < (size_t)told && r->created < CREATED_MAX; n++, r->created++)
			sheet_start_item(sheet, list, path, n);
		struct value *items = (struct value *)tree_find(&sheet->data, path);
		if (items && items->kind == VALUE_LIST)
			items->n = (uint32_t)(n = n < (size_t)told ? n : (size_t)told);
	}
	for (size_t i = 0; i < n; i++) {
		struct scope *item = scope_item(sheet, scope, list, path, i);
		read_children(r, list, item, item->path);
	}
}

static void read_children(struct reader *r, const struct field *parent, struct scope *scope,
			  struct path base)
{
	for (size_t i = 0; i < parent->child_count; i++) {
		const struct field *field = parent->children[i];
		if (!is_on_page(r, field))
			continue;
		struct path path = sheet_path(r->sheet, base, field);
		if (field->type == FIELD_DYNAMICLIST && field->repeating)
			read_list(r, field, scope, path);
		else if (field_is(field, TYPES_CONTAINER))
			read_children(r, field, scope, path);
		else if (field_is(field, TYPES_INPUT))
			read_instance(r, &(struct instance){ field, scope, path });
	}
}

/* --- Buttons --- */

/* The path of a list that may change its length, as text; NULL where there is none. */
static const struct field *find_list(struct reader *r, str text, struct path *ret_path)
{
	const struct field *found = NULL;
	struct path path = { ARENA_ARRAY(r->sheet->arena, struct step, text.n + 1), 0 };
	for (str part; str_next(&text, '.', &part);) {
		int64_t index;
		bool is_index = str_int(part, 0, FORM_LIST_MAX, &index);
		path.steps[path.n++] = is_index ?
					       (struct step){ .index = (uint32_t)index,
							      .is_index = true } :
					       (struct step){ .key = part };
	}
	struct path bare = { ARENA_ARRAY(r->sheet->arena, struct step, path.n + 1), 0 };
	for (size_t i = 0; i < path.n; i++)
		if (!path.steps[i].is_index)
			bare.steps[bare.n++] = path.steps[i];
	const struct field *f = field_next(&r->sheet->form->root);
	for (; f && !found; f = field_next(f))
		if (f->type == FIELD_DYNAMICLIST && f->add_remove && is_on_page(r, f) &&
		    path_eq(field_full_path(r->sheet->arena, f), bare))
			found = f;
	*ret_path = path;
	const struct value *v = tree_find(&r->sheet->data, path);
	return v && v->kind == VALUE_LIST ? found : NULL;
}

static bool add_item(struct reader *r, str *ret_anchor)
{
	struct path path;
	str text = posted_text(r, S("form.add"), "");
	const struct field *list = str_empty(text) ? NULL : find_list(r, text, &path);
	size_t n = list ? sheet_items(r->sheet, path) : 0;
	if (!list || n >= FORM_LIST_MAX)
		return !str_empty(text);
	sheet_start_item(r->sheet, list, path, n);
	*ret_anchor = instance_anchor(r->sheet, path_index(r->sheet->arena, path, n));
	return true;
}

static bool remove_item(struct reader *r, str *ret_anchor)
{
	struct path path;
	int64_t index = -1;
	str text = posted_text(r, S("form.remove"), "");
	if (str_empty(text))
		return false;
	size_t dot = text.n;
	while (dot > 0 && text.p[dot - 1] != '.')
		dot--;
	if (dot == 0 || !str_int(str_slice(text, dot, text.n), 0, FORM_LIST_MAX, &index) ||
	    !find_list(r, str_slice(text, 0, dot - 1), &path))
		return true;
	struct value *list = (struct value *)tree_find(&r->sheet->data, path);
	if (index >= list->n)
		return true;
	list->n--;
	memmove(list->items + index, list->items + index + 1,
		(list->n - (size_t)index) * sizeof *list->items);
	*ret_anchor = instance_anchor(r->sheet, path);
	return true;
}

static bool change_page(struct reader *r, str *ret_anchor)
{
	return add_item(r, ret_anchor) || remove_item(r, ret_anchor) ||
	       was_posted(r, S("form.update"), "");
}

static void check_page(struct reader *r, struct value *errors)
{
	struct sheet *sheet = r->sheet;
	for (size_t i = 0; i < sheet->shown_count; i++) {
		const struct instance *in = &sheet->shown[i];
		if (!is_on_page(r, in->field) || !sheet_asked(sheet, in->field))
			continue;
		struct value wrong = value_get(r->mistakes, instance_name(sheet, in->path));
		if (wrong.kind == VALUE_LIST)
			check_add(sheet, in, errors, value_text(wrong.items[0]).p,
				  value_text(wrong.items[1]));
		else
			check_instance(sheet, in, errors);
	}
}

void form_read(const struct form *form, int page, struct value posted, struct value data,
	       struct form_env *env, struct form_result *ret_result)
{
	struct sheet sheet;
	sheet_init(&sheet, form, data, env);
	struct reader r = { .sheet = &sheet,
			    .posted = posted,
			    .page = page,
			    .typed = value_map(),
			    .mistakes = value_map() };
	read_children(&r, &form->root, &sheet.top, (struct path){ 0 });
	*ret_result = (struct form_result){ .errors = value_list() };
	bool changes = change_page(&r, &ret_result->anchor);
	sheet_settle(&sheet);
	if (page == FORM_ALL && !changes)
		sheet_presubmit(&sheet);
	if (changes)
		ret_result->action = FORM_CHANGE;
	else
		check_page(&r, &ret_result->errors);
	ret_result->data = sheet.seen;
	ret_result->submission = sheet_submission(&sheet);
	ret_result->typed = r.typed;
}
