#include "base/buf.h"
#include "rules/builtin.h"
#include "rules/regex.h"

/* A compiled pattern with the places of its matches; false where the pattern is faulty. */
struct pattern {
	const struct regex *re;
	size_t *slots;
};

static bool compile(struct run *run, str pattern, struct value flags, struct pattern *ret_p)
{
	ret_p->re = run->prepared;
	run->prepared = NULL;
	if (!ret_p->re && !regex_compile(run, pattern, value_text(flags), &ret_p->re)) {
		run_null(run, "This is no regular expression", pattern);
		return false;
	}
	ret_p->slots = arena_alloc(run->arena, ret_p->re->slots * sizeof(size_t));
	return true;
}

static struct value call_matches(struct run *run, const struct value *args, uint32_t n)
{
	struct pattern p;
	if (!compile(run, value_text(args[1]), args[2], &p))
		return value_null();
	bool found = regex_search(run, p.re, value_text(args[0]), 0, p.slots);
	return run->exhausted ? value_null() : value_bool(found);
}

/* A pattern that is a constant is compiled once. It is always the second argument, the flags
 * the last. */
static const void *prepare_pattern(struct run *run, const struct node *call)
{
	const struct regex *re;
	const struct node *pattern = call->items[1], *flags = call->items[call->n - 1];
	if (!pattern || pattern->kind != NODE_CONSTANT || pattern->constant.kind != VALUE_STRING ||
	    (flags && flags->kind != NODE_CONSTANT))
		return NULL;
	str letters = flags ? value_text(flags->constant) : S("");
	return regex_compile(run, value_text(pattern->constant), letters, &re) ? re : NULL;
}

static bool is_digit(str s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

/* Writes the group after '$': as many digits as make a group that there is. A group that there
 * is not, or that took no part, is empty. Returns where it ends; 0 where no digit follows. */
static size_t write_group(struct buf *out, const struct pattern *p, str text, str with, size_t at)
{
	if (!is_digit(with, at))
		return 0;
	size_t group = (size_t)(with.p[at++] - '0');
	while (is_digit(with, at) && group * 10 + (size_t)(with.p[at] - '0') <= p->re->groups)
		group = group * 10 + (size_t)(with.p[at++] - '0');
	if (group <= p->re->groups && p->slots[group * 2] != SIZE_MAX &&
	    p->slots[group * 2 + 1] != SIZE_MAX)
		buf_str(out, str_slice(text, p->slots[group * 2], p->slots[group * 2 + 1]));
	return at;
}

/* `with` for one match. False where a '$' or '\' in it has no meaning. */
static bool write_replacement(struct buf *out, const struct pattern *p, str text, str with)
{
	for (size_t at = 0; at < with.n;) {
		char c = with.p[at];
		if (c == '$') {
			at = write_group(out, p, text, with, at + 1);
			if (!at)
				return false;
		} else if (c == '\\') {
			if (at + 1 >= with.n || (with.p[at + 1] != '\\' && with.p[at + 1] != '$'))
				return false;
			buf_byte(out, with.p[at + 1]);
			at += 2;
		} else {
			buf_byte(out, c);
			at++;
		}
	}
	return true;
}

static struct value call_replace(struct run *run, const struct value *args, uint32_t n)
{
	str text = value_text(args[0]), with = value_text(args[2]);
	struct buf out = { .arena = run->arena };
	struct pattern p;
	size_t at = 0;
	if (!compile(run, value_text(args[1]), args[3], &p))
		return value_null();
	bool literal = str_find_byte(value_text(args[3]), 'q') != SIZE_MAX;
	while (regex_search(run, p.re, text, at, p.slots)) {
		if (p.slots[0] == p.slots[1])
			return run_null(run, "The pattern matches nothing at all", S(""));
		if (!run_room(run, out.n + (p.slots[1] - at) + with.n * (text.n + 1)))
			return value_null();
		buf_str(&out, str_slice(text, at, p.slots[0]));
		if (literal)
			buf_str(&out, with);
		else if (!write_replacement(&out, &p, text, with))
			return run_null(run, "The replacement is faulty", with);
		at = p.slots[1];
	}
	if (run->exhausted)
		return value_null();
	if (at == 0)
		return args[0];
	buf_str(&out, str_slice(text, at, text.n));
	return value_str(buf_view(&out));
}

static struct value call_split(struct run *run, const struct value *args, uint32_t n)
{
	str text = value_text(args[0]);
	struct value list = value_list();
	struct pattern p;
	size_t at = 0;
	if (!compile(run, value_text(args[1]), args[2], &p))
		return value_null();
	while (regex_search(run, p.re, text, at, p.slots)) {
		if (p.slots[0] == p.slots[1])
			return run_null(run, "The delimiter matches nothing at all", S(""));
		value_push(run->arena, &list, value_str(str_slice(text, at, p.slots[0])));
		at = p.slots[1];
	}
	value_push(run->arena, &list, value_str(str_slice(text, at, text.n)));
	return run->exhausted ? value_null() : list;
}

/* All matches. */
static struct value call_extract(struct run *run, const struct value *args, uint32_t n)
{
	str text = value_text(args[0]);
	struct value list = value_list();
	struct pattern p;
	if (!compile(run, value_text(args[1]), args[2], &p))
		return value_null();
	for (size_t at = 0; at <= text.n && regex_search(run, p.re, text, at, p.slots);) {
		if (p.slots[0] == p.slots[1])
			return run_null(run, "The pattern matches nothing at all", S(""));
		value_push(run->arena, &list,
			   value_str(str_slice(text, p.slots[0], p.slots[1])));
		at = p.slots[1];
	}
	return run->exhausted ? value_null() : list;
}

const struct builtin builtins_pattern[] = {
	{ "matches", "input,pattern,flags", "sss?", call_matches, false, prepare_pattern },
	{ "replace", "input,pattern,replacement,flags", "ssss?", call_replace, false, prepare_pattern },
	{ "split", "string,delimiter,flags", "sss?", call_split, false, prepare_pattern },
	{ "extract", "string,pattern,flags", "sss?", call_extract, false, prepare_pattern },
	{ NULL, NULL, NULL, NULL, false },
};
