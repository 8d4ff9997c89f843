/* Tasks, gateways, sub-processes, loops: what a token does. */
#include "flow/test_run.h"

static void a_case_goes_from_task_to_task_and_ends(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") TASK("a") TASK("b") END("e") FLOW("s", "a")
				FLOW("a", "b") FLOW("b", "e")));
	assert_open(&run, "a");
	assert_int_equal(run_event(&run, (struct flow_event){ .kind = FLOW_EVENT_START }), OK);
	assert_open(&run, "a");
	task_done(&run, "a");
	assert_open(&run, "b");
	task_done_with(&run, "b", vars(&run, "fee", value_int(8000)));
	assert_open(&run, "");
	assert_finished(&run);
	assert_int_equal(effect_of(&run, FLOW_ENDED)->element, element(&run, "e"));
	assert_int_equal(value_integer(variable(&run, "fee"), 0), 8000);
	run_over(&run);
}

static void a_task_is_completed_once(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") TASK("a") TASK("b") END("e") FLOW("s", "a")
				FLOW("a", "b") FLOW("b", "e")));
	struct flow_event again = { .kind = FLOW_EVENT_TASK, .node = node_of(&run, "a") };

	assert_int_equal(run_event(&run, again), OK);
	assert_int_equal(run_event(&run, again), ERR_NOT_FOUND);
	task_done(&run, "b");
	assert_int_equal(run_event(&run, again), ERR_CONFLICT);
	run_over(&run);
}

static void a_task_says_who_when_and_with_which_form(void **state)
{
	struct run run;

	run_load(&run, PROCESS(
		START("s") END("e") FLOW("s", "a") FLOW("a", "e")
		"<userTask id='a'>" EXT(
			"<zeebe:assignmentDefinition assignee='= officer' candidateGroups='justice,"
			" police' candidateUsers='= [\"an\", \"bình\"]'/>"
			"<zeebe:formDefinition formId='check'/>"
			"<zeebe:taskSchedule dueDate='= date and time(\"2015-02-01T17:00:00+07:00\")'"
			" followUpDate='2015-01-30T08:00:00+07:00'/>"
			"<zeebe:priorityDefinition priority='= 40 + 40'/>"
			"<zeebe:taskHeaders><zeebe:header key='k' value='v'/></zeebe:taskHeaders>"
			"<zeebe:properties><zeebe:property name='leg' value='birth'/>"
			"</zeebe:properties>") "</userTask>"));
	run_start_with(&run, vars(&run, "officer", value_str(S("hoa"))));
	const struct flow_task *task = effect_of(&run, FLOW_TASK_CREATED)->task;
	const struct flow_element *a = &run.definition->elements[element(&run, "a")];
	usec due, follow_up;

	assert_true(time_parse(S("2015-02-01T17:00:00+07:00"), &due));
	assert_true(time_parse(S("2015-01-30T08:00:00+07:00"), &follow_up));
	assert_str(task->assignee, "hoa");
	assert_int_equal(task->candidate_groups.n, 2);
	assert_str(value_text(task->candidate_groups.items[1]), "police");
	assert_str(value_text(task->candidate_users.items[1]), "bình");
	assert_str(task->form_id, "check");
	assert_true(task->due == due && task->follow_up == follow_up);
	assert_int_equal(task->priority, 80);
	assert_str(flow_header(a, S("k")), "v");
	assert_str(flow_property(a, S("leg")), "birth");
	run_over(&run);
}

static void an_exclusive_gateway_takes_the_first_that_holds(void **state)
{
	struct run run;

	run_load(&run, PROCESS(START("s") "<exclusiveGateway id='x' default='x_c'/>" TASK("a")
			       TASK("b") TASK("c") END("e") FLOW("s", "x")
			       FLOW_IF("x", "a", "age &lt; 18") FLOW_IF("x", "b", "age &lt; 30")
			       FLOW("x", "c") FLOW("a", "e") FLOW("b", "e") FLOW("c", "e")));
	run_start_with(&run, vars(&run, "age", value_int(10)));
	assert_open(&run, "a");
	run_start_with(&run, vars(&run, "age", value_int(20)));
	assert_open(&run, "b");
	run_start_with(&run, vars(&run, "age", value_int(40)));
	assert_open(&run, "c");
	run_over(&run);
}

static void no_flow_to_take_is_an_incident_that_can_be_tried_again(void **state)
{
	struct run run;

	run_load(&run, PROCESS(START("s") "<exclusiveGateway id='x'/>" TASK("a") TASK("b")
			       END("e") FLOW("s", "x") FLOW_IF("x", "a", "age &lt; 18")
			       FLOW_IF("x", "b", "age &gt;= 60") FLOW("a", "e") FLOW("b", "e")));
	run_start_with(&run, value_map());
	assert_open(&run, "x!");
	assert_int_equal(effect_of(&run, FLOW_INCIDENT)->incident, FLOW_NO_FLOW);
	assert_int_equal(run_event(&run, (struct flow_event){
						 .kind = FLOW_EVENT_RETRY,
						 .node = node_of(&run, "x"),
						 .variables = vars(&run, "age", value_int(70)) }),
			 OK);
	assert_open(&run, "b");
	assert_int_equal(effects_of(&run, FLOW_INCIDENT_OVER), 1);
	run_over(&run);
}

static void a_parallel_join_waits_for_one_token_from_each_side(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") "<parallelGateway id='f'/><parallelGateway id='j'/>"
				TASK("a") TASK("b") TASK("c") END("e") FLOW("s", "f")
				FLOW("f", "a") FLOW("f", "b") FLOW("a", "j") FLOW("b", "j")
				FLOW("j", "c") FLOW("c", "e")));
	assert_open(&run, "a b");
	task_done(&run, "b");
	assert_open(&run, "a");
	task_done(&run, "a");
	assert_open(&run, "c");
	task_done(&run, "c");
	assert_finished(&run);
	run_over(&run);
}

static void two_tokens_from_one_side_do_not_open_a_parallel_join(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") "<parallelGateway id='f'/><parallelGateway id='j'/>"
				TASK("a1") TASK("a2") "<exclusiveGateway id='m'/>" TASK("b")
				TASK("c") END("e") FLOW("s", "f") FLOW("f", "a1")
				FLOW("f", "a2") FLOW("a1", "m") FLOW("a2", "m") FLOW("m", "j")
				FLOW("f", "b") FLOW("b", "j") FLOW("j", "c") FLOW("c", "e")));
	task_done(&run, "a1");
	task_done(&run, "a2");
	assert_open(&run, "b");
	task_done(&run, "b");
	assert_open(&run, "c");
	task_done(&run, "c");
	/* The second token of the first side waits for ever, and somebody is told. */
	assert_open(&run, "j!");
	assert_int_equal(effect_of(&run, FLOW_INCIDENT)->incident, FLOW_STUCK);
	run_over(&run);
}

#define INCLUSIVE                                                                         \
	START("s") "<inclusiveGateway id='f' default='f_c'/><inclusiveGateway id='j'/>"   \
	TASK("a") TASK("b") TASK("c") TASK("d") END("e") FLOW("s", "f")                   \
	FLOW_IF("f", "a", "a") FLOW_IF("f", "b", "b") FLOW("f", "c") FLOW("a", "j")       \
	FLOW("b", "j") FLOW("c", "j") FLOW("j", "d") FLOW("d", "e")

static void an_inclusive_join_waits_only_for_what_was_split(void **state)
{
	struct run run;
	struct value both;

	run_load(&run, PROCESS(INCLUSIVE));
	both = vars(&run, "a", value_bool(true));
	value_set(&run.arena, &both, S("b"), value_bool(true));
	run_start_with(&run, both);
	assert_open(&run, "a b");
	task_done(&run, "a");
	assert_open(&run, "b");
	task_done(&run, "b");
	assert_open(&run, "d");
	run_start_with(&run, vars(&run, "b", value_bool(true)));
	task_done(&run, "b");
	assert_open(&run, "d");
	run_start_with(&run, value_map());
	assert_open(&run, "c");
	run_over(&run);
}

static void an_inclusive_join_opens_when_the_other_token_dies(void **state)
{
	struct run run;

	/* b can leave by an end event of its own: the join must be asked again then. */
	run_start(&run, PROCESS(START("s") "<inclusiveGateway id='f'/><inclusiveGateway id='j'/>"
				TASK("a") TASK("b") TASK("d") END("e") END("e2")
				"<exclusiveGateway id='x' default='x_j'/>" FLOW("s", "f")
				FLOW("f", "a") FLOW("f", "b") FLOW("a", "j") FLOW("b", "x")
				FLOW("x", "j") FLOW_IF("x", "e2", "given up") FLOW("j", "d")
				FLOW("d", "e")));
	task_done(&run, "a");
	assert_open(&run, "b");
	task_done_with(&run, "b", vars(&run, "given up", value_bool(true)));
	assert_open(&run, "d");
	run_over(&run);
}

static void an_inclusive_join_opens_when_the_other_branch_is_interrupted(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") "<inclusiveGateway id='f'/><inclusiveGateway id='j'/>"
				TASK("a") TASK("b") TASK("d") END("e") END("e2")
				BOUNDARY("late", "b", TIMER_IN("PT1H")) FLOW("s", "f")
				FLOW("f", "a") FLOW("f", "b") FLOW("a", "j") FLOW("b", "j")
				FLOW("late", "e2") FLOW("j", "d") FLOW("d", "e")));
	task_done(&run, "a");
	assert_open(&run, "b");
	timer_fires(&run, "late");
	assert_open(&run, "d");
	run_over(&run);
}

static void inclusive_joins_that_wait_for_each_other_do_not_hang(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") "<parallelGateway id='f'/><inclusiveGateway id='j'/>"
				"<inclusiveGateway id='k'/><inclusiveGateway id='jj' default='jj_e'/>"
				"<inclusiveGateway id='kk' default='kk_e'/>" TASK("a") TASK("b")
				END("e") FLOW("s", "f") FLOW("f", "a") FLOW("f", "b")
				FLOW("a", "j") FLOW("b", "k") FLOW("j", "jj") FLOW("k", "kk")
				FLOW_IF("jj", "k", "false") FLOW_IF("kk", "j", "false")
				FLOW("jj", "e") FLOW("kk", "e")));
	task_done(&run, "a");
	task_done(&run, "b");
	assert_finished(&run);
	run_over(&run);
}

static void an_endless_loop_becomes_an_incident(void **state)
{
	struct run run;

	run_load(&run, PROCESS(START("s") "<exclusiveGateway id='x' default='x_t'/>"
			       "<task id='t'/>" END("e") FLOW("s", "x") FLOW("x", "t")
			       FLOW("t", "x") FLOW_IF("x", "e", "false")));
	run.env.max_steps = 100;
	run_start_with(&run, value_map());
	assert_int_equal(effects_of(&run, FLOW_INCIDENT), 1);
	assert_int_equal(effect_of(&run, FLOW_INCIDENT)->incident, FLOW_ENDLESS);
	assert_int_equal(status_of(&run), FLOW_RUNNING);
	run_over(&run);
}

static void terminate_ends_all_of_its_scope(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") TASK("a") TASK("b") END("e")
				"<endEvent id='stop'><terminateEventDefinition/></endEvent>"
				FLOW("s", "a") FLOW("s", "b") FLOW("a", "stop") FLOW("b", "e")));
	assert_open(&run, "a b");
	task_done(&run, "a");
	assert_finished(&run);
	assert_int_equal(effects_of(&run, FLOW_TASK_CANCELLED), 1);
	assert_int_equal(effect_of(&run, FLOW_ENDED)->element, element(&run, "stop"));
	run_over(&run);
}

static void scripts_and_mappings_work_on_variables(void **state)
{
	struct run run;

	run_load(&run, PROCESS(
		START("s") END("e") FLOW("s", "fee") FLOW("fee", "pay") FLOW("pay", "e")
		"<scriptTask id='fee'>" EXT("<zeebe:script expression='= copies * 8000'"
					    " resultVariable='fee'/>") "</scriptTask>"
		"<serviceTask id='pay'>" EXT(
			"<zeebe:taskDefinition type='= \"pay-\" + bank' retries='5'/>"
			"<zeebe:ioMapping><zeebe:input source='= fee + 1' target='order.amount'/>"
			"<zeebe:output source='= reference' target='payment.code'/>"
			"</zeebe:ioMapping>") "</serviceTask>"));
	struct value data = vars(&run, "copies", value_int(3));

	value_set(&run.arena, &data, S("bank"), value_str(S("vcb")));
	run_start_with(&run, data);
	const struct flow_effect *job = effect_of(&run, FLOW_JOB_CREATED);

	assert_str(job->name, "pay-vcb");
	assert_int_equal(job->retries, 5);
	assert_int_equal(value_integer(value_path(job->variables, S("order.amount")), 0), 24001);
	task_done_with(&run, "pay", vars(&run, "reference", value_str(S("R-1"))));
	assert_str(value_text(value_path(variable(&run, "payment"), S("code"))), "R-1");
	/* Only what the mapping names comes out; the input was the task's own. */
	assert_true(value_is_null(variable(&run, "reference")));
	assert_true(value_is_null(variable(&run, "order")));
	assert_int_equal(value_integer(variable(&run, "fee"), 0), 24000);
	run_over(&run);
}

static bool decide_fee(void *data, struct arena *arena, str decision, struct value context,
		       struct value *ret_result, str *ret_why)
{
	if (!str_eq(decision, S("fees"))) {
		*ret_why = S("there is no such decision");
		return false;
	}
	*ret_result = value_int(value_integer(value_get(context, S("copies")), 0) * 2000);
	return true;
}

static void a_business_rule_decides_at_once_or_raises_an_incident(void **state)
{
	struct run run;
	const char *file = PROCESS(
		START("s") TASK("a") END("e") FLOW("s", "r") FLOW("r", "a") FLOW("a", "e")
		"<businessRuleTask id='r'>" EXT("<zeebe:calledDecision decisionId='= which'"
						" resultVariable='fee'/>") "</businessRuleTask>");

	run_load(&run, file);
	run.env.decide = decide_fee;
	struct value data = vars(&run, "copies", value_int(2));

	value_set(&run.arena, &data, S("which"), value_str(S("fees")));
	run_start_with(&run, data);
	assert_open(&run, "a");
	assert_int_equal(value_integer(variable(&run, "fee"), 0), 4000);
	run_start_with(&run, vars(&run, "which", value_str(S("none"))));
	assert_open(&run, "r!");
	assert_non_null(strstr(effect_of(&run, FLOW_INCIDENT)->text.p, "no such decision"));
	run_over(&run);
}

static void variables_stay_in_the_scope_that_has_them(void **state)
{
	struct run run;

	run_load(&run, PROCESS(
		START("s") END("e") FLOW("s", "sub") FLOW("sub", "e")
		"<subProcess id='sub'>" EXT(
			"<zeebe:ioMapping><zeebe:input source='= 1' target='round'/>"
			"<zeebe:output source='= round' target='rounds'/></zeebe:ioMapping>")
		START("s2") TASK("a") END("e2") FLOW("s2", "a") FLOW("a", "e2") "</subProcess>"));
	run_start_with(&run, value_map());
	struct flow_state now = run_state(&run);
	struct value seen =
		flow_visible(&run.arena, run.definition, &now, node_of(&run, "a"));

	assert_int_equal(value_integer(value_get(seen, S("round")), 0), 1);
	struct value out = vars(&run, "round", value_int(2));

	value_set(&run.arena, &out, S("other"), value_int(3));
	task_done_with(&run, "a", out);
	assert_finished(&run);
	assert_true(value_is_null(variable(&run, "round")));
	assert_int_equal(value_integer(variable(&run, "rounds"), 0), 2);
	assert_int_equal(value_integer(variable(&run, "other"), 0), 3);
	run_over(&run);
}

static void a_process_of_the_same_file_is_called_inline(void **state)
{
	struct run run;

	run_load(&run, DEFINITIONS(
		PROCESS_BODY(START("s") END("e") FLOW("s", "call") FLOW("call", "b") TASK("b")
			     FLOW("b", "e") "<callActivity id='call' calledElement='q'/>")
		"<process id='q' isExecutable='true'>" START("s2") TASK("a") END("e2")
		FLOW("s2", "a") FLOW("a", "e2") "</process>"));
	run_start_with(&run, vars(&run, "x", value_int(1)));
	assert_open(&run, "a");
	task_done_with(&run, "a", vars(&run, "y", value_int(2)));
	assert_open(&run, "b");
	assert_int_equal(value_integer(variable(&run, "y"), 0), 2);
	run_over(&run);
}

static void a_global_task_is_called_like_a_process(void **state)
{
	struct run run;

	run_start(&run, DEFINITIONS(
		PROCESS_BODY(START("s") END("e") FLOW("s", "call") FLOW("call", "b") TASK("b")
			     FLOW("b", "e") "<callActivity id='call' calledElement='ask'/>")
		"<globalUserTask id='ask' name='Hỏi ý kiến'/>"));
	const struct flow_effect *made = effect_of(&run, FLOW_TASK_CREATED);

	assert_str(run.definition->elements[made->element].name, "Hỏi ý kiến");
	assert_int_equal(run_event(&run, (struct flow_event){ .kind = FLOW_EVENT_TASK,
							      .node = made->node }),
			 OK);
	assert_open(&run, "b");
	run_over(&run);
}

static void a_process_elsewhere_is_called_by_effect(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") TASK("b") END("e") FLOW("s", "call") FLOW("call", "b")
				FLOW("b", "e") "<callActivity id='call'>"
				EXT("<zeebe:calledElement processId='= \"tax-\" + string(1)'"
				    " propagateAllChildVariables='false'/>") "</callActivity>"));
	assert_open(&run, "call");
	assert_str(effect_of(&run, FLOW_CALL_CREATED)->name, "tax-1");
	assert_int_equal(run_event(&run, (struct flow_event){
						 .kind = FLOW_EVENT_CALL_ENDED,
						 .node = node_of(&run, "call"),
						 .variables = vars(&run, "y", value_int(2)) }),
			 OK);
	assert_open(&run, "b");
	assert_true(value_is_null(variable(&run, "y")));
	run_over(&run);
}

static void processes_that_call_themselves_stop(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") END("e") FLOW("s", "call") FLOW("call", "e")
				"<callActivity id='call' calledElement='p'/>"));
	assert_int_equal(effects_of(&run, FLOW_INCIDENT), 1);
	assert_int_equal(status_of(&run), FLOW_RUNNING);
	run_over(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_goes_from_task_to_task_and_ends),
		cmocka_unit_test(a_task_is_completed_once),
		cmocka_unit_test(a_task_says_who_when_and_with_which_form),
		cmocka_unit_test(an_exclusive_gateway_takes_the_first_that_holds),
		cmocka_unit_test(no_flow_to_take_is_an_incident_that_can_be_tried_again),
		cmocka_unit_test(a_parallel_join_waits_for_one_token_from_each_side),
		cmocka_unit_test(two_tokens_from_one_side_do_not_open_a_parallel_join),
		cmocka_unit_test(an_inclusive_join_waits_only_for_what_was_split),
		cmocka_unit_test(an_inclusive_join_opens_when_the_other_token_dies),
		cmocka_unit_test(an_inclusive_join_opens_when_the_other_branch_is_interrupted),
		cmocka_unit_test(inclusive_joins_that_wait_for_each_other_do_not_hang),
		cmocka_unit_test(an_endless_loop_becomes_an_incident),
		cmocka_unit_test(terminate_ends_all_of_its_scope),
		cmocka_unit_test(scripts_and_mappings_work_on_variables),
		cmocka_unit_test(a_business_rule_decides_at_once_or_raises_an_incident),
		cmocka_unit_test(variables_stay_in_the_scope_that_has_them),
		cmocka_unit_test(a_process_of_the_same_file_is_called_inline),
		cmocka_unit_test(a_global_task_is_called_like_a_process),
		cmocka_unit_test(a_process_elsewhere_is_called_by_effect),
		cmocka_unit_test(processes_that_call_themselves_stop),
	};

	return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
