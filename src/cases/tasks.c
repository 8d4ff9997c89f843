/* Work on a task: claim, release, assign, complete. */
#include "cases/fee.h"
#include "cases/letter.h"
#include "cases/room.h"

#include "people/leave.h"

struct job {
	struct cases *cases;
	const struct actor *who;
	str code;
	uint32_t node;
	int64_t account;
	const int64_t *seen; /* who had the step when it was given away; NULL: whoever */
	const struct completion *completion;
};

static enum err find_task(struct command *command, uint32_t node, struct case_task *ret_task)
{
	struct case_tasks tasks;
	TRY(case_tasks(command->ctx, command->cases, command->db, &command->c, &tasks));
	for (size_t i = 0; i < tasks.n; i++)
		if (tasks.items[i].node == node && tasks.items[i].open) {
			*ret_task = tasks.items[i];
			return OK;
		}
	return command_lost_step(command, node);
}

/* Whether the actor may work on exactly this task. */
static enum err may_task(struct command *command, enum act what, const struct case_task *task)
{
	struct object object = {
		.organisation = command->c.organisation, .agencies = &task->agency, .n_agencies = 1,
		.has_role = what == ACT_CASE_WORK, .role = task->role, .case_id = command->c.id,
	};
	if (!may(command->cases->people, command->who->principal, what, &object))
		return command_may(command, ACTS);
	command_stand_in(command, what, &object, task->holder);
	return OK;
}

static enum err held_by_other(struct command *command, const struct case_task *task)
{
	str name;
	if (!task->holder || task->holder == command->who->principal->account ||
	    command->who->principal->system ||
	    leave_stands_in(command->who->principal, task->holder))
		return OK;
	TRY(account_name(command->ctx, command->db, task->holder, &name));
	return fail(command->ctx, ERR_CONFLICT, "%.*s is working on this step", STR_ARG(name));
}

static void set_holder(struct command *command, uint32_t node, int64_t holder)
{
	struct arena *arena = command->ctx->arena;
	struct value task = value_map();
	value_set(arena, &task, S("node"), value_int(node));
	value_set(arena, &task, S("holder"), value_str(id_text(arena, holder)));
	command_push(command, &command->tasks, task);
}

static enum err begin_task(struct command *command, struct ctx *ctx, struct db *db,
			   const struct job *job, struct case_task *ret_task)
{
	TRY(command_begin(command, ctx, db, job->code));
	return find_task(command, job->node, ret_task);
}

static enum err claim(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "task.claimed" };
	struct case_task task;
	TRY(begin_task(&command, ctx, db, job, &task));
	TRY(may_task(&command, ACT_CASE_WORK, &task));
	TRY(held_by_other(&command, &task));
	if (task.holder == job->who->principal->account ||
	    (task.holder && job->who->principal->system))
		return OK;
	set_holder(&command, job->node, job->who->principal->account);
	return command_commit(&command);
}

enum err task_claim_in(struct ctx *ctx, struct db *db, struct cases *cases, const struct actor *who,
		       str code, uint32_t node)
{
	struct job job = { .cases = cases, .who = who, .code = code, .node = node };
	return claim(ctx, db, &job);
}

enum err case_claim(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		    uint32_t node)
{
	struct job job = { .cases = cases, .who = who, .code = code, .node = node };
	return store_write_locked(ctx, cases->store, claim, &job);
}

static enum err release(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "task.released" };
	struct case_task task;
	TRY(begin_task(&command, ctx, db, job, &task));
	TRY(may_task(&command, ACT_CASE_WORK, &task));
	TRY(held_by_other(&command, &task));
	if (!task.holder)
		return OK;
	set_holder(&command, job->node, 0);
	return command_commit(&command);
}

enum err case_release(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		      uint32_t node)
{
	struct job job = { .cases = cases, .who = who, .code = code, .node = node };
	return store_write_locked(ctx, cases->store, release, &job);
}

/* The new holder must be one who may do the task. */
static enum err check_holder(struct command *command, const struct case_task *task,
			     int64_t account)
{
	struct principal principal;
	struct object object = { .organisation = command->c.organisation,
				 .agencies = &task->agency, .n_agencies = 1, .has_role = true,
				 .role = task->role };
	if (!account)
		return OK;
	TRY(account_principal(command->ctx, command->db, account, &principal));
	if (may(command->cases->people, &principal, ACT_CASE_WORK, &object))
		return OK;
	return fail(command->ctx, ERR_INVALID, "%.*s may not do this step",
		    STR_ARG(principal.name));
}

static enum err assign(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "task.assigned" };
	struct case_task task;
	TRY(begin_task(&command, ctx, db, job, &task));
	TRY(command_may(&command, ACT_CASE_ASSIGN));
	/* Pressed twice: whoever it is for has it. */
	if (task.holder == job->account)
		return OK;
	if (job->seen && task.holder != *job->seen)
		return command_lost(&command, "task.assigned|task.claimed|task.released",
				    N_("Somebody else has the step by now"));
	TRY(check_holder(&command, &task, job->account));
	set_holder(&command, job->node, job->account);
	return command_commit(&command);
}

enum err case_hand_over(struct ctx *ctx, struct cases *cases, const struct actor *who,
			const struct handing_over *h)
{
	struct job job = { .cases = cases, .who = who, .code = h->code, .node = h->node,
			   .account = h->to, .seen = &h->from };
	return store_write_locked(ctx, cases->store, assign, &job);
}

enum err case_assign(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		     uint32_t node, int64_t account)
{
	struct job job = { .cases = cases, .who = who, .code = code, .node = node,
			   .account = account };
	return store_write_locked(ctx, cases->store, assign, &job);
}

/* ---- completing ---- */

static void end_task(struct command *command, uint32_t node, str outcome)
{
	struct arena *arena = command->ctx->arena;
	struct value task = value_map();
	value_set(arena, &task, S("node"), value_int(node));
	value_set(arena, &task, S("state"), value_int(1));
	value_set(arena, &task, S("done_at"), value_int(command->now));
	value_set(arena, &task, S("outcome"), value_str(outcome));
	/* Who did it, whether taken before or not. */
	if (command->who->principal->account)
		value_set(arena, &task, S("holder"),
			  value_str(id_text(arena, command->who->principal->account)));
	command_push(command, &command->tasks, task);
}

static void end_leg(struct command *command, const struct flow_element *element)
{
	struct arena *arena = command->ctx->arena;
	str code = flow_property(element, S("motcua:leg"));
	struct value leg = value_map();
	if (str_empty(code))
		return;
	value_set(arena, &leg, S("leg"), value_str(code));
	value_set(arena, &leg, S("finished_at"), value_int(command->now));
	command_push(command, &command->legs, leg);
}

/* "ho-tich/khai-sinh" is the variable entry.ho_tich_khai_sinh. */
static str entry_name(struct arena *arena, str book)
{
	char *name = arena_alloc(arena, book.n);
	for (size_t i = 0; i < book.n; i++)
		name[i] = book.p[i] == '/' || book.p[i] == '-' ? '_' : book.p[i];
	return str_of(name, book.n);
}

/* An entry in the year's book, once a case and book: a task done again keeps its number. */
static enum err enter_book(struct command *command, const struct flow_element *element,
			   struct value *data)
{
	struct arena *arena = command->ctx->arena;
	str book = flow_property(element, S("motcua:book"));
	struct value entries = value_get(command->c.data, S("entry")), entry = value_map();
	if (str_empty(book) || value_find(entries, entry_name(arena, book)))
		return OK;
	const struct organisation *organisation =
		organisation_by_id(command->cases->people, case_deciding(&command->c));
	struct book_number number;
	TRY(number_book(command->ctx, command->cases, command->db, organisation, book, command->now,
			&number));
	int64_t day = calendar_day(cases_calendar(command->cases), command->now);
	value_set(arena, &entry, S("book"), value_str(book));
	value_set(arena, &entry, S("number"), value_str(number.text));
	value_set(arena, &entry, S("date"), value_str(date_format(arena, day)));
	struct value kept = value_copy(arena, entries.kind == VALUE_MAP ? entries : value_map());
	value_set(arena, &kept, entry_name(arena, book), entry);
	value_set(arena, data, S("entry"), kept);
	struct value row = value_map();
	value_set(arena, &row, S("book"), value_str(book));
	if (command->c.competent)
		value_set(arena, &row, S("organisation"),
			  value_str(id_text(arena, command->c.competent)));
	value_set(arena, &row, S("period"), value_int(number.period));
	value_set(arena, &row, S("number"), value_int(number.number));
	value_set(arena, &row, S("entered_at"), value_int(command->now));
	command_push(command, &command->entries, row);
	return OK;
}

/* The letter of the step bears the number of its entry in the book. */
static enum err issue_letter(struct command *command, const struct flow_element *element,
			     struct value data)
{
	str letter = flow_property(element, S("motcua:letter"));
	str book = flow_property(element, S("motcua:book"));
	str number = S("");
	if (str_empty(letter))
		return OK;
	if (!str_empty(book)) {
		struct value entries = value_get(data, S("entry"));
		if (entries.kind != VALUE_MAP)
			entries = value_get(command->c.data, S("entry"));
		str name = entry_name(command->ctx->arena, book);
		number = value_text(value_get(value_get(entries, name), S("number")));
	}
	return command_letter(command, letter, number);
}

static void return_case(struct command *command, struct value data)
{
	command_deliver(command, data);
	command_set_int(command, "status", CASE_RETURNED);
	command_set_int(command, "returned_at", command->now);
}

enum err command_complete(struct command *command, uint32_t node, str outcome, struct value data)
{
	struct arena *arena = command->ctx->arena;
	const struct flow_node *at = flow_node_find(&command->flow, node);
	if (!at)
		return fail(command->ctx, ERR_CONFLICT, "This step is done already");
	const struct flow_element *element = &command->procedure->flow->elements[at->element];
	struct value kept = data.kind == VALUE_MAP ? value_copy(arena, data) : value_map();
	TRY(enter_book(command, element, &kept));
	TRY(issue_letter(command, element, kept));
	end_task(command, node, outcome);
	end_leg(command, element);
	if (procedure_task_kind(command->procedure, at->element) == TASK_RETURN)
		return_case(command, kept);
	command_data(command, kept);
	struct value variables = value_copy(arena, kept);
	value_set(arena, &variables, S("outcome"), value_str(outcome));
	struct flow_event event = { .kind = FLOW_EVENT_TASK, .node = node,
				    .variables = variables };
	return command_flow(command, &event);
}

static enum err check_state(struct command *command, const struct case_task *task)
{
	uint32_t element = flow_find(command->procedure->flow, task->element);
	if (command->c.status == CASE_SUPPLEMENT)
		return fail(command->ctx, ERR_CONFLICT,
			    "The case waits for what was asked of the citizen");
	if (element != FLOW_NONE &&
	    procedure_task_kind(command->procedure, element) == TASK_INTAKE)
		return fail(command->ctx, ERR_CONFLICT, "Accept the case, or refuse it");
	bool returns = element != FLOW_NONE &&
		       procedure_task_kind(command->procedure, element) == TASK_RETURN;
	return fee_gate(command, task->element, returns);
}

static enum err complete(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who, .kind = "task.completed" };
	struct case_task task;
	TRY(begin_task(&command, ctx, db, job, &task));
	TRY(may_task(&command, ACT_CASE_WORK, &task));
	TRY(held_by_other(&command, &task));
	TRY(check_state(&command, &task));
	command.attachments = job->completion->attachments;
	command.n_attachments = job->completion->n_attachments;
	command_say(&command, "element", value_str(task.element));
	command_say(&command, "outcome", value_str(job->completion->outcome));
	if (!str_empty(job->completion->note))
		value_set(ctx->arena, &command.closed, S("note"), value_str(job->completion->note));
	if (command.c.status == CASE_ACCEPTED)
		command_set_int(&command, "status", CASE_PROCESSING);
	TRY(command_complete(&command, job->node, job->completion->outcome, job->completion->data));
	return command_commit(&command);
}

enum err case_complete(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		       uint32_t node, const struct completion *completion)
{
	struct job job = { .cases = cases, .who = who, .code = code, .node = node,
			   .completion = completion };
	return store_write_locked(ctx, cases->store, complete, &job);
}
