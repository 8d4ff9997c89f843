/* Reading a pack's folder. */
#include "app/app.h"

#include "base/json.h"
#include "text/vietnamese.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

enum { PACK_FILE_MAX = 4 << 20 };

static enum err read_text(struct ctx *ctx, const char *path, str *ret_text)
{
	struct stat info;
	FILE *file = fopen(path, "rb");
	if (!file)
		return fail(ctx, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
			    strerror(errno));
	size_t size = fstat(fileno(file), &info) == 0 ? (size_t)info.st_size : 0;
	if (size > PACK_FILE_MAX) {
		fclose(file);
		return fail(ctx, ERR_INVALID, "%s is larger than 4 MiB", path);
	}
	char *bytes = arena_alloc(ctx->arena, size + 1);
	size_t n = fread(bytes, 1, size, file);
	fclose(file);
	bytes[n] = '\0';
	if (!utf8_valid(str_of(bytes, n)))
		return fail(ctx, ERR_INVALID, "%s is not UTF-8", path);
	*ret_text = vietnamese_nfc(ctx->arena, str_of(bytes, n));
	return OK;
}

enum err pack_text(struct ctx *ctx, const char *pack, const char *name, str *ret_text)
{
	bool whole = name[0] == '/';
	return read_text(ctx, whole ? name : arena_printf(ctx->arena, "%s/%s", pack, name).p, ret_text);
}

enum err pack_json(struct ctx *ctx, const char *pack, const char *name, struct value *ret_v)
{
	struct json_fault fault;
	str text;
	TRY(pack_text(ctx, pack, name, &text));
	if (!json_parse(ctx->arena, text, ret_v, &fault))
		return fail(ctx, ERR_INVALID, "%s, line %d, column %d: %s", name, (int)fault.line,
			    (int)fault.column, fault.message);
	return OK;
}

static bool is_hidden(const struct dirent *entry)
{
	return entry->d_name[0] == '.';
}

static enum err add_files(struct ctx *ctx, const char *folder, const char *below, int depth,
			  struct value *files)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);
	enum err err = OK;
	if (n < 0)
		return fail(ctx, ERR_NOT_FOUND, "%s: %s", folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *path = arena_printf(ctx->arena, "%s/%s", folder, entries[i]->d_name).p;
		str name = arena_printf(ctx->arena, "%s%s", below, entries[i]->d_name);
		struct stat info;
		str text;
		bool wanted = err == OK && !is_hidden(entries[i]) && stat(path, &info) == 0;
		free(entries[i]);
		if (!wanted)
			continue;
		if (S_ISDIR(info.st_mode) && depth > 0) {
			err = add_files(ctx, path, arena_printf(ctx->arena, "%.*s/", STR_ARG(name)).p,
					depth - 1, files);
		} else if (S_ISREG(info.st_mode)) {
			err = read_text(ctx, path, &text);
			value_set(ctx->arena, files, name, value_str(text));
		}
	}
	free(entries);
	return err;
}

enum err pack_files(struct ctx *ctx, const char *folder, struct value *ret_files)
{
	*ret_files = value_map();
	return add_files(ctx, folder, "", 3, ret_files);
}

enum err pack_folders(struct ctx *ctx, const char *folder, struct value *ret_names)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);
	*ret_names = value_list();
	if (n < 0)
		return fail(ctx, ERR_NOT_FOUND, "%s: %s", folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		struct stat info;
		str name = arena_copy(ctx->arena, str_z(entries[i]->d_name));
		const char *path = arena_printf(ctx->arena, "%s/%.*s", folder, STR_ARG(name)).p;
		if (!is_hidden(entries[i]) && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
			value_push(ctx->arena, ret_names, value_str(name));
		free(entries[i]);
	}
	free(entries);
	return OK;
}
