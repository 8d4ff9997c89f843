/* What a case costs: the pack's rules over its data, followed by every command. */
#include "cases/fee.h"
#include "cases/fee_rules.h"
#include "cases/room.h"

static const struct case_column fee_columns[] = {
	{ "known" }, { "full_amount" }, { "due" }, { "paid" }, { "refunded" }, { "state" },
	{ "waiver", .is_text = true }, { "decided" }, { "waived_at" }, { "waived_by" },
	{ "reason", .is_text = true, .is_private = true },
	{ "evidence", .is_text = true, .is_private = true },
};
const struct case_table fee_table = { "case_fee", fee_columns, ARRAY_SIZE(fee_columns) };

str fee_money(struct arena *arena, int64_t amount)
{
	str digits = arena_printf(arena, "%lld", (long long)amount);
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < digits.n; i++) {
		if (i && (digits.n - i) % 3 == 0 && digits.p[i - 1] != '-')
			buf_byte(&out, '.');
		buf_byte(&out, digits.p[i]);
	}
	buf_str(&out, S(" đồng"));
	return buf_view(&out);
}

const char *fee_state_name(int64_t state)
{
	static const char *const names[] = {
		[FEE_FREE] = "free", [FEE_DUE] = "due", [FEE_PAID] = "paid",
		[FEE_WAIVED] = "waived", [FEE_REFUNDED] = "refunded", [FEE_UNKNOWN] = "unknown",
	};
	return names[state >= FEE_FREE && state <= FEE_UNKNOWN ? state : FEE_FREE];
}

/* ---- the row ---- */

enum err fee_load(struct ctx *ctx, struct db *db, const struct case_file *c, struct fee *ret_fee)
{
	struct rows rows;
	*ret_fee = (struct fee){ .waiver = S("") };
	enum err err = db_one(ctx, db, &rows,
		SQL("SELECT state, full_amount, due, paid, refunded, waiver, decided, waived_at"
		    " FROM case_fee WHERE organisation = $1 AND case_id = $2 AND id = 1"),
		c->organisation, c->id);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*ret_fee = (struct fee){
		.state = row_int(&rows, 0), .full = row_int(&rows, 1), .due = row_int(&rows, 2),
		.paid = row_int(&rows, 3), .refunded = row_int(&rows, 4),
		.waiver = row_str(&rows, 5), .decided = row_bool(&rows, 6),
		.waived_at = row_int(&rows, 7),
	};
	return OK;
}

/* The row as this command will leave it: what it set already lies over what is stored. */
static enum err fee_after(struct command *command, struct fee *ret_fee)
{
	if (command->is_new)
		*ret_fee = (struct fee){ .waiver = S("") };
	else
		TRY(fee_load(command->ctx, command->db, &command->c, ret_fee));
	for (uint32_t i = 0; i < command->rows.n; i++) {
		struct value row = command->rows.items[i], columns = value_get(row, S("columns"));
		const struct value *waiver = value_find(columns, S("waiver"));
		if (!str_eq(value_text(value_get(row, S("table"))), str_z(fee_table.name)))
			continue;
		ret_fee->paid = value_integer(value_get(columns, S("paid")), ret_fee->paid);
		ret_fee->refunded =
			value_integer(value_get(columns, S("refunded")), ret_fee->refunded);
		if (waiver) {
			ret_fee->waiver = value_text(*waiver);
			ret_fee->decided = value_integer(value_get(columns, S("decided")), 0) == 1;
		}
	}
	return OK;
}

static int64_t state_of(const struct fee *fee, bool known, bool over)
{
	if (fee->refunded)
		return FEE_REFUNDED;
	if (fee->paid)
		return FEE_PAID;
	if (over)
		return FEE_FREE;
	if (!known)
		return FEE_UNKNOWN;
	if (fee->due)
		return FEE_DUE;
	return fee->full ? FEE_WAIVED : FEE_FREE;
}

bool fee_is_over(const struct case_file *c)
{
	return c->status == CASE_NOT_ACCEPTED || c->status == CASE_WITHDRAWN ||
	       c->status == CASE_STOPPED;
}

/* What was paid fixes the amount; until then it follows the data. */
static void follow_amount(struct command *command, const struct case_file *after, struct fee *fee)
{
	struct arena *arena = command->ctx->arena;
	struct fee was = *fee;
	struct fee_sum sum = { .known = true };
	struct value row = value_map();
	if (!fee->paid) {
		fee_sum(command->cases, arena, after, command->now, &sum);
		if (!fee->decided)
			fee->waiver = sum.waiver;
		fee->full = sum.full;
		fee->due = str_empty(fee->waiver) && !fee_is_over(after) ? sum.full : 0;
	}
	fee->state = state_of(fee, sum.known, fee_is_over(after));
	bool same = was.state == fee->state && was.full == fee->full && was.due == fee->due &&
		    str_eq(was.waiver, fee->waiver);
	if (same)
		return;
	value_append(arena, &row, S("known"), value_int(sum.known));
	value_append(arena, &row, S("full_amount"), value_int(fee->full));
	value_append(arena, &row, S("due"), value_int(fee->due));
	value_append(arena, &row, S("state"), value_int(fee->state));
	value_append(arena, &row, S("waiver"), value_str(fee->waiver));
	command_row(command, &fee_table, 1, row);
}

/* ---- waiting ---- */

static bool opened_now(const struct command *command, str element, int64_t *n)
{
	for (uint32_t i = 0; i < command->tasks.n; i++) {
		struct value task = command->tasks.items[i];
		if (str_eq(value_text(value_get(task, S("element"))), element))
			(*n)++;
	}
	return *n > 0;
}

static enum err is_open(struct command *command, str element, bool *ret_open)
{
	int64_t n = 0, ended = 0;
	struct rows rows;
	*ret_open = opened_now(command, element, &n);
	if (command->is_new)
		return OK;
	TRY(db_query(command->ctx, command->db, &rows,
		     SQL("SELECT node FROM case_task WHERE organisation = $1 AND case_id = $2"
			 " AND element = $3 AND state = 0"),
		     command->c.organisation, command->c.id, element));
	while (rows_next(&rows)) {
		n++;
		for (uint32_t i = 0; i < command->tasks.n; i++) {
			struct value task = command->tasks.items[i];
			bool done = value_integer(value_get(task, S("state")), 0) != 0;
			if (done && value_integer(value_get(task, S("node")), 0) == row_int(&rows, 0))
				ended++;
		}
	}
	*ret_open = n > ended;
	return rows_end(&rows);
}

/* Whether the case has come to where its fee is due. At the return it is the handing over that
 * waits, not the case: its result is ready. */
static enum err is_reached(struct command *command, const struct case_file *after, bool *ret_there)
{
	const struct fee_rules *rules = command->procedure->fee;
	*ret_there = rules->when == FEE_AT_ACCEPTANCE && after->accepted_at;
	if (rules->when == FEE_BEFORE_STEP)
		return is_open(command, rules->step, ret_there);
	return OK;
}

static struct value with_pause(struct command *command, const struct case_file *after)
{
	struct arena *arena = command->ctx->arena;
	struct value pauses = value_copy(arena, after->pauses), pause = value_map();
	if (pauses.kind != VALUE_LIST)
		pauses = value_list();
	value_set(arena, &pause, S("from"), value_int(command->c.paused_at));
	value_set(arena, &pause, S("to"), value_int(command->now));
	value_set(arena, &pause, S("rule"), value_str(S("subtract")));
	value_set(arena, &pause, S("fee"), value_bool(true));
	value_push(arena, &pauses, pause);
	return pauses;
}

static enum err stop_clock(struct command *command, const struct case_file *after)
{
	if (!command->procedure->fee->clock_stops || after->paused_at)
		return OK;
	command_set_int(command, "paused_at", command->now);
	command_set_int(command, "due_at", 0);
	/* Nothing was promised yet: the date is said when the fee is paid. */
	if (!command->c.accepted_at)
		command_set_int(command, "first_due_at", 0);
	return OK;
}

static enum err start_clock(struct command *command, const struct case_file *after)
{
	if (command->c.status != CASE_DUTY || !command->c.paused_at)
		return OK;
	command_set(command, "pauses", with_pause(command, after));
	if (after->status == CASE_SUPPLEMENT)
		return OK;
	command_set_int(command, "paused_at", 0);
	if (after->finished_at)
		return OK;
	TRY(command_promise(command));
	return command_move_steps(command);
}

static enum err follow_status(struct command *command, const struct case_file *after,
			      const struct fee *fee)
{
	bool there;
	TRY(is_reached(command, after, &there));
	bool works = after->status == CASE_ACCEPTED || after->status == CASE_PROCESSING ||
		     after->status == CASE_DUTY;
	if (works && there && fee->state == FEE_DUE) {
		command_set_int(command, "status", CASE_DUTY);
		return stop_clock(command, after);
	}
	if (after->status == CASE_DUTY)
		command_set_int(command, "status", CASE_PROCESSING);
	return start_clock(command, after);
}

enum err fee_follow(struct command *command)
{
	struct arena *arena = command->ctx->arena;
	struct case_file after = command->c;
	struct value open = value_map(), closed = command->closed;
	struct fee fee;
	if (!command->procedure->fee)
		return OK;
	value_set(arena, &open, S("set"), command->set);
	fold_case(arena, &after, open, closed);
	TRY(fee_after(command, &fee));
	follow_amount(command, &after, &fee);
	return follow_status(command, &after, &fee);
}

enum err fee_gate(struct command *command, str element, bool returns)
{
	struct fee fee;
	const struct fee_rules *rules = command->procedure->fee;
	if (!rules || !fee_holds(rules, element, returns))
		return OK;
	TRY(fee_load(command->ctx, command->db, &command->c, &fee));
	if (fee.state != FEE_DUE)
		return OK;
	str money = fee_money(command->ctx->arena, fee.due);
	return fail(command->ctx, ERR_CONFLICT, "The fee of %.*s has to be paid first",
		    STR_ARG(money));
}
