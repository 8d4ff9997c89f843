#include "rules/parser.h"

#include "rules/eval.h"


/* ---- tokens ---- */

static void place(str source, uint32_t at, struct feel_fault *ret_fault)
{
	ret_fault->line = ret_fault->column = 1;
	for (uint32_t i = 0; i < at && i < source.n; i++) {
		if (source.p[i] == '\n') {
			ret_fault->line++;
			ret_fault->column = 1;
		} else if (((unsigned char)source.p[i] & 0xc0) != 0x80) {
			ret_fault->column++;
		}
	}
}

void *parse_fault(struct parser *p, const struct token *at, const char *message)
{
	if (p->failed)
		return NULL;
	p->failed = true;
	if (at->kind == TOKEN_BAD)
		message = at->fault;
	place(p->lexer.source, at->at, &p->fault);
	p->fault.message = str_z(message);
	return NULL;
}

void parse_next(struct parser *p)
{
	p->token = lexer_token(&p->lexer, p->token.end);
}

void parse_back(struct parser *p, uint32_t at)
{
	p->token = lexer_token(&p->lexer, at);
}

bool parse_is_sign(const struct parser *p, uint16_t sign)
{
	return p->token.kind == TOKEN_SIGN && p->token.sign == sign;
}

bool parse_is_word(const struct parser *p, const char *word)
{
	return p->token.kind == TOKEN_WORD && str_eq(p->token.text, str_z(word));
}

bool parse_take_sign(struct parser *p, uint16_t sign)
{
	if (!parse_is_sign(p, sign))
		return false;
	parse_next(p);
	return true;
}

bool parse_take_word(struct parser *p, const char *word)
{
	if (!parse_is_word(p, word))
		return false;
	parse_next(p);
	return true;
}

bool parse_expect_sign(struct parser *p, uint16_t sign, const char *message)
{
	if (parse_take_sign(p, sign))
		return true;
	parse_fault(p, &p->token, message);
	return false;
}

bool parse_expect_word(struct parser *p, const char *word, const char *message)
{
	if (parse_take_word(p, word))
		return true;
	parse_fault(p, &p->token, message);
	return false;
}

struct node *parse_node(struct parser *p, enum node_kind kind, uint32_t at)
{
	struct node *node = ARENA_NEW(p->lexer.arena, struct node);
	node->kind = (uint8_t)kind;
	node->at = at;
	return node;
}

struct node *parse_fold(struct parser *p, struct node *node, bool constant)
{
	struct run run;
	if (!constant)
		return node;
	run_init(&run, p->lexer.arena, NULL, NULL, NULL);
	struct value v = eval(&run, node);
	if (!value_is_null(v)) {
		node->kind = NODE_CONSTANT;
		node->constant = v;
	}
	return node;
}

void parse_add(struct parser *p, struct node *parent, struct node *item)
{
	if ((parent->n & (parent->n - 1)) == 0) {
		uint32_t room = parent->n ? parent->n * 2 : 1;
		parent->items = arena_grow(p->lexer.arena, parent->items,
					   parent->n * sizeof *parent->items,
					   room * sizeof *parent->items);
	}
	parent->items[parent->n++] = item;
}

/* ---- operators, loosest first ---- */

static struct node *binary(struct parser *p, enum node_kind kind, struct node *a, struct node *b)
{
	if (!a || !b)
		return NULL;
	struct node *node = parse_node(p, kind, a->at);
	node->a = a;
	node->b = b;
	return node;
}

static struct node *calculation(struct parser *p, enum node_kind kind, enum operator op,
				struct node *a, struct node *b)
{
	struct node *node = binary(p, kind, a, b);
	if (!node)
		return NULL;
	node->op = (uint8_t)op;
	return parse_fold(p, node, a->kind == NODE_CONSTANT && b->kind == NODE_CONSTANT);
}

static struct node *parse_negation(struct parser *p)
{
	uint32_t at = p->token.at;
	if (!parse_take_sign(p, '-'))
		return parse_postfix(p);
	if (++p->depth > PARSE_DEPTH)
		return parse_fault(p, &p->token, "This is nested too deeply");
	struct node *a = parse_negation(p);
	p->depth--;
	if (!a)
		return NULL;
	if (a->kind == NODE_CONSTANT && a->constant.kind == VALUE_NUMBER) {
		a->constant.number = decimal_neg(a->constant.number);
		return a;
	}
	struct node *node = parse_node(p, NODE_NEGATE, at);
	node->a = a;
	return parse_fold(p, node, a->kind == NODE_CONSTANT);
}

/* a instance of type: binds closer than any arithmetic. */
static struct node *parse_instance(struct parser *p)
{
	struct node *a = parse_negation(p);
	while (a && parse_take_word(p, "instance")) {
		bool unknown = false;
		struct node *node = parse_node(p, NODE_INSTANCE, a->at);
		if (!parse_expect_word(p, "of", "\"instance\" must be followed by \"of\""))
			return NULL;
		const struct feel_type *type = parse_type(p, &unknown);
		if (!type && !unknown)
			return NULL;
		node->a = a;
		node->types = ARENA_ARRAY(p->lexer.arena, const struct feel_type *, 1);
		node->types[0] = type;
		a = node;
	}
	return a;
}

static struct node *parse_power(struct parser *p)
{
	struct node *a = parse_instance(p);
	while (a && parse_take_sign(p, SIGN_POWER))
		a = calculation(p, NODE_ARITHMETIC, OP_POWER, a, parse_instance(p));
	return a;
}

static struct node *parse_product(struct parser *p)
{
	struct node *a = parse_power(p);
	while (a && (parse_is_sign(p, '*') || parse_is_sign(p, '/'))) {
		enum operator op = parse_is_sign(p, '*') ? OP_MULTIPLY : OP_DIVIDE;
		parse_next(p);
		a = calculation(p, NODE_ARITHMETIC, op, a, parse_power(p));
	}
	return a;
}

struct node *parse_additive(struct parser *p)
{
	struct node *a = parse_product(p);
	while (a && (parse_is_sign(p, '+') || parse_is_sign(p, '-'))) {
		enum operator op = parse_is_sign(p, '+') ? OP_ADD : OP_SUBTRACT;
		parse_next(p);
		a = calculation(p, NODE_ARITHMETIC, op, a, parse_product(p));
	}
	return a;
}

enum operator parse_comparison_sign(const struct parser *p, bool *ret_found)
{
	*ret_found = p->token.kind == TOKEN_SIGN;
	switch (*ret_found ? p->token.sign : 0) {
	case '=':
		return OP_EQUAL;
	case SIGN_UNEQUAL:
		return OP_UNEQUAL;
	case '<':
		return OP_LESS;
	case SIGN_LESS_EQUAL:
		return OP_LESS_EQUAL;
	case '>':
		return OP_GREATER;
	case SIGN_GREATER_EQUAL:
		return OP_GREATER_EQUAL;
	default:
		*ret_found = false;
		return OP_EQUAL;
	}
}

static struct node *parse_between(struct parser *p, struct node *a)
{
	struct node *node = binary(p, NODE_BETWEEN, a, parse_additive(p));
	if (!node || !parse_expect_word(p, "and", "\"between\" needs an \"and\""))
		return NULL;
	node->c = parse_additive(p);
	return node->c ? node : NULL;
}

/* One test or, in parentheses, several. */
static struct node *parse_in(struct parser *p, struct node *a)
{
	struct node *node = parse_node(p, NODE_IN, a->at);
	bool outer = p->uses_input;
	node->a = a;
	p->uses_input = false;
	if (parse_is_sign(p, '('))
		p->tests_at = p->token.at;
	struct node *test = parse_additive(p);
	if (!test)
		return NULL;
	if (test->kind == NODE_TESTS) {
		node->items = test->items;
		node->n = test->n;
	} else {
		test->flags |= p->uses_input ? NODE_USES_INPUT : 0;
		parse_add(p, node, test);
	}
	p->uses_input = outer;
	return node;
}

static struct node *parse_comparison(struct parser *p)
{
	struct node *a = parse_additive(p);
	for (bool found = true; a && found;) {
		enum operator op = parse_comparison_sign(p, &found);
		if (found) {
			parse_next(p);
			a = calculation(p, NODE_COMPARE, op, a, parse_additive(p));
		} else if (parse_take_word(p, "between")) {
			found = true;
			a = parse_between(p, a);
		} else if (parse_take_word(p, "in")) {
			found = true;
			a = parse_in(p, a);
		}
	}
	return a;
}

static struct node *parse_and(struct parser *p)
{
	struct node *a = parse_comparison(p);
	while (a && parse_take_word(p, "and"))
		a = binary(p, NODE_AND, a, parse_comparison(p));
	return a;
}

struct node *parse_expression(struct parser *p)
{
	if (++p->depth > PARSE_DEPTH)
		return parse_fault(p, &p->token, "This is nested too deeply");
	bool range_end = p->range_end;
	p->range_end = false;
	struct node *a = parse_and(p);
	while (a && parse_take_word(p, "or"))
		a = binary(p, NODE_OR, a, parse_and(p));
	p->range_end = range_end;
	p->depth--;
	return a;
}

/* ---- unary tests ---- */

struct node *parse_test(struct parser *p)
{
	bool outer = p->uses_input;
	p->uses_input = false;
	struct node *test = parse_expression(p);
	if (test && p->uses_input)
		test->flags |= NODE_USES_INPUT;
	p->uses_input |= outer;
	return test;
}

struct node *parse_test_list(struct parser *p, struct node *tests)
{
	do {
		struct node *test = parse_test(p);
		if (!test)
			return NULL;
		parse_add(p, tests, test);
	} while (parse_take_sign(p, ','));
	return tests;
}

/* not(tests) as a whole; where something follows it, it was the function not() instead. */
static struct node *parse_negated(struct parser *p)
{
	struct node *tests = parse_node(p, NODE_TESTS, p->token.at);
	tests->flags = NODE_NEGATED;
	parse_next(p);
	if (!parse_take_sign(p, '(') || !parse_test_list(p, tests) || !parse_take_sign(p, ')') ||
	    p->token.kind != TOKEN_END)
		return NULL;
	return tests;
}

static struct node *parse_tests(struct parser *p)
{
	struct node *tests = parse_node(p, NODE_TESTS, 0);
	if (parse_is_sign(p, '-')) {
		parse_next(p);
		if (p->token.kind == TOKEN_END)
			return parse_node(p, NODE_ANY, 0);
		parse_back(p, 0);
	}
	if (parse_is_word(p, "not")) {
		struct parser saved = *p;
		struct node *negated = parse_negated(p);
		if (negated)
			return negated;
		*p = saved;
	}
	return parse_test_list(p, tests);
}

/* ---- entry ---- */

static bool parse(struct arena *arena, str text, const struct feel_options *options, bool tests,
		  struct feel **ret_feel, struct feel_fault *ret_fault)
{
	struct parser p = {
		.lexer = { arena, arena_copy(arena, text) },
		.options = options,
		.tests_at = UINT32_MAX,
	};
	struct feel *feel = ARENA_NEW(arena, struct feel);
	if (text.n > UINT32_MAX / 4) {
		parse_fault(&p, &p.token, "This text is too long");
	} else {
		parse_next(&p);
		feel->root = tests ? parse_tests(&p) : parse_expression(&p);
	}
	if (feel->root && p.token.kind != TOKEN_END)
		parse_fault(&p, &p.token, "The expression should end here, or a sign is missing");
	if (p.failed || !feel->root) {
		*ret_fault = p.fault;
		return false;
	}
	feel->source = p.lexer.source;
	feel->tests = tests;
	*ret_feel = feel;
	return true;
}

bool feel_parse(struct arena *arena, str text, const struct feel_options *options,
		struct feel **ret_feel, struct feel_fault *ret_fault)
{
	return parse(arena, text, options, false, ret_feel, ret_fault);
}

bool feel_parse_tests(struct arena *arena, str text, const struct feel_options *options,
		      struct feel **ret_feel, struct feel_fault *ret_fault)
{
	return parse(arena, text, options, true, ret_feel, ret_fault);
}

str feel_source(const struct feel *feel)
{
	return feel->source;
}
