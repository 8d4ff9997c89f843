/* The page cache, the limits held in memory, and what single headers mean. */
#include "web/small_app_test.h"
#include <unistd.h>

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
	assert_int_equal(web_test_open_with(&f->ctx, &options, &hooks, &test_tables, &web), OK);
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
	items[0].text = S("<b>");
	assert_str(header_client(&(struct pairs){ items, 1 }, S("127.0.0.1")), "127.0.0.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
