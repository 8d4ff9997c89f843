/* Proofs out of what is stored: leaf hashes in the event table, roots of larger subtrees beside. */
#include "ledger/event.h"
#include "store/ledger.h"

static enum err gather(struct ctx *ctx, struct rows *rows, size_t n, struct merkle_hash *ret_hashes)
{
	size_t i = 0;
	bool sound = true;
	while (rows_next(rows) && sound)
		sound = i < n && merkle_hash_of(row_view(rows, 0), &ret_hashes[i++]);
	TRY(rows_end(rows));
	if (sound && i == n)
		return OK;
	return fail(ctx, ERR_DATABASE, "The tree of the ledger is damaged");
}

enum err ledger_read_hashes(void *object, struct ctx *ctx, int height, uint64_t index, size_t n,
			    struct merkle_hash *ret_hashes)
{
	struct db *db = object;
	struct rows rows;
	int64_t from = (int64_t)index, to = (int64_t)(index + n);
	if (height == 0)
		TRY(db_query(ctx, db, &rows,
			     SQL("SELECT leaf FROM event WHERE position >= $1 AND position < $2"
				 " ORDER BY position"), from, to));
	else
		TRY(db_query(ctx, db, &rows,
			     SQL("SELECT hash FROM ledger_subtree WHERE height = $1"
				 " AND position >= $2 AND position < $3 ORDER BY position"),
			     height, from, to));
	return gather(ctx, &rows, n, ret_hashes);
}

static void take_path(struct ctx *ctx, const struct merkle_proof *proof, struct event_proof *ret)
{
	ret->n = proof->n;
	ret->path = ARENA_ARRAY(ctx->arena, str, proof->n);
	for (size_t i = 0; i < proof->n; i++)
		ret->path[i] = merkle_bytes(&proof->hashes[i]);
}

static str keep_hash(struct ctx *ctx, struct merkle_hash hash)
{
	return arena_copy(ctx->arena, merkle_bytes(&hash));
}

/* The part of a note that was signed ends at its empty line. */
static bool read_note(str note, struct checkpoint *ret_checkpoint)
{
	size_t end = str_find(note, S("\n\n"));
	return end != SIZE_MAX && checkpoint_parse(str_slice(note, 0, end + 1), ret_checkpoint);
}

enum err event_prove(struct ctx *ctx, struct db *db, int64_t id, struct event_proof *ret_proof)
{
	struct rows row;
	TRY(db_one(ctx, db, &row, SQL("SELECT position, leaf FROM event WHERE id = $1"), id));
	struct event_proof proof = { .pending = true, .position = row_int(&row, 0) };
	bool placed = !row_is_null(&row, 0);
	str leaf = row_str(&row, 1), note;
	struct checkpoint checkpoint;
	*ret_proof = proof;
	TRY(db_text(ctx, db, &note,
		    SQL("SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")));
	if (!placed || str_empty(note))
		return OK;
	if (!read_note(note, &checkpoint))
		return fail(ctx, ERR_DATABASE, "A checkpoint of the ledger is damaged");
	if ((uint64_t)proof.position >= checkpoint.size)
		return OK;
	struct merkle_source source = { ledger_read_hashes, db };
	struct merkle_proof path;
	TRY(merkle_prove_inclusion(ctx, &source, (uint64_t)proof.position, checkpoint.size, &path));
	take_path(ctx, &path, &proof);
	proof.pending = false;
	proof.size = (int64_t)checkpoint.size;
	proof.leaf = leaf;
	proof.root = keep_hash(ctx, checkpoint.root);
	proof.checkpoint = note;
	*ret_proof = proof;
	return OK;
}

static enum err tree_size(struct ctx *ctx, struct db *db, uint64_t *ret_size)
{
	str head;
	struct merkle_tree tree = { 0 };
	TRY(db_text(ctx, db, &head, SQL("SELECT head FROM ledger_head WHERE id = 1")));
	if (!str_empty(head) && !merkle_unpack(head, &tree))
		return fail(ctx, ERR_DATABASE, "The head of the ledger is damaged");
	*ret_size = tree.size;
	return OK;
}

enum err event_prove_consistency(struct ctx *ctx, struct db *db, int64_t from, int64_t to,
				 struct event_proof *ret_proof)
{
	uint64_t size;
	TRY(tree_size(ctx, db, &size));
	if (from <= 0 || to < from || (uint64_t)to > size)
		return fail(ctx, ERR_INVALID, "The ledger has no such sizes");
	struct merkle_source source = { ledger_read_hashes, db };
	struct merkle_proof path;
	struct merkle_hash root;
	TRY(merkle_prove_consistency(ctx, &source, (uint64_t)from, (uint64_t)to, &path));
	TRY(merkle_root_at(ctx, &source, (uint64_t)to, &root));
	*ret_proof = (struct event_proof){
		.position = from, .size = to, .root = keep_hash(ctx, root)
	};
	take_path(ctx, &path, ret_proof);
	return OK;
}

enum err event_checkpoint(struct ctx *ctx, struct db *db, str *ret_note)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")));
	*ret_note = row_str(&row, 0);
	return OK;
}
