/* Filing online with papers handed in before: code and PIN of an earlier case show whose they are,
 * the papers this filing asks for are ticked. */
#include "cases/earlier.h"
#include "cases/filing.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/upload.h"
#include "cases/view.h"

#include "form/form.h"
#include "web/view.h"

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* ---- which papers are asked for ---- */

/* Pages of the summary that hold a field for files. */
bool filing_asks_papers(struct filing *f, int page)
{
	struct value pages = form_summary(f->form, f->draft.data, &f->env);
	for (uint32_t i = 0; i < pages.n; i++) {
		struct value rows = value_get(pages.items[i], S("rows"));
		if (value_integer(value_get(pages.items[i], S("page")), -1) != page)
			continue;
		for (uint32_t k = 0; k < rows.n; k++)
			if (str_eq(value_text(value_get(rows.items[k], S("kind"))), S("files")))
				return true;
	}
	return false;
}

/* A field of the form as it stands takes files for that paper. */
static bool takes_files(struct filing *f, str path, bool *ret_multiple)
{
	struct form_file_rule rule;
	str name = arena_printf(f->env.ctx->arena, "f.%.*s", STR_ARG(path));
	if (str_empty(path) || !form_file_field(f->form, name, f->draft.data, &f->env, &rule))
		return false;
	*ret_multiple = rule.multiple;
	return true;
}

static bool is_there(struct value files, str hash)
{
	for (uint32_t i = 0; files.kind == VALUE_LIST && i < files.n; i++)
		if (str_eq(value_text(value_get(files.items[i], S("id"))), hash))
			return true;
	return false;
}

/* What was filed for this kind of paper and is not here yet, as items of partials/checkboxes. */
static struct value offered(struct request *request, const struct filing *f, struct value paper,
			    struct value found)
{
	struct arena *arena = request->ctx.arena;
	struct value items = value_list(), code = value_get(paper, S("code"));
	struct value here = value_path(f->draft.data, value_text(value_get(paper, S("path"))));
	for (uint32_t i = 0; i < found.n; i++) {
		struct value file = found.items[i], item = value_map();
		str hash = value_text(value_get(file, S("hash")));
		if (!value_eq(value_get(file, S("paper")), code) || is_there(here, hash))
			continue;
		value_append(arena, &item, S("id"), value_str(arena_printf(arena, "%.*s-%.*s",
			     STR_ARG(value_text(code)), STR_ARG(hash))));
		value_append(arena, &item, S("value"), value_str(arena_printf(arena, "%.*s/%.*s",
			     STR_ARG(value_text(code)), STR_ARG(hash))));
		value_append(arena, &item, S("text"), value_get(file, S("name")));
		value_append(arena, &item, S("day"), view_time(&request->ctx, cases_of(request),
			     value_integer(value_get(file, S("at")), 0)));
		value_append(arena, &item, S("code"), value_get(file, S("code")));
		value_append(arena, &item, S("title"), value_get(file, S("title")));
		value_push(arena, &items, item);
	}
	return items;
}

static struct value groups_of(struct request *request, struct filing *f, struct value found)
{
	struct arena *arena = request->ctx.arena;
	struct value papers = value_get(f->procedure->body, S("papers")), groups = value_list();
	for (uint32_t i = 0; i < papers.n; i++) {
		struct value group = value_map(), items;
		bool multiple;
		if (!takes_files(f, value_text(value_get(papers.items[i], S("path"))), &multiple))
			continue;
		items = offered(request, f, papers.items[i], found);
		if (!items.n)
			continue;
		value_append(arena, &group, S("legend"), value_get(value_get(papers.items[i],
			     S("title")), request->language));
		value_append(arena, &group, S("items"), items);
		value_push(arena, &groups, group);
	}
	return groups;
}

/* ---- the page ---- */

static enum err read_earlier(struct request *request, struct filing *f, struct value *ret_found)
{
	return earlier_proven(&request->ctx, cases_of(request), request_principal(request),
			      filing_applicant(f, "id_number"), ret_found);
}

static str back_path(struct request *request, struct filing *f)
{
	int64_t page = request_query_int(request, "trang", f->draft.page + 1);
	bool good = page >= 1 && page <= (int64_t)form_page_count(f->form);
	return filing_path(request, &f->draft,
		arena_printf(request->ctx.arena, "%lld", good ? (long long)page : 1LL));
}

static enum err show(struct request *request, struct response *response, struct filing *f)
{
	struct arena *arena = request->ctx.arena;
	struct value found, view;
	str title = str_z(ctx_text(&request->ctx, "Papers you handed in before"));
	TRY(read_earlier(request, f, &found));
	struct value groups = groups_of(request, f, found);
	view = filing_view(request, f, (int)f->draft.page, title);
	value_set(arena, &view, S("groups"), groups);
	value_set(arena, &view, S("any"), value_bool(groups.n > 0));
	value_set(arena, &view, S("nameless"),
		  value_bool(str_empty(filing_applicant(f, "id_number"))));
	value_set(arena, &view, S("proven"), value_bool(request_principal(request)->case_id != 0));
	value_set(arena, &view, S("back"), value_str(request_link(request, back_path(request, f))));
	value_set(arena, &view, S("action"), value_str(request->target));
	view_field(request, &view, "ma", ctx_text(&request->ctx, "Case code, or your identity number"),
		   request_field(request, "ma"));
	view_field_set(request, &view, "ma", "complete", value_str(S("off")));
	view_field(request, &view, "pin", ctx_text(&request->ctx, "PIN"), S(""));
	view_field_set(request, &view, "pin", "hint",
		       view_text(request, "Eight digits, on the receipt beside the code"));
	view_field_set(request, &view, "pin", "mode", value_str(S("numeric")));
	view_field_set(request, &view, "pin", "width", value_str(S("10")));
	view_field_set(request, &view, "pin", "complete", value_str(S("off")));
	response_private(response);
	response_view(response, "cases/file_earlier", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err earlier_page(struct request *request, struct response *response)
{
	struct filing f;
	TRY(filing_load(request, &f));
	return show(request, response, &f);
}

/* ---- proving, and taking over ---- */

static enum err prove(struct request *request, struct response *response, struct filing *f)
{
	str code;
	TRY(tracking_prove(request, response, request_field(request, "ma"),
			   request_field(request, "pin"), &code));
	if (str_empty(code))
		return show(request, response, f);
	response_redirect(response, request->target);
	return OK;
}

static struct value file_of(struct arena *arena, struct value earlier)
{
	struct value file = value_map();
	value_append(arena, &file, S("id"), value_get(earlier, S("hash")));
	value_append(arena, &file, S("name"), value_get(earlier, S("name")));
	value_append(arena, &file, S("size"), value_get(earlier, S("size")));
	value_append(arena, &file, S("type"), value_get(earlier, S("type")));
	value_append(arena, &file, S("from"), value_get(earlier, S("case")));
	return file;
}

/* One ticked "code/hash", of what this person was offered. */
static void take_one(struct filing *f, struct value found, str ticked)
{
	struct arena *arena = f->env.ctx->arena;
	struct value papers = value_get(f->procedure->body, S("papers"));
	str hash = ticked, code;
	bool multiple;
	str_next(&hash, '/', &code);
	for (uint32_t i = 0; i < papers.n; i++) {
		str path = value_text(value_get(papers.items[i], S("path")));
		if (!str_eq(value_text(value_get(papers.items[i], S("code"))), code) ||
		    !takes_files(f, path, &multiple) ||
		    is_there(value_path(f->draft.data, path), hash))
			continue;
		for (uint32_t k = 0; k < found.n; k++) {
			if (!str_eq(value_text(value_get(found.items[k], S("hash"))), hash) ||
			    !str_eq(value_text(value_get(found.items[k], S("paper"))), code))
				continue;
			f->draft.data = upload_put(arena, f->draft.data, path,
						   file_of(arena, found.items[k]), multiple);
		}
	}
}

static enum err take(struct request *request, struct response *response, struct filing *f)
{
	struct value found;
	str ticked;
	TRY(read_earlier(request, f, &found));
	for (size_t i = 0; request_field_at(request, "paper", i, &ticked); i++)
		take_one(f, found, ticked);
	TRY(draft_save(&request->ctx, cases_of(request), &f->draft, NULL, 0));
	response_redirect(response, back_path(request, f));
	return OK;
}

static enum err earlier_post(struct request *request, struct response *response)
{
	struct filing f;
	TRY(filing_load(request, &f));
	if (str_eq(request_field(request, "act"), S("take")))
		return take(request, response, &f);
	return prove(request, response, &f);
}

/* ---- in the filing itself ---- */

/* A stored file that names the case it was taken over from. */
static bool is_earlier(struct value v)
{
	return v.kind == VALUE_MAP && value_find(v, S("from")) &&
	       value_text(value_get(v, S("id"))).n == 64;
}

/* The data without the files that came from elsewhere; *ret_n counts those. */
static struct value without_earlier(struct arena *arena, struct value v, size_t *ret_n)
{
	struct value copy = v.kind == VALUE_LIST ? value_list() : value_map();
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		if (is_earlier(v.items[i]))
			++*ret_n;
		else
			value_push(arena, &copy, without_earlier(arena, v.items[i], ret_n));
	for (uint32_t i = 0; v.kind == VALUE_MAP && i < v.n; i++)
		value_append(arena, &copy, v.members[i].key,
			     without_earlier(arena, v.members[i].value, ret_n));
	return v.kind == VALUE_LIST || v.kind == VALUE_MAP ? copy : v;
}

bool filing_drop_earlier(struct filing *f)
{
	size_t n = 0;
	struct value data = without_earlier(f->env.ctx->arena, f->draft.data, &n);
	if (n)
		f->draft.data = data;
	return n > 0;
}

struct gathering {
	const struct procedure *procedure;
	struct arena *arena;
	struct case_reuse *items;
	size_t n, room;
};

static str code_of_path(const struct procedure *procedure, str path)
{
	struct value papers = value_get(procedure->body, S("papers"));
	for (uint32_t i = 0; i < papers.n; i++)
		if (str_eq(value_text(value_get(papers.items[i], S("path"))), path))
			return value_text(value_get(papers.items[i], S("code")));
	return path;
}

static void gather(struct gathering *g, str path, struct value v)
{
	struct case_reuse *reuse = &g->items[g->n];
	if (is_earlier(v) && g->n < g->room) {
		*reuse = (struct case_reuse){ .paper = code_of_path(g->procedure, path),
					      .hash = value_text(value_get(v, S("id"))) };
		if (id_parse(value_text(value_get(v, S("from"))), &reuse->from_case))
			g->n++;
		return;
	}
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		gather(g, path, v.items[i]);
	for (uint32_t i = 0; v.kind == VALUE_MAP && i < v.n; i++)
		gather(g, str_empty(path) ? v.members[i].key : arena_printf(g->arena, "%.*s.%.*s",
			STR_ARG(path), STR_ARG(v.members[i].key)), v.members[i].value);
}

void filing_reuse(struct filing *f, struct value data, struct submission *s)
{
	enum { REUSE_MAX = 60 };
	struct arena *arena = f->env.ctx->arena;
	struct gathering g = { .procedure = f->procedure, .arena = arena, .room = REUSE_MAX,
			       .items = ARENA_ARRAY(arena, struct case_reuse, REUSE_MAX + 1) };
	gather(&g, S(""), data);
	s->reuse = g.items;
	s->n_reuse = g.n;
}

#define EARLIER "/nop/{code}/{draft}/giay-to-da-nop"

const struct route earlier_routes[] = {
	{ WEB_GET, EARLIER, ACT_DRAFT, earlier_page, .object = filing_object,
	  .ask = "/nop/{code}" },
	{ WEB_POST, EARLIER, ACT_DRAFT, earlier_post, .object = filing_object },
	{ 0 },
};
