/* multiply DATA FACTOR: every case of DATA is filed again FACTOR - 1 times, under other names, with
 * codes, numbers and events of its own, so that `motcua verify` has as much to say of the copies as of
 * what they were made from. One command makes a few hundred of them: that is what makes a million
 * possible in an hour that cannot be spent on twelve commands a case. */
#include "app/app.h"
#include "cases/fee.h"
#include "cases/letter.h"
#include "cases/room.h"

#define REGISTER S("tiep-nhan")

enum { AT_ONCE = 64 }; /* cases a command copies */

struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *dice, uint64_t sides)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (dice->state * 0x2545f4914f6cdd1du >> 16) % sides;
}

static const char *const families[] = { "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Võ",
					"Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý" };
static const char *const middles[] = { "Văn", "Thị", "Minh", "Ngọc", "Gia", "Thanh", "Quốc", "Bảo" };
static const char *const givens[] = { "An", "Bình", "Châu", "Dũng", "Đức", "Giang", "Hà", "Hòa",
				      "Khánh", "Lan", "Linh", "Mai", "Nam", "Phúc", "Quân", "Thảo",
				      "Trâm", "Tuấn", "Uyên", "Vy" };

#define PICK(dice, list) (list)[roll((dice), ARRAY_SIZE(list))]

/* 44,800 names, so that one of them is what a few dozen of a million are called. */
static str person(struct arena *arena, struct dice *dice)
{
	return arena_printf(arena, "%s %s %s %s", PICK(dice, families), PICK(dice, middles),
			    PICK(dice, givens), PICK(dice, givens));
}

struct copying {
	struct app *app;
	int64_t copies, newest; /* of what was there before */
	int64_t after_organisation, after_id, done;
	struct dice dice;
	bool more;
};

/* One case being filed again. */
struct copy {
	struct ctx *ctx;
	struct db *db;
	struct copying *all;
	const struct organisation *organisation;
	const struct event_list *events;
	struct case_file c;
	str name, phone;
	struct value entries; /* of book_entry, renumbered */
	struct value rows;    /* of tables.h, as the events of the copy tell them */
};

static struct value with(struct arena *arena, struct value map, const char *key, struct value v)
{
	struct value copy = value_map();
	for (uint32_t i = 0; i < map.n; i++)
		value_append(arena, &copy, map.members[i].key, map.members[i].value);
	value_set(arena, &copy, str_z(key), v);
	return copy;
}

static enum err new_code(struct copy *copy, struct value *set)
{
	if (!value_find(*set, S("code")))
		return OK;
	TRY(number_case(copy->ctx, copy->all->app->cases, copy->db, copy->organisation,
			copy->c.submitted_at, &copy->c.code));
	*set = with(copy->ctx->arena, *set, "code", value_str(copy->c.code));
	return OK;
}

static enum err new_register_number(struct copy *copy, usec at, struct value *set)
{
	struct book_number number;
	if (!value_find(*set, S("register_number")))
		return OK;
	TRY(number_book(copy->ctx, copy->all->app->cases, copy->db, copy->organisation,
			REGISTER, at, &number));
	copy->c.register_number = number.number;
	*set = with(copy->ctx->arena, *set, "register_number", value_int(number.number));
	return OK;
}

static enum err new_entries(struct copy *copy, usec at, struct value *open)
{
	struct arena *arena = copy->ctx->arena;
	struct value before = value_get(*open, S("entries")), list = value_list();
	for (uint32_t i = 0; before.kind == VALUE_LIST && i < before.n; i++) {
		struct book_number number;
		TRY(number_book(copy->ctx, copy->all->app->cases, copy->db, copy->organisation,
				value_text(value_get(before.items[i], S("book"))), at, &number));
		value_push(arena, &list, with(arena, before.items[i], "number",
					      value_int(number.number)));
		value_push(arena, &copy->entries, list.items[list.n - 1]);
	}
	if (list.n)
		*open = with(arena, *open, "entries", list);
	return OK;
}

/* A letter is asked for by its code, a receipt by book and number: each is the copy's own. */
static enum err new_row(struct copy *copy, str table, struct value *row)
{
	struct arena *arena = copy->ctx->arena;
	struct command command = { .ctx = copy->ctx, .db = copy->db, .cases = copy->all->app->cases,
				   .c = copy->c };
	struct fee_book book;
	int64_t number;
	if (str_eq(table, str_z(letter_table.name)) && value_find(*row, S("code")))
		*row = with(arena, *row, "code", value_str(id_text(arena, db_id(copy->db))));
	if (!str_eq(table, str_z(receipt_table.name)) || !value_find(*row, S("book")))
		return OK;
	TRY(fee_number(&command, &book, &number));
	*row = with(arena, *row, "book", value_str(id_text(arena, book.id)));
	*row = with(arena, *row, "number", value_int(number));
	return OK;
}

static enum err new_rows(struct copy *copy, struct value *open)
{
	struct arena *arena = copy->ctx->arena;
	struct value before = value_get(*open, S("rows")), tables = value_map();
	for (uint32_t t = 0; before.kind == VALUE_MAP && t < before.n; t++) {
		struct value list = value_list(), rows = before.members[t].value;
		for (uint32_t i = 0; i < rows.n; i++) {
			struct value row = rows.items[i];
			TRY(new_row(copy, before.members[t].key, &row));
			value_push(arena, &list, row);
		}
		value_append(arena, &tables, before.members[t].key, list);
	}
	if (tables.n)
		*open = with(arena, *open, "rows", tables);
	return OK;
}

static void new_names(struct copy *copy, struct value *closed)
{
	struct arena *arena = copy->ctx->arena;
	struct value set = value_get(*closed, S("set"));
	if (!value_find(set, S("subject")))
		return;
	set = with(arena, set, "subject", value_str(copy->c.subject));
	set = with(arena, set, "applicant", value_str(copy->c.applicant));
	set = with(arena, set, "phone", value_str(copy->c.phone));
	*closed = with(arena, *closed, "set", set);
}

static enum err copy_event(struct copy *copy, const struct event *event)
{
	struct value open = event->open, closed = event->closed, set = value_get(open, S("set"));
	if (set.kind == VALUE_MAP) {
		TRY(new_code(copy, &set));
		TRY(new_register_number(copy, event->effective_at, &set));
		open = with(copy->ctx->arena, open, "set", set);
	}
	TRY(new_entries(copy, event->effective_at, &open));
	TRY(new_rows(copy, &open));
	new_names(copy, &closed);
	tables_fold(copy->ctx->arena, &copy->rows, open, closed);
	return event_append(copy->ctx, copy->db, &(struct event_new){
		.kind = event->kind, .object = copy->c.id, .actor = event->actor,
		.organisation = event->organisation, .effective_at = event->effective_at,
		.reason = str_empty(event->reason) ? S("simulation") : event->reason,
		.open = open, .closed = closed }, NULL);
}

/* What the events tell of the tables of tables.h, as rows. */
static enum err write_told(struct copy *copy)
{
	struct arena *arena = copy->ctx->arena;
	struct command command = { .ctx = copy->ctx, .db = copy->db, .c = copy->c,
				   .rows = value_list() };
	for (uint32_t t = 0; t < copy->rows.n; t++) {
		struct value rows = copy->rows.members[t].value;
		for (uint32_t i = 0; i < rows.n; i++) {
			struct value row = value_map(), columns = value_map(), told = rows.members[i].value;
			for (uint32_t k = 0; k < told.n; k++)
				if (!str_eq(told.members[k].key, S("id")))
					value_append(arena, &columns, told.members[k].key,
						     told.members[k].value);
			value_append(arena, &row, S("table"), value_str(copy->rows.members[t].key));
			value_append(arena, &row, S("id"), value_str(rows.members[i].key));
			value_append(arena, &row, S("columns"), columns);
			value_push(arena, &command.rows, row);
		}
	}
	return tables_write(&command);
}

static enum err copy_rows(struct copy *copy, int64_t from)
{
	struct ctx *ctx = copy->ctx;
	struct db *db = copy->db;
	const struct case_file *c = &copy->c;
	TRY(rows_insert_case(ctx, db, c));
	TRY(db_run(ctx, db, SQL("INSERT INTO case_task (organisation, case_id, node, element, role,"
		" agency, state, holder, created_at, due_at, done_at, outcome, leg) SELECT organisation,"
		" $3, node, element, role, agency, state, holder, created_at, due_at, done_at, outcome,"
		" leg FROM case_task WHERE organisation = $1 AND case_id = $2"),
		c->organisation, from, c->id));
	TRY(db_run(ctx, db, SQL("INSERT INTO case_leg (organisation, case_id, leg, agency, started_at,"
		" due_at, finished_at) SELECT organisation, $3, leg, agency, started_at, due_at,"
		" finished_at FROM case_leg WHERE organisation = $1 AND case_id = $2"),
		c->organisation, from, c->id));
	TRY(db_run(ctx, db, SQL("INSERT INTO case_paper (organisation, case_id, paper, state)"
		" SELECT organisation, $3, paper, state FROM case_paper"
		" WHERE organisation = $1 AND case_id = $2"), c->organisation, from, c->id));
	TRY(db_run(ctx, db, SQL("INSERT INTO case_attachment (organisation, case_id, id, field, name,"
		" hash, size, type, added_at) SELECT organisation, $3, id, field, name, hash, size, type,"
		" added_at FROM case_attachment WHERE organisation = $1 AND case_id = $2"),
		c->organisation, from, c->id));
	TRY(db_run(ctx, db, SQL("INSERT INTO case_note (organisation, case_id, id, account, noted_at,"
		" body) SELECT organisation, $3, id, account, noted_at, body FROM case_note"
		" WHERE organisation = $1 AND case_id = $2"), c->organisation, from, c->id));
	TRY(write_told(copy));
	for (uint32_t i = 0; i < copy->entries.n; i++) {
		struct value entry = copy->entries.items[i];
		TRY(db_run(ctx, db, SQL("INSERT INTO book_entry (organisation, book, period, number,"
			" case_id, entered_at) VALUES ($1, $2, $3, $4, $5, $6)"), c->organisation,
			value_text(value_get(entry, S("book"))),
			value_integer(value_get(entry, S("period")), 0),
			value_integer(value_get(entry, S("number")), 0), c->id,
			value_integer(value_get(entry, S("entered_at")), 0)));
	}
	return OK;
}

static enum err copy_case(struct ctx *ctx, struct db *db, struct copying *all,
			  const struct case_file *from, const struct event_list *events)
{
	struct copy copy = { .ctx = ctx, .db = db, .all = all, .events = events, .c = *from,
			     .entries = value_list(), .rows = value_map() };
	copy.organisation = organisation_by_id(all->app->people, from->organisation);
	copy.c.id = db_id(db);
	copy.c.subject = person(ctx->arena, &all->dice);
	copy.c.applicant = person(ctx->arena, &all->dice);
	copy.c.phone = arena_printf(ctx->arena, "09%08llu",
				    (unsigned long long)roll(&all->dice, 100000000));
	for (size_t i = 0; i < events->n; i++)
		TRY(copy_event(&copy, &events->items[i]));
	return copy_rows(&copy, from->id);
}

static enum err copy_some(struct ctx *ctx, struct db *db, void *arg)
{
	struct copying *all = arg;
	struct copying before = *all;
	int64_t keys[AT_ONCE][2];
	struct rows rows;
	size_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT organisation, id FROM case_file WHERE (organisation, id) > ($1, $2)"
			 " AND id <= $3 ORDER BY organisation, id LIMIT $4"),
		     all->after_organisation, all->after_id, all->newest, AT_ONCE));
	for (; n < AT_ONCE && rows_next(&rows); n++) {
		keys[n][0] = row_int(&rows, 0);
		keys[n][1] = row_int(&rows, 1);
	}
	TRY(rows_end(&rows));
	for (size_t i = 0; i < n; i++) {
		struct case_file c;
		struct event_list events;
		TRY(rows_read_case(ctx, db, keys[i][0], keys[i][1], &c));
		TRY(event_list(ctx, db, c.id, &events));
		for (int64_t k = 0; k < before.copies; k++)
			TRY(copy_case(ctx, db, all, &c, &events));
		all->after_organisation = keys[i][0];
		all->after_id = keys[i][1];
	}
	all->done = before.done + (int64_t)n * before.copies;
	all->more = n == AT_ONCE;
	return OK;
}

static enum err count_again(struct ctx *ctx, struct db *db, void *arg)
{
	const struct copying *all = arg;
	return db_run(ctx, db,
		   SQL("UPDATE tally SET submitted = submitted * $1, accepted = accepted * $1, "
		       "not_accepted = not_accepted * $1, withdrawn_early = withdrawn_early * $1, "
		       "early = early * $1, on_time = on_time * $1, late = late * $1, "
		       "late_apologised = late_apologised * $1, new_date_kept = new_date_kept * $1, "
		       "withdrawn = withdrawn * $1, stopped = stopped * $1, returned = returned * $1, "
		       "due = due * $1, due_ended = due_ended * $1, national_due = national_due * $1, "
		       "national_ended = national_ended * $1, national_on = national_on * $1, "
		       "national_late = national_late * $1, supplements = supplements * $1, "
		       "apologies = apologies * $1, no_contact = no_contact * $1, "
		       "one_contact = one_contact * $1, leg_early = leg_early * $1, "
		       "leg_on = leg_on * $1, leg_late = leg_late * $1, results = results * $1, "
		       "digital_papers = digital_papers * $1, digital_result = digital_result * $1, "
		       "digital = digital * $1, reused = reused * $1, paid = paid * $1, "
		       "paid_online = paid_online * $1, elsewhere = elsewhere * $1"),
		   all->copies + 1);
}

static enum err find_newest(struct ctx *ctx, struct db *db, void *arg)
{
	struct copying *all = arg;
	return db_int(ctx, db, 0, &all->newest, SQL("SELECT MAX(id) FROM case_file"));
}

/* The books of the pack end long before a million cases: each office opens one that does not. */
static enum err open_books(struct ctx *ctx, struct db *db, void *arg)
{
	enum { LAST = 9999999 };
	struct rows rows;
	TRY(db_query(ctx, db, &rows, SQL("SELECT DISTINCT organisation FROM fee_book"
					 " WHERE organisation NOT IN (SELECT organisation FROM fee_book"
					 " WHERE last = $1)"), LAST));
	while (rows_next(&rows)) {
		int64_t id = db_id(db), organisation = row_int(&rows, 0), now = db_now(db);
		struct value open = value_map();
		value_append(ctx->arena, &open, S("series"), value_str(S("BL/Z")));
		value_append(ctx->arena, &open, S("first"), value_int(1));
		value_append(ctx->arena, &open, S("last"), value_int(LAST));
		value_append(ctx->arena, &open, S("opened_at"), value_int(now));
		TRY(db_run(ctx, db, SQL("INSERT INTO fee_book (id, organisation, series, first, last,"
					" next, opened_at) VALUES ($1, $2, $3, 1, $4, 1, $5)"),
			   id, organisation, S("BL/Z"), LAST, now));
		TRY(event_append(ctx, db, &(struct event_new){ .kind = S("fee.book_opened"),
			.object = id, .organisation = organisation, .open = open }, NULL));
	}
	return rows_end(&rows);
}

static enum err copy_all(struct ctx *ctx, struct copying *all)
{
	TRY(store_write(ctx, all->app->store, open_books, NULL));
	TRY(store_read(ctx, all->app->store, find_newest, all));
	do {
		struct arena arena;
		arena_init(&arena);
		struct ctx turn = { .arena = &arena };
		enum err err = store_write(&turn, all->app->store, copy_some, all);
		if (err != OK)
			fail(ctx, err, "%.*s", STR_ARG(turn.fault.message));
		arena_done(&arena);
		TRY(err);
		fprintf(stderr, "\r%lld copies", (long long)all->done);
	} while (all->more);
	fputc('\n', stderr);
	return store_write(ctx, all->app->store, count_again, all);
}

int main(int argc, char **argv)
{
	struct app app = { .options = { .data = argc > 1 ? argv[1] : NULL,
					.database = argc > 3 ? argv[3] : NULL } };
	struct copying all = { .app = &app, .dice = { 0x9e3779b97f4a7c15u } };
	int64_t factor;
	if (argc < 3 || !str_int(str_z(argv[2]), 2, 1000, &factor)) {
		fputs("multiply DATA FACTOR [DATABASE]\n", stderr);
		return 2;
	}
	arena_init(&app.arena);
	struct ctx ctx = { .arena = &app.arena };
	all.copies = factor - 1;
	enum err err = app_open(&ctx, &app);
	if (err == OK)
		err = copy_all(&ctx, &all);
	if (err != OK)
		fprintf(stderr, "%.*s\n", STR_ARG(ctx.fault.message));
	app_close(&app);
	arena_done(&app.arena);
	return err != OK;
}
