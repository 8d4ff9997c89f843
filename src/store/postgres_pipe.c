#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "store/postgres.h"

/* ---- faults ---- */

static bool is_class(const char *state, const char *class)
{
	return strncmp(state, class, 2) == 0;
}

bool pg_is_gone(const struct pg *pg)
{
	return pg->lost || PQstatus(pg->conn) != CONNECTION_OK || is_class(pg->state, "08") ||
	       strncmp(pg->state, "57P", 3) == 0 || strcmp(pg->state, "25006") == 0 ||
	       strcmp(pg->state, "26000") == 0;
}

static enum err say(struct ctx *ctx, const char *state)
{
	if (strcmp(state, "23505") == 0)
		return fail(ctx, ERR_CONFLICT, "There is one of this already");
	if (is_class(state, "22") || is_class(state, "23"))
		return fail(ctx, ERR_INVALID, "The value does not fit");
	if (is_class(state, "53"))
		return fail(ctx, ERR_IO, "The disk is full or broken");
	if (is_class(state, "40") || is_class(state, "57") || is_class(state, "08") ||
	    is_class(state, "25") || is_class(state, "26"))
		return fail(ctx, ERR_BUSY, "The database is busy. Please try again");
	return fail(ctx, ERR_DATABASE, "The database did not understand");
}

enum err pg_fail_lost(struct ctx *ctx, struct db *db, struct pg *pg)
{
	pg->lost = true;
	if (!db)
		return ERR_BUSY;
	fail(ctx, ERR_BUSY, "The database is busy. Please try again");
	fail_detail(ctx, "postgres: %s", PQerrorMessage(pg->conn));
	return db_fail(ctx, db, ERR_BUSY);
}

/* The text of class 22 repeats the value: that may be somebody's name, so it stays out of logs. */
static enum err result_fails(struct ctx *ctx, struct db *db, struct pg *pg, const PGresult *result,
			     const char *sql)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	if (!state)
		state = "08006";
	if (!pg->state[0])
		snprintf(pg->state, sizeof pg->state, "%s", state);
	if (!db || db->failed != OK)
		return ERR_DATABASE;
	enum err e = say(ctx, state);
	fail_detail(ctx, "postgres %s: %s %s in: %s", state,
		    is_class(state, "22") || !text ? "" : text, constraint ? constraint : "",
		    sql ? sql : "");
	return db_fail(ctx, db, e);
}

/* ---- connections ---- */

/* A cancelled wait for the synchronous standby answers COMMIT all the same, with a warning only.
 * No other warning belongs to a commit, so each one makes it doubtful. */
static void notice(void *object, const PGresult *result)
{
	struct pg *pg = object;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	if (pg->committing && severity && strcmp(severity, "WARNING") == 0)
		pg->doubtful = true;
}

enum { KEYWORDS = 64 };

/* The URL's own words count; these fill in what it leaves open. The writer is looked for among
 * several hosts. */
static PGconn *connect_to(const char *url)
{
	static const char *const defaults[][2] = {
		{ "target_session_attrs", "read-write" }, { "connect_timeout", "5" },
		{ "application_name", "motcua" },         { "client_encoding", "UTF8" },
		{ "tcp_user_timeout", "15000" },          { "keepalives_idle", "15" },
	};
	const char *names[] = { "dbname", NULL }, *values[] = { url, NULL };
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	if (!options)
		return PQconnectdbParams(names, values, 1);
	const char *name[KEYWORDS], *value[KEYWORDS];
	int n = 0;
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++, n++) {
		name[n] = defaults[i][0];
		value[n] = defaults[i][1];
	}
	for (PQconninfoOption *o = options; o->keyword && n < KEYWORDS - 1; o++)
		if (o->val) {
			name[n] = o->keyword;
			value[n++] = o->val;
		}
	name[n] = value[n] = NULL;
	PGconn *conn = PQconnectdbParams(name, value, 0);
	PQconninfoFree(options);
	return conn;
}

enum err pg_connect(struct ctx *ctx, struct store *store, struct pg **ret_pg)
{
	struct pg *pg = must_alloc(sizeof *pg);
	pg->conn = connect_to(store->database.p);
	if (PQstatus(pg->conn) != CONNECTION_OK || !PQenterPipelineMode(pg->conn)) {
		fail(ctx, ERR_BUSY, "The database cannot be reached");
		fail_detail(ctx, "postgres: %s", PQerrorMessage(pg->conn));
		pg_close(pg);
		return ERR_BUSY;
	}
	PQsetNoticeReceiver(pg->conn, notice, pg);
	*ret_pg = pg;
	return OK;
}

static void statement_free(struct pg_statement *statement)
{
	free(statement->text);
	free(statement);
}

void pg_close(void *connection)
{
	struct pg *pg = connection;
	for (int i = 0; i < PG_BUCKETS; i++)
		for (struct pg_statement *s = pg->buckets[i], *next; s; s = next) {
			next = s->next;
			statement_free(s);
		}
	PQfinish(pg->conn);
	free(pg->pending);
	free(pg);
}

/* ---- sending ---- */

static void remember(struct pg *pg, struct pg_pending pending)
{
	if (pg->n_pending == pg->room_pending) {
		size_t room = pg->room_pending * 2 + 16;
		struct pg_pending *more = must_alloc(room * sizeof *more);
		if (pg->n_pending)
			memcpy(more, pg->pending, pg->n_pending * sizeof *more);
		free(pg->pending);
		pg->pending = more;
		pg->room_pending = room;
	}
	pg->pending[pg->n_pending++] = pending;
}

static Oid type_of(uint8_t kind)
{
	static const Oid types[] = { [SQL_INT] = 20, [SQL_TEXT] = 25, [SQL_BLOB] = 17,
				     [SQL_NULL] = 0 };
	return types[kind];
}

/* Deep enough to tell apart what one call site can send: 2 bits an argument. */
static uint64_t signature_of(const struct call *call)
{
	uint64_t signature = 14695981039346656037u;
	for (size_t i = 0; i < call->n; i++)
		signature = (signature ^ call->args[i].kind) * 1099511628211u;
	return signature;
}

static bool send_prepare(struct pg *pg, struct pg_statement *statement, const struct call *call)
{
	Oid types[SQL_BUILT_ARGS];
	for (size_t i = 0; i < call->n; i++)
		types[i] = type_of(call->args[i].kind);
	if (!PQsendPrepare(pg->conn, statement->name, call->sql.text, (int)call->n, types))
		return false;
	statement->prepared = PG_SENT;
	remember(pg, (struct pg_pending){ PG_PREPARE, statement, call->sql.text });
	return true;
}

static struct pg_statement *find(struct pg *pg, const struct call *call)
{
	uint64_t signature = signature_of(call);
	uint64_t hash = call->key ? (uint64_t)(uintptr_t)call->key / sizeof(struct sql_site) :
				    str_hash(str_of(call->sql.text, call->sql.n));
	struct pg_statement **bucket = &pg->buckets[hash % PG_BUCKETS];
	for (struct pg_statement *s = *bucket; s; s = s->next)
		if (s->hash == hash && s->key == call->key && s->signature == signature &&
		    (s->key || strcmp(s->text, call->sql.text) == 0))
			return s;
	struct pg_statement *statement = must_alloc(sizeof *statement);
	*statement = (struct pg_statement){
		.next = *bucket, .key = call->key, .hash = hash, .signature = signature
	};
	snprintf(statement->name, sizeof statement->name, "s%u", ++pg->n_named);
	if (!call->key) {
		statement->text = must_alloc(call->sql.n + 1);
		memcpy(statement->text, call->sql.text, call->sql.n);
		pg->n_built++;
	}
	*bucket = statement;
	return statement;
}

static void put_int(char *to, int64_t n)
{
	uint64_t bits = __builtin_bswap64((uint64_t)n);
	memcpy(to, &bits, sizeof bits);
}

bool pg_send(struct pg *pg, const struct call *call, enum pg_kind kind)
{
	struct pg_statement *statement = find(pg, call);
	if (statement->prepared == PG_NOT && !send_prepare(pg, statement, call))
		return false;
	const char *values[SQL_BUILT_ARGS];
	int lengths[SQL_BUILT_ARGS], formats[SQL_BUILT_ARGS];
	char numbers[SQL_BUILT_ARGS][8];
	for (size_t i = 0; i < call->n; i++) {
		const struct sql_arg *arg = &call->args[i];
		bool number = arg->kind == SQL_INT;
		if (number)
			put_int(numbers[i], arg->integer);
		values[i] = number ? numbers[i] : arg->bytes.n ? arg->bytes.p : "";
		lengths[i] = number ? 8 : (int)arg->bytes.n;
		formats[i] = 1;
		if (arg->is_null)
			values[i] = NULL;
	}
	if (!PQsendQueryPrepared(pg->conn, statement->name, (int)call->n, values, lengths, formats,
				 /* resultFormat= */ 1))
		return false;
	remember(pg, (struct pg_pending){ kind, statement, call->sql.text });
	return true;
}

bool pg_send_plain(struct pg *pg, const char *sql, enum pg_kind kind)
{
	if (!PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 1))
		return false;
	remember(pg, (struct pg_pending){ kind, NULL, NULL });
	return true;
}

bool pg_send_check(struct pg *pg, const struct sql_site *site)
{
	Oid types[SQL_BUILT_ARGS];
	for (size_t i = 0; i < site->n; i++)
		types[i] = site->kinds[i + 1] ? type_of(site->kinds[i + 1]) : 0;
	if (!PQsendPrepare(pg->conn, "", site->sql.text, site->n, types))
		return false;
	remember(pg, (struct pg_pending){ PG_RUN, NULL, site->sql.text });
	return true;
}

bool pg_sync(struct pg *pg)
{
	if (!PQpipelineSync(pg->conn))
		return false;
	remember(pg, (struct pg_pending){ PG_SYNC, NULL, NULL });
	return true;
}

/* ---- reading ---- */

/* The next answer, NULL at the end of one statement's; false when the connection is lost or the
 * time is up. */
static bool next_result(struct pg *pg, usec until, PGresult **ret_result)
{
	while (PQisBusy(pg->conn)) {
		usec rest = until - clock_monotonic();
		struct pollfd poller = { .fd = PQsocket(pg->conn), .events = POLLIN };
		if (rest <= 0)
			return false;
		int n = poll(&poller, 1, (int)(rest / 1000) + 1);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && !PQconsumeInput(pg->conn))
			return false;
	}
	*ret_result = PQgetResult(pg->conn);
	return true;
}

static void settle(struct pg_pending *pending, bool well)
{
	if (pending->kind == PG_PREPARE)
		pending->statement->prepared = well ? PG_READY : PG_NOT;
}

/* One statement's answer: the result and the NULL after it. */
static bool read_one(struct ctx *ctx, struct db *db, struct pg *pg, struct pg_pending *pending,
		     usec until, PGresult **ret_result)
{
	PGresult *result, *more;
	if (!next_result(pg, until, &result) || !result)
		return false;
	ExecStatusType status = PQresultStatus(result);
	bool well = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	if (status == PGRES_FATAL_ERROR)
		result_fails(ctx, db, pg, result, pending->sql);
	if (pending->kind == PG_COMMIT && well && strcmp(PQcmdStatus(result), "COMMIT") == 0)
		pg->committing = false;
	if (pending->kind == PG_RUN && well)
		str_int(str_z(PQcmdTuples(result)), 0, INT64_MAX, &pg->changes);
	settle(pending, well);
	if (pending->kind == PG_QUERY && well && ret_result) {
		PQclear(*ret_result);
		*ret_result = result;
	} else {
		PQclear(result);
	}
	if (pending->kind == PG_SYNC)
		return true;
	if (!next_result(pg, until, &more))
		return false;
	PQclear(more);
	return more == NULL;
}

enum err pg_read(struct ctx *ctx, struct db *db, struct pg *pg, usec patience,
		 PGresult **ret_result)
{
	usec until = clock_monotonic() + patience;
	bool well = true;
	for (size_t i = 0; i < pg->n_pending && well; i++)
		well = read_one(ctx, db, pg, &pg->pending[i], until, ret_result);
	pg->n_pending = 0;
	if (well)
		return db ? db->failed : OK;
	return pg_fail_lost(ctx, db, pg);
}

enum err pg_drain(struct ctx *ctx, struct db *db, struct pg *pg, usec patience,
		  PGresult **ret_result)
{
	if (!pg_sync(pg))
		return pg_fail_lost(ctx, db, pg);
	return pg_read(ctx, db, pg, patience, ret_result);
}

/* Statements that were put together are of unknown number: when there are too many, all go. */
void pg_forget_built(struct pg *pg)
{
	if (pg->n_built < PG_BUILT)
		return;
	for (int i = 0; i < PG_BUCKETS; i++)
		for (struct pg_statement **at = &pg->buckets[i]; *at;) {
			struct pg_statement *statement = *at;
			char sql[32];
			if (statement->key) {
				at = &statement->next;
				continue;
			}
			*at = statement->next;
			snprintf(sql, sizeof sql, "DEALLOCATE %s", statement->name);
			if (statement->prepared == PG_READY && !pg_send_plain(pg, sql, PG_RUN))
				pg->lost = true;
			statement_free(statement);
		}
	pg->n_built = 0;
	if (!pg_sync(pg))
		pg->lost = true;
}
