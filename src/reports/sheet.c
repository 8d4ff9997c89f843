/* Cells, and the sheets that need no library. */
#include "reports/sheet.h"

#include "rules/feel.h"
#include "text/template.h"

static struct cell text_cell(str text)
{
	struct cell cell = { .kind = str_empty(text) ? CELL_EMPTY : CELL_TEXT, .text = text };
	if (text.n == 10 && date_parse(text, &cell.day))
		cell.kind = CELL_DATE;
	else if (text.n >= 20 && text.n <= 40 && time_parse(text, &cell.at))
		cell.kind = CELL_TIME;
	return cell;
}

struct cell cell_of(struct arena *arena, struct value v)
{
	switch (v.kind) {
	case VALUE_NULL:
		return (struct cell){ .kind = CELL_EMPTY };
	case VALUE_NUMBER:
		return (struct cell){ .kind = CELL_NUMBER, .number = v.number };
	case VALUE_STRING:
		return text_cell(value_text(v));
	default:
		return text_cell(feel_to_string(arena, v));
	}
}

static str number_text(struct arena *arena, struct decimal n, char point)
{
	str text = decimal_text(arena, decimal_normal(n));
	char *copy = arena_alloc(arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		copy[i] = text.p[i] == '.' ? point : text.p[i];
	return str_of(copy, text.n);
}

/* "15000" as "15.000". */
static str group_thousands(struct arena *arena, str text)
{
	struct buf out = { .arena = arena };
	size_t sign = text.n && text.p[0] == '-', whole = str_find_byte(text, ',');
	if (whole == SIZE_MAX)
		whole = text.n;
	for (size_t i = 0; i < text.n; i++) {
		if (i > sign && i < whole && (whole - i) % 3 == 0)
			buf_byte(&out, '.');
		buf_byte(&out, text.p[i]);
	}
	return buf_view(&out);
}

str cell_text(struct arena *arena, const struct cell *cell, int offset)
{
	int32_t year;
	int month, day;
	struct civil c;
	switch (cell->kind) {
	case CELL_NUMBER:
		return cell->grouped ? group_thousands(arena, number_text(arena, cell->number, ','))
				     : number_text(arena, cell->number, ',');
	case CELL_PERCENT:
		return arena_printf(arena, "%.*s %%", STR_ARG(number_text(arena, cell->number, ',')));
	case CELL_DATE:
		civil_of_days(cell->day, &year, &month, &day);
		return arena_printf(arena, "%02d/%02d/%04d", day, month, year);
	case CELL_TIME:
		c = time_civil(cell->at, offset);
		return arena_printf(arena, "%02d/%02d/%04d %02d:%02d", c.day, c.month, c.year, c.hour,
				    c.minute);
	default:
		return cell->text;
	}
}

str cell_plain(struct arena *arena, const struct cell *cell, int offset)
{
	struct civil c;
	switch (cell->kind) {
	case CELL_NUMBER:
	case CELL_PERCENT:
		return number_text(arena, cell->number, '.');
	case CELL_DATE:
		return date_format(arena, cell->day);
	case CELL_TIME:
		c = time_civil(cell->at, offset);
		return arena_printf(arena, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour,
				    c.minute);
	default:
		return cell->text;
	}
}

/* ---- CSV ---- */

struct csv {
	const struct sheet *sheet;
	FILE *file;
};

static void write_field(FILE *file, str text, bool typed)
{
	bool formula = !typed && !str_empty(text) && strchr("=+-@\t\r", text.p[0]);
	bool quoted = formula;
	for (size_t i = 0; i < text.n; i++)
		quoted = quoted || strchr(",;\"\r\n", text.p[i]);
	if (!quoted) {
		fwrite(text.p, 1, text.n, file);
		return;
	}
	fputc('"', file);
	if (formula)
		fputc('\'', file);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			fputc('"', file);
		fputc(text.p[i], file);
	}
	fputc('"', file);
}

static enum err csv_fault(struct ctx *ctx, FILE *file)
{
	return ferror(file) ? fail(ctx, ERR_IO, "The file cannot be written: is the disk full?") : OK;
}

static enum err csv_row(struct ctx *ctx, void *self, const struct cell *cells, bool strong)
{
	struct csv *csv = self;
	struct arena_mark mark = arena_mark(ctx->arena);
	(void)strong;
	for (size_t i = 0; i < csv->sheet->n; i++) {
		if (i)
			fputc(',', csv->file);
		write_field(csv->file, cell_plain(ctx->arena, &cells[i], csv->sheet->offset),
			    cells[i].kind != CELL_TEXT);
	}
	fputs("\r\n", csv->file);
	arena_rewind(ctx->arena, mark);
	return csv_fault(ctx, csv->file);
}

static enum err csv_end(struct ctx *ctx, void *self)
{
	struct csv *csv = self;
	fflush(csv->file);
	return csv_fault(ctx, csv->file);
}

enum err sheet_csv(struct ctx *ctx, const struct sheet *sheet, FILE *file, struct sheet_out *ret)
{
	struct csv *csv = ARENA_NEW(ctx->arena, struct csv);
	*csv = (struct csv){ sheet, file };
	*ret = (struct sheet_out){ csv, csv_row, csv_end };
	fputs("\xEF\xBB\xBF", file);
	for (size_t i = 0; i < sheet->n; i++) {
		const struct sheet_column *column = &sheet->columns[i];
		str head = column->head;
		if (i)
			fputc(',', file);
		write_field(file, str_empty(head) ? column->title :
			    arena_printf(ctx->arena, "%.*s: %.*s", STR_ARG(head),
					 STR_ARG(column->title)), false);
	}
	fputs("\r\n", file);
	return csv_fault(ctx, file);
}

/* ---- print ---- */

struct print {
	const struct sheet *sheet;
	struct buf *html;
	int64_t rows;
};

static void put(struct buf *out, const char *markup)
{
	buf_str(out, str_z(markup));
}

static void put_element(struct buf *out, const char *open, str text, const char *close)
{
	put(out, open);
	html_escape(out, text);
	put(out, close);
}

static void put_heading(struct print *p)
{
	struct buf *out = p->html;
	struct value lines = p->sheet->heading;
	if (lines.kind != VALUE_LIST)
		return;
	put(out, "<table data-widths=\"5 6\"><tr><td>");
	for (uint32_t i = 0; i < lines.n; i++)
		put_element(out, i + 1 == lines.n ? "<p class=\"center bold caps size-11 tight\">"
						  : "<p class=\"center caps size-11 tight\">",
			    value_text(lines.items[i]), "</p>");
	put(out, "<hr></td><td><p class=\"center bold size-11 tight\">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
		 "</p><p class=\"center bold size-11 tight\">Độc lập - Tự do - Hạnh phúc</p><hr></td></tr>"
		 "</table>");
}

/* Heads that stand over several columns make a first row of their own. */
bool sheet_has_heads(const struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->n; i++)
		if (!str_empty(sheet->columns[i].head))
			return true;
	return false;
}

/* In a form of many columns a word would not fit into its column otherwise. */
static int text_size(const struct sheet *sheet)
{
	return sheet->n > 16 ? 7 : 9;
}

static void put_head_row(struct print *p)
{
	const struct sheet *sheet = p->sheet;
	put(p->html, "<tr>");
	for (size_t i = 0; i < sheet->n;) {
		size_t to = i + 1;
		str head = sheet->columns[i].head;
		while (!str_empty(head) && to < sheet->n && str_eq(sheet->columns[to].head, head))
			to++;
		const char *cell = str_empty(head) ? "td" : "th";
		buf_printf(p->html, "<%s colspan=\"%d\"><p class=\"center bold size-%d tight\">", cell,
			   (int)(to - i), text_size(sheet));
		html_escape(p->html, head);
		buf_printf(p->html, "</p></%s>", cell);
		i = to;
	}
	put(p->html, "</tr>");
}

static void put_head(struct print *p)
{
	const struct sheet *sheet = p->sheet;
	put(p->html, "<thead>");
	if (sheet_has_heads(sheet))
		put_head_row(p);
	put(p->html, "<tr>");
	for (size_t i = 0; i < sheet->n; i++) {
		buf_printf(p->html, "<th><p class=\"center bold size-%d tight\">", text_size(sheet));
		put_element(p->html, "", sheet->columns[i].title, "</p></th>");
	}
	put(p->html, "</tr></thead><tbody>");
}

static enum err print_row(struct ctx *ctx, void *self, const struct cell *cells, bool strong)
{
	struct print *p = self;
	if (p->rows++ == SHEET_PRINTED)
		return fail(ctx, ERR_INVALID, "More than %d rows cannot be printed at once: choose a"
			    " shorter period, or take the spreadsheet", SHEET_PRINTED);
	put(p->html, "<tr>");
	for (size_t i = 0; i < p->sheet->n; i++) {
		bool right = p->sheet->columns[i].right;
		buf_printf(p->html, "<td><p class=\"%s size-%d tight%s\">", right ? "right" : "left",
			   text_size(p->sheet), strong ? " bold" : "");
		html_escape(p->html, cell_text(ctx->arena, &cells[i], p->sheet->offset));
		put(p->html, "</p></td>");
	}
	put(p->html, "</tr>");
	return OK;
}

static enum err print_end(struct ctx *ctx, void *self)
{
	struct print *p = self;
	(void)ctx;
	if (!p->rows) {
		buf_printf(p->html, "<tr><td colspan=\"%d\"><p class=\"center size-10\">", (int)p->sheet->n);
		put(p->html, "</p></td></tr>");
	}
	put(p->html, "</tbody></table>");
	str rest = p->sheet->closing;
	for (str line; str_next(&rest, '\n', &line);)
		put_element(p->html, "<p class=\"left size-11\">", line, "</p>");
	put(p->html, "</body></html>");
	return OK;
}

enum err sheet_print(struct ctx *ctx, const struct sheet *sheet, struct buf *out,
		     struct sheet_out *ret)
{
	struct print *p = ARENA_NEW(ctx->arena, struct print);
	*p = (struct print){ sheet, out, 0 };
	*ret = (struct sheet_out){ p, print_row, print_end };
	put_element(out, "<html lang=\"vi\"><head><title>", sheet->title, "</title></head>");
	buf_printf(out, "<body data-page=\"%.*s\" data-margins=\"15 12 15 20\">", STR_ARG(sheet->page));
	put_heading(p);
	if (!str_empty(sheet->code))
		put_element(out, "<p class=\"right italic size-10\">", sheet->code, "</p>");
	put_element(out, "<h1 class=\"center caps size-14\">", sheet->title, "</h1>");
	if (!str_empty(sheet->about))
		put_element(out, "<p class=\"center size-11 loose\">", sheet->about, "</p>");
	put(out, "<table class=\"grid\" data-widths=\"");
	for (size_t i = 0; i < sheet->n; i++)
		buf_printf(out, "%s%lld", i ? " " : "", (long long)sheet->columns[i].width);
	put(out, "\">");
	put_head(p);
	return OK;
}
