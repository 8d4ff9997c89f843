#include "rules/dmn.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define OPEN \
	"<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' id='m' name='m' " \
	"namespace='urn:test'>"
#define CLOSE "</definitions>"
#define TEXT(text) "<literalExpression><text>" text "</text></literalExpression>"
#define INPUT(name, type) \
	"<inputData id='" name "' name='" name "'><variable name='" name "' typeRef='" type "'/>" \
	"</inputData>"
#define NEEDS(id) \
	"<informationRequirement><requiredInput href='#" id "'/></informationRequirement>"
#define DECISION(name, inside) "<decision id='" name "' name='" name "'>" inside "</decision>"
#define CELL(text) "<inputEntry><text>" text "</text></inputEntry>"
#define GIVES(text) "<outputEntry><text>" text "</text></outputEntry>"
#define TABLE(attributes, inside) \
	NEEDS("x") "<decisionTable " attributes "><input><inputExpression><text>x</text>" \
	"</inputExpression></input>" inside "</decisionTable>"

struct fixture {
	struct arena arena;
	struct dmn_model *model;
	struct value inputs;
};

static struct fixture load(const char *xml)
{
	struct fixture f = { .inputs = value_map() };
	struct dmn_fault fault;
	arena_init(&f.arena);
	if (!dmn_load(&f.arena, str_z(xml), NULL, &f.model, &fault))
		fail_msg("line %u: %.*s", fault.line, STR_ARG(fault.message));
	return f;
}

static void assert_decides(struct fixture *f, const char *decision, const char *expected)
{
	struct value v = dmn_decide(f->model, str_z(decision), &f->arena, f->inputs, NULL, NULL);
	str got = feel_to_literal(&f->arena, v);
	if (!str_eq(got, str_z(expected)))
		fail_msg("%s gives %.*s, expected %s", decision, STR_ARG(got), expected);
}

static void give(struct fixture *f, str name, struct value v)
{
	value_set(&f->arena, &f->inputs, name, v);
}

/* Three rules that overlap: below 10, below 20, anything. */
#define RULES \
	"<rule>" CELL("&lt; 10") GIVES("\"low\"") "</rule>" \
	"<rule>" CELL("&lt; 20") GIVES("\"middle\"") "</rule>" \
	"<rule>" CELL("-") GIVES("\"high\"") "</rule>"
#define OUTPUT "<output/>"
#define RANKED \
	"<output><outputValues><text>\"high\", \"low\", \"middle\"</text></outputValues></output>"

static void every_hit_policy_picks_among_the_rules_that_hit(void **state)
{
	(void)state;
	struct fixture f = load(OPEN INPUT("x", "number")
		DECISION("unique", TABLE("hitPolicy='UNIQUE'", OUTPUT RULES))
		DECISION("first", TABLE("hitPolicy='FIRST'", OUTPUT RULES))
		DECISION("any", TABLE("hitPolicy='ANY'", OUTPUT RULES))
		DECISION("priority", TABLE("hitPolicy='PRIORITY'", RANKED RULES))
		DECISION("order", TABLE("hitPolicy='RULE ORDER'", OUTPUT RULES))
		DECISION("ranked", TABLE("hitPolicy='OUTPUT ORDER'", RANKED RULES))
		DECISION("collect", TABLE("hitPolicy='COLLECT'", OUTPUT RULES))
		DECISION("count", TABLE("hitPolicy='COLLECT' aggregation='COUNT'", OUTPUT RULES))
		CLOSE);
	give(&f, S("x"), value_int(15));
	assert_decides(&f, "unique", "null");
	assert_decides(&f, "first", "middle");
	assert_decides(&f, "any", "null");
	assert_decides(&f, "priority", "high");
	assert_decides(&f, "order", "[\"middle\", \"high\"]");
	assert_decides(&f, "ranked", "[\"high\", \"middle\"]");
	assert_decides(&f, "collect", "[\"middle\", \"high\"]");
	assert_decides(&f, "count", "2");
	give(&f, S("x"), value_int(50));
	assert_decides(&f, "unique", "high");
	assert_decides(&f, "any", "high");
	arena_done(&f.arena);
}

static void collected_numbers_are_aggregated(void **state)
{
	(void)state;
#define NUMBERS "<rule>" CELL("&gt; 0") GIVES("2.5") "</rule><rule>" CELL("-") GIVES("x * 2") "</rule>"
	struct fixture f = load(OPEN INPUT("x", "number")
		DECISION("sum", TABLE("hitPolicy='COLLECT' aggregation='SUM'", OUTPUT NUMBERS))
		DECISION("min", TABLE("hitPolicy='COLLECT' aggregation='MIN'", OUTPUT NUMBERS))
		DECISION("max", TABLE("hitPolicy='COLLECT' aggregation='MAX'", OUTPUT NUMBERS))
		CLOSE);
	give(&f, S("x"), value_int(4));
	assert_decides(&f, "sum", "10.5");
	assert_decides(&f, "min", "2.5");
	assert_decides(&f, "max", "8");
	arena_done(&f.arena);
}

static void no_rule_gives_the_default_or_null(void **state)
{
	(void)state;
#define ONE "<rule>" CELL("1") GIVES("\"one\"") GIVES("1") "</rule>"
	struct fixture f = load(OPEN INPUT("x", "number")
		DECISION("plain", TABLE("", "<output name='a'/><output name='b'/>" ONE))
		DECISION("default", TABLE("", "<output name='a'><defaultOutputEntry><text>\"other\""
					      "</text></defaultOutputEntry></output>"
					      "<output name='b'/>" ONE))
		CLOSE);
	give(&f, S("x"), value_int(1));
	assert_decides(&f, "plain", "{a: \"one\", b: 1}");
	give(&f, S("x"), value_int(2));
	assert_decides(&f, "plain", "null");
	assert_decides(&f, "default", "{a: \"other\", b: null}");
	arena_done(&f.arena);
}

#define KNOWLEDGE \
	"<businessKnowledgeModel id='k' name='price of'><encapsulatedLogic>" \
	"<formalParameter name='n' typeRef='number'/>" \
	TEXT("if n &lt;= 0 then 0 else 2000 + price of(n - 1)") \
	"</encapsulatedLogic></businessKnowledgeModel>"

static void a_graph_is_decided_from_its_inputs_up(void **state)
{
	(void)state;
	struct fixture f = load(OPEN INPUT("x", "number") KNOWLEDGE
		DECISION("fee", NEEDS("x") "<knowledgeRequirement><requiredKnowledge href='#k'/>"
				"</knowledgeRequirement>" TEXT("price of(x)"))
		DECISION("total", "<informationRequirement><requiredDecision href='#fee'/>"
				  "</informationRequirement>" TEXT("fee * 1.1"))
		DECISION("blind", TEXT("x"))
		"<decisionService id='s' name='service'><outputDecision href='#total'/>"
		"<inputDecision href='#fee'/></decisionService>" CLOSE);
	give(&f, S("x"), value_int(3));
	assert_decides(&f, "total", "6600");
	assert_decides(&f, "blind", "null");
	give(&f, S("fee"), value_int(100));
	assert_decides(&f, "service", "110");
	assert_decides(&f, "total", "6600");
	give(&f, S("n"), value_int(2));
	assert_decides(&f, "price of", "4000");
	assert_decides(&f, "nothing of the kind", "null");
	arena_done(&f.arena);
}

static void boxed_expressions_nest(void **state)
{
	(void)state;
	struct fixture f = load(OPEN DECISION("boxed",
		"<context>"
		"<contextEntry><variable name='rows'/><relation><column name='a'/><column name='b'/>"
		"<row>" TEXT("1") TEXT("\"x\"") "</row><row>" TEXT("2") TEXT("\"y\"") "</row>"
		"</relation></contextEntry>"
		"<contextEntry><variable name='twice'/><functionDefinition><formalParameter name='v'/>"
		TEXT("v * 2") "</functionDefinition></contextEntry>"
		"<contextEntry><variable name='big'/><filter><in>" TEXT("rows") "</in><match>"
		TEXT("a &gt; 1") "</match></filter></contextEntry>"
		"<contextEntry><variable name='all'/><for iteratorVariable='r'><in>" TEXT("rows")
		"</in><return><invocation>" TEXT("twice") "<binding><parameter name='v'/>"
		TEXT("r.a") "</binding></invocation></return></for></contextEntry>"
		"<contextEntry><variable name='fine'/><every iteratorVariable='r'><in>" TEXT("all")
		"</in><satisfies>" TEXT("r &gt; 1") "</satisfies></every></contextEntry>"
		"<contextEntry><conditional><if>" TEXT("fine") "</if><then><list>" TEXT("big.b")
		TEXT("all") "</list></then><else>" TEXT("null") "</else></conditional></contextEntry>"
		"</context>") CLOSE);
	assert_decides(&f, "boxed", "[[\"y\"], [2, 4]]");
	arena_done(&f.arena);
}

static void values_outside_their_type_are_null(void **state)
{
	(void)state;
	struct fixture f = load(OPEN
		"<itemDefinition name='tKind'><typeRef>string</typeRef><allowedValues><text>\"birth\", "
		"\"death\"</text></allowedValues></itemDefinition>"
		INPUT("x", "tKind") INPUT("day", "date")
		DECISION("kind", NEEDS("x") TEXT("x"))
		DECISION("year", NEEDS("day") TEXT("day.year"))
		DECISION("typed", "<variable name='typed' typeRef='number'/>" TEXT("\"1\""))
		CLOSE);
	give(&f, S("x"), value_str(S("birth")));
	assert_decides(&f, "kind", "birth");
	give(&f, S("x"), value_str(S("wedding")));
	assert_decides(&f, "kind", "null");
	give(&f, S("day"), value_str(S("2015-01-26")));
	assert_decides(&f, "year", "2015");
	assert_decides(&f, "typed", "null");
	arena_done(&f.arena);
}

static const struct dmn_model *find_in(void *data, str space)
{
	struct fixture *f = data;
	return str_eq(space, S("urn:test")) ? f->model : NULL;
}

static void an_imported_model_is_reached_under_its_name(void **state)
{
	(void)state;
	struct fixture inner = load(OPEN KNOWLEDGE CLOSE);
	struct dmn_options options = { find_in, &inner };
	struct dmn_fault fault;
	struct fixture f = { .inputs = value_map() };
	arena_init(&f.arena);
	const char *xml =
		"<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' namespace='urn:o'>"
		"<import name='fees' namespace='urn:test' "
		"importType='https://www.omg.org/spec/DMN/20191111/MODEL/'/>"
		DECISION("d", "<knowledgeRequirement><requiredKnowledge href='urn:test#k'/>"
			      "</knowledgeRequirement>" TEXT("fees.price of(2)")) CLOSE;
	assert_true(dmn_load(&f.arena, str_z(xml), &options, &f.model, &fault));
	assert_decides(&f, "d", "4000");
	arena_done(&f.arena);
	arena_done(&inner.arena);
}

static void assert_faulty(const char *xml, uint32_t line, const char *element)
{
	struct fixture f = load(xml);
	uint32_t n;
	const struct dmn_fault *faults = dmn_faults(f.model, &n);
	if (n != 1)
		fail_msg("%u faults, expected one in %s", n, element);
	assert_int_equal(faults[0].line, line);
	assert_true(str_eq(faults[0].element, str_z(element)));
	arena_done(&f.arena);
}

static void a_fault_inside_names_line_and_element(void **state)
{
	(void)state;
	struct arena arena;
	struct dmn_model *model;
	struct dmn_fault fault;
	assert_faulty(OPEN "\n" DECISION("d", TEXT("1 +")) CLOSE, 2, "d");
	assert_faulty(OPEN "\n\n" DECISION("d", NEEDS("nobody") TEXT("1")) CLOSE, 3, "d");
	assert_faulty(OPEN DECISION("d", "") CLOSE, 1, "d");
	assert_faulty(OPEN DECISION("d", "<literalExpression expressionLanguage='groovy'><text>1"
					 "</text></literalExpression>") CLOSE, 1, "d");
	assert_faulty(OPEN "<decision id='a' name='a'><informationRequirement><requiredDecision "
			   "href='#a'/></informationRequirement>" TEXT("a") "</decision>" CLOSE, 1, "a");
	arena_init(&arena);
	assert_false(dmn_load(&arena, S("<html/>"), NULL, &model, &fault));
	assert_false(dmn_load(&arena, S("<a>"), NULL, &model, &fault));
	assert_int_equal(fault.line, 1);
	arena_done(&arena);
}

static void a_decision_that_needs_itself_is_null(void **state)
{
	(void)state;
	struct fixture f = load(OPEN
		"<decision id='a' name='a'><informationRequirement><requiredDecision href='#b'/>"
		"</informationRequirement>" TEXT("b") "</decision>"
		"<decision id='b' name='b'><informationRequirement><requiredDecision href='#a'/>"
		"</informationRequirement>" TEXT("a") "</decision>" KNOWLEDGE
		DECISION("deep", "<knowledgeRequirement><requiredKnowledge href='#k'/>"
				 "</knowledgeRequirement>" TEXT("price of(1000000)")) CLOSE);
	struct feel_warnings warnings;
	assert_decides(&f, "a", "null");
	struct value v = dmn_decide(f.model, S("deep"), &f.arena, f.inputs, NULL, &warnings);
	assert_true(value_is_null(v) && warnings.exhausted);
	arena_done(&f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_hit_policy_picks_among_the_rules_that_hit),
		cmocka_unit_test(collected_numbers_are_aggregated),
		cmocka_unit_test(no_rule_gives_the_default_or_null),
		cmocka_unit_test(a_graph_is_decided_from_its_inputs_up),
		cmocka_unit_test(boxed_expressions_nest),
		cmocka_unit_test(values_outside_their_type_are_null),
		cmocka_unit_test(an_imported_model_is_reached_under_its_name),
		cmocka_unit_test(a_fault_inside_names_line_and_element),
		cmocka_unit_test(a_decision_that_needs_itself_is_null),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
