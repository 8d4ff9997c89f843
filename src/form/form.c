/* Opening and checking a form as a whole, and its pages. */
#include "form/check.h"
#include "form/tree.h"

struct value sheet_submission(struct sheet *sheet)
{
	struct value submission = value_map();
	for (size_t i = 0; i < sheet->shown_count; i++) {
		const struct instance *in = &sheet->shown[i];
		const struct value *v = tree_find(&sheet->data, in->path);
		if (v && !in->field->disabled)
			tree_set(sheet->arena, &submission, in->path, value_copy(sheet->arena, *v));
	}
	return submission;
}

struct value form_start(const struct form *form, struct value given, struct form_env *env)
{
	struct sheet sheet;
	sheet_init(&sheet, form, given, env);
	return sheet.seen;
}

void form_check(const struct form *form, struct value data, struct form_env *env,
		struct form_result *ret_result)
{
	struct sheet sheet;
	sheet_init(&sheet, form, data, env);
	sheet_presubmit(&sheet);
	*ret_result = (struct form_result){ .errors = value_list(), .typed = value_map() };
	for (size_t i = 0; i < sheet.shown_count; i++)
		check_instance(&sheet, &sheet.shown[i], &ret_result->errors);
	ret_result->data = sheet.seen;
	ret_result->submission = sheet_submission(&sheet);
}

/* --- Pages --- */

struct page_state {
	bool visible, filled;
	str title, id;
};

/* A page is to be shown when something of it is. */
static bool shows_anything(struct sheet *sheet, int page)
{
	for (size_t i = 0; i < sheet->form->root.child_count; i++) {
		const struct field *field = sheet->form->root.children[i];
		if (field->page == page &&
		    field_is(field, TYPES_CONTAINER | (TYPES_INPUT & ~TYPE(EXPRESSION))) &&
		    !sheet_hidden(sheet, field, &sheet->top))
			return true;
	}
	return false;
}

static struct page_state page_state(struct sheet *sheet, int page)
{
	struct page_state state = { .filled = true };
	state.visible = sheet->form->page_count == 1 || shows_anything(sheet, page);
	for (size_t i = 0; i < sheet->form->root.child_count; i++) {
		const struct field *field = sheet->form->root.children[i];
		if (field->page != page || !field_is(field, TYPES_CONTAINER | TYPES_INPUT))
			continue;
		state.id = field->id;
		if (field->type == FIELD_GROUP)
			state.title = sheet_label(sheet, field, &sheet->top);
		break;
	}
	if (str_empty(state.title))
		state.title = sheet->form->title;
	for (size_t i = 0; i < sheet->shown_count && state.filled; i++) {
		struct value errors = value_list();
		if (sheet->shown[i].field->page == page)
			check_instance(sheet, &sheet->shown[i], &errors);
		state.filled = errors.n == 0;
	}
	return state;
}

struct value form_pages(const struct form *form, struct value data, struct form_env *env)
{
	struct sheet sheet;
	sheet_init(&sheet, form, data, env);
	struct value pages = value_list();
	for (size_t i = 0; i < form->page_count; i++) {
		struct page_state state = page_state(&sheet, (int)i);
		struct value page = value_map();
		value_append(sheet.arena, &page, S("index"), value_int((int64_t)i));
		value_append(sheet.arena, &page, S("id"), value_str(state.id));
		value_append(sheet.arena, &page, S("title"), value_str(state.title));
		value_append(sheet.arena, &page, S("visible"), value_bool(state.visible));
		value_append(sheet.arena, &page, S("filled"), value_bool(state.filled));
		value_push(sheet.arena, &pages, page);
	}
	return pages;
}

static int step_page(const struct form *form, int page, int step, struct value data,
		     struct form_env *env)
{
	struct sheet sheet;
	sheet_init(&sheet, form, data, env);
	for (page += step; page >= 0 && page < (int)form->page_count; page += step)
		if (form->page_count == 1 || shows_anything(&sheet, page))
			return page;
	return FORM_ALL;
}

int form_page_next(const struct form *form, int page, struct value data, struct form_env *env)
{
	return step_page(form, page < 0 ? -1 : page, 1, data, env);
}

int form_page_previous(const struct form *form, int page, struct value data, struct form_env *env)
{
	int last = (int)form->page_count;
	return step_page(form, page < 0 || page > last ? last : page, -1, data, env);
}

bool form_file_field(const struct form *form, str name, struct value data, struct form_env *env,
		     struct form_file_rule *ret_rule)
{
	struct sheet sheet;
	sheet_init(&sheet, form, data, env);
	for (size_t i = 0; i < sheet.shown_count; i++) {
		const struct instance *in = &sheet.shown[i];
		if (in->field->type != FIELD_FILEPICKER ||
		    !str_eq(instance_name(&sheet, in->path), name) ||
		    sheet_locked(&sheet, in->field, in->scope))
			continue;
		ret_rule->accept = sheet_text(&sheet, in->field->accept, in->scope);
		ret_rule->multiple = value_is_true(
			sheet_setting(&sheet, &in->field->multiple, in->scope));
		return true;
	}
	return false;
}
