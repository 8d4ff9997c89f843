#include "base/json.h"
#include "calendar/calendar.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *const WORDS[][2] = {
	{ "Received at %.*s on %.*s", "Nhận lúc %.*s ngày %.*s" },
	{ "Received at %.*s on %.*s (late in the day), counts as %.*s",
	  "Nhận lúc %.*s ngày %.*s, tính là ngày %.*s" },
	{ "day %lld is %.*s", "ngày thứ %lld là %.*s" },
	{ "%s %.*s is worked", "%s %.*s làm việc" },
	{ "closed for %.*s %.*s", "nghỉ %.*s %.*s" },
	{ "Saturday", "thứ Bảy" },
};

static const char *vietnamese(const void *language, const char *msgid)
{
	(void)language;
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (!strcmp(WORDS[i][0], msgid))
			return WORDS[i][1];
	return msgid;
}

struct office {
	struct arena arena;
	struct ctx ctx;
	const struct calendar *calendar;
};

static str file_read(struct arena *arena, const char *path)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	char *p = arena_alloc(arena, 1 << 20);
	size_t n = fread(p, 1, 1 << 20, f);
	fclose(f);
	return str_of(p, n);
}

static enum err load(struct office *o, str text)
{
	struct value v;
	struct json_fault fault;
	assert_true(json_parse(&o->arena, text, &v, &fault));
	return calendar_load(&o->ctx, v, &o->calendar);
}

static int office_open(void **state)
{
	struct office *o = calloc(1, sizeof(*o));
	assert_non_null(o);
	arena_init(&o->arena);
	o->ctx.arena = &o->arena;
	assert_int_equal(load(o, file_read(&o->arena, CALENDAR_FILE)), OK);
	*state = o;
	return 0;
}

static int office_close(void **state)
{
	struct office *o = *state;
	arena_done(&o->arena);
	free(o);
	return 0;
}

static usec at(const char *text)
{
	usec t;
	char full[32];
	snprintf(full, sizeof full, "%s:00+07:00", text);
	assert_true(time_parse(str_z(full), &t));
	return t;
}

static struct calendar_case received(const char *when, int64_t halves)
{
	return (struct calendar_case){ .received_at = at(when), .cut_off = CALENDAR_CUT_OFF,
				       .limit = { CALENDAR_DAYS, halves } };
}

static struct calendar_due due_of(struct office *o, struct calendar_case c)
{
	struct calendar_due due = { 0 };
	enum err e = calendar_due(&o->ctx, o->calendar, &c, &due);
	if (e != OK)
		print_message("%.*s\n", STR_ARG(o->ctx.fault.message));
	assert_int_equal(e, OK);
	return due;
}

static void assert_due(struct office *o, struct calendar_case c, const char *when)
{
	struct calendar_due due = due_of(o, c);
	if (due.at != at(when))
		print_message("due %.*s, expected %s\n",
			      STR_ARG(time_format(&o->arena, due.at, 420)), when);
	assert_int_equal(due.at, at(when));
}

static void assert_explained(struct office *o, struct calendar_case c, str language,
			     const char *expected)
{
	struct calendar_due due = due_of(o, c);
	str told = calendar_explain(&o->ctx, o->calendar, &due, language);
	assert_string_equal(arena_copy(&o->arena, told).p, expected);
}

static void eight_days_from_a_monday_morning_end_on_the_thursday_of_next_week(void **state)
{
	assert_due(*state, received("2015-01-26T09:00", 16), "2015-02-05T17:00");
}

static void a_file_received_after_15_before_tet_is_due_in_march(void **state)
{
	struct office *o = *state;
	struct calendar_case c = received("2015-02-10T15:30", 16);
	assert_due(o, c, "2015-03-02T17:00");
	struct calendar_due due = due_of(o, c);
	assert_int_equal(due.steps[0].kind, CALENDAR_RECEIVED);
	assert_int_equal(due.steps[0].why, CALENDAR_AFTER_CUT_OFF);
	assert_int_equal(due.steps[0].day, days_of_civil(2015, 2, 11));
	assert_int_equal(due.steps[1].day, days_of_civil(2015, 2, 12));
	assert_int_equal(due.steps[3].kind, CALENDAR_WORKED);
	assert_int_equal(due.steps[3].day, days_of_civil(2015, 2, 14));
}

static void the_reasons_of_a_date_are_told_in_vietnamese_and_english(void **state)
{
	struct office *o = *state;
	struct calendar_case c = received("2015-02-10T15:30", 16);
	assert_explained(o, c, S("en"),
			 "Received at 15:30 on 10 Feb (late in the day), counts as 11 Feb; day 1 is "
			 "12 Feb; Saturday 14 Feb is worked; closed for Lunar New Year 16–23 Feb; "
			 "day 8 is 2 Mar");
	o->ctx.translate = vietnamese;
	assert_explained(o, c, S("vi"),
			 "Nhận lúc 15:30 ngày 10/02, tính là ngày 11/02; ngày thứ 1 là 12/02; thứ Bảy "
			 "14/02 làm việc; nghỉ Tết Ất Mùi 16–23/02; ngày thứ 8 là 02/03");
	o->ctx.translate = NULL;
}

static void a_date_in_the_next_year_is_told_with_its_year(void **state)
{
	assert_explained(*state, received("2014-12-30T09:00", 6), S("en"),
			 "Received at 09:00 on 30 Dec; day 1 is 31 Dec; closed for New Year's Day "
			 "1 Jan 2015; closed for swapped day 2 Jan 2015; day 3 is 6 Jan 2015");
}

static void the_minute_of_the_cut_off_itself_still_counts(void **state)
{
	assert_due(*state, received("2015-01-26T15:00", 2), "2015-01-27T17:00");
	assert_due(*state, received("2015-01-26T15:01", 2), "2015-01-28T17:00");
}

static void a_file_sent_on_a_sunday_or_at_night_is_received_on_the_next_working_day(void **state)
{
	assert_due(*state, received("2015-01-25T08:00", 2), "2015-01-27T17:00");
	struct calendar_case c = received("2015-01-26T22:00", 2);
	c.cut_off = CALENDAR_NO_CUT_OFF;
	assert_due(*state, c, "2015-01-28T17:00");
	c.received_at = at("2015-01-26T05:00");
	assert_due(*state, c, "2015-01-27T17:00");
}

static void no_days_at_all_means_the_same_day_or_the_next_when_late(void **state)
{
	assert_due(*state, received("2015-01-26T09:00", 0), "2015-01-26T17:00");
	assert_due(*state, received("2015-01-30T16:00", 0), "2015-02-02T17:00");
}

static void half_a_day_ends_at_noon(void **state)
{
	assert_due(*state, received("2015-01-26T09:00", 1), "2015-01-27T11:30");
	assert_due(*state, received("2015-01-26T09:00", 3), "2015-01-28T11:30");
}

static void a_saturday_morning_counts_one_half(void **state)
{
	struct office *o = *state;
	assert_int_equal(load(o, S("{\"zone\":420,\"cut_off\":\"15:00\",\"weeks\":[{\"from\":"
				   "\"2015-01-01\",\"to\":\"2015-12-31\",\"thursday\":["
				   "\"07:30-17:00\"],\"friday\":[\"07:30-11:30\","
				   "\"13:30-17:00\"],\"saturday\":[\"07:30-11:30\"],\"monday\":["
				   "\"07:30-11:30\",\"13:30-17:00\"],\"half_days\":[\"saturday\"]}]}")),
			 OK);
	assert_due(o, received("2015-01-29T09:00", 3), "2015-01-31T11:30");
	assert_due(o, received("2015-01-30T09:00", 1), "2015-01-31T11:30");
	assert_due(o, received("2015-01-30T09:00", 2), "2015-02-02T11:30");
	assert_due(o, received("2015-01-30T09:00", 3), "2015-02-02T17:00");
	assert_int_equal(load(o, file_read(&o->arena, CALENDAR_FILE)), OK);
}

static void working_hours_run_through_sessions_only(void **state)
{
	struct calendar_case c = received("2015-02-14T10:30", 0);
	c.limit = (struct calendar_limit){ CALENDAR_HOURS, 6 * 60 };
	c.cut_off = CALENDAR_NO_CUT_OFF;
	assert_due(*state, c, "2015-02-24T09:00");
	c.limit.amount = 60;
	assert_due(*state, c, "2015-02-14T11:30");
	c.received_at = at("2015-02-14T12:00");
	assert_due(*state, c, "2015-02-14T14:30");
}

static void calendar_days_count_weekends_but_end_on_a_working_day(void **state)
{
	struct calendar_case c = received("2015-01-26T09:00", 0);
	c.limit = (struct calendar_limit){ CALENDAR_EVERY_DAY, 5 };
	assert_due(*state, c, "2015-02-02T17:00");
	c.limit.amount = 3;
	assert_due(*state, c, "2015-01-29T17:00");
	c.limit.amount = 30;
	assert_due(*state, c, "2015-02-25T17:00");
}

static void a_supplement_restarts_the_limit(void **state)
{
	struct calendar_pause pause = { at("2015-01-28T10:00"), at("2015-02-02T15:20"),
					CALENDAR_RESTART };
	struct calendar_case c = received("2015-01-26T09:00", 16);
	c.pauses = &pause;
	c.n_pauses = 1;
	assert_due(*state, c, "2015-02-13T17:00");
}

static void subtracted_waiting_leaves_out_the_days_between_request_and_answer(void **state)
{
	struct calendar_pause pause = { at("2015-01-28T10:00"), at("2015-02-02T14:00"),
					CALENDAR_SUBTRACT };
	struct calendar_case c = received("2015-01-26T09:00", 16);
	c.pauses = &pause;
	c.n_pauses = 1;
	/* Counted: 27, 28; left out: 29, 30, 2; counted again from the 3rd. */
	assert_due(*state, c, "2015-02-10T17:00");
	pause.to = at("2015-01-28T14:00");
	assert_due(*state, c, "2015-02-05T17:00");
}

static void subtracted_waiting_is_taken_out_of_hours_to_the_minute(void **state)
{
	struct calendar_pause pause = { at("2015-01-26T09:30"), at("2015-01-26T14:00"),
					CALENDAR_SUBTRACT };
	struct calendar_case c = received("2015-01-26T09:00", 0);
	c.limit = (struct calendar_limit){ CALENDAR_HOURS, 120 };
	c.pauses = &pause;
	c.n_pauses = 1;
	assert_due(*state, c, "2015-01-26T15:30");
}

static void while_a_supplement_is_awaited_no_date_is_promised(void **state)
{
	struct office *o = *state;
	struct calendar_pause pause = { at("2015-01-28T10:00"), CALENDAR_OPEN, CALENDAR_RESTART };
	struct calendar_case c = received("2015-01-26T09:00", 16);
	c.pauses = &pause;
	c.n_pauses = 1;
	struct calendar_due due = due_of(o, c);
	assert_true(due.waiting);
	assert_int_equal(due.at, CALENDAR_OPEN);
	assert_explained(o, c, S("en"), "Received at 09:00 on 26 Jan; waiting for the supplement "
					"since 28 Jan, no date can be given");
}

static void asking_for_a_supplement_when_late_already_does_not_move_the_date(void **state)
{
	struct calendar_pause pause = { at("2015-02-06T08:00"), at("2015-02-09T08:00"),
					CALENDAR_RESTART };
	struct calendar_case c = received("2015-01-26T09:00", 16);
	c.pauses = &pause;
	c.n_pauses = 1;
	assert_due(*state, c, "2015-02-05T17:00");
}

static void a_year_the_calendar_does_not_know_is_named(void **state)
{
	struct office *o = *state;
	struct calendar_case c = received("2016-12-28T09:00", 16);
	struct calendar_due due;
	assert_int_equal(calendar_due(&o->ctx, o->calendar, &c, &due), ERR_NOT_FOUND);
	assert_true(str_find(o->ctx.fault.message, S("2017")) != SIZE_MAX);
	c.received_at = at("2013-12-31T09:00");
	assert_int_equal(calendar_due(&o->ctx, o->calendar, &c, &due), ERR_NOT_FOUND);
	assert_true(str_find(o->ctx.fault.message, S("2013")) != SIZE_MAX);
	usec work;
	assert_int_equal(calendar_work_between(&o->ctx, o->calendar, at("2016-12-30T08:00"),
					       at("2026-01-05T08:00"), &work), ERR_NOT_FOUND);
}

static void faults_name_the_element(void **state)
{
	struct office *o = *state;
	const struct { const char *text, *where; } bad[] = {
		{ "{}", "zone" },
		{ "{\"zone\":420}", "weeks" },
		{ "{\"zone\":420,\"cut_off\":\"3pm\",\"weeks\":[]}", "cut_off" },
		{ "{\"zone\":420,\"weeks\":[{\"from\":\"2015-02-30\",\"to\":\"2015-03-01\"}]}",
		  "weeks.0.from" },
		{ "{\"zone\":420,\"weeks\":[{\"from\":\"2015-01-01\",\"to\":\"2015-03-01\","
		  "\"monday\":[\"07:30-11:30\",\"11:00-17:00\"]}]}", "weeks.0.monday.1" },
		{ "{\"zone\":420,\"weeks\":[{\"from\":\"2015-01-01\",\"to\":\"2015-03-01\"}],"
		  "\"days\":[{\"date\":\"2016-01-01\",\"name\":{\"vi\":\"x\"}}]}", "days.0" },
		{ "{\"zone\":420,\"weeks\":[{\"from\":\"2015-01-01\",\"to\":\"2015-03-01\"}],"
		  "\"days\":[{\"date\":\"2015-01-01\"}]}", "days.0.name" },
	};
	const struct calendar *kept = o->calendar;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(load(o, str_z(bad[i].text)), ERR_INVALID);
		assert_true(str_starts(o->ctx.fault.message, str_z(bad[i].where)));
	}
	o->calendar = kept;
}

/* Next number of a fixed sequence, so that a failure can be repeated. */
static uint64_t draw(uint64_t *seed, uint64_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % n;
}

/* The same rules told again, from the file's plain meaning, one day after another. */
static bool naive_worked(int64_t day)
{
	static const int OFF[][3] = { { 1, 1, 2 }, { 2, 16, 23 }, { 4, 28, 30 }, { 5, 1, 1 },
				      { 9, 2, 2 } };
	int32_t year;
	int month, date;
	civil_of_days(day, &year, &month, &date);
	if ((month == 2 && date == 14) || (month == 4 && date == 25))
		return true;
	for (size_t i = 0; i < sizeof(OFF) / sizeof(OFF[0]); i++)
		if (month == OFF[i][0] && date >= OFF[i][1] && date <= OFF[i][2])
			return false;
	return weekday_of_days(day) <= 5;
}

static int64_t naive_due(usec received_at, int64_t limit)
{
	struct civil c = time_civil(received_at, 420);
	int64_t day = days_of_civil(c.year, c.month, c.day);
	if (!naive_worked(day) || c.hour * 60 + c.minute > 15 * 60)
		do
			day++;
		while (!naive_worked(day));
	while (limit) {
		day++;
		if (naive_worked(day))
			limit--;
	}
	return day;
}

static void any_receipt_in_2015_is_due_where_counting_by_hand_ends(void **state)
{
	struct office *o = *state;
	uint64_t seed = 20150126;
	for (int i = 0; i < 20000; i++) {
		struct arena_mark mark = arena_mark(&o->arena);
		usec when = at("2015-01-01T00:00") +
			    (int64_t)draw(&seed, 300 * 24 * 60) * USEC_MINUTE;
		int64_t days = (int64_t)draw(&seed, 30);
		struct calendar_case c = { .received_at = when, .cut_off = CALENDAR_CUT_OFF,
					   .limit = { CALENDAR_DAYS, days * 2 } };
		struct calendar_due due = due_of(o, c);
		int64_t day = naive_due(when, days);
		assert_int_equal(calendar_day(o->calendar, due.at), day);
		assert_int_equal(due.at, day * USEC_DAY + 10 * USEC_HOUR);
		arena_rewind(&o->arena, mark);
	}
}

static void working_time_between_two_instants_equals_a_count_by_minutes(void **state)
{
	struct office *o = *state;
	uint64_t seed = 7;
	for (int i = 0; i < 200; i++) {
		usec from = at("2015-01-20T00:00") +
			    (int64_t)draw(&seed, 40 * 24 * 60) * USEC_MINUTE;
		usec to = from + (int64_t)draw(&seed, 9 * 24 * 60) * USEC_MINUTE, work, end;
		int64_t minutes = 0;
		for (usec t = from; t < to; t += USEC_MINUTE) {
			bool open;
			assert_int_equal(calendar_is_open(&o->ctx, o->calendar, t, &open), OK);
			minutes += open;
		}
		assert_int_equal(calendar_work_between(&o->ctx, o->calendar, from, to, &work), OK);
		assert_int_equal(work, minutes * USEC_MINUTE);
		assert_int_equal(calendar_add_work(&o->ctx, o->calendar, from, work, &end), OK);
		assert_true(work == 0 || end <= to);
		assert_int_equal(calendar_work_between(&o->ctx, o->calendar, from, end, &work), OK);
		assert_int_equal(work, minutes * USEC_MINUTE);
	}
}

static void lateness_counts_working_days_after_the_day(void **state)
{
	struct office *o = *state;
	int64_t halves;
	assert_int_equal(calendar_halves_between(&o->ctx, o->calendar, at("2015-02-13T17:00"),
						 at("2015-02-25T08:00"), &halves), OK);
	assert_int_equal(halves, 6); /* Saturday 14, 24, 25 */
	assert_int_equal(calendar_halves_between(&o->ctx, o->calendar, at("2015-02-13T17:00"),
						 at("2015-02-13T18:00"), &halves), OK);
	assert_int_equal(halves, 0);
}

static void the_part_used_up_leaves_waiting_out(void **state)
{
	struct office *o = *state;
	struct calendar_pause pause = { at("2015-01-27T07:30"), at("2015-01-28T07:30"),
					CALENDAR_SUBTRACT };
	struct calendar_case c = received("2015-01-26T07:30", 6);
	int64_t permille;
	usec due_at = at("2015-01-30T17:00"); /* five days of work, one of them waiting */
	c.pauses = &pause;
	c.n_pauses = 1;
	assert_int_equal(calendar_used(&o->ctx, o->calendar, &c, due_at, at("2015-01-26T17:00"),
				       &permille), OK);
	assert_int_equal(permille, 250);
	assert_int_equal(calendar_used(&o->ctx, o->calendar, &c, due_at, at("2015-01-28T07:30"),
				       &permille), OK);
	assert_int_equal(permille, 250);
	assert_int_equal(calendar_used(&o->ctx, o->calendar, &c, due_at, at("2015-02-02T17:00"),
				       &permille), OK);
	assert_int_equal(permille, 1250);
}

static void limits_are_read_and_told(void **state)
{
	struct office *o = *state;
	const struct { const char *text, *told; } good[] = {
		{ "{\"days\":8}", "8 working days" }, { "{\"days\":1}", "1 working day" },
		{ "{\"days\":0.5}", "0.5 working days" }, { "{\"hours\":4}", "4 working hours" },
		{ "{\"every_day\":30}", "30 days" }, { "{\"days\":0}", "the same working day" },
	};
	const char *const bad[] = { "{}", "{\"days\":-1}", "{\"days\":0.3}",
				    "{\"days\":1,\"hours\":1}", "{\"days\":\"8\"}",
				    "{\"hours\":1e30}" };
	struct calendar_limit limit;
	struct value v;
	struct json_fault fault;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(json_parse(&o->arena, str_z(good[i].text), &v, &fault));
		assert_int_equal(calendar_limit_load(&o->ctx, v, &limit), OK);
		assert_true(str_eq(calendar_limit_text(&o->ctx, limit), str_z(good[i].told)));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(json_parse(&o->arena, str_z(bad[i]), &v, &fault));
		assert_int_equal(calendar_limit_load(&o->ctx, v, &limit), ERR_INVALID);
	}
}

static void steps_are_data_with_their_kind_day_and_name(void **state)
{
	struct office *o = *state;
	struct calendar_due due = due_of(o, received("2015-02-10T15:30", 16));
	struct value steps = calendar_steps(&o->arena, o->calendar, &due);
	assert_true(str_eq(value_text(value_path(steps, S("0.why"))), S("after_cut_off")));
	assert_true(str_eq(value_text(value_path(steps, S("3.day"))), S("2015-02-14")));
	assert_true(str_eq(value_text(value_path(steps, S("5.name.en"))), S("Lunar New Year")));
	struct value last = value_item(steps, steps.n - 1);
	assert_true(str_eq(value_text(value_get(last, S("at"))), S("2015-03-02T17:00:00+07:00")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eight_days_from_a_monday_morning_end_on_the_thursday_of_next_week),
		cmocka_unit_test(a_file_received_after_15_before_tet_is_due_in_march),
		cmocka_unit_test(the_reasons_of_a_date_are_told_in_vietnamese_and_english),
		cmocka_unit_test(a_date_in_the_next_year_is_told_with_its_year),
		cmocka_unit_test(the_minute_of_the_cut_off_itself_still_counts),
		cmocka_unit_test(
			a_file_sent_on_a_sunday_or_at_night_is_received_on_the_next_working_day),
		cmocka_unit_test(no_days_at_all_means_the_same_day_or_the_next_when_late),
		cmocka_unit_test(half_a_day_ends_at_noon),
		cmocka_unit_test(a_saturday_morning_counts_one_half),
		cmocka_unit_test(working_hours_run_through_sessions_only),
		cmocka_unit_test(calendar_days_count_weekends_but_end_on_a_working_day),
		cmocka_unit_test(a_supplement_restarts_the_limit),
		cmocka_unit_test(subtracted_waiting_leaves_out_the_days_between_request_and_answer),
		cmocka_unit_test(subtracted_waiting_is_taken_out_of_hours_to_the_minute),
		cmocka_unit_test(while_a_supplement_is_awaited_no_date_is_promised),
		cmocka_unit_test(asking_for_a_supplement_when_late_already_does_not_move_the_date),
		cmocka_unit_test(a_year_the_calendar_does_not_know_is_named),
		cmocka_unit_test(faults_name_the_element),
		cmocka_unit_test(any_receipt_in_2015_is_due_where_counting_by_hand_ends),
		cmocka_unit_test(working_time_between_two_instants_equals_a_count_by_minutes),
		cmocka_unit_test(lateness_counts_working_days_after_the_day),
		cmocka_unit_test(the_part_used_up_leaves_waiting_out),
		cmocka_unit_test(limits_are_read_and_told),
		cmocka_unit_test(steps_are_data_with_their_kind_day_and_name),
	};
	return cmocka_run_group_tests(tests, office_open, office_close);
}
