/* Leave: somebody stands in for a colleague for a while, in the own name. */
#include "people/leave.h"
#include "people/room.h"

#include "store/event.h"

static const struct migration steps[] = {
	{ 1, "who stands in for whom",
	  "CREATE TABLE substitution (id INT PRIMARY KEY, account INT NOT NULL,"
	  " substitute INT NOT NULL, from_at INT NOT NULL, to_at INT NOT NULL, made_by INT NOT NULL);"
	  "CREATE INDEX substitution_of ON substitution (substitute, to_at);"
	  "CREATE INDEX substitution_for ON substitution (account, to_at);" },
};

const struct migration_set leave_migrations = { "leave", steps, sizeof steps / sizeof *steps };

/* Rights to run the system and to write for the portal are given to a person, not lent. */
static bool is_lent(enum role role)
{
	return role_allows(role, ACT_CASE_WORK);
}

enum err leave_grants(struct ctx *ctx, struct db *db, struct principal *p)
{
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT r.role, r.organisation, s.account FROM substitution s"
			 " JOIN account_role r ON r.account = s.account"
			 " JOIN account a ON a.id = s.account"
			 " WHERE s.substitute = $1 AND s.to_at > $2 AND s.from_at <= $2"
			 " ORDER BY s.account, r.role, r.organisation"),
		     p->account, db_now(db)));
	while (rows_next(&rows)) {
		enum role role = role_of(row_view(&rows, 0));
		if (role < ROLES && is_lent(role) && p->n_grants < GRANTS_MAX)
			p->grants[p->n_grants++] = (struct grant){ role, row_int(&rows, 1),
								   row_int(&rows, 2) };
	}
	return rows_end(&rows);
}

bool leave_stands_in(const struct principal *principal, int64_t account)
{
	for (size_t i = 0; account && principal && i < principal->n_grants; i++)
		if (principal->grants[i].instead_of == account)
			return true;
	return false;
}

size_t leave_holders(const struct principal *principal, int64_t *ret_accounts)
{
	size_t n = 0;
	ret_accounts[n++] = principal->account;
	for (size_t i = 0; i < principal->n_grants; i++) {
		int64_t account = principal->grants[i].instead_of;
		if (account && ret_accounts[n - 1] != account)
			ret_accounts[n++] = account;
	}
	return n;
}

/* Both work in the same house: a stranger of another ward is not let in by it. */
static bool are_colleagues(const struct people *people, const struct principal *away,
			   const struct principal *substitute)
{
	for (size_t i = 0; i < away->n_grants; i++)
		for (size_t k = 0; k < substitute->n_grants; k++)
			if (is_lent(away->grants[i].role) && !substitute->grants[k].instead_of &&
			    role_allows(substitute->grants[k].role, ACT_DESK) &&
			    organisation_within(people, away->grants[i].organisation,
						substitute->grants[k].organisation))
				return true;
	return false;
}

bool leave_leads(const struct people *people, const struct principal *head,
		 const struct principal *officer)
{
	for (size_t i = 0; i < officer->n_grants; i++) {
		struct object object = { .organisation = officer->grants[i].organisation };
		if (is_lent(officer->grants[i].role) &&
		    !role_is_partner(officer->grants[i].role) && may(people, head, ACT_CASE_ASSIGN, &object))
			return true;
	}
	return false;
}

struct leaving {
	const struct people *people;
	const struct principal *by;
	struct leave leave;
};

/* Without what was lent to it: who stands in for the head appoints nobody, least of all itself. */
static struct principal own_rights(const struct principal *by)
{
	struct principal own = *by;
	own.n_grants = 0;
	for (size_t i = 0; i < by->n_grants; i++)
		if (!by->grants[i].instead_of)
			own.grants[own.n_grants++] = by->grants[i];
	return own;
}

/* Who is away cannot stand in: the work of both would lie. Who stands in may have to go all the same, as
 * nobody chooses to fall ill. */
static enum err check_overlap(struct ctx *ctx, struct db *db, const struct leave *leave)
{
	struct rows row;
	str away, substitute;
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT account, substitute FROM substitution WHERE to_at > $1"
				  " AND from_at < $2 AND (account = $4 OR (account = $3"
				  " AND substitute = $4)) ORDER BY from_at LIMIT 1"),
			      leave->from_at, leave->to_at, leave->account, leave->substitute);
	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	int64_t of = row_int(&row, 0), by = row_int(&row, 1);
	TRY(account_name(ctx, db, of, &away));
	TRY(account_name(ctx, db, by, &substitute));
	if (of == leave->substitute)
		return fail(ctx, ERR_INVALID, "%.*s is away on some of these days", STR_ARG(away));
	return fail(ctx, ERR_INVALID, "On some of these days %.*s already stands in for %.*s",
		    STR_ARG(substitute), STR_ARG(away));
}

static enum err check_leave(struct ctx *ctx, struct db *db, const struct leaving *l)
{
	struct principal away, substitute, by = own_rights(l->by);
	TRY(account_principal(ctx, db, l->leave.account, &away));
	TRY(account_principal(ctx, db, l->leave.substitute, &substitute));
	if (by.account != away.account && !leave_leads(l->people, &by, &away))
		return fail(ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	if (away.account == substitute.account)
		return fail(ctx, ERR_INVALID, "Choose a colleague, not the same person");
	if (l->leave.to_at <= l->leave.from_at || l->leave.to_at <= db_now(db))
		return fail(ctx, ERR_INVALID, "The last day must not lie before the first day or today");
	if (!are_colleagues(l->people, &away, &substitute))
		return fail(ctx, ERR_INVALID, "%.*s does not work in the same office",
			    STR_ARG(substitute.name));
	return check_overlap(ctx, db, &l->leave);
}

static enum err leave_event(struct ctx *ctx, struct db *db, str kind, const struct leave *leave,
			    int64_t by)
{
	struct value open = value_map();
	value_set(ctx->arena, &open, S("id"), value_str(id_text(ctx->arena, leave->id)));
	value_set(ctx->arena, &open, S("substitute"),
		  value_str(id_text(ctx->arena, leave->substitute)));
	value_set(ctx->arena, &open, S("from_at"), value_int(leave->from_at));
	value_set(ctx->arena, &open, S("to_at"), value_int(leave->to_at));
	return event_append(ctx, db, &(struct event_new){
		.kind = kind, .object = leave->account, .actor = by, .open = open }, NULL);
}

static enum err begin(struct ctx *ctx, struct db *db, void *arg)
{
	struct leaving *l = arg;
	TRY(check_leave(ctx, db, l));
	l->leave.id = db_id(db);
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO substitution (id, account, substitute, from_at, to_at, made_by)"
		       " VALUES ($1, $2, $3, $4, $5, $6)"),
		   l->leave.id, l->leave.account, l->leave.substitute, l->leave.from_at,
		   l->leave.to_at, l->by->account));
	return leave_event(ctx, db, S("account.substituted"), &l->leave, l->by->account);
}

enum err leave_begin(struct ctx *ctx, struct people *people, const struct principal *by,
		     const struct leave *leave)
{
	struct leaving l = { people, by, *leave };
	return store_write(ctx, people->store, begin, &l);
}

static enum err end(struct ctx *ctx, struct db *db, void *arg)
{
	struct leaving *l = arg;
	struct principal away, by = own_rights(l->by);
	struct rows row;
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT account, substitute, from_at FROM substitution"
				  " WHERE id = $1 AND to_at > $2"), l->leave.id, db_now(db));
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "There is no such substitution any more");
	TRY(err);
	l->leave.account = row_int(&row, 0);
	l->leave.substitute = row_int(&row, 1);
	l->leave.from_at = row_int(&row, 2);
	l->leave.to_at = db_now(db);
	TRY(account_principal(ctx, db, l->leave.account, &away));
	if (by.account != away.account && !leave_leads(l->people, &by, &away))
		return fail(ctx, ERR_NOT_FOUND, "There is no such substitution any more");
	TRY(db_run(ctx, db, SQL("UPDATE substitution SET to_at = $2 WHERE id = $1"), l->leave.id,
		   l->leave.to_at));
	return leave_event(ctx, db, S("account.substitution_ended"), &l->leave, l->by->account);
}

enum err leave_end(struct ctx *ctx, struct people *people, const struct principal *by, int64_t id)
{
	struct leaving l = { people, by, { .id = id } };
	return store_write(ctx, people->store, end, &l);
}

/* ---- officers of a head ---- */

enum err leave_officers(struct ctx *ctx, struct people *people, struct db *db,
			const struct principal *head, struct officers *ret_officers)
{
	struct officers all = { ARENA_ARRAY(ctx->arena, struct account, OFFICERS_MAX), 0 };
	int64_t *ids;
	struct rows rows;
	sql_t q = sql_new(ctx->arena);
	size_t n = may_organisations(people, head, ACT_CASE_SEE, ctx->arena, &ids);
	*ret_officers = all;
	/* A partner's colleagues are those of its own office. */
	for (size_t i = 0; n == 0 && i < head->n_grants; i++)
		ids[n++] = head->grants[i].organisation;
	if (!n)
		return OK;
	sql_add(&q, SQL("SELECT DISTINCT a.id, a.login, a.name FROM account a JOIN account_role r"
			" ON r.account = a.id WHERE a.disabled = 0 AND r.role IN ('reception',"
			" 'justice', 'specialist', 'leader', 'police', 'insurance') AND "));
	sql_in(&q, SQL("r.organisation"), ids, n);
	sql_add(&q, SQL(" ORDER BY a.login LIMIT $1"), OFFICERS_MAX);
	TRY(db_query_built(ctx, db, &rows, &q));
	while (all.n < OFFICERS_MAX && rows_next(&rows))
		all.items[all.n++] = (struct account){ .id = row_int(&rows, 0),
			.login = row_str(&rows, 1), .name = row_str(&rows, 2) };
	*ret_officers = all;
	return rows_end(&rows);
}

enum err leave_list(struct ctx *ctx, struct people *people, struct db *db,
		    const struct principal *who, struct leaves *ret_leaves)
{
	struct leaves all = { ARENA_ARRAY(ctx->arena, struct leave, OFFICERS_MAX), 0 };
	struct principal own = own_rights(who);
	struct rows rows;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT s.id, s.account, s.substitute, s.from_at, s.to_at, a.name, b.name"
			 " FROM substitution s JOIN account a ON a.id = s.account"
			 " JOIN account b ON b.id = s.substitute WHERE s.to_at > $1"
			 " ORDER BY s.from_at, s.id LIMIT $2"), db_now(db), OFFICERS_MAX));
	while (all.n < OFFICERS_MAX && rows_next(&rows))
		all.items[all.n++] = (struct leave){
			.id = row_int(&rows, 0), .account = row_int(&rows, 1),
			.substitute = row_int(&rows, 2), .from_at = row_int(&rows, 3),
			.to_at = row_int(&rows, 4), .name = row_str(&rows, 5),
			.substitute_name = row_str(&rows, 6) };
	TRY(rows_end(&rows));
	*ret_leaves = (struct leaves){ all.items, 0 };
	for (size_t i = 0; i < all.n; i++) {
		struct principal away;
		TRY(account_principal(ctx, db, all.items[i].account, &away));
		if (who->account == away.account || who->account == all.items[i].substitute ||
		    leave_leads(people, &own, &away))
			ret_leaves->items[ret_leaves->n++] = all.items[i];
	}
	return OK;
}
