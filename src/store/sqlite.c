#include "store/sqlite.h"

#include <assert.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- faults ---- */

static enum err code_of(int extended)
{
	switch (extended) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return ERR_CONFLICT;
	}
	switch (extended & 0xff) {
	case SQLITE_CONSTRAINT:
		return ERR_INVALID;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return ERR_IO;
	}
	return ERR_DATABASE;
}

static enum err say(struct ctx *ctx, enum err code)
{
	switch (code) {
	case ERR_CONFLICT:
		return fail(ctx, code, "There is one of this already");
	case ERR_INVALID:
		return fail(ctx, code, "The value does not fit");
	case ERR_BUSY:
		return fail(ctx, code, "The database is busy. Please try again");
	case ERR_IO:
		return fail(ctx, code, "The disk is full or broken");
	default:
		return fail(ctx, code, "The database did not understand");
	}
}

enum err lite_fail(struct ctx *ctx, struct lite *lite, int code, const char *sql)
{
	say(ctx, code_of(code));
	return fail_detail(ctx, "sqlite %d: %s in: %s", code, sqlite3_errmsg(lite->handle), sql);
}

static enum err statement_fails(struct ctx *ctx, struct db *db, const char *sql)
{
	struct lite *lite = db->connection;
	enum err e = lite_fail(ctx, lite, sqlite3_extended_errcode(lite->handle), sql);
	return db_fail(ctx, db, e);
}

/* ---- connections ---- */

static void extreme(sqlite3_context *context, int n, sqlite3_value **values)
{
	bool greatest = sqlite3_user_data(context) != NULL;
	sqlite3_value *best = NULL;
	for (int i = 0; i < n; i++) {
		sqlite3_value *v = values[i];
		if (sqlite3_value_type(v) == SQLITE_NULL)
			continue;
		if (!best || (sqlite3_value_int64(v) > sqlite3_value_int64(best)) == greatest)
			best = v;
	}
	if (best)
		sqlite3_result_int64(context, sqlite3_value_int64(best));
}

/* split_part(text, separator, n): the n-th part, from 1; empty after the last. */
static void split_part(sqlite3_context *context, int n, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	const char *separator = (const char *)sqlite3_value_text(values[1]);
	int64_t part = sqlite3_value_int64(values[2]);
	if (!text || !separator || strlen(separator) != 1) {
		sqlite3_result_error(context, "split_part: one byte separates the parts", -1);
		return;
	}
	str rest = str_z(text), found = S("");
	for (int64_t i = 0; i < part; i++)
		if (!str_next(&rest, separator[0], &found))
			found = S("");
	sqlite3_result_text(context, found.p, (int)found.n, SQLITE_TRANSIENT);
}

/* PostgreSQL's names: NULLs are passed over. */
static void add_functions(sqlite3 *handle)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	sqlite3_create_function(handle, "greatest", -1, flags, handle, extreme, NULL, NULL);
	sqlite3_create_function(handle, "least", -1, flags, NULL, extreme, NULL, NULL);
	sqlite3_create_function(handle, "split_part", 3, flags, NULL, split_part, NULL, NULL);
}

static int configure(struct lite *lite, bool writing, bool no_sync)
{
	sqlite3_extended_result_codes(lite->handle, 1);
	sqlite3_busy_timeout(lite->handle, 10000);
	sqlite3_db_config(lite->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(lite->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(lite->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(lite->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	add_functions(lite->handle);
	int code = lite_execute(lite, "PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON;"
				      "PRAGMA temp_store = MEMORY");
	/* There are many readers: the system's cache of the file serves them all. */
	if (code == SQLITE_OK && !writing)
		return lite_execute(lite, "PRAGMA query_only = ON; PRAGMA cache_size = -1500");
	/* secure_delete: what is erased is overwritten, not just forgotten. */
	if (code == SQLITE_OK)
		code = lite_execute(lite,
				    "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000;"
				    "PRAGMA journal_size_limit = 67108864;"
				    "PRAGMA cache_size = -16000; PRAGMA secure_delete = FAST");
	/* The control that must lose: a checkpoint would sync what it is to lose. */
	if (code == SQLITE_OK)
		code = lite_execute(lite, no_sync ? "PRAGMA synchronous = NORMAL;"
						    "PRAGMA wal_autocheckpoint = 1000000" :
						    "PRAGMA synchronous = FULL");
	return code;
}

/* The name of a new database must be on disk before anything in it is promised. */
static void sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

enum err lite_open(struct ctx *ctx, struct store *store, bool writing, struct lite **ret_lite)
{
	const char *folder = arena_copy(ctx->arena, store->data).p;
	const char *path = arena_printf(ctx->arena, "%s/motcua.db", folder).p;
	bool fresh = access(path, F_OK) != 0;
	if (fresh && store->must_exist)
		return fail(ctx, ERR_NOT_FOUND, "There is no database in %s", folder);
	struct lite *lite = must_alloc(sizeof *lite);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	if (writing)
		flags |= SQLITE_OPEN_CREATE;
	mode_t mask = umask(0077);
	int code = sqlite3_open_v2(path, &lite->handle, flags, NULL);
	if (code == SQLITE_OK)
		code = configure(lite, writing, store->no_sync);
	umask(mask);
	if (code != SQLITE_OK) {
		enum err e = lite_fail(ctx, lite, code, "open");
		lite_close(lite);
		return e;
	}
	if (fresh)
		sync_folder(folder);
	*ret_lite = lite;
	return OK;
}

static void statement_free(struct lite_statement *statement)
{
	sqlite3_finalize(statement->handle);
	free(statement->text);
	free(statement->places);
	free(statement);
}

void lite_close(void *connection)
{
	struct lite *lite = connection;
	lite_reset(lite);
	for (int i = 0; i < LITE_BUCKETS; i++)
		for (struct lite_statement *s = lite->buckets[i], *next; s; s = next) {
			next = s->next;
			statement_free(s);
		}
	for (int i = 0; i < LITE_CONTROLS; i++)
		sqlite3_finalize(lite->control[i]);
	sqlite3_close(lite->handle);
	free(lite);
}

int lite_execute(struct lite *lite, const char *sql)
{
	return sqlite3_exec(lite->handle, sql, NULL, NULL, NULL);
}

int lite_control(struct lite *lite, enum lite_control which)
{
	static const char *const texts[] = {
		[LITE_BEGIN] = "BEGIN",
		[LITE_BEGIN_IMMEDIATE] = "BEGIN IMMEDIATE",
		[LITE_SAVEPOINT] = "SAVEPOINT command",
		[LITE_RELEASE] = "RELEASE command",
		[LITE_ROLLBACK_TO] = "ROLLBACK TO command",
		[LITE_COMMIT] = "COMMIT",
		[LITE_ROLLBACK] = "ROLLBACK",
	};
	sqlite3_stmt **statement = &lite->control[which];
	int code = *statement ? SQLITE_OK :
				sqlite3_prepare_v3(lite->handle, texts[which], -1,
						   SQLITE_PREPARE_PERSISTENT, statement, NULL);
	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(*statement);
	sqlite3_reset(*statement);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* ---- statements ---- */

/* SQLite has one writer and no row locks: the words are for PostgreSQL. */
static int without_lock(struct sql sql)
{
	size_t at = str_find(str_of(sql.text, sql.n), S(" FOR UPDATE"));
	return (int)(at == SIZE_MAX ? sql.n : at);
}

/* SQLite gives "$2" the place where it first appears; this finds the argument by its number. */
static bool map_places(struct lite_statement *statement, size_t n_args)
{
	statement->n_places = sqlite3_bind_parameter_count(statement->handle);
	size_t room = (size_t)statement->n_places + 1;
	statement->places = must_alloc(sizeof *statement->places * room);
	for (int i = 0; i < statement->n_places; i++) {
		str name = str_z(sqlite3_bind_parameter_name(statement->handle, i + 1));
		int64_t number;
		if (!str_int(str_slice(name, 1, name.n), 1, (int64_t)n_args, &number))
			return false;
		statement->places[i] = (uint16_t)(number - 1);
	}
	return true;
}

static enum err prepare(struct ctx *ctx, struct db *db, const struct call *call,
			struct lite_statement **ret_statement)
{
	struct lite *lite = db->connection;
	struct lite_statement *statement = must_alloc(sizeof *statement);
	*statement = (struct lite_statement){ .key = call->key };
	int code = sqlite3_prepare_v3(lite->handle, call->sql.text, without_lock(call->sql),
				      SQLITE_PREPARE_PERSISTENT, &statement->handle, NULL);
	if (code != SQLITE_OK) {
		statement_free(statement);
		return statement_fails(ctx, db, call->sql.text);
	}
	if (!map_places(statement, call->n)) {
		statement_free(statement);
		fail(ctx, ERR_DATABASE, "The database did not understand");
		fail_detail(ctx, "a place without an argument in: %s", call->sql.text);
		return db_fail(ctx, db, ERR_DATABASE);
	}
	*ret_statement = statement;
	return OK;
}

static uint64_t hash_of(const struct call *call)
{
	return call->key ? (uint64_t)(uintptr_t)call->key / sizeof(struct sql_site) :
			   str_hash(str_of(call->sql.text, call->sql.n));
}

static bool is_for(const struct lite_statement *statement, const struct call *call, uint64_t hash)
{
	return statement->hash == hash && statement->key == call->key && !statement->open &&
	       (call->key || strcmp(statement->text, call->sql.text) == 0);
}

/* Statements that were put together are of unknown number: the one of a bucket's end goes. */
static void forget_one(struct lite *lite)
{
	for (int i = 0; i < LITE_BUCKETS && lite->n_built > LITE_BUILT; i++)
		for (struct lite_statement **at = &lite->buckets[i]; *at;) {
			struct lite_statement *statement = *at;
			if (statement->key || statement->open) {
				at = &statement->next;
				continue;
			}
			*at = statement->next;
			statement_free(statement);
			lite->n_built--;
		}
}

static enum err find(struct ctx *ctx, struct db *db, const struct call *call,
		     struct lite_statement **ret_statement)
{
	struct lite *lite = db->connection;
	uint64_t hash = hash_of(call);
	struct lite_statement **bucket = &lite->buckets[hash % LITE_BUCKETS];
	for (struct lite_statement *s = *bucket; s; s = s->next)
		if (is_for(s, call, hash)) {
			*ret_statement = s;
			return OK;
		}
	struct lite_statement *statement;
	TRY(prepare(ctx, db, call, &statement));
	statement->hash = hash;
	if (!call->key) {
		statement->text = must_alloc(call->sql.n + 1);
		memcpy(statement->text, call->sql.text, call->sql.n);
		if (++lite->n_built > LITE_BUILT)
			forget_one(lite);
	}
	statement->next = *bucket;
	*bucket = statement;
	*ret_statement = statement;
	return OK;
}

/* The bytes are not copied: they outlive the statement's run, or (for rows that are walked) the
 * caller keeps them, as sql.h asks. */
static void bind(struct lite_statement *statement, const struct call *call)
{
	for (int i = 0; i < statement->n_places; i++) {
		const struct sql_arg *arg = &call->args[statement->places[i]];
		const char *bytes = arg->bytes.p && arg->bytes.n ? arg->bytes.p : "";
		if (arg->is_null)
			sqlite3_bind_null(statement->handle, i + 1);
		else if (arg->kind == SQL_INT)
			sqlite3_bind_int64(statement->handle, i + 1, arg->integer);
		else if (arg->kind == SQL_TEXT)
			sqlite3_bind_text64(statement->handle, i + 1, bytes, arg->bytes.n,
					    SQLITE_STATIC, SQLITE_UTF8);
		else
			sqlite3_bind_blob64(statement->handle, i + 1, bytes, arg->bytes.n,
					    SQLITE_STATIC);
	}
}

static enum err run(struct ctx *ctx, struct db *db, const struct call *call)
{
	struct lite *lite = db->connection;
	struct lite_statement *statement;
	TRY(find(ctx, db, call, &statement));
	bind(statement, call);
	int code;
	while ((code = sqlite3_step(statement->handle)) == SQLITE_ROW)
		;
	enum err e = code == SQLITE_DONE ? OK : statement_fails(ctx, db, call->sql.text);
	lite->changes = sqlite3_changes64(lite->handle);
	sqlite3_reset(statement->handle);
	return e;
}

static enum err changes(struct ctx *ctx, struct db *db, int64_t *ret_n)
{
	*ret_n = ((struct lite *)db->connection)->changes;
	return OK;
}

/* ---- rows ---- */

static enum err query(struct ctx *ctx, struct db *db, struct rows *ret_rows,
		      const struct call *call)
{
	struct lite *lite = db->connection;
	struct lite_statement *statement;
	TRY(find(ctx, db, call, &statement));
	bind(statement, call);
	statement->open = true;
	statement->next_open = lite->open;
	lite->open = statement;
	ret_rows->at = statement;
	/* The first row now, so that a fault comes out here as it does on PostgreSQL, and what
	 * the statement writes is written even if nobody looks at its rows. */
	int code = sqlite3_step(statement->handle);
	statement->stepped = code == SQLITE_ROW;
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return OK;
	enum err e = statement_fails(ctx, db, call->sql.text);
	db->engine->end(ret_rows);
	ret_rows->at = NULL;
	return e;
}

static bool next(struct rows *rows)
{
	struct lite_statement *statement = rows->at;
	rows->row++;
	if (rows->row == 0)
		return statement->stepped;
	int code = sqlite3_step(statement->handle);
	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE)
		statement_fails(rows->ctx, rows->db, sqlite3_sql(statement->handle));
	return false;
}

static void close_statement(struct lite_statement *statement)
{
	sqlite3_reset(statement->handle);
	statement->open = false;
}

static void end(struct rows *rows)
{
	struct lite *lite = rows->db->connection;
	struct lite_statement *statement = rows->at;
	struct lite_statement **at = &lite->open;
	while (*at && *at != statement)
		at = &(*at)->next_open;
	if (!*at)
		return;
	*at = statement->next_open;
	close_statement(statement);
}

void lite_reset(struct lite *lite)
{
	while (lite->open) {
		struct lite_statement *statement = lite->open;
		lite->open = statement->next_open;
		close_statement(statement);
	}
}

static int columns(const struct rows *rows)
{
	return sqlite3_column_count(((struct lite_statement *)rows->at)->handle);
}

static void cell(const struct rows *rows, int column, struct cell *ret_cell)
{
	sqlite3_stmt *handle = ((struct lite_statement *)rows->at)->handle;
	assert(column < sqlite3_column_count(handle));
	switch (sqlite3_column_type(handle, column)) {
	case SQLITE_INTEGER:
	case SQLITE_FLOAT:
		ret_cell->kind = SQL_INT;
		ret_cell->integer = sqlite3_column_int64(handle, column);
		break;
	case SQLITE_TEXT:
		ret_cell->kind = SQL_TEXT;
		ret_cell->bytes.p = (const char *)sqlite3_column_text(handle, column);
		ret_cell->bytes.n = (size_t)sqlite3_column_bytes(handle, column);
		break;
	case SQLITE_BLOB:
		ret_cell->kind = SQL_BLOB;
		ret_cell->bytes.p = sqlite3_column_blob(handle, column);
		ret_cell->bytes.n = (size_t)sqlite3_column_bytes(handle, column);
		break;
	}
}

/* ---- snapshots, and the rest ---- */

static const usec patience = 10 * USEC_SECOND;

static enum err begin(struct ctx *ctx, struct db *db)
{
	struct lite_shared *shared = db->store->shared;
	bool make;
	struct lite *lite = pool_take(&shared->readers, patience, &make);
	if (make) {
		enum err e = lite_open(ctx, db->store, false, &lite);
		if (e != OK) {
			pool_give(&shared->readers, NULL);
			return e;
		}
	} else if (!lite) {
		return fail(ctx, ERR_BUSY, "The database is busy. Please try again");
	}
	int code = lite_control(lite, LITE_BEGIN);
	if (code != SQLITE_OK) {
		enum err e = lite_fail(ctx, lite, code, "BEGIN");
		pool_give(&shared->readers, lite);
		return e;
	}
	db->connection = lite;
	return OK;
}

static void release(struct db *db)
{
	struct lite_shared *shared = db->store->shared;
	struct lite *lite = db->connection;
	lite_reset(lite);
	lite_control(lite, LITE_ROLLBACK);
	db->connection = NULL;
	pool_give(&shared->readers, lite);
}

static bool may_repeat(struct db *db)
{
	return false;
}

static enum err check(struct ctx *ctx, struct db *db, const struct sql_site *site)
{
	struct call call = { .key = site, .sql = site->sql, .n = site->n };
	struct lite_statement *statement;
	TRY(prepare(ctx, db, &call, &statement));
	statement_free(statement);
	return OK;
}

static enum err execute(struct ctx *ctx, struct db *db, str statement)
{
	struct lite *lite = db->connection;
	const char *sql = arena_copy(ctx->arena, statement).p;
	if (lite_execute(lite, sql) == SQLITE_OK)
		return OK;
	return statement_fails(ctx, db, sql);
}

static void close_store(struct store *store)
{
	struct lite_shared *shared = store->shared;
	if (!shared)
		return;
	pool_done(&shared->readers, lite_close);
	lite_writer_free(shared->writer);
}

const struct engine sqlite_engine = {
	.serial = true,
	.write = lite_write,
	.begin = begin,
	.release = release,
	.may_repeat = may_repeat,
	.run = run,
	.changes = changes,
	.query = query,
	.next = next,
	.end = end,
	.columns = columns,
	.cell = cell,
	.prepare = check,
	.execute = execute,
	.close = close_store,
};

enum { READERS = 16 };

enum err sqlite_open(struct ctx *ctx, struct store *store)
{
	struct lite *lite;
	TRY(lite_open(ctx, store, true, &lite));
	struct lite_shared *shared = ARENA_NEW(&store->arena, struct lite_shared);
	pool_init(&shared->readers, store->connections ? store->connections : READERS,
		  &store->arena);
	shared->writer = lite_writer_new(lite);
	store->shared = shared;
	store->engine = &sqlite_engine;
	snprintf(store->version, sizeof store->version, "SQLite %s", sqlite3_libversion());
	return OK;
}
