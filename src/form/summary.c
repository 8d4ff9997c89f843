/* "Check your answers", and a filed form as officers read it. */
#include "form/input.h"
#include "form/markup.h"
#include "form/options.h"
#include "form/tree.h"

struct summary {
	struct sheet *sheet;
	size_t rows;
};

static void set_text(struct summary *s, struct value *row, const char *key, str text)
{
	value_append(s->sheet->arena, row, str_z(key), value_str(text));
}

static str words(struct summary *s, const char *msgid)
{
	return str_z(ctx_text(s->sheet->env->ctx, msgid));
}

static str date_text(struct summary *s, const struct field *field, struct value v)
{
	int64_t days;
	int minutes;
	int32_t year;
	int month, day;
	if (!time_split(s->sheet, field, v, &days, &minutes))
		return S("");
	if (field->subtype == SUBTYPE_TIME)
		return arena_printf(s->sheet->arena, "%02d:%02d", minutes / 60, minutes % 60);
	civil_of_days(days, &year, &month, &day);
	if (field->subtype == SUBTYPE_DATE)
		return arena_printf(s->sheet->arena, "%02d/%02d/%04d", day, month, (int)year);
	return arena_printf(s->sheet->arena, "%02d/%02d/%04d %02d:%02d", day, month, (int)year,
			    minutes / 60, minutes % 60);
}

static str adorned(struct summary *s, const struct instance *in, str text)
{
	str before = sheet_text(s->sheet, in->field->prefix, in->scope);
	str after = sheet_text(s->sheet, in->field->suffix, in->scope);
	if (str_empty(text) || (str_empty(before) && str_empty(after)))
		return text;
	return str_trim(arena_printf(s->sheet->arena, "%.*s %.*s %.*s", STR_ARG(before),
				     STR_ARG(text), STR_ARG(after)));
}

static str option_words(struct summary *s, struct value options, struct value v)
{
	str label = options_label(options, v);
	return label.n || v.kind == VALUE_NULL ? label : option_text(s->sheet->arena, v);
}

static str answer_text(struct summary *s, const struct instance *in, struct value v)
{
	const struct field *field = in->field;
	if (field->type == FIELD_CHECKBOX)
		return value_is_true(v) ? words(s, N_("Yes")) : words(s, N_("No"));
	if (field->type == FIELD_DATETIME)
		return date_text(s, field, v);
	if (field_is(field, TYPES_ONE))
		return option_words(s, sheet_options(s->sheet, field, in->scope), v);
	if (v.kind == VALUE_NULL)
		return S("");
	return adorned(s, in, option_text(s->sheet->arena, v));
}

static struct value chosen_words(struct summary *s, const struct instance *in, struct value v)
{
	struct value list = value_list(), options = sheet_options(s->sheet, in->field, in->scope);
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		value_push(s->sheet->arena, &list,
			   value_str(option_words(s, options, v.items[i])));
	return list;
}

static struct value start_row(struct summary *s, const struct instance *in, const char *kind)
{
	struct value row = value_map();
	set_text(s, &row, "id", in->field->id);
	set_text(s, &row, "path", path_text(s->sheet->arena, "", in->path));
	set_text(s, &row, "label", sheet_label(s->sheet, in->field, in->scope));
	set_text(s, &row, "kind", str_z(kind));
	str anchor = instance_anchor(s->sheet, in->path);
	if (in->field->type == FIELD_DATETIME)
		anchor = arena_printf(s->sheet->arena, "%.*s%s", STR_ARG(anchor),
				      in->field->subtype == SUBTYPE_TIME ? "-time" : "-day");
	set_text(s, &row, "anchor", anchor);
	return row;
}

static void push_answer(struct summary *s, const struct instance *in, struct value *rows)
{
	struct value v = tree_get(s->sheet->data, in->path);
	bool many = field_is(in->field, TYPES_MANY), files = in->field->type == FIELD_FILEPICKER;
	struct value row = start_row(s, in, many ? "values" : files ? "files" : "text");
	if (many)
		value_append(s->sheet->arena, &row, S("values"), chosen_words(s, in, v));
	else if (files)
		value_append(s->sheet->arena, &row, S("files"),
			     v.kind == VALUE_LIST ? v : value_list());
	else
		set_text(s, &row, "text", answer_text(s, in, v));
	value_push(s->sheet->arena, rows, row);
}

static void push_children(struct summary *s, const struct field *parent, struct scope *scope,
			  struct path base, struct value *rows);

static void push_items(struct summary *s, const struct instance *in, struct value *rows)
{
	struct value row = start_row(s, in, "items"), items = value_list();
	size_t n = sheet_items(s->sheet, in->path);
	for (size_t i = 0; i < n; i++) {
		struct value inner = value_list();
		struct scope *item = scope_item(s->sheet, in->scope, in->field, in->path, i);
		push_children(s, in->field, item, item->path, &inner);
		value_push(s->sheet->arena, &items, inner);
	}
	value_append(s->sheet->arena, &row, S("items"), items);
	value_push(s->sheet->arena, rows, row);
}

static void push_field(struct summary *s, const struct field *field, struct scope *scope,
		       struct path base, struct value *rows)
{
	if (s->rows++ > FORM_INSTANCES_MAX || sheet_hidden(s->sheet, field, scope))
		return;
	struct instance in = { field, scope, sheet_path(s->sheet, base, field) };
	if (field->type == FIELD_DYNAMICLIST && field->repeating) {
		push_items(s, &in, rows);
	} else if (field_is(field, TYPES_CONTAINER)) {
		push_children(s, field, scope, in.path, rows);
	} else if (field->type == FIELD_EXPRESSION) {
		/* Computed for the procedure; shown only when the designer gave it a name. */
		if (field->label)
			push_answer(s, &in, rows);
	} else if (field_is(field, TYPES_INPUT)) {
		push_answer(s, &in, rows);
	}
}

static void push_children(struct summary *s, const struct field *parent, struct scope *scope,
			  struct path base, struct value *rows)
{
	for (size_t i = 0; i < parent->child_count; i++)
		push_field(s, parent->children[i], scope, base, rows);
}

static str page_title(struct summary *s, int page)
{
	const struct field *root = &s->sheet->form->root;
	for (size_t i = 0; i < root->child_count; i++)
		if (root->children[i]->page == page &&
		    field_is(root->children[i], TYPES_CONTAINER | TYPES_INPUT)) {
			if (root->children[i]->type == FIELD_GROUP)
				return sheet_label(s->sheet, root->children[i], &s->sheet->top);
			break;
		}
	return s->sheet->form->title;
}

struct value form_summary(const struct form *form, struct value data, struct form_env *env)
{
	struct sheet sheet;
	sheet_init(&sheet, form, data, env);
	struct summary s = { .sheet = &sheet };
	struct value cards = value_list();
	for (size_t page = 0; page < form->page_count; page++) {
		struct value rows = value_list(), card = value_map();
		for (size_t i = 0; i < form->root.child_count; i++)
			if (form->root.children[i]->page == (int)page)
				push_field(&s, form->root.children[i], &sheet.top,
					   (struct path){ 0 }, &rows);
		if (rows.n == 0)
			continue;
		value_append(sheet.arena, &card, S("page"), value_int((int64_t)page));
		set_text(&s, &card, "title", page_title(&s, (int)page));
		value_append(sheet.arena, &card, S("rows"), rows);
		value_push(sheet.arena, &cards, card);
	}
	return cards;
}

/* --- Markup --- */

struct card {
	struct markup *m;
	str change_base, file_base;
	int64_t page;
};

static void put_file(struct card *c, struct value file)
{
	str id = value_text(value_get(file, S("id")));
	str address = arena_printf(c->m->sheet->arena, "%.*s%.*s", STR_ARG(c->file_base),
				   STR_ARG(id));
	bool linked = c->file_base.n && is_safe_address(address);
	put(c->m, "<li>");
	if (linked) {
		put(c->m, "<a class=\"govuk-link\"");
		put_attribute(c->m, "href", address);
		put(c->m, ">");
	}
	put_text(c->m, value_text(value_get(file, S("name"))));
	put(c->m, linked ? "</a></li>\n" : "</li>\n");
}

static void put_nothing(struct card *c)
{
	put(c->m, "<span class=\"m-muted\">");
	put_words(c->m, N_("Not given"));
	put(c->m, "</span>");
}

/* Line breaks people typed are kept. */
static void put_lines(struct card *c, str text)
{
	bool first = true;
	for (str line; str_next(&text, '\n', &line); first = false) {
		put(c->m, first ? "" : "<br>");
		put_text(c->m, line);
	}
}

static void put_rows(struct card *c, struct value rows);

static void put_list_of(struct card *c, struct value list, bool files)
{
	put(c->m, "<ul class=\"govuk-list\">\n");
	for (uint32_t i = 0; i < list.n; i++) {
		if (files) {
			put_file(c, list.items[i]);
			continue;
		}
		put(c->m, "<li>");
		put_text(c->m, value_text(list.items[i]));
		put(c->m, "</li>\n");
	}
	put(c->m, "</ul>\n");
}

static void put_answer(struct card *c, struct value row)
{
	struct value values = value_get(row, S("values")), files = value_get(row, S("files"));
	struct value items = value_get(row, S("items"));
	str text = value_text(value_get(row, S("text")));
	if (values.n == 0 && files.n == 0 && items.n == 0 && str_empty(text))
		put_nothing(c);
	else if (values.kind == VALUE_LIST)
		put_list_of(c, values, false);
	else if (files.kind == VALUE_LIST)
		put_list_of(c, files, true);
	else if (items.kind != VALUE_LIST)
		put_lines(c, text);
	for (uint32_t i = 0; items.kind == VALUE_LIST && i < items.n; i++) {
		put(c->m, "<dl class=\"govuk-summary-list m-form-summary\">\n");
		put_rows(&(struct card){ c->m, S(""), c->file_base, c->page }, items.items[i]);
		put(c->m, "</dl>\n");
	}
}

static void put_change(struct card *c, struct value row, str label)
{
	str href = arena_printf(c->m->sheet->arena, "%.*s%d#%.*s", STR_ARG(c->change_base),
				(int)c->page, STR_ARG(value_text(value_get(row, S("anchor")))));
	put(c->m, "<dd class=\"govuk-summary-list__actions\"><a class=\"govuk-link\"");
	put_attribute(c->m, "href", href);
	put(c->m, ">");
	put_words(c->m, N_("Change"));
	put(c->m, "<span class=\"govuk-visually-hidden\">: ");
	put_text(c->m, label);
	put(c->m, "</span></a></dd>\n");
}

static void put_rows(struct card *c, struct value rows)
{
	for (uint32_t i = 0; rows.kind == VALUE_LIST && i < rows.n; i++) {
		str label = value_text(value_get(rows.items[i], S("label")));
		put(c->m, "<div class=\"govuk-summary-list__row\">\n"
			  "<dt class=\"govuk-summary-list__key\">");
		put_text(c->m, label);
		put(c->m, "</dt>\n<dd class=\"govuk-summary-list__value\">");
		put_answer(c, rows.items[i]);
		put(c->m, "</dd>\n");
		if (c->change_base.n)
			put_change(c, rows.items[i], label);
		put(c->m, "</div>\n");
	}
}

html form_summary_html(const struct form *form, struct value data, str change_base,
		       str file_base, struct form_env *env)
{
	struct value cards = form_summary(form, data, env);
	struct sheet sheet = { .env = env, .arena = env->ctx->arena };
	struct markup m = { .sheet = &sheet, .out = { .arena = sheet.arena } };
	for (uint32_t i = 0; i < cards.n; i++) {
		struct value card = cards.items[i];
		str title = value_text(value_get(card, S("title")));
		struct card c = { &m, change_base, file_base,
				  value_integer(value_get(card, S("page")), 0) };
		put(&m, "<div class=\"govuk-summary-card\">\n");
		if (title.n) {
			put(&m, "<div class=\"govuk-summary-card__title-wrapper\">\n"
				"<h2 class=\"govuk-summary-card__title\">");
			put_text(&m, title);
			put(&m, "</h2>\n</div>\n");
		}
		put(&m, "<div class=\"govuk-summary-card__content\">\n"
			"<dl class=\"govuk-summary-list\">\n");
		put_rows(&c, value_get(card, S("rows")));
		put(&m, "</dl>\n</div>\n</div>\n");
	}
	return (html){ buf_view(&m.out) };
}
