#include "ledger/bundle.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1\n"

void hashes_write(struct buf *out, const struct merkle_proof *proof)
{
	for (size_t i = 0; i < proof->n; i++) {
		base64_write(out, merkle_bytes(&proof->hashes[i]));
		buf_byte(out, '\n');
	}
}

bool hashes_read(struct arena *arena, str text, struct merkle_proof *ret_proof)
{
	struct merkle_proof proof = {
		.hashes = ARENA_ARRAY(arena, struct merkle_hash, 2 * MERKLE_LEVELS)
	};
	for (str line, bytes; str_next(&text, '\n', &line);)
		if (proof.n == 2 * MERKLE_LEVELS || !base64_read(arena, line, &bytes) ||
		    !merkle_hash_of(bytes, &proof.hashes[proof.n++]))
			return false;
	*ret_proof = proof;
	return true;
}

str bundle_write(struct arena *arena, const struct bundle *bundle)
{
	struct buf out = { .arena = arena };
	buf_str(&out, S(FIRST_LINE "extra "));
	base64_write(&out, bundle->event);
	buf_printf(&out, "\nindex %llu\n", (unsigned long long)bundle->index);
	hashes_write(&out, &bundle->path);
	buf_byte(&out, '\n');
	buf_str(&out, bundle->checkpoint);
	return buf_view(&out);
}

/* Takes "name text\n" off the beginning. */
static bool take_line(str *rest, str name, str *ret_text)
{
	size_t end = str_find_byte(*rest, '\n');
	if (end == SIZE_MAX || !str_starts(*rest, name) || end < name.n)
		return false;
	*ret_text = str_slice(*rest, name.n, end);
	*rest = str_slice(*rest, end + 1, rest->n);
	return true;
}

bool bundle_read(struct arena *arena, str text, struct bundle *ret_bundle)
{
	struct bundle bundle;
	str extra, index, whole = text;
	int64_t n;
	if (!str_starts(text, S(FIRST_LINE)))
		return false;
	text = str_slice(text, sizeof(FIRST_LINE) - 1, text.n);
	if (!take_line(&text, S("extra "), &extra) || !take_line(&text, S("index "), &index) ||
	    !base64_read(arena, extra, &bundle.event) || !str_int(index, 0, INT64_MAX, &n))
		return false;
	bundle.index = (uint64_t)n;
	/* The hashes end at an empty line; a tree of one leaf has none. */
	size_t end = str_starts(text, S("\n")) ? 0 : str_find(text, S("\n\n")) + 1;
	if (end > text.n || !hashes_read(arena, str_slice(text, 0, end), &bundle.path))
		return false;
	bundle.checkpoint = str_slice(text, end + 1, text.n);
	*ret_bundle = bundle;
	/* One proof has one spelling: no zeros before the index, no lines that say nothing. */
	return str_eq(bundle_write(arena, &bundle), whole);
}

const char *bundle_check(const struct bundle *bundle, const struct note_verifier *verifier,
			 struct checkpoint *ret_checkpoint)
{
	str text;
	if (!note_verify(bundle->checkpoint, verifier, &text))
		return "the checkpoint is not signed by this key";
	if (!checkpoint_parse(text, ret_checkpoint))
		return "the signed text is no checkpoint";
	if (!merkle_verify_inclusion(merkle_leaf(bundle->event), bundle->index,
				     ret_checkpoint->size, &bundle->path, ret_checkpoint->root))
		return "the event does not stand in the ledger that was signed";
	return NULL;
}

bool note_next(str *rest, str *ret_note)
{
	size_t end = str_find(*rest, S("\n\n\n"));
	if (str_empty(*rest))
		return false;
	*ret_note = end == SIZE_MAX ? *rest : str_slice(*rest, 0, end + 1);
	*rest = end == SIZE_MAX ? S("") : str_slice(*rest, end + 3, rest->n);
	return true;
}
