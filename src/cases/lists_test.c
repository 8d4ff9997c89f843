/* Lists and what is done from them, on each engine: the next step is one officer's, somebody stands in,
 * reminders come once, delays have reasons. */
#include "cases/lists.h"
#include "cases/cases_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/clock.h"
#include "people/leave.h"

static struct wanted wanted_by(struct town *town, const struct principal *who, enum list list)
{
	return (struct wanted){ .list = list, .principal = who, .cases = town->cases,
				.words = S(""), .procedure = S(""), .step = S(""),
				.now = at("2015-01-27T09:00") };
}

struct counting {
	const struct wanted *wanted;
	int64_t n;
};

static enum err read_size(struct ctx *ctx, struct db *db, void *arg)
{
	struct counting *c = arg;
	return worklist_size(ctx, db, c->wanted, 1000, &c->n);
}

static int64_t size_of(struct town *town, const struct wanted *wanted)
{
	struct counting c = { wanted, 0 };
	town_ok(town, store_read(town->ctx, town->store, read_size, &c));
	return c.n;
}

/* ---- taking the next ---- */

enum { CASES = 12, TAKERS = 4 };

struct taker {
	struct town *town;
	const struct principal *who;
	pthread_t thread;
	char codes[CASES][40];
	int n;
	enum err last;
};

static void *take_all(void *arg)
{
	struct taker *t = arg;
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	struct wanted w = wanted_by(t->town, t->who, LIST_TODO);
	while (t->n < CASES) {
		str code;
		t->last = case_take_next(&ctx, t->town->cases, &w, &code);
		if (t->last != OK)
			break;
		snprintf(t->codes[t->n++], sizeof t->codes[0], "%.*s", STR_ARG(code));
	}
	arena_done(&arena);
	return NULL;
}

static void two_who_take_the_next_never_get_the_same(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct taker takers[TAKERS];
	int taken = 0;
	for (int i = 0; i < CASES; i++)
		town_file(town, "hoa-phat", "2015-01-26T08:50");
	for (int i = 0; i < TAKERS; i++) {
		takers[i] = (struct taker){ .town = town,
					    .who = town_officer(town, "tiepnhan.hoaphat") };
		assert_int_equal(pthread_create(&takers[i].thread, NULL, take_all, &takers[i]), 0);
	}
	for (int i = 0; i < TAKERS; i++) {
		pthread_join(takers[i].thread, NULL);
		taken += takers[i].n;
		if (takers[i].n < CASES)
			assert_int_equal(takers[i].last, ERR_NOT_FOUND);
		for (int k = 0; k < takers[i].n; k++)
			for (int o = 0; o < i; o++)
				for (int m = 0; m < takers[o].n; m++)
					assert_string_not_equal(takers[i].codes[k],
								takers[o].codes[m]);
	}
	assert_int_equal(taken, CASES);
	assert_string_equal(town_verify(town).p, "");
	town_free(town);
}

static void a_result_nobody_fetched_is_not_late(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct wanted w = wanted_by(town, town_officer(town, "tiepnhan.hoaphat"), LIST_LATE);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	w.now = at("2099-06-01T09:00"); /* whatever today is */
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", ""));
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"));
	town_ok(town, town_complete(town, "congan.hoaphat", code, "Task_residence", ""));
	town_ok(town, town_complete(town, "baohiem.camle", code, "Task_insurance", ""));
	assert_int_equal(size_of(town, &w), 1);
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_check", ""));
	assert_int_not_equal(town_task(town, code, "Task_return"), 0);
	assert_int_equal(size_of(town, &w), 0);
	assert_string_equal(town_verify(town).p, "");
	town_free(town);
}

struct free_steps {
	const struct wanted *wanted;
	struct listed items[ROWS + 1];
	size_t n;
};

static enum err read_free(struct ctx *ctx, struct db *db, void *arg)
{
	struct free_steps *f = arg;
	return worklist_free(ctx, db, f->wanted, f->items, &f->n);
}

static void results_nobody_fetched_stand_after_what_has_a_limit(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct wanted w = wanted_by(town, town_officer(town, "tiepnhan.hoaphat"), LIST_TODO);
	struct free_steps free = { .wanted = &w };
	str done = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", done, "2015-01-26T09:00"));
	town_ok(town, town_complete(town, "tuphap.hoaphat", done, "Task_register", ""));
	town_ok(town, town_complete(town, "chutich.hoaphat", done, "Task_sign", "approve"));
	town_ok(town, town_complete(town, "congan.hoaphat", done, "Task_residence", ""));
	town_ok(town, town_complete(town, "baohiem.camle", done, "Task_insurance", ""));
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", done, "Task_check", ""));
	str filed = town_file(town, "hoa-phat", "2015-01-26T10:50");
	town_ok(town, store_read(town->ctx, town->store, read_free, &free));
	assert_int_equal(free.n, 2);
	assert_true(str_eq(free.items[0].code, filed) && str_eq(free.items[1].code, done));
	/* A page that begins after either of them. */
	for (size_t i = 0; i < 2; i++) {
		w.after_due = free.items[i].due_at;
		w.after_id = free.items[i].id;
		assert_int_equal(size_of(town, &w), 1 - i);
	}
	w.list = LIST_LATE; /* an address with half a place */
	w.after_due = 0;
	assert_int_equal(size_of(town, &w), 0);
	town_free(town);
}

static void filters_narrow_a_list_and_never_widen_it(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	const struct principal *desk = town_officer(town, "tiepnhan.hoaphat");
	struct wanted w = wanted_by(town, desk, LIST_TODO);
	town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_file(town, "hoa-an", "2015-01-26T08:50");
	assert_int_equal(size_of(town, &w), 1);
	w.organisation = town_organisation(town, "hoa-an");
	assert_int_equal(size_of(town, &w), 0);
	w = wanted_by(town, desk, LIST_TODO);
	w.step = S("Task_intake");
	assert_int_equal(size_of(town, &w), 1);
	w.step = S("Task_sign");
	assert_int_equal(size_of(town, &w), 0);
	w = wanted_by(town, desk, LIST_TODO);
	w.holder = HOLDER_NOBODY;
	assert_int_equal(size_of(town, &w), 1);
	w.holder = desk->account;
	assert_int_equal(size_of(town, &w), 0);
	w = wanted_by(town, desk, LIST_TODO);
	w.words = S("khong co ai");
	assert_int_equal(size_of(town, &w), 0);
	w = wanted_by(town, desk, LIST_TEAM);
	assert_int_equal(size_of(town, &w), 0); /* head of nothing */
	w.principal = town_officer(town, "chutich.hoaphat");
	assert_int_equal(size_of(town, &w), 1);
	town_free(town);
}

static void waiting_and_taken_are_lists_of_their_own(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct value items = value_list(), item = value_map();
	const struct principal *justice = town_officer(town, "tuphap.hoaphat");
	struct wanted mine = wanted_by(town, justice, LIST_MINE);
	struct wanted waiting = wanted_by(town, justice, LIST_WAITING);
	struct actor officer = town_actor(town, justice, "2015-01-27T09:00");
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	value_set(town->ctx->arena, &item, S("text"), value_str(S("Giấy chứng sinh")));
	value_push(town->ctx->arena, &items, item);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	town_ok(town, town_claim(town, "tuphap.hoaphat", code, "Task_register", "2015-01-26T10:00"));
	assert_int_equal(size_of(town, &mine), 1);
	assert_int_equal(size_of(town, &waiting), 0);
	town_ok(town, case_ask_supplement(town->ctx, town->cases, &officer, code, items));
	assert_int_equal(size_of(town, &mine), 0);
	assert_int_equal(size_of(town, &waiting), 1);
	town_free(town);
}

/* ---- saved lists ---- */

static enum err read_saved(struct ctx *ctx, struct db *db, void *arg)
{
	struct saved_lists *saved = arg;
	return saved_read(ctx, db, 7, saved);
}

static void lists_are_saved_under_a_name_and_at_most_eight(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct saved_lists saved;
	for (int i = 0; i < SAVED_MAX; i++)
		town_ok(town, saved_add(town->ctx, town->cases, 7,
					arena_printf(town->ctx->arena, "Danh sách %d", i), S("han=tre\n")));
	assert_int_equal(saved_add(town->ctx, town->cases, 7, S("Một nữa"), S("q=a\n")), ERR_INVALID);
	assert_int_equal(saved_add(town->ctx, town->cases, 7, S("  "), S("q=a\n")), ERR_INVALID);
	town_ok(town, saved_add(town->ctx, town->cases, 7, S("Danh sách 3"), S("q=lan\n")));
	town_ok(town, store_read(town->ctx, town->store, read_saved, &saved));
	assert_int_equal(saved.n, SAVED_MAX);
	assert_true(str_eq(saved.items[3].query, S("q=lan\n")));
	town_ok(town, saved_remove(town->ctx, town->cases, 7, saved.items[0].id));
	town_ok(town, store_read(town->ctx, town->store, read_saved, &saved));
	assert_int_equal(saved.n, SAVED_MAX - 1);
	town_free(town);
}

/* ---- standing in ---- */

static struct leave leave_of(struct town *town, const char *away, const char *substitute)
{
	return (struct leave){ .account = town_officer(town, away)->account,
			       .substitute = town_officer(town, substitute)->account,
			       .from_at = clock_business() - USEC_DAY,
			       .to_at = clock_business() + USEC_DAY };
}

static enum err stand_in(struct town *town, const char *by, const struct leave *leave)
{
	return leave_begin(town->ctx, town->people, town_officer(town, by), leave);
}

static void who_stands_in_does_the_work_in_the_own_name(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct leave leave = leave_of(town, "tuphap.hoaphat", "tiepnhan.hoaphat");
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	town_ok(town, town_claim(town, "tuphap.hoaphat", code, "Task_register", "2015-01-26T10:00"));
	assert_int_equal(town_complete(town, "tiepnhan.hoaphat", code, "Task_register", "approve"),
			 ERR_FORBIDDEN);
	town_ok(town, stand_in(town, "chutich.hoaphat", &leave));
	const struct principal *substitute = town_officer(town, "tiepnhan.hoaphat");
	struct wanted mine = wanted_by(town, substitute, LIST_MINE);
	assert_int_equal(size_of(town, &mine), 1);
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_register", "approve"));
	struct value list;
	struct case_file c = town_case(town, code);
	struct db *db;
	town_ok(town, store_snapshot(town->ctx, town->store, &db));
	town_ok(town, case_timeline(town->ctx, town->cases, db, &c, false, &list));
	store_release(db);
	str who = value_text(value_get(list.items[list.n - 1], S("who")));
	assert_true(str_find(who, S("standing in for")) != SIZE_MAX);
	assert_string_equal(town_verify(town).p, "");
	town_free(town);
}

static void nobody_lends_to_another_ward_or_for_a_stranger(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct leave away = leave_of(town, "tuphap.hoaphat", "tuphap.hoaan");
	assert_int_equal(stand_in(town, "tuphap.hoaphat", &away), ERR_INVALID);
	struct leave own = leave_of(town, "tuphap.hoaphat", "tiepnhan.hoaphat");
	assert_int_equal(stand_in(town, "chutich.hoaan", &own), ERR_FORBIDDEN);
	assert_int_equal(stand_in(town, "tiepnhan.hoaphat", &own), ERR_FORBIDDEN);
	struct leave self = leave_of(town, "tuphap.hoaphat", "tuphap.hoaphat");
	assert_int_equal(stand_in(town, "tuphap.hoaphat", &self), ERR_INVALID);
	own.to_at = own.from_at;
	assert_int_equal(stand_in(town, "tuphap.hoaphat", &own), ERR_INVALID);
	town_free(town);
}

static void nobody_stands_in_who_is_away_on_the_same_days(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct leave first = leave_of(town, "tuphap.hoaphat", "tiepnhan.hoaphat");
	struct leave back = leave_of(town, "tiepnhan.hoaphat", "tuphap.hoaphat");
	struct leave other = leave_of(town, "laodong.hoaphat", "tiepnhan.hoaphat");
	town_ok(town, stand_in(town, "chutich.hoaphat", &first));
	assert_int_equal(stand_in(town, "chutich.hoaphat", &back), ERR_INVALID);
	assert_non_null(strstr(town_fault(town).p, "is away on some of these days"));
	assert_int_equal(stand_in(town, "chutich.hoaphat", &first), ERR_INVALID);
	assert_non_null(strstr(town_fault(town).p, "already stands in for"));
	/* For two colleagues at once, and from the day after, nothing stands against it. */
	town_ok(town, stand_in(town, "chutich.hoaphat", &other));
	back.from_at = first.to_at;
	back.to_at = first.to_at + USEC_DAY;
	town_ok(town, stand_in(town, "chutich.hoaphat", &back));
	town_free(town);
}

/* The one leave that the login may see of that absent officer. */
static int64_t leave_seen(struct town *town, const char *by, const char *away)
{
	struct leaves leaves;
	struct db *db;
	int64_t id = 0, account = town_officer(town, away)->account;
	town_ok(town, store_snapshot(town->ctx, town->store, &db));
	town_ok(town, leave_list(town->ctx, town->people, db, town_officer(town, by), &leaves));
	store_release(db);
	for (size_t i = 0; i < leaves.n; i++)
		if (leaves.items[i].account == account)
			id = leaves.items[i].id;
	return id;
}

static void who_stands_in_for_the_head_ends_nobody_elses_leave(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct leave head = leave_of(town, "chutich.hoaphat", "tuphap.hoaphat");
	struct leave other = leave_of(town, "tiepnhan.hoaphat", "chutich.hoaphat");
	town_ok(town, stand_in(town, "tiepnhan.hoaphat", &other));
	town_ok(town, stand_in(town, "chutich.hoaphat", &head));
	int64_t id = leave_seen(town, "chutich.hoaphat", "tiepnhan.hoaphat");
	assert_true(id);
	assert_int_equal(leave_seen(town, "tuphap.hoaphat", "tiepnhan.hoaphat"), 0);
	assert_int_equal(leave_end(town->ctx, town->people, town_officer(town, "tuphap.hoaphat"), id),
			 ERR_NOT_FOUND);
	town_ok(town, leave_end(town->ctx, town->people, town_officer(town, "tiepnhan.hoaphat"), id));
	town_free(town);
}

static void lent_rights_end_with_the_leave_and_are_not_lent_on(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct leave first = leave_of(town, "chutich.hoaphat", "tuphap.hoaphat");
	struct leave second = leave_of(town, "tuphap.hoaphat", "tiepnhan.hoaphat");
	struct object ward = { .organisation = town_organisation(town, "hoa-phat") };
	struct leaves leaves;
	struct db *db;
	town_ok(town, stand_in(town, "chutich.hoaphat", &first));
	town_ok(town, stand_in(town, "tuphap.hoaphat", &second));
	struct leave longer = first;
	longer.to_at += 365 * USEC_DAY;
	assert_int_equal(stand_in(town, "tuphap.hoaphat", &longer), ERR_FORBIDDEN);
	struct leave another = leave_of(town, "tiepnhan.hoaphat", "tuphap.hoaphat");
	assert_int_equal(stand_in(town, "tuphap.hoaphat", &another), ERR_FORBIDDEN);
	assert_true(may(town->people, town_officer(town, "tuphap.hoaphat"), ACT_CASE_SIGN, &ward));
	assert_false(may(town->people, town_officer(town, "tiepnhan.hoaphat"), ACT_CASE_SIGN, &ward));
	town_ok(town, store_snapshot(town->ctx, town->store, &db));
	town_ok(town, leave_list(town->ctx, town->people, db, town_officer(town, "chutich.hoaphat"),
				 &leaves));
	store_release(db);
	assert_int_equal(leaves.n, 2);
	for (size_t i = 0; i < leaves.n; i++) {
		assert_int_equal(leave_end(town->ctx, town->people, town_officer(town, "chutich.hoaan"),
					   leaves.items[i].id), ERR_NOT_FOUND);
		assert_int_equal(leave_end(town->ctx, town->people,
					   town_officer(town, "tiepnhan.hoaphat"), leaves.items[i].id),
				 ERR_NOT_FOUND);
		town_ok(town, leave_end(town->ctx, town->people, town_officer(town, "chutich.hoaphat"),
					leaves.items[i].id));
	}
	assert_false(may(town->people, town_officer(town, "tuphap.hoaphat"), ACT_CASE_SIGN, &ward));
	town_free(town);
}

/* ---- reminders and reasons ---- */

static void late_steps_are_told_once_a_level(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	int64_t n;
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	town_ok(town, cases_escalate(town->ctx, town->cases, 100, &n));
	assert_int_equal(n, 0); /* years ago: not told any more */
	fixture_by_hand(fixture, arena_printf(town->ctx->arena,
		"UPDATE case_task SET due_at = %lld WHERE state = 0",
		(long long)(clock_business() - USEC_HOUR)).p);
	town_ok(town, cases_escalate(town->ctx, town->cases, 100, &n));
	assert_int_equal(n, 2); /* four fifths, and late */
	town_ok(town, cases_escalate(town->ctx, town->cases, 100, &n));
	assert_int_equal(n, 0);
	town_free(town);
}

static void a_delay_has_a_reason_of_the_list(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	struct actor who = town_actor(town, town_officer(town, "tuphap.hoaphat"), "2015-01-27T09:00");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	assert_int_equal(case_explain_lateness(town->ctx, town->cases, &who, code, S("phoi-hop"), S("")),
			 ERR_CONFLICT);
	who.effective_at = at("2015-03-02T09:00");
	assert_int_equal(case_explain_lateness(town->ctx, town->cases, &who, code, S("la"), S("")),
			 ERR_INVALID);
	town_ok(town, case_explain_lateness(town->ctx, town->cases, &who, code, S("phoi-hop"),
					    S("Công an trả lời chậm")));
	town_ok(town, case_explain_lateness(town->ctx, town->cases, &who, code, S("khac"), S("")));
	assert_string_equal(town_verify(town).p, "");
	fixture_by_hand(fixture, "UPDATE lateness SET reason = 'qua-tai'");
	assert_string_not_equal(town_verify(town).p, "");
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(two_who_take_the_next_never_get_the_same),
		FIXTURE_TEST(a_result_nobody_fetched_is_not_late),
		FIXTURE_TEST(results_nobody_fetched_stand_after_what_has_a_limit),
		FIXTURE_TEST(filters_narrow_a_list_and_never_widen_it),
		FIXTURE_TEST(waiting_and_taken_are_lists_of_their_own),
		FIXTURE_TEST(lists_are_saved_under_a_name_and_at_most_eight),
		FIXTURE_TEST(who_stands_in_does_the_work_in_the_own_name),
		FIXTURE_TEST(nobody_lends_to_another_ward_or_for_a_stranger),
		FIXTURE_TEST(nobody_stands_in_who_is_away_on_the_same_days),
		FIXTURE_TEST(lent_rights_end_with_the_leave_and_are_not_lent_on),
		FIXTURE_TEST(who_stands_in_for_the_head_ends_nobody_elses_leave),
		FIXTURE_TEST(late_steps_are_told_once_a_level),
		FIXTURE_TEST(a_delay_has_a_reason_of_the_list),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
