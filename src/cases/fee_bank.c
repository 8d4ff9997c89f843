/* Statements of the bank: their lines kept once, those that pay a fee exactly booked as payments. */
#include "cases/fee_bank.h"
#include "cases/room.h"

struct value bank_rules(const struct cases *cases)
{
	return value_get(cases_catalogue(cases)->pack, S("bank_statement"));
}

/* ---- keeping the lines ---- */

struct import {
	struct cases *cases;
	const struct actor *who;
	int64_t organisation;
	const struct bank_lines *lines;
	struct bank_report *report;
	struct bank_cases waiting;
	struct bank_lefts left;
};

static enum err keep_line(struct ctx *ctx, struct db *db, const struct import *import,
			  const struct bank_line *line, struct value *told, struct value *texts)
{
	struct value item = value_map();
	int64_t there;
	TRY(db_int(ctx, db, 0, &there,
		   SQL("SELECT amount FROM bank_line WHERE organisation = $1 AND id = $2"),
		   import->organisation, line->id));
	if (there && there != line->amount)
		return fail(ctx, ERR_INVALID,
			    "Line %d: the bank's number %.*s was read before with %.*s", line->at,
			    STR_ARG(line->id), STR_ARG(fee_money(ctx->arena, there)));
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

static enum err read_open(struct ctx *ctx, struct db *db, void *arg)
{
	struct import *import = arg;
	TRY(bank_waiting(ctx, db, import->organisation, &import->waiting));
	return bank_left(ctx, db, import->organisation, BANK_LINES_MAX, &import->left);
}

/* What cannot be booked (somebody was faster, the case was closed) stays in the list. */
static enum err book_line(struct ctx *ctx, struct import *import, const struct bank_line *line)
{
	const struct bank_case *w = bank_named(ctx->arena, &import->waiting, line->text,
					       line->amount);
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
	TRY(store_read(ctx, cases->store, read_open, &import));
	for (size_t i = 0; i < import.left.n; i++)
		TRY(book_line(ctx, &import, &import.left.items[i].line));
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
