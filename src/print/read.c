/* Reads the small HTML of letters. Strict, because a letter that is read differently by browser
 * and printer would be two letters. */
#include "print/room.h"

static const struct {
	str name;
	bool is_void, is_inline;
} tags[TAGS] = {
	[TAG_TEXT] = { S(""), false, true },
	[TAG_HTML] = { S("html") },
	[TAG_HEAD] = { S("head") },
	[TAG_TITLE] = { S("title") },
	[TAG_META] = { S("meta"), true },
	[TAG_BODY] = { S("body") },
	[TAG_H1] = { S("h1") },
	[TAG_H2] = { S("h2") },
	[TAG_P] = { S("p") },
	[TAG_DIV] = { S("div") },
	[TAG_TABLE] = { S("table") },
	[TAG_THEAD] = { S("thead") },
	[TAG_TBODY] = { S("tbody") },
	[TAG_TR] = { S("tr") },
	[TAG_TH] = { S("th") },
	[TAG_TD] = { S("td") },
	[TAG_UL] = { S("ul") },
	[TAG_OL] = { S("ol") },
	[TAG_LI] = { S("li") },
	[TAG_HR] = { S("hr"), true },
	[TAG_QR] = { S("qr") },
	[TAG_SIGNATURE] = { S("signature") },
	[TAG_B] = { S("b"), false, true },
	[TAG_STRONG] = { S("strong"), false, true },
	[TAG_I] = { S("i"), false, true },
	[TAG_EM] = { S("em"), false, true },
	[TAG_U] = { S("u"), false, true },
	[TAG_SMALL] = { S("small"), false, true },
	[TAG_SUP] = { S("sup"), false, true },
	[TAG_SPAN] = { S("span"), false, true },
	[TAG_BR] = { S("br"), true, true },
};

struct reader {
	struct ctx *ctx;
	str text;
	size_t at;
	int line;
	struct letter *letter;
	struct letter_node *open; /* innermost element not yet closed */
	int depth;
};

enum { DEPTH_MAX = 64 };

str letter_tag_name(enum tag tag)
{
	return tags[tag].name;
}

bool letter_is_inline(enum tag tag)
{
	return tags[tag].is_inline;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool more(const struct reader *r)
{
	return r->at < r->text.n;
}

static void skip(struct reader *r, size_t n)
{
	for (; n && more(r); n--)
		r->line += r->text.p[r->at++] == '\n';
}

static bool next_is(const struct reader *r, str what)
{
	return str_starts(str_slice(r->text, r->at, r->text.n), what);
}

static struct letter_node *node_add(struct reader *r, enum tag tag)
{
	struct letter_node *node = ARENA_NEW(r->ctx->arena, struct letter_node);
	node->tag = tag;
	node->line = r->line;
	node->colspan = 1;
	node->qr_size = 25;
	node->parent = r->open;
	if (r->open && r->open->last)
		r->open->last->next = node;
	else if (r->open)
		r->open->first = node;
	if (r->open)
		r->open->last = node;
	return node;
}

/* One entity after its '&' at the start of `rest`; its bytes there, or 0. */
static size_t entity(str rest, uint32_t *ret_code)
{
	static const struct { str name; uint32_t code; } named[] = {
		{ S("amp;"), '&' }, { S("lt;"), '<' }, { S("gt;"), '>' }, { S("quot;"), '"' },
		{ S("apos;"), '\'' }, { S("nbsp;"), 0xa0 },
	};
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (str_starts(rest, named[i].name)) {
			*ret_code = named[i].code;
			return named[i].name.n;
		}
	size_t end = str_find_byte(rest, ';');
	if (end == SIZE_MAX || end > 8 || rest.p[0] != '#')
		return 0;
	bool hex = rest.n > 1 && rest.p[1] == 'x';
	uint32_t code = 0;
	for (size_t i = hex ? 2 : 1; i < end; i++) {
		char c = rest.p[i], low = (char)(c | 32);
		if (c >= '0' && c <= '9')
			code = code * (hex ? 16 : 10) + (uint32_t)(c - '0');
		else if (hex && low >= 'a' && low <= 'f')
			code = code * 16 + (uint32_t)(low - 'a' + 10);
		else
			return 0;
	}
	if (end == (hex ? 2u : 1u) || !code || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	*ret_code = code;
	return end + 1;
}

/* Control characters have no shape; what a person typed may hold some all the same. */
static bool is_control(uint32_t code)
{
	return code < 0x20 && !is_blank((char)code);
}

static enum err unescape(struct reader *r, str raw, str *ret_text)
{
	struct buf out = { .arena = r->ctx->arena };
	for (size_t i = 0; i < raw.n;) {
		uint32_t code;
		size_t n;
		char bytes[4];
		if (raw.p[i] != '&') {
			if (!is_control((unsigned char)raw.p[i]))
				buf_byte(&out, raw.p[i]);
			i++;
			continue;
		}
		n = entity(str_slice(raw, i + 1, raw.n), &code);
		if (!n)
			return fail(r->ctx, ERR_INVALID,
				    "Line %d of the letter: “&” must be written “&amp;”", r->line);
		if (!is_control(code))
			buf_bytes(&out, bytes, utf8_encode(code, bytes));
		i += n + 1;
	}
	*ret_text = buf_view(&out);
	return OK;
}

static enum err class_read(struct reader *r, str name, struct letter_class *look)
{
	static const struct { str name; size_t offset; } flags[] = {
#define FLAG(word, field) { S(word), offsetof(struct letter_class, field) }
		FLAG("indent", indent), FLAG("caps", caps), FLAG("bold", bold),
		FLAG("italic", italic), FLAG("underline", underline), FLAG("tight", tight),
		FLAG("loose", loose), FLAG("keep", keep), FLAG("break", page_break),
		FLAG("grid", grid),
#undef FLAG
	};
	static const str aligns[] = { [ALIGN_LEFT] = S("left"), [ALIGN_CENTER] = S("center"),
				      [ALIGN_RIGHT] = S("right"), [ALIGN_JUSTIFY] = S("justify") };
	int64_t size;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (str_eq(name, flags[i].name)) {
			*(bool *)((char *)look + flags[i].offset) = true;
			return OK;
		}
	for (int i = ALIGN_LEFT; i <= ALIGN_JUSTIFY; i++)
		if (str_eq(name, aligns[i])) {
			look->align = (enum align)i;
			return OK;
		}
	if (str_starts(name, S("size-")) && str_int(str_slice(name, 5, name.n), 7, 16, &size)) {
		look->size = (int)size;
		return OK;
	}
	return fail(r->ctx, ERR_INVALID, "Line %d of the letter: there is no class “%.*s”", r->line,
		    STR_ARG(name));
}

static enum err page_read(struct reader *r, str name)
{
	bool landscape = str_ends(name, S(" landscape"));
	str size = landscape ? str_slice(name, 0, name.n - 10) : name;
	double width = 210, height = 297, swap;
	if (str_eq(size, S("A5"))) {
		width = 148;
		height = 210;
	} else if (!str_eq(size, S("A4"))) {
		return fail(r->ctx, ERR_INVALID, "Line %d of the letter: pages are A4 or A5, not “%.*s”",
			    r->line, STR_ARG(name));
	}
	if (landscape) {
		swap = width;
		width = height;
		height = swap;
	}
	r->letter->width = width * POINTS_PER_MM;
	r->letter->height = height * POINTS_PER_MM;
	return OK;
}

static enum err numbers_read(struct reader *r, str list, int most, int limit, int *ret_n,
			     int numbers[])
{
	*ret_n = 0;
	for (str word; str_next(&list, ' ', &word);) {
		int64_t n;
		if (!word.n)
			continue;
		if (*ret_n == most || !str_int(word, 1, limit, &n))
			return fail(r->ctx, ERR_INVALID,
				    "Line %d of the letter: “%.*s” is no number that fits here",
				    r->line, STR_ARG(word));
		numbers[(*ret_n)++] = (int)n;
	}
	return OK;
}

static enum err margins_read(struct reader *r, str value)
{
	int mm[4], n;
	TRY(numbers_read(r, value, 4, 60, &n, mm));
	if (n != 4)
		return fail(r->ctx, ERR_INVALID,
			    "Line %d of the letter: margins are four numbers, top right bottom left",
			    r->line);
	for (int i = 0; i < 4; i++)
		r->letter->margin[i] = mm[i] * POINTS_PER_MM;
	return OK;
}

static enum err one_number(struct reader *r, str value, int limit, int *ret_n)
{
	int n;
	TRY(numbers_read(r, value, 1, limit, &n, ret_n));
	return n ? OK : fail(r->ctx, ERR_INVALID, "Line %d of the letter: a number is missing",
			     r->line);
}

static enum err attribute_set(struct reader *r, struct letter_node *node, str name, str value)
{
	if (str_eq(name, S("class"))) {
		node->classes = value;
		for (str rest = value, word; str_next(&rest, ' ', &word);)
			if (word.n)
				TRY(class_read(r, word, &node->look));
		return OK;
	}
	if (str_eq(name, S("lang")) && node->tag == TAG_HTML) {
		r->letter->language = value;
		return OK;
	}
	if (str_eq(name, S("charset")) && node->tag == TAG_META)
		return OK;
	if (str_eq(name, S("data-page")) && node->tag == TAG_BODY)
		return page_read(r, value);
	if (str_eq(name, S("data-margins")) && node->tag == TAG_BODY)
		return margins_read(r, value);
	if (str_eq(name, S("data-widths")) && node->tag == TAG_TABLE)
		return numbers_read(r, value, COLUMNS_MAX, 1000, &node->n_widths, node->widths);
	if (str_eq(name, S("data-size")) && node->tag == TAG_QR)
		return one_number(r, value, 100, &node->qr_size);
	if (str_eq(name, S("colspan")) && (node->tag == TAG_TD || node->tag == TAG_TH))
		return one_number(r, value, COLUMNS_MAX, &node->colspan);
	return fail(r->ctx, ERR_INVALID, "Line %d of the letter: <%.*s> has no attribute “%.*s”",
		    r->line, STR_ARG(letter_tag_name(node->tag)), STR_ARG(name));
}

/* name="value" pairs up to the '>' at `end`. */
static enum err attributes_read(struct reader *r, struct letter_node *node, str rest)
{
	for (rest = str_trim(rest); rest.n; rest = str_trim(rest)) {
		size_t equals = str_find(rest, S("=\""));
		size_t end = equals == SIZE_MAX ?
				     SIZE_MAX :
				     str_find_byte(str_slice(rest, equals + 2, rest.n), '"');
		str value;
		if (end == SIZE_MAX)
			return fail(r->ctx, ERR_INVALID,
				    "Line %d of the letter: attributes are written name=\"value\"",
				    r->line);
		TRY(unescape(r, str_slice(rest, equals + 2, equals + 2 + end), &value));
		TRY(attribute_set(r, node, str_trim(str_slice(rest, 0, equals)), value));
		rest = str_slice(rest, equals + 3 + end, rest.n);
	}
	return OK;
}

static enum err tag_find(struct reader *r, str name, enum tag *ret_tag)
{
	for (int i = TAG_HTML; i < TAGS; i++)
		if (str_eq_nocase(name, tags[i].name)) {
			*ret_tag = (enum tag)i;
			return OK;
		}
	return fail(r->ctx, ERR_INVALID, "Line %d of the letter: <%.*s> is not used in letters",
		    r->line, STR_ARG(name));
}

static enum err close_tag(struct reader *r, str name)
{
	enum tag tag;
	TRY(tag_find(r, str_trim(name), &tag));
	if (!r->open || r->open->tag != tag)
		return fail(r->ctx, ERR_INVALID, "Line %d of the letter: </%.*s> closes nothing here",
			    r->line, STR_ARG(name));
	r->open = r->open->parent;
	r->depth--;
	return OK;
}

static enum err open_tag(struct reader *r, str inside)
{
	size_t n = 0;
	bool closed = str_ends(inside, S("/"));
	if (closed)
		inside = str_slice(inside, 0, inside.n - 1);
	while (n < inside.n && !is_blank(inside.p[n]))
		n++;
	enum tag tag;
	TRY(tag_find(r, str_slice(inside, 0, n), &tag));
	if (tag != TAG_HTML && !r->open)
		return fail(r->ctx, ERR_INVALID, "Line %d of the letter: it must begin with <html>",
			    r->line);
	struct letter_node *node = node_add(r, tag);
	TRY(attributes_read(r, node, str_slice(inside, n, inside.n)));
	if (tag == TAG_BODY)
		r->letter->body = node;
	if (tags[tag].is_void || closed)
		return OK;
	if (++r->depth > DEPTH_MAX)
		return fail(r->ctx, ERR_INVALID, "Line %d of the letter: too many elements inside "
			    "each other", r->line);
	r->open = node;
	return OK;
}

static bool holds_text_only(enum tag tag)
{
	return letter_is_inline(tag) || tag == TAG_P || tag == TAG_H1 || tag == TAG_H2 ||
	       tag == TAG_TITLE || tag == TAG_QR;
}

/* A block may not stand inside a line of text. */
static enum err place_check(struct reader *r, const struct letter_node *parent, enum tag tag)
{
	if (parent && holds_text_only(parent->tag) && !letter_is_inline(tag))
		return fail(r->ctx, ERR_INVALID, "Line %d of the letter: <%.*s> may not stand inside "
			    "<%.*s>", r->line, STR_ARG(letter_tag_name(tag)),
			    STR_ARG(letter_tag_name(parent->tag)));
	return OK;
}

static enum err mark_read(struct reader *r)
{
	if (next_is(r, S("<!--"))) {
		size_t end = str_find(str_slice(r->text, r->at, r->text.n), S("-->"));
		skip(r, end == SIZE_MAX ? r->text.n : end + 3);
		return OK;
	}
	size_t end = str_find_byte(str_slice(r->text, r->at, r->text.n), '>');
	if (end == SIZE_MAX)
		return fail(r->ctx, ERR_INVALID, "Line %d of the letter: “<” must be written “&lt;”",
			    r->line);
	str inside = str_slice(r->text, r->at + 1, r->at + end);
	struct letter_node *parent = r->open;
	if (str_starts(inside, S("/")))
		TRY(close_tag(r, str_slice(inside, 1, inside.n)));
	else if (!str_starts(inside, S("!")))
		TRY(open_tag(r, inside));
	if (parent && parent->last && !str_starts(inside, S("/")))
		TRY(place_check(r, parent, parent->last->tag));
	skip(r, end + 1);
	return OK;
}

static enum err text_read(struct reader *r)
{
	size_t n = str_find_byte(str_slice(r->text, r->at, r->text.n), '<');
	str raw = str_slice(r->text, r->at, n == SIZE_MAX ? r->text.n : r->at + n);
	if (r->open)
		TRY(unescape(r, raw, &node_add(r, TAG_TEXT)->text));
	else if (str_trim(raw).n)
		return fail(r->ctx, ERR_INVALID, "Line %d of the letter: it must begin with <html>",
			    r->line);
	skip(r, raw.n);
	return OK;
}

static void text_gather(struct buf *out, const struct letter_node *node)
{
	if (node->tag == TAG_TEXT)
		buf_str(out, node->text);
	for (const struct letter_node *n = node->first; n; n = n->next)
		text_gather(out, n);
}

str letter_text(struct arena *arena, const struct letter_node *node)
{
	struct buf out = { .arena = arena };
	text_gather(&out, node);
	return str_trim(buf_view(&out));
}

static void title_find(struct reader *r, const struct letter_node *node)
{
	if (node->tag == TAG_TITLE)
		r->letter->title = letter_text(r->ctx->arena, node);
	for (const struct letter_node *n = node->first; n; n = n->next)
		title_find(r, n);
}

enum err letter_read(struct ctx *ctx, str text, struct letter *ret_letter)
{
	static const int margins[4] = { 20, 15, 20, 30 };
	struct letter_node *root = NULL;
	*ret_letter = (struct letter){ .width = 210 * POINTS_PER_MM, .height = 297 * POINTS_PER_MM };
	for (int i = 0; i < 4; i++)
		ret_letter->margin[i] = margins[i] * POINTS_PER_MM;
	struct reader r = { .ctx = ctx, .text = text, .line = 1, .letter = ret_letter };
	if (!utf8_valid(text))
		return fail(ctx, ERR_INVALID, "The letter is not UTF-8 text");
	while (more(&r)) {
		TRY(text.p[r.at] == '<' ? mark_read(&r) : text_read(&r));
		if (!root)
			root = r.open;
	}
	if (r.open)
		return fail(ctx, ERR_INVALID, "Line %d of the letter: <%.*s> is not closed",
			    r.open->line, STR_ARG(letter_tag_name(r.open->tag)));
	if (!ret_letter->body)
		return fail(ctx, ERR_INVALID, "The letter has no <body>");
	title_find(&r, root);
	return OK;
}
