#include "cases/room.h"

#include <sodium.h>

enum err number_next(struct ctx *ctx, struct db *db, str counter, int64_t *ret_n)
{
	return db_int(ctx, db, 0, ret_n,
		      SQL("INSERT INTO counter (name, n) VALUES ($1, 1)"
			  " ON CONFLICT (name) DO UPDATE SET n = counter.n + 1 RETURNING n"),
		      counter);
}

struct pattern {
	const struct organisation *organisation;
	struct civil at;
	int64_t n;
};

/* "000.03.15.H17" → "H17.15.03.000". */
static void write_turned(struct buf *out, str code)
{
	while (!str_empty(code)) {
		size_t dot = code.n;
		while (dot > 0 && code.p[dot - 1] != '.')
			dot--;
		buf_str(out, str_slice(code, dot, code.n));
		if (dot > 0)
			buf_byte(out, '.');
		code = str_slice(code, 0, dot > 0 ? dot - 1 : 0);
	}
}

static void write_part(struct buf *out, str name, const struct pattern *pattern)
{
	int64_t width = 1;
	if (str_eq(name, S("agency")))
		buf_str(out, pattern->organisation->agency_code);
	else if (str_eq(name, S("agency_turned")))
		write_turned(out, pattern->organisation->agency_code);
	else if (str_eq(name, S("yyyy")))
		buf_printf(out, "%04d", (int)pattern->at.year);
	else if (str_eq(name, S("yy")))
		buf_printf(out, "%02d", (int)pattern->at.year % 100);
	else if (str_eq(name, S("mm")))
		buf_printf(out, "%02d", pattern->at.month);
	else if (str_eq(name, S("dd")))
		buf_printf(out, "%02d", pattern->at.day);
	else if (str_eq(name, S("n")) ||
		 (str_starts(name, S("n:")) && str_int(str_slice(name, 2, name.n), 1, 12, &width)))
		buf_printf(out, "%0*lld", (int)width, (long long)pattern->n);
}

static str write_pattern(struct arena *arena, str text, const struct pattern *pattern)
{
	struct buf out = { .arena = arena };
	for (size_t at = 0; at < text.n;) {
		str rest = str_slice(text, at, text.n);
		size_t close = rest.p[0] == '{' ? str_find_byte(rest, '}') : SIZE_MAX;
		if (close == SIZE_MAX) {
			buf_byte(&out, text.p[at++]);
			continue;
		}
		write_part(&out, str_slice(rest, 1, close), pattern);
		at += close + 1;
	}
	return buf_view(&out);
}

/* The period a number is counted in, as a number that grows: 20150126, 201501, 2015, 0. */
static int64_t period_of(str per, struct civil at)
{
	if (str_eq(per, S("day")))
		return (at.year * INT64_C(100) + at.month) * 100 + at.day;
	if (str_eq(per, S("month")))
		return at.year * INT64_C(100) + at.month;
	return str_eq(per, S("ever")) ? 0 : at.year;
}

static enum err take(struct ctx *ctx, struct cases *cases, struct db *db,
		     const struct organisation *organisation, str name, struct value rule, usec at,
		     struct book_number *ret)
{
	struct civil day = time_civil(at, calendar_zone(cases_calendar(cases)));
	struct pattern pattern = { organisation, day, 0 };
	ret->book = name;
	ret->period = period_of(value_text(value_get(rule, S("per"))), day);
	str counter = arena_printf(ctx->arena, "%.*s %lld %lld", STR_ARG(name),
				   (long long)organisation->id, (long long)ret->period);
	TRY(number_next(ctx, db, counter, &ret->number));
	pattern.n = ret->number;
	ret->text = write_pattern(ctx->arena, value_text(value_get(rule, S("pattern"))), &pattern);
	return OK;
}

enum err number_case(struct ctx *ctx, struct cases *cases, struct db *db,
		     const struct organisation *organisation, usec at, str *ret_code)
{
	struct value rule = value_get(cases_catalogue(cases)->numbering, S("cases"));
	struct value whole = value_map();
	if (rule.kind == VALUE_STRING) {
		value_set(ctx->arena, &whole, S("pattern"), rule);
		value_set(ctx->arena, &whole, S("per"), value_str(S("day")));
		rule = whole;
	}
	struct book_number number;
	if (str_empty(value_text(value_get(rule, S("pattern")))))
		return fail(ctx, ERR_INVALID, "numbering.json: there is no pattern for case codes");
	TRY(take(ctx, cases, db, organisation, S("cases"), rule, at, &number));
	*ret_code = number.text;
	return OK;
}

enum err number_book(struct ctx *ctx, struct cases *cases, struct db *db,
		     const struct organisation *organisation, str book, usec at,
		     struct book_number *ret_number)
{
	struct value books = value_get(cases_catalogue(cases)->numbering, S("books"));
	const struct value *rule = value_find(books, book);
	if (!rule)
		return fail(ctx, ERR_INVALID, "numbering.json: there is no book “%.*s”",
			    STR_ARG(book));
	return take(ctx, cases, db, organisation, book, *rule, at, ret_number);
}

str case_keyed_code(const struct cases *cases, struct arena *arena, str what, size_t n)
{
	/* No letters that are read aloud or written alike. */
	static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	unsigned char hash[32];
	crypto_generichash(hash, sizeof hash, (const unsigned char *)what.p, what.n, cases->secret,
			   sizeof cases->secret);
	char *code = arena_alloc(arena, n + 1);
	for (size_t i = 0; i < n; i++)
		code[i] = letters[hash[i % sizeof hash] % (sizeof letters - 1)];
	code[n] = '\0';
	return str_of(code, n);
}

str case_pin(const struct cases *cases, struct arena *arena, str code)
{
	str what = arena_printf(arena, "pin %.*s", STR_ARG(code));
	unsigned char hash[16];
	uint64_t n;
	crypto_generichash(hash, sizeof hash, (const unsigned char *)what.p, what.n, cases->secret,
			   sizeof cases->secret);
	memcpy(&n, hash, sizeof n);
	return arena_printf(arena, "%08llu", (unsigned long long)(n % 100000000));
}

enum { RATING_KEY = 12 };

static str rating_key(const struct cases *cases, struct arena *arena, str code)
{
	return case_keyed_code(cases, arena, arena_printf(arena, "rating %.*s", STR_ARG(code)),
			       RATING_KEY);
}

str case_rating_path(const struct cases *cases, struct arena *arena, str code)
{
	return arena_printf(arena, "/danh-gia/%.*s?ma=%.*s", STR_ARG(code),
			    STR_ARG(rating_key(cases, arena, code)));
}

bool case_rating_fits(const struct cases *cases, struct arena *arena, str code, str key)
{
	str right = rating_key(cases, arena, code);
	return key.n == right.n && sodium_memcmp(key.p, right.p, right.n) == 0;
}

enum err case_pin_fits(struct ctx *ctx, struct cases *cases, struct db *db, str code, str pin,
		       bool *ret_fits, int64_t *ret_case_id)
{
	/* The same work whether there is such a case or not. */
	str right = case_pin(cases, ctx->arena, code);
	bool same = right.n == pin.n && sodium_memcmp(right.p, pin.p, pin.n) == 0;
	int64_t id;
	TRY(db_int(ctx, db, 0, &id, SQL("SELECT id FROM case_code WHERE code = $1"), code));
	*ret_fits = same && id;
	*ret_case_id = *ret_fits ? id : 0;
	return OK;
}
