/* What the files of this room share. */
#ifndef MOTCUA_PEOPLE_ROOM_H
#define MOTCUA_PEOPLE_ROOM_H

#include "base/clock.h"
#include "people/people.h"

#include <pthread.h>
#include <stdatomic.h>

/* One state of the organisation tree; an older one is kept until people_close, because rows of it
 * may still be in somebody's hands. */
struct tree {
	struct arena arena;
	struct tree *before;
	struct organisations all;
};

struct people {
	struct store *store;
	_Atomic(struct tree *) tree;
	pthread_mutex_t reload;
	uint8_t secret[32];
};

enum { TOKEN_BYTES = 32, TOKEN_HASH = 32 };

/* The keyed hash under which a token is kept. */
str token_hash(const struct people *people, struct arena *arena, str token);
/* `prefix` and 43 characters that nobody can guess. */
str token_new(struct arena *arena, str prefix);

/* What an event says of a password: SHA-256 of the salted hash that is kept. */
str password_fingerprint(struct arena *arena, str hash);

enum err organisations_reload(struct ctx *ctx, struct people *people);

/* Whether the password is right, and counts failures: five lock the account for 15 minutes.
 * ERR_FORBIDDEN for every kind of no, with one sentence that tells nothing. */
enum err account_sign_in(struct ctx *ctx, struct people *people, str login, str password,
			 int64_t *ret_account);
enum err session_start(struct ctx *ctx, struct people *people, int64_t account, str *ret_token);
enum err session_end(struct ctx *ctx, struct people *people, str token);

#endif
