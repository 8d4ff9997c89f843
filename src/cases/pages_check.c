/* Anybody can ask what a letter is and whether it holds: by the code on it, or by its file. What is
 * told is what stands on the paper, the name shortened; no sign-in, no PIN, only so many questions. */
#include "cases/letter.h"
#include "cases/pages.h"
#include "cases/room.h"

#include "text/template.h"
#include "web/view.h"

enum { BURST = 30, PER_HOUR = 120, FILE_MAX = 20 << 20 };

struct check {
	struct cases *cases;
	str code, hash;            /* what is asked for; one may be empty */
	bool found;
	struct case_file c;
	struct letters letters;
	const struct letter *letter;
	struct event_proof issued, made; /* .pending: not proved yet */
};

static struct cases *cases_of(const struct request *request)
{
	return request->state;
}

/* As people write codes down: small letters, blanks and dashes are forgiven. */
static str plain_code(struct arena *arena, str typed)
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < typed.n && out.n < 20; i++) {
		char c = typed.p[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 32);
		if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			buf_byte(&out, c);
	}
	return buf_view(&out);
}

/* ---- looking it up ---- */

static enum err prove(struct ctx *ctx, struct db *db, const struct event *event,
		      struct event_proof *ret_proof)
{
	*ret_proof = (struct event_proof){ .pending = true };
	return event ? event_prove(ctx, db, event->id, ret_proof) : OK;
}

static enum err read_proofs(struct ctx *ctx, struct db *db, struct check *q)
{
	struct event_list events;
	TRY(event_list(ctx, db, q->c.id, &events));
	TRY(prove(ctx, db, letter_event(ctx->arena, &events, q->letter->id, "kind"), &q->issued));
	return prove(ctx, db, letter_event(ctx->arena, &events, q->letter->id, "hash"), &q->made);
}

static enum err find_row(struct ctx *ctx, struct db *db, struct check *q, struct rows *row)
{
	if (!str_empty(q->code))
		return db_one(ctx, db, row,
			SQL("SELECT organisation, case_id, id FROM case_letter WHERE code = $1"),
			q->code);
	return db_one(ctx, db, row,
		SQL("SELECT organisation, case_id, id FROM case_letter WHERE hash = $1 AND hash <> ''"),
		q->hash);
}

static enum err look_up(struct ctx *ctx, struct db *db, void *arg)
{
	struct check *q = arg;
	struct rows row;
	enum err err = find_row(ctx, db, q, &row);
	q->found = err == OK;
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	int64_t id = row_int(&row, 2);
	TRY(rows_read_case(ctx, db, row_int(&row, 0), row_int(&row, 1), &q->c));
	TRY(letters_of(ctx, q->cases, db, &q->c, &q->letters));
	for (size_t i = 0; i < q->letters.n; i++)
		if (q->letters.items[i].id == id)
			q->letter = &q->letters.items[i];
	return read_proofs(ctx, db, q);
}

/* ---- telling it ---- */

/* "Nguyễn T. T. D.": who holds the paper can compare, who does not learns little. */
static str masked_name(struct arena *arena, str name)
{
	struct buf out = { .arena = arena };
	for (str rest = name, word; str_next(&rest, ' ', &word);) {
		uint32_t code;
		size_t n = word.n ? utf8_decode(word, 0, &code) : 0;
		bool first = out.n == 0, alone = word.n == name.n;
		if (!n)
			continue;
		if (!first)
			buf_byte(&out, ' ');
		buf_str(&out, first && !alone ? word : str_slice(word, 0, n));
		if (!first || alone)
			buf_byte(&out, '.');
	}
	return buf_view(&out);
}

static void add_row(struct request *request, struct value *rows, const char *key, struct value v)
{
	struct arena *arena = request->ctx.arena;
	struct value row = value_map();
	if (value_is_null(v) || (v.kind == VALUE_STRING && v.n == 0))
		return;
	value_append(arena, &row, S("key"), view_text(request, key));
	value_append(arena, &row, S("value"), v);
	value_append(arena, &row, S("change"), value_null());
	value_push(arena, rows, row);
}

static struct value time_words(struct request *request, struct cases *cases, usec at)
{
	struct arena *arena = request->ctx.arena;
	struct civil c = time_civil(at, calendar_zone(cases_calendar(cases)));
	if (!at)
		return value_null();
	return value_str(arena_printf(arena, "%02d:%02d %02d/%02d/%04d", c.hour, c.minute, c.day,
				      c.month, (int)c.year));
}

static struct value rows_view(struct request *request, const struct check *q)
{
	const struct letter *letter = q->letter;
	const struct organisation *o = organisation_by_id(q->cases->people, q->c.organisation);
	str name = str_empty(q->c.subject) ? q->c.applicant : q->c.subject;
	struct value rows = value_list();
	add_row(request, &rows, N_("Kind"), value_str(letter->title));
	add_row(request, &rows, N_("Number"), value_str(letter->number));
	add_row(request, &rows, N_("Issued at"), time_words(request, q->cases, letter->made_at));
	add_row(request, &rows, N_("Issued by"),
		value_str(organisation_name(o, ctx_language(&request->ctx))));
	add_row(request, &rows, N_("About (shortened)"),
		value_str(masked_name(request->ctx.arena, name)));
	if (letter->version > 1)
		add_row(request, &rows, N_("Version"), value_int(letter->version));
	add_row(request, &rows, N_("Digitally signed by"), value_str(letter->signed_by));
	add_row(request, &rows, N_("Signed at"), time_words(request, q->cases, letter->signed_at));
	return rows;
}

static struct value place_view(struct request *request, const char *words,
			       const struct event_proof *proof)
{
	if (proof->pending)
		return value_null();
	return value_str(arena_printf(request->ctx.arena, ctx_text(&request->ctx, words),
				      (long long)proof->position, (long long)proof->size));
}

static const char *verdict_of(const struct check *q)
{
	if (q->letter->revoked_at)
		return N_("This letter was taken back: it does not hold any more");
	if (q->letter->replaced_by)
		return N_("A newer version replaced this letter: ask for that one");
	return N_("This letter was issued and holds");
}

static void put_file(struct request *request, const struct check *q, struct value *result)
{
	struct arena *arena = request->ctx.arena;
	bool same = str_eq(q->hash, q->letter->hash);
	if (str_empty(q->hash))
		return;
	value_set(arena, result, S("same"), value_bool(same));
	value_set(arena, result, S("different"), value_bool(!same));
}

static struct value result_view(struct request *request, const struct check *q)
{
	struct arena *arena = request->ctx.arena;
	struct value result = value_map();
	bool holds = !q->letter->revoked_at && !q->letter->replaced_by;
	bool other = !str_empty(q->hash) && !str_eq(q->hash, q->letter->hash);
	value_set(arena, &result, S("verdict"), view_text(request, verdict_of(q)));
	/* A file that is another is not praised, whatever became of the letter of that code. */
	value_set(arena, &result, S("good"), value_bool(holds && !other));
	value_set(arena, &result, S("bad"), value_bool(!holds));
	value_set(arena, &result, S("rows"), rows_view(request, q));
	value_set(arena, &result, S("hash"), value_str(q->letter->hash));
	value_set(arena, &result, S("issued"), place_view(request, N_("That the letter was issued, its"
		" number and its time are entry %lld of the ledger (of %lld in the newest checkpoint)."),
		&q->issued));
	value_set(arena, &result, S("made"), place_view(request, N_("The fingerprint of its PDF is entry"
		" %lld of the ledger (of %lld in the newest checkpoint)."), &q->made));
	put_file(request, q, &result);
	return result;
}

static enum err answer(struct request *request, struct response *response, const struct check *q)
{
	struct arena *arena = request->ctx.arena;
	struct value view = value_map();
	view_page(request, &view, str_z(ctx_text(&request->ctx, "Check a letter")));
	view_field(request, &view, "ma", ctx_text(&request->ctx, "Code on the letter"),
		   str_empty(q->code) ? request_field(request, "ma") : q->code);
	view_field_set(request, &view, "ma", "hint",
		       view_text(request, "Ten letters and digits, beside the square code"));
	view_field_set(request, &view, "ma", "width", value_str(S("20")));
	view_field_set(request, &view, "ma", "complete", value_str(S("off")));
	view_field(request, &view, "tep", ctx_text(&request->ctx, "PDF file to compare"), S(""));
	view_field_set(request, &view, "tep", "hint", view_text(request,
		"The file is compared and thrown away; nothing of it is kept"));
	view_field_set(request, &view, "tep", "accept", value_str(S("application/pdf")));
	view_field_set(request, &view, "tep", "files", value_list());
	value_set(arena, &view, S("action"), value_str(request_link(request, S("/kiem-tra"))));
	value_set(arena, &view, S("result"), q->found ? result_view(request, q) : value_null());
	value_set(arena, &view, S("csrf"), value_str(request_csrf(request)));
	response_private(response);
	response_view(response, "cases/check", view);
	if (request_has_mistakes(request))
		response_status(response, 422);
	return OK;
}

static enum err ask(struct request *request, struct check *q)
{
	str key = arena_printf(request->ctx.arena, "check:%.*s", STR_ARG(request->client));
	q->cases = cases_of(request);
	if (str_empty(q->code) && str_empty(q->hash))
		return OK;
	if (!web_rate_take(request->web, key, BURST, PER_HOUR))
		return fail(&request->ctx, ERR_BUSY, "Too many tries; wait a few minutes");
	return store_read(&request->ctx, q->cases->store, look_up, q);
}

static enum err check_page(struct request *request, struct response *response)
{
	struct check q = { .code = plain_code(request->ctx.arena, request_param(request, "code")) };
	TRY(ask(request, &q));
	if (!q.found && !str_empty(q.code))
		request_mistake(request, "ma", "There is no letter with this code");
	return answer(request, response, &q);
}

static str hex_of(struct arena *arena, const uint8_t bytes[32])
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < 32; i++)
		buf_printf(&out, "%02x", bytes[i]);
	return buf_view(&out);
}

static enum err check_post(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct upload *file = request_upload(request, "tep");
	struct check q = { .code = plain_code(arena, request_field(request, "ma")) };
	if (file && file->size)
		q.hash = hex_of(arena, file->sha256);
	if (str_empty(q.code) && str_empty(q.hash))
		request_mistake(request, "ma", "Write the code on the letter, or choose its PDF file");
	TRY(ask(request, &q));
	if (!q.found && !str_empty(q.code))
		request_mistake(request, "ma", "There is no letter with this code");
	else if (!q.found && !str_empty(q.hash))
		request_mistake(request, "tep", "No letter issued here is this file: it was changed, or comes"
				" from somebody else");
	return answer(request, response, &q);
}

const struct route check_routes[] = {
	{ WEB_GET, "/kiem-tra", PERM_PUBLIC, check_page },
	{ WEB_GET, "/kiem-tra/{code}", PERM_PUBLIC, check_page },
	{ WEB_POST, "/kiem-tra", PERM_PUBLIC, check_post, .uploads = 1, .upload_max = FILE_MAX },
	{ 0 },
};
