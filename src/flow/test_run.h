/* For the tests of this room: processes in short notation, and one instance driven by element ids,
 * its state written and read again between all steps. */
#ifndef MOTCUA_FLOW_TEST_RUN_H
#define MOTCUA_FLOW_TEST_RUN_H

#include "flow/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define DEFINITIONS(content)                                                              \
	"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'"                \
	" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"                          \
	" xmlns:zeebe='http://camunda.org/schema/zeebe/1.0' id='file'"                          \
	" targetNamespace='http://example.org'>" content "</definitions>"
#define PROCESS_BODY(content) "<process id='p' isExecutable='true'>" content "</process>"
#define PROCESS(content) DEFINITIONS(PROCESS_BODY(content))
#define FLOW(a, b) "<sequenceFlow id='" a "_" b "' sourceRef='" a "' targetRef='" b "'/>"
#define FORMAL(tag, text) "<" tag " xsi:type='tFormalExpression'>" text "</" tag ">"
#define FLOW_IF(a, b, condition)                                                          \
	"<sequenceFlow id='" a "_" b "' sourceRef='" a "' targetRef='" b "'>"             \
	FORMAL("conditionExpression", "= " condition) "</sequenceFlow>"
#define START(id) "<startEvent id='" id "'/>"
#define END(id) "<endEvent id='" id "'/>"
#define TASK(id) "<userTask id='" id "'/>"
#define TAG(tag, text) "<" tag ">" text "</" tag ">"
#define EXT(content) "<extensionElements>" content "</extensionElements>"
#define SUB(id, content) "<subProcess id='" id "'>" content "</subProcess>"
#define EVENT_SUB(id, content)                                                            \
	"<subProcess id='" id "' triggeredByEvent='true'>" content "</subProcess>"
#define TIMER_IN(duration)                                                                \
	"<timerEventDefinition>" FORMAL("timeDuration", duration) "</timerEventDefinition>"
#define CATCH(id, definition)                                                             \
	"<intermediateCatchEvent id='" id "'>" definition "</intermediateCatchEvent>"
#define THROW(id, definition)                                                             \
	"<intermediateThrowEvent id='" id "'>" definition "</intermediateThrowEvent>"
#define BOUNDARY(id, host, definition)                                                    \
	"<boundaryEvent id='" id "' attachedToRef='" host "'>" definition "</boundaryEvent>"
#define BESIDE(id, host, definition)                                                      \
	"<boundaryEvent id='" id "' attachedToRef='" host "' cancelActivity='false'>"     \
	definition "</boundaryEvent>"
#define ON(kind, ref) "<" kind "EventDefinition " kind "Ref='" ref "'/>"

#define NOON (INT64_C(1420113600) * USEC_SECOND)

struct run {
	struct arena arena;
	struct ctx ctx;
	struct flow_definition *definition;
	struct flow_faults faults;
	struct flow_env env;
	struct flow_result last; /* of the latest step */
	str saved;
};

static inline void run_load(struct run *run, const char *xml)
{
	*run = (struct run){ 0 };
	arena_init(&run->arena);
	run->ctx.arena = &run->arena;
	run->env.now = NOON;
	if (flow_load(&run->ctx, str_z(xml), &run->definition, &run->faults) != OK)
		fail_msg("refused: %.*s", STR_ARG(run->ctx.fault.message));
}

static inline struct flow_state run_state(struct run *run)
{
	struct flow_state state;

	assert_int_equal(flow_state_read(&run->ctx, run->definition, run->saved, &state), OK);
	return state;
}

static inline enum err run_event(struct run *run, struct flow_event event)
{
	struct flow_state state;
	bool first = event.kind == FLOW_EVENT_START;

	if (!first)
		state = run_state(run);
	TRY(flow_step(&run->ctx, run->definition, first ? NULL : &state, &event, &run->env,
		      &run->last));
	run->saved = flow_state_write(&run->arena, run->definition, &run->last.state);
	return OK;
}

static inline struct value vars(struct run *run, const char *name, struct value value)
{
	struct value map = value_map();

	value_set(&run->arena, &map, str_z(name), value);
	return map;
}

static inline void run_start_with(struct run *run, struct value variables)
{
	assert_int_equal(run_event(run, (struct flow_event){ .kind = FLOW_EVENT_START,
							     .process = FLOW_NONE,
							     .element = FLOW_NONE,
							     .variables = variables }),
			 OK);
}

static inline void run_start(struct run *run, const char *xml)
{
	run_load(run, xml);
	run_start_with(run, value_map());
}

static inline uint32_t element(struct run *run, const char *id)
{
	uint32_t found = flow_find(run->definition, str_z(id));

	if (found == FLOW_NONE)
		fail_msg("there is no element %s", id);
	return found;
}

/* The node that keeps a task, job, call or incident of the element. */
static inline uint32_t node_of(struct run *run, const char *id)
{
	struct flow_state state = run_state(run);

	for (uint32_t i = 0; i < state.node_count; i++)
		if (state.nodes[i].element == element(run, id) &&
		    (state.nodes[i].holds || state.nodes[i].phase == FLOW_INCIDENT_OPEN))
			return state.nodes[i].id;
	fail_msg("%s is not open", id);
	return 0;
}

static inline void task_done_with(struct run *run, const char *id, struct value variables)
{
	assert_int_equal(run_event(run, (struct flow_event){ .kind = FLOW_EVENT_TASK,
							     .node = node_of(run, id),
							     .variables = variables }),
			 OK);
}

static inline void task_done(struct run *run, const char *id)
{
	task_done_with(run, id, value_map());
}

static inline enum err send(struct run *run, enum flow_event_kind kind, const char *name)
{
	return run_event(run, (struct flow_event){ .kind = kind, .name = str_z(name) });
}

static inline void error_in(struct run *run, const char *id, const char *code)
{
	assert_int_equal(run_event(run, (struct flow_event){ .kind = FLOW_EVENT_ERROR,
							     .node = node_of(run, id),
							     .name = str_z(code) }),
			 OK);
}

/* The timer of an event goes off, at its time. */
static inline void timer_fires(struct run *run, const char *id)
{
	struct flow_state state = run_state(run);

	for (uint32_t i = 0; i < state.wait_count; i++) {
		const struct flow_wait *wait = &state.waits[i];

		if (wait->element != element(run, id) || wait->kind != FLOW_ON_TIMER)
			continue;
		if (run->env.now < wait->due)
			run->env.now = wait->due;
		assert_int_equal(run_event(run, (struct flow_event){ .kind = FLOW_EVENT_TIMER,
								     .node = wait->id }),
				 OK);
		return;
	}
	fail_msg("%s has no timer set", id);
}

/* The open tasks, jobs, calls and incidents (with '!'), in the order they were made. */
static inline const char *open_now(struct run *run)
{
	struct flow_state state = run_state(run);
	str all = S("");

	for (uint32_t i = 0; i < state.node_count; i++) {
		const struct flow_node *node = &state.nodes[i];
		bool incident = node->phase == FLOW_INCIDENT_OPEN;

		if (node->holds || incident)
			all = arena_printf(&run->arena, "%.*s%s%.*s%s", STR_ARG(all),
					   all.n ? " " : "",
					   STR_ARG(run->definition->elements[node->element].id),
					   incident ? "!" : "");
	}
	return arena_copy(&run->arena, all).p;
}

#define assert_open(run, wanted) assert_string_equal(open_now(run), wanted)

static inline enum flow_status status_of(struct run *run)
{
	return run_state(run).status;
}

static inline void assert_finished(struct run *run)
{
	assert_int_equal(status_of(run), FLOW_FINISHED);
}

static inline uint32_t effects_of(struct run *run, enum flow_effect_kind kind)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < run->last.effect_count; i++)
		n += run->last.effects[i].kind == kind;
	return n;
}

static inline const struct flow_effect *effect_of(struct run *run, enum flow_effect_kind kind)
{
	for (uint32_t i = 0; i < run->last.effect_count; i++)
		if (run->last.effects[i].kind == kind)
			return &run->last.effects[i];
	fail_msg("there is no such effect");
	return NULL;
}

static inline void assert_str(str got, const char *wanted)
{
	if (!str_eq(got, str_z(wanted)))
		fail_msg("“%.*s” instead of “%s”", STR_ARG(got), wanted);
}

static inline struct value variable(struct run *run, const char *name)
{
	struct flow_state state = run_state(run);

	return value_get(flow_variables(&state), str_z(name));
}

static inline void run_over(struct run *run)
{
	arena_done(&run->arena);
}

#endif
