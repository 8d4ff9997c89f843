#include "cases/counter.h"
#include "cases/room.h"

#include <sodium.h>

static const struct migration steps[] = {
	{ 1, "filings at the counter",
	  "CREATE TABLE desk_filing (id INT PRIMARY KEY, token TEXT NOT NULL UNIQUE,"
	  " organisation INT NOT NULL, account INT NOT NULL, procedure TEXT NOT NULL,"
	  " version INT NOT NULL, state INT NOT NULL, visit INT NOT NULL, ticket TEXT NOT NULL,"
	  " applicant TEXT NOT NULL, applicant_id TEXT NOT NULL, subject TEXT NOT NULL,"
	  " body TEXT NOT NULL, missing TEXT NOT NULL, remind_on INT NOT NULL,"
	  " phone_until INT NOT NULL, created_at INT NOT NULL, saved_at INT NOT NULL,"
	  " case_id INT NOT NULL, case_code TEXT NOT NULL);"
	  "CREATE INDEX desk_filing_state ON desk_filing (organisation, state, remind_on, id);"
	  "CREATE INDEX desk_filing_visit ON desk_filing (visit, id);"
	  "CREATE INDEX desk_filing_saved ON desk_filing (state, saved_at);"
	  "CREATE TABLE desk_paper (filing INT NOT NULL, id INT NOT NULL, paper TEXT NOT NULL,"
	  " source TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, size INT NOT NULL,"
	  " type TEXT NOT NULL, from_case INT NOT NULL, added_at INT NOT NULL,"
	  " PRIMARY KEY (filing, id));"
	  "CREATE TABLE case_person (organisation INT NOT NULL, case_id INT NOT NULL, id INT NOT NULL,"
	  " role TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '',"
	  " id_number TEXT NOT NULL DEFAULT '', paper TEXT NOT NULL DEFAULT '',"
	  " noted_at INT NOT NULL DEFAULT 0, PRIMARY KEY (organisation, case_id, id));"
	  "CREATE TABLE case_consent (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " id INT NOT NULL, channel TEXT NOT NULL DEFAULT '', account INT NOT NULL DEFAULT 0,"
	  " given_at INT NOT NULL DEFAULT 0, body TEXT NOT NULL DEFAULT '',"
	  " PRIMARY KEY (organisation, case_id, id));"
	  "CREATE TABLE case_reuse (organisation INT NOT NULL, case_id INT NOT NULL, id INT NOT NULL,"
	  " from_case INT NOT NULL DEFAULT 0, paper TEXT NOT NULL DEFAULT '',"
	  " hash TEXT NOT NULL DEFAULT '', PRIMARY KEY (organisation, case_id, id));"
	  "CREATE TABLE case_duplicate (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " id INT NOT NULL, other INT NOT NULL DEFAULT 0, verdict INT NOT NULL DEFAULT 0,"
	  " account INT NOT NULL DEFAULT 0, decided_at INT NOT NULL DEFAULT 0,"
	  " reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (organisation, case_id, id));" },
	{ 2, "visits cases were filed at",
	  "CREATE TABLE case_visit (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " id INT NOT NULL, label TEXT NOT NULL DEFAULT '', counter INT NOT NULL DEFAULT 0,"
	  " called_at INT NOT NULL DEFAULT 0, PRIMARY KEY (organisation, case_id, id));"
	  "CREATE INDEX case_visit_ticket ON case_visit (organisation, id);" },
};

const struct migration_set intake_migrations = { "intake", steps, sizeof steps / sizeof *steps };

static const struct case_column person_columns[] = {
	{ "role", .is_text = true }, { "name", .is_text = true, .is_private = true },
	{ "id_number", .is_text = true, .is_private = true },
	{ "paper", .is_text = true, .is_private = true }, { "noted_at" },
};
const struct case_table person_table = { "case_person", person_columns,
					 sizeof person_columns / sizeof *person_columns };

static const struct case_column consent_columns[] = {
	{ "channel", .is_text = true }, { "account" }, { "given_at" },
	{ "body", .is_text = true, .is_private = true },
};
const struct case_table consent_table = { "case_consent", consent_columns,
					  sizeof consent_columns / sizeof *consent_columns };

static const struct case_column reuse_columns[] = {
	{ "from_case" }, { "paper", .is_text = true },
	{ "hash", .is_text = true, .is_private = true },
};
const struct case_table reuse_table = { "case_reuse", reuse_columns,
					sizeof reuse_columns / sizeof *reuse_columns };

/* The id is the ticket's. */
static const struct case_column visit_columns[] = {
	{ "label", .is_text = true }, { "counter" }, { "called_at" },
};
const struct case_table visit_table = { "case_visit", visit_columns,
					sizeof visit_columns / sizeof *visit_columns };

/* ---- names ---- */

str counter_token(struct arena *arena)
{
	/* As keyed_code has them: none that is read or typed for another. */
	static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	char *token = arena_alloc(arena, COUNTER_TOKEN);
	for (size_t i = 0; i < COUNTER_TOKEN; i++)
		token[i] = letters[randombytes_uniform(sizeof letters - 1)];
	return str_of(token, COUNTER_TOKEN);
}

str counter_phone_code(const struct cases *cases, struct arena *arena, str token)
{
	return case_keyed_code(cases, arena, arena_printf(arena, "phone %.*s", STR_ARG(token)), 20);
}

/* ---- reading ---- */

struct job {
	struct cases *cases;
	struct counter_filing *filing;
	const struct counter_filing *given;
	const struct counter_paper *papers;
	size_t n;
	str token;
	const struct actor *who;
	const struct submission *submission;
	const struct acceptance *acceptance;
	struct case_result *result;
	int64_t paper;
};

#define COLUMNS                                                                                     \
	"SELECT id, token, organisation, account, version, procedure, state, visit, ticket, applicant," \
	" applicant_id, subject, body, missing, remind_on, phone_until, saved_at, case_id, case_code"  \
	" FROM desk_filing"

static struct value json_of(struct ctx *ctx, str text, struct value otherwise)
{
	struct json_fault fault;
	struct value v;
	return json_parse(ctx->arena, text, &v, &fault) ? v : otherwise;
}

static struct counter_filing row_filing(struct ctx *ctx, const struct rows *r)
{
	return (struct counter_filing){
		.id = row_int(r, 0), .token = row_str(r, 1), .organisation = row_int(r, 2),
		.account = row_int(r, 3), .version = row_int(r, 4), .procedure = row_str(r, 5),
		.state = row_int(r, 6), .visit = row_int(r, 7), .ticket = row_str(r, 8),
		.applicant = row_str(r, 9), .applicant_id = row_str(r, 10), .subject = row_str(r, 11),
		.body = json_of(ctx, row_str(r, 12), value_map()),
		.missing = json_of(ctx, row_str(r, 13), value_list()),
		.remind_on = row_int(r, 14), .phone_until = row_int(r, 15),
		.saved_at = row_int(r, 16), .case_id = row_int(r, 17), .case_code = row_str(r, 18),
	};
}

static enum err read_papers(struct ctx *ctx, struct db *db, struct counter_filing *f)
{
	struct rows rows;
	f->papers = ARENA_ARRAY(ctx->arena, struct counter_paper, COUNTER_PAPERS_MAX);
	f->n_papers = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, paper, source, name, hash, type, size, from_case, added_at"
			 " FROM desk_paper WHERE filing = $1 ORDER BY id LIMIT $2"),
		     f->id, COUNTER_PAPERS_MAX));
	while (f->n_papers < COUNTER_PAPERS_MAX && rows_next(&rows))
		f->papers[f->n_papers++] = (struct counter_paper){
			row_int(&rows, 0), row_str(&rows, 1), row_str(&rows, 2), row_str(&rows, 3),
			row_str(&rows, 4), row_str(&rows, 5), row_int(&rows, 6), row_int(&rows, 7),
			row_int(&rows, 8) };
	return rows_end(&rows);
}

static enum err read_filing(struct ctx *ctx, struct db *db, str token, struct counter_filing *f)
{
	struct rows row;
	enum err err = db_one(ctx, db, &row, SQL(COLUMNS " WHERE token = $1"), token);
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "There is no such filing at the counter");
	TRY(err);
	*f = row_filing(ctx, &row);
	return read_papers(ctx, db, f);
}

static enum err load(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	return read_filing(ctx, db, job->token, job->filing);
}

enum err counter_load(struct ctx *ctx, struct cases *cases, str token,
		      struct counter_filing *ret_filing)
{
	struct job job = { .cases = cases, .filing = ret_filing, .token = token };
	return store_read(ctx, cases->store, load, &job);
}

/* ---- saving ---- */

static enum err insert(struct ctx *ctx, struct db *db, struct counter_filing *f, bool *ret_new)
{
	int64_t n;
	f->id = db_id(db);
	f->visit = f->visit ? f->visit : f->id;
	TRY(db_run(ctx, db,
		SQL("INSERT INTO desk_filing (id, token, organisation, account, procedure, version,"
		    " state, visit, ticket, applicant, applicant_id, subject, body, missing, remind_on,"
		    " phone_until, created_at, saved_at, case_id, case_code) VALUES ($1, $2, $3, $4,"
		    " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, 0, '')"
		    " ON CONFLICT (token) DO NOTHING"),
		f->id, f->token, f->organisation, f->account, f->procedure, f->version, f->state,
		f->visit, f->ticket, f->applicant, f->applicant_id, f->subject,
		json_text(ctx->arena, f->body), json_text(ctx->arena, f->missing), f->remind_on,
		f->phone_until, db_now(db)));
	TRY(db_changes(ctx, db, &n));
	*ret_new = n == 1;
	return OK;
}

static enum err must_have_changed(struct ctx *ctx, struct db *db)
{
	int64_t n;
	TRY(db_changes(ctx, db, &n));
	if (n == 1)
		return OK;
	return fail(ctx, ERR_CONFLICT, "This filing was taken in or given up already");
}

static enum err update(struct ctx *ctx, struct db *db, const struct counter_filing *f)
{
	TRY(db_run(ctx, db,
		SQL("UPDATE desk_filing SET account = $2, ticket = $3, applicant = $4,"
		    " applicant_id = $5, subject = $6, body = $7, missing = $8, remind_on = $9,"
		    " phone_until = $10, saved_at = $11, version = $12 WHERE id = $1 AND state < 2"),
		f->id, f->account, f->ticket, f->applicant, f->applicant_id, f->subject,
		json_text(ctx->arena, f->body), json_text(ctx->arena, f->missing), f->remind_on,
		f->phone_until, db_now(db), f->version));
	return must_have_changed(ctx, db);
}

static enum err add_papers(struct ctx *ctx, struct db *db, int64_t filing,
			   const struct counter_paper *papers, size_t n)
{
	int64_t before;
	TRY(db_int(ctx, db, 0, &before, SQL("SELECT COUNT(*) FROM desk_paper WHERE filing = $1"),
		   filing));
	if ((size_t)before + n > COUNTER_PAPERS_MAX)
		return fail(ctx, ERR_INVALID, "A filing holds at most %d files", COUNTER_PAPERS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct counter_paper *p = &papers[i];
		TRY(file_note(ctx, db, &(struct file_info){ p->hash, p->size, p->type }));
		TRY(db_run(ctx, db,
			SQL("INSERT INTO desk_paper (filing, id, paper, source, name, hash, size, type,"
			    " from_case, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
			filing, db_id(db), p->paper, p->source, p->name, p->hash, p->size, p->type,
			p->from_case, db_now(db)));
	}
	return OK;
}

enum { FORGOTTEN_DAYS = 30 };

/* Filings begun and never finished go after a while; those kept as incomplete stay. */
static enum err sweep(struct ctx *ctx, struct db *db)
{
	usec before = db_now(db) - FORGOTTEN_DAYS * USEC_DAY;
	TRY(db_run(ctx, db,
		   SQL("DELETE FROM desk_paper WHERE filing IN (SELECT id FROM desk_filing"
		       " WHERE state = 0 AND saved_at < $1)"), before));
	TRY(db_run(ctx, db,
		   SQL("UPDATE desk_filing SET body = '{}', applicant = '', applicant_id = ''"
		       " WHERE state = 2 AND saved_at < $1 AND body <> '{}'"),
		   db_now(db) - USEC_DAY));
	return db_run(ctx, db, SQL("DELETE FROM desk_filing WHERE state = 0 AND saved_at < $1"), before);
}

static enum err save(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct counter_filing filing = *job->given;
	bool is_new = false;
	if (!filing.id) {
		TRY(sweep(ctx, db));
		TRY(insert(ctx, db, &filing, &is_new));
	}
	/* The same page sent twice at once: the second finds the first's row. */
	if (!is_new) {
		TRY(db_int(ctx, db, filing.id, &filing.id,
			   SQL("SELECT id FROM desk_filing WHERE token = $1"), filing.token));
		TRY(update(ctx, db, &filing));
	}
	TRY(add_papers(ctx, db, filing.id, job->papers, job->n));
	TRY(read_papers(ctx, db, &filing));
	*job->filing = filing;
	return OK;
}

enum err counter_save(struct ctx *ctx, struct cases *cases, struct counter_filing *filing,
		      const struct counter_paper *papers, size_t n)
{
	struct counter_filing saved;
	struct job job = { .cases = cases, .filing = &saved, .given = filing, .papers = papers, .n = n };
	TRY(store_write(ctx, cases->store, save, &job));
	*filing = saved;
	return OK;
}

static enum err add_by_phone(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct counter_filing f;
	TRY(read_filing(ctx, db, job->token, &f));
	if (f.state >= COUNTER_TAKEN_IN || f.phone_until < db_now(db))
		return fail(ctx, ERR_NOT_FOUND, "This address is no longer in use; ask at the counter");
	return add_papers(ctx, db, f.id, job->papers, job->n);
}

enum err counter_add_by_phone(struct ctx *ctx, struct cases *cases, str token,
			      const struct counter_paper *papers, size_t n)
{
	struct job job = { .cases = cases, .token = token, .papers = papers, .n = n };
	return store_write(ctx, cases->store, add_by_phone, &job);
}

static enum err remove_paper(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	return db_run(ctx, db, SQL("DELETE FROM desk_paper WHERE filing = $1 AND id = $2"),
		      job->given->id, job->paper);
}

enum err counter_remove_paper(struct ctx *ctx, struct cases *cases,
			      const struct counter_filing *filing, int64_t paper)
{
	struct job job = { .cases = cases, .given = filing, .paper = paper };
	return store_write(ctx, cases->store, remove_paper, &job);
}

/* ---- kept apart, given up, taken in ---- */

static enum err tell(struct ctx *ctx, struct db *db, const struct job *job, const char *kind)
{
	const struct counter_filing *f = job->given;
	struct value open = value_map(), closed = value_map();
	value_append(ctx->arena, &open, S("procedure"), value_str(f->procedure));
	value_append(ctx->arena, &open, S("missing"), f->missing);
	if (f->remind_on)
		value_append(ctx->arena, &open, S("remind_on"),
			     value_str(date_format(ctx->arena, f->remind_on)));
	value_append(ctx->arena, &closed, S("applicant"), value_str(f->applicant));
	if (!str_empty(job->who->reason))
		value_append(ctx->arena, &closed, S("text"), value_str(job->who->reason));
	return event_append(ctx, db, &(struct event_new){
		.kind = str_z(kind), .object = f->id, .actor = job->who->principal->account,
		.organisation = f->organisation, .open = open, .closed = closed }, NULL);
}

static enum err move(struct ctx *ctx, struct db *db, const struct job *job, enum counter_state state,
		     const char *kind)
{
	struct object object = { .organisation = job->given->organisation };
	if (!may(job->cases->people, job->who->principal, ACT_CASE_FILE, &object))
		return fail(ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
	TRY(db_run(ctx, db, SQL("UPDATE desk_filing SET state = $2 WHERE id = $1 AND state < 2"),
		   job->given->id, state));
	TRY(must_have_changed(ctx, db));
	return tell(ctx, db, job, kind);
}

static enum err keep(struct ctx *ctx, struct db *db, void *arg)
{
	return move(ctx, db, arg, COUNTER_INCOMPLETE, "filing.kept");
}

enum err counter_keep(struct ctx *ctx, struct cases *cases, const struct actor *who,
		      const struct counter_filing *filing)
{
	struct job job = { .cases = cases, .who = who, .given = filing };
	return store_write(ctx, cases->store, keep, &job);
}

static enum err drop(struct ctx *ctx, struct db *db, void *arg)
{
	return move(ctx, db, arg, COUNTER_DROPPED, "filing.dropped");
}

enum err counter_drop(struct ctx *ctx, struct cases *cases, const struct actor *who,
		      const struct counter_filing *filing)
{
	struct job job = { .cases = cases, .who = who, .given = filing };
	return store_write(ctx, cases->store, drop, &job);
}

/* A second press finds the row as the first left it. */
static enum err already(struct ctx *ctx, struct db *db, const struct job *job, bool *ret_done)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT state, case_id, case_code FROM desk_filing WHERE id = $1 FOR UPDATE"),
		   job->given->id));
	*ret_done = row_int(&row, 0) == COUNTER_TAKEN_IN;
	if (*ret_done)
		*job->result = (struct case_result){ .id = row_int(&row, 1), .code = row_str(&row, 2),
						     .organisation = job->given->organisation };
	else if (row_int(&row, 0) == COUNTER_DROPPED)
		return fail(ctx, ERR_CONFLICT, "This filing was taken in or given up already");
	return OK;
}

static enum err take_in(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	bool done;
	TRY(already(ctx, db, job, &done));
	if (done)
		return OK;
	TRY(intake_submit(ctx, db, job->cases, job->who, job->submission, job->result));
	if (job->acceptance)
		TRY(intake_accept(ctx, db, job->cases, job->who, job->result->code,
				  job->acceptance));
	/* Who it was stays for the visit's next filing. */
	struct value body = value_map();
	value_append(ctx->arena, &body, S("person"), value_get(job->given->body, S("person")));
	return db_run(ctx, db,
		SQL("UPDATE desk_filing SET state = 2, case_id = $2, case_code = $3, body = $6,"
		    " applicant = $4, saved_at = $5 WHERE id = $1"),
		job->given->id, job->result->id, job->result->code, job->submission->applicant,
		db_now(db), json_text(ctx->arena, body));
}

enum err counter_take_in(struct ctx *ctx, struct cases *cases, const struct actor *who,
			 const struct counter_filing *filing, const struct submission *submission,
			 const struct acceptance *acceptance, struct case_result *ret_result)
{
	struct job job = { .cases = cases, .who = who, .given = filing, .submission = submission,
			   .acceptance = acceptance, .result = ret_result };
	return store_write_locked(ctx, cases->store, take_in, &job);
}
