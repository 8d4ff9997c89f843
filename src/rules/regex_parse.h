/* regex_parse: what the parser of patterns shares with the making of sets. */
#ifndef MOTCUA_RULES_REGEX_PARSE_H
#define MOTCUA_RULES_REGEX_PARSE_H

#include "rules/regex.h"

struct regex_parser {
	struct run *run;
	str s;
	size_t at;
	struct regex *re;
	uint32_t depth, room;
	bool closed[REGEX_GROUPS + 1]; /* groups that may be referred to */
	bool blanks, literal;          /* flags x and q */
};

struct regex_set *regex_set_new(struct regex_parser *p);
void regex_set_add(struct regex_parser *p, struct regex_set *set, struct regex_item item);
/* NULL where there is no such category or block. */
const struct regex_set *regex_set_property(struct regex_parser *p, str name, bool negated);
const struct regex_set *regex_set_escape(struct regex_parser *p, char letter);

#endif
