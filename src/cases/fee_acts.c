/* Taking a fee, waiving it, paying back: each one event of the case. */
#include "cases/fee.h"
#include "cases/room.h"

static const struct case_column receipt_columns[] = {
	{ "book" }, { "number" }, { "amount" }, { "method" }, { "cashier" }, { "taken_at" },
	{ "bank_id", .is_text = true }, { "cancelled_at" }, { "cancelled_by" },
	{ "payer", .is_text = true, .is_private = true },
	{ "cancel_reason", .is_text = true, .is_private = true },
	{ "asked_at" }, { "asked_by" }, { "declined", .is_text = true, .is_private = true },
};
const struct case_table receipt_table = { "fee_receipt", receipt_columns,
					  ARRAY_SIZE(receipt_columns) };

static const struct case_column refund_columns[] = {
	{ "receipt" }, { "amount" }, { "method" }, { "cashier" }, { "approver" }, { "refunded_at" },
	{ "reason", .is_text = true, .is_private = true },
};
const struct case_table refund_table = { "fee_refund", refund_columns, ARRAY_SIZE(refund_columns) };

struct job {
	struct cases *cases;
	struct actor who;  /* without the reason, which may name people */
	str code, reason, waiver, evidence;
	const struct fee_payment *payment;
	int64_t receipt, amount, made;
};

static struct job job_of(struct cases *cases, const struct actor *who, str code)
{
	struct job job = { .cases = cases, .who = *who, .code = code,
			   .reason = str_trim(who->reason) };
	if (!who->effective_at)
		job.who.reason = S("");
	return job;
}

static struct value id_value(struct command *command, int64_t id)
{
	return value_str(id_text(command->ctx->arena, id));
}

static void put(struct command *command, struct value *row, const char *column, struct value v)
{
	value_set(command->ctx->arena, row, str_z(column), v);
}

static enum err begin(struct command *command, struct ctx *ctx, struct db *db,
		      const struct job *job, enum act act, struct fee *ret_fee)
{
	TRY(command_begin(command, ctx, db, job->code));
	TRY(command_may(command, act));
	return fee_load(ctx, db, &command->c, ret_fee);
}

static enum err needs_reason(struct ctx *ctx, const struct job *job)
{
	if (!str_empty(job->reason))
		return OK;
	return fail(ctx, ERR_INVALID, "Say why: it is kept with the receipt");
}

/* ---- taking ---- */

static enum err not_due(struct command *command, const struct fee *fee)
{
	struct ctx *ctx = command->ctx;
	struct fee_receipts receipts;
	TRY(fee_receipts(ctx, command->db, &command->c, &receipts));
	for (size_t i = receipts.n; i-- > 0;) {
		const struct fee_receipt *r = &receipts.items[i];
		if (!r->cancelled_at && fee->state == FEE_PAID)
			return fail(ctx, ERR_CONFLICT,
				    "This fee is paid already: receipt %.*s %07lld, taken by %.*s",
				    STR_ARG(r->series), (long long)r->number,
				    STR_ARG(r->cashier_name));
	}
	if (fee->state == FEE_UNKNOWN)
		return fail(ctx, ERR_CONFLICT, "The amount is not known yet");
	if (fee->decided)
		return command_lost(command, "fee.waived", N_("Nothing is to be paid for this case"));
	return fail(ctx, ERR_CONFLICT, "Nothing is to be paid for this case");
}

/* The bank's number names one transfer, whose amount the statement may know. */
static enum err check_transfer(struct command *command, const struct fee_payment *payment)
{
	struct ctx *ctx = command->ctx;
	str id = str_trim(payment->bank_id);
	int64_t known, booked;
	if (str_empty(id))
		return fail(ctx, ERR_INVALID, "Enter the bank's number of the transfer");
	TRY(db_int(ctx, command->db, 0, &booked,
		   SQL("SELECT COUNT(*) FROM fee_receipt WHERE organisation = $1 AND bank_id = $2"
		       " AND cancelled_at = 0"), command->c.organisation, id));
	if (booked)
		return fail(ctx, ERR_CONFLICT, "This transfer is booked already");
	TRY(db_int(ctx, command->db, payment->amount, &known,
		   SQL("SELECT amount FROM bank_line WHERE organisation = $1 AND id = $2"),
		   command->c.organisation, id));
	if (known != payment->amount)
		return fail(ctx, ERR_INVALID, "By the statement this transfer is of %.*s",
			    STR_ARG(fee_money(ctx->arena, known)));
	return OK;
}

static enum err check_payment(struct command *command, const struct fee *fee,
			      const struct fee_payment *payment)
{
	struct ctx *ctx = command->ctx;
	if (fee_is_over(&command->c) && !fee->paid)
		return fail(ctx, ERR_CONFLICT, "This case is closed: nothing is to be paid");
	if (fee->state != FEE_DUE)
		return not_due(command, fee);
	if (payment->amount != fee->due)
		return fail(ctx, ERR_INVALID,
			    "The fee is %.*s and is paid as a whole: neither less nor more",
			    STR_ARG(fee_money(ctx->arena, fee->due)));
	if (payment->method == FEE_TRANSFER)
		return check_transfer(command, payment);
	return payment->method == FEE_CASH ? OK
					   : fail(ctx, ERR_INVALID, "Choose how it was paid");
}

static enum err add_receipt(struct command *command, const struct fee_payment *payment, int64_t id)
{
	struct value row = value_map(), fee = value_map();
	struct fee_book book;
	int64_t number;
	TRY(fee_number(command, &book, &number));
	const struct principal *who = command->who->principal;
	str payer = str_trim(payment->payer);
	put(command, &row, "book", id_value(command, book.id));
	put(command, &row, "number", value_int(number));
	put(command, &row, "amount", value_int(payment->amount));
	put(command, &row, "method", value_int(payment->method));
	put(command, &row, "cashier", id_value(command, who->account));
	put(command, &row, "taken_at", value_int(command->now));
	if (payment->method == FEE_TRANSFER)
		put(command, &row, "bank_id", value_str(str_trim(payment->bank_id)));
	put(command, &row, "payer", value_str(str_empty(payer) ? command->c.applicant : payer));
	command_row(command, &receipt_table, id, row);
	put(command, &fee, "paid", value_int(payment->amount));
	command_row(command, &fee_table, 1, fee);
	return OK;
}

static enum err take(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = &job->who, .kind = "fee.paid" };
	struct fee fee;
	TRY(begin(&command, ctx, db, job, ACT_FEE_TAKE, &fee));
	TRY(check_payment(&command, &fee, job->payment));
	job->made = db_id(db);
	TRY(add_receipt(&command, job->payment, job->made));
	return command_commit(&command);
}

enum err fee_take(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		  const struct fee_payment *payment, int64_t *ret_receipt)
{
	struct job job = job_of(cases, who, code);
	job.payment = payment;
	TRY(store_write_locked(ctx, cases->store, take, &job));
	*ret_receipt = job.made;
	return OK;
}

/* ---- paying back ---- */

enum err fee_receipt_find(struct command *command, int64_t id, struct fee_receipt *ret_receipt)
{
	struct fee_receipts receipts;
	TRY(fee_receipts(command->ctx, command->db, &command->c, &receipts));
	for (size_t i = 0; i < receipts.n; i++) {
		if (receipts.items[i].id != id)
			continue;
		*ret_receipt = receipts.items[i];
		if (ret_receipt->cancelled_at)
			return command_lost(command, "fee.receipt_cancelled",
					    N_("This receipt is cancelled already"));
		return OK;
	}
	return fail(command->ctx, ERR_NOT_FOUND, "This case has no such receipt");
}

static enum err check_refund(struct command *command, const struct job *job,
			     const struct fee_receipt *receipt)
{
	struct ctx *ctx = command->ctx;
	int64_t left = receipt->amount - receipt->refunded;
	if (receipt->cashier == command_account(command))
		return fail(ctx, ERR_FORBIDDEN,
			    "Who took the money does not approve paying it back");
	if (receipt->asked_at)
		return command_lost(command, "fee.cancellation_asked",
				    N_("The cancellation of this receipt waits for approval"));
	if (left == 0)
		return command_lost(command, "fee.refunded",
				    N_("All of this receipt was paid back already"));
	if (job->amount < 1 || job->amount > left)
		return fail(ctx, ERR_INVALID, "Between 1 and %.*s can be paid back",
			    STR_ARG(fee_money(ctx->arena, left)));
	return OK;
}

static enum err refund(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = &job->who, .kind = "fee.refunded" };
	struct value row = value_map(), changed = value_map();
	struct fee_receipt receipt;
	struct fee fee;
	TRY(begin(&command, ctx, db, job, ACT_FEE_REFUND, &fee));
	TRY(needs_reason(ctx, job));
	TRY(fee_receipt_find(&command, job->receipt, &receipt));
	TRY(check_refund(&command, job, &receipt));
	put(&command, &row, "receipt", id_value(&command, receipt.id));
	put(&command, &row, "amount", value_int(job->amount));
	put(&command, &row, "method", value_int(receipt.method));
	put(&command, &row, "cashier", id_value(&command, receipt.cashier));
	put(&command, &row, "approver", id_value(&command, job->who.principal->account));
	put(&command, &row, "refunded_at", value_int(command.now));
	put(&command, &row, "reason", value_str(job->reason));
	command_row(&command, &refund_table, db_id(db), row);
	put(&command, &changed, "refunded", value_int(fee.refunded + job->amount));
	command_row(&command, &fee_table, 1, changed);
	put(&command, &command.closed, "text", value_str(job->reason));
	return command_commit(&command);
}

enum err fee_refund(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		    int64_t receipt, int64_t amount)
{
	struct job job = job_of(cases, who, code);
	job.receipt = receipt;
	job.amount = amount;
	return store_write_locked(ctx, cases->store, refund, &job);
}

/* ---- waivers ---- */

/* Only one that the rules do not decide themselves. */
static bool is_decidable(const struct procedure *procedure, str code)
{
	struct value waivers = value_path(procedure->body, S("fee.waivers"));
	for (uint32_t i = 0; waivers.kind == VALUE_LIST && i < waivers.n; i++)
		if (str_eq(value_text(value_get(waivers.items[i], S("code"))), code))
			return str_empty(value_text(value_get(waivers.items[i], S("condition"))));
	return false;
}

static enum err check_waiver(struct command *command, const struct job *job, const struct fee *fee)
{
	struct ctx *ctx = command->ctx;
	bool takes_back = str_empty(job->waiver);
	if (takes_back ? !fee->decided : fee->state != FEE_DUE)
		return not_due(command, fee);
	if (!takes_back && !is_decidable(command->procedure, job->waiver))
		return fail(ctx, ERR_INVALID, "Choose one of the waivers of this procedure");
	if (!takes_back && str_empty(str_trim(job->evidence)))
		return fail(ctx, ERR_INVALID, "Say which paper was shown");
	return needs_reason(ctx, job);
}

static enum err waive(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = &job->who, .kind = "fee.waived" };
	struct value row = value_map();
	struct fee fee;
	bool takes_back = str_empty(job->waiver);
	TRY(begin(&command, ctx, db, job, ACT_FEE_TAKE, &fee));
	TRY(check_waiver(&command, job, &fee));
	put(&command, &row, "waiver", value_str(job->waiver));
	put(&command, &row, "decided", value_int(!takes_back));
	put(&command, &row, "waived_at", value_int(takes_back ? 0 : command.now));
	put(&command, &row, "waived_by",
	    id_value(&command, takes_back ? 0 : job->who.principal->account));
	put(&command, &row, "reason", value_str(job->reason));
	put(&command, &row, "evidence", value_str(str_trim(job->evidence)));
	command_row(&command, &fee_table, 1, row);
	return command_commit(&command);
}

enum err fee_waive(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		   str waiver, str evidence)
{
	struct job job = job_of(cases, who, code);
	job.waiver = waiver;
	job.evidence = evidence;
	return store_write_locked(ctx, cases->store, waive, &job);
}

/* ---- reading ---- */

enum err fee_receipts(struct ctx *ctx, struct db *db, const struct case_file *c,
		      struct fee_receipts *ret_receipts)
{
	struct rows rows;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n,
		   SQL("SELECT COUNT(*) FROM fee_receipt WHERE organisation = $1 AND case_id = $2"),
		   c->organisation, c->id));
	*ret_receipts = (struct fee_receipts){ ARENA_ARRAY(ctx->arena, struct fee_receipt, n + 1), 0 };
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT r.id, r.book, r.number, r.amount, r.method, r.cashier, r.taken_at,"
			 " r.cancelled_at, r.bank_id, r.payer, r.cancel_reason, b.series,"
			 " COALESCE(a.name, ''), (SELECT COALESCE(SUM(f.amount), 0) FROM fee_refund f"
			 " WHERE f.organisation = r.organisation AND f.case_id = r.case_id"
			 " AND f.receipt = r.id), r.asked_at, r.asked_by, r.declined, COALESCE(q.name, '')"
			 " FROM fee_receipt r JOIN fee_book b ON b.id = r.book"
			 " LEFT JOIN account a ON a.id = r.cashier"
			 " LEFT JOIN account q ON q.id = r.asked_by"
			 " WHERE r.organisation = $1 AND r.case_id = $2 ORDER BY r.id"),
		     c->organisation, c->id));
	while (ret_receipts->n < (size_t)n && rows_next(&rows))
		ret_receipts->items[ret_receipts->n++] = (struct fee_receipt){
			.id = row_int(&rows, 0), .book = row_int(&rows, 1),
			.number = row_int(&rows, 2), .amount = row_int(&rows, 3),
			.method = row_int(&rows, 4), .cashier = row_int(&rows, 5),
			.taken_at = row_int(&rows, 6), .cancelled_at = row_int(&rows, 7),
			.bank_id = row_str(&rows, 8), .payer = row_str(&rows, 9),
			.cancel_reason = row_str(&rows, 10), .series = row_str(&rows, 11),
			.cashier_name = row_str(&rows, 12), .refunded = row_int(&rows, 13),
			.asked_at = row_int(&rows, 14), .asked_by = row_int(&rows, 15),
			.declined = row_str(&rows, 16), .asker_name = row_str(&rows, 17),
		};
	return rows_end(&rows);
}
