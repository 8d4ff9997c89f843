/* Payments and refunds for programs. */
#include "cases/api.h"
#include "cases/fee.h"

API_HANDLER(api_post_payment)
{
	struct api_act act;
	str code = request_param(request, "code"), method = api_body_text(request, "method");
	struct fee_payment payment = {
		.amount = value_integer(value_get(request->body, S("amount")), -1),
		.method = str_eq(method, S("cash")) ? FEE_CASH
			: str_eq(method, S("transfer")) ? FEE_TRANSFER : 0,
		.bank_id = api_body_text(request, "bank_id"),
		.payer = api_body_text(request, "payer"),
	};
	int64_t receipt;
	TRY(api_begin(request, &act));
	if (!api_is_done(&act))
		TRY(api_settle(&act, fee_take(&request->ctx, act.cases, &act.who, code, &payment,
					      &receipt), code));
	return api_answer_case(&act, response, code);
}

API_HANDLER(api_post_refund)
{
	struct api_act act;
	str code = request_param(request, "code");
	int64_t receipt = 0, amount = value_integer(value_get(request->body, S("amount")), -1);
	if (!id_parse(api_body_text(request, "receipt"), &receipt))
		return fail(&request->ctx, ERR_INVALID, "Say which receipt, by its id");
	TRY(api_begin(request, &act));
	act.who.reason = str_trim(api_body_text(request, "reason"));
	if (!api_is_done(&act))
		TRY(api_settle(&act, fee_refund(&request->ctx, act.cases, &act.who, code, receipt,
						amount), code));
	return api_answer_case(&act, response, code);
}
