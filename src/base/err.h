/*
 * err: what a caller can act on. A function that can fail returns enum err; the words go into
 * the context of the request or job, never into a global.
 *
 *	enum err case_accept(struct ctx *ctx, …)
 *	{
 *		TRY(case_load(ctx, id, &c));
 *		if (c.status != SUBMITTED)
 *			return fail(ctx, ERR_CONFLICT, "This case was accepted already");
 *	…
 *
 * Only the dispatcher (web/) or main (app/) logs and shows a fault. Mistakes in a form are
 * data, not err.
 */
#ifndef MOTCUA_BASE_ERR_H
#define MOTCUA_BASE_ERR_H

#include "base/arena.h"

enum err {
	OK = 0,
	ERR_NOT_FOUND, /* no such thing, or not to be told */
	ERR_INVALID,   /* the input is wrong; the message names the field or element */
	ERR_FORBIDDEN, /* this account may not */
	ERR_CONFLICT,  /* somebody else was first, or the state does not allow it */
	ERR_BUSY,      /* try again later */
	ERR_DATABASE,
	ERR_IO,
};

struct fault {
	enum err code;
	str message; /* for the person, in their language */
	str detail;  /* for the log only: never personal data */
	const char *file;
	int line;
};

/* What every fallible call is given: where to allocate, where to put the words of a fault, and
 * how to say them in the reader's language. */
struct ctx {
	struct arena *arena;
	struct fault fault;
	/* gettext for this reader; NULL leaves English. */
	const char *(*translate)(const void *language, const char *msgid);
	const void *language;
};

/* Records a fault and returns `code`. The message is a literal msgid (English, printf style);
 * it is translated before formatting. */
#define fail(ctx, code, ...) fail_at((ctx), (code), __FILE__, __LINE__, __VA_ARGS__)
enum err fail_at(struct ctx *ctx, enum err code, const char *file, int line,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Adds what only the log may see to the fault just recorded; returns its code. */
enum err fail_detail(struct ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The msgid in the reader's language. */
const char *ctx_text(const struct ctx *ctx, const char *msgid) __attribute__((format_arg(2)));

const char *err_name(enum err code);

/* Marks a literal for the message catalogue where it is not passed to fail or ctx_text. */
#define N_(msgid) msgid

#define TRY(call)                                 \
	do {                                      \
		enum err try_code_ = (call);      \
		if (__builtin_expect(try_code_ != OK, 0)) \
			return try_code_;         \
	} while (0)

#endif
