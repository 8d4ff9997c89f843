#include "base/embed.h"

#include "base/buf.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The first file whose name is not before `name`. */
static size_t lower_bound(struct embedded_set set, str name)
{
	size_t low = 0, high = set.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (str_cmp(set.files[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct embedded *embedded_find(struct embedded_set set, str name)
{
	size_t at = lower_bound(set, name);
	return at < set.n && str_eq(set.files[at].name, name) ? &set.files[at] : NULL;
}

struct embedded_set embedded_under(struct embedded_set set, str prefix)
{
	size_t from = lower_bound(set, prefix), to = from;
	while (to < set.n && str_starts(set.files[to].name, prefix))
		to++;
	return (struct embedded_set){ set.files + from, to - from };
}

str media_type(str name)
{
	static const struct { str ending, type; } types[] = {
		{ S(".css"), S("text/css; charset=utf-8") },
		{ S(".csv"), S("text/csv; charset=utf-8") },
		{ S(".gif"), S("image/gif") },
		{ S(".html"), S("text/html; charset=utf-8") },
		{ S(".ico"), S("image/x-icon") },
		{ S(".jpeg"), S("image/jpeg") },
		{ S(".jpg"), S("image/jpeg") },
		{ S(".js"), S("text/javascript; charset=utf-8") },
		{ S(".json"), S("application/json") },
		{ S(".mjs"), S("text/javascript; charset=utf-8") },
		{ S(".mp3"), S("audio/mpeg") },
		{ S(".mp4"), S("video/mp4") },
		{ S(".ogg"), S("audio/ogg") },
		{ S(".pdf"), S("application/pdf") },
		{ S(".png"), S("image/png") },
		{ S(".svg"), S("image/svg+xml") },
		{ S(".ttf"), S("font/ttf") },
		{ S(".txt"), S("text/plain; charset=utf-8") },
		{ S(".vtt"), S("text/vtt; charset=utf-8") },
		{ S(".wasm"), S("application/wasm") },
		{ S(".webm"), S("video/webm") },
		{ S(".webmanifest"), S("application/manifest+json") },
		{ S(".webp"), S("image/webp") },
		{ S(".woff2"), S("font/woff2") },
		{ S(".xml"), S("application/xml") },
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_ends(name, types[i].ending))
			return types[i].type;
	return S("application/octet-stream");
}

/* ---- a folder in place of what was built in ---- */

struct walk {
	struct ctx *ctx;
	struct embedded *files;
	size_t n, room;
	size_t skip; /* length of the folder's own path and its slash */
};

static void add_file(struct walk *walk, struct embedded file)
{
	if (walk->n == walk->room) {
		size_t room = walk->room ? walk->room * 2 : 64;
		walk->files = arena_grow(walk->ctx->arena, walk->files, walk->room * sizeof file,
					 room * sizeof file);
		walk->room = room;
	}
	walk->files[walk->n++] = file;
}

static enum err read_file(struct ctx *ctx, const char *path, size_t size, str *ret_bytes)
{
	char *bytes = arena_alloc(ctx->arena, size + 1);
	FILE *file = fopen(path, "rb");
	size_t n = file ? fread(bytes, 1, size, file) : 0;
	if (file)
		fclose(file);
	if (n != size)
		return fail(ctx, ERR_IO, "%s cannot be read", path);
	bytes[n] = '\0';
	*ret_bytes = str_of(bytes, n);
	return OK;
}

static enum err walk_folder(struct walk *walk, const char *path);

static enum err walk_entry(struct walk *walk, const char *folder, const char *name)
{
	struct stat info;
	struct ctx *ctx = walk->ctx;
	const char *path = arena_printf(ctx->arena, "%s/%s", folder, name).p;
	if (name[0] == '.' || stat(path, &info) != 0)
		return OK;
	if (S_ISDIR(info.st_mode))
		return walk_folder(walk, path);
	struct embedded file = { .name = str_z(path + walk->skip) };
	TRY(read_file(ctx, path, (size_t)info.st_size, &file.bytes));
	file.type = media_type(file.name);
	file.etag = arena_printf(ctx->arena, "\"%016llx\"",
				 (unsigned long long)str_hash(file.bytes));
	add_file(walk, file);
	return OK;
}

static enum err walk_folder(struct walk *walk, const char *path)
{
	struct dirent **names;
	enum err err = OK;
	int n = scandir(path, &names, NULL, NULL);
	if (n < 0)
		return fail(walk->ctx, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
			    "The folder %s cannot be read", path);
	for (int i = 0; i < n; i++) {
		if (!err)
			err = walk_entry(walk, path, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return err;
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct embedded *)a)->name, ((const struct embedded *)b)->name);
}

/* A twin sorts right behind the file it belongs to or after names between; it is looked up. */
static struct embedded_set join_twins(struct embedded *files, size_t n)
{
	size_t kept = 0;
	struct embedded_set all = { files, n };
	for (size_t i = 0; i < n; i++) {
		str name = files[i].name;
		bool gzip = str_ends(name, S(".gz")), brotli = str_ends(name, S(".br"));
		const struct embedded *of = gzip || brotli ?
			embedded_find(all, str_slice(name, 0, name.n - 3)) : NULL;
		if (!of)
			continue;
		struct embedded *whole = &files[of - files];
		*(gzip ? &whole->gzip : &whole->brotli) = files[i].bytes;
		files[i].type = S("");
	}
	for (size_t i = 0; i < n; i++)
		if (files[i].type.n)
			files[kept++] = files[i];
	return (struct embedded_set){ files, kept };
}

enum err embedded_folder(struct ctx *ctx, const char *path, struct embedded_set *ret_set)
{
	struct walk walk = { .ctx = ctx, .skip = strlen(path) + 1 };
	TRY(walk_folder(&walk, path));
	if (walk.n)
		qsort(walk.files, walk.n, sizeof *walk.files, by_name);
	*ret_set = join_twins(walk.files, walk.n);
	return OK;
}
