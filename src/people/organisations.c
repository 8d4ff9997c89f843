#include "people/room.h"

#include "base/json.h"

#include <sodium.h>

static const struct migration steps[] = {
	{ 1, "organisations and accounts",
	  "CREATE TABLE organisation (id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE,"
	  " kind TEXT NOT NULL, name TEXT NOT NULL, parent INT REFERENCES organisation (id),"
	  " place INT NOT NULL, valid_from INT, valid_to INT, successor INT, data TEXT NOT NULL);"
	  "CREATE TABLE account (id INT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
	  " email TEXT NOT NULL, password TEXT NOT NULL, disabled BOOL NOT NULL,"
	  " failures INT NOT NULL, locked_until INT NOT NULL, created_at INT NOT NULL);"
	  "CREATE TABLE account_role (account INT NOT NULL REFERENCES account (id),"
	  " role TEXT NOT NULL, organisation INT NOT NULL REFERENCES organisation (id),"
	  " PRIMARY KEY (account, role, organisation));"
	  "CREATE TABLE session (token BLOB PRIMARY KEY, account INT NOT NULL REFERENCES account (id),"
	  " created_at INT NOT NULL, seen_at INT NOT NULL);"
	  "CREATE INDEX session_seen ON session (seen_at);"
	  "CREATE TABLE api_token (token BLOB PRIMARY KEY,"
	  " account INT NOT NULL REFERENCES account (id), label TEXT NOT NULL,"
	  " created_at INT NOT NULL, expires_at INT);" },
};

const struct migration_set people_migrations = { "people", steps, sizeof steps / sizeof *steps };

/* The rows as they come, with the children of each still to be put behind it. */
struct draft {
	struct organisation *items;
	size_t n, placed;
	struct organisation *sorted;
};

static struct organisation row_organisation(struct arena *arena, const struct rows *row)
{
	struct json_fault fault;
	struct value data = value_map();
	str text = arena_copy(arena, row_view(row, 5));
	if (!json_parse(arena, text, &data, &fault))
		data = value_map();
	return (struct organisation){
		.id = row_int(row, 0),
		.code = arena_copy(arena, row_view(row, 1)),
		.kind = arena_copy(arena, row_view(row, 2)),
		.name = arena_copy(arena, row_view(row, 3)),
		.parent = row_int(row, 4),
		.name_en = value_text(value_get(data, S("name_en"))),
		.agency_code = value_text(value_get(data, S("agency_code"))),
		.zone = value_text(value_get(data, S("place"))),
		.data = data,
	};
}

static void place_children(struct draft *draft, int64_t parent)
{
	for (size_t i = 0; i < draft->n; i++) {
		if (draft->items[i].parent != parent)
			continue;
		size_t at = draft->placed++;
		draft->sorted[at] = draft->items[i];
		draft->sorted[at].first = (int)at;
		place_children(draft, draft->items[i].id);
		draft->sorted[at].last = (int)draft->placed - 1;
	}
}

static enum err read_tree(struct ctx *ctx, struct db *db, void *arg)
{
	struct tree *tree = arg;
	struct draft draft = { 0 };
	int64_t n;
	arena_reset(&tree->arena);
	TRY(db_int(ctx, db, 0, &n, SQL("SELECT COUNT(*) FROM organisation")));
	draft.items = ARENA_ARRAY(&tree->arena, struct organisation, n + 1);
	draft.sorted = ARENA_ARRAY(&tree->arena, struct organisation, n + 1);
	struct rows rows;
	TRY(db_query(ctx, db, &rows, SQL("SELECT id, code, kind, name, COALESCE(parent, 0), data"
					 " FROM organisation ORDER BY place, id")));
	while (draft.n < (size_t)n && rows_next(&rows))
		draft.items[draft.n++] = row_organisation(&tree->arena, &rows);
	TRY(rows_end(&rows));
	place_children(&draft, 0);
	tree->all = (struct organisations){ draft.sorted, draft.placed };
	return OK;
}

enum err organisations_reload(struct ctx *ctx, struct people *people)
{
	struct tree *tree = calloc(1, sizeof *tree);
	if (!tree)
		abort();
	arena_init(&tree->arena);
	enum err err = store_read(ctx, people->store, read_tree, tree);
	if (err != OK) {
		arena_done(&tree->arena);
		free(tree);
		return err;
	}
	pthread_mutex_lock(&people->reload);
	tree->before = atomic_load(&people->tree);
	atomic_store(&people->tree, tree);
	pthread_mutex_unlock(&people->reload);
	return OK;
}

enum err people_open(struct ctx *ctx, struct store *store, const uint8_t secret[static 32],
		     struct people **ret_people)
{
	if (sodium_init() < 0)
		return fail(ctx, ERR_IO, "The machine gives no random numbers");
	struct people *people = calloc(1, sizeof *people);
	if (!people)
		abort();
	people->store = store;
	memcpy(people->secret, secret, sizeof people->secret);
	pthread_mutex_init(&people->reload, NULL);
	enum err err = organisations_reload(ctx, people);
	if (err != OK) {
		people_close(people);
		return err;
	}
	*ret_people = people;
	return OK;
}

void people_close(struct people *people)
{
	if (!people)
		return;
	for (struct tree *tree = atomic_load(&people->tree), *before; tree; tree = before) {
		before = tree->before;
		arena_done(&tree->arena);
		free(tree);
	}
	pthread_mutex_destroy(&people->reload);
	free(people);
}

struct organisations people_organisations(const struct people *people)
{
	const struct tree *tree = atomic_load(&people->tree);
	return tree ? tree->all : (struct organisations){ 0 };
}

const struct organisation *organisation_by_id(const struct people *people, int64_t id)
{
	struct organisations all = people_organisations(people);
	for (size_t i = 0; i < all.n; i++)
		if (all.items[i].id == id)
			return &all.items[i];
	return NULL;
}

const struct organisation *organisation_by_code(const struct people *people, str code)
{
	struct organisations all = people_organisations(people);
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(all.items[i].code, code))
			return &all.items[i];
	return NULL;
}

bool organisation_within(const struct people *people, int64_t below, int64_t above)
{
	const struct organisation *a = organisation_by_id(people, above);
	const struct organisation *b = organisation_by_id(people, below);
	return a && b && b->first >= a->first && b->first <= a->last;
}

bool organisation_is(const struct organisation *organisation, str kind)
{
	struct value more = value_get(organisation->data, S("acts_as"));
	bool is = str_eq(organisation->kind, kind);
	for (uint32_t i = 0; more.kind == VALUE_LIST && i < more.n && !is; i++)
		is = str_eq(value_text(more.items[i]), kind);
	return is;
}

static const struct organisation *child_of_kind(const struct people *people, int64_t parent,
						str kind)
{
	struct organisations all = people_organisations(people);
	for (size_t i = 0; i < all.n; i++)
		if (all.items[i].parent == parent && organisation_is(&all.items[i], kind))
			return &all.items[i];
	return NULL;
}

const struct organisation *organisation_nearest(const struct people *people, int64_t from, str kind)
{
	const struct organisation *at = organisation_by_id(people, from);
	for (; at; at = organisation_by_id(people, at->parent)) {
		if (organisation_is(at, kind))
			return at;
		const struct organisation *child = child_of_kind(people, at->id, kind);
		if (child)
			return child;
	}
	return NULL;
}

str organisation_name(const struct organisation *organisation, str language)
{
	if (!organisation)
		return S("");
	bool english = str_eq(language, S("en")) && !str_empty(organisation->name_en);
	return english ? organisation->name_en : organisation->name;
}
