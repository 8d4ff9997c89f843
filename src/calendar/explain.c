#include "calendar/room.h"

#include "base/buf.h"

#include <stdarg.h>

struct telling {
	struct ctx *ctx;
	const struct calendar *calendar;
	str language;
	int32_t year; /* of receipt: other years are written out */
	struct buf out;
};

static const char *const WEEKDAYS[7] = { N_("Monday"), N_("Tuesday"), N_("Wednesday"),
					 N_("Thursday"), N_("Friday"), N_("Saturday"),
					 N_("Sunday") };

static const char *const MONTHS[12] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* "10/02" in Vietnamese, "10 Feb" elsewhere; the year only where it is another. */
static str tell_day(struct telling *t, int64_t day)
{
	int32_t year;
	int month, date;
	civil_of_days(day, &year, &month, &date);
	bool vi = str_eq(t->language, S("vi"));
	str text = vi ? arena_printf(t->ctx->arena, "%02d/%02d", date, month) :
			arena_printf(t->ctx->arena, "%d %s", date, MONTHS[month - 1]);
	if (year == t->year)
		return text;
	return arena_printf(t->ctx->arena, vi ? "%.*s/%d" : "%.*s %d", STR_ARG(text), (int)year);
}

/* "16–23/02", "30/04–03/05", "16/02". */
static str tell_span(struct telling *t, int64_t from, int64_t to)
{
	int32_t year[2];
	int month[2], date[2];
	if (from == to)
		return tell_day(t, from);
	civil_of_days(from, &year[0], &month[0], &date[0]);
	civil_of_days(to, &year[1], &month[1], &date[1]);
	str last = tell_day(t, to);
	if (year[0] != year[1] || month[0] != month[1])
		return arena_printf(t->ctx->arena, "%.*s–%.*s", STR_ARG(tell_day(t, from)),
				    STR_ARG(last));
	bool vi = str_eq(t->language, S("vi"));
	return arena_printf(t->ctx->arena, vi ? "%02d–%.*s" : "%d–%.*s", date[0], STR_ARG(last));
}

static str tell_hour(struct telling *t, usec at)
{
	struct civil c = time_civil(at, t->calendar->zone);
	return arena_printf(t->ctx->arena, "%02d:%02d", c.hour, c.minute);
}

static str tell_name(struct telling *t, struct value name)
{
	str own = value_text(value_get(name, t->language));
	return own.n ? own : value_text(value_get(name, S("vi")));
}

static void tell(struct telling *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(struct telling *t, const char *format, ...)
{
	va_list list, again;
	if (t->out.n)
		buf_str(&t->out, S("; "));
	va_start(list, format);
	va_copy(again, list);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n > 0) {
		vsnprintf(buf_reserve(&t->out, (size_t)n + 1), (size_t)n + 1, format, list);
		buf_wrote(&t->out, (size_t)n);
	}
	va_end(list);
}

static void tell_received(struct telling *t, const struct calendar_step *step)
{
	struct ctx *ctx = t->ctx;
	str hour = tell_hour(t, step->at), day = tell_day(t, calendar_day(t->calendar, step->at));
	str counted = tell_day(t, step->day);
	if (step->kind == CALENDAR_RESTARTED)
		tell(t, ctx_text(ctx, "completed at %.*s on %.*s, counted anew from %.*s"),
		     STR_ARG(hour), STR_ARG(day), STR_ARG(counted));
	else if (step->why == CALENDAR_SAME_DAY)
		tell(t, ctx_text(ctx, "Received at %.*s on %.*s"), STR_ARG(hour), STR_ARG(day));
	else if (step->why == CALENDAR_AFTER_CUT_OFF)
		tell(t, ctx_text(ctx, "Received at %.*s on %.*s (late in the day), counts as %.*s"),
		     STR_ARG(hour), STR_ARG(day), STR_ARG(counted));
	else
		tell(t, ctx_text(ctx, "Received at %.*s on %.*s (office closed), counts as %.*s"),
		     STR_ARG(hour), STR_ARG(day), STR_ARG(counted));
}

static bool is_counted(const struct calendar_step *step)
{
	return step->kind == CALENDAR_COUNTED || step->kind == CALENDAR_WORKED;
}

/* "day 8 is 02/03"; after half days "day 7.5". */
static void tell_number(struct telling *t, const struct calendar_due *due,
			const struct calendar_step *step)
{
	long long number = due->unit == CALENDAR_DAYS ? step->number / 2 : step->number;
	str day = tell_day(t, step->day);
	if (due->unit == CALENDAR_DAYS && step->number % 2)
		tell(t, ctx_text(t->ctx, "day %lld.5 is %.*s"), number, STR_ARG(day));
	else
		tell(t, ctx_text(t->ctx, "day %lld is %.*s"), number, STR_ARG(day));
}

/* The last step of the run of days that share a reason with step i. */
static size_t run_end(const struct calendar_due *due, size_t i)
{
	const struct calendar_step *steps = due->steps;
	while (i + 1 < due->n && steps[i + 1].kind == steps[i].kind &&
	       steps[i + 1].day == steps[i].day + 1 &&
	       value_eq(steps[i + 1].name, steps[i].name))
		i++;
	return i;
}

/* Where no day was counted: a limit in hours, or one of no days at all. */
static void tell_ends(struct telling *t, const struct calendar_due *due,
		      const struct calendar_step *step)
{
	if (due->unit == CALENDAR_HOURS)
		tell(t, ctx_text(t->ctx, "the time ends at %.*s on %.*s"),
		     STR_ARG(tell_hour(t, step->at)), STR_ARG(tell_day(t, step->day)));
	else
		tell(t, ctx_text(t->ctx, "returned the same day, %.*s"),
		     STR_ARG(tell_day(t, step->day)));
}

static void tell_step(struct telling *t, const struct calendar_due *due, size_t i, size_t end)
{
	const struct calendar_step *step = &due->steps[i];
	struct ctx *ctx = t->ctx;
	str day = tell_day(t, step->day), span = tell_span(t, step->day, due->steps[end].day);
	str name = tell_name(t, step->name);
	switch (step->kind) {
	case CALENDAR_RECEIVED:
	case CALENDAR_RESTARTED:
		tell_received(t, step);
		break;
	case CALENDAR_WORKED:
		tell(t, ctx_text(ctx, "%s %.*s is worked"),
		     ctx_text(ctx, WEEKDAYS[weekday_of_days(step->day) - 1]), STR_ARG(day));
		break;
	case CALENDAR_HOLIDAY:
		tell(t, ctx_text(ctx, "closed for %.*s %.*s"), STR_ARG(name), STR_ARG(span));
		break;
	case CALENDAR_PAUSED:
		tell(t, ctx_text(ctx, "waiting for the supplement %.*s is not counted"),
		     STR_ARG(span));
		break;
	case CALENDAR_WAITING:
		tell(t, ctx_text(ctx, "waiting for the supplement since %.*s, no date can be given"),
		     STR_ARG(day));
		break;
	case CALENDAR_MOVED:
		tell(t, ctx_text(ctx, "the last day is not worked, moved to %.*s"), STR_ARG(day));
		break;
	default:
		break;
	}
}

str calendar_explain(struct ctx *ctx, const struct calendar *calendar,
		     const struct calendar_due *due, str language)
{
	struct telling t = { .ctx = ctx, .calendar = calendar, .language = language,
			     .out = { .arena = ctx->arena } };
	const struct calendar_step *last = NULL, *told = NULL;
	t.year = time_civil(due->n ? due->steps[0].at : 0, calendar->zone).year;
	for (size_t i = 0; i < due->n; i++) {
		const struct calendar_step *step = &due->steps[i];
		if (is_counted(step) && !last)
			tell_number(&t, due, told = step);
		if (is_counted(step))
			last = step;
		bool is_end = step->kind == CALENDAR_MOVED || step->kind == CALENDAR_ENDS;
		if (is_end && last != told)
			tell_number(&t, due, told = last);
		if (step->kind == CALENDAR_ENDS && !last)
			tell_ends(&t, due, step);
		/* Only these are told as runs; looking for a run at every day of decades of rest
		 * would take the square of their number. */
		bool is_run = step->kind == CALENDAR_HOLIDAY || step->kind == CALENDAR_PAUSED;
		size_t end = is_run ? run_end(due, i) : i;
		tell_step(&t, due, i, end);
		i = end;
	}
	return buf_view(&t.out);
}

static const char *const KINDS[] = {
	[CALENDAR_RECEIVED] = "received",   [CALENDAR_COUNTED] = "counted",
	[CALENDAR_WORKED] = "worked",	    [CALENDAR_WEEKEND] = "weekend",
	[CALENDAR_HOLIDAY] = "holiday",	    [CALENDAR_PAUSED] = "paused",
	[CALENDAR_RESTARTED] = "restarted", [CALENDAR_WAITING] = "waiting",
	[CALENDAR_MOVED] = "moved",	    [CALENDAR_ENDS] = "ends",
};

static const char *const WHYS[] = { [CALENDAR_SAME_DAY] = "same_day",
				    [CALENDAR_AFTER_CUT_OFF] = "after_cut_off",
				    [CALENDAR_CLOSED] = "closed" };

struct value calendar_steps(struct arena *arena, const struct calendar *calendar,
			    const struct calendar_due *due)
{
	struct value list = value_list();
	for (size_t i = 0; i < due->n; i++) {
		const struct calendar_step *step = &due->steps[i];
		struct value v = value_map();
		value_append(arena, &v, S("kind"), value_str(str_z(KINDS[step->kind])));
		value_append(arena, &v, S("day"), value_str(date_format(arena, step->day)));
		if (is_counted(step))
			value_append(arena, &v, S("number"),
				     value_int(due->unit == CALENDAR_DAYS ? step->number / 2 :
									    step->number));
		if (step->kind == CALENDAR_RECEIVED || step->kind == CALENDAR_RESTARTED)
			value_append(arena, &v, S("why"), value_str(str_z(WHYS[step->why])));
		if (step->at)
			value_append(arena, &v, S("at"),
				     value_str(time_format(arena, step->at, calendar->zone)));
		if (!value_is_null(step->name))
			value_append(arena, &v, S("name"), step->name);
		value_push(arena, &list, v);
	}
	return list;
}
