/* Cairo 1.16 cannot write a document's language: it is added to the finished file. */
#include "print/pdf_objects.h"
#include "print/room.h"

str pdf_say_language(struct arena *arena, str pdf, str language)
{
	struct pdf_trailer trailer;
	struct pdf_update update = { .out = { .arena = arena } };
	str catalog;
	if (str_empty(language) || !pdf_read_trailer(pdf, &trailer) ||
	    !pdf_dictionary(arena, pdf, trailer.root, &catalog))
		return pdf;
	buf_str(&update.out, pdf);
	pdf_write_object(&update, trailer.root,
		arena_printf(arena, "<<%.*s   /Lang (%.*s)\n"
			     "   /ViewerPreferences << /DisplayDocTitle true >>\n>>",
			     STR_ARG(catalog), STR_ARG(language)));
	pdf_end_update(&update, &trailer);
	return buf_view(&update.out);
}
