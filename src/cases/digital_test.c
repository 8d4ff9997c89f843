/* What a solved case adds to the figures of digitisation and payment, on each engine. */
#include "cases/cases_fixture.h"
#include "cases/endings.h"
#include "cases/fee.h"
#include "cases/letter.h"
#include "cases/room.h"
#include "cases/tally.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define assert_text(a, b) assert_true(str_eq((a), str_z(b)))

struct asked {
	struct tally_span span;
	struct tally_rows rows;
};

static enum err read(struct ctx *ctx, struct db *db, void *arg)
{
	struct asked *a = arg;
	return tally_read(ctx, db, &a->span, &a->rows);
}

static int64_t figure(struct town *town, enum tally what)
{
	int64_t ward = town_organisation(town, "hoa-phat"), n = 0;
	struct asked a = { .span = { .organisations = &ward, .n_organisations = 1 } };
	assert_true(date_parse(S("2015-01-01"), &a.span.from) &&
		    date_parse(S("2099-12-31"), &a.span.to));
	town_ok(town, store_read(town->ctx, town->store, read, &a));
	for (size_t i = 0; i < a.rows.n; i++)
		n += a.rows.items[i].within[what];
	return n;
}

/* Accepted on 26 January; all steps but the last. */
static str registered(struct town *town)
{
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", ""));
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"));
	town_ok(town, town_complete(town, "congan.hoaphat", code, "Task_residence", ""));
	town_ok(town, town_complete(town, "baohiem.camle", code, "Task_insurance", ""));
	return code;
}

static str solved(struct town *town)
{
	str code = registered(town);
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_check", ""));
	assert_true(town_case(town, code).finished_at);
	return code;
}

struct signing {
	struct town *town;
	str code, kind;
	int64_t letter;
};

static enum err sign(struct ctx *ctx, struct db *db, void *arg)
{
	struct signing *s = arg;
	struct actor who = { .principal = &s->town->system };
	struct command command = { .cases = s->town->cases, .who = &who, .kind = "letter.made" };
	struct value row = value_map();
	TRY(command_begin(&command, ctx, db, s->code));
	TRY(db_int(ctx, db, 0, &s->letter,
		   SQL("SELECT id FROM case_letter WHERE case_id = $1 AND kind = $2"),
		   command.c.id, s->kind));
	assert_true(s->letter);
	command_put_int(&command, &row, "signed_at", command.now);
	command_row(&command, &letter_table, s->letter, row);
	return command_commit(&command);
}

static void sign_letter(struct town *town, str code, const char *kind)
{
	struct signing s = { .town = town, .code = code, .kind = str_z(kind) };
	town_ok(town, store_write(town->ctx, town->store, sign, &s));
}

static void scan(struct town *town, str code)
{
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), NULL);
	struct attachment file = { .field = S("files.identity"), .name = S("a.pdf"),
				   .type = S("application/pdf"), .size = 1 };
	struct file_info info;
	town_ok(town, file_put(town->ctx, town->store, S("%PDF-1.4 a"), S("application/pdf"), &info));
	file.hash = info.hash;
	file.size = info.size;
	struct completion papers = { .data = value_null(), .attachments = &file,
				     .n_attachments = 1 };
	town_ok(town, case_attach(town->ctx, town->cases, &who, code, &papers));
}

static void a_result_signed_after_the_end_counts_for_the_day_of_the_end(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = solved(town);
	assert_int_equal(figure(town, TALLY_RESULTS), 1);
	sign_letter(town, code, "receipt"); /* is no result */
	assert_int_equal(figure(town, TALLY_DIGITAL_RESULT), 0);
	sign_letter(town, code, "giay-khai-sinh");
	assert_int_equal(figure(town, TALLY_DIGITAL_RESULT), 1);
	assert_int_equal(figure(town, TALLY_DIGITAL_PAPERS), 0); /* nothing was scanned */
	assert_int_equal(figure(town, TALLY_DIGITAL), 0);
	assert_int_equal(figure(town, TALLY_RESULTS), 1);
	assert_text(town_verify(town), "");
	fixture_by_hand(fixture, "UPDATE case_digital SET result = 0");
	assert_true(str_find(town_verify(town), S("table case_digital")) != SIZE_MAX);
	town_free(town);
}

static void what_is_signed_and_scanned_before_the_end_counts_at_the_end(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = registered(town);
	sign_letter(town, code, "giay-khai-sinh");
	scan(town, code);
	assert_int_equal(figure(town, TALLY_RESULTS), 0);
	assert_int_equal(figure(town, TALLY_DIGITAL), 0);
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_check", ""));
	assert_int_equal(figure(town, TALLY_DIGITAL), 1);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void a_refused_case_has_no_result_to_be_digital(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	struct actor officer = town_actor(town, town_officer(town, "tuphap.hoaphat"), NULL);
	scan(town, code);
	officer.reason = S("Không thuộc thẩm quyền");
	town_ok(town, case_refuse(town->ctx, town->cases, &officer, code));
	assert_int_equal(figure(town, TALLY_RESULTS), 0);
	assert_int_equal(figure(town, TALLY_DIGITAL_PAPERS), 0);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void cancel(struct town *town, str code, int64_t receipt)
{
	struct actor desk = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), NULL);
	struct actor leader = town_actor(town, town_officer(town, "chutich.hoaphat"), NULL);
	desk.reason = S("ghi sai tên");
	town_ok(town, fee_ask_cancel(town->ctx, town->cases, &desk, code, receipt));
	town_ok(town, fee_settle_cancel(town->ctx, town->cases, &leader, code, receipt, true));
}

static str copies(struct town *town, const char *office)
{
	struct value data = value_map(), copies = value_map();
	struct case_result filed;
	value_set(town->ctx->arena, &copies, S("pages"), value_int(1));
	value_set(town->ctx->arena, &copies, S("count"), value_int(2));
	value_set(town->ctx->arena, &data, S("copies"), copies);
	value_set(town->ctx->arena, &data, S("office"), value_str(str_z(office)));
	struct submission s = { .procedure = S("chung-thuc-ban-sao"), .channel = CHANNEL_DIRECT,
				.organisation = town_organisation(town, "hoa-phat"), .data = data,
				.applicant = S("Lê Thị Hoa") };
	struct actor desk = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), NULL);
	town_ok(town, case_submit(town->ctx, town->cases, &desk, &s, &filed));
	return arena_copy(town->ctx->arena, filed.code);
}

static void a_receipt_counts_on_its_day_until_it_is_cancelled(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	int64_t cash, transfer;
	struct actor desk = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), NULL);
	str code = copies(town, "");
	struct fee_payment payment = { .amount = 4000, .method = FEE_CASH };
	town_ok(town, fee_take(town->ctx, town->cases, &desk, code, &payment, &cash));
	assert_int_equal(figure(town, TALLY_PAID), 1);
	assert_int_equal(figure(town, TALLY_PAID_ONLINE), 0);
	cancel(town, code, cash);
	assert_int_equal(figure(town, TALLY_PAID), 0);
	payment = (struct fee_payment){ .amount = 4000, .method = FEE_TRANSFER,
					.bank_id = S("FT15026001") };
	town_ok(town, fee_take(town->ctx, town->cases, &desk, code, &payment, &transfer));
	assert_int_equal(figure(town, TALLY_PAID), 1);
	assert_int_equal(figure(town, TALLY_PAID_ONLINE), 1);
	cancel(town, code, transfer);
	assert_int_equal(figure(town, TALLY_PAID_ONLINE), 0);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void what_is_taken_in_for_another_authority_is_counted_where_it_came_in(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct actor desk = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), NULL);
	struct acceptance acceptance = { 0 };
	town_change(town, "chung-thuc-ban-sao", "competence",
		    "{\"kinds\":[\"ward\",\"district\"],\"anywhere\":true,\"path\":\"office\"}");
	str own = copies(town, "hoa-phat"), other = copies(town, "hoa-an");
	town_ok(town, case_accept(town->ctx, town->cases, &desk, own, &acceptance));
	assert_int_equal(figure(town, TALLY_ELSEWHERE), 0);
	town_ok(town, case_accept(town->ctx, town->cases, &desk, other, &acceptance));
	assert_int_equal(figure(town, TALLY_ELSEWHERE), 1);
	assert_int_equal(figure(town, TALLY_ACCEPTED), 2);
	assert_text(town_verify(town), "");
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(a_result_signed_after_the_end_counts_for_the_day_of_the_end),
		FIXTURE_TEST(what_is_signed_and_scanned_before_the_end_counts_at_the_end),
		FIXTURE_TEST(a_refused_case_has_no_result_to_be_digital),
		FIXTURE_TEST(a_receipt_counts_on_its_day_until_it_is_cancelled),
		FIXTURE_TEST(what_is_taken_in_for_another_authority_is_counted_where_it_came_in),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
