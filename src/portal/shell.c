/* What every page of a site shows around its content. */
#include "portal/room.h"

static struct value link_item(struct arena *arena, str label, str url)
{
	struct value item = value_map();
	value_set(arena, &item, S("label"), value_str(label));
	value_set(arena, &item, S("url"), value_str(url));
	return item;
}

static bool within(str path, str start)
{
	return str_eq(path, start) ||
	       (str_starts(path, start) && start.n > 1 && path.n > start.n && path.p[start.n] == '/');
}

static void nav_add(const struct request *request, struct value *nav, str label, str path)
{
	struct arena *arena = request->ctx.arena;
	struct value item = link_item(arena, label, request_link(request, path));
	value_set(arena, &item, S("current"), value_bool(within(request->path, path)));
	value_push(arena, nav, item);
}

/* What a citizen comes to do. */
static struct value nav_of(const struct request *request)
{
	struct value nav = value_list();
	nav_add(request, &nav, request_text(request, N_("Home")), S("/"));
	nav_add(request, &nav, request_text(request, N_("Procedures")), S("/thu-tuc"));
	nav_add(request, &nav, request_text(request, N_("Follow a case")), S("/tra-cuu"));
	nav_add(request, &nav, request_text(request, N_("Published figures")), S("/cong-khai"));
	return nav;
}

/* What there is to read: the sections of the first level. */
static struct value sections_of(const struct site *site, const struct request *request)
{
	struct value list = value_list(), sections = value_get(site->body, S("sections"));
	for (uint32_t i = 0; i < sections.n; i++) {
		struct value section = value_item(sections, i);
		nav_add(request, &list, text_in(value_get(section, S("title")), request->language),
			arena_printf(request->ctx.arena, "/chuyen-muc/%.*s",
				     STR_ARG(value_text(value_get(section, S("slug"))))));
	}
	return list;
}

/* A path on the main site in the reader's language, wherever the request is. */
static str main_link(const struct portal *portal, const struct request *request, str path)
{
	struct arena *arena = request->ctx.arena;
	const struct site *site = &portal->sites[0], *here = request->site.data;
	str language = str_eq(request->language, S("vi")) ? S("") :
		       arena_printf(arena, "/%.*s", STR_ARG(request->language));
	str host = !here || str_empty(here->host) ? S("") : site->redirect;
	return arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(host), STR_ARG(language), STR_ARG(path));
}

static struct value links_of(const struct portal *portal, const struct request *request)
{
	static const struct {
		const char *label, *path;
	} links[] = {
		{ N_("Procedures"), "/thu-tuc" }, { N_("Follow a case"), "/tra-cuu" },
		{ N_("Check a letter"), "/kiem-tra" }, { N_("Published figures"), "/cong-khai" },
	};
	struct value list = value_list();
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		value_push(request->ctx.arena, &list,
			   link_item(request->ctx.arena, request_text(request, links[i].label),
				     main_link(portal, request, str_z(links[i].path))));
	return list;
}

static struct value wards_of(const struct portal *portal, const struct request *request)
{
	struct value list = value_list();
	for (size_t i = 1; i < portal->n; i++) {
		const struct site *site = &portal->sites[i];
		str title = text_in(value_get(site->body, S("title")), request->language);
		if (site->owner && str_eq(site->owner->kind, S("ward")))
			title = arena_printf(request->ctx.arena,
					     ctx_text(&request->ctx, N_("%.*s Ward")),
					     STR_ARG(site->owner->zone));
		str url = str_empty(site->host) ? main_link(portal, request, site->path) :
						  site->redirect;
		value_push(request->ctx.arena, &list, link_item(request->ctx.arena, title, url));
	}
	return list;
}

static void set_text(struct arena *arena, struct value *map, const char *key, str text)
{
	value_set(arena, map, str_z(key), str_empty(text) ? value_null() : value_str(text));
}

static void contact_add(const struct site *site, const struct request *request, struct value *map)
{
	static const char *const keys[] = { "address", "phone", "email", "hours" };
	struct value contact = value_get(site->body, S("contact"));
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		set_text(request->ctx.arena, map, keys[i],
			 text_in(value_get(contact, str_z(keys[i])), request->language));
}

struct value portal_shell(struct portal *portal, const struct request *request)
{
	struct arena *arena = request->ctx.arena;
	const struct site *site = request->site.data ? request->site.data : portal->sites;
	struct value map = value_map();
	if (!site)
		return map;
	set_text(arena, &map, "name", text_in(value_get(site->body, S("title")), request->language));
	set_text(arena, &map, "above",
		 text_in(value_get(site->body, S("tagline")), request->language));
	set_text(arena, &map, "home", request_link(request, S("/")));
	set_text(arena, &map, "search", request_link(request, S("/tim")));
	set_text(arena, &map, "theme", value_text(value_get(site->body, S("theme"))));
	set_text(arena, &map, "owner",
		 site->owner ? organisation_name(site->owner, request->language) : S(""));
	set_text(arena, &map, "desk", main_link(portal, request, S("/ban")));
	contact_add(site, request, &map);
	value_set(arena, &map, S("nav"), nav_of(request));
	value_set(arena, &map, S("sections"), sections_of(site, request));
	value_set(arena, &map, S("links"), links_of(portal, request));
	value_set(arena, &map, S("wards"), wards_of(portal, request));
	return map;
}
