/* Elements that only show something. */
#include "form/markup.h"
#include "form/options.h"

enum { ROWS_MAX = 500, COLUMNS_MAX = 50 };

/* Without a Markdown renderer: paragraphs, as typed. */
static void put_paragraphs(struct markup *m, str text)
{
	while (!str_empty(str_trim(text))) {
		size_t end = str_find(text, S("\n\n"));
		str part = str_trim(str_slice(text, 0, end));
		text = end == SIZE_MAX ? S("") : str_slice(text, end + 2, text.n);
		if (str_empty(part))
			continue;
		put(m, "<p class=\"govuk-body\">");
		put_text(m, part);
		put(m, "</p>\n");
	}
}

static void put_markdown(struct markup *m, str text)
{
	struct form_env *env = m->sheet->env;
	if (str_empty(str_trim(text)))
		return;
	put(m, "<div class=\"m-prose\">\n");
	if (env->markdown)
		buf_str(&m->out, env->markdown(m->sheet->arena, text).s);
	else
		put_paragraphs(m, text);
	put(m, "</div>\n");
}

static void put_designed(struct markup *m, str text)
{
	put(m, "<div class=\"m-prose\">\n");
	buf_str(&m->out, sanitize_html(m->sheet->arena, text).s);
	put(m, "</div>\n");
}

static void put_image(struct markup *m, const struct field *field, struct scope *scope)
{
	str source = str_trim(sheet_text(m->sheet, field->text, scope));
	if (!is_safe_image(source))
		return;
	put(m, "<p class=\"govuk-body\"><img class=\"m-form-image\"");
	put_attribute(m, "src", source);
	put(m, " alt=\"");
	put_text(m, sheet_text(m->sheet, field->alt, scope));
	put(m, "\"></p>\n");
}

/* --- Tables --- */

static bool is_column(struct value v)
{
	return value_get(v, S("label")).kind == VALUE_STRING &&
	       value_get(v, S("key")).kind == VALUE_STRING;
}

static struct value columns_of(struct markup *m, const struct field *field, struct scope *scope)
{
	struct value columns = sheet_setting(m->sheet, &field->columns_expression, scope);
	bool computed = columns.kind == VALUE_LIST;
	for (uint32_t i = 0; computed && i < columns.n; i++)
		computed = is_column(columns.items[i]);
	return computed ? columns : field->columns;
}

static str cell_text(struct markup *m, struct value v)
{
	if (v.kind == VALUE_LIST || v.kind == VALUE_MAP) {
		struct buf out = { .arena = m->sheet->arena };
		json_write(&out, v);
		return buf_view(&out);
	}
	return feel_to_string(m->sheet->arena, v);
}

static void put_cells(struct markup *m, struct value columns, struct value row)
{
	put(m, "<tr class=\"govuk-table__row\">\n");
	for (uint32_t i = 0; i < columns.n && i < COLUMNS_MAX; i++) {
		str key = value_text(value_get(columns.items[i], S("key")));
		put(m, "<td class=\"govuk-table__cell\">");
		put_text(m, cell_text(m, value_get(row, key)));
		put(m, "</td>\n");
	}
	put(m, "</tr>\n");
}

static void put_heads(struct markup *m, struct value columns)
{
	put(m, "<thead class=\"govuk-table__head\">\n<tr class=\"govuk-table__row\">\n");
	for (uint32_t i = 0; i < columns.n && i < COLUMNS_MAX; i++) {
		put(m, "<th scope=\"col\" class=\"govuk-table__header\">");
		put_text(m, value_text(value_get(columns.items[i], S("label"))));
		put(m, "</th>\n");
	}
	put(m, "</tr>\n</thead>\n");
}

void put_table(struct markup *m, const struct field *field, struct scope *scope)
{
	struct value columns = columns_of(m, field, scope);
	struct value rows = sheet_setting(m->sheet, &field->data_source, scope);
	str label = sheet_label(m->sheet, field, scope);
	uint32_t n = rows.kind == VALUE_LIST ? rows.n : 0;
	/* Wide tables are moved sideways by themselves, by keyboard too. */
	put(m, "<section class=\"m-scroll\" tabindex=\"0\" aria-label=\"");
	if (label.n)
		put_text(m, label);
	else
		put_words(m, N_("Table"));
	put(m, "\">\n<table class=\"govuk-table\">\n");
	if (label.n) {
		put(m, "<caption class=\"govuk-table__caption govuk-table__caption--m\">");
		put_text(m, label);
		put(m, "</caption>\n");
	}
	if (columns.kind == VALUE_LIST && columns.n)
		put_heads(m, columns);
	put(m, "<tbody class=\"govuk-table__body\">\n");
	for (uint32_t i = 0; i < n && i < ROWS_MAX && columns.kind == VALUE_LIST; i++)
		if (rows.items[i].kind != VALUE_NULL)
			put_cells(m, columns, rows.items[i]);
	put(m, "</tbody>\n</table>\n</section>\n");
	if (n == 0 || columns.kind != VALUE_LIST || columns.n == 0) {
		put(m, "<p class=\"govuk-body\">");
		put_words(m, N_("Nothing to show."));
		put(m, "</p>\n");
	}
}

/* --- Documents and pages elsewhere --- */

static void put_link(struct markup *m, str address, str text)
{
	put(m, "<a class=\"govuk-link\"");
	put_attribute(m, "href", address);
	put(m, " rel=\"noopener noreferrer\">");
	put_text(m, text);
	put(m, "</a>");
}

static void put_document(struct markup *m, struct value document)
{
	str name = value_text(value_path(document, S("metadata.fileName")));
	str id = value_text(value_get(document, S("id")));
	str address = value_text(value_get(document, S("endpoint")));
	if (m->show->file_base.n && id.n)
		address = arena_printf(m->sheet->arena, "%.*s%.*s", STR_ARG(m->show->file_base),
				       STR_ARG(id));
	name = name.n ? name : value_text(value_get(document, S("name")));
	if (str_empty(name))
		return;
	put(m, "<li>");
	if (is_safe_address(address))
		put_link(m, address, name);
	else
		put_text(m, name);
	put(m, "</li>\n");
}

static void put_documents(struct markup *m, const struct field *field, struct scope *scope)
{
	struct value list = sheet_setting(m->sheet, &field->data_source, scope);
	str label = sheet_label(m->sheet, field, scope);
	if (label.n) {
		put(m, "<p class=\"govuk-body govuk-!-font-weight-bold\">");
		put_text(m, label);
		put(m, "</p>\n");
	}
	put(m, "<ul class=\"govuk-list\">\n");
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n && i < ROWS_MAX; i++)
		put_document(m, list.items[i]);
	put(m, "</ul>\n");
}

static void put_elsewhere(struct markup *m, const struct field *field, struct scope *scope)
{
	str address = str_trim(sheet_text(m->sheet, field->text, scope));
	str label = sheet_label(m->sheet, field, scope);
	if (!is_safe_address(address))
		return;
	put(m, "<p class=\"govuk-body\">");
	put_link(m, address, label.n ? label : address);
	put(m, "</p>\n");
}

static void put_button(struct markup *m, const struct field *field, struct scope *scope)
{
	if (!m->show->buttons || m->show->read_only)
		return;
	put(m, field->resets ?
		       "<button type=\"reset\" class=\"govuk-button govuk-button--secondary\"" :
		       "<button type=\"submit\" class=\"govuk-button\"");
	put_id(m, str_of("form-button-", 12),
	       arena_printf(m->sheet->arena, "%zu", field->number).p);
	put(m, ">");
	str label = sheet_label(m->sheet, field, scope);
	if (label.n)
		put_text(m, label);
	else
		put_words(m, N_("Continue"));
	put(m, "</button>\n");
}

void put_presentation(struct markup *m, const struct field *field, struct scope *scope)
{
	switch (field->type) {
	case FIELD_TEXT:
		put_markdown(m, sheet_text(m->sheet, field->text, scope));
		break;
	case FIELD_HTML:
		put_designed(m, feelers_markup(field->text, m->sheet->arena,
					  scope_feel(m->sheet, scope), &m->sheet->feel));
		break;
	case FIELD_IMAGE:
		put_image(m, field, scope);
		break;
	case FIELD_TABLE:
		put_table(m, field, scope);
		break;
	case FIELD_DOCUMENT:
		put_documents(m, field, scope);
		break;
	case FIELD_IFRAME:
		put_elsewhere(m, field, scope);
		break;
	case FIELD_SEPARATOR:
		put(m, "<hr class=\"govuk-section-break govuk-section-break--m "
		       "govuk-section-break--visible\">\n");
		break;
	case FIELD_BUTTON:
		put_button(m, field, scope);
		break;
	case FIELD_UNKNOWN:
		put(m, "<div class=\"govuk-inset-text\">");
		put_words(m, N_("This part of the form cannot be shown here."));
		put(m, "</div>\n");
		break;
	default:
		break;
	}
}
