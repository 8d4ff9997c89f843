/* Letters: what is read is written again, and what was written reads the same. */
#include "fuzz.h"
#include "print/print.h"

FUZZ(arena, input)
{
	struct ctx ctx = { .arena = arena };
	html page, again;
	if (print_html(&ctx, input, &page, NULL) != OK)
		return;
	FUZZ_HOLDS(str_find(page.s, S("<script")) == SIZE_MAX);
	/* A drawn code and a signature's frame are not part of what a letter may hold. */
	if (str_find(page.s, S("<svg")) != SIZE_MAX || str_find(page.s, S("<col")) != SIZE_MAX ||
	    str_find(page.s, S("class=\"signature\"")) != SIZE_MAX)
		return;
	str whole = arena_printf(arena, "<html><body>%.*s</body></html>", STR_ARG(page.s));
	FUZZ_HOLDS(print_html(&ctx, whole, &again, NULL) == OK);
	FUZZ_HOLDS(str_eq(page.s, again.s));
}
