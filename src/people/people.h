/*
 * people: who there is and what they may do. Organisations form a tree that changes with time;
 * an account holds roles, each granted for an organisation and all below it; may() is the one
 * function that answers whether a principal may do an act to an object, for every read and write.
 *
 *	struct people *people;
 *	TRY(people_open(ctx, store, secret, &people));
 *	…
 *	struct object object = { .organisation = c.organisation, .case_id = c.id };
 *	if (!may(people, request->principal, ACT_CASE_SEE, &object)) …
 *
 * Invariants: every account, role and organisation change is an event; a password is kept only as
 * argon2id; a session's token only as a hash. The tree in memory is a snapshot replaced as a whole:
 * pointers into it stay good until people_close.
 */
#ifndef MOTCUA_PEOPLE_PEOPLE_H
#define MOTCUA_PEOPLE_PEOPLE_H

#include "people/act.h"
#include "store/store.h"
#include "web/web.h"

struct people;

extern const struct migration_set people_migrations, leave_migrations;
/* All of this room, for lists of store_options. */
#define PEOPLE_MIGRATIONS &people_migrations, &leave_migrations

/* `secret` (from DATA/keys) keys the hashes of sessions and signs capability cookies. */
enum err people_open(struct ctx *ctx, struct store *store, const uint8_t secret[static 32],
		     struct people **ret_people);
void people_close(struct people *people); /* NULL is fine */

/* ---- organisations ---- */

struct organisation {
	int64_t id;
	str code;        /* "hoa-phat" */
	str kind;        /* "district", "ward", "unit", "police", "insurance" */
	str name;        /* "UBND phường Hòa Phát" */
	str name_en;
	str agency_code; /* the agency's part of a case code: "000.03.15.H17"; may be empty */
	str zone;        /* place name used in letters: "Hòa Phát" */
	int64_t parent;  /* 0 at the top */
	int first, last; /* places of itself and of its last descendant in the tree's order */
	struct value data; /* what else the pack says of it */
};

struct organisations {
	const struct organisation *items; /* a parent before its children */
	size_t n;
};

struct organisations people_organisations(const struct people *people);
/* NULL where there is none. */
const struct organisation *organisation_by_id(const struct people *people, int64_t id);
const struct organisation *organisation_by_code(const struct people *people, str code);
/* Whether `below` is `above` or under it. */
bool organisation_within(const struct people *people, int64_t below, int64_t above);
/* Of this kind, or one that does its work (`acts_as` in the pack). */
bool organisation_is(const struct organisation *organisation, str kind);
/* The nearest organisation of that kind: a child of `from`, else of its parent, and so on up;
 * `from` itself where it is of that kind. NULL where there is none. */
const struct organisation *organisation_nearest(const struct people *people, int64_t from,
						str kind);
/* In the reader's language. */
str organisation_name(const struct organisation *organisation, str language);

/* ---- principals and permission ---- */

struct grant {
	enum role role;
	int64_t organisation;
	int64_t instead_of; /* account whose right it is, lent during leave; 0: the own */
};

enum { GRANTS_MAX = 32 };

/* Who asks. An account, or the holder of a case's PIN, or of a draft's code; or several at once.
 * PRINCIPAL_SYSTEM is the program itself: timers, simulate, the outbox. */
struct principal {
	int64_t account; /* 0: none */
	str login, name;
	struct grant grants[GRANTS_MAX];
	size_t n_grants;
	int64_t case_id;  /* proved its PIN */
	int64_t draft_id; /* knows its code */
	bool system;
};

/* What is asked about. Zero means "not said". */
struct object {
	int64_t organisation;    /* the one that received it */
	const int64_t *agencies; /* those who work on it, or worked on it */
	size_t n_agencies;
	enum role role;          /* of a task; ROLES: any. Only with has_role. */
	bool has_role;
	int64_t case_id;
	int64_t draft_id;
};

/* The one answer. With object NULL: whether there is anything at all the principal may do it to. */
bool may(const struct people *people, const struct principal *principal, enum act act,
	 const struct object *object);

/* The same rule for lists: adds " AND (…)" that holds for rows whose `organisation` column is one
 * that the principal may do the act for. */
void may_where(const struct people *people, const struct principal *principal, enum act act,
	       struct sql column, sql_t *q);
/* For tasks: rows whose (role, agency) columns belong to a grant of the principal. */
void may_where_task(const struct people *people, const struct principal *principal,
		    struct sql role_column, struct sql agency_column, sql_t *q);

/* The same as lists, without doubles, for queries that walk an index one place after the other:
 * the organisations, and the (role, agency) pairs whose tasks the principal may take. In `arena`;
 * nothing of PRINCIPAL_SYSTEM, which may everything. Return how many. */
struct task_group {
	enum role role;
	int64_t agency;
};
size_t may_organisations(const struct people *people, const struct principal *principal,
			 enum act act, struct arena *arena, int64_t **ret_ids);
size_t may_tasks(const struct people *people, const struct principal *principal,
		 struct arena *arena, struct task_group **ret_groups);

/* ---- accounts ---- */

struct account {
	int64_t id;
	str login, name, email;
	bool disabled;
};

struct account_new {
	str login, name, email;
	str password_hash; /* of password_hash; empty: cannot sign in until one is set */
};

/* Inside a command. ERR_CONFLICT: the login is taken; ERR_INVALID: names the field. */
enum err account_add(struct ctx *ctx, struct db *db, const struct account_new *new_account,
		     int64_t by, int64_t *ret_id);
enum err account_grant(struct ctx *ctx, struct db *db, int64_t account, struct grant grant,
		       int64_t by);
/* `hash` of password_hash. Ends the account's sessions. */
enum err account_set_password(struct ctx *ctx, struct db *db, int64_t account, str hash,
			      int64_t by);
enum err account_by_login(struct ctx *ctx, struct db *db, str login, struct account *ret_account);
/* The name shown to citizens and on hand-over slips; "" for 0. */
enum err account_name(struct ctx *ctx, struct db *db, int64_t account, str *ret_name);
/* The principal an account is, with its grants: for the command line and tests. */
enum err account_principal(struct ctx *ctx, struct db *db, int64_t account,
			   struct principal *ret_principal);
struct token_new {
	int64_t account;
	str label;
	int days; /* 0: does not expire */
};
/* A new API token, told once: "mc_" and 43 characters. Inside a command. */
enum err account_token(struct ctx *ctx, struct people *people, struct db *db,
		       const struct token_new *wanted, str *ret_token);

/* ERR_INVALID with a sentence where it is too short or too long. */
enum err password_check(struct ctx *ctx, str password);
/* Hashes as long as a core is free; ERR_BUSY when too many wait. Never inside a command. */
enum err password_hash(struct ctx *ctx, str password, str *ret_hash);

/* ---- the pack ---- */

/* Writes the lists of organisations.json and people.json into an empty database. Demonstration
 * accounts all have the password whose hash is `demo_hash`. Inside a command. */
enum err people_init(struct ctx *ctx, struct db *db, struct value organisations,
		     struct value people, str demo_hash);

/* ---- web ---- */

/* Sign-in, sign-out, one's own account. State: struct people *. Ends with a route without a
 * path. */
extern const struct route people_routes[];
/* Hook: who a request's session cookie, bearer token and capability cookies say it is. */
enum err people_principal(struct people *people, struct request *request, str session, str bearer);
/* Hook: may(), with `object` a const struct object * or NULL. */
enum err people_may(struct people *people, struct request *request, int act, const void *object);
const struct principal *request_principal(const struct request *request);
/* Gives the browser the right to one case (after its PIN) or one draft; signed, for `hours`. */
void people_let_case(struct people *people, struct response *response, int64_t case_id, int hours);
void people_let_draft(struct people *people, struct response *response, int64_t draft_id, int hours);
/* {name, login, roles: [{role, title, organisation}]} for the page shell; null when nobody. */
struct value principal_view(const struct people *people, struct ctx *ctx,
			    const struct principal *principal, str language);

/* ---- verification ---- */

struct people_report {
	bool sound;
	str finding; /* "" where all agrees */
	int64_t accounts, grants;
};
/* Accounts, their passwords and rights, and substitutions, against their events. */
enum err people_verify(struct ctx *ctx, struct people *people, struct people_report *ret_report);

#endif
