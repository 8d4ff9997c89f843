#include "calendar/room.h"

static const char *const WEEKDAYS[7] = { "monday", "tuesday", "wednesday", "thursday",
					 "friday", "saturday", "sunday" };

static bool minute_parse(str s, int *ret_minute)
{
	int64_t hour, minute;
	if (s.n != 5 || s.p[2] != ':' || !str_int(str_slice(s, 0, 2), 0, 24, &hour) ||
	    !str_int(str_slice(s, 3, 5), 0, 59, &minute) || hour * 60 + minute > 24 * 60)
		return false;
	*ret_minute = (int)(hour * 60 + minute);
	return true;
}

static bool session_parse(str s, struct session *ret_session)
{
	return s.n == 11 && s.p[5] == '-' && minute_parse(str_slice(s, 0, 5), &ret_session->from) &&
	       minute_parse(str_slice(s, 6, 11), &ret_session->to) &&
	       ret_session->from < ret_session->to;
}

static enum err hours_load(struct ctx *ctx, struct value list, str where, struct hours *ret_hours)
{
	if (list.kind != VALUE_LIST || list.n > SESSIONS_MAX)
		return fail(ctx, ERR_INVALID,
			    "%.*s: expected a list of at most %d sessions like \"07:30-11:30\"",
			    STR_ARG(where), SESSIONS_MAX);
	*ret_hours = (struct hours){ .n = (int)list.n, .halves = list.n ? 2 : 0 };
	for (uint32_t i = 0; i < list.n; i++) {
		struct session *s = &ret_hours->session[i];
		if (!session_parse(value_text(list.items[i]), s))
			return fail(ctx, ERR_INVALID, "%.*s.%u: expected a session like "
				    "\"07:30-11:30\"", STR_ARG(where), i);
		if (i && s->from < ret_hours->session[i - 1].to)
			return fail(ctx, ERR_INVALID, "%.*s.%u: the session begins before the one "
				    "above has ended", STR_ARG(where), i);
		ret_hours->minutes += s->to - s->from;
	}
	return OK;
}

static enum err date_load(struct ctx *ctx, struct value entry, const char *key, str where,
			  int64_t *ret_day)
{
	str text = value_text(value_get(entry, str_z(key)));
	if (!date_parse(text, ret_day))
		return fail(ctx, ERR_INVALID, "%.*s.%s: expected a date like \"2015-02-14\"",
			    STR_ARG(where), key);
	return OK;
}

/* "date", or "from" and "to". */
static enum err span_load(struct ctx *ctx, struct value entry, str where, int64_t *ret_from,
			  int64_t *ret_to)
{
	if (value_find(entry, S("date"))) {
		TRY(date_load(ctx, entry, "date", where, ret_from));
		*ret_to = *ret_from;
		return OK;
	}
	TRY(date_load(ctx, entry, "from", where, ret_from));
	TRY(date_load(ctx, entry, "to", where, ret_to));
	if (*ret_to < *ret_from || *ret_to - *ret_from > 366 * 100)
		return fail(ctx, ERR_INVALID, "%.*s: \"to\" must follow \"from\", within a century",
			    STR_ARG(where));
	return OK;
}

/* The array must reach from the first to the last day of any week entry. */
static enum err calendar_measure(struct ctx *ctx, struct value weeks, struct calendar *c)
{
	int64_t last = INT64_MIN;
	c->first = INT64_MAX;
	if (weeks.kind != VALUE_LIST || !weeks.n)
		return fail(ctx, ERR_INVALID, "weeks: expected at least one week of sessions");
	for (uint32_t i = 0; i < weeks.n; i++) {
		int64_t from, to;
		str where = arena_printf(ctx->arena, "weeks.%u", i);
		TRY(span_load(ctx, weeks.items[i], where, &from, &to));
		if (from < c->first)
			c->first = from;
		if (to > last)
			last = to;
	}
	if (last - c->first > 366 * 200)
		return fail(ctx, ERR_INVALID, "weeks: a calendar holds two centuries at most");
	c->n = (size_t)(last - c->first + 1);
	c->days = ARENA_ARRAY(ctx->arena, struct day, c->n);
	return OK;
}

static bool list_has(struct value list, str what)
{
	for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.n; i++)
		if (str_eq(value_text(list.items[i]), what))
			return true;
	return false;
}

static enum err week_load(struct ctx *ctx, struct value week, str where, struct calendar *c)
{
	struct hours *hours = ARENA_ARRAY(ctx->arena, struct hours, 7);
	int64_t from, to;
	TRY(span_load(ctx, week, where, &from, &to));
	for (int i = 0; i < 7; i++) {
		struct value list = value_get(week, str_z(WEEKDAYS[i]));
		if (value_is_null(list))
			continue;
		TRY(hours_load(ctx, list, arena_printf(ctx->arena, "%.*s.%s", STR_ARG(where),
						       WEEKDAYS[i]), &hours[i]));
		if (hours[i].n && list_has(value_get(week, S("half_days")), str_z(WEEKDAYS[i])))
			hours[i].halves = 1;
	}
	for (int64_t day = from; day <= to; day++) {
		struct day *d = &c->days[day - c->first];
		d->hours = &hours[weekday_of_days(day) - 1];
		d->weekly_free = d->hours->n == 0;
	}
	return OK;
}

static enum err days_load(struct ctx *ctx, struct value entry, str where, struct calendar *c)
{
	struct hours *hours = ARENA_NEW(ctx->arena, struct hours);
	struct value list = value_get(entry, S("hours"));
	struct value name = value_get(entry, S("name"));
	int64_t from, to;
	TRY(span_load(ctx, entry, where, &from, &to));
	if (!value_is_null(list))
		TRY(hours_load(ctx, list, arena_printf(ctx->arena, "%.*s.hours", STR_ARG(where)),
			       hours));
	if (hours->n && value_is_true(value_get(entry, S("half"))))
		hours->halves = 1;
	if (value_text(value_get(name, S("vi"))).n == 0)
		return fail(ctx, ERR_INVALID, "%.*s.name: expected a name with at least \"vi\"",
			    STR_ARG(where));
	for (int64_t day = from; day <= to; day++) {
		if (day < c->first || day - c->first >= (int64_t)c->n ||
		    !c->days[day - c->first].hours)
			return fail(ctx, ERR_INVALID, "%.*s: no week is given for %.*s",
				    STR_ARG(where), STR_ARG(date_format(ctx->arena, day)));
		struct day *d = &c->days[day - c->first];
		d->hours = hours;
		d->named = true;
		d->name = name;
	}
	return OK;
}

static void calendar_sum(struct calendar *c)
{
	int64_t minutes = 0, halves = 0;
	for (size_t i = 0; i < c->n; i++) {
		c->days[i].minutes_before = minutes;
		c->days[i].halves_before = halves;
		if (!c->days[i].hours)
			continue;
		minutes += c->days[i].hours->minutes;
		halves += c->days[i].hours->halves;
	}
}

enum err calendar_load(struct ctx *ctx, struct value v, const struct calendar **ret_calendar)
{
	struct calendar *c = ARENA_NEW(ctx->arena, struct calendar);
	struct value weeks = value_get(v, S("weeks")), days = value_get(v, S("days"));
	int64_t zone = value_integer(value_get(v, S("zone")), INT64_MIN);
	if (zone < -14 * 60 || zone > 14 * 60)
		return fail(ctx, ERR_INVALID, "zone: expected minutes east of UTC, as 420");
	c->zone = (int)zone;
	c->cut_off = CALENDAR_NO_CUT_OFF;
	if (value_find(v, S("cut_off")) &&
	    !minute_parse(value_text(value_get(v, S("cut_off"))), &c->cut_off))
		return fail(ctx, ERR_INVALID, "cut_off: expected an hour like \"15:00\"");
	TRY(calendar_measure(ctx, weeks, c));
	for (uint32_t i = 0; i < weeks.n; i++)
		TRY(week_load(ctx, weeks.items[i], arena_printf(ctx->arena, "weeks.%u", i), c));
	for (uint32_t i = 0; days.kind == VALUE_LIST && i < days.n; i++)
		TRY(days_load(ctx, days.items[i], arena_printf(ctx->arena, "days.%u", i), c));
	calendar_sum(c);
	*ret_calendar = c;
	return OK;
}

enum err calendar_find(struct ctx *ctx, const struct calendar *calendar, int64_t day,
		       const struct day **ret_day)
{
	int64_t at = day - calendar->first;
	if (at < 0 || at >= (int64_t)calendar->n || !calendar->days[at].hours) {
		int32_t year;
		int month, date;
		civil_of_days(day, &year, &month, &date);
		return fail(ctx, ERR_NOT_FOUND, "The working calendar has no entry for the year %d",
			    (int)year);
	}
	*ret_day = &calendar->days[at];
	return OK;
}

usec calendar_instant(const struct calendar *calendar, int64_t day, int minute)
{
	return day * USEC_DAY + (minute - calendar->zone) * USEC_MINUTE;
}

int calendar_zone(const struct calendar *calendar)
{
	return calendar->zone;
}

int64_t calendar_day(const struct calendar *calendar, usec at)
{
	usec local = at + calendar->zone * USEC_MINUTE;
	return local / USEC_DAY - (local % USEC_DAY < 0);
}
