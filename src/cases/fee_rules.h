/*
 * fee_rules: what the pack says of a procedure's fee (procedure.json, `fee`), compiled once with the
 * version: expressions are parsed here and nowhere else, and a fault in them is said here.
 */
#ifndef MOTCUA_CASES_FEE_RULES_H
#define MOTCUA_CASES_FEE_RULES_H

#include "base/err.h"
#include "base/value.h"

struct feel;
struct flow_definition;

/* What waits for the payment. */
enum fee_when {
	FEE_WHENEVER,      /* nothing */
	FEE_AT_ACCEPTANCE, /* every step */
	FEE_BEFORE_STEP,   /* one step */
	FEE_AT_RETURN,     /* the handing over of the result */
};

struct fee_input {
	str name;
	const struct feel *feel;
};

struct fee_waiver {
	str code;
	const struct feel *condition; /* NULL: an officer decides */
};

struct fee_rules {
	struct value amount;  /* an integer, or null where a decision says it */
	str decision, result; /* "": none */
	const struct fee_input *inputs;
	size_t n_inputs;
	const struct fee_waiver *waivers;
	size_t n_waivers;
	enum fee_when when;
	str step;          /* of FEE_BEFORE_STEP: id of the task in the flow */
	bool clock_stops;  /* while the case waits */
};

/* NULL in *ret_rules where `fee` is no map. ERR_INVALID names procedure.json, the member and the
 * expression. */
enum err fee_rules_read(struct ctx *ctx, struct value fee, const struct flow_definition *flow,
			const struct fee_rules **ret_rules);

/* Whether the step waits for the payment; `returns`: it hands the result over. */
bool fee_holds(const struct fee_rules *rules, str element, bool returns);

#endif
