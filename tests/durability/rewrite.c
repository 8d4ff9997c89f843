/*
 * rewrite: what an administrator with all keys could do after changing the past: every leaf, the
 * stored subtrees, the head and the signed checkpoints computed anew, so that the database agrees
 * with itself. Only a checkpoint kept elsewhere can tell.
 *
 *	rewrite DATA [postgres://…]
 */
#include "cases/cases.h"
#include "cases/counter.h"
#include "cases/endings.h"
#include "cases/lists.h"
#include "people/leave.h"
#include "people/people.h"
#include "portal/portal.h"
#include "store/ledger.h"

static const struct migration_set *const migrations[] = { &people_migrations, &leave_migrations,
							  &cases_migrations, &intake_migrations, &lists_migrations,
							  &tally_migrations, &letter_migrations,
							  &ending_migrations,
							  &portal_migrations, NULL };

struct rewriting {
	struct merkle_tree tree;
	int64_t changed;
};

static enum err write_subtrees(struct ctx *ctx, struct db *db, const struct merkle_made *made,
			       size_t n)
{
	for (size_t i = 0; i < n; i++)
		TRY(db_run(ctx, db, SQL("INSERT INTO ledger_subtree (height, position, hash)"
					" VALUES ($1, $2, $3)"),
			   made[i].height, (int64_t)made[i].index,
			   sql_bytes(merkle_bytes(&made[i].hash))));
	return OK;
}

static enum err write_tree(struct ctx *ctx, struct db *db, struct rewriting *r)
{
	struct rows rows;
	TRY(db_run(ctx, db, SQL("DELETE FROM ledger_subtree")));
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, bytes, leaf FROM event ORDER BY position")));
	while (rows_next(&rows)) {
		struct merkle_made made[MERKLE_MADE];
		struct merkle_hash *leaf = ARENA_NEW(ctx->arena, struct merkle_hash);
		*leaf = merkle_leaf(row_view(&rows, 1));
		size_t n = merkle_append(&r->tree, *leaf, made);
		struct merkle_made *kept = ARENA_ARRAY(ctx->arena, struct merkle_made, MERKLE_MADE);
		memcpy(kept, made, sizeof made);
		TRY(write_subtrees(ctx, db, kept, n));
		if (str_eq(row_view(&rows, 2), merkle_bytes(leaf)))
			continue;
		r->changed++;
		TRY(db_run(ctx, db, SQL("UPDATE event SET leaf = $2 WHERE id = $1"),
			   row_int(&rows, 0), sql_bytes(merkle_bytes(leaf))));
	}
	return rows_end(&rows);
}

static enum err rewrite(struct ctx *ctx, struct db *db, void *arg)
{
	struct rewriting *r = arg;
	const struct ledger *ledger = db->store->ledger;
	*r = (struct rewriting){ 0 };
	TRY(write_tree(ctx, db, r));
	str text = checkpoint_text(ctx->arena, ledger->origin, r->tree.size,
				   merkle_root(&r->tree));
	TRY(db_run(ctx, db, SQL("UPDATE ledger_head SET head = $1 WHERE id = 1"),
		   sql_bytes(merkle_pack(ctx->arena, &r->tree))));
	TRY(db_run(ctx, db, SQL("DELETE FROM ledger_checkpoint")));
	return db_run(ctx, db,
		      SQL("INSERT INTO ledger_checkpoint (size, made_at, note) VALUES ($1, 1, $2)"),
		      (int64_t)r->tree.size, note_sign(ctx->arena, text, &ledger->key));
}

int main(int argc, char **argv)
{
	struct arena arena;
	struct store *store = NULL;
	struct rewriting r;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	if (argc < 2)
		return 2;
	struct store_options options = { .data = str_z(argv[1]), .must_exist = true,
					 .database = str_z(argc > 2 ? argv[2] : ""),
					 .migrations = migrations };
	enum err e = store_open(&ctx, &options, &store);
	if (e == OK)
		e = store_write(&ctx, store, rewrite, &r);
	if (e != OK)
		fprintf(stderr, "rewrite: %.*s: %.*s\n", STR_ARG(ctx.fault.message),
			STR_ARG(ctx.fault.detail));
	else
		printf("%lld leaves of %llu changed\n", (long long)r.changed,
		       (unsigned long long)r.tree.size);
	store_close(store);
	arena_done(&arena);
	return e == OK ? 0 : 1;
}
