/*
 * cases_fixture: a town hall for a test: the demonstration district with its staff and procedures
 * on a new store (store/store_fixture.h), and shorthand for the commands of its officers.
 *
 *	static void works(struct fixture *fixture)
 *	{
 *		struct town *town = town_new(fixture);
 *		str code = town_file(town, "hoa-phat", "2015-01-26T09:00:00+07:00");
 *		town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "…"));
 *		town_free(town);
 *	}
 *
 * Times are business time of the acts, given as entered later, so that a test can be in 2015.
 */
#ifndef MOTCUA_CASES_FIXTURE_H
#define MOTCUA_CASES_FIXTURE_H

#include "cases/cases.h"
#include "store/store_fixture.h"

struct town {
	struct fixture *fixture;
	struct ctx *ctx;
	struct store *store;
	struct people *people;
	struct cases *cases;
	struct principal nobody, system;
};

struct town *town_new(struct fixture *fixture);
void town_free(struct town *town);
/* A newer version of the pack's procedure, in which the member at that dotted path says what the JSON
 * text says. In force at once, for cases filed from now on. */
void town_change(struct town *town, const char *procedure, const char *path, const char *json);
enum err town_try_change(struct town *town, const char *procedure, const char *path,
			 const char *json);
extern const struct migration_set *const town_migrations[];

/* Fails the test with the fault's sentence unless e is OK. */
void town_ok(struct town *town, enum err e);
/* "2015-01-26T09:00" at +07:00. */
usec at(const char *time);
str at_text(struct town *town, usec time);

int64_t town_organisation(struct town *town, const char *code);
struct principal *town_officer(struct town *town, const char *login);
/* The holder of a case's PIN. */
struct principal *town_citizen(struct town *town, str code);
/* An actor who did it then. */
struct actor town_actor(struct town *town, const struct principal *principal, const char *time);

/* A linked birth for a child of that given name, filed online. */
struct submission town_birth(struct town *town, const char *ward, const char *time);
str town_file(struct town *town, const char *ward, const char *time);
enum err town_accept(struct town *town, const char *login, str code, const char *time);
struct case_file town_case(struct town *town, str code);
/* The node of the open task of that element; 0: none is open. */
uint32_t town_task(struct town *town, str code, const char *element);
enum err town_claim(struct town *town, const char *login, str code, const char *element,
		    const char *time);
/* outcome "approve" or "return". */
enum err town_complete(struct town *town, const char *login, str code, const char *element,
		       const char *outcome);
/* What the newest fault says. */
str town_fault(struct town *town);
/* `motcua verify` for cases: the finding, "" where all agrees. */
str town_verify(struct town *town);

#endif
