/*
 * multipart/form-data (RFC 7578, RFC 2046) in pieces of any size. A window of fixed size holds
 * what may still be the beginning of a boundary; everything before it is handed on at once.
 */
#include "web/internal.h"

enum { WINDOW = 16 << 10, PART_HEAD_MAX = 4 << 10, BOUNDARY_MAX = 70 };

enum state { SEEK, BOUNDARY, HEAD, DATA, DONE, BROKEN };

struct multipart {
	struct multipart_events events;
	struct arena *arena;
	str delimiter; /* with the line break before it */
	enum state state;
	size_t n;
	char window[WINDOW];
};

/* The text of `name` in "form-data; name=\"a\"; filename=\"b\"": .p NULL where it is absent. */
static str parameter(struct arena *arena, str header, const char *name)
{
	size_t at = str_find_byte(header, ';');
	while (at < header.n) {
		str rest = str_trim(str_slice(header, at + 1, header.n));
		size_t equals = str_find_byte(rest, '=');
		if (equals == SIZE_MAX)
			break;
		str key = str_trim(str_slice(rest, 0, equals));
		struct buf text = { .arena = arena };
		buf_reserve(&text, 1);
		size_t i = equals + 1;
		bool quoted = i < rest.n && rest.p[i] == '"';
		for (i += quoted; i < rest.n && rest.p[i] != (quoted ? '"' : ';'); i++) {
			if (quoted && rest.p[i] == '\\' && i + 1 < rest.n &&
			    (rest.p[i + 1] == '"' || rest.p[i + 1] == '\\'))
				i++;
			buf_byte(&text, rest.p[i]);
		}
		if (str_eq_nocase(key, str_z(name)))
			return quoted ? buf_view(&text) : str_trim(buf_view(&text));
		size_t next = str_find_byte(str_slice(rest, i, rest.n), ';');
		if (next == SIZE_MAX)
			break;
		at = (size_t)(rest.p - header.p) + i + next;
	}
	return (str){ 0 };
}

bool multipart_boundary(struct arena *arena, str content_type, str *ret_boundary)
{
	str boundary = parameter(arena, content_type, "boundary");
	*ret_boundary = boundary;
	return boundary.p && boundary.n > 0 && boundary.n <= BOUNDARY_MAX;
}

struct multipart *multipart_new(struct arena *arena, str boundary,
				const struct multipart_events *events)
{
	struct multipart *m = arena_alloc(arena, sizeof *m);
	str parts[] = { S("\r\n--"), boundary };
	m->events = *events;
	m->arena = arena;
	m->delimiter = arena_join(arena, parts, 2);
	m->state = SEEK;
	/* The first boundary may stand at the very beginning, without a line break. */
	memcpy(m->window, "\r\n", 2);
	m->n = 2;
	return m;
}

static void drop(struct multipart *m, size_t n)
{
	memmove(m->window, m->window + n, m->n - n);
	m->n -= n;
}

/* Emits what cannot be part of a boundary any more; true when the boundary was found. */
static bool pass_data(struct multipart *m, bool emit)
{
	char *found = memmem(m->window, m->n, m->delimiter.p, m->delimiter.n);
	size_t sure = found ? (size_t)(found - m->window) :
		m->n < m->delimiter.n ? 0 : m->n - m->delimiter.n + 1;
	if (emit && sure && !m->events.data(m->events.object, m->window, sure)) {
		m->state = BROKEN;
		return false;
	}
	drop(m, found ? sure + m->delimiter.n : sure);
	return found;
}

static bool begin_part(struct multipart *m, str head)
{
	str disposition = { 0 }, type = S("");
	while (head.n) {
		size_t end = str_find(head, S("\r\n"));
		str line = str_slice(head, 0, end);
		head = end == SIZE_MAX ? S("") : str_slice(head, end + 2, head.n);
		size_t colon = str_find_byte(line, ':');
		if (colon == SIZE_MAX)
			return false;
		str name = str_slice(line, 0, colon);
		str text = str_trim(str_slice(line, colon + 1, line.n));
		if (str_eq_nocase(name, S("Content-Disposition")))
			disposition = text;
		else if (str_eq_nocase(name, S("Content-Type")))
			type = arena_copy(m->arena, text);
	}
	size_t semicolon = str_find_byte(disposition, ';');
	if (!str_eq_nocase(str_trim(str_slice(disposition, 0, semicolon)), S("form-data")))
		return false;
	str field = parameter(m->arena, disposition, "name");
	return field.p && m->events.part(m->events.object, field,
					 parameter(m->arena, disposition, "filename"), type);
}

static bool take_head(struct multipart *m)
{
	char *end = memmem(m->window, m->n, "\r\n\r\n", 4);
	size_t n = end ? (size_t)(end - m->window) : m->n;
	if (n > PART_HEAD_MAX) {
		m->state = BROKEN;
		return false;
	}
	if (!end)
		return false;
	m->state = begin_part(m, str_of(m->window, n)) ? DATA : BROKEN;
	drop(m, n + 4);
	return m->state == DATA;
}

static bool take_boundary(struct multipart *m)
{
	if (m->n < 2)
		return false;
	bool last = memcmp(m->window, "--", 2) == 0;
	if (!last && memcmp(m->window, "\r\n", 2) != 0) {
		m->state = BROKEN;
		return false;
	}
	drop(m, 2);
	m->state = last ? DONE : HEAD;
	return !last;
}

/* One step; false when more bytes are needed or nothing more is to do. */
static bool step(struct multipart *m)
{
	switch (m->state) {
	case SEEK:
		if (!pass_data(m, false))
			return false;
		m->state = BOUNDARY;
		return true;
	case BOUNDARY:
		return take_boundary(m);
	case HEAD:
		return take_head(m);
	case DATA:
		if (!pass_data(m, true))
			return false;
		m->state = m->events.end(m->events.object) ? BOUNDARY : BROKEN;
		return m->state == BOUNDARY;
	case DONE:
		m->n = 0;
		return false;
	case BROKEN:
		return false;
	}
	return false;
}

bool multipart_take(struct multipart *m, const char *bytes, size_t n)
{
	while (n && m->state != BROKEN) {
		size_t now = WINDOW - m->n < n ? WINDOW - m->n : n;
		memcpy(m->window + m->n, bytes, now);
		m->n += now;
		bytes += now;
		n -= now;
		while (step(m))
			;
	}
	return m->state != BROKEN;
}

bool multipart_done(const struct multipart *m)
{
	return m->state == DONE;
}
