/*
 * regex: regular expressions as XPath 3.1 defines them (XML Schema's, with anchors, groups,
 * reluctant quantifiers and back references), over UTF-8. Internal to rules/.
 *
 *	const struct regex *re;
 *	if (regex_compile(run, pattern, flags, &re) && regex_search(run, re, text, 0, slots)) …
 *
 * Matching goes back and tries again, and takes a step of the run for everything it tries: so a
 * pattern that would take for ever exhausts the run instead.
 */
#ifndef MOTCUA_RULES_REGEX_H
#define MOTCUA_RULES_REGEX_H

#include "rules/eval.h"

enum { REGEX_GROUPS = 99 };

enum regex_op {
	REGEX_CHAR, REGEX_ANY, REGEX_SET, REGEX_SPLIT, REGEX_JUMP, REGEX_SAVE, REGEX_BEGIN,
	REGEX_END, REGEX_BACK, REGEX_MARK, REGEX_PROGRESS, REGEX_MATCH,
};

struct regex_set;

struct regex_code {
	uint8_t op;
	bool reluctant;       /* SPLIT: y is tried first */
	uint32_t x, y;        /* CHAR: the character; SPLIT, JUMP: where to; SAVE, MARK: the slot */
	const struct regex_set *set;
};

/* A part of a character class. */
struct regex_item {
	uint32_t low, high;   /* a span of characters, or: */
	uint32_t categories;  /* a set of Unicode's general categories, if not 0 */
	const struct regex_set *inner;
	bool negated;         /* of the categories */
};

struct regex_set {
	struct regex_item *items;
	uint32_t n;
	bool negated;
	const struct regex_set *minus;
};

struct regex {
	struct regex_code *code;
	uint32_t n, groups, slots; /* slots: two for each group and the whole, then marks */
	bool dot_all, lines, ignore_case;
};

/* False where the pattern or a flag is not one of XPath's; flags are of "smixq". */
bool regex_compile(struct run *run, str pattern, str flags, const struct regex **ret_regex);
/* Finds the first match that begins at or after byte `from`. slots holds re->slots places:
 * begin and end of the match, then of each group; SIZE_MAX where a group took no part. */
bool regex_search(struct run *run, const struct regex *re, str text, size_t from, size_t *slots);
bool regex_set_has(const struct regex_set *set, uint32_t code, bool ignore_case);

#endif
