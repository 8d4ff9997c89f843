/* Till, bank statement and payment code on each engine: what is counted, matched, left over. */
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
		FIXTURE_TEST(till_is_counted_once_and_a_difference_is_explained),
		FIXTURE_TEST(statement_books_exact_payments_once),
		FIXTURE_TEST(statement_that_cannot_be_read_names_its_line),
		FIXTURE_TEST(statement_text_over_two_lines_is_kept_as_one),
		FIXTURE_TEST(vietqr_reads_back_as_account_amount_and_case),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
