/*
 * act: what can be done, and which role may do it. One table, read by may() and nowhere else
 * written out. A route names its act; a row in a route table without one refuses to start.
 */
#ifndef MOTCUA_PEOPLE_ACT_H
#define MOTCUA_PEOPLE_ACT_H

#include "base/str.h"

enum act {
	ACT_NONE, /* not named: web_start refuses it; web/web.h has PERM_PUBLIC, PERM_SIGNED_IN */
	ACT_DESK, /* see the officers' desk: any role */
	ACT_CASE_FILE, /* hand in a case for a citizen at the desk, or through the API */
	ACT_CASE_ACCEPT, /* accept, refuse, ask for a supplement at intake */
	ACT_CASE_SEE, /* open a case and its papers */
	ACT_CASE_WORK, /* claim and complete tasks, ask for a supplement, refuse with a reason */
	ACT_CASE_SIGN, /* leader's approval; apology and new date */
	ACT_CASE_ASSIGN, /* give a task to somebody else, take it away */
	ACT_CASE_RETURN, /* hand the result over */
	ACT_CASE_CORRECT, /* ask for a new version of what was issued */
	ACT_FEE_TAKE, /* take a fee, waive it by the rules, cancel one's receipt, count the till */
	ACT_FEE_REFUND, /* approve a refund, open a receipt book, set a bank line aside */
	ACT_TRACK, /* follow one case: by its PIN */
	ACT_DRAFT, /* go on with one draft: by its code */
	ACT_REGISTER_SEE, /* registers and reports */
	ACT_ARTICLE_EDIT, /* write and publish on a site */
	ACT_PEOPLE_ADMIN, /* accounts, roles, organisations */
	ACT_SYSTEM_ADMIN, /* settings, procedures, ledger keys, API tokens */
	ACT_HALL, /* call numbers to a counter, see the appointments of the day */
	ACTS
};

enum role {
	ROLE_RECEPTION,
	ROLE_JUSTICE,
	ROLE_SPECIALIST,
	ROLE_LEADER,
	ROLE_POLICE,
	ROLE_INSURANCE,
	ROLE_EDITOR,
	ROLE_RECORDS,
	ROLE_INSPECTOR,
	ROLE_PERSONNEL,
	ROLE_ADMIN,
	ROLES
};

/* The fixed id used in packs ("reception"), or ROLES where there is none such. */
enum role role_of(str id);
str role_id(enum role role);
/* English msgid of its title. */
const char *role_title(enum role role);
/* Whether the role may do the act within the organisations it is granted for. */
bool role_allows(enum role role, enum act act);
/* Police, social insurance: they see a case only while and after a leg of it is theirs. */
bool role_is_partner(enum role role);

#endif
