/*
 * store_fixture: a new, empty store for a test, on SQLite in a temporary folder, or on PostgreSQL
 * in a schema of its own when MOTCUA_TEST_POSTGRES names a server. Tests of other rooms may use
 * it: their executables add `store_test_dep`.
 *
 *	int main(void)
 *	{
 *		return fixture_run(tests, sizeof tests / sizeof tests[0], migrations);
 *	}
 *
 * runs every test on each engine there is; a test gets its struct fixture in *state.
 */
#ifndef MOTCUA_STORE_FIXTURE_H
#define MOTCUA_STORE_FIXTURE_H

#include "store/store.h"

struct fixture {
	struct arena arena;
	struct ctx ctx;
	struct store_options options;
	struct store *store;
	char data[64];
	char schema[64]; /* empty on SQLite */
};

struct fixture_test {
	const char *name;
	void (*run)(struct fixture *fixture);
};

#define FIXTURE_TEST(function) { #function, function }

/* Opens a store; `postgres` is the server's URL or NULL. Aborts the test on a fault. */
struct fixture *fixture_new(const char *postgres, const struct migration_set *const *migrations);
/* Closes it and removes all of it. */
void fixture_free(struct fixture *fixture);
/* Closes and opens again, as a new process would. */
void fixture_reopen(struct fixture *fixture);
/* Prints the fault and fails the test unless e is OK. */
void fixture_ok(struct fixture *fixture, enum err e);
/* Runs SQL past the store: what an intruder or an administrator would do by hand. */
void fixture_by_hand(struct fixture *fixture, const char *sql);

int fixture_run(const struct fixture_test *tests, size_t n,
		const struct migration_set *const *migrations);

#endif
