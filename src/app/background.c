/* What `motcua serve` does besides answering: things that come due with the clock (ticks), and what
 * the outbox sends. A feature adds a row to one of the two tables. */
#include "app/app.h"

#include "base/log.h"
#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/lists.h"
#include "links/links.h"
#include "store/mail.h"
#include "store/outbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { AT_A_TIME = 100, HANDLERS_MAX = 16, HOOKS_AT_ONCE = 4 };

/* ---- ticks ---- */

static enum err tick_timers(struct ctx *ctx, struct app *app)
{
	int64_t n;
	return cases_tick(ctx, app->cases, AT_A_TIME, &n);
}

static enum err tick_rounds(struct ctx *ctx, struct app *app)
{
	int64_t n;
	return rounds_tick(ctx, app->cases, AT_A_TIME, &n);
}

static enum err tick_reminders(struct ctx *ctx, struct app *app)
{
	int64_t n;
	return cases_escalate(ctx, app->cases, AT_A_TIME, &n);
}

static enum err tick_catalogue(struct ctx *ctx, struct app *app)
{
	return cases_refresh(ctx, app->cases);
}

static enum err tick_links(struct ctx *ctx, struct app *app)
{
	return links_tick(ctx, app->links);
}

static enum err tick_digest(struct ctx *ctx, struct app *app)
{
	return links_digest(ctx, app->links);
}

static const struct tick {
	const char *name; /* for the log */
	int every;        /* seconds */
	enum err (*run)(struct ctx *ctx, struct app *app);
} ticks[] = {
	{ "timers", 1, tick_timers },
	{ "supplement rounds", 60, tick_rounds },
	{ "reminders", 60, tick_reminders },
	{ "catalogue", 2, tick_catalogue },
	{ "links", 1, tick_links },
	{ "digest", 60, tick_digest },
};

struct background {
	struct app *app;
	pthread_t thread;
	bool ticking;
	atomic_bool stop;
	struct outbox *outbox;
	struct mail_settings mail;
	struct outbox_handler handlers[HANDLERS_MAX];
	size_t n_handlers;
};

static void run_tick(const struct tick *tick, struct app *app)
{
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	if (tick->run(&ctx, app) != OK)
		log_fault(&ctx.fault, tick->name);
	arena_done(&arena);
}

static void *keep_ticking(void *arg)
{
	struct background *b = arg;
	for (int64_t second = 0; !atomic_load(&b->stop); second++) {
		for (size_t i = 0; i < ARRAY_SIZE(ticks) && !atomic_load(&b->stop); i++)
			if (second % ticks[i].every == 0)
				run_tick(&ticks[i], b->app);
		for (int i = 0; i < 10 && !atomic_load(&b->stop); i++)
			usleep(100000);
	}
	return NULL;
}

/* ---- the outbox ---- */

static void handle(struct background *b, const char *kind, outbox_fn *send, void *arg, int threads)
{
	if (b->n_handlers == HANDLERS_MAX)
		abort();
	b->handlers[b->n_handlers++] = (struct outbox_handler){ kind, send, arg, threads };
}

/* Rows of a kind that is not set up here wait for a node that can send them. */
static void set_handlers(struct background *b)
{
	const struct options *options = &b->app->options;
	b->mail = (struct mail_settings){
		.server = options->mail_server,
		.from = options->mail_from ? options->mail_from : "mot-cua@localhost",
	};
	handle(b, "webhook", hook_send, b->app->links, HOOKS_AT_ONCE);
	if (options->mail_server)
		handle(b, "mail", mail_send, &b->mail, 1);
	handle(b, "letter", letter_send, b->app->cases, 1);
	if (value_get(b->app->settings, S("sms")).kind == VALUE_MAP)
		handle(b, "sms", sms_send, b->app->links, 1);
}

enum err background_start(struct ctx *ctx, struct app *app, struct background **ret_background)
{
	struct background *b = ARENA_NEW(&app->arena, struct background);
	b->app = app;
	*ret_background = b;
	set_handlers(b);
	TRY(outbox_start(ctx, app->store, b->handlers, b->n_handlers, &b->outbox));
	b->ticking = pthread_create(&b->thread, NULL, keep_ticking, b) == 0;
	return b->ticking ? OK : fail(ctx, ERR_BUSY, "No thread can be started");
}

void background_stop(struct background *b)
{
	if (!b)
		return;
	atomic_store(&b->stop, true);
	if (b->ticking)
		pthread_join(b->thread, NULL);
	outbox_stop(b->outbox);
}
