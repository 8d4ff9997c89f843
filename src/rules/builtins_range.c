#include "rules/builtin.h"
#include "rules/eval.h"
#include "rules/lexer.h"

/*
 * The relations between points and ranges (Allen's intervals). Every argument is made a range: a
 * point is the range from itself to itself. What stays is comparing ends, where "open" moves an
 * end by less than anything that can be measured.
 */

/* One end: its value, and -1, 0 or 1 for a little before, at, or a little after it. An end that
 * is absent is beyond everything. */
struct end {
	struct value v;
	int nudge, beyond;
};

struct span {
	struct end low, high;
	bool point;
};

static struct span span_of(struct value v)
{
	if (v.kind != VALUE_RANGE)
		return (struct span){ { v, 0, 0 }, { v, 0, 0 }, true };
	const struct feel_range *r = v.object;
	struct span s = {
		.low = { r->low, r->low_closed ? 0 : 1, 0 },
		.high = { r->high, r->high_closed ? 0 : -1, 0 },
	};
	if (!r->has_low)
		s.low = (struct end){ .beyond = -1 };
	if (!r->has_high)
		s.high = (struct end){ .beyond = 1 };
	return s;
}

static bool end_order(struct run *run, struct end a, struct end b, int *ret_order)
{
	if (a.beyond || b.beyond) {
		*ret_order = (a.beyond > b.beyond) - (a.beyond < b.beyond);
		return true;
	}
	if (!value_order(run, a.v, b.v, ret_order))
		return false;
	if (*ret_order == 0)
		*ret_order = (a.nudge > b.nudge) - (a.nudge < b.nudge);
	return true;
}

/* The four comparisons everything is made of. */
struct relation {
	struct span a, b;
	int lows, highs;  /* low of a against low of b; high against high */
	int a_high_b_low; /* high of a against low of b */
	int b_high_a_low;
};

static bool relate(struct run *run, const struct value *args, struct relation *r)
{
	r->a = span_of(args[0]);
	r->b = span_of(args[1]);
	if (end_order(run, r->a.low, r->b.low, &r->lows) &&
	    end_order(run, r->a.high, r->b.high, &r->highs) &&
	    end_order(run, r->a.high, r->b.low, &r->a_high_b_low) &&
	    end_order(run, r->b.high, r->a.low, &r->b_high_a_low))
		return true;
	run_null(run, "These cannot be compared", S(""));
	return false;
}

enum shape { POINTS = 1, POINT_RANGE = 2, RANGE_POINT = 4, RANGES = 8, ANY_SHAPE = 15 };

static bool has_shape(const struct value *args, unsigned shapes)
{
	bool a = args[0].kind == VALUE_RANGE, b = args[1].kind == VALUE_RANGE;
	return shapes & (a ? b ? RANGES : RANGE_POINT : b ? POINT_RANGE : POINTS);
}

static bool ready(struct run *run, const struct value *args, unsigned shapes, struct relation *r)
{
	if (value_is_null(args[0]) || value_is_null(args[1]) || !has_shape(args, shapes)) {
		run_null(run, "These are not the points or ranges the function takes", S(""));
		return false;
	}
	return relate(run, args, r);
}

/* Whether two ends are the same, open or closed alike. */
static bool same_end(struct run *run, struct end a, struct end b)
{
	int order;
	return end_order(run, a, b, &order) && order == 0;
}

static bool touches(struct run *run, struct end high, struct end low)
{
	int order;
	return !high.beyond && !low.beyond && high.nudge == 0 && low.nudge == 0 &&
	       value_order(run, high.v, low.v, &order) && order == 0;
}

static struct value call_before(struct run *run, const struct value *args, uint32_t n)
{
	struct relation r;
	if (!ready(run, args, ANY_SHAPE, &r))
		return value_null();
	return value_bool(r.a_high_b_low < 0);
}

static struct value call_after(struct run *run, const struct value *args, uint32_t n)
{
	struct relation r;
	if (!ready(run, args, ANY_SHAPE, &r))
		return value_null();
	return value_bool(r.b_high_a_low < 0);
}

static struct value call_meets(struct run *run, const struct value *args, uint32_t n)
{
	struct relation r;
	if (!ready(run, args, RANGES, &r))
		return value_null();
	return value_bool(touches(run, r.a.high, r.b.low));
}

static struct value call_met_by(struct run *run, const struct value *args, uint32_t n)
{
	return call_meets(run, (struct value[]){ args[1], args[0] }, n);
}

static struct value call_overlaps(struct run *run, const struct value *args, uint32_t n)
{
	struct relation r;
	if (!ready(run, args, RANGES, &r))
		return value_null();
	return value_bool(r.a_high_b_low >= 0 && r.b_high_a_low >= 0);
}

static struct value call_overlaps_before(struct run *run, const struct value *args, uint32_t n)
{
	struct relation r;
	if (!ready(run, args, RANGES, &r))
		return value_null();
	return value_bool(r.lows < 0 && r.a_high_b_low >= 0 && r.highs <= 0);
}

static struct value call_overlaps_after(struct run *run, const struct value *args, uint32_t n)
{
	return call_overlaps_before(run, (struct value[]){ args[1], args[0] }, n);
}

static struct value call_finishes(struct run *run, const struct value *args, uint32_t n)
{
	struct relation r;
	if (!ready(run, args, POINT_RANGE | RANGES, &r))
		return value_null();
	return value_bool(same_end(run, r.a.high, r.b.high) && r.lows >= 0);
}

static struct value call_finished_by(struct run *run, const struct value *args, uint32_t n)
{
	return call_finishes(run, (struct value[]){ args[1], args[0] }, n);
}

static struct value call_includes(struct run *run, const struct value *args, uint32_t n)
{
	struct relation r;
	if (!ready(run, args, RANGE_POINT | RANGES, &r))
		return value_null();
	return value_bool(r.lows <= 0 && r.highs >= 0);
}

static struct value call_during(struct run *run, const struct value *args, uint32_t n)
{
	return call_includes(run, (struct value[]){ args[1], args[0] }, n);
}

static struct value call_starts(struct run *run, const struct value *args, uint32_t n)
{
	struct relation r;
	if (!ready(run, args, POINT_RANGE | RANGES, &r))
		return value_null();
	return value_bool(same_end(run, r.a.low, r.b.low) && r.highs <= 0);
}

static struct value call_started_by(struct run *run, const struct value *args, uint32_t n)
{
	return call_starts(run, (struct value[]){ args[1], args[0] }, n);
}

static struct value call_coincides(struct run *run, const struct value *args, uint32_t n)
{
	struct relation r;
	if (!ready(run, args, POINTS | RANGES, &r))
		return value_null();
	return value_bool(r.lows == 0 && r.highs == 0);
}

/* ---- range("[1..5]") ---- */

static str trimmed(str s)
{
	uint32_t code;
	while (s.n && utf8_decode(s, 0, &code) && is_feel_blank(code))
		s = str_slice(s, utf8_decode(s, 0, &code), s.n);
	return str_trim(s);
}

/* One end that is written down as a literal; false for anything that must be worked out. */
static bool literal_end(struct run *run, str text, struct value *ret_v)
{
	struct feel *feel;
	struct feel_fault fault;
	if (!feel_parse(run->arena, text, NULL, &feel, &fault) ||
	    feel->root->kind != NODE_CONSTANT)
		return false;
	*ret_v = feel->root->constant;
	return !value_is_null(*ret_v);
}

/* The ".." between the ends: the first outside quotes. */
static size_t find_dots(str s)
{
	bool quoted = false;
	for (size_t i = 0; i + 1 < s.n; i++) {
		quoted ^= s.p[i] == '"';
		if (!quoted && s.p[i] == '.' && s.p[i + 1] == '.')
			return i;
	}
	return SIZE_MAX;
}

/* An end that is open may be left out. */
static bool read_range(struct run *run, str s, struct feel_range *r)
{
	int order;
	s = trimmed(s);
	if (s.n < 4 || !strchr("[(]", s.p[0]) || !strchr("])[", s.p[s.n - 1]))
		return false;
	r->low_closed = s.p[0] == '[';
	r->high_closed = s.p[s.n - 1] == ']';
	str inside = str_slice(s, 1, s.n - 1);
	size_t dots = find_dots(inside);
	if (dots == SIZE_MAX)
		return false;
	str low = trimmed(str_slice(inside, 0, dots));
	str high = trimmed(str_slice(inside, dots + 2, inside.n));
	r->has_low = low.n != 0;
	r->has_high = high.n != 0;
	if (r->has_low ? !literal_end(run, low, &r->low) : r->low_closed)
		return false;
	if (r->has_high ? !literal_end(run, high, &r->high) : r->high_closed)
		return false;
	if (r->has_low && r->has_high)
		return value_order(run, r->low, r->high, &order) && order <= 0;
	struct value only = r->has_low ? r->low : r->high;
	return (r->has_low || r->has_high) && value_order(run, only, only, &order);
}

static struct value call_range(struct run *run, const struct value *args, uint32_t n)
{
	struct feel_range *range = ARENA_NEW(run->arena, struct feel_range);
	if (!run_steps(run, args[0].n) || !read_range(run, value_text(args[0]), range))
		return run_null(run, "This is no range", value_text(args[0]));
	return value_object(VALUE_RANGE, range);
}

#define FIRST "point1|point|range1|range"
#define SECOND "point2|point|range2|range"

const struct builtin builtins_range[] = {
	{ "before", FIRST "," SECOND, "aa", call_before, false },
	{ "after", FIRST "," SECOND, "aa", call_after, false },
	{ "meets", FIRST "," SECOND, "aa", call_meets, false },
	{ "met by", FIRST "," SECOND, "aa", call_met_by, false },
	{ "overlaps", FIRST "," SECOND, "aa", call_overlaps, false },
	{ "overlaps before", FIRST "," SECOND, "aa", call_overlaps_before, false },
	{ "overlaps after", FIRST "," SECOND, "aa", call_overlaps_after, false },
	{ "finishes", FIRST "," SECOND, "aa", call_finishes, false },
	{ "finished by", FIRST "," SECOND, "aa", call_finished_by, false },
	{ "includes", FIRST "," SECOND, "aa", call_includes, false },
	{ "during", FIRST "," SECOND, "aa", call_during, false },
	{ "starts", FIRST "," SECOND, "aa", call_starts, false },
	{ "started by", FIRST "," SECOND, "aa", call_started_by, false },
	{ "coincides", FIRST "," SECOND, "aa", call_coincides, false },
	{ "range", "from", "s", call_range, false },
	{ NULL, NULL, NULL, NULL, false },
};
