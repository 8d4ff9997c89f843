/* What each officer has to do, once a working day from seven o'clock, by e-mail. */
#include "links/room.h"

enum { DIGEST_HOUR = 7, PEOPLE_MAX = 2000 };

struct digest {
	struct links *links;
	int64_t day;
	usec now;
	bool due; /* not made today yet, on a working day */
};

static enum err look(struct ctx *ctx, struct db *db, void *arg)
{
	struct digest *d = arg;
	int64_t last;
	TRY(db_int(ctx, db, 0, &last,
		   SQL("SELECT position FROM link_reader WHERE name = 'digest'")));
	d->due = last < d->day;
	return OK;
}

struct to_do {
	int64_t open, today, late;
};

static enum err count(struct ctx *ctx, struct db *db, const struct digest *d,
		      const struct principal *principal, struct to_do *ret_count)
{
	sql_t q = sql_new(ctx->arena);
	struct rows row;
	int zone = calendar_zone(cases_calendar(d->links->options.cases));
	usec tomorrow = (d->day + 1) * USEC_DAY - zone * USEC_MINUTE;
	/* What waits for the applicant is no work of today, and not late. */
	sql_add(&q, SQL("SELECT COUNT(*), COUNT(CASE WHEN t.due_at > $1 AND t.due_at < $2 THEN 1 END),"
			" COUNT(CASE WHEN t.due_at > 0 AND t.due_at <= $1 THEN 1 END)"
			" FROM case_task t JOIN case_file c ON c.organisation = t.organisation"
			" AND c.id = t.case_id WHERE t.state = 0 AND c.paused_at = 0"), d->now, tomorrow);
	may_where_task(d->links->options.people, principal, SQL("t.role"), SQL("t.agency"), &q);
	TRY(db_one_built(ctx, db, &row, &q));
	*ret_count = (struct to_do){ row_int(&row, 0), row_int(&row, 1), row_int(&row, 2) };
	return OK;
}

static enum err write_one(struct ctx *ctx, struct db *db, const struct digest *d, int64_t account,
			  str email)
{
	struct arena *arena = ctx->arena;
	struct principal principal;
	struct value mail = value_map();
	struct to_do n;
	TRY(account_principal(ctx, db, account, &principal));
	TRY(count(ctx, db, d, &principal, &n));
	if (n.open == 0)
		return OK;
	value_append(arena, &mail, S("to"), value_str(email));
	value_append(arena, &mail, S("language"), value_str(S("vi")));
	value_append(arena, &mail, S("subject"), value_str(arena_printf(arena,
		"Việc hôm nay: %lld đang chờ, %lld đến hạn, %lld quá hạn", (long long)n.open,
		(long long)n.today, (long long)n.late)));
	value_append(arena, &mail, S("text"), value_str(arena_printf(arena,
		"Kính gửi %.*s,\n\nĐang chờ xử lý: %lld việc.\nĐến hạn hôm nay: %lld.\n"
		"Đã quá hạn: %lld.\n\nDanh sách việc: %s/ban\n", STR_ARG(principal.name),
		(long long)n.open, (long long)n.today, (long long)n.late,
		d->links->options.public_url ? d->links->options.public_url : "")));
	return outbox_add(ctx, db, &(struct outbox_new){
		.kind = S("mail"), .lane = S("mail"), .object = account, .payload = mail,
		.key = arena_printf(arena, "digest %lld %lld", (long long)d->day,
				    (long long)account) }, NULL);
}

static enum err write_all(struct ctx *ctx, struct db *db, void *arg)
{
	const struct digest *d = arg;
	struct {
		int64_t id;
		str email;
	} *people = arena_alloc(ctx->arena, PEOPLE_MAX * sizeof *people);
	size_t n = 0;
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT a.id, a.email FROM account a WHERE a.disabled = 0 AND a.email <> ''"
			 " AND NOT EXISTS (SELECT 1 FROM link_choice w WHERE w.account = a.id"
			 " AND w.digest = 0) ORDER BY a.id LIMIT $1"), PEOPLE_MAX));
	for (; n < PEOPLE_MAX && rows_next(&rows); n++) {
		people[n].id = row_int(&rows, 0);
		people[n].email = row_str(&rows, 1);
	}
	TRY(rows_end(&rows));
	for (size_t i = 0; i < n; i++)
		TRY(write_one(ctx, db, d, people[i].id, people[i].email));
	return db_run(ctx, db,
		      SQL("INSERT INTO link_reader (name, position) VALUES ('digest', $1)"
			  " ON CONFLICT (name) DO UPDATE SET position = excluded.position"), d->day);
}

enum err links_digest(struct ctx *ctx, struct links *links)
{
	const struct calendar *calendar = cases_calendar(links->options.cases);
	struct digest d = { .links = links, .now = clock_business() };
	struct civil at = time_civil(d.now, calendar_zone(calendar));
	d.day = calendar_day(calendar, d.now);
	usec work, midnight = d.day * USEC_DAY - calendar_zone(calendar) * USEC_MINUTE;
	TRY(calendar_work_between(ctx, calendar, midnight, midnight + USEC_DAY, &work));
	if (at.hour < DIGEST_HOUR || work == 0)
		return OK;
	TRY(store_read(ctx, links->options.store, look, &d));
	return d.due ? store_write(ctx, links->options.store, write_all, &d) : OK;
}
