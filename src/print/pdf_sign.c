/* The place of a digital signature in a finished file: a signature field over the letter's own block
 * and a dictionary with a hole in it. What is signed is everything but the hole. */
#include "print/pdf_objects.h"
#include "print/print.h"

/* Texts with marks are UTF-16 in hexadecimal. */
static str text_hex(struct arena *arena, str text)
{
	struct buf out = { .arena = arena };
	buf_str(&out, S("<FEFF"));
	for (size_t at = 0; at < text.n;) {
		uint32_t code = 0xfffd;
		size_t n = utf8_decode(text, at, &code);
		at += n ? n : 1;
		if (code >= 0x10000) {
			code -= 0x10000;
			buf_printf(&out, "%04X", 0xd800 + (code >> 10));
			code = 0xdc00 + (code & 0x3ff);
		}
		buf_printf(&out, "%04X", code);
	}
	buf_byte(&out, '>');
	return buf_view(&out);
}

/* D:20150126090000+07'00' */
static str date_text(struct arena *arena, usec at, int zone)
{
	struct civil c = time_civil(at, zone);
	int ahead = zone < 0 ? -zone : zone;
	return arena_printf(arena, "D:%04d%02d%02d%02d%02d%02d%c%02d'%02d'", (int)c.year, c.month,
			    c.day, c.hour, c.minute, c.second, zone < 0 ? '-' : '+', ahead / 60,
			    ahead % 60);
}

/* The object of the n-th page, counted from 1. Cairo has one flat list of them. */
static bool page_object(struct arena *arena, str pdf, str catalog, int page, int64_t *ret_object)
{
	int64_t pages;
	str inside;
	if (!pdf_number_after(catalog, S("/Pages"), &pages) ||
	    !pdf_dictionary(arena, pdf, pages, &inside))
		return false;
	size_t from = str_find(inside, S("/Kids ["));
	if (from == SIZE_MAX)
		return false;
	str kids = str_slice(inside, from + 7, inside.n);
	for (int i = 1; i < page; i++) {
		size_t next = str_find(kids, S(" R"));
		if (next == SIZE_MAX)
			return false;
		kids = str_slice(kids, next + 2, kids.n);
	}
	return pdf_number_after(kids, S(""), ret_object);
}

struct writing {
	struct arena *arena;
	const struct print_signature *signature;
	struct pdf_trailer trailer;
	struct pdf_update update;
	str catalog, page;
	int64_t page_at;
};

enum { RANGE_DIGITS = 10 };

/* The numbers of /ByteRange are put in once they are known; blanks keep their room. */
static str signature_body(struct writing *w)
{
	const struct print_signature *s = w->signature;
	struct buf out = { .arena = w->arena };
	buf_printf(&out, "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n"
		   "/ByteRange [0 %*s %*s %*s]\n/Contents <", RANGE_DIGITS, "", RANGE_DIGITS, "",
		   RANGE_DIGITS, "");
	for (size_t i = 0; i < s->room; i++)
		buf_str(&out, S("00"));
	buf_printf(&out, ">\n/Name %.*s\n/M (%.*s)\n/Reason %.*s\n/Location %.*s >>",
		   STR_ARG(text_hex(w->arena, s->name)),
		   STR_ARG(date_text(w->arena, s->at, s->zone)),
		   STR_ARG(text_hex(w->arena, s->reason)),
		   STR_ARG(text_hex(w->arena, s->location)));
	return buf_view(&out);
}

/* The letter itself shows the signature; the field over it only can be asked about it. */
static str field_body(struct writing *w)
{
	const struct print_place *p = &w->signature->place;
	int64_t size = w->trailer.size;
	char rect[80];
	snprintf(rect, sizeof rect, "%.2f %.2f %.2f %.2f", p->x, p->y, p->x + p->width,
		 p->y + p->height);
	for (char *c = rect; *c; c++)
		if (*c == ',')
			*c = '.';
	return arena_printf(w->arena, "<< /Type /Annot /Subtype /Widget /FT /Sig /F 132 /T (Signature1)\n"
			    "/TU %.*s /Rect [%s] /V %d 0 R /P %d 0 R /AP << /N %d 0 R >> >>",
			    STR_ARG(text_hex(w->arena, w->signature->name)), rect, (int)size,
			    (int)w->page_at, (int)size + 2);
}

static void write_objects(struct writing *w, size_t *ret_at)
{
	int64_t size = w->trailer.size;
	const struct print_place *p = &w->signature->place;
	int width = (int)(p->width + 0.5), height = (int)(p->height + 0.5);
	str root = arena_printf(w->arena, "<<%.*s   /AcroForm << /Fields [%d 0 R] /SigFlags 3 >>\n>>",
				STR_ARG(w->catalog), (int)size + 1);
	str page = arena_printf(w->arena, "<<%.*s   /Annots [%d 0 R]\n>>", STR_ARG(w->page),
				(int)size + 1);
	if (w->trailer.root < w->page_at)
		pdf_write_object(&w->update, w->trailer.root, root);
	pdf_write_object(&w->update, w->page_at, page);
	if (w->trailer.root > w->page_at)
		pdf_write_object(&w->update, w->trailer.root, root);
	*ret_at = w->update.out.n;
	pdf_write_object(&w->update, size, signature_body(w));
	pdf_write_object(&w->update, size + 1, field_body(w));
	pdf_write_object(&w->update, size + 2,
		arena_printf(w->arena, "<< /Type /XObject /Subtype /Form /BBox [0 0 %d %d] /Length 0 >>\n"
			     "stream\n\nendstream", width, height));
}

/* Fills the three numbers: the hole with its brackets lies between the first part and the second. */
static void fill_range(struct print_unsigned *u, size_t dictionary)
{
	char numbers[3 * RANGE_DIGITS + 3];
	str rest = str_slice(u->bytes, dictionary, u->bytes.n);
	char *range = (char *)rest.p + str_find(rest, S("/ByteRange [0 ")) + 14;
	snprintf(numbers, sizeof numbers, "%*zu %*zu %*zu", RANGE_DIGITS, u->hole, RANGE_DIGITS,
		 u->hole_end, RANGE_DIGITS, u->bytes.n - u->hole_end);
	memcpy(range, numbers, sizeof numbers - 1);
}

enum err print_sign_prepare(struct ctx *ctx, str pdf, const struct print_signature *signature,
			    struct print_unsigned *ret)
{
	struct writing w = { .arena = ctx->arena, .signature = signature,
			     .update = { .out = { .arena = ctx->arena } } };
	int page = signature->place.page ? signature->place.page : 1;
	size_t dictionary;
	if (!pdf_read_trailer(pdf, &w.trailer) ||
	    !pdf_dictionary(ctx->arena, pdf, w.trailer.root, &w.catalog) ||
	    !page_object(ctx->arena, pdf, w.catalog, page, &w.page_at) ||
	    !pdf_dictionary(ctx->arena, pdf, w.page_at, &w.page) ||
	    str_find(w.page, S("/Annots")) != SIZE_MAX)
		return fail(ctx, ERR_INVALID, "This PDF is not one that can be signed here");
	buf_str(&w.update.out, pdf);
	write_objects(&w, &dictionary);
	pdf_end_update(&w.update, &w.trailer);
	ret->bytes = buf_view(&w.update.out);
	str rest = str_slice(ret->bytes, dictionary, ret->bytes.n);
	ret->hole = dictionary + str_find(rest, S("/Contents <")) + 10;
	ret->hole_end = ret->hole + 2 * signature->room + 2;
	fill_range(ret, dictionary);
	ret->before = str_slice(ret->bytes, 0, ret->hole);
	ret->behind = str_slice(ret->bytes, ret->hole_end, ret->bytes.n);
	return OK;
}

enum err print_sign_finish(struct ctx *ctx, const struct print_unsigned *u, str cms, str *ret_pdf)
{
	static const char digits[] = "0123456789abcdef";
	str copy = arena_copy(ctx->arena, u->bytes);
	char *at = (char *)copy.p + u->hole + 1;
	if (cms.n * 2 + 2 > u->hole_end - u->hole)
		return fail(ctx, ERR_INVALID, "The signature is larger than the room kept for it");
	for (size_t i = 0; i < cms.n; i++) {
		*at++ = digits[(unsigned char)cms.p[i] >> 4];
		*at++ = digits[(unsigned char)cms.p[i] & 15];
	}
	*ret_pdf = copy;
	return OK;
}
