/* What lists need in the database, lists saved under a name, and taking the next step. */
#include "cases/lists.h"
#include "cases/room.h"

#include "store/event.h"

#define FILL(key)                                                                                  \
	"INSERT INTO name_word (organisation, word, case_id, name)"                                \
	" SELECT c.organisation, split_part(c." key ", ' ', n.n), c.id, ' ' || c." key " || ' '"   \
	" FROM case_file c CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3"         \
	" UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7"              \
	" UNION ALL SELECT 8 UNION ALL SELECT 9 UNION ALL SELECT 10 UNION ALL SELECT 11"            \
	" UNION ALL SELECT 12 UNION ALL SELECT 13 UNION ALL SELECT 14 UNION ALL SELECT 15"          \
	" UNION ALL SELECT 16) AS n WHERE c." key " <> '' AND"                                      \
	" n.n <= length(c." key ") - length(replace(c." key ", ' ', '')) + 1"                       \
	" ON CONFLICT DO NOTHING;"

static const struct migration steps[] = {
	{ 1, "what lists walk, saved lists, reminders",
	  "CREATE INDEX list_held ON case_task (holder, due_at, case_id)"
	  " WHERE state = 0 AND holder <> 0;"
	  "CREATE INDEX list_office ON case_task (organisation, due_at, case_id) WHERE state = 0;"
	  "CREATE INDEX list_state ON case_file (organisation, status, id);"
	  "CREATE INDEX list_procedure ON case_file (organisation, procedure, id);"
	  "CREATE TABLE saved_list (account INT NOT NULL, id INT NOT NULL, name TEXT NOT NULL,"
	  " query TEXT NOT NULL, PRIMARY KEY (account, id));"
	  "CREATE TABLE escalation (organisation INT NOT NULL, case_id INT NOT NULL, id INT NOT NULL,"
	  " node INT NOT NULL DEFAULT 0, percent INT NOT NULL DEFAULT 0, holder INT NOT NULL DEFAULT 0,"
	  " told TEXT NOT NULL DEFAULT '', raised_at INT NOT NULL DEFAULT 0,"
	  " PRIMARY KEY (organisation, case_id, id));"
	  "CREATE TABLE lateness (organisation INT NOT NULL, case_id INT NOT NULL, id INT NOT NULL,"
	  " reason TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '',"
	  " explained_by INT NOT NULL DEFAULT 0, explained_at INT NOT NULL DEFAULT 0,"
	  " PRIMARY KEY (organisation, case_id, id));" },
	/* An office searches among its own, and finds all it needs in the index. */
	{ 2, "names of an office",
	  "CREATE INDEX list_subject ON case_file (organisation, subject_key, id);"
	  "CREATE INDEX list_applicant ON case_file (organisation, applicant_key, id);"
	  "DROP INDEX case_file_subject;"
	  "DROP INDEX case_file_applicant;" },
	/* name_words.h; in the order of case_file, so that each word's rows come in that of the index.
	 * The first 16 words of a name are kept. */
	{ 3, "words of names",
	  "CREATE TABLE name_word (organisation INT NOT NULL, word TEXT NOT NULL,"
	  " case_id INT NOT NULL, name TEXT NOT NULL,"
	  " PRIMARY KEY (organisation, word, case_id, name)) WITHOUT ROWID;"
	  FILL("subject_key") FILL("applicant_key")
	  "CREATE INDEX list_phone ON case_file (organisation, phone, id) WHERE phone <> '';"
	  "DROP INDEX list_subject;"
	  "DROP INDEX list_applicant;" },
};

const struct migration_set lists_migrations = { "lists", steps, sizeof steps / sizeof *steps };

/* ---- saved ---- */

enum err saved_read(struct ctx *ctx, struct db *db, int64_t account, struct saved_lists *ret)
{
	struct rows rows;
	ret->n = 0;
	TRY(db_query(ctx, db, &rows, SQL("SELECT id, name, query FROM saved_list WHERE account = $1"
					 " ORDER BY id LIMIT $2"), account, SAVED_MAX));
	while (ret->n < SAVED_MAX && rows_next(&rows))
		ret->items[ret->n++] = (struct saved_list){ row_int(&rows, 0), row_str(&rows, 1),
							    row_str(&rows, 2) };
	return rows_end(&rows);
}

struct saving {
	int64_t account;
	struct saved_list list;
};

static enum err save_event(struct ctx *ctx, struct db *db, str kind, const struct saving *s)
{
	struct value closed = value_map();
	value_set(ctx->arena, &closed, S("name"), value_str(s->list.name));
	value_set(ctx->arena, &closed, S("query"), value_str(s->list.query));
	return event_append(ctx, db, &(struct event_new){ .kind = kind, .object = s->account,
		.actor = s->account, .closed = closed }, NULL);
}

static enum err add(struct ctx *ctx, struct db *db, void *arg)
{
	struct saving *s = arg;
	struct saved_lists all;
	int64_t id = 0;
	TRY(saved_read(ctx, db, s->account, &all));
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(all.items[i].name, s->list.name))
			id = all.items[i].id;
	if (!id && all.n == SAVED_MAX)
		return fail(ctx, ERR_INVALID, "There are eight saved lists already; delete one first");
	TRY(db_run(ctx, db, SQL("INSERT INTO saved_list (account, id, name, query)"
				" VALUES ($1, $2, $3, $4) ON CONFLICT (account, id)"
				" DO UPDATE SET query = excluded.query"),
		   s->account, id ? id : db_id(db), s->list.name, s->list.query));
	return save_event(ctx, db, S("list.saved"), s);
}

enum err saved_add(struct ctx *ctx, struct cases *cases, int64_t account, str name, str query)
{
	struct saving s = { account, { 0, str_trim(name), query } };
	if (str_empty(s.list.name) || utf8_length(s.list.name) > 40)
		return fail(ctx, ERR_INVALID, "Give the list a name of at most 40 letters");
	return store_write(ctx, cases->store, add, &s);
}

static enum err take_away(struct ctx *ctx, struct db *db, void *arg)
{
	const struct saving *s = arg;
	int64_t n;
	TRY(db_run(ctx, db, SQL("DELETE FROM saved_list WHERE account = $1 AND id = $2"), s->account,
		   s->list.id));
	TRY(db_changes(ctx, db, &n));
	return n ? save_event(ctx, db, S("list.removed"), s) : OK;
}

enum err saved_remove(struct ctx *ctx, struct cases *cases, int64_t account, int64_t id)
{
	struct saving s = { account, { .id = id } };
	return store_write(ctx, cases->store, take_away, &s);
}

/* ---- taking the next ---- */

struct taking {
	const struct wanted *wanted;
	str code;
};

/* Whether this command is the one that may have it: others who want it pass by on PostgreSQL, and
 * wait their turn on SQLite. */
static enum err lock_free(struct ctx *ctx, struct db *db, const struct listed *row, bool *ret_mine)
{
	int64_t node;
	TRY(db_int(ctx, db, -1, &node,
		   SQL("SELECT node FROM case_task WHERE organisation = $1 AND case_id = $2"
		       " AND node = $3 AND state = 0 AND holder = 0 FOR UPDATE SKIP LOCKED"),
		   row->organisation, row->id, row->node));
	*ret_mine = node >= 0;
	return OK;
}

static enum err take(struct ctx *ctx, struct db *db, void *arg)
{
	struct taking *t = arg;
	struct listed listed[ROWS + 1];
	struct actor who = { .principal = t->wanted->principal };
	size_t n;
	TRY(worklist_free(ctx, db, t->wanted, listed, &n));
	for (size_t i = 0; i < n; i++) {
		bool mine;
		TRY(lock_free(ctx, db, &listed[i], &mine));
		if (!mine)
			continue;
		t->code = listed[i].code;
		return task_claim_in(ctx, db, t->wanted->cases, &who, t->code,
				     (uint32_t)listed[i].node);
	}
	return fail(ctx, ERR_NOT_FOUND, "Nothing is left that nobody has taken");
}

enum err case_take_next(struct ctx *ctx, struct cases *cases, const struct wanted *wanted,
			str *ret_code)
{
	struct taking t = { wanted, S("") };
	TRY(store_write_locked(ctx, cases->store, take, &t));
	*ret_code = arena_copy(ctx->arena, t.code);
	return OK;
}
