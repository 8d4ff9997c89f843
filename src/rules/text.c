#include "rules/eval.h"
#include "rules/temporal.h"

/* ---- values as text ---- */

/* Beyond these a text is cut off: nobody reads it, and values may share parts without end. */
enum { TEXT_DEPTH = 100, TEXT_BYTES = 4 << 20 };

static void write_literal(struct buf *out, struct value v, uint32_t depth);

static void write_quoted(struct buf *out, str s)
{
	buf_byte(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_byte(out, '\\');
		buf_byte(out, s.p[i]);
	}
	buf_byte(out, '"');
}

static void write_number(struct buf *out, struct decimal d)
{
	char text[96];
	if (decimal_is_small(d)) {
		buf_int(out, (int64_t)d.low);
		return;
	}
	size_t n = decimal_format(decimal_normal(d), text, sizeof text);
	buf_bytes(out, text, n);
}

/* A key that is a plain name needs no quotes. */
static bool is_plain_key(str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (strchr("{}:,\"\\\n", key.p[i]))
			return false;
	return key.n > 0;
}

static void write_list(struct buf *out, struct value v, uint32_t depth)
{
	buf_byte(out, '[');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			buf_str(out, S(", "));
		write_literal(out, v.items[i], depth);
	}
	buf_byte(out, ']');
}

static void write_context(struct buf *out, struct value v, uint32_t depth)
{
	buf_byte(out, '{');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			buf_str(out, S(", "));
		if (is_plain_key(v.members[i].key))
			buf_str(out, v.members[i].key);
		else
			write_quoted(out, v.members[i].key);
		buf_str(out, S(": "));
		write_literal(out, v.members[i].value, depth);
	}
	buf_byte(out, '}');
}

static void write_range(struct buf *out, const struct feel_range *r, uint32_t depth)
{
	if (r->has_low && r->has_high && !r->unequal && !r->equal) {
		buf_byte(out, r->low_closed ? '[' : '(');
		write_literal(out, r->low, depth);
		buf_str(out, S(".."));
		write_literal(out, r->high, depth);
		buf_byte(out, r->high_closed ? ']' : ')');
		return;
	}
	buf_byte(out, '(');
	if (r->unequal)
		buf_str(out, S("!="));
	else if (r->equal)
		buf_byte(out, '=');
	else if (r->has_low)
		buf_str(out, r->low_closed ? S(">=") : S(">"));
	else
		buf_str(out, r->high_closed ? S("<=") : S("<"));
	write_literal(out, r->has_low ? r->low : r->high, depth);
	buf_byte(out, ')');
}

static void write_literal(struct buf *out, struct value v, uint32_t depth)
{
	if (depth > TEXT_DEPTH || out->n > TEXT_BYTES)
		return;
	switch (v.kind) {
	case VALUE_NULL:
		buf_str(out, S("null"));
		break;
	case VALUE_BOOL:
		buf_str(out, v.boolean ? S("true") : S("false"));
		break;
	case VALUE_NUMBER:
		write_number(out, v.number);
		break;
	case VALUE_STRING:
		write_quoted(out, value_text(v));
		break;
	case VALUE_LIST:
		write_list(out, v, depth + 1);
		break;
	case VALUE_MAP:
		write_context(out, v, depth + 1);
		break;
	case VALUE_RANGE:
		write_range(out, v.object, depth + 1);
		break;
	case VALUE_FUNCTION:
		buf_str(out, S("function"));
		break;
	default:
		temporal_write(out, v);
	}
}

str feel_to_literal(struct arena *arena, struct value v)
{
	struct buf out = { .arena = arena };
	if (v.kind == VALUE_STRING)
		return value_text(v);
	write_literal(&out, v, 0);
	return buf_view(&out);
}

str feel_to_string(struct arena *arena, struct value v)
{
	return value_is_null(v) ? S("") : feel_to_literal(arena, v);
}

/* ---- values as data ---- */

/* Values may share parts, so that a small one looks as large as you like once it is copied or
 * written: what has more parts than this is no data. */
enum { DATA_PARTS = 1000000, DATA_DEPTH = 500 };

static bool is_within(struct value v, uint32_t *left, uint32_t depth)
{
	if (depth == 0 || *left == 0)
		return false;
	--*left;
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		if (!is_within(v.items[i], left, depth - 1))
			return false;
	for (uint32_t i = 0; v.kind == VALUE_MAP && i < v.n; i++)
		if (!is_within(v.members[i].value, left, depth - 1))
			return false;
	return true;
}

static bool is_data(struct value v)
{
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		if (!is_data(v.items[i]))
			return false;
	for (uint32_t i = 0; v.kind == VALUE_MAP && i < v.n; i++)
		if (!is_data(v.members[i].value))
			return false;
	return v.kind < VALUE_DATE;
}

static struct value as_data(struct arena *arena, struct value v)
{
	struct value copy = v;
	if (v.kind == VALUE_FUNCTION)
		return value_null();
	if (v.kind >= VALUE_DATE)
		return value_str(feel_to_literal(arena, v));
	if (v.kind != VALUE_LIST && v.kind != VALUE_MAP)
		return v;
	copy.n = 0;
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		value_push(arena, &copy, as_data(arena, v.items[i]));
	for (uint32_t i = 0; v.kind == VALUE_MAP && i < v.n; i++)
		value_append(arena, &copy, v.members[i].key, as_data(arena, v.members[i].value));
	return copy;
}

bool value_is_bounded(struct value v)
{
	uint32_t left = DATA_PARTS;
	return (v.kind != VALUE_LIST && v.kind != VALUE_MAP) || is_within(v, &left, DATA_DEPTH);
}

struct value feel_to_data(struct arena *arena, struct value v)
{
	if (!value_is_bounded(v))
		return value_null();
	return is_data(v) ? v : as_data(arena, v);
}
