#include "calendar/calendar.h"

/* A count that may end in a half, doubled: 8 → 16, 0.5 → 1. */
static bool halves_of(struct value v, int64_t *ret_halves)
{
	struct decimal twice;
	return v.kind == VALUE_NUMBER && decimal_add(v.number, v.number, &twice) &&
	       decimal_to_int(twice, ret_halves) && *ret_halves >= 0 && *ret_halves <= 20000;
}

static bool minutes_of(struct value v, int64_t *ret_minutes)
{
	struct decimal minutes;
	return v.kind == VALUE_NUMBER && decimal_mul(v.number, decimal_of(60), &minutes) &&
	       decimal_to_int(minutes, ret_minutes) && *ret_minutes >= 0 &&
	       *ret_minutes <= 20000 * 480;
}

enum err calendar_limit_load(struct ctx *ctx, struct value v, struct calendar_limit *ret_limit)
{
	const struct value *days = value_find(v, S("days")), *hours = value_find(v, S("hours"));
	const struct value *every = value_find(v, S("every_day"));
	int64_t n;
	if (!!days + !!hours + !!every != 1)
		return fail(ctx, ERR_INVALID,
			    "A time limit needs one of \"days\", \"hours\" and \"every_day\"");
	if (days && halves_of(*days, &n))
		*ret_limit = (struct calendar_limit){ CALENDAR_DAYS, n };
	else if (hours && minutes_of(*hours, &n))
		*ret_limit = (struct calendar_limit){ CALENDAR_HOURS, n };
	else if (every && (n = value_integer(*every, -1)) >= 0 && n <= 20000)
		*ret_limit = (struct calendar_limit){ CALENDAR_EVERY_DAY, n };
	else
		return fail(ctx, ERR_INVALID, "This time limit is out of range");
	return OK;
}

/* 16 halves → "8", 1 → "0.5", with the language's own decimal sign. */
static str count_text(struct ctx *ctx, int64_t n, int64_t whole)
{
	long long units = n / whole, tenths = n % whole * 10 / whole;
	if (n % whole == 0)
		return arena_printf(ctx->arena, "%lld", units);
	return arena_printf(ctx->arena, ctx_text(ctx, "%lld.%lld"), units, tenths);
}

str calendar_limit_text(struct ctx *ctx, struct calendar_limit limit)
{
	int64_t whole = limit.unit == CALENDAR_DAYS ? 2 : limit.unit == CALENDAR_HOURS ? 60 : 1;
	str n = count_text(ctx, limit.amount, whole);
	bool one = limit.amount == whole;
	const char *format;
	if (limit.unit == CALENDAR_DAYS && limit.amount == 0)
		return str_z(ctx_text(ctx, "the same working day"));
	if (limit.unit == CALENDAR_DAYS)
		format = one ? ctx_text(ctx, "%.*s working day") : ctx_text(ctx, "%.*s working days");
	else if (limit.unit == CALENDAR_HOURS)
		format = one ? ctx_text(ctx, "%.*s working hour") :
			       ctx_text(ctx, "%.*s working hours");
	else
		format = one ? ctx_text(ctx, "%.*s day") : ctx_text(ctx, "%.*s days");
	return arena_printf(ctx->arena, format, STR_ARG(n));
}
