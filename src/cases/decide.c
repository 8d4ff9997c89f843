/* The decisions of a procedure: its *.dmn files, compiled with it and asked by business rule tasks. */
#include "cases/procedure.h"

#include "rules/dmn.h"

enum err decisions_compile(struct ctx *ctx, struct value files, struct procedure *procedure)
{
	const struct dmn_model **models =
		ARENA_ARRAY(ctx->arena, const struct dmn_model *, files.n + 1);
	size_t n = 0;
	for (uint32_t i = 0; i < files.n; i++) {
		str name = files.members[i].key;
		struct dmn_model *model;
		struct dmn_fault fault;
		uint32_t faults = 0;
		if (!str_ends(name, S(".dmn")))
			continue;
		bool loaded = dmn_load(ctx->arena, value_text(files.members[i].value), NULL, &model,
				       &fault);
		const struct dmn_fault *inside = loaded ? dmn_faults(model, &faults) : &fault;
		if (!loaded || faults)
			return fail(ctx, ERR_INVALID, "%.*s, line %d, element %.*s: %.*s",
				    STR_ARG(name), (int)inside->line, STR_ARG(inside->element),
				    STR_ARG(inside->message));
		models[n++] = model;
	}
	procedure->decisions = models;
	procedure->n_decisions = n;
	return OK;
}

bool decisions_ask(void *data, struct arena *arena, str decision, struct value context,
		   struct value *ret_result, str *ret_why)
{
	const struct decider *decider = data;
	const struct procedure *procedure = decider->procedure;
	struct feel_env env = { .now = decider->now, .offset = decider->offset };
	for (size_t i = 0; i < procedure->n_decisions; i++) {
		if (!dmn_has(procedure->decisions[i], decision))
			continue;
		*ret_result = dmn_decide(procedure->decisions[i], decision, arena, context, &env,
					 NULL);
		return true;
	}
	*ret_why = arena_printf(arena, "There is no decision “%.*s”", STR_ARG(decision));
	return false;
}
