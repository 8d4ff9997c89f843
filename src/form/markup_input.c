/* Fields that are typed into, and files. */
#include "form/input.h"
#include "form/markup.h"
#include "form/options.h"

/* Attributes every box has. Read-only boxes can be reached and copied from, disabled ones not. */
static void put_box(struct markup *m, const struct control *c)
{
	put_described_by(m, c);
	put(m, c->field->disabled ? " disabled" : c->locked ? " readonly" : "");
	put(m, c->error.n ? " aria-invalid=\"true\"" : "");
	put(m, c->field->validate.required ? " aria-required=\"true\"" : "");
}

/* "10" of properties.width: how many characters are expected. */
static void put_width(struct markup *m, const struct control *c, const char *otherwise)
{
	static const char *const WIDTHS[] = { "2", "3", "4", "5", "10", "20", "30" };
	str width = hint_setting(c->field, "width");
	const char *use = otherwise;
	for (size_t i = 0; i < sizeof WIDTHS / sizeof *WIDTHS; i++)
		if (str_eq(width, str_z(WIDTHS[i])))
			use = WIDTHS[i];
	if (*use) {
		put(m, " govuk-input--width-");
		put(m, use);
	}
}

static void put_adorner(struct markup *m, const struct feelers *t, struct scope *scope,
			const char *class)
{
	str text = sheet_text(m->sheet, t, scope);
	if (str_empty(text))
		return;
	put(m, "<div class=\"");
	put(m, class);
	put(m, "\" aria-hidden=\"true\">");
	put_text(m, text);
	put(m, "</div>\n");
}

/* What helps the person: the keyboard their telephone shows, what their browser knows. */
static void put_help(struct markup *m, const struct control *c)
{
	const struct field *field = c->field;
	str mode = hint_setting(field, "inputmode"), spell = hint_setting(field, "spellcheck");
	str complete = hint_setting(field, "autocomplete");
	const char *type = "text";
	if (field->type == FIELD_NUMBER) {
		mode = field->decimal_digits == 0 ? S("numeric") : S("decimal");
		spell = S("false");
	} else if (field->validate.preset == PRESET_EMAIL) {
		type = "email";
		spell = S("false");
		complete = complete.n ? complete : S("email");
	} else if (field->validate.preset == PRESET_PHONE) {
		type = "tel";
		complete = complete.n ? complete : S("tel");
	}
	put_attribute(m, "type", str_z(type));
	put_attribute(m, "inputmode", mode);
	put_attribute(m, "spellcheck", spell);
	put_attribute(m, "autocomplete", complete);
}

static str shown_text(struct markup *m, const struct control *c)
{
	bool plain = c->value.kind == VALUE_STRING || c->value.kind == VALUE_NUMBER;
	str text = plain ? option_text(m->sheet->arena, c->value) : S("");
	return typed_or(m, c->name, "", text);
}

void put_textfield(struct markup *m, const struct control *c)
{
	bool adorned = c->field->prefix || c->field->suffix;
	put_group_start(m, c);
	put_label(m, c);
	put_hint_and_error(m, c);
	if (adorned)
		put(m, "<div class=\"govuk-input__wrapper\">\n");
	put_adorner(m, c->field->prefix, c->scope, "govuk-input__prefix");
	put(m, "<input class=\"govuk-input");
	put_width(m, c, c->field->type == FIELD_NUMBER ? "10" : "");
	put(m, c->error.n ? " govuk-input--error\"" : "\"");
	put_id(m, c->id, "");
	put_attribute(m, "name", c->name);
	put_help(m, c);
	put_attribute(m, "value", shown_text(m, c));
	put_box(m, c);
	put(m, ">\n");
	put_adorner(m, c->field->suffix, c->scope, "govuk-input__suffix");
	put(m, adorned ? "</div>\n</div>\n" : "</div>\n");
}

void put_textarea(struct markup *m, const struct control *c)
{
	put_group_start(m, c);
	put_label(m, c);
	put_hint_and_error(m, c);
	put(m, c->error.n ? "<textarea class=\"govuk-textarea govuk-textarea--error\"" :
			    "<textarea class=\"govuk-textarea\"");
	put_id(m, c->id, "");
	put_attribute(m, "name", c->name);
	put(m, " rows=\"5\"");
	put_attribute(m, "autocomplete", hint_setting(c->field, "autocomplete"));
	put_box(m, c);
	/* A line break that comes first would be swallowed by the browser. */
	put(m, ">\n");
	put_text(m, shown_text(m, c));
	put(m, "</textarea>\n</div>\n");
}

/* --- Days and times --- */

static void put_date_part(struct markup *m, const struct control *c, const char *part,
			  const char *words, str value)
{
	bool year = strcmp(part, "year") == 0;
	str dotted = arena_printf(m->sheet->arena, ".%s", part);
	put(m, "<div class=\"govuk-date-input__item\">\n<div class=\"govuk-form-group\">\n"
	       "<label class=\"govuk-label govuk-date-input__label\" for=\"");
	put_text(m, c->id);
	put(m, "-");
	put(m, part);
	put(m, "\">");
	put_words(m, words);
	put(m, "</label>\n<input class=\"govuk-input govuk-date-input__input govuk-input--width-");
	put(m, year ? "4" : "2");
	put(m, c->error.n ? " govuk-input--error\"" : "\"");
	put_id(m, c->id, arena_printf(m->sheet->arena, "-%s", part).p);
	put_attribute(m, "name", arena_printf(m->sheet->arena, "%.*s.%s", STR_ARG(c->name), part));
	put(m, " type=\"text\" inputmode=\"numeric\"");
	if (str_eq(hint_setting(c->field, "autocomplete"), S("bday")))
		put_attribute(m, "autocomplete", arena_printf(m->sheet->arena, "bday-%s", part));
	put_attribute(m, "value", typed_or(m, c->name, dotted.p, value));
	put(m, c->field->disabled ? " disabled" : c->locked ? " readonly" : "");
	put(m, c->error.n ? " aria-invalid=\"true\"" : "");
	put(m, ">\n</div>\n</div>\n");
}

static str number_text(struct markup *m, bool there, int n)
{
	return there ? arena_printf(m->sheet->arena, "%d", n) : S("");
}

static void put_date(struct markup *m, const struct control *c, bool there, int64_t days)
{
	int32_t year = 0;
	int month = 0, day = 0;
	if (there)
		civil_of_days(days, &year, &month, &day);
	put(m, "<div class=\"govuk-date-input\"");
	put_id(m, c->id, "");
	put(m, ">\n");
	put_date_part(m, c, "day", N_("Day"), number_text(m, there, day));
	put_date_part(m, c, "month", N_("Month"), number_text(m, there, month));
	put_date_part(m, c, "year", N_("Year"), number_text(m, there, year));
	put(m, "</div>\n");
}

static void put_time_box(struct markup *m, const struct control *c, bool there, int minutes)
{
	str text = there ? arena_printf(m->sheet->arena, "%02d:%02d", minutes / 60, minutes % 60) :
			   S("");
	put(m, "<input class=\"govuk-input govuk-input--width-5");
	put(m, c->error.n ? " govuk-input--error\"" : "\"");
	put_id(m, c->id, "-time");
	put_attribute(m, "name", arena_printf(m->sheet->arena, "%.*s.time", STR_ARG(c->name)));
	put(m, " type=\"text\" spellcheck=\"false\"");
	put_attribute(m, "value", typed_or(m, c->name, ".time", text));
	put_box(m, c);
	put(m, ">\n");
}

static void put_time_label(struct markup *m, const struct control *c, str label)
{
	put(m, "<label class=\"govuk-label\" for=\"");
	put_text(m, c->id);
	put(m, "-time\">");
	if (str_empty(label))
		put_words(m, N_("Time"));
	else
		put_text(m, label);
	put(m, "</label>\n");
}

void put_datetime(struct markup *m, const struct control *c)
{
	const struct field *field = c->field;
	int64_t days = 0;
	int minutes = 0;
	bool there = time_split(m->sheet, field, c->value, &days, &minutes);
	if (field->subtype == SUBTYPE_TIME) {
		put_group_start(m, c);
		put_time_label(m, c, c->label);
		put_hint_and_error(m, c);
		put_time_box(m, c, there, minutes);
		put(m, "</div>\n");
		return;
	}
	put_fieldset_start(m, c);
	put_date(m, c, there, days);
	if (field->subtype == SUBTYPE_DATETIME) {
		put_time_label(m, c, sheet_text(m->sheet, field->time_label, c->scope));
		put_time_box(m, c, there, minutes);
	}
	put_fieldset_end(m);
}

/* --- Files --- */

static void put_file_link(struct markup *m, struct value file)
{
	str id = value_text(value_get(file, S("id")));
	str address = arena_printf(m->sheet->arena, "%.*s%.*s", STR_ARG(m->show->file_base),
				   STR_ARG(id));
	bool linked = m->show->file_base.n && is_safe_address(address);
	if (linked) {
		put(m, "<a class=\"govuk-link\"");
		put_attribute(m, "href", address);
		put(m, ">");
	}
	put_text(m, value_text(value_get(file, S("name"))));
	put(m, linked ? "</a>" : "");
}

static void put_remove_box(struct markup *m, const struct control *c, struct value file, uint32_t i)
{
	str id = arena_printf(m->sheet->arena, "%.*s-remove-%u", STR_ARG(c->id), i + 1);
	put(m, "<div class=\"govuk-checkboxes govuk-checkboxes--small\">\n"
	       "<div class=\"govuk-checkboxes__item\">\n"
	       "<input class=\"govuk-checkboxes__input\" type=\"checkbox\"");
	put_id(m, id, "");
	put_attribute(m, "name", arena_printf(m->sheet->arena, "%.*s.remove", STR_ARG(c->name)));
	put_attribute(m, "value", value_text(value_get(file, S("id"))));
	put(m, ">\n<label class=\"govuk-label govuk-checkboxes__label\" for=\"");
	put_text(m, id);
	put(m, "\">");
	put_words(m, N_("Remove this file"));
	put(m, "<span class=\"govuk-visually-hidden\">: ");
	put_text(m, value_text(value_get(file, S("name"))));
	put(m, "</span></label>\n</div>\n</div>\n");
}

void put_filepicker(struct markup *m, const struct control *c)
{
	put_group_start(m, c);
	put_label(m, c);
	put_hint_and_error(m, c);
	if (c->value.kind == VALUE_LIST && c->value.n) {
		put(m, "<ul class=\"govuk-list\">\n");
		for (uint32_t i = 0; i < c->value.n; i++) {
			put(m, "<li>");
			put_file_link(m, c->value.items[i]);
			put(m, "\n");
			if (!c->locked)
				put_remove_box(m, c, c->value.items[i], i);
			put(m, "</li>\n");
		}
		put(m, "</ul>\n");
	}
	put(m, c->error.n ? "<input class=\"govuk-file-upload govuk-file-upload--error\"" :
			    "<input class=\"govuk-file-upload\"");
	put(m, " type=\"file\"");
	put_id(m, c->id, "");
	put_attribute(m, "name", c->name);
	put_attribute(m, "accept", sheet_text(m->sheet, c->field->accept, c->scope));
	if (value_is_true(sheet_setting(m->sheet, &c->field->multiple, c->scope)))
		put(m, " multiple");
	put_described_by(m, c);
	put(m, c->locked ? " disabled" : "");
	put(m, ">\n</div>\n");
}
