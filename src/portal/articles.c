#include "portal/room.h"

#include <sodium.h>

#include "store/event.h"
#include "text/markdown.h"
#include "text/vietnamese.h"

#define COLUMNS                                                                                \
	"SELECT a.id, a.site, a.kind, a.slug, a.language, a.section, a.title, a.summary, a.poster,"  \
	" a.byline, a.image, a.image_alt, a.caption, a.related, a.home, a.translation_of, a.status," \
	" a.published_at, a.changed_at, a.version, a.doubts, COALESCE(v.views, 0)"
#define FROM " FROM article a LEFT JOIN article_view v ON v.article = a.id"

static void article_row(const struct rows *row, struct article *a)
{
	*a = (struct article){
		.id = row_int(row, 0), .site = row_int(row, 1), .kind = row_int(row, 2),
		.slug = row_str(row, 3), .language = row_str(row, 4), .section = row_str(row, 5),
		.title = row_str(row, 6), .summary = row_str(row, 7), .poster = row_str(row, 8),
		.byline = row_str(row, 9), .image = row_str(row, 10), .image_alt = row_str(row, 11),
		.caption = row_str(row, 12), .related = row_str(row, 13), .home = row_bool(row, 14),
		.translation_of = row_int(row, 15), .status = row_int(row, 16),
		.published_at = row_int(row, 17), .changed_at = row_int(row, 18),
		.version = row_int(row, 19), .doubts = row_str(row, 20), .views = row_int(row, 21),
	};
}

enum err article_load(struct ctx *ctx, struct db *db, int64_t id, struct article *ret_article)
{
	struct rows row;
	TRY(db_one(ctx, db, &row, SQL(COLUMNS ", a.body" FROM " WHERE a.id = $1"), id));
	article_row(&row, ret_article);
	ret_article->body = row_str(&row, 22);
	return OK;
}

enum err article_by_slug(struct ctx *ctx, struct db *db, const struct site *site,
			 enum article_kind kind, str slug, struct article *ret_article)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL(COLUMNS ", a.body" FROM " WHERE a.site = $1 AND a.kind = $2 AND a.slug = $3"
		       " AND a.status = 1 AND a.published_at <= $4"), site->id, (int64_t)kind, slug,
		   clock_business()));
	article_row(&row, ret_article);
	ret_article->body = row_str(&row, 22);
	return OK;
}

/* A reader sees an article in their language; one that was never translated is seen by all. */
static void where_language(sql_t *q, str language)
{
	sql_add(q, SQL(" AND (a.language = $1 OR (a.translation_of = 0 AND NOT EXISTS (SELECT 1 FROM"
		       " article t WHERE t.translation_of = a.id AND t.language = $1"
		       " AND t.status = 1)))"), language);
}

static void list_where(struct ctx *ctx, sql_t *q, const struct article_wanted *wanted)
{
	sql_add(q, SQL(" WHERE a.site = $1 AND a.kind = 0 AND a.status = 1 AND a.published_at <= $2"),
		wanted->site->id, clock_business());
	where_language(q, wanted->language);
	if (!str_empty(wanted->section)) {
		str *family;
		size_t n;
		section_family(ctx->arena, wanted->site, wanted->section, &family, &n);
		sql_in_text(q, SQL(" AND a.section"), family, n);
	}
	if (wanted->before)
		sql_add(q, SQL(" AND a.published_at < $1"), wanted->before);
	if (wanted->but)
		sql_add(q, SQL(" AND a.id <> $1 AND a.translation_of <> $1"), wanted->but);
	if (wanted->n_slugs)
		sql_in_text(q, SQL(" AND a.slug"), wanted->slugs, wanted->n_slugs);
	if (wanted->home)
		sql_add(q, SQL(" AND a.home = 1"));
}

enum err article_list(struct ctx *ctx, struct db *db, const struct article_wanted *wanted,
		      struct article_list *ret_list)
{
	struct rows rows;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL(COLUMNS FROM));
	list_where(ctx, &q, wanted);
	sql_add(&q, SQL(" ORDER BY a.published_at DESC, a.id DESC LIMIT $1"), wanted->most + 1);
	*ret_list = (struct article_list){
		.items = ARENA_ARRAY(ctx->arena, struct article, wanted->most + 1),
	};
	TRY(db_query_built(ctx, db, &rows, &q));
	while (rows_next(&rows))
		article_row(&rows, &ret_list->items[ret_list->n++]);
	ret_list->more = ret_list->n > (size_t)wanted->most;
	ret_list->n -= ret_list->more;
	return rows_end(&rows);
}

enum err article_translation(struct ctx *ctx, struct db *db, const struct article *article,
			     str language, struct article *ret_other)
{
	*ret_other = (struct article){ 0 };
	int64_t id, origin = article->translation_of ? article->translation_of : article->id;
	TRY(db_int(ctx, db, 0, &id,
		   SQL("SELECT id FROM article WHERE (id = $1 OR translation_of = $1)"
		       " AND language = $2 AND status = 1 AND id <> $3"),
		   origin, language, article->id));
	return id ? article_load(ctx, db, id, ret_other) : OK;
}

/* ---- writing ---- */

/* A slug nobody has on this site: with -2, -3 … where needed. */
static enum err slug_free(struct ctx *ctx, struct db *db, struct article *a)
{
	str wanted = str_empty(a->slug) ? a->title : a->slug;
	str base = vietnamese_slug(ctx->arena, wanted, 80);
	if (str_empty(base))
		base = S("bai");
	a->slug = base;
	for (int n = 2;; n++) {
		int64_t taken;
		TRY(db_int(ctx, db, 0, &taken,
			   SQL("SELECT COUNT(*) FROM article WHERE site = $1 AND kind = $2"
			       " AND slug = $3"), a->site, a->kind, a->slug));
		if (!taken)
			return OK;
		a->slug = arena_printf(ctx->arena, "%.*s-%d", STR_ARG(base), n);
	}
}

static str digest(struct arena *arena, str s)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	char *hex = arena_alloc(arena, sizeof hash * 2 + 1);
	crypto_hash_sha256(hash, (const uint8_t *)s.p, s.n);
	sodium_bin2hex(hex, sizeof hash * 2 + 1, hash, sizeof hash);
	return str_of(hex, sizeof hash * 2);
}

/* What is public already, or will be: no part of it is personal. */
static enum err article_event(struct ctx *ctx, struct db *db, const struct article *a, str kind,
			      int64_t actor)
{
	struct arena *arena = ctx->arena;
	struct value open = value_map();
	int64_t organisation;
	TRY(db_int(ctx, db, 0, &organisation, SQL("SELECT organisation FROM site WHERE id = $1"),
		   a->site));
	value_set(arena, &open, S("slug"), value_str(a->slug));
	value_set(arena, &open, S("title"), value_str(a->title));
	value_set(arena, &open, S("version"), value_int(a->version));
	value_set(arena, &open, S("body_sha256"), value_str(digest(arena, a->body)));
	return event_append(ctx, db, &(struct event_new){ .kind = kind, .object = a->id,
		.actor = actor, .organisation = organisation, .open = open }, NULL);
}

static enum err version_keep(struct ctx *ctx, struct db *db, const struct article *a, str act,
			     int64_t actor)
{
	return db_run(ctx, db,
		      SQL("INSERT INTO article_version (article, version, changed_at, account, act,"
			  " title, body) VALUES ($1, $2, $3, $4, $5, $6, $7)"),
		      a->id, a->version, db_now(db), actor, act, a->title, a->body);
}

static str folded_whole(struct arena *arena, const struct article *a)
{
	struct buf text = { .arena = arena };
	const str parts[] = { a->title, a->summary, markdown_text(arena, a->body), a->byline };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		buf_byte(&text, ' ');
		buf_str(&text, vietnamese_fold(arena, parts[i]));
	}
	buf_byte(&text, ' ');
	return buf_view(&text);
}

static enum err article_insert(struct ctx *ctx, struct db *db, struct article *a)
{
	struct arena *arena = ctx->arena;
	a->id = db_id(db);
	a->version = 1;
	TRY(slug_free(ctx, db, a));
	return db_run(ctx, db,
		      SQL("INSERT INTO article (id, site, kind, slug, language, section, title,"
			  " summary, body, poster, byline, image, image_alt, caption, related, home,"
			  " translation_of, status, published_at, changed_at, version, doubts,"
			  " title_folded, folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
			  " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 1, $21, $22, $23)"),
		      a->id, a->site, a->kind, a->slug, a->language, a->section, a->title,
		      a->summary, a->body, a->poster, a->byline, a->image, a->image_alt,
		      a->caption, a->related, a->home, a->translation_of, a->status,
		      a->published_at, db_now(db), a->doubts, vietnamese_fold(arena, a->title),
		      folded_whole(arena, a));
}

static enum err article_update(struct ctx *ctx, struct db *db, struct article *a)
{
	struct arena *arena = ctx->arena;
	int64_t changed;
	TRY(db_run(ctx, db,
		   SQL("UPDATE article SET section = $3, title = $4, summary = $5, body = $6,"
		       " poster = $7, byline = $8, image = $9, image_alt = $10, caption = $11,"
		       " home = $12, changed_at = $13, version = version + 1, doubts = $14,"
		       " title_folded = $15, folded = $16 WHERE id = $1 AND version = $2"),
		   a->id, a->version, a->section, a->title, a->summary, a->body, a->poster,
		   a->byline, a->image, a->image_alt, a->caption, a->home, db_now(db), a->doubts,
		   vietnamese_fold(arena, a->title), folded_whole(arena, a)));
	TRY(db_changes(ctx, db, &changed));
	if (!changed)
		return fail(ctx, ERR_CONFLICT,
			    "Somebody else changed this article in the meantime");
	a->version++;
	return OK;
}

enum err article_save(struct ctx *ctx, struct db *db, struct article *article, int64_t actor)
{
	bool fresh = !article->id, out = article->status == ARTICLE_PUBLISHED;
	TRY(fresh ? article_insert(ctx, db, article) : article_update(ctx, db, article));
	str act = !fresh ? S("changed") : out ? S("published") : S("drafted");
	str kind = arena_printf(ctx->arena, "article.%.*s", STR_ARG(act));
	TRY(version_keep(ctx, db, article, act, actor));
	TRY(article_event(ctx, db, article, kind, actor));
	return out ? site_touch(ctx, db, article->site) : OK;
}

/* Publishing and taking back are versions too, so that the history tells them. */
static enum err article_turn(struct ctx *ctx, struct db *db, int64_t id,
			     enum article_status status, int64_t actor)
{
	struct article a;
	bool out = status == ARTICLE_PUBLISHED;
	TRY(article_load(ctx, db, id, &a));
	if (a.status == (int64_t)status)
		return fail(ctx, ERR_CONFLICT, "Somebody else changed this article in the meantime");
	a.version++;
	TRY(db_run(ctx, db, SQL("UPDATE article SET status = $2, version = $3 WHERE id = $1"), id,
		   (int64_t)status, a.version));
	TRY(version_keep(ctx, db, &a, out ? S("published") : S("withdrawn"), actor));
	TRY(article_event(ctx, db, &a, out ? S("article.published") : S("article.withdrawn"),
			  actor));
	return site_touch(ctx, db, a.site);
}

/* An article that has a date of its own (an imported one) keeps it. */
enum err article_publish(struct ctx *ctx, struct db *db, int64_t id, usec at, int64_t actor)
{
	TRY(db_run(ctx, db, SQL("UPDATE article SET published_at = $2 WHERE id = $1"
				" AND published_at = 0"), id, at));
	return article_turn(ctx, db, id, ARTICLE_PUBLISHED, actor);
}

enum err article_withdraw(struct ctx *ctx, struct db *db, int64_t id, int64_t actor)
{
	return article_turn(ctx, db, id, ARTICLE_WITHDRAWN, actor);
}
