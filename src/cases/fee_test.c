/* Fees on each engine: the amount and why, payment once only, numbers without gaps, what waits. */
#include "cases/endings.h"
#include "cases/fee_testing.h"
#include "cases/tally.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>

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

static void late_registration_costs_from_the_day_after_the_last_free_one(struct fixture *fixture)
{
	static const struct {
		const char *procedure, *data;
		int64_t due;
	} filings[] = { /* on 26 January 2015 */
		{ "khai-sinh", "{\"child\":{\"birth_date\":\"2014-11-27\"}}", 0 },
		{ "khai-sinh", "{\"child\":{\"birth_date\":\"2014-11-26\"}}", 8000 },
		{ "lien-thong-khai-sinh", "{\"child\":{\"birth_date\":\"2014-11-26\"}}", 8000 },
		{ "khai-tu", "{\"death\":{\"date\":\"2015-01-11\"}}", 0 },
		{ "khai-tu", "{\"death\":{\"date\":\"2015-01-10\"}}", 8000 },
	};
	struct town *town = town_new(fixture);
	for (size_t i = 0; i < ARRAY_SIZE(filings); i++) {
		str code = file_case(town, filings[i].procedure, filings[i].data);
		assert_int_equal(fee_of(town, code).due, filings[i].due);
	}
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
	assert_int_equal(fee_ask_cancel(town->ctx, town->cases, &desk, code, id), ERR_CONFLICT);
	assert_int_equal(fee_of(town, code).refunded, 4000);
	assert_text(town_verify(town), "");
	town_free(town);
}

static enum err ask_cancel(struct town *town, const char *login, str code, int64_t id, const char *why)
{
	struct actor who = because(town, login, why);
	return fee_ask_cancel(town->ctx, town->cases, &who, code, id);
}

static enum err settle_cancel(struct town *town, const struct principal *who, str code, int64_t id,
			      bool approve, const char *why)
{
	struct actor actor = { .principal = who, .reason = str_z(why) };
	return fee_settle_cancel(town->ctx, town->cases, &actor, code, id, approve);
}

static void cancelled_receipt_keeps_its_number_and_the_fee_is_due_again(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	const struct principal *leader = town_officer(town, "chutich.hoaphat");
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":2}}");
	town_ok(town, pay(town, code, 4000));
	int64_t id = ask(town, code).receipts->items[0].id;
	assert_int_equal(ask_cancel(town, "tiepnhan.hoaphat", code, id, ""), ERR_INVALID);
	town_ok(town, ask_cancel(town, "tiepnhan.hoaphat", code, id, "ghi sai tên"));
	assert_int_equal(fee_of(town, code).state, FEE_PAID);
	assert_int_equal(ask_cancel(town, "tiepnhan.hoaphat", code, id, "lại"), ERR_CONFLICT);
	town_ok(town, settle_cancel(town, leader, code, id, true, ""));
	assert_int_equal(settle_cancel(town, leader, code, id, true, ""), ERR_CONFLICT);
	assert_int_equal(fee_of(town, code).state, FEE_DUE);
	town_ok(town, pay(town, code, 4000));
	struct asked a = ask(town, code);
	assert_text(a.receipts->items[0].cancel_reason, "ghi sai tên");
	assert_int_equal(a.receipts->items[1].number, 2);
	assert_int_equal(a.till->cash - a.till->refunds, 4000);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void no_receipt_is_cancelled_by_one_person_alone(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	const struct principal *leader = town_officer(town, "chutich.hoaphat");
	const struct principal *desk = town_officer(town, "tiepnhan.hoaphat");
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":2}}");
	struct principal both = *desk;
	town_ok(town, pay(town, code, 4000));
	int64_t id = ask(town, code).receipts->items[0].id;
	assert_int_equal(settle_cancel(town, leader, code, id, true, ""), ERR_CONFLICT);
	town_ok(town, ask_cancel(town, "tiepnhan.hoaphat", code, id, "ghi sai tên"));
	assert_int_equal(settle_cancel(town, desk, code, id, true, ""), ERR_FORBIDDEN);
	/* Standing in for the leader makes nobody a second person. */
	both.grants[both.n_grants++] = leader->grants[0];
	assert_int_equal(settle_cancel(town, &both, code, id, true, ""), ERR_FORBIDDEN);
	assert_int_equal(fee_of(town, code).state, FEE_PAID);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void declined_cancellation_says_why_and_leaves_the_receipt(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	const struct principal *leader = town_officer(town, "chutich.hoaphat");
	struct actor back = because(town, "chutich.hoaphat", "thu thừa");
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":2}}");
	town_ok(town, pay(town, code, 4000));
	int64_t id = ask(town, code).receipts->items[0].id;
	town_ok(town, ask_cancel(town, "tiepnhan.hoaphat", code, id, "ghi sai tên"));
	assert_int_equal(fee_refund(town->ctx, town->cases, &back, code, id, 1000), ERR_CONFLICT);
	assert_int_equal(settle_cancel(town, leader, code, id, false, ""), ERR_INVALID);
	town_ok(town, settle_cancel(town, leader, code, id, false, "Tên ghi đúng"));
	struct fee_receipt r = ask(town, code).receipts->items[0];
	assert_int_equal(r.asked_at, 0);
	assert_text(r.declined, "Tên ghi đúng");
	assert_int_equal(fee_of(town, code).state, FEE_PAID);
	town_ok(town, fee_refund(town->ctx, town->cases, &back, code, id, 1000));
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

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(amount_is_the_decisions_answer_and_says_which_rule_hit),
		FIXTURE_TEST(amount_is_unknown_while_the_data_do_not_say),
		FIXTURE_TEST(amount_follows_the_data_until_it_is_paid),
		FIXTURE_TEST(late_registration_costs_from_the_day_after_the_last_free_one),
		FIXTURE_TEST(fee_is_paid_whole_and_once),
		FIXTURE_TEST(only_the_desk_takes_and_only_a_leader_pays_back),
		FIXTURE_TEST(cancelled_receipt_keeps_its_number_and_the_fee_is_due_again),
		FIXTURE_TEST(no_receipt_is_cancelled_by_one_person_alone),
		FIXTURE_TEST(declined_cancellation_says_why_and_leaves_the_receipt),
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
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
