/*
 * render: what a template costs beside writing the same page straight from structs (BUDGETS P3b).
 * A list of 20 rows of 8 texts, escaped into a buffer, four ways in one run:
 *
 *	straight, table    byte by byte through a table
 *	straight, wide     with html_escape, 16 bytes at a time
 *	template           a compiled template over a view that is there
 *	view and template  the view made from the structs first, as a page does
 *
 * Prints CPU µs a page (the best of several rounds, taken in turn) and ratios. Exit 1 where all
 * four do not write the same bytes.
 */
#include "base/buf.h"
#include "text/template.h"

#include <stdio.h>
#include <time.h>

enum { ROWS = 20, FIELDS = 8, PAGES = 4000, ROUNDS = 9, WAYS = 4 };

struct row {
	str fields[FIELDS];
};

static const str names[FIELDS] = {
	S("code"), S("name"), S("procedure"), S("status"), S("received"), S("due"), S("holder"),
	S("note"),
};

struct bench {
	struct arena arena, scratch;
	struct ctx ctx;
	struct row rows[ROWS];
	struct value view;
	const struct template *page;
	str (*ways[WAYS])(struct bench *);
};

static void fill(struct bench *b)
{
	for (int i = 0; i < ROWS; i++) {
		const str texts[FIELDS] = {
			arena_printf(&b->arena, "000.00.15.H17-150126-%04d", i),
			S("Nguyễn Thị Thanh Hòa"), S("Đăng ký khai sinh & cư trú"), S("Đang xử lý"),
			S("26/01/2015 09:00"), S("05/02/2015"), S("Trần Văn Bình <Tư pháp>"),
			S("Bổ sung \"giấy chứng sinh\""),
		};
		memcpy(b->rows[i].fields, texts, sizeof texts);
	}
}

static void escape_by_table(struct buf *out, str s)
{
	static const char *const entities[256] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
	};
	for (size_t i = 0; i < s.n; i++) {
		const char *entity = entities[(unsigned char)s.p[i]];
		if (entity)
			buf_str(out, str_z(entity));
		else
			buf_byte(out, s.p[i]);
	}
}

static str straight(struct bench *b, void (*escape)(struct buf *, str))
{
	struct buf out = { .arena = &b->scratch };
	buf_str(&out, S("<table>\n"));
	for (int i = 0; i < ROWS; i++) {
		buf_str(&out, S("<tr>"));
		for (int j = 0; j < FIELDS; j++) {
			buf_str(&out, S("<td>"));
			escape(&out, b->rows[i].fields[j]);
			buf_str(&out, S("</td>"));
		}
		buf_str(&out, S("</tr>\n"));
	}
	buf_str(&out, S("</table>\n"));
	return buf_view(&out);
}

static str by_table(struct bench *b)
{
	return straight(b, escape_by_table);
}

static str wide(struct bench *b)
{
	return straight(b, html_escape);
}

static str rendered(struct bench *b, struct value view)
{
	struct buf out = { .arena = &b->scratch };
	if (template_render(&b->ctx, b->page, view, &out))
		abort();
	return buf_view(&out);
}

static str by_template(struct bench *b)
{
	return rendered(b, b->view);
}

static struct value make_view(struct arena *arena, const struct row *rows)
{
	struct value list = value_list(), view = value_map();
	for (int i = 0; i < ROWS; i++) {
		struct value row = value_map();
		for (int j = 0; j < FIELDS; j++)
			value_append(arena, &row, names[j], value_str(rows[i].fields[j]));
		value_push(arena, &list, row);
	}
	value_set(arena, &view, S("rows"), list);
	return view;
}

static str by_view_and_template(struct bench *b)
{
	return rendered(b, make_view(&b->scratch, b->rows));
}

static void load(struct bench *b)
{
	struct buf text = { .arena = &b->arena };
	buf_str(&text, S("<table>\n{{#rows}}\n<tr>"));
	for (int j = 0; j < FIELDS; j++)
		buf_printf(&text, "<td>{{%.*s}}</td>", STR_ARG(names[j]));
	buf_str(&text, S("</tr>\n{{/rows}}\n</table>\n"));
	struct embedded file = { .name = S("page.mustache"), .bytes = buf_view(&text) };
	const struct template_options options = { .strict = true, .only_safe_markup = true };
	struct template_set *set;
	if (template_set_load(&b->ctx, &b->arena, (struct embedded_set){ &file, 1 }, &options,
			      &set))
		abort();
	b->page = template_set_get(set, S("page"), NULL);
}

static double cpu_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double round_of(struct bench *b, str (*way)(struct bench *))
{
	double start = cpu_now();
	for (int i = 0; i < PAGES; i++) {
		way(b);
		arena_reset(&b->scratch);
	}
	return (cpu_now() - start) / PAGES;
}

static bool all_the_same(struct bench *b)
{
	str first = arena_copy(&b->arena, b->ways[0](b));
	for (int i = 1; i < WAYS; i++)
		if (!str_eq(first, b->ways[i](b)))
			return false;
	printf("page of %zu bytes, %d texts\n", first.n, ROWS * FIELDS);
	return true;
}

int main(void)
{
	static const char *const titles[WAYS] = {
		"straight, table", "straight, wide", "template", "view and template",
	};
	static struct bench b = {
		.ways = { by_table, wide, by_template, by_view_and_template }
	};
	double best[WAYS] = { 1e9, 1e9, 1e9, 1e9 };
	arena_init(&b.arena);
	arena_init(&b.scratch);
	b.ctx.arena = &b.scratch;
	fill(&b);
	load(&b);
	b.view = make_view(&b.arena, b.rows);
	if (!all_the_same(&b)) {
		fputs("the pages differ\n", stderr);
		return 1;
	}
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < WAYS; i++) {
			double took = round_of(&b, b.ways[i]);
			best[i] = took < best[i] ? took : best[i];
		}
	for (int i = 0; i < WAYS; i++)
		printf("%-20s %6.2f us  %5.2f x table  %5.2f x wide\n", titles[i], best[i],
		       best[i] / best[0], best[i] / best[1]);
	arena_done(&b.scratch);
	arena_done(&b.arena);
	return 0;
}
