/* A page of a form, container by container. */
#include "form/markup.h"
#include "form/load.h"
#include "form/tree.h"

static str error_of(struct markup *m, str name)
{
	struct value errors = m->show->errors;
	for (uint32_t i = 0; errors.kind == VALUE_LIST && i < errors.n; i++)
		if (str_eq(value_text(value_get(errors.items[i], S("name"))), name))
			return value_text(value_get(errors.items[i], S("message")));
	return S("");
}

static void put_input(struct markup *m, const struct field *field, struct scope *scope,
		      struct path path)
{
	struct control c = {
		.field = field,
		.scope = scope,
		.path = path,
		.value = tree_get(m->sheet->data, path),
		.name = instance_name(m->sheet, path),
		.id = instance_anchor(m->sheet, path),
		.label = sheet_label(m->sheet, field, scope),
		.hint = sheet_text(m->sheet, field->description, scope),
		.locked = sheet_locked(m->sheet, field, scope),
	};
	c.error = error_of(m, c.name);
	static void (*const WRITERS[FIELD_UNKNOWN + 1])(struct markup *,
							const struct control *) = {
		[FIELD_TEXTFIELD] = put_textfield,  [FIELD_TEXTAREA] = put_textarea,
		[FIELD_NUMBER] = put_textfield,     [FIELD_DATETIME] = put_datetime,
		[FIELD_FILEPICKER] = put_filepicker, [FIELD_CHECKBOX] = put_checkbox,
		[FIELD_RADIO] = put_radios,         [FIELD_CHECKLIST] = put_checkboxes,
		[FIELD_TAGLIST] = put_checkboxes,   [FIELD_SELECT] = put_select,
	};
	if (WRITERS[field->type])
		WRITERS[field->type](m, &c);
}

static void put_children(struct markup *m, const struct field *parent, struct scope *scope,
			 struct path base);

static void put_legend(struct markup *m, str text, const char *size)
{
	put(m, "<legend class=\"govuk-fieldset__legend govuk-fieldset__legend--");
	put(m, size);
	put(m, "\">");
	put_text(m, text);
	put(m, "</legend>\n");
}

static void put_group(struct markup *m, const struct field *field, struct scope *scope,
		      struct path path)
{
	str label = sheet_label(m->sheet, field, scope);
	bool framed = label.n && !(m->whole_page && !field->parent->parent);
	if (framed) {
		put(m, "<fieldset class=\"govuk-fieldset m-form-group\">\n");
		put_legend(m, label, "m");
	}
	put_children(m, field, scope, path);
	if (framed)
		put(m, "</fieldset>\n");
}

/* --- Dynamic lists --- */

static void put_list_button(struct markup *m, const char *name, str value, const char *words,
			    str hidden)
{
	put(m, "<button type=\"submit\" class=\"govuk-button govuk-button--secondary\" name=\"");
	put(m, name);
	put(m, "\"");
	put_attribute(m, "value", value);
	put(m, " formnovalidate>");
	put_words(m, words);
	if (hidden.n) {
		put(m, "<span class=\"govuk-visually-hidden\">: ");
		put_text(m, hidden);
		put(m, "</span>");
	}
	put(m, "</button>\n");
}

static str numbered(struct markup *m, str label, size_t i)
{
	if (label.n)
		return arena_printf(m->sheet->arena, "%.*s %zu", STR_ARG(label), i + 1);
	return arena_printf(m->sheet->arena, ctx_text(m->sheet->env->ctx, N_("Item %zu")), i + 1);
}

static void put_list_item(struct markup *m, const struct field *field, struct scope *item,
			  str title)
{
	put(m, "<fieldset class=\"govuk-fieldset m-form-list__item\" tabindex=\"-1\"");
	put_id(m, instance_anchor(m->sheet, item->path), "");
	put(m, ">\n");
	put_legend(m, title, "s");
	put_children(m, field, item, item->path);
	if (field->add_remove && !m->show->read_only)
		put_list_button(m, "form.remove", path_text(m->sheet->arena, "", item->path),
				N_("Remove"), title);
	put(m, "</fieldset>\n");
}

static void put_list(struct markup *m, const struct field *field, struct scope *scope,
		     struct path path)
{
	str label = sheet_label(m->sheet, field, scope);
	size_t n = sheet_items(m->sheet, path);
	bool may_change = field->add_remove && !m->show->read_only;
	/* A fieldset without a legend would say nothing but "group". */
	put(m, label.n ? "<fieldset class=\"govuk-fieldset m-form-list\" tabindex=\"-1\"" :
			 "<div class=\"m-form-list\" tabindex=\"-1\"");
	put_id(m, instance_anchor(m->sheet, path), "");
	put(m, ">\n");
	if (label.n)
		put_legend(m, label, "m");
	if (may_change) {
		put(m, "<input type=\"hidden\"");
		put_attribute(m, "name", arena_printf(m->sheet->arena, "%.*s.#",
						      STR_ARG(instance_name(m->sheet, path))));
		put_attribute(m, "value", arena_printf(m->sheet->arena, "%zu", n));
		put(m, ">\n");
	}
	for (size_t i = 0; i < n; i++)
		put_list_item(m, field, scope_item(m->sheet, scope, field, path, i),
			      numbered(m, label, i));
	if (may_change && n < FORM_LIST_MAX)
		put_list_button(m, "form.add", path_text(m->sheet->arena, "", path),
				N_("Add another"), label);
	put(m, label.n ? "</fieldset>\n" : "</div>\n");
}

static void put_field(struct markup *m, const struct field *field, struct scope *scope,
		      struct path base)
{
	if (!sheet_asked(m->sheet, field) || sheet_hidden(m->sheet, field, scope))
		return;
	struct path path = sheet_path(m->sheet, base, field);
	if (field->type == FIELD_DYNAMICLIST && field->repeating)
		put_list(m, field, scope, path);
	else if (field_is(field, TYPES_CONTAINER))
		put_group(m, field, scope, path);
	else if (field_is(field, TYPES_INPUT))
		put_input(m, field, scope, path);
	else
		put_presentation(m, field, scope);
}

/* A page ends before it could fill the memory: a form with lists in lists in lists. */
enum { PAGE_BYTES = 8 << 20 };

static void put_children(struct markup *m, const struct field *parent, struct scope *scope,
			 struct path base)
{
	for (size_t i = 0; i < parent->child_count && m->out.n < PAGE_BYTES; i++) {
		const struct field *field = parent->children[i];
		if (m->show->page == FORM_ALL || field->page == m->show->page)
			put_field(m, field, scope, base);
	}
}

static bool on_page(const struct markup *m, const struct field *field)
{
	return (m->show->page == FORM_ALL || field->page == m->show->page) &&
	       sheet_asked(m->sheet, field);
}

/* Whether what is shown may change with what is answered on the page. */
static bool moves(const struct markup *m)
{
	const struct field *f = field_next(&m->sheet->form->root);
	for (; f; f = field_next(f))
		if (on_page(m, f) && f->moves)
			return true;
	return false;
}

static bool has_lists(const struct markup *m)
{
	const struct field *f = field_next(&m->sheet->form->root);
	for (; f; f = field_next(f))
		if (on_page(m, f) && f->type == FIELD_DYNAMICLIST && f->add_remove)
			return true;
	return false;
}

html form_html(const struct form *form, const struct form_show *show, struct form_env *env)
{
	struct sheet sheet;
	sheet_init(&sheet, form, show->data, env);
	sheet.everything_read_only = show->read_only;
	struct markup m = { .sheet = &sheet,
			    .show = show,
			    .out = { .arena = env->ctx->arena },
			    .whole_page = show->page != FORM_ALL };
	/* The Enter key presses the first button of a form, which must not be "Remove". */
	if (!show->read_only && has_lists(&m))
		put(&m, "<button type=\"submit\" class=\"govuk-visually-hidden\" tabindex=\"-1\" "
			"aria-hidden=\"true\">&#8203;</button>\n");
	put_children(&m, &form->root, &sheet.top, (struct path){ 0 });
	if (!show->read_only && moves(&m))
		put_list_button(&m, "form.update", S("1"), N_("Update this page"), S(""));
	return (html){ buf_view(&m.out) };
}

html form_errors_html(struct value errors, struct form_env *env)
{
	struct sheet sheet = { .env = env, .arena = env->ctx->arena };
	struct markup m = { .sheet = &sheet, .out = { .arena = env->ctx->arena } };
	if (errors.kind != VALUE_LIST || errors.n == 0)
		return (html){ S("") };
	put(&m, "<div class=\"govuk-error-summary\" tabindex=\"-1\" "
		"data-module=\"govuk-error-summary\">\n"
		"<div role=\"alert\">\n<h2 class=\"govuk-error-summary__title\">");
	put_words(&m, N_("There is a problem"));
	put(&m, "</h2>\n<div class=\"govuk-error-summary__body\">\n"
		"<ul class=\"govuk-list govuk-error-summary__list\">\n");
	for (uint32_t i = 0; i < errors.n; i++) {
		put(&m, "<li><a href=\"#");
		put_text(&m, value_text(value_get(errors.items[i], S("anchor"))));
		put(&m, "\">");
		put_text(&m, value_text(value_get(errors.items[i], S("message"))));
		put(&m, "</a></li>\n");
	}
	put(&m, "</ul>\n</div>\n</div>\n</div>\n");
	return (html){ buf_view(&m.out) };
}
