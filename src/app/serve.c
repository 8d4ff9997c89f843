/* motcua serve: the rooms joined to the server. */
#include "app/app.h"

#include "cases/letter.h"
#include "cases/lists.h"
#include "cases/pages.h"
#include "links/links.h"
#include "portal/portal.h"
#include "web/web.h"

#include <signal.h>
#include <sys/stat.h>

/* ---- hooks ---- */

static bool hook_site(void *arg, str host, str path, struct web_site *ret_site, str *ret_redirect)
{
	struct app *app = arg;
	return portal_site(app->portal, host, path, ret_site, ret_redirect);
}

static void hook_language(void *arg, struct request *request)
{
	struct app *app = arg;
	bool english = str_eq(request->language, S("en"));
	request->ctx.language = app->languages[english];
	request->ctx.translate = language_translate;
}

static enum err hook_principal(void *arg, struct request *request, str session, str bearer)
{
	struct app *app = arg;
	return people_principal(app->people, request, session, bearer);
}

static enum err hook_may(void *arg, struct request *request, int act, const void *object)
{
	struct app *app = arg;
	return people_may(app->people, request, act, object);
}

static enum err hook_generations(void *arg, struct ctx *ctx, uint64_t *ret_generations)
{
	struct app *app = arg;
	return portal_generations(app->portal, ctx, ret_generations);
}

static void hook_viewed(void *arg, int64_t count, uint64_t visitor)
{
	struct app *app = arg;
	portal_viewed(app->portal, count, visitor);
}

static enum err read_one(struct ctx *ctx, struct db *db, void *arg)
{
	int64_t n;
	(void)arg;
	return db_int(ctx, db, 0, &n, SQL("SELECT COUNT(*) FROM migration"));
}

static enum err hook_healthy(void *arg, struct ctx *ctx)
{
	struct app *app = arg;
	return store_read(ctx, app->store, read_one, NULL);
}

/* ---- serving ---- */

static void fill_options(struct ctx *ctx, struct app *app, struct web_options *options)
{
	*options = (struct web_options){
		.listen = app->options.listen,
		.public_url = app->options.public_url,
		.temp_dir = arena_printf(ctx->arena, "%s/tmp", app->options.data).p,
		.assets = app->assets,
		.trust_proxy = app->options.trust_proxy,
	};
	memcpy(options->secret, app->secret, sizeof options->secret);
	mkdir(options->temp_dir, 0700);
}

static const struct web_hooks hooks_of = {
	.site = hook_site, .language = hook_language, .principal = hook_principal, .may = hook_may,
	.render = app_render, .generations = hook_generations, .viewed = hook_viewed,
	.healthy = hook_healthy,
};

static void say_where(const struct app *app)
{
	const char *listen = app->options.listen ? app->options.listen : "127.0.0.1:8080";
	printf("Motcua serves %s on http://%s/\n", app->options.data, listen);
	if (value_is_true(value_get(app->settings, S("demonstration"))))
		puts("Officers sign in at /dang-nhap; the demonstration password of all accounts is "
		     "motcua-demo.\nTry tiepnhan.hoaphat, tuphap.hoaphat, chutich.hoaphat, "
		     "congan.hoaphat, baohiem.camle, bientap, quantri.");
	fflush(stdout);
}

static size_t count_routes(const struct route *routes)
{
	size_t n = 0;
	while (routes[n].path)
		n++;
	return n;
}

enum { TABLES_MAX = 64 };

/* Every table of routes there is, in `ret_tables` (TABLES_MAX). */
static size_t route_tables(struct app *app, struct route_table *ret_tables)
{
	const struct route_table tables[] = {
		{ "people", people_routes, 0, app->people },
		{ "portal", portal_routes, 0, app->portal },
		{ "public", public_routes, 0, app->cases },
		{ "filing", filing_routes, 0, app->cases },
		{ "earlier papers", earlier_routes, 0, app->cases },
		{ "tracking", tracking_routes, 0, app->cases },
		{ "choose", choose_routes, 0, app->cases },
		{ "intake", intake_routes, 0, app->cases },
		{ "visit", visit_routes, 0, app->cases },
		{ "duplicate", duplicate_routes, 0, app->cases },
		{ "lists", list_routes, 0, app->cases },
		{ "bulk", bulk_routes, 0, app->cases },
		{ "team", team_routes, 0, app->cases },
		{ "case", case_routes, 0, app->cases },
		{ "case_look", case_look_routes, 0, app->cases },
		{ "supplements", supplement_routes, 0, app->cases },
		{ "endings", ending_routes, 0, app->cases },
		{ "hall", hall_routes, 0, app->reception },
		{ "counter", counter_routes, 0, app->reception },
		{ "booking", booking_routes, 0, app->reception },
		{ "hall api", hall_api_routes, 0, app->reception },
		{ "hall_figures", hall_figure_routes, 0, app->reception },
		{ "rating", rating_routes, 0, app->reception },
		{ "letter", letter_routes, 0, app->cases },
		{ "fee", fee_routes, 0, app->cases },
		{ "till", till_routes, 0, app->cases },
		{ "print", print_routes, 0, app->cases },
		{ "check", check_routes, 0, app->cases },
		{ "api", api_routes, 0, app->cases },
		{ "reports", reports_routes, 0, app->reports },
		{ "links", links_routes, 0, app->links },
		{ "officers' notices", officer_routes, 0, app->links },
		{ "handover", handover_routes, 0, app->cases },
		{ "ledger", ledger_routes, 0, app },
	};
	_Static_assert(ARRAY_SIZE(tables) <= TABLES_MAX, "TABLES_MAX");
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		ret_tables[i] = tables[i];
		ret_tables[i].n = count_routes(tables[i].routes);
	}
	return ARRAY_SIZE(tables);
}

static void print_route(const struct route *route)
{
	static const char *const names[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (route->methods & 1u << i)
			printf("%s\t%s\t%d\t%s\n", names[i], route->path, route->permission,
			       route->object ? "object" : "-");
}

/* One line a method: METHOD, path, permission (-1 anybody, -2 signed in, else an act), "object" where
 * what it is about is loaded before permission is asked. For the test that walks them all. */
enum err command_routes(struct ctx *ctx, struct app *app)
{
	struct route_table tables[TABLES_MAX];
	size_t n = route_tables(app, tables);
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < tables[i].n; r++)
			print_route(&tables[i].routes[r]);
	return OK;
}

/* What stands on letters made while nobody asks: without --public-url where it listens. */
static str public_address(struct app *app, const struct web *web)
{
	str url = str_z(app->options.public_url ? app->options.public_url : "");
	while (str_ends(url, S("/")))
		url.n--;
	return str_empty(url) ? arena_printf(&app->arena, "http://localhost:%d", web_port(web)) : url;
}

static enum err run_web(struct ctx *ctx, struct app *app)
{
	struct web_options options;
	struct web_hooks hooks = hooks_of;
	struct route_table tables[TABLES_MAX];
	const struct route_table *items[TABLES_MAX];
	size_t n = route_tables(app, tables);
	for (size_t i = 0; i < n; i++)
		items[i] = &tables[i];
	struct route_tables all = { items, n };
	struct background *background;
	struct web *web;
	hooks.app = app;
	fill_options(ctx, app, &options);
	TRY(web_start(ctx, &options, &hooks, &all, &web));
	cases_sign(app->cases, &app->signers, public_address(app, web));
	enum err err = background_start(ctx, app, &background);
	if (err == OK) {
		say_where(app);
		web_run(web);
	}
	web_stop(web);
	background_stop(background);
	return err;
}

enum err command_serve(struct ctx *ctx, struct app *app)
{
	sigset_t signals;
	/* Blocked here, before any thread starts, so that only web_run hears them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	TRY(app_open(ctx, app));
	TRY(app_signers(ctx, app));
	return run_web(ctx, app);
}
