/* Whatever is given as a decision model is refused with a line, or every decision in it ends. */
#include "fuzz.h"
#include "rules/dmn.h"

static const struct feel_env env = { .steps = 20000, .memory = 4 << 20 };

FUZZ(arena, input)
{
	struct dmn_model *model;
	struct dmn_fault fault = { 0 };
	struct value inputs = value_map();
	uint32_t n;
	if (!dmn_load(arena, input, NULL, &model, &fault)) {
		FUZZ_HOLDS(fault.line > 0 && fault.message.n > 0);
		return;
	}
	const struct dmn_fault *faults = dmn_faults(model, &n);
	for (uint32_t i = 0; i < n; i++)
		FUZZ_HOLDS(faults[i].message.n > 0);
	value_set(arena, &inputs, S("copies"), value_int(3));
	value_set(arena, &inputs, S("kind"), value_str(S("birth")));
	struct value elements = dmn_describe(model, arena);
	for (uint32_t i = 0; i < elements.n && i < 20; i++) {
		str name = value_text(value_get(elements.items[i], S("name")));
		struct value v = dmn_decide(model, name, arena, inputs, &env, NULL);
		feel_to_string(arena, v);
	}
}
