/* An officer whose step gets late is told by e-mail, and the head as well where the pack says so: one
 * message for each reminder of a case (cases/escalation.c), seen on the case like those to the citizen. */
#include "links/room.h"

enum { TOLD_MAX = 40, LATE = 100 };

struct telling {
	const struct links *links;
	const struct event *event;
	struct case_file c;
	int64_t node, holder, percent, agency;
	enum role role;
	usec due_at;
	str element;
	int64_t told[TOLD_MAX];
	size_t n;
};

/* ---- who ---- */

static void tell(struct telling *t, int64_t account)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->told[i] == account)
			return;
	if (t->n < TOLD_MAX)
		t->told[t->n++] = account;
}

static enum err tell_granted(struct ctx *ctx, struct db *db, struct telling *t, int64_t organisation,
			     enum role role)
{
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT account FROM account_role WHERE organisation = $1 AND role = $2"
			 " ORDER BY account LIMIT $3"), organisation, role_id(role), TOLD_MAX));
	while (rows_next(&rows))
		tell(t, row_int(&rows, 0));
	return rows_end(&rows);
}

/* Those who have the role at the office, or at the nearest above it where somebody has. */
static enum err tell_nearest(struct ctx *ctx, struct db *db, struct telling *t, int64_t organisation,
			     enum role role)
{
	size_t before = t->n;
	while (organisation && t->n == before) {
		TRY(tell_granted(ctx, db, t, organisation, role));
		const struct organisation *office =
			organisation_by_id(t->links->options.people, organisation);
		organisation = office ? office->parent : 0;
	}
	return OK;
}

static enum err find_told(struct ctx *ctx, struct db *db, struct telling *t, str told)
{
	str word;
	while (str_next(&told, ' ', &word)) {
		if (str_eq(word, S("officer")) && t->holder)
			tell(t, t->holder);
		else if (str_eq(word, S("officer")))
			TRY(tell_nearest(ctx, db, t, t->agency, t->role));
		else if (str_eq(word, S("head")))
			TRY(tell_nearest(ctx, db, t, t->agency, ROLE_LEADER));
		else if (str_eq(word, S("leader")))
			TRY(tell_nearest(ctx, db, t, case_deciding(&t->c), ROLE_LEADER));
	}
	return OK;
}

/* ---- what ---- */

static str step_name(const struct telling *t)
{
	const struct procedure *procedure = case_procedure(t->links->options.cases, &t->c);
	uint32_t element = procedure ? flow_find(procedure->flow, t->element) : FLOW_NONE;
	return element == FLOW_NONE ? S("") : procedure_step_name(procedure, element, S("vi"));
}

static struct value view_of(struct ctx *ctx, const struct telling *t)
{
	struct arena *arena = ctx->arena;
	struct value view = value_map(), step = value_map(), desk = value_map();
	const char *base = t->links->options.public_url ? t->links->options.public_url : "";
	int zone = calendar_zone(cases_calendar(t->links->options.cases));
	value_append(arena, &step, S("name"), notice_plain(arena, step_name(t)));
	value_append(arena, &step, S("due_at"), value_str(time_format(arena, t->due_at, zone)));
	value_append(arena, &desk, S("url"), notice_plain(arena, arena_printf(arena, "%s/ban/%.*s",
		     base, STR_ARG(t->c.code))));
	value_append(arena, &view, S("case"), notice_case(ctx, t->links, &t->c));
	value_append(arena, &view, S("step"), step);
	value_append(arena, &view, S("desk"), desk);
	return view;
}

static enum err write_mail(struct ctx *ctx, struct db *db, const struct telling *t, int64_t account,
			   struct value notice)
{
	struct arena *arena = ctx->arena;
	struct value payload = value_map(), view = view_of(ctx, t);
	str to = S(""), subject, text;
	TRY(db_text(ctx, db, &to,
		    SQL("SELECT a.email FROM account a JOIN link_choice w ON w.account = a.id"
			" AND w.steps = 1 WHERE a.id = $1 AND a.disabled = 0"), account));
	if (str_empty(to))
		return OK;
	TRY(notice_say(ctx, t->links, value_get(notice, S("subject")), view, &subject));
	TRY(notice_say(ctx, t->links, value_get(notice, S("mail")), view, &text));
	value_append(arena, &payload, S("to"), value_str(to));
	value_append(arena, &payload, S("subject"), value_str(subject));
	value_append(arena, &payload, S("text"), value_str(text));
	value_append(arena, &payload, S("language"), value_str(S("vi")));
	return outbox_add(ctx, db, &(struct outbox_new){
		.kind = S("mail"), .lane = S("mail"), .object = t->c.id, .payload = payload,
		.key = arena_printf(arena, "reminder %lld %lld", (long long)t->event->id,
				    (long long)account) }, NULL);
}

/* ERR_NOT_FOUND: the step is done by now, and nobody need be told. */
static enum err read_step(struct ctx *ctx, struct db *db, struct telling *t)
{
	struct rows row;
	TRY(case_load_id(ctx, db, t->event->object, &t->c));
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT element, role, agency, due_at, holder FROM case_task"
		       " WHERE organisation = $1 AND case_id = $2 AND node = $3 AND state = 0"),
		   t->c.organisation, t->c.id, t->node));
	t->element = row_str(&row, 0);
	t->role = role_of(row_view(&row, 1));
	t->agency = row_int(&row, 2);
	t->due_at = row_int(&row, 3);
	t->holder = row_int(&row, 4);
	return OK;
}

enum err officers_follow(struct ctx *ctx, struct db *db, const struct event *event, void *arg)
{
	struct telling t = { .links = arg, .event = event };
	if (!str_eq(event->kind, S("task.escalated")))
		return OK;
	struct value row = value_item(value_path(event->open, S("rows.escalation")), 0);
	t.node = value_integer(value_get(row, S("node")), 0);
	t.percent = value_integer(value_get(row, S("percent")), 0);
	struct value notice =
		notice_of(t.links, t.percent < LATE ? S("step-soon") : S("step-late"));
	if (notice.kind != VALUE_MAP)
		return OK;
	enum err err = read_step(ctx, db, &t);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(find_told(ctx, db, &t, value_text(value_get(row, S("told")))));
	for (size_t i = 0; i < t.n; i++)
		TRY(write_mail(ctx, db, &t, t.told[i], notice));
	return OK;
}

/* ---- the choice ---- */

enum err officer_choice(struct ctx *ctx, struct db *db, int64_t account,
			struct officer_choice *ret_choice)
{
	struct rows row;
	enum err err = db_one(ctx, db, &row,
		SQL("SELECT steps, digest FROM link_choice WHERE account = $1"), account);
	*ret_choice = (struct officer_choice){ .digest = true };
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*ret_choice = (struct officer_choice){ row_int(&row, 0), row_int(&row, 1) };
	return OK;
}

enum err officer_choose(struct ctx *ctx, struct db *db, int64_t account,
			struct officer_choice choice)
{
	struct value open = value_map();
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO link_choice (account, steps, digest) VALUES ($1, $2, $3)"
		       " ON CONFLICT (account) DO UPDATE SET steps = excluded.steps,"
		       " digest = excluded.digest"), account, (int)choice.steps, (int)choice.digest));
	value_append(ctx->arena, &open, S("steps"), value_bool(choice.steps));
	value_append(ctx->arena, &open, S("digest"), value_bool(choice.digest));
	return event_append(ctx, db, &(struct event_new){ .kind = S("officer.notices_chosen"),
		.object = account, .actor = account, .open = open }, NULL);
}
