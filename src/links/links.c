#include "links/room.h"

#include "store/network.h"

static const struct migration steps[] = {
	{ 1, "readers of the ledger and web hooks",
	  "CREATE TABLE link_reader (name TEXT PRIMARY KEY, position INT NOT NULL);"
	  "CREATE TABLE link_hook ("
	  "	id INT PRIMARY KEY, name TEXT NOT NULL, url TEXT NOT NULL, kinds TEXT NOT NULL,"
	  "	organisation INT NOT NULL, active INT NOT NULL, changed_at INT NOT NULL);" },
	{ 2, "what officers want to be told",
	  "CREATE TABLE link_choice (account INT PRIMARY KEY, steps INT NOT NULL,"
	  " digest INT NOT NULL);" },
};

const struct migration_set links_migrations = { "links", steps, sizeof steps / sizeof *steps };

enum { EVENTS_A_TICK = 200 };

enum err links_open(struct ctx *ctx, const struct links_options *options, struct links **ret_links)
{
	struct links *links = calloc(1, sizeof *links);
	if (!links)
		abort();
	arena_init(&links->arena);
	links->options = *options;
	links->options.sms = value_copy(&links->arena, options->sms);
	links->options.networks = value_copy(&links->arena, options->networks);
	for (uint32_t i = 0; options->networks.kind == VALUE_LIST && i < options->networks.n; i++) {
		str range = value_text(options->networks.items[i]);
		if (!network_valid(range)) {
			links_close(links);
			return fail(ctx, ERR_INVALID, "motcua.json: hooks.private: “%.*s” is no network"
				    " like 10.20.0.0/16", STR_ARG(range));
		}
	}
	*ret_links = links;
	return OK;
}

void links_close(struct links *links)
{
	if (!links)
		return;
	arena_done(&links->arena);
	free(links);
}

enum err links_tick(struct ctx *ctx, struct links *links)
{
	struct store *store = links->options.store;
	TRY(follow(ctx, store, S("hooks"), EVENTS_A_TICK, hooks_follow, links));
	TRY(follow(ctx, store, S("notices"), EVENTS_A_TICK, notices_follow, links));
	return follow(ctx, store, S("officers"), EVENTS_A_TICK, officers_follow, links);
}
