/*
 * Migrations: portable statements into each engine's words, and each step once. The table of what
 * was applied keeps a fingerprint of every step, so that an edited one is noticed before it makes
 * two databases of the same version differ.
 */
#include "base/clock.h"
#include "store/engine.h"
#include "store/migrate.h"

struct word {
	const char *portable, *sqlite, *postgres;
};

static const struct word words[] = {
	{ "INT", "INTEGER", "BIGINT" },
	{ "BOOL", "INTEGER", "BIGINT" },
	{ "TEXT", "TEXT", "TEXT COLLATE \"C\"" },
	{ "BLOB", "BLOB", "BYTEA" },
};

static bool is_word(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static str word_for(str found, bool sqlite)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_eq(found, str_z(words[i].portable)))
			return str_z(sqlite ? words[i].sqlite : words[i].postgres);
	return found;
}

static size_t end_of_quote(str sql, size_t at)
{
	do
		at++;
	while (at < sql.n && sql.p[at] != '\'');
	return at < sql.n ? at + 1 : at;
}

static size_t end_of_word(str sql, size_t at)
{
	while (at < sql.n && is_word(sql.p[at]))
		at++;
	return at;
}

/* "AS TEXT" belongs to a cast: PostgreSQL allows no collation there, and needs none. */
static bool after_as(const struct buf *out)
{
	str before = str_trim(buf_view(out));
	return str_ends(before, S(" AS")) || str_ends(before, S("(AS"));
}

/* SQLite keeps such a table in the order of its key, without a second copy; PostgreSQL has one kind. */
static str table_kind(struct arena *arena, str statement, bool sqlite)
{
	str keyed = S(" WITHOUT ROWID");
	bool is_keyed = str_ends(statement, keyed);
	if (!str_starts(statement, S("CREATE TABLE")))
		return statement;
	if (is_keyed && !sqlite)
		return str_slice(statement, 0, statement.n - keyed.n);
	if (sqlite && (is_keyed || str_ends(statement, S(")"))))
		return arena_join(arena, (str[]){ statement, is_keyed ? S(", STRICT") :
							     S(" STRICT") }, 2);
	return statement;
}

bool migrate_next(struct arena *arena, str *rest, bool sqlite, str *ret_statement)
{
	struct buf out = { .arena = arena };
	str sql = str_trim(*rest);
	size_t at = 0;
	if (str_empty(sql))
		return false;
	while (at < sql.n && sql.p[at] != ';') {
		size_t from = at;
		if (sql.p[at] == '\'') {
			at = end_of_quote(sql, at);
		} else if (sql.p[at] == '-' && at + 1 < sql.n && sql.p[at + 1] == '-') {
			while (at < sql.n && sql.p[at] != '\n')
				at++;
			continue;
		} else if (is_word(sql.p[at])) {
			at = end_of_word(sql, at);
			str found = str_slice(sql, from, at);
			buf_str(&out, after_as(&out) ? found : word_for(found, sqlite));
			continue;
		} else {
			at++;
		}
		buf_str(&out, str_slice(sql, from, at));
	}
	*rest = str_slice(sql, at + 1, sql.n);
	*ret_statement = table_kind(arena, str_trim(buf_view(&out)), sqlite);
	return true;
}

static const char bookkeeping[] =
	"CREATE TABLE IF NOT EXISTS migration ("
	"	room TEXT NOT NULL, version INT NOT NULL, name TEXT NOT NULL,"
	"	fingerprint INT NOT NULL, applied_at INT NOT NULL,"
	"	PRIMARY KEY (room, version));";

static enum err run_script(struct ctx *ctx, struct db *db, str script)
{
	bool sqlite = db->engine == &sqlite_engine;
	for (str statement; migrate_next(ctx->arena, &script, sqlite, &statement);)
		if (!str_empty(statement))
			TRY(db->engine->execute(ctx, db, statement));
	return OK;
}

static enum err apply(struct ctx *ctx, struct db *db, const char *room,
		      const struct migration *step)
{
	struct rows rows;
	int64_t fingerprint = (int64_t)str_hash(str_z(step->sql));
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT fingerprint FROM migration WHERE room = $1 AND version = $2"),
		     str_z(room), step->version));
	bool applied = rows_next(&rows);
	bool same = applied && row_int(&rows, 0) == fingerprint;
	TRY(rows_end(&rows));
	if (same)
		return OK;
	if (applied) {
		fail(ctx, ERR_DATABASE,
		     "This database was made by a different version of the program");
		return fail_detail(ctx, "migration %s %d (%s) was changed after it was applied",
				   room, step->version, step->name);
	}
	TRY(run_script(ctx, db, str_z(step->sql)));
	return db_run(ctx, db,
		      SQL("INSERT INTO migration (room, version, name, fingerprint, applied_at)"
			  " VALUES ($1, $2, $3, $4, $5)"),
		      str_z(room), step->version, str_z(step->name), fingerprint, clock_real());
}

/* A program older than its database must not write to it. */
static enum err refuse_newer(struct ctx *ctx, struct db *db, const struct migration_set *set)
{
	int64_t newest;
	TRY(db_int(ctx, db, 0, &newest, SQL("SELECT max(version) FROM migration WHERE room = $1"),
		   str_z(set->room)));
	if (newest <= (int64_t)set->n)
		return OK;
	fail(ctx, ERR_DATABASE, "This database was made by a newer version of the program");
	return fail_detail(ctx, "%s: %lld, known %zu", set->room, (long long)newest, set->n);
}

static enum err apply_set(struct ctx *ctx, struct db *db, const struct migration_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->steps[i].version != (int)i + 1) {
			fail(ctx, ERR_DATABASE, "The program's migrations are not in order");
			return fail_detail(ctx, "%s: step %zu is numbered %d", set->room, i + 1,
					   set->steps[i].version);
		}
		TRY(apply(ctx, db, set->room, &set->steps[i]));
	}
	return refuse_newer(ctx, db, set);
}

static const struct migration_set *const own_sets[] = {
	&ledger_migrations, &files_migrations, &outbox_migrations, NULL,
};

static enum err keep_books(struct ctx *ctx, struct db *db, void *arg)
{
	return run_script(ctx, db, str_z(bookkeeping));
}

static enum err apply_sets(struct ctx *ctx, struct db *db, void *arg)
{
	const struct migration_set *const *sets = arg;
	/* Two nodes starting at the same time: the second waits here, then finds it done. */
	if (db->engine != &sqlite_engine)
		TRY(db->engine->execute(ctx, db, S("LOCK TABLE migration IN EXCLUSIVE MODE")));
	for (size_t i = 0; own_sets[i]; i++)
		TRY(apply_set(ctx, db, own_sets[i]));
	for (; sets && *sets; sets++)
		TRY(apply_set(ctx, db, *sets));
	return OK;
}

enum err migrate(struct ctx *ctx, struct store *store, const struct migration_set *const *sets)
{
	enum err e = store_write(ctx, store, keep_books, NULL);
	if (e == ERR_CONFLICT) /* another node made the same table just now */
		e = store_write(ctx, store, keep_books, NULL);
	TRY(e);
	return store->engine->write(ctx, store, apply_sets, (void *)sets, /* relaxed= */ true);
}
