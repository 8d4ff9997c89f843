/*
 * Group commit. Whoever comes while nobody writes leads: it runs the commands of everyone who
 * waits, one after another under savepoints inside one transaction, waits once for the disk, and
 * wakes them all. Whoever comes meanwhile is taken along while the batch has room, or leads the
 * next one. So one wait for the disk is shared by as many commands as are there, and a single
 * client waits for nobody.
 *
 * A command runs in the leader's thread while its own thread sleeps: that costs one wake-up a
 * command instead of handing the connection around. When the transaction as a whole fails (disk
 * full, an error at COMMIT), its commands are run again one by one, so that only the one to blame
 * fails.
 */
#include <pthread.h>

#include "store/ledger.h"
#include "store/sqlite.h"

struct command {
	struct command *next;
	store_fn *fn;
	void *arg;
	struct db db;
	enum err result;
	bool done, leads;
	pthread_cond_t wake;
};

struct lite_writer {
	pthread_mutex_t lock;
	struct command *first, **last; /* those who wait */
	bool led;
	struct lite *lite;
};

enum { BATCH = 64 };

struct lite_writer *lite_writer_new(struct lite *lite)
{
	struct lite_writer *writer = must_alloc(sizeof *writer);
	writer->lite = lite;
	writer->last = &writer->first;
	pthread_mutex_init(&writer->lock, NULL);
	return writer;
}

void lite_writer_free(struct lite_writer *writer)
{
	pthread_mutex_destroy(&writer->lock);
	lite_close(writer->lite);
	free(writer);
}

static struct command *take_next(struct lite_writer *writer)
{
	struct command *command = writer->first;
	if (!command)
		return NULL;
	writer->first = command->next;
	if (!writer->first)
		writer->last = &writer->first;
	command->next = NULL;
	return command;
}

/* Runs the command in the transaction that is open. Its statements must all be closed before the
 * savepoint is. */
static enum err run_command(struct lite_writer *writer, struct command *command)
{
	struct db *db = &command->db;
	db_restart(db);
	db->connection = writer->lite;
	command->result = db_outcome(db->ctx, db, command->fn(db->ctx, db, command->arg));
	lite_reset(writer->lite);
	return command->result;
}

/* False when the transaction as a whole is lost. */
static bool run_in_savepoint(struct lite_writer *writer, struct command *command)
{
	struct lite *lite = writer->lite;
	struct db *db = &command->db;
	if (lite_control(lite, LITE_SAVEPOINT) != SQLITE_OK)
		return false;
	enum err e = run_command(writer, command);
	db->in_use = false;
	if (sqlite3_get_autocommit(lite->handle))
		return false; /* SQLite rolled back everything by itself */
	if (e != OK && lite_control(lite, LITE_ROLLBACK_TO) != SQLITE_OK)
		return false;
	if (e == OK)
		ledger_take(db);
	return lite_control(lite, LITE_RELEASE) == SQLITE_OK;
}

/* The ledger's new head goes into the same transaction, once for all of it. */
static int commit(struct lite_writer *writer, struct command *leader)
{
	struct db db;
	db_start(&db, leader->db.ctx, leader->db.store, true);
	db.connection = writer->lite;
	enum err e = db_outcome(db.ctx, &db, ledger_keep_head(db.ctx, &db));
	lite_reset(writer->lite);
	return e == OK ? lite_control(writer->lite, LITE_COMMIT) : SQLITE_ERROR;
}

static int begin(struct lite_writer *writer, struct command *leader)
{
	ledger_forget(leader->db.store);
	return lite_control(writer->lite, LITE_BEGIN_IMMEDIATE);
}

static void roll_back(struct lite *lite)
{
	if (!sqlite3_get_autocommit(lite->handle))
		lite_control(lite, LITE_ROLLBACK);
}

/* A transaction for this command only. */
static void run_alone(struct lite_writer *writer, struct command *command)
{
	struct lite *lite = writer->lite;
	struct ctx *ctx = command->db.ctx;
	int code = begin(writer, command);
	if (code != SQLITE_OK) {
		command->result = lite_fail(ctx, lite, code, "BEGIN");
		return;
	}
	if (run_in_savepoint(writer, command) && command->result == OK) {
		code = commit(writer, command);
		if (code != SQLITE_OK)
			command->result = lite_fail(ctx, lite, code, "COMMIT");
	} else if (command->result == OK) {
		command->result = lite_fail(ctx, lite, sqlite3_extended_errcode(lite->handle),
					    "SAVEPOINT");
	}
	roll_back(lite);
}

/* Runs the list in one transaction, taking newcomers along; true if it was committed. The list
 * grows by them. */
static bool run_together(struct lite_writer *writer, struct command *list)
{
	struct lite *lite = writer->lite;
	if (begin(writer, list) != SQLITE_OK)
		return false;
	int n = 0;
	bool any = false;
	for (struct command *command = list, *last; command; command = command->next) {
		if (!run_in_savepoint(writer, command)) {
			roll_back(lite);
			return false;
		}
		any |= command->result == OK;
		last = command;
		if (++n < BATCH && !last->next) {
			pthread_mutex_lock(&writer->lock);
			last->next = take_next(writer);
			pthread_mutex_unlock(&writer->lock);
		}
	}
	if (any && commit(writer, list) == SQLITE_OK)
		return true;
	roll_back(lite);
	return !any;
}

static void lead(struct lite_writer *writer, struct command *list)
{
	if (!run_together(writer, list))
		for (struct command *command = list; command; command = command->next)
			run_alone(writer, command);
	for (struct command *command = list; command; command = command->next)
		if (command->result == OK)
			db_run_hooks(&command->db);
}

/* Wakes those whose command is done, and whoever leads next. */
static void hand_over(struct lite_writer *writer, struct command *list)
{
	pthread_mutex_lock(&writer->lock);
	writer->led = writer->first != NULL;
	if (writer->first) {
		writer->first->leads = true;
		pthread_cond_signal(&writer->first->wake);
	}
	for (struct command *command = list, *next; command; command = next) {
		next = command->next; /* it may be gone once it knows that it is done */
		command->done = true;
		pthread_cond_signal(&command->wake);
	}
	pthread_mutex_unlock(&writer->lock);
}

/* True if the caller leads; its command is then the first of those who wait. */
static bool wait_turn(struct lite_writer *writer, struct command *command)
{
	*writer->last = command;
	writer->last = &command->next;
	if (!writer->led) {
		writer->led = true;
		return true;
	}
	while (!command->done && !command->leads)
		pthread_cond_wait(&command->wake, &writer->lock);
	return command->leads;
}

enum err lite_write(struct ctx *ctx, struct store *store, store_fn *fn, void *arg,
		    bool relaxed)
{
	struct lite_writer *writer = ((struct lite_shared *)store->shared)->writer;
	struct command command = { .fn = fn, .arg = arg };
	db_start(&command.db, ctx, store, true);
	pthread_cond_init(&command.wake, NULL);
	pthread_mutex_lock(&writer->lock);
	bool leads = wait_turn(writer, &command);
	struct command *list = leads ? take_next(writer) : NULL;
	pthread_mutex_unlock(&writer->lock);
	if (leads) {
		lead(writer, list);
		hand_over(writer, list);
	}
	pthread_cond_destroy(&command.wake);
	return command.result;
}
