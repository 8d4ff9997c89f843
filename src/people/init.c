#include "people/room.h"

#include "base/json.h"
#include "store/event.h"

/* An entry's parent by code; 0 for none. */
static enum err find_code(struct ctx *ctx, struct db *db, str code, int64_t *ret_id)
{
	*ret_id = 0;
	if (str_empty(code))
		return OK;
	TRY(db_int(ctx, db, 0, ret_id, SQL("SELECT id FROM organisation WHERE code = $1"), code));
	if (!*ret_id)
		return fail(ctx, ERR_INVALID, "organisations.json: there is no organisation “%.*s”",
			    STR_ARG(code));
	return OK;
}

static struct sql_arg day_or_null(struct value v)
{
	int64_t days = 0;
	bool given = date_parse(value_text(v), &days);
	return sql_int_or_null(!given, days);
}

static enum err add_organisation(struct ctx *ctx, struct db *db, struct value entry, int64_t place)
{
	int64_t id = db_id(db), parent;
	str code = value_text(value_get(entry, S("code")));
	struct buf data = { .arena = ctx->arena };
	str name = value_text(value_get(entry, S("name")));
	if (str_empty(code) || str_empty(name))
		return fail(ctx, ERR_INVALID,
			    "organisations.json: entry %d has no code or no name", (int)place + 1);
	TRY(find_code(ctx, db, value_text(value_get(entry, S("parent"))), &parent));
	json_write(&data, entry);
	TRY(db_run(ctx, db,
		   SQL("INSERT INTO organisation (id, code, kind, name, parent, place, valid_from,"
		       " valid_to, successor, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9)"),
		   id, code, value_text(value_get(entry, S("kind"))),
		   name, sql_id_or_null(parent), place,
		   day_or_null(value_get(entry, S("valid_from"))),
		   day_or_null(value_get(entry, S("valid_to"))), buf_view(&data)));
	return event_append(ctx, db, &(struct event_new){ .kind = S("organisation.added"),
		.object = id, .organisation = id, .open = entry }, NULL);
}

static enum err grant_all(struct ctx *ctx, struct db *db, struct value person, int64_t account)
{
	struct value roles = value_get(person, S("roles"));
	for (uint32_t i = 0; i < roles.n; i++) {
		struct value r = value_item(roles, i);
		str id = value_text(value_get(r, S("role")));
		enum role role = role_of(id);
		struct grant grant = { role, 0 };
		if (role == ROLES)
			return fail(ctx, ERR_INVALID, "people.json: there is no role “%.*s”",
				    STR_ARG(id));
		TRY(find_code(ctx, db, value_text(value_get(r, S("organisation"))),
			      &grant.organisation));
		TRY(account_grant(ctx, db, account, grant, 0));
	}
	return OK;
}

static enum err add_person(struct ctx *ctx, struct db *db, struct value person, str hash)
{
	int64_t account;
	struct account_new a = {
		.login = value_text(value_get(person, S("login"))),
		.name = value_text(value_get(person, S("name"))),
		.email = value_text(value_get(person, S("email"))),
		.password_hash = hash,
	};
	TRY(account_add(ctx, db, &a, 0, &account));
	return grant_all(ctx, db, person, account);
}

enum err people_init(struct ctx *ctx, struct db *db, struct value organisations,
		     struct value people, str demo_hash)
{
	for (uint32_t i = 0; i < organisations.n; i++)
		TRY(add_organisation(ctx, db, organisations.items[i], i));
	if (str_empty(demo_hash))
		return OK;
	for (uint32_t i = 0; i < people.n; i++)
		TRY(add_person(ctx, db, people.items[i], demo_hash));
	return OK;
}
