/* Files by content: what is the same for every place they may lie in. */
#include "store/files.h"

#include <sodium.h>

#include "store/migrate.h"
#include "store/place.h"

static const struct migration steps[] = {
	{ 1, "files",
	  "CREATE TABLE file ("
	  "	hash TEXT PRIMARY KEY, size INT NOT NULL, type TEXT NOT NULL,"
	  "	noted_at INT NOT NULL);" },
};

const struct migration_set files_migrations = { "files", steps, sizeof steps / sizeof steps[0] };

enum err place_open(struct ctx *ctx, struct store *store, str url)
{
	if (!str_empty(url))
		return fail(ctx, ERR_INVALID, "Files can be kept in a folder only");
	store->place = &folder_place;
	return folder_open(ctx, store, &store->place_data);
}

void place_close(struct store *store)
{
	if (store->place_data)
		folder_close(store->place_data);
	store->place_data = NULL;
}

/* ---- writing ---- */

struct file_writer {
	const struct file_place *place;
	void *temporary; /* NULL once committed or given up */
	crypto_hash_sha256_state hash;
	int64_t size;
};

static void abandon(void *object)
{
	struct file_writer *writer = object;
	if (writer->temporary)
		writer->place->abandon(writer->temporary);
	writer->temporary = NULL;
}

enum err file_write_begin(struct ctx *ctx, struct store *store, struct file_writer **ret_writer)
{
	struct file_writer *writer = ARENA_NEW(ctx->arena, struct file_writer);
	writer->place = store->place;
	crypto_hash_sha256_init(&writer->hash);
	TRY(store->place->begin(ctx, store->place_data, &writer->temporary));
	arena_defer(ctx->arena, abandon, writer);
	*ret_writer = writer;
	return OK;
}

enum err file_write(struct ctx *ctx, struct file_writer *writer, str bytes)
{
	crypto_hash_sha256_update(&writer->hash, (const uint8_t *)bytes.p, bytes.n);
	writer->size += (int64_t)bytes.n;
	return writer->place->append(ctx, writer->temporary, bytes);
}

static str hex(struct arena *arena, const uint8_t digest[static crypto_hash_sha256_BYTES])
{
	size_t n = crypto_hash_sha256_BYTES * 2;
	char *text = arena_alloc(arena, n + 1);
	sodium_bin2hex(text, n + 1, digest, crypto_hash_sha256_BYTES);
	return str_of(text, n);
}

enum err file_write_end(struct ctx *ctx, struct file_writer *writer, str type,
			struct file_info *ret_info)
{
	uint8_t digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_final(&writer->hash, digest);
	str hash = hex(ctx->arena, digest);
	TRY(writer->place->commit(ctx, writer->temporary, hash));
	writer->temporary = NULL;
	*ret_info = (struct file_info){
		.hash = hash, .size = writer->size, .type = arena_copy(ctx->arena, type)
	};
	return OK;
}

enum err file_put(struct ctx *ctx, struct store *store, str bytes, str type,
		  struct file_info *ret_info)
{
	struct file_writer *writer;
	TRY(file_write_begin(ctx, store, &writer));
	enum err e = file_write(ctx, writer, bytes);
	if (e == OK)
		e = file_write_end(ctx, writer, type, ret_info);
	abandon(writer);
	return e;
}

/* ---- what is noted ---- */

enum err file_note(struct ctx *ctx, struct db *db, const struct file_info *info)
{
	return db_run(ctx, db,
		      SQL("INSERT INTO file (hash, size, type, noted_at) VALUES ($1, $2, $3, $4)"
			  " ON CONFLICT (hash) DO NOTHING"),
		      info->hash, info->size, info->type, db_now(db));
}

enum err file_look_up(struct ctx *ctx, struct db *db, str hash, struct file_info *ret_info)
{
	struct rows row;
	TRY(db_one(ctx, db, &row, SQL("SELECT hash, size, type FROM file WHERE hash = $1"), hash));
	*ret_info = (struct file_info){
		.hash = row_str(&row, 0), .size = row_int(&row, 1), .type = row_str(&row, 2)
	};
	return OK;
}

/* A hash comes from outside and becomes part of a path: nothing else may pass. */
static bool is_hash(str hash)
{
	for (size_t i = 0; i < hash.n; i++) {
		char c = hash.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return hash.n == crypto_hash_sha256_BYTES * 2;
}

enum err file_read(struct ctx *ctx, struct store *store, str hash, int64_t from, int64_t n,
		   str *ret_bytes)
{
	if (!is_hash(hash))
		return fail(ctx, ERR_NOT_FOUND, "There is no such file");
	if (from < 0 || n < 0)
		return fail(ctx, ERR_INVALID, "The part asked for is not in the file");
	return store->place->read(ctx, store->place_data, hash, from, n, ret_bytes);
}

/* ---- verifying ---- */

enum { PIECE = 1 << 20, PAGE = 500 };

/* Reads the file in pieces and compares its hash. */
static enum err same(struct ctx *ctx, struct store *store, const struct file_info *info,
		     const char **ret_finding)
{
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	int64_t size = 0;
	str piece = S("");
	do {
		struct arena_mark mark = arena_mark(ctx->arena);
		enum err e = file_read(ctx, store, info->hash, size, PIECE, &piece);
		if (e == ERR_NOT_FOUND) {
			*ret_finding = "the file is missing";
			return OK;
		}
		TRY(e);
		crypto_hash_sha256_update(&state, (const uint8_t *)piece.p, piece.n);
		size += (int64_t)piece.n;
		if (mark.chunk)
			arena_rewind(ctx->arena, mark);
	} while (piece.n == PIECE);
	uint8_t digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_final(&state, digest);
	if (!str_eq(hex(ctx->arena, digest), info->hash))
		*ret_finding = "the bytes of the file were changed";
	else if (size != info->size)
		*ret_finding = "the size noted is not the file's";
	return OK;
}

struct page {
	str after;
	struct file_info *items;
	int n;
};

static enum err read_page(struct ctx *ctx, struct db *db, void *arg)
{
	struct page *page = arg;
	struct rows rows;
	page->n = 0;
	TRY(db_query(ctx, db, &rows, SQL("SELECT hash, size, type FROM file WHERE hash > $1"
					 " ORDER BY hash LIMIT $2"), page->after, PAGE));
	while (rows_next(&rows))
		page->items[page->n++] = (struct file_info){
			.hash = row_str(&rows, 0), .size = row_int(&rows, 1)
		};
	return rows_end(&rows);
}

enum err files_verify(struct ctx *ctx, struct store *store, struct file_report *ret_report)
{
	struct file_report report = { .sound = true, .bad = S(""), .finding = S("") };
	struct page page = { .after = S("") };
	page.items = ARENA_ARRAY(ctx->arena, struct file_info, PAGE);
	do {
		TRY(store_read(ctx, store, read_page, &page));
		for (int i = 0; i < page.n && report.sound; i++) {
			const char *finding = NULL;
			TRY(same(ctx, store, &page.items[i], &finding));
			report.files++;
			report.bytes += page.items[i].size;
			if (finding)
				report = (struct file_report){
					.files = report.files, .bytes = report.bytes,
					.bad = page.items[i].hash, .finding = str_z(finding),
				};
		}
		if (page.n)
			page.after = page.items[page.n - 1].hash;
	} while (page.n == PAGE && report.sound);
	*ret_report = report;
	return OK;
}

/* ---- sweeping ---- */

struct sweep {
	struct ctx *ctx;
	struct store *store;
	usec age;
	int64_t removed;
	enum err result;
};

static enum err is_noted(struct ctx *ctx, struct db *db, void *arg)
{
	struct page *page = arg;
	struct file_info info;
	enum err e = file_look_up(ctx, db, page->after, &info);
	page->n = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

static void sweep_one(void *arg, str hash, usec age)
{
	struct sweep *sweep = arg;
	struct page page = { .after = hash };
	if (sweep->result != OK || age < sweep->age)
		return;
	sweep->result = store_read(sweep->ctx, sweep->store, is_noted, &page);
	if (sweep->result != OK || page.n)
		return;
	sweep->result = sweep->store->place->remove(sweep->ctx, sweep->store->place_data, hash);
	sweep->removed += sweep->result == OK;
}

enum err files_sweep(struct ctx *ctx, struct store *store, usec age, int64_t *ret_removed)
{
	struct sweep sweep = { .ctx = ctx, .store = store, .age = age };
	TRY(store->place->each(ctx, store->place_data, sweep_one, &sweep));
	TRY(sweep.result);
	*ret_removed = sweep.removed;
	return OK;
}
