#include "reception/room.h"

#include "store/event.h"

enum { CHUNK = 500 };

static struct sql sql_of(struct arena *arena, const char *before, const char *name, const char *after)
{
	str text = arena_printf(arena, "%s%s%s", before, name, after);
	return (struct sql){ text.p, text.n };
}

static const struct record_column *column_of(const struct record_table *table, str name)
{
	for (size_t i = 0; i < table->n; i++)
		if (str_eq(str_z(table->columns[i].name), name))
			return &table->columns[i];
	abort(); /* a fault of the program */
}

/* ---- writing ---- */

static struct value part_of(struct arena *arena, const struct record *record, bool is_private)
{
	struct value part = value_map(), whole = value_map();
	for (uint32_t i = 0; i < record->set.n; i++) {
		const struct member *m = &record->set.members[i];
		if (column_of(record->table, m->key)->is_private == is_private)
			value_append(arena, &part, m->key, m->value);
	}
	if (is_private && !part.n)
		return value_null();
	value_append(arena, &whole, S("set"), part);
	return whole;
}

static void add_value(sql_t *q, const struct record_column *column, struct value v)
{
	if (column->kind == COLUMN_TEXT)
		sql_add(q, SQL(", $1"), value_text(v));
	else
		sql_add(q, SQL(", $1"), event_number(v));
}

static enum err write_row(struct ctx *ctx, struct db *db, const struct record *record)
{
	struct arena *arena = ctx->arena;
	struct value set = record->set;
	sql_t q = sql_new(arena);
	sql_add(&q, sql_of(arena, "INSERT INTO ", record->table->name, " (id, organisation"));
	for (uint32_t i = 0; i < set.n; i++)
		sql_add(&q, sql_of(arena, ", ", column_of(record->table, set.members[i].key)->name, ""));
	sql_add(&q, SQL(") VALUES ($1, $2"), record->id, record->organisation);
	for (uint32_t i = 0; i < set.n; i++)
		add_value(&q, column_of(record->table, set.members[i].key), set.members[i].value);
	sql_add(&q, SQL(") ON CONFLICT (id) DO UPDATE SET "));
	for (uint32_t i = 0; i < set.n; i++) {
		const char *name = column_of(record->table, set.members[i].key)->name;
		sql_add(&q, sql_of(arena, i ? ", " : "", name, " = excluded."));
		sql_add(&q, sql_of(arena, name, "", ""));
	}
	return db_run_built(ctx, db, &q);
}

enum err record_write(struct ctx *ctx, struct db *db, const struct record *record)
{
	struct event_new event = {
		.kind = str_z(record->kind), .object = record->id, .actor = record->actor,
		.organisation = record->organisation,
		.open = part_of(ctx->arena, record, false),
		.closed = part_of(ctx->arena, record, true),
	};
	TRY(event_append(ctx, db, &event, NULL));
	return write_row(ctx, db, record);
}

/* ---- verifying ---- */

struct walk {
	const struct record_table *table;
	struct reception_report *report;
	struct arena *findings;
	int64_t after;
	bool more;
};

static void fold(struct arena *arena, struct value *row, struct value part)
{
	struct value set = value_get(part, S("set"));
	for (uint32_t i = 0; set.kind == VALUE_MAP && i < set.n; i++)
		value_set(arena, row, set.members[i].key, set.members[i].value);
}

static bool agrees(const struct record_column *column, struct value folded, const struct rows *r,
		   int at)
{
	struct value v = value_get(folded, str_z(column->name));
	if (column->kind == COLUMN_TEXT)
		return str_eq(value_text(v), row_view(r, at));
	return event_number(v) == row_int(r, at);
}

static enum err compare_row(struct ctx *ctx, struct db *db, struct walk *walk, const struct rows *r)
{
	struct event_list events;
	struct value row = value_map();
	bool erased = false;
	int64_t id = row_int(r, 0);
	TRY(event_list(ctx, db, id, &events));
	for (size_t i = 0; i < events.n; i++) {
		erased = erased || events.items[i].erased;
		fold(ctx->arena, &row, events.items[i].open);
		fold(ctx->arena, &row, events.items[i].closed);
	}
	bool sound = events.n && events.items[0].organisation == row_int(r, 1);
	for (size_t i = 0; sound && i < walk->table->n; i++)
		sound = (erased && walk->table->columns[i].is_private) ||
			agrees(&walk->table->columns[i], row, r, (int)i + 2);
	if (!sound && walk->report->sound) {
		walk->report->sound = false;
		walk->report->finding = arena_printf(walk->findings, "%s %lld does not agree with its"
						     " events", walk->table->name, (long long)id);
	}
	walk->report->rows++;
	return OK;
}

static enum err compare_chunk(struct ctx *ctx, struct db *db, void *arg)
{
	struct walk *walk = arg;
	struct rows rows;
	int n = 0;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT id, organisation"));
	for (size_t i = 0; i < walk->table->n; i++)
		sql_add(&q, sql_of(ctx->arena, ", ", walk->table->columns[i].name, ""));
	sql_add(&q, sql_of(ctx->arena, " FROM ", walk->table->name, " WHERE id > $1"), walk->after);
	sql_add(&q, SQL(" ORDER BY id LIMIT $1"), CHUNK);
	TRY(db_query_built(ctx, db, &rows, &q));
	for (; rows_next(&rows); n++) {
		walk->after = row_int(&rows, 0);
		TRY(compare_row(ctx, db, walk, &rows));
	}
	walk->more = n == CHUNK;
	return rows_end(&rows);
}

/* A row that is gone leaves its first event behind. */
static enum err compare_count(struct ctx *ctx, struct db *db, void *arg)
{
	struct walk *walk = arg;
	struct rows row;
	int64_t told;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, sql_of(ctx->arena, "SELECT COUNT(*) FROM ", walk->table->name, ""));
	TRY(db_one_built(ctx, db, &row, &q));
	int64_t there = row_int(&row, 0);
	TRY(db_int(ctx, db, 0, &told, SQL("SELECT COUNT(*) FROM event WHERE kind = $1"),
		   str_z(walk->table->first)));
	if (told != there && walk->report->sound) {
		walk->report->sound = false;
		walk->report->finding = arena_printf(walk->findings, "table %s has %lld rows, its"
			" events began %lld", walk->table->name, (long long)there, (long long)told);
	}
	return OK;
}

enum err record_verify(struct ctx *ctx, struct store *store, const struct record_table *table,
		       struct reception_report *report)
{
	struct walk walk = { .table = table, .report = report, .findings = ctx->arena, .more = true };
	struct arena arena;
	struct ctx own = *ctx;
	enum err err = OK;
	arena_init(&arena);
	own.arena = &arena;
	while (err == OK && walk.more) {
		arena_reset(&arena);
		err = store_read(&own, store, compare_chunk, &walk);
	}
	if (err == OK)
		err = store_read(&own, store, compare_count, &walk);
	if (err != OK)
		fail(ctx, err, "%s", arena_copy(ctx->arena, own.fault.message).p);
	arena_done(&arena);
	return err;
}
