/* Letters as print page and PDF: for officers under the case, for the citizen under tracking. */
#include "cases/letter.h"
#include "cases/pages.h"
#include "cases/room.h"

#include "print/print.h"
#include "text/template.h"
#include "web/view.h"

struct wanted {
	struct cases *cases;
	str code, kind, url_base;
	struct case_file c;
	struct object *object;
	struct letters letters;
	str text;
	bool there;
};

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

static enum err read_object(struct ctx *ctx, struct db *db, void *arg)
{
	struct wanted *w = arg;
	TRY(case_load(ctx, db, w->code, &w->c));
	return case_object(ctx, db, &w->c, w->object);
}

static enum err case_of_code(struct request *request, const void **ret_object)
{
	struct wanted w = { .code = request_param(request, "code"),
			    .object = ARENA_NEW(request->ctx.arena, struct object) };
	TRY(store_read(&request->ctx, cases_of(request)->store, read_object, &w));
	*ret_object = w.object;
	return OK;
}

static enum err read_letter(struct ctx *ctx, struct db *db, void *arg)
{
	struct wanted *w = arg;
	TRY(case_load(ctx, db, w->code, &w->c));
	TRY(letters_of(ctx, w->cases, db, &w->c, &w->letters));
	w->there = false;
	for (size_t i = 0; i < w->letters.n; i++)
		w->there = w->there || str_eq(w->letters.items[i].kind, w->kind);
	if (!w->there)
		return fail(ctx, ERR_NOT_FOUND, "This case has no such letter");
	return letter_write(ctx, w->cases, db, &w->c, w->kind, w->url_base, &w->text);
}

static enum err load_letter(struct request *request, struct wanted *w, bool *ret_pdf)
{
	str name = request_param(request, "letter");
	*ret_pdf = str_ends(name, S(".pdf"));
	*w = (struct wanted){
		.cases = cases_of(request), .code = request_param(request, "code"),
		.kind = *ret_pdf ? str_slice(name, 0, name.n - 4) : name,
		.url_base = request_absolute(request, S("")),
	};
	while (str_ends(w->url_base, S("/")))
		w->url_base.n--;
	return store_read(&request->ctx, w->cases->store, read_letter, w);
}

static enum err letter_page(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	const struct principal *principal = request_principal(request);
	struct value view = value_map(), sheet = value_map();
	struct wanted w;
	html page;
	str title, bytes;
	bool pdf;
	TRY(load_letter(request, &w, &pdf));
	if (principal && principal->account)
		event_access(w.cases->store, principal->account, w.c.id, ACCESS_PRINT);
	if (pdf) {
		TRY(print_pdf(ctx, w.text, w.c.accepted_at ? w.c.accepted_at : w.c.submitted_at,
			      &bytes, NULL));
		response_bytes(response, S("application/pdf"), bytes);
		return OK;
	}
	TRY(print_html(ctx, w.text, &page, &title));
	view_page(request, &view, title);
	value_append(ctx->arena, &sheet, S("small"),
		     value_bool(str_find(w.text, S("data-page=\"A5")) != SIZE_MAX));
	value_append(ctx->arena, &sheet, S("agency"), value_null());
	value_set(ctx->arena, &view, S("sheet"), sheet);
	value_set(ctx->arena, &view, S("letter"), value_html(page));
	value_set(ctx->arena, &view, S("pdf_url"), value_str(arena_printf(ctx->arena, "%.*s.pdf",
		  STR_ARG(request->target))));
	response_private(response);
	response_view(response, "cases/letter", view);
	return OK;
}

struct value letters_view(struct request *request, const struct letters *letters, str path)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	for (size_t i = 0; i < letters->n; i++) {
		struct value item = value_map();
		str url = request_link(request, arena_printf(arena, "%.*s/giay/%.*s", STR_ARG(path),
							     STR_ARG(letters->items[i].kind)));
		value_append(arena, &item, S("title"), value_str(letters->items[i].title));
		value_append(arena, &item, S("url"), value_str(url));
		value_append(arena, &item, S("pdf"),
			     value_str(arena_printf(arena, "%.*s.pdf", STR_ARG(url))));
		value_push(arena, &list, item);
	}
	return list;
}

const struct route letter_routes[] = {
	{ WEB_GET, "/ban/{code}/giay/{letter}", ACT_CASE_SEE, letter_page, .object = case_of_code,
	  .flags = ROUTE_MAIN },
	{ WEB_GET, "/tra-cuu/{code}/giay/{letter}", ACT_TRACK, letter_page, .object = case_of_code },
	{ 0 },
};
