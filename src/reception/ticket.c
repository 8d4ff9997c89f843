/* Tickets: given, called, served. */
#include "reception/room.h"

static const struct record_column ticket_columns[] = {
	{ "day" }, { "service", COLUMN_TEXT }, { "number" }, { "label", COLUMN_TEXT },
	{ "state", COLUMN_TEXT }, { "priority" }, { "counter" }, { "only_counter" },
	{ "holder", COLUMN_ID }, { "calls" }, { "appointment", COLUMN_ID }, { "issued_at" },
	{ "first_called_at" }, { "called_at" }, { "begun_at" }, { "ended_at" }, { "level" },
	{ "rated_at" },
};
const struct record_table ticket_table = { "ticket", "ticket.issued", ticket_columns,
					   ARRAY_SIZE(ticket_columns) };

/* ---- reading ---- */

static struct ticket row_ticket(const struct rows *r)
{
	return (struct ticket){
		.id = row_int(r, 0), .organisation = row_int(r, 1), .day = row_int(r, 2),
		.service = row_str(r, 3), .number = row_int(r, 4), .label = row_str(r, 5),
		.state = row_str(r, 6), .priority = row_int(r, 7), .counter = row_int(r, 8),
		.only_counter = row_int(r, 9), .holder = row_int(r, 10), .calls = row_int(r, 11),
		.appointment = row_int(r, 12), .issued_at = row_int(r, 13),
		.first_called_at = row_int(r, 14), .called_at = row_int(r, 15),
		.begun_at = row_int(r, 16), .ended_at = row_int(r, 17), .level = row_int(r, 18),
		.rated_at = row_int(r, 19),
	};
}

#define TICKET_COLUMNS                                                                          \
	"SELECT id, organisation, day, service, number, label, state, priority, counter,"       \
	" only_counter, holder, calls, appointment, issued_at, first_called_at, called_at,"     \
	" begun_at, ended_at, level, rated_at FROM ticket"

enum err ticket_load(struct ctx *ctx, struct db *db, int64_t id, struct ticket *ret_ticket)
{
	struct rows row;
	TRY(db_one(ctx, db, &row, SQL(TICKET_COLUMNS " WHERE id = $1"), id));
	*ret_ticket = row_ticket(&row);
	return OK;
}

enum err ticket_visit(struct ctx *ctx, struct db *db, const struct visit_sought *sought,
		      struct case_visit *ret_visit)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT id, counter, label, called_at FROM ticket WHERE organisation = $1"
		       " AND day = $2 AND label = $3 AND holder = $4 ORDER BY id DESC LIMIT 1"),
		   sought->organisation, sought->day, sought->label, sought->account));
	*ret_visit = (struct case_visit){ row_int(&row, 0), row_int(&row, 1), row_str(&row, 2),
					  row_int(&row, 3) };
	return OK;
}

static enum err load_locked(struct ctx *ctx, struct db *db, int64_t id, struct ticket *ret_ticket)
{
	struct rows row;
	enum err err = db_one(ctx, db, &row, SQL(TICKET_COLUMNS " WHERE id = $1 FOR UPDATE"), id);
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "There is no such ticket");
	TRY(err);
	*ret_ticket = row_ticket(&row);
	return OK;
}

enum err ticket_at(struct ctx *ctx, struct db *db, const struct seat *seat, int64_t day,
		   struct ticket *ret_ticket)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL(TICKET_COLUMNS " WHERE organisation = $1 AND day = $2 AND counter = $3"
		       " AND state IN ('called', 'serving') ORDER BY called_at DESC, id LIMIT 1"),
		   seat->hall->organisation->id, day, seat->counter->number));
	*ret_ticket = row_ticket(&row);
	return OK;
}

enum { LIST_MOST = 200 };

enum err ticket_list(struct ctx *ctx, struct db *db, const struct hall *hall, int64_t day, str state,
		     struct ticket_list *ret_list)
{
	struct rows rows;
	bool waiting = str_eq(state, TICKET_WAITING);
	struct ticket_list list = { ARENA_ARRAY(ctx->arena, struct ticket, LIST_MOST), 0 };
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL(TICKET_COLUMNS " WHERE organisation = $1 AND day = $2 AND state = $3"),
		hall->organisation->id, day, state);
	sql_add(&q, waiting ? SQL(" ORDER BY priority DESC, issued_at, id LIMIT $1")
			    : SQL(" ORDER BY called_at DESC, id DESC LIMIT $1"), LIST_MOST);
	TRY(db_query_built(ctx, db, &rows, &q));
	while (list.n < LIST_MOST && rows_next(&rows))
		list.items[list.n++] = row_ticket(&rows);
	*ret_list = list;
	return rows_end(&rows);
}

enum err ticket_ahead(struct ctx *ctx, struct db *db, const struct ticket *ticket, int64_t *ret_n)
{
	return db_int(ctx, db, 0, ret_n,
		      SQL("SELECT COUNT(*) FROM ticket WHERE organisation = $1 AND day = $2"
			  " AND state = 'waiting' AND service = $3 AND (priority > $4"
			  " OR (priority = $4 AND (issued_at < $5 OR (issued_at = $5 AND id < $6))))"),
		      ticket->organisation, ticket->day, ticket->service, ticket->priority,
		      ticket->issued_at, ticket->id);
}

/* ---- how long it will take ---- */

static enum err counters_open(struct ctx *ctx, struct db *db, const struct hall *hall, str service,
			      int64_t day, int64_t *ret_n)
{
	struct rows rows;
	*ret_n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT counter FROM seat WHERE organisation = $1 AND day = $2"
			 " AND closed_at = 0"), hall->organisation->id, day));
	while (rows_next(&rows)) {
		const struct hall_counter *counter = hall_counter(hall, row_int(&rows, 0));
		*ret_n += counter && counter_serves(counter, service);
	}
	return rows_end(&rows);
}

static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* The median: a visitor whom an officer forgot to end does not lengthen everybody's wait. */
static enum err usual_length(struct ctx *ctx, struct db *db, const struct hall *hall, str service,
			     int64_t day, usec *ret_length, int64_t *ret_n)
{
	int64_t *lengths = ARENA_ARRAY(ctx->arena, int64_t, MEASURED_MOST);
	struct rows rows;
	size_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT ended_at - begun_at FROM ticket WHERE organisation = $1 AND day >= $2"
			 " AND day <= $3 AND state = 'served' AND service = $4 AND begun_at > 0"
			 " AND ended_at >= begun_at ORDER BY ended_at DESC LIMIT $5"),
		     hall->organisation->id, day - MEASURED_DAYS, day, service, MEASURED_MOST));
	while (n < MEASURED_MOST && rows_next(&rows))
		lengths[n++] = row_int(&rows, 0);
	qsort(lengths, n, sizeof *lengths, by_length);
	*ret_length = n ? lengths[n / 2] : 0;
	*ret_n = (int64_t)n;
	return rows_end(&rows);
}

enum err ticket_estimate(struct ctx *ctx, struct db *db, const struct hall *hall, str service,
			 int64_t day, int64_t ahead, struct estimate *ret_estimate)
{
	const struct hall_service *s = hall_service(hall, service);
	int64_t open, n;
	usec length;
	TRY(counters_open(ctx, db, hall, service, day, &open));
	TRY(usual_length(ctx, db, hall, service, day, &length, &n));
	bool measured = n >= MEASURED_LEAST;
	if (!measured)
		length = (s ? s->minutes : 0) * USEC_MINUTE;
	usec wait = ahead * length / (open ? open : 1);
	*ret_estimate = (struct estimate){
		.minutes = (wait + USEC_MINUTE - 1) / USEC_MINUTE, .measured = measured ? n : 0 };
	return OK;
}

void put_estimate(struct arena *arena, const struct estimate *estimate, struct value *view)
{
	bool known = estimate->minutes > 0;
	value_set(arena, view, S("minutes"), known ? value_int(estimate->minutes) : value_null());
	value_set(arena, view, S("measured"), known && estimate->measured ?
		  value_int(estimate->measured) : value_null());
	value_set(arena, view, S("measured_days"), value_int(MEASURED_DAYS));
}

/* ---- writing ---- */

static void put(struct arena *arena, struct value *set, const char *column, int64_t n)
{
	value_set(arena, set, str_z(column), value_int(n));
}

static void put_text(struct arena *arena, struct value *set, const char *column, str text)
{
	value_set(arena, set, str_z(column), value_str(text));
}

static void put_id(struct arena *arena, struct value *set, const char *column, int64_t id)
{
	value_set(arena, set, str_z(column), value_str(id_text(arena, id)));
}

static enum err write_ticket(struct ctx *ctx, struct db *db, const struct ticket *ticket,
			     const char *kind, int64_t actor, struct value set)
{
	return record_write(ctx, db, &(struct record){ &ticket_table, kind, ticket->id,
						       ticket->organisation, actor, set });
}

/* ---- giving one out ---- */

#define REQUEST_HOLDS USEC_MINUTE

/* The ticket this request got before; *ret_ticket.id 0: none. A touch felt twice at the same moment
 * waits here for its twin: the row is claimed, not only looked for. */
static enum err asked_before(struct ctx *ctx, struct db *db, const struct ticket_wanted *wanted,
			     struct ticket *ret_ticket)
{
	int64_t id;
	*ret_ticket = (struct ticket){ 0 };
	if (str_empty(wanted->request))
		return OK;
	TRY(db_int(ctx, db, 0, &id, SQL("INSERT INTO ticket_request (request, ticket, asked_at)"
					" VALUES ($1, 0, 0) ON CONFLICT (request) DO UPDATE"
					" SET request = excluded.request RETURNING"
					" CASE WHEN ticket_request.asked_at > $2"
					" THEN ticket_request.ticket ELSE 0 END"),
		   wanted->request, clock_real() - REQUEST_HOLDS));
	return id ? ticket_load(ctx, db, id, ret_ticket) : OK;
}

static enum err note_request(struct ctx *ctx, struct db *db, str request, int64_t ticket)
{
	usec now = clock_real();
	if (str_empty(request))
		return OK;
	TRY(db_run(ctx, db, SQL("DELETE FROM ticket_request WHERE asked_at < $1"),
		   now - USEC_DAY));
	return db_run(ctx, db, SQL("INSERT INTO ticket_request (request, ticket, asked_at)"
				   " VALUES ($1, $2, $3) ON CONFLICT (request) DO UPDATE"
				   " SET ticket = excluded.ticket, asked_at = excluded.asked_at"),
		      request, ticket, now);
}

static struct value first_columns(struct arena *arena, const struct ticket *t)
{
	struct value set = value_map();
	put(arena, &set, "day", t->day);
	put_text(arena, &set, "service", t->service);
	put(arena, &set, "number", t->number);
	put_text(arena, &set, "label", t->label);
	put_text(arena, &set, "state", t->state);
	put(arena, &set, "priority", t->priority);
	put(arena, &set, "issued_at", t->issued_at);
	if (t->appointment)
		put_id(arena, &set, "appointment", t->appointment);
	return set;
}

enum err ticket_make(struct ctx *ctx, struct reception *reception, struct db *db,
		     const struct ticket_wanted *wanted, struct ticket *ret_ticket)
{
	const struct hall_service *service = hall_service(wanted->hall, wanted->service);
	struct ticket *t = ret_ticket;
	if (!service)
		return fail(ctx, ERR_INVALID, "Choose what you have come for");
	TRY(asked_before(ctx, db, wanted, t));
	if (t->id)
		return OK;
	usec now = db_now(db);
	*t = (struct ticket){
		.id = db_id(db), .organisation = wanted->hall->organisation->id,
		.day = calendar_day(cases_calendar(reception->cases), now),
		.service = service->code, .state = TICKET_WAITING, .priority = wanted->priority,
		.appointment = wanted->appointment, .issued_at = now,
	};
	TRY(db_int(ctx, db, 0, &t->number,
		   SQL("INSERT INTO ticket_number (organisation, day, service, n)"
		       " VALUES ($1, $2, $3, 1) ON CONFLICT (organisation, day, service)"
		       " DO UPDATE SET n = ticket_number.n + 1 RETURNING n"),
		   t->organisation, t->day, t->service));
	t->label = arena_printf(ctx->arena, "%.*s%03lld", STR_ARG(service->prefix),
				(long long)t->number);
	TRY(note_request(ctx, db, wanted->request, t->id));
	return write_ticket(ctx, db, t, "ticket.issued", wanted->actor,
			    first_columns(ctx->arena, t));
}

struct job {
	struct reception *reception;
	const struct ticket_wanted *wanted;
	const struct seat *seat;
	const struct ticket_step *step;
	int64_t level, id;
	struct ticket *ticket;
};

static enum err issue(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	return ticket_make(ctx, job->reception, db, job->wanted, job->ticket);
}

enum err ticket_issue(struct ctx *ctx, struct reception *reception,
		      const struct ticket_wanted *wanted, struct ticket *ret_ticket)
{
	struct job job = { .reception = reception, .wanted = wanted, .ticket = ret_ticket };
	return store_write_locked(ctx, reception->store, issue, &job);
}

/* ---- calling ---- */

static int64_t job_day(const struct job *job, struct db *db)
{
	return calendar_day(cases_calendar(job->reception->cases), db_now(db));
}

/* Locks the counter, so that one who takes it over and one who calls come one after the other. */
static enum err check_seat(struct ctx *ctx, struct db *db, const struct seat *seat)
{
	int64_t account;
	TRY(db_int(ctx, db, 0, &account,
		   SQL("SELECT account FROM seat WHERE organisation = $1 AND counter = $2"
		       " AND closed_at = 0 FOR UPDATE"),
		   seat->hall->organisation->id, seat->counter->number));
	if (account != seat->account)
		return fail(ctx, ERR_CONFLICT, "Counter %lld is not yours any more; choose your counter"
			    " again", (long long)seat->counter->number);
	return OK;
}

static enum err call(struct ctx *ctx, struct db *db, const struct seat *seat, struct ticket *t)
{
	struct value set = value_map();
	usec now = db_now(db);
	put_text(ctx->arena, &set, "state", TICKET_CALLED);
	put(ctx->arena, &set, "counter", seat->counter->number);
	put_id(ctx->arena, &set, "holder", seat->account);
	put(ctx->arena, &set, "calls", t->calls + 1);
	put(ctx->arena, &set, "called_at", now);
	if (!t->first_called_at)
		put(ctx->arena, &set, "first_called_at", now);
	if (t->ended_at)
		put(ctx->arena, &set, "ended_at", 0);
	TRY(write_ticket(ctx, db, t, "ticket.called", seat->account, set));
	return ticket_load(ctx, db, t->id, t);
}

static enum err check_free(struct ctx *ctx, struct db *db, const struct job *job)
{
	struct ticket here;
	enum err err = ticket_at(ctx, db, job->seat, job_day(job, db), &here);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return fail(ctx, ERR_CONFLICT, "Number %.*s is at your counter: finish or skip it first",
		    STR_ARG(here.label));
}

/* SKIP LOCKED: whom another officer is just calling is not waited for, the one after is taken. */
static enum err next_waiting(struct ctx *ctx, struct db *db, const struct job *job, struct ticket *t)
{
	struct value services = job->seat->counter->services;
	str *codes = ARENA_ARRAY(ctx->arena, str, services.n + 1);
	struct rows row;
	sql_t q = sql_new(ctx->arena);
	for (uint32_t i = 0; i < services.n; i++)
		codes[i] = value_text(services.items[i]);
	sql_add(&q, SQL(TICKET_COLUMNS " WHERE organisation = $1 AND day = $2 AND state = 'waiting'"
			" AND only_counter IN (0, $3)"),
		job->seat->hall->organisation->id, job_day(job, db), job->seat->counter->number);
	sql_in_text(&q, SQL(" AND service"), codes, services.n);
	sql_add(&q, SQL(" ORDER BY priority DESC, issued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"));
	enum err err = db_one_built(ctx, db, &row, &q);
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "Nobody is waiting for this counter");
	TRY(err);
	*t = row_ticket(&row);
	return OK;
}

static enum err call_next(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	TRY(check_seat(ctx, db, job->seat));
	TRY(check_free(ctx, db, job));
	TRY(next_waiting(ctx, db, job, job->ticket));
	return call(ctx, db, job->seat, job->ticket);
}

enum err ticket_call_next(struct ctx *ctx, struct reception *reception, const struct seat *seat,
			  struct ticket *ret_ticket)
{
	struct job job = { .reception = reception, .seat = seat, .ticket = ret_ticket };
	return store_write_locked(ctx, reception->store, call_next, &job);
}

/* ---- what happens at the counter ---- */

/* By act: from which states, to which, and what the event is called. */
static const struct {
	const char *from, *to, *kind;
} acts[] = {
	[TICKET_RECALL] = { "called", "called", "ticket.called" },
	[TICKET_BEGIN] = { "called", "serving", "ticket.begun" },
	[TICKET_FINISH] = { "called serving", "served", "ticket.served" },
	[TICKET_SKIP] = { "called", "absent", "ticket.skipped" },
	[TICKET_PUT_BACK] = { "called serving", "waiting", "ticket.returned" },
	[TICKET_TRANSFER] = { "called serving", "waiting", "ticket.transferred" },
	[TICKET_CALL_THIS] = { "waiting absent", "called", "ticket.called" },
};

static enum err check_state(struct ctx *ctx, enum ticket_act act, const struct ticket *t)
{
	if (str_find(str_z(acts[act].from), t->state) != SIZE_MAX)
		return OK;
	return fail(ctx, ERR_CONFLICT, "Number %.*s is not at your counter any more",
		    STR_ARG(t->label));
}

static void leave_counter(struct arena *arena, struct value *set)
{
	put(arena, set, "counter", 0);
	put_id(arena, set, "holder", 0);
	put(arena, set, "begun_at", 0);
}

static enum err transfer(struct ctx *ctx, const struct job *job, struct value *set)
{
	const struct ticket_step *step = job->step;
	const struct hall *hall = job->seat->hall;
	const struct hall_counter *counter = step->counter ? hall_counter(hall, step->counter) : NULL;
	if (!hall_service(hall, step->service))
		return fail(ctx, ERR_INVALID, "Choose the service to pass the visitor on to");
	if (step->counter && (!counter || !counter_serves(counter, step->service)))
		return fail(ctx, ERR_INVALID, "Counter %lld does not serve this",
			    (long long)step->counter);
	leave_counter(ctx->arena, set);
	put_text(ctx->arena, set, "service", step->service);
	put(ctx->arena, set, "only_counter", step->counter);
	/* They have waited once already. */
	if (job->ticket->priority == PRIORITY_NONE)
		put(ctx->arena, set, "priority", PRIORITY_PERSON);
	return OK;
}

static enum err step_ticket(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	enum ticket_act act = job->step->act;
	struct ticket *t = job->ticket;
	struct value set = value_map();
	usec now = db_now(db);
	TRY(check_seat(ctx, db, job->seat));
	if (act == TICKET_CALL_THIS) {
		TRY(check_free(ctx, db, job));
		t->id = job->step->ticket;
	} else if (ticket_at(ctx, db, job->seat, job_day(job, db), t) != OK) {
		return fail(ctx, ERR_CONFLICT, "No number is at your counter");
	}
	TRY(load_locked(ctx, db, t->id, t));
	if (t->organisation != job->seat->hall->organisation->id)
		return fail(ctx, ERR_NOT_FOUND, "There is no such ticket");
	TRY(check_state(ctx, act, t));
	if (act == TICKET_CALL_THIS || act == TICKET_RECALL)
		return call(ctx, db, job->seat, t);
	put_text(ctx->arena, &set, "state", str_z(acts[act].to));
	if (act == TICKET_BEGIN)
		put(ctx->arena, &set, "begun_at", now);
	if (act == TICKET_FINISH && !t->begun_at)
		put(ctx->arena, &set, "begun_at", t->called_at);
	if (act == TICKET_FINISH || act == TICKET_SKIP)
		put(ctx->arena, &set, "ended_at", now);
	if (act == TICKET_PUT_BACK)
		leave_counter(ctx->arena, &set);
	if (act == TICKET_TRANSFER)
		TRY(transfer(ctx, job, &set));
	TRY(write_ticket(ctx, db, t, acts[act].kind, job->seat->account, set));
	return ticket_load(ctx, db, t->id, t);
}

enum err ticket_step(struct ctx *ctx, struct reception *reception, const struct seat *seat,
		     const struct ticket_step *step, struct ticket *ret_ticket)
{
	struct job job = { .reception = reception, .seat = seat, .step = step,
			   .ticket = ret_ticket };
	return store_write_locked(ctx, reception->store, step_ticket, &job);
}

/* ---- how it was ---- */

static enum err rate(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct value set = value_map();
	struct ticket t;
	TRY(load_locked(ctx, db, job->id, &t));
	bool served = str_eq(t.state, TICKET_SERVED) || str_eq(t.state, TICKET_SERVING);
	if (t.day != job_day(job, db) || !served)
		return fail(ctx, ERR_CONFLICT, "Number %.*s cannot be rated now", STR_ARG(t.label));
	put(ctx->arena, &set, "level", job->level);
	put(ctx->arena, &set, "rated_at", db_now(db));
	return write_ticket(ctx, db, &t, "ticket.rated", 0, set);
}

enum err ticket_rate(struct ctx *ctx, struct reception *reception, int64_t ticket, int64_t level)
{
	struct job job = { .reception = reception, .id = ticket, .level = level };
	if (level < 1 || level > 5)
		return fail(ctx, ERR_INVALID, "Choose one of the five faces");
	return store_write_locked(ctx, reception->store, rate, &job);
}
