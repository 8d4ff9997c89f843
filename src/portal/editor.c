/* The editor's desk: drafts, publishing, history. Storage is Markdown in a plain text area. */
#include "portal/room.h"
#include "web/view.h"

enum { LIST_MOST = 200 };

const struct field editor_fields[] = {
	{ "site", N_("Site"), FIELD_LINE, .max = 80 },
	{ "title", N_("Title"), FIELD_LINE, .required = true, .max = 200 },
	{ "section", N_("Section"), FIELD_LINE, .required = true, .max = 80 },
	{ "language", N_("Language"), FIELD_CHOICE, .choices = "vi|en" },
	{ "summary", N_("Summary"), FIELD_TEXT, .max = 500 },
	{ "body", N_("Text"), FIELD_TEXT, .required = true, .max = 200000 },
	{ "poster", N_("Posted by"), FIELD_LINE, .required = true, .max = 100 },
	{ "byline", N_("Written by"), FIELD_LINE, .max = 100 },
	{ "home", N_("May stand at the top of the home page"), FIELD_CHECK },
	{ "version", N_("Version"), FIELD_INTEGER, .min = 0, .max = INT32_MAX },
	{ 0 },
};

static int64_t actor_of(const struct request *request)
{
	return request_principal(request)->account;
}

static const struct site *site_by_id(const struct portal *portal, int64_t id)
{
	for (size_t i = 0; i < portal->n; i++)
		if (portal->sites[i].id == id)
			return &portal->sites[i];
	return NULL;
}

static enum err article_of(struct request *request, struct article *ret_article)
{
	const struct portal *portal = request->state;
	struct db *db;
	int64_t id;
	if (!id_parse(request_param(request, "id"), &id))
		return fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
	TRY(store_snapshot(&request->ctx, portal->store, &db));
	return article_load(&request->ctx, db, id, ret_article);
}

/* The permission is about the site an article stands on. */
enum err editor_object(struct request *request, const void **ret_object)
{
	struct article article;
	TRY(article_of(request, &article));
	const struct site *site = site_by_id(request->state, article.site);
	struct object *object = ARENA_NEW(request->ctx.arena, struct object);
	object->organisation = site ? site->organisation : 0;
	*ret_object = object;
	return OK;
}

static bool may_edit(const struct request *request, const struct site *site)
{
	const struct portal *portal = request->state;
	const struct object object = { .organisation = site->organisation };
	return may(portal->people, request_principal(request), ACT_ARTICLE_EDIT, &object);
}

/* ---- the side ---- */

static void group_add(struct request *request, struct value *groups, const char *title,
		      struct value item)
{
	struct arena *arena = request->ctx.arena;
	struct value group = value_map(), items = value_list();
	value_set(arena, &item, S("count"), value_null());
	value_set(arena, &item, S("urgency"), value_null());
	value_push(arena, &items, item);
	value_set(arena, &group, S("title"), view_text(request, title));
	value_set(arena, &group, S("items"), items);
	value_push(arena, groups, group);
}

static struct value side_link(struct request *request, const char *label, const char *path,
			      bool current)
{
	struct arena *arena = request->ctx.arena;
	struct value item = value_map();
	value_set(arena, &item, S("label"), view_text(request, label));
	value_set(arena, &item, S("url"), value_str(request_link(request, str_z(path))));
	value_set(arena, &item, S("current"), value_bool(current));
	return item;
}

/* The lists at the left of every officer's page; an editor may be a receiving officer too. */
static void desk_add(struct request *request, struct value *view)
{
	struct arena *arena = request->ctx.arena;
	const struct portal *portal = request->state;
	struct value desk = value_map(), groups = value_list();
	bool cases = may(portal->people, request_principal(request), ACT_CASE_SEE, NULL);
	const char *home = cases ? "/ban" : "/quan-tri/tin";
	if (cases)
		group_add(request, &groups, N_("Cases"),
			  side_link(request, N_("Worklists"), "/ban", false));
	group_add(request, &groups, N_("Portal"),
		  side_link(request, N_("Articles"), "/quan-tri/tin", true));
	value_set(arena, &desk, S("home"), value_str(request_link(request, str_z(home))));
	value_set(arena, &desk, S("groups"), groups);
	value_set(arena, view, S("desk"), desk);
}

/* ---- the list ---- */

static struct value status_view(const struct request *request, int64_t status)
{
	static const struct {
		const char *kind, *text;
	} statuses[] = {
		{ "waiting", N_("Draft") }, { "done", N_("Published") }, { "refused", N_("Withdrawn") },
	};
	struct value view = value_map();
	size_t i = status >= 0 && status < 3 ? (size_t)status : 0;
	value_set(request->ctx.arena, &view, S("kind"), value_str(str_z(statuses[i].kind)));
	value_set(request->ctx.arena, &view, S("text"),
		  value_str(request_text(request, statuses[i].text)));
	return view;
}

static void list_row(struct request *request, const struct rows *row, struct value *list)
{
	struct arena *arena = request->ctx.arena;
	const struct site *site = site_by_id(request->state, row_int(row, 1));
	struct value item = value_map();
	str id = id_text(arena, row_int(row, 0));
	value_set(arena, &item, S("title"), value_str(row_str(row, 2)));
	value_set(arena, &item, S("url"), value_str(request_link(request,
		  arena_printf(arena, "/quan-tri/tin/%.*s", STR_ARG(id)))));
	value_set(arena, &item, S("status"), status_view(request, row_int(row, 3)));
	value_set(arena, &item, S("date"), value_str(time_format(arena, row_int(row, 4), 420)));
	value_set(arena, &item, S("views"), value_int(row_int(row, 5)));
	value_set(arena, &item, S("site"), value_str(site ?
		  text_in(value_get(site->body, S("title")), request->language) : S("")));
	value_push(arena, list, item);
}

enum err editor_list(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct portal *portal = request->state;
	struct value view = page_view(request, request_text(request, N_("Articles")), S(""));
	struct value list = value_list();
	struct rows rows;
	struct db *db;
	TRY(store_snapshot(&request->ctx, portal->store, &db));
	sql_t q = sql_new(arena);
	sql_add(&q, SQL("SELECT a.id, a.site, a.title, a.status, a.changed_at, COALESCE(v.views, 0)"
			" FROM article a JOIN site s ON s.id = a.site"
			" LEFT JOIN article_view v ON v.article = a.id WHERE 1 = 1"));
	may_where(portal->people, request_principal(request), ACT_ARTICLE_EDIT,
		  SQL("s.organisation"), &q);
	sql_add(&q, SQL(" ORDER BY a.changed_at DESC, a.id DESC LIMIT $1"), LIST_MOST);
	TRY(db_query_built(&request->ctx, db, &rows, &q));
	while (rows_next(&rows))
		list_row(request, &rows, &list);
	TRY(rows_end(&rows));
	value_set(arena, &view, S("articles"), list);
	desk_add(request, &view);
	value_set(arena, &view, S("new_url"),
		  value_str(request_link(request, S("/quan-tri/tin/moi"))));
	response_view(response, "portal/editor_list", view);
	return OK;
}

/* ---- the form ---- */

static struct value option(struct arena *arena, str value, str text, bool selected)
{
	struct value item = value_map();
	value_set(arena, &item, S("value"), value_str(value));
	value_set(arena, &item, S("text"), value_str(text));
	value_set(arena, &item, S("selected"), value_bool(selected));
	return item;
}

static void sections_add(struct request *request, struct value sections, str chosen,
			 struct value *options)
{
	for (uint32_t i = 0; i < sections.n; i++) {
		struct value section = value_item(sections, i);
		str slug = value_text(value_get(section, S("slug")));
		value_push(request->ctx.arena, options,
			   option(request->ctx.arena, slug,
				  text_in(value_get(section, S("title")), request->language),
				  str_eq(slug, chosen)));
		sections_add(request, value_get(section, S("children")), chosen, options);
	}
}

static struct value sites_options(struct request *request)
{
	const struct portal *portal = request->state;
	struct value options = value_list();
	for (size_t i = 0; i < portal->n; i++)
		if (may_edit(request, &portal->sites[i]))
			value_push(request->ctx.arena, &options,
				   option(request->ctx.arena, portal->sites[i].code,
					  text_in(value_get(portal->sites[i].body, S("title")),
						  request->language), i == 0));
	return options;
}

static const char *label_of(const struct request *request, const char *name)
{
	const struct field *field = editor_fields;
	while (strcmp(field->name, name) != 0)
		field++;
	return ctx_text(&request->ctx, field->label);
}

static void select_add(struct request *request, struct value *form, const char *name,
		       struct value options)
{
	view_field(request, form, name, label_of(request, name), S(""));
	view_field_set(request, form, name, "options", options);
}

static struct value languages_options(struct arena *arena, str chosen)
{
	bool english = str_eq(chosen, S("en"));
	struct value options = value_list();
	value_push(arena, &options, option(arena, S("vi"), S("Tiếng Việt"), !english));
	value_push(arena, &options, option(arena, S("en"), S("English"), english));
	return options;
}

static struct value form_fields(struct request *request, const struct site *site,
				const struct article *a)
{
	const struct {
		const char *name, *hint;
		str text;
	} texts[] = {
		{ "title", NULL, a->title },
		{ "summary", N_("One or two sentences, for lists and search engines"), a->summary },
		{ "body", N_("Markdown: a blank line parts paragraphs, ## begins a heading"), a->body },
		{ "poster", N_("Who answers for the article"), a->poster },
		{ "byline", NULL, a->byline },
	};
	struct arena *arena = request->ctx.arena;
	struct value form = value_map(), sections = value_list();
	sections_add(request, value_get(site->body, S("sections")), a->section, &sections);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		view_field(request, &form, texts[i].name, label_of(request, texts[i].name),
			   texts[i].text);
		if (texts[i].hint)
			view_field_set(request, &form, texts[i].name, "hint",
				       view_text(request, texts[i].hint));
	}
	view_field_set(request, &form, "body", "rows", value_int(20));
	select_add(request, &form, "section", sections);
	value_set(arena, &form, S("language"), value_null());
	value_set(arena, &form, S("site"), value_null());
	if (!a->id) {
		select_add(request, &form, "language", languages_options(arena, a->language));
		select_add(request, &form, "site", sites_options(request));
	}
	return form;
}

static struct value form_view(struct request *request, const struct site *site,
			      const struct article *a)
{
	struct arena *arena = request->ctx.arena;
	str title = !a->id ? request_text(request, N_("New article"))
		    : str_empty(a->title) ? request_text(request, N_("Article without a title"))
					  : a->title;
	struct value view = page_view(request, title, S(""));
	value_set(arena, &view, S("form"), form_fields(request, site, a));
	value_set(arena, &view, S("home"), value_bool(a->home));
	value_set(arena, &view, S("version"), value_int(a->version));
	value_set(arena, &view, S("action"), value_str(request->target));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	value_set(arena, &view, S("crumbs"), crumb(request, N_("Articles"), S("/quan-tri/tin")));
	value_set(arena, &view, S("errors"), view_errors(request));
	desk_add(request, &view);
	return view;
}

/* What the importer wants a person to look at. */
static struct value doubts_view(struct arena *arena, str doubts)
{
	struct value list = value_list();
	for (str line; str_next(&doubts, '\n', &line);)
		if (!str_empty(line))
			value_push(arena, &list, value_str(line));
	return list;
}

static enum err history_add(struct request *request, const struct article *a, struct value *view)
{
	static const struct {
		const char *act, *text;
	} acts[] = {
		{ "drafted", N_("Drafted") }, { "changed", N_("Changed") },
		{ "published", N_("Published") }, { "withdrawn", N_("Withdrawn") },
	};
	struct arena *arena = request->ctx.arena;
	const struct portal *portal = request->state;
	struct value events = value_list();
	struct rows rows;
	struct db *db;
	TRY(store_snapshot(&request->ctx, portal->store, &db));
	TRY(db_query(&request->ctx, db, &rows,
		     SQL("SELECT changed_at, account, act, title FROM article_version"
			 " WHERE article = $1 ORDER BY version DESC LIMIT 100"), a->id));
	while (rows_next(&rows)) {
		struct value event = value_map();
		str act = row_str(&rows, 2), by = S("");
		for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
			if (str_eq(act, str_z(acts[i].act)))
				act = request_text(request, acts[i].text);
		if (row_int(&rows, 1))
			TRY(account_name(&request->ctx, db, row_int(&rows, 1), &by));
		value_set(arena, &event, S("title"), value_str(act));
		value_set(arena, &event, S("by"), str_empty(by) ? value_null() : value_str(by));
		value_set(arena, &event, S("at"),
			  value_str(time_format(arena, row_int(&rows, 0), 420)));
		value_set(arena, &event, S("text"), value_str(row_str(&rows, 3)));
		value_set(arena, &event, S("open"), value_bool(false));
		value_push(arena, &events, event);
	}
	value_set(arena, view, S("events"), events);
	return rows_end(&rows);
}

static enum err form_show(struct request *request, struct response *response,
			  const struct article *a)
{
	struct arena *arena = request->ctx.arena;
	const struct site *site = site_by_id(request->state, a->site);
	struct value view = form_view(request, site ? site : request_site(request), a);
	str id = id_text(arena, a->id);
	value_set(arena, &view, S("kept"), value_bool(a->id != 0));
	value_set(arena, &view, S("public"), value_bool(a->status == ARTICLE_PUBLISHED));
	value_set(arena, &view, S("status"), status_view(request, a->status));
	value_set(arena, &view, S("doubts"), doubts_view(arena, a->doubts));
	value_set(arena, &view, S("base"), value_str(request_link(request,
		  arena_printf(arena, "/quan-tri/tin/%.*s", STR_ARG(id)))));
	if (a->id)
		TRY(history_add(request, a, &view));
	response_view(response, "portal/editor", view);
	return OK;
}

enum err editor_form(struct request *request, struct response *response)
{
	struct article a;
	TRY(article_of(request, &a));
	return form_show(request, response, &a);
}

/* ---- acts ---- */

struct saving {
	struct article article;
	int64_t actor, ret_id;
};

static enum err save_write(struct ctx *ctx, struct db *db, void *arg)
{
	struct saving *saving = arg;
	struct article again = saving->article;
	TRY(article_save(ctx, db, &again, saving->actor));
	saving->ret_id = again.id;
	return OK;
}

static void article_fill(struct request *request, struct article *a)
{
	str language = request_field(request, "language");
	a->title = request_field(request, "title");
	a->section = request_field(request, "section");
	a->summary = request_field(request, "summary");
	a->body = request_field(request, "body");
	a->poster = request_field(request, "poster");
	a->byline = request_field(request, "byline");
	a->home = request_has(request, "home");
	if (!a->id)
		a->language = str_empty(language) ? S("vi") : language;
}

static enum err new_article(struct request *request, struct article *a)
{
	const struct site *site = site_by_code(request->state, request_field(request, "site"));
	if (!site || !may_edit(request, site))
		return fail(&request->ctx, ERR_FORBIDDEN, "You may not write on this site");
	*a = (struct article){ .site = site->id, .slug = S(""), .image = S(""), .image_alt = S(""),
			       .caption = S(""), .related = S(""), .doubts = S("") };
	return OK;
}

enum err editor_save(struct request *request, struct response *response)
{
	const struct portal *portal = request->state;
	struct saving saving = { .actor = actor_of(request) };
	struct article *a = &saving.article;
	bool fresh = str_empty(request_param(request, "id"));
	if (request->method == WEB_GET)
		return form_show(request, response, &(struct article){ .doubts = S("") });
	TRY(fresh ? new_article(request, a) : article_of(request, a));
	article_fill(request, a);
	const struct site *site = site_by_id(portal, a->site);
	if (site && !str_empty(a->section) && value_is_null(section_find(site, a->section)))
		request_mistake(request, "section", N_("Choose a section of this site"));
	if (request_has_mistakes(request)) {
		response_status(response, 422);
		return form_show(request, response, a);
	}
	if (!fresh && request_has(request, "version"))
		str_int(request_field(request, "version"), 0, INT32_MAX, &a->version);
	TRY(store_write(&request->ctx, portal->store, save_write, &saving));
	response_flash(response, "success", N_("The article is saved"));
	str id = id_text(request->ctx.arena, saving.ret_id);
	response_redirect(response, arena_printf(request->ctx.arena, "/quan-tri/tin/%.*s", STR_ARG(id)));
	return OK;
}

struct turning {
	int64_t id, actor;
};

static enum err publish_write(struct ctx *ctx, struct db *db, void *arg)
{
	const struct turning *turning = arg;
	return article_publish(ctx, db, turning->id, db_now(db), turning->actor);
}

static enum err withdraw_write(struct ctx *ctx, struct db *db, void *arg)
{
	const struct turning *turning = arg;
	return article_withdraw(ctx, db, turning->id, turning->actor);
}

static enum err turn(struct request *request, struct response *response, store_fn *fn,
		     const char *said)
{
	const struct portal *portal = request->state;
	struct turning turning = { .actor = actor_of(request) };
	str id = request_param(request, "id");
	if (!id_parse(id, &turning.id))
		return fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
	TRY(store_write(&request->ctx, portal->store, fn, &turning));
	web_published(request->web);
	response_flash(response, "success", "%s", ctx_text(&request->ctx, said));
	response_redirect(response, arena_printf(request->ctx.arena, "/quan-tri/tin/%.*s", STR_ARG(id)));
	return OK;
}

enum err editor_publish(struct request *request, struct response *response)
{
	return turn(request, response, publish_write, N_("The article is published"));
}

enum err editor_withdraw(struct request *request, struct response *response)
{
	return turn(request, response, withdraw_write, N_("The article is withdrawn"));
}
