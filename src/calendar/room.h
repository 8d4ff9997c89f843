/* What the files of this room share: the calendar laid out day by day. */
#ifndef MOTCUA_CALENDAR_ROOM_H
#define MOTCUA_CALENDAR_ROOM_H

#include "calendar/calendar.h"

enum { SESSIONS_MAX = 6 };

struct session {
	int from, to; /* minutes after midnight */
};

struct hours {
	int n; /* 0: free */
	struct session session[SESSIONS_MAX];
	int minutes;  /* their sum */
	int halves;   /* what the day counts: 2, 1 for a half day, 0 */
};

struct day {
	const struct hours *hours; /* NULL: a day the calendar does not know */
	bool weekly_free;          /* what the week alone says */
	bool named;                /* it is the object of an entry in "days" */
	struct value name;
	int64_t minutes_before, halves_before; /* of all known days before this one */
};

struct calendar {
	int zone, cut_off;
	int64_t first; /* civil day of days[0] */
	size_t n;
	struct day *days;
};

/* ERR_NOT_FOUND naming the year when the day is not known. */
enum err calendar_find(struct ctx *ctx, const struct calendar *calendar, int64_t day,
		       const struct day **ret_day);
/* The instant of a minute of a day. */
usec calendar_instant(const struct calendar *calendar, int64_t day, int minute);

#endif
