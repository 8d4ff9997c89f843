/* The receipt as a letter: what the book's leaf says, on paper and as PDF. */
#include "cases/fee.h"
#include "cases/room.h"
#include "cases/view.h"

#include "text/vietnamese.h"

/* ---- the view ---- */

static struct value office_view(struct arena *arena, const struct organisation *o)
{
	struct value view = value_map();
	value_append(arena, &view, S("name"), value_str(o ? o->name : S("")));
	value_append(arena, &view, S("heading"), o ? value_get(o->data, S("heading")) : value_list());
	value_append(arena, &view, S("place"), value_str(o ? o->zone : S("")));
	value_append(arena, &view, S("address"), o ? value_get(o->data, S("address")) : value_null());
	value_append(arena, &view, S("tax_code"),
		     o ? value_path(o->data, S("payment.tax_code")) : value_null());
	return view;
}

static struct value leaf_view(struct ctx *ctx, struct cases *cases, const struct fee_receipt *r)
{
	struct arena *arena = ctx->arena;
	struct value view = value_map();
	value_append(arena, &view, S("series"), value_str(r->series));
	value_append(arena, &view, S("number"),
		     value_str(arena_printf(arena, "%07lld", (long long)r->number)));
	value_append(arena, &view, S("amount"), value_str(fee_money(arena, r->amount)));
	value_append(arena, &view, S("amount_words"), value_str(vietnamese_money_words(arena, r->amount)));
	value_append(arena, &view, S("method"),
		     value_str(r->method == FEE_CASH ? S("tiền mặt") : S("chuyển khoản")));
	value_append(arena, &view, S("payer"), value_str(r->payer));
	value_append(arena, &view, S("at"), view_time(ctx, cases, r->taken_at));
	value_append(arena, &view, S("cashier"), value_str(r->cashier_name));
	value_append(arena, &view, S("cancelled"), value_bool(r->cancelled_at != 0));
	return view;
}

enum err fee_receipt_write(struct ctx *ctx, struct cases *cases,
			   const struct case_file *c, const struct fee_receipt *receipt, bool copy,
			   str *ret_html)
{
	struct arena *arena = ctx->arena;
	const struct procedure *procedure = case_procedure(cases, c);
	const struct template *template;
	struct value view = value_map(), about = value_map(), leaf;
	struct buf out = { .arena = arena };
	str text = value_text(value_get(cases_catalogue(cases)->letters, S("bien-lai.html")));
	if (str_empty(text) || !procedure)
		return fail(ctx, ERR_NOT_FOUND, "The pack has no letter bien-lai.html");
	value_append(arena, &about, S("code"), value_str(c->code));
	value_append(arena, &about, S("title"),
		     value_str(procedure_text(procedure, S("title"), S("vi"))));
	value_append(arena, &about, S("address"), value_str(c->address));
	leaf = leaf_view(ctx, cases, receipt);
	value_append(arena, &leaf, S("copy"), value_bool(copy));
	value_append(arena, &view, S("case"), about);
	value_append(arena, &view, S("organisation"),
		     office_view(arena, organisation_by_id(cases->people, c->organisation)));
	value_append(arena, &view, S("receipt"), leaf);
	TRY(template_compile(ctx, arena, S("bien-lai"), text, cases->templates, cases->vietnamese,
			     &template));
	TRY(template_render(ctx, template, view, &out));
	*ret_html = buf_view(&out);
	return OK;
}
