/*
 * The step's own machinery. A machine is a copy of the state that may be changed, a queue of
 * moves, and the effects so far. Nodes are named by id throughout: their array moves.
 *
 * Moves are done first come, first served. When none is left everything that could not be decided
 * before is looked at (settle.c): inclusive joins, signals thrown, conditions, scopes that are
 * over. A signal thrown waits until then, so that branches running side by side have come to their
 * catching events whatever the order in which they are worked on.
 */
#ifndef MOTCUA_FLOW_MACHINE_H
#define MOTCUA_FLOW_MACHINE_H

#include "flow/room.h"

enum move_kind {
	MOVE_ALONG, /* a token arrives by .flow in scope .node */
	MOVE_ENTER, /* .element begins in scope .node */
	MOVE_LOOP,  /* the next instance of the body .node begins */
	MOVE_DEAD,
};

struct move {
	enum move_kind kind;
	uint32_t node; /* the scope */
	uint32_t element, flow;
	uint32_t compensates;
};


struct machine {
	struct ctx *ctx;
	struct arena *arena;
	const struct flow_definition *definition;
	const struct flow_env *env;
	enum flow_status status;
	uint32_t process, last_id;
	struct list nodes, joins, waits; /* struct flow_node, flow_join, flow_wait */
	struct list moves, effects;
	struct list signals; /* uint32_t: nodes of events that throw signals */
	uint32_t next_move, next_signal;
	uint32_t steps_left;
	bool changed; /* variables, since conditions were last looked at */
	uint32_t end_element;
	str end_error;
};

/* machine.c: nodes, moves, effects */
static inline const struct flow_element *element_of(const struct machine *m, uint32_t i)
{
	return &m->definition->elements[i];
}
struct flow_node *node_find(const struct machine *m, uint32_t id);
uint32_t node_add(struct machine *m, uint32_t parent, uint32_t element, enum flow_phase phase);
/* Takes the node and what is below out without a word. */
void node_drop(struct machine *m, uint32_t id);
bool node_has_live_children(const struct machine *m, uint32_t id);
struct flow_effect *effect_add(struct machine *m, enum flow_effect_kind kind, uint32_t element,
			       uint32_t node);
struct move *move_add(struct machine *m, enum move_kind kind, uint32_t scope, uint32_t element,
		      uint32_t flow);
/* A node for the element (or `node` itself) becomes an incident. */
enum incident_mode { RETRY_ENTER, RETRY_LEAVE, RETRY_JOB };
__attribute__((format(printf, 5, 6))) void incident_raise(struct machine *m, uint32_t node,
							   enum flow_incident_kind kind,
							   enum incident_mode mode,
							   const char *format, ...);
/* The same where nothing stands for the element yet. */
uint32_t incident_node(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow);

/* variables.c */
const struct feel_scope *scope_of(struct machine *m, uint32_t node);
struct value eval_at(struct machine *m, const struct flow_expression *expression, uint32_t node);
bool condition_holds(struct machine *m, const struct flow_expression *expression, uint32_t node);
/* Each to the nearest scope that has the name, from `node` up; else to the process. */
void variables_merge(struct machine *m, uint32_t node, struct value variables);
void variables_set_local(struct machine *m, uint32_t node, str name, struct value value);
/* Input mappings into the node's own variables. */
void variables_in(struct machine *m, uint32_t node);
/* What came out of an activity: by its output mappings, or all of it. */
void variables_out(struct machine *m, uint32_t node, struct value variables);
struct value visible_at(struct machine *m, uint32_t node);

/* enter.c: a token comes to an element */
void enter(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow,
	   uint32_t compensates);
/* An activity once its tokens are there. */
void enter_activity(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow,
		    uint32_t compensates);
/* Begins the work of one node: after loops are unrolled and boundaries armed. */
void begin_work(struct machine *m, uint32_t node);
void begin_scope(struct machine *m, uint32_t node);
/* The elements of a scope that begin by themselves, where there is no start event. */
void scope_beginnings(struct machine *m, uint32_t element, struct list *ret_elements);
/* The next of a sequential ad-hoc sub-process; false: there is none. */
bool ad_hoc_next(struct machine *m, uint32_t node);
void job_create(struct machine *m, uint32_t node);

/* leave.c: a node is over */
void take_outgoing(struct machine *m, uint32_t scope, uint32_t element);
void complete(struct machine *m, uint32_t node, struct value variables);
void cancel(struct machine *m, uint32_t node);
void cancel_children(struct machine *m, uint32_t scope, uint32_t except);
void end_instance(struct machine *m);

/* gateway.c */
void enter_gateway(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow);
/* The flows an exclusive, inclusive or complex gateway opens; false: an incident was raised. */
void split(struct machine *m, uint32_t scope, uint32_t element);
bool settle_joins(struct machine *m);
void join_count(struct machine *m, uint32_t scope, uint32_t flow, int change);
uint32_t join_has(const struct machine *m, uint32_t scope, uint32_t flow);

/* wait.c: arming and firing */
/* False: it went off at once and interrupted what it is armed for (or could not be armed). */
bool arm(struct machine *m, uint32_t node, uint32_t element);
bool arm_boundaries(struct machine *m, uint32_t node);
bool arm_event_sub_processes(struct machine *m, uint32_t node);
void disarm(struct machine *m, uint32_t node);
void disarm_element(struct machine *m, uint32_t node, uint32_t element);
void fire(struct machine *m, uint32_t wait, struct value variables);
bool settle_conditions(struct machine *m);
struct flow_wait *wait_find(const struct machine *m, uint32_t id);
/* A boundary event or event sub-process goes off at a node. */
void edge_fires(struct machine *m, uint32_t node, uint32_t element, struct value variables);

/* throw.c */
void throw_event(struct machine *m, uint32_t scope, uint32_t element, uint32_t flow);
/* From `node` upward. False: nobody catches it. */
bool throw_error(struct machine *m, uint32_t node, str code, struct value variables);
bool throw_escalation(struct machine *m, uint32_t node, str code, struct value variables);
void signal_deliver(struct machine *m, str name, struct value variables);
bool settle_signals(struct machine *m);
/* The event is over: its token goes on, or dies. */
void throw_over(struct machine *m, uint32_t scope, uint32_t element);
/* What a multi-instance throws by itself. */
void throw_from_loop(struct machine *m, uint32_t body, const struct flow_trigger *trigger);

/* loop.c */
void loop_begin(struct machine *m, uint32_t body);
void loop_next(struct machine *m, uint32_t body);
void loop_instance_over(struct machine *m, uint32_t body, uint32_t loop);

/* compensate.c */
bool must_remember(const struct machine *m, uint32_t node);
void compensation_next(struct machine *m, uint32_t driver);
void cancel_transaction(struct machine *m, uint32_t scope);

/* settle.c */
void run(struct machine *m);
/* Opens an inclusive join whose tokens nobody else can reach any more; false: there is none. */
bool join_force(struct machine *m, uint32_t scope);

#endif
