/*
 * name_words: the words of the names on cases, by which cases are found. A row for each word of the
 * subject's and the applicant's name: (organisation, word, case, the whole name), folded, in the order
 * of its key. It is written in the transaction of the case and recounted by `motcua verify`.
 *
 *	struct name_search s = { .offices = ids, .n = n, .words = S("lan nguyen"), .before = INT64_MAX };
 *	struct found_case found[51];
 *	TRY(name_words_find(ctx, db, &s, found, ARRAY_SIZE(found), &n));
 *
 * Found is a case one of whose names has all the words, in any order, with marks or without; the last
 * word may be the beginning of one. A telephone, identity or case number is found whole. All cases of
 * the offices are looked through, however many: the rarest word's rows are walked from the newest, and
 * each holds what the others are compared with.
 */
#ifndef MOTCUA_CASES_NAME_WORDS_H
#define MOTCUA_CASES_NAME_WORDS_H

#include "store/store.h"

struct case_file;

enum { NAME_WORDS = 16 }; /* of a name; the migration that fills the table says so, too */

/* ---- search ---- */

struct name_search {
	const int64_t *offices; /* whose cases may be seen: may_organisations() */
	size_t n;
	str words;              /* as typed */
	const sql_t *filter;    /* further conditions on case_file c, " AND …"; NULL: none */
	int64_t before;         /* ids below this one only */
};

struct found_case {
	int64_t organisation, id;
};

/* The newest first, at most `most`. Words without any letter or digit find nothing. */
enum err name_words_find(struct ctx *ctx, struct db *db, const struct name_search *search,
			 struct found_case *ret_found, size_t most, size_t *ret_n);

/* The same condition for few rows: " AND (…)" on case_file c. Nothing where there are no words. */
void name_words_match(sql_t *q, str words);

/* ---- for rows.c and verify.c ---- */

enum err name_words_insert(struct ctx *ctx, struct db *db, const struct case_file *c);
/* Before the row of the case is changed: `c` as it will be. */
enum err name_words_change(struct ctx *ctx, struct db *db, const struct case_file *c);
/* How many rows a case must have, and how many of these there are. */
enum err name_words_compare(struct ctx *ctx, struct db *db, const struct case_file *c,
			    int64_t *ret_told, int64_t *ret_there);

#endif
