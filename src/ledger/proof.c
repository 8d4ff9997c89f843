#include "ledger/merkle.h"

/* Proofs are made by the recursion the RFC gives: over leaves [lo, hi), split at the largest
 * power of two below their number. Whatever stands left of a split is a complete subtree. */

enum { TILE_WIDTH = 1 << MERKLE_TILE };

struct prover {
	struct ctx *ctx;
	const struct merkle_source *source;
	struct merkle_proof proof;
};

static uint64_t split_of(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* The root of the complete subtree number `index` of this height: stored, or combined from what
 * is stored next below. */
static enum err complete_hash(struct prover *p, int height, uint64_t index,
			      struct merkle_hash *ret_hash)
{
	struct merkle_hash hashes[TILE_WIDTH / 2];
	int above = height % MERKLE_TILE;
	size_t n = (size_t)1 << above;
	TRY(p->source->read(p->source->object, p->ctx, height - above, index << above, n, hashes));
	for (; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			hashes[i] = merkle_node(hashes[2 * i], hashes[2 * i + 1]);
	*ret_hash = hashes[0];
	return OK;
}

static enum err range_hash(struct prover *p, uint64_t lo, uint64_t hi,
			   struct merkle_hash *ret_hash)
{
	struct merkle_hash left, right;
	uint64_t n = hi - lo;
	if ((n & (n - 1)) == 0) {
		int height = __builtin_ctzll(n);
		return complete_hash(p, height, lo >> height, ret_hash);
	}
	uint64_t middle = lo + split_of(n);
	TRY(range_hash(p, lo, middle, &left));
	TRY(range_hash(p, middle, hi, &right));
	*ret_hash = merkle_node(left, right);
	return OK;
}

static enum err add_range(struct prover *p, uint64_t lo, uint64_t hi)
{
	TRY(range_hash(p, lo, hi, &p->proof.hashes[p->proof.n]));
	p->proof.n++;
	return OK;
}

static struct prover prover_start(struct ctx *ctx, const struct merkle_source *source)
{
	struct prover p = { .ctx = ctx, .source = source };
	p.proof.hashes = ARENA_ARRAY(ctx->arena, struct merkle_hash, 2 * MERKLE_LEVELS);
	return p;
}

static enum err path_of(struct prover *p, uint64_t index, uint64_t lo, uint64_t hi)
{
	if (hi - lo == 1)
		return OK;
	uint64_t middle = lo + split_of(hi - lo);
	if (index < middle) {
		TRY(path_of(p, index, lo, middle));
		return add_range(p, middle, hi);
	}
	TRY(path_of(p, index, middle, hi));
	return add_range(p, lo, middle);
}

enum err merkle_prove_inclusion(struct ctx *ctx, const struct merkle_source *source,
				uint64_t index, uint64_t size, struct merkle_proof *ret_proof)
{
	if (index >= size)
		return fail(ctx, ERR_INVALID, "No such place in the ledger");
	struct prover p = prover_start(ctx, source);
	TRY(path_of(&p, index, 0, size));
	*ret_proof = p.proof;
	return OK;
}

/* SUBPROOF of the RFC: `whole` while the old tree's root is a node of the new tree's left edge,
 * which the verifier knows already. */
static enum err subproof(struct prover *p, uint64_t old_size, uint64_t lo, uint64_t hi, bool whole)
{
	if (old_size == hi)
		return whole ? OK : add_range(p, lo, hi);
	uint64_t middle = lo + split_of(hi - lo);
	if (old_size <= middle) {
		TRY(subproof(p, old_size, lo, middle, whole));
		return add_range(p, middle, hi);
	}
	TRY(subproof(p, old_size, middle, hi, false));
	return add_range(p, lo, middle);
}

enum err merkle_prove_consistency(struct ctx *ctx, const struct merkle_source *source,
				  uint64_t old_size, uint64_t size,
				  struct merkle_proof *ret_proof)
{
	if (old_size == 0 || old_size > size)
		return fail(ctx, ERR_INVALID, "No such place in the ledger");
	struct prover p = prover_start(ctx, source);
	TRY(subproof(&p, old_size, 0, size, true));
	*ret_proof = p.proof;
	return OK;
}

enum err merkle_root_at(struct ctx *ctx, const struct merkle_source *source, uint64_t size,
			struct merkle_hash *ret_root)
{
	if (size == 0) {
		*ret_root = merkle_empty();
		return OK;
	}
	struct prover p = { .ctx = ctx, .source = source };
	return range_hash(&p, 0, size, ret_root);
}
