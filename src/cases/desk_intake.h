/* What the pages of taking a case in share (pages_choose.c, pages_intake.c, pages_counter.c). */
#ifndef MOTCUA_CASES_DESK_INTAKE_H
#define MOTCUA_CASES_DESK_INTAKE_H

#include "cases/counter.h"
#include "cases/desk.h"
#include "cases/scan.h"

struct intake {
	struct cases *cases;
	const struct procedure *procedure;
	const struct form *form;
	struct form_env env;
	struct counter_filing filing;
};

/* The filing {token}; where it is not saved yet, the counter's organisation. */
enum err intake_object(struct request *request, const void **ret_object);
/* Loads the filing of the address; with `may_begin` one that was never saved begins. */
enum err intake_open(struct request *request, struct intake *in, bool may_begin);
/* The page, with `show` as the form stands. */
enum err intake_show(struct request *request, struct response *response, struct intake *in,
		     const struct form_show *show);
struct form_show intake_form(const struct intake *in, struct value data);
enum err intake_post(struct request *request, struct response *response);
/* The civil day to ask again about an incomplete filing. */
int64_t intake_remind(void);
/* What an applicant agrees to whose filing an officer types online: a msgid. */
extern const char intake_consent[];
/* Procedure and form of the filing, in the version in force now. */
enum err intake_load(struct request *request, struct intake *in);
/* "/ban/nop/PROCEDURE/TOKEN" */
str intake_path(struct request *request, const struct counter_filing *filing);
/* A filing of the visit of `token` the officer may see, or false. */
bool intake_visit(struct request *request, struct cases *cases, str token,
		  struct counter_filing *ret_filing);
/* What stands at the procedure's path for `which` ("name", "id_number" …) of the applicant. */
str intake_applicant(const struct intake *in, struct value data, const char *which);
/* Lays what the card says over the applicant's fields of `data`. */
void intake_fill(struct intake *in, const struct scan_card *card, struct value *data);
/* {name, id_number, birth_date …} of the applicant, for the visit's next filing. */
struct value intake_person(const struct intake *in, struct value data);
/* The applicant of the visit's first filing, where this procedure asks for the same. */
void intake_same_person(struct intake *in, const struct counter_filing *before,
			struct value *data);
/* {arrived[…], action} of partials/arrived: the files that came for the filing. */
void intake_arrived(struct request *request, const struct intake *in, struct value *view);
/* [{code, title, applicant, status, url}]: the visit's filings. */
enum err intake_visit_view(struct request *request, struct cases *cases,
			   const struct counter_filing *filing, struct value *ret_list);
/* Where a scan leads, or empty: a case, a filing, a ticket. */
str scan_target(struct request *request, struct cases *cases, const struct scan *scan);

#endif
