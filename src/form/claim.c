/* Which paths of the data belong to which field, and which expressions need which. */
#include "form/load.h"
#include "form/tree.h"

struct claim {
	const struct field *field;
	struct path path;
	bool closed, repeats;
};

static bool is_prefix(struct path prefix, struct path path)
{
	return prefix.n <= path.n && path_eq(prefix, (struct path){ path.steps, prefix.n });
}

static bool is_inside(const struct field *field, const struct field *container)
{
	for (; field; field = field->parent)
		if (field == container)
			return true;
	return false;
}

static bool can_both(const struct claim *old, const struct claim *claim)
{
	if (is_prefix(old->path, claim->path)) {
		if (old->closed)
			return false;
		if (old->repeats && !is_inside(claim->field->parent, old->field))
			return false;
	}
	return !(is_prefix(claim->path, old->path) && (claim->closed || claim->repeats));
}

static struct value named(struct arena *arena, const struct field *field)
{
	struct value v = value_map();
	value_append(arena, &v, S("id"), value_str(field->id));
	value_append(arena, &v, S("key"), value_str(path_text(arena, "", field->path)));
	return v;
}

void claim_check(const struct form *form, struct faults *faults)
{
	struct arena *arena = faults->arena;
	struct claim *claims = ARENA_ARRAY(arena, struct claim, form->field_count + 1);
	size_t n = 0;
	for (const struct field *f = field_next(&form->root); f; f = field_next(f)) {
		if (f->path.n == 0)
			continue;
		struct claim claim = { f, field_full_path(arena, f), field_is(f, TYPES_INPUT),
				       f->type == FIELD_DYNAMICLIST };
		for (size_t i = 0; i < n; i++)
			if (!can_both(&claims[i], &claim)) {
				faults_add(faults, named(arena, f), "key",
					   "The path \"%.*s\" belongs to element \"%.*s\" already.",
					   STR_ARG(path_text(arena, "", claim.path)),
					   STR_ARG(claims[i].field->id));
				break;
			}
		claims[n++] = claim;
	}
}

/* --- Circles --- */

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct expression {
	const struct field *field;
	str path;           /* "list.total" */
	struct value reads; /* paths from the root */
	enum mark mark;
};

struct circles {
	struct arena *arena;
	struct expression *all;
	size_t n;
	struct faults *faults;
};

static bool path_touches(str a, str b)
{
	str shorter = a.n <= b.n ? a : b, longer = a.n <= b.n ? b : a;
	return str_starts(longer, shorter) &&
	       (longer.n == shorter.n || longer.p[shorter.n] == '.');
}

/* `this.x` inside a list is the list's own x. */
static str absolute(struct arena *arena, const struct field *field, str read)
{
	static const char *const SELF[] = { "this.", "_this_." };
	const struct field *list = field->parent;
	while (list->parent && !(list->type == FIELD_DYNAMICLIST && list->repeating))
		list = list->parent;
	for (size_t i = 0; i < 2; i++)
		if (str_starts(read, str_z(SELF[i]))) {
			str base = path_text(arena, "", field_full_path(arena, list));
			read = str_slice(read, strlen(SELF[i]), read.n);
			return base.n ? arena_printf(arena, "%.*s.%.*s", STR_ARG(base),
						     STR_ARG(read)) :
					read;
		}
	return read;
}

static bool needs(const struct expression *a, const struct expression *b)
{
	for (uint32_t i = 0; i < a->reads.n; i++)
		if (path_touches(value_text(a->reads.items[i]), b->path))
			return true;
	return false;
}

static void visit(struct circles *c, struct expression *e)
{
	e->mark = MARK_OPEN;
	for (size_t i = 0; i < c->n; i++) {
		struct expression *other = &c->all[i];
		if (other->mark == MARK_DONE || !needs(e, other))
			continue;
		if (other->mark == MARK_OPEN)
			faults_add(c->faults, named(c->arena, e->field), "expression",
				   "The expressions of \"%.*s\" and \"%.*s\" need one another.",
				   STR_ARG(e->field->id), STR_ARG(other->field->id));
		else
			visit(c, other);
	}
	e->mark = MARK_DONE;
}

void cycle_check(const struct form *form, struct faults *faults)
{
	struct circles c = { .arena = faults->arena, .faults = faults };
	c.all = ARENA_ARRAY(c.arena, struct expression, form->field_count + 1);
	for (const struct field *f = field_next(&form->root); f; f = field_next(f)) {
		if (f->type != FIELD_EXPRESSION || !f->expression)
			continue;
		struct expression *e = &c.all[c.n++];
		e->field = f;
		e->path = path_text(c.arena, "", field_full_path(c.arena, f));
		e->reads = value_list();
		struct value reads = feel_reads(f->expression, c.arena);
		for (uint32_t i = 0; reads.kind == VALUE_LIST && i < reads.n; i++)
			value_push(c.arena, &e->reads,
				   value_str(absolute(c.arena, f, value_text(reads.items[i]))));
	}
	for (size_t i = 0; i < c.n; i++)
		if (c.all[i].mark == MARK_NEW)
			visit(&c, &c.all[i]);
}

/* --- What moves while a page is filled in --- */

static void add_reads(struct arena *arena, const struct feel *feel, struct value *reads)
{
	struct value more = feel ? feel_reads(feel, arena) : value_null();
	for (uint32_t i = 0; more.kind == VALUE_LIST && i < more.n; i++)
		value_push(arena, reads, more.items[i]);
}

struct bound {
	const struct field *field;
	str path;
};

struct moving {
	struct arena *arena;
	struct bound *inputs;
	size_t n;
};

/* Whether a read may be of an input field on the same page; what is said by `this` or `parent`
 * always may. */
static bool reads_page(const struct moving *m, const struct field *field, str read)
{
	static const char *const NEAR[] = { "this", "_this_", "parent", "_parent_" };
	for (size_t i = 0; i < sizeof NEAR / sizeof *NEAR; i++)
		if (path_touches(read, str_z(NEAR[i])))
			return true;
	for (size_t i = 0; i < m->n; i++)
		if (m->inputs[i].field->page == field->page && path_touches(read, m->inputs[i].path))
			return true;
	return false;
}

static void mark_field(const struct moving *m, struct field *f)
{
	struct value reads = value_list();
	add_reads(m->arena, f->hide, &reads);
	add_reads(m->arena, f->readonly.feel, &reads);
	add_reads(m->arena, f->values_expression.feel, &reads);
	add_reads(m->arena, f->data_source.feel, &reads);
	for (uint32_t i = 0; i < reads.n && !f->moves; i++)
		f->moves = reads_page(m, f, value_text(reads.items[i]));
}

void mark_moving(struct arena *arena, struct form *form)
{
	struct moving m = { .arena = arena };
	m.inputs = ARENA_ARRAY(arena, struct bound, form->field_count + 1);
	for (const struct field *f = field_next(&form->root); f; f = field_next(f))
		if (field_is(f, TYPES_INPUT))
			m.inputs[m.n++] = (struct bound){
				f, path_text(arena, "", field_full_path(arena, f))
			};
	struct field *f = (struct field *)field_next(&form->root);
	for (; f; f = (struct field *)field_next(f))
		mark_field(&m, f);
}
