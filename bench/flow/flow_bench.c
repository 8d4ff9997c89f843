/* Instances per second of processor time: begun, three tasks completed, gateway, ended; the state
 * written and read again before every task, as the store does. */
#include "flow/flow.h"

#include <stdio.h>
#include <sys/resource.h>

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static str step(struct ctx *ctx, const struct flow_definition *definition, str saved,
		struct flow_event event)
{
	const struct flow_env env = { .now = 1, .offset = 420 };
	struct flow_result result;
	struct flow_state state;

	if (saved.n && flow_state_read(ctx, definition, saved, &state) != OK)
		abort();
	if (flow_step(ctx, definition, saved.n ? &state : NULL, &event, &env, &result) != OK)
		abort();
	return flow_state_write(ctx->arena, definition, &result.state);
}

/* The one open task of a saved state. */
static uint32_t open_task(struct ctx *ctx, const struct flow_definition *definition, str saved)
{
	struct flow_state state;

	if (flow_state_read(ctx, definition, saved, &state) != OK)
		abort();
	for (uint32_t i = 0; i < state.node_count; i++)
		if (state.nodes[i].holds == FLOW_HOLDS_TASK)
			return state.nodes[i].id;
	return 0;
}

static void instance(struct arena *arena, const struct flow_definition *definition)
{
	struct ctx ctx = { .arena = arena };
	struct value variables = value_map();
	str saved = step(&ctx, definition, S(""),
			 (struct flow_event){ .kind = FLOW_EVENT_START, .process = FLOW_NONE,
					      .element = FLOW_NONE });

	value_set(arena, &variables, S("approved"), value_bool(true));
	for (int i = 0; i < 3; i++)
		saved = step(&ctx, definition, saved,
			     (struct flow_event){ .kind = FLOW_EVENT_TASK,
						  .node = open_task(&ctx, definition, saved),
						  .variables = variables });
	struct flow_state state;

	if (flow_state_read(&ctx, definition, saved, &state) != OK || state.status != FLOW_FINISHED)
		abort();
}

int main(int argc, char **argv)
{
	struct arena arena, scratch;
	struct flow_definition *definition;
	struct flow_faults faults;
	static char text[65536];
	int count = 200000;

	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
	if (!file) {
		fprintf(stderr, "usage: flow_bench FILE.bpmn\n");
		return 2;
	}
	size_t n = fread(text, 1, sizeof(text), file);
	fclose(file);
	arena_init(&arena);
	arena_init(&scratch);
	struct ctx ctx = { .arena = &arena };
	if (flow_load(&ctx, str_of(text, n), &definition, &faults) != OK) {
		fprintf(stderr, "%.*s\n", STR_ARG(ctx.fault.message));
		return 1;
	}
	for (int i = 0; i < 1000; i++) {
		instance(&scratch, definition);
		arena_reset(&scratch);
	}
	double before = cpu_seconds();

	for (int i = 0; i < count; i++) {
		instance(&scratch, definition);
		arena_reset(&scratch);
	}
	printf("%.1f\n", count / (cpu_seconds() - before));
	arena_done(&scratch);
	arena_done(&arena);
	return 0;
}
