#include "portal/room.h"

static const struct migration steps[] = {
	{ 1, "sites and articles",
	  "CREATE TABLE site ("
	  " id INT PRIMARY KEY, number INT NOT NULL UNIQUE, code TEXT NOT NULL UNIQUE,"
	  " organisation INT NOT NULL, path TEXT NOT NULL, generation INT NOT NULL,"
	  " body TEXT NOT NULL);"
	  "CREATE TABLE article ("
	  " id INT PRIMARY KEY, site INT NOT NULL, kind INT NOT NULL, slug TEXT NOT NULL,"
	  " language TEXT NOT NULL, section TEXT NOT NULL, title TEXT NOT NULL,"
	  " summary TEXT NOT NULL, body TEXT NOT NULL, poster TEXT NOT NULL, byline TEXT NOT NULL,"
	  " image TEXT NOT NULL, image_alt TEXT NOT NULL, caption TEXT NOT NULL,"
	  " related TEXT NOT NULL, home BOOL NOT NULL, translation_of INT NOT NULL,"
	  " status INT NOT NULL, published_at INT NOT NULL, changed_at INT NOT NULL,"
	  " version INT NOT NULL, doubts TEXT NOT NULL, title_folded TEXT NOT NULL,"
	  " folded TEXT NOT NULL, UNIQUE (site, kind, slug));"
	  "CREATE INDEX article_newest ON article (site, status, kind, published_at);"
	  "CREATE INDEX article_section ON article (site, section, status, published_at);"
	  "CREATE INDEX article_translation ON article (translation_of);"
	  "CREATE TABLE article_version ("
	  " article INT NOT NULL, version INT NOT NULL, changed_at INT NOT NULL,"
	  " account INT NOT NULL, act TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,"
	  " PRIMARY KEY (article, version));"
	  /* Apart, so that counting never touches what is published. */
	  "CREATE TABLE article_view (article INT PRIMARY KEY, views INT NOT NULL);" },
};

const struct migration_set portal_migrations = { "portal", steps, sizeof steps / sizeof *steps };

enum err portal_open(struct ctx *ctx, struct store *store, struct people *people,
		     struct cases *cases, struct portal **ret_portal)
{
	struct portal *portal = calloc(1, sizeof *portal);
	if (!portal)
		abort();
	portal->store = store;
	portal->people = people;
	portal->cases = cases;
	arena_init(&portal->arena);
	enum err err = sites_load(ctx, portal);
	if (err != OK) {
		portal_close(portal);
		return err;
	}
	portal->views = views_start(store);
	*ret_portal = portal;
	return OK;
}

void portal_close(struct portal *portal)
{
	if (!portal)
		return;
	views_stop(portal->views);
	arena_done(&portal->arena);
	free(portal);
}

void portal_viewed(struct portal *portal, int64_t count, uint64_t visitor)
{
	views_count(portal->views, count, visitor);
}

#define ARTICLE_PATH "/quan-tri/tin/{id}"

/* Lists are made again each minute: what is dated ahead appears when its time has come. */
#define LIST_TTL (60 * USEC_SECOND)

const struct route portal_routes[] = {
	{ WEB_GET, "/", PERM_PUBLIC, home_page, .flags = ROUTE_CACHED, .ttl = LIST_TTL },
	{ WEB_GET, "/tin/{slug}", PERM_PUBLIC, article_page, .flags = ROUTE_CACHED },
	{ WEB_GET, "/trang/{slug}", PERM_PUBLIC, static_page, .flags = ROUTE_CACHED },
	{ WEB_GET, "/chuyen-muc/{slug}", PERM_PUBLIC, section_page, .flags = ROUTE_CACHED,
	  .ttl = LIST_TTL, .query_keys = "truoc" },
	{ WEB_GET, "/tim", PERM_PUBLIC, search_page },
	{ WEB_GET, "/rss.xml", PERM_PUBLIC, feed_page, .flags = ROUTE_CACHED,
	  .ttl = LIST_TTL },
	{ WEB_GET, "/chuyen-muc/{slug}/rss.xml", PERM_PUBLIC, feed_page, .flags = ROUTE_CACHED,
	  .ttl = LIST_TTL },
	{ WEB_GET, "/sitemap.xml", PERM_PUBLIC, sitemap_page,
	  .flags = ROUTE_CACHED | ROUTE_NO_LANGUAGE, .ttl = LIST_TTL },
	{ WEB_GET, "/robots.txt", PERM_PUBLIC, robots_page,
	  .flags = ROUTE_CACHED | ROUTE_NO_LANGUAGE },
	{ WEB_GET, "/quan-tri/tin", ACT_ARTICLE_EDIT, editor_list, .flags = ROUTE_MAIN },
	{ WEB_GET | WEB_POST, "/quan-tri/tin/moi", ACT_ARTICLE_EDIT, editor_save,
	  .flags = ROUTE_MAIN, .fields = editor_fields, .body_max = 1 << 20 },
	{ WEB_GET, ARTICLE_PATH, ACT_ARTICLE_EDIT, editor_form, editor_object,
	  .flags = ROUTE_MAIN },
	{ WEB_POST, ARTICLE_PATH, ACT_ARTICLE_EDIT, editor_save, editor_object,
	  .flags = ROUTE_MAIN, .fields = editor_fields, .body_max = 1 << 20 },
	{ WEB_GET, ARTICLE_PATH "/xem-truoc", ACT_ARTICLE_EDIT, editor_preview, editor_object,
	  .flags = ROUTE_MAIN },
	{ WEB_POST, ARTICLE_PATH "/dang", ACT_ARTICLE_EDIT, editor_publish, editor_object,
	  .flags = ROUTE_MAIN },
	{ WEB_POST, ARTICLE_PATH "/go", ACT_ARTICLE_EDIT, editor_withdraw, editor_object,
	  .flags = ROUTE_MAIN },
	{ 0 },
};
