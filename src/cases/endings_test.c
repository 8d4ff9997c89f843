/* What befalls a case beside its flow, on each engine: rounds of supplements, stopping, extension,
 * corrections, results, re-opening; and that of two who act at once one is told of the other. */
#include "cases/cases_fixture.h"
#include "cases/endings.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/json.h"

#define assert_text(text, expected)                                                   \
	do {                                                                          \
		str text_ = (text);                                                   \
		assert_string_equal(arena_copy(town->ctx->arena, text_).p, expected); \
	} while (0)

static bool says(str text, const char *part)
{
	return str_find(text, str_z(part)) != SIZE_MAX;
}

static struct value read_json(struct town *town, const char *text)
{
	struct json_fault fault;
	struct value v;
	assert_true(json_parse(town->ctx->arena, str_z(text), &v, &fault));
	return v;
}

static struct value one_item(struct town *town)
{
	return read_json(town, "[{\"field\":\"declarant.phone\",\"text\":\"Số điện thoại\"}]");
}

static struct actor officer(struct town *town, const char *login, const char *time)
{
	return town_actor(town, town_officer(town, login), time);
}

static enum err ask(struct town *town, const char *login, str code, const char *time, const char *why)
{
	struct actor who = officer(town, login, time);
	return case_ask_again(town->ctx, town->cases, &who, code, one_item(town), str_z(why));
}

static enum err give(struct town *town, str code, const char *time, const char *data)
{
	struct actor who = town_actor(town, town_citizen(town, code), time);
	struct completion given = { .data = read_json(town, data) };
	return case_give_supplement(town->ctx, town->cases, &who, code, &given);
}

struct reading {
	struct town *town;
	str code, text;
	struct value view;
	int64_t n;
};

static enum err read_view(struct ctx *ctx, struct db *db, void *arg)
{
	struct reading *r = arg;
	struct case_file c;
	TRY(case_load(ctx, db, r->code, &c));
	return endings_view(ctx, r->town->cases, db, &c, true, &r->view);
}

static struct value endings(struct town *town, str code)
{
	struct reading r = { .town = town, .code = code };
	town_ok(town, store_read(town->ctx, town->store, read_view, &r));
	return r.view;
}

static struct value nth(struct town *town, str code, const char *list, uint32_t i)
{
	struct value rows = value_get(endings(town, code), str_z(list));
	assert_true(i < rows.n);
	return rows.items[i];
}

static int64_t id_of(struct value row)
{
	int64_t id;
	assert_true(id_parse(value_text(value_get(row, S("id"))), &id));
	return id;
}

static str word(struct value row, const char *key)
{
	return value_text(value_get(row, str_z(key)));
}

static str accepted(struct town *town)
{
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	return code;
}

/* All steps but the return of the result. */
static str done(struct town *town)
{
	str code = accepted(town);
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", ""));
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"));
	town_ok(town, town_complete(town, "congan.hoaphat", code, "Task_residence", ""));
	town_ok(town, town_complete(town, "baohiem.camle", code, "Task_insurance", ""));
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_check", ""));
	return code;
}

/* ---- supplements ---- */

static void a_round_keeps_what_was_asked_and_shows_old_and_new(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-27T09:00", ""));
	struct value round = nth(town, code, "rounds", 0);
	assert_text(word(round, "state"), "open");
	/* Thirty working days after 27 January, Tết left out. */
	assert_text(str_slice(word(round, "answer_by"), 0, 10), "2015-03-17");
	town_ok(town, give(town, code, "2015-01-29T10:00",
		"{\"declarant\":{\"name\":\"Nguyễn Văn An\",\"id_number\":\"201234567\","
		"\"phone\":\"0935000111\"}}"));
	round = nth(town, code, "rounds", 0);
	assert_text(word(round, "state"), "answered");
	struct value changes = value_get(round, S("changes"));
	assert_int_equal(changes.n, 1);
	assert_text(word(changes.items[0], "path"), "declarant.phone");
	assert_text(word(changes.items[0], "old"), "0905123456");
	assert_text(word(changes.items[0], "new"), "0935000111");
	assert_text(town_verify(town), "");
	town_free(town);
}

static void a_further_round_takes_the_leaders_word_and_counts_as_late(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-27T09:00", ""));
	town_ok(town, give(town, code, "2015-01-28T09:00", "{}"));
	assert_int_equal(ask(town, "tuphap.hoaphat", code, "2015-01-29T09:00", ""), ERR_CONFLICT);
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-29T09:00", "Giấy tờ hết hạn"));
	assert_int_equal(town_case(town, code).status, CASE_ACCEPTED);
	struct value round = nth(town, code, "rounds", 1);
	assert_text(word(round, "state"), "proposed");
	struct actor justice = officer(town, "tuphap.hoaphat", "2015-01-29T10:00");
	struct actor leader = officer(town, "chutich.hoaphat", "2015-01-29T10:00");
	assert_int_equal(case_settle_round(town->ctx, town->cases, &justice, code, id_of(round), true,
					   S("")), ERR_FORBIDDEN);
	town_ok(town, case_settle_round(town->ctx, town->cases, &leader, code, id_of(round), true,
					S("")));
	assert_int_equal(case_settle_round(town->ctx, town->cases, &leader, code, id_of(round), true,
					   S("")), ERR_CONFLICT);
	assert_int_equal(town_case(town, code).status, CASE_SUPPLEMENT);
	round = nth(town, code, "rounds", 1);
	assert_true(value_is_true(value_get(round, S("counts_late"))));
	assert_text(word(round, "approved_by"), "Phạm Đình Khôi");
	assert_text(town_verify(town), "");
	town_free(town);
}

static void a_declined_round_leaves_the_case_as_it_was(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-27T09:00", ""));
	town_ok(town, give(town, code, "2015-01-28T09:00", "{}"));
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-29T09:00", "Còn thiếu"));
	struct actor leader = officer(town, "chutich.hoaphat", "2015-01-29T10:00");
	int64_t id = id_of(nth(town, code, "rounds", 1));
	usec due = town_case(town, code).due_at;
	assert_int_equal(case_settle_round(town->ctx, town->cases, &leader, code, id, false, S("")),
			 ERR_INVALID);
	town_ok(town, case_settle_round(town->ctx, town->cases, &leader, code, id, false,
					S("Đã đủ căn cứ")));
	assert_int_equal(town_case(town, code).due_at, due);
	assert_int_equal(town_case(town, code).supplements, 1);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void an_unanswered_round_reminds_once_and_then_ends_the_case(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town), other = accepted(town);
	int64_t n;
	/* Asked in 2015 and looked at today: the reminder's day and the last are both over. */
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-27T09:00", ""));
	town_ok(town, ask(town, "tuphap.hoaphat", other, NULL, ""));
	town_ok(town, rounds_tick(town->ctx, town->cases, 10, &n));
	assert_int_equal(n, 1);
	struct case_file c = town_case(town, code);
	assert_int_equal(c.status, CASE_STOPPED);
	assert_int_equal(case_timeliness(&c, c.finished_at), TIME_ON);
	assert_text(word(nth(town, code, "rounds", 0), "state"), "unanswered");
	assert_int_equal(town_case(town, other).status, CASE_SUPPLEMENT);
	town_ok(town, rounds_tick(town->ctx, town->cases, 10, &n));
	assert_int_equal(n, 0);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void an_answered_round_is_never_ended(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	int64_t n;
	town_ok(town, ask(town, "tuphap.hoaphat", code, "2015-01-27T09:00", ""));
	town_ok(town, give(town, code, "2015-01-28T09:00", "{}"));
	town_ok(town, rounds_tick(town->ctx, town->cases, 10, &n));
	assert_int_equal(n, 0);
	assert_int_equal(town_case(town, code).status, CASE_ACCEPTED);
	town_free(town);
}

/* ---- stopping and opening again ---- */

static void only_the_leader_stops_a_case_and_it_is_said_why(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	struct actor justice = officer(town, "tuphap.hoaphat", "2015-01-27T09:00");
	struct actor leader = officer(town, "chutich.hoaphat", "2015-01-27T09:00");
	assert_int_equal(case_stop(town->ctx, town->cases, &justice, code), ERR_FORBIDDEN);
	leader.effective_at = 0;
	leader.reason = S("  ");
	assert_int_equal(case_stop(town->ctx, town->cases, &leader, code), ERR_INVALID);
	leader.reason = S("Có quyết định của toà án");
	town_ok(town, case_stop(town->ctx, town->cases, &leader, code));
	assert_int_equal(town_case(town, code).status, CASE_STOPPED);
	assert_int_equal(case_stop(town->ctx, town->cases, &leader, code), ERR_CONFLICT);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void a_case_opened_again_keeps_number_and_past_and_gets_a_new_date(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	struct actor leader = officer(town, "chutich.hoaphat", NULL);
	leader.reason = S("Công dân bổ sung căn cứ mới");
	assert_int_equal(case_reopen(town->ctx, town->cases, &leader, code), ERR_CONFLICT);
	town_ok(town, case_stop(town->ctx, town->cases, &leader, code));
	int64_t number = town_case(town, code).register_number;
	usec before = clock_business();
	town_ok(town, case_reopen(town->ctx, town->cases, &leader, code));
	struct case_file c = town_case(town, code);
	assert_int_equal(c.status, CASE_PROCESSING);
	assert_int_equal(c.register_number, number);
	assert_int_equal(c.finished_at, 0);
	assert_true(c.due_at > before);
	assert_text(at_text(town, c.first_due_at), "2015-02-05T17:00");
	assert_int_not_equal(town_task(town, code, "Task_register"), 0);
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", ""));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void a_returned_case_opened_again_issues_a_second_version(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = done(town);
	struct actor leader = officer(town, "chutich.hoaphat", NULL);
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_return", ""));
	town_ok(town, case_reopen(town->ctx, town->cases, &leader, code));
	town_ok(town, town_complete(town, "tuphap.hoaphat", code, "Task_register", ""));
	town_ok(town, town_complete(town, "chutich.hoaphat", code, "Task_sign", "approve"));
	town_ok(town, town_complete(town, "congan.hoaphat", code, "Task_residence", ""));
	town_ok(town, town_complete(town, "baohiem.camle", code, "Task_insurance", ""));
	town_ok(town, town_complete(town, "tiepnhan.hoaphat", code, "Task_check", ""));
	struct value first = nth(town, code, "results", 0), second = nth(town, code, "results", 1);
	assert_text(word(first, "state"), "replaced");
	assert_text(word(second, "state"), "valid");
	assert_int_equal(value_integer(value_get(second, S("version")), 0), 2);
	assert_true(str_eq(word(first, "number"), word(second, "number")));
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- extension ---- */

static void a_prepared_letter_is_only_confirmed_by_the_leader(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	struct late_case *items;
	size_t n;
	struct actor justice = officer(town, "tuphap.hoaphat", NULL);
	justice.reason = S("Phải xác minh thêm");
	usec fresh = clock_business() + 10 * USEC_DAY;
	town_ok(town, case_prepare_apology(town->ctx, town->cases, &justice, code, fresh));
	town_ok(town, late_cases(town->ctx, town->cases, town_officer(town, "chutich.hoaphat"), 10,
				 &items, &n));
	assert_int_equal(n, 1);
	assert_true(items[0].prepared);
	assert_int_equal(items[0].new_due_at, fresh);
	assert_text(items[0].reason, "Phải xác minh thêm");
	/* Due on Thursday 5 February: the letter must go by the end of Wednesday. */
	assert_text(at_text(town, items[0].send_by), "2015-02-04T17:00");
	assert_int_equal(town_case(town, code).apologised, 0);
	struct actor leader = officer(town, "chutich.hoaphat", NULL);
	leader.reason = items[0].reason;
	town_ok(town, case_apologise(town->ctx, town->cases, &leader, code, items[0].new_due_at));
	assert_int_equal(town_case(town, code).due_at, fresh);
	town_ok(town, late_cases(town->ctx, town->cases, leader.principal, 10, &items, &n));
	assert_int_equal(n, 0);
	assert_int_equal(case_prepare_apology(town->ctx, town->cases, &justice, code, fresh),
			 ERR_CONFLICT);
	assert_text(town_verify(town), "");
	town_free(town);
}

static enum err count_prepared(struct ctx *ctx, struct db *db, void *arg)
{
	return db_int(ctx, db, 0, arg,
		      SQL("SELECT COUNT(*) FROM event WHERE kind = 'case.apology_prepared'"));
}

static void a_letter_prepared_twice_is_written_once(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	int64_t n;
	struct actor justice = officer(town, "tuphap.hoaphat", NULL);
	justice.reason = S("Phải xác minh thêm");
	usec fresh = clock_business() + 10 * USEC_DAY;
	for (int i = 0; i < 2; i++)
		town_ok(town, case_prepare_apology(town->ctx, town->cases, &justice, code, fresh));
	town_ok(town, store_read(town->ctx, town->store, count_prepared, &n));
	assert_int_equal(n, 1);
	town_ok(town, case_prepare_apology(town->ctx, town->cases, &justice, code,
					   fresh + USEC_DAY));
	town_ok(town, store_read(town->ctx, town->store, count_prepared, &n));
	assert_int_equal(n, 2);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void another_ward_sees_nothing_in_its_list_of_late_cases(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct late_case *items;
	size_t n;
	accepted(town);
	town_ok(town, late_cases(town->ctx, town->cases, town_officer(town, "tiepnhan.hoaan"), 10,
				 &items, &n));
	assert_int_equal(n, 0);
	town_free(town);
}

/* ---- corrections ---- */

static struct correction phone_correction(struct town *town, const char *target)
{
	static const struct attachment evidence = {
		.field = { "evidence", 8 }, .name = { "cccd.pdf", 8 },
		.hash = { "0123456789012345678901234567890123456789012345678901234567890123", 64 },
		.type = { "application/pdf", 15 }, .size = 4,
	};
	return (struct correction){
		.target = str_z(target), .requester = S("Nguyễn Văn An"), .reason = S("Ghi sai tên"),
		.data = read_json(town, "{\"declarant\":{\"name\":\"Nguyễn Văn Ân\","
				  "\"id_number\":\"201234567\",\"phone\":\"0905123456\"}}"),
		.evidence = &evidence, .n_evidence = 1,
	};
}

static enum err correct(struct town *town, const char *login, str code,
			const struct correction *correction)
{
	struct actor who = officer(town, login, NULL);
	return case_ask_correction(town->ctx, town->cases, &who, code, correction);
}

static void a_correction_is_asked_by_one_and_approved_by_another(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	struct correction wrong = phone_correction(town, "receipt");
	struct actor leader = officer(town, "chutich.hoaphat", NULL);
	struct actor deputy = officer(town, "phochutich.hoaphat", NULL);
	town_ok(town, correct(town, "chutich.hoaphat", code, &wrong));
	int64_t id = id_of(nth(town, code, "corrections", 0));
	assert_int_equal(case_settle_correction(town->ctx, town->cases, &leader, code, id, true, S("")),
			 ERR_FORBIDDEN);
	assert_text(town_case(town, code).applicant, "Nguyễn Văn An");
	town_ok(town, case_settle_correction(town->ctx, town->cases, &deputy, code, id, true, S("")));
	assert_text(town_case(town, code).applicant, "Nguyễn Văn Ân");
	struct value made = nth(town, code, "corrections", 0);
	assert_text(word(made, "state"), "made");
	assert_int_equal(value_integer(value_get(made, S("version")), 0), 2);
	assert_int_equal(value_get(made, S("changes")).n, 1);
	assert_int_equal(case_settle_correction(town->ctx, town->cases, &deputy, code, id, true, S("")),
			 ERR_CONFLICT);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void a_corrected_result_gets_a_version_and_the_entry_keeps_its_number(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = done(town);
	struct correction wrong = phone_correction(town, "result");
	struct actor leader = officer(town, "chutich.hoaphat", NULL);
	str number = word(nth(town, code, "results", 0), "number");
	town_ok(town, correct(town, "tuphap.hoaphat", code, &wrong));
	int64_t id = id_of(nth(town, code, "corrections", 0));
	town_ok(town, case_settle_correction(town->ctx, town->cases, &leader, code, id, true, S("")));
	struct value first = nth(town, code, "results", 0), second = nth(town, code, "results", 1);
	assert_text(word(first, "state"), "replaced");
	assert_text(word(second, "state"), "valid");
	assert_true(str_eq(word(second, "number"), number));
	struct value entry = value_path(town_case(town, code).data, S("entry.ho_tich_khai_sinh"));
	assert_true(str_eq(word(entry, "number"), number));
	assert_true(says(word(entry, "remark"), "“Nguyễn Văn An” → “Nguyễn Văn Ân”"));
	assert_text(town_verify(town), "");
	town_free(town);
}

static void a_correction_without_proof_reason_or_change_is_refused(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	struct correction none = phone_correction(town, "result");
	assert_int_equal(correct(town, "tuphap.hoaphat", code, &none), ERR_CONFLICT);
	struct correction bare = phone_correction(town, "receipt");
	bare.n_evidence = 0;
	assert_int_equal(correct(town, "tuphap.hoaphat", code, &bare), ERR_INVALID);
	struct correction same = phone_correction(town, "receipt");
	same.data = value_map();
	assert_int_equal(correct(town, "tuphap.hoaphat", code, &same), ERR_INVALID);
	assert_int_equal(value_get(endings(town, code), S("corrections")).n, 0);
	town_free(town);
}

/* ---- results ---- */

static void a_result_is_registered_delivered_and_revoked(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = done(town);
	struct actor leader = officer(town, "chutich.hoaphat", NULL);
	struct actor desk = officer(town, "tiepnhan.hoaphat", NULL);
	struct value result = nth(town, code, "results", 0);
	assert_text(word(result, "kind"), "giay-khai-sinh");
	assert_text(word(result, "state"), "valid");
	struct completion returned = { .data = read_json(town,
		"{\"returned\":{\"name\":\"Trần Thị Bình\",\"id_number\":\"201999888\","
		"\"how\":\"post\",\"post_number\":\"EB123456789VN\"}}") };
	town_ok(town, case_complete(town->ctx, town->cases, &desk, code,
				    town_task(town, code, "Task_return"), &returned));
	struct value delivery = nth(town, code, "deliveries", 0);
	assert_text(word(delivery, "state"), "sent");
	assert_text(word(delivery, "recipient"), "Trần Thị Bình");
	assert_text(word(delivery, "tracking"), "EB123456789VN");
	town_ok(town, case_received(town->ctx, town->cases, &desk, code, id_of(delivery)));
	assert_int_equal(case_received(town->ctx, town->cases, &desk, code, id_of(delivery)),
			 ERR_CONFLICT);
	assert_int_equal(case_revoke(town->ctx, town->cases, &leader, code, id_of(result), S("")),
			 ERR_INVALID);
	town_ok(town, case_revoke(town->ctx, town->cases, &leader, code, id_of(result),
				  S("12/QĐ-UBND")));
	assert_text(word(nth(town, code, "results", 0), "decision"), "12/QĐ-UBND");
	assert_int_equal(case_revoke(town->ctx, town->cases, &leader, code, id_of(result),
				     S("12/QĐ-UBND")), ERR_CONFLICT);
	assert_int_equal(town_case(town, code).status, CASE_RETURNED);
	assert_text(town_verify(town), "");
	town_free(town);
}

/* ---- two at once ---- */

static void who_comes_second_is_told_who_was_first_and_when(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	uint32_t node = town_task(town, code, "Task_register");
	struct completion nothing = { .data = value_null() };
	struct actor justice = officer(town, "tuphap.hoaphat", "2015-01-27T09:05");
	struct actor leader = officer(town, "chutich.hoaphat", "2015-01-27T09:30");
	town_ok(town, case_complete(town->ctx, town->cases, &justice, code, node, &nothing));
	assert_int_equal(case_complete(town->ctx, town->cases, &leader, code, node, &nothing),
			 ERR_CONFLICT);
	assert_true(says(town_fault(town), "09:05, 27/01/2015"));
	assert_true(says(town_fault(town), "Lê Quang Vinh"));
	assert_int_equal(case_complete(town->ctx, town->cases, &justice, code, node, &nothing),
			 ERR_CONFLICT);
	assert_true(says(town_fault(town), "You finished this step already"));
	town_free(town);
}

struct racer {
	struct town *town;
	const struct principal *principal;
	str code;
	pthread_barrier_t *start;
	enum err (*act)(struct racer *racer, struct ctx *ctx);
	enum err err;
	char fault[400];
};

static void *race(void *arg)
{
	struct racer *racer = arg;
	struct arena arena;
	arena_init(&arena);
	struct ctx ctx = { .arena = &arena };
	pthread_barrier_wait(racer->start);
	racer->err = racer->act(racer, &ctx);
	snprintf(racer->fault, sizeof racer->fault, "%.*s", STR_ARG(ctx.fault.message));
	arena_done(&arena);
	return NULL;
}

static enum err race_stop(struct racer *racer, struct ctx *ctx)
{
	struct actor who = { .principal = racer->principal, .reason = S("Lý do") };
	return case_stop(ctx, racer->town->cases, &who, racer->code);
}

static enum err race_reopen(struct racer *racer, struct ctx *ctx)
{
	struct actor who = { .principal = racer->principal, .reason = S("Lý do") };
	return case_reopen(ctx, racer->town->cases, &who, racer->code);
}

static enum err race_refuse(struct racer *racer, struct ctx *ctx)
{
	struct actor who = { .principal = racer->principal, .reason = S("Lý do") };
	return case_refuse(ctx, racer->town->cases, &who, racer->code);
}

static enum err race_apologise(struct racer *racer, struct ctx *ctx)
{
	struct actor who = { .principal = racer->principal, .reason = S("Lý do") };
	return case_apologise(ctx, racer->town->cases, &who, racer->code,
			      clock_business() + 60 * USEC_DAY);
}

static enum err race_ask(struct racer *racer, struct ctx *ctx)
{
	struct actor who = { .principal = racer->principal };
	struct value items = value_list(), item = value_map();
	value_set(ctx->arena, &item, S("text"), value_str(S("Giấy chứng sinh")));
	value_push(ctx->arena, &items, item);
	return case_ask_supplement(ctx, racer->town->cases, &who, racer->code, items);
}

static void race_two(struct town *town, str code, enum err (*act)(struct racer *, struct ctx *))
{
	static const char *const logins[] = { "chutich.hoaphat", "phochutich.hoaphat" };
	pthread_barrier_t start;
	pthread_t threads[2];
	struct racer racers[2];
	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++) {
		racers[i] = (struct racer){ .town = town, .code = code,
			.principal = town_officer(town, logins[i]), .start = &start, .act = act };
		pthread_create(&threads[i], NULL, race, &racers[i]);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
	int winner = racers[0].err == OK ? 0 : 1;
	assert_int_equal(racers[winner].err, OK);
	assert_int_equal(racers[!winner].err, ERR_CONFLICT);
	str name = racers[winner].principal->name;
	assert_true(says(str_z(racers[!winner].fault), arena_copy(town->ctx->arena, name).p));
}

static void of_two_leaders_at_once_one_wins_whatever_they_do(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = accepted(town);
	race_two(town, code, race_stop);
	race_two(town, code, race_reopen);
	race_two(town, code, race_ask);
	town_ok(town, give(town, code, NULL, "{}"));
	race_two(town, code, race_apologise);
	race_two(town, code, race_refuse);
	assert_text(town_verify(town), "");
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(a_round_keeps_what_was_asked_and_shows_old_and_new),
		FIXTURE_TEST(a_further_round_takes_the_leaders_word_and_counts_as_late),
		FIXTURE_TEST(a_declined_round_leaves_the_case_as_it_was),
		FIXTURE_TEST(an_unanswered_round_reminds_once_and_then_ends_the_case),
		FIXTURE_TEST(an_answered_round_is_never_ended),
		FIXTURE_TEST(only_the_leader_stops_a_case_and_it_is_said_why),
		FIXTURE_TEST(a_case_opened_again_keeps_number_and_past_and_gets_a_new_date),
		FIXTURE_TEST(a_returned_case_opened_again_issues_a_second_version),
		FIXTURE_TEST(a_prepared_letter_is_only_confirmed_by_the_leader),
		FIXTURE_TEST(a_letter_prepared_twice_is_written_once),
		FIXTURE_TEST(another_ward_sees_nothing_in_its_list_of_late_cases),
		FIXTURE_TEST(a_correction_is_asked_by_one_and_approved_by_another),
		FIXTURE_TEST(a_corrected_result_gets_a_version_and_the_entry_keeps_its_number),
		FIXTURE_TEST(a_correction_without_proof_reason_or_change_is_refused),
		FIXTURE_TEST(a_result_is_registered_delivered_and_revoked),
		FIXTURE_TEST(who_comes_second_is_told_who_was_first_and_when),
		FIXTURE_TEST(of_two_leaders_at_once_one_wins_whatever_they_do),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
