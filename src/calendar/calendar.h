/*
 * calendar: working time. Pure: no clock, no zone database; an office's sessions, holidays and
 * swapped days are data (calendar.json of a pack, docs/PACKS.md), its zone a fixed offset.
 *
 *	const struct calendar *calendar;
 *	TRY(calendar_load(ctx, value, &calendar));
 *	struct calendar_limit limit = { CALENDAR_DAYS, 8 * 2 };
 *	struct calendar_case c = { .received_at = at, .limit = limit, .cut_off = CALENDAR_CUT_OFF };
 *	TRY(calendar_due(ctx, calendar, &c, &due));
 *	str why = calendar_explain(ctx, calendar, &due, S("vi"));
 *
 * The rules, as the regulation has them:
 * - Received in a minute later than the cut-off hour, after the day's last session or on a day
 *   that is not worked: the next working day is the day of receipt.
 * - Day 1 is the first working day after the day of receipt; a half day counts one half.
 * - The promised moment is the end of the last session of the last day; where a limit is used up
 *   at noon, the end of that day's first session.
 * - A limit of working hours runs from the moment of receipt, through sessions only.
 * - A limit of calendar days counts every day; where the last is not worked, the next working day.
 * - A supplement that restarts the limit makes the moment it arrived the new moment of receipt.
 *   Waiting that is subtracted leaves out the days after the day of asking, up to and with the
 *   day of receipt of the answer.
 * Days of a year the calendar does not know are an ERR_NOT_FOUND that names the year.
 *
 * A calendar lives in the arena it was loaded into, is never changed, and may be shared by threads.
 */
#ifndef MOTCUA_CALENDAR_CALENDAR_H
#define MOTCUA_CALENDAR_CALENDAR_H

#include "base/datetime.h"
#include "base/err.h"
#include "base/value.h"

struct calendar;

enum calendar_unit {
	CALENDAR_DAYS,       /* amount in half working days: 8 days are 16 */
	CALENDAR_HOURS,      /* amount in minutes of working time */
	CALENDAR_EVERY_DAY,  /* amount in days of the calendar */
};

struct calendar_limit {
	enum calendar_unit unit;
	int64_t amount; /* 0 to 20,000 halves or days, or as many minutes times 480 */
};

enum calendar_rule {
	CALENDAR_RESTART,  /* the limit begins anew when the answer arrives (the law) */
	CALENDAR_SUBTRACT, /* the waiting is left out of the count (national scoring) */
};

#define CALENDAR_OPEN INT64_MAX /* a pause that has not ended */

struct calendar_pause {
	usec from, to;
	enum calendar_rule rule;
};

enum { CALENDAR_CUT_OFF = -1, CALENDAR_NO_CUT_OFF = -2 };

struct calendar_case {
	usec received_at;
	struct calendar_limit limit;
	int cut_off; /* minutes after midnight, CALENDAR_CUT_OFF (the calendar's), or none */
	const struct calendar_pause *pauses; /* in order of time, not overlapping */
	size_t n_pauses;
};

enum calendar_step_kind {
	CALENDAR_RECEIVED,  /* at: the moment; day: the day of receipt; why below */
	CALENDAR_COUNTED,   /* number: halves counted up to and with this day */
	CALENDAR_WORKED,    /* as counted, on a day that is normally free; name where it has one */
	CALENDAR_WEEKEND,   /* not counted: free every week */
	CALENDAR_HOLIDAY,   /* not counted: name */
	CALENDAR_PAUSED,    /* not counted: waiting for the citizen */
	CALENDAR_RESTARTED, /* at: the answer came; day: the new day of receipt; counting begins anew */
	CALENDAR_WAITING,   /* at: the pause that is still open began */
	CALENDAR_MOVED,     /* the last calendar day is not worked: day is the next that is */
	CALENDAR_ENDS,      /* at: the promised moment */
};

enum calendar_why { CALENDAR_SAME_DAY, CALENDAR_AFTER_CUT_OFF, CALENDAR_CLOSED };

struct calendar_step {
	enum calendar_step_kind kind;
	enum calendar_why why;
	int64_t day;    /* civil day (base/datetime.h) */
	int64_t number; /* halves, minutes or days counted so far, by the limit's unit */
	usec at;
	struct value name; /* {"vi": …, "en": …} or null */
};

struct calendar_due {
	usec at;      /* the promised moment; CALENDAR_OPEN while waiting */
	bool waiting; /* a pause is open: no date can be promised */
	enum calendar_unit unit;
	struct calendar_step *steps;
	size_t n;
};

/* Reads calendar.json's tree. Faults: ERR_INVALID naming the element ("weeks.0.monday.1: …"). Names
 * are views into `v`, which must live as long as the calendar. */
enum err calendar_load(struct ctx *ctx, struct value v, const struct calendar **ret_calendar);

/* When the case is due, and each day on the way. Steps live in ctx's arena. */
enum err calendar_due(struct ctx *ctx, const struct calendar *calendar,
		      const struct calendar_case *c, struct calendar_due *ret_due);

/* The steps as sentences joined by "; ", in the language of ctx; `language` ("vi", "en") chooses
 * the names that are data. */
str calendar_explain(struct ctx *ctx, const struct calendar *calendar,
		     const struct calendar_due *due, str language);
/* The steps as a list of {kind, day, number, at, name}, for the API and for keeping. */
struct value calendar_steps(struct arena *arena, const struct calendar *calendar,
			    const struct calendar_due *due);

/* Minutes east of UTC of the office. */
int calendar_zone(const struct calendar *calendar);
/* The civil day, in the office's zone, of an instant. */
int64_t calendar_day(const struct calendar *calendar, usec at);
/* Whether a session is running. Faults as calendar_due. */
enum err calendar_is_open(struct ctx *ctx, const struct calendar *calendar, usec at,
			  bool *ret_open);
/* Working time within [from, to); 0 where to ≤ from. */
enum err calendar_work_between(struct ctx *ctx, const struct calendar *calendar, usec from,
			       usec to, usec *ret_work);
/* Half working days after the day of `from`, up to and with the day of `to`: how late something
 * is. 0 where to ≤ from. */
enum err calendar_halves_between(struct ctx *ctx, const struct calendar *calendar, usec from,
				 usec to, int64_t *ret_halves);
/* The instant at which `work` of working time has passed since `from`. */
enum err calendar_add_work(struct ctx *ctx, const struct calendar *calendar, usec from, usec work,
			   usec *ret_at);
/* How much of the working time from the (last) receipt to `due_at` has passed at `now`, pauses left
 * out: 0 to 1000, more when late. For "approaching" at 800. */
enum err calendar_used(struct ctx *ctx, const struct calendar *calendar,
		       const struct calendar_case *c, usec due_at, usec now, int64_t *ret_permille);
/* "8 working days", "1 day", "4 working hours" in the language of ctx. */
str calendar_limit_text(struct ctx *ctx, struct calendar_limit limit);
/* Reads {"days": 8}, {"hours": 4} or {"every_day": 30} (halves allowed: 0.5). */
enum err calendar_limit_load(struct ctx *ctx, struct value v, struct calendar_limit *ret_limit);

#endif
