/* What the files of this room share. Nobody outside includes it. */
#ifndef MOTCUA_RECEPTION_ROOM_H
#define MOTCUA_RECEPTION_ROOM_H

#include "base/clock.h"
#include "base/json.h"
#include "reception/reception.h"
#include "text/i18n.h"
#include "text/template.h"

/* ---- halls (hall.c): hall.json, read once ---- */

struct hall_service {
	str code, prefix;        /* "ho-tich", "A" */
	struct value title;      /* {"vi": …, "en": …} */
	struct value procedures; /* names */
	int64_t minutes;         /* expected length of one visit */
	int64_t capacity;        /* appointments of one slot; 0: none are taken */
};

struct hall_counter {
	int64_t number;
	struct value title;
	struct value services; /* codes */
};

struct hall {
	const struct organisation *organisation;
	const struct hall_service *services;
	size_t n_services;
	const struct hall_counter *counters;
	size_t n_counters;
	int64_t slot_minutes; /* of appointments */
	int64_t days_ahead;   /* how far ahead one may book */
};

struct reception {
	struct store *store;
	struct people *people;
	struct cases *cases;
	uint8_t secret[32];
	struct arena arena;
	const struct hall *halls;
	size_t n;
};

enum err halls_load(struct ctx *ctx, struct reception *reception);
/* By the organisation's code; NULL where it has no hall. */
const struct hall *hall_by_code(const struct reception *reception, str organisation);
const struct hall *hall_by_id(const struct reception *reception, int64_t organisation);
const struct hall_service *hall_service(const struct hall *hall, str code);
const struct hall_counter *hall_counter(const struct hall *hall, int64_t number);
/* The service that takes the procedure; NULL where none does. */
const struct hall_service *hall_service_of(const struct hall *hall, str procedure);
bool counter_serves(const struct hall_counter *counter, str service);
/* {"vi": …, "en": …} in the reader's language. */
str hall_text(struct value texts, str language);

/* `n` digits that only this server can make of `what`. */
str keyed_digits(const struct reception *reception, struct arena *arena, str what, size_t n);

/* ---- records (record.c): rows that are the fold of their own events ---- */

enum column_kind { COLUMN_INT, COLUMN_ID, COLUMN_TEXT };

struct record_column {
	const char *name;
	enum column_kind kind;
	bool is_private; /* stands in the private part of the event */
};

/* The table has id PRIMARY KEY, organisation, and these columns, each with a DEFAULT. */
struct record_table {
	const char *name;
	const char *first; /* kind of the event every row begins with */
	const struct record_column *columns;
	size_t n;
};

extern const struct record_table ticket_table, seat_table, appointment_table, rating_table;

struct record {
	const struct record_table *table;
	const char *kind; /* of the event */
	int64_t id, organisation, actor;
	struct value set; /* columns; ids as id_text */
};

/* Inside a command: the event, and the row as it is after it. */
enum err record_write(struct ctx *ctx, struct db *db, const struct record *record);
enum err record_verify(struct ctx *ctx, struct store *store, const struct record_table *table,
		       struct reception_report *report);

/* ---- tickets (ticket.c) ---- */

#define TICKET_WAITING S("waiting")
#define TICKET_CALLED S("called")
#define TICKET_SERVING S("serving")
#define TICKET_SERVED S("served")
#define TICKET_ABSENT S("absent")

enum { PRIORITY_NONE, PRIORITY_PERSON, PRIORITY_APPOINTMENT };

struct ticket {
	int64_t id, organisation, day, number;
	str service, label, state;
	int64_t priority, counter, only_counter, holder, calls, appointment, level;
	usec issued_at, first_called_at, called_at, begun_at, ended_at, rated_at;
};

struct ticket_wanted {
	const struct hall *hall;
	str service;
	int64_t priority, appointment, actor;
	str request; /* asked twice with the same text within a minute: the same ticket; may be empty */
};

/* ERR_INVALID: the hall has no such service. */
enum err ticket_issue(struct ctx *ctx, struct reception *reception,
		      const struct ticket_wanted *wanted, struct ticket *ret_ticket);
/* The same inside a command of the caller. */
enum err ticket_make(struct ctx *ctx, struct reception *reception, struct db *db,
		     const struct ticket_wanted *wanted, struct ticket *ret_ticket);
enum err ticket_load(struct ctx *ctx, struct db *db, int64_t id, struct ticket *ret_ticket);

/* A visit_find: the number of that day the officer called and was not taken from them since. */
enum err ticket_visit(struct ctx *ctx, struct db *db, const struct visit_sought *sought,
		      struct case_visit *ret_visit);

struct ticket_list {
	struct ticket *items;
	size_t n;
};

/* Those of the day in that state, in the order in which they will be called (waiting) or were
 * called last (others, newest first). service empty: all. */
enum err ticket_list(struct ctx *ctx, struct db *db, const struct hall *hall, int64_t day, str state,
		     struct ticket_list *ret_list);
/* How many will be called before it. */
enum err ticket_ahead(struct ctx *ctx, struct db *db, const struct ticket *ticket, int64_t *ret_n);

/* An officer at a counter. */
struct seat {
	const struct hall *hall;
	const struct hall_counter *counter;
	int64_t account;
};

/* Takes the counter; who sat there is noted as gone. */
enum err seat_open(struct ctx *ctx, struct reception *reception, const struct seat *seat);
enum err seat_close(struct ctx *ctx, struct reception *reception, const struct seat *seat);
/* account at each counter, 0: nobody (today) */
enum err seat_holder(struct ctx *ctx, struct db *db, const struct hall *hall, int64_t counter,
		     int64_t *ret_account);

/* The next one by priority and time. ERR_NOT_FOUND: nobody is waiting; ERR_CONFLICT: one is at the
 * counter already, or the counter is somebody else's. */
enum err ticket_call_next(struct ctx *ctx, struct reception *reception, const struct seat *seat,
			  struct ticket *ret_ticket);

enum ticket_act {
	TICKET_RECALL, TICKET_BEGIN, TICKET_FINISH, TICKET_SKIP, TICKET_PUT_BACK, TICKET_TRANSFER,
	TICKET_CALL_THIS, /* one that waits or did not come, out of turn */
};

struct ticket_step {
	enum ticket_act act;
	int64_t ticket;       /* TICKET_CALL_THIS; else the one at the counter */
	str service;          /* TICKET_TRANSFER: to this service … */
	int64_t counter;      /* … and, if not 0, to this counter only */
};
enum err ticket_step(struct ctx *ctx, struct reception *reception, const struct seat *seat,
		     const struct ticket_step *step, struct ticket *ret_ticket);
/* The ticket of that day at the counter: called or being served. ERR_NOT_FOUND. */
enum err ticket_at(struct ctx *ctx, struct db *db, const struct seat *seat, int64_t day,
		   struct ticket *ret_ticket);
/* 1 … 5 by who was served; until the end of the day. ERR_CONFLICT: not served. */
enum err ticket_rate(struct ctx *ctx, struct reception *reception, int64_t ticket, int64_t level);

enum { MEASURED_DAYS = 14, MEASURED_LEAST = 20, MEASURED_MOST = 200 };

struct estimate {
	int64_t minutes;
	int64_t measured; /* visits it rests on; 0: on hall.json */
};
/* How long somebody with `ahead` before them is likely to wait, by the counters that are open and the
 * usual length of a visit: the median of the newest MEASURED_MOST of the last MEASURED_DAYS, where there
 * are MEASURED_LEAST, else what hall.json says. */
enum err ticket_estimate(struct ctx *ctx, struct db *db, const struct hall *hall, str service,
			 int64_t day, int64_t ahead, struct estimate *ret_estimate);
/* {minutes, measured, measured_days}; minutes null where nobody is before one. */
void put_estimate(struct arena *arena, const struct estimate *estimate, struct value *view);

/* ---- appointments (appointment.c) ---- */

enum { CODE_DIGITS = 8, APPOINTMENTS_MOST = 300 };

struct appointment {
	int64_t id, organisation, day, minute;
	str service, procedure, state; /* "booked", "cancelled" */
	str code, name, phone;
	str ticket; /* label, once they came */
};

struct appointment_list {
	struct appointment *items;
	size_t n;
};

struct slot {
	int64_t minute, left; /* after midnight; places */
};

struct slot_list {
	struct slot *items;
	size_t n;
	int64_t left; /* of all */
};

struct booking {
	const struct hall *hall;
	const struct hall_service *service;
	str procedure, name, phone;
	int64_t day, minute;
};

usec slot_at(const struct reception *reception, int64_t day, int64_t minute);
/* What can be booked that day, from now on. */
enum err slots_of_day(struct ctx *ctx, struct reception *reception, struct db *db,
		      const struct hall *hall, const struct hall_service *service, int64_t day,
		      struct slot_list *ret_list);
/* ERR_CONFLICT: the slot is full or cannot be booked, or the telephone has enough of them. */
enum err appointment_book(struct ctx *ctx, struct reception *reception,
			  const struct booking *booking, struct appointment *ret_appointment);
enum err appointment_load(struct ctx *ctx, struct db *db, str code, struct appointment *ret);
enum err appointments_of_day(struct ctx *ctx, struct db *db, int64_t organisation, int64_t day,
			     struct appointment_list *ret_list);
enum err appointment_cancel(struct ctx *ctx, struct reception *reception, str code);
/* The ticket of an appointment: wanted.hall, .actor. ERR_CONFLICT: another day or office, cancelled,
 * or given before. */
enum err appointment_arrive(struct ctx *ctx, struct reception *reception, str code,
			    const struct ticket_wanted *wanted, struct ticket *ret_ticket);
enum err slots_verify(struct ctx *ctx, struct db *db, void *report);

/* ---- ratings of cases (rating.c) ---- */

enum { RATING_QUESTIONS = 5, RATING_DAYS = 15, RATING_ROWS = 200 };

/* The five groups of questions of SIPAS. */
struct rating_question {
	const char *name; /* column and field */
	const char *text; /* msgid */
};
extern const struct rating_question rating_questions[RATING_QUESTIONS];
extern const char *const rating_faces[5]; /* words for 1 … 5 points */

struct rating {
	int64_t id; /* 0: none was given */
	int64_t level, answers[RATING_QUESTIONS]; /* 1 … 5; answers 0: not answered */
	str comment;
	usec first_at;
};

/* An empty one where the case has none. */
enum err rating_load(struct ctx *ctx, struct db *db, int64_t case_id, struct rating *ret_rating);
bool rating_is_frozen(const struct rating *rating, usec now);
/* Gives or changes the one rating of a case. ERR_CONFLICT: not finished, or too late to change.
 * The caller has asked whether the visitor may. */
enum err rating_give(struct ctx *ctx, struct reception *reception, str code,
		     const struct rating *rating);

enum rating_by { BY_ORGANISATION, BY_PROCEDURE, BY_OFFICER };

struct rating_row {
	str key; /* id of organisation or account, name of the procedure */
	struct satisfaction sums;
	int64_t points[RATING_QUESTIONS], answers[RATING_QUESTIONS];
};
enum err rating_rows(struct ctx *ctx, struct db *db, const struct satisfaction_wanted *w,
		     enum rating_by by, struct rating_row **ret_rows, size_t *ret_n);

/* ---- waiting figures (figures.c) ---- */

enum figures_by { FIGURES_ALL, FIGURES_SERVICE, FIGURES_COUNTER, FIGURES_DAY };
enum { FIGURES_MOST = 1000 };

struct figures_wanted {
	const int64_t *organisations;
	size_t n;
	int64_t from, to; /* civil days, both included */
	enum figures_by by;
};

struct hall_figures {
	int64_t organisation;
	str key; /* code of the service, number of the counter, civil day */
	int64_t tickets, waiting, served, absent;
	int64_t called;                /* at least once: what the waits are of */
	usec wait_sum, ninety;         /* 90 % waited no longer */
	usec service_sum;              /* of those served */
};
enum err hall_figures(struct ctx *ctx, struct db *db, const struct figures_wanted *w,
		      struct hall_figures **ret_rows, size_t *ret_n);

/* ---- shared by pages (look.c) ---- */

/* Days of ?tu= and ?den=; the month so far where they are not said. Mistakes stand beside them. */
void request_period(struct request *request, int64_t *ret_from, int64_t *ret_to);
/* {from, to, action} of the partial reception/period. */
struct value period_view(struct request *request, int64_t from, int64_t to, str action);
/* With one decimal; null where `whole` is 0: no data is never 0 %. */
struct value percent_view(int64_t part, int64_t whole);
struct value quotient_view(int64_t sum, int64_t n);
/* Organisations the officer may do `act` for. */
size_t request_organisations(struct request *request, enum act act, int64_t **ret_ids);
/* page, desk and csrf of an officers' page. */
void start_desk(struct request *request, struct value *view, const char *title, const char *current);
bool is_kiosk(struct request *request, const struct hall *hall, str key);
str kiosk_key(struct request *request, const struct hall *hall);
void put_hall(struct request *request, const struct hall *hall, struct value *view);

struct reception *reception_of(const struct request *request);
int64_t hall_day(const struct reception *reception); /* today's civil day */
const struct hall *request_hall(struct request *request); /* of {organisation}; NULL */
enum err no_hall(struct request *request);
/* Loader for {organisation}: struct object of the hall. */
enum err hall_object(struct request *request, const void **ret_object);
struct value ticket_view(struct request *request, const struct hall *hall,
			 const struct ticket *ticket);
/* To the boards of the hall: "call" with what is spoken, or "change". */
void hall_announce(struct request *request, const struct hall *hall, const struct ticket *called);
/* The address that makes a screen in the hall its kiosk. */
str kiosk_path(struct request *request, const struct hall *hall);
str hall_topic(struct arena *arena, const struct hall *hall);
struct value at_view(struct request *request, usec at);
/* When the hall opens again, once today's working time is over; null while some of it is left, and
 * where the calendar does not know. */
struct value opens_view(struct request *request);
struct value link_view(struct request *request, str path);
/* An option of a select: {value, text, selected}. */
struct value option_view(struct arena *arena, str value, str text, bool selected);

#endif
