/* A letter in the browser: the same elements, codes drawn, column widths as classes because a page
 * may not carry style attributes. */
#include "print/room.h"

#include "text/template.h"

static enum err write_node(struct ctx *ctx, struct buf *out, const struct letter_node *node);

static enum err write_children(struct ctx *ctx, struct buf *out, const struct letter_node *node)
{
	for (const struct letter_node *n = node->first; n; n = n->next)
		TRY(write_node(ctx, out, n));
	return OK;
}

/* Rows that stand in the table itself are its body, in the browser's eyes too. */
static enum err write_rows(struct ctx *ctx, struct buf *out, const struct letter_node *table)
{
	bool in_body = false;
	for (const struct letter_node *n = table->first; n; n = n->next) {
		bool row = n->tag == TAG_TR;
		if (row != in_body && n->tag != TAG_TEXT) {
			buf_str(out, row ? S("<tbody>") : S("</tbody>"));
			in_body = row;
		}
		TRY(write_node(ctx, out, n));
	}
	if (in_body)
		buf_str(out, S("</tbody>"));
	return OK;
}

/* Shares become steps of five in a hundred, for which the style sheet has classes. */
static void write_columns(struct buf *out, const struct letter_node *table)
{
	int sum = 0;
	if (!table->n_widths)
		return;
	for (int i = 0; i < table->n_widths; i++)
		sum += table->widths[i];
	buf_str(out, S("<colgroup>"));
	for (int i = 0; i < table->n_widths; i++)
		buf_printf(out, "<col class=\"w-%d\">",
			   (table->widths[i] * 20 + sum / 2) / sum * 5);
	buf_str(out, S("</colgroup>"));
}

static enum err write_qr(struct ctx *ctx, struct buf *out, const struct letter_node *node)
{
	struct qr qr;
	str text = letter_text(ctx->arena, node);
	if (!text.n)
		return OK;
	TRY(qr_make(ctx, text, &qr));
	buf_str(out, S("<div class=\"qr-box\">"));
	buf_str(out, qr_svg(ctx->arena, &qr, text).s);
	buf_str(out, S("</div>"));
	return OK;
}

/* An element only letters know. */
static enum err write_signature(struct ctx *ctx, struct buf *out, const struct letter_node *node)
{
	buf_str(out, S("<div class=\"signature\">"));
	TRY(write_children(ctx, out, node));
	buf_str(out, S("</div>"));
	return OK;
}

static enum err write_node(struct ctx *ctx, struct buf *out, const struct letter_node *node)
{
	str name = letter_tag_name(node->tag);
	if (node->tag == TAG_TEXT) {
		html_escape(out, node->text);
		return OK;
	}
	if (node->tag == TAG_QR)
		return write_qr(ctx, out, node);
	if (node->tag == TAG_SIGNATURE)
		return write_signature(ctx, out, node);
	buf_printf(out, "<%.*s", STR_ARG(name));
	if (node->classes.n) {
		buf_str(out, S(" class=\""));
		html_escape(out, node->classes);
		buf_byte(out, '"');
	}
	if (node->tag == TAG_TH)
		buf_str(out, S(" scope=\"col\""));
	if (node->colspan > 1)
		buf_printf(out, " colspan=\"%d\"", node->colspan);
	buf_byte(out, '>');
	if (node->tag == TAG_HR || node->tag == TAG_BR)
		return OK;
	if (node->tag == TAG_TABLE) {
		write_columns(out, node);
		TRY(write_rows(ctx, out, node));
	} else {
		TRY(write_children(ctx, out, node));
	}
	buf_printf(out, "</%.*s>", STR_ARG(name));
	return OK;
}

enum err print_html(struct ctx *ctx, str letter, html *ret_page, str *ret_title)
{
	struct letter l;
	struct buf out = { .arena = ctx->arena };
	TRY(letter_read(ctx, letter, &l));
	TRY(write_children(ctx, &out, l.body));
	*ret_page = (html){ buf_view(&out) };
	if (ret_title)
		*ret_title = l.title;
	return OK;
}
