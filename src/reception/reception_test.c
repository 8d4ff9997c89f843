/* The hall on each engine: numbers, calls, who gets whom, and that rows are the fold of events. */
#include "reception/room.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>

#include "cases/cases_fixture.h"


static const char hall_json[] =
	"{\"halls\":[{\"organisations\":[\"hoa-phat\",\"hoa-an\"],\"services\":["
	"{\"code\":\"ho-tich\",\"prefix\":\"A\",\"minutes\":12,\"appointments\":2,"
	" \"title\":{\"vi\":\"Hộ tịch\"},\"procedures\":[\"khai-sinh\"]},"
	"{\"code\":\"chung-thuc\",\"prefix\":\"B\",\"minutes\":6,\"title\":{\"vi\":\"Chứng thực\"},"
	" \"procedures\":[\"chung-thuc-ban-sao\"]}],\"counters\":["
	"{\"number\":1,\"title\":{\"vi\":\"Hộ tịch\"},\"services\":[\"ho-tich\",\"chung-thuc\"]},"
	"{\"number\":2,\"title\":{\"vi\":\"Hộ tịch\"},\"services\":[\"ho-tich\"]},"
	"{\"number\":3,\"title\":{\"vi\":\"Chứng thực\"},\"services\":[\"chung-thuc\"]}]}]}";

struct world {
	struct town *town;
	struct reception *reception;
	const struct hall *hall;
};

static enum err keep_hall(struct ctx *ctx, struct db *db, void *arg)
{
	(void)arg;
	return setting_keep(ctx, db, S("hall"), str_z(hall_json));
}

static struct world world_new(struct fixture *fixture)
{
	static const uint8_t secret[32] = { 9 };
	struct world w = { .town = town_new(fixture) };
	town_ok(w.town, store_write(w.town->ctx, w.town->store, keep_hall, NULL));
	town_ok(w.town, reception_open(w.town->ctx, w.town->store, w.town->people, w.town->cases,
				       secret, &w.reception));
	w.hall = hall_by_code(w.reception, S("hoa-phat"));
	assert_non_null(w.hall);
	return w;
}

static void world_free(struct world *w)
{
	reception_close(w->reception);
	town_free(w->town);
}

static str verify(struct world *w)
{
	struct reception_report report;
	town_ok(w->town, reception_verify(w->town->ctx, w->reception, &report));
	return report.sound ? S("") : report.finding;
}

static struct ticket take(struct world *w, const char *service, int64_t priority)
{
	struct ticket t;
	struct ticket_wanted wanted = { .hall = w->hall, .service = str_z(service),
					.priority = priority };
	town_ok(w->town, ticket_issue(w->town->ctx, w->reception, &wanted, &t));
	return t;
}

static struct seat sit(struct world *w, const char *login, int64_t counter)
{
	struct seat seat = { w->hall, hall_counter(w->hall, counter),
			     town_officer(w->town, login)->account };
	town_ok(w->town, seat_open(w->town->ctx, w->reception, &seat));
	return seat;
}

static enum err next(struct world *w, const struct seat *seat, struct ticket *t)
{
	return ticket_call_next(w->town->ctx, w->reception, seat, t);
}

static enum err act(struct world *w, const struct seat *seat, enum ticket_act act, struct ticket *t)
{
	struct ticket_step step = { .act = act, .ticket = t->id };
	return ticket_step(w->town->ctx, w->reception, seat, &step, t);
}

#define assert_label(t, z) assert_string_equal(arena_copy(w.town->ctx->arena, (t).label).p, z)
#define assert_state(t, z) assert_string_equal(arena_copy(w.town->ctx->arena, (t).state).p, z)
#define assert_sound() assert_string_equal(arena_copy(w.town->ctx->arena, verify(&w)).p, "")

static void numbers_are_counted_by_office_and_service(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	assert_label(take(&w, "ho-tich", 0), "A001");
	assert_label(take(&w, "chung-thuc", 0), "B001");
	assert_label(take(&w, "ho-tich", 0), "A002");
	w.hall = hall_by_code(w.reception, S("hoa-an"));
	assert_label(take(&w, "ho-tich", 0), "A001");
	assert_sound();
	world_free(&w);
}

static void the_same_press_twice_gives_one_number(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct ticket a, b;
	struct ticket_wanted wanted = { .hall = w.hall, .service = S("ho-tich"),
					.request = S("12345") };
	town_ok(w.town, ticket_issue(w.town->ctx, w.reception, &wanted, &a));
	town_ok(w.town, ticket_issue(w.town->ctx, w.reception, &wanted, &b));
	assert_true(a.id == b.id);
	wanted.request = S("");
	town_ok(w.town, ticket_issue(w.town->ctx, w.reception, &wanted, &b));
	assert_label(b, "A002");
	world_free(&w);
}

static void a_visit_goes_from_call_to_end(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct ticket t;
	take(&w, "ho-tich", 0);
	struct seat seat = sit(&w, "tiepnhan.hoaphat", 1);
	town_ok(w.town, next(&w, &seat, &t));
	assert_label(t, "A001");
	assert_int_equal(t.counter, 1);
	assert_int_equal(next(&w, &seat, &t), ERR_CONFLICT);
	town_ok(w.town, act(&w, &seat, TICKET_RECALL, &t));
	assert_int_equal(t.calls, 2);
	town_ok(w.town, act(&w, &seat, TICKET_BEGIN, &t));
	assert_state(t, "serving");
	assert_int_equal(act(&w, &seat, TICKET_SKIP, &t), ERR_CONFLICT);
	town_ok(w.town, act(&w, &seat, TICKET_FINISH, &t));
	assert_state(t, "served");
	assert_true(t.ended_at >= t.begun_at && t.begun_at >= t.first_called_at);
	assert_int_equal(next(&w, &seat, &t), ERR_NOT_FOUND);
	assert_sound();
	world_free(&w);
}

struct looking {
	struct visit_sought sought;
	struct case_visit visit;
	enum err err;
};

static enum err look_for_visit(struct ctx *ctx, struct db *db, void *arg)
{
	struct looking *l = arg;
	l->err = ticket_visit(ctx, db, &l->sought, &l->visit);
	return OK;
}

static void a_visit_belongs_to_who_called_it(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct ticket t;
	take(&w, "ho-tich", 0);
	struct seat seat = sit(&w, "tiepnhan.hoaphat", 1);
	town_ok(w.town, next(&w, &seat, &t));
	struct looking l = { .sought = { t.organisation, seat.account, t.day, S("A001") } };
	town_ok(w.town, store_read(w.town->ctx, w.town->store, look_for_visit, &l));
	assert_int_equal(l.err, OK);
	assert_int_equal(l.visit.ticket, t.id);
	assert_int_equal(l.visit.counter, 1);
	assert_int_equal(l.visit.called_at, t.called_at);
	l.sought.account = town_officer(w.town, "tuphap.hoaphat")->account;
	town_ok(w.town, store_read(w.town->ctx, w.town->store, look_for_visit, &l));
	assert_int_equal(l.err, ERR_NOT_FOUND);
	l.sought.account = seat.account;
	town_ok(w.town, act(&w, &seat, TICKET_PUT_BACK, &t));
	town_ok(w.town, store_read(w.town->ctx, w.town->store, look_for_visit, &l));
	assert_int_equal(l.err, ERR_NOT_FOUND);
	world_free(&w);
}

static void priority_comes_first_and_a_counter_takes_only_its_services(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct ticket t;
	take(&w, "chung-thuc", 0);
	take(&w, "ho-tich", 0);
	take(&w, "ho-tich", PRIORITY_PERSON);
	struct seat two = sit(&w, "tuphap.hoaphat", 2), one = sit(&w, "tiepnhan.hoaphat", 1);
	town_ok(w.town, next(&w, &two, &t));
	assert_label(t, "A002");
	town_ok(w.town, next(&w, &one, &t));
	assert_label(t, "B001");
	world_free(&w);
}

static void who_did_not_come_can_be_called_again_and_be_passed_on(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct ticket t;
	take(&w, "ho-tich", 0);
	struct seat one = sit(&w, "tiepnhan.hoaphat", 1), three = sit(&w, "tuphap.hoaphat", 3);
	town_ok(w.town, next(&w, &one, &t));
	town_ok(w.town, act(&w, &one, TICKET_SKIP, &t));
	assert_state(t, "absent");
	town_ok(w.town, act(&w, &one, TICKET_CALL_THIS, &t));
	assert_state(t, "called");
	assert_int_equal(t.ended_at, 0);
	struct ticket_step step = { .act = TICKET_TRANSFER, .service = S("chung-thuc"), .counter = 2 };
	assert_int_equal(ticket_step(w.town->ctx, w.reception, &one, &step, &t), ERR_INVALID);
	step.counter = 3;
	town_ok(w.town, ticket_step(w.town->ctx, w.reception, &one, &step, &t));
	assert_state(t, "waiting");
	assert_int_equal(next(&w, &one, &t), ERR_NOT_FOUND);
	town_ok(w.town, next(&w, &three, &t));
	assert_label(t, "A001");
	town_ok(w.town, act(&w, &three, TICKET_PUT_BACK, &t));
	assert_int_equal(t.counter, 0);
	assert_sound();
	world_free(&w);
}

static void a_counter_taken_over_calls_no_more(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct ticket t;
	take(&w, "ho-tich", 0);
	struct seat first = sit(&w, "tiepnhan.hoaphat", 1), second = sit(&w, "tuphap.hoaphat", 1);
	assert_int_equal(next(&w, &first, &t), ERR_CONFLICT);
	town_ok(w.town, next(&w, &second, &t));
	assert_sound();
	world_free(&w);
}

/* ---- two at once ---- */

enum { ROUNDS = 12 };

struct officer {
	struct reception *reception;
	struct seat seat;
	int64_t got[ROUNDS];
	int n;
};

static void *call_them_all(void *arg)
{
	struct officer *o = arg;
	for (int i = 0; i < ROUNDS; i++) {
		struct arena arena;
		struct ticket t;
		arena_init(&arena);
		struct ctx ctx = { .arena = &arena };
		if (ticket_call_next(&ctx, o->reception, &o->seat, &t) == OK) {
			struct ticket_step step = { .act = TICKET_FINISH };
			o->got[o->n++] = t.id;
			(void)!ticket_step(&ctx, o->reception, &o->seat, &step, &t);
		}
		arena_done(&arena);
	}
	return NULL;
}

static void two_officers_who_call_at_once_never_get_the_same_number(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct officer officers[2] = {
		{ .reception = w.reception, .seat = sit(&w, "tiepnhan.hoaphat", 1) },
		{ .reception = w.reception, .seat = sit(&w, "tuphap.hoaphat", 2) },
	};
	pthread_t threads[2];
	for (int i = 0; i < ROUNDS; i++)
		take(&w, "ho-tich", 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, call_them_all, &officers[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(officers[0].n + officers[1].n, ROUNDS);
	for (int i = 0; i < officers[0].n; i++)
		for (int k = 0; k < officers[1].n; k++)
			assert_true(officers[0].got[i] != officers[1].got[k]);
	assert_sound();
	world_free(&w);
}

static void a_row_changed_by_hand_is_found(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	take(&w, "ho-tich", 0);
	assert_sound();
	fixture_by_hand(fixture, "UPDATE ticket SET issued_at = issued_at - 1");
	assert_true(verify(&w).n > 0);
	fixture_by_hand(fixture, "UPDATE ticket SET issued_at = issued_at + 1");
	assert_sound();
	fixture_by_hand(fixture, "DELETE FROM ticket");
	assert_true(verify(&w).n > 0);
	world_free(&w);
}

/* ---- satisfaction ---- */

/* A case that is over, for one who asked for it. */
static str finished_case(struct world *w)
{
	str code = town_file(w->town, "hoa-phat", "2015-01-26T09:00");
	struct actor who = town_actor(w->town, town_officer(w->town, "tiepnhan.hoaphat"), NULL);
	who.reason = S("không thuộc thẩm quyền");
	town_ok(w->town, case_refuse(w->town->ctx, w->town->cases, &who, code));
	assert_true(town_case(w->town, code).finished_at > 0);
	return code;
}

static struct satisfaction sums_of(struct world *w, int64_t organisation)
{
	struct satisfaction s;
	struct satisfaction_wanted wanted = { &organisation, 1, 0, INT32_MAX };
	struct db *db;
	town_ok(w->town, store_snapshot(w->town->ctx, w->town->store, &db));
	town_ok(w->town, reception_satisfaction(w->town->ctx, db, &wanted, &s));
	store_release(db);
	return s;
}

static void a_case_has_one_rating_that_can_be_changed(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct rating rating = { .level = 2, .answers = { 1, 2, 3, 4, 0 }, .comment = S("Chờ lâu") };
	int64_t ward = town_organisation(w.town, "hoa-phat");
	str open = town_file(w.town, "hoa-phat", NULL), code = finished_case(&w);
	assert_int_equal(rating_give(w.town->ctx, w.reception, open, &rating), ERR_CONFLICT);
	town_ok(w.town, rating_give(w.town->ctx, w.reception, code, &rating));
	assert_int_equal(sums_of(&w, ward).not_satisfied, 1);
	rating.level = 5;
	town_ok(w.town, rating_give(w.town->ctx, w.reception, code, &rating));
	assert_int_equal(sums_of(&w, ward).not_satisfied, 0);
	assert_int_equal(sums_of(&w, ward).very, 1);
	assert_int_equal(sums_of(&w, town_organisation(w.town, "hoa-an")).very, 0);
	assert_sound();
	rating.level = 6;
	assert_int_equal(rating_give(w.town->ctx, w.reception, code, &rating), ERR_INVALID);
	world_free(&w);
}

static void a_rating_is_frozen_after_fifteen_days(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct rating rating = { .level = 4, .comment = S("") };
	str code = finished_case(&w);
	town_ok(w.town, rating_give(w.town->ctx, w.reception, code, &rating));
	fixture_by_hand(fixture, "UPDATE rating SET first_at = first_at - 1209600000000"); /* 14 days */
	town_ok(w.town, rating_give(w.town->ctx, w.reception, code, &rating));
	fixture_by_hand(fixture, "UPDATE rating SET first_at = first_at - 172800000000");
	assert_int_equal(rating_give(w.town->ctx, w.reception, code, &rating), ERR_CONFLICT);
	world_free(&w);
}

static void a_face_is_for_the_visit_just_served(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct ticket t = take(&w, "ho-tich", 0);
	assert_int_equal(ticket_rate(w.town->ctx, w.reception, t.id, 5), ERR_CONFLICT);
	struct seat seat = sit(&w, "tiepnhan.hoaphat", 1);
	town_ok(w.town, next(&w, &seat, &t));
	town_ok(w.town, act(&w, &seat, TICKET_FINISH, &t));
	town_ok(w.town, ticket_rate(w.town->ctx, w.reception, t.id, 5));
	assert_int_equal(ticket_rate(w.town->ctx, w.reception, t.id, 0), ERR_INVALID);
	assert_sound();
	world_free(&w);
}

/* ---- appointments ---- */

/* A working day ahead, and the first slot of it with places. */
static struct booking free_slot(struct world *w, const char *phone)
{
	struct booking b = { .hall = w->hall, .service = hall_service(w->hall, S("ho-tich")),
			     .procedure = S("khai-sinh"), .name = S("Lê Thị Mai"),
			     .phone = str_z(phone) };
	int64_t today = calendar_day(cases_calendar(w->town->cases), clock_business());
	struct slot_list slots = { 0 };
	struct db *db;
	town_ok(w->town, store_snapshot(w->town->ctx, w->town->store, &db));
	for (b.day = today; !slots.left && b.day <= today + 14; b.day++)
		town_ok(w->town, slots_of_day(w->town->ctx, w->reception, db, w->hall, b.service,
					      b.day, &slots));
	store_release(db);
	assert_true(slots.left > 0);
	b.day--;
	for (size_t i = 0; i < slots.n && !b.minute; i++)
		b.minute = slots.items[i].left ? slots.items[i].minute : 0;
	return b;
}

static void a_slot_takes_as_many_as_it_has_places(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct booking b = free_slot(&w, "0905000001");
	struct appointment first, second, third;
	town_ok(w.town, appointment_book(w.town->ctx, w.reception, &b, &first));
	b.phone = S("0905000002");
	town_ok(w.town, appointment_book(w.town->ctx, w.reception, &b, &second));
	b.phone = S("0905000003");
	assert_int_equal(appointment_book(w.town->ctx, w.reception, &b, &third), ERR_CONFLICT);
	assert_sound();
	town_ok(w.town, appointment_cancel(w.town->ctx, w.reception, first.code));
	assert_int_equal(appointment_cancel(w.town->ctx, w.reception, first.code), ERR_CONFLICT);
	town_ok(w.town, appointment_book(w.town->ctx, w.reception, &b, &third));
	assert_sound();
	fixture_by_hand(fixture, "UPDATE slot SET taken = 0");
	assert_true(verify(&w).n > 0);
	world_free(&w);
}

static void nothing_is_booked_outside_working_hours(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct booking b = free_slot(&w, "0905000001");
	struct appointment a;
	b.minute = 12 * 60;
	assert_int_equal(appointment_book(w.town->ctx, w.reception, &b, &a), ERR_CONFLICT);
	b.minute = 8 * 60;
	b.day += 40;
	assert_int_equal(appointment_book(w.town->ctx, w.reception, &b, &a), ERR_CONFLICT);
	world_free(&w);
}

static void an_appointment_becomes_one_number_that_comes_first(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct booking b = free_slot(&w, "0905000001");
	struct ticket_wanted wanted = { .hall = w.hall };
	struct appointment a;
	struct ticket t;
	town_ok(w.town, appointment_book(w.town->ctx, w.reception, &b, &a));
	int64_t ahead = b.day - calendar_day(cases_calendar(w.town->cases), clock_business());
	if (ahead) /* the day has come */
		assert_int_equal(appointment_arrive(w.town->ctx, w.reception, a.code, &wanted, &t),
				 ERR_CONFLICT);
	clock_set_business(clock_business() + ahead * USEC_DAY);
	take(&w, "ho-tich", PRIORITY_PERSON);
	town_ok(w.town, appointment_arrive(w.town->ctx, w.reception, a.code, &wanted, &t));
	assert_int_equal(appointment_arrive(w.town->ctx, w.reception, a.code, &wanted, &t),
			 ERR_CONFLICT);
	struct seat seat = sit(&w, "tiepnhan.hoaphat", 1);
	town_ok(w.town, next(&w, &seat, &t));
	assert_true(t.appointment == a.id);
	assert_sound();
	world_free(&w);
}

/* ---- figures ---- */

static void waits_are_averaged_over_those_called(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct hall_figures *rows;
	int64_t organisation = w.hall->organisation->id;
	struct figures_wanted wanted = { .organisations = &organisation, .n = 1, .to = INT32_MAX };
	size_t n;
	struct db *db;
	struct ticket t;
	struct seat seat = sit(&w, "tiepnhan.hoaphat", 1);
	for (int i = 0; i < 10; i++) {
		take(&w, "ho-tich", 0);
		town_ok(w.town, next(&w, &seat, &t));
		town_ok(w.town, act(&w, &seat, i ? TICKET_FINISH : TICKET_SKIP, &t));
	}
	take(&w, "ho-tich", 0);
	/* Waits of 1 to 10 minutes. */
	fixture_by_hand(fixture, "UPDATE ticket SET first_called_at = issued_at + number * 60000000"
				 " WHERE number <= 10");
	town_ok(w.town, store_snapshot(w.town->ctx, w.town->store, &db));
	town_ok(w.town, hall_figures(w.town->ctx, db, &wanted, &rows, &n));
	store_release(db);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].tickets, 11);
	assert_int_equal(rows[0].waiting, 1);
	assert_int_equal(rows[0].served, 9);
	assert_int_equal(rows[0].absent, 1);
	assert_int_equal(rows[0].called, 10);
	assert_int_equal(rows[0].wait_sum, 55 * USEC_MINUTE);
	assert_int_equal(rows[0].ninety, 9 * USEC_MINUTE);
	world_free(&w);
}

static struct estimate estimate_of(struct world *w, int64_t ahead)
{
	struct estimate estimate;
	struct db *db;
	town_ok(w->town, store_snapshot(w->town->ctx, w->town->store, &db));
	town_ok(w->town, ticket_estimate(w->town->ctx, db, w->hall, S("ho-tich"), hall_day(w->reception),
					 ahead, &estimate));
	store_release(db);
	return estimate;
}

static void wait_is_told_by_measured_visits_once_there_are_enough(struct fixture *fixture)
{
	struct world w = world_new(fixture);
	struct ticket t;
	struct seat seat = sit(&w, "tiepnhan.hoaphat", 1);
	for (int i = 0; i < MEASURED_LEAST; i++) {
		/* Configured are 12 minutes; one visit less than enough says nothing. */
		assert_int_equal(estimate_of(&w, 3).minutes, 36);
		assert_int_equal(estimate_of(&w, 3).measured, 0);
		take(&w, "ho-tich", 0);
		town_ok(w.town, next(&w, &seat, &t));
		town_ok(w.town, act(&w, &seat, TICKET_BEGIN, &t));
		town_ok(w.town, act(&w, &seat, TICKET_FINISH, &t));
	}
	/* Five and a half minutes each, and one that was forgotten for hours. */
	fixture_by_hand(fixture, "UPDATE ticket SET ended_at = begun_at + 330000000");
	fixture_by_hand(fixture, "UPDATE ticket SET ended_at = begun_at + 18000000000 WHERE number = 1");
	assert_int_equal(estimate_of(&w, 3).minutes, 17);
	assert_int_equal(estimate_of(&w, 3).measured, MEASURED_LEAST);
	assert_int_equal(estimate_of(&w, 0).minutes, 0);
	fixture_by_hand(fixture, "UPDATE ticket SET day = day - 20");
	assert_int_equal(estimate_of(&w, 3).measured, 0);
	world_free(&w);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(numbers_are_counted_by_office_and_service),
		FIXTURE_TEST(the_same_press_twice_gives_one_number),
		FIXTURE_TEST(a_visit_goes_from_call_to_end),
		FIXTURE_TEST(a_visit_belongs_to_who_called_it),
		FIXTURE_TEST(priority_comes_first_and_a_counter_takes_only_its_services),
		FIXTURE_TEST(who_did_not_come_can_be_called_again_and_be_passed_on),
		FIXTURE_TEST(a_counter_taken_over_calls_no_more),
		FIXTURE_TEST(two_officers_who_call_at_once_never_get_the_same_number),
		FIXTURE_TEST(a_row_changed_by_hand_is_found),
		FIXTURE_TEST(a_case_has_one_rating_that_can_be_changed),
		FIXTURE_TEST(a_rating_is_frozen_after_fifteen_days),
		FIXTURE_TEST(a_face_is_for_the_visit_just_served),
		FIXTURE_TEST(a_slot_takes_as_many_as_it_has_places),
		FIXTURE_TEST(nothing_is_booked_outside_working_hours),
		FIXTURE_TEST(an_appointment_becomes_one_number_that_comes_first),
		FIXTURE_TEST(waits_are_averaged_over_those_called),
		FIXTURE_TEST(wait_is_told_by_measured_visits_once_there_are_enough),
	};
	const struct migration_set *migrations[16] = { 0 };
	size_t n = 0;
	for (; town_migrations[n]; n++)
		migrations[n] = town_migrations[n];
	migrations[n] = &reception_migrations;
	return fixture_run(tests, sizeof tests / sizeof tests[0], migrations);
}
