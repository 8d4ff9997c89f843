/* Till, bank statement and payment code on each engine: what is counted, matched, left over. */
#include "cases/fee_bank.h"
#include "cases/fee_testing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

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

static void change_that_stays_opens_the_next_day(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct actor desk = because(town, "tiepnhan.hoaphat", "");
	int64_t pieces[16] = { [1] = 1, [7] = 3 }, id, office = town_organisation(town, "hoa-phat");
	struct fee_count count = { .organisation = office, .sheet = 2, .pieces = pieces, .kept = 206001,
				   .taker = S("Kho bạc") };
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":3}}");
	assert_int_equal(fee_open_till(town->ctx, town->cases, &desk, office, 1, 0, S("Thủ quỹ"), &id),
			 ERR_INVALID);
	assert_int_equal(fee_open_till(town->ctx, town->cases, &desk, office, 1, 200000, S(" "), &id),
			 ERR_INVALID);
	town_ok(town, fee_open_till(town->ctx, town->cases, &desk, office, 1, 200000, S("Thủ quỹ"), &id));
	assert_int_equal(fee_open_till(town->ctx, town->cases, &desk, office, 1, 1, S("Thủ quỹ"), &id),
			 ERR_CONFLICT);
	town_ok(town, pay(town, code, 6000));
	assert_int_equal(fee_open_till(town->ctx, town->cases, &desk, office, 2, 1, S("Thủ quỹ"), &id),
			 ERR_CONFLICT);
	assert_int_equal(fee_count(town->ctx, town->cases, &desk, &count, &id), ERR_INVALID);
	count.kept = 50000;
	town_ok(town, fee_count(town->ctx, town->cases, &desk, &count, &id));
	struct fee_till till = *ask(town, code).till;
	assert_int_equal(till.opening, 50000);
	assert_int_equal(till.cash, 0);
	assert_int_equal(till.sheet, 3);
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

struct reading {
	struct town *town;
	struct bank_lefts left;
	struct bank_missings missing;
	struct bank_sums sums;
};

static enum err read_bank(struct ctx *ctx, struct db *db, void *arg)
{
	struct reading *r = arg;
	int64_t office = town_organisation(r->town, "hoa-phat");
	TRY(bank_left(ctx, db, office, 100, &r->left));
	TRY(bank_missing(ctx, db, office, 100, &r->missing));
	return bank_sums(ctx, db, office, days_of_civil(2015, 1, 1), days_of_civil(2015, 1, 31), &r->sums);
}

static struct reading bank_of(struct town *town)
{
	struct reading r = { .town = town };
	town_ok(town, store_read(town->ctx, town->store, read_bank, &r));
	return r;
}

static enum err import(struct town *town, const char *rows, struct bank_report *report)
{
	struct actor desk = because(town, "tiepnhan.hoaphat", "");
	struct bank_lines lines;
	str csv = arena_printf(town->ctx->arena, "So,Ngay,Tien,Noi dung\n%s", rows);
	TRY(bank_read(town->ctx, csv, json(town, rules), &lines));
	return bank_import(town->ctx, town->cases, &desk, town_organisation(town, "hoa-phat"), &lines,
			   report);
}

static void line_that_is_left_over_says_why(struct fixture *fixture)
{
	static const enum bank_why expected[] = { BANK_TWICE, BANK_LESS, BANK_MORE, BANK_NO_CASE };
	struct town *town = town_new(fixture);
	struct bank_report report;
	str paid = copies(town, "{\"copies\":{\"pages\":1,\"count\":4}}");
	str owes = copies(town, "{\"copies\":{\"pages\":1,\"count\":5}}");
	const char *rows = arena_printf(town->ctx->arena,
		"FT1,26/01/2015,8.000,%.*s\nFT2,26/01/2015,8.000,%.*s\nFT3,26/01/2015,9.000,%.*s\n"
		"FT4,26/01/2015,11.000,%.*s\nFT5,26/01/2015,10.000,nop tien\n",
		STR_ARG(paid), STR_ARG(paid), STR_ARG(owes), STR_ARG(owes)).p;
	town_ok(town, import(town, rows, &report));
	assert_int_equal(report.paid, 1);
	assert_int_equal(report.unmatched, 4);
	struct reading r = bank_of(town);
	assert_int_equal(r.left.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(r.left.items[i].why, expected[i]);
	assert_text(r.left.items[0].code, arena_copy(town->ctx->arena, paid).p);
	assert_int_equal(r.sums.statement, 46000);
	assert_int_equal(r.sums.booked, 8000);
	assert_int_equal(r.sums.left, 38000);
	assert_int_equal(ask(town, paid).receipts->n, 1);
	assert_int_equal(fee_of(town, owes).state, FEE_DUE);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void line_without_a_code_is_matched_by_hand_where_it_pays_exactly(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct actor desk = because(town, "tiepnhan.hoaphat", "");
	struct bank_report report;
	int64_t office = town_organisation(town, "hoa-phat");
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":5}}");
	town_ok(town, import(town, "FT1,26/01/2015,10.000,nop tien\nFT2,26/01/2015,9.000,nop\n", &report));
	assert_int_equal(bank_match(town->ctx, town->cases, &desk, office, S("FT2"), code), ERR_INVALID);
	assert_int_equal(bank_match(town->ctx, town->cases, &desk, office, S("FT1"), S("khong-co")),
			 ERR_NOT_FOUND);
	assert_int_equal(bank_match(town->ctx, town->cases, &desk, office, S("FT9"), code), ERR_NOT_FOUND);
	town_ok(town, bank_match(town->ctx, town->cases, &desk, office, S("FT1"), code));
	assert_int_equal(bank_match(town->ctx, town->cases, &desk, office, S("FT1"), code), ERR_CONFLICT);
	assert_int_equal(fee_of(town, code).state, FEE_PAID);
	assert_int_equal(bank_of(town).left.n, 1);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void transfer_typed_at_the_desk_is_compared_with_the_statement(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct actor desk = because(town, "tiepnhan.hoaphat", "");
	struct fee_payment typed = { .amount = 10000, .method = FEE_TRANSFER, .bank_id = S("FT7") };
	struct bank_report report;
	int64_t id;
	str code = copies(town, "{\"copies\":{\"pages\":1,\"count\":5}}");
	str other = copies(town, "{\"copies\":{\"pages\":1,\"count\":5}}");
	town_ok(town, fee_take(town->ctx, town->cases, &desk, code, &typed, &id));
	assert_int_equal(bank_of(town).missing.items[0].there, -1);
	town_ok(town, import(town, "FT7,26/01/2015,1.000,sai\nFT8,26/01/2015,9.000,x\n", &report));
	assert_int_equal(bank_of(town).missing.items[0].there, 1000);
	typed.bank_id = S("FT8");
	assert_int_equal(fee_take(town->ctx, town->cases, &desk, other, &typed, &id), ERR_INVALID);
	assert_true(str_find(town_fault(town), S("9.000 đồng")) != SIZE_MAX);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void number_that_comes_again_with_another_amount_refuses_the_file(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct bank_report report;
	town_ok(town, import(town, "FT1,26/01/2015,10.000,x\n", &report));
	assert_int_equal(import(town, "FT2,26/01/2015,1.000,x\nFT1,26/01/2015,9.000,x\n", &report),
			 ERR_INVALID);
	assert_true(str_find(town_fault(town), S("Line 3")) != SIZE_MAX);
	assert_int_equal(bank_of(town).left.n, 1);
	assert_int_equal(import(town, "FT3,26/01/2015,-1.000,x\n", &report), ERR_INVALID);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void longer_code_is_not_taken_for_the_shorter_one_it_begins_with(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct bank_case items[] = {
		{ S("H17-150126-0001"), S("H171501260001"), FEE_DUE, 5000 },
		{ S("H17-150126-00012"), S("H1715012600012"), FEE_DUE, 5000 },
	};
	struct bank_cases cases = { items, 2 };
	assert_ptr_equal(bank_named(town->ctx->arena, &cases, S("h17.150126.00012 le phi"), 5000), &items[1]);
	assert_ptr_equal(bank_named(town->ctx->arena, &cases, S("NOP H17 150126 0001"), 5000), &items[0]);
	assert_null(bank_named(town->ctx->arena, &cases, S("H17-150126-0001"), 6000));
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
	/* A code longer than there is room for keeps its running number, and is found by it. */
	str codes[] = { S("H17.15.03.000.TTPVHCC-20260126-000012"),
			S("H17.15.03.000.TTPVHCC-20260126-000013") };
	struct bank_case items[2] = { { .code = codes[0], .due = 15000 },
				      { .code = codes[1], .due = 15000 } };
	struct bank_cases cases = { items, 2 };
	for (size_t i = 0; i < 2; i++) {
		items[i].memo = fee_purpose(town->ctx->arena, codes[i]);
		str text = fee_qr(town->ctx->arena, &account, 15000, codes[i]);
		str said = qr_field(qr_field(text, "62"), "08");
		assert_int_equal(said.n, 25);
		assert_true(bank_named(town->ctx->arena, &cases, said, 15000) == &items[i]);
		assert_true(bank_named(town->ctx->arena, &cases, codes[i], 15000) == &items[i]);
	}
	/* The check value of the algorithm. */
	assert_int_equal(remainder_of(S("123456789")), 0x29B1);
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(till_is_counted_once_and_a_difference_is_explained),
		FIXTURE_TEST(change_that_stays_opens_the_next_day),
		FIXTURE_TEST(statement_books_exact_payments_once),
		FIXTURE_TEST(statement_that_cannot_be_read_names_its_line),
		FIXTURE_TEST(statement_text_over_two_lines_is_kept_as_one),
		FIXTURE_TEST(line_that_is_left_over_says_why),
		FIXTURE_TEST(line_without_a_code_is_matched_by_hand_where_it_pays_exactly),
		FIXTURE_TEST(transfer_typed_at_the_desk_is_compared_with_the_statement),
		FIXTURE_TEST(number_that_comes_again_with_another_amount_refuses_the_file),
		FIXTURE_TEST(longer_code_is_not_taken_for_the_shorter_one_it_begins_with),
		FIXTURE_TEST(vietqr_reads_back_as_account_amount_and_case),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
