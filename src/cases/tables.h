/*
 * tables: rows that belong to a case and are the fold of its events: payments, results, letters …
 * A feature declares its table once; writing, folding and verifying are the same for all.
 *
 *	static const struct case_column columns[] = {
 *		{ "amount" }, { "payer", .is_text = true, .is_private = true },
 *	};
 *	const struct case_table payment_table = { "payment", columns, ARRAY_SIZE(columns) };
 *	…
 *	struct value row = value_map();
 *	value_set(arena, &row, S("amount"), value_int(8000));
 *	value_set(arena, &row, S("payer"), value_str(name));
 *	command_row(&command, &payment_table, id, row);
 *
 * The migration makes the table with PRIMARY KEY (organisation, case_id, id) and a DEFAULT for every
 * other column; the table stands in case_tables (tables.c). A later command_row of the same id changes
 * the columns it names and leaves the others.
 *
 * In events: "rows": {"payment": [{"id": "…", "amount": 8000}]} in the public part, private columns
 * the same way in the other. Ids of 64 bits are given as text (id_text).
 */
#ifndef MOTCUA_CASES_TABLES_H
#define MOTCUA_CASES_TABLES_H

#include "base/value.h"
#include "store/store.h"

struct command;
struct case_file;

struct case_column {
	const char *name;
	bool is_text;    /* else a whole number */
	bool is_private; /* stands in the event's private part, and can be erased with it */
};

struct case_table {
	const char *name;
	const struct case_column *columns; /* without organisation, case_id and id */
	size_t n;
};

/* Ended by NULL. */
extern const struct case_table *const case_tables[];
extern const struct case_table notice_choice_table, case_source_table;

/* Adds or changes the row `id` (not 0) of the case with this command's event. `columns` names
 * columns of the table; one that is not there is a fault of the program. */
void command_row(struct command *command, const struct case_table *table, int64_t id,
		 struct value columns);

/* ---- for command.c and verify.c ---- */

/* The public or private part of the event, null where there is none. */
struct value tables_part(struct command *command, bool is_private);
enum err tables_write(struct command *command);
/* {table: {id: {column: …}}} after the event. */
void tables_fold(struct arena *arena, struct value *all, struct value open, struct value closed);
/* *ret_finding: "table payment, row 12", or empty. Private columns are left out where `erased`. */
enum err tables_compare(struct ctx *ctx, struct db *db, const struct case_file *c,
			struct value folded, bool erased, str *ret_finding);

#endif
