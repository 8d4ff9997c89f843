/* The figures added up again from the events of all cases, and held against the table. */
#include "cases/tally_verify.h"
#include "cases/room.h"

struct told_sum {
	int64_t organisation, period, channel;
	str procedure; /* empty: a free place */
	int64_t n[TALLIES];
	bool seen;
};

struct told_sums {
	struct arena arena;
	struct told_sum *items; /* open addressing; `room` is a power of two */
	size_t n, room;
};

struct told_sums *told_sums_new(void)
{
	struct told_sums *told = calloc(1, sizeof *told);
	if (!told)
		abort();
	arena_init(&told->arena);
	return told;
}

void told_sums_free(struct told_sums *told)
{
	if (!told)
		return;
	arena_done(&told->arena);
	free(told->items);
	free(told);
}

static size_t place_of(const struct told_sums *told, const struct told_sum *key)
{
	uint64_t hash = str_hash(key->procedure) ^
			(uint64_t)key->organisation * UINT64_C(0x9e3779b97f4a7c15) ^
			(uint64_t)(key->period * 4 + key->channel) * UINT64_C(0xc2b2ae3d27d4eb4f);
	size_t at = (size_t)(hash ^ hash >> 29) & (told->room - 1);
	for (;; at = (at + 1) & (told->room - 1)) {
		const struct told_sum *sum = &told->items[at];
		if (str_empty(sum->procedure) ||
		    (sum->organisation == key->organisation && sum->period == key->period &&
		     sum->channel == key->channel && str_eq(sum->procedure, key->procedure)))
			return at;
	}
}

static void make_room(struct told_sums *told)
{
	struct told_sum *old = told->items;
	size_t n = told->room;
	if (told->n * 2 < told->room)
		return;
	told->room = n ? n * 2 : 1024;
	told->items = calloc(told->room, sizeof *told->items);
	if (!told->items)
		abort();
	for (size_t i = 0; i < n; i++)
		if (!str_empty(old[i].procedure))
			told->items[place_of(told, &old[i])] = old[i];
	free(old);
}

static struct told_sum *sum_of(struct told_sums *told, const struct told_sum *key)
{
	make_room(told);
	struct told_sum *sum = &told->items[place_of(told, key)];
	if (str_empty(sum->procedure)) {
		*sum = *key;
		sum->procedure = arena_copy(&told->arena, key->procedure);
		told->n++;
	}
	return sum;
}

void told_sums_add(struct told_sums *told, const struct case_file *c, struct value days)
{
	for (uint32_t i = 0; days.kind == VALUE_MAP && i < days.n; i++) {
		int64_t day;
		if (str_empty(c->procedure) || !str_int(days.members[i].key, 1, 99991231, &day))
			continue;
		struct told_sum key = { .organisation = c->organisation, .period = day,
					.channel = c->channel, .procedure = c->procedure };
		tally_sum(sum_of(told, &key)->n, days.members[i].value);
		key.period = day / 100;
		tally_sum(sum_of(told, &key)->n, days.members[i].value);
	}
}

static str finding_of(struct ctx *ctx, const struct told_sum *row, int t, int64_t told)
{
	return arena_printf(ctx->arena, "figure %s of %.*s, organisation %lld, channel %lld, in %lld is"
		" %lld, the events give %lld", tally_name((enum tally)t), STR_ARG(row->procedure),
		(long long)row->organisation, (long long)row->channel, (long long)row->period,
		(long long)row->n[t], (long long)told);
}

static void hold(struct ctx *ctx, struct told_sums *told, const struct told_sum *row,
		 str *ret_finding)
{
	struct told_sum key = { row->organisation, row->period, row->channel, row->procedure };
	struct told_sum *sum = sum_of(told, &key);
	for (int t = 0; t < TALLIES && str_empty(*ret_finding); t++)
		if (sum->n[t] != row->n[t])
			*ret_finding = finding_of(ctx, row, t, sum->n[t]);
	sum->seen = true;
}

static str missing(struct ctx *ctx, const struct told_sums *told)
{
	for (size_t i = 0; i < told->room; i++) {
		const struct told_sum *sum = &told->items[i];
		if (!str_empty(sum->procedure) && !sum->seen)
			return arena_printf(ctx->arena, "the figures of %.*s, organisation %lld, in %lld"
				" are gone", STR_ARG(sum->procedure), (long long)sum->organisation,
				(long long)sum->period);
	}
	return S("");
}

enum err told_sums_hold(struct ctx *ctx, struct db *db, struct told_sums *told, int64_t *ret_n,
			str *ret_finding)
{
	struct rows rows;
	*ret_finding = S("");
	*ret_n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT organisation, period, channel, procedure, submitted, accepted,"
			 " not_accepted, withdrawn_early, early, on_time, late, late_apologised,"
			 " new_date_kept, withdrawn, stopped, returned, due, due_ended, national_due,"
			 " national_ended, national_on, national_late, supplements, apologies,"
			 " no_contact, one_contact, leg_early, leg_on, leg_late, results, digital_papers,"
			 " digital_result, digital, reused, paid, paid_online, elsewhere FROM tally")));
	for (; rows_next(&rows); (*ret_n)++) {
		struct told_sum row = { row_int(&rows, 0), row_int(&rows, 1), row_int(&rows, 2),
					row_view(&rows, 3), { 0 }, false };
		for (int t = 0; t < TALLIES; t++)
			row.n[t] = row_int(&rows, 4 + t);
		hold(ctx, told, &row, ret_finding);
	}
	TRY(rows_end(&rows));
	if (str_empty(*ret_finding))
		*ret_finding = missing(ctx, told);
	return OK;
}
