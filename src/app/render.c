/* A view becomes a page: the shell's part is laid around it, in the reader's language. */
#include "app/app.h"

#include "portal/portal.h"
#include "web/web.h"

static struct value text_value(str s)
{
	return str_empty(s) ? value_null() : value_str(s);
}

static struct value alternates(struct request *request)
{
	struct arena *arena = request->ctx.arena;
	static const struct {
		str code, label;
	} languages[] = { { S("vi"), S("Tiếng Việt") }, { S("en"), S("English") } };
	struct value list = value_list();
	for (size_t i = 0; i < 2; i++) {
		struct value item = value_map();
		value_set(arena, &item, S("lang"), value_str(languages[i].code));
		value_set(arena, &item, S("label"), value_str(languages[i].label));
		value_set(arena, &item, S("url"),
			  value_str(request_in_language(request, languages[i].code)));
		value_set(arena, &item, S("current"),
			  value_bool(str_eq(request->language, languages[i].code)));
		value_push(arena, &list, item);
	}
	return list;
}

static struct value page_part(struct request *request, struct value view)
{
	struct arena *arena = request->ctx.arena;
	struct value page = value_get(view, S("page"));
	page = page.kind == VALUE_MAP ? value_copy(arena, page) : value_map();
	if (!value_find(page, S("title")))
		value_set(arena, &page, S("title"), value_get(view, S("title")));
	value_set(arena, &page, S("lang"), value_str(request->language));
	value_set(arena, &page, S("canonical"),
		  value_str(request_absolute(request, request->path)));
	value_set(arena, &page, S("alternate"), alternates(request));
	return page;
}

static struct value assets_part(const struct app *app, struct request *request, struct value site)
{
	static const struct {
		str key, name;
	} names[] = {
		{ S("css"), S("app.css") }, { S("js"), S("app.js") }, { S("icon"), S("icon.svg") },
		{ S("mark"), S("mark.svg") }, { S("viewer_js"), S("viewer.js") },
		{ S("viewer_css"), S("viewer.css") }, { S("intake_js"), S("intake.js") },
		{ S("scanner_js"), S("scanner.js") },
	};
	struct arena *arena = request->ctx.arena;
	struct value assets = value_map();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		value_set(arena, &assets, names[i].key,
			  value_str(web_asset_path(arena, request->web, names[i].name)));
	str theme = value_text(value_get(site, S("theme")));
	str file = arena_printf(arena, "theme-%.*s.css", STR_ARG(theme));
	if (embedded_find(app->assets, file))
		value_set(arena, &assets, S("theme"),
			  value_str(web_asset_path(arena, request->web, file)));
	return assets;
}

static struct value account_part(const struct app *app, struct request *request)
{
	struct arena *arena = request->ctx.arena;
	struct value account = principal_view(app->people, &request->ctx, request_principal(request),
					      request->language);
	if (account.kind != VALUE_MAP)
		return account;
	value_set(arena, &account, S("idle"), value_int(15 * 60));
	value_set(arena, &account, S("out"), value_str(request_link(request, S("/dang-xuat"))));
	return account;
}

static struct value banner_part(struct request *request)
{
	struct arena *arena = request->ctx.arena;
	struct value banner = value_map();
	if (!clock_is_shifted())
		return value_null();
	str now = language_date_time(arena, request->ctx.language, clock_business(), 420);
	value_set(arena, &banner, S("text"),
		  value_str(arena_printf(arena,
			ctx_text(&request->ctx, "Demonstration: the clock of this server shows %.*s"),
			STR_ARG(now))));
	return banner;
}

static struct value messages_part(struct request *request)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list(), item = value_map();
	if (str_empty(request->flash))
		return list;
	value_set(arena, &item, S("good"), value_bool(str_eq(request->flash_kind, S("success"))));
	value_set(arena, &item, S("text"), value_str(request->flash));
	value_set(arena, &item, S("url"), value_null());
	value_push(arena, &list, item);
	return list;
}

static void set_missing(struct arena *arena, struct value *view, str key, struct value v)
{
	if (!value_find(*view, key))
		value_append(arena, view, key, v);
}

enum err app_render(void *arg, struct request *request, struct response *response,
		    str template_name, struct value view, struct buf *out)
{
	struct app *app = arg;
	struct arena *arena = request->ctx.arena;
	const struct template *template =
		template_set_get(app->templates, template_name, request->ctx.language);
	if (!template) {
		fail(&request->ctx, ERR_IO, "This page cannot be shown");
		return fail_detail(&request->ctx, "no template %.*s", STR_ARG(template_name));
	}
	struct value shell = view.kind == VALUE_MAP ? view : value_map();
	struct value site = portal_shell(app->portal, request);
	/* Built anew: the handler's own list of members is not to be grown in place. */
	struct value whole = value_map();
	for (uint32_t i = 0; i < shell.n; i++)
		value_append(arena, &whole, shell.members[i].key, shell.members[i].value);
	value_set(arena, &whole, S("page"), page_part(request, view));
	set_missing(arena, &whole, S("site"), site);
	set_missing(arena, &whole, S("assets"), assets_part(app, request, site));
	set_missing(arena, &whole, S("account"), account_part(app, request));
	set_missing(arena, &whole, S("banner"), banner_part(request));
	set_missing(arena, &whole, S("messages"), messages_part(request));
	set_missing(arena, &whole, S("query"), text_value(request_query(request, "q")));
	/* Officers' pages always hold the sign-out form. */
	if (request_principal(request) && request_principal(request)->account)
		set_missing(arena, &whole, S("csrf"), value_str(request_csrf(request)));
	static const char *const absent[] = { "errors", "crumbs", "agency", "csrf", "desk" };
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		set_missing(arena, &whole, str_z(absent[i]), value_null());
	(void)response;
	return template_render(&request->ctx, template, whole, out);
}
