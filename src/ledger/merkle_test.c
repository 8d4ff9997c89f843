#include "ledger/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { LEAVES = 700 }; /* more than two tiles of 256 */

struct log {
	struct arena arena;
	struct ctx ctx;
	struct merkle_hash leaves[LEAVES], tiles[LEAVES >> MERKLE_TILE], roots[LEAVES + 1];
	size_t n_tiles, reads;
	struct merkle_source source;
};

static enum err read_stored(void *object, struct ctx *ctx, int height, uint64_t index, size_t n,
			    struct merkle_hash *ret_hashes)
{
	struct log *log = object;
	const struct merkle_hash *from = height == 0 ? log->leaves : log->tiles;
	log->reads += n;
	if (height != 0 && height != MERKLE_TILE)
		return ERR_DATABASE;
	if (index + n > (height ? log->n_tiles : LEAVES))
		return ERR_DATABASE;
	memcpy(ret_hashes, from + index, n * sizeof *from);
	return OK;
}

/* The definition, straight from the RFC. */
static struct merkle_hash plain_root(const struct merkle_hash *leaves, size_t n)
{
	if (n == 0)
		return merkle_empty();
	if (n == 1)
		return leaves[0];
	size_t k = 1;
	while (k * 2 < n)
		k *= 2;
	return merkle_node(plain_root(leaves, k), plain_root(leaves + k, n - k));
}

static int build(void **state)
{
	struct log *log = calloc(1, sizeof *log);
	struct merkle_tree tree = { 0 };
	arena_init(&log->arena);
	log->ctx.arena = &log->arena;
	log->source = (struct merkle_source){ read_stored, log };
	log->roots[0] = merkle_root(&tree);
	for (int i = 0; i < LEAVES; i++) {
		struct merkle_made made[MERKLE_MADE];
		char text[16];
		int length = snprintf(text, sizeof text, "leaf %d", i);
		log->leaves[i] = merkle_leaf(str_of(text, (size_t)length));
		size_t n = merkle_append(&tree, log->leaves[i], made);
		for (size_t j = 0; j < n; j++) {
			assert_int_equal(made[j].height, MERKLE_TILE);
			assert_int_equal(made[j].index, log->n_tiles);
			log->tiles[log->n_tiles++] = made[j].hash;
		}
		log->roots[i + 1] = merkle_root(&tree);
	}
	*state = log;
	return 0;
}

static int clear(void **state)
{
	struct log *log = *state;
	arena_done(&log->arena);
	free(log);
	return 0;
}

static void assert_hash(struct merkle_hash hash, const char *hex)
{
	char text[2 * MERKLE_HASH + 1];
	for (int i = 0; i < MERKLE_HASH; i++)
		snprintf(text + 2 * i, 3, "%02x", hash.bytes[i]);
	assert_string_equal(text, hex);
}

/* Published values: the hash of nothing, and RFC 6962's leaf of nothing. */
static void hashes_are_those_of_the_standard(void **state)
{
	(void)state;
	assert_hash(merkle_empty(),
		    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_hash(merkle_leaf(S("")),
		    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

static void a_tree_that_grows_has_the_root_of_the_definition_at_every_size(void **state)
{
	struct log *log = *state;
	for (size_t size = 0; size <= LEAVES; size++) {
		struct merkle_hash root;
		assert_true(merkle_eq(log->roots[size], plain_root(log->leaves, size)));
		assert_int_equal(merkle_root_at(&log->ctx, &log->source, size, &root), OK);
		assert_true(merkle_eq(root, log->roots[size]));
	}
}

static void every_leaf_is_proved_in_every_size(void **state)
{
	struct log *log = *state;
	for (uint64_t size = 1; size <= LEAVES; size += size < 40 ? 1 : 61)
		for (uint64_t index = 0; index < size; index++) {
			struct merkle_proof proof;
			assert_int_equal(merkle_prove_inclusion(&log->ctx, &log->source, index,
								size, &proof), OK);
			assert_true(merkle_verify_inclusion(log->leaves[index], index, size,
							    &proof, log->roots[size]));
			if (index + 1 < size)
				assert_false(merkle_verify_inclusion(log->leaves[index], index + 1,
								     size, &proof,
								     log->roots[size]));
		}
}

static void every_size_is_proved_to_begin_every_later_one(void **state)
{
	struct log *log = *state;
	for (uint64_t size = 1; size <= LEAVES; size += size < 40 ? 1 : 83)
		for (uint64_t old = 1; old <= size; old += old < 40 ? 1 : 7) {
			struct merkle_proof proof;
			assert_int_equal(merkle_prove_consistency(&log->ctx, &log->source, old,
								  size, &proof), OK);
			assert_true(merkle_verify_consistency(old, log->roots[old], size,
							      log->roots[size], &proof));
			assert_false(merkle_verify_consistency(old, log->roots[old - 1], size,
							       log->roots[size], &proof));
		}
}

static void a_changed_leaf_cannot_be_proved(void **state)
{
	struct log *log = *state;
	struct merkle_proof proof;
	assert_int_equal(merkle_prove_inclusion(&log->ctx, &log->source, 300, LEAVES, &proof), OK);
	assert_false(merkle_verify_inclusion(merkle_leaf(S("leaf 300 ")), 300, LEAVES, &proof,
					     log->roots[LEAVES]));
	proof.hashes[3].bytes[7] ^= 1;
	assert_false(merkle_verify_inclusion(log->leaves[300], 300, LEAVES, &proof,
					     log->roots[LEAVES]));
}

static void a_proof_reads_few_stored_hashes(void **state)
{
	struct log *log = *state;
	struct merkle_proof proof;
	log->reads = 0;
	assert_int_equal(merkle_prove_inclusion(&log->ctx, &log->source, 5, 512, &proof), OK);
	assert_true(log->reads <= 256);
}

static void places_outside_the_tree_are_refused(void **state)
{
	struct log *log = *state;
	struct merkle_proof proof;
	assert_int_equal(merkle_prove_inclusion(&log->ctx, &log->source, 7, 7, &proof),
			 ERR_INVALID);
	assert_int_equal(merkle_prove_consistency(&log->ctx, &log->source, 0, 7, &proof),
			 ERR_INVALID);
	assert_int_equal(merkle_prove_consistency(&log->ctx, &log->source, 8, 7, &proof),
			 ERR_INVALID);
}

static void a_tree_survives_packing_at_any_size(void **state)
{
	struct log *log = *state;
	struct merkle_tree tree = { 0 }, again;
	struct merkle_made made[MERKLE_MADE];
	for (int i = 0; i < LEAVES; i++) {
		str bytes = merkle_pack(&log->arena, &tree);
		assert_true(merkle_unpack(bytes, &again));
		assert_true(merkle_eq(merkle_root(&again), log->roots[i]));
		assert_false(merkle_unpack(str_slice(bytes, 0, bytes.n - 1), &again));
		merkle_append(&tree, log->leaves[i], made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_standard),
		cmocka_unit_test(a_tree_that_grows_has_the_root_of_the_definition_at_every_size),
		cmocka_unit_test(every_leaf_is_proved_in_every_size),
		cmocka_unit_test(every_size_is_proved_to_begin_every_later_one),
		cmocka_unit_test(a_changed_leaf_cannot_be_proved),
		cmocka_unit_test(a_proof_reads_few_stored_hashes),
		cmocka_unit_test(places_outside_the_tree_are_refused),
		cmocka_unit_test(a_tree_survives_packing_at_any_size),
	};
	return cmocka_run_group_tests_name("merkle", tests, build, clear);
}
