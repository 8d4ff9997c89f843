/* Cases are found by the words of names, on each engine: what is found is what a look at every name
 * finds, whatever is asked. */
#include "cases/name_words.h"
#include "cases/cases_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "cases/room.h"
#include "cases/worklist.h"
#include "text/vietnamese.h"

enum { OFFICES = 3, CASES = 360, QUESTIONS = 400, MOST = 51 };

static const char *const families[] = { "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Đặng", "Đỗ", "Ngô" };
static const char *const middles[] = { "Thị", "Văn", "Thị Ngọc", "" };
static const char *const givens[] = { "An", "Anh", "Ánh", "Đào", "Dao", "Hoà", "Hòa", "Lan", "Lan Anh",
				      "Thị", "Thiên", "Uyên" };

struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *dice, uint64_t sides)
{
	dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
	return (dice->state >> 33) % sides;
}

#define PICK(dice, list) (list)[roll((dice), ARRAY_SIZE(list))]

static str person(struct arena *arena, struct dice *dice)
{
	return arena_printf(arena, "%s %s %s", PICK(dice, families), PICK(dice, middles),
			    PICK(dice, givens));
}

/* ---- cases as bare rows ---- */

struct drawn {
	struct case_file cases[CASES];
};

static struct case_file a_case(int64_t office, int64_t id, str code, str subject, str applicant)
{
	return (struct case_file){
		.organisation = office, .id = id, .code = code, .procedure = S("khai-sinh"),
		.status = id % 2 ? CASE_NEW : CASE_RETURNED, .subject = subject,
		.applicant = applicant, .pauses = value_null(), .data = value_map(),
		.asked = value_null() };
}

static enum err write_cases(struct ctx *ctx, struct db *db, void *arg)
{
	struct drawn *drawn = arg;
	for (size_t i = 0; i < CASES; i++)
		TRY(rows_insert_case(ctx, db, &drawn->cases[i]));
	return OK;
}

static struct drawn *draw(struct fixture *fixture, uint64_t seed)
{
	struct arena *arena = &fixture->arena;
	struct drawn *drawn = ARENA_ARRAY(arena, struct drawn, 1);
	struct dice dice = { seed };
	for (int i = 0; i < CASES; i++) {
		str subject = person(arena, &dice);
		str applicant = roll(&dice, 3) ? person(arena, &dice) : subject;
		drawn->cases[i] = a_case(1 + (int64_t)roll(&dice, OFFICES), i + 1,
					 arena_printf(arena, "H17-%d", i), subject, applicant);
		drawn->cases[i].phone = arena_printf(arena, "09050000%02d", i % 50);
		drawn->cases[i].applicant_id = arena_printf(arena, "0482000000%02d", i % 40);
	}
	fixture_ok(fixture, store_write(&fixture->ctx, fixture->store, write_cases, drawn));
	return drawn;
}

/* ---- the same by looking at every name ---- */

static bool name_has(struct arena *arena, str name, str words)
{
	str folded = vietnamese_fold(arena, words), word;
	str spaced = arena_printf(arena, " %.*s ", STR_ARG(vietnamese_fold(arena, name)));
	while (str_next(&folded, ' ', &word)) {
		str wanted = arena_printf(arena, str_empty(folded) ? " %.*s" : " %.*s ",
					  STR_ARG(word));
		if (str_find(spaced, wanted) == SIZE_MAX)
			return false;
	}
	return true;
}

static size_t look_at_all(struct arena *arena, const struct drawn *drawn,
			  const struct name_search *search, int64_t *ids)
{
	size_t n = 0;
	for (size_t i = CASES; i-- > 0 && n < MOST;) {
		const struct case_file *c = &drawn->cases[i];
		bool seen = false;
		for (size_t k = 0; k < search->n; k++)
			seen = seen || search->offices[k] == c->organisation;
		if (!seen || c->id >= search->before || (search->filter && c->status != CASE_NEW))
			continue;
		if (name_has(arena, c->subject, search->words) ||
		    name_has(arena, c->applicant, search->words))
			ids[n++] = c->id;
	}
	return n;
}

struct finding {
	const struct name_search *search;
	struct found_case found[MOST];
	size_t n;
};

static enum err find(struct ctx *ctx, struct db *db, void *arg)
{
	struct finding *f = arg;
	return name_words_find(ctx, db, f->search, f->found, MOST, &f->n);
}

static void same_as_looking(struct fixture *fixture, const struct drawn *drawn,
			    const struct name_search *search)
{
	struct finding f = { .search = search };
	int64_t ids[MOST];
	size_t n = look_at_all(&fixture->arena, drawn, search, ids);
	fixture_ok(fixture, store_read(&fixture->ctx, fixture->store, find, &f));
	if (f.n != n)
		print_message("\"%.*s\": %zu found, %zu there\n", STR_ARG(search->words), f.n, n);
	assert_int_equal(f.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(f.found[i].id, ids[i]);
}

/* Words of a name in any order and number, the last perhaps cut, with marks or without. */
static str question(struct arena *arena, struct dice *dice)
{
	struct buf out = { .arena = arena };
	str name = person(arena, dice), words[8], word;
	size_t n = 0, take;
	if (roll(dice, 2))
		name = vietnamese_fold(arena, name);
	while (n < 8 && str_next(&name, ' ', &word))
		if (!str_empty(word))
			words[n++] = word;
	take = 1 + roll(dice, n);
	for (size_t i = 0; i < take; i++) {
		size_t at = i + roll(dice, n - i);
		word = words[at];
		words[at] = words[i];
		if (i)
			buf_byte(&out, ' ');
		if (i + 1 == take && roll(dice, 3) == 0)
			word = str_slice(vietnamese_fold(arena, word), 0, 1 + roll(dice, 3));
		buf_str(&out, word);
	}
	return buf_view(&out);
}

static void whatever_is_asked_is_found_as_by_looking_at_every_name(struct fixture *fixture)
{
	struct drawn *drawn = draw(fixture, 7);
	struct dice dice = { 11 };
	sql_t filter = sql_new(&fixture->arena);
	sql_add(&filter, SQL(" AND c.status = $1"), (int64_t)CASE_NEW);
	for (int i = 0; i < QUESTIONS; i++) {
		int64_t offices[] = { 1 + (int64_t)roll(&dice, OFFICES), 2, 3 };
		struct name_search search = {
			.offices = offices, .n = offices[0] == 1 ? 1 + roll(&dice, 3) : 1,
			.words = question(&fixture->arena, &dice),
			.before = roll(&dice, 2) ? INT64_MAX : 1 + (int64_t)roll(&dice, CASES),
			.filter = roll(&dice, 3) ? NULL : &filter,
		};
		same_as_looking(fixture, drawn, &search);
	}
}

static void letter_many_words_begin_with_is_found_too(struct fixture *fixture)
{
	struct arena *arena = &fixture->arena;
	struct drawn *drawn = draw(fixture, 3);
	int64_t office = 1;
	for (int i = 0; i < CASES; i++) {
		drawn->cases[i] = a_case(1, CASES + 1 + i, arena_printf(arena, "H18-%d", i),
			arena_printf(arena, "Trần %c%c%c", "tvx"[i % 3], 'a' + i % 26, 'a' + i % 23),
			S("Lê B"));
	}
	fixture_ok(fixture, store_write(&fixture->ctx, fixture->store, write_cases, drawn));
	for (const char *words = "t\0x\0tran v\0v tran\0"; *words; words += strlen(words) + 1) {
		struct name_search search = { .offices = &office, .n = 1, .words = str_z(words),
					      .before = INT64_MAX };
		struct finding f = { .search = &search };
		fixture_ok(fixture, store_read(&fixture->ctx, fixture->store, find, &f));
		int64_t ids[MOST];
		size_t n = look_at_all(arena, drawn, &search, ids);
		assert_int_equal(f.n, n);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(f.found[i].id, ids[i]);
	}
}

static size_t found_by(struct fixture *fixture, int64_t office, const char *words)
{
	struct name_search search = { .offices = &office, .n = 1, .words = str_z(words),
				      .before = INT64_MAX };
	struct finding f = { .search = &search };
	fixture_ok(fixture, store_read(&fixture->ctx, fixture->store, find, &f));
	return f.n;
}

static void one_case(struct fixture *fixture, struct drawn *drawn)
{
	for (size_t i = 0; i < CASES; i++)
		drawn->cases[i] = a_case(2, 1 + (int64_t)i, arena_printf(&fixture->arena, "X%zu", i),
					 S("Lê Ba"), S("Lê Ba"));
	drawn->cases[0].organisation = 1;
	drawn->cases[0].subject = S("Đặng Thị Hoà");
	drawn->cases[0].applicant = S("Đỗ Văn Đức");
	drawn->cases[0].phone = S("0905123456");
	drawn->cases[0].applicant_id = S("048200001234");
	fixture_ok(fixture, store_write(&fixture->ctx, fixture->store, write_cases, drawn));
}

static void marks_order_and_number_do_not_matter_and_walls_hold(struct fixture *fixture)
{
	static const char *const right[] = {
		"Đặng Thị Hoà", "Đặng Thị Hòa", "dang thi hoa", "DANG THI HOA", "hoa dang", "thi h",
		"d", "đức", "duc do", "hoa",
		"Đa\xcc\x86\xcc\xa3ng Thi\xcc\xa3 Hoa\xcc\x80", "0905123456", "0905 123 456",
		"048200001234", "X0", " hoa ",
	};
	static const char *const wrong[] = { "dang duc", "dan thi hoa", "oa", "le ba", "0905123457",
					     "dang thi hoan", "X1", "" };
	one_case(fixture, ARENA_ARRAY(&fixture->arena, struct drawn, 1));
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		if (found_by(fixture, 1, right[i]) != 1)
			fail_msg("%s is not found", right[i]);
		assert_int_equal(found_by(fixture, 2, right[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (found_by(fixture, 1, wrong[i]) != 0)
			fail_msg("%s is found", wrong[i]);
}

/* ---- rows follow the names ---- */

static enum err rename_first(struct ctx *ctx, struct db *db, void *arg)
{
	struct drawn *drawn = arg;
	return rows_update_case(ctx, db, &drawn->cases[0], true);
}

static void corrected_name_is_found_and_the_old_one_is_not(struct fixture *fixture)
{
	struct drawn *drawn = ARENA_ARRAY(&fixture->arena, struct drawn, 1);
	one_case(fixture, drawn);
	drawn->cases[0].subject = S("Đặng Thị Hoàn");
	fixture_ok(fixture, store_write(&fixture->ctx, fixture->store, rename_first, drawn));
	assert_int_equal(found_by(fixture, 1, "dang hoan"), 1);
	assert_int_equal(found_by(fixture, 1, "hoa dang"), 0);
	assert_int_equal(found_by(fixture, 1, "duc"), 1);
}

static enum err count_words(struct ctx *ctx, struct db *db, void *arg)
{
	struct drawn *drawn = arg;
	int64_t told = 0, there = 0, all;
	for (size_t i = 0; i < CASES; i++) {
		int64_t must, is;
		TRY(name_words_compare(ctx, db, &drawn->cases[i], &must, &is));
		told += must;
		there += is;
	}
	TRY(db_int(ctx, db, 0, &all, SQL("SELECT COUNT(*) FROM name_word")));
	assert_int_equal(told, there);
	assert_int_equal(told, all);
	assert_true(told > CASES);
	return OK;
}

static void database_of_before_is_given_its_words(struct fixture *fixture)
{
	struct drawn *drawn = draw(fixture, 5);
	fixture_ok(fixture, store_read(&fixture->ctx, fixture->store, count_words, drawn));
	fixture_by_hand(fixture, "DROP TABLE name_word");
	fixture_by_hand(fixture, "DROP INDEX list_phone");
	fixture_by_hand(fixture, "CREATE INDEX list_subject ON case_file (subject_key)");
	fixture_by_hand(fixture, "CREATE INDEX list_applicant ON case_file (applicant_key)");
	fixture_by_hand(fixture, "DELETE FROM migration WHERE room = 'lists' AND version = 3");
	fixture_reopen(fixture);
	fixture_ok(fixture, store_read(&fixture->ctx, fixture->store, count_words, drawn));
}

static bool says(str text, const char *words)
{
	return str_find(text, str_z(words)) != SIZE_MAX;
}

static void word_changed_by_hand_is_named(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	town_file(town, "hoa-phat", "2015-01-26T08:50");
	assert_string_equal(town_verify(town).p, "");
	fixture_by_hand(fixture, "INSERT INTO name_word (organisation, word, case_id, name)"
				 " VALUES (1, 'x', 1, ' x ')");
	assert_true(says(town_verify(town), "belong to no case"));
	fixture_by_hand(fixture, "DELETE FROM name_word WHERE word = 'x'");
	fixture_by_hand(fixture, "UPDATE name_word SET name = name || 'x '");
	assert_true(says(town_verify(town), "the index of names"));
	town_free(town);
}

/* ---- the lists ---- */

struct counting {
	struct wanted w;
	int64_t n;
};

static enum err count_list(struct ctx *ctx, struct db *db, void *arg)
{
	struct counting *c = arg;
	return worklist_size(ctx, db, &c->w, 1000, &c->n);
}

static int64_t listed(struct town *town, const char *login, enum list list, str words)
{
	struct counting c = { .w = { .list = list, .principal = town_officer(town, login),
				     .cases = town->cases, .words = words, .procedure = S(""),
				     .step = S(""), .now = at("2015-01-27T09:00") } };
	town_ok(town, store_read(town->ctx, town->store, count_list, &c));
	return c.n;
}

static void lists_find_by_the_same_words_within_their_walls(struct fixture *fixture)
{
	struct town *town = town_new(fixture);
	str code = town_file(town, "hoa-phat", "2015-01-26T08:50");
	struct case_file c = town_case(town, code);
	str folded = vietnamese_fold(town->ctx->arena, c.applicant), word, turned = S("");
	for (str rest = folded; str_next(&rest, ' ', &word);)
		turned = arena_printf(town->ctx->arena, "%.*s %.*s", STR_ARG(word), STR_ARG(turned));
	str asked[] = { c.applicant, folded, turned, code };
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		for (enum list list = LIST_TODO; list <= LIST_ALL; list += LIST_ALL - LIST_TODO) {
			assert_int_equal(listed(town, "tiepnhan.hoaphat", list, asked[i]), 1);
			assert_int_equal(listed(town, "tiepnhan.hoaan", list, asked[i]), 0);
		}
	town_free(town);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(whatever_is_asked_is_found_as_by_looking_at_every_name),
		FIXTURE_TEST(letter_many_words_begin_with_is_found_too),
		FIXTURE_TEST(marks_order_and_number_do_not_matter_and_walls_hold),
		FIXTURE_TEST(corrected_name_is_found_and_the_old_one_is_not),
		FIXTURE_TEST(database_of_before_is_given_its_words),
		FIXTURE_TEST(word_changed_by_hand_is_named),
		FIXTURE_TEST(lists_find_by_the_same_words_within_their_walls),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], town_migrations);
}
