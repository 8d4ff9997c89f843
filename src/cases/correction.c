/* What was issued with a mistake gets a new version: asked for by one, approved by another. */
#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/room.h"

struct job {
	struct cases *cases;
	const struct actor *who;
	str code, text;
	const struct correction *correction;
	int64_t id;
	bool approve;
};

struct asked_correction {
	int64_t state, asked_by;
	str target;
	struct value changes, data;
};

static struct value laid_over(struct arena *arena, struct value data, struct value over)
{
	struct value after = value_copy(arena, data);
	if (after.kind != VALUE_MAP)
		after = value_map();
	for (uint32_t i = 0; over.kind == VALUE_MAP && i < over.n; i++)
		value_set(arena, &after, over.members[i].key, over.members[i].value);
	return after;
}

/* ---- asking ---- */

static enum err check_target(struct command *command, str target)
{
	int64_t n;
	if (!command->c.accepted_at)
		return fail(command->ctx, ERR_CONFLICT,
			    "Nothing was issued for this case yet: change the application itself");
	if (str_eq(target, S("receipt")))
		return OK;
	if (!str_eq(target, S("result")))
		return fail(command->ctx, ERR_INVALID, "Choose what is to be corrected");
	TRY(db_int(command->ctx, command->db, 0, &n,
		   SQL("SELECT COUNT(*) FROM case_issued WHERE organisation = $1 AND case_id = $2"
		       " AND state = 1"), command->c.organisation, command->c.id));
	return n ? OK : fail(command->ctx, ERR_CONFLICT, "There is no result that could be corrected");
}

static enum err one_at_a_time(struct command *command)
{
	int64_t n;
	TRY(db_int(command->ctx, command->db, 0, &n,
		   SQL("SELECT COUNT(*) FROM case_correction WHERE organisation = $1 AND case_id = $2"
		       " AND state = 1"), command->c.organisation, command->c.id));
	return n ? command_lost(command, "case.correction_asked",
				N_("A correction waits for its approval already")) : OK;
}

static struct value evidence_of(struct arena *arena, const struct correction *correction)
{
	struct value list = value_list();
	for (size_t i = 0; i < correction->n_evidence; i++) {
		struct value file = value_map();
		value_append(arena, &file, S("name"), value_str(correction->evidence[i].name));
		value_append(arena, &file, S("hash"), value_str(correction->evidence[i].hash));
		value_push(arena, &list, file);
	}
	return list;
}

static enum err check_words(struct command *command, const struct correction *correction,
			    struct value changes)
{
	if (str_empty(str_trim(correction->requester)))
		return fail(command->ctx, ERR_INVALID, "Enter who asks for the correction");
	if (str_empty(str_trim(correction->reason)))
		return fail(command->ctx, ERR_INVALID, "Say why it must be corrected");
	if (!correction->n_evidence)
		return fail(command->ctx, ERR_INVALID, "Add a file that proves what is right");
	if (!changes.n)
		return fail(command->ctx, ERR_INVALID, "Nothing would change: correct at least one field");
	return OK;
}

static void put_correction(struct command *command, const struct correction *correction,
			   struct value changes)
{
	struct arena *arena = command->ctx->arena;
	struct value row = value_map();
	command_put_int(command, &row, "state", CORRECTION_ASKED);
	command_put_text(command, &row, "target", correction->target);
	command_put_int(command, &row, "asked_at", command->now);
	command_put_id(command, &row, "asked_by", command_account(command));
	command_put_text(command, &row, "requester", str_trim(correction->requester));
	command_put_text(command, &row, "reason", str_trim(correction->reason));
	command_put_text(command, &row, "evidence", json_text(arena, evidence_of(arena, correction)));
	command_put_text(command, &row, "changes", json_text(arena, changes));
	command_put_text(command, &row, "data", json_text(arena, correction->data));
	command_row(command, &correction_table, db_id(command->db), row);
}

static enum err ask(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	const struct correction *correction = job->correction;
	struct command command = { .cases = job->cases, .who = job->who,
				   .kind = "case.correction_asked" };
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_CORRECT));
	TRY(check_target(&command, correction->target));
	TRY(one_at_a_time(&command));
	struct value changes = data_changes(ctx, command.procedure, command.c.data,
		laid_over(ctx->arena, command.c.data, correction->data), command.now,
		calendar_zone(cases_calendar(job->cases)));
	TRY(check_words(&command, correction, changes));
	command_say(&command, "target", value_str(correction->target));
	command.attachments = correction->evidence;
	command.n_attachments = correction->n_evidence;
	put_correction(&command, correction, changes);
	return command_commit(&command);
}

enum err case_ask_correction(struct ctx *ctx, struct cases *cases, const struct actor *who,
			     str code, const struct correction *correction)
{
	struct job job = { .cases = cases, .who = who, .code = code, .correction = correction };
	return store_write_locked(ctx, cases->store, ask, &job);
}

/* ---- settling ---- */

static enum err read_asked(struct command *command, int64_t id, struct asked_correction *ret_asked)
{
	struct arena *arena = command->ctx->arena;
	struct json_fault fault;
	struct rows rows;
	bool good = true;
	*ret_asked = (struct asked_correction){ .changes = value_list(), .data = value_map() };
	TRY(db_query(command->ctx, command->db, &rows,
		     SQL("SELECT state, asked_by, target, changes, data FROM case_correction"
			 " WHERE organisation = $1 AND case_id = $2 AND id = $3"),
		     command->c.organisation, command->c.id, id));
	if (rows_next(&rows)) {
		ret_asked->state = row_int(&rows, 0);
		ret_asked->asked_by = row_int(&rows, 1);
		ret_asked->target = row_str(&rows, 2);
		good = json_parse(arena, row_str(&rows, 3), &ret_asked->changes, &fault) &&
		       json_parse(arena, row_str(&rows, 4), &ret_asked->data, &fault);
	}
	TRY(rows_end(&rows));
	if (!ret_asked->state)
		return fail(command->ctx, ERR_NOT_FOUND, "There is no such correction");
	if (!good)
		return fail(command->ctx, ERR_DATABASE, "The correction cannot be read");
	if (ret_asked->state != CORRECTION_ASKED)
		return command_lost(command, "case.corrected|case.correction_declined",
				    N_("This correction was settled already"));
	if (ret_asked->asked_by == command_account(command))
		return fail(command->ctx, ERR_FORBIDDEN, "Who asks for a correction does not approve it");
	return OK;
}

/* Columns that were taken from the application when it was filed. */
static void set_personal(struct command *command, struct value after)
{
	static const struct {
		const char *key, *column;
		size_t at;
	} columns[] = {
		{ "name", "applicant", offsetof(struct case_file, applicant) },
		{ "id_number", "applicant_id", offsetof(struct case_file, applicant_id) },
		{ "phone", "phone", offsetof(struct case_file, phone) },
		{ "email", "email", offsetof(struct case_file, email) },
		{ "address", "address", offsetof(struct case_file, address) },
	};
	struct value paths = value_get(command->procedure->body, S("applicant"));
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		str path = value_text(value_get(paths, str_z(columns[i].key)));
		str now = value_text(value_path(after, path));
		str was = value_text(value_path(command->c.data, path));
		if (!str_empty(path) && !str_empty(now) && !str_eq(now, was))
			command_set_private(command, columns[i].column, value_str(now));
	}
	str subject = case_subject(command->ctx->arena, command->procedure, after,
				   command->c.subject);
	if (!str_eq(subject, command->c.subject))
		command_set_private(command, "subject", value_str(subject));
}

/* The book is in Vietnamese, and so is the remark in it. */
static str remark_of(struct command *command, struct value changes)
{
	struct buf text = { .arena = command->ctx->arena };
	struct civil at = time_civil(command->now, calendar_zone(cases_calendar(command->cases)));
	buf_printf(&text, "Đính chính ngày %02d/%02d/%04d:", at.day, at.month, (int)at.year);
	for (uint32_t i = 0; i < changes.n; i++) {
		struct value c = changes.items[i];
		buf_printf(&text, "%s %.*s: “%.*s” → “%.*s”", i ? ";" : "",
			   STR_ARG(value_text(value_get(c, S("label")))),
			   STR_ARG(value_text(value_get(c, S("old")))),
			   STR_ARG(value_text(value_get(c, S("new")))));
	}
	return buf_view(&text);
}

static void remark_entries(struct command *command, struct value changes, struct value *data)
{
	struct arena *arena = command->ctx->arena;
	struct value entries = value_get(command->c.data, S("entry")), marked = value_map();
	str remark = remark_of(command, changes);
	if (entries.kind != VALUE_MAP || !entries.n)
		return;
	for (uint32_t i = 0; i < entries.n; i++) {
		struct value entry = value_copy(arena, entries.members[i].value);
		str before = value_text(value_get(entry, S("remark")));
		value_set(arena, &entry, S("remark"), value_str(str_empty(before) ? remark :
			arena_printf(arena, "%.*s\n%.*s", STR_ARG(before), STR_ARG(remark))));
		value_set(arena, &marked, entries.members[i].key, entry);
	}
	value_set(arena, data, S("entry"), marked);
}

static struct value paths_of(struct arena *arena, struct value changes)
{
	struct value paths = value_list();
	for (uint32_t i = 0; i < changes.n; i++)
		value_push(arena, &paths, value_get(changes.items[i], S("path")));
	return paths;
}

static enum err next_version(struct command *command, str target, int64_t *ret_version)
{
	TRY(db_int(command->ctx, command->db, 0, ret_version,
		   SQL("SELECT COUNT(*) FROM case_correction WHERE organisation = $1 AND case_id = $2"
		       " AND state = 2 AND target = $3"),
		   command->c.organisation, command->c.id, target));
	*ret_version += 2;
	return OK;
}

static enum err correct(struct command *command, const struct asked_correction *asked,
			struct value *row)
{
	struct arena *arena = command->ctx->arena;
	int64_t version, issued;
	/* Only the fields asked for: others may have changed since. */
	struct value data = data_at(arena, command->c.data, asked->data,
				    paths_of(arena, asked->changes));
	set_personal(command, laid_over(arena, command->c.data, data));
	TRY(next_version(command, asked->target, &version));
	command_put_int(command, row, "version", version);
	command_say(command, "target", value_str(asked->target));
	command_say(command, "version", value_int(version));
	if (str_eq(asked->target, S("result"))) {
		remark_entries(command, asked->changes, &data);
		TRY(command_issue_again(command, &issued));
	} else {
		TRY(command_letter(command, S("receipt"), S("")));
	}
	TRY(command_letter(command, S("correction"), S("")));
	command_data(command, data);
	value_set(arena, &command->closed, S("text"), value_str(remark_of(command, asked->changes)));
	return OK;
}

static enum err settle(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct command command = { .cases = job->cases, .who = job->who,
		.kind = job->approve ? "case.corrected" : "case.correction_declined" };
	struct asked_correction asked;
	struct value row = value_map();
	TRY(command_begin(&command, ctx, db, job->code));
	TRY(command_may(&command, ACT_CASE_SIGN));
	TRY(read_asked(&command, job->id, &asked));
	if (!job->approve && str_empty(job->text))
		return fail(ctx, ERR_INVALID, "Say why not: the applicant reads it");
	if (job->approve)
		TRY(correct(&command, &asked, &row));
	else
		value_set(ctx->arena, &command.closed, S("text"), value_str(job->text));
	command_put_int(&command, &row, "state", job->approve ? CORRECTION_MADE : CORRECTION_DECLINED);
	command_put_int(&command, &row, "settled_at", command.now);
	command_put_id(&command, &row, "settled_by", command_account(&command));
	command_put_text(&command, &row, "answer", job->text);
	command_row(&command, &correction_table, job->id, row);
	return command_commit(&command);
}

enum err case_settle_correction(struct ctx *ctx, struct cases *cases, const struct actor *who,
				str code, int64_t correction, bool approve, str reason)
{
	struct job job = { .cases = cases, .who = who, .code = code, .id = correction,
			   .approve = approve, .text = str_trim(reason) };
	return store_write_locked(ctx, cases->store, settle, &job);
}
