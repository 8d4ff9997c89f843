/* Appointments: slots booked ahead. */
#include "reception/room.h"

static const struct record_column appointment_columns[] = {
	{ "service", COLUMN_TEXT }, { "procedure", COLUMN_TEXT }, { "day" }, { "minute" },
	{ "state", COLUMN_TEXT }, { "code", COLUMN_TEXT, .is_private = true },
	{ "name", COLUMN_TEXT, .is_private = true }, { "phone", COLUMN_TEXT, .is_private = true },
};
const struct record_table appointment_table = { "appointment", "appointment.booked",
						appointment_columns,
						ARRAY_SIZE(appointment_columns) };

enum { MINUTES_A_DAY = 1440, OF_ONE_PHONE = 2 };

/* ---- slots ---- */

usec slot_at(const struct reception *reception, int64_t day, int64_t minute)
{
	int zone = calendar_zone(cases_calendar(reception->cases));
	return day * USEC_DAY + (minute - zone) * USEC_MINUTE;
}

/* A slot lies wholly in working time, and has not begun. A day the calendar does not know has none. */
static bool slot_is_open(struct ctx *ctx, const struct reception *reception, const struct hall *hall,
			 int64_t day, int64_t minute)
{
	const struct calendar *calendar = cases_calendar(reception->cases);
	usec from = slot_at(reception, day, minute), now = clock_business();
	usec to = from + hall->slot_minutes * USEC_MINUTE - 1;
	int64_t today = calendar_day(calendar, now);
	bool begins = false, ends = false;
	if (from <= now || day < today || day > today + hall->days_ahead)
		return false;
	return calendar_is_open(ctx, calendar, from, &begins) == OK &&
	       calendar_is_open(ctx, calendar, to, &ends) == OK && begins && ends;
}

enum err slots_of_day(struct ctx *ctx, struct reception *reception, struct db *db,
		      const struct hall *hall, const struct hall_service *service, int64_t day,
		      struct slot_list *ret_list)
{
	size_t room = (size_t)(MINUTES_A_DAY / hall->slot_minutes) + 1;
	struct slot_list list = { ARENA_ARRAY(ctx->arena, struct slot, room), 0, 0 };
	for (int64_t minute = 0; minute < MINUTES_A_DAY; minute += hall->slot_minutes) {
		int64_t taken;
		if (!slot_is_open(ctx, reception, hall, day, minute))
			continue;
		TRY(db_int(ctx, db, 0, &taken,
			   SQL("SELECT taken FROM slot WHERE organisation = $1 AND service = $2"
			       " AND day = $3 AND minute = $4"),
			   hall->organisation->id, service->code, day, minute));
		int64_t left = service->capacity > taken ? service->capacity - taken : 0;
		list.items[list.n++] = (struct slot){ minute, left };
		list.left += left;
	}
	*ret_list = list;
	return OK;
}

/* ---- booking ---- */

struct job {
	struct reception *reception;
	const struct booking *booking;
	str code;
	const struct ticket_wanted *wanted;
	struct ticket *ticket;
	struct appointment *appointment;
};

static enum err check_phone(struct ctx *ctx, struct db *db, const struct booking *b)
{
	int64_t n;
	TRY(db_int(ctx, db, 0, &n,
		   SQL("SELECT COUNT(*) FROM appointment WHERE organisation = $1 AND day = $2"
		       " AND phone = $3 AND state = 'booked'"),
		   b->hall->organisation->id, b->day, b->phone));
	if (n >= OF_ONE_PHONE)
		return fail(ctx, ERR_CONFLICT, "This telephone number has %d appointments on that day"
			    " already", OF_ONE_PHONE);
	return OK;
}

/* The row of the slot is its lock: of two who want the last place one gets it. */
static enum err take_slot(struct ctx *ctx, struct db *db, const struct booking *b)
{
	int64_t taken;
	TRY(db_int(ctx, db, 0, &taken,
		   SQL("INSERT INTO slot (organisation, service, day, minute, taken)"
		       " VALUES ($1, $2, $3, $4, 1) ON CONFLICT (organisation, service, day, minute)"
		       " DO UPDATE SET taken = slot.taken + 1 RETURNING taken"),
		   b->hall->organisation->id, b->service->code, b->day, b->minute));
	if (taken > b->service->capacity)
		return fail(ctx, ERR_CONFLICT, "Somebody has just taken this time; choose another");
	return OK;
}

static enum err book(struct ctx *ctx, struct db *db, void *arg)
{
	const struct job *job = arg;
	const struct booking *b = job->booking;
	struct arena *arena = ctx->arena;
	struct value set = value_map();
	int64_t id = db_id(db);
	if (!slot_is_open(ctx, job->reception, b->hall, b->day, b->minute))
		return fail(ctx, ERR_CONFLICT, "This time cannot be booked; choose another");
	TRY(take_slot(ctx, db, b));
	TRY(check_phone(ctx, db, b));
	str what = arena_printf(arena, "appointment:%lld", (long long)id);
	*job->appointment = (struct appointment){
		.id = id, .organisation = b->hall->organisation->id, .day = b->day,
		.minute = b->minute, .code = keyed_digits(job->reception, arena, what, CODE_DIGITS),
		.service = b->service->code, .procedure = b->procedure, .state = S("booked"),
	};
	value_append(arena, &set, S("service"), value_str(b->service->code));
	value_append(arena, &set, S("procedure"), value_str(b->procedure));
	value_append(arena, &set, S("day"), value_int(b->day));
	value_append(arena, &set, S("minute"), value_int(b->minute));
	value_append(arena, &set, S("state"), value_str(S("booked")));
	value_append(arena, &set, S("code"), value_str(job->appointment->code));
	value_append(arena, &set, S("name"), value_str(b->name));
	value_append(arena, &set, S("phone"), value_str(b->phone));
	return record_write(ctx, db, &(struct record){ &appointment_table, "appointment.booked", id,
		b->hall->organisation->id, 0, set });
}

enum err appointment_book(struct ctx *ctx, struct reception *reception,
			  const struct booking *booking, struct appointment *ret_appointment)
{
	struct job job = { .reception = reception, .booking = booking,
			   .appointment = ret_appointment };
	return store_write_locked(ctx, reception->store, book, &job);
}

/* ---- reading ---- */

#define APPOINTMENT_COLUMNS                                                                      \
	"SELECT a.id, a.organisation, a.service, a.procedure, a.day, a.minute, a.state, a.code,"  \
	" a.name, a.phone, COALESCE(t.label, '') FROM appointment a"                               \
	" LEFT JOIN ticket t ON t.appointment = a.id"

static struct appointment row_appointment(const struct rows *r)
{
	return (struct appointment){
		.id = row_int(r, 0), .organisation = row_int(r, 1), .service = row_str(r, 2),
		.procedure = row_str(r, 3), .day = row_int(r, 4), .minute = row_int(r, 5),
		.state = row_str(r, 6), .code = row_str(r, 7), .name = row_str(r, 8),
		.phone = row_str(r, 9), .ticket = row_str(r, 10),
	};
}

enum err appointment_load(struct ctx *ctx, struct db *db, str code, struct appointment *ret)
{
	struct rows row;
	enum err err = str_empty(code) ? ERR_NOT_FOUND :
		db_one(ctx, db, &row, SQL(APPOINTMENT_COLUMNS " WHERE a.code = $1"), code);
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "There is no appointment with this code");
	TRY(err);
	*ret = row_appointment(&row);
	return OK;
}

enum err appointments_of_day(struct ctx *ctx, struct db *db, int64_t organisation, int64_t day,
			     struct appointment_list *ret_list)
{
	struct rows rows;
	struct appointment_list list = {
		ARENA_ARRAY(ctx->arena, struct appointment, APPOINTMENTS_MOST), 0
	};
	TRY(db_query(ctx, db, &rows,
		     SQL(APPOINTMENT_COLUMNS " WHERE a.organisation = $1 AND a.day = $2"
			 " AND a.state = 'booked' ORDER BY a.minute, a.id LIMIT $3"),
		     organisation, day, APPOINTMENTS_MOST));
	while (list.n < APPOINTMENTS_MOST && rows_next(&rows))
		list.items[list.n++] = row_appointment(&rows);
	*ret_list = list;
	return rows_end(&rows);
}

/* ---- cancelling, arriving ---- */

/* Locked, so that cancelling and arriving come one after the other. */
static enum err load_booked(struct ctx *ctx, struct db *db, str code, struct appointment *a)
{
	int64_t id;
	TRY(db_int(ctx, db, 0, &id, SQL("SELECT id FROM appointment WHERE code = $1 FOR UPDATE"),
		   code));
	TRY(appointment_load(ctx, db, code, a));
	if (!str_eq(a->state, S("booked")))
		return fail(ctx, ERR_CONFLICT, "This appointment was cancelled");
	if (!str_empty(a->ticket))
		return fail(ctx, ERR_CONFLICT, "Number %.*s was given for this appointment",
			    STR_ARG(a->ticket));
	return OK;
}

static enum err cancel(struct ctx *ctx, struct db *db, void *arg)
{
	const struct job *job = arg;
	struct appointment a;
	struct value set = value_map();
	TRY(load_booked(ctx, db, job->code, &a));
	TRY(db_run(ctx, db, SQL("UPDATE slot SET taken = taken - 1 WHERE organisation = $1"
				" AND service = $2 AND day = $3 AND minute = $4"),
		   a.organisation, a.service, a.day, a.minute));
	value_append(ctx->arena, &set, S("state"), value_str(S("cancelled")));
	return record_write(ctx, db, &(struct record){ &appointment_table, "appointment.cancelled",
		a.id, a.organisation, 0, set });
}

enum err appointment_cancel(struct ctx *ctx, struct reception *reception, str code)
{
	struct job job = { .reception = reception, .code = code };
	return store_write_locked(ctx, reception->store, cancel, &job);
}

static enum err arrive(struct ctx *ctx, struct db *db, void *arg)
{
	const struct job *job = arg;
	struct appointment a;
	struct ticket_wanted wanted = *job->wanted;
	TRY(load_booked(ctx, db, job->code, &a));
	if (a.organisation != wanted.hall->organisation->id)
		return fail(ctx, ERR_CONFLICT, "This appointment is at another office");
	if (a.day != calendar_day(cases_calendar(job->reception->cases), db_now(db)))
		return fail(ctx, ERR_CONFLICT, "This appointment is not today");
	wanted.service = a.service;
	wanted.appointment = a.id;
	wanted.priority = PRIORITY_APPOINTMENT;
	return ticket_make(ctx, job->reception, db, &wanted, job->ticket);
}

enum err appointment_arrive(struct ctx *ctx, struct reception *reception, str code,
			    const struct ticket_wanted *wanted, struct ticket *ret_ticket)
{
	struct job job = { .reception = reception, .code = code, .wanted = wanted,
			   .ticket = ret_ticket };
	return store_write_locked(ctx, reception->store, arrive, &job);
}

/* ---- verifying ---- */

enum err slots_verify(struct ctx *ctx, struct db *db, void *arg)
{
	struct reception_report *report = arg;
	int64_t n;
	TRY(db_int(ctx, db, 0, &n,
		   SQL("SELECT COUNT(*) FROM slot s WHERE s.taken <> (SELECT COUNT(*) FROM appointment a"
		       " WHERE a.organisation = s.organisation AND a.service = s.service"
		       " AND a.day = s.day AND a.minute = s.minute AND a.state = 'booked')")));
	if (n && report->sound) {
		report->sound = false;
		report->finding = S("a slot does not agree with its appointments");
	}
	return OK;
}
