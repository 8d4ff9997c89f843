/*
 * ledger: what store.c and the engines need of the ledger (event.h is for everybody).
 *
 * The tree grows in one place at a time. On SQLite that is the leader of a group commit:
 * event_append gives a position at once, ledger_take adds the leaves of a command that did well
 * to the tree in memory, ledger_keep_head writes the tree's head before COMMIT, and
 * ledger_forget, at the start of each batch, lets nothing of a failed one survive. On PostgreSQL
 * it is the background thread of the node that holds the lease in ledger_head.
 */
#ifndef MOTCUA_STORE_LEDGER_H
#define MOTCUA_STORE_LEDGER_H

#include <pthread.h>

#include "ledger/merkle.h"
#include "ledger/note.h"
#include "store/engine.h"
#include "store/event.h"

struct ledger_leaf {
	struct ledger_leaf *next;
	struct merkle_hash hash;
};

struct access {
	int64_t account, object;
	usec at; /* business time */
	enum access_act act;
};

enum { ACCESS_SEEN = 4096, ACCESS_WAITING = 1024 };

struct ledger {
	/* Of whoever grows the tree. */
	bool loaded, changed;
	struct merkle_tree tree;
	struct merkle_made *made; /* subtrees not written yet */
	size_t n_made, room_made;
	int64_t recorded_at;      /* atomic: of the newest event; never goes back */

	struct note_key key;
	str origin, verifier;

	pthread_t thread;
	bool started;
	pthread_mutex_t sequencing;
	pthread_mutex_t lock;
	pthread_cond_t wake, idle;
	bool stop, flush;

	/* Under `lock`. */
	struct access waiting[ACCESS_WAITING];
	int n_waiting;
	bool writing;
	struct access seen[ACCESS_SEEN]; /* by hash: what was counted already */
};

enum err ledger_open(struct ctx *ctx, struct store *store);
void ledger_close(struct store *store);

void ledger_forget(struct store *store);
enum err ledger_load(struct ctx *ctx, struct db *db);
void ledger_take(struct db *db);
void ledger_add(struct ledger *ledger, struct merkle_hash leaf);
enum err ledger_keep_head(struct ctx *ctx, struct db *db);

/* PostgreSQL: gives positions to what waits, if this node has the lease. */
enum err ledger_sequence(struct ctx *ctx, struct store *store);
/* Signs what is committed, unless the newest checkpoint covers it. */
enum err ledger_checkpoint(struct ctx *ctx, struct store *store);
enum err ledger_write_access(struct ctx *ctx, struct store *store);
/* Reads stored hashes; `object` is the db. */
enum err ledger_read_hashes(void *db, struct ctx *ctx, int height, uint64_t index, size_t n,
			    struct merkle_hash *ret_hashes);
/* The text of DATA/ledger/checkpoints, empty where there is none. */
enum err ledger_read_file(struct ctx *ctx, struct store *store, str *ret_text);
/* The next note of that text. */
bool ledger_next_note(str *rest, str *ret_note);

#endif
