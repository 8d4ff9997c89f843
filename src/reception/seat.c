/* Seats: which officer sits at which counter. */
#include "reception/room.h"

static const struct record_column seat_columns[] = {
	{ "counter" }, { "account", COLUMN_ID }, { "day" }, { "opened_at" }, { "closed_at" },
};
const struct record_table seat_table = { "seat", "seat.opened", seat_columns,
					 ARRAY_SIZE(seat_columns) };

struct job {
	struct reception *reception;
	const struct seat *seat;
};

struct taken {
	int64_t id, account, day; /* id 0: nobody sits there */
};

static enum err look(struct ctx *ctx, struct db *db, const struct seat *seat,
		     struct taken *ret_taken)
{
	struct rows row;
	*ret_taken = (struct taken){ 0 };
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT id, account, day FROM seat WHERE organisation = $1"
				  " AND counter = $2 AND closed_at = 0 FOR UPDATE"),
			      seat->hall->organisation->id, seat->counter->number);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*ret_taken = (struct taken){ row_int(&row, 0), row_int(&row, 1), row_int(&row, 2) };
	return OK;
}

static enum err close_row(struct ctx *ctx, struct db *db, const struct seat *seat, int64_t id)
{
	struct value set = value_map();
	value_set(ctx->arena, &set, S("closed_at"), value_int(db_now(db)));
	return record_write(ctx, db, &(struct record){ &seat_table, "seat.closed", id,
		seat->hall->organisation->id, seat->account, set });
}

/* An officer sits at one counter: the others of theirs are left. */
static enum err leave_others(struct ctx *ctx, struct db *db, const struct seat *seat)
{
	int64_t ids[8];
	size_t n = 0;
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id FROM seat WHERE account = $1 AND closed_at = 0"
			 " AND NOT (organisation = $2 AND counter = $3) ORDER BY id LIMIT 8 FOR UPDATE"),
		     seat->account, seat->hall->organisation->id, seat->counter->number));
	while (n < ARRAY_SIZE(ids) && rows_next(&rows))
		ids[n++] = row_int(&rows, 0);
	TRY(rows_end(&rows));
	for (size_t i = 0; i < n; i++)
		TRY(close_row(ctx, db, seat, ids[i]));
	return OK;
}

static enum err open(struct ctx *ctx, struct db *db, void *arg)
{
	const struct job *job = arg;
	const struct seat *seat = job->seat;
	struct value set = value_map();
	struct taken taken;
	usec now = db_now(db);
	int64_t day = calendar_day(cases_calendar(job->reception->cases), now);
	TRY(look(ctx, db, seat, &taken));
	if (taken.account == seat->account && taken.day == day)
		return leave_others(ctx, db, seat);
	if (taken.id)
		TRY(close_row(ctx, db, seat, taken.id));
	TRY(leave_others(ctx, db, seat));
	value_append(ctx->arena, &set, S("counter"), value_int(seat->counter->number));
	value_append(ctx->arena, &set, S("account"),
		     value_str(id_text(ctx->arena, seat->account)));
	value_append(ctx->arena, &set, S("day"), value_int(day));
	value_append(ctx->arena, &set, S("opened_at"), value_int(now));
	return record_write(ctx, db, &(struct record){ &seat_table, "seat.opened", db_id(db),
		seat->hall->organisation->id, seat->account, set });
}

enum err seat_open(struct ctx *ctx, struct reception *reception, const struct seat *seat)
{
	struct job job = { reception, seat };
	return store_write(ctx, reception->store, open, &job);
}

static enum err close_seat(struct ctx *ctx, struct db *db, void *arg)
{
	const struct job *job = arg;
	const struct seat *seat = job->seat;
	struct taken taken;
	struct ticket here;
	TRY(look(ctx, db, seat, &taken));
	if (!taken.id || taken.account != seat->account)
		return OK;
	enum err err = ticket_at(ctx, db, seat, taken.day, &here);
	if (err == OK)
		return fail(ctx, ERR_CONFLICT, "Number %.*s is at your counter: finish or skip it"
			    " first", STR_ARG(here.label));
	return err == ERR_NOT_FOUND ? close_row(ctx, db, seat, taken.id) : err;
}

enum err seat_close(struct ctx *ctx, struct reception *reception, const struct seat *seat)
{
	struct job job = { reception, seat };
	return store_write(ctx, reception->store, close_seat, &job);
}

enum err seat_holder(struct ctx *ctx, struct db *db, const struct hall *hall, int64_t counter,
		     int64_t *ret_account)
{
	return db_int(ctx, db, 0, ret_account,
		      SQL("SELECT account FROM seat WHERE organisation = $1 AND counter = $2"
			  " AND closed_at = 0"),
		      hall->organisation->id, counter);
}
