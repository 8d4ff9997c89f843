/*
 * flow: the engine room. A BPMN 2.0 file becomes an immutable graph of arrays (flow_load); what is
 * going on in one instance is a small state (flow_state); and one pure function takes a state and
 * an event to the next state and a list of effects (flow_step). No I/O, no database, no clock: the
 * caller saves the state and carries the effects out, all in its own transaction.
 *
 *	struct flow_definition *definition;
 *	struct flow_faults faults;
 *	TRY(flow_load(ctx, xml, &definition, &faults));   // refused: faults name element and line
 *	struct flow_event event = { .kind = FLOW_EVENT_START, .variables = data };
 *	struct flow_env env = { .now = clock_business(), .offset = 420 };
 *	struct flow_result r;
 *	TRY(flow_step(ctx, definition, NULL, &event, &env, &r));
 *	for (uint32_t i = 0; i < r.effect_count; i++) … r.effects[i].kind …
 *	str saved = flow_state_write(ctx->arena, definition, &r.state);
 *
 * Invariants
 * - A step runs until every token waits; at most env.max_steps moves, then the tokens still moving
 *   become incidents. It never loops, never hangs, never changes the state it was given.
 * - What is not executed is refused by flow_load, never ignored.
 * - Element numbers are positions in definition.elements: the same XML gives the same numbers, so
 *   a saved state is good for exactly the XML it was made with (flow_migrate leads to another).
 * - Node numbers are never used twice in one instance. A task, job, call and incident is named by
 *   the number of its node; a timer and a message that is waited for by the number of its wait.
 * - Within one step, effects stand in the order in which things happened. What was made and
 *   cancelled in the same step is in the list twice.
 *
 * Lifetimes: the definition lives in the arena of the ctx given to flow_load, and everything it
 * points to (ids, names, texts) too; it may be shared by any number of threads. A state, its
 * variables and the effects live in the arena of the ctx given to flow_step or flow_state_read;
 * they may point into the state and event they came from (and, after flow_state_read, into the
 * bytes), so keep those as long.
 *
 * Extensions read are those of http://camunda.org/schema/zeebe/1.0; a leading '=' means FEEL.
 */
#ifndef MOTCUA_FLOW_FLOW_H
#define MOTCUA_FLOW_FLOW_H

#include "base/datetime.h"
#include "base/err.h"
#include "base/value.h"

/* ---- the definition ------------------------------------------------------------------------ */

#define FLOW_NONE UINT32_MAX

enum flow_kind {
	FLOW_PROCESS,
	FLOW_SUB_PROCESS,
	FLOW_EVENT_SUB_PROCESS,
	FLOW_TRANSACTION,
	FLOW_AD_HOC,
	FLOW_CALL,
	FLOW_TASK, /* of no particular type: passed through */
	FLOW_MANUAL_TASK, /* passed through */
	FLOW_USER_TASK,
	FLOW_SERVICE_TASK,
	FLOW_RULE_TASK,
	FLOW_SCRIPT_TASK,
	FLOW_SEND_TASK,
	FLOW_RECEIVE_TASK,
	FLOW_START,
	FLOW_END,
	FLOW_CATCH,
	FLOW_THROW,
	FLOW_BOUNDARY,
	FLOW_EXCLUSIVE,
	FLOW_PARALLEL,
	FLOW_INCLUSIVE,
	FLOW_COMPLEX,
	FLOW_EVENT_GATEWAY,
	FLOW_KINDS,
};

enum flow_trigger_kind {
	FLOW_ON_TIMER,
	FLOW_ON_MESSAGE,
	FLOW_ON_SIGNAL,
	FLOW_ON_ERROR,
	FLOW_ON_ESCALATION,
	FLOW_ON_CONDITION,
	FLOW_ON_COMPENSATION,
	FLOW_ON_CANCEL,
	FLOW_ON_TERMINATE,
	FLOW_ON_LINK,
};

enum flow_timer_kind { FLOW_TIMER_DATE, FLOW_TIMER_DURATION, FLOW_TIMER_CYCLE };

/* A text as the designer wrote it: fixed, or FEEL behind a leading '='. */
struct flow_expression {
	str source; /* as written; empty where nothing was written */
	const void *code; /* of the FEEL room; NULL for a fixed text */
};

struct flow_pair {
	str key, value;
};

struct flow_mapping {
	struct flow_expression source;
	str target; /* variable, may be a dotted path */
};

/* What an event waits for or brings about. */
struct flow_trigger {
	enum flow_trigger_kind kind;
	uint32_t line;
	str id;   /* of the event definition; may be empty */
	str name; /* of the message, signal or link; of the error or escalation for people */
	str code; /* of the error or escalation; empty catches any */
	bool named; /* there is a reference: false catches any error or escalation */
	enum flow_timer_kind timer;
	struct flow_expression expression; /* timer or condition */
	struct flow_expression key;        /* of the message: what it is correlated by */
	uint32_t activity; /* compensation of this element only, or FLOW_NONE */
	bool wait; /* compensation: go on only when it is done */
};

enum flow_loop_kind { FLOW_ONCE, FLOW_PARALLEL_EACH, FLOW_SEQUENTIAL_EACH, FLOW_LOOP };

/* Multi-instance and loop. */
struct flow_loop {
	enum flow_loop_kind kind;
	struct flow_expression cardinality, collection, output;
	struct flow_expression completion; /* multi-instance: ends early; loop: goes on while */
	str item_name, output_name;
	bool test_before;
	int64_t maximum; /* of a loop; -1 without */
	uint32_t first_event, each_event; /* in .thrown, or FLOW_NONE: behavior One and None */
	struct flow_trigger *thrown;
	/* Behavior Complex: .thrown[i] whenever conditions[i] holds after an instance. */
	struct flow_expression *conditions;
	uint32_t condition_count;
};

struct flow_element {
	enum flow_kind kind;
	uint32_t line;
	str id, name, documentation;
	uint32_t scope;   /* the process or sub-process around it; FLOW_NONE for a process */
	uint32_t process; /* the process it belongs to */
	uint32_t lane;    /* innermost, in definition.lanes; FLOW_NONE without */
	const uint32_t *incoming, *outgoing; /* in definition.flows */
	uint32_t incoming_count, outgoing_count;
	uint32_t default_flow;

	/* events */
	const struct flow_trigger *triggers;
	uint32_t trigger_count;
	bool all_triggers;  /* parallelMultiple */
	bool interrupting;  /* boundary and start of an event sub-process */
	uint32_t attached_to;

	/* activities */
	const uint32_t *boundaries; /* events attached here */
	uint32_t boundary_count;
	uint32_t compensation; /* its handler, or FLOW_NONE */
	bool for_compensation; /* is a handler itself */
	struct flow_loop loop;
	int64_t start_quantity, completion_quantity; /* 1 unless written otherwise */

	/* scopes (process and all kinds of sub-process) */
	const uint32_t *children; /* elements directly inside, in the order of the file */
	uint32_t child_count;
	uint32_t start; /* its none start, or FLOW_NONE */
	bool executable;
	bool sequential, cancel_rest; /* ad-hoc */

	/* extensions */
	struct flow_expression assignee, candidate_groups, candidate_users;
	struct flow_expression due, follow_up, priority;
	str form_id, form_key;
	str version_tag; /* process */
	const struct flow_pair *forms; /* process: userTaskForm, id and form-js text */
	uint32_t form_count;
	struct flow_expression job_type, retries;
	const struct flow_pair *headers, *properties;
	uint32_t header_count, property_count;
	const struct flow_mapping *inputs, *outputs;
	uint32_t input_count, output_count;
	struct flow_expression decision, called; /* decisionId, processId: may be FEEL */
	bool propagate_parent, propagate_child;
	struct flow_expression script; /* FEEL; or, without code, a text that a job carries out */
	str result_variable;
	struct flow_expression activation; /* complex gateway; ad-hoc: ids to activate */
	struct flow_expression completion; /* ad-hoc: over when it holds */
	bool instantiate; /* event gateway and receive task at the beginning of a process */
};

struct flow_sequence {
	str id, name;
	uint32_t line;
	uint32_t from, to; /* elements */
	struct flow_expression condition;
};

struct flow_lane {
	str id, name;
	uint32_t line;
	uint32_t parent; /* lane around it, or FLOW_NONE */
	uint32_t process;
};

/* From the diagram interchange part, for those who draw. Coordinates are pixels. */
struct flow_bounds {
	double x, y, width, height;
};

struct flow_point {
	double x, y;
};

struct flow_shape {
	str element_id; /* also lanes, participants, text annotations, data objects */
	uint32_t element; /* FLOW_NONE where it is none of the above arrays' elements */
	struct flow_bounds bounds;
	struct flow_bounds label; /* width 0 without */
	bool expanded, horizontal;
};

struct flow_edge {
	str element_id;
	uint32_t sequence; /* FLOW_NONE for an association or message flow */
	const struct flow_point *points;
	uint32_t point_count;
	struct flow_bounds label;
};

struct flow_definition {
	str id, name;
	struct flow_element *elements;
	struct flow_sequence *flows;
	struct flow_lane *lanes;
	struct flow_shape *shapes;
	struct flow_edge *edges;
	uint32_t element_count, flow_count, lane_count, shape_count, edge_count;
	const uint32_t *processes; /* the elements that are processes */
	uint32_t process_count;
};

struct flow_fault {
	str element; /* id; where the element has none, its name in the file */
	uint32_t line;
	str message; /* a sentence, in the reader's language */
};

struct flow_faults {
	struct flow_fault *items;
	uint32_t count;
};

/* Reads, validates and compiles. ERR_INVALID: refused; `ret_faults` then has every fault found (at
 * most a hundred), ctx the first. Every expression has been parsed. A process that is not
 * executable is a drawing: it need not be whole, is not looked into, and cannot begin. */
enum err flow_load(struct ctx *ctx, str xml, struct flow_definition **ret_definition,
		   struct flow_faults *ret_faults);

/* The element or FLOW_NONE. */
uint32_t flow_find(const struct flow_definition *definition, str id);
/* The first process marked executable (or the first), or by id. FLOW_NONE where there is none. */
uint32_t flow_main_process(const struct flow_definition *definition);
const char *flow_kind_name(enum flow_kind kind); /* "userTask" … as in the file */
bool flow_is_activity(enum flow_kind kind);
bool flow_is_scope(enum flow_kind kind);
/* The value of a zeebe:property, or the empty str. */
str flow_property(const struct flow_element *element, str name);
str flow_header(const struct flow_element *element, str key);

/* Activities of a scope in the order in which a case usually comes by (breadth first along the
 * flows, the main path before side paths), those inside sub-processes following theirs: the
 * procedure as a list of steps. */
void flow_steps(struct arena *arena, const struct flow_definition *definition, uint32_t scope,
		uint32_t **ret_elements, uint32_t *ret_count);

enum flow_severity { FLOW_WARNING, FLOW_FAULT };

struct flow_finding {
	enum flow_severity severity;
	uint32_t element; /* FLOW_NONE: the file */
	str element_id;
	uint32_t line;
	str message;
};

/* What loads but cannot be meant: an element nothing leads to, a path that never ends, a join that
 * can never be complete, a task nobody can take, a job without type, a gateway where no condition
 * may hold. Sentences are in the reader's language. */
void flow_check(struct ctx *ctx, const struct flow_definition *definition,
		struct flow_finding **ret_findings, uint32_t *ret_count);

/* ---- the state of one instance ------------------------------------------------------------- */

enum flow_status { FLOW_RUNNING, FLOW_FINISHED, FLOW_FAILED, FLOW_TERMINATED };

enum flow_phase {
	FLOW_ACTIVE,       /* waits for its task, job, event, or for what runs inside it */
	FLOW_BODY,         /* holds the instances of a multi-instance or loop */
	FLOW_COMPENSATING, /* waits for compensation handlers */
	FLOW_DONE,         /* over; remembered because it may have to be compensated */
	FLOW_INCIDENT_OPEN,
	FLOW_ENDING,       /* cancelled: waits for its compensation */
};

enum flow_holds { FLOW_HOLDS_NOTHING, FLOW_HOLDS_TASK, FLOW_HOLDS_JOB, FLOW_HOLDS_CALL };

/* An element that is going on (or may have to be compensated). */
struct flow_node {
	uint32_t id;     /* from 1; never used twice */
	uint32_t parent; /* id of the node around it; 0 for the process itself */
	uint32_t element;
	enum flow_phase phase;
	uint32_t loop;   /* number of this instance from 1; 0 outside loops */
	uint32_t total, begun, ended; /* of a body: instances, those begun, those over */
	enum flow_holds holds; /* what the caller keeps for it */
	uint32_t retry;  /* how an incident is tried again; for the room itself */
	uint32_t compensates; /* id of the node that waits for this handler; 0 */
	uint32_t flow;   /* by which it was entered, or FLOW_NONE */
	struct value variables; /* local, a map; null where there are none */
	struct value items; /* of a body: what is iterated */
	struct value outputs; /* of a body: what was collected */
	str incident; /* sentence, while FLOW_INCIDENT_OPEN */
};

/* Tokens that wait at a join, per flow. */
struct flow_join {
	uint32_t scope; /* node */
	uint32_t flow;
	uint32_t count;
};

/* Something from outside (or a condition) that is waited for. */
struct flow_wait {
	uint32_t id;
	uint32_t node;    /* that waits, or to which the boundary or event sub-process belongs */
	uint32_t element; /* the event */
	uint32_t trigger; /* in its triggers */
	enum flow_trigger_kind kind;
	bool taken;     /* one of several that must all happen; or a condition seen true */
	usec due, every; /* timer */
	int64_t left;   /* further firings of a cycle; -1 without end */
	str name, key;  /* message, signal */
};

struct flow_state {
	enum flow_status status;
	uint32_t process; /* element */
	uint32_t last_id;
	struct flow_node *nodes; /* a node stands after its parent */
	struct flow_join *joins;
	struct flow_wait *waits;
	uint32_t node_count, join_count, wait_count;
};

/* Compact bytes; and back. ERR_INVALID where they are none of this definition's. */
str flow_state_write(struct arena *arena, const struct flow_definition *definition,
		     const struct flow_state *state);
enum err flow_state_read(struct ctx *ctx, const struct flow_definition *definition, str bytes,
			 struct flow_state *ret_state);

/* The variables of the process (a map). */
struct value flow_variables(const struct flow_state *state);
/* What an element that is going on sees: its own variables before those around it. */
struct value flow_visible(struct arena *arena, const struct flow_definition *definition,
			  const struct flow_state *state, uint32_t node);
const struct flow_node *flow_node_find(const struct flow_state *state, uint32_t id);
/* Elements a token stands at now, without repetition, for highlighting. */
void flow_active(struct arena *arena, const struct flow_definition *definition,
		 const struct flow_state *state, uint32_t **ret_elements, uint32_t *ret_count);

/* ---- the step ------------------------------------------------------------------------------ */

enum flow_event_kind {
	FLOW_EVENT_START,    /* process (or FLOW_NONE: the main one), element (a start event, or
			        FLOW_NONE: the none start), variables; left at zero both mean
			        the main process and its none start */
	FLOW_EVENT_TASK,     /* node: a task or job is done; variables */
	FLOW_EVENT_ERROR,    /* node: a task, job or call ended in a BPMN error; name = code */
	FLOW_EVENT_ESCALATE, /* node: escalation thrown from a task that goes on; name = code */
	FLOW_EVENT_FAILED,   /* node: a job failed for good; name = sentence → incident */
	FLOW_EVENT_CALL_ENDED, /* node: the called instance ended; variables */
	FLOW_EVENT_TIMER,    /* node = wait id */
	FLOW_EVENT_MESSAGE,  /* name, key, variables; node = wait id or 0 for every match */
	FLOW_EVENT_SIGNAL,   /* name, variables */
	FLOW_EVENT_SET,      /* variables set from outside in node (0: the process) */
	FLOW_EVENT_RETRY,    /* node: an incident is tried again; variables */
	FLOW_EVENT_TERMINATE, /* the whole instance */
};

struct flow_event {
	enum flow_event_kind kind;
	uint32_t process, element; /* START */
	uint32_t node;
	str name, key;
	struct value variables;
};

/* The world a step may look at. */
struct flow_env {
	usec now;
	int offset; /* minutes east of UTC, for dates without one */
	uint32_t max_steps; /* 0: FLOW_MAX_STEPS */
	uint32_t after_id;  /* START again: ids go on after those the instance gave before */
	/* Further names every expression sees, behind the variables: a map or null. */
	struct value globals;
	/* Decides at once and without effect. False: `ret_why` is a sentence → incident. */
	bool (*decide)(void *data, struct arena *arena, str decision, struct value context,
		       struct value *ret_result, str *ret_why);
	void *data;
};

enum { FLOW_MAX_STEPS = 10000, FLOW_MAX_INSTANCES = 1000 };

enum flow_effect_kind {
	FLOW_TASK_CREATED,   /* node, element, task */
	FLOW_TASK_CANCELLED, /* node, element */
	FLOW_JOB_CREATED,    /* node, element, name = type, text = script, variables, retries */
	FLOW_JOB_CANCELLED,
	FLOW_CALL_CREATED,   /* node, element, name = process id, variables */
	FLOW_CALL_CANCELLED,
	FLOW_TIMER_SET,      /* node, element, wait, at */
	FLOW_TIMER_CANCELLED, /* wait */
	FLOW_MESSAGE_AWAITED, /* node, element, wait, name, key */
	FLOW_MESSAGE_FORGOTTEN, /* wait */
	FLOW_MESSAGE_THROWN, /* element, name, key, variables */
	FLOW_SIGNAL_THROWN,  /* element, name, variables: for all other instances */
	FLOW_INCIDENT,       /* node, element, text, incident */
	FLOW_INCIDENT_OVER,  /* node, element */
	FLOW_ENTERED,        /* node, element, parent: trail */
	FLOW_LEFT,           /* node, element */
	FLOW_CANCELLED,      /* node, element */
	FLOW_TAKEN,          /* sequence = flow */
	FLOW_ENDED,          /* element = end event or FLOW_NONE, name = error code or empty,
			        variables, status */
};

enum flow_incident_kind {
	FLOW_NO_FLOW,    /* no condition holds and there is no default */
	FLOW_EXPRESSION, /* gives nothing usable */
	FLOW_UNCAUGHT,   /* error nobody catches */
	FLOW_ENDLESS,    /* too many moves in one step */
	FLOW_STUCK,      /* tokens wait at a join that nothing can reach any more */
	FLOW_JOB_FAILED,
};

struct flow_task {
	str assignee;
	struct value candidate_groups, candidate_users; /* lists of strings */
	str form_id, form_key;
	usec due, follow_up; /* 0 without, or where .due_value is no date and time */
	struct value due_value, follow_up_value; /* as evaluated: a text, a date, a duration … */
	int64_t priority; /* 50 unless said otherwise */
};

struct flow_effect {
	enum flow_effect_kind kind;
	uint32_t element; /* FLOW_NONE where there is none */
	uint32_t node, parent;
	uint32_t wait;
	uint32_t sequence;
	usec at;
	str name, key, text;
	struct value variables;
	const struct flow_task *task;
	int64_t retries;
	enum flow_incident_kind incident;
	enum flow_status status;
};

struct flow_result {
	struct flow_state state;
	struct flow_effect *effects;
	uint32_t effect_count;
};

/* `state` is NULL for FLOW_EVENT_START, and only then.
 * ERR_NOT_FOUND: no such task, timer, incident … is open (it may have been; try no more).
 * ERR_CONFLICT: the instance has ended. ERR_INVALID: the event makes no sense.
 * A message or signal that nobody waits for is OK and changes nothing. */
enum err flow_step(struct ctx *ctx, const struct flow_definition *definition,
		   const struct flow_state *state, const struct flow_event *event,
		   const struct flow_env *env, struct flow_result *ret_result);

/* Where an instance can begin from outside: start events with a trigger (and event gateways and
 * receive tasks that instantiate). For a message or signal without instance: start those whose
 * trigger has the name, with FLOW_EVENT_START and .element. */
struct flow_entry {
	uint32_t process, element;
	const struct flow_trigger *trigger;
};
void flow_entries(struct arena *arena, const struct flow_definition *definition,
		  struct flow_entry **ret_entries, uint32_t *ret_count);
/* When a process that begins by timer has to begin next after `after`; 0: never again. `begun` is
 * how often it began. Needs fixed texts or FEEL without variables. */
/* Whether a process that begins by a condition would begin with these variables. */
bool flow_entry_holds(struct arena *arena, const struct flow_entry *entry, struct value variables,
		      const struct flow_env *env);
usec flow_entry_due(struct arena *arena, const struct flow_entry *entry, usec after,
		    int64_t begun, const struct flow_env *env);

/* ---- migration ----------------------------------------------------------------------------- */

struct flow_move {
	str from, to; /* element ids, or ids of sequence flows (for half-taken joins) */
};

/* Leads a running instance over to another definition. Elements and flows with the same id map to
 * each other unless `moves` says otherwise. Refused (`ret_faults`, ERR_INVALID, nothing changed)
 * where an element that is going on, a wait, or a token waiting at a join has no partner, is of
 * another kind, or sits in another scope. With `ret_state` NULL it is only tried. Waits that the
 * new definition adds or drops are refused too: they would be silently missed. */
enum err flow_migrate(struct ctx *ctx, const struct flow_definition *from,
		      const struct flow_definition *to, const struct flow_state *state,
		      const struct flow_move *moves, uint32_t move_count,
		      struct flow_state *ret_state, struct flow_faults *ret_faults);

#endif
