/* The web room alone, for measuring: a 12 KB page that is cached, the same page made anew by a
 * worker each time, and one that takes its time. served PORT [WORKERS] */
#include <unistd.h>

#include "web/web.h"

enum { PAGE = 12 << 10, PACE = 10000 };

static char page_bytes[PAGE];

static enum err render(void *app, struct request *request, struct response *response,
		       str template_name, struct value view, struct buf *out)
{
	(void)app, (void)request, (void)response, (void)template_name;
	buf_str(out, value_text(value_get(view, S("text"))));
	return OK;
}

static enum err page(struct request *request, struct response *response)
{
	struct value view = value_map();
	value_set(request->ctx.arena, &view, S("text"), value_str(str_of(page_bytes, PAGE)));
	response_view(response, "page", view);
	return OK;
}

/* What waits for something else, such as a disk: 10 ms. */
static enum err waiting(struct request *request, struct response *response)
{
	usleep(PACE);
	return page(request, response);
}

static const struct route routes[] = {
	{ WEB_GET, "/cached", PERM_PUBLIC, page, .flags = ROUTE_CACHED },
	{ WEB_GET, "/made", PERM_PUBLIC, page },
	{ WEB_GET, "/waiting", PERM_PUBLIC, waiting },
};

int main(int argc, char **argv)
{
	int64_t workers = 0;
	if (argc < 2 || (argc > 2 && !str_int(str_z(argv[2]), 1, 32, &workers)))
		return 2;
	for (size_t i = 0; i < PAGE; i++)
		page_bytes[i] = (char)('a' + i % 26);
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	const struct route_table table = { "bench", routes, ARRAY_SIZE(routes), NULL };
	const struct route_table *tables[] = { &table };
	struct web_hooks hooks = { .render = render };
	struct web_options options = {
		.listen = arena_printf(&arena, "127.0.0.1:%s", argv[1]).p,
		.workers = (int)workers,
	};
	struct web *web;
	if (web_start(&ctx, &options, &hooks, &(struct route_tables){ tables, 1 }, &web) != OK) {
		fprintf(stderr, "%.*s\n", STR_ARG(ctx.fault.message));
		return 1;
	}
	web_run(web);
	web_stop(web);
	arena_done(&arena);
	return 0;
}
