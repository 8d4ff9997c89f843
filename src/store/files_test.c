/* Attachments by content: what is stored comes back, and what was harmed is named. */
#include "store/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/store_fixture.h"

static enum err note(struct ctx *ctx, struct db *db, void *arg)
{
	return file_note(ctx, db, arg);
}

static struct file_info put(struct fixture *f, str bytes)
{
	struct file_info info;
	fixture_ok(f, file_put(&f->ctx, f->store, bytes, S("text/plain"), &info));
	fixture_ok(f, store_write(&f->ctx, f->store, note, &info));
	return info;
}

static struct file_report verify(struct fixture *f)
{
	struct file_report report;
	fixture_ok(f, files_verify(&f->ctx, f->store, &report));
	return report;
}

static void path_of(struct fixture *f, str hash, char path[static 256])
{
	snprintf(path, 256, "%s/files/%.2s/%.*s", f->data, hash.p, STR_ARG(hash));
}

static int left_behind(struct fixture *f)
{
	char path[256];
	int n = 0;
	snprintf(path, sizeof path, "%s/files/new", f->data);
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void a_file_is_named_by_its_bytes_and_kept_once(struct fixture *f)
{
	struct file_info info = put(f, S("abc")), again = put(f, S("abc"));
	assert_true(str_eq(info.hash, S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
					"f20015ad")));
	assert_true(str_eq(info.hash, again.hash));
	assert_int_equal(info.size, 3);
	assert_int_equal(verify(f).files, 1);
	assert_int_equal(left_behind(f), 0);
}

static void any_part_can_be_read(struct fixture *f)
{
	struct file_info info = put(f, S("0123456789")), found;
	struct db *db;
	str part;
	fixture_ok(f, file_read(&f->ctx, f->store, info.hash, 0, 100, &part));
	assert_true(str_eq(part, S("0123456789")));
	fixture_ok(f, file_read(&f->ctx, f->store, info.hash, 3, 4, &part));
	assert_true(str_eq(part, S("3456")));
	fixture_ok(f, file_read(&f->ctx, f->store, info.hash, 10, 1, &part));
	assert_true(str_empty(part));
	assert_int_equal(file_read(&f->ctx, f->store, info.hash, -1, 1, &part), ERR_INVALID);
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, file_look_up(&f->ctx, db, info.hash, &found));
	assert_true(str_eq(found.type, S("text/plain")));
	store_release(db);
}

static void a_name_that_is_no_hash_reaches_no_path(struct fixture *f)
{
	str part;
	const char *const names[] = {
		"../motcua.db", "",
		"../../../../../../../../../../../../../../../../../../etc/passwd",
		"BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
		"0000000000000000000000000000000000000000000000000000000000000000",
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(file_read(&f->ctx, f->store, str_z(names[i]), 0, 1, &part),
				 ERR_NOT_FOUND);
}

static void pieces_make_the_same_file(struct fixture *f)
{
	struct file_writer *writer;
	struct file_info info;
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	fixture_ok(f, file_write_begin(&ctx, f->store, &writer));
	for (int i = 0; i < 5000; i++)
		fixture_ok(f, file_write(&ctx, writer, S("một đoạn ")));
	fixture_ok(f, file_write_end(&ctx, writer, S("text/plain"), &info));
	assert_int_equal(info.size, 5000 * (int64_t)strlen("một đoạn "));
	fixture_ok(f, store_write(&ctx, f->store, note, &info));
	assert_true(verify(f).sound);
	fixture_ok(f, file_write_begin(&ctx, f->store, &writer));
	fixture_ok(f, file_write(&ctx, writer, S("given up")));
	assert_int_equal(left_behind(f), 1);
	arena_done(&arena);
	assert_int_equal(left_behind(f), 0);
}

static void harm_is_named(struct fixture *f)
{
	char path[256];
	struct file_info one = put(f, S("one")), two = put(f, S("two"));
	assert_true(verify(f).sound);
	path_of(f, two.hash, path);
	assert_int_equal(chmod(path, 0600), 0);
	int fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, "tvo", 3), 3);
	close(fd);
	struct file_report report = verify(f);
	assert_false(report.sound);
	assert_true(str_eq(report.bad, two.hash));
	put(f, S("two")); /* the same file stored again heals it */
	assert_true(verify(f).sound);
	path_of(f, one.hash, path);
	assert_int_equal(unlink(path), 0);
	report = verify(f);
	assert_false(report.sound);
	assert_true(str_eq(report.bad, one.hash));
}

static void only_what_nobody_noted_is_swept(struct fixture *f)
{
	struct file_info orphan, noted = put(f, S("noted"));
	int64_t removed;
	str part;
	fixture_ok(f, file_put(&f->ctx, f->store, S("orphan"), S("text/plain"), &orphan));
	fixture_ok(f, files_sweep(&f->ctx, f->store, USEC_HOUR, &removed));
	assert_int_equal(removed, 0);
	fixture_ok(f, files_sweep(&f->ctx, f->store, -USEC_HOUR, &removed));
	assert_int_equal(removed, 1);
	assert_int_equal(file_read(&f->ctx, f->store, orphan.hash, 0, 1, &part), ERR_NOT_FOUND);
	fixture_ok(f, file_read(&f->ctx, f->store, noted.hash, 0, 1, &part));
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(a_file_is_named_by_its_bytes_and_kept_once),
		FIXTURE_TEST(any_part_can_be_read),
		FIXTURE_TEST(a_name_that_is_no_hash_reaches_no_path),
		FIXTURE_TEST(pieces_make_the_same_file),
		FIXTURE_TEST(harm_is_named),
		FIXTURE_TEST(only_what_nobody_noted_is_swept),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], NULL);
}
