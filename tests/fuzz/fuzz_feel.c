/* Whatever is written as an expression is either refused with a place and a sentence, or ends
 * within its limits with a value that can be written, compared and given as data. */
#include "fuzz.h"
#include "base/json.h"
#include "rules/feel.h"

static struct value variables(struct arena *arena)
{
	struct value data, person = value_map();
	bool ok = json_parse(arena, S("{\"a\":1,\"b\":\"x\",\"l\":[1,2.5,\"y\",null,{\"k\":3}],"
				      "\"full name\":\"An\",\"t\":true}"), &data, NULL);
	FUZZ_HOLDS(ok);
	value_set(arena, &person, S("birth date"), value_str(S("1980-02-29")));
	value_set(arena, &data, S("p"), person);
	return data;
}

static const struct feel_env env = {
	.now = INT64_C(1420246800000000), .offset = 420, .steps = 20000, .memory = 4 << 20,
};

static void check_value(struct arena *arena, struct value v)
{
	struct buf out = { .arena = arena };
	feel_to_string(arena, v);
	FUZZ_HOLDS(feel_equal(v, value_null()).kind == VALUE_BOOL);
	json_write(&out, feel_to_data(arena, v));
}

static void check_reads(struct arena *arena, const struct feel *feel)
{
	struct value reads = feel_reads(feel, arena);
	for (uint32_t i = 0; i < reads.n; i++)
		FUZZ_HOLDS(reads.items[i].kind == VALUE_STRING);
}

FUZZ(arena, input)
{
	static const str names[] = { S("full name"), S("birth date"), S("a-b"), S("x and y") };
	const struct feel_options options = { .names = names, .name_count = 4 };
	struct feel_scope scope = { .variables = variables(arena) };
	struct feel_fault fault = { 0 };
	struct feel *feel;
	struct feel_warnings warnings;
	if (feel_parse(arena, input, &options, &feel, &fault)) {
		check_reads(arena, feel);
		check_value(arena, feel_eval(feel, arena, &scope, &env, &warnings));
	} else {
		FUZZ_HOLDS(fault.line > 0 && fault.column > 0 && fault.message.n > 0);
	}
	if (feel_parse_tests(arena, input, &options, &feel, &fault)) {
		check_reads(arena, feel);
		struct value v = feel_test(feel, arena, value_int(5), &scope, &env);
		FUZZ_HOLDS(v.kind == VALUE_BOOL || v.kind == VALUE_NULL);
	}
}
