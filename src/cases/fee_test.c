/* Fees on each engine: the amount and why, payment once only, numbers without gaps, what waits. */
#include "cases/cases_fixture.h"
#include "cases/endings.h"
#include "cases/fee.h"
#include "cases/tally.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/json.h"

#define assert_text(text, expected)                                                   \
	do {                                                                          \
		str text_ = (text);                                                   \
		assert_string_equal(arena_copy(town->ctx->arena, text_).p, expected); \
	} while (0)

static struct value json(struct town *town, const char *text)
{
	struct json_fault fault;
	struct value v;
	assert_true(json_parse(town->ctx->arena, str_z(text), &v, &fault));
	return v;
}

static str file_case(struct town *town, const char *procedure, const char *data)
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

static str copies(struct town *town, const char *data)
{
	return file_case(town, "chung-thuc-ban-sao", data);
}

struct asked {
	struct town *town;
	str code;
	struct fee *fee;
	struct fee_receipts *receipts;
	struct fee_till *till;
	int64_t cashier;
};

static enum err read_fee(struct ctx *ctx, struct db *db, void *arg)
{
	struct asked *a = arg;
	struct case_file c;
	TRY(case_load(ctx, db, a->code, &c));
	TRY(fee_load(ctx, db, &c, a->fee));
	TRY(fee_receipts(ctx, db, &c, a->receipts));
	return fee_till(ctx, db, c.organisation, a->cashier, a->till);
}

static struct asked ask(struct town *town, str code)
{
	struct asked a = { .town = town, .code = code,
			   .fee = ARENA_NEW(town->ctx->arena, struct fee),
			   .receipts = ARENA_NEW(town->ctx->arena, struct fee_receipts),
			   .till = ARENA_NEW(town->ctx->arena, struct fee_till),
			   .cashier = town_officer(town, "tiepnhan.hoaphat")->account };
	town_ok(town, store_read(town->ctx, town->store, read_fee, &a));
	return a;
}

static struct fee fee_of(struct town *town, str code)
{
	return *ask(town, code).fee;
}

static enum err pay_then(struct town *town, str code, int64_t amount, const char *time)
{
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), time);
	struct fee_payment payment = { .amount = amount, .method = FEE_CASH };
	int64_t receipt;
	return fee_take(town->ctx, town->cases, &who, code, &payment, &receipt);
}

static enum err pay(struct town *town, str code, int64_t amount)
{
	return pay_then(town, code, amount, NULL);
}

static struct actor because(struct town *town, const char *login, const char *reason)
{
	return (struct actor){ .principal = town_officer(town, login), .reason = str_z(reason) };
}

/* ---- the amount ---- */

static void amount_is_the_decisions_answer_and_says_which_rule_hit(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = copies(town, "{\"copies\":{\"pages\":3,\"count\":2,\"papers\":\"Bằng\"}}");
	struct case_file c = town_case(town, code);
	struct fee_sum sum;
	struct fee fee = fee_of(town, code);
	assert_int_equal(fee.state, FEE_DUE);
	assert_int_equal(fee.due, 10000);
	fee_sum(town->cases, town->ctx->arena, &c, at("2015-01-26T09:00"), &sum);
	assert_int_equal(sum.lines.n, 3);
	assert_int_equal(value_integer(value_get(sum.lines.items[0], S("rule")), 0), 2);
	assert_text(value_text(value_get(sum.lines.items[0], S("text"))),
		    "copies.pages (2..198] → 4000 + 1000 * (copies.pages - 2)");
	assert_text(town_verify(town), "");
	town_free(town);
}

static void amount_is_unknown_while_the_data_do_not_say(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = copies(town, "{\"copies\":{\"papers\":\"Bằng\"}}");
	assert_int_equal(fee_of(town, code).state, FEE_UNKNOWN);
	assert_int_equal(pay(town, code, 1), ERR_CONFLICT);
	town_free(town);
}

static void amount_follows_the_data_until_it_is_paid(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":1}}");
	str paid = copies(town, "{\"copies\":{\"pages\":1,\"count\":1}}");
	struct actor who = town_actor(town, town_officer(town, "chutich.hoaphat"), NULL);
	struct completion done = { .data = json(town,
		"{\"certification\":{\"pages\":3,\"count\":1}}") };
	town_ok(town, pay(town, paid, 2000));
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, NULL));
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", paid, NULL));
	town_ok(town, case_complete(town->ctx, town->cases, &who, code,
				    town_task(town, code, "Task_certify"), &done));
	town_ok(town, case_complete(town->ctx, town->cases, &who, paid,
				    town_task(town, paid, "Task_certify"), &done));
	assert_int_equal(fee_of(town, code).due, 5000);
	assert_int_equal(fee_of(town, paid).due, 2000);
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- paying ---- */

static void fee_is_paid_whole_and_once(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":2}}");
	assert_int_equal(pay(town, code, 3000), ERR_INVALID);
	assert_int_equal(pay(town, code, 5000), ERR_INVALID);
	town_ok(town, pay(town, code, 4000));
	assert_int_equal(pay(town, code, 4000), ERR_CONFLICT);
	assert_true(str_find(town_fault(town), S("BL/15-")) != SIZE_MAX);
	struct asked a = ask(town, code);
	assert_int_equal(a.receipts->n, 1);
	assert_int_equal(a.receipts->items[0].number, 1);
	assert_text(a.receipts->items[0].payer, "Lê Thị Hoa");
	assert_int_equal(a.fee->state, FEE_PAID);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void only_the_desk_takes_and_only_a_leader_pays_back(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":2}}");
	struct actor justice = because(town, "tuphap.hoaphat", "");
	struct actor desk = because(town, "tiepnhan.hoaphat", "thu thừa");
	struct actor leader = because(town, "chutich.hoaphat", "thu thừa");
	struct fee_payment payment = { .amount = 4000, .method = FEE_CASH };
	int64_t id;
	assert_int_equal(fee_take(town->ctx, town->cases, &justice, code, &payment, &id),
			 ERR_FORBIDDEN);
	town_ok(town, fee_take(town->ctx, town->cases, &desk, code, &payment, &id));
	assert_int_equal(fee_refund(town->ctx, town->cases, &desk, code, id, 1000), ERR_FORBIDDEN);
	assert_int_equal(fee_refund(town->ctx, town->cases, &leader, code, id, 5000), ERR_INVALID);
	struct principal standing_in = *town_officer(town, "tiepnhan.hoaphat");
	standing_in.grants[standing_in.n_grants++] = leader.principal->grants[0];
	struct actor both = { .principal = &standing_in, .reason = S("thu thừa") };
	assert_int_equal(fee_refund(town->ctx, town->cases, &both, code, id, 1000), ERR_FORBIDDEN);
	town_ok(town, fee_refund(town->ctx, town->cases, &leader, code, id, 1000));
	town_ok(town, fee_refund(town->ctx, town->cases, &leader, code, id, 3000));
	assert_int_equal(fee_refund(town->ctx, town->cases, &leader, code, id, 1), ERR_CONFLICT);
	assert_int_equal(fee_cancel(town->ctx, town->cases, &desk, code, id), ERR_CONFLICT);
	assert_int_equal(fee_of(town, code).refunded, 4000);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void cancelled_receipt_keeps_its_number_and_the_fee_is_due_again(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":2}}");
	struct actor why = because(town, "tiepnhan.hoaphat", "ghi sai tên");
	struct actor silent = because(town, "tiepnhan.hoaphat", "");
	town_ok(town, pay(town, code, 4000));
	int64_t id = ask(town, code).receipts->items[0].id;
	assert_int_equal(fee_cancel(town->ctx, town->cases, &silent, code, id), ERR_INVALID);
	town_ok(town, fee_cancel(town->ctx, town->cases, &why, code, id));
	assert_int_equal(fee_cancel(town->ctx, town->cases, &why, code, id), ERR_CONFLICT);
	assert_int_equal(fee_of(town, code).state, FEE_DUE);
	town_ok(town, pay(town, code, 4000));
	struct asked a = ask(town, code);
	assert_int_equal(a.receipts->items[1].number, 2);
	assert_int_equal(a.till->cash - a.till->refunds, 4000);
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- waiting ---- */

static void result_is_handed_over_against_payment(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":1}}");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, NULL));
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_certify", ""));
	assert_int_equal(town_complete(town, "tiepnhan.hoaphat", code, "Task_return", ""),
			 ERR_CONFLICT);
	assert_true(str_find(town_fault(town), S("2.000 đồng")) != SIZE_MAX);
	town_ok(town, pay(town, code, 2000));
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_return", ""));
	assert_int_equal(town_case(town, code).status, CASE_RETURNED);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void waiver_is_an_officers_decision_with_paper_and_reason(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = file_case(town, "xac-nhan-tinh-trang-hon-nhan", "{}");
	struct actor who = because(town, "tiepnhan.hoaphat", "Hộ nghèo năm 2015");
	assert_int_equal(fee_of(town, code).due, 10000);
	assert_int_equal(fee_waive(town->ctx, town->cases, &who, code, S("khong-co"), S("Sổ")),
			 ERR_INVALID);
	assert_int_equal(fee_waive(town->ctx, town->cases, &who, code, S("ho-ngheo"), S("")),
			 ERR_INVALID);
	town_ok(town, fee_waive(town->ctx, town->cases, &who, code, S("ho-ngheo"),
				S("Sổ hộ nghèo số 12")));
	assert_int_equal(fee_of(town, code).state, FEE_WAIVED);
	assert_int_equal(pay(town, code, 10000), ERR_CONFLICT);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, NULL));
	assert_int_equal(fee_of(town, code).state, FEE_WAIVED);
	town_ok(town, fee_waive(town->ctx, town->cases, &who, code, S(""), S("")));
	assert_int_equal(fee_of(town, code).state, FEE_DUE);
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- a fee that comes before the work ---- */

static const char single[] = "xac-nhan-tinh-trang-hon-nhan";

/* Accepted on a Monday; three days of work, 10.000 đồng. */
static str accepted_before_payment(struct town *town, const char *when, const char *clock)
{
	town_change(town, single, "fee.when", when);
	town_change(town, single, "fee.clock", clock);
	str code = file_case(town, single, "{}");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	return code;
}

static enum err confirm(struct town *town, str code)
{
	return town_complete(town, "tuphap.hoaphat", code, "Task_confirm", "");
}

static void work_begins_when_the_fee_is_paid_and_the_clock_with_it(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted_before_payment(town, "\"acceptance\"", "\"stops\"");
	struct case_file c = town_case(town, code);
	assert_int_equal(c.status, CASE_DUTY);
	assert_int_equal(c.due_at, 0);
	assert_int_equal(c.first_due_at, 0);
	assert_int_equal(confirm(town, code), ERR_CONFLICT);
	assert_true(str_find(town_fault(town), S("10.000 đồng")) != SIZE_MAX);
	town_ok(town, pay_then(town, code, 10000, "2015-01-28T09:00"));
	c = town_case(town, code);
	assert_int_equal(c.status, CASE_PROCESSING);
	/* Two working days later than 29/01, over a Saturday that is half a day. */
	assert_text(at_text(town, c.due_at), "2015-02-02T17:00");
	assert_int_equal(c.first_due_at, c.due_at);
	town_ok(town, confirm(town, code));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void clock_that_runs_keeps_the_promise_while_the_fee_is_unpaid(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted_before_payment(town, "\"acceptance\"", "\"runs\"");
	struct case_file c = town_case(town, code);
	assert_int_equal(c.status, CASE_DUTY);
	assert_text(at_text(town, c.due_at), "2015-01-29T17:00");
	assert_int_equal(confirm(town, code), ERR_CONFLICT);
	town_ok(town, pay_then(town, code, 10000, "2015-01-28T09:00"));
	assert_int_equal(town_case(town, code).due_at, c.due_at);
	town_ok(town, confirm(town, code));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void step_that_waits_for_the_fee_lets_those_before_it_be_done(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted_before_payment(town, "\"before Task_sign\"", "\"stops\"");
	assert_int_equal(town_case(town, code).status, CASE_ACCEPTED);
	town_ok(town, confirm(town, code));
	assert_int_equal(town_case(town, code).status, CASE_DUTY);
	assert_true(town_case(town, code).first_due_at != 0);
	assert_int_equal(town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"),
			 ERR_CONFLICT);
	town_ok(town, pay(town, code, 10000));
	assert_int_equal(town_case(town, code).status, CASE_PROCESSING);
	assert_int_equal(town_case(town, code).paused_at, 0);
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void case_whose_fee_is_waived_goes_on(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted_before_payment(town, "\"acceptance\"", "\"stops\"");
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"),
				      "2015-01-27T09:00");
	who.reason = S("Hộ nghèo năm 2015");
	town_ok(town, fee_waive(town->ctx, town->cases, &who, code, S("ho-ngheo"),
				S("Sổ hộ nghèo số 12")));
	assert_int_equal(town_case(town, code).status, CASE_PROCESSING);
	assert_text(at_text(town, town_case(town, code).due_at), "2015-01-30T17:00");
	town_ok(town, confirm(town, code));
	assert_text(town_verify(town), "");
	town_free(town);
}

static enum err ask_for_more(struct town *town, str code, const char *time)
{
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), time);
	return case_ask_again(town->ctx, town->cases, &who, code,
			      json(town, "[{\"text\":\"Bản sao sổ hộ khẩu\"}]"), S(""));
}

static enum err answer(struct town *town, str code, const char *time)
{
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), time);
	struct completion given = { .data = value_map() };
	return case_give_supplement(town->ctx, town->cases, &who, code, &given);
}

static void request_for_more_and_waiting_for_the_fee_are_counted_apart(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted_before_payment(town, "\"acceptance\"", "\"stops\"");
	usec national;
	town_ok(town, ask_for_more(town, code, "2015-01-27T09:00"));
	assert_int_equal(town_case(town, code).status, CASE_SUPPLEMENT);
	town_ok(town, answer(town, code, "2015-01-28T09:00"));
	assert_int_equal(town_case(town, code).status, CASE_DUTY);
	assert_int_equal(town_case(town, code).due_at, 0);
	town_ok(town, pay_then(town, code, 10000, "2015-01-29T09:00"));
	struct case_file c = town_case(town, code);
	assert_int_equal(c.status, CASE_PROCESSING);
	assert_int_equal(c.pauses.n, 3);
	assert_true(c.due_at > at("2015-01-30T09:00"));
	/* One request: the payment was none. */
	town_ok(town, case_national_due(town->ctx, town->cases, &c, &national));
	assert_true(national > at("2015-01-30T09:00"));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void fee_paid_while_something_is_asked_for_does_not_hold_the_case_later(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted_before_payment(town, "\"acceptance\"", "\"stops\"");
	town_ok(town, ask_for_more(town, code, "2015-01-27T09:00"));
	town_ok(town, pay_then(town, code, 10000, "2015-01-27T10:00"));
	assert_int_equal(town_case(town, code).status, CASE_SUPPLEMENT);
	town_ok(town, answer(town, code, "2015-01-28T09:00"));
	assert_int_equal(town_case(town, code).status, CASE_PROCESSING);
	assert_int_equal(town_case(town, code).paused_at, 0);
	town_ok(town, confirm(town, code));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void case_withdrawn_while_it_waits_for_the_fee_owes_nothing(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted_before_payment(town, "\"acceptance\"", "\"stops\"");
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"),
				      "2015-01-27T09:00");
	town_ok(town, case_withdraw(town->ctx, town->cases, &who, code));
	struct case_file c = town_case(town, code);
	assert_int_equal(c.status, CASE_WITHDRAWN);
	assert_int_equal(c.paused_at, 0);
	assert_int_equal(fee_of(town, code).state, FEE_FREE);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void rules_that_cannot_be_read_are_refused_with_file_and_expression(struct fixture *fixture)
{
	static const struct {
		const char *path, *json, *said;
	} wrong[] = {
		{ "fee.inputs", "{\"pages\": \"1 + (\"}", "fee.inputs.pages, “1 + (”" },
		{ "fee.waivers", "[{\"code\":\"la\",\"condition\":\"if x\"}]",
		  "fee.waivers.la, “if x”" },
		{ "fee.when", "\"before Task_lost\"", "Task_lost" },
		{ "fee.when", "\"some day\"", "some day" },
		{ "fee.clock", "\"sleeps\"", "sleeps" },
	};
	struct town *town = town_new(fixture);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(town_try_change(town, single, wrong[i].path, wrong[i].json),
				 ERR_INVALID);
		assert_true(str_find(town_fault(town), S("procedure.json")) != SIZE_MAX);
		assert_true(str_find(town_fault(town), str_z(wrong[i].said)) != SIZE_MAX);
	}
	town_free(town);
}

/* ---- how it stands, in words ---- */

static const char *words_of(struct town *town, str code)
{
	struct fee fee = fee_of(town, code);
	struct value status = fee_status_view(town->ctx, &fee);
	return arena_copy(town->ctx->arena, value_text(value_get(status, S("text")))).p;
}

static void part_paid_back_is_told_from_all_paid_back(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct actor leader = because(town, "chutich.hoaphat", "thu thừa");
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":2}}");
	assert_string_equal(words_of(town, code), "Fee to be paid");
	town_ok(town, pay(town, code, 4000));
	int64_t id = ask(town, code).receipts->items[0].id;
	assert_string_equal(words_of(town, code), "Fee is paid");
	town_ok(town, fee_refund(town->ctx, town->cases, &leader, code, id, 1000));
	assert_string_equal(words_of(town, code), "Part of the fee was paid back");
	town_ok(town, fee_refund(town->ctx, town->cases, &leader, code, id, 3000));
	assert_string_equal(words_of(town, code), "Fee was paid back");
	town_free(town);
}

static void of_a_case_that_ended_without_a_result_nothing_is_due(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct actor who = because(town, "tiepnhan.hoaphat", "người nộp không cần nữa");
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":2}}");
	str paid = copies(town, "{\"copies\":{\"pages\":1,\"count\":2}}");
	town_ok(town, pay(town, paid, 4000));
	town_ok(town, case_withdraw(town->ctx, town->cases, &who, code));
	town_ok(town, case_withdraw(town->ctx, town->cases, &who, paid));
	assert_string_equal(words_of(town, code), "No fee");
	assert_int_equal(fee_of(town, code).due, 0);
	assert_int_equal(pay(town, code, 4000), ERR_CONFLICT);
	assert_string_equal(words_of(town, paid), "Fee is paid");
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- books ---- */

static void book_that_is_used_up_is_followed_by_the_next(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct actor leader = because(town, "chutich.hoaphat", "");
	struct fee_book book = { .organisation = town_organisation(town, "hoa-phat"),
				 .series = S("AA/15"), .first = 7, .last = 7 };
	town_ok(town, fee_book_open(town->ctx, town->cases, &leader, &book));
	assert_int_equal(fee_book_open(town->ctx, town->cases, &leader, &book), ERR_CONFLICT);
	book.first = 9;
	assert_int_equal(fee_book_open(town->ctx, town->cases, &leader, &book), ERR_INVALID);
	for (int i = 0; i < 2; i++) {
		str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":1}}");
		town_ok(town, pay(town, code, 2000));
		struct fee_receipt r = ask(town, code).receipts->items[0];
		assert_int_equal(r.number, i ? 1 : 7);
		assert_int_equal(str_eq(r.series, S("AA/15")), i == 0);
	}
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- two at once ---- */

struct cashier {
	struct town *town;
	const struct principal *desk;
	const str *codes;
	int paid;
};

static void *take_all(void *arg)
{
	struct cashier *c = arg;
	struct arena arena;
	arena_init(&arena);
	for (int i = 0; i < 6; i++) {
		struct ctx ctx = { .arena = &arena };
		struct actor who = { .principal = c->desk };
		struct fee_payment payment = { .amount = 2000, .method = FEE_CASH };
		int64_t receipt;
		enum err err;
		do
			err = fee_take(&ctx, c->town->cases, &who, c->codes[i], &payment, &receipt);
		while (err == ERR_BUSY);
		c->paid += err == OK;
	}
	arena_done(&arena);
	return NULL;
}

static void two_cashiers_at_once_take_nothing_twice_and_leave_no_gap(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	const struct principal *desk = town_officer(town, "tiepnhan.hoaphat");
	str codes[6];
	struct cashier two[2] = { { town, desk, codes, 0 }, { town, desk, codes, 0 } };
	pthread_t threads[2];
	bool seen[7] = { false };
	for (int i = 0; i < 6; i++)
		codes[i] = copies(town, "{\"copies\":{\"pages\":1,\"count\":1}}");
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_all, &two[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(two[0].paid + two[1].paid, 6);
	for (int i = 0; i < 6; i++) {
		struct fee_receipts *r = ask(town, codes[i]).receipts;
		assert_int_equal(r->n, 1);
		assert_in_range(r->items[0].number, 1, 6);
		assert_false(seen[r->items[0].number]);
		seen[r->items[0].number] = true;
	}
	assert_text(town_verify(town), "");
	town_free(town);
}

static enum err use_up(struct ctx *ctx, struct db *db, void *arg)
{
	return db_run(ctx, db, SQL("UPDATE fee_book SET next = last + 1 WHERE organisation = $1"),
		      *(int64_t *)arg);
}

static void verify_finds_a_book_that_was_changed_by_hand(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	int64_t organisation = town_organisation(town, "hoa-phat");
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":1}}");
	town_ok(town, pay(town, code, 2000));
	town_ok(town, store_write(town->ctx, town->store, use_up, &organisation));
	assert_true(town_verify(town).n > 0);
	str other = copies(town, "{\"copies\":{\"pages\":1,\"count\":1}}");
	assert_int_equal(pay(town, other, 2000), ERR_CONFLICT);
	assert_true(str_find(town_fault(town), S("No receipt book")) != SIZE_MAX);
	town_free(town);
}

/* ---- the till ---- */

static void till_is_counted_once_and_a_difference_is_explained(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct actor desk = because(town, "tiepnhan.hoaphat", "");
	int64_t pieces[16] = { [7] = 2 }, id;
	struct fee_count count = { .organisation = town_organisation(town, "hoa-phat"), .sheet = 1,
				   .pieces = pieces, .taker = S("Kho bạc") };
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":3}}");
	town_ok(town, pay(town, code, 6000));
	assert_int_equal(fee_count(town->ctx, town->cases, &desk, &count, &id), ERR_INVALID);
	pieces[7] = 3;
	town_ok(town, fee_count(town->ctx, town->cases, &desk, &count, &id));
	assert_int_equal(fee_count(town->ctx, town->cases, &desk, &count, &id), ERR_CONFLICT);
	assert_int_equal(ask(town, code).till->cash, 0);
	assert_int_equal(ask(town, code).till->sheet, 2);
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- the bank ---- */

static const char rules[] = "{\"separator\":\",\",\"id\":\"So\",\"date\":\"Ngay\",\"amount\":\"Tien\","
			    "\"text\":\"Noi dung\",\"date_order\":\"dmy\"}";

static void statement_books_exact_payments_once(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct actor desk = because(town, "tiepnhan.hoaphat", "");
	struct bank_lines lines;
	struct bank_report report;
	int64_t office = town_organisation(town, "hoa-phat");
	str good = copies(town, "{\"copies\":{\"pages\":1,\"count\":4}}");
	str less = copies(town, "{\"copies\":{\"pages\":1,\"count\":5}}");
	str csv = arena_printf(town->ctx->arena,
		"Ngân hàng,,,\r\nSo,Ngay,Tien,Noi dung\r\nFT1,26/01/2015,\"8.000\",\"NOP LE PHI %.*s\"\r\n"
		"FT2,26/01/2015,9.000,%.*s\r\nFT3,26/01/2015,-5.000,phi\r\n",
		STR_ARG(fee_memo(town->ctx->arena, good)), STR_ARG(less));
	town_ok(town, bank_read(town->ctx, csv, json(town, rules), &lines));
	assert_int_equal(lines.n, 2);
	assert_int_equal(lines.skipped, 1);
	town_ok(town, bank_import(town->ctx, town->cases, &desk, office, &lines, &report));
	assert_int_equal(report.fresh, 2);
	assert_int_equal(report.paid, 1);
	assert_int_equal(report.unmatched, 1);
	town_ok(town, bank_import(town->ctx, town->cases, &desk, office, &lines, &report));
	assert_int_equal(report.fresh, 0);
	assert_int_equal(report.paid, 0);
	assert_int_equal(ask(town, good).receipts->n, 1);
	assert_int_equal(fee_of(town, less).state, FEE_DUE);
	struct fee_payment twice = { .amount = 10000, .method = FEE_TRANSFER, .bank_id = S("FT1") };
	int64_t id;
	assert_int_equal(fee_take(town->ctx, town->cases, &desk, less, &twice, &id), ERR_CONFLICT);
	struct actor leader = because(town, "chutich.hoaphat", "Đã hoàn lại người chuyển");
	town_ok(town, bank_settle(town->ctx, town->cases, &leader, office, S("FT2")));
	assert_int_equal(bank_settle(town->ctx, town->cases, &leader, office, S("FT2")),
			 ERR_CONFLICT);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void statement_that_cannot_be_read_names_its_line(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct bank_lines lines;
	struct value known = json(town, rules);
	assert_int_equal(bank_read(town->ctx, S("a,b\n1,2\n"), known, &lines), ERR_INVALID);
	assert_int_equal(bank_read(town->ctx, S("So,Ngay,Tien,Noi dung\nA,26/01/2015,8000,x\n"
						"B,31/02/2015,8000,y\n"), known, &lines), ERR_INVALID);
	assert_true(str_find(town_fault(town), S("Line 3")) != SIZE_MAX);
	assert_int_equal(bank_read(town->ctx, S("So,Ngay,Tien,Noi dung\nA,26/01/2015,80.50,x\n"), known,
				   &lines), ERR_INVALID);
	town_free(town);
}

static void statement_text_over_two_lines_is_kept_as_one(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct bank_lines lines;
	struct value known = json(town, rules);
	town_ok(town, bank_read(town->ctx, S("So,Ngay,Tien,Noi dung\nA,26/01/2015,8000,\"le\nphi\"\n"),
				known, &lines));
	assert_text(lines.items[0].text, "le phi");
	assert_int_equal(bank_read(town->ctx, S("So,Ngay,Tien,Noi dung\n\"A\nB\",26/01/2015,8000,x\n"),
				   known, &lines), ERR_INVALID);
	town_free(town);
}

/* ---- VietQR ---- */

/* A reader of its own: EMVCo fields are two digits of name, two of length, then so many characters. */
static str qr_field(str text, const char *name)
{
	while (text.n >= 4) {
		int64_t n = 0;
		assert_true(str_int(str_slice(text, 2, 4), 0, 99, &n));
		assert_true(text.n >= 4 + (size_t)n);
		if (str_eq(str_slice(text, 0, 2), str_z(name)))
			return str_slice(text, 4, 4 + (size_t)n);
		text = str_slice(text, 4 + (size_t)n, text.n);
	}
	return S("");
}

/* By division, bit after bit, of the text as one long number. */
static unsigned remainder_of(str text)
{
	unsigned rest = 0x84CF; /* what 0xFFFF in front comes to, 16 bits on */
	for (size_t i = 0; i < text.n * 8 + 16; i++) {
		unsigned bit = i / 8 < text.n ? (unsigned)((unsigned char)text.p[i / 8] >> (7 - i % 8)) & 1
					      : 0;
		unsigned top = rest >> 15;
		rest = (rest << 1 | bit) & 0xFFFF;
		if (top)
			rest ^= 0x1021;
	}
	return rest;
}

static void vietqr_reads_back_as_account_amount_and_case(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct fee_account account = { S("970436"), S("0041000123456"), S("UBND"), S("VCB") };
	str qr = fee_qr(town->ctx->arena, &account, 15000, S("000.03.15.H17-150126-0001"));
	str to = qr_field(qr, "38");
	assert_text(qr_field(qr, "00"), "01");
	assert_text(qr_field(qr, "01"), "12");
	assert_text(qr_field(to, "00"), "A000000727");
	assert_text(qr_field(qr_field(to, "01"), "00"), "970436");
	assert_text(qr_field(qr_field(to, "01"), "01"), "0041000123456");
	assert_text(qr_field(to, "02"), "QRIBFTTA");
	assert_text(qr_field(qr, "53"), "704");
	assert_text(qr_field(qr, "54"), "15000");
	assert_text(qr_field(qr, "58"), "VN");
	assert_text(qr_field(qr_field(qr, "62"), "08"), "000.03.15.H17-150126-0001");
	unsigned crc = remainder_of(str_slice(qr, 0, qr.n - 4));
	assert_text(qr_field(qr, "63"), arena_printf(town->ctx->arena, "%04X", crc).p);
	/* The check value of the algorithm. */
	assert_int_equal(remainder_of(S("123456789")), 0x29B1);
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(amount_is_the_decisions_answer_and_says_which_rule_hit),
		FIXTURE_TEST(amount_is_unknown_while_the_data_do_not_say),
		FIXTURE_TEST(amount_follows_the_data_until_it_is_paid),
		FIXTURE_TEST(fee_is_paid_whole_and_once),
		FIXTURE_TEST(only_the_desk_takes_and_only_a_leader_pays_back),
		FIXTURE_TEST(cancelled_receipt_keeps_its_number_and_the_fee_is_due_again),
		FIXTURE_TEST(result_is_handed_over_against_payment),
		FIXTURE_TEST(waiver_is_an_officers_decision_with_paper_and_reason),
		FIXTURE_TEST(work_begins_when_the_fee_is_paid_and_the_clock_with_it),
		FIXTURE_TEST(clock_that_runs_keeps_the_promise_while_the_fee_is_unpaid),
		FIXTURE_TEST(step_that_waits_for_the_fee_lets_those_before_it_be_done),
		FIXTURE_TEST(case_whose_fee_is_waived_goes_on),
		FIXTURE_TEST(request_for_more_and_waiting_for_the_fee_are_counted_apart),
		FIXTURE_TEST(fee_paid_while_something_is_asked_for_does_not_hold_the_case_later),
		FIXTURE_TEST(case_withdrawn_while_it_waits_for_the_fee_owes_nothing),
		FIXTURE_TEST(rules_that_cannot_be_read_are_refused_with_file_and_expression),
		FIXTURE_TEST(part_paid_back_is_told_from_all_paid_back),
		FIXTURE_TEST(of_a_case_that_ended_without_a_result_nothing_is_due),
		FIXTURE_TEST(book_that_is_used_up_is_followed_by_the_next),
		FIXTURE_TEST(two_cashiers_at_once_take_nothing_twice_and_leave_no_gap),
		FIXTURE_TEST(verify_finds_a_book_that_was_changed_by_hand),
		FIXTURE_TEST(till_is_counted_once_and_a_difference_is_explained),
		FIXTURE_TEST(statement_books_exact_payments_once),
		FIXTURE_TEST(statement_that_cannot_be_read_names_its_line),
		FIXTURE_TEST(statement_text_over_two_lines_is_kept_as_one),
		FIXTURE_TEST(vietqr_reads_back_as_account_amount_and_case),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
