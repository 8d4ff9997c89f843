/*
 * sql: statements and their arguments, the same for SQLite and PostgreSQL.
 *
 * A statement is a literal; what varies is bound. SQL("…") takes nothing but a literal, and the
 * calls of store.h that take one refuse a variable at compile time. `$1` is the first argument,
 * `$2` the second, in any order and as often as you like.
 *
 *	TRY(db_run(ctx, db, SQL("UPDATE news SET title = $2 WHERE id = $1"), id, title));
 *
 * Arguments by their C type: str is TEXT (valid UTF-8 without NUL), every integer, enum and
 * bool is INT (bool as 0 or 1), struct sql_arg is whatever it says:
 * sql_bytes, sql_int_or_null, sql_text_or_null, sql_null.
 *
 * Search screens whose conditions vary are put together from literals too:
 *
 *	sql_t q = sql_new(arena);
 *	sql_add(&q, SQL("SELECT id, title FROM news WHERE site = $1"), site);
 *	if (!str_empty(words))
 *		sql_contains(&q, SQL(" AND title_folded"), words);
 *	sql_add(&q, SQL(" ORDER BY id DESC LIMIT $1"), 20);
 *	TRY(db_query_built(ctx, db, &rows, &q));
 *
 * Each piece counts its own arguments from $1. What SQL to write so that both engines take it
 * is in docs/SQL.md.
 */
#ifndef MOTCUA_STORE_SQL_H
#define MOTCUA_STORE_SQL_H

#include "base/buf.h"

struct sql {
	const char *text; /* ends in NUL */
	size_t n;
};

#define SQL(literal) ((struct sql){ "" literal, sizeof(literal) - 1 })

enum sql_kind { SQL_INT = 1, SQL_TEXT, SQL_BLOB, SQL_NULL };

struct sql_arg {
	uint8_t kind; /* enum sql_kind: the type, also of a null whose type is known */
	bool is_null;
	union {
		int64_t integer;
		str bytes; /* TEXT and BLOB; must live until the statement was run */
	};
};

static inline struct sql_arg sql_int(int64_t n)
{
	return (struct sql_arg){ .kind = SQL_INT, .integer = n };
}

static inline struct sql_arg sql_text(str s)
{
	return (struct sql_arg){ .kind = SQL_TEXT, .bytes = s };
}

static inline struct sql_arg sql_bytes(str s)
{
	return (struct sql_arg){ .kind = SQL_BLOB, .bytes = s };
}

/* NULL for an empty str: for columns where "not given" and "" are the same. */
static inline struct sql_arg sql_text_or_null(str s)
{
	return (struct sql_arg){ .kind = SQL_TEXT, .is_null = s.n == 0, .bytes = s };
}

static inline struct sql_arg sql_bytes_or_null(str s)
{
	return (struct sql_arg){ .kind = SQL_BLOB, .is_null = s.n == 0, .bytes = s };
}

/* NULL for 0: for references, which are never 0. */
static inline struct sql_arg sql_id_or_null(int64_t id)
{
	return (struct sql_arg){ .kind = SQL_INT, .is_null = id == 0, .integer = id };
}

static inline struct sql_arg sql_int_or_null(bool is_null, int64_t n)
{
	return (struct sql_arg){ .kind = SQL_INT, .is_null = is_null, .integer = n };
}

/* A null whose type the statement makes clear (INSERT, SET). */
static inline struct sql_arg sql_null(void)
{
	return (struct sql_arg){ .kind = SQL_NULL, .is_null = true };
}

static inline struct sql_arg sql_itself(struct sql_arg arg)
{
	return arg;
}

#define SQL_ARG(x)                            \
	_Generic((x),                         \
		str: sql_text,                \
		struct sql_arg: sql_itself,   \
		bool: sql_int,                \
		char: sql_int,                \
		signed char: sql_int,         \
		unsigned char: sql_int,       \
		short: sql_int,               \
		unsigned short: sql_int,      \
		int: sql_int,                 \
		unsigned: sql_int,            \
		long: sql_int,                \
		long long: sql_int)(x)

/* 0 where only the running program knows. */
#define SQL_KIND(x) _Generic((x), str: SQL_TEXT, struct sql_arg: 0, default: SQL_INT)

/* SQL_EACH(f, a, b, c) is f(a), f(b), f(c): up to 80 arguments. */
#define SQL_PARENS ()
#define SQL_AGAIN(...) SQL_AGAIN3(SQL_AGAIN3(SQL_AGAIN3(__VA_ARGS__)))
#define SQL_AGAIN3(...) SQL_AGAIN2(SQL_AGAIN2(SQL_AGAIN2(__VA_ARGS__)))
#define SQL_AGAIN2(...) SQL_AGAIN1(SQL_AGAIN1(SQL_AGAIN1(__VA_ARGS__)))
#define SQL_AGAIN1(...) SQL_AGAIN0(SQL_AGAIN0(SQL_AGAIN0(__VA_ARGS__)))
#define SQL_AGAIN0(...) __VA_ARGS__
#define SQL_EACH(f, ...) __VA_OPT__(SQL_AGAIN(SQL_EACH_STEP(f, __VA_ARGS__)))
#define SQL_EACH_STEP(f, x, ...) \
	f(x) __VA_OPT__(, SQL_EACH_NEXT SQL_PARENS(f, __VA_ARGS__))
#define SQL_EACH_NEXT() SQL_EACH_STEP

/* The arguments as an array whose first element is not used, so that it is never empty. */
#define SQL_ARGS(...) \
	((const struct sql_arg[]){ { 0 } __VA_OPT__(, SQL_EACH(SQL_ARG, __VA_ARGS__)) })
#define SQL_KINDS(...) { 0 __VA_OPT__(, SQL_EACH(SQL_KIND, __VA_ARGS__)) }

/* A place in the program that runs a statement. All of them lie side by side in a section of
 * the program, so that a test can prepare every statement there is on both engines. */
struct sql_site {
	struct sql sql;
	uint8_t n;
	uint8_t kinds[39]; /* from 1 */
};

#define SQL_SITE(statement, ...)                                                         \
	({                                                                               \
		static const struct sql_site sql_site_                                   \
			__attribute__((section("motcua_sql"), used, aligned(8))) = {     \
				.sql = statement,                                        \
				.n = sizeof(SQL_ARGS(__VA_ARGS__)) / sizeof(struct sql_arg) - 1, \
				.kinds = SQL_KINDS(__VA_ARGS__),                         \
			};                                                               \
		&sql_site_;                                                              \
	})

/* ---- statements put together ---- */

enum { SQL_BUILT_ARGS = 2048 };

typedef struct {
	struct buf text;
	struct sql_arg *args; /* from 0 */
	size_t n, room;
} sql_t;

sql_t sql_new(struct arena *arena);
/* Adds a piece; its $1… are its own arguments. */
#define sql_add(q, piece, ...)                                                       \
	sql_add_args((q), (piece), SQL_ARGS(__VA_ARGS__) + 1,                        \
		     sizeof(SQL_ARGS(__VA_ARGS__)) / sizeof(struct sql_arg) - 1)
void sql_add_args(sql_t *q, struct sql piece, const struct sql_arg *args, size_t n);
/* Adds another one with its arguments. */
void sql_append(sql_t *q, const sql_t *piece);
bool sql_is_empty(const sql_t *q);
/* column + " IN ($1, $2…)"; no ids at all gives a condition that is never true. `column` is
 * written as it comes: SQL(" AND site"). */
void sql_in(sql_t *q, struct sql column, const int64_t *ids, size_t n);
void sql_in_text(sql_t *q, struct sql column, const str *texts, size_t n);
/* column LIKE '%…%', with % and _ in the text meaning themselves; exact case: hand in folded
 * text for a folded column. */
void sql_contains(sql_t *q, struct sql column, str text);
/* Begins with, as a range an index walks: column >= … AND column < …. The column is named
 * twice, therefore without a leading AND. */
void sql_prefix(sql_t *q, struct sql column, str prefix);

#endif
