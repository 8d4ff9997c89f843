/*
 * counter: a filing as it is being taken in at the desk, before it is a case. It is saved at every
 * press of a button, so that papers photographed by telephone have a place to come to and nothing
 * typed is lost; kept apart as incomplete when papers are missing ("chưa đủ": no code, no receipt, no
 * due date); and becomes a case in one transaction, once, however often the button is pressed.
 *
 *	struct counter_filing f;
 *	TRY(counter_load(ctx, cases, token, &f));
 *	TRY(counter_save(ctx, cases, &f, papers, n));
 *	TRY(counter_take_in(ctx, cases, &who, &f, &submission, &acceptance, &result));
 *
 * Filings of one person at one visit share `visit`: their receipts are printed together.
 * A filing is a draft, no projection: only keeping it, giving it up and taking it in are events.
 */
#ifndef MOTCUA_CASES_COUNTER_H
#define MOTCUA_CASES_COUNTER_H

#include "cases/cases.h"
#include "cases/tables.h"

extern const struct case_table person_table, consent_table, reuse_table, duplicate_table, visit_table;

enum counter_state { COUNTER_OPEN, COUNTER_INCOMPLETE, COUNTER_TAKEN_IN, COUNTER_DROPPED };

enum { COUNTER_TOKEN = 16, COUNTER_PAPERS_MAX = 60, COUNTER_VISIT_MAX = 20 };

/* A file that came for the filing: from the citizen's telephone, the scanner, or an earlier case. */
struct counter_paper {
	int64_t id;
	str paper;      /* code in the procedure, may be empty */
	str source;     /* "phone", "scan", "earlier" */
	str name, hash, type;
	int64_t size, from_case;
	usec added_at;
};

struct counter_filing {
	int64_t id;           /* 0: not saved yet */
	str token;            /* in its address */
	int64_t organisation, account, version;
	str procedure;        /* empty: a visitor whose card was scanned, nothing chosen yet */
	int64_t state;        /* enum counter_state */
	int64_t visit;        /* id of the visit's first filing */
	str ticket;           /* of the queue */
	str applicant, applicant_id, subject; /* for lists and for what was filed before */
	struct value body;    /* {data, typed, papers{code: state}, note, channel, consent, representative} */
	struct value missing; /* codes of the papers it waits for */
	int64_t remind_on;    /* civil day; 0: none */
	usec phone_until, saved_at; /* until when the telephone's address is good */
	int64_t case_id;      /* that it became */
	str case_code;
	struct counter_paper *papers;
	size_t n_papers;
};

struct counter_list {
	struct counter_filing *items;
	size_t n;
};

/* A token for a filing not saved yet: unguessable, in the address from the first page on, so that a
 * form sent twice finds itself. */
str counter_token(struct arena *arena);
/* The part of the telephone's address that only this server can make. */
str counter_phone_code(const struct cases *cases, struct arena *arena, str token);
/* With its papers. ERR_NOT_FOUND. */
enum err counter_load(struct ctx *ctx, struct cases *cases, str token,
		      struct counter_filing *ret_filing);
/* Inserts or updates, and adds papers. ERR_CONFLICT once it was taken in or given up. */
enum err counter_save(struct ctx *ctx, struct cases *cases, struct counter_filing *filing,
		      const struct counter_paper *papers, size_t n);
/* ERR_NOT_FOUND once the address is no longer good. */
enum err counter_add_by_phone(struct ctx *ctx, struct cases *cases, str token,
			      const struct counter_paper *papers, size_t n);
enum err counter_remove_paper(struct ctx *ctx, struct cases *cases,
			      const struct counter_filing *filing, int64_t paper);
/* Keeps a saved filing apart as incomplete; gives one up. With an event. */
enum err counter_keep(struct ctx *ctx, struct cases *cases, const struct actor *who,
		      const struct counter_filing *filing);
enum err counter_drop(struct ctx *ctx, struct cases *cases, const struct actor *who,
		      const struct counter_filing *filing);
/* Submits and, with `acceptance`, accepts: one transaction. A filing taken in before gives its case
 * again. `filing` is saved. */
enum err counter_take_in(struct ctx *ctx, struct cases *cases, const struct actor *who,
			 const struct counter_filing *filing, const struct submission *submission,
			 const struct acceptance *acceptance, struct case_result *ret_result);
/* Incomplete ones of these organisations, those to be reminded first; without papers. At most 200. */
enum err counter_incomplete(struct ctx *ctx, struct cases *cases, const int64_t *organisations,
			    size_t n, struct counter_list *ret_list);
/* All of the visit, oldest first; without papers. */
enum err counter_visit(struct ctx *ctx, struct cases *cases, const struct counter_filing *filing,
		       struct counter_list *ret_list);
/* How often each procedure was filed at this organisation, the most used first: at most `most` names. */
enum err counter_most_used(struct ctx *ctx, struct cases *cases, int64_t organisation, int most,
			   str *ret_names, size_t *ret_n);

#endif
