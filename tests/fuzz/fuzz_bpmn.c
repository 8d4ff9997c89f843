/*
 * A file is refused with a place, or it runs: begun and then driven by whatever it waits for. Every
 * state must come back from its bytes, and bytes that were damaged must be refused or harmless.
 */
#include "flow/flow.h"
#include "fuzz.h"

enum { MOVES = 24 };

static uint32_t next_number(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*seed >> 33);
}

/* An event that the state could expect. */
static struct flow_event pick_event(const struct flow_state *state, uint64_t *seed,
				    struct flow_env *env)
{
	static const enum flow_event_kind for_nodes[] = { FLOW_EVENT_TASK, FLOW_EVENT_TASK,
							  FLOW_EVENT_ERROR, FLOW_EVENT_FAILED,
							  FLOW_EVENT_ESCALATE, FLOW_EVENT_RETRY,
							  FLOW_EVENT_SET };
	struct flow_event event = { .kind = FLOW_EVENT_SET, .name = S("x") };
	uint32_t at = next_number(seed) % (state->node_count + state->wait_count);

	if (at < state->node_count) {
		event.node = state->nodes[at].id;
		event.kind = for_nodes[next_number(seed) % 7];
		return event;
	}
	const struct flow_wait *wait = &state->waits[at - state->node_count];

	event.name = wait->name;
	event.key = wait->key;
	event.kind = wait->kind == FLOW_ON_TIMER     ? FLOW_EVENT_TIMER
		     : wait->kind == FLOW_ON_MESSAGE ? FLOW_EVENT_MESSAGE
						     : FLOW_EVENT_SIGNAL;
	if (wait->kind == FLOW_ON_TIMER) {
		event.node = wait->id;
		if (env->now < wait->due)
			env->now = wait->due;
	}
	return event;
}

static str saved_and_read(struct ctx *ctx, const struct flow_definition *definition,
			  struct flow_state *state, uint64_t *seed)
{
	str bytes = flow_state_write(ctx->arena, definition, state), again;
	struct flow_state other;

	FUZZ_HOLDS(flow_state_read(ctx, definition, bytes, state) == OK);
	again = flow_state_write(ctx->arena, definition, state);
	FUZZ_HOLDS(str_eq(bytes, again));
	str damaged = arena_copy(ctx->arena, bytes);

	((char *)damaged.p)[next_number(seed) % damaged.n] ^= (char)(1 << next_number(seed) % 8);
	if (flow_state_read(ctx, definition, damaged, &other) == OK)
		flow_state_write(ctx->arena, definition, &other);
	return bytes;
}

static void run(struct ctx *ctx, const struct flow_definition *definition, uint64_t seed)
{
	struct flow_env env = { .now = 1, .max_steps = 200 };
	struct flow_event event = { .kind = FLOW_EVENT_START, .process = FLOW_NONE,
				    .element = FLOW_NONE };
	struct flow_result result;
	struct flow_state state;

	if (flow_step(ctx, definition, NULL, &event, &env, &result) != OK)
		return;
	for (int i = 0; i < MOVES && result.state.status == FLOW_RUNNING; i++) {
		/* A process can breed tokens; what grows for ever is not what is looked for. */
		if (result.state.node_count > 400)
			return;
		state = result.state;
		saved_and_read(ctx, definition, &state, &seed);
		event = pick_event(&state, &seed, &env);
		if (flow_step(ctx, definition, &state, &event, &env, &result) != OK)
			result.state = state;
	}
}

FUZZ(arena, input)
{
	struct ctx ctx = { .arena = arena };
	struct flow_definition *definition;
	struct flow_faults faults;
	struct flow_finding *findings;
	uint32_t *steps, n;

	if (flow_load(&ctx, input, &definition, &faults) != OK) {
		FUZZ_HOLDS(faults.count > 0 && faults.items[0].line > 0 &&
			   faults.items[0].message.n > 0);
		return;
	}
	flow_check(&ctx, definition, &findings, &n);
	flow_steps(arena, definition, flow_main_process(definition), &steps, &n);
	run(&ctx, definition, str_hash(input));
}
