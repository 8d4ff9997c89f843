/* The register of results: what was issued, to whom it went, what became of it. */
#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/room.h"

struct job {
	struct cases *cases;
	const struct actor *who;
	str code, text, decision;
	int64_t id;
};

/* ---- issuing ---- */

struct issue {
	struct command *command;
	struct value done; /* letter → number of its book entry */
};

/* Entries as they will be after the command. */
static struct value entries_of(const struct command *command)
{
	struct value data = value_get(command->closed, S("data"));
	const struct value *fresh = value_find(data, S("entry"));
	return fresh ? *fresh : value_get(command->c.data, S("entry"));
}

static str number_of(const struct command *command, str book)
{
	struct value entries = entries_of(command);
	for (uint32_t i = 0; entries.kind == VALUE_MAP && i < entries.n; i++) {
		struct value entry = entries.members[i].value;
		if (str_empty(book) || str_eq(value_text(value_get(entry, S("book"))), book))
			return value_text(value_get(entry, S("number")));
	}
	return command->c.register_number ? arena_printf(command->ctx->arena, "%lld",
		(long long)command->c.register_number) : S("");
}

static bool is_done_now(const struct command *command, int64_t node)
{
	for (uint32_t i = 0; i < command->tasks.n; i++)
		if (value_integer(value_get(command->tasks.items[i], S("node")), 0) == node &&
		    value_integer(value_get(command->tasks.items[i], S("state")), 0) == 1)
			return true;
	return false;
}

static void add_done(struct issue *issue, str element)
{
	const struct flow_definition *flow = issue->command->procedure->flow;
	uint32_t at = flow_find(flow, element);
	if (at == FLOW_NONE)
		return;
	str letter = flow_property(&flow->elements[at], S("motcua:letter"));
	str book = flow_property(&flow->elements[at], S("motcua:book"));
	if (!str_empty(letter))
		value_set(issue->command->ctx->arena, &issue->done, letter,
			  value_str(number_of(issue->command, book)));
}

static enum err read_done(struct issue *issue)
{
	struct command *command = issue->command;
	struct rows rows;
	TRY(db_query(command->ctx, command->db, &rows,
		     SQL("SELECT element, node, state FROM case_task WHERE organisation = $1"
			 " AND case_id = $2 ORDER BY node"),
		     command->c.organisation, command->c.id));
	while (rows_next(&rows))
		if (row_int(&rows, 2) == 1 || is_done_now(command, row_int(&rows, 1)))
			add_done(issue, row_str(&rows, 0));
	return rows_end(&rows);
}

/* The version that counts until now is replaced. */
static enum err replace(struct command *command, str kind, int64_t *ret_version)
{
	struct rows rows;
	int64_t id = 0, version = 0, state = 0;
	TRY(db_query(command->ctx, command->db, &rows,
		     SQL("SELECT id, version, state FROM case_issued WHERE organisation = $1"
			 " AND case_id = $2 AND kind = $3 ORDER BY version DESC LIMIT 1"),
		     command->c.organisation, command->c.id, kind));
	if (rows_next(&rows)) {
		id = row_int(&rows, 0);
		version = row_int(&rows, 1);
		state = row_int(&rows, 2);
	}
	TRY(rows_end(&rows));
	*ret_version = version + 1;
	if (state != ISSUED_VALID)
		return OK;
	struct value row = value_map();
	command_put_int(command, &row, "state", ISSUED_REPLACED);
	command_put_int(command, &row, "ended_at", command->now);
	command_put_id(command, &row, "ended_by", command_account(command));
	command_row(command, &issued_table, id, row);
	return OK;
}

static enum err issue_one(struct command *command, str kind, str number)
{
	struct value row = value_map();
	int64_t version;
	TRY(replace(command, kind, &version));
	command_put_text(command, &row, "kind", kind);
	command_put_text(command, &row, "number", number);
	command_put_int(command, &row, "version", version);
	command_put_int(command, &row, "state", ISSUED_VALID);
	command_put_int(command, &row, "issued_at", command->now);
	command_put_id(command, &row, "issued_by", command_account(command));
	command_row(command, &issued_table, db_id(command->db), row);
	return OK;
}

enum err command_issue(struct command *command)
{
	struct issue issue = { command, value_map() };
	TRY(read_done(&issue));
	for (uint32_t i = 0; i < issue.done.n; i++)
		TRY(issue_one(command, issue.done.members[i].key,
			      value_text(issue.done.members[i].value)));
	return issue.done.n ? OK : issue_one(command, S("result"), number_of(command, S("")));
}

/* A result that is no letter of ours. */
static bool is_plain(str kind)
{
	return str_eq(kind, S("result"));
}

enum err command_issue_again(struct command *command, int64_t *ret_n)
{
	struct value kinds = value_map();
	struct rows rows;
	TRY(db_query(command->ctx, command->db, &rows,
		     SQL("SELECT kind, number FROM case_issued WHERE organisation = $1"
			 " AND case_id = $2 AND state = 1 ORDER BY id"),
		     command->c.organisation, command->c.id));
	while (rows_next(&rows))
		value_set(command->ctx->arena, &kinds, row_str(&rows, 0), value_str(row_str(&rows, 1)));
	TRY(rows_end(&rows));
	for (uint32_t i = 0; i < kinds.n; i++) {
		str kind = kinds.members[i].key, number = value_text(kinds.members[i].value);
		TRY(issue_one(command, kind, number));
		if (!is_plain(kind))
			TRY(command_letter(command, kind, number));
	}
	*ret_n = kinds.n;
	return OK;
}

/* ---- delivery ---- */

void command_deliver(struct command *command, struct value data)
{
	struct value said = value_get(data, S("returned")), row = value_map();
	str how = value_text(value_get(said, S("how")));
	bool post = str_eq(how, S("post"));
	command_put_text(command, &row, "how", str_empty(how) ? S("desk") : how);
	command_put_int(command, &row, "state", post ? DELIVERY_SENT : DELIVERY_HANDED);
	command_put_int(command, &row, "sent_at", command->now);
	command_put_int(command, &row, "received_at", post ? 0 : command->now);
	command_put_text(command, &row, "tracking", value_text(value_get(said, S("post_number"))));
	command_put_text(command, &row, "recipient", value_text(value_get(said, S("name"))));
	command_put_text(command, &row, "recipient_id", value_text(value_get(said, S("id_number"))));
	command_put_text(command, &row, "note", value_text(value_get(said, S("note"))));
	command_row(command, &delivery_table, db_id(command->db), row);
}

static enum err received(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "result.received" };
	struct value row = value_map();
	int64_t state;
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_RETURN));
	TRY(db_int(ctx, db, 0, &state,
		   SQL("SELECT state FROM case_delivery WHERE organisation = $1 AND case_id = $2"
		       " AND id = $3"), command.c.organisation, command.c.id, job->id));
	if (!state)
		return fail(ctx, ERR_NOT_FOUND, "There is no such delivery");
	if (state != DELIVERY_SENT)
		return command_lost(&command, "result.received",
				    N_("This delivery has arrived already"));
	command_put_int(&command, &row, "state", DELIVERY_RECEIVED);
	command_put_int(&command, &row, "received_at", command.now);
	command_row(&command, &delivery_table, job->id, row);
	return command_commit(&command);
}

enum err case_received(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		       int64_t delivery)
{
	struct job job = { .cases = cases, .who = who, .code = code, .id = delivery };
	return store_write_locked(ctx, cases->store, received, &job);
}

/* ---- revocation ---- */

struct one_issued {
	int64_t state; /* 0: there is none */
	str kind;
};

static enum err read_issued(struct command *command, int64_t id, struct one_issued *ret_one)
{
	struct rows rows;
	*ret_one = (struct one_issued){ 0, S("") };
	TRY(db_query(command->ctx, command->db, &rows,
		     SQL("SELECT state, kind FROM case_issued WHERE organisation = $1"
			 " AND case_id = $2 AND id = $3"),
		     command->c.organisation, command->c.id, id));
	if (rows_next(&rows))
		*ret_one = (struct one_issued){ row_int(&rows, 0), row_str(&rows, 1) };
	return rows_end(&rows);
}

static enum err revoke_letter(struct command *command, str kind)
{
	int64_t n;
	TRY(db_int(command->ctx, command->db, 0, &n,
		   SQL("SELECT COUNT(*) FROM case_letter WHERE organisation = $1 AND case_id = $2"
		       " AND kind = $3"), command->c.organisation, command->c.id, kind));
	return n ? command_letter_revoke(command, kind) : OK;
}

static enum err revoke(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "result.revoked" };
	struct value row = value_map();
	struct one_issued one;
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_SIGN));
	TRY(read_issued(&command, job->id, &one));
	if (!one.state)
		return fail(ctx, ERR_NOT_FOUND, "There is no such result");
	if (one.state != ISSUED_VALID)
		return command_lost(&command, "result.revoked|case.corrected",
				    N_("This result does not count any more"));
	if (str_empty(job->decision))
		return fail(ctx, ERR_INVALID, "Enter the number of the decision that revokes it");
	if (str_empty(str_trim(job->text)))
		return fail(ctx, ERR_INVALID, "Say why: the citizen reads it");
	command_put_int(&command, &row, "state", ISSUED_REVOKED);
	command_put_int(&command, &row, "ended_at", command.now);
	command_put_id(&command, &row, "ended_by", command_account(&command));
	command_put_text(&command, &row, "decision", job->decision);
	command_put_text(&command, &row, "reason", job->text);
	command_row(&command, &issued_table, job->id, row);
	TRY(revoke_letter(&command, one.kind));
	value_set(ctx->arena, &command.closed, S("text"), value_str(job->text));
	return command_commit(&command);
}

enum err case_revoke(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		     int64_t issued, str decision)
{
	struct actor plain = *who;
	struct job job = { .cases = cases, .who = &plain, .code = code, .id = issued,
			   .decision = str_trim(decision), .text = str_trim(who->reason) };
	plain.reason = S("");
	return store_write_locked(ctx, cases->store, revoke, &job);
}
