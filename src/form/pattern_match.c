#include "form/pattern_node.h"

enum { MATCH_DEPTH = 1500 };

struct span {
	size_t from, to;
	bool set;
};

struct match {
	const uint32_t *p;
	size_t n;
	uint64_t steps;
	uint32_t depth;
	bool exhausted;
	struct span groups[PATTERN_GROUPS];
};

/* What is still to be matched after a node. */
struct next {
	enum { NEXT_DONE, NEXT_SEQUENCE, NEXT_CLOSE, NEXT_REPEAT, NEXT_AT } kind;
	const struct node *node;
	uint32_t i;    /* child of a sequence, or repeats done */
	size_t from;   /* where the group or this repeat began; where NEXT_AT must be */
	const struct next *next;
};

static bool match_node(struct match *m, const struct node *node, size_t at,
		       const struct next *next);

static bool is_word(const struct match *m, size_t at)
{
	uint32_t c = at < m->n ? m->p[at] : 0;
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

static bool at_word_edge(const struct match *m, size_t at)
{
	return (at > 0 && is_word(m, at - 1)) != is_word(m, at);
}

static bool in_set(const struct node *set, uint32_t code)
{
	for (uint32_t i = 0; i < set->n; i++)
		if (code >= set->ranges[i].from && code <= set->ranges[i].to)
			return !set->negated;
	return set->negated;
}

static bool match_repeat(struct match *m, const struct node *node, uint32_t done, size_t at,
			 const struct next *next);

static bool match_next(struct match *m, const struct next *next, size_t at)
{
	switch (next->kind) {
	case NEXT_DONE:
		return true;
	case NEXT_AT:
		return at == next->from;
	case NEXT_SEQUENCE:
		if (next->i == next->node->n)
			return match_next(m, next->next, at);
		return match_node(m, next->node->children[next->i], at,
				  &(struct next){ NEXT_SEQUENCE, next->node, next->i + 1, 0,
						  next->next });
	case NEXT_CLOSE: {
		struct span before = m->groups[next->node->number];
		m->groups[next->node->number] = (struct span){ next->from, at, true };
		if (match_next(m, next->next, at))
			return true;
		m->groups[next->node->number] = before;
		return false;
	}
	case NEXT_REPEAT:
		/* A turn that took nothing would go on for ever. */
		if (at == next->from && next->i > next->node->min)
			return false;
		return match_repeat(m, next->node, next->i, at, next->next);
	}
	return false;
}

static bool takes(const struct match *m, const struct node *node, size_t at);

static bool is_single(const struct node *node)
{
	return node->kind == NODE_CHAR || node->kind == NODE_ANY || node->kind == NODE_SET;
}

/* One character again and again, by far the most frequent case: without going deeper for each. */
static bool match_run(struct match *m, const struct node *node, size_t at,
		      const struct next *next)
{
	size_t most = 0, n;
	while (most < node->max && takes(m, node->children[0], at + most))
		most++;
	if (most < node->min)
		return false;
	for (size_t i = 0; i <= most - node->min && !m->exhausted; i++) {
		n = node->lazy ? node->min + i : most - i;
		if (++m->steps > PATTERN_STEPS)
			m->exhausted = true;
		else if (match_next(m, next, at + n))
			return true;
	}
	return false;
}

static bool match_repeat(struct match *m, const struct node *node, uint32_t done, size_t at,
			 const struct next *next)
{
	bool may_stop = done >= node->min, may_go = done < node->max;
	struct next again = { NEXT_REPEAT, node, done + 1, at, next };
	if (node->lazy && may_stop && match_next(m, next, at))
		return true;
	if (may_go && match_node(m, node->children[0], at, &again))
		return true;
	return !node->lazy && may_stop && !m->exhausted && match_next(m, next, at);
}

/* Ends at `at`, begun anywhere before. */
static bool looks_behind(struct match *m, const struct node *node, size_t at)
{
	struct next here = { .kind = NEXT_AT, .from = at };
	for (size_t from = at + 1; from-- > 0 && !m->exhausted;)
		if (match_node(m, node->children[0], from, &here))
			return true;
	return false;
}

static bool match_backref(struct match *m, const struct node *node, size_t at,
			  const struct next *next)
{
	struct span span = m->groups[node->number];
	size_t n = span.set ? span.to - span.from : 0;
	if (m->n - at < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (m->p[span.from + i] != m->p[at + i])
			return false;
	return match_next(m, next, at + n);
}

/* Nodes of one character; false for others as well. */
static bool takes(const struct match *m, const struct node *node, size_t at)
{
	if (at >= m->n)
		return false;
	uint32_t c = m->p[at];
	switch (node->kind) {
	case NODE_CHAR:
		return c == node->code;
	case NODE_ANY:
		return c != '\n' && c != '\r' && c != 0x2028 && c != 0x2029;
	case NODE_SET:
		return in_set(node, c);
	default:
		return false;
	}
}

static bool holds(struct match *m, const struct node *node, size_t at)
{
	struct next done = { .kind = NEXT_DONE };
	switch (node->kind) {
	case NODE_START:
		return at == 0;
	case NODE_END:
		return at == m->n;
	case NODE_WORD_EDGE:
		return at_word_edge(m, at);
	case NODE_NOT_WORD_EDGE:
		return !at_word_edge(m, at);
	case NODE_AHEAD:
		return match_node(m, node->children[0], at, &done) != node->negated;
	case NODE_BEHIND:
		return looks_behind(m, node, at) != node->negated;
	default:
		return true;
	}
}

static bool match_either(struct match *m, const struct node *node, size_t at,
			 const struct next *next)
{
	for (uint32_t i = 0; i < node->n && !m->exhausted; i++)
		if (match_node(m, node->children[i], at, next))
			return true;
	return false;
}

static bool match_node(struct match *m, const struct node *node, size_t at,
		       const struct next *next)
{
	if (++m->steps > PATTERN_STEPS || m->depth >= MATCH_DEPTH)
		m->exhausted = true;
	if (m->exhausted)
		return false;
	m->depth++;
	bool matched;
	switch (node->kind) {
	case NODE_CHAR:
	case NODE_ANY:
	case NODE_SET:
		matched = takes(m, node, at) && match_next(m, next, at + 1);
		break;
	case NODE_SEQUENCE:
		matched = match_next(m, &(struct next){ NEXT_SEQUENCE, node, 0, 0, next }, at);
		break;
	case NODE_EITHER:
		matched = match_either(m, node, at, next);
		break;
	case NODE_GROUP:
		matched = match_node(
			m, node->children[0], at,
			node->number ? &(struct next){ NEXT_CLOSE, node, 0, at, next } : next);
		break;
	case NODE_REPEAT:
		matched = is_single(node->children[0]) ? match_run(m, node, at, next) :
							 match_repeat(m, node, 0, at, next);
		break;
	case NODE_BACKREF:
		matched = match_backref(m, node, at, next);
		break;
	default:
		matched = holds(m, node, at) && match_next(m, next, at);
	}
	m->depth--;
	return matched;
}

bool pattern_matches(const struct pattern *pattern, str text)
{
	struct arena arena;
	arena_init(&arena);
	struct match m = { 0 };
	m.p = pattern_decode(&arena, text, &m.n);
	bool matched = false;
	struct next done = { .kind = NEXT_DONE };
	for (size_t at = 0; at <= m.n && !matched && !m.exhausted; at++) {
		memset(m.groups, 0, sizeof m.groups);
		matched = match_node(&m, pattern->root, at, &done);
	}
	arena_done(&arena);
	return matched && !m.exhausted;
}
