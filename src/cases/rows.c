/* The rows of case_file and its code table. */
#include "cases/name_words.h"
#include "cases/room.h"

#include "text/vietnamese.h"

enum err rows_insert_case(struct ctx *ctx, struct db *db, const struct case_file *c)
{
	struct arena *arena = ctx->arena;
	TRY(db_run(ctx, db, SQL("INSERT INTO case_code (code, organisation, id) VALUES ($1, $2, $3)"),
		   c->code, c->organisation, c->id));
	TRY(name_words_insert(ctx, db, c));
	return db_run(ctx, db,
		SQL("INSERT INTO case_file (organisation, id, code, procedure, version, channel,"
		    " status, submitted_at, accepted_at, finished_at, returned_at, due_at,"
		    " first_due_at, paused_at, pauses, supplements, apologised, register_number,"
		    " filed_by, subject, subject_key, duplicate_key, applicant, applicant_key,"
		    " applicant_id, phone, email, address, data, asked, flow, competent)"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
		    " $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31,"
		    " $32)"),
		c->organisation, c->id, c->code, c->procedure, c->version, c->channel, c->status,
		c->submitted_at, c->accepted_at, c->finished_at, c->returned_at, c->due_at,
		c->first_due_at, c->paused_at, json_text(arena, c->pauses), c->supplements,
		c->apologised, c->register_number, c->filed_by, c->subject,
		vietnamese_fold(arena, c->subject), c->duplicate_key, c->applicant,
		vietnamese_fold(arena, c->applicant), c->applicant_id, c->phone, c->email,
		c->address, json_text(arena, c->data), json_text(arena, c->asked),
		sql_bytes(c->flow), c->competent);
}

static enum err update_personal(struct ctx *ctx, struct db *db, const struct case_file *c)
{
	TRY(name_words_change(ctx, db, c));
	return db_run(ctx, db,
		SQL("UPDATE case_file SET subject = $3, subject_key = $4, duplicate_key = $5,"
		    " applicant = $6, applicant_key = $7, applicant_id = $8, phone = $9, email = $10,"
		    " address = $11 WHERE organisation = $1 AND id = $2"),
		c->organisation, c->id, c->subject, vietnamese_fold(ctx->arena, c->subject),
		c->duplicate_key, c->applicant, vietnamese_fold(ctx->arena, c->applicant),
		c->applicant_id, c->phone, c->email, c->address);
}

enum err rows_update_case(struct ctx *ctx, struct db *db, const struct case_file *c, bool personal)
{
	struct arena *arena = ctx->arena;
	TRY(db_run(ctx, db,
		SQL("UPDATE case_file SET status = $3, accepted_at = $4, finished_at = $5,"
		    " returned_at = $6, due_at = $7, first_due_at = $8, paused_at = $9, pauses = $10,"
		    " supplements = $11, apologised = $12, register_number = $13, data = $14,"
		    " asked = $15, flow = $16 WHERE organisation = $1 AND id = $2"),
		c->organisation, c->id, c->status, c->accepted_at, c->finished_at, c->returned_at,
		c->due_at, c->first_due_at, c->paused_at, json_text(arena, c->pauses),
		c->supplements, c->apologised, c->register_number, json_text(arena, c->data),
		json_text(arena, c->asked), sql_bytes(c->flow)));
	return personal ? update_personal(ctx, db, c) : OK;
}

static enum err row_json(struct ctx *ctx, const struct rows *row, int column, struct value *ret_v)
{
	struct json_fault fault;
	str text = row_str(row, column);
	*ret_v = value_null();
	if (!str_empty(text) && !json_parse(ctx->arena, text, ret_v, &fault))
		return fail(ctx, ERR_DATABASE, "The case's data cannot be read");
	return OK;
}

static enum err row_case(struct ctx *ctx, const struct rows *r, struct case_file *c)
{
	*c = (struct case_file){
		.organisation = row_int(r, 0), .id = row_int(r, 1), .code = row_str(r, 2),
		.procedure = row_str(r, 3), .version = row_int(r, 4), .channel = row_int(r, 5),
		.status = row_int(r, 6), .submitted_at = row_int(r, 7), .accepted_at = row_int(r, 8),
		.finished_at = row_int(r, 9), .returned_at = row_int(r, 10), .due_at = row_int(r, 11),
		.first_due_at = row_int(r, 12), .paused_at = row_int(r, 13),
		.supplements = row_int(r, 15), .apologised = row_int(r, 16),
		.register_number = row_int(r, 17), .filed_by = row_int(r, 18),
		.subject = row_str(r, 19), .duplicate_key = row_str(r, 20),
		.applicant = row_str(r, 21), .applicant_id = row_str(r, 22), .phone = row_str(r, 23),
		.email = row_str(r, 24), .address = row_str(r, 25), .flow = row_str(r, 28),
		.competent = row_int(r, 29),
	};
	TRY(row_json(ctx, r, 14, &c->pauses));
	TRY(row_json(ctx, r, 26, &c->data));
	return row_json(ctx, r, 27, &c->asked);
}

enum err rows_read_case(struct ctx *ctx, struct db *db, int64_t organisation, int64_t id,
			struct case_file *ret_case)
{
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT organisation, id, code, procedure, version, channel, status,"
		       " submitted_at, accepted_at, finished_at, returned_at, due_at, first_due_at,"
		       " paused_at, pauses, supplements, apologised, register_number, filed_by,"
		       " subject, duplicate_key, applicant, applicant_id, phone, email, address,"
		       " data, asked, flow, competent FROM case_file WHERE organisation = $1 AND id = $2"),
		   organisation, id));
	return row_case(ctx, &row, ret_case);
}

enum err case_load_id(struct ctx *ctx, struct db *db, int64_t id, struct case_file *ret_case)
{
	struct rows row;
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT organisation FROM case_code WHERE id = $1"), id);
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "There is no case with this code");
	TRY(err);
	return rows_read_case(ctx, db, row_int(&row, 0), id, ret_case);
}

enum err case_load(struct ctx *ctx, struct db *db, str code, struct case_file *ret_case)
{
	struct rows row;
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT organisation, id FROM case_code WHERE code = $1"), code);
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "There is no case with this code");
	TRY(err);
	return rows_read_case(ctx, db, row_int(&row, 0), row_int(&row, 1), ret_case);
}
