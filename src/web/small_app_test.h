/* A small application for the tests of this room: two sites, one account, a few routes; and a
 * fixture that asks it in process. */
#ifndef MOTCUA_WEB_SMALL_APP_TEST_H
#define MOTCUA_WEB_SMALL_APP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <cmocka.h>
#undef fail

#include "web/harness.h"
#include "web/internal.h"

struct test_app {
	atomic_uint_fast64_t generation;
	atomic_int rendered, handled, viewed;
	atomic_bool gate_closed; /* /cham waits until it opens */
	char kept[512];    /* path of the last upload */
};

extern const struct web_hooks test_hooks; /* .app is to be set */
extern const struct route_tables test_tables;

struct fixture {
	struct arena arena;
	struct ctx ctx;
	struct test_app app;
	struct web *web;
	char temp[64]; /* web_options.temp_dir; must be empty at the end */
};

struct fixture *fixture_new(void);
void fixture_free(struct fixture *f);
/* For cmocka's set-up and tear-down: a fixture whose web answers in process. */
int open_web(void **state);
int close_web(void **state);
struct web_answer ask(struct fixture *f, struct web_ask what);
bool body_has(struct web_answer answer, const char *text);

#define assert_str(s, z) assert_true(str_eq((s), str_z(z)))
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_web, close_web)

#endif
