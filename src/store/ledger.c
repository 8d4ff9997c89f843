/* What runs beside the commands: sequencing (PostgreSQL), access records, checkpoints. */
#include "store/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "ledger/event.h"

static const usec round_time = 250 * USEC_SECOND / 1000;
static const usec checkpoint_every = 5 * USEC_SECOND;
static const usec lease_time = 1 * USEC_SECOND;

/* ---- files under DATA ---- */

static enum err io_fail(struct ctx *ctx, const char *what, const char *path)
{
	int number = errno;
	fail(ctx, ERR_IO, "The ledger's files cannot be read or written");
	return fail_detail(ctx, "%s %s: %s", what, path, strerror(number));
}

static enum err folder_in(struct ctx *ctx, struct store *store, const char *name, str *ret_path)
{
	*ret_path = arena_printf(ctx->arena, "%.*s/%s", STR_ARG(store->data), name);
	if (mkdir(ret_path->p, 0700) != 0 && errno != EEXIST)
		return io_fail(ctx, "mkdir", ret_path->p);
	return OK;
}

static bool write_all(int fd, str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = str_slice(bytes, (size_t)n, bytes.n);
	}
	return true;
}

static bool sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool synced = fsync(fd) == 0;
	return close(fd) == 0 && synced;
}

static enum err append_durably(struct ctx *ctx, const char *path, int flags, str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	if (fd < 0)
		return io_fail(ctx, "open", path);
	bool written = write_all(fd, bytes) && fsync(fd) == 0;
	if (close(fd) != 0 || !written)
		return io_fail(ctx, "write", path);
	return OK;
}

static enum err read_whole(struct ctx *ctx, const char *path, str *ret_text)
{
	struct buf out = { .arena = ctx->arena };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : io_fail(ctx, "open", path);
	ssize_t n;
	while ((n = read(fd, buf_reserve(&out, 65536), 65536)) > 0)
		buf_wrote(&out, (size_t)n);
	close(fd);
	if (n < 0)
		return io_fail(ctx, "read", path);
	*ret_text = buf_view(&out);
	return OK;
}

static str checkpoint_path(struct ctx *ctx, struct store *store)
{
	return arena_printf(ctx->arena, "%.*s/ledger/checkpoints", STR_ARG(store->data));
}

enum err ledger_read_file(struct ctx *ctx, struct store *store, str *ret_text)
{
	enum err e = read_whole(ctx, checkpoint_path(ctx, store).p, ret_text);
	if (e == ERR_NOT_FOUND) {
		*ret_text = S("");
		return OK;
	}
	return e;
}

bool ledger_next_note(str *rest, str *ret_note)
{
	size_t end = str_find(*rest, S("\n\n\n"));
	if (str_empty(*rest))
		return false;
	*ret_note = str_slice(*rest, 0, end == SIZE_MAX ? rest->n : end + 1);
	*rest = end == SIZE_MAX ? S("") : str_slice(*rest, end + 3, rest->n);
	return true;
}

/* ---- the key ---- */

/* DATA/keys/ledger, or the environment's MOTCUA_LEDGER_KEY: origin, blank, seed in base64. */
static enum err new_key(struct ctx *ctx, struct store *store, const char *folder, const char *path)
{
	struct ledger *ledger = store->ledger;
	uint8_t tag[4];
	randombytes_buf(tag, sizeof tag);
	ledger->origin = arena_printf(&store->arena, "motcua-%02x%02x%02x%02x", tag[0], tag[1],
				      tag[2], tag[3]);
	note_key_new(ledger->origin, &ledger->key);
	struct buf out = { .arena = ctx->arena };
	buf_str(&out, ledger->origin);
	buf_byte(&out, ' ');
	base64_write(&out, str_of((const char *)ledger->key.secret, NOTE_SEED));
	buf_byte(&out, '\n');
	TRY(append_durably(ctx, path, O_EXCL, buf_view(&out)));
	return sync_folder(folder) ? OK : io_fail(ctx, "fsync", folder);
}

static enum err take_key(struct ctx *ctx, struct store *store, str text)
{
	struct ledger *ledger = store->ledger;
	str seed, name;
	text = str_trim(text);
	if (!str_next(&text, ' ', &name) || !base64_read(ctx->arena, text, &seed) ||
	    !note_key_of(arena_copy(&store->arena, name), seed, &ledger->key))
		return fail(ctx, ERR_IO, "The key of the ledger is damaged");
	ledger->origin = ledger->key.name;
	return OK;
}

str event_public_key(struct store *store)
{
	return store->ledger->verifier;
}

static enum err load_key(struct ctx *ctx, struct store *store)
{
	str folder, text;
	const char *given = getenv("MOTCUA_LEDGER_KEY");
	if (given)
		return take_key(ctx, store, str_z(given));
	TRY(folder_in(ctx, store, "keys", &folder));
	const char *path = arena_printf(ctx->arena, "%.*s/ledger", STR_ARG(folder)).p;
	enum err e = read_whole(ctx, path, &text);
	if (e == ERR_NOT_FOUND)
		return new_key(ctx, store, folder.p, path);
	TRY(e);
	return take_key(ctx, store, text);
}

/* All nodes of a database sign with one key: checkpoints of another would look forged. */
static enum err same_key(struct ctx *ctx, struct db *db)
{
	str ours = event_public_key(db->store), theirs;
	TRY(db_run(ctx, db, SQL("INSERT INTO ledger_key (id, verifier) VALUES (1, $1)"
				" ON CONFLICT (id) DO NOTHING"), ours));
	TRY(db_text(ctx, db, &theirs, SQL("SELECT verifier FROM ledger_key WHERE id = 1")));
	if (str_eq(ours, theirs))
		return OK;
	fail(ctx, ERR_INVALID, "The folder has not the key this database's ledger is signed with");
	return fail_detail(ctx, "expected %.*s", STR_ARG(theirs));
}


/* ---- checkpoints ---- */

struct standing {
	struct merkle_tree tree;
	int64_t newest; /* size of the newest checkpoint */
	str note;
};

static enum err read_standing(struct ctx *ctx, struct db *db, void *arg)
{
	struct standing *standing = arg;
	str head;
	TRY(db_text(ctx, db, &head, SQL("SELECT head FROM ledger_head WHERE id = 1")));
	standing->tree = (struct merkle_tree){ 0 };
	if (!str_empty(head) && !merkle_unpack(head, &standing->tree))
		return fail(ctx, ERR_DATABASE, "The head of the ledger is damaged");
	return db_int(ctx, db, 0, &standing->newest,
		      SQL("SELECT max(size) FROM ledger_checkpoint"));
}

static enum err insert_checkpoint(struct ctx *ctx, struct db *db, void *arg)
{
	const struct standing *standing = arg;
	return db_run(ctx, db,
		      SQL("INSERT INTO ledger_checkpoint (size, made_at, note) VALUES ($1, $2, $3)"
			  " ON CONFLICT (size) DO NOTHING"),
		      (int64_t)standing->tree.size, clock_real(), standing->note);
}

/* What is signed is read from a snapshot, so it is committed; the file is written first, so a
 * checkpoint that anybody can have seen is always in it. */
enum err ledger_checkpoint(struct ctx *ctx, struct store *store)
{
	struct ledger *ledger = store->ledger;
	struct standing standing;
	TRY(store_read(ctx, store, read_standing, &standing));
	if ((int64_t)standing.tree.size <= standing.newest)
		return OK;
	str text = checkpoint_text(ctx->arena, ledger->origin, standing.tree.size,
				   merkle_root(&standing.tree));
	standing.note = note_sign(ctx->arena, text, &ledger->key);
	str record = arena_join(ctx->arena, (str[]){ standing.note, S("\n\n") }, 2);
	TRY(append_durably(ctx, checkpoint_path(ctx, store).p, O_APPEND, record));
	return store_write(ctx, store, insert_checkpoint, &standing);
}

/* ---- places in the tree, on PostgreSQL ---- */

enum { SEQUENCE_BATCH = 4000 };

struct sequencing {
	bool ours;
	int64_t placed;
};

/* The lease says which node sequences, so that the others need not even try; the row's lock makes
 * it right whatever their clocks say. */
static enum err take_lease(struct ctx *ctx, struct db *db, bool *ret_ours)
{
	struct rows row;
	TRY(db_one(ctx, db, &row, SQL("SELECT lease_node, lease_until FROM ledger_head"
				      " WHERE id = 1 FOR UPDATE")));
	int64_t node = (int64_t)db->store->node;
	*ret_ours = row_int(&row, 0) == node || row_int(&row, 1) < clock_real();
	return OK;
}

static enum err place_waiting(struct ctx *ctx, struct db *db, int64_t *ret_placed)
{
	struct ledger *ledger = db->store->ledger;
	struct rows rows;
	int64_t n = 0;
	TRY(db_query(ctx, db, &rows, SQL("SELECT id, leaf FROM event WHERE position IS NULL"
					 " ORDER BY id LIMIT $1"), SEQUENCE_BATCH));
	for (; rows_next(&rows); n++) {
		struct merkle_hash leaf;
		if (!merkle_hash_of(row_view(&rows, 1), &leaf))
			return fail(ctx, ERR_DATABASE, "A leaf of the ledger is damaged");
		TRY(db_run(ctx, db, SQL("UPDATE event SET position = $2 WHERE id = $1"),
			   row_int(&rows, 0), (int64_t)ledger->tree.size));
		ledger_add(ledger, leaf);
	}
	TRY(rows_end(&rows));
	*ret_placed = n;
	return ledger_keep_head(ctx, db);
}

static enum err sequence(struct ctx *ctx, struct db *db, void *arg)
{
	struct sequencing *sequencing = arg;
	ledger_forget(db->store);
	TRY(take_lease(ctx, db, &sequencing->ours));
	if (!sequencing->ours)
		return OK;
	TRY(ledger_load(ctx, db));
	TRY(place_waiting(ctx, db, &sequencing->placed));
	if (!sequencing->placed)
		return OK;
	return db_run(ctx, db,
		      SQL("UPDATE ledger_head SET lease_node = $1, lease_until = $2 WHERE id = 1"),
		      (int64_t)db->store->node, clock_real() + lease_time);
}

enum err ledger_sequence(struct ctx *ctx, struct store *store)
{
	struct sequencing sequencing;
	enum err e;
	/* The tree in memory is one: the thread and event_checkpoint_now take turns. */
	pthread_mutex_lock(&store->ledger->sequencing);
	do {
		sequencing = (struct sequencing){ 0 };
		e = store->engine->write(ctx, store, sequence, &sequencing, /* relaxed= */ true);
	} while (e == OK && sequencing.placed == SEQUENCE_BATCH);
	pthread_mutex_unlock(&store->ledger->sequencing);
	return e;
}

/* ---- the thread ---- */

static bool work_round(struct store *store, struct arena *arena, bool checkpoint)
{
	struct ctx ctx = { .arena = arena };
	enum err e = ledger_write_access(&ctx, store);
	if (e == OK && !store->engine->serial)
		e = ledger_sequence(&ctx, store);
	if (e == OK && checkpoint)
		e = ledger_checkpoint(&ctx, store);
	if (e != OK)
		log_fault(&ctx.fault, "ledger.background");
	arena_reset(arena);
	return e == OK;
}

/* Waits for the next round; true when it is the last one. */
static bool wait_round(struct ledger *ledger)
{
	usec until = clock_monotonic() + round_time;
	struct timespec limit = { .tv_sec = until / USEC_SECOND,
				  .tv_nsec = until % USEC_SECOND * 1000 };
	pthread_mutex_lock(&ledger->lock);
	while (!ledger->stop && !ledger->flush &&
	       pthread_cond_timedwait(&ledger->wake, &ledger->lock, &limit) != ETIMEDOUT)
		;
	ledger->flush = false;
	bool last = ledger->stop;
	pthread_mutex_unlock(&ledger->lock);
	return last;
}

static void *work(void *arg)
{
	struct store *store = arg;
	struct arena arena;
	arena_init(&arena);
	usec signed_at = clock_monotonic();
	for (bool last = false; !last;) {
		last = wait_round(store->ledger);
		bool checkpoint = last || clock_monotonic() - signed_at >= checkpoint_every;
		if (checkpoint)
			signed_at = clock_monotonic();
		work_round(store, &arena, checkpoint);
	}
	arena_done(&arena);
	return NULL;
}

static enum err count_pending(struct ctx *ctx, struct db *db, void *arg)
{
	return db_int(ctx, db, 0, arg, SQL("SELECT count(*) FROM event WHERE position IS NULL"));
}

/* Another node may have the lease; it does the work then, or has died and its lease ends soon. */
enum err event_checkpoint_now(struct ctx *ctx, struct store *store)
{
	int64_t pending = 0;
	TRY(event_access_flush(ctx, store));
	for (int tries = 0; tries < 30 && !store->engine->serial; tries++) {
		TRY(ledger_sequence(ctx, store));
		TRY(store_read(ctx, store, count_pending, &pending));
		if (!pending)
			break;
		usleep(100000);
	}
	return ledger_checkpoint(ctx, store);
}

/* ---- opening ---- */

struct first {
	int64_t newest, node;
};

/* Every process that opens the store is a node of its own for its ids. */
static enum err first_head(struct ctx *ctx, struct db *db, void *arg)
{
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO ledger_head (id, head, recorded_at, lease_node, lease_until)"
		       " VALUES (1, $1, 0, 0, 0) ON CONFLICT (id) DO NOTHING"),
		   sql_bytes(S(""))));
	struct first *first = arg;
	TRY(db_int(ctx, db, 0, &first->newest, SQL("SELECT max(id) FROM event")));
	TRY(db_int(ctx, db, 0, &first->node,
		   SQL("INSERT INTO node (id, given) VALUES (1, 1)"
		       " ON CONFLICT (id) DO UPDATE SET given = node.given + 1 RETURNING given")));
	TRY(same_key(ctx, db));
	return ledger_load(ctx, db);
}

/* Ids go on after those of the newest event even if the clock was set back meanwhile. */
static void ids_after(struct store *store, int64_t newest)
{
	uint64_t last = (uint64_t)newest >> 22 << 12 | ((uint64_t)newest & 4095);
	if (last > store->last_id)
		store->last_id = last;
}

enum err ledger_open(struct ctx *ctx, struct store *store)
{
	struct ledger *ledger = store->ledger = must_alloc(sizeof *store->ledger);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&ledger->lock, NULL);
	pthread_mutex_init(&ledger->sequencing, NULL);
	pthread_cond_init(&ledger->wake, &attributes);
	pthread_cond_init(&ledger->idle, &attributes);
	pthread_condattr_destroy(&attributes);
	str folder;
	struct first first;
	TRY(load_key(ctx, store));
	struct note_verifier verifier = note_verifier_of(&ledger->key);
	ledger->verifier = note_verifier_text(&store->arena, &verifier);
	TRY(folder_in(ctx, store, "ledger", &folder));
	TRY(store_write(ctx, store, first_head, &first));
	ids_after(store, first.newest);
	store->node = (uint64_t)first.node;
	if (clock_is_shifted() && store->clock() < ledger->recorded_at)
		return fail(ctx, ERR_INVALID, "The clock would start before the last event");
	if (pthread_create(&ledger->thread, NULL, work, store) != 0)
		return fail(ctx, ERR_BUSY, "A thread cannot be started");
	ledger->started = true;
	return OK;
}

void ledger_close(struct store *store)
{
	struct ledger *ledger = store->ledger;
	if (!ledger)
		return;
	if (ledger->started) {
		pthread_mutex_lock(&ledger->lock);
		ledger->stop = true;
		pthread_cond_signal(&ledger->wake);
		pthread_mutex_unlock(&ledger->lock);
		pthread_join(ledger->thread, NULL);
	}
	pthread_mutex_destroy(&ledger->lock);
	pthread_mutex_destroy(&ledger->sequencing);
	pthread_cond_destroy(&ledger->wake);
	pthread_cond_destroy(&ledger->idle);
	sodium_memzero(&ledger->key, sizeof ledger->key);
	free(ledger->made);
	free(ledger);
	store->ledger = NULL;
}
