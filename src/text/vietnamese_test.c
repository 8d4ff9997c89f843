#include "text/vietnamese.h"

#include "base/datetime.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int start(void **state)
{
	static struct arena arena;
	arena_init(&arena);
	*state = &arena;
	return 0;
}

static int finish(void **state)
{
	arena_done(*state);
	return 0;
}

static void assert_str(str got, const char *expected)
{
	if (!str_eq(got, str_z(expected)))
		fail_msg("got \"%.*s\", expected \"%s\"", STR_ARG(got), expected);
}

static void text_becomes_nfc(void **state)
{
	assert_str(vietnamese_nfc(*state, S("Nguye\u0302\u0303n")), "Nguyễn");
	assert_str(vietnamese_nfc(*state, S("o\u031b\u0300")), "ờ");
	/* Windows' half-composed way of writing */
	assert_str(vietnamese_nfc(*state, S("Việ\u0301t")), "Việ\u0301t");
	assert_str(vietnamese_nfc(*state, S("ê\u0323")), "ệ");
	assert_str(vietnamese_nfc(*state, S("a\xff")), "a\ufffd");
	assert_str(vietnamese_nfc(*state, S("")), "");
}

static void text_that_is_nfc_already_is_not_copied(void **state)
{
	str s = S("Đặng Thị Hòa");
	assert_ptr_equal(vietnamese_nfc(*state, s).p, s.p);
}

static void what_cannot_be_seen_is_cleaned_away(void **state)
{
	assert_str(vietnamese_clean(*state, S("a\u00a0b\u200bc\x07\u202e\ufeff\td\ne")), "a bc\td\ne");
	assert_str(vietnamese_clean(*state, S("Hòa")), "Hòa");
}

static void folding_drops_tones_marks_case_and_d(void **state)
{
	static const char *const texts[] = {
		"Đặng Thị Hoà", "ĐẶNG THỊ HÒA", "đặng  thị   hòa", "dang thi hoa",
		"Đa\u0306\u0323ng Thi\u0323 Hoa\u0300", " Đặng-Thị, Hòa.", "Ｄang thi hoa",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_str(vietnamese_fold(*state, str_z(texts[i])), "dang thi hoa");
	assert_str(vietnamese_fold(*state, S("Ươ ỡ Ữ ỵ 12/B")), "uo o u y 12 b");
	assert_str(vietnamese_fold(*state, S("...")), "");
}

static void every_vietnamese_vowel_folds_to_its_letter(void **state)
{
	static const struct { const char *vowels, *letter; } rows[] = {
		{ "àáảãạăằắẳẵặâầấẩẫậÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬ", "a" }, { "èéẻẽẹêềếểễệÈÉẺẼẸÊỀẾỂỄỆ", "e" },
		{ "ìíỉĩịÌÍỈĨỊ", "i" }, { "òóỏõọôồốổỗộơờớởỡợÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢ", "o" },
		{ "ùúủũụưừứửữựÙÚỦŨỤƯỪỨỬỮỰ", "u" }, { "ỳýỷỹỵỲÝỶỸỴ", "y" }, { "đĐ", "d" },
	};
	for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
		str all = str_z(rows[row].vowels);
		uint32_t code;
		for (size_t at = 0, n; at < all.n; at += n) {
			n = utf8_decode(all, at, &code);
			assert_str(vietnamese_fold(*state, str_slice(all, at, at + n)),
				   rows[row].letter);
		}
	}
}

static void assert_order(void **state, const char *const *sorted, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		str before = vietnamese_sort_key(*state, str_z(sorted[i]));
		str after = vietnamese_sort_key(*state, str_z(sorted[i + 1]));
		if (str_cmp(before, after) >= 0)
			fail_msg("\"%s\" must stand before \"%s\"", sorted[i], sorted[i + 1]);
	}
}

static void words_sort_as_in_a_dictionary(void **state)
{
	static const char *const sorted[] = {
		"a", "à", "ả", "ã", "á", "ạ", "an", "ă", "ăn", "â", "ân", "b", "ca", "d", "dạ", "đ",
		"đa", "e", "ê", "g", "o", "oà", "ô", "ơ", "p", "u", "ư", "y",
	};
	assert_order(state, sorted, sizeof sorted / sizeof *sorted);
}

static void names_sort_by_letters_then_tones_then_capitals(void **state)
{
	static const char *const sorted[] = {
		"Bùi An", "Dương Bình", "Đào An", "Hoa", "hòa", "Hòa", "hoá", "Hòa An",
		"Hòa Phát", "Hòa Thọ Đông", "Hòa Thọ Tây", "Hoàng", "Khuê Trung", "Phường 2",
		"Phường 10", "Phường 10A", "Zu",
	};
	assert_order(state, sorted, sizeof sorted / sizeof *sorted);
}

static void both_ways_of_writing_sort_alike(void **state)
{
	assert_true(str_eq(vietnamese_sort_key(*state, S("hoà")),
			   vietnamese_sort_key(*state, S("hòa"))));
	assert_true(str_eq(vietnamese_sort_key(*state, S("Nguyễn")),
			   vietnamese_sort_key(*state, S("Nguye\u0302\u0303n"))));
	assert_true(str_eq(vietnamese_sort_key(*state, S(" a,  b ")),
			   vietnamese_sort_key(*state, S("a b"))));
}

static void people_sort_by_their_given_name(void **state)
{
	assert_true(str_cmp(vietnamese_name_sort_key(*state, S("Trần Văn An")),
			    vietnamese_name_sort_key(*state, S("Nguyễn Thị Bình"))) < 0);
	assert_true(str_cmp(vietnamese_name_sort_key(*state, S("Lê An")),
			    vietnamese_name_sort_key(*state, S("Trần An"))) < 0);
}

static void a_slug_is_short_and_plain(void **state)
{
	assert_str(vietnamese_slug(*state, S("Lễ ký kết: “5 xây, 3 chống” – Đà Nẵng"), 80),
		   "le-ky-ket-5-xay-3-chong-da-nang");
	assert_str(vietnamese_slug(*state, S("một hai ba bốn"), 9), "mot-hai");
	assert_str(vietnamese_slug(*state, S("một hai ba bốn"), 10), "mot-hai-ba");
	assert_str(vietnamese_slug(*state, S("nghiêng"), 4), "nghi");
	assert_str(vietnamese_slug(*state, S("日本 a"), 80), "a");
}

static void cases_change_with_their_marks(void **state)
{
	assert_str(vietnamese_upper(*state, S("đặng thị ưởng")), "ĐẶNG THỊ ƯỞNG");
	assert_str(vietnamese_lower(*state, S("ĐẶNG THỊ ƯỞNG")), "đặng thị ưởng");
}

static void names_are_written_with_capitals(void **state)
{
	assert_str(vietnamese_name(*state, S("  nguyễn THỊ   hòa ")), "Nguyễn Thị Hòa");
	assert_str(vietnamese_name(*state, S("h'hen niê")), "H'Hen Niê");
	assert_str(vietnamese_name(*state, S("ĐỖ thị ánh-nguyệt")), "Đỗ Thị Ánh-Nguyệt");
}

static void the_new_place_of_the_tone_becomes_the_usual_one(void **state)
{
	assert_str(vietnamese_tone_style(*state, S("Hoà Phát, HOÀ, thuỷ, khoẻ, Quý, hoàn, toán, quỷ")),
		   "Hòa Phát, HÒA, thủy, khỏe, Quý, hoàn, toán, quỷ");
	assert_str(vietnamese_tone_style(*state, S("hòa")), "hòa");
}

static void numbers_are_read_aloud(void **state)
{
	static const struct { int64_t n; const char *words; } cases[] = {
		{ 0, "không" }, { 5, "năm" }, { 10, "mười" }, { 11, "mười một" },
		{ 15, "mười lăm" }, { 20, "hai mươi" }, { 21, "hai mươi mốt" },
		{ 24, "hai mươi bốn" }, { 55, "năm mươi lăm" }, { 101, "một trăm linh một" },
		{ 105, "một trăm linh năm" }, { 115, "một trăm mười lăm" },
		{ 1000, "một nghìn" }, { 1005, "một nghìn không trăm linh năm" },
		{ 2015, "hai nghìn không trăm mười lăm" },
		{ 1000000, "một triệu" }, { 1000015, "một triệu không trăm mười lăm" },
		{ 1234567, "một triệu hai trăm ba mươi bốn nghìn năm trăm sáu mươi bảy" },
		{ 1000000000, "một tỷ" }, { 2500000000, "hai tỷ năm trăm triệu" },
		{ 1000000000000, "một nghìn tỷ" }, { -7, "âm bảy" },
		{ INT64_MIN, "âm chín tỷ hai trăm hai mươi ba triệu ba trăm bảy mươi hai nghìn "
			     "không trăm ba mươi sáu tỷ tám trăm năm mươi bốn triệu bảy trăm bảy "
			     "mươi lăm nghìn tám trăm linh tám" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_str(vietnamese_number_words(*state, cases[i].n), cases[i].words);
}

static void dates_and_money_are_read_aloud(void **state)
{
	assert_str(vietnamese_date_words(*state, days_of_civil(2015, 1, 26)),
		   "ngày hai mươi sáu tháng một năm hai nghìn không trăm mười lăm");
	assert_str(vietnamese_date_words(*state, days_of_civil(2024, 4, 4)),
		   "ngày bốn tháng tư năm hai nghìn không trăm hai mươi bốn");
	assert_str(vietnamese_money_words(*state, 120000), "Một trăm hai mươi nghìn đồng");
}

static void amounts_are_read_as_people_type_them(void **state)
{
	static const struct {
		const char *typed;
		int64_t dong;
	} right[] = {
		{ "4000", 4000 }, { "4.000", 4000 }, { " 4,000 đ ", 4000 }, { "1 200 000đ", 1200000 },
		{ "1\xc2\xa0" "200\xc2\xa0" "000", 1200000 }, { "10.000 đồng", 10000 },
		{ "10.000 VND", 10000 }, { "5000vnđ", 5000 }, { "0", 0 }, { "500 Đồng", 500 },
	};
	static const char *const wrong[] = {
		"", "đ", "đồng", "-4000", "4.00", "4,5", "1.2000", "1.200,000", "1.200 000", ".000",
		"4.", "4..000", "1234.567", "4k", "4000 USD", "1234567890123456", "4.000.00",
	};
	(void)state;
	int64_t dong;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		assert_true(vietnamese_money_read(str_z(right[i].typed), &dong));
		assert_int_equal(dong, right[i].dong);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(vietnamese_money_read(str_z(wrong[i]), &dong));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(text_becomes_nfc),
		CASE(text_that_is_nfc_already_is_not_copied),
		CASE(what_cannot_be_seen_is_cleaned_away),
		CASE(folding_drops_tones_marks_case_and_d),
		CASE(every_vietnamese_vowel_folds_to_its_letter),
		CASE(words_sort_as_in_a_dictionary),
		CASE(names_sort_by_letters_then_tones_then_capitals),
		CASE(both_ways_of_writing_sort_alike),
		CASE(people_sort_by_their_given_name),
		CASE(a_slug_is_short_and_plain),
		CASE(cases_change_with_their_marks),
		CASE(names_are_written_with_capitals),
		CASE(the_new_place_of_the_tone_becomes_the_usual_one),
		CASE(numbers_are_read_aloud),
		CASE(dates_and_money_are_read_aloud),
		CASE(amounts_are_read_as_people_type_them),
	};
	return cmocka_run_group_tests_name("vietnamese", tests, NULL, NULL);
}
