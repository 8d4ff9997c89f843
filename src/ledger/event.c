#include "ledger/event.h"

#include "base/json.h"

#include <sodium.h>
#include <stdlib.h>

#define FIRST_LINE "motcua event 1\n"

/* ---- canonical JSON ---- */

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

/* The same tree with the members of every map in byte order of their keys. */
static struct value sorted(struct arena *arena, struct value v)
{
	struct value copy = v;
	if (v.kind == VALUE_LIST) {
		copy = value_list();
		for (uint32_t i = 0; i < v.n; i++)
			value_push(arena, &copy, sorted(arena, v.items[i]));
	} else if (v.kind == VALUE_MAP) {
		copy = value_map();
		for (uint32_t i = 0; i < v.n; i++)
			value_append(arena, &copy, v.members[i].key,
				     sorted(arena, v.members[i].value));
		if (copy.n)
			qsort(copy.members, copy.n, sizeof *copy.members, by_key);
	}
	return copy;
}

void ledger_open_write(struct buf *out, struct value v)
{
	json_write(out, sorted(out->arena, v));
}

/* ---- writing ---- */

static bool kind_valid(str kind)
{
	for (size_t i = 0; i < kind.n; i++) {
		char c = kind.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_'))
			return false;
	}
	return kind.n > 0;
}

static void write_time(struct buf *out, const char *name, usec at)
{
	struct civil c = time_civil(at, 0);
	buf_printf(out, "%s %04d-%02d-%02dT%02d:%02d:%02d.%06dZ\n", name, c.year, c.month, c.day,
		   c.hour, c.minute, c.second, c.usec);
}

static void write_id(struct buf *out, const char *name, int64_t id)
{
	if (id)
		buf_printf(out, "%s %lld\n", name, (long long)id);
}

static void write_reason(struct buf *out, str reason)
{
	if (str_empty(reason))
		return;
	buf_str(out, S("reason "));
	for (size_t i = 0; i < reason.n; i++) {
		char c = reason.p[i];
		buf_byte(out, (unsigned char)c < ' ' || c == 0x7f ? ' ' : c);
	}
	buf_byte(out, '\n');
}

static void write_hex(struct buf *out, str bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(out, "%02x", (unsigned char)bytes.p[i]);
}

static bool time_writable(usec at)
{
	int year = time_civil(at, 0).year;
	return year >= 1 && year <= 9999;
}

static enum err check(struct ctx *ctx, const struct ledger_event *event)
{
	if (!kind_valid(event->kind))
		return fail(ctx, ERR_INVALID, "The kind of an event is not well formed");
	if (!time_writable(event->recorded_at) || !time_writable(event->effective_at))
		return fail(ctx, ERR_INVALID, "The time of an event is out of range");
	if (!utf8_valid(event->reason))
		return fail(ctx, ERR_INVALID, "The reason of an event is not text");
	if (event->open.kind != VALUE_NULL && event->open.kind != VALUE_MAP)
		return fail(ctx, ERR_INVALID, "The public part of an event is not a map");
	return OK;
}

enum err ledger_event_write(struct ctx *ctx, const struct ledger_event *event, str *ret_bytes)
{
	struct buf out = { .arena = ctx->arena };
	TRY(check(ctx, event));
	buf_str(&out, S(FIRST_LINE "kind "));
	buf_str(&out, event->kind);
	buf_byte(&out, '\n');
	write_time(&out, "recorded", event->recorded_at);
	if (event->effective_at != event->recorded_at)
		write_time(&out, "effective", event->effective_at);
	write_id(&out, "object", event->object);
	write_id(&out, "actor", event->actor);
	write_id(&out, "organisation", event->organisation);
	write_reason(&out, event->reason);
	if (event->open.kind == VALUE_MAP) {
		buf_str(&out, S("open "));
		ledger_open_write(&out, event->open);
		buf_byte(&out, '\n');
	}
	if (event->has_closed) {
		buf_str(&out, S("closed "));
		write_hex(&out, merkle_bytes(&event->closed));
		buf_byte(&out, '\n');
	}
	*ret_bytes = buf_view(&out);
	return OK;
}

/* ---- reading ---- */

struct lines {
	str rest;
};

/* Takes the next line where it has this name. */
static bool take(struct lines *lines, str name, str *ret_text)
{
	str line = str_slice(lines->rest, 0, str_find_byte(lines->rest, '\n'));
	if (!str_starts(line, name) || line.n <= name.n || line.p[name.n] != ' ' ||
	    line.n == lines->rest.n)
		return false;
	*ret_text = str_slice(line, name.n + 1, line.n);
	lines->rest = str_slice(lines->rest, line.n + 1, lines->rest.n);
	return true;
}

static bool take_id(struct lines *lines, str name, int64_t *ret_id)
{
	str text;
	*ret_id = 0;
	return !take(lines, name, &text) || str_int(text, INT64_MIN, INT64_MAX, ret_id);
}

static bool take_times(struct lines *lines, struct ledger_event *event)
{
	str text;
	if (!take(lines, S("recorded"), &text) || !time_parse(text, &event->recorded_at))
		return false;
	event->effective_at = event->recorded_at;
	return !take(lines, S("effective"), &text) || time_parse(text, &event->effective_at);
}

static bool take_closed(struct lines *lines, struct ledger_event *event)
{
	str text;
	size_t n = 0;
	if (!take(lines, S("closed"), &text))
		return true;
	event->has_closed = true;
	return sodium_hex2bin(event->closed.bytes, MERKLE_HASH, text.p, text.n, NULL, &n,
			      NULL) == 0 && n == MERKLE_HASH;
}

static bool read_lines(struct arena *arena, str bytes, struct ledger_event *event)
{
	struct lines lines = { bytes };
	str text;
	if (!str_starts(bytes, S(FIRST_LINE)))
		return false;
	lines.rest = str_slice(bytes, sizeof(FIRST_LINE) - 1, bytes.n);
	if (!take(&lines, S("kind"), &event->kind) || !take_times(&lines, event) ||
	    !take_id(&lines, S("object"), &event->object) ||
	    !take_id(&lines, S("actor"), &event->actor) ||
	    !take_id(&lines, S("organisation"), &event->organisation))
		return false;
	take(&lines, S("reason"), &event->reason);
	if (take(&lines, S("open"), &text) && !json_parse(arena, text, &event->open, NULL))
		return false;
	return take_closed(&lines, event) && str_empty(lines.rest);
}

enum err ledger_event_read(struct ctx *ctx, str bytes, struct ledger_event *ret_event)
{
	struct ledger_event event = { .reason = S("") };
	str again;
	if (!read_lines(ctx->arena, bytes, &event))
		return fail(ctx, ERR_INVALID, "These are not the bytes of an event");
	/* One event has one spelling: what would be written otherwise is not accepted. */
	TRY(ledger_event_write(ctx, &event, &again));
	if (!str_eq(again, bytes))
		return fail(ctx, ERR_INVALID, "The event is not in its canonical form");
	*ret_event = event;
	return OK;
}
