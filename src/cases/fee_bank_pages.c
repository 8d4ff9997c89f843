/* The bank's statement and the receipt books. */
#include "cases/fee_bank.h"
#include "cases/fee_desk.h"
#include "cases/room.h"
#include "cases/view.h"

#include "web/view.h"

enum { FILE_MAX = 2 << 20 };

/* ---- the bank ---- */

enum { LEFT_SHOWN = 200 };

struct bank_page {
	const struct fee_office *o;
	struct bank_lefts left;
	struct bank_missings missing;
	struct bank_sums sums;
};

static enum err read_bank(struct ctx *ctx, struct db *db, void *arg)
{
	struct bank_page *b = arg;
	int64_t office = b->o->organisation->id;
	TRY(bank_left(ctx, db, office, LEFT_SHOWN, &b->left));
	TRY(bank_missing(ctx, db, office, LEFT_SHOWN, &b->missing));
	return bank_sums(ctx, db, office, b->o->from, b->o->to, &b->sums);
}

static str day_text(struct arena *arena, int64_t days)
{
	struct civil day = { 0 };
	civil_of_days(days, &day.year, &day.month, &day.day);
	return arena_printf(arena, "%02d/%02d/%04d", day.day, day.month, (int)day.year);
}

static str why_text(struct ctx *ctx, const struct bank_left *left)
{
	struct arena *arena = ctx->arena;
	int64_t differs = left->line.amount - left->due;
	str due = fee_money(arena, left->due);
	str by = fee_money(arena, differs < 0 ? -differs : differs);
	switch (left->why) {
	case BANK_NO_CASE:
		return str_z(ctx_text(ctx, "The description names no case of this office"));
	case BANK_LESS:
		return arena_printf(arena, ctx_text(ctx, "%.*s owes %.*s: %.*s too little"),
				    STR_ARG(left->code), STR_ARG(due), STR_ARG(by));
	case BANK_MORE:
		return arena_printf(arena, ctx_text(ctx, "%.*s owes %.*s: %.*s too much"),
				    STR_ARG(left->code), STR_ARG(due), STR_ARG(by));
	case BANK_TWICE:
		return arena_printf(arena, ctx_text(ctx, "%.*s is paid already: perhaps paid twice"),
				    STR_ARG(left->code));
	case BANK_NOT_DUE:
		return arena_printf(arena, ctx_text(ctx, "For %.*s nothing is to be paid"),
				    STR_ARG(left->code));
	case BANK_NOT_BOOKED:
		return arena_printf(arena, ctx_text(ctx, "It is what %.*s owes: match it"),
				    STR_ARG(left->code));
	}
	return S("");
}

/* A field of one line's own form; `act` is the form's address. What was typed stays where it was. */
static struct value line_field(struct request *request, const char *act, const struct bank_left *left,
			       int64_t n, const char *label, str text)
{
	struct value view = value_map();
	const char *id = arena_printf(request->ctx.arena, "%s-%lld", act, (long long)n).p;
	bool sent = str_eq(request_field(request, "line"), left->line.id) &&
		    str_ends(request->path, str_z(act));
	view_field(request, &view, id, label, sent ? request_field(request, act) : text);
	view_field_set(request, &view, id, "name", value_str(str_z(act)));
	return value_get(view, str_z(id));
}

static struct value left_view(struct request *request, const struct bank_left *left, int64_t n)
{
	struct ctx *ctx = &request->ctx;
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	bool exact = left->why == BANK_NOT_BOOKED;
	value_append(arena, &view, S("id"), value_str(left->line.id));
	value_append(arena, &view, S("n"), value_int(n));
	value_append(arena, &view, S("day"), value_str(day_text(arena, left->line.day)));
	value_append(arena, &view, S("amount"), value_str(fee_money(arena, left->line.amount)));
	value_append(arena, &view, S("text"), value_str(left->line.text));
	value_append(arena, &view, S("why"), value_str(why_text(ctx, left)));
	value_append(arena, &view, S("case_url"), str_empty(left->code) ? value_null() :
		     value_str(request_link(request, arena_printf(arena, "/ban/%.*s/le-phi",
								  STR_ARG(left->code)))));
	struct value match = line_field(request, "ghep", left, n, ctx_text(ctx, "Case code"),
					exact ? left->code : S(""));
	struct value settle = line_field(request, "bo-qua", left, n,
					 ctx_text(ctx, "What became of the money"), S(""));
	value_append(arena, &view, S("match"), match);
	value_append(arena, &view, S("match_open"),
		     value_bool(exact || !value_is_null(value_get(match, S("error")))));
	value_append(arena, &view, S("settle"), settle);
	value_append(arena, &view, S("settle_open"),
		     value_bool(!value_is_null(value_get(settle, S("error")))));
	return view;
}

static struct value missing_view(struct request *request, const struct bank_page *b)
{
	static const char *const titles[] = {
		N_("Receipt"), N_("Day"), N_("The bank's number of the transfer"), N_("Amount"),
		N_("On the statement"),
	};
	struct ctx *ctx = &request->ctx;
	struct grid g = grid_new(request);
	int64_t zone = calendar_zone(cases_calendar(b->o->cases)) * USEC_MINUTE;
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		grid_column(&g, titles[i], i == 3);
	for (size_t i = 0; i < b->missing.n; i++) {
		const struct bank_missing *m = &b->missing.items[i];
		struct value *cell = grid_cell(&g, arena_printf(ctx->arena, "%.*s %07lld",
			STR_ARG(m->series), (long long)m->number));
		value_set(ctx->arena, cell, S("url"), value_str(request_link(request,
			arena_printf(ctx->arena, "/ban/%.*s/le-phi", STR_ARG(m->code)))));
		grid_cell(&g, day_text(ctx->arena, (m->taken_at + zone) / USEC_DAY));
		grid_cell(&g, m->bank_id);
		grid_money(&g, m->amount);
		grid_cell(&g, m->there < 0 ? str_z(ctx_text(ctx, "Not there"))
					   : fee_money(ctx->arena, m->there));
		grid_row(&g);
	}
	return grid_view(&g, N_("Receipts that the statement does not know"));
}

static void put_sums(struct request *request, const struct bank_page *b, struct value *view)
{
	struct ctx *ctx = &request->ctx;
	struct value figures = value_list();
	fee_figure(request, &figures, N_("On the statement"), b->sums.statement);
	fee_figure(request, &figures, N_("Booked for cases"), b->sums.booked);
	fee_figure(request, &figures, N_("Set aside by the leader"), b->sums.settled);
	fee_figure(request, &figures, N_("Left over"), b->sums.left);
	value_set(ctx->arena, view, S("figures"), figures);
	value_set(ctx->arena, view, S("read_to"), b->sums.read_to ?
		  value_str(day_text(ctx->arena, b->sums.read_to)) : value_null());
}

static void put_account(struct request *request, const struct fee_office *o, struct value *view)
{
	struct fee_account to;
	struct arena *arena = request->ctx.arena;
	bool known = fee_account(o->cases, o->organisation->id, &to);
	value_set(arena, view, S("to_account"), known ? value_str(arena_printf(arena,
		"%.*s – %.*s – %.*s", STR_ARG(to.bank), STR_ARG(to.account), STR_ARG(to.name)))
						      : value_null());
}

enum err fee_bank_page(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct value view, lines = value_list();
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct bank_page b = { .o = &o };
	TRY(store_read(ctx, o.cases->store, read_bank, &b));
	TRY(fee_page_begin(request, &o, "/ngan-hang", N_("Bank statement"), &view));
	for (size_t i = 0; i < b.left.n; i++)
		value_push(ctx->arena, &lines, left_view(request, &b.left.items[i], (int64_t)i + 1));
	view_field(request, &view, "file", ctx_text(ctx, "Statement of the bank (CSV, UTF-8)"), S(""));
	put_account(request, &o, &view);
	put_sums(request, &b, &view);
	value_set(ctx->arena, &view, S("lines"), lines);
	value_set(ctx->arena, &view, S("any"), value_bool(lines.n > 0));
	value_set(ctx->arena, &view, S("missing"), missing_view(request, &b));
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
	if (err == OK)
		err = bank_import(ctx, o.cases, &who, o.organisation->id, &lines, &report);
	if (err == ERR_INVALID) {
		request_mistake(request, "file", "%.*s", STR_ARG(ctx->fault.message));
		return fee_bank_page(request, response);
	}
	TRY(err);
	response_flash(response, "success",
		       N_("%lld new payments read, %lld known already; %lld fees booked, %lld left over"),
		       (long long)report.fresh, (long long)report.known, (long long)report.paid,
		       (long long)report.unmatched);
	response_redirect(response, fee_office_path(request, &o, "/ngan-hang"));
	return OK;
}

/* What is wrong with a line's form stands beside its field; other faults have a page of their own. */
static enum err finish_line(struct request *request, struct response *response,
			    const struct fee_office *o, const char *act, enum err err, const char *done)
{
	bool other_case = strcmp(act, "ghep") == 0 && (err == ERR_CONFLICT || err == ERR_NOT_FOUND);
	if (err == ERR_INVALID || other_case) {
		str n = request_field(request, "n");
		request_mistake(request, arena_printf(request->ctx.arena, "%s-%.*s", act, STR_ARG(n)).p,
				"%.*s", STR_ARG(request->ctx.fault.message));
		return fee_bank_page(request, response);
	}
	TRY(err);
	response_flash(response, "success", "%s", ctx_text(&request->ctx, done));
	response_redirect(response, fee_office_path(request, o, "/ngan-hang"));
	return OK;
}

enum err fee_settle_post(struct request *request, struct response *response)
{
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct actor who = { .principal = o.principal,
			     .reason = str_trim(request_field(request, "bo-qua")) };
	return finish_line(request, response, &o, "bo-qua",
			   bank_settle(&request->ctx, o.cases, &who, o.organisation->id,
				       request_field(request, "line")),
			   N_("The line was set aside"));
}

enum err fee_match_post(struct request *request, struct response *response)
{
	struct fee_office o;
	TRY(fee_office_open(request, &o));
	struct actor who = { .principal = o.principal };
	return finish_line(request, response, &o, "ghep",
			   bank_match(&request->ctx, o.cases, &who, o.organisation->id,
				      request_field(request, "line"), request_field(request, "ghep")),
			   N_("The payment is booked; the receipt stands on the case"));
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
