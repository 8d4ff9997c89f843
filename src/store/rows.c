/* Reading what a query gives, and the short forms of db_query. */
#include <assert.h>

#include "store/engine.h"

/* A row that db_one took out of its statement; rows.row is then AT_ONE. */
struct one {
	int n;
	struct cell cells[];
};

enum { AT_ONE = -2 };

static enum err check(struct ctx *ctx, struct db *db, const struct call *call)
{
	assert(db->in_use && "a db is used after its transaction");
	if (db->failed != OK) {
		ctx->fault = db->fault;
		return db->failed;
	}
	return args_check(ctx, db, call);
}

static struct call call_of(const struct sql_site *site, const struct sql_arg *args)
{
	return (struct call){ .key = site, .sql = site->sql, .args = args + 1, .n = site->n };
}

static struct call call_built(const sql_t *q)
{
	struct buf text = q->text;
	const char *z = buf_z(&text);
	return (struct call){ .sql = { z, text.n }, .args = q->args, .n = q->n };
}

static enum err run(struct ctx *ctx, struct db *db, struct call call)
{
	TRY(check(ctx, db, &call));
	if (!db->writing) {
		fail(ctx, ERR_DATABASE, "A snapshot cannot be written to");
		fail_detail(ctx, "%s", call.sql.text);
		return db_fail(ctx, db, ERR_DATABASE);
	}
	return db->engine->run(ctx, db, &call);
}

static enum err query(struct ctx *ctx, struct db *db, struct rows *ret_rows, struct call call)
{
	TRY(check(ctx, db, &call));
	*ret_rows = (struct rows){ .ctx = ctx, .db = db, .row = -1 };
	return db->engine->query(ctx, db, ret_rows, &call);
}

enum err db_run_site(struct ctx *ctx, struct db *db, const struct sql_site *site,
		     const struct sql_arg *args)
{
	return run(ctx, db, call_of(site, args));
}

enum err db_run_built(struct ctx *ctx, struct db *db, const sql_t *q)
{
	return run(ctx, db, call_built(q));
}

enum err db_query_site(struct ctx *ctx, struct db *db, struct rows *ret_rows,
		       const struct sql_site *site, const struct sql_arg *args)
{
	return query(ctx, db, ret_rows, call_of(site, args));
}

enum err db_query_built(struct ctx *ctx, struct db *db, struct rows *ret_rows, const sql_t *q)
{
	return query(ctx, db, ret_rows, call_built(q));
}

enum err db_changes(struct ctx *ctx, struct db *db, int64_t *ret_n)
{
	TRY(check(ctx, db, &(struct call){ 0 }));
	return db->engine->changes(ctx, db, ret_n);
}

bool rows_next(struct rows *rows)
{
	assert(rows->row != AT_ONE);
	if (!rows->at)
		return false;
	if (rows->db->engine->next(rows))
		return true;
	rows->db->engine->end(rows);
	rows->at = NULL;
	return false;
}

enum err rows_end(struct rows *rows)
{
	if (rows->at && rows->row != AT_ONE)
		rows->db->engine->end(rows);
	rows->at = NULL;
	if (rows->db->failed != OK)
		rows->ctx->fault = rows->db->fault;
	return rows->db->failed;
}

static struct cell cell_at(const struct rows *rows, int column)
{
	struct cell cell = { .kind = SQL_NULL };
	assert(rows->at && "no row is being looked at");
	if (rows->row != AT_ONE) {
		rows->db->engine->cell(rows, column, &cell);
		return cell;
	}
	const struct one *one = rows->at;
	assert(column < one->n);
	return one->cells[column];
}

bool row_is_null(const struct rows *rows, int column)
{
	return cell_at(rows, column).kind == SQL_NULL;
}

int64_t row_int(const struct rows *rows, int column)
{
	struct cell cell = cell_at(rows, column);
	int64_t n = cell.integer;
	if ((cell.kind == SQL_TEXT || cell.kind == SQL_BLOB) &&
	    !str_int(cell.bytes, INT64_MIN, INT64_MAX, &n))
		n = 0;
	return n;
}

bool row_bool(const struct rows *rows, int column)
{
	return row_int(rows, column) != 0;
}

str row_view(const struct rows *rows, int column)
{
	struct cell cell = cell_at(rows, column);
	if (cell.kind == SQL_INT)
		return arena_printf(rows->ctx->arena, "%lld", (long long)cell.integer);
	return cell.kind == SQL_NULL ? S("") : cell.bytes;
}

str row_str(const struct rows *rows, int column)
{
	if (rows->row == AT_ONE || cell_at(rows, column).kind == SQL_INT)
		return row_view(rows, column);
	return arena_copy(rows->ctx->arena, row_view(rows, column));
}

static void take_row(struct rows *rows)
{
	const struct engine *engine = rows->db->engine;
	struct arena *arena = rows->ctx->arena;
	int n = engine->columns(rows);
	struct one *one = arena_alloc(arena, sizeof *one + sizeof(struct cell) * (size_t)n);
	one->n = n;
	for (int i = 0; i < n; i++) {
		one->cells[i] = (struct cell){ .kind = SQL_NULL };
		engine->cell(rows, i, &one->cells[i]);
		if (one->cells[i].kind == SQL_TEXT || one->cells[i].kind == SQL_BLOB)
			one->cells[i].bytes = arena_copy(arena, one->cells[i].bytes);
	}
	engine->end(rows);
	rows->at = one;
	rows->row = AT_ONE;
}

static enum err one(struct ctx *ctx, struct db *db, struct rows *ret_rows, struct call call)
{
	TRY(query(ctx, db, ret_rows, call));
	if (rows_next(ret_rows)) {
		take_row(ret_rows);
		return OK;
	}
	TRY(rows_end(ret_rows));
	return fail(ctx, ERR_NOT_FOUND, "This was not found");
}

enum err db_one_site(struct ctx *ctx, struct db *db, struct rows *ret_rows,
		     const struct sql_site *site, const struct sql_arg *args)
{
	return one(ctx, db, ret_rows, call_of(site, args));
}

enum err db_one_built(struct ctx *ctx, struct db *db, struct rows *ret_rows, const sql_t *q)
{
	return one(ctx, db, ret_rows, call_built(q));
}

enum err db_int_site(struct ctx *ctx, struct db *db, int64_t otherwise, int64_t *ret_n,
		     const struct sql_site *site, const struct sql_arg *args)
{
	struct rows rows;
	TRY(query(ctx, db, &rows, call_of(site, args)));
	int64_t n = otherwise;
	if (rows_next(&rows) && !row_is_null(&rows, 0))
		n = row_int(&rows, 0);
	TRY(rows_end(&rows));
	*ret_n = n;
	return OK;
}

enum err db_text_site(struct ctx *ctx, struct db *db, str *ret_text,
		      const struct sql_site *site, const struct sql_arg *args)
{
	struct rows rows;
	TRY(query(ctx, db, &rows, call_of(site, args)));
	str text = S("");
	if (rows_next(&rows))
		text = row_str(&rows, 0);
	TRY(rows_end(&rows));
	*ret_text = text;
	return OK;
}
