/* motcua init, a new database from a pack, and pack apply, a newer pack for it: each in one transaction,
 * all of it or nothing. */
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

/* ---- a newer pack ---- */

struct apply {
	const struct init *init;
	struct value said; /* lines for the administrator */
	int64_t changed;
};

static void say(struct ctx *ctx, struct apply *apply, str line)
{
	value_push(ctx->arena, &apply->said, value_str(line));
}

static enum err apply_setting(struct ctx *ctx, struct db *db, struct apply *apply, size_t i)
{
	str now, name = str_z(setting_names[i]);
	struct value open = value_map();
	TRY(db_text(ctx, db, &now, SQL("SELECT body FROM setting WHERE name = $1"), name));
	if (str_eq(now, apply->init->settings[i]))
		return OK;
	TRY(setting_keep(ctx, db, name, apply->init->settings[i]));
	value_set(ctx->arena, &open, S("name"), value_str(name));
	say(ctx, apply, arena_printf(ctx->arena, "%.*s: changed", STR_ARG(name)));
	apply->changed++;
	return event_append(ctx, db, &(struct event_new){ .kind = S("setting.changed"), .open = open },
			    NULL);
}

/* A version is never changed: what differs becomes the next one, in force by its own dates; cases
 * keep the one they were filed under. */
static enum err apply_procedure(struct ctx *ctx, struct db *db, struct apply *apply, str name,
				struct value files)
{
	struct rows row;
	int64_t number = 0;
	str now = S(""), from;
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT number, files FROM procedure_version WHERE name = $1"
				  " ORDER BY number DESC LIMIT 1"), name);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (err == OK) {
		number = row_int(&row, 0);
		now = row_str(&row, 1);
	}
	if (str_eq(now, json_text(ctx->arena, files)))
		return OK;
	TRY(procedure_add(ctx, db, name, files));
	struct value body;
	struct json_fault fault;
	str text = value_text(value_get(files, S("procedure.json")));
	from = json_parse(ctx->arena, text, &body, &fault) ?
		       value_text(value_get(body, S("valid_from"))) : S("");
	say(ctx, apply, arena_printf(ctx->arena, "%.*s: version %lld, in force from %.*s",
				     STR_ARG(name), (long long)number + 1, STR_ARG(from)));
	apply->changed++;
	return OK;
}

static enum err say_gone(struct ctx *ctx, struct db *db, struct apply *apply)
{
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT DISTINCT name FROM procedure_version ORDER BY name")));
	while (rows_next(&rows))
		if (!value_find(apply->init->procedures, row_view(&rows, 0)))
			say(ctx, apply, arena_printf(ctx->arena, "%.*s: not in this pack; it stays in "
				"force until a version with valid_to ends it", STR_ARG(row_view(&rows, 0))));
	return rows_end(&rows);
}

static enum err apply_pack(struct ctx *ctx, struct db *db, void *arg)
{
	struct apply *apply = arg;
	const struct init *init = apply->init;
	apply->said = value_list();
	apply->changed = 0;
	for (size_t i = 0; i < ARRAY_SIZE(setting_names); i++)
		TRY(apply_setting(ctx, db, apply, i));
	for (uint32_t i = 0; i < init->procedures.n; i++)
		TRY(apply_procedure(ctx, db, apply, init->procedures.members[i].key,
				    init->procedures.members[i].value));
	TRY(say_gone(ctx, db, apply));
	/* Running servers see by this that there is something new. */
	return apply->changed ? setting_keep(ctx, db, S("applied"), json_text(ctx->arena,
		value_str(id_text(ctx->arena, db_id(db))))) : OK;
}

enum err command_pack(struct ctx *ctx, struct app *app)
{
	struct init init = { .pack = app->options.pack };
	struct apply apply = { .init = &init };
	bool known = app->options.n_arguments == 1 &&
		     strcmp(app->options.arguments[0], "apply") == 0;
	if (!known || !app->options.pack || !app->options.data)
		return fail(ctx, ERR_INVALID, "pack apply needs --pack DIR and --data DIR");
	TRY(read_pack(ctx, &init, false));
	TRY(app_open_store(ctx, app, true));
	TRY(store_write(ctx, app->store, apply_pack, &apply));
	for (uint32_t i = 0; i < apply.said.n; i++)
		printf("%.*s\n", STR_ARG(value_text(apply.said.items[i])));
	if (!apply.changed)
		puts("Nothing is new");
	return OK;
}
