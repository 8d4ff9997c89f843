/*
 * Behaviour of whole processes: each file has cases with input, and the multiset of words its run
 * has to leave. The clock is virtual; the state is written and read again at every step.
 */
#include "base/json.h"
#include "flow/flow.h"
#include "suite.h"
#include "text/xml.h"

#define START (INT64_C(1456000000) * USEC_SECOND)

enum { INSTANCES = 64, AGENDA = 4096, WORDS = 4096, STEPS = 20000 };

/* A job, timer, message or signal that is to reach an instance. */
struct errand {
	enum { DONE, JOB, TIMER, MESSAGE, SIGNAL, BEGIN } kind;
	uint32_t instance, id, element;
	usec due;
	str name, key;
	struct value variables;
};

struct world {
	struct arena *arena;
	const struct flow_definition *definition;
	str states[INSTANCES];
	uint32_t instance_count;
	struct errand agenda[AGENDA];
	uint32_t agenda_count;
	str words[WORDS];
	uint32_t word_count;
	usec now;
};

static void say(struct world *world, str word)
{
	if (world->word_count < WORDS)
		world->words[world->word_count++] = word;
}

static void plan(struct world *world, struct errand errand)
{
	if (world->agenda_count < AGENDA)
		world->agenda[world->agenda_count++] = errand;
}

static void forget(struct world *world, int kind, uint32_t instance, uint32_t id)
{
	for (uint32_t i = 0; i < world->agenda_count; i++) {
		struct errand *errand = &world->agenda[i];

		if ((int)errand->kind == kind && errand->instance == instance && errand->id == id)
			errand->kind = DONE;
	}
}

static void begin(struct world *world, uint32_t process, uint32_t element,
		  struct value variables);

static bool begins_with(struct world *world, enum flow_trigger_kind kind, str name,
			struct value variables)
{
	struct flow_entry *entries;
	uint32_t n;
	bool any = false;

	flow_entries(world->arena, world->definition, &entries, &n);
	for (uint32_t i = 0; i < n; i++)
		if (entries[i].trigger->kind == kind && str_eq(entries[i].trigger->name, name)) {
			begin(world, entries[i].process, entries[i].element, variables);
			any = true;
		}
	return any;
}

/* A signal goes to all other instances, and to processes that begin with it, now or never. */
static void spread(struct world *world, const struct flow_effect *effect, uint32_t from)
{
	for (uint32_t i = 0; i < world->instance_count; i++)
		if (i != from)
			plan(world, (struct errand){ .kind = SIGNAL, .instance = i,
						     .due = world->now, .name = effect->name,
						     .variables = effect->variables });
	begins_with(world, FLOW_ON_SIGNAL, effect->name, effect->variables);
}

static bool waits_for(struct world *world, uint32_t instance, const struct errand *message)
{
	struct ctx ctx = { .arena = world->arena };
	struct flow_state state;

	if (flow_state_read(&ctx, world->definition, world->states[instance], &state) != OK)
		return false;
	for (uint32_t i = 0; i < state.wait_count; i++)
		if (state.waits[i].kind == FLOW_ON_MESSAGE &&
		    str_eq(state.waits[i].name, message->name))
			return true;
	return false;
}

static void step(struct world *world, uint32_t instance, const struct flow_event *event);

/* A message goes to who waits for it, or begins a process; else it is kept until one does. */
static bool deliver(struct world *world, const struct errand *message)
{
	struct flow_event event = { .kind = FLOW_EVENT_MESSAGE, .name = message->name,
				    .key = message->key, .variables = message->variables };

	for (uint32_t i = 0; i < world->instance_count; i++)
		if (waits_for(world, i, message)) {
			step(world, i, &event);
			return true;
		}
	return begins_with(world, FLOW_ON_MESSAGE, message->name, message->variables);
}

static void carry_out(struct world *world, uint32_t instance, const struct flow_effect *effect)
{
	struct errand errand = { .instance = instance, .id = effect->node,
				 .element = effect->element, .due = world->now,
				 .name = effect->text, .variables = effect->variables };

	switch (effect->kind) {
	case FLOW_JOB_CREATED:
		errand.kind = JOB;
		if (str_eq(effect->text, S("WAIT_TEN_SECONDS")))
			errand.due += 10 * USEC_SECOND;
		plan(world, errand);
		break;
	case FLOW_JOB_CANCELLED:
		forget(world, JOB, instance, effect->node);
		break;
	case FLOW_TIMER_SET:
		forget(world, TIMER, instance, effect->wait);
		errand.kind = TIMER;
		errand.id = effect->wait;
		errand.due = effect->at;
		plan(world, errand);
		break;
	case FLOW_TIMER_CANCELLED:
		forget(world, TIMER, instance, effect->wait);
		break;
	case FLOW_MESSAGE_THROWN:
		errand.kind = MESSAGE;
		errand.name = effect->name;
		errand.key = effect->key;
		plan(world, errand);
		break;
	case FLOW_SIGNAL_THROWN:
		spread(world, effect, instance);
		break;
	case FLOW_INCIDENT:
		/* A token that waits for ever is no error: nothing happens any more. */
		if (effect->incident != FLOW_STUCK)
			say(world, S("ERROR"));
		break;
	case FLOW_ENDED:
		if (effect->status == FLOW_FAILED)
			say(world, S("ERROR"));
		break;
	default:
		break;
	}
}

static void step(struct world *world, uint32_t instance, const struct flow_event *event)
{
	struct ctx ctx = { .arena = world->arena };
	struct flow_env env = { .now = world->now };
	struct flow_state state;
	struct flow_result result;
	bool first = event->kind == FLOW_EVENT_START;

	if (!first &&
	    flow_state_read(&ctx, world->definition, world->states[instance], &state) != OK) {
		say(world, S("UNREADABLE"));
		return;
	}
	if (flow_step(&ctx, world->definition, first ? NULL : &state, event, &env, &result) != OK)
		return;
	world->states[instance] =
		flow_state_write(world->arena, world->definition, &result.state);
	for (uint32_t i = 0; i < result.effect_count; i++)
		carry_out(world, instance, &result.effects[i]);
}

static void begin(struct world *world, uint32_t process, uint32_t element, struct value variables)
{
	struct flow_event event = { .kind = FLOW_EVENT_START, .process = process,
				    .element = element, .variables = variables };

	if (world->instance_count < INSTANCES)
		step(world, world->instance_count++, &event);
}

/* The error a script raises: the one its own edge catches, or else the first of the file. */
static str error_code(const struct world *world, uint32_t element)
{
	const struct flow_definition *d = world->definition;

	for (int own = 1; own >= 0; own--)
		for (uint32_t i = 0; i < d->element_count; i++)
			for (uint32_t t = 0; t < d->elements[i].trigger_count; t++)
				if (d->elements[i].triggers[t].kind == FLOW_ON_ERROR &&
				    (!own || d->elements[i].attached_to == element))
					return d->elements[i].triggers[t].code;
	return S("");
}

static void run_job(struct world *world, const struct errand *job)
{
	struct flow_event event = { .kind = FLOW_EVENT_TASK, .node = job->id,
				    .variables = value_map() };
	int64_t number = value_integer(value_get(job->variables, S("integerVariable")), 0);
	str script = job->name;

	if (str_starts(script, S("SCRIPT_")))
		say(world, script);
	if (str_eq(script, S("CREATE_MARKER_FILE")))
		say(world, S("MARKER"));
	if (str_eq(script, S("INCREMENT_INTEGER_VARIABLE_AND_LOG")))
		say(world, S("INCREMENT"));
	if (str_starts(script, S("INCREMENT_INTEGER_VARIABLE")))
		value_set(world->arena, &event.variables, S("integerVariable"),
			  value_int(number + 1));
	if (str_eq(script, S("SET_STRING_DATA")))
		value_set(world->arena, &event.variables, S("data"), value_str(S("String")));
	if (str_eq(script, S("LOG_DATA")) &&
	    str_eq(value_text(value_get(job->variables, S("data"))), S("String")))
		say(world, S("DATA"));
	if (str_eq(script, S("THROW_ERROR"))) {
		event.kind = FLOW_EVENT_ERROR;
		event.name = error_code(world, job->element);
	}
	step(world, job->instance, &event);
}

/* False: nobody is there for it yet. */
static bool run_errand(struct world *world, const struct errand *errand)
{
	struct flow_event event = { .kind = errand->kind == TIMER ? FLOW_EVENT_TIMER
								  : FLOW_EVENT_SIGNAL,
				    .node = errand->id, .name = errand->name };

	switch (errand->kind) {
	case JOB:
		run_job(world, errand);
		return true;
	case MESSAGE:
		return deliver(world, errand);
	case BEGIN:
		begin(world, errand->id, errand->element, errand->variables);
		return true;
	case SIGNAL:
		event.variables = errand->variables;
		step(world, errand->instance, &event);
		return true;
	default:
		step(world, errand->instance, &event);
		return true;
	}
}

/* The earliest, first planned first done; a message nobody waits for is passed over. */
static struct errand *next_errand(struct world *world, usec end, uint32_t *passed)
{
	struct errand *next = NULL;

	for (uint32_t i = 0; i < world->agenda_count; i++) {
		struct errand *errand = &world->agenda[i];

		if (errand->kind != DONE && errand->due <= end &&
		    (!next || errand->due < next->due) && !(errand->kind == MESSAGE && i < *passed))
			next = errand;
	}
	return next;
}

static void run_until(struct world *world, usec end)
{
	uint32_t passed = 0;

	for (int steps = 0; steps < STEPS; steps++) {
		struct errand *next = next_errand(world, end, &passed);

		if (!next)
			return;
		struct errand errand = *next;
		uint32_t at = (uint32_t)(next - world->agenda);

		next->kind = DONE;
		if (errand.due > world->now)
			world->now = errand.due;
		if (run_errand(world, &errand)) {
			passed = 0;
		} else {
			world->agenda[at].kind = MESSAGE;
			passed = at + 1;
		}
	}
}

/* It has a start event without trigger, or no start event at all. */
static bool takes_part(const struct flow_definition *d, uint32_t process)
{
	const struct flow_element *scope = &d->elements[process];

	for (uint32_t i = 0; i < scope->child_count && scope->start == FLOW_NONE; i++)
		if (d->elements[scope->children[i]].kind == FLOW_START)
			return false;
	return true;
}

/* A process that nobody can just begin: by its timer, or by its condition where that holds. */
static void begin_by_itself(struct world *world, uint32_t process, struct value variables)
{
	struct flow_env env = { .now = world->now };
	struct flow_entry *entries;
	uint32_t n;

	flow_entries(world->arena, world->definition, &entries, &n);
	for (uint32_t i = 0; i < n; i++) {
		struct errand errand = { .kind = BEGIN, .id = entries[i].process,
					 .element = entries[i].element, .due = world->now,
					 .variables = variables };

		if (entries[i].process != process)
			continue;
		if (entries[i].trigger->kind == FLOW_ON_TIMER)
			errand.due = flow_entry_due(world->arena, &entries[i], world->now, 0, &env);
		else if (!flow_entry_holds(world->arena, &entries[i], variables, &env))
			continue;
		plan(world, errand);
	}
}

static void run_case(struct world *world, struct value input)
{
	uint32_t main_process = flow_main_process(world->definition);
	bool partner = value_is_true(value_get(input, S("partner")));
	bool begins = takes_part(world->definition, main_process);
	struct value variables = value_map();

	value_set(world->arena, &variables, S("test"), value_get(input, S("input")));
	value_set(world->arena, &variables, S("integerVariable"),
		  value_get(input, S("integerVariable")));
	for (uint32_t i = 0; i < world->definition->process_count; i++) {
		uint32_t process = world->definition->processes[i];

		if ((partner || !begins) && process != main_process &&
		    takes_part(world->definition, process))
			begin(world, process, FLOW_NONE, variables);
	}
	if (begins)
		begin(world, main_process, FLOW_NONE, variables);
	else
		begin_by_itself(world, main_process, variables);
	run_until(world, START + 1000 * value_integer(value_get(input, S("delay_ms")), 0));
}

/* ---- comparing and counting */

static bool same_words(struct world *world, struct value expect, struct buf *got)
{
	uint32_t wanted = 0, matched = 0;

	for (uint32_t i = 0; i < world->word_count; i++) {
		buf_str(got, world->words[i]);
		buf_byte(got, ' ');
	}
	for (uint32_t i = 0; i < expect.n; i++) {
		str word = value_text(expect.items[i]);

		if (str_eq(word, S("PARALLEL")))
			continue;
		wanted++;
		for (uint32_t w = 0; w < world->word_count; w++)
			if (str_eq(world->words[w], word)) {
				world->words[w] = S("");
				matched++;
				break;
			}
	}
	return wanted == matched && matched == world->word_count;
}

static bool is_other_than_one(const struct xml_node *node, str name)
{
	const str *quantity = xml_find(node, name);

	return quantity && !str_eq(*quantity, S("1"));
}

/* Whether the file uses something that an engine may refuse. */
static bool is_on_refuse_list(const struct xml_node *node)
{
	int definitions = 0;

	if (str_eq(node->name, S("complexGateway")) || str_eq(node->name, S("transaction")) ||
	    str_eq(node->name, S("standardLoopCharacteristics")) ||
	    is_other_than_one(node, S("startQuantity")) ||
	    is_other_than_one(node, S("completionQuantity")))
		return true;
	for (const struct xml_node *n = node->first; n; n = n->next) {
		if (str_ends(n->name, S("EventDefinition")) && str_ends(node->name, S("Event")))
			definitions++;
		if (is_on_refuse_list(n))
			return true;
	}
	return definitions > 1;
}

struct counts {
	struct suite *suite;
	int processes, processes_passed, plain, plain_passed;
};

static bool check_case(struct counts *counts, struct arena *arena, str text, const char *path,
		       struct value one)
{
	struct world *world = ARENA_NEW(arena, struct world);
	struct ctx ctx = { .arena = arena };
	struct value expect = value_get(one, S("expect"));
	struct flow_definition *definition;
	struct flow_faults faults;
	struct buf got = { .arena = arena };
	char why[1024];
	bool passed;

	world->arena = arena;
	world->now = START;
	if (flow_load(&ctx, text, &definition, &faults) != OK) {
		say(world, S("ERROR"));
		buf_printf(&got, "refused: %.*s: ", STR_ARG(ctx.fault.message));
	} else {
		world->definition = definition;
		run_case(world, one);
	}
	passed = same_words(world, expect, &got);
	struct buf wanted = { .arena = arena };

	json_write(&wanted, expect);
	snprintf(why, sizeof(why), "input “%.*s”: got %s, wanted %s",
		 STR_ARG(value_text(value_get(one, S("input")))), buf_z(&got), buf_z(&wanted));
	suite_case(counts->suite, passed, expect.n > 0, path, why);
	return passed;
}

static void check_process(struct counts *counts, struct member member)
{
	struct arena arena;
	struct xml_node *root;
	struct xml_fault fault;
	struct value cases = value_get(member.value, S("cases"));
	bool all = true, plain;
	char path[4096];

	arena_init(&arena);
	snprintf(path, sizeof(path), "%s/%.*s.bpmn", counts->suite->folder, STR_ARG(member.key));
	str text = suite_read(&arena, path);

	plain = !xml_parse(&arena, text, &root, &fault) || !is_on_refuse_list(root);
	for (uint32_t i = 0; i < cases.n; i++)
		all = check_case(counts, &arena, text, path, cases.items[i]) && all;
	counts->processes++;
	counts->processes_passed += all;
	counts->plain += plain;
	counts->plain_passed += plain && all;
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	struct suite suite = suite_start("suite", argc, argv);
	struct counts counts = { .suite = &suite };
	struct arena arena;
	struct value expected;
	char path[4096];

	arena_init(&arena);
	snprintf(path, sizeof(path), "%s/expected.json", suite.folder);
	if (!json_parse(&arena, suite_read(&arena, path), &expected, NULL)) {
		fprintf(stderr, "%s: not JSON\n", path);
		return 2;
	}
	for (uint32_t i = 0; i < expected.n; i++)
		check_process(&counts, expected.members[i]);
	arena_done(&arena);
	printf("processes: %d of %d\n", counts.processes_passed, counts.processes);
	printf("processes outside the refuse list: %d of %d\n", counts.plain_passed, counts.plain);
	return suite_finish(&suite);
}
