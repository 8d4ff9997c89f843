/*
 * store_writer: a program to be killed. It writes without end and prints a number on standard
 * output only after the store has acknowledged it; another process keeps what it printed.
 *
 *	store_writer write DATA [--no-sync] [THREADS]    until it is killed
 *	store_writer check DATA <ACKNOWLEDGED            what was acknowledged is all there
 *
 * With MOTCUA_TEST_POSTGRES in the environment it works on that server. A command writes two rows
 * that belong together, an event, and for every eighth number a file, which is stored before.
 * The check counts what is lost and what is half done, then verifies ledger and files.
 */
#include <pthread.h>
#include <unistd.h>

#include "store/event.h"
#include "store/files.h"

enum { MOST_THREADS = 64, FILE_EVERY = 8 };

struct writing {
	struct store *store;
	bool files;
};

static const struct migration steps[] = {
	{ 1, "numbers",
	  "CREATE TABLE number (n INT PRIMARY KEY, event INT NOT NULL);"
	  "CREATE TABLE partner (n INT PRIMARY KEY, file TEXT NOT NULL);" },
};
static const struct migration_set set = { "writer", steps, 1 };
static const struct migration_set *const sets[] = { &set, NULL };

struct number {
	int64_t n;
	struct file_info file;
};

static enum err write_number(struct ctx *ctx, struct db *db, void *arg)
{
	const struct number *number = arg;
	int64_t event;
	struct event_new act = { .kind = S("number.written"), .object = number->n };
	act.closed = value_map();
	value_set(ctx->arena, &act.closed, S("n"), value_int(number->n));
	TRY(event_append(ctx, db, &act, &event));
	if (number->file.size)
		TRY(file_note(ctx, db, &number->file));
	TRY(db_run(ctx, db, SQL("INSERT INTO number (n, event) VALUES ($1, $2)"), number->n,
		   event));
	return db_run(ctx, db, SQL("INSERT INTO partner (n, file) VALUES ($1, $2)"), number->n,
		      number->file.size ? number->file.hash : S(""));
}

static void say(const struct ctx *ctx)
{
	fprintf(stderr, "store_writer: %.*s: %.*s\n", STR_ARG(ctx->fault.message),
		STR_ARG(ctx->fault.detail));
}

static enum err one(struct ctx *ctx, const struct writing *writing, int64_t n)
{
	struct number number = { .n = n, .file = { .hash = S("") } };
	if (writing->files && (n >> 22) % FILE_EVERY == 0) /* by the millisecond of the id */
		TRY(file_put(ctx, writing->store, id_text(ctx->arena, n), S("text/plain"), &number.file));
	return store_write(ctx, writing->store, write_number, &number);
}

static void *work(void *arg)
{
	const struct writing *writing = arg;
	struct arena arena;
	arena_init(&arena);
	for (;;) {
		struct ctx ctx = { .arena = &arena };
		char line[32];
		int64_t n = store_id(writing->store); /* a number nobody else has, in no run */
		if (one(&ctx, writing, n) != OK) {
			say(&ctx);
			_exit(1);
		}
		int length = snprintf(line, sizeof line, "%lld\n", (long long)n);
		if (write(STDOUT_FILENO, line, (size_t)length) != length)
			_exit(1);
		arena_reset(&arena);
	}
	return NULL;
}

/* ---- checking ---- */

struct check {
	int64_t n, lost, halves, wrong_files;
};

static enum err look(struct ctx *ctx, struct db *db, void *arg)
{
	struct check *check = arg;
	int64_t there;
	TRY(db_int(ctx, db, 0, &there,
		   SQL("SELECT count(*) FROM number a JOIN partner b ON b.n = a.n"
		       " JOIN event e ON e.id = a.event WHERE a.n = $1"), check->n));
	check->lost += there != 1;
	return OK;
}

static enum err count_halves(struct ctx *ctx, struct db *db, void *arg)
{
	struct check *check = arg;
	return db_int(ctx, db, 0, &check->halves,
		      SQL("SELECT (SELECT count(*) FROM number) + (SELECT count(*) FROM partner)"
			  " - 2 * (SELECT count(*) FROM number a JOIN partner b ON b.n = a.n"
			  " JOIN event e ON e.id = a.event)"
			  " + (SELECT count(*) FROM partner p WHERE p.file <> ''"
			  " AND NOT EXISTS (SELECT 1 FROM file f WHERE f.hash = p.file))"));
}

static int check_all(struct ctx *ctx, struct store *store)
{
	struct check check = { 0 };
	struct event_report events;
	struct file_report files;
	int64_t acknowledged = 0;
	char line[64];
	enum err e = OK;
	for (; e == OK && fgets(line, sizeof line, stdin); acknowledged++) {
		if (!str_int(str_trim(str_z(line)), 0, INT64_MAX, &check.n))
			break; /* the last line may have been cut */
		e = store_read(ctx, store, look, &check);
	}
	if (e == OK)
		e = store_read(ctx, store, count_halves, &check);
	if (e == OK)
		e = event_verify(ctx, store, S(""), &events);
	if (e == OK)
		e = files_verify(ctx, store, &files);
	if (e != OK) {
		say(ctx);
		return 1;
	}
	printf("acknowledged %lld, lost %lld, half done %lld", (long long)acknowledged,
	       (long long)check.lost, (long long)check.halves);
	printf(", events %lld %s%.*s", (long long)events.events, events.sound ? "sound" : "bad: ",
	       STR_ARG(events.finding));
	printf(", files %lld %s%.*s\n", (long long)files.files, files.sound ? "sound" : "bad: ",
	       STR_ARG(files.finding));
	return check.lost || check.halves || !events.sound || !files.sound ? 3 : 0;
}

int main(int argc, char **argv)
{
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	const char *postgres = getenv("MOTCUA_TEST_POSTGRES");
	struct store_options options = { .migrations = sets };
	struct store *store;
	int64_t threads = 8;
	if (argc < 3)
		return 2;
	options.data = str_z(argv[2]);
	options.database = str_z(postgres ? postgres : "");
	for (int i = 3; i < argc; i++)
		if (strcmp(argv[i], "--no-sync") == 0)
			options.no_sync = true;
		else if (!str_int(str_z(argv[i]), 1, MOST_THREADS, &threads))
			return 2;
	if (store_open(&ctx, &options, &store) != OK) {
		say(&ctx);
		return 1;
	}
	if (strcmp(argv[1], "check") == 0) {
		int status = check_all(&ctx, store);
		store_close(store);
		arena_done(&arena);
		return status;
	}
	/* The control does without files: their fsync would carry its rows to the disk as well. */
	struct writing writing = { store, .files = !options.no_sync };
	pthread_t thread;
	for (int i = 1; i < threads; i++)
		pthread_create(&thread, NULL, work, &writing);
	work(&writing);
	return 0;
}
