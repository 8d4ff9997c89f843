#include "rules/parser.h"

#include "rules/builtin.h"
#include "rules/eval.h"
#include "rules/temporal.h"

enum { ARGUMENTS = 64 };

static struct node *constant(struct parser *p, struct value v)
{
	struct node *node = parse_node(p, NODE_CONSTANT, p->token.at);
	node->constant = v;
	parse_next(p);
	return node;
}

static struct node *parse_number(struct parser *p)
{
	struct decimal d;
	/* Beyond the range of decimal128 there is no such number: null. */
	bool fits = decimal_parse_rounded(p->token.text, &d);
	return constant(p, fits ? value_decimal(d) : value_null());
}

/* @"2015-01-26", any temporal literal. */
static struct node *parse_at_literal(struct parser *p)
{
	struct value v;
	parse_next(p);
	if (p->token.kind != TOKEN_STRING)
		return parse_fault(p, &p->token, "'@' must be followed by a string");
	if (!temporal_parse(p->lexer.arena, p->token.text, &v))
		v = value_null();
	return constant(p, v);
}

static struct node *parse_unary(struct parser *p, enum operator op)
{
	struct node *node = parse_node(p, NODE_UNARY, p->token.at);
	node->op = (uint8_t)op;
	parse_next(p);
	if (++p->depth > PARSE_DEPTH)
		return parse_fault(p, &p->token, "This is nested too deeply");
	node->a = parse_additive(p);
	p->depth--;
	return node->a ? node : NULL;
}

static struct node *parse_keyword(struct parser *p)
{
	if (parse_is_word(p, "null"))
		return constant(p, value_null());
	if (parse_is_word(p, "true") || parse_is_word(p, "false"))
		return constant(p, value_bool(parse_is_word(p, "true")));
	if (parse_is_word(p, "if"))
		return parse_if(p);
	if (parse_is_word(p, "for"))
		return parse_loop(p, NODE_FOR);
	if (parse_is_word(p, "some"))
		return parse_loop(p, NODE_SOME);
	if (parse_is_word(p, "every"))
		return parse_loop(p, NODE_EVERY);
	if (parse_is_word(p, "function"))
		return parse_function(p);
	return parse_fault(p, &p->token, "This word has a meaning of its own and is no name");
}

static struct node *parse_variable(struct parser *p)
{
	struct node *node = parse_node(p, NODE_NAME, p->token.at);
	if (!parse_name(p, false, &node->name))
		return parse_keyword(p);
	if (str_eq(node->name, S("?"))) {
		node->kind = NODE_INPUT;
		p->uses_input = true;
	}
	return node;
}

static struct node *parse_primary(struct parser *p)
{
	bool found;
	enum operator op = parse_comparison_sign(p, &found);
	if (found)
		return parse_unary(p, op);
	switch (p->token.kind) {
	case TOKEN_NUMBER:
		return parse_number(p);
	case TOKEN_STRING:
		return constant(p, value_str(p->token.text));
	case TOKEN_WORD:
	case TOKEN_QUOTED:
		return parse_variable(p);
	case TOKEN_END:
		return parse_fault(p, &p->token, "Something is missing at the end");
	default:
		break;
	}
	if (parse_is_sign(p, '@'))
		return parse_at_literal(p);
	if (parse_is_sign(p, '(') || parse_is_sign(p, '[') || parse_is_sign(p, ']'))
		return parse_bracket(p);
	if (parse_is_sign(p, '{'))
		return parse_context(p);
	return parse_fault(p, &p->token, "A value or a name is expected here");
}

/* ---- calls ---- */

struct arguments {
	struct node *nodes[ARGUMENTS];
	str names[ARGUMENTS];
	uint32_t n;
	bool named;
};

/* name: value, or just value. */
static bool parse_argument(struct parser *p, struct arguments *args)
{
	uint32_t at = p->token.at;
	str name;
	if (args->n == ARGUMENTS)
		return parse_fault(p, &p->token, "These are too many arguments");
	bool named = (p->token.kind == TOKEN_STRING || p->token.kind == TOKEN_WORD ||
		      p->token.kind == TOKEN_QUOTED) &&
		     parse_key(p, &name) && parse_is_sign(p, ':');
	if (args->n && named != args->named)
		return parse_fault(p, &p->token, "Either all arguments have names or none");
	args->named = named;
	if (named) {
		args->names[args->n] = name;
		parse_next(p);
	} else {
		parse_back(p, at);
	}
	struct node *node = parse_expression(p);
	args->nodes[args->n++] = node;
	return node != NULL;
}

static bool parse_arguments(struct parser *p, struct arguments *args)
{
	parse_next(p);
	if (parse_take_sign(p, ')'))
		return true;
	do {
		if (!parse_argument(p, args))
			return false;
	} while (parse_take_sign(p, ','));
	return parse_expect_sign(p, ')', "')' is missing after the arguments");
}

/* What depends on nothing is worked out once. */
static struct node *fold(struct parser *p, struct node *call)
{
	struct value args[BUILTIN_PARAMETERS];
	if (!call->builtin->fold || call->n > BUILTIN_PARAMETERS)
		return call;
	for (uint32_t i = 0; i < call->n; i++) {
		if (call->items[i] && call->items[i]->kind != NODE_CONSTANT)
			return call;
		args[i] = call->items[i] ? call->items[i]->constant : value_null();
	}
	struct run run;
	run_init(&run, p->lexer.arena, NULL, NULL, NULL);
	struct value v = builtin_apply(&run, call->builtin, args, call->n);
	/* A null is left to the evaluation, which can say why. */
	if (!value_is_null(v)) {
		call->kind = NODE_CONSTANT;
		call->constant = v;
	}
	return call;
}

static struct node *builtin_call_node(struct parser *p, const struct node *callee,
				      const struct arguments *args)
{
	uint32_t places[ARGUMENTS], arity;
	bool repeats;
	const struct builtin *builtin =
		builtin_find(callee->name, args->n, args->named ? args->names : NULL, places);
	if (!builtin)
		return NULL;
	struct node *call = parse_node(p, NODE_BUILTIN, callee->at);
	arity = builtin_arity(builtin, &repeats);
	call->builtin = builtin;
	call->n = repeats && args->n > arity ? args->n : arity;
	call->items = ARENA_ARRAY(p->lexer.arena, struct node *, call->n);
	for (uint32_t i = 0; i < args->n; i++)
		call->items[places[i]] = args->nodes[i];
	if (repeats && args->n < call->n)
		call->n = args->n;
	if (builtin->prepare) {
		struct run run;
		run_init(&run, p->lexer.arena, NULL, NULL, NULL);
		call->prepared = builtin->prepare(&run, call);
	}
	return fold(p, call);
}

static struct node *parse_call(struct parser *p, struct node *callee)
{
	struct arguments args;
	args.n = 0;
	args.named = false;
	if (!parse_arguments(p, &args))
		return NULL;
	struct node *builtin = NULL;
	if (callee->kind == NODE_NAME && builtin_exists(callee->name)) {
		builtin = builtin_call_node(p, callee, &args);
		if (builtin && !parse_is_known(p, callee->name))
			return builtin;
	}
	struct node *call = parse_node(p, NODE_CALL, callee->at);
	call->a = callee;
	call->b = builtin;
	for (uint32_t i = 0; i < args.n; i++)
		parse_add(p, call, args.nodes[i]);
	if (args.named) {
		str *names = ARENA_ARRAY(p->lexer.arena, str, args.n);
		memcpy(names, args.names, args.n * sizeof *names);
		call->names = names;
	}
	return call;
}

/* ---- what follows a value ---- */

static struct node *parse_filter(struct parser *p, struct node *a)
{
	struct node *node = parse_node(p, NODE_FILTER, a->at);
	parse_next(p);
	p->filters++;
	node->a = a;
	node->b = parse_expression(p);
	p->filters--;
	if (!node->b || !parse_expect_sign(p, ']', "']' is missing after the filter"))
		return NULL;
	return node;
}

static struct node *parse_path(struct parser *p, struct node *a)
{
	struct node *node = parse_node(p, NODE_PATH, a->at);
	parse_next(p);
	node->a = a;
	if (!parse_name(p, true, &node->name))
		return parse_fault(p, &p->token, "A name is expected after '.'");
	return node;
}

/* Whether '[' closes a range, as in [1..5[: then nothing that begins a value follows it. */
static bool closes_range(const struct parser *p)
{
	if (!p->range_end)
		return false;
	struct token next = lexer_token(&p->lexer, p->token.end);
	if (next.kind == TOKEN_WORD)
		return is_keyword(next.text) && !str_eq(next.text, S("true")) &&
		       !str_eq(next.text, S("false")) && !str_eq(next.text, S("null")) &&
		       !str_eq(next.text, S("not"));
	if (next.kind != TOKEN_SIGN)
		return next.kind == TOKEN_END;
	return next.sign > 0xff || memchr(")],}:=*/+.", (int)next.sign, 10);
}

struct node *parse_postfix(struct parser *p)
{
	struct node *a = parse_primary(p);
	uint32_t links = 0;
	while (a) {
		if (++links > PARSE_DEPTH)
			return parse_fault(p, &p->token, "This chain is too long");
		if (parse_is_sign(p, '.'))
			a = parse_path(p, a);
		else if (parse_is_sign(p, '[') && !closes_range(p))
			a = parse_filter(p, a);
		else if (parse_is_sign(p, '('))
			a = parse_call(p, a);
		else
			break;
	}
	return a;
}
