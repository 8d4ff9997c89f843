/* Whatever is read must be written so that it reads the same again. */
#include "base/json.h"
#include "fuzz.h"

static str written(struct arena *arena, struct value v, void (*write)(struct buf *, struct value))
{
	struct buf out = { .arena = arena };
	write(&out, v);
	return buf_view(&out);
}

FUZZ(arena, input)
{
	struct value v, again;
	struct json_fault fault = { 0 };
	if (!json_parse(arena, input, &v, &fault)) {
		FUZZ_HOLDS(fault.message && fault.line > 0 && fault.column > 0);
		return;
	}
	str text = written(arena, v, json_write);
	FUZZ_HOLDS(json_parse(arena, text, &again, NULL) && value_eq(v, again));
	FUZZ_HOLDS(str_eq(text, written(arena, again, json_write)));
	FUZZ_HOLDS(json_parse(arena, written(arena, v, json_write_pretty), &again, NULL));
	FUZZ_HOLDS(value_eq(v, again) && value_eq(v, value_copy(arena, v)));
}
