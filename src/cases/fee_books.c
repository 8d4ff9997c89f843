/* Receipt books: a series and its numbers, opened by an event, used up one by one. */
#include "cases/fee.h"
#include "cases/room.h"

static const struct migration steps[] = {
	{ 1, "fees",
	  "CREATE TABLE case_fee (organisation INT NOT NULL, case_id INT NOT NULL, id INT NOT NULL,"
	  " known INT NOT NULL DEFAULT 0, full_amount INT NOT NULL DEFAULT 0,"
	  " due INT NOT NULL DEFAULT 0, paid INT NOT NULL DEFAULT 0,"
	  " refunded INT NOT NULL DEFAULT 0, state INT NOT NULL DEFAULT 0,"
	  " waiver TEXT NOT NULL DEFAULT '', decided INT NOT NULL DEFAULT 0,"
	  " waived_at INT NOT NULL DEFAULT 0, waived_by INT NOT NULL DEFAULT 0,"
	  " reason TEXT NOT NULL DEFAULT '', evidence TEXT NOT NULL DEFAULT '',"
	  " PRIMARY KEY (organisation, case_id, id));"
	  "CREATE INDEX case_fee_due ON case_fee (organisation, case_id) WHERE state = 1;"
	  "CREATE TABLE fee_book (id INT PRIMARY KEY, organisation INT NOT NULL, series TEXT NOT NULL,"
	  " first INT NOT NULL, last INT NOT NULL, next INT NOT NULL, opened_at INT NOT NULL,"
	  " UNIQUE (organisation, series, first));"
	  "CREATE TABLE fee_receipt (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " id INT NOT NULL, book INT NOT NULL DEFAULT 0, number INT NOT NULL DEFAULT 0,"
	  " amount INT NOT NULL DEFAULT 0, method INT NOT NULL DEFAULT 0,"
	  " cashier INT NOT NULL DEFAULT 0, taken_at INT NOT NULL DEFAULT 0,"
	  " bank_id TEXT NOT NULL DEFAULT '', cancelled_at INT NOT NULL DEFAULT 0,"
	  " cancelled_by INT NOT NULL DEFAULT 0, payer TEXT NOT NULL DEFAULT '',"
	  " cancel_reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (organisation, case_id, id),"
	  " UNIQUE (book, number));"
	  "CREATE UNIQUE INDEX fee_receipt_bank ON fee_receipt (organisation, bank_id)"
	  " WHERE bank_id <> '' AND cancelled_at = 0;"
	  "CREATE INDEX fee_receipt_day ON fee_receipt (organisation, taken_at);"
	  "CREATE INDEX fee_receipt_cashier ON fee_receipt (cashier, organisation, taken_at);"
	  "CREATE TABLE fee_refund (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " id INT NOT NULL, receipt INT NOT NULL DEFAULT 0, amount INT NOT NULL DEFAULT 0,"
	  " method INT NOT NULL DEFAULT 0, cashier INT NOT NULL DEFAULT 0,"
	  " approver INT NOT NULL DEFAULT 0, refunded_at INT NOT NULL DEFAULT 0,"
	  " reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (organisation, case_id, id));"
	  "CREATE INDEX fee_refund_day ON fee_refund (organisation, refunded_at);"
	  "CREATE TABLE till_count (id INT PRIMARY KEY, organisation INT NOT NULL,"
	  " cashier INT NOT NULL, sheet INT NOT NULL, since INT NOT NULL, counted_at INT NOT NULL,"
	  " expected INT NOT NULL, counted INT NOT NULL, pieces TEXT NOT NULL, note TEXT NOT NULL,"
	  " taker TEXT NOT NULL, UNIQUE (organisation, cashier, sheet));"
	  "CREATE TABLE bank_line (organisation INT NOT NULL, id TEXT NOT NULL, day INT NOT NULL,"
	  " amount INT NOT NULL, text TEXT NOT NULL, settled_at INT NOT NULL, reason TEXT NOT NULL,"
	  " PRIMARY KEY (organisation, id));"
	  "CREATE INDEX bank_line_day ON bank_line (organisation, day, id);" },
	{ 2, "receipts are cancelled by two",
	  "ALTER TABLE fee_receipt ADD COLUMN asked_at INT NOT NULL DEFAULT 0;"
	  "ALTER TABLE fee_receipt ADD COLUMN asked_by INT NOT NULL DEFAULT 0;"
	  "ALTER TABLE fee_receipt ADD COLUMN declined TEXT NOT NULL DEFAULT '';"
	  "CREATE INDEX fee_receipt_asked ON fee_receipt (organisation, asked_at)"
	  " WHERE asked_at > 0 AND cancelled_at = 0;" },
	{ 3, "change stays in the till",
	  "ALTER TABLE till_count ADD COLUMN opening INT NOT NULL DEFAULT 0;"
	  "ALTER TABLE till_count ADD COLUMN kept INT NOT NULL DEFAULT 0;" },
};
const struct migration_set fee_migrations = { "fee", steps, ARRAY_SIZE(steps) };

/* ---- opening ---- */

struct opening {
	struct cases *cases;
	const struct actor *who;
	const struct fee_book *book;
};

static enum err overlaps(struct ctx *ctx, struct db *db, const struct fee_book *book)
{
	int64_t n;
	TRY(db_int(ctx, db, 0, &n,
		   SQL("SELECT COUNT(*) FROM fee_book WHERE organisation = $1 AND series = $2"
		       " AND first <= $4 AND last >= $3"),
		   book->organisation, book->series, book->first, book->last));
	if (n)
		return fail(ctx, ERR_CONFLICT, "Another book of this series has some of these numbers");
	return OK;
}

/* The event is the book's own: it belongs to no case. */
static enum err add_book(struct ctx *ctx, struct db *db, const struct actor *who, usec now,
			 struct fee_book *book)
{
	struct arena *arena = ctx->arena;
	struct value open = value_map();
	TRY(overlaps(ctx, db, book));
	book->id = db_id(db);
	book->next = book->first;
	book->opened_at = now;
	value_append(arena, &open, S("series"), value_str(book->series));
	value_append(arena, &open, S("first"), value_int(book->first));
	value_append(arena, &open, S("last"), value_int(book->last));
	value_append(arena, &open, S("opened_at"), value_int(now));
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO fee_book (id, organisation, series, first, last, next, opened_at)"
		       " VALUES ($1, $2, $3, $4, $5, $4, $6)"),
		   book->id, book->organisation, book->series, book->first, book->last, now));
	return event_append(ctx, db, &(struct event_new){
		.kind = S("fee.book_opened"), .object = book->id,
		.actor = who && who->principal ? who->principal->account : 0,
		.organisation = book->organisation, .open = open }, NULL);
}

static enum err open_book(struct ctx *ctx, struct db *db, void *arg)
{
	const struct opening *o = arg;
	struct fee_book book = *o->book;
	struct object object = { .organisation = book.organisation };
	if (!may(o->cases->people, o->who->principal, ACT_FEE_REFUND, &object))
		return fail(ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	if (str_empty(book.series))
		return fail(ctx, ERR_INVALID, "Enter the series printed on the book");
	if (book.first < 1 || book.last < book.first || book.last > 9999999)
		return fail(ctx, ERR_INVALID, "The last number must not be below the first");
	return add_book(ctx, db, o->who, db_now(db), &book);
}

enum err fee_book_open(struct ctx *ctx, struct cases *cases, const struct actor *who,
		       const struct fee_book *book)
{
	struct opening o = { cases, who, book };
	return store_write(ctx, cases->store, open_book, &o);
}

enum err fee_books(struct ctx *ctx, struct db *db, int64_t organisation,
		   struct fee_books *ret_books)
{
	enum { BOOKS_MAX = 200 };
	struct rows rows;
	*ret_books = (struct fee_books){ ARENA_ARRAY(ctx->arena, struct fee_book, BOOKS_MAX), 0 };
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, organisation, series, first, last, next, opened_at FROM fee_book"
			 " WHERE organisation = $1 ORDER BY id DESC LIMIT $2"),
		     organisation, BOOKS_MAX));
	while (rows_next(&rows))
		ret_books->items[ret_books->n++] = (struct fee_book){
			.id = row_int(&rows, 0), .organisation = row_int(&rows, 1),
			.series = row_str(&rows, 2), .first = row_int(&rows, 3),
			.last = row_int(&rows, 4), .next = row_int(&rows, 5),
			.opened_at = row_int(&rows, 6) };
	return rows_end(&rows);
}

/* ---- numbers ---- */

/* The row is the lock: of two cashiers the second waits, and is given the number after. */
static enum err next_number(struct command *command, struct fee_book *ret_book, int64_t *ret_number)
{
	struct rows rows;
	TRY(db_one(command->ctx, command->db, &rows,
		   SQL("UPDATE fee_book SET next = next + 1 WHERE id = (SELECT id FROM fee_book"
		       " WHERE organisation = $1 AND next <= last ORDER BY id LIMIT 1)"
		       " AND next <= last RETURNING id, series, next - 1"),
		   command->c.organisation));
	ret_book->id = row_int(&rows, 0);
	ret_book->series = row_str(&rows, 1);
	*ret_number = row_int(&rows, 2);
	return OK;
}

/* The first book of the pack that was not opened yet. Of two who find none left the second waits at
 * the counter, and finds what the first opened. */
static enum err open_from_pack(struct command *command)
{
	int64_t turn;
	bool opened = false;
	const struct organisation *o =
		organisation_by_id(command->cases->people, command->c.organisation);
	struct value books = o ? value_path(o->data, S("payment.books")) : value_null();
	str lock = arena_printf(command->ctx->arena, "fee books %lld",
				(long long)command->c.organisation);
	TRY(number_next(command->ctx, command->db, lock, &turn));
	TRY(db_int(command->ctx, command->db, 0, &turn,
		   SQL("SELECT COUNT(*) FROM fee_book WHERE organisation = $1 AND next <= last"),
		   command->c.organisation));
	for (uint32_t i = 0; !turn && books.kind == VALUE_LIST && i < books.n && !opened; i++) {
		int64_t there;
		struct fee_book book = {
			.organisation = command->c.organisation,
			.series = value_text(value_get(books.items[i], S("series"))),
			.first = value_integer(value_get(books.items[i], S("first")), 0),
			.last = value_integer(value_get(books.items[i], S("last")), 0),
		};
		TRY(db_int(command->ctx, command->db, 0, &there,
			   SQL("SELECT COUNT(*) FROM fee_book WHERE organisation = $1 AND series = $2"
			       " AND first = $3"), book.organisation, book.series, book.first));
		if (there)
			continue;
		TRY(add_book(command->ctx, command->db, NULL, command->now, &book));
		opened = true;
	}
	return OK;
}

enum err fee_number(struct command *command, struct fee_book *ret_book, int64_t *ret_number)
{
	/* A book may be used up by the one waited for: then the next is looked for. */
	for (int i = 0; i < 3; i++) {
		enum err err = next_number(command, ret_book, ret_number);
		if (err != ERR_NOT_FOUND)
			return err;
		if (i == 1)
			TRY(open_from_pack(command));
	}
	return fail(command->ctx, ERR_CONFLICT,
		    "No receipt book of this office has a number left: open the next book first");
}

/* ---- verification ---- */

static enum err verify_books(struct ctx *ctx, struct db *db, str *ret_finding)
{
	struct rows rows;
	int64_t events, n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT b.id, b.series, b.first, b.last, b.next, b.organisation,"
			 " (SELECT COUNT(*) FROM fee_receipt r WHERE r.book = b.id)"
			 " FROM fee_book b ORDER BY b.id")));
	for (; rows_next(&rows); n++) {
		struct event_list list;
		TRY(event_list(ctx, db, row_int(&rows, 0), &list));
		struct value open = list.n == 1 ? list.items[0].open : value_null();
		bool same = list.n == 1 && list.items[0].organisation == row_int(&rows, 5) &&
			    str_eq(value_text(value_get(open, S("series"))), row_view(&rows, 1)) &&
			    value_integer(value_get(open, S("first")), 0) == row_int(&rows, 2) &&
			    value_integer(value_get(open, S("last")), 0) == row_int(&rows, 3);
		if (!same || row_int(&rows, 4) - row_int(&rows, 2) != row_int(&rows, 6))
			*ret_finding = arena_printf(ctx->arena, "receipt book %lld does not agree with"
						    " its event and receipts", (long long)row_int(&rows, 0));
	}
	TRY(rows_end(&rows));
	TRY(db_int(ctx, db, 0, &events,
		   SQL("SELECT COUNT(*) FROM event WHERE kind = 'fee.book_opened'")));
	if (events != n)
		*ret_finding = S("the number of receipt books does not agree with the events");
	return OK;
}

static enum err verify_counts(struct ctx *ctx, struct db *db, str *ret_finding)
{
	struct rows rows;
	int64_t events, n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, sheet, expected, counted, pieces, cashier, organisation,"
			 " opening, kept FROM till_count ORDER BY id")));
	for (; rows_next(&rows); n++) {
		struct event_list list;
		TRY(event_list(ctx, db, row_int(&rows, 0), &list));
		struct value open = list.n == 1 ? list.items[0].open : value_null();
		if (list.n != 1 || list.items[0].actor != row_int(&rows, 5) ||
		    list.items[0].organisation != row_int(&rows, 6) ||
		    value_integer(value_get(open, S("sheet")), 0) != row_int(&rows, 1) ||
		    value_integer(value_get(open, S("expected")), 0) != row_int(&rows, 2) ||
		    value_integer(value_get(open, S("counted")), 0) != row_int(&rows, 3) ||
		    value_integer(value_get(open, S("opening")), 0) != row_int(&rows, 7) ||
		    value_integer(value_get(open, S("kept")), 0) != row_int(&rows, 8) ||
		    !str_eq(value_text(value_get(open, S("pieces"))), row_view(&rows, 4)))
			*ret_finding = arena_printf(ctx->arena, "count %lld of a till does not agree with"
						    " its event", (long long)row_int(&rows, 0));
	}
	TRY(rows_end(&rows));
	TRY(db_int(ctx, db, 0, &events,
		   SQL("SELECT COUNT(*) FROM event WHERE kind IN"
		       " ('fee.till_counted', 'fee.till_opened')")));
	if (events != n)
		*ret_finding = S("the number of counts of tills does not agree with the events");
	return OK;
}

/* Each line was told of by exactly one import. */
static enum err verify_import(struct ctx *ctx, struct db *db, int64_t id, int64_t *told,
			      str *ret_finding)
{
	struct event event;
	TRY(event_load(ctx, db, id, &event));
	struct value lines = value_get(event.open, S("lines"));
	for (uint32_t i = 0; lines.kind == VALUE_LIST && i < lines.n; i++, (*told)++) {
		str line = value_text(value_get(lines.items[i], S("id")));
		int64_t amount;
		TRY(db_int(ctx, db, -1, &amount,
			   SQL("SELECT amount FROM bank_line WHERE organisation = $1 AND id = $2"),
			   event.organisation, line));
		if (amount != value_integer(value_get(lines.items[i], S("amount")), -2))
			*ret_finding = arena_printf(ctx->arena, "bank line %.*s does not agree with its"
						    " event", STR_ARG(line));
	}
	return OK;
}

static enum err verify_lines(struct ctx *ctx, struct db *db, str *ret_finding)
{
	struct rows rows;
	int64_t told = 0, there, settled, settlings;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id FROM event WHERE kind = 'fee.statement_imported' ORDER BY id")));
	while (rows_next(&rows))
		TRY(verify_import(ctx, db, row_int(&rows, 0), &told, ret_finding));
	TRY(rows_end(&rows));
	TRY(db_int(ctx, db, 0, &there, SQL("SELECT COUNT(*) FROM bank_line")));
	TRY(db_int(ctx, db, 0, &settled,
		   SQL("SELECT COUNT(*) FROM bank_line WHERE settled_at > 0")));
	TRY(db_int(ctx, db, 0, &settlings,
		   SQL("SELECT COUNT(*) FROM event WHERE kind = 'fee.line_settled'")));
	if (there != told || settled != settlings)
		*ret_finding = S("the number of bank lines does not agree with the events");
	return OK;
}

enum err fee_verify(struct ctx *ctx, struct db *db, str *ret_finding)
{
	*ret_finding = S("");
	TRY(verify_books(ctx, db, ret_finding));
	TRY(verify_counts(ctx, db, ret_finding));
	return verify_lines(ctx, db, ret_finding);
}
