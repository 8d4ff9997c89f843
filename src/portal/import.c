#include "portal/import.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/datetime.h"
#include "portal/spelling.h"
#include "text/vietnamese.h"

struct line {
	int number; /* in the file, from 1 */
	str text;
};

struct reader {
	struct ctx *ctx;
	struct imported *page;
	struct line *lines;
	size_t n;
	size_t head; /* index of the line with the date of publishing */
};

const char *import_kind_name(enum import_kind kind)
{
	static const char *const names[] = { N_("removed"), N_("taken as"), N_("look") };
	return names[kind];
}

__attribute__((format(printf, 4, 5)))
static void note(struct reader *r, int line, enum import_kind kind, const char *msgid, ...)
{
	struct arena *arena = r->ctx->arena;
	struct imported *page = r->page;
	size_t size = sizeof *page->notes;
	page->notes = arena_grow(arena, page->notes, page->n_notes * size,
				 (page->n_notes + 1) * size);
	char text[600];
	va_list args;
	va_start(args, msgid);
	int n = vsnprintf(text, sizeof text, ctx_text(r->ctx, msgid), args);
	va_end(args);
	size_t length = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	page->notes[page->n_notes++] = (struct import_note){
		.line = line, .kind = kind,
		.text = arena_copy(arena, vietnamese_nfc(arena, str_of(text, length))),
	};
}

/* At most 60 characters of it, for a note. */
static str excerpt(struct arena *arena, str s)
{
	size_t characters = 0, at = 0;
	uint32_t code;
	while (at < s.n && characters++ < 60)
		at += utf8_decode(s, at, &code);
	return at < s.n ? arena_printf(arena, "%.*s…", (int)at, s.p) : s;
}

/* ---- remains of mark-up ---- */

static const struct {
	const char *found, *text;
} remains[] = {
	{ "&nbsp;", " " }, { "nbsp;", " " }, { "// <![CDATA[", "" }, { "//<![CDATA[", "" },
	{ "<![CDATA[", "" }, { "// ]]>", "" }, { "//]]>", "" }, { "]]>", "" }, { "<!--", "" },
	{ "-->", "" }, { "&amp;", "&" }, { "&quot;", "\"" }, { "&lt;", "<" }, { "&gt;", ">" },
	{ "&ldquo;", "“" }, { "&rdquo;", "”" }, { "&hellip;", "…" },
};

/* Length of the tag that `s` begins with, or 0. */
static size_t tag_length(str s)
{
	bool begins = s.n > 2 && s.p[0] == '<' &&
		      (s.p[1] == '/' || ((s.p[1] | 32) >= 'a' && (s.p[1] | 32) <= 'z'));
	size_t end = begins ? str_find_byte(s, '>') : SIZE_MAX;
	return end == SIZE_MAX ? 0 : end + 1;
}

/* What stands at the beginning of `s` and is no text: its length, or 0. */
static size_t remnant_length(str s, str *ret_text)
{
	*ret_text = S("");
	for (size_t i = 0; i < sizeof remains / sizeof *remains; i++)
		if (str_starts(s, str_z(remains[i].found))) {
			*ret_text = str_z(remains[i].text);
			return strlen(remains[i].found);
		}
	return tag_length(s);
}

/* The line without remains of mark-up and without doubled blanks. */
static str line_clean(struct reader *r, int number, str raw)
{
	struct buf out = { .arena = r->ctx->arena };
	for (size_t at = 0; at < raw.n;) {
		str rest = str_slice(raw, at, raw.n), text;
		size_t length = remnant_length(rest, &text);
		if (length)
			note(r, number, IMPORT_REMOVED, N_("“%.*s”"), (int)length, rest.p);
		else
			text = str_slice(rest, 0, 1);
		bool blank = str_eq(text, S(" ")) || str_eq(text, S("\t"));
		if (!blank)
			buf_str(&out, text);
		else if (out.n && out.p[out.n - 1] != ' ')
			buf_byte(&out, ' ');
		at += length ? length : 1;
	}
	/* What was taken away may have parted a letter from its mark. */
	return str_trim(vietnamese_nfc(r->ctx->arena, buf_view(&out)));
}

/* ---- menus ---- */

static const char *const menus[] = {
	"trang chu", "dang nhap", "dang ky", "in bai viet", "in trang", "gui email", "gui ban be",
	"quay lai", "tro lai", "ve dau trang", "tin lien quan", "cac tin khac", "tin khac",
	"chia se", "so do trang", "lien he", "quan ly video", "thu vien anh", "tim kiem", "rss",
};

/* "Quản lý video Quản lý video": the same words twice. */
static bool is_doubled(str folded)
{
	return folded.n % 2 == 1 && folded.p[folded.n / 2] == ' ' &&
	       str_eq(str_slice(folded, 0, folded.n / 2),
		      str_slice(folded, folded.n / 2 + 1, folded.n));
}

static bool is_menu(struct arena *arena, str line)
{
	str folded = vietnamese_fold(arena, line);
	if (is_doubled(folded))
		return true;
	for (size_t i = 0; i < sizeof menus / sizeof *menus; i++)
		if (str_eq(folded, str_z(menus[i])))
			return true;
	return false;
}

/* ---- the head: title, poster, date, views ---- */

static const char *const labels[] = {
	"Người đăng tin:", "Người đăng:", "Ngày đăng tin:", "Ngày đăng:", "Số lượt xem:",
	"Lượt xem:",
};

/* What stands behind a label, up to the next one. */
static bool labelled(str line, const char *label, str *ret_value)
{
	size_t at = str_find(line, str_z(label));
	if (at == SIZE_MAX)
		return false;
	str rest = str_slice(line, at + strlen(label), line.n);
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		size_t next = str_find(rest, str_z(labels[i]));
		if (next != SIZE_MAX)
			rest = str_slice(rest, 0, next);
	}
	*ret_value = str_trim(rest);
	return true;
}

static bool labelled_either(str line, const char *one, const char *other, str *ret_value)
{
	return labelled(line, one, ret_value) || labelled(line, other, ret_value);
}

/* 24/01/2015 or 24-1-2015, whatever follows it. */
static bool day_read(str s, int64_t *ret_day)
{
	int64_t part[3] = { 0 };
	size_t at = 0;
	for (int i = 0; i < 3; i++) {
		size_t from = at;
		while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
			at++;
		if (!str_int(str_slice(s, from, at), 1, 2100, &part[i]))
			return false;
		if (i < 2 && (at == s.n || (s.p[at] != '/' && s.p[at] != '-')))
			return false;
		at++;
	}
	if (part[2] < 1990 || !date_exists((int32_t)part[2], (int)part[1], (int)part[0]))
		return false;
	*ret_day = days_of_civil((int32_t)part[2], (int)part[1], (int)part[0]);
	return true;
}

/* 1.234 and 1234 alike; -1 where it is no number. */
static int64_t count_read(struct arena *arena, str s)
{
	struct buf digits = { .arena = arena };
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '.' && s.p[i] != ',')
			buf_byte(&digits, s.p[i]);
	int64_t n;
	return str_int(buf_view(&digits), 0, INT64_C(1000000000000), &n) ? n : -1;
}

/* A name that stands for nobody: one word again and again, or what test accounts are called. */
static bool is_nobody(struct arena *arena, str name)
{
	static const char *const nobodies[] = {
		"test", "admin", "administrator", "user", "guest", "demo", "root", "quantri",
	};
	str rest = vietnamese_fold(arena, name), word, first = S("");
	size_t words = 0, different = 0;
	while (str_next(&rest, ' ', &word)) {
		first = words++ ? first : word;
		different += !str_eq(word, first);
		for (size_t i = 0; i < sizeof nobodies / sizeof *nobodies; i++)
			if (str_eq(word, str_z(nobodies[i])))
				return true;
	}
	return words < 2 || !different;
}

static void poster_read(struct reader *r, const struct line *line)
{
	struct imported *page = r->page;
	if (!labelled_either(line->text, labels[0], labels[1], &page->poster) ||
	    str_empty(page->poster)) {
		page->poster_doubtful = true;
		note(r, line->number, IMPORT_LOOK, N_("the page does not say who published it"));
		return;
	}
	page->poster_doubtful = is_nobody(r->ctx->arena, page->poster);
	if (page->poster_doubtful)
		note(r, line->number, IMPORT_LOOK,
		     N_("the poster “%.*s” is nobody: name who answers for the article"),
		     STR_ARG(page->poster));
}

static enum err head_read(struct reader *r)
{
	struct imported *page = r->page;
	const struct line *line = &r->lines[r->head];
	str value;
	labelled_either(line->text, labels[2], labels[3], &value);
	if (!day_read(value, &page->day))
		return fail(r->ctx, ERR_INVALID, "Line %d: “%.*s” is not a date", line->number,
			    STR_ARG(value));
	poster_read(r, line);
	page->views = -1;
	if (labelled_either(line->text, labels[4], labels[5], &value))
		page->views = count_read(r->ctx->arena, value);
	if (page->views < 0)
		note(r, line->number, IMPORT_LOOK, N_("the page does not say how often it was seen"));
	if (r->head == 0)
		return fail(r->ctx, ERR_INVALID, "There is no title above line %d", line->number);
	page->title = r->lines[r->head - 1].text;
	for (size_t i = 0; i + 1 < r->head; i++)
		note(r, r->lines[i].number, IMPORT_REMOVED, N_("above the title: “%.*s”"),
		     STR_ARG(excerpt(r->ctx->arena, r->lines[i].text)));
	return OK;
}

static enum err head_find(struct reader *r)
{
	str value;
	for (r->head = 0; r->head < r->n; r->head++)
		if (labelled_either(r->lines[r->head].text, labels[2], labels[3], &value))
			return head_read(r);
	return fail(r->ctx, ERR_INVALID,
		    "This is not an article page of the old portal: no line has “Ngày đăng tin:”");
}

/* ---- the body ---- */

static bool ends_sentence(str s)
{
	static const char *const ends[] = { ".", "!", "?", ":", ";", "…", "\"", "”" };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_ends(s, str_z(ends[i])))
			return true;
	return false;
}

/* Two to five words, each with a capital, nothing else: a person's name. */
static bool is_name(str s)
{
	size_t words = 0;
	for (str word; str_next(&s, ' ', &word); words++) {
		uint32_t code;
		if (str_empty(word) || !utf8_decode(word, 0, &code))
			return false;
		bool digit_or_sign = code < 'A' || (code > 'Z' && code < 0xC0);
		bool small = (code >= 0xDF && code <= 0xFF) ||
			     (code >= 0x1EA0 && code <= 0x1EF9 && code % 2) ||
			     (code >= 0x100 && code <= 0x1AE && code % 2) || code == 0x1B0 ||
			     code == 0x1A1;
		if (digit_or_sign || small)
			return false;
	}
	return words >= 2 && words <= 5;
}

static void push(struct arena *arena, str **items, size_t *n, str item)
{
	*items = arena_grow(arena, *items, *n * sizeof(str), (*n + 1) * sizeof(str));
	(*items)[(*n)++] = item;
}

/* Every character that Markdown would read as a sign gets a backslash. */
static void write_plain(struct buf *out, str s)
{
	size_t digits = 0;
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool first = i == 0 && strchr("#-+=|~", c);
		bool list = digits && i == digits && (c == '.' || c == ')');
		if (first || list || strchr("\\`*_[]<>", c))
			buf_byte(out, '\\');
		buf_byte(out, c);
	}
}

static void body_add(struct reader *r, struct buf *out, const struct line *line, bool caption)
{
	struct imported *page = r->page;
	if (out->n)
		buf_str(out, S("\n\n"));
	if (caption) {
		push(r->ctx->arena, &page->captions, &page->n_captions, line->text);
		note(r, line->number, IMPORT_TAKEN, N_("the caption of a photograph: “%.*s”"),
		     STR_ARG(excerpt(r->ctx->arena, line->text)));
		buf_byte(out, '*');
	} else {
		push(r->ctx->arena, &page->paragraphs, &page->n_paragraphs, line->text);
	}
	write_plain(out, line->text);
	if (caption)
		buf_byte(out, '*');
}

/* Short, no sentence, and between two paragraphs that are sentences. */
static bool is_caption(const struct reader *r, size_t i, size_t end)
{
	return i > r->head + 1 && i + 1 < end && !ends_sentence(r->lines[i].text) &&
	       utf8_length(r->lines[i].text) <= 150;
}

static size_t tail_cut(struct reader *r)
{
	size_t end = r->n;
	while (end > r->head + 1 && is_menu(r->ctx->arena, r->lines[end - 1].text)) {
		end--;
		note(r, r->lines[end].number, IMPORT_REMOVED, N_("words of a menu: “%.*s”"),
		     STR_ARG(excerpt(r->ctx->arena, r->lines[end].text)));
	}
	if (end > r->head + 2 && is_name(r->lines[end - 1].text)) {
		end--;
		r->page->byline = r->lines[end].text;
		note(r, r->lines[end].number, IMPORT_TAKEN, N_("who wrote it: “%.*s”"),
		     STR_ARG(r->page->byline));
	} else {
		note(r, r->lines[end - 1].number, IMPORT_LOOK,
		     N_("no name of who wrote it stands at the end"));
	}
	return end;
}

static enum err body_read(struct reader *r)
{
	size_t end = tail_cut(r);
	struct buf out = { .arena = r->ctx->arena };
	for (size_t i = r->head + 1; i < end; i++) {
		const struct line *line = &r->lines[i];
		if (is_menu(r->ctx->arena, line->text))
			note(r, line->number, IMPORT_REMOVED, N_("words of a menu: “%.*s”"),
			     STR_ARG(excerpt(r->ctx->arena, line->text)));
		else
			body_add(r, &out, line, is_caption(r, i, end));
	}
	r->page->markdown = buf_view(&out);
	if (!r->page->n_paragraphs)
		return fail(r->ctx, ERR_INVALID, "There is no text below line %d",
			    r->lines[r->head].number);
	return OK;
}

/* ---- words to look at ---- */

static bool is_letter(uint32_t code)
{
	if (code < 0x80)
		return (code | 32) >= 'a' && (code | 32) <= 'z';
	return code >= 0xC0 && code != 0xD7 && code != 0xF7 && (code < 0x2000 || code > 0x2BFF);
}

/* Takes the next run of letters off `*rest`; *ret_near: only one blank parts it from the last. */
static bool word_next(str *rest, str *ret_word, bool *ret_near)
{
	size_t from = 0, at, length;
	uint32_t code = 0;
	while (from < rest->n) {
		length = utf8_decode(*rest, from, &code);
		if (is_letter(code))
			break;
		from += length;
	}
	for (at = from; at < rest->n; at += length) {
		length = utf8_decode(*rest, at, &code);
		if (!is_letter(code))
			break;
	}
	*ret_near = from == 1 && rest->p[0] == ' ';
	*ret_word = str_slice(*rest, from, at);
	*rest = str_slice(*rest, at, rest->n);
	return ret_word->n > 0;
}

static void words_look(struct reader *r, const struct line *line)
{
	struct arena *arena = r->ctx->arena;
	str rest = line->text, word, before = S("");
	bool near, before_odd = false;
	while (word_next(&rest, &word, &near)) {
		bool odd = spelling_odd_word(word);
		if (odd)
			note(r, line->number, IMPORT_LOOK, N_("“%.*s” looks mistyped"),
			     STR_ARG(word));
		str meant = near && !odd && !before_odd && before.n ?
				    spelling_near_phrase(arena, before, word) : S("");
		if (meant.n)
			note(r, line->number, IMPORT_LOOK,
			     N_("“%.*s %.*s” looks mistyped: “%.*s”?"), STR_ARG(before),
			     STR_ARG(word), STR_ARG(meant));
		before = word;
		before_odd = odd;
	}
}

/* "…" and then a letter at once. */
static void blanks_look(struct reader *r, const struct line *line)
{
	str rest = line->text;
	for (size_t at; (at = str_find(rest, S("…"))) != SIZE_MAX;) {
		str after = str_slice(rest, at + 3, rest.n);
		uint32_t code = ' ';
		if (after.n)
			utf8_decode(after, 0, &code);
		if (is_letter(code))
			note(r, line->number, IMPORT_LOOK,
			     N_("a blank seems to be missing before “%.*s”"),
			     STR_ARG(excerpt(r->ctx->arena, after)));
		rest = after;
	}
}

/* ---- all of it ---- */

static void lines_split(struct reader *r, str text)
{
	struct arena *arena = r->ctx->arena;
	if (str_starts(text, S("\xEF\xBB\xBF")))
		text = str_slice(text, 3, text.n);
	int number = 0;
	for (str raw; str_next(&text, '\n', &raw);) {
		number++;
		str clean = line_clean(r, number, raw.n && raw.p[raw.n - 1] == '\r' ?
						 str_slice(raw, 0, raw.n - 1) : raw);
		if (str_empty(clean))
			continue;
		size_t size = sizeof *r->lines;
		r->lines = arena_grow(arena, r->lines, r->n * size, (r->n + 1) * size);
		r->lines[r->n++] = (struct line){ number, clean };
	}
}

/* By line; what was found out first stays first. */
static void notes_sort(struct imported *page)
{
	for (size_t i = 1; i < page->n_notes; i++) {
		struct import_note moved = page->notes[i];
		size_t at = i;
		for (; at > 0 && page->notes[at - 1].line > moved.line; at--)
			page->notes[at] = page->notes[at - 1];
		page->notes[at] = moved;
	}
}

enum err import_article(struct ctx *ctx, str text, struct imported *ret_page)
{
	*ret_page = (struct imported){ .views = -1 };
	struct reader r = { .ctx = ctx, .page = ret_page };
	if (text.n > IMPORT_BYTES)
		return fail(ctx, ERR_INVALID, "The file is too long for an article");
	if (!utf8_valid(text) || str_find_byte(text, '\0') != SIZE_MAX)
		return fail(ctx, ERR_INVALID, "The file is not text in UTF-8");
	lines_split(&r, vietnamese_nfc(ctx->arena, text));
	TRY(head_find(&r));
	TRY(body_read(&r));
	for (size_t i = r.head - 1; i < r.n; i++) {
		if (i == r.head)
			continue;
		words_look(&r, &r.lines[i]);
		blanks_look(&r, &r.lines[i]);
	}
	notes_sort(ret_page);
	return OK;
}
