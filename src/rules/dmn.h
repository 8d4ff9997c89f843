/*
 * dmn: decision models of DMN 1.1 to 1.5 as the ordinary editors write them: decision tables of
 * every hit policy, graphs of decisions, business knowledge models, all boxed expressions,
 * decision services, imports, item definitions. Loaded once, decided with many times; a loaded
 * model is never changed, so threads share it.
 *
 *	struct dmn_model *model;
 *	struct dmn_fault fault;
 *	if (!dmn_load(arena, xml, NULL, &model, &fault)) … fault.line, fault.message
 *	if (model has faults: dmn_faults) … the pack's author is told
 *	struct value fee = dmn_decide(model, S("fee"), request_arena, inputs, &env, NULL);
 *
 * dmn_load refuses what is no decision model at all. A fault inside (an expression that does not
 * parse, a reference that leads nowhere) makes only that part null, as the standard asks, and is
 * listed by dmn_faults for whoever checks a model before it is used.
 */
#ifndef MOTCUA_RULES_DMN_H
#define MOTCUA_RULES_DMN_H

#include "rules/feel.h"

struct dmn_model;

struct dmn_fault {
	uint32_t line, column; /* in the XML, from 1; column 0 where only the line is known */
	str element;           /* id or name of the element; may be empty */
	str message;           /* an English sentence */
};

struct dmn_options {
	/* The model that has the namespace, for imports; NULL where there is none. */
	const struct dmn_model *(*find_model)(void *data, str space);
	void *data;
};

/* The model lives in `arena`; the text is needed no longer, imported models are. `options` may
 * be NULL where nothing is imported. */
bool dmn_load(struct arena *arena, str xml, const struct dmn_options *options,
	      struct dmn_model **ret_model, struct dmn_fault *ret_fault);

str dmn_namespace(const struct dmn_model *model);
/* What is wrong inside. The array lives as long as the model. */
const struct dmn_fault *dmn_faults(const struct dmn_model *model, uint32_t *ret_n);

/* The model for people and linters: a list of maps
 *	{kind: "input" | "decision" | "knowledge" | "service", id, name, line, type, needs: [names]}
 */
struct value dmn_describe(const struct dmn_model *model, struct arena *arena);
/* Whether there is a decision, a decision service or a knowledge model of that name or id. */
bool dmn_has(const struct dmn_model *model, str decision);

/* Decides: `decision` is the name or the id of a decision, a decision service or a knowledge
 * model; `inputs` maps the names of input data (of a knowledge model: of parameters) to values.
 * Text given for a date, time or duration is read as one.
 * The answer is null where there is no such decision, and where the decision has none. */
struct value dmn_decide(const struct dmn_model *model, str decision, struct arena *arena,
			struct value inputs, const struct feel_env *env,
			struct feel_warnings *ret_warnings);
/* The same, and how it came about, in the order it was worked out: a list of
 *	{rule: number in its table, from 1, text: "pages (2..198] → 4000 + 1000 * (pages - 2)"}
 *	{decision: name, value}   behind the rules of its table
 */
struct value dmn_explain(const struct dmn_model *model, str decision, struct arena *arena,
			 struct value inputs, const struct feel_env *env,
			 struct value *ret_lines);

#endif
