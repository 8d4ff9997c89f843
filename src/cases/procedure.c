#include "cases/fee_rules.h"
#include "cases/room.h"
#include "cases/worklist.h"

static const struct migration steps[] = {
	{ 1, "procedures and settings",
	  "CREATE TABLE procedure_version (id INT PRIMARY KEY, name TEXT NOT NULL, number INT NOT NULL,"
	  " files TEXT NOT NULL, added_at INT NOT NULL, UNIQUE (name, number));"
	  "CREATE TABLE setting (name TEXT PRIMARY KEY, body TEXT NOT NULL);" },
	{ 2, "cases",
	  "CREATE TABLE case_code (code TEXT PRIMARY KEY, organisation INT NOT NULL, id INT NOT NULL);"
	  "CREATE TABLE case_file (organisation INT NOT NULL, id INT NOT NULL, code TEXT NOT NULL,"
	  " procedure TEXT NOT NULL, version INT NOT NULL, channel INT NOT NULL, status INT NOT NULL,"
	  " submitted_at INT NOT NULL, accepted_at INT NOT NULL, finished_at INT NOT NULL,"
	  " returned_at INT NOT NULL, due_at INT NOT NULL, first_due_at INT NOT NULL,"
	  " paused_at INT NOT NULL, pauses TEXT NOT NULL, supplements INT NOT NULL,"
	  " apologised INT NOT NULL, register_number INT NOT NULL, filed_by INT NOT NULL,"
	  " subject TEXT NOT NULL, subject_key TEXT NOT NULL, duplicate_key TEXT NOT NULL,"
	  " applicant TEXT NOT NULL, applicant_key TEXT NOT NULL, applicant_id TEXT NOT NULL,"
	  " phone TEXT NOT NULL, email TEXT NOT NULL, address TEXT NOT NULL, data TEXT NOT NULL,"
	  " asked TEXT NOT NULL, flow BLOB NOT NULL,"
	  " PRIMARY KEY (organisation, id));"
	  "CREATE INDEX case_file_status ON case_file (organisation, status, due_at, id);"
	  "CREATE INDEX case_file_subject ON case_file (subject_key);"
	  "CREATE INDEX case_file_applicant ON case_file (applicant_key);"
	  "CREATE INDEX case_file_applicant_id ON case_file (applicant_id) WHERE applicant_id <> '';"
	  "CREATE INDEX case_file_duplicate ON case_file (duplicate_key) WHERE duplicate_key <> '';"
	  "CREATE TABLE case_task (organisation INT NOT NULL, case_id INT NOT NULL, node INT NOT NULL,"
	  " element TEXT NOT NULL, role TEXT NOT NULL, agency INT NOT NULL, state INT NOT NULL,"
	  " holder INT NOT NULL, created_at INT NOT NULL, due_at INT NOT NULL, done_at INT NOT NULL,"
	  " outcome TEXT NOT NULL, leg TEXT NOT NULL, PRIMARY KEY (organisation, case_id, node));"
	  "CREATE INDEX case_task_open ON case_task (agency, role, due_at, case_id) WHERE state = 0;"
	  "CREATE TABLE case_leg (organisation INT NOT NULL, case_id INT NOT NULL, leg TEXT NOT NULL,"
	  " agency INT NOT NULL, started_at INT NOT NULL, due_at INT NOT NULL,"
	  " finished_at INT NOT NULL, PRIMARY KEY (organisation, case_id, leg));"
	  "CREATE TABLE case_timer (organisation INT NOT NULL, case_id INT NOT NULL, wait INT NOT NULL,"
	  " due_at INT NOT NULL, PRIMARY KEY (organisation, case_id, wait));"
	  "CREATE INDEX case_timer_due ON case_timer (due_at);"
	  "CREATE TABLE case_paper (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " paper TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (organisation, case_id, paper));"
	  "CREATE TABLE case_attachment (organisation INT NOT NULL, case_id INT NOT NULL,"
	  " id INT NOT NULL, field TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL,"
	  " size INT NOT NULL, type TEXT NOT NULL, added_at INT NOT NULL,"
	  " PRIMARY KEY (organisation, case_id, id));"
	  "CREATE TABLE case_letter (organisation INT NOT NULL, case_id INT NOT NULL, id INT NOT NULL,"
	  " letter TEXT NOT NULL, made_at INT NOT NULL, made_by INT NOT NULL, hash TEXT NOT NULL,"
	  " PRIMARY KEY (organisation, case_id, id));"
	  "CREATE TABLE case_note (organisation INT NOT NULL, case_id INT NOT NULL, id INT NOT NULL,"
	  " account INT NOT NULL, noted_at INT NOT NULL, body TEXT NOT NULL,"
	  " PRIMARY KEY (organisation, case_id, id));"
	  "CREATE TABLE book_entry (organisation INT NOT NULL, book TEXT NOT NULL, period INT NOT NULL,"
	  " number INT NOT NULL, case_id INT NOT NULL, entered_at INT NOT NULL,"
	  " PRIMARY KEY (organisation, book, period, number));"
	  "CREATE INDEX book_entry_case ON book_entry (organisation, case_id);"
	  "CREATE TABLE draft (id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, procedure TEXT NOT NULL,"
	  " version INT NOT NULL, organisation INT NOT NULL, data TEXT NOT NULL,"
	  " phone TEXT NOT NULL, page INT NOT NULL, created_at INT NOT NULL, saved_at INT NOT NULL,"
	  " case_id INT NOT NULL, case_code TEXT NOT NULL);"
	  "CREATE INDEX draft_saved ON draft (saved_at);"
	  "CREATE TABLE request_key (account INT NOT NULL, name TEXT NOT NULL, status INT NOT NULL,"
	  " answer TEXT NOT NULL, kept_at INT NOT NULL, PRIMARY KEY (account, name));"
	  "CREATE TABLE counter (name TEXT PRIMARY KEY, n INT NOT NULL);"
	  "CREATE TABLE figure (organisation INT NOT NULL, procedure TEXT NOT NULL, month INT NOT NULL,"
	  " name TEXT NOT NULL, n INT NOT NULL, PRIMARY KEY (organisation, procedure, month, name));" },
};

const struct migration_set cases_migrations = { "cases", steps, sizeof steps / sizeof *steps };

/* ---- compiling ---- */

static enum err read_json(struct ctx *ctx, struct value files, str name, struct value *ret_v)
{
	struct json_fault fault;
	const struct value *text = value_find(files, name);
	if (!text)
		return fail(ctx, ERR_INVALID, "%.*s is missing", STR_ARG(name));
	if (!json_parse(ctx->arena, value_text(*text), ret_v, &fault))
		return fail(ctx, ERR_INVALID, "%.*s, line %d, column %d: %s", STR_ARG(name),
			    (int)fault.line, (int)fault.column, fault.message);
	return OK;
}

/* "apply.form" gives the form "apply" in Vietnamese, and in English where apply.en.json is. */
static enum err compile_form(struct ctx *ctx, struct value files, str name,
			     struct procedure_form *ret_form)
{
	str key = str_of(name.p, name.n - 5);
	struct form_fault fault;
	struct form *form;
	struct form_source source = { .text = value_text(value_get(files, name)), .strict = true };
	bool english = str_eq(ret_form->language, S("en"));
	str side = arena_printf(ctx->arena, "%.*s.en.json", STR_ARG(key));
	if (english)
		source.side = value_text(value_get(files, side));
	if (!form_load(ctx->arena, &source, &form, &fault))
		return fail(ctx, ERR_INVALID, "%.*s, element %.*s (%.*s): %.*s", STR_ARG(name),
			    STR_ARG(fault.id), STR_ARG(fault.key), STR_ARG(fault.message));
	ret_form->key = key;
	ret_form->form = form;
	return OK;
}

static enum err compile_forms(struct ctx *ctx, struct value files, struct procedure *procedure)
{
	struct procedure_form *forms = ARENA_ARRAY(ctx->arena, struct procedure_form, files.n * 2);
	size_t n = 0;
	for (uint32_t i = 0; i < files.n; i++) {
		str name = files.members[i].key;
		if (!str_ends(name, S(".form")))
			continue;
		forms[n].language = S("vi");
		TRY(compile_form(ctx, files, name, &forms[n++]));
		forms[n].language = S("en");
		TRY(compile_form(ctx, files, name, &forms[n++]));
	}
	procedure->forms = forms;
	procedure->n_forms = n;
	return OK;
}

static enum err compile_flow(struct ctx *ctx, struct value files, struct procedure *procedure)
{
	struct flow_definition *flow;
	struct flow_faults faults;
	str name = value_text(value_get(procedure->body, S("flow")));
	const struct value *xml = value_find(files, name);
	if (!xml)
		return fail(ctx, ERR_INVALID, "procedure.json: flow “%.*s” is missing",
			    STR_ARG(name));
	TRY(flow_load(ctx, value_text(*xml), &flow, &faults));
	procedure->flow = flow;
	return OK;
}

static int read_cut_off(struct value body)
{
	const struct value *given = value_find(body, S("cut_off"));
	int64_t hour, minute;
	if (!given)
		return CALENDAR_CUT_OFF;
	str text = value_text(*given), part;
	if (value_is_null(*given) || !str_next(&text, ':', &part) ||
	    !str_int(part, 0, 23, &hour) || !str_int(text, 0, 59, &minute))
		return CALENDAR_NO_CUT_OFF;
	return (int)(hour * 60 + minute);
}

static enum err compile_subject(struct ctx *ctx, struct procedure *procedure)
{
	struct feel_fault fault;
	struct feel *subject;
	str text = value_text(value_get(procedure->body, S("subject")));
	if (str_empty(text))
		return OK;
	if (!feel_parse(ctx->arena, text, NULL, &subject, &fault))
		return fail(ctx, ERR_INVALID, "procedure.json: subject: %.*s", STR_ARG(fault.message));
	procedure->subject = subject;
	return OK;
}

enum err procedure_read(struct ctx *ctx, struct value files, struct procedure *procedure)
{
	struct value body;
	TRY(read_json(ctx, files, S("procedure.json"), &body));
	procedure->files = files;
	procedure->body = body;
	procedure->code = value_text(value_get(body, S("national_code")));
	if (!date_parse(value_text(value_get(body, S("valid_from"))), &procedure->valid_from))
		return fail(ctx, ERR_INVALID, "procedure.json: valid_from is not a date");
	if (!date_parse(value_text(value_get(body, S("valid_to"))), &procedure->valid_to))
		procedure->valid_to = 0;
	TRY(calendar_limit_load(ctx, value_get(body, S("limit")), &procedure->limit));
	procedure->cut_off = read_cut_off(body);
	procedure->immediate = value_is_true(value_get(body, S("immediate")));
	struct value supplement = value_get(body, S("supplement"));
	procedure->supplement_rounds = value_integer(value_get(supplement, S("rounds")), 1);
	bool subtract = str_eq(value_text(value_get(supplement, S("rule"))), S("subtract"));
	procedure->supplement_rule = subtract ? CALENDAR_SUBTRACT : CALENDAR_RESTART;
	TRY(compile_subject(ctx, procedure));
	TRY(compile_flow(ctx, files, procedure));
	TRY(fee_rules_read(ctx, value_get(body, S("fee")), procedure->flow, &procedure->fee));
	TRY(decisions_compile(ctx, files, procedure));
	return compile_forms(ctx, files, procedure);
}

/* ---- keeping ---- */

enum err procedure_add(struct ctx *ctx, struct db *db, str name, struct value files)
{
	struct procedure *checked = ARENA_NEW(ctx->arena, struct procedure);
	struct buf text = { .arena = ctx->arena };
	int64_t newest, id = db_id(db);
	enum err err = procedure_read(ctx, files, checked);
	if (err != OK) {
		str why = ctx->fault.message;
		return fail(ctx, err, "procedures/%.*s: %.*s", STR_ARG(name), STR_ARG(why));
	}
	json_write(&text, files);
	TRY(db_int(ctx, db, 0, &newest,
		   SQL("SELECT MAX(number) FROM procedure_version WHERE name = $1"), name));
	TRY(db_run(ctx, db, SQL("INSERT INTO procedure_version (id, name, number, files, added_at)"
				" VALUES ($1, $2, $3, $4, $5)"),
		   id, name, newest + 1, buf_view(&text), db_now(db)));
	struct value open = value_map();
	value_set(ctx->arena, &open, S("name"), value_str(name));
	value_set(ctx->arena, &open, S("number"), value_int(newest + 1));
	return event_append(ctx, db, &(struct event_new){ .kind = S("procedure.added"),
		.object = id, .open = open }, NULL);
}

enum err setting_keep(struct ctx *ctx, struct db *db, str name, str body)
{
	return db_run(ctx, db, SQL("INSERT INTO setting (name, body) VALUES ($1, $2)"
				   " ON CONFLICT (name) DO UPDATE SET body = excluded.body"),
		      name, body);
}

/* ---- the catalogue in memory ---- */

const struct catalogue *cases_catalogue(const struct cases *cases)
{
	return atomic_load(&cases->catalogue);
}

enum err setting_read(struct ctx *ctx, struct db *db, str name, struct value *ret_v)
{
	struct json_fault fault;
	str body;
	TRY(db_text(ctx, db, &body, SQL("SELECT body FROM setting WHERE name = $1"), name));
	if (!json_parse(ctx->arena, str_empty(body) ? S("{}") : body, ret_v, &fault))
		return fail(ctx, ERR_INVALID, "%.*s, line %d: %s", STR_ARG(name), (int)fault.line,
			    fault.message);
	return OK;
}

static enum err row_procedure(struct ctx *ctx, const struct rows *row, struct procedure **ret_p)
{
	struct procedure *p = ARENA_NEW(ctx->arena, struct procedure);
	struct json_fault fault;
	struct value files;
	p->id = row_int(row, 0);
	p->name = row_str(row, 1);
	p->number = row_int(row, 2);
	if (!json_parse(ctx->arena, row_str(row, 3), &files, &fault))
		return fail(ctx, ERR_DATABASE, "Version %lld of %.*s cannot be read",
			    (long long)p->number, STR_ARG(p->name));
	*ret_p = p;
	return procedure_read(ctx, files, p);
}

/* ctx here allocates in the catalogue's own arena, which outlives the read. */
static enum err read_catalogue(struct ctx *ctx, struct db *db, void *arg)
{
	struct catalogue *catalogue = arg;
	struct value calendar;
	int64_t n;
	struct rows rows;
	TRY(setting_read(ctx, db, S("numbering"), &catalogue->numbering));
	TRY(setting_read(ctx, db, S("pack"), &catalogue->pack));
	TRY(setting_read(ctx, db, S("letters"), &catalogue->letters));
	TRY(setting_read(ctx, db, S("notices"), &catalogue->notices));
	TRY(setting_read(ctx, db, S("calendar"), &calendar));
	TRY(calendar_load(ctx, calendar, &catalogue->calendar));
	TRY(db_text(ctx, db, &catalogue->applied,
		    SQL("SELECT body FROM setting WHERE name = 'applied'")));
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT COUNT(*) FROM procedure_version")));
	catalogue->items = ARENA_ARRAY(ctx->arena, const struct procedure *, n + 1);
	catalogue->n = 0;
	TRY(db_query(ctx, db, &rows, SQL("SELECT id, name, number, files FROM procedure_version"
					 " ORDER BY id")));
	while (catalogue->n < (size_t)n && rows_next(&rows)) {
		struct procedure *p;
		TRY(row_procedure(ctx, &rows, &p));
		catalogue->items[catalogue->n++] = p;
	}
	return rows_end(&rows);
}

static void catalogue_free(struct catalogue *catalogue)
{
	arena_done(&catalogue->arena);
	free(catalogue);
}

enum err catalogue_load(struct ctx *ctx, struct cases *cases)
{
	struct catalogue *catalogue = calloc(1, sizeof *catalogue);
	if (!catalogue)
		abort();
	arena_init(&catalogue->arena);
	struct ctx own = *ctx;
	own.arena = &catalogue->arena;
	enum err err = store_read(&own, cases->store, read_catalogue, catalogue);
	if (err != OK) {
		str why = arena_copy(ctx->arena, own.fault.message);
		str detail = arena_copy(ctx->arena, own.fault.detail);
		ctx->fault = own.fault;
		ctx->fault.message = why;
		ctx->fault.detail = detail;
		catalogue_free(catalogue);
		return err;
	}
	pthread_mutex_lock(&cases->reload);
	catalogue->before = atomic_load(&cases->catalogue);
	atomic_store(&cases->catalogue, catalogue);
	pthread_mutex_unlock(&cases->reload);
	return OK;
}

static enum err read_applied(struct ctx *ctx, struct db *db, void *arg)
{
	return db_text(ctx, db, arg, SQL("SELECT body FROM setting WHERE name = 'applied'"));
}

enum err cases_refresh(struct ctx *ctx, struct cases *cases)
{
	str applied = S("");
	TRY(store_read(ctx, cases->store, read_applied, &applied));
	return str_eq(applied, cases_catalogue(cases)->applied) ? OK : catalogue_load(ctx, cases);
}

enum err cases_open(struct ctx *ctx, struct store *store, struct people *people,
		    const uint8_t secret[static 32], struct cases **ret_cases)
{
	struct cases *cases = calloc(1, sizeof *cases);
	if (!cases)
		abort();
	cases->store = store;
	cases->people = people;
	memcpy(cases->secret, secret, sizeof cases->secret);
	pthread_mutex_init(&cases->reload, NULL);
	cases->worklists = worklist_cache_new();
	enum err err = catalogue_load(ctx, cases);
	if (err != OK) {
		cases_close(cases);
		return err;
	}
	*ret_cases = cases;
	return OK;
}

void cases_close(struct cases *cases)
{
	if (!cases)
		return;
	for (struct catalogue *c = atomic_load(&cases->catalogue), *before; c; c = before) {
		before = c->before;
		catalogue_free(c);
	}
	worklist_cache_free(cases->worklists);
	pthread_mutex_destroy(&cases->reload);
	free(cases);
}

void cases_speak(struct cases *cases, const struct template_set *templates,
		 const struct language *vietnamese)
{
	cases->templates = templates;
	cases->vietnamese = vietnamese;
}

void cases_hall(struct cases *cases, visit_find *find)
{
	cases->visit = find;
}

const struct template_set *cases_templates(const struct cases *cases)
{
	return cases->templates;
}

const struct language *cases_vietnamese(const struct cases *cases)
{
	return cases->vietnamese;
}

struct value cases_setting(const struct cases *cases, str name)
{
	return str_eq(name, S("notices")) ? cases_catalogue(cases)->notices : value_null();
}

struct store *cases_store(const struct cases *cases)
{
	return cases->store;
}

struct people *cases_people(const struct cases *cases)
{
	return cases->people;
}

const struct calendar *cases_calendar(const struct cases *cases)
{
	return cases_catalogue(cases)->calendar;
}
