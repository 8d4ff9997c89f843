/* Any file may be handed to `import article`: what comes out is valid UTF-8 in NFC, one line each;
 * the report is in the order of the lines, and a refusal says why. */
#include "fuzz.h"
#include "portal/import.h"
#include "text/vietnamese.h"

static void check_text(struct arena *arena, str s)
{
	FUZZ_HOLDS(utf8_valid(s));
	FUZZ_HOLDS(str_eq(vietnamese_nfc(arena, s), s));
	FUZZ_HOLDS(str_find_byte(s, '\n') == SIZE_MAX);
}

FUZZ(arena, input)
{
	struct ctx ctx = { .arena = arena };
	struct imported page;
	if (import_article(&ctx, input, &page) != OK) {
		FUZZ_HOLDS(!str_empty(ctx.fault.message));
		return;
	}
	FUZZ_HOLDS(!str_empty(page.title) && page.n_paragraphs > 0);
	check_text(arena, page.title);
	for (size_t i = 0; i < page.n_paragraphs; i++)
		check_text(arena, page.paragraphs[i]);
	for (size_t i = 0; i < page.n_notes; i++)
		FUZZ_HOLDS(page.notes[i].line >= (i ? page.notes[i - 1].line : 1) &&
			   utf8_valid(page.notes[i].text));
}
