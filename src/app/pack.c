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

/* ---- packs that build on another ---- */

enum { PACKS_DEEP = 4 };

/* The pack below this one, its neighbour; NULL where it builds on none. */
static enum err pack_below(struct ctx *ctx, const char *pack, const char **ret_below)
{
	struct value v;
	TRY(pack_json(ctx, pack, "pack.json", &v));
	str name = value_text(value_get(v, S("builds_on")));
	*ret_below = NULL;
	if (str_empty(name))
		return OK;
	if (memchr(name.p, '/', name.n))
		return fail(ctx, ERR_INVALID, "pack.json: builds_on is the name of a pack beside this one");
	*ret_below = arena_printf(ctx->arena, "%s/../%.*s", pack, STR_ARG(name)).p;
	return OK;
}

/* The pack itself and those below it, the nearest first. */
static enum err pack_stack(struct ctx *ctx, const char *pack, const char **stack, size_t *ret_n)
{
	size_t n = 0;
	while (pack && n < PACKS_DEEP) {
		stack[n++] = pack;
		TRY(pack_below(ctx, pack, &pack));
	}
	*ret_n = n;
	return pack ? fail(ctx, ERR_INVALID, "More than %d packs build on one another", PACKS_DEEP) : OK;
}

static void add_missing(struct arena *arena, struct value *map, struct value more)
{
	for (uint32_t i = 0; i < more.n; i++)
		if (!value_find(*map, more.members[i].key))
			value_set(arena, map, more.members[i].key, more.members[i].value);
}

/* As pack_files, where a folder that is missing has no files. */
static enum err files_if_any(struct ctx *ctx, const char *folder, struct value *ret_files)
{
	struct stat info;
	*ret_files = value_map();
	return stat(folder, &info) == 0 ? pack_files(ctx, folder, ret_files) : OK;
}

enum err pack_shared(struct ctx *ctx, const char *pack, const char *folder, struct value *ret_files)
{
	const char *stack[PACKS_DEEP];
	size_t n;
	*ret_files = value_map();
	TRY(pack_stack(ctx, pack, stack, &n));
	for (size_t i = 0; i < n; i++) {
		struct value files;
		TRY(files_if_any(ctx, arena_printf(ctx->arena, "%s/%s", stack[i], folder).p, &files));
		add_missing(ctx->arena, ret_files, files);
	}
	return OK;
}

/* Its own files, those the packs below have of it, and the forms of forms/ that none of them drew:
 * a version is whole in itself. */
static enum err read_procedure(struct ctx *ctx, const char *pack, str name, struct value forms,
			       struct value *procedures)
{
	struct value files;
	TRY(pack_shared(ctx, pack, arena_printf(ctx->arena, "procedures/%.*s", STR_ARG(name)).p, &files));
	add_missing(ctx->arena, &files, forms);
	value_set(ctx->arena, procedures, name, files);
	return OK;
}

enum err pack_procedures(struct ctx *ctx, const char *pack, struct value *ret_procedures)
{
	const char *stack[PACKS_DEEP];
	struct value forms, names;
	size_t n;
	*ret_procedures = value_map();
	TRY(pack_stack(ctx, pack, stack, &n));
	TRY(pack_shared(ctx, pack, "forms", &forms));
	for (size_t i = 0; i < n; i++) {
		TRY(pack_folders(ctx, arena_printf(ctx->arena, "%s/procedures", stack[i]).p, &names));
		for (uint32_t k = 0; k < names.n; k++)
			if (!value_find(*ret_procedures, value_text(names.items[k])))
				TRY(read_procedure(ctx, pack, value_text(names.items[k]), forms,
						   ret_procedures));
	}
	return OK;
}

enum err pack_numbering(struct ctx *ctx, const char *pack, struct value *ret_numbering)
{
	const char *stack[PACKS_DEEP];
	struct value books = value_map();
	size_t n;
	TRY(pack_stack(ctx, pack, stack, &n));
	TRY(pack_json(ctx, pack, "numbering.json", ret_numbering));
	for (size_t i = 0; i < n; i++) {
		struct value numbering;
		TRY(pack_json(ctx, stack[i], "numbering.json", &numbering));
		add_missing(ctx->arena, &books, value_get(numbering, S("books")));
	}
	value_set(ctx->arena, ret_numbering, S("books"), books);
	return OK;
}
