/*
 * portal: what people read. Sites (a district, its wards), their sections, articles and pages,
 * search, feeds; and the editor's desk behind them. Sites are found by host name or by path.
 *
 *	TRY(portal_open(ctx, store, people, cases, &portal));
 *	hooks.site = … portal_site(portal, host, path, &site, &redirect) …
 *
 * Invariants: every article change is an event; publishing raises the site's generation in the same
 * transaction, so a cached page is right again within a second; view counts are gathered in memory,
 * flushed each minute, and never invalidate anything.
 */
#ifndef MOTCUA_PORTAL_PORTAL_H
#define MOTCUA_PORTAL_PORTAL_H

#include "cases/cases.h"
#include "people/people.h"
#include "store/store.h"
#include "text/template.h"
#include "web/web.h"

struct portal;

extern const struct migration_set portal_migrations;
/* State of the routes: struct portal *. Ends with a route without a path. */
extern const struct route portal_routes[];

enum err portal_open(struct ctx *ctx, struct store *store, struct people *people,
		     struct cases *cases, struct portal **ret_portal);
void portal_close(struct portal *portal); /* NULL is fine; flushes view counts */

/* Inside the command of `init`: the pack's sites. `sites` maps a folder's name to its files (path →
 * text): {"cam-le": {"site.json": "…", "articles/x.md": "…"}}. ERR_INVALID names the file. */
enum err portal_init(struct ctx *ctx, struct db *db, struct value sites);

/* Hooks of web/ (web_hooks.site, .generations, .viewed). */
bool portal_site(struct portal *portal, str host, str path, struct web_site *ret_site,
		 str *ret_redirect);
enum err portal_generations(struct portal *portal, struct ctx *ctx, uint64_t *ret_generations);
void portal_viewed(struct portal *portal, int64_t count, uint64_t visitor);
/* Raises the generation of all sites: figures or procedures changed. Inside a command. */
enum err portal_touch(struct ctx *ctx, struct db *db);

/* What the page shell needs of a site: {name, above, home, owner, theme, search, address, phone, email,
 * hours, desk, nav[…], sections[…], links[…], wards[…]} in the request's language (docs/FRONTEND.md). */
struct value portal_shell(struct portal *portal, const struct request *request);

/* `motcua import article FILE`: reads the raw text of an old page and keeps it as a draft of the
 * site. The report (lines for the terminal) is filled in either case. */
enum err portal_import(struct ctx *ctx, struct portal *portal, str site, str file_name, str text,
		       str *ret_report, str *ret_slug);

#endif
