/* Accounts, rights and substitutions against the events that made them: who is given a right, or
 * another's password, past the program is found. */
#include "people/room.h"

#include "people/leave.h"
#include "store/event.h"

#include <sodium.h>

str password_fingerprint(struct arena *arena, str hash)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char *hex = arena_alloc(arena, 2 * sizeof digest + 1);
	crypto_hash_sha256(digest, (const unsigned char *)hash.p, hash.n);
	sodium_bin2hex(hex, 2 * sizeof digest + 1, digest, sizeof digest);
	return str_z(hex);
}

struct verify {
	struct people_report *report;
	struct arena *kept; /* of the finding */
	struct {
		int64_t id;
		str login, password;
	} *accounts;
	size_t n;
};

static void found(struct verify *v, str login, const char *what)
{
	if (!v->report->sound)
		return;
	v->report->sound = false;
	v->report->finding = arena_printf(v->kept, "account %.*s: %s does not agree with its events",
					  STR_ARG(login), what);
}

static enum err read_accounts(struct ctx *ctx, struct db *db, struct verify *v)
{
	struct rows rows;
	int64_t n, told;
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT COUNT(*) FROM account")));
	TRY(db_int(ctx, db, 0, &told,
		   SQL("SELECT COUNT(*) FROM event WHERE kind = 'account.added'")));
	if (n != told)
		found(v, S("?"), "the number of accounts");
	v->accounts = arena_alloc(ctx->arena, (size_t)(n + 1) * sizeof *v->accounts);
	TRY(db_query(ctx, db, &rows, SQL("SELECT id, login, password FROM account ORDER BY id LIMIT $1"),
		     n));
	for (; rows_next(&rows); v->n++) {
		v->accounts[v->n].id = row_int(&rows, 0);
		v->accounts[v->n].login = row_str(&rows, 1);
		v->accounts[v->n].password = row_str(&rows, 2);
	}
	v->report->accounts = (int64_t)v->n;
	return rows_end(&rows);
}

/* What the events of one account tell. */
struct told {
	str login, password; /* fingerprint; "" where events of older versions do not say */
	struct value grants, leaves;
};

static void tell(struct arena *arena, struct told *told, const struct event *e)
{
	str password = value_text(value_get(e->closed, S("password")));
	if (str_eq(e->kind, S("account.added")))
		told->login = value_text(value_get(e->open, S("login")));
	if (str_eq(e->kind, S("account.added")) || str_eq(e->kind, S("account.password_set")))
		told->password = password;
	if (str_eq(e->kind, S("account.granted")))
		value_set(arena, &told->grants, arena_printf(arena, "%.*s %.*s",
			  STR_ARG(value_text(value_get(e->open, S("role")))),
			  STR_ARG(value_text(value_get(e->open, S("organisation"))))), value_bool(true));
	if (str_eq(e->kind, S("account.substituted")) ||
	    str_eq(e->kind, S("account.substitution_ended")))
		value_set(arena, &told->leaves, value_text(value_get(e->open, S("id"))), e->open);
}

static enum err compare_grants(struct ctx *ctx, struct db *db, struct verify *v, int64_t account,
			       str login, struct value grants)
{
	struct rows rows;
	uint32_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT role, organisation FROM account_role WHERE account = $1"), account));
	for (; rows_next(&rows); n++)
		if (!value_find(grants, arena_printf(ctx->arena, "%.*s %.*s",
						     STR_ARG(row_view(&rows, 0)),
						     STR_ARG(id_text(ctx->arena, row_int(&rows, 1))))))
			found(v, login, "a right");
	if (n != grants.n)
		found(v, login, "the number of rights");
	v->report->grants += n;
	return rows_end(&rows);
}

static enum err compare_leaves(struct ctx *ctx, struct db *db, struct verify *v, int64_t account,
			       str login, struct value leaves)
{
	struct rows rows;
	uint32_t n = 0;
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, substitute, from_at, to_at FROM substitution WHERE account = $1"),
		     account));
	for (; rows_next(&rows); n++) {
		struct value leave = value_get(leaves, id_text(ctx->arena, row_int(&rows, 0)));
		if (event_number(value_get(leave, S("substitute"))) != row_int(&rows, 1) ||
		    event_number(value_get(leave, S("from_at"))) != row_int(&rows, 2) ||
		    event_number(value_get(leave, S("to_at"))) != row_int(&rows, 3))
			found(v, login, "a substitution");
	}
	if (n != leaves.n)
		found(v, login, "the number of substitutions");
	return rows_end(&rows);
}

static enum err compare(struct ctx *ctx, struct db *db, struct verify *v, size_t i)
{
	struct told told = { .grants = value_map(), .leaves = value_map() };
	struct event_list events;
	str login = v->accounts[i].login;
	TRY(event_list(ctx, db, v->accounts[i].id, &events));
	for (size_t e = 0; e < events.n; e++)
		tell(ctx->arena, &told, &events.items[e]);
	if (!str_eq(told.login, login))
		found(v, login, "the login");
	if (!str_empty(told.password) &&
	    !str_eq(told.password, password_fingerprint(ctx->arena, v->accounts[i].password)))
		found(v, login, "the password");
	TRY(compare_grants(ctx, db, v, v->accounts[i].id, login, told.grants));
	return compare_leaves(ctx, db, v, v->accounts[i].id, login, told.leaves);
}

static enum err verify_all(struct ctx *ctx, struct db *db, void *arg)
{
	struct verify *v = arg;
	int64_t strays;
	v->n = 0;
	v->report->grants = 0;
	TRY(read_accounts(ctx, db, v));
	for (size_t i = 0; i < v->n; i++) {
		struct arena_mark mark = arena_mark(ctx->arena);
		TRY(compare(ctx, db, v, i));
		arena_rewind(ctx->arena, mark);
	}
	TRY(db_int(ctx, db, 0, &strays,
		   SQL("SELECT (SELECT COUNT(*) FROM account_role r WHERE NOT EXISTS (SELECT 1 FROM"
		       " account a WHERE a.id = r.account)) + (SELECT COUNT(*) FROM substitution s"
		       " WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = s.account))")));
	if (strays)
		found(v, S("?"), "a right or substitution of nobody");
	return OK;
}

enum err people_verify(struct ctx *ctx, struct people *people, struct people_report *ret_report)
{
	struct arena kept;
	struct verify v = { .report = ret_report, .kept = &kept };
	*ret_report = (struct people_report){ .sound = true };
	arena_init(&kept);
	enum err err = store_read(ctx, people->store, verify_all, &v);
	ret_report->finding = arena_copy(ctx->arena, ret_report->finding);
	arena_done(&kept);
	return err;
}
