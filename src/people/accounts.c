#include "people/leave.h"
#include "people/room.h"

#include "store/event.h"

#include <sodium.h>
#include <unistd.h>

enum {
	FAILURES_MAX = 5,
	PASSWORD_MIN = 8,
	PASSWORD_MAX = 200,
	HASH_MEMORY = 19 << 20,
	HASH_PASSES = 2,
	HASHES_WAITING_MAX = 32,
};
#define LOCK_TIME (15 * USEC_MINUTE)

/* ---- hashing: at most one at a time a core, so that a burst of sign-ins cannot take the memory
 * or the processors away from everybody else ---- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t free;
	int running, waiting;
} hashing = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };

static bool hashing_enter(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_mutex_lock(&hashing.lock);
	bool room = hashing.waiting < HASHES_WAITING_MAX;
	if (room) {
		hashing.waiting++;
		while (hashing.running >= (cores > 0 ? cores : 1))
			pthread_cond_wait(&hashing.free, &hashing.lock);
		hashing.waiting--;
		hashing.running++;
	}
	pthread_mutex_unlock(&hashing.lock);
	return room;
}

static void hashing_leave(void)
{
	pthread_mutex_lock(&hashing.lock);
	hashing.running--;
	pthread_cond_signal(&hashing.free);
	pthread_mutex_unlock(&hashing.lock);
}

enum err password_hash(struct ctx *ctx, str password, str *ret_hash)
{
	char hash[crypto_pwhash_STRBYTES];
	if (!hashing_enter())
		return fail(ctx, ERR_BUSY, "Too many people are signing in; try again in a moment");
	int failed = crypto_pwhash_str(hash, password.p, password.n, HASH_PASSES, HASH_MEMORY);
	hashing_leave();
	if (failed)
		return fail(ctx, ERR_BUSY, "The server is short of memory; try again in a moment");
	*ret_hash = arena_copy(ctx->arena, str_z(hash));
	return OK;
}

static enum err password_fits(struct ctx *ctx, str hash, str password, bool *ret_fits)
{
	/* An account that does not exist costs as much time as one that does. */
	static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
				     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	str stored = arena_copy(ctx->arena, str_empty(hash) ? str_z(nobody) : hash);
	if (!hashing_enter())
		return fail(ctx, ERR_BUSY, "Too many people are signing in; try again in a moment");
	*ret_fits = crypto_pwhash_str_verify(stored.p, password.p, password.n) == 0 &&
		    !str_empty(hash);
	hashing_leave();
	return OK;
}

/* ---- accounts ---- */

static enum err check_new(struct ctx *ctx, const struct account_new *a)
{
	if (str_empty(a->login) || a->login.n > 64)
		return fail(ctx, ERR_INVALID, "Login: enter 1 to 64 letters or digits");
	for (size_t i = 0; i < a->login.n; i++) {
		char c = a->login.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'))
			return fail(ctx, ERR_INVALID,
				    "Login: use small letters a–z, digits, full stop and hyphen");
	}
	if (str_empty(a->name))
		return fail(ctx, ERR_INVALID, "Name: enter the person's full name");
	return OK;
}

/* Whose password is which is for `motcua verify`, not for those who read the ledger. */
static enum err password_event(struct ctx *ctx, struct db *db, str kind, int64_t account, int64_t by,
			       struct value open, str hash)
{
	struct value closed = value_map();
	value_set(ctx->arena, &closed, S("password"),
		  value_str(password_fingerprint(ctx->arena, hash)));
	return event_append(ctx, db, &(struct event_new){ .kind = kind, .object = account,
		.actor = by, .open = open, .closed = closed }, NULL);
}

static enum err account_event(struct ctx *ctx, struct db *db, str kind, int64_t account, int64_t by,
			      struct value open)
{
	return event_append(ctx, db, &(struct event_new){
		.kind = kind, .object = account, .actor = by, .open = open }, NULL);
}

/* `hash` is what password_hash made; hashing inside a command would hold up every writer. */
static enum err insert_account(struct ctx *ctx, struct db *db, const struct account_new *a,
			       str hash, int64_t id)
{
	return db_run(ctx, db,
		      SQL("INSERT INTO account (id, login, name, email, password, disabled, failures,"
			  " locked_until, created_at) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, $6)"),
		      id, a->login, a->name, a->email, hash, db_now(db));
}

enum err account_add(struct ctx *ctx, struct db *db, const struct account_new *a, int64_t by,
		     int64_t *ret_id)
{
	TRY(check_new(ctx, a));
	int64_t id = db_id(db), taken;
	TRY(db_int(ctx, db, 0, &taken, SQL("SELECT id FROM account WHERE login = $1"), a->login));
	if (taken)
		return fail(ctx, ERR_CONFLICT, "Login: there is an account of that name already");
	TRY(insert_account(ctx, db, a, a->password_hash, id));
	struct value open = value_map();
	value_set(ctx->arena, &open, S("login"), value_str(a->login));
	TRY(password_event(ctx, db, S("account.added"), id, by, open, a->password_hash));
	*ret_id = id;
	return OK;
}

enum err account_grant(struct ctx *ctx, struct db *db, int64_t account, struct grant grant,
		       int64_t by)
{
	TRY(db_run(ctx, db, SQL("INSERT INTO account_role (account, role, organisation)"
				" VALUES ($1, $2, $3) ON CONFLICT (account, role, organisation)"
				" DO NOTHING"),
		   account, role_id(grant.role), grant.organisation));
	struct value open = value_map();
	value_set(ctx->arena, &open, S("role"), value_str(role_id(grant.role)));
	value_set(ctx->arena, &open, S("organisation"),
		  value_str(id_text(ctx->arena, grant.organisation)));
	return account_event(ctx, db, S("account.granted"), account, by, open);
}

enum err account_set_password(struct ctx *ctx, struct db *db, int64_t account, str hash,
			      int64_t by)
{
	TRY(db_run(ctx, db,
		   SQL("UPDATE account SET password = $2, failures = 0, locked_until = 0"
		       " WHERE id = $1"), account, hash));
	TRY(db_run(ctx, db, SQL("DELETE FROM session WHERE account = $1"), account));
	return password_event(ctx, db, S("account.password_set"), account, by, value_null(), hash);
}

enum err password_check(struct ctx *ctx, str password)
{
	if (utf8_length(password) < PASSWORD_MIN || password.n > PASSWORD_MAX)
		return fail(ctx, ERR_INVALID, "Password: use 8 to 200 characters");
	return OK;
}

enum err account_by_login(struct ctx *ctx, struct db *db, str login, struct account *ret_account)
{
	struct rows row;
	enum err err = db_one(ctx, db, &row, SQL("SELECT id, login, name, email, disabled"
						 " FROM account WHERE login = $1"), login);
	if (err == ERR_NOT_FOUND)
		return fail(ctx, ERR_NOT_FOUND, "There is no account “%.*s”", STR_ARG(login));
	TRY(err);
	*ret_account = (struct account){ row_int(&row, 0), row_str(&row, 1), row_str(&row, 2),
					 row_str(&row, 3), row_bool(&row, 4) };
	return OK;
}

enum err account_name(struct ctx *ctx, struct db *db, int64_t account, str *ret_name)
{
	return db_text(ctx, db, ret_name, SQL("SELECT name FROM account WHERE id = $1"), account);
}

enum err account_principal(struct ctx *ctx, struct db *db, int64_t account,
			   struct principal *ret_principal)
{
	struct principal p = { .account = account };
	struct rows rows;
	TRY(db_one(ctx, db, &rows, SQL("SELECT login, name FROM account WHERE id = $1"), account));
	p.login = row_str(&rows, 0);
	p.name = row_str(&rows, 1);
	TRY(db_query(ctx, db, &rows, SQL("SELECT role, organisation FROM account_role"
					 " WHERE account = $1 ORDER BY role, organisation"),
		     account));
	while (rows_next(&rows)) {
		enum role role = role_of(row_view(&rows, 0));
		if (role < ROLES && p.n_grants < GRANTS_MAX)
			p.grants[p.n_grants++] = (struct grant){ role, row_int(&rows, 1), 0 };
	}
	TRY(rows_end(&rows));
	TRY(leave_grants(ctx, db, &p));
	*ret_principal = p;
	return OK;
}

/* ---- signing in ---- */

struct sign_in {
	str login, hash;
	int64_t account, failures, locked_until;
	bool disabled, fits;
};

static enum err read_sign_in(struct ctx *ctx, struct db *db, void *arg)
{
	struct sign_in *s = arg;
	struct rows row;
	enum err err = db_one(ctx, db, &row,
			      SQL("SELECT id, password, disabled, failures, locked_until FROM account"
				  " WHERE login = $1"), s->login);
	if (err == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	s->account = row_int(&row, 0);
	s->hash = row_str(&row, 1);
	s->disabled = row_bool(&row, 2);
	s->failures = row_int(&row, 3);
	s->locked_until = row_int(&row, 4);
	return OK;
}

static enum err write_sign_in(struct ctx *ctx, struct db *db, void *arg)
{
	const struct sign_in *s = arg;
	if (s->fits) {
		TRY(db_run(ctx, db, SQL("UPDATE account SET failures = 0 WHERE id = $1"),
			   s->account));
		return account_event(ctx, db, S("account.signed_in"), s->account, s->account,
				     value_null());
	}
	TRY(db_run(ctx, db, SQL("UPDATE account SET failures = failures + 1 WHERE id = $1"),
		   s->account));
	return db_run(ctx, db, SQL("UPDATE account SET failures = 0, locked_until = $2"
				   " WHERE id = $1 AND failures >= $3"),
		      s->account, clock_real() + LOCK_TIME, FAILURES_MAX);
}

enum err account_sign_in(struct ctx *ctx, struct people *people, str login, str password,
			 int64_t *ret_account)
{
	struct sign_in s = { .login = login };
	TRY(store_read(ctx, people->store, read_sign_in, &s));
	TRY(password_fits(ctx, s.hash, password, &s.fits));
	bool locked = s.locked_until > clock_real();
	if (s.account && !locked)
		TRY(store_write(ctx, people->store, write_sign_in, &s));
	if (!s.fits || locked || s.disabled)
		return fail(ctx, ERR_FORBIDDEN,
			    "The login or the password is not right, or the account is locked for "
			    "15 minutes after five failures");
	*ret_account = s.account;
	return OK;
}
