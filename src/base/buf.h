/*
 * buf: bytes being written, growing in an arena.
 *
 *	struct buf out = { .arena = arena };
 *	buf_str(&out, S("Số: "));
 *	buf_int(&out, 12);
 *	return buf_view(&out);
 *
 * The view is valid until the next write.
 */
#ifndef MOTCUA_BASE_BUF_H
#define MOTCUA_BASE_BUF_H

#include "base/arena.h"

struct buf {
	struct arena *arena;
	char *p;
	size_t n, room;
};

/* Makes place for `more` bytes and returns where to write them; then call buf_wrote. */
char *buf_reserve(struct buf *buf, size_t more);
static inline void buf_wrote(struct buf *buf, size_t n)
{
	buf->n += n;
}

void buf_grow(struct buf *buf, size_t more);

static inline void buf_bytes(struct buf *buf, const void *bytes, size_t n)
{
	if (buf->room - buf->n < n)
		buf_grow(buf, n);
	if (n)
		memcpy(buf->p + buf->n, bytes, n);
	buf->n += n;
}

static inline void buf_str(struct buf *buf, str s)
{
	buf_bytes(buf, s.p, s.n);
}

static inline void buf_byte(struct buf *buf, char byte)
{
	buf_bytes(buf, &byte, 1);
}

void buf_int(struct buf *buf, int64_t n);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline str buf_view(const struct buf *buf)
{
	return str_of(buf->p ? buf->p : "", buf->n);
}

/* The same bytes followed by a NUL that is not counted. */
const char *buf_z(struct buf *buf);

#endif
