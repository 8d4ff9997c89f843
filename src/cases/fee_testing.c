#include "cases/fee_testing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/json.h"

struct value json(struct town *town, const char *text)
{
	struct json_fault fault;
	struct value v;
	assert_true(json_parse(town->ctx->arena, str_z(text), &v, &fault));
	return v;
}

str file_case(struct town *town, const char *procedure, const char *data)
{
	struct submission s = {
		.procedure = str_z(procedure), .channel = CHANNEL_DIRECT, .data = json(town, data),
		.organisation = town_organisation(town, "hoa-phat"), .applicant = S("Lê Thị Hoa"),
		.effective_at = at("2015-01-26T08:50"), .reason = S("a test"),
	};
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"),
				      "2015-01-26T08:50");
	struct case_result result;
	town_ok(town, case_submit(town->ctx, town->cases, &who, &s, &result));
	return arena_copy(town->ctx->arena, result.code);
}

str copies(struct town *town, const char *data)
{
	return file_case(town, "chung-thuc-ban-sao", data);
}

static enum err read_fee(struct ctx *ctx, struct db *db, void *arg)
{
	struct asked *a = arg;
	struct case_file c;
	TRY(case_load(ctx, db, a->code, &c));
	TRY(fee_load(ctx, db, &c, a->fee));
	TRY(fee_receipts(ctx, db, &c, a->receipts));
	return fee_till(ctx, db, c.organisation, a->cashier, a->till);
}

struct asked ask(struct town *town, str code)
{
	struct asked a = { .town = town, .code = code,
			   .fee = ARENA_NEW(town->ctx->arena, struct fee),
			   .receipts = ARENA_NEW(town->ctx->arena, struct fee_receipts),
			   .till = ARENA_NEW(town->ctx->arena, struct fee_till),
			   .cashier = town_officer(town, "tiepnhan.hoaphat")->account };
	town_ok(town, store_read(town->ctx, town->store, read_fee, &a));
	return a;
}

struct fee fee_of(struct town *town, str code)
{
	return *ask(town, code).fee;
}

enum err pay_then(struct town *town, str code, int64_t amount, const char *time)
{
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), time);
	struct fee_payment payment = { .amount = amount, .method = FEE_CASH };
	int64_t receipt;
	return fee_take(town->ctx, town->cases, &who, code, &payment, &receipt);
}

enum err pay(struct town *town, str code, int64_t amount)
{
	return pay_then(town, code, amount, NULL);
}

struct actor because(struct town *town, const char *login, const char *reason)
{
	return (struct actor){ .principal = town_officer(town, login), .reason = str_z(reason) };
}
