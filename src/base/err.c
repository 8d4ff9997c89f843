#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

const char *ctx_text(const struct ctx *ctx, const char *msgid)
{
	return ctx->translate ? ctx->translate(ctx->language, msgid) : msgid;
}

static str format_list(struct arena *arena, const char *format, va_list list)
{
	va_list again;
	va_copy(again, list);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		return S("");
	char *p = arena_alloc(arena, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, list);
	return str_of(p, (size_t)n);
}

enum err fail_at(struct ctx *ctx, enum err code, const char *file, int line,
		 const char *format, ...)
{
	va_list list;
	va_start(list, format);
	ctx->fault = (struct fault){
		.code = code,
		.message = format_list(ctx->arena, ctx_text(ctx, format), list),
		.file = file,
		.line = line,
	};
	va_end(list);
	return code;
}

enum err fail_detail(struct ctx *ctx, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	ctx->fault.detail = format_list(ctx->arena, format, list);
	va_end(list);
	return ctx->fault.code;
}

const char *err_name(enum err code)
{
	static const char *const names[] = {
		[OK] = "ok",
		[ERR_NOT_FOUND] = "not found",
		[ERR_INVALID] = "invalid",
		[ERR_FORBIDDEN] = "forbidden",
		[ERR_CONFLICT] = "conflict",
		[ERR_BUSY] = "busy",
		[ERR_DATABASE] = "database",
		[ERR_IO] = "input/output",
	};
	return names[code];
}
