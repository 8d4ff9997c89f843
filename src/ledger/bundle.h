/*
 * bundle: a proof that fits in one file and is checked without the server: the text format of
 * c2sp.org/tlog-proof. Ours carries the event itself as the extra data.
 *
 *	c2sp.org/tlog-proof@v1
 *	extra bW90Y3VhIGV2ZW50IDE…      the event's bytes, base64
 *	index 7
 *	gSKyXoYZ…=                      the path, from the leaf up, base64
 *	…
 *
 *	motcua-1a2b3c4d                 a signed checkpoint
 *	12
 *	sFodV/vS…=
 *
 *	— motcua-1a2b3c4d hI2DJw…
 *
 *	struct bundle bundle;
 *	if (!bundle_read(arena, text, &bundle)) …
 *	const char *fault = bundle_check(&bundle, &verifier, &checkpoint);
 */
#ifndef MOTCUA_LEDGER_BUNDLE_H
#define MOTCUA_LEDGER_BUNDLE_H

#include "ledger/note.h"

struct bundle {
	str event;      /* exact bytes */
	uint64_t index; /* its place in the tree */
	struct merkle_proof path;
	str checkpoint; /* signed note */
};

str bundle_write(struct arena *arena, const struct bundle *bundle);
/* False for anything out of form. Strings are views into `text` or live in the arena. */
bool bundle_read(struct arena *arena, str text, struct bundle *ret_bundle);
/* NULL where the checkpoint is signed by this key and the event stands at its place under it;
 * otherwise what is wrong, an English literal. */
const char *bundle_check(const struct bundle *bundle, const struct note_verifier *verifier,
			 struct checkpoint *ret_checkpoint);

/* One base64 hash a line, as /ledger/consistency gives them in text. */
bool hashes_read(struct arena *arena, str text, struct merkle_proof *ret_proof);
void hashes_write(struct buf *out, const struct merkle_proof *proof);

/* Takes the next note off a file of checkpoints, which are parted by two empty lines. */
bool note_next(str *rest, str *ret_note);

#endif
