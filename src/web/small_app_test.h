/* A small application for the tests of this room: two sites, one account, a few routes. */
#ifndef MOTCUA_WEB_SMALL_APP_TEST_H
#define MOTCUA_WEB_SMALL_APP_TEST_H

#include <stdatomic.h>

#include "web/web.h"

struct test_app {
	atomic_uint_fast64_t generation;
	atomic_int rendered, handled, viewed;
	atomic_bool gate_closed; /* /cham waits until it opens */
	char kept[512];    /* path of the last upload */
};

extern const struct web_hooks test_hooks; /* .app is to be set */
extern const struct route_table test_routes;

#endif
