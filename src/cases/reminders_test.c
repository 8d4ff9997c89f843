/* Reminders, on each engine: at four fifths and when late, by working time, once, on whatever node;
 * what a pack says of unanswered requests and of new dates. */
#include "cases/cases_fixture.h"
#include "cases/endings.h"
#include "cases/lists.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/clock.h"

static int64_t remind_at(struct town *town, usec when)
{
	int64_t n;
	clock_set_business(when);
	town_ok(town, cases_escalate(town->ctx, town->cases, 100, &n));
	return n;
}

struct reading {
	struct town *town;
	str code, element, told;
	struct case_task task;
	int64_t n;
};

static enum err read_task(struct ctx *ctx, struct db *db, void *arg)
{
	struct reading *r = arg;
	struct case_tasks tasks;
	struct case_file c;
	TRY(case_load(ctx, db, r->code, &c));
	TRY(case_tasks(ctx, r->town->cases, db, &c, &tasks));
	for (size_t i = 0; i < tasks.n; i++)
		if (tasks.items[i].open && str_eq(tasks.items[i].element, r->element))
			r->task = tasks.items[i];
	return OK;
}

static struct case_task step_of(struct town *town, str code, const char *element)
{
	struct reading r = { .town = town, .code = code, .element = str_z(element) };
	town_ok(town, store_read(town->ctx, town->store, read_task, &r));
	assert_true(r.task.open);
	return r.task;
}

static enum err read_raised(struct ctx *ctx, struct db *db, void *arg)
{
	struct reading *r = arg;
	return db_int(ctx, db, 0, &r->n,
		      SQL("SELECT COUNT(*) FROM event WHERE kind = 'task.escalated'"));
}

static int64_t events_raised(struct town *town)
{
	struct reading r = { .town = town };
	town_ok(town, store_read(town->ctx, town->store, read_raised, &r));
	return r.n;
}

/* The minute in which so many thousandths of the working time between the two are gone. */
static usec moment(struct town *town, usec from, usec to, int64_t permille)
{
	struct calendar_case count = { .received_at = from };
	int64_t used = 0;
	usec at = from;
	for (; used < permille; at += USEC_MINUTE)
		town_ok(town, calendar_used(town->ctx, cases_calendar(town->cases), &count, to, at,
					    &used));
	return at;
}

static str accepted(struct town *town)
{
	clock_set_business(at("2015-01-26T09:00"));
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	return code;
}

static void a_step_is_told_at_four_fifths_and_when_late_each_once(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct case_task step = step_of(town, accepted(town), "Task_register");
	usec soon = moment(town, step.created_at, step.due_at, 800);
	assert_int_equal(remind_at(town, soon - 10 * USEC_MINUTE), 0);
	assert_int_equal(remind_at(town, soon + USEC_MINUTE), 1);
	assert_int_equal(remind_at(town, soon + 2 * USEC_MINUTE), 0);
	assert_int_equal(remind_at(town, step.due_at - USEC_MINUTE), 0);
	assert_int_equal(remind_at(town, step.due_at + USEC_MINUTE), 1);
	assert_int_equal(remind_at(town, step.due_at + USEC_DAY), 0);
	assert_int_equal(events_raised(town), 2);
	assert_string_equal(town_verify(town).p, "");
	town_free(town);
}

static void ask(struct town *town, str code, const char *time)
{
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), time);
	struct value items = value_list(), item = value_map();
	value_set(town->ctx->arena, &item, S("text"), value_str(S("Giấy chứng sinh")));
	value_push(town->ctx->arena, &items, item);
	town_ok(town, case_ask_supplement(town->ctx, town->cases, &who, code, items));
}

static void answer(struct town *town, str code, const char *time)
{
	struct actor who = town_actor(town, town_citizen(town, code), time);
	struct completion given = { .data = value_map() };
	town_ok(town, case_give_supplement(town->ctx, town->cases, &who, code, &given));
}

static void what_the_applicant_lets_wait_is_nobodys_delay(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	struct case_task before = step_of(town, code, "Task_register");
	clock_set_business(at("2015-01-26T14:00"));
	ask(town, code, "2015-01-26T14:00");
	assert_int_equal(remind_at(town, before.due_at + 3 * USEC_DAY), 0);
	clock_set_business(at("2015-02-03T09:00"));
	answer(town, code, "2015-02-03T09:00");
	assert_int_equal(remind_at(town, at("2015-02-03T09:05")), 0);
	/* The limit begins anew with the answer, and so do its four fifths. */
	struct case_task after = step_of(town, code, "Task_register");
	assert_true(after.due_at > at("2015-02-03T09:00"));
	usec soon = moment(town, at("2015-02-03T09:00"), after.due_at, 800);
	assert_int_equal(remind_at(town, soon - 10 * USEC_MINUTE), 0);
	assert_int_equal(remind_at(town, soon + USEC_MINUTE), 1);
	assert_int_equal(remind_at(town, after.due_at + USEC_MINUTE), 1);
	assert_string_equal(town_verify(town).p, "");
	town_free(town);
}

static void a_new_date_moves_the_steps_that_go_with_the_case(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct submission s = town_birth(town, "hoa-phat", "2015-01-26T08:50");
	struct actor filer = town_actor(town, town_officer(town, "tiepnhan.hoaphat"),
					"2015-01-26T09:00");
	struct actor leader = town_actor(town, town_officer(town, "chutich.hoaphat"), NULL);
	struct case_result result;
	clock_set_business(at("2015-01-26T09:00"));
	s.procedure = S("xac-nhan-tinh-trang-hon-nhan");
	town_ok(town, case_submit(town->ctx, town->cases, &filer, &s, &result));
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", result.code, "2015-01-26T09:00"));
	usec due = town_case(town, result.code).due_at, later = due + 3 * USEC_DAY;
	leader.effective_at = due - USEC_HOUR;
	clock_set_business(leader.effective_at);
	town_ok(town, case_apologise(town->ctx, town->cases, &leader, result.code, later));
	remind_at(town, due + USEC_MINUTE);
	assert_true(events_raised(town) <= 1); /* four fifths at most: nothing is late */
	assert_string_equal(town_verify(town).p, "");
	remind_at(town, later + USEC_MINUTE);
	assert_int_equal(events_raised(town), 2);
	town_free(town);
}

/* ---- what the pack says of waiting and of new dates ---- */

static void a_pack_may_leave_an_unanswered_request_to_the_officers(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	int64_t n;
	town_change(town, "lien-thong-khai-sinh", "supplement.unanswered", "\"wait\"");
	str code = accepted(town);
	ask(town, code, "2015-01-26T14:00");
	clock_set_business(at("2015-06-01T09:00"));
	town_ok(town, rounds_tick(town->ctx, town->cases, 10, &n));
	assert_int_equal(n, 1);
	assert_int_equal(town_case(town, code).status, CASE_SUPPLEMENT);
	town_ok(town, rounds_tick(town->ctx, town->cases, 10, &n));
	assert_int_equal(n, 0);
	answer(town, code, "2015-06-01T09:00");
	assert_int_equal(town_case(town, code).status, CASE_ACCEPTED);
	assert_string_equal(town_verify(town).p, "");
	town_free(town);
}

static usec suggested(struct town *town)
{
	struct late_case *items;
	size_t n;
	clock_set_business(at("2015-02-04T09:00"));
	town_ok(town, late_cases(town->ctx, town->cases, town_officer(town, "chutich.hoaphat"), 10,
				 &items, &n));
	assert_int_equal(n, 1);
	return items[0].new_due_at;
}

static void the_new_date_offered_is_as_many_working_days_later_as_the_pack_says(
	struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	town_change(town, "lien-thong-khai-sinh", "apology.days", "1");
	accepted(town); /* due on Thursday 5 February */
	assert_string_equal(at_text(town, suggested(town)).p, "2015-02-06T17:00:00+07:00");
	town_free(town);
}

enum { NODES = 2, LATE_CASES = 6 };

struct node {
	struct town *town;
	struct cases *cases;
	pthread_barrier_t *start;
	pthread_t thread;
	enum err err;
};

static void *run_node(void *arg)
{
	struct node *node = arg;
	struct arena arena;
	int64_t n;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	pthread_barrier_wait(node->start);
	node->err = cases_escalate(&ctx, node->cases, 100, &n);
	arena_done(&arena);
	return NULL;
}

static void two_nodes_and_one_that_starts_again_remind_once(struct fixture *fixture)
{
	static const uint8_t secret[32] = { 1 };
	struct town *town = town_new(fixture);
	struct node nodes[NODES];
	pthread_barrier_t start;
	struct cases *again;
	int64_t n;
	for (int i = 0; i < LATE_CASES; i++)
		accepted(town);
	clock_set_business(at("2015-01-30T09:00"));
	pthread_barrier_init(&start, NULL, NODES);
	for (int i = 0; i < NODES; i++) {
		nodes[i] = (struct node){ .town = town, .start = &start };
		town_ok(town, cases_open(town->ctx, town->store, town->people, secret,
					 &nodes[i].cases));
		pthread_create(&nodes[i].thread, NULL, run_node, &nodes[i]);
	}
	for (int i = 0; i < NODES; i++) {
		pthread_join(nodes[i].thread, NULL);
		assert_int_equal(nodes[i].err, OK);
		cases_close(nodes[i].cases);
	}
	pthread_barrier_destroy(&start);
	assert_int_equal(events_raised(town), 2 * LATE_CASES);
	town_ok(town, cases_open(town->ctx, town->store, town->people, secret, &again));
	town_ok(town, cases_escalate(town->ctx, again, 100, &n));
	assert_int_equal(n, 0);
	cases_close(again);
	assert_string_equal(town_verify(town).p, "");
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(a_step_is_told_at_four_fifths_and_when_late_each_once),
		FIXTURE_TEST(what_the_applicant_lets_wait_is_nobodys_delay),
		FIXTURE_TEST(a_new_date_moves_the_steps_that_go_with_the_case),
		FIXTURE_TEST(a_pack_may_leave_an_unanswered_request_to_the_officers),
		FIXTURE_TEST(the_new_date_offered_is_as_many_working_days_later_as_the_pack_says),
		FIXTURE_TEST(two_nodes_and_one_that_starts_again_remind_once),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
