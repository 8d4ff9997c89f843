#include "base/json.h"
#include "text/template_tree.h"
#include "text/vietnamese.h"

#include <stdlib.h>

/* A view holds dates and numbers as the API says them; filters say them to the reader. What is
 * not of the kind a filter expects is shown as it is: a page should never hide a value. */

static str as_it_is(const struct filter_call *call)
{
	if (call->v.kind == VALUE_NUMBER)
		return decimal_text(call->arena, call->v.number);
	return value_text(call->v);
}

/* An instant, or the first moment of a day. */
static bool instant(const struct filter_call *call, usec *ret_at)
{
	int64_t days;
	if (time_parse(value_text(call->v), ret_at))
		return true;
	if (!date_parse(value_text(call->v), &days))
		return false;
	*ret_at = days * USEC_DAY - call->offset * USEC_MINUTE;
	return true;
}

static bool day_of(const struct filter_call *call, int64_t *ret_days)
{
	usec at;
	if (!instant(call, &at))
		return false;
	struct civil c = time_civil(at, call->offset);
	*ret_days = days_of_civil(c.year, c.month, c.day);
	return true;
}

typedef str write_day(struct arena *arena, const struct language *language, int64_t days);
typedef str write_instant(struct arena *arena, const struct language *language, usec at,
			  int offset);

static str with_day(const struct filter_call *call, write_day *write)
{
	int64_t days;
	return day_of(call, &days) ? write(call->arena, call->language, days) : as_it_is(call);
}

static str with_instant(const struct filter_call *call, write_instant *write)
{
	usec at;
	return instant(call, &at) ? write(call->arena, call->language, at, call->offset) :
				    as_it_is(call);
}

static str filter_date(const struct filter_call *call, bool *ret_is_markup)
{
	return with_day(call, language_date);
}

static str filter_date_long(const struct filter_call *call, bool *ret_is_markup)
{
	return with_day(call, language_date_long);
}

static str filter_date_words(const struct filter_call *call, bool *ret_is_markup)
{
	return with_day(call, language_date_words);
}

static str filter_time(const struct filter_call *call, bool *ret_is_markup)
{
	return with_instant(call, language_time);
}

static str filter_date_time(const struct filter_call *call, bool *ret_is_markup)
{
	return with_instant(call, language_date_time);
}

static str filter_weekday(const struct filter_call *call, bool *ret_is_markup)
{
	int64_t days, weekday = value_integer(call->v, 0);
	if (weekday >= 1 && weekday <= 7)
		return language_weekday(call->language, (int)weekday);
	if (day_of(call, &days))
		return language_weekday(call->language, weekday_of_days(days));
	return as_it_is(call);
}

static str filter_number(const struct filter_call *call, bool *ret_is_markup)
{
	if (call->v.kind != VALUE_NUMBER)
		return as_it_is(call);
	return language_number(call->arena, call->language, call->v.number);
}

static str filter_percent(const struct filter_call *call, bool *ret_is_markup)
{
	if (call->v.kind != VALUE_NUMBER)
		return as_it_is(call);
	return language_percent(call->arena, call->language, call->v.number);
}

/* Whole numbers that fit; everything else is shown as it is. */
static bool whole(const struct filter_call *call, int64_t *ret_n)
{
	return call->v.kind == VALUE_NUMBER && decimal_to_int(call->v.number, ret_n);
}

static str filter_money(const struct filter_call *call, bool *ret_is_markup)
{
	int64_t n;
	return whole(call, &n) ? language_money(call->arena, call->language, n) : as_it_is(call);
}

static str filter_bytes(const struct filter_call *call, bool *ret_is_markup)
{
	int64_t n;
	return whole(call, &n) ? language_bytes(call->arena, call->language, n) : as_it_is(call);
}

static str filter_duration(const struct filter_call *call, bool *ret_is_markup)
{
	int64_t n;
	if (!whole(call, &n) || __builtin_mul_overflow(n, USEC_SECOND, &n))
		return as_it_is(call);
	return language_duration(call->arena, call->language, n);
}

static str filter_upper(const struct filter_call *call, bool *ret_is_markup)
{
	return vietnamese_upper(call->arena, as_it_is(call));
}

static str filter_json(const struct filter_call *call, bool *ret_is_markup)
{
	struct buf out = { .arena = call->arena };
	json_write(&out, call->v);
	return buf_view(&out);
}

/* For one part of an address: everything but letters, digits and -._~ as %XX. */
static str filter_url(const struct filter_call *call, bool *ret_is_markup)
{
	struct buf out = { .arena = call->arena };
	str text = as_it_is(call);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			     (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' ||
			     c == '~';
		if (plain)
			buf_byte(&out, (char)c);
		else
			buf_printf(&out, "%%%02X", c);
	}
	return buf_view(&out);
}

static str filter_lines(const struct filter_call *call, bool *ret_is_markup)
{
	struct buf out = { .arena = call->arena };
	str rest = as_it_is(call);
	*ret_is_markup = true;
	for (bool first = true; rest.n; first = false) {
		size_t end = str_find_byte(rest, '\n');
		if (!first)
			buf_str(&out, S("<br>"));
		html_escape(&out, str_slice(rest, 0, end));
		if (end == SIZE_MAX)
			break;
		rest = str_slice(rest, end + 1, rest.n);
	}
	return buf_view(&out);
}

filter *template_filter(str name)
{
	static const struct { str name; filter *filter; } filters[] = {
		{ S("date"), filter_date }, { S("date_long"), filter_date_long },
		{ S("date_words"), filter_date_words }, { S("time"), filter_time },
		{ S("date_time"), filter_date_time }, { S("weekday"), filter_weekday },
		{ S("number"), filter_number }, { S("money"), filter_money },
		{ S("percent"), filter_percent }, { S("duration"), filter_duration },
		{ S("bytes"), filter_bytes }, { S("upper"), filter_upper },
		{ S("json"), filter_json }, { S("url"), filter_url }, { S("lines"), filter_lines },
	};
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		if (str_eq(filters[i].name, name))
			return filters[i].filter;
	return NULL;
}
