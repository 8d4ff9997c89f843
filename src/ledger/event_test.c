#include "ledger/event.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct bench {
	struct arena arena;
	struct ctx ctx;
};

static int start(void **state)
{
	static struct bench bench;
	arena_init(&bench.arena);
	bench.ctx = (struct ctx){ .arena = &bench.arena };
	*state = &bench;
	return 0;
}

static int finish(void **state)
{
	struct bench *bench = *state;
	arena_done(&bench->arena);
	return 0;
}

static struct ledger_event whole_event(struct bench *bench)
{
	struct value open;
	assert_true(json_parse(&bench->arena, S("{\"b\":1.50,\"a\":{\"d\":[null],\"c\":\"ờ\"}}"),
			       &open, NULL));
	return (struct ledger_event){
		.kind = S("case.accepted"), .recorded_at = 1422237600000001,
		.effective_at = 1422237000000000, .object = 123, .actor = -4, .organisation = 6,
		.reason = S("typed in\nafter the power cut"), .open = open, .has_closed = true,
		.closed = ledger_commitment(S("salt"), S("payload")),
	};
}

static const char whole_text[] =
	"motcua event 1\n"
	"kind case.accepted\n"
	"recorded 2015-01-26T02:00:00.000001Z\n"
	"effective 2015-01-26T01:50:00.000000Z\n"
	"object 123\n"
	"actor -4\n"
	"organisation 6\n"
	"reason typed in after the power cut\n"
	"open {\"a\":{\"c\":\"ờ\",\"d\":[null]},\"b\":1.50}\n"
	"closed ";

static void an_event_has_the_documented_form(void **state)
{
	struct bench *bench = *state;
	struct ledger_event event = whole_event(bench);
	str bytes;
	assert_int_equal(ledger_event_write(&bench->ctx, &event, &bytes), OK);
	assert_true(str_starts(bytes, str_z(whole_text)));
	assert_int_equal(bytes.n, sizeof whole_text - 1 + 64 + 1);
}

static void an_event_is_read_back_whole(void **state)
{
	struct bench *bench = *state;
	struct ledger_event event = whole_event(bench), again;
	str bytes;
	assert_int_equal(ledger_event_write(&bench->ctx, &event, &bytes), OK);
	assert_int_equal(ledger_event_read(&bench->ctx, bytes, &again), OK);
	assert_true(str_eq(again.kind, event.kind));
	assert_int_equal(again.recorded_at, event.recorded_at);
	assert_int_equal(again.effective_at, event.effective_at);
	assert_int_equal(again.object, 123);
	assert_int_equal(again.actor, -4);
	assert_int_equal(again.organisation, 6);
	assert_true(value_eq(again.open, event.open));
	assert_true(again.has_closed && merkle_eq(again.closed, event.closed));
}

static void what_is_absent_takes_no_line(void **state)
{
	struct bench *bench = *state;
	struct ledger_event event = { .kind = S("store.created"), .reason = S("") }, again;
	str bytes;
	assert_int_equal(ledger_event_write(&bench->ctx, &event, &bytes), OK);
	assert_true(str_eq(bytes, S("motcua event 1\nkind store.created\n"
				    "recorded 1970-01-01T00:00:00.000000Z\n")));
	assert_int_equal(ledger_event_read(&bench->ctx, bytes, &again), OK);
	assert_int_equal(again.effective_at, 0);
	assert_int_equal(again.open.kind, VALUE_NULL);
}

static void another_spelling_of_the_same_event_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"motcua event 2\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00Z\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T07:00:00.000000+07:00\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z",
		"motcua event 1\nkind A\nrecorded 1970-01-01T00:00:00.000000Z\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\nobject 0\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\nobject 01\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\nactor 1\nobject 1\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\n"
		"effective 1970-01-01T00:00:00.000000Z\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\nopen {\"a\": 1}\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\nopen {\"b\":1,\"a\":1}\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\nopen [1]\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\nclosed ab\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\nclosed "
		"AB00000000000000000000000000000000000000000000000000000000000000\n",
		"motcua event 1\nkind a\nrecorded 1970-01-01T00:00:00.000000Z\nmore 1\n",
	};
	struct bench *bench = *state;
	struct ledger_event event;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (ledger_event_read(&bench->ctx, str_z(texts[i]), &event) != ERR_INVALID)
			fail_msg("accepted: %s", texts[i]);
}

static void what_cannot_be_written_is_refused(void **state)
{
	struct bench *bench = *state;
	str bytes;
	struct ledger_event spaced = { .kind = S("a b") }, none = { .kind = S("") };
	struct ledger_event far = { .kind = S("a"), .recorded_at = INT64_MAX };
	struct ledger_event list = { .kind = S("a"), .open = value_list() };
	assert_int_equal(ledger_event_write(&bench->ctx, &spaced, &bytes), ERR_INVALID);
	assert_int_equal(ledger_event_write(&bench->ctx, &none, &bytes), ERR_INVALID);
	assert_int_equal(ledger_event_write(&bench->ctx, &far, &bytes), ERR_INVALID);
	assert_int_equal(ledger_event_write(&bench->ctx, &list, &bytes), ERR_INVALID);
}

static void a_reason_cannot_forge_a_line(void **state)
{
	struct bench *bench = *state;
	struct ledger_event event = { .kind = S("a"), .reason = S("x\nclosed 00") }, again;
	str bytes;
	assert_int_equal(ledger_event_write(&bench->ctx, &event, &bytes), OK);
	assert_int_equal(ledger_event_read(&bench->ctx, bytes, &again), OK);
	assert_false(again.has_closed);
}

static void a_commitment_changes_with_salt_and_payload(void **state)
{
	(void)state;
	struct merkle_hash hash = ledger_commitment(S("salt"), S("payload"));
	assert_false(merkle_eq(hash, ledger_commitment(S("sal2"), S("payload"))));
	assert_false(merkle_eq(hash, ledger_commitment(S("salt"), S("payloae"))));
	assert_true(merkle_eq(hash, ledger_commitment(S("salt"), S("payload"))));
	uint8_t first[LEDGER_SALT], second[LEDGER_SALT];
	ledger_salt(first);
	ledger_salt(second);
	assert_memory_not_equal(first, second, LEDGER_SALT);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_event_has_the_documented_form),
		CASE(an_event_is_read_back_whole),
		CASE(what_is_absent_takes_no_line),
		CASE(another_spelling_of_the_same_event_is_refused),
		CASE(what_cannot_be_written_is_refused),
		CASE(a_reason_cannot_forge_a_line),
		CASE(a_commitment_changes_with_salt_and_payload),
	};
	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
