/* The dispatcher, forms, uploads and the cache, without sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#undef fail

#include "web/harness.h"
#include "web/internal.h"
#include "web/small_app_test.h"

struct fixture {
	struct arena arena;
	struct ctx ctx;
	struct test_app app;
	struct web *web;
	char temp[64];
};

static const struct route_table *const tables[] = { &test_routes };
static const struct route_tables all_tables = { tables, 1 };

static int open_web(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	arena_init(&f->arena);
	f->ctx.arena = &f->arena;
	snprintf(f->temp, sizeof f->temp, "/tmp/motcua-web-XXXXXX");
	assert_non_null(mkdtemp(f->temp));
	struct web_hooks hooks = test_hooks;
	hooks.app = &f->app;
	static const struct embedded files[] = {
		{ S("app.css"), S("body{color:black}"), S("text/css; charset=utf-8"), S("\"1\""),
		  S(""), S("") },
	};
	struct web_options options = { .secret = { 7 }, .temp_dir = f->temp,
				       .assets = { files, 1 } };
	assert_int_equal(web_test_open_with(&f->ctx, &options, &hooks, &all_tables, &f->web), OK);
	*state = f;
	return 0;
}

static int close_web(void **state)
{
	struct fixture *f = *state;
	web_test_close(f->web);
	arena_done(&f->arena);
	assert_int_equal(rmdir(f->temp), 0); /* fails when a temporary file was left behind */
	free(f);
	return 0;
}

static struct web_answer ask(struct fixture *f, struct web_ask what)
{
	return web_test_request(f->web, &f->arena, what);
}

static bool body_has(struct web_answer a, const char *text)
{
	return str_find(a.body, str_z(text)) != SIZE_MAX;
}

#define assert_str(s, z) assert_true(str_eq((s), str_z(z)))

static enum err do_nothing(struct request *request, struct response *response)
{
	(void)request;
	response_empty(response);
	return OK;
}

static enum err start_with(struct fixture *f, struct route a, struct route b)
{
	struct route routes[] = { a, b };
	struct route_table table = { "wrong", routes, 2, NULL };
	const struct route_table *list[] = { &table };
	struct web *web = NULL;
	struct web_hooks hooks = { 0 };
	enum err err = web_test_open(&f->ctx, &hooks, &(struct route_tables){ list, 1 }, &web);
	web_test_close(web);
	return err;
}

static void a_route_without_a_permission_refuses_to_start(void **state)
{
	struct route good = { WEB_GET, "/a", PERM_PUBLIC, do_nothing };
	struct route other = { WEB_GET, "/b", PERM_PUBLIC, do_nothing };
	struct route bare = { WEB_GET, "/b", 0, do_nothing };
	struct route cached = { WEB_GET, "/b", PERM_SIGNED_IN, do_nothing, .flags = ROUTE_CACHED };
	assert_int_equal(start_with(*state, good, other), OK);
	assert_int_equal(start_with(*state, good, bare), ERR_INVALID);
	assert_int_equal(start_with(*state, good, good), ERR_INVALID);
	assert_int_equal(start_with(*state, good, cached), ERR_INVALID);
}

static void a_page_is_rendered_in_its_language_and_site(void **state)
{
	struct fixture *f = *state;
	struct web_answer a = ask(f, (struct web_ask){ .target = "/tin/le-hoi" });
	assert_int_equal(a.status, 200);
	assert_true(body_has(a, "template=article title=le-hoi"));
	assert_str(web_answer_header(&a, "Content-Language"), "vi");
	a = ask(f, (struct web_ask){ .target = "/en/phuong/hoa-phat/tin/l%C3%AA?trang=2",
				     .accept = "application/json" });
	assert_true(body_has(a, "\"title\":\"lê\""));
	assert_true(body_has(a, "\"page\":\"2\""));
	assert_true(body_has(a, "\"link\":\"/en/phuong/hoa-phat/tin\""));
	assert_true(body_has(a, "\"language\":\"en\""));
	a = ask(f, (struct web_ask){ .target = "/phuong/hoa-phat", .accept = "application/json" });
	assert_true(body_has(a, "\"english\":\"/en/phuong/hoa-phat\""));
}

static void every_page_carries_the_security_headers(void **state)
{
	struct web_answer a = ask(*state, (struct web_ask){ .target = "/khong-co" });
	assert_int_equal(a.status, 404);
	assert_true(body_has(a, "Không tìm thấy trang"));
	str policy = web_answer_header(&a, "Content-Security-Policy");
	assert_true(str_find(policy, S("frame-ancestors 'none'")) != SIZE_MAX);
	assert_true(str_find(policy, S("unsafe-inline")) == SIZE_MAX);
	assert_str(web_answer_header(&a, "X-Content-Type-Options"), "nosniff");
	assert_str(web_answer_header(&a, "X-Frame-Options"), "DENY");
	assert_str(web_answer_header(&a, "Cache-Control"), "private, no-store");
	assert_str(web_answer_header(&a, "Strict-Transport-Security"), "");
}

static void an_error_for_a_program_is_a_problem_document(void **state)
{
	struct fixture *f = *state;
	struct web_answer a = ask(f, (struct web_ask){ .target = "/api/v1/nothing" });
	assert_int_equal(a.status, 404);
	assert_str(web_answer_header(&a, "Content-Type"), "application/problem+json");
	assert_true(body_has(a, "\"status\":404"));
	a = ask(f, (struct web_ask){ .target = "/loi/conflict", .accept = "application/json" });
	assert_int_equal(a.status, 409);
	assert_true(body_has(a, "Somebody else took it"));
	a = ask(f, (struct web_ask){ .target = "/loi/busy" });
	assert_int_equal(a.status, 503);
	assert_str(web_answer_header(&a, "Retry-After"), "1");
}

static void what_the_database_said_is_not_shown(void **state)
{
	struct web_answer a = ask(*state, (struct web_ask){ .target = "/loi/database" });
	assert_int_equal(a.status, 500);
	assert_false(body_has(a, "secret"));
	assert_false(body_has(a, "for the log"));
}

static void known_paths_refuse_other_methods_and_name_the_right_ones(void **state)
{
	struct fixture *f = *state;
	struct web_answer a = ask(f, (struct web_ask){ .method = "DELETE", .target = "/tep" });
	assert_int_equal(a.status, 405);
	assert_str(web_answer_header(&a, "Allow"), "GET, HEAD, POST, OPTIONS");
	a = ask(f, (struct web_ask){ .method = "OPTIONS", .target = "/tep" });
	assert_int_equal(a.status, 204);
	assert_str(web_answer_header(&a, "Allow"), "GET, HEAD, POST, OPTIONS");
	a = ask(f, (struct web_ask){ .method = "HEAD", .target = "/tin/a" });
	assert_int_equal(a.status, 200);
}

static void a_trailing_slash_and_an_old_host_are_redirected(void **state)
{
	struct fixture *f = *state;
	struct web_answer a = ask(f, (struct web_ask){ .target = "/en/tin/a/?trang=2" });
	assert_int_equal(a.status, 308);
	assert_str(web_answer_header(&a, "Location"), "/en/tin/a?trang=2");
	a = ask(f, (struct web_ask){ .target = "/en/tin/a", .host = "CU.example" });
	assert_int_equal(a.status, 308);
	assert_str(web_answer_header(&a, "Location"), "https://moi.example/en/tin/a");
	a = ask(f, (struct web_ask){ .target = "//evil.example/" });
	assert_int_equal(a.status, 404);
}

static void a_literal_route_wins_over_a_parameter(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(ask(f, (struct web_ask){ .target = "/ban/moi" }).status, 200);
	assert_int_equal(ask(f, (struct web_ask){ .target = "/ban/..", .session = "good" }).status,
			 404);
	assert_int_equal(ask(f, (struct web_ask){ .target = "/ban/%00", .session = "good" }).status,
			 400);
	assert_int_equal(ask(f, (struct web_ask){ .target = "/ban/%ff", .session = "good" }).status,
			 400);
}

static void who_must_sign_in_is_sent_there_and_back(void **state)
{
	struct fixture *f = *state;
	struct web_answer a = ask(f, (struct web_ask){ .target = "/en/ban?a=1" });
	assert_int_equal(a.status, 303);
	assert_str(web_answer_header(&a, "Location"), "/en/dang-nhap?next=/en/ban%3Fa%3D1");
	a = ask(f, (struct web_ask){ .target = "/api/v1/cases/1" });
	assert_int_equal(a.status, 401);
	assert_str(web_answer_header(&a, "WWW-Authenticate"), "Bearer");
	assert_int_equal(ask(f, (struct web_ask){ .target = "/ban", .session = "good" }).status,
			 200);
	assert_int_equal(ask(f, (struct web_ask){ .target = "/ban", .session = "bad" }).status,
			 303);
	a = ask(f, (struct web_ask){ .target = "/api/v1/cases/1", .bearer = "good-token" });
	assert_int_equal(a.status, 200);
}

static void the_object_is_loaded_and_asked_about_before_the_handler_runs(void **state)
{
	struct fixture *f = *state;
	struct web_ask post = { .method = "POST", .target = "/ban/theirs/nhan", .session = "good",
				.form = "a=1" };
	struct web_answer a = ask(f, post);
	assert_int_equal(a.status, 403);
	assert_true(body_has(a, "template=error"));
	assert_int_equal(f->app.handled, 0);
	post.target = "/ban/none/nhan";
	assert_int_equal(ask(f, post).status, 404);
	assert_int_equal(f->app.handled, 0);
	post.target = "/ban/mine/nhan";
	assert_int_equal(ask(f, post).status, 200);
	assert_int_equal(f->app.handled, 1);
}

static void officers_pages_exist_on_the_main_site_only(void **state)
{
	struct web_ask ward = { .target = "/phuong/hoa-phat/ban", .session = "good" };
	assert_int_equal(ask(*state, ward).status, 404);
	ward.target = "/phuong/atlantis/ban";
	assert_int_equal(ask(*state, ward).status, 404);
}

static void a_form_without_its_token_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct web_ask post = { .method = "POST", .target = "/bieu-mau", .form = "name=An",
				.no_csrf = true };
	assert_int_equal(ask(f, post).status, 403);
	post.form = "name=An&_csrf=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	assert_int_equal(ask(f, post).status, 403);
	post.no_csrf = false;
	post.headers = "Origin: https://evil.example";
	assert_int_equal(ask(f, post).status, 403);
	post.headers = "Sec-Fetch-Site: cross-site";
	assert_int_equal(ask(f, post).status, 403);
	assert_int_equal(f->app.handled, 0);
	post.headers = "Origin: http://localhost";
	assert_int_equal(ask(f, post).status, 303);
	assert_int_equal(f->app.handled, 1);
}

static void a_token_belongs_to_one_visitor(void **state)
{
	struct fixture *f = *state;
	struct web_answer page = ask(f, (struct web_ask){ .target = "/bieu-mau" });
	str visitor = web_answer_cookie(&page, COOKIE_VISITOR);
	assert_int_equal(visitor.n, 22);
	str token = str_slice(page.body, 5, str_find_byte(page.body, '\n'));
	str form = arena_printf(&f->arena, "name=An&_csrf=%.*s", STR_ARG(token));
	str cookie = arena_printf(&f->arena, COOKIE_VISITOR "=%.*s", STR_ARG(visitor));
	struct web_ask post = { .method = "POST", .target = "/bieu-mau", .form = form.p,
				.no_csrf = true, .cookies = cookie.p };
	assert_int_equal(ask(f, post).status, 303);
	post.cookies = COOKIE_VISITOR "=aaaaaaaaaaaaaaaaaaaaaa";
	assert_int_equal(ask(f, post).status, 403);
	post.cookies = NULL;
	assert_int_equal(ask(f, post).status, 403);
	post.session = "good";
	assert_int_equal(ask(f, post).status, 403);
}

static void a_flash_is_shown_once_and_cannot_be_forged(void **state)
{
	struct fixture *f = *state;
	struct web_answer a = ask(f, (struct web_ask){ .method = "POST", .target = "/bieu-mau",
		.form = "name=H%C3%B2a&born=5/2/2015&phone=0905+123.456" });
	assert_int_equal(a.status, 303);
	str sealed = web_answer_cookie(&a, COOKIE_FLASH);
	str cookie = arena_printf(&f->arena, COOKIE_FLASH "=%.*s", STR_ARG(sealed));
	a = ask(f, (struct web_ask){ .target = "/bieu-mau", .cookies = cookie.p, .cached = true });
	assert_true(body_has(a, "flash=Saved Hòa, 2015-02-05, 0905123456"));
	bool gone = false;
	for (size_t i = 0; i < a.headers.n; i++)
		gone |= str_starts(a.headers.items[i].text, S(COOKIE_FLASH "=;")) &&
			str_find(a.headers.items[i].text, S("Max-Age=0")) != SIZE_MAX;
	assert_true(gone);
	((char *)cookie.p)[cookie.n - 3] ^= 1;
	a = ask(f, (struct web_ask){ .target = "/bieu-mau", .cookies = cookie.p });
	assert_true(body_has(a, "flash=\n"));
}

static void mistakes_stand_by_their_fields(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *form, *sentence;
	} cases[] = {
		{ "name=", "Enter Name" },
		{ "name=%20%20", "Enter Name" },
		{ "name=a%0Ab", "Name must be on one line" },
		{ "name=%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87"
		  "%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB"
		  "%87%E1%BB%87%E1%BB%87%E1%BB%87%E1%BB%87", "Name must be at most 20" },
		{ "name=a&born=31/4/2015", "Date of birth must be a real date" },
		{ "name=a&born=2015-02-29", "Date of birth must be a real date" },
		{ "name=a&phone=12", "Phone must be a phone number" },
		{ "name=a&email=a@b", "E-mail must be an e-mail address" },
		{ "name=a&kind=c", "Choose one of the answers for Kind" },
		{ "name=a&copies=10", "Copies must be at most 9" },
		{ "name=a&copies=0", "Copies must be at least 1" },
		{ "name=a&copies=1.5", "Copies must be a whole number" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct web_answer a = ask(f, (struct web_ask){ .method = "POST",
			.target = "/bieu-mau", .form = cases[i].form });
		assert_int_equal(a.status, 422);
		if (!body_has(a, cases[i].sentence))
			print_error("%s: %.*s", cases[i].form, STR_ARG(a.body));
		assert_true(body_has(a, cases[i].sentence));
	}
}

static void twenty_accented_letters_are_twenty_characters(void **state)
{
	/* The same letters decomposed: n, a, grave … count after NFC. */
	struct web_answer a = ask(*state, (struct web_ask){ .method = "POST",
		.target = "/bieu-mau",
		.form = "name=a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80"
			"a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80a%CC%80"
			"a%CC%80" });
	assert_int_equal(a.status, 303);
}

static void text_that_is_no_text_is_refused(void **state)
{
	static const char *const forms[] = { "name=%FF", "name=a%00b", "name=a%1Bb", "name=%C0%AF",
					     "name=%4", "name=%ED%A0%80" };
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		assert_int_equal(ask(*state, (struct web_ask){ .method = "POST",
			.target = "/bieu-mau", .form = forms[i] }).status, 400);
	assert_int_equal(ask(*state, (struct web_ask){ .target = "/tin/a?x=%FF" }).status, 400);
}

static void the_api_takes_json_and_explains_mistakes(void **state)
{
	struct fixture *f = *state;
	struct web_ask post = { .method = "POST", .target = "/api/v1/cases",
				.bearer = "good-token", .json = "{\"name\":\"An\",\"copies\":2}" };
	assert_int_equal(ask(f, post).status, 303);
	post.json = "{\"name\":\"An\",\"copies\":20}";
	struct web_answer a = ask(f, post);
	assert_int_equal(a.status, 422);
	assert_true(body_has(a, "\"errors\":{\"copies\":\"Copies must be at most 9\"}"));
	post.json = "{\"name\":";
	a = ask(f, post);
	assert_int_equal(a.status, 400);
	assert_true(body_has(a, "line 1"));
	post.json = "{\"name\":\"a\\u0000b\"}";
	assert_int_equal(ask(f, post).status, 400);
	post.json = NULL;
	post.body = S("x");
	post.type = "text/plain";
	assert_int_equal(ask(f, post).status, 415);
}

static void a_token_in_the_header_needs_no_csrf_but_a_session_does(void **state)
{
	struct web_ask post = { .method = "POST", .target = "/api/v1/cases", .session = "good",
				.json = "{\"name\":\"An\"}", .no_csrf = true };
	assert_int_equal(ask(*state, post).status, 403);
	post.bearer = "wrong";
	assert_int_equal(ask(*state, post).status, 401);
}

static void keys_that_are_not_visible_ascii_are_refused(void **state)
{
	struct web_ask post = { .method = "POST", .target = "/api/v1/cases",
				.bearer = "good-token", .json = "{\"name\":\"An\"}",
				.headers = "Idempotency-Key: a b" };
	assert_int_equal(ask(*state, post).status, 400);
	post.headers = "Idempotency-Key: 8e03978e-40d5-43dd-bc93-6894a57f9324";
	assert_int_equal(ask(*state, post).status, 303);
}

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
	assert_true(body_has(send_form(f, S(FILE_PART("a.pdf", "<html><script>") END), false),
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

static void a_session_cookie_is_hidden_from_scripts_and_other_sites(void **state)
{
	struct web_answer a = ask(*state, (struct web_ask){ .method = "POST", .target = "/vao",
							    .form = "a=1" });
	assert_str(web_answer_cookie(&a, COOKIE_SESSION), "new-token");
	str cookie = web_answer_header(&a, "Set-Cookie");
	assert_true(str_find(cookie, S("HttpOnly")) != SIZE_MAX);
	assert_true(str_find(cookie, S("SameSite=Lax")) != SIZE_MAX);
	assert_true(str_find(cookie, S("Secure")) == SIZE_MAX);
}

/* ── the cache ── */

static void a_cached_page_is_made_once_for_everybody(void **state)
{
	struct fixture *f = *state;
	struct web_ask get = { .target = "/tin/a", .cached = true,
			       .headers = "User-Agent: Mozilla" };
	ask(f, get);
	struct web_answer a = ask(f, get);
	assert_int_equal(f->app.handled, 1);
	assert_int_equal(a.status, 200);
	assert_true(body_has(a, "title=a"));
	get.target = "/tin/a?utm=x";
	ask(f, get);
	assert_int_equal(f->app.handled, 1);
	get.target = "/tin/a?utm=x&trang=2";
	ask(f, get);
	get.target = "/tin/a?trang=2";
	ask(f, get);
	assert_int_equal(f->app.handled, 2);
	get.cookies = "other=secret";
	ask(f, get);
	assert_int_equal(f->app.handled, 2);
	assert_int_equal(f->app.viewed, 6);
	get.headers = "User-Agent: Googlebot/2.1";
	ask(f, get);
	assert_int_equal(f->app.viewed, 6);
	get.target = "/en/tin/a";
	ask(f, get);
	get.host = "other.example";
	ask(f, get);
	assert_int_equal(f->app.handled, 4);
}

static void the_signed_in_never_meet_the_cache(void **state)
{
	struct fixture *f = *state;
	struct web_ask get = { .target = "/tin/a", .cached = true };
	ask(f, get);
	get.session = "good";
	struct web_answer a = ask(f, get);
	assert_int_equal(f->app.handled, 2);
	assert_str(web_answer_header(&a, "Cache-Control"), "private, no-store");
	get.session = NULL;
	get.accept = "application/json";
	a = ask(f, get);
	assert_int_equal(f->app.handled, 3);
	assert_str(web_answer_header(&a, "Content-Type"), "application/json");
}

static void publishing_makes_the_sites_pages_anew(void **state)
{
	struct fixture *f = *state;
	struct web_ask get = { .target = "/tin/a", .cached = true };
	struct web_answer a = ask(f, get);
	get.headers = arena_printf(&f->arena, "If-None-Match: %.*s",
				   STR_ARG(web_answer_header(&a, "ETag"))).p;
	assert_int_equal(ask(f, get).status, 304);
	f->app.generation++;
	web_published(f->web);
	assert_int_equal(ask(f, get).status, 304); /* made again, the same bytes */
	assert_int_equal(f->app.handled, 2);
	ask(f, get);
	assert_int_equal(f->app.handled, 2);
}

static void a_page_with_a_term_of_life_is_made_again_after_it(void **state)
{
	struct fixture *f = *state;
	struct web_ask get = { .target = "/cong-khai", .cached = true };
	ask(f, get);
	ask(f, get);
	assert_int_equal(f->app.handled, 1);
	usleep(320000);
	ask(f, get);
	assert_int_equal(f->app.handled, 2);
}

static void a_page_with_a_form_token_is_not_kept(void **state)
{
	struct fixture *f = *state;
	struct web_ask get = { .target = "/bieu-mau", .cached = true };
	struct web_answer a = ask(f, get), b = ask(f, get);
	assert_int_equal(f->app.rendered, 2);
	assert_false(str_eq(a.body, b.body));
	assert_str(web_answer_header(&a, "Cache-Control"), "private, no-store");
}

static void the_cache_stays_within_its_bytes(void **state)
{
	struct fixture *f = *state;
	struct web_hooks hooks = test_hooks;
	hooks.app = &f->app;
	struct web_options options = { .cache_bytes = 400000 };
	struct web *web;
	assert_int_equal(web_test_open_with(&f->ctx, &options, &hooks, &all_tables, &web), OK);
	for (int i = 0; i < 200; i++) {
		str target = arena_printf(&f->arena, "/tin/%d", i);
		web_test_request(web, &f->arena,
				 (struct web_ask){ .target = target.p, .cached = true });
	}
	size_t bytes, pages;
	cache_usage(web->cache, &bytes, &pages);
	assert_in_range(bytes, 100000, 400000);
	assert_in_range(pages, 8, 40);
	web_test_close(web);
}

static void assets_are_for_ever_under_their_hashed_name(void **state)
{
	struct fixture *f = *state;
	str path = web_asset_path(&f->arena, f->web, S("app.css"));
	assert_true(str_starts(path, S("/assets/app.")) && str_ends(path, S(".css")));
	struct web_answer a = ask(f, (struct web_ask){ .target = path.p, .session = "good",
						       .cached = true });
	assert_int_equal(a.status, 200);
	assert_str(a.body, "body{color:black}");
	assert_str(web_answer_header(&a, "Cache-Control"), "public, max-age=31536000, immutable");
	a = ask(f, (struct web_ask){ .target = "/assets/app.css" });
	assert_str(web_answer_header(&a, "Cache-Control"), "public, no-cache");
	a = ask(f, (struct web_ask){ .target = "/assets/../../etc/passwd" });
	assert_int_equal(a.status, 404);
}

/* ── limits on rate, single headers ── */

static void a_bucket_empties_and_fills_again(void **state)
{
	(void)state;
	struct rates *rates = rates_new();
	usec now = 1000;
	for (int i = 0; i < 5; i++)
		assert_true(rates_take(rates, S("pin:1"), 5, 60, now));
	assert_false(rates_take(rates, S("pin:1"), 5, 60, now));
	assert_true(rates_take(rates, S("pin:2"), 5, 60, now));
	assert_false(rates_take(rates, S("pin:1"), 5, 60, now + 59 * USEC_SECOND));
	assert_true(rates_take(rates, S("pin:1"), 5, 60, now + 61 * USEC_SECOND));
	rates_forget(rates, S("pin:1"));
	assert_true(rates_take(rates, S("pin:1"), 5, 60, now + 61 * USEC_SECOND));
	/* A flood of other keys does not free one that was used up. */
	while (rates_take(rates, S("victim"), 5, 1, now))
		;
	struct arena arena;
	arena_init(&arena);
	for (int i = 0; i < 50000; i++)
		rates_take(rates, arena_printf(&arena, "flood:%d", i), 5, 1, now);
	assert_false(rates_take(rates, S("victim"), 5, 1, now));
	arena_done(&arena);
	rates_free(rates);
}

static void an_address_has_so_many_connections_and_no_more(void **state)
{
	(void)state;
	struct addresses *a = addresses_new(2, false, 100);
	for (uint64_t key = 1; key <= 100; key++)
		addresses_add(a, key << 20, 1);
	addresses_add(a, 5 << 20, 1);
	assert_false(addresses_may(a, 5 << 20));
	assert_true(addresses_may(a, 6 << 20));
	for (uint64_t key = 1; key <= 100; key += 2)
		addresses_add(a, key << 20, -1);
	assert_true(addresses_may(a, 5 << 20));
	addresses_add(a, 5 << 20, 1);
	assert_false(addresses_may(a, 5 << 20));
	addresses_free(a);
}

static void preferences_are_weighed(void **state)
{
	(void)state;
	assert_false(accept_prefers_json(S("text/html,application/xhtml+xml,*/*;q=0.8")));
	assert_false(accept_prefers_json(S("*/*")));
	assert_true(accept_prefers_json(S("application/json")));
	assert_true(accept_prefers_json(S("text/html;q=0.5, application/json;q=0.9")));
	assert_false(accept_prefers_json(S("text/html;q=0.9, application/json;q=0.5")));
	assert_int_equal(accept_best_encoding(S("gzip, deflate, br")), BROTLI);
	assert_int_equal(accept_best_encoding(S("gzip, br;q=0")), GZIP);
	assert_int_equal(accept_best_encoding(S("identity")), IDENTITY);
	assert_int_equal(accept_best_encoding(S("")), IDENTITY);
}

static void the_nearest_proxy_is_believed(void **state)
{
	(void)state;
	struct pair items[] = { { S("X-Forwarded-For"), S("6.6.6.6, 192.0.2.1") } };
	assert_str(header_client(&(struct pairs){ items, 1 }, S("127.0.0.1")), "192.0.2.1");
	items[0].text = S("<script>");
	assert_str(header_client(&(struct pairs){ items, 1 }, S("127.0.0.1")), "127.0.0.1");
}

static void healthz_and_metrics_answer(void **state)
{
	struct fixture *f = *state;
	struct web_answer a = ask(f, (struct web_ask){ .target = "/healthz" });
	assert_int_equal(a.status, 200);
	assert_str(a.body, "ok\n");
	a = ask(f, (struct web_ask){ .target = "/metrics" });
	assert_int_equal(a.status, 200);
	assert_true(body_has(a, "motcua_request_seconds_count 1\n"));
	assert_true(body_has(a, "process_resident_memory_bytes "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_web, close_web)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_route_without_a_permission_refuses_to_start),
		TEST(a_page_is_rendered_in_its_language_and_site),
		TEST(every_page_carries_the_security_headers),
		TEST(an_error_for_a_program_is_a_problem_document),
		TEST(what_the_database_said_is_not_shown),
		TEST(known_paths_refuse_other_methods_and_name_the_right_ones),
		TEST(a_trailing_slash_and_an_old_host_are_redirected),
		TEST(a_literal_route_wins_over_a_parameter),
		TEST(who_must_sign_in_is_sent_there_and_back),
		TEST(the_object_is_loaded_and_asked_about_before_the_handler_runs),
		TEST(officers_pages_exist_on_the_main_site_only),
		TEST(a_form_without_its_token_changes_nothing),
		TEST(a_token_belongs_to_one_visitor),
		TEST(a_flash_is_shown_once_and_cannot_be_forged),
		TEST(mistakes_stand_by_their_fields),
		TEST(twenty_accented_letters_are_twenty_characters),
		TEST(text_that_is_no_text_is_refused),
		TEST(the_api_takes_json_and_explains_mistakes),
		TEST(a_token_in_the_header_needs_no_csrf_but_a_session_does),
		TEST(keys_that_are_not_visible_ascii_are_refused),
		TEST(a_file_is_streamed_hashed_and_deleted_afterwards),
		TEST(a_kept_file_stays),
		TEST(the_kind_of_a_file_is_told_by_its_bytes),
		TEST(nothing_is_written_for_a_form_that_is_not_ours),
		TEST(limits_of_uploads_hold),
		TEST(broken_multipart_is_refused),
		TEST(a_form_reads_the_same_in_pieces_of_any_size),
		TEST(a_file_answers_ranges_and_etags),
		TEST(a_session_cookie_is_hidden_from_scripts_and_other_sites),
		TEST(a_cached_page_is_made_once_for_everybody),
		TEST(the_signed_in_never_meet_the_cache),
		TEST(publishing_makes_the_sites_pages_anew),
		TEST(a_page_with_a_term_of_life_is_made_again_after_it),
		TEST(a_page_with_a_form_token_is_not_kept),
		TEST(the_cache_stays_within_its_bytes),
		TEST(assets_are_for_ever_under_their_hashed_name),
		TEST(a_bucket_empties_and_fills_again),
		TEST(an_address_has_so_many_connections_and_no_more),
		TEST(preferences_are_weighed),
		TEST(the_nearest_proxy_is_believed),
		TEST(healthz_and_metrics_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
