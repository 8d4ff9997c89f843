/* A small application for the tests of this room: two sites, one account, a few routes. */
#ifndef MOTCUA_WEB_TEST_APP_H
#define MOTCUA_WEB_TEST_APP_H

#include "web/web.h"

struct test_app {
	uint64_t generation;
	int rendered, handled, viewed, tokens;
	bool gate_closed;  /* /slow waits until it opens */
	char kept[512];    /* path of the last upload kept or seen */
};

extern const struct web_hooks test_hooks; /* .app is to be set */
extern const struct route_table test_routes;

#endif
