/* The portal on both engines, its pages through the dispatcher. Without a renderer an answer is the
 * page's view as JSON. */
#include "portal/room.h"
#include "cases/lists.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/json.h"
#include "store/event.h"
#include "store/store_fixture.h"
#include "web/harness.h"

static const struct migration_set *const migrations[] = { PEOPLE_MIGRATIONS, CASES_MIGRATIONS,
							  &portal_migrations, NULL };

struct town {
	struct fixture *f;
	struct people *people;
	struct portal *portal;
	struct web *web;
	struct principal editor; /* of the ward Hòa Phát */
};

static const char organisations[] =
	"[{\"code\":\"cam-le\",\"kind\":\"district\",\"name\":\"UBND quận Cẩm Lệ\"},"
	"{\"code\":\"hoa-phat\",\"kind\":\"ward\",\"parent\":\"cam-le\",\"name\":\"UBND phường Hòa Phát\"},"
	"{\"code\":\"hoa-an\",\"kind\":\"ward\",\"parent\":\"cam-le\",\"name\":\"UBND phường Hòa An\"}]";
static const char persons[] =
	"[{\"login\":\"bien.tap\",\"name\":\"Lê Thị Mai\","
	"\"roles\":[{\"role\":\"editor\",\"organisation\":\"hoa-phat\"}]}]";

#define SITE(name, path)                                                                    \
	"{\"site\":\"" name "\",\"organisation\":\"" name "\",\"path\":\"" path "\",\"hosts\":[],"  \
	"\"title\":{\"vi\":\"Trang " name "\",\"en\":\"Site " name "\"},\"theme\":\"cam-le\","      \
	"\"sections\":[{\"slug\":\"tin-tuc\",\"title\":{\"vi\":\"Tin tức\",\"en\":\"News\"},"       \
	"\"children\":[{\"slug\":\"kinh-te\",\"title\":{\"vi\":\"Kinh tế\"}}]}],"                   \
	"\"home\":[{\"block\":\"news\",\"section\":\"tin-tuc\",\"count\":2}]}"

#define ARTICLE(title, more, body) "---\ntitle: " title "\nsection: tin-tuc\n" more "---\n\n" body "\n"

static void site_put(struct arena *arena, struct value *sites, const char *name, const char *json,
		     const char *const *files)
{
	struct value site = value_map();
	value_set(arena, &site, S("site.json"), value_str(str_z(json)));
	for (; *files; files += 2)
		value_set(arena, &site, str_z(files[0]), value_str(str_z(files[1])));
	value_set(arena, sites, str_z(name), site);
}

static const char *const district_files[] = {
	"articles/ho-tich.md",
	ARTICLE("Hội thi cán bộ hộ tịch", "published: 2015-01-20T08:00:00+07:00\nposter: bien.tap\n",
		"Chị Đặng Thị Hoài Ân đoạt giải nhất."),
	"articles/a-contest.md",
	ARTICLE("A contest of registrars",
		"language: en\ntranslation_of: ho-tich\npublished: 2015-01-20T08:00:00+07:00\n",
		"One of them won."),
	"articles/kinh-te.md",
	"---\ntitle: Chợ mới\nsection: kinh-te\npublished: 2015-01-22\n---\n\nKhai trương <b>chợ</b>.\n",
	"articles/nhap.md", ARTICLE("Bản nháp", "", "Chưa ai đọc."),
	"articles/mai-sau.md", ARTICLE("Mai sau", "published: 2099-01-01T08:00:00+07:00\n", "Chưa tới."),
	"pages/lien-he.md", "---\ntitle: Liên hệ\nlanguage: vi\n---\n\nTrụ sở.\n",
	NULL
};
static const char *const ward_files[] = {
	"articles/ra-quan.md",
	ARTICLE("Ra quân dọn vệ sinh", "published: 2015-01-23T08:00:00+07:00\n", "Tổ 12 ra quân."),
	NULL
};
static const char *const no_files[] = { NULL };

static struct value json_of(struct town *t, const char *text)
{
	struct value v;
	struct json_fault fault;
	assert_true(json_parse(&t->f->arena, str_z(text), &v, &fault));
	return v;
}

static enum err init_write(struct ctx *ctx, struct db *db, void *arg)
{
	struct town *t = arg;
	struct value sites = value_map();
	site_put(ctx->arena, &sites, "hoa-phat", SITE("hoa-phat", "/phuong/hoa-phat"), ward_files);
	site_put(ctx->arena, &sites, "cam-le", SITE("cam-le", "/"), district_files);
	site_put(ctx->arena, &sites, "hoa-an", SITE("hoa-an", "/phuong/hoa-an"), no_files);
	TRY(people_init(ctx, db, json_of(t, organisations), json_of(t, persons), S("x")));
	TRY(portal_init(ctx, db, sites));
	struct account account;
	TRY(account_by_login(ctx, db, S("bien.tap"), &account));
	return account_principal(ctx, db, account.id, &t->editor);
}

static bool hook_site(void *app, str host, str path, struct web_site *ret, str *ret_redirect)
{
	return portal_site(((struct town *)app)->portal, host, path, ret, ret_redirect);
}

static enum err hook_principal(void *app, struct request *request, str session, str bearer)
{
	struct town *t = app;
	(void)bearer;
	if (str_eq(session, S("editor")))
		request->principal = &t->editor;
	return OK;
}

static enum err hook_may(void *app, struct request *request, int act, const void *object)
{
	return people_may(((struct town *)app)->people, request, act, object);
}

static struct town *town_open(struct fixture *f)
{
	static const uint8_t secret[32] = { 1 };
	struct town *t = ARENA_NEW(&f->arena, struct town);
	t->f = f;
	fixture_ok(f, store_write(&f->ctx, f->store, init_write, t));
	fixture_ok(f, people_open(&f->ctx, f->store, secret, &t->people));
	fixture_ok(f, portal_open(&f->ctx, f->store, t->people, NULL, &t->portal));
	struct web_hooks *hooks = ARENA_NEW(&f->arena, struct web_hooks);
	struct route_table *table = ARENA_NEW(&f->arena, struct route_table);
	const struct route_table **tables = ARENA_ARRAY(&f->arena, const struct route_table *, 1);
	*hooks = (struct web_hooks){ .app = t, .site = hook_site, .principal = hook_principal,
				     .may = hook_may };
	*table = (struct route_table){ "portal", portal_routes, 0, t->portal };
	while (portal_routes[table->n].path)
		table->n++;
	tables[0] = table;
	fixture_ok(f, web_test_open(&f->ctx, hooks, &(struct route_tables){ tables, 1 }, &t->web));
	return t;
}

static void town_close(struct town *t)
{
	web_test_close(t->web);
	portal_close(t->portal);
	people_close(t->people);
}

static struct web_answer get(struct town *t, const char *target)
{
	return web_test_request(t->web, &t->f->arena, (struct web_ask){ .target = target });
}

static struct value view_of(struct town *t, const char *target)
{
	struct web_answer answer = get(t, target);
	if (answer.status != 200)
		fail_msg("%s: %d %.*s", target, answer.status, STR_ARG(answer.body));
	return json_of(t, arena_copy(&t->f->arena, answer.body).p);
}

#define assert_text(v, z) assert_string_equal(arena_copy(&t->f->arena, value_text(v)).p, z)

static void the_pack_becomes_pages(struct fixture *f)
{
	struct town *t = town_open(f);
	struct value home = view_of(t, "/");
	assert_text(value_path(home, S("blocks.0.news.articles.0.title")), "Chợ mới");
	assert_text(value_path(home, S("blocks.0.news.articles.1.title")), "Hội thi cán bộ hộ tịch");
	struct value article = view_of(t, "/tin/ho-tich");
	assert_text(value_path(article, S("article.poster")), "Lê Thị Mai");
	assert_text(value_path(article, S("article.date")), "2015-01-20T08:00:00+07:00");
	assert_text(value_path(article, S("translation.url")), "/tin/a-contest");
	assert_text(value_path(view_of(t, "/trang/lien-he"), S("article.title")), "Liên hệ");
	assert_text(value_path(view_of(t, "/phuong/hoa-phat/tin/ra-quan"), S("article.title")),
		    "Ra quân dọn vệ sinh");
	assert_int_equal(get(t, "/tin/ra-quan").status, 404);
	assert_int_equal(get(t, "/tin/nhap").status, 404);
	town_close(t);
}

static void raw_markup_in_an_article_does_not_reach_the_page(struct fixture *f)
{
	struct town *t = town_open(f);
	str body = value_text(value_path(view_of(t, "/tin/kinh-te"), S("article.body")));
	assert_true(str_find(body, S("Khai trương")) != SIZE_MAX);
	assert_true(str_find(body, S("<b>")) == SIZE_MAX);
	town_close(t);
}

static void a_section_shows_what_is_below_it_too(struct fixture *f)
{
	struct town *t = town_open(f);
	struct value all = view_of(t, "/chuyen-muc/tin-tuc"), part = view_of(t, "/chuyen-muc/kinh-te");
	assert_int_equal(value_get(all, S("articles")).n, 2);
	assert_int_equal(value_get(part, S("articles")).n, 1);
	assert_int_equal(get(t, "/chuyen-muc/khong-co").status, 404);
	town_close(t);
}

static void english_readers_get_the_translation_or_else_the_original(struct fixture *f)
{
	struct town *t = town_open(f);
	struct value cards = value_get(view_of(t, "/en/chuyen-muc/tin-tuc"), S("articles"));
	assert_int_equal(cards.n, 2);
	assert_text(value_path(cards, S("0.title")), "Chợ mới");
	assert_text(value_path(cards, S("0.foreign")), "vi");
	assert_text(value_path(cards, S("1.title")), "A contest of registrars");
	assert_text(value_path(cards, S("1.url")), "/en/tin/a-contest");
	town_close(t);
}

static void search_finds_words_without_their_marks(struct fixture *f)
{
	struct town *t = town_open(f);
	static const char *const queries[] = { "/tim?q=ho+tich", "/tim?q=dang+thi+hoai+an",
					       "/tim?q=%C4%90%E1%BA%B7ng", "/tim?q=HO-TICH%25" };
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		struct value found = view_of(t, queries[i]);
		if (value_get(found, S("hits")).n != 1)
			fail_msg("%s: %u", queries[i], value_get(found, S("hits")).n);
	}
	str text = value_text(value_path(view_of(t, "/tim?q=dang"), S("hits.0.text")));
	assert_true(str_find(text, S("<mark>Đặng</mark>")) != SIZE_MAX);
	assert_int_equal(value_get(view_of(t, "/tim?q=tich+ho+xe"), S("hits")).n, 0);
	assert_int_equal(value_get(view_of(t, "/tim?q=%25"), S("hits")).n, 0);
	assert_int_equal(value_get(view_of(t, "/tim?q=nhap"), S("hits")).n, 0);
	town_close(t);
}

static void feeds_and_the_sitemap_hold_only_what_is_published(struct fixture *f)
{
	struct town *t = town_open(f);
	static const char *const targets[] = { "/rss.xml", "/chuyen-muc/tin-tuc/rss.xml",
					       "/sitemap.xml" };
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		struct web_answer answer = get(t, targets[i]);
		assert_int_equal(answer.status, 200);
		assert_true(str_find(answer.body, S("/tin/ho-tich<")) != SIZE_MAX);
		assert_true(str_find(answer.body, S("nhap")) == SIZE_MAX);
	}
	town_close(t);
}

static void what_is_dated_ahead_is_not_shown_before_its_time(struct fixture *f)
{
	struct town *t = town_open(f);
	static const char *const targets[] = { "/", "/chuyen-muc/tin-tuc", "/rss.xml", "/sitemap.xml",
					       "/tin/ho-tich" };
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		assert_true(str_find(get(t, targets[i]).body, S("mai-sau")) == SIZE_MAX);
	assert_int_equal(get(t, "/tin/mai-sau").status, 404);
	assert_int_equal(value_get(view_of(t, "/tim?q=mai+sau"), S("hits")).n, 0);
	town_close(t);
}

/* ---- the editor ---- */

static struct web_answer post(struct town *t, str target, const char *form)
{
	return web_test_request(t->web, &t->f->arena, (struct web_ask){ .method = "POST",
		.target = arena_copy(&t->f->arena, target).p, .session = "editor", .form = form });
}

static uint64_t generation(struct town *t, int number)
{
	uint64_t generations[WEB_SITES] = { 0 };
	fixture_ok(t->f, portal_generations(t->portal, &t->f->ctx, generations));
	return generations[number];
}

#define NEW_FORM "site=hoa-phat&title=H%E1%BB%8Dp+t%E1%BB%95&section=tin-tuc&poster=Mai&body=N%E1%BB%99i+dung"

static void a_draft_is_seen_only_when_published_and_not_after_it_is_withdrawn(struct fixture *f)
{
	struct town *t = town_open(f);
	const char *page = "/phuong/hoa-phat/tin/hop-to";
	struct web_answer answer = post(t, S("/quan-tri/tin/moi"), NEW_FORM);
	assert_int_equal(answer.status, 303);
	str at = web_answer_header(&answer, "Location");
	assert_int_equal(get(t, page).status, 404);
	int ward = site_by_code(t->portal, S("hoa-phat"))->number;
	uint64_t before = generation(t, ward);
	assert_int_equal(post(t, arena_printf(&f->arena, "%.*s/dang", STR_ARG(at)), "").status, 303);
	assert_int_equal(get(t, page).status, 200);
	assert_true(generation(t, ward) > before);
	assert_int_equal(post(t, arena_printf(&f->arena, "%.*s/dang", STR_ARG(at)), "").status, 409);
	assert_int_equal(post(t, arena_printf(&f->arena, "%.*s/go", STR_ARG(at)), "").status, 303);
	assert_int_equal(get(t, page).status, 404);
	town_close(t);
}

static void every_change_of_an_article_is_an_event(struct fixture *f)
{
	struct town *t = town_open(f);
	struct web_answer answer = post(t, S("/quan-tri/tin/moi"), NEW_FORM);
	str at = web_answer_header(&answer, "Location");
	assert_int_equal(post(t, at, NEW_FORM "&version=1").status, 303);
	assert_int_equal(post(t, arena_printf(&f->arena, "%.*s/dang", STR_ARG(at)), "").status, 303);
	size_t slash = at.n;
	while (slash > 0 && at.p[slash - 1] != '/')
		slash--;
	int64_t id;
	assert_true(id_parse(str_slice(at, slash, at.n), &id));
	struct event_list events;
	struct db *db;
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, event_list(&f->ctx, db, id, &events));
	store_release(db);
	static const char *const kinds[] = { "article.drafted", "article.changed",
					     "article.published" };
	assert_int_equal(events.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(str_eq(events.items[i].kind, str_z(kinds[i])));
		assert_int_equal(events.items[i].actor, t->editor.account);
	}
	town_close(t);
}

static void the_second_of_two_editors_is_told_and_loses_nothing_of_the_first(struct fixture *f)
{
	struct town *t = town_open(f);
	struct web_answer answer = post(t, S("/quan-tri/tin/moi"), NEW_FORM);
	str at = web_answer_header(&answer, "Location");
	assert_int_equal(post(t, at, "title=Mot&section=tin-tuc&poster=M&body=B&version=1").status, 303);
	assert_int_equal(post(t, at, "title=Hai&section=tin-tuc&poster=M&body=B&version=1").status, 409);
	answer = web_test_request(t->web, &f->arena, (struct web_ask){
		.target = arena_copy(&f->arena, at).p, .session = "editor" });
	struct value view = json_of(t, arena_copy(&f->arena, answer.body).p);
	assert_text(value_path(view, S("form.title.value")), "Mot");
	town_close(t);
}

static void an_editor_writes_only_on_the_sites_of_the_grant(struct fixture *f)
{
	struct town *t = town_open(f);
	assert_int_equal(post(t, S("/quan-tri/tin/moi"),
			      "site=cam-le&title=A&section=tin-tuc&poster=M&body=B").status, 403);
	assert_int_equal(post(t, S("/quan-tri/tin/moi"),
			      "site=hoa-an&title=A&section=tin-tuc&poster=M&body=B").status, 403);
	struct web_answer list = web_test_request(t->web, &f->arena, (struct web_ask){
		.target = "/quan-tri/tin", .session = "editor" });
	struct value view = json_of(t, arena_copy(&f->arena, list.body).p);
	assert_int_equal(value_get(view, S("articles")).n, 1);
	assert_true(get(t, "/quan-tri/tin").status != 200);
	town_close(t);
}

static void a_form_with_mistakes_keeps_what_was_typed(struct fixture *f)
{
	struct town *t = town_open(f);
	struct web_answer answer = post(t, S("/quan-tri/tin/moi"),
					"site=hoa-phat&title=&section=khong-co&poster=M&body=Chu");
	assert_int_equal(answer.status, 422);
	struct value view = json_of(t, arena_copy(&f->arena, answer.body).p);
	assert_int_equal(value_get(view, S("errors")).n, 2);
	assert_text(value_path(view, S("form.body.value")), "Chu");
	town_close(t);
}

/* ---- import, views ---- */

static const char old_page[] =
	"Họp giao ban\nNgười đăng tin: Test Test Ngày đăng tin: 24/01/2015 Lượt xem: 68\n"
	"Sáng nay, quận họp giao ban.\nnbsp;\nMột câu nữa.\nHồng Hạnh\n";

static enum err count_articles(struct ctx *ctx, struct db *db, void *arg)
{
	return db_int(ctx, db, 0, arg, SQL("SELECT COUNT(*) FROM article"));
}

static void an_old_page_is_kept_as_a_draft_once(struct fixture *f)
{
	struct town *t = town_open(f);
	str report, slug;
	fixture_ok(f, portal_import(&f->ctx, t->portal, S("hoa-phat"), S("cu.txt"), str_z(old_page),
				    &report, &slug));
	assert_true(str_eq(slug, S("hop-giao-ban")));
	assert_true(str_find(report, S("Test Test")) != SIZE_MAX);
	assert_int_equal(get(t, "/phuong/hoa-phat/tin/hop-giao-ban").status, 404);
	assert_int_equal(portal_import(&f->ctx, t->portal, S("hoa-phat"), S("cu.txt"),
				       str_z(old_page), &report, &slug), ERR_CONFLICT);
	assert_int_equal(portal_import(&f->ctx, t->portal, S("sao-hoa"), S("cu.txt"),
				       str_z(old_page), &report, &slug), ERR_NOT_FOUND);
	int64_t before, after;
	fixture_ok(f, store_read(&f->ctx, f->store, count_articles, &before));
	assert_int_equal(portal_import(&f->ctx, t->portal, S("hoa-phat"), S("thu.txt"),
				       S("Kính gửi ông bà.\n"), &report, &slug), ERR_INVALID);
	fixture_ok(f, store_read(&f->ctx, f->store, count_articles, &after));
	assert_int_equal(before, after);
	town_close(t);
}

static void a_visitor_counts_once_however_often_the_page_is_loaded(struct fixture *f)
{
	struct town *t = town_open(f);
	struct article a;
	struct db *db;
	fixture_ok(f, store_snapshot(&f->ctx, f->store, &db));
	fixture_ok(f, article_by_slug(&f->ctx, db, &t->portal->sites[0], KIND_ARTICLE, S("ho-tich"),
				      &a));
	store_release(db);
	uint64_t before = generation(t, 0);
	for (int i = 0; i < 50; i++)
		portal_viewed(t->portal, a.id, 7);
	portal_viewed(t->portal, a.id, 8);
	fixture_ok(f, views_flush(&f->ctx, t->portal->views));
	portal_viewed(t->portal, a.id, 7);
	portal_viewed(t->portal, a.id, 9);
	fixture_ok(f, views_flush(&f->ctx, t->portal->views));
	assert_int_equal(value_integer(value_path(view_of(t, "/tin/ho-tich"), S("article.views")), 0), 3);
	assert_true(generation(t, 0) == before);
	town_close(t);
}

/* ---- faults of a pack, addresses ---- */

struct bad_pack {
	const char *name, *text, *words;
};

static enum err bad_write(struct ctx *ctx, struct db *db, void *arg)
{
	const struct bad_pack *bad = arg;
	struct value sites = value_map(), list;
	struct json_fault fault;
	const char *const files[] = { bad->name, bad->text, NULL };
	site_put(ctx->arena, &sites, "cam-le", SITE("cam-le", "/"), files);
	assert_true(json_parse(ctx->arena, str_z(organisations), &list, &fault));
	TRY(people_init(ctx, db, list, value_list(), S("")));
	return portal_init(ctx, db, sites);
}

static void a_fault_in_a_pack_names_its_file(struct fixture *f)
{
	static const struct bad_pack bad[] = {
		{ "articles/a.md", "no head", "articles/a.md" },
		{ "articles/b.md", "---\ntitle: B\n", "articles/b.md" },
		{ "articles/c.md", ARTICLE("C", "published: tomorrow\n", "x"), "tomorrow" },
		{ "articles/d.md", "---\ntitle: D\nsection: sao-hoa\n---\nx\n", "sao-hoa" },
		{ "articles/e.md", ARTICLE("E", "translation_of: khong-co\n", "x"), "khong-co" },
		{ "pages/g.md", "---\nsection: tin-tuc\n---\nx\n", "pages/g.md" },
		{ "site.json", "{\"path\": ", "site.json" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		enum err err = store_write(&f->ctx, f->store, bad_write, (void *)&bad[i]);
		if (err != ERR_INVALID ||
		    str_find(f->ctx.fault.message, str_z(bad[i].words)) == SIZE_MAX)
			fail_msg("%s: %s %.*s", bad[i].name, err_name(err),
				 STR_ARG(f->ctx.fault.message));
	}
}

static void a_site_is_found_by_the_longest_path_and_whole_names_only(struct fixture *f)
{
	struct town *t = town_open(f);
	static const struct {
		const char *path, *code, *prefix;
	} cases[] = {
		{ "/", "cam-le", "" },
		{ "/phuong/hoa-phat", "hoa-phat", "/phuong/hoa-phat" },
		{ "/phuong/hoa-phat/tin/x", "hoa-phat", "/phuong/hoa-phat" },
		{ "/phuong/hoa-phat-moi", "cam-le", "" },
		{ "/phuong", "cam-le", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct web_site site;
		str redirect = S("");
		assert_true(portal_site(t->portal, S("localhost:8080"), str_z(cases[i].path), &site,
					&redirect));
		const struct site *found = site.data;
		assert_true(str_eq(found->code, str_z(cases[i].code)));
		assert_true(str_eq(site.prefix, str_z(cases[i].prefix)));
		assert_true(str_empty(redirect));
	}
	town_close(t);
}

static void every_statement_is_understood(struct fixture *f)
{
	size_t n;
	fixture_ok(f, store_check_statements(&f->ctx, f->store, &n));
	assert_true(n > 20);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(the_pack_becomes_pages),
		FIXTURE_TEST(raw_markup_in_an_article_does_not_reach_the_page),
		FIXTURE_TEST(a_section_shows_what_is_below_it_too),
		FIXTURE_TEST(english_readers_get_the_translation_or_else_the_original),
		FIXTURE_TEST(search_finds_words_without_their_marks),
		FIXTURE_TEST(feeds_and_the_sitemap_hold_only_what_is_published),
		FIXTURE_TEST(what_is_dated_ahead_is_not_shown_before_its_time),
		FIXTURE_TEST(a_draft_is_seen_only_when_published_and_not_after_it_is_withdrawn),
		FIXTURE_TEST(every_change_of_an_article_is_an_event),
		FIXTURE_TEST(the_second_of_two_editors_is_told_and_loses_nothing_of_the_first),
		FIXTURE_TEST(an_editor_writes_only_on_the_sites_of_the_grant),
		FIXTURE_TEST(a_form_with_mistakes_keeps_what_was_typed),
		FIXTURE_TEST(an_old_page_is_kept_as_a_draft_once),
		FIXTURE_TEST(a_visitor_counts_once_however_often_the_page_is_loaded),
		FIXTURE_TEST(a_fault_in_a_pack_names_its_file),
		FIXTURE_TEST(a_site_is_found_by_the_longest_path_and_whole_names_only),
		FIXTURE_TEST(every_statement_is_understood),
	};
	return fixture_run(tests, sizeof tests / sizeof *tests, migrations);
}
