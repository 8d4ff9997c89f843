/* Loading, refusing, saving, migrating, checking. */
#include "flow/room.h"
#include "flow/test_run.h"

#include "base/datetime.h"
#include "base/json.h"

static void assert_refused(const char *xml, const char *id, uint32_t line, const char *part)
{
	struct flow_definition *definition;
	struct flow_faults faults;
	struct arena arena;

	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };

	assert_int_equal(flow_load(&ctx, str_z(xml), &definition, &faults), ERR_INVALID);
	for (uint32_t i = 0; i < faults.count; i++)
		if (str_eq(faults.items[i].element, str_z(id)) &&
		    (line == 0 || faults.items[i].line == line) &&
		    str_find(faults.items[i].message, str_z(part)) != SIZE_MAX) {
			arena_done(&arena);
			return;
		}
	fail_msg("the first fault is line %u, %.*s: %.*s", faults.items[0].line,
		 STR_ARG(faults.items[0].element), STR_ARG(faults.items[0].message));
}

static void what_is_wrong_is_named_with_element_and_line(void **state)
{
	assert_refused("<a/>", "a", 1, "BPMN");
	assert_refused("<definitions", "definitions", 1, "well-formed");
	assert_refused(PROCESS(START("s") "\n<exclusiveGateway id='x' default='x_a'/>" TASK("a")
			       END("e") FLOW("s", "x") FLOW("x", "a") "\n\n"
			       FLOW_IF("x", "e", "1 + ") FLOW("a", "e")),
		       "x_e", 4, "cannot be read");
	assert_refused(PROCESS(START("s") TASK("a") END("e") FLOW("s", "a") FLOW("a", "gone")),
		       "a_gone", 1, "targetRef");
	assert_refused(PROCESS(START("s") "\n<userTsk id='a'/>" END("e") FLOW("s", "e")), "a", 2,
		       "no element");
	assert_refused(PROCESS(START("s") CATCH("c", TIMER_IN("3 days")) END("e") FLOW("s", "c")
			       FLOW("c", "e")),
		       "c", 0, "ISO 8601");
	assert_refused(PROCESS(START("s") "<exclusiveGateway id='x' default='x_a'/>" TASK("a")
			       END("e") FLOW("s", "x") FLOW("x", "a") FLOW_IF("x", "e", "1 + 1")
			       FLOW("a", "e")),
		       "x_e", 0, "neither true nor false");
	assert_refused(PROCESS(START("s") "<scriptTask id='a' scriptFormat='text/javascript'>"
			       TAG("script", "x = 1") "</scriptTask>" END("e") FLOW("s", "a")
			       FLOW("a", "e")),
		       "a", 0, "not executed");
}

static void several_faults_are_told_at_once(void **state)
{
	struct flow_definition *definition;
	struct flow_faults faults;
	struct arena arena;

	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };

	assert_int_equal(flow_load(&ctx,
				   S(PROCESS(START("s") TASK("a") TASK("b") END("e")
					     FLOW("s", "a") FLOW("a", "e")
					     BOUNDARY("x", "a", "<terminateEventDefinition/>"))),
				   &definition, &faults),
			 ERR_INVALID);
	assert_true(faults.count >= 3);
	arena_done(&arena);
}

static void times_are_read_as_iso_8601_writes_them(void **state)
{
	static const char *const bad[] = { "", "P", "PT", "P1", "1D", "P1S", "PT1D", "P-1D", "P1D ",
					   "P1DT", "PT1M1H", "P1.5D", "P99999999999D",
					   "PT99999999999999999999S", "P1Y1Y", "pt1h" };
	struct timer_span span;
	int64_t count;
	usec at, start;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(timer_parse_duration(str_z(bad[i]), &span));
	assert_true(timer_parse_duration(S("P1Y2M3W4DT5H6M7.25S"), &span));
	assert_int_equal(span.months, 14);
	assert_true(span.rest == 25 * USEC_DAY + 5 * USEC_HOUR + 6 * USEC_MINUTE +
					 7 * USEC_SECOND + USEC_SECOND / 4);
	/* A month after the last of January is the last of February. */
	assert_true(timer_parse_duration(S("P1M"), &span));
	assert_true(timer_parse_date(S("2016-01-31T23:30:00"), 420, &at));
	assert_str(time_format((struct arena *)*state, timer_add(at, span, 420), 420),
		   "2016-02-29T23:30:00+07:00");
	assert_true(timer_parse_cycle(S("R/PT5M"), 0, &count, &start, &span));
	assert_int_equal(count, -1);
	assert_false(timer_parse_cycle(S("R3"), 0, &count, &start, &span));
	assert_false(timer_parse_cycle(S("3/PT5M"), 0, &count, &start, &span));
	assert_false(timer_parse_cycle(S("R3/PT5M/PT5M"), 0, &count, &start, &span));
}

static int make_arena(void **state)
{
	static struct arena arena;

	arena_init(&arena);
	*state = &arena;
	return 0;
}

static int free_arena(void **state)
{
	arena_done(*state);
	return 0;
}

static void what_is_read_for_drawing_and_listing_is_there(void **state)
{
	struct run run;
	uint32_t *steps, n;

	run_load(&run, DEFINITIONS(PROCESS_BODY(
		"<laneSet id='ls'><lane id='l1' name='Một cửa'><flowNodeRef>a</flowNodeRef></lane>"
		"</laneSet>" TASK("c") TASK("b") START("s") TASK("a") END("e")
		FLOW("s", "a") FLOW("a", "b") FLOW("b", "c") FLOW("c", "e"))
		"<bpmndi:BPMNDiagram xmlns:bpmndi='http://www.omg.org/spec/BPMN/20100524/DI'"
		" xmlns:dc='http://www.omg.org/spec/DD/20100524/DC'"
		" xmlns:di='http://www.omg.org/spec/DD/20100524/DI'>"
		"<bpmndi:BPMNPlane bpmnElement='p'><bpmndi:BPMNShape bpmnElement='a'>"
		"<dc:Bounds x='10.5' y='20' width='100' height='80'/></bpmndi:BPMNShape>"
		"<bpmndi:BPMNEdge bpmnElement='s_a'><di:waypoint x='1' y='2'/>"
		"<di:waypoint x='3' y='4'/></bpmndi:BPMNEdge></bpmndi:BPMNPlane>"
		"</bpmndi:BPMNDiagram>"));
	const struct flow_definition *d = run.definition;

	assert_str(d->lanes[d->elements[element(&run, "a")].lane].name, "Một cửa");
	assert_int_equal(d->elements[element(&run, "b")].lane, FLOW_NONE);
	assert_int_equal(d->shapes[0].element, element(&run, "a"));
	assert_true(d->shapes[0].bounds.x == 10.5 && d->shapes[0].bounds.height == 80);
	assert_int_equal(d->edges[0].point_count, 2);
	assert_str(d->flows[d->edges[0].sequence].id, "s_a");
	flow_steps(&run.arena, d, flow_main_process(d), &steps, &n);
	assert_int_equal(n, 3);
	assert_int_equal(steps[0], element(&run, "a"));
	assert_int_equal(steps[1], element(&run, "b"));
	assert_int_equal(steps[2], element(&run, "c"));
	run_over(&run);
}

static void a_drawing_loads_but_cannot_begin(void **state)
{
	struct run run;

	run_load(&run, DEFINITIONS("<process id='p'><startEvent id='s'/><endEvent id='lost'>"
				   "<timerEventDefinition/></endEvent></process>"));
	assert_int_equal(run_event(&run, (struct flow_event){ .kind = FLOW_EVENT_START,
							      .process = FLOW_NONE,
							      .element = FLOW_NONE }),
			 ERR_INVALID);
	struct flow_finding *findings;
	uint32_t n;

	flow_check(&run.ctx, run.definition, &findings, &n);
	assert_int_equal(n, 1);
	assert_int_equal(findings[0].severity, FLOW_FAULT);
	run_over(&run);
}

static void extensions_nobody_carries_out_are_refused(void **state)
{
	assert_refused(PROCESS(START("s") "<userTask id='a'>" EXT("<zeebe:taskListeners/>")
			       "</userTask>" END("e") FLOW("s", "a") FLOW("a", "e")),
		       "a", 0, "taskListeners");
}

static void forms_inside_the_file_are_read(void **state)
{
	struct run run;

	run_load(&run, PROCESS(EXT("<zeebe:versionTag value='2014.1'/>"
				   "<zeebe:userTaskForm id='f1'>{\"components\":[]}"
				   "</zeebe:userTaskForm>")
			       START("s") END("e") FLOW("s", "e")));
	const struct flow_element *p = &run.definition->elements[element(&run, "p")];

	assert_str(p->version_tag, "2014.1");
	assert_int_equal(p->form_count, 1);
	assert_str(p->forms[0].key, "f1");
	assert_str(p->forms[0].value, "{\"components\":[]}");
	run_over(&run);
}

#define ONE_TASK                                                                          \
	PROCESS(START("s") TASK("a") TASK("b") END("e") FLOW("s", "a") FLOW("a", "b")     \
		FLOW("b", "e"))

static void variables_come_back_from_bytes_as_they_were(void **state)
{
	static const char text[] =
		"{\"name\":\"Nguyễn Thị Đào\",\"fee\":1.10,\"big\":123456789012345678901234567890,"
		"\"minus\":-42,\"list\":[true,false,null,{\"deep\":[[]]}],\"empty\":{}}";
	struct run run;
	struct value data;

	run_load(&run, ONE_TASK);
	assert_true(json_parse(&run.arena, str_z(text), &data, NULL));
	run_start_with(&run, data);
	struct flow_state now = run_state(&run);
	struct buf out = { .arena = &run.arena };

	json_write(&out, flow_variables(&now));
	assert_str(buf_view(&out), text);
	/* Written again they are the same bytes. */
	assert_true(str_eq(flow_state_write(&run.arena, run.definition, &now), run.saved));
	run_over(&run);
}

static void dates_and_durations_come_back_as_what_they_were(void **state)
{
	struct run run;

	run_start(&run, PROCESS(
		START("s") TASK("a") END("e") FLOW("s", "x") FLOW("x", "a") FLOW("a", "e")
		"<scriptTask id='x'>" EXT(
			"<zeebe:script resultVariable='t' expression='= {d: date(\"2015-01-26\"),"
			" dt: date and time(\"2015-01-26T09:00:00+07:00\"), p: duration(\"P1DT2H\"),"
			" m: duration(\"P3M\"), t: time(\"08:30:00\")}'/>") "</scriptTask>"));
	struct value t = variable(&run, "t");

	assert_int_equal(value_get(t, S("d")).kind, VALUE_DATE);
	assert_int_equal(value_get(t, S("dt")).kind, VALUE_DATE_TIME);
	assert_int_equal(value_get(t, S("p")).kind, VALUE_DAYS_TIME);
	assert_int_equal(value_get(t, S("m")).kind, VALUE_YEARS_MONTHS);
	assert_int_equal(value_get(t, S("t")).kind, VALUE_TIME);
	task_done(&run, "a");
	assert_finished(&run);
	run_over(&run);
}

static void a_step_leaves_the_state_it_was_given(void **state)
{
	struct run run;

	run_start(&run, ONE_TASK);
	struct flow_state before = run.last.state;
	str bytes = flow_state_write(&run.arena, run.definition, &before);
	struct flow_result result;
	struct flow_event event = { .kind = FLOW_EVENT_TASK, .node = node_of(&run, "a"),
				    .variables = vars(&run, "x", value_int(1)) };

	for (int i = 0; i < 2; i++) {
		assert_int_equal(flow_step(&run.ctx, run.definition, &before, &event, &run.env,
					   &result),
				 OK);
		assert_true(str_eq(flow_state_write(&run.arena, run.definition, &before), bytes));
	}
	run_over(&run);
}

static void damaged_bytes_are_refused_or_harmless(void **state)
{
	struct run run;
	struct flow_state now;

	run_load(&run, DEFINITIONS("<signal id='g' name='go'/>" PROCESS_BODY(
		START("s") "<parallelGateway id='f'/><parallelGateway id='j'/>" TASK("a")
		"<task id='b'/>" BOUNDARY("t", "a", TIMER_IN("PT1H")) END("e") END("e2")
		FLOW("s", "f") FLOW("f", "a") FLOW("f", "b") FLOW("a", "j") FLOW("b", "j")
		FLOW("j", "e") FLOW("t", "e2"))));
	run_start_with(&run, vars(&run, "x", value_str(S("y"))));
	for (size_t n = 0; n < run.saved.n; n++) {
		char *copy = arena_alloc(&run.arena, run.saved.n);

		/* Cut off anywhere it is refused. */
		memcpy(copy, run.saved.p, n);
		assert_int_equal(flow_state_read(&run.ctx, run.definition, str_of(copy, n), &now),
				 ERR_INVALID);
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, run.saved.p, run.saved.n);
			copy[n] ^= (char)(1 << bit);
			if (flow_state_read(&run.ctx, run.definition,
					    str_of(copy, run.saved.n), &now) == OK)
				flow_state_write(&run.arena, run.definition, &now);
		}
	}
	run_over(&run);
}

static void a_state_costs_few_bytes(void **state)
{
	struct run run;

	run_start(&run, ONE_TASK);
	assert_in_range(run.saved.n, 1, 40);
	run_over(&run);
}

#define PAIR(first, more)                                                                 \
	PROCESS(START("s") "<parallelGateway id='f'/><parallelGateway id='j'/>" first     \
		TASK("b") END("e") FLOW("s", "f") FLOW("f", "a") FLOW("f", "b")           \
		FLOW("a", "j") FLOW("b", "j") FLOW("j", "e") more)

static enum err migrate(struct run *run, const char *xml, const struct flow_move *moves,
			uint32_t n, struct flow_faults *ret_faults)
{
	struct flow_state now = run_state(run), next;
	struct flow_definition *definition;
	struct flow_faults faults;
	str before = run->saved;

	if (flow_load(&run->ctx, str_z(xml), &definition, &faults) != OK)
		fail_msg("refused: %.*s", STR_ARG(run->ctx.fault.message));
	/* A trial first: it says the same and changes nothing. */
	enum err trial = flow_migrate(&run->ctx, run->definition, definition, &now, moves, n, NULL,
				      ret_faults);
	enum err code = flow_migrate(&run->ctx, run->definition, definition, &now, moves, n, &next,
				     ret_faults);

	assert_int_equal(trial, code);
	assert_true(str_eq(flow_state_write(&run->arena, run->definition, &now), before));
	if (code == OK) {
		run->definition = definition;
		run->saved = flow_state_write(&run->arena, definition, &next);
	}
	return code;
}

static void a_running_case_goes_over_with_its_half_taken_join(void **state)
{
	struct run run;
	struct flow_faults faults;
	static const struct flow_move moves[] = { { S("b"), S("review") },
						  { S("b_j"), S("review_j") } };

	run_start(&run, PAIR(TASK("a"), ""));
	task_done(&run, "a");
	assert_open(&run, "b");
	/* The new version: b is called review, and a step comes after the join. */
	assert_int_equal(migrate(&run, PROCESS(
		START("s") TASK("last") "<parallelGateway id='f'/><parallelGateway id='j'/>"
		TASK("review") TASK("a") END("e") FLOW("s", "f") FLOW("f", "a")
		FLOW("f", "review") FLOW("a", "j") FLOW("review", "j") FLOW("j", "last")
		FLOW("last", "e")), moves, 2, &faults), OK);
	assert_open(&run, "review");
	task_done(&run, "review");
	assert_open(&run, "last");
	run_over(&run);
}

static void a_case_does_not_go_over_where_something_has_no_equal(void **state)
{
	struct run run;
	struct flow_faults faults;

	run_start(&run, PAIR(TASK("a"), ""));
	/* gone */
	assert_int_equal(migrate(&run, PROCESS(START("s") TASK("b") END("e") FLOW("s", "b")
					       FLOW("b", "e")), NULL, 0, &faults), ERR_INVALID);
	assert_str(faults.items[0].element, "a");
	/* of another kind */
	assert_int_equal(migrate(&run, PAIR("<manualTask id='a'/>", ""), NULL, 0, &faults),
			 ERR_INVALID);
	/* in another scope */
	assert_int_equal(migrate(&run, PROCESS(
		START("s") TASK("b") END("e") FLOW("s", "sub") FLOW("sub", "b") FLOW("b", "e")
		SUB("sub", START("s2") TASK("a") END("e2") FLOW("s2", "a") FLOW("a", "e2"))),
		NULL, 0, &faults), ERR_INVALID);
	/* with a deadline that nobody set */
	assert_int_equal(migrate(&run, PAIR(TASK("a"), BOUNDARY("t", "a", TIMER_IN("PT1H"))
					    END("e9") FLOW("t", "e9")), NULL, 0, &faults),
			 ERR_INVALID);
	task_done(&run, "a");
	/* a token waits at a join whose flow is no more */
	assert_int_equal(migrate(&run, PROCESS(
		START("s") "<parallelGateway id='f'/><parallelGateway id='j'/>" TASK("a2")
		TASK("b") END("e") FLOW("s", "f") FLOW("f", "a2") FLOW("f", "b") FLOW("a2", "j")
		FLOW("b", "j") FLOW("j", "e")), NULL, 0, &faults), ERR_INVALID);
	assert_str(faults.items[0].element, "j");
	run_over(&run);
}

static bool finds(struct run *run, const char *id, const char *part)
{
	struct flow_finding *findings;
	uint32_t n;

	flow_check(&run->ctx, run->definition, &findings, &n);
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(findings[i].element_id, str_z(id)) &&
		    str_find(findings[i].message, str_z(part)) != SIZE_MAX)
			return true;
	return false;
}

static void what_cannot_be_meant_is_found(void **state)
{
	struct run run;

	run_load(&run, PROCESS(
		START("s") "<exclusiveGateway id='x'/><parallelGateway id='j'/>" TASK("a") TASK("b")
		"<userTask id='c' name='Ký'>" EXT("<zeebe:assignmentDefinition"
						  " candidateGroups='leaders'/>") "</userTask>"
		"<serviceTask id='job'/>" TASK("island") TASK("atoll") TASK("round") TASK("trip")
		END("e") FLOW("s", "x") FLOW_IF("x", "a", "age &lt; 18")
		FLOW_IF("x", "b", "age &gt; 60") FLOW_IF("x", "round", "1 = 2")
		FLOW("a", "j") FLOW("b", "j") FLOW("j", "c") FLOW("c", "job") FLOW("job", "e")
		FLOW("island", "atoll") FLOW("atoll", "island") FLOW("round", "trip")
		FLOW("trip", "round")));
	assert_true(finds(&run, "a", "Nobody can take"));
	assert_false(finds(&run, "c", ""));
	assert_true(finds(&run, "x", "no default"));
	assert_true(finds(&run, "x", "always the same"));
	assert_true(finds(&run, "j", "never be complete"));
	assert_true(finds(&run, "job", "which job"));
	assert_true(finds(&run, "island", "Nothing ever leads here"));
	assert_true(finds(&run, "round", "no end"));
	assert_false(finds(&run, "e", ""));
	run_over(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_named_with_element_and_line),
		cmocka_unit_test(several_faults_are_told_at_once),
		cmocka_unit_test_setup_teardown(times_are_read_as_iso_8601_writes_them, make_arena,
						free_arena),
		cmocka_unit_test(what_is_read_for_drawing_and_listing_is_there),
		cmocka_unit_test(a_drawing_loads_but_cannot_begin),
		cmocka_unit_test(extensions_nobody_carries_out_are_refused),
		cmocka_unit_test(forms_inside_the_file_are_read),
		cmocka_unit_test(variables_come_back_from_bytes_as_they_were),
		cmocka_unit_test(dates_and_durations_come_back_as_what_they_were),
		cmocka_unit_test(a_step_leaves_the_state_it_was_given),
		cmocka_unit_test(damaged_bytes_are_refused_or_harmless),
		cmocka_unit_test(a_state_costs_few_bytes),
		cmocka_unit_test(a_running_case_goes_over_with_its_half_taken_join),
		cmocka_unit_test(a_case_does_not_go_over_where_something_has_no_equal),
		cmocka_unit_test(what_cannot_be_meant_is_found),
	};

	return cmocka_run_group_tests_name("flow state", tests, NULL, NULL);
}
