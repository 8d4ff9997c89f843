/* What the files of the API share. Every handler of an act goes the same way:
 *
 *	struct api_act act;
 *	TRY(api_begin(request, &act));
 *	if (!api_is_done(&act))
 *		TRY(api_settle(&act, case_accept(…, &act.who, …), code));
 *	return api_answer_case(&act, response, code);
 */
#ifndef MOTCUA_CASES_API_H
#define MOTCUA_CASES_API_H

#include "cases/pages.h"
#include "cases/request_key.h"
#include "cases/room.h"
#include "cases/upload.h"

struct api_act {
	struct request *request;
	struct cases *cases;
	struct actor who; /* with the request's key */
	struct request_key key;
	struct request_kept kept;
};

/* ERR_INVALID where the key was used for something else. */
enum err api_begin(struct request *request, struct api_act *ret_act);
/* Whether this very request was done before: the command must not be run. */
bool api_is_done(const struct api_act *act);
/* What the command said; OK as well where the same request was faster. `made` is kept. */
enum err api_settle(struct api_act *act, enum err err, str made);
/* Keeps body and status under the key and answers; what was kept first is answered. */
enum err api_answer(struct api_act *act, struct response *response, int status,
		    struct value body);
/* 200 and the whole case. */
enum err api_answer_case(struct api_act *act, struct response *response, str code);

static inline struct cases *api_cases(const struct request *request)
{
	return request->state;
}

/* ---- cases (api_cases.c) ---- */

struct api_loaded {
	struct cases *cases;
	str code;
	struct case_file c;
	struct object *object;
	struct case_tasks found;
	struct value timeline, tasks, payment;
};

/* A store_fn for a struct api_loaded: the case, its tasks, its timeline. */
enum err api_read_case(struct ctx *ctx, struct db *db, void *arg);
/* The object of {code}, and of any code: for route tables and loaders. */
enum err api_object(struct request *request, str code, const void **ret_object);
enum err api_case_object(struct request *request, const void **ret_object);
struct value api_task_value(struct ctx *ctx, struct cases *cases, str code,
			    const struct case_task *task);
struct value api_due_reason(struct ctx *ctx, struct cases *cases, const struct case_file *c);

/* ---- filing (api_filing.c) ---- */

struct form_env api_form_env(struct request *request);
/* Text at a path of the JSON body. */
str api_body_text(const struct request *request, const char *path);
/* `over` laid over `data`, by top-level key. */
struct value api_merged(struct arena *arena, struct value data, struct value over);
/* What of the submission differs from what is known, without the outcome. */
struct value api_own(struct arena *arena, struct value submission, struct value before);
/* Mistakes of the form become mistakes of the request, named by path. File fields are left out
 * where `files_follow`. */
void api_check(struct request *request, const struct form *form, struct value data,
	       bool files_follow, struct form_result *ret_result);
/* Files of the request that the form has a field for, laid over `data`: names are paths. */
enum err api_take_files(struct request *request, const struct form *form, struct value *data,
			struct stored_files *ret_files);
struct api_filing {
	const struct procedure *procedure;
	int64_t organisation, draft;
	enum case_channel channel;
	struct value data;
	str source, source_code; /* of the portal it came from; empty */
};
/* Procedure, organisation, channel and data of the body; the channel as it is where it is not said. */
enum err api_read_filing(struct request *request, struct api_filing *ret_filing);
enum err api_submit(struct api_act *act, const struct api_filing *filing);
/* 201: code, status, dates, PIN, address of the receipt, of the case in act->kept.made. */
enum err api_answer_filed(struct api_act *act, struct response *response);
/* False for a name that is none of "direct", "online", "post". */
bool api_channel(str name, enum case_channel *ret_channel);

/* ---- handlers, for the one table in api.c ---- */

#define API_HANDLER(name) enum err name(struct request *request, struct response *response)

API_HANDLER(api_get_procedures);
API_HANDLER(api_get_procedure);
API_HANDLER(api_get_cases);
API_HANDLER(api_get_case);
API_HANDLER(api_get_events);
API_HANDLER(api_post_case);
API_HANDLER(api_post_case_files);
API_HANDLER(api_post_inbound);
API_HANDLER(api_get_inbound);
API_HANDLER(api_post_accept);
API_HANDLER(api_post_refuse);
API_HANDLER(api_post_withdraw);
API_HANDLER(api_post_supplement);
API_HANDLER(api_post_supplement_answer);
API_HANDLER(api_post_apology);
API_HANDLER(api_post_note);
API_HANDLER(api_post_payment);
API_HANDLER(api_post_refund);
API_HANDLER(api_get_endings);
API_HANDLER(api_post_stop);
API_HANDLER(api_post_reopen);
API_HANDLER(api_post_round_approve);
API_HANDLER(api_post_round_decline);
API_HANDLER(api_post_prepare);
API_HANDLER(api_post_revoke);
API_HANDLER(api_post_received);
API_HANDLER(api_post_correction);
API_HANDLER(api_post_correction_approve);
API_HANDLER(api_post_correction_decline);
API_HANDLER(api_post_draft);
API_HANDLER(api_get_draft);
API_HANDLER(api_patch_draft);
API_HANDLER(api_post_draft_files);
API_HANDLER(api_post_draft_submit);
enum err api_draft_object(struct request *request, const void **ret_object);
API_HANDLER(api_get_tasks);
API_HANDLER(api_post_claim);
API_HANDLER(api_post_release);
API_HANDLER(api_post_assign);
API_HANDLER(api_post_complete);
enum err api_task_object(struct request *request, const void **ret_object);
API_HANDLER(api_get_tracking);
API_HANDLER(api_get_checkpoint);
API_HANDLER(api_get_proof);
API_HANDLER(api_get_consistency);

#endif
