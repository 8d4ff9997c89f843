#include "form/form_testing.h"

#include "form/sample.h"

enum { SEEDS = 300 };

static uint64_t roll(void *data, uint64_t sides)
{
	uint64_t *state = data;
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (*state >> 33) % sides;
}

static uint64_t choose(void *data, str path, uint64_t n)
{
	return roll(data, n);
}

/* A name that is too long for some fields, which must not keep them from being answered. */
static str text(void *data, struct arena *arena, enum sample_kind kind, str path)
{
	return kind == SAMPLE_LINE && str_ends(path, S("name")) ? S("Nguyễn Thị Ngọc") : S("");
}

static void sample(struct bench *b, uint64_t seed, struct value given)
{
	struct form_sampler sampler = { roll, choose, text, &seed };
	form_check(b->form, form_sample(b->form, given, &sampler, &b->env), &b->env, &b->result);
}

static void pass_every_check(void **state)
{
	struct bench *b = *state;
	load(b, "{'type':'textfield','key':'name','validate':{'required':true,'maxLength':40}},"
		"{'type':'textfield','key':'short_name','validate':{'required':true,'maxLength':5}},"
		"{'type':'textfield','key':'id','validate':{'required':true,"
		"'pattern':'^(\\\\d{9}|\\\\d{12})$'}},"
		"{'type':'textfield','key':'hour','validate':{'required':true,"
		"'pattern':'^([01]\\\\d|2[0-3]):[0-5]\\\\d$'}},"
		"{'type':'textfield','key':'mail','validate':{'required':true,'validationType':'email'}},"
		"{'type':'number','key':'n','validate':{'required':true,'min':3,'max':7}},"
		"{'type':'datetime','key':'day','subtype':'date','validate':{'required':true}},"
		"{'type':'checkbox','key':'sure','validate':{'required':true}},"
		"{'type':'radio','key':'kind','validate':{'required':true},'values':["
		"{'label':'A','value':'a'},{'label':'B','value':'b'}]},"
		"{'type':'checklist','key':'many','validate':{'required':true},'values':["
		"{'label':'A','value':'a'},{'label':'B','value':'b'}]},"
		"{'type':'textfield','key':'why','validate':{'required':true},"
		"'conditional':{'hide':'=kind != \\\"b\\\"'}},"
		"{'type':'dynamiclist','path':'items','components':["
		"{'type':'number','key':'n','validate':{'required':true,'min':1,'max':9}}]}");
	int explained = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		sample(b, seed, value_map());
		if (b->result.errors.n)
			fail_with("seed %d: %.*s", (int)seed,
				  STR_ARG(text_of(b, b->result.errors)));
		bool asked = str_eq(value_text(value_get(b->result.submission, S("kind"))), S("b"));
		assert_int_equal(asked, value_find(b->result.submission, S("why")) != NULL);
		explained += asked;
	}
	assert_in_range(explained, SEEDS / 4, SEEDS * 3 / 4);
}

static void keep_what_is_given(void **state)
{
	struct bench *b = *state;
	load(b, "{'type':'textfield','key':'name','validate':{'required':true}},"
		"{'type':'radio','key':'kind','values':["
		"{'label':'A','value':'a'},{'label':'B','value':'b'}]}");
	struct value given = json(b, "{\"kind\":\"b\"}");
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		sample(b, seed, given);
		assert_true(str_eq(value_text(value_get(b->result.submission, S("kind"))), S("b")));
		assert_true(str_eq(value_text(value_get(b->result.submission, S("name"))),
				   S("Nguyễn Thị Ngọc")));
	}
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	if (!b)
		return 1;
	arena_init(&b->arena);
	b->ctx = (struct ctx){ .arena = &b->arena };
	b->env = (struct form_env){ .ctx = &b->ctx, .offset = 420 };
	time_parse(S("2015-01-26T09:00:00+07:00"), &b->env.now);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	arena_done(&b->arena);
	free(b);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pass_every_check, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keep_what_is_given, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("samples of a form", tests, NULL, NULL);
}
