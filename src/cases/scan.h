/*
 * scan: what a scanner at the counter types. Pure. USB scanners are keyboards: they type the text
 * of the code into whatever has the focus and press Enter; a camera gives the same text.
 *
 *	struct scan scan = scan_parse(arena, text);
 *	if (scan.kind == SCAN_CARD) … scan.card.number
 *
 * Vietnamese identity card (CCCD): "number|old number|name|ddmmyyyy|sex|address|ddmmyyyy…". Where the
 * keyboard's layout took the marks off the letters, only digits are believed: see card.letters.
 */
#ifndef MOTCUA_CASES_SCAN_H
#define MOTCUA_CASES_SCAN_H

#include "base/arena.h"

enum scan_kind {
	SCAN_NONE,   /* nothing, or nothing known */
	SCAN_CARD,   /* an identity card */
	SCAN_NUMBER, /* the number of one, alone: 9 or 12 digits */
	SCAN_CASE,   /* the code of a case, alone or in an address of this program */
	SCAN_FILING, /* a filing kept at the counter: in the address on its slip */
	SCAN_LETTER, /* the code of a letter, in the address printed on it for checking */
	SCAN_TICKET, /* of the queue */
};

struct scan_card {
	str number, old_number; /* 12 digits; 9 or 12, or empty */
	str birth_date, issued; /* "1988-03-12", or empty */
	str name, address;      /* empty unless letters */
	bool letters;           /* name and address came whole */
};

struct scan {
	enum scan_kind kind;
	str code; /* of a case, letter, filing or ticket; the number */
	struct scan_card card;
};

/* Nothing is trusted: any bytes may be given. Results are views of `text` or in the arena. */
struct scan scan_parse(struct arena *arena, str text);

#endif
