/* Commands on a case, on each engine: the promised dates, who may do what, what happens once only. */
#include "cases/cases_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>

#include "cases/draft.h"

#define assert_text(text, expected)                                                   \
	do {                                                                          \
		str text_ = (text);                                                   \
		assert_string_equal(arena_copy(town->ctx->arena, text_).p, expected); \
	} while (0)

static bool says(str text, const char *part)
{
	return str_find(text, str_z(part)) != SIZE_MAX;
}

/* ---- promised dates ---- */

static void linked_birth_is_promised_after_eight_working_days(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	struct case_file c = town_case(town, code);
	assert_text(at_text(town, c.due_at), "2015-02-05T17:00");
	assert_int_equal(c.first_due_at, c.due_at);
	assert_int_equal(c.status, CASE_ACCEPTED);
	assert_int_equal(c.register_number, 1);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void after_three_counts_from_the_next_day_and_tet_is_left_out(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-02-10T15:20");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-02-10T15:30"));
	struct case_file c = town_case(town, code);
	assert_text(at_text(town, c.due_at), "2015-03-02T17:00");
	town_free(town);
}

static void supplement_stops_the_clock_and_the_answer_starts_it_anew(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct value items = value_list(), item = value_map();
	struct completion given = { .data = value_null() };
	value_set(town->ctx->arena, &item, S("text"), value_str(S("Giấy chứng sinh")));
	value_push(town->ctx->arena, &items, item);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	struct actor officer = town_actor(town, town_officer(town, "tuphap.hoaphat"),
					  "2015-01-27T09:00");
	struct actor citizen = town_actor(town, town_citizen(town, code), "2015-01-29T10:00");
	town_ok(town, case_ask_supplement(town->ctx, town->cases, &officer, code, items));
	struct case_file c = town_case(town, code);
	assert_int_equal(c.status, CASE_SUPPLEMENT);
	assert_int_equal(c.due_at, 0);
	assert_int_equal(case_timeliness(&c, at("2015-06-01T09:00")), TIME_WAITING);
	assert_int_equal(town_complete(town, "tuphap.hoaphat", code, "Task_register", "approve"),
			 ERR_CONFLICT);
	assert_int_equal(case_ask_supplement(town->ctx, town->cases, &officer, code, items),
			 ERR_CONFLICT);
	town_ok(town, case_give_supplement(town->ctx, town->cases, &citizen, code, &given));
	c = town_case(town, code);
	assert_text(at_text(town, c.due_at), "2015-02-10T17:00");
	assert_text(at_text(town, c.first_due_at), "2015-02-05T17:00");
	assert_int_equal(c.status, CASE_ACCEPTED);
	/* The procedure allows one round. */
	officer.effective_at = at("2015-01-30T09:00");
	assert_int_equal(case_ask_supplement(town->ctx, town->cases, &officer, code, items),
			 ERR_CONFLICT);
	assert_int_equal(case_give_supplement(town->ctx, town->cases, &citizen, code, &given),
			 ERR_CONFLICT);
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- endings ---- */

static void refused_before_acceptance_is_not_accepted_and_says_why(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), NULL);
	who.reason = S(" ");
	assert_int_equal(case_refuse(town->ctx, town->cases, &who, code), ERR_INVALID);
	who.reason = S("Không thuộc thẩm quyền");
	town_ok(town, case_refuse(town->ctx, town->cases, &who, code));
	assert_int_equal(town_case(town, code).status, CASE_NOT_ACCEPTED);
	assert_int_equal(town_task(town, code, "Task_intake"), 0);
	assert_int_equal(case_refuse(town->ctx, town->cases, &who, code), ERR_CONFLICT);
	assert_int_equal(town_accept(town, "tiepnhan.hoaphat", code, NULL), ERR_CONFLICT);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void refused_at_work_is_stopped_and_counted_once(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	struct actor who = town_actor(town, town_officer(town, "tuphap.hoaphat"), NULL);
	town_ok(town, case_refuse(town->ctx, town->cases, &who, code));
	struct case_file c = town_case(town, code);
	assert_int_equal(c.status, CASE_STOPPED);
	assert_true(c.finished_at > 0);
	assert_int_equal(town_task(town, code, "Task_register"), 0);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void citizen_withdraws_own_case_and_nobody_elses(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str own = town_file(town, "hoa-phat", "2015-01-26T08:50");
	str other = town_file(town, "hoa-phat", "2015-01-26T08:51");
	struct actor citizen = town_actor(town, town_citizen(town, own), NULL);
	assert_int_equal(case_withdraw(town->ctx, town->cases, &citizen, other), ERR_NOT_FOUND);
	town_ok(town, case_withdraw(town->ctx, town->cases, &citizen, own));
	assert_int_equal(town_case(town, own).status, CASE_WITHDRAWN);
	assert_int_equal(town_case(town, other).status, CASE_NEW);
	assert_int_equal(case_withdraw(town->ctx, town->cases, &citizen, own), ERR_CONFLICT);
	town_free(town);
}

static void new_date_with_an_apology_is_given_once_only(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	struct actor justice = town_actor(town, town_officer(town, "tuphap.hoaphat"),
					  "2015-02-05T16:00");
	struct actor leader = town_actor(town, town_officer(town, "chutich.hoaphat"),
					 "2015-02-05T16:00");
	usec fresh = at("2015-02-09T17:00"), later = at("2015-02-12T17:00");
	assert_int_equal(case_apologise(town->ctx, town->cases, &justice, code, fresh),
			 ERR_FORBIDDEN);
	assert_int_equal(case_apologise(town->ctx, town->cases, &leader, code,
					at("2015-02-04T17:00")), ERR_INVALID);
	town_ok(town, case_apologise(town->ctx, town->cases, &leader, code, fresh));
	struct case_file c = town_case(town, code);
	assert_int_equal(c.due_at, fresh);
	assert_text(at_text(town, c.first_due_at), "2015-02-05T17:00");
	assert_int_equal(case_apologise(town->ctx, town->cases, &leader, code, later), ERR_CONFLICT);
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- work ---- */

static void second_to_claim_is_told_who_has_it(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", "approve"));
	town_ok(town, town_claim(town, "chutich.hoaphat", code, "Task_sign", NULL));
	assert_int_equal(town_claim(town, "phochutich.hoaphat", code, "Task_sign", NULL),
			 ERR_CONFLICT);
	assert_true(says(town_fault(town), arena_copy(town->ctx->arena,
			 town_officer(town, "chutich.hoaphat")->name).p));
	assert_int_equal(town_complete(town, "phochutich.hoaphat", code, "Task_sign", "approve"),
			 ERR_CONFLICT);
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"));
	assert_int_equal(town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"),
			 ERR_CONFLICT);
	town_free(town);
}

struct race {
	struct town *town;
	str code;
	uint32_t node;
	const struct principal *who;
	enum err e;
	pthread_t thread;
};

static void *race_to_claim(void *arg)
{
	struct race *race = arg;
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	struct actor who = { .principal = race->who };
	race->e = case_claim(&ctx, race->town->cases, &who, race->code, race->node);
	arena_done(&arena);
	return NULL;
}

static void of_two_who_claim_at_once_one_wins(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	for (int round = 0; round < 5; round++) {
		str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
		town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
		town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", "approve"));
		uint32_t node = town_task(town, code, "Task_sign");
		struct race races[2] = {
			{ .town = town, .code = code, .node = node,
			  .who = town_officer(town, "chutich.hoaphat") },
			{ .town = town, .code = code, .node = node,
			  .who = town_officer(town, "phochutich.hoaphat") },
		};
		for (int i = 0; i < 2; i++)
			pthread_create(&races[i].thread, NULL, race_to_claim, &races[i]);
		for (int i = 0; i < 2; i++)
			pthread_join(races[i].thread, NULL);
		assert_true((races[0].e == OK && races[1].e == ERR_CONFLICT) ||
			    (races[1].e == OK && races[0].e == ERR_CONFLICT));
	}
	assert_text(town_verify(town), "");
	town_free(town);
}

static void leader_sends_back_and_the_entry_keeps_its_number(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	for (int round = 0; round < 3; round++) {
		town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", ""));
		assert_int_equal(town_task(town, code, "Task_register"), 0);
		town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "return"));
		assert_int_not_equal(town_task(town, code, "Task_register"), 0);
		assert_int_equal(town_task(town, code, "Task_residence"), 0);
	}
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", ""));
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"));
	town_ok(town, town_complete(town, "congan.hoaphat", code, "Task_residence", ""));
	assert_int_equal(town_task(town, code, "Task_check"), 0);
	town_ok(town, town_complete(town, "baohiem.camle", code, "Task_insurance", ""));
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_check", ""));
	assert_int_equal(town_case(town, code).status, CASE_DONE);
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_return", ""));
	struct case_file c = town_case(town, code);
	assert_int_equal(c.status, CASE_RETURNED);
	struct value number = value_path(c.data, S("entry.ho_tich_khai_sinh.number"));
	assert_int_equal(value_text(number).n > 0 && value_text(number).p[0] == '0', true);
	/* verify also finds a gap in the book: one case, one entry, number 1. */
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- nobody does what is not theirs ---- */

static void officer_of_another_ward_can_do_nothing(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	static const char *const strangers[] = { "tiepnhan.hoaan", "tuphap.hoaan", "chutich.hoaan",
						 "congan.hoaan", "bientap", "quantri" };
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	struct value items = value_list(), item = value_map();
	value_set(town->ctx->arena, &item, S("text"), value_str(S("Giấy chứng sinh")));
	value_push(town->ctx->arena, &items, item);
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
		assert_int_equal(town_accept(town, strangers[i], code, NULL), ERR_NOT_FOUND);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	struct case_file before = town_case(town, code);
	uint32_t node = town_task(town, code, "Task_register");
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		struct actor who = town_actor(town, town_officer(town, strangers[i]), NULL);
		struct completion done = { .outcome = S("approve"), .data = value_null() };
		struct ctx *ctx = town->ctx;
		assert_int_equal(case_claim(ctx, town->cases, &who, code, node), ERR_NOT_FOUND);
		assert_int_equal(case_release(ctx, town->cases, &who, code, node), ERR_NOT_FOUND);
		assert_int_equal(case_assign(ctx, town->cases, &who, code, node, 0), ERR_NOT_FOUND);
		assert_int_equal(case_complete(ctx, town->cases, &who, code, node, &done),
				 ERR_NOT_FOUND);
		assert_int_equal(case_ask_supplement(ctx, town->cases, &who, code, items),
				 ERR_NOT_FOUND);
		assert_int_equal(case_refuse(ctx, town->cases, &who, code), ERR_NOT_FOUND);
		assert_int_equal(case_withdraw(ctx, town->cases, &who, code), ERR_NOT_FOUND);
		assert_int_equal(case_note(ctx, town->cases, &who, code, S("x")), ERR_NOT_FOUND);
		assert_int_equal(case_apologise(ctx, town->cases, &who, code,
						before.due_at + USEC_DAY), ERR_NOT_FOUND);
	}
	struct case_file after = town_case(town, code);
	assert_int_equal(after.status, before.status);
	assert_int_equal(after.due_at, before.due_at);
	town_free(town);
}

static void partner_sees_the_case_only_once_a_leg_is_theirs(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	uint32_t node = town_task(town, code, "Task_register");
	struct actor police = town_actor(town, town_officer(town, "congan.hoaphat"), NULL);
	assert_int_equal(case_claim(town->ctx, town->cases, &police, code, node), ERR_NOT_FOUND);
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", ""));
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"));
	node = town_task(town, code, "Task_insurance");
	assert_int_equal(case_claim(town->ctx, town->cases, &police, code, node), ERR_FORBIDDEN);
	town_ok(town, town_claim(town, "congan.hoaphat", code, "Task_residence", NULL));
	town_free(town);
}

/* ---- once only ---- */

static void draft_becomes_one_case_however_often_it_is_sent(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct submission s = town_birth(town, "hoa-phat", "2015-01-26T08:50");
	const struct procedure *p = procedure_in_force(town->cases, s.procedure, s.effective_at);
	struct actor who = town_actor(town, &town->nobody, "2015-01-26T08:50");
	struct draft draft;
	struct case_result first, second;
	town_ok(town, draft_new(town->ctx, town->cases, p, s.organisation, &draft));
	s.draft = draft.id;
	town_ok(town, case_submit(town->ctx, town->cases, &who, &s, &first));
	assert_int_equal(case_submit(town->ctx, town->cases, &who, &s, &second), ERR_CONFLICT);
	town_ok(town, draft_load(town->ctx, town->cases, draft.id, &draft));
	assert_int_equal(draft.case_id, first.id);
	struct case_report report;
	town_ok(town, cases_verify(town->ctx, town->cases, &report));
	assert_true(report.sound);
	assert_int_equal(report.cases, 1);
	town_free(town);
}

static void wrong_pin_fits_no_case(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	str pin = case_pin(town->cases, town->ctx->arena, code);
	str unknown = S("000.02.15.H17-150126-0099");
	struct db *db;
	bool fits;
	int64_t id;
	town_ok(town, store_snapshot(town->ctx, town->store, &db));
	town_ok(town, case_pin_fits(town->ctx, town->cases, db, code, pin, &fits, &id));
	assert_true(fits);
	assert_int_equal(id, town_case(town, code).id);
	town_ok(town, case_pin_fits(town->ctx, town->cases, db, code, S("00000000"), &fits, &id));
	assert_false(fits);
	assert_int_equal(id, 0);
	/* The PIN a code would have is of no use where there is no such case. */
	pin = case_pin(town->cases, town->ctx->arena, unknown);
	town_ok(town, case_pin_fits(town->ctx, town->cases, db, unknown, pin, &fits, &id));
	assert_false(fits);
	store_release(db);
	town_free(town);
}

/* ---- numbers ---- */

enum { CLERKS = 16, FILINGS = 4 };

struct clerk {
	struct town *town;
	const struct principal *reception, *justice;
	struct submission submission;
	char text[200];
	pthread_t thread;
};

static enum err file_and_enter(struct ctx *ctx, struct clerk *clerk)
{
	struct cases *cases = clerk->town->cases;
	struct actor citizen = { .principal = &clerk->town->nobody };
	struct actor reception = { .principal = clerk->reception };
	struct actor justice = { .principal = clerk->justice };
	struct acceptance acceptance = { 0 };
	struct completion done = { .outcome = S(""), .data = value_null() };
	struct case_result result;
	TRY(case_submit(ctx, cases, &citizen, &clerk->submission, &result));
	TRY(case_accept(ctx, cases, &reception, result.code, &acceptance));
	struct db *db;
	struct case_file c;
	struct case_tasks tasks;
	TRY(store_snapshot(ctx, clerk->town->store, &db));
	enum err e = case_load(ctx, db, result.code, &c);
	if (e == OK)
		e = case_tasks(ctx, cases, db, &c, &tasks);
	store_release(db);
	TRY(e);
	for (size_t i = 0; i < tasks.n; i++)
		if (tasks.items[i].open)
			return case_complete(ctx, cases, &justice, result.code,
					     tasks.items[i].node, &done);
	return fail_at(ctx, ERR_NOT_FOUND, __FILE__, __LINE__, "There is no open step");
}

static void *work_at_the_desk(void *arg)
{
	struct clerk *clerk = arg;
	struct arena arena;
	arena_init(&arena);
	for (int i = 0; i < FILINGS; i++) {
		struct ctx ctx = { .arena = &arena };
		if (file_and_enter(&ctx, clerk) != OK)
			snprintf(clerk->text, sizeof clerk->text, "%.*s",
				 STR_ARG(ctx.fault.message));
		arena_reset(&arena);
	}
	arena_done(&arena);
	return NULL;
}

struct numbers {
	int64_t codes, registers, entries, last_register, last_entry;
};

static enum err read_numbers(struct ctx *ctx, struct db *db, void *arg)
{
	struct numbers *n = arg;
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT COUNT(DISTINCT code), COUNT(DISTINCT register_number),"
		       " MAX(register_number) FROM case_file")));
	n->codes = row_int(&row, 0);
	n->registers = row_int(&row, 1);
	n->last_register = row_int(&row, 2);
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT COUNT(DISTINCT number), MAX(number) FROM book_entry")));
	n->entries = row_int(&row, 0);
	n->last_entry = row_int(&row, 1);
	return OK;
}

static void numbers_are_given_once_and_without_gaps_under_sixteen_threads(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct clerk clerks[CLERKS];
	struct numbers n;
	for (int i = 0; i < CLERKS; i++) {
		clerks[i] = (struct clerk){
			.town = town, .reception = town_officer(town, "tiepnhan.hoaphat"),
			.justice = town_officer(town, "tuphap.hoaphat"),
			.submission = town_birth(town, "hoa-phat", NULL),
		};
		pthread_create(&clerks[i].thread, NULL, work_at_the_desk, &clerks[i]);
	}
	for (int i = 0; i < CLERKS; i++)
		pthread_join(clerks[i].thread, NULL);
	for (int i = 0; i < CLERKS; i++)
		assert_string_equal(clerks[i].text, "");
	town_ok(town, store_read(town->ctx, town->store, read_numbers, &n));
	assert_int_equal(n.codes, CLERKS * FILINGS);
	assert_int_equal(n.registers, CLERKS * FILINGS);
	assert_int_equal(n.last_register, CLERKS * FILINGS);
	assert_int_equal(n.entries, CLERKS * FILINGS);
	assert_int_equal(n.last_entry, CLERKS * FILINGS);
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- verify ---- */

static void a_counter_set_back_or_on_is_named(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", ""));
	assert_text(town_verify(town), "");
	fixture_by_hand(fixture, "UPDATE counter SET n = n - 1");
	assert_true(str_starts(town_verify(town), S("the counter of the book ho-tich-khai-sinh")));
	fixture_by_hand(fixture, "UPDATE counter SET n = n + 5");
	assert_true(str_starts(town_verify(town), S("the counter of the book ho-tich-khai-sinh")));
	fixture_by_hand(fixture, "UPDATE counter SET n = n - 4");
	assert_text(town_verify(town), "");
	town_free(town);
}

static void note_and_paper_changed_by_hand_are_named(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	const struct paper_check papers[] = { { S("giay-chung-sinh"), S("original") } };
	struct acceptance acceptance = { .papers = papers, .n_papers = 1 };
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), NULL);
	town_ok(town, case_accept(town->ctx, town->cases, &who, code, &acceptance));
	town_ok(town, case_note(town->ctx, town->cases, &who, code, S("gọi lại buổi chiều")));
	assert_text(town_verify(town), "");
	fixture_by_hand(fixture, "UPDATE case_note SET body = 'x'");
	assert_true(says(town_verify(town), "a note does not agree"));
	fixture_by_hand(fixture, "UPDATE case_note SET body = 'gọi lại buổi chiều'");
	fixture_by_hand(fixture, "UPDATE case_paper SET state = 'missing'");
	assert_true(says(town_verify(town), "paper giay-chung-sinh does not agree"));
	fixture_by_hand(fixture, "DELETE FROM case_paper");
	assert_true(says(town_verify(town), "0 papers, its events tell of 1"));
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(linked_birth_is_promised_after_eight_working_days),
		FIXTURE_TEST(after_three_counts_from_the_next_day_and_tet_is_left_out),
		FIXTURE_TEST(supplement_stops_the_clock_and_the_answer_starts_it_anew),
		FIXTURE_TEST(refused_before_acceptance_is_not_accepted_and_says_why),
		FIXTURE_TEST(refused_at_work_is_stopped_and_counted_once),
		FIXTURE_TEST(citizen_withdraws_own_case_and_nobody_elses),
		FIXTURE_TEST(new_date_with_an_apology_is_given_once_only),
		FIXTURE_TEST(second_to_claim_is_told_who_has_it),
		FIXTURE_TEST(of_two_who_claim_at_once_one_wins),
		FIXTURE_TEST(leader_sends_back_and_the_entry_keeps_its_number),
		FIXTURE_TEST(officer_of_another_ward_can_do_nothing),
		FIXTURE_TEST(partner_sees_the_case_only_once_a_leg_is_theirs),
		FIXTURE_TEST(draft_becomes_one_case_however_often_it_is_sent),
		FIXTURE_TEST(wrong_pin_fits_no_case),
		FIXTURE_TEST(numbers_are_given_once_and_without_gaps_under_sixteen_threads),
		FIXTURE_TEST(a_counter_set_back_or_on_is_named),
		FIXTURE_TEST(note_and_paper_changed_by_hand_are_named),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
