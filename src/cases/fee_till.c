/* The till of one cashier: what came in since it was counted last, and the count itself. */
#include "cases/fee.h"
#include "cases/room.h"

const int64_t fee_notes[] = { 500000, 200000, 100000, 50000, 20000, 10000, 5000, 2000, 1000, 500, 200,
			      0 };

enum err fee_till(struct ctx *ctx, struct db *db, int64_t organisation, int64_t cashier,
		  struct fee_till *ret_till)
{
	struct rows rows;
	int64_t voided, refunds;
	*ret_till = (struct fee_till){ .sheet = 1 };
	TRY(db_one(ctx, db, &rows,
		   SQL("SELECT COALESCE(MAX(sheet), 0), COALESCE(MAX(counted_at), 0) FROM till_count"
		       " WHERE organisation = $1 AND cashier = $2"), organisation, cashier));
	ret_till->sheet = row_int(&rows, 0) + 1;
	ret_till->since = row_int(&rows, 1);
	TRY(db_int(ctx, db, 0, &ret_till->opening,
		   SQL("SELECT kept FROM till_count WHERE organisation = $1 AND cashier = $2"
		       " AND sheet = $3"), organisation, cashier, ret_till->sheet - 1));
	TRY(db_one(ctx, db, &rows,
		   SQL("SELECT COALESCE(SUM(amount), 0), COUNT(*) FROM fee_receipt"
		       " WHERE cashier = $2 AND organisation = $1 AND taken_at > $3 AND method = 1"),
		   organisation, cashier, ret_till->since));
	ret_till->cash = row_int(&rows, 0);
	ret_till->receipts = row_int(&rows, 1);
	TRY(db_int(ctx, db, 0, &voided,
		   SQL("SELECT COALESCE(SUM(amount), 0) FROM fee_receipt WHERE cashier = $2"
		       " AND organisation = $1 AND cancelled_at > $3 AND method = 1"),
		   organisation, cashier, ret_till->since));
	TRY(db_int(ctx, db, 0, &refunds,
		   SQL("SELECT COALESCE(SUM(amount), 0) FROM fee_refund WHERE organisation = $1"
		       " AND cashier = $2 AND refunded_at > $3 AND method = 1"),
		   organisation, cashier, ret_till->since));
	ret_till->refunds = voided + refunds;
	return OK;
}

struct counting {
	struct cases *cases;
	const struct actor *who;
	const struct fee_count *count;
	const char *kind; /* of the event */
	int64_t made;
};

enum { CHANGE_MAX = 100000000 };

/* "500000x2 20000x1" */
static str pieces_text(struct arena *arena, const int64_t *pieces, int64_t *ret_sum)
{
	struct buf out = { .arena = arena };
	*ret_sum = 0;
	for (size_t i = 0; fee_notes[i]; i++) {
		*ret_sum += fee_notes[i] * pieces[i];
		if (pieces[i])
			buf_printf(&out, "%s%lldx%lld", out.n ? " " : "", (long long)fee_notes[i],
				   (long long)pieces[i]);
	}
	return buf_view(&out);
}

static int64_t must_hold(const struct fee_till *till)
{
	return till->opening + till->cash - till->refunds;
}

static enum err check_count(struct ctx *ctx, const struct fee_count *count,
			    const struct fee_till *till, int64_t counted)
{
	int64_t difference = counted - must_hold(till);
	if (till->sheet != count->sheet)
		return fail(ctx, ERR_CONFLICT, "This till was counted already: sheet %lld",
			    (long long)count->sheet);
	if (difference && str_empty(count->note))
		return fail(ctx, ERR_INVALID,
			    "The count differs by %.*s: say why",
			    STR_ARG(fee_money(ctx->arena, difference)));
	if (count->kept < 0 || count->kept > counted)
		return fail(ctx, ERR_INVALID, "At most what was counted can stay in the till: %.*s",
			    STR_ARG(fee_money(ctx->arena, counted)));
	if (str_empty(count->taker) && count->kept < counted)
		return fail(ctx, ERR_INVALID, "Say to whom the money is handed over");
	return OK;
}

/* The sheet and its event say the same. */
static enum err keep_sheet(struct ctx *ctx, struct db *db, struct counting *c,
			   const struct fee_till *till, struct value open)
{
	const struct fee_count *count = c->count;
	struct value closed = value_map();
	c->made = db_id(db);
	value_append(ctx->arena, &open, S("sheet"), value_int(count->sheet));
	value_append(ctx->arena, &open, S("opening"), value_int(till->opening));
	value_append(ctx->arena, &open, S("expected"), value_int(must_hold(till)));
	value_append(ctx->arena, &open, S("kept"), value_int(count->kept));
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO till_count (id, organisation, cashier, sheet, since, counted_at,"
		       " expected, counted, pieces, note, taker, opening, kept)"
		       " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"),
		   c->made, count->organisation, c->who->principal->account, count->sheet,
		   till->since, db_now(db), must_hold(till),
		   value_integer(value_get(open, S("counted")), 0),
		   value_text(value_get(open, S("pieces"))), count->note, count->taker,
		   till->opening, count->kept));
	value_append(ctx->arena, &closed, S("note"), value_str(count->note));
	value_append(ctx->arena, &closed, S("taker"), value_str(count->taker));
	return event_append(ctx, db, &(struct event_new){
		.kind = str_z(c->kind), .object = c->made, .actor = c->who->principal->account,
		.organisation = count->organisation, .open = open, .closed = closed }, NULL);
}

static enum err own_till(struct ctx *ctx, struct db *db, const struct counting *c,
			 struct fee_till *ret_till)
{
	struct object object = { .organisation = c->count->organisation };
	if (!may(c->cases->people, c->who->principal, ACT_FEE_TAKE, &object))
		return fail(ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	return fee_till(ctx, db, c->count->organisation, c->who->principal->account, ret_till);
}

static enum err do_count(struct ctx *ctx, struct db *db, void *arg)
{
	struct counting *c = arg;
	struct value open = value_map();
	struct fee_till till;
	int64_t counted;
	TRY(own_till(ctx, db, c, &till));
	str pieces = pieces_text(ctx->arena, c->count->pieces, &counted);
	TRY(check_count(ctx, c->count, &till, counted));
	value_append(ctx->arena, &open, S("counted"), value_int(counted));
	value_append(ctx->arena, &open, S("pieces"), value_str(pieces));
	return keep_sheet(ctx, db, c, &till, open);
}

/* ---- change received ---- */

static enum err do_open(struct ctx *ctx, struct db *db, void *arg)
{
	struct counting *c = arg, kept = *c;
	struct fee_count count = *c->count;
	struct value open = value_map();
	struct fee_till till;
	TRY(own_till(ctx, db, c, &till));
	if (till.sheet != count.sheet || till.cash || till.refunds)
		return fail(ctx, ERR_CONFLICT, "Count the till first: money was taken since the last count");
	if (count.kept < 1 || count.kept > CHANGE_MAX)
		return fail(ctx, ERR_INVALID, "Enter the amount in đồng, for example 200.000");
	if (str_empty(count.taker))
		return fail(ctx, ERR_INVALID, "Say who gave the money");
	count.kept += till.opening;
	value_append(ctx->arena, &open, S("counted"), value_int(till.opening));
	value_append(ctx->arena, &open, S("pieces"), value_str(S("")));
	kept.count = &count;
	TRY(keep_sheet(ctx, db, &kept, &till, open));
	c->made = kept.made;
	return OK;
}

enum err fee_open_till(struct ctx *ctx, struct cases *cases, const struct actor *who,
		       int64_t organisation, int64_t sheet, int64_t received, str giver,
		       int64_t *ret_id)
{
	struct fee_count count = { .organisation = organisation, .sheet = sheet, .kept = received,
				   .note = S(""), .taker = str_trim(giver) };
	struct counting c = { cases, who, &count, "fee.till_opened", 0 };
	TRY(store_write(ctx, cases->store, do_open, &c));
	*ret_id = c.made;
	return OK;
}

enum err fee_count(struct ctx *ctx, struct cases *cases, const struct actor *who,
		   const struct fee_count *count, int64_t *ret_id)
{
	struct counting c = { cases, who, count, "fee.till_counted", 0 };
	TRY(store_write(ctx, cases->store, do_count, &c));
	*ret_id = c.made;
	return OK;
}
