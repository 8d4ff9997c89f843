#include "form/markup.h"

void put(struct markup *m, const char *literal)
{
	buf_str(&m->out, str_z(literal));
}

static void put_escaped(struct buf *out, str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *entity = s.p[i] == '&'  ? "&amp;" :
				     s.p[i] == '<'  ? "&lt;" :
				     s.p[i] == '>'  ? "&gt;" :
				     s.p[i] == '"'  ? "&quot;" :
				     s.p[i] == '\'' ? "&#39;" :
						      NULL;
		if (!entity)
			continue;
		buf_str(out, str_slice(s, from, i));
		buf_str(out, str_z(entity));
		from = i + 1;
	}
	buf_str(out, str_slice(s, from, s.n));
}

void put_text(struct markup *m, str text)
{
	put_escaped(&m->out, text);
}

void put_words(struct markup *m, const char *msgid)
{
	put_escaped(&m->out, str_z(ctx_text(m->sheet->env->ctx, msgid)));
}

void put_attribute(struct markup *m, const char *name, str value)
{
	if (str_empty(value))
		return;
	buf_byte(&m->out, ' ');
	put(m, name);
	put(m, "=\"");
	put_escaped(&m->out, value);
	buf_byte(&m->out, '"');
}

void put_id(struct markup *m, str id, const char *suffix)
{
	put(m, " id=\"");
	put_escaped(&m->out, id);
	put(m, suffix);
	put(m, "\"");
}

void put_group_start(struct markup *m, const struct control *c)
{
	put(m, c->error.n ? "<div class=\"govuk-form-group govuk-form-group--error\">\n" :
			    "<div class=\"govuk-form-group\">\n");
}

static void put_optional(struct markup *m, const struct control *c)
{
	if (c->field->validate.required || c->locked || c->field->type == FIELD_CHECKBOX)
		return;
	put(m, " ");
	put_words(m, N_("(optional)"));
}

void put_label(struct markup *m, const struct control *c)
{
	put(m, "<label class=\"govuk-label\" for=\"");
	put_text(m, c->id);
	put(m, "\">");
	put_text(m, c->label);
	put_optional(m, c);
	put(m, "</label>\n");
}

void put_hint_and_error(struct markup *m, const struct control *c)
{
	if (c->hint.n) {
		put(m, "<div class=\"govuk-hint\"");
		put_id(m, c->id, "-hint");
		put(m, ">");
		put_text(m, c->hint);
		put(m, "</div>\n");
	}
	if (c->error.n) {
		put(m, "<p class=\"govuk-error-message\"");
		put_id(m, c->id, "-error");
		put(m, "><span class=\"govuk-visually-hidden\">");
		put_words(m, N_("Error:"));
		put(m, "</span> ");
		put_text(m, c->error);
		put(m, "</p>\n");
	}
}

void put_described_by(struct markup *m, const struct control *c)
{
	if (!c->hint.n && !c->error.n)
		return;
	put(m, " aria-describedby=\"");
	if (c->hint.n) {
		put_text(m, c->id);
		put(m, c->error.n ? "-hint " : "-hint");
	}
	if (c->error.n) {
		put_text(m, c->id);
		put(m, "-error");
	}
	put(m, "\"");
}

void put_fieldset_start(struct markup *m, const struct control *c)
{
	put_group_start(m, c);
	put(m, "<fieldset class=\"govuk-fieldset\"");
	put_described_by(m, c);
	put(m, ">\n<legend class=\"govuk-fieldset__legend\">");
	put_text(m, c->label);
	put_optional(m, c);
	put(m, "</legend>\n");
	put_hint_and_error(m, c);
}

void put_fieldset_end(struct markup *m)
{
	put(m, "</fieldset>\n</div>\n");
}

str hint_setting(const struct field *field, const char *name)
{
	return value_text(value_get(field->properties, str_z(name)));
}

str typed_or(struct markup *m, str name, const char *part, str otherwise)
{
	str whole = arena_printf(m->sheet->arena, "%.*s%s", STR_ARG(name), part);
	const struct value *typed = value_find(m->show->typed, whole);
	return typed ? value_text(*typed) : otherwise;
}

static bool starts_nocase(str s, const char *prefix)
{
	return str_eq_nocase(str_slice(s, 0, strlen(prefix)), str_z(prefix));
}

/* Control characters and blanks inside would let a scheme be read differently by a browser. */
static bool is_printable(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '\\' || s.p[i] == 0x7f)
			return false;
	return s.n > 0;
}

static bool is_own_path(str url)
{
	return (url.p[0] == '/' && !str_starts(url, S("//"))) || url.p[0] == '#';
}

bool is_safe_address(str url)
{
	return is_printable(url) &&
	       (is_own_path(url) || starts_nocase(url, "https://") ||
		starts_nocase(url, "http://") || starts_nocase(url, "mailto:") ||
		starts_nocase(url, "tel:"));
}

/* Pictures in the address itself: not SVG, which may hold scripts. */
bool is_safe_image(str url)
{
	static const char *const KINDS[] = { "data:image/png;", "data:image/jpeg;",
					     "data:image/gif;", "data:image/webp;" };
	if (!is_printable(url))
		return false;
	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
		if (starts_nocase(url, KINDS[i]))
			return true;
	return is_own_path(url) || starts_nocase(url, "https://") ||
	       starts_nocase(url, "http://");
}
