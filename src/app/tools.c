/* The commands that are one act: token, user, verify, version, import. */
#include "app/app.h"

#include "portal/portal.h"
#include "links/links.h"
#include "store/event.h"
#include "store/files.h"

#include <errno.h>
#include <unistd.h>

#define MOTCUA_VERSION "0.1.0"

enum err command_version(struct ctx *ctx, struct app *app)
{
	(void)ctx;
	(void)app;
	puts("motcua " MOTCUA_VERSION);
	return OK;
}

/* ---- token ---- */

struct token_job {
	struct app *app;
	str token;
};

static enum err make_token(struct ctx *ctx, struct db *db, void *arg)
{
	struct token_job *job = arg;
	struct account account;
	TRY(account_by_login(ctx, db, str_z(job->app->options.user), &account));
	struct token_new wanted = { .account = account.id, .label = S("command line") };
	return account_token(ctx, job->app->people, db, &wanted, &job->token);
}

enum err command_token(struct ctx *ctx, struct app *app)
{
	struct token_job job = { .app = app };
	if (!app->options.user)
		return fail(ctx, ERR_INVALID, "token needs --user LOGIN");
	TRY(app_open(ctx, app));
	TRY(store_write(ctx, app->store, make_token, &job));
	printf("%.*s\n", STR_ARG(job.token));
	return OK;
}

/* ---- user ---- */

struct user_job {
	struct app *app;
	str login, hash;
};

static enum err add_user(struct ctx *ctx, struct db *db, void *arg)
{
	struct user_job *job = arg;
	int64_t id;
	struct account_new account = { .login = job->login,
				       .name = str_z(job->app->options.name),
				       .password_hash = job->hash };
	return account_add(ctx, db, &account, 0, &id);
}

static enum err grant_user(struct ctx *ctx, struct db *db, void *arg)
{
	struct user_job *job = arg;
	struct account account;
	struct grant grant = { .role = role_of(str_z(job->app->options.role)) };
	const struct organisation *organisation =
		organisation_by_code(job->app->people, str_z(job->app->options.organisation));
	if (grant.role == ROLES || !organisation)
		return fail(ctx, ERR_INVALID, "--role or --organisation is not one of this town hall");
	grant.organisation = organisation->id;
	TRY(account_by_login(ctx, db, job->login, &account));
	return account_grant(ctx, db, account.id, grant, 0);
}

static enum err set_user_password(struct ctx *ctx, struct db *db, void *arg)
{
	struct user_job *job = arg;
	struct account account;
	TRY(account_by_login(ctx, db, job->login, &account));
	return account_set_password(ctx, db, account.id, job->hash, 0);
}

/* From standard input, so that it is in no list of processes and no shell's history. */
static enum err read_password(struct ctx *ctx, str *ret_hash)
{
	char line[256];
	if (isatty(STDIN_FILENO))
		fputs("Password: ", stderr);
	if (!fgets(line, sizeof line, stdin))
		return fail(ctx, ERR_INVALID, "Write the password on standard input");
	line[strcspn(line, "\r\n")] = '\0';
	TRY(password_check(ctx, str_z(line)));
	return password_hash(ctx, arena_copy(ctx->arena, str_z(line)), ret_hash);
}

enum err command_user(struct ctx *ctx, struct app *app)
{
	static const struct {
		const char *name;
		store_fn *run;
		bool password;
	} acts[] = { { "add", add_user, true }, { "grant", grant_user, false },
		     { "password", set_user_password, true } };
	if (app->options.n_arguments != 2)
		return fail(ctx, ERR_INVALID, "user needs add, grant or password, and a login");
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		if (strcmp(acts[i].name, app->options.arguments[0]) != 0)
			continue;
		struct user_job job = { .app = app, .login = str_z(app->options.arguments[1]) };
		TRY(app_open(ctx, app));
		if (acts[i].password)
			TRY(read_password(ctx, &job.hash));
		return store_write(ctx, app->store, acts[i].run, &job);
	}
	return fail(ctx, ERR_INVALID, "user needs add, grant or password, and a login");
}

/* ---- verify ---- */

static enum err verify_ledger(struct ctx *ctx, struct app *app)
{
	struct event_report report;
	str checkpoint = S("");
	if (app->options.checkpoint)
		TRY(pack_text(ctx, ".", app->options.checkpoint, &checkpoint));
	TRY(event_verify(ctx, app->store, checkpoint, &report));
	if (!report.sound)
		return fail(ctx, ERR_INVALID, "The ledger does not agree: %.*s",
			    STR_ARG(report.finding));
	printf("ledger: %lld events, %lld checkpoints, %lld erased\n", (long long)report.events,
	       (long long)report.checkpoints, (long long)report.erased);
	return OK;
}

static enum err verify_files(struct ctx *ctx, struct app *app)
{
	struct file_report report;
	TRY(files_verify(ctx, app->store, &report));
	if (!report.sound)
		return fail(ctx, ERR_INVALID, "The files do not agree: %.*s", STR_ARG(report.finding));
	printf("files: %lld, %lld bytes\n", (long long)report.files, (long long)report.bytes);
	return OK;
}

static enum err verify_hall(struct ctx *ctx, struct app *app)
{
	struct reception_report report;
	TRY(reception_verify(ctx, app->reception, &report));
	if (!report.sound)
		return fail(ctx, ERR_INVALID, "The hall does not agree: %.*s", STR_ARG(report.finding));
	printf("hall: %lld tickets, seats and appointments\n", (long long)report.rows);
	return OK;
}

static enum err verify_people(struct ctx *ctx, struct app *app)
{
	struct people_report report;
	str links;
	TRY(people_verify(ctx, app->people, &report));
	if (!report.sound)
		return fail(ctx, ERR_INVALID, "The accounts do not agree: %.*s",
			    STR_ARG(report.finding));
	TRY(links_verify(ctx, app->links, &links));
	if (!str_empty(links))
		return fail(ctx, ERR_INVALID, "The linked systems do not agree: %.*s", STR_ARG(links));
	printf("people: %lld accounts, %lld rights\n", (long long)report.accounts,
	       (long long)report.grants);
	return OK;
}

enum err command_verify(struct ctx *ctx, struct app *app)
{
	struct case_report report;
	TRY(app_open(ctx, app));
	TRY(verify_ledger(ctx, app));
	TRY(cases_verify(ctx, app->cases, &report));
	if (!report.sound)
		return fail(ctx, ERR_INVALID, "The database does not agree: %.*s",
			    STR_ARG(report.finding));
	printf("cases: %lld, %lld steps, %lld figures\n", (long long)report.cases,
	       (long long)report.tasks, (long long)report.figures);
	TRY(verify_people(ctx, app));
	TRY(verify_hall(ctx, app));
	TRY(verify_files(ctx, app));
	puts("database, files and ledger agree");
	return OK;
}

/* ---- import ---- */

enum err command_import(struct ctx *ctx, struct app *app)
{
	str text, report = S(""), slug;
	if (app->options.n_arguments != 2 || strcmp(app->options.arguments[0], "article") != 0)
		return fail(ctx, ERR_INVALID, "import needs: article FILE");
	TRY(pack_text(ctx, ".", app->options.arguments[1], &text));
	TRY(app_open(ctx, app));
	/* The report is for a person at a terminal, in the language of the pages. */
	ctx->language = app->languages[0];
	ctx->translate = language_translate;
	enum err err = portal_import(ctx, app->portal, str_z(app->options.site),
				     str_z(app->options.arguments[1]), text, &report, &slug);
	printf("%.*s", STR_ARG(report));
	TRY(err);
	printf("%s /tin/%.*s\n", ctx_text(ctx, "Kept as a draft:"), STR_ARG(slug));
	return OK;
}
