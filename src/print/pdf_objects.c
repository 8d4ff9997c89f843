/* What is read again of a file cairo has written: numbers and dictionaries of its plain objects. */
#include "print/pdf_objects.h"

size_t pdf_find_last(str text, str what)
{
	size_t at = SIZE_MAX;
	for (size_t i = text.n >= what.n ? text.n - what.n + 1 : 0; i-- > 0 && at == SIZE_MAX;)
		if (memcmp(text.p + i, what.p, what.n) == 0)
			at = i;
	return at;
}

bool pdf_number_after(str text, str key, int64_t *ret_n)
{
	size_t at = str_find(text, key), end;
	if (at == SIZE_MAX)
		return false;
	text = str_trim(str_slice(text, at + key.n, text.n));
	for (end = 0; end < text.n && text.p[end] >= '0' && text.p[end] <= '9'; end++)
		;
	return str_int(str_slice(text, 0, end), 0, INT32_MAX, ret_n);
}

bool pdf_dictionary(struct arena *arena, str pdf, int64_t object, str *ret_inside)
{
	str head = arena_printf(arena, "\n%d 0 obj\n<<", (int)object);
	size_t at = pdf_find_last(pdf, head), end;
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

bool pdf_read_trailer(str pdf, struct pdf_trailer *ret)
{
	size_t at = pdf_find_last(pdf, S("trailer"));
	if (at == SIZE_MAX)
		return false;
	str trailer = str_slice(pdf, at, pdf.n);
	return pdf_number_after(trailer, S("/Root"), &ret->root) &&
	       pdf_number_after(trailer, S("/Info"), &ret->info) &&
	       pdf_number_after(trailer, S("/Size"), &ret->size) &&
	       pdf_number_after(trailer, S("startxref"), &ret->table);
}

void pdf_write_object(struct pdf_update *update, int64_t object, str body)
{
	update->number[update->n] = object;
	update->at[update->n++] = update->out.n;
	buf_printf(&update->out, "%d 0 obj\n", (int)object);
	buf_str(&update->out, body);
	buf_str(&update->out, S("\nendobj\n"));
}

void pdf_end_update(struct pdf_update *update, const struct pdf_trailer *before)
{
	struct buf *out = &update->out;
	size_t table = out->n;
	int64_t size = before->size;
	buf_str(out, S("xref\n"));
	for (int i = 0; i < update->n; i++) {
		buf_printf(out, "%d 1\n%010zu 00000 n \n", (int)update->number[i], update->at[i]);
		if (update->number[i] >= size)
			size = update->number[i] + 1;
	}
	buf_printf(out, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /Prev %d >>\nstartxref\n%zu\n"
		   "%%%%EOF\n", (int)size, (int)before->root, (int)before->info,
		   (int)before->table, table);
}
