/* Calendars: any that loads answers, and its promises keep the order of the receipts. */
#include "base/json.h"
#include "calendar/calendar.h"
#include "fuzz.h"

static void promise_check(struct ctx *ctx, const struct calendar *calendar, usec received_at,
			  int64_t amount)
{
	struct calendar_case c = { .received_at = received_at, .cut_off = CALENDAR_CUT_OFF,
				   .limit = { CALENDAR_DAYS, amount } };
	struct calendar_due due, later;
	if (calendar_due(ctx, calendar, &c, &due) != OK)
		return;
	calendar_explain(ctx, calendar, &due, S("vi"));
	FUZZ_HOLDS(calendar_day(calendar, due.at) >= calendar_day(calendar, received_at));
	c.received_at += 9 * USEC_HOUR;
	if (calendar_due(ctx, calendar, &c, &later) == OK)
		FUZZ_HOLDS(later.at >= due.at);
}

FUZZ(arena, input)
{
	struct ctx ctx = { .arena = arena };
	const struct calendar *calendar;
	struct value v;
	struct json_fault fault;
	if (!json_parse(arena, input, &v, &fault) || calendar_load(&ctx, v, &calendar) != OK)
		return;
	for (int i = 0; i < 40; i++)
		promise_check(&ctx, calendar, (INT64_C(1420045200) + i * 100003) * USEC_SECOND, i % 9);
}
