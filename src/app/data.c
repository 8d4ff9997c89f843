/* The data folder: settings, keys, and the rooms opened on it. */
#include "app/app.h"

#include "base/json.h"
#include "base/log.h"
#include "links/links.h"
#include "portal/portal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

extern const struct embedded_set embedded_templates, embedded_assets, embedded_languages;

static const struct migration_set *const migrations[] = {
	PEOPLE_MIGRATIONS,
	CASES_MIGRATIONS,
	&reception_migrations,
	&links_migrations,
	&portal_migrations,
	NULL,
};

const char *app_path(struct ctx *ctx, const struct app *app, const char *name)
{
	return name[0] == '/' ? name : arena_printf(ctx->arena, "%s/%s", app->options.data, name).p;
}

/* ---- small files ---- */

enum err app_read_file(struct ctx *ctx, const char *path, str *ret_bytes)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(ctx, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s cannot be read: %s",
			    path, strerror(errno));
	enum err err = OK;
	size_t n = 0, size = fstat(fd, &info) == 0 ? (size_t)info.st_size : 0;
	char *bytes = arena_alloc(ctx->arena, size + 1);
	while (n < size) {
		ssize_t got = read(fd, bytes + n, size - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	if (n < size)
		err = fail(ctx, ERR_IO, "%s cannot be read: %s", path, strerror(errno));
	close(fd);
	bytes[n] = '\0';
	*ret_bytes = str_of(bytes, n);
	return err;
}

static enum err sync_folder(struct ctx *ctx, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = fd < 0 || fsync(fd) != 0;
	if (fd >= 0)
		close(fd);
	return failed ? fail(ctx, ERR_IO, "%s: %s", path, strerror(errno)) : OK;
}

/* fsync, rename, fsync of the folder: a power cut leaves the old file or the new one. */
enum err app_write_file(struct ctx *ctx, const struct app *app, const char *name, str bytes)
{
	const char *path = app_path(ctx, app, name);
	const char *fresh = arena_printf(ctx->arena, "%s.new", path).p;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(ctx, ERR_IO, "%s: %s", fresh, strerror(errno));
	bool good = write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n && fsync(fd) == 0;
	good = close(fd) == 0 && good;
	if (!good || rename(fresh, path) != 0)
		return fail(ctx, ERR_IO, "%s: %s", path, strerror(errno));
	return sync_folder(ctx, app->options.data);
}

enum err app_save_settings(struct ctx *ctx, struct app *app)
{
	struct buf text = { .arena = ctx->arena };
	json_write_pretty(&text, app->settings);
	buf_byte(&text, '\n');
	return app_write_file(ctx, app, "motcua.json", buf_view(&text));
}

static enum err read_settings(struct ctx *ctx, struct app *app)
{
	struct json_fault fault;
	str text;
	enum err err = app_read_file(ctx, app_path(ctx, app, "motcua.json"), &text);
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "%s holds no Motcua data: run motcua init first",
			    app->options.data);
	TRY(err);
	if (!json_parse(ctx->arena, text, &app->settings, &fault))
		return fail(ctx, ERR_INVALID, "%s/motcua.json, line %d: %s", app->options.data,
			    (int)fault.line, fault.message);
	return OK;
}

/* The secret that sessions, PINs and capabilities are keyed with: made once, 0600. */
static enum err read_secret(struct ctx *ctx, struct app *app)
{
	str bytes;
	mkdir(app_path(ctx, app, "keys"), 0700);
	enum err err = app_read_file(ctx, app_path(ctx, app, "keys/secret"), &bytes);
	if (err == OK && bytes.n == sizeof app->secret) {
		memcpy(app->secret, bytes.p, sizeof app->secret);
		return OK;
	}
	if (err != ERR_NOT_FOUND)
		return fail(ctx, ERR_IO, "%s/keys/secret cannot be used", app->options.data);
	randombytes_buf(app->secret, sizeof app->secret);
	TRY(app_write_file(ctx, app, "keys/secret",
		       str_of((const char *)app->secret, sizeof app->secret)));
	return sync_folder(ctx, app_path(ctx, app, "keys"));
}

/* ---- languages and templates ---- */

static str catalogue_bytes(const char *name)
{
	const struct embedded *file = embedded_find(embedded_languages, str_z(name));
	return file ? file->bytes : S("");
}

enum err app_texts(struct ctx *ctx, struct app *app)
{
	struct embedded_set templates = embedded_templates;
	const char *folder = getenv("MOTCUA_TEMPLATES");
	TRY(language_load(ctx, &app->arena, S("vi"), catalogue_bytes("vi.mo"), &app->languages[0]));
	TRY(language_load(ctx, &app->arena, S("en"), catalogue_bytes("en.mo"), &app->languages[1]));
	/* While developing, templates are read from a folder instead of the program. */
	if (folder)
		TRY(embedded_folder(ctx, folder, &templates));
	struct template_options options = { .languages = app->languages, .n = 2, .offset = 420,
					    .only_safe_markup = true };
	TRY(template_set_load(ctx, &app->arena, templates, &options, &app->templates));
	app->assets = embedded_assets;
	return OK;
}

/* ---- opening ---- */

enum err app_set_clock(struct ctx *ctx, const struct app *app)
{
	usec at;
	if (!app->options.clock)
		return OK;
	if (!time_parse(str_z(app->options.clock), &at))
		return fail(ctx, ERR_INVALID, "--clock: write a time like 2015-01-26T09:00:00+07:00");
	clock_set_business(at);
	return OK;
}

enum err app_open_store(struct ctx *ctx, struct app *app, bool must_exist)
{
	if (!app->options.data)
		return fail(ctx, ERR_INVALID, "--data DIR is missing");
	if (sodium_init() < 0)
		return fail(ctx, ERR_IO, "The machine gives no random numbers");
	TRY(app_set_clock(ctx, app));
	if (must_exist)
		TRY(read_settings(ctx, app));
	str database = app->options.database ? str_z(app->options.database)
					     : value_text(value_get(app->settings, S("database")));
	struct store_options options = {
		.data = str_z(app->options.data), .database = database,
		.files = str_z(app->options.files), .migrations = migrations,
		.must_exist = must_exist,
	};
	TRY(store_open(ctx, &options, &app->store));
	return read_secret(ctx, app);
}

/* Data once run under another clock is demonstration data for ever. */
static enum err mark_demonstration(struct ctx *ctx, struct app *app)
{
	if (!clock_is_shifted())
		return OK;
	if (value_is_true(value_get(app->settings, S("demonstration"))))
		return OK;
	value_set(&app->arena, &app->settings, S("demonstration"), value_bool(true));
	return app_save_settings(ctx, app);
}

enum err app_open(struct ctx *ctx, struct app *app)
{
	TRY(app_texts(ctx, app));
	TRY(app_open_store(ctx, app, true));
	TRY(mark_demonstration(ctx, app));
	TRY(people_open(ctx, app->store, app->secret, &app->people));
	TRY(cases_open(ctx, app->store, app->people, app->secret, &app->cases));
	cases_speak(app->cases, app->templates, app->languages[0]);
	TRY(reception_open(ctx, app->store, app->people, app->cases, app->secret,
			   &app->reception));
	TRY(reports_open(ctx, app->cases, &app->reports));
	TRY(portal_open(ctx, app->store, app->people, app->cases, &app->portal));
	struct links_options links = { .store = app->store, .people = app->people,
				       .cases = app->cases,
				       .public_url = app->options.public_url,
				       .sms = value_get(app->settings, S("sms")),
				       .networks = value_path(app->settings, S("hooks.private")) };
	return links_open(ctx, &links, &app->links);
}

void app_close(struct app *app)
{
	links_close(app->links);
	portal_close(app->portal);
	reports_close(app->reports);
	reception_close(app->reception);
	cases_close(app->cases);
	people_close(app->people);
	store_close(app->store);
}
