#include "calendar/room.h"

/* Working time of the day before the instant. */
static usec day_work_before(const struct calendar *calendar, const struct day *day, int64_t number,
			    usec at)
{
	usec work = 0;
	for (int i = 0; i < day->hours->n; i++) {
		usec from = calendar_instant(calendar, number, day->hours->session[i].from);
		usec to = calendar_instant(calendar, number, day->hours->session[i].to);
		if (at > from)
			work += (at < to ? at : to) - from;
	}
	return work;
}

enum err calendar_is_open(struct ctx *ctx, const struct calendar *calendar, usec at,
			  bool *ret_open)
{
	const struct day *day;
	int64_t number = calendar_day(calendar, at);
	TRY(calendar_find(ctx, calendar, number, &day));
	*ret_open = day_work_before(calendar, day, number, at + 1) >
		    day_work_before(calendar, day, number, at);
	return OK;
}

/* Sums over years the calendar does not know would be wrong in silence. */
static enum err calendar_ends(struct ctx *ctx, const struct calendar *calendar, usec from, usec to,
			      const struct day *ret_days[static 2])
{
	int64_t first = calendar_day(calendar, from), last = calendar_day(calendar, to);
	TRY(calendar_find(ctx, calendar, first, &ret_days[0]));
	TRY(calendar_find(ctx, calendar, last, &ret_days[1]));
	for (int64_t day = first; day < last; day++)
		if (!calendar->days[day - calendar->first].hours)
			return calendar_find(ctx, calendar, day, &ret_days[1]);
	return OK;
}

enum err calendar_work_between(struct ctx *ctx, const struct calendar *calendar, usec from,
			       usec to, usec *ret_work)
{
	const struct day *days[2];
	*ret_work = 0;
	if (to <= from)
		return OK;
	TRY(calendar_ends(ctx, calendar, from, to, days));
	*ret_work = (days[1]->minutes_before - days[0]->minutes_before) * USEC_MINUTE +
		    day_work_before(calendar, days[1], calendar_day(calendar, to), to) -
		    day_work_before(calendar, days[0], calendar_day(calendar, from), from);
	return OK;
}

enum err calendar_halves_between(struct ctx *ctx, const struct calendar *calendar, usec from,
				 usec to, int64_t *ret_halves)
{
	const struct day *days[2];
	*ret_halves = 0;
	if (to <= from)
		return OK;
	TRY(calendar_ends(ctx, calendar, from, to, days));
	*ret_halves = days[1]->halves_before + days[1]->hours->halves - days[0]->halves_before -
		      days[0]->hours->halves;
	return OK;
}

enum err calendar_add_work(struct ctx *ctx, const struct calendar *calendar, usec from, usec work,
			   usec *ret_at)
{
	for (int64_t number = calendar_day(calendar, from);; number++) {
		const struct day *day;
		TRY(calendar_find(ctx, calendar, number, &day));
		for (int i = 0; i < day->hours->n; i++) {
			usec begin = calendar_instant(calendar, number, day->hours->session[i].from);
			usec end = calendar_instant(calendar, number, day->hours->session[i].to);
			if (begin < from)
				begin = from;
			if (begin >= end)
				continue;
			if (work <= end - begin) {
				*ret_at = begin + work;
				return OK;
			}
			work -= end - begin;
		}
	}
}

/* Working time of [from, to) that lies in pauses. */
static enum err work_paused(struct ctx *ctx, const struct calendar *calendar,
			    const struct calendar_case *c, usec from, usec to, usec *ret_work)
{
	*ret_work = 0;
	for (size_t i = 0; i < c->n_pauses; i++) {
		usec begin = c->pauses[i].from > from ? c->pauses[i].from : from;
		usec end = c->pauses[i].to < to ? c->pauses[i].to : to, work;
		TRY(calendar_work_between(ctx, calendar, begin, end, &work));
		*ret_work += work;
	}
	return OK;
}

enum err calendar_used(struct ctx *ctx, const struct calendar *calendar,
		       const struct calendar_case *c, usec due_at, usec now, int64_t *ret_permille)
{
	usec start = c->received_at, whole, paused, passed, waited;
	for (size_t i = 0; i < c->n_pauses; i++)
		if (c->pauses[i].rule == CALENDAR_RESTART && c->pauses[i].to <= now)
			start = c->pauses[i].to;
	TRY(calendar_work_between(ctx, calendar, start, due_at, &whole));
	TRY(work_paused(ctx, calendar, c, start, due_at, &paused));
	TRY(calendar_work_between(ctx, calendar, start, now, &passed));
	TRY(work_paused(ctx, calendar, c, start, now, &waited));
	whole -= paused;
	passed -= waited;
	*ret_permille = whole > 0 ? passed * 1000 / whole : now > due_at ? 1001 : 0;
	return OK;
}
