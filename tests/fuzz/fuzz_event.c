/* What citizens may hand to motcua-verify: events, checkpoints, notes, keys. */
#include "fuzz.h"
#include "ledger/bundle.h"
#include "ledger/event.h"

FUZZ(arena, input)
{
	struct ctx ctx = { .arena = arena };
	struct ledger_event event;
	struct checkpoint checkpoint;
	struct note_verifier verifier;
	struct note_key key;
	struct bundle bundle;
	str again, text, bytes;
	if (ledger_event_read(&ctx, input, &event) == OK) {
		FUZZ_HOLDS(ledger_event_write(&ctx, &event, &again) == OK);
		FUZZ_HOLDS(str_eq(again, input));
	}
	checkpoint_parse(input, &checkpoint);
	base64_read(arena, input, &bytes);
	note_verifier_parse(arena, input, &verifier);
	FUZZ_HOLDS(note_key_of(S("a"), S("a seed of thirty-two characters!"), &key));
	verifier = note_verifier_of(&key);
	note_verify(input, &verifier, &text);
	if (bundle_read(arena, input, &bundle)) {
		FUZZ_HOLDS(str_eq(bundle_write(arena, &bundle), input));
		bundle_check(&bundle, &verifier, &checkpoint);
	}
}
