#include "form/sheet.h"

#include "form/options.h"
#include "form/tree.h"

/* Expressions of forms are small: what one of them may cost at most, since there are many. */
enum { EXPRESSION_STEPS = 100000, EXPRESSION_MEMORY = 4 << 20 };
enum { ROUNDS_MAX = 40, COMPUTED_MAX = 500, ROUND_MEMORY = 16 << 20 };

/* --- Scopes --- */

static struct value special(struct sheet *sheet, const struct scope *scope, struct value parent,
			    bool wrapped)
{
	struct value map = value_map(), numbers = value_list();
	size_t n = 0;
	for (const struct scope *s = scope; s->up; s = s->up)
		n++;
	for (size_t i = 0; i < n; i++)
		value_push(sheet->arena, &numbers, value_null());
	for (const struct scope *s = scope; s->up; s = s->up)
		numbers.items[--n] = value_int((int64_t)s->index + 1);
	value_append(sheet->arena, &map, wrapped ? S("_this_") : S("this"), scope->item);
	value_append(sheet->arena, &map, wrapped ? S("_parent_") : S("parent"), parent);
	value_append(sheet->arena, &map, wrapped ? S("_i_") : S("i"), numbers);
	return map;
}

/* What a list's children see as `parent`: the scope around the list, with the members of its own
 * `this` in front. */
static struct value as_parent(struct sheet *sheet, struct scope *scope)
{
	scope_feel(sheet, scope);
	struct value map = value_map();
	const struct value parts[] = { scope->feel[2].variables, scope->item,
				       scope->feel[0].variables };
	for (size_t k = 0; k < 3; k++)
		for (uint32_t i = 0; parts[k].kind == VALUE_MAP && i < parts[k].n; i++)
			value_append(sheet->arena, &map, parts[k].members[i].key,
				     parts[k].members[i].value);
	return map;
}

const struct feel_scope *scope_feel(struct sheet *sheet, struct scope *scope)
{
	if (!scope->ready) {
		scope->ready = true;
		struct value parent = scope->up ? as_parent(sheet, (struct scope *)scope->up) :
						  value_null();
		scope->feel[0] = (struct feel_scope){ special(sheet, scope, parent, false), NULL };
		scope->feel[1] = (struct feel_scope){ sheet->seen, &scope->feel[0] };
		scope->feel[2] = (struct feel_scope){ special(sheet, scope, parent, true),
						      &scope->feel[1] };
	}
	return &scope->feel[2];
}

struct scope *scope_item(struct sheet *sheet, struct scope *up, const struct field *list,
			 struct path list_path, size_t index)
{
	struct scope *scope = ARENA_NEW(sheet->arena, struct scope);
	scope->up = up;
	scope->list = list;
	scope->index = index;
	scope->path = path_index(sheet->arena, list_path, index);
	scope->item = tree_get(sheet->data, scope->path);
	return scope;
}

static void top_reset(struct sheet *sheet, struct value seen)
{
	sheet->seen = seen;
	sheet->top = (struct scope){ .item = seen };
}

/* --- Properties of fields --- */

struct value sheet_setting(struct sheet *sheet, const struct setting *setting, struct scope *scope)
{
	if (!setting->feel)
		return setting->constant;
	return feel_eval(setting->feel, sheet->arena, scope_feel(sheet, scope), &sheet->feel, NULL);
}

bool sheet_number(struct sheet *sheet, const struct setting *setting, struct scope *scope,
		struct decimal *ret_d)
{
	struct value v = sheet_setting(sheet, setting, scope);
	if (v.kind == VALUE_NUMBER) {
		*ret_d = v.number;
		return true;
	}
	return v.kind == VALUE_STRING && decimal_parse(str_trim(value_text(v)), ret_d);
}

str sheet_text(struct sheet *sheet, const struct feelers *t, struct scope *scope)
{
	if (feelers_is_plain(t))
		return feelers_text(t, sheet->arena, NULL, NULL);
	return feelers_text(t, sheet->arena, scope_feel(sheet, scope), &sheet->feel);
}

static str first_line(str text)
{
	str line = S("");
	str_next(&text, '\n', &line);
	return str_trim(line);
}

str sheet_label(struct sheet *sheet, const struct field *field, struct scope *scope)
{
	const struct feelers *t = field->label;
	if (field->type == FIELD_DATETIME)
		t = field->date_label ? field->date_label : field->time_label;
	str label = first_line(sheet_text(sheet, t, scope));
	if (str_empty(label) && field_is(field, TYPES_INPUT) && field->path.n)
		return field->path.steps[field->path.n - 1].key;
	return label;
}

/* Conditions are unary tests of nothing: what cannot be told counts as met, as form-js has it. */
static bool is_met(struct value v)
{
	if (v.kind != VALUE_LIST)
		return v.kind == VALUE_NULL || value_is_true(v);
	for (uint32_t i = 0; i < v.n; i++)
		if (v.items[i].kind == VALUE_NULL || value_is_true(v.items[i]))
			return true;
	return false;
}

static bool test_met(struct sheet *sheet, const struct field *field, struct scope *scope)
{
	const struct feel_scope *feel = scope_feel(sheet, scope);
	if (field->hide_tests)
		return value_is_true(feel_test(field->hide, sheet->arena, value_null(), feel,
					       &sheet->feel));
	return is_met(feel_eval(field->hide, sheet->arena, feel, &sheet->feel, NULL));
}

bool sheet_hidden(struct sheet *sheet, const struct field *field, struct scope *scope)
{
	return field->hide && test_met(sheet, field, scope) != field->hide_negated;
}

static bool is_read_only(struct sheet *sheet, const struct field *field, struct scope *scope)
{
	struct value v = sheet_setting(sheet, &field->readonly, scope);
	if (field->readonly.feel)
		return is_met(v);
	return value_is_true(v) || (v.kind == VALUE_STRING && v.n && v.bytes[0] != '=');
}

bool sheet_locked(struct sheet *sheet, const struct field *field, struct scope *scope)
{
	return sheet->everything_read_only || field->disabled || !sheet_asked(sheet, field) ||
	       is_read_only(sheet, field, scope);
}

struct value sheet_options(struct sheet *sheet, const struct field *field, struct scope *scope)
{
	if (field->has_values_key)
		return options_normal(sheet->arena, value_get(sheet->data, field->values_key));
	if (field->has_values)
		return field->values;
	return options_normal(sheet->arena, sheet_setting(sheet, &field->values_expression, scope));
}

struct path sheet_path(struct sheet *sheet, struct path base, const struct field *field)
{
	return path_join(sheet->arena, base, field->path);
}

size_t sheet_items(const struct sheet *sheet, struct path path)
{
	const struct value *list = tree_find(&sheet->data, path);
	size_t n = list && list->kind == VALUE_LIST ? list->n : 0;
	return n > FORM_LIST_MAX ? FORM_LIST_MAX : n;
}

/* --- Conditions over the whole --- */

static bool repeats(const struct field *field)
{
	return field->type == FIELD_DYNAMICLIST && field->repeating;
}

struct pruning {
	struct sheet *sheet;
	struct value kept;
	size_t visits;
};

static void prune_children(struct pruning *p, const struct field *field, struct scope *scope,
			   struct path base, bool hidden);

static void prune_field(struct pruning *p, const struct field *field, struct scope *scope,
			struct path base, bool hidden)
{
	if (!field_is(field, TYPES_INPUT | TYPES_CONTAINER) || ++p->visits > FORM_INSTANCES_MAX)
		return;
	struct path path = sheet_path(p->sheet, base, field);
	hidden = hidden || sheet_hidden(p->sheet, field, scope);
	if (hidden && (field_is(field, TYPES_INPUT) || repeats(field))) {
		tree_clear(&p->kept, path);
		return;
	}
	if (!repeats(field)) {
		prune_children(p, field, scope, path, hidden);
		return;
	}
	size_t n = sheet_items(p->sheet, path);
	for (size_t i = 0; i < n && field->child_count; i++) {
		struct scope *item = scope_item(p->sheet, scope, field, path, i);
		prune_children(p, field, item, item->path, hidden);
	}
}

static void prune_children(struct pruning *p, const struct field *field, struct scope *scope,
			   struct path base, bool hidden)
{
	for (size_t i = 0; i < field->child_count; i++)
		prune_field(p, field->children[i], scope, base, hidden);
}

struct value sheet_without_hidden(struct sheet *sheet)
{
	struct pruning p = { .sheet = sheet, .kept = value_copy(sheet->arena, sheet->data) };
	prune_children(&p, &sheet->form->root, &sheet->top, (struct path){ 0 }, false);
	return p.kept;
}

static void push_shown(struct sheet *sheet, struct instance instance)
{
	if (sheet->shown_count == sheet->shown_room) {
		size_t room = sheet->shown_room ? sheet->shown_room * 2 : 32;
		sheet->shown = arena_grow(sheet->arena, sheet->shown,
					sheet->shown_room * sizeof *sheet->shown,
					room * sizeof *sheet->shown);
		sheet->shown_room = room;
	}
	sheet->shown[sheet->shown_count++] = instance;
}

static void gather(struct sheet *sheet, const struct field *parent, struct scope *scope,
		   struct path base)
{
	for (size_t i = 0; i < parent->child_count; i++) {
		const struct field *field = parent->children[i];
		if (!field_is(field, TYPES_INPUT | TYPES_CONTAINER) ||
		    sheet->shown_count >= FORM_INSTANCES_MAX || sheet_hidden(sheet, field, scope))
			continue;
		struct path path = sheet_path(sheet, base, field);
		if (field_is(field, TYPES_INPUT))
			push_shown(sheet, (struct instance){ field, scope, path });
		size_t n = repeats(field) ? sheet_items(sheet, path) : 0;
		for (size_t k = 0; k < n; k++) {
			struct scope *item = scope_item(sheet, scope, field, path, k);
			gather(sheet, field, item, item->path);
		}
		if (!repeats(field) && field->child_count)
			gather(sheet, field, scope, path);
	}
}

/* First the conditions over all data, then again over what that left: a field hidden because of a
 * value that is itself hidden comes to light. */
static void look(struct sheet *sheet)
{
	top_reset(sheet, sheet->data);
	struct value kept = sheet_without_hidden(sheet);
	top_reset(sheet, kept);
	sheet->shown_count = 0;
	gather(sheet, &sheet->form->root, &sheet->top, (struct path){ 0 });
}

/* --- Settling --- */

/* FEEL's days and times leave as text, since data is JSON. */
static struct value as_data(struct arena *arena, struct value v)
{
	struct value copy = v;
	switch (v.kind) {
	case VALUE_LIST:
		copy = value_list();
		for (uint32_t i = 0; i < v.n; i++)
			value_push(arena, &copy, as_data(arena, v.items[i]));
		return copy;
	case VALUE_MAP:
		copy = value_map();
		for (uint32_t i = 0; i < v.n; i++)
			value_append(arena, &copy, v.members[i].key,
				     as_data(arena, v.members[i].value));
		return copy;
	case VALUE_FUNCTION:
		return value_null();
	case VALUE_NULL:
	case VALUE_BOOL:
	case VALUE_NUMBER:
	case VALUE_STRING:
		return v;
	default:
		return value_str(feel_to_string(arena, v));
	}
}

static struct value compute(struct sheet *sheet, const struct instance *in)
{
	if (!in->field->expression)
		return value_null();
	return as_data(sheet->arena, feel_eval(in->field->expression, sheet->arena,
					     scope_feel(sheet, in->scope), &sheet->feel, NULL));
}

static struct value offered_only(struct sheet *sheet, const struct instance *in, struct value v)
{
	struct value options = sheet_options(sheet, in->field, in->scope);
	if (field_is(in->field, TYPES_ONE))
		return options_hold(options, v) ? v : value_null();
	struct value kept = value_list();
	for (uint32_t i = 0; v.kind == VALUE_LIST && i < v.n; i++)
		if (options_hold(options, v.items[i]))
			value_push(sheet->arena, &kept, v.items[i]);
	return kept;
}

static bool is_nothing(struct value v)
{
	return v.kind == VALUE_NULL || (v.kind == VALUE_STRING && v.n == 0) ||
	       (v.kind == VALUE_BOOL && !v.boolean) ||
	       (v.kind == VALUE_NUMBER && decimal_is_zero(v.number));
}

/* What the field would make of its value by itself. */
static struct value settled(struct sheet *sheet, const struct instance *in, struct value v)
{
	const struct field *field = in->field;
	if (field->type == FIELD_EXPRESSION)
		return field->presubmit && !sheet->submitting ? v : compute(sheet, in);
	if (field->type == FIELD_DATETIME)
		return time_normal(sheet, field, v);
	if (field_is(field, TYPES_ONE))
		return is_nothing(v) ? v : offered_only(sheet, in, v);
	if (field_is(field, TYPES_MANY))
		return offered_only(sheet, in, v);
	return v;
}

/* In a circle every expression is computed only once: the paths of those that were. */
static bool may_compute(struct sheet *sheet, struct path path)
{
	if (!sheet->circle)
		return true;
	for (size_t i = 0; i < sheet->computed_count; i++)
		if (path_eq(sheet->computed[i], path))
			return false;
	if (sheet->computed_count == COMPUTED_MAX)
		return false;
	sheet->computed[sheet->computed_count++] = path;
	return true;
}

static bool settle_one(struct sheet *sheet, const struct instance *in)
{
	unsigned moving = TYPES_OPTIONS | TYPE(EXPRESSION) | TYPE(DATETIME);
	if (!field_is(in->field, moving) || in->field->disabled ||
	    is_read_only(sheet, in->field, in->scope))
		return false;
	const struct value *found = tree_find(&sheet->data, in->path);
	struct value v = found ? *found : value_null();
	struct value next = settled(sheet, in, v);
	if (found && value_eq(v, next))
		return false;
	if (in->field->type == FIELD_EXPRESSION && !may_compute(sheet, in->path))
		return false;
	tree_set(sheet->arena, &sheet->data, in->path, value_copy(sheet->arena, next));
	return true;
}

static bool settle_round(struct sheet *sheet)
{
	bool changed = false;
	size_t before = sheet->arena->used;
	for (size_t i = 0; i < sheet->shown_count && sheet->arena->used - before < ROUND_MEMORY; i++)
		changed |= settle_one(sheet, &sheet->shown[i]);
	return changed;
}

static bool settle_within(struct sheet *sheet, int rounds)
{
	/* An expression that reads its own answer may make it longer each time. */
	size_t before = sheet->arena->used;
	while (rounds-- > 0 && sheet->arena->used - before < ROUND_MEMORY) {
		look(sheet);
		if (!settle_round(sheet))
			return true;
	}
	look(sheet);
	return false;
}

/* Expressions that do not go in a circle come to rest after as many rounds as there are of them
 * one behind the other. Those that do begin again, and are computed once each. */
void sheet_settle(struct sheet *sheet)
{
	struct value before = sheet->form->has_expressions ? value_copy(sheet->arena, sheet->data) :
							   value_null();
	if (settle_within(sheet, ROUNDS_MAX) || !sheet->form->has_expressions)
		return;
	sheet->data = before;
	sheet->circle = true;
	sheet->computed = ARENA_ARRAY(sheet->arena, struct path, COMPUTED_MAX);
	settle_within(sheet, ROUNDS_MAX);
	sheet->circle = false;
}

void sheet_presubmit(struct sheet *sheet)
{
	if (!sheet->form->has_presubmit)
		return;
	sheet->submitting = true;
	sheet_settle(sheet);
}

/* --- Opening --- */

static void start_children(struct sheet *sheet, const struct field *parent, struct path base);

static void start_list(struct sheet *sheet, const struct field *list, struct path path)
{
	struct value v = tree_get(sheet->data, path);
	if (v.kind != VALUE_LIST) {
		v = value_list();
		for (uint32_t i = 0; i < list->default_repetitions; i++)
			value_push(sheet->arena, &v, value_map());
	}
	if (v.n > FORM_LIST_MAX)
		v.n = FORM_LIST_MAX;
	for (uint32_t i = 0; i < v.n; i++)
		if (v.items[i].kind != VALUE_MAP && v.items[i].kind != VALUE_LIST)
			v.items[i] = value_map();
	tree_set(sheet->arena, &sheet->data, path, v);
	for (uint32_t i = 0; i < v.n && sheet->shown_count < FORM_INSTANCES_MAX; i++)
		start_children(sheet, list, path_index(sheet->arena, path, i));
}

static void start_field(struct sheet *sheet, const struct field *field, struct path base)
{
	struct path path = sheet_path(sheet, base, field);
	if (field_is(field, TYPES_INPUT)) {
		sheet->shown_count++; /* only counted here, to end what is too large */
		const struct value *v = tree_find(&sheet->data, path);
		struct value start = v ? fit_value(sheet, field, *v) :
				     field->has_default ? field->default_value :
							  fit_empty(field);
		tree_set(sheet->arena, &sheet->data, path, value_copy(sheet->arena, start));
	} else if (repeats(field)) {
		if (field->child_count)
			start_list(sheet, field, path);
	} else if (field_is(field, TYPES_CONTAINER)) {
		start_children(sheet, field, path);
	}
}

static void start_children(struct sheet *sheet, const struct field *parent, struct path base)
{
	for (size_t i = 0; i < parent->child_count && sheet->shown_count < FORM_INSTANCES_MAX; i++)
		start_field(sheet, parent->children[i], base);
}

void sheet_start_item(struct sheet *sheet, const struct field *list, struct path path, size_t index)
{
	struct path item = path_index(sheet->arena, path, index);
	tree_set(sheet->arena, &sheet->data, item, value_map());
	start_children(sheet, list, item);
}

void sheet_init(struct sheet *sheet, const struct form *form, struct value data,
		struct form_env *env)
{
	*sheet = (struct sheet){
		.form = form,
		.env = env,
		.arena = env->ctx->arena,
		.feel = { .now = env->now,
			  .offset = env->offset,
			  .steps = EXPRESSION_STEPS,
			  .memory = EXPRESSION_MEMORY },
		.data = data.kind == VALUE_MAP ? value_copy(env->ctx->arena, data) : value_map(),
	};
	top_reset(sheet, sheet->data);
	start_children(sheet, &form->root, (struct path){ 0 });
	sheet_settle(sheet);
}
