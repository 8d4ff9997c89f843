/*
 * json: RFC 8259 text to value and back. Numbers keep every digit up to decimal128's 34 (and its
 * exponent range); beyond that the text is refused. Duplicate keys: the last one counts.
 *
 *	struct value v;
 *	struct json_fault fault;
 *	if (!json_parse(arena, text, &v, &fault)) … fault.line, fault.column, fault.message
 *
 * Depth is limited to JSON_DEPTH. Strings without escapes are views into `text`, which must
 * outlive the value; copy with value_copy where it does not.
 */
#ifndef MOTCUA_BASE_JSON_H
#define MOTCUA_BASE_JSON_H

#include "base/buf.h"
#include "base/value.h"

enum { JSON_DEPTH = 512 };

struct json_fault {
	size_t line, column; /* from 1; columns count bytes */
	const char *message; /* English literal */
};

bool json_parse(struct arena *arena, str text, struct value *ret_v, struct json_fault *ret_fault);
/* Shortest form, keys in the map's order, no blanks. This room knows nothing of FEEL's own kinds
 * (VALUE_DATE and after): they become null unless made text first (feel_to_string). */
void json_write(struct buf *out, struct value v);
/* The same as text of its own in the arena. */
str json_text(struct arena *arena, struct value v);
/* Two blanks a level, one member a line: for files people read. */
void json_write_pretty(struct buf *out, struct value v);
/* A string literal with its quotes; safe inside a script element as well (< > & escaped). */
void json_write_string(struct buf *out, str s);

#endif
