#include "cases/request_key.h"

#include "base/clock.h"
#include "base/json.h"

struct job {
	const struct request_key *key;
	struct request_kept *kept;
};

static str kept_text(struct arena *arena, const struct request_key *key,
		     const struct request_kept *kept)
{
	struct buf text = { .arena = arena };
	struct value v = value_map();
	value_append(arena, &v, S("of"), value_str(key->of));
	value_append(arena, &v, S("made"), value_str(kept->made));
	value_append(arena, &v, S("body"), kept->body);
	json_write(&text, v);
	return buf_view(&text);
}

enum err request_key_take(struct ctx *ctx, struct db *db, const struct request_key *key, str made)
{
	struct request_kept kept = { .made = made, .body = value_null() };
	if (!key || str_empty(key->name))
		return OK;
	return db_run(ctx, db, SQL("INSERT INTO request_key (account, name, status, answer, kept_at)"
				   " VALUES ($1, $2, 0, $3, $4)"),
		      key->account, key->name, kept_text(ctx->arena, key, &kept), clock_real());
}

static enum err look(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct json_fault fault;
	struct value v;
	struct rows row;
	*job->kept = (struct request_kept){ .body = value_null() };
	enum err err = db_one(ctx, db, &row, SQL("SELECT status, answer FROM request_key"
						 " WHERE account = $1 AND name = $2"),
			      job->key->account, job->key->name);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	if (!json_parse(ctx->arena, row_str(&row, 1), &v, &fault))
		return fail(ctx, ERR_DATABASE, "The answer that was kept cannot be read");
	*job->kept = (struct request_kept){
		.there = true, .status = row_int(&row, 0), .of = value_text(value_get(v, S("of"))),
		.made = value_text(value_get(v, S("made"))), .body = value_get(v, S("body")),
	};
	return OK;
}

enum err request_key_look(struct ctx *ctx, struct store *store, const struct request_key *key,
			  struct request_kept *ret_kept)
{
	struct job job = { key, ret_kept };
	return store_read(ctx, store, look, &job);
}

static enum err answer(struct ctx *ctx, struct db *db, void *arg)
{
	struct job *job = arg;
	struct request_kept given = *job->kept;
	usec now = clock_real();
	TRY(db_run(ctx, db, SQL("DELETE FROM request_key WHERE account = $1 AND kept_at < $2"),
		   job->key->account, now - REQUEST_KEY_DAYS * USEC_DAY));
	TRY(db_run(ctx, db, SQL("INSERT INTO request_key (account, name, status, answer, kept_at)"
				" VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, name) DO UPDATE"
				" SET status = excluded.status, answer = excluded.answer"
				" WHERE request_key.status = 0"),
		   job->key->account, job->key->name, given.status,
		   kept_text(ctx->arena, job->key, &given), now));
	struct request_kept first;
	struct job again = { job->key, &first };
	TRY(look(ctx, db, &again));
	job->kept[1] = first;
	return OK;
}

enum err request_key_answer(struct ctx *ctx, struct store *store, const struct request_key *key,
			    struct request_kept *kept)
{
	/* The command may be run again: what it is given and what it finds stay apart. */
	struct request_kept both[2] = { *kept };
	struct job job = { key, both };
	TRY(store_write(ctx, store, answer, &job));
	*kept = both[1];
	return OK;
}
