/* Statements of the bank: a CSV file as the bank gives it, its lines kept once, those that pay a
 * fee exactly booked as payments. */
#include "cases/fee.h"
#include "cases/room.h"

enum { LINES_MAX = 5000, CELLS_MAX = 64, ID_MAX = 64, LONG_AGO = 60 };

struct value bank_rules(const struct cases *cases)
{
	return value_get(cases_catalogue(cases)->pack, S("bank_statement"));
}

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

static enum err read_line(struct ctx *ctx, const struct reader *r, const size_t *columns,
			  str order, struct bank_lines *lines)
{
	struct bank_line line = { .id = S("") };
	size_t most = 0;
	for (size_t k = 0; k < COLUMNS; k++)
		most = columns[k] > most ? columns[k] : most;
	if (r->n <= most || str_empty(r->cells[columns[COLUMN_AMOUNT]])) {
		lines->skipped++;
		return OK;
	}
	line.id = r->cells[columns[COLUMN_ID]];
	line.text = r->cells[columns[COLUMN_TEXT]];
	if (!read_amount(r->cells[columns[COLUMN_AMOUNT]], &line.amount))
		return fail(ctx, ERR_INVALID, "Line %d: the amount cannot be read", r->line);
	if (line.amount == 0) {
		lines->skipped++;
		return OK;
	}
	if (str_empty(line.id) || line.id.n > ID_MAX)
		return fail(ctx, ERR_INVALID, "Line %d: the bank's number is missing or too long",
			    r->line);
	if (!read_day(r->cells[columns[COLUMN_DAY]], order, &line.day))
		return fail(ctx, ERR_INVALID, "Line %d: the date cannot be read", r->line);
	if (lines->n == LINES_MAX)
		return fail(ctx, ERR_INVALID, "The file has more than %d payments: give it in parts",
			    LINES_MAX);
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
		.items = ARENA_ARRAY(ctx->arena, struct bank_line, LINES_MAX) };
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
	return OK;
}

/* ---- keeping the lines ---- */

struct import {
	struct cases *cases;
	const struct actor *who;
	int64_t organisation;
	const struct bank_lines *lines;
	struct bank_report *report;
	struct waiting *waiting;
	struct bank_lines open;
	size_t n_waiting;
};

static enum err keep_line(struct ctx *ctx, struct db *db, const struct import *import,
			  const struct bank_line *line, struct value *told, struct value *texts)
{
	struct value item = value_map();
	int64_t there;
	TRY(db_int(ctx, db, 0, &there,
		   SQL("SELECT COUNT(*) FROM bank_line WHERE organisation = $1 AND id = $2"),
		   import->organisation, line->id));
	if (there) {
		import->report->known++;
		return OK;
	}
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO bank_line (organisation, id, day, amount, text, settled_at, reason)"
		       " VALUES ($1, $2, $3, $4, $5, 0, '')"),
		   import->organisation, line->id, line->day, line->amount, line->text));
	value_append(ctx->arena, &item, S("id"), value_str(line->id));
	value_append(ctx->arena, &item, S("day"), value_int(line->day));
	value_append(ctx->arena, &item, S("amount"), value_int(line->amount));
	value_push(ctx->arena, told, item);
	value_push(ctx->arena, texts, value_str(line->text));
	import->report->fresh++;
	return OK;
}

static enum err keep_lines(struct ctx *ctx, struct db *db, void *arg)
{
	struct import *import = arg;
	struct value told = value_list(), texts = value_list(), open = value_map(),
		     closed = value_map();
	struct object object = { .organisation = import->organisation };
	*import->report = (struct bank_report){ 0 };
	if (!may(import->cases->people, import->who->principal, ACT_FEE_TAKE, &object))
		return fail(ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	for (size_t i = 0; i < import->lines->n; i++)
		TRY(keep_line(ctx, db, import, &import->lines->items[i], &told, &texts));
	if (!told.n)
		return OK;
	value_append(ctx->arena, &open, S("lines"), told);
	value_append(ctx->arena, &closed, S("texts"), texts);
	return event_append(ctx, db, &(struct event_new){
		.kind = S("fee.statement_imported"), .object = db_id(db),
		.actor = import->who->principal->account, .organisation = import->organisation,
		.open = open, .closed = closed }, NULL);
}

/* ---- whom they pay for ---- */

struct waiting {
	str code, memo;
	int64_t due;
};

static enum err read_waiting(struct ctx *ctx, struct db *db, void *arg)
{
	struct import *import = arg;
	struct rows rows;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n,
		   SQL("SELECT COUNT(*) FROM case_fee WHERE organisation = $1 AND state = 1"),
		   import->organisation));
	import->waiting = ARENA_ARRAY(ctx->arena, struct waiting, n + 1);
	import->n_waiting = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT c.code, f.due FROM case_fee f JOIN case_file c"
			 " ON c.organisation = f.organisation AND c.id = f.case_id"
			 " WHERE f.organisation = $1 AND f.state = 1"),
		     import->organisation));
	while (import->n_waiting < (size_t)n && rows_next(&rows)) {
		struct waiting *w = &import->waiting[import->n_waiting++];
		*w = (struct waiting){ .code = row_str(&rows, 0), .due = row_int(&rows, 1) };
		w->memo = fee_memo(ctx->arena, w->code);
	}
	TRY(rows_end(&rows));
	import->open = (struct bank_lines){
		.items = ARENA_ARRAY(ctx->arena, struct bank_line, LINES_MAX) };
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT l.id, l.amount, l.text FROM bank_line l WHERE l.organisation = $1"
			 " AND l.settled_at = 0 AND NOT EXISTS (SELECT 1 FROM fee_receipt r"
			 " WHERE r.organisation = l.organisation AND r.bank_id = l.id"
			 " AND r.bank_id <> '' AND r.cancelled_at = 0) ORDER BY l.day, l.id LIMIT $2"),
		     import->organisation, LINES_MAX));
	while (rows_next(&rows))
		import->open.items[import->open.n++] = (struct bank_line){
			.id = row_str(&rows, 0), .amount = row_int(&rows, 1),
			.text = row_str(&rows, 2) };
	return rows_end(&rows);
}

static const struct waiting *paid_by(struct arena *arena, const struct import *import,
				     const struct bank_line *line)
{
	str memo = fee_memo(arena, line->text);
	for (size_t i = 0; i < import->n_waiting; i++)
		if (import->waiting[i].due == line->amount &&
		    str_find(memo, import->waiting[i].memo) != SIZE_MAX)
			return &import->waiting[i];
	return NULL;
}

/* What cannot be booked (somebody was faster, the case was closed) stays in the list. */
static enum err book_line(struct ctx *ctx, struct import *import, const struct bank_line *line)
{
	const struct waiting *w = paid_by(ctx->arena, import, line);
	struct fee_payment payment = { .amount = line->amount, .method = FEE_TRANSFER,
				       .bank_id = line->id };
	int64_t receipt;
	enum err err = w ? fee_take(ctx, import->cases, import->who, w->code, &payment, &receipt)
			 : ERR_NOT_FOUND;
	if (err == OK)
		import->report->paid++;
	else if (err == ERR_NOT_FOUND || err == ERR_CONFLICT || err == ERR_INVALID)
		import->report->unmatched++;
	else
		return err;
	ctx->fault = (struct fault){ 0 };
	return OK;
}

enum err bank_import(struct ctx *ctx, struct cases *cases, const struct actor *who,
		     int64_t organisation, const struct bank_lines *lines,
		     struct bank_report *ret_report)
{
	struct import import = { .cases = cases, .who = who, .organisation = organisation,
				 .lines = lines, .report = ret_report };
	TRY(store_write(ctx, cases->store, keep_lines, &import));
	TRY(store_read(ctx, cases->store, read_waiting, &import));
	for (size_t i = 0; i < import.open.n; i++)
		TRY(book_line(ctx, &import, &import.open.items[i]));
	return OK;
}

/* ---- setting aside ---- */

struct settling {
	struct cases *cases;
	const struct actor *who;
	int64_t organisation;
	str id;
};

static enum err settle(struct ctx *ctx, struct db *db, void *arg)
{
	const struct settling *s = arg;
	struct object object = { .organisation = s->organisation };
	struct value open = value_map(), closed = value_map();
	str reason = str_trim(s->who->reason);
	int64_t n;
	if (!may(s->cases->people, s->who->principal, ACT_FEE_REFUND, &object))
		return fail(ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	if (str_empty(reason))
		return fail(ctx, ERR_INVALID, "Say what became of the money");
	TRY(db_run(ctx, db,
		   SQL("UPDATE bank_line SET settled_at = $3, reason = $4 WHERE organisation = $1"
		       " AND id = $2 AND settled_at = 0"),
		   s->organisation, s->id, db_now(db), reason));
	TRY(db_changes(ctx, db, &n));
	if (!n)
		return fail(ctx, ERR_CONFLICT, "This line was set aside already");
	value_append(ctx->arena, &open, S("line"), value_str(s->id));
	value_append(ctx->arena, &closed, S("text"), value_str(reason));
	return event_append(ctx, db, &(struct event_new){
		.kind = S("fee.line_settled"), .object = db_id(db),
		.actor = s->who->principal->account, .organisation = s->organisation,
		.open = open, .closed = closed }, NULL);
}

enum err bank_settle(struct ctx *ctx, struct cases *cases, const struct actor *who,
		     int64_t organisation, str id)
{
	struct settling s = { cases, who, organisation, id };
	return store_write(ctx, cases->store, settle, &s);
}
