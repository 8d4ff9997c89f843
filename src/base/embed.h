/*
 * embed: files inside the program: templates, style sheets, fonts, catalogues, schemas. The build
 * tool tools/embed.c makes one C file that defines a named set; a folder can stand in for it
 * while developing.
 *
 *	extern const struct embedded_set embedded_templates;
 *	const struct embedded *page = embedded_find(embedded_templates, S("portal/home.mustache"));
 *	if (page) … page->bytes …
 *
 * Names are paths below the folder that was embedded. A file that lies beside the same name with
 * .gz or .br is its precompressed twin and not a file of its own.
 */
#ifndef MOTCUA_BASE_EMBED_H
#define MOTCUA_BASE_EMBED_H

#include "base/err.h"

struct embedded {
	str name;
	str bytes;        /* followed by a NUL that is not counted */
	str type;         /* media type from the ending: "text/css; charset=utf-8" */
	str etag;         /* quoted, changes with the bytes; 18 characters */
	str gzip, brotli; /* the same bytes compressed, or empty */
};

struct embedded_set {
	const struct embedded *files; /* in byte order of their names */
	size_t n;
};

/* NULL where there is none. */
const struct embedded *embedded_find(struct embedded_set set, str name);
/* The files whose names begin so: a part of the set. */
struct embedded_set embedded_under(struct embedded_set set, str prefix);
/* The same made from a folder now; everything lives in ctx->arena. ERR_IO, ERR_NOT_FOUND. */
enum err embedded_folder(struct ctx *ctx, const char *path, struct embedded_set *ret_set);
/* By the ending of a name; "application/octet-stream" where it is unknown. */
str media_type(str name);

#endif
