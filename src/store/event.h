/*
 * event: the ledger inside the store. Every act is an event: exact bytes in the canonical form
 * of ledger/event.h, written in the transaction of the command that does the act, and a leaf of
 * one Merkle tree (RFC 9162). Events are never changed and never deleted. What is personal lies
 * beside the event under a salted commitment and can be erased; the event stays provable.
 *
 *	TRY(event_append(ctx, db, &(struct event_new){
 *		.kind = S("case.accepted"), .object = case_id, .actor = account,
 *		.organisation = ward, .open = about, .closed = applicant }, NULL));
 *
 * A leaf gets its place in the tree on SQLite before the command is acknowledged, on PostgreSQL
 * within a second: until then proofs answer "pending". Signed checkpoints (C2SP) are made every
 * few seconds when something was added, kept in the database and appended to
 * DATA/ledger/checkpoints, so that a rewritten database is found out.
 *
 * recorded_at is this server's clock and never goes back. effective_at is when the act took
 * place, never later than recorded_at; an earlier one needs a reason.
 */
#ifndef MOTCUA_STORE_EVENT_H
#define MOTCUA_STORE_EVENT_H

#include "base/value.h"
#include "store/store.h"

struct event_new {
	str kind;             /* "case.accepted": the room's noun, then a past participle */
	int64_t object;       /* id of the case, article, account…; 0: the system itself */
	int64_t actor;        /* account; 0: the system, or a citizen without an account */
	int64_t organisation; /* on whose behalf; 0: none */
	usec effective_at;    /* 0: now */
	/* Asked for when effective_at is not now, and for corrections. One that names people
	 * stands as "reason" or "text" in `closed` instead. */
	str reason;
	struct value open;    /* a map without personal data, or null: is hashed as it is */
	struct value closed;  /* a map of personal data, or null: is hashed with a salt */
};

/* Errors: ERR_INVALID effective_at lies ahead, or lies back without a reason. */
enum err event_append(struct ctx *ctx, struct db *db, const struct event_new *event,
		      int64_t *ret_id);

/* An event as it is read back. */
struct event {
	int64_t id, object, actor, organisation;
	str kind, reason;
	usec recorded_at, effective_at;
	int64_t position;    /* in the tree, -1 while pending */
	struct value open, closed; /* closed is null where there was none or it was erased */
	bool erased;
};

struct event_list {
	struct event *items;
	size_t n;
};

/* A number as events carry it: ids are text in them, because a browser's numbers end at 2^53; a truth
 * value is 0 or 1. Anything else is 0. */
int64_t event_number(struct value v);

/* ERR_NOT_FOUND. */
enum err event_load(struct ctx *ctx, struct db *db, int64_t id, struct event *ret_event);
/* All events of an object, oldest first. */
enum err event_list(struct ctx *ctx, struct db *db, int64_t object, struct event_list *ret_list);
/* The events behind place `position` of the tree (-1: from the beginning), at most `most`, in the
 * tree's order. Places are given without gaps, so that who reads from where the last reading ended
 * misses none. */
enum err event_after(struct ctx *ctx, struct db *db, int64_t position, int most,
		     struct event_list *ret_list);
/* The last place given; -1 where there is none. */
enum err event_last(struct ctx *ctx, struct db *db, int64_t *ret_position);

/* Erases the private part of event `id` under an event of its own, which `why` becomes (its
 * object, actor, reason; its kind is set). Without a reason ERR_INVALID. */
enum err event_erase(struct ctx *ctx, struct db *db, int64_t id, const struct event_new *why);

/* ---- access to personal data ---- */

enum access_act { ACCESS_OPEN, ACCESS_PRINT, ACCESS_EXPORT, ACCESS_DOWNLOAD };

/* Notes that `account` saw `object`. Returns at once; is on disk within a second, one event for
 * all that came together. The same act on the same object by the same account counts once in
 * 15 minutes. */
void event_access(struct store *store, int64_t account, int64_t object, enum access_act act);
/* Waits until all access noted so far is on disk. */
enum err event_access_flush(struct ctx *ctx, struct store *store);

/* ---- proofs ---- */

struct event_proof {
	bool pending;      /* no place in the tree yet: the rest is empty */
	int64_t position;
	int64_t size;      /* leaves of the tree the proof leads to */
	str leaf, root;    /* 32 bytes each */
	str *path;         /* 32 bytes each, from the leaf up */
	size_t n;
	str checkpoint;    /* signed note over `size` and `root` */
};

/* Of an event under the newest checkpoint that covers it; pending when none does yet. */
enum err event_prove(struct ctx *ctx, struct db *db, int64_t id, struct event_proof *ret_proof);
/* That the tree of `from` leaves is the beginning of that of `to`: position is `from`, size is
 * `to`. ERR_INVALID unless 0 < from ≤ to ≤ the size of the tree. */
enum err event_prove_consistency(struct ctx *ctx, struct db *db, int64_t from, int64_t to,
				 struct event_proof *ret_proof);
/* The newest signed checkpoint, ERR_NOT_FOUND before the first. */
enum err event_checkpoint(struct ctx *ctx, struct db *db, str *ret_note);
/* Gives every event its place and signs a checkpoint now, instead of within seconds. */
enum err event_checkpoint_now(struct ctx *ctx, struct store *store);
/* What checkpoints are verified with: "name+hash+key" as C2SP writes it. */
str event_public_key(struct store *store);

/* ---- verification ---- */

struct event_report {
	int64_t events, pending, checkpoints, erased;
	bool sound;
	int64_t bad;   /* the first event that does not agree, or 0 */
	str finding;   /* English, for the administrator: what does not agree */
};

/* Walks all events in the order of the tree: bytes against leaf, columns against bytes, private
 * part against its commitment, tree against every checkpoint in the database and in DATA/ledger,
 * and against `checkpoint` (a signed note kept elsewhere, may be empty). Bounded memory. */
enum err event_verify(struct ctx *ctx, struct store *store, str checkpoint,
		      struct event_report *ret_report);

#endif
