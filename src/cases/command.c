/* How every command goes: load, ask, change, append one event, write the rows. */
#include "cases/fee.h"
#include "cases/request_key.h"
#include "cases/room.h"
#include "people/leave.h"

static struct value id_value(struct arena *arena, int64_t id)
{
	return value_str(id_text(arena, id));
}

void command_prepare(struct command *command, usec effective_at)
{
	command->now = effective_at ? effective_at : db_now(command->db);
	command->set = command->more = command->closed_set = command->closed = value_map();
	command->tasks = command->legs = command->entries = command->papers = value_list();
	command->timers = command->rows = value_list();
}

enum err command_begin(struct command *command, struct ctx *ctx, struct db *db, str code)
{
	command->ctx = ctx;
	command->db = db;
	command_prepare(command, command->who->effective_at);
	/* One command at a time on a case: this row is its lock (store_write_locked). */
	int64_t id;
	TRY(db_int(ctx, db, 0, &id, SQL("SELECT id FROM case_code WHERE code = $1 FOR UPDATE"), code));
	TRY(case_load(ctx, db, code, &command->c));
	command->procedure = case_procedure(command->cases, &command->c);
	if (!command->procedure)
		return fail(ctx, ERR_DATABASE, "The version of the procedure is missing");
	return flow_state_read(ctx, command->procedure->flow, command->c.flow, &command->flow);
}

/* Whose office it was that did this: the event itself is the receiving office's. */
static void say_office(struct command *command, enum act what, const struct object *object)
{
	const struct principal *p = command->who->principal;
	for (size_t i = 0; i < p->n_grants; i++) {
		struct principal one = { .account = p->account, .grants = { p->grants[i] },
					 .n_grants = 1 };
		int64_t office = p->grants[i].organisation;
		if (!may(command->cases->people, &one, what, object))
			continue;
		if (office != command->c.organisation)
			command_say(command, "office", id_value(command->ctx->arena, office));
		return;
	}
}

void command_stand_in(struct command *command, enum act what, const struct object *object,
		      int64_t holder)
{
	const struct principal *p = command->who->principal;
	struct principal own = *p;
	int64_t lender = leave_stands_in(p, holder) ? holder : 0;
	say_office(command, what, object);
	own.n_grants = 0;
	for (size_t i = 0; i < p->n_grants; i++)
		if (!p->grants[i].instead_of)
			own.grants[own.n_grants++] = p->grants[i];
	if (own.n_grants == p->n_grants || (!lender && may(command->cases->people, &own, what, object)))
		return;
	for (size_t i = 0; i < p->n_grants && !lender; i++) {
		struct principal one = { .account = p->account, .grants = { p->grants[i] },
					 .n_grants = 1 };
		if (p->grants[i].instead_of && may(command->cases->people, &one, what, object))
			lender = p->grants[i].instead_of;
	}
	if (lender)
		command_say(command, "instead_of", id_value(command->ctx->arena, lender));
}

enum err command_may(struct command *command, enum act what)
{
	struct object object;
	TRY(case_object(command->ctx, command->db, &command->c, &object));
	if (may(command->cases->people, command->who->principal, what, &object)) {
		command_stand_in(command, what, &object, 0);
		return OK;
	}
	/* Who may not even see it is not told that it exists. */
	if (!may(command->cases->people, command->who->principal, ACT_CASE_SEE, &object) &&
	    !may(command->cases->people, command->who->principal, ACT_TRACK, &object))
		return fail(command->ctx, ERR_NOT_FOUND, "There is no case with this code");
	return fail(command->ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
}

/* ---- what the event says ---- */

void command_set(struct command *command, const char *column, struct value v)
{
	value_set(command->ctx->arena, &command->set, str_z(column), v);
}

void command_set_int(struct command *command, const char *column, int64_t n)
{
	command_set(command, column, value_int(n));
}

void command_set_private(struct command *command, const char *column, struct value v)
{
	value_set(command->ctx->arena, &command->closed_set, str_z(column), v);
}

void command_say(struct command *command, const char *key, struct value v)
{
	value_set(command->ctx->arena, &command->more, str_z(key), v);
}

void command_data(struct command *command, struct value data)
{
	if (data.kind == VALUE_MAP && data.n)
		value_set(command->ctx->arena, &command->closed, S("data"), data);
}

void command_push(struct command *command, struct value *list, struct value item)
{
	value_push(command->ctx->arena, list, item);
}

void command_put_id(struct command *command, struct value *row, const char *column, int64_t id)
{
	command_put_text(command, row, column, id_text(command->ctx->arena, id));
}

void command_put_int(struct command *command, struct value *row, const char *column, int64_t n)
{
	value_set(command->ctx->arena, row, str_z(column), value_int(n));
}

void command_put_text(struct command *command, struct value *row, const char *column, str text)
{
	value_set(command->ctx->arena, row, str_z(column), value_str(text));
}

int64_t command_account(const struct command *command)
{
	return command->who->principal ? command->who->principal->account : 0;
}

/* ---- dates ---- */

enum err command_promise(struct command *command)
{
	struct calendar_due due;
	struct case_file after = command->c;
	struct value open = value_map();
	value_set(command->ctx->arena, &open, S("set"), command->set);
	fold_case(command->ctx->arena, &after, open, value_null());
	TRY(case_due(command->ctx, command->cases, &after, command->now, &due));
	command_set_int(command, "due_at", due.waiting ? 0 : due.at);
	if (!after.first_due_at && !due.waiting)
		command_set_int(command, "first_due_at", due.at);
	return OK;
}

void command_finish(struct command *command)
{
	command_set_int(command, "finished_at", command->now);
}

enum err command_end(struct command *command, enum case_status status)
{
	struct flow_event event = { .kind = FLOW_EVENT_TERMINATE };
	TRY(command_flow(command, &event));
	command_set_int(command, "status", status);
	command_finish(command);
	return OK;
}

/* ---- writing it down ---- */

static struct value open_part(struct command *command)
{
	struct arena *arena = command->ctx->arena;
	struct value open = command->more;
	const struct {
		const char *key;
		struct value v;
	} parts[] = {
		{ "set", command->set },         { "tasks", command->tasks },
		{ "legs", command->legs },       { "entries", command->entries },
		{ "papers", command->papers },
		{ "rows", tables_part(command, false) },
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].v.n)
			value_set(arena, &open, str_z(parts[i].key), parts[i].v);
	if (command->n_attachments)
		value_set(arena, &open, S("attached"), value_int((int64_t)command->n_attachments));
	return open;
}

static struct value closed_part(struct command *command)
{
	struct value closed = command->closed, files = value_list();
	struct arena *arena = command->ctx->arena;
	if (command->closed_set.n)
		value_set(arena, &closed, S("set"), command->closed_set);
	for (size_t i = 0; i < command->n_attachments; i++) {
		struct value file = value_map();
		value_set(arena, &file, S("name"), value_str(command->attachments[i].name));
		value_set(arena, &file, S("hash"), value_str(command->attachments[i].hash));
		value_push(arena, &files, file);
	}
	if (files.n)
		value_set(arena, &closed, S("files"), files);
	struct value rows = tables_part(command, true);
	if (rows.n)
		value_set(arena, &closed, S("rows"), rows);
	return closed.n ? closed : value_null();
}

static int64_t item_int(struct value item, const char *key)
{
	return event_number(value_get(item, str_z(key)));
}

static str item_text(struct value item, const char *key)
{
	return value_text(value_get(item, str_z(key)));
}

static enum err write_task(struct command *command, struct value task)
{
	const struct case_file *c = &command->c;
	if (value_find(task, S("element")))
		return db_run(command->ctx, command->db,
			SQL("INSERT INTO case_task (organisation, case_id, node, element, role, agency,"
			    " state, holder, created_at, due_at, done_at, outcome, leg)"
			    " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, 0, '', $10)"),
			c->organisation, c->id, item_int(task, "node"), item_text(task, "element"),
			item_text(task, "role"), item_int(task, "agency"), item_int(task, "state"),
			item_int(task, "created_at"), item_int(task, "due_at"),
			item_text(task, "leg"));
	if (value_find(task, S("state")))
		return db_run(command->ctx, command->db,
			SQL("UPDATE case_task SET state = $4, done_at = $5, outcome = $6,"
			    " holder = CASE WHEN $7 = 0 THEN holder ELSE $7 END"
			    " WHERE organisation = $1 AND case_id = $2 AND node = $3"),
			c->organisation, c->id, item_int(task, "node"), item_int(task, "state"),
			item_int(task, "done_at"), item_text(task, "outcome"),
			item_int(task, "holder"));
	if (value_find(task, S("due_at")))
		return db_run(command->ctx, command->db,
			SQL("UPDATE case_task SET due_at = $4"
			    " WHERE organisation = $1 AND case_id = $2 AND node = $3"),
			c->organisation, c->id, item_int(task, "node"), item_int(task, "due_at"));
	return db_run(command->ctx, command->db,
		SQL("UPDATE case_task SET holder = $4"
		    " WHERE organisation = $1 AND case_id = $2 AND node = $3"),
		c->organisation, c->id, item_int(task, "node"), item_int(task, "holder"));
}

static enum err write_leg(struct command *command, struct value leg)
{
	const struct case_file *c = &command->c;
	if (value_find(leg, S("agency")))
		return db_run(command->ctx, command->db,
			SQL("INSERT INTO case_leg (organisation, case_id, leg, agency, started_at,"
			    " due_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, 0)"
			    " ON CONFLICT (organisation, case_id, leg) DO UPDATE SET"
			    " agency = excluded.agency, started_at = excluded.started_at,"
			    " due_at = excluded.due_at, finished_at = 0"),
			c->organisation, c->id, item_text(leg, "leg"), item_int(leg, "agency"),
			item_int(leg, "started_at"), item_int(leg, "due_at"));
	if (value_find(leg, S("due_at")))
		return db_run(command->ctx, command->db,
			SQL("UPDATE case_leg SET due_at = $4"
			    " WHERE organisation = $1 AND case_id = $2 AND leg = $3"),
			c->organisation, c->id, item_text(leg, "leg"), item_int(leg, "due_at"));
	return db_run(command->ctx, command->db,
		SQL("UPDATE case_leg SET finished_at = $4"
		    " WHERE organisation = $1 AND case_id = $2 AND leg = $3"),
		c->organisation, c->id, item_text(leg, "leg"), item_int(leg, "finished_at"));
}

static enum err write_entry(struct command *command, struct value entry)
{
	int64_t keeper = item_int(entry, "organisation");
	return db_run(command->ctx, command->db,
		SQL("INSERT INTO book_entry (organisation, book, period, number, case_id, entered_at)"
		    " VALUES ($1, $2, $3, $4, $5, $6)"),
		keeper ? keeper : command->c.organisation, item_text(entry, "book"),
		item_int(entry, "period"),
		item_int(entry, "number"), command->c.id, item_int(entry, "entered_at"));
}

static enum err write_paper(struct command *command, struct value paper)
{
	return db_run(command->ctx, command->db,
		SQL("INSERT INTO case_paper (organisation, case_id, paper, state)"
		    " VALUES ($1, $2, $3, $4) ON CONFLICT (organisation, case_id, paper)"
		    " DO UPDATE SET state = excluded.state"),
		command->c.organisation, command->c.id, item_text(paper, "paper"),
		item_text(paper, "state"));
}

static enum err write_timer(struct command *command, struct value timer)
{
	const struct case_file *c = &command->c;
	if (value_find(timer, S("due_at")))
		return db_run(command->ctx, command->db,
			SQL("INSERT INTO case_timer (organisation, case_id, wait, due_at)"
			    " VALUES ($1, $2, $3, $4) ON CONFLICT (organisation, case_id, wait)"
			    " DO UPDATE SET due_at = excluded.due_at"),
			c->organisation, c->id, item_int(timer, "wait"), item_int(timer, "due_at"));
	return db_run(command->ctx, command->db,
		SQL("DELETE FROM case_timer WHERE organisation = $1 AND case_id = $2 AND wait = $3"),
		c->organisation, c->id, item_int(timer, "wait"));
}

static enum err write_list(struct command *command, struct value list,
			   enum err (*write)(struct command *, struct value))
{
	for (uint32_t i = 0; i < list.n; i++)
		TRY(write(command, list.items[i]));
	return OK;
}

static enum err write_attachments(struct command *command)
{
	for (size_t i = 0; i < command->n_attachments; i++) {
		const struct attachment *a = &command->attachments[i];
		TRY(file_note(command->ctx, command->db,
			      &(struct file_info){ a->hash, a->size, a->type }));
		TRY(db_run(command->ctx, command->db,
			SQL("INSERT INTO case_attachment (organisation, case_id, id, field, name, hash,"
			    " size, type, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
			command->c.organisation, command->c.id, db_id(command->db), a->field, a->name,
			a->hash, a->size, a->type, command->now));
	}
	return OK;
}

static enum err write_rows(struct command *command)
{
	if (command->is_new)
		TRY(rows_insert_case(command->ctx, command->db, &command->c));
	else
		TRY(rows_update_case(command->ctx, command->db, &command->c,
				     command->closed_set.n > 0));
	TRY(write_list(command, command->tasks, write_task));
	TRY(write_list(command, command->legs, write_leg));
	TRY(write_list(command, command->entries, write_entry));
	TRY(write_list(command, command->papers, write_paper));
	TRY(write_list(command, command->timers, write_timer));
	TRY(write_attachments(command));
	return tables_write(command);
}

enum err command_commit(struct command *command)
{
	struct arena *arena = command->ctx->arena;
	TRY(fee_follow(command));
	TRY(digital_follow(command, &command->digital_was, &command->digital_is));
	struct value open = open_part(command), closed = closed_part(command), tally;
	struct case_file before = command->c;
	fold_case(arena, &command->c, open, closed);
	TRY(tally_act(command, &before, &command->c, &tally));
	if (tally.n)
		value_set(arena, &open, S("tally"), tally);
	command->c.flow = flow_state_write(arena, command->procedure->flow, &command->flow);
	const struct actor *who = command->who;
	TRY(request_key_take(command->ctx, command->db, who->key, command->c.code));
	TRY(write_rows(command));
	TRY(tally_write(command, tally));
	struct event_new event = {
		.kind = str_z(command->kind), .object = command->c.id,
		.actor = command_account(command),
		.organisation = who->organisation ? who->organisation : command->c.organisation,
		.effective_at = who->effective_at, .reason = who->reason,
		.open = open, .closed = closed,
	};
	if (command->is_new)
		value_set(arena, &event.open, S("organisation"),
			  id_value(arena, command->c.organisation));
	return event_append(command->ctx, command->db, &event, NULL);
}
