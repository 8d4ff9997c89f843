#include "cases/earlier.h"

#include "cases/room.h"

enum { EARLIER_MAX = 40 };

struct looking {
	struct cases *cases;
	const struct principal *principal;
	str applicant_id;
	struct value *found;
};

static bool has_hash(struct value list, str hash)
{
	for (uint32_t i = 0; i < list.n; i++)
		if (str_eq(value_text(value_get(list.items[i], S("hash"))), hash))
			return true;
	return false;
}

/* The kind of paper of a file: the form has a field for it, or it came as "papers.<code>". */
static str kind_of(const struct procedure *procedure, str field)
{
	struct value papers = procedure ? value_get(procedure->body, S("papers")) : value_null();
	for (uint32_t i = 0; i < papers.n; i++)
		if (str_eq(value_text(value_get(papers.items[i], S("path"))), field))
			return value_text(value_get(papers.items[i], S("code")));
	return str_starts(field, S("papers.")) ? str_slice(field, sizeof "papers." - 1, field.n) : S("");
}

static void push_earlier(struct ctx *ctx, struct looking *look, const struct rows *r)
{
	struct arena *arena = ctx->arena;
	struct value item = value_map();
	const struct procedure *procedure = procedure_by_id(look->cases, row_int(r, 2));
	str field = row_str(r, 3);
	if (has_hash(*look->found, row_view(r, 5)))
		return;
	value_append(arena, &item, S("case"), value_str(id_text(arena, row_int(r, 0))));
	value_append(arena, &item, S("code"), value_str(row_str(r, 1)));
	value_append(arena, &item, S("title"), value_str(procedure ?
		procedure_text(procedure, S("title"), ctx_language(ctx)) : S("")));
	value_append(arena, &item, S("paper"), value_str(kind_of(procedure, field)));
	value_append(arena, &item, S("field"), value_str(field));
	value_append(arena, &item, S("name"), value_str(row_str(r, 4)));
	value_append(arena, &item, S("hash"), value_str(row_str(r, 5)));
	value_append(arena, &item, S("size"), value_int(row_int(r, 6)));
	value_append(arena, &item, S("type"), value_str(row_str(r, 7)));
	value_append(arena, &item, S("at"), value_int(row_int(r, 8)));
	value_push(arena, look->found, item);
}

static sql_t of_applicant(struct ctx *ctx, str applicant_id)
{
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT c.id, c.code, c.version, a.field, a.name, a.hash, a.size, a.type,"
			" a.added_at FROM case_file c JOIN case_attachment a"
			" ON a.organisation = c.organisation AND a.case_id = c.id"
			" WHERE c.applicant_id = $1 AND c.applicant_id <> ''"),
		applicant_id);
	return q;
}

static enum err read_found(struct ctx *ctx, struct db *db, struct looking *look, sql_t *q)
{
	struct rows rows;
	*look->found = value_list();
	sql_add(q, SQL(" ORDER BY a.added_at DESC, a.id DESC LIMIT $1"), EARLIER_MAX);
	TRY(db_query_built(ctx, db, &rows, q));
	while (rows_next(&rows))
		push_earlier(ctx, look, &rows);
	return rows_end(&rows);
}

static enum err read_seen(struct ctx *ctx, struct db *db, void *arg)
{
	struct looking *look = arg;
	sql_t q = of_applicant(ctx, look->applicant_id);
	may_where(look->cases->people, look->principal, ACT_CASE_SEE, SQL("c.organisation"), &q);
	return read_found(ctx, db, look, &q);
}

enum err earlier_seen(struct ctx *ctx, struct cases *cases, const struct principal *principal,
		      str applicant_id, struct value *ret_list)
{
	struct looking look = { cases, principal, applicant_id, ret_list };
	*ret_list = value_list();
	if (str_empty(applicant_id))
		return OK;
	return store_read(ctx, cases->store, read_seen, &look);
}

/* An officer took it in, and had the applicant before them, not somebody in their place. */
#define IN_PERSON                                                                  \
	"c.filed_by <> 0 AND c.accepted_at <> 0 AND c.channel = 1 AND NOT EXISTS"   \
	" (SELECT 1 FROM case_person p WHERE p.organisation = c.organisation"       \
	" AND p.case_id = c.id AND p.role = 'representative')"

/* The case $1, where it is of the person with the number $2. */
#define OWN "c.id = $1 AND c.applicant_id = $2 AND c.applicant_id <> ''"

static enum err read_proven(struct ctx *ctx, struct db *db, void *arg)
{
	struct looking *look = arg;
	int64_t proven = look->principal->case_id;
	sql_t q = of_applicant(ctx, look->applicant_id);
	sql_add(&q, SQL(" AND (c.id = $1 OR (" IN_PERSON " AND c.applicant_key ="
			" (SELECT c.applicant_key FROM case_file c WHERE " OWN " AND " IN_PERSON ")))"
			" AND EXISTS (SELECT 1 FROM case_file c WHERE " OWN ")"),
		proven, look->applicant_id);
	return read_found(ctx, db, look, &q);
}

enum err earlier_proven(struct ctx *ctx, struct cases *cases, const struct principal *principal,
			str applicant_id, struct value *ret_list)
{
	struct looking look = { cases, principal, applicant_id, ret_list };
	*ret_list = value_list();
	if (str_empty(applicant_id) || !principal->case_id)
		return OK;
	return store_read(ctx, cases->store, read_proven, &look);
}
