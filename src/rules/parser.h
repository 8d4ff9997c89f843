/*
 * parser: state shared by the files that parse expressions. Internal to rules/. A function that
 * parses returns NULL after parse_fault; the first fault is kept.
 */
#ifndef MOTCUA_RULES_PARSER_H
#define MOTCUA_RULES_PARSER_H

#include "rules/lexer.h"
#include "rules/node.h"

enum { PARSE_DEPTH = 150 };

struct local {
	str name;
	const struct local *outer;
};

struct parser {
	struct lexer lexer;
	struct token token; /* the one to be read next */
	const struct feel_options *options;
	const struct local *locals;
	const struct local *keys; /* of all contexts seen: names that may follow a dot */
	uint32_t depth;
	uint32_t filters;    /* nesting; inside, keys are names as well */
	uint32_t tests_at;   /* the '(' that may open a list of tests */
	bool range_end;      /* parsing the end of a range: '[' may close it */
	bool uses_input;
	bool failed;
	struct feel_fault fault;
};

/* ---- parse.c: tokens and operators ---- */
void *parse_fault(struct parser *p, const struct token *at, const char *message);
void parse_next(struct parser *p);
void parse_back(struct parser *p, uint32_t at);
bool parse_is_sign(const struct parser *p, uint16_t sign);
bool parse_is_word(const struct parser *p, const char *word);
bool parse_take_sign(struct parser *p, uint16_t sign);
bool parse_take_word(struct parser *p, const char *word);
bool parse_expect_sign(struct parser *p, uint16_t sign, const char *message);
bool parse_expect_word(struct parser *p, const char *word, const char *message);
struct node *parse_node(struct parser *p, enum node_kind kind, uint32_t at);
/* The node, or its value where it depends on nothing (`constant`: all its parts are constants)
 * and has one: a null is left to the evaluation, which can say why. */
struct node *parse_fold(struct parser *p, struct node *node, bool constant);
void parse_add(struct parser *p, struct node *parent, struct node *item);
struct node *parse_expression(struct parser *p);
struct node *parse_additive(struct parser *p);
struct node *parse_test(struct parser *p);
/* Tests separated by commas, as items of `tests`. */
struct node *parse_test_list(struct parser *p, struct node *tests);
enum operator parse_comparison_sign(const struct parser *p, bool *ret_found);

/* ---- parse_names.c ---- */
/* The name that begins at the current token, taken; false where none does. */
bool parse_name(struct parser *p, bool after_dot, str *ret_name);
/* The name before ':' in a context, taken up to the ':'. */
bool parse_key(struct parser *p, str *ret_name);
/* Takes words that are exactly these, whatever is known. */
bool parse_phrase(struct parser *p, str words);
/* Whether a variable of this name is in scope, as far as the parser knows. */
bool parse_is_known(const struct parser *p, str name);
void parse_local(struct parser *p, str name);

/* ---- parse_primary.c ---- */
struct node *parse_postfix(struct parser *p);

/* ---- parse_forms.c ---- */
struct node *parse_if(struct parser *p);
struct node *parse_loop(struct parser *p, enum node_kind kind);
struct node *parse_function(struct parser *p);
struct node *parse_context(struct parser *p);
/* From '[', '(' or ']' on. */
struct node *parse_bracket(struct parser *p);
const struct feel_type *parse_type(struct parser *p, bool *ret_unknown);

#endif
