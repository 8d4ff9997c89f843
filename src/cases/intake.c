/* Submission and acceptance. */
#include "cases/counter.h"
#include "cases/letter.h"
#include "cases/room.h"

#include "store/outbox.h"
#include "text/vietnamese.h"

struct submit {
	struct cases *cases;
	const struct actor *who;
	const struct submission *s;
	struct case_result *result;
};

static enum err check_competence(struct ctx *ctx, const struct procedure *procedure,
				 const struct organisation *organisation)
{
	if (procedure_received_by(procedure, organisation))
		return OK;
	return fail(ctx, ERR_INVALID, "%.*s does not receive this procedure",
		    STR_ARG(organisation->name));
}

/* Where any office may take a case in, the data say whose it is to decide: the office named at
 * competence.path, 0 where that is the one that received it. */
static enum err find_competent(struct command *command, const struct submission *s)
{
	struct value competence = value_get(command->procedure->body, S("competence"));
	str code = value_text(value_path(s->data, value_text(value_get(competence, S("path")))));
	if (!value_is_true(value_get(competence, S("anywhere"))) || str_empty(code))
		return OK;
	const struct organisation *office = organisation_by_code(command->cases->people, code);
	if (!office)
		return fail(command->ctx, ERR_INVALID, "There is no office “%.*s”", STR_ARG(code));
	TRY(check_competence(command->ctx, command->procedure, office));
	if (office->id == s->organisation)
		return OK;
	command->c.competent = office->id;
	command_set(command, "competent", value_str(id_text(command->ctx->arena, office->id)));
	return OK;
}

/* Whom it is about, as the procedure's subject expression says; else the applicant. */
str case_subject(struct arena *arena, const struct procedure *procedure, struct value data,
		 str otherwise)
{
	if (!procedure->subject)
		return otherwise;
	struct feel_scope scope = { .variables = data };
	struct value v = feel_eval(procedure->subject, arena, &scope, NULL, NULL);
	return v.kind == VALUE_STRING && v.n ? value_text(v) : otherwise;
}

/* Cases that agree in all paths of the first rule that has an answer for each are probably one. */
static str duplicate_key(struct arena *arena, const struct procedure *procedure, struct value data)
{
	struct value rules = value_get(procedure->body, S("duplicates"));
	for (uint32_t i = 0; i < rules.n; i++) {
		struct buf key = { .arena = arena };
		bool whole = rules.items[i].n > 0;
		for (uint32_t p = 0; whole && p < rules.items[i].n; p++) {
			struct value v = value_path(data, value_text(rules.items[i].items[p]));
			str text = vietnamese_fold(arena, feel_to_string(arena, v));
			whole = !str_empty(text);
			buf_str(&key, text);
			buf_byte(&key, '|');
		}
		if (whole)
			return buf_view(&key);
	}
	return S("");
}

static void set_personal(struct command *command, const struct submission *s)
{
	const struct {
		const char *column;
		str text;
	} columns[] = {
		{ "subject", command->c.subject }, { "applicant", s->applicant },
		{ "applicant_id", s->applicant_id }, { "phone", s->phone },
		{ "email", s->email }, { "address", s->address },
	};
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		if (!str_empty(columns[i].text))
			command_set_private(command, columns[i].column, value_str(columns[i].text));
}

static void set_public(struct command *command, const struct submission *s)
{
	struct arena *arena = command->ctx->arena;
	command_set(command, "code", value_str(command->c.code));
	command_set(command, "procedure", value_str(command->procedure->name));
	command_set(command, "version", value_str(id_text(arena, command->procedure->id)));
	command_set_int(command, "channel", s->channel);
	command_set_int(command, "status", CASE_NEW);
	command_set_int(command, "submitted_at", command->now);
	if (s->channel == CHANNEL_DIRECT && command->who->principal->account)
		command_set(command, "filed_by",
			    value_str(id_text(arena, command->who->principal->account)));
}

/* A citizen may file anywhere online; at the desk it takes the right to. */
static enum err may_submit(struct command *command, const struct submission *s)
{
	struct object object = { .organisation = s->organisation };
	if (s->channel == CHANNEL_ONLINE ||
	    may(command->cases->people, command->who->principal, ACT_CASE_FILE, &object))
		return OK;
	return fail(command->ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
}

static enum err confirm_by_mail(struct command *command, str pin)
{
	struct arena *arena = command->ctx->arena;
	struct value mail = value_map();
	if (str_empty(command->c.email))
		return OK;
	str title = procedure_text(command->procedure, S("title"), S("vi"));
	value_set(arena, &mail, S("to"), value_str(command->c.email));
	value_set(arena, &mail, S("language"), value_str(S("vi")));
	value_set(arena, &mail, S("subject"),
		  value_str(arena_printf(arena, "Hồ sơ %.*s", STR_ARG(command->c.code))));
	value_set(arena, &mail, S("text"),
		  value_str(arena_printf(arena,
			"Hồ sơ của ông/bà đã được gửi.\n\nThủ tục: %.*s\nMã hồ sơ: %.*s\n"
			"Mã tra cứu: %.*s\n\nÔng/bà theo dõi hồ sơ ở mục Tra cứu của trang này.\n",
			STR_ARG(title), STR_ARG(command->c.code), STR_ARG(pin))));
	return outbox_add(command->ctx, command->db, &(struct outbox_new){
		.kind = S("mail"), .key = arena_printf(arena, "submitted %.*s", STR_ARG(command->c.code)),
		.object = command->c.id, .payload = mail, .lane = S("mail") }, NULL);
}

static enum err use_draft(struct command *command, int64_t draft)
{
	int64_t n;
	if (!draft)
		return OK;
	TRY(db_run(command->ctx, command->db,
		   SQL("UPDATE draft SET case_id = $2, data = '', case_code = $3"
		       " WHERE id = $1 AND case_id = 0"),
		   draft, command->c.id, command->c.code));
	TRY(db_changes(command->ctx, command->db, &n));
	if (n == 1)
		return OK;
	return fail(command->ctx, ERR_CONFLICT, "This draft was submitted already");
}

static enum err begin_case(struct command *command, const struct submission *s,
			   const struct organisation *organisation)
{
	struct ctx *ctx = command->ctx;
	command->c = (struct case_file){
		.organisation = s->organisation, .id = db_id(command->db),
		.pauses = value_null(), .data = value_map(),
	};
	TRY(number_case(ctx, command->cases, command->db, organisation, command->now,
			&command->c.code));
	command->c.subject = case_subject(ctx->arena, command->procedure, s->data,
					  s->applicant);
	command->c.duplicate_key = duplicate_key(ctx->arena, command->procedure, s->data);
	command->attachments = s->attachments;
	command->n_attachments = s->n_attachments;
	set_public(command, s);
	set_personal(command, s);
	TRY(find_competent(command, s));
	command_data(command, s->data);
	command_source(command, s->source, s->source_code);
	return OK;
}

/* ---- who filed, and what was known already ---- */

static void add_person(struct command *command, const struct case_person *person)
{
	struct arena *arena = command->ctx->arena;
	struct value row = value_map();
	value_append(arena, &row, S("role"), value_str(person->role));
	value_append(arena, &row, S("name"), value_str(person->name));
	value_append(arena, &row, S("id_number"), value_str(person->id_number));
	value_append(arena, &row, S("paper"), value_str(person->paper));
	value_append(arena, &row, S("noted_at"), value_int(command->now));
	command_row(command, &person_table, db_id(command->db), row);
}

static void add_consent(struct command *command, str text)
{
	struct arena *arena = command->ctx->arena;
	struct value row = value_map();
	value_append(arena, &row, S("channel"), value_str(S("online-assisted")));
	value_append(arena, &row, S("account"),
		     value_str(id_text(arena, command->who->principal->account)));
	value_append(arena, &row, S("given_at"), value_int(command->now));
	value_append(arena, &row, S("body"), value_str(text));
	command_row(command, &consent_table, db_id(command->db), row);
}

/* Whoever chose it: only papers of this very applicant may be taken over. */
static enum err must_be_own(struct command *command, const struct submission *s,
			    const struct case_reuse *reuse)
{
	int64_t n;
	TRY(db_int(command->ctx, command->db, 0, &n,
		   SQL("SELECT COUNT(*) FROM case_file c JOIN case_attachment a"
		       " ON a.organisation = c.organisation AND a.case_id = c.id"
		       " WHERE c.applicant_id = $1 AND c.applicant_id <> '' AND c.id = $2"
		       " AND a.hash = $3"),
		   s->applicant_id, reuse->from_case, reuse->hash));
	if (n)
		return OK;
	return fail(command->ctx, ERR_INVALID,
		    "A paper taken over must come from an earlier case of the same applicant");
}

static enum err add_reuse(struct command *command, const struct submission *s,
			  const struct case_reuse *reuse)
{
	struct arena *arena = command->ctx->arena;
	struct value row = value_map();
	TRY(must_be_own(command, s, reuse));
	value_append(arena, &row, S("from_case"), value_str(id_text(arena, reuse->from_case)));
	value_append(arena, &row, S("paper"), value_str(reuse->paper));
	value_append(arena, &row, S("hash"), value_str(reuse->hash));
	command_row(command, &reuse_table, db_id(command->db), row);
	return OK;
}

static enum err add_visit(struct command *command, const struct submission *s)
{
	struct arena *arena = command->ctx->arena;
	struct cases *cases = command->cases;
	const struct visit_sought sought = {
		.organisation = s->organisation, .account = command->who->principal->account,
		.day = calendar_day(cases_calendar(cases), command->now), .label = s->ticket,
	};
	struct case_visit visit;
	struct value row = value_map();
	if (!cases->visit || str_empty(s->ticket))
		return OK;
	enum err err = cases->visit(command->ctx, command->db, &sought, &visit);
	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	value_append(arena, &row, S("label"), value_str(visit.label));
	value_append(arena, &row, S("counter"), value_int(visit.counter));
	value_append(arena, &row, S("called_at"), value_int(visit.called_at));
	command_row(command, &visit_table, visit.ticket, row);
	return OK;
}

static enum err say_who_filed(struct command *command, const struct submission *s)
{
	for (size_t i = 0; i < s->n_people; i++)
		add_person(command, &s->people[i]);
	if (!str_empty(s->consent))
		add_consent(command, s->consent);
	for (size_t i = 0; i < s->n_reuse; i++)
		TRY(add_reuse(command, s, &s->reuse[i]));
	return add_visit(command, s);
}

enum err intake_submit(struct ctx *ctx, struct db *db, struct cases *cases, const struct actor *who,
		       const struct submission *s, struct case_result *ret_result)
{
	struct command command = { .ctx = ctx, .db = db, .cases = cases, .who = who,
				   .is_new = true, .kind = "case.submitted" };
	const struct organisation *organisation = organisation_by_id(cases->people, s->organisation);
	command_prepare(&command, s->effective_at);
	command.procedure = procedure_in_force(cases, s->procedure, command.now);
	if (!organisation)
		return fail(ctx, ERR_INVALID, "Choose the office that receives the case");
	if (!command.procedure)
		return fail(ctx, ERR_NOT_FOUND, "There is no such procedure in force");
	TRY(may_submit(&command, s));
	TRY(check_competence(ctx, command.procedure, organisation));
	TRY(begin_case(&command, s, organisation));
	TRY(say_who_filed(&command, s));
	str pin = case_pin(cases, ctx->arena, command.c.code);
	struct flow_event event = { .kind = FLOW_EVENT_START, .process = FLOW_NONE,
				    .element = FLOW_NONE, .variables = s->data };
	TRY(command_flow(&command, &event));
	TRY(command_commit(&command));
	TRY(use_draft(&command, s->draft));
	TRY(confirm_by_mail(&command, pin));
	*ret_result = (struct case_result){
		.code = command.c.code, .pin = pin, .organisation = command.c.organisation,
		.id = command.c.id, .status = (enum case_status)command.c.status,
		.submitted_at = command.now,
	};
	return OK;
}

static enum err submit(struct ctx *ctx, struct db *db, void *arg)
{
	struct submit *job = arg;
	return intake_submit(ctx, db, job->cases, job->who, job->s, job->result);
}

enum err case_submit(struct ctx *ctx, struct cases *cases, const struct actor *who,
		     const struct submission *submission, struct case_result *ret_result)
{
	struct submit job = { cases, who, submission, ret_result };
	return store_write_locked(ctx, cases->store, submit, &job);
}

/* ---- acceptance ---- */

struct accept {
	struct cases *cases;
	const struct actor *who;
	str code;
	const struct acceptance *acceptance;
};

/* The open intake task, or 0. */
static enum err intake_node(struct command *command, uint32_t *ret_node)
{
	struct case_tasks tasks;
	TRY(case_tasks(command->ctx, command->cases, command->db, &command->c, &tasks));
	*ret_node = 0;
	for (size_t i = 0; i < tasks.n; i++) {
		uint32_t element = flow_find(command->procedure->flow, tasks.items[i].element);
		if (tasks.items[i].open && element != FLOW_NONE &&
		    procedure_task_kind(command->procedure, element) == TASK_INTAKE)
			*ret_node = tasks.items[i].node;
	}
	return OK;
}

static enum err check_papers(struct command *command, const struct acceptance *acceptance)
{
	static const char *const states[] = { "original", "copy", "certified", "missing", "file" };
	for (size_t i = 0; i < acceptance->n_papers; i++) {
		const struct paper_check *paper = &acceptance->papers[i];
		struct value item = value_map();
		bool known = false;
		for (size_t s = 0; s < sizeof states / sizeof *states; s++)
			known = known || str_eq(paper->state, str_z(states[s]));
		if (!known)
			return fail(command->ctx, ERR_INVALID,
				    "Papers: choose original, copy, certified copy or missing");
		value_set(command->ctx->arena, &item, S("paper"), value_str(paper->paper));
		value_set(command->ctx->arena, &item, S("state"), value_str(paper->state));
		command_push(command, &command->papers, item);
	}
	return OK;
}

static enum err enter_register(struct command *command)
{
	const struct organisation *organisation =
		organisation_by_id(command->cases->people, command->c.organisation);
	struct book_number number;
	TRY(number_book(command->ctx, command->cases, command->db, organisation,
			S("tiep-nhan"), command->now, &number));
	command_set_int(command, "register_number", number.number);
	TRY(command_letter(command, S("receipt"), number.text));
	return OK;
}

enum err intake_accept(struct ctx *ctx, struct db *db, struct cases *cases, const struct actor *who,
		       str code, const struct acceptance *acceptance)
{
	struct command command = { .cases = cases, .who = who, .kind = "case.accepted" };
	uint32_t node;
	TRY(command_begin(&command, ctx, db, code));
	TRY(command_may(&command, ACT_CASE_ACCEPT));
	if (command.c.status != CASE_NEW)
		return command_lost(&command, "case.accepted|case.refused|case.withdrawn",
				    N_("This case was taken in already"));
	TRY(intake_node(&command, &node));
	TRY(check_papers(&command, acceptance));
	command_set_int(&command, "accepted_at", command.now);
	command_set_int(&command, "status", CASE_ACCEPTED);
	TRY(enter_register(&command));
	TRY(command_promise(&command));
	if (!str_empty(acceptance->note))
		value_set(ctx->arena, &command.closed, S("note"), value_str(acceptance->note));
	if (node)
		TRY(command_complete(&command, node, S("accepted"), value_null()));
	return command_commit(&command);
}

static enum err accept(struct ctx *ctx, struct db *db, void *arg)
{
	struct accept *job = arg;
	return intake_accept(ctx, db, job->cases, job->who, job->code, job->acceptance);
}

enum err case_accept(struct ctx *ctx, struct cases *cases, const struct actor *who, str code,
		     const struct acceptance *acceptance)
{
	struct accept job = { cases, who, code, acceptance };
	return store_write_locked(ctx, cases->store, accept, &job);
}
