/* Timers, messages, signals, errors, escalation, compensation, many instances. */
#include "flow/test_run.h"

static void a_timer_that_interrupts_takes_the_task_away(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") TASK("a") TASK("b") END("e") END("e2")
				BOUNDARY("late", "a", TIMER_IN("P3D")) FLOW("s", "a")
				FLOW("a", "e") FLOW("late", "b") FLOW("b", "e2")));
	const struct flow_effect *set = effect_of(&run, FLOW_TIMER_SET);

	assert_true(set->at == NOON + 3 * USEC_DAY);
	assert_int_equal(run_event(&run, (struct flow_event){ .kind = FLOW_EVENT_TIMER,
							      .node = set->wait }),
			 ERR_CONFLICT);
	timer_fires(&run, "late");
	assert_open(&run, "b");
	assert_int_equal(effects_of(&run, FLOW_TASK_CANCELLED), 1);
	run_over(&run);
}

static void completing_a_task_cancels_its_timer(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") TASK("a") TASK("b") END("e") END("e2")
				BOUNDARY("late", "a", TIMER_IN("P3D")) FLOW("s", "a")
				FLOW("a", "e") FLOW("late", "b") FLOW("b", "e2")));
	uint32_t wait = effect_of(&run, FLOW_TIMER_SET)->wait;

	task_done(&run, "a");
	assert_finished(&run);
	assert_int_equal(effect_of(&run, FLOW_TIMER_CANCELLED)->wait, wait);
	run_over(&run);
}

static void a_reminder_repeats_beside_the_task_and_missed_ones_are_one(void **state)
{
	struct run run;

	run_start(&run, PROCESS(
		START("s") TASK("a") TASK("r") END("e") END("e2") FLOW("s", "a") FLOW("a", "e")
		BESIDE("remind", "a", "<timerEventDefinition>" FORMAL("timeCycle", "R5/PT1H")
		       "</timerEventDefinition>") FLOW("remind", "r") FLOW("r", "e2")));
	timer_fires(&run, "remind");
	assert_open(&run, "a r");
	assert_true(effect_of(&run, FLOW_TIMER_SET)->at == NOON + 2 * USEC_HOUR);
	/* Nobody was there from two to half past four. */
	run.env.now = NOON + 4 * USEC_HOUR + 30 * USEC_MINUTE;
	timer_fires(&run, "remind");
	assert_open(&run, "a r r");
	assert_true(effect_of(&run, FLOW_TIMER_SET)->at == NOON + 5 * USEC_HOUR);
	timer_fires(&run, "remind");
	assert_open(&run, "a r r r");
	assert_int_equal(effects_of(&run, FLOW_TIMER_SET), 0);
	run_over(&run);
}

static void timers_take_dates_and_expressions(void **state)
{
	struct run run;

	run_load(&run, PROCESS(
		START("s") END("e") FLOW("s", "c") FLOW("c", "d") FLOW("d", "e")
		CATCH("c", "<timerEventDefinition>" FORMAL("timeDate", "2015-01-02T08:00:00+07:00")
		      "</timerEventDefinition>")
		CATCH("d", TIMER_IN("= duration(\"P1M\")"))));
	run.env.offset = 420;
	run_start_with(&run, value_map());
	usec at;

	assert_true(time_parse(S("2015-01-02T08:00:00+07:00"), &at));
	assert_true(effect_of(&run, FLOW_TIMER_SET)->at == at);
	timer_fires(&run, "c");
	assert_true(time_parse(S("2015-02-02T08:00:00+07:00"), &at));
	assert_true(effect_of(&run, FLOW_TIMER_SET)->at == at);
	timer_fires(&run, "d");
	assert_finished(&run);
	run_over(&run);
}

#define MESSAGE_M                                                                         \
	"<message id='m' name='paid'>" EXT("<zeebe:subscription correlationKey='= code'/>")   \
	"</message>"

static void a_message_reaches_who_waits_for_its_key(void **state)
{
	struct run run;

	run_load(&run, DEFINITIONS(MESSAGE_M PROCESS_BODY(
		START("s") TASK("a") END("e") FLOW("s", "c") FLOW("c", "a") FLOW("a", "e")
		CATCH("c", ON("message", "m")))));
	run_start_with(&run, vars(&run, "code", value_str(S("HS-1"))));
	assert_str(effect_of(&run, FLOW_MESSAGE_AWAITED)->key, "HS-1");
	struct flow_event paid = { .kind = FLOW_EVENT_MESSAGE, .name = S("paid"),
				   .key = S("HS-2") };

	assert_int_equal(run_event(&run, paid), OK);
	assert_open(&run, "");
	paid.key = S("HS-1");
	paid.variables = vars(&run, "amount", value_int(5));
	assert_int_equal(run_event(&run, paid), OK);
	assert_open(&run, "a");
	assert_int_equal(value_integer(variable(&run, "amount"), 0), 5);
	run_over(&run);
}

static void an_event_gateway_takes_what_comes_first(void **state)
{
	struct run run;
	const char *file = DEFINITIONS("<message id='m' name='paid'/>" PROCESS_BODY(
		START("s") "<eventBasedGateway id='g'/>" CATCH("c", ON("message", "m"))
		CATCH("t", TIMER_IN("PT1H")) TASK("a") TASK("b") END("e") FLOW("s", "g")
		FLOW("g", "c") FLOW("g", "t") FLOW("c", "a") FLOW("t", "b") FLOW("a", "e")
		FLOW("b", "e")));

	run_start(&run, file);
	assert_int_equal(send(&run, FLOW_EVENT_MESSAGE, "paid"), OK);
	assert_open(&run, "a");
	assert_int_equal(effects_of(&run, FLOW_TIMER_CANCELLED), 1);
	run_over(&run);
	run_start(&run, file);
	timer_fires(&run, "t");
	assert_open(&run, "b");
	assert_int_equal(effects_of(&run, FLOW_MESSAGE_FORGOTTEN), 1);
	run_over(&run);
}

#define ERRORS                                                                            \
	"<error id='e1' errorCode='MISSING'/><error id='e2' errorCode='FALSE'/>"

static void an_error_is_caught_by_its_code_then_by_who_takes_any(void **state)
{
	struct run run;
	const char *file = DEFINITIONS(ERRORS PROCESS_BODY(
		START("s") TASK("a") TASK("m") TASK("any") END("e") END("e3") END("e4")
		BOUNDARY("b1", "a", ON("error", "e1"))
		BOUNDARY("b2", "a", "<errorEventDefinition/>") FLOW("s", "a") FLOW("a", "e")
		FLOW("b1", "m") FLOW("b2", "any") FLOW("m", "e3") FLOW("any", "e4")));

	run_start(&run, file);
	error_in(&run, "a", "MISSING");
	assert_open(&run, "m");
	run_over(&run);
	run_start(&run, file);
	error_in(&run, "a", "OTHER");
	assert_open(&run, "any");
	run_over(&run);
}

static void an_error_nobody_catches_is_an_incident_not_the_end(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") TASK("a") END("e") FLOW("s", "a") FLOW("a", "e")));
	error_in(&run, "a", "OTHER");
	assert_open(&run, "a!");
	assert_int_equal(effect_of(&run, FLOW_INCIDENT)->incident, FLOW_UNCAUGHT);
	assert_int_equal(run_event(&run, (struct flow_event){ .kind = FLOW_EVENT_RETRY,
							      .node = node_of(&run, "a") }),
			 OK);
	task_done(&run, "a");
	assert_finished(&run);
	run_over(&run);
}

static void an_error_end_leaves_the_sub_process_by_its_edge(void **state)
{
	struct run run;

	run_start(&run, DEFINITIONS(ERRORS PROCESS_BODY(
		START("s") TASK("after") TASK("fix") END("e") END("e5") FLOW("s", "sub")
		SUB("sub", START("s2") TASK("a") TASK("b") END("e3")
		    "<endEvent id='bad'>" ON("error", "e2") "</endEvent>" FLOW("s2", "a")
		    FLOW("s2", "b") FLOW("a", "bad") FLOW("b", "e3"))
		BOUNDARY("edge", "sub", ON("error", "e2")) FLOW("sub", "after")
		FLOW("after", "e") FLOW("edge", "fix") FLOW("fix", "e5"))));
	assert_open(&run, "a b");
	task_done(&run, "a");
	assert_open(&run, "fix");
	assert_int_equal(effects_of(&run, FLOW_TASK_CANCELLED), 1);
	run_over(&run);
}

static void an_error_end_at_the_top_fails_the_process(void **state)
{
	struct run run;

	run_start(&run, DEFINITIONS(ERRORS PROCESS_BODY(
		START("s") TASK("a") "<endEvent id='bad'>" ON("error", "e1") "</endEvent>"
		FLOW("s", "a") FLOW("a", "bad"))));
	task_done(&run, "a");
	assert_int_equal(status_of(&run), FLOW_FAILED);
	assert_str(effect_of(&run, FLOW_ENDED)->name, "MISSING");
	run_over(&run);
}

static void an_escalation_can_pass_by_or_interrupt_or_be_ignored(void **state)
{
	struct run run;

	run_start(&run, DEFINITIONS(
		"<escalation id='x' escalationCode='LATE'/>"
		"<escalation id='y' escalationCode='NOBODY'/>" PROCESS_BODY(
			START("s") TASK("chief") TASK("after") END("e") END("e2") FLOW("s", "sub")
			SUB("sub", START("s2") THROW("t0", ON("escalation", "y"))
			    THROW("t", ON("escalation", "x")) TASK("a") END("e3")
			    FLOW("s2", "t0") FLOW("t0", "t") FLOW("t", "a") FLOW("a", "e3"))
			BESIDE("edge", "sub", ON("escalation", "x")) FLOW("edge", "chief")
			FLOW("chief", "e2") FLOW("sub", "after") FLOW("after", "e"))));
	assert_open(&run, "chief a");
	task_done(&run, "a");
	assert_open(&run, "chief after");
	run_over(&run);
}

static void a_withdrawal_ends_the_case_from_an_event_sub_process(void **state)
{
	struct run run;

	run_start(&run, DEFINITIONS("<message id='m' name='withdrawn'/>" PROCESS_BODY(
		START("s") TASK("a") TASK("b") END("e") FLOW("s", "a") FLOW("s", "b")
		FLOW("a", "e") FLOW("b", "e")
		EVENT_SUB("w", "<startEvent id='ws'>" ON("message", "m") "</startEvent>"
			  TASK("archive") END("we") FLOW("ws", "archive") FLOW("archive", "we")))));
	assert_open(&run, "a b");
	assert_int_equal(send(&run, FLOW_EVENT_MESSAGE, "withdrawn"), OK);
	assert_open(&run, "archive");
	assert_int_equal(effects_of(&run, FLOW_TASK_CANCELLED), 2);
	/* Withdrawn is withdrawn: a second message finds nobody. */
	assert_int_equal(send(&run, FLOW_EVENT_MESSAGE, "withdrawn"), OK);
	assert_open(&run, "archive");
	task_done(&run, "archive");
	assert_finished(&run);
	run_over(&run);
}

static void an_event_sub_process_that_passes_by_can_run_again(void **state)
{
	struct run run;

	run_start(&run, DEFINITIONS("<message id='m' name='question'/>" PROCESS_BODY(
		START("s") TASK("a") END("e") FLOW("s", "a") FLOW("a", "e")
		EVENT_SUB("q", "<startEvent id='qs' isInterrupting='false'>" ON("message", "m")
			  "</startEvent>" TASK("answer") END("qe") FLOW("qs", "answer")
			  FLOW("answer", "qe")))));
	assert_int_equal(send(&run, FLOW_EVENT_MESSAGE, "question"), OK);
	assert_int_equal(send(&run, FLOW_EVENT_MESSAGE, "question"), OK);
	assert_open(&run, "a answer answer");
	task_done(&run, "a");
	assert_open(&run, "answer answer");
	task_done(&run, "answer");
	task_done(&run, "answer");
	assert_finished(&run);
	run_over(&run);
}

static void an_event_sub_process_does_not_catch_its_own_error(void **state)
{
	struct run run;

	run_start(&run, DEFINITIONS(ERRORS PROCESS_BODY(
		START("s") TASK("a") END("e") FLOW("s", "a") FLOW("a", "e")
		EVENT_SUB("h", "<startEvent id='hs'>" ON("error", "e1") "</startEvent>"
			  TASK("fix") "<endEvent id='bad'>" ON("error", "e1") "</endEvent>"
			  FLOW("hs", "fix") FLOW("fix", "bad")))));
	error_in(&run, "a", "MISSING");
	assert_open(&run, "fix");
	task_done(&run, "fix");
	assert_int_equal(status_of(&run), FLOW_FAILED);
	run_over(&run);
}

static void a_signal_reaches_branches_whatever_their_order(void **state)
{
	struct run run;

	/* The thrower is worked on first, and yet the other is there to hear it. */
	run_start(&run, DEFINITIONS("<signal id='g' name='go'/>" PROCESS_BODY(
		START("s") "<parallelGateway id='f'/>" THROW("t", ON("signal", "g"))
		CATCH("c", ON("signal", "g")) TASK("a") END("e") END("e2") FLOW("s", "f")
		FLOW("f", "t") FLOW("f", "c") FLOW("t", "e") FLOW("c", "a") FLOW("a", "e2"))));
	assert_open(&run, "a");
	assert_str(effect_of(&run, FLOW_SIGNAL_THROWN)->name, "go");
	run_over(&run);
}

static void links_lead_from_one_place_to_another(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") THROW("t", "<linkEventDefinition name='A'/>")
				CATCH("c", "<linkEventDefinition name='A'/>") TASK("a") END("e")
				FLOW("s", "t") FLOW("c", "a") FLOW("a", "e")));
	assert_open(&run, "a");
	run_over(&run);
	/* Those that refer to each other need no name. */
	run_start(&run, PROCESS(START("s") THROW("t", "<linkEventDefinition id='from'><target>to"
						 "</target></linkEventDefinition>")
				CATCH("c", "<linkEventDefinition id='to'><source>from</source>"
				      "</linkEventDefinition>") TASK("a") END("e")
				FLOW("s", "t") FLOW("c", "a") FLOW("a", "e")));
	assert_open(&run, "a");
	run_over(&run);
}

static void a_condition_goes_off_when_it_becomes_true(void **state)
{
	struct run run;
	const char *condition = PROCESS(
		START("s") TASK("a") TASK("urgent") END("e") END("e2") FLOW("s", "a") FLOW("a", "e")
		BESIDE("c", "a", "<conditionalEventDefinition>"
		       FORMAL("condition", "= points &gt; 10") "</conditionalEventDefinition>")
		FLOW("c", "urgent") FLOW("urgent", "e2"));
	struct flow_event set = { .kind = FLOW_EVENT_SET };

	run_load(&run, condition);
	run_start_with(&run, vars(&run, "points", value_int(1)));
	assert_open(&run, "a");
	set.variables = vars(&run, "points", value_int(11));
	assert_int_equal(run_event(&run, set), OK);
	assert_open(&run, "a urgent");
	/* Still true is not once more true. */
	set.variables = vars(&run, "points", value_int(12));
	assert_int_equal(run_event(&run, set), OK);
	assert_open(&run, "a urgent");
	run_over(&run);
}

#define EACH(attributes, loop, more)                                                      \
	"<userTask id='a'><multiInstanceLoopCharacteristics " attributes ">" EXT(loop)    \
	more "</multiInstanceLoopCharacteristics></userTask>"
#define ASK_ALL(attributes, more)                                                         \
	PROCESS(START("s") TASK("b") END("e") FLOW("s", "a") FLOW("a", "b") FLOW("b", "e")    \
		EACH(attributes,                                                              \
		     "<zeebe:loopCharacteristics inputCollection='= agencies'"            \
		     " inputElement='agency' outputCollection='answers'"                      \
		     " outputElement='= answer'/>", more))

static struct value agencies(struct run *run, int n)
{
	struct value list = value_list();

	for (int i = 0; i < n; i++)
		value_push(&run->arena, &list, value_int(i));
	return vars(run, "agencies", list);
}

static void many_are_asked_at_once_and_answers_keep_their_places(void **state)
{
	struct run run;

	run_load(&run, ASK_ALL("", ""));
	run_start_with(&run, agencies(&run, 3));
	assert_open(&run, "a a a");
	/* The last asked answers first. */
	struct flow_state now = run_state(&run);
	uint32_t last = now.nodes[now.node_count - 1].id;
	struct value seen = flow_visible(&run.arena, run.definition, &now, last);

	assert_int_equal(value_integer(value_get(seen, S("agency")), -1), 2);
	assert_int_equal(run_event(&run, (struct flow_event){
						 .kind = FLOW_EVENT_TASK, .node = last,
						 .variables = vars(&run, "answer", value_int(30)) }),
			 OK);
	task_done_with(&run, "a", vars(&run, "answer", value_int(10)));
	task_done_with(&run, "a", vars(&run, "answer", value_int(20)));
	assert_open(&run, "b");
	struct value answers = variable(&run, "answers");

	assert_int_equal(answers.n, 3);
	assert_int_equal(value_integer(value_item(answers, 0), 0), 10);
	assert_int_equal(value_integer(value_item(answers, 1), 0), 20);
	assert_int_equal(value_integer(value_item(answers, 2), 0), 30);
	assert_true(value_is_null(variable(&run, "answer")));
	run_over(&run);
}

static void many_are_asked_one_after_another_until_enough(void **state)
{
	struct run run;

	run_load(&run, ASK_ALL("isSequential='true'",
			       FORMAL("completionCondition",
				      "= numberOfCompletedInstances = 2")));
	run_start_with(&run, agencies(&run, 5));
	assert_open(&run, "a");
	task_done_with(&run, "a", vars(&run, "answer", value_int(1)));
	assert_open(&run, "a");
	task_done_with(&run, "a", vars(&run, "answer", value_int(2)));
	assert_open(&run, "b");
	assert_int_equal(variable(&run, "answers").n, 2);
	run_over(&run);
}

static void asking_nobody_goes_on_and_asking_what_is_no_list_does_not(void **state)
{
	struct run run;

	run_load(&run, ASK_ALL("", ""));
	run_start_with(&run, agencies(&run, 0));
	assert_open(&run, "b");
	run_start_with(&run, vars(&run, "agencies", value_str(S("none"))));
	assert_open(&run, "a!");
	assert_int_equal(run_event(&run, (struct flow_event){ .kind = FLOW_EVENT_RETRY,
							      .node = node_of(&run, "a"),
							      .variables = agencies(&run, 2) }),
			 OK);
	assert_open(&run, "a a");
	run_over(&run);
}

static void a_loop_goes_on_while_its_condition_holds(void **state)
{
	struct run run;

	run_start(&run, PROCESS(
		START("s") TASK("b") END("e") FLOW("s", "a") FLOW("a", "b") FLOW("b", "e")
		"<userTask id='a'><standardLoopCharacteristics loopMaximum='3'>"
		FORMAL("loopCondition", "= again") "</standardLoopCharacteristics></userTask>"));
	task_done_with(&run, "a", vars(&run, "again", value_bool(true)));
	assert_open(&run, "a");
	task_done_with(&run, "a", vars(&run, "again", value_bool(true)));
	task_done_with(&run, "a", vars(&run, "again", value_bool(true)));
	assert_open(&run, "b");
	run_over(&run);
}

#define UNDO(id, host, handler)                                                           \
	BOUNDARY(id, host, "<compensateEventDefinition/>")                                \
	"<userTask id='" handler "' isForCompensation='true'/>"                           \
	"<association id='to-" handler "' sourceRef='" id "' targetRef='" handler "'/>"

static void what_was_done_is_undone_backwards(void **state)
{
	struct run run;

	run_start(&run, PROCESS(
		START("s") TASK("a") TASK("b") UNDO("ca", "a", "undo-a") UNDO("cb", "b", "undo-b")
		TASK("c") THROW("t", "<compensateEventDefinition/>") TASK("d") END("e")
		FLOW("s", "a") FLOW("a", "b") FLOW("b", "c") FLOW("c", "t") FLOW("t", "d")
		FLOW("d", "e")));
	task_done(&run, "a");
	task_done(&run, "b");
	task_done(&run, "c");
	assert_open(&run, "undo-b");
	task_done(&run, "undo-b");
	assert_open(&run, "undo-a");
	task_done(&run, "undo-a");
	assert_open(&run, "d");
	task_done(&run, "d");
	assert_finished(&run);
	run_over(&run);
}

static void a_sub_process_that_is_over_is_undone_from_outside(void **state)
{
	struct run run;

	run_start(&run, PROCESS(
		START("s") FLOW("s", "sub") FLOW("sub", "t") FLOW("t", "d") FLOW("d", "e")
		THROW("t", "<compensateEventDefinition activityRef='sub'/>") TASK("d") END("e")
		SUB("sub", START("s2") TASK("a") UNDO("ca", "a", "undo-a") END("e2")
		    FLOW("s2", "a") FLOW("a", "e2"))));
	task_done(&run, "a");
	assert_open(&run, "undo-a");
	task_done(&run, "undo-a");
	assert_open(&run, "d");
	run_over(&run);
}

static void a_cancelled_transaction_undoes_and_leaves_by_its_edge(void **state)
{
	struct run run;

	run_start(&run, PROCESS(
		START("s") FLOW("s", "tx") FLOW("tx", "ok") TASK("ok") END("e") FLOW("ok", "e")
		"<transaction id='tx'>" START("s2") TASK("a") UNDO("ca", "a", "undo-a") TASK("b")
		"<endEvent id='no'><cancelEventDefinition/></endEvent>" FLOW("s2", "a")
		FLOW("a", "b") FLOW("b", "no") "</transaction>"
		BOUNDARY("edge", "tx", "<cancelEventDefinition/>") TASK("told") END("e2")
		FLOW("edge", "told") FLOW("told", "e2")));
	task_done(&run, "a");
	task_done(&run, "b");
	assert_open(&run, "undo-a");
	task_done(&run, "undo-a");
	assert_open(&run, "told");
	task_done(&run, "told");
	assert_finished(&run);
	run_over(&run);
}

static void an_ad_hoc_sub_process_begins_what_it_is_told(void **state)
{
	struct run run;

	run_load(&run, PROCESS(
		START("s") FLOW("s", "any") FLOW("any", "d") TASK("d") END("e") FLOW("d", "e")
		"<adHocSubProcess id='any'>" EXT("<zeebe:adHoc activeElementsCollection='= wanted'/>")
		TASK("a") TASK("b") TASK("c") "</adHocSubProcess>"));
	struct value wanted = value_list();

	value_push(&run.arena, &wanted, value_str(S("a")));
	value_push(&run.arena, &wanted, value_str(S("c")));
	run_start_with(&run, vars(&run, "wanted", wanted));
	assert_open(&run, "a c");
	task_done(&run, "c");
	task_done(&run, "a");
	assert_open(&run, "d");
	run_over(&run);
}

static void a_failed_job_is_an_incident_and_is_handed_out_again(void **state)
{
	struct run run;

	run_start(&run, PROCESS(START("s") END("e") FLOW("s", "j") FLOW("j", "e")
				"<serviceTask id='j'>" EXT("<zeebe:taskDefinition type='mail'/>")
				"</serviceTask>"));
	assert_int_equal(run_event(&run, (struct flow_event){ .kind = FLOW_EVENT_FAILED,
							      .node = node_of(&run, "j"),
							      .name = S("no connection") }),
			 OK);
	assert_open(&run, "j!");
	assert_str(effect_of(&run, FLOW_INCIDENT)->text, "no connection");
	assert_int_equal(run_event(&run, (struct flow_event){ .kind = FLOW_EVENT_RETRY,
							      .node = node_of(&run, "j") }),
			 OK);
	assert_int_equal(effects_of(&run, FLOW_JOB_CREATED), 1);
	task_done(&run, "j");
	assert_finished(&run);
	run_over(&run);
}

static void processes_say_where_they_begin_from_outside(void **state)
{
	struct run run;
	struct flow_entry *entries;
	uint32_t n;

	run_load(&run, DEFINITIONS("<message id='m' name='filed'/>" PROCESS_BODY(
		"<startEvent id='by-message'>" ON("message", "m") "</startEvent>"
		"<startEvent id='by-timer'><timerEventDefinition>"
		FORMAL("timeCycle", "R2/2015-01-01T08:00:00Z/P1D") "</timerEventDefinition>"
		"</startEvent>" TASK("a") END("e") FLOW("by-message", "a") FLOW("by-timer", "a")
		FLOW("a", "e"))));
	flow_entries(&run.arena, run.definition, &entries, &n);
	assert_int_equal(n, 2);
	assert_str(entries[0].trigger->name, "filed");
	usec at;

	assert_true(time_parse(S("2015-01-02T08:00:00Z"), &at));
	assert_true(flow_entry_due(&run.arena, &entries[1], NOON, 1, &run.env) == at);
	assert_true(flow_entry_due(&run.arena, &entries[1], NOON, 2, &run.env) == 0);
	assert_int_equal(run_event(&run, (struct flow_event){ .kind = FLOW_EVENT_START,
							      .process = FLOW_NONE,
							      .element = entries[0].element }),
			 OK);
	assert_open(&run, "a");
	run_over(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timer_that_interrupts_takes_the_task_away),
		cmocka_unit_test(completing_a_task_cancels_its_timer),
		cmocka_unit_test(a_reminder_repeats_beside_the_task_and_missed_ones_are_one),
		cmocka_unit_test(timers_take_dates_and_expressions),
		cmocka_unit_test(a_message_reaches_who_waits_for_its_key),
		cmocka_unit_test(an_event_gateway_takes_what_comes_first),
		cmocka_unit_test(an_error_is_caught_by_its_code_then_by_who_takes_any),
		cmocka_unit_test(an_error_nobody_catches_is_an_incident_not_the_end),
		cmocka_unit_test(an_error_end_leaves_the_sub_process_by_its_edge),
		cmocka_unit_test(an_error_end_at_the_top_fails_the_process),
		cmocka_unit_test(an_escalation_can_pass_by_or_interrupt_or_be_ignored),
		cmocka_unit_test(a_withdrawal_ends_the_case_from_an_event_sub_process),
		cmocka_unit_test(an_event_sub_process_that_passes_by_can_run_again),
		cmocka_unit_test(an_event_sub_process_does_not_catch_its_own_error),
		cmocka_unit_test(a_signal_reaches_branches_whatever_their_order),
		cmocka_unit_test(links_lead_from_one_place_to_another),
		cmocka_unit_test(a_condition_goes_off_when_it_becomes_true),
		cmocka_unit_test(many_are_asked_at_once_and_answers_keep_their_places),
		cmocka_unit_test(many_are_asked_one_after_another_until_enough),
		cmocka_unit_test(asking_nobody_goes_on_and_asking_what_is_no_list_does_not),
		cmocka_unit_test(a_loop_goes_on_while_its_condition_holds),
		cmocka_unit_test(what_was_done_is_undone_backwards),
		cmocka_unit_test(a_sub_process_that_is_over_is_undone_from_outside),
		cmocka_unit_test(a_cancelled_transaction_undoes_and_leaves_by_its_edge),
		cmocka_unit_test(an_ad_hoc_sub_process_begins_what_it_is_told),
		cmocka_unit_test(a_failed_job_is_an_incident_and_is_handed_out_again),
		cmocka_unit_test(processes_say_where_they_begin_from_outside),
	};

	return cmocka_run_group_tests_name("flow events", tests, NULL, NULL);
}
