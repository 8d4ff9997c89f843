/*
 * app: the program. Commands are rows of one table (main.c); each opens what it needs of the rooms
 * below through struct app and gives it back by app_close.
 */
#ifndef MOTCUA_APP_APP_H
#define MOTCUA_APP_APP_H

#include "base/clock.h"
#include "base/embed.h"
#include "cases/cases.h"
#include "people/people.h"
#include "reception/reception.h"
#include "reports/reports.h"
#include "sign/sign.h"
#include "store/store.h"
#include "text/i18n.h"
#include "text/template.h"

/* What the command line said. Unset texts are NULL. */
struct options {
	const char *data, *database, *files, *pack, *listen, *public_url, *clock;
	const char *user, *site, *cases, *seed, *from, *to, *threads, *checkpoint, *procedure;
	const char *role, *organisation, *name, *mail_server, *mail_from;
	bool demo, trust_proxy, days_only;
	const char *arguments[8]; /* what is no option */
	int n_arguments;
};

struct app {
	struct arena arena; /* as long as the program runs */
	struct options options;
	struct value settings; /* DATA/motcua.json */
	uint8_t secret[32];
	struct store *store;
	struct people *people;
	struct cases *cases;
	struct reports *reports;
	const struct language *languages[2]; /* vi, en */
	struct template_set *templates;
	struct embedded_set assets;
	struct portal *portal;
	struct reception *reception;
	struct links *links;
	struct signers signers; /* of motcua.json, "signing" */
};

/* One command: exit status 0 or 1; 2 wrong usage. Faults are in ctx. */
struct command_line {
	const char *name, *arguments, *about;
	enum err (*run)(struct ctx *ctx, struct app *app);
};

enum err command_init(struct ctx *ctx, struct app *app);
enum err command_pack(struct ctx *ctx, struct app *app);
enum err command_serve(struct ctx *ctx, struct app *app);
enum err command_check(struct ctx *ctx, struct app *app);
enum err command_import(struct ctx *ctx, struct app *app);
enum err command_token(struct ctx *ctx, struct app *app);
enum err command_user(struct ctx *ctx, struct app *app);
enum err command_routes(struct ctx *ctx, struct app *app);
enum err command_letter_preview(struct ctx *ctx, struct app *app);
enum err command_simulate(struct ctx *ctx, struct app *app);
enum err command_sample(struct ctx *ctx, struct app *app);
enum err command_verify(struct ctx *ctx, struct app *app);
enum err command_version(struct ctx *ctx, struct app *app);

/* Languages and templates; needs no data. */
enum err app_texts(struct ctx *ctx, struct app *app);
/* Business time as --clock says. */
enum err app_set_clock(struct ctx *ctx, const struct app *app);
/* Opens DATA (which must have been made by init) and the rooms on it. */
enum err app_open(struct ctx *ctx, struct app *app);
/* As app_open up to the store, for a DATA that `init` is making. */
enum err app_open_store(struct ctx *ctx, struct app *app, bool must_exist);
void app_close(struct app *app);
/* Writes DATA/motcua.json durably. */
enum err app_save_settings(struct ctx *ctx, struct app *app);

/* Ticks and outbox while the program serves (background.c). Stopping waits for what runs. */
struct background;
enum err background_start(struct ctx *ctx, struct app *app, struct background **ret_background);
void background_stop(struct background *background); /* NULL is fine */

/* DATA/name; an absolute name is left as it is. */
const char *app_path(struct ctx *ctx, const struct app *app, const char *name);
enum err app_read_file(struct ctx *ctx, const char *path, str *ret_bytes);
/* Whole or not at all, 0600. */
enum err app_write_file(struct ctx *ctx, const struct app *app, const char *name, str bytes);

/* Opens the keys that letters are signed with and gives them to the cases. ERR_INVALID names the
 * organisation whose key cannot be used. */
enum err app_signers(struct ctx *ctx, struct app *app);
/* A demonstration key for each organisation of the list that receives cases. */
enum err app_demonstration_keys(struct ctx *ctx, struct app *app, struct value organisations);

/* A pack's file as text, or its JSON. ERR_NOT_FOUND, ERR_INVALID naming file, line and column. */
enum err pack_text(struct ctx *ctx, const char *pack, const char *name, str *ret_text);
enum err pack_json(struct ctx *ctx, const char *pack, const char *name, struct value *ret_v);
/* All files under pack/folder: path → text. */
enum err pack_files(struct ctx *ctx, const char *folder, struct value *ret_files);
/* Names of the folders in pack/folder, sorted. */
enum err pack_folders(struct ctx *ctx, const char *folder, struct value *ret_names);
/* The same with what the packs below it (builds_on) have and this one has not: the files of a
 * folder; all procedures, name → files, each with the forms of forms/ it did not draw itself; and
 * numbering.json. */
enum err pack_shared(struct ctx *ctx, const char *pack, const char *folder, struct value *ret_files);
enum err pack_procedures(struct ctx *ctx, const char *pack, struct value *ret_procedures);
enum err pack_numbering(struct ctx *ctx, const char *pack, struct value *ret_numbering);

/* Hook of web/: wraps a view in the page shell and writes it. */
struct request;
struct response;
struct route;
enum err app_render(void *app, struct request *request, struct response *response,
		    str template_name, struct value view, struct buf *out);

/* The ledger for those outside (ledger.c). State: struct app *. */
extern const struct route ledger_routes[];

#endif
