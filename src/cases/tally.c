/* What an act adds to the figures, and their rows. */
#include "cases/tally.h"
#include "cases/digital.h"
#include "cases/fee.h"
#include "cases/room.h"

static const char *const names[TALLIES] = {
	[TALLY_SUBMITTED] = "submitted",
	[TALLY_ACCEPTED] = "accepted",
	[TALLY_NOT_ACCEPTED] = "not_accepted",
	[TALLY_WITHDRAWN_EARLY] = "withdrawn_early",
	[TALLY_EARLY] = "early",
	[TALLY_ON_TIME] = "on_time",
	[TALLY_LATE] = "late",
	[TALLY_LATE_APOLOGISED] = "late_apologised",
	[TALLY_NEW_DATE_KEPT] = "new_date_kept",
	[TALLY_WITHDRAWN] = "withdrawn",
	[TALLY_STOPPED] = "stopped",
	[TALLY_RETURNED] = "returned",
	[TALLY_DUE] = "due",
	[TALLY_DUE_ENDED] = "due_ended",
	[TALLY_NATIONAL_DUE] = "national_due",
	[TALLY_NATIONAL_ENDED] = "national_ended",
	[TALLY_NATIONAL_ON] = "national_on",
	[TALLY_NATIONAL_LATE] = "national_late",
	[TALLY_SUPPLEMENTS] = "supplements",
	[TALLY_APOLOGIES] = "apologies",
	[TALLY_NO_CONTACT] = "no_contact",
	[TALLY_ONE_CONTACT] = "one_contact",
	[TALLY_LEG_EARLY] = "leg_early",
	[TALLY_LEG_ON] = "leg_on",
	[TALLY_LEG_LATE] = "leg_late",
	[TALLY_RESULTS] = "results",
	[TALLY_DIGITAL_PAPERS] = "digital_papers",
	[TALLY_DIGITAL_RESULT] = "digital_result",
	[TALLY_DIGITAL] = "digital",
	[TALLY_REUSED] = "reused",
	[TALLY_PAID] = "paid",
	[TALLY_PAID_ONLINE] = "paid_online",
	[TALLY_ELSEWHERE] = "elsewhere",
};

#define COLUMNS                                                                                  \
	"submitted, accepted, not_accepted, withdrawn_early, early, on_time, late,"               \
	" late_apologised, new_date_kept, withdrawn, stopped, returned, due, due_ended,"          \
	" national_due, national_ended, national_on, national_late, supplements, apologies,"      \
	" no_contact, one_contact, leg_early, leg_on, leg_late, results, digital_papers,"          \
	" digital_result, digital, reused, paid, paid_online, elsewhere"

static const struct migration steps[] = {
	{ 1, "figures by day and month",
	  "CREATE TABLE tally (organisation INT NOT NULL, period INT NOT NULL,"
	  " procedure TEXT NOT NULL, channel INT NOT NULL, submitted INT NOT NULL,"
	  " accepted INT NOT NULL, not_accepted INT NOT NULL, withdrawn_early INT NOT NULL,"
	  " early INT NOT NULL, on_time INT NOT NULL, late INT NOT NULL,"
	  " late_apologised INT NOT NULL, new_date_kept INT NOT NULL, withdrawn INT NOT NULL,"
	  " stopped INT NOT NULL, returned INT NOT NULL, due INT NOT NULL, due_ended INT NOT NULL,"
	  " national_due INT NOT NULL, national_ended INT NOT NULL, national_on INT NOT NULL,"
	  " national_late INT NOT NULL, supplements INT NOT NULL, apologies INT NOT NULL,"
	  " no_contact INT NOT NULL, one_contact INT NOT NULL, leg_early INT NOT NULL,"
	  " leg_on INT NOT NULL, leg_late INT NOT NULL,"
	  " PRIMARY KEY (organisation, period, procedure, channel));" },
	{ 2, "registers and what stands behind a figure",
	  "CREATE INDEX case_file_accepted ON case_file (organisation, accepted_at, id)"
	  " WHERE accepted_at > 0;"
	  "CREATE INDEX case_file_finished ON case_file (organisation, finished_at, id)"
	  " WHERE finished_at > 0;" },
	{ 3, "late cases, and who did what",
	  "CREATE INDEX case_file_late ON case_file (organisation, finished_at, id)"
	  " WHERE finished_at > 0 AND due_at > 0 AND finished_at > due_at;"
	  "CREATE INDEX case_task_done ON case_task (holder, done_at) WHERE state = 1;" },
	{ 4, "digital cases and payments",
	  "ALTER TABLE tally ADD COLUMN results INT NOT NULL DEFAULT 0;"
	  "ALTER TABLE tally ADD COLUMN digital_papers INT NOT NULL DEFAULT 0;"
	  "ALTER TABLE tally ADD COLUMN digital_result INT NOT NULL DEFAULT 0;"
	  "ALTER TABLE tally ADD COLUMN digital INT NOT NULL DEFAULT 0;"
	  "ALTER TABLE tally ADD COLUMN reused INT NOT NULL DEFAULT 0;"
	  "ALTER TABLE tally ADD COLUMN paid INT NOT NULL DEFAULT 0;"
	  "ALTER TABLE tally ADD COLUMN paid_online INT NOT NULL DEFAULT 0;" },
	{ 5, "cases taken in for another authority",
	  "ALTER TABLE tally ADD COLUMN elsewhere INT NOT NULL DEFAULT 0;" },
};

const struct migration_set tally_migrations = { "tally", steps, sizeof steps / sizeof *steps };

const char *tally_name(enum tally what)
{
	return names[what];
}

/* ---- the national count ---- */

struct waits {
	struct calendar_pause pauses[16]; /* that are over and came after acceptance */
	size_t n;
	usec second; /* when supplements were asked for the second time; 0: they were not */
};

static void read_waits(const struct case_file *c, struct waits *ret)
{
	enum { MOST = sizeof ret->pauses / sizeof *ret->pauses };
	usec since = case_counted_from(c, c->accepted_at);
	uint32_t asked = 0;
	*ret = (struct waits){ 0 };
	for (uint32_t i = 0; c->pauses.kind == VALUE_LIST && i < c->pauses.n; i++) {
		usec from = value_integer(value_get(c->pauses.items[i], S("from")), 0);
		usec to = value_integer(value_get(c->pauses.items[i], S("to")), 0);
		bool reopened = value_is_true(value_get(c->pauses.items[i], S("reopened")));
		bool fee = value_is_true(value_get(c->pauses.items[i], S("fee")));
		if (!reopened && !fee && ++asked == 2)
			ret->second = from;
		if (from >= since && ret->n < MOST)
			ret->pauses[ret->n++] =
				(struct calendar_pause){ from, to, CALENDAR_SUBTRACT };
	}
	if (c->paused_at && c->status != CASE_DUTY && ++asked == 2)
		ret->second = c->paused_at;
}

usec case_national_end(const struct case_file *c)
{
	return c->paused_at ? c->paused_at : c->finished_at;
}

/* The limit counted from acceptance, waiting left out. */
static enum err national_date(struct ctx *ctx, struct cases *cases, const struct case_file *c,
			      usec *ret_due)
{
	const struct procedure *procedure = case_procedure(cases, c);
	struct calendar_due due;
	struct waits waits;
	if (!procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	read_waits(c, &waits);
	struct calendar_case count = {
		.received_at = case_counted_from(c, c->accepted_at), .limit = procedure->limit,
		.cut_off = procedure->cut_off, .pauses = waits.pauses, .n_pauses = waits.n,
	};
	TRY(calendar_due(ctx, cases_calendar(cases), &count, &due));
	*ret_due = due.at;
	/* The very moment of the second request counts as late. */
	if (waits.second && waits.second <= due.at)
		*ret_due = waits.second - 1;
	return OK;
}

enum err case_national_due(struct ctx *ctx, struct cases *cases, const struct case_file *c,
			   usec *ret_due)
{
	*ret_due = c->accepted_at ? c->due_at : 0;
	if (!c->accepted_at || (!c->supplements && !c->apologised))
		return OK;
	TRY(national_date(ctx, cases, c, ret_due));
	/* Who waits for the citizen is not late, unless late when it asked. */
	if (c->paused_at && !c->finished_at && c->paused_at <= *ret_due)
		*ret_due = 0;
	return OK;
}

/* ---- what an act adds ---- */

struct adding {
	struct command *command;
	usec now;
	struct value days; /* {"20150126": {"accepted": 1}} */
};

static void add(struct adding *a, usec at, enum tally what, int64_t n)
{
	struct arena *arena = a->command->ctx->arena;
	struct civil c = time_civil(at, calendar_zone(cases_calendar(a->command->cases)));
	str day = arena_printf(arena, "%04d%02d%02d", c.year, c.month, c.day);
	struct value of_day = value_get(a->days, day);
	if (of_day.kind != VALUE_MAP)
		of_day = value_map();
	int64_t before = value_integer(value_get(of_day, str_z(names[what])), 0);
	value_set(arena, &of_day, str_z(names[what]), value_int(before + n));
	value_set(arena, &a->days, day, of_day);
}

static void add_promise(struct adding *a, usec before, usec after, enum tally due, enum tally ended)
{
	if (before == after)
		return;
	if (before && a->now <= before)
		add(a, before, due, -1);
	else if (before)
		add(a, a->now, ended, 1);
	/* One that lies behind already is broken from now on: yesterday nobody could say so. */
	if (after)
		add(a, after > a->now ? after : a->now, due, 1);
}

static usec open_promise(const struct case_file *c)
{
	return c->accepted_at && !c->finished_at ? c->due_at : 0;
}

static enum err add_national(struct adding *a, const struct case_file *before,
			     const struct case_file *after)
{
	struct command *command = a->command;
	usec due_before, due_after, due;
	TRY(case_national_due(command->ctx, command->cases, before, &due_before));
	TRY(case_national_due(command->ctx, command->cases, after, &due_after));
	due = due_after;
	if (before->finished_at)
		due_before = 0;
	if (after->finished_at)
		due_after = 0;
	add_promise(a, due_before, due_after, TALLY_NATIONAL_DUE, TALLY_NATIONAL_ENDED);
	if (!after->accepted_at || !after->finished_at || before->finished_at)
		return OK;
	bool late = due && case_national_end(after) > due;
	add(a, a->now, late ? TALLY_NATIONAL_LATE : TALLY_NATIONAL_ON, 1);
	return OK;
}

/* A case that is taken up again is taken off the figures it had been counted under. */
static enum err take_national_back(struct adding *a, const struct case_file *before)
{
	struct command *command = a->command;
	usec due;
	TRY(case_national_due(command->ctx, command->cases, before, &due));
	bool late = due && case_national_end(before) > due;
	add(a, a->now, late ? TALLY_NATIONAL_LATE : TALLY_NATIONAL_ON, -1);
	return OK;
}

static void add_solved(struct adding *a, const struct case_file *c, int64_t n)
{
	enum timeliness timeliness = case_timeliness(c, a->now);
	enum tally what = timeliness == TIME_LATE ? TALLY_LATE :
			  timeliness == TIME_EARLY ? TALLY_EARLY : TALLY_ON_TIME;
	add(a, a->now, what, n);
	if (c->apologised)
		add(a, a->now, what == TALLY_LATE ? TALLY_LATE_APOLOGISED : TALLY_NEW_DATE_KEPT, n);
	if (c->supplements < 2)
		add(a, a->now, c->supplements ? TALLY_ONE_CONTACT : TALLY_NO_CONTACT, n);
}

/* How it ended otherwise than with a result; TALLIES: it did not. */
static enum tally ending(const struct case_file *c)
{
	switch (c->status) {
	case CASE_NOT_ACCEPTED:
		return TALLY_NOT_ACCEPTED;
	case CASE_STOPPED:
		return c->accepted_at ? TALLY_STOPPED : TALLY_NOT_ACCEPTED;
	case CASE_WITHDRAWN:
		return c->accepted_at ? TALLY_WITHDRAWN : TALLY_WITHDRAWN_EARLY;
	default:
		return TALLIES;
	}
}

static void add_endings(struct adding *a, const struct case_file *before,
			const struct case_file *after)
{
	enum tally was = ending(before), is = ending(after);
	if (was != is && was != TALLIES)
		add(a, a->now, was, -1);
	if (was != is && is != TALLIES)
		add(a, a->now, is, 1);
	if (!before->returned_at != !after->returned_at)
		add(a, a->now, TALLY_RETURNED, after->returned_at ? 1 : -1);
}

static void add_requests(struct adding *a, const struct case_file *before,
			 const struct case_file *after)
{
	if (after->supplements > before->supplements)
		add(a, a->now, TALLY_SUPPLEMENTS, after->supplements - before->supplements);
	if (after->apologised > before->apologised)
		add(a, a->now, TALLY_APOLOGIES, after->apologised - before->apologised);
}

static enum err add_leg(struct adding *a, str leg, usec finished_at)
{
	const struct case_file *c = &a->command->c;
	int64_t due;
	TRY(db_int(a->command->ctx, a->command->db, 0, &due,
		   SQL("SELECT due_at FROM case_leg WHERE organisation = $1 AND case_id = $2"
		       " AND leg = $3"), c->organisation, c->id, leg));
	add(a, a->now, !due || finished_at > due ? (due ? TALLY_LEG_LATE : TALLY_LEG_ON) :
	    due - finished_at >= USEC_DAY ? TALLY_LEG_EARLY : TALLY_LEG_ON, 1);
	return OK;
}

static enum err add_legs(struct adding *a)
{
	struct value legs = a->command->legs;
	for (uint32_t i = 0; i < legs.n; i++) {
		usec finished = value_integer(value_get(legs.items[i], S("finished_at")), 0);
		if (finished && !value_find(legs.items[i], S("agency")))
			TRY(add_leg(a, value_text(value_get(legs.items[i], S("leg"))), finished));
	}
	return OK;
}

/* In the order of the figures from TALLY_RESULTS on. */
enum { DIGITAL_FIGURES = TALLY_REUSED - TALLY_RESULTS + 1 };

static void digital_figures(const struct digital *d, int64_t n[static DIGITAL_FIGURES])
{
	bool is = d->counted_at != 0;
	n[0] = is;
	n[1] = is && d->papers;
	n[2] = is && d->result;
	n[3] = is && d->papers && d->result;
	n[4] = is && d->reused;
}

static void add_digital(struct adding *a, const struct digital *was, const struct digital *is)
{
	int64_t before[DIGITAL_FIGURES], after[DIGITAL_FIGURES];
	digital_figures(was, before);
	digital_figures(is, after);
	for (int i = 0; i < DIGITAL_FIGURES; i++) {
		enum tally what = (enum tally)(TALLY_RESULTS + i);
		if (before[i] == after[i] && was->counted_at == is->counted_at)
			continue;
		if (before[i])
			add(a, was->counted_at, what, -1);
		if (after[i])
			add(a, is->counted_at, what, 1);
	}
}

static void add_payment(struct adding *a, usec at, int64_t method, int64_t n)
{
	add(a, at, TALLY_PAID, n);
	if (method == FEE_TRANSFER)
		add(a, at, TALLY_PAID_ONLINE, n);
}

/* A cancelled receipt is taken off the day it was given on. */
static enum err add_cancelled(struct adding *a, int64_t id)
{
	struct command *command = a->command;
	struct rows row;
	TRY(db_one(command->ctx, command->db, &row,
		   SQL("SELECT taken_at, method FROM fee_receipt WHERE organisation = $1"
		       " AND case_id = $2 AND id = $3"), command->c.organisation, command->c.id, id));
	add_payment(a, row_int(&row, 0), row_int(&row, 1), -1);
	return OK;
}

static enum err add_payments(struct adding *a)
{
	for (uint32_t i = 0; i < a->command->rows.n; i++) {
		struct value row = a->command->rows.items[i], columns = value_get(row, S("columns"));
		if (!str_eq(value_text(value_get(row, S("table"))), str_z(receipt_table.name)))
			continue;
		if (value_find(columns, S("taken_at")))
			add_payment(a, event_number(value_get(columns, S("taken_at"))),
				    event_number(value_get(columns, S("method"))), 1);
		else if (value_find(columns, S("cancelled_at")))
			TRY(add_cancelled(a, event_number(value_get(row, S("id")))));
	}
	return OK;
}

static void add_accepted(struct adding *a, const struct case_file *c)
{
	add(a, a->now, TALLY_ACCEPTED, 1);
	if (case_deciding(c) != c->organisation)
		add(a, a->now, TALLY_ELSEWHERE, 1);
}

enum err tally_act(struct command *command, const struct case_file *before,
		   const struct case_file *after, struct value *ret_days)
{
	struct adding a = { command, command->now, value_map() };
	if (!before->submitted_at && after->submitted_at)
		add(&a, a.now, TALLY_SUBMITTED, 1);
	if (!before->accepted_at && after->accepted_at)
		add_accepted(&a, after);
	add_promise(&a, open_promise(before), open_promise(after), TALLY_DUE, TALLY_DUE_ENDED);
	if (after->accepted_at && !before->finished_at && after->finished_at)
		add_solved(&a, after, 1);
	if (before->accepted_at && before->finished_at && !after->finished_at) {
		add_solved(&a, before, -1);
		TRY(take_national_back(&a, before));
	}
	add_endings(&a, before, after);
	add_requests(&a, before, after);
	TRY(add_national(&a, before, after));
	TRY(add_legs(&a));
	add_digital(&a, &command->digital_was, &command->digital_is);
	TRY(add_payments(&a));
	*ret_days = a.days;
	return OK;
}

/* ---- rows ---- */

void tally_sum(int64_t *sums, struct value counts)
{
	for (uint32_t i = 0; counts.kind == VALUE_MAP && i < counts.n; i++)
		for (int t = 0; t < TALLIES; t++)
			if (str_eq(counts.members[i].key, str_z(names[t])))
				sums[t] += value_integer(counts.members[i].value, 0);
}

static enum err write_row(struct command *command, int64_t period, const int64_t n[static TALLIES])
{
	return db_run(command->ctx, command->db,
		SQL("INSERT INTO tally (organisation, period, procedure, channel, " COLUMNS ")"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
		    " $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32,"
		    " $33, $34, $35, $36, $37)"
		    " ON CONFLICT (organisation, period, procedure, channel) DO UPDATE SET"
		    " submitted = tally.submitted + excluded.submitted,"
		    " accepted = tally.accepted + excluded.accepted,"
		    " not_accepted = tally.not_accepted + excluded.not_accepted,"
		    " withdrawn_early = tally.withdrawn_early + excluded.withdrawn_early,"
		    " early = tally.early + excluded.early,"
		    " on_time = tally.on_time + excluded.on_time, late = tally.late + excluded.late,"
		    " late_apologised = tally.late_apologised + excluded.late_apologised,"
		    " new_date_kept = tally.new_date_kept + excluded.new_date_kept,"
		    " withdrawn = tally.withdrawn + excluded.withdrawn,"
		    " stopped = tally.stopped + excluded.stopped,"
		    " returned = tally.returned + excluded.returned, due = tally.due + excluded.due,"
		    " due_ended = tally.due_ended + excluded.due_ended,"
		    " national_due = tally.national_due + excluded.national_due,"
		    " national_ended = tally.national_ended + excluded.national_ended,"
		    " national_on = tally.national_on + excluded.national_on,"
		    " national_late = tally.national_late + excluded.national_late,"
		    " supplements = tally.supplements + excluded.supplements,"
		    " apologies = tally.apologies + excluded.apologies,"
		    " no_contact = tally.no_contact + excluded.no_contact,"
		    " one_contact = tally.one_contact + excluded.one_contact,"
		    " leg_early = tally.leg_early + excluded.leg_early,"
		    " leg_on = tally.leg_on + excluded.leg_on,"
		    " leg_late = tally.leg_late + excluded.leg_late,"
		    " results = tally.results + excluded.results,"
		    " digital_papers = tally.digital_papers + excluded.digital_papers,"
		    " digital_result = tally.digital_result + excluded.digital_result,"
		    " digital = tally.digital + excluded.digital,"
		    " reused = tally.reused + excluded.reused,"
		    " paid = tally.paid + excluded.paid,"
		    " paid_online = tally.paid_online + excluded.paid_online,"
		    " elsewhere = tally.elsewhere + excluded.elsewhere"),
		command->c.organisation, period, command->c.procedure, command->c.channel,
		n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12],
		n[13], n[14], n[15], n[16], n[17], n[18], n[19], n[20], n[21], n[22], n[23], n[24],
		n[25], n[26], n[27], n[28], n[29], n[30], n[31], n[32]);
}

_Static_assert(TALLIES == 33, "write_row names them all");

/* Months are added up before they are written: an act mostly touches one. */
enum err tally_write(struct command *command, struct value days)
{
	for (uint32_t i = 0; i < days.n; i++) {
		int64_t day, before = 0, sums[TALLIES] = { 0 }, month[TALLIES] = { 0 };
		if (!str_int(days.members[i].key, 1, 99991231, &day))
			continue;
		tally_sum(sums, days.members[i].value);
		TRY(write_row(command, day, sums));
		for (uint32_t j = 0; j < days.n; j++) {
			int64_t other = 0;
			str_int(days.members[j].key, 1, 99991231, &other);
			if (other / 100 != day / 100)
				continue;
			before += j < i;
			tally_sum(month, days.members[j].value);
		}
		if (!before)
			TRY(write_row(command, day / 100, month));
	}
	return OK;
}
