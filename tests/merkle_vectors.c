/*
 * Right and wrong proofs: a case says by wantErr whether it must be refused. What it proves is
 * seen from its members: leafIdx (inclusion), size1 (consistency), start (the same for a part of
 * the tree).
 *
 * One family, equal sizes with an empty proof, carries dummy roots: the text "don't care", which
 * is no hash. What counts there is only whether the two are the same, so texts of another length
 * than 32 bytes are replaced by a hash of themselves. In inclusion cases they are refused.
 */
#include "base/json.h"
#include "ledger/note.h"
#include "suite.h"

static str bytes_of(struct arena *arena, struct value base64)
{
	str bytes = S("");
	if (!base64_read(arena, value_text(base64), &bytes))
		bytes = S("not base64");
	return bytes;
}

static struct merkle_hash stand_in(struct arena *arena, struct value base64)
{
	struct merkle_hash hash;
	str bytes = bytes_of(arena, base64);
	return merkle_hash_of(bytes, &hash) ? hash : merkle_leaf(bytes);
}

static bool read_proof(struct arena *arena, struct value list, struct merkle_proof *ret_proof)
{
	ret_proof->n = list.kind == VALUE_LIST ? list.n : 0;
	ret_proof->hashes = ARENA_ARRAY(arena, struct merkle_hash, ret_proof->n);
	for (size_t i = 0; i < ret_proof->n; i++)
		if (!merkle_hash_of(bytes_of(arena, list.items[i]), &ret_proof->hashes[i]))
			return false;
	return true;
}

/* The largest numbers of the suite lie beyond int64 and have one meaning: far outside. */
static uint64_t number(struct value test, const char *name)
{
	return (uint64_t)value_integer(value_get(test, str_z(name)), INT64_MAX);
}

static bool accepts_inclusion(struct arena *arena, struct value test,
			      const struct merkle_proof *proof)
{
	struct merkle_hash leaf, root;
	bool is_part = value_find(test, S("start"));
	uint64_t start = is_part ? number(test, "start") : 0;
	uint64_t end = number(test, is_part ? "end" : "treeSize");
	uint64_t index = number(test, "leafIdx");
	return merkle_hash_of(bytes_of(arena, value_get(test, S("leafHash"))), &leaf) &&
	       merkle_hash_of(bytes_of(arena, value_get(test, S("root"))), &root) &&
	       merkle_is_subtree(start, end) && index >= start &&
	       merkle_verify_inclusion(leaf, index - start, end - start, proof, root);
}

static bool accepts(struct arena *arena, struct value test)
{
	struct merkle_proof proof;
	if (!read_proof(arena, value_get(test, S("proof")), &proof))
		return false;
	if (value_find(test, S("leafIdx")))
		return accepts_inclusion(arena, test, &proof);
	struct merkle_hash first = stand_in(arena, value_get(test, S("root1")));
	struct merkle_hash second = stand_in(arena, value_get(test, S("root2")));
	if (value_find(test, S("start")))
		return merkle_verify_subtree(number(test, "start"), number(test, "end"), first,
					     number(test, "size"), second, &proof);
	return merkle_verify_consistency(number(test, "size1"), first, number(test, "size2"),
					 second, &proof);
}

static void run_file(void *object, const char *path)
{
	struct suite *suite = object;
	struct arena arena;
	struct value test = value_null();
	arena_init(&arena);
	bool readable = json_parse(&arena, suite_read(&arena, path), &test, NULL);
	bool accepted = readable && accepts(&arena, test);
	bool refuse = value_is_true(value_get(test, S("wantErr")));
	suite_case(suite, readable && accepted == !refuse, !refuse, path,
		   accepted ? "accepted" : "refused");
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	struct suite suite = suite_start("merkle", argc, argv);
	suite_walk(suite.folder, S(".json"), run_file, &suite);
	return suite_finish(&suite);
}
