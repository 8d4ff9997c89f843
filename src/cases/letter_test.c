/* Letters on each engine: numbers taken with the act, one text for ever, one signed PDF. */
#include "cases/cases_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/embed.h"
#include "cases/letter.h"
#include "print/print.h"
#include "store/event.h"

#define assert_text(text, expected)                                                   \
	do {                                                                          \
		str text_ = (text);                                                   \
		assert_string_equal(arena_copy(town->ctx->arena, text_).p, expected); \
	} while (0)

static bool says(str text, const char *part)
{
	return str_find(text, str_z(part)) != SIZE_MAX;
}

/* A town hall that can write: letters are templates that use partials of the pages. */
static struct town *town_that_writes(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct embedded_set files;
	const struct language *language;
	struct template_options options = { .languages = &language, .n = 1, .offset = 420,
					    .only_safe_markup = true };
	struct template_set *set;
	town_ok(town, language_load(town->ctx, town->ctx->arena, S("vi"), S(""), &language));
	town_ok(town, embedded_folder(town->ctx, TEMPLATE_FOLDER, &files));
	town_ok(town, template_set_load(town->ctx, town->ctx->arena, files, &options, &set));
	cases_speak(town->cases, set, language);
	return town;
}

struct look {
	struct town *town;
	str code, kind, html;
	int64_t version;
	struct case_file c;
	struct letters letters;
	struct letter letter; /* .title empty: there is none */
};

static enum err read_letter(struct ctx *ctx, struct db *db, void *arg)
{
	struct look *look = arg;
	TRY(case_load(ctx, db, look->code, &look->c));
	TRY(letters_of(ctx, look->town->cases, db, &look->c, &look->letters));
	const struct letter *letter = letters_find(&look->letters, look->kind, look->version);
	look->letter = letter ? *letter : (struct letter){ 0 };
	struct letter_wanted wanted = { .c = &look->c, .letter = letter,
					.url_base = S("https://camle.example.vn") };
	return letter ? letter_write(ctx, look->town->cases, db, &wanted, &look->html) : OK;
}

static struct look look_at(struct town *town, str code, const char *kind, int64_t version)
{
	struct look look = { .town = town, .code = code, .kind = str_z(kind), .version = version };
	town_ok(town, store_read(town->ctx, town->store, read_letter, &look));
	return look;
}

static str accepted(struct town *town, const char *ward, const char *reception)
{
	str code = town_file(town, ward, "2015-01-26T08:50");
	town_ok(town, town_accept(town, reception, code, "2015-01-26T09:00"));
	return code;
}

static enum err ask(struct town *town, const char *login, str code, const char *time)
{
	struct value items = value_list(), item = value_map();
	struct actor officer = town_actor(town, town_officer(town, login), time);
	value_set(town->ctx->arena, &item, S("text"), value_str(S("Bản sao giấy chứng nhận kết hôn")));
	value_push(town->ctx->arena, &items, item);
	return case_ask_supplement(town->ctx, town->cases, &officer, code, items);
}

/* ---- numbers ---- */

static void each_letter_takes_the_next_number_of_its_offices_book(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	str first = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	str second = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	str elsewhere = accepted(town, "hoa-an", "tiepnhan.hoaan");
	town_ok(town, ask(town, "tuphap.hoaphat", first, "2015-01-27T10:00"));
	town_ok(town, ask(town, "tuphap.hoaphat", second, "2015-01-27T10:01"));
	town_ok(town, ask(town, "tuphap.hoaan", elsewhere, "2015-01-27T10:02"));
	assert_text(look_at(town, first, "supplement", 0).letter.number, "01/PBS-2015");
	assert_text(look_at(town, second, "supplement", 0).letter.number, "02/PBS-2015");
	assert_text(look_at(town, elsewhere, "supplement", 0).letter.number, "01/PBS-2015");
	assert_text(look_at(town, second, "receipt", 0).letter.number, "02/2015");
	assert_true(says(look_at(town, second, "supplement", 0).html, "02/PBS-2015"));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void an_act_that_fails_takes_no_number(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	str code = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-27T10:00"));
	assert_int_equal(ask(town, "tuphap.hoaphat", code, "2015-01-27T10:01"), ERR_CONFLICT);
	str next = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	town_ok(town, ask(town, "tuphap.hoaphat", next, "2015-01-27T10:02"));
	assert_text(look_at(town, next, "supplement", 0).letter.number, "02/PBS-2015");
	town_free(town);
}

static void refusal_and_apology_have_books_of_their_own(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	str code = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	struct actor leader = town_actor(town, town_officer(town, "chutich.hoaphat"), "2015-02-05T16:00");
	leader.reason = S("Công an xin thêm một ngày để xác minh");
	town_ok(town, case_apologise(town->ctx, town->cases, &leader, code, at("2015-02-09T17:00")));
	struct look apology = look_at(town, code, "apology", 0);
	assert_text(apology.letter.number, "01/PXL-2015");
	assert_true(says(apology.html, "Công an xin thêm một ngày để xác minh"));
	assert_true(says(apology.html, "ngày 05/02/2015") && says(apology.html, "ngày 09/02/2015"));
	struct actor justice = town_actor(town, town_officer(town, "tuphap.hoaphat"), "2015-02-06T09:00");
	justice.reason = S("Không thuộc thẩm quyền");
	town_ok(town, case_refuse(town->ctx, town->cases, &justice, code));
	assert_text(look_at(town, code, "refusal", 0).letter.number, "01/PTC-2015");
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- what a letter says ---- */

static void a_receipt_says_for_ever_what_it_said_when_it_was_given(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	str code = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	str before = look_at(town, code, "receipt", 0).html;
	struct actor citizen = town_actor(town, town_citizen(town, code), "2015-01-29T10:00");
	struct completion given = { .data = value_null() };
	assert_true(says(before, "17:00 ngày 05 tháng 02 năm 2015"));
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-27T10:00"));
	town_ok(town, case_give_supplement(town->ctx, town->cases, &citizen, code, &given));
	assert_text(at_text(town, town_case(town, code).due_at), "2015-02-10T17:00");
	str after = look_at(town, code, "receipt", 0).html;
	assert_text(after, arena_copy(town->ctx->arena, before).p);
	assert_true(says(before, "02/2015") == false && says(before, "01/2015"));
	town_free(town);
}

static void a_receipt_says_where_the_result_is_handed_out_or_sent(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	str desk = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	struct submission birth = town_birth(town, "hoa-phat", "2015-01-26T08:50");
	struct actor nobody = town_actor(town, &town->nobody, "2015-01-26T08:50");
	struct value delivery = value_map();
	struct case_result filed;
	value_set(town->ctx->arena, &delivery, S("channel"), value_str(S("post")));
	value_set(town->ctx->arena, &delivery, S("address"), value_str(S("K12 Hoàng Văn Thái")));
	value_set(town->ctx->arena, &birth.data, S("delivery"), delivery);
	town_ok(town, case_submit(town->ctx, town->cases, &nobody, &birth, &filed));
	str post = arena_copy(town->ctx->arena, filed.code);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", post, "2015-01-26T09:00"));
	assert_true(says(look_at(town, desk, "receipt", 0).html,
			 "Nơi trả kết quả: Bộ phận Tiếp nhận và trả kết quả phường Hòa Phát, "));
	assert_true(says(look_at(town, post, "receipt", 0).html,
			 "Trả kết quả qua bưu điện đến K12 Hoàng Văn Thái; liên hệ Bộ phận"));
	town_free(town);
}

static void a_certificate_signed_again_is_a_new_version_with_the_same_number(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	str code = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", "approve"));
	struct look old = look_at(town, code, "giay-khai-sinh", 0);
	assert_text(old.letter.title, "Giấy khai sinh");
	assert_int_equal(old.letter.version, 1);
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "return"));
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", "approve"));
	struct look new = look_at(town, code, "giay-khai-sinh", 0);
	assert_int_equal(new.letter.version, 2);
	assert_text(new.letter.number, arena_copy(town->ctx->arena, old.letter.number).p);
	assert_int_equal(look_at(town, code, "giay-khai-sinh", 1).letter.replaced_by, new.letter.id);
	assert_false(str_eq(new.letter.code, old.letter.code));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void complete_at(struct town *town, const char *login, str code, const char *element,
			const char *time)
{
	struct actor who = town_actor(town, town_officer(town, login), time);
	struct completion done = { .outcome = S("approve"), .data = value_null() };
	town_ok(town, case_complete(town->ctx, town->cases, &who, code,
				    town_task(town, code, element), &done));
}

static void the_control_slip_names_both_offices_and_how_each_step_ended(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	str code = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	complete_at(town, "tuphap.hoaphat", code, "Task_register", "2015-01-26T10:00");
	complete_at(town, "chutich.hoaphat", code, "Task_sign", "2015-01-26T15:00");
	complete_at(town, "congan.hoaphat", code, "Task_residence", "2015-01-27T09:00");
	complete_at(town, "baohiem.camle", code, "Task_insurance", "2015-02-04T09:00");
	str slip = look_at(town, code, "control", 0).html;
	assert_true(says(slip, "<td class=\"size-10\">Người nộp hồ sơ<br><i>Nguyễn Văn An</i></td>"));
	assert_true(says(slip, "<td class=\"size-10\">Công an phường Hòa Phát"
			       "<br><i>Đặng Hữu Phước</i></td>"));
	/* The last to finish hands it back. */
	assert_true(says(slip, "<td class=\"size-10\">Bảo hiểm xã hội quận Cẩm Lệ"
			       "<br><i>Trần Thị Lệ Quyên</i></td><td class=\"size-10\">"
			       "Ủy ban nhân dân phường Hòa Phát<br><i></i></td>"));
	assert_true(says(slip, "Trước hạn") && says(slip, "Đúng hạn") && says(slip, "Quá hạn"));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void the_control_slip_notes_what_moved_the_date(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	str code = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-26T10:00"));
	struct actor citizen = town_actor(town, town_citizen(town, code), "2015-01-28T10:00");
	town_ok(town, case_give_supplement(town->ctx, town->cases, &citizen, code,
					   &(struct completion){ .data = value_map() }));
	complete_at(town, "tuphap.hoaphat", code, "Task_register", "2015-01-28T11:00");
	assert_true(says(look_at(town, code, "control", 0).html,
			 "yêu cầu bổ sung ngày 26/01/2015; bổ sung xong ngày 28/01/2015"));
	town_free(town);
}

/* ---- the PDF ---- */

static struct signers demonstration_signers(struct town *town, struct organisation_signer *item)
{
	struct signer *signer;
	str file;
	town_ok(town, sign_demonstration(town->ctx, S("Ủy ban nhân dân phường Hòa Phát"), S("x"), &file));
	town_ok(town, sign_pkcs12(town->ctx, town->ctx->arena, file, S("x"), &signer));
	*item = (struct organisation_signer){ S("hoa-phat"), signer };
	return (struct signers){ item, 1 };
}

static void the_pdf_is_made_once_signed_and_kept_after_the_ledger_has_the_act(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	struct organisation_signer item;
	struct signers signers = demonstration_signers(town, &item);
	cases_sign(town->cases, &signers, S("https://camle.example.vn"));
	str code = accepted(town, "hoa-phat", "tiepnhan.hoaphat"), bytes;
	struct letter letter = look_at(town, code, "receipt", 0).letter;
	assert_text(letter.hash, "");
	town_ok(town, event_checkpoint_now(town->ctx, town->store));
	town_ok(town, letter_make(town->ctx, town->cases, code, letter.id));
	struct look made = look_at(town, code, "receipt", 0);
	assert_int_equal(made.letter.hash.n, 64);
	assert_text(made.letter.signed_by, "Ủy ban nhân dân phường Hòa Phát");
	assert_true(says(made.html, "Sổ cái điện tử"));
	town_ok(town, file_read(town->ctx, town->store, made.letter.hash, 0, 1 << 20, &bytes));
	assert_true(str_starts(bytes, S("%PDF")) && says(bytes, "ETSI.CAdES.detached"));
	town_ok(town, letter_make(town->ctx, town->cases, code, letter.id));
	assert_text(look_at(town, code, "receipt", 0).letter.hash,
		    arena_copy(town->ctx->arena, made.letter.hash).p);
	assert_text(town_verify(town), "");
	town_free(town);
}

/* Taken in at Hòa Phát, decided at Hòa An. */
static void a_letter_is_of_the_office_that_wrote_it(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	town_change(town, "lien-thong-khai-sinh", "competence",
		    "{\"kinds\":[\"ward\"],\"anywhere\":true,\"path\":\"office\"}");
	struct submission birth = town_birth(town, "hoa-phat", "2015-01-26T08:50");
	struct actor nobody = town_actor(town, &town->nobody, "2015-01-26T08:50");
	struct case_result filed;
	value_set(town->ctx->arena, &birth.data, S("office"), value_str(S("hoa-an")));
	town_ok(town, case_submit(town->ctx, town->cases, &nobody, &birth, &filed));
	str code = arena_copy(town->ctx->arena, filed.code);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	str home = accepted(town, "hoa-an", "tiepnhan.hoaan");
	town_ok(town, ask(town, "tuphap.hoaan", home, "2015-01-26T10:00"));
	town_ok(town, ask(town, "tuphap.hoaan", code, "2015-01-26T10:01"));
	struct look receipt = look_at(town, code, "receipt", 0), slip = look_at(town, code, "supplement", 0);
	assert_true(says(receipt.html, "Nơi trả kết quả: Bộ phận Tiếp nhận và trả kết quả phường Hòa Phát"));
	assert_text(slip.letter.number, "02/PBS-2015");
	assert_true(says(slip.html, "phường Hòa An") && !says(slip.html, "phường Hòa Phát"));
	struct organisation_signer item;
	struct signers signers = demonstration_signers(town, &item);
	cases_sign(town->cases, &signers, S("https://camle.example.vn"));
	town_ok(town, event_checkpoint_now(town->ctx, town->store));
	town_ok(town, letter_make(town->ctx, town->cases, code, receipt.letter.id));
	town_ok(town, letter_make(town->ctx, town->cases, code, slip.letter.id));
	assert_text(look_at(town, code, "receipt", 0).letter.signed_by, "Ủy ban nhân dân phường Hòa Phát");
	assert_text(look_at(town, code, "supplement", 0).letter.signed_by, "");
	assert_text(town_verify(town), "");
	town_free(town);
}

static void an_office_without_a_key_gives_out_letters_that_are_not_signed(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	struct organisation_signer item;
	struct signers signers = demonstration_signers(town, &item);
	cases_sign(town->cases, &signers, S("https://camle.example.vn"));
	str code = accepted(town, "hoa-an", "tiepnhan.hoaan");
	town_ok(town, event_checkpoint_now(town->ctx, town->store));
	town_ok(town, letter_make(town->ctx, town->cases, code,
				  look_at(town, code, "receipt", 0).letter.id));
	struct letter letter = look_at(town, code, "receipt", 0).letter;
	assert_int_equal(letter.hash.n, 64);
	assert_text(letter.signed_by, "");
	town_free(town);
}

struct seen {
	struct town *town;
	str code;
	const struct principal *principal;
	struct letters letters;
};

static enum err read_seen(struct ctx *ctx, struct db *db, void *arg)
{
	struct seen *seen = arg;
	struct case_file c;
	TRY(case_load(ctx, db, seen->code, &c));
	return letters_seen(ctx, seen->town->cases, db, seen->principal, &c, &seen->letters);
}

static bool sees(struct town *town, str code, const struct principal *principal, const char *kind)
{
	struct seen seen = { .town = town, .code = code, .principal = principal };
	town_ok(town, store_read(town->ctx, town->store, read_seen, &seen));
	return letters_find(&seen.letters, str_z(kind), 0) != NULL;
}

static void a_partner_never_sees_the_receipt_with_the_pin(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	str code = accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	const struct principal *police = town_officer(town, "congan.hoaphat");
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-27T10:00"));
	assert_false(sees(town, code, police, "receipt"));
	assert_false(sees(town, code, police, "supplement"));
	assert_true(sees(town, code, police, "control"));
	assert_true(sees(town, code, town_officer(town, "tuphap.hoaphat"), "receipt"));
	assert_true(sees(town, code, town_citizen(town, code), "receipt"));
	town_free(town);
}

static void a_letter_changed_by_hand_is_named(struct fixture *fixture)
{
	struct town *town = town_that_writes(fixture);
	accepted(town, "hoa-phat", "tiepnhan.hoaphat");
	assert_text(town_verify(town), "");
	fixture_by_hand(fixture, "UPDATE case_letter SET number = '99/2015'");
	assert_true(says(town_verify(town), "case_letter"));
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(each_letter_takes_the_next_number_of_its_offices_book),
		FIXTURE_TEST(an_act_that_fails_takes_no_number),
		FIXTURE_TEST(refusal_and_apology_have_books_of_their_own),
		FIXTURE_TEST(a_receipt_says_for_ever_what_it_said_when_it_was_given),
		FIXTURE_TEST(a_receipt_says_where_the_result_is_handed_out_or_sent),
		FIXTURE_TEST(a_certificate_signed_again_is_a_new_version_with_the_same_number),
		FIXTURE_TEST(the_control_slip_names_both_offices_and_how_each_step_ended),
		FIXTURE_TEST(the_control_slip_notes_what_moved_the_date),
		FIXTURE_TEST(a_letter_is_of_the_office_that_wrote_it),
		FIXTURE_TEST(the_pdf_is_made_once_signed_and_kept_after_the_ledger_has_the_act),
		FIXTURE_TEST(an_office_without_a_key_gives_out_letters_that_are_not_signed),
		FIXTURE_TEST(a_partner_never_sees_the_receipt_with_the_pin),
		FIXTURE_TEST(a_letter_changed_by_hand_is_named),
	};
	int failed = fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
	return failed;
}
