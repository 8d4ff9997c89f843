/* Filings at the counter, on each engine: kept apart while incomplete, taken in once, people and
 * papers written down, duplicates decided. */
#include "cases/cases_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "cases/counter.h"
#include "cases/earlier.h"

#define assert_text(text, expected)                                                   \
	do {                                                                          \
		str text_ = (text);                                                   \
		assert_string_equal(arena_copy(town->ctx->arena, text_).p, expected); \
	} while (0)

static struct counter_filing filing_new(struct town *town)
{
	return (struct counter_filing){
		.token = counter_token(town->ctx->arena),
		.organisation = town_organisation(town, "hoa-phat"),
		.account = town_officer(town, "tiepnhan.hoaphat")->account,
		.procedure = S("lien-thong-khai-sinh"), .applicant = S("Nguyễn Thị Hòa"),
		.applicant_id = S("201534678901"), .body = value_map(), .missing = value_list(),
	};
}

static struct submission birth(struct town *town)
{
	struct submission s = town_birth(town, "hoa-phat", "2015-01-26T08:50");
	s.channel = CHANNEL_DIRECT;
	s.applicant_id = S("201534678901");
	return s;
}

static struct actor receiver(struct town *town)
{
	return town_actor(town, town_officer(town, "tiepnhan.hoaphat"), "2015-01-26T09:00");
}

struct counted {
	int64_t n;
};

static enum err count_cases(struct ctx *ctx, struct db *db, void *arg)
{
	struct counted *counted = arg;
	return db_int(ctx, db, 0, &counted->n, SQL("SELECT COUNT(*) FROM case_file"));
}

static int64_t cases_in(struct town *town)
{
	struct counted counted;
	town_ok(town, store_read(town->ctx, town->store, count_cases, &counted));
	return counted.n;
}

static void taken_in_it_is_accepted_in_one_act_and_only_once(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct counter_filing filing = filing_new(town);
	struct submission s = birth(town);
	const struct paper_check papers[] = { { S("giay-chung-sinh"), S("certified") } };
	struct acceptance acceptance = { .papers = papers, .n_papers = 1 };
	struct actor who = receiver(town);
	struct case_result first, second;
	town_ok(town, counter_save(town->ctx, town->cases, &filing, NULL, 0));
	town_ok(town, counter_take_in(town->ctx, town->cases, &who, &filing, &s, &acceptance, &first));
	town_ok(town, counter_take_in(town->ctx, town->cases, &who, &filing, &s, &acceptance, &second));
	assert_true(str_eq(first.code, second.code));
	assert_int_equal(cases_in(town), 1);
	struct case_file c = town_case(town, first.code);
	assert_int_equal(c.status, CASE_ACCEPTED);
	assert_int_equal(c.register_number, 1);
	assert_true(c.due_at > 0);
	town_ok(town, counter_load(town->ctx, town->cases, filing.token, &filing));
	assert_int_equal(filing.state, COUNTER_TAKEN_IN);
	assert_true(str_eq(filing.case_code, first.code));
	assert_int_equal(counter_save(town->ctx, town->cases, &filing, NULL, 0), ERR_CONFLICT);
	assert_text(town_verify(town), "");
	town_free(town);
}

static enum err one_visit(struct ctx *ctx, struct db *db, const struct visit_sought *sought,
			  struct case_visit *ret_visit)
{
	(void)db;
	if (!str_eq(sought->label, S("A012")))
		return ERR_NOT_FOUND;
	*ret_visit = (struct case_visit){ 77, 2, S("A012"), 1422237600000000 };
	return OK;
}

struct visits {
	int64_t all, kept;
};

static enum err count_visits(struct ctx *ctx, struct db *db, void *arg)
{
	struct visits *visits = arg;
	TRY(db_int(ctx, db, 0, &visits->kept,
		   SQL("SELECT COUNT(*) FROM case_visit WHERE id = 77 AND counter = 2"
		       " AND label = 'A012' AND called_at = 1422237600000000")));
	return db_int(ctx, db, 0, &visits->all, SQL("SELECT COUNT(*) FROM case_visit"));
}

static void a_case_keeps_the_visit_it_was_filed_at_and_no_invented_one(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	const char *const tickets[] = { "A012", "Z999" };
	struct visits visits;
	cases_hall(town->cases, one_visit);
	for (size_t i = 0; i < ARRAY_SIZE(tickets); i++) {
		struct counter_filing filing = filing_new(town);
		struct submission s = birth(town);
		struct acceptance acceptance = { 0 };
		struct actor who = receiver(town);
		struct case_result done;
		s.ticket = str_z(tickets[i]);
		town_ok(town, counter_save(town->ctx, town->cases, &filing, NULL, 0));
		town_ok(town, counter_take_in(town->ctx, town->cases, &who, &filing, &s, &acceptance,
					      &done));
	}
	town_ok(town, store_read(town->ctx, town->store, count_visits, &visits));
	assert_int_equal(visits.kept, 1);
	assert_int_equal(visits.all, 1);
	assert_text(town_verify(town), "");
	fixture_by_hand(fixture, "UPDATE case_visit SET counter = 3");
	assert_true(town_verify(town).n > 0);
	town_free(town);
}

static void where_accepting_fails_nothing_is_submitted(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct counter_filing filing = filing_new(town);
	struct submission s = birth(town);
	const struct paper_check papers[] = { { S("giay-chung-sinh"), S("chewed") } };
	struct acceptance acceptance = { .papers = papers, .n_papers = 1 };
	struct actor who = receiver(town);
	struct case_result result;
	town_ok(town, counter_save(town->ctx, town->cases, &filing, NULL, 0));
	assert_int_equal(counter_take_in(town->ctx, town->cases, &who, &filing, &s, &acceptance,
					 &result), ERR_INVALID);
	assert_int_equal(cases_in(town), 0);
	town_ok(town, counter_load(town->ctx, town->cases, filing.token, &filing));
	assert_int_equal(filing.state, COUNTER_OPEN);
	town_free(town);
}

static void incomplete_is_no_case_until_it_is_complete(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct counter_filing filing = filing_new(town);
	struct counter_list list;
	struct submission s = birth(town);
	struct acceptance acceptance = { 0 };
	struct actor who = receiver(town);
	struct case_result result;
	const int64_t here[] = { filing.organisation };
	const int64_t elsewhere[] = { town_organisation(town, "khue-trung") };
	value_push(town->ctx->arena, &filing.missing, value_str(S("giay-chung-sinh")));
	filing.remind_on = at("2015-01-29T00:00") / USEC_DAY;
	town_ok(town, counter_save(town->ctx, town->cases, &filing, NULL, 0));
	town_ok(town, counter_keep(town->ctx, town->cases, &who, &filing));
	assert_int_equal(cases_in(town), 0);
	town_ok(town, counter_incomplete(town->ctx, town->cases, here, 1, &list));
	assert_int_equal(list.n, 1);
	assert_text(list.items[0].applicant, "Nguyễn Thị Hòa");
	assert_text(value_text(list.items[0].missing.items[0]), "giay-chung-sinh");
	town_ok(town, counter_incomplete(town->ctx, town->cases, elsewhere, 1, &list));
	assert_int_equal(list.n, 0);
	town_ok(town, counter_take_in(town->ctx, town->cases, &who, &filing, &s, &acceptance, &result));
	town_ok(town, counter_incomplete(town->ctx, town->cases, here, 1, &list));
	assert_int_equal(list.n, 0);
	assert_int_equal(town_case(town, result.code).status, CASE_ACCEPTED);
	assert_text(town_verify(town), "");
	town_free(town);
}

static void given_up_it_cannot_be_taken_in_and_another_ward_can_give_up_nothing(
	struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct counter_filing filing = filing_new(town);
	struct submission s = birth(town);
	struct actor who = receiver(town);
	struct actor other = town_actor(town, town_officer(town, "tiepnhan.khuetrung"), NULL);
	struct case_result result;
	town_ok(town, counter_save(town->ctx, town->cases, &filing, NULL, 0));
	assert_int_equal(counter_drop(town->ctx, town->cases, &other, &filing), ERR_FORBIDDEN);
	town_ok(town, counter_drop(town->ctx, town->cases, &who, &filing));
	assert_int_equal(counter_drop(town->ctx, town->cases, &who, &filing), ERR_CONFLICT);
	assert_int_equal(counter_take_in(town->ctx, town->cases, &who, &filing, &s, NULL, &result),
			 ERR_CONFLICT);
	assert_int_equal(cases_in(town), 0);
	town_free(town);
}

static struct counter_paper photograph(struct town *town, const char *bytes)
{
	struct file_info info;
	town_ok(town, file_put(town->ctx, town->store, str_z(bytes), S("image/png"), &info));
	return (struct counter_paper){ .paper = S("giay-chung-sinh"), .source = S("phone"),
				       .name = S("anh.png"), .hash = info.hash, .type = info.type,
				       .size = info.size };
}

static void telephone_sends_only_while_its_address_is_good(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct counter_filing filing = filing_new(town);
	struct counter_paper photo = photograph(town, "a photograph");
	town_ok(town, counter_save(town->ctx, town->cases, &filing, NULL, 0));
	assert_int_equal(counter_add_by_phone(town->ctx, town->cases, filing.token, &photo, 1),
			 ERR_NOT_FOUND);
	filing.phone_until = INT64_MAX;
	town_ok(town, counter_save(town->ctx, town->cases, &filing, NULL, 0));
	town_ok(town, counter_add_by_phone(town->ctx, town->cases, filing.token, &photo, 1));
	town_ok(town, counter_load(town->ctx, town->cases, filing.token, &filing));
	assert_int_equal(filing.n_papers, 1);
	assert_text(filing.papers[0].source, "phone");
	town_ok(town, counter_remove_paper(town->ctx, town->cases, &filing, filing.papers[0].id));
	town_ok(town, counter_load(town->ctx, town->cases, filing.token, &filing));
	assert_int_equal(filing.n_papers, 0);
	town_free(town);
}

static void representative_consent_and_reused_papers_are_rows_that_verify_knows(
	struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct counter_filing filing = filing_new(town);
	struct submission s = birth(town);
	const struct case_person person = { S("representative"), S("Trần Văn Bình"), S("201534670002"),
					    S("12/2015, Hòa Phát") };
	struct counter_paper photo = photograph(town, "an identity paper");
	const struct attachment file = { S("files.identity"), S("cmnd.png"), photo.hash, photo.type,
					 photo.size };
	struct case_reuse reuse = { .paper = S("giay-to-tuy-than"), .hash = photo.hash };
	struct acceptance acceptance = { 0 };
	struct actor who = receiver(town);
	struct submission before = birth(town);
	struct case_result result;
	before.attachments = &file;
	before.n_attachments = 1;
	town_ok(town, case_submit(town->ctx, town->cases, &who, &before, &result));
	reuse.from_case = result.id;
	s.people = &person;
	s.n_people = 1;
	s.channel = CHANNEL_ONLINE;
	s.consent = S("Tôi đồng ý");
	s.reuse = &reuse;
	s.n_reuse = 1;
	town_ok(town, counter_save(town->ctx, town->cases, &filing, NULL, 0));
	town_ok(town, counter_take_in(town->ctx, town->cases, &who, &filing, &s, &acceptance, &result));
	assert_text(town_verify(town), "");
	fixture_by_hand(fixture, "UPDATE case_person SET name = 'x'");
	assert_true(str_find(town_verify(town), S("table case_person")) != SIZE_MAX);
	fixture_by_hand(fixture, "UPDATE case_person SET name = 'Trần Văn Bình'");
	fixture_by_hand(fixture, "UPDATE case_consent SET body = 'x'");
	assert_true(str_find(town_verify(town), S("table case_consent")) != SIZE_MAX);
	fixture_by_hand(fixture, "UPDATE case_consent SET body = 'Tôi đồng ý'");
	fixture_by_hand(fixture, "DELETE FROM case_reuse");
	assert_true(str_find(town_verify(town), S("table case_reuse")) != SIZE_MAX);
	town_free(town);
}

static void earlier_papers_are_shown_only_where_the_officer_may_see_the_case(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct submission s = birth(town);
	struct counter_paper photo = photograph(town, "an identity paper");
	const struct attachment file = { S("files.identity"), S("cmnd.png"), photo.hash, photo.type,
					 photo.size };
	struct actor who = receiver(town);
	struct case_result result;
	struct value found;
	s.attachments = &file;
	s.n_attachments = 1;
	town_ok(town, case_submit(town->ctx, town->cases, &who, &s, &result));
	town_ok(town, earlier_seen(town->ctx, town->cases, who.principal, S("201534678901"), &found));
	assert_int_equal(found.n, 1);
	assert_true(str_eq(value_text(value_get(found.items[0], S("code"))), result.code));
	town_ok(town, earlier_seen(town->ctx, town->cases, who.principal, S("999999999999"), &found));
	assert_int_equal(found.n, 0);
	town_ok(town, earlier_seen(town->ctx, town->cases, who.principal, S(""), &found));
	assert_int_equal(found.n, 0);
	town_ok(town, earlier_seen(town->ctx, town->cases,
				      town_officer(town, "tiepnhan.khuetrung"), S("201534678901"),
				      &found));
	assert_int_equal(found.n, 0);
	town_free(town);
}

static void filings_of_one_visit_stand_together(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct counter_filing first = filing_new(town), second = filing_new(town);
	struct counter_filing other = filing_new(town);
	struct counter_list visit;
	town_ok(town, counter_save(town->ctx, town->cases, &first, NULL, 0));
	second.visit = first.visit;
	town_ok(town, counter_save(town->ctx, town->cases, &second, NULL, 0));
	town_ok(town, counter_save(town->ctx, town->cases, &other, NULL, 0));
	town_ok(town, counter_visit(town->ctx, town->cases, &second, &visit));
	assert_int_equal(visit.n, 2);
	assert_true(str_eq(visit.items[0].token, first.token));
	town_free(town);
}

/* ---- duplicates ---- */

struct pair_of {
	struct town *town;
	str code;
	struct value list;
};

static enum err read_duplicates(struct ctx *ctx, struct db *db, void *arg)
{
	struct pair_of *p = arg;
	struct case_file c;
	TRY(case_load(ctx, db, p->code, &c));
	return case_duplicates(ctx, p->town->cases, db, &c, &p->list);
}

static uint32_t duplicates(struct town *town, str code)
{
	struct pair_of p = { .town = town, .code = code };
	town_ok(town, store_read(town->ctx, town->store, read_duplicates, &p));
	return p.list.n;
}

static void decided_about_two_cases_do_not_warn_of_one_another(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str a = town_file(town, "hoa-phat", "2015-01-26T08:40");
	str b = town_file(town, "hoa-phat", "2015-01-26T08:50");
	str c = town_file(town, "hoa-phat", "2015-01-26T08:55");
	struct actor who = town_actor(town, town_officer(town, "tiepnhan.hoaphat"), NULL);
	who.reason = S(" ");
	assert_int_equal(duplicates(town, a), 2);
	assert_int_equal(case_decide_duplicate(town->ctx, town->cases, &who, a, b,
					       DUPLICATE_DIFFERENT), ERR_INVALID);
	who.reason = S("Hai trẻ sinh đôi");
	town_ok(town, case_decide_duplicate(town->ctx, town->cases, &who, a, b, DUPLICATE_DIFFERENT));
	assert_int_equal(duplicates(town, a), 1);
	assert_int_equal(duplicates(town, b), 1);
	assert_int_equal(duplicates(town, c), 2);
	who.reason = S("Nộp hai lần");
	town_ok(town, case_decide_duplicate(town->ctx, town->cases, &who, c, a, DUPLICATE_WITHDRAW));
	assert_int_equal(town_case(town, c).status, CASE_WITHDRAWN);
	assert_int_equal(town_case(town, a).status, CASE_NEW);
	assert_int_equal(duplicates(town, a), 0);
	assert_int_equal(case_decide_duplicate(town->ctx, town->cases, &who, c, b, DUPLICATE_WITHDRAW),
			 ERR_CONFLICT);
	assert_int_equal(case_decide_duplicate(town->ctx, town->cases, &who, a, a, DUPLICATE_SAME),
			 ERR_INVALID);
	struct actor other = town_actor(town, town_officer(town, "tiepnhan.khuetrung"), NULL);
	other.reason = S("x");
	assert_int_equal(case_decide_duplicate(town->ctx, town->cases, &other, a, b, DUPLICATE_SAME),
			 ERR_NOT_FOUND);
	assert_text(town_verify(town), "");
	fixture_by_hand(fixture, "UPDATE case_duplicate SET verdict = 1");
	assert_true(str_find(town_verify(town), S("table case_duplicate")) != SIZE_MAX);
	town_free(town);
}

static void most_used_procedures_come_first(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str names[3];
	size_t n;
	town_ok(town, counter_most_used(town->ctx, town->cases, town_organisation(town, "hoa-phat"), 3,
					names, &n));
	assert_int_equal(n, 0);
	town_file(town, "hoa-phat", "2015-01-26T08:50");
	town_ok(town, counter_most_used(town->ctx, town->cases, town_organisation(town, "hoa-phat"), 3,
					names, &n));
	assert_int_equal(n, 1);
	assert_text(names[0], "lien-thong-khai-sinh");
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(taken_in_it_is_accepted_in_one_act_and_only_once),
		FIXTURE_TEST(a_case_keeps_the_visit_it_was_filed_at_and_no_invented_one),
		FIXTURE_TEST(where_accepting_fails_nothing_is_submitted),
		FIXTURE_TEST(incomplete_is_no_case_until_it_is_complete),
		FIXTURE_TEST(given_up_it_cannot_be_taken_in_and_another_ward_can_give_up_nothing),
		FIXTURE_TEST(telephone_sends_only_while_its_address_is_good),
		FIXTURE_TEST(representative_consent_and_reused_papers_are_rows_that_verify_knows),
		FIXTURE_TEST(earlier_papers_are_shown_only_where_the_officer_may_see_the_case),
		FIXTURE_TEST(filings_of_one_visit_stand_together),
		FIXTURE_TEST(decided_about_two_cases_do_not_warn_of_one_another),
		FIXTURE_TEST(most_used_procedures_come_first),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
