#include "ledger/merkle.h"

#include <sodium.h>

_Static_assert(MERKLE_HASH == crypto_hash_sha256_BYTES, "the tree is hashed with SHA-256");

struct merkle_hash merkle_leaf(str bytes)
{
	crypto_hash_sha256_state state;
	struct merkle_hash hash;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t[]){ 0x00 }, 1);
	crypto_hash_sha256_update(&state, (const uint8_t *)bytes.p, bytes.n);
	crypto_hash_sha256_final(&state, hash.bytes);
	return hash;
}

struct merkle_hash merkle_node(struct merkle_hash left, struct merkle_hash right)
{
	uint8_t bytes[1 + 2 * MERKLE_HASH] = { 0x01 };
	struct merkle_hash hash;
	memcpy(bytes + 1, left.bytes, MERKLE_HASH);
	memcpy(bytes + 1 + MERKLE_HASH, right.bytes, MERKLE_HASH);
	crypto_hash_sha256(hash.bytes, bytes, sizeof bytes);
	return hash;
}

struct merkle_hash merkle_empty(void)
{
	struct merkle_hash hash;
	crypto_hash_sha256(hash.bytes, (const uint8_t *)"", 0);
	return hash;
}

bool merkle_eq(struct merkle_hash a, struct merkle_hash b)
{
	return memcmp(a.bytes, b.bytes, MERKLE_HASH) == 0;
}

bool merkle_hash_of(str bytes, struct merkle_hash *ret_hash)
{
	if (bytes.n != MERKLE_HASH)
		return false;
	memcpy(ret_hash->bytes, bytes.p, MERKLE_HASH);
	return true;
}

/* ---- a tree that grows ---- */

size_t merkle_append(struct merkle_tree *tree, struct merkle_hash leaf,
		     struct merkle_made ret_made[static MERKLE_MADE])
{
	struct merkle_hash hash = leaf;
	int height = 0;
	size_t n = 0;
	/* As adding one carries in binary: two subtrees of a height make one of the next. */
	for (uint64_t carry = tree->size; carry & 1; carry >>= 1) {
		hash = merkle_node(tree->peaks[height], hash);
		height++;
		if (height % MERKLE_TILE == 0)
			ret_made[n++] = (struct merkle_made){ height, carry >> 1, hash };
	}
	tree->peaks[height] = hash;
	tree->size++;
	return n;
}

struct merkle_hash merkle_root(const struct merkle_tree *tree)
{
	struct merkle_hash root = merkle_empty();
	bool any = false;
	for (int height = 0; height < MERKLE_LEVELS; height++) {
		if (!(tree->size >> height & 1))
			continue;
		root = any ? merkle_node(tree->peaks[height], root) : tree->peaks[height];
		any = true;
	}
	return root;
}

str merkle_pack(struct arena *arena, const struct merkle_tree *tree)
{
	size_t n = 8;
	char *bytes = arena_alloc(arena, 8 + MERKLE_LEVELS * MERKLE_HASH);
	for (int i = 0; i < 8; i++)
		bytes[i] = (char)(tree->size >> (8 * i));
	for (int height = MERKLE_LEVELS - 1; height >= 0; height--)
		if (tree->size >> height & 1) {
			memcpy(bytes + n, tree->peaks[height].bytes, MERKLE_HASH);
			n += MERKLE_HASH;
		}
	return str_of(bytes, n);
}

bool merkle_unpack(str bytes, struct merkle_tree *ret_tree)
{
	uint64_t size = 0;
	if (bytes.n < 8)
		return false;
	for (int i = 7; i >= 0; i--)
		size = size << 8 | (unsigned char)bytes.p[i];
	if (bytes.n != 8 + (size_t)__builtin_popcountll(size) * MERKLE_HASH)
		return false;
	*ret_tree = (struct merkle_tree){ .size = size };
	const char *at = bytes.p + 8;
	for (int height = MERKLE_LEVELS - 1; height >= 0; height--)
		if (size >> height & 1) {
			memcpy(ret_tree->peaks[height].bytes, at, MERKLE_HASH);
			at += MERKLE_HASH;
		}
	return true;
}
