/*
 * postgres: one connection in libpq's pipeline mode. Statements are sent ahead and remembered in
 * `pending`; pg_drain reads their answers in order. postgres.c and postgres_pipe.c share it.
 */
#ifndef MOTCUA_STORE_POSTGRES_H
#define MOTCUA_STORE_POSTGRES_H

#include <libpq-fe.h>

#include "store/engine.h"

enum pg_prepared { PG_NOT, PG_SENT, PG_READY };

struct pg_statement {
	struct pg_statement *next; /* in its bucket */
	const void *key;
	uint64_t hash, signature;  /* signature: kinds of the arguments */
	char *text;                /* of a statement without a call site */
	char name[16];
	enum pg_prepared prepared;
};

enum pg_kind { PG_PREPARE, PG_RUN, PG_QUERY, PG_COMMIT, PG_SYNC };

struct pg_pending {
	enum pg_kind kind;
	struct pg_statement *statement;
	const char *sql; /* of a call site or in the arena of the transaction */
};

struct pg_rows {
	struct pg_rows *next; /* among those whose rows are being walked */
	PGresult *result;
};

enum { PG_BUCKETS = 256, PG_BUILT = 64 };

struct pg {
	PGconn *conn;
	struct pg_statement *buckets[PG_BUCKETS];
	unsigned n_named;
	int n_built;
	struct pg_pending *pending;
	size_t n_pending, room_pending;
	struct pg_rows *open;
	int64_t changes;
	char state[6];    /* SQLSTATE of the first fault of this transaction */
	bool lost;        /* the connection is of no more use */
	bool committing;  /* COMMIT was sent, its answer is not there */
	bool doubtful;    /* the server warned about this commit */
};

/* ERR_BUSY when no server can be reached. */
enum err pg_connect(struct ctx *ctx, struct store *store, struct pg **ret_pg);
void pg_close(void *pg);

/* Sends a statement ahead. False when the connection is lost. */
bool pg_send(struct pg *pg, const struct call *call, enum pg_kind kind);
bool pg_send_plain(struct pg *pg, const char *sql, enum pg_kind kind);
bool pg_send_check(struct pg *pg, const struct sql_site *site);
/* Reads the answers to all that was sent, up to a pg_sync, waiting at most `patience`. The first
 * fault is recorded in db (which may be NULL: faults are then dropped). *ret_result, if wanted, is
 * the answer of the newest PG_QUERY; the caller clears it. */
enum err pg_read(struct ctx *ctx, struct db *db, struct pg *pg, usec patience,
		 PGresult **ret_result);
/* pg_sync, then pg_read. */
enum err pg_drain(struct ctx *ctx, struct db *db, struct pg *pg, usec patience,
		  PGresult **ret_result);
bool pg_sync(struct pg *pg);
/* Gives back statements of sql_t when there are many; outside of a transaction. */
void pg_forget_built(struct pg *pg);
/* The connection broke, or the server is going away. */
bool pg_is_gone(const struct pg *pg);
/* Records that the connection is lost. */
enum err pg_fail_lost(struct ctx *ctx, struct db *db, struct pg *pg);

#endif
