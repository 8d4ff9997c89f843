/* What statement and receipts do not agree on, and matching by hand. */
#include "cases/fee_bank.h"
#include "cases/room.h"

/* Cases searched for why a line is left: months of a busy ward. */
enum { NEWEST = 5000 };

/* ---- cases that a payment may name ---- */

static enum err read_cases(struct ctx *ctx, struct rows *rows, size_t most, struct bank_cases *ret)
{
	*ret = (struct bank_cases){ ARENA_ARRAY(ctx->arena, struct bank_case, most + 1), 0 };
	while (ret->n < most && rows_next(rows)) {
		struct bank_case *c = &ret->items[ret->n++];
		*c = (struct bank_case){ .code = row_str(rows, 0), .state = row_int(rows, 1),
					 .due = row_int(rows, 2) };
		c->memo = fee_purpose(ctx->arena, c->code);
	}
	return rows_end(rows);
}

enum err bank_waiting(struct ctx *ctx, struct db *db, int64_t organisation,
		      struct bank_cases *ret_cases)
{
	struct rows rows;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n,
		   SQL("SELECT COUNT(*) FROM case_fee WHERE organisation = $1 AND state = 1"),
		   organisation));
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT c.code, f.state, f.due FROM case_fee f JOIN case_file c"
			 " ON c.organisation = f.organisation AND c.id = f.case_id"
			 " WHERE f.organisation = $1 AND f.state = 1"),
		     organisation));
	return read_cases(ctx, &rows, (size_t)n, ret_cases);
}

enum err bank_newest(struct ctx *ctx, struct db *db, int64_t organisation,
		     struct bank_cases *ret_cases)
{
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT c.code, f.state, f.due FROM case_fee f JOIN case_file c"
			 " ON c.organisation = f.organisation AND c.id = f.case_id"
			 " WHERE f.organisation = $1 ORDER BY f.case_id DESC LIMIT $2"),
		     organisation, NEWEST));
	return read_cases(ctx, &rows, NEWEST, ret_cases);
}

const struct bank_case *bank_named(struct arena *arena, const struct bank_cases *cases, str text,
				   int64_t due)
{
	const struct bank_case *found = NULL;
	str memo = fee_memo(arena, text);
	for (size_t i = 0; i < cases->n; i++) {
		const struct bank_case *c = &cases->items[i];
		bool may_be = !due || c->due == due;
		if (may_be && (!found || c->memo.n > found->memo.n) &&
		    str_find(memo, c->memo) != SIZE_MAX)
			found = c;
	}
	return found;
}

/* ---- lines that are left ---- */

static enum bank_why why_left(const struct bank_case *c, int64_t amount)
{
	if (!c)
		return BANK_NO_CASE;
	if (c->state == FEE_PAID || c->state == FEE_REFUNDED)
		return BANK_TWICE;
	if (c->state != FEE_DUE)
		return BANK_NOT_DUE;
	return amount < c->due ? BANK_LESS : amount > c->due ? BANK_MORE : BANK_NOT_BOOKED;
}

enum err bank_left(struct ctx *ctx, struct db *db, int64_t organisation, size_t most,
		   struct bank_lefts *ret_left)
{
	struct bank_cases cases;
	struct rows rows;
	*ret_left = (struct bank_lefts){ ARENA_ARRAY(ctx->arena, struct bank_left, most + 1), 0 };
	TRY(bank_newest(ctx, db, organisation, &cases));
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT l.id, l.day, l.amount, l.text FROM bank_line l WHERE l.organisation = $1"
			 " AND l.settled_at = 0 AND NOT EXISTS (SELECT 1 FROM fee_receipt r"
			 " WHERE r.organisation = l.organisation AND r.bank_id = l.id"
			 " AND r.bank_id <> '' AND r.cancelled_at = 0) ORDER BY l.day, l.id LIMIT $2"),
		     organisation, (int64_t)most));
	while (ret_left->n < most && rows_next(&rows)) {
		struct bank_left *left = &ret_left->items[ret_left->n++];
		left->line = (struct bank_line){ .id = row_str(&rows, 0), .day = row_int(&rows, 1),
						 .amount = row_int(&rows, 2), .text = row_str(&rows, 3) };
		const struct bank_case *c = bank_named(ctx->arena, &cases, left->line.text, 0);
		left->why = why_left(c, left->line.amount);
		left->code = c ? c->code : S("");
		left->due = c ? c->due : 0;
	}
	return rows_end(&rows);
}

/* ---- receipts the statement does not know ---- */

enum err bank_missing(struct ctx *ctx, struct db *db, int64_t organisation, size_t most,
		      struct bank_missings *ret_missing)
{
	struct rows rows;
	*ret_missing = (struct bank_missings){
		ARENA_ARRAY(ctx->arena, struct bank_missing, most + 1), 0 };
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT c.code, b.series, r.bank_id, r.number, r.amount,"
			 " COALESCE(l.amount, -1), r.taken_at FROM fee_receipt r"
			 " JOIN fee_book b ON b.id = r.book JOIN case_file c"
			 " ON c.organisation = r.organisation AND c.id = r.case_id"
			 " LEFT JOIN bank_line l ON l.organisation = r.organisation AND l.id = r.bank_id"
			 " WHERE r.organisation = $1 AND r.bank_id <> '' AND r.cancelled_at = 0"
			 " AND COALESCE(l.amount, -1) <> r.amount ORDER BY r.taken_at DESC LIMIT $2"),
		     organisation, (int64_t)most));
	while (ret_missing->n < most && rows_next(&rows))
		ret_missing->items[ret_missing->n++] = (struct bank_missing){
			.code = row_str(&rows, 0), .series = row_str(&rows, 1),
			.bank_id = row_str(&rows, 2), .number = row_int(&rows, 3),
			.amount = row_int(&rows, 4), .there = row_int(&rows, 5),
			.taken_at = row_int(&rows, 6),
		};
	return rows_end(&rows);
}

enum err bank_sums(struct ctx *ctx, struct db *db, int64_t organisation, int64_t from, int64_t to,
		   struct bank_sums *ret_sums)
{
	struct rows rows;
	TRY(db_one(ctx, db, &rows,
		   SQL("SELECT COALESCE(SUM(amount), 0), COALESCE(SUM(CASE WHEN n > 0 THEN amount END), 0),"
		       " COALESCE(SUM(CASE WHEN n = 0 AND settled_at > 0 THEN amount END), 0) FROM"
		       " (SELECT l.amount, l.settled_at, (SELECT COUNT(*) FROM fee_receipt r"
		       " WHERE r.organisation = l.organisation AND r.bank_id = l.id AND r.bank_id <> ''"
		       " AND r.cancelled_at = 0) AS n FROM bank_line l WHERE l.organisation = $1"
		       " AND l.day >= $2 AND l.day <= $3) AS s"),
		   organisation, from, to));
	*ret_sums = (struct bank_sums){ .statement = row_int(&rows, 0), .booked = row_int(&rows, 1),
					.settled = row_int(&rows, 2) };
	ret_sums->left = ret_sums->statement - ret_sums->booked - ret_sums->settled;
	return db_int(ctx, db, 0, &ret_sums->read_to,
		      SQL("SELECT COALESCE(MAX(day), 0) FROM bank_line WHERE organisation = $1"),
		      organisation);
}

/* ---- matching by hand ---- */

struct matching {
	int64_t organisation, amount;
	str line, code;
};

static enum err read_matching(struct ctx *ctx, struct db *db, void *arg)
{
	struct matching *m = arg;
	struct case_file c;
	TRY(db_int(ctx, db, 0, &m->amount,
		   SQL("SELECT amount FROM bank_line WHERE organisation = $1 AND id = $2"
		       " AND settled_at = 0"), m->organisation, m->line));
	if (!m->amount)
		return fail(ctx, ERR_NOT_FOUND, "This line was set aside already");
	enum err err = case_load(ctx, db, m->code, &c);
	if (err == ERR_NOT_FOUND || (err == OK && c.organisation != m->organisation))
		return fail(ctx, ERR_NOT_FOUND, "This office has no case of that code");
	return err;
}

enum err bank_match(struct ctx *ctx, struct cases *cases, const struct actor *who,
		    int64_t organisation, str line, str code)
{
	struct matching m = { .organisation = organisation, .line = line, .code = str_trim(code) };
	int64_t receipt;
	TRY(store_read(ctx, cases->store, read_matching, &m));
	struct fee_payment payment = { .amount = m.amount, .method = FEE_TRANSFER, .bank_id = line };
	return fee_take(ctx, cases, who, m.code, &payment, &receipt);
}
