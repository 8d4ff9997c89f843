/* RSS, the sitemap and robots.txt: for programs. */
#include "portal/room.h"

enum { FEED_ITEMS = 20, SITEMAP_ITEMS = 5000 };

static void element(struct buf *out, const char *name, str text)
{
	buf_printf(out, "<%s>", name);
	html_escape(out, text);
	buf_printf(out, "</%s>\n", name);
}

/* RFC 822, as RSS wants it: "Sat, 24 Jan 2015 08:00:00 +0700". */
static str mail_date(struct arena *arena, usec at)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct civil c = time_civil(at, 420);
	return arena_printf(arena, "%s, %02d %s %d %02d:%02d:%02d +0700", days[c.weekday - 1],
			    c.day, months[c.month - 1], c.year, c.hour, c.minute, c.second);
}

static str absolute(struct request *request, str path)
{
	return request_absolute(request, path);
}

static str article_path(struct arena *arena, const struct article *a)
{
	return arena_printf(arena, a->kind == KIND_PAGE ? "/trang/%.*s" : "/tin/%.*s",
			    STR_ARG(a->slug));
}

static void feed_item(struct request *request, struct buf *out, const struct article *a)
{
	struct arena *arena = request->ctx.arena;
	str url = absolute(request, article_path(arena, a));
	buf_str(out, S("<item>\n"));
	element(out, "title", a->title);
	element(out, "link", url);
	element(out, "guid", url);
	element(out, "pubDate", mail_date(arena, a->published_at));
	element(out, "description", a->summary);
	buf_str(out, S("</item>\n"));
}

enum err feed_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct portal *portal = request->state;
	const struct site *site = request_site(request);
	str slug = request_param(request, "slug");
	struct article_list list;
	struct db *db;
	if (!str_empty(slug) && value_is_null(section_find(site, slug)))
		return fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
	TRY(store_snapshot(&request->ctx, portal->store, &db));
	TRY(article_list(&request->ctx, db, &(struct article_wanted){ .site = site,
		.language = request->language, .section = slug, .most = FEED_ITEMS }, &list));
	struct buf out = { .arena = arena };
	buf_str(&out, S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel>\n"));
	element(&out, "title", text_in(value_get(site->body, S("title")), request->language));
	element(&out, "link", absolute(request, S("/")));
	element(&out, "description",
		text_in(value_get(site->body, S("tagline")), request->language));
	element(&out, "language", request->language);
	for (size_t i = 0; i < list.n; i++)
		feed_item(request, &out, &list.items[i]);
	buf_str(&out, S("</channel></rss>\n"));
	response_bytes(response, S("application/rss+xml; charset=utf-8"), buf_view(&out));
	return OK;
}

static void sitemap_url(struct request *request, struct buf *out, str path, usec changed)
{
	buf_str(out, S("<url>"));
	element(out, "loc", absolute(request, path));
	if (changed)
		element(out, "lastmod", time_format(request->ctx.arena, changed, 420));
	buf_str(out, S("</url>\n"));
}

enum err sitemap_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct portal *portal = request->state;
	const struct site *site = request_site(request);
	struct rows rows;
	struct db *db;
	TRY(store_snapshot(&request->ctx, portal->store, &db));
	struct buf out = { .arena = arena };
	buf_str(&out, S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"));
	sitemap_url(request, &out, S("/"), 0);
	sitemap_url(request, &out, S("/thu-tuc"), 0);
	TRY(db_query(&request->ctx, db, &rows,
		     SQL("SELECT kind, slug, changed_at FROM article WHERE site = $1 AND status = 1"
			 " AND published_at <= $2 ORDER BY published_at DESC LIMIT $3"),
		     site->id, clock_business(), SITEMAP_ITEMS));
	while (rows_next(&rows)) {
		struct article a = { .kind = row_int(&rows, 0), .slug = row_str(&rows, 1) };
		sitemap_url(request, &out, article_path(arena, &a), row_int(&rows, 2));
	}
	TRY(rows_end(&rows));
	buf_str(&out, S("</urlset>\n"));
	response_bytes(response, S("application/xml; charset=utf-8"), buf_view(&out));
	return OK;
}

enum err robots_page(struct request *request, struct response *response)
{
	str text = arena_printf(request->ctx.arena,
				"User-agent: *\nDisallow: /ban\nDisallow: /quan-tri\nDisallow: /tra-cuu\n"
				"Disallow: /nop\nSitemap: %.*s\n",
				STR_ARG(absolute(request, S("/sitemap.xml"))));
	response_bytes(response, S("text/plain; charset=utf-8"), text);
	return OK;
}
