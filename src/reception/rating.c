/* Satisfaction: one rating of a case by whom it was for, and what they add up to. */
#include "reception/room.h"

static const struct record_column rating_columns[] = {
	{ "case_id", COLUMN_ID }, { "procedure", COLUMN_TEXT }, { "officer", COLUMN_ID },
	{ "day" }, { "level" }, { "access" }, { "course" }, { "official" }, { "result" },
	{ "handling" }, { "comment", COLUMN_TEXT, .is_private = true }, { "first_at" },
	{ "changed_at" },
};
const struct record_table rating_table = { "rating", "rating.given", rating_columns,
					   ARRAY_SIZE(rating_columns) };

const struct rating_question rating_questions[RATING_QUESTIONS] = {
	{ "access", N_("Access to the service: place, waiting, equipment, information") },
	{ "course", N_("The procedure: papers, forms, steps, time, fees") },
	{ "official", N_("The officials: manner, listening, guidance, skill") },
	{ "result", N_("The result: right, complete, on time") },
	{ "handling", N_("How feedback and complaints are received and answered") },
};

const char *const rating_faces[5] = {
	N_("Very dissatisfied"), N_("Dissatisfied"), N_("Neither satisfied nor dissatisfied"),
	N_("Satisfied"), N_("Very satisfied"),
};

/* ---- one rating ---- */

static enum err row_rating(const struct rows *r, struct rating *ret)
{
	*ret = (struct rating){ .id = row_int(r, 0), .level = row_int(r, 1) };
	for (int i = 0; i < RATING_QUESTIONS; i++)
		ret->answers[i] = row_int(r, 2 + i);
	ret->comment = row_str(r, 2 + RATING_QUESTIONS);
	ret->first_at = row_int(r, 3 + RATING_QUESTIONS);
	return OK;
}

enum err rating_load(struct ctx *ctx, struct db *db, int64_t case_id, struct rating *ret_rating)
{
	struct rows row;
	*ret_rating = (struct rating){ 0 };
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT id, level, access, course, official, result, handling,"
				  " comment, first_at FROM rating WHERE case_id = $1"), case_id);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return row_rating(&row, ret_rating);
}

enum err reception_rating(struct ctx *ctx, struct db *db, int64_t case_id, const char **ret_words)
{
	struct rating rating;
	TRY(rating_load(ctx, db, case_id, &rating));
	*ret_words = rating.level >= 1 && rating.level <= 5 ? rating_faces[rating.level - 1] : NULL;
	return OK;
}

bool rating_is_frozen(const struct rating *rating, usec now)
{
	return rating->id && now - rating->first_at > RATING_DAYS * USEC_DAY;
}

/* Who handed the result over; where nobody did, whoever worked on it last. */
static enum err officer_of(struct ctx *ctx, struct db *db, struct reception *reception,
			   const struct case_file *c, int64_t *ret_account)
{
	struct case_tasks tasks;
	usec newest = 0;
	*ret_account = 0;
	TRY(case_tasks(ctx, reception->cases, db, c, &tasks));
	for (size_t i = 0; i < tasks.n; i++) {
		const struct case_task *task = &tasks.items[i];
		if (task->open || !task->holder || task->done_at < newest)
			continue;
		newest = task->done_at;
		*ret_account = task->holder;
	}
	return OK;
}

struct job {
	struct reception *reception;
	str code;
	const struct rating *rating;
};

static struct value columns_of(struct arena *arena, const struct job *job, usec now)
{
	struct value set = value_map();
	value_append(arena, &set, S("level"), value_int(job->rating->level));
	for (int i = 0; i < RATING_QUESTIONS; i++)
		value_append(arena, &set, str_z(rating_questions[i].name),
			     value_int(job->rating->answers[i]));
	value_append(arena, &set, S("comment"), value_str(job->rating->comment));
	value_append(arena, &set, S("changed_at"), value_int(now));
	return set;
}

static enum err first_columns(struct ctx *ctx, struct db *db, const struct job *job,
			      const struct case_file *c, struct value *set)
{
	int64_t officer;
	usec now = db_now(db);
	TRY(officer_of(ctx, db, job->reception, c, &officer));
	value_append(ctx->arena, set, S("case_id"), value_str(id_text(ctx->arena, c->id)));
	value_append(ctx->arena, set, S("procedure"), value_str(c->procedure));
	value_append(ctx->arena, set, S("officer"), value_str(id_text(ctx->arena, officer)));
	value_append(ctx->arena, set, S("day"),
		     value_int(calendar_day(cases_calendar(job->reception->cases), now)));
	value_append(ctx->arena, set, S("first_at"), value_int(now));
	return OK;
}

static enum err rate(struct ctx *ctx, struct db *db, void *arg)
{
	const struct job *job = arg;
	struct case_file c;
	struct rating before;
	usec now = db_now(db);
	TRY(case_load(ctx, db, job->code, &c));
	if (!c.finished_at)
		return fail(ctx, ERR_CONFLICT, "This case is not finished yet");
	TRY(rating_load(ctx, db, c.id, &before));
	if (rating_is_frozen(&before, now))
		return fail(ctx, ERR_CONFLICT, "A rating can be changed for %d days; these are over",
			    RATING_DAYS);
	struct value set = columns_of(ctx->arena, job, now);
	if (!before.id)
		TRY(first_columns(ctx, db, job, &c, &set));
	return record_write(ctx, db, &(struct record){ &rating_table,
		before.id ? "rating.changed" : "rating.given", before.id ? before.id : db_id(db),
		c.organisation, 0, set });
}

static bool in_scale(int64_t level, int64_t least)
{
	return level >= least && level <= 5;
}

enum err rating_give(struct ctx *ctx, struct reception *reception, str code,
		     const struct rating *rating)
{
	struct job job = { reception, code, rating };
	bool good = in_scale(rating->level, 1);
	for (int i = 0; i < RATING_QUESTIONS; i++)
		good = good && in_scale(rating->answers[i], 0);
	if (!good)
		return fail(ctx, ERR_INVALID, "Choose one of the five faces");
	return store_write(ctx, reception->store, rate, &job);
}

/* ---- sums ---- */

static void within(struct ctx *ctx, sql_t *q, const struct satisfaction_wanted *w)
{
	(void)ctx;
	sql_add(q, SQL(" WHERE day >= $1 AND day <= $2"), w->from, w->to);
	if (w->organisations)
		sql_in(q, SQL(" AND organisation"), w->organisations, w->n);
}

enum err reception_satisfaction(struct ctx *ctx, struct db *db, const struct satisfaction_wanted *w,
				struct satisfaction *ret_sums)
{
	struct rows row;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT COALESCE(SUM(CASE WHEN level = 5 THEN 1 ELSE 0 END), 0),"
			" COALESCE(SUM(CASE WHEN level = 4 THEN 1 ELSE 0 END), 0),"
			" COALESCE(SUM(CASE WHEN level <= 3 THEN 1 ELSE 0 END), 0),"
			" COALESCE(SUM(CASE WHEN official > 0 THEN 1 ELSE 0 END), 0),"
			" COALESCE(SUM(CASE WHEN official >= 4 THEN 1 ELSE 0 END), 0),"
			" COALESCE(SUM(CASE WHEN official = 3 THEN 1 ELSE 0 END), 0) FROM rating"));
	within(ctx, &q, w);
	TRY(db_one_built(ctx, db, &row, &q));
	*ret_sums = (struct satisfaction){ row_int(&row, 0), row_int(&row, 1), row_int(&row, 2),
					   row_int(&row, 3), row_int(&row, 4), row_int(&row, 5) };
	return OK;
}

enum err rating_rows(struct ctx *ctx, struct db *db, const struct satisfaction_wanted *w,
		     enum rating_by by, struct rating_row **ret_rows, size_t *ret_n)
{
	static const struct sql keys[] = {
		[BY_ORGANISATION] = SQL("SELECT CAST(organisation AS TEXT)"),
		[BY_PROCEDURE] = SQL("SELECT procedure"),
		[BY_OFFICER] = SQL("SELECT CAST(officer AS TEXT)"),
	};
	static const struct sql groups[] = {
		[BY_ORGANISATION] = SQL(" GROUP BY organisation"),
		[BY_PROCEDURE] = SQL(" GROUP BY procedure"),
		[BY_OFFICER] = SQL(" GROUP BY officer"),
	};
	struct rows rows;
	sql_t q = sql_new(ctx->arena);
	struct rating_row *list = ARENA_ARRAY(ctx->arena, struct rating_row, RATING_ROWS);
	size_t n = 0;
	sql_add(&q, keys[by]);
	sql_add(&q, SQL(", SUM(CASE WHEN level = 5 THEN 1 ELSE 0 END),"
			" SUM(CASE WHEN level = 4 THEN 1 ELSE 0 END),"
			" SUM(CASE WHEN level <= 3 THEN 1 ELSE 0 END),"
			" SUM(access), SUM(CASE WHEN access > 0 THEN 1 ELSE 0 END),"
			" SUM(course), SUM(CASE WHEN course > 0 THEN 1 ELSE 0 END),"
			" SUM(official), SUM(CASE WHEN official > 0 THEN 1 ELSE 0 END),"
			" SUM(result), SUM(CASE WHEN result > 0 THEN 1 ELSE 0 END),"
			" SUM(handling), SUM(CASE WHEN handling > 0 THEN 1 ELSE 0 END) FROM rating"));
	within(ctx, &q, w);
	sql_add(&q, groups[by]);
	sql_add(&q, SQL(" ORDER BY 1 LIMIT $1"), RATING_ROWS);
	TRY(db_query_built(ctx, db, &rows, &q));
	for (; n < RATING_ROWS && rows_next(&rows); n++) {
		list[n].key = row_str(&rows, 0);
		list[n].sums = (struct satisfaction){ row_int(&rows, 1), row_int(&rows, 2),
						      row_int(&rows, 3) };
		for (int i = 0; i < RATING_QUESTIONS; i++) {
			list[n].points[i] = row_int(&rows, 4 + 2 * i);
			list[n].answers[i] = row_int(&rows, 5 + 2 * i);
		}
	}
	*ret_rows = list;
	*ret_n = n;
	return rows_end(&rows);
}
