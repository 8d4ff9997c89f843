#include "rules/regex.h"

#include <utf8proc.h>

/* What to do when the way taken fails: go on elsewhere, or put back what a slot held. */
struct retry {
	uint32_t pc, slot; /* slot: UINT32_MAX for another way */
	size_t value;      /* where in the text; or what the slot held */
};

struct matcher {
	struct run *run;
	const struct regex *re;
	str text;
	size_t *slots;
	struct retry *stack;
	size_t n, room;
};

static bool push(struct matcher *m, uint32_t pc, uint32_t slot, size_t value)
{
	if (m->n == m->room) {
		size_t room = m->room ? m->room * 2 : 32;
		if (!run_room(m->run, room * sizeof *m->stack))
			return false;
		m->stack = arena_grow(m->run->arena, m->stack, m->room * sizeof *m->stack,
				      room * sizeof *m->stack);
		m->room = room;
	}
	m->stack[m->n++] = (struct retry){ pc, slot, value };
	return true;
}

static bool save(struct matcher *m, uint32_t slot, size_t value)
{
	if (!push(m, 0, slot, m->slots[slot]))
		return false;
	m->slots[slot] = value;
	return true;
}

static uint32_t lower(uint32_t code)
{
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
}

static bool same_character(const struct matcher *m, uint32_t a, uint32_t b)
{
	return a == b || (m->re->ignore_case && lower(a) == lower(b));
}

/* Whether one character of the kind stands at `at`; its length, or 0. */
static size_t one_character(const struct matcher *m, const struct regex_code *c, size_t at)
{
	uint32_t code;
	size_t n = at < m->text.n ? utf8_decode(m->text, at, &code) : 0;
	if (n == 0)
		return 0;
	if (c->op == REGEX_CHAR)
		return same_character(m, c->x, code) ? n : 0;
	if (c->op == REGEX_ANY)
		return m->re->dot_all || (code != '\n' && code != '\r') ? n : 0;
	return regex_set_has(c->set, code, m->re->ignore_case) ? n : 0;
}

/* The text of the group again; *at is moved behind it. */
static bool same_again(struct matcher *m, uint32_t group, size_t *at)
{
	size_t from = m->slots[group * 2], to = m->slots[group * 2 + 1];
	uint32_t a, b;
	if (from == SIZE_MAX || to == SIZE_MAX)
		return true;
	if (!run_steps(m->run, to - from))
		return false;
	for (size_t n, k; from < to; from += n, *at += k) {
		n = utf8_decode(m->text, from, &a);
		k = *at < m->text.n ? utf8_decode(m->text, *at, &b) : 0;
		if (!n || !k || !same_character(m, a, b))
			return false;
	}
	return true;
}

static bool at_begin(const struct matcher *m, size_t at)
{
	return at == 0 || (m->re->lines && at < m->text.n && m->text.p[at - 1] == '\n');
}

static bool at_end(const struct matcher *m, size_t at)
{
	return at == m->text.n || (m->re->lines && m->text.p[at] == '\n');
}

/* Takes one instruction; false where this way leads no further. */
static bool take(struct matcher *m, uint32_t *pc, size_t *at)
{
	const struct regex_code *c = &m->re->code[*pc];
	size_t n;
	uint32_t next = *pc + 1;
	switch (c->op) {
	case REGEX_SPLIT:
		next = c->reluctant ? c->y : c->x;
		if (!push(m, c->reluctant ? c->x : c->y, UINT32_MAX, *at))
			return false;
		break;
	case REGEX_JUMP:
		next = c->x;
		break;
	case REGEX_SAVE:
	case REGEX_MARK:
		if (!save(m, c->x, *at))
			return false;
		break;
	case REGEX_PROGRESS:
		if (m->slots[c->x] == *at)
			return false;
		break;
	case REGEX_BEGIN:
		if (!at_begin(m, *at))
			return false;
		break;
	case REGEX_END:
		if (!at_end(m, *at))
			return false;
		break;
	case REGEX_BACK:
		if (!same_again(m, c->x, at))
			return false;
		break;
	default:
		n = one_character(m, c, *at);
		if (!n)
			return false;
		*at += n;
	}
	*pc = next;
	return true;
}

/* Back to the last choice; false when there is none left. */
static bool back(struct matcher *m, uint32_t *pc, size_t *at)
{
	while (m->n) {
		struct retry *r = &m->stack[--m->n];
		if (r->slot == UINT32_MAX) {
			*pc = r->pc;
			*at = r->value;
			return true;
		}
		m->slots[r->slot] = r->value;
	}
	return false;
}

static bool match_at(struct matcher *m, size_t at)
{
	uint32_t pc = 0;
	size_t first = at;
	m->n = 0;
	for (uint32_t i = 0; i < m->re->slots; i++)
		m->slots[i] = SIZE_MAX;
	while (run_steps(m->run, 1)) {
		if (m->re->code[pc].op == REGEX_MATCH) {
			m->slots[0] = first;
			m->slots[1] = at;
			return true;
		}
		if (!take(m, &pc, &at) && !back(m, &pc, &at))
			return false;
	}
	return false;
}

bool regex_search(struct run *run, const struct regex *re, str text, size_t from, size_t *slots)
{
	struct matcher m = { .run = run, .re = re, .text = text, .slots = slots };
	uint32_t code;
	for (size_t at = from; !run->exhausted; ) {
		if (match_at(&m, at))
			return true;
		if (at >= text.n)
			return false;
		size_t n = utf8_decode(text, at, &code);
		at += n ? n : 1;
	}
	return false;
}
