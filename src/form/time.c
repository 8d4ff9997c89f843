/* Days and times as form-js writes them: a day "2015-01-26", a time "09:00", "09:00+07:00" or
 * "02:00Z", and both joined by T. What a person sees is always the reader's own clock. */
#include "form/sheet.h"

enum { DAY_MINUTES = 24 * 60 };

/* Leading digits, as browsers' parseInt has it; -1 where there are none. */
static int leading_int(str s)
{
	s = str_trim(s);
	int n = -1;
	for (size_t i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && n < 1000; i++)
		n = (n < 0 ? 0 : n) * 10 + (s.p[i] - '0');
	return n;
}

/* "hh:mm…" without a zone, or -1. */
static int plain_minutes(str s)
{
	str hour = S(""), minute = S("0");
	str_next(&s, ':', &hour);
	str_next(&s, ':', &minute);
	int h = leading_int(hour), m = leading_int(minute);
	return h < 0 || h > 24 || m < 0 || m > 60 ? -1 : h * 60 + m;
}

static int wrap(int minutes)
{
	return ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
}

int time_minutes(str s, int offset)
{
	size_t zulu = str_find_byte(s, 'Z'), sign = str_find_byte(s, '+');
	if (zulu != SIZE_MAX) {
		int minutes = plain_minutes(str_slice(s, 0, zulu));
		return minutes < 0 ? -1 : wrap(minutes + offset);
	}
	if (sign == SIZE_MAX)
		sign = str_find_byte(s, '-');
	int minutes = plain_minutes(str_slice(s, 0, sign));
	if (sign == SIZE_MAX || minutes < 0)
		return minutes;
	int zone = plain_minutes(str_slice(s, sign + 1, s.n));
	return zone < 0 ? -1 : wrap(minutes - (s.p[sign] == '+' ? zone : -zone) + offset);
}

static str zone_text(struct arena *arena, int offset)
{
	int size = offset < 0 ? -offset : offset;
	return arena_printf(arena, "%c%02d:%02d", offset < 0 ? '-' : '+', size / 60, size % 60);
}

str time_write(struct arena *arena, int minutes, enum time_format format, int offset)
{
	if (format == FORMAT_UTC) {
		minutes = wrap(minutes - offset);
		return arena_printf(arena, "%02d:%02dZ", minutes / 60, minutes % 60);
	}
	str zone = format == FORMAT_OFFSET ? zone_text(arena, offset) : S("");
	return arena_printf(arena, "%02d:%02d%.*s", minutes / 60, minutes % 60, STR_ARG(zone));
}

/* Where the zone of a time begins: at its end when there is none. */
static size_t zone_at(str time)
{
	for (size_t i = 0; i < time.n; i++)
		if (time.p[i] == 'Z' || time.p[i] == '+' || time.p[i] == '-')
			return i;
	return time.n;
}

/* A moment, told in the offset of the reader. */
static bool split_moment(str s, int offset, int64_t *ret_days, int *ret_minutes)
{
	size_t t = str_find_byte(s, 'T');
	if (t == SIZE_MAX || !date_parse(str_slice(s, 0, t), ret_days))
		return false;
	str time = str_slice(s, t + 1, s.n);
	size_t zone = zone_at(time);
	if (zone < 5 || time.p[2] != ':')
		return false;
	int minutes = plain_minutes(str_slice(time, 0, zone));
	if (minutes < 0 || minutes > DAY_MINUTES)
		return false;
	if (zone < time.n) {
		int east = 0;
		if (time.p[zone] != 'Z')
			east = plain_minutes(str_slice(time, zone + 1, time.n));
		if (east < 0)
			return false;
		minutes += offset - (time.p[zone] == '-' ? -east : east);
	}
	int64_t days = minutes < 0 ? -1 : minutes / DAY_MINUTES;
	*ret_days += days;
	*ret_minutes = minutes - (int)days * DAY_MINUTES;
	return true;
}

bool time_split(const struct sheet *sheet, const struct field *field, struct value v,
		int64_t *ret_days, int *ret_minutes)
{
	str text = value_text(v);
	*ret_days = 0;
	*ret_minutes = 0;
	switch (field->subtype) {
	case SUBTYPE_DATE:
		return date_parse(text, ret_days);
	case SUBTYPE_TIME:
		*ret_minutes = time_minutes(text, sheet->env->offset);
		return text.n && *ret_minutes >= 0;
	case SUBTYPE_DATETIME:
		return split_moment(text, sheet->env->offset, ret_days, ret_minutes);
	}
	return false;
}

str time_join(struct sheet *sheet, const struct field *field, int64_t days, int minutes)
{
	int offset = sheet->env->offset;
	if (field->subtype == SUBTYPE_DATE)
		return date_format(sheet->arena, days);
	str time = time_write(sheet->arena, minutes, field->time_format, offset);
	if (field->subtype == SUBTYPE_TIME)
		return time;
	if (field->time_format == FORMAT_UTC && minutes - offset < 0)
		days--;
	else if (field->time_format == FORMAT_UTC && minutes - offset >= DAY_MINUTES)
		days++;
	return arena_printf(sheet->arena, "%.*sT%.*s", STR_ARG(date_format(sheet->arena, days)),
			    STR_ARG(time));
}

struct value time_normal(const struct sheet *sheet, const struct field *field, struct value v)
{
	int64_t days;
	int minutes;
	if (!time_split(sheet, field, v, &days, &minutes))
		return value_null();
	return value_str(time_join((struct sheet *)sheet, field, days, minutes));
}
