/*
 * sheet: a form over one set of data: which fields are shown, what their expressions see, what is
 * computed. Lives for one call of form.h.
 *
 * What an expression sees: the data without hidden values, `this` (the item of the list the field
 * stands in; at the top the data), `parent` (what is seen around the list) and `i` (positions from
 * 1); each also as _this_, _parent_, _i_, which no key of the data hides.
 */
#ifndef MOTCUA_FORM_SHEET_H
#define MOTCUA_FORM_SHEET_H

#include "form/field.h"

struct scope {
	const struct scope *up; /* NULL at the top */
	const struct field *list;
	size_t index;
	struct path path; /* of the item */
	struct value item;
	/* Searched from feel[2] outwards to feel[0]; ready after scope_feel. */
	struct feel_scope feel[3];
	bool ready;
};

struct instance {
	const struct field *field;
	struct scope *scope;
	struct path path;
};

struct sheet {
	const struct form *form;
	struct form_env *env;
	struct arena *arena;
	struct feel_env feel;
	struct value data; /* ours: changed in place */
	struct value seen; /* data without hidden values: what expressions see */
	struct scope top;
	struct instance *shown; /* fields that hold data, as drawn */
	size_t shown_count, shown_room;
	bool everything_read_only;
	bool submitting; /* expressions computed on submission take part */
	bool circle; /* expressions need one another: each is computed once */
	struct path *computed;
	size_t computed_count;
};

/* Copies `data` and makes it fit; computes expressions, drops options that are not offered. */
void sheet_init(struct sheet *sheet, const struct form *form, struct value data,
		struct form_env *env);
/* Again after sheet->data was changed. */
void sheet_settle(struct sheet *sheet);
/* The expressions that are computed on submission. */
void sheet_presubmit(struct sheet *sheet);

/* The item of a list, for its children. */
struct scope *scope_item(struct sheet *sheet, struct scope *up, const struct field *list,
			 struct path list_path, size_t index);
const struct feel_scope *scope_feel(struct sheet *sheet, struct scope *scope);

/* Where the field's value is, for the containers around it see scope and base. */
struct path sheet_path(struct sheet *sheet, struct path base, const struct field *field);
bool sheet_hidden(struct sheet *sheet, const struct field *field, struct scope *scope);
/* Whether the field is among those that are asked (env->only), or holds one that is. */
bool sheet_asked(struct sheet *sheet, const struct field *field);
/* Read-only, disabled or not asked here and now. */
bool sheet_locked(struct sheet *sheet, const struct field *field, struct scope *scope);
struct value sheet_setting(struct sheet *sheet, const struct setting *setting, struct scope *scope);
/* As a number, where it is one or its text. */
bool sheet_number(struct sheet *sheet, const struct setting *setting, struct scope *scope,
		struct decimal *ret_d);
str sheet_text(struct sheet *sheet, const struct feelers *t, struct scope *scope);
/* What the field can be set to: a list of {label, value}. */
struct value sheet_options(struct sheet *sheet, const struct field *field, struct scope *scope);
/* The field's label; its key where it has none. Never empty for input fields. */
str sheet_label(struct sheet *sheet, const struct field *field, struct scope *scope);
/* Items of a dynamic list in the data. */
size_t sheet_items(const struct sheet *sheet, struct path path);

/* Data as hide conditions leave it: hidden values taken out, those of list items too. */
struct value sheet_without_hidden(struct sheet *sheet);

/* What is shown and enabled: what form-js would submit. */
struct value sheet_submission(struct sheet *sheet);

/* fit.c: what a field makes of a value it is opened with. `options_data`: where valuesKey looks. */
struct value fit_value(struct sheet *sheet, const struct field *field, struct value v);
struct value fit_empty(const struct field *field);
/* Fills in values for the item of a list that is being added. */
void sheet_start_item(struct sheet *sheet, const struct field *list, struct path path,
		      size_t index);

/* time.c: form-js's texts for times and days, in the offset of the reader. */
struct value time_normal(const struct sheet *sheet, const struct field *field, struct value v);
/* "hh:mm" in minutes from 0 to 1440, with the offset applied; -1 where it is no time. */
int time_minutes(str s, int offset);
str time_write(struct arena *arena, int minutes, enum time_format format, int offset);
/* The day and minutes a value stands for here; false where there are none. */
bool time_split(const struct sheet *sheet, const struct field *field, struct value v,
		int64_t *ret_days, int *ret_minutes);
str time_join(struct sheet *sheet, const struct field *field, int64_t days, int minutes);

#endif
