#include "people/room.h"

#include <sodium.h>

/* Real time throughout: a shifted business clock must not end or prolong a session. */
#define IDLE_TIME (15 * USEC_MINUTE)
#define IDLE_TIME_ADMIN (5 * USEC_MINUTE)
#define SESSION_TIME (12 * USEC_HOUR)
/* A session's last use is written down at most this often, and counted from there. */
#define SEEN_STEP (USEC_MINUTE)

str token_new(struct arena *arena, str prefix)
{
	unsigned char bytes[TOKEN_BYTES];
	char text[sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2base64(text, sizeof text, bytes, sizeof bytes,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return arena_join(arena, (str[]){ prefix, str_z(text) }, 2);
}

str token_hash(const struct people *people, struct arena *arena, str token)
{
	unsigned char *hash = arena_alloc(arena, TOKEN_HASH);
	crypto_generichash(hash, TOKEN_HASH, (const unsigned char *)token.p, token.n,
			   people->secret, sizeof people->secret);
	return str_of((const char *)hash, TOKEN_HASH);
}

/* ---- sessions ---- */

struct session_step {
	str hash;
	int64_t account;
};

static enum err insert_session(struct ctx *ctx, struct db *db, void *arg)
{
	const struct session_step *s = arg;
	usec now = clock_real();
	TRY(db_run(ctx, db, SQL("DELETE FROM session WHERE seen_at < $1"), now - SESSION_TIME));
	return db_run(ctx, db, SQL("INSERT INTO session (token, account, created_at, seen_at)"
				   " VALUES ($1, $2, $3, $4)"),
		      sql_bytes(s->hash), s->account, now, now);
}

enum err session_start(struct ctx *ctx, struct people *people, int64_t account, str *ret_token)
{
	str token = token_new(ctx->arena, S(""));
	struct session_step s = { token_hash(people, ctx->arena, token), account };
	TRY(store_write(ctx, people->store, insert_session, &s));
	*ret_token = token;
	return OK;
}

static enum err delete_session(struct ctx *ctx, struct db *db, void *arg)
{
	const struct session_step *s = arg;
	return db_run(ctx, db, SQL("DELETE FROM session WHERE token = $1"), sql_bytes(s->hash));
}

enum err session_end(struct ctx *ctx, struct people *people, str token)
{
	struct session_step s = { token_hash(people, ctx->arena, token), 0 };
	return store_write(ctx, people->store, delete_session, &s);
}

static enum err touch_session(struct ctx *ctx, struct db *db, void *arg)
{
	const struct session_step *s = arg;
	return db_run(ctx, db, SQL("UPDATE session SET seen_at = $2 WHERE token = $1"),
		      sql_bytes(s->hash), clock_real());
}

/* ---- who is it ---- */

struct look_up {
	str hash;
	bool is_token;
	usec created_at, seen_at;
	struct principal principal;
};

static enum err read_token(struct ctx *ctx, struct db *db, struct look_up *l)
{
	return db_int(ctx, db, 0, &l->principal.account,
		      SQL("SELECT t.account FROM api_token t JOIN account a ON a.id = t.account"
			  " WHERE t.token = $1 AND a.disabled = 0"
			  " AND (t.expires_at IS NULL OR t.expires_at > $2)"),
		      sql_bytes(l->hash), clock_real());
}

static enum err read_session(struct ctx *ctx, struct db *db, struct look_up *l)
{
	struct rows row;
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT s.account, s.created_at, s.seen_at FROM session s"
				  " JOIN account a ON a.id = s.account"
				  " WHERE s.token = $1 AND a.disabled = 0"),
			      sql_bytes(l->hash));
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	l->principal.account = row_int(&row, 0);
	l->created_at = row_int(&row, 1);
	l->seen_at = row_int(&row, 2);
	return OK;
}

static enum err look_up_principal(struct ctx *ctx, struct db *db, void *arg)
{
	struct look_up *l = arg;
	l->principal = (struct principal){ 0 };
	TRY(l->is_token ? read_token(ctx, db, l) : read_session(ctx, db, l));
	if (!l->principal.account)
		return OK;
	return account_principal(ctx, db, l->principal.account, &l->principal);
}

static bool is_admin(const struct principal *principal)
{
	for (size_t i = 0; i < principal->n_grants; i++)
		if (principal->grants[i].role == ROLE_ADMIN)
			return true;
	return false;
}

static bool session_lives(const struct look_up *l)
{
	usec now = clock_real();
	usec idle = is_admin(&l->principal) ? IDLE_TIME_ADMIN : IDLE_TIME;
	return now - l->seen_at < idle + SEEN_STEP && now - l->created_at < SESSION_TIME;
}

static enum err find_account(struct people *people, struct request *request, str token,
			     bool is_token, struct principal *principal)
{
	struct ctx *ctx = &request->ctx;
	struct look_up l = { .hash = token_hash(people, ctx->arena, token), .is_token = is_token };
	TRY(store_read(ctx, people->store, look_up_principal, &l));
	if (!l.principal.account || (!is_token && !session_lives(&l)))
		return OK;
	if (!is_token && clock_real() - l.seen_at > SEEN_STEP) {
		struct session_step s = { l.hash, 0 };
		TRY(store_write(ctx, people->store, touch_session, &s));
	}
	*principal = l.principal;
	return OK;
}

/* ---- capabilities: "id.expires.mac" in a cookie of its own ---- */

static str capability_mac(const struct people *people, struct arena *arena, str what)
{
	str hash = token_hash(people, arena, what);
	char *text = arena_alloc(arena, 2 * TOKEN_HASH + 1);
	sodium_bin2hex(text, 2 * TOKEN_HASH + 1, (const unsigned char *)hash.p, hash.n);
	return str_of(text, 40);
}

static void let(struct people *people, struct response *response, const char *kind, int64_t id,
		int hours)
{
	struct arena *arena = response->request->ctx.arena;
	int64_t until = clock_real() / USEC_SECOND + hours * INT64_C(3600);
	str what = arena_printf(arena, "%s.%lld.%lld", kind, (long long)id, (long long)until);
	str mac = capability_mac(people, arena, what);
	str text = arena_printf(arena, "%lld.%lld.%.*s", (long long)id, (long long)until,
				STR_ARG(mac));
	response_cookie(response, kind, text, hours * INT64_C(3600));
}

void people_let_case(struct people *people, struct response *response, int64_t case_id, int hours)
{
	let(people, response, "motcua_case", case_id, hours);
}

void people_let_draft(struct people *people, struct response *response, int64_t draft_id, int hours)
{
	let(people, response, "motcua_draft", draft_id, hours);
}

static int64_t read_capability(const struct people *people, const struct request *request,
			       const char *kind)
{
	struct arena *arena = request->ctx.arena;
	str rest = request_cookie(request, kind), id_part, until_part;
	int64_t id, until;
	if (!str_next(&rest, '.', &id_part) || !str_next(&rest, '.', &until_part) ||
	    !str_int(id_part, 1, INT64_MAX, &id) || !str_int(until_part, 1, INT64_MAX, &until) ||
	    until < clock_real() / USEC_SECOND)
		return 0;
	str mac = capability_mac(people, arena,
				 arena_printf(arena, "%s.%lld.%lld", kind, (long long)id,
					      (long long)until));
	return mac.n == rest.n && sodium_memcmp(mac.p, rest.p, mac.n) == 0 ? id : 0;
}

enum err people_principal(struct people *people, struct request *request, str session, str bearer)
{
	struct principal *principal = ARENA_NEW(request->ctx.arena, struct principal);
	if (!str_empty(bearer))
		TRY(find_account(people, request, bearer, true, principal));
	else if (!str_empty(session))
		TRY(find_account(people, request, session, false, principal));
	principal->case_id = read_capability(people, request, "motcua_case");
	principal->draft_id = read_capability(people, request, "motcua_draft");
	if (principal->account)
		request->principal_id = id_text(request->ctx.arena, principal->account);
	if (principal->account || principal->case_id || principal->draft_id)
		request->principal = principal;
	return OK;
}

enum err people_may(struct people *people, struct request *request, int act, const void *object)
{
	const struct principal *principal = request_principal(request);
	if (act == PERM_PUBLIC || (act == PERM_SIGNED_IN && principal && principal->account))
		return OK;
	if (may(people, principal, (enum act)act, object))
		return OK;
	return fail(&request->ctx, ERR_FORBIDDEN, "Your account is not allowed to do this");
}

const struct principal *request_principal(const struct request *request)
{
	return request->principal;
}

struct value principal_view(const struct people *people, struct ctx *ctx,
			    const struct principal *principal, str language)
{
	if (!principal || !principal->account)
		return value_null();
	struct value view = value_map(), roles = value_list();
	for (size_t i = 0; i < principal->n_grants; i++) {
		const struct organisation *organisation =
			organisation_by_id(people, principal->grants[i].organisation);
		struct value role = value_map();
		const char *title = ctx_text(ctx, role_title(principal->grants[i].role));
		value_set(ctx->arena, &role, S("role"),
			  value_str(role_id(principal->grants[i].role)));
		value_set(ctx->arena, &role, S("title"), value_str(str_z(title)));
		value_set(ctx->arena, &role, S("organisation"),
			  value_str(organisation_name(organisation, language)));
		value_push(ctx->arena, &roles, role);
	}
	value_set(ctx->arena, &view, S("name"), value_str(principal->name));
	value_set(ctx->arena, &view, S("login"), value_str(principal->login));
	value_set(ctx->arena, &view, S("roles"), roles);
	struct value first = value_item(roles, 0);
	value_set(ctx->arena, &view, S("role"), value_get(first, S("title")));
	value_set(ctx->arena, &view, S("organisation"), value_get(first, S("organisation")));
	return view;
}

/* ---- API tokens ---- */

enum err account_token(struct ctx *ctx, struct people *people, struct db *db,
		       const struct token_new *wanted, str *ret_token)
{
	str token = token_new(ctx->arena, S("mc_"));
	usec now = clock_real();
	TRY(db_run(ctx, db, SQL("INSERT INTO api_token (token, account, label, created_at, expires_at)"
				" VALUES ($1, $2, $3, $4, $5)"),
		   sql_bytes(token_hash(people, ctx->arena, token)), wanted->account, wanted->label,
		   now, sql_int_or_null(wanted->days == 0, now + wanted->days * USEC_DAY)));
	*ret_token = token;
	return OK;
}
