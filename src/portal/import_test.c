#include "portal/import.h"
#include "base/datetime.h"
#include "portal/spelling.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct fixture {
	struct arena arena;
	struct ctx ctx;
	struct imported page;
};

static struct fixture *fixture_new(void)
{
	static struct fixture f;
	arena_init(&f.arena);
	f.ctx = (struct ctx){ .arena = &f.arena };
	return &f;
}

static bool noted(const struct imported *page, int line, enum import_kind kind, const char *words)
{
	for (size_t i = 0; i < page->n_notes; i++)
		if (page->notes[i].line == line && page->notes[i].kind == kind &&
		    str_find(page->notes[i].text, str_z(words)) != SIZE_MAX)
			return true;
	return false;
}

static size_t looks(const struct imported *page)
{
	size_t n = 0;
	for (size_t i = 0; i < page->n_notes; i++)
		n += page->notes[i].kind == IMPORT_LOOK;
	return n;
}

static const char whole[] =
	"Trang chủ\n"
	"Phường ra quân dọn vệ sinh\r\n"
	"Người đăng tin: Lê Thị Mai Ngày đăng tin: 05/03/2015 Lượt xem: 1.240\n"
	"\n"
	"Sáng nay, gần 200 người dân đã ra quân.\n"
	"&nbsp;\n"
	"Thu gom rác tại tổ 12\n"
	"Việc này do chi đoàn<br/> phátnbsp;động.\n"
	"1. Không phải danh sách, *không* phải nhấn mạnh.\n"
	"Minh Tâm\n"
	"nbsp;\n"
	"Thư viện ảnh Thư viện ảnh\n"
	"// ]]>\n";

static void a_page_is_taken_apart_into_its_parts(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	assert_int_equal(import_article(&f->ctx, str_z(whole), &f->page), OK);
	const struct imported *p = &f->page;
	assert_true(str_eq(p->title, S("Phường ra quân dọn vệ sinh")));
	assert_true(str_eq(p->poster, S("Lê Thị Mai")));
	assert_false(p->poster_doubtful);
	assert_int_equal(p->day, days_of_civil(2015, 3, 5));
	assert_int_equal(p->views, 1240);
	assert_true(str_eq(p->byline, S("Minh Tâm")));
	assert_int_equal(p->n_paragraphs, 3);
	assert_int_equal(p->n_captions, 1);
	assert_true(str_eq(p->captions[0], S("Thu gom rác tại tổ 12")));
	assert_true(str_eq(p->paragraphs[1], S("Việc này do chi đoàn phát động.")));
	arena_done(&f->arena);
}

static void every_removal_is_reported_with_its_line(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	assert_int_equal(import_article(&f->ctx, str_z(whole), &f->page), OK);
	assert_true(noted(&f->page, 1, IMPORT_REMOVED, "Trang chủ"));
	assert_true(noted(&f->page, 6, IMPORT_REMOVED, "&nbsp;"));
	assert_true(noted(&f->page, 7, IMPORT_TAKEN, "Thu gom"));
	assert_true(noted(&f->page, 8, IMPORT_REMOVED, "<br/>"));
	assert_true(noted(&f->page, 8, IMPORT_REMOVED, "nbsp;"));
	assert_true(noted(&f->page, 10, IMPORT_TAKEN, "Minh Tâm"));
	assert_true(noted(&f->page, 12, IMPORT_REMOVED, "Thư viện ảnh"));
	assert_true(noted(&f->page, 13, IMPORT_REMOVED, "// ]]>"));
	for (size_t i = 1; i < f->page.n_notes; i++)
		assert_true(f->page.notes[i - 1].line <= f->page.notes[i].line);
	assert_int_equal(looks(&f->page), 0);
	arena_done(&f->arena);
}

static void markdown_signs_in_the_text_stay_text(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	assert_int_equal(import_article(&f->ctx, str_z(whole), &f->page), OK);
	assert_true(str_find(f->page.markdown, S("1\\. Không phải danh sách, \\*không\\* phải")) !=
		    SIZE_MAX);
	assert_true(str_find(f->page.markdown, S("\n\n*Thu gom rác tại tổ 12*\n\n")) != SIZE_MAX);
	arena_done(&f->arena);
}

static void a_poster_who_is_nobody_is_pointed_at(void **state)
{
	(void)state;
	static const char *const nobodies[] = { "Test Test", "admin", "Quản trị viên test", "Lan" };
	for (size_t i = 0; i < sizeof nobodies / sizeof *nobodies; i++) {
		struct fixture *f = fixture_new();
		str text = arena_printf(&f->arena,
					"Đề\nNgười đăng tin: %s Ngày đăng tin: 1/2/2015\nMột câu.\n",
					nobodies[i]);
		assert_int_equal(import_article(&f->ctx, text, &f->page), OK);
		assert_true(f->page.poster_doubtful);
		assert_true(noted(&f->page, 2, IMPORT_LOOK, nobodies[i]));
		arena_done(&f->arena);
	}
}

static void mistyped_words_are_pointed_at_and_left_alone(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	assert_int_equal(import_article(&f->ctx,
		S("Đề bài\nNgày đăng tin: 01/02/2015\n"
		  "Việc tthực hiện ngiêm túc tên sóng có Thành tra dự.\n"), &f->page), OK);
	assert_true(noted(&f->page, 3, IMPORT_LOOK, "tthực"));
	assert_true(noted(&f->page, 3, IMPORT_LOOK, "ngiêm"));
	assert_true(noted(&f->page, 3, IMPORT_LOOK, "trên sóng"));
	assert_true(noted(&f->page, 3, IMPORT_LOOK, "thanh tra"));
	assert_true(str_eq(f->page.paragraphs[0],
			   S("Việc tthực hiện ngiêm túc tên sóng có Thành tra dự.")));
	arena_done(&f->arena);
}

static void text_in_decomposed_letters_is_read_as_composed(void **state)
{
	(void)state;
	struct fixture *f = fixture_new();
	assert_int_equal(import_article(&f->ctx,
		S("Đề\nNga\xCC\x80y đa\xCC\x86ng tin: 01/02/2015\nMo\xCC\xA3\xCC\x82t ca\xCC\x82u.\n"),
		&f->page), OK);
	assert_true(str_eq(f->page.paragraphs[0], S("Một câu.")));
	arena_done(&f->arena);
}

static void a_file_that_is_no_such_page_is_refused_with_a_reason(void **state)
{
	(void)state;
	static const struct {
		str text;
		const char *reason;
	} refused[] = {
		{ S(""), "Ngày đăng tin" },
		{ S("Chỉ là một bức thư.\n\nKính gửi…\n"), "Ngày đăng tin" },
		{ S("Đề\nNgày đăng tin: hôm qua\nMột câu.\n"), "hôm qua" },
		{ S("Đề\nNgày đăng tin: 31/02/2015\nMột câu.\n"), "not a date" },
		{ S("Ngày đăng tin: 01/02/2015\nMột câu.\n"), "no title" },
		{ S("Đề\nNgày đăng tin: 01/02/2015\n\nnbsp;\n"), "no text" },
		{ S("Đề\nNgày đăng tin: 01/02/2015\n\xFF\xFE\n"), "UTF-8" },
	};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct fixture *f = fixture_new();
		assert_int_equal(import_article(&f->ctx, refused[i].text, &f->page), ERR_INVALID);
		if (str_find(f->ctx.fault.message, str_z(refused[i].reason)) == SIZE_MAX)
			fail_msg("%zu: %.*s", i, STR_ARG(f->ctx.fault.message));
		arena_done(&f->arena);
	}
}

static void ordinary_syllables_are_not_odd(void **state)
{
	(void)state;
	static const char words[] =
		"nghiêng khuya quyển giếng gì huỳnh thuở ngoằn xoong tuyết người rượu hươu yêu"
		" kiểu nghề quốc khoẻ hoà hòa thuý thúy giữa quý khuỷu luật bước chuyện ngoài"
		" Đẵng Ưng Ớt UBND CB video mail internet wifi";
	str rest = str_z(words), word;
	while (str_next(&rest, ' ', &word))
		if (spelling_odd_word(word))
			fail_msg("%.*s", STR_ARG(word));
}

static void impossible_syllables_are_odd(void **state)
{
	(void)state;
	static const char words[] = "tthực ngiêm nghành kuốc côngg dượcc mộc̣t việtt cánn bbáo hòc";
	str rest = str_z(words), word;
	while (str_next(&rest, ' ', &word))
		if (!spelling_odd_word(word))
			fail_msg("%.*s", STR_ARG(word));
}

/* The page this project started from lies outside the repository; where it is, it must pass. */
static void the_real_page_of_2015_comes_over_whole(void **state)
{
	(void)state;
	glob_t found;
	const char *seed = getenv("MOTCUA_SEED");
	if (glob(seed ? seed : "../shared/seed/*.txt", 0, NULL, &found) != 0)
		skip();
	FILE *file = fopen(found.gl_pathv[0], "rb");
	assert_non_null(file);
	static char bytes[IMPORT_BYTES];
	size_t n = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	globfree(&found);
	struct fixture *f = fixture_new();
	assert_int_equal(import_article(&f->ctx, str_of(bytes, n), &f->page), OK);
	const struct imported *p = &f->page;
	if (getenv("MOTCUA_SHOW"))
		for (size_t i = 0; i < p->n_notes; i++)
			printf("%d %s %.*s\n", p->notes[i].line, import_kind_name(p->notes[i].kind),
			       STR_ARG(p->notes[i].text));
	assert_true(str_eq(p->title, S("Cẩm Lệ nâng cao chất lượng hành chính công")));
	assert_int_equal(p->day, days_of_civil(2015, 1, 24));
	assert_int_equal(p->views, 68);
	assert_true(str_eq(p->byline, S("Hồng Hạnh")));
	assert_int_equal(p->n_captions, 2);
	assert_true(p->n_paragraphs + p->n_captions + 1 >= 14); /* with the byline */
	assert_true(p->poster_doubtful);
	assert_true(noted(p, 2, IMPORT_LOOK, "Test Test"));
	static const char *const remnants[] = { "nbsp", "]]>", "Quản lý video", "Lượt xem" };
	for (size_t i = 0; i < sizeof remnants / sizeof *remnants; i++)
		assert_true(str_find(p->markdown, str_z(remnants[i])) == SIZE_MAX);
	assert_true(str_find(p->markdown, S("gắn với Chỉ thị 29")) != SIZE_MAX);
	assert_true(str_find(p->markdown, S("tthực hiện")) != SIZE_MAX);
	arena_done(&f->arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_taken_apart_into_its_parts),
		cmocka_unit_test(every_removal_is_reported_with_its_line),
		cmocka_unit_test(markdown_signs_in_the_text_stay_text),
		cmocka_unit_test(a_poster_who_is_nobody_is_pointed_at),
		cmocka_unit_test(mistyped_words_are_pointed_at_and_left_alone),
		cmocka_unit_test(text_in_decomposed_letters_is_read_as_composed),
		cmocka_unit_test(a_file_that_is_no_such_page_is_refused_with_a_reason),
		cmocka_unit_test(ordinary_syllables_are_not_odd),
		cmocka_unit_test(impossible_syllables_are_odd),
		cmocka_unit_test(the_real_page_of_2015_comes_over_whole),
	};
	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
