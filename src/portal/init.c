/* The pack's sites become rows: site.json as it is, pages and articles from Markdown files that
 * begin with front matter. */
#include "portal/room.h"

#include "base/json.h"

struct source {
	const char *what; /* "articles/x.md": for faults */
	struct site *site;
	struct value head; /* front matter: key → text */
	str slug, body;
};

/* "key: value" lines between two lines of "---". */
static enum err front_matter(struct ctx *ctx, str text, struct source *source)
{
	str rest = text, line;
	source->head = value_map();
	if (!str_next(&rest, '\n', &line) || !str_eq(str_trim(line), S("---")))
		return fail(ctx, ERR_INVALID, "%s does not begin with front matter (---)",
			    source->what);
	while (str_next(&rest, '\n', &line)) {
		if (str_eq(str_trim(line), S("---"))) {
			source->body = str_trim(rest);
			return OK;
		}
		size_t colon = str_find_byte(line, ':');
		if (colon == SIZE_MAX)
			return fail(ctx, ERR_INVALID, "%s: “%.*s” is not “key: value”",
				    source->what, STR_ARG(line));
		value_set(ctx->arena, &source->head, str_trim(str_slice(line, 0, colon)),
			  value_str(str_trim(str_slice(line, colon + 1, line.n))));
	}
	return fail(ctx, ERR_INVALID, "%s: the front matter has no end (---)", source->what);
}

static str head_text(const struct source *source, const char *key)
{
	return value_text(value_get(source->head, str_z(key)));
}

/* A time, or a day (then eight in the morning, Vietnamese time); 0 where there is none. */
static enum err published_at(struct ctx *ctx, const struct source *source, usec *ret_at)
{
	str s = head_text(source, "published");
	int64_t day;
	*ret_at = 0;
	if (str_empty(s) || time_parse(s, ret_at))
		return OK;
	if (!date_parse(s, &day))
		return fail(ctx, ERR_INVALID, "%s: “%.*s” is not a time", source->what, STR_ARG(s));
	*ret_at = day * USEC_DAY + USEC_SECOND * 3600;
	return OK;
}

/* Demonstration posters are logins; without them the organisation stands behind its texts. */
static enum err poster_name(struct ctx *ctx, struct db *db, const struct source *source, str *ret)
{
	struct account account;
	enum err err = account_by_login(ctx, db, head_text(source, "poster"), &account);
	if (err == OK)
		*ret = account.name;
	else if (err == ERR_NOT_FOUND)
		return db_text(ctx, db, ret, SQL("SELECT name FROM organisation WHERE id = $1"),
			       source->site->organisation);
	return err;
}

static enum err original_id(struct ctx *ctx, struct db *db, const struct source *source,
			    int64_t kind, int64_t *ret_id)
{
	str slug = head_text(source, "translation_of");
	*ret_id = 0;
	if (str_empty(slug))
		return OK;
	TRY(db_int(ctx, db, 0, ret_id,
		   SQL("SELECT id FROM article WHERE site = $1 AND kind = $2 AND slug = $3"),
		   source->site->id, kind, slug));
	if (!*ret_id)
		return fail(ctx, ERR_INVALID, "%s: translation_of: there is no “%.*s”",
			    source->what, STR_ARG(slug));
	return OK;
}

static enum err source_write(struct ctx *ctx, struct db *db, const struct source *source,
			     enum article_kind kind)
{
	str language = head_text(source, "language");
	struct article a = {
		.site = source->site->id, .kind = kind, .slug = source->slug,
		.language = str_empty(language) ? S("vi") : language,
		.section = head_text(source, "section"), .title = head_text(source, "title"),
		.summary = head_text(source, "summary"), .body = source->body,
		.byline = head_text(source, "byline"), .image = head_text(source, "image"),
		.image_alt = head_text(source, "image_alt"),
		.caption = head_text(source, "caption"), .related = head_text(source, "related"),
		.home = str_eq(head_text(source, "home"), S("yes")), .doubts = S(""),
	};
	if (str_empty(a.title))
		return fail(ctx, ERR_INVALID, "%s has no title", source->what);
	if (kind == KIND_ARTICLE && value_is_null(section_find(source->site, a.section)))
		return fail(ctx, ERR_INVALID, "%s: there is no section “%.*s”", source->what,
			    STR_ARG(a.section));
	TRY(published_at(ctx, source, &a.published_at));
	TRY(poster_name(ctx, db, source, &a.poster));
	TRY(original_id(ctx, db, source, kind, &a.translation_of));
	a.status = kind == KIND_PAGE || a.published_at ? ARTICLE_PUBLISHED : ARTICLE_DRAFT;
	return article_save(ctx, db, &a, 0);
}

static enum err file_read_in(struct ctx *ctx, const struct value *file, str key, str folder,
			     struct source *source)
{
	source->what = arena_copy(ctx->arena, key).p;
	source->slug = str_slice(key, folder.n, key.n - 3);
	return front_matter(ctx, value_text(*file), source);
}

/* Originals first, so that translations find them. */
static enum err folder_write(struct ctx *ctx, struct db *db, struct site *site, struct value files,
			     enum article_kind kind)
{
	str folder = kind == KIND_PAGE ? S("pages/") : S("articles/");
	for (int translations = 0; translations < 2; translations++)
		for (uint32_t i = 0; i < files.n; i++) {
			const struct member *file = &files.members[i];
			struct source source = { .site = site };
			if (!str_starts(file->key, folder) || !str_ends(file->key, S(".md")))
				continue;
			TRY(file_read_in(ctx, &file->value, file->key, folder, &source));
			bool translation = !str_empty(head_text(&source, "translation_of"));
			if (translation == (translations == 1))
				TRY(source_write(ctx, db, &source, kind));
		}
	return OK;
}

static enum err site_write(struct ctx *ctx, struct db *db, str name, struct value files,
			   struct site *site)
{
	struct json_fault fault = { 0 };
	str text = value_text(value_get(files, S("site.json")));
	if (!json_parse(ctx->arena, text, &site->body, &fault))
		return fail(ctx, ERR_INVALID, "sites/%.*s/site.json, line %zu: %s", STR_ARG(name),
			    fault.line, fault.message);
	str organisation = value_text(value_get(site->body, S("organisation")));
	TRY(db_int(ctx, db, 0, &site->organisation,
		   SQL("SELECT id FROM organisation WHERE code = $1"), organisation));
	if (!site->organisation)
		return fail(ctx, ERR_INVALID, "sites/%.*s/site.json: there is no organisation “%.*s”",
			    STR_ARG(name), STR_ARG(organisation));
	site->id = db_id(db);
	site->path = value_text(value_get(site->body, S("path")));
	return db_run(ctx, db,
		      SQL("INSERT INTO site (id, number, code, organisation, path, generation, body)"
			  " VALUES ($1, $2, $3, $4, $5, 1, $6)"),
		      site->id, site->number, name, site->organisation, site->path, text);
}

static bool is_main(struct ctx *ctx, struct value files)
{
	struct value body;
	struct json_fault fault;
	return json_parse(ctx->arena, value_text(value_get(files, S("site.json"))), &body, &fault) &&
	       str_eq(value_text(value_get(body, S("path"))), S("/"));
}

enum err portal_init(struct ctx *ctx, struct db *db, struct value sites)
{
	int number = 1;
	if (sites.n >= WEB_SITES)
		return fail(ctx, ERR_INVALID, "A pack can have at most %d sites", WEB_SITES - 1);
	for (uint32_t i = 0; i < sites.n; i++) {
		const struct member *folder = &sites.members[i];
		bool main = is_main(ctx, folder->value);
		struct site site = { .number = main ? 0 : number++ };
		TRY(site_write(ctx, db, folder->key, folder->value, &site));
		TRY(folder_write(ctx, db, &site, folder->value, KIND_PAGE));
		TRY(folder_write(ctx, db, &site, folder->value, KIND_ARTICLE));
	}
	return OK;
}
