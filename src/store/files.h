/*
 * files: attachments by content. A file is named by the SHA-256 of its bytes, written once and
 * never changed; the same bytes are kept once. On return from file_put or file_write_end the
 * bytes are on disk (fsync, rename, fsync of the folder); then a command notes them with
 * file_note, and refers to them by hash from its own rows. Bytes nobody noted are swept later.
 *
 *	struct file_info info;
 *	TRY(file_put(ctx, store, bytes, S("application/pdf"), &info));
 *	… in the command: TRY(file_note(ctx, db, &info));
 *	… db_run(ctx, db, SQL("INSERT INTO paper (…, file) VALUES (…, $3)"), …, info.hash);
 *
 * Where the bytes lie is a table of functions (struct file_place): a folder, or a bucket.
 */
#ifndef MOTCUA_STORE_FILES_H
#define MOTCUA_STORE_FILES_H

#include "store/store.h"

struct file_info {
	str hash;     /* 64 lower-case hexadecimal digits */
	int64_t size; /* bytes */
	str type;     /* media type, as found out by the caller */
};

enum err file_put(struct ctx *ctx, struct store *store, str bytes, str type,
		  struct file_info *ret_info);

/* The same for bytes that come in pieces. Unfinished ones are removed with ctx's arena. */
struct file_writer;
enum err file_write_begin(struct ctx *ctx, struct store *store, struct file_writer **ret_writer);
enum err file_write(struct ctx *ctx, struct file_writer *writer, str bytes);
enum err file_write_end(struct ctx *ctx, struct file_writer *writer, str type,
			struct file_info *ret_info);

/* Notes size and type in the command's transaction; noting twice is fine. */
enum err file_note(struct ctx *ctx, struct db *db, const struct file_info *info);
/* ERR_NOT_FOUND where it was never noted. */
enum err file_look_up(struct ctx *ctx, struct db *db, str hash, struct file_info *ret_info);
/* Up to `n` bytes from byte `from`, into ctx->arena; shorter at the end. ERR_NOT_FOUND. */
enum err file_read(struct ctx *ctx, struct store *store, str hash, int64_t from, int64_t n,
		   str *ret_bytes);

struct file_report {
	int64_t files, bytes;
	bool sound;
	str bad;     /* hash of the first that is missing or changed, or empty */
	str finding; /* English, for the administrator */
};

/* Reads every noted file and compares its bytes with its name. */
enum err files_verify(struct ctx *ctx, struct store *store, struct file_report *ret_report);
/* Removes what was written more than `age` ago and never noted. */
enum err files_sweep(struct ctx *ctx, struct store *store, usec age, int64_t *ret_removed);

/* ---- where the bytes lie ---- */

struct file_place {
	/* Begins a temporary file; appends; makes it durable under `hash`; gives it up. */
	enum err (*begin)(struct ctx *ctx, void *place, void **ret_temporary);
	enum err (*append)(struct ctx *ctx, void *temporary, str bytes);
	enum err (*commit)(struct ctx *ctx, void *temporary, str hash);
	void (*abandon)(void *temporary);
	/* ERR_NOT_FOUND; shorter at the end. */
	enum err (*read)(struct ctx *ctx, void *place, str hash, int64_t from, int64_t n,
			 str *ret_bytes);
	/* Calls found(arg, hash, age) for everything there is. */
	enum err (*each)(struct ctx *ctx, void *place, void (*found)(void *, str, usec), void *arg);
	enum err (*remove)(struct ctx *ctx, void *place, str hash);
};

#endif
