/* Files: how they come in, and how they are sent. */
#include "web/small_app_test.h"
#include <sys/stat.h>
#include <unistd.h>

/* ── uploads ── */

#define BOUNDARY "----x1"
#define PART(headers, text) "--" BOUNDARY "\r\n" headers "\r\n\r\n" text "\r\n"
#define FIELD(name, text) PART("Content-Disposition: form-data; name=\"" name "\"", text)
#define FILE_PART(file, text)                                                              \
	PART("Content-Disposition: form-data; name=\"paper\"; filename=\"" file "\"\r\n"   \
	     "Content-Type: application/x-whatever", text)
#define END "--" BOUNDARY "--\r\n"

static struct web_answer send_form(struct fixture *f, str body, bool no_csrf)
{
	return ask(f, (struct web_ask){ .method = "POST", .target = "/tep", .body = body,
		.type = "multipart/form-data; boundary=" BOUNDARY, .no_csrf = no_csrf,
		.accept = "application/json" });
}

static void a_file_is_streamed_hashed_and_deleted_afterwards(void **state)
{
	struct fixture *f = *state;
	struct web_answer a = send_form(f, S(FIELD("note", "ghi chú") FILE_PART(
		"C:\\\\papers\\\\gi\xe1\xba\xa5y.pdf", "%PDF-1.4\n") END), false);
	assert_int_equal(a.status, 200);
	assert_true(body_has(a, "\"name\":\"giấy.pdf\""));
	assert_true(body_has(a, "\"kind\":\"application/pdf\""));
	assert_true(body_has(a, "\"size\":9"));
	assert_true(body_has(a, "\"sha\":\"e5c6\""));
	assert_true(body_has(a, "ghi chú"));
	struct stat st;
	assert_int_equal(stat(f->app.kept, &st), -1);
}

static void a_kept_file_stays(void **state)
{
	struct fixture *f = *state;
	send_form(f, S(FIELD("keep", "1") FILE_PART("a.pdf", "%PDF-1.4 hello") END), false);
	assert_int_equal(unlink(f->app.kept), 0);
}

static void the_kind_of_a_file_is_told_by_its_bytes(void **state)
{
	struct fixture *f = *state;
	assert_true(body_has(send_form(f, S(FILE_PART("a.pdf", "<html><body>") END), false),
			     "application/octet-stream"));
	assert_true(body_has(send_form(f, S(FILE_PART("a.txt", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR") END),
				       false), "image/png"));
	assert_true(body_has(send_form(f, S(FILE_PART("a.exe", "\xff\xd8\xff\xe0....") END), false),
			     "image/jpeg"));
}

static void nothing_is_written_for_a_form_that_is_not_ours(void **state)
{
	struct fixture *f = *state;
	struct web_answer a = send_form(f, S(FILE_PART("a.pdf", "%PDF-1.4") END), true);
	assert_int_equal(a.status, 403);
	assert_int_equal(f->app.handled, 0);
}

static void limits_of_uploads_hold(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(send_form(f, S(FILE_PART("a", "1") FILE_PART("b", "2") END), false).status,
			 413);
	size_t n = 100001;
	char *big = malloc(n + 400);
	size_t at = (size_t)snprintf(big, 400, "--" BOUNDARY "\r\nContent-Disposition: form-data; "
				     "name=\"paper\"; filename=\"a\"\r\n\r\n");
	memset(big + at, 'x', n);
	at += n;
	at += (size_t)snprintf(big + at, 200, "\r\n" END);
	assert_int_equal(send_form(f, str_of(big, at), false).status, 413);
	free(big);
	assert_int_equal(send_form(f, S(FILE_PART("", "") END), false).status, 200);
	assert_int_equal(send_form(f, S(FILE_PART("", "x") END), false).status, 400);
}

static void broken_multipart_is_refused(void **state)
{
	static const char *const bodies[] = {
		"--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
		"--" BOUNDARY "\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n" END,
		"--" BOUNDARY "\r\nno colon\r\n\r\nx\r\n" END,
		"--" BOUNDARY "junk\r\n\r\nx\r\n" END,
		"nothing at all",
	};
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++)
		assert_int_equal(send_form(*state, str_z(bodies[i]), false).status, 400);
}

struct pieces {
	char text[400];
};

static void note(struct pieces *pieces, const char *what, str text)
{
	size_t n = strlen(pieces->text);
	snprintf(pieces->text + n, sizeof pieces->text - n, "%s%.*s", what, STR_ARG(text));
}

static bool on_part(void *object, str name, str file, str type)
{
	(void)type;
	note(object, "[", name);
	note(object, file.p ? "|" : "", file);
	note(object, "]", S(""));
	return true;
}

static bool on_data(void *object, const char *bytes, size_t n)
{
	note(object, "", str_of(bytes, n));
	return true;
}

static bool on_end(void *object)
{
	note(object, ".", S(""));
	return true;
}

static void a_form_reads_the_same_in_pieces_of_any_size(void **state)
{
	struct fixture *f = *state;
	str whole = S("preamble\r\n" FIELD("a", "\r\n--" "----x\r\n----x1") FIELD("b", "")
		      FILE_PART("q\\\"q.txt", "--") END "epilogue");
	for (size_t step = 1; step <= whole.n; step++) {
		struct pieces seen = { { 0 } };
		struct multipart_events events = { &seen, on_part, on_data, on_end };
		struct multipart *m = multipart_new(&f->arena, S(BOUNDARY), &events);
		for (size_t at = 0; at < whole.n; at += step)
			assert_true(multipart_take(m, whole.p + at,
						   whole.n - at < step ? whole.n - at : step));
		assert_true(multipart_done(m));
		assert_string_equal(seen.text,
				    "[a]\r\n------x\r\n----x1.[b].[paper|q\"q.txt]--.");
	}
}

/* ── files, sessions ── */

static void a_file_answers_ranges_and_etags(void **state)
{
	struct fixture *f = *state;
	snprintf(f->app.kept, sizeof f->app.kept, "%s/file", f->temp);
	FILE *file = fopen(f->app.kept, "w");
	fputs("0123456789", file);
	fclose(file);
	struct web_ask get = { .target = "/tep", .session = "good" };
	struct web_answer a = ask(f, get);
	assert_int_equal(a.status, 200);
	assert_str(a.body, "0123456789");
	assert_true(str_find(web_answer_header(&a, "Content-Disposition"),
			     S("filename*=UTF-8''bi%C3%AAn%20nh%E1%BA%ADn.pdf")) != SIZE_MAX);
	str etag = web_answer_header(&a, "ETag");
	static const struct {
		const char *range, *content, *body;
		int status;
	} cases[] = {
		{ "bytes=2-4", "bytes 2-4/10", "234", 206 },
		{ "bytes=7-", "bytes 7-9/10", "789", 206 },
		{ "bytes=-3", "bytes 7-9/10", "789", 206 },
		{ "bytes=-30", "bytes 0-9/10", "0123456789", 206 },
		{ "bytes=5-500", "bytes 5-9/10", "56789", 206 },
		{ "bytes=10-", "bytes */10", "", 416 },
		{ "bytes=4-2", "", "0123456789", 200 },
		{ "bytes=0-1,3-4", "", "0123456789", 200 },
		{ "lines=1-2", "", "0123456789", 200 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		get.headers = arena_printf(&f->arena, "Range: %s", cases[i].range).p;
		a = ask(f, get);
		assert_int_equal(a.status, cases[i].status);
		assert_str(web_answer_header(&a, "Content-Range"), cases[i].content);
		assert_str(a.body, cases[i].body);
	}
	get.headers = arena_printf(&f->arena, "If-None-Match: %.*s", STR_ARG(etag)).p;
	assert_int_equal(ask(f, get).status, 304);
	get.headers = "If-Range: \"other\"\nRange: bytes=2-4";
	assert_int_equal(ask(f, get).status, 200);
	unlink(f->app.kept);
	get.headers = NULL;
	assert_int_equal(ask(f, get).status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_streamed_hashed_and_deleted_afterwards),
		TEST(a_kept_file_stays),
		TEST(the_kind_of_a_file_is_told_by_its_bytes),
		TEST(nothing_is_written_for_a_form_that_is_not_ours),
		TEST(limits_of_uploads_hold),
		TEST(broken_multipart_is_refused),
		TEST(a_form_reads_the_same_in_pieces_of_any_size),
		TEST(a_file_answers_ranges_and_etags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
