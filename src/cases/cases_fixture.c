#include "cases/cases_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "cases/fee.h"
#include "base/embed.h"
#include "base/json.h"
#include "cases/counter.h"

const struct migration_set *const town_migrations[] = {
	PEOPLE_MIGRATIONS, CASES_MIGRATIONS, NULL,
};

struct pack {
	struct embedded_set files;
	struct value organisations, people, letters;
};

static str pack_text(const struct pack *pack, const char *name)
{
	const struct embedded *file = embedded_find(pack->files, str_z(name));
	assert_non_null(file);
	return file->bytes;
}

static struct value pack_list(struct town *town, const struct pack *pack, const char *name,
			      const char *key)
{
	struct json_fault fault;
	struct value v;
	assert_true(json_parse(town->ctx->arena, pack_text(pack, name), &v, &fault));
	return value_get(v, str_z(key));
}

/* Path below the folder → text. */
static struct value pack_folder(struct town *town, const struct pack *pack, str folder)
{
	struct value files = value_map();
	for (size_t i = 0; i < pack->files.n; i++) {
		const struct embedded *file = &pack->files.files[i];
		if (str_starts(file->name, folder))
			value_set(town->ctx->arena, &files,
				  str_slice(file->name, folder.n, file->name.n),
				  value_str(file->bytes));
	}
	return files;
}

/* With the forms that all procedures share, as the program reads a pack. */
static struct value pack_procedure(struct town *town, const struct pack *pack, str name)
{
	struct arena *arena = town->ctx->arena;
	struct value shared = pack_folder(town, pack, S("forms/"));
	struct value files = pack_folder(town, pack, arena_printf(arena, "procedures/%.*s/",
								  STR_ARG(name)));
	for (uint32_t i = 0; i < shared.n; i++)
		if (!value_find(files, shared.members[i].key))
			value_set(arena, &files, shared.members[i].key, shared.members[i].value);
	return files;
}

static enum err add_procedures(struct town *town, struct ctx *ctx, struct db *db,
			       const struct pack *pack)
{
	static const char *const names[] = { "chung-thuc-ban-sao", "khai-sinh",
					     "khai-tu", "lien-thong-khai-sinh",
					     "xac-nhan-tinh-trang-hon-nhan" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		TRY(procedure_add(ctx, db, str_z(names[i]),
				  pack_procedure(town, pack, str_z(names[i]))));
	return OK;
}

struct founding {
	struct town *town;
	const struct pack *pack;
};

static enum err found(struct ctx *ctx, struct db *db, void *arg)
{
	const struct founding *f = arg;
	struct buf letters = { .arena = ctx->arena };
	json_write(&letters, pack_folder(f->town, f->pack, S("letters/")));
	TRY(people_init(ctx, db, f->pack->organisations, f->pack->people, S("*")));
	TRY(setting_keep(ctx, db, S("calendar"), pack_text(f->pack, "calendar.json")));
	TRY(setting_keep(ctx, db, S("numbering"), pack_text(f->pack, "numbering.json")));
	TRY(setting_keep(ctx, db, S("pack"), pack_text(f->pack, "pack.json")));
	TRY(setting_keep(ctx, db, S("notices"), pack_text(f->pack, "notices.json")));
	TRY(setting_keep(ctx, db, S("letters"), buf_view(&letters)));
	return add_procedures(f->town, ctx, db, f->pack);
}

struct town *town_new(struct fixture *fixture)
{
	static const uint8_t secret[32] = { 7 };
	struct town *town = ARENA_NEW(&fixture->arena, struct town);
	struct pack pack;
	*town = (struct town){ .fixture = fixture, .ctx = &fixture->ctx, .store = fixture->store,
			       .system = { .system = true } };
	town_ok(town, embedded_folder(town->ctx, PACK_FOLDER, &pack.files));
	pack.organisations = pack_list(town, &pack, "organisations.json", "organisations");
	pack.people = pack_list(town, &pack, "people.json", "people");
	struct founding founding = { town, &pack };
	town_ok(town, store_write(town->ctx, town->store, found, &founding));
	town_ok(town, people_open(town->ctx, town->store, secret, &town->people));
	town_ok(town, cases_open(town->ctx, town->store, town->people, secret, &town->cases));
	return town;
}

void town_free(struct town *town)
{
	cases_close(town->cases);
	people_close(town->people);
}

/* ---- another version of a procedure ---- */

struct change {
	struct town *town;
	str procedure, body;
};

static enum err add_changed(struct ctx *ctx, struct db *db, void *arg)
{
	const struct change *change = arg;
	struct pack pack;
	TRY(embedded_folder(ctx, PACK_FOLDER, &pack.files));
	struct value files = pack_procedure(change->town, &pack, change->procedure);
	value_set(ctx->arena, &files, S("procedure.json"), value_str(change->body));
	TRY(procedure_add(ctx, db, change->procedure, files));
	return setting_keep(ctx, db, S("applied"), id_text(ctx->arena, db_id(db)));
}

static void set_path(struct arena *arena, struct value *v, str path, struct value leaf)
{
	str key;
	if (!str_next(&path, '.', &key))
		return;
	struct value below = value_get(*v, key);
	set_path(arena, &below, path, leaf);
	value_set(arena, v, key, str_empty(path) ? leaf : below);
}

enum err town_try_change(struct town *town, const char *procedure, const char *path,
			 const char *json)
{
	struct arena *arena = town->ctx->arena;
	const struct procedure *p = procedure_in_force(town->cases, str_z(procedure),
						       at("2015-01-26T09:00"));
	struct value body = value_copy(arena, p->body), leaf;
	struct buf text = { .arena = arena };
	struct json_fault fault;
	assert_true(json_parse(arena, str_z(json), &leaf, &fault));
	set_path(arena, &body, str_z(path), leaf);
	json_write(&text, body);
	struct change change = { town, str_z(procedure), buf_view(&text) };
	TRY(store_write(town->ctx, town->store, add_changed, &change));
	return cases_refresh(town->ctx, town->cases);
}

void town_change(struct town *town, const char *procedure, const char *path, const char *json)
{
	town_ok(town, town_try_change(town, procedure, path, json));
}

void town_ok(struct town *town, enum err e)
{
	fixture_ok(town->fixture, e);
}

usec at(const char *time)
{
	char whole[40];
	usec t;
	snprintf(whole, sizeof whole, "%s:00+07:00", time);
	assert_true(time_parse(str_z(whole), &t));
	return t;
}

str at_text(struct town *town, usec time)
{
	return str_slice(time_format(town->ctx->arena, time, 420), 0, 16);
}

int64_t town_organisation(struct town *town, const char *code)
{
	const struct organisation *o = organisation_by_code(town->people, str_z(code));
	assert_non_null(o);
	return o->id;
}

struct asking {
	struct town *town;
	str text;
	struct principal *principal;
	struct case_file *c;
	struct case_tasks *tasks;
};

static enum err read_officer(struct ctx *ctx, struct db *db, void *arg)
{
	struct asking *a = arg;
	struct account account;
	TRY(account_by_login(ctx, db, a->text, &account));
	return account_principal(ctx, db, account.id, a->principal);
}

struct principal *town_officer(struct town *town, const char *login)
{
	struct principal *principal = ARENA_NEW(town->ctx->arena, struct principal);
	struct asking a = { .text = str_z(login), .principal = principal };
	town_ok(town, store_read(town->ctx, town->store, read_officer, &a));
	return principal;
}

struct principal *town_citizen(struct town *town, str code)
{
	struct principal *principal = ARENA_NEW(town->ctx->arena, struct principal);
	principal->case_id = town_case(town, code).id;
	return principal;
}

struct actor town_actor(struct town *town, const struct principal *principal, const char *time)
{
	(void)town;
	return (struct actor){ .principal = principal, .effective_at = time ? at(time) : 0,
			       .reason = S("a test") };
}

struct submission town_birth(struct town *town, const char *ward, const char *time)
{
	struct json_fault fault;
	struct value data;
	assert_true(json_parse(town->ctx->arena,
		S("{\"declarant\":{\"name\":\"Nguyễn Văn An\",\"id_number\":\"201234567\","
		  "\"phone\":\"0905123456\"},\"child\":{\"family_name\":\"Nguyễn\","
		  "\"given_name\":\"Bảo\",\"birth_date\":\"2015-01-20\"}}"), &data, &fault));
	return (struct submission){
		.procedure = S("lien-thong-khai-sinh"), .channel = CHANNEL_ONLINE, .data = data,
		.organisation = town_organisation(town, ward), .applicant = S("Nguyễn Văn An"),
		.applicant_id = S("201234567"), .phone = S("0905123456"),
		.effective_at = time ? at(time) : 0, .reason = S("a test"),
	};
}

str town_file(struct town *town, const char *ward, const char *time)
{
	struct submission s = town_birth(town, ward, time);
	struct actor who = town_actor(town, &town->nobody, time);
	struct case_result result;
	town_ok(town, case_submit(town->ctx, town->cases, &who, &s, &result));
	return arena_copy(town->ctx->arena, result.code);
}

enum err town_accept(struct town *town, const char *login, str code, const char *time)
{
	struct acceptance acceptance = { 0 };
	struct actor who = town_actor(town, town_officer(town, login), time);
	return case_accept(town->ctx, town->cases, &who, code, &acceptance);
}

static enum err read_case(struct ctx *ctx, struct db *db, void *arg)
{
	struct asking *a = arg;
	TRY(case_load(ctx, db, a->text, a->c));
	return a->tasks ? case_tasks(ctx, a->town->cases, db, a->c, a->tasks) : OK;
}

struct case_file town_case(struct town *town, str code)
{
	struct case_file c;
	struct asking a = { .town = town, .text = code, .c = &c };
	town_ok(town, store_read(town->ctx, town->store, read_case, &a));
	return c;
}

uint32_t town_task(struct town *town, str code, const char *element)
{
	struct case_file c;
	struct case_tasks tasks;
	struct asking a = { .town = town, .text = code, .c = &c, .tasks = &tasks };
	town_ok(town, store_read(town->ctx, town->store, read_case, &a));
	for (size_t i = 0; i < tasks.n; i++)
		if (tasks.items[i].open && str_eq(tasks.items[i].element, str_z(element)))
			return tasks.items[i].node;
	return 0;
}

enum err town_claim(struct town *town, const char *login, str code, const char *element,
		    const char *time)
{
	struct actor who = town_actor(town, town_officer(town, login), time);
	return case_claim(town->ctx, town->cases, &who, code, town_task(town, code, element));
}

enum err town_complete(struct town *town, const char *login, str code, const char *element,
		       const char *outcome)
{
	struct actor who = town_actor(town, town_officer(town, login), NULL);
	struct completion done = { .outcome = str_z(outcome), .data = value_null() };
	return case_complete(town->ctx, town->cases, &who, code, town_task(town, code, element),
			     &done);
}

str town_fault(struct town *town)
{
	return town->ctx->fault.message;
}

str town_verify(struct town *town)
{
	struct case_report report;
	town_ok(town, cases_verify(town->ctx, town->cases, &report));
	return report.sound ? S("") : report.finding;
}
