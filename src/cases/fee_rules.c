/* Reads a procedure's fee, and asks it what a case costs. */
#include "cases/fee_rules.h"
#include "cases/fee.h"
#include "cases/room.h"

#include "rules/dmn.h"

/* ---- reading ---- */

/* FEEL with or without "=". */
static enum err compile(struct ctx *ctx, str member, str text, const struct feel **ret_feel)
{
	struct feel_fault fault;
	struct feel *feel;
	str bare = str_trim(text);
	if (str_starts(bare, S("=")))
		bare = str_slice(bare, 1, bare.n);
	if (!feel_parse(ctx->arena, bare, NULL, &feel, &fault))
		return fail(ctx, ERR_INVALID, "procedure.json: fee.%.*s, “%.*s”: %.*s", STR_ARG(member),
			    STR_ARG(text), STR_ARG(fault.message));
	*ret_feel = feel;
	return OK;
}

static enum err read_inputs(struct ctx *ctx, struct value inputs, struct fee_rules *rules)
{
	size_t n = inputs.kind == VALUE_MAP ? inputs.n : 0;
	struct fee_input *items = ARENA_ARRAY(ctx->arena, struct fee_input, n + 1);
	for (size_t i = 0; i < n; i++) {
		str name = inputs.members[i].key;
		items[i].name = name;
		TRY(compile(ctx, arena_printf(ctx->arena, "inputs.%.*s", STR_ARG(name)),
			    value_text(inputs.members[i].value), &items[i].feel));
	}
	rules->inputs = items;
	rules->n_inputs = n;
	return OK;
}

static enum err read_waivers(struct ctx *ctx, struct value waivers, struct fee_rules *rules)
{
	size_t n = waivers.kind == VALUE_LIST ? waivers.n : 0;
	struct fee_waiver *items = ARENA_ARRAY(ctx->arena, struct fee_waiver, n + 1);
	for (size_t i = 0; i < n; i++) {
		str code = value_text(value_get(waivers.items[i], S("code")));
		str condition = value_text(value_get(waivers.items[i], S("condition")));
		items[i] = (struct fee_waiver){ .code = code };
		if (!str_empty(condition))
			TRY(compile(ctx, arena_printf(ctx->arena, "waivers.%.*s", STR_ARG(code)),
				    condition, &items[i].condition));
	}
	rules->waivers = items;
	rules->n_waivers = n;
	return OK;
}

static bool has_task(const struct flow_definition *flow, str id)
{
	uint32_t at = flow_find(flow, id);
	return at != FLOW_NONE && flow->elements[at].kind == FLOW_USER_TASK;
}

/* A word that is not known would let every case go on unpaid. */
static enum err read_when(struct ctx *ctx, struct value fee, const struct flow_definition *flow,
			  struct fee_rules *rules)
{
	str when = value_text(value_get(fee, S("when"))), clock = value_text(value_get(fee, S("clock")));
	if (str_eq(when, S("acceptance")))
		rules->when = FEE_AT_ACCEPTANCE;
	else if (str_eq(when, S("return")))
		rules->when = FEE_AT_RETURN;
	else if (str_starts(when, S("before "))) {
		rules->when = FEE_BEFORE_STEP;
		rules->step = str_trim(str_slice(when, 7, when.n));
		if (!has_task(flow, rules->step))
			return fail(ctx, ERR_INVALID,
				    "procedure.json: fee.when: the flow has no task “%.*s”",
				    STR_ARG(rules->step));
	} else if (!str_empty(when))
		return fail(ctx, ERR_INVALID, "procedure.json: fee.when: “%.*s” is neither"
			    " acceptance, return nor before a task", STR_ARG(when));
	rules->clock_stops = str_eq(clock, S("stops"));
	if (!str_empty(clock) && !rules->clock_stops && !str_eq(clock, S("runs")))
		return fail(ctx, ERR_INVALID,
			    "procedure.json: fee.clock: “%.*s” is neither runs nor stops", STR_ARG(clock));
	return OK;
}

enum err fee_rules_read(struct ctx *ctx, struct value fee, const struct flow_definition *flow,
			const struct fee_rules **ret_rules)
{
	struct fee_rules *rules = ARENA_NEW(ctx->arena, struct fee_rules);
	*ret_rules = NULL;
	if (fee.kind != VALUE_MAP)
		return OK;
	*rules = (struct fee_rules){
		.amount = value_get(fee, S("amount")),
		.decision = value_text(value_get(fee, S("decision"))),
		.result = value_text(value_get(fee, S("result"))), .step = S(""),
	};
	TRY(read_inputs(ctx, value_get(fee, S("inputs")), rules));
	TRY(read_waivers(ctx, value_get(fee, S("waivers")), rules));
	TRY(read_when(ctx, fee, flow, rules));
	*ret_rules = rules;
	return OK;
}

/* ---- asking ---- */

bool fee_holds(const struct fee_rules *rules, str element, bool returns)
{
	return rules->when == FEE_AT_ACCEPTANCE || (rules->when == FEE_AT_RETURN && returns) ||
	       (rules->when == FEE_BEFORE_STEP && str_eq(rules->step, element));
}

/* What expressions see: the data, and `case` as the flow knows it, with the day it was filed on: what is
 * registered late costs more. */
static struct value scope_of(struct cases *cases, struct arena *arena, const struct case_file *c,
			     usec now)
{
	struct value scope = value_map(), about = value_map();
	int64_t filed = calendar_day(cases_calendar(cases), c->submitted_at ? c->submitted_at : now);
	for (uint32_t i = 0; c->data.kind == VALUE_MAP && i < c->data.n; i++)
		value_append(arena, &scope, c->data.members[i].key, c->data.members[i].value);
	value_append(arena, &about, S("code"), value_str(c->code));
	value_append(arena, &about, S("procedure"), value_str(c->procedure));
	value_append(arena, &about, S("channel"), value_int(c->channel));
	value_append(arena, &about, S("filed"), value_str(date_format(arena, filed)));
	value_set(arena, &scope, S("case"), about);
	return scope;
}

static struct value eval(const struct feel *feel, struct arena *arena, struct value data,
			 const struct feel_env *env)
{
	struct feel_scope scope = { .variables = data };
	return feel_eval(feel, arena, &scope, env, NULL);
}

/* `inputs` names what the decision reads besides the data themselves. */
static struct value inputs_of(struct arena *arena, const struct fee_rules *rules, struct value scope,
			      const struct feel_env *env)
{
	struct value inputs = value_map();
	if (!rules->n_inputs)
		return scope;
	for (uint32_t i = 0; i < scope.n; i++)
		value_append(arena, &inputs, scope.members[i].key, scope.members[i].value);
	for (size_t i = 0; i < rules->n_inputs; i++)
		value_set(arena, &inputs, rules->inputs[i].name,
			  eval(rules->inputs[i].feel, arena, scope, env));
	return inputs;
}

static struct value decide(struct arena *arena, const struct procedure *procedure,
			   struct value inputs, const struct feel_env *env, struct value *ret_lines)
{
	const struct fee_rules *rules = procedure->fee;
	for (size_t i = 0; i < procedure->n_decisions; i++) {
		if (!dmn_has(procedure->decisions[i], rules->decision))
			continue;
		struct value v = dmn_explain(procedure->decisions[i], rules->decision, arena, inputs,
					     env, ret_lines);
		return v.kind == VALUE_MAP ? value_get(v, rules->result) : v;
	}
	return value_null();
}

static str waiver_of(struct arena *arena, const struct fee_rules *rules, struct value scope,
		     const struct feel_env *env)
{
	for (size_t i = 0; i < rules->n_waivers; i++) {
		const struct fee_waiver *waiver = &rules->waivers[i];
		if (waiver->condition && value_is_true(eval(waiver->condition, arena, scope, env)))
			return waiver->code;
	}
	return S("");
}

void fee_sum(struct cases *cases, struct arena *arena, const struct case_file *c, usec now,
	     struct fee_sum *ret_sum)
{
	const struct procedure *procedure = case_procedure(cases, c);
	const struct fee_rules *rules = procedure ? procedure->fee : NULL;
	struct feel_env env = { .now = now, .offset = calendar_zone(cases_calendar(cases)) };
	*ret_sum = (struct fee_sum){ .known = true, .lines = value_list(), .waiver = S("") };
	if (!rules)
		return;
	struct value scope = scope_of(cases, arena, c, now), amount = rules->amount;
	if (!str_empty(rules->decision))
		amount = decide(arena, procedure, inputs_of(arena, rules, scope, &env), &env,
				&ret_sum->lines);
	int64_t whole = value_integer(amount, -1);
	ret_sum->known = whole >= 0;
	ret_sum->full = whole >= 0 ? whole : 0;
	ret_sum->waiver = waiver_of(arena, rules, scope, &env);
}
