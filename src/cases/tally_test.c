/* What acts add to the figures, evening by evening, on each engine. */
#include "cases/cases_fixture.h"
#include "cases/tally.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define assert_text(a, b) assert_true(str_eq((a), str_z(b)))

static const char hoa_phat[] = "hoa-phat";

struct evening {
	struct tally_span span;
	struct tally_rows rows;
};

static enum err read(struct ctx *ctx, struct db *db, void *arg)
{
	struct evening *e = arg;
	return tally_read(ctx, db, &e->span, &e->rows);
}

/* A figure of Hòa Phát from `from` to `to`; `before`: of all days before. */
static int64_t figure(struct town *town, enum tally what, const char *from, const char *to, bool before)
{
	int64_t ward = town_organisation(town, hoa_phat), n = 0;
	struct evening e = { .span = { .organisations = &ward, .n_organisations = 1 } };
	assert_true(date_parse(str_z(from), &e.span.from) && date_parse(str_z(to), &e.span.to));
	town_ok(town, store_read(town->ctx, town->store, read, &e));
	for (size_t i = 0; i < e.rows.n; i++)
		n += before ? e.rows.items[i].before[what] : e.rows.items[i].within[what];
	return n;
}

static int64_t on(struct town *town, enum tally what, const char *day)
{
	return figure(town, what, day, day, false);
}

/* Late at the end of that day. */
static int64_t late(struct town *town, enum tally due, enum tally ended, const char *day)
{
	return figure(town, due, "2014-01-01", day, false) -
	       figure(town, ended, "2014-01-01", day, false);
}

/* Received on 26 January, promised for 5 February 17:00. */
static str accepted(struct town *town)
{
	str code = town_file(town, hoa_phat, "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	return code;
}

static void apologise(struct town *town, str code, const char *time, const char *fresh)
{
	struct actor leader = town_actor(town, town_officer(town, "chutich.hoaphat"), time);
	leader.reason = S("Thiếu người");
	town_ok(town, case_apologise(town->ctx, town->cases, &leader, code, at(fresh)));
}

static void acts_are_counted_on_their_day(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	accepted(town);
	assert_int_equal(on(town, TALLY_SUBMITTED, "2015-01-26"), 1);
	assert_int_equal(on(town, TALLY_ACCEPTED, "2015-01-26"), 1);
	assert_int_equal(on(town, TALLY_ACCEPTED, "2015-01-27"), 0);
	assert_int_equal(on(town, TALLY_DUE, "2015-02-05"), 1);
	assert_int_equal(figure(town, TALLY_ACCEPTED, "2015-01-27", "2015-02-28", true), 1);
	/* Head, whole months and tail of a span meet without gap or overlap. */
	assert_int_equal(figure(town, TALLY_ACCEPTED, "2014-11-15", "2015-03-02", false), 1);
	assert_int_equal(figure(town, TALLY_ACCEPTED, "2015-01-01", "2015-01-31", false), 1);
	assert_int_equal(figure(town, TALLY_ACCEPTED, "2015-01-26", "2015-02-28", false), 1);
	assert_int_equal(figure(town, TALLY_ACCEPTED, "2014-12-01", "2015-01-25", false), 0);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void broken_promise_is_late_until_a_new_one_is_given(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	apologise(town, code, "2015-02-09T10:00", "2015-02-11T17:00");
	assert_int_equal(late(town, TALLY_DUE, TALLY_DUE_ENDED, "2015-02-04"), 0);
	assert_int_equal(late(town, TALLY_DUE, TALLY_DUE_ENDED, "2015-02-05"), 1);
	assert_int_equal(late(town, TALLY_DUE, TALLY_DUE_ENDED, "2015-02-08"), 1);
	assert_int_equal(late(town, TALLY_DUE, TALLY_DUE_ENDED, "2015-02-09"), 0);
	assert_int_equal(late(town, TALLY_DUE, TALLY_DUE_ENDED, "2015-02-11"), 1);
	/* The national count knows no new date. */
	assert_int_equal(late(town, TALLY_NATIONAL_DUE, TALLY_NATIONAL_ENDED, "2015-02-10"), 1);
	assert_int_equal(on(town, TALLY_APOLOGIES, "2015-02-09"), 1);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void promise_moved_in_time_was_never_late(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	apologise(town, code, "2015-02-03T10:00", "2015-02-11T17:00");
	assert_int_equal(late(town, TALLY_DUE, TALLY_DUE_ENDED, "2015-02-10"), 0);
	assert_int_equal(late(town, TALLY_DUE, TALLY_DUE_ENDED, "2015-02-11"), 1);
	assert_int_equal(on(town, TALLY_DUE, "2015-02-05"), 0);
	assert_int_equal(on(town, TALLY_DUE_ENDED, "2015-02-03"), 0);
	town_free(town);
}

static void law_restarts_where_the_national_count_subtracts(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct value items = value_list(), item = value_map();
	struct completion given = { .data = value_null() };
	str code = accepted(town);
	struct actor officer = town_actor(town, town_officer(town, "tuphap.hoaphat"),
					  "2015-01-27T09:00");
	struct actor citizen = town_actor(town, town_citizen(town, code), "2015-01-29T10:00");
	usec due;
	value_set(town->ctx->arena, &item, S("text"), value_str(S("Giấy chứng sinh")));
	value_push(town->ctx->arena, &items, item);
	town_ok(town, case_ask_supplement(town->ctx, town->cases, &officer, code, items));
	struct case_file c = town_case(town, code);
	town_ok(town, case_national_due(town->ctx, town->cases, &c, &due));
	assert_int_equal(due, 0); /* whoever waits is not late */
	assert_int_equal(late(town, TALLY_DUE, TALLY_DUE_ENDED, "2015-03-31"), 0);
	town_ok(town, case_give_supplement(town->ctx, town->cases, &citizen, code, &given));
	c = town_case(town, code);
	town_ok(town, case_national_due(town->ctx, town->cases, &c, &due));
	assert_text(at_text(town, c.due_at), "2015-02-10T17:00");
	assert_text(at_text(town, due), "2015-02-09T17:00");
	assert_int_equal(on(town, TALLY_DUE, "2015-02-10"), 1);
	assert_int_equal(on(town, TALLY_NATIONAL_DUE, "2015-02-09"), 1);
	assert_int_equal(on(town, TALLY_SUPPLEMENTS, "2015-01-27"), 1);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void who_answers_after_the_national_date_is_late_from_that_day(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct value items = value_list(), item = value_map();
	struct completion given = { .data = value_null() };
	str code = accepted(town);
	struct actor officer = town_actor(town, town_officer(town, "tuphap.hoaphat"),
					  "2015-02-05T16:00");
	struct actor citizen = town_actor(town, town_citizen(town, code), "2015-02-09T10:00");
	value_set(town->ctx->arena, &item, S("text"), value_str(S("Giấy chứng sinh")));
	value_push(town->ctx->arena, &items, item);
	town_ok(town, case_ask_supplement(town->ctx, town->cases, &officer, code, items));
	town_ok(town, case_give_supplement(town->ctx, town->cases, &citizen, code, &given));
	assert_int_equal(late(town, TALLY_NATIONAL_DUE, TALLY_NATIONAL_ENDED, "2015-02-05"), 0);
	assert_int_equal(late(town, TALLY_NATIONAL_DUE, TALLY_NATIONAL_ENDED, "2015-02-08"), 0);
	assert_int_equal(late(town, TALLY_NATIONAL_DUE, TALLY_NATIONAL_ENDED, "2015-02-09"), 1);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void withdrawal_leaves_nothing_open(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str before = town_file(town, hoa_phat, "2015-01-26T08:50"), code = accepted(town);
	struct actor citizen = town_actor(town, town_citizen(town, before), "2015-01-26T10:00");
	town_ok(town, case_withdraw(town->ctx, town->cases, &citizen, before));
	citizen = town_actor(town, town_citizen(town, code), "2015-02-06T10:00");
	town_ok(town, case_withdraw(town->ctx, town->cases, &citizen, code));
	assert_int_equal(on(town, TALLY_WITHDRAWN_EARLY, "2015-01-26"), 1);
	assert_int_equal(on(town, TALLY_WITHDRAWN, "2015-02-06"), 1);
	assert_int_equal(on(town, TALLY_LATE, "2015-02-06"), 1);
	assert_int_equal(on(town, TALLY_NATIONAL_LATE, "2015-02-06"), 1);
	assert_int_equal(late(town, TALLY_DUE, TALLY_DUE_ENDED, "2015-02-06"), 0);
	assert_int_equal(late(town, TALLY_NATIONAL_DUE, TALLY_NATIONAL_ENDED, "2015-02-06"), 0);
	assert_text(town_verify(town), "");
	town_free(town);
}

static bool says(str text, const char *words)
{
	return str_find(text, str_z(words)) != SIZE_MAX;
}

static void figure_changed_by_hand_is_named(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	accepted(town);
	fixture_by_hand(fixture, "UPDATE tally SET late = 1 WHERE period = 20150126");
	assert_true(says(town_verify(town), "figure late"));
	fixture_by_hand(fixture, "UPDATE tally SET late = 0");
	fixture_by_hand(fixture, "DELETE FROM tally WHERE period = 201501");
	assert_true(says(town_verify(town), "are gone"));
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(acts_are_counted_on_their_day),
		FIXTURE_TEST(broken_promise_is_late_until_a_new_one_is_given),
		FIXTURE_TEST(promise_moved_in_time_was_never_late),
		FIXTURE_TEST(law_restarts_where_the_national_count_subtracts),
		FIXTURE_TEST(who_answers_after_the_national_date_is_late_from_that_day),
		FIXTURE_TEST(withdrawal_leaves_nothing_open),
		FIXTURE_TEST(figure_changed_by_hand_is_named),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
