#include "store/sql.h"

#include <assert.h>

sql_t sql_new(struct arena *arena)
{
	return (sql_t){ .text = { .arena = arena } };
}

static void add_arg(sql_t *q, struct sql_arg arg)
{
	assert(q->n < SQL_BUILT_ARGS);
	if (q->n == q->room) {
		size_t room = q->room ? q->room * 2 : 8;
		q->args = arena_grow(q->text.arena, q->args, q->room * sizeof *q->args,
				     room * sizeof *q->args);
		q->room = room;
	}
	q->args[q->n++] = arg;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Copies the piece, raising every $n outside of quotes by the number of arguments before it. */
static void add_text(sql_t *q, str piece, size_t before)
{
	bool quoted = false;
	size_t from = 0;
	for (size_t i = 0; i < piece.n; i++) {
		if (piece.p[i] == '\'')
			quoted = !quoted;
		if (quoted || piece.p[i] != '$' || i + 1 == piece.n || !is_digit(piece.p[i + 1]))
			continue;
		buf_str(&q->text, str_slice(piece, from, i + 1));
		int64_t number = 0;
		for (i++; i < piece.n && is_digit(piece.p[i]) && number < SQL_BUILT_ARGS; i++)
			number = number * 10 + (piece.p[i] - '0');
		buf_int(&q->text, number + (int64_t)before);
		from = i--;
	}
	buf_str(&q->text, str_slice(piece, from, piece.n));
}

void sql_add_args(sql_t *q, struct sql piece, const struct sql_arg *args, size_t n)
{
	add_text(q, str_of(piece.text, piece.n), q->n);
	for (size_t i = 0; i < n; i++)
		add_arg(q, args[i]);
}

void sql_append(sql_t *q, const sql_t *piece)
{
	add_text(q, buf_view(&piece->text), q->n);
	for (size_t i = 0; i < piece->n; i++)
		add_arg(q, piece->args[i]);
}

bool sql_is_empty(const sql_t *q)
{
	return q->text.n == 0;
}

static void add_place(sql_t *q, struct sql_arg arg)
{
	add_arg(q, arg);
	buf_byte(&q->text, '$');
	buf_int(&q->text, (int64_t)q->n);
}

static void begin_in(sql_t *q, struct sql column, size_t n)
{
	buf_str(&q->text, str_of(column.text, column.n));
	buf_str(&q->text, n ? S(" IN (") : S(" IN (NULL"));
}

void sql_in(sql_t *q, struct sql column, const int64_t *ids, size_t n)
{
	begin_in(q, column, n);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(&q->text, ',');
		add_place(q, sql_int(ids[i]));
	}
	buf_byte(&q->text, ')');
}

void sql_in_text(sql_t *q, struct sql column, const str *texts, size_t n)
{
	begin_in(q, column, n);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(&q->text, ',');
		add_place(q, sql_text(texts[i]));
	}
	buf_byte(&q->text, ')');
}

void sql_contains(sql_t *q, struct sql column, str text)
{
	struct buf pattern = { .arena = q->text.arena };
	buf_byte(&pattern, '%');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '%' || text.p[i] == '_' || text.p[i] == '\\')
			buf_byte(&pattern, '\\');
		buf_byte(&pattern, text.p[i]);
	}
	buf_byte(&pattern, '%');
	buf_str(&q->text, str_of(column.text, column.n));
	buf_str(&q->text, S(" LIKE "));
	/* The view must not move when the statement grows: both lie in the same arena. */
	add_place(q, sql_text(arena_copy(q->text.arena, buf_view(&pattern))));
	buf_str(&q->text, S(" ESCAPE '\\'"));
}

/* The least text above everything that begins with `prefix`: its last code point raised. Empty
 * where there is none. */
static str above(struct arena *arena, str prefix)
{
	while (prefix.n) {
		size_t at = prefix.n - 1;
		while (at > 0 && ((unsigned char)prefix.p[at] & 0xC0) == 0x80)
			at--;
		uint32_t code;
		char next[4];
		if (utf8_decode(prefix, at, &code) && code < 0x10FFFF) {
			code = code == 0xD7FF ? 0xE000 : code + 1;
			size_t n = utf8_encode(code, next);
			str parts[] = { str_slice(prefix, 0, at), { next, n } };
			return arena_join(arena, parts, 2);
		}
		prefix.n = at;
	}
	return S("");
}

void sql_prefix(sql_t *q, struct sql column, str prefix)
{
	str name = str_of(column.text, column.n), end = above(q->text.arena, prefix);
	buf_str(&q->text, name);
	buf_str(&q->text, S(" >= "));
	add_place(q, sql_text(prefix));
	if (str_empty(end))
		return;
	buf_str(&q->text, S(" AND "));
	buf_str(&q->text, name);
	buf_str(&q->text, S(" < "));
	add_place(q, sql_text(end));
}
