#include "reports/period.h"

#include "text/i18n.h"

static struct period months(int64_t year, int64_t month, int n)
{
	int64_t last = month + n;
	return (struct period){
		days_of_civil((int32_t)year, (int)month, 1),
		(last > 12 ? days_of_civil((int32_t)year + 1, (int)last - 12, 1)
			   : days_of_civil((int32_t)year, (int)last, 1)) - 1,
	};
}

static bool parse_range(str text, struct period *ret)
{
	size_t dots = str_find(text, S(".."));
	return dots != SIZE_MAX && date_parse(str_slice(text, 0, dots), &ret->from) &&
	       date_parse(str_slice(text, dots + 2, text.n), &ret->to) && ret->from <= ret->to;
}

bool period_parse(str text, struct period *ret)
{
	int64_t year, n;
	if (date_parse(text, &ret->from)) {
		ret->to = ret->from;
		return true;
	}
	if (parse_range(text, ret))
		return true;
	if (!str_int(str_slice(text, 0, 4), 1970, 9998, &year))
		return false;
	if (text.n == 4) {
		*ret = months(year, 1, 12);
		return true;
	}
	if (text.n == 7 && text.p[4] == '-' && text.p[5] == 'q' &&
	    str_int(str_slice(text, 6, 7), 1, 4, &n)) {
		*ret = months(year, n * 3 - 2, 3);
		return true;
	}
	if (text.n != 7 || text.p[4] != '-' || !str_int(str_slice(text, 5, 7), 1, 12, &n))
		return false;
	*ret = months(year, n, 1);
	return true;
}

struct period period_around(int64_t day, char unit, int back)
{
	int32_t year;
	int month, of_month;
	civil_of_days(day, &year, &month, &of_month);
	if (unit == 'd')
		return (struct period){ day - back, day - back };
	if (unit == 'y')
		return months(year - back, 1, 12);
	int size = unit == 'q' ? 3 : 1;
	int64_t first = year * INT64_C(12) + (month - 1) / size * size - back * size;
	return months(first / 12, first % 12 + 1, size);
}

static bool is_whole(struct period p, char unit)
{
	struct period whole = period_around(p.from, unit, 0);
	return whole.from == p.from && whole.to == p.to;
}

str period_key(struct arena *arena, struct period p)
{
	int32_t year;
	int month, day;
	civil_of_days(p.from, &year, &month, &day);
	if (is_whole(p, 'd'))
		return date_format(arena, p.from);
	if (is_whole(p, 'm'))
		return arena_printf(arena, "%04d-%02d", year, month);
	if (is_whole(p, 'q'))
		return arena_printf(arena, "%04d-q%d", year, (month + 2) / 3);
	if (is_whole(p, 'y'))
		return arena_printf(arena, "%04d", year);
	return arena_printf(arena, "%.*s..%.*s", STR_ARG(date_format(arena, p.from)),
			    STR_ARG(date_format(arena, p.to)));
}

str period_text(struct ctx *ctx, struct period p)
{
	struct arena *arena = ctx->arena;
	int32_t year, last_year;
	int month, day, last_month, last_day;
	civil_of_days(p.from, &year, &month, &day);
	civil_of_days(p.to, &last_year, &last_month, &last_day);
	if (is_whole(p, 'd'))
		return arena_printf(arena, ctx_text(ctx, "Day %02d/%02d/%04d"), day, month, year);
	if (is_whole(p, 'm'))
		return arena_printf(arena, ctx_text(ctx, "Month %d of %d"), month, year);
	if (is_whole(p, 'q'))
		return arena_printf(arena, ctx_text(ctx, "Quarter %d of %d"), (month + 2) / 3, year);
	if (is_whole(p, 'y'))
		return arena_printf(arena, ctx_text(ctx, "Year %d"), year);
	return arena_printf(arena, ctx_text(ctx, "From %02d/%02d/%04d to %02d/%02d/%04d"), day, month,
			    year, last_day, last_month, last_year);
}
