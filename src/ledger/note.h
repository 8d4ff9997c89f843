/*
 * note: signed notes and checkpoints as C2SP specifies them (c2sp.org/signed-note,
 * c2sp.org/tlog-checkpoint), signed with Ed25519. A checkpoint is what a server publishes to
 * commit itself to the whole ledger so far:
 *
 *	motcua.example/cam-le          the origin
 *	1234                           leaves
 *	ARBr…=                         root, base64
 *
 *	— motcua.example/cam-le CzPL…  signature
 *
 *	struct note_key key;
 *	note_key_new(origin, &key);                             // or note_key_of(seed)
 *	str text = checkpoint_text(arena, origin, size, root);
 *	str note = note_sign(arena, text, &key);
 *	…
 *	struct checkpoint seen;
 *	if (!note_verify(note, &verifier, &text) || !checkpoint_parse(text, &seen)) …
 *
 * All results live in the arena given, or are views into the text read.
 */
#ifndef MOTCUA_LEDGER_NOTE_H
#define MOTCUA_LEDGER_NOTE_H

#include "base/buf.h"
#include "ledger/merkle.h"

enum { NOTE_SEED = 32, NOTE_PUBLIC = 32 };

/* The name is a view: it must outlive the key. It may not be empty nor hold blanks or '+'. */
struct note_key {
	str name;
	uint8_t secret[64];
};

struct note_verifier {
	str name;
	uint32_t id;
	uint8_t public_key[NOTE_PUBLIC];
};

bool note_name_valid(str name);
/* A new random key. Its seed (the first 32 bytes of .secret) is all that need be kept. */
void note_key_new(str name, struct note_key *ret_key);
/* False unless `seed` is 32 bytes and the name is valid. */
bool note_key_of(str name, str seed, struct note_key *ret_key);
struct note_verifier note_verifier_of(const struct note_key *key);
/* "name+1a2b3c4d+AQ…": what is published for verifying; and back (false: not such a key). */
str note_verifier_text(struct arena *arena, const struct note_verifier *verifier);
bool note_verifier_parse(struct arena *arena, str text, struct note_verifier *ret_verifier);

/* `text` ends in a newline. */
str note_sign(struct arena *arena, str text, const struct note_key *key);
/* True where a line carries this verifier's good signature and none a bad one of its. Other
 * signers' lines are passed over. ret_text is the part that was signed. */
bool note_verify(str note, const struct note_verifier *verifier, str *ret_text);

struct checkpoint {
	str origin;
	uint64_t size;
	struct merkle_hash root;
};

str checkpoint_text(struct arena *arena, str origin, uint64_t size, struct merkle_hash root);
/* Extension lines after the third are allowed and ignored. */
bool checkpoint_parse(str text, struct checkpoint *ret_checkpoint);

/* Standard base64 with padding; decoding is strict (no blanks, no stray bits). */
void base64_write(struct buf *out, str bytes);
bool base64_read(struct arena *arena, str text, str *ret_bytes);

#endif
