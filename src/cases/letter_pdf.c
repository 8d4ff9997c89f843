/* The PDF of a letter: made once, after the ledger took its event in, signed, kept by its hash. */
#include "cases/letter.h"
#include "cases/room.h"

#include "print/print.h"
#include "store/files.h"

struct making {
	struct cases *cases;
	str code;
	int64_t letter;
	struct case_file c;
	struct letters letters;
	const struct letter *own;
	int64_t office; /* whose letter it is */
	const struct signer *signer;
	usec at;
	str html;
	struct file_info file;
};

void cases_sign(struct cases *cases, const struct signers *signers, str url_base)
{
	cases->signers = signers;
	cases->url_base = url_base;
}

/* The key of the organisation whose letter it is, else of the nearest one above it. */
static const struct signer *signer_for(const struct cases *cases, int64_t organisation)
{
	const struct organisation *o = organisation_by_id(cases->people, organisation);
	for (; o; o = organisation_by_id(cases->people, o->parent)) {
		const struct signer *signer = signers_find(cases->signers, o->code);
		if (signer)
			return signer;
	}
	return NULL;
}

static enum err find_letter(struct ctx *ctx, struct db *db, struct making *m)
{
	TRY(case_load(ctx, db, m->code, &m->c));
	TRY(letters_of(ctx, m->cases, db, &m->c, &m->letters));
	m->own = NULL;
	for (size_t i = 0; i < m->letters.n; i++)
		if (m->letters.items[i].id == m->letter)
			m->own = &m->letters.items[i];
	return m->own ? OK : fail(ctx, ERR_NOT_FOUND, "There is no such letter");
}

/* So that the letter can carry its proof. */
static enum err must_be_proved(struct ctx *ctx, struct db *db, struct making *m)
{
	struct event_list events;
	struct event_proof proof;
	TRY(event_list(ctx, db, m->c.id, &events));
	const struct event *issued = letter_event(ctx->arena, &events, m->letter, "kind");
	if (!issued)
		return fail(ctx, ERR_DATABASE, "The letter's event is missing");
	m->office = letter_office(m->cases, &m->c, m->own->kind, event_office(issued));
	TRY(event_prove(ctx, db, issued->id, &proof));
	return proof.pending ? fail(ctx, ERR_BUSY, "The ledger has not taken this letter in yet") : OK;
}

static enum err write_text(struct ctx *ctx, struct db *db, void *arg)
{
	struct making *m = arg;
	TRY(find_letter(ctx, db, m));
	if (!str_empty(m->own->hash))
		return OK;
	TRY(must_be_proved(ctx, db, m));
	m->signer = signer_for(m->cases, m->office);
	m->at = clock_business();
	struct letter_wanted wanted = {
		.c = &m->c, .letter = m->own, .url_base = m->cases->url_base,
		.signer = m->signer ? m->signer->name : S(""), .signed_at = m->at,
	};
	return letter_write(ctx, m->cases, db, &wanted, &m->html);
}

static enum err make_file(struct ctx *ctx, struct making *m)
{
	const struct organisation *o = organisation_by_id(m->cases->people, m->office);
	struct print_signature about = {
		.reason = m->own->title, .location = o ? o->zone : S(""), .at = m->at,
		.zone = calendar_zone(cases_calendar(m->cases)),
	};
	str bytes;
	TRY(print_pdf(ctx, m->html, m->own->made_at, &bytes, &about.place));
	if (m->signer)
		TRY(sign_pdf(ctx, m->signer, bytes, &about, &bytes));
	return file_put(ctx, m->cases->store, bytes, S("application/pdf"), &m->file);
}

/* Somebody else may have been quicker; then that file counts, and this one is swept away. */
static enum err keep(struct ctx *ctx, struct db *db, void *arg)
{
	struct making *m = arg;
	struct value row = value_map();
	struct principal system = { .system = true };
	struct actor who = { .principal = &system };
	struct command command = { .cases = m->cases, .who = &who, .kind = "letter.made" };
	TRY(command_begin(&command, ctx, db, m->code));
	TRY(find_letter(ctx, db, m));
	if (!str_empty(m->own->hash))
		return OK;
	TRY(file_note(ctx, db, &m->file));
	value_set(ctx->arena, &row, S("hash"), value_str(m->file.hash));
	if (m->signer) {
		value_set(ctx->arena, &row, S("signed_by"), value_str(m->signer->name));
		value_set(ctx->arena, &row, S("signed_at"), value_int(m->at));
	}
	command_row(&command, &letter_table, m->letter, row);
	return command_commit(&command);
}

enum err letter_make(struct ctx *ctx, struct cases *cases, str code, int64_t letter)
{
	struct making m = { .cases = cases, .code = code, .letter = letter };
	TRY(store_read(ctx, cases->store, write_text, &m));
	if (!str_empty(m.own->hash))
		return OK;
	TRY(make_file(ctx, &m));
	return store_write_locked(ctx, cases->store, keep, &m);
}

enum err letter_send(struct ctx *ctx, struct store *store, const struct outbox_item *item, void *arg)
{
	int64_t letter;
	if (!id_parse(value_text(value_get(item->payload, S("letter"))), &letter))
		return fail(ctx, ERR_INVALID, "The order names no letter");
	return letter_make(ctx, arg, value_text(value_get(item->payload, S("code"))), letter);
}
