/* The routes of this room: is it alive, how is it doing, and the program's own files. */
#include <sodium.h>

#include "web/internal.h"

static enum err healthz(struct request *request, struct response *response)
{
	const struct web_hooks *hooks = &request->web->hooks;
	bool well = !hooks->healthy || hooks->healthy(hooks->app, &request->ctx) == OK;
	response_status(response, well ? 200 : 503);
	response_bytes(response, S("text/plain; charset=utf-8"), well ? S("ok\n") : S("ill\n"));
	return OK;
}

static bool is_loopback(str client)
{
	return str_starts(client, S("127.")) || str_eq(client, S("::1")) ||
	       str_starts(client, S("::ffff:127."));
}

static enum err metrics_page(struct request *request, struct response *response)
{
	struct web *web = request->web;
	if (!web->options.metrics_public && !is_loopback(request->client))
		return fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
	struct buf out = { .arena = request->ctx.arena };
	metrics_write(web, &out);
	response_bytes(response, S("text/plain; version=0.0.4; charset=utf-8"), buf_view(&out));
	return OK;
}

struct asset {
	const struct embedded *file;
	str hashed; /* "fonts/noto-sans.3f2a91bc.woff2" */
};

struct assets {
	size_t n;
	struct asset items[];
};

static str hashed_name(struct arena *arena, const struct embedded *file)
{
	uint8_t hash[16];
	char hex[9];
	crypto_generichash(hash, sizeof hash, (const uint8_t *)file->bytes.p, file->bytes.n, NULL,
			   0);
	sodium_bin2hex(hex, sizeof hex, hash, 4);
	size_t dot = file->name.n;
	while (dot > 0 && file->name.p[dot - 1] != '.' && file->name.p[dot - 1] != '/')
		dot--;
	if (dot == 0 || file->name.p[dot - 1] == '/')
		return arena_printf(arena, "%.*s.%s", STR_ARG(file->name), hex);
	return arena_printf(arena, "%.*s%s.%.*s", (int)dot, file->name.p, hex,
			    (int)(file->name.n - dot), file->name.p + dot);
}

struct assets *assets_new(struct arena *arena, struct embedded_set files)
{
	struct assets *all = arena_zalloc(arena, sizeof *all + files.n * sizeof(struct asset));
	all->n = files.n;
	for (size_t i = 0; i < files.n; i++)
		all->items[i] = (struct asset){ &files.files[i],
						hashed_name(arena, &files.files[i]) };
	return all;
}

str assets_path(const struct assets *assets, str name)
{
	for (size_t i = 0; i < assets->n; i++)
		if (str_eq(assets->items[i].file->name, name))
			return assets->items[i].hashed;
	return S("");
}

/* The build names what style sheets name by its content already: "noto-sans-400-f1f19418c0.woff2". */
static bool bears_its_hash(str name)
{
	size_t dot = str_find_byte(name, '.'), n = 0;
	if (dot == SIZE_MAX)
		return false;
	while (n < dot && strchr("0123456789abcdef", name.p[dot - 1 - n]))
		n++;
	return n == 10 && dot > n && name.p[dot - 1 - n] == '-';
}

static enum err asset_file(struct request *request, struct response *response)
{
	const struct assets *assets = request->web->assets;
	str name = request_param(request, "name");
	for (size_t i = 0; i < assets->n; i++) {
		const struct asset *asset = &assets->items[i];
		bool hashed = str_eq(asset->hashed, name);
		if (!hashed && !str_eq(asset->file->name, name))
			continue;
		hashed = hashed || bears_its_hash(name);
		struct exchange *exchange = exchange_of(request);
		exchange->packed[GZIP] = asset->file->gzip;
		exchange->packed[BROTLI] = asset->file->brotli;
		response_header(response, "Cache-Control", hashed ?
				S("public, max-age=31536000, immutable") : S("public, no-cache"));
		response_bytes(response, asset->file->type, asset->file->bytes);
		return OK;
	}
	return fail(&request->ctx, ERR_NOT_FOUND, "Page not found");
}

static const struct route routes[] = {
	{ WEB_GET, "/healthz", PERM_PUBLIC, healthz, .flags = ROUTE_NO_LANGUAGE },
	{ WEB_GET, "/metrics", PERM_PUBLIC, metrics_page, .flags = ROUTE_NO_LANGUAGE },
	{ WEB_GET, "/assets/{name*}", PERM_PUBLIC, asset_file,
	  .flags = ROUTE_CACHED | ROUTE_FOR_ALL | ROUTE_NO_LANGUAGE },
};

const struct route_table own_routes = { "web", routes, ARRAY_SIZE(routes), NULL };
