#include "cases/letter.h"

#include "cases/room.h"
#include "cases/view.h"
#include "text/template.h"
#include "text/vietnamese.h"

/* Letters are in Vietnamese, whatever the reader's language: they are documents of the office. */

struct writing {
	struct ctx *ctx;
	struct cases *cases;
	struct db *db;
	const struct letter_wanted *wanted;
	struct case_file past;     /* the case as it was when the letter was issued */
	const struct case_file *c; /* that one */
	const struct procedure *procedure;
	struct value papers;       /* by code, as they were */
	int zone;
	struct value view;
	struct event_list events;
	const struct event *issued; /* the letter's own event; of the control slip the last one */
};

static const struct {
	const char *kind, *file, *title;
} kinds[] = {
	{ "receipt", "tiep-nhan", N_("Receipt with the promised date") },
	{ "supplement", "bo-sung", N_("Request for supplements") },
	{ "refusal", "tu-choi", N_("Refusal") },
	{ "apology", "xin-loi", N_("Apology and new date") },
	{ "stop", "dung-giai-quyet", N_("Notice that handling stops") },
	{ "correction", "dinh-chinh", N_("Notice of a correction") },
	{ "control", "kiem-soat", N_("Control slip of the hand-overs") },
};

/* In a list the kind of letter is enough: what the title says of the case is left out. */
static str title_in(str text)
{
	size_t from = str_find(text, S("<title>")), to = str_find(text, S("</title>"));
	if (from == SIZE_MAX || to == SIZE_MAX || to < from)
		return S("");
	str title = str_slice(text, from + 7, to);
	size_t variable = str_find(title, S("{{"));
	return str_trim(variable == SIZE_MAX ? title : str_slice(title, 0, variable));
}

static str letter_file(const struct cases *cases, const struct procedure *procedure, str name,
		       struct arena *arena)
{
	str file = arena_printf(arena, "%.*s.html", STR_ARG(name));
	str own = arena_printf(arena, "letters/%.*s", STR_ARG(file));
	const struct value *text = value_find(procedure->files, own);
	if (!text)
		text = value_find(cases_catalogue(cases)->letters, file);
	return text ? value_text(*text) : S("");
}

/* The name of the file: as the procedure says, or the usual one of the kind. */
static str name_of_kind(const struct procedure *procedure, str kind)
{
	str name = value_text(value_get(value_get(procedure->body, S("letters")), kind));
	for (size_t i = 0; str_empty(name) && i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(kind, str_z(kinds[i].kind)))
			name = str_z(kinds[i].file);
	return str_empty(name) ? kind : name;
}

str letter_title(struct ctx *ctx, const struct cases *cases, const struct procedure *procedure,
		 str kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(kind, str_z(kinds[i].kind)))
			return str_z(ctx_text(ctx, kinds[i].title));
	return title_in(letter_file(cases, procedure, name_of_kind(procedure, kind), ctx->arena));
}

enum err letters_of(struct ctx *ctx, struct cases *cases, struct db *db,
		    const struct case_file *c, struct letters *ret_letters)
{
	const struct procedure *procedure = case_procedure(cases, c);
	if (!procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	TRY(letters_read(ctx, db, c, ret_letters));
	if (c->accepted_at)
		ret_letters->items[ret_letters->n++] = (struct letter){ .kind = S("control") };
	for (size_t i = 0; i < ret_letters->n; i++)
		ret_letters->items[i].title =
			letter_title(ctx, cases, procedure, ret_letters->items[i].kind);
	return OK;
}

/* ---- the view ---- */

static void put(struct writing *w, struct value *map, const char *key, str text)
{
	value_set(w->ctx->arena, map, str_z(key), value_str(text));
}

static void put_time(struct writing *w, struct value *map, const char *key, usec at)
{
	value_set(w->ctx->arena, map, str_z(key), view_time(w->ctx, w->cases, at));
}

static void put_case(struct writing *w)
{
	static const char *const channels[] = { "", "Trực tiếp", "Trực tuyến", "Bưu chính" };
	struct arena *arena = w->ctx->arena;
	struct value c = value_map();
	struct calendar_due due;
	usec due_at = w->c->first_due_at ? w->c->first_due_at : w->c->due_at;
	put(w, &c, "code", w->c->code);
	put(w, &c, "title", procedure_text(w->procedure, S("title"), S("vi")));
	put(w, &c, "subject", w->c->subject);
	put(w, &c, "channel_text", str_z(channels[w->c->channel & 3]));
	usec received = w->c->accepted_at ? w->c->accepted_at : w->c->submitted_at;
	put_time(w, &c, "received_at", received);
	put_time(w, &c, "due_at", due_at);
	put(w, &c, "limit_text", w->procedure->immediate ? S("Trả ngay") :
	    calendar_limit_text(w->ctx, w->procedure->limit));
	bool known = case_due(w->ctx, w->cases, w->c, clock_business(), &due) == OK && !due.waiting;
	put(w, &c, "due_reason", known ? due_sentence(w->ctx, w->cases, &due) : S(""));
	bool post = str_eq(return_word(w->procedure, w->c, S("channel")), S("post"));
	value_set(arena, &c, S("by_post"), value_bool(post));
	put(w, &c, "post_to", return_word(w->procedure, w->c, S("address")));
	value_set(arena, &c, S("sets"), value_int(1));
	value_set(arena, &w->view, S("case"), c);
}

static bool is_slip(str kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_eq(kind, str_z(kinds[i].kind)))
			return true;
	return false;
}

int64_t letter_office(const struct cases *cases, const struct case_file *c, str kind, int64_t acted)
{
	if (!is_slip(kind))
		return case_deciding(c);
	bool wrote = organisation_within(cases->people, acted, case_deciding(c));
	return wrote && !str_eq(kind, S("control")) ? case_deciding(c) : c->organisation;
}

static void put_organisation(struct writing *w)
{
	str kind = w->wanted->letter->kind;
	int64_t whose = letter_office(w->cases, w->c, kind, event_office(w->issued));
	const struct organisation *o = organisation_by_id(w->cases->people, whose);
	static const char *const keys[] = { "address", "area", "phone", "email", "desk" };
	struct value view = value_map();
	if (!o)
		return;
	put(w, &view, "name", o->name);
	value_set(w->ctx->arena, &view, S("heading"), value_get(o->data, S("heading")));
	put(w, &view, "place", o->zone);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct value v = value_get(o->data, str_z(keys[i]));
		put(w, &view, keys[i], v.kind == VALUE_MAP ? value_text(value_get(v, S("vi")))
							   : value_text(v));
	}
	value_set(w->ctx->arena, &w->view, S("organisation"), view);
}

static void put_applicant(struct writing *w)
{
	struct value view = value_map();
	put(w, &view, "name", w->c->applicant);
	put(w, &view, "id_number", w->c->applicant_id);
	put(w, &view, "phone", w->c->phone);
	put(w, &view, "email", w->c->email);
	put(w, &view, "address", w->c->address);
	value_set(w->ctx->arena, &w->view, S("applicant"), view);
}

/* Who came to the desk: somebody with an authority, or else the applicant. Written with the filing, and
 * never after. */
static enum err put_submitter(struct writing *w)
{
	static const char *const keys[] = { "name", "id_number", "paper" };
	struct rows row;
	struct value view = value_map();
	enum err err = db_one(w->ctx, w->db, &row,
			      SQL("SELECT name, id_number, paper FROM case_person WHERE organisation = $1"
				  " AND case_id = $2 AND role = 'representative'"),
			      w->c->organisation, w->c->id);
	for (int i = 0; err == OK && i < (int)ARRAY_SIZE(keys); i++)
		put(w, &view, keys[i], row_str(&row, i));
	value_set(w->ctx->arena, &w->view, S("representative"), err == OK ? view : value_null());
	return err == ERR_NOT_FOUND ? OK : err;
}

static str paper_state(str state)
{
	static const struct {
		str state, text;
	} words[] = {
		{ S("original"), S("bản chính") }, { S("copy"), S("bản sao") },
		{ S("certified"), S("bản sao chứng thực") }, { S("file"), S("bản điện tử") },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(words[i].state, state))
			return words[i].text;
	return S("");
}

static void put_paper(struct writing *w, struct value *list, str code, str state)
{
	struct arena *arena = w->ctx->arena;
	struct value papers = value_get(w->procedure->body, S("papers")), item = value_map();
	if (str_eq(state, S("missing")))
		return;
	for (uint32_t i = 0; i < papers.n; i++) {
		if (!str_eq(value_text(value_get(papers.items[i], S("code"))), code))
			continue;
		bool original = str_eq(state, S("original"));
		value_set(arena, &item, S("n"), value_int(list->n + 1));
		put(w, &item, "title", procedure_text(w->procedure,
			arena_printf(arena, "papers.%u.title", i), S("vi")));
		value_set(arena, &item, S("original"), original ? value_int(1) : value_str(S("")));
		value_set(arena, &item, S("copies"), original ? value_str(S("")) : value_int(1));
		put(w, &item, "state", paper_state(state));
		put(w, &item, "note", S(""));
		value_push(arena, list, item);
	}
}

static void put_papers(struct writing *w)
{
	struct value list = value_list();
	for (uint32_t i = 0; i < w->papers.n; i++)
		put_paper(w, &list, w->papers.members[i].key,
			  value_text(value_get(w->papers.members[i].value, S("state"))));
	value_set(w->ctx->arena, &w->view, S("papers"), list);
}

static enum err put_officer(struct writing *w, const char *key, const struct event *event)
{
	struct value view = value_map();
	str name = S("");
	if (event)
		TRY(account_name(w->ctx, w->db, event->actor, &name));
	put(w, &view, "name", name);
	put(w, &view, "title", S(""));
	value_set(w->ctx->arena, &w->view, str_z(key), view);
	return OK;
}

static void put_items(struct writing *w, struct value *letter, const struct event *event)
{
	struct value items = value_list();
	struct value asked = event ? value_path(event->closed, S("set.asked.items")) : value_null();
	for (uint32_t i = 0; asked.kind == VALUE_LIST && i < asked.n; i++) {
		struct value item = value_map();
		value_set(w->ctx->arena, &item, S("n"), value_int(i + 1));
		value_set(w->ctx->arena, &item, S("text"), value_get(asked.items[i], S("text")));
		value_push(w->ctx->arena, &items, item);
	}
	value_set(w->ctx->arena, letter, S("items"), items);
}

static void put_letter(struct writing *w, const struct event *event)
{
	struct value letter = value_map();
	const struct letter *own = w->wanted->letter;
	const struct organisation *o = organisation_by_id(w->cases->people,
		letter_office(w->cases, w->c, own->kind, event_office(w->issued)));
	put(w, &letter, "number", own->number);
	value_set(w->ctx->arena, &letter, S("version"), value_int(own->version > 1 ? own->version : 0));
	put(w, &letter, "reason", event ? value_text(value_get(event->closed, S("text"))) : S(""));
	put_time(w, &letter, "old_at", w->c->first_due_at);
	put_time(w, &letter, "new_at", w->c->due_at);
	put(w, &letter, "contact", o ? value_text(value_get(o->data, S("phone"))) : S(""));
	put_items(w, &letter, event);
	value_set(w->ctx->arena, &w->view, S("letter"), letter);
}

/* Where anybody can ask what the letter is; and who signs it, while it is being signed. */
static void put_check(struct writing *w)
{
	struct arena *arena = w->ctx->arena;
	const struct letter *own = w->wanted->letter;
	struct value check = value_map(), signing = value_map();
	str base = w->wanted->url_base;
	size_t scheme = str_find(base, S("://"));
	str host = scheme == SIZE_MAX ? base : str_slice(base, scheme + 3, base.n);
	put(w, &check, "code", own->code);
	put(w, &check, "where", arena_printf(arena, "%.*s/kiem-tra", STR_ARG(host)));
	put(w, &check, "url", arena_printf(arena, "%.*s/kiem-tra/%.*s", STR_ARG(base),
					   STR_ARG(own->code)));
	put(w, &signing, "name", w->wanted->signer);
	put_time(w, &signing, "at", w->wanted->signed_at);
	value_set(arena, &w->view, S("check"), own->id ? check : value_null());
	value_set(arena, &w->view, S("signing"),
		  str_empty(w->wanted->signer) ? value_null() : signing);
}

static void put_tracking(struct writing *w)
{
	struct value view = value_map();
	str pin = case_pin(w->cases, w->ctx->arena, w->c->code);
	put(w, &view, "code", w->c->code);
	put(w, &view, "pin", pin);
	put(w, &view, "url", arena_printf(w->ctx->arena, "%.*s/tra-cuu?ma=%.*s&pin=%.*s",
		STR_ARG(w->wanted->url_base), STR_ARG(w->c->code), STR_ARG(pin)));
	value_set(w->ctx->arena, &w->view, S("tracking"), view);
}

static str hex_text(struct arena *arena, str bytes)
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(&out, "%02x", (unsigned char)bytes.p[i]);
	return buf_view(&out);
}

/* The place of the letter's event in the ledger, once a checkpoint covers it. */
static void put_ledger(struct writing *w, const struct event *event)
{
	struct event_proof proof;
	struct value view = value_map();
	value_set(w->ctx->arena, &w->view, S("ledger"), value_null());
	if (!event || event_prove(w->ctx, w->db, event->id, &proof) != OK || proof.pending)
		return;
	value_set(w->ctx->arena, &view, S("index"), value_int(proof.position));
	value_set(w->ctx->arena, &view, S("size"), value_int(proof.size));
	put(w, &view, "root", hex_text(w->ctx->arena, proof.root));
	put_time(w, &view, "at", event->recorded_at);
	value_set(w->ctx->arena, &w->view, S("ledger"), view);
}

const struct event *letter_event(struct arena *arena, const struct event_list *events,
				 int64_t letter, const char *column)
{
	str id = id_text(arena, letter);
	for (size_t i = 0; i < events->n; i++) {
		struct value list = value_path(events->items[i].open, S("rows.case_letter"));
		for (uint32_t r = 0; list.kind == VALUE_LIST && r < list.n; r++)
			if (str_eq(value_text(value_get(list.items[r], S("id"))), id) &&
			    value_find(list.items[r], str_z(column)))
				return &events->items[i];
	}
	return NULL;
}

/* Folds the case up to the event that issued the letter. */
static enum err go_back(struct writing *w)
{
	struct arena *arena = w->ctx->arena;
	int64_t letter = w->wanted->letter->id;
	w->past = (struct case_file){ .organisation = w->wanted->c->organisation,
				      .id = w->wanted->c->id, .pauses = value_null(),
				      .data = value_map() };
	w->papers = value_map();
	w->c = &w->past;
	TRY(event_list(w->ctx, w->db, w->past.id, &w->events));
	w->issued = letter ? letter_event(arena, &w->events, letter, "kind")
			   : &w->events.items[w->events.n - 1];
	if (!w->issued || !w->events.n)
		return fail(w->ctx, ERR_DATABASE, "The letter's event is missing");
	for (const struct event *event = w->events.items; event <= w->issued; event++) {
		fold_case(arena, &w->past, event->open, event->closed);
		fold_papers(arena, &w->papers, event->open);
	}
	return OK;
}

/* Who decided: the last who did a step of signing, else who issued the letter. */
static const struct event *decided(struct writing *w)
{
	for (const struct event *e = w->issued; e >= w->events.items; e--) {
		str element = value_text(value_get(e->open, S("element")));
		uint32_t at = str_empty(element) ? FLOW_NONE : flow_find(w->procedure->flow, element);
		if (at != FLOW_NONE && str_eq(e->kind, S("task.completed")) &&
		    procedure_task_kind(w->procedure, at) == TASK_SIGN)
			return e;
	}
	return w->issued;
}

/* Sets map.a.b.c to text, making the maps on the way. */
static struct value with_path(struct arena *arena, struct value map, str path, str text)
{
	str key = path, rest = path;
	struct value copy = value_map();
	str_next(&rest, '.', &key);
	for (uint32_t i = 0; map.kind == VALUE_MAP && i < map.n; i++)
		value_append(arena, &copy, map.members[i].key, map.members[i].value);
	value_set(arena, &copy, key, str_empty(rest) ? value_str(text) :
		  with_path(arena, value_get(map, key), rest, text));
	return copy;
}

/* The labels chosen, in the shape of the data: text.child.gender. */
/* What a row of a form's summary says; several choices one after the other. */
static str row_text(struct arena *arena, struct value row)
{
	struct value values = value_get(row, S("values"));
	struct buf out = { .arena = arena };
	if (values.kind != VALUE_LIST)
		return value_text(value_get(row, S("text")));
	for (uint32_t i = 0; i < values.n; i++)
		buf_printf(&out, "%s%.*s", i ? "; " : "", STR_ARG(value_text(values.items[i])));
	return buf_view(&out);
}

static struct value texts_of_form(struct writing *w, const struct form *form, struct value texts)
{
	struct form_env env = { .ctx = w->ctx, .now = clock_business(), .offset = w->zone };
	struct value cards = form_summary(form, w->c->data, &env);
	for (uint32_t c = 0; c < cards.n; c++) {
		struct value rows = value_get(cards.items[c], S("rows"));
		for (uint32_t r = 0; r < rows.n; r++) {
			str path = value_text(value_get(rows.items[r], S("path")));
			str text = row_text(w->ctx->arena, rows.items[r]);
			if (!str_empty(path) && !str_empty(text))
				texts = with_path(w->ctx->arena, texts, path, text);
		}
	}
	return texts;
}

/* Of the filing and of every step's form. */
static void put_texts(struct writing *w)
{
	struct value texts = value_map();
	for (size_t i = 0; i < w->procedure->n_forms; i++)
		if (str_eq(w->procedure->forms[i].language, S("vi")))
			texts = texts_of_form(w, w->procedure->forms[i].form, texts);
	value_set(w->ctx->arena, &w->view, S("text"), texts);
}

static enum err fill_view(struct writing *w)
{
	const struct event *event = w->issued;
	struct value entries = value_get(w->c->data, S("entry"));
	value_set(w->ctx->arena, &w->view, S("data"), w->c->data);
	value_set(w->ctx->arena, &w->view, S("entry"),
		  entries.kind == VALUE_MAP ? entries : value_map());
	put_time(w, &w->view, "date", event->effective_at);
	put_texts(w);
	put_case(w);
	put_organisation(w);
	put_applicant(w);
	put_letter(w, event);
	put_check(w);
	put_tracking(w);
	put_ledger(w, event);
	put_papers(w);
	TRY(put_submitter(w));
	TRY(put_officer(w, "officer", event));
	TRY(put_officer(w, "leader", decided(w)));
	struct value steps;
	TRY(case_handovers(w->ctx, w->cases, w->db, w->c, &w->events, &steps));
	value_set(w->ctx->arena, &w->view, S("steps"), steps);
	return OK;
}

str letter_with_foot(struct arena *arena, str text)
{
	size_t end = str_find(text, S("</body>"));
	bool placed = str_find(text, S("letters/foot}}")) != SIZE_MAX ||
		      str_find(text, S("letters/end}}")) != SIZE_MAX ||
		      str_find(text, S("{{check.code}}")) != SIZE_MAX;
	if (end == SIZE_MAX || placed)
		return text;
	return arena_printf(arena, "%.*s{{>letters/foot}}\n%.*s", STR_ARG(str_slice(text, 0, end)),
			    STR_ARG(str_slice(text, end, text.n)));
}

static enum err write_letter(struct writing *w, str *ret_html)
{
	struct ctx *ctx = w->ctx;
	const struct template *template;
	struct buf out = { .arena = ctx->arena };
	str name = name_of_kind(w->procedure, w->wanted->letter->kind);
	str text = letter_file(w->cases, w->procedure, name, ctx->arena);
	if (str_empty(text))
		return fail(ctx, ERR_NOT_FOUND, "There is no such letter");
	TRY(go_back(w));
	TRY(fill_view(w));
	TRY(template_compile(ctx, ctx->arena, name, letter_with_foot(ctx->arena, text), w->cases->templates,
			     w->cases->vietnamese, &template));
	TRY(template_render(ctx, template, w->view, &out));
	*ret_html = buf_view(&out);
	return OK;
}

enum err letter_write(struct ctx *ctx, struct cases *cases, struct db *db,
		      const struct letter_wanted *wanted, str *ret_html)
{
	struct writing w = { .ctx = ctx, .cases = cases, .db = db, .wanted = wanted,
			     .procedure = case_procedure(cases, wanted->c),
			     .zone = calendar_zone(cases_calendar(cases)), .view = value_map() };
	struct ctx reader = *ctx;
	if (!w.procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	/* Whoever reads the page, and though the outbox speaks no language at all. */
	ctx->language = cases->vietnamese;
	ctx->translate = language_translate;
	enum err err = write_letter(&w, ret_html);
	ctx->language = reader.language;
	ctx->translate = reader.translate;
	return err;
}
