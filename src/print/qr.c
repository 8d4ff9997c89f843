#include "print/room.h"

#include "text/template.h"

#include <qrencode.h>

enum { QUIET = 4 }; /* modules of white around a code, as ISO 18004 has it */

static void qr_free(void *code)
{
	QRcode_free(code);
}

enum err qr_make(struct ctx *ctx, str text, struct qr *ret_qr)
{
	str z = arena_copy(ctx->arena, text);
	QRcode *code = QRcode_encodeString8bit(z.p, 0, QR_ECLEVEL_M);
	if (!code)
		return fail(ctx, ERR_INVALID, "This text does not fit into a QR code");
	arena_defer(ctx->arena, qr_free, code);
	*ret_qr = (struct qr){ code->width, code->data };
	return OK;
}

html qr_svg(struct arena *arena, const struct qr *qr, str label)
{
	struct buf out = { .arena = arena };
	int side = qr->width + 2 * QUIET;
	buf_printf(&out, "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
		   "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">", side, side);
	if (label.n) {
		buf_str(&out, S("<title>"));
		html_escape(&out, label);
		buf_str(&out, S("</title>"));
	}
	buf_printf(&out, "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"", side,
		   side);
	for (int y = 0; y < qr->width; y++)
		for (int x = 0, end; x < qr->width; x = end + 1) {
			const unsigned char *row = qr->modules + y * qr->width;
			for (end = x; end < qr->width && (row[end] & 1); end++)
				;
			if (end > x)
				buf_printf(&out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, end - x,
					   end - x);
		}
	buf_str(&out, S("\"/></svg>"));
	return (html){ buf_view(&out) };
}

enum err print_qr_svg(struct ctx *ctx, str text, str label, html *ret_svg)
{
	struct qr qr;
	TRY(qr_make(ctx, text, &qr));
	*ret_svg = qr_svg(ctx->arena, &qr, label);
	return OK;
}
