/*
 * outbox: everything that leaves the program or takes long (mail, SMS, web hooks, PDF, calls to
 * partners). A command adds a row in its own transaction; a thread of this process sends it
 * afterwards, with retries, until it succeeds or is given up. At least once: handlers pass the
 * item's key on so that the other side can drop a repetition.
 *
 * Each kind has threads of its own, and a lane is one other side: its items go one at a time, and
 * while it is away all of them wait, so that a partner that is down costs one try a pause and holds
 * up nobody else.
 *
 *	TRY(outbox_add(ctx, db, &(struct outbox_new){
 *		.kind = S("mail"), .object = case_id, .payload = letter }, NULL));
 *
 *	static const struct outbox_handler handlers[] = { { "mail", mail_send, &settings }, … };
 *	TRY(outbox_start(ctx, store, handlers, 2, &outbox));
 *	…
 *	outbox_stop(outbox);
 *
 * Several nodes may run one each: a row is claimed before it is sent.
 */
#ifndef MOTCUA_STORE_OUTBOX_H
#define MOTCUA_STORE_OUTBOX_H

#include "base/value.h"
#include "store/store.h"

struct outbox;

struct outbox_new {
	str kind;             /* of the handler */
	str key;              /* idempotency key, once per kind; empty: made from the id */
	int64_t object;       /* what it is about, for showing; 0: nothing */
	struct value payload; /* JSON kinds only */
	usec not_before;      /* real time; 0: at once */
	str lane;             /* whom it goes to; empty: it stands alone */
};

/* A key that is there already adds nothing and gives the older id. */
enum err outbox_add(struct ctx *ctx, struct db *db, const struct outbox_new *item,
		    int64_t *ret_id);

enum outbox_state { OUTBOX_WAITING, OUTBOX_SENDING, OUTBOX_SENT, OUTBOX_FAILED };

struct outbox_item {
	int64_t id, object;
	str kind, key;
	struct value payload;
	enum outbox_state state;
	int tries;          /* begun so far, this one included */
	usec added_at, next_at, done_at; /* real time; 0 where it does not apply */
	str fault;          /* of the last try, English, for the administrator */
	str lane;
	usec since;         /* it is given up a week after this */
	bool away;          /* of the try that just ended: the other side could not be reached */
};

/* Sends one item, outside of any transaction. OK: sent. ERR_BUSY, ERR_IO, ERR_DATABASE: tried
 * again after 5 s, 10 s, 20 s … at most 1 h, for a week. Everything else: given up at once. */
typedef enum err outbox_fn(struct ctx *ctx, struct store *store, const struct outbox_item *item,
			   void *arg);

struct outbox_handler {
	const char *kind;
	outbox_fn *send;
	void *arg;
	int threads; /* that many lanes at once; 0: one */
};

/* `handlers` must outlive the outbox. Rows of other kinds wait for another node. */
enum err outbox_start(struct ctx *ctx, struct store *store, const struct outbox_handler *handlers,
		      size_t n, struct outbox **ret_outbox);
/* Waits for the item being sent. NULL is fine. */
void outbox_stop(struct outbox *outbox);
/* Sends what is due now, in the caller's thread: for commands and tests. */
enum err outbox_run(struct ctx *ctx, struct store *store, const struct outbox_handler *handlers,
		    size_t n, int64_t *ret_sent);

struct outbox_list {
	struct outbox_item *items;
	size_t n;
};

struct outbox_filter {
	int64_t object; /* 0: of all */
	str lane;       /* empty: of all */
	bool failed;    /* only what was given up */
};
/* Newest first. */
enum err outbox_list(struct ctx *ctx, struct db *db, const struct outbox_filter *filter, int limit,
		     struct outbox_list *ret_list);

/* How it stands with one other side. */
struct outbox_lane {
	int64_t waiting, sent, failed;
	usec sent_at; /* the last one */
	usec next_at; /* it is away, and is asked again then; 0: it is there */
	str fault;    /* the last one, where it is away or something failed */
};
enum err outbox_lane(struct ctx *ctx, struct db *db, str lane, struct outbox_lane *ret_lane);

/* Puts a failed item back in the queue. ERR_CONFLICT unless it failed. */
enum err outbox_retry(struct ctx *ctx, struct db *db, int64_t id);
/* All that failed of a lane, and what waits is tried now. */
enum err outbox_retry_lane(struct ctx *ctx, struct db *db, str lane, int64_t *ret_n);

#endif
