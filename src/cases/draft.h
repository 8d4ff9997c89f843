/* Drafts: a filing that a citizen has begun. Saved at every POST, with or without mistakes; found
 * again by a code that only this server can make of the draft's id. Kept 30 days. */
#ifndef MOTCUA_CASES_DRAFT_H
#define MOTCUA_CASES_DRAFT_H

#include "cases/cases.h"
#include "cases/request_key.h"

struct draft {
	int64_t id, version, organisation;
	str procedure;
	struct value data;
	int64_t page;
	usec saved_at;
	int64_t case_id; /* that it became; 0 */
	str case_code;
	const struct request_key *key; /* of the request that makes or saves it; NULL */
};

enum { DRAFT_DAYS = 30, DRAFT_CODE = 10 };

enum err draft_new(struct ctx *ctx, struct cases *cases, const struct procedure *procedure,
		   int64_t organisation, struct draft *ret_draft);
/* The same with data and key: version, organisation, procedure, data, key are set; id is given. */
enum err draft_begin(struct ctx *ctx, struct cases *cases, struct draft *draft);
/* ERR_NOT_FOUND also where it is too old. */
enum err draft_load(struct ctx *ctx, struct cases *cases, int64_t id, struct draft *ret_draft);
/* Files in `data` are noted in the same transaction. ERR_CONFLICT when it was submitted. */
enum err draft_save(struct ctx *ctx, struct cases *cases, const struct draft *draft,
		    const struct file_info *files, size_t n_files);
/* The code to resume with, as it is shown: "K7PQ3-MX94A". */
str draft_code(const struct cases *cases, struct arena *arena, int64_t id);
/* Case, blanks and hyphens do not matter. ERR_NOT_FOUND. */
enum err draft_find(struct ctx *ctx, struct cases *cases, str code, int64_t *ret_id);

#endif
