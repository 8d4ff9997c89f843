/* What an event does to a case. Nothing here reads a database: the rows are this fold, written
 * down, and verify folds again. */
#include "cases/room.h"

enum column_kind { COLUMN_INT, COLUMN_TEXT, COLUMN_VALUE };

struct column {
	const char *name;
	enum column_kind kind;
	size_t offset;
};

#define COLUMN(name, kind) { #name, kind, offsetof(struct case_file, name) }

static const struct column columns[] = {
	COLUMN(code, COLUMN_TEXT), COLUMN(procedure, COLUMN_TEXT), COLUMN(version, COLUMN_INT),
	COLUMN(channel, COLUMN_INT), COLUMN(status, COLUMN_INT), COLUMN(submitted_at, COLUMN_INT),
	COLUMN(accepted_at, COLUMN_INT), COLUMN(finished_at, COLUMN_INT),
	COLUMN(returned_at, COLUMN_INT), COLUMN(due_at, COLUMN_INT),
	COLUMN(first_due_at, COLUMN_INT), COLUMN(paused_at, COLUMN_INT),
	COLUMN(pauses, COLUMN_VALUE), COLUMN(supplements, COLUMN_INT),
	COLUMN(apologised, COLUMN_INT), COLUMN(register_number, COLUMN_INT),
	COLUMN(filed_by, COLUMN_INT),
	COLUMN(competent, COLUMN_INT), COLUMN(subject, COLUMN_TEXT), COLUMN(applicant, COLUMN_TEXT),
	COLUMN(applicant_id, COLUMN_TEXT), COLUMN(phone, COLUMN_TEXT), COLUMN(email, COLUMN_TEXT),
	COLUMN(address, COLUMN_TEXT), COLUMN(asked, COLUMN_VALUE),
};

static const struct column *column_named(str name)
{
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		if (str_eq(str_z(columns[i].name), name))
			return &columns[i];
	return NULL;
}

static void set_column(struct case_file *c, str name, struct value v)
{
	const struct column *column = column_named(name);
	if (!column)
		return;
	void *at = (char *)c + column->offset;
	if (column->kind == COLUMN_INT)
		*(int64_t *)at = event_number(v);
	else if (column->kind == COLUMN_TEXT)
		*(str *)at = value_text(v);
	else
		*(struct value *)at = v;
}

static void set_columns(struct case_file *c, struct value set)
{
	for (uint32_t i = 0; set.kind == VALUE_MAP && i < set.n; i++)
		set_column(c, set.members[i].key, set.members[i].value);
}

void fold_case(struct arena *arena, struct case_file *c, struct value open, struct value closed)
{
	set_columns(c, value_get(open, S("set")));
	set_columns(c, value_get(closed, S("set")));
	struct value data = value_get(closed, S("data"));
	if (data.kind != VALUE_MAP)
		return;
	struct value merged = value_map();
	for (uint32_t i = 0; c->data.kind == VALUE_MAP && i < c->data.n; i++)
		value_append(arena, &merged, c->data.members[i].key, c->data.members[i].value);
	for (uint32_t i = 0; i < data.n; i++)
		value_set(arena, &merged, data.members[i].key, data.members[i].value);
	c->data = merged;
}

/* Lays the members of each item of `list` over what `key` (one of its members) names in `all`. */
static void fold_list(struct arena *arena, struct value *all, struct value list, str key)
{
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++) {
		struct value item = list.items[i], before, merged = value_map();
		struct value name = value_get(item, key);
		str text = name.kind == VALUE_STRING ? value_text(name)
						     : id_text(arena, value_integer(name, 0));
		before = value_get(*all, text);
		for (uint32_t m = 0; before.kind == VALUE_MAP && m < before.n; m++)
			value_append(arena, &merged, before.members[m].key,
				     before.members[m].value);
		for (uint32_t m = 0; item.kind == VALUE_MAP && m < item.n; m++)
			value_set(arena, &merged, item.members[m].key, item.members[m].value);
		value_set(arena, all, text, merged);
	}
}

void fold_tasks(struct arena *arena, struct value *tasks, struct value open)
{
	fold_list(arena, tasks, value_get(open, S("tasks")), S("node"));
}

void fold_legs(struct arena *arena, struct value *legs, struct value open)
{
	fold_list(arena, legs, value_get(open, S("legs")), S("leg"));
}

void fold_papers(struct arena *arena, struct value *papers, struct value open)
{
	fold_list(arena, papers, value_get(open, S("papers")), S("paper"));
}

static bool column_same(const struct column *column, const struct case_file *a,
			const struct case_file *b)
{
	const void *of_a = (const char *)a + column->offset;
	const void *of_b = (const char *)b + column->offset;
	if (column->kind == COLUMN_INT)
		return *(const int64_t *)of_a == *(const int64_t *)of_b;
	if (column->kind == COLUMN_TEXT)
		return str_eq(*(const str *)of_a, *(const str *)of_b);
	return value_eq(*(const struct value *)of_a, *(const struct value *)of_b);
}

const char *fold_differs(const struct case_file *a, const struct case_file *b)
{
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		if (!column_same(&columns[i], a, b))
			return columns[i].name;
	return value_eq(a->data, b->data) ? NULL : "data";
}
