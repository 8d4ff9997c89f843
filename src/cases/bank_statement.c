#include "cases/bank_statement.h"

#include "base/buf.h"
#include "base/datetime.h"

enum { CELLS_MAX = 64, ID_MAX = 64 };

/* ---- reading CSV (RFC 4180, any separator, CR and LF) ---- */

struct reader {
	struct arena *arena;
	str rest;
	char separator;
	int line;       /* of the row being read, from 1 */
	str cells[CELLS_MAX];
	size_t n;
};

static str quoted_cell(struct reader *r)
{
	struct buf cell = { .arena = r->arena };
	size_t i = 1;
	for (; i < r->rest.n; i++) {
		if (r->rest.p[i] == '\n')
			r->line++;
		if (r->rest.p[i] != '"')
			buf_byte(&cell, r->rest.p[i]);
		else if (i + 1 < r->rest.n && r->rest.p[i + 1] == '"')
			buf_byte(&cell, r->rest.p[i++]);
		else
			break;
	}
	r->rest = str_slice(r->rest, i < r->rest.n ? i + 1 : i, r->rest.n);
	return buf_view(&cell);
}

static bool ends_cell(const struct reader *r, char c)
{
	return c == r->separator || c == '\n' || c == '\r';
}

static str plain_cell(struct reader *r)
{
	size_t n = 0;
	while (n < r->rest.n && !ends_cell(r, r->rest.p[n]))
		n++;
	str cell = str_slice(r->rest, 0, n);
	r->rest = str_slice(r->rest, n, r->rest.n);
	return cell;
}

static bool next_row(struct reader *r)
{
	r->n = 0;
	if (str_empty(r->rest))
		return false;
	for (;;) {
		str cell = r->rest.n && r->rest.p[0] == '"' ? quoted_cell(r) : plain_cell(r);
		if (r->n < CELLS_MAX)
			r->cells[r->n++] = str_trim(cell);
		while (r->rest.n && !ends_cell(r, r->rest.p[0]))
			r->rest = str_slice(r->rest, 1, r->rest.n);
		if (str_empty(r->rest))
			return true;
		char end = r->rest.p[0];
		r->rest = str_slice(r->rest, 1, r->rest.n);
		if (end == r->separator)
			continue;
		if (end == '\r' && r->rest.n && r->rest.p[0] == '\n')
			r->rest = str_slice(r->rest, 1, r->rest.n);
		return true;
	}
}

/* ---- what the cells say ---- */

/* "8.000", "8,000.00", "+8 000 VND": whole đồng. 0 for nothing and for what went out. */
static bool read_amount(str text, int64_t *ret_amount)
{
	int64_t n = 0;
	size_t digits = 0, end = text.n;
	*ret_amount = 0;
	if (text.n >= 3 && (text.p[text.n - 3] == '.' || text.p[text.n - 3] == ',')) {
		if (text.p[text.n - 2] != '0' || text.p[text.n - 1] != '0')
			return false;
		end -= 3;
	}
	for (size_t i = 0; i < end; i++) {
		char c = text.p[i];
		if (c == '-' || c == '(')
			return true;
		if (c < '0' || c > '9')
			continue;
		if (++digits > 15)
			return false;
		n = n * 10 + (c - '0');
	}
	*ret_amount = n;
	return true;
}

/* Three numbers with anything between them; `order` says which is the day. */
static bool read_day(str text, str order, int64_t *ret_day)
{
	int64_t part[3] = { 0 };
	size_t n = 0, i = 0;
	while (i < text.n && n < 3) {
		size_t from = i;
		for (; i < text.n && i - from < 4 && text.p[i] >= '0' && text.p[i] <= '9'; i++)
			part[n] = part[n] * 10 + (text.p[i] - '0');
		n += i > from;
		i += i == from || (i < text.n && (text.p[i] < '0' || text.p[i] > '9'));
	}
	if (n < 3)
		return false;
	bool year_first = str_eq(order, S("ymd"));
	int64_t year = year_first ? part[0] : part[2];
	int64_t month = str_eq(order, S("mdy")) ? part[0] : part[1];
	int64_t day = year_first ? part[2] : str_eq(order, S("mdy")) ? part[1] : part[0];
	if (year < 2000 || year > 2100 || !date_exists((int32_t)year, (int)month, (int)day))
		return false;
	*ret_day = days_of_civil((int32_t)year, (int)month, (int)day);
	return true;
}

enum { COLUMN_ID, COLUMN_DAY, COLUMN_AMOUNT, COLUMN_TEXT, COLUMNS };

/* The heading is the first row with all four titles: banks write their own name above it. */
static bool read_heading(const struct reader *r, struct value rules, size_t *columns)
{
	static const char *const keys[COLUMNS] = { "id", "date", "amount", "text" };
	for (size_t k = 0; k < COLUMNS; k++) {
		str title = value_text(value_get(rules, str_z(keys[k])));
		size_t at = 0;
		while (at < r->n && !str_eq(r->cells[at], title))
			at++;
		if (at == r->n || str_empty(title))
			return false;
		columns[k] = at;
	}
	return true;
}

/* A quoted cell may hold line ends; PostgreSQL keeps no NUL. */
static bool has_controls(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ')
			return true;
	return false;
}

static str without_controls(struct arena *arena, str s)
{
	struct buf out = { .arena = arena };
	if (!has_controls(s))
		return s;
	for (size_t i = 0; i < s.n; i++)
		buf_byte(&out, (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
	return buf_view(&out);
}

static enum err read_line(struct ctx *ctx, const struct reader *r, const size_t *columns,
			  str order, struct bank_lines *lines)
{
	struct bank_line line = { .id = S(""), .at = r->line };
	size_t most = 0;
	for (size_t k = 0; k < COLUMNS; k++)
		most = columns[k] > most ? columns[k] : most;
	if (r->n <= most || str_empty(r->cells[columns[COLUMN_AMOUNT]])) {
		lines->skipped++;
		return OK;
	}
	line.id = r->cells[columns[COLUMN_ID]];
	line.text = without_controls(r->arena, r->cells[columns[COLUMN_TEXT]]);
	if (!read_amount(r->cells[columns[COLUMN_AMOUNT]], &line.amount))
		return fail(ctx, ERR_INVALID, "Line %d: the amount cannot be read", r->line);
	if (line.amount == 0) {
		lines->skipped++;
		return OK;
	}
	if (str_empty(line.id) || line.id.n > ID_MAX)
		return fail(ctx, ERR_INVALID, "Line %d: the bank's number is missing or too long",
			    r->line);
	if (has_controls(line.id))
		return fail(ctx, ERR_INVALID, "Line %d: the bank's number cannot be read", r->line);
	if (!read_day(r->cells[columns[COLUMN_DAY]], order, &line.day))
		return fail(ctx, ERR_INVALID, "Line %d: the date cannot be read", r->line);
	if (lines->n == BANK_LINES_MAX)
		return fail(ctx, ERR_INVALID, "The file has more than %d payments: give it in parts",
			    BANK_LINES_MAX);
	lines->items[lines->n++] = line;
	return OK;
}

enum err bank_read(struct ctx *ctx, str csv, struct value rules, struct bank_lines *ret_lines)
{
	str separator = value_text(value_get(rules, S("separator")));
	struct reader *r = ARENA_NEW(ctx->arena, struct reader);
	size_t columns[COLUMNS];
	bool headed = false;
	*ret_lines = (struct bank_lines){
		.items = ARENA_ARRAY(ctx->arena, struct bank_line, BANK_LINES_MAX) };
	if (!utf8_valid(csv))
		return fail(ctx, ERR_INVALID, "The file is not UTF-8 text: save it as CSV UTF-8");
	if (str_starts(csv, S("\xEF\xBB\xBF")))
		csv = str_slice(csv, 3, csv.n);
	*r = (struct reader){ .arena = ctx->arena, .rest = csv,
			      .separator = separator.n == 1 ? separator.p[0] : ',' };
	while (r->line++, next_row(r)) {
		if (headed)
			TRY(read_line(ctx, r, columns, value_text(value_get(rules, S("date_order"))),
				      ret_lines));
		else
			headed = read_heading(r, rules, columns);
	}
	if (!headed)
		return fail(ctx, ERR_INVALID,
			    "No row has the headings of number, date, amount and text of the bank");
	if (!ret_lines->n)
		return fail(ctx, ERR_INVALID, "The file has no payment that came in");
	return OK;
}
