/* An Idempotency-Key: the same request sent again is done once. The key is taken in the transaction
 * of the command it came with, under the primary key of its table, so that of two requests at once
 * one is done and the other finds it done; a crash leaves both or neither. */
#ifndef MOTCUA_CASES_REQUEST_KEY_H
#define MOTCUA_CASES_REQUEST_KEY_H

#include "base/value.h"
#include "store/store.h"

struct request_key {
	int64_t account; /* keys of different accounts have nothing to do with one another */
	str name;        /* as sent; empty: none */
	str of;          /* what the request asked for: 64 hexadecimal digits */
};

/* What is kept under a key. */
struct request_kept {
	bool there;
	str of;
	str made;       /* code of the case or draft */
	int64_t status; /* 0: done, but not answered yet */
	struct value body;
};

enum { REQUEST_KEY_DAYS = 2 };

/* Inside the command. NULL or without a name: nothing. ERR_CONFLICT: it is taken. */
enum err request_key_take(struct ctx *ctx, struct db *db, const struct request_key *key, str made);
enum err request_key_look(struct ctx *ctx, struct store *store, const struct request_key *key,
			  struct request_kept *ret_kept);
/* Keeps the answer; the first one counts, and is what *kept holds afterwards. */
enum err request_key_answer(struct ctx *ctx, struct store *store, const struct request_key *key,
			    struct request_kept *kept);

#endif
