/*
 * letter: what an office gives out about a case: receipt, requests, refusal, apology, certificates.
 * A letter is issued by the command it belongs to (command_letter): its number is taken in the same
 * transaction, and the register case_letter is a fold of events like every other table. Its text is a
 * pack's HTML over the case AS IT WAS after that event, so that a letter says the same for ever.
 * Afterwards the outbox makes the PDF with the event's proof in it, signs it with the organisation's
 * key, keeps it by its SHA-256, and says so in an event of its own (letter_make).
 *
 * Every letter has a short code that only this server can make; /kiem-tra/CODE tells anybody what it
 * is and whether it still holds.
 *
 * The control slip is no letter of the register: it is drawn from the events whenever asked for.
 */
#ifndef MOTCUA_CASES_LETTER_H
#define MOTCUA_CASES_LETTER_H

#include "cases/tables.h"
#include "cases/cases.h"
#include "sign/sign.h"
#include "store/outbox.h"
#include "web/web.h"

extern const struct case_table letter_table;

struct letter {
	int64_t id;      /* 0: the control slip */
	str kind;        /* "receipt", or the name of a step's letter: part of the address */
	str title;       /* in the reader's language */
	str number;      /* as printed, "03/PBS-2015"; may be empty */
	str code;        /* of /kiem-tra */
	str hash;        /* of the PDF; empty while it is being made */
	str signed_by;   /* name in the certificate; empty: not signed */
	int64_t version; /* from 1, of this kind within the case */
	int64_t replaced_by; /* the newer version; 0: none */
	int64_t made_by; /* account */
	usec made_at, signed_at, revoked_at;
};

struct letters {
	struct letter *items;
	size_t n;
};

/* ---- inside commands ---- */

struct command;

/* Issues a letter with the command's event. Its number is taken from the book that numbering.json
 * gives to the kind ("letter" of a book), unless `number` says it already. Kinds of the program:
 * receipt, supplement, refusal, apology, extension, stop, correction; others are names of letters
 * of steps (motcua:letter), of which a newer one replaces the older. */
enum err command_letter(struct command *command, str kind, str number);
/* Takes back the newest letter of that kind. ERR_NOT_FOUND: there is none that holds. */
enum err command_letter_revoke(struct command *command, str kind);

/* ---- reading ---- */

/* The letters of the case, oldest first, and its control slip. */
enum err letters_of(struct ctx *ctx, struct cases *cases, struct db *db,
		    const struct case_file *c, struct letters *ret_letters);
/* Those of them that `principal` may see: all for the applicant, the office that received the case and
 * the one that decides. A partner sees what steps made and the control slip, not what the office wrote
 * to the applicant: the receipt carries the PIN. */
enum err letters_seen(struct ctx *ctx, struct cases *cases, struct db *db,
		      const struct principal *principal, const struct case_file *c,
		      struct letters *ret_letters);
/* The newest of the kind, or that version of it; NULL where there is none. */
const struct letter *letters_find(const struct letters *letters, str kind, int64_t version);

/* The event that set `column` of the letter first: "kind" issued it, "hash" told of its PDF. NULL
 * where there is none. */
const struct event *letter_event(struct arena *arena, const struct event_list *events,
				 int64_t letter, const char *column);

struct letter_wanted {
	const struct case_file *c; /* as it is now */
	const struct letter *letter;
	str url_base;              /* public address, "https://…" */
	str signer;                /* who signs the PDF being made; empty: a page or a copy */
	usec signed_at;
};
/* The letter's HTML. */
enum err letter_write(struct ctx *ctx, struct cases *cases, struct db *db,
		      const struct letter_wanted *wanted, str *ret_html);

/* The office whose letter it is, by heading, number and signature. A result is of the one that decides;
 * what is written to the applicant of the one that wrote it, `acted` as event_office tells. */
int64_t letter_office(const struct cases *cases, const struct case_file *c, str kind, int64_t acted);
/* Whether a book of numbering.json numbers letters, not results. */
bool book_is_of_letters(const struct cases *cases, str book);

/* Every time the case was passed on, as its events say: [{n, node, from, to, at, giver, taker, due_at,
 * done_at, state, late, note}], oldest first. state and note are Vietnamese, as on the control slip. */
enum err case_handovers(struct ctx *ctx, struct cases *cases, struct db *db,
			const struct case_file *c, const struct event_list *events,
			struct value *ret_list);

/* A pack's letter as it is compiled: one that does not say where its code and signature go has them
 * at its end. */
str letter_with_foot(struct arena *arena, str text);

/* What a letter of that kind is called, in the reader's language. */
str letter_title(struct ctx *ctx, const struct cases *cases, const struct procedure *procedure,
		 str kind);
/* [{title, number, state, url, pdf}] for the page of the case at `path` ("/ban/CODE" or
 * "/tra-cuu/CODE"). */
struct value letters_view(struct request *request, const struct letters *letters, str path);

/* ---- the PDF ---- */

/* Who signs, and the public address printed on letters. Both outlive the cases; NULL signers: nobody
 * signs. */
void cases_sign(struct cases *cases, const struct signers *signers, str url_base);
/* Makes, signs and keeps the PDF of a letter unless that was done. ERR_BUSY: its event has no proof
 * yet, or the key cannot be reached. */
enum err letter_make(struct ctx *ctx, struct cases *cases, str code, int64_t letter);
/* Handler of the outbox for kind "letter"; `arg` is struct cases *. */
enum err letter_send(struct ctx *ctx, struct store *store, const struct outbox_item *item, void *arg);

#endif
