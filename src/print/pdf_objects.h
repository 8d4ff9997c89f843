/*
 * pdf_objects: changing a file the way the format foresees it (ISO 32000-1, 7.5.6): behind the end
 * stand the new and changed objects, a table of where they are, and a trailer that names the one
 * before. Only for files of our own making, whose objects are plain text.
 *
 *	struct pdf_update update = { .out = { .arena = arena } };
 *	buf_str(&update.out, pdf);
 *	pdf_write_object(&update, trailer.root, body);       ascending numbers
 *	pdf_end_update(&update, &trailer);
 */
#ifndef MOTCUA_PRINT_PDF_OBJECTS_H
#define MOTCUA_PRINT_PDF_OBJECTS_H

#include "base/buf.h"

struct pdf_trailer {
	int64_t root, info, size, table; /* table: where the newest one begins */
};

enum { PDF_CHANGES = 8 };

struct pdf_update {
	struct buf out;
	int64_t number[PDF_CHANGES];
	size_t at[PDF_CHANGES];
	int n;
};

/* The last occurrence, or SIZE_MAX. */
size_t pdf_find_last(str text, str what);
/* The number after `key` within `text`; false where there is none. */
bool pdf_number_after(str text, str key, int64_t *ret_n);
/* What stands between the newest << of an object and its >>. */
bool pdf_dictionary(struct arena *arena, str pdf, int64_t object, str *ret_inside);
/* False where the file is not understood. */
bool pdf_read_trailer(str pdf, struct pdf_trailer *ret_trailer);
void pdf_write_object(struct pdf_update *update, int64_t object, str body);
void pdf_end_update(struct pdf_update *update, const struct pdf_trailer *before);

#endif
