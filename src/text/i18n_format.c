#include "base/buf.h"
#include "text/i18n.h"

static bool is_vietnamese(const struct language *language)
{
	return language && str_eq(language_code(language), S("vi"));
}

/* ---- dates ---- */

static const char *const months[] = {
	"January", "February", "March", "April", "May", "June", "July", "August", "September",
	"October", "November", "December",
};

str language_weekday(const struct language *language, int weekday)
{
	static const char *const vi[] = {
		"thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật",
	};
	static const char *const en[] = {
		"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
	};
	return str_z((is_vietnamese(language) ? vi : en)[weekday - 1]);
}

struct date {
	int32_t year;
	int month, day;
};

static struct date date_of(int64_t days)
{
	struct date d;
	civil_of_days(days, &d.year, &d.month, &d.day);
	return d;
}

str language_date(struct arena *arena, const struct language *language, int64_t days)
{
	struct date d = date_of(days);
	if (is_vietnamese(language))
		return arena_printf(arena, "%02d/%02d/%04d", d.day, d.month, d.year);
	return arena_printf(arena, "%d %.3s %d", d.day, months[d.month - 1], d.year);
}

str language_date_long(struct arena *arena, const struct language *language, int64_t days)
{
	struct date d = date_of(days);
	str weekday = language_weekday(language, weekday_of_days(days));
	if (is_vietnamese(language))
		return arena_printf(arena, "%.*s, %02d/%02d/%04d", STR_ARG(weekday), d.day, d.month,
				    d.year);
	return arena_printf(arena, "%.*s, %d %s %d", STR_ARG(weekday), d.day, months[d.month - 1],
			    d.year);
}

/* As NĐ 30/2020 dates a document: days below 10 and the months 1 and 2 take a leading zero. */
str language_date_words(struct arena *arena, const struct language *language, int64_t days)
{
	struct date d = date_of(days);
	if (!is_vietnamese(language))
		return arena_printf(arena, "%d %s %d", d.day, months[d.month - 1], d.year);
	return arena_printf(arena, "ngày %02d tháng %0*d năm %d", d.day, d.month <= 2 ? 2 : 1,
			    d.month, d.year);
}

str language_time(struct arena *arena, const struct language *language, usec at, int offset)
{
	struct civil c = time_civil(at, offset);
	return arena_printf(arena, "%02d:%02d", c.hour, c.minute);
}

str language_date_time(struct arena *arena, const struct language *language, usec at, int offset)
{
	struct civil c = time_civil(at, offset);
	str date = language_date(arena, language, days_of_civil(c.year, c.month, c.day));
	if (is_vietnamese(language))
		return arena_printf(arena, "%02d:%02d, %.*s", c.hour, c.minute, STR_ARG(date));
	return arena_printf(arena, "%.*s, %02d:%02d", STR_ARG(date), c.hour, c.minute);
}

/* ---- numbers ---- */

/* Groups the digits before the point by three; numbers with an exponent are left alone. */
static str grouped(struct arena *arena, const struct language *language, str plain)
{
	struct buf out = { .arena = arena };
	bool vi = is_vietnamese(language);
	if (str_find_byte(plain, 'E') != SIZE_MAX)
		return plain;
	if (plain.n && plain.p[0] == '-') {
		buf_byte(&out, '-');
		plain = str_slice(plain, 1, plain.n);
	}
	size_t whole = str_find_byte(plain, '.');
	if (whole == SIZE_MAX)
		whole = plain.n;
	for (size_t i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0)
			buf_byte(&out, vi ? '.' : ',');
		buf_byte(&out, plain.p[i]);
	}
	if (whole < plain.n) {
		buf_byte(&out, vi ? ',' : '.');
		buf_str(&out, str_slice(plain, whole + 1, plain.n));
	}
	return buf_view(&out);
}

str language_number(struct arena *arena, const struct language *language, struct decimal n)
{
	return grouped(arena, language, decimal_text(arena, decimal_normal(n)));
}

#define NO_BREAK_SPACE "\xc2\xa0"

str language_money(struct arena *arena, const struct language *language, int64_t dong)
{
	str n = grouped(arena, language, decimal_text(arena, decimal_of(dong)));
	if (is_vietnamese(language))
		return arena_printf(arena, "%.*s" NO_BREAK_SPACE "đ", STR_ARG(n));
	return arena_printf(arena, "VND" NO_BREAK_SPACE "%.*s", STR_ARG(n));
}

str language_percent(struct arena *arena, const struct language *language, struct decimal percent)
{
	str n = language_number(arena, language, percent);
	return arena_printf(arena, is_vietnamese(language) ? "%.*s" NO_BREAK_SPACE "%%" : "%.*s%%",
			    STR_ARG(n));
}

/* ---- spans and sizes ---- */

static str some_of(struct arena *arena, const struct language *language, int64_t n, int unit)
{
	static const char *const vi[] = { "ngày", "giờ", "phút", "giây" };
	static const char *const en[] = { "day", "hour", "minute", "second" };
	if (is_vietnamese(language))
		return arena_printf(arena, "%lld %s", (long long)n, vi[unit]);
	return arena_printf(arena, "%lld %s%s", (long long)n, en[unit], n == 1 ? "" : "s");
}

str language_duration(struct arena *arena, const struct language *language, usec span)
{
	static const int64_t seconds[] = { 86400, 3600, 60, 1 };
	uint64_t whole = span < 0 ? 0 - (uint64_t)span : (uint64_t)span;
	int64_t rest = (int64_t)(whole / USEC_SECOND);
	str sign = span < 0 && rest ? S("-") : S("");
	int unit = 0;
	while (unit < 3 && rest < seconds[unit])
		unit++;
	str first = some_of(arena, language, rest / seconds[unit], unit);
	int64_t left = unit < 2 ? rest % seconds[unit] / seconds[unit + 1] : 0;
	if (left == 0)
		return arena_join(arena, (str[]){ sign, first }, 2);
	str second = some_of(arena, language, left, unit + 1);
	return arena_join(arena, (str[]){ sign, first, S(" "), second }, 4);
}

str language_bytes(struct arena *arena, const struct language *language, int64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	int64_t unit = 1000;
	int name = 0;
	if (bytes < 1000)
		return arena_printf(arena, "%lld" NO_BREAK_SPACE "B", (long long)bytes);
	for (; bytes / unit >= 1000; unit *= 1000)
		name++;
	/* One digit after the point where there is one before it. */
	int64_t whole = bytes / unit, part = bytes % unit / (unit / 100);
	int64_t tenths = whole * 10 + (part + 5) / 10;
	if (whole >= 10 || tenths % 10 == 0)
		return arena_printf(arena, "%lld" NO_BREAK_SPACE "%s",
				    (long long)(whole + (part >= 50)), units[name]);
	return arena_printf(arena, "%lld%c%d" NO_BREAK_SPACE "%s", (long long)(tenths / 10),
			    is_vietnamese(language) ? ',' : '.', (int)(tenths % 10), units[name]);
}
