/*
 * markup: how the pages of this room are written. Everything that is not a literal goes through
 * an escaping function.
 */
#ifndef MOTCUA_FORM_MARKUP_H
#define MOTCUA_FORM_MARKUP_H

#include "base/buf.h"
#include "form/check.h"

struct markup {
	struct sheet *sheet;
	const struct form_show *show;
	struct buf out;
	bool whole_page; /* a top-level group is the page: its heading is the caller's */
};

/* One field as it is being written. */
struct control {
	const struct field *field;
	struct scope *scope;
	struct path path;
	struct value value;
	str name, id, label, hint, error;
	bool locked;
};

/* markup.c */
void put(struct markup *m, const char *literal);
void put_text(struct markup *m, str text);
/* The words in the reader's language, escaped. */
void put_words(struct markup *m, const char *msgid);
/* ' name="value"', escaped; nothing for an empty value. */
void put_attribute(struct markup *m, const char *name, str value);
void put_id(struct markup *m, str id, const char *suffix);
/* Opening of the form group, and what follows the label: hint and error. */
void put_group_start(struct markup *m, const struct control *c);
void put_hint_and_error(struct markup *m, const struct control *c);
void put_label(struct markup *m, const struct control *c);
/* aria-describedby of hint and error, as far as they are there. */
void put_described_by(struct markup *m, const struct control *c);
/* Fieldset with legend, hint and error; closed by put_fieldset_end. */
void put_fieldset_start(struct markup *m, const struct control *c);
void put_fieldset_end(struct markup *m);
/* From the field's own settings (properties.autocomplete …): "" where there is none. */
str hint_setting(const struct field *field, const char *name);
str typed_or(struct markup *m, str name, const char *part, str otherwise);
/* Only addresses that cannot do anything: https, http, mailto, tel and paths of this site. */
bool is_safe_address(str url);
bool is_safe_image(str url);

/* markup_input.c, markup_choice.c, markup_show.c */
void put_textfield(struct markup *m, const struct control *c);
void put_textarea(struct markup *m, const struct control *c);
void put_datetime(struct markup *m, const struct control *c);
void put_filepicker(struct markup *m, const struct control *c);
void put_checkbox(struct markup *m, const struct control *c);
void put_radios(struct markup *m, const struct control *c);
void put_checkboxes(struct markup *m, const struct control *c);
void put_select(struct markup *m, const struct control *c);
void put_presentation(struct markup *m, const struct field *field, struct scope *scope);
/* The rows and columns of a table; the summary writes it as well. */
void put_table(struct markup *m, const struct field *field, struct scope *scope);

/* sanitize.c: markup a designer wrote, with nothing in it that acts: a fixed set of elements and
 * attributes, no style, no script, no form controls. */
html sanitize_html(struct arena *arena, str markup);

#endif
