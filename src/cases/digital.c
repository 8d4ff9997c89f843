#include "cases/digital.h"
#include "cases/counter.h"
#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/room.h"

static const struct migration steps[] = {
	{ 1, "how far a solved case went without paper",
	  "CREATE TABLE case_digital (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " id INT NOT NULL, counted_at INT NOT NULL DEFAULT 0, papers INT NOT NULL DEFAULT 0,"
	  " result INT NOT NULL DEFAULT 0, reused INT NOT NULL DEFAULT 0,"
	  " PRIMARY KEY (organisation, case_id, id));"
	  "CREATE INDEX case_digital_counted ON case_digital (organisation, counted_at)"
	  " WHERE counted_at > 0;" },
};
const struct migration_set digital_migrations = { "digital", steps, ARRAY_SIZE(steps) };

static const struct case_column digital_columns[] = {
	{ "counted_at" }, { "papers" }, { "result" }, { "reused" },
};
const struct case_table digital_table = { "case_digital", digital_columns,
					  ARRAY_SIZE(digital_columns) };

static enum err read_row(struct command *command, struct digital *ret)
{
	struct rows row;
	*ret = (struct digital){ 0 };
	if (command->is_new)
		return OK;
	enum err err = db_one(command->ctx, command->db, &row,
		SQL("SELECT counted_at, papers, result, reused FROM case_digital"
		    " WHERE organisation = $1 AND case_id = $2 AND id = 1"),
		command->c.organisation, command->c.id);
	if (err == OK)
		*ret = (struct digital){ row_int(&row, 0), row_int(&row, 1), row_int(&row, 2),
					 row_int(&row, 3) };
	return err == ERR_NOT_FOUND ? OK : err;
}

/* Lays the command's rows of one table over what is stored: {id: {column: …}}. */
static void lay_over(struct command *command, const struct case_table *table, struct value *all)
{
	struct arena *arena = command->ctx->arena;
	for (uint32_t i = 0; i < command->rows.n; i++) {
		struct value row = command->rows.items[i], columns = value_get(row, S("columns"));
		str id = value_text(value_get(row, S("id")));
		struct value merged = value_map(), before = value_get(*all, id);
		if (!str_eq(value_text(value_get(row, S("table"))), str_z(table->name)))
			continue;
		for (uint32_t m = 0; before.kind == VALUE_MAP && m < before.n; m++)
			value_append(arena, &merged, before.members[m].key, before.members[m].value);
		for (uint32_t m = 0; m < columns.n; m++)
			value_set(arena, &merged, columns.members[m].key, columns.members[m].value);
		value_set(arena, all, id, merged);
	}
}

static struct value stored(struct arena *arena, const struct rows *r, const char *state)
{
	struct value row = value_map();
	value_append(arena, &row, S("kind"), value_str(row_str(r, 1)));
	value_append(arena, &row, str_z(state), value_int(row_int(r, 2)));
	value_append(arena, &row, S("revoked_at"), value_int(row_int(r, 3)));
	return row;
}

static enum err take_all(struct arena *arena, struct rows *rows, const char *state,
			 struct value *ret_all)
{
	*ret_all = value_map();
	while (rows_next(rows))
		value_append(arena, ret_all, id_text(arena, row_int(rows, 0)),
			     stored(arena, rows, state));
	return rows_end(rows);
}

static enum err read_letters(struct command *command, struct value *ret_letters)
{
	struct rows rows;
	TRY(db_query(command->ctx, command->db, &rows,
		     SQL("SELECT id, kind, signed_at, revoked_at FROM case_letter"
			 " WHERE organisation = $1 AND case_id = $2"),
		     command->c.organisation, command->c.id));
	TRY(take_all(command->ctx->arena, &rows, "signed_at", ret_letters));
	lay_over(command, &letter_table, ret_letters);
	return OK;
}

static enum err read_issued(struct command *command, struct value *ret_issued)
{
	struct rows rows;
	TRY(db_query(command->ctx, command->db, &rows,
		     SQL("SELECT id, kind, state, 0 FROM case_issued"
			 " WHERE organisation = $1 AND case_id = $2"),
		     command->c.organisation, command->c.id));
	TRY(take_all(command->ctx->arena, &rows, "state", ret_issued));
	lay_over(command, &issued_table, ret_issued);
	return OK;
}

static bool counts(struct value issued, str kind)
{
	for (uint32_t i = 0; i < issued.n; i++) {
		struct value row = issued.members[i].value;
		if (str_eq(value_text(value_get(row, S("kind"))), kind) &&
		    event_number(value_get(row, S("state"))) == ISSUED_VALID)
			return true;
	}
	return false;
}

static enum err signed_result(struct command *command, int64_t *ret_result)
{
	struct value letters, issued;
	*ret_result = 0;
	TRY(read_letters(command, &letters));
	TRY(read_issued(command, &issued));
	for (uint32_t i = 0; i < letters.n; i++) {
		struct value letter = letters.members[i].value;
		if (event_number(value_get(letter, S("signed_at"))) &&
		    !event_number(value_get(letter, S("revoked_at"))) &&
		    counts(issued, value_text(value_get(letter, S("kind")))))
			*ret_result = 1;
	}
	return OK;
}

static size_t rows_of(const struct command *command, const struct case_table *table)
{
	size_t n = 0;
	for (uint32_t i = 0; i < command->rows.n; i++)
		n += str_eq(value_text(value_get(command->rows.items[i], S("table"))),
			    str_z(table->name));
	return n;
}

/* Most acts neither end a case nor touch its files. */
static bool is_touched(const struct command *command)
{
	return value_find(command->set, S("finished_at")) || command->n_attachments ||
	       rows_of(command, &letter_table) || rows_of(command, &issued_table);
}

static enum err read_after(struct command *command, usec counted_at, struct digital *ret)
{
	const struct case_file *c = &command->c;
	*ret = (struct digital){ .counted_at = counted_at };
	if (!counted_at)
		return OK;
	TRY(db_int(command->ctx, command->db, 0, &ret->papers,
		   SQL("SELECT COUNT(*) FROM case_attachment WHERE organisation = $1"
		       " AND case_id = $2"), c->organisation, c->id));
	TRY(db_int(command->ctx, command->db, 0, &ret->reused,
		   SQL("SELECT COUNT(*) FROM case_reuse WHERE organisation = $1"
		       " AND case_id = $2"), c->organisation, c->id));
	ret->papers = ret->papers || command->n_attachments;
	ret->reused = ret->reused || rows_of(command, &reuse_table);
	return signed_result(command, &ret->result);
}

static void keep(struct command *command, const struct digital *d)
{
	struct value row = value_map();
	command_put_int(command, &row, "counted_at", d->counted_at);
	command_put_int(command, &row, "papers", d->papers);
	command_put_int(command, &row, "result", d->result);
	command_put_int(command, &row, "reused", d->reused);
	command_row(command, &digital_table, 1, row);
}

enum err digital_follow(struct command *command, struct digital *ret_was, struct digital *ret_is)
{
	struct case_file after = command->c;
	struct value open = value_map();
	*ret_was = *ret_is = (struct digital){ 0 };
	value_set(command->ctx->arena, &open, S("set"), command->set);
	fold_case(command->ctx->arena, &after, open, value_null());
	if ((!after.finished_at && !command->c.finished_at) || !is_touched(command))
		return OK;
	bool solved = after.accepted_at && after.finished_at &&
		      (after.status == CASE_DONE || after.status == CASE_RETURNED);
	TRY(read_row(command, ret_was));
	TRY(read_after(command, solved ? after.finished_at : 0, ret_is));
	if (ret_was->counted_at != ret_is->counted_at || ret_was->papers != ret_is->papers ||
	    ret_was->result != ret_is->result || ret_was->reused != ret_is->reused)
		keep(command, ret_is);
	return OK;
}
