/* What a scanner types at the counter. */
#include "cases/scan.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena arena;

static struct scan scan(const char *text)
{
	return scan_parse(&arena, str_z(text));
}

#define assert_text(text, expected) assert_true(str_eq((text), str_z(expected)))

static void card_gives_number_name_birth_date_and_address(void **state)
{
	(void)state;
	struct scan s = scan("048088001234|201534678|Nguyễn Thị Hòa|12031988|Nữ|"
			     "Tổ 12, Hòa Phát, Cẩm Lệ, Đà Nẵng|20052021\r\n");
	assert_int_equal(s.kind, SCAN_CARD);
	assert_text(s.card.number, "048088001234");
	assert_text(s.card.old_number, "201534678");
	assert_text(s.card.name, "Nguyễn Thị Hòa");
	assert_text(s.card.birth_date, "1988-03-12");
	assert_text(s.card.address, "Tổ 12, Hòa Phát, Cẩm Lệ, Đà Nẵng");
	assert_text(s.card.issued, "2021-05-20");
	assert_true(s.card.letters);
}

static void card_without_its_marks_gives_digits_only(void **state)
{
	static const char *const mangled[] = {
		"048088001234||Nguyn Th Ha|12031988|N|T 12, Hoa Phat|20052021",
		"048088001234||Nguy?n Th? Hoa|12031988|N?|T? 12|20052021",
		"048088001234||Nguy\xc3n|12031988|N|T|20052021",
		"048088001234||Nguyễ1n|12031988|Nữ|Tổ 12|20052021",
	};
	(void)state;
	for (size_t i = 0; i < sizeof mangled / sizeof *mangled; i++) {
		struct scan s = scan(mangled[i]);
		assert_int_equal(s.kind, SCAN_CARD);
		assert_text(s.card.number, "048088001234");
		assert_text(s.card.birth_date, "1988-03-12");
		assert_text(s.card.name, "");
		assert_text(s.card.address, "");
		assert_false(s.card.letters);
	}
}

static void card_of_no_real_day_has_no_birth_date(void **state)
{
	(void)state;
	struct scan s = scan("048088001234||Nguyễn Thị Hòa|31021988|Nữ|Tổ 12, Hòa Phát|");
	assert_int_equal(s.kind, SCAN_CARD);
	assert_text(s.card.birth_date, "");
}

static void other_text_with_bars_is_no_card(void **state)
{
	(void)state;
	assert_int_equal(scan("|||||").kind, SCAN_NONE);
	assert_int_equal(scan("12345|x|y|01012000").kind, SCAN_NONE);
	assert_int_equal(scan("04808800123x|201534678|Hòa|12031988").kind, SCAN_NONE);
}

static void codes_and_addresses_open_the_case(void **state)
{
	static const char *const texts[] = {
		"000.01.15.H17-150126-0001", " 000.01.15.H17-150126-0001\n",
		"https://camle.example/tra-cuu?ma=000.01.15.H17-150126-0001&pin=12345678",
		"http://127.0.0.1:8080/ban/000.01.15.H17-150126-0001",
		"https://camle.example/kiem-tra/000.01.15.H17-150126-0001?s=2",
	};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct scan s = scan(texts[i]);
		assert_int_equal(s.kind, SCAN_CASE);
		assert_text(s.code, "000.01.15.H17-150126-0001");
	}
}

static void tickets_numbers_and_slips_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(scan("A012").kind, SCAN_TICKET);
	assert_text(scan("https://camle.example/so?phieu=HT-012").code, "HT-012");
	assert_int_equal(scan("048088001234").kind, SCAN_NUMBER);
	assert_int_equal(scan("201534678").kind, SCAN_NUMBER);
	assert_int_equal(scan("0905123456").kind, SCAN_NONE);
	assert_int_equal(scan("https://camle.example/kiem-tra/K7PQ3-MX94A").kind, SCAN_LETTER);
	assert_text(scan("https://camle.example/kiem-tra/K7PQ3-MX94A").code, "K7PQ3-MX94A");
	assert_int_equal(scan("https://camle.example/kiem-tra").kind, SCAN_NONE);
	struct scan slip = scan("http://x/ban/nop/khai-sinh/K7PQ3MX94ABCDEFG");
	assert_int_equal(slip.kind, SCAN_FILING);
	assert_text(slip.code, "K7PQ3MX94ABCDEFG");
	assert_int_equal(scan("").kind, SCAN_NONE);
	assert_int_equal(scan("xin chào").kind, SCAN_NONE);
	assert_int_equal(scan("/ban/nop/").kind, SCAN_NONE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(card_gives_number_name_birth_date_and_address),
		cmocka_unit_test(card_without_its_marks_gives_digits_only),
		cmocka_unit_test(card_of_no_real_day_has_no_birth_date),
		cmocka_unit_test(other_text_with_bars_is_no_card),
		cmocka_unit_test(codes_and_addresses_open_the_case),
		cmocka_unit_test(tickets_numbers_and_slips_are_told_apart),
	};
	arena_init(&arena);
	int failed = cmocka_run_group_tests_name("scan", tests, NULL, NULL);
	arena_done(&arena);
	return failed;
}
