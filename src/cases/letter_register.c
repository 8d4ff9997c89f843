/* The register of letters: issued inside commands, folded from their events. */
#include "cases/letter.h"
#include "cases/room.h"

#include "store/outbox.h"

static const struct migration steps[] = {
	/* The table of before was never written to. */
	{ 1, "letters as a register",
	  "DROP TABLE case_letter;"
	  "CREATE TABLE case_letter (organisation INT NOT NULL, case_id INT NOT NULL, id INT NOT NULL,"
	  " kind TEXT NOT NULL DEFAULT '', version INT NOT NULL DEFAULT 0,"
	  " replaces INT NOT NULL DEFAULT 0, book TEXT NOT NULL DEFAULT '',"
	  " number TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '',"
	  " made_at INT NOT NULL DEFAULT 0, made_by INT NOT NULL DEFAULT 0,"
	  " hash TEXT NOT NULL DEFAULT '', signed_by TEXT NOT NULL DEFAULT '',"
	  " signed_at INT NOT NULL DEFAULT 0, revoked_at INT NOT NULL DEFAULT 0,"
	  " PRIMARY KEY (organisation, case_id, id));"
	  "CREATE UNIQUE INDEX case_letter_code ON case_letter (code);"
	  "CREATE INDEX case_letter_hash ON case_letter (hash) WHERE hash <> '';"
	  "CREATE INDEX case_letter_made ON case_letter (organisation, made_at, id);" },
};

const struct migration_set letter_migrations = { "letter", steps, sizeof steps / sizeof *steps };

static const struct case_column columns[] = {
	{ "kind", .is_text = true }, { "version" }, { "replaces" }, { "book", .is_text = true },
	{ "number", .is_text = true }, { "code", .is_text = true }, { "made_at" }, { "made_by" },
	{ "hash", .is_text = true }, { "signed_by", .is_text = true }, { "signed_at" },
	{ "revoked_at" },
};

const struct case_table letter_table = { "case_letter", columns, sizeof columns / sizeof *columns };

/* What the office writes to the applicant; a second one does not make the first void. */
static bool is_to_applicant(str kind)
{
	static const char *const standing[] = { "supplement", "refusal", "apology", "stop",
						"correction" };
	for (size_t i = 0; i < sizeof standing / sizeof *standing; i++)
		if (str_eq(kind, str_z(standing[i])))
			return true;
	return false;
}

/* The book whose entries are letters of that kind, or empty. */
static str book_of(const struct cases *cases, str kind)
{
	struct value books = value_get(cases_catalogue(cases)->numbering, S("books"));
	for (uint32_t i = 0; books.kind == VALUE_MAP && i < books.n; i++)
		if (str_eq(value_text(value_get(books.members[i].value, S("letter"))), kind))
			return books.members[i].key;
	return S("");
}

bool book_is_of_letters(const struct cases *cases, str book)
{
	struct value books = value_get(cases_catalogue(cases)->numbering, S("books"));
	return !str_empty(value_text(value_get(value_get(books, book), S("letter"))));
}

/* Whose letter this command issues: what it says of the office that acts is not an event yet. */
static int64_t office_of(const struct command *command, str kind)
{
	int64_t acted;
	if (!id_parse(value_text(value_get(command->more, S("office"))), &acted))
		acted = command->c.organisation;
	return letter_office(command->cases, &command->c, kind, acted);
}

static enum err take_number(struct command *command, str kind, str book, str *ret_number)
{
	struct arena *arena = command->ctx->arena;
	struct value entry = value_map();
	struct book_number number;
	int64_t office = office_of(command, kind);
	const struct organisation *organisation = organisation_by_id(command->cases->people, office);
	TRY(number_book(command->ctx, command->cases, command->db, organisation, book, command->now,
			&number));
	value_set(arena, &entry, S("book"), value_str(book));
	if (office != command->c.organisation)
		value_set(arena, &entry, S("organisation"), value_str(id_text(arena, office)));
	value_set(arena, &entry, S("period"), value_int(number.period));
	value_set(arena, &entry, S("number"), value_int(number.number));
	value_set(arena, &entry, S("entered_at"), value_int(command->now));
	command_push(command, &command->entries, entry);
	*ret_number = number.text;
	return OK;
}

struct newest {
	int64_t id, version; /* 0: none was issued */
	bool revoked;
	str number;
};

static enum err newest_of(struct command *command, str kind, struct newest *ret)
{
	struct rows row;
	enum err err = db_one(command->ctx, command->db, &row,
			      SQL("SELECT id, version, revoked_at, number FROM case_letter"
				  " WHERE organisation = $1 AND case_id = $2 AND kind = $3"
				  " ORDER BY version DESC LIMIT 1"),
			      command->c.organisation, command->c.id, kind);
	*ret = (struct newest){ 0 };
	if (err == OK)
		*ret = (struct newest){ row_int(&row, 0), row_int(&row, 1), row_int(&row, 2) != 0,
					row_str(&row, 3) };
	return err == ERR_NOT_FOUND ? OK : err;
}

/* By then the ledger has signed a checkpoint over the event, as a rule. */
#define PROOF_TIME (3 * USEC_SECOND)

/* What was entered long after it took place was given out on paper then: its PDF is made when
 * somebody asks for it. */
#define OLD (2 * USEC_DAY)

static enum err order_pdf(struct command *command, str id)
{
	struct arena *arena = command->ctx->arena;
	struct value payload = value_map();
	if (db_now(command->db) - command->now > OLD)
		return OK;
	value_set(arena, &payload, S("code"), value_str(command->c.code));
	value_set(arena, &payload, S("letter"), value_str(id));
	return outbox_add(command->ctx, command->db, &(struct outbox_new){
		.kind = S("letter"), .key = arena_printf(arena, "letter %.*s", STR_ARG(id)),
		.object = command->c.id, .payload = payload,
		.not_before = clock_real() + PROOF_TIME }, NULL);
}

enum err command_letter(struct command *command, str kind, str number)
{
	struct arena *arena = command->ctx->arena;
	struct value row = value_map();
	struct newest older;
	int64_t id = db_id(command->db);
	const struct principal *principal = command->who->principal;
	str book = S(""), name = id_text(arena, id);
	TRY(newest_of(command, kind, &older));
	if (str_empty(number))
		book = book_of(command->cases, kind);
	if (!str_empty(book))
		TRY(take_number(command, kind, book, &number));
	else if (str_empty(number) && !is_to_applicant(kind))
		number = older.number; /* a new version is the same letter in the book */
	str code = case_keyed_code(command->cases, arena, arena_printf(arena, "letter %.*s", STR_ARG(name)),
			      10);
	value_set(arena, &row, S("kind"), value_str(arena_copy(arena, kind)));
	value_set(arena, &row, S("version"), value_int(older.version + 1));
	if (older.id && !is_to_applicant(kind))
		value_set(arena, &row, S("replaces"), value_str(id_text(arena, older.id)));
	value_set(arena, &row, S("book"), value_str(book));
	value_set(arena, &row, S("number"), value_str(number));
	value_set(arena, &row, S("code"), value_str(code));
	value_set(arena, &row, S("made_at"), value_int(command->now));
	value_set(arena, &row, S("made_by"),
		  value_str(id_text(arena, principal ? principal->account : 0)));
	command_row(command, &letter_table, id, row);
	return order_pdf(command, name);
}

enum err command_letter_revoke(struct command *command, str kind)
{
	struct value row = value_map();
	struct newest newest;
	TRY(newest_of(command, kind, &newest));
	if (!newest.id || newest.revoked)
		return fail(command->ctx, ERR_NOT_FOUND, "There is no such letter to take back");
	value_set(command->ctx->arena, &row, S("revoked_at"), value_int(command->now));
	command_row(command, &letter_table, newest.id, row);
	return OK;
}

/* ---- reading ---- */

static void mark_replaced(struct letters *letters, int64_t older, int64_t newer)
{
	for (size_t i = 0; older && i < letters->n; i++)
		if (letters->items[i].id == older)
			letters->items[i].replaced_by = newer;
}

enum err letters_read(struct ctx *ctx, struct db *db, const struct case_file *c,
		      struct letters *ret_letters)
{
	struct rows rows;
	size_t room = 8;
	struct letters letters = { ARENA_ARRAY(ctx->arena, struct letter, room), 0 };
	TRY(db_query(ctx, db, &rows,
		     SQL("SELECT id, kind, number, code, hash, signed_by, version, made_by, made_at,"
			 " signed_at, revoked_at, replaces FROM case_letter WHERE organisation = $1"
			 " AND case_id = $2 ORDER BY made_at + 0, id"), /* not the office's by date */
		     c->organisation, c->id));
	while (rows_next(&rows)) {
		if (letters.n + 1 >= room) { /* one more: the control slip */
			letters.items = arena_grow(ctx->arena, letters.items,
						   room * sizeof *letters.items,
						   (room + 8) * sizeof *letters.items);
			room += 8;
		}
		letters.items[letters.n++] = (struct letter){
			.id = row_int(&rows, 0), .kind = row_str(&rows, 1), .number = row_str(&rows, 2),
			.code = row_str(&rows, 3), .hash = row_str(&rows, 4),
			.signed_by = row_str(&rows, 5), .version = row_int(&rows, 6),
			.made_by = row_int(&rows, 7), .made_at = row_int(&rows, 8),
			.signed_at = row_int(&rows, 9), .revoked_at = row_int(&rows, 10),
		};
		mark_replaced(&letters, row_int(&rows, 11), row_int(&rows, 0));
	}
	*ret_letters = letters;
	return rows_end(&rows);
}

const struct letter *letters_find(const struct letters *letters, str kind, int64_t version)
{
	for (size_t i = letters->n; i-- > 0;)
		if (str_eq(letters->items[i].kind, kind) &&
		    (!version || letters->items[i].version == version))
			return &letters->items[i];
	return NULL;
}

static bool sees_all(const struct cases *cases, const struct principal *principal,
		     const struct case_file *c)
{
	struct object own = { .case_id = c->id }, received = { .organisation = c->organisation };
	struct object decided = { .organisation = case_deciding(c) };
	return may(cases->people, principal, ACT_TRACK, &own) ||
	       may(cases->people, principal, ACT_CASE_SEE, &received) ||
	       may(cases->people, principal, ACT_CASE_SEE, &decided);
}

enum err letters_seen(struct ctx *ctx, struct cases *cases, struct db *db,
		      const struct principal *principal, const struct case_file *c,
		      struct letters *ret_letters)
{
	size_t n = 0;
	TRY(letters_of(ctx, cases, db, c, ret_letters));
	if (sees_all(cases, principal, c))
		return OK;
	for (size_t i = 0; i < ret_letters->n; i++)
		if (!str_eq(ret_letters->items[i].kind, S("receipt")) &&
		    !is_to_applicant(ret_letters->items[i].kind))
			ret_letters->items[n++] = ret_letters->items[i];
	ret_letters->n = n;
	return OK;
}
