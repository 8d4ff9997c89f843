/* The keys of the organisations: motcua.json says where each one's is.
 *
 *	"signing": {
 *	  "hoa-phat": {"pkcs12": "keys/hoa-phat.p12", "passphrase_file": "keys/hoa-phat.pass"},
 *	  "hoa-tho-dong": {"service": {"url": "https://…/csc/v1/signatures/signHash",
 *	    "credential": "…", "token_file": "keys/token", "activation_file": "keys/sad",
 *	    "certificates": "keys/hoa-tho-dong.pem"}} }
 *
 * Paths are in DATA unless they begin with /. */
#include "app/app.h"

static str setting_text(struct value setting, const char *key)
{
	return value_text(value_get(setting, str_z(key)));
}

/* What stands in the file that `key` names, without blanks around it; empty where none is named. */
static enum err read_named(struct ctx *ctx, struct app *app, struct value setting, const char *key,
			   str *ret_text)
{
	str name = setting_text(setting, key);
	*ret_text = S("");
	if (str_empty(name))
		return OK;
	return app_read_file(ctx, app_path(ctx, app, arena_copy(ctx->arena, name).p), ret_text);
}

static enum err open_service(struct ctx *ctx, struct app *app, struct value setting,
			     struct signer **ret_signer)
{
	struct sign_service service = { .url = setting_text(setting, "url"),
					.credential = setting_text(setting, "credential") };
	bool safe = str_starts(service.url, S("https://")) ||
		    str_starts(service.url, S("http://127.0.0.1")) ||
		    str_starts(service.url, S("http://localhost"));
	if (!safe)
		return fail(ctx, ERR_INVALID, "the service's address must begin with https://");
	TRY(read_named(ctx, app, setting, "token_file", &service.token));
	TRY(read_named(ctx, app, setting, "activation_file", &service.activation));
	TRY(read_named(ctx, app, setting, "certificates", &service.certificates));
	service.token = str_trim(service.token);
	service.activation = str_trim(service.activation);
	return sign_remote(ctx, &app->arena, &service, ret_signer);
}

static enum err open_signer(struct ctx *ctx, struct app *app, struct value setting,
			    struct signer **ret_signer)
{
	struct value service = value_get(setting, S("service"));
	str file, passphrase;
	if (service.kind == VALUE_MAP)
		return open_service(ctx, app, service, ret_signer);
	TRY(read_named(ctx, app, setting, "pkcs12", &file));
	TRY(read_named(ctx, app, setting, "passphrase_file", &passphrase));
	return sign_pkcs12(ctx, &app->arena, file, str_trim(passphrase), ret_signer);
}

enum err app_signers(struct ctx *ctx, struct app *app)
{
	struct value all = value_get(app->settings, S("signing"));
	size_t n = all.kind == VALUE_MAP ? all.n : 0;
	app->signers.items = ARENA_ARRAY(&app->arena, struct organisation_signer, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct signer *signer;
		str code = all.members[i].key;
		enum err err = open_signer(ctx, app, all.members[i].value, &signer);
		if (err != OK) {
			str why = arena_copy(ctx->arena, ctx->fault.message);
			return fail(ctx, err, "motcua.json, signing, %.*s: %.*s", STR_ARG(code),
				    STR_ARG(why));
		}
		app->signers.items[app->signers.n++] =
			(struct organisation_signer){ arena_copy(&app->arena, code), signer };
	}
	return OK;
}

static enum err make_key(struct ctx *ctx, struct app *app, struct value organisation,
			 struct value *signing)
{
	struct arena *arena = ctx->arena;
	str code = setting_text(organisation, "code"), file, passphrase = S("motcua-demo");
	str name = arena_printf(arena, "keys/%.*s.p12", STR_ARG(code));
	str beside = arena_printf(arena, "keys/%.*s.pass", STR_ARG(code));
	struct value setting = value_map();
	TRY(sign_demonstration(ctx, setting_text(organisation, "name"), passphrase, &file));
	TRY(app_write_file(ctx, app, name.p, file));
	TRY(app_write_file(ctx, app, beside.p, passphrase));
	value_set(arena, &setting, S("pkcs12"), value_str(name));
	value_set(arena, &setting, S("passphrase_file"), value_str(beside));
	value_set(arena, signing, code, setting);
	return OK;
}

enum err app_demonstration_keys(struct ctx *ctx, struct app *app, struct value organisations)
{
	struct value signing = value_map();
	for (uint32_t i = 0; i < organisations.n; i++)
		if (value_is_true(value_get(organisations.items[i], S("receives"))))
			TRY(make_key(ctx, app, organisations.items[i], &signing));
	value_set(ctx->arena, &app->settings, S("signing"), signing);
	return OK;
}
