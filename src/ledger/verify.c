#include "ledger/merkle.h"

/* The RFC gives loops over bits; these are the recursions that define the proofs, read backwards:
 * the last hash of a proof belongs to the top of the tree. Both say yes to the same proofs. */

static uint64_t split_of(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

static bool root_of_path(struct merkle_hash leaf, uint64_t index, uint64_t size,
			 struct merkle_proof proof, struct merkle_hash *ret_root)
{
	if (size == 1) {
		*ret_root = leaf;
		return proof.n == 0;
	}
	if (proof.n == 0)
		return false;
	struct merkle_hash inner, sibling = proof.hashes[--proof.n];
	uint64_t left = split_of(size);
	bool is_left = index < left;
	if (!root_of_path(leaf, is_left ? index : index - left, is_left ? left : size - left, proof,
			  &inner))
		return false;
	*ret_root = is_left ? merkle_node(inner, sibling) : merkle_node(sibling, inner);
	return true;
}

bool merkle_verify_inclusion(struct merkle_hash leaf, uint64_t index, uint64_t size,
			     const struct merkle_proof *proof, struct merkle_hash root)
{
	struct merkle_hash found;
	return index < size && root_of_path(leaf, index, size, *proof, &found) &&
	       merkle_eq(found, root);
}

struct roots {
	struct merkle_hash part, tree;
};

/* `known` is the part's root where the proof leaves it out because the verifier has it. */
static bool both_roots(uint64_t start, uint64_t end, uint64_t size,
		       const struct merkle_hash *known, struct merkle_proof proof,
		       struct roots *ret_roots)
{
	if (start == 0 && end == size) {
		if (proof.n != (known ? 0 : 1))
			return false;
		ret_roots->part = ret_roots->tree = known ? *known : proof.hashes[0];
		return true;
	}
	if (proof.n == 0)
		return false;
	struct merkle_hash sibling = proof.hashes[--proof.n];
	uint64_t left = split_of(size);
	if (end <= left) {
		if (!both_roots(start, end, left, known, proof, ret_roots))
			return false;
		ret_roots->tree = merkle_node(ret_roots->tree, sibling);
		return true;
	}
	bool right_only = start >= left;
	if (!both_roots(right_only ? start - left : 0, end - left, size - left,
			right_only ? known : NULL, proof, ret_roots))
		return false;
	ret_roots->tree = merkle_node(sibling, ret_roots->tree);
	if (!right_only)
		ret_roots->part = merkle_node(sibling, ret_roots->part);
	return true;
}

bool merkle_is_subtree(uint64_t start, uint64_t end)
{
	uint64_t n = end - start, width = 1;
	if (start > end)
		return false;
	while (width && width < n)
		width *= 2;
	return start == 0 || (width && start % width == 0);
}

bool merkle_verify_subtree(uint64_t start, uint64_t end, struct merkle_hash part, uint64_t size,
			   struct merkle_hash root, const struct merkle_proof *proof)
{
	struct roots found;
	if (end > size || !merkle_is_subtree(start, end))
		return false;
	if (start == end)
		return proof->n == 0 && merkle_eq(part, merkle_empty());
	return both_roots(start, end, size, &part, *proof, &found) &&
	       merkle_eq(found.part, part) && merkle_eq(found.tree, root);
}

bool merkle_verify_consistency(uint64_t old_size, struct merkle_hash old_root, uint64_t size,
			       struct merkle_hash root, const struct merkle_proof *proof)
{
	/* The empty tree begins every other: such a proof would say nothing. */
	return old_size > 0 && merkle_verify_subtree(0, old_size, old_root, size, root, proof);
}
