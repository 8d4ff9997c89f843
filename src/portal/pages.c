/* What readers of a site see: home, sections, articles, standing pages. */
#include "portal/room.h"

#include "text/markdown.h"

enum { SECTION_PAGE = 12, HOME_NEWS = 6, RELATED = 3 };

static enum err snapshot(struct request *request, struct db **ret_db)
{
	const struct portal *portal = request->state;
	return store_snapshot(&request->ctx, portal->store, ret_db);
}

/* ---- home ---- */

static struct value procedure_tile(struct request *request, const struct procedure *procedure)
{
	struct arena *arena = request->ctx.arena;
	struct value tile = value_map();
	str path = arena_printf(arena, "/thu-tuc/%.*s", STR_ARG(procedure->name));
	str text = procedure_text(procedure, S("summary"), request->language);
	value_set(arena, &tile, S("title"),
		  value_str(procedure_text(procedure, S("title"), request->language)));
	value_set(arena, &tile, S("text"), value_str(markdown_teaser(arena, text, 90)));
	value_set(arena, &tile, S("url"), value_str(request_link(request, path)));
	return tile;
}

/* The procedures that the block "services" of the home page names and that are in force. */
static struct value procedure_tiles(struct request *request, const struct site *site)
{
	const struct portal *portal = request->state;
	struct value tiles = value_list(), home = value_get(site->body, S("home"));
	for (uint32_t i = 0; portal->cases && i < home.n; i++) {
		struct value names = value_get(value_item(home, i), S("procedures"));
		for (uint32_t k = 0; k < names.n; k++) {
			const struct procedure *procedure = procedure_in_force(
				portal->cases, value_text(value_item(names, k)), clock_business());
			if (procedure)
				value_push(request->ctx.arena, &tiles,
					   procedure_tile(request, procedure));
		}
	}
	return tiles;
}

static enum err news_block(struct request *request, struct db *db, struct value block,
			   struct value *ret_news)
{
	struct arena *arena = request->ctx.arena;
	const struct site *site = request_site(request);
	str section = value_text(value_get(block, S("section")));
	struct article_list list;
	int64_t count = value_integer(value_get(block, S("count")), HOME_NEWS);
	TRY(article_list(&request->ctx, db, &(struct article_wanted){ .site = site,
		.language = request->language, .section = section,
		.most = count > 0 && count < 50 ? (int)count : HOME_NEWS }, &list));
	struct value news = value_map();
	str path = arena_printf(arena, "/chuyen-muc/%.*s", STR_ARG(section));
	value_set(arena, &news, S("title"), value_str(str_empty(section) ?
		request_text(request, N_("News")) : section_title(site, section, request->language)));
	value_set(arena, &news, S("url"),
		  str_empty(section) ? value_null() : value_str(request_link(request, path)));
	value_set(arena, &news, S("articles"), article_cards(request, &list));
	*ret_news = list.n ? news : value_null();
	return OK;
}

/* One block of site.json's "home"; its kind is the key of what the template gets. */
static enum err home_block(struct request *request, struct db *db, struct value block,
			   struct value *blocks)
{
	struct arena *arena = request->ctx.arena;
	const struct portal *portal = request->state;
	struct value one = value_map(), news = value_null(), notice = value_null();
	str kind = value_text(value_get(block, S("block")));
	if (str_eq(kind, S("news")))
		TRY(news_block(request, db, block, &news));
	if (str_eq(kind, S("notice")))
		TRY(news_block(request, db, block, &notice));
	value_set(arena, &one, S("news"), news);
	value_set(arena, &one, S("notice"), notice);
	value_set(arena, &one, S("figures"), value_bool(str_eq(kind, S("figures"))));
	value_set(arena, &one, S("wards"), value_bool(str_eq(kind, S("wards")) && portal->n > 1));
	value_push(arena, blocks, one);
	return OK;
}

enum err home_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct site *site = request_site(request);
	struct db *db;
	if (!site)
		return fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
	TRY(snapshot(request, &db));
	str promise = request_text(request,
		N_("Hand in once, follow every step, get the result on the day promised."));
	struct value view = page_view(request, request_text(request, N_("Home")), promise);
	struct value blocks = value_list(), home = value_get(site->body, S("home"));
	for (uint32_t i = 0; i < home.n; i++)
		TRY(home_block(request, db, value_item(home, i), &blocks));
	value_set(arena, &view, S("promise"), value_str(promise));
	value_set(arena, &view, S("tiles"), procedure_tiles(request, site));
	value_set(arena, &view, S("track_url"), value_str(request_link(request, S("/tra-cuu"))));
	value_set(arena, &view, S("procedures_url"), value_str(request_link(request, S("/thu-tuc"))));
	value_set(arena, &view, S("figures_url"), value_str(request_link(request, S("/cong-khai"))));
	value_set(arena, &view, S("blocks"), blocks);
	response_view(response, "portal/home", view);
	return OK;
}

/* ---- one article ---- */

/* The highest level of heading the writer used, 1 for "#": it comes right below the title. */
static int top_heading(str body)
{
	int top = 7;
	for (str line; str_next(&body, '\n', &line);) {
		int level = 0;
		while ((size_t)level < line.n && line.p[level] == '#')
			level++;
		if (level && level < top)
			top = level;
	}
	return top;
}

static struct value body_html(struct request *request, const struct article *a)
{
	/* What "#" becomes, so that the highest one in use becomes h2. */
	const struct markdown_options options = { .first_heading = top_heading(a->body) == 2 ? 1 : 2 };
	return value_html(markdown_html(request->ctx.arena, a->body, &options));
}

static struct value figure_view(struct request *request, const struct article *a)
{
	struct arena *arena = request->ctx.arena;
	struct value figure = value_map();
	if (str_empty(a->image))
		return value_null();
	value_set(arena, &figure, S("src"), value_str(a->image));
	value_set(arena, &figure, S("alt"), value_str(a->image_alt));
	value_set(arena, &figure, S("width"), value_null());
	value_set(arena, &figure, S("caption"),
		  str_empty(a->caption) ? value_null() : value_str(a->caption));
	return figure;
}

static void set_text(struct arena *arena, struct value *map, const char *key, str text)
{
	value_set(arena, map, str_z(key), str_empty(text) ? value_null() : value_str(text));
}

/* What both an article and its preview show. */
static struct value article_view(struct request *request, const struct article *a)
{
	struct arena *arena = request->ctx.arena;
	struct value view = page_view(request, a->title, a->summary), article = value_map();
	set_text(arena, &article, "title", a->title);
	set_text(arena, &article, "summary", a->summary);
	set_text(arena, &article, "poster", a->poster);
	set_text(arena, &article, "byline", a->byline);
	set_text(arena, &article, "foreign",
		 str_eq(a->language, request->language) ? S("") : a->language);
	set_text(arena, &article, "date",
		 a->published_at ? time_format(arena, a->published_at, 420) : S(""));
	value_set(arena, &article, S("views"), value_int(a->views));
	value_set(arena, &article, S("figure"), figure_view(request, a));
	value_set(arena, &article, S("body"), body_html(request, a));
	value_set(arena, &view, S("article"), article);
	return view;
}

/* Those the writer named, else the newest of the section. */
static enum err related_add(struct request *request, struct db *db, const struct article *a,
			    struct value *view)
{
	struct article_list list;
	struct article_wanted wanted = { .site = request_site(request),
					 .language = request->language, .but = a->id, .most = RELATED };
	str slugs[RELATED], rest = a->related, slug;
	while (wanted.n_slugs < RELATED && str_next(&rest, ',', &slug))
		if (!str_empty(str_trim(slug)))
			slugs[wanted.n_slugs++] = str_trim(slug);
	wanted.slugs = slugs;
	if (!wanted.n_slugs)
		wanted.section = a->section;
	TRY(article_list(&request->ctx, db, &wanted, &list));
	value_set(request->ctx.arena, view, S("related"), article_cards(request, &list));
	return OK;
}

static enum err translation_add(struct request *request, struct db *db, const struct article *a,
				struct value *view)
{
	struct article other;
	struct value link = value_null();
	str wanted = str_eq(a->language, S("vi")) ? S("en") : S("vi");
	TRY(article_translation(&request->ctx, db, a, wanted, &other));
	if (other.id) {
		str path = article_link(request, &other);
		link = value_map();
		value_set(request->ctx.arena, &link, S("title"), value_str(other.title));
		value_set(request->ctx.arena, &link, S("url"), value_str(path));
		value_set(request->ctx.arena, &link, S("lang"), value_str(other.language));
	}
	value_set(request->ctx.arena, view, S("translation"), link);
	return OK;
}

enum err article_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct site *site = request_site(request);
	struct article a;
	struct db *db;
	TRY(snapshot(request, &db));
	TRY(article_by_slug(&request->ctx, db, site, KIND_ARTICLE, request_param(request, "slug"),
			    &a));
	struct value view = article_view(request, &a), crumbs = crumb(request, NULL, S(""));
	crumb_add(arena, &crumbs, section_title(site, a.section, request->language),
		  request_link(request, arena_printf(arena, "/chuyen-muc/%.*s", STR_ARG(a.section))));
	value_set(arena, &view, S("crumbs"), crumbs);
	TRY(related_add(request, db, &a, &view));
	TRY(translation_add(request, db, &a, &view));
	response->count = a.id;
	response_view(response, "portal/article", view);
	return OK;
}

enum err editor_preview(struct request *request, struct response *response)
{
	struct article a;
	struct db *db;
	int64_t id;
	if (!id_parse(request_param(request, "id"), &id))
		return fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
	TRY(snapshot(request, &db));
	TRY(article_load(&request->ctx, db, id, &a));
	struct value view = article_view(request, &a);
	value_set(request->ctx.arena, &view, S("preview"), value_bool(true));
	value_set(request->ctx.arena, &view, S("crumbs"),
		  crumb(request, N_("Articles"), S("/quan-tri/tin")));
	response_view(response, "portal/article", view);
	return OK;
}

static enum err page_show(struct request *request, struct response *response, struct db *db)
{
	struct article a;
	TRY(article_by_slug(&request->ctx, db, request_site(request), KIND_PAGE,
			    request_param(request, "slug"), &a));
	struct value view = article_view(request, &a);
	TRY(translation_add(request, db, &a, &view));
	value_set(request->ctx.arena, &view, S("crumbs"), crumb(request, NULL, S("")));
	response_view(response, "portal/page", view);
	return OK;
}

enum err static_page(struct request *request, struct response *response)
{
	struct db *db;
	TRY(snapshot(request, &db));
	return page_show(request, response, db);
}

/* ---- a section ---- */

static struct value children_of(struct request *request, struct value section)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list(), children = value_get(section, S("children"));
	for (uint32_t i = 0; i < children.n; i++) {
		struct value child = value_item(children, i);
		crumb_add(arena, &list, text_in(value_get(child, S("title")), request->language),
			  request_link(request, arena_printf(arena, "/chuyen-muc/%.*s",
				       STR_ARG(value_text(value_get(child, S("slug")))))));
	}
	return list;
}

static void older_add(struct request *request, struct value *view, const struct article_list *list)
{
	struct arena *arena = request->ctx.arena;
	struct value pagination = value_map(), next = value_map();
	if (!list->more) {
		value_set(arena, view, S("pagination"), value_null());
		return;
	}
	str url = arena_printf(arena, "?truoc=%lld",
			       (long long)list->items[list->n - 1].published_at);
	value_set(arena, &next, S("url"), value_str(url));
	value_set(arena, &pagination, S("previous"), value_null());
	value_set(arena, &pagination, S("next"), next);
	value_set(arena, &pagination, S("pages"), value_null());
	value_set(arena, view, S("pagination"), pagination);
}

/* A section that has a standing page of its name is that page. */
enum err section_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct site *site = request_site(request);
	str slug = request_param(request, "slug");
	struct value section = section_find(site, slug);
	struct article_list list;
	struct db *db;
	if (value_is_null(section))
		return fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
	TRY(snapshot(request, &db));
	enum err standing = page_show(request, response, db);
	if (standing != ERR_NOT_FOUND)
		return standing;
	TRY(article_list(&request->ctx, db, &(struct article_wanted){ .site = site,
		.language = request->language, .section = slug,
		.before = request_query_int(request, "truoc", 0), .most = SECTION_PAGE }, &list));
	struct value view = page_view(request, section_title(site, slug, request->language), S(""));
	value_set(arena, &view, S("articles"), article_cards(request, &list));
	value_set(arena, &view, S("children"), children_of(request, section));
	value_set(arena, &view, S("feed_url"), value_str(request_link(request,
		  arena_printf(arena, "/chuyen-muc/%.*s/rss.xml", STR_ARG(slug)))));
	value_set(arena, &view, S("crumbs"), crumb(request, NULL, S("")));
	older_add(request, &view, &list);
	response_view(response, "portal/section", view);
	return OK;
}
