#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_grow(struct buf *buf, size_t more)
{
	size_t room = buf->room ? buf->room * 2 : 256;
	while (room - buf->n < more)
		room *= 2;
	buf->p = arena_grow(buf->arena, buf->p, buf->room, room);
	buf->room = room;
}

char *buf_reserve(struct buf *buf, size_t more)
{
	if (buf->room - buf->n < more)
		buf_grow(buf, more);
	return buf->p + buf->n;
}

void buf_int(struct buf *buf, int64_t n)
{
	char digits[21];
	size_t at = sizeof digits;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	do
		digits[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (n < 0)
		digits[--at] = '-';
	buf_bytes(buf, digits + at, sizeof digits - at);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	int n = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (n < 0)
		abort();
	char *p = buf_reserve(buf, (size_t)n + 1);
	va_start(list, format);
	vsnprintf(p, (size_t)n + 1, format, list);
	va_end(list);
	buf->n += (size_t)n;
}

const char *buf_z(struct buf *buf)
{
	*buf_reserve(buf, 1) = '\0';
	return buf->p;
}
