/* The bank's statement and the receipt books. */
#include "cases/fee_desk.h"
#include "cases/room.h"
#include "cases/view.h"

#include "web/view.h"

enum { FILE_MAX = 2 << 20 };

/* ---- the bank ---- */

struct bank_page {
	struct request *request;
	const struct fee_office *o;
	struct value lines;
	int64_t n;
};

static enum err read_bank(struct ctx *ctx, struct db *db, void *arg)
{
	struct bank_page *b = arg;
	struct arena *arena = ctx->arena;
	struct rows rows;
	b->lines = value_list();
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT l.id, l.day, l.amount, l.text FROM bank_line l WHERE l.organisation = $1"
			 " AND l.settled_at = 0 AND NOT EXISTS (SELECT 1 FROM fee_receipt r"
			 " WHERE r.organisation = l.organisation AND r.bank_id = l.id"
			 " AND r.bank_id <> '' AND r.cancelled_at = 0) ORDER BY l.day, l.id LIMIT 200"),
		     b->o->organisation->id));
	while (rows_next(&rows)) {
		struct value line = value_map();
		struct civil day = { 0 };
		civil_of_days(row_int(&rows, 1), &day.year, &day.month, &day.day);
		value_append(arena, &line, S("id"), value_str(row_str(&rows, 0)));
		value_append(arena, &line, S("n"), value_int(b->lines.n + 1));
		value_append(arena, &line, S("day"), value_str(arena_printf(arena, "%02d/%02d/%04d",
			day.day, day.month, (int)day.year)));
		value_append(arena, &line, S("amount"), value_str(fee_money(arena, row_int(&rows, 2))));
		value_append(arena, &line, S("text"), value_str(row_str(&rows, 3)));
		value_push(arena, &b->lines, line);
	}
	return rows_end(&rows);
}

enum err fee_bank_page(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct value view, file, account = value_null();
	struct fee_account to;
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct bank_page b = { .request = request, .o = &o };
	TRY(store_read(ctx, o.cases->store, read_bank, &b));
	TRY(fee_page_begin(request, &o, "/ngan-hang", N_("Bank statement"), &view));
	if (fee_account(o.cases, o.organisation->id, &to))
		account = value_str(arena_printf(ctx->arena, "%.*s – %.*s – %.*s", STR_ARG(to.bank),
						 STR_ARG(to.account), STR_ARG(to.name)));
	file = view_field(request, &view, "file", ctx_text(ctx, "Statement of the bank (CSV, UTF-8)"),
			  S(""));
	(void)file;
	view_field_set(request, &view, "file", "accept", value_str(S(".csv,text/csv")));
	view_field_set(request, &view, "file", "many", value_bool(false));
	view_field_set(request, &view, "file", "files", value_list());
	value_set(ctx->arena, &view, S("to_account"), account);
	value_set(ctx->arena, &view, S("lines"), b.lines);
	value_set(ctx->arena, &view, S("any"), value_bool(b.lines.n > 0));
	value_set(ctx->arena, &view, S("imports"), value_bool(fee_office_may(&o, ACT_FEE_TAKE)));
	value_set(ctx->arena, &view, S("settles"), value_bool(fee_office_may(&o, ACT_FEE_REFUND)));
	response_view(response, "cases/fee_bank", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err read_upload(struct request *request, str *ret_text)
{
	const struct upload *upload = request_upload(request, "file");
	char *bytes;
	FILE *file;
	if (!upload || upload->size > FILE_MAX)
		return fail(&request->ctx, ERR_INVALID, "Choose a CSV file of at most 2 MB");
	bytes = arena_alloc(request->ctx.arena, upload->size + 1);
	file = fopen(arena_copy(request->ctx.arena, upload->path).p, "rb");
	if (!file)
		return fail(&request->ctx, ERR_IO, "The file cannot be read");
	size_t n = fread(bytes, 1, upload->size, file);
	fclose(file);
	*ret_text = str_of(bytes, n);
	return OK;
}

enum err fee_bank_post(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct bank_lines lines;
	struct bank_report report;
	struct fee_office o;
	str text;
	TRY(fee_office_open(request, &o));
	struct actor who = { .principal = o.principal };
	enum err err = read_upload(request, &text);
	if (err == OK)
		err = bank_read(ctx, text, bank_rules(o.cases), &lines);
	if (err == ERR_INVALID) {
		request_mistake(request, "file", "%.*s", STR_ARG(ctx->fault.message));
		return fee_bank_page(request, response);
	}
	TRY(err);
	TRY(bank_import(ctx, o.cases, &who, o.organisation->id, &lines, &report));
	response_flash(response, "success",
		       N_("%lld new payments read, %lld known already; %lld fees booked, %lld left over"),
		       (long long)report.fresh, (long long)report.known, (long long)report.paid,
		       (long long)report.unmatched);
	response_redirect(response, fee_office_path(request, &o, "/ngan-hang"));
	return OK;
}

enum err fee_settle_post(struct request *request, struct response *response)
{
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct actor who = { .principal = o.principal,
			     .reason = str_trim(request_field(request, "reason")) };
	enum err err = bank_settle(&request->ctx, o.cases, &who, o.organisation->id,
				   request_field(request, "line"));
	if (err == ERR_INVALID) {
		request_mistake(request, "lines", "%.*s", STR_ARG(request->ctx.fault.message));
		return fee_bank_page(request, response);
	}
	TRY(err);
	response_flash(response, "success", N_("The line was set aside"));
	response_redirect(response, fee_office_path(request, &o, "/ngan-hang"));
	return OK;
}

/* ---- books ---- */

struct books_page {
	struct request *request;
	const struct fee_office *o;
	struct fee_books books;
};

static enum err read_books(struct ctx *ctx, struct db *db, void *arg)
{
	struct books_page *b = arg;
	return fee_books(ctx, db, b->o->organisation->id, &b->books);
}

static void book_row(struct grid *g, const struct fee_book *book)
{
	struct arena *arena = g->request->ctx.arena;
	bool used = book->next > book->last;
	grid_cell(g, book->series);
	grid_cell(g, arena_printf(arena, "%07lld", (long long)book->first));
	grid_cell(g, arena_printf(arena, "%07lld", (long long)book->last));
	grid_cell(g, used ? str_z(ctx_text(&g->request->ctx, "Used up"))
			  : arena_printf(arena, "%07lld", (long long)book->next));
	grid_cell(g, arena_printf(arena, "%lld", (long long)(book->last - book->next + 1)));
	grid_row(g);
}

enum err fee_books_page(struct request *request, struct response *response)
{
	static const char *const titles[] = { N_("Series"), N_("First number"), N_("Last number"),
					      N_("Next number"), N_("Left") };
	struct ctx *ctx = &request->ctx;
	struct value view;
	struct fee_office o;
	struct grid grid = grid_new(request);
	TRY(fee_office_open(request, &o));
	struct books_page b = { .request = request, .o = &o };
	TRY(store_read(ctx, o.cases->store, read_books, &b));
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		grid_column(&grid, titles[i], i > 0);
	for (size_t i = 0; i < b.books.n; i++)
		book_row(&grid, &b.books.items[i]);
	TRY(fee_page_begin(request, &o, "/quyen", N_("Receipt books"), &view));
	value_set(ctx->arena, &view, S("books"), grid_view(&grid, N_("Receipt books")));
	value_set(ctx->arena, &view, S("opens"), value_bool(fee_office_may(&o, ACT_FEE_REFUND)));
	view_field(request, &view, "series", ctx_text(ctx, "Series"), request_field(request, "series"));
	view_field(request, &view, "first", ctx_text(ctx, "First number"),
		   request_field(request, "first"));
	view_field(request, &view, "last", ctx_text(ctx, "Last number"),
		   request_field(request, "last"));
	response_view(response, "cases/fee_books", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

enum err fee_books_post(struct request *request, struct response *response)
{
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct actor who = { .principal = o.principal };
	struct fee_book book = { .organisation = o.organisation->id,
				 .series = str_trim(request_field(request, "series")) };
	if (!str_int(str_trim(request_field(request, "first")), 1, 9999999, &book.first))
		request_mistake(request, "first", "Enter a number of at most seven digits");
	if (!str_int(str_trim(request_field(request, "last")), 1, 9999999, &book.last))
		request_mistake(request, "last", "Enter a number of at most seven digits");
	if (request_has_mistakes(request))
		return fee_books_page(request, response);
	enum err err = fee_book_open(&request->ctx, o.cases, &who, &book);
	if (err == ERR_INVALID || err == ERR_CONFLICT) {
		request_mistake(request, str_empty(book.series) ? "series" : "last", "%.*s",
				STR_ARG(request->ctx.fault.message));
		return fee_books_page(request, response);
	}
	TRY(err);
	response_flash(response, "success", N_("The book is open"));
	response_redirect(response, fee_office_path(request, &o, "/quyen"));
	return OK;
}
