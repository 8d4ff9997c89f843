/*
 * reception: the hall of a one-stop desk. Visitors take a ticket for a service, officers call it to
 * a counter, a wall board shows and speaks the calls; slots can be booked ahead; who was served
 * says how it was. Which services and counters a hall has is data of the pack (hall.json).
 *
 *	TRY(reception_open(ctx, store, people, cases, secret, &reception));
 *	…
 *	struct ticket ticket;
 *	TRY(ticket_issue(ctx, reception, &wanted, &ticket));          "A012"
 *	TRY(ticket_call_next(ctx, reception, &seat, &ticket));        mời số A012 đến quầy số 1
 *
 * Invariants
 * - A ticket, a seat, an appointment is a row that is the fold of its own events: `motcua verify`
 *   folds again and compares. Each act is one transaction and one event.
 * - Numbers are given per organisation, service and day in the ticket's transaction.
 * - Two officers who call at once never get the same ticket.
 * - Nothing personal stands in a ticket; an appointment's name and telephone stand in the private
 *   part of its events.
 *
 * Lifetimes: what is returned lives in ctx->arena; struct hall and what it holds as long as the
 * reception.
 */
#ifndef MOTCUA_RECEPTION_RECEPTION_H
#define MOTCUA_RECEPTION_RECEPTION_H

#include "cases/cases.h"
#include "people/people.h"
#include "web/web.h"

struct reception;

extern const struct migration_set reception_migrations;

/* State of the routes: struct reception *. Kiosk and board for everybody; counters
 * for officers. Each ends with a route without a path. */
extern const struct route hall_routes[], counter_routes[], booking_routes[], rating_routes[],
	hall_figure_routes[], hall_api_routes[];

enum err reception_open(struct ctx *ctx, struct store *store, struct people *people,
			struct cases *cases, const uint8_t secret[static 32],
			struct reception **ret_reception);
void reception_close(struct reception *reception); /* NULL is fine */

/* Whether hall.json can be used; ERR_INVALID names the place. For `motcua check` and init. */
enum err reception_check(struct ctx *ctx, struct value hall);

/* ---- satisfaction ---- */

struct satisfaction_wanted {
	const int64_t *organisations; /* NULL: all */
	size_t n;
	int64_t from, to; /* civil days on which the rating was first given, both included */
};

/* Of five points: very satisfied is 5, satisfied 4, not satisfied 3 or less. */
struct satisfaction {
	int64_t very, satisfied, not_satisfied;
	int64_t rated, kind, fair; /* asked about the officials: all answers, 4 or 5 points, 3 points */
};

/* How the case was rated, in the words of the rating page (a msgid); NULL: nobody rated it. */
enum err reception_rating(struct ctx *ctx, struct db *db, int64_t case_id, const char **ret_words);
/* Ratings of finished cases, one a case: for reports and published figures. */
enum err reception_satisfaction(struct ctx *ctx, struct db *db, const struct satisfaction_wanted *w,
				struct satisfaction *ret_sums);

/* ---- verification ---- */

struct reception_report {
	int64_t rows;
	bool sound;
	str finding; /* English: what row does not agree with its events */
};
/* Folds the events of every ticket, seat and appointment again. */
enum err reception_verify(struct ctx *ctx, struct reception *reception,
			  struct reception_report *ret_report);

#endif
