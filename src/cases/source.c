/* Cases that came from another portal: under which code they are known there. */
#include "cases/room.h"

enum { SOURCE = 1 }; /* one row a case */

static const struct case_column columns[] = {
	{ "source", .is_text = true }, { "source_code", .is_text = true },
};
const struct case_table case_source_table = { "case_source", columns, ARRAY_SIZE(columns) };

static const struct migration steps[] = {
	{ 1, "codes of other portals",
	  "CREATE TABLE case_source (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " id INT NOT NULL, source TEXT NOT NULL DEFAULT '', source_code TEXT NOT NULL DEFAULT '',"
	  " PRIMARY KEY (organisation, case_id, id));"
	  "CREATE UNIQUE INDEX case_source_code ON case_source (source, source_code);"
	  "CREATE UNIQUE INDEX case_code_id ON case_code (id);" }, /* from an event to its case */
	{ 2, "the authority that decides, where another office took the case in",
	  "ALTER TABLE case_file ADD COLUMN competent INT NOT NULL DEFAULT 0;" },
};

const struct migration_set source_migrations = { "source", steps, ARRAY_SIZE(steps) };

void command_source(struct command *command, str source, str source_code)
{
	struct value row = value_map();
	if (str_empty(source_code))
		return;
	value_set(command->ctx->arena, &row, S("source"), value_str(source));
	value_set(command->ctx->arena, &row, S("source_code"), value_str(source_code));
	command_row(command, &case_source_table, SOURCE, row);
}

enum err case_by_source(struct ctx *ctx, struct db *db, str source, str source_code, str *ret_code)
{
	return db_text(ctx, db, ret_code,
		       SQL("SELECT c.code FROM case_source s JOIN case_file c"
			   " ON c.organisation = s.organisation AND c.id = s.case_id"
			   " WHERE s.source = $1 AND s.source_code = $2"), source, source_code);
}
