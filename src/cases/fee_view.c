/* Payment as pages, tracking and API show it: one shape, read in one place. */
#include "cases/fee.h"
#include "cases/room.h"
#include "cases/view.h"

#include "print/print.h"

struct value fee_status_view(struct ctx *ctx, const struct fee *fee)
{
	static const struct {
		const char *kind, *text;
	} words[] = {
		[FEE_FREE] = { "done", N_("No fee") },
		[FEE_DUE] = { "waiting", N_("Fee to be paid") },
		[FEE_PAID] = { "done", N_("Fee is paid") },
		[FEE_WAIVED] = { "done", N_("Fee is waived") },
		[FEE_REFUNDED] = { "refused", N_("Fee was paid back") },
		[FEE_UNKNOWN] = { "new", N_("Fee not known yet") },
	};
	static const char part[] = N_("Part of the fee was paid back");
	struct value view = value_map();
	int64_t state = fee->state;
	size_t at = state >= FEE_FREE && state <= FEE_UNKNOWN ? (size_t)state : FEE_FREE;
	bool partly = at == FEE_REFUNDED && fee->refunded < fee->paid;
	value_append(ctx->arena, &view, S("kind"), value_str(str_z(words[at].kind)));
	value_append(ctx->arena, &view, S("text"),
		     value_str(str_z(ctx_text(ctx, partly ? part : words[at].text))));
	return view;
}

/* ---- how the amount came about ---- */

static struct value lines_view(struct ctx *ctx, const struct fee_sum *sum)
{
	struct arena *arena = ctx->arena;
	struct value list = value_list();
	for (uint32_t i = 0; i < sum->lines.n; i++) {
		struct value line = sum->lines.items[i];
		const struct value *rule = value_find(line, S("rule"));
		str name = value_text(value_get(line, S("decision")));
		str text = value_text(value_get(line, S("text")));
		int64_t amount = value_integer(value_get(line, S("value")), -1);
		if (rule)
			text = arena_printf(arena, ctx_text(ctx, "Rule %d of the table: %.*s"),
					    (int)value_integer(*rule, 0), STR_ARG(text));
		else if (amount >= 0)
			text = arena_printf(arena, "%.*s = %.*s", STR_ARG(name),
					    STR_ARG(fee_money(arena, amount)));
		if (!str_empty(text))
			value_push(arena, &list, value_str(text));
	}
	return list;
}

static struct value text_in(struct value text, str language)
{
	if (text.kind != VALUE_MAP)
		return text;
	const struct value *said = value_find(text, language);
	return said ? *said : value_get(text, S("vi"));
}

static struct value waiver_view(struct ctx *ctx, struct value waiver)
{
	struct value view = value_map();
	str language = ctx_language(ctx);
	value_append(ctx->arena, &view, S("code"), value_get(waiver, S("code")));
	value_append(ctx->arena, &view, S("title"),
		     text_in(value_get(waiver, S("title")), language));
	value_append(ctx->arena, &view, S("legal_basis"),
		     text_in(value_get(waiver, S("legal_basis")), language));
	return view;
}

static struct value waiver_of(struct ctx *ctx, const struct procedure *procedure, str code)
{
	struct value waivers = value_path(procedure->body, S("fee.waivers"));
	for (uint32_t i = 0; waivers.kind == VALUE_LIST && i < waivers.n; i++)
		if (str_eq(value_text(value_get(waivers.items[i], S("code"))), code))
			return waiver_view(ctx, waivers.items[i]);
	return value_null();
}

/* ---- receipts ---- */

static struct value receipt_view(struct ctx *ctx, struct cases *cases,
				 const struct fee_receipt *r, bool citizen, str base)
{
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	bool cash = r->method == FEE_CASH;
	str id = id_text(arena, r->id);
	str url = arena_printf(arena, "%.*s/bien-lai/%.*s", STR_ARG(base), STR_ARG(id));
	value_append(arena, &view, S("id"), value_str(id));
	value_append(arena, &view, S("number"),
		     value_str(arena_printf(arena, "%.*s %07lld", STR_ARG(r->series),
					    (long long)r->number)));
	value_append(arena, &view, S("amount"), value_int(r->amount));
	value_append(arena, &view, S("refunded"), value_int(r->refunded));
	value_append(arena, &view, S("left"), value_int(r->amount - r->refunded));
	value_append(arena, &view, S("method"), value_str(cash ? S("cash") : S("transfer")));
	value_append(arena, &view, S("method_words"), value_str(str_z(
		cash ? ctx_text(ctx, "Cash") : ctx_text(ctx, "Bank transfer"))));
	value_append(arena, &view, S("taken_at"), view_time(ctx, cases, r->taken_at));
	value_append(arena, &view, S("cancelled_at"), view_time(ctx, cases, r->cancelled_at));
	if (!citizen) {
		value_append(arena, &view, S("cashier"), value_str(r->cashier_name));
		value_append(arena, &view, S("reason"), value_str(r->cancel_reason));
		value_append(arena, &view, S("asked_at"), view_time(ctx, cases, r->asked_at));
		value_append(arena, &view, S("asker"), value_str(r->asker_name));
		value_append(arena, &view, S("declined"), value_str(r->declined));
		value_append(arena, &view, S("bank_id"), value_str(r->bank_id));
	}
	value_append(arena, &view, S("url"), str_empty(base) ? value_null() : value_str(url));
	value_append(arena, &view, S("pdf"), str_empty(base) ? value_null() :
		     value_str(arena_printf(arena, "%.*s.pdf", STR_ARG(url))));
	return view;
}

static struct value account_view(struct ctx *ctx, const struct fee_account *account, str memo)
{
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	value_append(arena, &view, S("bank"), value_str(account->bank));
	value_append(arena, &view, S("bank_bin"), value_str(account->bank_bin));
	value_append(arena, &view, S("number"), value_str(account->account));
	value_append(arena, &view, S("name"), value_str(account->name));
	value_append(arena, &view, S("memo"), value_str(memo));
	return view;
}

/* ---- the whole ---- */

static void put_transfer(struct ctx *ctx, struct cases *cases, const struct case_file *c,
			 const struct fee *fee, struct value *view)
{
	struct arena *arena = ctx->arena;
	struct fee_account account;
	bool there = fee->state == FEE_DUE && fee_account(cases, c->organisation, &account);
	value_append(arena, view, S("account"),
		     there ? account_view(ctx, &account, c->code) : value_null());
	value_append(arena, view, S("qr_text"),
		     there ? value_str(fee_qr(arena, &account, fee->due, c->code)) : value_null());
}

enum err fee_view(struct ctx *ctx, struct cases *cases, struct db *db, const struct case_file *c,
		  bool citizen, str base, struct value *ret_view)
{
	struct arena *arena = ctx->arena;
	struct value view = value_map(), receipts = value_list();
	const struct procedure *procedure = case_procedure(cases, c);
	struct fee_receipts list;
	struct fee_sum sum;
	struct fee fee;
	if (!procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	TRY(fee_load(ctx, db, c, &fee));
	TRY(fee_receipts(ctx, db, c, &list));
	fee_sum(cases, arena, c, clock_business(), &sum);
	value_append(arena, &view, S("state"), value_str(str_z(fee_state_name(fee.state))));
	value_append(arena, &view, S("status"), fee_status_view(ctx, &fee));
	value_append(arena, &view, S("amount"), value_int(fee.due));
	value_append(arena, &view, S("full"), value_int(fee.full));
	value_append(arena, &view, S("paid"), value_int(fee.paid));
	value_append(arena, &view, S("refunded"), value_int(fee.refunded));
	value_append(arena, &view, S("due"), value_bool(fee.state == FEE_DUE));
	value_append(arena, &view, S("waiver"), waiver_of(ctx, procedure, fee.waiver));
	value_append(arena, &view, S("decided"), value_bool(fee.decided));
	value_append(arena, &view, S("lines"), fee.paid ? value_list() : lines_view(ctx, &sum));
	value_append(arena, &view, S("note"),
		     text_in(value_path(procedure->body, S("fee.note")), ctx_language(ctx)));
	put_transfer(ctx, cases, c, &fee, &view);
	for (size_t i = 0; i < list.n; i++)
		value_push(arena, &receipts,
			   receipt_view(ctx, cases, &list.items[i], citizen, base));
	value_append(arena, &view, S("receipts"), receipts);
	value_append(arena, &view, S("any"), value_bool(fee.state != FEE_FREE || list.n));
	*ret_view = view;
	return OK;
}
