#include "rules/dmn_model.h"

#include "base/buf.h"

/* ---- which rules hit ---- */

struct hits {
	const struct table *table;
	uint32_t *rules; /* in their order in the table */
	uint32_t n;
};

/* Values outside the declared ones are as if unknown: no rule speaks of them. */
static bool input_value(struct run *run, const struct table_input *input, struct value *ret_v)
{
	struct value v = input->expression ? eval(run, input->expression->root) : value_null();
	if (input->type && !type_coerce(run, input->type, v, &v))
		v = value_null();
	*ret_v = v;
	if (!input->allowed || value_is_true(eval_tests(run, v, input->allowed->root)))
		return true;
	run_null(run, "An input is none of the allowed values", S(""));
	return false;
}

static bool rule_hits(struct run *run, const struct table *t, const struct table_rule *rule,
		      const struct value *inputs)
{
	for (uint32_t i = 0; i < t->input_count; i++) {
		const struct feel *tests = rule->entries[i];
		if (!tests)
			return false;
		if (tests->root->kind != NODE_ANY &&
		    !value_is_true(eval_tests(run, inputs[i], tests->root)))
			return false;
	}
	return true;
}

static bool find_hits(struct run *run, const struct table *t, struct hits *ret_hits)
{
	struct value *inputs = ARENA_ARRAY(run->arena, struct value, t->input_count);
	*ret_hits = (struct hits){ t, ARENA_ARRAY(run->arena, uint32_t, t->rule_count), 0 };
	for (uint32_t i = 0; i < t->input_count; i++)
		if (!input_value(run, &t->inputs[i], &inputs[i]))
			return false;
	for (uint32_t i = 0; i < t->rule_count; i++) {
		if (!run_steps(run, 1))
			return false;
		if (!rule_hits(run, t, &t->rules[i], inputs))
			continue;
		ret_hits->rules[ret_hits->n++] = i;
		if (t->policy == HIT_FIRST)
			break;
	}
	return true;
}

/* For dmn_explain: the cells of the rule as they were written. */
static void tell_rule(struct run *run, const struct table *t, uint32_t rule)
{
	struct value line = value_map();
	struct buf text = { .arena = run->arena };
	const struct feel **cells = t->rules[rule].entries;
	for (uint32_t i = 0; i < t->input_count; i++) {
		const struct feel *input = t->inputs[i].expression;
		if (!input || !cells[i] || cells[i]->root->kind == NODE_ANY)
			continue;
		buf_printf(&text, "%s%.*s %.*s", text.n ? ", " : "", STR_ARG(feel_source(input)),
			   STR_ARG(feel_source(cells[i])));
	}
	for (uint32_t i = 0; i < t->output_count; i++)
		if (cells[t->input_count + i])
			buf_printf(&text, "%s%.*s", i ? "; " : text.n ? " → " : "",
				   STR_ARG(feel_source(cells[t->input_count + i])));
	value_append(run->arena, &line, S("rule"), value_int(rule + 1));
	value_append(run->arena, &line, S("text"), value_str(buf_view(&text)));
	value_push(run->arena, run->lines, line);
}

/* ---- what they give ---- */

static struct value output_cell(struct run *run, const struct table_output *output,
				const struct feel *feel)
{
	struct value v = feel ? eval(run, feel->root) : value_null();
	if (output->type && !type_coerce(run, output->type, v, &v))
		return run_null(run, "An output is not of its type", output->name);
	return v;
}

/* One output is its value; several are a context. */
static struct value outputs_of(struct run *run, const struct table *t,
			       const struct feel *const *cells)
{
	if (t->output_count == 1)
		return output_cell(run, &t->outputs[0], cells[0]);
	struct value map = value_map();
	for (uint32_t i = 0; i < t->output_count; i++)
		value_append(run->arena, &map, t->outputs[i].name,
			     output_cell(run, &t->outputs[i], cells[i]));
	return map;
}

static struct value rule_outputs(struct run *run, const struct table *t, uint32_t rule)
{
	return outputs_of(run, t, t->rules[rule].entries + t->input_count);
}

static struct value default_outputs(struct run *run, const struct table *t)
{
	const struct feel **cells = ARENA_ARRAY(run->arena, const struct feel *, t->output_count);
	bool any = false;
	for (uint32_t i = 0; i < t->output_count; i++) {
		cells[i] = t->outputs[i].otherwise;
		any |= cells[i] != NULL;
	}
	return any ? outputs_of(run, t, cells) : value_null();
}

/* ---- priority ---- */

static const struct node *declared_values(const struct table_output *output)
{
	if (output->allowed)
		return output->allowed->root;
	if (output->type && output->type->allowed)
		return output->type->allowed->root;
	return NULL;
}

/* The place of the value among those declared; beyond them all where it is none. */
static uint32_t rank(struct run *run, const struct table_output *output, struct value v)
{
	const struct node *values = declared_values(output);
	for (uint32_t i = 0; values && i < values->n; i++)
		if (value_is_true(eval_test(run, v, values->items[i])))
			return i;
	return values ? values->n : 0;
}

static int by_rank(struct run *run, const struct table *t, struct value a, struct value b)
{
	for (uint32_t i = 0; i < t->output_count; i++) {
		struct value x = t->output_count == 1 ? a : value_get(a, t->outputs[i].name);
		struct value y = t->output_count == 1 ? b : value_get(b, t->outputs[i].name);
		uint32_t first = rank(run, &t->outputs[i], x);
		uint32_t second = rank(run, &t->outputs[i], y);
		if (first != second)
			return first < second ? -1 : 1;
	}
	return 0;
}

/* By insertion: what is equal stays in the order of the rules. */
static void sort_by_rank(struct run *run, const struct table *t, struct value list)
{
	for (uint32_t i = 1; i < list.n; i++)
		for (uint32_t k = i; k > 0; k--) {
			if (!run_steps(run, 1) ||
			    by_rank(run, t, list.items[k - 1], list.items[k]) <= 0)
				break;
			struct value swap = list.items[k];
			list.items[k] = list.items[k - 1];
			list.items[k - 1] = swap;
		}
}

/* ---- aggregation ---- */

static struct value aggregate_one(struct run *run, enum aggregation how, struct value list)
{
	struct value best = list.items[0];
	if (how == AGGREGATE_SUM && best.kind != VALUE_NUMBER && best.kind != VALUE_DAYS_TIME &&
	    best.kind != VALUE_YEARS_MONTHS)
		return run_null(run, "Only numbers and durations have a sum", S(""));
	for (uint32_t i = 1; i < list.n; i++) {
		int order;
		if (how == AGGREGATE_SUM)
			best = eval_arithmetic(run, OP_ADD, &best, &list.items[i]);
		else if (!value_order(run, list.items[i], best, &order))
			return run_null(run, "These values have no order", S(""));
		else if (how == AGGREGATE_MIN ? order < 0 : order > 0)
			best = list.items[i];
	}
	return best;
}

static struct value aggregate(struct run *run, const struct table *t, struct value list)
{
	if (t->aggregation == AGGREGATE_NONE)
		return list;
	if (t->aggregation == AGGREGATE_COUNT)
		return value_int(list.n);
	if (t->output_count != 1)
		return run_null(run, "Only a single output can be aggregated", S(""));
	return aggregate_one(run, t->aggregation, list);
}

/* ---- the policies ---- */

static struct value all_outputs(struct run *run, const struct hits *hits)
{
	struct value list = value_list();
	for (uint32_t i = 0; i < hits->n; i++)
		value_push(run->arena, &list, rule_outputs(run, hits->table, hits->rules[i]));
	return list;
}

static struct value any_output(struct run *run, struct value list)
{
	for (uint32_t i = 1; i < list.n; i++)
		if (!value_same(run, list.items[0], list.items[i]))
			return run_null(run, "Rules that hit give different answers", S(""));
	return list.items[0];
}

struct value table_eval(struct run *run, const struct table *t)
{
	struct hits hits;
	if (!find_hits(run, t, &hits) || !t->output_count)
		return value_null();
	for (uint32_t i = 0; run->lines && i < hits.n; i++)
		tell_rule(run, t, hits.rules[i]);
	if (hits.n == 0)
		return default_outputs(run, t);
	if (hits.n == 1 && t->policy <= HIT_ANY)
		return rule_outputs(run, t, hits.rules[0]);
	if (t->policy == HIT_UNIQUE)
		return run_null(run, "Several rules hit where only one may", S(""));
	struct value list = all_outputs(run, &hits);
	switch (t->policy) {
	case HIT_FIRST:
		return list.items[0];
	case HIT_ANY:
		return any_output(run, list);
	case HIT_PRIORITY:
		sort_by_rank(run, t, list);
		return list.items[0];
	case HIT_OUTPUT_ORDER:
		sort_by_rank(run, t, list);
		return list;
	case HIT_COLLECT:
		return aggregate(run, t, list);
	default:
		return list;
	}
}
