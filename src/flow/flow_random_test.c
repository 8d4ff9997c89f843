/*
 * Processes made at random from blocks that are sound by themselves: sequences, choices, parallel
 * and inclusive splits with their joins, loops, sub-processes, multi-instances. Whatever the order
 * in which people complete their tasks, every such process has to end, without an incident and
 * with nothing left behind.
 */
#include "flow/test_run.h"

#include "base/buf.h"

enum { PROCESSES = 400, TASKS = 400, CHOICES = 8 };

struct maker {
	struct buf out;
	uint64_t seed;
	int next, budget;
};

static uint32_t dice(struct maker *maker, uint32_t sides)
{
	maker->seed = maker->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(maker->seed >> 33) % sides;
}

/* A block has one element at which it begins and one at which it ends. */
struct block {
	int first, last;
};

static struct block make_block(struct maker *maker, int depth);

static int make_element(struct maker *maker, const char *name, const char *more)
{
	int id = maker->next++;

	buf_printf(&maker->out, "<%s id='n%d' %s/>", name, id, more);
	return id;
}

static void make_flow(struct maker *maker, int from, int to, const char *condition)
{
	buf_printf(&maker->out, "<sequenceFlow id='f%d_%d_%d' sourceRef='n%d' targetRef='n%d'>",
		   from, to, maker->next++, from, to);
	if (condition)
		buf_printf(&maker->out, FORMAL("conditionExpression", "= %s"), condition);
	buf_printf(&maker->out, "</sequenceFlow>");
}

static struct block make_task(struct maker *maker)
{
	int id = make_element(maker, dice(maker, 4) ? "userTask" : "manualTask", "");

	return (struct block){ id, id };
}

static struct block make_sequence(struct maker *maker, int depth)
{
	struct block a = make_block(maker, depth - 1), b = make_block(maker, depth - 1);

	make_flow(maker, a.last, b.first, NULL);
	return (struct block){ a.first, b.last };
}

/* Split and join of one kind. One way of a choice has no condition, so that there always is one. */
static struct block make_split(struct maker *maker, int depth, const char *gateway)
{
	bool conditional = strcmp(gateway, "parallelGateway") != 0;
	int split = make_element(maker, gateway, ""), join = make_element(maker, gateway, "");

	for (uint32_t i = 0, n = 2 + dice(maker, 2); i < n; i++) {
		char condition[32];
		struct block way = make_block(maker, depth - 1);

		snprintf(condition, sizeof(condition), "c%u", dice(maker, CHOICES));
		make_flow(maker, split, way.first, conditional && i + 1 < n ? condition : NULL);
		make_flow(maker, way.last, join, NULL);
	}
	return (struct block){ split, join };
}

/* Twice round, counted by a script. */
static struct block make_loop(struct maker *maker, int depth)
{
	int merge = make_element(maker, "exclusiveGateway", "");
	struct block body = make_block(maker, depth - 1);
	int counter = maker->next++, split;
	char condition[32], leave[48];

	buf_printf(&maker->out, "<scriptTask id='n%d'>" EXT(
			   "<zeebe:script resultVariable='k%d' expression='="
			   " if k%d = null then 1 else k%d + 1'/>") "</scriptTask>",
		   counter, counter, counter, counter);
	snprintf(condition, sizeof(condition), "k%d &lt; 2", counter);
	split = make_element(maker, "exclusiveGateway", "");
	snprintf(leave, sizeof(leave), "k%d &gt;= 2", counter);
	make_flow(maker, merge, body.first, NULL);
	make_flow(maker, body.last, counter, NULL);
	make_flow(maker, counter, split, NULL);
	make_flow(maker, split, merge, condition);
	int after = make_element(maker, "manualTask", "");

	make_flow(maker, split, after, leave);
	return (struct block){ merge, after };
}

static struct block make_scope(struct maker *maker, int depth)
{
	int id = maker->next++, start, end;

	buf_printf(&maker->out, "<subProcess id='n%d'>", id);
	if (dice(maker, 3) == 0)
		buf_printf(&maker->out, "<multiInstanceLoopCharacteristics isSequential='%s'>"
			   FORMAL("loopCardinality", "%u") "</multiInstanceLoopCharacteristics>",
			   dice(maker, 2) ? "true" : "false", dice(maker, 3));
	start = make_element(maker, "startEvent", "");
	end = make_element(maker, "endEvent", "");
	struct block body = make_block(maker, depth - 1);

	make_flow(maker, start, body.first, NULL);
	make_flow(maker, body.last, end, NULL);
	buf_printf(&maker->out, "</subProcess>");
	return (struct block){ id, id };
}

static struct block make_block(struct maker *maker, int depth)
{
	if (depth <= 0 || maker->budget-- <= 0)
		return make_task(maker);
	switch (dice(maker, 8)) {
	case 0:
		return make_task(maker);
	case 1:
	case 2:
		return make_sequence(maker, depth);
	case 3:
		return make_split(maker, depth, "parallelGateway");
	case 4:
		return make_split(maker, depth, "exclusiveGateway");
	case 5:
		return make_split(maker, depth, "inclusiveGateway");
	case 6:
		return make_loop(maker, depth);
	default:
		return make_scope(maker, depth);
	}
}

static const char *make_process(struct arena *arena, struct maker *maker)
{
	maker->out = (struct buf){ .arena = arena };
	maker->budget = 14;
	maker->next = 0;
	buf_printf(&maker->out,
		   "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'"
		   " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
		   " xmlns:zeebe='http://camunda.org/schema/zeebe/1.0' id='file'>"
		   "<process id='p' isExecutable='true'>");
	int start = make_element(maker, "startEvent", ""), end = make_element(maker, "endEvent", "");
	struct block body = make_block(maker, 5);

	make_flow(maker, start, body.first, NULL);
	make_flow(maker, body.last, end, NULL);
	buf_printf(&maker->out, "</process></definitions>");
	return buf_z(&maker->out);
}

static uint32_t pick_task(struct maker *maker, const struct flow_state *state)
{
	uint32_t open[TASKS], n = 0;

	for (uint32_t i = 0; i < state->node_count && n < TASKS; i++)
		if (state->nodes[i].holds == FLOW_HOLDS_TASK)
			open[n++] = state->nodes[i].id;
	return n ? open[dice(maker, n)] : 0;
}

static void run_to_the_end(struct run *run, struct maker *maker, const char *xml)
{
	struct value data = value_map();

	run_load(run, xml);
	for (int i = 0; i < CHOICES; i++)
		value_set(&run->arena, &data, arena_printf(&run->arena, "c%d", i),
			  value_bool(dice(maker, 2)));
	run_start_with(run, data);
	for (int i = 0; i < TASKS && status_of(run) == FLOW_RUNNING; i++) {
		struct flow_state now = run_state(run);
		uint32_t task = pick_task(maker, &now);

		if (effects_of(run, FLOW_INCIDENT) || !task)
			fail_msg("stuck, open: %s; in %s", open_now(run), xml);
		assert_int_equal(run_event(run, (struct flow_event){ .kind = FLOW_EVENT_TASK,
								     .node = task }),
				 OK);
	}
	if (status_of(run) != FLOW_FINISHED)
		fail_msg("it does not end: %s", xml);
	struct flow_state now = run_state(run);

	assert_int_equal(now.node_count, 1);
	assert_int_equal(now.join_count + now.wait_count, 0);
}

static void sound_processes_end_whatever_the_order(void **state)
{
	struct maker maker = { .seed = 20150126 };

	for (int i = 0; i < PROCESSES; i++) {
		struct arena arena;
		struct run run;

		arena_init(&arena);
		run_to_the_end(&run, &maker, make_process(&arena, &maker));
		run_over(&run);
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_processes_end_whatever_the_order),
	};

	return cmocka_run_group_tests_name("flow random", tests, NULL, NULL);
}
