#include "portal/room.h"

#include "base/json.h"

/* ---- loading ---- */

static enum err site_read(struct ctx *ctx, struct portal *portal, struct rows *rows,
			  struct site *site)
{
	struct arena *arena = &portal->arena;
	struct json_fault fault;
	*site = (struct site){
		.id = row_int(rows, 0), .number = (int)row_int(rows, 1),
		.code = arena_copy(arena, row_view(rows, 2)), .organisation = row_int(rows, 3),
		.path = arena_copy(arena, row_view(rows, 4)),
	};
	if (!json_parse(arena, arena_copy(arena, row_view(rows, 5)), &site->body, &fault))
		return fail(ctx, ERR_DATABASE, "The site %.*s cannot be read", STR_ARG(site->code));
	site->hosts = value_get(site->body, S("hosts"));
	site->host = value_text(value_item(site->hosts, 0));
	if (!str_empty(site->host))
		site->redirect = arena_printf(arena, "https://%.*s", STR_ARG(site->host));
	if (str_eq(site->path, S("/")))
		site->path = S("");
	site->owner = portal->people ?
		organisation_by_id(portal->people, site->organisation) : NULL;
	return OK;
}

static enum err sites_query(struct ctx *ctx, struct db *db, void *arg)
{
	struct portal *portal = arg;
	struct rows rows;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT COUNT(*) FROM site")));
	portal->sites = ARENA_ARRAY(&portal->arena, struct site, n);
	portal->n = 0;
	TRY(db_query(ctx, db, &rows, SQL("SELECT id, number, code, organisation, path, body FROM site"
					 " ORDER BY number")));
	while (rows_next(&rows) && portal->n < (size_t)n)
		TRY(site_read(ctx, portal, &rows, &portal->sites[portal->n++]));
	return rows_end(&rows);
}

enum err sites_load(struct ctx *ctx, struct portal *portal)
{
	return store_read(ctx, portal->store, sites_query, portal);
}

const struct site *request_site(const struct request *request)
{
	const struct portal *portal = request->state;
	const struct site *site = request->site.data;
	return site || !portal->n ? site : &portal->sites[0];
}

const struct site *site_by_code(const struct portal *portal, str code)
{
	for (size_t i = 0; i < portal->n; i++)
		if (str_eq(portal->sites[i].code, code))
			return &portal->sites[i];
	return NULL;
}

/* ---- which site a request is for ---- */

static bool host_answers(const struct site *site, str host)
{
	for (uint32_t i = 0; i < site->hosts.n; i++)
		if (str_eq_nocase(value_text(value_item(site->hosts, i)), host))
			return true;
	return false;
}

static bool path_within(str path, str prefix)
{
	return str_starts(path, prefix) && (path.n == prefix.n || path.p[prefix.n] == '/');
}

/* By host name, else by the longest path; the main site takes the rest. */
static const struct site *site_find(const struct portal *portal, str host, str path)
{
	const struct site *best = NULL;
	for (size_t i = 0; i < portal->n; i++) {
		const struct site *site = &portal->sites[i];
		bool named = host_answers(site, host);
		if (named && !str_empty(site->path))
			return site;
		if (path_within(path, site->path) && (!best || site->path.n > best->path.n))
			best = site;
	}
	return best;
}

bool portal_site(struct portal *portal, str host, str path, struct web_site *ret_site,
		 str *ret_redirect)
{
	size_t colon = str_find_byte(host, ':');
	str name = colon == SIZE_MAX ? host : str_slice(host, 0, colon);
	const struct site *site = site_find(portal, name, path);
	if (!site)
		return false;
	bool by_path = !str_empty(site->path) && !host_answers(site, name);
	*ret_site = (struct web_site){
		.number = site->number, .main = str_empty(site->path),
		.prefix = by_path ? site->path : S(""), .data = site,
	};
	/* One canonical address: other names of a site that has one lead to it. */
	if (!str_empty(site->host) && !str_eq_nocase(site->host, name) && host_answers(site, name))
		*ret_redirect = site->redirect;
	return true;
}

/* ---- generations ---- */

static enum err generations_query(struct ctx *ctx, struct db *db, void *arg)
{
	uint64_t *generations = arg;
	struct rows rows;
	TRY(db_query(ctx, db, &rows, SQL("SELECT number, generation FROM site")));
	while (rows_next(&rows)) {
		int64_t number = row_int(&rows, 0);
		if (number >= 0 && number < WEB_SITES)
			generations[number] = (uint64_t)row_int(&rows, 1);
	}
	return rows_end(&rows);
}

enum err portal_generations(struct portal *portal, struct ctx *ctx, uint64_t *ret_generations)
{
	return store_read(ctx, portal->store, generations_query, ret_generations);
}

enum err portal_touch(struct ctx *ctx, struct db *db)
{
	return db_run(ctx, db, SQL("UPDATE site SET generation = generation + 1"));
}

/* The main site shows what its wards publish, so its generation rises with theirs. */
enum err site_touch(struct ctx *ctx, struct db *db, int64_t site)
{
	return db_run(ctx, db, SQL("UPDATE site SET generation = generation + 1"
				   " WHERE id = $1 OR number = 0"), site);
}

/* ---- sections ---- */

str text_in(struct value texts, str language)
{
	if (texts.kind == VALUE_STRING)
		return value_text(texts);
	str text = value_text(value_get(texts, language));
	return str_empty(text) ? value_text(value_get(texts, S("vi"))) : text;
}

static struct value find_below(struct value sections, str slug)
{
	for (uint32_t i = 0; i < sections.n; i++) {
		struct value section = value_item(sections, i);
		if (str_eq(value_text(value_get(section, S("slug"))), slug))
			return section;
		struct value below = find_below(value_get(section, S("children")), slug);
		if (!value_is_null(below))
			return below;
	}
	return value_null();
}

struct value section_find(const struct site *site, str slug)
{
	return find_below(value_get(site->body, S("sections")), slug);
}

str section_title(const struct site *site, str slug, str language)
{
	struct value section = section_find(site, slug);
	str title = text_in(value_get(section, S("title")), language);
	return str_empty(title) ? slug : title;
}

static void family_add(struct arena *arena, struct value section, str **list, size_t *n)
{
	*list = arena_grow(arena, *list, *n * sizeof(str), (*n + 1) * sizeof(str));
	(*list)[(*n)++] = value_text(value_get(section, S("slug")));
	struct value children = value_get(section, S("children"));
	for (uint32_t i = 0; i < children.n; i++)
		family_add(arena, value_item(children, i), list, n);
}

void section_family(struct arena *arena, const struct site *site, str slug, str **ret, size_t *ret_n)
{
	*ret = NULL;
	*ret_n = 0;
	family_add(arena, section_find(site, slug), ret, ret_n);
}
