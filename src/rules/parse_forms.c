#include "rules/parser.h"

#include "rules/types.h"

struct node *parse_if(struct parser *p)
{
	struct node *node = parse_node(p, NODE_IF, p->token.at);
	parse_next(p);
	node->a = parse_expression(p);
	if (!node->a || !parse_expect_word(p, "then", "\"if\" needs a \"then\""))
		return NULL;
	node->b = parse_expression(p);
	if (!node->b || !parse_expect_word(p, "else", "\"if\" needs an \"else\""))
		return NULL;
	node->c = parse_expression(p);
	return node->c ? node : NULL;
}

/* name in list, or name in from..to */
static struct node *parse_iterator(struct parser *p)
{
	struct node *node = parse_node(p, NODE_ITERATOR, p->token.at);
	if (!parse_name(p, false, &node->name))
		return parse_fault(p, &p->token, "The name of a variable is expected here");
	if (!parse_expect_word(p, "in", "\"in\" is missing after the variable"))
		return NULL;
	node->a = parse_expression(p);
	if (node->a && parse_take_sign(p, SIGN_DOTS)) {
		node->b = parse_expression(p);
		if (!node->b)
			return NULL;
	}
	return node->a ? node : NULL;
}

struct node *parse_loop(struct parser *p, enum node_kind kind)
{
	const struct local *outer = p->locals;
	struct node *node = parse_node(p, kind, p->token.at);
	parse_next(p);
	do {
		struct node *iterator = parse_iterator(p);
		if (!iterator)
			return NULL;
		parse_add(p, node, iterator);
		parse_local(p, iterator->name);
	} while (parse_take_sign(p, ','));
	if (kind == NODE_FOR ? !parse_expect_word(p, "return", "\"for\" needs a \"return\"")
			     : !parse_expect_word(p, "satisfies", "\"satisfies\" is missing"))
		return NULL;
	node->a = parse_expression(p);
	p->locals = outer;
	return node->a ? node : NULL;
}

/* ---- functions ---- */

struct parameters {
	str *names;
	const struct feel_type **types;
	uint32_t n;
};

static bool parse_parameter(struct parser *p, struct parameters *to)
{
	bool unknown = false;
	struct arena *arena = p->lexer.arena;
	to->names = arena_grow(arena, to->names, to->n * sizeof *to->names,
			       (to->n + 1) * sizeof *to->names);
	to->types = arena_grow(arena, to->types, to->n * sizeof *to->types,
			       (to->n + 1) * sizeof *to->types);
	to->types[to->n] = NULL;
	if (!parse_name(p, false, &to->names[to->n])) {
		parse_fault(p, &p->token, "The name of a parameter is expected here");
		return false;
	}
	if (parse_take_sign(p, ':'))
		to->types[to->n] = parse_type(p, &unknown);
	parse_local(p, to->names[to->n++]);
	return !p->failed;
}

struct node *parse_function(struct parser *p)
{
	const struct local *outer = p->locals;
	struct node *node = parse_node(p, NODE_FUNCTION, p->token.at);
	struct parameters parameters = { 0 };
	parse_next(p);
	if (!parse_expect_sign(p, '(', "\"function\" needs its parameters in parentheses"))
		return NULL;
	if (!parse_take_sign(p, ')')) {
		do {
			if (!parse_parameter(p, &parameters))
				return NULL;
		} while (parse_take_sign(p, ','));
		if (!parse_expect_sign(p, ')', "')' is missing after the parameters"))
			return NULL;
	}
	bool external = parse_take_word(p, "external");
	node->a = parse_expression(p);
	p->locals = outer;
	node->names = parameters.names;
	node->types = parameters.types;
	node->n = parameters.n;
	if (!node->a)
		return NULL;
	/* Code of other languages is never run. */
	if (external)
		node->a = parse_node(p, NODE_CONSTANT, node->at);
	return node;
}

/* ---- contexts ---- */

static void remember_key(struct parser *p, str name)
{
	struct local *key = ARENA_NEW(p->lexer.arena, struct local);
	*key = (struct local){ name, p->keys };
	p->keys = key;
}

static bool has_key(const struct node *node, str name)
{
	for (uint32_t i = 0; i < node->n; i++)
		if (str_eq(node->names[i], name))
			return true;
	return false;
}

static bool parse_entry(struct parser *p, struct node *node, str **names, bool *twice)
{
	str name;
	if (!parse_key(p, &name)) {
		parse_fault(p, &p->token, "The name of an entry is expected here");
		return false;
	}
	if (!parse_expect_sign(p, ':', "':' is missing after the name"))
		return false;
	*twice |= has_key(node, name);
	struct node *item = parse_expression(p);
	if (!item)
		return false;
	*names = arena_grow(p->lexer.arena, *names, node->n * sizeof **names,
			    (node->n + 1) * sizeof **names);
	(*names)[node->n] = name;
	node->names = *names;
	parse_add(p, node, item);
	parse_local(p, name);
	remember_key(p, name);
	return true;
}

struct node *parse_context(struct parser *p)
{
	const struct local *outer = p->locals;
	struct node *node = parse_node(p, NODE_CONTEXT, p->token.at);
	str *names = NULL;
	bool twice = false;
	parse_next(p);
	if (!parse_take_sign(p, '}')) {
		do {
			if (!parse_entry(p, node, &names, &twice))
				return NULL;
		} while (parse_take_sign(p, ','));
		if (!parse_expect_sign(p, '}', "'}' is missing after the last entry"))
			return NULL;
	}
	p->locals = outer;
	/* A context with two entries of one name is an error, and errors give null. */
	return twice ? parse_node(p, NODE_CONSTANT, node->at) : node;
}

/* ---- brackets: lists, ranges, parentheses ---- */

static struct node *parse_range(struct parser *p, struct node *low, uint16_t open)
{
	struct node *node = parse_node(p, NODE_RANGE, low->at);
	bool outer = p->range_end;
	parse_next(p);
	p->range_end = true;
	node->a = low;
	node->b = parse_additive(p);
	p->range_end = outer;
	if (!node->b)
		return NULL;
	if (open == '[')
		node->flags |= NODE_LOW_CLOSED;
	if (parse_is_sign(p, ']'))
		node->flags |= NODE_HIGH_CLOSED;
	if (parse_take_sign(p, ']') || parse_take_sign(p, ')') || parse_take_sign(p, '['))
		return parse_fold(p, node, node->a->kind == NODE_CONSTANT &&
						   node->b->kind == NODE_CONSTANT);
	return parse_fault(p, &p->token, "']' or ')' is missing after the range");
}

static bool is_constant_list(const struct node *node)
{
	for (uint32_t i = 0; i < node->n; i++)
		if (node->items[i]->kind != NODE_CONSTANT)
			return false;
	return true;
}

/* A list of constants is one itself. */
static struct node *list_node(struct parser *p, struct node *node)
{
	if (!is_constant_list(node))
		return node;
	node->constant = value_list();
	for (uint32_t i = 0; i < node->n; i++)
		value_push(p->lexer.arena, &node->constant, node->items[i]->constant);
	node->kind = NODE_CONSTANT;
	return node;
}

static struct node *parse_list(struct parser *p, struct node *node, struct node *first)
{
	parse_add(p, node, first);
	while (parse_take_sign(p, ',')) {
		struct node *item = parse_test(p);
		if (!item)
			return NULL;
		parse_add(p, node, item);
	}
	if (!parse_expect_sign(p, ']', "']' is missing after the list"))
		return NULL;
	return list_node(p, node);
}

static struct node *parse_group(struct parser *p, struct node *first, bool may_be_tests)
{
	if (may_be_tests && parse_is_sign(p, ',')) {
		struct node *tests = parse_node(p, NODE_TESTS, first->at);
		parse_add(p, tests, first);
		parse_next(p);
		first = parse_test_list(p, tests);
	}
	if (!first || !parse_expect_sign(p, ')', "')' is missing"))
		return NULL;
	return first;
}

struct node *parse_bracket(struct parser *p)
{
	uint16_t open = p->token.sign;
	bool may_be_tests = p->tests_at == p->token.at;
	struct node *list = parse_node(p, NODE_LIST, p->token.at);
	parse_next(p);
	if (open == '[' && parse_take_sign(p, ']'))
		return list_node(p, list);
	struct node *first = parse_test(p);
	if (!first)
		return NULL;
	if (parse_is_sign(p, SIGN_DOTS))
		return parse_range(p, first, open);
	if (open == '[')
		return parse_list(p, list, first);
	if (open == '(')
		return parse_group(p, first, may_be_tests);
	return parse_fault(p, &p->token, "\"..\" is missing in the range");
}

/* ---- types ---- */

static struct feel_type *new_type(struct parser *p, enum feel_type_kind kind)
{
	struct feel_type *type = ARENA_NEW(p->lexer.arena, struct feel_type);
	type->kind = (uint8_t)kind;
	return type;
}

/* An unknown type somewhere inside makes the whole unknown. */
static const struct feel_type *parse_element(struct parser *p, enum feel_type_kind kind,
					     bool *ret_unknown)
{
	struct feel_type *type = new_type(p, kind);
	parse_next(p);
	type->element = parse_type(p, ret_unknown);
	if (p->failed || !parse_expect_sign(p, '>', "'>' is missing after the type"))
		return NULL;
	return type->element ? type : NULL;
}

static void add_member(struct parser *p, struct feel_type *type, str name,
		       const struct feel_type *member)
{
	struct arena *arena = p->lexer.arena;
	str *names = arena_grow(arena, (void *)type->names, type->n * sizeof *names,
				(type->n + 1) * sizeof *names);
	type->members = arena_grow(arena, type->members, type->n * sizeof *type->members,
				   (type->n + 1) * sizeof *type->members);
	names[type->n] = name;
	type->names = names;
	type->members[type->n++] = member;
}

/* context<name: type, …> and function<type, …> -> type */
static const struct feel_type *parse_members(struct parser *p, enum feel_type_kind kind,
					     bool *ret_unknown)
{
	struct feel_type *type = new_type(p, kind);
	parse_next(p);
	while (!p->failed && !parse_is_sign(p, '>')) {
		str name = S("");
		if (kind == TYPE_CONTEXT &&
		    (!parse_key(p, &name) || !parse_expect_sign(p, ':', "':' is missing")))
			return parse_fault(p, &p->token, "The name of a member is expected here");
		add_member(p, type, name, parse_type(p, ret_unknown));
		if (!parse_take_sign(p, ','))
			break;
	}
	if (!parse_expect_sign(p, '>', "'>' is missing after the type"))
		return NULL;
	if (kind == TYPE_FUNCTION) {
		if (!parse_expect_sign(p, SIGN_ARROW, "\"->\" and the type of the result are missing"))
			return NULL;
		type->element = parse_type(p, ret_unknown);
	}
	return *ret_unknown ? NULL : type;
}

static const struct feel_type *parse_named_type(struct parser *p, bool *ret_unknown)
{
	str name, part;
	if (!parse_name(p, true, &name))
		return parse_fault(p, &p->token, "The name of a type is expected here");
	while (parse_take_sign(p, '.') && parse_name(p, true, &part))
		name = arena_join(p->lexer.arena, (str[]){ name, S("."), part }, 3);
	const struct feel_type *type = type_named(name);
	if (!type && p->options && p->options->find_type)
		type = p->options->find_type(p->options->data, name);
	*ret_unknown |= !type;
	return type;
}

const struct feel_type *parse_type(struct parser *p, bool *ret_unknown)
{
	static const str phrases[] = {
		S("date and time"), S("days and time duration"), S("years and months duration"),
		S("day and time duration"), S("year and month duration"),
	};
	const struct feel_type *type;
	if (++p->depth > PARSE_DEPTH)
		return parse_fault(p, &p->token, "This is nested too deeply");
	struct token next = lexer_token(&p->lexer, p->token.end);
	bool generic = next.kind == TOKEN_SIGN && next.sign == '<';
	bool list = parse_is_word(p, "list"), range = parse_is_word(p, "range");
	bool context = parse_is_word(p, "context"), function = parse_is_word(p, "function");
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (parse_phrase(p, phrases[i])) {
			p->depth--;
			return type_named(phrases[i]);
		}
	if (generic && (list || range || context || function))
		parse_next(p);
	if (generic && (list || range))
		type = parse_element(p, list ? TYPE_LIST : TYPE_RANGE, ret_unknown);
	else if (generic && (context || function))
		type = parse_members(p, context ? TYPE_CONTEXT : TYPE_FUNCTION, ret_unknown);
	else
		type = parse_named_type(p, ret_unknown);
	p->depth--;
	return type;
}
