/*
 * merkle: the tree over the ledger's events, as RFC 9162 (and RFC 6962) hashes it with SHA-256:
 * leaf = H(0x00 ‖ bytes), node = H(0x01 ‖ left ‖ right). Nothing here does I/O.
 *
 * A tree that grows is a struct merkle_tree: the roots of its complete subtrees, at most 64
 * hashes, whatever its size. Beside it two things are kept: the hash of every leaf, in order
 * (the event table has them), and the roots of complete subtrees of height 8, 16, 24 … (one for
 * 256 leaves), which merkle_append hands out as they come about. Any proof for any size is made
 * from these: an append costs O(log n) and one row in 256 leaves, a proof reads at most 512
 * hashes a level.
 *
 *	struct merkle_tree tree;
 *	merkle_unpack(head_bytes, &tree);                       // what was stored at the last commit
 *	size_t n = merkle_append(&tree, merkle_leaf(event_bytes), made);
 *	for (size_t i = 0; i < n; i++) … store made[i].height, .index, .hash …
 *	store merkle_pack(arena, &tree); struct merkle_hash root = merkle_root(&tree);
 */
#ifndef MOTCUA_LEDGER_MERKLE_H
#define MOTCUA_LEDGER_MERKLE_H

#include "base/err.h"

enum { MERKLE_HASH = 32, MERKLE_LEVELS = 64, MERKLE_TILE = 8, MERKLE_MADE = 8 };

struct merkle_hash {
	uint8_t bytes[MERKLE_HASH];
};

struct merkle_hash merkle_leaf(str bytes);
struct merkle_hash merkle_node(struct merkle_hash left, struct merkle_hash right);
struct merkle_hash merkle_empty(void); /* root of the tree without leaves */
bool merkle_eq(struct merkle_hash a, struct merkle_hash b);
/* `bytes` must be 32 long: false otherwise. */
bool merkle_hash_of(str bytes, struct merkle_hash *ret_hash);
/* A view of the 32 bytes; lives as long as *hash. */
static inline str merkle_bytes(const struct merkle_hash *hash)
{
	return str_of((const char *)hash->bytes, MERKLE_HASH);
}

/* ---- a tree that grows ---- */

struct merkle_tree {
	uint64_t size;
	struct merkle_hash peaks[MERKLE_LEVELS]; /* by height; those of the bits set in size */
};

/* A complete subtree whose height is a multiple of MERKLE_TILE, over the leaves
 * [index << height, (index + 1) << height). */
struct merkle_made {
	int height;
	uint64_t index;
	struct merkle_hash hash;
};

/* Adds one leaf; returns how many subtrees to store were completed (mostly none). */
size_t merkle_append(struct merkle_tree *tree, struct merkle_hash leaf,
		     struct merkle_made ret_made[static MERKLE_MADE]);
struct merkle_hash merkle_root(const struct merkle_tree *tree);
/* To bytes and back: 8 bytes of size, little end first, then the peaks, highest first. */
str merkle_pack(struct arena *arena, const struct merkle_tree *tree);
bool merkle_unpack(str bytes, struct merkle_tree *ret_tree);

/* ---- proofs ---- */

/* Where stored hashes are read from: `n` subtree roots of `height` (0: leaves, 8, 16 …) from
 * `index` on. Only complete subtrees below the size of the proof are asked for. */
struct merkle_source {
	enum err (*read)(void *object, struct ctx *ctx, int height, uint64_t index, size_t n,
			 struct merkle_hash *ret_hashes);
	void *object;
};

/* From the leaf's sibling up, at most 2 × 64. */
struct merkle_proof {
	struct merkle_hash *hashes;
	size_t n;
};

/* That leaf `index` stands in the tree of `size` leaves. ERR_INVALID unless index < size. */
enum err merkle_prove_inclusion(struct ctx *ctx, const struct merkle_source *source,
				uint64_t index, uint64_t size, struct merkle_proof *ret_proof);
/* That the tree of `old_size` is the beginning of the tree of `size`. ERR_INVALID unless
 * 0 < old_size ≤ size. Empty where they are equal. */
enum err merkle_prove_consistency(struct ctx *ctx, const struct merkle_source *source,
				  uint64_t old_size, uint64_t size,
				  struct merkle_proof *ret_proof);
/* The root of the first `size` leaves, computed from what is stored. */
enum err merkle_root_at(struct ctx *ctx, const struct merkle_source *source, uint64_t size,
			struct merkle_hash *ret_root);

/* ---- verification (RFC 9162 §2.1.3, §2.1.4) ---- */

bool merkle_verify_inclusion(struct merkle_hash leaf, uint64_t index, uint64_t size,
			     const struct merkle_proof *proof, struct merkle_hash root);
/* Says no to an old_size of 0, of which there is nothing to prove. */
bool merkle_verify_consistency(uint64_t old_size, struct merkle_hash old_root, uint64_t size,
			       struct merkle_hash root, const struct merkle_proof *proof);

/* The same for a part of the tree: leaves [start, end), where start is a multiple of the least
 * power of two that is not below their number. Such a part is a tree of its own, whose leaves are
 * proved with merkle_verify_inclusion at index - start of end - start. */
bool merkle_is_subtree(uint64_t start, uint64_t end);
bool merkle_verify_subtree(uint64_t start, uint64_t end, struct merkle_hash part, uint64_t size,
			   struct merkle_hash root, const struct merkle_proof *proof);

#endif
