/* motcua init: a new database from a pack, in one transaction: all of it or nothing. */
#include "app/app.h"

#include "base/json.h"
#include "portal/portal.h"

#include <errno.h>
#include <sys/stat.h>

static const char demo_password[] = "motcua-demo";
/* A demonstration is dated before the year its articles tell of, so that it can be served with a
 * clock of 2015 as well as with today's. */
static const char demo_clock[] = "2014-12-01T08:00:00+07:00";

struct init {
	const char *pack;
	struct value organisations, people, procedures, sites;
	str demo_hash;
	str settings[8]; /* by setting_names */
};

static const char *const setting_names[] = { "calendar", "numbering", "pack", "letters",
					     "registers", "reports", "hall", "notices" };

static enum err read_sites(struct ctx *ctx, struct init *init)
{
	struct value names;
	init->sites = value_map();
	TRY(pack_folders(ctx, arena_printf(ctx->arena, "%s/sites", init->pack).p, &names));
	for (uint32_t i = 0; i < names.n; i++) {
		struct value files;
		str name = value_text(names.items[i]);
		TRY(pack_files(ctx, arena_printf(ctx->arena, "%s/sites/%.*s", init->pack,
						 STR_ARG(name)).p, &files));
		value_set(ctx->arena, &init->sites, name, files);
	}
	return OK;
}

static str json_text(struct arena *arena, struct value v)
{
	struct buf text = { .arena = arena };
	json_write(&text, v);
	return buf_view(&text);
}

/* A town hall without numbers has no hall.json. */
static enum err read_hall(struct ctx *ctx, struct init *init)
{
	struct value hall = value_map();
	enum err err = pack_json(ctx, init->pack, "hall.json", &hall);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	init->settings[6] = json_text(ctx->arena, hall);
	return reception_check(ctx, hall);
}

static enum err read_notices(struct ctx *ctx, struct init *init)
{
	struct value notices = value_map();
	enum err err = pack_json(ctx, init->pack, "notices.json", &notices);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	init->settings[7] = json_text(ctx->arena, notices);
	return OK;
}

static enum err read_settings(struct ctx *ctx, struct init *init)
{
	struct value numbering, files;
	TRY(pack_text(ctx, init->pack, "calendar.json", &init->settings[0]));
	TRY(pack_numbering(ctx, init->pack, &numbering));
	TRY(pack_text(ctx, init->pack, "pack.json", &init->settings[2]));
	init->settings[1] = json_text(ctx->arena, numbering);
	for (int i = 3; i < 6; i++) {
		TRY(pack_shared(ctx, init->pack, setting_names[i], &files));
		init->settings[i] = json_text(ctx->arena, files);
	}
	TRY(read_hall(ctx, init));
	return read_notices(ctx, init);
}

static enum err read_pack(struct ctx *ctx, struct init *init, bool demo)
{
	struct value file;
	TRY(pack_json(ctx, init->pack, "organisations.json", &file));
	init->organisations = value_get(file, S("organisations"));
	TRY(read_settings(ctx, init));
	TRY(pack_procedures(ctx, init->pack, &init->procedures));
	TRY(read_sites(ctx, init));
	if (!demo)
		return OK;
	TRY(pack_json(ctx, init->pack, "people.json", &file));
	init->people = value_get(file, S("people"));
	return password_hash(ctx, str_z(demo_password), &init->demo_hash);
}

static enum err write_pack(struct ctx *ctx, struct db *db, void *arg)
{
	const struct init *init = arg;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT COUNT(*) FROM organisation")));
	if (n)
		return fail(ctx, ERR_CONFLICT, "There is a town hall in this database already");
	TRY(people_init(ctx, db, init->organisations, init->people, init->demo_hash));
	for (size_t i = 0; i < sizeof setting_names / sizeof *setting_names; i++)
		TRY(setting_keep(ctx, db, str_z(setting_names[i]), init->settings[i]));
	for (uint32_t i = 0; i < init->procedures.n; i++)
		TRY(procedure_add(ctx, db, init->procedures.members[i].key,
				  init->procedures.members[i].value));
	return portal_init(ctx, db, init->sites);
}

enum err command_init(struct ctx *ctx, struct app *app)
{
	struct init init = { .pack = app->options.pack };
	if (!app->options.pack || !app->options.data)
		return fail(ctx, ERR_INVALID, "init needs --pack DIR and --data DIR");
	if (mkdir(app->options.data, 0700) != 0 && errno != EEXIST)
		return fail(ctx, ERR_IO, "%s: %s", app->options.data, strerror(errno));
	TRY(read_pack(ctx, &init, app->options.demo));
	if (app->options.demo && !app->options.clock)
		app->options.clock = demo_clock;
	TRY(app_open_store(ctx, app, false));
	TRY(store_write(ctx, app->store, write_pack, &init));
	app->settings = value_map();
	value_set(ctx->arena, &app->settings, S("pack"), value_str(str_z(app->options.pack)));
	value_set(ctx->arena, &app->settings, S("demonstration"), value_bool(app->options.demo));
	if (app->options.database)
		value_set(ctx->arena, &app->settings, S("database"),
			  value_str(str_z(app->options.database)));
	if (app->options.demo)
		TRY(app_demonstration_keys(ctx, app, init.organisations));
	TRY(app_save_settings(ctx, app));
	printf("%s is ready in %s\n", app->options.pack, app->options.data);
	return OK;
}
