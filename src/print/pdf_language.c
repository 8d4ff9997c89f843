/* Cairo 1.16 cannot write a document's language. It is added as the format foresees changes: behind
 * the end stand the changed object, a table of where it is, and a trailer that names the one before
 * (ISO 32000-1, 7.5.6). */
#include "print/room.h"

/* The last occurrence, or SIZE_MAX. */
static size_t find_last(str text, str what)
{
	size_t at = SIZE_MAX;
	for (size_t i = text.n >= what.n ? text.n - what.n + 1 : 0; i-- > 0 && at == SIZE_MAX;)
		if (memcmp(text.p + i, what.p, what.n) == 0)
			at = i;
	return at;
}

/* The number after `key` within `text`; false where there is none. */
static bool number_after(str text, str key, int64_t *ret_n)
{
	size_t at = str_find(text, key), end;
	if (at == SIZE_MAX)
		return false;
	text = str_trim(str_slice(text, at + key.n, text.n));
	for (end = 0; end < text.n && text.p[end] >= '0' && text.p[end] <= '9'; end++)
		;
	return str_int(str_slice(text, 0, end), 0, INT32_MAX, ret_n);
}

/* What stands between an object's << and its >>. */
static bool dictionary_of(struct arena *arena, str pdf, int64_t object, str *ret_inside)
{
	str head = arena_printf(arena, "\n%d 0 obj\n<<", (int)object);
	size_t at = find_last(pdf, head), end;
	int depth = 1;
	if (at == SIZE_MAX)
		return false;
	str rest = str_slice(pdf, at + head.n, pdf.n);
	for (end = 0; end + 1 < rest.n && depth; end++)
		if (rest.p[end] == rest.p[end + 1] && (rest.p[end] == '<' || rest.p[end] == '>'))
			depth += rest.p[end++] == '<' ? 1 : -1;
	*ret_inside = str_slice(rest, 0, depth ? 0 : end - 2);
	return depth == 0;
}

str pdf_say_language(struct arena *arena, str pdf, str language)
{
	int64_t root, info, size, table;
	str catalog, trailer;
	size_t at = find_last(pdf, S("trailer"));
	if (at == SIZE_MAX || str_empty(language))
		return pdf;
	trailer = str_slice(pdf, at, pdf.n);
	if (!number_after(trailer, S("/Root"), &root) || !number_after(trailer, S("/Info"), &info) ||
	    !number_after(trailer, S("/Size"), &size) ||
	    !number_after(trailer, S("startxref"), &table) ||
	    !dictionary_of(arena, pdf, root, &catalog))
		return pdf;
	struct buf out = { .arena = arena };
	buf_str(&out, pdf);
	size_t object = out.n;
	buf_printf(&out, "%d 0 obj\n<<%.*s   /Lang (%.*s)\n"
		   "   /ViewerPreferences << /DisplayDocTitle true >>\n>>\nendobj\n",
		   (int)root, STR_ARG(catalog), STR_ARG(language));
	size_t changed = out.n;
	buf_printf(&out, "xref\n%d 1\n%010zu 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Info %d 0 R "
		   "/Prev %d >>\nstartxref\n%zu\n%%%%EOF\n",
		   (int)root, object, (int)size, (int)root, (int)info, (int)table, changed);
	return buf_view(&out);
}
