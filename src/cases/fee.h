/*
 * fee: what a case costs, who paid it, and the books its receipts are numbered in.
 *
 *	struct fee fee;
 *	TRY(fee_load(ctx, db, &c, &fee));                         one row a case: the same everywhere
 *	TRY(fee_take(ctx, cases, &who, code, &payment, &id));     receipt and number, one transaction
 *
 * Invariants
 * - All amounts are whole đồng. The amount follows the procedure's `fee` and the data of the case
 *   until something is paid; from then on it stands (fee_follow, in every command).
 * - A fee is paid whole or not at all; what came differently by bank is listed, not booked.
 * - The rows case_fee, fee_receipt and fee_refund are the fold of the case's events (tables.h); books,
 *   statements and counts of the till have events of their own. fee_verify compares them.
 * - Of a case that ended without a result nothing is due any more; what was paid stays until it is
 *   paid back.
 * - A receipt's number is taken in the transaction of the payment, under a unique key. A receipt is
 *   never changed: it is cancelled, by two people, and its number stays used.
 * - Where the fee is due before the case may go on (`fee.when`) the case has status 6 and waits;
 *   `fee.clock` says whether its clock runs meanwhile.
 */
#ifndef MOTCUA_CASES_FEE_H
#define MOTCUA_CASES_FEE_H

#include "cases/bank_statement.h"
#include "cases/cases.h"
#include "cases/tables.h"
#include "web/web.h"

struct command;

extern const struct case_table fee_table, receipt_table, refund_table;

/* ---- the amount ---- */

enum fee_state { FEE_FREE, FEE_DUE, FEE_PAID, FEE_WAIVED, FEE_REFUNDED, FEE_UNKNOWN };
enum fee_method { FEE_CASH = 1, FEE_TRANSFER = 2 };

/* What the pack and the data say, without what was paid. */
struct fee_sum {
	bool known;          /* false: the data do not say enough yet */
	int64_t full;        /* before waivers */
	str waiver;          /* code of the one whose condition holds; "" */
	struct value lines;  /* how it came about, as dmn_explain has it */
};
void fee_sum(struct cases *cases, struct arena *arena, const struct case_file *c, usec now,
	     struct fee_sum *ret_sum);

struct fee {
	int64_t state; /* enum fee_state */
	int64_t full, due, paid, refunded;
	str waiver;
	bool decided; /* the waiver is an officer's decision, not a rule */
	usec waived_at;
};
/* FEE_FREE where nothing was ever due. */
enum err fee_load(struct ctx *ctx, struct db *db, const struct case_file *c, struct fee *ret_fee);
/* "due", "paid" … of the API. */
const char *fee_state_name(int64_t state);
/* "8.000 đồng" */
str fee_money(struct arena *arena, int64_t amount);

/* Refused, withdrawn or stopped: nothing is to be paid. */
bool fee_is_over(const struct case_file *c);
/* Inside a command, before its event is made: the amount after this command, and whether the case
 * waits for its payment. */
enum err fee_follow(struct command *command);
/* ERR_CONFLICT while the fee must be paid before this step may be completed. */
enum err fee_gate(struct command *command, str element, bool returns);

/* ---- acts ---- */

struct fee_payment {
	int64_t amount;  /* must be what is due */
	enum fee_method method;
	str bank_id;     /* the bank's number of the transfer, unique to the account; "" in cash */
	str payer;       /* "": the applicant */
};
/* ACT_FEE_TAKE. ERR_INVALID: another amount, no bank number; ERR_CONFLICT: paid already, no number
 * left in the books, this transfer is booked. */
enum err fee_take(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		  const struct fee_payment *payment, int64_t *ret_receipt);
/* ACT_FEE_TAKE, who->reason says why. The receipt counts until another approves. */
enum err fee_ask_cancel(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			int64_t receipt);
/* ACT_FEE_REFUND. Approved: the receipt is void, the fee is due again. Declined: who->reason says why,
 * the receipt stays. ERR_FORBIDDEN: it is the one who took the money or who asks. */
enum err fee_settle_cancel(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			   int64_t receipt, bool approve);
/* ACT_FEE_REFUND: the actor approves it; who->reason says why. */
enum err fee_refund(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		    int64_t receipt, int64_t amount);
/* ACT_FEE_TAKE: a waiver of the pack that the rules do not grant by themselves. `waiver` "" takes
 * a decision back. who->reason and evidence (what was shown) are needed. */
enum err fee_waive(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		   str waiver, str evidence);

/* ---- receipts ---- */

struct fee_receipt {
	int64_t id, book, number, amount, method, cashier;
	usec taken_at, cancelled_at;
	str series, bank_id, payer, cancel_reason, cashier_name;
	int64_t refunded;
	usec asked_at;       /* cancellation asked for, by whom; 0: not, or declined */
	int64_t asked_by;
	str asker_name, declined; /* why it was not cancelled */
};
struct fee_receipts {
	struct fee_receipt *items;
	size_t n;
};
enum err fee_receipts(struct ctx *ctx, struct db *db, const struct case_file *c,
		      struct fee_receipts *ret_receipts);
/* Inside a command. ERR_NOT_FOUND; ERR_CONFLICT: it is cancelled. */
enum err fee_receipt_find(struct command *command, int64_t id, struct fee_receipt *ret_receipt);
/* The letter "bien-lai" of the pack; a copy is marked as one. */
enum err fee_receipt_write(struct ctx *ctx, struct cases *cases,
			   const struct case_file *c, const struct fee_receipt *receipt, bool copy,
			   str *ret_html);

/* ---- books ---- */

struct fee_book {
	int64_t id, organisation, first, last, next;
	str series;
	usec opened_at;
};
struct fee_books {
	struct fee_book *items;
	size_t n;
};
enum err fee_books(struct ctx *ctx, struct db *db, int64_t organisation,
		   struct fee_books *ret_books);
/* ACT_FEE_REFUND. ERR_INVALID: a range turned round; ERR_CONFLICT: numbers of another book. */
enum err fee_book_open(struct ctx *ctx, struct cases *cases, const struct actor *who,
		       const struct fee_book *book);
/* Inside a command: the next number of the organisation's oldest book that has one. A book of the
 * pack (organisations.json, payment.books) is opened when it is needed first. */
enum err fee_number(struct command *command, struct fee_book *ret_book, int64_t *ret_number);

/* ---- how to pay by bank ---- */

struct fee_account {
	str bank_bin, account, name, bank;
};
/* False where the organisation, or one above it, has none. */
bool fee_account(struct cases *cases, int64_t organisation, struct fee_account *ret_account);
/* A VietQR text (NAPAS over EMVCo QRCPS 1.1): account, amount, description, CRC. */
str fee_qr(struct arena *arena, const struct fee_account *account, int64_t amount, str text);
/* What stands in a transfer's description for the case: letters and digits only, as banks keep them. */
str fee_memo(struct arena *arena, str text);
/* What of it a code has room for: the end, where the running number is. Codes may have 35 letters. */
str fee_purpose(struct arena *arena, str code);

/* ---- views: the one shape for tab, tracking and API ---- */

/* {state, state_words, status{kind, text}, amount, full, paid, refunded, waiver{…}, lines[…],
 *  account{…}, qr, receipts[…]}. `citizen`: no names of officers, copies of receipts at `base`. */
enum err fee_view(struct ctx *ctx, struct cases *cases, struct db *db, const struct case_file *c,
		  bool citizen, str base, struct value *ret_view);
/* {svg, url, text} of the partial "qr"; null where nothing is to be paid by bank. */
struct value fee_qr_view(struct request *request, struct value fee);
/* {kind, text}: the words of every place that says how it stands with the payment: row of a list,
 * head of the case page, fee tab, tracking, API. Needs state, paid and refunded. */
struct value fee_status_view(struct ctx *ctx, const struct fee *fee);

/* ---- the till ---- */

struct fee_till {
	int64_t sheet;           /* number of the next count */
	usec since;              /* of the last one */
	int64_t opening;         /* change that was left in it, or received */
	int64_t cash, refunds;   /* taken and paid back since */
	int64_t receipts;        /* how many */
};
enum err fee_till(struct ctx *ctx, struct db *db, int64_t organisation, int64_t cashier,
		  struct fee_till *ret_till);
struct fee_count {
	int64_t organisation, sheet; /* as shown; ERR_CONFLICT: counted meanwhile */
	const int64_t *pieces;       /* of each of fee_notes */
	int64_t kept;                /* left in the till as change; the rest is handed over */
	str note, taker;             /* why it differs; who took the money over */
};
/* Denominations in đồng, from 500.000 down; ended by 0. */
extern const int64_t fee_notes[];
/* ACT_FEE_TAKE: change received from `giver`, on a sheet of its own. ERR_CONFLICT: money was taken since
 * the last count, or it was counted meanwhile. */
enum err fee_open_till(struct ctx *ctx, struct cases *cases, const struct actor *who,
		       int64_t organisation, int64_t sheet, int64_t received, str giver,
		       int64_t *ret_id);
/* ACT_FEE_TAKE. ERR_INVALID: it differs and nobody says why, more is kept than there is. */
enum err fee_count(struct ctx *ctx, struct cases *cases, const struct actor *who,
		   const struct fee_count *count, int64_t *ret_id);

/* ---- bank statements ---- */

struct bank_report {
	int64_t fresh, known, paid, unmatched;
};
/* Keeps the lines of the organisation's account and books those that name a case and pay exactly
 * what is due. The same file again changes nothing. ACT_FEE_TAKE. */
enum err bank_import(struct ctx *ctx, struct cases *cases, const struct actor *who,
		     int64_t organisation, const struct bank_lines *lines,
		     struct bank_report *ret_report);
/* Why an unmatched line will not be booked: who->reason. ACT_FEE_REFUND. */
enum err bank_settle(struct ctx *ctx, struct cases *cases, const struct actor *who,
		     int64_t organisation, str id);
struct value bank_rules(const struct cases *cases);

/* ---- verification ---- */

/* Books, statements and counts against their events. *ret_finding: "" where all agrees. */
enum err fee_verify(struct ctx *ctx, struct db *db, str *ret_finding);

#endif
