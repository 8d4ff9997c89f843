#include "print/box.h"

enum { CELL_X = 4, CELL_Y = 2, COLUMN_GAP = 6, ITEM_INDENT = 20, FRAME = 4 };

struct maker {
	struct ctx *ctx;
	PangoContext *pango;
	struct print_place *place; /* until a signature has taken it */
};

static enum err make_children(struct maker *m, const struct letter_node *node, struct look look,
			      double width, struct box *stack);

static struct box *box_add(struct maker *m, struct box *parent, enum box_kind kind)
{
	struct box *box = ARENA_NEW(m->ctx->arena, struct box);
	box->kind = kind;
	box->role = kind == BOX_TEXT ? "P" : kind == BOX_ITEM ? "LI" : NULL;
	if (parent->last)
		parent->last->next = box;
	else
		parent->first = box;
	parent->last = box;
	return box;
}

static struct look look_under(struct look look, const struct letter_node *node)
{
	const struct letter_class *c = &node->look;
	if (c->size)
		look.size = c->size;
	if (c->align)
		look.align = c->align;
	look.bold |= c->bold || node->tag == TAG_B || node->tag == TAG_STRONG ||
		     node->tag == TAG_H1 || node->tag == TAG_H2 || node->tag == TAG_TH;
	look.italic |= c->italic || node->tag == TAG_I || node->tag == TAG_EM;
	look.underline |= c->underline || node->tag == TAG_U;
	look.caps |= c->caps || node->tag == TAG_H1;
	if (node->tag == TAG_SMALL && !c->size)
		look.size -= 2;
	if ((node->tag == TAG_H1 || node->tag == TAG_TH) && !c->align)
		look.align = ALIGN_CENTER;
	return look;
}

/* ---- lines of text ---- */

/* A paragraph being put together: runs of characters that look alike. */
struct line_text {
	struct maker *m;
	struct buf text;
	PangoAttrList *attributes;
};

static void attribute_add(struct line_text *t, PangoAttribute *attribute, size_t from)
{
	attribute->start_index = (guint)from;
	attribute->end_index = (guint)t->text.n;
	pango_attr_list_insert(t->attributes, attribute);
}

static void run_end(struct line_text *t, struct look look, bool raised, size_t from)
{
	if (t->text.n == from)
		return;
	attribute_add(t, pango_attr_size_new(look.size * PANGO_SCALE * (raised ? 7 : 10) / 10), from);
	if (look.bold)
		attribute_add(t, pango_attr_weight_new(PANGO_WEIGHT_BOLD), from);
	if (look.italic)
		attribute_add(t, pango_attr_style_new(PANGO_STYLE_ITALIC), from);
	if (look.underline)
		attribute_add(t, pango_attr_underline_new(PANGO_UNDERLINE_SINGLE), from);
	if (raised)
		attribute_add(t, pango_attr_rise_new(look.size * PANGO_SCALE / 3), from);
}

/* Blanks count as one, and none at the start of a line, as in a browser. */
static void text_collapse(struct buf *out, str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
		bool open = out->n && out->p[out->n - 1] != ' ' && out->p[out->n - 1] != '\n';
		if (!blank)
			buf_byte(out, c);
		else if (open)
			buf_byte(out, ' ');
	}
}

static str text_upper(struct arena *arena, str text)
{
	char *up = g_utf8_strup(text.p, (gssize)text.n);
	str copy = arena_copy(arena, str_z(up));
	g_free(up);
	return copy;
}

static void gather(struct line_text *t, const struct letter_node *node, struct look look)
{
	size_t from = t->text.n;
	if (node->tag == TAG_BR) {
		buf_byte(&t->text, '\n');
		run_end(t, look, false, from);
		return;
	}
	if (node->tag == TAG_TEXT) {
		struct arena *arena = t->m->ctx->arena;
		text_collapse(&t->text, look.caps ? text_upper(arena, node->text) : node->text);
		run_end(t, look, node->parent && node->parent->tag == TAG_SUP, from);
		return;
	}
	look = look_under(look, node);
	for (const struct letter_node *n = node->first; n; n = n->next)
		gather(t, n, look);
}

static PangoLayout *layout_new(struct maker *m, double width, struct look look)
{
	PangoLayout *layout = pango_layout_new(m->pango);
	arena_defer(m->ctx->arena, g_object_unref, layout);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	if (look.align == ALIGN_CENTER)
		pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
	else if (look.align == ALIGN_RIGHT)
		pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
	pango_layout_set_justify(layout, look.align == ALIGN_JUSTIFY);
	return layout;
}

/* An empty line keeps the height of its font. */
static void font_set(PangoLayout *layout, int size)
{
	PangoFontDescription *font = pango_font_description_new();
	pango_font_description_set_family_static(font, FONT_SERIF);
	pango_font_description_set_size(font, size * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
}

/* Inline siblings from `node` on make one paragraph; returns the first that is not inline. */
static const struct letter_node *make_text(struct maker *m, const struct letter_node *node,
					   const struct letter_node *block, struct look look,
					   double width, struct box *stack)
{
	struct line_text t = { .m = m, .text = { .arena = m->ctx->arena },
			       .attributes = pango_attr_list_new() };
	while (node && letter_is_inline(node->tag)) {
		gather(&t, node, look);
		node = node->next;
	}
	if (t.text.n && t.text.p[t.text.n - 1] == ' ')
		t.text.n--;
	if (t.text.n) {
		struct box *box = box_add(m, stack, BOX_TEXT);
		int height;
		box->layout = layout_new(m, width, look);
		font_set(box->layout, look.size);
		pango_layout_set_text(box->layout, t.text.p, (int)t.text.n);
		pango_layout_set_attributes(box->layout, t.attributes);
		if (block && block->look.indent)
			pango_layout_set_indent(box->layout,
						(int)(10 * POINTS_PER_MM * PANGO_SCALE));
		pango_layout_get_size(box->layout, NULL, &height);
		box->height = (double)height / PANGO_SCALE;
		box->width = width;
	}
	pango_attr_list_unref(t.attributes);
	return node;
}

/* ---- blocks ---- */

/* Sets each child below the one above; the stack is as high as they are. */
static void stack_settle(struct box *stack)
{
	double y = 0;
	for (struct box *b = stack->first; b; b = b->next) {
		b->y = y;
		y += b->height + (b->next ? b->space_after : 0);
	}
	stack->height = y;
}

static double space_of(const struct letter_node *node, struct look look)
{
	if (node->look.tight)
		return 1;
	return node->look.loose ? look.size * 0.9 : look.size * 0.4;
}

static void widths_of(const struct letter_node *table, int columns, double width, double x[])
{
	double sum = 0, at = 0;
	for (int i = 0; i < columns; i++)
		sum += i < table->n_widths ? table->widths[i] : 1;
	for (int i = 0; i < columns; i++) {
		x[i] = at;
		at += width * (i < table->n_widths ? table->widths[i] : 1) / sum;
	}
	x[columns] = width;
}

static int columns_of(const struct letter_node *node)
{
	int most = 0;
	for (const struct letter_node *n = node->first; n; n = n->next) {
		int count = 0;
		if (n->tag == TAG_THEAD || n->tag == TAG_TBODY)
			count = columns_of(n);
		for (const struct letter_node *cell = n->tag == TAG_TR ? n->first : NULL; cell;
		     cell = cell->next)
			if (cell->tag == TAG_TD || cell->tag == TAG_TH)
				count += cell->colspan;
		most = count > most ? count : most;
	}
	return most < COLUMNS_MAX ? most : COLUMNS_MAX;
}

static enum err make_row(struct maker *m, const struct letter_node *tr, struct look look,
			 const double x[], int columns, struct box *table)
{
	struct box *row = box_add(m, table, BOX_ROW);
	int column = 0;
	row->width = table->width;
	row->grid = table->grid;
	row->role = row->grid ? "TR" : NULL;
	for (const struct letter_node *n = tr->first; n; n = n->next) {
		if ((n->tag != TAG_TD && n->tag != TAG_TH) || column >= columns)
			continue;
		int end = column + n->colspan < columns ? column + n->colspan : columns;
		struct box *cell = box_add(m, row, BOX_STACK);
		double left = row->grid ? CELL_X : 0;
		double right = row->grid ? CELL_X : end < columns ? COLUMN_GAP : 0;
		cell->role = !row->grid ? NULL : n->tag == TAG_TH ? "TH" : "TD";
		cell->x = x[column];
		cell->width = x[end] - x[column];
		TRY(make_children(m, n, look_under(look, n), cell->width - left - right, cell));
		stack_settle(cell);
		for (struct box *b = cell->first; b; b = b->next) {
			b->x += left;
			b->y += row->grid ? CELL_Y : 0;
		}
		cell->height += row->grid ? 2 * CELL_Y : 0;
		row->height = cell->height > row->height ? cell->height : row->height;
		column = end;
	}
	for (struct box *cell = row->first; cell; cell = cell->next)
		cell->height = row->height;
	return OK;
}

static enum err make_rows(struct maker *m, const struct letter_node *node, struct look look,
			  const double x[], int columns, struct box *table)
{
	for (const struct letter_node *n = node->first; n; n = n->next) {
		const struct box *before = table->last;
		if (n->tag == TAG_TR)
			TRY(make_row(m, n, look_under(look, n), x, columns, table));
		else if (n->tag == TAG_THEAD || n->tag == TAG_TBODY)
			TRY(make_rows(m, n, look_under(look, n), x, columns, table));
		if (n->tag == TAG_THEAD)
			for (struct box *b = before ? before->next : table->first; b; b = b->next)
				b->header = true;
	}
	return OK;
}

static enum err make_table(struct maker *m, const struct letter_node *node, struct look look,
			   double width, struct box *stack)
{
	double x[COLUMNS_MAX + 1];
	int columns = columns_of(node);
	struct box *table = box_add(m, stack, BOX_TABLE);
	table->width = width;
	table->grid = node->look.grid;
	/* Without lines it only sets things side by side. */
	table->role = table->grid ? "Table" : NULL;
	widths_of(node, columns, width, x);
	TRY(make_rows(m, node, look, x, columns, table));
	stack_settle(table);
	return OK;
}

static enum err make_items(struct maker *m, const struct letter_node *list, struct look look,
			   double width, struct box *stack)
{
	int number = 0;
	for (const struct letter_node *n = list->first; n; n = n->next) {
		if (n->tag != TAG_LI)
			continue;
		struct look own = look_under(look, n);
		struct box *item = box_add(m, stack, BOX_ITEM);
		str marker = list->tag == TAG_OL ? arena_printf(m->ctx->arena, "%d.", ++number) :
						   S("–");
		item->layout = layout_new(m, ITEM_INDENT, (struct look){ .size = own.size });
		font_set(item->layout, own.size);
		pango_layout_set_text(item->layout, marker.p, (int)marker.n);
		item->width = width;
		TRY(make_children(m, n, own, width - ITEM_INDENT, item));
		stack_settle(item);
		for (struct box *b = item->first; b; b = b->next)
			b->x += ITEM_INDENT;
		item->space_after = space_of(n, own);
	}
	return OK;
}

static enum err make_qr(struct maker *m, const struct letter_node *node, struct look look,
			double width, struct box *stack)
{
	str text = letter_text(m->ctx->arena, node);
	if (!text.n)
		return OK;
	struct box *box = box_add(m, stack, BOX_QR);
	TRY(qr_make(m->ctx, text, &box->qr));
	box->height = node->qr_size * POINTS_PER_MM;
	box->width = width;
	box->align = look.align ? look.align : ALIGN_CENTER;
	return OK;
}

static enum err make_signature(struct maker *m, const struct letter_node *node, struct look look,
			       double width, struct box *stack)
{
	struct box *box = box_add(m, stack, BOX_SIGNATURE);
	box->width = width;
	box->place = m->place;
	m->place = NULL;
	TRY(make_children(m, node, look, width - 2 * FRAME, box));
	stack_settle(box);
	for (struct box *b = box->first; b; b = b->next) {
		b->x += FRAME;
		b->y += FRAME;
	}
	box->height += 2 * FRAME;
	return OK;
}

static void make_rule(struct maker *m, double width, struct box *stack)
{
	struct box *box = box_add(m, stack, BOX_RULE);
	box->width = width;
	box->height = 3;
	box->space_after = 4;
}

static enum err make_block(struct maker *m, const struct letter_node *node, struct look look,
			   double width, struct box *stack)
{
	struct box *before = stack->last;
	look = look_under(look, node);
	if (node->tag == TAG_TABLE)
		TRY(make_table(m, node, look, width, stack));
	else if (node->tag == TAG_UL || node->tag == TAG_OL)
		TRY(make_items(m, node, look, width, stack));
	else if (node->tag == TAG_QR)
		TRY(make_qr(m, node, look, width, stack));
	else if (node->tag == TAG_SIGNATURE)
		TRY(make_signature(m, node, look, width, stack));
	else if (node->tag == TAG_HR)
		make_rule(m, width, stack);
	else if (node->tag == TAG_P || node->tag == TAG_H1 || node->tag == TAG_H2)
		make_text(m, node->first, node, look, width, stack);
	else
		TRY(make_children(m, node, look, width, stack));
	struct box *first = before ? before->next : stack->first;
	if (!first)
		return OK;
	first->page_break |= node->look.page_break;
	if (node->tag == TAG_H1 || node->tag == TAG_H2)
		first->role = node->tag == TAG_H1 ? "H1" : "H2";
	stack->last->keep |= node->look.keep || node->tag == TAG_H1 || node->tag == TAG_H2;
	if (node->tag != TAG_HR)
		stack->last->space_after = space_of(node, look);
	return OK;
}

static enum err make_children(struct maker *m, const struct letter_node *node, struct look look,
			      double width, struct box *stack)
{
	for (const struct letter_node *n = node->first; n;) {
		if (letter_is_inline(n->tag)) {
			n = make_text(m, n, node, look, width, stack);
			continue;
		}
		TRY(make_block(m, n, look, width, stack));
		n = n->next;
	}
	return OK;
}

enum err box_make(struct ctx *ctx, PangoContext *pango, const struct letter *letter,
		  struct print_place *place, struct box **ret_first)
{
	struct maker m = { ctx, pango, place };
	struct box stack = { .kind = BOX_STACK };
	double width = letter->width - letter->margin[1] - letter->margin[3];
	TRY(make_children(&m, letter->body, look_under((struct look){ .size = 13 }, letter->body),
			  width, &stack));
	stack_settle(&stack);
	*ret_first = stack.first;
	return OK;
}
