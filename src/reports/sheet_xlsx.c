/* Workbooks, by libxlsxwriter, a row at a time. */
#include "reports/sheet.h"

#include <unistd.h>
#include <xlsxwriter.h>

enum { FORMAT_TEXT, FORMAT_WHOLE, FORMAT_NUMBER, FORMAT_PERCENT, FORMAT_DATE, FORMAT_TIME, FORMATS };

struct xlsx {
	const struct sheet *sheet;
	lxw_workbook *book;
	lxw_worksheet *page;
	lxw_format *formats[2][FORMATS]; /* plain, strong */
	lxw_row_t row, head; /* head: of the columns */
	bool ended;          /* what follows are totals */
};

static const char *const patterns[FORMATS] = {
	/* One format for both would write a whole number with a point behind it: "7." */
	[FORMAT_WHOLE] = "#,##0", [FORMAT_NUMBER] = "#,##0.00", [FORMAT_PERCENT] = "0.00\" %\"",
	[FORMAT_DATE] = "dd/mm/yyyy",
	[FORMAT_TIME] = "dd/mm/yyyy hh:mm",
};

static void add_formats(struct xlsx *x)
{
	for (int strong = 0; strong < 2; strong++)
		for (int i = 0; i < FORMATS; i++) {
			lxw_format *format = workbook_add_format(x->book);
			format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
			if (patterns[i])
				format_set_num_format(format, patterns[i]);
			if (i == FORMAT_TEXT)
				format_set_text_wrap(format);
			if (strong)
				format_set_bold(format);
			x->formats[strong][i] = format;
		}
}

static const char *z(struct ctx *ctx, str text)
{
	return arena_copy(ctx->arena, text).p;
}

static void write_date(struct xlsx *x, lxw_col_t column, struct civil c, lxw_format *format)
{
	lxw_datetime at = { c.year, c.month, c.day, c.hour, c.minute, 0 };
	worksheet_write_datetime(x->page, x->row, column, &at, format);
}

static bool is_whole(struct decimal n)
{
	return decimal_cmp(n, decimal_round(n, 0, ROUND_DOWN)) == 0;
}

static void write_cell(struct ctx *ctx, struct xlsx *x, lxw_col_t column, const struct cell *cell,
		       bool strong)
{
	lxw_format **formats = x->formats[strong];
	struct civil c = { 0 };
	switch (cell->kind) {
	case CELL_EMPTY:
		return;
	case CELL_NUMBER:
		worksheet_write_number(x->page, x->row, column, decimal_to_double(cell->number),
			formats[is_whole(cell->number) ? FORMAT_WHOLE : FORMAT_NUMBER]);
		return;
	case CELL_PERCENT:
		worksheet_write_number(x->page, x->row, column, decimal_to_double(cell->number),
				       formats[FORMAT_PERCENT]);
		return;
	case CELL_DATE:
		civil_of_days(cell->day, &c.year, &c.month, &c.day);
		write_date(x, column, c, formats[FORMAT_DATE]);
		return;
	case CELL_TIME:
		write_date(x, column, time_civil(cell->at, x->sheet->offset), formats[FORMAT_TIME]);
		return;
	case CELL_TEXT:
		/* A string cell is never taken for a formula. */
		worksheet_write_string(x->page, x->row, column, z(ctx, cell->text),
				       formats[FORMAT_TEXT]);
	}
}

/* The filter reaches to here, without the totals: sorting would carry them away. The library takes it
 * only while the last row of it is being written. */
static void end_rows(struct xlsx *x)
{
	if (!x->ended)
		worksheet_autofilter(x->page, x->head, 0, x->row, (lxw_col_t)(x->sheet->n - 1));
	x->ended = true;
}

static enum err xlsx_row(struct ctx *ctx, void *self, const struct cell *cells, bool strong)
{
	struct xlsx *x = self;
	struct arena_mark mark = arena_mark(ctx->arena);
	if (x->row >= LXW_ROW_MAX - 1)
		return fail(ctx, ERR_INVALID, "A workbook holds a million rows: choose a shorter period");
	if (strong)
		end_rows(x);
	x->row++;
	for (size_t i = 0; i < x->sheet->n; i++)
		write_cell(ctx, x, (lxw_col_t)i, &cells[i], strong);
	arena_rewind(ctx->arena, mark);
	return OK;
}

static enum err xlsx_end(struct ctx *ctx, void *self)
{
	struct xlsx *x = self;
	end_rows(x);
	lxw_error wrong = workbook_close(x->book);
	x->book = NULL;
	return wrong ? fail(ctx, ERR_IO, "The workbook cannot be written: %s", lxw_strerror(wrong)) : OK;
}

/* Undone when the request ends before the workbook was closed. */
static void close_book(void *arg)
{
	struct xlsx *x = arg;
	if (x->book)
		workbook_close(x->book);
}

static void write_titles(struct ctx *ctx, struct xlsx *x)
{
	lxw_format *title = workbook_add_format(x->book);
	format_set_bold(title);
	format_set_font_size(title, 14);
	worksheet_write_string(x->page, x->row++, 0, z(ctx, x->sheet->title), title);
	if (!str_empty(x->sheet->about))
		worksheet_write_string(x->page, x->row++, 0, z(ctx, x->sheet->about), NULL);
	if (!str_empty(x->sheet->code))
		worksheet_write_string(x->page, x->row++, 0, z(ctx, x->sheet->code), NULL);
	x->row++;
}

/* Heads that stand over neighbouring columns are a row of their own, as on the printed form. Rows are
 * written one after the other, so what lies below a cell of two rows stays empty. */
static void write_over(struct ctx *ctx, struct xlsx *x, lxw_format *format)
{
	const struct sheet *sheet = x->sheet;
	for (size_t i = 0, to; i < sheet->n; i = to) {
		str head = sheet->columns[i].head;
		for (to = i + 1; !str_empty(head) && to < sheet->n &&
				 str_eq(sheet->columns[to].head, head); to++)
			;
		if (to > i + 1)
			worksheet_merge_range(x->page, x->row, (lxw_col_t)i, x->row, (lxw_col_t)(to - 1),
					      z(ctx, head), format);
		else
			worksheet_write_string(x->page, x->row, (lxw_col_t)i, z(ctx, head), format);
	}
	x->row++;
}

static void write_heads(struct ctx *ctx, struct xlsx *x)
{
	lxw_format *head = workbook_add_format(x->book);
	format_set_bold(head);
	format_set_text_wrap(head);
	format_set_align(head, LXW_ALIGN_CENTER);
	format_set_align(head, LXW_ALIGN_VERTICAL_CENTER);
	format_set_border(head, LXW_BORDER_THIN);
	format_set_bg_color(head, 0xE8EEF4);
	lxw_row_t first = x->row;
	if (sheet_has_heads(x->sheet))
		write_over(ctx, x, head);
	for (size_t i = 0; i < x->sheet->n; i++) {
		const struct sheet_column *column = &x->sheet->columns[i];
		worksheet_write_string(x->page, x->row, (lxw_col_t)i, z(ctx, column->title), head);
		worksheet_set_column(x->page, (lxw_col_t)i, (lxw_col_t)i,
				     (double)column->width * 3 + 4, NULL);
	}
	x->head = x->row;
	worksheet_repeat_rows(x->page, first, x->row);
	worksheet_freeze_panes(x->page, x->row + 1, 0);
}

/* The tab's name: what the form is called, without what a tab may not hold, at most 31 letters. */
static const char *tab_of(struct ctx *ctx, const struct sheet *sheet)
{
	str name = str_empty(sheet->code) ? sheet->title : sheet->code;
	char *copy = arena_alloc(ctx->arena, name.n + 1);
	size_t n = 0, letters = 0;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		letters += (c & 0xc0) != 0x80;
		if (letters > 31)
			break;
		copy[n++] = strchr("[]:*?/\\'", name.p[i]) ? '-' : name.p[i];
	}
	copy[n] = '\0';
	return n ? copy : NULL;
}

enum err sheet_xlsx(struct ctx *ctx, const struct sheet *sheet, const char *path,
		    struct sheet_out *ret)
{
	struct xlsx *x = ARENA_NEW(ctx->arena, struct xlsx);
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };
	*x = (struct xlsx){ .sheet = sheet, .book = workbook_new_opt(path, &options) };
	if (!x->book)
		return fail(ctx, ERR_IO, "The workbook cannot be made");
	arena_defer(ctx->arena, close_book, x);
	x->page = workbook_add_worksheet(x->book, tab_of(ctx, sheet));
	add_formats(x);
	if (str_ends(sheet->page, S("landscape")))
		worksheet_set_landscape(x->page);
	worksheet_set_paper(x->page, 9);
	worksheet_fit_to_pages(x->page, 1, 0);
	write_titles(ctx, x);
	write_heads(ctx, x);
	*ret = (struct sheet_out){ x, xlsx_row, xlsx_end };
	return OK;
}
