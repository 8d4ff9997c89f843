/* bench_search DATA [DATABASE]: how long it takes to find the newest 51 cases with the words of a name,
 * beside the look-up alone in the engine's own index of words. Both are asked through the store, in
 * turn; of each question the quickest of several rounds counts, so that neighbours do not. */
#include "app/app.h"
#include "cases/name_words.h"

#include "text/vietnamese.h"

enum { QUESTIONS = 40, ROUNDS = 9, MOST = 51, OFFICES = 64 };

enum kind { WHOLE, MARKED, TURNED, BEGINNING, CUT, LAST_TWO, GIVEN, FAMILY, NOBODY, KINDS };

static const char *const titles[] = {
	"whole name", "whole name with marks", "words in another order", "family and middle name",
	"whole name, last word cut", "last two words", "given name", "family name", "nobody's name",
};

struct bench {
	struct ctx *ctx;
	struct db *db;
	bool sqlite;
	str names[QUESTIONS];
	int64_t offices[OFFICES];
	size_t n_offices;
	int64_t office;  /* the one that is asked alone; 0: all */
	double ours[KINDS], peer[KINDS]; /* µs */
	size_t found[KINDS], found_by_peer[KINDS];
};

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* ---- questions ---- */

static str marked(struct arena *arena, str name)
{
	static const char *const pairs[][2] = {
		{ "nguyen", "Nguyễn" }, { "tran", "Trần" }, { "thi", "Thị" }, { "le", "Lê" },
		{ "pham", "Phạm" }, { "huynh", "Huỳnh" }, { "dang", "Đặng" }, { "do", "Đỗ" },
		{ "van", "Văn" }, { "hoa", "Hòa" }, { "duc", "Đức" }, { "ngoc", "Ngọc" },
		{ "vo", "Võ" }, { "bui", "Bùi" }, { "ho", "Hồ" }, { "thao", "Thảo" },
	};
	struct buf out = { .arena = arena };
	for (str word; str_next(&name, ' ', &word);) {
		str mark = word;
		for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
			if (str_eq(word, str_z(pairs[i][0])))
				mark = str_z(pairs[i][1]);
		buf_str(&out, out.n ? S(" ") : S(""));
		buf_str(&out, mark);
	}
	return buf_view(&out);
}

static str question(struct arena *arena, str name, enum kind kind)
{
	str w[8], rest = name;
	size_t n = 0;
	while (n < 8 && str_next(&rest, ' ', &w[n]))
		n++;
	switch (kind) {
	case MARKED:
		return marked(arena, name);
	case TURNED:
		return arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(w[n - 1]), STR_ARG(w[0]),
				    STR_ARG(w[1]));
	case BEGINNING:
		return arena_printf(arena, "%.*s %.*s", STR_ARG(w[0]), STR_ARG(w[1]));
	case CUT:
		return str_slice(name, 0, name.n - (w[n - 1].n > 2 ? 1 : 0));
	case LAST_TWO:
		return arena_printf(arena, "%.*s %.*s", STR_ARG(w[n - 2]), STR_ARG(w[n - 1]));
	case GIVEN:
		return w[n - 1];
	case FAMILY:
		return w[0];
	case NOBODY:
		return arena_printf(arena, "%.*s khongai", STR_ARG(name));
	default:
		return name;
	}
}

/* ---- the two ways ---- */

static enum err ask_ours(struct bench *b, str words, size_t *ret_n)
{
	struct found_case found[MOST];
	struct name_search search = { .offices = b->office ? &b->office : b->offices,
				      .n = b->office ? 1 : b->n_offices, .words = words,
				      .before = INT64_MAX };
	return name_words_find(b->ctx, b->db, &search, found, MOST, ret_n);
}

/* The last word as a beginning, as ours has it. */
static enum err ask_peer(struct bench *b, str words, size_t *ret_n)
{
	struct arena *arena = b->ctx->arena;
	str rest = vietnamese_fold(arena, words);
	struct buf match = { .arena = arena };
	struct rows rows;
	sql_t q = sql_new(arena);
	str both;
	for (str word; str_next(&rest, ' ', &word);) {
		bool last = str_empty(rest);
		buf_str(&match, match.n ? (b->sqlite ? S(" AND ") : S(" & ")) : S(""));
		buf_str(&match, word);
		buf_str(&match, last ? (b->sqlite ? S("*") : S(":*")) : S(""));
	}
	both = arena_printf(arena, "(subject : (%.*s)) OR (applicant : (%.*s))",
			    STR_ARG(buf_view(&match)), STR_ARG(buf_view(&match)));
	if (b->sqlite && b->office)
		sql_add(&q, SQL("SELECT rowid FROM peer_office WHERE peer_office MATCH $1"
				" ORDER BY rowid DESC LIMIT $2"), both, MOST);
	else if (b->sqlite)
		sql_add(&q, SQL("SELECT rowid FROM peer_all WHERE peer_all MATCH $1"
				" ORDER BY rowid DESC LIMIT $2"), both, MOST);
	else if (b->office)
		sql_add(&q, SQL("SELECT id FROM peer_office WHERE subject @@ to_tsquery('simple', $1)"
				" OR applicant @@ to_tsquery('simple', $1)"
				" ORDER BY id DESC LIMIT $2"), buf_view(&match), MOST);
	else
		sql_add(&q, SQL("SELECT id FROM peer_all WHERE subject @@ to_tsquery('simple', $1)"
				" OR applicant @@ to_tsquery('simple', $1)"
				" ORDER BY id DESC LIMIT $2"), buf_view(&match), MOST);
	TRY(db_query_built(b->ctx, b->db, &rows, &q));
	for (*ret_n = 0; rows_next(&rows);)
		++*ret_n;
	return rows_end(&rows);
}

static enum err time_one(struct bench *b, enum err (*ask)(struct bench *, str, size_t *), str words,
			 double *least, size_t *ret_n)
{
	struct arena_mark mark = arena_mark(b->ctx->arena);
	double began = now_us(), took;
	TRY(ask(b, words, ret_n));
	took = now_us() - began;
	*least = took < *least ? took : *least;
	arena_rewind(b->ctx->arena, mark);
	return OK;
}

static enum err time_kind(struct bench *b, enum kind kind)
{
	b->ours[kind] = b->peer[kind] = 0;
	b->found[kind] = b->found_by_peer[kind] = 0;
	for (size_t i = 0; i < QUESTIONS; i++) {
		str words = question(b->ctx->arena, b->names[i], kind);
		double ours = 1e9, peer = 1e9;
		size_t n, by_peer;
		for (int round = 0; round < ROUNDS; round++) {
			TRY(time_one(b, ask_ours, words, &ours, &n));
			TRY(time_one(b, ask_peer, words, &peer, &by_peer));
		}
		b->ours[kind] += ours / QUESTIONS;
		b->peer[kind] += peer / QUESTIONS;
		b->found[kind] += n;
		b->found_by_peer[kind] += by_peer;
	}
	return OK;
}

static enum err choose_names(struct bench *b)
{
	struct rows rows;
	int64_t least, most;
	TRY(db_query(b->ctx, b->db, &rows, SQL("SELECT id FROM organisation WHERE kind = 'ward'"
					       " ORDER BY id LIMIT $1"), OFFICES));
	while (rows_next(&rows))
		b->offices[b->n_offices++] = row_int(&rows, 0);
	TRY(rows_end(&rows));
	b->office = b->offices[0];
	TRY(db_int(b->ctx, b->db, 0, &least, SQL("SELECT MIN(id) FROM case_file WHERE organisation = $1"),
		   b->office));
	TRY(db_int(b->ctx, b->db, 0, &most, SQL("SELECT MAX(id) FROM case_file WHERE organisation = $1"),
		   b->office));
	for (int i = 0; i < QUESTIONS; i++)
		TRY(db_text(b->ctx, b->db, &b->names[i],
			    SQL("SELECT subject_key FROM case_file WHERE organisation = $1 AND id >= $2"
				" ORDER BY id LIMIT 1"),
			    b->office, least + (most - least) / QUESTIONS * i));
	return OK;
}

static enum err measure(struct ctx *ctx, struct db *db, void *arg)
{
	struct bench *b = arg;
	b->ctx = ctx;
	b->db = db;
	TRY(choose_names(b));
	for (int all = 0; all < 2; all++) {
		b->office = all ? 0 : b->offices[0];
		printf("%s, %s\n", b->sqlite ? "SQLite, FTS5" : "PostgreSQL, GIN",
		       all ? "all offices" : "one office");
		for (enum kind kind = 0; kind < KINDS; kind++) {
			TRY(time_kind(b, kind));
			printf("    %-28s ours %9.3f ms (%5.1f found)   index alone %9.3f ms (%5.1f)"
			       "   %6.2f x\n", titles[kind], b->ours[kind] / 1e3,
			       (double)b->found[kind] / QUESTIONS, b->peer[kind] / 1e3,
			       (double)b->found_by_peer[kind] / QUESTIONS,
			       b->ours[kind] / b->peer[kind]);
		}
	}
	return OK;
}

int main(int argc, char **argv)
{
	struct app app = { .options = { .data = argc > 1 ? argv[1] : NULL,
					.database = argc > 2 ? argv[2] : NULL } };
	struct bench bench = { .sqlite = argc <= 2 };
	if (argc < 2) {
		fputs("bench_search DATA [DATABASE]\n", stderr);
		return 2;
	}
	arena_init(&app.arena);
	struct ctx ctx = { .arena = &app.arena };
	enum err err = app_open(&ctx, &app);
	if (err == OK)
		err = store_read(&ctx, app.store, measure, &bench);
	if (err != OK)
		fprintf(stderr, "%.*s\n%.*s\n", STR_ARG(ctx.fault.message), STR_ARG(ctx.fault.detail));
	app_close(&app);
	arena_done(&app.arena);
	return err != OK;
}
