#include "form/feelers.h"

#include "base/buf.h"

enum part_kind { PART_TEXT, PART_INSERT, PART_IF, PART_LOOP };

struct part {
	enum part_kind kind;
	bool line_end; /* the closing tag ended its line: what is inside must too */
	str text;
	struct feel *feel; /* NULL: not understood */
	struct part *inside, *next;
};

struct feelers {
	str source;
	struct part *first;
};

enum { DEPTH = 32 };

struct parser {
	struct arena *arena;
	str rest, fault;
	int depth;
	bool gave_up; /* a block is not closed: what looks like one is an insert from here on */
};

static struct feel *compile(struct parser *p, str text)
{
	struct feel *feel;
	struct feel_fault fault;
	if (feel_parse(p->arena, text, NULL, &feel, &fault))
		return feel;
	if (str_empty(p->fault))
		p->fault = arena_copy(p->arena, fault.message);
	return NULL;
}

static struct part *part_new(struct parser *p, enum part_kind kind, str text)
{
	struct part *part = ARENA_NEW(p->arena, struct part);
	part->kind = kind;
	part->text = text;
	return part;
}

/* Takes `word` off the rest when it stands there. */
static bool take(struct parser *p, str word)
{
	if (!str_starts(p->rest, word))
		return false;
	p->rest = str_slice(p->rest, word.n, p->rest.n);
	return true;
}

static struct part *parse_parts(struct parser *p, str closing, bool *ret_closed, bool *ret_line);

/* "{{#if x}}" and "{{#loop x}}": `rest` stands after the word. False leaves it to be text. */
static bool parse_block(struct parser *p, enum part_kind kind, struct part **ret_part)
{
	str before = p->rest;
	size_t end = str_find(p->rest, S("}}"));
	if (end == SIZE_MAX || p->gave_up || p->depth >= DEPTH)
		return false;
	struct part *part = part_new(p, kind, str_slice(p->rest, 0, end));
	p->rest = str_slice(p->rest, end + 2, p->rest.n);
	take(p, S("\n"));
	bool closed;
	p->depth++;
	part->inside = parse_parts(p, kind == PART_IF ? S("{{/if}}") : S("{{/loop}}"), &closed,
				   &part->line_end);
	p->depth--;
	if (!closed) {
		p->rest = before;
		p->gave_up = true;
		return false;
	}
	part->feel = compile(p, part->text);
	*ret_part = part;
	return true;
}

static bool parse_insert(struct parser *p, struct part **ret_part)
{
	str inner = str_slice(p->rest, 2, p->rest.n);
	size_t end = str_find(inner, S("}}"));
	if (end == SIZE_MAX)
		return false;
	str text = str_slice(inner, 0, end);
	if (str_starts(text, S("=")))
		text = str_slice(text, 1, text.n);
	p->rest = str_slice(inner, end + 2, inner.n);
	*ret_part = part_new(p, PART_INSERT, text);
	if (!str_empty(str_trim(text)))
		(*ret_part)->feel = compile(p, text);
	return true;
}

static bool parse_tag(struct parser *p, struct part **ret_part)
{
	str before = p->rest;
	if (take(p, S("{{#if ")) && parse_block(p, PART_IF, ret_part))
		return true;
	p->rest = before;
	if (take(p, S("{{#loop ")) && parse_block(p, PART_LOOP, ret_part))
		return true;
	p->rest = before;
	return parse_insert(p, ret_part);
}

static struct part *parse_parts(struct parser *p, str closing, bool *ret_closed, bool *ret_line)
{
	struct part *first = NULL, **last = &first;
	*ret_closed = *ret_line = false;
	while (!str_empty(p->rest)) {
		if (closing.n && take(p, closing)) {
			*ret_closed = true;
			*ret_line = take(p, S("\n"));
			return first;
		}
		struct part *part;
		if (!str_starts(p->rest, S("{{")) || !parse_tag(p, &part)) {
			size_t skip = str_starts(p->rest, S("{{")) ? 2 : 0;
			size_t at = str_find(str_slice(p->rest, skip, p->rest.n), S("{{"));
			size_t end = at == SIZE_MAX ? p->rest.n : at + skip;
			part = part_new(p, PART_TEXT, str_slice(p->rest, 0, end));
			p->rest = str_slice(p->rest, end, p->rest.n);
		}
		*last = part;
		last = &part->next;
	}
	return first;
}

struct feelers *feelers_parse(struct arena *arena, str text, str *ret_fault)
{
	struct feelers *t = ARENA_NEW(arena, struct feelers);
	t->source = arena_copy(arena, text);
	struct parser p = { .arena = arena, .rest = t->source };
	if (str_starts(t->source, S("="))) {
		t->first = part_new(&p, PART_INSERT, str_slice(t->source, 1, t->source.n));
		t->first->feel = compile(&p, t->first->text);
	} else {
		bool closed, line;
		t->first = parse_parts(&p, S(""), &closed, &line);
	}
	if (ret_fault)
		*ret_fault = p.fault;
	return t;
}

bool feelers_is_plain(const struct feelers *t)
{
	return !t || !t->first || (t->first->kind == PART_TEXT && !t->first->next);
}

str feelers_source(const struct feelers *t)
{
	return t ? t->source : S("");
}

/* --- Rendering --- */

enum { LOOP_MAX = 1000, TEXT_MAX = 1 << 20 };

struct render {
	struct arena *arena;
	const struct feel_env *env;
	struct buf out;
	bool escapes;
};

static void render_parts(struct render *r, const struct part *part,
			 const struct feel_scope *scope);

/* What the closing tag's line break was for: the block ends its line, once. */
static void end_line(struct render *r, const struct part *part, size_t from)
{
	if (part->line_end && (r->out.n == from || r->out.p[r->out.n - 1] != '\n'))
		buf_byte(&r->out, '\n');
}

/* From the inside out: of two members of one name the first is found. */
static struct value variables_of(struct arena *arena, const struct feel_scope *scope)
{
	struct value all = value_map();
	for (; scope; scope = scope->outer)
		for (uint32_t i = 0; scope->variables.kind == VALUE_MAP && i < scope->variables.n;
		     i++)
			value_append(arena, &all, scope->variables.members[i].key,
				     scope->variables.members[i].value);
	return all;
}

/* Inside a loop only the item is seen, and around it `this` and `parent`. */
static void render_item(struct render *r, const struct part *part, struct value item,
			struct value parent)
{
	struct value outer = value_map(), inner = value_map();
	value_append(r->arena, &outer, S("this"), item);
	value_append(r->arena, &outer, S("parent"), parent);
	value_append(r->arena, &inner, S("_this_"), item);
	value_append(r->arena, &inner, S("_parent_"), parent);
	struct feel_scope around = { .variables = outer };
	struct feel_scope members = { .variables = item.kind == VALUE_MAP ? item : value_null(),
				      .outer = &around };
	struct feel_scope scope = { .variables = inner, .outer = &members };
	render_parts(r, part->inside, &scope);
}

static void render_loop(struct render *r, const struct part *part,
			const struct feel_scope *scope, struct value list)
{
	size_t from = r->out.n;
	struct value parent = variables_of(r->arena, scope);
	if (list.kind == VALUE_LIST)
		for (uint32_t i = 0; i < list.n && i < LOOP_MAX; i++)
			render_item(r, part, list.items[i], parent);
	else if (list.kind != VALUE_NULL)
		render_item(r, part, list, parent);
	end_line(r, part, from);
}

/* What a browser takes for true, since conditions here are not held to be boolean. */
static bool is_truthy(struct value v)
{
	switch (v.kind) {
	case VALUE_NULL:
		return false;
	case VALUE_BOOL:
		return v.boolean;
	case VALUE_NUMBER:
		return !decimal_is_zero(v.number);
	case VALUE_STRING:
		return v.n != 0;
	default:
		return true;
	}
}

static void insert(struct render *r, str text)
{
	static const char *const ENTITIES[128] = {
		['&'] = "&amp;", ['<'] = "&lt;",  ['>'] = "&gt;",
		['"'] = "&quot;", ['\''] = "&#39;",
	};
	for (size_t i = 0; r->escapes && i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c < 128 && ENTITIES[c])
			buf_str(&r->out, str_z(ENTITIES[c]));
		else
			buf_byte(&r->out, text.p[i]);
	}
	if (!r->escapes)
		buf_str(&r->out, text);
}

static void render_part(struct render *r, const struct part *part,
			const struct feel_scope *scope)
{
	if (part->kind == PART_TEXT) {
		buf_str(&r->out, part->text);
		return;
	}
	if (!part->feel)
		return;
	struct value v = feel_eval(part->feel, r->arena, scope, r->env, NULL);
	size_t from = r->out.n;
	if (part->kind == PART_INSERT)
		insert(r, feel_to_string(r->arena, v));
	else if (part->kind == PART_LOOP)
		render_loop(r, part, scope, v);
	else if (is_truthy(v)) {
		render_parts(r, part->inside, scope);
		end_line(r, part, from);
	}
}

static void render_parts(struct render *r, const struct part *part,
			 const struct feel_scope *scope)
{
	for (; part && r->out.n < TEXT_MAX; part = part->next)
		render_part(r, part, scope);
}

static str render(const struct feelers *t, struct render *r, const struct feel_scope *scope)
{
	if (!t)
		return S("");
	if (feelers_is_plain(t))
		return t->first ? t->first->text : S("");
	r->out.arena = r->arena;
	render_parts(r, t->first, scope);
	return buf_view(&r->out);
}

str feelers_text(const struct feelers *t, struct arena *arena, const struct feel_scope *scope,
		 const struct feel_env *env)
{
	return render(t, &(struct render){ .arena = arena, .env = env }, scope);
}

str feelers_markup(const struct feelers *t, struct arena *arena, const struct feel_scope *scope,
		   const struct feel_env *env)
{
	return render(t, &(struct render){ .arena = arena, .env = env, .escapes = true }, scope);
}
