/* The routes of this feature. State of all: struct cases *. */
#ifndef MOTCUA_CASES_PAGES_H
#define MOTCUA_CASES_PAGES_H

#include "cases/cases.h"
#include "web/web.h"

/* Procedures and published figures (pages_public.c), filing online (pages_filing.c,
 * pages_earlier.c), tracking (pages_tracking.c), the officers' desk (pages_case.c,
 * pages_case_look.c), taking in at
 * the counter (pages_choose.c, pages_intake.c, pages_counter.c, pages_duplicate.c),
 * letters (pages_letter.c, pages_print.c, pages_check.c), fees (fee_pages.c, fee_desk.c), the API (api.c).
 * Each table ends with a route without a path. */
extern const struct route public_routes[], filing_routes[], tracking_routes[],
	choose_routes[], intake_routes[], visit_routes[], duplicate_routes[],
	earlier_routes[], case_routes[], case_look_routes[], letter_routes[], print_routes[],
	check_routes[], api_routes[], fee_routes[], till_routes[];

/* Supplements (pages_supplement.c), results and late cases (pages_endings.c). */
extern const struct route supplement_routes[], ending_routes[];
/* Lets the browser follow the case with that code and PIN; instead of the code the number of the
 * applicant's identity paper will do. *ret_code is empty, with a mistake at "ma", where they do not fit.
 * ERR_BUSY after too many tries. */
enum err tracking_prove(struct request *request, struct response *response, str code, str pin,
			str *ret_code);
/* Object of a route of tracking, for {code}. */
enum err tracking_object(struct request *request, const void **ret_object);

#endif
