/*
 * leave: while somebody is away a colleague stands in: has the rights to work on cases of the one who
 * is away, sees what that one holds, and acts in the own name (events say "instead_of"). Begun by the
 * one who goes or by the head of the office; both must work in the same house. Rights that were lent
 * are not lent on.
 *
 *	struct leave leave = { .account = away, .substitute = colleague, .from_at = …, .to_at = … };
 *	TRY(leave_begin(ctx, people, principal, &leave));
 */
#ifndef MOTCUA_PEOPLE_LEAVE_H
#define MOTCUA_PEOPLE_LEAVE_H

#include "people/people.h"

enum { OFFICERS_MAX = 500 };

struct leave {
	int64_t id, account, substitute;
	usec from_at, to_at;
	str name, substitute_name; /* as leave_list tells them */
};

struct leaves {
	struct leave *items;
	size_t n;
};

struct officers {
	struct account *items;
	size_t n;
};

/* ERR_FORBIDDEN; ERR_INVALID with a sentence: the same person, another office, days turned round,
 * days on which the substitute is away or stands in for the same one already. */
enum err leave_begin(struct ctx *ctx, struct people *people, const struct principal *by,
		     const struct leave *leave);
/* From now on, by the one who was away or by the head, not by who stands in for the head.
 * ERR_NOT_FOUND: no such one, over already, or nobody's business. */
enum err leave_end(struct ctx *ctx, struct people *people, const struct principal *by, int64_t id);
/* Running and to come, that concern `who` or those `who` leads. */
enum err leave_list(struct ctx *ctx, struct people *people, struct db *db,
		    const struct principal *who, struct leaves *ret_leaves);

/* Adds the grants lent to the principal now. For account_principal. */
enum err leave_grants(struct ctx *ctx, struct db *db, struct principal *principal);
/* Whether the principal stands in for that account now. */
bool leave_stands_in(const struct principal *principal, int64_t account);
/* The principal and those it stands in for: at most GRANTS_MAX + 1. Returns how many. */
size_t leave_holders(const struct principal *principal, int64_t *ret_accounts);

/* Whether `head` may give the officer's work to somebody else. */
bool leave_leads(const struct people *people, const struct principal *head,
		 const struct principal *officer);
/* Who works in the organisations that `head` sees, by login. */
enum err leave_officers(struct ctx *ctx, struct people *people, struct db *db,
			const struct principal *head, struct officers *ret_officers);

#endif
