/* Inside the engine room only: what loading, validating and compiling share. The step's own
 * machinery is in machine.h. */
#ifndef MOTCUA_FLOW_ROOM_H
#define MOTCUA_FLOW_ROOM_H

#include "flow/flow.h"
#include "rules/feel.h"
#include "text/xml.h"

#define BPMN S("http://www.omg.org/spec/BPMN/20100524/MODEL")
#define BPMNDI S("http://www.omg.org/spec/BPMN/20100524/DI")
#define OMG_DC S("http://www.omg.org/spec/DD/20100524/DC")
#define OMG_DI S("http://www.omg.org/spec/DD/20100524/DI")
#define XSI S("http://www.w3.org/2001/XMLSchema-instance")
#define ZEEBE S("http://camunda.org/schema/zeebe/1.0")

enum { FAULTS_MAX = 100, LOAD_IDS_MAX = 10000 };

/* Growing arrays of one size; what they point to moves when they grow. */
struct list {
	void *p;
	uint32_t n, room;
};

void *list_add(struct arena *arena, struct list *list, size_t size);
#define LIST_ADD(arena, list, type) ((type *)list_add((arena), (list), sizeof(type)))
#define LIST_AT(list, type, i) (((type *)(list).p)[i])

/* What an id in the file stands for. */
struct named {
	str id;
	const struct xml_node *node;
	uint32_t element, flow; /* FLOW_NONE until compiled, or where it is neither */
	uint32_t in, out;       /* sequence flows that end and begin here */
};

struct loader {
	struct ctx *ctx;
	struct arena *arena;
	const struct xml_node *root;
	struct flow_definition *definition;
	struct flow_faults *faults;
	struct named *ids; /* open addressing; id_room is a power of two */
	uint32_t id_count, id_room;
	struct list elements, flows, lanes, shapes, edges, processes;
	struct list nodes; /* const struct xml_node * of each element */
	struct list flow_nodes; /* … of each flow */
};

/* load.c */
__attribute__((format(printf, 3, 4))) void fault_at(struct loader *loader,
						     const struct xml_node *node,
						     const char *format, ...);
/* index.c: every id of the file. Doubles are faults. */
void index_ids(struct loader *loader);
struct named *index_find(const struct loader *loader, str id);
/* What a reference (a qualified name) leads to; NULL where nothing has that id. */
struct named *index_refer(const struct loader *loader, const struct xml_node *node, str reference);
bool node_is(const struct xml_node *node, const char *bpmn_name);
bool node_is_one_of(const struct xml_node *node, const char *const *bpmn_names);
const struct xml_node *node_child(const struct xml_node *node, const char *bpmn_name);
const struct xml_node *node_next(const struct xml_node *node, const char *bpmn_name);
bool node_flag(const struct xml_node *node, const char *attribute, bool otherwise);
str node_get(const struct xml_node *node, const char *attribute);

/* compile.c: processes into arrays. */
void compile_processes(struct loader *loader);
bool kind_of_node(const struct xml_node *node, enum flow_kind *ret_kind);
/* trigger.c */
bool is_event_definition(const struct xml_node *node);
void compile_triggers(struct loader *loader, const struct xml_node *node,
		      struct flow_element *element);
void compile_trigger(struct loader *loader, const struct xml_node *node,
		     const struct xml_node *definition, struct flow_trigger *ret_trigger);
/* extension.c */
void compile_extensions(struct loader *loader, const struct xml_node *node,
			struct flow_element *element);
void compile_loop(struct loader *loader, const struct xml_node *node,
		  struct flow_element *element);
/* diagram.c */
void compile_diagram(struct loader *loader);
/* validate*.c: the standard's rules, on the tree before it is compiled. */
void validate_tree(struct loader *loader);
/* For one node each, whatever it is. */
void validate_name(struct loader *loader, const struct xml_node *node);
void validate_references(struct loader *loader, const struct xml_node *node);
void validate_structure(struct loader *loader, const struct xml_node *node);
void validate_gateway(struct loader *loader, const struct xml_node *node);
void validate_event(struct loader *loader, const struct xml_node *node);
void validate_definition(struct loader *loader, const struct xml_node *node);
void validate_data(struct loader *loader, const struct xml_node *node);
void validate_collaboration(struct loader *loader, const struct xml_node *node);
/* What the validators ask about. */
const struct xml_node *process_around(const struct xml_node *node);
bool is_executable(const struct xml_node *node);
bool node_is_activity(const struct xml_node *node);
bool node_is_flow_node(const struct xml_node *node);
const struct xml_node *refer_node(const struct loader *loader, const struct xml_node *node,
				  str reference);
/* The flows at a node; what has no id has none. */
uint32_t flows_in(const struct loader *loader, const struct xml_node *node);
uint32_t flows_out(const struct loader *loader, const struct xml_node *node);
/* The definitions of an event, referred ones too; at most `room`, all are counted. */
uint32_t definitions_of(const struct loader *loader, const struct xml_node *event,
			const struct xml_node **ret_definitions, uint32_t room);
bool has_definition(const struct loader *loader, const struct xml_node *event, const char *name);

/* expression.c */
/* Text that is FEEL whether or not it begins with '='. Faults are recorded. */
struct flow_expression expression_feel(struct loader *loader, const struct xml_node *node,
				       str text);
/* The same for what has to be true or false: a constant that is neither is a fault. */
struct flow_expression expression_condition(struct loader *loader, const struct xml_node *node,
					    str text);
/* FEEL behind a leading '=', fixed otherwise. */
struct flow_expression expression_mixed(struct loader *loader, const struct xml_node *node,
					str text);
struct value expression_eval(const struct flow_expression *expression, struct arena *arena,
			     const struct feel_scope *scope, const struct flow_env *env);

/* timer.c: ISO 8601 as BPMN's timers use it. */
struct timer_span {
	int64_t months;
	usec rest;
};
bool timer_parse_duration(str text, struct timer_span *ret_span);
/* A date and time; without offset, or a date alone, in the given offset. */
bool timer_parse_date(str text, int offset, usec *ret_at);
/* "R3/PT10M", "R/2026-01-01T08:00:00Z/P1D": `ret_count` -1 without end; `ret_start` 0 without. */
bool timer_parse_cycle(str text, int offset, int64_t *ret_count, usec *ret_start,
		       struct timer_span *ret_span);
usec timer_add(usec at, struct timer_span span, int offset);

#endif
