#include "base/embed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
	struct arena arena;
	struct ctx ctx;
	char folder[32];
};

static const char *path_of(struct bench *bench, const char *name)
{
	return arena_printf(&bench->arena, "%s/%s", bench->folder, name).p;
}

static void put(struct bench *bench, const char *name, const char *text)
{
	FILE *file = fopen(path_of(bench, name), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int start(void **state)
{
	static struct bench bench;
	bench = (struct bench){ .folder = "/tmp/embed-test-XXXXXX" };
	arena_init(&bench.arena);
	bench.ctx.arena = &bench.arena;
	assert_non_null(mkdtemp(bench.folder));
	mkdir(path_of(&bench, "deep"), 0700);
	put(&bench, "b.css", "body {}");
	put(&bench, "b.css.br", "brotli");
	put(&bench, "b.css.gz", "gzip");
	put(&bench, "b.css-more.txt", "between a file and its twin");
	put(&bench, "deep/a.mustache", "a");
	put(&bench, "alone.gz", "no twin");
	put(&bench, ".hidden", "x");
	*state = &bench;
	return 0;
}

static int finish(void **state)
{
	struct bench *bench = *state;
	static const char *const names[] = { "b.css", "b.css.br", "b.css.gz", "b.css-more.txt",
					     "deep/a.mustache", "deep", "alone.gz", ".hidden", "" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		remove(path_of(bench, names[i]));
	arena_done(&bench->arena);
	return 0;
}

static void a_folder_becomes_a_set_in_order_of_names(void **state)
{
	struct bench *bench = *state;
	struct embedded_set set;
	assert_int_equal(embedded_folder(&bench->ctx, bench->folder, &set), OK);
	assert_int_equal(set.n, 4);
	for (size_t i = 1; i < set.n; i++)
		assert_true(str_cmp(set.files[i - 1].name, set.files[i].name) < 0);
	const struct embedded *found = embedded_find(set, S("deep/a.mustache"));
	assert_non_null(found);
	assert_true(str_eq(found->bytes, S("a")));
	assert_null(embedded_find(set, S("deep/b.mustache")));
	assert_null(embedded_find(set, S(".hidden")));
}

static void compressed_twins_belong_to_their_file(void **state)
{
	struct bench *bench = *state;
	struct embedded_set set;
	assert_int_equal(embedded_folder(&bench->ctx, bench->folder, &set), OK);
	const struct embedded *css = embedded_find(set, S("b.css"));
	assert_true(str_eq(css->brotli, S("brotli")));
	assert_true(str_eq(css->gzip, S("gzip")));
	assert_true(str_eq(css->type, S("text/css; charset=utf-8")));
	assert_int_equal(css->etag.n, 18);
	assert_null(embedded_find(set, S("b.css.br")));
	assert_non_null(embedded_find(set, S("alone.gz")));
}

static void a_part_of_a_set_is_found_by_its_prefix(void **state)
{
	struct bench *bench = *state;
	struct embedded_set set;
	assert_int_equal(embedded_folder(&bench->ctx, bench->folder, &set), OK);
	assert_int_equal(embedded_under(set, S("deep/")).n, 1);
	assert_int_equal(embedded_under(set, S("nothing")).n, 0);
	assert_int_equal(embedded_under(set, S("")).n, set.n);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
	struct bench *bench = *state;
	struct embedded_set set;
	assert_int_equal(embedded_folder(&bench->ctx, path_of(bench, "none"), &set),
			 ERR_NOT_FOUND);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_folder_becomes_a_set_in_order_of_names),
		CASE(compressed_twins_belong_to_their_file),
		CASE(a_part_of_a_set_is_found_by_its_prefix),
		CASE(a_folder_that_is_not_there_is_told),
	};
	return cmocka_run_group_tests_name("embed", tests, NULL, NULL);
}
