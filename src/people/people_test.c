/* Who may do what, and who somebody is: the property that one row and a list of rows are judged the
 * same, the lock after failures, sessions that end, capabilities that cannot be made at home. */
#include "people/leave.h"
#include "people/room.h"
#include "store/store_fixture.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/json.h"
#include "web/harness.h"

static const struct migration_set *const migrations[] = { &people_migrations, &leave_migrations, NULL };

static const char tree[] =
	"[{\"code\":\"quan\",\"kind\":\"district\",\"name\":\"Quận\"},"
	"{\"code\":\"phong\",\"kind\":\"unit\",\"name\":\"Phòng\",\"parent\":\"quan\"},"
	"{\"code\":\"a\",\"kind\":\"ward\",\"name\":\"Phường A\",\"parent\":\"quan\"},"
	"{\"code\":\"a1\",\"kind\":\"police\",\"name\":\"Công an A\",\"parent\":\"a\"},"
	"{\"code\":\"a2\",\"kind\":\"unit\",\"name\":\"Tổ A\",\"parent\":\"a\"},"
	"{\"code\":\"b\",\"kind\":\"ward\",\"name\":\"Phường B\",\"parent\":\"quan\"},"
	"{\"code\":\"b1\",\"kind\":\"police\",\"name\":\"Công an B\",\"parent\":\"b\"},"
	"{\"code\":\"bh\",\"kind\":\"insurance\",\"name\":\"Bảo hiểm\",\"parent\":\"quan\"}]";
static const char staff[] =
	"[{\"login\":\"an\",\"name\":\"Nguyễn Văn An\",\"roles\":[{\"role\":\"reception\","
	"\"organisation\":\"a\"}]},"
	"{\"login\":\"quantri\",\"name\":\"Quản trị\",\"roles\":[{\"role\":\"admin\","
	"\"organisation\":\"quan\"}]}]";

struct world {
	struct fixture *fixture;
	struct ctx *ctx;
	struct people *people;
	str hash;
};

static enum err found(struct ctx *ctx, struct db *db, void *arg)
{
	const struct world *world = arg;
	struct json_fault fault;
	struct value organisations, people;
	assert_true(json_parse(ctx->arena, str_z(tree), &organisations, &fault));
	assert_true(json_parse(ctx->arena, str_z(staff), &people, &fault));
	return people_init(ctx, db, organisations, people, world->hash);
}

static struct world *world_new(struct fixture *fixture)
{
	static const uint8_t secret[32] = { 9 };
	struct world *world = ARENA_NEW(&fixture->arena, struct world);
	*world = (struct world){ .fixture = fixture, .ctx = &fixture->ctx };
	assert_true(sodium_init() >= 0);
	fixture_ok(fixture, password_hash(world->ctx, S("đúng mật khẩu"), &world->hash));
	fixture_ok(fixture, store_write(world->ctx, fixture->store, found, world));
	fixture_ok(fixture, people_open(world->ctx, fixture->store, secret, &world->people));
	return world;
}

/* ---- may ---- */

static uint64_t roll(uint64_t *state, uint64_t sides)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * 0x2545f4914f6cdd1du >> 16) % sides;
}

struct listed {
	const struct people *people;
	const struct principal *principal;
	enum act act;
	int64_t ids[64];
	size_t n;
};

static enum err list_organisations(struct ctx *ctx, struct db *db, void *arg)
{
	struct listed *l = arg;
	struct rows rows;
	sql_t q = sql_new(ctx->arena);
	l->n = 0;
	sql_add(&q, SQL("SELECT id FROM organisation WHERE 1 = 1"));
	may_where(l->people, l->principal, l->act, SQL("id"), &q);
	TRY(db_query_built(ctx, db, &rows, &q));
	while (l->n < 64 && rows_next(&rows))
		l->ids[l->n++] = row_int(&rows, 0);
	return rows_end(&rows);
}

static bool lists(const struct listed *l, int64_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->ids[i] == id)
			return true;
	return false;
}

static struct principal somebody(struct organisations all, uint64_t *dice)
{
	struct principal p = { .account = 1, .n_grants = roll(dice, 5) };
	for (size_t g = 0; g < p.n_grants; g++)
		p.grants[g] = (struct grant){ (enum role)roll(dice, ROLES),
					      all.items[roll(dice, all.n)].id };
	return p;
}

static void list_shows_what_may_allows_one_by_one(struct fixture *fixture)
{
	struct world *world = world_new(fixture);
	struct organisations all = people_organisations(world->people);
	uint64_t dice = 20150126;
	for (int round = 0; round < 60; round++) {
		struct principal p = somebody(all, &dice);
		for (int act = ACT_NONE + 1; act < ACTS; act++) {
			struct listed l = { .people = world->people, .principal = &p,
					    .act = (enum act)act };
			fixture_ok(fixture, store_read(world->ctx, fixture->store,
						       list_organisations, &l));
			for (size_t o = 0; o < all.n; o++) {
				struct object object = { .organisation = all.items[o].id };
				assert_int_equal(may(world->people, &p, l.act, &object),
						 lists(&l, object.organisation));
			}
		}
	}
	people_close(world->people);
}

struct task_row {
	const struct people *people;
	const struct principal *principal;
	enum role role;
	int64_t agency;
	int64_t n;
};

static enum err list_task(struct ctx *ctx, struct db *db, void *arg)
{
	struct task_row *t = arg;
	struct rows row;
	sql_t q = sql_new(ctx->arena);
	sql_add(&q, SQL("SELECT COUNT(*) FROM organisation o JOIN account_role r ON 1 = 1"
			" WHERE o.id = $1 AND r.role = 'reception'"), t->agency);
	may_where_task(t->people, t->principal, SQL("r.role"), SQL("o.id"), &q);
	TRY(db_one_built(ctx, db, &row, &q));
	t->n = row_int(&row, 0);
	return OK;
}

static void task_list_shows_what_may_lets_do(struct fixture *fixture)
{
	struct world *world = world_new(fixture);
	struct organisations all = people_organisations(world->people);
	uint64_t dice = 5;
	for (int round = 0; round < 200; round++) {
		struct principal p = somebody(all, &dice);
		for (size_t o = 0; o < all.n; o++) {
			struct task_row t = { world->people, &p, ROLE_RECEPTION, all.items[o].id, 0 };
			struct object object = { .organisation = all.items[0].id,
						 .agencies = &t.agency, .n_agencies = 1,
						 .has_role = true, .role = ROLE_RECEPTION };
			fixture_ok(fixture, store_read(world->ctx, fixture->store, list_task, &t));
			assert_int_equal(may(world->people, &p, ACT_CASE_WORK, &object), t.n > 0);
		}
	}
	people_close(world->people);
}

static void nobody_may_nothing_and_a_pin_opens_one_case(struct fixture *fixture)
{
	struct world *world = world_new(fixture);
	struct principal nobody = { 0 }, citizen = { .case_id = 7 };
	struct object seven = { .case_id = 7, .organisation = 1 }, eight = { .case_id = 8 };
	for (int act = ACT_NONE; act <= ACTS; act++) {
		assert_false(may(world->people, NULL, (enum act)act, &seven));
		assert_false(may(world->people, &nobody, (enum act)act, NULL));
		assert_int_equal(may(world->people, &citizen, (enum act)act, &seven),
				 act == ACT_TRACK);
		assert_false(may(world->people, &citizen, (enum act)act, &eight));
	}
	people_close(world->people);
}

/* ---- sign-in ---- */

static enum err sign_in(struct world *world, const char *password)
{
	int64_t account;
	return account_sign_in(world->ctx, world->people, S("an"), str_z(password), &account);
}

static void five_failures_lock_even_the_right_password_for_a_while(struct fixture *fixture)
{
	struct world *world = world_new(fixture);
	fixture_ok(fixture, sign_in(world, "đúng mật khẩu"));
	for (int i = 0; i < 4; i++)
		assert_int_equal(sign_in(world, "sai mật khẩu"), ERR_FORBIDDEN);
	fixture_ok(fixture, sign_in(world, "đúng mật khẩu"));
	for (int i = 0; i < 5; i++)
		assert_int_equal(sign_in(world, "sai mật khẩu"), ERR_FORBIDDEN);
	str locked = arena_copy(&fixture->arena, world->ctx->fault.message);
	assert_int_equal(sign_in(world, "đúng mật khẩu"), ERR_FORBIDDEN);
	/* The sentence does not tell a wrong password from a lock. */
	assert_true(str_eq(locked, world->ctx->fault.message));
	fixture_by_hand(fixture, "UPDATE account SET locked_until = 1 WHERE login = 'an'");
	fixture_ok(fixture, sign_in(world, "đúng mật khẩu"));
	people_close(world->people);
}

static void disabled_account_and_unknown_login_are_refused_alike(struct fixture *fixture)
{
	struct world *world = world_new(fixture);
	int64_t account;
	fixture_by_hand(fixture, "UPDATE account SET disabled = 1 WHERE login = 'an'");
	assert_int_equal(sign_in(world, "đúng mật khẩu"), ERR_FORBIDDEN);
	str disabled = arena_copy(&fixture->arena, world->ctx->fault.message);
	assert_int_equal(account_sign_in(world->ctx, world->people, S("khong.co"), S("x"), &account),
			 ERR_FORBIDDEN);
	assert_true(str_eq(disabled, world->ctx->fault.message));
	people_close(world->people);
}

/* ---- requests ---- */

static enum err who_page(struct request *request, struct response *response)
{
	const struct principal *p = request_principal(request);
	struct value v = value_map();
	value_set(request->ctx.arena, &v, S("login"), value_str(p ? p->login : S("")));
	value_set(request->ctx.arena, &v, S("case"), value_int(p ? p->case_id : 0));
	value_set(request->ctx.arena, &v, S("draft"), value_int(p ? p->draft_id : 0));
	response_json(response, 200, v);
	return OK;
}

static enum err let_page(struct request *request, struct response *response)
{
	people_let_case(request->state, response, 77, 1);
	response_json(response, 200, value_map());
	return OK;
}

static enum err hook_principal(void *app, struct request *request, str session, str bearer)
{
	return people_principal(app, request, session, bearer);
}

static enum err hook_may(void *app, struct request *request, int act, const void *object)
{
	return people_may(app, request, act, object);
}

static struct web *open_web(struct world *world)
{
	static const struct route routes[] = {
		{ WEB_GET, "/ai", PERM_PUBLIC, who_page },
		{ WEB_GET, "/cho", PERM_PUBLIC, let_page },
	};
	struct route_table *table = ARENA_NEW(world->ctx->arena, struct route_table);
	const struct route_table **items =
		ARENA_ARRAY(world->ctx->arena, const struct route_table *, 1);
	*table = (struct route_table){ "test", routes, 2, world->people };
	items[0] = table;
	struct route_tables tables = { items, 1 };
	struct web_hooks hooks = { .app = world->people, .principal = hook_principal,
				   .may = hook_may };
	struct web *web;
	fixture_ok(world->fixture, web_test_open(world->ctx, &hooks, &tables, &web));
	return web;
}

static struct value ask(struct world *world, struct web *web, struct web_ask question)
{
	struct json_fault fault;
	struct value v;
	question.target = "/ai";
	struct web_answer a = web_test_request(web, world->ctx->arena, question);
	assert_int_equal(a.status, 200);
	assert_true(json_parse(world->ctx->arena, a.body, &v, &fault));
	return v;
}

static bool is_signed_in(struct world *world, struct web *web, str session)
{
	struct value v = ask(world, web, (struct web_ask){ .session = session.p });
	return !str_empty(value_text(value_get(v, S("login"))));
}

static str start(struct world *world, const char *login)
{
	int64_t account;
	str token;
	fixture_ok(world->fixture, account_sign_in(world->ctx, world->people, str_z(login),
						   S("đúng mật khẩu"), &account));
	fixture_ok(world->fixture, session_start(world->ctx, world->people, account, &token));
	return arena_copy(world->ctx->arena, token);
}

static const char ten_minutes_later[] = "UPDATE session SET seen_at = seen_at - 600000000";
static const char twenty_minutes_later[] = "UPDATE session SET seen_at = seen_at - 1200000000";

static void session_ends_when_idle_sooner_for_administrators(struct fixture *fixture)
{
	struct world *world = world_new(fixture);
	struct web *web = open_web(world);
	str officer = start(world, "an"), admin = start(world, "quantri");
	assert_true(is_signed_in(world, web, officer));
	assert_true(is_signed_in(world, web, admin));
	fixture_by_hand(fixture, ten_minutes_later);
	assert_false(is_signed_in(world, web, admin));
	assert_true(is_signed_in(world, web, officer));
	/* Having been used it counts from now. */
	fixture_by_hand(fixture, ten_minutes_later);
	assert_true(is_signed_in(world, web, officer));
	fixture_by_hand(fixture, twenty_minutes_later);
	assert_false(is_signed_in(world, web, officer));
	web_test_close(web);
	people_close(world->people);
}

static void session_ends_after_twelve_hours_and_at_sign_out(struct fixture *fixture)
{
	struct world *world = world_new(fixture);
	struct web *web = open_web(world);
	str token = start(world, "an");
	fixture_ok(fixture, session_end(world->ctx, world->people, token));
	assert_false(is_signed_in(world, web, token));
	token = start(world, "an");
	fixture_by_hand(fixture, "UPDATE session SET created_at = created_at - 43200000000");
	assert_false(is_signed_in(world, web, token));
	web_test_close(web);
	people_close(world->people);
}

static int64_t case_of_cookie(struct world *world, struct web *web, const char *name, str text)
{
	const char *cookies = arena_printf(world->ctx->arena, "%s=%.*s", name, STR_ARG(text)).p;
	struct value v = ask(world, web, (struct web_ask){ .cookies = cookies });
	return value_integer(value_get(v, S("case")), 0) + value_integer(value_get(v, S("draft")), 0);
}

static void capability_with_any_other_byte_opens_nothing(struct fixture *fixture)
{
	struct world *world = world_new(fixture);
	struct web *web = open_web(world);
	struct web_answer a = web_test_request(web, world->ctx->arena,
					       (struct web_ask){ .target = "/cho" });
	str good = arena_copy(world->ctx->arena, web_answer_cookie(&a, "motcua_case"));
	assert_int_equal(case_of_cookie(world, web, "motcua_case", good), 77);
	for (size_t i = 0; i < good.n; i++) {
		char forged[200];
		snprintf(forged, sizeof forged, "%.*s", STR_ARG(good));
		forged[i] = forged[i] == '8' ? '9' : '8';
		assert_int_equal(case_of_cookie(world, web, "motcua_case", str_z(forged)), 0);
	}
	/* One made for a case is none for a draft, nor cut short or made longer. */
	assert_int_equal(case_of_cookie(world, web, "motcua_draft", good), 0);
	assert_int_equal(case_of_cookie(world, web, "motcua_case", str_slice(good, 0, good.n - 1)), 0);
	assert_int_equal(case_of_cookie(world, web, "motcua_case",
					arena_printf(world->ctx->arena, "%.*s0", STR_ARG(good))), 0);
	assert_int_equal(case_of_cookie(world, web, "motcua_case", S("77")), 0);
	web_test_close(web);
	people_close(world->people);
}

/* ---- verifying ---- */

static bool agrees(struct world *world)
{
	struct people_report report;
	fixture_ok(world->fixture, people_verify(world->ctx, world->people, &report));
	assert_true(report.sound == str_empty(report.finding));
	return report.sound;
}

static void what_is_changed_past_the_program_is_found(struct fixture *fixture)
{
	static const struct {
		const char *change, *back;
	} tricks[] = {
		{ "INSERT INTO account_role (account, role, organisation) SELECT a.id, 'admin', o.id FROM"
		  " account a, organisation o WHERE a.login = 'an' AND o.code = 'quan'",
		  "DELETE FROM account_role WHERE role = 'admin' AND account IN"
		  " (SELECT id FROM account WHERE login = 'an')" },
		{ "UPDATE account_role SET role = 'leader' WHERE role = 'reception'",
		  "UPDATE account_role SET role = 'reception' WHERE role = 'leader'" },
		{ "UPDATE account SET password = password || 'x'",
		  "UPDATE account SET password = substr(password, 1, length(password) - 1)" },
		{ "UPDATE account SET login = 'ba' WHERE login = 'an'",
		  "UPDATE account SET login = 'an' WHERE login = 'ba'" },
		{ "INSERT INTO account (id, login, name, email, password, disabled, failures,"
		  " locked_until, created_at) VALUES (5, 'ma', 'Ma', '', 'x', 0, 0, 0, 0)",
		  "DELETE FROM account WHERE id = 5" },
		{ "INSERT INTO substitution (id, account, substitute, from_at, to_at, made_by) SELECT 7,"
		  " b.id, a.id, 0, 9, a.id FROM account a, account b WHERE a.login = 'an'"
		  " AND b.login = 'quantri'", "DELETE FROM substitution" },
	};
	struct world *world = world_new(fixture);
	assert_true(agrees(world));
	for (size_t i = 0; i < ARRAY_SIZE(tricks); i++) {
		fixture_by_hand(fixture, tricks[i].change);
		assert_false(agrees(world));
		fixture_by_hand(fixture, tricks[i].back);
		assert_true(agrees(world));
	}
	people_close(world->people);
}

int main(void)
{
	static const struct fixture_test tests[] = {
		FIXTURE_TEST(list_shows_what_may_allows_one_by_one),
		FIXTURE_TEST(task_list_shows_what_may_lets_do),
		FIXTURE_TEST(nobody_may_nothing_and_a_pin_opens_one_case),
		FIXTURE_TEST(five_failures_lock_even_the_right_password_for_a_while),
		FIXTURE_TEST(disabled_account_and_unknown_login_are_refused_alike),
		FIXTURE_TEST(session_ends_when_idle_sooner_for_administrators),
		FIXTURE_TEST(session_ends_after_twelve_hours_and_at_sign_out),
		FIXTURE_TEST(capability_with_any_other_byte_opens_nothing),
		FIXTURE_TEST(what_is_changed_past_the_program_is_found),
	};
	return fixture_run(tests, sizeof tests / sizeof tests[0], migrations);
}
