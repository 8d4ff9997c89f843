/*
 * The ledger against itself: every event's bytes against its leaf, its columns against its bytes,
 * its private part against its commitment, and the tree they make against every checkpoint ever
 * signed. Who changes an event is found by its leaf; who changes the leaf as well, by the tree;
 * who computes the whole tree anew, by a checkpoint made earlier: in the database, in the file
 * beside it, or on a receipt in somebody's drawer.
 */
#include <stdarg.h>

#include "ledger/event.h"
#include "store/ledger.h"

enum { CHUNK = 1000 };

struct mark {
	struct checkpoint checkpoint;
	const char *from; /* where it is kept */
};

struct walk {
	struct ctx *ctx, *scratch;
	struct db *db;
	struct merkle_tree tree;
	struct mark *marks; /* by size */
	size_t n_marks, room_marks, next_mark;
	int64_t mark_position, mark_event; /* the first event after the last good checkpoint */
	struct event_report report;
};

/* The first finding counts. */
static void find(struct walk *walk, int64_t event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void find(struct walk *walk, int64_t event, const char *format, ...)
{
	char text[256];
	va_list list;
	if (!walk->report.sound)
		return;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	walk->report.sound = false;
	walk->report.bad = event;
	walk->report.finding = arena_copy(walk->ctx->arena, str_z(text));
}

/* ---- checkpoints ---- */

static void add_mark(struct walk *walk, str note, const char *from)
{
	struct note_verifier verifier = note_verifier_of(&walk->db->store->ledger->key);
	struct checkpoint checkpoint;
	str text;
	if (!note_verify(note, &verifier, &text) || !checkpoint_parse(text, &checkpoint)) {
		find(walk, 0, "a checkpoint %s has no good signature", from);
		return;
	}
	checkpoint.origin = S("");
	if (walk->n_marks == walk->room_marks) {
		size_t room = walk->room_marks ? walk->room_marks * 2 : 64;
		walk->marks = arena_grow(walk->ctx->arena, walk->marks,
					 walk->n_marks * sizeof *walk->marks,
					 room * sizeof *walk->marks);
		walk->room_marks = room;
	}
	walk->marks[walk->n_marks++] = (struct mark){ checkpoint, from };
	walk->report.checkpoints++;
}

static int by_size(const void *a, const void *b)
{
	uint64_t left = ((const struct mark *)a)->checkpoint.size;
	uint64_t right = ((const struct mark *)b)->checkpoint.size;
	return left < right ? -1 : left > right;
}

static enum err gather_marks(struct walk *walk, str given)
{
	struct rows rows;
	str file, note;
	TRY(db_query(walk->scratch, walk->db, &rows, SQL("SELECT note FROM ledger_checkpoint")));
	while (rows_next(&rows))
		add_mark(walk, row_view(&rows, 0), "in the database");
	TRY(rows_end(&rows));
	TRY(ledger_read_file(walk->scratch, walk->db->store, &file));
	while (ledger_next_note(&file, &note))
		add_mark(walk, note, "in the folder of the ledger");
	if (!str_empty(given))
		add_mark(walk, given, "that was handed in");
	if (walk->n_marks)
		qsort(walk->marks, walk->n_marks, sizeof *walk->marks, by_size);
	return OK;
}

static bool another_of_this_size(const struct walk *walk)
{
	return walk->next_mark < walk->n_marks &&
	       walk->marks[walk->next_mark].checkpoint.size == walk->tree.size;
}

static void compare_marks(struct walk *walk)
{
	while (walk->next_mark < walk->n_marks) {
		const struct mark *mark = &walk->marks[walk->next_mark];
		if (mark->checkpoint.size > walk->tree.size)
			return;
		if (mark->checkpoint.size == walk->tree.size &&
		    !merkle_eq(mark->checkpoint.root, merkle_root(&walk->tree)))
			find(walk, walk->mark_event,
			     "the events at %lld to %llu are not those that the checkpoint %s"
			     " was signed over", (long long)walk->mark_position,
			     (unsigned long long)walk->tree.size - 1, mark->from);
		walk->next_mark++;
		if (another_of_this_size(walk))
			continue; /* a good one does not narrow down what a bad one is about */
		walk->mark_position = (int64_t)walk->tree.size;
		walk->mark_event = 0;
	}
}

/* ---- one event ---- */

enum column {
	ID, POSITION, OBJECT, KIND, ACTOR, ORGANISATION, RECORDED_AT, BYTES, LEAF, SALT, CLOSED,
};

static bool columns_agree(const struct rows *row, const struct ledger_event *e)
{
	return row_int(row, OBJECT) == e->object && str_eq(row_view(row, KIND), e->kind) &&
	       row_int(row, ACTOR) == e->actor && row_int(row, ORGANISATION) == e->organisation &&
	       row_int(row, RECORDED_AT) == e->recorded_at;
}

static bool closed_agrees(const struct rows *row, const struct ledger_event *e)
{
	bool here = !row_is_null(row, CLOSED);
	if (!e->has_closed || !here)
		return !here && row_is_null(row, SALT);
	return merkle_eq(ledger_commitment(row_view(row, SALT), row_view(row, CLOSED)), e->closed);
}

static void check_event(struct walk *walk, const struct rows *row, bool *ret_erased)
{
	int64_t id = row_int(row, ID);
	struct merkle_hash leaf = { 0 };
	struct ledger_event e;
	str bytes = row_str(row, BYTES);
	bool has_leaf = merkle_hash_of(row_view(row, LEAF), &leaf);
	if (!has_leaf || !merkle_eq(leaf, merkle_leaf(bytes)))
		find(walk, id, "the bytes of event %lld were changed", (long long)id);
	else if (ledger_event_read(walk->scratch, bytes, &e) != OK)
		find(walk, id, "the bytes of event %lld are no event", (long long)id);
	else if (!columns_agree(row, &e))
		find(walk, id, "the columns of event %lld were changed", (long long)id);
	else if (!closed_agrees(row, &e))
		find(walk, id, "the private part of event %lld was changed", (long long)id);
	else
		*ret_erased = e.has_closed && row_is_null(row, CLOSED);
	if (!walk->mark_event)
		walk->mark_event = id;
}

static void check_place(struct walk *walk, const struct rows *row)
{
	struct merkle_made made[MERKLE_MADE];
	struct merkle_hash leaf;
	if (row_int(row, POSITION) != (int64_t)walk->tree.size)
		find(walk, row_int(row, ID), "the event at %llu is gone",
		     (unsigned long long)walk->tree.size);
	else if (merkle_hash_of(row_view(row, LEAF), &leaf))
		merkle_append(&walk->tree, leaf, made);
}

/* ---- walking ---- */

struct erased {
	int64_t ids[CHUNK];
	int n;
};

/* Erasing is an act too: its event names the erased one and its leaf. */
static enum err check_erased(struct walk *walk, int64_t id)
{
	struct rows row;
	struct event by;
	enum err e = db_one(walk->scratch, walk->db, &row,
			    SQL("SELECT x.erased_by, e.leaf FROM ledger_erasure x"
				" JOIN event e ON e.id = x.event WHERE x.event = $1"), id);
	if (e == OK)
		e = event_load(walk->scratch, walk->db, row_int(&row, 0), &by);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	struct buf leaf = { .arena = walk->scratch->arena };
	for (size_t i = 0; e == OK && i < row_view(&row, 1).n; i++)
		buf_printf(&leaf, "%02x", (unsigned char)row_view(&row, 1).p[i]);
	if (e != OK || !str_eq(by.kind, S("event.erased")) ||
	    !str_eq(value_text(value_get(by.open, S("leaf"))), buf_view(&leaf)))
		find(walk, id, "the private part of event %lld is gone without an erasure",
		     (long long)id);
	walk->report.erased++;
	return OK;
}

/* The next events in the order of the tree, or those without a place. */
static enum err query_chunk(struct walk *walk, int64_t after, bool placed, struct rows *ret_rows)
{
	if (placed)
		return db_query(walk->scratch, walk->db, ret_rows,
				SQL("SELECT id, position, object, kind, actor, organisation,"
				    " recorded_at, bytes, leaf, salt, closed FROM event"
				    " WHERE position > $1 ORDER BY position LIMIT $2"),
				after, CHUNK);
	return db_query(walk->scratch, walk->db, ret_rows,
			SQL("SELECT id, position, object, kind, actor, organisation, recorded_at,"
			    " bytes, leaf, salt, closed FROM event"
			    " WHERE position IS NULL AND id > $1 ORDER BY id LIMIT $2"),
			after, CHUNK);
}

static enum err walk_chunk(struct walk *walk, bool placed, int64_t *after, int *ret_n)
{
	struct rows rows;
	struct erased erased = { .n = 0 };
	int n = 0;
	TRY(query_chunk(walk, *after, placed, &rows));
	for (; walk->report.sound && rows_next(&rows); n++) {
		bool is_erased = false;
		if (placed)
			compare_marks(walk);
		check_event(walk, &rows, &is_erased);
		if (placed)
			check_place(walk, &rows);
		if (is_erased)
			erased.ids[erased.n++] = row_int(&rows, ID);
		*after = row_int(&rows, placed ? POSITION : ID);
	}
	TRY(rows_end(&rows));
	for (int i = 0; i < erased.n && walk->report.sound; i++)
		TRY(check_erased(walk, erased.ids[i]));
	*ret_n = n;
	return OK;
}

static enum err walk_all(struct walk *walk, bool placed, int64_t *ret_n)
{
	int64_t after = -1;
	int n;
	do {
		TRY(walk_chunk(walk, placed, &after, &n));
		*ret_n += n;
		arena_reset(walk->scratch->arena);
	} while (n == CHUNK && walk->report.sound);
	return OK;
}

/* What lies beyond the last event, and the head that commands go on from. */
static enum err check_end(struct walk *walk)
{
	str head;
	struct merkle_tree stored = { 0 };
	compare_marks(walk);
	if (walk->next_mark < walk->n_marks)
		find(walk, 0, "the ledger ends at %llu, but the checkpoint %s covers %llu events",
		     (unsigned long long)walk->tree.size, walk->marks[walk->next_mark].from,
		     (unsigned long long)walk->marks[walk->next_mark].checkpoint.size);
	TRY(db_text(walk->scratch, walk->db, &head,
		    SQL("SELECT head FROM ledger_head WHERE id = 1")));
	if (!str_empty(head) && !merkle_unpack(head, &stored))
		find(walk, 0, "the head of the tree is damaged");
	else if (stored.size != walk->tree.size ||
		 !merkle_eq(merkle_root(&stored), merkle_root(&walk->tree)))
		find(walk, walk->mark_event, "the head of the tree is not that of its events");
	return OK;
}

static enum err verify(struct walk *walk, str checkpoint)
{
	TRY(gather_marks(walk, checkpoint));
	if (walk->report.sound)
		TRY(walk_all(walk, /* placed= */ true, &walk->report.events));
	if (walk->report.sound)
		TRY(check_end(walk));
	if (walk->report.sound)
		TRY(walk_all(walk, /* placed= */ false, &walk->report.pending));
	walk->report.events += walk->report.pending;
	return OK;
}

enum err event_verify(struct ctx *ctx, struct store *store, str checkpoint,
		      struct event_report *ret_report)
{
	struct arena arena;
	struct walk *walk = ARENA_NEW(ctx->arena, struct walk);
	arena_init(&arena);
	struct ctx scratch = { .arena = &arena };
	*walk = (struct walk){ .ctx = ctx, .scratch = &scratch };
	walk->report.sound = true;
	walk->report.finding = S("");
	enum err e = store_snapshot(ctx, store, &walk->db);
	if (e == OK) {
		e = verify(walk, checkpoint);
		store_release(walk->db);
	}
	if (e != OK && scratch.fault.code == e)
		fail_at(ctx, e, scratch.fault.file, scratch.fault.line, "%.*s",
			STR_ARG(scratch.fault.message));
	arena_done(&arena);
	*ret_report = walk->report;
	return e;
}
