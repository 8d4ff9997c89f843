/* The dispatcher and forms, in process. */
#include "web/small_app_test.h"

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
		TEST(a_session_cookie_is_hidden_from_scripts_and_other_sites),
		TEST(healthz_and_metrics_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
