/* Events written and read back, and the head of the tree they are leaves of. */
#include "store/event.h"

#include "base/json.h"
#include "ledger/event.h"
#include "store/ledger.h"
#include "store/migrate.h"

static const struct migration steps[] = {
	{ 1, "events and their tree",
	  "CREATE TABLE event ("
	  "	id INT PRIMARY KEY,"
	  "	position INT UNIQUE,"       /* NULL until it has a place in the tree */
	  "	object INT NOT NULL,"
	  "	kind TEXT NOT NULL,"
	  "	actor INT NOT NULL,"
	  "	organisation INT NOT NULL,"
	  "	recorded_at INT NOT NULL,"
	  "	bytes BLOB NOT NULL,"       /* ledger/event.h */
	  "	leaf BLOB NOT NULL,"
	  "	salt BLOB,"
	  "	closed BLOB);"              /* the private payload; NULL: none, or erased */
	  "CREATE INDEX event_object ON event (object, id) WHERE object <> 0;"
	  "CREATE INDEX event_pending ON event (id) WHERE position IS NULL;"
	  "CREATE TABLE ledger_head ("
	  "	id INT PRIMARY KEY,"
	  "	head BLOB NOT NULL,"        /* merkle_pack */
	  "	recorded_at INT NOT NULL,"
	  "	lease_node INT NOT NULL,"
	  "	lease_until INT NOT NULL);"
	  "CREATE TABLE node (id INT PRIMARY KEY, given INT NOT NULL);"
	  "CREATE TABLE ledger_subtree ("
	  "	height INT NOT NULL, position INT NOT NULL, hash BLOB NOT NULL,"
	  "	PRIMARY KEY (height, position));"
	  "CREATE TABLE ledger_checkpoint ("
	  "	size INT PRIMARY KEY, made_at INT NOT NULL, note TEXT NOT NULL);"
	  "CREATE TABLE ledger_erasure ("
	  "	event INT PRIMARY KEY, erased_by INT NOT NULL);"
	  "CREATE TABLE access ("
	  "	object INT NOT NULL, at INT NOT NULL, account INT NOT NULL, act INT NOT NULL,"
	  "	event INT NOT NULL, PRIMARY KEY (object, at, account, act));" },
	{ 2, "the key it is signed with",
	  "CREATE TABLE ledger_key (id INT PRIMARY KEY, verifier TEXT NOT NULL);" },
};

const struct migration_set ledger_migrations = { "ledger", steps, sizeof steps / sizeof steps[0] };

/* ---- the head of the tree ---- */

void ledger_forget(struct store *store)
{
	struct ledger *ledger = store->ledger;
	if (ledger) {
		ledger->loaded = ledger->changed = false;
		ledger->n_made = 0;
	}
}

/* What was recorded by another process on the same database counts too. */
static usec not_before(struct ledger *ledger, usec at)
{
	usec last = __atomic_load_n(&ledger->recorded_at, __ATOMIC_RELAXED);
	while (at > last)
		if (__atomic_compare_exchange_n(&ledger->recorded_at, &last, at, true,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return at;
	return last;
}

enum err ledger_load(struct ctx *ctx, struct db *db)
{
	struct ledger *ledger = db->store->ledger;
	if (ledger->loaded)
		return OK;
	struct rows row;
	TRY(db_one(ctx, db, &row, SQL("SELECT head, recorded_at FROM ledger_head WHERE id = 1")));
	str head = row_view(&row, 0);
	ledger->tree = (struct merkle_tree){ 0 };
	if (!str_empty(head) && !merkle_unpack(head, &ledger->tree))
		return fail(ctx, ERR_DATABASE, "The head of the ledger is damaged");
	not_before(ledger, row_int(&row, 1));
	ledger->loaded = true;
	return OK;
}

void ledger_add(struct ledger *ledger, struct merkle_hash leaf)
{
	if (ledger->n_made + MERKLE_MADE > ledger->room_made) {
		size_t room = ledger->room_made * 2 + MERKLE_MADE * 4;
		struct merkle_made *made = must_alloc(room * sizeof *made);
		if (ledger->n_made)
			memcpy(made, ledger->made, ledger->n_made * sizeof *made);
		free(ledger->made);
		ledger->made = made;
		ledger->room_made = room;
	}
	ledger->n_made += merkle_append(&ledger->tree, leaf, ledger->made + ledger->n_made);
	ledger->changed = true;
}

void ledger_take(struct db *db)
{
	for (struct ledger_leaf *leaf = db->leaves; leaf; leaf = leaf->next)
		ledger_add(db->store->ledger, leaf->hash);
}

enum err ledger_keep_head(struct ctx *ctx, struct db *db)
{
	struct ledger *ledger = db->store->ledger;
	if (!ledger || !ledger->changed)
		return OK;
	for (size_t i = 0; i < ledger->n_made; i++) {
		const struct merkle_made *made = &ledger->made[i];
		TRY(db_run(ctx, db, SQL("INSERT INTO ledger_subtree (height, position, hash)"
					" VALUES ($1, $2, $3)"),
			   made->height, (int64_t)made->index,
			   sql_bytes(merkle_bytes(&made->hash))));
	}
	return db_run(ctx, db,
		      SQL("UPDATE ledger_head SET head = $1, recorded_at = $2 WHERE id = 1"),
		      sql_bytes(merkle_pack(ctx->arena, &ledger->tree)),
		      __atomic_load_n(&ledger->recorded_at, __ATOMIC_RELAXED));
}

/* ---- writing ---- */

/* Clocks of a desk and of the server may differ a little: that is "now" and needs no reason. */
static const usec about_now = USEC_MINUTE;

/* A reason that names people stands in the private part. */
static bool has_reason(const struct event_new *event)
{
	return !str_empty(event->reason) ||
	       !str_empty(value_text(value_get(event->closed, S("reason")))) ||
	       !str_empty(value_text(value_get(event->closed, S("text"))));
}

static enum err times(struct ctx *ctx, const struct event_new *event, struct ledger_event *to)
{
	to->effective_at = event->effective_at ? event->effective_at : to->recorded_at;
	if (to->effective_at > to->recorded_at + about_now)
		return fail(ctx, ERR_INVALID, "The time of the act lies ahead");
	if (to->effective_at > to->recorded_at)
		to->effective_at = to->recorded_at;
	if (to->effective_at < to->recorded_at - about_now && !has_reason(event))
		return fail(ctx, ERR_INVALID, "An act entered later needs a reason");
	return OK;
}

struct sealed {
	uint8_t salt[LEDGER_SALT];
	str payload;
};

static void seal(struct ctx *ctx, struct value closed, struct ledger_event *to, struct sealed *ret)
{
	struct buf out = { .arena = ctx->arena };
	ledger_open_write(&out, closed);
	ledger_salt(ret->salt);
	ret->payload = buf_view(&out);
	to->has_closed = true;
	to->closed = ledger_commitment(str_of((const char *)ret->salt, LEDGER_SALT), ret->payload);
}

static enum err insert(struct ctx *ctx, struct db *db, int64_t id, const struct ledger_event *e,
		       const struct sealed *sealed)
{
	struct ledger *ledger = db->store->ledger;
	str bytes;
	TRY(ledger_event_write(ctx, e, &bytes));
	struct ledger_leaf *leaf = ARENA_NEW(ctx->arena, struct ledger_leaf);
	leaf->hash = merkle_leaf(bytes);
	bool placed = db->engine->serial;
	if (placed)
		TRY(ledger_load(ctx, db));
	int64_t position = placed ? (int64_t)ledger->tree.size + db->n_leaves : 0;
	*db->last_leaf = leaf;
	db->last_leaf = &leaf->next;
	db->n_leaves++;
	if (!db->witness)
		db->witness = id;
	str salt = str_of((const char *)sealed->salt, e->has_closed ? LEDGER_SALT : 0);
	return db_run(ctx, db,
		      SQL("INSERT INTO event (id, position, object, kind, actor, organisation,"
			  " recorded_at, bytes, leaf, salt, closed)"
			  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"),
		      id, sql_int_or_null(!placed, position), e->object, e->kind, e->actor,
		      e->organisation, e->recorded_at, sql_bytes(bytes),
		      sql_bytes(merkle_bytes(&leaf->hash)), sql_bytes_or_null(salt),
		      sql_bytes_or_null(sealed->payload));
}

enum err event_append(struct ctx *ctx, struct db *db, const struct event_new *event,
		      int64_t *ret_id)
{
	struct ledger_event e = {
		.kind = event->kind,
		.object = event->object,
		.actor = event->actor,
		.organisation = event->organisation,
		.reason = event->reason,
		.open = event->open,
		.recorded_at = not_before(db->store->ledger, db->now),
	};
	TRY(times(ctx, event, &e));
	struct sealed sealed = { .payload = S("") };
	if (!value_is_null(event->closed))
		seal(ctx, event->closed, &e, &sealed);
	int64_t id = db_id(db);
	TRY(insert(ctx, db, id, &e, &sealed));
	if (ret_id)
		*ret_id = id;
	return OK;
}

static enum err hex_leaf(struct ctx *ctx, struct db *db, int64_t id, str *ret_hex)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT leaf FROM event WHERE id = $1 AND closed IS NOT NULL"), id));
	struct buf out = { .arena = ctx->arena };
	str leaf = row_view(&row, 0);
	for (size_t i = 0; i < leaf.n; i++)
		buf_printf(&out, "%02x", (unsigned char)leaf.p[i]);
	*ret_hex = buf_view(&out);
	return OK;
}

enum err event_erase(struct ctx *ctx, struct db *db, int64_t id, const struct event_new *why)
{
	if (str_empty(why->reason))
		return fail(ctx, ERR_INVALID, "Erasing needs a reason");
	str leaf;
	TRY(hex_leaf(ctx, db, id, &leaf));
	struct event_new event = *why;
	event.kind = S("event.erased");
	event.open = value_map();
	value_set(ctx->arena, &event.open, S("event"), value_str(id_text(ctx->arena, id)));
	value_set(ctx->arena, &event.open, S("leaf"), value_str(leaf));
	int64_t by;
	TRY(event_append(ctx, db, &event, &by));
	TRY(db_run(ctx, db, SQL("INSERT INTO ledger_erasure (event, erased_by) VALUES ($1, $2)"),
		   id, by));
	return db_run(ctx, db, SQL("UPDATE event SET salt = NULL, closed = NULL WHERE id = $1"),
		      id);
}

/* ---- reading ---- */

int64_t event_number(struct value v)
{
	int64_t id;
	if (v.kind == VALUE_STRING)
		return id_parse(value_text(v), &id) ? id : 0;
	return v.kind == VALUE_BOOL ? value_is_true(v) : value_integer(v, 0);
}

static enum err read_event(struct ctx *ctx, const struct rows *row, struct event *ret_event)
{
	struct ledger_event e;
	TRY(ledger_event_read(ctx, row_str(row, 2), &e));
	*ret_event = (struct event){
		.id = row_int(row, 0),
		.position = row_is_null(row, 1) ? -1 : row_int(row, 1),
		.object = e.object,
		.actor = e.actor,
		.organisation = e.organisation,
		.kind = e.kind,
		.reason = e.reason,
		.recorded_at = e.recorded_at,
		.effective_at = e.effective_at,
		.open = e.open,
		.erased = e.has_closed && row_is_null(row, 3),
	};
	struct json_fault fault;
	if (!row_is_null(row, 3) &&
	    !json_parse(ctx->arena, row_str(row, 3), &ret_event->closed, &fault))
		return fail(ctx, ERR_DATABASE, "An event's private part is damaged");
	return OK;
}

enum err event_load(struct ctx *ctx, struct db *db, int64_t id, struct event *ret_event)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT id, position, bytes, closed FROM event WHERE id = $1"), id));
	return read_event(ctx, &row, ret_event);
}

static enum err read_list(struct ctx *ctx, struct rows *rows, struct event_list *ret_list)
{
	struct event_list list = { 0 };
	size_t room = 0;
	while (rows_next(rows)) {
		if (list.n == room) {
			room = room ? room * 2 : 16;
			list.items = arena_grow(ctx->arena, list.items, list.n * sizeof *list.items,
						room * sizeof *list.items);
		}
		enum err e = read_event(ctx, rows, &list.items[list.n++]);
		if (e != OK) {
			rows_end(rows);
			return e;
		}
	}
	TRY(rows_end(rows));
	*ret_list = list;
	return OK;
}

enum err event_list(struct ctx *ctx, struct db *db, int64_t object, struct event_list *ret_list)
{
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, position, bytes, closed FROM event"
			 " WHERE object = $1 AND object <> 0 ORDER BY id"), object));
	return read_list(ctx, &rows, ret_list);
}

enum err event_after(struct ctx *ctx, struct db *db, int64_t position, int most,
		     struct event_list *ret_list)
{
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, position, bytes, closed FROM event"
			 " WHERE position > $1 ORDER BY position LIMIT $2"), position, most));
	return read_list(ctx, &rows, ret_list);
}

enum err event_last(struct ctx *ctx, struct db *db, int64_t *ret_position)
{
	return db_int(ctx, db, -1, ret_position, SQL("SELECT MAX(position) FROM event"));
}
