/* What the files of this room share: a letter as read, and the reading of its parts. */
#ifndef MOTCUA_PRINT_ROOM_H
#define MOTCUA_PRINT_ROOM_H

#include "base/buf.h"
#include "print/print.h"

enum tag {
	TAG_TEXT, /* characters, in .text */
	TAG_HTML,
	TAG_HEAD,
	TAG_TITLE,
	TAG_META,
	TAG_BODY,
	TAG_H1,
	TAG_H2,
	TAG_P,
	TAG_DIV,
	TAG_TABLE,
	TAG_THEAD,
	TAG_TBODY,
	TAG_TR,
	TAG_TH,
	TAG_TD,
	TAG_UL,
	TAG_OL,
	TAG_LI,
	TAG_HR,
	TAG_QR,
	TAG_SIGNATURE,
	TAG_B,
	TAG_STRONG,
	TAG_I,
	TAG_EM,
	TAG_U,
	TAG_SMALL,
	TAG_SUP,
	TAG_SPAN,
	TAG_BR,
	TAGS
};

enum align { ALIGN_INHERIT, ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT, ALIGN_JUSTIFY };

enum { COLUMNS_MAX = 24 };

struct letter_class {
	enum align align;
	int size; /* points; 0: inherited */
	bool indent, caps, bold, italic, underline, tight, loose, keep, page_break, grid;
};

struct letter_node {
	enum tag tag;
	int line;
	str text;
	str classes; /* as written */
	struct letter_class look;
	int widths[COLUMNS_MAX]; /* shares of a table's columns */
	int n_widths, colspan;
	int qr_size; /* mm */
	struct letter_node *parent, *first, *last, *next;
};

struct letter {
	str title, language;
	double width, height; /* points */
	double margin[4];     /* top right bottom left, points */
	struct letter_node *body;
};

/* Before any text is laid out: makes the program's own fonts known. Safe from any thread. */
void fonts_ready(void);
#define FONT_SERIF "Motcua Serif,Noto Serif"
/* Diagrams are shown in the page's own face; it is only measured here. */
#define FONT_SANS "Noto Sans,Motcua Serif"

#define POINTS_PER_MM (72 / 25.4)

/* ERR_INVALID names line and element. */
enum err letter_read(struct ctx *ctx, str text, struct letter *ret_letter);
str letter_tag_name(enum tag tag);
bool letter_is_inline(enum tag tag);
/* All characters inside, in order. */
str letter_text(struct arena *arena, const struct letter_node *node);

/* The same file with its language said, and its title to be shown instead of its name. What cannot
 * be understood is left as it is. */
str pdf_say_language(struct arena *arena, str pdf, str language);

/* Modules of a code, row by row, true for dark. */
struct qr {
	int width;
	const unsigned char *modules; /* lowest bit */
};
enum err qr_make(struct ctx *ctx, str text, struct qr *ret_qr);
html qr_svg(struct arena *arena, const struct qr *qr, str label);

#endif
