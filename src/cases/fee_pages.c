/* The fee of one case at the desk: amount and why, payment, waiver, receipts. And the receipts
 * themselves, for officers and for the citizen. */
#include "cases/case_page.h"
#include "cases/fee.h"
#include "cases/pages.h"
#include "cases/room.h"

#include "print/print.h"
#include "text/vietnamese.h"
#include "web/view.h"

enum { ORIGINAL_MINUTES = 30 };

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* ---- the tab ---- */

struct opened {
	struct case_page page;
	struct value fee;
	str base;
};

static enum err read_opened(struct ctx *ctx, struct db *db, void *arg)
{
	struct opened *o = arg;
	TRY(case_page_read(ctx, db, &o->page));
	if (!o->page.sees_all)
		return fail(ctx, ERR_NOT_FOUND, "There is no such page");
	return fee_view(ctx, o->page.cases, db, &o->page.c, false, o->base, &o->fee);
}

static str tab_path(struct request *request)
{
	return arena_printf(request->ctx.arena, "%.*s/le-phi", STR_ARG(case_page_path(request)));
}

struct value fee_qr_view(struct request *request, struct value fee)
{
	struct ctx *ctx = &request->ctx;
	str text = value_text(value_get(fee, S("qr_text")));
	struct value view = value_map();
	html svg;
	if (str_empty(text) ||
	    print_qr_svg(ctx, text, str_z(ctx_text(ctx, "Payment code for a banking app")), &svg) != OK)
		return value_null();
	value_append(ctx->arena, &view, S("svg"), value_html(svg));
	value_append(ctx->arena, &view, S("url"), value_null());
	value_append(ctx->arena, &view, S("text"),
		     view_text(request, "Scan with a banking app: account, amount and description are "
				 "filled in."));
	return view;
}

/* Waivers an officer decides on. */
static struct value choices_view(struct request *request, const struct procedure *procedure)
{
	struct arena *arena = request->ctx.arena;
	struct value waivers = value_path(procedure->body, S("fee.waivers")), list = value_list();
	for (uint32_t i = 0; waivers.kind == VALUE_LIST && i < waivers.n; i++) {
		struct value option = value_map();
		str code = value_text(value_get(waivers.items[i], S("code")));
		if (!str_empty(value_text(value_get(waivers.items[i], S("condition")))))
			continue;
		str title = procedure_text(procedure,
			arena_printf(arena, "fee.waivers.%u.title", i), request->language);
		struct value said = value_get(waivers.items[i], S("legal_basis"));
		str basis = said.kind == VALUE_MAP ? procedure_text(procedure,
			arena_printf(arena, "fee.waivers.%u.legal_basis", i), request->language)
						   : value_text(said);
		value_append(arena, &option, S("value"), value_str(code));
		value_append(arena, &option, S("text"), value_str(str_empty(basis) ? title :
			arena_printf(arena, "%.*s (%.*s)", STR_ARG(title), STR_ARG(basis))));
		value_append(arena, &option, S("selected"),
			     value_bool(str_eq(request_field(request, "waiver"), code)));
		value_push(arena, &list, option);
	}
	return list;
}

static void put_fields(struct request *request, const struct opened *o, struct value *view)
{
	struct ctx *ctx = &request->ctx;
	struct value options = choices_view(request, o->page.procedure);
	str payer = request_has(request, "payer") ? request_field(request, "payer")
						  : o->page.c.applicant;
	view_field(request, view, "payer", ctx_text(ctx, "Who pays"), payer);
	view_field(request, view, "bank_id", ctx_text(ctx, "The bank's number of the transfer"),
		   request_field(request, "bank_id"));
	view_field_set(request, view, "bank_id", "hint",
		       view_text(request, "As it stands on the statement or the bank's message"));
	view_field(request, view, "waiver", ctx_text(ctx, "Waiver"), S(""));
	view_field_set(request, view, "waiver", "options", options);
	view_field_set(request, view, "waiver", "auto", value_bool(false));
	view_field(request, view, "evidence", ctx_text(ctx, "Paper that was shown"),
		   request_field(request, "evidence"));
	view_field(request, view, "reason", ctx_text(ctx, "Reason"), request_field(request, "reason"));
	value_set(ctx->arena, view, S("has_waivers"), value_bool(options.n > 0));
}

static const char *receipt_field_id(struct arena *arena, const char *act, str receipt,
				    const char *name)
{
	return arena_printf(arena, "%s-%s-%.*s", act, name, STR_ARG(receipt)).p;
}

/* A field of one receipt's own form: `act` is the form's address, its id names the receipt, so that
 * a mistake stands beside the right one and what was typed is kept there. */
static struct value receipt_field(struct request *request, const char *act, str receipt,
				  const char *name, const char *label, str text)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	const char *id = receipt_field_id(arena, act, receipt, name);
	str sent = arena_printf(arena, "/%s/%.*s", act, STR_ARG(receipt));
	if (request_has(request, name) && str_ends(request->path, sent))
		text = request_field(request, name);
	view_field(request, &view, id, label, text);
	view_field_set(request, &view, id, "name", value_str(str_z(name)));
	return value_get(view, str_z(id));
}

static bool is_wrong(struct value field)
{
	return value_get(field, S("error")).kind != VALUE_NULL;
}

static void put_receipt_fields(struct request *request, struct value *receipt)
{
	struct ctx *ctx = &request->ctx;
	const char *why = ctx_text(ctx, "Reason");
	str id = value_text(value_get(*receipt, S("id")));
	str left = arena_printf(ctx->arena, "%lld",
				(long long)value_integer(value_get(*receipt, S("left")), 0));
	struct value cancel = receipt_field(request, "huy", id, "reason", why, S(""));
	struct value settle = receipt_field(request, "duyet-huy", id, "reason",
					    ctx_text(ctx, "Reason, where it is not cancelled"), S(""));
	struct value refund = receipt_field(request, "hoan", id, "reason", why, S(""));
	struct value amount = receipt_field(request, "hoan", id, "amount",
					    ctx_text(ctx, "Amount in đồng"), left);
	value_set(ctx->arena, &amount, S("mode"), value_str(S("numeric")));
	value_set(ctx->arena, &amount, S("width"), value_int(10));
	value_set(ctx->arena, receipt, S("cancel_reason"), cancel);
	value_set(ctx->arena, receipt, S("cancel_open"), value_bool(is_wrong(cancel)));
	value_set(ctx->arena, receipt, S("settle_reason"), settle);
	value_set(ctx->arena, receipt, S("refund_reason"), refund);
	value_set(ctx->arena, receipt, S("refund_amount"), amount);
	value_set(ctx->arena, receipt, S("refund_open"),
		  value_bool(is_wrong(refund) || is_wrong(amount)));
}

static enum err show_tab(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct cases *cases = cases_of(request);
	struct value view = value_map();
	struct opened o = { .page = { .cases = cases, .code = request_param(request, "code"),
				      .principal = request_principal(request) },
			    .base = request_link(request, case_page_path(request)) };
	TRY(store_read(ctx, cases->store, read_opened, &o));
	TRY(case_shell(request, &o.page, "le-phi", &view));
	bool due = value_is_true(value_get(o.fee, S("due")));
	bool takes = may(cases->people, o.page.principal, ACT_FEE_TAKE, request->object);
	value_set(ctx->arena, &view, S("fee"), o.fee);
	value_set(ctx->arena, &view, S("fee_qr"), fee_qr_view(request, o.fee));
	value_set(ctx->arena, &view, S("takes"), value_bool(takes && due));
	value_set(ctx->arena, &view, S("voids"), value_bool(takes));
	value_set(ctx->arena, &view, S("pays_back"),
		  value_bool(may(cases->people, o.page.principal, ACT_FEE_REFUND, request->object)));
	value_set(ctx->arena, &view, S("action"),
		  value_str(request_link(request, tab_path(request))));
	struct value receipts = value_get(o.fee, S("receipts"));
	for (uint32_t i = 0; i < receipts.n; i++)
		put_receipt_fields(request, &receipts.items[i]);
	put_fields(request, &o, &view);
	response_view(response, "cases/case_fees", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err fees_page(struct request *request, struct response *response)
{
	return show_tab(request, response);
}

/* ---- acts ---- */

/* A mistake is shown beside its field; what is done is said on the tab. */
static enum err finish(struct request *request, struct response *response, enum err err,
		       const char *wrong, const char *msgid)
{
	if (err == ERR_INVALID) {
		request_mistake(request, wrong, "%.*s", STR_ARG(request->ctx.fault.message));
		return show_tab(request, response);
	}
	TRY(err);
	response_flash(response, "success", "%s", ctx_text(&request->ctx, msgid));
	response_redirect(response, tab_path(request));
	return OK;
}

static struct actor actor_of(struct request *request)
{
	return (struct actor){ .principal = request_principal(request),
			       .reason = str_trim(request_field(request, "reason")) };
}

static enum err take_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	bool cash = str_eq(request_field(request, "method"), S("cash"));
	struct fee_payment payment = { .method = cash ? FEE_CASH : FEE_TRANSFER,
				       .bank_id = request_field(request, "bank_id"),
				       .payer = request_field(request, "payer") };
	int64_t receipt;
	if (!vietnamese_money_read(request_field(request, "amount"), &payment.amount))
		payment.amount = 0;
	who.reason = S("");
	return finish(request, response,
		      fee_take(&request->ctx, cases_of(request), &who, request_param(request, "code"),
			       &payment, &receipt), cash ? "payer" : "bank_id",
		      N_("The fee is paid. Print the receipt for the payer."));
}

static enum err waive_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	str evidence = request_field(request, "evidence"), waiver = request_field(request, "waiver");
	bool back = str_eq(request_field(request, "back"), S("1"));
	const char *wrong = str_empty(waiver) && !back ? "waiver"
		: str_empty(str_trim(evidence)) && !back ? "evidence" : "reason";
	if (str_empty(waiver) && !back)
		waiver = S("?");
	return finish(request, response,
		      fee_waive(&request->ctx, cases_of(request), &who, request_param(request, "code"),
				back ? S("") : waiver, evidence), wrong,
		      back ? N_("The waiver was taken back") : N_("The fee is waived"));
}

static enum err receipt_id(struct request *request, int64_t *ret_id)
{
	if (id_parse(request_param(request, "receipt"), ret_id))
		return OK;
	return fail(&request->ctx, ERR_NOT_FOUND, "This case has no such receipt");
}

static const char *wrong_field(struct request *request, const char *act, const char *name)
{
	return receipt_field_id(request->ctx.arena, act, request_param(request, "receipt"), name);
}

/* What another has to decide is refused beside the field: the form is at hand, its owner is not. */
static enum err finish_receipt(struct request *request, struct response *response, enum err err,
			       const char *wrong, const char *msgid)
{
	return finish(request, response, err == ERR_FORBIDDEN ? ERR_INVALID : err, wrong, msgid);
}

static enum err cancel_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	int64_t id;
	TRY(receipt_id(request, &id));
	return finish_receipt(request, response,
			      fee_ask_cancel(&request->ctx, cases_of(request), &who,
					     request_param(request, "code"), id),
			      wrong_field(request, "huy", "reason"),
			      N_("The cancellation waits for the leader's approval"));
}

static enum err settle_cancel_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	bool approve = str_eq(request_field(request, "decision"), S("approve"));
	int64_t id;
	TRY(receipt_id(request, &id));
	return finish_receipt(request, response,
			      fee_settle_cancel(&request->ctx, cases_of(request), &who,
						request_param(request, "code"), id, approve),
			      wrong_field(request, "duyet-huy", "reason"),
			      approve ? N_("The receipt is cancelled; the fee is to be paid again")
				      : N_("The receipt stays valid"));
}

static enum err refund_post(struct request *request, struct response *response)
{
	struct actor who = actor_of(request);
	int64_t id, amount = 0;
	TRY(receipt_id(request, &id));
	if (!vietnamese_money_read(request_field(request, "amount"), &amount))
		request_mistake(request, wrong_field(request, "hoan", "amount"),
				"Enter the amount in đồng, for example 4.000");
	if (str_empty(who.reason))
		request_mistake(request, wrong_field(request, "hoan", "reason"),
				"Say why: it is kept with the receipt");
	if (request_has_mistakes(request))
		return show_tab(request, response);
	return finish_receipt(request, response,
			      fee_refund(&request->ctx, cases_of(request), &who,
					 request_param(request, "code"), id, amount),
			      wrong_field(request, "hoan", "amount"),
			      N_("The repayment is approved"));
}

/* ---- the receipt ---- */

struct printing {
	struct cases *cases;
	const struct principal *principal;
	str code, text;
	int64_t id;
	struct case_file c;
	bool citizen;
	usec made_at;
};

static enum err read_receipt(struct ctx *ctx, struct db *db, void *arg)
{
	struct printing *p = arg;
	struct fee_receipts receipts;
	struct object received;
	TRY(case_load(ctx, db, p->code, &p->c));
	received = (struct object){ .organisation = p->c.organisation };
	if (!p->citizen && !may(p->cases->people, p->principal, ACT_CASE_SEE, &received))
		return fail(ctx, ERR_NOT_FOUND, "This case has no such receipt");
	TRY(fee_receipts(ctx, db, &p->c, &receipts));
	for (size_t i = 0; i < receipts.n; i++) {
		const struct fee_receipt *r = &receipts.items[i];
		if (r->id != p->id)
			continue;
		/* The payer's own leaf is what its cashier prints at once; all later ones are copies. */
		bool fresh = clock_business() - r->taken_at < ORIGINAL_MINUTES * USEC_MINUTE;
		bool original = !p->citizen && fresh && p->principal->account == r->cashier;
		p->made_at = r->taken_at;
		return fee_receipt_write(ctx, p->cases, &p->c, r, !original, &p->text);
	}
	return fail(ctx, ERR_NOT_FOUND, "This case has no such receipt");
}

static enum err receipt_page(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct value view = value_map(), sheet = value_map();
	str name = request_param(request, "receipt"), title, bytes;
	bool pdf = str_ends(name, S(".pdf"));
	struct printing p = { .cases = cases_of(request), .code = request_param(request, "code"),
			      .principal = request_principal(request),
			      .citizen = str_starts(request->path, S("/tra-cuu/")) };
	html page;
	if (!id_parse(pdf ? str_slice(name, 0, name.n - 4) : name, &p.id))
		return fail(ctx, ERR_NOT_FOUND, "This case has no such receipt");
	TRY(store_read(ctx, p.cases->store, read_receipt, &p));
	if (p.principal && p.principal->account)
		event_access(p.cases->store, p.principal->account, p.c.id, ACCESS_PRINT);
	response_private(response);
	if (pdf) {
		TRY(print_pdf(ctx, p.text, p.made_at, &bytes, NULL));
		response_bytes(response, S("application/pdf"), bytes);
		return OK;
	}
	TRY(print_html(ctx, p.text, &page, &title));
	view_page(request, &view, title);
	value_append(ctx->arena, &sheet, S("small"), value_bool(false));
	value_append(ctx->arena, &sheet, S("agency"), value_null());
	value_set(ctx->arena, &view, S("sheet"), sheet);
	value_set(ctx->arena, &view, S("letter"), value_html(page));
	value_set(ctx->arena, &view, S("pdf_url"), value_str(arena_printf(ctx->arena, "%.*s.pdf",
		  STR_ARG(request->target))));
	response_view(response, "cases/letter", view);
	return OK;
}

#define TAB "/ban/{code}/le-phi"
#define FEE_POST(path, act, handler) \
	{ WEB_POST, TAB path, act, handler, .object = case_page_object, .flags = ROUTE_MAIN }

const struct route fee_routes[] = {
	{ WEB_GET, TAB, ACT_CASE_SEE, fees_page, .object = case_page_object, .flags = ROUTE_MAIN },
	FEE_POST("/thu", ACT_FEE_TAKE, take_post),
	FEE_POST("/mien", ACT_FEE_TAKE, waive_post),
	FEE_POST("/huy/{receipt}", ACT_FEE_TAKE, cancel_post),
	FEE_POST("/duyet-huy/{receipt}", ACT_FEE_REFUND, settle_cancel_post),
	FEE_POST("/hoan/{receipt}", ACT_FEE_REFUND, refund_post),
	{ WEB_GET, "/ban/{code}/bien-lai/{receipt}", ACT_CASE_SEE, receipt_page,
	  .object = case_page_object, .flags = ROUTE_MAIN },
	{ WEB_GET, "/tra-cuu/{code}/bien-lai/{receipt}", ACT_TRACK, receipt_page,
	  .object = case_page_object, .ask = "/tra-cuu/{code}" },
	{ 0 },
};
