#include "form/sample.h"

#include "form/check.h"
#include "form/load.h"
#include "form/pattern_node.h"
#include "form/tree.h"

enum {
	ROUNDS_MAX = 12, /* each answer may show further fields */
	DRAWS_MAX = 4,   /* of one answer until it passes */
	MANY = 1000000,  /* a range as wide as this is one of money */
};

struct sampling {
	const struct form *form;
	const struct form_sampler *sampler;
	struct form_env *env;
	struct arena *arena;
	struct value given, data;
	struct value done; /* path → true */
};

static uint64_t roll(const struct sampling *s, uint64_t sides)
{
	return s->sampler->roll(s->sampler->data, sides);
}

/* ---- texts ---- */

static void sample_node(const struct sampling *s, const struct node *node, struct buf *out);

static void sample_set(const struct sampling *s, const struct node *node, struct buf *out)
{
	if (node->negated || !node->n) {
		buf_byte(out, 'a');
		return;
	}
	struct range range = node->ranges[roll(s, node->n)];
	uint64_t code = range.from + roll(s, (uint64_t)range.to - range.from + 1);
	buf_byte(out, code < 0x80 ? (char)code : 'a');
}

static void sample_repeat(const struct sampling *s, const struct node *node, struct buf *out)
{
	enum { MORE = 3 };
	uint32_t more = node->max - node->min < MORE ? node->max - node->min : MORE;
	uint64_t times = node->min + roll(s, (uint64_t)more + 1);
	for (uint64_t i = 0; i < times; i++)
		sample_node(s, node->children[0], out);
}

/* What a look ahead or behind wants is not known here; such a text fails its check. */
static void sample_node(const struct sampling *s, const struct node *node, struct buf *out)
{
	switch (node->kind) {
	case NODE_CHAR:
		buf_byte(out, node->code < 0x80 ? (char)node->code : '?');
		break;
	case NODE_ANY:
		buf_byte(out, 'a');
		break;
	case NODE_SET:
		sample_set(s, node, out);
		break;
	case NODE_GROUP:
		sample_node(s, node->children[0], out);
		break;
	case NODE_REPEAT:
		sample_repeat(s, node, out);
		break;
	case NODE_SEQUENCE:
		for (uint32_t i = 0; i < node->n; i++)
			sample_node(s, node->children[i], out);
		break;
	case NODE_EITHER:
		sample_node(s, node->children[roll(s, node->n)], out);
		break;
	default:
		break;
	}
}

static str digits(const struct sampling *s, int n)
{
	struct buf out = { .arena = s->arena };
	for (int i = 0; i < n; i++)
		buf_byte(&out, (char)('0' + roll(s, 10)));
	return buf_view(&out);
}

static str plain_text(const struct sampling *s, const struct field *field)
{
	struct buf out = { .arena = s->arena };
	if (field->validate.pattern) {
		sample_node(s, field->validate.pattern->root, &out);
		return buf_view(&out);
	}
	if (field->validate.preset == PRESET_PHONE)
		return arena_printf(s->arena, "0905%.*s", STR_ARG(digits(s, 6)));
	if (field->validate.preset == PRESET_EMAIL)
		return arena_printf(s->arena, "nguoidan%.*s@example.vn", STR_ARG(digits(s, 4)));
	return digits(s, 3);
}

/* ---- the other kinds ---- */

static struct value sample_date(struct sampling *s, struct sheet *sheet, const struct field *field)
{
	enum { DAYS = 60 };
	int64_t day = (s->env->now + (usec)s->env->offset * USEC_MINUTE) / USEC_DAY;
	int64_t off = (int64_t)roll(s, DAYS);
	return value_str(time_join(sheet, field, field->future_only ? day + off : day - off,
				   (int)roll(s, 24) * 60));
}

/* Sums of money and the like are round. */
static int64_t rounded(int64_t n, int64_t span)
{
	enum { ROUND = 50000 };
	return span < MANY || n < ROUND ? n : n - n % ROUND;
}

/* Small numbers are commoner than large ones; sums of money not below the root of the largest. */
static int64_t small(const struct sampling *s, int64_t span)
{
	int bits = 0;
	while (bits < 62 && span >> bits)
		bits++;
	int most = span < MANY ? bits : bits / 2;
	return (int64_t)roll(s, ((uint64_t)span >> roll(s, (uint64_t)most + 1)) + 1);
}

static struct value sample_number(struct sampling *s, struct sheet *sheet, const struct instance *in)
{
	enum { SPAN = 20 };
	struct decimal d;
	int64_t min = 0, max;
	if (sheet_number(sheet, &in->field->validate.min, in->scope, &d))
		decimal_to_int(decimal_round(d, 0, ROUND_CEILING), &min);
	if (!sheet_number(sheet, &in->field->validate.max, in->scope, &d) || !decimal_to_int(d, &max))
		max = min + SPAN;
	return value_int(rounded(min + small(s, max - min), max - min));
}

static struct value sample_one(struct sampling *s, const struct instance *in, struct value options)
{
	if (!options.n)
		return value_null();
	uint64_t i = s->sampler->choose(s->sampler->data, path_text(s->arena, "", in->path), options.n);
	return value_get(options.items[i], S("value"));
}

static struct value sample_many(struct sampling *s, struct value options)
{
	struct value chosen = value_list();
	uint64_t sure = options.n ? roll(s, options.n) : 0;
	for (uint32_t i = 0; i < options.n; i++)
		if (i == sure || roll(s, 4) == 0)
			value_push(s->arena, &chosen, value_get(options.items[i], S("value")));
	return chosen;
}

static struct value draw(struct sampling *s, struct sheet *sheet, const struct instance *in)
{
	const struct field *field = in->field;
	switch (field->type) {
	case FIELD_TEXTFIELD:
	case FIELD_TEXTAREA:
		return value_str(plain_text(s, field));
	case FIELD_DATETIME:
		return sample_date(s, sheet, field);
	case FIELD_NUMBER:
		return sample_number(s, sheet, in);
	case FIELD_CHECKBOX:
		return value_bool(field->validate.required || roll(s, 2));
	case FIELD_RADIO:
	case FIELD_SELECT:
		return sample_one(s, in, sheet_options(sheet, field, in->scope));
	case FIELD_CHECKLIST:
	case FIELD_TAGLIST:
		return sample_many(s, sheet_options(sheet, field, in->scope));
	default:
		return value_null();
	}
}

/* ---- the form ---- */

static bool lifelike(struct sampling *s, const struct instance *in, struct value *ret_v)
{
	const struct field *field = in->field;
	enum sample_kind kind = SAMPLE_LINE;
	if (field->type == FIELD_TEXTAREA)
		kind = SAMPLE_TEXT;
	else if (field->type == FIELD_DATETIME && field->subtype == SUBTYPE_DATE)
		kind = SAMPLE_DATE;
	else if (field->type != FIELD_TEXTFIELD)
		return false;
	str text = s->sampler->text(s->sampler->data, s->arena, kind,
				    path_text(s->arena, "", in->path));
	*ret_v = value_str(text);
	return !str_empty(text);
}

static bool passes(struct sampling *s, struct sheet *sheet, const struct instance *in,
		   struct value v)
{
	struct value errors = value_list();
	tree_set(s->arena, &sheet->data, in->path, v);
	check_instance(sheet, in, &errors);
	return errors.n == 0;
}

static void answer(struct sampling *s, struct sheet *sheet, const struct instance *in)
{
	struct value v;
	bool found = lifelike(s, in, &v) && passes(s, sheet, in, v);
	for (int i = 0; i < DRAWS_MAX && !found; i++) {
		v = draw(s, sheet, in);
		found = passes(s, sheet, in, v);
	}
	if (found)
		tree_set(s->arena, &s->data, in->path, v);
}

/* What is asked for always, the rest more often than not. A text that stands there already is left,
 * and files have to be handed in. */
static bool is_answered(struct sampling *s, const struct instance *in)
{
	const struct field *field = in->field;
	bool said = field->has_default && field_is(field, TYPE(TEXTFIELD) | TYPE(TEXTAREA));
	if (said || field->disabled || field_is(field, TYPE(EXPRESSION) | TYPE(FILEPICKER)) ||
	    tree_find(&s->given, in->path))
		return false;
	return field->validate.required || roll(s, 5) < 3;
}

/* Fields that are shown now and were not met before; false when there is none. */
static bool answer_round(struct sampling *s)
{
	struct sheet sheet;
	bool any = false;
	sheet_init(&sheet, s->form, s->data, s->env);
	for (size_t i = 0; i < sheet.shown_count; i++) {
		const struct instance *in = &sheet.shown[i];
		str path = path_text(s->arena, "", in->path);
		if (value_find(s->done, path))
			continue;
		any = true;
		value_set(s->arena, &s->done, path, value_bool(true));
		if (is_answered(s, in))
			answer(s, &sheet, in);
	}
	return any;
}

/* A few items for each list at the top of the data. */
static void lengthen_lists(struct sampling *s)
{
	enum { MORE = 3 };
	for (const struct field *f = field_next(&s->form->root); f; f = field_next(f)) {
		struct path path = field_full_path(s->arena, f);
		if (f->type != FIELD_DYNAMICLIST || tree_find(&s->given, path))
			continue;
		uint64_t n = f->default_repetitions + (f->add_remove ? roll(s, MORE) : 0);
		struct value list = value_list();
		for (uint64_t i = 0; i < n; i++)
			value_push(s->arena, &list, value_map());
		tree_set(s->arena, &s->data, path, list);
	}
}

struct value form_sample(const struct form *form, struct value given,
			 const struct form_sampler *sampler, struct form_env *env)
{
	struct arena *arena = env->ctx->arena;
	struct sampling s = { .form = form, .sampler = sampler, .env = env, .arena = arena,
			      .given = given, .done = value_map() };
	s.data = given.kind == VALUE_MAP ? value_copy(arena, given) : value_map();
	lengthen_lists(&s);
	for (int round = 0; round < ROUNDS_MAX && answer_round(&s); round++)
		;
	return form_start(form, s.data, env);
}
