/* sqlite: one connection with its prepared statements; sqlite.c and sqlite_write.c share it. */
#ifndef MOTCUA_STORE_SQLITE_H
#define MOTCUA_STORE_SQLITE_H

#include <sqlite3.h>

#include "store/engine.h"

struct lite_statement {
	struct lite_statement *next;      /* in its bucket */
	struct lite_statement *next_open; /* among those whose rows are being walked */
	const void *key;                  /* the call site, or NULL */
	char *text;                       /* of a statement without a call site */
	uint64_t hash;
	sqlite3_stmt *handle;
	int n_places;
	uint16_t *places; /* which argument each place takes, from 0 */
	bool open, stepped, spare;
};

enum { LITE_BUCKETS = 256, LITE_BUILT = 64 };

/* The statements around transactions, prepared once. */
enum lite_control {
	LITE_BEGIN, LITE_BEGIN_IMMEDIATE, LITE_SAVEPOINT, LITE_RELEASE, LITE_ROLLBACK_TO,
	LITE_COMMIT, LITE_ROLLBACK, LITE_CONTROLS,
};

struct lite {
	sqlite3 *handle;
	sqlite3_stmt *control[LITE_CONTROLS];
	struct lite_statement *buckets[LITE_BUCKETS];
	struct lite_statement *open;
	int n_built;
	int64_t changes;
};

struct lite_shared {
	struct pool readers;
	struct lite_writer *writer;
};

enum err lite_open(struct ctx *ctx, struct store *store, bool writing, struct lite **ret_lite);
void lite_close(void *lite);
/* Ends whatever is still being walked. */
void lite_reset(struct lite *lite);
/* Both return SQLite's code. */
int lite_control(struct lite *lite, enum lite_control which);
int lite_execute(struct lite *lite, const char *sql);
/* Records what SQLite says about its last call. */
enum err lite_fail(struct ctx *ctx, struct lite *lite, int code, const char *sql);

struct lite_writer *lite_writer_new(struct lite *lite);
void lite_writer_free(struct lite_writer *writer);
enum err lite_write(struct ctx *ctx, struct store *store, store_fn *fn, void *arg,
		    bool relaxed);

#endif
