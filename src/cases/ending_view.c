/* Rounds, corrections, results and deliveries of a case, as pages and the API show them. */
#include "cases/endings.h"
#include "cases/letter.h"
#include "cases/room.h"
#include "cases/view.h"

struct looking {
	struct ctx *ctx;
	struct cases *cases;
	struct db *db;
	const struct case_file *c;
	bool whole;
};

static void put(struct looking *l, struct value *row, const char *key, str text)
{
	value_append(l->ctx->arena, row, str_z(key), value_str(text));
}

static void put_time(struct looking *l, struct value *row, const char *key, usec at)
{
	value_append(l->ctx->arena, row, str_z(key), view_time(l->ctx, l->cases, at));
}

static void put_json(struct looking *l, struct value *row, const char *key, str text)
{
	struct json_fault fault;
	struct value v = value_list();
	if (!str_empty(text) && !json_parse(l->ctx->arena, text, &v, &fault))
		v = value_list();
	value_append(l->ctx->arena, row, str_z(key), v);
}

/* Names of accounts are set after the rows are read: one statement at a time on a connection. */
static enum err put_names(struct looking *l, struct value list, const char *const *keys, size_t n)
{
	for (uint32_t i = 0; i < list.n; i++)
		for (size_t k = 0; k < n; k++) {
			int64_t account = value_integer(value_get(list.items[i], str_z(keys[k])), 0);
			str name = S("");
			if (l->whole)
				TRY(account_name(l->ctx, l->db, account, &name));
			value_set(l->ctx->arena, &list.items[i], str_z(keys[k]), value_str(name));
		}
	return OK;
}

static str state_word(const char *const *words, size_t n, int64_t state)
{
	return state >= 0 && (size_t)state < n && words[state] ? str_z(words[state]) : S("");
}

/* ---- rounds ---- */

static struct value round_row(struct looking *l, const struct rows *r)
{
	static const char *const states[] = {
		[ROUND_PROPOSED] = "proposed", [ROUND_OPEN] = "open",
		[ROUND_ANSWERED] = "answered", [ROUND_UNANSWERED] = "unanswered",
		[ROUND_DECLINED] = "declined", [ROUND_ENDED] = "ended",
	};
	struct arena *arena = l->ctx->arena;
	struct value row = value_map();
	put(l, &row, "id", id_text(arena, row_int(r, 0)));
	value_append(arena, &row, S("number"), value_int(row_int(r, 1)));
	put(l, &row, "state", state_word(states, ARRAY_SIZE(states), row_int(r, 2)));
	put_time(l, &row, "asked_at", row_int(r, 3));
	value_append(arena, &row, S("asked_by"), value_int(row_int(r, 4)));
	put_time(l, &row, "answer_by", row_int(r, 5));
	put_time(l, &row, "closed_at", row_int(r, 6));
	value_append(arena, &row, S("approved_by"), value_int(row_int(r, 7)));
	value_append(arena, &row, S("counts_late"), value_bool(row_int(r, 8) != 0));
	put_json(l, &row, "items", row_str(r, 9));
	put(l, &row, "why", l->whole ? row_str(r, 10) : S(""));
	put_json(l, &row, "changes", row_str(r, 11));
	put(l, &row, "answer", row_str(r, 12));
	return row;
}

static enum err rounds(struct looking *l, struct value *ret_list)
{
	static const char *const people[] = { "asked_by", "approved_by" };
	struct rows rows;
	struct value list = value_list();
	TRY(db_query(l->ctx, l->db, &rows,
		     SQL("SELECT id, number, state, asked_at, asked_by, answer_by, closed_at,"
			 " approved_by, counts_late, items, why, changes, answer FROM case_round"
			 " WHERE organisation = $1 AND case_id = $2 ORDER BY asked_at, id"),
		     l->c->organisation, l->c->id));
	while (rows_next(&rows))
		if (l->whole || (row_int(&rows, 2) != ROUND_PROPOSED &&
				 row_int(&rows, 2) != ROUND_DECLINED))
			value_push(l->ctx->arena, &list, round_row(l, &rows));
	TRY(rows_end(&rows));
	*ret_list = list;
	return put_names(l, list, people, ARRAY_SIZE(people));
}

/* ---- corrections ---- */

static struct value correction_row(struct looking *l, const struct rows *r)
{
	static const char *const states[] = { [CORRECTION_ASKED] = "asked", [CORRECTION_MADE] = "made",
					      [CORRECTION_DECLINED] = "declined" };
	struct arena *arena = l->ctx->arena;
	struct value row = value_map();
	put(l, &row, "id", id_text(arena, row_int(r, 0)));
	value_append(arena, &row, S("version"), value_int(row_int(r, 1)));
	put(l, &row, "state", state_word(states, ARRAY_SIZE(states), row_int(r, 2)));
	put(l, &row, "target", row_str(r, 3));
	put_time(l, &row, "asked_at", row_int(r, 4));
	value_append(arena, &row, S("asked_by"), value_int(row_int(r, 5)));
	put_time(l, &row, "settled_at", row_int(r, 6));
	value_append(arena, &row, S("settled_by"), value_int(row_int(r, 7)));
	put(l, &row, "requester", row_str(r, 8));
	put(l, &row, "reason", row_str(r, 9));
	put(l, &row, "answer", row_str(r, 10));
	put_json(l, &row, "evidence", l->whole ? row_str(r, 11) : S(""));
	put_json(l, &row, "changes", row_str(r, 12));
	return row;
}

static enum err corrections(struct looking *l, struct value *ret_list)
{
	static const char *const people[] = { "asked_by", "settled_by" };
	struct rows rows;
	struct value list = value_list();
	TRY(db_query(l->ctx, l->db, &rows,
		     SQL("SELECT id, version, state, target, asked_at, asked_by, settled_at,"
			 " settled_by, requester, reason, answer, evidence, changes FROM case_correction"
			 " WHERE organisation = $1 AND case_id = $2 ORDER BY asked_at, id"),
		     l->c->organisation, l->c->id));
	while (rows_next(&rows))
		value_push(l->ctx->arena, &list, correction_row(l, &rows));
	TRY(rows_end(&rows));
	*ret_list = list;
	return put_names(l, list, people, ARRAY_SIZE(people));
}

/* ---- results ---- */

static struct value issued_row(struct looking *l, const struct rows *r)
{
	static const char *const states[] = { [ISSUED_VALID] = "valid", [ISSUED_REPLACED] = "replaced",
					      [ISSUED_REVOKED] = "revoked" };
	struct arena *arena = l->ctx->arena;
	struct value row = value_map();
	put(l, &row, "id", id_text(arena, row_int(r, 0)));
	put(l, &row, "kind", row_str(r, 1));
	put(l, &row, "number", row_str(r, 2));
	value_append(arena, &row, S("version"), value_int(row_int(r, 3)));
	put(l, &row, "state", state_word(states, ARRAY_SIZE(states), row_int(r, 4)));
	put_time(l, &row, "issued_at", row_int(r, 5));
	value_append(arena, &row, S("issued_by"), value_int(row_int(r, 6)));
	put_time(l, &row, "ended_at", row_int(r, 7));
	value_append(arena, &row, S("ended_by"), value_int(row_int(r, 8)));
	put(l, &row, "decision", row_str(r, 9));
	put(l, &row, "reason", row_str(r, 10));
	return row;
}

static enum err results(struct looking *l, struct value *ret_list)
{
	static const char *const people[] = { "issued_by", "ended_by" };
	struct rows rows;
	struct value list = value_list();
	TRY(db_query(l->ctx, l->db, &rows,
		     SQL("SELECT id, kind, number, version, state, issued_at, issued_by, ended_at,"
			 " ended_by, decision, reason FROM case_issued"
			 " WHERE organisation = $1 AND case_id = $2 ORDER BY kind, version"),
		     l->c->organisation, l->c->id));
	while (rows_next(&rows))
		value_push(l->ctx->arena, &list, issued_row(l, &rows));
	TRY(rows_end(&rows));
	*ret_list = list;
	return put_names(l, list, people, ARRAY_SIZE(people));
}

str result_title(struct ctx *ctx, const struct cases *cases, const struct procedure *procedure,
		 str kind)
{
	str title = str_eq(kind, S("result"))
		? procedure_text(procedure, S("result"), ctx_language(ctx))
		: letter_title(ctx, cases, procedure, kind);
	return str_empty(title) ? kind : title;
}

/* ---- deliveries ---- */

static struct value delivery_row(struct looking *l, const struct rows *r)
{
	static const char *const states[] = { [DELIVERY_HANDED] = "handed", [DELIVERY_SENT] = "sent",
					      [DELIVERY_RECEIVED] = "received" };
	struct value row = value_map();
	put(l, &row, "id", id_text(l->ctx->arena, row_int(r, 0)));
	put(l, &row, "how", row_str(r, 1));
	put(l, &row, "state", state_word(states, ARRAY_SIZE(states), row_int(r, 2)));
	put_time(l, &row, "sent_at", row_int(r, 3));
	put_time(l, &row, "received_at", row_int(r, 4));
	put(l, &row, "tracking", row_str(r, 5));
	put(l, &row, "recipient", row_str(r, 6));
	put(l, &row, "recipient_id", l->whole ? row_str(r, 7) : S(""));
	put(l, &row, "note", l->whole ? row_str(r, 8) : S(""));
	return row;
}

static enum err deliveries(struct looking *l, struct value *ret_list)
{
	struct rows rows;
	struct value list = value_list();
	TRY(db_query(l->ctx, l->db, &rows,
		     SQL("SELECT id, how, state, sent_at, received_at, tracking, recipient,"
			 " recipient_id, note FROM case_delivery"
			 " WHERE organisation = $1 AND case_id = $2 ORDER BY id"),
		     l->c->organisation, l->c->id));
	while (rows_next(&rows))
		value_push(l->ctx->arena, &list, delivery_row(l, &rows));
	*ret_list = list;
	return rows_end(&rows);
}

enum err endings_view(struct ctx *ctx, struct cases *cases, struct db *db,
		      const struct case_file *c, bool whole, struct value *ret_view)
{
	struct looking l = { ctx, cases, db, c, whole };
	struct value view = value_map(), list;
	TRY(rounds(&l, &list));
	value_append(ctx->arena, &view, S("rounds"), list);
	TRY(corrections(&l, &list));
	value_append(ctx->arena, &view, S("corrections"), list);
	TRY(results(&l, &list));
	value_append(ctx->arena, &view, S("results"), list);
	TRY(deliveries(&l, &list));
	value_append(ctx->arena, &view, S("deliveries"), list);
	*ret_view = view;
	return OK;
}
