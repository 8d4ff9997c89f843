/* A .mo file, whatever its bytes. */
#include "fuzz.h"
#include "text/i18n.h"

FUZZ(arena, input)
{
	struct ctx ctx = { .arena = arena };
	const struct language *language;
	if (language_load(&ctx, arena, S("vi"), input, &language)) {
		FUZZ_HOLDS(ctx.fault.message.n > 0);
		return;
	}
	FUZZ_HOLDS(language_text(language, S("Case code")).p);
	language_plural(language, S("one"), S("many"), 3);
}
