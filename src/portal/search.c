/* Search: words without marks and đ find words with them. Titles count more than bodies; what
 * was found is shown as it is written, with the words marked. */
#include "portal/room.h"

#include "text/markdown.h"
#include "text/vietnamese.h"

enum { WORDS = 8, FOUND = 30, SNIPPET_WORDS = 32, BEFORE_WORDS = 8 };

struct wanted {
	str words[WORDS]; /* folded */
	size_t n;
};

static void words_read(struct arena *arena, str query, struct wanted *wanted)
{
	str rest = vietnamese_fold(arena, query), word;
	wanted->n = 0;
	while (wanted->n < WORDS && str_next(&rest, ' ', &word))
		if (word.n)
			wanted->words[wanted->n++] = word;
}

/* ---- the snippet ---- */

static bool word_wanted(struct arena *arena, const struct wanted *wanted, str word)
{
	struct arena_mark mark = arena_mark(arena);
	str folded = vietnamese_fold(arena, word);
	bool is = false;
	for (size_t i = 0; i < wanted->n && !is; i++)
		is = str_starts(folded, wanted->words[i]);
	arena_rewind(arena, mark);
	return is;
}

/* Where the text should begin so that the first wanted word is seen. */
static str snippet_begin(struct arena *arena, const struct wanted *wanted, str text)
{
	str rest = text, word;
	size_t starts[BEFORE_WORDS] = { 0 }, n = 0;
	while (str_next(&rest, ' ', &word)) {
		size_t at = (size_t)(word.p - text.p);
		if (word_wanted(arena, wanted, word))
			return str_slice(text, n < BEFORE_WORDS ? 0 : starts[n % BEFORE_WORDS], text.n);
		starts[n++ % BEFORE_WORDS] = at;
	}
	return text;
}

/* Escaped text in which wanted words stand in <mark>. */
static html marked(struct arena *arena, const struct wanted *wanted, str text, size_t most)
{
	struct buf out = { .arena = arena };
	str rest = text, word;
	size_t n = 0;
	for (; n < most && str_next(&rest, ' ', &word); n++) {
		bool is = word_wanted(arena, wanted, word);
		if (n)
			buf_byte(&out, ' ');
		buf_str(&out, is ? S("<mark>") : S(""));
		html_escape(&out, word);
		buf_str(&out, is ? S("</mark>") : S(""));
	}
	if (n == most && rest.n)
		buf_str(&out, S("…"));
	return (html){ buf_view(&out) };
}

static html snippet(struct arena *arena, const struct wanted *wanted, str body)
{
	str text = markdown_text(arena, body);
	char *flat = arena_alloc(arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		flat[i] = text.p[i] == '\n' ? ' ' : text.p[i];
	text = str_of(flat, text.n);
	return marked(arena, wanted, snippet_begin(arena, wanted, text), SNIPPET_WORDS);
}

/* ---- finding ---- */

static void hit_add(struct request *request, const struct wanted *wanted, const struct rows *row,
		    struct value *hits)
{
	struct arena *arena = request->ctx.arena;
	struct article a = { .kind = row_int(row, 1), .slug = row_str(row, 2) };
	struct value hit = value_map();
	str title = row_str(row, 3);
	value_set(arena, &hit, S("title"),
		  value_html(marked(arena, wanted, title, SIZE_MAX)));
	value_set(arena, &hit, S("url"), value_str(article_link(request, &a)));
	value_set(arena, &hit, S("date"), a.kind == KIND_PAGE ? value_null() :
		  value_str(time_format(arena, row_int(row, 4), 420)));
	value_set(arena, &hit, S("text"), value_html(snippet(arena, wanted, row_str(row, 5))));
	value_push(arena, hits, hit);
}

/* Folded texts begin and end with a blank, so " word" finds beginnings of words only. */
static enum err articles_find(struct request *request, struct db *db, const struct wanted *wanted,
			      struct value *hits)
{
	struct arena *arena = request->ctx.arena;
	struct rows rows;
	sql_t q = sql_new(arena);
	sql_add(&q, SQL("SELECT a.id, a.kind, a.slug, a.title, a.published_at, a.body FROM article a"
			" WHERE a.site = $1 AND a.status = 1 AND a.published_at <= $2"),
		request_site(request)->id, clock_business());
	for (size_t i = 0; i < wanted->n; i++)
		sql_contains(&q, SQL(" AND a.folded"),
			     arena_printf(arena, " %.*s", STR_ARG(wanted->words[i])));
	sql_add(&q, SQL(" ORDER BY CASE WHEN "));
	sql_contains(&q, SQL("a.title_folded"), wanted->words[0]);
	sql_add(&q, SQL(" THEN 0 ELSE 1 END, a.published_at DESC, a.id LIMIT $1"), FOUND);
	TRY(db_query_built(&request->ctx, db, &rows, &q));
	while (rows_next(&rows))
		hit_add(request, wanted, &rows, hits);
	return rows_end(&rows);
}

static void procedures_find(struct request *request, const struct wanted *wanted,
			    struct value *hits)
{
	struct arena *arena = request->ctx.arena;
	const struct portal *portal = request->state;
	const struct procedure **items;
	size_t n = 0;
	if (portal->cases)
		procedures_in_force(portal->cases, arena, clock_business(), &items, &n);
	for (size_t i = 0; i < n; i++) {
		str title = procedure_text(items[i], S("title"), request->language);
		str summary = procedure_text(items[i], S("summary"), request->language);
		str folded = arena_printf(arena, " %.*s %.*s",
					  STR_ARG(vietnamese_fold(arena, title)),
					  STR_ARG(vietnamese_fold(arena, summary)));
		bool all = true;
		for (size_t w = 0; w < wanted->n && all; w++)
			all = str_find(folded, arena_printf(arena, " %.*s",
					       STR_ARG(wanted->words[w]))) != SIZE_MAX;
		if (!all)
			continue;
		struct value hit = value_map();
		value_set(arena, &hit, S("title"), value_html(marked(arena, wanted, title, SIZE_MAX)));
		value_set(arena, &hit, S("url"), value_str(request_link(request,
			  arena_printf(arena, "/thu-tuc/%.*s", STR_ARG(items[i]->name)))));
		value_set(arena, &hit, S("date"), value_null());
		value_set(arena, &hit, S("text"),
			  value_html(marked(arena, wanted, summary, SNIPPET_WORDS)));
		value_push(arena, hits, hit);
	}
}

enum err search_page(struct request *request, struct response *response)
{
	struct arena *arena = request->ctx.arena;
	const struct portal *portal = request->state;
	str query = str_slice(request_query(request, "q"), 0, 200);
	struct value view = page_view(request, request_text(request, N_("Search")), S(""));
	struct value hits = value_list();
	struct wanted wanted;
	struct db *db;
	words_read(arena, query, &wanted);
	if (wanted.n) {
		procedures_find(request, &wanted, &hits);
		TRY(store_snapshot(&request->ctx, portal->store, &db));
		TRY(articles_find(request, db, &wanted, &hits));
	}
	value_set(arena, &view, S("asked"), value_bool(wanted.n > 0));
	value_set(arena, &view, S("q"), value_str(query));
	value_set(arena, &view, S("found"), value_int(hits.n));
	value_set(arena, &view, S("hits"), hits);
	value_set(arena, &view, S("action"), value_str(request_link(request, S("/tim"))));
	value_set(arena, &view, S("crumbs"), crumb(request, NULL, S("")));
	response_view(response, "portal/search", view);
	return OK;
}
