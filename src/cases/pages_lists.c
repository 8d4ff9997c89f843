/* The officers' lists: tabs, filters that are an address, lists saved under a name. */
#include "cases/desk.h"
#include "cases/lists.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/view.h"
#include "people/leave.h"

#include "text/template.h"
#include "web/view.h"

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

static const struct list_name {
	const char *label;
	bool urgent;
	enum act act; /* shown to whom may do it anywhere; ACT_NONE: to all */
} list_names[LISTS] = {
	[LIST_TODO] = { N_("To do") },
	[LIST_MINE] = { N_("Taken by me") },
	[LIST_LATE] = { N_("Late"), .urgent = true },
	[LIST_WAITING] = { N_("Waiting for the applicant") },
	[LIST_TEAM] = { N_("Of my office"), .act = ACT_CASE_ASSIGN },
	[LIST_ALL] = { N_("All cases"), .act = ACT_REGISTER_SEE },
};

struct page {
	struct request *request;
	struct cases *cases;
	struct db *db;
	struct list_words words;
	struct wanted w;
};

static bool may_anywhere(const struct page *p, enum act act)
{
	return may(p->cases->people, p->w.principal, act, NULL);
}

/* ---- tabs ---- */

static struct value tab_view(const struct page *p, str label, str url, bool current)
{
	struct arena *arena = p->request->ctx.arena;
	struct value item = value_map();
	value_append(arena, &item, S("label"), value_str(label));
	value_append(arena, &item, S("url"), value_str(url));
	value_append(arena, &item, S("current"), value_bool(current));
	value_append(arena, &item, S("count"), value_null());
	value_append(arena, &item, S("urgency"), value_null());
	return item;
}

static bool is_saved(const struct page *p, const struct saved_lists *saved)
{
	str now = list_words_text(p->request->ctx.arena, &p->words);
	for (size_t i = 0; i < saved->n; i++)
		if (str_eq(saved->items[i].query, now))
			return true;
	return false;
}

static void standard_tabs(const struct page *p, const struct worklist_counts *counts, bool elsewhere,
			  struct value *items)
{
	struct arena *arena = p->request->ctx.arena;
	for (int i = 0; i < LISTS; i++) {
		const struct list_name *name = &list_names[i];
		struct list_words words = { .of = { [WORD_LIST] = str_z(list_keys[i]) } };
		int64_t n = counts->n[i];
		if (name->act && !may_anywhere(p, name->act))
			continue;
		struct value item = tab_view(p, str_z(ctx_text(&p->request->ctx, name->label)),
					     list_words_url(p->request, &words),
					     !elsewhere && p->w.list == (enum list)i);
		if (i < LIST_TEAM)
			value_set(arena, &item, S("count"), counts->more ?
				  value_str(arena_printf(arena, "%lld+", (long long)n)) : value_int(n));
		if (name->urgent && n)
			value_set(arena, &item, S("urgency"), value_str(S("late")));
		value_push(arena, items, item);
	}
}

static enum err saved_tabs(struct page *p, const struct saved_lists *saved, struct value *items)
{
	enum { MOST = 99 };
	struct request *request = p->request;
	struct arena *arena = request->ctx.arena;
	str now = list_words_text(arena, &p->words);
	for (size_t i = 0; i < saved->n; i++) {
		struct list_words words = list_words_parse(arena, saved->items[i].query);
		struct wanted w;
		int64_t n;
		TRY(list_words_wanted(request, p->db, p->cases, &words, &w));
		TRY(worklist_size(&request->ctx, p->db, &w, MOST + 1, &n));
		struct value item = tab_view(p, saved->items[i].name, list_words_url(request, &words),
					     str_eq(now, saved->items[i].query));
		value_set(arena, &item, S("count"), n > MOST ? value_str(S("99+")) : value_int(n));
		value_push(arena, items, item);
	}
	return OK;
}

static enum err tabs_view(struct page *p, struct value *view)
{
	struct request *request = p->request;
	struct arena *arena = request->ctx.arena;
	struct value tabs = value_map(), items = value_list(), keep = value_map();
	struct worklist_counts counts;
	struct saved_lists saved;
	TRY(worklist_count(&request->ctx, p->db, &p->w, &counts));
	TRY(saved_read(&request->ctx, p->db, p->w.principal->account, &saved));
	bool elsewhere = is_saved(p, &saved);
	standard_tabs(p, &counts, elsewhere, &items);
	TRY(saved_tabs(p, &saved, &items));
	value_append(arena, &tabs, S("label"), view_text(request, "Worklists"));
	value_append(arena, &tabs, S("items"), items);
	value_set(arena, view, S("tabs"), tabs);
	for (size_t i = 0; i < saved.n && elsewhere; i++)
		if (str_eq(saved.items[i].query, list_words_text(arena, &p->words)))
			value_append(arena, &keep, S("saved"),
				     value_str(id_text(arena, saved.items[i].id)));
	value_append(arena, &keep, S("action"), value_str(request_link(request, S("/ban/danh-sach"))));
	value_set(arena, view, S("keep"), keep);
	return OK;
}

/* ---- filters ---- */

static void push_option(struct arena *arena, struct value *options, str value, str text, str chosen)
{
	struct value option = value_map();
	value_append(arena, &option, S("value"), value_str(value));
	value_append(arena, &option, S("text"), value_str(text));
	value_append(arena, &option, S("selected"), value_bool(str_eq(value, chosen)));
	value_push(arena, options, option);
}

static struct value select_of(const struct page *p, enum list_word word, const char *label,
			      const char *any)
{
	struct arena *arena = p->request->ctx.arena;
	struct value field = value_map(), options = value_list();
	value_append(arena, &field, S("id"),
		     value_str(arena_printf(arena, "filter-%s", list_word_names[word])));
	value_append(arena, &field, S("name"), value_str(str_z(list_word_names[word])));
	value_append(arena, &field, S("label"), view_text(p->request, label));
	push_option(arena, &options, S(""), str_z(ctx_text(&p->request->ctx, any)), p->words.of[word]);
	value_append(arena, &field, S("options"), options);
	return field;
}

static void add_option(const struct page *p, struct value *field, enum list_word word, str value,
		       str text)
{
	struct arena *arena = p->request->ctx.arena;
	struct value options = value_get(*field, S("options"));
	push_option(arena, &options, value, text, p->words.of[word]);
	value_set(arena, field, S("options"), options);
}

static struct value procedures_field(const struct page *p)
{
	struct request *request = p->request;
	struct value field = select_of(p, WORD_PROCEDURE, N_("Procedure"), N_("All procedures"));
	const struct procedure **items;
	size_t n;
	procedures_in_force(p->cases, request->ctx.arena, p->w.now, &items, &n);
	for (size_t i = 0; i < n; i++)
		add_option(p, &field, WORD_PROCEDURE, items[i]->name,
			   procedure_text(items[i], S("title"), request->language));
	return field;
}

/* Steps are named within a procedure: the field is there once one is chosen. */
static void add_steps(const struct page *p, struct value *fields)
{
	struct request *request = p->request;
	const struct procedure *procedure =
		procedure_in_force(p->cases, p->w.procedure, p->w.now);
	struct value field = select_of(p, WORD_STEP, N_("Step"), N_("All steps"));
	for (uint32_t i = 0; procedure && i < procedure->flow->element_count; i++)
		if (procedure->flow->elements[i].kind == FLOW_USER_TASK)
			add_option(p, &field, WORD_STEP, procedure->flow->elements[i].id,
				   procedure_step_name(procedure, i, request->language));
	if (procedure)
		value_push(request->ctx.arena, fields, field);
}

static void add_offices(const struct page *p, struct value *fields)
{
	struct request *request = p->request;
	struct value field = select_of(p, WORD_OFFICE, N_("Received by"), N_("All offices"));
	int64_t *ids;
	size_t n = may_organisations(p->cases->people, p->w.principal, ACT_CASE_SEE,
				     request->ctx.arena, &ids);
	for (size_t i = 0; i < n; i++) {
		const struct organisation *o = organisation_by_id(p->cases->people, ids[i]);
		add_option(p, &field, WORD_OFFICE, o->code, organisation_name(o, request->language));
	}
	if (n > 1)
		value_push(request->ctx.arena, fields, field);
}

static enum err holders_field(const struct page *p, struct value *fields)
{
	struct request *request = p->request;
	struct value field = select_of(p, WORD_HOLDER, N_("Officer"), N_("Anybody"));
	struct officers officers = { 0 };
	add_option(p, &field, WORD_HOLDER, S("-"), str_z(ctx_text(&request->ctx, "Nobody yet")));
	if (p->w.list == LIST_TEAM)
		TRY(leave_officers(&request->ctx, p->cases->people, p->db, p->w.principal,
				   &officers));
	else
		add_option(p, &field, WORD_HOLDER, p->w.principal->login, p->w.principal->name);
	for (size_t i = 0; i < officers.n; i++)
		add_option(p, &field, WORD_HOLDER, officers.items[i].login, officers.items[i].name);
	value_push(request->ctx.arena, fields, field);
	return OK;
}

static void add_states(const struct page *p, struct value *fields)
{
	struct request *request = p->request;
	struct value field = select_of(p, WORD_STATUS, N_("State"), N_("All states"));
	for (int64_t i = CASE_NEW; i <= CASE_RETURNED; i++)
		add_option(p, &field, WORD_STATUS, str_z(case_status_name(i)),
			   value_text(value_get(case_status_view(&request->ctx, i), S("text"))));
	value_push(request->ctx.arena, fields, field);
	field = select_of(p, WORD_HURRY, N_("Hurry"), N_("All"));
	add_option(p, &field, WORD_HURRY, S("sap-tre"), str_z(ctx_text(&request->ctx, "Soon late")));
	add_option(p, &field, WORD_HURRY, S("tre"), str_z(ctx_text(&request->ctx, "Late")));
	value_push(request->ctx.arena, fields, field);
}

static struct value date_of(const struct page *p, enum list_word word, const char *label)
{
	struct arena *arena = p->request->ctx.arena;
	struct value field = value_map();
	value_append(arena, &field, S("id"),
		     value_str(arena_printf(arena, "filter-%s", list_word_names[word])));
	value_append(arena, &field, S("name"), value_str(str_z(list_word_names[word])));
	value_append(arena, &field, S("label"), view_text(p->request, label));
	value_append(arena, &field, S("value"), str_empty(p->words.of[word]) ? value_null() :
		     value_str(p->words.of[word]));
	return field;
}

static bool is_filtered(const struct page *p, enum list_word from)
{
	for (int i = (int)from; i < LIST_WORDS; i++)
		if (!str_empty(p->words.of[i]))
			return true;
	return false;
}

static enum err filter_view(const struct page *p, struct value *view)
{
	struct request *request = p->request;
	struct arena *arena = request->ctx.arena;
	struct value filter = value_map(), fields = value_list(), more = value_list();
	struct value dates = value_list();
	struct list_words plain = { .of = { [WORD_LIST] = str_z(list_keys[p->w.list]) } };
	value_push(arena, &fields, procedures_field(p));
	add_steps(p, &more);
	add_offices(p, &more);
	TRY(holders_field(p, &more));
	add_states(p, &more);
	value_push(arena, &dates, date_of(p, WORD_FROM, N_("Due from")));
	value_push(arena, &dates, date_of(p, WORD_TO, N_("Due until")));
	value_append(arena, &filter, S("action"), value_str(request_link(request, S("/ban"))));
	value_append(arena, &filter, S("label"), view_text(request, "Filter the list"));
	value_append(arena, &filter, S("query"), str_empty(p->w.words) ? value_null() :
		     value_str(p->w.words));
	value_append(arena, &filter, S("list"), value_str(str_z(list_keys[p->w.list])));
	value_append(arena, &filter, S("fields"), fields);
	value_append(arena, &filter, S("more"), more);
	value_append(arena, &filter, S("dates"), dates);
	value_append(arena, &filter, S("open"), value_bool(is_filtered(p, WORD_OFFICE)));
	value_append(arena, &filter, S("clear"), is_filtered(p, WORD_WORDS) ?
		     value_str(list_words_url(request, &plain)) : value_null());
	value_set(arena, view, S("filter"), filter);
	return OK;
}

/* ---- the list as a table ---- */

static struct value columns_view(struct request *request)
{
	static const char *const labels[] = { N_("Case"), N_("About"), N_("Procedure and step"),
					      N_("State"), N_("Due") };
	struct arena *arena = request->ctx.arena;
	struct value columns = value_list();
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
		struct value column = value_map();
		value_append(arena, &column, S("label"), view_text(request, labels[i]));
		value_append(arena, &column, S("url"), value_null());
		value_append(arena, &column, S("sort"), value_null());
		value_append(arena, &column, S("number"), value_null());
		value_push(arena, &columns, column);
	}
	return columns;
}

/* The words once more as hidden fields, for forms that go on from this list. */
static struct value hidden_words(const struct page *p)
{
	struct arena *arena = p->request->ctx.arena;
	struct value list = value_list();
	for (int i = 0; i < LIST_WORDS; i++) {
		struct value field = value_map();
		if (str_empty(p->words.of[i]))
			continue;
		value_append(arena, &field, S("name"), value_str(str_z(list_word_names[i])));
		value_append(arena, &field, S("value"), value_str(p->words.of[i]));
		value_push(arena, &list, field);
	}
	return list;
}

static bool has_free(const struct listed *listed, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (listed[i].node && !listed[i].holder)
			return true;
	return false;
}

static struct value bulk_view(const struct page *p)
{
	struct request *request = p->request;
	struct arena *arena = request->ctx.arena;
	struct value bulk = value_map();
	bool team = p->w.list == LIST_TEAM;
	value_append(arena, &bulk, S("action"), value_str(request_link(request, S("/ban/hang-loat"))));
	value_append(arena, &bulk, S("print"), value_str(request_link(request, S("/ban/in"))));
	value_append(arena, &bulk, S("take"), value_bool(!team && may_anywhere(p, ACT_CASE_WORK)));
	value_append(arena, &bulk, S("release"), value_bool(p->w.list == LIST_MINE));
	value_append(arena, &bulk, S("assign"), value_bool(may_anywhere(p, ACT_CASE_ASSIGN)));
	value_append(arena, &bulk, S("sign"), value_bool(!team && may_anywhere(p, ACT_CASE_SIGN)));
	return bulk;
}

static str next_url(const struct page *p, const struct listed *last)
{
	str url = list_words_url(p->request, &p->words);
	return arena_printf(p->request->ctx.arena, "%.*s%csau=%lld&hs=%lld", STR_ARG(url),
			    str_find_byte(url, '?') == SIZE_MAX ? '?' : '&',
			    (long long)last->due_at, (long long)last->id);
}

static enum err table_view(struct page *p, struct value *view)
{
	struct request *request = p->request;
	struct arena *arena = request->ctx.arena;
	struct listed listed[ROWS + 1];
	struct value table = value_map(), rows_list = value_list(), pagination = value_map();
	bool tasks = p->w.list != LIST_ALL;
	size_t n;
	TRY(worklist_rows(request, p->db, &p->w, listed, &n, &rows_list));
	value_set(arena, view, S("take_next"), p->w.list == LIST_TODO && has_free(listed, n) ?
		  value_str(request_link(request, S("/ban/nhan-viec"))) : value_null());
	value_append(arena, &table, S("caption"), view_text(request, list_names[p->w.list].label));
	value_append(arena, &table, S("worklist"), value_bool(true));
	value_append(arena, &table, S("ticks"), tasks ? value_str(S("viec")) : value_null());
	value_append(arena, &table, S("columns"), columns_view(request));
	value_append(arena, &table, S("rows"), rows_list);
	value_set(arena, view, S("table"), rows_list.n ? table : value_null());
	value_set(arena, view, S("bulk"), rows_list.n && tasks ? bulk_view(p) : value_null());
	if (n > ROWS) {
		struct value next = value_map();
		value_append(arena, &next, S("url"), value_str(next_url(p, &listed[ROWS - 1])));
		value_append(arena, &pagination, S("previous"), value_null());
		value_append(arena, &pagination, S("next"), next);
		value_append(arena, &pagination, S("pages"), value_list());
		value_set(arena, view, S("pagination"), pagination);
	}
	return OK;
}

static enum err read_page(struct page *p, struct value *view)
{
	struct request *request = p->request;
	struct value desk;
	TRY(list_words_wanted(request, p->db, p->cases, &p->words, &p->w));
	p->w.after_due = request_query_int(request, "sau", 0);
	p->w.after_id = request_query_int(request, "hs", 0);
	TRY(desk_navigation(request, p->cases->people, "/ban", &desk));
	TRY(tabs_view(p, view));
	TRY(table_view(p, view));
	TRY(filter_view(p, view));
	value_set(request->ctx.arena, view, S("desk"), desk);
	return OK;
}

static enum err desk_page(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct value view = value_map(), empty = value_map();
	struct page p = { .request = request, .cases = cases_of(request),
			  .words = list_words_read(request) };
	view_page(request, &view, str_z(ctx_text(ctx, "Worklists")));
	TRY(store_snapshot(ctx, p.cases->store, &p.db));
	TRY(read_page(&p, &view));
	store_release(p.db);
	value_append(ctx->arena, &empty, S("title"), view_text(request, "Nothing is waiting here"));
	value_append(ctx->arena, &empty, S("text"), value_null());
	value_append(ctx->arena, &empty, S("url"), value_null());
	value_append(ctx->arena, &empty, S("label"), value_null());
	value_set(ctx->arena, &view, S("empty"),
		  value_is_null(value_get(view, S("table"))) ? empty : value_null());
	value_set(ctx->arena, &view, S("words"), hidden_words(&p));
	value_set(ctx->arena, &view, S("scan"), value_null());
	value_set(ctx->arena, &view, S("scan_ticket"), value_null());
	value_set(ctx->arena, &view, S("scan_action"),
		  may(p.cases->people, request_principal(request), ACT_CASE_FILE, NULL) ?
		  value_str(request_link(request, S("/ban/mo"))) : value_null());
	value_set(ctx->arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "cases/desk", view);
	return OK;
}

/* ---- saving, taking ---- */

static enum err save_post(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct list_words words = list_words_read(request);
	int64_t account = request_principal(request)->account, id;
	str back = list_words_url(request, &words);
	if (id_parse(request_field(request, "bo"), &id)) {
		TRY(saved_remove(&request->ctx, cases, account, id));
		response_flash(response, "success", "%s", ctx_text(&request->ctx, "The list was deleted"));
		response_redirect(response, S("/ban"));
		return OK;
	}
	enum err err = saved_add(&request->ctx, cases, account, request_field(request, "ten"),
				 list_words_text(request->ctx.arena, &words));
	if (err != OK && err != ERR_INVALID)
		return err;
	if (err == OK)
		response_flash(response, "success", "%s", ctx_text(&request->ctx, "The list was saved"));
	else
		response_flash(response, "error", "%.*s", STR_ARG(request->ctx.fault.message));
	/* request_link has put the language in front already. */
	response_redirect(response, str_slice(back, request->base.n, back.n));
	return OK;
}

static enum err take_post(struct request *request, struct response *response)
{
	struct cases *cases = cases_of(request);
	struct list_words words = list_words_read(request);
	struct wanted w;
	struct db *db;
	str code;
	TRY(store_snapshot(&request->ctx, cases->store, &db));
	TRY(list_words_wanted(request, db, cases, &words, &w));
	store_release(db);
	enum err err = case_take_next(&request->ctx, cases, &w, &code);
	if (err == ERR_NOT_FOUND) {
		response_flash(response, "info", "%.*s", STR_ARG(request->ctx.fault.message));
		response_redirect(response, S("/ban"));
		return OK;
	}
	TRY(err);
	response_flash(response, "success", "%s", ctx_text(&request->ctx, "The step is yours now"));
	response_redirect(response, arena_printf(request->ctx.arena, "/ban/%.*s", STR_ARG(code)));
	return OK;
}

const struct route list_routes[] = {
	{ WEB_GET, "/ban", ACT_DESK, desk_page, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/danh-sach", ACT_DESK, save_post, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/nhan-viec", ACT_CASE_WORK, take_post, .flags = ROUTE_MAIN },
	{ 0 },
};
