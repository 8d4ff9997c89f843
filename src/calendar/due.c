#include "calendar/room.h"

/* One run over the days, from a receipt to the promised moment. */
struct walk {
	struct ctx *ctx;
	const struct calendar *calendar;
	const struct calendar_case *c;
	usec start;                          /* the receipt that counts: the first, or a restart */
	const struct calendar_pause *pauses; /* those after it that are subtracted */
	size_t n_pauses;
	int64_t day; /* the day of receipt, then the day being looked at */
	size_t room;
	struct calendar_due due;
};

static struct calendar_step *walk_step(struct walk *w, enum calendar_step_kind kind, int64_t day)
{
	if (w->due.n == w->room) {
		size_t room = w->room ? w->room * 2 : 32;
		w->due.steps = arena_grow(w->ctx->arena, w->due.steps,
					  w->room * sizeof(struct calendar_step),
					  room * sizeof(struct calendar_step));
		w->room = room;
	}
	struct calendar_step *step = &w->due.steps[w->due.n++];
	*step = (struct calendar_step){ .kind = kind, .day = day };
	return step;
}

/* Receipts state the time to the minute, so 15:00:59 is not yet after 15:00. */
static bool is_after(const struct calendar *calendar, usec at, int64_t day, int minute)
{
	return at >= calendar_instant(calendar, day, minute + 1);
}

static enum err next_worked(struct ctx *ctx, const struct calendar *calendar, int64_t *day)
{
	const struct day *d;
	do {
		++*day;
		TRY(calendar_find(ctx, calendar, *day, &d));
	} while (!d->hours->n);
	return OK;
}

static enum err receipt_day(struct walk *w, usec at, int64_t *ret_day, enum calendar_why *ret_why)
{
	const struct calendar *calendar = w->calendar;
	int cut_off = w->c->cut_off == CALENDAR_CUT_OFF ? calendar->cut_off : w->c->cut_off;
	const struct day *d;
	*ret_day = calendar_day(calendar, at);
	*ret_why = CALENDAR_SAME_DAY;
	TRY(calendar_find(w->ctx, calendar, *ret_day, &d));
	if (!d->hours->n)
		*ret_why = CALENDAR_CLOSED;
	else if (cut_off >= 0 && is_after(calendar, at, *ret_day, cut_off))
		*ret_why = CALENDAR_AFTER_CUT_OFF;
	else if (is_after(calendar, at, *ret_day, d->hours->session[d->hours->n - 1].to))
		*ret_why = CALENDAR_CLOSED;
	return *ret_why == CALENDAR_SAME_DAY ? OK : next_worked(w->ctx, calendar, ret_day);
}

static enum err walk_receive(struct walk *w, enum calendar_step_kind kind, usec at)
{
	enum calendar_why why;
	TRY(receipt_day(w, at, &w->day, &why));
	struct calendar_step *step = walk_step(w, kind, w->day);
	step->at = at;
	step->why = why;
	return OK;
}

/* Days after the day of asking up to the day the answer counts as received. */
static enum err is_paused(struct walk *w, int64_t day, bool *ret_paused)
{
	*ret_paused = false;
	for (size_t i = 0; i < w->n_pauses && !*ret_paused; i++) {
		int64_t last;
		enum calendar_why why;
		if (day <= calendar_day(w->calendar, w->pauses[i].from))
			continue;
		TRY(receipt_day(w, w->pauses[i].to, &last, &why));
		*ret_paused = day <= last;
	}
	return OK;
}

static struct calendar_step *step_free(struct walk *w, const struct day *d, int64_t day)
{
	struct calendar_step *step =
		walk_step(w, d->named ? CALENDAR_HOLIDAY : CALENDAR_WEEKEND, day);
	step->name = d->name;
	return step;
}

static void walk_ends(struct walk *w, int64_t day, usec at)
{
	walk_step(w, CALENDAR_ENDS, day)->at = at;
	w->due.at = at;
}

static usec end_of_day(const struct walk *w, const struct day *d, int64_t day, bool at_noon)
{
	int last = at_noon ? 0 : d->hours->n - 1;
	return calendar_instant(w->calendar, day, d->hours->session[last].to);
}

static enum err walk_days(struct walk *w)
{
	int64_t amount = w->c->limit.amount, counted = 0;
	const struct day *d;
	TRY(calendar_find(w->ctx, w->calendar, w->day, &d));
	while (counted < amount) {
		bool paused;
		w->day++;
		TRY(calendar_find(w->ctx, w->calendar, w->day, &d));
		TRY(is_paused(w, w->day, &paused));
		if (paused) {
			walk_step(w, CALENDAR_PAUSED, w->day)->number = counted;
		} else if (!d->hours->n) {
			step_free(w, d, w->day)->number = counted;
		} else {
			counted += d->hours->halves;
			struct calendar_step *step = walk_step(
				w, d->weekly_free ? CALENDAR_WORKED : CALENDAR_COUNTED, w->day);
			step->number = counted < amount ? counted : amount;
			step->name = d->name;
		}
	}
	walk_ends(w, w->day, end_of_day(w, d, w->day, counted > amount));
	return OK;
}

static enum err walk_every_day(struct walk *w)
{
	int64_t counted = 0;
	const struct day *d;
	while (counted < w->c->limit.amount) {
		bool paused;
		w->day++;
		TRY(is_paused(w, w->day, &paused));
		counted += !paused;
		walk_step(w, paused ? CALENDAR_PAUSED : CALENDAR_COUNTED, w->day)->number = counted;
	}
	TRY(calendar_find(w->ctx, w->calendar, w->day, &d));
	if (!d->hours->n) {
		TRY(next_worked(w->ctx, w->calendar, &w->day));
		TRY(calendar_find(w->ctx, w->calendar, w->day, &d));
		walk_step(w, CALENDAR_MOVED, w->day)->number = counted;
	}
	walk_ends(w, w->day, end_of_day(w, d, w->day, false));
	return OK;
}

/* The free days between two instants, for the explanation of a limit in hours. */
static enum err steps_free_between(struct walk *w, usec from, usec to)
{
	int64_t last = calendar_day(w->calendar, to);
	for (int64_t day = calendar_day(w->calendar, from); day <= last; day++) {
		const struct day *d;
		TRY(calendar_find(w->ctx, w->calendar, day, &d));
		if (!d->hours->n)
			step_free(w, d, day);
	}
	return OK;
}

static enum err walk_hours(struct walk *w)
{
	usec at = w->start, left = w->c->limit.amount * USEC_MINUTE, work, end;
	usec opening = calendar_instant(w->calendar, w->day, 0);
	if (at < opening)
		at = opening;
	for (size_t i = 0; i < w->n_pauses; i++) {
		if (w->pauses[i].to <= at)
			continue;
		TRY(calendar_work_between(w->ctx, w->calendar, at, w->pauses[i].from, &work));
		if (work >= left)
			break;
		TRY(steps_free_between(w, at, w->pauses[i].from));
		walk_step(w, CALENDAR_PAUSED, calendar_day(w->calendar, w->pauses[i].from))->at =
			w->pauses[i].from;
		left -= work;
		at = w->pauses[i].to;
	}
	TRY(calendar_add_work(w->ctx, w->calendar, at, left, &end));
	TRY(steps_free_between(w, at, end));
	walk_ends(w, calendar_day(w->calendar, end), end);
	return OK;
}

static enum err walk_run(struct walk *w)
{
	w->due = (struct calendar_due){ .steps = w->due.steps, .unit = w->c->limit.unit };
	TRY(walk_receive(w, CALENDAR_RECEIVED, w->c->received_at));
	if (w->start != w->c->received_at)
		TRY(walk_receive(w, CALENDAR_RESTARTED, w->start));
	if (w->c->limit.unit == CALENDAR_DAYS)
		return walk_days(w);
	return w->c->limit.unit == CALENDAR_HOURS ? walk_hours(w) : walk_every_day(w);
}

/* Everything up to the request for a supplement that is still unanswered. */
static enum err walk_wait(struct walk *w, usec since)
{
	w->due = (struct calendar_due){ .steps = w->due.steps, .unit = w->c->limit.unit,
					.waiting = true, .at = CALENDAR_OPEN };
	TRY(walk_receive(w, CALENDAR_RECEIVED, w->c->received_at));
	if (w->start != w->c->received_at)
		TRY(walk_receive(w, CALENDAR_RESTARTED, w->start));
	walk_step(w, CALENDAR_WAITING, calendar_day(w->calendar, since))->at = since;
	return OK;
}

static enum err case_check(struct ctx *ctx, const struct calendar_case *c)
{
	int64_t most = c->limit.unit == CALENDAR_HOURS ? 20000 * 480 : 20000;
	if (c->limit.amount < 0 || c->limit.amount > most)
		return fail(ctx, ERR_INVALID, "This time limit is out of range");
	usec since = INT64_MIN;
	for (size_t i = 0; i < c->n_pauses; i++) {
		if (c->pauses[i].from < since || c->pauses[i].to < c->pauses[i].from)
			return fail(ctx, ERR_INVALID, "The pauses of a case must follow each other");
		since = c->pauses[i].to;
	}
	return OK;
}

enum err calendar_due(struct ctx *ctx, const struct calendar *calendar,
		      const struct calendar_case *c, struct calendar_due *ret_due)
{
	struct walk w = { .ctx = ctx, .calendar = calendar, .c = c, .start = c->received_at,
			  .pauses = c->pauses };
	TRY(case_check(ctx, c));
	for (size_t i = 0;; i++) {
		TRY(walk_run(&w));
		/* A request made when the time was up already does not move the date: late stays late. */
		if (i == c->n_pauses || w.due.at < c->pauses[i].from)
			break;
		const struct calendar_pause *pause = &c->pauses[i];
		if (pause->to == CALENDAR_OPEN) {
			TRY(walk_wait(&w, pause->from));
			break;
		}
		if (pause->rule == CALENDAR_RESTART) {
			w.start = pause->to;
			w.pauses = pause + 1;
			w.n_pauses = 0;
		} else {
			w.n_pauses++;
		}
	}
	*ret_due = w.due;
	return OK;
}
