#include "cases/tables.h"
#include "cases/counter.h"
#include "cases/digital.h"
#include "cases/endings.h"
#include "cases/fee.h"
#include "cases/letter.h"
#include "cases/lists.h"
#include "cases/room.h"

const struct case_table *const case_tables[] = {
	&person_table,
	&consent_table,
	&reuse_table,
	&visit_table,
	&duplicate_table,
	&letter_table,
	&round_table,
	&late_table,
	&correction_table,
	&issued_table,
	&delivery_table,
	&fee_table,
	&receipt_table,
	&refund_table,
	&escalation_table,
	&lateness_table,
	&case_source_table,
	&notice_choice_table,
	&digital_table,
	NULL,
};

static const struct case_column *column_of(const struct case_table *table, str name)
{
	for (size_t i = 0; i < table->n; i++)
		if (str_eq(str_z(table->columns[i].name), name))
			return &table->columns[i];
	return NULL;
}

static const struct case_table *table_of(str name)
{
	for (size_t i = 0; case_tables[i]; i++)
		if (str_eq(str_z(case_tables[i]->name), name))
			return case_tables[i];
	return NULL;
}

void command_row(struct command *command, const struct case_table *table, int64_t id,
		 struct value columns)
{
	struct arena *arena = command->ctx->arena;
	struct value row = value_map();
	if (id == 0 || table_of(str_z(table->name)) != table)
		abort();
	for (uint32_t i = 0; i < columns.n; i++)
		if (!column_of(table, columns.members[i].key))
			abort();
	value_append(arena, &row, S("table"), value_str(str_z(table->name)));
	value_append(arena, &row, S("id"), value_str(id_text(arena, id)));
	value_append(arena, &row, S("columns"), columns);
	value_push(arena, &command->rows, row);
}

/* ---- what the event says ---- */

static struct value columns_of(struct arena *arena, struct value row, bool is_private)
{
	const struct case_table *table = table_of(value_text(value_get(row, S("table"))));
	struct value columns = value_get(row, S("columns")), part = value_map();
	value_append(arena, &part, S("id"), value_get(row, S("id")));
	for (uint32_t i = 0; i < columns.n; i++)
		if (column_of(table, columns.members[i].key)->is_private == is_private)
			value_append(arena, &part, columns.members[i].key,
				     columns.members[i].value);
	return part;
}

struct value tables_part(struct command *command, bool is_private)
{
	struct arena *arena = command->ctx->arena;
	struct value part = value_map();
	for (uint32_t i = 0; i < command->rows.n; i++) {
		struct value row = command->rows.items[i];
		struct value columns = columns_of(arena, row, is_private);
		str name = value_text(value_get(row, S("table")));
		struct value list = value_get(part, name);
		if (columns.n == 1 && is_private)
			continue;
		list = list.kind == VALUE_LIST ? list : value_list();
		value_push(arena, &list, columns);
		value_set(arena, &part, name, list);
	}
	return part.n ? part : value_null();
}

/* ---- rows ---- */

static struct sql sql_of(struct arena *arena, const char *before, const char *name, const char *after)
{
	str text = arena_printf(arena, "%s%s%s", before, name, after);
	return (struct sql){ text.p, text.n };
}

static void add_value(sql_t *q, const struct case_column *column, struct value v)
{
	if (column->is_text)
		sql_add(q, SQL(", $1"), value_text(v));
	else
		sql_add(q, SQL(", $1"), event_number(v));
}

static enum err write_row(struct command *command, struct value row)
{
	struct arena *arena = command->ctx->arena;
	const struct case_table *table = table_of(value_text(value_get(row, S("table"))));
	struct value columns = value_get(row, S("columns"));
	sql_t q = sql_new(arena);
	sql_add(&q, sql_of(arena, "INSERT INTO ", table->name, " (organisation, case_id, id"));
	for (uint32_t i = 0; i < columns.n; i++)
		sql_add(&q, sql_of(arena, ", ", column_of(table, columns.members[i].key)->name, ""));
	sql_add(&q, SQL(") VALUES ($1, $2, $3"), command->c.organisation, command->c.id,
		event_number(value_get(row, S("id"))));
	for (uint32_t i = 0; i < columns.n; i++)
		add_value(&q, column_of(table, columns.members[i].key), columns.members[i].value);
	sql_add(&q, SQL(") ON CONFLICT (organisation, case_id, id) DO "));
	for (uint32_t i = 0; i < columns.n; i++) {
		const char *name = column_of(table, columns.members[i].key)->name;
		sql_add(&q, sql_of(arena, i ? ", " : "UPDATE SET ", name, " = excluded."));
		sql_add(&q, sql_of(arena, name, "", ""));
	}
	if (columns.n == 0)
		sql_add(&q, SQL("NOTHING"));
	return db_run_built(command->ctx, command->db, &q);
}

enum err tables_write(struct command *command)
{
	for (uint32_t i = 0; i < command->rows.n; i++)
		TRY(write_row(command, command->rows.items[i]));
	return OK;
}

/* ---- the fold ---- */

static void fold_row(struct arena *arena, struct value *rows, struct value row)
{
	str id = value_text(value_get(row, S("id")));
	struct value before = value_get(*rows, id), merged = value_map();
	for (uint32_t i = 0; before.kind == VALUE_MAP && i < before.n; i++)
		value_append(arena, &merged, before.members[i].key, before.members[i].value);
	for (uint32_t i = 0; row.kind == VALUE_MAP && i < row.n; i++)
		value_set(arena, &merged, row.members[i].key, row.members[i].value);
	value_set(arena, rows, id, merged);
}

static void fold_part(struct arena *arena, struct value *all, struct value part)
{
	struct value tables = value_get(part, S("rows"));
	for (uint32_t t = 0; tables.kind == VALUE_MAP && t < tables.n; t++) {
		struct value list = tables.members[t].value;
		struct value rows = value_get(*all, tables.members[t].key);
		rows = rows.kind == VALUE_MAP ? rows : value_map();
		for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++)
			fold_row(arena, &rows, list.items[i]);
		value_set(arena, all, tables.members[t].key, rows);
	}
}

void tables_fold(struct arena *arena, struct value *all, struct value open, struct value closed)
{
	fold_part(arena, all, open);
	fold_part(arena, all, closed);
}

/* ---- verification ---- */

static bool column_agrees(const struct case_column *column, struct value folded,
			  const struct rows *r, int at)
{
	struct value v = value_get(folded, str_z(column->name));
	if (column->is_text)
		return str_eq(value_text(v), row_view(r, at));
	return event_number(v) == row_int(r, at);
}

static bool row_agrees(const struct case_table *table, struct value folded, const struct rows *r,
		       bool erased)
{
	if (folded.kind != VALUE_MAP)
		return false;
	for (size_t i = 0; i < table->n; i++)
		if (!(erased && table->columns[i].is_private) &&
		    !column_agrees(&table->columns[i], folded, r, (int)i + 1))
			return false;
	return true;
}

static enum err compare_table(struct ctx *ctx, struct db *db, const struct case_file *c,
			      const struct case_table *table, struct value folded, bool erased,
			      str *ret_finding)
{
	struct arena *arena = ctx->arena;
	sql_t q = sql_new(arena);
	struct rows rows;
	uint32_t n = 0;
	sql_add(&q, SQL("SELECT id"));
	for (size_t i = 0; i < table->n; i++)
		sql_add(&q, sql_of(arena, ", ", table->columns[i].name, ""));
	sql_add(&q, sql_of(arena, " FROM ", table->name, " WHERE organisation = $1 AND case_id = $2"),
		c->organisation, c->id);
	TRY(db_query_built(ctx, db, &rows, &q));
	for (; rows_next(&rows); n++) {
		str id = id_text(arena, row_int(&rows, 0));
		if (!row_agrees(table, value_get(folded, id), &rows, erased))
			*ret_finding = arena_printf(arena, "table %s, row %.*s", table->name,
						    STR_ARG(id));
	}
	if (n != (folded.kind == VALUE_MAP ? folded.n : 0))
		*ret_finding = arena_printf(arena, "table %s, number of rows", table->name);
	return rows_end(&rows);
}

enum err tables_compare(struct ctx *ctx, struct db *db, const struct case_file *c,
			struct value folded, bool erased, str *ret_finding)
{
	*ret_finding = S("");
	for (size_t i = 0; case_tables[i] && str_empty(*ret_finding); i++)
		TRY(compare_table(ctx, db, c, case_tables[i],
				  value_get(folded, str_z(case_tables[i]->name)), erased,
				  ret_finding));
	return OK;
}
