/* Words of names: their rows, and finding cases by them. */
#include "cases/name_words.h"
#include "cases/room.h"

#include "text/vietnamese.h"

enum {
	ASKED = 12,      /* words of a search; more say nothing more */
	EXPANDED = 24,   /* words that begin with the last one, each walked */
	MEASURED = 100,  /* rows by which a word is judged rare or common */
	JUDGED = 6,      /* of the expanded */
};

/* ---- rows ---- */

struct names {
	str name[2]; /* " nguyen thi lan ", the subject's and another applicant's */
	size_t n;
};

static struct names names_of(struct arena *arena, str subject_key, str applicant_key)
{
	struct names names = { 0 };
	str keys[] = { subject_key, applicant_key };
	for (size_t i = 0; i < 2; i++)
		if (!str_empty(keys[i]) && (i == 0 || !str_eq(keys[0], keys[1])))
			names.name[names.n++] = arena_printf(arena, " %.*s ", STR_ARG(keys[i]));
	return names;
}

static struct names names_of_case(struct arena *arena, const struct case_file *c)
{
	return names_of(arena, vietnamese_fold(arena, c->subject),
			vietnamese_fold(arena, c->applicant));
}

/* Each word once, at most `most`. */
static size_t words_of(str name, str *words, size_t most)
{
	size_t n = 0, told = 0;
	for (str word; told < most && str_next(&name, ' ', &word);) {
		bool known = str_empty(word);
		told += !str_empty(word);
		for (size_t i = 0; i < n && !known; i++)
			known = str_eq(words[i], word);
		if (!known)
			words[n++] = word;
	}
	return n;
}

static enum err insert_names(struct ctx *ctx, struct db *db, const struct case_file *c,
			     const struct names *names)
{
	for (size_t k = 0; k < names->n; k++) {
		str words[NAME_WORDS];
		size_t n = words_of(names->name[k], words, NAME_WORDS);
		for (size_t i = 0; i < n; i++)
			TRY(db_run(ctx, db,
				   SQL("INSERT INTO name_word (organisation, word, case_id, name)"
				       " VALUES ($1, $2, $3, $4)"),
				   c->organisation, words[i], c->id, names->name[k]));
	}
	return OK;
}

enum err name_words_insert(struct ctx *ctx, struct db *db, const struct case_file *c)
{
	struct names names = names_of_case(ctx->arena, c);
	return insert_names(ctx, db, c, &names);
}

static bool same_names(const struct names *a, const struct names *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!str_eq(a->name[i], b->name[i]))
			return false;
	return true;
}

static enum err delete_names(struct ctx *ctx, struct db *db, const struct case_file *c,
			     const struct names *names)
{
	for (size_t k = 0; k < names->n; k++) {
		str words[NAME_WORDS];
		size_t n = words_of(names->name[k], words, NAME_WORDS);
		for (size_t i = 0; i < n; i++)
			TRY(db_run(ctx, db,
				   SQL("DELETE FROM name_word WHERE organisation = $1 AND word = $2"
				       " AND case_id = $3 AND name = $4"),
				   c->organisation, words[i], c->id, names->name[k]));
	}
	return OK;
}

enum err name_words_change(struct ctx *ctx, struct db *db, const struct case_file *c)
{
	struct names after = names_of_case(ctx->arena, c), before;
	struct rows row;
	TRY(db_one(ctx, db, &row,
		   SQL("SELECT subject_key, applicant_key FROM case_file"
		       " WHERE organisation = $1 AND id = $2"), c->organisation, c->id));
	before = names_of(ctx->arena, row_str(&row, 0), row_str(&row, 1));
	if (same_names(&before, &after))
		return OK;
	TRY(delete_names(ctx, db, c, &before));
	return insert_names(ctx, db, c, &after);
}

enum err name_words_compare(struct ctx *ctx, struct db *db, const struct case_file *c,
			    int64_t *ret_told, int64_t *ret_there)
{
	struct names names = names_of_case(ctx->arena, c);
	struct rows row;
	sql_t q = sql_new(ctx->arena);
	*ret_told = *ret_there = 0;
	for (size_t k = 0; k < names.n; k++) {
		str words[NAME_WORDS];
		size_t n = words_of(names.name[k], words, NAME_WORDS);
		for (size_t i = 0; i < n; i++, ++*ret_told) {
			sql_add(&q, *ret_told ? SQL(" UNION ALL ") : SQL("SELECT COUNT(*) FROM ("));
			sql_add(&q, SQL("SELECT 1 AS one FROM name_word WHERE organisation = $1"
					" AND word = $2 AND case_id = $3 AND name = $4"),
				c->organisation, words[i], c->id, names.name[k]);
		}
	}
	if (!*ret_told)
		return OK;
	sql_add(&q, SQL(") AS w"));
	TRY(db_one_built(ctx, db, &row, &q));
	*ret_there = row_int(&row, 0);
	return OK;
}

/* ---- what is asked ---- */

struct asked {
	str words[ASKED]; /* folded; the last may be the beginning of a word */
	size_t n;
	bool whole;       /* the last one stood before, too: it is no beginning */
	str number;       /* as typed, without blanks and points; "" without a digit */
};

static str number_of(struct arena *arena, str text)
{
	struct buf out = { .arena = arena };
	bool digit = false;
	for (size_t i = 0; i < text.n; i++) {
		digit = digit || (text.p[i] >= '0' && text.p[i] <= '9');
		if (text.p[i] != ' ' && text.p[i] != '.')
			buf_byte(&out, text.p[i]);
	}
	return digit ? buf_view(&out) : S("");
}

static bool ends_with_known(str words)
{
	str rest = words, word, last = S("");
	while (str_next(&rest, ' ', &word))
		last = word;
	str before = str_slice(words, 0, words.n - last.n);
	while (str_next(&before, ' ', &word))
		if (!str_empty(word) && str_eq(word, last))
			return true;
	return false;
}

static struct asked asked_read(struct arena *arena, str text)
{
	struct asked asked = { .number = number_of(arena, text) };
	str folded = vietnamese_fold(arena, text);
	asked.n = words_of(folded, asked.words, ASKED);
	asked.whole = ends_with_known(folded);
	return asked;
}

static bool is_beginning(const struct asked *asked, size_t i)
{
	return i + 1 == asked->n && !asked->whole;
}

/* The name has the other words, too. `skip`: the one whose rows are walked; asked->n: none. */
static void add_others(sql_t *q, struct sql column, const struct asked *asked, size_t skip)
{
	for (size_t i = 0; i < asked->n; i++) {
		if (i == skip)
			continue;
		sql_add(q, SQL(" AND "));
		sql_contains(q, column, arena_printf(q->text.arena, is_beginning(asked, i) ?
						     " %.*s" : " %.*s ", STR_ARG(asked->words[i])));
	}
}

static void add_either_name(sql_t *q, const struct asked *asked)
{
	sql_add(q, SQL("1 = 1"));
	add_others(q, SQL("' ' || c.subject_key || ' '"), asked, asked->n);
	sql_add(q, SQL(" OR 1 = 1"));
	add_others(q, SQL("' ' || c.applicant_key || ' '"), asked, asked->n);
}

void name_words_match(sql_t *q, str words)
{
	struct asked asked = asked_read(q->text.arena, words);
	if (!asked.n)
		return;
	sql_add(q, SQL(" AND ("));
	if (!str_empty(asked.number))
		sql_add(q, SQL("c.code = $1 OR c.phone = $2 OR c.phone = $1 OR (c.applicant_id = $2"
			       " AND c.applicant_id <> '') OR "), words, asked.number);
	add_either_name(q, &asked);
	sql_add(q, SQL(")"));
}

/* ---- which word to walk ---- */

struct finding {
	struct ctx *ctx;
	struct db *db;
	const struct name_search *search;
	struct asked asked;
	int64_t office;
	int64_t after; /* only newer ones are wanted any more */
	str expanded[EXPANDED + 1]; /* words of the office that the last one begins */
	size_t n_expanded;
};

/* Skips from word to word of the index, not from row to row. */
static enum err expand(struct finding *f)
{
	sql_t q = sql_new(f->ctx->arena);
	str beginning = f->asked.words[f->asked.n - 1];
	struct rows rows;
	if (f->asked.whole) {
		f->expanded[0] = beginning;
		f->n_expanded = 1;
		return OK;
	}
	sql_add(&q, SQL("WITH RECURSIVE w(word) AS (SELECT MIN(word) FROM name_word"
			" WHERE organisation = $1 AND "), f->office);
	sql_prefix(&q, SQL("word"), beginning);
	sql_add(&q, SQL(" UNION ALL SELECT (SELECT MIN(n.word) FROM name_word n"
			" WHERE n.organisation = $1 AND n.word > w.word AND "), f->office);
	sql_prefix(&q, SQL("n.word"), beginning);
	sql_add(&q, SQL(") FROM w WHERE w.word IS NOT NULL) SELECT word FROM w"
			" WHERE word IS NOT NULL LIMIT $1"), EXPANDED + 1);
	TRY(db_query_built(f->ctx, f->db, &rows, &q));
	for (f->n_expanded = 0; f->n_expanded <= EXPANDED && rows_next(&rows);)
		f->expanded[f->n_expanded++] = row_str(&rows, 0);
	return rows_end(&rows);
}

/* How far back the newest rows of a word reach: further where it is rarer. Less than MEASURED where
 * there are no more rows than that. */
static enum err measure(struct finding *f, str word, int64_t *ret_reach)
{
	struct rows row;
	TRY(db_one(f->ctx, f->db, &row,
		   SQL("SELECT COUNT(*), MIN(id) FROM (SELECT case_id AS id FROM name_word"
		       " WHERE organisation = $1 AND word = $2 AND case_id < $3"
		       " ORDER BY case_id DESC LIMIT $4) AS w"),
		   f->office, word, f->search->before, MEASURED));
	*ret_reach = row_int(&row, 0) < MEASURED ? row_int(&row, 0) : row_int(&row, 1);
	return OK;
}

/* The last word is as common as the commonest it may be. */
static enum err measure_expanded(struct finding *f, int64_t *ret_reach)
{
	*ret_reach = f->n_expanded > JUDGED ? INT64_MAX : 0;
	for (size_t i = 0; i < f->n_expanded && f->n_expanded <= JUDGED; i++) {
		int64_t reach;
		TRY(measure(f, f->expanded[i], &reach));
		*ret_reach = reach > *ret_reach ? reach : *ret_reach;
	}
	return OK;
}

/* The rarest word; the last one only where its expansions are few enough to walk. *ret_walked is
 * asked.n where none can be walked. */
static enum err choose(struct finding *f, size_t *ret_walked)
{
	size_t last = f->asked.n - 1;
	int64_t least = INT64_MAX;
	*ret_walked = f->n_expanded <= EXPANDED ? last : f->asked.n;
	if (last == 0)
		return OK;
	TRY(measure_expanded(f, &least));
	for (size_t i = 0; i < last && least > 0; i++) {
		int64_t reach;
		TRY(measure(f, f->asked.words[i], &reach));
		if (reach > least || (reach == least && *ret_walked == last))
			continue;
		least = reach;
		*ret_walked = i;
	}
	return OK;
}

/* ---- the walks ---- */

static void begin_walk(sql_t *q, size_t *walks)
{
	sql_add(q, (*walks)++ ? SQL(" UNION ALL SELECT id FROM (") :
				SQL("SELECT DISTINCT id FROM (SELECT id FROM ("));
}

static void end_walk(const struct finding *f, sql_t *q, struct sql id, size_t most)
{
	sql_add(q, SQL(" AND "));
	sql_add(q, id);
	sql_add(q, SQL(" < $1 AND "), f->search->before);
	sql_add(q, id);
	sql_add(q, SQL(" > $1 ORDER BY "), f->after);
	sql_add(q, id);
	sql_add(q, SQL(" DESC LIMIT $1) AS f"), (int64_t)most);
}

static void add_filter(const struct finding *f, sql_t *q)
{
	if (f->search->filter)
		sql_append(q, f->search->filter);
}

static void walk_word(const struct finding *f, sql_t *q, str word, size_t walked, size_t most)
{
	sql_add(q, SQL("SELECT DISTINCT w.case_id AS id FROM name_word w"));
	if (f->search->filter)
		sql_add(q, SQL(" JOIN case_file c ON c.organisation = w.organisation"
			       " AND c.id = w.case_id"));
	sql_add(q, SQL(" WHERE w.organisation = $1 AND w.word = $2"), f->office, word);
	add_others(q, SQL("w.name"), &f->asked, walked);
	add_filter(f, q);
	end_walk(f, q, SQL("w.case_id"), most);
}

/* What so many words of an office begin with, so many of its cases have: they are near. */
static void walk_cases(const struct finding *f, sql_t *q, size_t most)
{
	sql_add(q, SQL("SELECT c.id AS id FROM case_file c WHERE c.organisation = $1 AND ("),
		f->office);
	add_either_name(q, &f->asked);
	sql_add(q, SQL(")"));
	add_filter(f, q);
	end_walk(f, q, SQL("c.id"), most);
}

/* The few that have the number come first: SQLite would walk the office's cases in their order. */
static void walk_number(const struct finding *f, sql_t *q, size_t most)
{
	sql_add(q, SQL("SELECT c.id AS id FROM (SELECT id FROM case_code WHERE code = $2"
		       " UNION SELECT id FROM case_file WHERE applicant_id = $3 AND applicant_id <> ''"
		       " UNION SELECT id FROM case_file WHERE organisation = $1 AND phone IN ($2, $3)"
		       " AND phone <> '') AS n CROSS JOIN case_file c"
		       " WHERE c.organisation = $1 AND c.id = n.id"),
		f->office, f->search->words, f->asked.number);
	add_filter(f, q);
	end_walk(f, q, SQL("c.id"), most);
}

static enum err office_query(struct finding *f, size_t most, sql_t *q, size_t *ret_walks)
{
	size_t walked;
	*ret_walks = 0;
	TRY(expand(f));
	if (!str_empty(f->asked.number)) {
		begin_walk(q, ret_walks);
		walk_number(f, q, most);
	}
	if (f->n_expanded == 0)
		return OK;
	TRY(choose(f, &walked));
	if (walked == f->asked.n) {
		begin_walk(q, ret_walks);
		walk_cases(f, q, most);
		return OK;
	}
	bool expanded = walked == f->asked.n - 1;
	for (size_t i = 0; i < (expanded ? f->n_expanded : 1); i++) {
		begin_walk(q, ret_walks);
		walk_word(f, q, expanded ? f->expanded[i] : f->asked.words[walked], walked, most);
	}
	return OK;
}

/* Puts a case among the newest; *n stays at most `most`. */
static void keep_newest(struct found_case *found, size_t *n, size_t most, struct found_case one)
{
	size_t at = *n;
	if (at == most && found[at - 1].id > one.id)
		return;
	at = at == most ? at - 1 : at;
	for (; at > 0 && found[at - 1].id < one.id; at--)
		found[at] = found[at - 1];
	found[at] = one;
	*n += *n < most;
}

enum err name_words_find(struct ctx *ctx, struct db *db, const struct name_search *search,
			 struct found_case *ret_found, size_t most, size_t *ret_n)
{
	struct finding f = { .ctx = ctx, .db = db, .search = search,
			     .asked = asked_read(ctx->arena, search->words) };
	*ret_n = 0;
	for (size_t i = 0; i < search->n && f.asked.n; i++) {
		sql_t q = sql_new(ctx->arena);
		struct rows rows;
		size_t walks;
		f.office = search->offices[i];
		f.after = *ret_n == most ? ret_found[most - 1].id : 0;
		TRY(office_query(&f, most, &q, &walks));
		if (!walks)
			continue;
		sql_add(&q, SQL(") AS u ORDER BY id DESC LIMIT $1"), (int64_t)most);
		TRY(db_query_built(ctx, db, &rows, &q));
		while (rows_next(&rows))
			keep_newest(ret_found, ret_n, most,
				    (struct found_case){ f.office, row_int(&rows, 0) });
		TRY(rows_end(&rows));
	}
	return OK;
}
