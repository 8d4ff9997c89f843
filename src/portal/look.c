#include "portal/room.h"

str request_text(const struct request *request, const char *msgid)
{
	return str_z(ctx_text(&request->ctx, msgid));
}

static struct value text_or_null(str s)
{
	return str_empty(s) ? value_null() : value_str(s);
}

void crumb_add(struct arena *arena, struct value *crumbs, str label, str url)
{
	struct value item = value_map();
	value_set(arena, &item, S("label"), value_str(label));
	value_set(arena, &item, S("url"), value_str(url));
	value_push(arena, crumbs, item);
}

/* A list that begins with the home page and goes on to `path`. */
struct value crumb(struct request *request, const char *msgid, str path)
{
	struct value crumbs = value_list();
	crumb_add(request->ctx.arena, &crumbs, request_text(request, N_("Home")),
		  request_link(request, S("/")));
	if (msgid)
		crumb_add(request->ctx.arena, &crumbs, request_text(request, msgid),
			  request_link(request, path));
	return crumbs;
}

struct value page_view(struct request *request, str title, str description)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), page = value_map();
	value_set(arena, &page, S("title"), value_str(title));
	value_set(arena, &page, S("description"), text_or_null(description));
	value_set(arena, &page, S("feed"), value_str(request_link(request, S("/rss.xml"))));
	value_set(arena, &view, S("page"), page);
	return view;
}

str article_link(const struct request *request, const struct article *article)
{
	const char *folder = article->kind == KIND_PAGE ? "/trang/" : "/tin/";
	return request_link(request, arena_printf(request->ctx.arena, "%s%.*s", folder,
						  STR_ARG(article->slug)));
}

struct value article_card(struct request *request, const struct article *a)
{
	struct arena *arena = request->ctx.arena;
	const struct site *site = request_site(request);
	struct value card = value_map(), picture = value_null();
	if (!str_empty(a->image)) {
		picture = value_map();
		value_set(arena, &picture, S("src"), value_str(a->image));
		value_set(arena, &picture, S("alt"), value_str(a->image_alt));
	}
	value_set(arena, &card, S("title"), value_str(a->title));
	value_set(arena, &card, S("url"), value_str(article_link(request, a)));
	value_set(arena, &card, S("date"), value_str(time_format(arena, a->published_at, 420)));
	value_set(arena, &card, S("section"),
		  text_or_null(section_title(site, a->section, request->language)));
	value_set(arena, &card, S("lead"), text_or_null(a->summary));
	value_set(arena, &card, S("picture"), picture);
	value_set(arena, &card, S("foreign"), str_eq(a->language, request->language) ?
			  value_null() : value_str(a->language));
	return card;
}

struct value article_cards(struct request *request, const struct article_list *list)
{
	struct value cards = value_list();
	for (size_t i = 0; i < list->n; i++)
		value_push(request->ctx.arena, &cards, article_card(request, &list->items[i]));
	return cards;
}
