#include "cases/draft.h"
#include "cases/room.h"

struct job {
	struct cases *cases;
	struct draft draft;
	const struct file_info *files;
	size_t n_files;
	str code;
};

static str plain_code(const struct cases *cases, struct arena *arena, int64_t id)
{
	str what = arena_printf(arena, "draft %lld", (long long)id);
	return case_keyed_code(cases, arena, what, DRAFT_CODE);
}

str draft_code(const struct cases *cases, struct arena *arena, int64_t id)
{
	str code = plain_code(cases, arena, id);
	return arena_printf(arena, "%.*s-%.*s", DRAFT_CODE / 2, code.p, DRAFT_CODE / 2,
			    code.p + DRAFT_CODE / 2);
}

/* What is kept is a code made of the code: whoever reads the table cannot resume a draft. */
static str kept_code(const struct cases *cases, struct arena *arena, str plain)
{
	return case_keyed_code(cases, arena, arena_printf(arena, "kept %.*s", STR_ARG(plain)), 24);
}

static enum err insert(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct draft *d = &job->draft;
	d->id = db_id(db);
	d->saved_at = db_now(db);
	TRY(request_key_take(ctx, db, d->key, draft_code(job->cases, ctx->arena, d->id)));
	TRY(db_run(ctx, db, SQL("DELETE FROM draft WHERE saved_at < $1"),
		   d->saved_at - DRAFT_DAYS * USEC_DAY));
	return db_run(ctx, db,
		SQL("INSERT INTO draft (id, code, procedure, version, organisation, data, phone, page,"
		    " created_at, saved_at, case_id, case_code)"
		    " VALUES ($1, $2, $3, $4, $5, $6, '', 0, $7, $7, 0, '')"),
		d->id, kept_code(job->cases, ctx->arena, plain_code(job->cases, ctx->arena, d->id)),
		d->procedure, d->version, d->organisation, json_text(ctx->arena, d->data),
		d->saved_at);
}

enum err draft_begin(struct ctx *ctx, struct cases *cases, struct draft *draft)
{
	struct job job = { .cases = cases, .draft = *draft };
	TRY(store_write(ctx, cases->store, insert, &job));
	*draft = job.draft;
	return OK;
}

enum err draft_new(struct ctx *ctx, struct cases *cases, const struct procedure *procedure,
		   int64_t organisation, struct draft *ret_draft)
{
	*ret_draft = (struct draft){ .version = procedure->id, .organisation = organisation,
				     .procedure = procedure->name, .data = value_map() };
	return draft_begin(ctx, cases, ret_draft);
}

static enum err read_draft(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct json_fault fault;
	struct rows row;
	enum err err = db_one(ctx, db, &row,
		SQL("SELECT version, organisation, procedure, data, page, saved_at, case_id, case_code"
		    " FROM draft WHERE id = $1 AND saved_at >= $2"),
		job->draft.id, db_now(db) - DRAFT_DAYS * USEC_DAY);
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "There is no such draft, or it is older than 30 days");
	TRY(err);
	job->draft = (struct draft){
		.id = job->draft.id, .version = row_int(&row, 0), .organisation = row_int(&row, 1),
		.procedure = row_str(&row, 2), .page = row_int(&row, 4), .saved_at = row_int(&row, 5),
		.case_id = row_int(&row, 6), .case_code = row_str(&row, 7), .data = value_map(),
	};
	str data = row_str(&row, 3);
	if (!str_empty(data) && !json_parse(ctx->arena, data, &job->draft.data, &fault))
		return fail(ctx, ERR_DATABASE, "The draft cannot be read");
	return OK;
}

enum err draft_load(struct ctx *ctx, struct cases *cases, int64_t id, struct draft *ret_draft)
{
	struct job job = { .cases = cases, .draft = { .id = id } };
	TRY(store_read(ctx, cases->store, read_draft, &job));
	*ret_draft = job.draft;
	return OK;
}

static enum err save(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	int64_t n;
	TRY(request_key_take(ctx, db, job->draft.key,
			     draft_code(job->cases, ctx->arena, job->draft.id)));
	for (size_t i = 0; i < job->n_files; i++)
		TRY(file_note(ctx, db, &job->files[i]));
	TRY(db_run(ctx, db,
		   SQL("UPDATE draft SET data = $2, page = $3, saved_at = $4, organisation = $5"
		       " WHERE id = $1 AND case_id = 0"),
		   job->draft.id, json_text(ctx->arena, job->draft.data), job->draft.page, db_now(db),
		   job->draft.organisation));
	TRY(db_changes(ctx, db, &n));
	if (n == 1)
		return OK;
	return fail(ctx, ERR_CONFLICT, "This draft was submitted already");
}

enum err draft_save(struct ctx *ctx, struct cases *cases, const struct draft *draft,
		    const struct file_info *files, size_t n_files)
{
	struct job job = { .cases = cases, .draft = *draft, .files = files, .n_files = n_files };
	return store_write(ctx, cases->store, save, &job);
}

static enum err find(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	return db_int(ctx, db, 0, &job->draft.id, SQL("SELECT id FROM draft WHERE code = $1"),
		      kept_code(job->cases, ctx->arena, job->code));
}

enum err draft_find(struct ctx *ctx, struct cases *cases, str code, int64_t *ret_id)
{
	struct job job = { .cases = cases };
	char plain[DRAFT_CODE];
	size_t n = 0;
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != ' ' && c != '-' && n < sizeof plain)
			plain[n++] = c;
	}
	job.code = str_of(plain, n);
	TRY(store_read(ctx, cases->store, find, &job));
	if (!job.draft.id)
		return fail(ctx, ERR_NOT_FOUND, "There is no draft with this code; drafts are kept for 30"
			    " days");
	*ret_id = job.draft.id;
	return OK;
}
