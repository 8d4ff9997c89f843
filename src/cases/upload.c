#include "cases/upload.h"

#include "cases/room.h"
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void add_posted(struct arena *arena, struct value *posted, str name, struct value v)
{
	struct value before = value_get(*posted, name), list = value_list();
	if (value_is_null(before)) {
		value_set(arena, posted, name, v);
		return;
	}
	if (before.kind == VALUE_LIST)
		list = before;
	else
		value_push(arena, &list, before);
	value_push(arena, &list, v);
	value_set(arena, posted, name, list);
}

/* Streams the temporary file into the store: memory does not grow with the file. */
static enum err store_upload(struct ctx *ctx, struct cases *cases, const struct upload *upload,
			     const char *type, struct file_info *ret_info)
{
	enum { PIECE = 64 << 10 };
	struct file_writer *writer;
	char *piece = arena_alloc(ctx->arena, PIECE);
	const char *path = arena_copy(ctx->arena, upload->path).p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(ctx, ERR_IO, "The file could not be taken in; send it again");
	enum err err = file_write_begin(ctx, cases->store, &writer);
	for (ssize_t n = 1; err == OK && n > 0;) {
		n = read(fd, piece, PIECE);
		if (n < 0)
			err = fail(ctx, ERR_IO, "The file could not be taken in; send it again");
		else if (n > 0)
			err = file_write(ctx, writer, str_of(piece, (size_t)n));
	}
	close(fd);
	if (err == OK)
		err = file_write_end(ctx, writer, arena_copy(ctx->arena, str_z(type)), ret_info);
	return err;
}

static enum err take_upload(struct request *request, struct cases *cases,
			    const struct upload *upload, struct value *posted,
			    struct stored_files *files)
{
	struct arena *arena = request->ctx.arena;
	enum upload_kind kind = upload_kind(upload);
	struct value list = value_get(*posted, upload->field), item = value_map();
	struct file_info info;
	if (kind == UPLOAD_OTHER) {
		request_mistake(request, arena_copy(arena, upload->field).p,
				"“%.*s” is no PDF, JPEG or PNG file", STR_ARG(upload->name));
		return OK;
	}
	if (files->n == UPLOADS_MAX)
		return fail(&request->ctx, ERR_INVALID, "Send at most %d files at once", UPLOADS_MAX);
	TRY(store_upload(&request->ctx, cases, upload, upload_kind_type(kind), &info));
	files->items[files->n++] = info;
	value_append(arena, &item, S("id"), value_str(info.hash));
	value_append(arena, &item, S("name"), value_str(upload->name));
	value_append(arena, &item, S("size"), value_int(info.size));
	value_append(arena, &item, S("type"), value_str(info.type));
	if (list.kind != VALUE_LIST)
		list = value_list();
	value_push(arena, &list, item);
	value_set(arena, posted, upload->field, list);
	return OK;
}

enum err upload_posted(struct request *request, struct cases *cases, struct value *ret_posted,
		       struct stored_files *ret_files)
{
	struct arena *arena = request->ctx.arena;
	struct value posted = value_map();
	ret_files->n = 0;
	for (size_t i = 0; i < request->fields.n; i++)
		add_posted(arena, &posted, request->fields.items[i].name,
			   value_str(request->fields.items[i].text));
	for (size_t i = 0; i < request->n_uploads; i++)
		TRY(take_upload(request, cases, &request->uploads[i], &posted, ret_files));
	*ret_posted = posted;
	return OK;
}

struct walk {
	struct arena *arena;
	struct attachment *items;
	size_t n;
};

enum { ATTACHMENTS_MAX = 200 };

static bool is_file(struct value v)
{
	return value_text(value_get(v, S("id"))).n == 64 && value_find(v, S("size")) &&
	       value_find(v, S("type"));
}

static void walk_data(struct walk *walk, str path, struct value v)
{
	if (is_file(v) && walk->n < ATTACHMENTS_MAX) {
		walk->items[walk->n++] = (struct attachment){
			.field = path, .name = value_text(value_get(v, S("name"))),
			.hash = value_text(value_get(v, S("id"))),
			.type = value_text(value_get(v, S("type"))),
			.size = value_integer(value_get(v, S("size")), 0),
		};
		return;
	}
	for (uint32_t i = 0; v.kind == VALUE_MAP && i < v.n; i++) {
		str key = v.members[i].key;
		str below = str_empty(path) ? key :
			arena_printf(walk->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(key));
		walk_data(walk, below, v.members[i].value);
	}
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		walk_data(walk, path, v.items[i]);
}

void upload_attachments(struct arena *arena, struct value data, struct attachment **ret_items,
			size_t *ret_n)
{
	struct walk walk = { arena, ARENA_ARRAY(arena, struct attachment, ATTACHMENTS_MAX), 0 };
	walk_data(&walk, S(""), data);
	*ret_items = walk.items;
	*ret_n = walk.n;
}

static struct value with_at(struct arena *arena, struct value data, str path, struct value v)
{
	struct value copy = value_map();
	str key = str_slice(path, 0, str_find_byte(path, '.'));
	for (uint32_t i = 0; data.kind == VALUE_MAP && i < data.n; i++)
		value_append(arena, &copy, data.members[i].key, data.members[i].value);
	if (key.n < path.n)
		v = with_at(arena, value_get(data, key), str_slice(path, key.n + 1, path.n), v);
	value_set(arena, &copy, key, v);
	return copy;
}

struct value upload_put(struct arena *arena, struct value data, str path, struct value file,
			bool beside)
{
	struct value before = value_path(data, path), list = value_list();
	for (uint32_t i = 0; beside && before.kind == VALUE_LIST && i < before.n; i++)
		value_push(arena, &list, before.items[i]);
	value_push(arena, &list, file);
	return with_at(arena, data, path, list);
}

/* Whether the page had the field: under its own name, or that of a part ("….day", "….?"). A file
 * field without a file is not posted at all, so it counts as asked. */
static bool was_asked(struct form_env *env, const struct form *form, struct value posted,
		      const struct form_result *result, str name)
{
	struct form_file_rule rule;
	if (form_file_field(form, name, result->data, env, &rule))
		return true;
	for (uint32_t i = 0; i < posted.n; i++) {
		str key = posted.members[i].key;
		if (str_starts(key, name) && (key.n == name.n || key.p[name.n] == '.'))
			return true;
	}
	return false;
}

void upload_forgive_unasked(struct form_env *env, const struct form *form, struct value posted,
			    struct form_result *result)
{
	for (uint32_t i = 0; i < result->errors.n; i++)
		if (was_asked(env, form, posted, result,
			      value_text(value_get(result->errors.items[i], S("name")))))
			return;
	result->errors = value_list();
}
