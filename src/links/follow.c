/* Readers of the ledger: each knows its place in the tree, where there are no gaps, and moves it in
 * the transaction in which it does its work. So nothing is missed and nothing is done twice. */
#include "links/room.h"

struct reading {
	str name;
	int most;
	follow_fn *fn;
	void *arg;
	int64_t at, last;
	bool is_new;
};

static enum err look(struct ctx *ctx, struct db *db, void *arg)
{
	struct reading *r = arg;
	struct rows row;
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT position FROM link_reader WHERE name = $1"), r->name);
	r->is_new = err == ERR_NOT_FOUND;
	if (err != OK && !r->is_new)
		return err;
	r->at = r->is_new ? -1 : row_int(&row, 0);
	return event_last(ctx, db, &r->last);
}

static enum err begin(struct ctx *ctx, struct db *db, void *arg)
{
	struct reading *r = arg;
	return db_run(ctx, db,
		      SQL("INSERT INTO link_reader (name, position) VALUES ($1, $2)"
			  " ON CONFLICT (name) DO NOTHING"), r->name, r->last);
}

static enum err read_on(struct ctx *ctx, struct db *db, void *arg)
{
	struct reading *r = arg;
	struct event_list list;
	TRY(db_int(ctx, db, -1, &r->at,
		   SQL("SELECT position FROM link_reader WHERE name = $1 FOR UPDATE"), r->name));
	TRY(event_after(ctx, db, r->at, r->most, &list));
	for (size_t i = 0; i < list.n; i++)
		TRY(r->fn(ctx, db, &list.items[i], r->arg));
	if (list.n == 0)
		return OK;
	return db_run(ctx, db, SQL("UPDATE link_reader SET position = $2 WHERE name = $1"), r->name,
		      list.items[list.n - 1].position);
}

enum err follow(struct ctx *ctx, struct store *store, str name, int most, follow_fn *fn, void *arg)
{
	struct reading r = { .name = name, .most = most, .fn = fn, .arg = arg };
	TRY(store_read(ctx, store, look, &r));
	if (r.is_new)
		return store_write(ctx, store, begin, &r);
	return r.last > r.at ? store_write_locked(ctx, store, read_on, &r) : OK;
}
