#include "flow/room.h"

static bool take_number(str *text, int64_t *ret_n)
{
	size_t n = 0;

	while (n < text->n && text->p[n] >= '0' && text->p[n] <= '9')
		n++;
	if (n == 0 || n > 9 || !str_int(str_slice(*text, 0, n), 0, 999999999, ret_n))
		return false;
	*text = str_slice(*text, n, text->n);
	return true;
}

/* ".25" of a second. */
static usec take_fraction(str *text)
{
	usec fraction = 0, unit = USEC_SECOND / 10;
	size_t n = 1;

	if (text->n < 2 || (text->p[0] != '.' && text->p[0] != ','))
		return 0;
	for (; n < text->n && text->p[n] >= '0' && text->p[n] <= '9'; n++, unit /= 10)
		fraction += (text->p[n] - '0') * unit;
	*text = str_slice(*text, n, text->n);
	return fraction;
}

/* Units must come in this order, each at most once. */
static bool take_units(str *text, const char *units, const usec *sizes, struct timer_span *span)
{
	bool any = false;

	while (text->n && *text->p >= '0' && *text->p <= '9') {
		int64_t n;

		if (!take_number(text, &n))
			return false;
		usec fraction = take_fraction(text);
		const char *unit = text->n ? strchr(units, *text->p) : NULL;

		if (!unit || !*unit || (fraction && *unit != 'S'))
			return false;
		usec size = sizes[unit - units];

		/* A thousand years are enough, and nothing can overflow. */
		if (n > (size < 0 ? 12000 / -size : 365000 * USEC_DAY / size))
			return false;
		if (size < 0)
			span->months += n * -size;
		else
			span->rest += n * size + fraction;
		sizes += unit - units + 1;
		units = unit + 1;
		*text = str_slice(*text, 1, text->n);
		any = true;
	}
	return any;
}

bool timer_parse_duration(str text, struct timer_span *ret_span)
{
	/* Months, which differ in length, are counted as such: negative here. */
	static const usec day_sizes[] = { -12, -1, 7 * USEC_DAY, USEC_DAY };
	static const usec time_sizes[] = { USEC_HOUR, USEC_MINUTE, USEC_SECOND };
	struct timer_span span = { 0 };
	bool any = false;

	if (!text.n || *text.p != 'P')
		return false;
	text = str_slice(text, 1, text.n);
	if (text.n && *text.p != 'T') {
		if (!take_units(&text, "YMWD", day_sizes, &span))
			return false;
		any = true;
	}
	if (text.n && *text.p == 'T') {
		text = str_slice(text, 1, text.n);
		if (!take_units(&text, "HMS", time_sizes, &span))
			return false;
		any = true;
	}
	*ret_span = span;
	return any && text.n == 0;
}

bool timer_parse_date(str text, int offset, usec *ret_at)
{
	int64_t days;
	char with_zone[64];

	if (time_parse(text, ret_at))
		return true;
	if (text.n + 2 < sizeof(with_zone) && str_find_byte(text, 'T') != SIZE_MAX) {
		memcpy(with_zone, text.p, text.n);
		/* Hours and minutes without seconds are what people write. */
		str clock = str_slice(text, str_find_byte(text, 'T') + 1, text.n);
		const char *rest = clock.n == 5 ? ":00Z" : "Z";

		if (text.n + strlen(rest) >= sizeof(with_zone))
			return false;
		memcpy(with_zone + text.n, rest, strlen(rest));
		if (!time_parse(str_of(with_zone, text.n + strlen(rest)), ret_at))
			return false;
	} else if (date_parse(text, &days)) {
		*ret_at = days * USEC_DAY;
	} else {
		return false;
	}
	*ret_at -= offset * USEC_MINUTE;
	return true;
}

bool timer_parse_cycle(str text, int offset, int64_t *ret_count, usec *ret_start,
		       struct timer_span *ret_span)
{
	str head, middle, tail;

	*ret_start = 0;
	*ret_count = -1;
	if (!str_next(&text, '/', &head) || head.n == 0 || *head.p != 'R')
		return false;
	head = str_slice(head, 1, head.n);
	if (head.n && !str_eq(head, S("-1")) && !str_int(head, 0, 1000000, ret_count))
		return false;
	if (!str_next(&text, '/', &middle))
		return false;
	if (!str_next(&text, '/', &tail))
		return timer_parse_duration(middle, ret_span);
	if (timer_parse_duration(middle, ret_span) || text.n)
		return false;
	return timer_parse_date(middle, offset, ret_start) && timer_parse_duration(tail, ret_span);
}

usec timer_add(usec at, struct timer_span span, int offset)
{
	if (span.months) {
		struct civil c = time_civil(at, offset);
		int64_t month = c.year * INT64_C(12) + c.month - 1 + span.months;

		if (month > INT64_C(12) * 9999)
			return at;
		c.year = (int32_t)(month / 12);
		c.month = (int)(month % 12) + 1;
		while (!date_exists(c.year, c.month, c.day))
			c.day--;
		at = time_of_civil(c, offset);
	}
	return at + span.rest;
}
