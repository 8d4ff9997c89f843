#include "form/pattern_node.h"

struct parser {
	struct arena *arena;
	const uint32_t *p;
	size_t n, at;
	uint32_t groups, depth;
	bool failed;
};

static struct node *node_new(struct parser *p, enum node_kind kind)
{
	struct node *node = ARENA_NEW(p->arena, struct node);
	node->kind = kind;
	return node;
}

static struct node *fail_here(struct parser *p)
{
	p->failed = true;
	return node_new(p, NODE_EMPTY);
}

static uint32_t peek(const struct parser *p)
{
	return p->at < p->n ? p->p[p->at] : 0;
}

static bool take(struct parser *p, uint32_t code)
{
	if (p->at >= p->n || p->p[p->at] != code)
		return false;
	p->at++;
	return true;
}

static bool take_text(struct parser *p, const char *text)
{
	size_t n = strlen(text);
	if (p->n - p->at < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (p->p[p->at + i] != (unsigned char)text[i])
			return false;
	p->at += n;
	return true;
}

static void add_range(struct parser *p, struct node *set, uint32_t from, uint32_t to)
{
	if ((set->n & (set->n - 1)) == 0)
		set->ranges = arena_grow(p->arena, set->ranges, set->n * sizeof(struct range),
					 (set->n ? set->n * 2 : 1) * sizeof(struct range));
	set->ranges[set->n++] = (struct range){ from, to };
}

static void add_child(struct parser *p, struct node *node, struct node *child)
{
	if ((node->n & (node->n - 1)) == 0)
		node->children =
			arena_grow(p->arena, node->children, node->n * sizeof(struct node *),
				   (node->n ? node->n * 2 : 1) * sizeof(struct node *));
	node->children[node->n++] = child;
}

static const struct range DIGITS[] = { { '0', '9' } };
static const struct range WORDS[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } };
static const struct range BLANKS[] = { { 9, 13 },         { 32, 32 },         { 0xa0, 0xa0 },
				       { 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x2028, 0x2029 },
				       { 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
				       { 0xfeff, 0xfeff } };
enum { LAST_CODE = 0x10ffff };

static void add_ranges(struct parser *p, struct node *set, const struct range *ranges, size_t n,
		       bool negated)
{
	uint32_t from = 0;
	for (size_t i = 0; i < n; i++) {
		if (!negated)
			add_range(p, set, ranges[i].from, ranges[i].to);
		else if (ranges[i].from > from)
			add_range(p, set, from, ranges[i].from - 1);
		from = ranges[i].to + 1;
	}
	if (negated)
		add_range(p, set, from, LAST_CODE);
}

/* \d \D \w \W \s \S */
static bool add_class(struct parser *p, struct node *set, uint32_t letter)
{
	bool negated = letter >= 'A' && letter <= 'Z';
	switch (letter | 0x20) {
	case 'd':
		add_ranges(p, set, DIGITS, 1, negated);
		return true;
	case 'w':
		add_ranges(p, set, WORDS, sizeof WORDS / sizeof *WORDS, negated);
		return true;
	case 's':
		add_ranges(p, set, BLANKS, sizeof BLANKS / sizeof *BLANKS, negated);
		return true;
	default:
		return false;
	}
}

static int hex_digit(uint32_t code)
{
	if (code >= '0' && code <= '9')
		return (int)(code - '0');
	code |= 0x20;
	return code >= 'a' && code <= 'f' ? (int)(code - 'a' + 10) : -1;
}

/* `digits` hexadecimal digits, or nothing taken. */
static bool take_hex(struct parser *p, size_t digits, uint32_t *ret_code)
{
	uint32_t code = 0;
	for (size_t i = 0; i < digits; i++) {
		int digit = p->at + i < p->n ? hex_digit(p->p[p->at + i]) : -1;
		if (digit < 0)
			return false;
		code = code * 16 + (uint32_t)digit;
	}
	p->at += digits;
	*ret_code = code;
	return true;
}

/* The character an escape stands for; the backslash is taken already. */
static uint32_t parse_escape(struct parser *p)
{
	uint32_t c = peek(p), code;
	p->at++;
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'v':
		return '\v';
	case 'f':
		return '\f';
	case '0':
		return 0;
	case 'x':
		return take_hex(p, 2, &code) ? code : c;
	case 'u':
		return take_hex(p, 4, &code) ? code : c;
	case 'c':
		if ((peek(p) | 0x20) >= 'a' && (peek(p) | 0x20) <= 'z')
			return p->p[p->at++] % 32;
		p->at--;
		return '\\';
	default:
		return c;
	}
}

/* One end of a range in a set; true where it was a class, which cannot be one. */
static bool parse_set_item(struct parser *p, struct node *set, uint32_t *ret_code)
{
	uint32_t c = p->p[p->at++];
	if (c != '\\' || p->at >= p->n) {
		*ret_code = c;
		return false;
	}
	if (add_class(p, set, peek(p))) {
		p->at++;
		return true;
	}
	if (take(p, 'b')) {
		*ret_code = '\b';
		return false;
	}
	*ret_code = parse_escape(p);
	return false;
}

static struct node *parse_set(struct parser *p)
{
	struct node *set = node_new(p, NODE_SET);
	set->negated = take(p, '^');
	while (p->at < p->n && peek(p) != ']') {
		uint32_t from, to;
		if (parse_set_item(p, set, &from))
			continue;
		if (peek(p) == '-' && p->at + 1 < p->n && p->p[p->at + 1] != ']') {
			p->at++;
			if (parse_set_item(p, set, &to)) {
				add_range(p, set, from, from);
				add_range(p, set, '-', '-');
				continue;
			}
			if (to < from)
				return fail_here(p);
			add_range(p, set, from, to);
		} else {
			add_range(p, set, from, from);
		}
	}
	if (!take(p, ']'))
		return fail_here(p);
	return set;
}

static struct node *parse_either(struct parser *p);

static struct node *parse_group(struct parser *p)
{
	struct node *group = node_new(p, NODE_GROUP);
	if (take_text(p, "?:")) {
	} else if (take_text(p, "?=") || take_text(p, "?!")) {
		group->kind = NODE_AHEAD;
		group->negated = p->p[p->at - 1] == '!';
	} else if (take_text(p, "?<=") || take_text(p, "?<!")) {
		group->kind = NODE_BEHIND;
		group->negated = p->p[p->at - 1] == '!';
	} else {
		if (take_text(p, "?<")) {
			while (p->at < p->n && peek(p) != '>')
				p->at++;
			if (!take(p, '>'))
				return fail_here(p);
		} else if (peek(p) == '?') {
			return fail_here(p);
		}
		if (++p->groups >= PATTERN_GROUPS)
			return fail_here(p);
		group->number = p->groups;
	}
	if (++p->depth > PATTERN_DEPTH)
		return fail_here(p);
	add_child(p, group, parse_either(p));
	p->depth--;
	return take(p, ')') ? group : fail_here(p);
}

static struct node *char_new(struct parser *p, uint32_t code)
{
	struct node *node = node_new(p, NODE_CHAR);
	node->code = code;
	return node;
}

static struct node *parse_backslash(struct parser *p)
{
	if (p->at >= p->n)
		return fail_here(p);
	struct node *set = node_new(p, NODE_SET);
	uint32_t c = peek(p);
	if (add_class(p, set, c)) {
		p->at++;
		return set;
	}
	if (c == 'b' || c == 'B') {
		p->at++;
		return node_new(p, c == 'b' ? NODE_WORD_EDGE : NODE_NOT_WORD_EDGE);
	}
	if (c >= '1' && c <= '9') {
		struct node *back = node_new(p, NODE_BACKREF);
		back->number = c - '0';
		p->at++;
		return back;
	}
	return char_new(p, parse_escape(p));
}

static struct node *parse_atom(struct parser *p)
{
	uint32_t c = p->p[p->at++];
	switch (c) {
	case '^':
		return node_new(p, NODE_START);
	case '$':
		return node_new(p, NODE_END);
	case '.':
		return node_new(p, NODE_ANY);
	case '[':
		return parse_set(p);
	case '(':
		return parse_group(p);
	case '\\':
		return parse_backslash(p);
	case '*':
	case '+':
	case '?':
		return fail_here(p);
	default:
		return char_new(p, c);
	}
}

static bool take_number(struct parser *p, uint32_t *ret_n)
{
	size_t from = p->at;
	uint32_t n = 0;
	for (; peek(p) >= '0' && peek(p) <= '9'; p->at++)
		n = n > PATTERN_REPEAT ? n : n * 10 + (peek(p) - '0');
	*ret_n = n;
	return p->at > from;
}

/* {n} {n,} {n,m}; anything else in braces is ordinary text, as browsers have it. */
static bool take_braces(struct parser *p, uint32_t *ret_min, uint32_t *ret_max)
{
	size_t from = p->at;
	if (take(p, '{') && take_number(p, ret_min)) {
		*ret_max = *ret_min;
		if (take(p, ',') && !take_number(p, ret_max))
			*ret_max = UINT32_MAX;
		if (take(p, '}'))
			return true;
	}
	p->at = from;
	return false;
}

static struct node *parse_repeat(struct parser *p)
{
	struct node *atom = parse_atom(p);
	uint32_t min = 0, max = UINT32_MAX;
	if (take(p, '+'))
		min = 1;
	else if (take(p, '?'))
		max = 1;
	else if (!take(p, '*') && !take_braces(p, &min, &max))
		return atom;
	if (min > max || min > PATTERN_REPEAT)
		return fail_here(p);
	struct node *repeat = node_new(p, NODE_REPEAT);
	repeat->min = min;
	repeat->max = max;
	repeat->lazy = take(p, '?');
	add_child(p, repeat, atom);
	return repeat;
}

static struct node *parse_sequence(struct parser *p)
{
	struct node *sequence = node_new(p, NODE_SEQUENCE);
	while (!p->failed && p->at < p->n && peek(p) != '|' && peek(p) != ')')
		add_child(p, sequence, parse_repeat(p));
	return sequence;
}

static struct node *parse_either(struct parser *p)
{
	struct node *either = node_new(p, NODE_EITHER);
	do
		add_child(p, either, parse_sequence(p));
	while (!p->failed && take(p, '|'));
	return either;
}

uint32_t *pattern_decode(struct arena *arena, str text, size_t *ret_n)
{
	uint32_t *codes = ARENA_ARRAY(arena, uint32_t, text.n + 1);
	size_t n = 0;
	for (size_t at = 0; at < text.n;) {
		size_t bytes = utf8_decode(text, at, &codes[n]);
		if (bytes == 0) {
			codes[n] = 0xfffd;
			bytes = 1;
		}
		n++;
		at += bytes;
	}
	*ret_n = n;
	return codes;
}

bool pattern_parse(struct arena *arena, str text, struct pattern **ret_pattern)
{
	struct parser p = { .arena = arena };
	p.p = pattern_decode(arena, text, &p.n);
	struct node *root = parse_either(&p);
	if (p.failed || p.at < p.n)
		return false;
	*ret_pattern = ARENA_NEW(arena, struct pattern);
	**ret_pattern = (struct pattern){ .root = root, .groups = p.groups };
	return true;
}
