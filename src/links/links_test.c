/* Readers of the ledger, notices and web hooks, on each engine. */
#include "cases/fee_testing.h"
#include "cases/lists.h"
#include "links/room.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct migration_set *const migrations[] = {
	PEOPLE_MIGRATIONS, CASES_MIGRATIONS, &links_migrations, NULL,
};

static struct links *open_links(struct town *town)
{
	struct value sms = value_map();
	struct links *links;
	value_set(town->ctx->arena, &sms, S("url"), value_str(S("http://127.0.0.1:1/sms")));
	town_ok(town, links_open(town->ctx, &(struct links_options){ .store = town->store,
		.people = town->people, .cases = town->cases, .sms = sms,
		.public_url = "https://mot-cua.example.vn" }, &links));
	return links;
}

static struct outbox_list sent(struct town *town)
{
	struct outbox_list list;
	struct db *db;
	town_ok(town, store_snapshot(town->ctx, town->store, &db));
	town_ok(town, outbox_list(town->ctx, db, &(struct outbox_filter){ 0 }, 100, &list));
	store_release(db);
	return list;
}

/* How many of this kind; the newest in *ret_item. */
static int n_of(struct town *town, const char *kind, struct outbox_item *ret_item)
{
	struct outbox_list list = sent(town);
	int n = 0;
	for (size_t i = list.n; i-- > 0;)
		if (str_eq(list.items[i].kind, str_z(kind))) {
			*ret_item = list.items[i];
			n++;
		}
	return n;
}

static bool says(struct value payload, const char *key, const char *part)
{
	return str_find(value_text(value_get(payload, str_z(key))), str_z(part)) != SIZE_MAX;
}

static void tick(struct town *town, struct links *links)
{
	town_ok(town, event_checkpoint_now(town->ctx, town->store));
	town_ok(town, links_tick(town->ctx, links));
}

static void choose(struct town *town, str code, bool mail, bool sms)
{
	struct actor citizen = town_actor(town, town_citizen(town, code), "2015-01-26T08:55");
	town_ok(town, case_choose_notices(town->ctx, town->cases, &citizen, code,
					  (struct notice_choice){ mail, sms }));
}

static void acceptance_is_told_by_the_ways_chosen_and_once(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_item item;
	tick(town, links);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	choose(town, code, false, true);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	tick(town, links);
	tick(town, links);
	assert_int_equal(n_of(town, "sms", &item), 1);
	assert_true(says(item.payload, "text", "da duoc tiep nhan"));
	assert_int_equal(item.object, town_case(town, code).id);
	assert_string_equal(arena_copy(town->ctx->arena, town_verify(town)).p, "");
	links_close(links);
	town_free(town);
}

static void who_got_the_result_is_asked_how_it_was(struct fixture *fixture)
{
	static const struct {
		const char *login, *step, *outcome;
	} steps[] = {
		{ "tuphap.hoaphat", "Task_register", "" },    { "chutich.hoaphat", "Task_sign", "approve" },
		{ "congan.hoaphat", "Task_residence", "" },   { "baohiem.camle", "Task_insurance", "" },
		{ "tiepnhan.hoaphat", "Task_check", "" },     { "tiepnhan.hoaphat", "Task_return", "" },
	};
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_item item;
	tick(town, links);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	choose(town, code, false, true);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		town_ok(town, town_complete(town, steps[i].login, code, steps[i].step,
					    steps[i].outcome));
	tick(town, links);
	assert_int_equal(n_of(town, "sms", &item), 3); /* accepted, ready, returned */
	str address = arena_printf(town->ctx->arena, "https://mot-cua.example.vn/danh-gia/%.*s?ma=",
				   STR_ARG(code));
	bool asked = false;
	struct outbox_list list = sent(town);
	for (size_t i = 0; i < list.n; i++)
		asked = asked || says(list.items[i].payload, "text", address.p);
	assert_true(asked);
	links_close(links);
	town_free(town);
}

/* Copies for 10.000 đồng, by somebody with an address. */
static str file_copies(struct town *town)
{
	struct submission s = {
		.procedure = S("chung-thuc-ban-sao"), .channel = CHANNEL_DIRECT,
		.data = json(town, "{\"copies\":{\"pages\":3,\"count\":2,\"papers\":\"Bằng\"}}"),
		.organisation = town_organisation(town, "hoa-phat"), .applicant = S("Lê Thị Hoa"),
		.email = S("hoa@example.vn"), .phone = S("0905111222"),
		.effective_at = at("2015-01-26T08:50"), .reason = S("a test"),
	};
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), "2015-01-26T08:50");
	struct case_result result;
	town_ok(town, case_submit(town->ctx, town->cases, &who, &s, &result));
	return arena_copy(town->ctx->arena, result.code);
}

static void a_fee_is_told_when_it_is_due_paid_and_paid_back(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_item item;
	tick(town, links);
	town_change(town, "chung-thuc-ban-sao", "fee.when", "\"acceptance\"");
	str code = file_copies(town);
	int before = n_of(town, "mail", &item);
	choose(town, code, true, true);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	tick(town, links);
	assert_int_equal(n_of(town, "mail", &item), before + 1);
	assert_true(says(item.payload, "subject", "Đã tiếp nhận"));
	assert_true(says(item.payload, "text", "Lệ phí phải nộp: 10.000 đồng"));
	town_ok(town, pay(town, code, 10000));
	tick(town, links);
	assert_int_equal(n_of(town, "mail", &item), before + 2);
	assert_true(says(item.payload, "text", "Đã nhận 10.000 đồng"));
	assert_int_equal(n_of(town, "sms", &item), 1); /* who paid at the desk has the receipt */
	struct actor leader = because(town, "chutich.hoaphat", "Thu nhầm");
	struct asked asked = ask(town, code);
	town_ok(town, fee_refund(town->ctx, town->cases, &leader, code, asked.receipts->items[0].id, 4000));
	tick(town, links);
	assert_int_equal(n_of(town, "mail", &item), before + 3);
	assert_true(says(item.payload, "text", "hoàn trả: 4.000 đồng.\nLý do: Thu nhầm"));
	links_close(links);
	town_free(town);
}

static void a_text_that_cannot_be_made_stops_no_other(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct value file = json(town, "{\"notices\":[{\"when\":\"accepted\",\"subject\":{\"vi\":\"x\"},"
				       "\"mail\":{\"vi\":\"{{#case.code}}\"}}]}");
	struct outbox_item item;
	assert_int_equal(notices_check(town->ctx, file, cases_templates(town->cases),
				       cases_vietnamese(town->cases)), ERR_INVALID);
	fixture_by_hand(fixture, "UPDATE setting SET body = replace(body, 'Hồ sơ của ông/bà đã được"
				 " tiếp nhận.', '{{#case.code}}') WHERE name = 'notices'");
	fixture_by_hand(fixture, "INSERT INTO setting (name, body) VALUES ('applied', 'now')"
				 " ON CONFLICT (name) DO UPDATE SET body = excluded.body");
	town_ok(town, cases_refresh(town->ctx, town->cases));
	tick(town, links);
	str first = file_copies(town), second = file_copies(town);
	choose(town, second, false, true);
	int before = n_of(town, "mail", &item);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", first, "2015-01-26T09:00"));
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", second, "2015-01-26T09:01"));
	tick(town, links);
	assert_int_equal(n_of(town, "mail", &item), before);
	assert_int_equal(n_of(town, "sms", &item), 1);
	links_close(links);
	town_free(town);
}

static void nobody_is_sent_an_sms_who_did_not_ask_for_it(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_item item;
	tick(town, links);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	tick(town, links);
	assert_int_equal(n_of(town, "sms", &item), 0);
	links_close(links);
	town_free(town);
}

static void another_account_cannot_choose_for_the_applicant(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	struct actor other = town_actor(town, town_officer(town, "tiepnhan.khuetrung"),
					"2015-01-26T08:55");
	assert_int_equal(case_choose_notices(town->ctx, town->cases, &other, code,
					     (struct notice_choice){ true, true }), ERR_NOT_FOUND);
	town_free(town);
}

static void hook_is_told_of_its_office_and_its_kinds_only(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_item item;
	struct hook hook = { .name = S("Cổng khác"), .url = S("http://127.0.0.1:1/hook"),
			     .kinds = S("case.submitted case.accepted"), .active = true,
			     .organisation = town_organisation(town, "hoa-phat") };
	town_ok(town, hook_save(town->ctx, links, 0, &hook));
	tick(town, links);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	choose(town, code, false, false);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	town_file(town, "khue-trung", "2015-01-26T08:50");
	tick(town, links);
	assert_int_equal(n_of(town, "webhook", &item), 2);
	links_close(links);
	town_free(town);
}

static void hook_without_name_or_web_address_is_refused(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct hook no_name = { .url = S("https://a.vn/x") };
	struct hook no_web = { .name = S("A"), .url = S("ftp://a.vn/x") };
	assert_int_equal(hook_save(town->ctx, links, 0, &no_name), ERR_INVALID);
	assert_int_equal(hook_save(town->ctx, links, 0, &no_web), ERR_INVALID);
	links_close(links);
	town_free(town);
}

static void what_cannot_be_reached_waits_and_is_tried_again(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_handler handler = { "webhook", hook_send, links };
	struct hook hook = { .name = S("Cổng khác"), .url = S("http://127.0.0.1:1/hook"),
			     .kinds = S("case.submitted"), .active = true };
	struct outbox_item item;
	int64_t n;
	town_ok(town, hook_save(town->ctx, links, 0, &hook));
	tick(town, links);
	town_file(town, "hoa-phat", "2015-01-26T08:50");
	tick(town, links);
	town_ok(town, outbox_run(town->ctx, town->store, &handler, 1, &n));
	assert_int_equal(n, 0);
	assert_int_equal(n_of(town, "webhook", &item), 1);
	assert_int_equal(item.state, OUTBOX_WAITING);
	assert_true(item.next_at > clock_real());
	links_close(links);
	town_free(town);
}

static void a_hook_into_the_cloud_behind_the_server_is_refused(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_handler handler = { "webhook", hook_send, links };
	struct hook hook = { .name = S("Máy chủ"), .url = S("http://169.254.169.254/latest/meta-data"),
			     .active = true };
	struct outbox_item item;
	int64_t n;
	town_ok(town, hook_save(town->ctx, links, 0, &hook));
	tick(town, links);
	town_file(town, "hoa-phat", "2015-01-26T08:50");
	tick(town, links);
	town_ok(town, outbox_run(town->ctx, town->store, &handler, 1, &n));
	assert_true(n_of(town, "webhook", &item) > 0);
	assert_int_equal(item.state, OUTBOX_FAILED);
	assert_true(str_find(item.fault, S("network")) != SIZE_MAX);
	links_close(links);
	town_free(town);
}

static void a_hook_turned_elsewhere_past_the_program_is_found(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct hook hook = { .name = S("Cổng khác"), .url = S("https://a.example.vn/hook"),
			     .organisation = town_organisation(town, "hoa-phat"), .active = true };
	str finding;
	town_ok(town, hook_save(town->ctx, links, 0, &hook));
	town_ok(town, links_verify(town->ctx, links, &finding));
	assert_true(str_empty(finding));
	fixture_by_hand(fixture, "UPDATE link_hook SET organisation = 0");
	town_ok(town, links_verify(town->ctx, links, &finding));
	assert_true(str_find(finding, S("Cổng khác")) != SIZE_MAX);
	fixture_by_hand(fixture, "DELETE FROM link_hook");
	town_ok(town, links_verify(town->ctx, links, &finding));
	assert_false(str_empty(finding));
	links_close(links);
	town_free(town);
}

static void case_of_another_portal_is_made_once(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct submission s = town_birth(town, "hoa-phat", "2015-01-26T08:50");
	struct actor who = town_actor(town, &town->nobody, "2015-01-26T08:50");
	struct case_result first, second;
	struct db *db;
	str code;
	s.source = S("cong-quoc-gia");
	s.source_code = S("000.00.00.G22-150126-0007");
	town_ok(town, case_submit(town->ctx, town->cases, &who, &s, &first));
	assert_int_equal(case_submit(town->ctx, town->cases, &who, &s, &second), ERR_CONFLICT);
	town_ok(town, store_snapshot(town->ctx, town->store, &db));
	town_ok(town, case_by_source(town->ctx, db, s.source, s.source_code, &code));
	store_release(db);
	assert_true(str_eq(code, first.code));
	assert_string_equal(arena_copy(town->ctx->arena, town_verify(town)).p, "");
	town_free(town);
}

/* ---- officers ---- */

struct wishing {
	int64_t account;
	struct officer_choice choice;
};

static enum err wish(struct ctx *ctx, struct db *db, void *arg)
{
	const struct wishing *w = arg;
	return officer_choose(ctx, db, w->account, w->choice);
}

static void wants(struct town *town, const char *login, bool steps, bool digest)
{
	struct wishing w = { town_officer(town, login)->account, { steps, digest } };
	town_ok(town, store_write(town->ctx, town->store, wish, &w));
}

static int mails_to(struct town *town, const char *login, struct outbox_item *ret_item)
{
	struct outbox_list list = sent(town);
	struct account account;
	struct db *db;
	int n = 0;
	town_ok(town, store_snapshot(town->ctx, town->store, &db));
	town_ok(town, account_by_login(town->ctx, db, str_z(login), &account));
	store_release(db);
	assert_false(str_empty(account.email));
	for (size_t i = list.n; i-- > 0;)
		if (str_eq(value_text(value_get(list.items[i].payload, S("to"))), account.email)) {
			*ret_item = list.items[i];
			n++;
		}
	return n;
}

static void remind(struct town *town, struct links *links, const char *time)
{
	int64_t n;
	clock_set_business(at(time));
	town_ok(town, cases_escalate(town->ctx, town->cases, 100, &n));
	tick(town, links);
}

static void a_late_step_is_told_to_who_holds_it_and_then_to_the_head_as_they_asked(
	struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_item item;
	clock_set_business(at("2015-01-26T09:00"));
	tick(town, links);
	wants(town, "tuphap.hoaphat", true, true);
	wants(town, "chutich.hoaphat", true, true);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	choose(town, code, false, false);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	town_ok(town, town_claim(town, "tuphap.hoaphat", code, "Task_register", "2015-01-26T09:10"));
	remind(town, links, "2015-01-27T16:30");
	assert_int_equal(mails_to(town, "tuphap.hoaphat", &item), 1);
	assert_true(says(item.payload, "subject", "Sắp đến hạn"));
	assert_true(says(item.payload, "text", "Đăng ký khai sinh"));
	assert_false(says(item.payload, "text", "Nguyễn"));
	assert_int_equal(item.object, town_case(town, code).id);
	assert_int_equal(mails_to(town, "chutich.hoaphat", &item), 0);
	remind(town, links, "2015-01-28T09:00");
	tick(town, links);
	assert_int_equal(mails_to(town, "tuphap.hoaphat", &item), 2);
	assert_int_equal(mails_to(town, "chutich.hoaphat", &item), 1);
	assert_true(says(item.payload, "subject", "Quá hạn"));
	assert_int_equal(mails_to(town, "chutich.hoaan", &item), 0);
	links_close(links);
	town_free(town);
}

static void a_step_nobody_took_is_told_to_those_of_its_role_who_asked(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_item item;
	clock_set_business(at("2015-01-26T09:00"));
	tick(town, links);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	choose(town, code, false, false);
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	wants(town, "tuphap.khuetrung", true, true);
	remind(town, links, "2015-01-27T16:30");
	assert_int_equal(n_of(town, "mail", &item), 0); /* nobody there asked */
	wants(town, "tuphap.hoaphat", true, true);
	remind(town, links, "2015-01-28T09:00");
	assert_int_equal(n_of(town, "mail", &item), 1);
	assert_int_equal(mails_to(town, "tuphap.hoaphat", &item), 1);
	links_close(links);
	town_free(town);
}

static void the_digest_stays_away_from_who_switched_it_off(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct links *links = open_links(town);
	struct outbox_item item;
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, town_accept(town, "tiepnhan.hoaphat", code, "2015-01-26T09:00"));
	wants(town, "tuphap.hoaphat", false, false);
	clock_set_business(at("2015-01-27T07:30"));
	town_ok(town, links_digest(town->ctx, links));
	town_ok(town, links_digest(town->ctx, links));
	assert_int_equal(mails_to(town, "tuphap.hoaphat", &item), 0);
	wants(town, "tuphap.hoaphat", false, true);
	clock_set_business(at("2015-01-28T07:30"));
	town_ok(town, links_digest(town->ctx, links));
	assert_int_equal(mails_to(town, "tuphap.hoaphat", &item), 1);
	assert_true(says(item.payload, "subject", "1 quá hạn"));
	links_close(links);
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(acceptance_is_told_by_the_ways_chosen_and_once),
		FIXTURE_TEST(who_got_the_result_is_asked_how_it_was),
		FIXTURE_TEST(a_fee_is_told_when_it_is_due_paid_and_paid_back),
		FIXTURE_TEST(a_text_that_cannot_be_made_stops_no_other),
		FIXTURE_TEST(nobody_is_sent_an_sms_who_did_not_ask_for_it),
		FIXTURE_TEST(another_account_cannot_choose_for_the_applicant),
		FIXTURE_TEST(hook_is_told_of_its_office_and_its_kinds_only),
		FIXTURE_TEST(hook_without_name_or_web_address_is_refused),
		FIXTURE_TEST(what_cannot_be_reached_waits_and_is_tried_again),
		FIXTURE_TEST(a_hook_into_the_cloud_behind_the_server_is_refused),
		FIXTURE_TEST(a_hook_turned_elsewhere_past_the_program_is_found),
		FIXTURE_TEST(case_of_another_portal_is_made_once),
		FIXTURE_TEST(a_late_step_is_told_to_who_holds_it_and_then_to_the_head_as_they_asked),
		FIXTURE_TEST(a_step_nobody_took_is_told_to_those_of_its_role_who_asked),
		FIXTURE_TEST(the_digest_stays_away_from_who_switched_it_off),
	};
	return fixture_run(tests, ARRAY_SIZE(tests), migrations);
}
