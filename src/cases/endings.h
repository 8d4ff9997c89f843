/*
 * endings: what befalls a case beside its flow. Supplement rounds, stopping, the apology prepared
 * ahead, corrections of what was issued, the register of results, delivery, re-opening.
 *
 * Rows of these features (tables.h):
 *	case_round       one request for supplements: what was asked, by when, what came
 *	case_late        a request for an extension, prepared for the leader
 *	case_correction  who asked for it, why, what changes, who approved
 *	case_issued      results: kind, number, version; valid, replaced or revoked
 *	case_delivery    how the result went to whom
 *
 * All commands answer with the errors of cases.h; ERR_CONFLICT says who was faster.
 */
#ifndef MOTCUA_CASES_ENDINGS_H
#define MOTCUA_CASES_ENDINGS_H

#include "cases/cases.h"
#include "cases/tables.h"

extern const struct case_table round_table, late_table, correction_table, issued_table,
	delivery_table;

/* ---- supplements (supplement.c) ---- */

enum round_state {
	ROUND_PROPOSED = 1, /* beyond the rounds allowed: waits for the leader */
	ROUND_OPEN,
	ROUND_ANSWERED,
	ROUND_UNANSWERED, /* the time was over */
	ROUND_DECLINED,   /* by the leader */
	ROUND_ENDED,      /* the case ended otherwise */
};

/* Like case_ask_supplement, also beyond the rounds the procedure allows: then `why` is needed, and
 * who may not sign only proposes it. */
enum err case_ask_again(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			struct value items, str why);
/* The leader's answer to a proposal; declining needs a reason. */
enum err case_settle_round(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
			   int64_t round, bool approve, str reason);
/* Reminds of rounds that end soon and ends cases whose answer did not come; at most `most`. */
enum err rounds_tick(struct ctx *ctx, struct cases *cases, int most, int64_t *ret_n);

/* ---- stopping and re-opening (endings.c, reopen.c) ---- */

/* Dừng giải quyết: the leader's, with the reason the citizen reads (who->reason). */
enum err case_stop(struct ctx *ctx, struct cases *cases, const struct actor *who, str code);
/* A closed case goes through its steps again; who->reason says why. What happened stays. */
enum err case_reopen(struct ctx *ctx, struct cases *cases, const struct actor *who, str code);

/* ---- apology and extension (late.c) ---- */

/* Keeps or changes the draft of the letter: the request for an extension. */
enum err case_prepare_apology(struct ctx *ctx, struct cases *cases, const struct actor *who,
			      str code, usec new_due_at);
struct late_case {
	struct case_file c;
	usec send_by;    /* the latest moment for the letter: one working day before */
	usec new_due_at; /* of the draft, else what the procedure suggests */
	str reason, prepared_by;
	bool prepared;
};
/* Open cases that are due within two working days or late, without an apology yet; at most `most`,
 * the most urgent first. */
enum err late_cases(struct ctx *ctx, struct cases *cases, const struct principal *principal,
		    int most, struct late_case **ret_items, size_t *ret_n);

/* ---- corrections (correction.c) ---- */

enum correction_state { CORRECTION_ASKED = 1, CORRECTION_MADE, CORRECTION_DECLINED };

struct correction {
	str target;    /* "receipt" or "result" */
	str requester; /* who came: name, as written */
	str reason;
	struct value data; /* the corrected data, by top-level key of the application */
	const struct attachment *evidence;
	size_t n_evidence;
};
/* ACT_CASE_CORRECT. ERR_INVALID where nothing would change. */
enum err case_ask_correction(struct ctx *ctx, struct cases *cases, const struct actor *who,
			     str code, const struct correction *correction);
/* By somebody else than who asked. Data, names in lists, letters and the result get their new
 * version; the entry in the book keeps its number. */
enum err case_settle_correction(struct ctx *ctx, struct cases *cases, const struct actor *who,
				str code, int64_t correction, bool approve, str reason);

/* ---- results (issued.c) ---- */

enum issued_state { ISSUED_VALID = 1, ISSUED_REPLACED, ISSUED_REVOKED };
enum delivery_state { DELIVERY_HANDED = 1, DELIVERY_SENT, DELIVERY_RECEIVED };

/* `decision`: number of the decision that revokes it; who->reason says why. */
enum err case_revoke(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		     int64_t issued, str decision);
/* What went by post has arrived. */
enum err case_received(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		       int64_t delivery);

/* ---- reading (ending_view.c) ---- */

/* Values {rounds, corrections, results, deliveries, apology} as pages and API show them; ids as
 * text, times as RFC 3339. Without `whole`: what the citizen may read. */
enum err endings_view(struct ctx *ctx, struct cases *cases, struct db *db,
		      const struct case_file *c, bool whole, struct value *ret_view);
/* A result is called what its letter is; one without a letter, the result of the procedure. */
str result_title(struct ctx *ctx, const struct cases *cases, const struct procedure *procedure,
		 str kind);
/* [{path, label, old, new}]: what differs of the application, in Vietnamese. */
struct value data_changes(struct ctx *ctx, const struct procedure *procedure, struct value before,
			  struct value after, usec now, int zone);
/* {page title: [{path, label, kind}]} of what can be asked for: [{title, fields[{path, label}]}]. */
struct value form_fields(struct ctx *ctx, const struct procedure *procedure, struct value data,
			 str language);
/* The values at `paths` of `from` laid over `data`; only the top-level keys they are in. */
struct value data_at(struct arena *arena, struct value data, struct value from, struct value paths);
/* When the case is due by the other rule: restart is the law's, subtract the national scoring's. */
enum err case_due_by(struct ctx *ctx, struct cases *cases, const struct case_file *c, usec now,
		     enum calendar_rule rule, struct calendar_due *ret_due);

#endif
