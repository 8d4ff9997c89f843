/* What the files of this room share. */
#ifndef MOTCUA_CASES_ROOM_H
#define MOTCUA_CASES_ROOM_H

#include "base/clock.h"
#include "base/json.h"
#include "cases/cases.h"
#include "cases/digital.h"
#include "cases/tables.h"
#include "rules/feel.h"
#include "text/i18n.h"
#include "text/template.h"

#include <pthread.h>
#include <stdatomic.h>

/* All versions known, replaced as a whole when a pack is applied; older states are kept, because
 * their procedures may be in somebody's hands. */
struct catalogue {
	struct arena arena;
	struct catalogue *before;
	const struct procedure **items;
	size_t n;
	const struct calendar *calendar;
	struct value numbering; /* numbering.json */
	struct value pack;      /* pack.json */
	struct value letters;   /* letters every procedure uses: name → text */
	struct value notices;   /* notices.json */
	str applied;            /* when a pack was last applied: an id */
};

struct cases {
	struct store *store;
	struct people *people;
	_Atomic(struct catalogue *) catalogue;
	pthread_mutex_t reload;
	uint8_t secret[32];
	const struct template_set *templates; /* of cases_speak */
	const struct language *vietnamese;
	struct worklist_cache *worklists; /* of worklist.h */
	const struct signers *signers;    /* of cases_sign; NULL: nobody signs */
	str url_base;
	visit_find *visit;                /* of cases_hall; NULL: there is no hall */
};

/* The reader's language, Vietnamese where nobody said. */
static inline str ctx_language(const struct ctx *ctx)
{
	return ctx->language ? language_code(ctx->language) : S("vi");
}

const struct catalogue *cases_catalogue(const struct cases *cases);
enum err catalogue_load(struct ctx *ctx, struct cases *cases);

/* ---- one command: one event being made (command.c, flowing.c) ---- */

struct command {
	struct ctx *ctx;
	struct db *db;
	struct cases *cases;
	const struct actor *who;
	struct case_file c;       /* as loaded, then as it will be */
	bool is_new;
	const struct procedure *procedure;
	struct flow_state flow;
	usec now;                 /* when the act took place */
	const char *kind;         /* of the event: "case.accepted" */
	struct value set, tasks, legs, entries, papers; /* public */
	struct value more;        /* further public words: outcome, items … */
	struct value closed_set, closed; /* personal */
	struct value rows;        /* of tables.h: {table, id, columns} */
	struct value timers;      /* rows only: {wait, due_at} or {wait} to take away */
	const struct attachment *attachments;
	size_t n_attachments;
	struct digital digital_was, digital_is; /* of digital.h, for the figures */
};

/* Empties the parts and notes when it takes place (0: now). ctx, db, who are set. */
void command_prepare(struct command *command, usec effective_at);
/* Prepares a command on an existing case. ERR_NOT_FOUND also where the actor may not see it. */
enum err command_begin(struct command *command, struct ctx *ctx, struct db *db, str code);
/* ERR_FORBIDDEN unless the actor may do this to the case. */
enum err command_may(struct command *command, enum act what);
/* Says in the event for which office the actor acts, where it is not the case's, and for whom the actor
 * stands in, where it is a lent right that lets it, or another's step (`holder`, 0: nobody's). */
void command_stand_in(struct command *command, enum act what, const struct object *object,
		      int64_t holder);
/* case_claim inside a command of the caller (tasks.c). */
enum err task_claim_in(struct ctx *ctx, struct db *db, struct cases *cases, const struct actor *who,
		       str code, uint32_t node);
/* Sets a column of the case (table in fold.c) in the public or personal part. */
void command_set(struct command *command, const char *column, struct value v);
void command_set_int(struct command *command, const char *column, int64_t n);
void command_set_private(struct command *command, const char *column, struct value v);
void command_say(struct command *command, const char *key, struct value v);
/* Personal data that came with the act: merged over the case's data by top-level key. */
void command_data(struct command *command, struct value data);
/* Changes a task, leg …: adds a map to one of the public lists. */
void command_push(struct command *command, struct value *list, struct value item);
/* Columns of a row that command_row will take. */
void command_put_id(struct command *command, struct value *row, const char *column, int64_t id);
void command_put_int(struct command *command, struct value *row, const char *column, int64_t n);
void command_put_text(struct command *command, struct value *row, const char *column, str text);
/* Who acts; 0 without an account. */
int64_t command_account(const struct command *command);
/* Steps the flow and turns its effects into tasks, legs, status. */
enum err command_flow(struct command *command, const struct flow_event *event);
/* Ends an open task: book entry, leg, return; then steps the flow. `data` is merged over the case's
 * data by top-level key. */
enum err command_complete(struct command *command, uint32_t node, str outcome, struct value data);
/* Closes the case's open tasks and ends the flow: refusal, withdrawal. */
enum err command_end(struct command *command, enum case_status status);
/* The promised date from the facts of the case, after what this command changed. */
enum err command_promise(struct command *command);
/* The due dates of the open steps, after the case waited or was promised anew: a step without a limit
 * of its own goes with the case, another is given the time that was waited. */
enum err command_move_steps(struct command *command);
/* The promise is decided and counted: early, on time or late. */
void command_finish(struct command *command);
/* ERR_CONFLICT: the sentence, with who was first, how and when (conflict.c). `by`: the kinds of events
 * that can have been first, separated by '|'; where none of them happened, the last one of the case. */
enum err command_lost(struct command *command, const char *by, const char *msgid);
/* The same for a step that somebody finished. */
enum err command_lost_step(struct command *command, uint32_t node);
/* ERR_CONFLICT where the case is closed. */
enum err command_must_be_open(struct command *command);
/* Closes the round of supplements that is open, if one is (supplement.c). */
void command_end_round(struct command *command, int64_t state);
/* Enters the results in their register: the case is done (issued.c). */
enum err command_issue(struct command *command);
/* A new version of every result that counts; *ret_n: how many. */
enum err command_issue_again(struct command *command, int64_t *ret_n);
/* Notes how the result went to whom, as the form of the return says. */
void command_deliver(struct command *command, struct value data);
/* Appends the event, folds it into the case and writes all rows. */
enum err command_commit(struct command *command);

/* How long the case waited since then, for the calendar. */
struct calendar_pause *case_pauses(struct arena *arena, enum calendar_rule rule,
				   const struct case_file *c, usec since, size_t *ret_n);
/* When its limit began: acceptance, or its re-opening; `now` before either. */
usec case_counted_from(const struct case_file *c, usec now);
/* Whom a case is about, as the procedure's subject expression says. */
str case_subject(struct arena *arena, const struct procedure *procedure, struct value data,
		 str otherwise);

/* What the applicant answered of how the result is to come back: "channel" (desk, post), "address";
 * empty where the procedure does not ask, or procedure is NULL. */
str return_word(const struct procedure *procedure, const struct case_file *c, str word);
/* The office its actor acted for: the one whose right it was, or else the case's. */
int64_t event_office(const struct event *event);
/* What an event of that kind is called, in the reader's language (timeline.c). */
str event_title(const struct ctx *ctx, str kind);

/* ---- the fold (fold.c): pure; the same for a new event and for `motcua verify` ---- */

void fold_case(struct arena *arena, struct case_file *c, struct value open, struct value closed);
/* {node: {element, role, …}} after the event. */
void fold_tasks(struct arena *arena, struct value *tasks, struct value open);
void fold_legs(struct arena *arena, struct value *legs, struct value open);
void fold_papers(struct arena *arena, struct value *papers, struct value open);
/* Null where they agree, else the name of the first column that does not. */
const char *fold_differs(const struct case_file *a, const struct case_file *b);

/* ---- figures (tally.c, tally_verify.c) ---- */

/* What an act adds to the figures: {day: {name: n}}. */
enum err tally_act(struct command *command, const struct case_file *before,
		   const struct case_file *after, struct value *ret_days);
/* Adds it to the rows of its days and months. */
enum err tally_write(struct command *command, struct value days);
/* Adds {name: n} to sums by enum tally. */
void tally_sum(int64_t *sums, struct value counts);

/* ---- rows (rows.c) ---- */

enum err rows_insert_case(struct ctx *ctx, struct db *db, const struct case_file *c);
enum err rows_update_case(struct ctx *ctx, struct db *db, const struct case_file *c,
			  bool personal);
enum err rows_read_case(struct ctx *ctx, struct db *db, int64_t organisation, int64_t id,
			struct case_file *ret_case);

/* ---- inside a transaction of the caller's (intake.c) ---- */

enum err intake_submit(struct ctx *ctx, struct db *db, struct cases *cases, const struct actor *who,
		       const struct submission *submission, struct case_result *ret_result);
enum err intake_accept(struct ctx *ctx, struct db *db, struct cases *cases, const struct actor *who,
		       str code, const struct acceptance *acceptance);

/* ---- numbers (number.c) ---- */

/* The next number of a counter, inside a command: 1, 2, 3 … */
enum err number_next(struct ctx *ctx, struct db *db, str counter, int64_t *ret_n);
/* A case code from numbering.json's pattern. */
enum err number_case(struct ctx *ctx, struct cases *cases, struct db *db,
		     const struct organisation *organisation, usec at, str *ret_code);
/* A book entry: number within its period, and its text ("12/2015"). */
struct book_number {
	str book, text;
	int64_t period, number;
};
enum err number_book(struct ctx *ctx, struct cases *cases, struct db *db,
		     const struct organisation *organisation, str book, usec at,
		     struct book_number *ret_number);

/* ---- letters (letter_register.c, letter.c) ---- */

struct letters;
/* The register's rows of the case, with room for one more. */
enum err letters_read(struct ctx *ctx, struct db *db, const struct case_file *c,
		      struct letters *ret_letters);

/* Notes where the case came from; nothing without a source_code (source.c). */
void command_source(struct command *command, str source, str source_code);

#endif
