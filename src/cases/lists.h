/*
 * lists: what officers and their heads do with many cases at once: lists saved under a name, taking the
 * next step, acting on many with one confirmation, reminding of what gets late and saying why it did.
 * The pages are /ban and below (pages_lists.c, pages_bulk.c, pages_team.c).
 */
#ifndef MOTCUA_CASES_LISTS_H
#define MOTCUA_CASES_LISTS_H

#include "cases/cases.h"
#include "cases/tables.h"
#include "cases/worklist.h"
#include "web/web.h"

extern const struct case_table escalation_table, lateness_table;
extern const struct route list_routes[], bulk_routes[], team_routes[];

/* ---- the address of a list ---- */

/* What an address of a list says: which list, and its filters. A colleague who is sent the address sees
 * the same filters over the own cases. */
enum list_word {
	WORD_LIST, WORD_WORDS, WORD_PROCEDURE, WORD_OFFICE, WORD_STEP, WORD_HOLDER, WORD_STATUS,
	WORD_FROM, WORD_TO, WORD_HURRY, LIST_WORDS
};

struct list_words {
	str of[LIST_WORDS];
};

extern const char *const list_word_names[LIST_WORDS]; /* "xem", "q", "thu-tuc" … */
extern const char *const list_keys[LISTS];            /* "can-lam", "cua-toi" … */

/* Of the query, or of a form's fields that repeat it. */
struct list_words list_words_read(const struct request *request);
/* As kept in the database, "name=text" a line, and back. */
str list_words_text(struct arena *arena, const struct list_words *words);
struct list_words list_words_parse(struct arena *arena, str text);
/* "/ban?xem=…&q=…" */
str list_words_url(struct request *request, const struct list_words *words);
/* What they ask for. A word that names nothing there is asks for nothing. */
enum err list_words_wanted(struct request *request, struct db *db, struct cases *cases,
			   const struct list_words *words, struct wanted *ret_wanted);

/* ---- lists saved under a name ---- */

enum { SAVED_MAX = 8 };

struct saved_list {
	int64_t id;
	str name, query;
};

struct saved_lists {
	struct saved_list items[SAVED_MAX];
	size_t n;
};

enum err saved_read(struct ctx *ctx, struct db *db, int64_t account, struct saved_lists *ret);
/* ERR_INVALID: no name, too long, or eight already. A name that is there is written over. */
enum err saved_add(struct ctx *ctx, struct cases *cases, int64_t account, str name, str query);
enum err saved_remove(struct ctx *ctx, struct cases *cases, int64_t account, int64_t id);

/* ---- taking the next ---- */

/* Claims the most urgent step of the list that nobody holds; two who ask at once get two. ERR_NOT_FOUND
 * when none is left. */
enum err case_take_next(struct ctx *ctx, struct cases *cases, const struct wanted *wanted,
			str *ret_code);

/* ---- reminding (escalation.c) ---- */

/* Steps that have used up so much of their time as a level of the pack says (pack.json, "escalation"),
 * each level once: an event, and a row. At most `most`. */
enum err cases_escalate(struct ctx *ctx, struct cases *cases, int most, int64_t *ret_n);
/* Why a case is late or was: `reason` is a code of the pack's "lateness_reasons"; the last one counts.
 * ERR_INVALID: no such code. ERR_CONFLICT: it is not late. */
enum err case_explain_lateness(struct ctx *ctx, struct cases *cases, const struct actor *who,
			       str code, str reason, str note);
/* [{code, title}] of the pack, or of every office where the pack has none. */
struct value lateness_reasons(struct ctx *ctx, const struct cases *cases);

#endif
