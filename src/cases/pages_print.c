/* Many letters on paper at once: chosen from the newest ones, or from cases that a list names. */
#include "cases/desk.h"
#include "cases/letter.h"
#include "cases/pages.h"
#include "cases/room.h"
#include "cases/view.h"

#include "print/print.h"
#include "text/template.h"
#include "web/view.h"

enum { LETTERS_MAX = 100, NEWEST = 50 };

struct chosen {
	struct case_file c;
	struct letter letter;
};

struct batch {
	struct cases *cases;
	const struct principal *principal;
	const str *codes; /* of cases, or of letters */
	size_t n_codes;
	struct chosen items[LETTERS_MAX];
	size_t n;
	str url_base;
	str texts[LETTERS_MAX];
};

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* What the principal may not see is as if it were not there. */
static enum err may_see(struct ctx *ctx, struct db *db, const struct batch *b,
			const struct case_file *c)
{
	struct object object;
	TRY(case_object(ctx, db, c, &object));
	if (may(b->cases->people, b->principal, ACT_CASE_SEE, &object))
		return OK;
	return fail(ctx, ERR_NOT_FOUND, "There is no case with this code");
}

static void add(struct batch *b, const struct case_file *c, const struct letter *letter)
{
	if (b->n < LETTERS_MAX && letter->id)
		b->items[b->n++] = (struct chosen){ *c, *letter };
}

/* ---- what may be chosen ---- */

static enum err of_case(struct ctx *ctx, struct db *db, struct batch *b, str code)
{
	struct case_file c;
	struct letters letters;
	TRY(case_load(ctx, db, code, &c));
	TRY(may_see(ctx, db, b, &c));
	TRY(letters_seen(ctx, b->cases, db, b->principal, &c, &letters));
	for (size_t i = 0; i < letters.n; i++)
		if (!letters.items[i].replaced_by && !letters.items[i].revoked_at)
			add(b, &c, &letters.items[i]);
	return OK;
}

static enum err of_cases(struct ctx *ctx, struct db *db, void *arg)
{
	struct batch *b = arg;
	b->n = 0;
	for (size_t i = 0; i < b->n_codes; i++)
		TRY(of_case(ctx, db, b, b->codes[i]));
	return OK;
}

static enum err of_letter(struct ctx *ctx, struct db *db, struct batch *b, int64_t organisation,
			  int64_t case_id, int64_t id)
{
	struct case_file c;
	struct letters letters;
	TRY(rows_read_case(ctx, db, organisation, case_id, &c));
	TRY(may_see(ctx, db, b, &c));
	TRY(letters_seen(ctx, b->cases, db, b->principal, &c, &letters));
	for (size_t i = 0; i < letters.n; i++)
		if (letters.items[i].id == id)
			add(b, &c, &letters.items[i]);
	return OK;
}

static enum err newest_of(struct ctx *ctx, struct db *db, struct batch *b, int64_t organisation)
{
	struct rows rows;
	struct {
		int64_t case_id, id;
	} found[NEWEST];
	size_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT case_id, id FROM case_letter WHERE organisation = $1"
			 " ORDER BY made_at DESC, id DESC LIMIT $2"), organisation, NEWEST));
	for (; rows_next(&rows); n++) {
		found[n].case_id = row_int(&rows, 0);
		found[n].id = row_int(&rows, 1);
	}
	TRY(rows_end(&rows));
	for (size_t i = 0; i < n; i++)
		TRY(of_letter(ctx, db, b, organisation, found[i].case_id, found[i].id));
	return OK;
}

static int newer_first(const void *a, const void *b)
{
	const struct chosen *x = a, *y = b;
	return x->letter.made_at < y->letter.made_at ? 1 : x->letter.made_at > y->letter.made_at ? -1 : 0;
}

static enum err newest(struct ctx *ctx, struct db *db, void *arg)
{
	struct batch *b = arg;
	int64_t *ids;
	size_t n = may_organisations(b->cases->people, b->principal, ACT_CASE_SEE, ctx->arena, &ids);
	b->n = 0;
	for (size_t i = 0; i < n && b->n < LETTERS_MAX; i++)
		TRY(newest_of(ctx, db, b, ids[i]));
	qsort(b->items, b->n, sizeof *b->items, newer_first);
	b->n = b->n < NEWEST ? b->n : NEWEST;
	return OK;
}

static struct value items_view(struct request *request, const struct batch *b, bool ticked)
{
	struct arena *arena = request->ctx.arena;
	struct value list = value_list();
	for (size_t i = 0; i < b->n; i++) {
		const struct chosen *chosen = &b->items[i];
		struct value item = value_map();
		/* The first box has the name of the field: a mistake leads to it. */
		value_append(arena, &item, S("id"), value_str(i ? arena_printf(arena, "letter-%d", (int)i)
								: S("letter")));
		value_append(arena, &item, S("code"), value_str(chosen->letter.code));
		value_append(arena, &item, S("title"), value_str(chosen->letter.title));
		value_append(arena, &item, S("number"), value_str(chosen->letter.number));
		value_append(arena, &item, S("case"), value_str(chosen->c.code));
		value_append(arena, &item, S("about"), value_str(str_empty(chosen->c.subject) ?
			chosen->c.applicant : chosen->c.subject));
		value_append(arena, &item, S("at"),
			     view_time(&request->ctx, b->cases, chosen->letter.made_at));
		value_append(arena, &item, S("ticked"), value_bool(ticked));
		value_push(arena, &list, item);
	}
	return list;
}

static enum err show(struct request *request, struct response *response, const struct batch *b)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map(), desk;
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Print letters")));
	TRY(desk_navigation(request, b->cases->people, "/ban/in", &desk));
	value_set(arena, &view, S("desk"), desk);
	value_set(arena, &view, S("action"), value_str(request_link(request, S("/ban/in"))));
	value_set(arena, &view, S("items"), items_view(request, b, b->n_codes > 0));
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_view(response, "cases/print", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err choose(struct request *request, struct response *response, struct batch *b)
{
	TRY(store_read(&request->ctx, b->cases->store, b->n_codes ? of_cases : newest, b));
	return show(request, response, b);
}

/* ---- printing ---- */

static enum err write_texts(struct ctx *ctx, struct db *db, void *arg)
{
	struct batch *b = arg;
	b->n = 0;
	for (size_t i = 0; i < b->n_codes; i++) {
		struct rows row;
		TRY(db_one(ctx, db, &row,
			   SQL("SELECT organisation, case_id, id FROM case_letter WHERE code = $1"),
			   b->codes[i]));
		TRY(of_letter(ctx, db, b, row_int(&row, 0), row_int(&row, 1), row_int(&row, 2)));
	}
	for (size_t i = 0; i < b->n; i++) {
		struct letter_wanted wanted = { .c = &b->items[i].c, .letter = &b->items[i].letter,
						.url_base = b->url_base };
		TRY(letter_write(ctx, b->cases, db, &wanted, &b->texts[i]));
	}
	return OK;
}

static enum err print(struct request *request, struct response *response, struct batch *b)
{
	struct ctx *ctx = &request->ctx;
	str bytes;
	b->url_base = request_absolute(request, S(""));
	while (str_ends(b->url_base, S("/")))
		b->url_base.n--;
	TRY(store_read(ctx, b->cases->store, write_texts, b));
	TRY(print_pdf_all(ctx, b->texts, b->n, clock_business(), &bytes));
	for (size_t i = 0; i < b->n; i++)
		event_access(b->cases->store, b->principal->account, b->items[i].c.id, ACCESS_PRINT);
	response_private(response);
	response_bytes(response, S("application/pdf"), bytes);
	return OK;
}

/* ---- pages ---- */

static struct batch *batch_of(struct request *request)
{
	struct batch *b = ARENA_NEW(request->ctx.arena, struct batch);
	b->cases = cases_of(request);
	b->principal = request_principal(request);
	return b;
}

/* ?ma=CODE,CODE */
static enum err print_page(struct request *request, struct response *response)
{
	struct batch *b = batch_of(request);
	str *codes = ARENA_ARRAY(request->ctx.arena, str, LETTERS_MAX);
	for (str rest = request_query(request, "ma"), code;
	     b->n_codes < LETTERS_MAX && str_next(&rest, ',', &code);)
		if (!str_empty(str_trim(code)))
			codes[b->n_codes++] = str_trim(code);
	b->codes = codes;
	return choose(request, response, b);
}

static bool is_known(const str *codes, size_t n, str code)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(codes[i], code))
			return true;
	return false;
}

/* Each once. A worklist names steps, CODE~NODE: their case is meant. */
static size_t posted(struct request *request, const char *name, str *codes)
{
	size_t n = 0;
	str text, code;
	for (size_t i = 0; n < LETTERS_MAX && request_field_at(request, name, i, &text); i++)
		if (str_next(&text, '~', &code) && !is_known(codes, n, code))
			codes[n++] = code;
	return n;
}

/* Letters by their codes are printed; cases by theirs are shown with their letters to choose from. */
static enum err print_post(struct request *request, struct response *response)
{
	struct batch *b = batch_of(request);
	str *codes = ARENA_ARRAY(request->ctx.arena, str, LETTERS_MAX);
	b->codes = codes;
	b->n_codes = posted(request, "letter", codes);
	if (b->n_codes)
		return print(request, response, b);
	b->n_codes = posted(request, request_has(request, "viec") ? "viec" : "case", codes);
	if (!b->n_codes)
		request_mistake(request, "letter", "Choose at least one letter");
	return choose(request, response, b);
}

const struct route print_routes[] = {
	{ WEB_GET, "/ban/in", ACT_CASE_SEE, print_page, .flags = ROUTE_MAIN },
	{ WEB_POST, "/ban/in", ACT_CASE_SEE, print_post, .flags = ROUTE_MAIN },
	{ 0 },
};
