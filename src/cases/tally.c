/* What an act adds to the figures, and their rows. */
#include "cases/tally.h"
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
};

#define COLUMNS                                                                                  \
	"submitted, accepted, not_accepted, withdrawn_early, early, on_time, late,"               \
	" late_apologised, new_date_kept, withdrawn, stopped, returned, due, due_ended,"          \
	" national_due, national_ended, national_on, national_late, supplements, apologies,"      \
	" no_contact, one_contact, leg_early, leg_on, leg_late"

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
	if (after)
		add(a, after, due, 1);
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

enum err tally_act(struct command *command, const struct case_file *before,
		   const struct case_file *after, struct value *ret_days)
{
	struct adding a = { command, command->now, value_map() };
	if (!before->submitted_at && after->submitted_at)
		add(&a, a.now, TALLY_SUBMITTED, 1);
	if (!before->accepted_at && after->accepted_at)
		add(&a, a.now, TALLY_ACCEPTED, 1);
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
		    " $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)"
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
		    " leg_late = tally.leg_late + excluded.leg_late"),
		command->c.organisation, period, command->c.procedure, command->c.channel,
		n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12],
		n[13], n[14], n[15], n[16], n[17], n[18], n[19], n[20], n[21], n[22], n[23], n[24]);
}

_Static_assert(TALLIES == 25, "write_row names them all");

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

/* ---- reading ---- */

static int64_t period_day(int64_t day)
{
	int32_t year;
	int month, of_month;
	civil_of_days(day, &year, &month, &of_month);
	return (year * INT64_C(100) + month) * 100 + of_month;
}

/* Rows are few (organisations × procedures × channels) and come in order. */
static struct tally_row *row_of(struct tally_rows *rows, size_t *room, struct arena *arena,
				const struct rows *r)
{
	for (size_t i = rows->n; i-- > 0;) {
		struct tally_row *row = &rows->items[i];
		if (row->organisation == row_int(r, 0) && row->channel == row_int(r, 2) &&
		    str_eq(row->procedure, row_view(r, 1)))
			return row;
	}
	if (rows->n == *room) {
		size_t old = *room;
		*room = old ? old * 2 : 64;
		rows->items = arena_grow(arena, rows->items, old * sizeof *rows->items,
					 *room * sizeof *rows->items);
	}
	rows->items[rows->n] = (struct tally_row){
		.organisation = row_int(r, 0), .procedure = row_str(r, 1), .channel = row_int(r, 2),
	};
	return &rows->items[rows->n++];
}

struct reading {
	struct ctx *ctx;
	struct db *db;
	const struct tally_span *span;
	struct tally_rows rows;
	size_t room;
};

#define SUM(column) ", SUM(" #column ")"

static enum err read_range(struct reading *r, int64_t from, int64_t to, bool before)
{
	sql_t q = sql_new(r->ctx->arena);
	struct rows rows;
	if (from > to)
		return OK;
	sql_add(&q, SQL("SELECT organisation, procedure, channel"
			SUM(submitted) SUM(accepted) SUM(not_accepted) SUM(withdrawn_early) SUM(early)
			SUM(on_time) SUM(late) SUM(late_apologised) SUM(new_date_kept) SUM(withdrawn)
			SUM(stopped) SUM(returned) SUM(due) SUM(due_ended) SUM(national_due)
			SUM(national_ended) SUM(national_on) SUM(national_late) SUM(supplements)
			SUM(apologies) SUM(no_contact) SUM(one_contact) SUM(leg_early) SUM(leg_on)
			SUM(leg_late) " FROM tally WHERE period >= $1 AND period <= $2"), from, to);
	sql_in(&q, SQL(" AND organisation"), r->span->organisations, r->span->n_organisations);
	sql_add(&q, SQL(" GROUP BY organisation, procedure, channel"
			" ORDER BY organisation, procedure, channel"));
	TRY(db_query_built(r->ctx, r->db, &rows, &q));
	while (rows_next(&rows)) {
		struct tally_row *row = row_of(&r->rows, &r->room, r->ctx->arena, &rows);
		for (int t = 0; t < TALLIES; t++)
			(before ? row->before : row->within)[t] += row_int(&rows, 3 + t);
	}
	return rows_end(&rows);
}

/* Whole months are read as months: at most 60 days and the months between. */
static enum err read_days(struct reading *r, int64_t from, int64_t to, bool before)
{
	int64_t first = period_day(from), last = period_day(to), after = period_day(to + 1);
	int64_t month = first / 100, end = after / 100; /* first whole month, and after the last */
	if (from > to)
		return OK;
	if (first % 100 != 1)
		month += month % 100 == 12 ? 89 : 1;
	if (month >= end)
		return read_range(r, first, last, before);
	TRY(read_range(r, first, month * 100, before)); /* no day is 00 */
	TRY(read_range(r, month, end - 1, before));
	return read_range(r, end * 100, last, before);
}

enum err tally_read(struct ctx *ctx, struct db *db, const struct tally_span *span,
		    struct tally_rows *ret_rows)
{
	struct reading r = { .ctx = ctx, .db = db, .span = span };
	int64_t first = period_day(span->from);
	TRY(read_range(&r, 0, first / 100 - 1, true));
	TRY(read_range(&r, first / 100 * 100, first - 1, true));
	TRY(read_days(&r, span->from, span->to, false));
	*ret_rows = r.rows;
	return OK;
}

enum err tally_still_due(struct ctx *ctx, struct cases *cases, struct db *db, usec at,
			 const struct tally_span *span, struct tally_rows *ret_rows)
{
	int zone = calendar_zone(cases_calendar(cases));
	int64_t local = at + zone * USEC_MINUTE;
	usec midnight = at + USEC_DAY - local % USEC_DAY;
	struct reading r = { .ctx = ctx, .db = db, .span = span };
	sql_t q = sql_new(ctx->arena);
	struct rows rows;
	sql_add(&q, SQL("SELECT organisation, procedure, channel, supplements, apologised FROM"
			" case_file WHERE status IN (2, 4, 6) AND finished_at = 0 AND due_at > $1"
			" AND due_at < $2"), at, midnight);
	sql_in(&q, SQL(" AND organisation"), span->organisations, span->n_organisations);
	TRY(db_query_built(ctx, db, &rows, &q));
	while (rows_next(&rows)) {
		struct tally_row *row = row_of(&r.rows, &r.room, ctx->arena, &rows);
		row->within[TALLY_DUE]++;
		/* The national date of the others lies elsewhere. */
		row->within[TALLY_NATIONAL_DUE] += !row_int(&rows, 3) && !row_int(&rows, 4);
	}
	*ret_rows = r.rows;
	return rows_end(&rows);
}
