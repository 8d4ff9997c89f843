/* Letters as print page and PDF: for officers under the case, for the citizen under tracking. The PDF
 * is the one that was signed and kept; until that is made, a copy without signature. */
#include "cases/letter.h"
#include "cases/pages.h"
#include "cases/room.h"

#include "print/print.h"
#include "text/template.h"
#include "web/view.h"

struct wanted {
	struct cases *cases;
	const struct principal *principal;
	str code, kind, url_base;
	int64_t version; /* 0: the newest */
	struct case_file c;
	struct object *object;
	struct letters letters;
	const struct letter *letter;
	str text, stored;
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

static enum err find_letter(struct ctx *ctx, struct db *db, struct wanted *w)
{
	TRY(case_load(ctx, db, w->code, &w->c));
	TRY(letters_seen(ctx, w->cases, db, w->principal, &w->c, &w->letters));
	w->letter = letters_find(&w->letters, w->kind, w->version);
	return w->letter ? OK : fail(ctx, ERR_NOT_FOUND, "This case has no such letter");
}

static enum err read_letter(struct ctx *ctx, struct db *db, void *arg)
{
	struct wanted *w = arg;
	TRY(find_letter(ctx, db, w));
	struct letter_wanted wanted = { .c = &w->c, .letter = w->letter, .url_base = w->url_base };
	return letter_write(ctx, w->cases, db, &wanted, &w->text);
}

static enum err read_stored(struct ctx *ctx, struct db *db, void *arg)
{
	struct wanted *w = arg;
	struct file_info file;
	TRY(find_letter(ctx, db, w));
	w->stored = S("");
	if (str_empty(w->letter->hash))
		return OK;
	TRY(file_look_up(ctx, db, w->letter->hash, &file));
	return file_read(ctx, w->cases->store, file.hash, 0, file.size, &w->stored);
}

static str base_of(const struct request *request)
{
	str base = request_absolute(request, S(""));
	while (str_ends(base, S("/")))
		base.n--;
	return base;
}

static void note_print(struct request *request, const struct wanted *w)
{
	const struct principal *principal = request_principal(request);
	if (principal && principal->account)
		event_access(w->cases->store, principal->account, w->c.id, ACCESS_PRINT);
}

/* Somebody waits for it: it is made now, rather than when its turn comes. */
static enum err letter_file_of(struct request *request, struct wanted *w)
{
	struct ctx *ctx = &request->ctx;
	struct store *store = w->cases->store;
	TRY(store_read(ctx, store, read_stored, w));
	if (!str_empty(w->stored) || !w->letter->id)
		return OK;
	struct ctx own = *ctx; /* why it cannot be made yet is nothing the reader can act on */
	if (letter_make(&own, w->cases, w->code, w->letter->id) == OK)
		TRY(store_read(ctx, store, read_stored, w));
	return OK;
}

static enum err letter_pdf(struct request *request, struct response *response, struct wanted *w)
{
	struct ctx *ctx = &request->ctx;
	TRY(letter_file_of(request, w));
	if (str_empty(w->stored)) {
		TRY(store_read(ctx, w->cases->store, read_letter, w));
		usec made_at = w->letter->id ? w->letter->made_at : clock_business();
		TRY(print_pdf(ctx, w->text, made_at, &w->stored, NULL));
	}
	note_print(request, w);
	response_private(response);
	response_bytes(response, S("application/pdf"), w->stored);
	return OK;
}

static str pdf_address(struct request *request, const struct wanted *w)
{
	str path = request_link(request, request->path);
	if (w->version)
		return arena_printf(request->ctx.arena, "%.*s.pdf?lan=%d", STR_ARG(path),
				    (int)w->version);
	return arena_printf(request->ctx.arena, "%.*s.pdf", STR_ARG(path));
}

static enum err letter_page(struct request *request, struct response *response)
{
	struct ctx *ctx = &request->ctx;
	struct value view = value_map(), sheet = value_map();
	str name = request_param(request, "letter"), title;
	bool pdf = str_ends(name, S(".pdf"));
	struct wanted w = {
		.cases = cases_of(request), .code = request_param(request, "code"),
		.principal = request_principal(request),
		.kind = pdf ? str_slice(name, 0, name.n - 4) : name, .url_base = base_of(request),
		.version = request_query_int(request, "lan", 0),
	};
	html page;
	if (pdf)
		return letter_pdf(request, response, &w);
	TRY(store_read(ctx, w.cases->store, read_letter, &w));
	note_print(request, &w);
	TRY(print_html(ctx, w.text, &page, &title));
	view_page(request, &view, title);
	value_append(ctx->arena, &sheet, S("small"),
		     value_bool(str_find(w.text, S("data-page=\"A5")) != SIZE_MAX));
	value_append(ctx->arena, &sheet, S("agency"), value_null());
	value_set(ctx->arena, &view, S("sheet"), sheet);
	value_set(ctx->arena, &view, S("letter"), value_html(page));
	value_set(ctx->arena, &view, S("pdf_url"), value_str(pdf_address(request, &w)));
	response_private(response);
	response_view(response, "cases/letter", view);
	return OK;
}

static struct value state_of(struct request *request, const struct letter *letter)
{
	if (letter->revoked_at)
		return view_text(request, N_("taken back"));
	if (letter->replaced_by)
		return view_text(request, N_("replaced by a newer version"));
	if (letter->id && str_empty(letter->hash))
		return view_text(request, N_("PDF is being made"));
	return str_empty(letter->signed_by) ? value_null()
					    : view_text(request, N_("digitally signed"));
}

struct value letters_view(struct request *request, const struct letters *letters, str path)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	for (size_t i = 0; i < letters->n; i++) {
		const struct letter *letter = &letters->items[i];
		struct value item = value_map();
		bool newest = letters_find(letters, letter->kind, 0) == letter;
		str which = newest ? S("") : arena_printf(arena, "?lan=%d", (int)letter->version);
		str url = request_link(request, arena_printf(arena, "%.*s/giay/%.*s", STR_ARG(path),
							     STR_ARG(letter->kind)));
		value_append(arena, &item, S("title"), value_str(letter->title));
		value_append(arena, &item, S("number"), value_str(letter->number));
		value_append(arena, &item, S("version"),
			     value_int(letter->version > 1 ? letter->version : 0));
		value_append(arena, &item, S("state"), state_of(request, letter));
		value_append(arena, &item, S("url"),
			     value_str(arena_printf(arena, "%.*s%.*s", STR_ARG(url), STR_ARG(which))));
		value_append(arena, &item, S("pdf"), value_str(arena_printf(arena, "%.*s.pdf%.*s",
			     STR_ARG(url), STR_ARG(which))));
		value_push(arena, &list, item);
	}
	return list;
}

const struct route letter_routes[] = {
	{ WEB_GET, "/ban/{code}/giay/{letter}", ACT_CASE_SEE, letter_page, .object = case_of_code,
	  .flags = ROUTE_MAIN },
	{ WEB_GET, "/tra-cuu/{code}/giay/{letter}", ACT_TRACK, letter_page, .object = case_of_code,
	  .ask = "/tra-cuu/{code}" },
	{ 0 },
};
