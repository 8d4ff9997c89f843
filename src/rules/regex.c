#include "rules/regex_parse.h"

/* A pattern becomes code for a machine that tries alternatives in order. Quantifiers with counts
 * are written out, so the code has a limit. */

enum { CODE_LIMIT = 20000, DEPTH_LIMIT = 100, COUNT_LIMIT = 1000 };

/* ---- code ---- */

static bool grow(struct regex_parser *p, uint32_t more)
{
	struct regex *re = p->re;
	if (re->n + more > CODE_LIMIT)
		return false;
	while (re->n + more > p->room) {
		uint32_t room = p->room ? p->room * 2 : 32;
		re->code = arena_grow(p->run->arena, re->code, p->room * sizeof *re->code,
				      room * sizeof *re->code);
		p->room = room;
	}
	return true;
}

static bool emit(struct regex_parser *p, struct regex_code code)
{
	if (!grow(p, 1))
		return false;
	p->re->code[p->re->n++] = code;
	return true;
}

/* Makes a gap of `n` before `at`; jumps beyond it are moved. */
static bool insert(struct regex_parser *p, uint32_t at, uint32_t n)
{
	struct regex *re = p->re;
	if (!grow(p, n))
		return false;
	memmove(re->code + at + n, re->code + at, (re->n - at) * sizeof *re->code);
	re->n += n;
	for (uint32_t i = at + n; i < re->n; i++) {
		struct regex_code *c = &re->code[i];
		if (c->op == REGEX_SPLIT || c->op == REGEX_JUMP) {
			c->x += c->x >= at ? n : 0;
			c->y += c->op == REGEX_SPLIT && c->y >= at ? n : 0;
		}
	}
	return true;
}

/* Writes a copy of code [from, to) at the end. */
static bool repeat(struct regex_parser *p, uint32_t from, uint32_t to)
{
	uint32_t shift = p->re->n - from;
	if (!grow(p, to - from))
		return false;
	for (uint32_t i = from; i < to; i++) {
		struct regex_code c = p->re->code[i];
		if (c.op == REGEX_SPLIT || c.op == REGEX_JUMP) {
			c.x += shift;
			c.y += shift;
		}
		p->re->code[p->re->n++] = c;
	}
	return true;
}

/* ---- reading ---- */

static bool at_end(const struct regex_parser *p)
{
	return p->at >= p->s.n;
}

static bool looking_at(const struct regex_parser *p, char c)
{
	return !at_end(p) && p->s.p[p->at] == c;
}

static bool take(struct regex_parser *p, char c)
{
	if (!looking_at(p, c))
		return false;
	p->at++;
	return true;
}

static bool take_code(struct regex_parser *p, uint32_t *ret_code)
{
	size_t n = p->at < p->s.n ? utf8_decode(p->s, p->at, ret_code) : 0;
	p->at += n;
	return n != 0;
}

/* ---- classes ---- */

static const struct regex_set *parse_class(struct regex_parser *p);

/* \p{…}: the braces and what is between. */
static const struct regex_set *parse_property(struct regex_parser *p, bool negated)
{
	if (!take(p, '{'))
		return NULL;
	size_t close = str_find_byte(str_slice(p->s, p->at, p->s.n), '}');
	if (close == SIZE_MAX)
		return NULL;
	str name = str_slice(p->s, p->at, p->at + close);
	p->at += close + 1;
	return regex_set_property(p, name, negated);
}

/* After a backslash: a set, or a single character. False for anything else. */
static bool parse_escape(struct regex_parser *p, const struct regex_set **ret_set,
			 uint32_t *ret_code)
{
	static const char from[] = "nrt\\|.?*+(){}$-[]^", to[] = "\n\r\t\\|.?*+(){}$-[]^";
	*ret_set = NULL;
	if (p->at >= p->s.n || p->s.p[p->at] == '\0')
		return false;
	char c = p->s.p[p->at++];
	if (c == 'p' || c == 'P')
		return (*ret_set = parse_property(p, c == 'P')) != NULL;
	if (strchr("dDsSwWiIcC", c))
		return (*ret_set = regex_set_escape(p, c)) != NULL;
	const char *found = strchr(from, c);
	if (!found)
		return false;
	*ret_code = (uint32_t)to[found - from];
	return true;
}

/* One character, or an escaped one, of a class. */
static bool parse_class_end(struct regex_parser *p, const struct regex_set **ret_set,
			    uint32_t *ret_code)
{
	*ret_set = NULL;
	if (at_end(p))
		return false;
	if (p->s.p[p->at] == '\\') {
		p->at++;
		return parse_escape(p, ret_set, ret_code);
	}
	if (p->s.p[p->at] == '[')
		return false;
	return take_code(p, ret_code);
}

static bool parse_class_item(struct regex_parser *p, struct regex_set *set)
{
	const struct regex_set *inner;
	uint32_t low, high;
	if (!parse_class_end(p, &inner, &low))
		return false;
	if (inner) {
		regex_set_add(p, set, (struct regex_item){ .inner = inner });
		return true;
	}
	high = low;
	bool dash = looking_at(p, '-') && p->at + 1 < p->s.n && p->s.p[p->at + 1] != ']' &&
		    p->s.p[p->at + 1] != '[';
	if (dash) {
		p->at++;
		if (!parse_class_end(p, &inner, &high) || inner || high < low)
			return false;
	}
	regex_set_add(p, set, (struct regex_item){ .low = low, .high = high });
	return true;
}

/* After '['. */
static const struct regex_set *parse_class(struct regex_parser *p)
{
	struct regex_set *set = regex_set_new(p);
	if (++p->depth > DEPTH_LIMIT)
		return NULL;
	set->negated = take(p, '^');
	while (!looking_at(p, ']')) {
		if (at_end(p))
			return NULL;
		if (set->n && looking_at(p, '-') && p->at + 1 < p->s.n &&
		    p->s.p[p->at + 1] == '[') {
			p->at += 2;
			set->minus = parse_class(p);
			if (!set->minus || !looking_at(p, ']'))
				return NULL;
			break;
		}
		if (!parse_class_item(p, set))
			return NULL;
	}
	p->at++;
	p->depth--;
	return set->n ? set : NULL;
}

/* ---- atoms, quantifiers, branches ---- */

static bool parse_alternatives(struct regex_parser *p);

static bool parse_group(struct regex_parser *p)
{
	uint32_t group = 0;
	if (take(p, '?')) {
		if (!take(p, ':'))
			return false;
	} else {
		if (p->re->groups == REGEX_GROUPS)
			return false;
		group = ++p->re->groups;
	}
	if (group && !emit(p, (struct regex_code){ .op = REGEX_SAVE, .x = group * 2 }))
		return false;
	if (!parse_alternatives(p) || !take(p, ')'))
		return false;
	if (!group)
		return true;
	p->closed[group] = true;
	return emit(p, (struct regex_code){ .op = REGEX_SAVE, .x = group * 2 + 1 });
}

/* \1 to \99: as many digits as make a group that there is. */
static bool parse_back_reference(struct regex_parser *p)
{
	uint32_t group = (uint32_t)(p->s.p[p->at++] - '0');
	while (p->at < p->s.n && p->s.p[p->at] >= '0' && p->s.p[p->at] <= '9') {
		uint32_t more = group * 10 + (uint32_t)(p->s.p[p->at] - '0');
		if (more > p->re->groups)
			break;
		group = more;
		p->at++;
	}
	if (group > p->re->groups || !p->closed[group])
		return false;
	return emit(p, (struct regex_code){ .op = REGEX_BACK, .x = group });
}

static bool emit_set_or_char(struct regex_parser *p, const struct regex_set *set, uint32_t code)
{
	return emit(p, set ? (struct regex_code){ .op = REGEX_SET, .set = set }
			   : (struct regex_code){ .op = REGEX_CHAR, .x = code });
}

static bool parse_atom(struct regex_parser *p)
{
	const struct regex_set *set = NULL;
	uint32_t code;
	char c = p->s.p[p->at];
	switch (c) {
	case '(':
		p->at++;
		return parse_group(p);
	case '[':
		p->at++;
		set = parse_class(p);
		return set && emit_set_or_char(p, set, 0);
	case '.':
		p->at++;
		return emit(p, (struct regex_code){ .op = REGEX_ANY });
	case '^':
	case '$':
		p->at++;
		return emit(p, (struct regex_code){ .op = c == '^' ? REGEX_BEGIN : REGEX_END });
	case '\\':
		p->at++;
		if (p->at < p->s.n && p->s.p[p->at] >= '1' && p->s.p[p->at] <= '9')
			return parse_back_reference(p);
		return parse_escape(p, &set, &code) && emit_set_or_char(p, set, code);
	case '?':
	case '*':
	case '+':
	case '{':
	case '}':
	case ']':
	case '\0':
		return false;
	default:
		return take_code(p, &code) && emit_set_or_char(p, NULL, code);
	}
}

static bool parse_count(struct regex_parser *p, uint32_t *ret_n)
{
	size_t first = p->at;
	*ret_n = 0;
	while (p->at < p->s.n && p->s.p[p->at] >= '0' && p->s.p[p->at] <= '9' &&
	       *ret_n <= COUNT_LIMIT)
		*ret_n = *ret_n * 10 + (uint32_t)(p->s.p[p->at++] - '0');
	return p->at > first && *ret_n <= COUNT_LIMIT;
}

struct quantifier {
	uint32_t least, most; /* most: UINT32_MAX without limit */
	bool reluctant;
};

/* False where it is malformed; {1,1} where there is none. */
static bool parse_quantifier(struct regex_parser *p, struct quantifier *q)
{
	*q = (struct quantifier){ 1, 1, false };
	if (take(p, '?')) {
		q->least = 0;
	} else if (take(p, '*')) {
		*q = (struct quantifier){ 0, UINT32_MAX, false };
	} else if (take(p, '+')) {
		q->most = UINT32_MAX;
	} else if (take(p, '{')) {
		if (!parse_count(p, &q->least))
			return false;
		q->most = q->least;
		if (take(p, ',')) {
			q->most = UINT32_MAX;
			if (!looking_at(p, '}') && !parse_count(p, &q->most))
				return false;
		}
		if (!take(p, '}') || q->most < q->least)
			return false;
	} else {
		return true;
	}
	q->reluctant = take(p, '?');
	return true;
}

/* L: split body, end; mark; body; progress; jump L. A turn that took nothing ends the loop. */
static bool loop(struct regex_parser *p, uint32_t from, bool reluctant)
{
	uint32_t slot = p->re->slots++;
	if (!insert(p, from, 2) ||
	    !emit(p, (struct regex_code){ .op = REGEX_PROGRESS, .x = slot }) ||
	    !emit(p, (struct regex_code){ .op = REGEX_JUMP, .x = from }))
		return false;
	p->re->code[from] = (struct regex_code){ .op = REGEX_SPLIT, .x = from + 1,
						 .y = p->re->n, .reluctant = reluctant };
	p->re->code[from + 1] = (struct regex_code){ .op = REGEX_MARK, .x = slot };
	return true;
}

static bool optional(struct regex_parser *p, uint32_t from, bool reluctant)
{
	if (!insert(p, from, 1))
		return false;
	p->re->code[from] = (struct regex_code){ .op = REGEX_SPLIT, .x = from + 1,
						 .y = p->re->n, .reluctant = reluctant };
	return true;
}

/* Writes the atom's code, which is [from, end), as often as the quantifier says. */
static bool quantify(struct regex_parser *p, uint32_t from, struct quantifier q)
{
	uint32_t size = p->re->n - from;
	if (q.least == 1 && q.most == 1)
		return true;
	if (q.most == 0) {
		p->re->n = from;
		return true;
	}
	for (uint32_t i = 1; i < q.least; i++)
		if (!repeat(p, from, from + size))
			return false;
	uint32_t last = from;
	if (q.least > 0 && q.most > q.least) {
		last = p->re->n;
		if (!repeat(p, from, from + size))
			return false;
	}
	if (q.most == UINT32_MAX)
		return loop(p, last, q.reluctant);
	/* What may be left out is nested, so that leaving one out leaves all that follow. */
	for (uint32_t i = q.least ? q.least + 1 : 1; i < q.most; i++)
		if (!repeat(p, last, last + size))
			return false;
	for (uint32_t i = q.most - q.least; i-- > 0;)
		if (!optional(p, last + i * size, q.reluctant))
			return false;
	return true;
}

static bool parse_branch(struct regex_parser *p)
{
	struct quantifier q;
	while (!at_end(p) && p->s.p[p->at] != '|' && p->s.p[p->at] != ')') {
		uint32_t from = p->re->n;
		if (!parse_atom(p) || !parse_quantifier(p, &q) || !quantify(p, from, q))
			return false;
	}
	return true;
}

static bool parse_alternatives(struct regex_parser *p)
{
	uint32_t from = p->re->n;
	if (++p->depth > DEPTH_LIMIT || !parse_branch(p))
		return false;
	p->depth--;
	if (!take(p, '|'))
		return true;
	if (!insert(p, from, 1))
		return false;
	uint32_t jump = p->re->n;
	if (!emit(p, (struct regex_code){ .op = REGEX_JUMP }))
		return false;
	p->re->code[from] = (struct regex_code){ .op = REGEX_SPLIT, .x = from + 1,
						 .y = p->re->n };
	if (!parse_alternatives(p))
		return false;
	p->re->code[jump].x = p->re->n;
	return true;
}

/* ---- entry ---- */

static bool parse_literal(struct regex_parser *p)
{
	uint32_t code;
	while (p->at < p->s.n)
		if (!take_code(p, &code) || !emit_set_or_char(p, NULL, code))
			return false;
	return true;
}

static bool parse_flags(struct regex_parser *p, str flags)
{
	for (size_t i = 0; i < flags.n; i++) {
		p->re->dot_all |= flags.p[i] == 's';
		p->re->lines |= flags.p[i] == 'm';
		p->re->ignore_case |= flags.p[i] == 'i';
		p->blanks |= flags.p[i] == 'x';
		p->literal |= flags.p[i] == 'q';
		if (!strchr("smixq", flags.p[i]) || flags.p[i] == '\0')
			return false;
	}
	return true;
}

/* Flag x: blanks are taken out before anything else, except from classes. */
static str without_blanks(struct arena *arena, str pattern)
{
	char *out = arena_alloc(arena, pattern.n);
	size_t n = 0;
	uint32_t classes = 0;
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];
		if (!classes && memchr(" \t\r\n", c, 4))
			continue;
		bool escaped = n > 0 && out[n - 1] == '\\';
		classes += c == '[' && !escaped;
		classes -= c == ']' && !escaped && classes > 0;
		out[n++] = c;
	}
	return str_of(out, n);
}

/* Moves the marks down to where the places of the groups end. */
static void close_gap(struct regex *re)
{
	uint32_t gap = (REGEX_GROUPS - re->groups) * 2;
	for (uint32_t i = 0; i < re->n; i++)
		if (re->code[i].op == REGEX_MARK || re->code[i].op == REGEX_PROGRESS)
			re->code[i].x -= gap;
	re->slots -= gap;
}

bool regex_compile(struct run *run, str pattern, str flags, const struct regex **ret_regex)
{
	struct regex_parser p = { .run = run, .s = pattern };
	p.re = ARENA_NEW(run->arena, struct regex);
	/* Marks of loops come after the places of all groups there could be. */
	p.re->slots = (REGEX_GROUPS + 1) * 2;
	if (!run_steps(run, 1 + pattern.n) || !parse_flags(&p, flags))
		return false;
	if (p.blanks && !p.literal)
		p.s = without_blanks(run->arena, pattern);
	if (!(p.literal ? parse_literal(&p) : parse_alternatives(&p)) || p.at < p.s.n ||
	    !emit(&p, (struct regex_code){ .op = REGEX_MATCH }))
		return false;
	close_gap(p.re);
	*ret_regex = p.re;
	return true;
}
