/*
 * Every statement of the program, prepared on each engine there is: a column misspelled in a page
 * nobody opened is found here. Linked with all objects of the features, so none is left out.
 */
#include "store/store_fixture.h"
#include "cases/lists.h"
#include "people/leave.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "cases/cases.h"
#include "cases/cases.h"
#include "links/links.h"
#include "people/people.h"
#include "portal/portal.h"
#include "reception/reception.h"

static const struct migration_set *const migrations[] = {
	PEOPLE_MIGRATIONS, CASES_MIGRATIONS, &portal_migrations, &reception_migrations,
	&links_migrations, NULL,
};

static void every_statement_of_the_program_is_understood(struct fixture *fixture)
{
	size_t n = 0;
	fixture_ok(fixture, store_check_statements(&fixture->ctx, fixture->store, &n));
	print_message("%zu statements\n", n);
	assert_true(n > 100);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(every_statement_of_the_program_is_understood),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], migrations);
}
