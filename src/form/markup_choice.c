/* Fields that are chosen from: boxes to tick, circles, a drop-down list. */
#include "form/markup.h"
#include "form/options.h"
#include "form/tree.h"

/* Tells form_read that the field was on the page although nothing was ticked. */
static void put_marker(struct markup *m, const struct control *c)
{
	if (c->locked)
		return;
	put(m, "<input type=\"hidden\"");
	put(m, " name=\"");
	put_text(m, c->name);
	put(m, ".?\" value=\"\">\n");
}

static void put_state(struct markup *m, const struct control *c, bool on)
{
	put(m, on ? " checked" : "");
	put(m, c->locked ? " disabled" : "");
}

void put_checkbox(struct markup *m, const struct control *c)
{
	put_group_start(m, c);
	if (c->error.n)
		put_hint_and_error(m, &(struct control){ .id = c->id, .error = c->error });
	put_marker(m, c);
	put(m, "<div class=\"govuk-checkboxes\">\n<div class=\"govuk-checkboxes__item\">\n"
	       "<input class=\"govuk-checkboxes__input\" type=\"checkbox\"");
	put_id(m, c->id, "");
	put_attribute(m, "name", c->name);
	put(m, " value=\"true\"");
	put_described_by(m, c);
	put_state(m, c, value_is_true(c->value));
	put(m, ">\n<label class=\"govuk-label govuk-checkboxes__label\" for=\"");
	put_text(m, c->id);
	put(m, "\">");
	put_text(m, c->label);
	put(m, "</label>\n");
	if (c->hint.n) {
		put(m, "<div class=\"govuk-hint govuk-checkboxes__hint\"");
		put_id(m, c->id, "-hint");
		put(m, ">");
		put_text(m, c->hint);
		put(m, "</div>\n");
	}
	put(m, "</div>\n</div>\n</div>\n");
}

struct kind {
	const char *class, *type;
};

static bool is_chosen(const struct control *c, struct value v)
{
	if (c->value.kind != VALUE_LIST)
		return value_eq(c->value, v);
	for (uint32_t i = 0; i < c->value.n; i++)
		if (value_eq(c->value.items[i], v))
			return true;
	return false;
}

/* The first has the field's own id: where links from the error summary lead. */
static void put_item(struct markup *m, const struct control *c, struct kind kind,
		     struct value option, uint32_t i)
{
	str id = i == 0 ? c->id : arena_printf(m->sheet->arena, "%.*s-%u", STR_ARG(c->id), i + 1);
	struct value v = value_get(option, S("value"));
	put(m, "<div class=\"govuk-");
	put(m, kind.class);
	put(m, "__item\">\n<input class=\"govuk-");
	put(m, kind.class);
	put(m, "__input\" type=\"");
	put(m, kind.type);
	put(m, "\"");
	put_id(m, id, "");
	put_attribute(m, "name", c->name);
	put(m, " value=\"");
	put_text(m, option_text(m->sheet->arena, v));
	put(m, "\"");
	put_state(m, c, is_chosen(c, v));
	put(m, ">\n<label class=\"govuk-label govuk-");
	put(m, kind.class);
	put(m, "__label\" for=\"");
	put_text(m, id);
	put(m, "\">");
	put_text(m, value_text(value_get(option, S("label"))));
	put(m, "</label>\n</div>\n");
}

static void put_items(struct markup *m, const struct control *c, struct kind kind)
{
	struct value options = sheet_options(m->sheet, c->field, c->scope);
	put_fieldset_start(m, c);
	put_marker(m, c);
	put(m, "<div class=\"govuk-");
	put(m, kind.class);
	put(m, "\">\n");
	for (uint32_t i = 0; i < options.n; i++)
		put_item(m, c, kind, options.items[i], i);
	put(m, "</div>\n");
	if (options.n == 0) {
		put(m, "<p class=\"govuk-body\"");
		put_id(m, c->id, "");
		put(m, ">");
		put_words(m, N_("There is nothing to choose from yet."));
		put(m, "</p>\n");
	}
	put_fieldset_end(m);
}

void put_radios(struct markup *m, const struct control *c)
{
	put_items(m, c, (struct kind){ "radios", "radio" });
}

void put_checkboxes(struct markup *m, const struct control *c)
{
	put_items(m, c, (struct kind){ "checkboxes", "checkbox" });
}

void put_select(struct markup *m, const struct control *c)
{
	struct value options = sheet_options(m->sheet, c->field, c->scope);
	put_group_start(m, c);
	put_label(m, c);
	put_hint_and_error(m, c);
	put(m, c->error.n ? "<select class=\"govuk-select govuk-select--error\"" :
			    "<select class=\"govuk-select\"");
	put_id(m, c->id, "");
	put_attribute(m, "name", c->name);
	put_attribute(m, "autocomplete", hint_setting(c->field, "autocomplete"));
	put_described_by(m, c);
	put(m, c->error.n ? " aria-invalid=\"true\"" : "");
	put(m, c->locked ? " disabled" : "");
	put(m, ">\n<option value=\"\">");
	put_words(m, N_("Choose"));
	put(m, "</option>\n");
	for (uint32_t i = 0; i < options.n; i++) {
		struct value v = value_get(options.items[i], S("value"));
		put(m, "<option value=\"");
		put_text(m, option_text(m->sheet->arena, v));
		put(m, is_chosen(c, v) ? "\" selected>" : "\">");
		put_text(m, value_text(value_get(options.items[i], S("label"))));
		put(m, "</option>\n");
	}
	put(m, "</select>\n</div>\n");
}
