/* Whatever a scanner types: codes hold nothing but what codes are made of, cards only digits and
 * real days, and letters only where they came whole. */
#include "fuzz.h"

#include "cases/scan.h"

static void holds_code(str code)
{
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];
		FUZZ_HOLDS((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			   c == '.' || c == '-');
	}
	FUZZ_HOLDS(code.n > 0 && code.n <= 64);
}

FUZZ(arena, input)
{
	struct scan scan = scan_parse(arena, input);
	FUZZ_HOLDS(utf8_valid(scan.card.name) && utf8_valid(scan.card.address));
	FUZZ_HOLDS(scan.card.letters || (str_empty(scan.card.name) && str_empty(scan.card.address)));
	if (scan.kind != SCAN_NONE)
		holds_code(scan.code);
	if (scan.kind == SCAN_CARD)
		FUZZ_HOLDS(scan.card.number.n == 12);
	FUZZ_HOLDS(str_empty(scan.card.birth_date) || scan.card.birth_date.n == 10);
}
