/* What a case costs: the pack's rules over its data, followed by every command. */
#include "cases/fee.h"
#include "cases/room.h"

#include "rules/dmn.h"

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

/* ---- the rules ---- */

static struct value rules_of(const struct procedure *procedure)
{
	return value_get(procedure->body, S("fee"));
}

/* What expressions see: the data, and `case` as the flow knows it. */
static struct value scope_of(struct arena *arena, const struct case_file *c)
{
	struct value scope = value_map(), about = value_map();
	for (uint32_t i = 0; c->data.kind == VALUE_MAP && i < c->data.n; i++)
		value_append(arena, &scope, c->data.members[i].key, c->data.members[i].value);
	value_append(arena, &about, S("code"), value_str(c->code));
	value_append(arena, &about, S("procedure"), value_str(c->procedure));
	value_append(arena, &about, S("channel"), value_int(c->channel));
	value_set(arena, &scope, S("case"), about);
	return scope;
}

static struct value eval_text(struct arena *arena, str text, struct value data,
			      const struct feel_env *env)
{
	struct feel *feel;
	struct feel_fault fault;
	struct feel_scope scope = { .variables = data };
	text = str_trim(text);
	if (str_starts(text, S("=")))
		text = str_slice(text, 1, text.n);
	if (!feel_parse(arena, text, NULL, &feel, &fault))
		return value_null();
	return feel_eval(feel, arena, &scope, env, NULL);
}

/* `inputs` names what the decision reads; without it, it reads the data themselves. */
static struct value inputs_of(struct arena *arena, struct value rules, struct value scope,
			      const struct feel_env *env)
{
	struct value wanted = value_get(rules, S("inputs")), inputs = value_map();
	if (wanted.kind != VALUE_MAP)
		return scope;
	for (uint32_t i = 0; i < scope.n; i++)
		value_append(arena, &inputs, scope.members[i].key, scope.members[i].value);
	for (uint32_t i = 0; i < wanted.n; i++)
		value_set(arena, &inputs, wanted.members[i].key,
			  eval_text(arena, value_text(wanted.members[i].value), scope, env));
	return inputs;
}

static struct value decide(struct arena *arena, const struct procedure *procedure,
			   struct value inputs, const struct feel_env *env, struct value *ret_lines)
{
	struct value rules = rules_of(procedure);
	str decision = value_text(value_get(rules, S("decision")));
	str result = value_text(value_get(rules, S("result")));
	for (size_t i = 0; i < procedure->n_decisions; i++) {
		if (!dmn_has(procedure->decisions[i], decision))
			continue;
		struct value v = dmn_explain(procedure->decisions[i], decision, arena, inputs, env,
					     ret_lines);
		return v.kind == VALUE_MAP ? value_get(v, result) : v;
	}
	return value_null();
}

static str waiver_of(struct arena *arena, struct value rules, struct value scope,
		     const struct feel_env *env)
{
	struct value waivers = value_get(rules, S("waivers"));
	for (uint32_t i = 0; waivers.kind == VALUE_LIST && i < waivers.n; i++) {
		str condition = value_text(value_get(waivers.items[i], S("condition")));
		if (!str_empty(condition) && value_is_true(eval_text(arena, condition, scope, env)))
			return value_text(value_get(waivers.items[i], S("code")));
	}
	return S("");
}

void fee_sum(struct cases *cases, struct arena *arena, const struct case_file *c, usec now,
	     struct fee_sum *ret_sum)
{
	const struct procedure *procedure = case_procedure(cases, c);
	struct feel_env env = { .now = now, .offset = calendar_zone(cases_calendar(cases)) };
	struct value rules = procedure ? rules_of(procedure) : value_null(), amount;
	*ret_sum = (struct fee_sum){ .known = true, .lines = value_list(), .waiver = S("") };
	if (rules.kind != VALUE_MAP)
		return;
	struct value scope = scope_of(arena, c);
	amount = value_get(rules, S("amount"));
	if (!str_empty(value_text(value_get(rules, S("decision")))))
		amount = decide(arena, procedure, inputs_of(arena, rules, scope, &env), &env,
				&ret_sum->lines);
	int64_t whole = value_integer(amount, -1);
	ret_sum->known = whole >= 0;
	ret_sum->full = whole >= 0 ? whole : 0;
	ret_sum->waiver = waiver_of(arena, rules, scope, &env);
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
	str when = value_text(value_get(rules_of(command->procedure), S("when")));
	*ret_there = false;
	if (str_eq(when, S("acceptance")))
		*ret_there = after->accepted_at != 0;
	else if (str_starts(when, S("before ")))
		return is_open(command, str_trim(str_slice(when, 7, when.n)), ret_there);
	return OK;
}

static bool clock_stops(const struct command *command)
{
	return str_eq(value_text(value_get(rules_of(command->procedure), S("clock"))), S("stops"));
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
	value_push(arena, &pauses, pause);
	return pauses;
}

static enum err stop_clock(struct command *command, const struct case_file *after)
{
	if (!clock_stops(command) || after->paused_at)
		return OK;
	command_set_int(command, "paused_at", command->now);
	command_set_int(command, "due_at", 0);
	return OK;
}

static enum err start_clock(struct command *command, const struct case_file *after)
{
	if (command->c.status != CASE_DUTY || !command->c.paused_at || after->finished_at)
		return OK;
	command_set(command, "pauses", with_pause(command, after));
	if (after->status == CASE_SUPPLEMENT)
		return OK;
	command_set_int(command, "paused_at", 0);
	return after->accepted_at ? command_promise(command) : OK;
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
	if (rules_of(command->procedure).kind != VALUE_MAP)
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
	str when = value_text(value_get(rules_of(command->procedure), S("when")));
	str task = str_starts(when, S("before ")) ? str_trim(str_slice(when, 7, when.n)) : S("");
	bool here = str_eq(when, S("acceptance")) || str_eq(task, element) ||
		    (returns && str_eq(when, S("return")));
	if (!here)
		return OK;
	TRY(fee_load(command->ctx, command->db, &command->c, &fee));
	if (fee.state != FEE_DUE)
		return OK;
	str money = fee_money(command->ctx->arena, fee.due);
	return fail(command->ctx, ERR_CONFLICT, "The fee of %.*s has to be paid first",
		    STR_ARG(money));
}
