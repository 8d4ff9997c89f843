/* Cases as views: what pages, the API and letters show of one. */
#ifndef MOTCUA_CASES_VIEW_H
#define MOTCUA_CASES_VIEW_H

#include "cases/cases.h"
#include "web/web.h"

/* RFC 3339 in the offices' zone; null for 0. */
struct value view_time(struct ctx *ctx, struct cases *cases, usec at);
/* {kind, text} of the partial "status". */
struct value case_status_view(struct ctx *ctx, int64_t status);
/* The API's word: "new", "accepted", … */
const char *case_status_name(int64_t status);
/* {state, words, date} of the partial "deadline"; null before acceptance. */
struct value case_deadline_view(struct ctx *ctx, struct cases *cases, const struct case_file *c,
				usec now);
/* {code, procedure, title, organisation, channel, status, status_view, deadline, submitted_at, accepted_at,
 * due_at, finished_at, returned_at, register_number, supplements}: nothing personal. */
struct value case_public_view(struct ctx *ctx, struct cases *cases, const struct case_file *c);
/* The same with subject, applicant {name, id_number, phone, email, address} and address of its page. */
struct value case_view(struct ctx *ctx, struct cases *cases, const struct case_file *c);
/* {svg, label, steps[{title, who, time, state, state_words}]} of the partial "steps": where the case is. */
enum err case_flow_view(struct ctx *ctx, struct cases *cases, struct db *db,
			const struct case_file *c, struct value *ret_view);
/* The same for a procedure without a case. */
struct value procedure_flow_view(struct ctx *ctx, const struct procedure *procedure);
/* [{date, text, off, due}] of the partial "days", and the whole as one sentence. */
struct value due_days_view(struct ctx *ctx, struct cases *cases, const struct calendar_due *due);
str due_sentence(struct ctx *ctx, struct cases *cases, const struct calendar_due *due);
/* A case_timeline as the partial "timeline" wants it: newest first. */
struct value timeline_events(struct ctx *ctx, struct value timeline);
/* Organisations that receive the procedure: [{value, text, selected}] for a select. */
struct value receivers_view(struct ctx *ctx, struct cases *cases, const struct procedure *procedure,
			    str selected);

#endif
