/* Voiding a receipt: asked for by one, approved by another. Until then it counts. */
#include "cases/fee.h"
#include "cases/room.h"

struct job {
	struct cases *cases;
	struct actor who; /* without the reason, which may name people */
	str code, reason;
	int64_t receipt;
	bool approve;
};

static struct job job_of(struct cases *cases, const struct actor *who, str code, int64_t receipt)
{
	struct job job = { .cases = cases, .who = *who, .code = code, .receipt = receipt,
			   .reason = str_trim(who->reason) };
	if (!who->effective_at)
		job.who.reason = S("");
	return job;
}

static enum err begin(struct command *command, struct ctx *ctx, struct db *db, const struct job *job,
		      enum act act, struct fee_receipt *ret_receipt)
{
	TRY(command_begin(command, ctx, db, job->code));
	TRY(command_may(command, act));
	return fee_receipt_find(command, job->receipt, ret_receipt);
}

static enum err ask(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = &job->who,
				   .kind = "fee.cancellation_asked" };
	struct value row = value_map();
	struct fee_receipt receipt;
	TRY(begin(&command, ctx, db, job, ACT_FEE_TAKE, &receipt));
	if (receipt.asked_at)
		return command_lost(&command, "fee.cancellation_asked",
				    N_("The cancellation of this receipt waits for approval"));
	if (receipt.refunded)
		return command_lost(&command, "fee.refunded",
				    N_("Money of this receipt was paid back: it stays valid"));
	if (str_empty(job->reason))
		return fail(ctx, ERR_INVALID, "Say why: it is kept with the receipt");
	command_put_int(&command, &row, "asked_at", command.now);
	command_put_id(&command, &row, "asked_by", command_account(&command));
	command_put_text(&command, &row, "cancel_reason", job->reason);
	command_put_text(&command, &row, "declined", S(""));
	command_row(&command, &receipt_table, receipt.id, row);
	value_set(ctx->arena, &command.closed, S("text"), value_str(job->reason));
	return command_commit(&command);
}

enum err fee_ask_cancel(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			int64_t receipt)
{
	struct job job = job_of(cases, who, code, receipt);
	return store_write_locked(ctx, cases->store, ask, &job);
}

/* ---- settling ---- */

static enum err check_settler(struct command *command, const struct job *job,
			      const struct fee_receipt *receipt)
{
	int64_t account = command_account(command);
	if (!receipt->asked_at)
		return command_lost(command, "fee.receipt_cancelled|fee.cancellation_declined",
				    N_("Nobody asks to cancel this receipt any more"));
	if (account == receipt->asked_by || account == receipt->cashier)
		return fail(command->ctx, ERR_FORBIDDEN,
			    "Who took the money or asks for the cancellation does not approve it");
	if (!job->approve && str_empty(job->reason))
		return fail(command->ctx, ERR_INVALID, "Say why it is not cancelled");
	return OK;
}

static enum err put_cancelled(struct command *command, const struct fee_receipt *receipt,
			      struct value *row)
{
	struct value changed = value_map();
	struct fee fee;
	TRY(fee_load(command->ctx, command->db, &command->c, &fee));
	command_put_int(command, row, "cancelled_at", command->now);
	command_put_id(command, row, "cancelled_by", command_account(command));
	command_put_int(command, &changed, "paid", fee.paid - receipt->amount);
	command_row(command, &fee_table, 1, changed);
	return OK;
}

static enum err settle(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = &job->who,
				   .kind = job->approve ? "fee.receipt_cancelled"
							: "fee.cancellation_declined" };
	struct value row = value_map();
	struct fee_receipt receipt;
	TRY(begin(&command, ctx, db, job, ACT_FEE_REFUND, &receipt));
	TRY(check_settler(&command, job, &receipt));
	if (job->approve) {
		TRY(put_cancelled(&command, &receipt, &row));
	} else {
		command_put_int(&command, &row, "asked_at", 0);
		command_put_id(&command, &row, "asked_by", 0);
		command_put_text(&command, &row, "declined", job->reason);
	}
	command_row(&command, &receipt_table, receipt.id, row);
	value_set(ctx->arena, &command.closed, S("text"),
		  value_str(job->approve ? receipt.cancel_reason : job->reason));
	return command_commit(&command);
}

enum err fee_settle_cancel(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			   int64_t receipt, bool approve)
{
	struct job job = job_of(cases, who, code, receipt);
	job.approve = approve;
	return store_write_locked(ctx, cases->store, settle, &job);
}
