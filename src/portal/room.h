/* What the files of this room share. Nobody outside includes it. */
#ifndef MOTCUA_PORTAL_ROOM_H
#define MOTCUA_PORTAL_ROOM_H

#include <pthread.h>

#include "base/clock.h"
#include "portal/portal.h"

/* A site as the pack describes it; read once, never changed while the program runs. */
struct site {
	int64_t id, organisation;
	int number;         /* web_site.number */
	str code, path;     /* "hoa-phat", "/phuong/hoa-phat" ("" for the main one) */
	str host;           /* canonical host name, or "" */
	struct value hosts; /* all host names */
	str redirect;       /* "https://" and the host, or "" */
	struct value body;  /* site.json */
	const struct organisation *owner;
};

struct views;

struct portal {
	struct store *store;
	struct people *people;
	struct cases *cases;
	struct arena arena;
	struct site *sites;
	size_t n;
	struct views *views;
};

enum article_status { ARTICLE_DRAFT, ARTICLE_PUBLISHED, ARTICLE_WITHDRAWN };
enum article_kind { KIND_ARTICLE, KIND_PAGE };

struct article {
	int64_t id, site, kind, status;
	str slug, language, section, title, summary, body;
	str poster, byline, image, image_alt, caption, related;
	bool home;
	int64_t translation_of;
	usec published_at, changed_at;
	int64_t version, views;
	str doubts; /* what the importer wants a person to look at; one a line */
};

/* ---- sites.c ---- */

enum err sites_load(struct ctx *ctx, struct portal *portal);
const struct site *request_site(const struct request *request);
const struct site *site_by_code(const struct portal *portal, str code);
/* {"vi": "…", "en": "…"} in that language, else in Vietnamese. */
str text_in(struct value texts, str language);
/* Title of the section with that slug, at any depth; the slug itself where there is none. */
str section_title(const struct site *site, str slug, str language);
/* {slug, title, children}; null where there is none. */
struct value section_find(const struct site *site, str slug);
/* The section and all below it, for lists. */
void section_family(struct arena *arena, const struct site *site, str slug, str **ret, size_t *ret_n);

/* ---- articles.c ---- */

enum err article_load(struct ctx *ctx, struct db *db, int64_t id, struct article *ret_article);
/* A published one by its address. ERR_NOT_FOUND. */
enum err article_by_slug(struct ctx *ctx, struct db *db, const struct site *site,
			 enum article_kind kind, str slug, struct article *ret_article);

struct article_list {
	struct article *items; /* without body */
	size_t n;
	bool more;
};

struct article_wanted {
	const struct site *site;
	str language;
	str section;    /* and those below it; empty: all */
	usec before;    /* published earlier than this; 0: the newest */
	int64_t but;    /* not this one */
	const str *slugs; /* only these */
	size_t n_slugs;
	bool home;      /* only those that may stand at the top of a home page */
	int most;
};

enum err article_list(struct ctx *ctx, struct db *db, const struct article_wanted *wanted,
		      struct article_list *ret_list);
/* The published translation of an article, or of what it translates; 0 where there is none. */
enum err article_translation(struct ctx *ctx, struct db *db, const struct article *article,
			     str language, struct article *ret_other);

/* Inside commands: writes a new one (id 0) or a new version, with its event. The slug of a new
 * one is made free. `actor`: account, 0 the program. ERR_CONFLICT: changed by somebody else since
 * `version`. */
enum err article_save(struct ctx *ctx, struct db *db, struct article *article, int64_t actor);
enum err article_publish(struct ctx *ctx, struct db *db, int64_t id, usec at, int64_t actor);
enum err article_withdraw(struct ctx *ctx, struct db *db, int64_t id, int64_t actor);
/* Raises the generation of the site. */
enum err site_touch(struct ctx *ctx, struct db *db, int64_t site);

/* ---- look.c: articles as pages see them ---- */

struct value article_card(struct request *request, const struct article *article);
struct value article_cards(struct request *request, const struct article_list *list);
struct value crumb(struct request *request, const char *msgid, str path);
void crumb_add(struct arena *arena, struct value *crumbs, str label, str url);
/* The place of a request's articles: link to /tin/<slug> or /trang/<slug> on this site. */
str article_link(const struct request *request, const struct article *article);
/* A map with page{title, description, feed}. */
struct value page_view(struct request *request, str title, str description);
str request_text(const struct request *request, const char *msgid);

/* ---- views.c ---- */

struct views *views_start(struct store *store);
void views_stop(struct views *views); /* flushes; NULL is fine */
void views_count(struct views *views, int64_t article, uint64_t visitor);
enum err views_flush(struct ctx *ctx, struct views *views);

/* ---- handlers ---- */

enum err home_page(struct request *request, struct response *response);
enum err article_page(struct request *request, struct response *response);
enum err static_page(struct request *request, struct response *response);
enum err section_page(struct request *request, struct response *response);
enum err search_page(struct request *request, struct response *response);
enum err feed_page(struct request *request, struct response *response);
enum err sitemap_page(struct request *request, struct response *response);
enum err robots_page(struct request *request, struct response *response);
enum err editor_object(struct request *request, const void **ret_object);
enum err editor_list(struct request *request, struct response *response);
enum err editor_form(struct request *request, struct response *response);
enum err editor_save(struct request *request, struct response *response);
enum err editor_preview(struct request *request, struct response *response);
enum err editor_publish(struct request *request, struct response *response);
enum err editor_withdraw(struct request *request, struct response *response);

extern const struct field editor_fields[];

#endif
