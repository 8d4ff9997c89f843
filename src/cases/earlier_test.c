/* Papers of earlier cases: whose they are shown to, and whose case may take them over. */
#include "cases/cases_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "cases/earlier.h"

#define HOA "201534678901"

/* Who filed how: at the desk in person, or online in whatever name. */
struct filed {
	const char *name, *number;
	enum case_channel channel;
	const struct case_person *instead; /* representative, or NULL */
};

static const struct filed in_person = { "Nguyễn Thị Hòa", HOA, CHANNEL_DIRECT };
static const struct filed online = { "Nguyễn Thị Hòa", HOA, CHANNEL_ONLINE };

static struct actor receiver(struct town *town)
{
	return town_actor(town, town_officer(town, "tiepnhan.hoaphat"), "2015-01-26T09:00");
}

static struct submission submission_of(struct town *town, const struct filed *filed)
{
	struct submission s = town_birth(town, "hoa-phat", "2015-01-26T08:50");
	s.channel = filed->channel;
	s.applicant = str_z(filed->name);
	s.applicant_id = str_z(filed->number);
	s.people = filed->instead;
	s.n_people = filed->instead ? 1 : 0;
	return s;
}

/* A case with one identity paper of these bytes; accepted where it came to the desk. */
static struct case_result file_with(struct town *town, const struct filed *filed, const char *bytes,
				    str *ret_hash)
{
	struct submission s = submission_of(town, filed);
	struct acceptance acceptance = { 0 };
	struct actor who = receiver(town);
	struct case_result result;
	struct file_info info;
	town_ok(town, file_put(town->ctx, town->store, str_z(bytes), S("image/png"), &info));
	const struct attachment file = { S("files.identity"), S("cmnd.png"), info.hash, info.type,
					 info.size };
	s.attachments = &file;
	s.n_attachments = 1;
	town_ok(town, case_submit(town->ctx, town->cases, &who, &s, &result));
	if (filed->channel == CHANNEL_DIRECT)
		town_ok(town, case_accept(town->ctx, town->cases, &who, result.code, &acceptance));
	*ret_hash = info.hash;
	return result;
}

static struct value proven(struct town *town, const struct case_result *by, const char *number)
{
	struct value found;
	town_ok(town, earlier_proven(town->ctx, town->cases, town_citizen(town, by->code),
				     str_z(number), &found));
	return found;
}

static bool holds(struct value found, str hash)
{
	for (uint32_t i = 0; i < found.n; i++)
		if (str_eq(value_text(value_get(found.items[i], S("hash"))), hash))
			return true;
	return false;
}

static void the_pin_of_a_case_shows_its_papers_with_their_kind(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str hash;
	struct case_result mine = file_with(town, &online, "mine", &hash);
	struct value found = proven(town, &mine, HOA);
	assert_int_equal(found.n, 1);
	assert_true(holds(found, hash));
	assert_true(str_eq(value_text(value_get(found.items[0], S("paper"))), S("giay-to-tuy-than")));
	assert_true(str_eq(value_text(value_get(found.items[0], S("code"))), mine.code));
	town_free(town);
}

static void nobody_is_shown_papers_without_a_pin_or_in_another_number(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	struct value found;
	str hash;
	struct case_result mine = file_with(town, &in_person, "mine", &hash);
	town_ok(town, earlier_proven(town->ctx, town->cases, &town->nobody, S(HOA), &found));
	assert_int_equal(found.n, 0);
	assert_int_equal(proven(town, &mine, "999999999999").n, 0);
	assert_int_equal(proven(town, &mine, "").n, 0);
	town_free(town);
}

static void filing_online_in_a_strangers_number_shows_nothing_of_the_stranger(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	static const struct filed stranger = { "Nguyễn Thị Hòa", HOA, CHANNEL_ONLINE };
	str victims, own;
	file_with(town, &in_person, "the victim's", &victims);
	struct case_result bait = file_with(town, &stranger, "bait", &own);
	struct value found = proven(town, &bait, HOA);
	assert_false(holds(found, victims));
	assert_true(holds(found, own));
	town_free(town);
}

static void who_filed_for_somebody_is_shown_that_case_only(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	const struct case_person other = { S("representative"), S("Trần Văn Bình"),
						  S("201534670002"), S("12/2015") };
	const struct filed instead = { "Nguyễn Thị Hòa", HOA, CHANNEL_DIRECT, &other };
	str own, given;
	file_with(town, &in_person, "her own", &own);
	struct case_result by_other = file_with(town, &instead, "given along", &given);
	struct value found = proven(town, &by_other, HOA);
	assert_true(holds(found, given));
	assert_false(holds(found, own));
	town_free(town);
}

static void two_cases_taken_in_from_the_same_person_show_each_others_papers(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	static const struct filed mistyped = { "Lê Văn Tám", HOA, CHANNEL_DIRECT };
	str first, second, third, fourth;
	struct case_result mine = file_with(town, &in_person, "first", &first);
	file_with(town, &in_person, "second", &second);
	file_with(town, &mistyped, "third", &third);
	file_with(town, &online, "fourth", &fourth);
	struct value found = proven(town, &mine, HOA);
	assert_true(holds(found, first) && holds(found, second));
	assert_false(holds(found, third) || holds(found, fourth));
	town_free(town);
}

static void a_case_takes_over_papers_of_its_own_applicant_only(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	static const struct filed thief = { "Lê Văn Tám", "201534670009", CHANNEL_ONLINE };
	struct actor who = receiver(town);
	struct case_result before, after;
	struct case_reuse reuse = { .paper = S("giay-to-tuy-than") };
	struct submission s = submission_of(town, &thief);
	before = file_with(town, &in_person, "hers", &reuse.hash);
	reuse.from_case = before.id;
	s.reuse = &reuse;
	s.n_reuse = 1;
	assert_int_equal(case_submit(town->ctx, town->cases, &who, &s, &after), ERR_INVALID);
	/* A case of one's own that never had the file does not help. */
	str other;
	reuse.from_case = file_with(town, &thief, "his", &other).id;
	assert_int_equal(case_submit(town->ctx, town->cases, &who, &s, &after), ERR_INVALID);
	s = submission_of(town, &online);
	reuse.from_case = before.id;
	s.reuse = &reuse;
	s.n_reuse = 1;
	town_ok(town, case_submit(town->ctx, town->cases, &who, &s, &after));
	assert_true(str_empty(town_verify(town)));
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(the_pin_of_a_case_shows_its_papers_with_their_kind),
		FIXTURE_TEST(nobody_is_shown_papers_without_a_pin_or_in_another_number),
		FIXTURE_TEST(filing_online_in_a_strangers_number_shows_nothing_of_the_stranger),
		FIXTURE_TEST(who_filed_for_somebody_is_shown_that_case_only),
		FIXTURE_TEST(two_cases_taken_in_from_the_same_person_show_each_others_papers),
		FIXTURE_TEST(a_case_takes_over_papers_of_its_own_applicant_only),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
